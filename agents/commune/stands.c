/* stands.c - what a fork found at the daemon, and left standing. */
#include <string.h>

#include "commune/box.h"

bool cchc_outbox_stood(struct cchc_outbox *box, const struct cchc_standing *file)
{
	struct cchc_box_txn t;
	struct cchc_in in;
	const void *value;
	size_t len;
	bool stood = false;

	if (cchc_box_read(box, &t))
		return false;
	if (cchc_txn_get(&t.txn, BOX_STANDING, file->name, strlen(file->name), &value,
			 &len)) {
		cchc_in_init(&in, value, len);
		stood = cchc_in_be64(&in) == file->size;
		stood = cchc_in_be64(&in) == (uint64_t)file->mtime_ns && stood;
	}
	(void)cchc_box_end(&t, CCHC_OK);
	return stood;
}

enum cchc_rc cchc_outbox_stands(struct cchc_outbox *box, const char *form,
				uint32_t period, uint32_t row, struct cchc_figure *figure)
{
	return cchc_box_look_figure(box, BOX_STANDS, form, period, row, figure);
}

static enum cchc_rc get_dropped(const struct cchc_box_entry *entry,
				struct cchc_dropped *dropped)
{
	struct cchc_in in;

	cchc_in_init(&in, entry->value, entry->len);
	cchc_in_text(&in, dropped->form, sizeof(dropped->form));
	dropped->period = (uint32_t)cchc_in_varint(&in);
	dropped->row = (uint32_t)cchc_in_varint(&in);
	dropped->ours.state = cchc_in_u8(&in);
	dropped->ours.value = cchc_in_zigzag(&in);
	dropped->held.state = cchc_in_u8(&in);
	dropped->held.value = cchc_in_zigzag(&in);
	cchc_in_text(&in, dropped->source, sizeof(dropped->source));
	return in.failed ? CCHC_CORRUPT : CCHC_OK;
}

static size_t count_dropped(struct cchc_box_txn *t, const struct cchc_box_key *key)
{
	struct cchc_walk walk;
	size_t n = 0;

	for (cchc_walk_prefix(&walk, &t->txn, BOX_DROPPED, key->bytes, key->len);
	     walk.found; cchc_walk_next(&walk))
		n++;
	cchc_walk_end(&walk);
	return n;
}

enum cchc_rc cchc_outbox_dropped(struct cchc_outbox *box, struct cchc_arena *arena,
				 uint64_t file, struct cchc_dropped **list, size_t *n)
{
	struct cchc_box_key key = cchc_box_key_id(file);
	struct cchc_box_entry entry;
	struct cchc_dropped *got;
	struct cchc_box_txn t;
	size_t count;
	enum cchc_rc rc = cchc_box_read(box, &t);
	bool more;

	if (rc)
		return rc;
	count = count_dropped(&t, &key);
	got = cchc_arena_array(arena, count, sizeof(*got));
	if (!got)
		return cchc_box_end(&t, CCHC_NOMEM);
	more = cchc_box_from(&t, BOX_DROPPED, key.bytes, key.len, &entry);
	for (size_t i = 0; i < count && more && !rc; i++) {
		rc = get_dropped(&entry, &got[i]);
		more = cchc_box_next(&t, BOX_DROPPED, &entry);
	}
	rc = cchc_box_end(&t, rc);
	if (rc)
		return rc;
	*list = got;
	*n = count;
	return CCHC_OK;
}
