/* txn.c - sticky transactions on the environment's tables. */
#include "io/envgate.h"

#include <string.h>

#include "base/check.h"
#include "base/crc32c.h"

static void begin(struct cchc_txn *txn, struct cchc_env *env, bool writes)
{
	MDB_txn *mdb = NULL;
	int number;

	*txn = (struct cchc_txn){.env = env, .writes = writes};
	if (writes && env->read_only) {
		txn->rc = CCHC_DENIED;
		return;
	}
	txn->rc = cchc_envgate_enter(env);
	if (txn->rc != CCHC_OK)
		return;
	number = mdb_txn_begin(env->mdb, NULL, writes ? 0 : MDB_RDONLY, &mdb);
	if (number) {
		txn->rc = cchc_envgate_rc(number);
		if (txn->rc == CCHC_UNKNOWN)
			cchc_envgate_shut(env);
		cchc_envgate_leave(env);
		return;
	}
	txn->txn = mdb;
	if (writes)
		env->writing = true;
}

static void end(struct cchc_txn *txn)
{
	txn->txn = NULL;
	if (txn->writes)
		txn->env->writing = false;
	cchc_envgate_leave(txn->env);
}

void cchc_txn_read(struct cchc_txn *txn, struct cchc_env *env)
{
	begin(txn, env, false);
}

void cchc_txn_write(struct cchc_txn *txn, struct cchc_env *env)
{
	begin(txn, env, true);
}

void cchc_txn_abort(struct cchc_txn *txn)
{
	if (!txn->txn)
		return;
	mdb_txn_abort(txn->txn);
	end(txn);
}

enum cchc_rc cchc_txn_commit(struct cchc_txn *txn)
{
	int number;

	if (!txn->txn || txn->rc != CCHC_OK || !txn->writes) {
		cchc_check(txn->rc != CCHC_OK || txn->txn); /* ended twice */
		cchc_txn_abort(txn);
		return txn->rc;
	}
	number = mdb_txn_commit(txn->txn);
	/* LMDB finds the map full while it places pages, before it writes any: nothing
	 * happened. After anything else, a full disk too, the last page may be there or
	 * not. */
	if (number == MDB_MAP_FULL || number == MDB_TXN_FULL) {
		txn->rc = CCHC_NOSPACE;
	} else if (number) {
		txn->rc = CCHC_UNKNOWN;
		cchc_envgate_shut(txn->env);
	}
	end(txn);
	return txn->rc;
}

void cchc_txn_fail(struct cchc_txn *txn, enum cchc_rc rc)
{
	if (txn->rc == CCHC_OK)
		txn->rc = rc;
}

/* ---- entries ---- */

void cchc_envgate_sum(const MDB_val *key, const void *value, size_t len,
		      uint8_t sum[CCHC_SUM_BYTES])
{
	uint32_t crc = cchc_crc32c(0, key->mv_data, key->mv_size);

	if (len > 0)
		crc = cchc_crc32c(crc, value, len);
	for (unsigned i = 0; i < CCHC_SUM_BYTES; i++)
		sum[i] = (uint8_t)(crc >> 8 * i);
}

bool cchc_envgate_verify(struct cchc_txn *txn, const MDB_val *key, const MDB_val *value,
			 size_t *len)
{
	uint8_t sum[CCHC_SUM_BYTES];

	if (value->mv_size < CCHC_SUM_BYTES) {
		cchc_txn_fail(txn, CCHC_CORRUPT);
		return false;
	}
	*len = value->mv_size - CCHC_SUM_BYTES;
	cchc_envgate_sum(key, value->mv_data, *len, sum);
	if (memcmp(sum, (const uint8_t *)value->mv_data + *len, CCHC_SUM_BYTES) == 0)
		return true;
	cchc_txn_fail(txn, CCHC_CORRUPT);
	return false;
}

/* True if the transaction is alive and the key is one LMDB takes. */
static bool ready(struct cchc_txn *txn, unsigned table, const void *key, size_t key_len,
		  MDB_val *out)
{
	cchc_check(table < txn->env->n_tables);
	cchc_check(txn->txn || txn->rc != CCHC_OK);
	if (key_len == 0 || key_len > CCHC_KEY_MAX)
		cchc_txn_fail(txn, CCHC_INVALID);
	*out = (MDB_val){.mv_size = key_len, .mv_data = (void *)(uintptr_t)key};
	return txn->rc == CCHC_OK;
}

bool cchc_txn_get(struct cchc_txn *txn, unsigned table, const void *key, size_t key_len,
		  const void **value, size_t *len)
{
	MDB_val k;
	MDB_val v;
	int number;

	if (!ready(txn, table, key, key_len, &k))
		return false;
	number = mdb_get(txn->txn, txn->env->table[table], &k, &v);
	if (number == MDB_NOTFOUND)
		return false;
	if (number) {
		cchc_txn_fail(txn, cchc_envgate_rc(number));
		return false;
	}
	if (!cchc_envgate_verify(txn, &k, &v, len))
		return false;
	*value = v.mv_data;
	return true;
}

/* LMDB makes the room, value and check sum are written into it: no copy in between. */
static void put(struct cchc_txn *txn, unsigned table, MDB_val *key, const void *value,
		size_t len, unsigned flags)
{
	MDB_val v = {.mv_size = len + CCHC_SUM_BYTES};
	int number;

	if (len > UINT32_MAX - CCHC_SUM_BYTES) {
		cchc_txn_fail(txn, CCHC_LIMIT);
		return;
	}
	number = mdb_put(txn->txn, txn->env->table[table], key, &v, flags | MDB_RESERVE);
	if (number == MDB_KEYEXIST)
		number = MDB_CORRUPTED; /* only an append is told so */
	if (number) {
		cchc_txn_fail(txn, cchc_envgate_rc(number));
		return;
	}
	if (len > 0)
		memcpy(v.mv_data, value, len);
	cchc_envgate_sum(key, value, len, (uint8_t *)v.mv_data + len);
}

void cchc_txn_put(struct cchc_txn *txn, unsigned table, const void *key, size_t key_len,
		  const void *value, size_t len)
{
	MDB_val k;

	if (ready(txn, table, key, key_len, &k))
		put(txn, table, &k, value, len, 0);
}

void cchc_txn_append(struct cchc_txn *txn, unsigned table, const void *key,
		     size_t key_len, const void *value, size_t len)
{
	MDB_val k;

	if (ready(txn, table, key, key_len, &k))
		put(txn, table, &k, value, len, MDB_APPEND);
}

void cchc_txn_delete(struct cchc_txn *txn, unsigned table, const void *key,
		     size_t key_len)
{
	MDB_val k;
	int number;

	if (!ready(txn, table, key, key_len, &k))
		return;
	number = mdb_del(txn->txn, txn->env->table[table], &k, NULL);
	if (number && number != MDB_NOTFOUND)
		cchc_txn_fail(txn, cchc_envgate_rc(number));
}

uint64_t cchc_txn_entries(struct cchc_txn *txn, unsigned table)
{
	MDB_stat stat = {0};

	cchc_check(table < txn->env->n_tables);
	if (txn->rc == CCHC_OK)
		cchc_txn_fail(txn, cchc_envgate_rc(mdb_stat(
					   txn->txn, txn->env->table[table], &stat)));
	return stat.ms_entries;
}
