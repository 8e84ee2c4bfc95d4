#ifndef CCHC_CORE_SHAPE_H
#define CCHC_CORE_SHAPE_H

#include "core/form.h"
#include "core/tree.h"

/* What a form and a tree have to say together, before any figure: which units have units
 * below, who communes report to directly, how many units are expected to fill each row.
 * Read-only once made. */

struct cchc_shape {
	const struct cchc_form *form; /* lent */
	const struct cchc_tree *tree; /* lent */
	uint32_t *place; /* node -> index among the nodes with units below, or
			  * CCHC_NO_NODE */
	uint32_t places;
	bool *collects; /* node: a unit of the form's base level reports to it directly */
	uint32_t *
		expected; /* [place * rows + row]: units strictly below that fill the row;
			   * for a derived row: units whose source row is read below */
	bool *is_source;  /* row: another one is derived from it */
	uint16_t *base_of; /* row -> index among the ratios, or CCHC_NO_ROW */
	uint16_t bases;
	uint16_t *tally_of; /* row -> index among the rows that keep a tally, or
			       CCHC_NO_ROW */
	uint16_t tallies;
};

/* LIMIT above 32767 units: the bound that keeps sums from wrapping (resolve.c) and lets
 * counts be kept in 16 bits (cell.h). */
CCHC_NODISCARD enum cchc_rc cchc_shape_new(const struct cchc_form *form,
					   const struct cchc_tree *tree,
					   struct cchc_shape **shape);
void cchc_shape_free(struct cchc_shape **shape);

/* True if the unit itself is expected to fill the row. Rows with `reserved` (but no
 * ratio) are filled by who communes report to directly, the others by the levels the form
 * names; a unit of the base level never fills a reserved row, a ratio or not. */
bool cchc_shape_fills(const struct cchc_shape *shape, uint32_t node,
		      const struct cchc_row *row);
/* The same for what the unit brings into cells above it: the parts of a reserved ratio
 * come from the very units for which the ratio itself is reserved. */
bool cchc_shape_feeds(const struct cchc_shape *shape, uint32_t node,
		      const struct cchc_row *row);
bool cchc_shape_is_base(const struct cchc_shape *shape, uint32_t node);

static inline uint32_t cchc_shape_expected(const struct cchc_shape *shape, uint32_t node,
					   uint16_t row)
{
	uint32_t place = shape->place[node];

	return place == CCHC_NO_NODE ? 0 : shape->expected[place * shape->form->n + row];
}

#endif
