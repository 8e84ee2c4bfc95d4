/* The tree of a day, and the trees of a history. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "core/tree.h"
#include "io/csv.h"

#define HEADER "code,parent,level,kind,name,valid_from,valid_to\n"

struct fixture {
	struct cchc_arena arena;
	struct cchc_problems problems;
	struct cchc_units units;
	struct cchc_tree *tree;
};

static int setup(void **state)
{
	static struct fixture f;

	f = (struct fixture){0};
	cchc_arena_init(&f.arena, 8u << 20);
	cchc_problems_init(&f.problems);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	cchc_tree_free(&f->tree);
	cchc_units_fini(&f->units);
	cchc_problems_fini(&f->problems);
	cchc_arena_fini(&f->arena);
	return 0;
}

static void load(struct fixture *f, const char *text)
{
	struct cchc_sheet sheet;
	uint32_t next = 1;

	assert_int_equal(cchc_csv_parse(&f->arena, "units.csv", text, strlen(text),
					&f->problems, &sheet),
			 CCHC_OK);
	assert_int_equal(cchc_units_load(&f->units, &sheet, &f->problems), CCHC_OK);
	assert_int_equal(cchc_units_identify(&f->units, NULL, NULL, &next), CCHC_OK);
}

/* "VN(33(325(11986 12004)) 01)" */
static char *draw(const struct cchc_tree *tree, const struct cchc_units *units, char *out,
		  size_t size)
{
	size_t n = 0;

	out[0] = '\0';
	for (uint32_t i = 0; i < tree->n; i++) {
		const struct cchc_unit *unit =
			cchc_units_by_id(units, tree->node[i].unit);

		n += (size_t)snprintf(out + n, size - n, "%s%s", unit->code,
				      cchc_tree_has_below(tree, i) ? "(" : "");
		if (cchc_tree_has_below(tree, i))
			continue;
		for (uint32_t up = i; tree->node[up].end == i + 1;) {
			if (up != i)
				n += (size_t)snprintf(out + n, size - n, ")");
			if (cchc_tree_is_root(tree, up))
				break;
			up = tree->node[up].parent;
		}
		if (i + 1 < tree->n)
			n += (size_t)snprintf(out + n, size - n, " ");
	}
	return out;
}

#define HISTORY                                                                          \
	HEADER "12004,325,commune,Xã,Xã Đình Dù,,2025-06-30\n"                      \
	       "33,VN,province,Tỉnh,Tỉnh Hưng Yên,,\n"                             \
	       "11986,325,commune,Thị trấn,Thị trấn Như Quỳnh,,2025-06-30\n"  \
	       "12004,33,commune,Xã,Xã Như Quỳnh,2025-07-01,\n"                     \
	       "325,33,district,Huyện,Huyện Văn Lâm,,2025-06-30\n"                 \
	       "326,33,district,Huyện,Huyện Văn Giang,1999-09-01,2025-06-30\n"      \
	       "VN,,nation,,Việt Nam,,\n"                                              \
	       "01,VN,province,Thành phố,Thành phố Hà Nội,,\n"

static void a_tree_shows_the_units_of_its_day(void **state)
{
	static const struct {
		int year, month, day;
		const char *drawing;
	} DAYS[] = {
		{1999, 8, 31, "VN(33(325(12004 11986)) 01)"},
		{1999, 9, 1, "VN(33(325(12004 11986) 326) 01)"},
		{2025, 6, 30, "VN(33(325(12004 11986) 326) 01)"},
		{2025, 7, 1, "VN(33(12004) 01)"},
	};
	struct fixture *f = *state;

	load(f, HISTORY);
	for (size_t i = 0; i < CCHC_COUNT(DAYS); i++) {
		char drawing[256];

		assert_int_equal(cchc_tree_new(&f->units,
					       cchc_day_of(DAYS[i].year, DAYS[i].month,
							   DAYS[i].day),
					       &f->tree),
				 CCHC_OK);
		assert_string_equal(draw(f->tree, &f->units, drawing, sizeof(drawing)),
				    DAYS[i].drawing);
		cchc_tree_free(&f->tree);
		assert_null(f->tree);
	}
}

static void nodes_know_their_parents_levels_and_what_is_below(void **state)
{
	struct fixture *f = *state;
	const struct cchc_tree_node *node;

	load(f, HISTORY);
	assert_int_equal(cchc_tree_new(&f->units, cchc_day_of(2024, 3, 14), &f->tree),
			 CCHC_OK);
	node = f->tree->node; /* VN 33 325 12004 11986 326 01 */
	assert_int_equal(node[0].parent, 0);
	assert_true(cchc_tree_is_root(f->tree, 0));
	assert_int_equal(node[0].end, 7);
	assert_int_equal(node[0].below, CCHC_PROVINCE);
	assert_int_equal(node[1].parent, 0);
	assert_int_equal(node[1].end, 6);
	assert_int_equal(node[1].below, CCHC_DISTRICT);
	assert_int_equal(node[2].level, CCHC_DISTRICT);
	assert_int_equal(node[2].below, CCHC_COMMUNE);
	assert_int_equal(node[4].parent, 2);
	assert_int_equal(node[4].below, CCHC_LEVELS);
	assert_false(cchc_tree_has_below(f->tree, 5));
}

static void mixed_children_give_the_highest_level_below(void **state)
{
	struct fixture *f = *state;

	load(f, HEADER "1,,province,Tỉnh,A\n2,1,commune,Đặc khu,B\n3,1,district,Huyện,C\n"
		       "4,1,commune,Xã,D\n");
	assert_int_equal(cchc_tree_new(&f->units, 0, &f->tree), CCHC_OK);
	assert_int_equal(f->tree->node[0].below, CCHC_DISTRICT);
}

static void several_roots_stand_side_by_side(void **state)
{
	struct fixture *f = *state;
	char drawing[64];

	load(f, HEADER "1,,district,Huyện,A\n2,1,commune,Xã,B\n3,,district,Huyện,C\n");
	assert_int_equal(cchc_tree_new(&f->units, 0, &f->tree), CCHC_OK);
	assert_string_equal(draw(f->tree, &f->units, drawing, sizeof(drawing)), "1(2) 3");
	assert_true(cchc_tree_is_root(f->tree, 2));
}

static void a_day_before_everything_has_an_empty_tree(void **state)
{
	struct fixture *f = *state;

	load(f, HEADER "1,,district,Huyện,A,2024-01-01,\n");
	assert_int_equal(cchc_tree_new(&f->units, 0, &f->tree), CCHC_OK);
	assert_int_equal(f->tree->n, 0);
	assert_int_equal(f->tree->first, CCHC_DAY_NONE);
	assert_int_equal(f->tree->last, cchc_day_of(2023, 12, 31));
	assert_int_equal(cchc_tree_find(f->tree, 1), CCHC_NO_NODE);
}

static void within_is_by_subtree_and_only_for_units_in_force(void **state)
{
	struct fixture *f = *state;
	enum {
		OLD_DINH_DU = 1,
		HUNG_YEN = 2,
		NEW_NHU_QUYNH = 4,
		VAN_LAM = 5,
		HA_NOI = 8
	};

	load(f, HISTORY);
	assert_int_equal(cchc_tree_new(&f->units, cchc_day_of(2024, 3, 14), &f->tree),
			 CCHC_OK);
	assert_true(cchc_tree_is_within(f->tree, OLD_DINH_DU, OLD_DINH_DU));
	assert_true(cchc_tree_is_within(f->tree, OLD_DINH_DU, VAN_LAM));
	assert_true(cchc_tree_is_within(f->tree, OLD_DINH_DU, HUNG_YEN));
	assert_false(cchc_tree_is_within(f->tree, VAN_LAM, OLD_DINH_DU));
	assert_false(cchc_tree_is_within(f->tree, HA_NOI, HUNG_YEN));
	assert_false(cchc_tree_is_within(f->tree, NEW_NHU_QUYNH, HUNG_YEN));
	assert_false(cchc_tree_is_within(f->tree, HUNG_YEN, NEW_NHU_QUYNH));
	assert_false(cchc_tree_is_within(f->tree, 1000, HUNG_YEN));
	assert_int_equal(cchc_tree_find(f->tree, 0), CCHC_NO_NODE);
}

static void there_is_one_tree_for_each_stretch_of_days(void **state)
{
	struct fixture *f = *state;
	struct cchc_trees trees;
	const struct cchc_tree *first;
	const struct cchc_tree *tree;

	load(f, HISTORY);
	cchc_trees_init(&trees, &f->units);
	assert_int_equal(cchc_trees_on(&trees, cchc_day_of(2024, 3, 14), &first),
			 CCHC_OK);
	assert_int_equal(first->first, cchc_day_of(1999, 9, 1));
	assert_int_equal(first->last, cchc_day_of(2025, 6, 30));
	assert_int_equal(cchc_trees_on(&trees, first->first, &tree), CCHC_OK);
	assert_ptr_equal(tree, first);
	assert_int_equal(cchc_trees_on(&trees, first->last, &tree), CCHC_OK);
	assert_ptr_equal(tree, first);
	assert_int_equal(cchc_trees_on(&trees, first->last + 1, &tree), CCHC_OK);
	assert_ptr_not_equal(tree, first);
	assert_int_equal(tree->first, cchc_day_of(2025, 7, 1));
	assert_int_equal(tree->last, INT32_MAX);
	assert_int_equal(cchc_trees_on(&trees, first->first - 1, &tree), CCHC_OK);
	assert_int_equal(tree->first, CCHC_DAY_NONE);
	assert_int_equal(trees.n, 3);
	cchc_trees_fini(&trees);
	assert_int_equal(trees.n, 0);
}

static void more_histories_than_are_kept_is_a_limit(void **state)
{
	struct fixture *f = *state;
	struct cchc_trees trees;
	const struct cchc_tree *tree;
	char text[8192] = HEADER;
	size_t n = strlen(text);
	char day[CCHC_DAY_TEXT];

	for (unsigned i = 0; i < CCHC_COUNT(trees.list) + 1; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
				      "C%u,,commune,Xã,Xã %u,%s,\n", i, i,
				      cchc_day_format((cchc_day)i + 1, day));
	load(f, text);
	cchc_trees_init(&trees, &f->units);
	for (unsigned i = 0; i < CCHC_COUNT(trees.list); i++)
		assert_int_equal(cchc_trees_on(&trees, (cchc_day)i + 1, &tree), CCHC_OK);
	assert_int_equal(tree->n, CCHC_COUNT(trees.list));
	assert_int_equal(cchc_trees_on(&trees, 1000, &tree), CCHC_LIMIT);
	assert_int_equal(cchc_trees_on(&trees, 1, &tree), CCHC_OK);
	cchc_trees_fini(&trees);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_tree_shows_the_units_of_its_day),
		TEST(nodes_know_their_parents_levels_and_what_is_below),
		TEST(mixed_children_give_the_highest_level_below),
		TEST(several_roots_stand_side_by_side),
		TEST(a_day_before_everything_has_an_empty_tree),
		TEST(within_is_by_subtree_and_only_for_units_in_force),
		TEST(there_is_one_tree_for_each_stretch_of_days),
		TEST(more_histories_than_are_kept_is_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
