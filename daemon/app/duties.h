#ifndef CCHC_APP_DUTIES_H
#define CCHC_APP_DUTIES_H

#include "app/deadlines.h"

/* Demanded reports as tasks of the calendar's own: one for each unit and each period the
 * form demands that has begun (letter 581/BNV-CCHC: quarter I, six months, quarter III,
 * the year). A period's units are those in force on its last day, at the receiving unit
 * and below it: who ends before owes nothing, and who takes over its code or its land
 * owes a report of its own. Nor does it owe any more once it has ended: there is nobody
 * left to remind. */

struct cchc_duties_port {
	void (*write)(void *data, struct cchc_item *item);
	void *data;
};

/* Where the making stands: it goes on there in the next turn. All 0: at the beginning. */
struct cchc_duties_at {
	size_t form;
	size_t year; /* the reporting year before now's, then now's */
	size_t demand;
	uint32_t unit; /* how many of the period were looked at */
};

/* Adds those that are lacking, of the reporting years of now and before it, as far as
 * the period closes on options->duties_from or later. Looks at so many units as a turn
 * may, and moves *at on; *more is false at the end. NOMEM, or the store could not be
 * read: *at stands where it failed. */
CCHC_NODISCARD enum cchc_rc cchc_duties_make(const struct cchc_deadlines_options *options,
					     const struct cchc_duties_port *port,
					     int64_t now_ms, struct cchc_duties_at *at,
					     bool *more);
/* The units may have changed since a duty was made: one that its unit owes no more is
 * cancelled, and one that was so and is owed again is reopened. */
CCHC_NODISCARD enum cchc_rc cchc_duty_follow(const struct cchc_deadlines_options *options,
					     const struct cchc_duties_port *port,
					     const struct cchc_task *duty,
					     int64_t now_ms);

/* A day later: the open duty of a unit that has ended is cancelled. */
CCHC_NODISCARD enum cchc_rc cchc_duty_end(const struct cchc_deadlines_options *options,
					  const struct cchc_duties_port *port,
					  const struct cchc_docket_task *duty,
					  int64_t now_ms);

/* "bao-cao/cchc-2021/2024-Q1/11986"; see cchc_unit_key. Returns out. */
char *cchc_duty_id(const struct cchc_form *form, struct cchc_period period,
		   const struct cchc_units *units, const struct cchc_unit *unit,
		   char out[CCHC_TASK_ID]);
/* The last day in time: that day of the month in which the period closes, or of the next
 * one for periods that close with their month. */
cchc_day cchc_duty_due(const struct cchc_demand *demand, int closing_day,
		       cchc_day closing);
/* True if a demanded period begins after that day and not after today. */
bool cchc_duties_begin(const struct cchc_catalog *catalog, cchc_day after,
		       cchc_day today);

#endif
