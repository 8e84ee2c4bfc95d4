#include "core/cell.h"

#include <string.h>

#include "core/mix.h"

bool cchc_cell_is_zero(const struct cchc_cell *cell)
{
	static const struct cchc_cell ZERO;

	return memcmp(cell, &ZERO, sizeof(ZERO)) == 0;
}

uint64_t cchc_cell_mix(uint64_t hash, const struct cchc_cell *cell)
{
	hash = cchc_mix(hash, (uint64_t)cell->sum);
	hash = cchc_mix(hash, (uint64_t)cell->base);
	hash = cchc_mix(hash,
			(uint64_t)(uint32_t)cell->figures << 32 | (uint32_t)cell->na);
	hash = cchc_mix(hash, (uint64_t)(uint32_t)cell->incomplete << 32 |
				      (uint32_t)cell->extra);
	return cchc_mix(hash,
			(uint64_t)(uint32_t)cell->n_sum << 32 | (uint32_t)cell->n_base);
}

static void bring_ratio(const struct cchc_shape *shape, const struct cchc_year *year,
			uint8_t slot, const struct cchc_row *row, bool has_below,
			struct cchc_cell *cell)
{
	const struct cchc_form *form = shape->form;
	struct cchc_resolved top = cchc_resolve_entering(
		form, year, slot, &form->row[row->numerator], has_below);
	struct cchc_resolved bottom = cchc_resolve_entering(
		form, year, slot, &form->row[row->denominator], has_below);
	bool has_top = top.figure.state == CCHC_FIGURE;
	bool has_bottom = bottom.figure.state == CCHC_FIGURE;

	cell->incomplete = top.incomplete || bottom.incomplete;
	if (top.figure.state == CCHC_NA || bottom.figure.state == CCHC_NA) {
		cell->na = 1; /* reported, and adds neither part */
		return;
	}
	if (has_top != has_bottom)
		cell->incomplete = 1;
	cell->figures = has_top && has_bottom;
	if (has_top) {
		cell->n_sum = 1;
		cell->sum = top.figure.value;
	}
	if (has_bottom) {
		cell->n_base = 1;
		cell->base = bottom.figure.value;
	}
}

static void bring_figure(struct cchc_resolved entering, struct cchc_contribution *brings)
{
	struct cchc_cell *cell = &brings->cell;

	cell->incomplete = entering.incomplete;
	if (entering.figure.state == CCHC_NA) {
		cell->na = 1;
	} else if (entering.figure.state == CCHC_FIGURE) {
		cell->figures = 1;
		cell->sum = entering.figure.value;
		brings->has_value = true;
		brings->value = entering.figure.value;
	}
}

void cchc_cell_contribute(const struct cchc_shape *shape, uint32_t node,
			  const struct cchc_year *year, uint8_t slot,
			  const struct cchc_row *row, struct cchc_contribution *brings)
{
	bool has_below = cchc_tree_has_below(shape->tree, node);

	*brings = (struct cchc_contribution){0};
	if (!year || !(year->slots & cchc_slot_sources(slot)) ||
	    row->kind == CCHC_HEADING)
		return;
	if (row->reserved && row->kind != CCHC_RATIO && cchc_shape_is_base(shape, node))
		return;
	if (row->kind == CCHC_RATIO)
		bring_ratio(shape, year, slot, row, has_below, &brings->cell);
	else
		bring_figure(
			cchc_resolve_entering(shape->form, year, slot, row, has_below),
			brings);
	if (brings->cell.figures + brings->cell.na > 0 &&
	    !cchc_shape_feeds(shape, node, row))
		brings->cell.extra = 1;
}
