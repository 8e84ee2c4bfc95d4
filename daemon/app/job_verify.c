/* job_verify.c - are the figures those of the journal, and the rollups those of the
 * figures?
 *
 * Off the loop, two threads beside each other. One replays every entry of the journal up
 * to the snapshot's into a board of its own: whatever comes behind them, they stay as
 * they are, so it needs no snapshot but any later one. The worker loads every stored
 * figure, builds the rollups from them, and compares their digests with those the loop
 * took of its own board at the same commit. Then figure by figure the two boards are
 * compared, and what differs is named.
 */

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "app/job.h"
#include "base/check.h"
#include "base/clock.h"

enum { FINDINGS_MAX = 100, FINDING_TEXT = 200 };

/* What the journal tells: the thread's, until it is joined. */
struct replay {
	const struct cchc_job *job;
	struct cchc_board *board;
	uint64_t number; /* of the last entry */
	uint64_t entries;
	struct gap {
		uint64_t after;
		uint64_t before;
	} gap[FINDINGS_MAX];
	size_t gaps;
	enum cchc_rc rc;
};

struct verifying {
	struct cchc_job *job;
	struct replay told;
	struct cchc_board *stored;
	struct cchc_board *counted; /* tasks alone */
	Cchc__Verdict verdict;
	char *finding[FINDINGS_MAX];
	enum cchc_rc rc;
};

__attribute__((format(printf, 2, 3))) static void find(struct verifying *v,
						       const char *format, ...)
{
	char *text = cchc_arena_alloc(&v->job->answer.arena, FINDING_TEXT);
	va_list args;

	v->verdict.agrees = false;
	if (!text || v->verdict.n_finding == FINDINGS_MAX)
		return;
	va_start(args, format);
	(void)vsnprintf(text, FINDING_TEXT, format, args);
	va_end(args);
	v->finding[v->verdict.n_finding++] = text;
}

/* ---- the journal ---- */

/* Only what the entry itself says: accepted cells become figures. */
static void replay_cells(struct replay *r, const struct cchc_entry *entry)
{
	struct cchc_board_form *form = cchc_board_form(r->board, entry->form);
	struct cchc_record *record;

	if (!form || entry->n_cells == 0)
		return;
	record = cchc_board_record(form, entry->unit, entry->period);
	if (!record)
		r->rc = CCHC_NOMEM;
	for (size_t i = 0; record && i < entry->n_cells; i++) {
		const struct cchc_entry_cell *cell = &entry->cell[i];
		const struct cchc_row *row =
			cchc_form_row_by_id(form->of->form, cell->row);

		if (row)
			cchc_record_set(record, row->index,
					(struct cchc_figure){cell->value, cell->state});
	}
}

static void replay_entry(void *data, const struct cchc_entry *entry)
{
	struct replay *r = data;

	if (r->rc != CCHC_OK || entry->number > r->job->answer.commit)
		return;
	if (entry->number != r->number + 1 && r->gaps < FINDINGS_MAX)
		r->gap[r->gaps++] = (struct gap){r->number, entry->number};
	r->number = entry->number;
	r->entries++;
	if (entry->kind == CCHC_ENTRY_REPORT || entry->kind == CCHC_ENTRY_UPDATE)
		replay_cells(r, entry);
}

static void replay(void *data)
{
	struct replay *r = data;
	struct cchc_txn txn;

	cchc_txn_read(&txn, r->job->store->env);
	cchc_store_each_entry(&txn, replay_entry, r);
	if (r->rc == CCHC_OK)
		r->rc = txn.rc;
	cchc_txn_abort(&txn);
}

/* ---- both ---- */

static struct cchc_figure figure_of(const struct cchc_record *record, uint16_t row)
{
	return record ? cchc_record_get(record, row) : (struct cchc_figure){0};
}

/* What the journal says of a unit and period, and what the store has. */
struct both {
	const struct cchc_form *form;
	const struct cchc_unit *unit;
	struct cchc_period period;
	const struct cchc_record *told;
	const struct cchc_record *stored;
};

static bool are_same(const struct both *both)
{
	size_t rows = both->form->n;

	if (!both->told || !both->stored)
		return both->told == both->stored;
	return memcmp(both->told->state, both->stored->state, rows) == 0 &&
	       memcmp(both->told->value, both->stored->value, rows * sizeof(int64_t)) ==
		       0;
}

static void name_difference(struct verifying *v, const struct both *both, uint16_t row)
{
	struct cchc_figure told = figure_of(both->told, row);
	struct cchc_figure stored = figure_of(both->stored, row);
	char period[CCHC_PERIOD_TEXT];

	if (cchc_figure_equal(told, stored))
		return;
	find(v,
	     "figure: unit %s period %s row %s: journal says %s %" PRId64 ", store %s "
	     "%" PRId64,
	     both->unit ? both->unit->code : "?",
	     cchc_period_format(both->period, period), both->form->row[row].full_code,
	     cchc_state_name(told.state), told.value, cchc_state_name(stored.state),
	     stored.value);
}

static void compare_unit(struct verifying *v, size_t form, uint32_t unit, uint16_t year)
{
	const struct cchc_view *told_view = v->told.board->form[form].view;
	const struct cchc_view *stored_view = v->stored->form[form].view;
	const struct cchc_year *told = cchc_figures_year(&told_view->figures, unit, year);
	const struct cchc_year *stored =
		cchc_figures_year(&stored_view->figures, unit, year);
	struct both both = {.form = stored_view->form,
			    .unit = cchc_units_by_id(&v->job->catalog->units, unit)};

	for (uint8_t slot = 0; (told || stored) && slot < CCHC_SLOTS; slot++) {
		both.period = (struct cchc_period){year, slot};
		both.told = told ? told->record[slot] : NULL;
		both.stored = stored ? stored->record[slot] : NULL;
		if (are_same(&both))
			continue;
		for (uint16_t row = 0; row < both.form->n; row++)
			name_difference(v, &both, row);
	}
}

/* Of one form: what both have, and what either has alone. */
static void compare_form(struct verifying *v, size_t form)
{
	const struct cchc_figures *told = &v->told.board->form[form].view->figures;
	struct cchc_figures *stored = &v->stored->form[form].view->figures;

	for (size_t b = 0; b < told->n_blocks && v->rc == CCHC_OK; b++)
		v->rc = cchc_figures_add_year(stored, told->block[b].year);
	for (size_t b = 0; b < stored->n_blocks && v->rc == CCHC_OK; b++)
		for (uint32_t unit = 0; unit <= stored->max_unit; unit++)
			compare_unit(v, form, unit, stored->block[b].year);
}

static void name_gaps(struct verifying *v)
{
	for (size_t i = 0; i < v->told.gaps; i++)
		find(v, "journal: entries %" PRIu64 " to %" PRIu64 " are missing",
		     v->told.gap[i].after + 1, v->told.gap[i].before - 1);
}

/* ---- the rollups and counts of what is stored ---- */

static void compare_rollups(struct verifying *v, const struct cchc_board_digest *made)
{
	v->verdict.figures += made->n_figures;
	v->verdict.rollups += made->n_rollups;
	for (size_t i = 0; i < v->job->n_digests; i++) {
		const struct cchc_board_digest *live = &v->job->digest[i];

		if (live->year != made->year)
			continue;
		if (live->figures != made->figures)
			find(v, "memory: figures of %u are not those of the store",
			     made->year);
		if (live->rollups != made->rollups)
			find(v,
			     "rollup: %u: kept up to date %" PRIu64 " cells, recomputed "
			     "%" PRIu64 " cells, digests differ",
			     made->year, live->n_rollups, made->n_rollups);
	}
}

/* A year after the other, so that only one has its rollups in memory. */
static void verify_year(struct verifying *v, uint16_t year)
{
	struct cchc_board_digest made;

	for (size_t i = 0; i < v->stored->n_forms && v->rc == CCHC_OK; i++)
		v->rc = cchc_view_build(v->stored->form[i].view, year);
	if (v->rc != CCHC_OK)
		return;
	made = cchc_board_digest(v->stored, year);
	compare_rollups(v, &made);
	for (size_t i = 0; i < v->stored->n_forms; i++)
		cchc_view_drop_cells(v->stored->form[i].view, year);
}

/* One that an earlier form has was verified with it. */
static bool is_new_with(const struct cchc_board *board, size_t form, uint16_t year)
{
	for (size_t i = 0; i < form; i++)
		if (cchc_figures_has_year(&board->form[i].view->figures, year))
			return false;
	return true;
}

/* Those with figures, and those that the loop has in memory. */
static void verify_years(struct verifying *v)
{
	for (size_t i = 0; i < v->stored->n_forms; i++) {
		struct cchc_figures *figures = &v->stored->form[i].view->figures;

		for (size_t k = 0; k < v->job->n_digests && v->rc == CCHC_OK; k++)
			v->rc = cchc_figures_add_year(figures, v->job->digest[k].year);
		for (size_t b = 0; b < figures->n_blocks && v->rc == CCHC_OK; b++)
			if (is_new_with(v->stored, i, figures->block[b].year))
				verify_year(v, figures->block[b].year);
	}
}

/* Row I.4: the counts the loop kept up to date against a sum over all tasks, at the same
 * instant. */
static void compare_counts(struct verifying *v)
{
	(void)cchc_board_advance(v->counted, v->job->counted_ms);
	for (size_t i = 0; i < v->job->n_digests && v->rc == CCHC_OK; i++) {
		const struct cchc_board_digest *live = &v->job->digest[i];
		struct cchc_board_digest made;

		v->rc = cchc_board_load_counts(v->counted, &v->job->txn, live->year);
		made = cchc_board_digest(v->counted, live->year);
		v->verdict.rollups += made.n_counts;
		if (v->rc == CCHC_OK && live->counts != made.counts)
			find(v,
			     "tasks: %u: kept up to date %" PRIu64 " counts, recomputed "
			     "%" PRIu64 " counts, digests differ",
			     live->year, live->n_counts, made.n_counts);
	}
}

/* ---- all ---- */

/* The snapshot ends before the other thread is waited for: a store that is being reopened
 * waits for this reader, and lets the other one in only then. */
static void verify_store(struct verifying *v)
{
	v->rc = cchc_board_load_figures(v->stored, &v->job->txn);
	if (v->rc == CCHC_OK)
		compare_counts(v);
	cchc_txn_abort(&v->job->txn);
	if (v->rc == CCHC_OK)
		verify_years(v);
}

static void verify_beside(struct verifying *v)
{
	uv_thread_t thread;
	bool beside = uv_thread_create(&thread, replay, &v->told) == 0;

	verify_store(v);
	if (beside)
		cchc_check(uv_thread_join(&thread) == 0);
	else
		replay(&v->told);
	if (v->rc == CCHC_OK)
		v->rc = v->told.rc;
}

static void verify(struct verifying *v)
{
	v->told.job = v->job;
	v->rc = cchc_board_new(v->job->catalog, &v->told.board);
	if (v->rc == CCHC_OK)
		v->rc = cchc_board_new(v->job->catalog, &v->stored);
	if (v->rc == CCHC_OK)
		v->rc = cchc_board_new(v->job->catalog, &v->counted);
	if (v->rc == CCHC_OK)
		verify_beside(v);
	if (v->rc == CCHC_OK)
		name_gaps(v);
	for (size_t i = 0; v->rc == CCHC_OK && i < v->stored->n_forms; i++)
		compare_form(v, i);
}

void cchc_job_verify(struct cchc_job *job)
{
	struct verifying v = {.job = job};
	Cchc__Answer part = CCHC__ANSWER__INIT;
	uint64_t began = cchc_clock_mono_ns();

	cchc__verdict__init(&v.verdict);
	v.verdict.agrees = true;
	verify(&v);
	v.verdict.entries = v.told.entries;
	v.verdict.finding = v.finding;
	v.verdict.took_ms = (cchc_clock_mono_ns() - began) / 1000000;
	part.kind = CCHC__ANSWER__KIND__VERIFY;
	part.verdict = &v.verdict;
	if (v.rc == CCHC_OK)
		v.rc = cchc_answer_add(&job->answer, &part, CCHC_PART_LAST);
	if (v.rc != CCHC_OK)
		cchc_answer_refuse(&job->answer, "verify could not be done: %s",
				   cchc_rc_name(v.rc));
	cchc_board_free(&v.told.board);
	cchc_board_free(&v.stored);
	cchc_board_free(&v.counted);
}
