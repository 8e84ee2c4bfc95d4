/* deskagents.c - agents that are silent.
 *
 * How long is told by a clock that nobody can set, so that neither a wrong clock makes
 * everybody silent nor one put right hides who is. The wall clock gives the contact its
 * name, in the key, by its reading now: a wrong one that was put right meanwhile names
 * nothing.
 *
 * Of before the start only what was written down is known, now and then and by the wall
 * clock. So agents get some time to come back, and the clock to be put right, before
 * anything is made of it; an agent is never held to be silent too early, but after a
 * restart up to WRITE_MS too late.
 */
#include <stdio.h>
#include <string.h>

#include "app/deskraise.h"

enum {
	WATCH_MS = 5 * 1000,
	FIRINGS = 64,            /* silences of one entry */
	HEARD = 256,             /* contacts of one entry */
	WRITE_MS = 3600 * 1000,  /* how old what is written down may be */
	WITH_IT_MS = 600 * 1000, /* what is younger waits for the next writing */
};

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* ---- contacts ---- */

struct contact {
	int64_t wall_ms;   /* by the clock as it is now */
	int64_t silent_ms; /* for so long at least; less than 0: not known yet */
};

static void note_contact(struct cchc_desk *desk, uint32_t id)
{
	struct cchc_desk_unit *state = &desk->unit[id];
	int64_t boot_ms = desk->options.port.heard(desk->options.port.data, id);

	if (state->has_agent && boot_ms > state->heard_boot)
		state->heard_boot = boot_ms; /* sessions come and go */
}

static bool is_written_down(const struct cchc_desk *desk,
			    const struct cchc_desk_unit *state)
{
	return state->heard_boot == INT64_MIN && state->written_ms > 0 &&
	       state->written_ms <= desk->now_ms;
}

/* What was never heard counts from the start; a unit that began since was not silent
 * before. */
static struct contact contact_of(const struct cchc_desk *desk, uint32_t id)
{
	const struct cchc_unit *unit =
		cchc_units_by_id(&desk->options.catalog->units, id);
	const struct cchc_desk_unit *state = &desk->unit[id];
	int64_t since_start_ms = desk->boot_ms - desk->loaded_boot;
	bool heard = state->heard_boot != INT64_MIN;
	struct contact contact = {.silent_ms = heard ? desk->boot_ms - state->heard_boot
						     : since_start_ms};
	int64_t begins_ms;

	contact.wall_ms = desk->now_ms - contact.silent_ms;
	if (is_written_down(desk, state)) {
		contact.wall_ms = state->written_ms;
		contact.silent_ms = since_start_ms < CCHC_DESK_SETTLED_MS
					    ? -1
					    : desk->now_ms - state->written_ms - WRITE_MS;
	}
	if (unit->valid_from == CCHC_DAY_NONE)
		return contact;
	begins_ms = cchc_day_start_ms(unit->valid_from);
	if (begins_ms > contact.wall_ms) {
		contact.wall_ms = begins_ms;
		contact.silent_ms = least(contact.silent_ms, desk->now_ms - begins_ms);
	}
	return contact;
}

void cchc_agents_load(struct cchc_desk *desk, struct cchc_txn *txn)
{
	const struct cchc_units *units = &desk->options.catalog->units;
	const struct cchc_desk_port *port = &desk->options.port;

	desk->n_watched = 0;
	for (size_t i = 0; i < units->n; i++) {
		uint32_t id = units->unit[i].id;
		struct cchc_desk_unit *state = &desk->unit[id];

		state->heard_boot = state->asked_heard = INT64_MIN;
		state->written_ms = cchc_store_heard(txn, id);
		state->has_agent = port->has_agent(port->data, id);
		if (state->has_agent || state->silent)
			desk->watched[desk->n_watched++] = id;
	}
}

/* ---- what is written down ---- */

/* By the clock as it is now; 0: not since the start, or by a clock of no use. */
static int64_t heard_ms(const struct cchc_desk *desk, const struct cchc_desk_unit *state)
{
	int64_t at_ms;

	if (state->heard_boot == INT64_MIN)
		return 0;
	at_ms = desk->now_ms - (desk->boot_ms - state->heard_boot);
	return at_ms > 0 ? at_ms : 0;
}

/* What was written by a clock that was ahead is of no use either. */
static int64_t unwritten_ms(const struct cchc_desk *desk, uint32_t id)
{
	const struct cchc_desk_unit *state = &desk->unit[id];
	int64_t at_ms = heard_ms(desk, state);

	if (at_ms == 0)
		return 0;
	return state->written_ms && state->written_ms <= at_ms ? at_ms - state->written_ms
							       : WRITE_MS;
}

static bool is_writing_due(const struct cchc_desk *desk)
{
	for (size_t i = 0; i < desk->n_watched; i++)
		if (unwritten_ms(desk, desk->watched[i]) >= WRITE_MS)
			return true;
	return false;
}

static struct cchc_item *heard_item(const struct cchc_desk *desk,
				    struct cchc_entry_heard **heard)
{
	struct cchc_item *item = cchc_item_new_own(CCHC_ENTRY_HEARD, desk->now_ms);

	if (!item)
		return NULL;
	*heard = cchc_arena_array(&item->arena, HEARD, sizeof(**heard));
	if (*heard) {
		item->entry.heard = *heard;
		return item;
	}
	cchc_item_free(item);
	return NULL;
}

/* From the place `at` of the watched on; returns where it ended. */
static size_t write_heard(struct cchc_desk *desk, size_t at)
{
	struct cchc_entry_heard *heard = NULL;
	struct cchc_item *item = heard_item(desk, &heard);
	size_t n = 0;

	for (; item && at < desk->n_watched && n < HEARD; at++) {
		uint32_t id = desk->watched[at];
		struct cchc_desk_unit *state = &desk->unit[id];

		if (unwritten_ms(desk, id) < WITH_IT_MS)
			continue;
		state->written_ms = heard_ms(desk, state);
		heard[n++] = (struct cchc_entry_heard){id, state->written_ms};
	}
	if (!item)
		return desk->n_watched; /* without memory: looked at again */
	item->entry.n_heard = item->cells = n;
	if (n > 0)
		desk->options.port.write(desk->options.port.data, item);
	else
		cchc_item_free(item);
	return at;
}

/* Where nobody asks for silences, nobody needs them. */
static void write_contacts(struct cchc_desk *desk)
{
	if (desk->options.rules->silent_after_ms <= 0 || !is_writing_due(desk))
		return;
	for (size_t at = 0; at < desk->n_watched;)
		at = write_heard(desk, at);
}

/* ---- silences ---- */

/* Why the unit's standing silence is over; NULL: it is not. What was not heard since the
 * start is no contact. */
static const char *why_over(const struct cchc_desk *desk, uint32_t id)
{
	const struct cchc_desk_unit *state = &desk->unit[id];

	if (desk->options.rules->silent_after_ms <= 0)
		return "no longer watched";
	if (!state->has_agent)
		return "no agent any more";
	return state->heard_boot > state->asked_heard ? "heard" : NULL;
}

static void end_silent(struct cchc_desk *desk, uint32_t id)
{
	struct cchc_desk_alert *silent = desk->unit[id].silent;
	const char *why = why_over(desk, id);

	if (why && !silent->end.list)
		cchc_wish(&silent->end, false, CCHC_DELIVERY_NONE, why);
}

/* Not while the writer has the very same. */
static bool seems_silent(const struct cchc_desk *desk, uint32_t id,
			 const struct contact *contact)
{
	const struct cchc_unit *unit =
		cchc_units_by_id(&desk->options.catalog->units, id);
	const struct cchc_desk_unit *state = &desk->unit[id];
	int64_t after_ms = desk->options.rules->silent_after_ms;

	if (after_ms <= 0 || contact->silent_ms <= after_ms ||
	    !cchc_unit_in_force(unit, cchc_day_at(desk->now_ms)))
		return false;
	return !state->asked || state->asked_heard != state->heard_boot ||
	       desk->boot_ms - state->asked_boot >= CCHC_DESK_LOST_MS;
}

static bool raise_silent(struct cchc_desk *desk, struct cchc_item *item, uint32_t id,
			 const struct contact *contact)
{
	const struct cchc_units *units = &desk->options.catalog->units;
	struct cchc_desk_unit *state = &desk->unit[id];
	char key[CCHC_ALERT_KEY];
	char of[CCHC_UNIT_KEY];
	char stamp[CCHC_STAMP];
	struct cchc_firing firing = {
		.kind = CCHC_ALERT_SILENT,
		.key = key,
		.unit = id,
		.task_id = "",
		.step = "",
		.urgency = (uint8_t)desk->options.rules->silent_urgency,
		.due = CCHC_DAY_NONE,
		.text = "",
	};

	if (!state->asked || state->asked_heard != state->heard_boot)
		state->asked_wall_ms = contact->wall_ms; /* else the very same again */
	firing.moment_ms = state->asked_wall_ms;
	(void)snprintf(key, sizeof(key), "silent/%s/%s",
		       cchc_unit_key(units, cchc_units_by_id(units, id), of),
		       cchc_stamp(firing.moment_ms, stamp));
	if (!cchc_firing_add(desk, item, &firing))
		return false;
	state->asked = true;
	state->asked_heard = state->heard_boot;
	state->asked_boot = desk->boot_ms;
	return true;
}

/* When an agent that is heard would seem silent: in how many ms, INT64_MAX: never. */
static int64_t silent_in(const struct cchc_desk *desk, const struct contact *contact)
{
	int64_t wait_ms = desk->options.rules->silent_after_ms + 1 - contact->silent_ms;

	return contact->silent_ms >= 0 && wait_ms > 0 ? wait_ms : INT64_MAX;
}

/* False without memory. */
static bool watch(struct cchc_desk *desk, struct cchc_item *item, uint32_t id,
		  int64_t *next_ms)
{
	bool has_agent = desk->unit[id].has_agent;
	struct contact contact;

	note_contact(desk, id);
	contact = contact_of(desk, id);
	if (desk->unit[id].silent)
		end_silent(desk, id);
	else if (has_agent && item->entry.n_firings < FIRINGS &&
		 seems_silent(desk, id, &contact))
		return raise_silent(desk, item, id, &contact);
	else if (has_agent)
		*next_ms = least(*next_ms, silent_in(desk, &contact));
	return true;
}

/* Not at every turn; but a silence is owed at its minute. */
int64_t cchc_agents_turn(struct cchc_desk *desk)
{
	int64_t since_ms = desk->boot_ms - desk->watched_boot;
	int64_t next_ms = INT64_MAX;
	struct cchc_item *item;

	if (desk->watched_once && since_ms < WATCH_MS)
		return WATCH_MS - since_ms;
	item = cchc_firing_item(desk, FIRINGS);
	desk->watched_once = true;
	desk->watched_boot = desk->boot_ms;
	for (size_t i = 0; item && i < desk->n_watched; i++)
		if (!watch(desk, item, desk->watched[i], &next_ms))
			break; /* looked at again */
	if (item)
		cchc_firings_write(desk, item);
	write_contacts(desk);
	return next_ms;
}

void cchc_agents_failed(struct cchc_desk *desk, const struct cchc_entry *entry)
{
	for (size_t i = 0; i < entry->n_firings; i++) {
		const struct cchc_firing *firing = &entry->firing[i];
		struct cchc_desk_unit *unit = cchc_desk_unit_of(desk, firing->unit);

		if (firing->kind == CCHC_ALERT_SILENT && unit)
			unit->asked = false;
	}
	for (size_t i = 0; i < entry->n_heard; i++)
		desk->unit[entry->heard[i].unit].written_ms = 0;
}
