"""300 tasks of the last two years, imported at once: a dry run changes nothing; each unit gets one
digest by the webhook and in its agent's folder, and no alert for what was late long before; the
commune's table lists what is open; row I.4 is what the file says, in every scope."""

import csv
import datetime
import os
import random
import sys
import tempfile
import time

from alertkit import SETTINGS, Moment, Sink, alerts, civil_now, import_tasks, tasks, write_alerts
from district import UNITS, District, Programs, Trouble, wait_for

TASKS = 300
DISTRICT = "325"
AGENTS = ("11986", "11989", DISTRICT)
STEPS = (("d-7", -7), ("d-3", -3), ("d-1", -1), ("due", 0), ("overdue", 1), ("late+7", 7))
QUARTERS = (("Q1", (-1, 12, 15), (0, 3, 14)), ("Q2", (0, 3, 15), (0, 6, 14)),
	    ("Q3", (0, 6, 15), (0, 9, 14)), ("Q4", (0, 9, 15), (0, 12, 14)))
ROWS = ("I.4.1", "I.4.2", "I.4.3", "I.4.4")
TAKES_S = 45


def communes():
	with open(UNITS, encoding="utf-8-sig", newline="") as f:
		return [line["code"] for line in csv.DictReader(f) if line["parent"] == DISTRICT]


def invent(rng, today):
	"""Each unit has one that is late, whatever the dice say."""
	units = [*communes(), DISTRICT]
	made = []
	for i in range(TASKS):
		assigned = today - datetime.timedelta(days=rng.randint(1, 730))
		due = assigned + datetime.timedelta(days=rng.randint(0, 90))
		done = assigned + datetime.timedelta(days=rng.randint(0, 100))
		if rng.random() < 0.3 or done > today or i < len(units):
			done = None
		if i < len(units):
			assigned = today - datetime.timedelta(days=40)
			due = today - datetime.timedelta(days=5 + i)
		elif rng.random() < 0.05:
			due = None
		lead = units[i % len(units)] if i < len(units) else rng.choice(units)
		co = rng.choice([unit for unit in units if unit != lead])
		made.append({"id": f"NV-{i:03}", "units": lead, "co": co * (rng.random() < 0.2),
			     "assigned": assigned, "due": due, "done": done})
	return made


def as_written(made):
	return [{key: "" if value is None else str(value) for key, value in one.items()}
		for one in made]


# ---- row I.4, from the rules alone ----

def open_periods(today):
	"""The quarter and the year that are open, with their first days."""
	year = today.year + ((today.month, today.day) > (12, 14))

	def date(shift, month, day):
		return datetime.date(year + shift, month, day)
	found = [(f"{year}", date(-1, 12, 15))]
	found += [(f"{year}-{name}", date(*first)) for name, first, last in QUARTERS
		  if date(*first) <= today <= date(*last)]
	return found


def brings(one, first, today):
	"""What a task brings to the four rows of a period that began on `first`."""
	due, done = one["due"] or datetime.date.max, one["done"]
	return {"I.4.1": done is None or done >= first,
		"I.4.2": done is not None and done >= first and done <= due,
		"I.4.3": done is not None and done >= first and done > due,
		"I.4.4": done is None and due < today}


def count(made, row, first, today, units):
	return sum(brings(one, first, today)[row] for one in made if one["units"] in units)


def check_row(district, made, today):
	below = set(communes())
	for period, first in open_periods(today):
		for unit, scope, units in ((DISTRICT, "own", {DISTRICT}), (DISTRICT, "below", below),
					   (DISTRICT, "total", below | {DISTRICT}),
					   *((code, "own", {code}) for code in below)):
			got = district.appendix(unit, period, scope)
			for row in ROWS:
				wanted = str(count(made, row, first, today, units))
				if (got[row]["state"], got[row]["value"]) != ("figure", wanted):
					raise Trouble(f"{unit} {period} {scope} {row}: {got[row]}, "
						      f"{wanted} by the file")


# ---- what is said ----

def configure(district, sink):
	"""The usual steps, at a time of the day that does not come while we look."""
	quiet = Moment(civil_now() + datetime.timedelta(hours=9))
	at = f"{quiet.civil:%H:%M}"
	write_alerts(district, [{"name": name, "days": days, "at": at, "roles": ["clerk"]}
				for name, days in STEPS],
		     [{"name": "cong", "type": "webhook", "url": sink.url()}],
		     digest={"at": at, "roles": ["clerk"]})


def check_dry_run(district, made):
	told = import_tasks(district, as_written(made), "--dry-run")
	if tasks(district, "--state", "all") or str(TASKS) not in told:
		raise Trouble(f"a dry run: {told}")


def check_digests(district, sink, today):
	"""One a unit, of this day, with what is late in it; nothing else."""
	wanted = {f"digest/{code}/{today}" for code in (*communes(), DISTRICT)}
	entries = sink.wait_keys(wanted)
	found = [one for one in entries if one["json"]["state"] == "raised"]
	if sorted(one["key"] for one in found) != sorted(wanted):
		raise Trouble(f"the sink got {sorted(one['key'] for one in found)}")
	for one in found:
		if "QUÁ HẠN" not in one["json"]["text"]:
			raise Trouble(f"a digest without what is late: {one['json']}")
	if set(alerts(district, "--all")) != wanted:
		raise Trouble(f"there are other alerts: {sorted(alerts(district, '--all'))}")


def check_folder(district, code, made, today):
	"""The day's digest, and the table of what is open."""
	agent = district.agents[code]
	path = agent.reports("nhac-viec", f"{today}.txt")
	wait_for(f"{path} does not come", lambda: os.path.exists(path))
	with open(path, encoding="utf-8-sig") as f:
		text = f.read()
	mine = {one["id"] for one in made if code in (one["units"], one["co"]) and not one["done"]}
	late = next(one["id"] for one in made if one["units"] == code)
	if late not in text or "QUÁ HẠN" not in text:
		raise Trouble(f"{path}: {text}")

	def listed():
		if not os.path.exists(agent.reports("nhiem-vu.csv")):
			return None
		with open(agent.reports("nhiem-vu.csv"), encoding="utf-8-sig", newline="") as f:
			names = {line["Mã nhiệm vụ"] for line in csv.DictReader(f, delimiter=";")}
		return {name for name in names if not name.startswith("bao-cao/")}
	wait_for(lambda: f"{code}: the table lists {listed()}, not {mine}",
		 lambda: listed() == mine)


def play(district, sink, rng):
	today = civil_now().date()
	made = invent(rng, today)
	configure(district, sink)
	district.start()
	check_dry_run(district, made)
	told = import_tasks(district, as_written(made))
	if str(TASKS) not in told or len(tasks(district, "--state", "all")) != TASKS:
		raise Trouble(f"the import: {told}")
	check_row(district, made, today)
	check_digests(district, sink, today)
	for code in AGENTS:
		check_folder(district, code, made, today)
	import_tasks(district, as_written(made))
	district.daemon.restart()
	check_row(district, made, today)
	check_digests(district, sink, today)
	district.verify()


def main():
	seed = int(os.environ.get("CCHC_SEED", time.time_ns() % 2**32))
	print(f"CCHC_SEED={seed}", flush=True)
	with tempfile.TemporaryDirectory(prefix="cchc-import-") as folder:
		sink = Sink(folder)
		sink.start()
		try:
			with District(folder, Programs.find(),
				      settings=SETTINGS + "register_from: 2020-Q1\n") as district:
				district.add_agents(AGENTS)
				play(district, sink, random.Random(seed))
		finally:
			sink.stop()


if __name__ == "__main__":
	sys.exit(main())
