#ifndef CCHC_TESTS_WORLD_H
#define CCHC_TESTS_WORLD_H

#include "core/tree.h"
#include "random.h"

/* Units for laws, drawn as text: "p33(d325-(c1- c2) c2+)" is a province, below it until
 * 30 June 2025 a district with two communes, from 1 July on a commune with a used code.
 * The letter is the level (n, p, d, c), the digits are the code. */

enum { WORLD_DRAWING = 1024, WORLD_UNITS = 48 };

struct world {
	char drawing[WORLD_DRAWING];
	struct cchc_units units; /* ids given: file order from 1 */
	struct cchc_trees trees;
};

/* One of the well-known shapes, or, as often, one that nobody thought of. */
void world_make(struct world *world, struct test_random *random);
/* drawing: lent; the units as drawn. */
void world_draw(struct world *world, const char *drawing);
void world_fini(struct world *world);

#endif
