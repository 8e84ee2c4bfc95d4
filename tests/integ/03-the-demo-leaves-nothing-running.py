"""However scripts/demo ends, and whenever: no program and no temporary file is left, and
nobody is killed half-way who could have ended properly."""

import os
import random
import signal
import time
import unittest

from demokit import DemoTest
from district import wait_for

LATEST_S = 1.5  # by then everything was started and much was sent
ROUNDS = 6
TAKES_S = 40


class NothingIsLeft(DemoTest):
	def end(self, demo, number):
		demo.send_signal(number)
		return demo.wait(120)

	def pid_of(self, program):
		return next(pid for pid, line in self.left().items() if f"/{program}" in line)

	def test_a_signal_at_any_moment_ends_it_all(self):
		seed = int(os.environ.get("CCHC_SEED", time.time_ns()))
		print(f"CCHC_SEED={seed}")
		dice = random.Random(seed)
		for i in range(ROUNDS):
			number = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)[i % 3]
			demo = self.start_demo("--once")
			time.sleep(dice.uniform(0, LATEST_S))
			code = self.end(demo, number)
			with self.subTest(signal=number.name, code=code):
				# By then it may be done; at first Python has no handler yet and
				# ends as it does when interrupted in its own start.
				early = "KeyboardInterrupt" in self.told("err") and code == 1
				self.assertTrue(early or code in (0, 128 + number, -number),
				                self.told("err"))
				self.assert_nothing_left()

	def test_the_live_rollup_ends_with_ctrl_c(self):
		demo = self.start_demo()
		self.wait_for_text("out", "VII.5.4")
		self.assertEqual(self.end(demo, signal.SIGINT), 0, self.told("err"))
		self.assertIn("agrees", self.told("err"))
		self.assert_nothing_left()

	def test_a_killed_demo_takes_its_programs_along(self):
		demo = self.start_demo("--once", "--stay")
		self.wait_for_text("err", "Ctrl-C")
		self.assertGreaterEqual(len(self.left()), 13)
		self.end(demo, signal.SIGKILL)
		wait_for(lambda: f"still there: {self.left()}", lambda: not self.left())

	def test_a_program_that_dies_ends_it_all(self):
		for args, victim, number, said in (
				(("--once", "--stay"), "cchcd ", signal.SIGKILL, "cchcd does not run"),
				(("--once", "--stay"), "cchc-agent ", signal.SIGTERM,
				 "cchc-agent of"),
				((), "cchcd ", signal.SIGTERM, "cchcd does not run (exit: 0)"),
				((), "cchc-agent ", signal.SIGKILL, "cchc-agent of"),
				((), "cchcctl ", signal.SIGKILL, "watch ended")):
			with self.subTest(args=args, victim=victim):
				demo = self.start_demo(*args)
				self.wait_for_text("err" if args else "out",
						   "Ctrl-C" if args else "VII.5.4")
				os.kill(self.pid_of(victim), number)
				self.assertEqual(demo.wait(120), 1, self.told("err"))
				self.assertIn(said, self.told("err"))
				self.assert_nothing_left()

	def test_an_error_ends_it_all(self):
		self.write("code,value\nI.1,3\n", "x", "11989", "2024-Q1.csv")
		demo = self.start_demo("--once", "--stay", "--dir", self.path("kept"))
		self.wait_for_text("err", "Ctrl-C")
		second = self.run_demo("--once", "--dir", self.path("kept"))
		self.assertEqual(second.returncode, 1)
		self.assertIn("in use", second.stderr)
		self.assertEqual(self.end(demo, signal.SIGTERM), 0, self.told("err"))
		self.write("unit: [\n", "kept", "forms", "cchc-2021.yaml")
		self.write("this is no form\n", "kept", "forms", "other.yaml")
		broken = self.run_demo("--once", "--dir", self.path("kept"))
		self.assertEqual((broken.returncode, broken.stdout), (1, ""))
		self.assertIn("cchcd does not run", broken.stderr)
		self.assertIn("other.yaml", broken.stderr)
		self.assertEqual(self.left(), {})


if __name__ == "__main__":
	unittest.main()
