#include "app/held.h"

#include <string.h>

#include "app/replies.h"

/* What a cell and a run of cells take in the frame at the most. */
enum {
	PAGE_CELLS = 1000,
	PAGE_BYTES = CCHC_FRAME_MAX - 1024,
	CELL_BYTES = 45,
	RUN_BYTES = 80,
};

/* A page being filled: one run of cells for each form and period. */
struct page {
	struct cchc_daemon *d;
	struct cchc_txn txn;
	struct cchc_arena arena;
	Cchc__Held held;
	const struct cchc_form
		*after_form; /* continue behind this cell; NULL: from the start */
	uint32_t after_period;
	uint32_t after_row;
	bool passed;
	size_t cells;
	size_t bytes;
	bool full;
	enum cchc_rc rc;
};

static Cchc__HeldCells *new_run(struct page *p, const struct cchc_form *form,
				struct cchc_period period, size_t n)
{
	Cchc__HeldCells *run = cchc_arena_alloc(&p->arena, sizeof(*run));

	if (!run)
		return NULL;
	cchc__held_cells__init(run);
	run->form = (char *)form->name;
	run->period = cchc_period_code(period);
	run->row = cchc_arena_array(&p->arena, n, sizeof(run->row[0]));
	run->state = cchc_arena_array(&p->arena, n, sizeof(run->state[0]));
	run->value = cchc_arena_array(&p->arena, n, sizeof(run->value[0]));
	run->journal = cchc_arena_array(&p->arena, n, sizeof(run->journal[0]));
	run->epoch = cchc_arena_array(&p->arena, n, sizeof(run->epoch[0]));
	run->seq = cchc_arena_array(&p->arena, n, sizeof(run->seq[0]));
	if (!run->row || !run->state || !run->value || !run->journal || !run->epoch ||
	    !run->seq)
		return NULL;
	return run;
}

/* Epoch and seq stand in the entry that wrote the cell; cells of one report share it. */
struct origin {
	uint64_t journal;
	uint64_t epoch;
	uint64_t seq;
};

static bool find_origin(struct page *p, uint64_t journal, struct origin *origin)
{
	struct cchc_arena arena;
	struct cchc_entry entry;
	bool found;

	if (origin->journal == journal)
		return true;
	cchc_arena_init(&arena, CCHC_REPLY_ARENA);
	found = cchc_store_entry(&p->txn, journal, &arena, &entry);
	if (found)
		*origin = (struct origin){journal, entry.epoch, entry.seq};
	cchc_arena_fini(&arena);
	return found;
}

static bool is_behind(struct page *p, const struct cchc_form *form,
		      const struct cchc_stored_cell *cell)
{
	if (p->passed || !p->after_form)
		return true;
	p->passed = form == p->after_form &&
		    cchc_period_code(cell->period) == p->after_period &&
		    cell->row == p->after_row;
	return false;
}

static void add_cell(struct page *p, Cchc__HeldCells *run,
		     const struct cchc_stored_cell *cell, struct origin *origin)
{
	size_t at = run->n_row;

	if (!find_origin(p, cell->journal, origin)) {
		p->rc = CCHC_CORRUPT;
		return;
	}
	run->row[at] = cell->row;
	run->state[at] = cell->figure.state;
	run->value[at] = cell->figure.value;
	run->journal[at] = cell->journal;
	run->epoch[at] = origin->epoch;
	run->seq[at] = origin->seq;
	at++;
	run->n_row = run->n_state = run->n_value = at;
	run->n_journal = run->n_epoch = run->n_seq = at;
	p->cells++;
	p->bytes += CELL_BYTES;
}

static bool has_room(const struct page *p)
{
	return p->cells < PAGE_CELLS && p->bytes + CELL_BYTES + RUN_BYTES <= PAGE_BYTES;
}

static void set_next(struct page *p, const Cchc__HeldCells *run)
{
	Cchc__HeldAt *next = cchc_arena_alloc(&p->arena, sizeof(*next));

	if (!next) {
		p->rc = CCHC_NOMEM;
		return;
	}
	cchc__held_at__init(next);
	next->form = run->form;
	next->period = run->period;
	next->row = run->row[run->n_row - 1];
	p->held.next = next;
	p->full = true;
}

static void on_cells(void *data, const struct cchc_stored_cell *cells, size_t n)
{
	struct page *p = data;
	struct cchc_board_form *form = cchc_board_form(p->d->board, cells[0].form);
	struct origin origin = {0};
	Cchc__HeldCells *run;

	if (!form || p->full || p->rc != CCHC_OK)
		return;
	run = new_run(p, form->of->form, cells[0].period, n);
	if (!run) {
		p->rc = CCHC_NOMEM;
		return;
	}
	for (size_t i = 0; i < n && !p->full && p->rc == CCHC_OK; i++) {
		if (!is_behind(p, form->of->form, &cells[i]))
			continue;
		if (!has_room(p)) {
			const Cchc__HeldCells *last =
				run->n_row ? run : p->held.cells[p->held.n_cells - 1];

			set_next(p, last);
			break;
		}
		add_cell(p, run, &cells[i], &origin);
	}
	if (run->n_row == 0 || p->rc != CCHC_OK)
		return;
	p->held.cells[p->held.n_cells++] = run;
	p->bytes += RUN_BYTES;
}

static bool find_start(struct page *p, const Cchc__HeldAt *after)
{
	struct cchc_period period;
	const struct cchc_catalog_form *form;

	if (!after)
		return true;
	if (!cchc_period_from_code(after->period, &period))
		return false;
	form = cchc_catalog_form_for(&p->d->catalog, after->form, period);
	if (!form)
		return false;
	p->after_form = form->form;
	p->after_period = after->period;
	p->after_row = after->row;
	return true;
}

static void send_page(struct page *p, struct cchc_sender *sender)
{
	Cchc__ToAgent frame = CCHC__TO_AGENT__INIT;

	frame.kind = CCHC__TO_AGENT__KIND__HELD;
	frame.held = &p->held;
	cchc_reply(p->d, sender->route, sender->route_len, &frame);
}

void cchc_held_answer(struct cchc_daemon *d, struct cchc_sender *sender,
		      const Cchc__HeldAsk *ask)
{
	struct page p = {.d = d};

	cchc__held__init(&p.held);
	cchc_arena_init(&p.arena, CCHC_REPLY_ARENA);
	p.held.cells =
		cchc_arena_array(&p.arena, PAGE_CELLS + 1, sizeof(p.held.cells[0]));
	if (!find_start(&p, ask->after)) {
		cchc_reply_denied(d, sender->route, sender->route_len,
				  "held: no such form or period", false);
	} else if (p.held.cells) {
		cchc_txn_read(&p.txn, d->store.env);
		p.held.commit = cchc_store_commit_number(&p.txn);
		cchc_store_each_cells(&p.txn, sender->key->unit, 0, 0, on_cells, &p);
		if (p.txn.rc != CCHC_OK)
			p.rc = p.txn.rc;
		cchc_txn_abort(&p.txn);
		if (p.rc == CCHC_OK)
			send_page(&p, sender);
		else
			cchc_reply_denied(d, sender->route, sender->route_len,
					  "held: the store cannot be read", false);
	}
	cchc_arena_fini(&p.arena);
}
