"""What the tests of tasks and alerts share: steps that come due within a minute, the places
alerts are handed to, and what the register says of them.

Configurations are written as JSON, which is YAML too. Who imports this has one today from
beginning to end: shortly before midnight it waits for the next one.
"""

import csv
import datetime
import io
import json
import os
import socket
import sys
import time
import urllib.request

from district import ROOT, Program, Trouble, wait_for

CALENDARS = os.path.join(ROOT, "config", "calendars")
SINK = os.path.join(ROOT, "tests", "tools", "sink.py")
SETTINGS = f"calendars: {CALENDARS}\nalerts: alerts.yaml\ncontacts: contacts.yaml\n"
CIVIL = datetime.timezone(datetime.timedelta(hours=7))
LATE_S = 60  # an alert is owed at most so late
READY_S = 10  # what a daemon needs to start, on a machine with much to do
LONGEST_S = 480  # that such a test takes, there


# ---- when ----

def civil_now():
	return datetime.datetime.now(CIVIL)


def day(days=0):
	"""So many days after today, as files have it."""
	return str(civil_now().date() + datetime.timedelta(days=days))


def said_day(days=0):
	"""The same as people are told it."""
	return f"{civil_now().date() + datetime.timedelta(days=days):%d/%m/%Y}"


def wait_out_the_day():
	now = civil_now()
	midnight = datetime.datetime.combine(now.date() + datetime.timedelta(days=1),
					     datetime.time(), CIVIL)
	left_s = (midnight - now).total_seconds()
	if left_s < LONGEST_S:
		time.sleep(left_s + 1)


wait_out_the_day()


class Moment:
	"""A full minute of the civil clock."""

	def __init__(self, civil):
		self.civil = civil.replace(second=0, microsecond=0)
		self.epoch = self.civil.timestamp()
		self.day = str(self.civil.date())

	@classmethod
	def ahead(cls):
		"""The first for which a daemon that is started now is ready."""
		return cls(civil_now() + datetime.timedelta(seconds=READY_S, minutes=1))

	def plus(self, minutes):
		return Moment(self.civil + datetime.timedelta(minutes=minutes))

	def step(self, name, **more):
		"""A step at this moment, of tasks that are due today."""
		return {"name": name, "days": 0, "at": f"{self.civil:%H:%M}",
			"roles": ["clerk"], **more}


def moment_s(text):
	"""A time of cchcctl's JSON as seconds since the epoch."""
	return datetime.datetime.fromisoformat(text).timestamp()


# ---- configuration ----

def write_alerts(district, steps, channels, people=(), **rules):
	"""Before the daemon's start: one class whose due dates stay as ordered. people: (unit,
	person) each; a person has a name, roles and where needed an address."""
	classes = [{"name": "nhiem-vu", "title": "Nhiệm vụ được giao", "shifts": "no",
		    "steps": steps},
		   {"name": "bao-cao", "title": "Báo cáo định kỳ", "shifts": "yes",
		    "steps": []}]
	units = {}
	for unit, person in people:
		units.setdefault(unit, []).append(person)
	write_json(district.path("alerts.yaml"),
		   {"rules": {"usual_class": "nhiem-vu", "duty_class": "bao-cao",
			      "classes": classes, **rules},
		    "channels": channels})
	write_json(district.path("contacts.yaml"),
		   {"contacts": [{"unit": unit, "people": them}
				 for unit, them in units.items()]})


def write_json(path, content):
	with open(path, "w", encoding="utf-8") as f:
		json.dump(content, f, ensure_ascii=False, indent=1)


def write_secret(path, text):
	with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as f:
		f.write(text)


# ---- the register ----

COLUMNS = ("id", "title", "units", "assigned", "due", "co", "doc", "assigner", "done", "result")


def write_tasks(path, tasks):
	"""A file for `task import`; tasks are maps by COLUMNS, what is left out is empty."""
	text = io.StringIO()
	table = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
	table.writeheader()
	table.writerows({"title": f"Việc số {task['id']}", "assigned": day(-1), **task}
			for task in tasks)
	with open(path, "w", encoding="utf-8") as f:
		f.write(text.getvalue())


def import_tasks(district, tasks, *options):
	"""What cchcctl prints."""
	path = district.path("tasks.csv")
	write_tasks(path, tasks)
	return district.ctl("task", "import", path, *options)


def tasks(district, *options):
	"""{id: task as cchcctl's JSON has it}"""
	listed = json.loads(district.ctl("task", "list", "--json", *options))["tasks"]
	return {task["id"]: task for task in listed}


def task(district, task_id):
	return json.loads(district.ctl("task", "show", task_id, "--json"))["task"]


def alerts(district, *options):
	"""{key: alert}; of one that stands or, with --all, of any."""
	found = json.loads(district.ctl("alerts", "list", "--json", *options))["alerts"]
	if len({alert["key"] for alert in found}) != len(found):
		raise Trouble(f"an alert is listed twice: {found}")
	return {alert["key"]: alert for alert in found}


def delivery(alert, channel):
	"""That of a channel which has one, or None."""
	found = [one for one in alert["deliveries"] if one["channel"] == channel]
	if len(found) > 1:
		raise Trouble(f"{alert['key']}: {channel} is told several times: {found}")
	return found[0] if found else None


def check_punctual(found):
	"""Never early, at most a minute late."""
	for alert in found:
		late_s = moment_s(alert["owed"]) - moment_s(alert["moment"])
		if not 0 <= late_s <= LATE_S:
			raise Trouble(f"{alert['key']} was owed {late_s} s after its moment")


# ---- where alerts go ----

class Sink(Program):
	"""tests/tools/sink.py; killed and started anew it is found at the same ports."""

	def __init__(self, folder, *options, name="sink"):
		self.record = os.path.join(folder, name + ".record")
		self.ports_file = os.path.join(folder, name + ".ports")
		super().__init__(name, [sys.executable, SINK, "--record", self.record,
					"--ports-file", self.ports_file, *options],
				 os.path.join(folder, name + ".log"))

	def start(self):
		super().start()

		def is_open():
			self.check()
			return os.path.exists(self.ports_file)
		wait_for(f"{self.name} does not start", is_open)
		with open(self.ports_file, encoding="utf-8") as f:
			self.ports = json.load(f)

	def url(self, path="/"):
		return f"http://127.0.0.1:{self.ports['http']}{path}"

	def mail_url(self):
		return f"smtp://127.0.0.1:{self.ports['smtp']}"

	def entries(self):
		"""Everything that came in; a line that a kill cut short was not answered."""
		if not os.path.exists(self.record):
			return []
		with open(self.record, "rb") as f:
			lines = f.read().split(b"\n")[:-1]
		return [json.loads(line) for line in lines]

	def wait_until(self, what, accept):
		"""The entries, once accept finds them right."""
		def look():
			found = self.entries()
			return found if accept(found) else None
		return wait_for(lambda: f"{what}: {[one['key'] for one in self.entries()]}", look)

	def wait_keys(self, keys):
		"""Until each of the keys was taken."""
		return self.wait_until(f"not all of {sorted(keys)} came",
				       lambda found: keys <= {one["key"] for one in found})


def free_port():
	with socket.create_server(("127.0.0.1", 0)) as door:
		return door.getsockname()[1]


class Alertmanager(Program):
	"""Debian's own, alone, with its data in the folder. It tells the sink of each alert by
	itself, and of its end."""

	def __init__(self, program, folder, sink):
		self.url = f"http://127.0.0.1:{free_port()}"
		config = os.path.join(folder, "alertmanager.yml")
		write_json(config, {"route": {"receiver": "sink", "group_by": ["key"],
					      "group_wait": "0s", "group_interval": "1s",
					      "repeat_interval": "1h"},
				    "receivers": [{"name": "sink", "webhook_configs": [
					    {"url": sink.url("/"), "send_resolved": True}]}]})
		super().__init__("alertmanager",
				 [program, f"--config.file={config}",
				  "--storage.path=" + os.path.join(folder, "alertmanager"),
				  "--web.listen-address=" + self.url.removeprefix("http://"),
				  "--cluster.listen-address="],
				 os.path.join(folder, "alertmanager.log"))

	def start(self):
		super().start()
		wait_for("Alertmanager does not answer", self.answers)

	def answers(self):
		self.check()
		try:
			self.listed()
		except OSError:
			return False
		return True

	def listed(self):
		"""What stands, as /api/v2/alerts has it."""
		with urllib.request.urlopen(self.url + "/api/v2/alerts", timeout=10) as answer:
			return json.load(answer)

	def keys(self):
		return sorted(alert["labels"]["key"] for alert in self.listed())
