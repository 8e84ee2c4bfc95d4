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

/* A cell as a view keeps it, one for each row of each unit with units below. No count
 * passes 32767 (shape.c), and what only ratios have stands apart: so a country's cells
 * take two fifths of the memory, and fewer of them have left the cache when the next
 * report comes. */
struct cchc_kept {
	int64_t sum;
	int16_t figures;
	int16_t na;
	int16_t incomplete;
	int16_t extra;
};

struct cchc_kept_base {
	int64_t base;
	int16_t n_sum;
	int16_t n_base;
};

struct cchc_contribution {
	struct cchc_cell cell;
	bool has_value; /* the unit has a figure, for rows that keep a tally */
	int64_t value;
};

/* What the unit at `node` itself brings to a row in a slot of its year. Headings and
 * derived rows at units of the base level bring nothing; a derived row elsewhere brings
 * what was typed. */
void cchc_cell_contribute(const struct cchc_shape *shape, uint32_t node,
			  struct cchc_yearly *yearly, uint8_t slot,
			  const struct cchc_row *row, struct cchc_contribution *brings);

/* The resolved figure itself is what the unit brings: true of nearly every row of nearly
 * every unit, so that those who add up many need not go through the above for each. */
static inline bool cchc_cell_is_plain(const struct cchc_row *row, bool has_below)
{
	return row->kind != CCHC_RATIO && !row->reserved && !(row->equals && has_below);
}

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

static inline void cchc_kept_add(struct cchc_kept *kept, const struct cchc_cell *more)
{
	kept->sum += more->sum;
	kept->figures = (int16_t)(kept->figures + more->figures);
	kept->na = (int16_t)(kept->na + more->na);
	kept->incomplete = (int16_t)(kept->incomplete + more->incomplete);
	kept->extra = (int16_t)(kept->extra + more->extra);
}

/* What a plain row's resolved figure brings; `extra`: the unit is not expected to give
 * one. */
static inline void cchc_kept_add_figure(struct cchc_kept *kept, struct cchc_resolved own,
					bool extra)
{
	bool reported = cchc_is_present_state(own.state);

	kept->sum += own.value;
	kept->figures = (int16_t)(kept->figures + (own.state == CCHC_FIGURE));
	kept->na = (int16_t)(kept->na + (own.state == CCHC_NA));
	kept->incomplete = (int16_t)(kept->incomplete + own.incomplete);
	kept->extra = (int16_t)(kept->extra + (extra && reported));
}

static inline void cchc_kept_add_base(struct cchc_kept_base *kept,
				      const struct cchc_cell *more)
{
	kept->base += more->base;
	kept->n_sum = (int16_t)(kept->n_sum + more->n_sum);
	kept->n_base = (int16_t)(kept->n_base + more->n_base);
}

static inline bool cchc_cell_is_zero(const struct cchc_cell *cell)
{
	return !(cell->sum | cell->base | cell->figures | cell->na | cell->incomplete |
		 cell->extra | cell->n_sum | cell->n_base);
}

#endif
