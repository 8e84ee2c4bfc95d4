#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <sys/stat.h>

#include "unit/envkit.h"

/* ---- entries ---- */

static void values_of_every_size_come_back(void **state)
{
	static const size_t SIZES[] = {0, 1, 3, 4, 2000, 4096, 70000};
	static char bytes[70000];
	struct cchc_env *env = open_usual();
	struct cchc_txn txn;
	const void *value;
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i * 7);
	cchc_txn_write(&txn, env);
	for (uint8_t i = 0; i < sizeof(SIZES) / sizeof(SIZES[0]); i++)
		cchc_txn_put(&txn, FIGURES, &i, 1, SIZES[i] ? bytes : NULL, SIZES[i]);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	cchc_txn_read(&txn, env);
	for (uint8_t i = 0; i < sizeof(SIZES) / sizeof(SIZES[0]); i++) {
		assert_true(cchc_txn_get(&txn, FIGURES, &i, 1, &value, &len));
		assert_int_equal(len, SIZES[i]);
		assert_memory_equal(value, bytes, len);
	}
	cchc_txn_abort(&txn);
	cchc_env_close(&env);
}

static void a_later_put_replaces_and_a_delete_removes(void **state)
{
	struct cchc_env *env = open_usual();
	struct cchc_txn txn;

	(void)state;
	commit_one(env, FIGURES, "a", "one");
	commit_one(env, FIGURES, "a", "two");
	commit_one(env, FIGURES, "a", "longer than before");
	assert_stored(env, FIGURES, "a", "longer than before");
	cchc_txn_write(&txn, env);
	cchc_txn_delete(&txn, FIGURES, "a", 1);
	cchc_txn_delete(&txn, FIGURES, "never there", 11);
	assert_int_equal(cchc_txn_entries(&txn, FIGURES), 0);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	assert_absent(env, FIGURES, "a");
	cchc_env_close(&env);
}

static void tables_do_not_see_each_other(void **state)
{
	struct cchc_env *env = open_usual();

	(void)state;
	commit_one(env, FIGURES, "a", "figure");
	commit_one(env, JOURNAL, "a", "entry");
	assert_stored(env, FIGURES, "a", "figure");
	assert_stored(env, JOURNAL, "a", "entry");
	cchc_env_close(&env);
}

static void an_aborted_transaction_leaves_nothing(void **state)
{
	struct cchc_env *env = open_usual();
	struct cchc_txn txn;

	(void)state;
	cchc_txn_write(&txn, env);
	put(&txn, FIGURES, "a", "1");
	assert_true(has(&txn, FIGURES, "a", "1"));
	cchc_txn_abort(&txn);
	cchc_txn_abort(&txn); /* fine */
	assert_absent(env, FIGURES, "a");
	cchc_env_close(&env);
}

static void the_first_failure_is_the_answer_of_the_commit(void **state)
{
	static const char LONG[CCHC_KEY_MAX + 1] = "k";
	struct cchc_env *env = open_usual();
	struct cchc_txn txn;

	(void)state;
	cchc_txn_write(&txn, env);
	put(&txn, FIGURES, "a", "1");
	cchc_txn_fail(&txn, CCHC_CORRUPT);
	cchc_txn_fail(&txn, CCHC_IO);
	put(&txn, FIGURES, "b", "2");
	assert_int_equal(cchc_txn_entries(&txn, FIGURES), 0);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_CORRUPT);
	assert_absent(env, FIGURES, "a");

	cchc_txn_write(&txn, env);
	cchc_txn_put(&txn, FIGURES, LONG, CCHC_KEY_MAX, "at the limit", 12);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	cchc_txn_write(&txn, env);
	cchc_txn_put(&txn, FIGURES, LONG, CCHC_KEY_MAX + 1, "over", 4);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_INVALID);
	cchc_txn_write(&txn, env);
	cchc_txn_put(&txn, FIGURES, LONG, 0, "none", 4);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_INVALID);
	cchc_env_close(&env);
}

static void a_journal_only_grows(void **state)
{
	struct cchc_env *env = open_usual();
	struct cchc_txn txn;

	(void)state;
	cchc_txn_write(&txn, env);
	for (uint8_t n = 1; n <= 200; n++)
		cchc_txn_append(&txn, JOURNAL, &n, 1, "entry", 5);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	for (uint8_t n = 199; n <= 200; n++) {
		cchc_txn_write(&txn, env);
		cchc_txn_append(&txn, JOURNAL, &n, 1, "again", 5);
		assert_int_equal(cchc_txn_commit(&txn), CCHC_CORRUPT);
	}
	cchc_txn_read(&txn, env);
	assert_int_equal(cchc_txn_entries(&txn, JOURNAL), 200);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	cchc_env_close(&env);
}

/* ---- walking ---- */

static void collect(struct cchc_walk *walk, char *out)
{
	*out = '\0';
	for (; walk->found; cchc_walk_next(walk)) {
		(void)strncat(out, (const char *)walk->key, walk->key_len);
		(void)strcat(out, " ");
	}
	cchc_walk_next(walk); /* past the end is fine */
	assert_false(walk->found);
	cchc_walk_end(walk);
}

static void a_walk_goes_in_key_order(void **state)
{
	static const char *const KEYS[] = {"b1", "a", "c", "b", "b2", "ba"};
	struct cchc_env *env = open_usual();
	struct cchc_walk walk;
	struct cchc_txn txn;
	char seen[64];

	(void)state;
	for (size_t i = 0; i < sizeof(KEYS) / sizeof(KEYS[0]); i++)
		commit_one(env, FIGURES, KEYS[i], "v");
	commit_one(env, JOURNAL, "b9", "not this table");
	cchc_txn_read(&txn, env);
	cchc_walk_from(&walk, &txn, FIGURES, NULL, 0);
	collect(&walk, seen);
	assert_string_equal(seen, "a b b1 b2 ba c ");
	cchc_walk_from(&walk, &txn, FIGURES, "b15", 3);
	collect(&walk, seen);
	assert_string_equal(seen, "b2 ba c ");
	cchc_walk_prefix(&walk, &txn, FIGURES, "b", 1);
	collect(&walk, seen);
	assert_string_equal(seen, "b b1 b2 ba ");
	cchc_walk_prefix(&walk, &txn, FIGURES, "x", 1);
	collect(&walk, seen);
	assert_string_equal(seen, "");
	cchc_walk_prefix(&walk, &txn, FIGURES, NULL, 0);
	collect(&walk, seen);
	assert_string_equal(seen, "a b b1 b2 ba c ");
	cchc_walk_last(&walk, &txn, FIGURES);
	assert_true(walk.found && walk.len == 1 && *(const char *)walk.value == 'v');
	collect(&walk, seen);
	assert_string_equal(seen, "c ");
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	cchc_env_close(&env);
}

static void a_walk_in_an_empty_table_finds_nothing(void **state)
{
	struct cchc_env *env = open_usual();
	struct cchc_walk walk;
	struct cchc_txn txn;

	(void)state;
	cchc_txn_write(&txn, env);
	cchc_walk_from(&walk, &txn, FIGURES, "a", 1);
	assert_false(walk.found);
	cchc_walk_end(&walk);
	cchc_walk_last(&walk, &txn, FIGURES);
	assert_false(walk.found);
	cchc_walk_end(&walk);
	cchc_txn_fail(&txn, CCHC_IO);
	cchc_walk_from(&walk, &txn, FIGURES, NULL, 0);
	assert_false(walk.found);
	cchc_walk_end(&walk);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_IO);
	cchc_env_close(&env);
}

/* ---- damage ---- */

/* Flips a bit of the last byte of every place in the file where the text stands. */
static void damage(const char *text)
{
	size_t len = strlen(text);
	struct stat st;
	char *bytes;
	int fd = open(path, O_RDWR);
	unsigned hits = 0;

	assert_int_equal(fstat(fd, &st), 0);
	bytes = malloc((size_t)st.st_size);
	assert_non_null(bytes);
	assert_int_equal(pread(fd, bytes, (size_t)st.st_size, 0), st.st_size);
	for (size_t at = 0; at + len <= (size_t)st.st_size; at++) {
		if (memcmp(bytes + at, text, len) != 0)
			continue;
		bytes[at + len - 1] ^= 4;
		assert_int_equal(pwrite(fd, bytes, (size_t)st.st_size, 0), st.st_size);
		hits++;
	}
	free(bytes);
	assert_int_equal(close(fd), 0);
	assert_true(hits > 0);
}

static void a_flipped_bit_is_seen(void **state)
{
	static const char *const DAMAGED[] = {"a value to be damaged", "the-second-key"};
	struct cchc_env *env;
	struct cchc_walk walk;
	struct cchc_txn txn;
	const void *value;
	size_t len;

	for (size_t i = 0; i < 2; i++) {
		env = open_usual();
		commit_one(env, FIGURES, "the-first-key", DAMAGED[0]);
		commit_one(env, FIGURES, "the-second-key", "a value");
		cchc_env_close(&env);
		damage(DAMAGED[i]);
		env = open_usual();
		cchc_txn_read(&txn, env);
		if (i == 0)
			assert_false(cchc_txn_get(&txn, FIGURES, "the-first-key", 13,
						  &value, &len));
		cchc_walk_from(&walk, &txn, FIGURES, NULL, 0);
		while (walk.found)
			cchc_walk_next(&walk);
		cchc_walk_end(&walk);
		assert_int_equal(txn.rc, CCHC_CORRUPT);
		assert_false(has(&txn, FIGURES, "the-second-key", "a value"));
		assert_int_equal(cchc_txn_commit(&txn), CCHC_CORRUPT);
		cchc_env_close(&env);
		(void)remove_store(state);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CLEAN(values_of_every_size_come_back),
		CLEAN(a_later_put_replaces_and_a_delete_removes),
		CLEAN(tables_do_not_see_each_other),
		CLEAN(an_aborted_transaction_leaves_nothing),
		CLEAN(the_first_failure_is_the_answer_of_the_commit),
		CLEAN(a_journal_only_grows),
		CLEAN(a_walk_goes_in_key_order),
		CLEAN(a_walk_in_an_empty_table_finds_nothing),
		CLEAN(a_flipped_bit_is_seen),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
