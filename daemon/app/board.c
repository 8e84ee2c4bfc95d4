#include "app/board.h"

#include <stdlib.h>

enum {
	YEARS_KEPT = 100, /* a year without figures holds no period, but takes a place */
	YEARS_MAX = 128,
	TASK_MEMORY = 1024 * 1024,
};

static void on_counts(void *data, uint32_t unit, struct cchc_period period)
{
	cchc_view_counts_changed(data, unit, period);
}

static bool counts_tasks(const struct cchc_form *form)
{
	for (size_t i = 0; i < form->n; i++)
		if (form->row[i].counts != CCHC_REGISTER_NONE)
			return true;
	return false;
}

static enum cchc_rc add_counts(struct cchc_board *board, struct cchc_board_form *form)
{
	const struct cchc_form *of = form->of->form;
	struct cchc_counts_options options = {
		.trees = &board->trees,
		.max_unit = board->catalog->units.max_id,
		.closing_day = of->closing_day,
		.from = cchc_catalog_register_day(board->catalog, of->closing_day),
		.now_ms = INT64_MIN,
		.on_change = on_counts,
		.data = form->view,
	};
	enum cchc_rc rc;

	if (!counts_tasks(of) || options.from == CCHC_DAY_NONE)
		return CCHC_OK;
	rc = cchc_counts_new(&options, &form->counts);
	form->view->counts = form->counts;
	return rc;
}

enum cchc_rc cchc_board_new(const struct cchc_catalog *catalog, struct cchc_board **board)
{
	struct cchc_board *made = calloc(1, sizeof(*made));
	enum cchc_rc rc = CCHC_OK;

	if (!made)
		return CCHC_NOMEM;
	made->catalog = catalog;
	made->counted_ms = INT64_MIN;
	cchc_trees_init(&made->trees, &catalog->units);
	for (size_t i = 0; i < catalog->n_forms && rc == CCHC_OK; i++) {
		struct cchc_board_form *form = &made->form[made->n_forms];

		if (!catalog->form[i].newest)
			continue;
		form->of = &catalog->form[i];
		rc = cchc_view_new(form->of->form, &made->trees, catalog->units.max_id,
				   &form->view);
		made->n_forms++;
		if (rc == CCHC_OK)
			rc = add_counts(made, form);
	}
	if (rc != CCHC_OK) {
		cchc_board_free(&made);
		return rc;
	}
	*board = made;
	return CCHC_OK;
}

void cchc_board_free(struct cchc_board **board)
{
	if (!*board)
		return;
	for (size_t i = 0; i < (*board)->n_forms; i++) {
		cchc_encoded_fini(&(*board)->form[i].encoded);
		cchc_counts_free(&(*board)->form[i].counts);
		cchc_view_free(&(*board)->form[i].view);
	}
	cchc_trees_fini(&(*board)->trees);
	free(*board);
	*board = NULL;
}

struct cchc_board_form *cchc_board_form(struct cchc_board *board, uint16_t form_id)
{
	for (size_t i = 0; i < board->n_forms; i++)
		if (board->form[i].of->id == form_id)
			return &board->form[i];
	return NULL;
}

static struct cchc_board_year *find_year(const struct cchc_board *board, uint16_t year)
{
	for (size_t i = 0; i < board->n_years; i++)
		if (board->year[i].year == year)
			return (struct cchc_board_year *)&board->year[i];
	return NULL;
}

bool cchc_board_has(const struct cchc_board *board, uint16_t year)
{
	return find_year(board, year) != NULL;
}

void cchc_board_touch(struct cchc_board *board, uint16_t year)
{
	struct cchc_board_year *entry = find_year(board, year);

	if (entry)
		entry->used = ++board->uses;
}

struct cchc_record *cchc_board_record(struct cchc_board_form *form, uint32_t unit,
				      struct cchc_period period)
{
	struct cchc_figures *figures = &form->view->figures;

	if (cchc_figures_add_year(figures, period.year) != CCHC_OK)
		return NULL;
	return cchc_figures_record(figures, unit, period);
}

struct loading {
	struct cchc_board *board;
	enum cchc_rc rc;
};

static void on_cells(void *data, const struct cchc_stored_cell *cells, size_t n)
{
	struct loading *loading = data;
	struct cchc_board_form *form = cchc_board_form(loading->board, cells[0].form);
	struct cchc_record *record;

	if (!form || loading->rc != CCHC_OK)
		return;
	record = cchc_board_record(form, cells[0].unit, cells[0].period);
	if (!record)
		loading->rc = CCHC_NOMEM;
	for (size_t i = 0; record && i < n; i++) {
		const struct cchc_row *row =
			cchc_form_row_by_id(form->of->form, cells[i].row);

		if (row)
			cchc_record_set(record, row->index, cells[i].figure);
	}
}

static void drop_year(struct cchc_board *board, uint16_t year)
{
	struct cchc_board_year *entry = find_year(board, year);

	for (size_t i = 0; i < board->n_forms; i++) {
		cchc_view_drop_year(board->form[i].view, year);
		if (board->form[i].counts)
			cchc_counts_drop_year(board->form[i].counts, year);
	}
	if (entry)
		*entry = board->year[--board->n_years];
}

struct counting {
	struct cchc_counts *counts;
	uint16_t year;
	enum cchc_rc rc;
};

static bool on_task(void *data, const struct cchc_task *task)
{
	struct counting *counting = data;

	counting->rc = cchc_counts_add_task(counting->counts, task, counting->year);
	return counting->rc == CCHC_OK;
}

/* Only years that have counts at all are paid for. */
static enum cchc_rc load_counts(struct cchc_board_form *form, struct cchc_txn *txn,
				uint16_t year)
{
	struct counting counting = {.counts = form->counts, .year = year};
	struct cchc_arena arena;

	if (!form->counts || !cchc_counts_begin_in(form->counts, year))
		return CCHC_OK;
	counting.rc =
		cchc_counts_add_year(form->counts, year, cchc_store_commit_number(txn));
	if (counting.rc != CCHC_OK)
		return counting.rc;
	cchc_arena_init(&arena, TASK_MEMORY);
	cchc_store_each_task(txn, &arena, on_task, &counting);
	cchc_arena_fini(&arena);
	return counting.rc == CCHC_OK ? txn->rc : counting.rc;
}

enum cchc_rc cchc_board_load_counts(struct cchc_board *board, struct cchc_txn *txn,
				    uint16_t year)
{
	enum cchc_rc rc = CCHC_OK;

	for (size_t i = 0; i < board->n_forms && rc == CCHC_OK; i++)
		rc = load_counts(&board->form[i], txn, year);
	return rc;
}

/* A walk through the records of all years to find none is a tenth of a start. */
static bool is_stored(struct cchc_txn *txn, uint16_t year)
{
	uint16_t years[YEARS_MAX];
	size_t n = cchc_store_years(txn, years, YEARS_MAX);

	for (size_t i = 0; i < n; i++)
		if (years[i] == year)
			return true;
	return n == YEARS_MAX; /* there may be more */
}

enum cchc_rc cchc_board_load_figures(struct cchc_board *board, struct cchc_txn *txn)
{
	struct loading loading = {.board = board};

	cchc_store_each_cells(txn, 0, 0, 0, on_cells, &loading);
	return loading.rc == CCHC_OK ? txn->rc : loading.rc;
}

enum cchc_rc cchc_board_load(struct cchc_board *board, struct cchc_txn *txn,
			     uint16_t year, const uint32_t *units, size_t n)
{
	struct loading loading = {.board = board};

	if (cchc_board_has(board, year))
		return CCHC_OK;
	if (board->n_years == sizeof(board->year) / sizeof(board->year[0]))
		return CCHC_LIMIT;
	for (size_t i = 0; i < board->n_forms && loading.rc == CCHC_OK; i++)
		loading.rc = cchc_view_add_year(board->form[i].view, year);
	board->year[board->n_years++] = (struct cchc_board_year){year, ++board->uses};
	if (n == 0 && is_stored(txn, year))
		cchc_store_each_cells(txn, 0, 0, year, on_cells, &loading);
	for (size_t i = 0; i < n; i++)
		cchc_store_each_cells(txn, units[i], 0, year, on_cells, &loading);
	if (loading.rc == CCHC_OK)
		loading.rc = txn->rc;
	for (size_t i = 0; i < board->n_forms && loading.rc == CCHC_OK; i++)
		loading.rc = cchc_view_build(board->form[i].view, year);
	if (loading.rc == CCHC_OK)
		loading.rc = cchc_board_load_counts(board, txn, year);
	if (loading.rc != CCHC_OK)
		drop_year(board, year);
	return loading.rc;
}

static size_t periods_held(const struct cchc_board *board)
{
	size_t n = 0;

	for (size_t i = 0; i < board->n_forms; i++)
		n += board->form[i].view->periods;
	return n;
}

/* The year in which today lies, the one before it, and the next, which may have begun. */
static bool must_stay(const struct cchc_board *board, uint16_t year, cchc_day today)
{
	for (size_t i = 0; i < board->n_forms; i++) {
		int now =
			cchc_reporting_year(today, board->form[i].of->form->closing_day);

		if (year + 1 >= now && year <= now + 1)
			return true;
	}
	return false;
}

static struct cchc_board_year *oldest_use(struct cchc_board *board, cchc_day today)
{
	struct cchc_board_year *oldest = NULL;

	for (size_t i = 0; i < board->n_years; i++) {
		struct cchc_board_year *year = &board->year[i];

		if (!must_stay(board, year->year, today) &&
		    (!oldest || year->used < oldest->used))
			oldest = year;
	}
	return oldest;
}

void cchc_board_trim(struct cchc_board *board, uint32_t periods, cchc_day today)
{
	while ((periods_held(board) > periods || board->n_years > YEARS_KEPT) &&
	       board->n_years > 1) {
		struct cchc_board_year *oldest = oldest_use(board, today);

		if (!oldest || oldest->used == board->uses)
			return; /* what was just asked for stays */
		drop_year(board, oldest->year);
	}
}

enum cchc_rc cchc_board_apply(struct cchc_board *board,
			      const struct cchc_changes *changes)
{
	struct cchc_board_form *form = cchc_board_form(board, changes->form);
	struct cchc_figure figure[CCHC_ROWS_MAX];
	uint16_t row[CCHC_ROWS_MAX];
	size_t n = 0;

	if (!form)
		return CCHC_OK;
	for (size_t i = 0; i < changes->n && n < CCHC_ROWS_MAX; i++) {
		const struct cchc_row *of =
			cchc_form_row_by_id(form->of->form, changes->row[i]);

		if (!of)
			continue;
		row[n] = of->index;
		figure[n++] = changes->new[i];
	}
	cchc_board_touch(board, changes->period.year);
	return cchc_view_apply(form->view, changes->unit, changes->period, n, row,
			       figure);
}

/* A watcher passes over what it hears under a number that its snapshot has: what time
 * alone changed is told under one that no snapshot had before. */
static void note_time(struct cchc_board *board, const struct cchc_board_form *form,
		      uint64_t changes)
{
	uint64_t said = board->commit > board->ahead ? board->commit : board->ahead;

	if (form->view->changes != changes)
		board->tell_from = said + 1;
}

bool cchc_board_advance(struct cchc_board *board, int64_t now_ms)
{
	bool began = false;

	if (now_ms > board->counted_ms)
		board->counted_ms = now_ms;
	for (size_t i = 0; i < board->n_forms; i++) {
		struct cchc_board_form *form = &board->form[i];
		uint64_t changes = form->view->changes;

		if (!form->counts)
			continue;
		began |= cchc_counts_advance(form->counts, now_ms);
		note_time(board, form, changes);
	}
	return began;
}

enum cchc_rc cchc_board_pass(struct cchc_board *board, const struct cchc_task *task,
			     int64_t counted_ms)
{
	enum cchc_rc rc = CCHC_OK;

	for (size_t i = 0; i < board->n_forms && rc == CCHC_OK; i++) {
		struct cchc_board_form *form = &board->form[i];
		uint64_t changes = form->view->changes;

		if (!form->counts)
			continue;
		rc = cchc_counts_pass(form->counts, task, counted_ms);
		note_time(board, form, changes);
	}
	return rc;
}

bool cchc_board_may_tell(const struct cchc_board *board)
{
	return board->commit >= board->ahead && board->commit >= board->tell_from;
}

enum cchc_rc cchc_board_change_task(struct cchc_board *board,
				    const struct cchc_task_change *change)
{
	enum cchc_rc rc = CCHC_OK;

	for (size_t i = 0; i < board->n_forms && rc == CCHC_OK; i++)
		if (board->form[i].counts)
			rc = cchc_counts_change(board->form[i].counts, change->before,
						change->after);
	return rc;
}

struct cchc_board_digest cchc_board_digest(const struct cchc_board *board, uint16_t year)
{
	struct cchc_board_digest digest = {.year = year};

	for (size_t i = 0; i < board->n_forms; i++) {
		const struct cchc_view *view = board->form[i].view;
		uint64_t salt = board->form[i].of->id;

		digest.figures +=
			(2 * salt + 1) *
			cchc_figures_digest(&view->figures, year, &digest.n_figures);
		digest.rollups +=
			(2 * salt + 1) * cchc_view_digest(view, year, &digest.n_rollups);
		if (board->form[i].counts)
			digest.counts += (2 * salt + 1) *
					 cchc_counts_digest(board->form[i].counts, year,
							    &digest.n_counts);
	}
	return digest;
}
