"""What people get wrong about tasks: each mistake has its own answer, with field, value and rule,
and the exit code of the manual; nothing of it changes the register."""

import json
import sys
import tempfile

from alertkit import (SETTINGS, Moment, alerts, civil_now, day, said_day, task, tasks,
		      write_alerts)
from district import District, Programs, Trouble, run

REFUSED, USAGE, NOTFOUND = 1, 2, 3
MINE, OTHERS, CO = "11986", "11989", "11992"

ADD = ("task", "add", "--title", "Rà soát", "--lead", MINE, "--assigned", day(-10), "--id")

# what is said to cchcctl, its exit code, what its answer has in it
MISTAKES = (
	((*ADD, "a", "--due", day(-11)), REFUSED,
	 ("due", said_day(-11), "hạn hoàn thành trước ngày giao", "due before it was assigned")),
	(("task", "add", "--title", "Rà soát", "--lead", "99999", "--assigned", day(-1), "--id",
	  "a"), NOTFOUND, ("lead", "99999", "hôm nay không có đơn vị này")),
	(("task", "add", "--title", "Rà soát", "--lead", "33", "--assigned", day(-1), "--id", "a"),
	 NOTFOUND, ("lead", "33", "đơn vị không phải đơn vị mình hoặc cấp dưới")),
	((*ADD, "a", "--co", "99999"), NOTFOUND, ("co", "99999")),
	((*ADD, "a;b"), REFUSED, ("id", "a;b", "có ký tự không được dùng", "không có ký tự ;")),
	((*ADD, "n" * 96), REFUSED, ("id", "nội dung quá dài", "không quá 95 byte")),
	((*ADD, "bao-cao/cchc-2021/2024-Q1/11986"), REFUSED,
	 ("id", "mã bắt đầu như vậy dành cho báo cáo định kỳ")),
	((*ADD, "a", "--class", "la-lung"), NOTFOUND,
	 ("class", "la-lung", "không có loại nhiệm vụ này", "no such class of tasks")),
	((*ADD, "co-han", "--due", day(8), "--co", CO), REFUSED,
	 ("co-han", "mã nhiệm vụ đã có với nội dung khác", "khác nhau ở due")),
	((*ADD, "a", "--done", day(1)), REFUSED,
	 ("done", said_day(1), "ngày hoàn thành ở tương lai", "completion lies in the future")),
	((*ADD, "a", "--done", day(-11)), REFUSED,
	 ("done", said_day(-11), "ngày hoàn thành trước ngày giao")),
	(("task", "report", "co-han", "--done", day(1)), REFUSED,
	 ("done", said_day(1), "ngày hoàn thành ở tương lai")),
	(("task", "extend", "co-han", "--due", day(2), "--reason", "nhầm", "--doc", "1/CV"), REFUSED,
	 ("due", said_day(2), "gia hạn không được rút ngắn hạn", "an extension cannot shorten")),
	(("task", "extend", "khong-han", "--due", day(9), "--reason", "x", "--doc", "1/CV"), REFUSED,
	 ("khong-han", "nhiệm vụ thường xuyên, không có hạn hoàn thành", "cannot be overdue")),
	(("task", "accept", "co-han"), REFUSED, ("co-han", "không có gì chờ xác nhận")),
	(("task", "return", "co-han", "--reason", "x"), REFUSED, ("không có gì chờ xác nhận",)),
	(("task", "reopen", "co-han", "--reason", "x"), REFUSED,
	 ("trạng thái nhiệm vụ không cho phép",)),
	(("task", "cancel", "co-han", "--reason", " "), REFUSED,
	 ("reason", "thiếu nội dung bắt buộc")),
	(("task", "move", "co-han", "--lead", "99999", "--reason", "x"), NOTFOUND, ("99999",)),
	(("task", "move", "co-han", "--lead", "33", "--reason", "x"), NOTFOUND,
	 ("33", "đơn vị không phải đơn vị mình hoặc cấp dưới")),
	(("task", "move", "co-han", "--lead", "all", "--reason", "x"), USAGE, ("--lead", "all")),
	(("task", "accept", "khong-co"), NOTFOUND, ("khong-co", "không có nhiệm vụ này")),
	(("task", "show", "khong-co"), NOTFOUND, ("khong-co",)),
	((*ADD, "a", "--due", "31/02/2026"), USAGE, ("--due", "31/02/2026")),
	(("task", "extend", "co-han", "--reason", "x", "--doc", "1"), USAGE, ("--due",)),
	(("task", "lam"), USAGE, ("lam",)),
	(("alerts", "ack", "khong-co/due/1", "--note", "biết rồi"), NOTFOUND,
	 ("khong-co/due/1", "không có cảnh báo này")),
	(("alerts", "test-channel", "khong-co"), NOTFOUND, ("khong-co",)),
	(("alerts", "silence", "--step", "nope", "--for", "1h", "--note", "x"), NOTFOUND,
	 ("step", "nope", "không loại nhiệm vụ nào có bước này")),
	(("alerts", "unsilence", "999"), NOTFOUND, ("silence", "999", "không có lần tạm im này")),
)

# lines of a file, and the words of the answer to each; the first is good
HEADER = "id;title;units;assigned;due;done;class;trạng thái\n"
LINES = (
	("tot;Rà soát;11986;{0};{1};;;", ()),
	("f1;Rà soát;11986;{1};{0};;;", ("hạn hoàn thành trước ngày giao",)),
	("f2;Rà soát;99999;{0};{1};;;", ("99999",)),
	("tot;Rà soát lại;11986;{0};{1};;;", ("tot",)),
	("f3;Rà soát;11986;{0};{1};{1};;", ("ngày hoàn thành ở tương lai",)),
	("f4;Rà soát;11986;30/02/2026;{1};;;", ("30/02/2026",)),
	("f5;;11986;{0};{1};;;", ("title",)),
	("f6;Rà soát;11986;{0};{1};;la-lung;", ("la-lung",)),
	("f7;Rà soát;11986;{0};{1};;;quá hạn", ("state", "quá hạn", "chưa qua")),
	("f8;Rà soát;11986;{0};{0};{0};;quá hạn", ("state", "quá hạn", "hoàn thành")),
	("f9;Rà soát;11986;{0};;;;quá hạn", ("state", "quá hạn", "không có hạn")),
)


def tell(district, args, code, words):
	done = district.ask(*args)
	if done.returncode != code or any(word not in done.stderr for word in words):
		raise Trouble(f"cchcctl {' '.join(args)}: exit {done.returncode} (not {code}), "
			      f"{words} wanted:\n{done.stdout}{done.stderr}")


def check_mistakes(district):
	before = tasks(district, "--state", "all")
	for args, code, words in MISTAKES:
		tell(district, args, code, words)
	if tasks(district, "--state", "all") != before:
		raise Trouble("a mistake changed the register")


def check_same_again(district):
	"""The same content under the same id is fine, and no entry in the journal."""
	before = task(district, "co-han")
	district.ctl(*ADD, "co-han", "--due", day(5), "--co", CO)
	if task(district, "co-han") != before:
		raise Trouble("a task that was added again has changed")


def check_extension(district):
	"""Who granted it, why and by which document stays to be seen, as how it was given."""
	district.ctl("task", "extend", "viec-khac", "--due", day(9), "--reason", "chờ ý kiến",
		     "--doc", "15/UBND")
	shown = district.ctl("task", "show", "viec-khac")
	history = json.loads(district.ctl("task", "show", "viec-khac", "--json"))["history"]
	if history[-1]["reason_doc"] != "15/UBND" or history[0]["reason_doc"] is not None:
		raise Trouble(f"the extension's document is not in {history}")
	one_line = " ".join(shown.split())
	for words in (f"đến {said_day(9)}; lý do: chờ ý kiến; văn bản: 15/UBND", "nội dung",
		      "ngày giao"):
		if words not in one_line:
			raise Trouble(f"{words} is not in:\n{shown}")


def check_file(district):
	path = district.path("viec.csv")
	text = HEADER + "".join(line.format(day(-3), day(3)) + "\n" for line, _ in LINES)
	with open(path, "w", encoding="utf-8") as f:
		f.write(text)
	done = district.ask("task", "import", path)
	if done.returncode != REFUSED:
		raise Trouble(f"a file with mistakes: exit {done.returncode}: {done.stderr}")
	told = done.stderr.splitlines()
	for number, (_, words) in enumerate(LINES, 2):
		mine = [line for line in told if f"viec.csv:{number}:" in line]
		if bool(mine) != bool(words) or not all(word in "".join(mine) for word in words):
			raise Trouble(f"line {number} is told as {mine}, not {words}:\n{done.stderr}")
	left = set(tasks(district)) - {"co-han", "khong-han", "viec-khac"}
	if left != {"tot"}:
		raise Trouble(f"the file brought {left}")


def check_never_overdue(district):
	"""A task without a due date has no step, and is in no list of what is overdue."""
	for state in ("overdue", "soon"):
		if "khong-han" in tasks(district, "--state", state):
			raise Trouble(f"a task without a due date is {state}")
	if any("khong-han" in key for key in alerts(district, "--all")):
		raise Trouble("a task without a due date has an alert")


def check_monitor(district):
	"""A monitor's key may look, and no more."""
	for args in (("task", "accept", "co-han"), ("task", "cancel", "co-han", "--reason", "x"),
		     (*ADD, "a"), ("alerts", "silence", "--unit", MINE, "--for", "1h", "--note",
				   "x"), ("alerts", "test-channel", "nhat-ky")):
		done = run([district.programs.ctl, "--config", district.path("monitor.yaml"), *args])
		if done.returncode != REFUSED or "operator" not in done.stderr:
			raise Trouble(f"a monitor's {args}: exit {done.returncode}: {done.stderr}")
	seen = run([district.programs.ctl, "--config", district.path("monitor.yaml"), "task", "list",
		    "--json"])
	if "co-han" not in {one["id"] for one in json.loads(seen.stdout)["tasks"]}:
		raise Trouble("a monitor cannot see the register")


def write_monitor(district):
	with open(district.path("ctl.yaml"), encoding="utf-8") as f:
		text = f.read().replace("keys/ctl.key", "keys/monitor.key")
	with open(district.path("monitor.yaml"), "w", encoding="utf-8") as f:
		f.write(text)


def main():
	with tempfile.TemporaryDirectory(prefix="cchc-badtask-") as folder, \
	     District(folder, Programs.find(), settings=SETTINGS) as district:
		write_alerts(district, [Moment(civil_now()).step("overdue")],
			     [{"name": "nhat-ky", "type": "journal"}])
		district.keys.append(("bang", district.make_key(district.path("keys", "monitor.key")),
				      "role: monitor"))
		district.start_daemon()
		write_monitor(district)
		district.ctl(*ADD, "co-han", "--due", day(5), "--co", CO)
		district.ctl(*ADD, "khong-han")
		district.ctl("task", "add", "--id", "viec-khac", "--title", "Của xã khác", "--lead",
			     OTHERS, "--assigned", day(-1), "--due", day(5))
		check_mistakes(district)
		check_same_again(district)
		check_extension(district)
		check_file(district)
		check_never_overdue(district)
		check_monitor(district)
		district.verify()


if __name__ == "__main__":
	sys.exit(main())
