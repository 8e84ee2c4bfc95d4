/* deskraise.c - alerts that no task raises: silences of agents (deskagents.c), digests.
 *
 * Only asked for here: that there is one of a key is the store's to hold, so what is
 * asked twice does no harm. While the clock is not trusted nothing is raised: every task
 * would seem late.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/deskraise.h"
#include "app/digest.h"

enum {
	SOON_MS = 30 * 1000, /* a digest after steps were missed */
	UNITS = 16,          /* digests of one turn */
	READ_MEMORY = 256 * 1024,
	DAY_MS = 24 * 3600 * 1000,
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

struct cchc_item *cchc_firing_item(const struct cchc_desk *desk, size_t n)
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

void cchc_firings_write(struct cchc_desk *desk, struct cchc_item *item)
{
	item->cells = item->entry.n_firings;
	if (item->cells > 0)
		desk->options.port.write(desk->options.port.data, item);
	else
		cchc_item_free(item);
}

bool cchc_firing_add(struct cchc_desk *desk, struct cchc_item *item,
		     const struct cchc_firing *firing)
{
	struct cchc_firing *added = &item->entry.firing[item->entry.n_firings];

	*added = *firing;
	added->key = cchc_arena_text(&item->arena, firing->key, strlen(firing->key));
	added->text = cchc_arena_text(&item->arena, firing->text, strlen(firing->text));
	if (!added->key || !added->text ||
	    (!added->superseded && cchc_desk_plan(desk, &item->arena, added) != CCHC_OK))
		return false;
	item->entry.n_firings++;
	return true;
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
	char key[CCHC_ALERT_KEY];
	struct cchc_firing firing = {.kind = CCHC_ALERT_DIGEST,
				     .key = key,
				     .unit = line->unit,
				     .task_id = "",
				     .step = "",
				     .due = CCHC_DAY_NONE,
				     .moment_ms = desk->now_ms,
				     .text = m->text};

	cchc_arena_reset(&m->arena);
	if (!unit || !cchc_ahead_key(desk, &m->txn, &m->arena, unit, desk->run.day, key))
		return m->txn.rc == CCHC_OK; /* at most one a day */
	if (m->txn.rc ||
	    !cchc_digest_write(units, &m->txn, desk->run.day, line, n, m->text))
		return false;
	return cchc_firing_add(desk, m->item, &firing);
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
	struct making m = {.desk = desk, .item = cchc_firing_item(desk, UNITS)};
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
	cchc_firings_write(desk, m.item);
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
	cchc_ahead_turn(desk);
	wait_ms = cchc_agents_turn(desk);
	wait_ms = least(wait_ms, digests_turn(desk));
	return wait_ms > 0 ? wait_ms : 0;
}

void cchc_raise_failed(struct cchc_desk *desk, const struct cchc_entry *entry)
{
	cchc_agents_failed(desk, entry);
	for (size_t i = 0; i < entry->n_firings; i++) {
		const struct cchc_firing *firing = &entry->firing[i];

		if (firing->kind == CCHC_ALERT_DIGEST && firing->superseded)
			cchc_ahead_look(desk, CCHC_DESK_RETRY_MS);
		else if (firing->kind == CCHC_ALERT_DIGEST)
			miss_in(desk, firing->unit, CCHC_DESK_RETRY_MS);
	}
}
