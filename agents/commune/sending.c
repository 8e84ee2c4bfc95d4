/* sending.c - from the queue to the wire and, acknowledged, into the tail.
 *
 * An item is numbered and frozen in one step, in the order of its id. It stays in the
 * table of sent ones until it is acknowledged and, as tail, until nobody will ask for it
 * again: a daemon that was restored from a backup gets it a second time.
 */
#include <string.h>

#include "base/text.h"
#include "commune/box.h"
#include "io/digest.h"
#include "proto/wire.h"

enum { DAY_MS = 24 * 3600 * 1000 };

/* ---- numbering ---- */

void cchc_box_put_sent(struct cchc_box_txn *t, const struct cchc_sent *sent)
{
	struct cchc_box_key key = cchc_box_key_id(sent->seq);
	uint8_t *bytes;
	size_t len;
	enum cchc_rc rc = cchc_sent_encode(&t->scratch, sent, &bytes, &len);

	if (rc)
		cchc_txn_fail(&t->txn, rc);
	else
		cchc_txn_put(&t->txn, BOX_SENT, key.bytes, key.len, bytes, len);
}

static bool decode_sent(struct cchc_box_txn *t, const uint8_t *bytes, size_t len,
			struct cchc_sent *sent)
{
	enum cchc_rc rc = cchc_sent_decode(&t->scratch, bytes, len, sent);

	if (rc)
		cchc_txn_fail(&t->txn, rc);
	return !rc;
}

bool cchc_box_get_sent(struct cchc_box_txn *t, uint64_t seq, struct cchc_sent *sent)
{
	struct cchc_box_key key = cchc_box_key_id(seq);
	struct cchc_in in;

	return cchc_box_get(t, BOX_SENT, &key, &in) &&
	       decode_sent(t, in.at, cchc_in_left(&in), sent);
}

bool cchc_box_sent_of(struct cchc_box_txn *t, const struct cchc_box_entry *entry,
		      struct cchc_sent *sent)
{
	return decode_sent(t, entry->value, entry->len, sent);
}

static void freeze(struct cchc_box_txn *t, const struct cchc_item *item, int64_t wall_ms)
{
	struct cchc_outbox_state *s = &t->state;
	struct cchc_sent sent = {.item = *item, .given_ms = wall_ms};

	sent.seq = ++s->last_given;
	memcpy(sent.before, s->last_chain, CCHC_CHAIN_BYTES);
	cchc_chain_next(sent.before, sent.seq, item->kind, item->body, item->body_len,
			sent.chain);
	memcpy(s->last_chain, sent.chain, CCHC_CHAIN_BYTES);
	cchc_box_put_sent(t, &sent);
}

enum cchc_rc cchc_outbox_number(struct cchc_outbox *box, uint64_t up_to, size_t most,
				int64_t wall_ms, uint64_t *last_given)
{
	struct cchc_box_entry entry;
	struct cchc_box_txn t;
	bool more;
	enum cchc_rc rc = cchc_box_write(box, &t);

	if (rc)
		return rc;
	more = cchc_box_from(&t, BOX_QUEUE, NULL, 0, &entry);
	if (!more || t.state.last_given >= up_to) {
		*last_given = t.state.last_given;
		return cchc_box_end(&t, CCHC_OK);
	}
	for (size_t i = 0; more && i < most && t.state.last_given < up_to; i++) {
		struct cchc_item item;

		rc = cchc_item_decode(&t.scratch, entry.value, entry.len, &item);
		if (rc)
			return cchc_box_end(&t, rc);
		freeze(&t, &item, wall_ms);
		cchc_txn_delete(&t.txn, BOX_QUEUE, entry.key, entry.key_len);
		more = cchc_box_next(&t, BOX_QUEUE, &entry);
	}
	rc = cchc_box_commit(&t);
	if (!rc)
		*last_given = t.state.last_given;
	return rc;
}

enum cchc_rc cchc_outbox_sent(struct cchc_outbox *box, struct cchc_arena *arena,
			      uint64_t seq, struct cchc_sent *sent)
{
	struct cchc_box_key key = cchc_box_key_id(seq);
	struct cchc_box_txn t;
	struct cchc_in in;
	enum cchc_rc rc = cchc_box_read(box, &t);

	if (rc)
		return rc;
	if (!cchc_box_get(&t, BOX_SENT, &key, &in))
		return cchc_box_end(&t, CCHC_NOTFOUND);
	return cchc_box_end(&t, cchc_sent_decode(arena, in.at, cchc_in_left(&in), sent));
}

/* ---- acks ---- */

static const Cchc__Refusals *refusals_of(const Cchc__Ack *ack, uint64_t seq)
{
	for (size_t i = 0; i < ack->n_refused; i++)
		if (ack->refused[i]->seq == seq)
			return ack->refused[i];
	return NULL;
}

/* NULL when the item carries no report, or does not decode any more. */
static const Cchc__Report *report_of(struct cchc_box_txn *t, const struct cchc_item *item)
{
	Cchc__Report *report;

	if (item->kind != CCHC__PUSH__KIND__REPORT &&
	    item->kind != CCHC__PUSH__KIND__UPDATE)
		return NULL;
	if (!cchc_wire_report(&t->scratch, item->body, item->body_len, &report, NULL))
		return report;
	cchc_txn_fail(&t->txn, CCHC_CORRUPT); /* push had decoded it */
	return NULL;
}

/* What the district refused of a report. That it cannot read our unread cells either is
 * no news: those are counted and listed already. */
static bool is_news(const Cchc__Report *report, const Cchc__CellRefusal *cell)
{
	return cell->index == CCHC_REFUSED_WHOLE ||
	       (report && cell->index < report->n_row);
}

/* What refuses a statement of a task refuses its line. */
static uint32_t line_of(const struct cchc_item *item, const Cchc__CellRefusal *cell)
{
	bool is_task = item->kind == CCHC__PUSH__KIND__TASK_REPORT;

	return cchc_item_line(item, is_task ? 0 : cell->index);
}

static void put_cell(struct cchc_out *out, const struct cchc_item *item,
		     const Cchc__CellRefusal *cell)
{
	cchc_out_varint(out, line_of(item, cell));
	cchc_out_varint(out, cell->index);
	cchc_out_varint(out, cell->rule);
	cchc_out_text(out, cell->field);
	cchc_out_text(out, cell->value);
	cchc_out_text(out, cell->expected);
}

/* With the line of each cell, so that they can be shown when the item itself is gone. */
static void put_refusals(struct cchc_box_txn *t, const struct cchc_item *item,
			 const Cchc__Report *report, const Cchc__Refusals *refused)
{
	struct cchc_box_key key = cchc_box_key_id(item->id);
	size_t room = 16 + refused->n_cell * (3 * (CCHC_STRING_MAX + 10) + 30);
	size_t n = 0;
	struct cchc_out out;
	struct cchc_in in;

	for (size_t i = 0; i < refused->n_cell; i++)
		n += is_news(report, refused->cell[i]);
	if (n == 0 || !cchc_box_begin_put(t, room, &out))
		return;
	if (!cchc_box_get(t, BOX_REFUSALS, &key, &in))
		t->state.rejected += n;
	cchc_out_varint(&out, n);
	for (size_t i = 0; i < refused->n_cell; i++)
		if (is_news(report, refused->cell[i]))
			put_cell(&out, item, refused->cell[i]);
	cchc_box_put(t, BOX_REFUSALS, &key, &out);
	cchc_box_touch_file(t, item->file);
}

static bool is_refused(const Cchc__Refusals *refused, size_t row)
{
	for (size_t i = 0; refused && i < refused->n_cell; i++)
		if (refused->cell[i]->index == row ||
		    refused->cell[i]->index == CCHC_REFUSED_WHOLE)
			return true;
	return false;
}

/* The refusal of a message as a whole, or NULL. */
static const Cchc__CellRefusal *whole_of(const Cchc__Refusals *refused)
{
	for (size_t i = 0; refused && i < refused->n_cell; i++)
		if (refused->cell[i]->index == CCHC_REFUSED_WHOLE)
			return refused->cell[i];
	return NULL;
}

static void accept_cells(struct cchc_box_txn *t, const Cchc__Report *report,
			 const Cchc__Refusals *refused)
{
	for (size_t i = 0; i < report->n_row; i++)
		if (!is_refused(refused, i))
			cchc_box_put_figure(t, BOX_ACCEPTED, report->form, report->period,
					    report->row[i],
					    cchc_box_figure_of(report, i));
}

static void accept_report(struct cchc_box_txn *t, const struct cchc_item *item,
			  const Cchc__Report *report, const Cchc__Refusals *refused)
{
	accept_cells(t, report, refused);
	if (item->kind == CCHC__PUSH__KIND__REPORT && !whole_of(refused))
		cchc_box_put_head(t, report);
}

void cchc_box_count_done(struct cchc_box_txn *t, const struct cchc_item *item,
			 int64_t wall_ms)
{
	struct cchc_file file;

	if (!item->file || !cchc_box_get_file(t, item->file, &file))
		return;
	file.acked++;
	if (file.acked >= file.items)
		file.acked_ms = wall_ms;
	cchc_box_put_file(t, &file);
}

static void take_ack(struct cchc_box_txn *t, uint64_t seq, const Cchc__Ack *ack,
		     int64_t wall_ms)
{
	const Cchc__Refusals *refused = refusals_of(ack, seq);
	struct cchc_outbox_state *s = &t->state;
	const Cchc__Report *report;
	struct cchc_sent sent;

	if (!cchc_box_get_sent(t, seq, &sent)) {
		cchc_txn_fail(&t->txn, CCHC_CORRUPT); /* what is not acked is kept */
		return;
	}
	report = report_of(t, &sent.item);
	if (refused)
		put_refusals(t, &sent.item, report, refused);
	if (report)
		accept_report(t, &sent.item, report, refused);
	if (sent.item.kind == CCHC__PUSH__KIND__TASK_REPORT)
		cchc_box_hear_answer(t, &sent.item, whole_of(refused));
	cchc_box_count_done(t, &sent.item, wall_ms);
	s->live_bytes -= sent.item.body_len;
	s->tail_bytes += sent.item.body_len;
	s->mark = seq;
	memcpy(s->mark_chain, sent.chain, CCHC_CHAIN_BYTES);
}

/* Refusals of what was acknowledged before: the daemon repeats them until it hears that
 * they are stored. An item that is no longer kept had them stored long ago. */
static void take_repeated(struct cchc_box_txn *t, const Cchc__Refusals *refused)
{
	struct cchc_box_key key;
	struct cchc_sent sent;
	struct cchc_in in;

	if (!cchc_box_get_sent(t, refused->seq, &sent))
		return;
	key = cchc_box_key_id(sent.item.id);
	if (cchc_box_get(t, BOX_REFUSALS, &key, &in))
		return;
	put_refusals(t, &sent.item, report_of(t, &sent.item), refused);
	if (sent.item.kind == CCHC__PUSH__KIND__TASK_REPORT)
		cchc_box_hear_answer(t, &sent.item, whole_of(refused));
}

enum cchc_rc cchc_outbox_ack(struct cchc_outbox *box, const Cchc__Ack *ack,
			     int64_t wall_ms)
{
	struct cchc_box_txn t;
	uint64_t known;
	enum cchc_rc rc = cchc_box_write(box, &t);

	if (rc)
		return rc;
	known = t.state.mark;
	if (ack->epoch != t.state.epoch || ack->mark > t.state.last_given)
		return cchc_box_end(&t, CCHC_INVALID);
	if (ack->mark <= known && ack->n_refused == 0)
		return cchc_box_end(&t, CCHC_OK);
	for (size_t i = 0; i < ack->n_refused; i++)
		if (ack->refused[i]->seq <= known)
			take_repeated(&t, ack->refused[i]);
	for (uint64_t seq = known + 1; seq <= ack->mark && !t.txn.rc; seq++) {
		cchc_arena_reset(&t.scratch);
		take_ack(&t, seq, ack, wall_ms);
	}
	return cchc_box_commit(&t);
}

/* ---- the tail ---- */

static bool is_due(const struct cchc_outbox *box, const struct cchc_outbox_state *state,
		   const struct cchc_sent *sent, int64_t wall_ms)
{
	return sent->seq <= state->mark && (state->tail_bytes > box->keep_bytes ||
					    wall_ms - sent->given_ms > box->keep_ms);
}

static void forget_refusals(struct cchc_box_txn *t, uint64_t first, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		struct cchc_box_key item = cchc_box_key_id(first + i);

		cchc_box_delete(t, BOX_REFUSALS, &item);
	}
}

static void trim_tail(struct cchc_outbox *box, struct cchc_box_txn *t, int64_t wall_ms)
{
	struct cchc_box_entry entry;
	bool more = cchc_box_from(t, BOX_SENT, NULL, 0, &entry);

	while (more) {
		struct cchc_sent sent;

		if (!cchc_box_sent_of(t, &entry, &sent) ||
		    !is_due(box, &t->state, &sent, wall_ms))
			return;
		t->state.tail_bytes -= sent.item.body_len;
		cchc_txn_delete(&t->txn, BOX_SENT, entry.key, entry.key_len);
		if (!sent.item.file)
			forget_refusals(t, sent.item.id, 1); /* no receipt shows them */
		more = cchc_box_next(t, BOX_SENT, &entry);
	}
}

static void forget_file(struct cchc_box_txn *t, const struct cchc_file *file)
{
	struct cchc_box_key key = cchc_box_key_id(file->id);
	struct cchc_box_entry entry;
	bool more = cchc_box_from(t, BOX_DROPPED, key.bytes, key.len, &entry);

	cchc_box_delete(t, BOX_FILES, &key);
	forget_refusals(t, file->first_item, file->items);
	while (more && memcmp(entry.key, key.bytes, key.len) == 0) {
		cchc_txn_delete(&t->txn, BOX_DROPPED, entry.key, entry.key_len);
		more = cchc_box_next(t, BOX_DROPPED, &entry);
	}
}

/* A receipt is brought up to date by what the district says within the day, whatever is
 * kept of the figures. */
static void trim_files(struct cchc_outbox *box, struct cchc_box_txn *t, int64_t wall_ms)
{
	int64_t keep_ms = box->keep_ms > DAY_MS ? box->keep_ms : DAY_MS;
	struct cchc_box_entry entry;
	bool more = cchc_box_from(t, BOX_FILES, NULL, 0, &entry);

	while (more) {
		struct cchc_box_key key = cchc_box_key_id(cchc_box_id_of(&entry));
		struct cchc_file file;
		struct cchc_in in;

		if (cchc_box_get_file(t, cchc_box_id_of(&entry), &file) &&
		    file.acked >= file.items && wall_ms - file.acked_ms > keep_ms &&
		    !cchc_box_get(t, BOX_UNWRITTEN, &key, &in))
			forget_file(t, &file);
		more = cchc_box_next(t, BOX_FILES, &entry);
	}
}

enum cchc_rc cchc_outbox_trim(struct cchc_outbox *box, int64_t wall_ms)
{
	struct cchc_box_txn t;
	enum cchc_rc rc = cchc_box_write(box, &t);

	if (rc)
		return rc;
	trim_tail(box, &t, wall_ms);
	trim_files(box, &t, wall_ms);
	cchc_box_trim_tasks(&t, wall_ms);
	return cchc_box_commit(&t);
}
