"""scripts/demo --once on the shipped figures: thị trấn Như Quỳnh's real ones and invented ones
for the others. What the demo promises is looked at here, from outside."""

import csv
import os
import shlex
import signal
import subprocess
import unittest

from demokit import DemoTest, rows_of
from district import ROOT

PRINTED = os.path.join(ROOT, "tests", "data", "phu-luc-quy-1-2024.csv")
RESERVED = "Cấp huyện báo cáo cho cấp xã"
COMPUTED = {"I.2": "26.6", "VII.5.1": "100", "VII.5.2": "100", "VII.5.3": "100",
	    "VII.5.4": "100"}


def printed_rows():
	with open(PRINTED, encoding="utf-8", newline="") as f:
		return {f"{row['section']}.{row['code']}": row for row in csv.DictReader(f)
			if row["code"]}


class TheDemo(DemoTest):
	def ask_on(self, *args):
		"""As a person would who pastes the line of --dir."""
		lines = [line for line in self.told("err").splitlines() if "/cchcctl" in line]
		self.assertEqual([line.partition("ctl.yaml")[2].strip("'") for line in lines],
				 ["", " task list", " alerts list"], self.told("err"))
		command = " ".join([lines[0], *map(shlex.quote, args)])
		return subprocess.run(command, shell=True, check=True, capture_output=True,
				      text=True, cwd="/").stdout

	def check_nhu_quynh(self, rows):
		printed = printed_rows()
		self.assertEqual(set(rows), set(printed))
		figures = {code: row["value"] for code, row in printed.items()
			   if row["value"] and code not in COMPUTED}
		self.assertEqual(len(figures) + 1, 17)  # and I.2, which is computed
		for code, value in figures.items():
			self.assertEqual((rows[code]["state"], rows[code]["value"]),
					 ("figure", str(int(value))), code)
		for code, value in COMPUTED.items():
			self.assertEqual((rows[code]["state"], rows[code]["value"]),
					 ("figure", value), code)
		detail = rows["I.2"]["detail"].split(";")
		self.assertLessEqual({"I.2.2=21", "I.2.1=79", "declared=26.6"}, set(detail))
		reserved = [code for code, row in printed.items() if row["note"] == RESERVED]
		self.assertEqual(len(reserved), 7)
		for code in ("I.4.4", "III.3.4", *reserved):
			self.assertEqual((rows[code]["state"], rows[code]["value"]),
					 ("absent", ""), code)
		self.assertEqual(rows["I.4.3"]["value"], "0")
		self.assertEqual({row["state"] for row in rows.values()},
				 {"heading", "figure", "absent"})

	def test_the_figures_of_nhu_quynh_are_all_there(self):
		folder = self.path("a place")  # the line must be fit to paste all the same
		demo = self.start_demo("--once", "--stay", "--format", "csv", "--dir", folder)
		self.wait_for_text("err", "Ctrl-C")
		district = rows_of(self.told("out"))
		self.assertEqual(len(district), 137)
		self.assertEqual((district["I.1"]["reported"], district["I.1"]["expected"]),
				 ("12", "12"))
		ask = ("appendix", "--unit", "11986", "--period", "2024-Q1")
		self.check_nhu_quynh(rows_of(self.ask_on(*ask, "--format", "csv")))
		table = self.ask_on(*ask)
		self.assertIn("26,6", table)
		self.assertIn("1.058", table)
		explained = self.ask_on("explain", *ask[1:], "--indicator", "I.2")
		self.assertIn("21 / 79", explained)
		demo.send_signal(signal.SIGINT)
		self.assertEqual(demo.wait(60), 0, self.told("err"))
		self.assertEqual(self.left(), {})

	def test_the_invented_figures_say_so(self):
		done = self.run_demo("--once", "--dir", self.path("kept"))
		self.assertEqual(done.returncode, 0, done.stderr)
		self.assertIn("số liệu giả lập (seed 2024)", done.stderr)
		self.assertNotIn("NOT TAKEN", done.stderr)  # they keep every rule
		figures = self.path("kept", "figures")
		self.assertEqual(len(os.listdir(figures)), 12)
		for code in os.listdir(figures):
			with open(os.path.join(figures, code, "2024-Q1.csv"),
				  encoding="utf-8") as f:
				first = f.readline()
			word = "Số liệu thật" if code == "11986" else "Số liệu giả lập (seed 2024)"
			self.assertIn(word, first, code)

	def test_stdout_is_the_appendix_alone(self):
		done = self.run_demo("--once")
		self.assertEqual(done.returncode, 0, done.stderr)
		self.assertTrue(done.stdout.startswith("Phụ lục"), done.stdout[:200])
		self.assertIn("Huyện Văn Lâm – Quý I/2024", done.stdout)
		self.assertNotIn("agrees", done.stdout)
		self.assertIn("agrees", done.stderr)
		self.assert_nothing_left()


if __name__ == "__main__":
	unittest.main()
