#ifndef CCHC_CTL_ALERTSPRINT_H
#define CCHC_CTL_ALERTSPRINT_H

#include <stdio.h>

#include "base/rc.h"
#include "ctl/parts.h"

/* Alerts for people and for programs. Everything is lent. */

/* A row each, under it its key and how far each channel is. */
void cchc_ctl_alerts_table(const struct cchc_ctl_answer *answer, size_t width, FILE *out);
void cchc_ctl_silences_table(const struct cchc_ctl_answer *answer, size_t width,
			     FILE *out);
/* {commit, alerts, silences} */
CCHC_NODISCARD enum cchc_rc cchc_ctl_alerts_json(const struct cchc_ctl_answer *answer,
						 FILE *out);

/* Of a watcher, one line: what is new of the alert. */
enum cchc_ctl_alert_news {
	CCHC_CTL_ALERT_STANDS, /* was there when watching began */
	CCHC_CTL_ALERT_RAISED,
	CCHC_CTL_ALERT_ACKED,
	CCHC_CTL_ALERT_ENDED,
	CCHC_CTL_ALERT_NEWS,
};
const char *cchc_ctl_alert_news_name(enum cchc_ctl_alert_news news);
void cchc_ctl_alert_line(const Cchc__AlertInfo *alert, enum cchc_ctl_alert_news news,
			 FILE *out);
/* {news, alert} on one line */
CCHC_NODISCARD enum cchc_rc cchc_ctl_alert_line_json(const Cchc__AlertInfo *alert,
						     enum cchc_ctl_alert_news news,
						     FILE *out);

#endif
