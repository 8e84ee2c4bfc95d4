/* What cells say, on figures set by hand: the demo's district, Văn Lâm, in 2024.
 *
 * A table of figures that units give, then a table of questions with the answer as a text
 * (answer.h). Values are in the row's scale: 266 in a row of one decimal is 26,6. */
#include "answer.h"
#include "core/view.h"
#include "formfile.h"
#include "unitfile.h"

enum { YEAR = 2024 };

#define NHU_QUYNH "11986"
#define LAC_DAO   "11989"
#define CHI_DAO   "11992"
#define DISTRICT  "325"
#define PROVINCE  "33"

struct district {
	struct test_form form;
	struct cchc_arena arena; /* the unit file */
	struct cchc_arena answers;
	struct cchc_units units;
	struct cchc_trees trees;
	struct cchc_view *view;
	struct cchc_counts *counts; /* of tasks; made by `count` */
};

/* A task of the register, assigned on 1 March. */
struct tasked {
	const char *unit;
	int due;  /* day of March; */
	int done; /* 0: not yet */
};

/* what: a number in the row's scale, "na" or "withdrawn" */
struct given {
	const char *unit;
	const char *period;
	const char *row;
	const char *what;
};

struct asked {
	const char *unit;
	const char *period;
	const char *row;
	enum cchc_scope scope;
	const char *answer;
};

/* --- the district ---------------------------------------------------------------- */

static int setup(void **state)
{
	static struct district d;

	d = (struct district){0};
	test_form_open(&d.form);
	cchc_arena_init(&d.arena, 1u << 20);
	cchc_arena_init(&d.answers, 1u << 20);
	test_units_load(&d.units, &d.arena, SOURCE_DIR "/config/units/van-lam.csv");
	cchc_trees_init(&d.trees, &d.units);
	*state = &d;
	return cchc_view_new(d.form.form, &d.trees, d.units.max_id, &d.view) ||
	       cchc_view_add_year(d.view, YEAR);
}

static int teardown(void **state)
{
	struct district *d = *state;

	cchc_view_free(&d->view);
	cchc_counts_free(&d->counts);
	cchc_trees_fini(&d->trees);
	cchc_units_fini(&d->units);
	cchc_arena_fini(&d->answers);
	cchc_arena_fini(&d->arena);
	test_form_fini(&d->form);
	return 0;
}

static uint32_t unit_id(const struct district *d, const char *code)
{
	const struct cchc_unit *unit =
		cchc_units_on(&d->units, code, cchc_day_of(YEAR, 3, 14));

	assert_non_null(unit);
	return unit->id;
}

static struct cchc_period period_of(const char *text)
{
	struct cchc_period period = {0};

	assert_true(cchc_period_parse(text, &period));
	return period;
}

static struct cchc_figure figure_of(const char *what)
{
	if (strcmp(what, "na") == 0)
		return (struct cchc_figure){0, CCHC_NA};
	if (strcmp(what, "withdrawn") == 0)
		return (struct cchc_figure){0, CCHC_WITHDRAWN};
	return (struct cchc_figure){strtoll(what, NULL, 10), CCHC_FIGURE};
}

static void give(struct district *d, const struct given *given, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint16_t row = test_form_row(&d->form, given[i].row)->index;
		struct cchc_figure figure = figure_of(given[i].what);

		assert_int_equal(cchc_view_apply(d->view, unit_id(d, given[i].unit),
						 period_of(given[i].period), 1, &row,
						 &figure),
				 CCHC_OK);
	}
}

static void ask(struct district *d, const struct asked *asked, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct cchc_period period = period_of(asked[i].period);
		const struct cchc_shape *shape;
		struct cchc_result result;
		char text[ANSWER_TEXT];

		assert_int_equal(cchc_view_shape(d->view, period, &shape), CCHC_OK);
		assert_int_equal(
			cchc_result_of(
				d->view, shape, cchc_view_find(d->view, period), period,
				cchc_tree_find(shape->tree, unit_id(d, asked[i].unit)),
				asked[i].scope,
				test_form_row(&d->form, asked[i].row)->index, &d->answers,
				&result),
			CCHC_OK);
		answer_text(&result, text);
		if (strcmp(text, asked[i].answer) != 0)
			fail_msg("%s %s %s %s: \"%s\", not \"%s\"", asked[i].unit,
				 asked[i].period, asked[i].row,
				 cchc_scope_name(asked[i].scope), text, asked[i].answer);
	}
}

/* Tasks as on 10 March; the register answers in periods that begin on `from` or later. */
static void count(struct district *d, cchc_day from, const struct tasked *tasks, size_t n)
{
	cchc_day first = cchc_day_of(YEAR, 3, 1);
	struct cchc_counts_options options = {
		.trees = &d->trees,
		.max_unit = d->units.max_id,
		.closing_day = d->form.form->closing_day,
		.from = from,
		.now_ms = cchc_day_start_ms(first + 9),
	};

	assert_int_equal(cchc_counts_new(&options, &d->counts), CCHC_OK);
	assert_int_equal(cchc_counts_add_year(d->counts, YEAR, 0), CCHC_OK);
	for (size_t i = 0; i < n; i++) {
		struct cchc_task_past past = {
			.at_ms = cchc_day_start_ms(first),
			.lead = unit_id(d, tasks[i].unit),
			.effective = first - 1 + tasks[i].due,
			.done = tasks[i].done ? first - 1 + tasks[i].done : CCHC_DAY_NONE,
			.state = tasks[i].done ? CCHC_TASK_WAITING : CCHC_TASK_OPEN,
		};
		struct cchc_task task = {.assigned = first, .past = &past, .n_past = 1};

		assert_int_equal(cchc_counts_add_task(d->counts, &task, YEAR), CCHC_OK);
	}
	d->view->counts = d->counts;
}

#define Q1_BEGINS cchc_day_of(YEAR - 1, 12, 15)
#define COUNT(from, ...)                                                                 \
	count(*state, from, (const struct tasked[]){__VA_ARGS__},                        \
	      CCHC_COUNT(((const struct tasked[]){__VA_ARGS__})))
#define GIVE(...)                                                                        \
	give(*state, (const struct given[]){__VA_ARGS__},                                \
	     CCHC_COUNT(((const struct given[]){__VA_ARGS__})))
#define ASK(...)                                                                         \
	ask(*state, (const struct asked[]){__VA_ARGS__},                                 \
	    CCHC_COUNT(((const struct asked[]){__VA_ARGS__})))
#define TOTAL  CCHC_SCOPE_TOTAL
#define OWN    CCHC_SCOPE_OWN
#define BELOW  CCHC_SCOPE_BELOW
#define REPORT CCHC_SCOPE_REPORT

/* --- one commune ----------------------------------------------------------------- */

/* clang-format off */

/* As thị trấn Như Quỳnh sent it for the first quarter of 2024. */
#define THE_SAMPLE                                     \
	{NHU_QUYNH, "2024-Q1", "I.1", "8"},            \
	{NHU_QUYNH, "2024-Q1", "I.2", "266"},          \
	{NHU_QUYNH, "2024-Q1", "I.2.1", "79"},         \
	{NHU_QUYNH, "2024-Q1", "I.2.2", "21"},         \
	{NHU_QUYNH, "2024-Q1", "I.4.1", "93"},         \
	{NHU_QUYNH, "2024-Q1", "I.4.2", "85"},         \
	{NHU_QUYNH, "2024-Q1", "I.4.3", "0"},          \
	{NHU_QUYNH, "2024-Q1", "VII.5.1.1", "88"},     \
	{NHU_QUYNH, "2024-Q1", "VII.5.1.2", "88"},     \
	{NHU_QUYNH, "2024-Q1", "VII.5.1.3", "18"},     \
	{NHU_QUYNH, "2024-Q1", "VII.5.2.1", "28"},     \
	{NHU_QUYNH, "2024-Q1", "VII.5.2.2", "28"},     \
	{NHU_QUYNH, "2024-Q1", "VII.5.2.3", "8"},      \
	{NHU_QUYNH, "2024-Q1", "VII.5.3.1", "1058"},   \
	{NHU_QUYNH, "2024-Q1", "VII.5.3.2", "1058"},   \
	{NHU_QUYNH, "2024-Q1", "VII.5.4.1", "10"},     \
	{NHU_QUYNH, "2024-Q1", "VII.5.4.2", "10"}

static void the_sample_says_what_its_figures_say(void **state)
{
	GIVE(THE_SAMPLE);
	ASK({NHU_QUYNH, "2024-Q1", "I.1", REPORT, "figure 8 alone, 1 of 1"},
	    {NHU_QUYNH, "2024-Q1", "I.2", REPORT, "figure 266 alone, 1 of 1, "
	     "numerator 21, denominator 79, declared figure 266"},
	    {NHU_QUYNH, "2024-Q1", "I.3", REPORT, "heading, 0 of 0"},
	    {NHU_QUYNH, "2024-Q1", "VII.5.1.3", REPORT, "figure 18 alone, 1 of 1"});
}

static void the_blank_ratios_of_the_sample_are_a_hundred_percent(void **state)
{
	GIVE(THE_SAMPLE);
	ASK({NHU_QUYNH, "2024-Q1", "VII.5.1", OWN, "figure 1000 alone, 1 of 1, "
	     "numerator 88, denominator 88"},
	    {NHU_QUYNH, "2024-Q1", "VII.5.2", OWN, "figure 1000 alone, 1 of 1, "
	     "numerator 28, denominator 28"},
	    {NHU_QUYNH, "2024-Q1", "VII.5.3", OWN, "figure 1000 alone, 1 of 1, "
	     "numerator 1058, denominator 1058"},
	    {NHU_QUYNH, "2024-Q1", "VII.5.4", OWN, "figure 1000 alone, 1 of 1, "
	     "numerator 10, denominator 10"});
}

static void a_blank_is_not_a_zero(void **state)
{
	GIVE(THE_SAMPLE);
	ASK({NHU_QUYNH, "2024-Q1", "I.4.3", OWN, "figure 0 alone, 1 of 1"},
	    {NHU_QUYNH, "2024-Q1", "I.4.4", OWN, "absent alone, 0 of 1"},
	    {DISTRICT, "2024-Q1", "I.4.3", TOTAL, "figure 0, 1 of 12"},
	    {DISTRICT, "2024-Q1", "I.4.4", TOTAL, "absent, 0 of 12"});
}

static void the_four_states_stay_apart(void **state)
{
	GIVE({NHU_QUYNH, "2024-Q1", "I.1", "5"}, {NHU_QUYNH, "2024-Q1", "I.1", "withdrawn"},
	     {LAC_DAO, "2024-Q1", "I.1", "na"}, {CHI_DAO, "2024-Q1", "I.1", "0"});
	ASK({NHU_QUYNH, "2024-Q1", "I.1", OWN, "withdrawn alone, 0 of 1"},
	    {LAC_DAO, "2024-Q1", "I.1", OWN, "na alone, 1 of 1"},
	    {CHI_DAO, "2024-Q1", "I.1", OWN, "figure 0 alone, 1 of 1"},
	    {"11995", "2024-Q1", "I.1", OWN, "absent alone, 0 of 1"},
	    {DISTRICT, "2024-Q1", "I.1", TOTAL, "figure 0, 2 of 12"});
}

/* --- over time ------------------------------------------------------------------- */

static void a_flow_is_summed_and_a_stock_is_the_last(void **state)
{
	GIVE({NHU_QUYNH, "2024-01", "I.1", "3"}, {NHU_QUYNH, "2024-03", "I.1", "4"},
	     {NHU_QUYNH, "2024-01", "I.2.1", "70"}, {NHU_QUYNH, "2024-02", "I.2.1", "79"},
	     {NHU_QUYNH, "2024-03", "I.2.1", "79"}, {NHU_QUYNH, "2024-02", "I.5", "1"},
	     {NHU_QUYNH, "2024-03", "I.5", "0"}, {NHU_QUYNH, "2024-01", "I.4.1", "9"});
	ASK({NHU_QUYNH, "2024-Q1", "I.1", OWN, "figure 7 alone, 1 of 1, 1 incomplete"},
	    {NHU_QUYNH, "2024-Q1", "I.2.1", OWN, "figure 79 alone, 1 of 1"},
	    {NHU_QUYNH, "2024-Q1", "I.5", OWN, "figure 1 alone, 1 of 1, 1 incomplete"},
	    {NHU_QUYNH, "2024-Q1", "I.4.1", OWN, "absent alone, 0 of 1"},
	    {NHU_QUYNH, "2024", "I.1", OWN, "figure 7 alone, 1 of 1, 1 incomplete"});
}

static void what_is_typed_for_the_period_covers_its_parts_until_withdrawn(void **state)
{
	GIVE({NHU_QUYNH, "2024-Q1", "I.1", "3"}, {NHU_QUYNH, "2024-Q2", "I.1", "4"},
	     {NHU_QUYNH, "2024-H1", "I.1", "10"});
	ASK({NHU_QUYNH, "2024-H1", "I.1", OWN, "figure 10 alone, 1 of 1"},
	    {NHU_QUYNH, "2024-9M", "I.1", OWN, "figure 10 alone, 1 of 1, 1 incomplete"});
	GIVE({NHU_QUYNH, "2024-H1", "I.1", "withdrawn"});
	ASK({NHU_QUYNH, "2024-H1", "I.1", OWN, "figure 7 alone, 1 of 1"});
	GIVE({NHU_QUYNH, "2024-Q1", "I.1", "na"}, {NHU_QUYNH, "2024-Q2", "I.1", "na"});
	ASK({NHU_QUYNH, "2024-H1", "I.1", OWN, "na alone, 1 of 1"});
}

/* --- over units ------------------------------------------------------------------ */

static void percentages_are_never_averaged(void **state)
{
	GIVE(THE_SAMPLE, {LAC_DAO, "2024-Q1", "I.2.1", "10"},
	     {LAC_DAO, "2024-Q1", "I.2.2", "10"});
	ASK({DISTRICT, "2024-Q1", "I.2", TOTAL, "figure 348, 2 of 12, "
	     "numerator 31, denominator 89"},
	    {DISTRICT, "2024-Q1", "I.2", OWN, "absent alone, 0 of 1"},
	    {PROVINCE, "2024-Q1", "I.2", BELOW, "figure 348, 2 of 12, "
	     "numerator 31, denominator 89"});
}

static void a_ratio_rounds_half_away_from_zero(void **state)
{
	GIVE({NHU_QUYNH, "2024-Q1", "I.2.1", "16"}, {NHU_QUYNH, "2024-Q1", "I.2.2", "1"});
	ASK({NHU_QUYNH, "2024-Q1", "I.2", OWN, "figure 63 alone, 1 of 1, "
	     "numerator 1, denominator 16"});
}

static void a_denominator_of_zero_is_not_applicable(void **state)
{
	GIVE({NHU_QUYNH, "2024-Q1", "I.2.1", "0"}, {NHU_QUYNH, "2024-Q1", "I.2.2", "0"},
	     {LAC_DAO, "2024-Q1", "I.2.1", "na"});
	ASK({NHU_QUYNH, "2024-Q1", "I.2", OWN, "na alone, 1 of 1, "
	     "numerator 0, denominator 0"},
	    {LAC_DAO, "2024-Q1", "I.2", OWN, "na alone, 1 of 1"},
	    {DISTRICT, "2024-Q1", "I.2", TOTAL, "na, 2 of 12, numerator 0, denominator 0"});
}

static void a_ratio_with_one_part_is_incomplete_and_adds_what_it_has(void **state)
{
	GIVE(THE_SAMPLE, {LAC_DAO, "2024-Q1", "I.2.1", "21"});
	ASK({LAC_DAO, "2024-Q1", "I.2", OWN, "absent alone, 0 of 1, 1 incomplete, "
	     "denominator 21"},
	    {DISTRICT, "2024-Q1", "I.2", TOTAL, "figure 210, 1 of 12, 1 incomplete, "
	     "numerator 21, denominator 100"});
}

static void a_typed_ratio_without_parts_is_declared_only(void **state)
{
	GIVE({DISTRICT, "2024-Q1", "III.3.3", "990"});
	ASK({DISTRICT, "2024-Q1", "III.3.3", REPORT, "absent, 0 of 11, declared figure 990"});
	GIVE({NHU_QUYNH, "2024-Q1", "III.3.3.1", "8"}, {NHU_QUYNH, "2024-Q1", "III.3.3.2", "7"});
	ASK({DISTRICT, "2024-Q1", "III.3.3", REPORT, "figure 875, 1 of 11, "
	     "numerator 7, denominator 8, declared figure 990"},
	    {NHU_QUYNH, "2024-Q1", "III.3.3", REPORT, "absent alone, 0 of 0"},
	    {NHU_QUYNH, "2024-Q1", "III.3.3.1", REPORT, "figure 8 alone, 1 of 1"});
}

static void a_common_list_is_never_summed(void **state)
{
	GIVE(THE_SAMPLE, {LAC_DAO, "2024-Q1", "VII.5.1.1", "88"},
	     {LAC_DAO, "2024-Q1", "VII.5.1.2", "44"}, {DISTRICT, "2024-Q1", "VII.5.1.1", "90"});
	ASK({DISTRICT, "2024-Q1", "VII.5.1.1", TOTAL, "figure 88, 3 of 12, own figure 90"},
	    {DISTRICT, "2024-Q1", "VII.5.1.2", TOTAL, "differs, 2 of 12, 1 of 44, 1 of 88"},
	    {DISTRICT, "2024-Q1", "VII.5.1", BELOW, "figure 750, 2 of 11, "
	     "numerator 132, denominator 176"},
	    {PROVINCE, "2024-Q1", "VII.5.1.1", BELOW, "figure 90, 3 of 12"},
	    {PROVINCE, "2024-Q1", "VII.5.1.2", BELOW, "absent, 2 of 12"});
}

static void distinct_things_are_shown_as_a_spread(void **state)
{
	GIVE(THE_SAMPLE, {LAC_DAO, "2024-Q1", "VII.5.1.3", "3"});
	ASK({DISTRICT, "2024-Q1", "VII.5.1.3", TOTAL, "spread, 2 of 12, "
	     "least 3, twice the median 21, most 18"});
	GIVE({DISTRICT, "2024-Q1", "VII.5.1.3", "5"});
	ASK({DISTRICT, "2024-Q1", "VII.5.1.3", TOTAL, "spread, 3 of 12, "
	     "least 3, twice the median 10, most 18"});
}

static void answers_and_choices_are_tallied(void **state)
{
	GIVE({NHU_QUYNH, "2024-Q1", "I.5", "1"}, {LAC_DAO, "2024-Q1", "I.5", "1"},
	     {CHI_DAO, "2024-Q1", "I.5", "0"}, {NHU_QUYNH, "2024-Q1", "I.5.2", "2"},
	     {LAC_DAO, "2024-Q1", "I.5.2", "0"}, {DISTRICT, "2024-Q1", "I.5.2", "2"});
	ASK({DISTRICT, "2024-Q1", "I.5", TOTAL, "figure 2, 3 of 12, 1 of 0, 2 of 1"},
	    {DISTRICT, "2024-Q1", "I.5.2", TOTAL, "figure 0, 3 of 12, 1 of 0, 2 of 2"},
	    {DISTRICT, "2024-Q1", "I.5.2", REPORT, "figure 2 alone, 1 of 1"});
}

static void a_unit_of_another_level_counts_in_both(void **state)
{
	GIVE({NHU_QUYNH, "2024-Q1", "II.2.1", "4"});
	ASK({DISTRICT, "2024-Q1", "II.2.1", TOTAL, "figure 4, 1 of 2"},
	    {DISTRICT, "2024-Q1", "II.2.1", BELOW, "figure 4, 1 of 1"});
}

static void if_all_reported_are_not_applicable_so_is_the_cell(void **state)
{
	GIVE({NHU_QUYNH, "2024-Q1", "I.1", "na"}, {LAC_DAO, "2024-Q1", "I.1", "na"});
	ASK({DISTRICT, "2024-Q1", "I.1", TOTAL, "na, 2 of 12"});
	GIVE({CHI_DAO, "2024-Q1", "I.1", "6"});
	ASK({DISTRICT, "2024-Q1", "I.1", TOTAL, "figure 6, 3 of 12"});
}

/* --- rows of the district -------------------------------------------------------- */

static void a_derived_row_sums_the_communes_until_it_is_typed(void **state)
{
	GIVE({NHU_QUYNH, "2024-Q1", "II.1.1", "2"}, {LAC_DAO, "2024-Q1", "II.1.1", "3"});
	ASK({DISTRICT, "2024-Q1", "II.1.2", OWN, "figure 5, 2 of 11"},
	    {PROVINCE, "2024-Q1", "II.1.2", BELOW, "figure 5, 2 of 11"},
	    {NHU_QUYNH, "2024-Q1", "II.1.2", OWN, "absent alone, 0 of 0"});
	GIVE({DISTRICT, "2024-Q1", "II.1.2", "6"});
	ASK({DISTRICT, "2024-Q1", "II.1.2", BELOW, "figure 6 alone, 1 of 1, derived figure 5"},
	    {PROVINCE, "2024-Q1", "II.1.2", TOTAL, "figure 6, 1 of 1"});
}

static void the_parts_of_the_district_enter_not_the_sum_it_typed(void **state)
{
	GIVE({DISTRICT, "2024-Q1", "II.1", "99"}, {DISTRICT, "2024-Q1", "II.1.1", "7"},
	     {NHU_QUYNH, "2024-Q1", "II.1", "2"}, {NHU_QUYNH, "2024-Q1", "II.1.1", "2"});
	ASK({DISTRICT, "2024-Q1", "II.1", REPORT, "figure 9, 2 of 12, declared figure 99"},
	    {DISTRICT, "2024-Q1", "II.1.2", REPORT, "figure 2, 1 of 11"},
	    {PROVINCE, "2024-Q1", "II.1", BELOW, "figure 9, 2 of 12"});
}

static void a_typed_sum_enters_where_no_part_is_known(void **state)
{
	GIVE({DISTRICT, "2024-Q1", "VI.2.1", "12"});
	ASK({DISTRICT, "2024-Q1", "VI.2.1", OWN, "figure 12 alone, 1 of 1, "
	     "declared figure 12"});
	GIVE({DISTRICT, "2024-Q1", "VI.2.4.2", "4"}, {DISTRICT, "2024-Q1", "VI.2.5", "5"});
	ASK({DISTRICT, "2024-Q1", "VI.2.1", OWN, "figure 9 alone, 1 of 1, "
	     "declared figure 12"},
	    {DISTRICT, "2024-Q1", "VI.2.4", OWN, "figure 4 alone, 1 of 1"});
}

static void the_sum_of_a_common_list_stands_beside_what_it_is_below(void **state)
{
	GIVE({DISTRICT, "2024-Q1", "III.1.4.2", "300"}, {DISTRICT, "2024-Q1", "III.1.4.3", "116"},
	     {NHU_QUYNH, "2024-Q1", "III.1.4", "116"});
	ASK({DISTRICT, "2024-Q1", "III.1.4", TOTAL, "figure 116, 2 of 12, own figure 416"});
}

/* --- from the register of tasks -------------------------------------------------- */

#define SOME_TASKS                                                                         \
	{NHU_QUYNH, 8, 8}, {NHU_QUYNH, 5, 0}, {LAC_DAO, 5, 6}, {DISTRICT, 30, 0}

static void the_register_answers_in_every_scope(void **state)
{
	COUNT(Q1_BEGINS, SOME_TASKS);
	ASK({DISTRICT, "2024-Q1", "I.4.1", TOTAL, "figure 4, 12 of 12"},
	    {DISTRICT, "2024-Q1", "I.4.1", OWN, "figure 1 alone, 1 of 1"},
	    {DISTRICT, "2024-Q1", "I.4.1", BELOW, "figure 3, 11 of 11"},
	    {DISTRICT, "2024-Q1", "I.4.1", REPORT, "figure 1 alone, 1 of 1"},
	    {DISTRICT, "2024-Q1", "I.4.2", TOTAL, "figure 1, 12 of 12"},
	    {DISTRICT, "2024-Q1", "I.4.3", BELOW, "figure 1, 11 of 11"},
	    {DISTRICT, "2024-Q1", "I.4.4", TOTAL, "figure 1, 12 of 12"},
	    {NHU_QUYNH, "2024-Q1", "I.4.1", TOTAL, "figure 2 alone, 1 of 1"},
	    {NHU_QUYNH, "2024-Q1", "I.4.4", OWN, "figure 1 alone, 1 of 1"},
	    {CHI_DAO, "2024-Q1", "I.4.1", TOTAL, "figure 0 alone, 1 of 1"},
	    {PROVINCE, "2024-Q1", "I.4.1", BELOW, "figure 4, 12 of 12"},
	    {PROVINCE, "2024-H1", "I.4.1", TOTAL, "figure 4, 12 of 12"});
}

static void what_is_typed_beside_the_register_is_declared_only(void **state)
{
	COUNT(Q1_BEGINS, SOME_TASKS);
	GIVE({NHU_QUYNH, "2024-Q1", "I.4.1", "93"}, {DISTRICT, "2024-Q1", "I.4.1", "9"},
	     {LAC_DAO, "2024-Q1", "I.4.4", "na"}, {CHI_DAO, "2024-Q1", "I.4.1", "withdrawn"});
	ASK({NHU_QUYNH, "2024-Q1", "I.4.1", OWN, "figure 2 alone, 1 of 1, declared figure 93"},
	    {DISTRICT, "2024-Q1", "I.4.1", TOTAL, "figure 4, 12 of 12, declared figure 9"},
	    {DISTRICT, "2024-Q1", "I.4.1", BELOW, "figure 3, 11 of 11"},
	    {LAC_DAO, "2024-Q1", "I.4.4", REPORT, "figure 0 alone, 1 of 1, declared na"},
	    {CHI_DAO, "2024-Q1", "I.4.1", OWN, "figure 0 alone, 1 of 1"});
}

/* Q2 begins on 15 March: it has no counts yet on the 10th. */
static void where_the_register_does_not_reach_typed_figures_stand(void **state)
{
	COUNT(cchc_day_of(YEAR, 2, 15), SOME_TASKS);
	GIVE({NHU_QUYNH, "2024-Q1", "I.4.1", "93"}, {NHU_QUYNH, "2024-Q2", "I.4.1", "5"},
	     {NHU_QUYNH, "2024-03", "I.4.1", "7"});
	ASK({NHU_QUYNH, "2024-Q1", "I.4.1", TOTAL, "figure 93 alone, 1 of 1"},
	    {DISTRICT, "2024-Q1", "I.4.1", TOTAL, "figure 93, 1 of 12"},
	    {DISTRICT, "2024-03", "I.4.1", TOTAL, "figure 4, 12 of 12"},
	    {NHU_QUYNH, "2024-03", "I.4.1", OWN, "figure 2 alone, 1 of 1, declared figure 7"},
	    {DISTRICT, "2024-Q2", "I.4.1", TOTAL, "figure 5, 1 of 12"},
	    {DISTRICT, "2024-Q2", "I.4.2", TOTAL, "absent, 0 of 12"});
}

/* The row is for communes and districts; what the nation gave a province counts too. */
static void a_unit_of_another_level_that_has_tasks_counts_in_both(void **state)
{
	COUNT(Q1_BEGINS, {PROVINCE, 30, 0}, {NHU_QUYNH, 30, 0});
	ASK({PROVINCE, "2024-Q1", "I.4.1", OWN, "figure 1 alone, 1 of 1"},
	    {PROVINCE, "2024-Q1", "I.4.1", TOTAL, "figure 2, 13 of 13"},
	    {PROVINCE, "2024-Q1", "I.4.1", BELOW, "figure 1, 12 of 12"},
	    {PROVINCE, "2024-Q1", "I.4.4", TOTAL, "figure 0, 13 of 13"});
}

static void a_unit_of_another_level_without_tasks_has_no_cell(void **state)
{
	COUNT(Q1_BEGINS, {NHU_QUYNH, 30, 0});
	ASK({PROVINCE, "2024-Q1", "I.4.1", OWN, "absent alone, 0 of 0"},
	    {PROVINCE, "2024-Q1", "I.4.1", TOTAL, "figure 1, 12 of 12"},
	    {NHU_QUYNH, "2024-Q1", "I.4.1", BELOW, "absent, 0 of 0"});
}

/* clang-format on */

/* Nobody is told, and no answer kept is made anew. */
static void figures_given_again_change_nothing(void **state)
{
	struct district *d = *state;
	const struct given report[] = {{NHU_QUYNH, "2024-Q1", "I.1", "7"},
				       {NHU_QUYNH, "2024-Q1", "I.2.1", "na"}};
	struct cchc_period period = period_of("2024-Q1");
	uint32_t district = unit_id(d, DISTRICT);
	uint64_t changes;

	assert_int_equal(cchc_view_watch(d->view, district), CCHC_OK);
	give(d, report, 2);
	assert_non_null(cchc_view_dirty(cchc_view_find(d->view, period), district));
	cchc_view_clean((struct cchc_view_period *)cchc_view_find(d->view, period),
			district);
	changes = d->view->changes;
	give(d, report, 2);
	assert_null(cchc_view_dirty(cchc_view_find(d->view, period), district));
	assert_int_equal(d->view->changes, changes);
	cchc_view_unwatch(d->view, district);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(the_sample_says_what_its_figures_say),
		TEST(the_blank_ratios_of_the_sample_are_a_hundred_percent),
		TEST(a_blank_is_not_a_zero),
		TEST(the_four_states_stay_apart),
		TEST(a_flow_is_summed_and_a_stock_is_the_last),
		TEST(what_is_typed_for_the_period_covers_its_parts_until_withdrawn),
		TEST(percentages_are_never_averaged),
		TEST(a_ratio_rounds_half_away_from_zero),
		TEST(a_denominator_of_zero_is_not_applicable),
		TEST(a_ratio_with_one_part_is_incomplete_and_adds_what_it_has),
		TEST(a_typed_ratio_without_parts_is_declared_only),
		TEST(a_common_list_is_never_summed),
		TEST(distinct_things_are_shown_as_a_spread),
		TEST(answers_and_choices_are_tallied),
		TEST(a_unit_of_another_level_counts_in_both),
		TEST(if_all_reported_are_not_applicable_so_is_the_cell),
		TEST(a_derived_row_sums_the_communes_until_it_is_typed),
		TEST(the_parts_of_the_district_enter_not_the_sum_it_typed),
		TEST(a_typed_sum_enters_where_no_part_is_known),
		TEST(the_sum_of_a_common_list_stands_beside_what_it_is_below),
		TEST(the_register_answers_in_every_scope),
		TEST(what_is_typed_beside_the_register_is_declared_only),
		TEST(where_the_register_does_not_reach_typed_figures_stand),
		TEST(a_unit_of_another_level_that_has_tasks_counts_in_both),
		TEST(a_unit_of_another_level_without_tasks_has_no_cell),
		TEST(figures_given_again_change_nothing),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
