/* A peer that does not keep to the rules, driven by lines on its standard input:
 *
 *	peer ENDPOINT SERVER_PUBLIC_KEY KEY_FILE
 *
 *	dial N                          a fresh connection; N > 0: own routing id of N
 *bytes hello UNIT EPOCH LAST           EPOCH in hex hellos N UNIT                   N of
 *them, each with another epoch begin EPOCH                     the chain of an epoch
 *begins push EPOCH SEQ UNIT PERIOD ROW VALUE   the chain goes on; PERIOD as on the wire
 *	forked EPOCH SEQ UNIT PERIOD ROW VALUE the same with a chain hash that is made up
 *	junk EPOCH SEQ BYTES            a body that is no report
 *	again N                         the last frame, N times
 *	garbage N BYTES                 N frames of random bytes
 *	parts N BYTES                   one message of N parts
 *	ask                             a query
 *	hear MS                         what came, until it is silent for so long
 *
 * Each command answers with one line; hear with a JSON object.
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "io/digest.h"
#include "io/keys.h"
#include "proto/wire.h"

enum { LINE = 256, BIG = 1 << 20, KINDS = 11, TEXT = 200 };

struct peer {
	void *context;
	void *socket;
	const char *endpoint;
	const char *server_key;
	struct cchc_key_pair key;
	struct cchc_arena arena;
	uint8_t chain[16];
	uint8_t last[BIG]; /* frame sent last */
	size_t last_len;
};

static void dial(struct peer *p, int route_bytes)
{
	uint8_t route[255];
	int linger = 1000; /* what was said goes out, as far as the other end takes it */
	int send_wait = 2000;

	if (p->socket)
		(void)zmq_close(p->socket);
	p->socket = zmq_socket(p->context, ZMQ_DEALER);
	memset(route, 'r', sizeof(route));
	if (route_bytes > 0)
		(void)zmq_setsockopt(p->socket, ZMQ_ROUTING_ID, route,
				     (size_t)route_bytes);
	(void)zmq_setsockopt(p->socket, ZMQ_LINGER, &linger, sizeof(linger));
	(void)zmq_setsockopt(p->socket, ZMQ_SNDTIMEO, &send_wait, sizeof(send_wait));
	(void)zmq_setsockopt(p->socket, ZMQ_CURVE_PUBLICKEY, p->key.public_key, 41);
	(void)zmq_setsockopt(p->socket, ZMQ_CURVE_SECRETKEY, p->key.secret_key, 41);
	(void)zmq_setsockopt(p->socket, ZMQ_CURVE_SERVERKEY, p->server_key, 41);
	(void)zmq_connect(p->socket, p->endpoint);
}

/* "sent", or "stuck" when the other end takes no more. */
static const char *send_bytes(struct peer *p, const void *bytes, size_t len, int flags)
{
	return zmq_send(p->socket, bytes, len, flags) >= 0 ? "sent" : "stuck";
}

static const char *send_frame(struct peer *p, const ProtobufCMessage *frame)
{
	p->last_len = protobuf_c_message_pack(frame, p->last);
	return send_bytes(p, p->last, p->last_len, 0);
}

static const char *say_hello(struct peer *p, const char *unit, uint64_t epoch,
			     uint64_t last_given)
{
	Cchc__ToDaemon frame = CCHC__TO_DAEMON__INIT;
	Cchc__Hello hello = CCHC__HELLO__INIT;
	char code[16];

	(void)snprintf(code, sizeof(code), "%s", unit);
	hello.version_min = hello.version_max = CCHC_PROTOCOL_VERSION;
	hello.unit = code;
	hello.epoch = epoch;
	hello.last_given = last_given;
	frame.version = CCHC_PROTOCOL_VERSION;
	frame.kind = CCHC__TO_DAEMON__KIND__HELLO;
	frame.hello = &hello;
	return send_frame(p, &frame.base);
}

static const char *say_hellos(struct peer *p, unsigned n, const char *unit)
{
	const char *said = "sent";

	for (unsigned i = 0; i < n && strcmp(said, "sent") == 0; i++)
		said = say_hello(p, unit, cchc_random_u64(), 0);
	return said;
}

static const char *push_body(struct peer *p, uint64_t epoch, uint64_t seq, void *body,
			     size_t len)
{
	Cchc__ToDaemon frame = CCHC__TO_DAEMON__INIT;
	Cchc__Push push = CCHC__PUSH__INIT;

	push.epoch = epoch;
	push.seq = seq;
	push.kind = CCHC__PUSH__KIND__REPORT;
	push.has_body = 1;
	push.body = (ProtobufCBinaryData){len, body};
	cchc_chain_next(p->chain, seq, (uint8_t)push.kind, body, len, p->chain);
	push.chain = (ProtobufCBinaryData){sizeof(p->chain), p->chain};
	frame.version = CCHC_PROTOCOL_VERSION;
	frame.kind = CCHC__TO_DAEMON__KIND__PUSH;
	frame.push = &push;
	return send_frame(p, &frame.base);
}

struct told { /* of a push */
	uint64_t epoch;
	uint64_t seq;
	char unit[16];
	uint32_t period;
	uint32_t row;
	int64_t value;
};

static const char *push_report(struct peer *p, struct told *told)
{
	Cchc__Report report = CCHC__REPORT__INIT;
	uint8_t body[LINE];
	char form[] = "cchc-2021";

	report.unit = told->unit;
	report.form = form;
	report.revision = 2;
	report.period = told->period;
	report.n_row = report.n_value = 1;
	report.row = &told->row;
	report.value = &told->value;
	return push_body(p, told->epoch, told->seq, body,
			 cchc__report__pack(&report, body));
}

static const char *send_garbage(struct peer *p, unsigned n, size_t len)
{
	static uint8_t bytes[BIG];
	const char *said = "sent";

	for (unsigned i = 0; i < n && strcmp(said, "sent") == 0; i++) {
		cchc_random_bytes(bytes, len);
		said = send_bytes(p, bytes, len, 0);
	}
	return said;
}

static const char *send_parts(struct peer *p, unsigned n, size_t len)
{
	static const uint8_t zeros[BIG];
	const char *said = "sent";

	for (unsigned i = 0; i < n && strcmp(said, "sent") == 0; i++)
		said = send_bytes(p, zeros, len, i + 1 < n ? ZMQ_SNDMORE : 0);
	return said;
}

static const char *send_ask(struct peer *p)
{
	Cchc__Ask ask = CCHC__ASK__INIT;

	ask.version = CCHC_PROTOCOL_VERSION;
	ask.kind = CCHC__ASK__KIND__ABOUT;
	ask.id = 1;
	return send_frame(p, &ask.base);
}

static const char *send_again(struct peer *p, unsigned n)
{
	const char *said = "sent";

	for (unsigned i = 0; i < n && strcmp(said, "sent") == 0; i++)
		said = send_bytes(p, p->last, p->last_len, 0);
	return said;
}

/* ---- hearing ---- */

struct heard {
	unsigned n[KINDS]; /* by ToAgent.Kind; 0: what is no ToAgent */
	uint64_t mark;     /* of the last ACK, WELCOME or FORK */
	uint64_t expected; /* of the last GAP */
	uint64_t refusals; /* in ACKs */
	char text[TEXT];   /* of the last DENIED */
};

static void note(struct heard *h, const Cchc__ToAgent *frame)
{
	h->n[frame->kind]++;
	if (frame->ack) {
		h->mark = frame->ack->mark;
		h->refusals += frame->ack->n_refused;
	}
	if (frame->welcome)
		h->mark = frame->welcome->mark;
	if (frame->fork)
		h->mark = frame->fork->mark;
	if (frame->gap)
		h->expected = frame->gap->expected;
	if (frame->denied)
		(void)snprintf(h->text, sizeof(h->text), "%s", frame->denied->text);
}

static void print_heard(const struct heard *h)
{
	static const char *const NAMES[KINDS] = {
		"other", "welcome", "ack",  "gap",    "later",       "fork",
		"down",  "piece",   "held", "denied", "hello_first",
	};

	(void)printf("{\"mark\": %" PRIu64 ", \"expected\": %" PRIu64
		     ", \"refusals\": %" PRIu64 ", \"text\": \"",
		     h->mark, h->expected, h->refusals);
	for (const char *at = h->text; *at; at++)
		(void)putchar(*at == '"' || *at == '\\' ? '\'' : *at);
	(void)putchar('"');
	for (size_t i = 0; i < KINDS; i++)
		(void)printf(", \"%s\": %u", NAMES[i], h->n[i]);
	(void)puts("}");
}

static void hear(struct peer *p, int silence_ms)
{
	static uint8_t bytes[BIG];
	struct heard h = {.mark = 0};

	(void)zmq_setsockopt(p->socket, ZMQ_RCVTIMEO, &silence_ms, sizeof(silence_ms));
	for (;;) {
		int len = zmq_recv(p->socket, bytes, sizeof(bytes), 0);
		Cchc__ToAgent *frame;

		if (len < 0)
			break;
		if (cchc_wire_to_agent(&p->arena, bytes, (size_t)len, &frame, NULL) ==
		    CCHC_OK)
			note(&h, frame);
		else
			h.n[0]++;
		cchc_arena_reset(&p->arena);
	}
	print_heard(&h);
}

/* ---- commands ---- */

static bool read_told(const char *line, const char *name, struct told *told)
{
	char format[64];

	(void)snprintf(format, sizeof(format),
		       "%s %%" SCNx64 " %%" SCNu64 " %%15s %%" SCNu32 " %%" SCNu32
		       " %%" SCNd64,
		       name);
	return sscanf(line, format, &told->epoch, &told->seq, told->unit, &told->period,
		      &told->row, &told->value) == 6;
}

static const char *obey_push(struct peer *p, const char *line)
{
	static uint8_t zeros[BIG];
	struct told told;
	uint64_t epoch;
	uint64_t seq;
	size_t len;

	if (read_told(line, "push", &told))
		return push_report(p, &told);
	if (read_told(line, "forked", &told)) {
		cchc_random_bytes(p->chain, sizeof(p->chain));
		return push_report(p, &told);
	}
	if (sscanf(line, "junk %" SCNx64 " %" SCNu64 " %zu", &epoch, &seq, &len) == 3 &&
	    len < BIG / 2)
		return push_body(p, epoch, seq, zeros, len);
	return NULL;
}

static const char *obey(struct peer *p, const char *line)
{
	char unit[16];
	uint64_t epoch;
	uint64_t last;
	unsigned n;
	size_t len;

	if (sscanf(line, "dial %u", &n) == 1 && n < 256) {
		dial(p, (int)n);
		return "dialled";
	}
	if (sscanf(line, "hellos %u %15s", &n, unit) == 2)
		return say_hellos(p, n, unit);
	if (sscanf(line, "hello %15s %" SCNx64 " %" SCNu64, unit, &epoch, &last) == 3)
		return say_hello(p, unit, epoch, last);
	if (sscanf(line, "begin %" SCNx64, &epoch) == 1) {
		cchc_chain_first(epoch, p->chain);
		return "begun";
	}
	if (sscanf(line, "again %u", &n) == 1)
		return send_again(p, n);
	if (sscanf(line, "garbage %u %zu", &n, &len) == 2 && len <= BIG)
		return send_garbage(p, n, len);
	if (sscanf(line, "parts %u %zu", &n, &len) == 2 && len <= BIG)
		return send_parts(p, n, len);
	if (strncmp(line, "ask", 3) == 0)
		return send_ask(p);
	return obey_push(p, line);
}

static int converse(struct peer *p)
{
	char line[LINE];
	int silence_ms;

	while (fgets(line, sizeof(line), stdin)) {
		const char *said = "";

		if (sscanf(line, "hear %d", &silence_ms) == 1) {
			hear(p, silence_ms);
		} else {
			said = obey(p, line);
			(void)puts(said ? said : "not understood");
		}
		(void)fflush(stdout);
	}
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	struct cchc_err err = {.text = ""};
	struct peer *p = calloc(1, sizeof(*p));
	int status = EXIT_FAILURE;

	if (argc == 4 && p && cchc_keys_load(argv[3], &p->key, &err) == CCHC_OK) {
		cchc_digest_start();
		p->endpoint = argv[1];
		p->server_key = argv[2];
		p->context = zmq_ctx_new();
		cchc_arena_init(&p->arena, CCHC_DECODE_MEMORY_MAX);
		dial(p, 0);
		status = converse(p);
		cchc_arena_fini(&p->arena);
		(void)zmq_close(p->socket);
		(void)zmq_ctx_term(p->context);
	} else {
		(void)fprintf(stderr, "usage: peer ENDPOINT SERVER_KEY KEY_FILE %s\n",
			      err.text);
	}
	free(p);
	return status;
}
