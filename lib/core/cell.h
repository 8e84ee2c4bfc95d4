#ifndef CCHC_CORE_CELL_H
#define CCHC_CORE_CELL_H

#include "core/resolve.h"
#include "core/shape.h"
#include "core/tally.h"

/* What units bring into a rolled-up cell, and the cell itself: the same struct, so that
 * adding a unit, taking it away and joining two subtrees are one operation. Sums and
 * counts form a group, so a correction is one subtraction. A share of shares is never an
 * average of shares: both parts are kept, and divided when asked. */
struct cchc_cell {
	int64_t sum;     /* of figures; yes/no: how many yes; ratio: of the numerators */
	int64_t base;    /* ratio: of the denominators */
	int32_t figures; /* units with a figure; ratio: with both parts */
	int32_t na; /* units that declared it not applicable (or a part of the ratio) */
	int32_t incomplete; /* units with a part of the time missing, or one part of the
			       ratio */
	int32_t extra;  /* to the expected units: gave a figure though of another level;
			 * for  derived rows also: typed in place of the units below */
	int32_t n_sum;  /* ratio: units with a numerator */
	int32_t n_base; /* ratio: units with a denominator */
};

struct cchc_contribution {
	struct cchc_cell cell;
	bool has_value; /* the unit has a figure, for rows that keep a tally */
	int64_t value;
};

/* What the unit at `node` itself brings to a row in a slot of a year (NULL: nothing
 * given). Headings and derived rows at units of the base level bring nothing; a derived
 * row elsewhere brings what was typed. */
void cchc_cell_contribute(const struct cchc_shape *shape, uint32_t node,
			  const struct cchc_year *year, uint8_t slot,
			  const struct cchc_row *row, struct cchc_contribution *brings);

static inline void cchc_cell_add(struct cchc_cell *cell, const struct cchc_cell *more)
{
	cell->sum += more->sum;
	cell->base += more->base;
	cell->figures += more->figures;
	cell->na += more->na;
	cell->incomplete += more->incomplete;
	cell->extra += more->extra;
	cell->n_sum += more->n_sum;
	cell->n_base += more->n_base;
}

static inline void cchc_cell_subtract(struct cchc_cell *cell,
				      const struct cchc_cell *less)
{
	cell->sum -= less->sum;
	cell->base -= less->base;
	cell->figures -= less->figures;
	cell->na -= less->na;
	cell->incomplete -= less->incomplete;
	cell->extra -= less->extra;
	cell->n_sum -= less->n_sum;
	cell->n_base -= less->n_base;
}

bool cchc_cell_is_zero(const struct cchc_cell *cell);
uint64_t cchc_cell_mix(uint64_t hash, const struct cchc_cell *cell);

#endif
