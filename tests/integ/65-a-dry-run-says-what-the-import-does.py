"""`task import --dry-run` says line by line what the import does: over files of random lines that
name the same tasks again and again, by lists, by "all" and one by one, right and wrong, on a
register that grows from file to file."""

import os
import random
import sys
import tempfile
import time

from alertkit import SETTINGS, day, write_alerts
from district import District, Programs, Trouble

FILES, LINES = 12, 24
SEED = int(os.environ.get("CCHC_SEED", time.time_ns() % 2**32))

HEADER = "id;title;units;assigned;due;done;result;co;class\n"
# as people met it: "all" is taken apart, one of its tasks stands on a line of its own
FOUND = (f"S6;a;all;{day(-9)};;;;;\n"
	 f"S6/11986;b;11986;{day(-9)};;;;;\n"
	 f"S6/11989;a;11989;{day(-9)};;;;;\n")


def random_line(dice):
	unit = dice.choice(("11986", "11989", "11992", "99999", "33"))
	one_id = dice.choice(("A", "B", "B/11986", "C/11989", "C", "A/11992"))
	units = dice.choice((unit, "11986,11989", "11989 11986 11992", "all"))
	due = dice.choice(("", "", day(5), day(5), day(-20)))
	done = dice.choice(("", "", "", day(-2), day(2)))
	return ";".join((one_id, dice.choice(("x", "x", "x", "y")), units, day(-9), due, done,
			 dice.choice(("", "1/BC")), dice.choice(("", "", "11992", "11989")),
			 dice.choice(("", "", "nhiem-vu", "la-lung")))) + "\n"


def run_import(district, path, *options):
	"""(counts, what was told of lines)"""
	done = district.ask("task", "import", path, *options)
	counts = [line.rsplit(": ", 1)[1] for line in done.stdout.splitlines() if ": " in line]
	told = [line for line in done.stderr.splitlines() if not line.startswith("cchcctl: ")]
	if len(counts) != 4 or done.returncode not in (0, 1):
		raise Trouble(f"import {options}: exit {done.returncode}\n{done.stdout}{done.stderr}")
	return counts, told


def line_number(path, told):
	return int(told[len(path) + 1:].split(":", 1)[0])


def check_file(district, text):
	path = district.path("viec.csv")
	with open(path, "w", encoding="utf-8") as f:
		f.write(HEADER + text)
	would = run_import(district, path, "--dry-run")
	did = run_import(district, path)
	if would != did:
		raise Trouble(f"the dry run said {would}, the import did {did}:\n{text}")
	numbers = [line_number(path, told) for told in did[1]]
	if numbers != sorted(numbers):
		raise Trouble(f"lines are told in the order {numbers}")
	again = run_import(district, path)
	if again[0][1] != "0":
		raise Trouble(f"importing again added {again[0][1]}:\n{text}")
	return did


def main():
	dice = random.Random(SEED)
	print(f"CCHC_SEED={SEED}")
	with tempfile.TemporaryDirectory(prefix="cchc-dryrun-") as folder, \
	     District(folder, Programs.find(), settings=SETTINGS) as district:
		write_alerts(district, [], [])
		district.start_daemon()
		(_, added, same, refused), told = check_file(district, FOUND)
		if (added, same, refused) != ("11", "1", "1") or "khác nhau ở title" not in told[0]:
			raise Trouble(f"{added} added, {same} there, {refused} refused: {told}")
		for _ in range(FILES):
			check_file(district, "".join(random_line(dice) for _ in range(LINES)))
		district.verify()


if __name__ == "__main__":
	sys.exit(main())
