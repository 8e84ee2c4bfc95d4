#ifndef CCHC_CORE_VIEW_H
#define CCHC_CORE_VIEW_H

#include "core/cell.h"
#include "core/counts.h"

/* The rollup of one form, kept up to date by differences.
 *
 * For every resident period and every unit with units below it holds, row by row, the
 * joined contributions of the units strictly below (`below`); what the unit itself brings
 * is read from its figures when asked. Two laws, held by tests/prop/prop_rollup.c:
 *  1. After any history of changes in any order the cells are those that cchc_view_build
 * makes from the figures alone.
 *  2. A period that is not resident gives the same answers from a view built when asked.
 *
 * One owner thread. Rows are indexes in the form. */

struct cchc_view_period {
	struct cchc_period period;
	const struct cchc_shape
		*shape;              /* of the tree in force on the period's last day */
	struct cchc_kept *below;     /* [place * rows + row] */
	struct cchc_kept_base *base; /* [place * bases + base_of[row]] */
	struct cchc_tally *tally;    /* [place * tallies + tally_of[row]] */
	uint64_t **dirty;  /* by node: changed rows since cleared; NULL where nobody
			    * watches */
	uint64_t *changed; /* by node: when its cells changed last, as view->changes */
};

struct cchc_view {
	const struct cchc_form *form; /* lent */
	struct cchc_trees *trees;     /* lent */
	struct cchc_figures figures;
	const struct cchc_counts *counts; /* lent: answers the rows that come from the
					   * register of tasks; NULL: none do */
	struct cchc_shape *shape[64];
	size_t shapes;
	struct cchc_view_period *period[1024];
	size_t periods;
	uint8_t *watched; /* by unit id: how many watch it, saturating */
	uint64_t changes; /* a count that every change moves on and nothing sets back: an
			   * answer made at `changed` holds while that stays */
	struct cchc_resolved *before; /* scratch of apply and build, as cchc_yearly */
	struct cchc_resolved *after;
	bool failed; /* memory ran out half-way: rebuild before use */
};

CCHC_NODISCARD enum cchc_rc cchc_view_new(const struct cchc_form *form,
					  struct cchc_trees *trees, uint32_t max_unit,
					  struct cchc_view **view);
void cchc_view_free(struct cchc_view **view);

/* To load a year: add it, set its figures in view->figures (cchc_figures_set), build. */
CCHC_NODISCARD enum cchc_rc cchc_view_add_year(struct cchc_view *view, uint16_t year);
/* Makes all cells of the year's periods anew from the figures. */
CCHC_NODISCARD enum cchc_rc cchc_view_build(struct cchc_view *view, uint16_t year);
/* Drops these cells; the figures stay. */
void cchc_view_drop_cells(struct cchc_view *view, uint16_t year);
void cchc_view_drop_year(struct cchc_view *view, uint16_t year);

/* New figures of one unit and period; its year must be resident. A row must not stand
 * twice. What equals the old figure changes nothing. NOMEM sets view->failed. */
CCHC_NODISCARD enum cchc_rc cchc_view_apply(struct cchc_view *view, uint32_t unit,
					    struct cchc_period period, size_t n,
					    const uint16_t *row,
					    const struct cchc_figure *figure);

/* NULL when no figure has come that concerns the period. */
const struct cchc_view_period *cchc_view_find(const struct cchc_view *view,
					      struct cchc_period period);
/* The shape of a period, resident or not. */
CCHC_NODISCARD enum cchc_rc cchc_view_shape(struct cchc_view *view,
					    struct cchc_period period,
					    const struct cchc_shape **shape);

/* Keeps note of changed rows of the unit from now on; counts, so each watch needs its
 * unwatch. */
CCHC_NODISCARD enum cchc_rc cchc_view_watch(struct cchc_view *view, uint32_t unit);
void cchc_view_unwatch(struct cchc_view *view, uint32_t unit);
/* The bits of changed rows of the unit in the period (words of 64 rows), or NULL when
 * there are none; cleared by cchc_view_clean. */
const uint64_t *cchc_view_dirty(const struct cchc_view_period *period, uint32_t unit);
void cchc_view_clean(struct cchc_view_period *period, uint32_t unit);
/* The counts of the unit's tasks changed: so did its rows from the register. */
void cchc_view_counts_changed(struct cchc_view *view, uint32_t unit,
			      struct cchc_period period);
/* Every row of the unit counts as changed, in all periods of the year. */
void cchc_view_mark_all(struct cchc_view *view, uint16_t year, uint32_t unit);

/* Every answer counts as another one: what is not in the cells changed. */
void cchc_view_all_changed(struct cchc_view *view);

/* Of all cells of the year's periods, whatever their order; *cells grows by how many are
 * not empty. */
uint64_t cchc_view_digest(const struct cchc_view *view, uint16_t year, uint64_t *cells);

#endif
