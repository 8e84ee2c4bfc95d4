/* Years whose holidays are not known: who is warned, and how often. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/holidays.h"
#include "base/check.h"

static struct cchc_calendar_year years[] = {{2026, false}, {2027, true}};
static const struct cchc_calendar CALENDAR = {.year = years,
					      .n_years = CCHC_COUNT(years)};

/* What was logged since the log was opened. */
static FILE *file;
static int saved;

static void open_log(void)
{
	file = tmpfile();
	assert_non_null(file);
	saved = dup(STDERR_FILENO);
	assert_true(saved >= 0);
	assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
}

/* How many lines have the text; the log is closed. */
static int close_log(const char *text)
{
	char line[512];
	int n = 0;

	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	assert_int_equal(close(saved), 0);
	rewind(file);
	while (fgets(line, sizeof(line), file))
		n += strstr(line, text) != NULL;
	assert_int_equal(fclose(file), 0);
	return n;
}

static cchc_day day_of(const char *text)
{
	cchc_day day = CCHC_DAY_NONE;

	assert_true(!text || cchc_day_parse(text, &day));
	return day;
}

static void a_due_date_in_such_a_year_is_noted(void **state)
{
	static const struct {
		const char *due;
		const char *effective;
		const char
			*part; /* of the note, in both languages; NULL: there is none */
		const char *english;
	} CASES[] = {
		{NULL, NULL, NULL, NULL},
		{"2026-12-30", "2026-12-30", NULL, NULL},
		{"2026-12-31", "2027-01-04", "năm 2027 còn tạm tính",
		 "2027 is provisional"},
		{"2027-02-06", "2027-02-08", "năm 2027 còn tạm tính",
		 "2027 is provisional"},
		{"2028-02-07", "2028-02-07", "năm 2028 chưa có", "calendar of 2028 yet"},
		{"2025-12-31", "2026-01-02", "năm 2025 chưa có", "calendar of 2025 yet"},
	};
	char out[CCHC_HOLIDAYS_NOTE];

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		const char *note = cchc_holidays_note(&CALENDAR, day_of(CASES[i].due),
						      day_of(CASES[i].effective), out);

		if (!CASES[i].part) {
			assert_null(note);
			continue;
		}
		assert_non_null(note);
		assert_non_null(strstr(note, CASES[i].part));
		assert_non_null(strstr(note, CASES[i].english));
	}
}

static void a_year_that_a_due_date_reaches_is_warned_of_once(void **state)
{
	static const struct {
		const char *due;
		const char *text;
		int lines;
	} CASES[] = {
		{"2026-12-30", "calendar", 0},
		{"2027-02-08", "calendar provisional year=2027", 1},
		{"2028-02-07", "calendar missing year=2028", 1},
		{"9999-02-07", "calendar", 0}, /* no calendar may have it */
	};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		cchc_day due = day_of(CASES[i].due);
		struct cchc_holidays holidays;

		open_log();
		cchc_holidays_init(&holidays, &CALENDAR);
		for (int times = 0; times < 3; times++)
			cchc_holidays_reach(&holidays, due, due);
		assert_int_equal(close_log(CASES[i].text), CASES[i].lines);
	}
}

static void the_present_year_is_warned_of_once_and_the_next_all_december(void **state)
{
	static const struct {
		const char *first;
		int days;
		int missing; /* lines */
		int provisional;
	} CASES[] = {
		{"2026-11-22", 9, 0, 0},   {"2026-11-30", 2, 0, 1},
		{"2026-11-30", 40, 0, 32}, /* and once as the year has begun */
		{"2027-03-01", 30, 0, 1},  {"2027-12-01", 3, 3, 1},
		{"2028-05-05", 30, 1, 0},
	};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		cchc_day first = day_of(CASES[i].first);

		for (int look = 0; look < 2; look++) { /* for both words */
			struct cchc_holidays holidays;

			open_log();
			cchc_holidays_init(&holidays, &CALENDAR);
			for (int day = 0; day < 2 * CASES[i].days; day++)
				cchc_holidays_day(&holidays, first + day / 2);
			assert_int_equal(close_log(look ? "calendar missing"
							: "calendar provisional"),
					 look ? CASES[i].missing : CASES[i].provisional);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_due_date_in_such_a_year_is_noted),
		cmocka_unit_test(a_year_that_a_due_date_reaches_is_warned_of_once),
		cmocka_unit_test(
			the_present_year_is_warned_of_once_and_the_next_all_december),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
