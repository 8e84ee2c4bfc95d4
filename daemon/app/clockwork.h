#ifndef CCHC_APP_CLOCKWORK_H
#define CCHC_APP_CLOCKWORK_H

#include "app/wheels.h"

struct cchc_daemon;

/* Winds up what time drives, in the running daemon: reads calendars, rules, channels and
 * contacts, owns the timer and the courier, and connects deadlines and desk (wheels.h)
 * with the writer. Loop thread. */
struct cchc_clockwork {
	struct cchc_arena arena; /* of the files */
	struct cchc_calendar calendar;
	struct cchc_alert_rules rules;
	struct cchc_contacts contacts;
	struct cchc_channel_settings *channels;
	size_t n_channels;
	uint8_t digest[3][32]; /* of the files: calendars, alerts, contacts */
	struct cchc_courier *courier;
	struct cchc_wheels wheels;
	uv_timer_t timer;
};

/* Reads the files that the settings name, and reports every mistake. */
CCHC_NODISCARD enum cchc_rc cchc_clockwork_load(struct cchc_daemon *d,
						struct cchc_problems *problems);
/* With the store open and before the writer starts: what changed in the files becomes
 * journal entries. */
CCHC_NODISCARD enum cchc_rc cchc_clockwork_settle(struct cchc_daemon *d,
						  struct cchc_err *err);
/* With board and writer there: open tasks and alerts are taken up, the timer runs. */
CCHC_NODISCARD enum cchc_rc cchc_clockwork_start(struct cchc_daemon *d,
						 struct cchc_err *err);
/* What an item brought, ours or anybody's: tasks and alerts follow it. */
void cchc_clockwork_done(struct cchc_daemon *d, const struct cchc_item *item);
/* Something may be due earlier than was thought: look soon. */
void cchc_clockwork_wake(struct cchc_daemon *d);
/* Silences changed. */
void cchc_clockwork_silences(struct cchc_daemon *d);
void cchc_clockwork_stop(struct cchc_daemon *d);
void cchc_clockwork_fini(struct cchc_daemon *d);

#endif
