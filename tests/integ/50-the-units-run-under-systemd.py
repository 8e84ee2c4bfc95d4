"""The shipped units under a systemd of their own, installed and set up as the README says:
start, watchdog, stop, and what agents and store make of it. Needs root and systemd-nspawn;
without them it is skipped, and says so."""

import csv
import os
import re
import sys
import tempfile

from district import Trouble, run, wait_for
from nspawn import Machine, why_not

# A sanitized program makes system calls that the units forbid, and hangs when it ends.
PLAIN_ONLY = True
SKIPPED = 77
COMMUNES = ("11986", "11989")
# The unit's own minutes would be long to wait for. What is stopped hears no SIGABRT.
SOONER = "[Service]\nWatchdogSec=10\nTimeoutAbortSec=5\n"
TAKES_S = 45


class Scene:
	def __init__(self, machine):
		self.machine = machine
		told = re.search(r"ExecStart=(\S+) --config (\S+)",
				 self.read("/lib/systemd/system/cchcd.service"))
		self.share = os.path.join(os.path.dirname(os.path.dirname(told[1])), "share")
		self.etc = os.path.dirname(told[2])
		self.agent_etc = os.path.join(os.path.dirname(self.etc), "cchc-agent")

	def read(self, path):
		return self.machine.run("cat", path)

	def write(self, path, text):
		self.machine.run("sh", "-c", 'printf %s "$2" > "$1"', "sh", path, text)

	def make_key(self, program, path):
		"""The public key."""
		return self.machine.run(program, "keygen", path).split()[-1]

	def agent_yaml(self, code):
		return os.path.join(self.agent_etc, f"{code}.yaml")

	def as_person(self, code, script, *args):
		"""Somebody of the commune, who gets into its folder by the group."""
		return self.machine.ask(
			"setpriv", "--reuid=4711", "--regid=cchc-agent", "--clear-groups", "sh", "-ec",
			f'cd "$0"; {script}', f"/var/lib/cchc-agent/{code}/reports", *args)

	def put(self, code, text):
		done = self.as_person(code, 'printf %s "$1" > inbox/2024-Q1.csv.tmp; '
				      "mv inbox/2024-Q1.csv.tmp inbox/2024-Q1.csv", text)
		if done.returncode != 0:
			raise Trouble(f"nobody can put a file for {code}: {done.stderr}")

	def ask(self, *args):
		return self.machine.ask("cchcctl", "--config", f"{self.etc}/ctl.yaml", *args)

	def ctl(self, *args):
		done = self.ask(*args)
		if done.returncode != 0:
			raise Trouble(f"cchcctl {args}: {done.stderr}")
		return done.stdout

	def wait_settled(self):
		"""Until all agents are connected and have nothing left to send."""
		def is_done(code):
			return self.machine.ask("cchc-agent", "status", "--config",
						self.agent_yaml(code)).returncode == 0

		def is_connected(code):
			return re.search(rf"(?m)^{code} .*đang kết nối", self.ask("status").stdout)
		for code in COMMUNES:
			wait_for(f"{code} has not sent everything", lambda: is_done(code))
			wait_for(f"{code} is not connected", lambda: is_connected(code))

	def expect_sum(self, value):
		"""Of the row that every commune of this test fills."""
		text = self.ctl("appendix", "--period", "2024-Q1", "--format", "csv")
		row = next(row for row in csv.DictReader(text.splitlines())
			   if (row["part"], row["code"]) == ("I", "1"))
		if (row["value"], row["reported"]) != (str(value), str(len(COMMUNES))):
			raise Trouble(f"{value} expected, I.1 is {row}")

	def store_id(self):
		return re.search(r"store id\): +(\w+)", self.ctl("about"))[1]

	def expect(self, unit, **wanted):
		found = self.machine.show(unit, *wanted)
		if found != wanted:
			raise Trouble(f"{unit}: {wanted} expected, {found} found")


AGENTS = [f"cchc-agent@{code}" for code in COMMUNES]


# ---- one thing after the other ----


def the_district_is_set_up_as_the_readme_says(scene):
	key = scene.make_key("cchc-agent", f"{scene.etc}/cchcd.key")
	keys = [(scene.make_key("cchcctl", f"{scene.etc}/ctl.key"),
		 "name: quan-tri, role: operator")]
	scene.machine.run("systemd-sysusers")
	scene.machine.run("install", "-d", scene.agent_etc)
	for code in COMMUNES:
		path = f"{scene.agent_etc}/{code}.key"
		keys.append((scene.make_key("cchc-agent", path),
			     f'name: agent-{code}, role: agent, unit: "{code}"'))
		scene.machine.run("chown", "cchc-agent:", path)
	scene.write(f"{scene.etc}/keys.yaml", "keys:\n" + "".join(
		f'  - {{key: "{public}", {rest}}}\n' for public, rest in keys))
	for path in (f"{scene.etc}/server.pub", f"{scene.agent_etc}/district.pub"):
		scene.write(path, f"public: {key}\n")


def the_daemon_reaches_ready(scene):
	for unit in ("cchcd", "cchc-agent@"):
		folder = f"/etc/systemd/system/{unit}.service.d"
		scene.machine.run("mkdir", "-p", folder)
		scene.write(f"{folder}/sooner.conf", SOONER)
	scene.machine.run("systemctl", "daemon-reload")
	scene.machine.run("systemctl", "enable", "--now", "cchcd")
	scene.expect("cchcd", ActiveState="active", SubState="running", NRestarts="0",
		     UnitFileState="enabled")
	if not scene.machine.show("cchcd", "StatusText")["StatusText"]:
		raise Trouble("the daemon does not say how it is")


def the_agents_reach_ready(scene):
	shipped = scene.read(f"{scene.share}/cchc-agent/agent.yaml")
	for code in COMMUNES:
		text = shipped.replace("11986", code)
		text = text.replace("tcp://cchc.vanlam.example:7401", "tcp://127.0.0.1:7401")
		scene.write(scene.agent_yaml(code), text)
		scene.machine.run("systemctl", "enable", "--now", f"cchc-agent@{code}")
	for unit in AGENTS:
		scene.expect(unit, ActiveState="active", NRestarts="0", StatusText="running")


def figures_arrive(scene):
	scene.put("11986", "code,value\nI.1,8\n")
	scene.put("11989", "code,value\nI.1,30\n")
	scene.wait_settled()
	scene.expect_sum(38)
	scene.store = scene.store_id()


def people_read_receipts_and_write_about_tasks(scene):
	for code in COMMUNES:
		def can_do_both(code=code):
			done = scene.as_person(code, "cat receipts/*; test -w nhiem-vu.csv")
			return done.returncode == 0 and "ACKNOWLEDGED" in done.stdout
		wait_for(f"receipt or tasks of {code} are out of reach", can_do_both)


def the_watchdogs_are_fed(scene):
	for unit in ("cchcd", *AGENTS):
		def fed_at(unit=unit):
			return scene.machine.show(unit, "WatchdogTimestampMonotonic")
		first = fed_at()
		wait_for(f"{unit} feeds no watchdog", lambda: fed_at() != first)


def a_daemon_that_hangs_is_killed_and_comes_back(scene):
	scene.machine.run("systemctl", "kill", "--signal=STOP", "cchcd")
	scene.put("11986", "code,value\nI.1,9\n")
	back = {"NRestarts": "1", "ActiveState": "active"}
	wait_for("no restart", lambda: scene.machine.show("cchcd", *back) == back)
	if "atchdog timeout" not in scene.machine.run("journalctl", "--no-pager", "-u", "cchcd"):
		raise Trouble("it was not the watchdog")


def it_has_the_same_store(scene):
	scene.wait_settled()
	if scene.store_id() != scene.store:
		raise Trouble("it is another store")
	scene.expect_sum(39)


def a_stop_is_clean(scene):
	scene.machine.run("systemctl", "stop", "cchcd")
	scene.expect("cchcd", ActiveState="inactive", Result="success", ExecMainStatus="0")


def what_came_meanwhile_is_sent_after_the_start(scene):
	scene.put("11989", "code,value\nI.1,31\n")
	scene.machine.run("systemctl", "start", "cchcd")
	scene.wait_settled()
	scene.expect_sum(40)
	scene.ctl("verify")


def the_agents_ran_through_and_stop_cleanly(scene):
	for unit in AGENTS:
		scene.machine.run("systemctl", "stop", unit)
		scene.expect(unit, ActiveState="inactive", Result="success", NRestarts="0",
			     ExecMainStatus="0")


STEPS = (the_district_is_set_up_as_the_readme_says, the_daemon_reaches_ready,
	 the_agents_reach_ready, figures_arrive,
	 people_read_receipts_and_write_about_tasks, the_watchdogs_are_fed,
	 a_daemon_that_hangs_is_killed_and_comes_back, it_has_the_same_store,
	 a_stop_is_clean, what_came_meanwhile_is_sent_after_the_start,
	 the_agents_ran_through_and_stop_cleanly)


def install(root):
	done = run(["cmake", "--install", os.environ["CCHC_BIN"]],
		   env=dict(os.environ, DESTDIR=root))
	if done.returncode != 0:
		raise Trouble(f"cmake --install: {done.stderr}")


def main():
	reason = why_not()
	if reason:
		print(f"SKIPPED: {reason}")
		missing = "CI" in os.environ and os.geteuid() == 0
		return 1 if missing else SKIPPED
	with tempfile.TemporaryDirectory(prefix="cchc-units-") as folder, \
	     Machine(folder, install) as machine:
		scene = Scene(machine)
		for step in STEPS:
			try:
				step(scene)
			except Trouble as trouble:
				raise Trouble(f"{step.__name__}: {trouble}") from None
			print(step.__name__, flush=True)
	return 0


if __name__ == "__main__":
	sys.exit(main())
