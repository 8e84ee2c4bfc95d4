/* renew.c - when the daemon was restored from a backup.
 *
 * What the tail still has is sent again as it was, under its old numbers. Where the tail
 * does not reach back, a new epoch begins with the whole accepted state before all that
 * waits: figures with the heads of their reports, and what was said of tasks.
 */
#include <string.h>

#include "commune/box.h"
#include "io/digest.h"
#include "proto/wire.h"

/* One report of the accepted state on its way into the queue. */
struct bundle {
	struct cchc_box_txn *t;
	char unit[CCHC_UNIT_CODE];
	char form[CCHC_FORM_NAME];
	uint32_t period;
	uint32_t row[CCHC_CELLS_MAX];
	uint32_t state[CCHC_CELLS_MAX];
	int64_t value[CCHC_CELLS_MAX];
	size_t n;
	uint64_t id; /* of the next item */
	int64_t wall_ms;
};

/* Rows mean the same in every revision; the newest we know is the likeliest to be known.
 */
static uint32_t newest_revision(struct cchc_box_txn *t, const char *name)
{
	struct cchc_box_key key = cchc_box_key_form(name, 0);
	struct cchc_walk walk;
	uint32_t newest = 1;

	for (cchc_walk_prefix(&walk, &t->txn, BOX_FORMS, key.bytes, key.len - 4);
	     walk.found; cchc_walk_next(&walk)) {
		struct cchc_in in;

		cchc_in_init(&in, walk.key + walk.key_len - 4, 4);
		newest = cchc_in_be32(&in);
	}
	cchc_walk_end(&walk);
	return newest;
}

static void flush_bundle(struct bundle *b)
{
	Cchc__Report report = CCHC__REPORT__INIT;
	struct cchc_item item = {.id = b->id, .kind = CCHC__PUSH__KIND__REPORT};
	char source[] = "accepted state";
	struct cchc_arena body_arena;
	uint8_t *body;
	enum cchc_rc rc;

	if (b->n == 0)
		return;
	report.unit = b->unit;
	report.form = b->form;
	report.revision = newest_revision(b->t, b->form);
	report.period = b->period;
	report.has_as_of = true;
	report.as_of = b->wall_ms;
	report.source = source;
	cchc_box_get_head(b->t, &report);
	report.row = b->row;
	report.state = b->state;
	report.value = b->value;
	report.n_row = report.n_state = report.n_value = b->n;
	cchc_arena_init(&body_arena, CCHC_DECODE_MEMORY_MAX);
	rc = cchc_wire_encode(&body_arena, &report.base, &body, &item.body_len);
	if (rc) {
		cchc_txn_fail(&b->t->txn, rc);
	} else {
		item.body = body;
		cchc_box_put_queue(b->t, &item);
		b->t->state.live_bytes += item.body_len;
	}
	cchc_arena_fini(&body_arena);
	b->id++;
	b->n = 0;
}

static void bundle_entry(struct bundle *b, const struct cchc_box_entry *entry)
{
	char form[CCHC_FORM_NAME];
	uint32_t period;
	uint32_t row;
	struct cchc_in in;

	if (!cchc_box_cell_of(entry->key, entry->key_len, form, &period, &row)) {
		cchc_txn_fail(&b->t->txn, CCHC_CORRUPT);
		return;
	}
	if (b->n == CCHC_CELLS_MAX || strcmp(form, b->form) != 0 || period != b->period)
		flush_bundle(b);
	memcpy(b->form, form, sizeof(form));
	b->period = period;
	cchc_in_init(&in, entry->value, entry->len);
	b->row[b->n] = row;
	b->state[b->n] = cchc_in_u8(&in);
	b->value[b->n++] = cchc_in_zigzag(&in);
}

/* The accepted state as items whose ids lie below those of all that waits. */
static void queue_state(struct cchc_box_txn *t, int64_t wall_ms)
{
	/* every flushed bundle had a cell: that many ids are enough */
	uint64_t most = cchc_txn_entries(&t->txn, BOX_ACCEPTED) + 1;
	struct bundle b = {.t = t, .wall_ms = wall_ms};
	struct cchc_box_entry entry;
	bool more = cchc_box_from(t, BOX_ACCEPTED, NULL, 0, &entry);

	t->state.front_id -= most;
	b.id = t->state.front_id;
	memcpy(b.unit, t->state.unit, sizeof(b.unit));
	while (more) {
		bundle_entry(&b, &entry);
		more = cchc_box_next(t, BOX_ACCEPTED, &entry);
	}
	flush_bundle(&b);
}

enum cchc_rc cchc_outbox_renew(struct cchc_outbox *box, uint64_t new_epoch,
			       int64_t wall_ms)
{
	struct cchc_box_txn t;
	enum cchc_rc rc = cchc_box_write(box, &t);

	if (rc)
		return rc;
	cchc_box_requeue(&t, 0, wall_ms);
	cchc_box_say_again(&t, wall_ms);
	queue_state(&t, wall_ms);
	cchc_box_open_epoch(&t.state, new_epoch);
	t.state.down = 0; /* what it tells now has numbers that it used before */
	return cchc_box_commit(&t);
}

/* ---- is the daemon's history ours? ---- */

/* Our chain at seq; false when it is no longer kept. */
static bool find_chain(struct cchc_box_txn *t, uint64_t seq,
		       uint8_t chain[CCHC_CHAIN_BYTES])
{
	const struct cchc_outbox_state *s = &t->state;
	struct cchc_sent sent;

	if (seq == 0)
		cchc_chain_first(s->epoch, chain);
	else if (seq == s->mark)
		memcpy(chain, s->mark_chain, CCHC_CHAIN_BYTES);
	else if (seq == s->last_given)
		memcpy(chain, s->last_chain, CCHC_CHAIN_BYTES);
	else if (cchc_box_get_sent(t, seq, &sent))
		memcpy(chain, sent.chain, CCHC_CHAIN_BYTES);
	else if (cchc_box_get_sent(t, seq + 1, &sent))
		memcpy(chain, sent.before, CCHC_CHAIN_BYTES);
	else
		return false;
	return true;
}

enum cchc_rc cchc_outbox_prove(struct cchc_outbox *box, uint64_t seq,
			       const uint8_t chain[CCHC_CHAIN_BYTES],
			       enum cchc_proof *proof)
{
	uint8_t ours[CCHC_CHAIN_BYTES];
	struct cchc_box_txn t;
	enum cchc_proof got = CCHC_PROOF_UNKNOWN;
	enum cchc_rc rc = cchc_box_read(box, &t);

	if (rc)
		return rc;
	if (seq == 0) /* nothing of this epoch is there: nothing to compare */
		got = CCHC_PROOF_SAME;
	else if (find_chain(&t, seq, ours))
		got = memcmp(ours, chain, CCHC_CHAIN_BYTES) ? CCHC_PROOF_DIFFERENT
							    : CCHC_PROOF_SAME;
	rc = cchc_box_end(&t, CCHC_OK);
	if (!rc)
		*proof = got;
	return rc;
}

static void unack(struct cchc_box_txn *t, const struct cchc_item *item)
{
	struct cchc_file file;

	t->state.tail_bytes -= item->body_len;
	t->state.live_bytes += item->body_len;
	if (!item->file || !cchc_box_get_file(t, item->file, &file) || !file.acked)
		return;
	file.acked--;
	cchc_box_put_file(t, &file);
}

enum cchc_rc cchc_outbox_rewind(struct cchc_outbox *box, uint64_t seq)
{
	uint8_t chain[CCHC_CHAIN_BYTES];
	struct cchc_box_txn t;
	struct cchc_sent sent;
	enum cchc_rc rc = cchc_box_write(box, &t);

	if (rc)
		return rc;
	if (seq > t.state.mark || !find_chain(&t, seq, chain))
		return cchc_box_end(&t, CCHC_NOTFOUND);
	/* only the beginning of the tail is ever trimmed: its first item stands for all
	 */
	for (uint64_t at = seq + 1; at <= t.state.mark; at++) {
		if (!cchc_box_get_sent(&t, at, &sent))
			return cchc_box_end(&t, CCHC_NOTFOUND);
		unack(&t, &sent.item);
		cchc_arena_reset(&t.scratch);
	}
	t.state.mark = seq;
	t.state.down = 0; /* what it tells now has numbers that it used before */
	memcpy(t.state.mark_chain, chain, CCHC_CHAIN_BYTES);
	return cchc_box_commit(&t);
}
