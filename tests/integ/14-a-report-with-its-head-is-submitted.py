"""A file whose head gives number, date and signer is a report that was submitted (đã gửi); one that
also says it is complete fulfils the duty of its period, which leaves the commune's table of tasks. A
wrong row of the head is named and holds back no figure; a file without one is a draft (tạm)."""

import datetime
import os
import sys
import tempfile

from alertkit import SETTINGS, civil_now, task, write_alerts
from district import District, Programs, Trouble, wait_for

COMMUNE = "11986"
# The reporting year turns on 15 December, so its first quarter has always begun.
PERIOD = f"{(civil_now() + datetime.timedelta(days=17)).year}-Q1"
DUTY = f"bao-cao/cchc-2021/{PERIOD}/{COMMUNE}"
FIGURES = "code;value\nI.1;8\n"
HEAD = "@số;37/BC-UBND\n@ngày;{date}\n@người ký;Vũ Văn Sứ\n@chức vụ;Phó Chủ tịch\n"
COMPLETE = "@hoàn tất;có\n"


def receipt(district):
	with open(district.agents[COMMUNE].reports("receipts", PERIOD + ".csv.txt"),
		  encoding="utf-8") as f:
		return f.read()


def give(district, text, *told):
	"""The receipt of the file says all of this."""
	district.put(COMMUNE, PERIOD + ".csv", text)
	district.wait_acknowledged()

	def says():
		return all(words in receipt(district) for words in told)
	wait_for(lambda: f"the receipt lacks one of {told}:\n{receipt(district)}", says)


def listed(district):
	"""The duty stands in the commune's table."""
	path = district.agents[COMMUNE].reports("nhiem-vu.csv")
	if not os.path.exists(path):
		return False
	with open(path, encoding="utf-8-sig") as f:
		return DUTY + ";" in f.read()


def main():
	settings = SETTINGS + "duties_from: 2024-01-01\n"
	with tempfile.TemporaryDirectory(prefix="cchc-head-") as folder, \
	     District(folder, Programs.find(), settings=settings) as district:
		write_alerts(district, [], [])
		district.add_agents([COMMUNE])
		district.start()
		wait_for("the duty is not in the table", lambda: listed(district))
		give(district, FIGURES, "tạm / draft")
		give(district, HEAD.format(date="32/3/2024") + FIGURES, "tạm / draft",
		     "@ngày = \"32/3/2024\": ngày không hợp lệ", "1 ô được nhận")
		give(district, HEAD.format(date="15/03/2024") + FIGURES, "đã gửi / submitted")
		if task(district, DUTY)["state"] != "open":
			raise Trouble("a report that does not say it is complete fulfilled its duty")
		give(district, HEAD.format(date="15/03/2024") + COMPLETE, "đã gửi / submitted")
		wait_for("the duty is not fulfilled",
			 lambda: task(district, DUTY)["state"] == "done")
		wait_for("the duty is still in the table", lambda: not listed(district))
		if district.appendix(COMMUNE, PERIOD, "own")["I.1"]["value"] != "8":
			raise Trouble("a head without figures took one away")
		district.verify()


if __name__ == "__main__":
	sys.exit(main())
