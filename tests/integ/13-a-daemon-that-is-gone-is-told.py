"""Every command of cchcctl tells within seconds that there is no daemon, one that hangs, or
one that ends while it works on the answer, with an exit code of its own. A wait of ten
minutes would end this test."""

import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

from district import District, Programs, Trouble, spawn, wait_for

NO_ANSWER = 5
CELL = ("--period", "2024-Q1", "--indicator", "I.1")
COMMANDS = (("about",), ("status",), ("verify",), ("appendix", "--period", "2024-Q1"),
	    ("explain", *CELL), ("journal", *CELL), ("watch",), ("watch", "--once"),
	    ("--timeout", "3600", "verify"))
TAKES_S = 17


def expect_no_answer(district, what):
	"""All at once: each takes its seconds."""
	with ThreadPoolExecutor(len(COMMANDS)) as pool:
		for command, done in zip(COMMANDS, pool.map(lambda c: district.ask(*c), COMMANDS)):
			if done.returncode != NO_ANSWER or "no answer from" not in done.stderr:
				raise Trouble(f"{what}: {command}: exit {done.returncode}, "
					      f"{done.stderr}{done.stdout}")


def expect_answers(district):
	for command in COMMANDS:
		if command != ("watch",):
			district.ctl(*command)


def hang_while_verifying(district):
	"""The answer never comes, whether the question was read or not."""
	verify = spawn(district.ctl_argv("verify"), stdin=subprocess.DEVNULL,
		       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
	district.daemon.signal(signal.SIGSTOP)
	out, err = verify.communicate()
	if verify.returncode not in (0, NO_ANSWER):
		raise Trouble(f"verify of one that hangs: exit {verify.returncode}, {err}{out}")


def main():
	with tempfile.TemporaryDirectory(prefix="cchc-gone-") as folder, \
	     District(folder, Programs.find()) as district:
		district.add_agents(["11986"])
		district.start()
		district.put("11986", "2024-Q1.csv", "code,value\nI.1,8\n")
		district.wait_acknowledged()
		expect_answers(district)
		hang_while_verifying(district)
		expect_no_answer(district, "hangs")
		district.daemon.signal(signal.SIGCONT)
		wait_for("no answer any more",
			 lambda: district.ask("about").returncode == 0)
		district.daemon.kill()
		expect_no_answer(district, "is gone")
		district.daemon.start()
		expect_answers(district)


if __name__ == "__main__":
	sys.exit(main())
