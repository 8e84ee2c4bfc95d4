/* ask.c - those who ask and those who watch. Each command prints one line of JSON.
 *
 *	cchc-ask cells DIR ENDPOINT PERIOD LEVEL N
 *		all rollups of every unit of the level in one request, N times: median
 *time, and commit number and digest of the last answer cchc-ask watch DIR ENDPOINT N
 *CODE... N watchers of the units' totals, until SIGTERM: publications heard cchc-ask pipe
 *N BYTES N frames through DEALER and ROUTER with CURVE, nothing else: frames a second */

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "io/digest.h"
#include "io/zap.h"
#include "io/zpoll.h"
#include "proto/wire.h"
#include "bench/world.h"

enum {
	ASKS_MAX = 10000,
	WATCHERS_MAX = 200,
	PIPE_WINDOW = 200,
	PIPE_MAX = 65536,
	ANSWER_MEMORY = 16 * 1024 * 1024
};

struct asker {
	uv_loop_t loop;
	struct cchc_zcontext *context;
	struct cchc_zpoll *poll[WATCHERS_MAX];
	size_t n_polls;
	struct cchc_period period;
	const char *level;
	unsigned times;
	unsigned answered;
	uint32_t us[ASKS_MAX];
	uint32_t first_us; /* nothing was kept by the daemon yet, perhaps */
	uint64_t sent_ns;
	uint64_t commit;
	uint64_t digest;
	uint64_t units;
	uint64_t bytes;
	uint64_t publications;
	struct cchc_arena arena; /* of an answer's frame */
};

static void begin(struct asker *a)
{
	struct cchc_err err;

	cchc_check(uv_loop_init(&a->loop) == 0);
	cchc_arena_init(&a->arena, ANSWER_MEMORY);
	if (cchc_zcontext_new(&a->context, &err))
		die("zeromq", err.text);
}

static void end(struct asker *a)
{
	for (size_t i = 0; i < a->n_polls; i++)
		cchc_zpoll_close(&a->poll[i]);
	(void)uv_run(&a->loop, UV_RUN_DEFAULT);
	cchc_check(uv_loop_close(&a->loop) == 0);
	cchc_zcontext_free(&a->context);
	cchc_arena_fini(&a->arena);
}

static struct cchc_zsocket *add_client(struct asker *a, const struct cchc_key_pair *own,
				       const char *server_key, enum cchc_zkind kind,
				       const char *endpoint, cchc_zpoll_message *on)
{
	struct cchc_zsocket *socket;
	struct cchc_err err;

	cchc_check(a->n_polls < WATCHERS_MAX);
	if (cchc_zsocket_new(a->context,
			     &(struct cchc_zoptions){.kind = kind,
						     .own = own,
						     .server_key = server_key,
						     .send_high_water = 4096,
						     .receive_high_water = 4096},
			     &socket, &err) ||
	    cchc_zsocket_connect(socket, endpoint, &err) ||
	    cchc_zpoll_start(&a->loop, socket, on, a, &a->poll[a->n_polls], &err))
		die(endpoint, err.text);
	a->n_polls++;
	return socket;
}

static void load_keys(const char *dir, struct cchc_key_pair *own,
		      struct cchc_key_pair *server)
{
	struct cchc_err err;
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/ctl.key", dir);
	if (cchc_keys_load(path, own, &err))
		die(path, err.text);
	(void)snprintf(path, sizeof(path), "%s/cchcd.key", dir);
	if (cchc_keys_load(path, server, &err))
		die(path, err.text);
}

static void send_ask(struct asker *a)
{
	Cchc__Ask ask = CCHC__ASK__INIT;
	Cchc__CellsAsk cells = CCHC__CELLS_ASK__INIT;
	struct cchc_arena arena;
	uint8_t *bytes;
	size_t len;

	ask.version = CCHC_PROTOCOL_VERSION;
	ask.kind = CCHC__ASK__KIND__CELLS;
	ask.id = a->answered + 1;
	ask.cells = &cells;
	cells.period = cchc_period_code(a->period);
	cells.level = (char *)a->level;
	cchc_arena_init(&arena, CCHC_DECODE_MEMORY_MAX);
	a->sent_ns = cchc_clock_mono_ns();
	a->digest = UINT64_C(14695981039346656037);
	a->units = a->bytes = 0;
	if (cchc_wire_encode(&arena, &ask.base, &bytes, &len) ||
	    cchc_zsocket_send(cchc_zpoll_socket(a->poll[0]), NULL, 0, bytes, len))
		die("ask", "was not sent");
	cchc_arena_fini(&arena);
}

/* Of the cells alone: id and commit are other ones each time. */
static void digest_cells(struct asker *a, const Cchc__UnitCells *cells)
{
	uint8_t buffer[CCHC_FRAME_MAX];
	size_t len = cchc__unit_cells__get_packed_size(cells);

	cchc_check(len <= sizeof(buffer));
	(void)cchc__unit_cells__pack(cells, buffer);
	for (size_t i = 0; i < len; i++)
		a->digest = (a->digest ^ buffer[i]) * UINT64_C(1099511628211);
	a->units++;
}

static void on_answer(void *data, const struct cchc_zmessage *message)
{
	struct asker *a = data;
	Cchc__Answer *answer;
	struct cchc_err err;
	bool last;

	cchc_arena_reset(&a->arena);
	if (cchc_wire_answer(&a->arena, message->body, message->body_len, &answer, &err))
		die("answer", err.text);
	if (answer->kind != CCHC__ANSWER__KIND__CELLS)
		die("answer",
		    answer->refused ? answer->refused->text : "of another kind");
	last = answer->last;
	a->bytes += message->body_len;
	a->commit = answer->commit;
	if (a->answered + 1 == a->times)
		for (size_t i = 0; i < answer->n_cells; i++)
			digest_cells(a, answer->cells[i]);
	if (!last)
		return;
	a->us[a->answered++] = (uint32_t)((cchc_clock_mono_ns() - a->sent_ns) / 1000);
	if (a->answered < a->times)
		send_ask(a);
	else
		uv_stop(&a->loop);
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a;
	uint32_t y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void ask_cells(struct asker *a, const char *dir, const char *endpoint)
{
	struct cchc_key_pair own;
	struct cchc_key_pair server;

	load_keys(dir, &own, &server);
	begin(a);
	(void)add_client(a, &own, server.public_key, CCHC_ZDEALER, endpoint, on_answer);
	send_ask(a);
	(void)uv_run(&a->loop, UV_RUN_DEFAULT);
	a->first_us = a->us[0];
	qsort(a->us, a->times, sizeof(a->us[0]), by_value);
	(void)printf(
		"{\"asks\": %u, \"p50_us\": %u, \"first_us\": %u, \"units\": %" PRIu64
		", \"bytes\": %" PRIu64 ", \"commit\": %" PRIu64
		", \"digest\": \"%016" PRIx64 "\"}\n",
		a->times, a->us[a->times / 2], a->first_us, a->units, a->bytes, a->commit,
		a->digest);
	end(a);
}

static void on_publication(void *data, const struct cchc_zmessage *message)
{
	struct asker *a = data;

	a->publications += message->body != NULL;
}

static void on_signal(uv_signal_t *signal, int number)
{
	(void)number;
	uv_stop(signal->loop);
}

static void watch(struct asker *a, const char *dir, const char *endpoint, unsigned n,
		  char **codes, size_t n_codes)
{
	struct cchc_key_pair own;
	struct cchc_key_pair server;
	uv_signal_t terminate;

	load_keys(dir, &own, &server);
	begin(a);
	cchc_check(uv_signal_init(&a->loop, &terminate) == 0 &&
		   uv_signal_start(&terminate, on_signal, SIGTERM) == 0);
	for (unsigned i = 0; i < n; i++) {
		char topic[64];

		(void)snprintf(topic, sizeof(topic), "rollup/%s/total",
			       codes[i % n_codes]);
		cchc_check(cchc_zsocket_subscribe(add_client(a, &own, server.public_key,
							     CCHC_ZSUB, endpoint,
							     on_publication),
						  topic) == CCHC_OK);
	}
	(void)uv_run(&a->loop, UV_RUN_DEFAULT);
	(void)printf("{\"watchers\": %u, \"publications\": %" PRIu64 "}\n", n,
		     a->publications);
	uv_close((uv_handle_t *)&terminate, NULL);
	end(a);
}

static const char *let_all_in(void *data, const char *domain, const char *public_key)
{
	(void)data;
	(void)domain;
	(void)public_key;
	return "all";
}

/* Says how far it has come, so that the sender's window moves. */
static void on_frame(void *data, const struct cchc_zmessage *message)
{
	struct asker *a = data;

	if (++a->answered % (PIPE_WINDOW / 2) == 0 || a->answered == a->times)
		cchc_check(cchc_zsocket_send(cchc_zpoll_socket(a->poll[0]),
					     message->route, message->route_len,
					     &a->answered,
					     sizeof(a->answered)) == CCHC_OK);
}

static void serve_pipe(struct asker *a, const struct cchc_key_pair *server, int tell)
{
	struct cchc_zsocket *socket;
	struct cchc_zap *zap;
	struct cchc_err err;
	char bound[256];

	begin(a);
	if (cchc_zap_start(&a->loop, a->context, let_all_in, NULL, &zap, &err) ||
	    cchc_zsocket_new(a->context,
			     &(struct cchc_zoptions){.kind = CCHC_ZROUTER,
						     .zap_domain = "pipe",
						     .own = server},
			     &socket, &err) ||
	    cchc_zsocket_bind(socket, "tcp://127.0.0.1:*", bound, &err) ||
	    cchc_zpoll_start(&a->loop, socket, on_frame, a, &a->poll[0], &err))
		die("pipe", err.text);
	cchc_check(write(tell, bound, sizeof(bound)) == (ssize_t)sizeof(bound));
	(void)uv_run(&a->loop, UV_RUN_DEFAULT); /* until the parent ends it */
}

static void fill_pipe(struct asker *a)
{
	static const uint8_t FRAME[PIPE_MAX];

	while (a->publications < a->times &&
	       a->publications < (uint64_t)a->answered + PIPE_WINDOW) {
		if (cchc_zsocket_send(cchc_zpoll_socket(a->poll[0]), NULL, 0, FRAME,
				      a->bytes) != CCHC_OK)
			return;
		a->publications++;
	}
}

static void on_progress(void *data, const struct cchc_zmessage *message)
{
	struct asker *a = data;

	cchc_check(message->body && message->body_len == sizeof(a->answered));
	memcpy(&a->answered, message->body, sizeof(a->answered));
	fill_pipe(a);
	if (a->answered == a->times)
		uv_stop(&a->loop);
}

static void pipe_frames(struct asker *a)
{
	struct cchc_key_pair server;
	struct cchc_key_pair own;
	struct cchc_err err;
	char bound[256];
	int ends[2];
	pid_t child;
	uint64_t began;

	if (cchc_keys_make(&server, &err) || cchc_keys_make(&own, &err))
		die("keys", err.text);
	cchc_check(pipe(ends) == 0);
	child = fork();
	cchc_check(child >= 0);
	if (child == 0)
		serve_pipe(a, &server, ends[1]);
	cchc_check(read(ends[0], bound, sizeof(bound)) == (ssize_t)sizeof(bound));
	begin(a);
	(void)add_client(a, &own, server.public_key, CCHC_ZDEALER, bound, on_progress);
	began = cchc_clock_mono_ns();
	fill_pipe(a);
	(void)uv_run(&a->loop, UV_RUN_DEFAULT);
	(void)printf("{\"frames\": %u, \"bytes\": %" PRIu64 ", \"frames_per_s\": %.1f}\n",
		     a->times, a->bytes,
		     (double)a->times * 1e9 / (double)(cchc_clock_mono_ns() - began));
	(void)kill(child, SIGKILL);
	end(a);
}

static unsigned number_of(const char *text, unsigned most)
{
	unsigned long n = strtoul(text, NULL, 10);

	if (n == 0 || n > most)
		die(text, "a number in bounds is expected");
	return (unsigned)n;
}

int main(int argc, char **argv)
{
	struct asker *a = calloc(1, sizeof(*a));

	cchc_check(a);
	cchc_digest_start();
	if (argc == 7 && strcmp(argv[1], "cells") == 0 &&
	    cchc_period_parse(argv[4], &a->period)) {
		a->level = argv[5];
		a->times = number_of(argv[6], ASKS_MAX);
		ask_cells(a, argv[2], argv[3]);
	} else if (argc >= 6 && strcmp(argv[1], "watch") == 0) {
		watch(a, argv[2], argv[3], number_of(argv[4], WATCHERS_MAX), argv + 5,
		      (size_t)argc - 5);
	} else if (argc == 4 && strcmp(argv[1], "pipe") == 0) {
		a->times = number_of(argv[2], 100000000);
		a->bytes = number_of(argv[3], PIPE_MAX);
		pipe_frames(a);
	} else {
		die("arguments", "see the head of bench/ask.c");
	}
	free(a);
	return 0;
}
