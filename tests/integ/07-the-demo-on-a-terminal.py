"""scripts/demo on a terminal: the district's figures fill it, a task turns overdue while one watches
and its alert stands below them, Ctrl-C ends it all and gives the terminal back."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import threading
import unittest

from demokit import DEMO, DemoTest, reset_signals
from district import wait_for

HEIGHT, WIDTH = 40, 220
CTRL_C = b"\x03"
GIVEN_BACK = b"\x1b[?1049l"
CHUNK = 65536
# Where the cursor goes, what is erased from there on, text; other commands say no more.
PAINTING = re.compile(r"\x1b\[([\d;]*H)|\x1b\[[?\d;]*(?:([JK])|[hlm])|([^\x1b]+)")
TAKES_S = 60


def take_terminal():
	"""In the child: its standard output is what Ctrl-C is typed at."""
	reset_signals()
	fcntl.ioctl(1, termios.TIOCSCTTY, 0)


class Terminal:
	"""Remembers all that is painted on it, and knows what stands on its lines now."""

	def __init__(self):
		self.ours, self.theirs = pty.openpty()
		fcntl.ioctl(self.theirs, termios.TIOCSWINSZ,
			    struct.pack("HHHH", HEIGHT, WIDTH, 0, 0))
		self.painted = b""
		threading.Thread(target=self._read, daemon=True).start()

	def _read(self):
		try:
			while painted := os.read(self.ours, CHUNK):
				self.painted += painted
		except OSError:
			pass  # all others have closed it

	def type(self, keys):
		os.write(self.ours, keys)

	def lines(self):
		"""As its cursor movements put them there."""
		shown = [""] * HEIGHT
		row = column = 0
		for to, erase, text in PAINTING.findall(self.painted.decode("utf-8", "ignore")):
			if to:
				row, column = min(int(to[:-1].split(";")[0] or 1), HEIGHT) - 1, 0
			elif erase:
				shown[row] = shown[row][:column]
			if erase == "J":
				shown[row + 1:] = [""] * (HEIGHT - row - 1)
			for word in re.findall(r"\r|\n|[^\r\n]+", text):
				if word == "\n":
					row = min(row + 1, HEIGHT - 1)
				if word in "\r\n":
					column = 0
					continue
				line = shown[row].ljust(column)
				shown[row] = line[:column] + word + line[column + len(word):]
				column += len(word)
		return shown


class OnATerminal(DemoTest):
	def start_here(self, terminal):
		with open(self.path("err"), "wb") as err:
			demo = subprocess.Popen([DEMO], env=self.environment(), stdin=terminal.theirs,
						stdout=terminal.theirs, stderr=err,
						start_new_session=True, preexec_fn=take_terminal)
		os.close(terminal.theirs)
		return demo

	def wait_for_line(self, terminal, pattern):
		"""Where it stands."""
		def find():
			return [i for i, line in enumerate(terminal.lines()) if re.search(pattern, line)]
		return wait_for(lambda: f"{pattern} is not there:\n" + "\n".join(terminal.lines())
				+ self.told("err"), find)[0]

	def test_an_alert_comes_below_the_figures(self):
		terminal = Terminal()
		demo = self.start_here(terminal)
		self.wait_for_text("err", "trình diễn (demonstration): ")
		task = re.search(r"\(demonstration\): (\S+),", self.told("err"))[1]
		title = self.wait_for_line(terminal, "── Cảnh báo / Alerts ──")
		figures = self.wait_for_line(terminal, r"12/12")
		alert = self.wait_for_line(terminal, rf"MỚI .*quá hạn 1 ngày.*\[{task}/")
		self.assertLess(figures, title)
		self.assertLess(title, alert)
		terminal.type(CTRL_C)
		self.assertEqual(demo.wait(120), 0, self.told("err"))
		self.assertIn("agrees", self.told("err"))
		wait_for("the terminal is not given back", lambda: GIVEN_BACK in terminal.painted)
		self.assert_nothing_left()


if __name__ == "__main__":
	unittest.main()
