/* Questions that wait: a verify until board and store are level, and what becomes of
 * those under way when the daemon stops. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/job.h"
#include "app/query.h"
#include "doorkit.h"

static void ask(struct doorkit *k, Cchc__Ask__Kind kind, uint64_t id)
{
	Cchc__Ask ask = CCHC__ASK__INIT;

	if (!k->asks.poll)
		door_enter(k, &k->asks, CCHC_DOOR_QUERIES, NULL);
	ask.version = CCHC_PROTOCOL_VERSION;
	ask.kind = kind;
	ask.id = id;
	door_say(k, &k->asks, &ask.base);
}

static Cchc__Answer *answered(struct doorkit *k, size_t i)
{
	Cchc__Answer *answer;
	struct cchc_err err = {.text = ""};

	door_until(k, k->asks.n > i);
	if (cchc_wire_answer(&k->arena, k->asks.heard[i].bytes, k->asks.heard[i].len,
			     &answer, &err))
		fail_msg("%s", err.text);
	return answer;
}

static void expect_agreed(struct doorkit *k, size_t i, uint64_t commit)
{
	Cchc__Answer *answer = answered(k, i);

	if (answer->refused)
		fail_msg("%s", answer->refused->text);
	assert_non_null(answer->verdict);
	if (!answer->verdict->agrees)
		fail_msg("%s", answer->verdict->finding[0]);
	assert_true(answer->commit == commit);
}

static bool is_parked(struct doorkit *k)
{
	return k->d.jobs && k->d.jobs->parked;
}

static struct sender nhu_quynh(struct doorkit *k)
{
	return sender_of(appkit_unit(&k->app, "11986")->id, 7);
}

/* The loop applies what the writer has committed a moment later. */
static void a_verify_waits_for_the_commit_the_store_has_already(void **state)
{
	struct doorkit *k = *state;
	struct sender sender = nhu_quynh(k);
	struct cchc_outcome outcome = appkit_write(&k->app, &sender, KIT_Q1, "I.1", 8);

	ask(k, CCHC__ASK__KIND__VERIFY, 1);
	door_until(k, is_parked(k));
	cchc_query_advance(&k->d); /* some other batch came back */
	assert_true(is_parked(k));
	ask(k, CCHC__ASK__KIND__ABOUT, 2); /* nobody else waits for it */
	assert_true(answered(k, 0)->id == 2);
	assert_int_equal(cchc_board_apply(k->d.board, &outcome.changes), CCHC_OK);
	k->d.board->commit = kit_commit_number(&k->app.kit);
	cchc_query_advance(&k->d);
	expect_agreed(k, 1, k->d.board->commit);
	assert_null(k->d.jobs);
}

static void a_verify_waits_while_a_year_is_ahead(void **state)
{
	struct doorkit *k = *state;
	struct sender sender = nhu_quynh(k);

	k->d.board->ahead = k->d.board->commit + 2;
	ask(k, CCHC__ASK__KIND__VERIFY, 1);
	door_until(k, is_parked(k));
	door_commit(k, &sender, KIT_Q1, "I.1", 8);
	cchc_query_advance(&k->d);
	assert_true(is_parked(k));
	door_commit(k, &sender, KIT_Q1, "I.1", 9);
	cchc_query_advance(&k->d);
	expect_agreed(k, 0, k->d.board->commit);
}

/* Figures that come while it works change nothing of what it found. */
static void a_verify_in_the_middle_of_a_load_is_of_one_commit(void **state)
{
	struct doorkit *k = *state;
	struct sender sender = nhu_quynh(k);

	for (size_t round = 0; round < 8; round++) {
		uint64_t commit = k->d.board->commit;

		ask(k, CCHC__ASK__KIND__VERIFY, round);
		door_until(k, k->d.jobs || k->asks.n > round);
		for (int64_t i = 0; i < 20; i++) {
			door_commit(k, &sender, KIT_Q1, "I.1", i);
			cchc_query_advance(&k->d);
		}
		expect_agreed(k, round, commit);
	}
}

static void one_verify_runs_at_a_time(void **state)
{
	struct doorkit *k = *state;

	k->d.board->ahead = k->d.board->commit + 1;
	ask(k, CCHC__ASK__KIND__VERIFY, 1);
	door_until(k, is_parked(k));
	ask(k, CCHC__ASK__KIND__VERIFY, 2);
	assert_string_equal(answered(k, 0)->refused->text,
			    "a verify is running: ask again");
	k->d.board->ahead = 0;
	cchc_query_advance(&k->d);
	expect_agreed(k, 1, k->d.board->commit);
	ask(k, CCHC__ASK__KIND__VERIFY, 3);
	expect_agreed(k, 2, k->d.board->commit);
}

/* A broken store, or the way down. */
static void who_waits_in_vain_is_told(void **state)
{
	struct doorkit *k = *state;

	k->d.board->ahead = k->d.board->commit + 1;
	ask(k, CCHC__ASK__KIND__VERIFY, 1);
	door_until(k, is_parked(k));
	cchc_query_give_up(&k->d);
	assert_null(k->d.jobs);
	assert_string_equal(answered(k, 0)->refused->text,
			    "the store is busy: ask again");
}

/* The worker ends after the doors; its answer goes nowhere, its memory does not leak. */
static void jobs_under_way_end_with_the_daemon(void **state)
{
	struct doorkit *k = *state;
	struct sender sender = nhu_quynh(k);

	for (int64_t i = 0; i < 200; i++)
		door_commit(k, &sender, KIT_Q1, "I.1", i);
	ask(k, CCHC__ASK__KIND__VERIFY, 1);
	ask(k, CCHC__ASK__KIND__STATUS, 2);
	door_until(k, k->d.jobs || k->asks.n > 0);
	cchc_query_give_up(&k->d);
	k->d.stopping = true;
	door_until(k, !k->d.jobs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DOORS(a_verify_waits_for_the_commit_the_store_has_already),
		DOORS(a_verify_waits_while_a_year_is_ahead),
		DOORS(a_verify_in_the_middle_of_a_load_is_of_one_commit),
		DOORS(one_verify_runs_at_a_time),
		DOORS(who_waits_in_vain_is_told),
		DOORS(jobs_under_way_end_with_the_daemon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
