#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "unit/zpeer.h"

static void every_message_of_every_burst_is_received(void **state)
{
	enum { ALL = 2000, BURST = 300 };
	struct world *w = *state;
	struct end *agent = &w->client[0];
	struct end *other = &w->client[1];
	unsigned sent = 0;

	start_agent(w, agent);
	start_agent(w, other);
	w->agents.echo = true;
	agent->tell = other; /* sends in callbacks, on another socket of the loop */
	w->agents.got = 0;
	while (sent < ALL) {
		unsigned now = 0;
		unsigned ticks = w->ticks;

		while (sent < ALL && now++ < BURST &&
		       cchc_zsocket_send(cchc_zpoll_socket(agent->poll), NULL, 0,
					 "update", 6) == CCHC_OK)
			sent++;
		run_until(w, w->ticks > ticks);
	}
	run_until(w, w->agents.got == ALL + agent->told);
	run_until(w, agent->got + other->got == w->agents.echoed);
	assert_true(agent->got > 64 && agent->told > 0);
}

static void timers_get_their_turn_between_slices(void **state)
{
	struct world *w = *state;
	struct end *agent = &w->client[0];
	unsigned before;

	start_agent(w, agent);
	cchc_zpoll_pause(w->agents.poll);
	w->agents.got = 0;
	for (unsigned i = 0; i < 200; i++)
		send_text(agent, "one of many");
	run_for(w, 20);
	cchc_zpoll_resume(w->agents.poll);
	(void)uv_run(&w->loop, UV_RUN_NOWAIT);
	before = w->agents.got;
	assert_true(before > 0 && before <= 64);
	(void)uv_run(&w->loop, UV_RUN_NOWAIT);
	assert_true(w->agents.got > before && w->agents.got <= 128);
	run_until(w, w->agents.got == 200);
}

/* No timer wakes this loop up in time: whatever waits must be found without one. */
static void nothing_waits_for_a_timer(void **state)
{
	struct world *w = *state;
	struct end *agent = &w->client[0];
	struct end *other = &w->client[1];
	unsigned ticks;

	start_agent(w, agent);
	start_agent(w, other);
	agent->tell = other;
	w->agents.echo = true;
	w->agents.got = 0;
	cchc_zpoll_pause(w->agents.poll);
	for (unsigned i = 0; i < 200; i++)
		send_text(agent, "now");
	run_for(w, 20);
	assert_int_equal(uv_timer_start(&w->tick, on_tick, PATIENCE_MS / 2, 5), 0);
	ticks = w->ticks;
	cchc_zpoll_resume(w->agents.poll);
	run_until(w, agent->got == 200 && agent->told > 0 && other->got == agent->told);
	assert_int_equal(w->ticks, ticks);
}

static void a_paused_socket_keeps_what_comes_and_does_not_spin(void **state)
{
	struct world *w = *state;
	struct end *agent = &w->client[0];
	unsigned turns = 0;
	unsigned until;

	start_agent(w, agent);
	cchc_zpoll_pause(w->agents.poll);
	w->agents.got = 0;
	for (unsigned i = 0; i < 100; i++)
		send_text(agent, "wait");
	for (until = w->ticks + 40; w->ticks < until; turns++)
		(void)uv_run(&w->loop, UV_RUN_ONCE);
	assert_int_equal(w->agents.got, 0);
	assert_true(turns < 2000);
	/* sends go on */
	assert_int_equal(cchc_zsocket_send(cchc_zpoll_socket(w->agents.poll),
					   w->agents.route, w->agents.route_len,
					   "still here", 10),
			 CCHC_OK);
	run_until(w, agent->got == 1);
	cchc_zpoll_resume(w->agents.poll);
	run_until(w, w->agents.got == 100);
}

static void a_callback_may_close_its_own_socket(void **state)
{
	struct world *w = *state;
	struct end *agent = &w->client[0];

	agent->close_at_first = true;
	w->agents.echo = true;
	start_agent(w, agent);
	for (unsigned i = 0; i < 20 && agent->poll; i++)
		send_text(agent, "more");
	run_until(w, agent->poll == NULL);
	run_for(w, 10);
	assert_int_equal(agent->got, 1);
	cchc_zpoll_close(&agent->poll); /* NULL is fine */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(every_message_of_every_burst_is_received),
		WORLD(timers_get_their_turn_between_slices),
		WORLD(nothing_waits_for_a_timer),
		WORLD(a_paused_socket_keeps_what_comes_and_does_not_spin),
		WORLD(a_callback_may_close_its_own_socket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
