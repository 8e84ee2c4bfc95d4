/* oracle.c - what a cell must show, by the book.
 *
 * Three steps for each question: what each unit gives for the period (over time), what of
 * it enters the rollup (rows with `equals`), what the units in scope make together (over
 * units). Where domain.md leaves room it is read so:
 *
 *  - A unit is incomplete if any part of the time is missing that its figure is made of,
 *    for `last` too, or if such a part is incomplete; a figure of the very period never.
 *  - `last` is the latest part with a figure: one declared not applicable has none.
 *  - `same` compares the children of the highest level among them; reported and expected
 *    count every unit in scope. Where none of those compared has a figure the cell is
 *    absent, even if others gave one. In `total` the unit's own figure is beside it.
 *  - A reserved row is expected of the units that have a child of the base level; a
 *    reserved ratio of the levels the form names, and of no unit at the base level when
 *    that is asked itself.
 *  - A derived row where communes report: typed over time (not applicable is typed) is
 *    1 of 1; else the source of the base-level children and of all below them, and the
 *    derived cells of the other children. Elsewhere the children's cells add up, and what
 *    the unit typed itself is 1 of 1 more; its own scope shows that alone. Where a typed
 *    figure is the cell, what the units below would give stands beside it.
 *  - `equals` at a unit with units below: incomplete if any part is. Not applicable if no
 *    part has a figure, one is so declared, and the typed figure does not enter.
 *    Withdrawn if nothing enters and the typed figure is withdrawn.
 *  - Own scope, or nothing below: the unit's cell as it is. Scope `below` with nothing
 *    below: no units. The printed form of a unit with nothing below shows its own
 *    figures, whatever the row's scope: else no commune could send III.3.3.1.
 *  - A ratio divides the sums of all parts given, also of units that lack the other part;
 *    not applicable if all reported are, which goes before absent.
 *  - Declared stands beside the cell in every scope but `below`, also where it enters.
 */
#include "oracle.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"

/* A question: the same family, period and figures all the way down. */
struct asking {
	const struct oracle *oracle;
	struct cchc_period period;
	const struct family *family;
};

/* What one unit has to say for one row and period. */
struct given {
	struct cchc_figure figure;
	bool incomplete;
};

/* What units make together. */
struct pot {
	uint32_t figures; /* units with a figure; ratio: with both parts */
	uint32_t na;
	uint32_t incomplete;
	uint32_t expected;
	int64_t sum; /* ratio: of the numerators */
	int64_t base;
	bool has_sum;
	bool has_base;
	int64_t value[FAMILY_UNITS]; /* that are compared, spread or tallied */
	size_t n;
};

/* --- figures --------------------------------------------------------------------- */

void oracle_init(struct oracle *oracle, const struct cchc_form *form,
		 const struct cchc_units *units, uint16_t first_year, uint16_t years)
{
	size_t cells = (size_t)years * (units->max_id + 1) * CCHC_SLOTS * form->n;

	*oracle = (struct oracle){form, units, first_year, years, NULL};
	oracle->cell = calloc(cells, sizeof(*oracle->cell));
	cchc_check(oracle->cell);
}

void oracle_fini(struct oracle *oracle)
{
	free(oracle->cell);
	*oracle = (struct oracle){0};
}

struct cchc_figure *oracle_cell(const struct oracle *oracle, uint32_t unit,
				struct cchc_period period, uint16_t row)
{
	size_t at = (size_t)(period.year - oracle->first_year);

	cchc_check(at < oracle->years && unit <= oracle->units->max_id);
	at = at * (oracle->units->max_id + 1) + unit;
	return &oracle->cell[(at * CCHC_SLOTS + period.slot) * oracle->form->n + row];
}

static bool is_present(struct cchc_figure figure)
{
	return figure.state == CCHC_FIGURE || figure.state == CCHC_NA;
}

/* --- units ----------------------------------------------------------------------- */

static bool is_base(const struct asking *ask, size_t unit)
{
	return ask->family->unit[unit]->level == ask->oracle->form->base_level;
}

/* Communes report to the unit directly. */
static bool collects(const struct asking *ask, size_t unit)
{
	return family_has_child(ask->family, unit, ask->oracle->form->base_level);
}

static bool fills(const struct asking *ask, size_t unit, const struct cchc_row *row)
{
	if (row->reserved && row->kind != CCHC_RATIO)
		return !is_base(ask, unit) && collects(ask, unit);
	return row->levels >> ask->family->unit[unit]->level & 1;
}

/* --- over time ------------------------------------------------------------------- */

static const struct {
	size_t n;
	uint8_t part[3]; /* in order of time */
} MADE_OF[CCHC_SLOTS] = {
	[CCHC_Q1] = {3, {0, 1, 2}},
	[CCHC_Q1 + 1] = {3, {3, 4, 5}},
	[CCHC_Q1 + 2] = {3, {6, 7, 8}},
	[CCHC_Q1 + 3] = {3, {9, 10, 11}},
	[CCHC_H1] = {2, {CCHC_Q1, CCHC_Q1 + 1}},
	[CCHC_H2] = {2, {CCHC_Q1 + 2, CCHC_Q1 + 3}},
	[CCHC_9M] = {2, {CCHC_H1, CCHC_Q1 + 2}},
	[CCHC_YEAR] = {2, {CCHC_H1, CCHC_H2}},
};

static int64_t join(const struct cchc_row *row, bool first, int64_t so_far, int64_t value)
{
	if (first || row->over_time == CCHC_TIME_LAST)
		return value;
	if (row->over_time == CCHC_TIME_ANY)
		return so_far || value;
	return so_far + value;
}

static struct given over_time(const struct asking *ask, size_t unit, uint8_t slot,
			      const struct cchc_row *row)
{
	struct cchc_period period = {ask->period.year, slot};
	struct given own = {*oracle_cell(ask->oracle, ask->family->unit[unit]->id, period,
					 row->index),
			    false};
	struct given whole = {{0, CCHC_NA}, false};
	bool present = false;

	if (is_present(own.figure) || row->over_time == CCHC_TIME_NONE ||
	    row->over_time == CCHC_TIME_PARTS)
		return own;
	for (size_t i = 0; i < MADE_OF[slot].n; i++) {
		struct given part = over_time(ask, unit, MADE_OF[slot].part[i], row);

		if (part.incomplete || !is_present(part.figure))
			whole.incomplete = true;
		present = present || is_present(part.figure);
		if (part.figure.state != CCHC_FIGURE)
			continue;
		whole.figure.value = join(row, whole.figure.state != CCHC_FIGURE,
					  whole.figure.value, part.figure.value);
		whole.figure.state = CCHC_FIGURE;
	}
	return present ? whole : own;
}

/* What a unit typed for the period, or its parts say. */
static struct given typed(const struct asking *ask, size_t unit,
			  const struct cchc_row *row)
{
	return over_time(ask, unit, ask->period.slot, row);
}

/* --- what enters ----------------------------------------------------------------- */

static bool has_derived_part(const struct oracle *oracle, const struct cchc_row *row)
{
	for (size_t i = 0; i < row->n_equals; i++)
		if (oracle->form->row[row->equals[i]].derived_from != CCHC_NO_ROW)
			return true;
	return false;
}

/* The sum of a row's parts that are not derived; NA if there are only such. */
static struct given sum_of_parts(const struct asking *ask, size_t unit,
				 const struct cchc_row *row);

static struct given entering(const struct asking *ask, size_t unit,
			     const struct cchc_row *row)
{
	struct given own = typed(ask, unit, row);
	struct given parts;

	if (row->n_equals == 0 || !family_has_below(ask->family, unit))
		return own;
	parts = sum_of_parts(ask, unit, row);
	if (parts.figure.state == CCHC_FIGURE)
		return parts;
	if (is_present(own.figure) && !has_derived_part(ask->oracle, row))
		return own;
	if (own.figure.state == CCHC_WITHDRAWN && parts.figure.state == CCHC_ABSENT)
		return own;
	return parts;
}

static struct given sum_of_parts(const struct asking *ask, size_t unit,
				 const struct cchc_row *row)
{
	struct given sum = {{0, CCHC_ABSENT}, false};

	for (size_t i = 0; i < row->n_equals; i++) {
		const struct cchc_row *part = &ask->oracle->form->row[row->equals[i]];
		struct given given;

		if (part->derived_from != CCHC_NO_ROW)
			continue;
		given = entering(ask, unit, part);
		sum.incomplete = sum.incomplete || given.incomplete;
		if (given.figure.state == CCHC_FIGURE) {
			sum.figure.state = CCHC_FIGURE;
			sum.figure.value += given.figure.value;
		} else if (given.figure.state == CCHC_NA &&
			   sum.figure.state == CCHC_ABSENT) {
			sum.figure.state = CCHC_NA;
		}
	}
	return sum;
}

/* --- over units ------------------------------------------------------------------ */

static void put(struct pot *pot, struct given given, bool expected)
{
	if (given.figure.state == CCHC_FIGURE) {
		pot->figures++;
		pot->sum += given.figure.value;
	}
	pot->na += given.figure.state == CCHC_NA;
	pot->incomplete += given.incomplete;
	pot->expected += expected || is_present(given.figure);
}

static void put_unit(const struct asking *ask, size_t unit, const struct cchc_row *row,
		     bool compared, struct pot *pot)
{
	struct given given = entering(ask, unit, row);

	put(pot, given, fills(ask, unit, row));
	if (compared && given.figure.state == CCHC_FIGURE)
		pot->value[pot->n++] = given.figure.value;
}

static void put_ratio(const struct asking *ask, size_t unit, const struct cchc_row *row,
		      struct pot *pot)
{
	const struct cchc_row *rows = ask->oracle->form->row;
	struct given top = entering(ask, unit, &rows[row->numerator]);
	struct given bottom = entering(ask, unit, &rows[row->denominator]);
	bool na = top.figure.state == CCHC_NA || bottom.figure.state == CCHC_NA;
	bool has_top = !na && top.figure.state == CCHC_FIGURE;
	bool has_bottom = !na && bottom.figure.state == CCHC_FIGURE;

	pot->na += na;
	pot->figures += has_top && has_bottom;
	pot->sum += has_top ? top.figure.value : 0;
	pot->base += has_bottom ? bottom.figure.value : 0;
	pot->has_sum = pot->has_sum || has_top;
	pot->has_base = pot->has_base || has_bottom;
	pot->incomplete += top.incomplete || bottom.incomplete || has_top != has_bottom;
	pot->expected += fills(ask, unit, row) || na || (has_top && has_bottom);
}

static bool is_in_scope(const struct asking *ask, size_t unit, size_t asked,
			enum cchc_scope scope)
{
	if (unit == asked)
		return scope != CCHC_SCOPE_BELOW;
	return scope != CCHC_SCOPE_OWN && family_is_below(ask->family, unit, asked);
}

static void put_all(const struct asking *ask, size_t asked, enum cchc_scope scope,
		    const struct cchc_row *row, struct pot *pot)
{
	enum cchc_level level = family_level_below(ask->family, asked);

	for (size_t i = 0; i < ask->family->n; i++) {
		bool compared = row->over_units != CCHC_UNITS_SAME ||
				(i != asked && ask->family->unit[i]->level == level);

		if (!is_in_scope(ask, i, asked, scope))
			continue;
		if (row->kind == CCHC_RATIO)
			put_ratio(ask, i, row, pot);
		else
			put_unit(ask, i, row, compared, pot);
	}
}

/* --- derived rows ---------------------------------------------------------------- */

static void put_source(const struct asking *ask, size_t commune,
		       const struct cchc_row *row, struct pot *pot)
{
	const struct cchc_row *source = &ask->oracle->form->row[row->derived_from];

	for (size_t i = 0; i < ask->family->n; i++)
		if (i == commune || family_is_below(ask->family, i, commune))
			put_unit(ask, i, source, false, pot);
}

static void put_derived(const struct asking *ask, size_t unit, bool with_own,
			const struct cchc_row *row, struct pot *pot);

static void put_derived_below(const struct asking *ask, size_t unit,
			      const struct cchc_row *row, struct pot *pot)
{
	for (size_t i = 0; i < ask->family->n; i++) {
		if (ask->family->parent[i] != unit)
			continue;
		if (is_base(ask, i))
			put_source(ask, i, row, pot);
		else
			put_derived(ask, i, true, row, pot);
	}
}

static void put_derived(const struct asking *ask, size_t unit, bool with_own,
			const struct cchc_row *row, struct pot *pot)
{
	struct given own = typed(ask, unit, row);

	if (collects(ask, unit) && is_present(own.figure)) {
		put(pot, own, true);
		return;
	}
	if (with_own && !collects(ask, unit))
		put(pot, own, false);
	put_derived_below(ask, unit, row, pot);
}

/* --- the answer ------------------------------------------------------------------ */

static void show_own(const struct asking *ask, size_t unit, const struct cchc_row *row,
		     struct given given, struct cchc_result *cell)
{
	static const enum cchc_result_state STATES[] = {
		[CCHC_ABSENT] = CCHC_RESULT_ABSENT,
		[CCHC_FIGURE] = CCHC_RESULT_FIGURE,
		[CCHC_NA] = CCHC_RESULT_NA,
		[CCHC_WITHDRAWN] = CCHC_RESULT_WITHDRAWN,
	};
	bool present = is_present(given.figure);

	cell->state = STATES[given.figure.state];
	cell->value = given.figure.value;
	cell->reported = present;
	cell->expected = fills(ask, unit, row) || present;
	cell->incomplete = given.incomplete;
}

static int64_t power_of_ten(int n)
{
	return n > 0 ? 10 * power_of_ten(n - 1) : 1;
}

/* Half away from zero. */
static int64_t quotient(int64_t above, int64_t below)
{
	int64_t sign = (above < 0) == (below < 0) ? 1 : -1;

	above = llabs(above);
	below = llabs(below);
	return sign * ((2 * above + below) / (2 * below));
}

static void show_ratio(const struct oracle *oracle, const struct cchc_row *row,
		       const struct pot *pot, struct cchc_result *cell)
{
	int above_decimals = oracle->form->row[row->numerator].decimals;
	int below_decimals = oracle->form->row[row->denominator].decimals;

	cell->has_numerator = pot->has_sum;
	cell->has_denominator = pot->has_base;
	cell->numerator = pot->sum;
	cell->denominator = pot->base;
	if (pot->na > 0 && pot->figures == 0) {
		cell->state = CCHC_RESULT_NA;
	} else if (!pot->has_sum || !pot->has_base) {
		cell->state = CCHC_RESULT_ABSENT;
	} else if (pot->base == 0) {
		cell->state = CCHC_RESULT_NA;
	} else {
		cell->state = CCHC_RESULT_FIGURE;
		cell->value =
			quotient(pot->sum * row->factor *
					 power_of_ten(row->decimals + below_decimals),
				 pot->base * power_of_ten(above_decimals));
	}
}

static int compare_values(const void *a, const void *b)
{
	const int64_t *x = a;
	const int64_t *y = b;

	return (*x > *y) - (*x < *y);
}

static void show_tally(const struct pot *pot, struct oracle_answer *answer)
{
	answer->cell.tally = answer->tally;
	answer->cell.n_tally = 0;
	for (size_t i = 0; i < pot->n; i++) {
		if (i == 0 || pot->value[i] != pot->value[i - 1])
			answer->tally[answer->cell.n_tally++] =
				(struct cchc_tally_entry){pot->value[i], 0};
		answer->tally[answer->cell.n_tally - 1].count++;
	}
}

/* n yes of n: both counts, also none. */
static void show_answers(const struct pot *pot, struct oracle_answer *answer)
{
	uint32_t yes = (uint32_t)pot->sum;

	answer->cell.value = pot->sum;
	answer->cell.tally = answer->tally;
	answer->cell.n_tally = 2;
	answer->tally[0] = (struct cchc_tally_entry){0, pot->figures - yes};
	answer->tally[1] = (struct cchc_tally_entry){1, yes};
}

static void show_same(const struct pot *pot, struct oracle_answer *answer)
{
	struct cchc_result *cell = &answer->cell;

	if (pot->n == 0) {
		cell->state = CCHC_RESULT_ABSENT;
	} else if (pot->value[0] == pot->value[pot->n - 1]) {
		cell->state = CCHC_RESULT_FIGURE;
		cell->value = pot->value[0];
	} else {
		cell->state = CCHC_RESULT_DIFFERS;
		show_tally(pot, answer);
	}
}

static void show_spread(const struct pot *pot, struct cchc_result *cell)
{
	cell->state = CCHC_RESULT_SPREAD;
	cell->spread.least = pot->value[0];
	cell->spread.median_twice = pot->value[(pot->n - 1) / 2] + pot->value[pot->n / 2];
	cell->spread.most = pot->value[pot->n - 1];
}

/* There is at least one figure. */
static void show_figures(const struct cchc_row *row, const struct pot *pot,
			 struct oracle_answer *answer)
{
	struct cchc_result *cell = &answer->cell;

	cell->state = CCHC_RESULT_FIGURE;
	switch (row->over_units) {
	case CCHC_UNITS_SAME:
		show_same(pot, answer);
		break;
	case CCHC_UNITS_SPREAD:
		show_spread(pot, cell);
		break;
	case CCHC_UNITS_TALLY:
		if (row->kind == CCHC_YESNO)
			show_answers(pot, answer);
		else
			show_tally(pot, answer);
		break;
	default:
		cell->value = pot->sum;
		break;
	}
}

static void show(const struct asking *ask, const struct cchc_row *row, struct pot *pot,
		 struct oracle_answer *answer)
{
	qsort(pot->value, pot->n, sizeof(pot->value[0]), compare_values);
	answer->cell.reported = pot->figures + pot->na;
	answer->cell.expected = pot->expected;
	answer->cell.incomplete = pot->incomplete;
	if (row->kind == CCHC_RATIO)
		show_ratio(ask->oracle, row, pot, &answer->cell);
	else if (pot->figures > 0)
		show_figures(row, pot, answer);
	else if (pot->na > 0)
		answer->cell.state = CCHC_RESULT_NA;
}

/* What the units below would give in place of a typed figure. */
static struct cchc_figure derived_beside(const struct asking *ask, size_t unit,
					 const struct cchc_row *row)
{
	struct pot pot = {0};

	put_derived_below(ask, unit, row, &pot);
	if (pot.figures > 0)
		return (struct cchc_figure){pot.sum, CCHC_FIGURE};
	return (struct cchc_figure){0, pot.na > 0 ? CCHC_NA : CCHC_ABSENT};
}

/* What stands beside the cell: what was typed though it is computed; the unit's own
 * figure of a common list. */
static void show_beside(const struct asking *ask, size_t unit, enum cchc_scope scope,
			const struct cchc_row *row, struct cchc_result *cell)
{
	struct given own = typed(ask, unit, row);
	struct given enters = entering(ask, unit, row);
	bool computed = row->kind == CCHC_RATIO ||
			(row->n_equals > 0 && family_has_below(ask->family, unit));

	if (computed && is_present(own.figure))
		cell->declared = own.figure;
	if (row->over_units == CCHC_UNITS_SAME && scope == CCHC_SCOPE_TOTAL &&
	    family_has_below(ask->family, unit) && is_present(enters.figure))
		cell->own = enters.figure;
}

static void show_computed(const struct asking *ask, size_t unit, enum cchc_scope scope,
			  const struct cchc_row *row, struct oracle_answer *answer)
{
	bool derived = row->derived_from != CCHC_NO_ROW;
	struct pot pot = {0};

	if (derived && collects(ask, unit)) {
		answer->cell.alone = is_present(typed(ask, unit, row).figure);
		if (answer->cell.alone)
			answer->cell.derived = derived_beside(ask, unit, row);
	}
	if (derived && (collects(ask, unit) || !answer->cell.alone)) {
		put_derived(ask, unit, scope == CCHC_SCOPE_TOTAL, row, &pot);
		show(ask, row, &pot, answer);
	} else if (answer->cell.alone && row->kind != CCHC_RATIO) {
		show_own(ask, unit, row, entering(ask, unit, row), &answer->cell);
	} else {
		put_all(ask, unit, scope, row, &pot);
		show(ask, row, &pot, answer);
	}
}

void oracle_ask(const struct oracle *oracle, struct cchc_period period,
		const struct family *family, size_t unit, enum cchc_scope scope,
		uint16_t index, struct oracle_answer *answer)
{
	const struct cchc_row *row = &oracle->form->row[index];
	struct asking ask = {oracle, period, family};
	bool alone = !family_has_below(family, unit);
	enum cchc_scope of = scope;

	*answer = (struct oracle_answer){0};
	if (row->kind == CCHC_HEADING) {
		answer->cell.state = CCHC_RESULT_HEADING;
		return;
	}
	if (scope == CCHC_SCOPE_REPORT)
		of = alone ? CCHC_SCOPE_OWN : row->report_scope;
	answer->cell.alone = of == CCHC_SCOPE_OWN || (of == CCHC_SCOPE_TOTAL && alone);
	if (!(row->reserved && is_base(&ask, unit)))
		show_computed(&ask, unit, of, row, answer);
	if (scope != CCHC_SCOPE_BELOW)
		show_beside(&ask, unit, of, row, &answer->cell);
}
