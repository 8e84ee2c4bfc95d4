#ifndef CCHC_IO_ENVGATE_H
#define CCHC_IO_ENVGATE_H

#include <lmdb.h>
#include <pthread.h>

#include "io/env.h"

/* What env.c, txn.c and walk.c share; nobody else includes it. */

struct cchc_env {
	MDB_env *mdb; /* NULL after a reopen that failed */
	MDB_dbi root; /* the table of tables, for its size */
	MDB_dbi table[CCHC_TABLES_MAX];
	char *name[CCHC_TABLES_MAX];
	size_t n_tables;
	char *path;
	size_t map_bytes;
	unsigned mode;
	bool read_only;

	/* The gate: who is inside uses mdb; a reopen waits until it is empty and keeps it
	 * shut. */
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	unsigned inside;
	bool reopening;
	bool unknown; /* a commit failed, or a reopen did */
	bool writing; /* the writing thread's own: it is in a transaction */
};

/* Waits for a reopen that is under way; UNKNOWN when one is needed first. */
CCHC_NODISCARD enum cchc_rc cchc_envgate_enter(struct cchc_env *env);
void cchc_envgate_leave(struct cchc_env *env);
/* Nobody may enter until a reopen. */
void cchc_envgate_shut(struct cchc_env *env);

enum cchc_rc cchc_envgate_rc(int lmdb_number);

/* The check sum of an entry, as it stands behind the value: little endian. */
enum { CCHC_SUM_BYTES = 4 };
void cchc_envgate_sum(const MDB_val *key, const void *value, size_t len,
		      uint8_t sum[CCHC_SUM_BYTES]);
/* Takes the check sum off *len, or marks the transaction CORRUPT. */
bool cchc_envgate_verify(struct cchc_txn *txn, const MDB_val *key, const MDB_val *value,
			 size_t *len);

#endif
