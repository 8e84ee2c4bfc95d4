/* viewbuild.c - a view's cells made anew from the figures alone.
 *
 * First every unit's own contributions are added to the cells of the unit above it, all
 * its periods at once. Then, for each period, what stands below passes on upwards:
 * children stand behind their parents in pre-order, so one pass from the last node to the
 * first finds every node's `below` complete when it is added to its parent's. This is a
 * different path from the differences of viewapply.c, on purpose: `cchcctl verify`
 * compares both.
 */

#include <stdlib.h>
#include <string.h>

#include "core/mix.h"
#include "core/viewcell.h"

/* What the many need to know of a row: of the rows themselves a form's are more than fit
 * beside the cells in the nearest cache. */
struct brief {
	uint16_t row;
	uint8_t levels;
	bool has_tally;
};

/* The rows that units bring something to themselves; a derived row waits for what stands
 * below. */
struct brought {
	struct brief plain[CCHC_ROWS_MAX]; /* by nothing but the resolved figure */
	size_t n_plain;
	uint16_t other[CCHC_ROWS_MAX];
	size_t n_other;
};

struct building {
	struct cchc_view *view;
	struct brought brought[2]; /* by units without, and with, units below */
	struct cchc_view_period *period[CCHC_SLOTS];
	size_t periods;
	uint16_t year;
};

/* What a unit of the base level, or one below it, brings to the rows derived from `row`.
 */
static void pass_source(const struct cchc_view_period *p, uint32_t parent,
			const struct cchc_row *row, const struct cchc_cell *up)
{
	for (size_t i = 0; i < row->n_feeds; i++) {
		const struct cchc_row *derived = &p->shape->form->row[row->feeds[i]];

		if (derived->derived_from == row->index)
			cchc_view_add(p, parent, derived->index, up);
	}
}

static void pass_cell(const struct cchc_view_period *p, uint32_t node,
		      const struct cchc_row *row, const struct cchc_cell *up)
{
	uint32_t parent = p->shape->tree->node[node].parent;

	cchc_view_add(p, parent, row->index, up);
	if (p->shape->is_source[row->index] && cchc_shape_is_base(p->shape, node))
		pass_source(p, parent, row, up);
}

/* ---- first: what the units themselves bring ---- */

/* Where a unit stands in one of the periods. */
struct place {
	const struct cchc_view_period *p;
	uint32_t node;
	uint32_t parent;
	struct cchc_kept *above; /* the parent's cells */
	uint8_t slot;
	uint8_t level;
	bool has_below;
};

static size_t find_places(const struct building *b, const struct cchc_year *year,
			  uint32_t unit, struct place places[CCHC_SLOTS])
{
	size_t n = 0;

	for (size_t i = 0; i < b->periods; i++) {
		const struct cchc_view_period *p = b->period[i];
		const struct cchc_tree *tree = p->shape->tree;
		uint32_t node = cchc_tree_find(tree, unit);

		if (node == CCHC_NO_NODE || cchc_tree_is_root(tree, node) ||
		    !(year->slots & cchc_slot_sources(p->period.slot)))
			continue;
		places[n++] = (struct place){
			.p = p,
			.node = node,
			.parent = tree->node[node].parent,
			.above = cchc_view_kept(p, tree->node[node].parent),
			.slot = p->period.slot,
			.level = tree->node[node].level,
			.has_below = cchc_tree_has_below(tree, node),
		};
	}
	return n;
}

static enum cchc_rc count_value(const struct place *at, const struct cchc_row *row,
				int64_t value)
{
	const struct cchc_shape *shape = at->p->shape;

	if (shape->tally_of[row->index] == CCHC_NO_ROW ||
	    !cchc_view_counts_in(shape, row, at->node, at->parent))
		return CCHC_OK;
	return cchc_tally_add(cchc_view_tally(at->p, at->parent, row->index), value, 1);
}

static enum cchc_rc bring_row(const struct place *at, const struct cchc_row *row,
			      struct cchc_yearly *yearly)
{
	struct cchc_contribution own;

	cchc_cell_contribute(at->p->shape, at->node, yearly, at->slot, row, &own);
	if (cchc_cell_is_zero(&own.cell))
		return CCHC_OK;
	pass_cell(at->p, at->node, row, &own.cell);
	return own.has_value ? count_value(at, row, own.value) : CCHC_OK;
}

static enum cchc_rc bring_plain(const struct place *at, const struct brief *brief,
				struct cchc_resolved own)
{
	bool extra = !(brief->levels & 1u << at->level);

	if (!cchc_is_present_state(own.state) && !own.incomplete)
		return CCHC_OK;
	cchc_kept_add_figure(&at->above[brief->row], own, extra);
	if (!brief->has_tally || own.state != CCHC_FIGURE)
		return CCHC_OK;
	return count_value(at, &at->p->shape->form->row[brief->row], own.value);
}

static enum cchc_rc bring_all(const struct building *b, const struct place *at,
			      struct cchc_yearly *yearly)
{
	const struct brought *brought = &b->brought[at->has_below];
	const struct cchc_resolved *own = cchc_yearly_at(yearly, at->slot, 0);
	enum cchc_rc rc = CCHC_OK;

	for (size_t i = 0; i < brought->n_plain && rc == CCHC_OK; i++)
		rc = bring_plain(at, &brought->plain[i], own[brought->plain[i].row]);
	for (size_t i = 0; i < brought->n_other && rc == CCHC_OK; i++)
		rc = bring_row(at, &b->view->form->row[brought->other[i]], yearly);
	return rc;
}

static enum cchc_rc bring_unit(const struct building *b, uint32_t unit)
{
	const struct cchc_form *form = b->view->form;
	const struct cchc_year *year =
		cchc_figures_year(&b->view->figures, unit, b->year);
	struct cchc_yearly yearly;
	struct place places[CCHC_SLOTS];
	enum cchc_rc rc = CCHC_OK;
	size_t n;

	if (!year)
		return CCHC_OK;
	n = find_places(b, year, unit, places);
	cchc_yearly_begin(&yearly, year, form, b->view->after, 0);
	cchc_yearly_learn_all(&yearly, form);
	for (size_t i = 0; i < n && rc == CCHC_OK; i++)
		rc = bring_all(b, &places[i], &yearly);
	return rc;
}

static void list_row(struct brought *brought, const struct cchc_shape *shape,
		     const struct cchc_row *row, bool has_below)
{
	bool has_tally = shape->tally_of[row->index] != CCHC_NO_ROW;

	if (cchc_cell_is_plain(row, has_below) && !shape->is_source[row->index])
		brought->plain[brought->n_plain++] =
			(struct brief){row->index, row->levels, has_tally};
	else
		brought->other[brought->n_other++] = row->index;
}

static void list_rows(struct building *b, const struct cchc_shape *shape)
{
	for (size_t i = 0; i < b->view->form->n; i++) {
		const struct cchc_row *row = &b->view->form->row[i];

		if (row->kind == CCHC_HEADING || row->derived_from != CCHC_NO_ROW)
			continue;
		list_row(&b->brought[false], shape, row, false);
		list_row(&b->brought[true], shape, row, true);
	}
}

/* ---- then: what stands below them ---- */

static enum cchc_rc join_tally(struct cchc_tally *into, const struct cchc_tally *from)
{
	const struct cchc_tally_entry *entry = cchc_tally_entries(from);
	enum cchc_rc rc = CCHC_OK;

	for (uint32_t i = 0; i < from->n && rc == CCHC_OK; i++)
		rc = cchc_tally_add(into, entry[i].value, (int32_t)entry[i].count);
	return rc;
}

static void pass_derived(const struct building *b, const struct cchc_view_period *p,
			 uint32_t node, const struct cchc_row *row)
{
	const struct cchc_tree_node *at = &p->shape->tree->node[node];
	struct cchc_yearly yearly;
	struct cchc_contribution own;
	struct cchc_cell up;

	if (cchc_shape_is_base(p->shape, node))
		return; /* the source comes instead */
	cchc_yearly_begin(&yearly,
			  cchc_figures_year(&b->view->figures, at->unit, b->year),
			  b->view->form, NULL, 0);
	cchc_cell_contribute(p->shape, node, &yearly, p->period.slot, row, &own);
	cchc_view_derived_up(p, node, row->index, &own.cell, &up);
	cchc_view_add(p, at->parent, row->index, &up);
}

static enum cchc_rc pass_row(const struct building *b, const struct cchc_view_period *p,
			     uint32_t node, const struct cchc_row *row)
{
	uint32_t parent = p->shape->tree->node[node].parent;
	struct cchc_tally *tally;
	struct cchc_cell below;

	if (row->derived_from != CCHC_NO_ROW) {
		pass_derived(b, p, node, row);
		return CCHC_OK;
	}
	if (p->shape->place[node] == CCHC_NO_NODE)
		return CCHC_OK;
	below = cchc_view_below(p, node, row->index);
	pass_cell(p, node, row, &below);
	tally = cchc_view_tally(p, parent, row->index);
	if (!tally || row->over_units == CCHC_UNITS_SAME)
		return CCHC_OK;
	return join_tally(tally, cchc_view_tally(p, node, row->index));
}

static enum cchc_rc pass_up(const struct building *b, const struct cchc_view_period *p)
{
	const struct cchc_tree *tree = p->shape->tree;
	enum cchc_rc rc = CCHC_OK;

	for (uint32_t node = tree->n; node-- > 0;) {
		if (cchc_tree_is_root(tree, node) ||
		    (p->shape->place[node] == CCHC_NO_NODE &&
		     cchc_shape_is_base(p->shape, node)))
			continue;
		for (size_t row = 0; row < b->view->form->n && rc == CCHC_OK; row++)
			rc = pass_row(b, p, node, &b->view->form->row[row]);
	}
	return rc;
}

/* ---- both ---- */

/* Every period that some figure of the year can reach. */
static uint32_t slots_reached(const struct cchc_view *view, uint16_t year)
{
	uint32_t given = 0;

	for (uint32_t id = 0; id <= view->figures.max_unit; id++) {
		const struct cchc_year *of = cchc_figures_year(&view->figures, id, year);

		given |= of ? of->slots : 0;
	}
	return cchc_slots_reached(given);
}

static void empty_period(struct cchc_view_period *p)
{
	const struct cchc_shape *shape = p->shape;

	memset(p->below, 0, shape->places * shape->form->n * sizeof(p->below[0]));
	memset(p->base, 0, (size_t)shape->places * shape->bases * sizeof(p->base[0]));
	for (size_t i = 0; i < (size_t)shape->places * shape->tallies; i++)
		p->tally[i].n = 0;
}

static enum cchc_rc begin(struct building *b)
{
	for (uint32_t rest = slots_reached(b->view, b->year); rest; rest &= rest - 1) {
		struct cchc_period period = {b->year, (uint8_t)__builtin_ctz(rest)};
		struct cchc_view_period *p;
		enum cchc_rc rc = cchc_view_ensure(b->view, period, &p);

		if (rc != CCHC_OK)
			return rc;
		empty_period(p);
		cchc_view_period_changed(b->view, p);
		b->period[b->periods++] = p;
	}
	if (b->periods > 0)
		list_rows(b, b->period[0]->shape);
	return CCHC_OK;
}

enum cchc_rc cchc_view_build(struct cchc_view *view, uint16_t year)
{
	struct building b = {.view = view, .year = year};
	enum cchc_rc rc = begin(&b);

	for (uint32_t id = 0; id <= view->figures.max_unit && rc == CCHC_OK; id++)
		rc = bring_unit(&b, id);
	for (size_t i = 0; i < b.periods && rc == CCHC_OK; i++)
		rc = pass_up(&b, b.period[i]);
	if (rc == CCHC_OK)
		view->failed = false;
	return rc;
}

static uint64_t tally_mix(uint64_t hash, const struct cchc_tally *tally)
{
	const struct cchc_tally_entry *entry = cchc_tally_entries(tally);

	for (uint32_t i = 0; i < tally->n; i++)
		hash = cchc_mix(cchc_mix(hash, (uint64_t)entry[i].value), entry[i].count);
	return hash;
}

static uint64_t counts_of(const struct cchc_kept *kept)
{
	return (uint64_t)(uint16_t)kept->figures << 48 |
	       (uint64_t)(uint16_t)kept->na << 32 |
	       (uint64_t)(uint16_t)kept->incomplete << 16 | (uint16_t)kept->extra;
}

static uint64_t base_mix(uint64_t hash, const struct cchc_kept_base *base)
{
	return cchc_mix(cchc_mix(hash, (uint64_t)base->base),
			(uint64_t)(uint16_t)base->n_sum << 16 | (uint16_t)base->n_base);
}

static uint64_t node_digest(const struct cchc_view_period *p, uint32_t node,
			    uint64_t *cells)
{
	const struct cchc_shape *shape = p->shape;
	const struct cchc_kept *kept = cchc_view_kept(p, node);
	uint64_t place = (uint64_t)shape->tree->node[node].unit << 32 |
			 (uint32_t)p->period.slot << 16;
	uint64_t digest = 0;

	for (uint16_t row = 0; row < shape->form->n; row++) {
		struct cchc_cell cell = cchc_view_below(p, node, row);
		const struct cchc_tally *tally = cchc_view_tally(p, node, row);
		uint16_t base = shape->base_of[row];
		uint64_t hash;

		if (cchc_cell_is_zero(&cell))
			continue;
		(*cells)++;
		hash = cchc_mix(cchc_mix(place | row, (uint64_t)cell.sum),
				counts_of(&kept[row]));
		if (base != CCHC_NO_ROW)
			hash = base_mix(hash, &cchc_view_bases(p, node)[base]);
		digest += tally ? tally_mix(hash, tally) : hash;
	}
	return digest;
}

static uint64_t period_digest(const struct cchc_view_period *p, uint64_t *cells)
{
	uint64_t digest = 0;

	for (uint32_t node = 0; node < p->shape->tree->n; node++)
		if (p->shape->place[node] != CCHC_NO_NODE)
			digest += node_digest(p, node, cells);
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
