/* viewbuild.c - a view's cells made anew from the figures alone.
 *
 * Children stand behind their parents in pre-order, so one pass from the last node to the
 * first finds every node's `below` complete when it is passed on to its parent. This is a
 * different path from the differences of view.c, on purpose: `cchcctl verify` compares
 * both.
 */

#include <stdlib.h>
#include <string.h>

#include "core/mix.h"
#include "core/viewcell.h"

static enum cchc_rc join_tally(struct cchc_tally *into, const struct cchc_tally *from)
{
	enum cchc_rc rc = CCHC_OK;

	for (uint32_t i = 0; i < from->n && rc == CCHC_OK; i++)
		rc = cchc_tally_add(into, from->entry[i].value,
				    (int32_t)from->entry[i].count);
	return rc;
}

static enum cchc_rc pass_tally(const struct cchc_view_period *p, uint32_t node,
			       uint32_t parent, const struct cchc_row *row,
			       const struct cchc_contribution *own)
{
	struct cchc_tally *above = cchc_view_tally(p, parent, row->index);
	enum cchc_rc rc = CCHC_OK;

	if (!above)
		return CCHC_OK;
	if (own->has_value && cchc_view_counts_in(p->shape, row, node, parent))
		rc = cchc_tally_add(above, own->value, 1);
	if (rc == CCHC_OK && row->over_units != CCHC_UNITS_SAME &&
	    p->shape->place[node] != CCHC_NO_NODE)
		rc = join_tally(above, cchc_view_tally(p, node, row->index));
	return rc;
}

/* What a unit of the base level (with all below it) brings to the rows derived from
 * `row`. */
static void pass_source(const struct cchc_view_period *p, uint32_t parent,
			const struct cchc_row *row, const struct cchc_cell *up)
{
	for (size_t i = 0; i < row->n_feeds; i++) {
		const struct cchc_row *derived = &p->shape->form->row[row->feeds[i]];

		if (derived->derived_from == row->index)
			cchc_cell_add(cchc_view_below(p, parent, derived->index), up);
	}
}

static enum cchc_rc pass_row(const struct cchc_view_period *p, uint32_t node,
			     const struct cchc_row *row, const struct cchc_year *year)
{
	uint32_t parent = p->shape->tree->node[node].parent;
	struct cchc_contribution own;
	struct cchc_cell up;

	cchc_cell_contribute(p->shape, node, year, p->period.slot, row, &own);
	if (row->derived_from != CCHC_NO_ROW) {
		if (cchc_shape_is_base(p->shape, node))
			return CCHC_OK; /* pass_source brings the source instead */
		cchc_view_derived_up(p, node, row->index, &own.cell, &up);
		cchc_cell_add(cchc_view_below(p, parent, row->index), &up);
		return CCHC_OK;
	}
	up = own.cell;
	if (p->shape->place[node] != CCHC_NO_NODE)
		cchc_cell_add(&up, cchc_view_below(p, node, row->index));
	if (cchc_cell_is_zero(&up))
		return CCHC_OK;
	cchc_cell_add(cchc_view_below(p, parent, row->index), &up);
	if (row->n_feeds > 1 && cchc_shape_is_base(p->shape, node))
		pass_source(p, parent, row, &up);
	return pass_tally(p, node, parent, row, &own);
}

static enum cchc_rc build_period(struct cchc_view *view, struct cchc_view_period *p)
{
	const struct cchc_shape *shape = p->shape;
	const struct cchc_tree *tree = shape->tree;
	enum cchc_rc rc = CCHC_OK;

	memset(p->below, 0, shape->places * view->form->n * sizeof(p->below[0]));
	for (size_t i = 0; i < (size_t)shape->places * shape->tallies; i++)
		p->tally[i].n = 0;
	for (uint32_t node = tree->n; node-- > 0;) {
		const struct cchc_year *year = cchc_figures_year(
			&view->figures, tree->node[node].unit, p->period.year);
		bool empty = !year && shape->place[node] == CCHC_NO_NODE;

		if (tree->node[node].parent == node || empty)
			continue;
		for (size_t row = 0; row < view->form->n && rc == CCHC_OK; row++)
			rc = pass_row(p, node, &view->form->row[row], year);
	}
	return rc;
}

/* Every period that some figure of the year can reach. */
static uint32_t reached_slots(const struct cchc_view *view, uint16_t year)
{
	uint32_t given = 0;
	uint32_t reached = 0;

	for (uint32_t id = 0; id <= view->figures.max_unit; id++) {
		const struct cchc_year *of = cchc_figures_year(&view->figures, id, year);

		given |= of ? of->slots : 0;
	}
	for (uint8_t slot = 0; slot < CCHC_SLOTS; slot++)
		if (given & cchc_slot_sources(slot))
			reached |= 1u << slot;
	return reached;
}

enum cchc_rc cchc_view_build(struct cchc_view *view, uint16_t year)
{
	uint32_t reached = reached_slots(view, year);

	for (uint8_t slot = 0; slot < CCHC_SLOTS; slot++) {
		struct cchc_period period = {year, slot};
		struct cchc_view_period *p;
		enum cchc_rc rc;

		if (!(reached & 1u << slot))
			continue;
		rc = cchc_view_ensure(view, period, &p);
		if (rc == CCHC_OK)
			rc = build_period(view, p);
		if (rc != CCHC_OK)
			return rc;
	}
	view->failed = false;
	return CCHC_OK;
}

static uint64_t tally_mix(uint64_t hash, const struct cchc_tally *tally)
{
	for (uint32_t i = 0; i < tally->n; i++)
		hash = cchc_mix(cchc_mix(hash, (uint64_t)tally->entry[i].value),
				tally->entry[i].count);
	return hash;
}

static uint64_t period_digest(const struct cchc_view_period *p, uint64_t *cells)
{
	const struct cchc_tree *tree = p->shape->tree;
	uint64_t digest = 0;

	for (uint32_t node = 0; node < tree->n; node++) {
		if (p->shape->place[node] == CCHC_NO_NODE)
			continue;
		for (uint16_t row = 0; row < p->shape->form->n; row++) {
			const struct cchc_cell *cell = cchc_view_below(p, node, row);
			const struct cchc_tally *tally = cchc_view_tally(p, node, row);
			uint64_t hash = (uint64_t)tree->node[node].unit << 32 |
					(uint32_t)p->period.slot << 16 | row;

			if (cchc_cell_is_zero(cell))
				continue;
			(*cells)++;
			hash = cchc_cell_mix(hash, cell);
			digest += tally ? tally_mix(hash, tally) : hash;
		}
	}
	return digest;
}

uint64_t cchc_view_digest(const struct cchc_view *view, uint16_t year, uint64_t *cells)
{
	uint64_t digest = 0;

	for (size_t i = 0; i < view->periods; i++)
		if (view->period[i]->period.year == year)
			digest += period_digest(view->period[i], cells);
	return digest;
}
