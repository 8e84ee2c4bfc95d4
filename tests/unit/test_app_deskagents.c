/* Agents that are silent: how long is told by a clock that nobody can set, and what is
 * known of before the start was written down. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "deskheard.h"

static const int64_t HOUR = HOUR_MS;
static const int64_t DAY = 24 * (int64_t)HOUR_MS;

/* 2024-03-15 09:00, 02:00 UTC */
static struct play *begin_heard(void **state, uint32_t *unit)
{
	struct play *p = *state;

	play_open(p);
	*unit = p->w.lac_dao->id;
	p->has_agent[*unit] = true;
	play_start(p);
	hear(p, *unit);
	return p;
}

static struct play *begin_written(void **state, int64_t ago_ms, uint32_t *unit)
{
	struct play *p = *state;

	play_open(p);
	*unit = p->w.lac_dao->id;
	was_heard(p, *unit, ago_ms);
	play_start(p);
	return p;
}

static int64_t written(struct play *p, uint32_t unit)
{
	struct cchc_txn txn;
	int64_t at_ms;

	cchc_txn_read(&txn, p->w.app.kit.store.env);
	at_ms = cchc_store_heard(&txn, unit);
	cchc_txn_abort(&txn);
	return at_ms;
}

static void an_agent_that_is_silent_is_told_once_until_it_is_heard(void **state)
{
	uint32_t unit;
	struct play *p = begin_heard(state, &unit);
	const struct cchc_alert *alert;

	live(p, DAY);
	assert_int_equal(alerts(p), 0);
	live(p, 2 * MINUTE_MS);
	alert = alert_by_key(p, "silent/11989/20240315T020000Z");
	assert_non_null(alert);
	assert_true(cchc_alert_stands(alert));
	assert_int_equal(times(p, TO_LOG, alert->key, NULL), 1);
	assert_int_equal(times(p, TO_MAIL, alert->key, "binh@example.vn"), 1);
	assert_int_equal(times(p, TO_MAIL, NULL, NULL), 1);
	live(p, 30 * HOUR);
	assert_int_equal(alerts(p), 1);
	restart(p); /* is no contact */
	live(p, HOUR);
	assert_int_equal(ends(p, TO_LOG), 0);
	hear(p, unit);
	live(p, 2 * MINUTE_MS);
	assert_int_equal(ends(p, TO_LOG), 1);
	assert_string_equal(alert_by_key(p, alert->key)->end_why, "heard");
	live(p, 25 * HOUR);
	assert_int_equal(alerts(p), 2);
	play_close(p);
}

/* Agents are not looked at in every turn: a turn just before must not delay it. */
static void a_silence_is_owed_at_its_minute(void **state)
{
	uint32_t unit;
	struct play *p = begin_heard(state, &unit);
	int64_t silent_ms = p->now_ms + DAY + 1;

	for (int64_t before_ms = 2000; before_ms > 0; before_ms /= 2) {
		p->boot_ms += silent_ms - before_ms - p->now_ms;
		p->now_ms = silent_ms - before_ms;
		assert_in_range(cchc_desk_advance(p->desk, p->now_ms, p->boot_ms), 1,
				before_ms + 5000);
	}
	play_close(p);
}

static void a_unit_whose_key_is_gone_is_no_longer_silent(void **state)
{
	uint32_t unit;
	struct play *p = begin_written(state, 26 * HOUR, &unit);

	live(p, 11 * MINUTE_MS);
	assert_int_equal(alerts(p), 1);
	play_die(p);
	p->has_agent[unit] = false;
	play_start(p);
	live(p, MINUTE_MS);
	assert_int_equal(alerts(p), 1);
	assert_int_equal(ends(p, TO_LOG), 1);
	play_close(p);
}

static void a_unit_out_of_contact_hears_nothing_of_its_missing_reports(void **state)
{
	uint32_t unit;
	struct play *p = begin_written(state, 26 * HOUR, &unit);
	struct cchc_task duty;
	struct cchc_task task;

	live(p, 11 * MINUTE_MS); /* its silence stands */
	duty = add_duty(p, "bao-cao/1", unit, KIT_DAY + 1);
	task = add_task(p, "a", unit, KIT_DAY + 1);
	(void)raise_step(p, &duty, "d-1", p->now_ms);
	(void)raise_step(p, &task, "d-1", p->now_ms);
	live(p, HOUR);
	assert_int_equal(times(p, TO_LOG, "bao-cao/1/d-1/1", NULL), 0);
	assert_int_equal(times(p, TO_LOG, "a/d-1/1", NULL), 1);
	hear(p, unit);
	live(p, MINUTE_MS);
	assert_int_equal(times(p, TO_LOG, "bao-cao/1/d-1/1", NULL), 1);
	play_close(p);
}

/* ---- restarts ---- */

static void one_silent_for_days_is_found_by_a_daemon_restarted_daily(void **state)
{
	uint32_t unit;
	struct play *p = begin_heard(state, &unit);

	live(p, 2 * HOUR);
	for (int i = 0; i < 5; i++) {
		restart(p);
		live(p, 20 * HOUR);
		assert_int_equal(alerts(p), i > 0);
	}
	assert_non_null(alert_by_key(p, "silent/11989/20240315T020000Z"));
	play_close(p);
}

static void agents_get_time_to_come_back_after_a_restart(void **state)
{
	uint32_t unit;
	struct play *p = begin_written(state, 5 * DAY, &unit);

	live(p, 9 * MINUTE_MS);
	assert_int_equal(alerts(p), 0);
	hear(p, unit);
	live(p, 23 * HOUR);
	assert_int_equal(alerts(p), 0);
	play_close(p);
}

/* An hour is how old it may be at most: nobody is held to be silent too early. */
static void contacts_are_written_down_hourly_and_at_first(void **state)
{
	uint32_t unit;
	struct play *p = begin_heard(state, &unit);
	uint64_t before = kit_commit_number(&p->w.app.kit);

	for (int i = 0; i < 6 * 60; i++) {
		hear(p, unit);
		live(p, MINUTE_MS);
		assert_in_range(written(p, unit), p->now_ms - HOUR - MINUTE_MS,
				p->now_ms);
	}
	assert_in_range(kit_commit_number(&p->w.app.kit) - before, 6, 7);
	p->write_fails = true;
	hear(p, unit);
	live(p, 2 * HOUR);
	p->write_fails = false;
	hear(p, unit);
	live(p, 10 * 1000);
	assert_in_range(written(p, unit), p->now_ms - 10 * 1000, p->now_ms);
	play_close(p);
}

/* ---- clocks ---- */

static void no_agent_is_silent_because_the_clock_jumped(void **state)
{
	uint32_t unit;
	struct play *p = begin_heard(state, &unit);

	live(p, 1000);
	p->now_ms += 2 * DAY;
	live(p, 23 * HOUR);
	assert_int_equal(alerts(p), 0);
	live(p, HOUR + MINUTE_MS); /* two days on, it was heard then */
	assert_non_null(alert_by_key(p, "silent/11989/20240317T020000Z"));
	assert_int_equal(alerts(p), 1);
	play_close(p);
}

/* Started by a clock of 1970, or of years ahead, which is put right after a minute. */
static void a_wrong_clock_at_the_start_makes_nobody_silent_nor_hides_who_is(void **state)
{
	static const int64_t BY_MS[] = {-54 * 365 * DAY, 6 * 365 * DAY};

	for (size_t i = 0; i < CCHC_COUNT(BY_MS); i++) {
		uint32_t unit;
		struct play *p = begin_written(state, HOUR, &unit);

		play_die(p);
		p->now_ms += BY_MS[i];
		play_start(p);
		live(p, MINUTE_MS);
		p->now_ms -= BY_MS[i];
		live(p, 20 * MINUTE_MS);
		assert_int_equal(alerts(p), 0);
		live(p, 24 * HOUR); /* an hour, 24 and up to one more */
		assert_non_null(alert_by_key(p, "silent/11989/20240315T010000Z"));
		assert_int_equal(alerts(p), 1);
		play_close(p);
	}
}

/* What such a clock wrote down is of no use once it is put right. */
static void what_was_written_by_a_clock_ahead_counts_from_the_start(void **state)
{
	uint32_t unit;
	struct play *p = begin_written(state, -365 * DAY, &unit);

	live(p, 23 * HOUR);
	assert_int_equal(alerts(p), 0);
	live(p, HOUR + MINUTE_MS);
	assert_non_null(alert_by_key(p, "silent/11989/20240315T020000Z"));
	restart(p);
	hear(p, unit);
	live(p, MINUTE_MS);
	assert_in_range(written(p, unit), p->now_ms - MINUTE_MS, p->now_ms);
	play_close(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_agent_that_is_silent_is_told_once_until_it_is_heard),
		cmocka_unit_test(a_silence_is_owed_at_its_minute),
		cmocka_unit_test(a_unit_whose_key_is_gone_is_no_longer_silent),
		cmocka_unit_test(
			a_unit_out_of_contact_hears_nothing_of_its_missing_reports),
		cmocka_unit_test(
			one_silent_for_days_is_found_by_a_daemon_restarted_daily),
		cmocka_unit_test(agents_get_time_to_come_back_after_a_restart),
		cmocka_unit_test(contacts_are_written_down_hourly_and_at_first),
		cmocka_unit_test(no_agent_is_silent_because_the_clock_jumped),
		cmocka_unit_test(
			a_wrong_clock_at_the_start_makes_nobody_silent_nor_hides_who_is),
		cmocka_unit_test(what_was_written_by_a_clock_ahead_counts_from_the_start),
	};

	return cmocka_run_group_tests(tests, begin_play, end_play);
}
