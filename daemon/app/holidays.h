#ifndef CCHC_APP_HOLIDAYS_H
#define CCHC_APP_HOLIDAYS_H

#include "core/calendar.h"

/* Years whose holidays are not known: there is no calendar of them, or a provisional one.
 * There the weekly rule decides (and fixed days, if any), and a due date may move when
 * the calendar comes. Said in the log once a run of this year and of each that a due date
 * reaches, and each day of the month before a year begins. Loop thread. */

enum { CCHC_HOLIDAYS_YEARS = 1100, CCHC_HOLIDAYS_NOTE = 200 };

struct cchc_holidays {
	const struct cchc_calendar *calendar; /* lent */
	cchc_day today;                       /* looked at last */
	bool told[CCHC_HOLIDAYS_YEARS];       /* as far as calendars may go */
};

void cchc_holidays_init(struct cchc_holidays *holidays,
			const struct cchc_calendar *calendar);
/* It is this day now. */
void cchc_holidays_day(struct cchc_holidays *holidays, cchc_day today);
/* A due date that moves on from rest days is ordered for `due` and counts as `effective`.
 */
void cchc_holidays_reach(struct cchc_holidays *holidays, cchc_day due,
			 cchc_day effective);
/* What people should know of such a date, in both languages; or NULL. Returns out. */
const char *cchc_holidays_note(const struct cchc_calendar *calendar, cchc_day due,
			       cchc_day effective, char out[CCHC_HOLIDAYS_NOTE]);

#endif
