"""kill -9 during the first creation of the store, at random moments: the next start works, with
one store, and figures flow."""

import os
import random
import shutil
import sys
import tempfile
import time

from district import District, Programs, Trouble

ROUNDS = 20
LONGEST_S = 0.08  # a first start takes about as long


def wait_for_birth(district):
	"""Returns the moment the store's folder is no longer empty: the creation is under way."""
	end = time.monotonic() + 20
	while not os.listdir(district.path("store")):
		if time.monotonic() > end:
			raise Trouble("no store was begun")


def start_and_kill(district, delay_s):
	"""Without waiting for the doors. True when it was killed while starting; a delay of None
	kills as soon as anything is there."""
	super(type(district.daemon), district.daemon).start()
	if delay_s is None:
		wait_for_birth(district)
	else:
		time.sleep(delay_s)
	was_early = not os.path.exists(district.path("store", "cchc.mdb"))
	district.daemon.kill()
	return was_early


def wipe(district):
	for name in os.listdir(district.path("store")):
		os.remove(district.path("store", name))


def check_store(district):
	left = sorted(os.listdir(district.path("store")))
	if left != ["cchc.mdb", "cchc.mdb-daemon", "cchc.mdb-lock"]:
		raise Trouble(f"the store's folder holds {left}")
	for name in left:
		mode = os.stat(district.path("store", name)).st_mode & 0o777
		if mode != 0o600:
			raise Trouble(f"{name} has mode {mode:o}")


def run(folder, rng):
	early = 0
	with District(folder, Programs.find()) as district:
		district.add_agents(["11986"])
		district.start_daemon()
		district.daemon.stop()
		for turn in range(ROUNDS):
			wipe(district)
			delay_s = rng.uniform(0.0, LONGEST_S) if turn % 2 else None
			early += start_and_kill(district, delay_s)
			district.daemon.start()
			check_store(district)
			district.verify()
			if district.daemon.stop() != 0:
				raise Trouble("the daemon did not end well")
		district.daemon.start()
		district.agents["11986"].start()
		district.put("11986", "2024-Q1.csv", "code,value\nI.1,8\n")
		district.wait_acknowledged()
		district.verify()
	print(f"{ROUNDS} starts killed, {early} before the store had its name")
	if early == 0:
		raise Trouble("no kill came early enough: nothing was tested")


def main():
	seed = int(os.environ.get("CCHC_SEED", time.time_ns() % 2**32))
	print(f"CCHC_SEED={seed}", flush=True)
	folder = tempfile.mkdtemp(prefix="cchc-first-start-")
	run(folder, random.Random(seed))
	shutil.rmtree(folder)


if __name__ == "__main__":
	sys.exit(main())
