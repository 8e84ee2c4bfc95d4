"""Two programs on one terminal: `cchcctl watch` paints the upper part, which it takes for a
terminal of its own, and the newest lines of `cchcctl alerts watch` stand below it."""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios

from district import signals_held, spawn

BELOW = 7  # lines for alerts, with the title
LEAST = 12  # lines of the upper part; a terminal that is lower shows no alerts
TITLE = "── Cảnh báo / Alerts "
CHUNK = 65536
DIGEST = b"[digest/"  # one a unit: so many at once would push the alerts away
PAINTED = (b"\033[J", b"\033[2J")  # how each of the watcher's paintings ends


def window_of(fd):
	"""Height, width, and what else a terminal says of its size."""
	return struct.unpack("HHHH", fcntl.ioctl(fd, termios.TIOCGWINSZ, bytes(8)))


class Screen:
	"""Ends with the block: both programs are stopped, the terminal is as it was."""

	def __init__(self, watch_argv, alerts_argv):
		self.told = []  # lines of alerts, the newest last
		self.rest = b""  # of a line that is not whole yet
		self.whole = True  # the watcher is not in the middle of a painting
		self.window = None
		self.watch = self.alerts = None
		self.upper, theirs = pty.openpty()
		self.lower, write = os.pipe()
		self.follow_window()
		with signals_held():
			self.watch = spawn(watch_argv, stdout=theirs)
			self.alerts = spawn(alerts_argv, stdout=write)
		os.close(theirs)
		os.close(write)

	def __enter__(self):
		return self

	def __exit__(self, *_):
		for program in (self.watch, self.alerts):
			program.terminate()
			program.wait()
		while self.pass_on():  # how the watcher leaves its screen
			pass

	def below(self):
		return BELOW if self.window[0] >= LEAST + BELOW else 0

	def follow_window(self):
		"""The terminal may have another size by now."""
		window = window_of(sys.stdout.fileno())
		if window == self.window:
			return
		self.window = window
		height, *others = window
		fcntl.ioctl(self.upper, termios.TIOCSWINSZ,
			    struct.pack("HHHH", height - self.below(), *others))
		if self.watch:  # the terminal is not its own: nobody else says so
			self.watch.send_signal(signal.SIGWINCH)

	def pass_on(self):
		"""What the watcher paints. False at its end."""
		try:
			painted = os.read(self.upper, CHUNK)
		except OSError:
			return False
		sys.stdout.buffer.write(painted)
		sys.stdout.flush()
		self.whole = painted.endswith(PAINTED)
		return bool(painted)

	def hear(self):
		*lines, self.rest = (self.rest + os.read(self.lower, CHUNK)).split(b"\n")
		told = [line.decode() for line in lines if DIGEST not in line]
		self.told = (self.told + told)[-(BELOW - 1):]

	def paint(self):
		"""The watcher's painting ends with clearing all below."""
		height, width = self.window[:2]
		below = self.below()
		lines = [TITLE.ljust(width, "─"), *self.told][:below]
		for i, line in enumerate(lines):
			sys.stdout.write(f"\033[{height - below + 1 + i};1H\033[K{line[:width]}")
		sys.stdout.flush()

	def step(self, limit_s):
		"""Shows what comes within the time. The program that ended, or None."""
		ready, _, _ = select.select([self.upper, self.lower], [], [], limit_s)
		if self.upper in ready:
			self.pass_on()
		if self.lower in ready:
			self.hear()
		if ready and self.whole:
			self.paint()
		self.follow_window()
		return next((program for program in (self.watch, self.alerts)
			     if program.poll() is not None), None)
