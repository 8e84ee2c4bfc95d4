#include "core/date.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"

enum {
	DAYS_400_YEARS = 146097,
	DAYS_100_YEARS = 36524,
	DAYS_4_YEARS = 1461,
	DAYS_YEAR = 365,
	DAYS_BEFORE_1970 = 719162, /* since 0001-01-01 */
	YEAR_MAX = 9999,
	DATE_LEN = 10,
};

static const int64_t DAY_MS = INT64_C(86400000);
static const int64_t OFFSET_MS = INT64_C(1000) * CCHC_CIVIL_OFFSET_S;

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

int cchc_days_in_month(int year, int month)
{
	static const uint8_t DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	cchc_check(month >= 1 && month <= 12);
	return DAYS[month - 1] + (month == 2 && is_leap(year));
}

static int days_before_month(int year, int month)
{
	int days = 0;

	for (int m = 1; m < month; m++)
		days += cchc_days_in_month(year, m);
	return days;
}

bool cchc_civil_is_valid(int year, int month, int day)
{
	return year >= 1 && year <= YEAR_MAX && month >= 1 && month <= 12 && day >= 1 &&
	       day <= cchc_days_in_month(year, month);
}

cchc_day cchc_day_of(int year, int month, int day)
{
	int64_t before = (int64_t)year - 1;
	int64_t leaps =
		floor_div(before, 4) - floor_div(before, 100) + floor_div(before, 400);

	return (cchc_day)(before * DAYS_YEAR + leaps - DAYS_BEFORE_1970 +
			  days_before_month(year, month) + day - 1);
}

/* The last year of 4, 100 and 400 may be longer than the others: its last day must not
 * be counted as a fifth year. */
static int64_t take_years(int64_t *days, int64_t length, int64_t most)
{
	int64_t n = *days / length;

	n = n > most ? most : n;
	*days -= n * length;
	return n;
}

struct cchc_civil cchc_civil_of(cchc_day day)
{
	int64_t days = (int64_t)day + DAYS_BEFORE_1970;
	int64_t cycle = floor_div(days, DAYS_400_YEARS);
	struct cchc_civil civil = {.month = 1};
	int64_t year;

	days -= cycle * DAYS_400_YEARS;
	year = 1 + 400 * cycle;
	year += 100 * take_years(&days, DAYS_100_YEARS, 3);
	year += 4 * take_years(&days, DAYS_4_YEARS, 24);
	year += take_years(&days, DAYS_YEAR, 3);
	civil.year = (int)year;
	while (days >= cchc_days_in_month(civil.year, civil.month))
		days -= cchc_days_in_month(civil.year, civil.month++);
	civil.day = (int)days + 1;
	return civil;
}

cchc_day cchc_day_at(int64_t wall_ms)
{
	int64_t day = floor_div(wall_ms, DAY_MS);
	int64_t into_day = wall_ms % DAY_MS;

	/* not (wall_ms + OFFSET_MS) / DAY_MS: an absurd clock must not overflow */
	into_day += into_day < 0 ? DAY_MS : 0;
	if (into_day >= DAY_MS - OFFSET_MS)
		day++;
	if (day > INT32_MAX)
		return INT32_MAX;
	return day <= CCHC_DAY_NONE ? CCHC_DAY_NONE + 1 : (cchc_day)day;
}

int64_t cchc_day_start_ms(cchc_day day)
{
	return (int64_t)day * DAY_MS - OFFSET_MS;
}

/* -1 unless all are digits */
static int digits(const char *text, int n)
{
	int value = 0;

	for (int i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		value = value * 10 + text[i] - '0';
	}
	return value;
}

bool cchc_day_parse(const char *text, cchc_day *day)
{
	int year;
	int month;
	int mday;

	if (strlen(text) != DATE_LEN || text[4] != '-' || text[7] != '-')
		return false;
	year = digits(text, 4);
	month = digits(text + 5, 2);
	mday = digits(text + 8, 2);
	if (!cchc_civil_is_valid(year, month, mday))
		return false;
	*day = cchc_day_of(year, month, mday);
	return true;
}

/* One or two digits and the mark behind them; *text moves on. -1 when it is not so. */
static int day_part(const char **text, char mark)
{
	int n = (*text)[0] && (*text)[1] != mark ? 2 : 1;
	int value = digits(*text, n);

	if (value < 0 || (*text)[n] != mark)
		return -1;
	*text += n + 1;
	return value;
}

bool cchc_day_read(const char *text, cchc_day *day)
{
	const char *mark = strpbrk(text, "/-.");
	int mday;
	int month;
	int year;

	if (cchc_day_parse(text, day))
		return true;
	if (!mark)
		return false;
	mday = day_part(&text, *mark);
	month = mday < 0 ? -1 : day_part(&text, *mark);
	year = month < 0 || strlen(text) != 4 ? -1 : digits(text, 4);
	if (!cchc_civil_is_valid(year, month, mday))
		return false;
	*day = cchc_day_of(year, month, mday);
	return true;
}

/* False, with *civil of no use, for a day that cannot be written with four digits. */
static bool is_written(cchc_day day, struct cchc_civil *civil)
{
	if (day == CCHC_DAY_NONE)
		return false;
	*civil = cchc_civil_of(day);
	return civil->year >= 1 && civil->year <= YEAR_MAX;
}

char *cchc_day_format(cchc_day day, char out[CCHC_DAY_TEXT])
{
	struct cchc_civil civil;

	out[0] = '\0';
	if (is_written(day, &civil))
		(void)snprintf(out, CCHC_DAY_TEXT, "%04d-%02d-%02d", civil.year % 10000,
			       civil.month % 100, civil.day % 100);
	return out;
}

char *cchc_day_people(cchc_day day, char out[CCHC_DAY_TEXT])
{
	struct cchc_civil civil;

	out[0] = '\0';
	if (is_written(day, &civil))
		(void)snprintf(out, CCHC_DAY_TEXT, "%02d/%02d/%04d", civil.day % 100,
			       civil.month % 100, civil.year % 10000);
	return out;
}
