/* deskraise.c - alerts that no task raises: agents that are silent, and digests.
 *
 * Only asked for here: that there is one of a key is the store's to hold, so what is
 * asked twice does no harm. While the clock is not trusted nothing is raised: every agent
 * would seem silent, and every task late.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/deskparts.h"
#include "app/digest.h"

enum {
	WATCH_MS = 5 * 1000,
	SOON_MS = 30 * 1000, /* a digest after steps were missed */
	FIRINGS = 64,        /* silences of one entry */
	UNITS = 16,          /* digests of one turn */
	READ_MEMORY = 256 * 1024,
	DAY_MS = 24 * 3600 * 1000,
	UNIT_KEY = CCHC_UNIT_CODE + CCHC_DAY_TEXT + 1,
};

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

char *cchc_stamp(int64_t wall_ms, char out[CCHC_STAMP])
{
	int64_t day = wall_ms / DAY_MS - (wall_ms % DAY_MS < 0);
	int second = (int)((wall_ms - day * DAY_MS) / 1000);
	struct cchc_civil civil = cchc_civil_of((cchc_day)day); /* of UTC here */

	(void)snprintf(out, CCHC_STAMP, "%04d%02d%02dT%02d%02d%02dZ", civil.year % 10000,
		       civil.month, civil.day, second / 3600, second / 60 % 60,
		       second % 60);
	return out;
}

static struct cchc_item *firing_item(const struct cchc_desk *desk, size_t n)
{
	struct cchc_item *item = cchc_item_new_own(CCHC_ENTRY_FIRE, desk->now_ms);

	if (!item)
		return NULL;
	item->entry.firing =
		cchc_arena_array(&item->arena, n, sizeof(item->entry.firing[0]));
	if (item->entry.firing)
		return item;
	cchc_item_free(item);
	return NULL;
}

static void write_item(struct cchc_desk *desk, struct cchc_item *item)
{
	item->cells = item->entry.n_firings;
	if (item->cells > 0)
		desk->options.port.write(desk->options.port.data, item);
	else
		cchc_item_free(item);
}

/* Planned, it becomes one of the item's firings. False without memory. */
static bool add_firing(struct cchc_desk *desk, struct cchc_item *item,
		       const struct cchc_firing *firing)
{
	struct cchc_firing *added = &item->entry.firing[item->entry.n_firings];

	*added = *firing;
	added->key = cchc_arena_text(&item->arena, firing->key, strlen(firing->key));
	added->text = cchc_arena_text(&item->arena, firing->text, strlen(firing->text));
	if (!added->key || !added->text ||
	    cchc_desk_plan(desk, &item->arena, added) != CCHC_OK)
		return false;
	item->entry.n_firings++;
	return true;
}

/* The unit in a key: its code, and where that was re-used, since when it has it. Returns
 * out. */
static char *unit_key(const struct cchc_desk *desk, const struct cchc_unit *unit,
		      char out[UNIT_KEY])
{
	const struct cchc_units *units = &desk->options.catalog->units;
	const struct cchc_unit *only;
	bool again = unit->valid_from != CCHC_DAY_NONE &&
		     cchc_units_of_code(units, unit->code, &only) > 1;
	char day[CCHC_DAY_TEXT];

	(void)snprintf(out, UNIT_KEY, "%s%s%s", unit->code, again ? "@" : "",
		       again ? cchc_day_format(unit->valid_from, day) : "");
	return out;
}

/* ---- agents ---- */

/* A unit that begins while we run was not silent before. */
static int64_t contact_of(const struct cchc_desk *desk, uint32_t id)
{
	const struct cchc_unit *unit =
		cchc_units_by_id(&desk->options.catalog->units, id);
	int64_t contact_ms = desk->options.port.last_contact(desk->options.port.data, id);
	int64_t begins_ms = unit->valid_from == CCHC_DAY_NONE
				    ? INT64_MIN
				    : cchc_day_start_ms(unit->valid_from);

	return contact_ms && begins_ms > contact_ms ? begins_ms : contact_ms;
}

void cchc_raise_load(struct cchc_desk *desk)
{
	const struct cchc_units *units = &desk->options.catalog->units;

	desk->n_watched = 0;
	for (size_t i = 0; i < units->n; i++) {
		uint32_t id = units->unit[i].id;

		if (contact_of(desk, id) || desk->unit[id].silent)
			desk->watched[desk->n_watched++] = id;
	}
}

/* Why the unit's standing silence is over; NULL: it is not. What was not heard since the
 * start is no contact. */
static const char *why_over(const struct cchc_desk *desk,
			    const struct cchc_desk_alert *silent, int64_t contact_ms)
{
	if (desk->options.rules->silent_after_ms <= 0)
		return "no longer watched";
	if (contact_ms == 0)
		return "no agent any more";
	return contact_ms > silent->moment_ms && contact_ms > desk->loaded_ms ? "heard"
									      : NULL;
}

static void end_silent(struct cchc_desk *desk, struct cchc_desk_alert *silent,
		       int64_t contact_ms)
{
	const char *why = why_over(desk, silent, contact_ms);

	if (why && !silent->end.list)
		cchc_wish(&silent->end, false, CCHC_DELIVERY_NONE, why);
}

/* Not while the writer has the very same. */
static bool seems_silent(const struct cchc_desk *desk, uint32_t id, int64_t contact_ms)
{
	const struct cchc_unit *unit =
		cchc_units_by_id(&desk->options.catalog->units, id);
	const struct cchc_desk_unit *state = &desk->unit[id];
	int64_t after_ms = desk->options.rules->silent_after_ms;

	if (after_ms <= 0 || contact_ms == 0 || desk->now_ms - contact_ms <= after_ms ||
	    !cchc_unit_in_force(unit, cchc_day_at(desk->now_ms)))
		return false;
	return !state->asked || state->asked_contact_ms != contact_ms ||
	       desk->boot_ms - state->asked_boot >= CCHC_DESK_LOST_MS;
}

static bool raise_silent(struct cchc_desk *desk, struct cchc_item *item, uint32_t id,
			 int64_t contact_ms)
{
	const struct cchc_unit *unit =
		cchc_units_by_id(&desk->options.catalog->units, id);
	char key[CCHC_ALERT_KEY];
	char of[UNIT_KEY];
	char stamp[CCHC_STAMP];
	struct cchc_firing firing = {
		.kind = CCHC_ALERT_SILENT,
		.key = key,
		.unit = id,
		.task_id = "",
		.step = "",
		.urgency = (uint8_t)desk->options.rules->silent_urgency,
		.due = CCHC_DAY_NONE,
		.moment_ms = contact_ms,
		.text = "",
	};

	(void)snprintf(key, sizeof(key), "silent/%s/%s", unit_key(desk, unit, of),
		       cchc_stamp(contact_ms, stamp));
	if (!add_firing(desk, item, &firing))
		return false;
	desk->unit[id].asked = true;
	desk->unit[id].asked_contact_ms = contact_ms;
	desk->unit[id].asked_boot = desk->boot_ms;
	return true;
}

/* When an agent that is heard would seem silent: in how many ms, INT64_MAX: never. */
static int64_t silent_in(const struct cchc_desk *desk, int64_t contact_ms)
{
	int64_t wait_ms =
		contact_ms + desk->options.rules->silent_after_ms + 1 - desk->now_ms;

	return contact_ms && wait_ms > 0 ? wait_ms : INT64_MAX;
}

/* Returns in how many ms the next one may be silent. */
static int64_t watch_agents(struct cchc_desk *desk)
{
	struct cchc_item *item = firing_item(desk, FIRINGS);
	int64_t next_ms = INT64_MAX;

	for (size_t i = 0; item && i < desk->n_watched; i++) {
		uint32_t id = desk->watched[i];
		int64_t contact_ms = contact_of(desk, id);

		if (desk->unit[id].silent)
			end_silent(desk, desk->unit[id].silent, contact_ms);
		else if (item->entry.n_firings < FIRINGS &&
			 seems_silent(desk, id, contact_ms) &&
			 !raise_silent(desk, item, id, contact_ms))
			break; /* without memory: looked at again */
		else
			next_ms = least(next_ms, silent_in(desk, contact_ms));
	}
	if (item)
		write_item(desk, item);
	return next_ms;
}

/* Not at every turn; but a silence is owed at its minute. */
static int64_t agents_turn(struct cchc_desk *desk)
{
	int64_t since_ms = desk->boot_ms - desk->watched_boot;

	if (desk->watched_once && since_ms < WATCH_MS)
		return WATCH_MS - since_ms;
	desk->watched_once = true;
	desk->watched_boot = desk->boot_ms;
	return watch_agents(desk);
}

/* ---- digests ---- */

void cchc_desk_missed(struct cchc_desk *desk, uint32_t unit)
{
	struct cchc_desk_unit *state = cchc_desk_unit_of(desk, unit);

	if (!desk->options.rules->digests || !state || state->missed)
		return;
	state->missed = true;
	state->timed = false;
	desk->missed[desk->n_missed++] = unit;
}

static void miss_in(struct cchc_desk *desk, uint32_t unit, int64_t wait_ms)
{
	struct cchc_desk_unit *state = cchc_desk_unit_of(desk, unit);

	cchc_desk_missed(desk, unit);
	if (state && state->missed) {
		state->timed = true;
		state->soon_boot = desk->boot_ms + wait_ms;
	}
}

static bool is_due(const struct cchc_desk *desk, uint32_t unit)
{
	return desk->unit[unit].missed && desk->unit[unit].timed &&
	       desk->unit[unit].soon_boot <= desk->boot_ms;
}

/* Sets the times of those missed since the last turn; the earliest of all. */
static int64_t next_missed_boot(struct cchc_desk *desk)
{
	int64_t next = INT64_MAX;

	for (size_t i = 0; i < desk->n_missed; i++) {
		struct cchc_desk_unit *state = &desk->unit[desk->missed[i]];

		if (!state->timed)
			state->soon_boot = desk->boot_ms + SOON_MS;
		state->timed = true;
		next = least(next, state->soon_boot);
	}
	return next;
}

/* Those that are due, or all, are being seen to. */
static void clear_missed(struct cchc_desk *desk, bool all)
{
	size_t kept = 0;

	for (size_t i = 0; i < desk->n_missed; i++) {
		uint32_t unit = desk->missed[i];

		if (all || is_due(desk, unit))
			desk->unit[unit].missed = false;
		else
			desk->missed[kept++] = unit;
	}
	desk->n_missed = kept;
}

static bool wants_soon(void *data, uint32_t unit)
{
	const struct cchc_desk *desk = data;

	return cchc_desk_unit_of(desk, unit) && is_due(desk, unit);
}

static bool is_out_of_contact(void *data, uint32_t unit)
{
	const struct cchc_desk *desk = data;
	const struct cchc_desk_unit *state = cchc_desk_unit_of(desk, unit);

	return state && state->silent;
}

/* When today's digests are made, or INT64_MAX: not today, or they were. */
static int64_t morning_ms(const struct cchc_desk *desk)
{
	const struct cchc_alert_rules *rules = desk->options.rules;
	cchc_day today = cchc_day_at(desk->now_ms);

	if (!rules->digests || desk->digest_day == today ||
	    cchc_calendar_rests(desk->options.calendar, today))
		return INT64_MAX;
	return cchc_day_start_ms(today) + rules->digest_minute * INT64_C(60000);
}

/* Everybody's in the morning, else of those that missed something. False without memory.
 */
static bool begin_run(struct cchc_desk *desk, bool morning)
{
	cchc_day today = cchc_day_at(desk->now_ms);
	struct cchc_digest_ask ask = {
		.docket = desk->options.docket,
		.receiver = desk->options.catalog->receiver->id,
		.today = today,
		.wants = morning ? NULL : wants_soon,
		.is_muted = is_out_of_contact,
		.data = desk,
	};

	if (cchc_digest_gather(&ask, &desk->run.line, &desk->run.n) != CCHC_OK) {
		desk->run = (struct cchc_desk_run){.line = NULL};
		return false;
	}
	desk->run.at = 0;
	desk->run.day = today;
	if (morning)
		desk->digest_day = today;
	clear_missed(desk, morning);
	return true;
}

static void end_run(struct cchc_desk *desk)
{
	free(desk->run.line);
	desk->run = (struct cchc_desk_run){.line = NULL};
}

struct making {
	struct cchc_desk *desk;
	struct cchc_item *item;
	struct cchc_txn txn;
	struct cchc_arena arena;
	char text[CCHC_DIGEST_TEXT_MAX];
};

/* False: not now, all that is left is to be tried again. */
static bool make_digest(struct making *m, const struct cchc_digest_line *line, size_t n)
{
	struct cchc_desk *desk = m->desk;
	const struct cchc_units *units = &desk->options.catalog->units;
	const struct cchc_unit *unit = cchc_units_by_id(units, line->unit);
	struct cchc_digest_text told;
	char key[CCHC_ALERT_KEY];
	char of[UNIT_KEY];
	char day[CCHC_DAY_TEXT];
	struct cchc_firing firing = {.kind = CCHC_ALERT_DIGEST,
				     .key = key,
				     .unit = line->unit,
				     .task_id = "",
				     .step = "",
				     .due = CCHC_DAY_NONE,
				     .moment_ms = desk->now_ms,
				     .text = m->text};

	cchc_arena_reset(&m->arena);
	if (!unit ||
	    cchc_store_digest(&m->txn, line->unit, desk->run.day, &m->arena, &told))
		return true; /* at most one a day */
	if (m->txn.rc ||
	    !cchc_digest_write(units, &m->txn, desk->run.day, line, n, m->text))
		return false;
	(void)snprintf(key, sizeof(key), "digest/%s/%s", unit_key(desk, unit, of),
		       cchc_day_format(desk->run.day, day));
	return add_firing(desk, m->item, &firing);
}

static void miss_the_rest(struct cchc_desk *desk, enum cchc_rc rc)
{
	const struct cchc_desk_run *run = &desk->run;

	cchc_desk_unreadable(desk, rc ? rc : CCHC_NOMEM, "digest");
	for (size_t i = run->at; i < run->n; i++)
		miss_in(desk, run->line[i].unit, SOON_MS);
	desk->run.at = run->n;
}

/* Some units of the run. False without memory. */
static bool make_digests(struct cchc_desk *desk)
{
	struct making m = {.desk = desk, .item = firing_item(desk, UNITS)};
	struct cchc_desk_run *run = &desk->run;

	if (!m.item)
		return false;
	cchc_arena_init(&m.arena, READ_MEMORY);
	cchc_txn_read(&m.txn, desk->options.store->env);
	for (int i = 0; i < UNITS && run->at < run->n; i++) {
		bool speaks;
		size_t own = cchc_digest_of_unit(run->line + run->at, run->n - run->at,
						 &speaks);

		if (speaks && !make_digest(&m, run->line + run->at, own))
			miss_the_rest(desk, m.txn.rc);
		else
			run->at += own;
	}
	cchc_txn_abort(&m.txn);
	cchc_arena_fini(&m.arena);
	write_item(desk, m.item);
	if (run->at == run->n)
		end_run(desk);
	return true;
}

static int64_t digests_turn(struct cchc_desk *desk)
{
	int64_t missed_boot = next_missed_boot(desk);
	int64_t at_ms = morning_ms(desk);
	bool morning = at_ms <= desk->now_ms;

	if (desk->run.line && desk->run.day != cchc_day_at(desk->now_ms))
		end_run(desk); /* too late for that day */
	if (!desk->run.line && (morning || missed_boot <= desk->boot_ms) &&
	    !begin_run(desk, morning))
		return CCHC_DESK_RETRY_MS;
	if (desk->run.line && !make_digests(desk))
		return CCHC_DESK_RETRY_MS;
	if (desk->run.line)
		return 0;
	missed_boot = next_missed_boot(desk);
	at_ms = morning_ms(desk);
	return least(missed_boot == INT64_MAX ? INT64_MAX : missed_boot - desk->boot_ms,
		     at_ms == INT64_MAX ? INT64_MAX : at_ms - desk->now_ms);
}

/* ---- together ---- */

int64_t cchc_raise_turn(struct cchc_desk *desk)
{
	int64_t wait_ms;

	if (cchc_jump_holds(&desk->jump, desk->boot_ms))
		return desk->jump.held_until_ms - desk->boot_ms;
	wait_ms = agents_turn(desk);
	wait_ms = least(wait_ms, digests_turn(desk));
	return wait_ms > 0 ? wait_ms : 0;
}

void cchc_raise_failed(struct cchc_desk *desk, const struct cchc_entry *entry)
{
	for (size_t i = 0; i < entry->n_firings; i++) {
		const struct cchc_firing *firing = &entry->firing[i];
		struct cchc_desk_unit *unit = cchc_desk_unit_of(desk, firing->unit);

		if (firing->kind == CCHC_ALERT_DIGEST)
			miss_in(desk, firing->unit, CCHC_DESK_RETRY_MS);
		else if (firing->kind == CCHC_ALERT_SILENT && unit)
			unit->asked = false;
	}
}
