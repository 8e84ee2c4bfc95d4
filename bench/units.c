/* units.c - how long the country's unit file takes: read, checked, numbered, made a tree.
 *
 *	cchc-units FILE
 *
 * Seven rounds, the median; prints JSON. Checked first: every unit stands in the tree
 *once.
 */

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "bench/world.h"

enum { ROUNDS = 7 };

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void check(const struct world *w)
{
	if (w->tree->n != w->units.n)
		die("tree", "a unit is missing");
	for (size_t i = 0; i < w->units.n; i++)
		if (cchc_tree_find(w->tree, w->units.unit[i].id) == CCHC_NO_NODE)
			die(w->units.unit[i].code, "not in the tree");
}

int main(int argc, char **argv)
{
	double ms[ROUNDS];
	size_t units = 0;

	if (argc != 2)
		die("arguments", "the unit file is expected");
	for (int i = 0; i < ROUNDS; i++) {
		struct world *w = calloc(1, sizeof(*w));
		uint64_t began = cchc_clock_mono_ns();

		if (!w)
			die("memory", "none");
		world_load(w, argv[1], NULL);
		ms[i] = (double)(cchc_clock_mono_ns() - began) / 1e6;
		check(w);
		units = w->units.n;
		world_free(w);
		free(w);
	}
	qsort(ms, ROUNDS, sizeof(ms[0]), by_value);
	(void)printf("{\"units\": %zu, \"ms\": %.2f, \"low\": %.2f, \"high\": %.2f}\n",
		     units, ms[ROUNDS / 2], ms[0], ms[ROUNDS - 1]);
	return 0;
}
