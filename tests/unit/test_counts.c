/* Row I.4 from the register, sentence by sentence: what one task brings to one period,
 * and how the counts of units, years and instants are made of that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"
#include "core/counts.h"
#include "unitfile.h"

/* Quarter I/2024 is 15 December to 14 March. */
#define DECEMBER(n) (19691 + (n)) /* of 2023 */
#define MARCH(n)    (19782 + (n)) /* of 2024 */
#define NEVER       CCHC_DAY_NONE
#define AT(day, hour)                                                                    \
	((int64_t)(day)*86400000 - 7 * INT64_C(3600000) + (hour)*INT64_C(3600000))

enum { CLOSING = 14, LEAD = 3, OTHER = 4, PAST = 4 };

/* --- one task, one period --------------------------------------------------------- */

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

/* --- units, years, instants ------------------------------------------------------- */

static const char UNITS[] = "code,parent,level,kind,name,valid_from,valid_to\n"
			    "0,,nation,Nước,Nước,,\n"
			    "33,0,province,Tỉnh,Tỉnh Hưng Yên,,\n"
			    "325,33,district,Huyện,Huyện Văn Lâm,,2025-06-30\n"
			    "11986,325,commune,Thị trấn,Như Quỳnh,,2025-06-30\n"
			    "11989,325,commune,Xã,Lạc Đạo,,2025-06-30\n"
			    "12004,33,commune,Xã,Xã Như Quỳnh,2025-07-01,\n";
enum { NATION = 1, PROVINCE, DISTRICT, COMMUNE, SECOND, MERGED };

enum { TOLD = 512 };

struct book {
	struct cchc_arena arena;
	struct cchc_units units;
	struct cchc_trees trees;
	struct cchc_counts *counts;
	size_t told;
	struct cchc_period period[TOLD];
	uint32_t unit[TOLD];
};

static void on_change(void *data, uint32_t unit, struct cchc_period period)
{
	struct book *b = data;

	assert_true(b->told < TOLD);
	b->unit[b->told] = unit;
	b->period[b->told++] = period;
}

static bool was_told(const struct book *b, uint32_t unit, const char *period)
{
	for (size_t i = 0; i < b->told; i++)
		if (b->unit[i] == unit &&
		    cchc_period_equal(b->period[i], period_of(period)))
			return true;
	return false;
}

static int open_book(void **state)
{
	static struct book b;

	b = (struct book){0};
	cchc_arena_init(&b.arena, 1u << 20);
	test_units_parse(&b.units, &b.arena, "units", UNITS, sizeof(UNITS) - 1);
	cchc_trees_init(&b.trees, &b.units);
	*state = &b;
	return 0;
}

static int close_book(void **state)
{
	struct book *b = *state;

	cchc_counts_free(&b->counts);
	cchc_trees_fini(&b->trees);
	cchc_units_fini(&b->units);
	cchc_arena_fini(&b->arena);
	return 0;
}

static void begin(struct book *b, cchc_day from, int64_t now_ms)
{
	struct cchc_counts_options options = {.trees = &b->trees,
					      .max_unit = b->units.max_id,
					      .closing_day = CLOSING,
					      .from = from,
					      .now_ms = now_ms,
					      .on_change = on_change,
					      .data = b};

	cchc_counts_free(&b->counts);
	b->told = 0;
	assert_int_equal(cchc_counts_new(&options, &b->counts), CCHC_OK);
}

static void add_year(struct book *b, uint16_t year, uint64_t journal)
{
	assert_int_equal(cchc_counts_add_year(b->counts, year, journal), CCHC_OK);
}

/* Open, assigned on 1 March. */
struct open_task {
	struct cchc_task_past past;
	struct cchc_task task;
};

static struct cchc_task *open_task(struct open_task *o, uint32_t lead, cchc_day due)
{
	o->past = (struct cchc_task_past){AT(MARCH(1), 9), lead, due, NEVER, OPEN};
	o->task = (struct cchc_task){.assigned = MARCH(1),
				     .past = &o->past,
				     .n_past = 1,
				     .journal = 7,
				     .changed_ms = o->past.at_ms};
	return &o->task;
}

static void add(struct book *b, const struct cchc_task *task, uint16_t year)
{
	assert_int_equal(cchc_counts_add_task(b->counts, task, year), CCHC_OK);
}

static int64_t own(struct book *b, uint32_t unit, const char *period, int which)
{
	return cchc_counts_own(b->counts, unit, period_of(period),
			       (enum cchc_register)which);
}

static int64_t below(struct book *b, uint32_t unit, const char *period, int which)
{
	return cchc_counts_below(b->counts, unit, period_of(period),
				 (enum cchc_register)which);
}

static void distinct_tasks_add_up_to_all_above_the_lead(void **state)
{
	struct book *b = *state;
	struct open_task o;

	begin(b, DECEMBER(15), AFTER);
	add_year(b, 2024, 0);
	add(b, open_task(&o, COMMUNE, MARCH(5)), 2024);
	add(b, open_task(&o, COMMUNE, MARCH(30)), 2024);
	add(b, open_task(&o, SECOND, MARCH(5)), 2024);
	add(b, open_task(&o, DISTRICT, MARCH(5)), 2024);
	assert_int_equal(own(b, COMMUNE, "2024-Q1", CCHC_REGISTER_GIVEN), 2);
	assert_int_equal(own(b, COMMUNE, "2024-Q1", CCHC_REGISTER_OVERDUE), 1);
	assert_int_equal(own(b, DISTRICT, "2024-Q1", CCHC_REGISTER_GIVEN), 1);
	assert_int_equal(below(b, DISTRICT, "2024-Q1", CCHC_REGISTER_GIVEN), 3);
	assert_int_equal(below(b, PROVINCE, "2024-Q1", CCHC_REGISTER_GIVEN), 4);
	assert_int_equal(below(b, NATION, "2024-Q1", CCHC_REGISTER_OVERDUE), 3);
	/* over time they are the same tasks, not the sum of two quarters */
	assert_int_equal(own(b, COMMUNE, "2024-Q2", CCHC_REGISTER_GIVEN), 2);
	assert_int_equal(own(b, COMMUNE, "2024-H1", CCHC_REGISTER_GIVEN), 2);
	assert_int_equal(own(b, COMMUNE, "2024", CCHC_REGISTER_GIVEN), 2);
	assert_int_equal(own(b, COMMUNE, "2024-03", CCHC_REGISTER_GIVEN), 2);
	assert_int_equal(own(b, COMMUNE, "2024-02", CCHC_REGISTER_GIVEN), 0);
}

static void units_with_tasks_are_counted_once_by_their_level(void **state)
{
	static const struct {
		uint32_t unit;
		enum cchc_level level;
		uint32_t n;
	} LEADS[] = {
		{DISTRICT, CCHC_COMMUNE, 2},  {PROVINCE, CCHC_COMMUNE, 2},
		{PROVINCE, CCHC_DISTRICT, 0}, {NATION, CCHC_PROVINCE, 1},
		{NATION, CCHC_COMMUNE, 2},    {COMMUNE, CCHC_COMMUNE, 0},
	};
	struct book *b = *state;
	struct open_task o;

	begin(b, DECEMBER(15), AFTER);
	add_year(b, 2024, 0);
	add(b, open_task(&o, COMMUNE, MARCH(5)), 2024);
	add(b, open_task(&o, COMMUNE, MARCH(6)), 2024);
	add(b, open_task(&o, SECOND, MARCH(5)), 2024);
	add(b, open_task(&o, PROVINCE, MARCH(5)), 2024);
	for (size_t i = 0; i < CCHC_COUNT(LEADS); i++)
		assert_int_equal(cchc_counts_leads_below(b->counts, LEADS[i].unit,
							 period_of("2024-Q1"),
							 LEADS[i].level),
				 LEADS[i].n);
}

static void the_tree_is_that_of_the_last_day(void **state)
{
	static const cchc_day JUNE_1 = 20240; /* 2025-06-01 */
	struct book *b = *state;
	struct open_task o;
	struct cchc_task *task;

	begin(b, DECEMBER(15), AT(JUNE_1 + 60, 9));
	add_year(b, 2025, 0);
	task = open_task(&o, COMMUNE, NEVER);
	task->assigned = JUNE_1;
	o.past.at_ms = task->changed_ms = AT(JUNE_1, 9);
	add(b, task, 2025);
	task = open_task(&o, MERGED, NEVER);
	task->assigned = JUNE_1 + 35;
	o.past.at_ms = task->changed_ms = AT(JUNE_1 + 35, 9);
	add(b, task, 2025);
	assert_int_equal(below(b, DISTRICT, "2025-Q2", CCHC_REGISTER_GIVEN), 1);
	assert_int_equal(below(b, PROVINCE, "2025-Q2", CCHC_REGISTER_GIVEN), 1);
	assert_int_equal(own(b, COMMUNE, "2025-Q3", CCHC_REGISTER_GIVEN), 1);
	assert_int_equal(below(b, DISTRICT, "2025-Q3", CCHC_REGISTER_GIVEN), 0);
	assert_int_equal(below(b, PROVINCE, "2025-Q3", CCHC_REGISTER_GIVEN), 1);
}

static void only_periods_that_begin_with_the_register_have_counts(void **state)
{
	static const struct {
		const char *period;
		bool covered;
	} PERIODS[] = {
		{"2024-Q1", false}, {"2024-03", true},
		{"2024-Q2", true},  {"2024-H1", false},
		{"2024-04", true},  {"2024-05", false}, /* not begun */
		{"2024", false},    {"2024-Q3", false},
		{"2025-Q1", false},
	};
	struct book *b = *state;
	struct open_task o;

	begin(b, MARCH(15) - 29, AT(MARCH(20), 9)); /* from 15 February on */
	assert_true(cchc_counts_begin_in(b->counts, 2024));
	assert_true(cchc_counts_begin_in(b->counts, 2025));
	assert_false(cchc_counts_begin_in(b->counts, 2023));
	assert_false(cchc_counts_cover(b->counts, period_of("2024-Q2")));
	add_year(b, 2024, 0);
	add(b, open_task(&o, COMMUNE, MARCH(5)), 2024);
	for (size_t i = 0; i < CCHC_COUNT(PERIODS); i++) {
		assert_int_equal(
			cchc_counts_cover(b->counts, period_of(PERIODS[i].period)),
			PERIODS[i].covered);
		assert_int_equal(own(b, COMMUNE, PERIODS[i].period, CCHC_REGISTER_GIVEN),
				 PERIODS[i].covered);
	}
	begin(b, CCHC_DAY_NONE, AT(MARCH(20), 9));
	assert_false(cchc_counts_begin_in(b->counts, 2024));
}

static void what_a_loaded_year_has_is_not_counted_again(void **state)
{
	struct book *b = *state;
	struct open_task o;
	const struct cchc_task *task = open_task(&o, COMMUNE, MARCH(5));

	begin(b, DECEMBER(15), AFTER);
	add_year(b, 2024, task->journal);
	add(b, task, 2024);
	add_year(b, 2024, 0); /* it is there */
	add_year(b, 2025, task->journal - 1);
	assert_int_equal(cchc_counts_change(b->counts, NULL, task), CCHC_OK);
	assert_int_equal(own(b, COMMUNE, "2024-Q1", CCHC_REGISTER_GIVEN), 1);
	cchc_counts_drop_year(b->counts, 2024);
	cchc_counts_drop_year(b->counts, 2024);
	assert_false(cchc_counts_has_year(b->counts, 2024));
	assert_int_equal(own(b, COMMUNE, "2024-Q1", CCHC_REGISTER_GIVEN), 0);
	assert_true(cchc_counts_has_year(b->counts, 2025));
}

/* 4.4 at once, without any deed, and nobody else's. */
static void time_alone_makes_a_task_overdue(void **state)
{
	struct book *b = *state;
	struct open_task o;
	const struct cchc_task *task = open_task(&o, COMMUNE, MARCH(5));
	int64_t before = AT(MARCH(5), 20);

	begin(b, DECEMBER(15), before);
	add_year(b, 2024, 0);
	add(b, task, 2024);
	b->told = 0;
	assert_false(cchc_counts_advance(b->counts, AT(MARCH(6), 0)));
	assert_true(cchc_counts_now(b->counts) == AT(MARCH(6), 0));
	assert_int_equal(b->told, 0);
	assert_int_equal(cchc_counts_pass(b->counts, task, before), CCHC_OK);
	assert_int_equal(own(b, COMMUNE, "2024-Q1", CCHC_REGISTER_OVERDUE), 1);
	assert_int_equal(below(b, DISTRICT, "2024", CCHC_REGISTER_OVERDUE), 1);
	assert_true(was_told(b, COMMUNE, "2024-Q1") && was_told(b, NATION, "2024-H1"));
	assert_false(was_told(b, SECOND, "2024-Q1") || was_told(b, COMMUNE, "2024-Q2"));
	assert_false(cchc_counts_advance(b->counts, before)); /* it never goes back */
	assert_true(cchc_counts_now(b->counts) == AT(MARCH(6), 0));
}

/* Its row says 0 from its first day on, where nothing stood or figures were typed. */
static void a_period_that_begins_is_told_of_every_unit(void **state)
{
	struct book *b = *state;

	begin(b, DECEMBER(15), AT(MARCH(14), 20));
	add_year(b, 2024, 0);
	assert_true(cchc_counts_advance(b->counts, AT(MARCH(15), 0)));
	assert_true(cchc_counts_cover(b->counts, period_of("2024-Q2")));
	for (uint32_t unit = NATION; unit <= MERGED; unit++)
		assert_true(was_told(b, unit, "2024-Q2") && was_told(b, unit, "2024-04"));
	assert_int_equal(b->told, 2 * MERGED);
}

/* The clock went back while the daemon was down: a task that the store had recorded
 * overdue by the later clock becomes so once, not twice. */
static void a_clock_that_went_back_counts_nothing_twice(void **state)
{
	struct book *b = *state;
	struct open_task o;
	struct cchc_task *task = open_task(&o, COMMUNE, MARCH(5));
	int64_t before = AT(MARCH(5), 20);

	o.past.at_ms = task->changed_ms = AT(MARCH(6), 1);
	begin(b, DECEMBER(15), before);
	add_year(b, 2024, task->journal);
	add(b, task, 2024);
	assert_int_equal(own(b, COMMUNE, "2024-Q1", CCHC_REGISTER_GIVEN), 1);
	(void)cchc_counts_advance(b->counts, AT(MARCH(6), 2));
	assert_int_equal(cchc_counts_pass(b->counts, task, before), CCHC_OK);
	assert_int_equal(own(b, COMMUNE, "2024-Q1", CCHC_REGISTER_OVERDUE), 1);
}

static void the_digest_is_of_what_is_counted_and_not_how(void **state)
{
	struct book *b = *state;
	struct open_task o;
	uint64_t cells = 0;
	uint64_t first;

	begin(b, DECEMBER(15), AFTER);
	add_year(b, 2024, 0);
	assert_true(cchc_counts_digest(b->counts, 2024, &cells) == 0 && cells == 0);
	add(b, open_task(&o, COMMUNE, MARCH(5)), 2024);
	add(b, open_task(&o, SECOND, MARCH(30)), 2024);
	first = cchc_counts_digest(b->counts, 2024, &cells);
	assert_true(cells > 0);
	cchc_counts_drop_year(b->counts, 2024);
	add_year(b, 2024, 0);
	add(b, open_task(&o, SECOND, MARCH(30)), 2024);
	assert_true(cchc_counts_digest(b->counts, 2024, &cells) != first);
	add(b, open_task(&o, COMMUNE, MARCH(5)), 2024);
	assert_true(cchc_counts_digest(b->counts, 2024, &cells) == first);
}

#define BOOK(test) cmocka_unit_test_setup_teardown(test, open_book, close_book)

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
		BOOK(distinct_tasks_add_up_to_all_above_the_lead),
		BOOK(units_with_tasks_are_counted_once_by_their_level),
		BOOK(the_tree_is_that_of_the_last_day),
		BOOK(only_periods_that_begin_with_the_register_have_counts),
		BOOK(what_a_loaded_year_has_is_not_counted_again),
		BOOK(time_alone_makes_a_task_overdue),
		BOOK(a_period_that_begins_is_told_of_every_unit),
		BOOK(a_clock_that_went_back_counts_nothing_twice),
		BOOK(the_digest_is_of_what_is_counted_and_not_how),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
