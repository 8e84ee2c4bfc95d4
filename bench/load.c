/* load.c - agents without a disk: outboxes that push as fast as they are acknowledged.
 *
 *	cchc-load setup DIR --units FILE --agents N
 *		makes every key, and DIR/keys.yaml for the daemon
 *	cchc-load run DIR --units FILE --form FILE --endpoint E --ledger FILE ...
 *		pushes, and prints as JSON how many updates were acknowledged, how long
 *that took and how long acks (and publications) took cchc-load marks DIR ... --ledger
 *FILE asks for the mark of every outbox of the ledger and counts the messages that were
 *		acknowledged and are not there any more
 *
 * --wide: the agents are the root's, else those of units with communes below. --cells 1
 * --random: single updates of any row of any commune below; else reports of the communes
 *in turn (--messages 0: each commune once). --pace MS: a message only so often. --watch
 *E: hears the root's rollup too; with --pace each message waits for the publication of
 *the one before.
 * --repeat: sends what the run of the same ledger and seed sent.
 *
 * A message is numbered, chained and encoded as a real agent's; what an agent keeps on
 *its disk is kept in memory here, for it is the daemon that is measured. */

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "base/check.h"
#include "base/clock.h"
#include "io/digest.h"
#include "io/zpoll.h"
#include "proto/wire.h"
#include "bench/options.h"
#include "bench/world.h"

enum { PROBE_FROM = 1000, PROBE_TURN = 7919 };

struct load;

/* One outbox. The ledger keeps its epoch, and seq and chain hash where the last run
 * began. */
struct agent {
	struct load *load;
	const struct cchc_unit *unit;
	const struct cchc_unit **below;
	size_t n_below;
	struct cchc_zpoll *poll;
	uint64_t epoch;
	uint64_t base;
	uint8_t base_chain[16];
	uint64_t acked; /* as the ledger says: what must still be there */
	uint64_t target;
	uint64_t given; /* seqs */
	uint64_t mark;
	uint64_t credit;
	bool known; /* to the ledger */
	bool welcome;
	bool done;
	uint8_t chain[16];
	uint64_t sent_ns[WINDOW_MAX];
	uint64_t random;
};

struct samples {
	uint32_t *us;
	size_t n;
	size_t room;
};

struct load {
	const struct options *o;
	struct world world;
	struct agent agent[AGENTS_MAX];
	uv_loop_t loop;
	uv_timer_t pace;
	uv_signal_t terminate;
	struct cchc_zcontext *context;
	struct cchc_key_pair server;
	struct cchc_zpoll *changes;
	uint64_t began_ns;
	uint64_t ended_ns;
	struct samples acks;
	struct samples publications;
	uint64_t probe_ns; /* a paced message whose publication has not come; 0: none */
	uint64_t missing;
	unsigned ready;
	unsigned done;
};

static void add_sample(struct samples *s, uint64_t since_ns)
{
	if (s->n == s->room) {
		s->room = s->room ? s->room * 2 : 4096;
		s->us = realloc(s->us, s->room * sizeof(s->us[0]));
		cchc_check(s->us);
	}
	s->us[s->n++] = (uint32_t)((cchc_clock_mono_ns() - since_ns) / 1000);
}

static void send_frame(struct agent *a, Cchc__ToDaemon *frame)
{
	struct cchc_arena arena;
	uint8_t *bytes;
	size_t len;

	frame->version = CCHC_PROTOCOL_VERSION;
	cchc_arena_init(&arena, CCHC_DECODE_MEMORY_MAX);
	if (cchc_wire_encode(&arena, &frame->base, &bytes, &len) ||
	    cchc_zsocket_send(cchc_zpoll_socket(a->poll), NULL, 0, bytes, len))
		die(a->unit->code, "a frame was not sent");
	cchc_arena_fini(&arena);
}

static void send_hello(struct agent *a)
{
	Cchc__ToDaemon frame = CCHC__TO_DAEMON__INIT;
	Cchc__Hello hello = CCHC__HELLO__INIT;

	hello.version_min = hello.version_max = CCHC_PROTOCOL_VERSION;
	hello.unit = (char *)a->unit->code;
	hello.epoch = a->epoch;
	frame.kind = CCHC__TO_DAEMON__KIND__HELLO;
	frame.hello = &hello;
	send_frame(a, &frame);
}

static uint32_t next_random(struct agent *a)
{
	a->random = a->random * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (uint32_t)(a->random >> 33);
}

/* A probe changes the root's total whatever was there before: no other message has its
 * value.
 */
static size_t fill_cells(struct agent *a, uint32_t *row, int64_t *value)
{
	const struct world *w = &a->load->world;
	const struct options *o = a->load->o;
	size_t n = o->cells < w->n_rows ? o->cells : w->n_rows;
	size_t from = o->random ? next_random(a) % w->n_plain : 0;

	for (size_t i = 0; i < n; i++) {
		size_t at = (from + i) % w->n_rows;

		row[i] = w->row[at];
		value[i] = (int64_t)next_random(a) % (w->most[at] + 1);
	}
	if (o->watch && o->pace_ms) {
		row[0] = w->row[0];
		value[0] = PROBE_FROM + (int64_t)(a->given % PROBE_TURN);
	}
	return n;
}

static void send_push(struct agent *a)
{
	const struct load *l = a->load;
	Cchc__ToDaemon frame = CCHC__TO_DAEMON__INIT;
	Cchc__Push push = CCHC__PUSH__INIT;
	Cchc__Report report = CCHC__REPORT__INIT;
	uint32_t row[CCHC_ROWS_MAX];
	int64_t value[CCHC_ROWS_MAX];
	uint8_t body[16 * 1024];
	size_t at = l->o->random ? next_random(a) : a->given;

	report.n_row = report.n_value = fill_cells(a, row, value);
	report.row = row;
	report.value = value;
	report.unit = (char *)a->below[at % a->n_below]->code;
	report.form = l->world.form->name;
	report.revision = l->world.form->revision;
	report.period = cchc_period_code(l->o->period);
	cchc_check(cchc__report__get_packed_size(&report) <= sizeof(body));
	push.body.data = body;
	push.body.len = cchc__report__pack(&report, body);
	push.has_body = true;
	push.epoch = a->epoch;
	push.seq = ++a->given;
	push.kind = l->o->random ? CCHC__PUSH__KIND__UPDATE : CCHC__PUSH__KIND__REPORT;
	cchc_chain_next(a->chain, push.seq, (uint8_t)push.kind, body, push.body.len,
			a->chain);
	push.chain.data = a->chain;
	push.chain.len = sizeof(a->chain);
	frame.kind = CCHC__TO_DAEMON__KIND__PUSH;
	frame.push = &push;
	a->sent_ns[push.seq % WINDOW_MAX] = cchc_clock_mono_ns();
	send_frame(a, &frame);
}

static void fill_window(struct agent *a)
{
	const struct options *o = a->load->o;
	unsigned window = o->repeat ? WINDOW_MAX : o->window;

	while (!o->pace_ms && a->given < a->target && a->given < a->credit &&
	       a->given - a->mark < window)
		send_push(a);
}

static void finish_if_done(struct agent *a)
{
	struct load *l = a->load;

	if (a->done || a->given < a->target || a->mark < a->target)
		return;
	a->done = true;
	if (++l->done == l->o->agents && !l->probe_ns) {
		l->ended_ns = cchc_clock_mono_ns();
		uv_stop(&l->loop);
	}
}

static void on_ack(struct agent *a, const Cchc__Ack *ack)
{
	if (ack->n_refused > 0)
		die(a->unit->code, "a cell was refused");
	for (uint64_t seq = a->mark + 1; seq <= ack->mark; seq++)
		if (seq <= a->given && !a->load->o->repeat)
			add_sample(&a->load->acks, a->sent_ns[seq % WINDOW_MAX]);
	if (ack->mark > a->mark)
		a->mark = ack->mark;
	a->credit = ack->credit;
	fill_window(a);
	finish_if_done(a);
}

/* One message an agent each time; a probe only when the last one was published. */
static void on_pace(uv_timer_t *timer)
{
	struct load *l = timer->data;

	for (unsigned i = 0; i < l->o->agents; i++) {
		struct agent *a = &l->agent[i];

		if (a->given == a->target || a->given > a->mark || l->probe_ns)
			continue;
		send_push(a);
		if (l->o->watch)
			l->probe_ns = a->sent_ns[a->given % WINDOW_MAX];
	}
}

static void on_change(void *data, const struct cchc_zmessage *message)
{
	struct load *l = data;
	Cchc__Publication *publication;
	struct cchc_arena arena;
	struct cchc_err err;

	cchc_arena_init(&arena, CCHC_DECODE_MEMORY_MAX);
	if (cchc_wire_publication(&arena, message->body, message->body_len, &publication,
				  &err))
		die("publication", err.text);
	if (publication->n_cells > 0 && l->probe_ns) {
		add_sample(&l->publications, l->probe_ns);
		l->probe_ns = 0;
		if (l->done == l->o->agents) {
			l->ended_ns = cchc_clock_mono_ns();
			uv_stop(&l->loop);
		}
	}
	cchc_arena_fini(&arena);
}

static void take_marks(struct agent *a, const Cchc__Welcome *welcome)
{
	struct load *l = a->load;

	if (a->acked > welcome->mark)
		l->missing += a->acked - welcome->mark;
	if (strcmp(l->o->command, "run") != 0) {
		a->target = a->given = a->mark = welcome->mark;
		return;
	}
	if (!l->o->repeat) {
		a->base = welcome->mark;
		memcpy(a->base_chain, welcome->chain.data, sizeof(a->base_chain));
	}
	memcpy(a->chain, a->base_chain, sizeof(a->chain));
	a->given = a->mark = a->base;
	a->target = a->base + (l->o->messages ? l->o->messages : a->n_below);
}

/* Everybody is greeted before the clock starts. */
static void on_welcome(struct agent *a, const Cchc__Welcome *welcome)
{
	struct load *l = a->load;

	if (a->welcome)
		return;
	a->welcome = true;
	a->credit = welcome->credit;
	take_marks(a, welcome);
	if (++l->ready < l->o->agents)
		return;
	l->began_ns = cchc_clock_mono_ns();
	if (l->o->pace_ms)
		(void)uv_timer_start(&l->pace, on_pace, l->o->pace_ms, l->o->pace_ms);
	for (unsigned i = 0; i < l->o->agents; i++) {
		fill_window(&l->agent[i]);
		finish_if_done(&l->agent[i]);
	}
}

static void on_message(void *data, const struct cchc_zmessage *message)
{
	struct agent *a = data;
	Cchc__ToAgent *frame;
	struct cchc_arena arena;
	struct cchc_err err;

	cchc_arena_init(&arena, CCHC_DECODE_MEMORY_MAX);
	if (cchc_wire_to_agent(&arena, message->body, message->body_len, &frame, &err))
		die(a->unit->code, err.text);
	if (frame->kind == CCHC__TO_AGENT__KIND__WELCOME)
		on_welcome(a, frame->welcome);
	else if (frame->kind == CCHC__TO_AGENT__KIND__ACK)
		on_ack(a, frame->ack);
	else if (frame->kind == CCHC__TO_AGENT__KIND__DENIED)
		die(a->unit->code, frame->denied->text);
	else if (frame->kind != CCHC__TO_AGENT__KIND__DOWN)
		die(a->unit->code, "an answer that should not come under this load");
	cchc_arena_fini(&arena);
}

static void connect_socket(struct load *l, const char *key, enum cchc_zkind kind,
			   const char *endpoint, cchc_zpoll_message *on, void *data,
			   struct cchc_zpoll **poll)
{
	struct cchc_key_pair own;
	struct cchc_zsocket *socket;
	struct cchc_err err;
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s.key", l->o->dir, key);
	if (cchc_keys_load(path, &own, &err))
		die(path, err.text);
	if (cchc_zsocket_new(l->context,
			     &(struct cchc_zoptions){.kind = kind,
						     .own = &own,
						     .server_key = l->server.public_key},
			     &socket, &err) ||
	    cchc_zsocket_connect(socket, endpoint, &err) ||
	    cchc_zpoll_start(&l->loop, socket, on, data, poll, &err))
		die(endpoint, err.text);
}

static void connect_agent(struct load *l, unsigned number)
{
	struct agent *a = &l->agent[number];
	char key[32];

	a->load = l;
	a->below = world_below(&l->world, a->unit, &a->n_below);
	if (!a->known)
		a->epoch = cchc_random_u64();
	a->random = (uint64_t)l->o->seed * AGENTS_MAX + number + 1;
	(void)snprintf(key, sizeof(key), "%s%u", l->o->wide ? "wide" : "agent", number);
	connect_socket(l, key, CCHC_ZDEALER, l->o->endpoint, on_message, a, &a->poll);
	send_hello(a);
}

static void connect_watcher(struct load *l)
{
	const struct cchc_unit *root =
		cchc_units_by_id(&l->world.units, l->world.tree->node[0].unit);
	char topic[64];

	connect_socket(l, "ctl", CCHC_ZSUB, l->o->watch, on_change, l, &l->changes);
	(void)snprintf(topic, sizeof(topic), "rollup/%s/total", root->code);
	cchc_check(cchc_zsocket_subscribe(cchc_zpoll_socket(l->changes), topic) ==
		   CCHC_OK);
}

static void read_ledger(struct load *l)
{
	FILE *in = l->o->ledger ? fopen(l->o->ledger, "r") : NULL;

	for (unsigned i = 0; in && i < l->o->agents; i++) {
		struct agent *a = &l->agent[i];

		if (fscanf(in, "%" SCNx64 " %" SCNu64 " %" SCNu64, &a->epoch, &a->base,
			   &a->acked) != 3)
			break;
		for (size_t k = 0; k < sizeof(a->base_chain); k++)
			if (fscanf(in, k ? "%2hhx" : " %2hhx", &a->base_chain[k]) != 1)
				die(l->o->ledger, "is broken");
		a->known = true;
	}
	if (in)
		(void)fclose(in);
}

static void write_ledger(struct load *l)
{
	FILE *out = l->o->ledger ? fopen(l->o->ledger, "w") : NULL;

	if (!out)
		return;
	for (unsigned i = 0; i < l->o->agents; i++) {
		const struct agent *a = &l->agent[i];

		(void)fprintf(out, "%" PRIx64 " %" PRIu64 " %" PRIu64 " ", a->epoch,
			      a->base, a->mark);
		for (size_t k = 0; k < sizeof(a->base_chain); k++)
			(void)fprintf(out, "%02x", a->base_chain[k]);
		(void)fputc('\n', out);
	}
	if (fclose(out) != 0)
		die(l->o->ledger, "cannot be written");
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a;
	uint32_t y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void print_samples(const char *name, struct samples *s)
{
	if (s->n == 0)
		return;
	qsort(s->us, s->n, sizeof(s->us[0]), by_value);
	(void)printf(", \"%s_p50_us\": %u, \"%s_p99_us\": %u", name, s->us[s->n / 2],
		     name, s->us[s->n - 1 - s->n / 100]);
}

static void print_result(struct load *l)
{
	double seconds = (double)(l->ended_ns - l->began_ns) / 1e9;
	size_t cells = l->o->cells < l->world.n_rows ? l->o->cells : l->world.n_rows;
	size_t updates = l->acks.n * cells;

	(void)printf("{\"messages\": %zu, \"cells\": %zu, \"updates\": %zu, \"seconds\": "
		     "%.6f, \"missing\": %" PRIu64,
		     l->acks.n, cells, updates, seconds, l->missing);
	if (seconds > 0)
		(void)printf(", \"updates_per_s\": %.1f", (double)updates / seconds);
	print_samples("ack", &l->acks);
	print_samples("published", &l->publications);
	(void)printf("}\n");
}

/* Told to stop in the middle: what was acknowledged so far stands in the ledger. */
static void on_terminate(uv_signal_t *signal, int number)
{
	struct load *l = signal->data;

	(void)number;
	l->probe_ns = 0;
	l->ended_ns = cchc_clock_mono_ns();
	uv_stop(&l->loop);
}

static void start(struct load *l)
{
	struct cchc_err err;
	char path[512];
	const struct cchc_unit *unit[AGENTS_MAX];

	(void)snprintf(path, sizeof(path), "%s/cchcd.key", l->o->dir);
	if (cchc_keys_load(path, &l->server, &err))
		die(path, err.text);
	cchc_check(uv_loop_init(&l->loop) == 0 &&
		   uv_timer_init(&l->loop, &l->pace) == 0 &&
		   uv_signal_init(&l->loop, &l->terminate) == 0);
	l->pace.data = l->terminate.data = l;
	cchc_check(uv_signal_start(&l->terminate, on_terminate, SIGTERM) == 0);
	if (cchc_zcontext_new(&l->context, &err))
		die("zeromq", err.text);
	if (!l->o->wide)
		world_senders(&l->world, unit, l->o->agents);
	read_ledger(l);
	if (l->o->watch)
		connect_watcher(l);
	for (unsigned i = 0; i < l->o->agents; i++) {
		l->agent[i].unit = l->o->wide
					   ? cchc_units_by_id(&l->world.units,
							      l->world.tree->node[0].unit)
					   : unit[i];
		connect_agent(l, i);
	}
}

static void run(struct load *l)
{
	start(l);
	(void)uv_run(&l->loop, UV_RUN_DEFAULT);
	if (!l->o->repeat && strcmp(l->o->command, "run") == 0)
		write_ledger(l);
	print_result(l);
	for (unsigned i = 0; i < l->o->agents; i++)
		cchc_zpoll_close(&l->agent[i].poll);
	cchc_zpoll_close(&l->changes);
	uv_close((uv_handle_t *)&l->pace, NULL);
	uv_close((uv_handle_t *)&l->terminate, NULL);
	(void)uv_run(&l->loop, UV_RUN_DEFAULT);
	cchc_check(uv_loop_close(&l->loop) == 0);
	cchc_zcontext_free(&l->context);
	free(l->acks.us);
	free(l->publications.us);
}

int main(int argc, char **argv)
{
	struct options o = {.agents = 1,
			    .window = 1,
			    .cells = 100,
			    .messages = 100,
			    .seed = (unsigned)cchc_clock_mono_ns(),
			    .period = {2024, CCHC_Q1}};
	struct load *l = calloc(1, sizeof(*l));

	cchc_check(l);
	options_read(argc, argv, &o);
	l->o = &o;
	cchc_digest_start();
	world_load(&l->world, o.units, o.form);
	if (strcmp(o.command, "setup") == 0)
		world_make_keys(&l->world, o.dir, o.agents);
	else if (o.form && o.endpoint)
		run(l);
	else
		die(o.command, "setup, or run or marks with --form and --endpoint");
	world_free(&l->world);
	free(l);
	return 0;
}
