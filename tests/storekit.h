#ifndef CCHC_TESTS_STOREKIT_H
#define CCHC_TESTS_STOREKIT_H

/* A store of the daemon in a directory of its own, and senders that number and chain
 * their messages as an agent does. Include after cmocka.h. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/crc32c.h"
#include "io/digest.h"
#include "store/apply.h"
#include "store/tables.h"

#include "senderkit.h"

enum { KIT_MAP = 256 * 1024 * 1024, KIT_BATCH = 1000 };

struct kit {
	char dir[128];
	char path[160];
	struct cchc_store store;
	struct cchc_arena arena;
};

static inline void kit_open(struct kit *kit)
{
	const char *tmp = getenv("TMPDIR");
	struct cchc_err err = {.text = ""};

	cchc_digest_start();
	(void)snprintf(kit->dir, sizeof(kit->dir), "%s/test_store.XXXXXX",
		       tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(kit->dir));
	(void)snprintf(kit->path, sizeof(kit->path), "%s/store", kit->dir);
	if (cchc_store_open(&kit->store, kit->path, KIT_MAP, &err))
		fail_msg("%s", err.text);
	cchc_arena_init(&kit->arena, 64 * 1024 * 1024);
}

static inline void kit_close(struct kit *kit)
{
	char lock[192];

	cchc_store_close(&kit->store);
	cchc_arena_fini(&kit->arena);
	(void)snprintf(lock, sizeof(lock), "%s-lock", kit->path);
	(void)unlink(kit->path);
	(void)unlink(lock);
	assert_int_equal(rmdir(kit->dir), 0);
}

/* A test of a program whose `kit` is opened before it and closed after it. */
#define KIT_TEST(test)                                                                   \
	cmocka_unit_test_prestate_setup_teardown(test, kit_set_up, kit_tear_down, &kit)

static inline int kit_set_up(void **state)
{
	kit_open(*state);
	return 0;
}

static inline int kit_tear_down(void **state)
{
	kit_close(*state);
	return 0;
}

/* Everything in a table as one number. */
static inline uint32_t kit_sum(struct kit *kit, enum cchc_table table)
{
	struct cchc_walk walk;
	struct cchc_txn txn;
	uint32_t sum = 0;

	cchc_txn_read(&txn, kit->store.env);
	cchc_walk_from(&walk, &txn, table, NULL, 0);
	for (; walk.found; cchc_walk_next(&walk)) {
		sum = cchc_crc32c(sum, walk.key, walk.key_len);
		sum = cchc_crc32c(sum, walk.value, walk.len);
	}
	cchc_walk_end(&walk);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	return sum;
}

/* Every table but `meta`, whose ids are random. */
static inline uint32_t kit_sum_all(struct kit *kit)
{
	uint32_t sum = 0;

	for (int table = CCHC_TABLE_META + 1; table < CCHC_TABLES; table++)
		sum = sum * 31 + kit_sum(kit, (enum cchc_table)table);
	return sum;
}

static inline uint64_t kit_commit_number(struct kit *kit)
{
	struct cchc_txn txn;
	uint64_t number;

	cchc_txn_read(&txn, kit->store.env);
	number = cchc_store_commit_number(&txn);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	return number;
}

/* Every entry of a journal into an empty store: all of them do there what they did. */
static inline void kit_replay(struct kit *from, struct kit *to)
{
	struct cchc_outcome outcome;
	struct cchc_entry entry;
	struct cchc_txn reading;
	struct cchc_txn txn;
	uint64_t last = kit_commit_number(from);

	cchc_txn_read(&reading, from->store.env);
	cchc_txn_write(&txn, to->store.env);
	for (uint64_t number = 1; number <= last; number++) {
		assert_true(cchc_store_entry(&reading, number, &to->arena, &entry));
		entry.number = 0;
		cchc_apply(&txn, &entry, NULL, NULL, &to->arena, &outcome);
		assert_int_equal(outcome.applied, CCHC_APPLIED);
		assert_int_equal(entry.number, number);
		cchc_arena_reset(&to->arena);
		if (number % KIT_BATCH == 0) {
			assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
			cchc_txn_write(&txn, to->store.env);
		}
	}
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	assert_int_equal(cchc_txn_commit(&reading), CCHC_OK);
}

/* Applied in a transaction of its own, the chain checked over `body`. */
static inline struct cchc_outcome kit_apply(struct kit *kit, struct cchc_entry *entry,
					    uint32_t body)
{
	struct message m = {
		.seq = entry->seq, .kind = (uint8_t)entry->kind, .body = body};
	struct cchc_outcome outcome;
	struct cchc_txn txn;

	cchc_txn_write(&txn, kit->store.env);
	cchc_apply(&txn, entry, chain_of, &m, &kit->arena, &outcome);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	return outcome;
}

/* Applied and thrown away: the code the commit would have answered. */
static inline enum cchc_rc kit_try(struct kit *kit, struct cchc_entry *entry)
{
	struct cchc_outcome outcome;
	struct cchc_txn txn;
	enum cchc_rc rc;

	cchc_txn_write(&txn, kit->store.env);
	cchc_apply(&txn, entry, NULL, NULL, &kit->arena, &outcome);
	rc = txn.rc;
	cchc_txn_abort(&txn);
	return rc;
}

static inline struct cchc_refusal refusal_of(uint16_t index, const char *field)
{
	struct cchc_refusal refusal = {.index = index, .rule = CCHC_RULE_NEGATIVE};

	(void)snprintf(refusal.field, sizeof(refusal.field), "%s", field);
	(void)snprintf(refusal.value, sizeof(refusal.value), "-1");
	return refusal;
}

#endif
