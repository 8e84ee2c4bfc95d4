#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/check.h"
#include "core/period.h"

static void days_of(const char *text, int closing_day, char first[CCHC_DAY_TEXT],
		    char last[CCHC_DAY_TEXT])
{
	struct cchc_period period;

	assert_true(cchc_period_parse(text, &period));
	cchc_day_format(cchc_period_first_day(period, closing_day), first);
	cchc_day_format(cchc_period_last_day(period, closing_day), last);
}

static void periods_close_where_the_decree_says(void **state)
{
	static const struct {
		const char *period;
		int closing_day;
		const char *first;
		const char *last;
	} CASES[] = {
		{"2024-Q1", 14, "2023-12-15", "2024-03-14"},
		{"2024-Q2", 14, "2024-03-15", "2024-06-14"},
		{"2024-Q3", 14, "2024-06-15", "2024-09-14"},
		{"2024-Q4", 14, "2024-09-15", "2024-12-14"},
		{"2024", 14, "2023-12-15", "2024-12-14"},
		{"2024-H1", 14, "2023-12-15", "2024-06-14"},
		{"2024-H2", 14, "2024-06-15", "2024-12-14"},
		{"2024-9M", 14, "2023-12-15", "2024-09-14"},
		{"2024-01", 14, "2023-12-15", "2024-01-14"},
		{"2024-03", 14, "2024-02-15", "2024-03-14"},
		{"2024-12", 14, "2024-11-15", "2024-12-14"},
		{"2024-02", 31, "2024-02-01", "2024-02-29"},
		{"2023-Q1", 31, "2023-01-01", "2023-03-31"},
		{"2024", 31, "2024-01-01", "2024-12-31"},
		{"2023-03", 28, "2023-03-01", "2023-03-28"},
		{"2024-03", 28, "2024-02-29", "2024-03-28"},
	};
	char first[CCHC_DAY_TEXT];
	char last[CCHC_DAY_TEXT];

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		days_of(CASES[i].period, CASES[i].closing_day, first, last);
		assert_string_equal(first, CASES[i].first);
		assert_string_equal(last, CASES[i].last);
	}
}

static void the_reporting_year_turns_on_15_december(void **state)
{
	(void)state;
	assert_int_equal(cchc_reporting_year(cchc_day_of(2023, 12, 14), 14), 2023);
	assert_int_equal(cchc_reporting_year(cchc_day_of(2023, 12, 15), 14), 2024);
	assert_int_equal(cchc_reporting_year(cchc_day_of(2024, 1, 1), 14), 2024);
	assert_int_equal(cchc_reporting_year(cchc_day_of(2023, 12, 31), 31), 2023);
}

static void people_write_periods_in_many_ways(void **state)
{
	static const struct {
		const char *text;
		const char *period;
	} CASES[] = {
		{"2024-03", "2024-03"},
		{"2024-Q1", "2024-Q1"},
		{"2024-q4", "2024-Q4"},
		{"2024-H1", "2024-H1"},
		{"2024-h2", "2024-H2"},
		{"2024-9M", "2024-9M"},
		{"2024", "2024"},
		{" 2024-Q1 ", "2024-Q1"},
		{"Quý I/2024", "2024-Q1"},
		{"QUÝ IV/2024", "2024-Q4"},
		{"quy 1-2024", "2024-Q1"},
		{"Quý III năm 2024", "2024-Q3"},
		{"quý 2 / 2024", "2024-Q2"},
		{"6 tháng đầu năm 2024", "2024-H1"},
		{"06 tháng đầu năm 2024", "2024-H1"},
		{"6 thang cuoi nam 2024", "2024-H2"},
		{"9 tháng năm 2024", "2024-9M"},
		{"9 tháng đầu năm 2024", "2024-9M"},
		{"tháng 9/2024", "2024-09"},
		{"Tháng 09/2024", "2024-09"},
		{"tháng 12 năm 2024", "2024-12"},
		{"Năm 2024", "2024"},
		{"Quy\u0301 I/2024", "2024-Q1"}, /* decomposed */
	};
	struct cchc_period period;
	char text[CCHC_PERIOD_TEXT];

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		assert_true(cchc_period_parse(CASES[i].text, &period));
		assert_string_equal(cchc_period_format(period, text), CASES[i].period);
	}
}

static void anything_else_is_no_period(void **state)
{
	static const char *const BAD[] = {
		"",
		"2024-Q5",
		"2024-Q0",
		"2024-13",
		"2024-00",
		"2024-3",
		"2024-",
		"2024- 03",
		"2024-H3",
		"2024-6M",
		"1899",
		"3000",
		"24-Q1",
		"Q1-2024",
		"quý V/2024",
		"quý 0/2024",
		"quý I2024",
		"quý I/24",
		"quý I 2024",
		"tháng 13/2024",
		"tháng 0/2024",
		"tháng/2024",
		"năm 20244",
		"6 tháng 2024",
		"2024-year",
		"3 tháng năm 2024",
		"quý IIII/2024",
		"Quý I/2024 và hơn thế nữa, rất rất dài dòng "
		"không ai đọc hết được cả",
	};
	struct cchc_period period = {1999, 3};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(BAD); i++)
		if (cchc_period_parse(BAD[i], &period))
			fail_msg("\"%s\" was read", BAD[i]);
	assert_int_equal(period.year, 1999);
	assert_int_equal(period.slot, 3);
}

static void titles_are_what_people_read(void **state)
{
	static const struct {
		uint8_t slot;
		const char *title;
	} CASES[] = {
		{CCHC_M1 + 2, "Tháng 3/2024"},
		{CCHC_Q1, "Quý I/2024"},
		{CCHC_Q1 + 3, "Quý IV/2024"},
		{CCHC_H1, "6 tháng đầu năm 2024"},
		{CCHC_H2, "6 tháng cuối năm 2024"},
		{CCHC_9M, "9 tháng năm 2024"},
		{CCHC_YEAR, "Năm 2024"},
	};
	char title[CCHC_PERIOD_TITLE];

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		struct cchc_period period = {2024, CASES[i].slot};

		assert_string_equal(cchc_period_title(period, title), CASES[i].title);
	}
}

static void codes_of_no_period_are_refused(void **state)
{
	static const uint32_t BAD[] = {0,         2024 * 32 + 20, 2024 * 32 + 31,
				       1899 * 32, 3000 * 32,      UINT32_MAX};
	struct cchc_period period;

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(BAD); i++)
		assert_false(cchc_period_from_code(BAD[i], &period));
	assert_true(cchc_period_from_code(2024 * 32 + 12, &period));
	assert_true(cchc_period_equal(period, (struct cchc_period){2024, CCHC_Q1}));
	assert_false(cchc_period_equal(period, (struct cchc_period){2023, CCHC_Q1}));
}

static void slots_have_names_in_files(void **state)
{
	uint8_t slot;

	(void)state;
	for (uint8_t i = 0; i < CCHC_SLOTS; i++) {
		assert_true(cchc_slot_parse(cchc_slot_name(i), &slot));
		assert_int_equal(slot, i);
	}
	assert_false(cchc_slot_parse("q1", &slot));
	assert_false(cchc_slot_parse("", &slot));
}

static void a_quarter_three_figure_moves_two_others_and_the_year(void **state)
{
	static const uint8_t EXPECTED[] = {CCHC_Q1 + 2, CCHC_H2, CCHC_9M, CCHC_YEAR};
	const uint8_t *affects;

	(void)state;
	assert_int_equal(cchc_slot_affects(CCHC_Q1 + 2, &affects), CCHC_COUNT(EXPECTED));
	assert_memory_equal(affects, EXPECTED, sizeof(EXPECTED));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(periods_close_where_the_decree_says),
		cmocka_unit_test(the_reporting_year_turns_on_15_december),
		cmocka_unit_test(people_write_periods_in_many_ways),
		cmocka_unit_test(anything_else_is_no_period),
		cmocka_unit_test(titles_are_what_people_read),
		cmocka_unit_test(codes_of_no_period_are_refused),
		cmocka_unit_test(slots_have_names_in_files),
		cmocka_unit_test(a_quarter_three_figure_moves_two_others_and_the_year),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
