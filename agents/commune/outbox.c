/* outbox.c - what goes in, and whose it is. */
#include "commune/outbox.h"

#include <string.h>

#include "base/text.h"
#include "commune/box.h"
#include "proto/wire.h"

static const char NOTE_KEY[] = "note";
static const char UNIT_KEY[] = "unit";

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

/* An ack decodes what we numbered; what would not decode then is not taken now. */
static enum cchc_rc check_items(const struct cchc_item *item, size_t n)
{
	struct cchc_arena arena;
	enum cchc_rc rc = CCHC_OK;

	cchc_arena_init(&arena, CCHC_DECODE_MEMORY_MAX);
	for (size_t i = 0; i < n && !rc; i++) {
		Cchc__Report *report;

		rc = cchc_wire_report(&arena, item[i].body, item[i].body_len, &report,
				      NULL);
		cchc_arena_reset(&arena);
	}
	cchc_arena_fini(&arena);
	return rc;
}

static void put_items(struct cchc_box_txn *t, struct cchc_file *file,
		      const struct cchc_item *item, size_t n)
{
	file->id = t->state.next_id;
	file->first_item = file->id;
	file->items = (uint32_t)n;
	t->state.next_id += n ? n : 1; /* without items it needs an id all the same */
	for (size_t i = 0; i < n; i++) {
		struct cchc_item copy = item[i];

		copy.id = file->first_item + i;
		copy.file = file->id;
		cchc_box_put_queue(t, &copy);
		t->state.live_bytes += copy.body_len;
		cchc_arena_reset(&t->scratch);
	}
}

enum cchc_rc cchc_outbox_push(struct cchc_outbox *box, struct cchc_file *file,
			      const struct cchc_item *item, size_t n,
			      const uint8_t digest[CCHC_DIGEST_BYTES])
{
	struct cchc_file put = *file;
	struct cchc_box_txn t;
	uint64_t bytes = 0;
	size_t name = strnlen(file->name, sizeof(file->name));
	enum cchc_rc rc = check_items(item, n);

	if (!rc && (n == 0) != (file->kind == CCHC_FILE_REJECTED))
		rc = CCHC_INVALID;
	if (!rc)
		rc = cchc_box_write(box, &t);
	if (rc)
		return rc;
	for (size_t i = 0; i < n; i++)
		bytes += item[i].body_len;
	if (t.state.live_bytes + t.state.tail_bytes + bytes > box->max_bytes)
		return cchc_box_end(&t, CCHC_NOSPACE);
	put_items(&t, &put, item, n);
	cchc_box_add_file(&t, &put);
	cchc_txn_put(&t.txn, BOX_TAKEN, put.name, name, digest, CCHC_DIGEST_BYTES);
	cchc_txn_delete(&t.txn, BOX_STANDING, put.name, name);
	t.state.rejected += put.refused;
	rc = cchc_box_commit(&t);
	if (!rc)
		*file = put;
	return rc;
}

/* A copy of a small value, of *len bytes at most; *len is what it has. NOTFOUND. */
static enum cchc_rc look_up(struct cchc_outbox *box, enum cchc_table table,
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
	enum cchc_rc rc = look_up(box, BOX_TAKEN, name, digest, &len);

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
	enum cchc_rc rc = look_up(box, BOX_META, UNIT_KEY, bytes, &len);

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
	enum cchc_rc rc = look_up(box, BOX_META, NOTE_KEY, note, &len);

	if (rc && rc != CCHC_NOTFOUND)
		return rc;
	note[rc ? 0 : len] = '\0';
	return CCHC_OK;
}
