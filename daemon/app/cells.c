#include "app/cells.h"

#include "app/replies.h"
#include "core/result.h"

/* One message being filled. */
struct packing {
	const struct cchc_cells_ask *ask;
	const struct cchc_shape *shape;
	const struct cchc_view_period *p;
	uint32_t node;
	struct cchc_arena *arena;
	Cchc__UnitCells *cells;
};

static enum cchc_rc make_columns(struct packing *packing, size_t n)
{
	Cchc__UnitCells *c = packing->cells;
	struct cchc_arena *arena = packing->arena;

	c->row = cchc_arena_array(arena, n, sizeof(c->row[0]));
	c->state = cchc_arena_array(arena, n, sizeof(c->state[0]));
	c->value = cchc_arena_array(arena, n, sizeof(c->value[0]));
	c->reported = cchc_arena_array(arena, n, sizeof(c->reported[0]));
	c->expected = cchc_arena_array(arena, n, sizeof(c->expected[0]));
	c->incomplete = cchc_arena_array(arena, n, sizeof(c->incomplete[0]));
	c->detail = cchc_arena_array(arena, n, sizeof(c->detail[0]));
	return c->row && c->state && c->value && c->reported && c->expected &&
			       c->incomplete && c->detail
		       ? CCHC_OK
		       : CCHC_NOMEM;
}

static bool has_detail(const struct cchc_result *r)
{
	return r->has_numerator || r->has_denominator || r->n_tally > 0 ||
	       r->state == CCHC_RESULT_SPREAD || r->declared.state != CCHC_ABSENT ||
	       r->own.state != CCHC_ABSENT || r->derived.state != CCHC_ABSENT;
}

static enum cchc_rc add_tally(struct packing *packing, const struct cchc_result *r,
			      Cchc__Detail *detail)
{
	detail->value =
		cchc_arena_array(packing->arena, r->n_tally, sizeof(detail->value[0]));
	detail->count =
		cchc_arena_array(packing->arena, r->n_tally, sizeof(detail->count[0]));
	if (!detail->value || !detail->count)
		return CCHC_NOMEM;
	for (uint32_t i = 0; i < r->n_tally; i++) {
		detail->value[i] = r->tally[i].value;
		detail->count[i] = r->tally[i].count;
	}
	detail->n_value = detail->n_count = r->n_tally;
	return CCHC_OK;
}

static enum cchc_rc add_detail(struct packing *packing, const struct cchc_row *row,
			       const struct cchc_result *r)
{
	Cchc__Detail *detail = cchc_arena_alloc(packing->arena, sizeof(*detail));

	if (!detail)
		return CCHC_NOMEM;
	cchc__detail__init(detail);
	detail->row = row->id;
	detail->has_numerator = r->has_numerator;
	detail->numerator = r->numerator;
	detail->has_denominator = r->has_denominator;
	detail->denominator = r->denominator;
	if (r->state == CCHC_RESULT_SPREAD) {
		detail->has_least = detail->has_median_twice = detail->has_most = true;
		detail->least = r->spread.least;
		detail->median_twice = r->spread.median_twice;
		detail->most = r->spread.most;
	}
	detail->has_declared = detail->has_declared_state =
		r->declared.state != CCHC_ABSENT;
	detail->declared_state = r->declared.state;
	detail->declared = r->declared.value;
	detail->has_own = detail->has_own_state = r->own.state != CCHC_ABSENT;
	detail->own_state = r->own.state;
	detail->own = r->own.value;
	detail->has_derived = detail->has_derived_state = r->derived.state != CCHC_ABSENT;
	detail->derived_state = r->derived.state;
	detail->derived = r->derived.value;
	packing->cells->detail[packing->cells->n_detail++] = detail;
	return r->n_tally > 0 ? add_tally(packing, r, detail) : CCHC_OK;
}

static enum cchc_rc add_row(struct packing *packing, const struct cchc_row *row)
{
	const struct cchc_cells_ask *ask = packing->ask;
	Cchc__UnitCells *c = packing->cells;
	struct cchc_result r;
	size_t at = c->n_row;
	enum cchc_rc rc =
		cchc_result_of(ask->form->view, packing->shape, packing->p, ask->period,
			       packing->node, ask->scope, row->index, packing->arena, &r);

	if (rc != CCHC_OK)
		return rc;
	c->row[at] = row->id;
	c->state[at] = (uint32_t)r.state;
	c->value[at] = r.state == CCHC_RESULT_FIGURE ? r.value : 0;
	c->reported[at] = r.reported;
	c->expected[at] = r.expected;
	c->incomplete[at] = r.incomplete;
	at++;
	c->n_row = c->n_state = c->n_value = at;
	c->n_reported = c->n_expected = c->n_incomplete = at;
	return has_detail(&r) ? add_detail(packing, row, &r) : CCHC_OK;
}

static bool is_wanted(const struct cchc_cells_ask *ask, size_t row)
{
	return !ask->rows || ask->rows[row / 64] >> row % 64 & 1;
}

static void begin(struct packing *packing, Cchc__UnitInfo *info)
{
	const struct cchc_cells_ask *ask = packing->ask;
	Cchc__UnitCells *c = packing->cells;

	cchc__unit_cells__init(c);
	cchc_unit_info(ask->unit, info);
	c->unit = info;
	c->period = cchc_period_code(ask->period);
	c->scope = (uint32_t)ask->scope;
	c->form = ask->form->of->form->name;
	c->revision = ask->form->of->form->revision;
	c->alone = !cchc_tree_has_below(packing->shape->tree, packing->node);
}

enum cchc_rc cchc_cells_pack(const struct cchc_cells_ask *ask, struct cchc_arena *arena,
			     Cchc__UnitCells **cells)
{
	const struct cchc_form *form = ask->form->of->form;
	struct packing packing = {.ask = ask, .arena = arena};
	Cchc__UnitInfo *info = cchc_arena_alloc(arena, sizeof(*info));
	enum cchc_rc rc = cchc_view_shape(ask->form->view, ask->period, &packing.shape);

	if (rc != CCHC_OK)
		return rc;
	packing.cells = cchc_arena_alloc(arena, sizeof(*packing.cells));
	if (!info || !packing.cells)
		return CCHC_NOMEM;
	packing.p = cchc_view_find(ask->form->view, ask->period);
	packing.node = cchc_tree_find(packing.shape->tree, ask->unit->id);
	if (packing.node == CCHC_NO_NODE)
		return CCHC_NOTFOUND;
	begin(&packing, info);
	rc = make_columns(&packing, form->n);
	for (size_t row = 0; row < form->n && rc == CCHC_OK; row++)
		if (is_wanted(ask, row))
			rc = add_row(&packing, &form->row[row]);
	*cells = packing.cells;
	return rc;
}
