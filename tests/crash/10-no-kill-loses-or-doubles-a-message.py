"""kill -9 of the daemon and of an agent, fifty times each (fewer in sanitized builds, which are slow),
while five agents pour files in: nothing acknowledged is lost, nothing is applied twice, every refusal is told."""

import os
import random
import shutil
import sys
import tempfile
import time

import stream
from district import SANITIZER, District, Programs, wait_for

UNITS = ("11986", "11989", "11992", "12007", "325")
KILLS = 15 if SANITIZER else 50  # of each kind
THREADS = True
TAKES_S = 40


def kill_one(district, agents, rng):
	agent = rng.choice(agents)
	agent.check()
	agent.kill()
	agent.start()
	district.daemon.check()


def kill_daemon(district):
	district.daemon.check()
	district.daemon.kill()
	district.daemon.start()


def hammer(district, streams, rng):
	"""Kills until both counts are there, filling inboxes in between."""
	left = {"daemon": KILLS, "agent": KILLS}
	agents = list(district.agents.values())
	while any(left.values()):
		for one in streams:
			one.put()
		time.sleep(rng.uniform(0.05, 0.4))
		kind = rng.choice([kind for kind, n in left.items() if n])
		left[kind] -= 1
		if kind == "daemon":
			kill_daemon(district)
		else:
			kill_one(district, agents, rng)


def slow_syncs_down():
	"""In plain builds: the time between a message and its commit, which an ack must not
	come into, is a good part of all time, so that kills fall into it."""
	library = os.path.join(os.environ["CCHC_BIN"], "tests", "libfailinj.so")
	if os.path.exists(library):
		os.environ.update(LD_PRELOAD=library, FI_OPS="fdatasync", FI_DELAY_MS="40",
				  FI_PATH="store/cchc.mdb")


def run(folder, seed):
	rng = random.Random(seed)
	with District(folder, Programs.find()) as district:
		district.add_agents(UNITS)
		district.start()
		streams = [stream.Stream(district, code, random.Random(f"{seed} {code}"))
			   for code in UNITS]
		hammer(district, streams, rng)
		wait_for("streams do not end", lambda: all([one.put() for one in streams]))
		district.wait_acknowledged()
		stream.check(district, streams)
		files = sum(sum(one.files.values()) for one in streams)
		print(f"{2 * KILLS} kills, {files} files, each acknowledged and applied once")


def main():
	seed = int(os.environ.get("CCHC_SEED", time.time_ns() % 2**32))
	print(f"CCHC_SEED={seed}", flush=True)
	slow_syncs_down()
	folder = tempfile.mkdtemp(prefix="cchc-kill-")
	run(folder, seed)
	shutil.rmtree(folder)


if __name__ == "__main__":
	sys.exit(main())
