#include "core/view.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "core/mix.h"
#include "core/viewcell.h"

enum { AFFECTS_MAX = 8 };

static size_t words(const struct cchc_form *form)
{
	return (form->n + 63) / 64;
}

enum cchc_rc cchc_view_new(const struct cchc_form *form, struct cchc_trees *trees,
			   uint32_t max_unit, struct cchc_view **view)
{
	struct cchc_view *made = calloc(1, sizeof(*made));

	if (!made)
		return CCHC_NOMEM;
	made->form = form;
	made->trees = trees;
	cchc_figures_init(&made->figures, form, max_unit);
	made->watched = calloc((size_t)max_unit + 1, 1);
	made->before = calloc(AFFECTS_MAX * form->n + 1, sizeof(made->before[0]));
	if (!made->watched || !made->before) {
		cchc_view_free(&made);
		return CCHC_NOMEM;
	}
	*view = made;
	return CCHC_OK;
}

static void free_period(struct cchc_view_period *p)
{
	const struct cchc_shape *shape = p->shape;

	for (size_t i = 0; p->tally && i < (size_t)shape->places * shape->tallies; i++)
		cchc_tally_fini(&p->tally[i]);
	for (uint32_t node = 0; p->dirty && node < shape->tree->n; node++)
		free(p->dirty[node]);
	free(p->tally);
	free(p->below);
	free(p->dirty);
	free(p);
}

void cchc_view_free(struct cchc_view **view)
{
	struct cchc_view *v = *view;

	if (!v)
		return;
	for (size_t i = 0; i < v->periods; i++)
		free_period(v->period[i]);
	for (size_t i = 0; i < v->shapes; i++)
		cchc_shape_free(&v->shape[i]);
	cchc_figures_fini(&v->figures);
	free(v->watched);
	free(v->before);
	free(v);
	*view = NULL;
}

enum cchc_rc cchc_view_add_year(struct cchc_view *view, uint16_t year)
{
	return cchc_figures_add_year(&view->figures, year);
}

void cchc_view_drop_year(struct cchc_view *view, uint16_t year)
{
	cchc_figures_drop_year(&view->figures, year);
	for (size_t i = view->periods; i-- > 0;) {
		if (view->period[i]->period.year != year)
			continue;
		free_period(view->period[i]);
		view->period[i] = view->period[--view->periods];
	}
}

const struct cchc_view_period *cchc_view_find(const struct cchc_view *view,
					      struct cchc_period period)
{
	for (size_t i = 0; i < view->periods; i++)
		if (cchc_period_equal(view->period[i]->period, period))
			return view->period[i];
	return NULL;
}

enum cchc_rc cchc_view_shape(struct cchc_view *view, struct cchc_period period,
			     const struct cchc_shape **shape)
{
	cchc_day last = cchc_period_last_day(period, view->form->closing_day);
	const struct cchc_tree *tree;
	enum cchc_rc rc = cchc_trees_on(view->trees, last, &tree);

	if (rc != CCHC_OK)
		return rc;
	for (size_t i = 0; i < view->shapes; i++) {
		if (view->shape[i]->tree == tree) {
			*shape = view->shape[i];
			return CCHC_OK;
		}
	}
	if (view->shapes == sizeof(view->shape) / sizeof(view->shape[0]))
		return CCHC_LIMIT;
	rc = cchc_shape_new(view->form, tree, &view->shape[view->shapes]);
	if (rc == CCHC_OK)
		*shape = view->shape[view->shapes++];
	return rc;
}

static enum cchc_rc note_changes_of(struct cchc_view_period *p, uint32_t node)
{
	if (p->dirty[node])
		return CCHC_OK;
	p->dirty[node] = calloc(words(p->shape->form), sizeof(uint64_t));
	return p->dirty[node] ? CCHC_OK : CCHC_NOMEM;
}

static enum cchc_rc fill_period(struct cchc_view *view, struct cchc_view_period *p)
{
	const struct cchc_shape *shape = p->shape;

	p->below = calloc(shape->places * view->form->n + 1, sizeof(p->below[0]));
	p->tally =
		calloc((size_t)shape->places * shape->tallies + 1, sizeof(p->tally[0]));
	p->dirty = calloc((size_t)shape->tree->n + 1, sizeof(p->dirty[0]));
	if (!p->below || !p->tally || !p->dirty)
		return CCHC_NOMEM;
	for (uint32_t node = 0; node < shape->tree->n; node++)
		if (view->watched[shape->tree->node[node].unit] &&
		    note_changes_of(p, node) != CCHC_OK)
			return CCHC_NOMEM;
	return CCHC_OK;
}

enum cchc_rc cchc_view_ensure(struct cchc_view *view, struct cchc_period period,
			      struct cchc_view_period **out)
{
	struct cchc_view_period *p =
		(struct cchc_view_period *)cchc_view_find(view, period);
	enum cchc_rc rc;

	*out = p;
	if (p)
		return CCHC_OK;
	if (view->periods == sizeof(view->period) / sizeof(view->period[0]))
		return CCHC_LIMIT;
	p = calloc(1, sizeof(*p));
	if (!p)
		return CCHC_NOMEM;
	p->period = period;
	rc = cchc_view_shape(view, period, &p->shape);
	if (rc == CCHC_OK)
		rc = fill_period(view, p);
	if (rc != CCHC_OK) {
		if (p->shape)
			free_period(p);
		else
			free(p);
		return rc;
	}
	view->period[view->periods++] = p;
	*out = p;
	return CCHC_OK;
}

static void mark(struct cchc_view_period *p, uint32_t node, uint16_t row)
{
	if (p->dirty[node])
		p->dirty[node][row / 64] |= UINT64_C(1) << row % 64;
}

bool cchc_view_counts_in(const struct cchc_shape *shape, const struct cchc_row *row,
			 uint32_t node, uint32_t above)
{
	return row->over_units != CCHC_UNITS_SAME ||
	       shape->tree->node[node].level == shape->tree->node[above].below;
}

void cchc_view_derived_up(const struct cchc_view_period *p, uint32_t node, uint16_t row,
			  const struct cchc_cell *typed, struct cchc_cell *up)
{
	bool is_typed = typed->figures + typed->na > 0;
	bool has_below = p->shape->place[node] != CCHC_NO_NODE;

	*up = *typed;
	if (p->shape->collects[node] && is_typed) {
		up->extra = 1 - (int32_t)cchc_shape_expected(p->shape, node, row);
		return;
	}
	if (has_below)
		cchc_cell_add(up, cchc_view_below(p, node, row));
}

/* The change of a derived row goes up until a unit that typed the figure itself. */
static void climb_derived(struct cchc_view *view, struct cchc_view_period *p,
			  uint32_t node, const struct cchc_row *row,
			  const struct cchc_cell *more)
{
	const struct cchc_tree *tree = p->shape->tree;

	for (;;) {
		struct cchc_contribution typed;

		cchc_cell_add(cchc_view_below(p, node, row->index), more);
		mark(p, node, row->index);
		if (cchc_tree_is_root(tree, node))
			return;
		cchc_cell_contribute(p->shape, node,
				     cchc_figures_year(&view->figures,
						       tree->node[node].unit,
						       p->period.year),
				     p->period.slot, row, &typed);
		if (p->shape->collects[node] && typed.cell.figures + typed.cell.na > 0)
			return;
		node = tree->node[node].parent;
	}
}

/* The unit typed, changed or withdrew its own figure of a derived row. */
static void change_typed(struct cchc_view *view, struct cchc_view_period *p,
			 uint32_t node, const struct cchc_row *row,
			 const struct cchc_cell *before, const struct cchc_cell *after)
{
	struct cchc_cell up_before;
	struct cchc_cell up_after;

	mark(p, node, row->index);
	if (cchc_tree_is_root(p->shape->tree, node))
		return;
	cchc_view_derived_up(p, node, row->index, before, &up_before);
	cchc_view_derived_up(p, node, row->index, after, &up_after);
	cchc_cell_subtract(&up_after, &up_before);
	climb_derived(view, p, p->shape->tree->node[node].parent, row, &up_after);
}

/* A source row changed at or below a unit of the base level: the rows derived from it
 * change at the unit it reports to, and above. */
static void change_source(struct cchc_view *view, struct cchc_view_period *p,
			  uint32_t node, const struct cchc_row *source,
			  const struct cchc_cell *more)
{
	const struct cchc_tree *tree = p->shape->tree;

	while (!cchc_shape_is_base(p->shape, node)) {
		if (cchc_tree_is_root(tree, node))
			return;
		node = tree->node[node].parent;
	}
	if (cchc_tree_is_root(tree, node))
		return;
	for (size_t i = 0; i < source->n_feeds; i++) {
		const struct cchc_row *row = &p->shape->form->row[source->feeds[i]];

		if (row->derived_from == source->index)
			climb_derived(view, p, tree->node[node].parent, row, more);
	}
}

static enum cchc_rc change_tallies(struct cchc_view_period *p, uint32_t node,
				   const struct cchc_row *row,
				   const struct cchc_contribution *before,
				   const struct cchc_contribution *after, uint32_t above)
{
	struct cchc_tally *tally = cchc_view_tally(p, above, row->index);
	enum cchc_rc rc = CCHC_OK;

	if (!tally || !cchc_view_counts_in(p->shape, row, node, above))
		return CCHC_OK;
	if (before->has_value)
		rc = cchc_tally_add(tally, before->value, -1);
	if (rc == CCHC_OK && after->has_value)
		rc = cchc_tally_add(tally, after->value, 1);
	return rc;
}

static enum cchc_rc change_row(struct cchc_view *view, struct cchc_view_period *p,
			       uint32_t node, const struct cchc_row *row,
			       const struct cchc_contribution *before,
			       const struct cchc_contribution *after)
{
	const struct cchc_tree *tree = p->shape->tree;
	struct cchc_cell more = after->cell;

	cchc_cell_subtract(&more, &before->cell);
	mark(p, node, row->index);
	if (cchc_cell_is_zero(&more))
		return CCHC_OK;
	if (row->derived_from != CCHC_NO_ROW) {
		change_typed(view, p, node, row, &before->cell, &after->cell);
		return CCHC_OK;
	}
	for (uint32_t at = node; !cchc_tree_is_root(tree, at);) {
		enum cchc_rc rc;

		at = tree->node[at].parent;
		cchc_cell_add(cchc_view_below(p, at, row->index), &more);
		mark(p, at, row->index);
		rc = change_tallies(p, node, row, before, after, at);
		if (rc != CCHC_OK)
			return rc;
	}
	if (row->n_feeds > 1)
		change_source(view, p, node, row, &more);
	return CCHC_OK;
}

/* The rows whose contribution may change: the given ones and what they feed. */
static void affected_rows(const struct cchc_form *form, size_t n, const uint16_t *row,
			  uint64_t bits[CCHC_ROWS_MAX / 64])
{
	memset(bits, 0, CCHC_ROWS_MAX / 8);
	for (size_t i = 0; i < n; i++) {
		const struct cchc_row *given = &form->row[row[i]];

		for (size_t k = 0; k < given->n_feeds; k++)
			bits[given->feeds[k] / 64] |= UINT64_C(1) << given->feeds[k] % 64;
	}
}

struct applying {
	struct cchc_view *view;
	uint32_t unit;
	struct cchc_period period;
	size_t slots;
	struct cchc_view_period *p[AFFECTS_MAX];
	uint32_t node[AFFECTS_MAX];
	uint64_t rows[CCHC_ROWS_MAX / 64];
};

static enum cchc_rc find_places(struct applying *a)
{
	const uint8_t *affects;

	a->slots = cchc_slot_affects(a->period.slot, &affects);
	cchc_check(a->slots <= AFFECTS_MAX);
	for (size_t i = 0; i < a->slots; i++) {
		struct cchc_period period = {a->period.year, affects[i]};
		enum cchc_rc rc = cchc_view_ensure(a->view, period, &a->p[i]);

		if (rc != CCHC_OK)
			return rc;
		a->node[i] = cchc_tree_find(a->p[i]->shape->tree, a->unit);
	}
	return CCHC_OK;
}

static void contribute(const struct applying *a, size_t i, const struct cchc_year *year,
		       uint16_t row, struct cchc_contribution *brings)
{
	cchc_cell_contribute(a->p[i]->shape, a->node[i], year, a->p[i]->period.slot,
			     &a->view->form->row[row], brings);
}

static bool next_row(const struct applying *a, size_t *row)
{
	while (*row < a->view->form->n) {
		uint64_t rest = a->rows[*row / 64] >> *row % 64;

		if (rest) {
			*row += (size_t)__builtin_ctzll(rest);
			return true;
		}
		*row = (*row / 64 + 1) * 64;
	}
	return false;
}

static void remember(const struct applying *a, const struct cchc_year *year)
{
	for (size_t i = 0; i < a->slots; i++)
		for (size_t row = 0; a->node[i] != CCHC_NO_NODE && next_row(a, &row);
		     row++)
			contribute(a, i, year, (uint16_t)row,
				   &a->view->before[i * a->view->form->n + row]);
}

static enum cchc_rc spread_changes(const struct applying *a, const struct cchc_year *year)
{
	enum cchc_rc rc = CCHC_OK;

	for (size_t i = 0; i < a->slots; i++) {
		for (size_t row = 0; a->node[i] != CCHC_NO_NODE && next_row(a, &row);
		     row++) {
			const struct cchc_contribution *before =
				&a->view->before[i * a->view->form->n + row];
			struct cchc_contribution after;

			contribute(a, i, year, (uint16_t)row, &after);
			rc = change_row(a->view, a->p[i], a->node[i],
					&a->view->form->row[row], before, &after);
			if (rc != CCHC_OK)
				return rc;
		}
	}
	return rc;
}

enum cchc_rc cchc_view_apply(struct cchc_view *view, uint32_t unit,
			     struct cchc_period period, size_t n, const uint16_t *row,
			     const struct cchc_figure *figure)
{
	struct applying a = {.view = view, .unit = unit, .period = period};
	enum cchc_rc rc = find_places(&a);

	if (rc != CCHC_OK)
		return rc;
	affected_rows(view->form, n, row, a.rows);
	remember(&a, cchc_figures_year(&view->figures, unit, period.year));
	for (size_t i = 0; i < n && rc == CCHC_OK; i++)
		rc = cchc_figures_set(&view->figures, unit, period, row[i], figure[i]);
	if (rc == CCHC_OK)
		rc = spread_changes(&a,
				    cchc_figures_year(&view->figures, unit, period.year));
	if (rc != CCHC_OK)
		view->failed = true;
	return rc;
}

enum cchc_rc cchc_view_watch(struct cchc_view *view, uint32_t unit)
{
	if (view->watched[unit] < UINT8_MAX)
		view->watched[unit]++;
	for (size_t i = 0; i < view->periods; i++) {
		struct cchc_view_period *p = view->period[i];
		uint32_t node = cchc_tree_find(p->shape->tree, unit);

		if (node != CCHC_NO_NODE && note_changes_of(p, node) != CCHC_OK)
			return CCHC_NOMEM;
	}
	return CCHC_OK;
}

void cchc_view_unwatch(struct cchc_view *view, uint32_t unit)
{
	if (view->watched[unit] < UINT8_MAX)
		view->watched[unit]--;
	if (view->watched[unit])
		return;
	for (size_t i = 0; i < view->periods; i++) {
		struct cchc_view_period *p = view->period[i];
		uint32_t node = cchc_tree_find(p->shape->tree, unit);

		if (node == CCHC_NO_NODE)
			continue;
		free(p->dirty[node]);
		p->dirty[node] = NULL;
	}
}

const uint64_t *cchc_view_dirty(const struct cchc_view_period *period, uint32_t unit)
{
	uint32_t node = cchc_tree_find(period->shape->tree, unit);
	const uint64_t *bits = node == CCHC_NO_NODE ? NULL : period->dirty[node];

	for (size_t i = 0; bits && i < words(period->shape->form); i++)
		if (bits[i])
			return bits;
	return NULL;
}

void cchc_view_clean(struct cchc_view_period *period, uint32_t unit)
{
	uint32_t node = cchc_tree_find(period->shape->tree, unit);

	if (node != CCHC_NO_NODE && period->dirty[node])
		memset(period->dirty[node], 0,
		       words(period->shape->form) * sizeof(uint64_t));
}

void cchc_view_mark_all(struct cchc_view *view, uint16_t year, uint32_t unit)
{
	for (size_t i = 0; i < view->periods; i++) {
		struct cchc_view_period *p = view->period[i];
		uint32_t node = cchc_tree_find(p->shape->tree, unit);

		if (p->period.year != year || node == CCHC_NO_NODE)
			continue;
		for (uint16_t row = 0; row < view->form->n; row++)
			mark(p, node, row);
	}
}
