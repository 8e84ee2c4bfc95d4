"""The tasks of scripts/demo: a register with something of everything, days counted from today,
and one task whose alerts come while one watches."""

import csv
import datetime
import json
import os

from district import ROOT, Trouble

CIVIL = datetime.timezone(datetime.timedelta(hours=7))
READY_S = 5  # what has no time left misses the first moment, and shows the second
DEMO_CLASS = "trinh-dien"
CLOSINGS = ((3, 14, "Q1"), (6, 14, "Q2"), (9, 14, "Q3"), (12, 14, "Q4"))

# id, title, units, co, days from today: assigned, due (None: without), done
TASKS = (
	("KH-01", "Ban hành kế hoạch CCHC năm sau", "all", "", -20, 5, None),
	("KH-02", "Rà soát, niêm yết công khai thủ tục hành chính", "11986,11989,11992", "",
	 -30, -3, None),
	("KH-03", "Khảo sát sự hài lòng của người dân tại Bộ phận Một cửa", "11986", "11989",
	 -15, 2, None),
	("KH-04", "Số hóa hồ sơ, kết quả giải quyết TTHC còn hiệu lực", "12007", "", -60, 30, None),
	("KH-05", "Báo cáo việc xử lý phản ánh, kiến nghị", "12001", "", -25, -5, -6),
	("KH-06", "Kiểm tra công vụ đột xuất", "12013", "", -40, -10, -7),
	("KH-07", "Tuyên truyền dịch vụ công trực tuyến", "12016", "11986,12004", -30, None, None),
)


def current_period(today):
	"""The quarter that is open: it closes on the 14th."""
	for month, day, name in CLOSINGS:
		if (today.month, today.day) <= (month, day):
			return f"{today.year}-{name}"
	return f"{today.year + 1}-Q1"


class Watched:
	"""The task that was due on the day before; its alerts come at the next full minute, and,
	to the leaders, one later."""

	def __init__(self):
		now = datetime.datetime.now(CIVIL)
		at = now + datetime.timedelta(seconds=READY_S, minutes=1)
		self.first = at.replace(second=0, microsecond=0)
		self.second = self.first + datetime.timedelta(minutes=1)
		self.due = self.first.date() - datetime.timedelta(days=1)
		self.id = f"TD-{self.first:%Y%m%d-%H%M}"

	def task_class(self):
		return {"name": DEMO_CLASS, "title": "Trình diễn cảnh báo quá hạn", "shifts": "no",
			"steps": [self.step("overdue", self.first,
					    ["clerk", "commune-leader", "district-specialist"]),
				  self.step("late", self.second, ["district-leader"])]}

	def step(self, name, at, roles):
		return {"name": name, "days": (at.date() - self.due).days, "at": f"{at:%H:%M}",
			"roles": roles, "urgency": "critical"}

	def row(self):
		return {"id": self.id, "units": "11986", "class": DEMO_CLASS,
			"title": "Trình diễn: nhiệm vụ quá hạn trong lúc theo dõi",
			"assigned": self.due - datetime.timedelta(days=7), "due": self.due}


def usual_class(name, title):
	"""The steps that config/alerts.yaml ships, of which a demo sees few."""
	return {"name": name, "title": title, "shifts": "yes", "steps": [
		{"name": "d-3", "days": -3, "at": "08:00", "roles": ["clerk"]},
		{"name": "due", "days": 0, "at": "08:00", "roles": ["clerk", "commune-leader"],
		 "urgency": "warning"},
		{"name": "overdue", "days": 1, "at": "00:00", "urgency": "critical",
		 "roles": ["clerk", "commune-leader", "district-specialist"]}]}


def configure(d, watched):
	"""Before the daemon's start. Row I.4 is counted from the open quarter on: the figures of
	earlier periods stand as they were typed. JSON is YAML too."""
	rules = {"usual_class": "nhiem-vu", "duty_class": "bao-cao",
		 "digest": {"at": "07:30", "roles": ["clerk", "commune-leader"]},
		 "classes": [usual_class("nhiem-vu", "Nhiệm vụ được giao"),
			     usual_class("bao-cao", "Báo cáo định kỳ"), watched.task_class()]}
	with open(d.path("alerts.yaml"), "w", encoding="utf-8") as f:
		json.dump({"rules": rules, "channels": [{"name": "nhat-ky", "type": "journal"}]}, f,
			  ensure_ascii=False, indent=1)
	today = datetime.datetime.now(CIVIL).date()
	d.settings = (f'calendars: "{os.path.join(ROOT, "config", "calendars")}"\n'
		      f"alerts: alerts.yaml\nregister_from: {current_period(today)}\n")


def rows(watched, today, known):
	"""What is to be added: sample tasks that are there from an earlier run stay as they are."""
	def day(n):
		return "" if n is None else today + datetime.timedelta(days=n)

	for task_id, title, units, co, assigned, due, done in TASKS:
		if not any(one == task_id or one.startswith(task_id + "/") for one in known):
			yield {"id": task_id, "title": title, "units": units, "co": co,
			       "doc": "12/KH-UBND", "assigner": "UBND huyện Văn Lâm",
			       "assigned": day(assigned), "due": day(due), "done": day(done),
			       "result": "báo cáo kết quả" if done else ""}
	yield watched.row()


def add(d, watched):
	listed = json.loads(d.ctl("task", "list", "--state", "all", "--json"))["tasks"]
	names = ("id", "title", "units", "co", "class", "doc", "assigner", "assigned", "due", "done",
		 "result")
	path = d.path("tasks.csv")
	with open(path, "w", encoding="utf-8", newline="") as f:
		table = csv.DictWriter(f, names, restval="")
		table.writeheader()
		table.writerows(rows(watched, datetime.datetime.now(CIVIL).date(),
				     [task["id"] for task in listed]))
	done = d.ask("task", "import", path)
	if done.returncode != 0:
		raise Trouble(f"the sample tasks are refused: {done.stderr.strip()}")
