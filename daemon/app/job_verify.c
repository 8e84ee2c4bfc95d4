/* job_verify.c - are the figures those of the journal, and the rollups those of the
 * figures?
 *
 * On one snapshot and off the loop: replays every entry of the journal into a board, then
 * walks through the stored figures. What differs is named, and the stored figure takes
 * the place of the replayed one: so the board ends as the store, without a second copy of
 * a country in memory. Its rollups are built, and its digests compared with those the
 * loop took of its own board at the same commit.
 */

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "app/job.h"
#include "base/clock.h"

enum { FINDINGS_MAX = 100, FINDING_TEXT = 200 };

struct verifying {
	struct cchc_job *job;
	struct cchc_board *board;   /* first of the journal, then of the store */
	struct cchc_board *counted; /* tasks alone */
	Cchc__Verdict verdict;
	char *finding[FINDINGS_MAX];
	uint64_t number; /* of the last entry replayed */
	uint64_t stored; /* figures met in the store */
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

/* Only what the entry itself says: accepted cells become figures. */
static void replay_cells(struct verifying *v, const struct cchc_entry *entry)
{
	struct cchc_board_form *form = cchc_board_form(v->board, entry->form);
	struct cchc_record *record;

	if (!form || entry->n_cells == 0)
		return;
	v->rc = cchc_figures_add_year(&form->view->figures, entry->period.year);
	if (v->rc != CCHC_OK)
		return;
	record = cchc_figures_record(&form->view->figures, entry->unit, entry->period);
	if (!record)
		v->rc = CCHC_NOMEM;
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
	struct verifying *v = data;

	if (v->rc != CCHC_OK)
		return;
	if (entry->number != v->number + 1)
		find(v, "journal: entries %" PRIu64 " to %" PRIu64 " are missing",
		     v->number + 1, entry->number - 1);
	v->number = entry->number;
	v->verdict.entries++;
	if (entry->kind == CCHC_ENTRY_REPORT || entry->kind == CCHC_ENTRY_UPDATE)
		replay_cells(v, entry);
}

static void name_figure(struct verifying *v, const struct cchc_stored_cell *cell,
			const struct cchc_row *row, struct cchc_figure journal)
{
	const struct cchc_unit *unit =
		cchc_units_by_id(&v->job->catalog->units, cell->unit);
	char period[CCHC_PERIOD_TEXT];

	find(v,
	     "figure: unit %s period %s row %s: journal says %s %" PRId64 ", store %s "
	     "%" PRId64,
	     unit ? unit->code : "?", cchc_period_format(cell->period, period),
	     row->full_code, cchc_state_name(journal.state), journal.value,
	     cchc_state_name(cell->figure.state), cell->figure.value);
}

static void compare_cells(void *data, const struct cchc_stored_cell *cells, size_t n)
{
	struct verifying *v = data;
	struct cchc_board_form *form = cchc_board_form(v->board, cells[0].form);
	struct cchc_record *record;

	if (!form || v->rc != CCHC_OK)
		return;
	v->rc = cchc_figures_add_year(&form->view->figures, cells[0].period.year);
	if (v->rc != CCHC_OK)
		return;
	record =
		cchc_figures_record(&form->view->figures, cells[0].unit, cells[0].period);
	if (!record)
		v->rc = CCHC_NOMEM;
	for (size_t i = 0; record && i < n; i++) {
		const struct cchc_row *row =
			cchc_form_row_by_id(form->of->form, cells[i].row);
		struct cchc_figure journal;

		if (!row)
			continue;
		v->stored++;
		journal = cchc_record_get(record, row->index);
		if (cchc_figure_equal(journal, cells[i].figure))
			continue;
		name_figure(v, &cells[i], row, journal);
		cchc_record_set(record, row->index, cells[i].figure);
	}
}

/* Every figure of the record that the store does not have. */
static void drop_unstored(struct verifying *v, struct cchc_board_form *form,
			  struct cchc_record *record, struct cchc_stored_cell *cell)
{
	cell->form = form->of->id;
	for (uint16_t i = 0; i < form->of->form->n && v->job->txn.rc == CCHC_OK; i++) {
		const struct cchc_row *row = &form->of->form->row[i];
		struct cchc_figure journal = cchc_record_get(record, i);
		struct cchc_stored_cell stored;

		if (journal.state == CCHC_ABSENT ||
		    cchc_store_cell(&v->job->txn, cell->unit, cell->form, cell->period,
				    row->id, &stored))
			continue;
		name_figure(v, cell, row, journal);
		cchc_record_set(record, i, cell->figure);
	}
}

static void drop_all_unstored(struct verifying *v, struct cchc_board_form *form)
{
	const struct cchc_figures *figures = &form->view->figures;

	for (size_t b = 0; b < figures->n_blocks; b++) {
		const struct cchc_year_block *block = &figures->block[b];

		for (uint32_t unit = 0; unit <= figures->max_unit; unit++)
			for (uint8_t slot = 0; block->unit[unit] && slot < CCHC_SLOTS;
			     slot++) {
				struct cchc_stored_cell cell = {
					.unit = unit, .period = {block->year, slot}};
				struct cchc_record *record =
					block->unit[unit]->record[slot];

				if (record)
					drop_unstored(v, form, record, &cell);
			}
	}
}

/* The walk met every stored figure; where the journal tells of more, each is looked up.
 */
static void compare_figures(struct verifying *v)
{
	uint64_t told = 0;

	cchc_store_each_cells(&v->job->txn, 0, 0, 0, compare_cells, v);
	for (size_t i = 0; i < v->board->n_forms; i++)
		told += cchc_figures_count(&v->board->form[i].view->figures);
	for (size_t i = 0; told != v->stored && i < v->board->n_forms; i++)
		drop_all_unstored(v, &v->board->form[i]);
}

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

	for (size_t i = 0; i < v->board->n_forms && v->rc == CCHC_OK; i++)
		v->rc = cchc_view_build(v->board->form[i].view, year);
	if (v->rc != CCHC_OK)
		return;
	made = cchc_board_digest(v->board, year);
	compare_rollups(v, &made);
	for (size_t i = 0; i < v->board->n_forms; i++)
		cchc_view_drop_year(v->board->form[i].view, year);
}

/* Those with figures, and those that the loop has in memory. */
static void verify_years(struct verifying *v)
{
	for (size_t i = 0; i < v->board->n_forms; i++) {
		struct cchc_figures *figures = &v->board->form[i].view->figures;

		for (size_t k = 0; k < v->job->n_digests && v->rc == CCHC_OK; k++)
			v->rc = cchc_figures_add_year(figures, v->job->digest[k].year);
		while (figures->n_blocks > 0 && v->rc == CCHC_OK)
			verify_year(v, figures->block[0].year);
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

static void verify(struct verifying *v)
{
	v->rc = cchc_board_new(v->job->catalog, &v->board);
	if (v->rc == CCHC_OK)
		v->rc = cchc_board_new(v->job->catalog, &v->counted);
	if (v->rc == CCHC_OK)
		cchc_store_each_entry(&v->job->txn, replay_entry, v);
	if (v->rc == CCHC_OK)
		compare_counts(v);
	if (v->rc == CCHC_OK)
		compare_figures(v);
	if (v->rc == CCHC_OK)
		verify_years(v);
}

void cchc_job_verify(struct cchc_job *job)
{
	struct verifying v = {.job = job};
	Cchc__Answer part = CCHC__ANSWER__INIT;
	uint64_t began = cchc_clock_mono_ns();

	cchc__verdict__init(&v.verdict);
	v.verdict.agrees = true;
	verify(&v);
	v.verdict.finding = v.finding;
	v.verdict.took_ms = (cchc_clock_mono_ns() - began) / 1000000;
	part.kind = CCHC__ANSWER__KIND__VERIFY;
	part.verdict = &v.verdict;
	if (v.rc == CCHC_OK)
		v.rc = cchc_answer_add(&job->answer, &part, CCHC_PART_LAST);
	if (v.rc != CCHC_OK)
		cchc_answer_refuse(&job->answer, "verify could not be done: %s",
				   cchc_rc_name(v.rc));
	cchc_board_free(&v.board);
	cchc_board_free(&v.counted);
}
