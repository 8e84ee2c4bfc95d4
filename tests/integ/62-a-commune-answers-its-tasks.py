"""A commune answers its tasks in the table that lies in its folder, filled as Excel saves it: what
is reported waits at the district, is accepted or returned with a reason that comes back down; a
wish for more time is granted. Who co-operates sees and cannot touch. A task that moves leaves one
table and comes into the other. `cchc-agent task done` says the same by hand."""

import csv
import io
import os
import sys
import tempfile

from alertkit import SETTINGS, day, task, write_alerts
from district import District, Programs, Trouble, run, wait_for

LEAD, OTHER = "11986", "11989"
ID, STATE, DONE, RESULT = "Mã nhiệm vụ", "Tình trạng", "Ngày hoàn thành", "Văn bản kết quả"
WISH, REASON, ANSWER = "Xin gia hạn đến", "Lý do", "Trả lời"
REASON_BACK = "thiếu phụ lục 2"
THREADS = True


def people(text):
	"""2024-03-15 as people write it."""
	return "/".join(reversed(text.split("-")))


class Table:
	"""A commune's nhiem-vu.csv, as a person at a spreadsheet has it."""

	def __init__(self, agent):
		self.path = agent.reports("nhiem-vu.csv")

	def rows(self):
		"""{id: row}; nothing before it is there."""
		if not os.path.exists(self.path):
			return {}
		with open(self.path, "rb") as f:
			content = f.read()
		if not content.startswith(b"\xef\xbb\xbf"):
			raise Trouble(f"{self.path} has no byte order mark: Excel misreads it")
		text = io.StringIO(content.decode("utf-8-sig"), newline="")
		self.table = csv.DictReader(text, delimiter=";")
		return {row[ID]: row for row in self.table}

	def wait(self, what, accept):
		return wait_for(lambda: f"{self.path}: {what}: {self.rows()}",
				lambda: accept(self.rows()))

	def wait_ids(self, *ids):
		"""And the reports that the calendar demands."""
		self.wait(f"{ids} wanted", lambda rows: set(ids) == {
			name for name in rows if not name.startswith("bao-cao/")})

	def fill(self, **cells_by_id):
		"""Saves it as Excel does: with the mark, semicolons and CR LF, under another name
		first."""
		rows = self.rows()
		for name, cells in cells_by_id.items():
			rows[name].update(cells)
		text = io.StringIO(newline="")
		table = csv.DictWriter(text, self.table.fieldnames, delimiter=";",
				       lineterminator="\r\n")
		table.writeheader()
		table.writerows(rows.values())
		with open(self.path + ".tmp", "wb") as f:
			f.write(text.getvalue().encode("utf-8-sig"))
		os.replace(self.path + ".tmp", self.path)


def wait_task(district, name, **wanted):
	def as_wanted():
		found = task(district, name)
		return found if all(found[key] == value for key, value in wanted.items()) else None
	return wait_for(lambda: f"{name} is {task(district, name)}, not {wanted}", as_wanted)


def add(district, name, *more):
	district.ctl("task", "add", "--id", name, "--title", f"Việc {name}", "--assigned", day(-5),
		     "--due", day(10), "--lead", LEAD, "--co", OTHER, *more)


def check_report(district, mine):
	"""Reported, returned with a reason, reported again, accepted."""
	mine.fill(mot={DONE: people(day(-1)), RESULT: "15/BC-UBND"})
	wait_task(district, "mot", state="waiting", done=day(-1), result="15/BC-UBND")
	district.ctl("task", "return", "mot", "--reason", REASON_BACK)
	mine.wait("the reason does not come back",
		  lambda rows: REASON_BACK in rows["mot"][STATE] + rows["mot"][ANSWER])
	mine.fill(mot={DONE: people(day(0)), RESULT: "16/BC-UBND"})
	wait_task(district, "mot", state="waiting", done=day(0), result="16/BC-UBND")
	district.ctl("task", "accept", "mot")
	mine.wait("what is done stays", lambda rows: "mot" not in rows)


def check_wish(district, mine):
	mine.fill(hai={WISH: people(day(30)), REASON: "chờ hướng dẫn"})
	wait_task(district, "hai", state="open", wish=day(30), wish_reason="chờ hướng dẫn")
	district.ctl("task", "extend", "hai", "--due", day(30), "--reason", "đồng ý", "--doc",
		     "20/CV-UBND")
	mine.wait("the new date does not come",
		  lambda rows: people(day(30)) in rows["hai"]["Hạn"])


def check_co(district, theirs):
	"""Who co-operates sees it; what it fills in is refused and changes nothing."""
	before = task(district, "hai")
	theirs.fill(hai={DONE: people(day(0)), RESULT: "1/BC"})
	theirs.wait("the refusal is not told",
		    lambda rows: "phối hợp" in rows["hai"][ANSWER] + rows["hai"][STATE]
		    or "chủ trì" in rows["hai"][ANSWER])
	if task(district, "hai") != before:
		raise Trouble("a unit that only co-operates changed a task")


def check_move(district, mine, theirs):
	district.ctl("task", "add", "--id", "ba", "--title", "Chỉ của một xã", "--assigned",
		     day(-5), "--due", day(10), "--lead", LEAD)
	mine.wait("the new task", lambda rows: "ba" in rows)
	if "ba" in theirs.rows():
		raise Trouble("a task of another unit is in the table")
	district.ctl("task", "move", "ba", "--lead", OTHER, "--reason", "đúng lĩnh vực")
	theirs.wait("what moved here", lambda rows: "ba" in rows)
	mine.wait("what moved away", lambda rows: "ba" not in rows)


def command(district, code, *args):
	agent = district.agents[code]
	return run([agent.program, *args, "--config", agent.config])


def check_by_hand(district):
	listed = command(district, OTHER, "tasks")
	if listed.returncode != 0 or "ba" not in listed.stdout:
		raise Trouble(f"cchc-agent tasks: {listed.returncode} {listed.stdout}{listed.stderr}")
	done = command(district, OTHER, "task", "done", "ba", "--result", "9/BC-UBND")
	if done.returncode != 0:
		raise Trouble(f"cchc-agent task done: {done.returncode} {done.stderr}")
	wait_task(district, "ba", state="waiting", done=day(0), result="9/BC-UBND")
	before = task(district, "ba")
	strange = command(district, LEAD, "task", "done", "ba")
	if strange.returncode == 0 or "ba" not in strange.stderr:
		raise Trouble(f"another's task: {strange.returncode} {strange.stderr}")
	if task(district, "ba") != before:
		raise Trouble("a commune touched another's task")


def check_offline(district, mine):
	"""What is saved while the district is away goes when it is back."""
	district.daemon.stop()
	mine.fill(hai={DONE: people(day(0)), RESULT: "17/BC-UBND"})
	district.daemon.start()
	wait_task(district, "hai", state="waiting", result="17/BC-UBND")


def main():
	with tempfile.TemporaryDirectory(prefix="cchc-table-") as folder, \
	     District(folder, Programs.find(), settings=SETTINGS) as district:
		write_alerts(district, [], [])
		district.add_agents([LEAD, OTHER])
		district.start()
		mine, theirs = (Table(district.agents[code]) for code in (LEAD, OTHER))
		add(district, "mot")
		add(district, "hai")
		mine.wait_ids("mot", "hai")
		theirs.wait_ids("mot", "hai")
		check_report(district, mine)
		check_wish(district, mine)
		check_co(district, theirs)
		check_move(district, mine, theirs)
		check_by_hand(district)
		check_offline(district, mine)
		district.wait_acknowledged()
		district.verify()


if __name__ == "__main__":
	sys.exit(main())
