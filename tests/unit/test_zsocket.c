#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "unit/zpeer.h"

/* ---- what a peer may send ---- */

static void a_message_of_many_parts_is_dropped_whole(void **state)
{
	struct world *w = *state;
	void *context = zmq_ctx_new();
	void *zmq = raw_client(context, &w->known, w->server.public_key, ZMQ_DEALER,
			       w->agents_at);

	for (unsigned i = 0; i < 5000; i++)
		assert_int_equal(zmq_send(zmq, "part", 4, ZMQ_SNDMORE), 4);
	assert_int_equal(zmq_send(zmq, "end", 3, 0), 3);
	run_until(w, w->agents.empty == 1);
	assert_int_equal(w->agents.parts, 5002); /* and the route */
	assert_int_equal(zmq_send(zmq, "", 0, ZMQ_SNDMORE), 0);
	assert_int_equal(zmq_send(zmq, "after a delimiter", 17, 0), 17);
	run_until(w, w->agents.empty == 2);
	assert_int_equal(w->agents.parts, 3);
	assert_int_equal(zmq_send(zmq, "sound", 5, 0), 5);
	run_until(w, w->agents.got == 1);
	assert_string_equal(w->agents.body, "sound");
	assert_string_equal(w->agents.user, "commune:11986");
	assert_int_equal(zmq_send(zmq, "", 0, 0), 0); /* empty is not refused here */
	run_until(w, w->agents.got == 2);
	assert_int_equal(zmq_close(zmq), 0);
	assert_int_equal(zmq_ctx_term(context), 0);
}

static void a_peer_cannot_choose_a_route_that_fits_nowhere(void **state)
{
	struct world *w = *state;
	void *context = zmq_ctx_new();
	char id[CCHC_ROUTE_MAX + 1];
	void *zmq[2];

	memset(id, 'r', sizeof(id));
	for (size_t i = 0; i < 2; i++) {
		zmq[i] = raw_client(context, &w->known, w->server.public_key, ZMQ_DEALER,
				    NULL);
		assert_int_equal(
			zmq_setsockopt(zmq[i], ZMQ_ROUTING_ID, id, CCHC_ROUTE_MAX + i),
			0);
		assert_int_equal(zmq_connect(zmq[i], w->agents_at), 0);
		assert_int_equal(zmq_send(zmq[i], "hello", 5, 0), 5);
	}
	run_until(w, w->agents.got == 1 && w->agents.empty == 1);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(zmq_close(zmq[i]), 0);
	assert_int_equal(zmq_ctx_term(context), 0);
}

static void a_message_without_end_never_arrives(void **state)
{
	struct world *w = *state;
	void *context = zmq_ctx_new();
	void *zmq = raw_client(context, &w->known, w->server.public_key, ZMQ_DEALER,
			       w->agents_at);

	for (unsigned i = 0; i < 5000; i++)
		assert_int_equal(zmq_send(zmq, "part", 4, ZMQ_SNDMORE), 4);
	run_for(w, 40);
	assert_int_equal(zmq_close(zmq), 0);
	assert_int_equal(zmq_ctx_term(context), 0);
	run_for(w, 10);
	assert_int_equal(w->agents.got + w->agents.empty, 0);
}

static void a_message_may_have_sixty_four_kilobytes_and_no_byte_more(void **state)
{
	static const char bytes[64 * 1024 + 1] = "x";
	struct world *w = *state;
	struct end *agent = &w->client[0];
	struct end *other = &w->client[1];

	start_agent(w, agent);
	w->agents.got = 0;
	assert_int_equal(cchc_zsocket_send(cchc_zpoll_socket(agent->poll), NULL, 0, bytes,
					   sizeof(bytes) - 1),
			 CCHC_OK);
	run_until(w, w->agents.got == 1);
	assert_int_equal(cchc_zsocket_send(cchc_zpoll_socket(agent->poll), NULL, 0, bytes,
					   sizeof(bytes)),
			 CCHC_OK);
	run_for(w, 20);
	assert_int_equal(w->agents.got, 1);
	start_agent(w, other); /* others do not feel it */
}

/* ---- sending ---- */

static enum cchc_rc reply(struct world *w, const char *text)
{
	return cchc_zsocket_send(cchc_zpoll_socket(w->agents.poll), w->agents.route,
				 w->agents.route_len, text, strlen(text));
}

static void a_route_that_is_gone_is_not_found(void **state)
{
	struct world *w = *state;
	struct end *agent = &w->client[0];

	start_agent(w, agent);
	assert_int_equal(reply(w, "ack"), CCHC_OK);
	cchc_zpoll_close(&agent->poll);
	run_until(w, reply(w, "ack") == CCHC_NOTFOUND);
	assert_int_equal(
		cchc_zsocket_send(cchc_zpoll_socket(w->agents.poll), "nobody", 6, "", 0),
		CCHC_NOTFOUND);
}

static void a_peer_that_does_not_read_makes_us_busy_not_slow(void **state)
{
	static char bytes[32 * 1024];
	struct world *w = *state;
	struct end *agent = &w->client[0];
	unsigned sent = 0;
	enum cchc_rc rc = CCHC_OK;

	start_agent(w, agent);
	cchc_zpoll_pause(agent->poll);
	memset(bytes, 'x', sizeof(bytes));
	for (unsigned tick = 0; rc == CCHC_OK && tick < 200; tick++) {
		for (unsigned i = 0; i < 50 && rc == CCHC_OK; i++, sent++)
			rc = cchc_zsocket_send(cchc_zpoll_socket(w->agents.poll),
					       w->agents.route, w->agents.route_len,
					       bytes, sizeof(bytes));
		run_for(w, 1);
	}
	assert_int_equal(rc, CCHC_BUSY);
	cchc_zpoll_resume(agent->poll);
	run_until(w, agent->got == sent - 1); /* those that were said to be sent */
}

/* ---- changes ---- */

static void every_subscription_is_told_and_publications_arrive(void **state)
{
	struct world *w = *state;
	struct cchc_zoptions options = client(w, CCHC_ZSUB);
	struct end *watcher = w->client;

	for (unsigned i = 0; i < 2; i++) { /* the same topic twice: each is told */
		start_end(w, &watcher[i], &options, w->changes_at, NULL);
		assert_int_equal(
			cchc_zsocket_subscribe(cchc_zpoll_socket(watcher[i].poll),
					       "rollup/325/0"),
			CCHC_OK);
		run_until(w, w->changes.got == i + 1);
		assert_int_equal(w->changes.body[0], 1);
		assert_string_equal(w->changes.body + 1, "rollup/325/0");
		assert_string_equal(w->changes.user, "commune:11986");
	}
	assert_string_equal(w->domain, "changes");
	assert_int_equal(cchc_zsocket_send(cchc_zpoll_socket(w->changes.poll), "system",
					   6, "not asked for", 13),
			 CCHC_OK);
	assert_int_equal(cchc_zsocket_send(cchc_zpoll_socket(w->changes.poll),
					   "rollup/325/0", 12, "news", 4),
			 CCHC_OK);
	run_until(w, watcher[0].got == 1 && watcher[1].got == 1);
	assert_string_equal(watcher[0].body, "news");
	assert_string_equal(watcher[0].route, "rollup/325/0");
	assert_int_equal(watcher[0].parts, 2);
	cchc_zpoll_close(&watcher[0].poll);
	run_until(w, w->changes.got == 3);
	assert_int_equal(w->changes.body[0], 0);
	assert_string_equal(w->changes.body + 1, "rollup/325/0");
}

static void what_a_subscriber_says_besides_is_not_heard(void **state)
{
	struct world *w = *state;
	void *context = zmq_ctx_new();
	void *zmq = raw_client(context, &w->known, w->server.public_key, ZMQ_XSUB,
			       w->changes_at);

	assert_int_equal(zmq_send(zmq, "\x01topic", 6, 0), 6);
	run_until(w, w->changes.got == 1);
	assert_int_equal(zmq_send(zmq, "push this", 9, 0), 9);
	run_until(w, w->changes.empty == 1);
	assert_int_equal(w->changes.got, 1);
	assert_int_equal(zmq_close(zmq), 0);
	assert_int_equal(zmq_ctx_term(context), 0);
}

/* ---- keys ---- */

static void who_is_denied_for_its_key_learns_it_once(void **state)
{
	struct world *w = *state;
	struct cchc_zoptions options = client(w, CCHC_ZDEALER);
	struct end *agent = w->client;

	start_agent(w, &agent[0]);
	options.own = &w->stranger;
	start_end(w, &agent[1], &options, w->agents_at, NULL);
	run_until(w, cchc_zsocket_was_denied(cchc_zpoll_socket(agent[1].poll)));
	run_for(w, 10);
	assert_false(cchc_zsocket_was_denied(cchc_zpoll_socket(agent[1].poll)));
	assert_false(cchc_zsocket_was_denied(cchc_zpoll_socket(agent[0].poll)));
	assert_int_equal(
		cchc_zsocket_disconnect(cchc_zpoll_socket(agent[1].poll), w->agents_at),
		CCHC_OK);
	assert_int_equal(cchc_zsocket_connect(cchc_zpoll_socket(agent[1].poll),
					      w->agents_at, NULL),
			 CCHC_OK);
	run_until(w, cchc_zsocket_was_denied(cchc_zpoll_socket(agent[1].poll)));
}

/* ---- set-up ---- */

static void sockets_that_would_be_unsafe_are_not_made(void **state)
{
	struct world *w = *state;
	struct cchc_key_pair bad = {"short", "short"};
	const struct {
		struct cchc_zoptions options;
	} CASES[] = {
		{{.kind = CCHC_ZROUTER, .own = &w->server}},
		{{.kind = CCHC_ZXPUB, .own = &w->server, .zap_domain = ""}},
		{{.kind = CCHC_ZROUTER, .own = &bad, .zap_domain = "agents"}},
		{{.kind = CCHC_ZDEALER, .own = &w->known}},
		{{.kind = CCHC_ZDEALER, .own = &w->known, .server_key = "short"}},
	};
	struct cchc_zsocket *socket = NULL;
	struct cchc_err err;

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		print_message("case %zu\n", i);
		assert_int_equal(
			cchc_zsocket_new(w->context, &CASES[i].options, &socket, &err),
			CCHC_INVALID);
		assert_null(socket);
	}
}

static void endpoints_are_looked_at_first(void **state)
{
	struct world *w = *state;
	struct cchc_zoptions options = client(w, CCHC_ZDEALER);
	struct cchc_zsocket *socket = NULL;
	struct cchc_zsocket *bare = NULL;
	char host[300];
	char endpoint[320];
	struct cchc_err err;

	assert_int_equal(cchc_zsocket_new(w->context, &options, &socket, &err), CCHC_OK);
	options.own = NULL;
	assert_int_equal(cchc_zsocket_new(w->context, &options, &bare, &err), CCHC_OK);
	memset(host, 'h', sizeof(host));
	host[254] = '\0';
	(void)snprintf(endpoint, sizeof(endpoint), "tcp://%s:5555", host);
	assert_int_equal(cchc_zsocket_connect(socket, endpoint, &err), CCHC_INVALID);
	assert_non_null(strstr(err.text, "too long"));
	assert_int_equal(cchc_zsocket_connect(socket, "tcp://127.0.0.1", &err),
			 CCHC_INVALID);
	assert_int_equal(cchc_zsocket_connect(socket, "ipc:///tmp/x", &err),
			 CCHC_INVALID);
	assert_int_equal(cchc_zsocket_connect(socket, "localhost:5555", &err),
			 CCHC_INVALID);
	assert_int_equal(cchc_zsocket_connect(bare, w->agents_at, &err), CCHC_INVALID);
	assert_int_equal(cchc_zsocket_bind(socket, w->agents_at, NULL, &err), CCHC_BUSY);
	assert_int_equal(cchc_zsocket_bind(socket, "tcp://127.0.0.1:x", NULL, &err),
			 CCHC_INVALID);
	cchc_zsocket_close(&socket);
	cchc_zsocket_close(&socket);
	cchc_zsocket_close(&bare);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(a_message_of_many_parts_is_dropped_whole),
		WORLD(a_peer_cannot_choose_a_route_that_fits_nowhere),
		WORLD(a_message_without_end_never_arrives),
		WORLD(a_message_may_have_sixty_four_kilobytes_and_no_byte_more),
		WORLD(a_route_that_is_gone_is_not_found),
		WORLD(a_peer_that_does_not_read_makes_us_busy_not_slow),
		WORLD(every_subscription_is_told_and_publications_arrive),
		WORLD(what_a_subscriber_says_besides_is_not_heard),
		WORLD(who_is_denied_for_its_key_learns_it_once),
		WORLD(sockets_that_would_be_unsafe_are_not_made),
		WORLD(endpoints_are_looked_at_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
