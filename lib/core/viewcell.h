#ifndef CCHC_CORE_VIEWCELL_H
#define CCHC_CORE_VIEWCELL_H

#include "core/view.h"

/* The inside of a view's period: how a unit's contribution travels up the tree. Shared by
 * the incremental path (view.c), the full build (viewbuild.c) and the answers (result.c).
 */

/* The period's cells, empty if it was not there. */
CCHC_NODISCARD enum cchc_rc cchc_view_ensure(struct cchc_view *view,
					     struct cchc_period period,
					     struct cchc_view_period **out);

static inline struct cchc_cell *cchc_view_below(const struct cchc_view_period *p,
						uint32_t node, uint16_t row)
{
	return &p->below[p->shape->place[node] * p->shape->form->n + row];
}

/* NULL for rows that keep none. */
static inline struct cchc_tally *cchc_view_tally(const struct cchc_view_period *p,
						 uint32_t node, uint16_t row)
{
	uint16_t tally = p->shape->tally_of[row];

	if (tally == CCHC_NO_ROW)
		return NULL;
	return &p->tally[p->shape->place[node] * p->shape->tallies + tally];
}

/* True if values of `node` are counted in the tally of `above`: common lists compare
 * units of one level only, the one below. */
bool cchc_view_counts_in(const struct cchc_shape *shape, const struct cchc_row *row,
			 uint32_t node, uint32_t above);

/* What a derived row sends up from `node`: the typed figure in place of the source below
 * where communes report to the unit; elsewhere both add up. `typed` is the unit's
 * contribution. */
void cchc_view_derived_up(const struct cchc_view_period *p, uint32_t node, uint16_t row,
			  const struct cchc_cell *typed, struct cchc_cell *up);

#endif
