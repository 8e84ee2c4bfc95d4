"""scripts/demo --data: other units, several periods, wrong files, every format, a folder that
is taken up again, and options that make no sense."""

import json
import os
import unittest

from demokit import DemoTest, rows_of


def figures(**values):
	return "code,value\n" + "".join(f"{code.replace('_', '.')},{value}\n"
					for code, value in values.items())

TAKES_S = 30


class OtherFigures(DemoTest):
	def put(self, code, period, text):
		self.write(text, "x", code, period + ".csv")

	def appendix(self, *args, code=0):
		done = self.run_demo("--once", "--data", self.path("x"), "--format", "csv", *args)
		self.assertEqual(done.returncode, code, done.stderr)
		self.assertIn("agrees", done.stderr)
		return rows_of(done.stdout), done.stderr

	def test_several_periods_add_up_over_time(self):
		self.put("11989", "2024-01", figures(I_1=1, I_2_1=50))
		self.put("11989", "2024-02", figures(I_1=2, I_2_1=60))
		self.put("11989", "2024-03", figures(I_1=4, I_2_2=20))
		self.put("325", "2024-Q1", figures(I_1=10))
		self.put("325", "2024-Q2", figures(I_1=100))
		self.put("33", "2024-Q1", figures(I_1=1000))  # above the district: not in its sum
		rows, _ = self.appendix("--period", "2024-Q1")
		self.assertEqual((rows["I.1"]["value"], rows["I.1"]["reported"]), ("17", "2"))
		self.assertEqual(rows["I.2"]["value"], "33.3")
		rows, _ = self.appendix("--period", "2024-H1")
		self.assertEqual(rows["I.1"]["value"], "117")
		self.assertIn("incomplete=1", rows["I.1"]["detail"])

	def test_wrong_files_and_cells_hold_nothing_back(self):
		self.put("11989", "2024-Q1", figures(I_1="abc", I_2_1=5, I_3=4, I_3_2=4, Z_1=3))
		self.put("11992", "2024-Q1", "code,value\nI.1,Kh\u00f4ng\n".encode("latin-1"))
		self.put("11992", "2024-Q9", figures(I_1=1))
		self.put("11992", "2091-Q1", figures(I_1=1))
		self.put("11992", "2024-Q2", "")
		os.makedirs(self.path("x", "11995"))
		rows, told = self.appendix(code=3)
		self.assertEqual((rows["I.2.1"]["value"], rows["I.1"]["state"]), ("5", "absent"))
		for said in ('I.1 = "abc"', 'I.3 = "4"', 'I.3.2 = "4"', 'Z.1 = "3"', "not UTF-8",
			     "no such period", "2091-Q1", "2024-Q2.csv"):
			self.assertIn(said, told)
		self.assertEqual(told.splitlines()[-2:], [
			"KHÔNG NHẬN (NOT TAKEN) 11989: 4 chỗ (places)",
			"KHÔNG NHẬN (NOT TAKEN) 11992: 1 chỗ (places); cả tệp (whole files): "
			"2024-Q1.csv, 2024-Q2.csv, 2024-Q9.csv, 2091-Q1.csv"])

	def test_only_a_file_of_which_nothing_is_taken_changes_the_exit_code(self):
		for file, code in (
				(figures(I_1="abc", I_2_1=5), 0),
				(figures(I_1="", I_2_1="-"), 0),  # nothing is said, nothing refused
				(figures(I_1="abc", I_3=4), 3),
				("", 3)):
			with self.subTest(file):
				self.put("11989", "2024-Q1", file)
				self.put("11992", "2024-Q1", figures(I_1=2))
				rows, told = self.appendix(code=code)
				self.assertEqual(rows["I.1"]["value"], "2")
				self.assertEqual("whole files" in told, code == 3, told)

	def test_what_an_earlier_run_refused_is_not_told_again(self):
		kept = ("--dir", self.path("kept"))
		self.put("11989", "2024-Q1", figures(I_1="abc"))
		_, told = self.appendix(*kept, code=3)
		self.assertIn("NOT TAKEN", told)
		self.put("11989", "2024-Q1", figures(I_1=5))
		_, told = self.appendix(*kept)
		self.assertNotIn("NOT TAKEN", told)
		os.remove(self.path("x", "11989", "2024-Q1.csv"))
		self.put("11989", "2024-Q2", figures(I_1="abc"))
		self.appendix(*kept, code=3)
		os.remove(self.path("x", "11989", "2024-Q2.csv"))
		_, told = self.appendix(*kept)
		self.assertNotIn("NOT TAKEN", told)

	def test_every_format_is_printed(self):
		self.put("11989", "2024-Q1", figures(I_2_1=79, I_2_2=21, VII_5_3_1=1058))
		for form, fits in (
				("json", lambda text: len(json.loads(text)["rows"]) == 137),
				("html", lambda text: "26,6" in text and "1.058" in text),
				("table", lambda text: "26,6" in text and "1.058" in text)):
			with self.subTest(form):
				done = self.run_demo("--once", "--data", self.path("x"), "--format", form)
				self.assertEqual(done.returncode, 0, done.stderr)
				self.assertTrue(fits(done.stdout), done.stdout[:500])
		self.assert_nothing_left()

	def test_a_folder_is_taken_up_again(self):
		kept = ("--dir", self.path("kept"))
		self.put("11989", "2024-Q1", figures(I_1=3, I_5_1=7))
		self.appendix(*kept)
		self.put("11989", "2024-Q1", figures(I_1=5))
		self.put("11992", "2024-Q1", figures(I_1=2))
		rows, _ = self.appendix(*kept)
		self.assertEqual((rows["I.1"]["value"], rows["I.5.1"]["value"]), ("7", "7"))

	def test_the_shipped_figures_are_put_in_once(self):
		kept = ("--once", "--format", "csv", "--dir", self.path("kept"))
		first = rows_of(self.run_demo(*kept).stdout)
		self.write(figures(I_1=1000), "kept", "agents", "11989", "reports", "inbox",
			   "2024-Q1.csv")
		second = rows_of(self.run_demo(*kept).stdout)
		self.assertGreater(int(second["I.1"]["value"]), 1000)
		self.assertEqual(first["I.2"], second["I.2"])

	def test_wrong_options_end_with_2_and_say_why(self):
		self.write("", "empty", "file")
		self.put("4711", "2024-Q1", figures(I_1=3))
		for args, said in (
				(("--nonsense",), "--nonsense"),
				(("--once", "--format", "xml"), "xml"),
				(("--format", "csv"), "--once"),
				(("--stay",), "--once"),
				(("--once", "--period", "2024-Q7"), "2024-Q7"),
				(("--once", "--data", self.path("none")), "no such folder"),
				(("--once", "--data", self.path("empty")), "named after a unit"),
				(("--once", "--data", self.path("x")), "4711")):
			with self.subTest(args):
				done = self.run_demo(*args)
				self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
				self.assertIn(said, done.stderr)


if __name__ == "__main__":
	unittest.main()
