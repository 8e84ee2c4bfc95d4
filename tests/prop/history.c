#include "history.h"

#include <string.h>

#include "base/check.h"

struct making {
	struct history *history;
	const struct cchc_form *form;
	const struct world *world;
	struct test_random *random;
	bool in_focus[CCHC_ROWS_MAX];
	uint32_t batch;
};

static unsigned draw(struct making *m, unsigned below)
{
	return test_random_below(m->random, below);
}

/* --- which rows ------------------------------------------------------------------ */

/* The row and all it is computed from. */
static void focus_on(struct making *m, uint16_t index)
{
	const struct cchc_row *row;

	if (index == CCHC_NO_ROW || m->in_focus[index])
		return;
	row = &m->form->row[index];
	m->in_focus[index] = true;
	m->history->focus[m->history->n_focus++] = index;
	focus_on(m, row->numerator);
	focus_on(m, row->denominator);
	focus_on(m, row->derived_from);
	for (size_t i = 0; i < row->n_equals; i++)
		focus_on(m, row->equals[i]);
}

static void choose_focus(struct making *m)
{
	unsigned n = 2 + draw(m, 4);

	for (unsigned i = 0; i < n; i++) {
		const struct cchc_row *row = &m->form->row[draw(m, (uint32_t)m->form->n)];

		for (size_t k = 0; k < row->n_feeds; k++)
			focus_on(m, row->feeds[k]);
	}
}

/* --- what is given --------------------------------------------------------------- */

static int64_t hundred_percent(const struct cchc_row *row)
{
	int64_t all = 100;

	for (unsigned i = 0; i < row->decimals; i++)
		all *= 10;
	return all;
}

/* Small and often equal, so that common lists agree now and then and sums meet zero. */
static int64_t pick_value(struct making *m, const struct cchc_row *row)
{
	static const unsigned RANGES[] = {1, 2, 3, 10, 100};
	unsigned range = RANGES[draw(m, CCHC_COUNT(RANGES))];

	if (row->kind == CCHC_YESNO || row->kind == CCHC_CHOICE)
		return row->choice[draw(m, (uint32_t)row->n_choice)].code;
	if (row->kind == CCHC_PERCENT && draw(m, 3) == 0)
		return hundred_percent(row);
	if (row->kind == CCHC_MONEY && draw(m, 3) == 0)
		return 1000000 * (int64_t)draw(m, 1000);
	return draw(m, range);
}

static struct cchc_figure pick_figure(struct making *m, const struct cchc_row *row)
{
	unsigned how = draw(m, 100);

	if (how < 15)
		return (struct cchc_figure){0, CCHC_WITHDRAWN};
	if (how < 30)
		return (struct cchc_figure){0, CCHC_NA};
	if (how < 33)
		return (struct cchc_figure){0, CCHC_ABSENT};
	return (struct cchc_figure){pick_value(m, row), CCHC_FIGURE};
}

static bool may_type(const struct making *m, const struct cchc_unit *unit,
		     const struct cchc_row *row)
{
	if (row->kind == CCHC_HEADING)
		return false;
	return !row->reserved || unit->level != m->form->base_level;
}

static void add(struct making *m, const struct cchc_unit *unit, struct cchc_period period,
		uint16_t row)
{
	struct history *h = m->history;

	if (h->n == HISTORY_CHANGES || !may_type(m, unit, &m->form->row[row]))
		return;
	for (size_t i = h->n; i > 0 && h->change[i - 1].batch == m->batch; i--)
		if (h->change[i - 1].row == row)
			return;
	h->change[h->n++] = (struct change){
		.batch = m->batch,
		.unit = unit->id,
		.period = period,
		.row = row,
		.figure = pick_figure(m, &m->form->row[row]),
	};
}

/* --- by whom, for when ----------------------------------------------------------- */

static struct cchc_period pick_period(struct making *m)
{
	static const uint8_t LONG[] = {CCHC_H1, CCHC_H1, CCHC_H2, CCHC_9M, CCHC_YEAR};
	struct cchc_period period = {HISTORY_FIRST_YEAR + (draw(m, 6) > 0), 0};
	unsigned how = draw(m, 10);

	if (how < 4)
		period.slot = (uint8_t)draw(m, 12);
	else if (how < 8)
		period.slot = (uint8_t)(CCHC_Q1 + draw(m, 4));
	else
		period.slot = LONG[draw(m, CCHC_COUNT(LONG))];
	return period;
}

/* Mostly a unit that is there; what the others give must not disturb. */
static const struct cchc_unit *pick_unit(struct making *m, struct cchc_period period)
{
	cchc_day day = cchc_period_last_day(period, m->form->closing_day);
	const struct cchc_unit *unit = NULL;

	for (unsigned i = 0; i < 6; i++) {
		unit = &m->world->units.unit[draw(m, (uint32_t)m->world->units.n)];
		if (cchc_unit_in_force(unit, day))
			break;
	}
	return unit;
}

static void add_batch(struct making *m, const struct cchc_unit *unit,
		      struct cchc_period period)
{
	struct history *h = m->history;
	unsigned how = draw(m, 10);
	unsigned n = how < 5 ? 1 : how < 9 ? 1 + draw(m, (uint32_t)h->n_focus) : 0;

	m->batch++;
	for (unsigned i = 0; i < n; i++)
		add(m, unit, period, h->focus[draw(m, (uint32_t)h->n_focus)]);
	if (n == 0 && draw(m, 3) > 0)
		for (size_t i = 0; i < h->n_focus; i++)
			add(m, unit, period, h->focus[i]);
	else if (n == 0)
		for (unsigned i = draw(m, 100); i > 0; i--)
			add(m, unit, period, (uint16_t)draw(m, (uint32_t)m->form->n));
}

void history_make(struct history *history, const struct cchc_form *form,
		  const struct world *world, struct test_random *random)
{
	struct making m = {history, form, world, random, {false}, 0};
	unsigned batches = 5 + draw(&m, 120);

	history->n = 0;
	history->n_focus = 0;
	choose_focus(&m);
	for (unsigned i = 0; i < batches; i++) {
		struct cchc_period period = pick_period(&m);
		const struct cchc_unit *unit = pick_unit(&m, period);

		if (history->n > 0 && draw(&m, 3) == 0) {
			const struct change *again =
				&history->change[draw(&m, (uint32_t)history->n)];

			period = again->period;
			unit = cchc_units_by_id(&world->units, again->unit);
		}
		add_batch(&m, unit, period);
	}
}

size_t history_batch(const struct change *change, size_t n)
{
	size_t i = 0;

	while (i < n && change[i].batch == change[0].batch)
		i++;
	return i;
}

void history_print(const struct change *change, size_t n, const struct cchc_form *form,
		   const struct world *world)
{
	printf("form %s, units %s\n", form->name, world->drawing);
	for (size_t i = 0; i < n; i++) {
		const struct cchc_unit *unit =
			cchc_units_by_id(&world->units, change[i].unit);
		char period[CCHC_PERIOD_TEXT];
		char day[CCHC_DAY_TEXT];
		bool first = i == 0 || change[i].batch != change[i - 1].batch;

		printf("%s %s%s%s %s %s %s", first ? "-" : " ", unit->code,
		       unit->valid_from == CCHC_DAY_NONE ? "" : " from ",
		       cchc_day_format(unit->valid_from, day),
		       cchc_period_format(change[i].period, period),
		       form->row[change[i].row].full_code,
		       cchc_state_name((enum cchc_state)change[i].figure.state));
		if (change[i].figure.state == CCHC_FIGURE)
			printf(" %lld", (long long)change[i].figure.value);
		printf("\n");
	}
}
