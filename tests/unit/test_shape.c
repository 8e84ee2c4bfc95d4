/* Who is expected to fill a row: levels say it, and for reserved rows the tree. */
#include "base/check.h"
#include "core/shape.h"
#include "formfile.h"
#include "unitfile.h"

struct place {
	struct test_form form;
	struct cchc_arena arena; /* the unit file */
	struct cchc_units units;
	struct cchc_tree *tree;
	struct cchc_shape *shape;
};

static int load_units(void **state)
{
	static struct place p;

	p = (struct place){0};
	test_form_open(&p.form);
	cchc_arena_init(&p.arena, 1u << 20);
	test_units_load(&p.units, &p.arena, TEST_DATA "/reorganised.csv");
	*state = &p;
	return 0;
}

static void drop_day(struct place *p)
{
	cchc_shape_free(&p->shape);
	cchc_tree_free(&p->tree);
}

static int free_units(void **state)
{
	struct place *p = *state;

	drop_day(p);
	cchc_units_fini(&p->units);
	cchc_arena_fini(&p->arena);
	test_form_fini(&p->form);
	return 0;
}

static void go_to(struct place *p, cchc_day day)
{
	drop_day(p);
	assert_int_equal(cchc_tree_new(&p->units, day, &p->tree), CCHC_OK);
	assert_int_equal(cchc_shape_new(p->form.form, p->tree, &p->shape), CCHC_OK);
}

static uint32_t node_of(const struct place *p, const char *code)
{
	for (uint32_t node = 0; node < p->tree->n; node++)
		if (strcmp(cchc_units_by_id(&p->units, p->tree->node[node].unit)->code,
			   code) == 0)
			return node;
	fail_msg("%s is not in force", code);
	return 0;
}

static void reserved_rows_are_expected_of_whom_communes_report_to(void **state)
{
	static const struct {
		int year;
		const char *unit;
		const char *row;
		bool fills;
		uint32_t below;
	} CASES[] = {
		{2024, "33", "I.3.2", false, 1}, /* the district */
		{2024, "325", "I.3.2", true, 0},
		{2024, "11986", "I.3.2", false, 0},
		{2025, "33", "I.3.2", true, 0}, /* no district between any more */
		{2025, "12004", "I.3.2", false, 0},
		{2024, "34", "I.3.2", true, 1}, /* communes beside districts */
		{2024, "342", "I.3.2", false, 0},
		/* the form names one level, or both: the tree says who it is */
		{2025, "33", "V.2.3", true, 0},
		{2024, "33", "III.1.4.3", false, 1},
		{2025, "33", "III.1.4.3", true, 0},
		/* derived: of the communes, whose row is read */
		{2024, "33", "II.1.2", false, 1},
		{2024, "34", "II.1.2", true, 2},
		/* the parts of a reserved ratio come from the communes */
		{2024, "325", "III.3.3", false, 1},
		{2024, "11986", "III.3.3", false, 0},
		{2024, "33", "I.1", true, 2},
	};
	struct place *p = *state;

	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		const struct cchc_row *row = test_form_row(&p->form, CASES[i].row);
		uint32_t node;
		uint32_t below;
		bool fills;

		go_to(p, cchc_day_of(CASES[i].year, 9, 14));
		node = node_of(p, CASES[i].unit);
		below = cchc_shape_expected(p->shape, node, row->index);
		fills = cchc_shape_fills(p->shape, node, row);
		if (fills != CASES[i].fills || below != CASES[i].below)
			fail_msg("case %zu (%s %s): %s, %u below", i, CASES[i].unit,
				 CASES[i].row, fills ? "fills it" : "does not", below);
	}
}

/* Whatever levels a reserved row names. */
static void each_such_unit_is_expected_once(void **state)
{
	struct place *p = *state;

	go_to(p, cchc_day_of(2024, 9, 14));
	for (size_t i = 0; i < p->form.form->n; i++) {
		const struct cchc_row *row = &p->form.form->row[i];

		if (!row->reserved || row->kind == CCHC_RATIO ||
		    row->derived_from != CCHC_NO_ROW)
			continue;
		for (uint32_t node = 0; node < p->tree->n; node++) {
			uint32_t n = 0;

			for (uint32_t k = node + 1; k < p->tree->node[node].end; k++)
				n += cchc_tree_has_child(p->tree, k, CCHC_COMMUNE);
			assert_int_equal(cchc_shape_expected(p->shape, node, row->index),
					 n);
			assert_int_equal(
				cchc_shape_fills(p->shape, node, row),
				cchc_tree_has_child(p->tree, node, CCHC_COMMUNE));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			reserved_rows_are_expected_of_whom_communes_report_to, load_units,
			free_units),
		cmocka_unit_test_setup_teardown(each_such_unit_is_expected_once,
						load_units, free_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
