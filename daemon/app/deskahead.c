/* deskahead.c - digests that a clock ahead made.
 *
 * There is one digest a unit and day. One that was made while the clock was days ahead
 * would use up its day: so when the clock is right, those of days to come are noted, by
 * an alert that is over at once and told to nobody, and the day's digest may come again,
 * under a key of its own. What was made on its day cannot be mistaken for one of these,
 * unless the clock is behind for longer than it is given to be put right.
 */
#include <stdio.h>
#include <string.h>

#include "app/deskraise.h"

enum {
	MARKS = 64, /* of a unit, each time */
	UNITS = 16, /* of one turn */
	READ_MEMORY = 256 * 1024,
	NEVER = 100, /* so often no clock is put right */
};

static void name_key(const struct cchc_desk *desk, const struct cchc_unit *unit,
		     cchc_day day, unsigned n, char key[CCHC_ALERT_KEY])
{
	char of[CCHC_UNIT_KEY];
	char date[CCHC_DAY_TEXT];
	char behind[16] = "";

	if (n > 1)
		(void)snprintf(behind, sizeof(behind), "/%u", n);
	(void)snprintf(key, CCHC_ALERT_KEY, "digest/%s/%s%s",
		       cchc_unit_key(&desk->options.catalog->units, unit, of),
		       cchc_day_format(day, date), behind);
}

static void name_mark(const char *key, char mark[CCHC_ALERT_KEY])
{
	(void)snprintf(mark, CCHC_ALERT_KEY, "%.*s/ahead", CCHC_ALERT_KEY - 8, key);
}

static bool is_there(struct cchc_txn *txn, struct cchc_arena *arena, const char *key)
{
	struct cchc_alert alert;

	return cchc_store_alert_by_key(txn, key, arena, &alert);
}

static bool is_marked(struct cchc_txn *txn, struct cchc_arena *arena, const char *key)
{
	char mark[CCHC_ALERT_KEY];

	name_mark(key, mark);
	return is_there(txn, arena, mark);
}

bool cchc_ahead_key(const struct cchc_desk *desk, struct cchc_txn *txn,
		    struct cchc_arena *arena, const struct cchc_unit *unit, cchc_day day,
		    char key[CCHC_ALERT_KEY])
{
	struct cchc_digest_text digest;
	bool told = cchc_store_digest(txn, unit->id, day, arena, &digest);

	for (unsigned n = 1; n < NEVER && !txn->rc; n++) {
		name_key(desk, unit, day, n, key);
		if (!is_there(txn, arena, key))
			return !txn->rc && (!told || n > 1);
		if (!is_marked(txn, arena, key))
			return false;
	}
	return false;
}

/* The last one made of that day, if it is not marked. False: there is nothing to mark. */
static bool find_unmarked(const struct cchc_desk *desk, struct cchc_txn *txn,
			  struct cchc_arena *arena, const struct cchc_unit *unit,
			  cchc_day day, char key[CCHC_ALERT_KEY])
{
	for (unsigned n = 1; n < NEVER && !txn->rc; n++) {
		name_key(desk, unit, day, n, key);
		if (!is_there(txn, arena, key))
			return false;
		if (!is_marked(txn, arena, key))
			return !txn->rc;
	}
	return false;
}

static bool mark(struct cchc_desk *desk, struct cchc_item *item, uint32_t unit,
		 const char *key)
{
	char name[CCHC_ALERT_KEY];
	struct cchc_firing firing = {.kind = CCHC_ALERT_DIGEST,
				     .key = name,
				     .unit = unit,
				     .task_id = "",
				     .step = "",
				     .due = CCHC_DAY_NONE,
				     .moment_ms = desk->now_ms,
				     .superseded = true,
				     .text = ""};

	name_mark(key, name);
	return cchc_firing_add(desk, item, &firing);
}

/* False: not now. */
static bool mark_days_to_come(struct cchc_desk *desk, struct cchc_txn *txn,
			      struct cchc_arena *arena, const struct cchc_unit *unit)
{
	struct cchc_item *item = NULL;
	char key[CCHC_ALERT_KEY];
	cchc_day day = cchc_day_at(desk->now_ms);
	bool well = true;

	while (well && cchc_store_digest_after(txn, unit->id, day, &day) &&
	       (!item || item->entry.n_firings < MARKS)) {
		cchc_arena_reset(arena);
		if (!find_unmarked(desk, txn, arena, unit, day, key))
			continue;
		if (!item)
			item = cchc_firing_item(desk, MARKS);
		well = item && mark(desk, item, unit->id, key);
	}
	if (item)
		cchc_firings_write(desk, item);
	return well && !txn->rc;
}

void cchc_ahead_look(struct cchc_desk *desk, int64_t in_ms)
{
	desk->ahead_boot = desk->boot_ms + in_ms;
	desk->ahead_at = 0;
}

void cchc_ahead_turn(struct cchc_desk *desk)
{
	const struct cchc_units *units = &desk->options.catalog->units;
	struct cchc_arena arena;
	struct cchc_txn txn;

	if (desk->ahead_at == units->n || desk->boot_ms < desk->ahead_boot)
		return;
	cchc_arena_init(&arena, READ_MEMORY);
	cchc_txn_read(&txn, desk->options.store->env);
	for (int i = 0; i < UNITS && desk->ahead_at < units->n; i++) {
		if (!mark_days_to_come(desk, &txn, &arena,
				       &units->unit[desk->ahead_at])) {
			cchc_desk_unreadable(desk, txn.rc ? txn.rc : CCHC_NOMEM,
					     "digests");
			cchc_ahead_look(desk, CCHC_DESK_SETTLED_MS);
			break;
		}
		desk->ahead_at++;
	}
	cchc_txn_abort(&txn);
	cchc_arena_fini(&arena);
}
