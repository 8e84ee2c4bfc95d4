#ifndef CCHC_TESTS_ZKIT_H
#define CCHC_TESTS_ZKIT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "io/zap.h"

/* Real sockets on loopback, in a real loop. A world has a context, the ZAP handler, a
 * ROUTER and an XPUB, and keys for a commune that is known and for a stranger. */

enum { PATIENCE_MS = 20000 };

struct end { /* one socket in the loop, and what it got */
	struct cchc_zpoll *poll;
	unsigned got;   /* messages with a body */
	unsigned empty; /* without one */
	unsigned parts; /* of the last one */
	char body[64];
	char route[CCHC_ROUTE_MAX];
	size_t route_len;
	char user[CCHC_USER_MAX];
	bool echo; /* what the peer's queue takes */
	unsigned echoed;
	bool close_at_first;
	struct end *tell; /* send something there as well: its edge is eaten */
	unsigned told;
};

struct world {
	uv_loop_t loop;
	uv_timer_t tick;
	unsigned ticks;
	struct cchc_zcontext *context;
	struct cchc_zap *zap;
	struct cchc_key_pair server;
	struct cchc_key_pair known;
	struct cchc_key_pair stranger;
	unsigned asked;
	unsigned denied;
	char domain[32];
	struct end agents;    /* ROUTER */
	struct end changes;   /* XPUB */
	struct end client[2]; /* closed at the end, if still open */
	char agents_at[256];
	char changes_at[256];
};

static inline void on_tick(uv_timer_t *tick)
{
	struct world *w = tick->data;

	w->ticks++;
}

/* Runs the loop until the condition holds, within patience. */
#define run_until(w, condition)                                                          \
	do {                                                                             \
		uint64_t give_up = uv_now(&(w)->loop) + PATIENCE_MS;                     \
		bool holds;                                                              \
		while (!(holds = (condition)) && uv_now(&(w)->loop) < give_up)           \
			(void)uv_run(&(w)->loop, UV_RUN_ONCE);                           \
		assert_true(holds);                                                      \
	} while (0)

static inline void run_for(struct world *w, unsigned ticks)
{
	unsigned until = w->ticks + ticks;

	run_until(w, w->ticks >= until);
}

static inline const char *who(void *data, const char *domain, const char *public_key)
{
	struct world *w = data;

	w->asked++;
	(void)snprintf(w->domain, sizeof(w->domain), "%s", domain);
	if (strcmp(public_key, w->known.public_key) == 0)
		return "commune:11986";
	w->denied++;
	return NULL;
}

static inline void copy(char *out, size_t size, const void *bytes, size_t len)
{
	if (len > size - 1)
		len = size - 1;
	memcpy(out, bytes, len);
	out[len] = '\0';
}

static inline void on_message(void *data, const struct cchc_zmessage *m)
{
	struct end *e = data;

	e->parts = m->parts;
	if (!m->body) {
		e->empty++;
		return;
	}
	e->got++;
	copy(e->body, sizeof(e->body), m->body, m->body_len);
	copy(e->user, sizeof(e->user), m->user ? m->user : "",
	     m->user ? strlen(m->user) : 0);
	e->route_len = m->route_len;
	if (m->route)
		copy(e->route, sizeof(e->route), m->route, m->route_len);
	if (e->echo)
		e->echoed +=
			cchc_zsocket_send(cchc_zpoll_socket(e->poll), m->route,
					  m->route_len, m->body, m->body_len) == CCHC_OK;
	if (e->tell)
		e->told += cchc_zsocket_send(cchc_zpoll_socket(e->tell->poll), NULL, 0,
					     "", 0) == CCHC_OK;
	if (e->close_at_first)
		cchc_zpoll_close(&e->poll);
}

static inline void start_end(struct world *w, struct end *e,
			     const struct cchc_zoptions *options, const char *endpoint,
			     char *bound)
{
	struct cchc_zsocket *socket = NULL;
	struct cchc_err err = {.text = ""};
	enum cchc_rc rc = cchc_zsocket_new(w->context, options, &socket, &err);

	if (rc == CCHC_OK)
		rc = bound ? cchc_zsocket_bind(socket, endpoint, bound, &err)
			   : cchc_zsocket_connect(socket, endpoint, &err);
	if (rc == CCHC_OK)
		rc = cchc_zpoll_start(&w->loop, socket, on_message, e, &e->poll, &err);
	assert_string_equal(err.text, "");
	assert_int_equal(rc, CCHC_OK);
}

static inline int set_up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct cchc_zoptions options = {
		.kind = CCHC_ZROUTER, .zap_domain = "agents", .own = &w->server};
	struct cchc_err err;

	assert_int_equal(uv_loop_init(&w->loop), 0);
	assert_int_equal(uv_timer_init(&w->loop, &w->tick), 0);
	w->tick.data = w;
	assert_int_equal(uv_timer_start(&w->tick, on_tick, 5, 5), 0);
	assert_int_equal(cchc_zcontext_new(&w->context, &err), CCHC_OK);
	assert_int_equal(cchc_keys_make(&w->server, &err), CCHC_OK);
	assert_int_equal(cchc_keys_make(&w->known, &err), CCHC_OK);
	assert_int_equal(cchc_keys_make(&w->stranger, &err), CCHC_OK);
	assert_int_equal(cchc_zap_start(&w->loop, w->context, who, w, &w->zap, &err),
			 CCHC_OK);
	start_end(w, &w->agents, &options, "tcp://127.0.0.1:*", w->agents_at);
	options.kind = CCHC_ZXPUB;
	options.zap_domain = "changes";
	start_end(w, &w->changes, &options, "tcp://127.0.0.1:*", w->changes_at);
	*state = w;
	return 0;
}

/* Everything closes in the order of house.md, and the loop is really empty. */
static inline int tear_down(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < 2; i++)
		cchc_zpoll_close(&w->client[i].poll);
	cchc_zpoll_close(&w->agents.poll);
	cchc_zpoll_close(&w->changes.poll);
	cchc_zap_stop(&w->zap);
	cchc_zap_stop(&w->zap);
	uv_close((uv_handle_t *)&w->tick, NULL);
	assert_int_equal(uv_run(&w->loop, UV_RUN_DEFAULT), 0);
	assert_int_equal(uv_loop_close(&w->loop), 0);
	cchc_zcontext_free(&w->context);
	cchc_zcontext_free(&w->context);
	free(w);
	return 0;
}

#define WORLD(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

#endif
