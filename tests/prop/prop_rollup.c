/* The rollup against an oracle, over random histories.
 *
 * Laws, after any history of figures given, corrected, declared not applicable and
 * withdrawn, in any order:
 *  1. Every cell is what the oracle finds from the figures alone.
 *  2. A view built from the figures, one that got them in another order, and one whose
 *     year was dropped and loaded again have the same cells.
 *  3. Where a watched unit's answer changed, its dirty bit is set, and the period says of
 *     the unit that it changed.
 *
 * A history that breaks a law is cut down as long as it still breaks it, and printed.
 */
#include "core/mix.h"
#include "duel.h"
#include "formfile.h"

enum {
	ROUNDS = 60,
	ASKED_ON_THE_WAY = 40,
	ASKED_AT_THE_END = 600,
	WATCHED = 2,
};

enum law { LAW_NONE, LAW_CELL, LAW_BUILT, LAW_SHUFFLED, LAW_RELOADED, LAW_DIRTY };

/* A question to a view, and of which law. */
struct question {
	enum law law;
	struct asked at;
	uint64_t seed; /* of the other order */
};

static const enum cchc_scope SCOPES[] = {CCHC_SCOPE_TOTAL, CCHC_SCOPE_OWN,
					 CCHC_SCOPE_BELOW, CCHC_SCOPE_REPORT};

/* --- law 1: the oracle ----------------------------------------------------------- */

static bool cell_holds(struct duel *duel, struct cchc_view *view,
		       const struct question *q)
{
	char of_view[ANSWER_TEXT];
	char of_oracle[ANSWER_TEXT];

	duel_ask_view(duel, view, &q->at, of_view);
	duel_ask_oracle(duel, &q->at, of_oracle);
	return strcmp(of_view, of_oracle) == 0;
}

static void pick_cell(const struct duel *duel, const struct history *history,
		      struct test_random *random, struct question *q)
{
	const struct change *about =
		&history->change[test_random_below(random, (uint32_t)history->n)];

	q->at.period = (struct cchc_period){
		about->period.year, (uint8_t)test_random_below(random, CCHC_SLOTS)};
	q->at.unit = 1 + test_random_below(random, duel->world->units.max_id);
	q->at.scope = SCOPES[test_random_below(random, CCHC_COUNT(SCOPES))];
	q->at.row = history->focus[test_random_below(random, (uint32_t)history->n_focus)];
	if (test_random_below(random, 10) == 0)
		q->at.row = (uint16_t)test_random_below(random, (uint32_t)duel->form->n);
}

static bool cells_hold(struct duel *duel, struct cchc_view *view,
		       const struct history *history, struct test_random *random,
		       unsigned n, struct question *q)
{
	for (unsigned i = 0; i < n; i++) {
		pick_cell(duel, history, random, q);
		if (!cell_holds(duel, view, q))
			return false;
	}
	return true;
}

/* --- law 2: other ways to the same cells ----------------------------------------- */

static bool same_cells(const struct cchc_view *a, const struct cchc_view *b)
{
	for (uint16_t i = 0; i < HISTORY_YEARS; i++) {
		uint16_t year = (uint16_t)(HISTORY_FIRST_YEAR + i);
		uint64_t cells_of_a = 0;
		uint64_t cells_of_b = 0;

		if (cchc_view_digest(a, year, &cells_of_a) !=
			    cchc_view_digest(b, year, &cells_of_b) ||
		    cells_of_a != cells_of_b)
			return false;
	}
	return true;
}

/* The figures as they stand in the end, each once. */
static struct change *final_figures(const struct duel *duel, size_t *n)
{
	uint32_t units = duel->world->units.max_id;
	size_t most = (size_t)HISTORY_YEARS * units * CCHC_SLOTS * duel->form->n;
	struct change *change = calloc(most, sizeof(*change));

	assert_non_null(change);
	*n = 0;
	for (size_t i = 0; i < most; i++) {
		struct change *c = &change[*n];
		size_t rest = i / duel->form->n;

		c->row = (uint16_t)(i % duel->form->n);
		c->period.slot = (uint8_t)(rest % CCHC_SLOTS);
		rest /= CCHC_SLOTS;
		c->unit = (uint32_t)(rest % units) + 1;
		c->period.year = (uint16_t)(HISTORY_FIRST_YEAR + rest / units);
		c->batch = (uint32_t)i;
		c->figure = *oracle_cell(&duel->oracle, c->unit, c->period, c->row);
		if (c->figure.state != CCHC_ABSENT)
			++*n;
	}
	return change;
}

static void load(struct cchc_view *view, const struct change *change, size_t n,
		 uint16_t year)
{
	for (size_t i = 0; i < n; i++)
		if (change[i].period.year == year)
			assert_int_equal(cchc_figures_set(&view->figures, change[i].unit,
							  change[i].period, change[i].row,
							  change[i].figure),
					 CCHC_OK);
	assert_int_equal(cchc_view_build(view, year), CCHC_OK);
}

static void load_all(struct cchc_view *view, const struct change *change, size_t n)
{
	for (uint16_t i = 0; i < HISTORY_YEARS; i++)
		load(view, change, n, (uint16_t)(HISTORY_FIRST_YEAR + i));
}

static void shuffle(struct change *change, size_t n, uint64_t seed)
{
	struct test_random random = {seed};

	for (size_t i = n; i > 1; i--) {
		size_t k = test_random_below(&random, (uint32_t)i);
		struct change moved = change[i - 1];

		change[i - 1] = change[k];
		change[k] = moved;
	}
}

/* A second view by the way that q->law names. */
static struct cchc_view *other_way(const struct duel *duel, const struct question *q)
{
	struct cchc_view *view = duel_view(duel);
	size_t n;
	struct change *change = final_figures(duel, &n);

	if (q->law == LAW_SHUFFLED) {
		shuffle(change, n, q->seed);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(
				cchc_view_apply(view, change[i].unit, change[i].period, 1,
						&change[i].row, &change[i].figure),
				CCHC_OK);
	} else {
		load_all(view, change, n);
	}
	if (q->law == LAW_RELOADED) {
		cchc_view_drop_year(view, HISTORY_FIRST_YEAR + 1);
		assert_int_equal(cchc_view_add_year(view, HISTORY_FIRST_YEAR + 1),
				 CCHC_OK);
		load(view, change, n, HISTORY_FIRST_YEAR + 1);
	}
	free(change);
	return view;
}

static bool other_way_holds(struct duel *duel, const struct question *q)
{
	struct cchc_view *view = other_way(duel, q);
	bool holds = same_cells(duel->view, view);

	cchc_view_free(&view);
	return holds;
}

/* --- law 3: dirty bits ----------------------------------------------------------- */

/* Of the answers of one unit, period and row in all scopes. */
static uint64_t fingerprint(struct duel *duel, const struct question *q)
{
	struct question each = *q;
	uint64_t print = 0;

	for (size_t s = 0; s < CCHC_COUNT(SCOPES); s++) {
		char text[ANSWER_TEXT];

		each.at.scope = SCOPES[s];
		duel_ask_view(duel, duel->view, &each.at, text);
		for (const char *at = text; *at; at++)
			print = cchc_mix(print, (uint8_t)*at);
	}
	return print;
}

static void clean(struct duel *duel, uint32_t unit)
{
	for (size_t i = 0; i < duel->view->periods; i++)
		cchc_view_clean(duel->view->period[i], unit);
}

static bool is_dirty(const struct duel *duel, const struct question *q)
{
	const struct cchc_view_period *period = cchc_view_find(duel->view, q->at.period);
	const uint64_t *bits = period ? cchc_view_dirty(period, q->at.unit) : NULL;

	return bits && (bits[q->at.row / 64] >> q->at.row % 64 & 1);
}

/* What the period says of the unit; 0: it holds nothing yet. */
static uint64_t changed_at(const struct duel *duel, const struct question *q)
{
	const struct cchc_view_period *period = cchc_view_find(duel->view, q->at.period);
	uint32_t node = CCHC_NO_NODE;

	if (period)
		node = cchc_tree_find(period->shape->tree, q->at.unit);
	return node == CCHC_NO_NODE ? 0 : period->changed[node];
}

struct answered {
	uint64_t print;
	uint64_t changed;
};

/* The batch is applied; the answers to `n` questions are compared before and after. */
static const struct question *dirty_holds(struct duel *duel, const struct change *batch,
					  size_t n_batch, const struct question *q,
					  size_t n)
{
	struct answered *before = calloc(n + 1, sizeof(*before));
	const struct question *broken = NULL;

	assert_non_null(before);
	for (size_t i = 0; i < n; i++) {
		clean(duel, q[i].at.unit);
		before[i] = (struct answered){fingerprint(duel, &q[i]),
					      changed_at(duel, &q[i])};
	}
	duel_apply(duel, batch, n_batch);
	for (size_t i = 0; i < n && !broken; i++)
		if (fingerprint(duel, &q[i]) != before[i].print &&
		    (!is_dirty(duel, &q[i]) ||
		     changed_at(duel, &q[i]) == before[i].changed))
			broken = &q[i];
	free(before);
	return broken;
}

/* All rows in focus, in every period, of the units watched. */
static bool batch_holds(struct duel *duel, const struct change *batch, size_t n_batch,
			const struct history *history, const uint32_t *watched,
			struct question *q)
{
	size_t n = WATCHED * CCHC_SLOTS * history->n_focus;
	struct question *all = calloc(n, sizeof(*all));
	const struct question *broken;

	assert_non_null(all);
	for (size_t i = 0; i < n; i++) {
		all[i] = (struct question){.law = LAW_DIRTY, .at.period = batch->period};
		all[i].at.row = history->focus[i % history->n_focus];
		all[i].at.period.slot = (uint8_t)(i / history->n_focus % CCHC_SLOTS);
		all[i].at.unit = watched[i / history->n_focus / CCHC_SLOTS];
	}
	broken = dirty_holds(duel, batch, n_batch, all, n);
	if (broken)
		*q = *broken;
	free(all);
	return !broken;
}

/* A watch more than is taken back. */
static void watch(struct duel *duel, uint32_t unit)
{
	assert_int_equal(cchc_view_watch(duel->view, unit), CCHC_OK);
	assert_int_equal(cchc_view_watch(duel->view, unit), CCHC_OK);
	cchc_view_unwatch(duel->view, unit);
}

/* --- a history against the laws -------------------------------------------------- */

static bool end_holds(struct duel *duel, const struct history *history,
		      struct test_random *random, struct question *q)
{
	static const enum law LAWS[] = {LAW_BUILT, LAW_SHUFFLED, LAW_RELOADED};

	q->law = LAW_CELL;
	if (!cells_hold(duel, duel->view, history, random, ASKED_AT_THE_END, q))
		return false;
	for (size_t i = 0; i < CCHC_COUNT(LAWS); i++) {
		*q = (struct question){.law = LAWS[i], .seed = test_random_next(random)};
		if (!other_way_holds(duel, q))
			return false;
	}
	return true;
}

/* Finds the first broken law. Returns how many changes were made by then, 0: none is. */
static size_t find_broken(struct duel *duel, const struct history *history,
			  struct test_random *random, struct question *q)
{
	uint32_t watched[WATCHED];
	unsigned watch_in = test_random_below(random, 20);
	size_t done = 0;

	for (size_t i = 0; i < WATCHED; i++)
		watched[i] = 1 + test_random_below(random, duel->world->units.max_id);
	for (unsigned b = 0; done < history->n; b++) {
		const struct change *batch = history->change + done;
		size_t n = history_batch(batch, history->n - done);

		for (size_t i = 0; b == watch_in && i < WATCHED; i++)
			watch(duel, watched[i]);
		done += n;
		if (b < watch_in || test_random_below(random, 8))
			duel_apply(duel, batch, n);
		else if (!batch_holds(duel, batch, n, history, watched, q))
			return done;
		q->law = LAW_CELL;
		if (test_random_below(random, 4) == 0 &&
		    !cells_hold(duel, duel->view, history, random, ASKED_ON_THE_WAY, q))
			return done;
	}
	return end_holds(duel, history, random, q) ? 0 : done;
}

/* --- shrinking ------------------------------------------------------------------- */

static size_t last_batch(const struct change *change, size_t n)
{
	size_t at = n;

	while (at > 0 && change[at - 1].batch == change[n - 1].batch)
		at--;
	return at;
}

static bool still_broken(const struct cchc_form *form, struct world *world,
			 const struct change *change, size_t n, const struct question *q)
{
	size_t last = last_batch(change, n);
	struct duel duel;
	bool broken;

	duel_open(&duel, form, world);
	if (q->law == LAW_DIRTY) {
		watch(&duel, q->at.unit);
		duel_apply_all(&duel, change, last);
		broken = last < n &&
			 dirty_holds(&duel, change + last, n - last, q, 1) != NULL;
	} else {
		duel_apply_all(&duel, change, n);
		broken = q->law == LAW_CELL ? !cell_holds(&duel, duel.view, q)
					    : !other_way_holds(&duel, q);
	}
	duel_close(&duel);
	return broken;
}

/* Leaves out ever smaller pieces as long as the law stays broken. */
static size_t shrink(const struct cchc_form *form, struct world *world,
		     struct change *change, size_t n, const struct question *q)
{
	struct change *less = calloc(n + 1, sizeof(*less));

	assert_non_null(less);
	for (size_t cut = n; cut > 0; cut /= 2) {
		for (size_t at = 0; at + cut <= n;) {
			memcpy(less, change, at * sizeof(*less));
			memcpy(less + at, change + at + cut,
			       (n - at - cut) * sizeof(*less));
			if (!still_broken(form, world, less, n - cut, q)) {
				at += cut;
				continue;
			}
			n -= cut;
			memcpy(change, less, n * sizeof(*less));
		}
	}
	free(less);
	return n;
}

static void print_question(struct duel *duel, const struct question *q)
{
	static const char *const LAWS[] = {"none",     "cell",     "built",
					   "shuffled", "reloaded", "dirty"};
	const struct cchc_unit *unit = cchc_units_by_id(&duel->world->units, q->at.unit);
	char text[ANSWER_TEXT];
	char period[CCHC_PERIOD_TEXT];

	printf("broken: %s", LAWS[q->law]);
	if (unit)
		printf(", %s %s %s %s", unit->code,
		       cchc_period_format(q->at.period, period),
		       duel->form->row[q->at.row].full_code,
		       cchc_scope_name(q->at.scope));
	printf("\n");
	if (q->law != LAW_CELL)
		return;
	duel_ask_view(duel, duel->view, &q->at, text);
	printf("  product: %s\n", text);
	duel_ask_oracle(duel, &q->at, text);
	printf("  oracle:  %s\n", text);
}

static void report_broken(const struct cchc_form *form, struct world *world,
			  struct change *change, size_t n, const struct question *q)
{
	struct duel duel;

	if (still_broken(form, world, change, n, q))
		n = shrink(form, world, change, n, q);
	else
		printf("broken only on its way:\n");
	history_print(change, n, form, world);
	duel_open(&duel, form, world);
	duel_apply_all(&duel, change, n);
	print_question(&duel, q);
	duel_close(&duel);
}

static bool laws_hold(const struct cchc_form *form, uint64_t seed)
{
	static struct history history;
	struct test_random random = {seed};
	struct question q = {.law = LAW_NONE};
	struct world world;
	struct duel duel;
	size_t broken;

	world_make(&world, &random);
	do
		history_make(&history, form, &world, &random);
	while (history.n == 0);
	duel_open(&duel, form, &world);
	broken = find_broken(&duel, &history, &random, &q);
	duel_close(&duel);
	if (broken)
		report_broken(form, &world, history.change, broken, &q);
	world_fini(&world);
	if (broken)
		printf("again with CCHC_SEED=%" PRIu64 " CCHC_ROUNDS=1\n", seed);
	return !broken;
}

/* --- forms ----------------------------------------------------------------------- */

static void load_form(struct test_form *made, const char *path)
{
	static char bytes[1 << 20];
	FILE *file = fopen(path, "r");
	size_t n;

	assert_non_null(file);
	n = fread(bytes, 1, sizeof(bytes), file);
	(void)fclose(file);
	test_form_init(made, path, bytes, n);
	if (!made->form)
		fail_msg("%s:%u: %s", path, made->problems.list[0].place.line,
			 made->problems.list[0].text);
}

static void hold_laws_for(const char *path)
{
	struct test_form made;
	uint64_t seed = test_random_seed();
	unsigned rounds = test_random_rounds(ROUNDS);
	bool hold = true;

	load_form(&made, path);
	for (unsigned i = 0; i < rounds && hold; i++)
		hold = laws_hold(made.form, seed + i);
	test_form_fini(&made);
	assert_true(hold);
}

static void any_history_of_the_real_form_gives_what_the_oracle_says(void **state)
{
	(void)state;
	hold_laws_for(SOURCE_DIR "/config/forms/cchc-2021.yaml");
}

static void any_history_of_every_rule_gives_what_the_oracle_says(void **state)
{
	(void)state;
	hold_laws_for(TEST_DATA "/every-rule.yaml");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_history_of_every_rule_gives_what_the_oracle_says),
		cmocka_unit_test(any_history_of_the_real_form_gives_what_the_oracle_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
