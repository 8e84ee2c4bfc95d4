"""Peers that break the rules, one fault at a time: the daemon stays up and says what is
wrong, agents that keep to the rules are served meanwhile, nothing of another unit changes,
and memory stays bounded."""

import json
import os
import subprocess
import sys
import tempfile
import time

from district import LIMIT_S, SANITIZER, District, Programs, Trouble, spawn

Q1 = 2024 * 32 + 12
EPOCH = "00000000000000a1"
OVERFLOW = 2**64 - 1
# Growth under all of it; the address sanitizer keeps what was freed. Under the thread sanitizer
# nothing is said of it: most is the sanitizer's own, and grows with the time that the test takes.
MEMORY_KB = (200 if SANITIZER else 64) * 1024
THREADS = True
TAKES_S = 25


class Peer:
	"""tests/tools/peer.c."""

	def __init__(self, district, door, key):
		program = os.path.join(os.environ["CCHC_BIN"], "tests", "test_peer")
		self.process = spawn([program, district.endpoints[door], district.server_key, key],
				     stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

	def __enter__(self):
		return self

	def __exit__(self, *_):
		self.process.stdin.close()
		code = self.process.wait()
		if code != 0:
			raise Trouble(f"test_peer: exit {code}")

	def __call__(self, command):
		self.process.stdin.write(command + "\n")
		self.process.stdin.flush()
		answer = self.process.stdout.readline().strip()
		if not answer or answer == "not understood":
			raise Trouble(f"test_peer: {command}: {answer}")
		return answer

	def hear(self, silence_ms=300):
		"""What came, until it was silent for so long."""
		return json.loads(self(f"hear {silence_ms}"))

	def hear_until(self, is_there):
		"""Silence alone may mean that the machine is busy: waits for what is to come,
		and then for silence."""
		heard = self.hear()
		end = time.monotonic() + LIMIT_S
		while not is_there(heard) and time.monotonic() < end:
			heard = joined(heard, self.hear())
		return heard

	def expect(self, **wanted):
		"""All of it comes, and what is wanted 0 times does not."""
		heard = self.hear_until(lambda heard: all(heard[name] >= value
							  for name, value in wanted.items()))
		if any(heard[name] != value for name, value in wanted.items()):
			raise Trouble(f"{wanted} expected, heard {heard}")
		return heard


def joined(first, second):
	"""Counts add up; of the rest the later one counts, if it was told at all."""
	told = {"mark": second["ack"] or second["welcome"] or second["fork"],
		"expected": second["gap"], "text": second["denied"]}
	both = {name: first[name] + second[name] for name in (*KINDS, "refusals")}
	return both | {name: (second if is_told else first)[name]
		       for name, is_told in told.items()}


def expect_nothing(heard):
	if any(heard[kind] for kind in KINDS):
		raise Trouble(f"silence expected, heard {heard}")


KINDS = ("other", "welcome", "ack", "gap", "later", "fork", "down", "piece", "held",
	 "denied", "hello_first")


class Scene:
	def __init__(self, district):
		self.district = district
		self.stranger = district.path("keys", "stranger.key")
		district.make_key(self.stranger)
		self.own = os.path.join(district.agents["11989"].folder, "agent.key")
		self.ctl = district.path("keys", "ctl.key")

	def peer(self, door, key):
		return Peer(self.district, door, key)


# ---- one fault each ----


def a_stranger_hears_nothing(scene):
	for door in ("agents", "queries"):
		with scene.peer(door, scene.stranger) as peer:
			peer(f"hello 11989 {EPOCH} 0")
			peer("ask")
			expect_nothing(peer.hear(600))


def an_agents_key_is_of_no_use_at_the_queries_door(scene):
	with scene.peer("queries", scene.own) as peer:
		peer("ask")
		expect_nothing(peer.hear(600))


def an_operators_key_is_of_no_use_at_the_agents_door(scene):
	with scene.peer("agents", scene.ctl) as peer:
		peer(f"hello 11989 {EPOCH} 0")
		expect_nothing(peer.hear(600))


def hello_for_another_unit_is_denied(scene):
	with scene.peer("agents", scene.own) as peer:
		peer(f"hello 11986 {EPOCH} 0")
		heard = peer.expect(denied=1, welcome=0)
		if "11986" not in heard["text"] or "11989" not in heard["text"]:
			raise Trouble(f"neither unit is named: {heard['text']}")


def a_push_for_another_unit_is_refused(scene):
	with scene.peer("agents", scene.own) as peer:
		peer(f"hello 11989 {EPOCH} 0")
		peer(f"begin {EPOCH}")
		peer(f"push {EPOCH} 1 11986 {Q1} 1 666")
		peer.expect(welcome=1, mark=1, refusals=1)


def a_push_without_hello_is_told_so(scene):
	with scene.peer("agents", scene.own) as peer:
		peer("begin a2")
		peer(f"push a2 1 11989 {Q1} 1 5")
		peer.expect(hello_first=1, ack=0)


def a_gap_is_told_the_seq_that_is_due(scene):
	with scene.peer("agents", scene.own) as peer:
		peer(f"hello 11989 {EPOCH} 1")
		peer(f"push {EPOCH} 7 11989 {Q1} 1 5")
		peer.expect(welcome=1, gap=1, expected=2)


def the_highest_seq_overflows_nothing(scene):
	with scene.peer("agents", scene.own) as peer:
		peer(f"hello 11989 {EPOCH} 1")
		peer(f"push {EPOCH} {OVERFLOW} 11989 {Q1} 1 5")
		peer.expect(gap=1, expected=2)
		peer(f"push {EPOCH} 0 11989 {Q1} 1 5")
		peer(f"hello 11989 {EPOCH} 1")  # what it is told comes after the answer to seq 0
		peer.expect(welcome=1, mark=1)


def another_content_of_an_old_seq_is_a_fork(scene):
	with scene.peer("agents", scene.own) as peer:
		peer(f"hello 11989 {EPOCH} 1")
		peer(f"forked {EPOCH} 1 11989 {Q1} 1 777")
		peer.expect(fork=1, mark=1)


def a_wrong_chain_on_a_new_seq_moves_nothing(scene):
	with scene.peer("agents", scene.own) as peer:
		peer(f"hello 11989 {EPOCH} 1")
		peer(f"forked {EPOCH} 2 11989 {Q1} 1 778")
		peer.expect(welcome=1, fork=1, mark=1)


def a_repeat_is_answered_and_changes_nothing(scene):
	with scene.peer("agents", scene.own) as peer:
		peer(f"hello 11989 {EPOCH} 0")
		peer(f"begin {EPOCH}")
		peer(f"push {EPOCH} 1 11986 {Q1} 1 666")
		peer("again 3000")
		heard = peer.hear_until(lambda heard: heard["ack"])
		if heard["mark"] != 1 or heard["fork"]:
			raise Trouble(f"repeats are answered wrongly: {heard}")


def large_repeats_do_not_fill_memory(scene):
	"""Each is kept until the writer has looked at its chain."""
	with scene.peer("agents", scene.own) as peer:
		peer("hello 11989 a3 0")
		peer("begin a3")
		peer("junk a3 1 60000")
		peer.expect(mark=1, refusals=1)
		peer("again 3000")
		peer.expect(mark=1, fork=0)


def credit_that_is_ignored_costs_nobody_else(scene):
	with scene.peer("agents", scene.own) as peer:
		peer("hello 11989 a4 0")
		peer("begin a4")
		for seq in range(1, 1001):
			if peer(f"push a4 {seq} 11989 {Q1} 1 {seq}") != "sent":
				break
		heard = peer.hear_until(lambda heard: heard["ack"])
		if not heard["ack"]:
			raise Trouble(f"no ack: {heard}")


def garbage_is_dropped(scene):
	with scene.peer("agents", scene.own) as peer:
		for size in (0, 1, 7, 100, 5000):
			peer(f"garbage 200 {size}")
		heard = peer.hear(600)
		if heard["welcome"] or heard["ack"]:
			raise Trouble(f"garbage was understood: {heard}")


def many_parts_are_dropped(scene):
	with scene.peer("agents", scene.own) as peer:
		peer("parts 2 10")
		peer("parts 20000 100")
		peer(f"hello 11989 {EPOCH} 1")
		peer.hear(600)


def many_large_parts_are_dropped(scene):
	"""libzmq gathers a message before it shows it, however many parts it has: against one
	that never ends only the service's MemoryMax helps."""
	with scene.peer("agents", scene.own) as peer:
		peer("parts 400 65000")
		peer.hear(600)


def a_frame_above_64_kib_ends_the_connection(scene):
	with scene.peer("agents", scene.own) as peer:
		peer("parts 1 65537")
		heard = peer.hear(600)
		if heard["welcome"] or heard["ack"]:
			raise Trouble(f"understood: {heard}")


def an_own_routing_id_is_not_served(scene):
	for size in (1, 5, 32, 200):
		with scene.peer("agents", scene.own) as peer:
			peer(f"dial {size}")
			peer(f"hello 11989 {EPOCH} 1")
			expect_nothing(peer.hear())


def new_epochs_are_rationed(scene):
	"""Eight at once; also when the same ones come again."""
	with scene.peer("agents", scene.own) as peer:
		peer("hellos 4000 11989")
		heard = peer.hear_until(lambda heard: "too many new" in heard["text"])
		if heard["welcome"] > 8 or "too many new" not in heard["text"]:
			raise Trouble(f"epochs are not rationed: {heard}")
		peer("again 20")
		heard = peer.hear_until(lambda heard: heard["denied"])
		if heard["welcome"] or not heard["denied"]:
			raise Trouble(f"the same epochs are not rationed: {heard}")


FAULTS = (a_stranger_hears_nothing, an_agents_key_is_of_no_use_at_the_queries_door,
	  an_operators_key_is_of_no_use_at_the_agents_door, hello_for_another_unit_is_denied,
	  a_push_for_another_unit_is_refused, a_push_without_hello_is_told_so,
	  a_gap_is_told_the_seq_that_is_due, the_highest_seq_overflows_nothing,
	  another_content_of_an_old_seq_is_a_fork, a_wrong_chain_on_a_new_seq_moves_nothing,
	  a_repeat_is_answered_and_changes_nothing, large_repeats_do_not_fill_memory,
	  credit_that_is_ignored_costs_nobody_else, garbage_is_dropped, many_parts_are_dropped,
	  many_large_parts_are_dropped, a_frame_above_64_kib_ends_the_connection,
	  an_own_routing_id_is_not_served, new_epochs_are_rationed)


def memory_kb(program):
	with open(f"/proc/{program.process.pid}/status", encoding="ascii") as f:
		for line in f:
			if line.startswith("VmRSS:"):
				return int(line.split()[1])
	raise Trouble("no VmRSS")


def is_served(district, figure):
	"""An agent that keeps to the rules gets its figure through, and nobody changes it."""
	district.put("11986", "2024-Q1.csv", f"code,value\nI.1,{figure}\n")
	district.wait_acknowledged(["11986"])
	got = district.appendix("11986", "2024-Q1", "own")["I.1"]["value"]
	if got != str(figure):
		raise Trouble(f"11986 has {got}, {figure} was sent")


def main():
	# What was freed counts as well, or AddressSanitizer keeps 256 MB of it.
	os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=8"
	with tempfile.TemporaryDirectory(prefix="cchc-hostile-") as folder, \
	     District(folder, Programs.find()) as district:
		district.add_agents(["11986", "11989"])
		district.start_daemon()
		district.agents["11986"].start()
		is_served(district, 1000)
		before = memory_kb(district.daemon)
		scene = Scene(district)
		for i, fault in enumerate(FAULTS):
			try:
				fault(scene)
				district.daemon.check()
				is_served(district, 1001 + i)
			except Trouble as trouble:
				raise Trouble(f"{fault.__name__}: {trouble}") from None
			print(f"{fault.__name__}: {memory_kb(district.daemon)} kB", flush=True)
		district.verify()
		grown = memory_kb(district.daemon) - before
		if grown > MEMORY_KB and SANITIZER != "thread":
			raise Trouble(f"memory grew by {grown} kB")
		district.daemon.kill()  # what it kept of all that loads again
		district.daemon.start()
		is_served(district, 2000)
		district.verify()


if __name__ == "__main__":
	sys.exit(main())
