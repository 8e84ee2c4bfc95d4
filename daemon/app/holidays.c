#include "app/holidays.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"

enum { FIRST_YEAR = 1900 };

enum known { KNOWN, PROVISIONAL, MISSING };

static enum known known_of(const struct cchc_calendar *calendar, int year)
{
	const struct cchc_calendar_year *of = cchc_calendar_of(calendar, year);

	if (!of)
		return MISSING;
	return of->provisional ? PROVISIONAL : KNOWN;
}

void cchc_holidays_init(struct cchc_holidays *holidays,
			const struct cchc_calendar *calendar)
{
	*holidays = (struct cchc_holidays){.calendar = calendar, .today = CCHC_DAY_NONE};
}

static void warn(const struct cchc_holidays *h, int year)
{
	switch (known_of(h->calendar, year)) {
	case MISSING:
		cchc_log(CCHC_LOG_WARN, "calendar missing year=%d", year);
		break;
	case PROVISIONAL:
		cchc_log(CCHC_LOG_WARN, "calendar provisional year=%d", year);
		break;
	case KNOWN:
		break;
	}
}

static void warn_once(struct cchc_holidays *h, int year)
{
	bool *told;

	if (year < FIRST_YEAR || year >= FIRST_YEAR + CCHC_HOLIDAYS_YEARS)
		return;
	told = &h->told[year - FIRST_YEAR];
	if (!*told)
		warn(h, year);
	*told = true;
}

void cchc_holidays_day(struct cchc_holidays *holidays, cchc_day today)
{
	struct cchc_civil civil = cchc_civil_of(today);

	if (holidays->today == today)
		return;
	holidays->today = today;
	warn_once(holidays, civil.year);
	if (civil.month == 12)
		warn(holidays, civil.year + 1);
}

void cchc_holidays_reach(struct cchc_holidays *holidays, cchc_day due, cchc_day effective)
{
	if (due == CCHC_DAY_NONE || effective == CCHC_DAY_NONE)
		return;
	for (int year = cchc_civil_of(due).year; year <= cchc_civil_of(effective).year;
	     year++)
		warn_once(holidays, year);
}

const char *cchc_holidays_note(const struct cchc_calendar *calendar, cchc_day due,
			       cchc_day effective, char out[CCHC_HOLIDAYS_NOTE])
{
	enum known known = KNOWN;
	int year;

	if (due == CCHC_DAY_NONE || effective == CCHC_DAY_NONE)
		return NULL;
	for (year = cchc_civil_of(due).year; year <= cchc_civil_of(effective).year;
	     year++) {
		known = known_of(calendar, year);
		if (known != KNOWN)
			break;
	}
	if (known == KNOWN)
		return NULL;
	(void)snprintf(out, CCHC_HOLIDAYS_NOTE,
		       known == MISSING
			       ? "lịch nghỉ năm %d chưa có: hạn có thể đổi / "
				 "no holiday calendar of %d yet: the date may move"
			       : "lịch nghỉ năm %d còn tạm tính: hạn có thể đổi / "
				 "the holiday calendar of %d is provisional: the "
				 "date may move",
		       year, year);
	return out;
}
