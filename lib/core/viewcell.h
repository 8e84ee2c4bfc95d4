#ifndef CCHC_CORE_VIEWCELL_H
#define CCHC_CORE_VIEWCELL_H

#include "core/view.h"

/* The inside of a view's period: how a unit's contribution travels up the tree. Shared by
 * the incremental path (viewapply.c), the full build (viewbuild.c) and the answers
 * (result.c).
 */

/* The period's cells, empty if it was not there. */
CCHC_NODISCARD enum cchc_rc cchc_view_ensure(struct cchc_view *view,
					     struct cchc_period period,
					     struct cchc_view_period **out);

enum { CCHC_AFFECTS_MAX = 8 }; /* slots that a figure of one slot reaches */

/* Every answer of the period counts as another one. */
void cchc_view_period_changed(struct cchc_view *view, struct cchc_view_period *p);

/* Notes a changed row in a node's `dirty` bits, which may be NULL. */
static inline void cchc_view_mark(uint64_t *dirty, uint16_t row)
{
	if (dirty)
		dirty[row / 64] |= UINT64_C(1) << row % 64;
}

static inline struct cchc_kept *cchc_view_kept(const struct cchc_view_period *p,
					       uint32_t node)
{
	return &p->below[p->shape->place[node] * p->shape->form->n];
}

static inline struct cchc_kept_base *cchc_view_bases(const struct cchc_view_period *p,
						     uint32_t node)
{
	return &p->base[p->shape->place[node] * p->shape->bases];
}

/* Of a unit with units below. */
static inline struct cchc_cell cchc_view_below(const struct cchc_view_period *p,
					       uint32_t node, uint16_t row)
{
	const struct cchc_kept *kept = &cchc_view_kept(p, node)[row];
	struct cchc_cell cell = {.sum = kept->sum,
				 .figures = kept->figures,
				 .na = kept->na,
				 .incomplete = kept->incomplete,
				 .extra = kept->extra};

	if (p->shape->base_of[row] != CCHC_NO_ROW) {
		const struct cchc_kept_base *base =
			&cchc_view_bases(p, node)[p->shape->base_of[row]];

		cell.base = base->base;
		cell.n_sum = base->n_sum;
		cell.n_base = base->n_base;
	}
	return cell;
}

static inline void cchc_view_add(const struct cchc_view_period *p, uint32_t node,
				 uint16_t row, const struct cchc_cell *more)
{
	cchc_kept_add(&cchc_view_kept(p, node)[row], more);
	if (p->shape->base_of[row] != CCHC_NO_ROW)
		cchc_kept_add_base(&cchc_view_bases(p, node)[p->shape->base_of[row]],
				   more);
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
