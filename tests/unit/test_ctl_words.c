#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"
#include "ctl/words.h"

static void a_due_date_is_the_last_day_in_time(void **state)
{
	static const struct {
		const char *text;
		bool right;
		const char *day;
	} CASES[] = {
		{"2024-03-15", true, "2024-03-15"},
		{"15/03/2024", true, "2024-03-15"},
		{"trước ngày 15/03/2024", true, "2024-03-14"},
		{"Trước 01/03/2024", true, "2024-02-29"},
		{"TRƯỚC NGÀY  1/1/2024", true, "2023-12-31"},
		{"before 2024-03-15", true, "2024-03-14"},
		{"ngày 15/03/2024", true, "2024-03-15"},
		{"đến hết ngày 15/03/2024", true, "2024-03-15"},
		{"", true, ""},
		{"-", true, ""},
		{"Thường xuyên", true, ""},
		{"trước", false, ""},
		{"trước ngày mai", false, ""},
		{"30/02/2024", false, ""},
		{"15/03", false, ""},
		{"sau 15/03/2024", false, ""},
	};
	char text[CCHC_DAY_TEXT];

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		cchc_day day = 7;

		print_message("%s\n", CASES[i].text);
		assert_int_equal(cchc_ctl_due_read(CASES[i].text, &day), CASES[i].right);
		if (CASES[i].right)
			assert_string_equal(cchc_day_format(day, text), CASES[i].day);
		else
			assert_int_equal(day, 7);
	}
}

static void other_days_are_not_before_anything(void **state)
{
	cchc_day day;

	(void)state;
	assert_true(cchc_ctl_day_read("ngày 5/3/2024", &day));
	assert_int_equal(day, cchc_day_of(2024, 3, 5));
	assert_false(cchc_ctl_day_read("trước ngày 5/3/2024", &day));
	assert_false(cchc_ctl_day_read("", &day));
}

static void a_silence_ends_at_a_moment_or_with_a_day(void **state)
{
	static const struct {
		const char *text;
		int minutes; /* into 15 March 2024; -1: not read */
	} CASES[] = {
		{"2024-03-15 17:05", 17 * 60 + 5},
		{"15/03/2024 00:00", 0},
		{"2024-03-15T23:59", 23 * 60 + 59},
		{"2024-03-15", 24 * 60},
		{"2024-03-15 24:00", -1},
		{"2024-03-15 7:00", -1},
		{"2024-03-15 17:60", -1},
		{"2024-03-15 17-00", -1},
		{"2024-03-15 ", -1},
		{"17:00", -1},
		{"2024-03-15 17::0", -1},
		{"", -1},
	};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		int64_t ms = -1;

		print_message("%s\n", CASES[i].text);
		assert_int_equal(cchc_ctl_until_read(CASES[i].text, &ms),
				 CASES[i].minutes >= 0);
		if (CASES[i].minutes >= 0)
			assert_int_equal(ms - cchc_day_start_ms(cchc_day_of(2024, 3, 15)),
					 CASES[i].minutes * INT64_C(60000));
	}
}

static void a_span_has_its_unit(void **state)
{
	static const struct {
		const char *text;
		int64_t minutes; /* 0: not read */
	} CASES[] = {
		{"90m", 90},   {"4h", 240}, {"2d", 2880}, {"366d", 366 * 1440},
		{"367d", 0},   {"0h", 0},   {"4", 0},     {"h", 0},
		{"4hours", 0}, {"-4h", 0},  {"", 0},      {"9999999m", 0},
		{"4x", 0},     {"1.5h", 0},
	};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		int64_t ms = 0;

		print_message("%s\n", CASES[i].text);
		assert_int_equal(cchc_ctl_span_read(CASES[i].text, &ms),
				 CASES[i].minutes > 0);
		assert_int_equal(ms, CASES[i].minutes * 60000);
	}
}

static void codes_stand_between_commas_semicolons_or_blanks(void **state)
{
	static const struct {
		const char *text;
		const char *codes; /* joined by blanks; NULL: not read */
		const char *bad;
	} CASES[] = {
		{"11986", "11986", NULL},
		{"11986,11989", "11986 11989", NULL},
		{" 11986 ; 11989, 325 ", "11986 11989 325", NULL},
		{"all", "all", NULL},
		{"Tất cả", "all", NULL},
		{"", "", NULL},
		{"11986,11986", NULL, "11986"},
		{"11986,xã Lạc Đạo", NULL, "xã"},
		{"1234567890123456", NULL, "1234567890123456"},
		{"a b c d e", NULL, NULL}, /* too many */
	};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		struct cchc_ctl_codes codes = {0};
		struct cchc_arena arena;
		const char *bad;
		char joined[100] = "";
		enum cchc_rc rc;

		print_message("%s\n", CASES[i].text);
		cchc_arena_init(&arena, 1 << 16);
		rc = cchc_ctl_codes_read(&arena, CASES[i].text, 4, &codes, &bad);
		assert_int_equal(rc, CASES[i].codes ? CCHC_OK : CCHC_INVALID);
		for (size_t j = 0; j < codes.n; j++) {
			strcat(joined, j ? " " : "");
			strcat(joined, codes.code[j]);
		}
		assert_string_equal(joined, CASES[i].codes ? CASES[i].codes : "");
		if (!CASES[i].codes && CASES[i].bad)
			assert_string_equal(bad, CASES[i].bad);
		else if (!CASES[i].codes)
			assert_null(bad);
		cchc_arena_fini(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_due_date_is_the_last_day_in_time),
		cmocka_unit_test(other_days_are_not_before_anything),
		cmocka_unit_test(a_silence_ends_at_a_moment_or_with_a_day),
		cmocka_unit_test(a_span_has_its_unit),
		cmocka_unit_test(codes_stand_between_commas_semicolons_or_blanks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
