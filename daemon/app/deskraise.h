#ifndef CCHC_APP_DESKRAISE_H
#define CCHC_APP_DESKRAISE_H

#include "app/deskparts.h"

/* Alerts that no task raises: for the desk's files alone. */

/* ---- deskagents.c ---- */
/* After the alerts. */
void cchc_agents_load(struct cchc_desk *desk, struct cchc_txn *txn);
/* Returns in how many ms to come again, INT64_MAX: not. */
int64_t cchc_agents_turn(struct cchc_desk *desk);
void cchc_agents_failed(struct cchc_desk *desk, const struct cchc_entry *entry);

/* ---- deskraise.c ---- */
/* An item for so many firings; NULL without memory. */
struct cchc_item *cchc_firing_item(const struct cchc_desk *desk, size_t n);
/* Planned, it becomes one of the item's firings. False without memory. */
bool cchc_firing_add(struct cchc_desk *desk, struct cchc_item *item,
		     const struct cchc_firing *firing);
/* To the writer, if there are any; the item is gone. */
void cchc_firings_write(struct cchc_desk *desk, struct cchc_item *item);
/* Returns in how many ms to come again, INT64_MAX: not. */
int64_t cchc_raise_turn(struct cchc_desk *desk);
void cchc_raise_failed(struct cchc_desk *desk, const struct cchc_entry *entry);
enum { CCHC_STAMP = 48 };
/* "20240315T083000Z". Returns out. */
char *cchc_stamp(int64_t wall_ms, char out[CCHC_STAMP]);

/* ---- deskahead.c ---- */
/* The key under which the unit's digest of the day is told. False: it was told. */
bool cchc_ahead_key(const struct cchc_desk *desk, struct cchc_txn *txn,
		    struct cchc_arena *arena, const struct cchc_unit *unit, cchc_day day,
		    char key[CCHC_ALERT_KEY]);
/* The clock was perhaps put right: digests of days to come are looked for in so many ms.
 */
void cchc_ahead_look(struct cchc_desk *desk, int64_t in_ms);
void cchc_ahead_turn(struct cchc_desk *desk);

#endif
