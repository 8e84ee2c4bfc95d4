/* outbox.c - what goes in, and whose it is. */
#include "commune/outbox.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "commune/box.h"
#include "proto/wire.h"

static const char NOTE_KEY[] = "note";
static const char UNIT_KEY[] = "unit";
static const char CLOCK_KEY[] = "clock";

/* Clocks that differ by less are told apart by nobody. */
enum { CLOCK_STEP_MS = 30 * 1000 };

#define LATEST_MS (INT64_C(1) << 48) /* some thousand years from now */

enum { UNIT_ROOM = sizeof(struct cchc_outbox_unit) + 16 };

void cchc_box_put_queue(struct cchc_box_txn *t, const struct cchc_item *item)
{
	struct cchc_box_key key = cchc_box_key_id(item->id);
	uint8_t *bytes;
	size_t len;
	enum cchc_rc rc = cchc_item_encode(&t->scratch, item, &bytes, &len);

	if (rc)
		cchc_txn_fail(&t->txn, rc);
	else
		cchc_txn_put(&t->txn, BOX_QUEUE, key.bytes, key.len, bytes, len);
}

static enum cchc_rc check_item(struct cchc_arena *arena, const struct cchc_item *item)
{
	Cchc__TaskReport *task;
	Cchc__Report *report;

	if (item->kind == CCHC__PUSH__KIND__TASK_REPORT)
		return cchc_wire_task_report(arena, item->body, item->body_len, &task,
					     NULL);
	return cchc_wire_report(arena, item->body, item->body_len, &report, NULL);
}

/* An ack decodes what we numbered; what would not decode then is not taken now. */
static enum cchc_rc check_items(const struct cchc_item *item, size_t n)
{
	struct cchc_arena arena;
	enum cchc_rc rc = CCHC_OK;

	cchc_arena_init(&arena, CCHC_DECODE_MEMORY_MAX);
	for (size_t i = 0; i < n && !rc; i++) {
		rc = check_item(&arena, &item[i]);
		cchc_arena_reset(&arena);
	}
	cchc_arena_fini(&arena);
	return rc;
}

enum cchc_rc cchc_box_has_room(const struct cchc_outbox *box,
			       const struct cchc_box_txn *t, const struct cchc_item *item,
			       size_t n)
{
	uint64_t bytes = t->state.live_bytes + t->state.tail_bytes;
	enum cchc_rc rc = check_items(item, n);

	for (size_t i = 0; i < n; i++)
		bytes += item[i].body_len;
	if (rc)
		return rc;
	return bytes > box->max_bytes ? CCHC_NOSPACE : CCHC_OK;
}

uint64_t cchc_box_queue(struct cchc_box_txn *t, uint64_t file,
			const struct cchc_item *item, size_t n)
{
	uint64_t first = t->state.next_id;

	t->state.next_id += n;
	for (size_t i = 0; i < n; i++) {
		struct cchc_item copy = item[i];

		copy.id = first + i;
		copy.file = file;
		cchc_box_put_queue(t, &copy);
		t->state.live_bytes += copy.body_len;
		cchc_arena_reset(&t->scratch);
	}
	return first;
}

void cchc_box_take_file(struct cchc_box_txn *t, struct cchc_file *file,
			const struct cchc_item *item, size_t n)
{
	file->id = t->state.next_id;
	file->items = (uint32_t)n;
	file->first_item = cchc_box_queue(t, file->id, item, n);
	if (n == 0)
		t->state.next_id++; /* it needs an id all the same */
	cchc_box_add_file(t, file);
	t->state.rejected += file->refused;
}

void cchc_box_note_taken(struct cchc_box_txn *t, const char *name, const uint8_t *digest)
{
	cchc_txn_put(&t->txn, BOX_TAKEN, name, strlen(name), digest, CCHC_DIGEST_BYTES);
	cchc_txn_delete(&t->txn, BOX_STANDING, name, strlen(name));
}

enum cchc_rc cchc_outbox_push(struct cchc_outbox *box, struct cchc_file *file,
			      const struct cchc_item *item, size_t n,
			      const uint8_t digest[CCHC_DIGEST_BYTES])
{
	struct cchc_file put = *file;
	struct cchc_box_txn t;
	enum cchc_rc rc;

	if ((n == 0) != (file->kind == CCHC_FILE_REJECTED))
		return CCHC_INVALID;
	rc = cchc_box_write(box, &t);
	if (rc)
		return rc;
	rc = cchc_box_has_room(box, &t, item, n);
	if (rc)
		return cchc_box_end(&t, rc);
	cchc_box_take_file(&t, &put, item, n);
	cchc_box_note_taken(&t, put.name, digest);
	rc = cchc_box_commit(&t);
	if (!rc)
		*file = put;
	return rc;
}

enum cchc_rc cchc_box_look_up(struct cchc_outbox *box, enum cchc_table table,
			      const char *key, void *to, size_t *len)
{
	struct cchc_box_txn t;
	const void *value;
	size_t has;
	enum cchc_rc rc = cchc_box_read(box, &t);

	if (rc)
		return rc;
	if (!cchc_txn_get(&t.txn, table, key, strlen(key), &value, &has))
		return cchc_box_end(&t, CCHC_NOTFOUND);
	if (has > *len)
		return cchc_box_end(&t, CCHC_CORRUPT);
	memcpy(to, value, has);
	*len = has;
	return cchc_box_end(&t, CCHC_OK);
}

enum cchc_rc cchc_outbox_taken(struct cchc_outbox *box, const char *name,
			       uint8_t digest[CCHC_DIGEST_BYTES])
{
	size_t len = CCHC_DIGEST_BYTES;
	enum cchc_rc rc = cchc_box_look_up(box, BOX_TAKEN, name, digest, &len);

	return !rc && len != CCHC_DIGEST_BYTES ? CCHC_CORRUPT : rc;
}

enum cchc_rc cchc_outbox_moved(struct cchc_outbox *box, const char *name)
{
	struct cchc_box_txn t;
	enum cchc_rc rc = cchc_box_write(box, &t);

	if (rc)
		return rc;
	cchc_txn_delete(&t.txn, BOX_TAKEN, name, strlen(name));
	return cchc_box_commit(&t);
}

enum cchc_rc cchc_outbox_next_taken(struct cchc_outbox *box, char *name, size_t size)
{
	struct cchc_box_entry entry;
	struct cchc_box_txn t;
	enum cchc_rc rc = cchc_box_read(box, &t);

	if (rc)
		return rc;
	/* with its NUL a name is the least key above itself */
	if (!cchc_box_from(&t, BOX_TAKEN, name, name[0] ? strlen(name) + 1 : 0, &entry))
		return cchc_box_end(&t, CCHC_NOTFOUND);
	if (entry.key_len >= size)
		return cchc_box_end(&t, CCHC_CORRUPT);
	memcpy(name, entry.key, entry.key_len);
	name[entry.key_len] = '\0';
	return cchc_box_end(&t, CCHC_OK);
}

/* ---- whose outbox, whose store ---- */

/* What stands below the unit when; nothing stands there on a day that is not told. */
static bool write_below(struct cchc_out *out, const Cchc__UnitInfo *unit)
{
	for (size_t i = 0; i < unit->n_below && i < CCHC_BELOW_MAX; i++) {
		const Cchc__Below *below = unit->below[i];
		enum cchc_level level;

		if (!cchc_level_parse(below->level, &level))
			return false;
		cchc_out_u8(out, (uint8_t)level);
		cchc_out_zigzag(out, below->has_from ? below->from : CCHC_DAY_NONE);
		cchc_out_zigzag(out, below->has_to ? below->to : CCHC_DAY_NONE);
	}
	return true;
}

static void read_below(struct cchc_in *in, struct cchc_outbox_unit *unit)
{
	while (cchc_in_left(in) > 0 && !in->failed && unit->n_below < CCHC_BELOW_MAX) {
		struct cchc_below *below = &unit->below[unit->n_below++];

		below->level = (enum cchc_level)cchc_in_u8(in);
		below->from = (cchc_day)cchc_in_zigzag(in);
		below->to = (cchc_day)cchc_in_zigzag(in);
	}
}

static void put_unit(struct cchc_box_txn *t, const Cchc__UnitInfo *unit)
{
	struct cchc_outbox_unit put = {0};
	uint8_t bytes[UNIT_ROOM];
	struct cchc_out out;
	const void *old;
	size_t len;

	if (!cchc_level_parse(unit->level, &put.level)) {
		cchc_txn_fail(&t->txn, CCHC_INVALID);
		return;
	}
	cchc_text_copy(put.name, sizeof(put.name), unit->name, strlen(unit->name));
	cchc_out_init(&out, bytes, sizeof(bytes));
	cchc_out_u8(&out, (uint8_t)put.level);
	cchc_out_text(&out, put.name);
	if (!write_below(&out, unit)) {
		cchc_txn_fail(&t->txn, CCHC_INVALID);
		return;
	}
	if (cchc_txn_get(&t->txn, BOX_META, UNIT_KEY, strlen(UNIT_KEY), &old, &len) &&
	    len == cchc_out_len(&out) && memcmp(old, bytes, len) == 0)
		return;
	cchc_txn_put(&t->txn, BOX_META, UNIT_KEY, strlen(UNIT_KEY), bytes,
		     cchc_out_len(&out));
}

enum cchc_rc cchc_outbox_pin(struct cchc_outbox *box, const Cchc__Welcome *welcome)
{
	struct cchc_outbox_state *s;
	struct cchc_box_txn t;
	enum cchc_rc rc;

	if (welcome->store_id.len != CCHC_STORE_ID_BYTES)
		return CCHC_INVALID;
	rc = cchc_box_write(box, &t);
	if (rc)
		return rc;
	s = &t.state;
	if (s->pinned && memcmp(s->store_id, welcome->store_id.data, CCHC_STORE_ID_BYTES))
		return cchc_box_end(&t, CCHC_DENIED);
	if (!s->pinned || s->incarnation != welcome->incarnation)
		s->down = 0; /* its commit numbers are not those we knew */
	if (memcmp(s->store_id, welcome->store_id.data, CCHC_STORE_ID_BYTES) != 0) {
		cchc_box_clear(
			&t, BOX_TASKS); /* of a register that is not the one any more */
		cchc_box_clear(&t, BOX_DIGESTS);
		s->task_changes++;
	}
	s->pinned = true;
	memcpy(s->store_id, welcome->store_id.data, CCHC_STORE_ID_BYTES);
	s->incarnation = welcome->incarnation;
	put_unit(&t, welcome->unit);
	return cchc_box_commit(&t);
}

enum cchc_rc cchc_outbox_adopt(struct cchc_outbox *box)
{
	struct cchc_box_txn t;
	enum cchc_rc rc = cchc_box_write(box, &t);

	if (rc)
		return rc;
	t.state.pinned = false;
	return cchc_box_commit(&t);
}

enum cchc_rc cchc_outbox_unit(struct cchc_outbox *box, struct cchc_outbox_unit *unit)
{
	struct cchc_outbox_unit got = {0};
	uint8_t bytes[UNIT_ROOM];
	size_t len = sizeof(bytes);
	struct cchc_in in;
	enum cchc_rc rc = cchc_box_look_up(box, BOX_META, UNIT_KEY, bytes, &len);

	if (rc)
		return rc;
	cchc_in_init(&in, bytes, len);
	got.level = (enum cchc_level)cchc_in_u8(&in);
	cchc_in_text(&in, got.name, sizeof(got.name));
	read_below(&in, &got);
	if (in.failed)
		return CCHC_CORRUPT;
	*unit = got;
	return CCHC_OK;
}

enum cchc_rc cchc_outbox_set_note(struct cchc_outbox *box, const char *note)
{
	char text[CCHC_NOTE_TEXT];
	struct cchc_box_txn t;
	enum cchc_rc rc = cchc_outbox_note(box, text);

	if (rc || strncmp(text, note, sizeof(text) - 1) == 0)
		return rc; /* nothing new: spare the disk */
	rc = cchc_box_write(box, &t);
	if (rc)
		return rc;
	cchc_text_copy(text, sizeof(text), note, strlen(note));
	cchc_txn_put(&t.txn, BOX_META, NOTE_KEY, strlen(NOTE_KEY), text, strlen(text));
	return cchc_box_commit(&t);
}

enum cchc_rc cchc_outbox_note(struct cchc_outbox *box, char note[CCHC_NOTE_TEXT])
{
	size_t len = CCHC_NOTE_TEXT - 1;
	enum cchc_rc rc = cchc_box_look_up(box, BOX_META, NOTE_KEY, note, &len);

	if (rc && rc != CCHC_NOTFOUND)
		return rc;
	note[rc ? 0 : len] = '\0';
	return CCHC_OK;
}

/* ---- the district's clock ---- */

/* By how much it is ahead of ours; 0 when it was never heard. */
static enum cchc_rc clock_ahead(struct cchc_outbox *box, int64_t *ahead_ms)
{
	uint8_t bytes[16];
	size_t len = sizeof(bytes);
	struct cchc_in in;
	enum cchc_rc rc = cchc_box_look_up(box, BOX_META, CLOCK_KEY, bytes, &len);

	*ahead_ms = 0;
	if (rc)
		return rc == CCHC_NOTFOUND ? CCHC_OK : rc;
	cchc_in_init(&in, bytes, len);
	*ahead_ms = cchc_in_zigzag(&in);
	return in.failed ? CCHC_CORRUPT : CCHC_OK;
}

enum cchc_rc cchc_outbox_set_clock(struct cchc_outbox *box, int64_t district_ms,
				   int64_t wall_ms)
{
	struct cchc_box_txn t;
	uint8_t bytes[16];
	struct cchc_out out;
	int64_t ahead_ms;
	int64_t known_ms;
	enum cchc_rc rc;

	if (district_ms < 0 || district_ms > LATEST_MS)
		return CCHC_OK;
	ahead_ms = district_ms - wall_ms;
	rc = clock_ahead(box, &known_ms);
	if (rc || llabs(known_ms - ahead_ms) < CLOCK_STEP_MS)
		return rc; /* nothing new: spare the disk */
	rc = cchc_box_write(box, &t);
	if (rc)
		return rc;
	cchc_out_init(&out, bytes, sizeof(bytes));
	cchc_out_zigzag(&out, ahead_ms);
	cchc_txn_put(&t.txn, BOX_META, CLOCK_KEY, strlen(CLOCK_KEY), bytes,
		     cchc_out_len(&out));
	return cchc_box_commit(&t);
}

enum cchc_rc cchc_outbox_clock(struct cchc_outbox *box, int64_t wall_ms,
			       int64_t *district_ms)
{
	int64_t ahead_ms;
	enum cchc_rc rc = clock_ahead(box, &ahead_ms);

	if (!rc)
		*district_ms = wall_ms + ahead_ms;
	return rc;
}
