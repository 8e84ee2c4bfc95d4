/* viewapply.c - new figures of one unit become differences up the tree.
 *
 * A figure reaches a few slots (Q3 -> H2, 9M, year) and a few rows (its own, and those it
 * feeds). What the unit brings to each of them is taken before and after; the difference
 * is added to every unit above. All that does not depend on the row is found once for a
 * slot: the way up, with the places of the cells on it.
 */
#include <string.h>

#include "base/check.h"
#include "core/viewcell.h"

/* A unit on the way from the one that reported to the top. */
struct step {
	uint32_t node;
	struct cchc_kept *below;     /* by row */
	struct cchc_kept_base *base; /* by base of the row */
	struct cchc_tally *tally;    /* by tally of the row */
	uint64_t *dirty;             /* NULL: nobody watches */
};

struct reached { /* one of the periods the figures reach */
	struct cchc_view_period *p;
	uint32_t node; /* of the unit; CCHC_NO_NODE: not in force then */
	uint8_t level;
	bool has_below;
	size_t steps;
	struct step step[CCHC_LEVELS];
};

struct applying {
	struct cchc_view *view;
	uint32_t unit;
	struct cchc_period period;
	struct cchc_yearly before;
	struct cchc_yearly after;
	uint32_t slots; /* bits of those reached */
	size_t n;
	struct reached reached[CCHC_AFFECTS_MAX];
	uint64_t rows[CCHC_ROWS_MAX / 64];
};

/* The change of a derived row goes up until a unit that typed the figure itself. */
static void climb_derived(struct cchc_view *view, struct cchc_view_period *p,
			  uint32_t node, const struct cchc_row *row,
			  const struct cchc_cell *more)
{
	const struct cchc_tree *tree = p->shape->tree;

	for (;;) {
		struct cchc_yearly yearly;
		struct cchc_contribution typed;

		cchc_view_add(p, node, row->index, more);
		cchc_view_mark(p->dirty[node], row->index);
		if (cchc_tree_is_root(tree, node))
			return;
		cchc_yearly_begin(&yearly,
				  cchc_figures_year(&view->figures, tree->node[node].unit,
						    p->period.year),
				  view->form, NULL, 0);
		cchc_cell_contribute(p->shape, node, &yearly, p->period.slot, row,
				     &typed);
		if (p->shape->collects[node] && typed.cell.figures + typed.cell.na > 0)
			return;
		node = tree->node[node].parent;
	}
}

/* The unit typed, changed or withdrew its own figure of a derived row. */
static void change_typed(struct cchc_view *view, const struct reached *r,
			 const struct cchc_row *row, const struct cchc_cell *before,
			 const struct cchc_cell *after)
{
	struct cchc_cell up_before;
	struct cchc_cell up_after;

	if (r->steps == 0)
		return;
	cchc_view_derived_up(r->p, r->node, row->index, before, &up_before);
	cchc_view_derived_up(r->p, r->node, row->index, after, &up_after);
	cchc_cell_subtract(&up_after, &up_before);
	climb_derived(view, r->p, r->step[0].node, row, &up_after);
}

/* A source row changed at or below a unit of the base level: the rows derived from it
 * change at the unit it reports to, and above. */
static void change_source(struct cchc_view *view, const struct reached *r,
			  const struct cchc_row *source, const struct cchc_cell *more)
{
	const struct cchc_shape *shape = r->p->shape;
	uint32_t node = r->node;
	size_t above = 0;

	while (above < r->steps && !cchc_shape_is_base(shape, node))
		node = r->step[above++].node;
	if (above == r->steps)
		return;
	for (size_t i = 0; i < source->n_feeds; i++) {
		const struct cchc_row *row = &shape->form->row[source->feeds[i]];

		if (row->derived_from == source->index)
			climb_derived(view, r->p, r->step[above].node, row, more);
	}
}

/* What a row's change means to every unit above. */
struct change {
	struct cchc_cell more;
	bool had_value; /* for rows that keep a tally */
	bool has_value;
	int64_t old;
	int64_t new;
};

static enum cchc_rc change_tally(struct cchc_tally *tally, const struct change *c)
{
	enum cchc_rc rc = CCHC_OK;

	if (c->had_value)
		rc = cchc_tally_add(tally, c->old, -1);
	if (rc == CCHC_OK && c->has_value)
		rc = cchc_tally_add(tally, c->new, 1);
	return rc;
}

static enum cchc_rc climb(const struct reached *r, const struct cchc_row *row,
			  const struct change *c)
{
	const struct cchc_shape *shape = r->p->shape;
	uint16_t tally = shape->tally_of[row->index];
	uint16_t base = shape->base_of[row->index];
	enum cchc_rc rc = CCHC_OK;

	for (size_t i = 0; i < r->steps && rc == CCHC_OK; i++) {
		const struct step *step = &r->step[i];

		cchc_kept_add(&step->below[row->index], &c->more);
		if (base != CCHC_NO_ROW)
			cchc_kept_add_base(&step->base[base], &c->more);
		cchc_view_mark(step->dirty, row->index);
		if (tally != CCHC_NO_ROW &&
		    cchc_view_counts_in(shape, row, r->node, step->node))
			rc = change_tally(&step->tally[tally], c);
	}
	return rc;
}

static enum cchc_rc spread_change(struct applying *a, const struct reached *r,
				  const struct cchc_row *row, const struct change *c)
{
	enum cchc_rc rc;

	if (cchc_cell_is_zero(&c->more))
		return CCHC_OK;
	rc = climb(r, row, c);
	if (rc == CCHC_OK && r->p->shape->is_source[row->index])
		change_source(a->view, r, row, &c->more);
	return rc;
}

/* The difference of two plain contributions, without making them: a fifth of an update's
 * instructions less. */
static enum cchc_rc change_plain(struct applying *a, const struct reached *r,
				 const struct cchc_row *row)
{
	static const struct cchc_resolved NOTHING;
	uint8_t slot = r->p->period.slot;
	const struct cchc_resolved *before =
		a->before.year ? cchc_yearly_at(&a->before, slot, row->index) : &NOTHING;
	const struct cchc_resolved *after = cchc_yearly_at(&a->after, slot, row->index);
	struct change c = {.had_value = before->state == CCHC_FIGURE,
			   .has_value = after->state == CCHC_FIGURE,
			   .old = before->value,
			   .new = after->value};

	c.more.sum = after->value - before->value;
	c.more.figures = c.has_value - c.had_value;
	c.more.na = (after->state == CCHC_NA) - (before->state == CCHC_NA);
	c.more.incomplete = after->incomplete - before->incomplete;
	if (!(row->levels & 1u << r->level))
		c.more.extra = c.more.figures + c.more.na;
	return spread_change(a, r, row, &c);
}

static enum cchc_rc change_row(struct applying *a, const struct reached *r,
			       const struct cchc_row *row)
{
	uint8_t slot = r->p->period.slot;
	struct cchc_contribution before;
	struct cchc_contribution after;
	struct change c;

	cchc_cell_contribute(r->p->shape, r->node, &a->before, slot, row, &before);
	cchc_cell_contribute(r->p->shape, r->node, &a->after, slot, row, &after);
	c = (struct change){after.cell, before.has_value, after.has_value, before.value,
			    after.value};
	cchc_cell_subtract(&c.more, &before.cell);
	if (row->derived_from == CCHC_NO_ROW)
		return spread_change(a, r, row, &c);
	if (!cchc_cell_is_zero(&c.more))
		change_typed(a->view, r, row, &before.cell, &after.cell);
	return CCHC_OK;
}

static const struct cchc_year *year_of(const struct applying *a)
{
	return cchc_figures_year(&a->view->figures, a->unit, a->period.year);
}

/* The rows whose contribution may change: those with a new figure, and what they feed.
 * False where every figure equals the old one: a report sent again costs next to nothing.
 */
static bool find_rows(struct applying *a, size_t n, const uint16_t *row,
		      const struct cchc_figure *figure)
{
	const struct cchc_year *year = year_of(a);
	const struct cchc_record *record = year ? year->record[a->period.slot] : NULL;
	bool any = false;

	memset(a->rows, 0, sizeof(a->rows));
	for (size_t i = 0; i < n; i++) {
		const struct cchc_row *given = &a->view->form->row[row[i]];
		struct cchc_figure old = {0};

		if (record)
			old = cchc_record_get(record, row[i]);
		if (cchc_figure_equal(old, figure[i]))
			continue;
		any = true;
		for (size_t k = 0; k < given->n_feeds; k++)
			a->rows[given->feeds[k] / 64] |= UINT64_C(1)
							 << given->feeds[k] % 64;
	}
	return any;
}

static void find_way(struct cchc_view *view, struct reached *r)
{
	const struct cchc_shape *shape = r->p->shape;
	uint32_t node = r->node;

	r->level = shape->tree->node[node].level;
	r->has_below = cchc_tree_has_below(shape->tree, node);
	r->steps = 0;
	r->p->changed[node] = ++view->changes;
	while (!cchc_tree_is_root(shape->tree, node)) {
		struct step *step = &r->step[r->steps++];

		node = shape->tree->node[node].parent;
		*step = (struct step){
			.node = node,
			.below = cchc_view_kept(r->p, node),
			.base = cchc_view_bases(r->p, node),
			.tally = &r->p->tally[shape->place[node] * shape->tallies],
			.dirty = r->p->dirty[node],
		};
		r->p->changed[node] = view->changes;
	}
}

static enum cchc_rc find_places(struct applying *a)
{
	const uint8_t *affects;

	a->slots = 0;
	a->n = cchc_slot_affects(a->period.slot, &affects);
	cchc_check(a->n <= CCHC_AFFECTS_MAX);
	for (size_t i = 0; i < a->n; i++) {
		struct cchc_period period = {a->period.year, affects[i]};
		struct reached *r = &a->reached[i];
		enum cchc_rc rc = cchc_view_ensure(a->view, period, &r->p);

		if (rc != CCHC_OK)
			return rc;
		a->slots |= 1u << affects[i];
		r->node = cchc_tree_find(r->p->shape->tree, a->unit);
		if (r->node != CCHC_NO_NODE)
			find_way(a->view, r);
	}
	return CCHC_OK;
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

static void remember(struct applying *a)
{
	const struct cchc_form *form = a->view->form;

	cchc_yearly_begin(&a->before, year_of(a), form, a->view->before,
			  1u << a->period.slot);
	for (size_t row = 0; next_row(a, &row); row++)
		cchc_yearly_learn(&a->before, form, &form->row[row]);
}

static enum cchc_rc set_figures(struct applying *a, size_t n, const uint16_t *row,
				const struct cchc_figure *figure)
{
	const struct cchc_form *form = a->view->form;
	struct cchc_record *record =
		cchc_figures_record(&a->view->figures, a->unit, a->period);

	if (!record)
		return CCHC_NOMEM;
	for (size_t i = 0; i < n; i++)
		cchc_record_set(record, row[i], figure[i]);
	cchc_yearly_begin(&a->after, year_of(a), form, a->view->after, 0);
	for (size_t i = 0; i < n; i++)
		cchc_yearly_follow(&a->after, &a->before, &form->row[row[i]], a->slots);
	for (size_t i = 0; next_row(a, &i); i++)
		cchc_yearly_learn(&a->after, form, &form->row[i]);
	return CCHC_OK;
}

static enum cchc_rc spread_changes(struct applying *a, const struct reached *r)
{
	uint64_t *dirty = r->p->dirty[r->node];
	enum cchc_rc rc = CCHC_OK;

	for (size_t i = 0; rc == CCHC_OK && next_row(a, &i); i++) {
		const struct cchc_row *row = &a->view->form->row[i];

		cchc_view_mark(dirty, row->index);
		rc = cchc_cell_is_plain(row, r->has_below) ? change_plain(a, r, row)
							   : change_row(a, r, row);
	}
	return rc;
}

enum cchc_rc cchc_view_apply(struct cchc_view *view, uint32_t unit,
			     struct cchc_period period, size_t n, const uint16_t *row,
			     const struct cchc_figure *figure)
{
	struct applying a;
	enum cchc_rc rc;

	a.view = view;
	a.unit = unit;
	a.period = period;
	if (!find_rows(&a, n, row, figure))
		return CCHC_OK;
	rc = find_places(&a);
	if (rc != CCHC_OK)
		return rc;
	remember(&a);
	rc = set_figures(&a, n, row, figure);
	for (size_t i = 0; i < a.n && rc == CCHC_OK; i++)
		if (a.reached[i].node != CCHC_NO_NODE)
			rc = spread_changes(&a, &a.reached[i]);
	if (rc != CCHC_OK)
		view->failed = true;
	return rc;
}
