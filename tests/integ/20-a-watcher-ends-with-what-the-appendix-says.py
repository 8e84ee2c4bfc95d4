"""Watchers under load: one that joins in the middle, one that is stopped for a while, one
whose line is cut so that publications are lost, one that never reads. Those that read end
with exactly what the appendix says; the one that does not slows nobody."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from district import District, Programs, Trouble, spawn, wait_for

UNITS = ("11986", "11989", "11992", "12007")
MONTHS = tuple(f"2024-{month:02}" for month in range(1, 13))
ROWS = ("I.1", "I.2.1", "I.2.2", "I.5.1", "II.1.1", "II.3.1", "II.3.2.1", "II.3.2.2",
	"III.2.1", "VI.1.2")
PERIOD = "2024"
SHOWN = ("state", "value", "reported", "expected")
LOAD_S = 12
ANSWER_LIMIT_S = 5  # sanitizers


class Line:
	"""A TCP relay to the changes' door that can be cut. What is published meanwhile is lost:
	numbers alone can tell the watcher."""

	def __init__(self, endpoint):
		self.port = int(endpoint.rpartition(":")[2])
		self.is_cut = False
		self.ends = []
		self.door = socket.create_server(("127.0.0.1", 0))
		self.endpoint = f"tcp://127.0.0.1:{self.door.getsockname()[1]}"
		threading.Thread(target=self._serve, daemon=True).start()

	def _serve(self):
		while True:
			near, _ = self.door.accept()
			if self.is_cut:
				near.close()
				continue
			far = socket.create_connection(("127.0.0.1", self.port))
			self.ends += [near, far]
			for pair in ((near, far), (far, near)):
				threading.Thread(target=self._pump, args=pair, daemon=True).start()

	@staticmethod
	def _pump(source, target):
		try:
			while data := source.recv(65536):
				target.sendall(data)
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

	def __init__(self, district, name, changes=None):
		"""changes: the door's address, if it is not the daemon's own."""
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
					      "--json", "--period", PERIOD],
					     stdin=subprocess.DEVNULL, stdout=out, stderr=out)

	def state(self):
		"""{row: what stands}, and how many snapshots it took. A last line that is still
		being written does not count."""
		rows, snapshots = {}, 0
		with open(self.path, encoding="utf-8") as f:
			lines = f.read().split("\n")[:-1]
		for line in lines:
			said = json.loads(line)
			snapshots += "snapshot" in said
			for cell in said.get("snapshot", [said]):
				rows[cell["row"]] = tuple(cell[key] for key in SHOWN)
		return rows, snapshots

	def check(self):
		if self.process.poll() is not None:
			with open(self.path, encoding="utf-8") as f:
				raise Trouble(f"watcher ended: {f.read()[-500:]}")

	def end(self):
		self.process.send_signal(signal.SIGCONT)
		self.process.terminate()
		self.process.wait(30)


def appendix(district):
	said = json.loads(district.ctl("appendix", "--period", PERIOD, "--format", "json"))
	return {f"{row['part']}.{row['code']}": tuple(row[key] for key in SHOWN)
		for row in said["rows"] if row["state"] != "heading"}


def pour(district, rng):
	"""One round: as many files as have left the inboxes."""
	for code in UNITS:
		inbox = district.agents[code].reports("inbox")
		for month in MONTHS:
			if os.path.exists(os.path.join(inbox, month + ".csv")):
				continue
			rows = rng.sample(ROWS, 6)
			lines = "".join(f"{row},{rng.randint(0, 9999)}\n" for row in rows)
			district.put(code, month + ".csv", "code,value\n" + lines)


def load(district, rng, seconds):
	end = time.monotonic() + seconds
	slowest = 0.0
	while time.monotonic() < end:
		pour(district, rng)
		began = time.monotonic()
		appendix(district)
		slowest = max(slowest, time.monotonic() - began)
		time.sleep(0.2)
	if slowest > ANSWER_LIMIT_S:
		raise Trouble(f"an answer took {slowest:.1f} s")


def agree(district, watchers):
	"""All that read show what the appendix shows."""
	want = appendix(district)

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


def watch_all(district, rng):
	line = Line(district.endpoints["changes"])
	watchers = {"from the start": Watcher(district, "start"),
		    "stopped": Watcher(district, "stopped"),
		    "cut off": Watcher(district, "cut", line.endpoint),
		    "dead": Watcher(district, "dead")}
	for name, one in watchers.items():
		wait_for(f"no snapshot: {name}", lambda: one.state()[1])
	for name in ("stopped", "dead"):
		watchers[name].process.send_signal(signal.SIGSTOP)
	load(district, rng, LOAD_S / 3)
	line.cut()
	watchers["joined late"] = Watcher(district, "late")
	load(district, rng, LOAD_S / 3)
	line.mend()
	load(district, rng, LOAD_S / 3)
	watchers["stopped"].process.send_signal(signal.SIGCONT)
	load(district, rng, 1)
	district.wait_acknowledged()
	dead = watchers.pop("dead")
	agree(district, watchers)
	dead.end()
	for one in watchers.values():
		one.end()
	if watchers["cut off"].state()[1] < 2:
		raise Trouble("the one that was cut off took no second snapshot")
	return {name: one.state()[1] for name, one in watchers.items()}


def main():
	seed = int(os.environ.get("CCHC_SEED", time.time_ns() % 2**32))
	print(f"CCHC_SEED={seed}", flush=True)
	with tempfile.TemporaryDirectory(prefix="cchc-watch-") as folder, \
	     District(folder, Programs.find()) as district:
		district.add_agents(UNITS)
		district.start()
		print("snapshots taken:", watch_all(district, random.Random(seed)))


if __name__ == "__main__":
	sys.exit(main())
