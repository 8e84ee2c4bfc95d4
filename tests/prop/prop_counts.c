/* Whatever is done to tasks, and however time goes on: the counts kept by differences are
 * those made anew from the tasks, and both are what an oracle finds that goes through all
 * that was ever recorded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"
#include "core/counts.h"
#include "countsoracle.h"
#include "world.h"

enum {
	TASKS = ORACLE_TASKS,
	STEPS = 150,
	FIRST_DAY = 19700, /* 2023-12-09 */
	MEMORY = 1 << 24,
	YEARS = 4,
};

static const int64_t DAY_MS = INT64_C(86400000);
static const uint16_t YEAR[YEARS] = {2023, 2024, 2025, 2026};

struct game {
	struct test_random rng;
	struct world world;
	struct cchc_counts *counts;
	struct cchc_arena arena;
	int closing_day;
	cchc_day from;
	int64_t now_ms;
	uint64_t journal;
	struct cchc_task task[TASKS];
	struct oracle_task log[TASKS];
	size_t n;
};

static uint32_t below(struct game *g, uint32_t n)
{
	return test_random_below(&g->rng, n);
}

static cchc_day near_today(struct game *g)
{
	return cchc_day_at(g->now_ms) - 60 + (cchc_day)below(g, 120);
}

static void record(struct game *g, size_t i)
{
	const struct cchc_task *task = &g->task[i];
	struct oracle_task *log = &g->log[i];

	if (log->n == ORACLE_RECORDS)
		return;
	log->record[log->n++] = (struct oracle_record){
		.at_ms = task->changed_ms,
		.lead = task->lead,
		.due = task->effective,
		.done = task->done,
		.waiting = task->state == CCHC_TASK_WAITING,
		.accepted = task->state == CCHC_TASK_DONE,
		.cancelled = task->state == CCHC_TASK_CANCELLED,
	};
}

static struct cchc_deed any_deed(struct game *g, bool add)
{
	struct cchc_deed deed = {
		.kind = add ? CCHC_DEED_ADD
			    : (enum cchc_deed_kind)(CCHC_DEED_EXTEND + below(g, 9)),
		.hand = CCHC_HAND_OPERATOR,
		.id = "1",
		.class_name = "x",
		.title = "t",
		.doc_number = "",
		.doc_date = CCHC_DAY_NONE,
		.assigner = "",
		.assigned = near_today(g),
		.lead = 1 + below(g, (uint32_t)g->world.units.n),
		.due = below(g, 5) ? near_today(g) : CCHC_DAY_NONE,
		.done = CCHC_DAY_NONE,
		.result = "1/BC",
		.wish = CCHC_DAY_NONE,
		.reason = "r",
		.reason_doc = "2/QD",
	};

	if (deed.kind == CCHC_DEED_REPORT || (add && below(g, 10) == 0))
		deed.done = cchc_day_at(g->now_ms) - (cchc_day)below(g, 40);
	if (deed.kind == CCHC_DEED_CALENDAR || deed.kind == CCHC_DEED_FULFIL)
		deed.hand = CCHC_HAND_DAEMON;
	if (add && below(g, 8) == 0) {
		deed.hand = CCHC_HAND_DAEMON;
		deed.is_duty = true;
		deed.form = 1;
		deed.period = 2024 * 32 + 12;
		deed.done = CCHC_DAY_NONE;
	}
	deed.effective =
		deed.due == CCHC_DAY_NONE ? deed.due : deed.due + (cchc_day)below(g, 3);
	return deed;
}

/* As the daemon does it: time first, then the change. */
static void apply(struct game *g, size_t i, const struct cchc_task *before)
{
	assert_int_equal(cchc_counts_change(g->counts, before, &g->task[i]), CCHC_OK);
	record(g, i);
}

static void act(struct game *g)
{
	bool add = g->n == 0 || (g->n < TASKS && below(g, 4) == 0);
	size_t i = add ? g->n : below(g, (uint32_t)g->n);
	struct cchc_deed deed = any_deed(g, add);
	struct cchc_task before = g->task[i];
	struct cchc_refusal refusal;
	bool changes;

	if (!cchc_task_judge(add ? NULL : &before, &deed, cchc_day_at(g->now_ms),
			     &changes, &refusal) ||
	    !changes || g->log[i].n == ORACLE_RECORDS)
		return;
	assert_int_equal(
		cchc_task_do(&g->task[i], &deed, g->now_ms, ++g->journal, &g->arena),
		CCHC_OK);
	if (add) {
		g->n++;
		g->log[i].assigned = deed.assigned;
		g->log[i].is_duty = deed.is_duty;
	}
	apply(g, i, add ? NULL : &before);
}

/* Only what has a moment in between is passed, unless a period began. */
static bool has_moment(const struct cchc_task *task, int64_t after_ms, int64_t now_ms)
{
	int64_t overdue = cchc_task_overdue_ms(task);
	int64_t assigned = cchc_day_start_ms(task->assigned);

	return (overdue > after_ms && overdue <= now_ms) ||
	       (assigned > after_ms && assigned <= now_ms);
}

static void pass_time(struct game *g)
{
	int64_t counted_ms = g->now_ms;
	bool began;

	g->now_ms += below(g, 3) ? below(g, 40) * DAY_MS / 8 : below(g, 2) * 40 * DAY_MS;
	if (below(g, 4) == 0) /* right at midnight */
		g->now_ms = cchc_day_start_ms(cchc_day_at(g->now_ms) + 1);
	began = cchc_counts_advance(g->counts, g->now_ms);
	for (size_t i = 0; i < g->n; i++)
		if (cchc_task_runs(&g->task[i]) &&
		    (began || has_moment(&g->task[i], counted_ms, g->now_ms)))
			assert_int_equal(
				cchc_counts_pass(g->counts, &g->task[i], counted_ms),
				CCHC_OK);
}

static void load_year(struct game *g, struct cchc_counts *counts, uint16_t year)
{
	assert_int_equal(cchc_counts_add_year(counts, year, g->journal), CCHC_OK);
	for (size_t i = 0; i < g->n; i++)
		assert_int_equal(cchc_counts_add_task(counts, &g->task[i], year),
				 CCHC_OK);
}

static void swap_years(struct game *g)
{
	uint16_t year = YEAR[below(g, YEARS)];

	if (cchc_counts_has_year(g->counts, year))
		cchc_counts_drop_year(g->counts, year);
	else
		load_year(g, g->counts, year);
}

static int64_t oracle_below(struct game *g, const struct cchc_tree *tree, uint32_t node,
			    struct cchc_period period, int which)
{
	int64_t sum = 0;

	for (uint32_t i = node + 1; i < tree->node[node].end; i++)
		sum += oracle_tasks(g->log, g->n, tree->node[i].unit, period,
				    g->closing_day, g->now_ms, which);
	return sum;
}

static void check_unit(struct game *g, const struct cchc_tree *tree, uint32_t unit,
		       struct cchc_period period)
{
	uint32_t node = cchc_tree_find(tree, unit);

	for (int which = 0; which < CCHC_REGISTERS; which++) {
		int64_t own = oracle_tasks(g->log, g->n, unit, period, g->closing_day,
					   g->now_ms, which);
		enum cchc_register kind = (enum cchc_register)which;

		assert_int_equal(cchc_counts_own(g->counts, unit, period, kind), own);
		if (node != CCHC_NO_NODE)
			assert_int_equal(cchc_counts_below(g->counts, unit, period, kind),
					 oracle_below(g, tree, node, period, which));
	}
}

static void check_period(struct game *g, struct cchc_period period)
{
	cchc_day first = cchc_period_first_day(period, g->closing_day);
	cchc_day last = cchc_period_last_day(period, g->closing_day);
	bool covered = first >= g->from && cchc_day_start_ms(first) <= g->now_ms &&
		       cchc_counts_has_year(g->counts, period.year);
	const struct cchc_tree *tree;

	assert_int_equal(cchc_counts_cover(g->counts, period), covered);
	if (!covered)
		return;
	assert_int_equal(cchc_trees_on(&g->world.trees, last, &tree), CCHC_OK);
	for (uint32_t unit = 1; unit <= g->world.units.max_id; unit++)
		check_unit(g, tree, unit, period);
}

static struct cchc_counts_options options_of(struct game *g)
{
	return (struct cchc_counts_options){
		.trees = &g->world.trees,
		.max_unit = g->world.units.max_id,
		.closing_day = g->closing_day,
		.from = g->from,
		.now_ms = g->now_ms,
	};
}

static void check_against_anew(struct game *g)
{
	struct cchc_counts_options options = options_of(g);
	struct cchc_counts *anew;

	assert_int_equal(cchc_counts_new(&options, &anew), CCHC_OK);
	for (size_t i = 0; i < YEARS; i++) {
		uint64_t a = 0;
		uint64_t b = 0;

		if (!cchc_counts_has_year(g->counts, YEAR[i]))
			continue;
		load_year(g, anew, YEAR[i]);
		assert_true(cchc_counts_digest(anew, YEAR[i], &a) ==
			    cchc_counts_digest(g->counts, YEAR[i], &b));
		assert_true(a == b);
	}
	cchc_counts_free(&anew);
}

static void begin(struct game *g, uint64_t seed)
{
	static const int CLOSING[] = {14, 14, 1, 28, CCHC_CLOSE_MONTH_END};
	struct cchc_counts_options options;

	*g = (struct game){.rng = {seed}};
	cchc_arena_init(&g->arena, MEMORY);
	world_make(&g->world, &g->rng);
	g->closing_day = CLOSING[below(g, CCHC_COUNT(CLOSING))];
	g->now_ms = cchc_day_start_ms(FIRST_DAY) + below(g, 86400) * INT64_C(1000);
	g->from = FIRST_DAY - 200 + (cchc_day)below(g, 300);
	options = options_of(g);
	assert_int_equal(cchc_counts_new(&options, &g->counts), CCHC_OK);
	load_year(g, g->counts, 2024);
}

static void end(struct game *g)
{
	cchc_counts_free(&g->counts);
	world_fini(&g->world);
	cchc_arena_fini(&g->arena);
}

static void counts_kept_by_differences_are_those_of_the_rules(void **state)
{
	uint64_t seed = test_random_seed();
	unsigned rounds = test_random_rounds(60);

	(void)state;
	for (unsigned round = 0; round < rounds; round++) {
		static struct game g;

		begin(&g, seed + round);
		for (int step = 0; step < STEPS; step++) {
			uint32_t what = below(&g, 12);

			if (what < 8)
				act(&g);
			else if (what < 11)
				pass_time(&g);
			else
				swap_years(&g);
			if (step % 10 == 0)
				check_against_anew(&g);
			if (step % 30 == 0)
				for (size_t i = 0; i < YEARS * CCHC_SLOTS; i++)
					check_period(&g,
						     (struct cchc_period){
							     YEAR[i / CCHC_SLOTS],
							     (uint8_t)(i % CCHC_SLOTS)});
		}
		end(&g);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_kept_by_differences_are_those_of_the_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
