/* The tree of a day against a naive one, over random histories: units that come and go,
 * codes that are used again, parents that change their children.
 *
 * Laws: a tree holds exactly the units in force, each once; a node's parent is the unit
 * in force with the parent's code; [node, end) holds exactly those whose way up meets the
 * node; the tree's days are the longest stretch on which nothing changes. What stands
 * directly below a unit is the same told by the tree and by its list of days. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/below.h"
#include "core/tree.h"
#include "random.h"

enum { DAYS = 12, CODES = 6, UNITS_MAX = 400 };

struct history {
	struct test_random random;
	struct cchc_arena arena;
	struct cchc_sheet_row row[UNITS_MAX];
	size_t n;
};

static const char *code_text(struct history *h, unsigned level, unsigned code)
{
	return cchc_arena_format(&h->arena, "%u%u", level, code);
}

/* A history has no beginning and no end: `open` is the day that stands for them. */
static const char *day_text(struct history *h, unsigned day, unsigned open)
{
	char text[CCHC_DAY_TEXT];

	if (day == open)
		return "";
	cchc_day_format((cchc_day)day, text);
	return cchc_arena_text(&h->arena, text, strlen(text));
}

/* in force from..to; those of level 0 are always there, the others have a parent that is
 */
static void add_unit(struct history *h, unsigned level, unsigned code, unsigned parent,
		     unsigned from, unsigned to)
{
	struct cchc_sheet_row *row = &h->row[h->n];
	const char **cell = cchc_arena_array(&h->arena, 7, sizeof(*cell));

	assert_true(h->n < UNITS_MAX);
	cell[0] = code_text(h, level, code);
	cell[1] = level ? code_text(h, level - 1, parent) : "";
	cell[2] = cchc_level_name((enum cchc_level)level);
	cell[3] = "";
	cell[4] = "tên";
	cell[5] = day_text(h, from, 0);
	cell[6] = day_text(h, to, DAYS - 1);
	*row = (struct cchc_sheet_row){.line = (uint32_t)h->n + 2, .n = 7, .cell = cell};
	h->n++;
}

/* bit d: the code is in force on day d */
typedef uint32_t days_of[CODES];

static unsigned stretch_end(uint32_t days, unsigned from)
{
	unsigned to = from;

	while (to + 1 < DAYS && (days >> (to + 1) & 1))
		to++;
	return to;
}

/* Cuts the life of a code into pieces, each below some parent while that is in force. */
static void live(struct history *h, unsigned level, unsigned code, const days_of above,
		 days_of mine)
{
	unsigned day = 0;

	mine[code] = 0;
	while (day < DAYS) {
		unsigned parent = test_random_below(&h->random, CODES);
		unsigned to;

		if (test_random_below(&h->random, 4) == 0 ||
		    !(above[parent] >> day & 1)) {
			day++;
			continue;
		}
		to = stretch_end(above[parent], day);
		to = day + test_random_below(&h->random, to - day + 1);
		add_unit(h, level, code, parent, day, to);
		for (; day <= to; day++)
			mine[code] |= 1u << day;
	}
}

static void shuffle(struct history *h)
{
	for (size_t i = h->n; i > 1; i--) {
		size_t k = test_random_below(&h->random, (uint32_t)i);
		struct cchc_sheet_row row = h->row[i - 1];

		h->row[i - 1] = h->row[k];
		h->row[k] = row;
	}
}

static void make_history(struct history *h, struct cchc_units *units)
{
	static const char *header[] = {"code", "parent",     "level",   "kind",
				       "name", "valid_from", "valid_to"};
	struct cchc_sheet_row row[UNITS_MAX + 1] = {{.line = 1, .n = 7, .cell = header}};
	struct cchc_sheet sheet = {.file = "history", .row = row};
	struct cchc_problems problems;
	days_of days[CCHC_LEVELS] = {{0}};
	uint32_t next = 1 + test_random_below(&h->random, 100);

	for (unsigned c = 0; c < CODES; c++) {
		add_unit(h, 0, c, 0, 0, DAYS - 1);
		days[0][c] = UINT32_MAX;
	}
	for (unsigned level = 1; level < CCHC_LEVELS; level++)
		for (unsigned c = 0; c < CODES; c++)
			live(h, level, c, days[level - 1], days[level]);
	shuffle(h);
	memcpy(row + 1, h->row, h->n * sizeof(row[0]));
	sheet.n = h->n + 1;
	cchc_problems_init(&problems);
	if (cchc_units_load(units, &sheet, &problems))
		fail_msg("line %u: %s", problems.list[0].place.line,
			 problems.list[0].text);
	cchc_problems_fini(&problems);
	assert_int_equal(cchc_units_identify(units, NULL, NULL, &next), CCHC_OK);
}

/* The naive way up: search the whole list for the parent in force. */
static const struct cchc_unit *parent_of(const struct cchc_units *units,
					 const struct cchc_unit *unit, cchc_day day)
{
	for (size_t i = 0; i < units->n; i++)
		if (unit->parent[0] && strcmp(units->unit[i].code, unit->parent) == 0 &&
		    cchc_unit_in_force(&units->unit[i], day))
			return &units->unit[i];
	return NULL;
}

static bool meets(const struct cchc_units *units, const struct cchc_unit *unit,
		  const struct cchc_unit *above, cchc_day day)
{
	for (; unit; unit = parent_of(units, unit, day))
		if (unit == above)
			return true;
	return false;
}

/* Of every level: told by the tree, by the list of days, and by who has the parent. */
static void check_below(const struct cchc_tree *tree, const struct cchc_units *units,
			const struct cchc_unit *unit, cchc_day day)
{
	struct cchc_below list[CCHC_BELOW_MAX];
	size_t n = cchc_below_of(units, unit, list);
	uint32_t at = cchc_tree_find(tree, unit->id);

	for (int level = 0; level < CCHC_LEVELS; level++) {
		bool found = false;

		for (size_t i = 0; i < units->n; i++)
			if ((int)units->unit[i].level == level &&
			    cchc_unit_in_force(&units->unit[i], day) &&
			    parent_of(units, &units->unit[i], day) == unit)
				found = true;
		assert_int_equal(cchc_below_has(list, n, (enum cchc_level)level, day),
				 found);
		if (at != CCHC_NO_NODE)
			assert_int_equal(
				cchc_tree_has_child(tree, at, (enum cchc_level)level),
				found);
	}
}

static void check_node(const struct cchc_tree *tree, const struct cchc_units *units,
		       const struct cchc_unit *unit, cchc_day day)
{
	const struct cchc_unit *parent = parent_of(units, unit, day);
	uint32_t at = cchc_tree_find(tree, unit->id);
	unsigned below = CCHC_LEVELS;

	assert_true(at < tree->n);
	assert_int_equal(tree->node[at].unit, unit->id);
	assert_int_equal(tree->node[at].level, unit->level);
	assert_int_equal(tree->node[at].parent,
			 parent ? cchc_tree_find(tree, parent->id) : at);
	for (size_t i = 0; i < units->n; i++) {
		const struct cchc_unit *other = &units->unit[i];
		uint32_t node = cchc_tree_find(tree, other->id);
		bool inside =
			node != CCHC_NO_NODE && node >= at && node < tree->node[at].end;

		assert_int_equal(inside, cchc_unit_in_force(other, day) &&
						 meets(units, other, unit, day));
		assert_int_equal(inside, cchc_tree_is_within(tree, other->id, unit->id));
		if (inside && other != unit && other->level < below)
			below = other->level;
	}
	assert_int_equal(tree->node[at].below, below);
}

/* Children stand in file order: the nodes of one parent have rising indexes in the file.
 */
static void check_order(const struct cchc_tree *tree, const struct cchc_units *units)
{
	for (uint32_t i = 0; i < tree->n; i++) {
		uint32_t sibling = tree->node[i].end;

		if (sibling < tree->n && !cchc_tree_is_root(tree, i) &&
		    tree->node[sibling].parent == tree->node[i].parent)
			assert_true(cchc_units_by_id(units, tree->node[i].unit) <
				    cchc_units_by_id(units, tree->node[sibling].unit));
	}
}

static void check_tree(const struct cchc_tree *tree, const struct cchc_units *units,
		       cchc_day day)
{
	uint32_t n = 0;

	assert_true(tree->first <= day && day <= tree->last);
	for (size_t i = 0; i < units->n; i++) {
		const struct cchc_unit *unit = &units->unit[i];

		check_below(tree, units, unit, day);
		if (cchc_unit_in_force(unit, day)) {
			n++;
			check_node(tree, units, unit, day);
		} else {
			assert_int_equal(cchc_tree_find(tree, unit->id), CCHC_NO_NODE);
		}
	}
	assert_int_equal(tree->n, n);
	check_order(tree, units);
}

static bool same_units(const struct cchc_units *units, cchc_day a, cchc_day b)
{
	for (size_t i = 0; i < units->n; i++)
		if (cchc_unit_in_force(&units->unit[i], a) !=
		    cchc_unit_in_force(&units->unit[i], b))
			return false;
	return true;
}

/* Two days share a tree exactly when nothing changed between them. */
static void check_history(const struct cchc_units *units)
{
	struct cchc_trees trees;
	const struct cchc_tree *before = NULL;

	cchc_trees_init(&trees, units);
	for (cchc_day day = -1; day <= DAYS; day++) {
		const struct cchc_tree *tree;

		assert_int_equal(cchc_trees_on(&trees, day, &tree), CCHC_OK);
		if (before)
			assert_int_equal(tree == before, same_units(units, day - 1, day));
		if (tree != before)
			check_tree(tree, units, day);
		before = tree;
	}
	cchc_trees_fini(&trees);
}

static void a_tree_of_a_day_is_what_a_naive_search_finds(void **state)
{
	uint64_t seed = test_random_seed();
	unsigned rounds = test_random_rounds(40);

	(void)state;
	for (unsigned i = 0; i < rounds; i++) {
		static struct history h;
		struct cchc_units units;

		h = (struct history){.random = {.state = seed + i}};
		cchc_arena_init(&h.arena, 16u << 20);
		make_history(&h, &units);
		check_history(&units);
		cchc_units_fini(&units);
		cchc_arena_fini(&h.arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tree_of_a_day_is_what_a_naive_search_finds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
