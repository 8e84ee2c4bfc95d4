/* Whatever tasks there are, and whatever was said of them:
 *  1. the sheet, written and read again, says nothing; so it is when a spreadsheet wrote
 * its dates in another way;
 *  2. of rows that people fill, exactly those speak, each what was written;
 *  3. a sheet from before the district's last word, saved over the newer one, repeats
 *     nothing.
 */
#include "sheetkit.h"

#include "base/check.h"
#include "random.h"

enum { TASKS = 60 };

struct world {
	struct test_random random;
	struct cchc_arena arena;
	struct cchc_assignment list[TASKS];
	size_t n;
	cchc_day today;
};

static uint32_t below(struct world *w, uint32_t n)
{
	return test_random_below(&w->random, n);
}

static cchc_day some_day(struct world *w)
{
	return TASKS_TODAY - 60 + (cchc_day)below(w, 120);
}

static cchc_day day_or_none(struct world *w)
{
	return below(w, 3) ? some_day(w) : CCHC_DAY_NONE;
}

/* As people and registers write, with all that a table could take for something else. */
static const char *some_text(struct world *w)
{
	static const char *const PIECES[] = {
		"=",  "+",   "-",    "@",        "'",  "\"", ";",    ",",    " ",
		"37", "/",   "BC",   "UBND",     "số", "Rà", "soát", "12/3", "|",
		"x",  "1,5", "2024", "\xc2\xa0", "(",  ")",  "'=",   "\"\"", "có",
	};
	char text[256];
	size_t len = 0;
	uint32_t pieces = below(w, 6);

	text[0] = '\0';
	for (uint32_t i = 0; i < pieces; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s",
					PIECES[below(w, CCHC_COUNT(PIECES))]);
	return cchc_arena_text(&w->arena, text, len);
}

static void fill_said(struct world *w, struct cchc_assignment *a)
{
	a->said = (uint8_t)below(w, 5);
	for (size_t i = 0; i < CCHC_ANSWER_CELLS; i++)
		a->cell[i] = some_text(w);
	a->refusal.rule = CCHC_RULE_BAD_DATE;
	a->told = (struct cchc_statement){.done = day_or_none(w),
					  .result = some_text(w),
					  .wish = day_or_none(w),
					  .reason = some_text(w)};
}

static void fill(struct world *w, struct cchc_assignment *a, size_t i)
{
	static const char *const BEGINNINGS[] = {"", "", "=", "-", "@", "'", "'+", "CV "};

	*a = (struct cchc_assignment){
		.id = cchc_arena_format(&w->arena, "%s%zu/%zu",
					BEGINNINGS[below(w, CCHC_COUNT(BEGINNINGS))], i,
					i),
		.known = true,
		.leads = below(w, 5) != 0,
		.state = (uint8_t)(1 + below(w, 4)),
		.turn = (uint8_t)below(w, 3),
		.is_duty = below(w, 8) == 0,
		.title = some_text(w),
		.doc_number = some_text(w),
		.doc_date = day_or_none(w),
		.assigner = some_text(w),
		.lead = "11986",
		.assigned = TASKS_TODAY - 90,
		.due = day_or_none(w),
		.extensions = below(w, 2),
		.stands = {.done = day_or_none(w),
			   .result = some_text(w),
			   .wish = day_or_none(w),
			   .reason = some_text(w)},
		.reason = some_text(w),
	};
	a->effective = a->due;
	fill_said(w, a);
	if (below(w, 12) == 0) {
		a->known = false;
		a->said = CCHC_SAID_WRONG;
		a->cell[CCHC_ANSWER_RESULT] = "x"; /* else nothing is there */
	}
}

static int by_id(const void *x, const void *y)
{
	return strcmp(((const struct cchc_assignment *)x)->id,
		      ((const struct cchc_assignment *)y)->id);
}

static void make_world(struct world *w)
{
	w->n = 1 + below(w, TASKS);
	w->today = some_day(w);
	for (size_t i = 0; i < w->n; i++)
		fill(w, &w->list[i], i);
	qsort(w->list, w->n, sizeof(w->list[0]), by_id);
}

static void says_nothing(struct world *w, const struct cchc_sheet *sheet)
{
	struct cchc_sheet_reading reading =
		sheet_read(&w->arena, sheet, w->list, w->n, w->today);

	for (size_t i = 0; i < reading.n; i++)
		if (reading.list[i].kind != CCHC_SAYING_KEEPS)
			fail_msg("\"%s\" on line %u: kind %d rule %d", reading.list[i].id,
				 reading.list[i].line, (int)reading.list[i].kind,
				 (int)reading.list[i].refusal.rule);
}

static void write_dates_otherwise(struct world *w, struct cchc_sheet *sheet)
{
	static const enum cchc_sheet_column DATES[] = {CCHC_SHEET_DUE, CCHC_SHEET_DONE,
						       CCHC_SHEET_WISH};
	char text[CCHC_DAY_TEXT];
	cchc_day day;

	for (size_t i = 1; i < sheet->n; i++)
		for (size_t k = 0; k < CCHC_COUNT(DATES); k++)
			if (cchc_day_read(sheet->row[i].cell[DATES[k]], &day))
				sheet->row[i].cell[DATES[k]] = cchc_arena_text(
					&w->arena, cchc_day_format(day, text), 10);
}

static void what_is_written_says_nothing(void **state)
{
	static struct world w;
	uint64_t seed = test_random_seed();

	(void)state;
	for (unsigned round = 0; round < test_random_rounds(300); round++) {
		struct cchc_sheet sheet;

		w.random.state = seed + round;
		cchc_arena_init(&w.arena, 16 * KIT_MB);
		make_world(&w);
		sheet = sheet_of(&w.arena, w.list, w.n, w.today);
		assert_true(cchc_sheet_is(&sheet));
		says_nothing(&w, &sheet);
		write_dates_otherwise(&w, &sheet);
		says_nothing(&w, &sheet);
		cchc_arena_fini(&w.arena);
	}
}

/* ---- edits ---- */

static bool can_be_done(const struct cchc_assignment *a)
{
	return a->known && a->leads && !a->is_duty && a->state == CCHC_TASK_OPEN;
}

static struct cchc_assignment *find(struct world *w, const char *cell)
{
	for (size_t i = 0; i < w->n; i++) {
		size_t quotes = strspn(cell, "'");

		if (strcmp(w->list[i].id, cell) == 0 ||
		    (quotes && cell[quotes] && strchr("=+-@", cell[quotes]) &&
		     strcmp(w->list[i].id, cell + 1) == 0))
			return &w->list[i];
	}
	fail_msg("no task %s", cell);
	return NULL;
}

/* Nothing was said of those that can be done. */
static void be_open(struct cchc_assignment *a)
{
	if (!can_be_done(a))
		return;
	a->said = CCHC_SAID_NOTHING;
	a->told.done = a->told.wish = CCHC_DAY_NONE;
	a->stands.done = CCHC_DAY_NONE;
}

/* Fills in a row; false where nothing can be said. */
static bool edit(struct world *w, struct cchc_sheet_row *row,
		 struct cchc_statement *expected)
{
	struct cchc_assignment *a = find(w, row->cell[CCHC_SHEET_ID]);
	char text[CCHC_DAY_TEXT];

	if (!can_be_done(a) || below(w, 2))
		return false;
	*expected = (struct cchc_statement){.done = w->today - (cchc_day)below(w, 20),
					    .result = "9/BC-UBND"};
	row->cell[CCHC_SHEET_DONE] =
		cchc_arena_text(&w->arena, cchc_day_people(expected->done, text), 10);
	row->cell[CCHC_SHEET_RESULT] = expected->result;
	return true;
}

static void exactly_the_rows_that_were_filled_speak(void **state)
{
	static struct world w;
	uint64_t seed = test_random_seed();

	(void)state;
	for (unsigned round = 0; round < test_random_rounds(300); round++) {
		struct cchc_statement expected[TASKS + 1];
		uint32_t line[TASKS + 1];
		struct cchc_sheet_reading reading;
		struct cchc_sheet sheet;
		size_t edits = 0;
		size_t said = 0;

		w.random.state = seed + round;
		cchc_arena_init(&w.arena, 16 * KIT_MB);
		make_world(&w);
		w.today = TASKS_TODAY + 100;
		for (size_t i = 0; i < w.n; i++)
			be_open(&w.list[i]);
		sheet = sheet_of(&w.arena, w.list, w.n, w.today);
		for (size_t i = 1; i < sheet.n; i++) {
			line[edits] = sheet.row[i].line;
			edits += edit(&w, &sheet.row[i], &expected[edits]);
		}
		reading = sheet_read(&w.arena, &sheet, w.list, w.n, w.today);
		assert_int_equal(reading.says, edits);
		assert_int_equal(reading.wrong, 0);
		for (size_t i = 0; i < reading.n; i++) {
			if (reading.list[i].kind != CCHC_SAYING_SAYS)
				continue;
			assert_int_equal(reading.list[i].line, line[said]);
			assert_int_equal(reading.list[i].statement.done,
					 expected[said].done);
			assert_string_equal(reading.list[i].statement.result,
					    expected[said].result);
			said++;
		}
		cchc_arena_fini(&w.arena);
	}
}

/* ---- the district speaks meanwhile ---- */

/* What was told stands in the register, or is acknowledged and will. */
static void settle(struct world *w, struct cchc_assignment *a)
{
	bool is_done = below(w, 2);

	a->known = true;
	a->said = below(w, 2) ? CCHC_SAID_NOTHING : CCHC_SAID_TAKEN;
	a->turn = CCHC_TURN_NONE;
	a->due = a->effective = TASKS_TODAY + 30;
	a->state = is_done ? CCHC_TASK_WAITING : CCHC_TASK_OPEN;
	a->told = (struct cchc_statement){
		.done = is_done ? TASKS_TODAY - 1 : CCHC_DAY_NONE,
		.result = is_done ? "1/BC" : "",
		.wish = is_done ? CCHC_DAY_NONE : TASKS_TODAY + 60,
		.reason = is_done ? "" : "chờ"};
	a->stands = a->told;
	assert_true(cchc_statement_cells(&w->arena, &a->told, a->cell));
}

/* Returned, accepted, extended; or nothing. */
static void answer(struct world *w, struct cchc_assignment *a)
{
	if (below(w, 3) == 0)
		return;
	a->said = CCHC_SAID_NOTHING;
	if (a->state == CCHC_TASK_OPEN) {
		a->due = a->effective = TASKS_TODAY + 45;
		a->extensions++;
		a->stands.wish = CCHC_DAY_NONE;
		a->stands.reason = "";
	} else if (below(w, 2)) {
		a->state = CCHC_TASK_OPEN;
		a->turn = CCHC_TURN_RETURNED;
		a->stands.done = CCHC_DAY_NONE;
		a->stands.result = "";
	} else {
		a->state = CCHC_TASK_DONE;
	}
}

static void a_sheet_from_before_repeats_nothing(void **state)
{
	static struct world w;
	uint64_t seed = test_random_seed();

	(void)state;
	for (unsigned round = 0; round < test_random_rounds(300); round++) {
		struct cchc_sheet sheet;

		w.random.state = seed + round;
		cchc_arena_init(&w.arena, 16 * KIT_MB);
		make_world(&w);
		w.today = TASKS_TODAY;
		for (size_t i = 0; i < w.n; i++)
			settle(&w, &w.list[i]);
		sheet = sheet_of(&w.arena, w.list, w.n, w.today);
		for (size_t i = 0; i < w.n; i++)
			answer(&w, &w.list[i]);
		says_nothing(&w, &sheet);
		cchc_arena_fini(&w.arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_says_nothing),
		cmocka_unit_test(exactly_the_rows_that_were_filled_speak),
		cmocka_unit_test(a_sheet_from_before_repeats_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
