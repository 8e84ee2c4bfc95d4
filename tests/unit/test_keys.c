#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/keys.h"

static char dir[] = "/tmp/test_keys.XXXXXX";
static char path[64];

/* The pair of the ZeroMQ specification (RFC 26). */
#define PUBLIC "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
#define SECRET "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs"

static int make_dir(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	(void)snprintf(path, sizeof(path), "%s/key", dir);
	return 0;
}

static int remove_file(void **state)
{
	(void)state;
	(void)unlink(path);
	return 0;
}

static int remove_dir(void **state)
{
	(void)state;
	return rmdir(dir);
}

static void write_file(const char *text, size_t len, mode_t mode)
{
	FILE *f;

	(void)unlink(path); /* one that must not be written could stand there */
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static enum cchc_rc load(const char *text, mode_t mode, struct cchc_key_pair *pair,
			 struct cchc_err *err)
{
	write_file(text, strlen(text), mode);
	return cchc_keys_load(path, pair, err);
}

static void a_saved_pair_is_loaded_again(void **state)
{
	struct cchc_key_pair made;
	struct cchc_key_pair loaded;
	struct cchc_err err;
	struct stat st;

	(void)state;
	assert_int_equal(cchc_keys_make(&made, &err), CCHC_OK);
	(void)umask(0777);
	assert_int_equal(cchc_keys_save(path, &made, "thị trấn Như Quỳnh", &err),
			 CCHC_OK);
	(void)umask(0022);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(cchc_keys_load(path, &loaded, &err), CCHC_OK);
	assert_string_equal(loaded.public_key, made.public_key);
	assert_string_equal(loaded.secret_key, made.secret_key);
}

static void two_made_pairs_differ(void **state)
{
	struct cchc_key_pair a;
	struct cchc_key_pair b;

	(void)state;
	assert_int_equal(cchc_keys_make(&a, NULL), CCHC_OK);
	assert_int_equal(cchc_keys_make(&b, NULL), CCHC_OK);
	assert_string_not_equal(a.secret_key, b.secret_key);
	assert_true(cchc_key_is_valid(a.public_key));
}

static void an_existing_file_is_not_written_over(void **state)
{
	struct cchc_key_pair pair;
	struct cchc_err err;
	char kept[5] = "";
	int fd;

	(void)state;
	write_file("mine", 4, 0600);
	assert_int_equal(cchc_keys_make(&pair, &err), CCHC_OK);
	assert_int_equal(cchc_keys_save(path, &pair, NULL, &err), CCHC_BUSY);
	fd = open(path, O_RDONLY);
	assert_int_equal(read(fd, kept, 4), 4);
	(void)close(fd);
	assert_string_equal(kept, "mine");
}

static void a_comment_cannot_smuggle_a_line(void **state)
{
	struct cchc_key_pair pair = {PUBLIC, SECRET};
	char long_comment[5000];

	(void)state;
	assert_int_equal(cchc_keys_save(path, &pair, "x\nsecret: y", NULL), CCHC_INVALID);
	memset(long_comment, 'x', sizeof(long_comment));
	long_comment[sizeof(long_comment) - 1] = '\0';
	assert_int_equal(cchc_keys_save(path, &pair, long_comment, NULL), CCHC_LIMIT);
	assert_int_not_equal(access(path, F_OK), 0);
}

static void what_a_key_file_may_hold(void **state)
{
	static const struct {
		const char *text;
		enum cchc_rc rc;
	} CASES[] = {
		{"public: " PUBLIC "\nsecret: " SECRET "\n", CCHC_OK},
		{"secret: " SECRET "\npublic: " PUBLIC, CCHC_OK},
		{"# of 11986\r\n\r\n\tpublic:" PUBLIC " \r\nsecret:\t" SECRET "\r\n",
		 CCHC_OK},
		{"", CCHC_INVALID},
		{"public: " PUBLIC "\n", CCHC_INVALID},
		{"secret: " SECRET "\n", CCHC_INVALID},
		{"public: " SECRET "\nsecret: " PUBLIC "\n", CCHC_INVALID},
		{"public: " PUBLIC "\nsecret: " PUBLIC "\n", CCHC_INVALID},
		{"public: " PUBLIC "x\nsecret: " SECRET "\n", CCHC_INVALID},
		{"public: " PUBLIC "\npublic: " PUBLIC "\nsecret: " SECRET "\n",
		 CCHC_INVALID},
		{"public: " PUBLIC "\nsecret: " SECRET "\nother: 1\n", CCHC_INVALID},
		{"public " PUBLIC "\nsecret: " SECRET "\n", CCHC_INVALID},
		{"public:\nsecret:\n", CCHC_INVALID},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct cchc_key_pair pair = {"untouched", "untouched"};
		struct cchc_err err = {.text = ""};

		print_message("case %zu\n", i);
		assert_int_equal(load(CASES[i].text, 0600, &pair, &err), CASES[i].rc);
		assert_string_equal(pair.public_key, CASES[i].rc ? "untouched" : PUBLIC);
		assert_string_equal(pair.secret_key, CASES[i].rc ? "untouched" : SECRET);
		assert_null(strstr(err.text, SECRET));
	}
}

static void a_wrong_line_is_named(void **state)
{
	struct cchc_key_pair pair;
	struct cchc_err err;

	(void)state;
	assert_int_equal(load("# one\npublic: " PUBLIC "\nnonsense\n", 0600, &pair, &err),
			 CCHC_INVALID);
	assert_non_null(strstr(err.text, "key:3: "));
}

static void a_file_too_large_or_with_a_nul_is_no_key_file(void **state)
{
	struct cchc_key_pair pair;
	char big[5000];

	(void)state;
	memset(big, '#', sizeof(big));
	write_file(big, sizeof(big), 0600);
	assert_int_equal(cchc_keys_load(path, &pair, NULL), CCHC_INVALID);
	write_file("public: " PUBLIC "\n\0secret: " SECRET "\n", 99, 0600);
	assert_int_equal(cchc_keys_load(path, &pair, NULL), CCHC_INVALID);
}

static void only_the_owner_may_read_a_key(void **state)
{
	static const mode_t DENIED[] = {0640, 0604, 0620, 0602, 0660, 0666, 0610};
	const char *text = "public: " PUBLIC "\nsecret: " SECRET "\n";
	struct cchc_key_pair pair;

	(void)state;
	for (size_t i = 0; i < sizeof(DENIED) / sizeof(DENIED[0]); i++)
		assert_int_equal(load(text, DENIED[i], &pair, NULL), CCHC_DENIED);
	assert_int_equal(load(text, 0400, &pair, NULL), CCHC_OK);
}

static void a_credential_of_systemd_may_show_its_access_list(void **state)
{
	const char *text = "public: " PUBLIC "\nsecret: " SECRET "\n";
	struct cchc_key_pair pair;

	(void)state;
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", dir, 1), 0);
	assert_int_equal(load(text, 0440, &pair, NULL), CCHC_OK);
	assert_int_equal(load(text, 0444, &pair, NULL), CCHC_DENIED);
	assert_int_equal(load(text, 0460, &pair, NULL), CCHC_DENIED);
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", "/elsewhere", 1), 0);
	assert_int_equal(load(text, 0440, &pair, NULL), CCHC_DENIED);
	assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
}

static void what_is_no_file_is_refused(void **state)
{
	struct cchc_key_pair pair;

	(void)state;
	assert_int_equal(cchc_keys_load("/nowhere/key", &pair, NULL), CCHC_NOTFOUND);
	assert_int_equal(cchc_keys_load(dir, &pair, NULL), CCHC_INVALID);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(cchc_keys_load(path, &pair, NULL), CCHC_INVALID);
	assert_int_equal(cchc_keys_save("/nowhere/key", &pair, NULL, NULL),
			 CCHC_NOTFOUND);
}

static void a_key_is_forty_letters_of_z85(void **state)
{
	static const struct {
		const char *text;
		bool valid;
	} CASES[] = {
		{PUBLIC, true},
		{SECRET, true},
		{"", false},
		{PUBLIC "0", false},
		{"Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hI", false},
		{"Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hI\"", false},
		{"Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{h D", false},
		{"Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{h\xc3\xa0", false},
		{"########################################", false}, /* beyond 32 bits */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		print_message("case %zu\n", i);
		assert_int_equal(cchc_key_is_valid(CASES[i].text), CASES[i].valid);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_saved_pair_is_loaded_again, remove_file),
		cmocka_unit_test(two_made_pairs_differ),
		cmocka_unit_test_teardown(an_existing_file_is_not_written_over,
					  remove_file),
		cmocka_unit_test(a_comment_cannot_smuggle_a_line),
		cmocka_unit_test_teardown(what_a_key_file_may_hold, remove_file),
		cmocka_unit_test_teardown(a_wrong_line_is_named, remove_file),
		cmocka_unit_test_teardown(a_file_too_large_or_with_a_nul_is_no_key_file,
					  remove_file),
		cmocka_unit_test_teardown(only_the_owner_may_read_a_key, remove_file),
		cmocka_unit_test_teardown(
			a_credential_of_systemd_may_show_its_access_list, remove_file),
		cmocka_unit_test_teardown(what_is_no_file_is_refused, remove_file),
		cmocka_unit_test(a_key_is_forty_letters_of_z85),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
