/* What is kept of figures: the tally of values, and the units' own cells in memory. */
#include "base/check.h"
#include "core/figures.h"
#include "core/tally.h"
#include "formfile.h"

/* --- tallies --------------------------------------------------------------------- */

static void add_all(struct cchc_tally *tally, const int64_t *value, size_t n, int32_t by)
{
	for (size_t i = 0; i < n; i++)
		assert_int_equal(cchc_tally_add(tally, value[i], by), CCHC_OK);
}

static void assert_entries(const struct cchc_tally *tally,
			   const struct cchc_tally_entry *entry, uint32_t n)
{
	assert_int_equal(tally->n, n);
	for (uint32_t i = 0; i < n; i++) {
		assert_int_equal(cchc_tally_entries(tally)[i].value, entry[i].value);
		assert_int_equal(cchc_tally_entries(tally)[i].count, entry[i].count);
	}
}

static void a_tally_is_sorted_and_has_no_zero_counts(void **state)
{
	static const int64_t VALUES[] = {88, -3, 88, 7, 0, 88, 7};
	static const struct cchc_tally_entry KEPT[] = {{-3, 1}, {7, 2}, {88, 2}};
	struct cchc_tally tally = {0};

	(void)state;
	add_all(&tally, VALUES, CCHC_COUNT(VALUES), 1);
	assert_int_equal(cchc_tally_count(&tally), 7);
	assert_int_equal(cchc_tally_add(&tally, 0, -1), CCHC_OK);
	assert_int_equal(cchc_tally_add(&tally, 88, -1), CCHC_OK);
	assert_int_equal(cchc_tally_add(&tally, 5, 0), CCHC_OK);
	assert_entries(&tally, KEPT, CCHC_COUNT(KEPT));
	assert_int_equal(cchc_tally_count(&tally), 5);
	cchc_tally_fini(&tally);
	assert_int_equal(tally.n, 0);
}

static void the_order_of_adding_leaves_no_trace(void **state)
{
	static const int64_t UP[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
	static const int64_t MIXED[] = {9, 1, 5, 3, 7, 2, 8, 4, 6};
	static const int64_t GONE[] = {10, 0, 5, 11};
	struct cchc_tally a = {0};
	struct cchc_tally b = {0};

	(void)state;
	add_all(&a, UP, CCHC_COUNT(UP), 3);
	add_all(&b, GONE, CCHC_COUNT(GONE), 1);
	add_all(&b, MIXED, CCHC_COUNT(MIXED), 3);
	add_all(&b, GONE, CCHC_COUNT(GONE), -1);
	assert_entries(&a, cchc_tally_entries(&b), b.n);
	add_all(&b, UP, CCHC_COUNT(UP), -3);
	assert_int_equal(b.n, 0);
	cchc_tally_fini(&a);
	cchc_tally_fini(&b);
}

static void a_spread_is_the_least_the_median_and_the_most(void **state)
{
	static const struct {
		int64_t value[6];
		size_t n;
		struct cchc_spread spread;
	} CASES[] = {
		{{18}, 1, {18, 36, 18}},
		{{4, 18}, 2, {4, 22, 18}},
		{{4, 7, 18}, 3, {4, 14, 18}},
		{{4, 4, 4, 18}, 4, {4, 8, 18}},
		{{0, 3, 4, 1000}, 4, {0, 7, 1000}},
		{{-5, -4, 6}, 3, {-5, -8, 6}},
		{{1, 1, 2, 2, 3, 3}, 6, {1, 4, 3}},
	};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		/* each value in turn is the one that stands beside the tally; in the end
		 * none does */
		for (size_t beside = 0; beside <= CASES[i].n; beside++) {
			const int64_t *more =
				beside < CASES[i].n ? &CASES[i].value[beside] : NULL;
			struct cchc_tally tally = {0};
			struct cchc_spread spread;

			add_all(&tally, CASES[i].value, CASES[i].n, 1);
			if (more)
				add_all(&tally, more, 1, -1);
			cchc_tally_spread(&tally, more, &spread);
			assert_int_equal(spread.least, CASES[i].spread.least);
			assert_int_equal(spread.median_twice,
					 CASES[i].spread.median_twice);
			assert_int_equal(spread.most, CASES[i].spread.most);
			cchc_tally_fini(&tally);
		}
	}
}

/* --- figures --------------------------------------------------------------------- */

enum { MAX_UNIT = 9 };

static const struct cchc_period Q1 = {2024, CCHC_Q1};
static const struct cchc_period NEXT_Q1 = {2025, CCHC_Q1};

struct store {
	struct test_form form;
	struct cchc_figures figures;
};

static int setup(void **state)
{
	static struct store store;

	store = (struct store){0};
	test_form_open(&store.form);
	cchc_figures_init(&store.figures, store.form.form, MAX_UNIT);
	*state = &store;
	return cchc_figures_add_year(&store.figures, Q1.year);
}

static int teardown(void **state)
{
	struct store *store = *state;

	cchc_figures_fini(&store->figures);
	test_form_fini(&store->form);
	return 0;
}

static void set(struct store *store, uint32_t unit, struct cchc_period period,
		uint16_t row, struct cchc_figure figure)
{
	assert_int_equal(cchc_figures_set(&store->figures, unit, period, row, figure),
			 CCHC_OK);
}

static void assert_get(const struct store *store, uint32_t unit,
		       struct cchc_period period, uint16_t row, struct cchc_figure figure)
{
	assert_true(cchc_figure_equal(
		cchc_figures_get(&store->figures, unit, period, row), figure));
}

static void what_was_not_given_is_absent(void **state)
{
	struct store *store = *state;
	struct cchc_period h1 = {2024, CCHC_H1};

	set(store, 3, Q1, 7, (struct cchc_figure){0, CCHC_FIGURE});
	assert_get(store, 3, Q1, 7, (struct cchc_figure){0, CCHC_FIGURE});
	assert_get(store, 3, Q1, 8, (struct cchc_figure){0});
	assert_get(store, 4, Q1, 7, (struct cchc_figure){0});
	assert_get(store, 3, h1, 7, (struct cchc_figure){0});
	assert_get(store, 3, NEXT_Q1, 7, (struct cchc_figure){0});
	assert_null(cchc_figures_year(&store->figures, 4, Q1.year));
	assert_null(cchc_figures_year(&store->figures, MAX_UNIT + 1, Q1.year));
}

static void a_record_counts_what_is_given(void **state)
{
	struct store *store = *state;
	const struct cchc_year *year;

	set(store, 1, Q1, 0, (struct cchc_figure){5, CCHC_FIGURE});
	set(store, 1, Q1, 1, (struct cchc_figure){0, CCHC_NA});
	set(store, 1, Q1, 1, (struct cchc_figure){0, CCHC_WITHDRAWN});
	year = cchc_figures_year(&store->figures, 1, Q1.year);
	assert_non_null(year);
	assert_int_equal(year->slots, 1u << CCHC_Q1);
	assert_int_equal(year->record[CCHC_Q1]->given, 2);
	set(store, 1, Q1, 0, (struct cchc_figure){0});
	assert_int_equal(year->record[CCHC_Q1]->given, 1);
}

static void years_come_and_go_on_their_own(void **state)
{
	struct store *store = *state;
	struct cchc_figure five = {5, CCHC_FIGURE};

	assert_false(cchc_figures_has_year(&store->figures, NEXT_Q1.year));
	for (uint16_t year = 2025; year < 2035; year++)
		assert_int_equal(cchc_figures_add_year(&store->figures, year), CCHC_OK);
	set(store, 2, Q1, 4, five);
	set(store, 2, NEXT_Q1, 4, five);
	assert_int_equal(cchc_figures_add_year(&store->figures, Q1.year), CCHC_OK);
	assert_get(store, 2, Q1, 4, five);
	cchc_figures_drop_year(&store->figures, Q1.year);
	cchc_figures_drop_year(&store->figures, Q1.year);
	assert_false(cchc_figures_has_year(&store->figures, Q1.year));
	assert_get(store, 2, Q1, 4, (struct cchc_figure){0});
	assert_get(store, 2, NEXT_Q1, 4, five);
}

static uint64_t digest(const struct store *store, uint64_t *cells)
{
	*cells = 0;
	return cchc_figures_digest(&store->figures, Q1.year, cells);
}

static void a_digest_is_of_the_cells_not_of_their_history(void **state)
{
	static const struct {
		uint32_t unit;
		uint16_t row;
		struct cchc_figure figure;
	} LAST[] = {
		{1, 0, {5, CCHC_FIGURE}},
		{9, 136, {0, CCHC_NA}},
		{4, 3, {0, CCHC_WITHDRAWN}},
	};
	struct store *store = *state;
	uint64_t cells;
	uint64_t first;

	assert_int_equal(digest(store, &cells), 0);
	for (size_t i = 0; i < CCHC_COUNT(LAST); i++)
		set(store, LAST[i].unit, Q1, LAST[i].row, LAST[i].figure);
	first = digest(store, &cells);
	assert_int_equal(cells, CCHC_COUNT(LAST));
	for (size_t i = CCHC_COUNT(LAST); i-- > 0;) {
		set(store, LAST[i].unit, Q1, LAST[i].row,
		    (struct cchc_figure){8, CCHC_FIGURE});
		assert_true(digest(store, &cells) != first);
		set(store, LAST[i].unit, Q1, LAST[i].row, LAST[i].figure);
		assert_true(digest(store, &cells) == first);
	}
	set(store, 7, Q1, 7, (struct cchc_figure){0});
	assert_true(digest(store, &cells) == first);
	assert_int_equal(cells, CCHC_COUNT(LAST));
}

static void a_digest_tells_units_periods_rows_and_states_apart(void **state)
{
	static const struct {
		uint32_t unit;
		uint8_t slot;
		uint16_t row;
		struct cchc_figure figure;
	} CELLS[] = {
		{1, CCHC_Q1, 0, {5, CCHC_FIGURE}},  {2, CCHC_Q1, 0, {5, CCHC_FIGURE}},
		{1, CCHC_H1, 0, {5, CCHC_FIGURE}},  {1, CCHC_Q1, 1, {5, CCHC_FIGURE}},
		{1, CCHC_Q1, 0, {6, CCHC_FIGURE}},  {1, CCHC_Q1, 0, {0, CCHC_NA}},
		{1, CCHC_Q1, 0, {0, CCHC_FIGURE}},  {1, CCHC_Q1, 0, {0, CCHC_WITHDRAWN}},
		{1, CCHC_Q1, 0, {-5, CCHC_FIGURE}},
	};
	struct store *store = *state;
	uint64_t seen[CCHC_COUNT(CELLS)];
	uint64_t cells;

	for (size_t i = 0; i < CCHC_COUNT(CELLS); i++) {
		struct cchc_period period = {Q1.year, CELLS[i].slot};

		set(store, CELLS[i].unit, period, CELLS[i].row, CELLS[i].figure);
		seen[i] = digest(store, &cells);
		assert_int_equal(cells, 1);
		for (size_t k = 0; k < i; k++)
			assert_true(seen[k] != seen[i]);
		set(store, CELLS[i].unit, period, CELLS[i].row, (struct cchc_figure){0});
	}
}

static void what_is_given_is_counted_over_all_years(void **state)
{
	struct cchc_figure five = {5, CCHC_FIGURE};
	struct store *store = *state;

	assert_int_equal(cchc_figures_count(&store->figures), 0);
	assert_int_equal(cchc_figures_add_year(&store->figures, NEXT_Q1.year), CCHC_OK);
	set(store, 2, Q1, 4, five);
	set(store, MAX_UNIT, Q1, 136, five);
	set(store, 2, NEXT_Q1, 4, (struct cchc_figure){0, CCHC_WITHDRAWN});
	assert_int_equal(cchc_figures_count(&store->figures), 3);
	set(store, 2, Q1, 4, (struct cchc_figure){0});
	assert_int_equal(cchc_figures_count(&store->figures), 2);
	cchc_figures_drop_year(&store->figures, Q1.year);
	assert_int_equal(cchc_figures_count(&store->figures), 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tally_is_sorted_and_has_no_zero_counts),
		cmocka_unit_test(the_order_of_adding_leaves_no_trace),
		cmocka_unit_test(a_spread_is_the_least_the_median_and_the_most),
		TEST(what_was_not_given_is_absent),
		TEST(a_record_counts_what_is_given),
		TEST(years_come_and_go_on_their_own),
		TEST(a_digest_is_of_the_cells_not_of_their_history),
		TEST(a_digest_tells_units_periods_rows_and_states_apart),
		TEST(what_is_given_is_counted_over_all_years),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
