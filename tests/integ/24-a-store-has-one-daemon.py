"""A second daemon on a store that has one ends at once and says why, and does no harm; when the
first is gone, even by kill -9, the next one starts."""

import sys
import tempfile

from district import District, Programs, Trouble, run


def expect_refused(district):
	"""With ports of its own: nothing else is in its way."""
	with open(district.path("cchcd.yaml"), encoding="utf-8") as f:
		lines = ["endpoints_file: endpoints-2" if line.startswith("endpoints_file")
			 else line for line in f.read().splitlines()]
	other = district.path("other.yaml")
	with open(other, "w", encoding="utf-8") as f:
		for line in lines:
			name, colon, at = line.partition(': "tcp://127.0.0.1:')
			f.write(f'{name}: "tcp://127.0.0.1:*"\n' if colon and at else line + "\n")
	done = run([district.programs.cchcd, "--config", other])
	if done.returncode != 1 or "another daemon runs on this store" not in done.stderr:
		raise Trouble(f"a second daemon: exit {done.returncode}, {done.stderr}")


def main():
	with tempfile.TemporaryDirectory(prefix="cchc-two-") as folder, \
	     District(folder, Programs.find()) as district:
		district.add_agents(["11986"])
		district.start()
		district.put("11986", "2024-Q1.csv", "code,value\nI.1,8\n")
		district.wait_acknowledged()
		expect_refused(district)
		district.verify()
		district.daemon.kill()
		district.daemon.start()
		expect_refused(district)
		district.verify()


if __name__ == "__main__":
	sys.exit(main())
