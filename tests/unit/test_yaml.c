#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"
#include "io/yaml.h"

enum { ARENA = 64 * 1024 * 1024 };

struct parsed {
	struct cchc_arena arena;
	struct cchc_problems problems;
	struct cchc_node *root;
	enum cchc_rc rc;
};

static void parse(struct parsed *p, const char *text, size_t len)
{
	*p = (struct parsed){0};
	cchc_arena_init(&p->arena, ARENA);
	cchc_problems_init(&p->problems);
	p->rc = cchc_yaml_parse(&p->arena, "a.yaml", text, len, &p->problems, &p->root);
	cchc_problems_sort(&p->problems);
}

static void finish(struct parsed *p)
{
	cchc_problems_fini(&p->problems);
	cchc_arena_fini(&p->arena);
}

static void every_node_knows_its_place(void **state)
{
	static const char TEXT[] = "tên: Lũy kế\n"
				   "rows:\n"
				   "  - {đ: 1.10, b: [x, y]}\n"
				   "  - plain\n";
	const struct cchc_node *rows;
	const struct cchc_node *first;
	struct parsed p;

	(void)state;
	parse(&p, TEXT, strlen(TEXT));
	assert_int_equal(p.rc, CCHC_OK);
	assert_int_equal(p.root->kind, CCHC_NODE_MAP);
	assert_string_equal(cchc_node_get(p.root, "tên")->text, "Lũy kế");
	assert_int_equal(cchc_node_get(p.root, "tên")->place.column, 6);
	rows = cchc_node_get(p.root, "rows");
	assert_int_equal(rows->kind, CCHC_NODE_LIST);
	assert_int_equal(rows->n, 2);
	first = rows->item[0];
	assert_string_equal(cchc_node_get(first, "đ")->text, "1.10");
	assert_int_equal(first->key[1]->place.line, 3);
	assert_int_equal(first->key[1]->place.column, 15);
	assert_string_equal(cchc_node_get(first, "b")->item[1]->text, "y");
	assert_string_equal(rows->item[1]->place.file, "a.yaml");
	finish(&p);
}

static void null_is_an_empty_text_unless_it_is_quoted(void **state)
{
	static const char TEXT[] = "{a: ~, b: null, c: , d: \"null\", e: '~', f: Null}";
	static const char *const EXPECTED[] = {"", "", "", "null", "~", "Null"};
	struct parsed p;

	(void)state;
	parse(&p, TEXT, strlen(TEXT));
	assert_int_equal(p.rc, CCHC_OK);
	for (size_t i = 0; i < CCHC_COUNT(EXPECTED); i++)
		assert_string_equal(p.root->item[i]->text, EXPECTED[i]);
	finish(&p);
}

static void an_empty_document_has_no_root(void **state)
{
	static const char *const EMPTY[] = {"",      "\n\n",         "# nothing\n",
					    "---\n", "\xef\xbb\xbf", "~"};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(EMPTY); i++) {
		struct parsed p;

		parse(&p, EMPTY[i], strlen(EMPTY[i]));
		assert_int_equal(p.rc, CCHC_OK);
		assert_null(p.root);
		finish(&p);
	}
}

static void a_byte_order_mark_is_passed_over(void **state)
{
	struct parsed p;

	(void)state;
	parse(&p, "\xef\xbb\xbfk: v\n", 8);
	assert_int_equal(p.rc, CCHC_OK);
	assert_int_equal(p.root->key[0]->place.column, 1);
	finish(&p);
}

static void check_lines(const struct parsed *p, const char *const *expected)
{
	size_t n = 0;

	assert_int_equal(p->rc, CCHC_INVALID);
	for (; expected[n]; n++) {
		char line[512];

		assert_true(n < p->problems.n);
		cchc_problem_line(&p->problems.list[n], line, sizeof(line));
		if (!strstr(line, expected[n]))
			fail_msg("\"%s\" does not say \"%s\"", line, expected[n]);
		assert_ptr_equal(strstr(line, expected[n]), line);
	}
	assert_int_equal(p->problems.n, n);
}

static void what_is_not_taken_is_named_with_its_place(void **state)
{
	static const struct {
		const char *text;
		const char *expected[5];
	} CASES[] = {
		{"a: 1\nb: 2\na: 3\n",
		 {"a.yaml:3:1: the key \"a\" is given twice, first in line 1"}},
		{"{x: {k: 1, k: 2, k: 3}, x: 4}\n",
		 {"a.yaml:1:12: the key \"k\" is given twice, first in line 1",
		  "a.yaml:1:18: the key \"k\" is given twice",
		  "a.yaml:1:25: the key \"x\""}},
		{"a: &one 1\nb: *one\nc: [*one, &two {}]\n",
		 {"a.yaml:1:4: anchors (&one)", "a.yaml:2:4: aliases (*one)",
		  "a.yaml:3:5: aliases (*one)", "a.yaml:3:11: anchors (&two)"}},
		{"? [a, b]\n: 1\n? {c: d}\n: 2\n",
		 {"a.yaml:1:3: a key must be a text",
		  "a.yaml:3:3: a key must be a text"}},
		{"a: 1\n---\nb: 2\n", {"a.yaml:2:1: a second document"}},
		{"a: [1, 2\nb: 3\n",
		 {"a.yaml:2:2: malformed YAML: while parsing a flow"}},
		{"a: \"x\n",
		 {"a.yaml:2:1: malformed YAML: while scanning a quoted scalar"}},
		{"a: 1\n\tb: 2\n", {"a.yaml:2:1: malformed YAML"}},
		{"k: \"a\\x07b\"\nl: \"a\\0b\"\n",
		 {"a.yaml:1:4: text with control characters",
		  "a.yaml:2:4: text with control characters"}},
		{"đồng: \x1b\n", {"a.yaml:1:7: not clean UTF-8 (byte 0x1b)"}},
		{"a: 1\nđ: \xff\n", {"a.yaml:2:4: not clean UTF-8 (byte 0xff)"}},
		{"a: 1\nđ: \xef\xbf\xbe\n", {"a.yaml:2:4: malformed YAML: control char"}},
		{"a: *nowhere\n", {"a.yaml:1:4: aliases (*nowhere)"}},
		{"&r ~\n", {"a.yaml:1:1: anchors (&r)"}},
	};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		struct parsed p;

		parse(&p, CASES[i].text, strlen(CASES[i].text));
		check_lines(&p, CASES[i].expected);
		finish(&p);
	}
}

/* So that who reads the tree finds the other mistakes too. */
static void keys_given_twice_alone_leave_the_tree(void **state)
{
	static const struct {
		const char *text;
		bool tree;
	} CASES[] = {
		{"a: 1\na: 2\n", true},   {"a: {b: 1, b: 2}\na: 2\n", true},
		{"a: 1\na: *x\n", false}, {"a: 1\na: 2\n---\n", false},
		{"a: [1\na: 2\n", false},
	};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		struct parsed p;

		parse(&p, CASES[i].text, strlen(CASES[i].text));
		assert_int_equal(p.rc, CCHC_INVALID);
		assert_int_equal(p.root != NULL, CASES[i].tree);
		finish(&p);
	}
}

static void sixteen_levels_are_deep_enough(void **state)
{
	static const char TEXT[] =
		"[[[[[[[[[[[[[[[[[[x],{}],[]]]]]]]]],{a: ,a: }]]]]]]]]";
	static const char *const EXPECTED[] = {
		"a.yaml:1:17: nested deeper than 16 levels",
		"a.yaml:1:26: nested deeper than 16 levels",
		"a.yaml:1:42: the key \"a\" is given twice",
		NULL,
	};
	struct parsed p;

	(void)state;
	parse(&p, "[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]", 33);
	assert_int_equal(p.rc, CCHC_OK);
	finish(&p);
	/* what is too deep is passed over, and the rest is still looked at */
	parse(&p, TEXT, strlen(TEXT));
	check_lines(&p, EXPECTED);
	finish(&p);
}

static void a_file_above_one_mebibyte_is_refused(void **state)
{
	static const char *const EXPECTED[] = {"a.yaml: larger than 1048576 bytes", NULL};
	size_t len = 1024 * 1024;
	char *text = malloc(len + 1);
	struct parsed p;

	(void)state;
	assert_non_null(text);
	memset(text, ' ', len + 1);
	parse(&p, text, len);
	assert_int_equal(p.rc, CCHC_OK);
	finish(&p);
	parse(&p, text, len + 1);
	check_lines(&p, EXPECTED);
	finish(&p);
	free(text);
}

static void a_small_arena_is_no_mistake_of_the_file(void **state)
{
	static const char TEXT[] =
		"a: {b: [c, d, e], f: \"some longer text for the arena\"}";
	size_t room = 0;
	enum cchc_rc rc = CCHC_NOMEM;

	(void)state;
	for (; rc == CCHC_NOMEM && room < 10000; room += 16) {
		struct cchc_problems problems;
		struct cchc_arena arena;
		struct cchc_node *root = NULL;

		cchc_problems_init(&problems);
		cchc_arena_init(&arena, room);
		rc = cchc_yaml_parse(&arena, "a.yaml", TEXT, strlen(TEXT), &problems,
				     &root);
		assert_int_equal(problems.n, 0);
		assert_true((rc == CCHC_OK) == (root != NULL));
		cchc_arena_fini(&arena);
		cchc_problems_fini(&problems);
	}
	assert_int_equal(rc, CCHC_OK);
	assert_true(room > 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_node_knows_its_place),
		cmocka_unit_test(null_is_an_empty_text_unless_it_is_quoted),
		cmocka_unit_test(an_empty_document_has_no_root),
		cmocka_unit_test(a_byte_order_mark_is_passed_over),
		cmocka_unit_test(what_is_not_taken_is_named_with_its_place),
		cmocka_unit_test(keys_given_twice_alone_leave_the_tree),
		cmocka_unit_test(sixteen_levels_are_deep_enough),
		cmocka_unit_test(a_file_above_one_mebibyte_is_refused),
		cmocka_unit_test(a_small_arena_is_no_mistake_of_the_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
