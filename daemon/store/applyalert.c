/* applyalert.c - alerts are raised, told and ended.
 *
 * The loop only proposes: between its asking and this writing a task may have been done,
 * an alert have ended, the same key have come. What holds no longer is left out of the
 * entry, so that what the journal says is what happened. */
#include <string.h>

#include "base/log.h"
#include "store/tables.h"

/* The outcome's alerts, in room for as many as can be. */
struct touched {
	struct cchc_alert *alert;
	size_t n;
};

static bool make_room(struct cchc_txn *txn, struct touched *touched, size_t n,
		      struct cchc_arena *arena)
{
	touched->n = 0;
	touched->alert = cchc_arena_array(arena, n ? n : 1, sizeof(*touched->alert));
	if (!touched->alert)
		cchc_txn_fail(txn, CCHC_NOMEM);
	return touched->alert;
}

static void give(struct cchc_outcome *outcome, const struct touched *touched)
{
	outcome->alert = touched->alert;
	outcome->n_alerts = touched->n;
}

/* ---- the end ---- */

/* What was handed again had no answer the first time: also where it failed since. */
static bool may_have_heard(const struct cchc_delivery *delivery)
{
	return delivery->state == CCHC_DELIVERY_HANDED ||
	       delivery->state == CCHC_DELIVERY_CONFIRMED ||
	       (delivery->state == CCHC_DELIVERY_OWED && delivery->again > 0);
}

static void end_delivery(struct cchc_delivery *delivery, int64_t clock_ms)
{
	if (delivery->tells_end && may_have_heard(delivery)) {
		delivery->end_state = CCHC_DELIVERY_OWED;
		delivery->at_ms = clock_ms;
	}
	if (delivery->state == CCHC_DELIVERY_OWED) {
		delivery->state = CCHC_DELIVERY_DROPPED;
		delivery->why = "over before it was told";
		delivery->at_ms = clock_ms;
	}
}

static void end_alert(struct cchc_alert *alert, const char *why,
		      const struct cchc_entry *entry)
{
	alert->ended_ms = entry->clock_ms;
	alert->end_why = why;
	alert->journal = entry->number;
	for (size_t i = 0; i < alert->n_deliveries; i++)
		end_delivery(&alert->delivery[i], entry->clock_ms);
}

/* Counts those of the task that are pending, or reads them when there is room. */
static size_t each_pending_of(struct cchc_txn *txn, uint64_t task,
			      struct cchc_arena *arena, struct touched *touched)
{
	struct cchc_key prefix = cchc_key_number(task);
	struct cchc_walk walk;
	size_t n = 0;
	uint64_t no;

	cchc_table_walk(&walk, txn, CCHC_TABLE_TASK_ALERTS, &prefix);
	for (; walk.found && !txn->rc; cchc_walk_next(&walk)) {
		struct cchc_key key;
		const void *value;
		size_t len;

		if (!cchc_key_read_pair(walk.key, walk.key_len, &task, &no)) {
			cchc_txn_fail(txn, CCHC_CORRUPT);
			break;
		}
		key = cchc_key_number(no);
		if (!cchc_table_get(txn, CCHC_TABLE_PENDING, &key, &value, &len))
			continue;
		if (touched && !cchc_store_alert(txn, no, arena, &touched->alert[n]))
			cchc_txn_fail(txn, CCHC_CORRUPT);
		n++;
	}
	cchc_walk_end(&walk);
	return n;
}

void cchc_alerts_end_of_task(struct cchc_txn *txn, uint64_t task, const char *why,
			     const struct cchc_entry *entry, struct cchc_arena *arena,
			     struct cchc_outcome *outcome)
{
	size_t n = each_pending_of(txn, task, arena, NULL);
	struct touched ended;

	if (n == 0 || !make_room(txn, &ended, n, arena))
		return;
	(void)each_pending_of(txn, task, arena, &ended);
	for (size_t i = 0; i < n && !txn->rc; i++) {
		struct cchc_alert *alert = &ended.alert[i];

		if (!cchc_alert_stands(alert))
			continue;
		end_alert(alert, why, entry);
		cchc_alerts_put(txn, alert, arena);
		ended.alert[ended.n++] = *alert;
	}
	give(outcome, &ended);
}

/* ---- firings ---- */

static bool is_sound(const struct cchc_firing *firing)
{
	size_t len = strlen(cchc_text_given(firing->key));

	if (len == 0 || len >= CCHC_ALERT_KEY)
		return false;
	switch (firing->kind) {
	case CCHC_ALERT_STEP:
	case CCHC_ALERT_SILENT:
	case CCHC_ALERT_DIGEST:
		return true;
	}
	return false;
}

/* One task that cannot be read must not hold back what is due of the others. */
static bool step_holds(struct cchc_txn *txn, const struct cchc_entry *entry,
		       const struct cchc_firing *firing, struct cchc_arena *arena)
{
	struct cchc_task task;
	bool unreadable;
	bool found = cchc_tasks_find(txn, firing->task, arena, &task, &unreadable);

	if (unreadable)
		cchc_log(CCHC_LOG_ERROR,
			 "task unreadable: its alert is left out task=\"%s\" no=%llu "
			 "step=%s",
			 cchc_text_given(firing->task_id),
			 (unsigned long long)firing->task, cchc_text_given(firing->step));
	return found && cchc_task_runs(&task) && task.due_version == firing->version &&
	       task.lead == firing->unit && firing->moment_ms > task.fired_ms &&
	       firing->moment_ms <= entry->clock_ms;
}

static bool holds(struct cchc_txn *txn, const struct cchc_entry *entry,
		  const struct cchc_firing *firing, struct cchc_arena *arena)
{
	if (!is_sound(firing)) {
		cchc_txn_fail(txn, CCHC_INVALID);
		return false;
	}
	if (firing->kind == CCHC_ALERT_STEP && !step_holds(txn, entry, firing, arena))
		return false;
	return !cchc_alerts_have_key(txn, firing->key) && !txn->rc;
}

static void owe(struct cchc_txn *txn, const struct cchc_entry *entry,
		const struct cchc_firing *firing, struct cchc_arena *arena,
		struct cchc_alert *alert)
{
	size_t n = firing->n_deliveries;

	alert->delivery = cchc_arena_array(arena, n ? n : 1, sizeof(*alert->delivery));
	if (!alert->delivery) {
		cchc_txn_fail(txn, CCHC_NOMEM);
		return;
	}
	alert->n_deliveries = n;
	for (size_t i = 0; i < n; i++)
		alert->delivery[i] = (struct cchc_delivery){
			.channel = cchc_text_given(firing->delivery[i].channel),
			.to = cchc_text_given(firing->delivery[i].to),
			.tells_end = firing->delivery[i].tells_end,
			.state = CCHC_DELIVERY_OWED,
			.at_ms = entry->clock_ms,
			.why = ""};
}

static void raise_alert(struct cchc_txn *txn, const struct cchc_entry *entry,
			const struct cchc_firing *firing, struct cchc_arena *arena,
			struct cchc_alert *alert)
{
	*alert = (struct cchc_alert){.no = cchc_store_last_alert(txn) + 1,
				     .kind = firing->kind,
				     .key = firing->key,
				     .unit = firing->unit,
				     .task = firing->task,
				     .task_id = cchc_text_given(firing->task_id),
				     .step = cchc_text_given(firing->step),
				     .version = firing->version,
				     .urgency = firing->urgency,
				     .due = firing->due,
				     .moment_ms = firing->moment_ms,
				     .owed_ms = entry->clock_ms,
				     .superseded = firing->superseded,
				     .end_why = "",
				     .acked_by = "",
				     .note = "",
				     .journal = entry->number};
	if (firing->superseded)
		end_alert(alert, "superseded", entry);
	else
		owe(txn, entry, firing, arena, alert);
	if (txn->rc)
		return;
	cchc_alerts_add(txn, alert, arena);
	if (firing->kind == CCHC_ALERT_DIGEST && !firing->superseded)
		cchc_digest_keep(txn, firing, entry->number, arena);
}

/* A task's steps up to the latest moment have been dealt with: told to the task only now,
 * because all of an entry's are judged by what was before it. */
static void note_fired(struct cchc_txn *txn, const struct cchc_firing *firing,
		       struct cchc_arena *arena)
{
	struct cchc_task task;

	if (firing->kind != CCHC_ALERT_STEP ||
	    !cchc_store_task(txn, firing->task, arena, &task) ||
	    task.fired_ms >= firing->moment_ms)
		return;
	task.fired_ms = firing->moment_ms;
	cchc_tasks_put(txn, &task, arena);
}

void cchc_firings_apply(struct cchc_txn *txn, struct cchc_entry *entry,
			struct cchc_arena *arena, struct cchc_outcome *outcome)
{
	struct cchc_firing *held =
		cchc_arena_array(arena, entry->n_firings + 1, sizeof(*held));
	size_t proposed = entry->n_firings;
	struct touched raised;

	if (!held || !make_room(txn, &raised, proposed, arena)) {
		cchc_txn_fail(txn, CCHC_NOMEM);
		return;
	}
	for (size_t i = 0; i < proposed && !txn->rc; i++) {
		if (!holds(txn, entry, &entry->firing[i], arena))
			continue;
		held[raised.n] = entry->firing[i];
		raise_alert(txn, entry, &held[raised.n], arena, &raised.alert[raised.n]);
		raised.n++;
	}
	for (size_t i = 0; i < raised.n && !txn->rc; i++)
		note_fired(txn, &held[i], arena);
	entry->firing = held;
	entry->n_firings = raised.n;
	if (raised.n == 0 && proposed > 0)
		outcome->applied = CCHC_REPEATED;
	give(outcome, &raised);
}

/* ---- handings ---- */

/* The alert as the handings before left it; NULL: there is none. */
static struct cchc_alert *find_alert(struct cchc_txn *txn, struct touched *touched,
				     uint64_t no, struct cchc_arena *arena)
{
	for (size_t i = 0; i < touched->n; i++)
		if (touched->alert[i].no == no)
			return &touched->alert[i];
	if (!cchc_store_alert(txn, no, arena, &touched->alert[touched->n]))
		return NULL;
	return &touched->alert[touched->n++];
}

/* Owed, handed, and then confirmed, owed again or dropped. What no channel can take any
 * more is dropped without being handed; handed after handed is another try, after a
 * crash between handing and answer. */
static bool may_follow(uint8_t state, uint8_t next)
{
	if (state == CCHC_DELIVERY_OWED)
		return next == CCHC_DELIVERY_HANDED || next == CCHC_DELIVERY_DROPPED;
	return state == CCHC_DELIVERY_HANDED && next >= CCHC_DELIVERY_OWED &&
	       next <= CCHC_DELIVERY_DROPPED;
}

static bool change_delivery(struct cchc_alert *alert, const struct cchc_entry *entry,
			    const struct cchc_handing *handing)
{
	struct cchc_delivery *delivery;
	uint8_t *state;

	if (handing->delivery >= alert->n_deliveries)
		return false;
	delivery = &alert->delivery[handing->delivery];
	state = handing->of_end ? &delivery->end_state : &delivery->state;
	if (!may_follow(*state, handing->state))
		return false;
	if (*state == CCHC_DELIVERY_HANDED && handing->state == CCHC_DELIVERY_HANDED)
		delivery->again++;
	alert->journal = entry->number;
	*state = handing->state;
	delivery->why = cchc_text_given(handing->why);
	delivery->at_ms = entry->clock_ms;
	if (!cchc_alert_stands(alert) && !handing->of_end && *state == CCHC_DELIVERY_OWED)
		*state = CCHC_DELIVERY_DROPPED; /* nobody tells what is over */
	return true;
}

static bool is_told(const struct cchc_alert *alert)
{
	for (size_t i = 0; i < alert->n_deliveries; i++)
		if (alert->delivery[i].state == CCHC_DELIVERY_OWED ||
		    alert->delivery[i].state == CCHC_DELIVERY_HANDED)
			return false;
	return true;
}

/* Steps end with their tasks alone. */
static bool end_by_hand(struct cchc_alert *alert, const struct cchc_entry *entry,
			const struct cchc_handing *handing)
{
	const char *why = cchc_text_given(handing->why);

	if (!cchc_alert_stands(alert) || alert->kind == CCHC_ALERT_STEP ||
	    (alert->kind == CCHC_ALERT_DIGEST && !is_told(alert)))
		return false;
	if (!why[0])
		why = alert->kind == CCHC_ALERT_DIGEST ? "told" : "heard";
	end_alert(alert, why, entry);
	return true;
}

static bool hand(struct cchc_txn *txn, const struct cchc_entry *entry,
		 const struct cchc_handing *handing, struct touched *touched,
		 struct cchc_arena *arena)
{
	struct cchc_alert *alert = find_alert(txn, touched, handing->alert, arena);

	if (!alert)
		return false;
	return handing->delivery == CCHC_NO_DELIVERY
		       ? end_by_hand(alert, entry, handing)
		       : change_delivery(alert, entry, handing);
}

/* Those read but not changed go out of the list. */
static void write_changed(struct cchc_txn *txn, const struct cchc_entry *entry,
			  struct touched *touched, struct cchc_arena *arena)
{
	size_t n = touched->n;

	touched->n = 0;
	for (size_t i = 0; i < n; i++) {
		struct cchc_alert *alert = &touched->alert[i];

		if (alert->journal != entry->number)
			continue;
		cchc_alerts_put(txn, alert, arena);
		touched->alert[touched->n++] = *alert;
	}
}

void cchc_handings_apply(struct cchc_txn *txn, struct cchc_entry *entry,
			 struct cchc_arena *arena, struct cchc_outcome *outcome)
{
	struct cchc_handing *held =
		cchc_arena_array(arena, entry->n_handings + 1, sizeof(*held));
	struct touched changed;
	size_t n = 0;

	if (!held || !make_room(txn, &changed, entry->n_handings, arena)) {
		cchc_txn_fail(txn, CCHC_NOMEM);
		return;
	}
	for (size_t i = 0; i < entry->n_handings && !txn->rc; i++)
		if (hand(txn, entry, &entry->handing[i], &changed, arena))
			held[n++] = entry->handing[i];
	write_changed(txn, entry, &changed, arena);
	entry->handing = held;
	entry->n_handings = n;
	if (n == 0)
		outcome->applied = CCHC_REPEATED;
	give(outcome, &changed);
}
