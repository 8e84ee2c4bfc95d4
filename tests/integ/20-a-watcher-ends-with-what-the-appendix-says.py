"""Watchers under load: one that joins in the middle, one that is stopped for a while, one
whose line is cut so that publications are lost, one that never reads. Those that read end
with exactly what the appendix says; the one that does not slows nobody."""

import os
import random
import sys
import tempfile
import time

from district import District, Programs, Trouble, wait_for
from watchkit import Line, Watcher, agree, appendix, pour

UNITS = ("11986", "11989", "11992", "12007")
ROWS = ("I.1", "I.2.1", "I.2.2", "I.5.1", "II.1.1", "II.3.1", "II.3.2.1", "II.3.2.2",
	"III.2.1", "VI.1.2")
LOAD_S = 12
ANSWER_LIMIT_S = 30  # who waits for a dead watcher waits without end
THREADS = True
TAKES_S = 16


def load(district, rng, seconds):
	end = time.monotonic() + seconds
	slowest = 0.0
	while time.monotonic() < end:
		pour(district, UNITS, ROWS, rng, 6)
		began = time.monotonic()
		appendix(district)
		slowest = max(slowest, time.monotonic() - began)
		time.sleep(0.2)
	if slowest > ANSWER_LIMIT_S:
		raise Trouble(f"an answer took {slowest:.1f} s")


def watch_all(district, rng):
	line = Line(district.endpoints["changes"])
	watchers = {"from the start": Watcher(district, "start"),
		    "stopped": Watcher(district, "stopped"),
		    "cut off": Watcher(district, "cut", line.endpoint),
		    "dead": Watcher(district, "dead")}
	for name, one in watchers.items():
		wait_for(f"no snapshot: {name}", lambda: one.state()[1])
	for name in ("stopped", "dead"):
		watchers[name].stop()
	load(district, rng, LOAD_S / 3)
	line.cut()
	watchers["joined late"] = Watcher(district, "late")
	load(district, rng, LOAD_S / 3)
	line.mend()
	load(district, rng, LOAD_S / 3)
	watchers["stopped"].go_on()
	load(district, rng, 1)
	district.wait_acknowledged()
	dead = watchers.pop("dead")
	agree(district, watchers)
	dead.end()
	counted = {name: one.end() for name, one in watchers.items()}
	if counted["cut off"]["snapshots"] < 2 or counted["cut off"]["gaps"] < 1:
		raise Trouble(f"the one that was cut off took no second snapshot: {counted}")
	return counted


def main():
	seed = int(os.environ.get("CCHC_SEED", time.time_ns() % 2**32))
	print(f"CCHC_SEED={seed}", flush=True)
	with tempfile.TemporaryDirectory(prefix="cchc-watch-") as folder, \
	     District(folder, Programs.find()) as district:
		district.add_agents(UNITS)
		district.start()
		print("counted:", watch_all(district, random.Random(seed)))


if __name__ == "__main__":
	sys.exit(main())
