/* What becomes of a task by what is done with it. */
#include "taskstage.h"

/* --- doing
 * ------------------------------------------------------------------------ */

static void a_new_task_has_all_that_was_said_and_nothing_else(void **state)
{
	static const uint32_t GIVEN[] = {9, LEAD, 5, 9, CO, 5};
	static const uint32_t KEPT[] = {CO, 5, 9};
	struct cchc_deed add = deed_of(CCHC_DEED_ADD);
	struct stage s;

	(void)state;
	begin(&s, NOTHING);
	memset(&s.task, 0x5a, sizeof(s.task)); /* of another */
	add.co = GIVEN;
	add.n_co = CCHC_COUNT(GIVEN);
	add.result = "không hỏi";
	act_at(&s, &add, noon(MARCH(4)));
	assert_int_equal(s.task.no, 0);
	assert_string_equal(s.task.id, add.id);
	assert_string_equal(s.task.assigner, "");
	assert_string_equal(s.task.result, "");
	assert_string_equal(s.task.reason, "");
	assert_string_equal(s.task.wish_reason, "");
	assert_int_equal(s.task.n_co, CCHC_COUNT(KEPT));
	assert_memory_equal(s.task.co, KEPT, sizeof(KEPT));
	assert_int_equal(s.task.state, CCHC_TASK_OPEN);
	assert_int_equal(s.task.due_version, 1);
	assert_int_equal(s.task.due_since_ms, noon(MARCH(4)));
	assert_int_equal(s.task.fired_ms, noon(MARCH(4)));
	assert_int_equal(s.task.changed_ms, noon(MARCH(4)));
	assert_int_equal(s.task.journal, 101);
	assert_int_equal(s.task.wish, NONE);
	assert_int_equal(s.task.extensions, 0);
	assert_int_equal(s.task.n_past, 1);
	assert_true(cchc_task_runs(&s.task));
	assert_int_equal(cchc_task_overdue_ms(&s.task), cchc_day_start_ms(MARCH(16)));
	end(&s);
}

static void a_task_without_due_date_is_never_overdue(void **state)
{
	struct stage s;

	(void)state;
	begin(&s, UNDATED);
	assert_true(cchc_task_runs(&s.task));
	assert_int_equal(cchc_task_overdue_ms(&s.task), INT64_MAX);
	end(&s);
}

static void an_extension_makes_a_new_version_and_ends_the_wish(void **state)
{
	struct stage s;

	(void)state;
	begin(&s, WISHED);
	assert_int_equal(s.task.state, CCHC_TASK_OPEN);
	assert_int_equal(s.task.wish, MARCH(29));
	assert_string_equal(s.task.wish_reason, "lý do");
	assert_string_equal(s.task.reason, "");
	assert_int_equal(s.task.due_version, 1);
	act(&s, CCHC_DEED_EXTEND, TODAY);
	assert_int_equal(s.task.due, MARCH(22));
	assert_int_equal(s.task.effective, MARCH(22));
	assert_int_equal(s.task.due_version, 2);
	assert_int_equal(s.task.due_since_ms, noon(TODAY));
	assert_int_equal(s.task.fired_ms, noon(TODAY));
	assert_int_equal(s.task.extensions, 1);
	assert_int_equal(s.task.wish, NONE);
	assert_string_equal(s.task.wish_reason, "");
	assert_string_equal(s.task.reason, "lý do");
	end(&s);
}

/* From a Saturday to the Sunday after it, both of them standing for Monday. */
static void an_extension_within_days_of_rest_keeps_the_version(void **state)
{
	struct cchc_deed add = deed_of(CCHC_DEED_ADD);
	struct cchc_deed extend = deed_of(CCHC_DEED_EXTEND);
	struct stage s;

	(void)state;
	begin(&s, NOTHING);
	add.due = MARCH(16);
	add.effective = extend.effective = MARCH(18);
	extend.due = MARCH(17);
	act_at(&s, &add, noon(MARCH(4)));
	act_at(&s, &extend, noon(TODAY));
	assert_int_equal(s.task.due, MARCH(17));
	assert_int_equal(s.task.extensions, 1);
	assert_int_equal(s.task.due_version, 1);
	assert_int_equal(s.task.fired_ms, noon(MARCH(4)));
	end(&s);
}

static void a_report_waits_and_may_be_corrected(void **state)
{
	struct cchc_deed report = deed_of(CCHC_DEED_REPORT);
	struct stage s;

	(void)state;
	begin(&s, WISHED);
	act_at(&s, &report, noon(TODAY));
	assert_int_equal(s.task.state, CCHC_TASK_WAITING);
	assert_int_equal(s.task.done, MARCH(11));
	assert_int_equal(s.task.wish, NONE);
	assert_false(cchc_task_runs(&s.task));
	report.done = MARCH(10);
	report.result = NULL;
	report.wish = MARCH(1); /* idle beside a done date, so not judged */
	act_at(&s, &report, noon(TODAY));
	assert_int_equal(s.task.state, CCHC_TASK_WAITING);
	assert_int_equal(s.task.done, MARCH(10));
	assert_string_equal(s.task.result, "");
	assert_int_equal(s.task.wish, NONE);
	act(&s, CCHC_DEED_ACCEPT, TODAY);
	assert_int_equal(s.task.state, CCHC_TASK_DONE);
	assert_int_equal(s.task.done, MARCH(10));
	end(&s);
}

static void a_wish_leaves_a_waiting_task_waiting(void **state)
{
	struct stage s;

	(void)state;
	begin(&s, WAITING);
	wish(&s);
	assert_int_equal(s.task.state, CCHC_TASK_WAITING);
	assert_int_equal(s.task.done, MARCH(11));
	assert_int_equal(s.task.wish, MARCH(29));
	act(&s, CCHC_DEED_ACCEPT, TODAY);
	assert_int_equal(s.task.wish, NONE);
	end(&s);
}

/* What fired before it waited is over: its steps are those of a new version, from where
 * those of the old one were. */
static void what_is_returned_is_told_of_anew(void **state)
{
	struct stage s;

	(void)state;
	begin(&s, WAITING);
	s.task.fired_ms += 5 * DAY_MS;
	act(&s, CCHC_DEED_RETURN, MARCH(20));
	assert_int_equal(s.task.state, CCHC_TASK_OPEN);
	assert_int_equal(s.task.done, NONE);
	assert_string_equal(s.task.result, "");
	assert_int_equal(s.task.due_version, 2);
	assert_true(s.task.due_since_ms < noon(MARCH(12)));
	assert_true(s.task.fired_ms == s.task.due_since_ms);
	end(&s);
}

static void what_is_reopened_has_a_new_version(void **state)
{
	static const enum start STARTS[] = {DONE, CANCELLED};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(STARTS); i++) {
		struct stage s;

		begin(&s, STARTS[i]);
		act(&s, CCHC_DEED_REOPEN, MARCH(20));
		assert_int_equal(s.task.state, CCHC_TASK_OPEN);
		assert_int_equal(s.task.done, NONE);
		assert_int_equal(s.task.due_version, 2);
		assert_int_equal(s.task.due_since_ms, noon(MARCH(20)));
		assert_int_equal(s.task.fired_ms, noon(MARCH(20)));
		assert_int_equal(s.task.effective, MARCH(15));
		end(&s);
	}
}

static void what_is_moved_must_be_done_by_the_new_lead(void **state)
{
	struct cchc_deed move = deed_of(CCHC_DEED_MOVE);
	struct stage s;

	(void)state;
	begin(&s, WAITING);
	move.lead = CO;
	act_at(&s, &move, noon(TODAY));
	assert_int_equal(s.task.lead, CO);
	assert_int_equal(s.task.n_co, 0);
	assert_int_equal(s.task.state, CCHC_TASK_OPEN);
	assert_int_equal(s.task.done, NONE);
	assert_string_equal(s.task.result, "");
	assert_int_equal(s.task.due_version, 1);
	assert_int_equal(s.task.past[0].lead, LEAD);
	assert_int_equal(s.task.past[s.task.n_past - 1].lead, CO);
	end(&s);
}

static void a_cancelled_task_was_not_done(void **state)
{
	struct stage s;

	(void)state;
	begin(&s, WAITING);
	act(&s, CCHC_DEED_CANCEL, TODAY);
	assert_int_equal(s.task.state, CCHC_TASK_CANCELLED);
	assert_int_equal(s.task.done, NONE);
	assert_false(cchc_task_runs(&s.task));
	end(&s);
}

static void a_changed_calendar_moves_the_date_that_counts_only(void **state)
{
	struct stage s;

	(void)state;
	begin(&s, OPEN);
	act(&s, CCHC_DEED_CALENDAR, TODAY);
	assert_int_equal(s.task.due, MARCH(15));
	assert_int_equal(s.task.effective, MARCH(18));
	assert_int_equal(s.task.due_version, 2);
	assert_int_equal(s.task.due_since_ms, noon(TODAY));
	assert_int_equal(s.task.extensions, 0);
	assert_string_equal(s.task.reason, "");
	end(&s);
}

static void a_duty_is_done_on_the_day_of_the_clock(void **state)
{
	struct stage s;

	(void)state;
	begin(&s, DUTY);
	act(&s, CCHC_DEED_FULFIL, MARCH(14));
	assert_int_equal(s.task.state, CCHC_TASK_DONE);
	assert_int_equal(s.task.done, MARCH(14));
	act(&s, CCHC_DEED_REOPEN, MARCH(15));
	act(&s, CCHC_DEED_FULFIL, MARCH(16));
	assert_int_equal(s.task.done, MARCH(16));
	assert_int_equal(s.task.due_version, 2);
	end(&s);
}

/* --- history
 * ---------------------------------------------------------------------- */

static void of_each_day_only_its_end_is_kept(void **state)
{
	struct stage s;

	(void)state;
	begin(&s, OPEN); /* on the 4th */
	act(&s, CCHC_DEED_REPORT, MARCH(11));
	act(&s, CCHC_DEED_RETURN, MARCH(11));
	assert_int_equal(s.task.n_past, 2);
	assert_int_equal(s.task.past[1].state, CCHC_TASK_OPEN);
	act(&s, CCHC_DEED_REPORT, MARCH(12));
	act(&s, CCHC_DEED_ACCEPT, MARCH(12));
	assert_int_equal(s.task.n_past, 3);
	assert_int_equal(s.task.past[2].state, CCHC_TASK_DONE);
	assert_int_equal(s.task.past[2].done, MARCH(11));
	assert_int_equal(s.task.past[2].at_ms, noon(MARCH(12)));
	end(&s);
}

static void the_first_snapshot_stays_beside_another_of_its_day(void **state)
{
	struct stage s;

	(void)state;
	begin(&s, OPEN);
	act(&s, CCHC_DEED_EXTEND, MARCH(4));
	assert_int_equal(s.task.n_past, 2);
	act(&s, CCHC_DEED_CANCEL, MARCH(4));
	assert_int_equal(s.task.n_past, 2);
	assert_int_equal(s.task.past[0].effective, MARCH(15));
	assert_int_equal(s.task.past[0].state, CCHC_TASK_OPEN);
	assert_int_equal(s.task.past[1].state, CCHC_TASK_CANCELLED);
	end(&s);
}

static void what_row_i4_does_not_see_leaves_no_trace(void **state)
{
	struct stage s;

	(void)state;
	begin(&s, WISHED);
	assert_int_equal(s.task.n_past, 1);
	assert_int_equal(s.task.journal, 102);
	end(&s);
}

static void a_clock_set_back_takes_nothing_back(void **state)
{
	struct stage s;

	(void)state;
	begin(&s, OPEN);
	act(&s, CCHC_DEED_EXTEND, MARCH(12));
	act(&s, CCHC_DEED_CANCEL, MARCH(6));
	assert_int_equal(s.task.n_past, 2);
	assert_int_equal(s.task.past[1].at_ms, noon(MARCH(12)));
	assert_int_equal(s.task.changed_ms, noon(MARCH(6)));
	act(&s, CCHC_DEED_REOPEN, MARCH(6));
	assert_int_equal(s.task.due_version, 3);
	assert_int_equal(s.task.fired_ms, noon(MARCH(12)));
	assert_int_equal(s.task.due_since_ms, noon(MARCH(12)));
	end(&s);
}

static void a_full_history_is_a_limit_and_changes_nothing(void **state)
{
	struct cchc_deed cancel = deed_of(CCHC_DEED_CANCEL);
	struct cchc_deed reopen = deed_of(CCHC_DEED_REOPEN);
	struct cchc_task before;
	struct stage s;
	cchc_day day = MARCH(5);

	(void)state;
	begin(&s, OPEN);
	for (; s.task.n_past < CCHC_TASK_PAST_MAX; day++)
		act_at(&s, day % 2 ? &cancel : &reopen, noon(day));
	before = s.task;
	assert_int_equal(cchc_task_do(&s.task, day % 2 ? &cancel : &reopen, noon(day), 1,
				      &s.arena),
			 CCHC_LIMIT);
	assert_memory_equal(&s.task, &before, sizeof(before));
	end(&s);
}

static void without_memory_nothing_changes(void **state)
{
	struct cchc_deed cancel = deed_of(CCHC_DEED_CANCEL);
	struct cchc_arena none;
	struct cchc_task before;
	struct stage s;

	(void)state;
	begin(&s, OPEN);
	cchc_arena_init(&none, 0);
	before = s.task;
	assert_int_equal(cchc_task_do(&s.task, &cancel, noon(TODAY), 1, &none),
			 CCHC_NOMEM);
	assert_memory_equal(&s.task, &before, sizeof(before));
	cchc_arena_fini(&none);
	end(&s);
}

static void states_and_deeds_have_names(void **state)
{
	static const struct {
		enum cchc_task_state state;
		const char *name;
		const char *vietnamese;
	} STATES[] = {
		{CCHC_TASK_OPEN, "open", "đang thực hiện"},
		{CCHC_TASK_WAITING, "waiting", "chờ xác nhận"},
		{CCHC_TASK_DONE, "done", "đã hoàn thành"},
		{CCHC_TASK_CANCELLED, "cancelled", "đã hủy"},
		{(enum cchc_task_state)0, "unknown", "không rõ"},
	};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(STATES); i++) {
		assert_string_equal(cchc_task_state_name(STATES[i].state),
				    STATES[i].name);
		assert_string_equal(cchc_task_state_vietnamese(STATES[i].state),
				    STATES[i].vietnamese);
	}
	for (int kind = CCHC_DEED_ADD; kind <= CCHC_DEED_FULFIL; kind++)
		assert_non_null(cchc_deed_name((enum cchc_deed_kind)kind));
	assert_string_equal(cchc_deed_name(CCHC_DEED_MOVE), "move");
	assert_null(cchc_deed_name((enum cchc_deed_kind)0));
	assert_null(cchc_deed_name((enum cchc_deed_kind)11));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_task_has_all_that_was_said_and_nothing_else),
		cmocka_unit_test(a_task_without_due_date_is_never_overdue),
		cmocka_unit_test(an_extension_makes_a_new_version_and_ends_the_wish),
		cmocka_unit_test(an_extension_within_days_of_rest_keeps_the_version),
		cmocka_unit_test(a_report_waits_and_may_be_corrected),
		cmocka_unit_test(a_wish_leaves_a_waiting_task_waiting),
		cmocka_unit_test(what_is_returned_is_told_of_anew),
		cmocka_unit_test(what_is_reopened_has_a_new_version),
		cmocka_unit_test(what_is_moved_must_be_done_by_the_new_lead),
		cmocka_unit_test(a_cancelled_task_was_not_done),
		cmocka_unit_test(a_changed_calendar_moves_the_date_that_counts_only),
		cmocka_unit_test(a_duty_is_done_on_the_day_of_the_clock),
		cmocka_unit_test(of_each_day_only_its_end_is_kept),
		cmocka_unit_test(the_first_snapshot_stays_beside_another_of_its_day),
		cmocka_unit_test(what_row_i4_does_not_see_leaves_no_trace),
		cmocka_unit_test(a_clock_set_back_takes_nothing_back),
		cmocka_unit_test(a_full_history_is_a_limit_and_changes_nothing),
		cmocka_unit_test(without_memory_nothing_changes),
		cmocka_unit_test(states_and_deeds_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
