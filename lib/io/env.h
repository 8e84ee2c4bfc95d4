#ifndef CCHC_IO_ENV_H
#define CCHC_IO_ENV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fail.h"

/* LMDB, touched only by env.c, txn.c and walk.c: a small database of named tables, each
 * value ended by a CRC-32C of key and value that is put and checked here (LMDB 0.9 has no
 * checksums).
 *
 * Promises:
 *  1. A store is created whole or not at all: made under another name, committed, synced,
 *     renamed, the directory synced (a power cut at LMDB's own creation leaves a file
 *     that cannot be opened; measured in faults.md).
 *  2. Default flags and MDB_NOTLS only: a commit that returned CCHC_OK is on the disk.
 *  3. A commit that failed has an unknown outcome (CCHC_UNKNOWN) unless nothing was
 *     written (NOSPACE: the map is full). After UNKNOWN every begin answers CCHC_UNKNOWN
 *     until the environment is reopened.
 *
 * One process, one handle a file. One writing thread; any thread may read. reopen waits
 * until all read transactions have ended, and readers that come meanwhile wait for it. */
struct cchc_env;

enum { CCHC_TABLES_MAX = 24, CCHC_KEY_MAX = 511 };

struct cchc_env_options {
	/* Of the data file; its directory must exist. Refuses network file systems (NFS,
	 * CIFS, 9p, FUSE ...): INVALID; warns on overlay and tmpfs. */
	const char *path;
	/* Most the store may grow to; what is in use already always fits. */
	size_t map_bytes;
	/* Names; a table's number is its place in this list. One that the store lacks is
	 * made (read_only: INVALID). */
	const char *const *tables;
	size_t n_tables;
	unsigned mode;  /* of the file, 0600, whatever the umask is */
	bool read_only; /* for tools: never creates or changes anything */
	/* Fills a new store before it gets its name, by transactions of its own; what it
	 * does not answer CCHC_OK for leaves no store behind. May be NULL. */
	enum cchc_rc (*fill)(void *data, struct cchc_env *env);
	void *data;
};

/* NOTFOUND when read_only and missing; CORRUPT when it is there but no store (an empty
 * file too: nothing is ever made over it); DENIED, NOSPACE, IO, INVALID (options). */
CCHC_NODISCARD enum cchc_rc cchc_env_open(const struct cchc_env_options *options,
					  struct cchc_env **env, struct cchc_err *err);
void cchc_env_close(struct cchc_env **env);
/* Called by the writing thread, with no transaction of its own. On failure the store
 * stays unusable (UNKNOWN) until a later reopen succeeds. */
CCHC_NODISCARD enum cchc_rc cchc_env_reopen(struct cchc_env *env, struct cchc_err *err);

struct cchc_env_usage {
	size_t used_bytes; /* pages in use, without freed ones kept for later */
	size_t map_bytes;
	uint64_t entries; /* in all tables */
};
CCHC_NODISCARD enum cchc_rc cchc_env_usage(struct cchc_env *env,
					   struct cchc_env_usage *usage);
/* Clears reader slots of processes that died. */
void cchc_env_check_readers(struct cchc_env *env);

/* A transaction is sticky: the first failure turns the rest into no-ops, and commit
 * reports it. Ten writes, one check. Memory it lends stays valid until it ends (until the
 * next write, for a writing one). */
struct cchc_txn {
	struct cchc_env *env;
	void *txn; /* MDB_txn; NULL: ended or never begun */
	enum cchc_rc rc;
	bool writes;
};

void cchc_txn_read(struct cchc_txn *txn, struct cchc_env *env);
void cchc_txn_write(struct cchc_txn *txn, struct cchc_env *env);
/* Ends it. For a reading one the same as abort, and answers its rc. After any failure
 * before it nothing is written and that failure is the answer. */
CCHC_NODISCARD enum cchc_rc cchc_txn_commit(struct cchc_txn *txn);
/* Ends it; fine after commit or when begin failed. */
void cchc_txn_abort(struct cchc_txn *txn);

/* True when found: *value (unaligned, lent) and *len without the check sum. False when
 * absent or failed (txn->rc says CORRUPT, IO ...). */
bool cchc_txn_get(struct cchc_txn *txn, unsigned table, const void *key, size_t key_len,
		  const void **value, size_t *len);
/* Key and value must not be lent by this very transaction. Keys of 1 to CCHC_KEY_MAX
 * bytes, else INVALID; values above 4 GiB: LIMIT. */
void cchc_txn_put(struct cchc_txn *txn, unsigned table, const void *key, size_t key_len,
		  const void *value, size_t len);
/* For keys that only grow (the journal): fills pages to the brim. CORRUPT if the key is
 * not above the last one. */
void cchc_txn_append(struct cchc_txn *txn, unsigned table, const void *key,
		     size_t key_len, const void *value, size_t len);
void cchc_txn_delete(struct cchc_txn *txn, unsigned table, const void *key,
		     size_t key_len); /* fine if it is not there */
/* Marks the transaction as failed, e.g. when a value does not decode. */
void cchc_txn_fail(struct cchc_txn *txn, enum cchc_rc rc);
/* 0 after a failure. */
uint64_t cchc_txn_entries(struct cchc_txn *txn, unsigned table);

/* Walks a table in key order; ends before its transaction does:
 *
 *	for (cchc_walk_from(&walk, &txn, T, key, n); walk.found; cchc_walk_next(&walk))
 *		...
 *	cchc_walk_end(&walk);
 *
 * Keys under `prefix` only, if begun with cchc_walk_prefix. In a writing transaction the
 * table walked must not be changed meanwhile. A failure ends the walk and fails the
 * transaction: look at txn->rc after the loop. */
struct cchc_walk {
	struct cchc_txn *txn;
	void *cursor;
	bool found;
	const uint8_t *key;
	size_t key_len;
	const void *value; /* without the check sum */
	size_t len;
	uint8_t prefix[64];
	size_t prefix_len;
};

/* From the first key >= key (NULL, 0: the first of all). */
void cchc_walk_from(struct cchc_walk *walk, struct cchc_txn *txn, unsigned table,
		    const void *key, size_t key_len);
/* Every key that begins with the prefix (at most 64 bytes). */
void cchc_walk_prefix(struct cchc_walk *walk, struct cchc_txn *txn, unsigned table,
		      const void *prefix, size_t prefix_len);
/* The last key of the table. */
void cchc_walk_last(struct cchc_walk *walk, struct cchc_txn *txn, unsigned table);
void cchc_walk_next(struct cchc_walk *walk);
void cchc_walk_end(struct cchc_walk *walk);

#endif
