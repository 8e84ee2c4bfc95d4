#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "unit/zpeer.h"

static void a_known_key_comes_in_under_its_name(void **state)
{
	struct world *w = *state;
	struct end *agent = &w->client[0];

	w->agents.echo = true;
	start_agent(w, agent);
	run_until(w, agent->got == 1);
	assert_string_equal(w->agents.body, "hello");
	assert_string_equal(w->agents.user, "commune:11986");
	assert_string_equal(w->domain, "agents");
	assert_int_equal(w->agents.parts, 2);
	assert_true(w->agents.route_len > 0);
	assert_string_equal(agent->body, "hello");
	assert_string_equal(agent->user, ""); /* the server has a key, not a name */
	assert_int_equal(agent->parts, 1);
}

static void a_stranger_is_denied_and_its_message_never_arrives(void **state)
{
	struct world *w = *state;
	void *context = zmq_ctx_new();
	void *zmq[3] = {
		raw_client(context, &w->stranger, w->server.public_key, ZMQ_DEALER,
			   w->agents_at),
		/* no key at all, and the wrong idea of the server's key */
		raw_client(context, NULL, NULL, ZMQ_DEALER, w->agents_at),
		raw_client(context, &w->known, w->stranger.public_key, ZMQ_DEALER,
			   w->agents_at),
	};
	struct end *agent = &w->client[0];

	for (size_t i = 0; i < 3; i++)
		if (zmq_send(zmq[i], "let me in", 9, ZMQ_DONTWAIT) != 9)
			assert_int_equal(zmq_errno(), EAGAIN); /* denied by now */
	run_until(w, w->denied > 0);
	run_for(w, 60);
	assert_int_equal(w->agents.got + w->agents.empty, 0);
	start_agent(w, agent);
	assert_int_equal(w->agents.got, 1);
	assert_string_equal(w->agents.body, "hello");
	cchc_zpoll_close(&agent->poll);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(zmq_close(zmq[i]), 0);
	assert_int_equal(zmq_ctx_term(context), 0);
}

static void a_second_handler_cannot_take_over(void **state)
{
	struct world *w = *state;
	struct cchc_zap *second = NULL;

	assert_int_equal(cchc_zap_start(&w->loop, w->context, who, w, &second, NULL),
			 CCHC_BUSY);
	assert_null(second);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(a_known_key_comes_in_under_its_name),
		WORLD(a_stranger_is_denied_and_its_message_never_arrives),
		WORLD(a_second_handler_cannot_take_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
