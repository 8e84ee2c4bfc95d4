"""Debian's Alertmanager beside the daemon: each alert is listed once, with English labels and
Vietnamese text, is posted again before it expires, also after a restart of either, and is resolved
at the moment when its task is done, cancelled, extended or moved: whom Alertmanager tells hears of
it once. None is early, none a minute late."""

import os
import shutil
import sys
import tempfile

from alertkit import SETTINGS, Alertmanager, Moment, Sink, alerts, check_punctual, civil_now
from alertkit import day, delivery, moment_s, task, write_alerts
from district import District, Programs, Trouble, wait_for

CHANNEL = "bao-dong"
REPEAT_S = 2
SAME_S = 2  # between what the register and Alertmanager say of an end, which is rounded
SKIPPED = 77
ENDS = {"xong": "done", "huy": "cancelled", "gia-han": "extended", "chuyen": "moved"}
STAYS = "con-lai"
LABELS = {"alertname": "CCHCDeadline", "unit": "11986", "step": "due", "class": "nhiem-vu",
	  "severity": "critical"}
THREADS = True
TAKES_S = 70


def configure(district, manager, *steps):
	write_alerts(district, steps,
		     [{"name": CHANNEL, "type": "alertmanager", "url": manager.url,
		       "repeat_s": REPEAT_S}])


def add(district, name, due):
	district.ctl("task", "add", "--id", name, "--title", f"Rà soát thủ tục: {name}", "--lead",
		     "11986", "--assigned", day(-3), "--due", due, "--doc", "12/KH-UBND")


def key_of(name):
	return f"{name}/due/1"


def check_listed(manager, names):
	"""Each once, and nothing else."""
	wanted = sorted(map(key_of, names))
	wait_for(lambda: f"Alertmanager lists {manager.keys()}, not {wanted}",
		 lambda: manager.keys() == wanted)


def check_words(manager):
	for alert in manager.listed():
		labels = alert["labels"]
		wanted = {**LABELS, "task": labels.get("task"), "key": key_of(labels.get("task"))}
		if labels != wanted:
			raise Trouble(f"the labels are {labels}")
		text = alert["annotations"]
		if "hôm nay đến hạn" not in text["summary"] \
		   or "Nhiệm vụ: Rà soát thủ tục" not in text["description"] \
		   or "Đơn vị chủ trì: " not in text["description"]:
			raise Trouble(f"the text is {text}")


def check_posted_again(manager, names):
	"""The moment at which each would expire moves on."""
	first = {alert["labels"]["key"]: alert["endsAt"] for alert in manager.listed()}

	def all_later():
		now = {alert["labels"]["key"]: alert["endsAt"] for alert in manager.listed()}
		return sorted(now) == sorted(first) and all(
			moment_s(now[key]) >= moment_s(first[key]) + REPEAT_S / 2 for key in now)
	wait_for("what stands is not posted again", all_later)
	check_listed(manager, names)


def end_all(district):
	district.ctl("task", "report", "xong", "--done", day(), "--result", "77/BC")
	district.ctl("task", "accept", "xong")
	district.ctl("task", "cancel", "huy", "--reason", "không cần nữa")
	district.ctl("task", "extend", "gia-han", "--due", day(3), "--reason",
		     "chờ cấp trên", "--doc", "13/CV-UBND")
	district.ctl("task", "move", "chuyen", "--lead", "11989", "--reason", "đúng lĩnh vực")


def told(sink, status):
	"""(key, when it ends) of all that Alertmanager has told its receiver to be so."""
	return [(alert["labels"]["key"], alert["endsAt"]) for one in sink.entries()
		for alert in one["json"]["alerts"] if alert["status"] == status]


def check_told_once(sink, names):
	"""Posting again is no news."""
	wanted = sorted(map(key_of, names))

	def keys():
		return sorted(key for key, _ in told(sink, "firing"))
	wait_for(lambda: f"Alertmanager tells of {keys()}, not {wanted}",
		 lambda: keys() == wanted)


def check_resolved(sink, found):
	"""Once each, by the end that was posted: nothing has merely expired."""
	wanted = sorted(map(key_of, ENDS))
	wait_for(lambda: f"Alertmanager resolves {told(sink, 'resolved')}, not {wanted}",
		 lambda: sorted(key for key, _ in told(sink, "resolved")) == wanted)
	for key, ended in told(sink, "resolved"):
		if abs(moment_s(ended) - moment_s(found[key]["ended"])) > SAME_S:
			raise Trouble(f"{key} ended at {ended}: {found[key]}")


def check_ended(district):
	"""As the daemon tells it; the end is confirmed by the channel."""
	def all_told():
		found = alerts(district, "--all")
		return all(delivery(found[key_of(name)], CHANNEL)["end_state"] == "confirmed"
			   for name in ENDS) and found
	found = wait_for(lambda: f"ends are not told: {alerts(district, '--all')}", all_told)
	for name, why in ENDS.items():
		if found[key_of(name)]["end_why"] != why:
			raise Trouble(f"{name} ended as {found[key_of(name)]['end_why']}")
	if sorted(found) != sorted(map(key_of, [*ENDS, STAYS])):
		raise Trouble(f"there are other alerts: {sorted(found)}")
	check_punctual(found.values())
	return found


def play(district, manager, sink):
	configure(district, manager)
	district.start_daemon()
	names = [*ENDS, STAYS]
	for name in names:
		add(district, name, day())
	add(district, "chua-den", day(1))
	due = Moment.ahead()
	configure(district, manager, due.step("due", urgency="critical"))
	district.daemon.restart()
	if manager.listed() and civil_now() < due.civil:
		raise Trouble(f"an alert came before its moment: {manager.keys()}")
	check_listed(manager, names)
	check_words(manager)
	check_posted_again(manager, names)
	check_told_once(sink, names)
	district.daemon.kill()
	district.daemon.start()
	check_posted_again(manager, names)
	check_told_once(sink, names)
	manager.kill()
	manager.start()
	check_listed(manager, names)  # it had forgotten them
	end_all(district)
	check_listed(manager, [STAYS])
	check_resolved(sink, check_ended(district))
	if task(district, "gia-han")["due_version"] != 2:
		raise Trouble("an extension makes no new version of the due date")
	district.verify()


def main():
	program = shutil.which("prometheus-alertmanager")
	if not program:
		print("prometheus-alertmanager is not installed: scripts/install-deps test")
		return 1 if "CI" in os.environ else SKIPPED
	with tempfile.TemporaryDirectory(prefix="cchc-alertmanager-") as folder, \
	     District(folder, Programs.find(), settings=SETTINGS) as district:
		sink = Sink(folder)
		sink.start()
		manager = Alertmanager(program, folder, sink)
		manager.start()
		try:
			play(district, manager, sink)
		finally:
			manager.stop()
			sink.stop()
	return 0


if __name__ == "__main__":
	sys.exit(main())
