"""What the tests of watchers share: a relay to the changes' door, a running `cchcctl watch
--json`, figures that pour in, and the comparison with the appendix."""

import json
import os
import signal
import socket
import subprocess
import threading
import time

from district import Trouble, spawn, wait_for

MONTHS = tuple(f"2024-{month:02}" for month in range(1, 13))
PERIOD = "2024"
SHOWN = ("state", "value", "reported", "expected")
CHUNK = 65536
TRICKLE, TRICKLE_S = 1000, 0.5  # bytes, and how often


class Line:
	"""A TCP relay to the changes' door that can be cut. What is published meanwhile is lost:
	numbers alone can tell the watcher. narrow: its buffers hold little. While it trickles,
	so little comes through that a connection lives, but nobody can keep up."""

	def __init__(self, endpoint, narrow=False):
		self.port = int(endpoint.rpartition(":")[2])
		self.narrow = narrow
		self.is_cut = False
		self.trickles = False
		self.ends = []
		self.dialled = 0
		self.carried = 0  # bytes to the watcher
		self.door = socket.create_server(("127.0.0.1", 0))
		self.endpoint = f"tcp://127.0.0.1:{self.door.getsockname()[1]}"
		threading.Thread(target=self._serve, daemon=True).start()

	def _dial(self):
		far = socket.socket()
		if self.narrow:  # small segments keep the daemon's own buffer small too
			far.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
			far.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
		far.connect(("127.0.0.1", self.port))
		return far

	def _serve(self):
		while True:
			near, _ = self.door.accept()
			if self.is_cut:
				near.close()
				continue
			if self.narrow:
				near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
			far = self._dial()
			self.dialled += 1
			self.ends += [near, far]
			threading.Thread(target=self._pump, args=(near, far), daemon=True).start()
			threading.Thread(target=self._pump, args=(far, near, True),
					 daemon=True).start()

	def _pump(self, source, target, counts=False):
		try:
			while data := source.recv(TRICKLE if counts and self.trickles else CHUNK):
				target.sendall(data)
				if counts:
					self.carried += len(data)
				if counts and self.trickles:
					time.sleep(TRICKLE_S)
		except OSError:
			pass  # cut
		for end in (source, target):
			end.close()

	def cut(self):
		self.is_cut = True
		for end in self.ends:
			try:
				end.shutdown(socket.SHUT_RDWR)
			except OSError:
				pass  # closed by its other half
		self.ends = []

	def mend(self):
		self.is_cut = False


class Watcher:
	"""A running `cchcctl watch --json`, and what its lines add up to."""

	def __init__(self, district, name, changes=None, period=PERIOD):
		"""changes: the door's address, if it is not the daemon's own."""
		self.period = period
		self.path = district.path(f"watch-{name}.json")
		config = district.path("ctl.yaml")
		if changes:
			with open(config, encoding="utf-8") as f:
				text = f.read().replace(district.endpoints["changes"], changes)
			config = district.path(f"ctl-{name}.yaml")
			with open(config, "w", encoding="utf-8") as f:
				f.write(text)
		with open(self.path, "wb") as out:
			self.process = spawn([district.programs.ctl, "--config", config, "watch",
					      "--json", "--period", period],
					     stdin=subprocess.DEVNULL, stdout=out, stderr=out)

	def _said(self):
		"""A last line that is still being written does not count."""
		with open(self.path, encoding="utf-8") as f:
			return [json.loads(line) for line in f.read().split("\n")[:-1]]

	def state(self):
		"""{row: what stands}, and how many snapshots it took."""
		rows, snapshots = {}, 0
		for said in self._said():
			snapshots += "snapshot" in said
			cells = [] if "end" in said else said.get("snapshot", [said])
			for cell in cells:
				rows[cell["row"]] = tuple(cell[key] for key in SHOWN)
		return rows, snapshots

	def check(self):
		if self.process.poll() is not None:
			with open(self.path, encoding="utf-8") as f:
				raise Trouble(f"watcher ended: {f.read()[-500:]}")

	def stop(self):
		self.process.send_signal(signal.SIGSTOP)

	def go_on(self):
		self.process.send_signal(signal.SIGCONT)

	def end(self):
		"""What it counted: publications, gaps, snapshots."""
		self.go_on()
		self.process.terminate()
		self.process.wait(30)
		return self._said()[-1]["end"]


def appendix(district, period=PERIOD):
	said = json.loads(district.ctl("appendix", "--period", period, "--format", "json"))
	return {f"{row['part']}.{row['code']}": tuple(row[key] for key in SHOWN)
		for row in said["rows"] if row["state"] != "heading"}


def pour(district, units, rows, rng, each):
	"""One round: files of so many rows, as many as have left the inboxes."""
	for code in units:
		inbox = district.agents[code].reports("inbox")
		for month in MONTHS:
			if os.path.exists(os.path.join(inbox, month + ".csv")):
				continue
			lines = "".join(f"{row},{rng.randint(0, 9999)}\n"
					for row in rng.sample(rows, each))
			district.put(code, month + ".csv", "code,value\n" + lines)


def agree(district, watchers):
	"""All that read, of one period, show what the appendix shows."""
	want = appendix(district, next(iter(watchers.values())).period)

	def why():
		for name, watcher in watchers.items():
			got = watcher.state()[0]
			for row in want:
				if got.get(row) != want[row]:
					return f"{name} {row}: {got.get(row)}, appendix {want[row]}"
		return "none differs"

	def all_agree():
		for watcher in watchers.values():
			watcher.check()
		return all(watcher.state()[0] == want for watcher in watchers.values())
	wait_for(why, all_agree, 60)
