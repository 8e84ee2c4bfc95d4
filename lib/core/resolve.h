#ifndef CCHC_CORE_RESOLVE_H
#define CCHC_CORE_RESOLVE_H

#include "core/figures.h"

/* Over time: a unit's figure for a period is its own for that period, else its parts'
 * (quarter = 3 months; H1 = Q1, Q2; 9M = H1, Q3; year = H1, H2), each resolved the same
 * way, joined by the row's rule (domain.md, "Over time"). */

struct cchc_resolved {
	int64_t value;   /* 0 unless FIGURE */
	uint8_t state;   /* enum cchc_state; WITHDRAWN only for the period's own cell with
			  * no parts */
	bool incomplete; /* made of parts, and one is missing */
};

/* The bits of all slots from which a slot's figure can come, itself included. */
uint32_t cchc_slot_sources(uint8_t slot);
/* The bits of all slots that a figure of one of the `given` ones can reach. */
uint32_t cchc_slots_reached(uint32_t given);

/* year may be NULL: nothing given. A ratio has no figure of its own: what is typed for
 * the very period is answered (the declared figure). */
struct cchc_resolved cchc_resolve(const struct cchc_year *year, uint8_t slot,
				  const struct cchc_row *row);

/* One unit's year over time, for those who ask for many cells of it: a row is resolved
 * once in all its slots, each made of the parts just resolved. (Resolved slot by slot it
 * was half of the rollup's time.) */
struct cchc_yearly {
	const struct cchc_year *year; /* NULL: nothing given */
	struct cchc_resolved *kept;   /* [slot * rows + row]; NULL: nothing is kept */
	size_t rows;                  /* of the form */
	uint64_t known[CCHC_ROWS_MAX / 64]; /* rows that are in `kept` */
	struct cchc_moment { /* the slots that are in it, months first: how each is made
			      */
		const struct cchc_record *record; /* NULL: no cell of its own */
		uint8_t slot;
		uint8_t parts; /* that are in it too */
		uint8_t part[3];
		bool lacks; /* one that is not */
	} moment[CCHC_SLOTS];
	uint8_t moments;
};

/* Begins with no row known. `kept`: the caller's memory, for each of CCHC_SLOTS all rows
 * of the form; NULL: each question is answered anew. Of the slots only those are kept
 * that the year's figures, or one of a slot in `also`, can reach. */
void cchc_yearly_begin(struct cchc_yearly *yearly, const struct cchc_year *year,
		       const struct cchc_form *form, struct cchc_resolved *kept,
		       uint32_t also);
/* Resolves every row. */
void cchc_yearly_learn_all(struct cchc_yearly *yearly, const struct cchc_form *form);
/* Resolves a row and all it is computed from, unless it is known. */
void cchc_yearly_learn(struct cchc_yearly *yearly, const struct cchc_form *form,
		       const struct cchc_row *row);
/* `after` was begun with the same slots, later: what `before` knows of the row is true of
 * it but in `changed` slots. */
void cchc_yearly_follow(struct cchc_yearly *after, const struct cchc_yearly *before,
			const struct cchc_row *row, uint32_t changed);

static inline bool cchc_yearly_knows(const struct cchc_yearly *yearly, uint16_t row)
{
	return yearly->known[row / 64] >> row % 64 & 1;
}

/* Of a known row, in a slot that is kept. */
static inline const struct cchc_resolved *cchc_yearly_at(const struct cchc_yearly *yearly,
							 uint8_t slot, uint16_t row)
{
	return &yearly->kept[slot * yearly->rows + row];
}

/* What the unit itself brings into the rollup of a row that is not a ratio. The same,
 * except for a row with `equals` at a unit with units below: there the typed figure is
 * declared only, and the sum of the unit's own parts that are not derived enters; where
 * no part is derived and none has a figure, the typed one enters. */
struct cchc_resolved cchc_resolve_entering(const struct cchc_form *form,
					   struct cchc_yearly *yearly, uint8_t slot,
					   const struct cchc_row *row, bool has_below);

static inline struct cchc_figure cchc_resolved_figure(struct cchc_resolved resolved)
{
	return (struct cchc_figure){resolved.value, resolved.state};
}

static inline bool cchc_is_present_state(uint8_t state)
{
	return state == CCHC_FIGURE || state == CCHC_NA;
}

static inline bool cchc_is_present(struct cchc_figure figure)
{
	return cchc_is_present_state(figure.state);
}

#endif
