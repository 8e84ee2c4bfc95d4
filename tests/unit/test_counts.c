/* Row I.4 from the register, sentence by sentence: what one task brings to one period. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"
#include "core/counts.h"

/* Quarter I/2024 is 15 December to 14 March. */
#define DECEMBER(n) (19691 + (n)) /* of 2023 */
#define MARCH(n)    (19782 + (n)) /* of 2024 */
#define NEVER       CCHC_DAY_NONE
#define AT(day, hour)                                                                    \
	((int64_t)(day)*86400000 - 7 * INT64_C(3600000) + (hour)*INT64_C(3600000))

enum { CLOSING = 14, LEAD = 3, OTHER = 4, PAST = 4 };

enum { GONE = CCHC_TASK_CANCELLED, OPEN = CCHC_TASK_OPEN, DONE = CCHC_TASK_DONE };
enum { WAITING = CCHC_TASK_WAITING };

struct sentence {
	const char *says;
	cchc_day assigned;
	struct cchc_task_past past[PAST]; /* as recorded from at_ms on */
	const char *period;
	int64_t now_ms;
	const char *adds; /* of 4.1 .. 4.4 */
};

static void assert_adds(const struct sentence *s, struct cchc_count count, uint32_t lead)
{
	for (int which = 0; which < CCHC_REGISTERS; which++)
		if (!(count.adds & 1u << which) != !strchr(s->adds, '1' + which))
			fail_msg("%s: 4.%d is %s", s->says, which + 1,
				 count.adds & 1u << which ? "counted" : "not counted");
	if (s->adds[0] && count.lead != lead)
		fail_msg("%s: counted at %u, not %u", s->says, count.lead, lead);
}

static struct cchc_task task_of(const struct sentence *s)
{
	struct cchc_task task = {.assigned = s->assigned, .past = s->past};

	while (task.n_past < PAST && s->past[task.n_past].state)
		task.n_past++;
	assert_true(task.n_past > 0);
	task.changed_ms = s->past[task.n_past - 1].at_ms;
	return task;
}

static struct cchc_period period_of(const char *text)
{
	struct cchc_period period = {0};

	assert_true(cchc_period_parse(text, &period));
	return period;
}

static void assert_says(const struct sentence *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct cchc_task task = task_of(&s[i]);

		assert_adds(&s[i],
			    cchc_count_of(&task, period_of(s[i].period), CLOSING,
					  s[i].now_ms),
			    LEAD);
	}
}

/* clang-format off */
#define RECORDED(day, hour, due, done, state) {AT(day, hour), LEAD, due, done, state}
#define DUE_5   RECORDED(MARCH(1), 9, MARCH(5), NEVER, OPEN)
#define AFTER   AT(MARCH(20), 9) /* when the quarter has ended */

static void given_are_those_assigned_by_then_and_not_finished_before(void **state)
{
	static const struct sentence SENTENCES[] = {
		{"assigned on the last day", MARCH(14),
		 {RECORDED(MARCH(14), 23, MARCH(30), NEVER, OPEN)}, "2024-Q1", AFTER, "1"},
		{"assigned on the day after it", MARCH(15),
		 {RECORDED(MARCH(14), 23, MARCH(30), NEVER, OPEN)}, "2024-Q1", AFTER, ""},
		{"its assigned day has not come", MARCH(8),
		 {RECORDED(MARCH(1), 9, MARCH(30), NEVER, OPEN)}, "2024-Q1",
		 AT(MARCH(8), 0) - 1, ""},
		{"its assigned day has come", MARCH(8),
		 {RECORDED(MARCH(1), 9, MARCH(30), NEVER, OPEN)}, "2024-Q1",
		 AT(MARCH(8), 0), "1"},
		{"assigned before the period", DECEMBER(1),
		 {RECORDED(DECEMBER(1), 9, MARCH(30), NEVER, OPEN)}, "2024-Q1", AFTER, "1"},
		{"finished on the day before the period", DECEMBER(1),
		 {RECORDED(DECEMBER(1), 9, MARCH(30), DECEMBER(14), DONE)}, "2024-Q1",
		 AFTER, ""},
		{"finished on its first day", DECEMBER(1),
		 {RECORDED(DECEMBER(15), 9, MARCH(30), DECEMBER(15), DONE)}, "2024-Q1",
		 AFTER, "12"},
		{"finished after it", MARCH(1),
		 {RECORDED(MARCH(1), 9, MARCH(30), NEVER, OPEN),
		  RECORDED(MARCH(16), 9, MARCH(30), MARCH(16), DONE)}, "2024-Q1",
		 AFTER, "1"},
		{"recorded at the end of the period", MARCH(1),
		 {RECORDED(MARCH(15), 0, MARCH(5), NEVER, OPEN)}, "2024-Q1", AFTER, ""},
		{"recorded just before its end", MARCH(1),
		 {{AT(MARCH(15), 0) - 1, LEAD, MARCH(5), NEVER, OPEN}}, "2024-Q1",
		 AFTER, "14"},
	};

	(void)state;
	assert_says(SENTENCES, CCHC_COUNT(SENTENCES));
}

static void done_is_in_time_or_late_against_the_effective_due_date(void **state)
{
	static const struct sentence SENTENCES[] = {
		{"done on the due date", MARCH(1),
		 {DUE_5, RECORDED(MARCH(6), 9, MARCH(5), MARCH(5), DONE)}, "2024-Q1",
		 AFTER, "12"},
		{"done on the day after it", MARCH(1),
		 {DUE_5, RECORDED(MARCH(6), 9, MARCH(5), MARCH(6), DONE)}, "2024-Q1",
		 AFTER, "13"},
		{"done on the last day of the period", MARCH(1),
		 {DUE_5, RECORDED(MARCH(14), 23, MARCH(5), MARCH(14), DONE)}, "2024-Q1",
		 AFTER, "13"},
		{"without a due date it is never late", MARCH(1),
		 {RECORDED(MARCH(1), 9, NEVER, MARCH(14), DONE)}, "2024-Q1", AFTER, "12"},
		{"the extended date counts", MARCH(1),
		 {DUE_5, RECORDED(MARCH(9), 9, MARCH(9), MARCH(9), DONE)}, "2024-Q1",
		 AFTER, "12"},
		{"one that waits for confirmation is done on its done date", MARCH(1),
		 {DUE_5, RECORDED(MARCH(7), 9, MARCH(5), MARCH(4), WAITING)}, "2024-Q1",
		 AFTER, "12"},
		{"returned, it is not done any more", MARCH(1),
		 {DUE_5, RECORDED(MARCH(7), 9, MARCH(5), MARCH(4), WAITING),
		  RECORDED(MARCH(8), 9, MARCH(5), NEVER, OPEN)}, "2024-Q1", AFTER, "14"},
		{"returned after the period it was done in it", MARCH(1),
		 {DUE_5, RECORDED(MARCH(7), 9, MARCH(5), MARCH(4), WAITING),
		  RECORDED(MARCH(16), 9, MARCH(5), NEVER, OPEN)}, "2024-Q1", AFTER, "12"},
		{"and it is given and overdue in the next", MARCH(1),
		 {DUE_5, RECORDED(MARCH(7), 9, MARCH(5), MARCH(4), WAITING),
		  RECORDED(MARCH(16), 9, MARCH(5), NEVER, OPEN)}, "2024-Q2", AFTER, "14"},
		{"said after the period, though done within it", MARCH(1),
		 {DUE_5, RECORDED(MARCH(16), 9, MARCH(5), MARCH(4), WAITING)}, "2024-Q1",
		 AFTER, "14"},
		{"and the next has nothing of it", MARCH(1),
		 {DUE_5, RECORDED(MARCH(16), 9, MARCH(5), MARCH(4), WAITING)}, "2024-Q2",
		 AFTER, ""},
		{"the half-year that goes on has it", MARCH(1),
		 {DUE_5, RECORDED(MARCH(16), 9, MARCH(5), MARCH(4), WAITING)}, "2024-H1",
		 AFTER, "12"},
	};

	(void)state;
	assert_says(SENTENCES, CCHC_COUNT(SENTENCES));
}

static void overdue_is_what_is_late_at_the_instant_and_not_done(void **state)
{
	static const struct sentence SENTENCES[] = {
		{"not on its due day", MARCH(1), {DUE_5}, "2024-Q1", AT(MARCH(5), 23), "1"},
		{"not a moment before it ends", MARCH(1), {DUE_5}, "2024-Q1",
		 AT(MARCH(6), 0) - 1, "1"},
		{"from 00:00 of the day after", MARCH(1), {DUE_5}, "2024-Q1",
		 AT(MARCH(6), 0), "14"},
		{"due on the very last day, at 24:00 of it", MARCH(1),
		 {RECORDED(MARCH(1), 9, MARCH(14), NEVER, OPEN)}, "2024-Q1", AFTER, "14"},
		{"due on the day after the period, whatever came since", MARCH(1),
		 {RECORDED(MARCH(1), 9, MARCH(15), NEVER, OPEN)}, "2024-Q1", AFTER, "1"},
		{"but in the period that goes on", MARCH(1),
		 {RECORDED(MARCH(1), 9, MARCH(15), NEVER, OPEN)}, "2024-H1", AFTER, "14"},
		{"never without a due date", MARCH(1),
		 {RECORDED(MARCH(1), 9, NEVER, NEVER, OPEN)}, "2024-Q1", AFTER, "1"},
		{"extended after the period it was overdue in it", MARCH(1),
		 {DUE_5, RECORDED(MARCH(16), 9, MARCH(29), NEVER, OPEN)}, "2024-Q1",
		 AFTER, "14"},
		{"done late on the next day after the period", MARCH(1),
		 {DUE_5, RECORDED(MARCH(15), 9, MARCH(5), MARCH(15), DONE)}, "2024-Q1",
		 AFTER, "14"},
		{"which the next period counts as done late", MARCH(1),
		 {DUE_5, RECORDED(MARCH(15), 9, MARCH(5), MARCH(15), DONE)}, "2024-Q2",
		 AFTER, "13"},
	};

	(void)state;
	assert_says(SENTENCES, CCHC_COUNT(SENTENCES));
}

static void cancelled_tasks_do_not_count_from_then_on(void **state)
{
	static const struct sentence SENTENCES[] = {
		{"cancelled", MARCH(1),
		 {DUE_5, RECORDED(MARCH(8), 9, MARCH(5), NEVER, GONE)}, "2024-Q1", AFTER, ""},
		{"cancelled after the period", MARCH(1),
		 {DUE_5, RECORDED(MARCH(16), 9, MARCH(5), NEVER, GONE)}, "2024-Q1",
		 AFTER, "14"},
		{"gone from the next", MARCH(1),
		 {DUE_5, RECORDED(MARCH(16), 9, MARCH(5), NEVER, GONE)}, "2024-Q2",
		 AFTER, ""},
		{"reopened", MARCH(1),
		 {DUE_5, RECORDED(MARCH(8), 9, MARCH(5), NEVER, GONE),
		  RECORDED(MARCH(9), 9, MARCH(5), NEVER, OPEN)}, "2024-Q1", AFTER, "14"},
	};

	(void)state;
	assert_says(SENTENCES, CCHC_COUNT(SENTENCES));
}

/* clang-format on */

static void duties_do_not_count(void **state)
{
	static const struct sentence SENTENCE = {"a duty",  MARCH(1), {DUE_5},
						 "2024-Q1", AFTER,    ""};
	struct cchc_task task = task_of(&SENTENCE);

	(void)state;
	task.is_duty = true;
	assert_adds(&SENTENCE, cchc_count_of(&task, period_of("2024-Q1"), CLOSING, AFTER),
		    0);
}

static void a_task_counts_at_who_leads_it_then(void **state)
{
	static const struct sentence MOVED = {
		"moved",
		MARCH(1),
		{DUE_5, {AT(MARCH(16), 9), OTHER, MARCH(5), NEVER, OPEN}},
		"2024-Q1",
		AFTER,
		"14"};
	struct cchc_task task = task_of(&MOVED);

	(void)state;
	assert_adds(&MOVED, cchc_count_of(&task, period_of("2024-Q1"), CLOSING, AFTER),
		    LEAD);
	assert_adds(&MOVED, cchc_count_of(&task, period_of("2024-H1"), CLOSING, AFTER),
		    OTHER);
	assert_int_equal(cchc_counts_recorded(&task, period_of("2024-Q1"), CLOSING)->lead,
			 LEAD);
	assert_null(cchc_counts_recorded(&task, period_of("2023"), CLOSING));
}

static void the_instant_is_now_or_the_end_of_the_last_day(void **state)
{
	static const struct {
		int closing_day;
		cchc_day last;
	} ENDS[] = {{14, MARCH(14)}, {1, MARCH(1)}, {CCHC_CLOSE_MONTH_END, MARCH(31)}};
	struct cchc_period q1 = period_of("2024-Q1");

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(ENDS); i++) {
		int64_t end = AT(ENDS[i].last + 1, 0);
		int closing_day = ENDS[i].closing_day;

		assert_true(cchc_counts_instant(q1, closing_day, end - 1) == end - 1);
		assert_true(cchc_counts_instant(q1, closing_day, end + 1) == end);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			given_are_those_assigned_by_then_and_not_finished_before),
		cmocka_unit_test(done_is_in_time_or_late_against_the_effective_due_date),
		cmocka_unit_test(overdue_is_what_is_late_at_the_instant_and_not_done),
		cmocka_unit_test(cancelled_tasks_do_not_count_from_then_on),
		cmocka_unit_test(duties_do_not_count),
		cmocka_unit_test(a_task_counts_at_who_leads_it_then),
		cmocka_unit_test(the_instant_is_now_or_the_end_of_the_last_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
