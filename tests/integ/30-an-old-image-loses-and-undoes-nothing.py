"""Machines put back to an older state. An agent restored from yesterday's image: what the
district got since stands and is listed, what waited is sent, a new epoch begins. The daemon
restored from an older copy of its store: the agents send their kept tail again."""

import os
import shutil
import sys
import tempfile

from district import District, Programs, Trouble, wait_for
TAKES_S = 30


def report(**figures):
	"""I_2_1=5 is row I.2.1."""
	lines = (f"{row.replace('_', '.')},{value}\n" for row, value in figures.items())
	return "code,value\n" + "".join(lines)


def must_stand(district, code, period, **figures):
	rows = district.appendix(code, period, "own")
	for row, value in figures.items():
		got = rows[row.replace("_", ".")]
		if got["value"] != str(value):
			raise Trouble(f"{code} {period} {row}: {value} should stand, "
				      f"not {got['value']}")


def has_taken(agent, name):
	"""The file is in the outbox."""
	return os.path.exists(agent.reports("sent", name))


def receipts(agent):
	texts = []
	for name in os.listdir(agent.reports("receipts")):
		with open(agent.reports("receipts", name), encoding="utf-8") as f:
			texts.append(f.read())
	return "\n".join(texts)


def take_image(district, agent, image):
	"""Of a machine with one file sent, one in the outbox, one in the inbox."""
	district.put(agent.code, "2024-Q1.csv", report(I_1=1, I_2_1=5, I_2_2=3))
	district.wait_acknowledged([agent.code])
	district.daemon.stop()
	district.put(agent.code, "2024-H1.csv", report(I_1=60, I_5_1=6))
	wait_for("H1 is not taken", lambda: has_taken(agent, "2024-H1.csv"))
	agent.stop()
	district.put(agent.code, "2024-03.csv", report(I_1=33))
	shutil.copytree(agent.folder, image, symlinks=True)
	district.daemon.start()


def live_on(district, agent):
	"""What the image does not know."""
	agent.start()
	district.wait_acknowledged([agent.code])
	district.put(agent.code, "2024-Q1.csv", report(I_1=2, I_5_1=9))
	district.wait_acknowledged([agent.code])
	district.put(agent.code, "2024-H1.csv", report(I_1=61))
	district.put(agent.code, "2024-03.csv", report(I_1=34))
	district.wait_acknowledged([agent.code])
	agent.stop()


def put_back(agent, image):
	shutil.rmtree(agent.folder)
	shutil.copytree(image, agent.folder, symlinks=True)


def check_restored_agent(district):
	agent = district.agents["11986"]
	image = district.path("image")
	take_image(district, agent, image)
	live_on(district, agent)
	old_epoch = agent.status()["epoch"]
	put_back(agent, image)
	district.put("11986", "2024-05.csv", report(I_1=55))
	agent.start()
	district.wait_acknowledged(["11986"])
	must_stand(district, "11986", "2024-Q1", I_1=2, I_2_1=5, I_2_2=3, I_5_1=9)
	must_stand(district, "11986", "2024-H1", I_1=61, I_5_1=6)
	must_stand(district, "11986", "2024-03", I_1=34)
	must_stand(district, "11986", "2024-05", I_1=55)
	if agent.status()["epoch"] == old_epoch:
		raise Trouble("the epoch is the old one")
	wait_for(lambda: f"no receipt lists what stands:\n{receipts(agent)}",
		 lambda: all(any(row in line and value in line
				 for line in receipts(agent).splitlines())
			     for row, value in (("I.1", "61"), ("I.5.1", "9"))))
	district.put("11986", "2024-Q1.csv", report(I_1=3))
	district.wait_acknowledged(["11986"])
	must_stand(district, "11986", "2024-Q1", I_1=3, I_5_1=9)
	district.verify()


def check_restored_again(district):
	"""The same image a second time: the epoch it knows is by now older than another one."""
	agent = district.agents["11986"]
	agent.stop()
	put_back(agent, district.path("image"))
	agent.start()
	district.wait_acknowledged(["11986"])
	must_stand(district, "11986", "2024-Q1", I_1=3, I_2_1=5, I_2_2=3, I_5_1=9)
	must_stand(district, "11986", "2024-H1", I_1=61, I_5_1=6)
	district.verify()


def copy_store(district, target, source):
	shutil.rmtree(district.path(target), ignore_errors=True)
	shutil.copytree(district.path(source), district.path(target))


def check_restored_daemon(district):
	"""11989 has sent before the copy, 11992 only after it."""
	district.put("11989", "2024-Q1.csv", report(I_1=10, I_2_1=8))
	district.wait_acknowledged(["11989"])
	district.daemon.stop()
	copy_store(district, "copy", "store")
	district.daemon.start()
	for value in (11, 12, 13):
		for code in ("11989", "11992"):
			district.put(code, "2024-Q1.csv", report(I_1=value))
			district.put(code, f"2024-0{value - 10}.csv", report(I_5_1=value))
		district.wait_acknowledged(["11989", "11992"])
	district.daemon.stop()
	copy_store(district, "store", "copy")
	district.daemon.start()

	def is_back():
		return all(district.appendix(code, period, "own")[row]["value"] == "13"
			   for code in ("11989", "11992")
			   for period, row in (("2024-Q1", "I.1"), ("2024-03", "I.5.1")))
	wait_for("the agents do not send their tails", is_back)
	district.wait_acknowledged()
	must_stand(district, "11989", "2024-Q1", I_1=13, I_2_1=8)
	for code in ("11989", "11992"):
		must_stand(district, code, "2024-01", I_5_1=11)
		must_stand(district, code, "2024-02", I_5_1=12)
	must_stand(district, "11986", "2024-Q1", I_1=3)
	district.verify()


def main():
	with tempfile.TemporaryDirectory(prefix="cchc-image-") as folder, \
	     District(folder, Programs.find()) as district:
		district.add_agents(["11986", "11989", "11992"])
		district.start()
		check_restored_agent(district)
		check_restored_again(district)
		check_restored_daemon(district)


if __name__ == "__main__":
	sys.exit(main())
