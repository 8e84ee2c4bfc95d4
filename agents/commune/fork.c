/* fork.c - when an epoch ends.
 *
 * A fork: this outbox is an old image of one that went on, or two run at once. What the
 * daemon holds is then the truth about the past. It becomes the accepted state, and what
 * waits here gives way cell by cell where the other hand gave a figure after the image
 * was made (its seq is the image's last or above: fork_at).
 *
 * One transaction, with the new epoch in it.
 */
#include "commune/fork.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "commune/box.h"
#include "io/digest.h"
#include "proto/wire.h"

enum { HELD_MAX = 1000000 };

/* ---- the daemon's cells ---- */

void cchc_held_fini(struct cchc_held *held)
{
	free(held->cell);
	*held = (struct cchc_held){0};
}

static enum cchc_rc make_room(struct cchc_held *held, size_t more)
{
	size_t room = held->room ? held->room : 256;
	struct cchc_held_cell *cell;

	if (held->n + more > HELD_MAX)
		return CCHC_LIMIT;
	while (room < held->n + more)
		room *= 2;
	if (room == held->room)
		return CCHC_OK;
	cell = realloc(held->cell, room * sizeof(*cell));
	if (!cell)
		return CCHC_NOMEM;
	held->cell = cell;
	held->room = room;
	return CCHC_OK;
}

static bool figure_of(const Cchc__HeldCells *cells, size_t i, struct cchc_figure *figure)
{
	if (cells->state[i] < CCHC_FIGURE || cells->state[i] > CCHC_WITHDRAWN)
		return false;
	*figure = (struct cchc_figure){.value = cells->value[i],
				       .state = (uint8_t)cells->state[i]};
	return true;
}

static enum cchc_rc add_cells(struct cchc_held *held, const Cchc__HeldCells *cells)
{
	enum cchc_rc rc = make_room(held, cells->n_row);

	for (size_t i = 0; !rc && i < cells->n_row; i++) {
		struct cchc_held_cell *cell = &held->cell[held->n];

		*cell = (struct cchc_held_cell){.period = cells->period,
						.row = cells->row[i],
						.epoch = cells->epoch[i],
						.seq = cells->seq[i]};
		cchc_text_copy(cell->form, sizeof(cell->form), cells->form,
			       strlen(cells->form));
		if (!figure_of(cells, i, &cell->figure))
			return CCHC_INVALID;
		held->n++;
	}
	return rc;
}

enum cchc_rc cchc_held_add(struct cchc_held *held, const Cchc__Held *page)
{
	enum cchc_rc rc = CCHC_OK;

	for (size_t i = 0; !rc && i < page->n_cells; i++)
		rc = add_cells(held, page->cells[i]);
	return rc;
}

/* ---- filtering what waits ---- */

struct filter {
	struct cchc_box_txn *t;
	uint64_t record; /* id of the file record that lists what is dropped */
	uint32_t n;      /* dropped so far */
};

/* ours: ABSENT where nothing that waits here differs. */
static void list_cell(struct filter *f, const struct cchc_dropped *cell)
{
	uint8_t bytes[CCHC_FORM_NAME + CCHC_FILE_NAME + 64];
	struct cchc_box_key key = cchc_box_key_id(f->record);
	struct cchc_out out;

	cchc_out_init(&out, key.bytes + key.len, 4);
	cchc_out_be32(&out, f->n++);
	key.len += 4;
	cchc_out_init(&out, bytes, sizeof(bytes));
	cchc_out_text(&out, cell->form);
	cchc_out_varint(&out, cell->period);
	cchc_out_varint(&out, cell->row);
	cchc_out_u8(&out, cell->ours.state);
	cchc_out_zigzag(&out, cell->ours.value);
	cchc_out_u8(&out, cell->held.state);
	cchc_out_zigzag(&out, cell->held.value);
	cchc_out_text(&out, cell->source);
	cchc_box_put(f->t, BOX_DROPPED, &key, &out);
}

static void list_dropped(struct filter *f, const Cchc__Report *report, size_t i,
			 struct cchc_figure held)
{
	struct cchc_dropped cell = {.period = report->period,
				    .row = report->row[i],
				    .ours = cchc_box_figure_of(report, i),
				    .held = held};
	const char *source = report->source ? report->source : "";

	cchc_text_copy(cell.form, sizeof(cell.form), report->form, strlen(report->form));
	cchc_text_copy(cell.source, sizeof(cell.source), source, strlen(source));
	list_cell(f, &cell);
}

/* Takes the cells that stand out of the report's columns, and their lines out of the
 * item's; true if any went. One that would give the same figure is not listed. */
static bool drop_cells(struct filter *f, Cchc__Report *report, uint32_t *line,
		       size_t *n_lines)
{
	size_t rows = report->n_row;
	size_t kept = 0;

	for (size_t i = 0; i < rows; i++) {
		struct cchc_figure held;

		if (cchc_box_get_figure(f->t, BOX_STANDS, report->form, report->period,
					report->row[i], &held)) {
			if (!cchc_figure_equal(held, cchc_box_figure_of(report, i)))
				list_dropped(f, report, i, held);
			continue;
		}
		report->row[kept] = report->row[i];
		report->value[kept] = report->value[i];
		if (report->n_state)
			report->state[kept] = report->state[i];
		if (i < *n_lines)
			line[kept] = line[i];
		kept++;
	}
	if (kept == rows)
		return false;
	if (*n_lines >= rows) {
		memmove(line + kept, line + rows, (*n_lines - rows) * sizeof(*line));
		*n_lines -= rows - kept;
	}
	report->n_row = kept;
	report->n_value = kept;
	if (report->n_state)
		report->n_state = kept;
	return true;
}

/* What is left of an item that waits; false when nothing is. */
static bool filter_item(struct filter *f, struct cchc_item *item)
{
	struct cchc_arena *scratch = &f->t->scratch;
	uint32_t *line = cchc_arena_array(scratch, item->n_lines + 1, sizeof(*line));
	Cchc__Report *report;
	uint8_t *body;
	enum cchc_rc rc = line ? CCHC_OK : CCHC_NOMEM;

	if (item->kind == CCHC__PUSH__KIND__TASK_REPORT)
		return true; /* the register judges it against what it has by then */
	if (!rc)
		rc = cchc_wire_report(scratch, item->body, item->body_len, &report, NULL);
	if (!rc) {
		if (item->n_lines)
			memcpy(line, item->line, item->n_lines * sizeof(*line));
		if (!drop_cells(f, report, line, &item->n_lines))
			return true;
		if (report->n_row + report->n_unread == 0)
			return false;
		item->line = line;
		rc = cchc_wire_encode(scratch, &report->base, &body, &item->body_len);
	}
	if (rc)
		cchc_txn_fail(&f->t->txn, rc);
	else
		item->body = body;
	return true;
}

static void put_filtered(struct filter *f, struct cchc_item *item, int64_t wall_ms)
{
	f->t->state.live_bytes -= item->body_len;
	if (!filter_item(f, item)) {
		struct cchc_box_key key = cchc_box_key_id(item->id);

		cchc_box_delete(f->t, BOX_QUEUE, &key);
		cchc_box_count_done(f->t, item, wall_ms);
		return;
	}
	f->t->state.live_bytes += item->body_len;
	cchc_box_put_queue(f->t, item);
}

static void filter_queue(struct filter *f, int64_t wall_ms)
{
	struct cchc_box_entry entry;
	bool more = cchc_box_from(f->t, BOX_QUEUE, NULL, 0, &entry);

	while (more) {
		struct cchc_item item;
		enum cchc_rc rc =
			cchc_item_decode(&f->t->scratch, entry.value, entry.len, &item);

		if (rc)
			cchc_txn_fail(&f->t->txn, rc);
		else
			put_filtered(f, &item, wall_ms);
		more = cchc_box_next(f->t, BOX_QUEUE, &entry);
	}
}

void cchc_box_requeue(struct cchc_box_txn *t, uint64_t proven, int64_t wall_ms)
{
	struct cchc_outbox_state *s = &t->state;
	struct cchc_box_entry entry;
	bool more = cchc_box_from(t, BOX_SENT, NULL, 0, &entry);

	while (more) {
		struct cchc_sent sent;

		if (!cchc_box_sent_of(t, &entry, &sent))
			return;
		if (sent.seq > s->mark && sent.seq > proven &&
		    sent.item.kind != CCHC__PUSH__KIND__SKIP) {
			cchc_box_put_queue(t, &sent.item);
		} else if (sent.seq > s->mark) {
			s->live_bytes -= sent.item.body_len;
			cchc_box_count_done(t, &sent.item, wall_ms);
		}
		cchc_txn_delete(&t->txn, BOX_SENT, entry.key, entry.key_len);
		more = cchc_box_next(t, BOX_SENT, &entry);
	}
	s->tail_bytes = 0;
}

void cchc_box_open_epoch(struct cchc_outbox_state *s, uint64_t epoch)
{
	s->epoch = epoch;
	s->epochs++;
	s->last_given = 0;
	s->mark = 0;
	s->fork_at = 0;
	cchc_chain_first(epoch, s->last_chain);
	memcpy(s->mark_chain, s->last_chain, CCHC_CHAIN_BYTES);
}

/* ---- fork ---- */

enum cchc_rc cchc_outbox_note_fork(struct cchc_outbox *box, uint64_t seq)
{
	struct cchc_box_txn t;
	enum cchc_rc rc = cchc_box_write(box, &t);

	if (rc)
		return rc;
	if (t.state.fork_at && t.state.fork_at <= seq)
		return cchc_box_end(&t, CCHC_OK);
	t.state.fork_at = seq;
	return cchc_box_commit(&t);
}

static void stand(struct filter *f, const struct cchc_held_cell *c)
{
	struct cchc_dropped cell = {
		.period = c->period, .row = c->row, .held = c->figure};

	memcpy(cell.form, c->form, sizeof(cell.form));
	list_cell(f, &cell);
	cchc_box_put_figure(f->t, BOX_STANDS, c->form, c->period, c->row, c->figure);
}

static void take_held(struct filter *f, const struct cchc_held *held)
{
	const struct cchc_outbox_state *s = &f->t->state;

	cchc_box_clear(f->t, BOX_ACCEPTED);
	cchc_box_clear(f->t, BOX_HEADS); /* the other hand's are not known */
	cchc_box_clear(f->t, BOX_STANDS);
	for (size_t i = 0; i < held->n; i++) {
		const struct cchc_held_cell *c = &held->cell[i];

		cchc_box_put_figure(f->t, BOX_ACCEPTED, c->form, c->period, c->row,
				    c->figure);
		if (c->epoch == s->epoch && c->seq >= s->fork_at)
			stand(f, c);
	}
}

static void note_standing(struct cchc_box_txn *t, const struct cchc_standing *standing,
			  size_t n)
{
	cchc_box_clear(t, BOX_STANDING);
	for (size_t i = 0; i < n; i++) {
		uint8_t bytes[16];
		struct cchc_out out;

		cchc_out_init(&out, bytes, sizeof(bytes));
		cchc_out_be64(&out, standing[i].size);
		cchc_out_be64(&out, (uint64_t)standing[i].mtime_ns);
		cchc_txn_put(&t->txn, BOX_STANDING, standing[i].name,
			     strnlen(standing[i].name, CCHC_FILE_NAME), bytes,
			     cchc_out_len(&out));
	}
}

/* "2024-03-15 083012", in civil time: part of a file name. */
static void name_record(struct cchc_file *file, const char *what, int64_t wall_ms)
{
	char day[CCHC_DAY_TEXT];
	cchc_day at = cchc_day_at(wall_ms);
	int64_t s = (wall_ms - cchc_day_start_ms(at)) / 1000;

	(void)snprintf(file->name, sizeof(file->name), "%s-%s-%02d%02d%02d", what,
		       cchc_day_format(at, day), (int)(s / 3600), (int)(s / 60 % 60),
		       (int)(s % 60));
}

enum cchc_rc cchc_outbox_fork(struct cchc_outbox *box, const struct cchc_held *held,
			      const struct cchc_standing *standing, size_t n_standing,
			      uint64_t proven, uint64_t new_epoch, int64_t wall_ms)
{
	struct cchc_file record = {.kind = CCHC_FILE_FORK,
				   .taken_ms = wall_ms,
				   .acked_ms = wall_ms,
				   .text = ""};
	struct cchc_box_txn t;
	struct filter f = {.t = &t};
	enum cchc_rc rc = cchc_box_write(box, &t);

	if (rc)
		return rc;
	if (!t.state.fork_at)
		return cchc_box_end(&t, CCHC_INVALID);
	record.id = f.record = t.state.next_id++;
	record.first_item = record.id;
	take_held(&f, held);
	note_standing(&t, standing, n_standing);
	cchc_box_requeue(&t, proven, wall_ms);
	name_record(&record, "fork", wall_ms);
	filter_queue(&f, wall_ms);
	cchc_box_add_file(&t, &record);
	cchc_box_open_epoch(&t.state, new_epoch);
	return cchc_box_commit(&t);
}
