#ifndef CCHC_TESTS_TASKKIT_H
#define CCHC_TESTS_TASKKIT_H

/* Deeds, firings and handings for a store's tests. Include after cmocka.h. */

#include "storekit.h"

enum { KIT_DAY = 19797 }; /* 2024-03-15 */

/* A moment of that day: minutes after its 00:00. */
static inline int64_t day_ms(cchc_day day, int minute)
{
	return cchc_day_start_ms(day) + minute * INT64_C(60000);
}

static inline struct cchc_deed deed_of(enum cchc_deed_kind kind, const char *id)
{
	return (struct cchc_deed){.kind = kind,
				  .hand = CCHC_HAND_OPERATOR,
				  .id = id,
				  .doc_date = CCHC_DAY_NONE,
				  .assigned = CCHC_DAY_NONE,
				  .due = CCHC_DAY_NONE,
				  .effective = CCHC_DAY_NONE,
				  .done = CCHC_DAY_NONE,
				  .wish = CCHC_DAY_NONE,
				  .reason = "vì bão",
				  .reason_doc = "9/UBND"};
}

/* Assigned ten days before KIT_DAY. */
static inline struct cchc_deed deed_add(const char *id, uint32_t lead, cchc_day due)
{
	struct cchc_deed deed = deed_of(CCHC_DEED_ADD, id);

	deed.class_name = "nhiem-vu";
	deed.title = "Rà soát thủ tục hành chính";
	deed.doc_number = "12/UBND";
	deed.assigned = KIT_DAY - 10;
	deed.lead = lead;
	deed.due = due;
	deed.effective = due;
	deed.reason = deed.reason_doc = NULL;
	return deed;
}

static inline struct cchc_deed deed_duty(uint32_t lead, const char *id)
{
	struct cchc_deed deed = deed_add(id, lead, KIT_DAY + 5);

	deed.hand = CCHC_HAND_DAEMON;
	deed.class_name = "bao-cao";
	deed.is_duty = true;
	deed.form = KIT_FORM;
	deed.period = cchc_period_code(KIT_Q1);
	return deed;
}

/* The lead unit says that it was done. */
static inline struct cchc_deed deed_report(const char *id, uint32_t unit, cchc_day done)
{
	struct cchc_deed deed = deed_of(CCHC_DEED_REPORT, id);

	deed.hand = CCHC_HAND_COMMUNE;
	deed.unit = unit;
	deed.done = done;
	deed.result = "45/BC-UBND";
	return deed;
}

/* By an operator, or the daemon itself, at a clock reading. */
static inline struct cchc_entry entry_deed(const struct cchc_deed *deed, int64_t clock_ms)
{
	return (struct cchc_entry){
		.kind = CCHC_ENTRY_DEED,
		.clock_ms = clock_ms,
		.sender = deed->hand == CCHC_HAND_OPERATOR ? "van-phong" : "",
		.deed = deed};
}

static inline struct cchc_outcome kit_deed(struct kit *kit, const struct cchc_deed *deed,
					   int64_t clock_ms)
{
	struct cchc_entry entry = entry_deed(deed, clock_ms);

	return kit_apply(kit, &entry, 0);
}

static inline struct cchc_task kit_task(struct kit *kit, const char *id)
{
	struct cchc_task task = {.no = 0};
	struct cchc_txn txn;

	cchc_txn_read(&txn, kit->store.env);
	(void)cchc_store_task_by_id(&txn, id, &kit->arena, &task);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	return task;
}

/* A step of the task as it stands, to a log that wants to hear of the end, and to a
 * person that does not. The key lives in the arena. */
static inline struct cchc_firing firing_step(struct kit *kit,
					     const struct cchc_task *task,
					     const char *step, int64_t moment_ms)
{
	static struct cchc_delivery both[] = {
		{.channel = "nhat-ky", .to = "", .tells_end = true},
		{.channel = "thu", .to = "a@example.vn"}};

	return (struct cchc_firing){.kind = CCHC_ALERT_STEP,
				    .key = cchc_arena_format(&kit->arena, "%s/%s/%u",
							     task->id, step,
							     task->due_version),
				    .unit = task->lead,
				    .task = task->no,
				    .task_id = task->id,
				    .step = step,
				    .version = task->due_version,
				    .urgency = CCHC_URGENCY_WARNING,
				    .due = task->effective,
				    .moment_ms = moment_ms,
				    .delivery = both,
				    .n_deliveries = 2};
}

static inline struct cchc_outcome kit_fire(struct kit *kit, struct cchc_firing *firing,
					   size_t n, int64_t clock_ms)
{
	struct cchc_entry entry = {.kind = CCHC_ENTRY_FIRE,
				   .clock_ms = clock_ms,
				   .sender = "",
				   .firing = firing,
				   .n_firings = n};

	return kit_apply(kit, &entry, 0);
}

static inline struct cchc_outcome
kit_hand(struct kit *kit, const struct cchc_handing *handing, size_t n, int64_t clock_ms)
{
	struct cchc_entry entry = {.kind = CCHC_ENTRY_HAND,
				   .clock_ms = clock_ms,
				   .sender = "",
				   .handing = handing,
				   .n_handings = n};

	return kit_apply(kit, &entry, 0);
}

static inline struct cchc_alert kit_alert(struct kit *kit, uint64_t no)
{
	struct cchc_alert alert = {.no = 0};
	struct cchc_txn txn;

	cchc_txn_read(&txn, kit->store.env);
	(void)cchc_store_alert(&txn, no, &kit->arena, &alert);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	return alert;
}

#endif
