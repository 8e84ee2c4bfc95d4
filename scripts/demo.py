"""scripts/demo: the district of Văn Lâm, with an agent for each unit, on this machine.

Starts cchcd for huyện Văn Lâm (325) and a cchc-agent for each of its 11 communes and for the
district itself, on loopback, with fresh keys and free ports; puts the figures of quarter
I/2024 into their inboxes and shows the live rollup until Ctrl-C. Như Quỳnh's figures are the
real ones, all others come from a seeded generator (scripts/make-figures). The register has
sample tasks, and one of a demonstration class whose alert comes within a minute or so, to the
leaders a minute later. What is missing on the machine is installed with apt-get, the programs
are built into build/release.
"""

import argparse
import contextlib
import csv
import fcntl
import filecmp
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests", "integ"))
sys.dont_write_bytecode = True

from district import UNITS, District, Programs, Trouble  # noqa: E402
from district import run, signals_held, spawn, tail  # noqa: E402
import demotasks  # noqa: E402
from demoscreen import Screen  # noqa: E402

BUILD = os.path.join(ROOT, "build", "release")
DISTRICT = "325"
REAL = "11986"  # thị trấn Như Quỳnh
SHIPPED_PERIOD = "2024-Q1"
FAILED, MISUSED, NOT_TAKEN = 1, 2, 3
LOOK_S = 0.2  # between looks whether everything still runs

EPILOG = """\
stdout is the appendix alone with --once; everything else goes to stderr, the result of
`cchcctl verify` too.
Exit: 0 when verify agreed and every program ran until the end; 1 when something failed;
2 for wrong options; 3 when all went well but of some file no figure was taken;
128 + N when signal N came too early.
CCHC_BIN=DIR takes the programs of that build folder: nothing is installed or built.
"""


class Interrupted(BaseException):
	"""SIGINT, SIGTERM or SIGHUP came. No Exception: nothing on the way may swallow it."""

	def __init__(self, number):
		super().__init__(number)
		self.number = number


SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def hear_no_more():
	"""The cleaning up has begun, and must not be ended half-way."""
	for number in SIGNALS:
		signal.signal(number, signal.SIG_IGN)


def on_signal(number, _frame):
	hear_no_more()
	raise Interrupted(number)


def say(text):
	print(text, file=sys.stderr, flush=True)


def misuse(text):
	say(f"demo: {text}\nTry: scripts/demo -h")
	sys.exit(MISUSED)


def parse_args():
	parser = argparse.ArgumentParser(
		prog="scripts/demo", description=__doc__.partition("\n\n")[2], epilog=EPILOG,
		formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False)
	parser.add_argument("--once", action="store_true",
			    help="print the district's appendix when all is acknowledged")
	parser.add_argument("--format", choices=("table", "csv", "json", "html"),
			    help="of the appendix (table); with --once")
	parser.add_argument("--period", default=SHIPPED_PERIOD, metavar="P",
			    help=f"of what is shown (default {SHIPPED_PERIOD})")
	parser.add_argument("--stay", action="store_true",
			    help="with --once: leave it running until Ctrl-C")
	parser.add_argument("--dir", metavar="D",
			    help="keep all files in D, which may be taken up again")
	parser.add_argument("--data", metavar="X",
			    help="take X/<unit code>/*.csv, an agent for each folder")
	args = parser.parse_args()
	if args.format and not args.once:
		misuse("--format is for --once")
	if args.stay and not args.once:
		misuse("--stay is for --once")
	if args.dir == "" or args.data == "":
		misuse("--dir and --data need a folder")
	return args


# ---- what is there to be sent ----

def unit_lines():
	with open(UNITS, encoding="utf-8-sig", newline="") as f:
		return list(csv.DictReader(f))


def given_figures(folder):
	"""{unit code: its files in order of name}, as --data says."""
	if not os.path.isdir(folder):
		misuse(f"--data {folder}: no such folder")
	known = {line["code"] for line in unit_lines()}
	figures = {}
	for code in sorted(os.listdir(folder)):
		inner = os.path.join(folder, code)
		if code.startswith(".") or not os.path.isdir(inner):
			continue
		if code not in known:
			misuse(f"--data {folder}: {code} is no unit of {UNITS}")
		figures[code] = [os.path.join(inner, name) for name in sorted(os.listdir(inner))
				 if name.lower().endswith(".csv") and name[0] != "."]
	if not figures:
		misuse(f"--data {folder}: no folder named after a unit, like {folder}/{REAL}")
	return figures


def shipped_figures(folder):
	"""Quarter I/2024 of the district and its communes."""
	codes = [line["code"] for line in unit_lines()
		 if line["parent"] == DISTRICT or line["code"] == DISTRICT]
	made = run([sys.executable, os.path.join(ROOT, "scripts", "make-figures"),
		    "--to", folder, "--period", SHIPPED_PERIOD, "--real", REAL,
		    *(code for code in codes if code != REAL)])
	say(made.stderr.strip())
	if made.returncode != 0:
		raise Trouble("make-figures failed")
	return {code: [os.path.join(folder, code, SHIPPED_PERIOD + ".csv")]
		for code in codes}


# ---- the programs ----

def run_to_end(child, stop):
	"""The exit code. stop: called when a signal comes; the child is waited for anyway."""
	try:
		return child.wait()
	except Interrupted:
		stop()
		child.wait()
		raise


def run_quietly(what, argv, log):
	with open(log, "ab") as out, signals_held():
		child = spawn(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=ROOT)
	code = run_to_end(child, child.terminate)
	if code != 0:
		raise Trouble(f"{what} failed, see {log}:{tail(log, 30)}")


def install():
	"""apt-get is let finish whatever comes: half a package is worse than a late end."""
	child = subprocess.Popen([os.path.join(ROOT, "scripts", "install-deps"), "run"])
	if run_to_end(child, lambda: None) != 0:
		raise Trouble("what is missing could not be installed")


def build():
	"""Into the checkout; two demos take turns."""
	os.makedirs(BUILD, exist_ok=True)
	log = os.path.join(BUILD, "build.log")
	launcher = ["-DCMAKE_C_COMPILER_LAUNCHER=ccache"] if shutil.which("ccache") else []
	with open(os.path.join(BUILD, ".lock"), "w", encoding="ascii") as lock:
		fcntl.flock(lock, fcntl.LOCK_EX)
		open(log, "wb").close()
		say(f"biên dịch (building): {BUILD}")
		run_quietly("cmake", ["cmake", "-S", ROOT, "-B", BUILD, "-G", "Ninja",
				      "-DCMAKE_BUILD_TYPE=Release", "-DBUILD_TESTING=OFF",
				      "-DBENCH=OFF", *launcher], log)
		run_quietly("ninja", ["ninja", "-C", BUILD, "cchcd", "cchc-agent", "cchcctl"],
			    log)


def find_programs():
	if "CCHC_BIN" not in os.environ:
		install()
		build()
	return Programs(os.environ.get("CCHC_BIN", BUILD))


def check_period(programs, period):
	"""cchcctl knows what a period is; with --help it only reads its options."""
	done = run([programs.ctl, "appendix", "--period", period, "--help"])
	if done.returncode != 0:
		misuse(done.stderr.strip())


# ---- the folder ----

@contextlib.contextmanager
def folder_of(args):
	if args.dir:
		os.makedirs(args.dir, exist_ok=True)
		with open(os.path.join(args.dir, ".lock"), "w", encoding="ascii") as lock:
			try:
				fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
			except BlockingIOError:
				raise Trouble(f"{args.dir} is in use by another demo") from None
			yield args.dir
		return
	folder = None
	try:
		with signals_held():
			folder = tempfile.mkdtemp(prefix="cchc-demo.")
		yield folder
	finally:
		if folder:
			shutil.rmtree(folder, ignore_errors=True)


# ---- what was not taken ----

class Receipt:
	"""What an agent's receipt says of figures that were not taken."""

	CELLS = re.compile(r"^(?:KHÔNG NHẬN|HUYỆN TỪ CHỐI), .*: (\d+)$", re.M)
	NO_FIGURE = re.compile(r"^Số liệu đọc được / Figures read: 0$"
			       r"|, 0 ô được nhận / cells accepted,"
			       r"|^  - [a-z]+ = ", re.M)  # no cell: the period, the form
	UNREADABLE = re.compile(r"/ REJECTED$", re.M)
	FILE = re.compile(r"^Tệp / File: (.*)$", re.M)
	TAKEN = re.compile(r"^(?:Nhận lúc / Taken|Lúc / At): .*$", re.M)

	def __init__(self, code, text):
		self.code = code
		self.text = text
		self.file = self.FILE.search(text)[1]
		# Which one it is: its name changes when another of the same name comes.
		self.id = (code, self.file, *self.TAKEN.findall(text))
		self.cells = sum(map(int, self.CELLS.findall(text)))
		no_figure = self.cells and self.NO_FIGURE.search(text)
		self.whole = bool(no_figure or self.UNREADABLE.search(text))


def refusals(d):
	"""The receipts that say that something was not taken."""
	found = []
	for code, agent in d.agents.items():
		folder = agent.reports("receipts")
		for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
			with open(os.path.join(folder, name), encoding="utf-8-sig") as f:
				receipt = Receipt(code, f.read().strip())
			if receipt.cells or receipt.whole:
				found.append(receipt)
	return found


def tell_refused(d, known):
	"""What was not taken of the files of this run: the receipts, then a line for each unit.
	True if a file was refused as a whole."""
	refused = {}
	for receipt in refusals(d):
		if receipt.id not in known:
			refused.setdefault(receipt.code, []).append(receipt)
			say("".join(f"  {line}\n" for line in receipt.text.splitlines()))
	for code, receipts in refused.items():
		cells = sum(receipt.cells for receipt in receipts)
		whole = [receipt.file for receipt in receipts if receipt.whole]
		say(f"KHÔNG NHẬN (NOT TAKEN) {code}: "
		    + "; ".join([f"{cells} chỗ (places)"] * (cells > 0)
				+ [f"cả tệp (whole files): {', '.join(whole)}"] * bool(whole)))
	return any(receipt.whole for receipts in refused.values() for receipt in receipts)


# ---- what is shown ----

def line_to_ask(d):
	return shlex.join([d.programs.ctl, "--config", d.path("ctl.yaml")])


def tell_how_to_ask(d, args):
	"""With --dir: lines to paste."""
	if not args.dir:
		return
	say(line_to_ask(d))
	for command in ("task list", "alerts list"):
		say(f"{line_to_ask(d)} {command}")
	for agent in d.agents.values():
		if agent.code == REAL:
			say(f"nhiệm vụ của xã (a commune's tasks): {agent.reports('nhiem-vu.csv')}")


def was_sent(agent, path):
	"""In a folder that was used before."""
	sent = agent.reports("sent")
	return any(filecmp.cmp(path, os.path.join(sent, name), shallow=False)
		   for name in (os.listdir(sent) if os.path.isdir(sent) else ())
		   if name.startswith(os.path.basename(path)))


def deliver(d, figures, args):
	"""The shipped ones once: again they would undo what was corrected since."""
	for code, paths in figures.items():
		for path in paths:
			if args.data or not was_sent(d.agents[code], path):
				d.put_file(code, path)


def ask(d, *args):
	"""An answer that does not come is explained by who is no longer there."""
	done = d.ask(*args)
	d.check()
	return done


def show_once(d, args):
	d.wait_acknowledged()
	tell_how_to_ask(d, args)
	appendix = ask(d, "appendix", "--unit", DISTRICT, "--period", args.period,
		       "--format", args.format or "table")
	if appendix.returncode != 0:
		raise Trouble(f"cchcctl appendix: {appendix.stderr.strip()}")
	sys.stdout.write(appendix.stdout)
	sys.stdout.flush()


def watch_alone(d, watch, alerts):
	"""Lines: figures on standard output, alerts on the other."""
	programs = []
	try:
		with signals_held():
			programs += [spawn(watch), spawn(alerts, stdout=sys.stderr)]
		while all(program.poll() is None for program in programs):
			d.check()
			yield
	finally:
		for program in programs:
			program.terminate()
			program.wait()


def watch_together(d, watch, alerts):
	with Screen(watch, alerts) as screen:
		while not screen.step(LOOK_S):
			d.check()
			yield


def show_live(d, figures, args):
	"""The watchers have the terminal; Ctrl-C ends them."""
	tell_how_to_ask(d, args)
	watch = d.ctl_argv("watch", "--unit", DISTRICT, "--period", args.period)
	alerts = d.ctl_argv("alerts", "watch")
	together = sys.stdout.isatty()
	look = (watch_together if together else watch_alone)(d, watch, alerts)
	try:
		next(look, None)
		deliver(d, figures, args)
		for _ in look:
			if not together:
				time.sleep(LOOK_S)
		raise Trouble("cchcctl watch ended")
	except Interrupted:
		pass  # the way this is meant to end
	finally:
		look.close()


def stay(d):
	try:
		say("đang chạy, dừng bằng Ctrl-C (running until Ctrl-C)")
		while True:
			d.check()
			time.sleep(LOOK_S)
	except Interrupted:
		pass


def conclude(d, known):
	"""The exit code."""
	verdict = ask(d, "verify")
	say((verdict.stdout + verdict.stderr).strip())
	something_lacks = tell_refused(d, known)
	if verdict.returncode != 0:
		return FAILED
	return NOT_TAKEN if something_lacks else 0


def show(d, figures, args):
	d.add_agents(figures)
	known = {receipt.id for receipt in refusals(d)}
	watched = demotasks.Watched()
	demotasks.configure(d, watched)
	d.start()
	demotasks.add(d, watched)
	say(f"trình diễn (demonstration): {watched.id}, hạn {watched.due:%d/%m/%Y}: cảnh báo lúc "
	    f"(alerts at) {watched.first:%H:%M}, {watched.second:%H:%M}")
	if not args.once:
		show_live(d, figures, args)
		return conclude(d, known)
	deliver(d, figures, args)
	show_once(d, args)
	code = conclude(d, known)
	if args.stay:
		stay(d)
	return code


def carry_out(args):
	given = given_figures(args.data) if args.data else None
	programs = find_programs()
	check_period(programs, args.period)
	with folder_of(args) as folder:
		try:
			figures = given or shipped_figures(os.path.join(folder, "figures"))
			with District(folder, programs, unit=DISTRICT) as d:
				try:
					return show(d, figures, args)
				finally:
					hear_no_more()
		finally:
			hear_no_more()


def main():
	args = parse_args()
	for number in SIGNALS:
		signal.signal(number, on_signal)
	try:
		return carry_out(args)
	except Interrupted as interrupted:
		return 128 + interrupted.number
	except Trouble as trouble:
		say(f"demo: {trouble}")
	except OSError as error:
		say(f"demo: {error}")
	return FAILED


if __name__ == "__main__":
	sys.exit(main())
