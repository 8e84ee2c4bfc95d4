/* A map of configuration is read by name; every mistake is told with its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"
#include "base/fields.h"
#include "io/yaml.h"

struct read {
	struct cchc_arena arena;
	struct cchc_problems problems;
	struct cchc_fields fields;
};

static void begin(struct read *r, const char *text)
{
	struct cchc_node *root;

	cchc_arena_init(&r->arena, 1 << 20);
	cchc_problems_init(&r->problems);
	assert_int_equal(cchc_yaml_parse(&r->arena, "f.yaml", text, strlen(text),
					 &r->problems, &root),
			 CCHC_OK);
	cchc_fields_begin(&r->fields, root, &r->problems);
}

static void end(struct read *r, const char *expected)
{
	char all[1024] = "";
	size_t len = 0;

	cchc_problems_sort(&r->problems);
	for (size_t i = 0; i < r->problems.n; i++) {
		char line[512];

		len += (size_t)snprintf(
			all + len, sizeof(all) - len, "%s\n",
			cchc_problem_line(&r->problems.list[i], line, sizeof(line)));
	}
	assert_string_equal(all, expected);
	cchc_problems_fini(&r->problems);
	cchc_arena_fini(&r->arena);
}

static void what_is_there_is_read_by_name(void **state)
{
	struct read r;

	(void)state;
	begin(&r, "name: Như Quỳnh\nn: 12\non: yes\noff: no\nmap: {a: b}\nlist: [1]\n");
	assert_string_equal(cchc_fields_text(&r.fields, "name", CCHC_REQUIRED),
			    "Như Quỳnh");
	assert_int_equal(cchc_fields_number(&r.fields, "n", 1, 12, 3), 12);
	assert_true(cchc_fields_flag(&r.fields, "on", false));
	assert_false(cchc_fields_flag(&r.fields, "off", true));
	assert_non_null(cchc_fields_node(&r.fields, "map", CCHC_REQUIRED, CCHC_NODE_MAP));
	assert_non_null(
		cchc_fields_node(&r.fields, "list", CCHC_OPTIONAL, CCHC_NODE_LIST));
	cchc_fields_end(&r.fields);
	end(&r, "");
}

static void what_is_missing_has_its_usual_value(void **state)
{
	struct read r;

	(void)state;
	begin(&r, "{}");
	assert_null(cchc_fields_text(&r.fields, "name", CCHC_OPTIONAL));
	assert_int_equal(cchc_fields_number(&r.fields, "n", 1, 12, 3), 3);
	assert_true(cchc_fields_flag(&r.fields, "on", true));
	assert_null(cchc_fields_node(&r.fields, "map", CCHC_OPTIONAL, CCHC_NODE_MAP));
	assert_null(cchc_fields_text(&r.fields, "unit", CCHC_REQUIRED));
	cchc_fields_end(&r.fields);
	end(&r, "f.yaml:1:1: key \"unit\" is missing\n");
}

static void an_unknown_key_and_a_wrong_kind_stand_at_their_places(void **state)
{
	struct read r;

	(void)state;
	begin(&r, "name: [a]\nempty: \"\"\nstranger: 1\n");
	assert_null(cchc_fields_text(&r.fields, "name", CCHC_REQUIRED));
	assert_null(cchc_fields_text(&r.fields, "empty", CCHC_REQUIRED));
	cchc_fields_end(&r.fields);
	end(&r, "f.yaml:1:7: name: a value expected\n"
		"f.yaml:2:8: empty is empty\n"
		"f.yaml:3:1: unknown key \"stranger\"\n");
}

static void a_number_is_whole_and_within_its_bounds(void **state)
{
	static const char *const BAD[] = {
		"0", "13", "-1", "1.5", "x", "12x", "99999999999999999999"};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(BAD); i++) {
		char text[64];
		char expected[128];
		struct read r;

		(void)snprintf(text, sizeof(text), "n: %s\n", BAD[i]);
		(void)snprintf(
			expected, sizeof(expected),
			"f.yaml:1:4: n: \"%s\" is not a whole number from 1 to 12\n",
			BAD[i]);
		begin(&r, text);
		assert_int_equal(cchc_fields_number(&r.fields, "n", 1, 12, 3), 3);
		end(&r, expected);
	}
}

static void a_flag_is_yes_or_no(void **state)
{
	struct read r;

	(void)state;
	begin(&r, "a: true\nb: false\nc: perhaps\n");
	assert_true(cchc_fields_flag(&r.fields, "a", false));
	assert_false(cchc_fields_flag(&r.fields, "b", true));
	assert_true(cchc_fields_flag(&r.fields, "c", true));
	end(&r, "f.yaml:3:4: c: yes or no expected\n");
}

static void what_is_no_map_reads_as_missing_and_is_told_once(void **state)
{
	struct read r;

	(void)state;
	begin(&r, "- a\n");
	assert_null(cchc_fields_text(&r.fields, "name", CCHC_REQUIRED));
	cchc_fields_wrong(&r.fields, "name", "never said");
	cchc_fields_end(&r.fields);
	end(&r, "f.yaml:1:1: keys and values expected here\n");
}

static void a_mistake_of_ones_own_stands_at_the_value_or_at_the_map(void **state)
{
	struct read r;

	(void)state;
	begin(&r, "name: x\n");
	cchc_fields_wrong(&r.fields, "name", "not this one");
	cchc_fields_wrong(&r.fields, "other", "needed");
	end(&r, "f.yaml:1:1: other: needed\nf.yaml:1:7: name: not this one\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_there_is_read_by_name),
		cmocka_unit_test(what_is_missing_has_its_usual_value),
		cmocka_unit_test(an_unknown_key_and_a_wrong_kind_stand_at_their_places),
		cmocka_unit_test(a_number_is_whole_and_within_its_bounds),
		cmocka_unit_test(a_flag_is_yes_or_no),
		cmocka_unit_test(what_is_no_map_reads_as_missing_and_is_told_once),
		cmocka_unit_test(a_mistake_of_ones_own_stands_at_the_value_or_at_the_map),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
