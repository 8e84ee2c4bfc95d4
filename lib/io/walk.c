/* walk.c - the entries of a table in key order. */
#include "io/envgate.h"

#include <string.h>

#include "base/check.h"

static void step(struct cchc_walk *walk, MDB_val *key, MDB_cursor_op op)
{
	MDB_val value;
	int number;

	walk->found = false;
	if (walk->txn->rc != CCHC_OK || !walk->cursor)
		return;
	number = mdb_cursor_get(walk->cursor, key, &value, op);
	if (number == MDB_NOTFOUND)
		return;
	if (number) {
		cchc_txn_fail(walk->txn, cchc_envgate_rc(number));
		return;
	}
	if (key->mv_size < walk->prefix_len ||
	    memcmp(key->mv_data, walk->prefix, walk->prefix_len) != 0)
		return;
	if (!cchc_envgate_verify(walk->txn, key, &value, &walk->len))
		return;
	walk->key = key->mv_data;
	walk->key_len = key->mv_size;
	walk->value = value.mv_data;
	walk->found = true;
}

static void begin(struct cchc_walk *walk, struct cchc_txn *txn, unsigned table)
{
	MDB_cursor *cursor = NULL;

	cchc_check(table < txn->env->n_tables);
	*walk = (struct cchc_walk){.txn = txn};
	if (txn->rc != CCHC_OK)
		return;
	cchc_txn_fail(txn, cchc_envgate_rc(mdb_cursor_open(
				   txn->txn, txn->env->table[table], &cursor)));
	walk->cursor = cursor;
}

static void find(struct cchc_walk *walk, const void *key, size_t key_len)
{
	MDB_val k = {.mv_size = key_len, .mv_data = (void *)(uintptr_t)key};

	if (key_len > CCHC_KEY_MAX)
		cchc_txn_fail(walk->txn, CCHC_INVALID);
	step(walk, &k, key_len > 0 ? MDB_SET_RANGE : MDB_FIRST);
}

void cchc_walk_from(struct cchc_walk *walk, struct cchc_txn *txn, unsigned table,
		    const void *key, size_t key_len)
{
	begin(walk, txn, table);
	find(walk, key, key_len);
}

void cchc_walk_prefix(struct cchc_walk *walk, struct cchc_txn *txn, unsigned table,
		      const void *prefix, size_t prefix_len)
{
	cchc_check(prefix_len <= sizeof(walk->prefix));
	begin(walk, txn, table);
	if (prefix_len > 0)
		memcpy(walk->prefix, prefix, prefix_len);
	walk->prefix_len = prefix_len;
	find(walk, walk->prefix, prefix_len);
}

void cchc_walk_last(struct cchc_walk *walk, struct cchc_txn *txn, unsigned table)
{
	MDB_val key;

	begin(walk, txn, table);
	step(walk, &key, MDB_LAST);
}

void cchc_walk_next(struct cchc_walk *walk)
{
	MDB_val key;

	if (walk->found)
		step(walk, &key, MDB_NEXT);
}

void cchc_walk_end(struct cchc_walk *walk)
{
	if (walk->cursor)
		mdb_cursor_close(walk->cursor);
	walk->cursor = NULL;
	walk->found = false;
}
