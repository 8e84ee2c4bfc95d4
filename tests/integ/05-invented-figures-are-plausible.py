"""scripts/make-figures: the same seed makes the same files, another seed others; whatever the
seed, parts stay below their base, sums are sums, and only rows of the unit's level are filled."""

import csv
import os
import subprocess
import sys
import tempfile
import unittest

from district import ROOT

RULES = os.path.join(ROOT, "tests", "data", "phu-luc-kinds.csv")
LEVEL = {"325": "district", "11989": "commune", "12004": "commune"}
SEEDS = 25


def rules():
	with open(RULES, encoding="utf-8", newline="") as f:
		return {row["code"]: row for row in csv.DictReader(f)}


def number(text):
	return float(text.replace(".", "").replace(",", "."))


class InventedFigures(unittest.TestCase):
	def make(self, seed):
		"""{unit code: {full code: text}}"""
		with tempfile.TemporaryDirectory(prefix="cchc-integ.") as folder:
			subprocess.run([sys.executable, os.path.join(ROOT, "scripts", "make-figures"),
					"--to", folder, "--seed", str(seed), *LEVEL],
				       check=True, capture_output=True)
			return {code: self.read(os.path.join(folder, code, "2024-Q1.csv"))
				for code in LEVEL}

	def read(self, path):
		figures = {}
		part = ""
		with open(path, encoding="utf-8", newline="") as f:
			for code, _, _, value, _ in list(csv.reader(f))[2:]:
				if code.isalpha():
					part = code
				elif value:
					figures[f"{part}.{code}"] = value
		return figures

	def test_a_seed_always_makes_the_same_files(self):
		self.assertEqual(self.make(7), self.make(7))
		self.assertNotEqual(self.make(7), self.make(8))

	def test_parts_and_sums_agree_whatever_the_seed(self):
		known = rules()
		for seed in range(SEEDS):
			for unit, figures in self.make(seed).items():
				with self.subTest(seed=seed, unit=unit):
					for code, text in figures.items():
						self.check(known, figures, unit, code, text)

	def check(self, known, figures, unit, code, text):
		row = known[code]
		mine = row["reserved_to_district"] == "yes" and unit == "325"
		self.assertTrue(mine or LEVEL[unit] in row["levels"].split(), code)
		self.assertEqual(row["district_row_from"], "", code)
		self.assertGreaterEqual(number(text), 0)
		if row["kind"] == "ratio":
			parts = figures[row["numerator"]], figures[row["denominator"]]
			self.assertAlmostEqual(number(text), 100 * number(parts[0]) / number(parts[1]),
					       delta=0.0501)
		parts = [figures[part] for part in row["equals"].split() if part in figures]
		if parts:
			self.assertEqual(number(text), sum(map(number, parts)), code)
		for other in known.values():
			if other["denominator"] == code and other["numerator"] in figures:
				self.assertLessEqual(number(figures[other["numerator"]]), number(text))


if __name__ == "__main__":
	unittest.main()
