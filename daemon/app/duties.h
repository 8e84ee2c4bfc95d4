#ifndef CCHC_APP_DUTIES_H
#define CCHC_APP_DUTIES_H

#include "app/deadlines.h"

/* Demanded reports as tasks of the calendar's own: one for each unit and each period the
 * form demands that has begun (letter 581/BNV-CCHC: quarter I, six months, quarter III,
 * the year). Adding one that is there changes nothing, so all are made each time. */

struct cchc_duties_port {
	void (*write)(void *data, struct cchc_item *item);
	void *data;
};

/* Of the reporting years of now and before it, as far as the period closes on
 * options->duties_from or later. NOMEM: some are lacking. */
CCHC_NODISCARD enum cchc_rc cchc_duties_make(const struct cchc_deadlines_options *options,
					     const struct cchc_duties_port *port,
					     int64_t now_ms);

/* "bao-cao/cchc-2021/2024-Q1/11986". Returns out. */
char *cchc_duty_id(const struct cchc_form *form, struct cchc_period period,
		   const struct cchc_unit *unit, char out[CCHC_TASK_ID]);
/* The last day in time: that day of the month in which the period closes, or of the next
 * one for periods that close with their month. */
cchc_day cchc_duty_due(const struct cchc_demand *demand, int closing_day,
		       cchc_day closing);
/* True if a demanded period begins after that day and not after today. */
bool cchc_duties_begin(const struct cchc_catalog *catalog, cchc_day after,
		       cchc_day today);

#endif
