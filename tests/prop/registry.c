#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/check.h"
#include "registry.h"

enum { TASKS = 8, NUMBERS = 64, ALERTS = 4096 };

/* ---- what is said ---- */

static uint32_t below(struct draft *d, uint32_t n)
{
	return test_random_below(d->r, n);
}

static const char *draw_id(struct draft *d)
{
	return cchc_arena_format(&d->kit->arena, "CV-%u", (unsigned)below(d, TASKS));
}

static cchc_day draw_day(struct draft *d, int from, uint32_t n)
{
	return cchc_day_at(d->clock_ms) + from + (cchc_day)below(d, n);
}

static void draw_add(struct draft *d)
{
	struct cchc_deed *deed = &d->deed;

	*deed = deed_add(deed->id, 1 + below(d, REGISTRY_UNITS), CCHC_DAY_NONE);
	deed->assigned = draw_day(d, -3, 3);
	if (below(d, 4)) {
		deed->due = draw_day(d, -2, 12);
		deed->effective = deed->due + (cchc_day)below(d, 2);
	}
	if (below(d, 6) == 0)
		deed->done = draw_day(d, -3, 4);
	deed->n_co = below(d, 3);
	deed->co = d->co;
	for (size_t i = 0; i < deed->n_co; i++)
		d->co[i] = 1 + below(d, REGISTRY_UNITS);
}

static void draw_duty(struct draft *d)
{
	uint32_t unit = 1 + below(d, REGISTRY_UNITS);
	uint8_t slot = (uint8_t)below(d, REGISTRY_SLOTS);
	struct cchc_period period = {.year = KIT_Q1.year, .slot = slot};

	d->deed = deed_duty(unit, cchc_arena_format(&d->kit->arena, "bao-cao/%u/%u", slot,
						    (unsigned)unit));
	d->deed.period = cchc_period_code(period);
	d->deed.assigned = KIT_DAY - 20;
	d->deed.due = d->deed.effective = KIT_DAY + 30;
}

/* By an operator or the daemon. */
static void draw_deed(struct draft *d)
{
	static const enum cchc_deed_kind KINDS[] = {
		CCHC_DEED_ADD,    CCHC_DEED_ADD,    CCHC_DEED_EXTEND, CCHC_DEED_REPORT,
		CCHC_DEED_ACCEPT, CCHC_DEED_ACCEPT, CCHC_DEED_RETURN, CCHC_DEED_CANCEL,
		CCHC_DEED_REOPEN, CCHC_DEED_REOPEN, CCHC_DEED_MOVE,   CCHC_DEED_CALENDAR,
		CCHC_DEED_FULFIL};
	struct cchc_deed *deed = &d->deed;

	*deed = deed_of(KINDS[below(d, CCHC_COUNT(KINDS))], draw_id(d));
	deed->lead = 1 + below(d, REGISTRY_UNITS);
	deed->due = deed->effective = draw_day(d, 0, 12);
	if (deed->kind == CCHC_DEED_REPORT)
		deed->done = draw_day(d, -3, 4);
	if (deed->kind == CCHC_DEED_CALENDAR || deed->kind == CCHC_DEED_FULFIL)
		deed->hand = CCHC_HAND_DAEMON;
	if (deed->kind == CCHC_DEED_ADD && below(d, 3) == 0)
		draw_duty(d);
	else if (deed->kind == CCHC_DEED_ADD)
		draw_add(d);
}

/* Mostly one that holds. */
static void draw_step(struct draft *d, struct cchc_firing *firing)
{
	static const char *const STEPS[] = {"d-7", "d-3", "due", "overdue"};
	const char *id = draw_id(d);
	struct cchc_task task;

	if (!cchc_store_task_by_id(d->txn, id, &d->kit->arena, &task))
		task = (struct cchc_task){.no = 99, .id = id, .due_version = 1};
	*firing = firing_step(d->kit, &task, STEPS[below(d, CCHC_COUNT(STEPS))],
			      d->clock_ms - (int64_t)below(d, REGISTRY_DAY_MS));
	firing->superseded = below(d, 4) == 0;
	if (below(d, 8) == 0)
		firing->version += below(d, 2);
	if (below(d, 8) == 0)
		firing->moment_ms = d->clock_ms + 1;
}

static void draw_firing(struct draft *d, struct cchc_firing *firing)
{
	unsigned unit = 1 + below(d, REGISTRY_UNITS);
	cchc_day day = draw_day(d, 0, 1);

	draw_step(d, firing);
	if (below(d, 3))
		return;
	firing->kind = below(d, 2) ? CCHC_ALERT_SILENT : CCHC_ALERT_DIGEST;
	firing->unit = unit;
	firing->moment_ms = d->clock_ms;
	firing->text = firing->kind == CCHC_ALERT_DIGEST ? "Quá hạn: 1" : "";
	firing->key = cchc_arena_format(&d->kit->arena, "%d/%u/%d", (int)firing->kind,
					unit, (int)day);
}

static void draw_handings(struct draft *d, struct cchc_entry *entry, uint64_t last)
{
	entry->handing = d->handing;
	entry->n_handings = below(d, REGISTRY_HANDINGS);
	for (size_t i = 0; i < entry->n_handings; i++)
		d->handing[i] = (struct cchc_handing){
			.alert = last + 1 - below(d, last < 12 ? (uint32_t)last + 1 : 12),
			.delivery =
				below(d, 4) ? (uint16_t)below(d, 3) : CCHC_NO_DELIVERY,
			.of_end = below(d, 2),
			.state = (uint8_t)below(d, CCHC_DELIVERY_DROPPED + 1),
			.why = below(d, 2) ? "mất kết nối" : NULL};
}

static void draw_saying(struct draft *d, uint64_t last, uint64_t commit)
{
	d->saying = (struct cchc_saying){
		.kind = (enum cchc_saying_kind)(1 + below(d, 3)),
		.alert = below(d, (uint32_t)last + 2),
		.unit = below(d, REGISTRY_UNITS),
		.step = below(d, 2) ? "d-7" : NULL,
		.until_ms = d->clock_ms + (int64_t)below(d, 3) * REGISTRY_DAY_MS - 5,
		.silence = commit - below(d, (uint32_t)(commit < 40 ? commit : 40) + 1),
		.note = below(d, 2) ? "đã gọi" : NULL};
}

static void draw_steps(struct draft *d, struct cchc_entry *entry)
{
	static const struct cchc_entry_step ALL[] = {{"nhiem-vu", "d-7", -7, 480},
						     {"nhiem-vu", "overdue", 1, 0},
						     {"bao-cao", "d-7", -7, 480},
						     {"bao-cao", "overdue", 1, 0}};

	entry->steps = d->steps;
	for (size_t i = 0; i < CCHC_COUNT(ALL); i++)
		if (below(d, 3))
			d->steps[entry->n_steps++] = ALL[i];
	for (size_t i = 0; i < entry->n_steps; i++)
		d->steps[i].minute += below(d, 4) ? 0 : 30;
}

static void draw_heard(struct draft *d, struct cchc_entry *entry)
{
	entry->heard = d->heard;
	entry->n_heard = below(d, 3);
	for (size_t i = 0; i < entry->n_heard; i++)
		d->heard[i] = (struct cchc_entry_heard){1 + below(d, REGISTRY_UNITS),
							d->clock_ms - below(d, 2)};
}

struct cchc_entry draft_own(struct draft *d)
{
	static const enum cchc_entry_kind KINDS[] = {
		CCHC_ENTRY_DEED, CCHC_ENTRY_DEED, CCHC_ENTRY_DEED,  CCHC_ENTRY_DEED,
		CCHC_ENTRY_FIRE, CCHC_ENTRY_FIRE, CCHC_ENTRY_FIRE,  CCHC_ENTRY_HAND,
		CCHC_ENTRY_HAND, CCHC_ENTRY_SAY,  CCHC_ENTRY_STEPS, CCHC_ENTRY_HEARD};
	struct cchc_entry entry = {.kind = KINDS[below(d, CCHC_COUNT(KINDS))],
				   .clock_ms = d->clock_ms,
				   .sender = below(d, 2) ? "van-phong" : ""};
	uint64_t last = cchc_store_last_alert(d->txn);

	if (entry.kind == CCHC_ENTRY_DEED) {
		draw_deed(d);
		entry.deed = &d->deed;
	} else if (entry.kind == CCHC_ENTRY_FIRE) {
		entry.firing = d->firing;
		entry.n_firings = below(d, REGISTRY_FIRINGS);
		for (size_t i = 0; i < entry.n_firings; i++)
			draw_firing(d, &d->firing[i]);
	} else if (entry.kind == CCHC_ENTRY_HAND) {
		draw_handings(d, &entry, last);
	} else if (entry.kind == CCHC_ENTRY_SAY) {
		draw_saying(d, last, cchc_store_commit_number(d->txn));
		entry.saying = &d->saying;
	} else if (entry.kind == CCHC_ENTRY_STEPS) {
		draw_steps(d, &entry);
	} else {
		draw_heard(d, &entry);
	}
	return entry;
}

const struct cchc_deed *draft_report(struct draft *d, uint32_t unit)
{
	d->deed = deed_report(draw_id(d), unit, draw_day(d, -3, 4));
	if (below(d, 4) == 0) {
		d->deed.done = CCHC_DAY_NONE;
		d->deed.wish = draw_day(d, 0, 30);
	}
	return &d->deed;
}

/* ---- what holds ---- */

struct census {
	struct cchc_txn *txn;
	struct cchc_arena arena;
	bool pending[ALERTS];
	uint64_t n_alerts;
	uint64_t n_tasks;
	uint32_t unit;
	unsigned told[REGISTRY_UNITS + 1][NUMBERS]; /* unit, task: as one of its own */
	struct cchc_task last;                      /* that a line told */
};

static bool on_pending(void *data, const struct cchc_alert *alert)
{
	struct census *census = data;

	assert_true(alert->no < ALERTS);
	census->pending[alert->no] = true;
	return true;
}

static bool is_under_way(uint8_t state)
{
	return state == CCHC_DELIVERY_OWED || state == CCHC_DELIVERY_HANDED;
}

/* Pending is what stands or has something to tell; a step stands only for its task as it
 * is; what is over owes nothing but its end. */
static bool on_alert(void *data, const struct cchc_alert *alert)
{
	struct census *census = data;
	bool stands = cchc_alert_stands(alert);
	bool pending = stands;
	struct cchc_alert same;
	struct cchc_task task;

	assert_true(alert->no == ++census->n_alerts);
	assert_true(
		cchc_store_alert_by_key(census->txn, alert->key, &census->arena, &same));
	assert_true(same.no == alert->no);
	for (size_t i = 0; i < alert->n_deliveries; i++) {
		pending |= is_under_way(alert->delivery[i].state) ||
			   is_under_way(alert->delivery[i].end_state);
		assert_true(stands || alert->delivery[i].state != CCHC_DELIVERY_OWED);
		assert_true(!stands || !alert->delivery[i].end_state);
	}
	assert_int_equal(census->pending[alert->no], pending);
	if (alert->kind != CCHC_ALERT_STEP || !stands)
		return true;
	assert_true(cchc_store_task(census->txn, alert->task, &census->arena, &task));
	assert_true(cchc_task_runs(&task));
	assert_int_equal(task.due_version, alert->version);
	assert_int_equal(task.lead, alert->unit);
	assert_true(task.fired_ms >= alert->moment_ms);
	return true;
}

static bool on_concern(void *data, uint64_t journal, enum cchc_concern concern,
		       const struct cchc_task *task)
{
	struct census *census = data;

	if (concern == CCHC_CONCERN_GONE)
		return true;
	assert_true(journal == task->journal && task->no < NUMBERS);
	assert_int_equal(concern == CCHC_CONCERN_LEAD, task->lead == census->unit);
	census->told[census->unit][task->no]++;
	return true;
}

static bool on_line(void *data, const struct cchc_entry *entry,
		    const struct cchc_task *before, const struct cchc_task *after)
{
	struct census *census = data;

	assert_true(!before == !census->last.no);
	assert_true(!after || after->journal == entry->number);
	if (after)
		census->last = *after;
	return true;
}

static bool concerns(const struct cchc_task *task, uint32_t unit)
{
	for (size_t i = 0; i < task->n_co; i++)
		if (task->co[i] == unit)
			return true;
	return task->lead == unit;
}

/* Its lines lead to what it is, and each of its units hears of it once. */
static bool on_task(void *data, const struct cchc_task *task)
{
	struct census *census = data;
	const struct cchc_task *last = &census->last;

	assert_true(task->no == ++census->n_tasks);
	census->last = (struct cchc_task){.no = 0};
	cchc_store_each_task_line(census->txn, task->no, &census->arena, on_line, census);
	assert_true(last->no == task->no && last->journal == task->journal);
	assert_true(last->changed_ms == task->changed_ms);
	assert_int_equal(last->state, task->state);
	assert_int_equal(last->lead, task->lead);
	assert_int_equal(last->effective, task->effective);
	assert_int_equal(last->due_version, task->due_version);
	assert_int_equal(last->done, task->done);
	assert_string_equal(last->result, task->result);
	assert_int_equal(last->n_past, task->n_past);
	for (uint32_t unit = 1; unit <= REGISTRY_UNITS; unit++)
		assert_int_equal(census->told[unit][task->no], concerns(task, unit));
	return true;
}

void assert_register_holds(struct kit *kit)
{
	static struct census census;
	struct cchc_arena own;
	struct cchc_txn txn;

	census = (struct census){.txn = &txn};
	cchc_arena_init(&census.arena, 256 * 1024 * 1024);
	cchc_arena_init(&own, 64 * 1024 * 1024);
	cchc_txn_read(&txn, kit->store.env);
	cchc_store_each_pending(&txn, &own, on_pending, &census);
	cchc_store_each_alert(&txn, 0, &own, on_alert, &census);
	for (census.unit = 1; census.unit <= REGISTRY_UNITS; census.unit++)
		cchc_store_each_concern(&txn, census.unit, 0, &own, on_concern, &census);
	cchc_store_each_task(&txn, &own, on_task, &census);
	assert_true(census.n_tasks > 0 && census.n_alerts > 0);
	assert_true(cchc_txn_entries(&txn, CCHC_TABLE_ALERT_KEYS) == census.n_alerts);
	assert_true(cchc_txn_entries(&txn, CCHC_TABLE_TASK_IDS) == census.n_tasks);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	cchc_arena_fini(&own);
	cchc_arena_fini(&census.arena);
}
