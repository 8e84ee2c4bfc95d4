#include "formfile.h"

#include <ctype.h>

#include "base/check.h"
#include "core/figure.h"
#include "core/rule.h"

static struct test_form real;

static void every_rule_has_its_names(void **state)
{
	static const struct {
		uint32_t number;
		const char *upper;
		const char *english;
		const char *vietnamese;
	} RULES[] = {
#define X(number, name, english, vietnamese) {number, #name, english, vietnamese},
		CCHC_RULE_TABLE(X)
#undef X
	};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(RULES); i++) {
		enum cchc_rule rule = cchc_rule_from_number(RULES[i].number);
		char name[32] = "";

		for (size_t c = 0; RULES[i].upper[c]; c++)
			name[c] = RULES[i].upper[c] == '_'
					  ? '-'
					  : (char)tolower(RULES[i].upper[c]);
		assert_int_equal(rule, RULES[i].number);
		assert_string_equal(cchc_rule_name(rule), name);
		assert_string_equal(cchc_rule_english(rule), RULES[i].english);
		assert_string_equal(cchc_rule_vietnamese(rule), RULES[i].vietnamese);
	}
}

static void numbers_of_no_rule_are_none(void **state)
{
	static const uint32_t NUMBERS[] = {0, 14, 19, 31, 4711, UINT32_MAX};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(NUMBERS); i++)
		assert_int_equal(cchc_rule_from_number(NUMBERS[i]), CCHC_RULE_NONE);
	assert_string_equal(cchc_rule_name(CCHC_RULE_NONE), "none");
	assert_string_equal(cchc_rule_name((enum cchc_rule)15), "unknown");
	assert_string_equal(cchc_rule_name((enum cchc_rule)4711), "unknown");
	assert_string_equal(cchc_rule_english(CCHC_RULE_NONE), "");
	assert_string_equal(cchc_rule_vietnamese((enum cchc_rule)4711), "");
}

enum who { COMMUNE, DISTRICT };

static void figures_are_judged_by_their_row(void **state)
{
	static const struct {
		const char *code; /* NULL: of no row */
		enum who who;
		uint8_t state;
		int64_t value;
		enum cchc_rule rule;
		const char *given;
		const char *expected;
	} CASES[] = {
		{NULL, COMMUNE, CCHC_FIGURE, 1, CCHC_RULE_UNKNOWN_ROW, "1", ""},
		{"I.3", COMMUNE, CCHC_FIGURE, 0, CCHC_RULE_HEADING, "0", "để trống"},
		{"I.3", DISTRICT, CCHC_NA, 0, CCHC_RULE_HEADING, "na", "để trống"},
		{"I.1", COMMUNE, CCHC_FIGURE, 0, CCHC_RULE_NONE, NULL, NULL},
		{"I.1", COMMUNE, CCHC_FIGURE, CCHC_VALUE_MAX, CCHC_RULE_NONE, NULL, NULL},
		{"I.1", COMMUNE, CCHC_FIGURE, CCHC_VALUE_MAX + 1, CCHC_RULE_TOO_LARGE,
		 "10.000.000.000.001", "không quá 10.000.000.000.000"},
		{"I.1", COMMUNE, CCHC_FIGURE, -1, CCHC_RULE_NEGATIVE, "-1",
		 "từ 0 trở lên"},
		{"I.1", COMMUNE, CCHC_FIGURE, INT64_MIN, CCHC_RULE_NEGATIVE, NULL, NULL},
		{"I.1", COMMUNE, CCHC_FIGURE, INT64_MAX, CCHC_RULE_TOO_LARGE, NULL, NULL},
		{"I.1", COMMUNE, CCHC_NA, 0, CCHC_RULE_NONE, NULL, NULL},
		{"I.1", COMMUNE, CCHC_WITHDRAWN, 0, CCHC_RULE_NONE, NULL, NULL},
		{"I.1", COMMUNE, CCHC_ABSENT, 0, CCHC_RULE_BAD_STATE, "absent", NULL},
		{"I.1", COMMUNE, CCHC_NA, 5, CCHC_RULE_BAD_STATE, "5", NULL},
		{"I.1", COMMUNE, CCHC_WITHDRAWN, 5, CCHC_RULE_BAD_STATE, "5", NULL},
		{"I.1", COMMUNE, 4, 0, CCHC_RULE_BAD_STATE, "unknown", NULL},
		{"I.1", COMMUNE, 255, 7, CCHC_RULE_BAD_STATE, "7", NULL},
		/* reserved for the unit above */
		{"II.1.2", COMMUNE, CCHC_FIGURE, 3, CCHC_RULE_RESERVED, "3", "để trống"},
		{"II.1.2", COMMUNE, CCHC_FIGURE, 0, CCHC_RULE_RESERVED, "0", NULL},
		{"II.1.2", COMMUNE, CCHC_NA, 0, CCHC_RULE_RESERVED, "na", NULL},
		{"II.1.2", COMMUNE, CCHC_WITHDRAWN, 0, CCHC_RULE_RESERVED, "withdrawn",
		 NULL},
		{"II.1.2", COMMUNE, CCHC_ABSENT, 0, CCHC_RULE_BAD_STATE, "absent", NULL},
		{"II.1.2", DISTRICT, CCHC_FIGURE, 3, CCHC_RULE_NONE, NULL, NULL},
		{"III.3.3", COMMUNE, CCHC_FIGURE, 1000, CCHC_RULE_RESERVED, "100", NULL},
		{"III.3.3", DISTRICT, CCHC_FIGURE, 1000, CCHC_RULE_NONE, NULL, NULL},
		/* a ratio that was typed is only declared; more than 100 can be meant */
		{"I.2", COMMUNE, CCHC_FIGURE, 1205, CCHC_RULE_NONE, NULL, NULL},
		{"I.2", COMMUNE, CCHC_FIGURE, -1, CCHC_RULE_NEGATIVE, "-0,1", NULL},
		{"I.2", COMMUNE, CCHC_FIGURE, CCHC_VALUE_MAX + 1, CCHC_RULE_TOO_LARGE,
		 NULL, "không quá 1.000.000.000.000"},
		{"VII.3", COMMUNE, CCHC_FIGURE, 1000, CCHC_RULE_NONE, NULL, NULL},
		{"VII.3", COMMUNE, CCHC_FIGURE, 1001, CCHC_RULE_PERCENT_RANGE, "100,1",
		 "từ 0 đến 100"},
		{"VII.3", COMMUNE, CCHC_FIGURE, -1, CCHC_RULE_PERCENT_RANGE, "-0,1",
		 NULL},
		{"I.5", COMMUNE, CCHC_FIGURE, 1, CCHC_RULE_NONE, NULL, NULL},
		{"I.5", COMMUNE, CCHC_FIGURE, 0, CCHC_RULE_NONE, NULL, NULL},
		{"I.5", COMMUNE, CCHC_FIGURE, 2, CCHC_RULE_NOT_A_CHOICE, "2",
		 "một trong: 0 (Không), 1 (Có)"},
		{"I.5.2", COMMUNE, CCHC_FIGURE, 2, CCHC_RULE_NONE, NULL, NULL},
		{"I.5.2", COMMUNE, CCHC_FIGURE, 3, CCHC_RULE_NOT_A_CHOICE, "3",
		 "một trong: 0 (Trực tuyến), 1 (Phát phiếu), 2 (Kết hợp)"},
		{"I.5.2", COMMUNE, CCHC_FIGURE, -1, CCHC_RULE_NOT_A_CHOICE, NULL, NULL},
		{"I.5.2", COMMUNE, CCHC_NA, 0, CCHC_RULE_NONE, NULL, NULL},
		/* 8.066.841.050 triệu đồng */
		{"VI.1.1", COMMUNE, CCHC_FIGURE, INT64_C(8066841050000000),
		 CCHC_RULE_LOOKS_LIKE_DONG, "8.066.841.050",
		 "số theo triệu đồng, không quá 10.000.000; nếu là đồng thì ghi rõ "
		 "\"đồng\""},
		{"VI.1.1", COMMUNE, CCHC_FIGURE, INT64_C(8066841050), CCHC_RULE_NONE,
		 NULL, NULL},
		{"VI.1.1", COMMUNE, CCHC_FIGURE, -1, CCHC_RULE_NEGATIVE, "-0,000001",
		 NULL},
	};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		struct cchc_refusal refusal = {.index = 42};
		struct cchc_figure figure = {CASES[i].value, CASES[i].state};
		const char *code = CASES[i].code;
		const struct cchc_row *row = code ? test_form_row(&real, code) : NULL;
		bool stands = cchc_rule_cell(real.form, row, CASES[i].who == DISTRICT,
					     figure, &refusal);

		if (refusal.rule != CASES[i].rule)
			fail_msg("case %zu (%s): %s", i, code ? code : "no row",
				 cchc_rule_name(refusal.rule));
		assert_int_equal(stands, CASES[i].rule == CCHC_RULE_NONE);
		assert_int_equal(refusal.index, 42);
		if (!stands)
			assert_string_equal(refusal.field, code ? code : "");
		if (CASES[i].given)
			assert_string_equal(refusal.value, CASES[i].given);
		if (CASES[i].expected)
			assert_string_equal(refusal.expected, CASES[i].expected);
	}
}

static void a_max_of_other_rows_is_too_large(void **state)
{
	struct cchc_row row = *test_form_row(&real, "I.1");
	struct cchc_refusal refusal;

	(void)state;
	row.max = 500;
	assert_true(cchc_rule_cell(real.form, &row, false,
				   (struct cchc_figure){500, CCHC_FIGURE}, &refusal));
	assert_false(cchc_rule_cell(real.form, &row, false,
				    (struct cchc_figure){501, CCHC_FIGURE}, &refusal));
	assert_int_equal(refusal.rule, CCHC_RULE_TOO_LARGE);
	assert_string_equal(refusal.expected, "không quá 500");
}

static void long_choices_are_cut_between_characters(void **state)
{
	struct cchc_choice choices[40];
	struct cchc_row row = *test_form_row(&real, "I.5.2");
	struct cchc_refusal refusal;
	size_t len;

	(void)state;
	for (int i = 0; i < 40; i++)
		choices[i] = (struct cchc_choice){i, "ộộộộộộộộ"};
	row.choice = choices;
	row.n_choice = CCHC_COUNT(choices);
	assert_false(cchc_rule_cell(real.form, &row, false,
				    (struct cchc_figure){99, CCHC_FIGURE}, &refusal));
	len = strlen(refusal.expected);
	assert_in_range(len, sizeof(refusal.expected) - 4, sizeof(refusal.expected) - 1);
	assert_int_equal(strncmp(refusal.expected, "một trong: 0 (ộ", 15), 0);
	/* the last character is whole: a lead byte would stand at the end else */
	assert_true((refusal.expected[len - 1] & 0xc0) != 0xc0);
}

static void periods_are_judged_by_form_and_day(void **state)
{
	static const struct {
		struct cchc_period period;
		const char *today;
		enum cchc_rule rule;
		const char *value;
		const char *expected;
	} CASES[] = {
		{{2024, CCHC_Q1}, "2023-12-15", CCHC_RULE_NONE, NULL, NULL},
		{{2024, CCHC_Q1},
		 "2023-12-14",
		 CCHC_RULE_NOT_BEGUN,
		 "2024-Q1",
		 "kỳ bắt đầu từ 2023-12-15"},
		{{2024, CCHC_Q1}, "2031-01-01", CCHC_RULE_NONE, NULL, NULL},
		{{2024, CCHC_YEAR}, "2023-12-15", CCHC_RULE_NONE, NULL, NULL},
		{{2020, CCHC_YEAR},
		 "2024-01-01",
		 CCHC_RULE_FORM_PERIOD,
		 "2020",
		 "kỳ chốt số liệu từ 2021-01-01 đến nay"},
		{{0, 0}, "2024-01-01", CCHC_RULE_PERIOD_UNKNOWN, "0/0", ""},
		{{2024, 20}, "2024-01-01", CCHC_RULE_PERIOD_UNKNOWN, "2024/20", ""},
		{{2024, 255}, "2024-01-01", CCHC_RULE_PERIOD_UNKNOWN, "2024/255", ""},
		{{65535, 255}, "2024-01-01", CCHC_RULE_PERIOD_UNKNOWN, "65535/255", ""},
	};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		struct cchc_refusal refusal = {0};
		cchc_day today;
		bool stands;

		assert_true(cchc_day_parse(CASES[i].today, &today));
		stands = cchc_rule_period(real.form, CASES[i].period, today, &refusal);
		assert_int_equal(stands, CASES[i].rule == CCHC_RULE_NONE);
		assert_int_equal(refusal.rule, CASES[i].rule);
		if (stands)
			continue;
		assert_string_equal(refusal.field, "period");
		assert_string_equal(refusal.value, CASES[i].value);
		assert_string_equal(refusal.expected, CASES[i].expected);
	}
}

static void a_form_that_ends_says_when(void **state)
{
	struct cchc_form form = *real.form;
	struct cchc_refusal refusal;

	(void)state;
	form.valid_to = cchc_day_of(2025, 6, 30);
	assert_true(cchc_rule_period(&form, (struct cchc_period){2025, CCHC_H1},
				     cchc_day_of(2026, 1, 1), &refusal));
	assert_false(cchc_rule_period(&form, (struct cchc_period){2025, CCHC_H2},
				      cchc_day_of(2026, 1, 1), &refusal));
	assert_string_equal(refusal.expected,
			    "kỳ chốt số liệu từ 2021-01-01 đến 2025-06-30");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_rule_has_its_names),
		cmocka_unit_test(numbers_of_no_rule_are_none),
		cmocka_unit_test(figures_are_judged_by_their_row),
		cmocka_unit_test(a_max_of_other_rows_is_too_large),
		cmocka_unit_test(long_choices_are_cut_between_characters),
		cmocka_unit_test(periods_are_judged_by_form_and_day),
		cmocka_unit_test(a_form_that_ends_says_when),
	};

	int failed;

	test_form_open(&real);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	test_form_fini(&real);
	return failed;
}
