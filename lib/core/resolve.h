#ifndef CCHC_CORE_RESOLVE_H
#define CCHC_CORE_RESOLVE_H

#include "core/figures.h"

/* Over time: a unit's figure for a period is its own for that period, else its parts'
 * (quarter = 3 months; H1 = Q1, Q2; 9M = H1, Q3; year = H1, H2), each resolved the same
 * way, joined by the row's rule (domain.md, "Over time"). */

struct cchc_resolved {
	struct cchc_figure
		figure;  /* WITHDRAWN only for the period's own cell with no parts */
	bool incomplete; /* made of parts, and one is missing */
};

/* The bits of all slots from which a slot's figure can come, itself included. */
uint32_t cchc_slot_sources(uint8_t slot);

/* year may be NULL: nothing given. A ratio has no figure of its own: what is typed for
 * the very period is answered (the declared figure). */
struct cchc_resolved cchc_resolve(const struct cchc_year *year, uint8_t slot,
				  const struct cchc_row *row);

/* What the unit itself brings into the rollup of a row that is not a ratio. The same,
 * except for a row with `equals` at a unit with units below: there the typed figure is
 * declared only, and the sum of the unit's own parts that are not derived enters; where
 * no part is derived and none has a figure, the typed one enters. */
struct cchc_resolved cchc_resolve_entering(const struct cchc_form *form,
					   const struct cchc_year *year, uint8_t slot,
					   const struct cchc_row *row, bool has_below);

static inline bool cchc_is_present(struct cchc_figure figure)
{
	return figure.state == CCHC_FIGURE || figure.state == CCHC_NA;
}

#endif
