"""A small machine with a systemd of its own, on this machine's /usr: systemd-nspawn boots it
in a temporary folder, without network.

	with Machine(folder, install) as m:
		m.run("systemctl", "start", "cchcd")
		m.show("cchcd", "ActiveState")["ActiveState"]

install: called with the empty root folder before the boot; what it puts there is on the
machine, below usr/ on top of this machine's.
"""

import os
import secrets
import shutil
import subprocess

from district import Trouble, run, spawn, tail, wait_for

NSPAWN = "systemd-nspawn"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin"
MERGED = ("bin", "lib", "lib64", "sbin")  # folders that are in /usr today
STOP_LIMIT_S = 120
CAP_NET_ADMIN = 1 << 12


def may_bring_loopback_up():
	with open("/proc/self/status", encoding="ascii") as f:
		capabilities = next(line.split()[1] for line in f if line.startswith("CapEff:"))
	return bool(int(capabilities, 16) & CAP_NET_ADMIN)


def why_not():
	"""What is missing for a machine here, or ''."""
	if os.geteuid() != 0:
		return "only root can start a machine"
	if not shutil.which(NSPAWN):
		return f"{NSPAWN} is missing (package systemd-container)"
	if not os.path.exists("/usr/lib/systemd/systemd"):
		return "systemd is missing"
	if not may_bring_loopback_up():
		return "no CAP_NET_ADMIN: a machine inside this one would have no loopback"
	done = run(["unshare", "--mount", "--pid", "--fork", "--mount-proc", "true"])
	return f"no machine inside this one: {done.stderr.strip()}" if done.returncode else ""


class Machine:
	def __init__(self, folder, install):
		self.name = f"cchc-{secrets.token_hex(4)}"
		self.root = os.path.join(folder, "root")
		self.usr = os.path.join(folder, "usr")
		self.console = os.path.join(folder, "console.log")
		self.process = None
		self.leader = 0
		os.makedirs(self.path("usr"))
		install(self.root)
		self._merge_usr()
		self._write_etc()

	def path(self, name):
		"""Where the file of the machine lies for us."""
		return os.path.join(self.root, name.lstrip("/"))

	def _merge_usr(self):
		"""What was installed goes on top of this machine's /usr."""
		os.rename(self.path("usr"), self.usr)
		os.mkdir(self.path("usr"))
		for name in MERGED:
			if os.path.isdir(self.path(name)):
				shutil.copytree(self.path(name), os.path.join(self.usr, name),
						dirs_exist_ok=True)
				shutil.rmtree(self.path(name))
			os.symlink(f"usr/{name}", self.path(name))

	def _write_etc(self):
		os.makedirs(self.path("etc"), exist_ok=True)
		for name, text in (("passwd", "root:x:0:0:root:/root:/bin/sh\n"),
				   ("group", "root:x:0:\n"),
				   ("nsswitch.conf", "passwd: files systemd\n"
				    "group: files systemd\nhosts: files\n"),
				   ("hosts", "127.0.0.1 localhost\n"),
				   # Not a first boot: that would enable whatever is in /usr.
				   ("machine-id", secrets.token_hex(16) + "\n")):
			with open(self.path(f"etc/{name}"), "w", encoding="ascii") as f:
				f.write(text)
		shutil.copy("/etc/os-release", self.path("etc"))

	def __enter__(self):
		argv = [NSPAWN, "--quiet", "--register=no", "--private-network", "--console=pipe",
			f"--machine={self.name}", "-D", self.root,
			f"--overlay=/usr:{self.usr}:/usr", "-b", "systemd.unit=basic.target"]
		if not os.path.isdir("/run/systemd/system"):
			argv.insert(1, "--keep-unit")  # no systemd here that could give it one
		with open(self.console, "wb") as console:
			self.process = spawn(argv, stdin=subprocess.DEVNULL, stdout=console,
					     stderr=console)
		try:
			wait_for(lambda: f"the machine does not start{tail(self.console, 20)}",
				 self._is_up)
		except BaseException:
			self._end()
			raise
		return self

	def __exit__(self, kind, _error, _trace):
		if kind is not None:
			print(self.ask("journalctl", "--no-pager", "-n", "100").stdout)
		code = self._end()
		if kind is None and code != 0:
			raise Trouble(f"the machine ended with {code}{tail(self.console, 20)}")

	def _find_leader(self):
		"""Its process 1 is nspawn's only child."""
		pid = self.process.pid
		with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
			children = f.read().split()
		self.leader = int(children[0]) if len(children) == 1 else 0

	def _is_up(self):
		if self.process.poll() is not None:
			raise Trouble(f"{NSPAWN} ended with {self.process.returncode}"
				      f"{tail(self.console, 20)}")
		self._find_leader()
		return self.leader and self.ask("systemctl", "is-active",
						"basic.target").returncode == 0

	def _end(self):
		"""Shuts it down in good order; nspawn's exit code."""
		self.process.terminate()
		try:
			return self.process.wait(STOP_LIMIT_S)
		except subprocess.TimeoutExpired:
			self.process.kill()
			return self.process.wait()
		finally:
			leftover = f"/run/systemd/nspawn/propagate/{self.name}"
			if os.path.isdir(leftover):
				os.rmdir(leftover)

	def ask(self, *argv):
		"""Runs it on the machine, as root; the finished process."""
		return run(["nsenter", "-t", str(self.leader), "-a", "-w", *argv],
			   env={"PATH": PATH, "LANG": "C.UTF-8"})

	def run(self, *argv):
		"""What it prints; Trouble when it fails."""
		done = self.ask(*argv)
		if done.returncode != 0:
			raise Trouble(f"{' '.join(argv)}: exit {done.returncode}: {done.stderr}")
		return done.stdout

	def show(self, unit, *names):
		"""{name: value} of a unit's properties."""
		lines = self.run("systemctl", "show", "-p", ",".join(names), unit).splitlines()
		return dict(line.split("=", 1) for line in lines)
