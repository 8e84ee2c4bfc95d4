/* What is wrong with a form file is said with its place, all of it in one run. */
#include "formfile.h"

#include "base/check.h"

#define TOP  "form: f\nrevision: 1\ntitle: T\nvalid_from: 2021-01-01\n"
#define PART "parts:\n  - code: I\n    name: P\n    rows:\n"
/* line 9 is the first row */
#define HEAD    TOP PART
#define SUM     "unit: U, over_units: sum, over_time: sum, levels: [commune]"
#define COUNT_1 "      - {id: 1, code: 1, name: A, kind: count, " SUM "}\n"
#define COUNT_2 "      - {id: 2, code: 2, name: B, kind: count, " SUM "}\n"
#define COUNT_4 "      - {id: 4, code: 4, name: D, kind: count, " SUM "}\n"
#define TALLY   "unit: U, over_units: tally, over_time: last, levels: [commune]"
#define RATIO   "unit: \"%\", decimals: 1, levels: [commune], factor: 100, "

struct bad {
	const char *text;
	const char *expected[12]; /* each line of the report, from its beginning */
};

static void check(const struct bad *bad)
{
	struct test_form made;
	size_t n = 0;

	test_form_init(&made, "f.yaml", bad->text, strlen(bad->text));
	for (; bad->expected[n] && n < made.problems.n; n++) {
		char line[512];

		cchc_problem_line(&made.problems.list[n], line, sizeof(line));
		if (strstr(line, bad->expected[n]) != line)
			fail_msg("\"%s\" does not begin with \"%s\"", line,
				 bad->expected[n]);
	}
	if (bad->expected[n] || n != made.problems.n)
		fail_msg("%zu problems, not as many as expected in:\n%s", made.problems.n,
			 bad->text);
	test_form_fini(&made);
}

static void check_all(const struct bad *bad, size_t n)
{
	for (size_t i = 0; i < n; i++)
		check(&bad[i]);
}

static void a_small_form_is_taken(void **state)
{
	static const struct bad GOOD = {HEAD COUNT_1 COUNT_2, {NULL}};

	(void)state;
	check(&GOOD);
}

static void mistakes_in_the_header_are_named(void **state)
{
	static const struct bad BAD[] = {
		{"", {"form: the file is empty"}},
		{"just a text", {"f.yaml:1:1: a form must be a map of keys and values"}},
		{"{}",
		 {"f.yaml:1:1: a form needs the key \"form\"",
		  "f.yaml:1:1: a form needs the key \"parts\"",
		  "f.yaml:1:1: a form needs the key \"revision\"",
		  "f.yaml:1:1: a form needs the key \"title\"",
		  "f.yaml:1:1: a form needs the key \"valid_from\""}},
		{TOP "tilte: x\n" PART COUNT_1, {"f.yaml:5:1: unknown key \"tilte\""}},
		{"form: Tên\nrevision: 0\ntitle: [a]\nvalid_from: 1/1/2021\n" PART
			 COUNT_1,
		 {"f.yaml:1:7: form must be a name",
		  "f.yaml:2:11: revision must be a whole",
		  "f.yaml:3:8: title must be one value",
		  "f.yaml:4:13: valid_from must be a day"}},
		{TOP "valid_to: 2020-12-31\n" PART COUNT_1,
		 {"f.yaml:5:11: valid_to is before valid_from"}},
		{TOP "closing_day: 30\nbase_level: village\n" PART COUNT_1,
		 {"f.yaml:5:14: closing_day must be 1 to 28, or 31",
		  "f.yaml:6:13: base_level is \"village\", not one of: nation, province, "
		  "district, commune"}},
		{TOP "demands:\n  - {period: Q5, due_day: 20}\n  - {period: Q1}\n"
		     "  - {period: Q1, due_day: 29}\n  - {period: H1, due_day: 10}\n  - "
		     "Q3\n" PART COUNT_1,
		 {"f.yaml:6:14: period is \"Q5\", not one of: 01, 02",
		  "f.yaml:7:5: a demand needs the key \"due_day\"",
		  "f.yaml:8:14: period Q1 is demanded twice",
		  "f.yaml:8:27: due_day must be a whole number from 1 to 28",
		  "f.yaml:9:27: due_day 10 is before the period closes (14)",
		  "f.yaml:10:5: a demand must be a map"}},
		{TOP "words:\n  absent: [x, X]\n  na: [kad, '0', \" \"]\n  nothing: [y]\n"
		     "  zero: []\n  withdrawn: [x]\n" PART COUNT_1,
		 {"f.yaml:6:15: the word \"X\" is given twice",
		  "f.yaml:7:13: the word \"0\" could be a figure",
		  "f.yaml:7:18: a word is empty", "f.yaml:8:3: unknown key \"nothing\"",
		  "f.yaml:9:9: zero is empty",
		  "f.yaml:10:15: the word \"x\" is given twice"}},
		{TOP "parts: none\n", {"f.yaml:5:8: parts must be a list"}},
		{TOP
		 "parts:\n  - {code: I, name: P, rows: []}\n  - {code: a, name: \"\"}\n"
		 "  - x\n  - {code: I, name: Q, rows: {}}\n",
		 {"f.yaml:6:30: rows is empty",
		  "f.yaml:7:5: a part needs the key \"rows\"",
		  "f.yaml:7:12: the code of a part must be", "f.yaml:7:21: name is empty",
		  "f.yaml:8:5: a part must be a map",
		  "f.yaml:9:12: part I is given twice",
		  "f.yaml:9:30: rows must be a list"}},
	};

	(void)state;
	check_all(BAD, CCHC_COUNT(BAD));
}

static void mistakes_in_a_row_are_named(void **state)
{
	static const struct bad BAD[] = {
		{HEAD "      - text\n", {"f.yaml:9:9: a row must be a map"}},
		{HEAD "      - {}\n",
		 {"f.yaml:9:9: a row needs the key \"code\"",
		  "f.yaml:9:9: a row needs the key \"id\"",
		  "f.yaml:9:9: a row needs the key \"kind\"",
		  "f.yaml:9:9: a row needs the key \"name\""}},
		{HEAD "      - {id: 1, code: 1, name: A, kind: cuont, " SUM "}\n",
		 {"f.yaml:9:41: kind is \"cuont\", not one of: heading, count, money"}},
		{HEAD "      - {id: 1, code: 1, name: A, kind: count, unti: U}\n",
		 {"f.yaml:9:9: a count needs the key \"levels\"",
		  "f.yaml:9:9: a count needs the key \"over_time\"",
		  "f.yaml:9:9: a count needs the key \"over_units\"",
		  "f.yaml:9:9: a count needs the key \"unit\"",
		  "f.yaml:9:48: unknown key \"unti\""}},
		{HEAD
		 "      - {id: 1, code: 1, name: A, kind: heading, unit: U, max: 5}\n",
		 {"f.yaml:9:50: a heading takes no unit",
		  "f.yaml:9:59: a heading takes no max"}},
		{HEAD "      - {id: 65535, code: 1..2, name: ' ', kind: heading}\n",
		 {"f.yaml:9:14: id must be a whole number from 1 to 65534",
		  "f.yaml:9:27: code \"1..2\" must be", "f.yaml:9:39: name is empty"}},
		{HEAD "      - {id: 1, code: 1.1.1.1.1.1.1.1.1.1.1.1.1, name: A, kind: "
		      "heading}\n",
		 {"f.yaml:9:23: code \"1.1.1.1.1.1.1.1.1.1.1.1.1\" must be"}},
		{HEAD COUNT_1 "      - {id: 1, code: 2, name: B, kind: heading}\n"
			      "      - {id: 3, code: 1, name: C, kind: heading}\n",
		 {"f.yaml:10:14: id 1 is given twice, first in line 9",
		  "f.yaml:11:23: row I.1 is given twice, first in line 9"}},
		{HEAD "      - {id: 1, code: 1, name: A, kind: count, " TALLY "}\n",
		 {"f.yaml:9:69: over_units \"tally\" does not fit a count"}},
		{HEAD "      - {id: 1, code: 1, name: A, kind: percent, decimals: 1, " SUM
		      "}\n",
		 {"f.yaml:9:84: over_units \"sum\" does not fit a percent",
		  "f.yaml:9:100: over_time \"sum\" does not fit a percent"}},
		{HEAD "      - {id: 1, code: 1, name: A, kind: money, decimals: 3, " SUM
		      "}\n",
		 {"f.yaml:9:58: decimals of a money row must be 6"}},
		{HEAD "      - {id: 1, code: 1, name: A, kind: count, decimals: 7, " SUM
		      ", max: 0, report_scope: report, reserved: maybe, aliases: x}\n",
		 {"f.yaml:9:58: decimals must be a whole number from 0 to 6",
		  "f.yaml:9:127: max must be a number above 0",
		  "f.yaml:9:144: report_scope is \"report\", not one of: total, own, "
		  "below",
		  "f.yaml:9:162: reserved is \"maybe\", not one of: no, yes",
		  "f.yaml:9:178: aliases must be a list"}},
		{HEAD "      - {id: 1, code: 1, name: A, kind: count, unit: U, "
		      "over_units: sum, "
		      "over_time: sum, levels: [xa, commune, commune]}\n",
		 {"f.yaml:9:99: a level is \"xa\"",
		  "f.yaml:9:112: level commune is given twice"}},
	};

	(void)state;
	check_all(BAD, CCHC_COUNT(BAD));
}

static void mistakes_of_rows_from_the_register_are_named(void **state)
{
#define COUNTED(more) HEAD "      - {id: 1, code: 1, name: A, register: " more "}\n"
#define UNITS(rule)   "unit: U, levels: [commune], over_time: none, over_units: " rule
	static const struct bad BAD[] = {
		{COUNTED("given, kind: count, " SUM), {NULL}},
		{COUNTED("done, kind: count, " SUM),
		 {"f.yaml:9:45: register is \"done\", not one of: given, on-time, late, "
		  "overdue"}},
		{COUNTED("[given], kind: count, " SUM),
		 {"f.yaml:9:45: register must be one value"}},
		{COUNTED("given, kind: percent, decimals: 0, " UNITS("spread")),
		 {"f.yaml:9:35: a percent takes no register"}},
		{COUNTED("given, kind: heading"),
		 {"f.yaml:9:35: a heading takes no register"}},
		{COUNTED("late, kind: count, " UNITS("same")),
		 {"f.yaml:9:45: a row from the register adds up over units"}},
		{COUNTED("late, kind: count, decimals: 1, " SUM),
		 {"f.yaml:9:45: a row from the register has no decimals"}},
		{COUNTED("late, kind: count, reserved: yes, " SUM),
		 {"f.yaml:9:45: a row from the register is neither reserved nor made"}},
		{COUNTED("late, kind: count, equals: [I.2], " SUM) COUNT_2,
		 {"f.yaml:9:45: a row from the register is neither reserved nor made"}},
		{COUNTED("late, kind: count, " SUM) "      - {id: 2, code: 2, name: B, "
						    "kind: count, " SUM
						    ", equals: [I.1]}\n"
						    "      - {id: 3, code: 3, name: C, "
						    "kind: count, " SUM
						    ", reserved: yes, derived_from: "
						    "I.1}\n" COUNT_4
						    "      - {id: 5, code: 5, name: E, "
						    "kind: ratio, " RATIO
						    "numerator: I.1, denominator: I.4}\n"
						    "      - {id: 6, code: 6, name: F, "
						    "kind: ratio, " RATIO
						    "numerator: I.4, denominator: I.1}\n",
		 {"f.yaml:10:118: equals: I.1 comes from the register of tasks",
		  "f.yaml:11:138: derived_from: I.1 comes from the register of tasks",
		  "f.yaml:13:115: numerator: I.1 comes from the register of tasks",
		  "f.yaml:14:133: denominator: I.1 comes from the register of tasks"}},
	};

	(void)state;
	check_all(BAD, CCHC_COUNT(BAD));
#undef UNITS
#undef COUNTED
}

static void mistakes_in_titles_are_named(void **state)
{
#define TITLED(titles)                                                                   \
	HEAD "      - {id: 1, code: 1, name: A, kind: heading, titles: " titles "}\n"
	static const struct bad BAD[] = {
		{TITLED("{district: B, province: C}"), {NULL}},
		{TITLED("{}"), {NULL}},
		{TITLED("B"), {"f.yaml:9:58: titles must be a map of levels and names"}},
		{TITLED("[B]"),
		 {"f.yaml:9:58: titles must be a map of levels and names"}},
		{TITLED("{huyen: B, commune: ''}"),
		 {"f.yaml:9:59: a level is \"huyen\", not one of: nation, province",
		  "f.yaml:9:78: a title is empty"}},
		{TITLED("{district: [B]}"), {"f.yaml:9:69: a title must be one value"}},
	};

	(void)state;
	check_all(BAD, CCHC_COUNT(BAD));
#undef TITLED
}

static void mistakes_in_choices_are_named(void **state)
{
#define CHOOSE(kind)                                                                     \
	HEAD "      - {id: 1, code: 1, name: A, kind: " kind ", " TALLY                  \
	     ",\n         choices: "
	static const struct bad BAD[] = {
		{HEAD "      - {id: 1, code: 1, name: A, kind: choice, " TALLY "}\n",
		 {"f.yaml:9:9: a choice needs the key \"choices\""}},
		{HEAD "      - {id: 1, code: 1, name: A, kind: count, " SUM
		      ", choices: {}}\n",
		 {"f.yaml:9:109: a count takes no choices"}},
		{CHOOSE("choice") "[a, b]}\n", {"f.yaml:10:19: choices must be a map"}},
		{CHOOSE("choice") "{1: a}}\n",
		 {"f.yaml:10:19: a choice has at least two"}},
		{CHOOSE("choice") "{1: Có, 01: co, x: b, 3: X}}\n",
		 {"f.yaml:10:27: choice 1 is given twice",
		  "f.yaml:10:31: label \"co\" is given twice",
		  "f.yaml:10:35: the code of a choice must be a whole number",
		  "f.yaml:10:44: label \"X\" is also a word"}},
		{CHOOSE("yesno") "{1: a, 2: b}}\n",
		 {"f.yaml:10:19: the choices of a yes/no row are 0 and 1"}},
		{CHOOSE("yesno") "{0: a, 1: b, 2: c}}\n",
		 {"f.yaml:10:19: the choices of a yes/no row are 0 and 1"}},
	};

	(void)state;
	check_all(BAD, CCHC_COUNT(BAD));
#undef CHOOSE
}

static void rows_must_refer_to_rows_that_fit(void **state)
{
	static const struct bad BAD[] = {
		{HEAD COUNT_1
		 "      - {id: 2, code: 2, name: B, kind: ratio, unit: \"%\"}\n",
		 {"f.yaml:10:9: a ratio needs the key \"decimals\"",
		  "f.yaml:10:9: a ratio needs the key \"denominator\"",
		  "f.yaml:10:9: a ratio needs the key \"factor\"",
		  "f.yaml:10:9: a ratio needs the key \"levels\"",
		  "f.yaml:10:9: a ratio needs the key \"numerator\""}},
		{HEAD COUNT_1 "      - {id: 2, code: 2, name: B, kind: ratio, " RATIO
			      "numerator: I.9, denominator: [I.1]}\n",
		 {"f.yaml:10:115: numerator: there is no row I.9",
		  "f.yaml:10:133: denominator must be the full code of a row"}},
		{HEAD COUNT_1
		 "      - {id: 2, code: 2, name: B, kind: ratio, unit: U, decimals: 1,\n"
		 "         levels: [commune], factor: 10, over_units: sum,\n"
		 "         numerator: I.1, denominator: I.1}\n",
		 {"f.yaml:11:37: factor must be 100 (percent) or 1",
		  "f.yaml:11:41: a ratio takes no over_units",
		  "f.yaml:12:39: numerator and denominator are the same row"}},
		{HEAD COUNT_1 "      - {id: 2, code: 2, name: B, kind: heading}\n"
			      "      - {id: 3, code: 3, name: C, kind: ratio, " RATIO
			      "numerator: I.2, denominator: I.1}\n"
			      "      - {id: 4, code: 4, name: D, kind: ratio, " RATIO
			      "numerator: I.1, denominator: I.3}\n",
		 {"f.yaml:11:115: numerator: I.2 is a heading; it must be a count or "
		  "money",
		  "f.yaml:12:133: denominator: I.3 is a ratio; it must be a count or "
		  "money"}},
		{HEAD COUNT_1
		 "      - {id: 2, code: 2, name: B, kind: count, unit: U, levels: "
		 "[commune],\n"
		 "         over_units: spread, over_time: none, equals: [I.1]}\n"
		 "      - {id: 3, code: 3, name: C, kind: ratio, " RATIO
		 "numerator: I.2, denominator: I.1}\n",
		 {"f.yaml:11:55: equals: the row is never added up",
		  "f.yaml:12:115: numerator: I.2 is never added up"}},
		{HEAD COUNT_1
		 "      - {id: 2, code: 2, name: B, kind: money, decimals: 6, " SUM "}\n"
		 "      - {id: 3, code: 3, name: C, kind: count, " SUM ",\n"
		 "         equals: [I.1, I.2, I.8, I.1]}\n"
		 "      - {id: 4, code: 4, name: D, kind: count, decimals: 1, " SUM ",\n"
		 "         equals: [I.1]}\n",
		 {"f.yaml:12:24: equals: I.2 is money; it must be a count as the row "
		  "itself",
		  "f.yaml:12:29: equals: there is no row I.8",
		  "f.yaml:12:34: equals: I.1 is given twice",
		  "f.yaml:14:19: equals: I.1 has other decimals"}},
		{HEAD COUNT_1 "      - {id: 2, code: 2, name: B, kind: count, " SUM
			      ", derived_from: I.1}\n"
			      "      - {id: 3, code: 3, name: C, kind: count, unit: U, "
			      "over_units: sum,\n"
			      "         over_time: sum, levels: [province], reserved: "
			      "yes, derived_from: I.1}\n"
			      "      - {id: 4, code: 4, name: D, kind: count, unit: U, "
			      "over_units: sum,\n"
			      "         over_time: sum, levels: [province]}\n"
			      "      - {id: 5, code: 5, name: E, kind: count, " SUM
			      ", reserved: yes, derived_from: I.3}\n"
			      "      - {id: 6, code: 6, name: F, kind: count, " SUM
			      ", reserved: yes, derived_from: I.4}\n",
		 {"f.yaml:10:123: derived_from is for reserved rows",
		  "f.yaml:15:138: derived_from: I.3 is reserved itself",
		  "f.yaml:16:138: derived_from: I.4 is not filled at the base level"}},
		/* what is derived is neither compared nor spread, and is no part of a
		   ratio */
		{HEAD COUNT_1
		 "      - {id: 2, code: 2, name: B, kind: count, unit: U, "
		 "over_units: same,\n"
		 "         over_time: sum, levels: [district], reserved: yes,\n"
		 "         derived_from: I.1}\n",
		 {"f.yaml:12:24: derived_from: only a row with over_units: sum"}},
		{HEAD COUNT_1
		 "      - {id: 2, code: 2, name: B, kind: count, unit: U, "
		 "over_units: sum,\n"
		 "         over_time: sum, levels: [district], reserved: yes,\n"
		 "         derived_from: I.1}\n"
		 "      - {id: 3, code: 3, name: C, kind: ratio, " RATIO
		 "numerator: I.2, denominator: I.1}\n"
		 "      - {id: 4, code: 4, name: D, kind: ratio, " RATIO
		 "numerator: I.1,\n"
		 "         denominator: I.2}\n",
		 {"f.yaml:13:115: numerator: I.2 is derived from the units below",
		  "f.yaml:15:23: denominator: I.2 is derived from the units below"}},
	};

	(void)state;
	check_all(BAD, CCHC_COUNT(BAD));
}

static void no_row_is_computed_from_itself(void **state)
{
	static const struct bad BAD[] = {
		{HEAD "      - {id: 1, code: 1, name: A, kind: count, " SUM
		      ", equals: [I.1]}\n",
		 {"f.yaml:9:9: cycle: I.1 is computed from I.1"}},
		{HEAD "      - {id: 1, code: 1, name: A, kind: count, " SUM
		      ", equals: [I.2]}\n"
		      "      - {id: 2, code: 2, name: B, kind: count, " SUM
		      ", equals: [I.3]}\n"
		      "      - {id: 3, code: 3, name: C, kind: count, " SUM
		      ", reserved: yes, derived_from: I.1}\n",
		 {"f.yaml:11:9: cycle: I.3 is computed from I.1"}},
		/* two ways to the same row are no cycle */
		{HEAD COUNT_1 "      - {id: 2, code: 2, name: B, kind: count, " SUM
			      ", reserved: yes, derived_from: I.1}\n"
			      "      - {id: 3, code: 3, name: C, kind: count, " SUM
			      ", equals: [I.1, I.2]}\n",
		 {NULL}},
	};

	(void)state;
	check_all(BAD, CCHC_COUNT(BAD));
}

static void a_row_of_unknown_kind_is_no_second_mistake_elsewhere(void **state)
{
	static const struct bad BAD = {
		HEAD "      - {id: 1, code: 1, name: A, kind: cuont, " SUM "}\n"
		     "      - {id: 2, code: 2, name: B, kind: count, " SUM
		     ", equals: [I.1]}\n",
		{"f.yaml:9:41: kind is \"cuont\""}};

	(void)state;
	check(&BAD);
}

static void ten_mistakes_are_ten_problems(void **state)
{
	static const struct bad BAD = {
		"form: f\nrevision: one\ntitle: T\nvalid_from: 2021-02-30\nowner: "
		"me\n" PART "      - {id: 1, code: 1, name: A, kind: count, " SUM
		", equals: [I.7]}\n"
		"      - {id: 1, code: 2, name: B, kind: heading, unit: U}\n"
		"      - {id: 3, code: 3, kind: percent, decimals: 1, unit: U,\n"
		"         over_units: sum, over_time: last, levels: [commune]}\n"
		"      - {id: 4, code: 4, name: D, kind: ratio, " RATIO
		"numerator: I.3, denominator: I.2}\n",
		{"f.yaml:2:11: revision", "f.yaml:4:13: valid_from",
		 "f.yaml:5:1: unknown key", "f.yaml:10:118: equals: there is no row I.7",
		 "f.yaml:11:14: id 1", "f.yaml:11:50: a heading takes no unit",
		 "f.yaml:12:9: a percent needs the key \"name\"",
		 "f.yaml:13:22: over_units \"sum\" does not fit a percent",
		 "f.yaml:14:115: numerator: I.3 is a percent",
		 "f.yaml:14:133: denominator: I.2 is a heading"}};

	(void)state;
	check(&BAD);
}

static void problems_of_another_file_are_not_this_forms(void **state)
{
	static const char TEXT[] = HEAD COUNT_1;
	struct test_form made;
	struct cchc_node *root = NULL;

	(void)state;
	test_form_init(&made, "f.yaml", TEXT, strlen(TEXT));
	cchc_form_free(&made.form);
	cchc_problems_error(&made.problems, (struct cchc_place){"keys.yaml", 1, 1},
			    "wrong");
	assert_int_equal(cchc_yaml_parse(&made.arena, "f.yaml", TEXT, strlen(TEXT),
					 &made.problems, &root),
			 CCHC_OK);
	assert_int_equal(cchc_form_load(root, &made.problems, &made.form), CCHC_OK);
	assert_int_equal(made.form->row[0].n_feeds, 1);
	test_form_fini(&made);
}

static void a_form_takes_so_many_rows_and_no_more(void **state)
{
	enum { ROOM = 128 * 1024 };
	char *text = malloc(ROOM);

	(void)state;
	assert_non_null(text);
	for (int rows = CCHC_ROWS_MAX; rows <= CCHC_ROWS_MAX + 1; rows++) {
		size_t len = (size_t)snprintf(text, ROOM, "%s", HEAD);
		struct test_form made;

		for (int i = 1; i <= rows; i++)
			len += (size_t)snprintf(
				text + len, ROOM - len,
				"      - {id: %d, code: %d, name: A, kind: heading}\n", i,
				i);
		test_form_init(&made, "f.yaml", text, len);
		assert_int_equal(made.form != NULL, rows == CCHC_ROWS_MAX);
		if (!made.form)
			assert_string_equal(made.problems.list[0].text,
					    "513 rows; a form has at most 512");
		test_form_fini(&made);
	}
	free(text);
}

static void words_not_given_are_the_usual_ones(void **state)
{
	static const char TEXT[] = TOP "words: {zero: [Trống]}\n" PART COUNT_1;
	struct test_form made;

	(void)state;
	test_form_init(&made, "f.yaml", TEXT, strlen(TEXT));
	assert_int_equal(made.form->zero.n, 1);
	assert_string_equal(made.form->zero.list[0], "trong");
	assert_int_equal(made.form->absent.n, 2);
	assert_string_equal(made.form->absent.list[0], "…");
	assert_string_equal(made.form->absent_noted.list[1], "/");
	assert_int_equal(made.form->na.n, 3);
	assert_string_equal(made.form->na.list[0], "khong ap dung");
	assert_string_equal(made.form->withdrawn.list[1], "da rut");
	assert_int_equal(made.form->closing_day, CCHC_CLOSE_DEFAULT);
	assert_int_equal(made.form->base_level, CCHC_COMMUNE);
	test_form_fini(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_small_form_is_taken),
		cmocka_unit_test(mistakes_in_the_header_are_named),
		cmocka_unit_test(mistakes_in_a_row_are_named),
		cmocka_unit_test(mistakes_of_rows_from_the_register_are_named),
		cmocka_unit_test(mistakes_in_titles_are_named),
		cmocka_unit_test(mistakes_in_choices_are_named),
		cmocka_unit_test(rows_must_refer_to_rows_that_fit),
		cmocka_unit_test(no_row_is_computed_from_itself),
		cmocka_unit_test(a_row_of_unknown_kind_is_no_second_mistake_elsewhere),
		cmocka_unit_test(ten_mistakes_are_ten_problems),
		cmocka_unit_test(problems_of_another_file_are_not_this_forms),
		cmocka_unit_test(a_form_takes_so_many_rows_and_no_more),
		cmocka_unit_test(words_not_given_are_the_usual_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
