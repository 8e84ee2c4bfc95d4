"""The commonest mistakes of an enrolment: a key that the district does not have, and one that it has
for another unit. Each agent says so in its log and status, its files wait, and when the key file is
mended they go."""

import sys
import tempfile

from district import District, Programs, wait_for


def expect_said(agent, note, log):
	def says():
		status = agent.status()
		with open(agent.log, encoding="utf-8") as f:
			return status and note in status["note"] and log in f.read()
	wait_for(agent.why_pending, says)


def main():
	with tempfile.TemporaryDirectory(prefix="cchc-unknown-") as folder, \
	     District(folder, Programs.find()) as district:
		district.add_agents(["11986", "11989"])
		keys = dict((name, (key, role)) for name, key, role in district.keys)
		known = district.keys
		district.keys = [("ctl", *keys["ctl"]),
				 ("agent-11989", keys["agent-11989"][0], 'role: agent, unit: "11992"')]
		district.start()
		for code in district.agents:
			district.put(code, "2024-Q1.csv", "code,value\nI.1,8\n")
		public = keys["agent-11986"][0]
		expect_said(district.agents["11986"], f"does not know our public key {public}",
			    f"public={public}")
		expect_said(district.agents["11989"],
			    "which is 11992 (khóa không thuộc đơn vị này)", "keeps us away")
		for agent in district.agents.values():
			agent.stop()
		district.keys = known
		district.daemon.stop()
		district._write_daemon(district.endpoints)
		district.daemon.start()
		for agent in district.agents.values():
			agent.start()
		district.wait_acknowledged()


if __name__ == "__main__":
	sys.exit(main())
