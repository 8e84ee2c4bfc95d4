"""A whole district on loopback: the daemon, its agents, and the operator's cchcctl.

	with District(folder, Programs.find()) as d:
		d.add_agents(["11986", "325"])
		d.start()                             daemon first, then every agent
		d.put("11986", "2024-Q1.csv", "code,value\\nI.1,8\\n")
		d.wait_acknowledged()                 every inbox empty, every outbox acknowledged
		print(d.ctl("appendix", "--unit", "11986", "--period", "2024-Q1"))
		d.daemon.kill(); d.daemon.start()     kill -9 and again, same ports

Everything lies in the folder: keys, configuration, store, outboxes, inboxes, logs. The
daemon's first start takes free ports and writes them into the configuration, so that the
folder can be started again, also by hand. Waits are for states, with a generous limit, and
fail with Trouble, which says who is not there yet and why. Leaving the block stops
everything; whoever dies without that (kill -9) takes the programs along too.
"""

import contextlib
import csv
import ctypes
import json
import os
import shutil
import signal
import subprocess
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
UNITS = os.path.join(ROOT, "config", "units", "van-lam.csv")
FORMS = os.path.join(ROOT, "config", "forms")

LIMIT_S = 120.0  # for a state to come; sanitizers and busy machines are slow
STOP_LIMIT_S = 60.0
PAUSE_S = 0.05
SANITIZER = os.environ.get("CCHC_SANITIZE", "")  # of the programs: address, thread or none

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1
_OURS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Trouble(Exception):
	"""Something did not come about; the text is for the person who looks."""


def wait_for(what, probe, limit_s=LIMIT_S):
	"""Calls probe until it gives something true, and returns that. what: a text, or a
	function that makes one when the limit is reached."""
	end = time.monotonic() + limit_s
	while True:
		got = probe()
		if got:
			return got
		if time.monotonic() > end:
			text = what() if callable(what) else what
			raise Trouble(f"{text} (after {limit_s:.0f} s)")
		time.sleep(PAUSE_S)


def tail(path, lines=8):
	"""The last lines of a log, indented, for a Trouble."""
	try:
		with open(path, encoding="utf-8", errors="replace") as f:
			last = f.read().splitlines()[-lines:]
	except FileNotFoundError:
		last = ["(no log)"]
	return "".join(f"\n  | {line}" for line in last)


class Programs:
	"""Where the three programs are: a build folder, or one flat folder."""

	def __init__(self, folder):
		self.cchcd = self._find(folder, "daemon", "cchcd")
		self.agent = self._find(folder, "agents/commune", "cchc-agent")
		self.ctl = self._find(folder, "agents/ctl", "cchcctl")

	@classmethod
	def find(cls):
		"""Tests get the build folder they are to use in CCHC_BIN."""
		if "CCHC_BIN" not in os.environ:
			raise Trouble("CCHC_BIN is not set: the folder of the built programs")
		return cls(os.environ["CCHC_BIN"])

	@staticmethod
	def _find(folder, below, name):
		for path in (os.path.join(folder, below, name), os.path.join(folder, name)):
			if os.access(path, os.X_OK):
				return os.path.abspath(path)
		raise Trouble(f"{folder}: {name} is not there")


def _before_exec():
	"""In the child: end with us, and hear the signals that are held back while starting."""
	_LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
	signal.pthread_sigmask(signal.SIG_UNBLOCK, _OURS)


@contextlib.contextmanager
def signals_held():
	"""Signals wait until the end of the block: what a block makes and keeps is either known
	to who must clean up or not made."""
	held = signal.pthread_sigmask(signal.SIG_BLOCK, _OURS)
	try:
		yield
	finally:
		signal.pthread_sigmask(signal.SIG_SETMASK, held)


def spawn(argv, **options):
	"""A Popen that ends with us, however we end."""
	return subprocess.Popen(argv, preexec_fn=_before_exec, **options)


def run(argv, **options):
	"""As subprocess.run with texts, but a signal on the way leaves nothing running."""
	child = None
	try:
		with signals_held():
			child = spawn(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
				      stderr=subprocess.PIPE, text=True, **options)
		out, err = child.communicate()
	except BaseException:
		if child:
			child.kill()
			child.communicate()
		raise
	return subprocess.CompletedProcess(argv, child.returncode, out, err)


class Program:
	"""One program that runs until it is stopped. Its log is appended to at every start."""

	def __init__(self, name, argv, log):
		self.name = name
		self.argv = argv
		self.log = log
		self.process = None
		self.hung = False
		self.killed = False

	def start(self):
		assert not self.runs(), f"{self.name} runs already"
		self.killed = False
		with open(self.log, "ab") as log, signals_held():
			# In a session of its own: Ctrl-C is ours to pass on, in order.
			self.process = spawn(self.argv, stdin=subprocess.DEVNULL, stdout=log,
					     stderr=log, start_new_session=True)

	def runs(self):
		return self.process is not None and self.process.poll() is None

	def check(self):
		"""Trouble unless it runs."""
		if not self.runs():
			code = self.process.returncode if self.process else "never started"
			raise Trouble(f"{self.name} does not run (exit: {code})" + tail(self.log))

	def signal(self, number):
		if self.runs():
			self.process.send_signal(number)

	def kill(self):
		"""kill -9, and waits until it is gone."""
		self.killed = self.runs()
		self.signal(signal.SIGKILL)
		self.wait()

	def wait(self):
		"""The exit code, 0 of one that was never started. One that does not end is
		killed and counts as hung."""
		if self.process is None:
			return 0
		try:
			return self.process.wait(STOP_LIMIT_S)
		except subprocess.TimeoutExpired:
			self.hung = True
			self.process.kill()
			return self.process.wait()

	def ended_badly(self):
		"""True unless it ended by itself or by our kill -9."""
		good = (0, -signal.SIGKILL) if self.killed else (0,)
		return self.hung or self.wait() not in good

	def stop(self):
		"""SIGTERM; the exit code."""
		self.signal(signal.SIGTERM)
		return self.wait()

	def restart(self):
		self.stop()
		self.start()


class Daemon(Program):
	def __init__(self, district):
		self.district = district
		super().__init__("cchcd", [district.programs.cchcd, "--config",
					   district.path("cchcd.yaml")],
				 district.path("log", "cchcd.log"))

	def start(self):
		"""Returns when the doors are open."""
		endpoints = self.district.path("endpoints")
		if os.path.exists(endpoints):
			os.remove(endpoints)
		super().start()

		def is_open():
			self.check()
			return os.path.exists(endpoints)
		wait_for(lambda: "cchcd opens no door" + tail(self.log), is_open)


class Agent(Program):
	def __init__(self, district, code):
		self.code = code
		self.folder = district.path("agents", code)
		self.config = os.path.join(self.folder, "agent.yaml")
		self.program = district.programs.agent
		super().__init__(f"cchc-agent of {code}",
				 [self.program, "run", "--config", self.config],
				 district.path("log", f"agent-{code}.log"))

	def reports(self, *names):
		"""A path below inbox, sent, rejected or receipts."""
		return os.path.join(self.folder, "reports", *names)

	def status(self):
		"""What `cchc-agent status --json` says, or None (and self.trouble) while there is
		no answer."""
		done = run([self.program, "status", "--json", "--config", self.config])
		if done.returncode in (0, 3):
			return json.loads(done.stdout)
		self.trouble = done.stderr.strip()
		return None

	def why_pending(self):
		status = self.status()
		told = json.dumps(status, ensure_ascii=False) if status else self.trouble
		return f"{self.name} is not done: {told}{tail(self.log)}"


class District:
	def __init__(self, folder, programs, units=UNITS, forms=FORMS, unit="325",
		     settings=""):
		"""units: the unit file; forms: the folder of forms; unit: the receiving unit;
		settings: more lines for the daemon's configuration.
		A folder that was used before is taken up again: keys, store, outboxes."""
		self.folder = os.path.abspath(folder)
		self.programs = programs
		self.unit = unit
		self.settings = settings
		self.agents = {}
		os.makedirs(self.folder, mode=0o700, exist_ok=True)
		for name in ("agents", "forms", "keys", "log", "store"):
			os.makedirs(self.path(name), mode=0o700, exist_ok=True)
		shutil.copyfile(units, self.path("units.csv"))
		for name in os.listdir(forms):
			if name.endswith(".yaml"):
				shutil.copyfile(os.path.join(forms, name),
						self.path("forms", name))
		self.server_key = self.make_key(self.path("keys", "cchcd.key"))
		self._write("server.pub", f"public: {self.server_key}\n")
		self.keys = [("ctl", self.make_key(self.path("keys", "ctl.key")),
			      "role: operator")]
		self.daemon = Daemon(self)

	def __enter__(self):
		return self

	def __exit__(self, kind, error, trace):
		bad = self.stop()
		if bad and kind is None:
			raise Trouble("ended badly: " + "; ".join(bad))

	def path(self, *names):
		return os.path.join(self.folder, *names)

	def _write(self, name, text):
		"""Whole or not at all: a program may be reading the old one."""
		with open(self.path(name + ".tmp"), "w", encoding="utf-8") as f:
			f.write(text)
		os.replace(self.path(name + ".tmp"), self.path(name))

	def make_key(self, path):
		"""The public key; a key that is there stays."""
		if not os.path.exists(path):
			done = run([self.programs.agent, "keygen", path])
			if done.returncode != 0:
				raise Trouble(f"no key: {done.stderr.strip()}")
		with open(path, encoding="ascii") as f:
			for line in f:
				if line.startswith("public:"):
					return line.split()[1]
		raise Trouble(f"{path}: no public key")

	def add_agent(self, code, valid_from=None):
		"""Before start. valid_from: for a code that was re-used."""
		agent = Agent(self, code)
		os.makedirs(agent.reports("inbox"), exist_ok=True)
		key = self.make_key(os.path.join(agent.folder, "agent.key"))
		from_key = f', valid_from: "{valid_from}"' if valid_from else ""
		self.keys.append((f"agent-{code}", key, f'role: agent, unit: "{code}"{from_key}'))
		agent.valid_from = valid_from
		self.agents[code] = agent
		return agent

	def add_agents(self, codes):
		for code in codes:
			self.add_agent(code)

	def _write_daemon(self, endpoints):
		doors = "".join(f'  {name}: "{at}"\n' for name, at in endpoints.items())
		self._write("cchcd.yaml",
			    f'unit: "{self.unit}"\n'
			    "units: units.csv\nforms: forms\nkeys: keys.yaml\n"
			    "key: keys/cchcd.key\nstore: store/cchc.mdb\nstore_max_gb: 1\n"
			    f"endpoints_file: endpoints\nlisten:\n{doors}{self.settings}")
		self._write("keys.yaml", "keys:\n" + "".join(
			f"  - {{name: {name}, key: '{key}', {role}}}\n"
			for name, key, role in self.keys))

	def _write_clients(self):
		self._write("ctl.yaml",
			    f"queries: {self.endpoints['queries']}\n"
			    f"changes: {self.endpoints['changes']}\n"
			    "server_key_file: server.pub\nkey: keys/ctl.key\n")
		for code, agent in self.agents.items():
			since = (f"unit_valid_from: {agent.valid_from}\n"
				 if agent.valid_from else "")
			self._write(os.path.join("agents", code, "agent.yaml"),
				    f'unit: "{code}"\n{since}district:\n  addresses:\n'
				    f"    - {self.endpoints['agents']}\n"
				    "  server_key_file: ../../server.pub\n"
				    "key: agent.key\nfolder: reports\noutbox: outbox.mdb\n")

	def start_daemon(self):
		"""The first start: takes free ports and keeps them in the configuration."""
		self._write_daemon(dict.fromkeys(("agents", "queries", "changes"),
						 "tcp://127.0.0.1:*"))
		self.daemon.start()
		with open(self.path("endpoints"), encoding="ascii") as f:
			bound = dict(line.strip().split(": ", 1) for line in f)
		# libzmq tells the address in its own way ("[::ffff:127.0.0.1]").
		self.endpoints = {door: f"tcp://127.0.0.1:{at.rpartition(':')[2]}"
				  for door, at in bound.items()}
		self._write_daemon(self.endpoints)
		self._write_clients()

	def start(self):
		self.start_daemon()
		for agent in self.agents.values():
			agent.start()

	def check(self):
		"""Trouble unless the daemon and all agents run."""
		for program in (self.daemon, *self.agents.values()):
			program.check()

	def stop(self):
		"""Everything, agents first. The programs that ended badly, as texts."""
		for agent in self.agents.values():
			agent.signal(signal.SIGTERM)
		for agent in self.agents.values():
			agent.wait()
		self.daemon.stop()
		return [f"{program.name}: {'hung' if program.hung else program.wait()}"
			+ tail(program.log)
			for program in (*self.agents.values(), self.daemon)
			if program.ended_badly()]

	def put(self, code, name, text):
		"""A file into an inbox, as people should: under another name, then renamed."""
		inbox = self.agents[code].reports("inbox")
		data = text if isinstance(text, bytes) else text.encode("utf-8")
		with open(os.path.join(inbox, name + ".tmp"), "wb") as f:
			f.write(data)
		os.rename(os.path.join(inbox, name + ".tmp"), os.path.join(inbox, name))

	def put_file(self, code, path):
		with open(path, "rb") as f:
			self.put(code, os.path.basename(path), f.read())

	def is_acknowledged(self, code):
		"""True when the inbox is empty and all that was in it acknowledged."""
		status = self.agents[code].status()
		return status is not None and not status["pending"]

	def wait_acknowledged(self, codes=None, limit_s=LIMIT_S):
		"""Until every inbox is empty and every outbox acknowledged."""
		left = list(codes if codes is not None else self.agents)

		def all_done():
			self.daemon.check()
			for code in list(left):
				self.agents[code].check()
				if self.is_acknowledged(code):
					left.remove(code)
			return not left
		wait_for(lambda: "\n".join(self.agents[code].why_pending() for code in left),
			 all_done, limit_s)

	def ctl_argv(self, *args):
		return [self.programs.ctl, "--config", self.path("ctl.yaml"), *args]

	def ask(self, *args):
		"""Runs cchcctl; the finished process with stdout and stderr as texts."""
		return run(self.ctl_argv(*args))

	def ctl(self, *args):
		"""What cchcctl prints; Trouble when it fails."""
		done = self.ask(*args)
		if done.returncode != 0:
			raise Trouble(f"cchcctl {' '.join(args)}: exit {done.returncode}: "
				      f"{done.stderr.strip()}{done.stdout[-2000:]}")
		return done.stdout

	def appendix(self, unit, period, scope="total"):
		"""The appendix as {full code: row}, row as the CSV has it."""
		text = self.ctl("appendix", "--unit", unit, "--period", period, "--scope", scope,
				"--format", "csv")
		return {f"{row['part']}.{row['code']}": row
			for row in csv.DictReader(text.splitlines())}

	def verify(self):
		"""Trouble unless figures and rollups agree with the journal."""
		return self.ctl("verify")
