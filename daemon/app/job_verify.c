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

/* Only what the entry itself says: accepted cells become figures, a withdrawal of an
 * absent cell stays absent. */
static void replay_entry(struct verifying *v, const struct cchc_entry *entry)
{
	struct cchc_board_form *form = cchc_board_form(v->replayed, entry->form);

	if (!form ||
	    (entry->kind != CCHC_ENTRY_REPORT && entry->kind != CCHC_ENTRY_UPDATE))
		return;
	for (size_t i = 0; i < entry->n_cells && v->rc == CCHC_OK; i++) {
		const struct cchc_entry_cell *cell = &entry->cell[i];
		const struct cchc_row *row =
			cchc_form_row_by_id(form->of->form, cell->row);
		struct cchc_figures *figures = &form->view->figures;

		if (!row)
			continue;
		v->rc = cchc_figures_add_year(figures, entry->period.year);
		if (cell->state == CCHC_WITHDRAWN &&
		    cchc_figures_get(figures, entry->unit, entry->period, row->index)
				    .state == CCHC_ABSENT)
			continue;
		if (v->rc == CCHC_OK)
			v->rc = cchc_figures_set(
				figures, entry->unit, entry->period, row->index,
				(struct cchc_figure){cell->value, cell->state});
	}
}

static void replay(struct verifying *v)
{
	struct cchc_arena arena;

	cchc_arena_init(&arena, 64 * 1024 * 1024);
	for (uint64_t number = 1; number <= v->job->answer.commit && v->rc == CCHC_OK;
	     number++) {
		struct cchc_entry entry;

		if (!cchc_store_entry(&v->job->txn, number, &arena, &entry)) {
			find(v, "journal: entry %" PRIu64 " is missing", number);
			if (v->job->txn.rc != CCHC_OK)
				break;
			continue;
		}
		replay_entry(v, &entry);
		v->verdict.entries++;
		cchc_arena_reset(&arena);
	}
	cchc_arena_fini(&arena);
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
	struct cchc_board_digest journal = cchc_board_digest(v->replayed, year);
	struct cchc_board_digest store = cchc_board_digest(v->loaded, year);

	v->verdict.figures += store.n_figures;
	if (journal.figures == store.figures && journal.n_figures == store.n_figures)
		return;
	for (size_t i = 0; i < v->loaded->n_forms; i++)
		for (uint32_t unit = 1; unit <= v->job->catalog->units.max_id; unit++)
			compare_unit(v, &v->replayed->form[i], &v->loaded->form[i], unit,
				     year);
	if (v->verdict.agrees)
		find(v, "figures of %u: digests differ", year);
}

static void compare_rollups(struct verifying *v, uint16_t year)
{
	struct cchc_board_digest store = cchc_board_digest(v->loaded, year);

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

static void verify(struct verifying *v)
{
	uint16_t years[128];
	size_t n = cchc_store_years(&v->job->txn, years, 128);

	v->rc = cchc_board_new(v->job->catalog, &v->replayed);
	if (v->rc == CCHC_OK)
		v->rc = cchc_board_new(v->job->catalog, &v->loaded);
	if (v->rc == CCHC_OK)
		replay(v);
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
}
