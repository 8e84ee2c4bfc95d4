#ifndef CCHC_TESTS_DESKLIVE_H
#define CCHC_TESTS_DESKLIVE_H

/* Time passes over a played desk, and things are done in it. Include after cmocka.h. */

#include "deskplay.h"

/* Lives so long, at the paces the desk asks for. */
static inline void live(struct play *p, int64_t ms)
{
	int64_t end = p->boot_ms + ms;

	for (;;) {
		int64_t wait = cchc_desk_advance(p->desk, p->now_ms, p->boot_ms);
		size_t told = p->n_handed;

		if (play_commit(p) || p->n_handed != told || p->woken)
			wait = 1; /* the clockwork is woken */
		p->woken = false;
		play_answers(p);
		if (p->woken)
			wait = 1;
		assert_true(wait >= 0 && wait <= MINUTE_MS);
		if (p->boot_ms >= end)
			return;
		wait = wait < 1 ? 1 : wait;
		wait = wait < end - p->boot_ms ? wait : end - p->boot_ms;
		p->now_ms += wait;
		p->boot_ms += wait;
	}
}

/* NULL when there is none of that key. */
static inline const struct cchc_alert *alert_by_key(struct play *p, const char *key)
{
	struct cchc_alert *alert = cchc_arena_alloc(&p->w.app.kit.arena, sizeof(*alert));
	struct cchc_txn txn;
	bool found;

	cchc_txn_read(&txn, p->w.app.kit.store.env);
	found = cchc_store_alert_by_key(&txn, key, &p->w.app.kit.arena, alert);
	cchc_txn_abort(&txn);
	return found ? alert : NULL;
}

static inline struct cchc_task add_task(struct play *p, const char *id, uint32_t lead,
					cchc_day due)
{
	struct cchc_deed deed = deed_add(id, lead, due);
	struct cchc_task task;

	deed.assigned = KIT_DAY - 40;
	(void)kit_deed(&p->w.app.kit, &deed, day_ms(KIT_DAY - 30, 0));
	task = kit_task(&p->w.app.kit, id);
	assert_int_equal(cchc_docket_set(p->docket, &task), CCHC_OK);
	return task;
}

/* Owed at p->now_ms; its number. */
static inline uint64_t raise_step(struct play *p, const struct cchc_task *task,
				  const char *step, int64_t moment_ms)
{
	struct cchc_firing firing = firing_step(&p->w.app.kit, task, step, moment_ms);
	struct cchc_outcome outcome;

	firing.delivery = NULL;
	firing.n_deliveries = 0;
	assert_int_equal(cchc_desk_plan(p->desk, &p->w.app.kit.arena, &firing), CCHC_OK);
	outcome = kit_fire(&p->w.app.kit, &firing, 1, p->now_ms);
	assert_int_equal(outcome.applied, CCHC_APPLIED);
	assert_int_equal(cchc_desk_changed(p->desk, outcome.alert, 1, p->now_ms),
			 CCHC_OK);
	return outcome.alert[0].no;
}

/* One that is told to its unit's people. */
static inline uint64_t raise_one(struct play *p, const char *id, uint32_t lead)
{
	struct cchc_task task = add_task(p, id, lead, KIT_DAY + 1);

	return raise_step(p, &task, "d-1", p->now_ms);
}

static inline void do_deed(struct play *p, struct cchc_deed deed)
{
	struct cchc_outcome outcome = kit_deed(&p->w.app.kit, &deed, p->now_ms);
	struct cchc_task task = kit_task(&p->w.app.kit, deed.id);

	assert_int_equal(outcome.applied, CCHC_APPLIED);
	assert_int_equal(cchc_docket_set(p->docket, &task), CCHC_OK);
	assert_int_equal(
		cchc_desk_changed(p->desk, outcome.alert, outcome.n_alerts, p->now_ms),
		CCHC_OK);
}

static inline void finish_task(struct play *p, const char *id)
{
	struct cchc_deed deed = deed_of(CCHC_DEED_REPORT, id);

	deed.done = cchc_day_at(p->now_ms);
	deed.result = "9/BC";
	do_deed(p, deed);
}

static inline void say(struct play *p, struct cchc_saying saying)
{
	struct cchc_entry entry = {.kind = CCHC_ENTRY_SAY,
				   .clock_ms = p->now_ms,
				   .sender = "van-phong",
				   .saying = &saying};
	struct cchc_outcome outcome = kit_apply(&p->w.app.kit, &entry, 0);
	struct cchc_txn txn;

	assert_int_equal(outcome.applied, CCHC_APPLIED);
	assert_int_equal(
		cchc_desk_changed(p->desk, outcome.alert, outcome.n_alerts, p->now_ms),
		CCHC_OK);
	cchc_txn_read(&txn, p->w.app.kit.store.env);
	cchc_desk_read_silences(p->desk, &txn);
	cchc_txn_abort(&txn);
}

/* How often a channel was given something of that key (NULL: any), to that address. */
static inline size_t times(const struct play *p, int channel, const char *key,
			   const char *to)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n_told && i < TOLD_MAX; i++)
		if (p->told[i].channel == channel &&
		    (!key || strcmp(p->told[i].key, key) == 0) &&
		    (!to || strcmp(p->told[i].to, to) == 0))
			n++;
	return n;
}

static inline size_t ends(const struct play *p, int channel)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n_told; i++)
		n += p->told[i].channel == channel && p->told[i].ended;
	return n;
}

static inline const struct cchc_delivery *delivery_of(struct play *p, uint64_t no,
						      const char *channel)
{
	struct cchc_alert alert = kit_alert(&p->w.app.kit, no);

	for (size_t i = 0; i < alert.n_deliveries; i++)
		if (strcmp(alert.delivery[i].channel, channel) == 0)
			return &alert.delivery[i];
	return NULL;
}

static inline void restart(struct play *p)
{
	play_die(p);
	play_start(p);
}

static inline struct play *begin(void **state)
{
	struct play *p = *state;

	play_open(p);
	play_start(p);
	return p;
}

static inline int begin_play(void **state)
{
	*state = calloc(1, sizeof(struct play));
	return *state ? 0 : -1;
}

static inline int end_play(void **state)
{
	free(*state);
	return 0;
}

#endif
