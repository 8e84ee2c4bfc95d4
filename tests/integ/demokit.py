"""Runs scripts/demo on the programs of CCHC_BIN, in a temporary folder of its own, and sees
what it leaves behind."""

import csv
import os
import signal
import subprocess
import tempfile
import unittest

from district import LIMIT_S, ROOT, wait_for

DEMO = os.path.join(ROOT, "scripts", "demo")


class DemoTest(unittest.TestCase):
	"""self.folder: empty at first, gone afterwards; the demo's temporary files go there."""

	def setUp(self):
		folder = tempfile.TemporaryDirectory(prefix="cchc-integ.")
		self.addCleanup(folder.cleanup)
		self.folder = folder.name
		self.addCleanup(self.kill_left)

	def path(self, *names):
		return os.path.join(self.folder, *names)

	def write(self, text, *names):
		os.makedirs(os.path.dirname(self.path(*names)), exist_ok=True)
		with open(self.path(*names), "wb") as f:
			f.write(text.encode("utf-8") if isinstance(text, str) else text)

	def environment(self):
		os.makedirs(self.path("tmp"), exist_ok=True)
		return dict(os.environ, TMPDIR=self.path("tmp"))

	def run_demo(self, *args):
		"""The finished process, with stdout and stderr as texts."""
		return subprocess.run([DEMO, *args], env=self.environment(), check=False,
				      stdin=subprocess.DEVNULL, capture_output=True, text=True,
				      timeout=2 * LIMIT_S)

	def start_demo(self, *args):
		"""A running one; its output goes to the files out and err of the folder."""
		with open(self.path("out"), "wb") as out, open(self.path("err"), "wb") as err:
			return subprocess.Popen([DEMO, *args], env=self.environment(),
						stdin=subprocess.DEVNULL, stdout=out, stderr=err,
						preexec_fn=reset_signals)

	def told(self, name):
		with open(self.path(name), encoding="utf-8") as f:
			return f.read()

	def left(self):
		"""{pid: command line} of processes that work in the folder."""
		found = {}
		for pid in filter(str.isdigit, os.listdir("/proc")):
			try:
				with open(f"/proc/{pid}/cmdline", "rb") as f:
					line = f.read().replace(b"\0", b" ").decode("utf-8", "replace")
			except OSError:
				continue  # it ended while we looked
			if self.folder + "/" in line and int(pid) != os.getpid():
				found[int(pid)] = line
		return found

	def kill_left(self):
		for pid in self.left():
			os.kill(pid, signal.SIGKILL)

	def assert_nothing_left(self):
		self.assertEqual(self.left(), {})
		# The thread sanitizer's own runtime leaves a file when it is killed at its start.
		files = [name for name in os.listdir(self.path("tmp"))
			 if not name.startswith("tsan.")]
		self.assertEqual(files, [])

	def wait_for_text(self, name, text):
		wait_for(lambda: f"{text!r} is not in {name}: {self.told(name)}",
			 lambda: text in self.told(name))


def reset_signals():
	"""A test runner in the background may have had SIGINT ignored."""
	signal.signal(signal.SIGINT, signal.SIG_DFL)


def rows_of(text):
	"""A CSV appendix as {full code: row}."""
	rows = list(csv.DictReader(text.splitlines()))
	return {f"{row['part']}.{row['code']}": row for row in rows}
