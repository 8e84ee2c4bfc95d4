"""Everything people get wrong in a table: each refused cell is named with value and rule in the
receipt, and at the district in explain and journal; the good cells beside it are there. Files
that cannot be read at all are rejected with the reason, and change nothing. What is no report is
left alone and named. A file of the same name leaves the earlier one's receipt."""

import os
import sys
import tempfile

from district import District, Programs, Trouble, wait_for

GOOD = (("I.2.1", "21"), ("I.2.2", "13"), ("II.3.1", "8.066"))
STANDS = {"I.2.1": "21", "I.2.2": "13", "II.3.1": "8066"}

# field, value as typed, the rule's words, and the commands of the district that tell it
BOTH = ("journal", "explain")
WRONG_CELLS = (
	("I.99", "4", "không có chỉ tiêu này", ()),
	("I.5.1", "nhiều", "phải là số", BOTH),
	("I.3", "7", "dòng tiêu đề", ("journal",)),
	("I.3.2", "3", "chỉ tiêu do cấp huyện báo cáo", ("journal",)),
	("VII.3", "101", "tỷ lệ phải từ 0 đến 100", BOTH),
	("I.1", "-5", "không được là số âm", BOTH),
	("II.3.2.1", "1,5", "quá nhiều chữ số thập phân", BOTH),
	("VI.1.2", "8066841050000", "có vẻ là đồng", BOTH),
	("I.5.2", "7", "không thuộc các lựa chọn", BOTH),
	("I.6", "có lẽ", "không thuộc các lựa chọn", BOTH),
	("II.1.1", "6", "chỉ tiêu xuất hiện hai lần", BOTH),
)
DOUBLED = ("II.1.1", "5")

# file name, content, the receipt's words; all end in `rejected`
WRONG_FILES = (
	("2024-Q9.csv", b"code,value\nI.1,1\n", "không có kỳ báo cáo này"),
	("baocao.csv", b"code,value\nI.1,1\n", "không có kỳ báo cáo này"),
	("2024-03.csv", "code,value\nI.1,1\n".encode("utf-16-le"), "tệp không phải UTF-8"),
	("2024-04.csv", b"code,value\nI.1,1\nI.5,Kh\xf4ng c\xf3\n", "tệp không phải UTF-8"),
	("2024-05.csv", "họ tên;tuổi\nVăn A;41\n".encode(), "không nhận ra biểu mẫu"),
	("2024-06.csv", b"", "không nhận ra biểu mẫu"),
	("2019-Q1.csv", b"code,value\nI.1,1\n", "biểu mẫu không áp dụng cho kỳ này"),
)


def receipt(agent, name):
	with open(agent.reports("receipts", name + ".txt"), encoding="utf-8") as f:
		return f.read()


def must_say(where, text, *wanted):
	"""On one line, for who reads must not have to put it together."""
	if not any(all(w in line for w in wanted) for line in text.splitlines()):
		raise Trouble(f"{where} has no line with {wanted}:\n{text}")


def flat(text):
	"""Columns broken over lines, put together: words are cut anywhere, so no spaces."""
	return "".join(text.split())


def check_cells(district):
	agent = district.agents["11986"]
	rows = [*GOOD, DOUBLED, *((field, value) for field, value, _, _ in WRONG_CELLS)]
	text = "code,value\n" + "".join(f'{field},"{value}"\n' for field, value in rows)
	district.put("11986", "2024-Q1.csv", text)
	district.wait_acknowledged(["11986"])
	told = receipt(agent, "2024-Q1.csv")
	journal = flat(district.ctl("journal", "--unit", "11986", "--period", "2024-Q1"))
	for field, value, words, told_by in WRONG_CELLS:
		must_say("the receipt", told, field, f'"{value}"', words)
		line = flat(f'{field} – – từ chối "{value}": {words}')
		if told_by and line not in journal:
			raise Trouble(f"journal lacks {field} = {value}:\n{journal}")
		if "explain" in told_by:
			check_explain(district, field, value, words)
	for row, value in STANDS.items():
		got = district.appendix("11986", "2024-Q1", "own")[row]
		if (got["state"], got["value"]) != ("figure", value):
			raise Trouble(f"the good cell {row} is {got}")


def check_explain(district, field, value, words):
	said = district.ask("explain", "--unit", "11986", "--period", "2024-Q1", "--scope", "own",
			    "--indicator", field)
	if value not in said.stdout or flat(words) not in flat(said.stdout):
		raise Trouble(f"explain of {field} says neither {value} nor {words}:\n"
			      f"{said.stdout}{said.stderr}")


def check_future(district):
	district.put("11986", "2031-Q1.csv", "code,value\nI.1,1\n")
	district.wait_acknowledged(["11986"])
	told = receipt(district.agents["11986"], "2031-Q1.csv")
	must_say("the receipt", told, "period", "2031-Q1", "kỳ báo cáo chưa bắt đầu")
	must_say("the receipt", told, "Status: HUYỆN TỪ CHỐI TOÀN BỘ / REFUSED BY THE DISTRICT")


def check_files(district):
	agent = district.agents["11986"]
	for name, content, words in WRONG_FILES:
		district.put("11986", name, content)
		wait_for(f"{name} is not rejected",
			 lambda: os.path.exists(agent.reports("rejected", name)))
		wait_for(f"{name} has no receipt",
			 lambda: os.path.exists(agent.reports("receipts", name + ".txt")))
		must_say(f"the receipt of {name}", receipt(agent, name), words)
	for name, content, _ in WRONG_FILES:
		with open(agent.reports("rejected", name), "rb") as f:
			if f.read() != content:
				raise Trouble(f"{name} was changed")


def check_strangers(district):
	agent = district.agents["11986"]
	district.put("11986", "2024-Q1.xlsx", b"PK")
	os.symlink("/etc/passwd", agent.reports("inbox", "2024-Q2.csv"))
	os.mkdir(agent.reports("inbox", "old"))
	names = ["2024-Q1.xlsx", "2024-Q2.csv", "old"]
	wait_for("status does not name the strangers",
		 lambda: agent.status()["left_alone"] == names)
	if agent.status()["pending"]:
		raise Trouble("what is left alone is called on its way")
	if sorted(os.listdir(agent.reports("inbox"))) != names:
		raise Trouble(f"a stranger was touched: {os.listdir(agent.reports('inbox'))}")


def check_correction(district):
	"""The receipt of the file with all the refusals is still there, the newest says so."""
	agent = district.agents["11986"]
	district.put("11986", "2024-Q1.csv", "code,value\nI.1,5\n")
	district.wait_acknowledged(["11986"])
	must_say("the newest receipt", receipt(agent, "2024-Q1.csv"), "2024-Q1.csv (1).txt")
	earlier = receipt(agent, "2024-Q1.csv (1)")
	for field, value, words, _ in WRONG_CELLS:
		must_say("the earlier receipt", earlier, field, f'"{value}"', words)


def check_wrong_unit(district):
	"""The agent of 11989 believes to be 11992."""
	agent = district.agents["11989"]
	with open(agent.config, encoding="utf-8") as f:
		text = f.read()
	with open(agent.config, "w", encoding="utf-8") as f:
		f.write(text.replace('unit: "11989"', 'unit: "11992"'))
	agent.start()
	district.put("11989", "2024-Q1.csv", "code,value\nI.1,666\n")
	wait_for("the agent does not say that its key is of another unit",
		 lambda: "11989" in (agent.status() or {}).get("note", ""))
	if not agent.status()["pending"]:
		raise Trouble("a file for another unit is acknowledged")
	for code in ("11989", "11992"):
		if district.appendix(code, "2024-Q1", "own")["I.1"]["state"] != "absent":
			raise Trouble(f"{code} got a figure of a key that is not its own")


def main():
	with tempfile.TemporaryDirectory(prefix="cchc-wrong-") as folder, \
	     District(folder, Programs.find()) as district:
		district.add_agents(["11986", "11989"])
		district.start_daemon()
		district.agents["11986"].start()
		check_cells(district)
		check_future(district)
		check_files(district)
		check_strangers(district)
		check_correction(district)
		check_wrong_unit(district)
		district.verify()


if __name__ == "__main__":
	sys.exit(main())
