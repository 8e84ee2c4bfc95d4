/* job_verify.c - are the figures those of the journal, and the rollups those of the
 * figures?
 *
 * On one snapshot and off the loop: replays every entry of the journal into a first
 * board, loads the stored figures into a second, builds all rollups from them, and
 * compares; then compares the second board's digests with those the loop took of its own
 * at the same commit.
 */

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "app/job.h"
#include "base/clock.h"

enum { FINDINGS_MAX = 100, FINDING_TEXT = 200 };

struct verifying {
	struct cchc_job *job;
	struct cchc_board *replayed;
	struct cchc_board *loaded;
	struct cchc_board *counted; /* tasks alone */
	Cchc__Verdict verdict;
	char *finding[FINDINGS_MAX];
	uint64_t number; /* of the last entry replayed */
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
	struct cchc_board_form *form = cchc_board_form(v->replayed, entry->form);
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

/* Names the cells of one unit that are not the same. */
static void compare_unit(struct verifying *v, const struct cchc_board_form *a,
			 const struct cchc_board_form *b, uint32_t unit, uint16_t year)
{
	const struct cchc_unit *of = cchc_units_by_id(&v->job->catalog->units, unit);

	for (uint8_t slot = 0; slot < CCHC_SLOTS; slot++) {
		struct cchc_period period = {year, slot};
		char text[CCHC_PERIOD_TEXT];

		for (uint16_t row = 0; row < a->of->form->n; row++) {
			struct cchc_figure x =
				cchc_figures_get(&a->view->figures, unit, period, row);
			struct cchc_figure y =
				cchc_figures_get(&b->view->figures, unit, period, row);

			if (!cchc_figure_equal(x, y))
				find(v,
				     "figure: unit %s period %s row %s: journal says %s "
				     "%" PRId64 ", store %s %" PRId64,
				     of ? of->code : "?",
				     cchc_period_format(period, text),
				     a->of->form->row[row].full_code,
				     cchc_state_name(x.state), x.value,
				     cchc_state_name(y.state), y.value);
		}
	}
}

static void compare_figures(struct verifying *v, uint16_t year)
{
	for (size_t i = 0; i < v->loaded->n_forms; i++) {
		const struct cchc_board_form *journal = &v->replayed->form[i];
		const struct cchc_board_form *store = &v->loaded->form[i];
		uint32_t unit = 0;

		while ((unit = cchc_figures_differ(&journal->view->figures,
						   &store->view->figures, year,
						   unit + 1)))
			compare_unit(v, journal, store, unit, year);
	}
}

static void compare_rollups(struct verifying *v, uint16_t year)
{
	struct cchc_board_digest store = cchc_board_digest(v->loaded, year);

	v->verdict.figures += store.n_figures;
	v->verdict.rollups += store.n_rollups;
	for (size_t i = 0; i < v->job->n_digests; i++) {
		const struct cchc_board_digest *live = &v->job->digest[i];

		if (live->year != year)
			continue;
		if (live->figures != store.figures)
			find(v, "memory: figures of %u are not those of the store", year);
		if (live->rollups != store.rollups)
			find(v,
			     "rollup: %u: kept up to date %" PRIu64 " cells, recomputed "
			     "%" PRIu64 " cells, digests differ",
			     year, live->n_rollups, store.n_rollups);
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
	uint16_t years[128];
	size_t n = cchc_store_years(&v->job->txn, years, 128);

	v->rc = cchc_board_new(v->job->catalog, &v->replayed);
	if (v->rc == CCHC_OK)
		v->rc = cchc_board_new(v->job->catalog, &v->loaded);
	if (v->rc == CCHC_OK)
		v->rc = cchc_board_new(v->job->catalog, &v->counted);
	if (v->rc == CCHC_OK)
		cchc_store_each_entry(&v->job->txn, replay_entry, v);
	if (v->rc == CCHC_OK)
		compare_counts(v);
	for (size_t i = 0; i < n && v->rc == CCHC_OK; i++) {
		v->rc = cchc_board_load(v->loaded, &v->job->txn, years[i], NULL, 0);
		if (v->rc != CCHC_OK)
			break;
		compare_figures(v, years[i]);
		compare_rollups(v, years[i]);
		cchc_board_trim(v->loaded, 0, INT32_MAX / 2);
	}
	for (size_t f = 0; v->rc == CCHC_OK && f < v->replayed->n_forms; f++)
		for (size_t i = 0; i < v->replayed->form[f].view->figures.n_blocks; i++) {
			uint16_t year = v->replayed->form[f].view->figures.block[i].year;
			bool known = false;

			for (size_t k = 0; k < n; k++)
				known = known || years[k] == year;
			if (!known)
				compare_figures(v, year);
		}
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
	cchc_board_free(&v.replayed);
	cchc_board_free(&v.loaded);
	cchc_board_free(&v.counted);
}
