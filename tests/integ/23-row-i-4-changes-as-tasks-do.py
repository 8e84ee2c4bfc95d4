"""Row I.4 from the register: while tasks are given, done, extended, moved and cancelled, a
watcher sees each change, what communes type stands beside it, explain names the tasks, and a
kill -9 changes nothing. No alerts are configured: the register does without."""

import json
import sys
import tempfile

from alertkit import civil_now, day
from district import District, Programs, Trouble, wait_for
from watchkit import Watcher, agree

FIRST, SECOND, DISTRICT = "11986", "11989", "325"
ROWS = ("I.4.1", "I.4.2", "I.4.3", "I.4.4")
THREADS = True


def reporting_year():
	"""It turns on 15 December."""
	today = civil_now()
	return str(today.year + ((today.month, today.day) >= (12, 15)))


def expect(what, got, wanted):
	if got != wanted:
		raise Trouble(f"{what}: {got}, not {wanted}")


def see(watcher, counts):
	"""Until the watcher shows these four counts, of all 12 units."""
	want = {row: ("figure", str(n), 12, 12) for row, n in zip(ROWS, counts)}

	def shown():
		watcher.check()
		return {row: watcher.state()[0].get(row) for row in ROWS}
	wait_for(lambda: f"the watcher shows {shown()}, not {want}", lambda: shown() == want)


def add(district, name, lead, due):
	district.ctl("task", "add", "--id", name, "--title", "Rà soát thủ tục", "--lead", lead,
		     "--assigned", day(-10), "--due", day(due))


# what is done, and the counts of all units then
STORY = (
	(("report", "a", "--done", day(0)), (4, 0, 1, 1)),
	(("return", "a", "--reason", "thiếu kết quả"), (4, 0, 0, 2)),
	(("extend", "a", "--due", day(5), "--reason", "mưa bão", "--doc", "9/CV"), (4, 0, 0, 1)),
	(("report", "a", "--done", day(0)), (4, 1, 0, 1)),
	(("accept", "a"), (4, 1, 0, 1)),
	(("move", "b", "--lead", SECOND, "--reason", "đổi đầu mối"), (4, 1, 0, 1)),
	(("cancel", "c", "--reason", "không cần nữa"), (3, 1, 0, 1)),
	(("reopen", "c", "--reason", "cần lại"), (4, 1, 0, 1)),
)


def tell_the_story(district, watcher):
	see(watcher, (0, 0, 0, 0))
	for name, lead, due in (("a", FIRST, -3), ("b", FIRST, -1), ("c", SECOND, 20),
				("d", DISTRICT, 20)):
		add(district, name, lead, due)
	see(watcher, (4, 0, 0, 2))
	for said, counts in STORY:
		district.ctl("task", *said)
		see(watcher, counts)


def own(district, unit, row, period):
	cell = district.appendix(unit, period, "own")[row]
	return cell["value"], cell["detail"]


def check_cells(district, period):
	expect("of the first", own(district, FIRST, "I.4.1", period), ("1", "declared=93"))
	expect("of the second", own(district, SECOND, "I.4.1", period), ("2", ""))
	expect("of the district", own(district, DISTRICT, "I.4.1", period), ("1", ""))
	expect("overdue", own(district, SECOND, "I.4.4", period), ("1", ""))
	names = {unit: district.appendix(unit, period)["I.4"]["name"] for unit in (FIRST, DISTRICT)}
	for unit, giver in ((FIRST, "UBND huyện giao"), (DISTRICT, "UBND tỉnh giao")):
		if giver not in names[unit]:
			raise Trouble(f"I.4 of {unit} is called {names[unit]}")


def check_explanation(district, period):
	said = json.loads(district.ctl("explain", "--json", "--period", period, "--indicator",
				       "I.4.1"))
	listed = {one["id"]: (one["lead"]["code"], one["state"], one["overdue"])
		  for one in said["tasks"]}
	expect("the tasks of I.4.1", listed,
	       {"a": (FIRST, "done", False), "b": (SECOND, "open", True),
		"c": (SECOND, "open", False), "d": (DISTRICT, "open", False)})
	expect("how many", said["counted"], 4)
	text = district.ctl("explain", "--period", period, "--indicator", "I.4.1")
	for part in ("đếm từ sổ nhiệm vụ: 4 nhiệm vụ",
		     f"{FIRST}: đã khai 93, sổ nhiệm vụ có 1 – điểm cần kiểm tra"):
		if part not in text:
			raise Trouble(f"explain does not say {part!r}:\n{text}")


def main():
	period = reporting_year()
	with tempfile.TemporaryDirectory(prefix="cchc-counts-") as folder, \
	     District(folder, Programs.find(),
		      settings=f"register_from: {day(-800)}\n") as district:
		district.add_agents((FIRST,))
		district.start()
		watcher = Watcher(district, "all", period=period)
		tell_the_story(district, watcher)
		district.put(FIRST, f"{period}.csv", "code,value\nI.4.1,93\n")
		district.wait_acknowledged()
		agree(district, {"all": watcher})
		for _ in range(2):
			check_cells(district, period)
			check_explanation(district, period)
			district.verify()
			watcher.check()
			district.daemon.kill()
			district.daemon.start()
		agree(district, {"all": watcher})
		watcher.end()


if __name__ == "__main__":
	sys.exit(main())
