/* What time brings: firings, counts, duties, a changed calendar. The store and the board
 * are real, the writer is played. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "app/duties.h"
#include "base/check.h"
#include "deadlinekit.h"
#include "random.h"

/* Recorded at a clock that may be another than now. */
static void do_deed_at(struct scene *s, struct cchc_deed deed, int64_t clock_ms)
{
	struct cchc_outcome outcome = kit_deed(&s->w.app.kit, &deed, clock_ms);

	assert_int_equal(outcome.applied, CCHC_APPLIED);
	assert_int_equal(cchc_deadlines_changed(s->deadlines, &outcome.task, s->now_ms),
			 CCHC_OK);
}

static void do_deed(struct scene *s, struct cchc_deed deed)
{
	do_deed_at(s, deed, s->now_ms);
}

static struct cchc_deed adding(const char *id, uint32_t lead, cchc_day due)
{
	struct cchc_deed deed = deed_add(id, lead, due);

	deed.assigned = KIT_DAY - 80;
	return deed;
}

/* The alert of that key; no == 0: there is none. */
static struct cchc_alert alert_of(struct scene *s, const char *key)
{
	struct cchc_alert alert = {.no = 0};
	struct cchc_txn txn;

	cchc_txn_read(&txn, s->w.app.kit.store.env);
	(void)cchc_store_alert_by_key(&txn, key, &s->w.app.kit.arena, &alert);
	cchc_txn_abort(&txn);
	return alert;
}

static uint64_t alerts(struct scene *s)
{
	struct cchc_txn txn;
	uint64_t last;

	cchc_txn_read(&txn, s->w.app.kit.store.env);
	last = cchc_store_last_alert(&txn);
	cchc_txn_abort(&txn);
	return last;
}

/* What was kept up by differences is what is made anew. */
static void check_counts(struct scene *s)
{
	struct cchc_board *fresh = NULL;
	struct cchc_board_digest x = cchc_board_digest(s->board, 2024);
	struct cchc_board_digest y;

	assert_int_equal(cchc_board_new(&s->w.app.catalog, &fresh), CCHC_OK);
	load_board(s, fresh, s->board->counted_ms);
	y = cchc_board_digest(fresh, 2024);
	assert_true(x.n_counts == y.n_counts && x.counts == y.counts);
	cchc_board_free(&fresh);
}

/* ---- firings ---- */

static void each_step_is_owed_at_its_minute_and_never_early(void **state)
{
	static const struct {
		const char *key;
		int day;
		int minute;
	} STEPS[] = {{"a/d-3/1", 7, 480}, {"a/d-1/1", 9, 480}, {"a/overdue/1", 11, 0}};
	struct scene *s = begin(state);

	do_deed(s, adding("a", s->w.lac_dao->id, KIT_DAY + 10));
	live(s, 12 * (int64_t)KIT_DAY_MS);
	assert_int_equal(alerts(s), CCHC_COUNT(STEPS));
	for (size_t i = 0; i < CCHC_COUNT(STEPS); i++) {
		struct cchc_alert alert = alert_of(s, STEPS[i].key);
		int64_t moment = day_ms(KIT_DAY + STEPS[i].day, STEPS[i].minute);

		assert_true(alert.moment_ms == moment && alert.owed_ms == moment);
		assert_false(alert.superseded);
	}
	check_counts(s);
	end(s);
}

static void after_downtime_only_the_latest_step_is_owed(void **state)
{
	struct scene *s = begin(state);

	do_deed(s, adding("a", s->w.lac_dao->id, KIT_DAY + 10));
	unload(s);
	s->now_ms = day_ms(KIT_DAY + 30, 0);
	load(s);
	live(s, MINUTE_MS);
	assert_true(alert_of(s, "a/d-3/1").superseded);
	assert_true(alert_of(s, "a/d-1/1").superseded);
	assert_false(alert_of(s, "a/overdue/1").superseded);
	live(s, HOUR_MS);
	assert_int_equal(alerts(s), 3);
	check_counts(s);
	end(s);
}

static void steps_past_when_recorded_are_left_to_the_digest(void **state)
{
	struct scene *s = begin(state);
	struct cchc_deed deed;

	do_deed(s, adding("a", s->w.lac_dao->id, KIT_DAY - 5));
	do_deed(s, adding("b", s->w.lac_dao->id, KIT_DAY + 60));
	live(s, HOUR_MS);
	assert_int_equal(alerts(s), 0);
	assert_int_equal(s->missed[s->w.lac_dao->id], 1);
	deed = deed_of(CCHC_DEED_MOVE, "a"); /* who takes it over has heard nothing */
	deed.lead = s->w.chi_dao->id;
	do_deed(s, deed);
	assert_int_equal(s->missed[s->w.chi_dao->id], 1);
	live(s, HOUR_MS);
	assert_int_equal(alerts(s), 0);
	check_counts(s);
	end(s);
}

/* Extended to a day that is past as well, and reopened. */
static void what_is_recorded_late_once_more_is_left_to_the_digest_again(void **state)
{
	struct scene *s = begin(state);
	uint32_t lead = s->w.lac_dao->id;
	struct cchc_deed deed = deed_of(CCHC_DEED_EXTEND, "a");

	do_deed(s, adding("a", lead, KIT_DAY - 5));
	live(s, HOUR_MS);
	deed.due = deed.effective = KIT_DAY - 2;
	do_deed(s, deed);
	assert_int_equal(s->missed[lead], 2);
	do_deed(s, deed_report("a", lead, KIT_DAY));
	do_deed(s, deed_of(CCHC_DEED_ACCEPT, "a"));
	assert_int_equal(s->missed[lead], 2);
	live(s, HOUR_MS);
	do_deed(s, deed_of(CCHC_DEED_REOPEN, "a"));
	assert_int_equal(s->missed[lead], 3);
	live(s, HOUR_MS);
	assert_int_equal(alerts(s), 0);
	check_counts(s);
	end(s);
}

/* Whether it had fired before it waited or passed meanwhile. */
static void what_is_returned_overdue_is_told_of_at_once(void **state)
{
	static const int REPORTED[] = {0, 12}; /* before and after it was overdue */

	for (size_t i = 0; i < CCHC_COUNT(REPORTED); i++) {
		struct scene *s = begin(state);
		bool late = REPORTED[i] > 10;

		do_deed(s, adding("a", s->w.lac_dao->id, KIT_DAY + 10));
		live(s, REPORTED[i] * (int64_t)KIT_DAY_MS);
		do_deed(s, deed_report("a", s->w.lac_dao->id, KIT_DAY));
		live(s, 20 * (int64_t)KIT_DAY_MS);
		assert_int_equal(alert_of(s, "a/overdue/1").no, late ? 3 : 0);
		if (late)
			assert_string_equal(alert_of(s, "a/overdue/1").end_why, "done");
		do_deed(s, deed_of(CCHC_DEED_RETURN, "a"));
		live(s, MINUTE_MS);
		assert_true(alert_of(s, "a/d-3/2").superseded);
		assert_true(alert_of(s, "a/d-1/2").superseded);
		assert_true(cchc_alert_stands(
			(struct cchc_alert[]){alert_of(s, "a/overdue/2")}));
		assert_int_equal(alerts(s), late ? 6 : 3);
		assert_int_equal(s->missed[s->w.lac_dao->id], 0);
		live(s, 20 * (int64_t)KIT_DAY_MS);
		assert_int_equal(alerts(s), late ? 6 : 3);
		check_counts(s);
		end(s);
	}
}

static void a_storm_of_steps_with_long_texts_is_written(void **state)
{
	enum { MANY = 600 };
	struct scene *s = begin(state);
	char title[CCHC_TASK_TEXT_MAX + 1];

	memset(title, 'x', sizeof(title) - 1);
	title[sizeof(title) - 1] = '\0';
	for (int i = 0; i < MANY; i++) {
		struct cchc_deed deed = adding("", s->w.lac_dao->id, KIT_DAY + 4);
		char id[16];

		(void)snprintf(id, sizeof(id), "t%d", i);
		deed.id = id;
		deed.title = deed.doc_number = deed.assigner = title;
		do_deed(s, deed);
	}
	live(s, 25 * (int64_t)HOUR_MS);
	assert_int_equal(alerts(s), MANY);
	end(s);
}

static void what_could_not_be_written_or_planned_is_tried_again(void **state)
{
	for (int way = 0; way < 2; way++) {
		struct scene *s = begin(state);
		bool *fails = way ? &s->plan_fails : &s->write_fails;

		for (int i = 0; i < 300; i++) {
			char id[16];

			(void)snprintf(id, sizeof(id), "t%d", i);
			do_deed(s, adding(id, s->w.lac_dao->id, KIT_DAY + i % 3 - 1));
		}
		live(s, HOUR_MS);
		assert_int_equal(alerts(s), 0);
		*fails = true;
		live(s, 16 * (int64_t)HOUR_MS); /* past midnight: a hundred are late */
		assert_int_equal(alerts(s), 0);
		check_counts(s);
		*fails = false;
		live(s, 2 * MINUTE_MS);
		assert_int_equal(alerts(s), 100);
		check_counts(s);
		end(s);
	}
}

/* ---- the clock ---- */

static void a_clock_gone_back_fires_nothing_twice(void **state)
{
	struct scene *s = begin(state);

	do_deed(s, adding("a", s->w.lac_dao->id, KIT_DAY + 2));
	live(s, 48 * (int64_t)HOUR_MS);
	assert_int_equal(alerts(s), 1); /* d-1 */
	s->now_ms -= 40 * (int64_t)HOUR_MS;
	live(s, 48 * (int64_t)HOUR_MS);
	assert_int_equal(alerts(s), 1);
	check_counts(s);
	end(s);
}

/* The clock was ahead when the deed was recorded, and is right again. */
static void a_deed_of_a_later_clock_makes_nothing_fire_early(void **state)
{
	struct scene *s = begin(state);
	struct cchc_deed wish = deed_of(CCHC_DEED_REPORT, "b");

	do_deed(s, adding("a", s->w.lac_dao->id, KIT_DAY + 2));
	do_deed(s, adding("b", s->w.chi_dao->id, KIT_DAY + 60));
	wish.wish = KIT_DAY + 90;
	do_deed_at(s, wish, day_ms(KIT_DAY + 5, 0));
	commit(s);
	assert_int_equal(alerts(s), 0);
	check_counts(s);
	live(s, 24 * (int64_t)HOUR_MS);
	assert_int_equal(alerts(s), 1);
	assert_true(alert_of(s, "a/d-1/1").owed_ms == day_ms(KIT_DAY + 1, 480));
	live(s, 72 * (int64_t)HOUR_MS);
	check_counts(s);
	end(s);
}

/* ---- counts ---- */

/* 15 June: quarter III begins as the task becomes overdue. */
static void what_is_late_as_a_period_begins_is_counted_once(void **state)
{
	struct scene *s = *state;
	cchc_day last = cchc_day_of(2024, 6, 14);

	open_scene(s);
	s->w.rules.task_class[0].shifts = false;
	load(s);
	do_deed(s, adding("a", s->w.lac_dao->id, last));
	do_deed(s, adding("b", s->w.lac_dao->id, last + 1));
	do_deed(s, adding("c", s->w.chi_dao->id, KIT_DAY + 1));
	do_deed(s, deed_report("c", s->w.chi_dao->id, KIT_DAY)); /* waits */
	s->now_ms = day_ms(last, 1439);
	live(s, 5 * MINUTE_MS);
	check_counts(s);
	live(s, 48 * (int64_t)HOUR_MS);
	check_counts(s);
	end(s);
}

/* A task's assigned day comes: nothing fires, yet row I.4 changes. Who watches hears of
 * it under the number of an entry that says how late it is, once it could be written. */
static void what_time_alone_changed_has_a_number_to_be_told_under(void **state)
{
	struct scene *s = begin(state);
	struct cchc_deed deed = adding("a", s->w.lac_dao->id, CCHC_DAY_NONE);
	struct cchc_view *view = s->board->form[0].view;
	uint64_t commit;

	deed.assigned = KIT_DAY + 2;
	assert_int_equal(cchc_view_watch(view, s->w.lac_dao->id), CCHC_OK);
	do_deed(s, deed);
	live(s, HOUR_MS);
	commit = kit_commit_number(&s->w.app.kit);
	assert_true(cchc_board_may_tell(s->board));
	s->write_fails = true;
	live(s, day_ms(KIT_DAY + 2, 0) - s->now_ms);
	assert_false(cchc_board_may_tell(s->board));
	s->write_fails = false;
	live(s, MINUTE_MS);
	assert_true(cchc_board_may_tell(s->board));
	assert_true(kit_commit_number(&s->w.app.kit) == commit + 1);
	live(s, HOUR_MS);
	assert_true(kit_commit_number(&s->w.app.kit) == commit + 1);
	assert_int_equal(alerts(s), 0);
	check_counts(s);
	end(s);
}

static void do_random(struct scene *s, struct test_random *random, int *tasks)
{
	uint32_t unit = 2 + test_random_below(random, 12);
	cchc_day today = cchc_day_at(s->now_ms);
	struct cchc_outcome outcome;
	struct cchc_deed deed;
	char id[16];

	if (*tasks < 40 || test_random_below(random, 4) == 0) {
		(void)snprintf(id, sizeof(id), "t%d", (*tasks)++);
		deed = adding(id, unit,
			      today + (cchc_day)test_random_below(random, 40) - 10);
		deed.assigned = today - 20 + (cchc_day)test_random_below(random, 30);
		if (deed.due < deed.assigned)
			deed.due = deed.effective = deed.assigned;
	} else {
		static const enum cchc_deed_kind KINDS[] = {
			CCHC_DEED_EXTEND, CCHC_DEED_REPORT, CCHC_DEED_REPORT,
			CCHC_DEED_ACCEPT, CCHC_DEED_RETURN, CCHC_DEED_CANCEL,
			CCHC_DEED_REOPEN, CCHC_DEED_MOVE};

		(void)snprintf(id, sizeof(id), "t%u",
			       test_random_below(random, (uint32_t)*tasks));
		deed = deed_of(KINDS[test_random_below(random, CCHC_COUNT(KINDS))], id);
		deed.lead = unit;
		if (deed.kind == CCHC_DEED_REPORT)
			deed.done = today - (cchc_day)test_random_below(random, 5);
		if (deed.kind == CCHC_DEED_EXTEND)
			deed.due = deed.effective =
				today + 1 + (cchc_day)test_random_below(random, 30);
	}
	outcome = kit_deed(&s->w.app.kit, &deed, s->now_ms);
	if (outcome.task.after)
		assert_int_equal(
			cchc_deadlines_changed(s->deadlines, &outcome.task, s->now_ms),
			CCHC_OK);
}

static void any_history_keeps_the_counts_right(void **state)
{
	struct test_random random = {test_random_seed()};
	struct scene *s = begin(state);
	int tasks = 0;

	for (int day = 0; day < 130; day++) {
		for (int i = 0; i < 6; i++) {
			do_random(s, &random, &tasks);
			s->now_ms += (int64_t)test_random_below(&random, 8 * 3600) * 1000;
			(void)cchc_deadlines_advance(s->deadlines, s->now_ms);
			commit(s);
		}
		if (test_random_below(&random, 15) == 0)
			s->now_ms -= (int64_t)test_random_below(&random, 86400) * 1000;
		check_counts(s);
	}
	assert_true(alerts(s) > 50);
	end(s);
}

/* ---- duties, calendars ---- */

struct seeing {
	size_t n;
	cchc_day due;
};

static bool on_duty(void *data, const struct cchc_docket_task *task)
{
	struct seeing *seeing = data;

	seeing->n += task->is_duty;
	if (task->is_duty && task->effective > seeing->due)
		seeing->due = task->effective;
	return true;
}

static struct seeing duties(struct scene *s)
{
	struct seeing seeing = {.due = CCHC_DAY_NONE};

	cchc_docket_each(cchc_deadlines_docket(s->deadlines), on_duty, &seeing);
	return seeing;
}

static void reports_are_duties_as_their_periods_begin(void **state)
{
	enum { UNITS = 12 };
	struct scene *s = *state;
	struct cchc_task duty;

	open_scene(s);
	s->w.app.catalog.counts_tasks = false; /* they need no counts */
	s->options.duties_from = KIT_DAY - 1;  /* 14 March: quarter I */
	load(s);
	s->write_fails = true;
	live(s, MINUTE_MS);
	assert_int_equal(duties(s).n, 0);
	s->write_fails = false;
	live(s, 2 * MINUTE_MS);
	assert_int_equal(duties(s).n, UNITS * 3); /* and six months, the year */
	duty = kit_task(&s->w.app.kit, "bao-cao/cchc-2021/2024-Q1/11989");
	assert_int_equal(duty.effective, cchc_day_of(2024, 3, 20));
	assert_int_equal(duty.lead, s->w.lac_dao->id);
	assert_true(duty.is_duty);
	s->now_ms = day_ms(cchc_day_of(2024, 6, 14), 1439);
	live(s, 2 * MINUTE_MS);
	assert_int_equal(duties(s).n, UNITS * 4); /* quarter III has begun */
	s->writes = 0;
	live(s, HOUR_MS);
	assert_int_equal(s->writes, 0);
	unload(s);
	load(s); /* all are there */
	live(s, MINUTE_MS);
	assert_int_equal(duties(s).n, UNITS * 4);
	end(s);
}

static void a_report_is_due_in_the_month_it_closes_in(void **state)
{
	static const struct {
		int closing_day;
		int due_day;
		int month; /* of the closing, and its day */
		int day;
		int due_month;
	} CASES[] = {
		{14, 20, 6, 14, 6},
		{14, 14, 6, 14, 6}, /* on the very day */
		{31, 5, 12, 31, 1}, /* closes with its month: in the next */
		{31, 28, 2, 29, 3},
	};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		struct cchc_demand demand = {.due_day = (uint8_t)CASES[i].due_day};
		cchc_day closing = cchc_day_of(2024, CASES[i].month, CASES[i].day);
		int year = CASES[i].due_month < CASES[i].month ? 2025 : 2024;

		assert_int_equal(cchc_duty_due(&demand, CASES[i].closing_day, closing),
				 cchc_day_of(year, CASES[i].due_month, CASES[i].due_day));
	}
}

static void a_changed_calendar_moves_the_dates_that_count(void **state)
{
	struct cchc_calendar_day holiday = {
		.day = KIT_DAY + 4, .rests = true, .name = ""};
	struct scene *s = begin(state);

	do_deed(s, adding("a", s->w.lac_dao->id, KIT_DAY + 4)); /* a Tuesday */
	unload(s);
	s->w.calendar = (struct cchc_calendar){.day = &holiday, .n = 1};
	s->write_fails = true;
	load(s);
	live(s, MINUTE_MS);
	assert_int_equal(kit_task(&s->w.app.kit, "a").effective, KIT_DAY + 4);
	s->write_fails = false;
	live(s, 2 * MINUTE_MS);
	assert_int_equal(kit_task(&s->w.app.kit, "a").effective, KIT_DAY + 5);
	assert_int_equal(kit_task(&s->w.app.kit, "a").due, KIT_DAY + 4);
	assert_int_equal(kit_task(&s->w.app.kit, "a").due_version, 2);
	live(s, 48 * (int64_t)HOUR_MS);
	assert_int_equal(alert_of(s, "a/d-3/2").no, 1);
	check_counts(s);
	end(s);
}

static void steps_are_known_from_when_the_rules_have_them(void **state)
{
	struct scene *s = *state;
	struct cchc_err err;
	uint64_t before;

	open_scene(s);
	before = kit_commit_number(&s->w.app.kit);
	for (int i = 0; i < 2; i++) { /* said once */
		assert_int_equal(cchc_steps_settle(&s->w.app.kit.store, &s->w.rules,
						   s->now_ms, &err),
				 CCHC_OK);
		assert_int_equal(kit_commit_number(&s->w.app.kit), before + 1);
	}
	load(s);
	do_deed_at(s, adding("a", s->w.lac_dao->id, KIT_DAY + 1),
		   day_ms(KIT_DAY - 20, 0)); /* d-1 was this morning */
	live(s, HOUR_MS);
	assert_int_equal(alerts(s), 0);
	live(s, 48 * (int64_t)HOUR_MS);
	assert_int_equal(alerts(s), 1); /* overdue */
	end(s);
}

/* At 09:00 "d-1", which was to be told today at 11:00, is taken elsewhere. */
static void a_step_that_was_moved_does_not_fire_late_for_all(void **state)
{
	static const struct {
		int days;
		int minute;
		bool fires;
	} MOVED[] = {
		{-1, 600, true}, {-2, 600, false}, {-1, 539, false}, {-1, 541, true}};

	for (size_t i = 0; i < CCHC_COUNT(MOVED); i++) {
		struct scene *s = *state;
		struct cchc_step *step;
		struct cchc_err err;

		open_scene(s);
		s->w.rules.task_class[0].shifts = false;
		step = &s->w.rules.task_class[0].step[1];
		step->days = -1;
		step->minute = 660;
		assert_int_equal(cchc_steps_settle(&s->w.app.kit.store, &s->w.rules,
						   day_ms(KIT_DAY - 60, 0), &err),
				 CCHC_OK);
		load(s);
		do_deed_at(s, adding("a", s->w.lac_dao->id, KIT_DAY + 1),
			   day_ms(KIT_DAY - 20, 0));
		unload(s);
		s->writes = 0;
		step->days = MOVED[i].days;
		step->minute = MOVED[i].minute;
		assert_int_equal(cchc_steps_settle(&s->w.app.kit.store, &s->w.rules,
						   s->now_ms, &err),
				 CCHC_OK);
		load(s);
		live(s, 5 * (int64_t)HOUR_MS);
		if ((alert_of(s, "a/d-1/1").no > 0) != MOVED[i].fires)
			fail_msg("%zu", i);
		end(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_step_is_owed_at_its_minute_and_never_early),
		cmocka_unit_test(after_downtime_only_the_latest_step_is_owed),
		cmocka_unit_test(steps_past_when_recorded_are_left_to_the_digest),
		cmocka_unit_test(
			what_is_recorded_late_once_more_is_left_to_the_digest_again),
		cmocka_unit_test(what_is_returned_overdue_is_told_of_at_once),
		cmocka_unit_test(a_storm_of_steps_with_long_texts_is_written),
		cmocka_unit_test(what_could_not_be_written_or_planned_is_tried_again),
		cmocka_unit_test(a_clock_gone_back_fires_nothing_twice),
		cmocka_unit_test(a_deed_of_a_later_clock_makes_nothing_fire_early),
		cmocka_unit_test(what_is_late_as_a_period_begins_is_counted_once),
		cmocka_unit_test(what_time_alone_changed_has_a_number_to_be_told_under),
		cmocka_unit_test(any_history_keeps_the_counts_right),
		cmocka_unit_test(reports_are_duties_as_their_periods_begin),
		cmocka_unit_test(a_report_is_due_in_the_month_it_closes_in),
		cmocka_unit_test(a_changed_calendar_moves_the_dates_that_count),
		cmocka_unit_test(steps_are_known_from_when_the_rules_have_them),
		cmocka_unit_test(a_step_that_was_moved_does_not_fire_late_for_all),
	};

	return cmocka_run_group_tests(tests, scene_set_up, scene_tear_down);
}
