#include "duel.h"

#include "base/check.h"

static void must(enum cchc_rc rc)
{
	cchc_check(rc == CCHC_OK);
}

struct cchc_view *duel_view(const struct duel *duel)
{
	struct cchc_view *view = NULL;

	must(cchc_view_new(duel->form, &duel->world->trees, duel->world->units.max_id,
			   &view));
	for (uint16_t i = 0; i < HISTORY_YEARS; i++)
		must(cchc_view_add_year(view, (uint16_t)(HISTORY_FIRST_YEAR + i)));
	return view;
}

void duel_open(struct duel *duel, const struct cchc_form *form, struct world *world)
{
	*duel = (struct duel){.form = form, .world = world};
	oracle_init(&duel->oracle, form, &world->units, HISTORY_FIRST_YEAR,
		    HISTORY_YEARS);
	cchc_arena_init(&duel->arena, 1u << 20);
	duel->view = duel_view(duel);
}

void duel_close(struct duel *duel)
{
	cchc_view_free(&duel->view);
	cchc_arena_fini(&duel->arena);
	oracle_fini(&duel->oracle);
}

void duel_apply(struct duel *duel, const struct change *change, size_t n)
{
	uint16_t row[CCHC_ROWS_MAX];
	struct cchc_figure figure[CCHC_ROWS_MAX];

	for (size_t i = 0; i < n; i++) {
		row[i] = change[i].row;
		figure[i] = change[i].figure;
		*oracle_cell(&duel->oracle, change->unit, change->period, row[i]) =
			figure[i];
	}
	must(cchc_view_apply(duel->view, change->unit, change->period, n, row, figure));
}

void duel_apply_all(struct duel *duel, const struct change *change, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t batch = history_batch(change + i, n - i);

		duel_apply(duel, change + i, batch);
		i += batch;
	}
}

/* --- answers as text ------------------------------------------------------------- */

void duel_ask_view(struct duel *duel, struct cchc_view *view, const struct asked *asked,
		   char out[ANSWER_TEXT])
{
	const struct cchc_shape *shape;
	struct cchc_result result;
	uint32_t node;

	cchc_arena_reset(&duel->arena);
	must(cchc_view_shape(view, asked->period, &shape));
	node = cchc_tree_find(shape->tree, asked->unit);
	(void)snprintf(out, ANSWER_TEXT, "not there");
	if (node == CCHC_NO_NODE)
		return;
	must(cchc_result_of(view, shape, cchc_view_find(view, asked->period),
			    asked->period, node, asked->scope, asked->row, &duel->arena,
			    &result));
	answer_text(&result, out);
}

void duel_ask_oracle(struct duel *duel, const struct asked *asked, char out[ANSWER_TEXT])
{
	cchc_day day = cchc_period_last_day(asked->period, duel->form->closing_day);
	struct family family;
	struct oracle_answer answer;

	family_gather(&family, &duel->world->units, day);
	(void)snprintf(out, ANSWER_TEXT, "not there");
	for (size_t i = 0; i < family.n; i++) {
		if (family.unit[i]->id != asked->unit)
			continue;
		oracle_ask(&duel->oracle, asked->period, &family, i, asked->scope,
			   asked->row, &answer);
		answer_text(&answer.cell, out);
	}
}
