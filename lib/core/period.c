#include "core/period.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"

enum { YEAR_MIN = 1900, YEAR_MAX = 2999, FOLDED = 64 };

static const struct slot {
	const char *name;
	const char *title; /* what stands before the year */
	uint8_t first_month;
	uint8_t last_month;
} SLOTS[CCHC_SLOTS] = {
	{"01", "Tháng 1/", 1, 1},
	{"02", "Tháng 2/", 2, 2},
	{"03", "Tháng 3/", 3, 3},
	{"04", "Tháng 4/", 4, 4},
	{"05", "Tháng 5/", 5, 5},
	{"06", "Tháng 6/", 6, 6},
	{"07", "Tháng 7/", 7, 7},
	{"08", "Tháng 8/", 8, 8},
	{"09", "Tháng 9/", 9, 9},
	{"10", "Tháng 10/", 10, 10},
	{"11", "Tháng 11/", 11, 11},
	{"12", "Tháng 12/", 12, 12},
	[CCHC_Q1] = {"Q1", "Quý I/", 1, 3},
	{"Q2", "Quý II/", 4, 6},
	{"Q3", "Quý III/", 7, 9},
	{"Q4", "Quý IV/", 10, 12},
	[CCHC_H1] = {"H1", "6 tháng đầu năm ", 1, 6},
	[CCHC_H2] = {"H2", "6 tháng cuối năm ", 7, 12},
	[CCHC_9M] = {"9M", "9 tháng năm ", 1, 9},
	[CCHC_YEAR] = {"year", "Năm ", 1, 12},
};

static bool is_period(struct cchc_period period)
{
	return period.year >= YEAR_MIN && period.year <= YEAR_MAX &&
	       period.slot < CCHC_SLOTS;
}

uint32_t cchc_period_code(struct cchc_period period)
{
	return (uint32_t)period.year * 32 + period.slot;
}

bool cchc_period_from_code(uint32_t code, struct cchc_period *period)
{
	struct cchc_period found;

	if (code / 32 > YEAR_MAX)
		return false;
	found.year = (uint16_t)(code / 32);
	found.slot = (uint8_t)(code % 32);
	if (!is_period(found))
		return false;
	*period = found;
	return true;
}

bool cchc_period_equal(struct cchc_period a, struct cchc_period b)
{
	return a.year == b.year && a.slot == b.slot;
}

const char *cchc_slot_name(uint8_t slot)
{
	cchc_check(slot < CCHC_SLOTS);
	return SLOTS[slot].name;
}

bool cchc_slot_parse(const char *name, uint8_t *slot)
{
	for (uint8_t i = 0; i < CCHC_SLOTS; i++) {
		if (strcmp(SLOTS[i].name, name) != 0)
			continue;
		*slot = i;
		return true;
	}
	return false;
}

/* 1..most with at most one leading zero, moving *text behind it; 0 if there is none */
static unsigned take_number(const char **text, unsigned most)
{
	const char *at = *text;
	unsigned value = 0;

	while (at - *text < 2 && *at >= '0' && *at <= '9')
		value = value * 10 + (unsigned)(*at++ - '0');
	if (value < 1 || value > most)
		return 0;
	*text = at;
	return value;
}

static unsigned take_quarter(const char **text)
{
	static const char *const ROMAN[] = {"i", "ii", "iii", "iv"};
	size_t len = strspn(*text, "iv");

	for (unsigned i = 0; i < CCHC_COUNT(ROMAN); i++) {
		if (len != strlen(ROMAN[i]) || strncmp(*text, ROMAN[i], len) != 0)
			continue;
		*text += len;
		return i + 1;
	}
	return take_number(text, 4);
}

static uint16_t take_year(const char **text)
{
	unsigned year = 0;

	for (int i = 0; i < 4; i++) {
		if ((*text)[i] < '0' || (*text)[i] > '9')
			return 0;
		year = year * 10 + (unsigned)((*text)[i] - '0');
	}
	*text += 4;
	return (uint16_t)year;
}

static bool take_word(const char **text, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(*text, word, len) != 0)
		return false;
	*text += len;
	return true;
}

/* Between number and year stands "/", "-" or "năm". */
static bool take_separator(const char **text)
{
	if (take_word(text, " nam "))
		return true;
	(void)take_word(text, " ");
	if (!take_word(text, "/") && !take_word(text, "-"))
		return false;
	(void)take_word(text, " ");
	return true;
}

static bool take_phrase(const char **text, uint8_t *slot)
{
	static const struct {
		const char *words;
		uint8_t slot;
	} PHRASES[] = {
		{"6 thang dau nam ", CCHC_H1},
		{"06 thang dau nam ", CCHC_H1},
		{"6 thang cuoi nam ", CCHC_H2},
		{"06 thang cuoi nam ", CCHC_H2},
		{"9 thang nam ", CCHC_9M},
		{"09 thang nam ", CCHC_9M},
		{"9 thang dau nam ", CCHC_9M},
		{"09 thang dau nam ", CCHC_9M},
		{"nam ", CCHC_YEAR},
	};

	for (size_t i = 0; i < CCHC_COUNT(PHRASES); i++) {
		*slot = PHRASES[i].slot;
		if (take_word(text, PHRASES[i].words))
			return true;
	}
	return false;
}

/* What people write, folded: "quy i/2024", "thang 9 nam 2024", "9 thang nam 2024". */
static bool parse_spoken(const char *text, struct cchc_period *period)
{
	unsigned n;

	if (take_word(&text, "quy ")) {
		n = take_quarter(&text);
		period->slot = (uint8_t)(CCHC_Q1 + n - 1);
		if (n == 0 || !take_separator(&text))
			return false;
	} else if (take_word(&text, "thang ")) {
		n = take_number(&text, 12);
		period->slot = (uint8_t)(CCHC_M1 + n - 1);
		if (n == 0 || !take_separator(&text))
			return false;
	} else if (!take_phrase(&text, &period->slot)) {
		return false;
	}
	period->year = take_year(&text);
	return *text == '\0';
}

/* What programs write, folded: "2024", "2024-03", "2024-q1". */
static bool parse_written(const char *text, struct cchc_period *period)
{
	period->year = take_year(&text);
	period->slot = CCHC_YEAR;
	if (*text == '\0')
		return true;
	if (*text++ != '-' || *text == ' ')
		return false;
	for (uint8_t i = 0; i < CCHC_YEAR; i++) {
		period->slot = i;
		if (cchc_text_alike(SLOTS[i].name, text))
			return true;
	}
	return false;
}

bool cchc_period_parse(const char *text, struct cchc_period *period)
{
	char folded[FOLDED];
	struct cchc_period found = {0};

	if (cchc_text_fold(text, strlen(text), folded, sizeof(folded)) >= sizeof(folded))
		return false;
	if (!parse_written(folded, &found) && !parse_spoken(folded, &found))
		return false;
	if (!is_period(found))
		return false;
	*period = found;
	return true;
}

char *cchc_period_format(struct cchc_period period, char out[CCHC_PERIOD_TEXT])
{
	unsigned year = period.year % 10000u;

	cchc_check(period.slot < CCHC_SLOTS);
	if (period.slot == CCHC_YEAR)
		(void)snprintf(out, CCHC_PERIOD_TEXT, "%u", year);
	else
		(void)snprintf(out, CCHC_PERIOD_TEXT, "%u-%s", year,
			       SLOTS[period.slot].name);
	return out;
}

char *cchc_period_title(struct cchc_period period, char out[CCHC_PERIOD_TITLE])
{
	cchc_check(period.slot < CCHC_SLOTS);
	(void)snprintf(out, CCHC_PERIOD_TITLE, "%s%u", SLOTS[period.slot].title,
		       period.year);
	return out;
}

/* The closing of a month; a month that is too short closes with its last day. */
static cchc_day month_closes(int year, int month, int closing_day)
{
	int last = cchc_days_in_month(year, month);

	return cchc_day_of(year, month, closing_day < last ? closing_day : last);
}

cchc_day cchc_period_first_day(struct cchc_period period, int closing_day)
{
	int before;

	cchc_check(period.slot < CCHC_SLOTS);
	before = SLOTS[period.slot].first_month - 1;
	if (before == 0)
		return month_closes(period.year - 1, 12, closing_day) + 1;
	return month_closes(period.year, before, closing_day) + 1;
}

cchc_day cchc_period_last_day(struct cchc_period period, int closing_day)
{
	cchc_check(period.slot < CCHC_SLOTS);
	return month_closes(period.year, SLOTS[period.slot].last_month, closing_day);
}

bool cchc_period_contains(struct cchc_period period, int closing_day, cchc_day day)
{
	return day >= cchc_period_first_day(period, closing_day) &&
	       day <= cchc_period_last_day(period, closing_day);
}

uint16_t cchc_reporting_year(cchc_day day, int closing_day)
{
	struct cchc_civil civil = cchc_civil_of(day);

	return (uint16_t)(civil.year + (civil.month == 12 && civil.day > closing_day));
}

size_t cchc_slot_parts(uint8_t slot, const uint8_t **parts)
{
	static const uint8_t PARTS[CCHC_SLOTS - CCHC_Q1][3] = {
		{0, 1, 2},
		{3, 4, 5},
		{6, 7, 8},
		{9, 10, 11},
		[CCHC_H1 - CCHC_Q1] = {CCHC_Q1, CCHC_Q1 + 1},
		[CCHC_H2 - CCHC_Q1] = {CCHC_Q1 + 2, CCHC_Q1 + 3},
		[CCHC_9M - CCHC_Q1] = {CCHC_H1, CCHC_Q1 + 2},
		[CCHC_YEAR - CCHC_Q1] = {CCHC_H1, CCHC_H2},
	};

	cchc_check(slot < CCHC_SLOTS);
	*parts = slot < CCHC_Q1 ? NULL : PARTS[slot - CCHC_Q1];
	if (slot < CCHC_Q1)
		return 0;
	return slot < CCHC_H1 ? 3 : 2;
}

size_t cchc_slot_affects(uint8_t slot, const uint8_t **affects)
{
	enum { Q1 = CCHC_Q1, Q2, Q3, Q4, H1, H2, M9, YEAR };
	static const uint8_t AFFECTS[CCHC_SLOTS][6] = {
		/* how many, then which */
		{5, 0, Q1, H1, M9, YEAR},
		{5, 1, Q1, H1, M9, YEAR},
		{5, 2, Q1, H1, M9, YEAR},
		{5, 3, Q2, H1, M9, YEAR},
		{5, 4, Q2, H1, M9, YEAR},
		{5, 5, Q2, H1, M9, YEAR},
		{5, 6, Q3, H2, M9, YEAR},
		{5, 7, Q3, H2, M9, YEAR},
		{5, 8, Q3, H2, M9, YEAR},
		{4, 9, Q4, H2, YEAR},
		{4, 10, Q4, H2, YEAR},
		{4, 11, Q4, H2, YEAR},
		[Q1] = {4, Q1, H1, M9, YEAR},
		{4, Q2, H1, M9, YEAR},
		{4, Q3, H2, M9, YEAR},
		{3, Q4, H2, YEAR},
		[H1] = {3, H1, M9, YEAR},
		[H2] = {2, H2, YEAR},
		[M9] = {1, M9},
		[YEAR] = {1, YEAR},
	};

	cchc_check(slot < CCHC_SLOTS);
	*affects = AFFECTS[slot] + 1;
	return AFFECTS[slot][0];
}
