#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/check.h"
#include "core/figure.h"
#include "core/number.h"

static void numbers_are_written_the_vietnamese_way(void **state)
{
	static const struct {
		int64_t value;
		unsigned decimals;
		const char *vietnamese;
		const char *plain;
	} CASES[] = {
		{0, 0, "0", "0"},
		{0, 6, "0", "0"},
		{7, 0, "7", "7"},
		{999, 0, "999", "999"},
		{1058, 0, "1.058", "1058"},
		{266, 1, "26,6", "26.6"},
		{1000, 1, "100", "100"},
		{-35, 1, "-3,5", "-3.5"},
		{5, 1, "0,5", "0.5"},
		{-5, 3, "-0,005", "-0.005"},
		{INT64_C(8066841050), 0, "8.066.841.050", "8066841050"},
		{INT64_C(8066841050), 6, "8.066,84105", "8066.84105"},
		{INT64_MAX, 0, "9.223.372.036.854.775.807", "9223372036854775807"},
		{INT64_MIN, 0, "-9.223.372.036.854.775.808", "-9223372036854775808"},
		{INT64_MIN, 18, "-9,223372036854775808", "-9.223372036854775808"},
	};
	char text[CCHC_NUMBER_TEXT];

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		cchc_number_vi(CASES[i].value, CASES[i].decimals, text);
		assert_string_equal(text, CASES[i].vietnamese);
		cchc_number_plain(CASES[i].value, CASES[i].decimals, text);
		assert_string_equal(text, CASES[i].plain);
	}
}

static void plain_numbers_are_read_exactly(void **state)
{
	static const struct {
		const char *text;
		unsigned decimals;
		int64_t value;
	} CASES[] = {
		{"0", 0, 0},
		{"-0", 0, 0},
		{"007", 0, 7},
		{"26.6", 1, 266},
		{"26.600", 1, 266},
		{"26", 1, 260},
		{"-3.5", 2, -350},
		{"8066.84105", 6, INT64_C(8066841050)},
		{"10000000000000", 0, CCHC_VALUE_MAX},
		{"-10000000", 6, -CCHC_VALUE_MAX},
	};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		int64_t value = 1;

		assert_true(cchc_number_parse_plain(CASES[i].text, CASES[i].decimals,
						    &value));
		assert_int_equal(value, CASES[i].value);
	}
}

static void what_is_no_plain_number_is_refused(void **state)
{
	static const struct {
		const char *text;
		unsigned decimals;
	} BAD[] = {
		{"", 0},         {"-", 0},
		{"+1", 0},       {".5", 1},
		{"5.", 1},       {"1,5", 1},
		{"1.5", 0},      {"1.25", 1},
		{"1e5", 0},      {"0x1", 0},
		{" 1", 0},       {"1 ", 0},
		{"--1", 0},      {"1.2.3", 3},
		{"1.-2", 2},     {"10000000000001", 0},
		{"10000001", 6}, {"99999999999999999999999999", 0},
	};
	int64_t value = 77;

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(BAD); i++)
		if (cchc_number_parse_plain(BAD[i].text, BAD[i].decimals, &value))
			fail_msg("\"%s\" was read", BAD[i].text);
	assert_int_equal(value, 77);
}

static void ratios_round_half_away_from_zero(void **state)
{
	static const struct {
		int64_t numerator;
		unsigned n_decimals;
		int64_t denominator;
		unsigned d_decimals;
		int64_t factor;
		unsigned decimals;
		int64_t value;
	} CASES[] = {
		{21, 0, 79, 0, 100, 1, 266},
		{13, 0, 18, 0, 100, 1, 722},
		{1058, 0, 1058, 0, 100, 1, 1000},
		{1, 0, 2000, 0, 100, 1, 1},   /* 0,05 -> 0,1 */
		{-1, 0, 2000, 0, 100, 1, -1}, /* away from zero */
		{1, 0, -2000, 0, 100, 1, -1},
		{1, 0, 2001, 0, 100, 1, 0},
		{0, 0, 5, 0, 100, 1, 0},
		{INT64_C(8066841050), 6, INT64_C(10264663826), 6, 100, 1, 786},
		{3, 0, 2, 0, 1, 0, 2},
		{5, 1, 2, 0, 1, 2, 25},     /* 0,5 / 2 = 0,25 */
		{15, 0, 25, 1, 1, 0, 6},    /* 15 / 2,5 */
		{15, 6, 1, 0, 1, 0, 0},     /* 0,000015 */
		{500000, 6, 1, 0, 1, 0, 1}, /* 0,5 */
		{CCHC_VALUE_MAX * 10000, 0, 1, 0, 1, 0, CCHC_VALUE_MAX * 10000},
	};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		int64_t value = 12345;

		assert_true(cchc_number_ratio(
			CASES[i].numerator, CASES[i].n_decimals, CASES[i].denominator,
			CASES[i].d_decimals, CASES[i].factor, CASES[i].decimals, &value));
		assert_int_equal(value, CASES[i].value);
	}
}

static void a_ratio_that_does_not_fit_says_so(void **state)
{
	int64_t value = 3;

	(void)state;
	assert_false(cchc_number_ratio(INT64_MAX, 0, 1, 0, 100, 0, &value));
	assert_false(cchc_number_ratio(INT64_MIN, 0, -1, 0, 1, 0, &value));
	assert_false(cchc_number_ratio(INT64_MAX, 0, 1, 18, 100, 18, &value));
	assert_false(cchc_number_ratio(1, 0, 1, 0, 1, 40, &value));
	assert_int_equal(value, 3);
}

static void states_have_names(void **state)
{
	(void)state;
	assert_string_equal(cchc_state_name(CCHC_ABSENT), "absent");
	assert_string_equal(cchc_state_name(CCHC_FIGURE), "figure");
	assert_string_equal(cchc_state_name(CCHC_NA), "na");
	assert_string_equal(cchc_state_name(CCHC_WITHDRAWN), "withdrawn");
	assert_string_equal(cchc_state_name((enum cchc_state)9), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_written_the_vietnamese_way),
		cmocka_unit_test(plain_numbers_are_read_exactly),
		cmocka_unit_test(what_is_no_plain_number_is_refused),
		cmocka_unit_test(ratios_round_half_away_from_zero),
		cmocka_unit_test(a_ratio_that_does_not_fit_says_so),
		cmocka_unit_test(states_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
