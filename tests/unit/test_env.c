#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "unit/envkit.h"

/* ---- opening ---- */

static void a_new_store_has_its_mode_whatever_the_umask(void **state)
{
	static const struct {
		mode_t umask;
		unsigned mode;
	} CASES[] = {{0, 0600}, {0177, 0660}, {0022, 0660}};
	struct cchc_env_options options = usual();
	struct cchc_env *env;
	struct stat st;

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		(void)umask(CASES[i].umask);
		options.mode = CASES[i].mode;
		env = open_with(&options);
		(void)umask(0022);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 07777, CASES[i].mode);
		assert_int_equal(stat(beside("-lock"), &st), 0);
		assert_int_equal(st.st_mode & 07777, CASES[i].mode);
		assert_int_not_equal(access(beside(".new"), F_OK), 0);
		assert_int_not_equal(access(beside(".new-lock"), F_OK), 0);
		cchc_env_close(&env);
		assert_null(env);
		(void)remove_store(state);
	}
}

static void a_closed_store_keeps_what_was_committed(void **state)
{
	struct cchc_env *env = open_usual();

	(void)state;
	commit_one(env, FIGURES, "11986", "21");
	cchc_env_close(&env);
	cchc_env_close(&env); /* NULL is fine */
	env = open_usual();
	assert_stored(env, FIGURES, "11986", "21");
	cchc_env_close(&env);
}

static enum cchc_rc fill(void *data, struct cchc_env *env)
{
	unsigned *calls = data;

	(*calls)++;
	commit_one(env, FIGURES, "store id", "made once");
	return CCHC_OK;
}

static enum cchc_rc fill_fails(void *data, struct cchc_env *env)
{
	(void)fill(data, env);
	return CCHC_DENIED;
}

static void a_new_store_is_filled_before_it_gets_its_name(void **state)
{
	struct cchc_env_options options = usual();
	struct cchc_env *env = NULL;
	unsigned calls = 0;

	(void)state;
	options.data = &calls;
	options.fill = fill_fails;
	assert_int_equal(cchc_env_open(&options, &env, NULL), CCHC_DENIED);
	assert_null(env);
	assert_int_not_equal(access(path, F_OK), 0);
	assert_int_not_equal(access(beside(".new"), F_OK), 0);
	options.fill = fill;
	env = open_with(&options);
	cchc_env_close(&env);
	env = open_with(&options);
	assert_stored(env, FIGURES, "store id", "made once");
	cchc_env_close(&env);
	assert_int_equal(calls, 2);
}

static void write_file(const char *name, const void *bytes, size_t len)
{
	FILE *f = fopen(name, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static void what_a_crashed_creation_left_is_swept_away(void **state)
{
	struct cchc_env *env;

	(void)state;
	write_file(beside(".new"), "half a store", 12);
	write_file(beside(".new-lock"), "", 0);
	env = open_usual();
	commit_one(env, FIGURES, "a", "1");
	cchc_env_close(&env);
	assert_int_not_equal(access(beside(".new"), F_OK), 0);
	assert_int_not_equal(access(beside(".new-lock"), F_OK), 0);
}

static void nothing_is_made_over_a_file_that_is_no_store(void **state)
{
	static char junk[16384];
	static const size_t SIZES[] = {0, 12, sizeof(junk)};
	struct cchc_env_options options = usual();
	struct cchc_env *env = NULL;
	struct cchc_err err;
	struct stat st;

	(void)state;
	memset(junk, 'j', sizeof(junk));
	for (size_t i = 0; i < sizeof(SIZES) / sizeof(SIZES[0]); i++) {
		write_file(path, junk, SIZES[i]);
		assert_int_equal(cchc_env_open(&options, &env, &err), CCHC_CORRUPT);
		assert_null(env);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_size, SIZES[i]);
	}
}

static void a_reader_neither_makes_nor_changes_anything(void **state)
{
	struct cchc_env_options options = usual();
	struct cchc_env *env = NULL;
	struct cchc_txn txn;

	(void)state;
	options.read_only = true;
	assert_int_equal(cchc_env_open(&options, &env, NULL), CCHC_NOTFOUND);
	assert_int_not_equal(access(path, F_OK), 0);
	env = open_usual();
	commit_one(env, JOURNAL, "1", "hello");
	cchc_env_close(&env);
	assert_int_equal(unlink(beside("-lock")), 0);

	env = open_with(&options);
	assert_int_not_equal(access(beside("-lock"), F_OK), 0);
	assert_stored(env, JOURNAL, "1", "hello");
	cchc_txn_write(&txn, env);
	put(&txn, JOURNAL, "2", "no");
	assert_int_equal(cchc_txn_commit(&txn), CCHC_DENIED);
	cchc_env_close(&env);
	options.n_tables = 3;
	assert_int_equal(cchc_env_open(&options, &env, NULL), CCHC_INVALID);
}

static void a_later_version_may_add_a_table(void **state)
{
	struct cchc_env_options options = usual();
	struct cchc_env *env = open_usual();

	(void)state;
	commit_one(env, FIGURES, "a", "1");
	cchc_env_close(&env);
	options.n_tables = 3;
	env = open_with(&options);
	commit_one(env, 2, "b", "2");
	assert_stored(env, FIGURES, "a", "1");
	cchc_env_close(&env);
}

static void a_missing_directory_is_not_found(void **state)
{
	struct cchc_env_options options = usual();
	struct cchc_env *env = NULL;
	struct cchc_err err;

	(void)state;
	options.path = "/nowhere/store";
	assert_int_equal(cchc_env_open(&options, &env, &err), CCHC_NOTFOUND);
	assert_non_null(strstr(err.text, "/nowhere/store"));
}

/* ---- limits ---- */

static enum cchc_rc write_until_full(struct cchc_env *env, uint32_t *n)
{
	static const char value[1500] = "x";
	struct cchc_txn txn;
	enum cchc_rc rc;

	do {
		cchc_txn_write(&txn, env);
		for (unsigned i = 0; i < 5; i++, (*n)++)
			cchc_txn_put(&txn, FIGURES, n, sizeof(*n), value, sizeof(value));
		rc = cchc_txn_commit(&txn);
	} while (rc == CCHC_OK);
	return rc;
}

static void a_full_map_answers_nospace_and_the_store_lives_on(void **state)
{
	struct cchc_env_options options = usual();
	struct cchc_env_usage before;
	struct cchc_env_usage full;
	struct cchc_env *env = open_usual();
	struct cchc_txn txn;
	uint32_t n = 0;
	uint32_t last;

	(void)state;
	commit_one(env, JOURNAL, "kept", "yes");
	assert_int_equal(cchc_env_usage(env, &before), CCHC_OK);
	assert_int_equal(before.map_bytes, MAP);
	assert_int_equal(before.entries, 1);
	assert_true(before.used_bytes > 0 && before.used_bytes < MAP / 10);
	assert_int_equal(write_until_full(env, &n), CCHC_NOSPACE);
	last = n;
	assert_int_equal(write_until_full(env, &n), CCHC_NOSPACE);
	assert_int_equal(cchc_env_usage(env, &full), CCHC_OK);
	assert_true(full.used_bytes > MAP / 10 * 8 && full.used_bytes <= MAP);
	assert_int_equal(full.entries, 1 + last - 5);
	assert_stored(env, JOURNAL, "kept", "yes");
	cchc_env_close(&env);

	options.map_bytes = 2 * (size_t)MAP - 1; /* rounded up to whole pages */
	env = open_with(&options);
	cchc_txn_write(&txn, env);
	for (uint32_t i = 0; i < last; i++)
		cchc_txn_delete(&txn, FIGURES, &i, sizeof(i));
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	assert_int_equal(cchc_env_usage(env, &full), CCHC_OK);
	assert_int_equal(full.map_bytes, 2 * MAP);
	assert_true(full.used_bytes < MAP / 10);
	assert_int_equal(full.entries, 1);
	cchc_env_close(&env);
}

/* A commit whose write is refused by the kernel, as by a full disk. */
static enum cchc_rc commit_that_cannot_write(struct cchc_env *env)
{
	static const char value[60000] = "x";
	struct rlimit usual_limit;
	struct rlimit small;
	struct cchc_txn txn;
	enum cchc_rc rc;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &usual_limit), 0);
	(void)signal(SIGXFSZ, SIG_IGN);
	small = usual_limit;
	small.rlim_cur = 8192;
	cchc_txn_write(&txn, env);
	cchc_txn_put(&txn, FIGURES, "big", 3, value, sizeof(value));
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	rc = cchc_txn_commit(&txn);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &usual_limit), 0);
	return rc;
}

static void a_failed_commit_is_unknown_until_the_store_is_reopened(void **state)
{
	struct cchc_env *env = open_usual();
	struct cchc_env_usage usage;
	struct cchc_txn txn;

	(void)state;
	commit_one(env, FIGURES, "a", "1");
	assert_int_equal(commit_that_cannot_write(env), CCHC_UNKNOWN);
	cchc_txn_read(&txn, env);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_UNKNOWN);
	cchc_txn_write(&txn, env);
	put(&txn, FIGURES, "b", "2");
	assert_int_equal(cchc_txn_commit(&txn), CCHC_UNKNOWN);
	assert_int_equal(cchc_env_usage(env, &usage), CCHC_UNKNOWN);
	cchc_env_check_readers(env); /* no harm */
	assert_int_equal(cchc_env_reopen(env, NULL), CCHC_OK);
	assert_stored(env, FIGURES, "a", "1");
	commit_one(env, FIGURES, "b", "2");
	assert_stored(env, FIGURES, "b", "2");
	cchc_env_check_readers(env);
	cchc_env_close(&env);
}

static void a_reopen_that_fails_can_be_tried_again(void **state)
{
	struct cchc_env *env = open_usual();
	struct cchc_txn txn;
	char aside[80];

	(void)state;
	commit_one(env, FIGURES, "a", "1");
	(void)snprintf(aside, sizeof(aside), "%s.aside", path);
	assert_int_equal(rename(path, aside), 0);
	assert_int_equal(cchc_env_reopen(env, NULL), CCHC_NOTFOUND);
	assert_int_not_equal(access(path, F_OK), 0);
	cchc_txn_read(&txn, env);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_UNKNOWN);
	assert_int_equal(rename(aside, path), 0);
	assert_int_equal(cchc_env_reopen(env, NULL), CCHC_OK);
	assert_stored(env, FIGURES, "a", "1");
	cchc_env_close(&env);
}

/* ---- threads ---- */

struct reader {
	struct cchc_env *env;
	atomic_bool reading;
	atomic_bool may_end;
	atomic_bool ended;
	atomic_bool stop;
	atomic_uint rounds;
};

static void nap(void)
{
	const struct timespec ms = {.tv_nsec = 1000000};

	(void)nanosleep(&ms, NULL);
}

static void *hold_a_transaction(void *data)
{
	struct reader *r = data;
	struct cchc_txn txn;

	cchc_txn_read(&txn, r->env);
	atomic_store(&r->reading, true);
	while (!atomic_load(&r->may_end))
		nap();
	for (unsigned i = 0; i < 50; i++)
		nap(); /* the reopen is waiting by now */
	if (!has(&txn, FIGURES, "a", "1"))
		abort();
	atomic_store(&r->ended, true);
	cchc_txn_abort(&txn);
	return NULL;
}

static void a_reopen_waits_for_readers(void **state)
{
	struct cchc_env *env = open_usual();
	struct reader r = {.env = env};
	pthread_t thread;

	(void)state;
	commit_one(env, FIGURES, "a", "1");
	assert_int_equal(pthread_create(&thread, NULL, hold_a_transaction, &r), 0);
	while (!atomic_load(&r.reading))
		nap();
	atomic_store(&r.may_end, true);
	assert_int_equal(cchc_env_reopen(env, NULL), CCHC_OK);
	assert_true(atomic_load(&r.ended));
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_stored(env, FIGURES, "a", "1");
	cchc_env_close(&env);
}

static void *read_all_the_time(void *data)
{
	struct reader *r = data;

	while (!atomic_load(&r->stop)) {
		struct cchc_txn txn;

		cchc_txn_read(&txn, r->env);
		if (!has(&txn, FIGURES, "a", "1") || cchc_txn_commit(&txn) != CCHC_OK)
			abort(); /* never torn, never refused: reopens are waited for */
		atomic_fetch_add(&r->rounds, 1);
		nap();
	}
	return NULL;
}

static void readers_wait_while_a_reopen_is_under_way(void **state)
{
	struct cchc_env *env = open_usual();
	struct reader r = {.env = env};
	pthread_t thread[3];

	(void)state;
	commit_one(env, FIGURES, "a", "1");
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, read_all_the_time, &r),
				 0);
	for (unsigned i = 0; i < 50; i++) {
		commit_one(env, JOURNAL, "now", "x");
		assert_int_equal(cchc_env_reopen(env, NULL), CCHC_OK);
	}
	while (atomic_load(&r.rounds) < 100)
		nap();
	atomic_store(&r.stop, true);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(pthread_join(thread[i], NULL), 0);
	cchc_env_close(&env);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CLEAN(a_new_store_has_its_mode_whatever_the_umask),
		CLEAN(a_closed_store_keeps_what_was_committed),
		CLEAN(a_new_store_is_filled_before_it_gets_its_name),
		CLEAN(what_a_crashed_creation_left_is_swept_away),
		CLEAN(nothing_is_made_over_a_file_that_is_no_store),
		CLEAN(a_reader_neither_makes_nor_changes_anything),
		CLEAN(a_later_version_may_add_a_table),
		CLEAN(a_missing_directory_is_not_found),
		CLEAN(a_full_map_answers_nospace_and_the_store_lives_on),
		CLEAN(a_failed_commit_is_unknown_until_the_store_is_reopened),
		CLEAN(a_reopen_that_fails_can_be_tried_again),
		CLEAN(a_reopen_waits_for_readers),
		CLEAN(readers_wait_while_a_reopen_is_under_way),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
