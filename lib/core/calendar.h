#ifndef CCHC_CORE_CALENDAR_H
#define CCHC_CORE_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/fail.h"
#include "base/node.h"
#include "base/problems.h"
#include "core/date.h"

/* Which days are worked. Saturday and Sunday rest; the calendar of each year says what
 * differs, because it cannot be computed: Tết and the second day of the National Day are
 * set each year by decision, and working Saturdays get swapped (Labour Code 2019 art.
 * 112; config/calendars). Read-only once loaded; any thread may read it. */

struct cchc_calendar_day {
	cchc_day day;
	bool rests;
	const char *name; /* "Giỗ Tổ Hùng Vương" */
};

struct cchc_calendar_year {
	int year;         /* civil */
	bool provisional; /* not decided yet: fixed days only */
};

struct cchc_calendar {
	struct cchc_calendar_day *day; /* ascending */
	size_t n;
	struct cchc_calendar_year *year; /* ascending */
	size_t n_years;
};

/* Makes one calendar of the trees of all its files (year, provisional, days: [{date,
 * kind: rest|work, name}]), copied into the arena. Reports every mistake of all files: a
 * year or a day twice, a day of another year, a working day that is none of the weekend
 * (rest on a weekend is allowed: so holidays are decided and printed). Unless OK
 * *calendar is empty. */
CCHC_NODISCARD enum cchc_rc cchc_calendar_load(struct cchc_calendar *calendar,
					       struct cchc_arena *arena,
					       const struct cchc_node *const *files,
					       size_t n, struct cchc_problems *problems);

/* The weekly rule alone holds in a year without a calendar. */
bool cchc_calendar_rests(const struct cchc_calendar *calendar, cchc_day day);
/* The day itself if it is worked, else the first worked one after it. */
cchc_day cchc_calendar_next_working(const struct cchc_calendar *calendar, cchc_day day);
/* NULL when there is none for that civil year. */
const struct cchc_calendar_year *cchc_calendar_of(const struct cchc_calendar *calendar,
						  int year);

#endif
