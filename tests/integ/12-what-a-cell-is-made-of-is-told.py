"""explain, from the file in the inbox to the words: a withdrawal of what was never given, a
reserved row typed where it is not to be (by a commune, and by a province above districts), a
typed figure beside the derived one, parts of the time unit by unit, and a heading."""

import json
import sys
import tempfile

from district import District, Programs, Trouble

FILES = (
	("11986", "2024-Q1.csv", "I.1,8\nI.2.1,Rút\nII.1.1,2\nII.1.2,7\n"),
	("11986", "2024-Q2.csv", "I.1,6\n"),
	("11989", "2024-Q1.csv", "I.1,4\nII.1.1,3\nII.1.2,0\n"),
	("325", "2024-Q1.csv", "I.3.2,9\nII.1.2,6\n"),
	("33", "2024-Q1.csv", "I.1,1\nI.3.2,4\nII.1.2,0\n"),
)


def explain(district, row, unit="325", period="2024-Q1"):
	return json.loads(district.ctl("explain", "--json", "--unit", unit, "--period", period,
				       "--indicator", row))


def missing(said, why):
	"""{unit: entry} of those that miss for that reason."""
	return {one["unit"]["code"]: one for one in said["missing"] if one["why"] == why}


def expect(what, got, wanted):
	if got != wanted:
		raise Trouble(f"{what}: {got}, not {wanted}")


def a_withdrawal_of_nothing(district):
	for unit in ("325", "11986"):
		withdrawn = missing(explain(district, "I.2.1", unit), "withdrawn")
		expect(f"who withdrew, asked of {unit}", list(withdrawn), ["11986"])
		expect("by whom", withdrawn["11986"]["sender"], "agent-11986")
		if not withdrawn["11986"]["journal"]:
			raise Trouble(f"no number: {withdrawn}")
	own = district.appendix("11986", "2024-Q1")["I.2.1"]
	expect("the cell", (own["state"], own["reported"]), ("withdrawn", "0"))


def reserved_rows(district):
	said = explain(district, "II.1.2", "11986")
	expect("inputs of a commune's reserved row", said["inputs"], [])
	refused = missing(said, "refused")["11986"]["refusal"]
	expect("what the commune typed", (refused["rule"], refused["value"]), ("reserved", "7"))
	said = explain(district, "I.3.2", "33")
	expect("who fills I.3.2 in the province", [one["unit"]["code"] for one in said["inputs"]],
	       ["325"])
	expect("of how many", said["row"]["expected"], 1)
	expect("refused", list(missing(said, "refused")), ["33"])
	for unit in ("33", "11989"):  # a 0 there is passed over
		if "II.1.2" in district.ctl("journal", "--unit", unit, "--period", "2024-Q1"):
			raise Trouble(f"{unit}: a 0 in a reserved row is in the journal")


def lines(district, row, period="2024-Q1"):
	return explain(district, row, period=period)["arithmetic"]


def arithmetic(district):
	expect("typed beside derived", lines(district, "II.1.2"), [
		"6", "đơn vị tự báo cáo: 6; tổng hợp từ cấp dưới: 5 – khác nhau, cần kiểm tra"])
	detail = district.appendix("325", "2024-Q1")["II.1.2"]["detail"]
	expect("detail", detail, "derived=5")
	expect("over time", lines(district, "I.1", "2024-H1"), [
		"8 + 6 + 4 = 18",
		"theo thời gian, 11986 (cộng các kỳ): Quý I/2024 8 + Quý II/2024 6 = 14",
		"theo thời gian, 11989 (cộng các kỳ): Quý I/2024 4"])


def a_heading(district):
	said = explain(district, "I.3")
	expect("a heading", (said["state"], len(said["below"])), ("heading", 5))
	text = district.ctl("explain", "--period", "2024-Q1", "--indicator", "I.3")
	if "I.3.3.2" not in text:
		raise Trouble(f"a heading: {text}")
	expect("the same code as people type it", district.ctl(
		"explain", "--period", "2024-Q1", "--indicator", "i.3"), text)


def main():
	with tempfile.TemporaryDirectory(prefix="cchc-told-") as folder, \
	     District(folder, Programs.find(), unit="33") as district:
		district.add_agents(sorted({unit for unit, _, _ in FILES}))
		district.start()
		for unit, name, cells in FILES:
			district.put(unit, name, "code,value\n" + cells)
		district.wait_acknowledged()
		a_withdrawal_of_nothing(district)
		reserved_rows(district)
		arithmetic(district)
		a_heading(district)
		district.verify()


if __name__ == "__main__":
	sys.exit(main())
