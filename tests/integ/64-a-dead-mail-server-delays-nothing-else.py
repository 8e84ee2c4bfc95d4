"""Mail by a server that hangs, then by one that works: the webhook gets its alerts meanwhile; the
mails of one task are one thread; a person takes note and is told no more; a silence holds alerts
back and ends; a channel can be tried out."""

import json
import sys
import tempfile

from alertkit import SETTINGS, Moment, Sink, alerts, check_punctual, day, delivery, write_alerts
from district import District, Programs, Trouble, wait_for

UNIT = "11986"
HOOK, MAIL = "cong", "thu"
CLERK = "cuc@nhuquynh.example.vn"
LEADER = "dung@nhuquynh.example.vn"
REFUSED = 1
THREADS = True
TAKES_S = 120


def configure(district, hook, mail, *steps):
	write_alerts(district, steps,
		     [{"name": HOOK, "type": "webhook", "url": hook.url()},
		      {"name": MAIL, "type": "smtp", "url": mail.mail_url(), "time_limit_s": 300,
		       "from": "cchc@vanlam.example.vn", "tls": "offered"}],
		     [(UNIT, {"name": "Lê Thị Cúc", "roles": ["clerk"], "email": CLERK}),
		      (UNIT, {"name": "Phạm Văn Dũng", "roles": ["commune-leader"],
			      "email": LEADER, "language": "en"})])


def steps_ahead():
	first = Moment.ahead()
	return (first.step("due", roles=["clerk"]),
		first.plus(1).step("later", roles=["clerk", "commune-leader"], urgency="critical"))


def add(district, name):
	district.ctl("task", "add", "--id", name, "--title", f"Rà soát {name}", "--lead", UNIT,
		     "--assigned", day(-3), "--due", day())


def raised(sink):
	return [one["json"]["key"] for one in sink.entries() if one["protocol"] == "http"
		and one["answer"] == 200 and one["json"]["state"] == "raised"]


def mails(sink):
	return [one for one in sink.entries() if one["protocol"] == "smtp" and one["answer"] == 250]


def check_hangs(district, hook, names):
	"""The mail server answers nobody; the webhook has everything all the same."""
	wanted = {f"{name}/due/1" for name in names}
	hook.wait_keys(wanted)

	def told():
		found = alerts(district)
		return found if all(delivery(found[key], HOOK)["state"] == "confirmed"
				    for key in wanted if key in found) and wanted <= set(found) \
			else None
	found = wait_for(lambda: f"not told: {alerts(district)}", told)
	check_punctual(found.values())
	if any(one["state"] == "confirmed" for alert in found.values()
	       for one in alert["deliveries"] if one["channel"] == MAIL):
		raise Trouble("a mail is confirmed that nobody took")


def check_try_out(district):
	district.ctl("alerts", "test-channel", HOOK)
	done = district.ask("alerts", "test-channel", MAIL)
	if done.returncode != REFUSED or "--to" not in done.stderr:
		raise Trouble(f"mail without an address: {done.returncode} {done.stderr}")


def check_ack(district):
	note = "đã gọi điện, đang làm"
	district.ctl("alerts", "ack", "mot/due/1", "--note", note)
	found = alerts(district)["mot/due/1"]
	if (found["note"], found["acked_by"]) != (note, "ctl") or not found["acked"]:
		raise Trouble(f"what was taken note of: {found}")
	if "đã nhận" not in district.ctl("alerts", "list"):
		raise Trouble("the list does not say that somebody took note")


def check_silence(district):
	district.ctl("alerts", "silence", "--task", "im", "--for", "2h", "--note", "đang nghỉ lễ")
	told = json.loads(district.ctl("alerts", "list", "--silences", "--json"))["silences"]
	if [(one["task"], one["note"], one["by"]) for one in told] != [("im", "đang nghỉ lễ", "ctl")]:
		raise Trouble(f"silences: {told}")
	if not told[0]["until"] > told[0]["from"]:
		raise Trouble(f"a silence without an end: {told}")
	return str(told[0]["number"])


def check_silenced(district, hook, number):
	"""Owed in time, told when the silence is taken back."""
	wait_for("the alert that is silenced is not owed", lambda: "im/later/1" in alerts(district))
	hook.wait_keys({"hai/later/1"})
	if {"im/due/1", "im/later/1"} & set(raised(hook)):
		raise Trouble("a silenced alert was told")
	district.ctl("alerts", "unsilence", number)
	hook.wait_keys({"im/due/1", "im/later/1"})
	check_punctual(alerts(district).values())


def mails_of(mail, task, n):
	"""So many at least."""
	def found():
		by_task = [one for one in mails(mail) if f"Rà soát {task}:" in one["headers"]["subject"]]
		return by_task if len(by_task) >= n else None
	return wait_for(lambda: f"mails: {[one['headers'] for one in mails(mail)]}", found)


def receivers(came):
	return sorted(to for one in came for to in one["to"])


def check_taken_note(district, mail):
	"""Of the first alert the clerk hears no more; the second is another one."""
	told = receivers(mails_of(mail, "mot", 2))
	first = delivery(alerts(district)["mot/due/1"], MAIL)
	if told != [CLERK, LEADER] or (first["state"], first["why"]) != ("dropped",
									 "somebody took note"):
		raise Trouble(f"who took note was told again: {told}, {first}")


def check_mails(mail):
	"""Of one task one thread, each to whom it is for, in their language."""
	came = mails_of(mail, "hai", 3)
	if receivers(came) != [CLERK, CLERK, LEADER]:
		raise Trouble(f"mails of one task went to {receivers(came)}")
	ids = [one["headers"]["message-id"] for one in came]
	if len(set(ids)) != len(ids) or any(one["defects"] for one in came):
		raise Trouble(f"a mail came twice or is malformed: {came}")
	threads = {one["headers"].get("references", one["headers"].get("in-reply-to"))
		   for one in came}
	if len(threads) != 1 or None in threads:
		raise Trouble(f"mails of one task are in the threads {threads}")
	for one in came:
		word = "Unit: " if one["to"] == [LEADER] else "Đơn vị chủ trì: "
		if word not in one["text"]:
			raise Trouble(f"not in {one['to']}'s language: {one['text']}")


def play(district, folder, hook):
	mail = Sink(folder, "--hang", name="mail")
	mail.start()
	configure(district, hook, mail)
	district.start_daemon()
	for name in ("mot", "hai", "im"):
		add(district, name)
	number = check_silence(district)
	configure(district, hook, mail, *steps_ahead())
	district.daemon.restart()
	try:
		check_try_out(district)
		check_hangs(district, hook, ("mot", "hai"))
		check_ack(district)
		mail.kill()
		mail.argv.remove("--hang")
		mail.start()
		check_silenced(district, hook, number)
		check_mails(mail)
		check_taken_note(district, mail)
		district.verify()
	finally:
		mail.stop()


def main():
	with tempfile.TemporaryDirectory(prefix="cchc-mail-") as folder:
		hook = Sink(folder, name="hook")
		hook.start()
		try:
			with District(folder, Programs.find(), settings=SETTINGS) as district:
				play(district, folder, hook)
		finally:
			hook.stop()


if __name__ == "__main__":
	sys.exit(main())
