#include "store/store.h"

#include <string.h>

#include "base/bytes.h"
#include "io/digest.h"
#include "store/tables.h"

/* In the order of enum cchc_table. */
static const char *const table_names[CCHC_TABLES] = {
	"meta",       "units",    "forms",      "figures",  "reports",     "journal",
	"marks",      "refusals", "tasks",      "task_ids", "concerns",    "duties",
	"task_lines", "alerts",   "alert_keys", "pending",  "task_alerts", "digests",
	"silences",   "steps",    "heard",
};

enum { META_BYTES = 4 + 16 + 8 };

bool cchc_table_get(struct cchc_txn *txn, enum cchc_table table,
		    const struct cchc_key *key, const void **value, size_t *len)
{
	return cchc_txn_get(txn, table, key->bytes, key->len, value, len);
}

void cchc_table_put(struct cchc_txn *txn, enum cchc_table table,
		    const struct cchc_key *key, const void *value, size_t len)
{
	cchc_txn_put(txn, table, key->bytes, key->len, value, len);
}

void cchc_table_delete(struct cchc_txn *txn, enum cchc_table table,
		       const struct cchc_key *key)
{
	cchc_txn_delete(txn, table, key->bytes, key->len);
}

void cchc_table_walk(struct cchc_walk *walk, struct cchc_txn *txn, enum cchc_table table,
		     const struct cchc_key *prefix)
{
	cchc_walk_prefix(walk, txn, table, prefix->bytes, prefix->len);
}

uint64_t cchc_table_last_number(struct cchc_txn *txn, enum cchc_table table)
{
	struct cchc_walk walk;
	uint64_t number = 0;

	cchc_walk_last(&walk, txn, table);
	if (walk.found && !cchc_key_read_number(walk.key, walk.key_len, &number)) {
		cchc_txn_fail(txn, CCHC_CORRUPT);
		number = 0;
	}
	cchc_walk_end(&walk);
	return number;
}

bool cchc_table_get_number(struct cchc_txn *txn, enum cchc_table table,
			   const struct cchc_key *key, uint64_t *number)
{
	const void *value;
	size_t len;

	if (!cchc_table_get(txn, table, key, &value, &len))
		return false;
	if (cchc_key_read_number(value, len, number))
		return true;
	cchc_txn_fail(txn, CCHC_CORRUPT);
	return false;
}

void cchc_table_put_number(struct cchc_txn *txn, enum cchc_table table,
			   const struct cchc_key *key, uint64_t number)
{
	struct cchc_key value = cchc_key_number(number);

	cchc_table_put(txn, table, key, value.bytes, value.len);
}

/* A new store: format version, store id, incarnation, as one value. */
static enum cchc_rc fill(void *data, struct cchc_env *env)
{
	struct cchc_key key = cchc_key_meta("store");
	uint8_t bytes[META_BYTES];
	uint8_t id[16];
	struct cchc_out out;
	struct cchc_txn txn;

	(void)data;
	cchc_random_bytes(id, sizeof(id));
	cchc_out_init(&out, bytes, sizeof(bytes));
	cchc_out_be32(&out, CCHC_STORE_FORMAT);
	cchc_out_raw(&out, id, sizeof(id));
	cchc_out_be64(&out, cchc_random_u64());
	cchc_txn_write(&txn, env);
	cchc_table_put(&txn, CCHC_TABLE_META, &key, bytes, sizeof(bytes));
	return cchc_txn_commit(&txn);
}

static enum cchc_rc read_meta(struct cchc_store *store, const char *path,
			      struct cchc_txn *txn, struct cchc_err *err)
{
	struct cchc_key key = cchc_key_meta("store");
	const uint8_t *id;
	const void *value;
	struct cchc_in in;
	uint32_t format;
	size_t len;

	if (!cchc_table_get(txn, CCHC_TABLE_META, &key, &value, &len))
		return cchc_fail(err, txn->rc ? txn->rc : CCHC_INVALID,
				 "%s: not a store of cchcd", path);
	cchc_in_init(&in, value, len);
	format = cchc_in_be32(&in);
	if (!in.failed && format != CCHC_STORE_FORMAT)
		return cchc_fail(err, CCHC_INVALID,
				 "%s: store of format %u, this program reads format %u",
				 path, format, CCHC_STORE_FORMAT);
	id = cchc_in_raw(&in, sizeof(store->id));
	store->incarnation = cchc_in_be64(&in);
	if (in.failed || cchc_in_left(&in) > 0)
		return cchc_fail(err, CCHC_CORRUPT, "%s: its identity is damaged", path);
	memcpy(store->id, id, sizeof(store->id));
	return CCHC_OK;
}

static enum cchc_rc open_store(struct cchc_store *store,
			       const struct cchc_env_options *options,
			       struct cchc_err *err)
{
	struct cchc_store opened = {0};
	struct cchc_txn txn;
	enum cchc_rc rc = cchc_env_open(options, &opened.env, err);

	if (rc)
		return rc;
	cchc_txn_read(&txn, opened.env);
	rc = read_meta(&opened, options->path, &txn, err);
	cchc_txn_abort(&txn);
	if (rc) {
		cchc_env_close(&opened.env);
		return rc;
	}
	*store = opened;
	return CCHC_OK;
}

enum cchc_rc cchc_store_open(struct cchc_store *store, const char *path, size_t map_bytes,
			     struct cchc_err *err)
{
	struct cchc_env_options options = {.path = path,
					   .map_bytes = map_bytes,
					   .tables = table_names,
					   .n_tables = CCHC_TABLES,
					   .mode = 0600,
					   .fill = fill};

	return open_store(store, &options, err);
}

enum cchc_rc cchc_store_open_read_only(struct cchc_store *store, const char *path,
				       struct cchc_err *err)
{
	struct cchc_env_options options = {.path = path,
					   .tables = table_names,
					   .n_tables = CCHC_TABLES,
					   .mode = 0600,
					   .read_only = true};

	return open_store(store, &options, err);
}

void cchc_store_close(struct cchc_store *store)
{
	cchc_env_close(&store->env);
}

uint64_t cchc_store_commit_number(struct cchc_txn *txn)
{
	return cchc_table_last_number(txn, CCHC_TABLE_JOURNAL);
}

void cchc_store_touch(struct cchc_txn *txn)
{
	struct cchc_key key = cchc_key_meta("store");
	uint8_t copy[META_BYTES]; /* a put may move what a get lent */
	const void *value;
	size_t len;

	if (!cchc_table_get(txn, CCHC_TABLE_META, &key, &value, &len) ||
	    len != sizeof(copy)) {
		cchc_txn_fail(txn, CCHC_CORRUPT);
		return;
	}
	memcpy(copy, value, sizeof(copy));
	cchc_table_put(txn, CCHC_TABLE_META, &key, copy, sizeof(copy));
}

bool cchc_store_entry(struct cchc_txn *txn, uint64_t number, struct cchc_arena *arena,
		      struct cchc_entry *entry)
{
	struct cchc_key key = cchc_key_number(number);
	const void *value;
	size_t len;
	enum cchc_rc rc;

	if (!cchc_table_get(txn, CCHC_TABLE_JOURNAL, &key, &value, &len))
		return false;
	rc = cchc_entry_decode(arena, value, len, entry);
	if (rc) {
		cchc_txn_fail(txn, rc);
		return false;
	}
	entry->number = number;
	return true;
}

enum { ENTRY_MEMORY = 64 * 1024 * 1024 };

void cchc_store_each_entry(struct cchc_txn *txn, cchc_store_on_entry *on_entry,
			   void *data)
{
	struct cchc_arena arena;
	struct cchc_walk walk;

	cchc_arena_init(&arena, ENTRY_MEMORY);
	cchc_walk_from(&walk, txn, CCHC_TABLE_JOURNAL, NULL, 0);
	for (; walk.found && !txn->rc; cchc_walk_next(&walk)) {
		struct cchc_entry entry = {0};

		if (!cchc_key_read_number(walk.key, walk.key_len, &entry.number))
			cchc_txn_fail(txn, CCHC_CORRUPT);
		else
			cchc_txn_fail(txn, cchc_entry_decode(&arena, walk.value, walk.len,
							     &entry));
		if (!txn->rc)
			on_entry(data, &entry);
		cchc_arena_reset(&arena);
	}
	cchc_walk_end(&walk);
	cchc_arena_fini(&arena);
}
