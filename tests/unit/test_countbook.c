/* The counts of row I.4 as they are kept: by unit, year and instant, told as they change.
 */
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
#define AT(day, hour)                                                                    \
	((int64_t)(day)*86400000 - 7 * INT64_C(3600000) + (hour)*INT64_C(3600000))
#define AFTER AT(MARCH(20), 9) /* when the quarter has ended */

enum { CLOSING = 14, TOLD = 512 };

static struct cchc_period period_of(const char *text)
{
	struct cchc_period period = {0};

	assert_true(cchc_period_parse(text, &period));
	return period;
}

static const char UNITS[] = "code,parent,level,kind,name,valid_from,valid_to\n"
			    "0,,nation,Nước,Nước,,\n"
			    "33,0,province,Tỉnh,Tỉnh Hưng Yên,,\n"
			    "325,33,district,Huyện,Huyện Văn Lâm,,2025-06-30\n"
			    "11986,325,commune,Thị trấn,Như Quỳnh,,2025-06-30\n"
			    "11989,325,commune,Xã,Lạc Đạo,,2025-06-30\n"
			    "12004,33,commune,Xã,Xã Như Quỳnh,2025-07-01,\n";
enum { NATION = 1, PROVINCE, DISTRICT, COMMUNE, SECOND, MERGED };

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
	o->past = (struct cchc_task_past){AT(MARCH(1), 9), lead, due, CCHC_DAY_NONE,
					  CCHC_TASK_OPEN};
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
	task = open_task(&o, COMMUNE, CCHC_DAY_NONE);
	task->assigned = JUNE_1;
	o.past.at_ms = task->changed_ms = AT(JUNE_1, 9);
	add(b, task, 2025);
	task = open_task(&o, MERGED, CCHC_DAY_NONE);
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
