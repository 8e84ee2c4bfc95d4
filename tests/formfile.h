#ifndef CCHC_TESTS_FORMFILE_H
#define CCHC_TESTS_FORMFILE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/form.h"
#include "io/yaml.h"

/* Forms for tests: the real one, and small ones out of texts. */

struct test_form {
	struct cchc_arena arena; /* the file's tree */
	struct cchc_problems problems;
	struct cchc_form *form; /* NULL if there were problems */
};

static inline void test_form_init(struct test_form *made, const char *file,
				  const char *text, size_t len)
{
	struct cchc_node *root = NULL;
	enum cchc_rc rc;

	*made = (struct test_form){0};
	cchc_arena_init(&made->arena, 16u * 1024 * 1024);
	cchc_problems_init(&made->problems);
	rc = cchc_yaml_parse(&made->arena, file, text, len, &made->problems, &root);
	if (rc == CCHC_OK)
		rc = cchc_form_load(root, &made->problems, &made->form);
	cchc_problems_sort(&made->problems);
	assert_true((rc == CCHC_OK) == (made->form != NULL));
	assert_true((rc == CCHC_OK) == (made->problems.errors == 0));
}

static inline void test_form_fini(struct test_form *made)
{
	cchc_form_free(&made->form);
	cchc_problems_fini(&made->problems);
	cchc_arena_fini(&made->arena);
}

/* config/forms/cchc-2021.yaml, or a failed test that prints its problems. */
static inline void test_form_open(struct test_form *made)
{
	static char text[256 * 1024];
	FILE *file = fopen(SOURCE_DIR "/config/forms/cchc-2021.yaml", "rb");
	size_t len;

	assert_non_null(file);
	len = fread(text, 1, sizeof(text), file);
	assert_true(feof(file));
	(void)fclose(file);
	test_form_init(made, "cchc-2021.yaml", text, len);
	for (size_t i = 0; i < made->problems.n; i++) {
		char line[512];

		print_error("%s\n", cchc_problem_line(&made->problems.list[i], line,
						      sizeof(line)));
	}
	assert_non_null(made->form);
}

static inline const struct cchc_row *test_form_row(const struct test_form *made,
						   const char *code)
{
	const struct cchc_row *row = cchc_form_row_by_code(made->form, code);

	if (!row)
		fail_msg("no row %s", code);
	return row;
}

#endif
