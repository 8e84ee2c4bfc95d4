#ifndef CCHC_TESTS_ENVKIT_H
#define CCHC_TESTS_ENVKIT_H

/* A store in a directory of its own, for the tests of lib/io/env.h. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/env.h"

enum { FIGURES, JOURNAL };
enum { MAP = 4 * 1024 * 1024 };

static char dir[] = "/tmp/test_env.XXXXXX";
static char path[64];
static const char *const TABLES[] = {"figures", "journal", "later"};

static inline struct cchc_env_options usual(void)
{
	return (struct cchc_env_options){.path = path,
					 .map_bytes = MAP,
					 .tables = TABLES,
					 .n_tables = 2,
					 .mode = 0600};
}

static inline struct cchc_env *open_with(const struct cchc_env_options *options)
{
	struct cchc_env *env = NULL;
	struct cchc_err err = {.text = ""};
	enum cchc_rc rc = cchc_env_open(options, &env, &err);

	if (rc != CCHC_OK)
		print_error("%s\n", err.text);
	assert_int_equal(rc, CCHC_OK);
	return env;
}

static inline struct cchc_env *open_usual(void)
{
	struct cchc_env_options options = usual();

	return open_with(&options);
}

static inline void put(struct cchc_txn *txn, unsigned table, const char *key,
		       const char *value)
{
	cchc_txn_put(txn, table, key, strlen(key), value, strlen(value));
}

static inline void commit_one(struct cchc_env *env, unsigned table, const char *key,
			      const char *value)
{
	struct cchc_txn txn;

	cchc_txn_write(&txn, env);
	put(&txn, table, key, value);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
}

static inline bool has(struct cchc_txn *txn, unsigned table, const char *key,
		       const char *value)
{
	const void *got;
	size_t len;

	return cchc_txn_get(txn, table, key, strlen(key), &got, &len) &&
	       len == strlen(value) && memcmp(got, value, len) == 0;
}

static inline void assert_stored(struct cchc_env *env, unsigned table, const char *key,
				 const char *value)
{
	struct cchc_txn txn;

	cchc_txn_read(&txn, env);
	assert_true(has(&txn, table, key, value));
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
}

static inline void assert_absent(struct cchc_env *env, unsigned table, const char *key)
{
	struct cchc_txn txn;
	const void *value;
	size_t len;

	cchc_txn_read(&txn, env);
	assert_false(cchc_txn_get(&txn, table, key, strlen(key), &value, &len));
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
}

static inline char *beside(const char *suffix)
{
	static char name[80];

	(void)snprintf(name, sizeof(name), "%s%s", path, suffix);
	return name;
}

static inline int make_dir(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	(void)snprintf(path, sizeof(path), "%s/store", dir);
	return 0;
}

static inline int remove_store(void **state)
{
	(void)state;
	(void)unlink(path);
	(void)unlink(beside("-lock"));
	(void)unlink(beside(".new"));
	(void)unlink(beside(".new-lock"));
	return 0;
}

static inline int remove_dir(void **state)
{
	(void)state;
	return rmdir(dir);
}

#define CLEAN(test) cmocka_unit_test_teardown(test, remove_store)

#endif
