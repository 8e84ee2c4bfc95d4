#include "core/view.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "core/mix.h"
#include "core/viewcell.h"

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
	made->before = calloc(form->n * CCHC_SLOTS + 1, sizeof(made->before[0]));
	made->after = calloc(form->n * CCHC_SLOTS + 1, sizeof(made->after[0]));
	if (!made->watched || !made->before || !made->after) {
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
	free(p->base);
	free(p->dirty);
	free(p->changed);
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
	free(v->after);
	free(v);
	*view = NULL;
}

enum cchc_rc cchc_view_add_year(struct cchc_view *view, uint16_t year)
{
	return cchc_figures_add_year(&view->figures, year);
}

void cchc_view_drop_cells(struct cchc_view *view, uint16_t year)
{
	for (size_t i = view->periods; i-- > 0;) {
		if (view->period[i]->period.year != year)
			continue;
		free_period(view->period[i]);
		view->period[i] = view->period[--view->periods];
	}
}

void cchc_view_drop_year(struct cchc_view *view, uint16_t year)
{
	cchc_figures_drop_year(&view->figures, year);
	cchc_view_drop_cells(view, year);
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

void cchc_view_period_changed(struct cchc_view *view, struct cchc_view_period *p)
{
	view->changes++;
	for (uint32_t node = 0; node < p->shape->tree->n; node++)
		p->changed[node] = view->changes;
}

static enum cchc_rc fill_period(struct cchc_view *view, struct cchc_view_period *p)
{
	const struct cchc_shape *shape = p->shape;

	p->below = calloc(shape->places * view->form->n + 1, sizeof(p->below[0]));
	p->base = calloc((size_t)shape->places * shape->bases + 1, sizeof(p->base[0]));
	p->tally =
		calloc((size_t)shape->places * shape->tallies + 1, sizeof(p->tally[0]));
	p->dirty = calloc((size_t)shape->tree->n + 1, sizeof(p->dirty[0]));
	p->changed = calloc((size_t)shape->tree->n + 1, sizeof(p->changed[0]));
	if (!p->below || !p->base || !p->tally || !p->dirty || !p->changed)
		return CCHC_NOMEM;
	cchc_view_period_changed(view, p);
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
	if (has_below) {
		struct cchc_cell below = cchc_view_below(p, node, row);

		cchc_cell_add(up, &below);
	}
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

void cchc_view_counts_changed(struct cchc_view *view, uint32_t unit,
			      struct cchc_period period)
{
	struct cchc_view_period *p =
		(struct cchc_view_period *)cchc_view_find(view, period);
	uint32_t node;

	if (!p && !view->watched[unit])
		return;
	if (!p && cchc_view_ensure(view, period, &p) != CCHC_OK) {
		view->failed = true;
		return;
	}
	node = cchc_tree_find(p->shape->tree, unit);
	if (node == CCHC_NO_NODE)
		return;
	p->changed[node] = ++view->changes;
	for (uint16_t row = 0; row < view->form->n; row++)
		if (view->form->row[row].counts != CCHC_REGISTER_NONE)
			cchc_view_mark(p->dirty[node], row);
}

void cchc_view_all_changed(struct cchc_view *view)
{
	for (size_t i = 0; i < view->periods; i++)
		cchc_view_period_changed(view, view->period[i]);
}

void cchc_view_mark_all(struct cchc_view *view, uint16_t year, uint32_t unit)
{
	for (size_t i = 0; i < view->periods; i++) {
		struct cchc_view_period *p = view->period[i];
		uint32_t node = cchc_tree_find(p->shape->tree, unit);

		if (p->period.year != year || node == CCHC_NO_NODE)
			continue;
		for (uint16_t row = 0; row < view->form->n; row++)
			cchc_view_mark(p->dirty[node], row);
	}
}
