#include "core/result.h"

#include <string.h>

#include "core/number.h"
#include "core/viewcell.h"

/* Everything one question is about. */
struct asking {
	const struct cchc_shape *shape;
	const struct cchc_view_period *p;
	struct cchc_yearly *yearly; /* of the unit itself */
	const struct cchc_row *row;
	uint32_t node;
	uint8_t slot;
	bool has_below;
	bool is_counted;              /* from the register of tasks, whatever was typed */
	struct cchc_contribution own; /* what the unit itself brings */
	struct cchc_arena *arena;
};

enum cchc_scope cchc_result_scope(const struct cchc_shape *shape, uint32_t node,
				  enum cchc_scope scope, const struct cchc_row *row)
{
	if (scope == CCHC_SCOPE_BELOW)
		return CCHC_SCOPE_BELOW;
	if (!cchc_tree_has_below(shape->tree, node))
		return CCHC_SCOPE_OWN;
	return scope == CCHC_SCOPE_REPORT ? row->report_scope : scope;
}

static bool is_derived(const struct cchc_row *row)
{
	return row->derived_from != CCHC_NO_ROW;
}

static bool is_computed(const struct asking *a)
{
	return a->row->kind == CCHC_RATIO || (a->row->equals && a->has_below) ||
	       a->is_counted;
}

static struct cchc_cell below_cell(const struct asking *a)
{
	if (!a->p || a->shape->place[a->node] == CCHC_NO_NODE)
		return (struct cchc_cell){0};
	return cchc_view_below(a->p, a->node, a->row->index);
}

static void divide(const struct asking *a, const struct cchc_cell *cell,
		   struct cchc_result *result)
{
	const struct cchc_row *top = &a->shape->form->row[a->row->numerator];
	const struct cchc_row *bottom = &a->shape->form->row[a->row->denominator];

	result->has_numerator = cell->n_sum > 0;
	result->has_denominator = cell->n_base > 0;
	result->numerator = cell->sum;
	result->denominator = cell->base;
	if (cell->figures == 0 && cell->na > 0)
		result->state = CCHC_RESULT_NA;
	else if (cell->n_sum == 0 || cell->n_base == 0)
		result->state = CCHC_RESULT_ABSENT;
	else if (cell->base == 0)
		result->state = CCHC_RESULT_NA;
	else if (cchc_number_ratio(cell->sum, top->decimals, cell->base, bottom->decimals,
				   a->row->factor, a->row->decimals, &result->value))
		result->state = CCHC_RESULT_FIGURE;
}

/* One unit's own cell, shown as it is. */
static void answer_own(const struct asking *a, struct cchc_result *result)
{
	const struct cchc_cell *cell = &a->own.cell;
	struct cchc_resolved own;

	result->alone = true;
	if (a->row->reserved && cchc_shape_is_base(a->shape, a->node))
		return;
	result->reported = cell->figures + cell->na > 0;
	result->expected =
		result->reported || cchc_shape_fills(a->shape, a->node, a->row);
	result->incomplete = cell->incomplete > 0;
	if (a->row->kind == CCHC_RATIO) {
		divide(a, cell, result);
		return;
	}
	own = cchc_resolve_entering(a->shape->form, a->yearly, a->slot, a->row,
				    a->has_below);
	result->state = (enum cchc_result_state)own.state;
	result->value = own.value;
}

static enum cchc_rc copy_tally(const struct asking *a, const struct cchc_tally *tally,
			       const int64_t *more, struct cchc_result *result)
{
	const struct cchc_tally_entry *from = cchc_tally_entries(tally);
	uint32_t n = 0;
	uint32_t i = 0;

	result->tally = cchc_arena_array(a->arena, (size_t)tally->n + 1,
					 sizeof(result->tally[0]));
	if (!result->tally)
		return CCHC_NOMEM;
	while (i < tally->n || more) {
		bool own_first = more && (i == tally->n || *more < from[i].value);
		struct cchc_tally_entry *entry = &result->tally[n++];

		if (own_first) {
			*entry = (struct cchc_tally_entry){*more, 1};
			more = NULL;
			continue;
		}
		*entry = from[i++];
		if (more && *more == entry->value) {
			entry->count++;
			more = NULL;
		}
	}
	result->n_tally = n;
	return CCHC_OK;
}

static enum cchc_rc answer_same(const struct asking *a, const struct cchc_tally *tally,
				struct cchc_result *result)
{
	if (tally->n == 0) {
		result->state = CCHC_RESULT_ABSENT;
		return CCHC_OK;
	}
	if (tally->n == 1) {
		result->value = cchc_tally_entries(tally)[0].value;
		return CCHC_OK;
	}
	result->state = CCHC_RESULT_DIFFERS;
	return copy_tally(a, tally, NULL, result);
}

static enum cchc_rc answer_yes_no(const struct asking *a, const struct cchc_cell *cell,
				  struct cchc_result *result)
{
	result->value = cell->sum;
	result->tally = cchc_arena_array(a->arena, 2, sizeof(result->tally[0]));
	if (!result->tally)
		return CCHC_NOMEM;
	result->n_tally = 2;
	result->tally[0] =
		(struct cchc_tally_entry){0, (uint32_t)(cell->figures - cell->sum)};
	result->tally[1] = (struct cchc_tally_entry){1, (uint32_t)cell->sum};
	return CCHC_OK;
}

static enum cchc_rc answer_figures(const struct asking *a, const struct cchc_cell *cell,
				   enum cchc_scope scope, struct cchc_result *result)
{
	static const struct cchc_tally EMPTY;
	const struct cchc_tally *tally =
		a->p ? cchc_view_tally(a->p, a->node, a->row->index) : NULL;
	bool with_own = scope == CCHC_SCOPE_TOTAL && a->own.has_value;
	const int64_t *more = with_own ? &a->own.value : NULL;

	tally = tally ? tally : &EMPTY;
	result->state = CCHC_RESULT_FIGURE;
	switch (a->row->over_units) {
	case CCHC_UNITS_SUM:
		result->value = cell->sum;
		return CCHC_OK;
	case CCHC_UNITS_SAME:
		return answer_same(a, tally, result);
	case CCHC_UNITS_SPREAD:
		result->state = CCHC_RESULT_SPREAD;
		cchc_tally_spread(tally, more, &result->spread);
		return CCHC_OK;
	case CCHC_UNITS_TALLY:
		if (a->row->kind == CCHC_YESNO)
			return answer_yes_no(a, cell, result);
		return copy_tally(a, tally, more, result);
	case CCHC_UNITS_NONE:
		break;
	}
	result->state = CCHC_RESULT_ABSENT;
	return CCHC_OK;
}

/* A common list compares the units below; what the unit itself brings stands beside. */
static void add_own(const struct asking *a, struct cchc_result *result)
{
	struct cchc_figure own = cchc_resolved_figure(cchc_resolve_entering(
		a->shape->form, a->yearly, a->slot, a->row, a->has_below));

	if (cchc_is_present(own))
		result->own = own;
}

/* Over the units in scope: those below, and in total the unit itself. */
static enum cchc_rc answer_joined(const struct asking *a, enum cchc_scope scope,
				  struct cchc_result *result)
{
	struct cchc_cell cell = below_cell(a);
	int64_t expected = cchc_shape_expected(a->shape, a->node, a->row->index);

	if (scope == CCHC_SCOPE_TOTAL) {
		cchc_cell_add(&cell, &a->own.cell);
		expected += cchc_shape_feeds(a->shape, a->node, a->row) &&
			    !is_derived(a->row);
		if (a->row->over_units == CCHC_UNITS_SAME)
			add_own(a, result);
	}
	result->reported = (uint32_t)(cell.figures + cell.na);
	result->expected = (uint32_t)(expected + cell.extra);
	result->incomplete = (uint32_t)cell.incomplete;
	if (a->row->kind == CCHC_RATIO) {
		divide(a, &cell, result);
		return CCHC_OK;
	}
	if (cell.figures > 0)
		return answer_figures(a, &cell, scope, result);
	result->state = cell.na > 0 ? CCHC_RESULT_NA : CCHC_RESULT_ABSENT;
	return CCHC_OK;
}

/* The typed figure is the cell; what it stands in place of is shown beside it. */
static void add_derived(const struct asking *a, struct cchc_result *result)
{
	struct cchc_cell below = below_cell(a);

	if (below.figures > 0)
		result->derived = (struct cchc_figure){below.sum, CCHC_FIGURE};
	else if (below.na > 0)
		result->derived.state = CCHC_NA;
}

/* A derived row is the same in every scope where communes report to the unit: the typed
 * figure (1 of 1), else the source over the units below. Further up the cells add up. */
static enum cchc_rc answer_derived(const struct asking *a, enum cchc_scope scope,
				   struct cchc_result *result)
{
	bool is_typed = a->own.cell.figures + a->own.cell.na > 0;
	bool collects = a->shape->collects[a->node];

	if (collects && !is_typed)
		return answer_joined(a, CCHC_SCOPE_BELOW, result);
	if (!collects && scope != CCHC_SCOPE_OWN)
		return answer_joined(a, scope, result);
	answer_own(a, result);
	if (collects)
		add_derived(a, result);
	return CCHC_OK;
}

static void add_declared(const struct asking *a, struct cchc_result *result)
{
	struct cchc_figure typed =
		cchc_resolved_figure(cchc_resolve(a->yearly->year, a->slot, a->row));

	if (is_computed(a) && cchc_is_present(typed))
		result->declared = typed;
}

/* Units below that count in both: they have tasks, though their level does not fill the
 * row. */
static uint32_t other_leads(const struct asking *a, const struct cchc_counts *counts,
			    uint32_t unit, struct cchc_period period)
{
	uint32_t n = 0;

	for (int level = 0; level < CCHC_LEVELS; level++)
		if (!(a->row->levels & 1u << level))
			n += cchc_counts_leads_below(counts, unit, period,
						     (enum cchc_level)level);
	return n;
}

/* The register knows every unit: it reports for all that are expected. */
static void answer_counts(const struct asking *a, const struct cchc_counts *counts,
			  struct cchc_period period, enum cchc_scope scope,
			  struct cchc_result *result)
{
	uint32_t unit = a->shape->tree->node[a->node].unit;
	enum cchc_register which = (enum cchc_register)a->row->counts;

	if (scope != CCHC_SCOPE_BELOW) {
		bool leads = cchc_counts_own(counts, unit, period, CCHC_REGISTER_GIVEN);

		result->value = cchc_counts_own(counts, unit, period, which);
		result->reported = leads || cchc_shape_fills(a->shape, a->node, a->row);
	}
	if (scope != CCHC_SCOPE_OWN) {
		result->value += cchc_counts_below(counts, unit, period, which);
		result->reported +=
			cchc_shape_expected(a->shape, a->node, a->row->index) +
			other_leads(a, counts, unit, period);
	}
	result->alone = scope == CCHC_SCOPE_OWN;
	result->expected = result->reported;
	if (result->reported > 0)
		result->state = CCHC_RESULT_FIGURE;
}

bool cchc_result_is_counted(const struct cchc_view *view, const struct cchc_row *row,
			    struct cchc_period period)
{
	return row->counts != CCHC_REGISTER_NONE && view->counts &&
	       cchc_counts_cover(view->counts, period);
}

enum cchc_rc cchc_result_of(const struct cchc_view *view, const struct cchc_shape *shape,
			    const struct cchc_view_period *p, struct cchc_period period,
			    uint32_t node, enum cchc_scope scope, uint16_t row,
			    struct cchc_arena *arena, struct cchc_result *result)
{
	struct cchc_yearly yearly;
	struct asking a = {
		.shape = shape,
		.p = p,
		.yearly = &yearly,
		.row = &shape->form->row[row],
		.node = node,
		.slot = period.slot,
		.has_below = cchc_tree_has_below(shape->tree, node),
		.arena = arena,
	};

	cchc_yearly_begin(&yearly,
			  cchc_figures_year(&view->figures, shape->tree->node[node].unit,
					    period.year),
			  view->form, NULL, 0);
	*result = (struct cchc_result){0};
	if (a.row->kind == CCHC_HEADING) {
		result->state = CCHC_RESULT_HEADING;
		return CCHC_OK;
	}
	a.is_counted = cchc_result_is_counted(view, a.row, period);
	cchc_cell_contribute(shape, node, &yearly, a.slot, a.row, &a.own);
	if (scope !=
	    CCHC_SCOPE_BELOW) /* the printed form shows it whatever the row's scope */
		add_declared(&a, result);
	scope = cchc_result_scope(shape, node, scope, a.row);
	if (a.is_counted) {
		answer_counts(&a, view->counts, period, scope, result);
		return CCHC_OK;
	}
	if (is_derived(a.row) && a.has_below)
		return answer_derived(&a, scope, result);
	if (scope == CCHC_SCOPE_OWN) {
		answer_own(&a, result);
		return CCHC_OK;
	}
	return answer_joined(&a, scope, result);
}
