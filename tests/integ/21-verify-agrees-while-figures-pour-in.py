"""Verification in the middle of a load, many times: it always agrees, each time at another
commit, and nobody waits for it. At the end the daemon is stopped in the middle of answers: it
ends well, and the next start agrees too."""

import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time

from district import District, Programs, Trouble, spawn, wait_for

UNITS = ("11986", "11989", "11992", "325")
PERIODS = ("2023-Q3", "2023", "2024-01", "2024-02", "2024-03", "2024-Q1", "2024-H1", "2025-Q1")
ROWS = ("I.1", "I.2.1", "I.2.2", "I.5.1", "II.3.1", "III.2.1", "VI.1.2")
ROUNDS = 25
THREADS = True
TAKES_S = 25


def pour(district, rng, stop):
	while not stop.is_set():
		for code in UNITS:
			inbox = district.agents[code].reports("inbox")
			for period in PERIODS:
				if os.path.exists(os.path.join(inbox, period + ".csv")):
					continue
				rows = rng.sample(ROWS, 4)
				lines = "".join(f"{row},{rng.randint(0, 999)}\n" for row in rows)
				district.put(code, period + ".csv", "code,value\n" + lines)
		stop.wait(0.1)


def verify_often(district):
	"""The commits that it agreed at, each a later one."""
	commits = [0]

	def agrees_anew():
		said = district.verify()  # Trouble unless the exit code is 0
		commit = int(re.search(r"lần ghi số (\d+)", said).group(1))
		if commit < commits[-1]:
			raise Trouble(f"{commit} after {commits}")
		if commit == commits[-1]:
			return False
		commits.append(commit)
		return True
	for _ in range(ROUNDS):
		wait_for("nothing pours in", agrees_anew)
	return commits[1:]


def stop_in_the_middle(district, after_s):
	"""Whoever got an answer before got a good one. The exit codes."""
	asks = [spawn(district.ctl_argv(*args), stdin=subprocess.DEVNULL,
		      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
		for args in (("verify",), ("status",),
			     ("explain", "--period", "2024", "--indicator", "I.2")) * 4]
	time.sleep(after_s)
	code = district.daemon.stop()
	codes = sorted(ask.wait() for ask in asks)
	if code != 0 or not set(codes) <= {0, 1, 5}:
		raise Trouble(f"stopped while it answered: {code}, cchcctl {codes}")
	district.daemon.start()
	district.verify()
	return codes


def main():
	seed = int(os.environ.get("CCHC_SEED", time.time_ns() % 2**32))
	print(f"CCHC_SEED={seed}", flush=True)
	stop = threading.Event()
	with tempfile.TemporaryDirectory(prefix="cchc-verify-") as folder, \
	     District(folder, Programs.find()) as district:
		district.add_agents(UNITS)
		district.start()
		pouring = threading.Thread(target=pour, args=(district, random.Random(seed), stop))
		pouring.start()
		try:
			commits = verify_often(district)
		finally:
			stop.set()
			pouring.join()
		district.wait_acknowledged()
		district.verify()
		stops = [stop_in_the_middle(district, after_s) for after_s in (0.03, 0.05, 0.08)]
		print(f"{ROUNDS} verifications, commits {commits[0]} to {commits[-1]}; "
		      f"stopped in the middle: {stops}")


if __name__ == "__main__":
	sys.exit(main())
