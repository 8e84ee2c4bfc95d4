#include <string.h>

#include "base/bytes.h"
#include "io/digest.h"
#include "store/tables.h"

enum { DIGEST_BYTES = 32 };

/* A value is digest, name with its NUL, text. */
static bool read_form(const struct cchc_walk *walk, struct cchc_stored_form *form)
{
	const uint8_t *bytes = walk->value;
	const uint8_t *name_end;

	if (!cchc_key_read_form(walk->key, walk->key_len, &form->id, &form->revision) ||
	    walk->len <= DIGEST_BYTES)
		return false;
	name_end = memchr(bytes + DIGEST_BYTES, '\0', walk->len - DIGEST_BYTES);
	if (!name_end)
		return false;
	form->digest = bytes;
	form->name = (const char *)bytes + DIGEST_BYTES;
	form->text = name_end + 1;
	form->text_len = (size_t)(bytes + walk->len - (name_end + 1));
	return true;
}

void cchc_store_each_form(struct cchc_txn *txn, cchc_store_on_form *on_form, void *data)
{
	struct cchc_walk walk;

	cchc_walk_from(&walk, txn, CCHC_TABLE_FORMS, NULL, 0);
	for (; walk.found; cchc_walk_next(&walk)) {
		struct cchc_stored_form form;
		enum cchc_rc rc = CCHC_CORRUPT;

		if (read_form(&walk, &form))
			rc = on_form(data, &form);
		if (rc) {
			cchc_txn_fail(txn, rc);
			break;
		}
	}
	cchc_walk_end(&walk);
}

struct search {
	const char *name;
	uint16_t found;
};

static enum cchc_rc on_name(void *data, const struct cchc_stored_form *form)
{
	struct search *search = data;

	if (strcmp(form->name, search->name) == 0)
		search->found = form->id;
	return CCHC_OK;
}

uint16_t cchc_store_form_id(struct cchc_txn *txn, const char *name)
{
	struct search search = {.name = name};

	cchc_store_each_form(txn, on_name, &search);
	return search.found;
}

uint16_t cchc_store_next_form_id(struct cchc_txn *txn)
{
	struct cchc_walk walk;
	uint16_t form = 0;
	uint32_t revision;

	cchc_walk_last(&walk, txn, CCHC_TABLE_FORMS);
	if (walk.found && !cchc_key_read_form(walk.key, walk.key_len, &form, &revision))
		cchc_txn_fail(txn, CCHC_CORRUPT);
	cchc_walk_end(&walk);
	return (uint16_t)(form + 1);
}

struct comparison {
	const struct cchc_entry *entry;
	uint8_t digest[DIGEST_BYTES];
};

/* An id and a name belong together for ever, and so do a revision and its text. */
static enum cchc_rc on_other(void *data, const struct cchc_stored_form *form)
{
	const struct comparison *new = data;
	bool same_id = form->id == new->entry->form;
	bool same_name = strcmp(form->name, new->entry->source) == 0;

	if (same_id != same_name)
		return CCHC_INVALID;
	if (same_id && form->revision ==
			       new->entry->revision &&memcmp(form->digest, new->digest,
							     DIGEST_BYTES) != 0)
		return CCHC_INVALID;
	return CCHC_OK;
}

static void write_form(struct cchc_txn *txn, const struct comparison *new)
{
	const struct cchc_entry *entry = new->entry;
	struct cchc_key key = cchc_key_form(entry->form, entry->revision);
	size_t name_bytes = strlen(entry->source) + 1;
	size_t len = DIGEST_BYTES + name_bytes + entry->text_len;
	struct cchc_arena arena;
	struct cchc_out out;
	void *bytes;

	cchc_arena_init(&arena, len + 64);
	bytes = cchc_arena_alloc(&arena, len);
	if (bytes) {
		cchc_out_init(&out, bytes, len);
		cchc_out_raw(&out, new->digest, DIGEST_BYTES);
		cchc_out_raw(&out, entry->source, name_bytes);
		cchc_out_raw(&out, entry->text, entry->text_len);
		cchc_table_put(txn, CCHC_TABLE_FORMS, &key, bytes, len);
	} else {
		cchc_txn_fail(txn, CCHC_NOMEM);
	}
	cchc_arena_fini(&arena);
}

void cchc_form_apply(struct cchc_txn *txn, const struct cchc_entry *entry)
{
	struct comparison new = {.entry = entry};

	if (!entry->form || !entry->source[0] || strlen(entry->source) >= CCHC_NAME_MAX) {
		cchc_txn_fail(txn, CCHC_INVALID);
		return;
	}
	cchc_digest_file(entry->text, entry->text_len, new.digest);
	cchc_store_each_form(txn, on_other, &new);
	if (!txn->rc)
		write_form(txn, &new);
}
