"""An HTTP server and a mail server on loopback that record what alerts are handed to them.

	sink.py --record FILE --ports-file FILE [--fail N] [--hang] [--secret-file FILE]
	        [--certificate FILE]

Takes two free ports, or those that stand in the ports file ({"http": 1, "smtp": 2}) if it is
there: killed and started anew it is found again. Each handing becomes one line of JSON in the
record, which is on disk before the answer goes out; `repeated` says that one with the same
Idempotency-Key (HTTP) or Message-ID (mail) was taken before, also by an earlier run.

--fail N: the first N handings are refused for now (503, 451). --hang: none is answered.
--secret-file: signatures of webhooks are checked with it. --certificate: a PEM file with key,
STARTTLS is offered.

A single handing can ask for its answer. By HTTP with the beginning of the path: /status/400,
/hang, /drop (closes), /flood (200 and a body without end). By mail with the recipient's local
part: refused, later, hang, hang-dot (after the message), dot-refused, hang-quit. A login
succeeds with the password "right".
"""

import argparse
import base64
import email
import email.policy
import hashlib
import hmac
import http.server
import json
import os
import re
import socketserver
import ssl
import threading
import time

FOREVER_S = 3600.0
READ_LIMIT_S = 600.0


class Record:
	"""What came in, and which keys were taken."""

	def __init__(self, options):
		self.options = options
		self.lock = threading.Lock()
		self.taken = set()
		self.left_to_fail = options.fail
		self._load()
		self.file = open(options.record, "ab")

	def _load(self):
		"""A line that a kill cut short was not answered: away with it."""
		if not os.path.exists(self.options.record):
			return
		with open(self.options.record, "r+b") as f:
			content = f.read()
			f.truncate(content.rfind(b"\n") + 1)
		for line in content.splitlines(keepends=True):
			if not line.endswith(b"\n"):
				break
			entry = json.loads(line)
			if entry["answer"] in (200, 250):
				self.taken.add(entry["key"])

	def add(self, key, asked, good, later, entry):
		"""Decides on the answer, writes it down and returns it. asked: None, or the
		answer that the handing itself asks for; 0: none at all."""
		with self.lock:
			answer = good if asked is None else asked
			if self.options.hang:
				answer = 0
			elif self.left_to_fail > 0:
				self.left_to_fail -= 1
				answer = later
			entry = dict(entry, key=key, answer=answer, at=time.time(),
				     repeated=key is not None and key in self.taken)
			if answer == good:
				self.taken.add(key)
			self.file.write(json.dumps(entry, ensure_ascii=False).encode() + b"\n")
			self.file.flush()
			os.fsync(self.file.fileno())
		return answer


def signature_of(options, headers, body):
	"""right, wrong, or none when there is none to check."""
	given = headers.get("x-cchc-signature")
	if not given or not options.secret_file:
		return "none"
	with open(options.secret_file, "rb") as f:
		secret = f.read().strip()
	signed = headers.get("x-cchc-timestamp", "").encode() + b"." + body
	wanted = "sha256=" + hmac.new(secret, signed, hashlib.sha256).hexdigest()
	return "right" if hmac.compare_digest(given, wanted) else "wrong"


class Web(http.server.BaseHTTPRequestHandler):
	protocol_version = "HTTP/1.1"
	timeout = READ_LIMIT_S
	record = None

	def log_message(self, *_):
		pass

	def asked(self):
		found = re.match(r"/status/(\d{3})\b", self.path)
		if found:
			return int(found[1])
		return 0 if re.match(r"/(hang|drop)\b", self.path) else None

	def do_POST(self):
		body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
		headers = {name.lower(): value for name, value in self.headers.items()}
		entry = {"protocol": "http", "path": self.path, "headers": headers,
			 "signature": signature_of(self.record.options, headers, body),
			 "body": body.decode(), "json": json.loads(body)}
		answer = self.record.add(headers.get("idempotency-key"), self.asked(), 200,
					 503, entry)
		if answer == 0 and not self.path.startswith("/drop"):
			time.sleep(FOREVER_S)
		self.close_connection = answer == 0 or self.path.startswith("/flood")
		if answer:
			self.answer(answer)

	def answer(self, status):
		text = b"" if status < 300 else b"because of that\nand more"
		self.send_response(status)
		if status in (301, 302, 307, 308):
			self.send_header("Location", "/elsewhere")
		if not self.path.startswith("/flood"):
			self.send_header("Content-Length", str(len(text)))
		self.end_headers()
		self.wfile.write(text)
		while self.path.startswith("/flood"):
			self.wfile.write(b"x" * 65536)


class Mail(socketserver.StreamRequestHandler):
	timeout = READ_LIMIT_S
	record = None

	def say(self, text):
		self.wfile.write(text.encode() + b"\r\n")

	def hear(self):
		line = self.rfile.readline()
		if not line:
			raise ConnectionError
		return line

	def hear_secret(self, question):
		self.say("334 " + base64.b64encode(question).decode())
		return base64.b64decode(self.hear())

	def handle(self):
		self.secure = False
		self.user = None
		self.begin()
		self.say("220 sink")
		try:
			while self.command(self.hear().decode().strip()):
				pass
		except ConnectionError:
			pass

	def begin(self):
		self.sender = None
		self.to = []

	def wish(self):
		"""What the recipients ask for."""
		return {to.split("@")[0] for to in self.to}

	def command(self, line):
		verb = line.split(" ")[0].upper()
		handler = getattr(self, "on_" + verb.lower(), None)
		if handler is None:
			self.say("502 not known")
			return True
		return handler(line)

	def on_ehlo(self, _):
		lines = ["sink", "8BITMIME", "AUTH PLAIN LOGIN"]
		if self.record.options.certificate and not self.secure:
			lines.append("STARTTLS")
		for line in lines[:-1]:
			self.say("250-" + line)
		self.say("250 " + lines[-1])
		return True

	def on_starttls(self, _):
		self.say("220 go on")
		context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
		context.load_cert_chain(self.record.options.certificate)
		try:
			self.connection = context.wrap_socket(self.connection, server_side=True)
		except ssl.SSLError:
			return False
		self.rfile = self.connection.makefile("rb")
		self.wfile = self.connection.makefile("wb", 0)
		self.secure = True
		return True

	def on_auth(self, line):
		words = line.split(" ")
		if words[1].upper() == "PLAIN":
			given = (base64.b64decode(words[2]) if len(words) > 2
				 else self.hear_secret(b""))
			_, user, password = given.split(b"\0")
		else:
			user = (base64.b64decode(words[2]) if len(words) > 2
				else self.hear_secret(b"Username:"))
			password = self.hear_secret(b"Password:")
		if password == b"right":
			self.user = user.decode()
		self.say("235 welcome" if self.user else "535 not with that password")
		return True

	def on_mail(self, line):
		self.begin()
		self.sender = re.search(r"<(.*?)>", line)[1]
		self.say("250 fine")
		return True

	def on_rcpt(self, line):
		to = re.search(r"<(.*?)>", line)[1]
		local = to.split("@")[0]
		if local == "hang":
			time.sleep(FOREVER_S)
		if local in ("refused", "later"):
			self.say("550 nobody here" if local == "refused" else "451 not now")
			return True
		self.to.append(to)
		self.say("250 fine")
		return True

	def on_data(self, _):
		self.say("354 go on")
		lines = []
		while True:
			line = self.hear()
			if line == b".\r\n":
				break
			lines.append(line[1:] if line.startswith(b".") else line)
		self.deliver(b"".join(lines))
		return True

	def deliver(self, content):
		message = email.message_from_bytes(content, policy=email.policy.default)
		asked = None
		if "hang-dot" in self.wish():
			asked = 0
		elif "dot-refused" in self.wish():
			asked = 554
		entry = {"protocol": "smtp", "from": self.sender, "to": self.to,
			 "secure": self.secure, "user": self.user,
			 "raw": content.decode("utf-8", "replace"),
			 "headers": {name.lower(): str(value) for name, value in message.items()},
			 "text": message.get_content().replace("\r\n", "\n"),
			 "longest_line": max(len(line) for line in content.split(b"\r\n")),
			 "bare_ends": len(re.findall(rb"[^\r]\n|\r[^\n]", content)),
			 "defects": [str(defect) for value in message.values()
				     for defect in value.defects]
			 + [str(defect) for defect in message.defects]}
		answer = self.record.add(message["Message-ID"], asked, 250, 451, entry)
		if answer == 0:
			time.sleep(FOREVER_S)
		self.say({250: "250 queued", 451: "451 not now"}.get(answer, f"{answer} no"))

	def on_rset(self, _):
		self.begin()
		self.say("250 fine")
		return True

	def on_quit(self, _):
		if "hang-quit" in self.wish():
			time.sleep(FOREVER_S)
		self.say("221 bye")
		return False


class Server(socketserver.ThreadingTCPServer):
	allow_reuse_address = True
	daemon_threads = True
	request_queue_size = 128

	def handle_error(self, *_):
		pass  # who hangs up on us did it on purpose


def open_servers(options):
	ports = {"http": 0, "smtp": 0}
	if os.path.exists(options.ports_file):
		with open(options.ports_file, encoding="utf-8") as f:
			ports = json.load(f)
	Web.record = Mail.record = Record(options)
	servers = [Server(("127.0.0.1", ports["http"]), Web),
		   Server(("127.0.0.1", ports["smtp"]), Mail)]
	ports = dict(zip(("http", "smtp"), (s.server_address[1] for s in servers)))
	with open(options.ports_file + ".new", "w", encoding="utf-8") as f:
		json.dump(ports, f)
	os.rename(options.ports_file + ".new", options.ports_file)
	return servers


def main():
	parser = argparse.ArgumentParser()
	parser.add_argument("--record", required=True)
	parser.add_argument("--ports-file", required=True)
	parser.add_argument("--fail", type=int, default=0)
	parser.add_argument("--hang", action="store_true")
	parser.add_argument("--secret-file")
	parser.add_argument("--certificate")
	servers = open_servers(parser.parse_args())
	for server in servers[1:]:
		threading.Thread(target=server.serve_forever, daemon=True).start()
	servers[0].serve_forever()


if __name__ == "__main__":
	main()
