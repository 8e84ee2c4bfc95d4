"""The disk under the store is full: the daemon answers LATER, agents keep what they have, and
once there is room everything is acknowledged, by the same daemon."""

import os
import random
import shutil
import sys
import tempfile
import time

import stream
from district import District, Programs, Trouble, wait_for

PLAIN_ONLY = True
UNITS = ("11986", "11989", "325")
FULL_S = 8
TAKES_S = 18


def start_on_a_disk_that_fills(district):
	"""Full while the flag is there: writes to the store answer ENOSPC."""
	flag = district.path("full")
	os.environ.update({"FI_OPS": "write", "FI_PATH": "store/cchc.mdb", "FI_WHILE": flag,
			   "FI_ERR": "ENOSPC",
			   "LD_PRELOAD": os.path.join(os.environ["CCHC_BIN"], "tests",
						      "libfailinj.so")})
	try:
		district.daemon.start()
	finally:
		del os.environ["LD_PRELOAD"]
	return flag


def keep_pushing(district, streams, seconds):
	end = time.monotonic() + seconds
	while time.monotonic() < end:
		for one in streams:
			one.put()
		district.daemon.check()
		time.sleep(0.2)


def journal_length(district):
	return sum(len(messages) for messages in stream.journal(district).values())


def check_nothing_moves(district, streams):
	before = journal_length(district)
	keep_pushing(district, streams, FULL_S)
	if journal_length(district) != before:
		raise Trouble("the journal grew on a full disk")
	if all(district.is_acknowledged(code) for code in UNITS):
		raise Trouble("what was never written is acknowledged")


def run(folder, seed):
	with District(folder, Programs.find()) as district:
		district.add_agents(UNITS)
		district.start()
		district.daemon.stop()
		flag = start_on_a_disk_that_fills(district)
		streams = [stream.Stream(district, code, random.Random(f"{seed} {code}"))
			   for code in UNITS]
		keep_pushing(district, streams, 2)
		with open(flag, "w", encoding="ascii"):
			pass
		time.sleep(0.5)
		check_nothing_moves(district, streams)
		os.remove(flag)
		wait_for("streams do not end", lambda: all([one.put() for one in streams]))
		district.wait_acknowledged()
		stream.check(district, streams)
		with open(district.daemon.log, encoding="utf-8") as f:
			if "cannot be written" not in f.read():
				raise Trouble("the log says nothing of it")


def main():
	seed = int(os.environ.get("CCHC_SEED", time.time_ns() % 2**32))
	print(f"CCHC_SEED={seed}", flush=True)
	folder = tempfile.mkdtemp(prefix="cchc-full-")
	run(folder, seed)
	shutil.rmtree(folder)


if __name__ == "__main__":
	sys.exit(main())
