"""The n-th write or sync of the store fails, for many n, before or after it was carried out:
the daemon goes on by itself, nothing acknowledged is lost, nothing is applied twice. A disk
that stays broken ends it with 75 for the service manager, and the next start has everything."""

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
STORE = "store/cchc.mdb"
STARTS = 24
BROKEN = 75
TAKES_S = 95


def plan(number, rng):
	"""What fails in one run of the daemon."""
	env = {"FI_OPS": ("fdatasync", "write")[number % 2], "FI_PATH": STORE,
	       "FI_N": str(rng.randint(3, 60)), "FI_ERR": ("EIO", "ENOSPC")[number // 2 % 2]}
	if number // 4 % 2:
		env["FI_AFTER"] = "1"
	return env


def start_with(district, env):
	"""A start during which the disk fails may fail too: the service manager tries again."""
	for name in ("FI_OPS", "FI_N", "FI_ERR", "FI_AFTER", "FI_WHILE"):
		os.environ.pop(name, None)
	os.environ.update(env, LD_PRELOAD=os.path.join(os.environ["CCHC_BIN"], "tests",
						       "libfailinj.so"))
	try:
		district.daemon.start()
	finally:
		del os.environ["LD_PRELOAD"]


def unknown_outcomes(district):
	with open(district.daemon.log, encoding="utf-8", errors="replace") as f:
		return f.read().count("unknown outcome")


def feed(district, streams, seconds):
	end = time.monotonic() + seconds
	while time.monotonic() < end:
		for one in streams:
			one.put()
		district.daemon.check()
		time.sleep(0.1)


def fail_now_and_then(district, streams, rng):
	for number in range(STARTS):
		start_with(district, plan(number, rng))
		feed(district, streams, 1.0)
		if number % 3 == 0:
			district.daemon.kill()
		elif district.daemon.stop() != 0:
			raise Trouble("the daemon did not end well")


def break_for_good(district, streams):
	"""Every sync fails: no acknowledgement, and after its tries the daemon ends itself."""
	flag = district.path("broken")
	start_with(district, {"FI_OPS": "fdatasync,write", "FI_PATH": STORE, "FI_WHILE": flag})
	feed(district, streams, 0.5)
	with open(flag, "w", encoding="ascii"):
		pass
	for one in streams:
		one.put()
	wait_for("the daemon does not give up", lambda: not district.daemon.runs(), 90)
	if district.daemon.wait() != BROKEN:
		raise Trouble(f"it ended with {district.daemon.wait()}, not {BROKEN}")
	if all(district.is_acknowledged(code) for code in UNITS):
		raise Trouble("what was never written is acknowledged")
	os.remove(flag)


def run(folder, seed):
	rng = random.Random(seed)
	with District(folder, Programs.find()) as district:
		district.add_agents(UNITS)
		district.start()
		district.daemon.stop()
		streams = [stream.Stream(district, code, random.Random(f"{seed} {code}"))
			   for code in UNITS]
		fail_now_and_then(district, streams, rng)
		break_for_good(district, streams)
		district.daemon.start()
		wait_for("streams do not end", lambda: all([one.put() for one in streams]))
		district.wait_acknowledged()
		stream.check(district, streams)
		unknown = unknown_outcomes(district)
		if unknown < STARTS // 4:
			raise Trouble(f"only {unknown} commits failed: nothing was tested")
		print(f"{unknown} commits of unknown outcome, each settled")


def main():
	seed = int(os.environ.get("CCHC_SEED", time.time_ns() % 2**32))
	print(f"CCHC_SEED={seed}", flush=True)
	folder = tempfile.mkdtemp(prefix="cchc-failing-")
	run(folder, seed)
	shutil.rmtree(folder)


if __name__ == "__main__":
	sys.exit(main())
