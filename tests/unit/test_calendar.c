/* Which days are worked: the week, and what each year's calendar says against it. */
#include "yamlfile.h"

#include "base/check.h"
#include "core/calendar.h"

enum { SHIPPED_FIRST = 2024, SHIPPED_LAST = 2027, DECIDED_LAST = 2026 };

static const char *const NO_PROBLEM[TEST_EXPECTED_MAX] = {NULL};

static cchc_day day_of(const char *text)
{
	cchc_day day = CCHC_DAY_NONE;

	assert_true(cchc_day_parse(text, &day));
	return day;
}

static void load(struct test_files *files, const char *const *texts, size_t n,
		 struct cchc_calendar *calendar, enum cchc_rc expected)
{
	const struct cchc_node *roots[8];
	char name[32];

	for (size_t i = 0; i < n; i++) {
		(void)snprintf(name, sizeof(name), "%zu.yaml", i + 1);
		roots[i] = test_files_parse(files, name, texts[i]);
	}
	assert_int_equal(
		cchc_calendar_load(calendar, &files->arena, roots, n, &files->problems),
		expected);
}

static void load_shipped(struct test_files *files, struct cchc_calendar *calendar)
{
	const char *texts[SHIPPED_LAST - SHIPPED_FIRST + 1];

	test_files_init(files);
	/* the newest first: their order must not matter */
	for (int i = 0; i <= SHIPPED_LAST - SHIPPED_FIRST; i++) {
		char path[512];

		(void)snprintf(path, sizeof(path),
			       SOURCE_DIR "/config/calendars/vn-%d.yaml",
			       SHIPPED_LAST - i);
		texts[i] = test_files_read(files, path);
	}
	load(files, texts, CCHC_COUNT(texts), calendar, CCHC_OK);
	test_files_expect(files, NO_PROBLEM);
}

static bool is_weekend(cchc_day day)
{
	static const char *const MONDAY = "2024-01-01";

	return ((day - day_of(MONDAY)) % 7 + 7) % 7 >= 5;
}

/* The line of the table with this date; 0: none. */
static size_t line_of(const struct cchc_sheet *sheet, cchc_day day)
{
	char text[CCHC_DAY_TEXT];

	cchc_day_format(day, text);
	for (size_t i = 1; i < sheet->n; i++)
		if (strcmp(cchc_sheet_cell(&sheet->row[i], 0), text) == 0)
			return i;
	return 0;
}

static const char *name_of(const struct cchc_calendar *calendar, cchc_day day)
{
	for (size_t i = 0; i < calendar->n; i++)
		if (calendar->day[i].day == day)
			return calendar->day[i].name;
	return NULL;
}

static size_t compare_year(struct test_files *files, const struct cchc_calendar *calendar,
			   int year)
{
	char path[512];
	struct cchc_sheet sheet;
	size_t found = 0;

	(void)snprintf(path, sizeof(path), TEST_DATA "/calendars/vn-%d.csv", year);
	sheet = test_files_sheet(files, path, test_files_read(files, path));
	for (cchc_day day = cchc_day_of(year, 1, 1); day <= cchc_day_of(year, 12, 31);
	     day++) {
		size_t line = line_of(&sheet, day);
		const char *name = name_of(calendar, day);
		bool rests = is_weekend(day);

		assert_int_equal(name != NULL, line > 0);
		if (line > 0) {
			found++;
			rests = strcmp(cchc_sheet_cell(&sheet.row[line], 1), "rest") == 0;
			assert_string_equal(name, cchc_sheet_cell(&sheet.row[line], 2));
		}
		assert_int_equal(cchc_calendar_rests(calendar, day), rests);
	}
	return found;
}

static void the_shipped_calendars_are_the_tables_day_by_day(void **state)
{
	static const size_t DAYS[] = {15, 13, 16};
	struct cchc_calendar calendar;
	struct test_files files;

	(void)state;
	load_shipped(&files, &calendar);
	for (int year = SHIPPED_FIRST; year <= DECIDED_LAST; year++) {
		assert_int_equal(compare_year(&files, &calendar, year),
				 DAYS[year - SHIPPED_FIRST]);
		assert_non_null(cchc_calendar_of(&calendar, year));
		assert_false(cchc_calendar_of(&calendar, year)->provisional);
	}
	test_files_fini(&files);
}

static void a_year_not_decided_is_provisional_and_has_its_fixed_days(void **state)
{
	static const char *const FIXED[] = {"2027-01-01", "2027-04-30", "2027-05-01",
					    "2027-09-02", "2027-11-24"};
	const struct cchc_calendar_year *year;
	struct cchc_calendar calendar;
	struct test_files files;
	size_t n = 0;

	(void)state;
	load_shipped(&files, &calendar);
	year = cchc_calendar_of(&calendar, 2027);
	assert_non_null(year);
	assert_true(year->provisional);
	for (size_t i = 0; i < CCHC_COUNT(FIXED); i++)
		assert_true(cchc_calendar_rests(&calendar, day_of(FIXED[i])));
	for (size_t i = 0; i < calendar.n; i++)
		n += calendar.day[i].day >= cchc_day_of(2027, 1, 1);
	assert_int_equal(n, CCHC_COUNT(FIXED));
	assert_int_equal(calendar.n_years, 4);
	for (size_t i = 0; i < calendar.n_years; i++)
		assert_int_equal(calendar.year[i].year, SHIPPED_FIRST + (int)i);
	assert_null(cchc_calendar_of(&calendar, 2023));
	assert_null(cchc_calendar_of(&calendar, 2028));
	test_files_fini(&files);
}

static void the_next_working_day_is_found(void **state)
{
	static const struct {
		const char *day;
		const char *expected;
		const char *why;
	} CASES[] = {
		{"2024-03-15", "2024-03-15", "a Friday is worked"},
		{"2024-03-16", "2024-03-18", "Saturday"},
		{"2024-03-17", "2024-03-18", "Sunday"},
		{"2024-02-08", "2024-02-15", "Tết, a weekend in it"},
		{"2024-05-04", "2024-05-04", "a Saturday that is worked"},
		{"2024-05-05", "2024-05-06", "the Sunday after it"},
		{"2024-04-27", "2024-05-02", "a weekend, a swapped day, two holidays"},
		{"2025-08-30", "2025-09-03", "a weekend before the National Day"},
		{"2026-08-29", "2026-09-03", "and with a swapped day"},
		{"2023-12-30", "2024-01-02", "over the turn of the year"},
		{"2027-01-01", "2027-01-04", "a provisional year"},
		{"2031-01-01", "2031-01-01", "no calendar: the week alone"},
		{"2031-01-04", "2031-01-06", "a Saturday of that year"},
		{"1969-12-27", "1969-12-29", "a Saturday before 1970"},
	};
	struct cchc_calendar calendar;
	struct test_files files;

	(void)state;
	load_shipped(&files, &calendar);
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		cchc_day found =
			cchc_calendar_next_working(&calendar, day_of(CASES[i].day));
		char text[CCHC_DAY_TEXT];

		if (found != day_of(CASES[i].expected))
			fail_msg("%s (%s): %s", CASES[i].day, CASES[i].why,
				 cchc_day_format(found, text));
	}
	test_files_fini(&files);
}

static void without_any_calendar_the_week_holds(void **state)
{
	struct cchc_calendar calendar = {0};
	struct test_files files;

	(void)state;
	test_files_init(&files);
	load(&files, NULL, 0, &calendar, CCHC_OK);
	assert_int_equal(calendar.n, 0);
	assert_true(cchc_calendar_rests(&calendar, day_of("2024-03-16")));
	assert_false(cchc_calendar_rests(&calendar, day_of("2024-01-01")));
	assert_int_equal(cchc_calendar_next_working(&calendar, INT32_MAX), INT32_MAX);
	test_files_fini(&files);
}

#define DAY(date, kind) "  - {date: " date ", kind: " kind ", name: N}\n"

static void mistakes_of_all_files_are_named_with_their_place(void **state)
{
	static const struct {
		const char *text[3];
		const char *expected[TEST_EXPECTED_MAX];
	} BAD[] = {
		{{""}, {"calendar: the file is empty"}},
		{{"a text"}, {"1.yaml:1:1: keys and values expected"}},
		{{"{}"},
		 {"1.yaml:1:1: key \"days\" is missing", "1.yaml:1:1: year: missing"}},
		{{"year: 20x4\ndays: []\nholidays: 1\n"},
		 {"1.yaml:1:7: year: \"20x4\" is not a whole number",
		  "1.yaml:3:1: unknown key \"holidays\""}},
		{{"year: 2024\nprovisional: perhaps\ndays: {}\n"},
		 {"1.yaml:2:14: provisional: yes or no expected",
		  "1.yaml:3:7: days: a list expected"}},
		{{"year: 2024\ndays:\n" DAY("2024-04-30", "rest")
			  DAY("2024-04-30", "rest")},
		 {"1.yaml:4:5: 2024-04-30 is given twice, first in line 3"}},
		{{"year: 2024\ndays:\n" DAY("2025-04-30", "rest")
			  DAY("2024-02-30", "rest") DAY("30/4", "rest")},
		 {"1.yaml:3:12: date: a day of another year",
		  "1.yaml:4:12: date: a date like 2024-04-30 expected",
		  "1.yaml:5:12: date: a date like"}},
		{{"year: 2024\ndays:\n" DAY("2024-03-15", "work")
			  DAY("2024-03-16", "idle")},
		 {"1.yaml:3:12: date: no Saturday or Sunday",
		  "1.yaml:4:30: kind: rest or work expected"}},
		{{"year: 2024\ndays:\n  - {date: 2024-03-15}\n  - a day\n"},
		 {"1.yaml:3:5: key \"kind\" is missing",
		  "1.yaml:3:5: key \"name\" is missing", "1.yaml:4:5: keys and values"}},
		{{"year: 2024\ndays: []\n", "year: 2025\ndays: [x]\n",
		  "year: 2024\ndays: []\n"},
		 {"2.yaml:2:8: keys and values", "3.yaml:1:7: year: another file has"}},
	};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(BAD); i++) {
		struct cchc_calendar calendar;
		struct test_files files;
		size_t n = 1;

		while (n < 3 && BAD[i].text[n])
			n++;
		test_files_init(&files);
		load(&files, BAD[i].text, n, &calendar, CCHC_INVALID);
		test_files_expect(&files, BAD[i].expected);
		assert_int_equal(calendar.n, 0);
		assert_int_equal(calendar.n_years, 0);
		test_files_fini(&files);
	}
}

static void no_room_is_no_mistake_of_the_file(void **state)
{
	struct cchc_calendar calendar;
	struct cchc_arena small;
	struct test_files files;
	const struct cchc_node *root;

	(void)state;
	test_files_init(&files);
	cchc_arena_init(&small, 64);
	root = test_files_parse(&files, "a.yaml",
				"year: 2024\ndays:\n" DAY("2024-04-30", "rest"));
	assert_int_equal(cchc_calendar_load(&calendar, &small, &root, 1, &files.problems),
			 CCHC_NOMEM);
	test_files_expect(&files, NO_PROBLEM);
	assert_int_equal(calendar.n, 0);
	cchc_arena_fini(&small);
	test_files_fini(&files);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_shipped_calendars_are_the_tables_day_by_day),
		cmocka_unit_test(
			a_year_not_decided_is_provisional_and_has_its_fixed_days),
		cmocka_unit_test(the_next_working_day_is_found),
		cmocka_unit_test(without_any_calendar_the_week_holds),
		cmocka_unit_test(mistakes_of_all_files_are_named_with_their_place),
		cmocka_unit_test(no_room_is_no_mistake_of_the_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
