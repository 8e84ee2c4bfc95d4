"""What is installed fits together: every key of the shipped files is known to its program and
stands in the file, systemd finds nothing wrong with the units, and the programs talk to it."""

import os
import re
import shutil
import socket
import subprocess
import tempfile
import unittest

from district import ROOT, District, Programs, wait_for


def shipped(*names):
	with open(os.path.join(ROOT, *names), encoding="utf-8") as f:
		return f.read()


def with_all_keys(text):
	"""What stands there as a comment is said too."""
	return re.sub(r"^#(|  )([a-z_]+:)(?= |$)(?!.*<)", r"\1\2", text, flags=re.M)


class Shipped(unittest.TestCase):
	def setUp(self):
		folder = tempfile.TemporaryDirectory(prefix="cchc-integ.")
		self.addCleanup(folder.cleanup)
		self.folder = folder.name
		self.programs = Programs.find()

	def path(self, name):
		return os.path.join(self.folder, name)

	def write(self, name, text):
		with open(self.path(name), "w", encoding="utf-8") as f:
			f.write(text)
		return self.path(name)

	def run_quietly(self, *argv):
		return subprocess.run(argv, capture_output=True, text=True, check=False)

	def make_key(self, name):
		done = self.run_quietly(self.programs.agent, "keygen", self.path(name))
		self.assertEqual(done.returncode, 0, done.stderr)
		return done.stdout.strip()

	def daemon_config(self):
		text = with_all_keys(shipped("config", "cchcd.yaml"))
		text = re.sub(r"^unit_valid_from:.*\n", "", text, flags=re.M)  # 325 has none
		text = text.replace("tcp://*:7401", "tcp://127.0.0.1:*")
		for old, new in (("/usr/share/cchcd/", os.path.join(ROOT, "config") + "/"),
				 ("/run/credentials/cchcd.service/key", "cchcd.key"),
				 ("/var/lib/cchcd/", ""), ("/run/cchcd/", ""),
				 (":7402", ":*"), (":7403", ":*")):
			text = text.replace(old, new)
		for name in ("keys.yaml", "alerts.yaml", "contacts.yaml"):
			shutil.copy(os.path.join(ROOT, "config", name), self.folder)
		return self.write("cchcd.yaml", text)

	def test_the_daemon_knows_every_key_and_the_file_shows_every_key(self):
		self.make_key("cchcd.key")
		done = self.run_quietly(self.programs.cchcd, "--check-config", "--config",
					self.daemon_config())
		self.assertEqual(done.returncode, 0, done.stderr)
		source = shipped("daemon", "app", "settings.c")
		keys = re.findall(r'&f,\s*"([a-z_]+)"', source)
		self.assertGreater(len(keys), 10)
		for key in keys:
			self.assertRegex(shipped("config", "cchcd.yaml"), rf"(?m)^#?{key}:")

	def test_the_agent_knows_every_key(self):
		self.write("district.pub", f"public: {self.make_key('11986.key')}\n")
		config = self.write("agent.yaml", re.sub(
			r"(?m)^#    -", "    -", with_all_keys(shipped("config", "agent.yaml"))))
		done = self.run_quietly(self.programs.agent, "check", "--config", config)
		self.assertEqual(done.returncode, 0, done.stderr)

	def test_systemd_finds_nothing_wrong(self):
		if not shutil.which("systemd-analyze"):
			self.assertNotIn("CI", os.environ, "systemd-analyze is missing")
			self.skipTest("systemd-analyze is missing")
		for name, shipped_at, program, instance in (
				("cchcd.service", "/usr/sbin/cchcd", self.programs.cchcd,
				 "cchcd.service"),
				("cchc-agent@.service", "/usr/bin/cchc-agent",
				 self.programs.agent, "cchc-agent@11986.service")):
			text = shipped("systemd", name)
			self.assertIn(f"ExecStart={shipped_at} ", text)
			self.write(name, text.replace(f"ExecStart={shipped_at}",
						      f"ExecStart={program}"))
			done = self.run_quietly("systemd-analyze", "verify", "--man=no",
						self.path(instance))
			# What it says of the machine's own units is not ours.
			ours = [line for line in done.stderr.splitlines() if "cchc" in line]
			self.assertEqual(ours, [])

	def test_the_service_manager_hears_of_start_life_and_end(self):
		with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
			manager.bind(self.path("notify"))
			manager.settimeout(0.2)
			os.environ.update(NOTIFY_SOCKET=self.path("notify"),
					  WATCHDOG_USEC="400000")
			self.addCleanup(os.environ.pop, "NOTIFY_SOCKET")
			self.addCleanup(os.environ.pop, "WATCHDOG_USEC")
			heard = []

			def has_heard(what, times):
				try:
					heard.extend(manager.recv(4096).decode().splitlines())
				except TimeoutError:
					pass
				return heard.count(what) >= times
			with District(self.path("d"), self.programs) as d:
				d.add_agent("11986")
				d.start_daemon()
				wait_for("no READY=1", lambda: has_heard("READY=1", 1))
				wait_for("no WATCHDOG=1", lambda: has_heard("WATCHDOG=1", 3))
				heard.clear()
				d.agents["11986"].start()
				wait_for("no READY=1 of the agent", lambda: has_heard("READY=1", 1))
			wait_for("no STOPPING=1", lambda: has_heard("STOPPING=1", 2))


if __name__ == "__main__":
	unittest.main()
