/* Who is told when: queues, back-off, restarts. The store is real, the channels are
 * played.
 */
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

static int64_t least_gap_ms(const struct play *p, int channel, const char *to)
{
	int64_t least = INT64_MAX;
	int64_t before = -1;

	for (size_t i = 0; i < p->n_told; i++) {
		int64_t gap = p->told[i].boot_ms - before;

		if (p->told[i].channel != channel || strcmp(p->told[i].to, to) != 0)
			continue;
		if (before >= 0 && gap < least)
			least = gap;
		before = p->told[i].boot_ms;
	}
	return least;
}

/* Neither because the daemon was started anew nor because the clock was set on. */
static void a_retry_is_never_faster_than_the_least_pause(void **state)
{
	struct play *p = begin(state);

	p->answer[TO_MANAGER] = FAILS;
	p->bad_address = "cuc@example.vn";
	(void)raise_one(p, "a", p->w.lac_dao->id);
	for (int k = 0; k < 20; k++) {
		live(p, 50 + k * 70);
		p->now_ms += 4 * MINUTE_MS;
		live(p, 50 + k * 70);
		restart(p);
	}
	live(p, 20 * 1000);
	assert_in_range(times(p, TO_MANAGER, NULL, NULL), 10, 25);
	assert_in_range(times(p, TO_MAIL, NULL, "cuc@example.vn"), 10, 25);
	assert_in_range(least_gap_ms(p, TO_MANAGER, ""), 1000, 3000);
	assert_in_range(least_gap_ms(p, TO_MAIL, "cuc@example.vn"), 1000, 3000);
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
	live(p, 2000);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_channel_hears_once_and_the_store_knows_it),
		cmocka_unit_test(one_dead_channel_delays_no_other),
		cmocka_unit_test(a_channel_that_fails_is_tried_less_and_less_often),
		cmocka_unit_test(after_a_failure_one_handing_at_a_time_is_tried),
		cmocka_unit_test(a_retry_is_never_faster_than_the_least_pause),
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
	};

	return cmocka_run_group_tests(tests, begin_play, end_play);
}
