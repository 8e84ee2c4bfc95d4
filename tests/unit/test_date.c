#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/check.h"
#include "core/date.h"

static void known_days_have_their_numbers(void **state)
{
	static const struct {
		int year;
		int month;
		int day;
		cchc_day number;
	} DAYS[] = {
		{1970, 1, 1, 0},        {1969, 12, 31, -1},      {2000, 2, 29, 11016},
		{2000, 3, 1, 11017},    {2024, 2, 29, 19782},    {2024, 3, 15, 19797},
		{1900, 2, 28, -25509},  {1900, 3, 1, -25508},    {2100, 3, 1, 47541},
		{1, 1, 1, -719162},     {9999, 12, 31, 2932896}, {2399, 12, 31, 157053},
		{2400, 12, 31, 157419},
	};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(DAYS); i++) {
		struct cchc_civil civil = cchc_civil_of(DAYS[i].number);

		assert_int_equal(cchc_day_of(DAYS[i].year, DAYS[i].month, DAYS[i].day),
				 DAYS[i].number);
		assert_int_equal(civil.year, DAYS[i].year);
		assert_int_equal(civil.month, DAYS[i].month);
		assert_int_equal(civil.day, DAYS[i].day);
	}
}

static void the_day_after_a_day_is_one_more(void **state)
{
	struct cchc_civil civil = {1600, 1, 1};

	(void)state;
	for (cchc_day day = cchc_day_of(1600, 1, 1); day < cchc_day_of(2501, 1, 1);
	     day++) {
		struct cchc_civil found = cchc_civil_of(day);

		assert_int_equal(found.day, civil.day);
		assert_int_equal(found.month, civil.month);
		assert_int_equal(found.year, civil.year);
		assert_int_equal(cchc_day_of(civil.year, civil.month, civil.day), day);
		if (++civil.day <= cchc_days_in_month(civil.year, civil.month))
			continue;
		civil.day = 1;
		civil.year += civil.month == 12;
		civil.month = civil.month % 12 + 1;
	}
}

static void the_ends_of_time_are_days_too(void **state)
{
	char text[CCHC_DAY_TEXT];

	(void)state;
	assert_int_equal(cchc_civil_of(INT32_MAX).year, 5881580);
	assert_int_equal(cchc_civil_of(INT32_MIN + 1).year, -5877641);
	assert_string_equal(cchc_day_format(INT32_MAX, text), "");
	assert_int_equal(cchc_day_at(INT64_MAX), INT32_MAX);
	assert_int_equal(cchc_day_at(INT64_MIN), CCHC_DAY_NONE + 1);
}

static void a_day_begins_at_midnight_in_vietnam(void **state)
{
	const int64_t midnight = INT64_C(1710435600000); /* 2024-03-14 17:00 UTC */
	cchc_day day = cchc_day_of(2024, 3, 15);

	(void)state;
	assert_int_equal(cchc_day_start_ms(day), midnight);
	assert_int_equal(cchc_day_at(midnight), day);
	assert_int_equal(cchc_day_at(midnight - 1), day - 1);
	assert_int_equal(cchc_day_at(midnight + 24 * 3600 * 1000 - 1), day);
	assert_int_equal(cchc_day_at(0), 0);
	assert_int_equal(cchc_day_at(-1), 0); /* 06:59:59 in Vietnam */
	assert_int_equal(cchc_day_at(-7 * 3600 * 1000 - 1), -1);
}

static void only_true_dates_are_read(void **state)
{
	static const char *const BAD[] = {
		"",           "2024",        "2024-02-30", "2023-02-29", "1900-02-29",
		"2024-00-10", "2024-13-01",  "2024-04-31", "2024-4-01",  "24-04-01",
		"2024/04/01", "2024-04-01 ", "2024-04-0x", "0000-01-01", "-024-04-01",
		"15/03/2024", "2024-03-00",
	};
	cchc_day day = 12345;
	char text[CCHC_DAY_TEXT];

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(BAD); i++)
		assert_false(cchc_day_parse(BAD[i], &day));
	assert_int_equal(day, 12345);
	assert_true(cchc_day_parse("2024-02-29", &day));
	assert_string_equal(cchc_day_format(day, text), "2024-02-29");
	assert_true(cchc_day_parse("0001-01-01", &day));
	assert_string_equal(cchc_day_format(day, text), "0001-01-01");
	assert_string_equal(cchc_day_format(CCHC_DAY_NONE, text), "");
}

static void a_day_is_read_as_people_write_it(void **state)
{
	static const struct {
		const char *text;
		const char *day; /* NULL: none */
	} CASES[] = {
		{"2024-03-15", "2024-03-15"},
		{"15/03/2024", "2024-03-15"},
		{"5/3/2024", "2024-03-05"},
		{"05-3-2024", "2024-03-05"},
		{"29.2.2024", "2024-02-29"},
		{"29/2/2023", NULL},
		{"3/15/2024", NULL},
		{"15/03/24", NULL},
		{"15/03-2024", NULL},
		{"15/03/2024 ", NULL},
		{"2024-3-15", NULL},
		{"15/03/20245", NULL},
		{"/3/2024", NULL},
		{"15//2024", NULL},
		{"115/03/2024", NULL},
		{"15/003/2024", NULL},
		{"1", NULL},
		{"1/", NULL},
		{"15/3", NULL},
		{"", NULL},
		{"-1/03/2024", NULL},
		{"45366", NULL},
	};
	char text[CCHC_DAY_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		cchc_day day = 7;

		print_message("%s\n", CASES[i].text);
		assert_int_equal(cchc_day_read(CASES[i].text, &day),
				 CASES[i].day != NULL);
		if (CASES[i].day)
			assert_string_equal(cchc_day_format(day, text), CASES[i].day);
		else
			assert_int_equal(day, 7);
	}
}

static void a_day_is_written_for_people(void **state)
{
	char text[CCHC_DAY_TEXT];

	(void)state;
	assert_string_equal(cchc_day_people(cchc_day_of(2024, 3, 5), text), "05/03/2024");
	assert_string_equal(cchc_day_people(CCHC_DAY_NONE, text), "");
	assert_string_equal(cchc_day_people(INT32_MAX, text), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_days_have_their_numbers),
		cmocka_unit_test(the_day_after_a_day_is_one_more),
		cmocka_unit_test(the_ends_of_time_are_days_too),
		cmocka_unit_test(a_day_begins_at_midnight_in_vietnam),
		cmocka_unit_test(only_true_dates_are_read),
		cmocka_unit_test(a_day_is_read_as_people_write_it),
		cmocka_unit_test(a_day_is_written_for_people),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
