/* desk.c - alerts that stand or are not told yet.
 *
 * The store is the truth: memory holds of each alert what decides whether and when it is
 * told, as committed, and follows the changes that come back from the writer. What a
 * notice says is read from the store when it is told. Nothing here scans the alerts but
 * after a clock's jump, a change of silences, and a unit that is heard again.
 */
#include "app/desk.h"

#include <stdlib.h>
#include <string.h>

#include "app/deskraise.h"
#include "base/check.h"
#include "base/text.h"

enum {
	AGAIN_MS = 60 * 1000,
	LEAST_ROOM = 64,
	ALERT_MEMORY = 1024 * 1024,
	ENTRY_MEMORY = 64 * 1024 * 1024, /* the largest there is, with room to spare */
	FAR_MS = 24 * 3600 * 1000,
};

/* ---- made and freed ---- */

enum cchc_rc cchc_desk_new(const struct cchc_desk_options *options,
			   struct cchc_desk **desk)
{
	size_t units = (size_t)options->catalog->units.max_id + 1;
	struct cchc_desk *made = calloc(1, sizeof(*made));

	if (!made)
		return CCHC_NOMEM;
	made->options = *options;
	made->digest_day = CCHC_DAY_NONE;
	made->read_limit = (struct cchc_log_limit){.burst = 3, .period_ms = 60000};
	made->channel = calloc(options->n_channels + 1, sizeof(*made->channel));
	made->unit = calloc(units, sizeof(*made->unit));
	made->watched = calloc(units, sizeof(*made->watched));
	made->missed = calloc(units, sizeof(*made->missed));
	if (!made->channel || !made->unit || !made->watched || !made->missed) {
		cchc_desk_free(&made);
		return CCHC_NOMEM;
	}
	for (size_t i = 0; i < options->n_channels; i++) {
		made->channel[i].settings = &options->channels[i];
		made->channel[i].limit =
			(struct cchc_log_limit){.burst = 3, .period_ms = 300000};
	}
	*desk = made;
	return CCHC_OK;
}

static void free_alert(struct cchc_desk_alert *alert)
{
	cchc_wish_drop(&alert->end);
	for (size_t i = 0; i < alert->n; i++)
		cchc_wish_drop(&alert->delivery[i].wish);
	free(alert);
}

void cchc_desk_free(struct cchc_desk **desk)
{
	struct cchc_desk *d = *desk;

	if (!d)
		return;
	for (size_t i = 0; i < d->room; i++)
		for (struct cchc_desk_alert *a = d->bucket[i], *next; a; a = next) {
			next = a->next;
			free_alert(a);
		}
	for (size_t i = 0; d->channel && i < d->options.n_channels; i++) {
		free(d->channel[i].tell.heap);
		free(d->channel[i].repeat.heap);
	}
	cchc_silences_free(d->silence, d->n_silences);
	free(d->run.line);
	free(d->bucket);
	free(d->channel);
	free(d->unit);
	free(d->watched);
	free(d->missed);
	free(d);
	*desk = NULL;
}

/* ---- the alerts in memory ---- */

static struct cchc_desk_alert **bucket_of(const struct cchc_desk *desk, uint64_t no)
{
	return &desk->bucket[(no * UINT64_C(0x9e3779b97f4a7c15)) >> 32 &
			     (desk->room - 1)];
}

struct cchc_desk_alert *cchc_desk_find(const struct cchc_desk *desk, uint64_t no)
{
	struct cchc_desk_alert *alert = desk->room ? *bucket_of(desk, no) : NULL;

	while (alert && alert->no != no)
		alert = alert->next;
	return alert;
}

struct cchc_desk_unit *cchc_desk_unit_of(const struct cchc_desk *desk, uint32_t unit)
{
	return unit <= desk->options.catalog->units.max_id ? &desk->unit[unit] : NULL;
}

static enum cchc_rc grow(struct cchc_desk *desk)
{
	size_t room = desk->room ? desk->room * 2 : LEAST_ROOM;
	struct cchc_desk_alert **old = desk->bucket;
	size_t old_room = desk->room;
	struct cchc_desk_alert **bucket = calloc(room, sizeof(struct cchc_desk_alert *));

	if (!bucket)
		return CCHC_NOMEM;
	desk->bucket = bucket;
	desk->room = room;
	for (size_t i = 0; i < old_room; i++)
		for (struct cchc_desk_alert *a = old[i], *next; a; a = next) {
			struct cchc_desk_alert **at = bucket_of(desk, a->no);

			next = a->next;
			a->next = *at;
			*at = a;
		}
	free(old);
	return CCHC_OK;
}

static uint16_t channel_named(const struct cchc_desk *desk, const char *name)
{
	for (size_t i = 0; i < desk->options.n_channels; i++)
		if (strcmp(desk->options.channels[i].name, name) == 0)
			return (uint16_t)i;
	return CCHC_DESK_NO_CHANNEL;
}

/* It failed before the start: the channel is not to be tried faster because we were
 * started anew. One that gave no answer may have been well. */
static void note_failed_before(struct cchc_desk *desk,
			       const struct cchc_desk_delivery *delivery,
			       const struct cchc_delivery *stored)
{
	bool waits = cchc_delivery_waits(stored->state) ||
		     cchc_delivery_waits(stored->end_state);

	if (!desk->turned && waits && stored->why[0])
		desk->channel[delivery->channel].failed = true;
}

static enum cchc_rc init_deliveries(struct cchc_desk *desk, struct cchc_desk_alert *made,
				    const struct cchc_alert *alert)
{
	enum cchc_rc rc = CCHC_OK;

	for (size_t i = 0; i < alert->n_deliveries && rc == CCHC_OK; i++) {
		struct cchc_desk_delivery *delivery = &made->delivery[i];

		delivery->wish.alert = made;
		delivery->wish.place = (uint16_t)i;
		delivery->state = alert->delivery[i].state;
		delivery->end_state = alert->delivery[i].end_state;
		delivery->again = alert->delivery[i].again;
		delivery->channel = channel_named(desk, alert->delivery[i].channel);
		delivery->retry_ms = INT64_MIN;
		delivery->retry_boot = INT64_MIN;
		delivery->repeat_ms = INT64_MIN;
		if (delivery->channel == CCHC_DESK_NO_CHANNEL)
			continue;
		note_failed_before(desk, delivery, &alert->delivery[i]);
		rc = cchc_queues_reserve(&desk->channel[delivery->channel]);
	}
	return rc;
}

static enum cchc_rc add(struct cchc_desk *desk, const struct cchc_alert *alert,
			struct cchc_desk_alert **added)
{
	size_t n = alert->n_deliveries;
	struct cchc_desk_alert *made;
	struct cchc_desk_alert **bucket;

	if (desk->n == desk->room && grow(desk) != CCHC_OK)
		return CCHC_NOMEM;
	made = calloc(1, sizeof(*made) + n * sizeof(made->delivery[0]));
	if (!made)
		return CCHC_NOMEM;
	made->desk = desk;
	made->no = alert->no;
	made->kind = alert->kind;
	made->unit = alert->unit;
	made->task = alert->task;
	cchc_text_copy(made->step, sizeof(made->step), alert->step, strlen(alert->step));
	made->moment_ms = alert->moment_ms;
	made->end.alert = made;
	made->end.place = CCHC_NO_DELIVERY;
	made->n = n;
	if (init_deliveries(desk, made, alert) != CCHC_OK) {
		free(made); /* places reserved too many do no harm */
		return CCHC_NOMEM;
	}
	bucket = bucket_of(desk, alert->no);
	made->next = *bucket;
	*bucket = made;
	desk->n++;
	*added = made;
	return CCHC_OK;
}

static void let_go(struct cchc_desk_alert *alert)
{
	struct cchc_desk *desk = alert->desk;
	struct cchc_desk_alert **link = bucket_of(desk, alert->no);

	while (*link != alert)
		link = &(*link)->next;
	*link = alert->next;
	desk->n--;
	desk->count.owed -= alert->waits;
	for (size_t i = 0; i < alert->n; i++) {
		struct cchc_desk_delivery *delivery = &alert->delivery[i];

		cchc_queue_leave(delivery);
		if (delivery->channel != CCHC_DESK_NO_CHANNEL)
			desk->channel[delivery->channel].deliveries--;
	}
	free_alert(alert);
}

/* ---- what is to be done with it ---- */

static void give_up(struct cchc_desk_delivery *delivery, bool of_end, const char *why)
{
	delivery->phase = CCHC_DESK_SAID;
	cchc_wish(&delivery->wish, of_end, CCHC_DELIVERY_DROPPED, why);
}

/* Why what waits is not to be told any more; NULL: it is. */
static const char *why_not(const struct cchc_desk_delivery *delivery)
{
	const struct cchc_desk_alert *alert = delivery->wish.alert;
	const struct cchc_desk_channel *channel;

	if (delivery->channel == CCHC_DESK_NO_CHANNEL)
		return "the channel is no longer configured";
	if (!cchc_delivery_waits(delivery->state))
		return NULL; /* the end of what was told */
	channel = &alert->desk->channel[delivery->channel];
	if (!alert->stands)
		return "over before its answer came";
	if (alert->acked && cchc_channel_is_personal(channel->settings->type))
		return "somebody took note";
	return NULL;
}

/* Puts it where it waits for its turn. */
static void put_in_line(struct cchc_desk_delivery *delivery)
{
	const struct cchc_desk_alert *alert = delivery->wish.alert;
	bool owed = cchc_delivery_waits(delivery->state);
	bool end_owed = cchc_delivery_waits(delivery->end_state);
	struct cchc_desk_channel *channel;
	const char *why;

	cchc_queue_leave(delivery);
	if (owed || end_owed) {
		why = why_not(delivery);
		if (why) {
			give_up(delivery, !owed, why);
			return;
		}
		channel = &alert->desk->channel[delivery->channel];
		cchc_queue_put(&channel->tell, delivery,
			       delivery->retry_ms > alert->moment_ms ? delivery->retry_ms
								     : alert->moment_ms);
	} else if (alert->stands && delivery->state == CCHC_DELIVERY_CONFIRMED &&
		   delivery->channel != CCHC_DESK_NO_CHANNEL) {
		channel = &alert->desk->channel[delivery->channel];
		if (cchc_channel_repeats(channel->settings->type))
			cchc_queue_put(&channel->repeat, delivery, delivery->repeat_ms);
	}
}

/* What was asked of the writer for this delivery has come, or is idle. */
static void leave_phase(struct cchc_desk_delivery *delivery)
{
	cchc_wish_drop(&delivery->wish);
	delivery->phase = CCHC_DESK_REST;
}

/* The writer does not have it: whether it is still to be handed is asked anew. */
static void take_back(struct cchc_desk_delivery *delivery)
{
	struct cchc_desk *desk = delivery->wish.alert->desk;

	if (delivery->phase != CCHC_DESK_ASKED || delivery->wish.list != &desk->unwritten)
		return;
	leave_phase(delivery);
	desk->channel[delivery->channel].under_way--;
}

void cchc_desk_settle(struct cchc_desk_alert *alert)
{
	size_t waits = 0;
	bool rests = true;

	for (size_t i = 0; i < alert->n; i++) {
		struct cchc_desk_delivery *delivery = &alert->delivery[i];

		take_back(delivery);
		if (delivery->phase == CCHC_DESK_REST)
			put_in_line(delivery);
		rests = rests && delivery->phase == CCHC_DESK_REST;
		waits += cchc_delivery_waits(delivery->state) ||
			 cchc_delivery_waits(delivery->end_state);
	}
	alert->desk->count.owed += waits;
	alert->desk->count.owed -= alert->waits;
	alert->waits = waits;
	if (alert->stands && alert->kind == CCHC_ALERT_DIGEST && waits == 0 &&
	    !alert->end.list)
		cchc_wish(&alert->end, false, CCHC_DELIVERY_NONE, "told");
	if (!alert->stands && waits == 0 && rests)
		let_go(alert);
}

void cchc_desk_settle_all(struct cchc_desk *desk, uint32_t unit)
{
	for (size_t i = 0; i < desk->room; i++)
		for (struct cchc_desk_alert *a = desk->bucket[i], *next; a; a = next) {
			next = a->next;
			if (!unit || a->unit == unit)
				cchc_desk_settle(a);
		}
}

/* ---- what the store has now ---- */

static void follow_asked(struct cchc_desk_delivery *delivery, bool handed)
{
	uint8_t state = delivery->wish.of_end ? delivery->end_state : delivery->state;
	struct cchc_desk *desk = delivery->wish.alert->desk;

	if (handed) {
		leave_phase(delivery);
		delivery->phase = CCHC_DESK_OUT;
		cchc_desk_hand(delivery);
	} else if (!cchc_delivery_waits(state)) {
		leave_phase(delivery);
		desk->channel[delivery->channel].under_way--;
	}
}

void cchc_desk_retry_later(struct cchc_desk_delivery *delivery)
{
	const struct cchc_desk *desk = delivery->wish.alert->desk;
	int64_t wait_ms = cchc_backoff_ms(delivery->tries);

	delivery->retry_ms = desk->now_ms + wait_ms;
	delivery->retry_boot = desk->boot_ms + wait_ms;
}

static void follow_said(struct cchc_desk_delivery *delivery)
{
	const struct cchc_desk *desk = delivery->wish.alert->desk;
	uint8_t state = delivery->wish.of_end ? delivery->end_state : delivery->state;

	if (cchc_delivery_waits(state) && state != delivery->wish.state)
		return;
	leave_phase(delivery);
	if (state == CCHC_DELIVERY_OWED)
		cchc_desk_retry_later(delivery);
	else if (state == CCHC_DELIVERY_CONFIRMED)
		delivery->repeat_ms =
			desk->now_ms +
			desk->channel[delivery->channel].settings->repeat_ms;
}

static void follow(struct cchc_desk_delivery *delivery, const struct cchc_delivery *now)
{
	bool of_end = delivery->wish.of_end;
	uint8_t before = of_end ? delivery->end_state : delivery->state;
	uint8_t after = of_end ? now->end_state : now->state;
	bool handed = after == CCHC_DELIVERY_HANDED &&
		      (before != CCHC_DELIVERY_HANDED || now->again > delivery->again);

	if (now->again > delivery->again)
		delivery->wish.alert->desk->count.again += now->again - delivery->again;
	delivery->again = now->again;
	delivery->state = now->state;
	delivery->end_state = now->end_state;
	if (delivery->phase == CCHC_DESK_ASKED)
		follow_asked(delivery, handed);
	else if (delivery->phase == CCHC_DESK_SAID)
		follow_said(delivery);
}

static bool is_pending(const struct cchc_alert *alert)
{
	if (cchc_alert_stands(alert))
		return true;
	for (size_t i = 0; i < alert->n_deliveries; i++)
		if (cchc_delivery_waits(alert->delivery[i].state) ||
		    cchc_delivery_waits(alert->delivery[i].end_state))
			return true;
	return false;
}

/* A unit out of contact, or heard again: then what was muted may be told. */
static void note_silent(struct cchc_desk_alert *alert)
{
	struct cchc_desk *desk = alert->desk;
	struct cchc_desk_unit *unit = cchc_desk_unit_of(desk, alert->unit);

	if (!unit)
		return;
	if (alert->stands) {
		unit->silent = alert;
	} else if (unit->silent == alert) {
		unit->silent = NULL;
		cchc_desk_settle_all(desk, alert->unit);
	}
}

static enum cchc_rc take_up(struct cchc_desk *desk, const struct cchc_alert *alert)
{
	struct cchc_desk_alert *known = cchc_desk_find(desk, alert->no);
	enum cchc_rc rc = CCHC_OK;

	if (!known && !is_pending(alert))
		return CCHC_OK;
	if (!known)
		rc = add(desk, alert, &known);
	if (rc != CCHC_OK)
		return rc;
	cchc_check(known->n == alert->n_deliveries);
	known->stands = cchc_alert_stands(alert);
	known->acked = alert->acked_ms != 0;
	if (!known->stands)
		cchc_wish_drop(&known->end);
	for (size_t i = 0; i < known->n; i++)
		follow(&known->delivery[i], &alert->delivery[i]);
	if (known->kind == CCHC_ALERT_SILENT)
		note_silent(known);
	known = cchc_desk_find(desk, alert->no);
	if (known)
		cchc_desk_settle(known);
	return CCHC_OK;
}

enum cchc_rc cchc_desk_changed(struct cchc_desk *desk, const struct cchc_alert *alerts,
			       size_t n, int64_t now_ms)
{
	enum cchc_rc rc = CCHC_OK;

	desk->now_ms = now_ms;
	for (size_t i = 0; i < n && rc == CCHC_OK; i++)
		rc = take_up(desk, &alerts[i]);
	return rc;
}

void cchc_desk_failed(struct cchc_desk *desk, const struct cchc_entry *entry)
{
	if (entry->kind == CCHC_ENTRY_HAND) {
		cchc_wishes_failed(desk, entry);
		desk->options.port.wake(desk->options.port.data);
	} else {
		cchc_raise_failed(desk, entry);
	}
}

void cchc_desk_unreadable(struct cchc_desk *desk, enum cchc_rc rc, const char *what)
{
	if (cchc_log_allows(&desk->read_limit))
		cchc_log(CCHC_LOG_ERROR, "store cannot be read what=%s rc=\"%s\"", what,
			 cchc_rc_name(rc));
}

/* ---- start ---- */

struct loading {
	struct cchc_desk *desk;
	struct cchc_arena arena;
	enum cchc_rc rc;
};

static bool on_pending(void *data, const struct cchc_alert *alert)
{
	struct loading *loading = data;

	loading->rc = take_up(loading->desk, alert);
	cchc_arena_reset(&loading->arena);
	return loading->rc == CCHC_OK;
}

/* A clock far from the last entry's is perhaps wrong, and about to be put right: what it
 * makes due is not told at once. What it should not have is then held by its moment. */
static void doubt_clock(struct cchc_desk *desk, struct cchc_txn *txn)
{
	struct cchc_entry last;
	struct cchc_arena arena;
	uint64_t number = cchc_store_commit_number(txn);

	cchc_arena_init(&arena, ENTRY_MEMORY);
	if (number > 0 && cchc_store_entry(txn, number, &arena, &last))
		desk->doubtful = desk->now_ms < last.clock_ms - CCHC_JUMP_LEAST_MS ||
				 desk->now_ms > last.clock_ms + FAR_MS;
	cchc_arena_fini(&arena);
}

enum cchc_rc cchc_desk_load(struct cchc_desk *desk, struct cchc_txn *txn, int64_t now_ms)
{
	struct loading loading = {.desk = desk};

	desk->now_ms = now_ms;
	cchc_arena_init(&loading.arena, ALERT_MEMORY);
	cchc_store_each_pending(txn, &loading.arena, on_pending, &loading);
	cchc_arena_fini(&loading.arena);
	if (loading.rc != CCHC_OK || txn->rc != CCHC_OK)
		return loading.rc != CCHC_OK ? loading.rc : txn->rc;
	cchc_desk_read_silences(desk, txn);
	if (txn->rc != CCHC_OK)
		return txn->rc;
	doubt_clock(desk, txn);
	cchc_agents_load(desk, txn);
	return txn->rc != CCHC_OK ? txn->rc : cchc_plan_warn(desk);
}

/* ---- the turn ---- */

/* Waits that were measured on the wall clock mean nothing any more. */
static void start_over(struct cchc_desk *desk, int64_t by_ms)
{
	cchc_log(CCHC_LOG_WARN, "clock jumped by_s=%lld: alerts are held for %d s",
		 (long long)by_ms / 1000, CCHC_JUMP_STEADY_MS / 1000);
	for (size_t i = 0; i < desk->room; i++)
		for (struct cchc_desk_alert *a = desk->bucket[i]; a; a = a->next)
			for (size_t k = 0; k < a->n; k++) {
				a->delivery[k].retry_ms = INT64_MIN;
				a->delivery[k].repeat_ms = desk->now_ms;
			}
	cchc_desk_settle_all(desk, 0);
	cchc_ahead_look(desk, CCHC_DESK_SETTLED_MS);
}

static void read_stale_silences(struct cchc_desk *desk)
{
	struct cchc_txn txn;

	cchc_txn_read(&txn, desk->options.store->env);
	cchc_desk_read_silences(desk, &txn);
	cchc_txn_abort(&txn);
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int64_t cchc_desk_advance(struct cchc_desk *desk, int64_t now_ms, int64_t boot_ms)
{
	int64_t by_ms = cchc_jump_read(&desk->jump, now_ms, boot_ms);
	int64_t wait_ms = AGAIN_MS;

	desk->now_ms = now_ms;
	desk->boot_ms = boot_ms;
	if (!desk->turned) {
		if (desk->doubtful)
			desk->jump.held_until_ms = boot_ms + CCHC_JUMP_STEADY_MS;
		desk->loaded_boot = boot_ms;
		cchc_ahead_look(desk, CCHC_DESK_SETTLED_MS);
	}
	desk->turned = true;
	if (by_ms)
		start_over(desk, by_ms);
	if (desk->silences_stale)
		read_stale_silences(desk);
	cchc_wishes_find_lost(desk);
	wait_ms = least(wait_ms, cchc_raise_turn(desk));
	for (size_t i = 0; i < desk->options.n_channels; i++)
		wait_ms = least(wait_ms, cchc_channel_turn(desk, &desk->channel[i]));
	return least(wait_ms, cchc_wishes_write(desk));
}

struct cchc_desk_counters cchc_desk_count(const struct cchc_desk *desk)
{
	struct cchc_desk_counters count = desk->count;

	count.held = cchc_jump_holds(&desk->jump, desk->boot_ms);
	return count;
}
