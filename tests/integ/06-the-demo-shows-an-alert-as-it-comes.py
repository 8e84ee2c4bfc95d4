"""scripts/demo has a register: one task turns overdue while one watches and its alert is shown,
`cchcctl task list` and `alerts list` tell it, and so does the commune's table."""

import csv
import os
import re
import signal
import subprocess
import unittest

from demokit import DemoTest
from district import wait_for

COMMUNE = "11986"
TAKES_S = 60


class TheDemosTasks(DemoTest):
	def lines_to_paste(self):
		"""{what they end with: line}"""
		lines = [line for line in self.told("err").splitlines() if "/cchcctl" in line]
		return {command: line for line in lines for command in ("task list", "alerts list")
			if line.endswith(" " + command)}

	def ask(self, command):
		return subprocess.run(self.lines_to_paste()[command], shell=True, check=True,
				      capture_output=True, text=True, cwd="/").stdout

	def table(self):
		"""The commune's, at the path that was told; None until it is there."""
		path = re.search(r"^nhiệm vụ của xã .*: (.*)$", self.told("err"), re.M)[1]
		if not os.path.exists(path):
			return None
		with open(path, encoding="utf-8-sig", newline="") as f:
			return {line["Mã nhiệm vụ"]: line for line in csv.DictReader(f, delimiter=";")}

	def test_an_alert_comes_while_one_watches(self):
		demo = self.start_demo("--dir", self.path("kept"))
		self.wait_for_text("err", "trình diễn (demonstration): ")
		task = re.search(r"\(demonstration\): (\S+),", self.told("err"))[1]
		wait_for(lambda: f"no alert of {task}: {self.told('err')}",
			 lambda: re.search(rf"MỚI .*quá hạn 1 ngày.*\[{task}/", self.told("err")))
		self.assertIn(f"{task}/", self.ask("alerts list"))
		listed = self.ask("task list")
		for name in (task, "KH-01/11986", "KH-02/11989", "KH-07"):
			self.assertIn(name, listed)
		wait_for(lambda: f"{task} is not in the table: {self.table()}",
			 lambda: task in (self.table() or {}))
		self.assertIn("quá hạn", self.table()[task]["Tình trạng"])
		demo.send_signal(signal.SIGINT)
		self.assertEqual(demo.wait(120), 0, self.told("err"))
		self.assertEqual(self.left(), {})


if __name__ == "__main__":
	unittest.main()
