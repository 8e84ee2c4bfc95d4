#include "agentplay.h"

/* ---- old images ---- */

static void an_old_image_takes_what_is_held_and_opens_an_epoch(void **state)
{
	struct play *p = *state;
	uint64_t old = kit_look(p->kit).epoch;
	Cchc__HeldAsk *ask;
	Cchc__Hello *hello;
	Cchc__Push *push;

	p->standing = (struct cchc_standing){.name = "x.csv", .size = 1};
	p->n_standing = 1;
	play_queue(p, 1);
	play_greet(p, 0, 8);
	play_ack(p, 1, 8);
	play_crash(p); /* the image: last given 1 */
	(void)kit_push(p->kit, "new.csv", 2, 3, 1000);
	play_pass(p, 0);
	(void)play_hello(p);
	play_welcome(p, 4, (uint8_t[CCHC_CHAIN_BYTES]){9}, 12);
	assert_int_equal(cchc_link_state(p->link), CCHC_LINK_FORKING);
	ask = play_next(p, CCHC__TO_DAEMON__KIND__HELD)->held;
	assert_null(ask->after);
	play_held(p, 1, 77, old, 1, true);
	ask = play_next(p, CCHC__TO_DAEMON__KIND__HELD)->held;
	assert_int_equal(ask->after->row, 1);
	play_held(p, 1, 77, old, 1, true); /* the first page once more: passed over */
	play_held(p, 3, 33, old, 3, false);
	hello = play_hello(p);
	assert_true(hello->epoch != old);
	assert_int_equal(hello->last_given, 0);
	play_welcome(p, 0, NULL, 8);
	push = play_push(p);
	assert_int_equal(push->epoch, hello->epoch);
	assert_int_equal(push->seq, 1);
	/* rows 2 and 4 go; row 3 came from the other hand and stands */
	assert_int_equal(kit_report(p->kit, push->body.data, push->body.len)->n_row, 2);
	assert_null(play_push(p));
	assert_int_equal(kit_accepted(p->kit, 3), 33);
	assert_true(cchc_outbox_stood(p->kit->box, &p->standing));
}

static void a_fork_goes_on_after_a_crash(void **state)
{
	struct play *p = *state;
	uint64_t old = kit_look(p->kit).epoch;

	play_queue(p, 2);
	play_greet(p, 0, 8);
	play_fork(p, 2, 2);
	assert_int_equal(cchc_link_state(p->link), CCHC_LINK_FORKING);
	play_crash(p);
	play_pass(p, 0);
	(void)play_hello(p);
	play_welcome(p, 2, (uint8_t[CCHC_CHAIN_BYTES]){9}, 8);
	assert_int_equal(cchc_link_state(p->link), CCHC_LINK_FORKING);
	play_pass(p, 4000); /* a lost question is asked again */
	assert_non_null(play_next(p, CCHC__TO_DAEMON__KIND__HELD));
	play_held(p, 1, 5, old, 2, false);
	assert_true(play_hello(p)->epoch != old);
	assert_int_equal(kit_look(p->kit).queued, 2);
	assert_int_equal(kit_look(p->kit).fork_at, 0);
}

static void two_at_once_are_found_by_the_chain(void **state)
{
	struct play *p = *state;

	play_queue(p, 2);
	play_greet(p, 0, 8);
	play_ack(p, 1, 8);
	play_hello_first(p);
	play_welcome(p, 2, (uint8_t[CCHC_CHAIN_BYTES]){9}, 8);
	assert_int_equal(cchc_link_state(p->link), CCHC_LINK_FORKING);
	assert_int_equal(kit_look(p->kit).fork_at, 2);
}

/* ---- restored daemons ---- */

static void a_restored_daemon_gets_the_tail_again(void **state)
{
	struct play *p = *state;
	Cchc__Push *first[3];
	uint8_t at_one[CCHC_CHAIN_BYTES];

	play_queue(p, 3);
	play_greet(p, 0, 8);
	for (int i = 0; i < 3; i++)
		first[i] = play_push(p);
	memcpy(at_one, first[0]->chain.data, sizeof(at_one));
	play_ack(p, 3, 8);
	play_hello_first(p);
	p->incarnation = 2;
	play_welcome(p, 1, at_one, 9);
	for (int i = 1; i < 3; i++) {
		Cchc__Push *push = play_push(p);

		assert_int_equal(push->seq, i + 1);
		assert_memory_equal(push->chain.data, first[i]->chain.data,
				    CCHC_CHAIN_BYTES);
	}
	play_ack(p, 3, 9);
	assert_int_equal(kit_look(p->kit).mark, 3);
	assert_int_equal(kit_look(p->kit).epochs, 1);
}

static void where_the_tail_does_not_reach_the_whole_state_goes_again(void **state)
{
	struct play *p = *state;
	uint64_t old = kit_look(p->kit).epoch;
	Cchc__Push *push;

	p->kit->keep_bytes = 0;
	play_crash(p);
	play_queue(p, 3);
	play_greet(p, 0, 8);
	play_ack(p, 3, 8);
	assert_int_equal(cchc_outbox_trim(p->kit->box, KIT_WALL), CCHC_OK);
	play_hello_first(p);
	p->seen = p->n;
	p->incarnation = 2;
	play_welcome(p, 1, (uint8_t[CCHC_CHAIN_BYTES]){1}, 9);
	assert_true(play_hello(p)->epoch != old);
	play_welcome(p, 0, NULL, 8);
	push = play_push(p);
	assert_int_equal(push->seq, 1);
	assert_int_equal(kit_report(p->kit, push->body.data, push->body.len)->n_row, 3);
	play_ack(p, 1, 8);
	assert_int_equal(kit_look(p->kit).queued, 0);
}

static void a_daemon_older_than_the_epoch_gets_the_whole_state(void **state)
{
	struct play *p = *state;
	uint64_t second;

	play_queue(p, 1);
	play_greet(p, 0, 8);
	play_ack(p, 1, 8);
	assert_int_equal(cchc_outbox_renew(p->kit->box, 55, KIT_WALL), CCHC_OK);
	play_crash(p);
	play_greet(p, 0, 8);
	play_ack(p, 1, 8);
	second = kit_look(p->kit).epoch;
	play_hello_first(p);
	p->seen = p->n;
	p->incarnation =
		2; /* restored to before the second epoch: first one's cells lack */
	play_welcome(p, 0, NULL, 8);
	assert_true(play_hello(p)->epoch != second);
	play_welcome(p, 0, NULL, 8);
	assert_non_null(play_push(p));
	assert_int_equal(cchc_link_state(p->link), CCHC_LINK_READY);
}

static void a_new_incarnation_counts_downwards_from_nothing(void **state)
{
	struct play *p = *state;
	Cchc__ToAgent m = CCHC__TO_AGENT__INIT;
	Cchc__Down down = CCHC__DOWN__INIT;

	play_greet(p, 0, 8);
	down.number = 50;
	m.down = &down;
	play_say(p, &m, CCHC__TO_AGENT__KIND__DOWN);
	assert_int_equal(play_next(p, CCHC__TO_DAEMON__KIND__STORED)->stored->down, 50);
	play_say(p, &m, CCHC__TO_AGENT__KIND__DOWN);
	assert_int_equal(play_next(p, CCHC__TO_DAEMON__KIND__STORED)->stored->down, 50);
	play_hello_first(p);
	assert_int_equal(play_hello(p)->down, 50);
	p->incarnation = 2;
	play_welcome(p, 0, NULL, 8);
	assert_int_equal(play_hello(p)->down, 0);
	play_welcome(p, 0, NULL, 8);
	assert_int_equal(cchc_link_state(p->link), CCHC_LINK_READY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAY(an_old_image_takes_what_is_held_and_opens_an_epoch),
		PLAY(a_fork_goes_on_after_a_crash),
		PLAY(two_at_once_are_found_by_the_chain),
		PLAY(a_restored_daemon_gets_the_tail_again),
		PLAY(where_the_tail_does_not_reach_the_whole_state_goes_again),
		PLAY(a_daemon_older_than_the_epoch_gets_the_whole_state),
		PLAY(a_new_incarnation_counts_downwards_from_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
