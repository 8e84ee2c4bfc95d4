"""kill -9 of the daemon and of the place alerts go to, hundreds of times, while tasks come due, are
returned late and are done. The webhook's keys: each alert that is owed comes once for each key it
has, none is lost, none comes that nobody owes, and who heard of an alert hears of its end. A
program has no keys: what it sees twice is counted, and is no more than `alerts list` says."""

import collections
import os
import random
import stat
import sys
import tempfile
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "integ"))

from alertkit import SETTINGS, Moment, Sink, alerts, check_punctual  # noqa: E402
from alertkit import day, delivery, import_tasks, tasks, write_alerts, write_secret  # noqa: E402
from district import SANITIZER, District, Programs, Trouble, wait_for  # noqa: E402

KILLS = 60 if SANITIZER else 300
EACH = 12 if SANITIZER else 50  # tasks of a sort
THREADS = True
TAKES_S = 140
APART_S = 5  # no deed so near to a step that either order would be right
# A daemon that is down most of the time has fired what is due; else it may find the second step
# due as well, and pass over the first.
FIRED_S = 15
UNIT, HOOK, PROGRAM = "11986", "cong", "tin-nhan"
STEPS = ("first", "second")
RETURNED = 2  # the version of a due date after a return
PATIENCE = ["--timeout", "5"]
NO_ANSWER, REFUSED = 5, 1

RECORDER = """\
#!/bin/sh
exec printf '%s\\n' "$CCHC_ALERT_KEY" >>"{record}"
"""


def slow_syncs_down():
	"""In plain builds: kills fall between a commit and what follows from it."""
	library = os.path.join(os.environ["CCHC_BIN"], "tests", "libfailinj.so")
	if os.path.exists(library):
		os.environ.update(LD_PRELOAD=library, FI_OPS="fdatasync", FI_DELAY_MS="15",
				  FI_PATH="store/cchc.mdb")


def configure(district, sink, moments):
	program = district.path("recorder")
	with open(program, "w", encoding="ascii") as f:
		f.write(RECORDER.format(record=district.path("program.record")))
	os.chmod(program, stat.S_IRWXU)
	write_secret(district.path("hook.secret"), "bí mật thì không".encode().hex())
	write_alerts(district, [at.step(name) for name, at in zip(STEPS, moments)],
		     [{"name": HOOK, "type": "webhook", "url": sink.url("/alerts"), "at_once": 3,
		       "secret_file": "hook.secret"},
		      {"name": PROGRAM, "type": "exec", "program": program}],
		     [(UNIT, {"name": "Lê Thị Cúc", "roles": ["clerk"],
			      "channels": {PROGRAM: "0900000001"}})])


class Deeds:
	"""What people do meanwhile: some tasks are reported before the first step and returned
	some time after it, others are done between the two steps. Says when each was."""

	def __init__(self, district, moments, rng):
		self.district = district
		self.moments = moments
		self.plan = []
		for i in range(EACH):
			self.plan.append((self.some_time(rng), f"cho/{i}", "return",
					  "--reason", "chưa đủ"))
			self.plan.append((self.between(rng), f"xong/{i}", "cancel",
					  "--reason", "đã có việc khác"))
		self.plan.sort()
		self.returned = {}
		self.trouble = None
		self.thread = threading.Thread(target=self.run, daemon=True)

	def between(self, rng):
		return rng.uniform(self.moments[0].epoch + APART_S,
				   self.moments[1].epoch - FIRED_S - APART_S)

	def some_time(self, rng):
		"""After the first or after the second."""
		after = self.moments[1].epoch + APART_S
		return rng.choice((self.between(rng), rng.uniform(after, after + 5)))

	def run(self):
		try:
			for at, task, *what in self.plan:
				time.sleep(max(0.0, at - time.time()))
				self.do(task, *what)
		except Trouble as trouble:
			self.trouble = trouble

	def do(self, task, verb, *more):
		"""Until there is an answer. After one that got lost, the deed may be done."""
		began = time.time()
		for turn in range(100):
			done = self.district.ask(*PATIENCE, "task", verb, task, *more)
			if done.returncode == 0 or (turn and done.returncode == REFUSED):
				self.returned[task] = (began, time.time())
				return
			if done.returncode != NO_ANSWER:
				break
		raise Trouble(f"task {verb} {task}: exit {done.returncode}: {done.stderr}")

	def end(self):
		self.thread.join()
		if self.trouble:
			raise self.trouble


def prepare(district):
	"""Three sorts of tasks: nobody touches `yen`, `cho` waits for confirmation."""
	import_tasks(district, [{"id": f"{sort}/{i}", "units": UNIT, "due": day(),
				 "assigned": day(-3)}
				for sort in ("yen", "cho", "xong") for i in range(EACH)])
	for i in range(EACH):
		district.ctl("task", "report", f"cho/{i}", "--done", day(-1))


def hammer(district, sink, rng):
	"""Kills until all are done and nothing comes due any more."""
	end = district.moments[1].epoch + APART_S + 7
	kills = collections.Counter()
	restart_s = 0.0
	while sum(kills.values()) < KILLS or time.time() < end:
		each_s = (end - time.time()) / max(1, KILLS - sum(kills.values())) - restart_s
		time.sleep(rng.uniform(0.0, 2 * max(0.0, each_s)))
		victim = rng.choice((district.daemon, district.daemon, sink))
		victim.check()
		began = time.time()
		victim.kill()
		victim.start()
		restart_s = time.time() - began
		kills[victim.name] += 1
	return kills


def wait_settled(district):
	"""Until nothing waits to be told."""
	def settled():
		found = alerts(district, "--all", "--newest", "100000")
		return found if all(one["state"] not in ("owed", "handed")
				    and one["end_state"] not in ("owed", "handed")
				    for alert in found.values()
				    for one in alert["deliveries"]) else None
	return wait_for("alerts still wait to be told", settled)


def wanted_keys(deeds):
	"""{key} by an independent view of what each task went through, and those of which
	nothing can be said: a deed that took until a step's moment."""
	second = deeds.moments[1].epoch
	wanted = {f"yen/{i}/{step}/1" for i in range(EACH) for step in STEPS}
	unsure = set()
	for i in range(EACH):
		wanted.add(f"xong/{i}/first/1")
		began, ended = deeds.returned[f"cho/{i}"]
		if ended < second - FIRED_S:
			wanted |= {f"cho/{i}/{step}/{RETURNED}" for step in STEPS}
		elif began > second + 1:
			wanted |= {f"cho/{i}/second/{RETURNED}"}
		else:
			unsure |= {f"cho/{i}/{step}/{RETURNED}" for step in STEPS}
		if deeds.returned[f"xong/{i}"][1] > second - 1:
			unsure.add(f"xong/{i}/second/1")
	return wanted, unsure


def check_alerts(found, deeds):
	"""None lost, none too many, in time."""
	told = {key for key, alert in found.items() if not alert["superseded"]}
	wanted, unsure = wanted_keys(deeds)
	if wanted - told - unsure or told - wanted - unsure:
		raise Trouble(f"not owed: {wanted - told - unsure}; "
			      f"owed without cause: {told - wanted - unsure}")
	check_punctual(alert for key, alert in found.items() if key.startswith("yen/"))


def check_hook(found, sink):
	"""Returns how many handings the sink saw that it had taken before."""
	taken = [one for one in sink.entries() if one["answer"] == 200]
	keys = {urllib.parse.unquote(one["key"]) for one in taken}
	if any(one["signature"] != "right" for one in taken):
		raise Trouble("a handing was signed wrongly")
	owed = set()
	for key, alert in found.items():
		state = delivery(alert, HOOK)
		if not state:
			continue
		if state["state"] == "confirmed":
			owed.add(key)
		elif key in keys and not alert["ended"]:
			raise Trouble(f"{key} was told, and the daemon says {state}")
		if alert["ended"] and key in keys:
			owed.add(key + "/ended")
	if owed - keys:
		raise Trouble(f"confirmed, and never came: {sorted(owed - keys)}")
	strange = {key.removesuffix("/ended") for key in keys} - set(found)
	if strange:
		raise Trouble(f"came, and nobody owes them: {sorted(strange)}")
	if len(taken) - len(keys) != sum(one["repeated"] for one in taken):
		raise Trouble("the sink took a key twice without seeing that it did")
	return len(taken), len(taken) - len(keys)


def check_program(found, district):
	"""Returns how many handings it saw, how many of them again, and what is told of that."""
	with open(district.path("program.record"), encoding="utf-8") as f:
		seen = collections.Counter(f.read().splitlines())
	again = {key: delivery(alert, PROGRAM)["again"] for key, alert in found.items()
		 if delivery(alert, PROGRAM)}
	for key, alert in found.items():
		state = delivery(alert, PROGRAM)
		if state and state["state"] == "confirmed" and not seen[key]:
			raise Trouble(f"the program never saw {key}")
	for key, n in seen.items():
		if n - 1 > again[key]:
			raise Trouble(f"the program saw {key} {n} times; again: {again[key]}")
	return sum(seen.values()), sum(seen.values()) - len(seen), sum(again.values())


def run(folder, seed):
	rng = random.Random(seed)
	sink = Sink(folder, "--secret-file", os.path.join(folder, "hook.secret"))
	sink.start()
	with District(folder, Programs.find(), settings=SETTINGS) as district:
		configure(district, sink, ())
		district.start_daemon()
		prepare(district)
		first = Moment.ahead()
		district.moments = (first, first.plus(1))
		configure(district, sink, district.moments)
		district.daemon.restart()
		deeds = Deeds(district, district.moments, rng)
		deeds.thread.start()
		kills = hammer(district, sink, rng)
		deeds.end()
		district.daemon.kill()  # begins with channels it knows nothing bad of
		district.daemon.start()
		found = wait_settled(district)
		check_alerts(found, deeds)
		hook = check_hook(found, sink)
		program = check_program(found, district)
		if len(tasks(district, "--state", "all")) != 3 * EACH:
			raise Trouble("a task is lost")
		district.verify()
		sink.stop()
	print(f"{sum(kills.values())} kills {dict(kills)}{' (sanitized: fewer)' * bool(SANITIZER)}, "
	      f"{len(found)} alerts; webhook: {hook[0]} handings taken, {hook[1]} of them with "
	      f"a key it had; program: {program[0]} handings, {program[1]} again, "
	      f"`again` says {program[2]}")


def main():
	seed = int(os.environ.get("CCHC_SEED", time.time_ns() % 2**32))
	print(f"CCHC_SEED={seed}", flush=True)
	slow_syncs_down()
	with tempfile.TemporaryDirectory(prefix="cchc-alertkill-") as folder:
		run(folder, seed)


if __name__ == "__main__":
	sys.exit(main())
