#ifndef CCHC_APP_WHEELS_H
#define CCHC_APP_WHEELS_H

#include "app/deadlines.h"
#include "app/desk.h"

/* Deadlines and desk, as they mesh: what time brings, and what becomes of it. Without a
 * clock, a timer or a loop, so that the daemon (clockwork.h) and tests/sim turn the very
 * same. Loop thread. */
struct cchc_wheels {
	struct cchc_deadlines *deadlines;
	struct cchc_desk *desk;
	struct cchc_desk_port port; /* for them alone */
};

struct cchc_wheels_options { /* all lent */
	const struct cchc_catalog *catalog;
	const struct cchc_calendar *calendar;
	const struct cchc_alert_rules *rules;
	const struct cchc_contacts *contacts;
	const struct cchc_channel_settings *channels;
	size_t n_channels;
	struct cchc_store *store;
	struct cchc_board *board;
	cchc_day duties_from;       /* see deadlines.h */
	struct cchc_desk_port port; /* writes for both */
};

/* *wheels must stay where it is. After a failure too it is to be given back. */
CCHC_NODISCARD enum cchc_rc cchc_wheels_init(struct cchc_wheels *wheels,
					     const struct cchc_wheels_options *options);
/* After the courier has answered everything. */
void cchc_wheels_fini(struct cchc_wheels *wheels);

/* Open tasks and alerts from the store, with the writer there. */
CCHC_NODISCARD enum cchc_rc cchc_wheels_load(struct cchc_wheels *wheels,
					     struct cchc_txn *txn, int64_t now_ms);
/* It is so late now. Returns in how many ms to come again, a minute at most. */
int64_t cchc_wheels_turn(struct cchc_wheels *wheels, int64_t now_ms, int64_t boot_ms);

/* The writer gave an item back, ours or anybody's: tasks and alerts follow what it
 * brought. *come_ms is in how many ms to turn again at the latest; INT64_MAX: as was
 * said. */
CCHC_NODISCARD enum cchc_rc cchc_wheels_follow(struct cchc_wheels *wheels,
					       const struct cchc_item *item,
					       int64_t now_ms, int64_t *come_ms);

#endif
