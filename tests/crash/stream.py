"""Streams of files into many inboxes, and what must have come of them.

Each file is a new version of a period's report: good cells with figures nobody else sends,
and on some turns cells that must be refused. A stream remembers what it put, so that at the
end every promise can be tested: the last figures stand, each message is in the journal once,
every refusal was told.
"""

import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "integ"))

from district import Trouble  # noqa: E402

PERIODS = ("2024-Q1", "2024-H1", "2024-03", "2023-Q3", "2023", "2025-01")
GOOD = ("I.1", "I.2.1", "I.2.2", "I.5.1", "II.1.1", "II.3.1")
BAD = (("I.3", "7"), ("I.5.1", "nhiều"), ("I.99", "4"), ("I.1", "-5"), ("VII.3", "101,5"))
FUTURE = "2031-Q1"  # refused whole, by the district


class Stream:
	"""What one unit sends."""

	def __init__(self, district, code, rng):
		self.district = district
		self.code = code
		self.rng = rng
		self.version = 0
		self.files = dict.fromkeys((*PERIODS, FUTURE), 0)  # put, by period
		self.stands = {}  # (period, row) -> figure
		self.refused = 0
		self.last_refused = {}  # period -> [(field, value)] of its last file

	def free_periods(self):
		"""Those whose last file has left the inbox: one put over it would replace it."""
		inbox = self.district.agents[self.code].reports("inbox")
		waits = set(os.listdir(inbox))
		return [p for p in self.files if p + ".csv" not in waits]

	def put(self):
		"""The next file, or False while every period's last one still waits."""
		free = self.free_periods()
		if not free:
			return False
		period = self.rng.choice(free)
		self.version += 1
		rows = self.rng.sample(GOOD, self.rng.randint(1, len(GOOD)))
		figures = {row: self.version * 10 + i for i, row in enumerate(rows)}
		bad = [(r, v) for r, v in BAD if r not in figures and self.rng.random() < 0.2]
		lines = [f"{row},{value}" for row, value in figures.items()]
		lines += [f'{row},"{value}"' for row, value in bad]
		text = "".join(line + "\n" for line in ("code,value", *lines))
		self.district.put(self.code, period + ".csv", text)
		self.files[period] += 1
		self.refused += len(bad)
		self.last_refused[period] = bad
		if period == FUTURE:
			self.refused += 1
			self.last_refused[period] = [*bad, ("period", FUTURE)]
		else:
			self.stands.update(((period, row), n) for row, n in figures.items())
		return True

	def check_figures(self):
		for period in PERIODS:
			if not self.files[period]:
				continue
			rows = self.district.appendix(self.code, period, "own")
			for row in GOOD:
				want = self.stands.get((period, row))
				got = rows[row]
				text = got["value"] if got["state"] == "figure" else got["state"]
				if want is None:
					continue  # a part of the period may have given one
				if text != str(want):
					raise Trouble(f"{self.code} {period} {row}: {text} stands, "
						      f"{want} was sent last")

	def check_refusals(self):
		"""Each counted once; those of a period's last file are in its receipt."""
		agent = self.district.agents[self.code]
		counted = agent.status()["rejected"]
		if counted != self.refused:
			raise Trouble(f"{self.code}: {counted} refusals counted, "
				      f"{self.refused} made")
		for period, bad in self.last_refused.items():
			path = agent.reports("receipts", period + ".csv.txt")
			with open(path, encoding="utf-8") as f:
				text = f.read()
			for field, value in bad:
				if f'{field} = "{value}"' not in text:
					raise Trouble(f"{path}: {field} = {value} is not in it")

	def check_journal(self, entries):
		"""One entry a file, and no (epoch, seq) twice."""
		for period, n in self.files.items():
			got = sum(e["source"] == period + ".csv" for e in entries)
			if got != n:
				raise Trouble(f"{self.code} {period}: {n} files, {got} entries")
		seqs = sorted((e["epoch"], e["seq"]) for e in entries)
		if len(set(seqs)) != len(seqs):
			raise Trouble(f"{self.code}: a message is in the journal twice")
		for epoch in {epoch for epoch, _ in seqs}:
			mine = [seq for at, seq in seqs if at == epoch]
			if mine != list(range(1, len(mine) + 1)):
				raise Trouble(f"{self.code}: epoch {epoch} has gaps: {mine}")


def check_acks(district):
	"""An agent that finds less at the district than it was acknowledged sends its tail again:
	nothing is lost, but the ack came before the commit."""
	for agent in district.agents.values():
		with open(agent.log, encoding="utf-8", errors="replace") as f:
			if "was restored" in f.read():
				raise Trouble(f"{agent.name} was acknowledged what did not last")


def journal(district):
	"""The messages in the store's journal, by the sender's code."""
	program = os.path.join(os.environ["CCHC_BIN"], "tests", "test_journal")
	done = subprocess.run([program, district.path("store", "cchc.mdb")],
			      capture_output=True, text=True, check=False)
	if done.returncode != 0:
		raise Trouble(f"journal: {done.stderr}")
	lines = [json.loads(line) for line in done.stdout.splitlines()]
	gone = [line["missing"] for line in lines if "missing" in line]
	if gone:
		raise Trouble(f"journal entries are missing: {gone}")
	codes = {line["id"]: line["code"] for line in lines if "id" in line}
	messages = {}
	for line in lines:
		if "seq" in line:
			messages.setdefault(codes[line["sender"]], []).append(line)
	return messages


def check(district, streams):
	"""Everything promised, once all is acknowledged."""
	check_acks(district)
	messages = journal(district)
	for stream in streams:
		stream.check_figures()
		stream.check_refusals()
		stream.check_journal(messages.get(stream.code, []))
	district.verify()
