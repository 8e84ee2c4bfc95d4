"""A watcher whose line nearly stands still until libzmq really drops publications for it: its line
and the daemon's queue for it hold little, and far more than both is published. When the line is
well again it finds the gap on the very same connection, takes a second snapshot, and ends with
exactly what the appendix says."""

import os
import random
import sys
import tempfile
import time

from district import District, Programs, Trouble, wait_for
from watchkit import Line, Watcher, agree, pour

UNITS = ("11986", "11989", "11992", "12007")
ROWS = ("I.1", "I.2.1", "I.2.2", "I.4.1", "I.4.2", "I.4.3", "I.4.4", "I.5.1", "II.1", "II.1.1",
	"II.3.1", "II.3.2.1", "II.3.2.2", "III.1.1", "III.1.2", "III.2.1", "III.2.2",
	"III.3.3.1", "III.3.3.2", "VI.1.1", "VI.1.2")
QUEUE = 10
BEHIND = 600 * 1000  # bytes; the line holds a quarter of it
LIMIT_S = 300  # to publish so much, on the slowest machine
TAKES_S = 20


def fall_behind(district, rng, slow_line, fast_line):
	"""Until the other has heard far more, however long that takes: who hears a little now and
	then does not give the connection up."""
	lead = fast_line.carried - slow_line.carried

	def is_behind():
		pour(district, UNITS, ROWS, rng, len(ROWS))
		return fast_line.carried - slow_line.carried >= lead + BEHIND
	slow_line.trickles = True
	wait_for(lambda: f"too little is published: {fast_line.carried}", is_behind, LIMIT_S)
	slow_line.trickles = False
	district.wait_acknowledged()


def overflow(district, rng):
	fast_line = Line(district.endpoints["changes"])
	slow_line = Line(district.endpoints["changes"], narrow=True)
	fast = Watcher(district, "fast", fast_line.endpoint)
	slow = Watcher(district, "slow", slow_line.endpoint)
	watchers = {"fast": fast, "slow": slow}
	for name, one in watchers.items():
		wait_for(f"no snapshot: {name}", lambda: one.state()[1])
	fall_behind(district, rng, slow_line, fast_line)
	agree(district, watchers)
	counted = {name: one.end() for name, one in watchers.items()}
	if (fast_line.dialled, slow_line.dialled) != (1, 1):
		raise Trouble(f"a connection was lost: {counted}")
	if counted["slow"]["gaps"] < 1 or counted["slow"]["snapshots"] < 2:
		raise Trouble(f"nothing was dropped: {counted}")
	return counted


def main():
	seed = int(os.environ.get("CCHC_SEED", time.time_ns() % 2**32))
	print(f"CCHC_SEED={seed}", flush=True)
	with tempfile.TemporaryDirectory(prefix="cchc-overflow-") as folder, \
	     District(folder, Programs.find(), settings=f"publish_queue: {QUEUE}\n") as district:
		district.add_agents(UNITS)
		district.start()
		print("counted:", overflow(district, random.Random(seed)))


if __name__ == "__main__":
	sys.exit(main())
