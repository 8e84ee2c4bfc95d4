#include "core/cell.h"

static void bring_ratio(const struct cchc_shape *shape, struct cchc_yearly *yearly,
			uint8_t slot, const struct cchc_row *row, bool has_below,
			struct cchc_cell *cell)
{
	const struct cchc_form *form = shape->form;
	struct cchc_resolved top = cchc_resolve_entering(
		form, yearly, slot, &form->row[row->numerator], has_below);
	struct cchc_resolved bottom = cchc_resolve_entering(
		form, yearly, slot, &form->row[row->denominator], has_below);
	bool has_top = top.state == CCHC_FIGURE;
	bool has_bottom = bottom.state == CCHC_FIGURE;

	cell->incomplete = top.incomplete || bottom.incomplete;
	if (top.state == CCHC_NA || bottom.state == CCHC_NA) {
		cell->na = 1; /* reported, and adds neither part */
		return;
	}
	if (has_top != has_bottom)
		cell->incomplete = 1;
	cell->figures = has_top && has_bottom;
	if (has_top) {
		cell->n_sum = 1;
		cell->sum = top.value;
	}
	if (has_bottom) {
		cell->n_base = 1;
		cell->base = bottom.value;
	}
}

static struct cchc_contribution bring_figure(struct cchc_resolved entering, bool extra)
{
	bool has_value = entering.state == CCHC_FIGURE;
	bool is_na = entering.state == CCHC_NA;

	return (struct cchc_contribution){
		.cell = {.sum = entering.value,
			 .figures = has_value,
			 .na = is_na,
			 .incomplete = entering.incomplete,
			 .extra = extra && (has_value || is_na)},
		.has_value = has_value,
		.value = entering.value,
	};
}

void cchc_cell_contribute(const struct cchc_shape *shape, uint32_t node,
			  struct cchc_yearly *yearly, uint8_t slot,
			  const struct cchc_row *row, struct cchc_contribution *brings)
{
	const struct cchc_year *year = yearly->year;
	bool has_below = cchc_tree_has_below(shape->tree, node);
	bool extra = !cchc_shape_feeds(shape, node, row);

	*brings = (struct cchc_contribution){0};
	if (!year || !(year->slots & cchc_slot_sources(slot)) ||
	    row->kind == CCHC_HEADING)
		return;
	if (row->kind == CCHC_RATIO) {
		bring_ratio(shape, yearly, slot, row, has_below, &brings->cell);
		brings->cell.extra = extra && brings->cell.figures + brings->cell.na > 0;
		return;
	}
	if (row->reserved && cchc_shape_is_base(shape, node))
		return;
	*brings = bring_figure(
		cchc_resolve_entering(shape->form, yearly, slot, row, has_below), extra);
}
