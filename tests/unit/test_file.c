/* Whole files: read within bounds, replaced at once, moved, and their directories made.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <signal.h>
#include <unistd.h>

#include "base/check.h"
#include "io/file.h"

struct fixture {
	struct cchc_arena arena;
	char dir[64];
	struct cchc_err err;
};

static int setup(void **state)
{
	static struct fixture f;

	f = (struct fixture){.dir = "/tmp/test-file-XXXXXX"};
	cchc_arena_init(&f.arena, 1u << 20);
	*state = &f;
	return mkdtemp(f.dir) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	cchc_arena_fini(&f->arena);
	return nftw(f->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static const char *in_dir(struct fixture *f, const char *name)
{
	return cchc_arena_format(&f->arena, "%s/%s", f->dir, name);
}

static unsigned count_entries(const char *path)
{
	DIR *dir = opendir(path);
	unsigned n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n - 2; /* . and .. */
}

static void assert_holds(struct fixture *f, const char *path, const char *text)
{
	char *bytes;
	size_t len;

	assert_int_equal(cchc_file_read(&f->arena, path, 1000, &bytes, &len, &f->err),
			 CCHC_OK);
	assert_int_equal(len, strlen(text));
	assert_string_equal(bytes, text); /* so a NUL follows */
}

static void what_is_written_is_read_back(void **state)
{
	struct fixture *f = *state;
	const char *path = in_dir(f, "a");
	struct stat st;
	mode_t mask = umask(022);

	assert_int_equal(cchc_file_replace(path, "old", 3, 0640, &f->err), CCHC_OK);
	assert_holds(f, path, "old");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	assert_int_equal(cchc_file_replace(path, "newer", 5, 0600, NULL), CCHC_OK);
	assert_holds(f, path, "newer");
	assert_int_equal(cchc_file_replace(path, "", 0, 0600, NULL), CCHC_OK);
	assert_holds(f, path, "");
	assert_int_equal(count_entries(f->dir), 1);
	umask(mask);
}

static void a_name_without_directory_is_in_this_one(void **state)
{
	struct fixture *f = *state;
	char *before = getcwd(NULL, 0);

	assert_int_equal(chdir(f->dir), 0);
	assert_int_equal(cchc_file_replace("a", "x", 1, 0600, &f->err), CCHC_OK);
	assert_int_equal(cchc_file_make_dir("b/c", 0700, &f->err), CCHC_OK);
	assert_int_equal(cchc_file_move("a", "b/c/d", &f->err), CCHC_OK);
	assert_holds(f, "b/c/d", "x");
	assert_int_equal(chdir(before), 0);
	free(before);
}

static void what_a_crash_left_behind_is_no_hindrance(void **state)
{
	struct fixture *f = *state;
	char name[64];

	for (unsigned i = 0; i < 3; i++) {
		(void)snprintf(name, sizeof(name), ".a.%ld.%u", (long)getpid(), i);
		assert_int_equal(cchc_file_replace(in_dir(f, name), "x", 1, 0600, NULL),
				 CCHC_OK);
	}
	assert_int_equal(cchc_file_replace(in_dir(f, "a"), "y", 1, 0600, &f->err),
			 CCHC_OK);
	assert_holds(f, in_dir(f, "a"), "y");
	assert_int_equal(count_entries(f->dir), 4);
}

/* RLIMIT_FSIZE makes the write fail in the middle, as a full disk does. */
static void a_failed_write_leaves_the_old_content_and_no_litter(void **state)
{
	struct fixture *f = *state;
	const char *path = in_dir(f, "a");
	static char big[100000];
	struct rlimit before;
	struct rlimit small;

	assert_int_equal(cchc_file_replace(path, "old", 3, 0600, NULL), CCHC_OK);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = 50000;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(cchc_file_replace(path, big, sizeof(big), 0600, &f->err),
			 CCHC_IO);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_non_null(strstr(f->err.text, path));
	assert_non_null(strstr(f->err.text, strerror(EFBIG)));
	assert_holds(f, path, "old");
	assert_int_equal(count_entries(f->dir), 1);
}

static void only_regular_files_within_the_bound_are_read(void **state)
{
	struct fixture *f = *state;
	const char *file = in_dir(f, "file");
	const char *fifo = in_dir(f, "fifo");
	const char *link = in_dir(f, "link");
	const struct {
		const char *path;
		size_t max_bytes;
		enum cchc_rc rc;
		const char *says;
	} cases[] = {
		{file, 5, CCHC_OK, ""},
		{link, 5, CCHC_OK, ""},
		{file, 4, CCHC_LIMIT, "5 bytes, at most 4"},
		{fifo, 5, CCHC_INVALID, "not a regular file"},
		{f->dir, 5, CCHC_INVALID, "not a regular file"},
		{"/dev/zero", 5, CCHC_INVALID, "not a regular file"},
		{in_dir(f, "none"), 5, CCHC_NOTFOUND, strerror(ENOENT)},
		{in_dir(f, "file/none"), 5, CCHC_NOTFOUND, strerror(ENOTDIR)},
		{"", 5, CCHC_NOTFOUND, strerror(ENOENT)},
		/* says 0 bytes and has some: a file that grows looks like this */
		{"/proc/self/stat", 5, CCHC_BUSY, "changed while it was read"},
	};

	assert_int_equal(cchc_file_replace(file, "12345", 5, 0600, NULL), CCHC_OK);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(symlink("file", link), 0);
	for (size_t i = 0; i < CCHC_COUNT(cases); i++) {
		char *bytes = NULL;
		size_t len = 77;

		f->err = (struct cchc_err){0};
		assert_int_equal(cchc_file_read(&f->arena, cases[i].path,
						cases[i].max_bytes, &bytes, &len,
						&f->err),
				 cases[i].rc);
		if (cases[i].rc == CCHC_OK)
			continue;
		assert_null(bytes);
		assert_int_equal(len, 77);
		assert_int_equal(
			strncmp(f->err.text, cases[i].path, strlen(cases[i].path)), 0);
		assert_non_null(strstr(f->err.text, cases[i].says));
	}
}

static void a_file_that_may_not_be_read_is_denied(void **state)
{
	struct fixture *f = *state;
	const char *path = in_dir(f, "a");
	char *bytes;
	size_t len;

	if (geteuid() == 0)
		skip(); /* root may read everything */
	assert_int_equal(cchc_file_replace(path, "x", 1, 0, NULL), CCHC_OK);
	assert_int_equal(cchc_file_read(&f->arena, path, 5, &bytes, &len, &f->err),
			 CCHC_DENIED);
}

static void a_secret_is_read_where_it_is_the_owner_s_alone(void **state)
{
	static const mode_t DENIED[] = {0640, 0604, 0620, 0666, 0610, 0601};
	struct fixture *f = *state;
	const char *path = in_dir(f, "secret");
	char *bytes;
	size_t len;

	assert_int_equal(cchc_file_replace(path, "x", 1, 0600, NULL), CCHC_OK);
	assert_int_equal(
		cchc_file_read_secret(&f->arena, path, 10, &bytes, &len, &f->err),
		CCHC_OK);
	assert_string_equal(bytes, "x");
	for (size_t i = 0; i < CCHC_COUNT(DENIED); i++) {
		assert_int_equal(chmod(path, DENIED[i]), 0);
		assert_int_equal(
			cchc_file_read_secret(&f->arena, path, 10, &bytes, &len, &f->err),
			CCHC_DENIED);
		assert_non_null(strstr(f->err.text, "chmod 600"));
	}
	assert_int_equal(cchc_file_read_secret(&f->arena, in_dir(f, "none"), 10, &bytes,
					       &len, &f->err),
			 CCHC_NOTFOUND);
	assert_int_equal(
		cchc_file_read_secret(&f->arena, f->dir, 10, &bytes, &len, &f->err),
		CCHC_INVALID);
}

static void a_full_arena_is_out_of_memory(void **state)
{
	struct fixture *f = *state;
	struct cchc_arena small;
	char *bytes;
	size_t len;

	assert_int_equal(cchc_file_replace(in_dir(f, "a"), "12345", 5, 0600, NULL),
			 CCHC_OK);
	cchc_arena_init(&small, 4);
	assert_int_equal(
		cchc_file_read(&small, in_dir(f, "a"), 100, &bytes, &len, &f->err),
		CCHC_NOMEM);
	cchc_arena_fini(&small);
}

static void what_cannot_be_written_says_so(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(cchc_file_replace(in_dir(f, "none/a"), "x", 1, 0600, &f->err),
			 CCHC_NOTFOUND);
	assert_int_equal(cchc_file_replace(in_dir(f, ""), "x", 1, 0600, &f->err),
			 CCHC_INVALID);
	assert_int_equal(cchc_file_make_dir(in_dir(f, "d"), 0700, &f->err), CCHC_OK);
	/* a directory stands where the file should go */
	assert_int_equal(cchc_file_replace(in_dir(f, "d"), "x", 1, 0600, &f->err),
			 CCHC_INVALID);
	assert_int_equal(count_entries(f->dir), 1);
}

static void a_file_moves_and_takes_the_place_of_another(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(cchc_file_make_dir(in_dir(f, "done"), 0700, &f->err), CCHC_OK);
	assert_int_equal(cchc_file_replace(in_dir(f, "a"), "1", 1, 0600, NULL), CCHC_OK);
	assert_int_equal(cchc_file_replace(in_dir(f, "done/a"), "0", 1, 0600, NULL),
			 CCHC_OK);
	assert_int_equal(cchc_file_move(in_dir(f, "a"), in_dir(f, "done/a"), &f->err),
			 CCHC_OK);
	assert_holds(f, in_dir(f, "done/a"), "1");
	assert_int_equal(cchc_file_move(in_dir(f, "a"), in_dir(f, "b"), &f->err),
			 CCHC_NOTFOUND);
	assert_non_null(strstr(f->err.text, "cannot move to"));
	assert_int_equal(
		cchc_file_move(in_dir(f, "done/a"), in_dir(f, "none/a"), &f->err),
		CCHC_NOTFOUND);
}

static void directories_are_made_with_their_parents(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	assert_int_equal(cchc_file_make_dir(in_dir(f, "a//b/c/"), 0700, &f->err),
			 CCHC_OK);
	assert_int_equal(cchc_file_make_dir(in_dir(f, "a/b/c"), 0700, &f->err), CCHC_OK);
	assert_int_equal(stat(in_dir(f, "a/b/c"), &st), 0);
	assert_true(S_ISDIR(st.st_mode));
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(cchc_file_make_dir("/", 0700, &f->err), CCHC_OK);
	assert_int_equal(cchc_file_make_dir("", 0700, &f->err), CCHC_INVALID);
	assert_int_equal(cchc_file_replace(in_dir(f, "x"), "", 0, 0600, NULL), CCHC_OK);
	assert_int_equal(cchc_file_make_dir(in_dir(f, "x"), 0700, &f->err), CCHC_INVALID);
	assert_int_equal(cchc_file_make_dir(in_dir(f, "x/y"), 0700, &f->err),
			 CCHC_INVALID);
}

static void a_lock_is_held_by_one(void **state)
{
	struct fixture *f = *state;
	const char *path = in_dir(f, "lock");
	int first;
	int second;

	assert_int_equal(cchc_file_lock(path, &first, &f->err), CCHC_OK);
	assert_int_equal(cchc_file_lock(path, &second, &f->err), CCHC_BUSY);
	assert_int_equal(second, -1);
	assert_int_equal(close(first), 0);
	assert_int_equal(cchc_file_lock(path, &second, &f->err), CCHC_OK);
	assert_int_equal(close(second), 0);
	assert_int_equal(cchc_file_lock(in_dir(f, "none/lock"), &second, &f->err),
			 CCHC_IO);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_written_is_read_back),
		TEST(a_name_without_directory_is_in_this_one),
		TEST(what_a_crash_left_behind_is_no_hindrance),
		TEST(a_failed_write_leaves_the_old_content_and_no_litter),
		TEST(only_regular_files_within_the_bound_are_read),
		TEST(a_file_that_may_not_be_read_is_denied),
		TEST(a_secret_is_read_where_it_is_the_owner_s_alone),
		TEST(a_full_arena_is_out_of_memory),
		TEST(what_cannot_be_written_says_so),
		TEST(a_file_moves_and_takes_the_place_of_another),
		TEST(directories_are_made_with_their_parents),
		TEST(a_lock_is_held_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
