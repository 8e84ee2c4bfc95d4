#ifndef CCHC_APP_DEADLINES_H
#define CCHC_APP_DEADLINES_H

#include "app/board.h"
#include "app/docket.h"
#include "app/holidays.h"
#include "app/item.h"

/* What time brings: steps of tasks that are due, tasks that become overdue, periods that
 * begin (and with them the duty to report). It reads no clock and has no timer: who owns
 * it says how late it is, at least once a minute, and gives what it makes to the writer.
 * So a year can be lived through in seconds (tests/sim). Loop thread. */
struct cchc_deadlines;

struct cchc_deadlines_port {
	/* Takes an item of the daemon's own for the writer. */
	void (*write)(void *data, struct cchc_item *item);
	/* Fills in who is told of a firing and by which channels, from the arena. */
	enum cchc_rc (*plan)(void *data, struct cchc_arena *arena,
			     struct cchc_firing *firing);
	/* Steps had passed already when a task of the unit was recorded: its next digest
	 * should not wait. */
	void (*missed)(void *data, uint32_t unit);
	void *data;
};

struct cchc_deadlines_options { /* all lent */
	const struct cchc_catalog *catalog;
	const struct cchc_calendar *calendar;
	const struct cchc_alert_rules *rules;
	struct cchc_board *board;
	const struct cchc_store *store;
	struct cchc_deadlines_port port;
	cchc_day duties_from; /* periods that close on this day or later */
};

CCHC_NODISCARD enum cchc_rc
cchc_deadlines_new(const struct cchc_deadlines_options *options,
		   struct cchc_deadlines **deadlines);
void cchc_deadlines_free(struct cchc_deadlines **deadlines);

/* Before the writer starts: the rules' steps are known from now on (a journal entry says
 * so when they changed). */
CCHC_NODISCARD enum cchc_rc cchc_steps_settle(struct cchc_store *store,
					      const struct cchc_alert_rules *rules,
					      int64_t now_ms, struct cchc_err *err);
/* Takes the open tasks from the store, and makes the deeds that a changed calendar, class
 * or list of units asks for. */
CCHC_NODISCARD enum cchc_rc cchc_deadlines_load(struct cchc_deadlines *deadlines,
						struct cchc_txn *txn, int64_t now_ms);

/* It is so late now: counts, fires, makes duties; of much only a part, and then it asks
 * to come again at once. Returns in how many ms to come again, a
 * minute at most: timers follow the monotonic clock, deadlines the civil one, and an
 * operator who sets the clock must not wait until Friday for Thursday's alert. */
int64_t cchc_deadlines_advance(struct cchc_deadlines *deadlines, int64_t now_ms);
/* A deed was committed. */
CCHC_NODISCARD enum cchc_rc cchc_deadlines_changed(struct cchc_deadlines *deadlines,
						   const struct cchc_task_change *change,
						   int64_t now_ms);
/* A FIRE entry or a deed of ours could not be written: it is tried again. */
void cchc_deadlines_failed(struct cchc_deadlines *deadlines,
			   const struct cchc_entry *entry);

/* An item of ours came back from the writer, whatever became of it: there is room for
 * more firings. */
void cchc_deadlines_landed(struct cchc_deadlines *deadlines,
			   const struct cchc_item *item);

/* The due date that counts for a task of the class (NULL or "": the usual one); *known is
 * false when there is no such class. */
cchc_day cchc_deadlines_effective(const struct cchc_deadlines *deadlines,
				  const char *class_name, cchc_day due, bool *known);
/* What the operator who sets such a due date should know of it, or NULL. Returns out. */
const char *cchc_deadlines_note(const struct cchc_deadlines *deadlines,
				const char *class_name, cchc_day due, cchc_day effective,
				char out[CCHC_HOLIDAYS_NOTE]);
const struct cchc_docket *cchc_deadlines_docket(const struct cchc_deadlines *deadlines);

#endif
