/* Who is told when: queues, back-off, gate, clock, restarts, silences. The store is real,
 * the channels are played. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/check.h"
#include "desklive.h"

/* ---- channels ---- */

static void every_channel_hears_once_and_the_store_knows_it(void **state)
{
	struct play *p = begin(state);
	uint64_t no = raise_one(p, "a", p->w.lac_dao->id);
	struct cchc_alert alert;

	live(p, 30 * 1000);
	alert = kit_alert(&p->w.app.kit, no);
	assert_int_equal(alert.n_deliveries, 4); /* log, manager, two clerks by mail */
	for (size_t i = 0; i < alert.n_deliveries; i++)
		assert_int_equal(alert.delivery[i].state, CCHC_DELIVERY_CONFIRMED);
	assert_int_equal(times(p, TO_LOG, "a/d-1/1", ""), 1);
	assert_int_equal(times(p, TO_MANAGER, "a/d-1/1", ""), 1);
	assert_int_equal(times(p, TO_MAIL, "a/d-1/1", "cuc@example.vn"), 1);
	assert_int_equal(times(p, TO_MAIL, "a/d-1/1", "dung@example.vn"), 1);
	assert_int_equal(cchc_desk_count(p->desk).owed, 0);
	assert_int_equal(cchc_desk_count(p->desk).confirmed, 4);
	play_close(p);
}

static void one_dead_channel_delays_no_other(void **state)
{
	static const enum answer DEAD[] = {HANGS, FAILS};

	for (size_t i = 0; i < CCHC_COUNT(DEAD); i++) {
		struct play *p = begin(state);
		char id[16];

		p->answer[TO_MANAGER] = DEAD[i];
		for (int k = 0; k < 20; k++) {
			(void)snprintf(id, sizeof(id), "t%d", k);
			(void)raise_one(p, id, p->w.lac_dao->id);
		}
		live(p, 1000);
		assert_int_equal(times(p, TO_LOG, NULL, NULL), 20);
		assert_int_equal(times(p, TO_MAIL, NULL, NULL), 40);
		assert_int_equal(times(p, TO_MANAGER, NULL, NULL), 1);
		assert_int_equal(cchc_desk_count(p->desk).owed, 20);
		play_close(p);
	}
}

static void a_channel_that_fails_is_tried_less_and_less_often(void **state)
{
	struct play *p = begin(state);
	uint64_t no = raise_one(p, "a", p->w.lac_dao->id);
	int64_t before = 0;
	int64_t gap = 1000;
	size_t tries = 0;

	p->answer[TO_MANAGER] = FAILS;
	live(p, HOUR_MS);
	for (size_t i = 0; i < p->n_told; i++) {
		if (p->told[i].channel != TO_MANAGER)
			continue;
		if (tries++ > 0) {
			assert_in_range(p->told[i].boot_ms - before, gap, gap + 1000);
			gap = gap * 2 < 5 * MINUTE_MS ? gap * 2 : 5 * MINUTE_MS;
		}
		before = p->told[i].boot_ms;
	}
	assert_in_range(tries, 18, 22);
	assert_int_equal(delivery_of(p, no, "bao-dong")->state, CCHC_DELIVERY_OWED);
	assert_string_equal(delivery_of(p, no, "bao-dong")->why, "không được");
	assert_true(cchc_desk_count(p->desk).failed == tries);
	p->answer[TO_MANAGER] = TAKES;
	live(p, 5 * MINUTE_MS + 1000);
	assert_int_equal(delivery_of(p, no, "bao-dong")->state, CCHC_DELIVERY_CONFIRMED);
	play_close(p);
}

/* Four at once were under way; then one shows whether it is back. */
static void after_a_failure_one_handing_at_a_time_is_tried(void **state)
{
	struct play *p = begin(state);
	char id[16];

	p->answer[TO_LOG] = FAILS;
	for (int i = 0; i < 10; i++) {
		(void)snprintf(id, sizeof(id), "t%d", i);
		(void)raise_one(p, id, p->w.viet_hung->id);
	}
	live(p, HOUR_MS);
	assert_in_range(times(p, TO_LOG, NULL, NULL), 18, 26);
	p->answer[TO_LOG] = TAKES;
	live(p, 10 * MINUTE_MS);
	assert_int_equal(cchc_desk_count(p->desk).owed, 0);
	play_close(p);
}

static void a_bad_address_does_not_stop_the_others(void **state)
{
	struct play *p = begin(state);
	uint64_t no = 0;
	char id[16];

	p->bad_address = "cuc@example.vn";
	for (int i = 0; i < 10; i++) {
		(void)snprintf(id, sizeof(id), "t%d", i);
		no = raise_one(p, id, p->w.lac_dao->id);
	}
	live(p, 3 * MINUTE_MS);
	assert_int_equal(times(p, TO_MAIL, NULL, "dung@example.vn"), 10);
	assert_true(times(p, TO_MAIL, NULL, "cuc@example.vn") > 10);
	assert_int_equal(cchc_desk_count(p->desk).owed, 10);
	p->bad_address = NULL;
	live(p, 6 * MINUTE_MS);
	assert_int_equal(cchc_desk_count(p->desk).owed, 0);
	assert_int_equal(delivery_of(p, no, "thu")->state, CCHC_DELIVERY_CONFIRMED);
	play_close(p);
}

static void what_is_refused_for_good_is_dropped_with_the_reason(void **state)
{
	struct play *p = begin(state);
	uint64_t no = raise_one(p, "a", p->w.lac_dao->id);

	p->answer[TO_MAIL] = REFUSES;
	live(p, HOUR_MS);
	assert_int_equal(times(p, TO_MAIL, NULL, NULL), 2); /* one each */
	assert_int_equal(delivery_of(p, no, "thu")->state, CCHC_DELIVERY_DROPPED);
	assert_string_equal(delivery_of(p, no, "thu")->why, "không được");
	play_close(p);
}

static void a_channel_taken_out_of_the_file_is_given_up(void **state)
{
	struct play *p = begin(state);
	uint64_t no = raise_one(p, "a", p->w.lac_dao->id);

	play_die(p);
	p->options.n_channels = TO_MAIL; /* the log and the manager remain */
	play_start(p);
	live(p, 1000);
	assert_int_equal(delivery_of(p, no, "thu")->state, CCHC_DELIVERY_DROPPED);
	assert_string_equal(delivery_of(p, no, "thu")->why,
			    "the channel is no longer configured");
	assert_int_equal(cchc_desk_count(p->desk).owed, 0);
	play_close(p);
}

/* More than one entry and one turn can hold, and none is told twice. */
static void thousands_are_told_in_order_each_once(void **state)
{
	enum { MANY = 1500 };
	struct play *p = begin(state);
	struct cchc_deed deed;
	char id[16];

	for (int i = 0; i < MANY; i++) {
		(void)snprintf(id, sizeof(id), "t%04d", i);
		(void)raise_one(p, id, p->w.viet_hung->id);
	}
	play_die(p);
	p->options.n_channels = 1; /* the log; all else is given up at once */
	play_start(p);
	live(p, MINUTE_MS);
	assert_int_equal(p->n_told, MANY);
	for (int i = 0; i < MANY; i++) {
		(void)snprintf(id, sizeof(id), "t%04d/d-1/1", i);
		assert_int_equal(times(p, TO_LOG, id, NULL), 1);
	}
	assert_int_equal(cchc_desk_count(p->desk).owed, 0);
	deed = deed_of(CCHC_DEED_CANCEL, "t0007");
	do_deed(p, deed);
	live(p, 1000);
	assert_int_equal(ends(p, TO_LOG), 1);
	play_close(p);
}

/* ---- ends, repeats ---- */

static void alertmanager_hears_every_minute_and_of_the_end_once(void **state)
{
	struct play *p = begin(state);
	uint64_t before;

	(void)raise_one(p, "a", p->w.lac_dao->id);
	live(p, 1000);
	before = kit_commit_number(&p->w.app.kit);
	live(p, 10 * MINUTE_MS);
	assert_in_range(times(p, TO_MANAGER, NULL, NULL), 10, 12);
	assert_int_equal(times(p, TO_LOG, NULL, NULL), 1);
	assert_int_equal(kit_commit_number(&p->w.app.kit), before); /* not journalled */
	restart(p); /* it may have expired there meanwhile */
	live(p, 1000);
	assert_in_range(times(p, TO_MANAGER, NULL, NULL), 11, 13);
	finish_task(p, "a");
	live(p, 10 * MINUTE_MS);
	for (int channel = TO_LOG; channel <= TO_MANAGER; channel++)
		assert_int_equal(ends(p, channel), 1);
	assert_int_equal(ends(p, TO_MAIL), 2);
	assert_int_equal(cchc_desk_count(p->desk).owed, 0);
	play_close(p);
}

static void what_is_over_before_it_was_told_is_told_to_nobody(void **state)
{
	struct play *p = begin(state);

	for (int i = 0; i < N_CHANNELS; i++)
		p->answer[i] = HANGS;
	(void)raise_one(p, "a", p->w.lac_dao->id);
	finish_task(p, "a");
	live(p, HOUR_MS);
	assert_int_equal(p->n_told, 0);
	assert_int_equal(cchc_desk_count(p->desk).owed, 0);
	play_close(p);
}

static void an_end_waits_for_the_answer_to_the_beginning(void **state)
{
	struct play *p = begin(state);

	p->answer[TO_LOG] = HANGS;
	(void)raise_one(p, "a", p->w.lac_dao->id);
	live(p, 1000);
	finish_task(p, "a");
	live(p, MINUTE_MS);
	assert_int_equal(times(p, TO_LOG, NULL, NULL), 1);
	p->answer[TO_LOG] = TAKES;
	play_answers(p);
	live(p, 1000);
	assert_int_equal(times(p, TO_LOG, NULL, NULL), 2);
	assert_int_equal(ends(p, TO_LOG), 1);
	play_close(p);
}

/* ---- restarts ---- */

static void what_was_handed_without_an_answer_is_handed_again_and_counted(void **state)
{
	struct play *p = begin(state);
	uint64_t no = raise_one(p, "a", p->w.lac_dao->id);

	p->answer[TO_MAIL] = HANGS;
	live(p, 1000);
	assert_int_equal(delivery_of(p, no, "thu")->state, CCHC_DELIVERY_HANDED);
	restart(p);
	p->answer[TO_MAIL] = TAKES;
	live(p, 1000);
	assert_int_equal(times(p, TO_MAIL, NULL, "cuc@example.vn"), 2);
	assert_int_equal(times(p, TO_MAIL, NULL, "dung@example.vn"), 1);
	assert_int_equal(delivery_of(p, no, "thu")->again, 1);
	assert_int_equal(cchc_desk_count(p->desk).again, 1);
	assert_int_equal(times(p, TO_LOG, NULL, NULL), 1); /* confirmed before */
	play_close(p);
}

/* Killed with the handing at the writer: it was committed or not, and never tried. */
static void a_handing_is_committed_before_it_is_tried(void **state)
{
	struct play *p = begin(state);
	uint64_t no = raise_one(p, "a", p->w.lac_dao->id);

	(void)cchc_desk_advance(p->desk, p->now_ms, p->boot_ms);
	assert_int_equal(p->n_told, 0);
	assert_int_equal(delivery_of(p, no, "thu")->state, CCHC_DELIVERY_OWED);
	restart(p);
	live(p, 1000);
	assert_int_equal(delivery_of(p, no, "thu")->again, 0);
	assert_int_equal(times(p, TO_LOG, NULL, NULL), 1);
	play_close(p);
}

static void one_that_ended_between_handing_and_answer_is_not_told_again(void **state)
{
	struct play *p = begin(state);
	uint64_t no = raise_one(p, "a", p->w.lac_dao->id);

	p->answer[TO_LOG] = HANGS;
	live(p, 1000);
	finish_task(p, "a");
	restart(p);
	p->answer[TO_LOG] = TAKES;
	live(p, 1000);
	assert_int_equal(times(p, TO_LOG, NULL, NULL), 2);
	assert_int_equal(ends(p, TO_LOG), 1); /* only that it is over */
	assert_int_equal(delivery_of(p, no, "nhat-ky")->state, CCHC_DELIVERY_DROPPED);
	play_close(p);
}

/* A change of the alert is no answer to what was asked of the writer. */
static void a_handing_again_waits_for_its_own_commit(void **state)
{
	struct play *p = begin(state);
	uint64_t no = raise_one(p, "a", p->w.lac_dao->id);

	p->answer[TO_LOG] = HANGS;
	live(p, 1000);
	restart(p);
	p->n_told = 0;
	(void)cchc_desk_advance(p->desk, p->now_ms, p->boot_ms);
	say(p, (struct cchc_saying){.kind = CCHC_SAY_ACK, .alert = no, .note = "biết"});
	assert_int_equal(times(p, TO_LOG, NULL, NULL), 0);
	(void)play_commit(p);
	assert_int_equal(times(p, TO_LOG, NULL, NULL), 1);
	play_close(p);
}

static void a_write_of_which_nothing_is_heard_is_tried_again(void **state)
{
	struct play *p = begin(state);

	(void)raise_one(p, "a", p->w.lac_dao->id);
	p->write_loses = true;
	live(p, 1000);
	p->write_loses = false;
	live(p, 50 * 1000);
	assert_int_equal(p->n_told, 0);
	live(p, MINUTE_MS + 10 * 1000);
	assert_int_equal(times(p, TO_LOG, NULL, NULL), 1);
	assert_int_equal(cchc_desk_count(p->desk).owed, 0);
	play_close(p);
}

static void a_write_that_fails_is_tried_again(void **state)
{
	struct play *p = begin(state);
	uint64_t no;

	p->write_fails = true;
	no = raise_one(p, "a", p->w.lac_dao->id);
	live(p, MINUTE_MS);
	assert_int_equal(p->n_told, 0);
	assert_in_range(p->writes, 5, 30);
	p->write_fails = false;
	p->answer[TO_LOG] = HANGS;
	live(p, 10 * 1000);
	assert_int_equal(times(p, TO_LOG, NULL, NULL), 1);
	p->answer[TO_LOG] = TAKES;
	p->write_fails = true; /* what became of it cannot be written */
	play_answers(p);
	live(p, MINUTE_MS);
	p->write_fails = false;
	live(p, 10 * 1000);
	assert_int_equal(times(p, TO_LOG, NULL, NULL), 1);
	assert_int_equal(delivery_of(p, no, "nhat-ky")->state, CCHC_DELIVERY_CONFIRMED);
	play_close(p);
}

/* ---- the clock ---- */

static void people_are_told_when_the_gate_opens_and_machines_at_once(void **state)
{
	struct play *p = *state;

	play_open(p);
	p->w.rules.gate = (struct cchc_gate){true, 420, 1050};
	play_start(p);
	p->now_ms = day_ms(KIT_DAY, 1050); /* Friday 17:30: just closed */
	(void)raise_one(p, "a", p->w.lac_dao->id);
	live(p, 61 * (int64_t)HOUR_MS);
	assert_int_equal(times(p, TO_LOG, NULL, NULL), 1);
	assert_int_equal(times(p, TO_MAIL, NULL, NULL), 0);
	live(p, 31 * MINUTE_MS); /* Monday 07:00 has come */
	assert_int_equal(times(p, TO_MAIL, "a/d-1/1", NULL), 2);
	assert_true(p->now_ms < day_ms(KIT_DAY + 3, 422));
	play_close(p);
}

static void a_jump_of_the_clock_holds_until_it_was_steady(void **state)
{
	static const struct {
		int64_t by_ms;
		bool holds;
	} CASES[] = {
		{4 * MINUTE_MS, false},
		{-4 * MINUTE_MS, false},
		{6 * MINUTE_MS, true},
		{48 * (int64_t)HOUR_MS, true},
	};

	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		struct play *p = begin(state);

		live(p, 1000);
		p->now_ms += CASES[i].by_ms;
		(void)raise_one(p, "a", p->w.lac_dao->id);
		live(p, 119 * 1000);
		assert_int_equal(times(p, TO_LOG, NULL, NULL), CASES[i].holds ? 0 : 1);
		assert_int_equal(cchc_desk_count(p->desk).held, CASES[i].holds);
		live(p, 2000);
		assert_int_equal(times(p, TO_LOG, NULL, NULL), 1);
		assert_false(cchc_desk_count(p->desk).held);
		play_close(p);
	}
}

static void waking_from_suspend_is_no_jump(void **state)
{
	struct play *p = begin(state);

	live(p, 1000);
	p->now_ms += 5 * (int64_t)HOUR_MS; /* both went on */
	p->boot_ms += 5 * (int64_t)HOUR_MS;
	(void)raise_one(p, "a", p->w.lac_dao->id);
	live(p, 1000);
	assert_int_equal(times(p, TO_LOG, NULL, NULL), 1);
	play_close(p);
}

static void a_clock_gone_back_never_hands_before_the_moment(void **state)
{
	struct play *p = begin(state);
	int64_t moment = p->now_ms;

	live(p, 1000);
	p->answer[TO_MAIL] = FAILS;
	(void)raise_one(p, "a", p->w.lac_dao->id);
	live(p, 1000);
	(void)raise_one(p, "b", p->w.lac_dao->id);
	p->now_ms -= 3 * HOUR_MS;
	p->answer[TO_MAIL] = TAKES;
	live(p, 2 * HOUR_MS);
	assert_int_equal(times(p, TO_LOG, "a/d-1/1", NULL), 1);
	assert_int_equal(times(p, TO_LOG, "b/d-1/1", NULL), 0);
	live(p, HOUR_MS + MINUTE_MS);
	assert_int_equal(times(p, TO_LOG, "a/d-1/1", NULL), 1);
	assert_int_equal(times(p, TO_LOG, "b/d-1/1", NULL), 1);
	for (size_t i = 0; i < p->n_told; i++)
		assert_true(p->told[i].channel == TO_MANAGER ||
			    p->told[i].at_ms >= moment);
	play_close(p);
}

/* ---- what people say ---- */

static void one_that_somebody_took_note_of_is_told_to_no_further_people(void **state)
{
	struct play *p = begin(state);
	uint64_t no;

	p->answer[TO_MAIL] = p->answer[TO_LOG] = FAILS;
	no = raise_one(p, "a", p->w.lac_dao->id);
	live(p, 200);
	say(p, (struct cchc_saying){.kind = CCHC_SAY_ACK, .alert = no, .note = "biết"});
	p->answer[TO_MAIL] = p->answer[TO_LOG] = TAKES;
	p->n_told = 0;
	live(p, 10 * MINUTE_MS);
	assert_int_equal(times(p, TO_MAIL, NULL, NULL), 0);
	assert_int_equal(times(p, TO_LOG, NULL, NULL), 1);
	assert_in_range(times(p, TO_MANAGER, NULL, NULL), 9, 11);
	assert_int_equal(delivery_of(p, no, "thu")->state, CCHC_DELIVERY_DROPPED);
	assert_int_equal(cchc_desk_count(p->desk).owed, 0);
	play_close(p);
}

static void a_silence_holds_what_it_matches_and_ends_by_itself(void **state)
{
	struct play *p = begin(state);
	struct cchc_saying silence = {.kind = CCHC_SAY_SILENCE,
				      .unit = p->w.lac_dao->id,
				      .step = "d-1",
				      .until_ms = p->now_ms + HOUR_MS,
				      .note = ""};

	say(p, silence);
	(void)raise_one(p, "a", p->w.lac_dao->id);
	(void)raise_one(p, "b", p->w.viet_hung->id);
	live(p, HOUR_MS - 1000);
	assert_int_equal(times(p, TO_LOG, "a/d-1/1", NULL), 0);
	assert_int_equal(times(p, TO_LOG, "b/d-1/1", NULL), 1);
	live(p, 2000);
	assert_int_equal(times(p, TO_LOG, "a/d-1/1", NULL), 1);
	play_close(p);
}

static void a_silence_taken_back_lets_go_at_once(void **state)
{
	struct play *p = begin(state);
	struct cchc_task task = add_task(p, "a", p->w.lac_dao->id, KIT_DAY + 1);
	uint64_t silence;

	say(p, (struct cchc_saying){.kind = CCHC_SAY_SILENCE,
				    .task = task.no,
				    .step = "",
				    .until_ms = p->now_ms + 24 * (int64_t)HOUR_MS,
				    .note = ""});
	silence = kit_commit_number(&p->w.app.kit);
	(void)raise_step(p, &task, "d-1", p->now_ms);
	live(p, HOUR_MS);
	restart(p);
	live(p, HOUR_MS);
	assert_int_equal(p->n_told, 0);
	say(p, (struct cchc_saying){.kind = CCHC_SAY_UNSILENCE,
				    .silence = silence,
				    .step = "",
				    .note = ""});
	live(p, 1000);
	assert_int_equal(times(p, TO_LOG, "a/d-1/1", NULL), 1);
	play_close(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_channel_hears_once_and_the_store_knows_it),
		cmocka_unit_test(one_dead_channel_delays_no_other),
		cmocka_unit_test(a_channel_that_fails_is_tried_less_and_less_often),
		cmocka_unit_test(after_a_failure_one_handing_at_a_time_is_tried),
		cmocka_unit_test(a_bad_address_does_not_stop_the_others),
		cmocka_unit_test(what_is_refused_for_good_is_dropped_with_the_reason),
		cmocka_unit_test(a_channel_taken_out_of_the_file_is_given_up),
		cmocka_unit_test(thousands_are_told_in_order_each_once),
		cmocka_unit_test(alertmanager_hears_every_minute_and_of_the_end_once),
		cmocka_unit_test(what_is_over_before_it_was_told_is_told_to_nobody),
		cmocka_unit_test(an_end_waits_for_the_answer_to_the_beginning),
		cmocka_unit_test(
			what_was_handed_without_an_answer_is_handed_again_and_counted),
		cmocka_unit_test(a_handing_is_committed_before_it_is_tried),
		cmocka_unit_test(
			one_that_ended_between_handing_and_answer_is_not_told_again),
		cmocka_unit_test(a_handing_again_waits_for_its_own_commit),
		cmocka_unit_test(a_write_of_which_nothing_is_heard_is_tried_again),
		cmocka_unit_test(a_write_that_fails_is_tried_again),
		cmocka_unit_test(
			people_are_told_when_the_gate_opens_and_machines_at_once),
		cmocka_unit_test(a_jump_of_the_clock_holds_until_it_was_steady),
		cmocka_unit_test(waking_from_suspend_is_no_jump),
		cmocka_unit_test(a_clock_gone_back_never_hands_before_the_moment),
		cmocka_unit_test(
			one_that_somebody_took_note_of_is_told_to_no_further_people),
		cmocka_unit_test(a_silence_holds_what_it_matches_and_ends_by_itself),
		cmocka_unit_test(a_silence_taken_back_lets_go_at_once),
	};

	return cmocka_run_group_tests(tests, begin_play, end_play);
}
