#ifndef CCHC_TESTS_YAMLFILE_H
#define CCHC_TESTS_YAMLFILE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "io/csv.h"
#include "io/yaml.h"

/* Configuration files for tests: the shipped ones, and small ones out of texts. */

enum { TEST_FILE_MAX = 256 * 1024, TEST_EXPECTED_MAX = 10 };

struct test_files {
	struct cchc_arena arena; /* of all that is read */
	struct cchc_problems problems;
};

static inline void test_files_init(struct test_files *files)
{
	*files = (struct test_files){0};
	cchc_arena_init(&files->arena, 16u * 1024 * 1024);
	cchc_problems_init(&files->problems);
}

static inline void test_files_fini(struct test_files *files)
{
	cchc_problems_fini(&files->problems);
	cchc_arena_fini(&files->arena);
}

/* NULL for an empty text. */
static inline const struct cchc_node *test_files_parse(struct test_files *files,
						       const char *name, const char *text)
{
	struct cchc_node *root = NULL;

	assert_int_equal(cchc_yaml_parse(&files->arena, name, text, strlen(text),
					 &files->problems, &root),
			 CCHC_OK);
	return root;
}

static inline char *test_files_read(struct test_files *files, const char *path)
{
	char *text = cchc_arena_alloc(&files->arena, TEST_FILE_MAX);
	FILE *file = fopen(path, "rb");

	assert_non_null(text);
	assert_non_null(file);
	assert_true(fread(text, 1, TEST_FILE_MAX - 1, file) > 0);
	assert_true(feof(file));
	(void)fclose(file);
	return text;
}

static inline struct cchc_sheet test_files_sheet(struct test_files *files,
						 const char *name, const char *text)
{
	struct cchc_sheet sheet;

	assert_int_equal(cchc_csv_parse(&files->arena, name, text, strlen(text),
					&files->problems, &sheet),
			 CCHC_OK);
	return sheet;
}

/* Each problem, in reading order, begins as expected; there is no other. */
static inline void test_files_expect(struct test_files *files,
				     const char *const expected[TEST_EXPECTED_MAX])
{
	char line[512];
	size_t n = 0;

	cchc_problems_sort(&files->problems);
	for (; n < TEST_EXPECTED_MAX && expected[n] && n < files->problems.n; n++) {
		cchc_problem_line(&files->problems.list[n], line, sizeof(line));
		if (strstr(line, expected[n]) != line)
			fail_msg("\"%s\" does not begin with \"%s\"", line, expected[n]);
	}
	if (n < TEST_EXPECTED_MAX && expected[n])
		fail_msg("nobody said \"%s\"", expected[n]);
	if (n < files->problems.n)
		fail_msg("\"%s\" was not expected",
			 cchc_problem_line(&files->problems.list[n], line, sizeof(line)));
}

#endif
