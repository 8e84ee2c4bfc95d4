#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/check.h"
#include "taskkit.h"

static struct kit kit;

enum { LEAD = 7, CO = 8, OTHER = 9, NOON = 12 * 60 };

static void assert_same_text(const char *a, const char *b)
{
	assert_string_equal(a ? a : "", b ? b : "");
}

static void assert_same_task(const struct cchc_task *a, const struct cchc_task *b)
{
	assert_true(a->no == b->no && a->journal == b->journal);
	assert_same_text(a->id, b->id);
	assert_same_text(a->class_name, b->class_name);
	assert_same_text(a->title, b->title);
	assert_same_text(a->doc_number, b->doc_number);
	assert_int_equal(a->doc_date, b->doc_date);
	assert_same_text(a->assigner, b->assigner);
	assert_int_equal(a->assigned, b->assigned);
	assert_int_equal(a->lead, b->lead);
	assert_int_equal(a->n_co, b->n_co);
	for (size_t i = 0; i < a->n_co; i++)
		assert_int_equal(a->co[i], b->co[i]);
	assert_int_equal(a->due, b->due);
	assert_int_equal(a->effective, b->effective);
	assert_int_equal(a->due_version, b->due_version);
	assert_true(a->due_since_ms == b->due_since_ms);
	assert_true(a->fired_ms == b->fired_ms && a->changed_ms == b->changed_ms);
	assert_int_equal(a->extensions, b->extensions);
	assert_int_equal(a->state, b->state);
	assert_int_equal(a->done, b->done);
	assert_same_text(a->result, b->result);
	assert_int_equal(a->wish, b->wish);
	assert_same_text(a->wish_reason, b->wish_reason);
	assert_same_text(a->reason, b->reason);
	assert_int_equal(a->is_duty, b->is_duty);
	assert_int_equal(a->form, b->form);
	assert_int_equal(a->period, b->period);
	assert_int_equal(a->n_past, b->n_past);
	for (size_t i = 0; i < a->n_past; i++) {
		assert_true(a->past[i].at_ms == b->past[i].at_ms);
		assert_int_equal(a->past[i].lead, b->past[i].lead);
		assert_int_equal(a->past[i].effective, b->past[i].effective);
		assert_int_equal(a->past[i].done, b->past[i].done);
		assert_int_equal(a->past[i].state, b->past[i].state);
	}
}

static uint64_t entries(enum cchc_table table)
{
	struct cchc_txn txn;
	uint64_t n;

	cchc_txn_read(&txn, kit.store.env);
	n = cchc_txn_entries(&txn, table);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	return n;
}

/* ---- records ---- */

static const uint32_t two_units[] = {CO, 4000000000};

static struct cchc_task full_task(struct cchc_task_past *past, size_t n)
{
	for (size_t i = 0; i < n; i++)
		past[i] = (struct cchc_task_past){
			.at_ms = day_ms(KIT_DAY + (cchc_day)i, NOON),
			.lead = i % 3 ? LEAD : OTHER,
			.effective = i % 2 ? KIT_DAY : CCHC_DAY_NONE,
			.done = i % 5 ? CCHC_DAY_NONE : KIT_DAY + (cchc_day)i,
			.state = (uint8_t)(1 + i % 4)};
	return (struct cchc_task){.no = UINT64_MAX,
				  .id = "CV-12/11986",
				  .class_name = "nhiem-vu",
				  .title = "Rà soát thủ tục hành chính",
				  .doc_number = "12/UBND",
				  .doc_date = KIT_DAY - 11,
				  .assigner = "UBND huyện",
				  .assigned = KIT_DAY - 10,
				  .lead = LEAD,
				  .co = two_units,
				  .n_co = CCHC_COUNT(two_units),
				  .due = KIT_DAY,
				  .effective = KIT_DAY + 2,
				  .due_version = 4,
				  .due_since_ms = -1,
				  .fired_ms = INT64_MAX,
				  .extensions = 3,
				  .state = CCHC_TASK_WAITING,
				  .done = KIT_DAY - 1,
				  .result = "45/BC",
				  .wish = CCHC_DAY_NONE,
				  .wish_reason = "thiếu người",
				  .reason = "vì bão",
				  .is_duty = true,
				  .form = UINT16_MAX,
				  .period = UINT32_MAX,
				  .journal = 123456789,
				  .changed_ms = INT64_MIN,
				  .past = past,
				  .n_past = n};
}

static void a_record_comes_back_as_it_went(void **state)
{
	static struct cchc_task_past past[CCHC_TASK_PAST_MAX];
	static const size_t LENGTHS[] = {1, 2, 60, CCHC_TASK_PAST_MAX};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(LENGTHS); i++) {
		struct cchc_task task = full_task(past, LENGTHS[i]);
		struct cchc_task back;
		struct cchc_txn txn;

		cchc_txn_write(&txn, kit.store.env);
		cchc_tasks_put(&txn, &task, &kit.arena);
		assert_true(cchc_store_task(&txn, task.no, &kit.arena, &back));
		assert_same_task(&task, &back);
		assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	}
}

/* Sixty changes of one task are far from LMDB's overflow pages. */
static void an_ordinary_record_is_small(void **state)
{
	static struct cchc_task_past past[60];
	struct cchc_task task = full_task(past, CCHC_COUNT(past));
	struct cchc_key key = cchc_key_number(task.no);
	const void *value;
	struct cchc_txn txn;
	size_t len;

	(void)state;
	cchc_txn_write(&txn, kit.store.env);
	cchc_tasks_put(&txn, &task, &kit.arena);
	assert_true(cchc_table_get(&txn, CCHC_TABLE_TASKS, &key, &value, &len));
	assert_true(len < 1200);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
}

static void a_record_cut_anywhere_is_corrupt(void **state)
{
	struct cchc_task_past past[3];
	struct cchc_task task = full_task(past, CCHC_COUNT(past));
	struct cchc_key key = cchc_key_number(task.no);
	uint8_t copy[600];
	const void *value;
	struct cchc_txn txn;
	size_t len;

	(void)state;
	cchc_txn_write(&txn, kit.store.env);
	cchc_tasks_put(&txn, &task, &kit.arena);
	assert_true(cchc_table_get(&txn, CCHC_TABLE_TASKS, &key, &value, &len));
	assert_true(len < sizeof(copy));
	memcpy(copy, value, len);
	for (size_t cut = 0; cut < len; cut++) {
		cchc_table_put(&txn, CCHC_TABLE_TASKS, &key, copy, cut);
		assert_false(cchc_store_task(&txn, task.no, &kit.arena, &task));
		assert_int_equal(txn.rc, CCHC_CORRUPT);
		txn.rc = CCHC_OK;
	}
	cchc_txn_abort(&txn);
}

/* ---- deeds ---- */

static void a_task_is_found_by_number_and_by_id(void **state)
{
	struct cchc_deed one = deed_add("CV-1", LEAD, KIT_DAY);
	struct cchc_deed two = deed_add("CV-10", OTHER, CCHC_DAY_NONE);
	struct cchc_outcome outcome = kit_deed(&kit, &one, day_ms(KIT_DAY - 9, NOON));
	struct cchc_task task;
	struct cchc_txn txn;

	(void)state;
	assert_int_equal(outcome.applied, CCHC_APPLIED);
	assert_null(outcome.task.before);
	assert_int_equal(outcome.task.after->no, 1);
	outcome = kit_deed(&kit, &two, day_ms(KIT_DAY - 9, NOON));
	assert_int_equal(outcome.task.after->no, 2);
	cchc_txn_read(&txn, kit.store.env);
	assert_true(cchc_store_task_by_id(&txn, "CV-10", &kit.arena, &task));
	assert_same_task(&task, outcome.task.after);
	assert_true(cchc_store_task(&txn, 1, &kit.arena, &task));
	assert_string_equal(task.id, "CV-1");
	assert_int_equal(task.lead, LEAD);
	assert_int_equal(task.journal, 1);
	assert_false(cchc_store_task(&txn, 3, &kit.arena, &task));
	assert_false(cchc_store_task_by_id(&txn, "CV", &kit.arena, &task));
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
}

static void a_deed_tells_the_task_before_and_after(void **state)
{
	struct cchc_deed add = deed_add("CV-1", LEAD, KIT_DAY);
	struct cchc_deed extend = deed_of(CCHC_DEED_EXTEND, "CV-1");
	struct cchc_outcome outcome;
	struct cchc_task task;

	(void)state;
	extend.due = extend.effective = KIT_DAY + 10;
	(void)kit_deed(&kit, &add, day_ms(KIT_DAY - 9, NOON));
	outcome = kit_deed(&kit, &extend, day_ms(KIT_DAY - 3, NOON));
	assert_int_equal(outcome.applied, CCHC_APPLIED);
	assert_int_equal(outcome.task.before->due, KIT_DAY);
	assert_int_equal(outcome.task.after->due, KIT_DAY + 10);
	task = kit_task(&kit, "CV-1");
	assert_same_task(&task, outcome.task.after);
	assert_int_equal(task.due_version, 2);
	assert_int_equal(task.n_past, 2);
}

static void what_an_operator_says_in_vain_writes_nothing(void **state)
{
	struct cchc_deed add = deed_add("CV-1", LEAD, KIT_DAY);
	struct cchc_deed other = deed_add("CV-1", OTHER, KIT_DAY);
	struct cchc_deed none = deed_of(CCHC_DEED_CANCEL, "CV-2");
	struct cchc_deed accept = deed_of(CCHC_DEED_ACCEPT, "CV-1");
	const struct {
		const struct cchc_deed *deed;
		enum cchc_applied applied;
		enum cchc_rule rule;
	} TABLE[] = {
		{&add, CCHC_REPEATED, CCHC_RULE_NONE},
		{&other, CCHC_REFUSED, CCHC_RULE_TASK_EXISTS},
		{&none, CCHC_REFUSED, CCHC_RULE_NO_TASK},
		{&accept, CCHC_REFUSED, CCHC_RULE_NOT_WAITING},
	};
	uint32_t sum;

	(void)state;
	(void)kit_deed(&kit, &add, day_ms(KIT_DAY - 9, NOON));
	sum = kit_sum_all(&kit);
	for (size_t i = 0; i < CCHC_COUNT(TABLE); i++) {
		struct cchc_outcome outcome =
			kit_deed(&kit, TABLE[i].deed, day_ms(KIT_DAY - 8, NOON));

		assert_int_equal(outcome.applied, TABLE[i].applied);
		assert_null(outcome.task.after);
		if (outcome.applied == CCHC_REFUSED) {
			assert_int_equal(outcome.refusal.rule, TABLE[i].rule);
			assert_int_equal(outcome.refusal.index, CCHC_REFUSED_WHOLE);
		}
	}
	assert_int_equal(kit_sum_all(&kit), sum);
}

static struct cchc_outcome say(struct sender *sender, const struct cchc_deed *deed,
			       struct cchc_entry *entry)
{
	*entry = entry_next(sender, CCHC_ENTRY_DEED, 1);
	entry->clock_ms = day_ms(KIT_DAY - 1, NOON);
	entry->deed = deed;
	return kit_apply(&kit, entry, 1);
}

/* The mark moves and the seq is used up, whatever becomes of the deed. */
static void a_communes_deed_is_journalled_as_it_is(void **state)
{
	struct cchc_deed add = deed_add("CV-1", LEAD, KIT_DAY);
	struct cchc_deed done = deed_report("CV-1", LEAD, KIT_DAY - 2);
	struct cchc_deed alien = deed_report("CV-1", OTHER, KIT_DAY - 2);
	struct cchc_deed extend = deed_of(CCHC_DEED_EXTEND, "CV-1");
	const struct {
		const struct cchc_deed *deed;
		enum cchc_rule rule;
		bool changes;
	} TABLE[] = {
		{&alien, CCHC_RULE_NOT_YOUR_TASK, false},
		{&done, CCHC_RULE_NONE, true},
		{&done, CCHC_RULE_NONE, false},
		{&extend, CCHC_RULE_NOT_YOUR_TASK, false},
	};
	struct sender sender = sender_of(LEAD, 0x11);
	struct cchc_entry entry;
	struct cchc_entry back;
	struct cchc_txn txn;

	(void)state;
	extend.hand = CCHC_HAND_COMMUNE;
	extend.due = extend.effective = KIT_DAY + 1;
	(void)kit_deed(&kit, &add, day_ms(KIT_DAY - 9, NOON));
	for (size_t i = 0; i < CCHC_COUNT(TABLE); i++) {
		struct cchc_outcome outcome = say(&sender, TABLE[i].deed, &entry);

		assert_int_equal(outcome.applied, CCHC_APPLIED);
		assert_int_equal(outcome.mark, i + 1);
		assert_true(!outcome.task.after == !TABLE[i].changes);
		assert_int_equal(entry.n_refusals, TABLE[i].rule ? 1 : 0);
		cchc_txn_read(&txn, kit.store.env);
		assert_true(cchc_store_entry(&txn, i + 2, &kit.arena, &back));
		assert_int_equal(back.n_refusals, entry.n_refusals);
		if (back.n_refusals)
			assert_int_equal(back.refusal->rule, TABLE[i].rule);
		assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	}
	assert_int_equal(entries(CCHC_TABLE_REFUSALS), 2);
	assert_int_equal(kit_task(&kit, "CV-1").state, CCHC_TASK_WAITING);
}

static void a_message_refused_before_is_kept_without_a_deed(void **state)
{
	struct sender sender = sender_of(LEAD, 0x11);
	struct cchc_refusal refusal = refusal_of(CCHC_REFUSED_WHOLE, "unit");
	struct cchc_entry entry = entry_next(&sender, CCHC_ENTRY_DEED, 1);
	struct cchc_entry nothing = {.kind = CCHC_ENTRY_DEED, .sender = "van-phong"};
	uint16_t row = 0;

	(void)state;
	entry.refusal = &refusal;
	entry.refused_row = &row;
	entry.n_refusals = 1;
	assert_int_equal(kit_apply(&kit, &entry, 1).mark, 1);
	assert_int_equal(entries(CCHC_TABLE_REFUSALS), 1);
	assert_int_equal(entries(CCHC_TABLE_TASKS), 0);
	assert_int_equal(kit_try(&kit, &nothing), CCHC_INVALID);
}

/* A commit of unknown outcome is tried again with the same entries: what an earlier try
 * found in the store must not be left in them. */
static void an_entry_tried_before_is_judged_anew(void **state)
{
	struct cchc_deed add = deed_add("CV-1", LEAD, KIT_DAY);
	struct cchc_deed done = deed_report("CV-1", LEAD, KIT_DAY - 2);
	struct sender sender = sender_of(LEAD, 0x11);
	struct cchc_entry entry = entry_next(&sender, CCHC_ENTRY_DEED, 1);

	(void)state;
	entry.clock_ms = day_ms(KIT_DAY - 1, NOON);
	entry.deed = &done;
	assert_int_equal(kit_try(&kit, &entry), CCHC_OK); /* there is no such task yet */
	assert_int_equal(entry.n_refusals, 1);
	(void)kit_deed(&kit, &add, day_ms(KIT_DAY - 9, NOON));
	assert_non_null(kit_apply(&kit, &entry, 1).task.after);
	assert_int_equal(entry.n_refusals, 0);
	assert_int_equal(kit_task(&kit, "CV-1").state, CCHC_TASK_WAITING);
}

static void a_clock_set_back_does_not_turn_a_task_back(void **state)
{
	struct cchc_deed add = deed_add("CV-1", LEAD, KIT_DAY);
	struct cchc_deed cancel = deed_of(CCHC_DEED_CANCEL, "CV-1");
	struct cchc_task task;

	(void)state;
	(void)kit_deed(&kit, &add, day_ms(KIT_DAY, NOON));
	(void)kit_deed(&kit, &cancel, day_ms(KIT_DAY - 5, NOON));
	task = kit_task(&kit, "CV-1");
	assert_int_equal(task.state, CCHC_TASK_CANCELLED);
	assert_true(task.changed_ms == day_ms(KIT_DAY, NOON));
	assert_true(task.past[task.n_past - 1].at_ms == day_ms(KIT_DAY, NOON));
}

/* Not a failure: its sender would try for ever. */
static void a_task_whose_history_is_full_takes_no_more(void **state)
{
	static struct cchc_task_past past[CCHC_TASK_PAST_MAX];
	struct cchc_task task = full_task(past, CCHC_COUNT(past));
	struct cchc_deed cancel = deed_of(CCHC_DEED_CANCEL, task.id);
	struct cchc_outcome outcome;
	struct cchc_txn txn;

	(void)state;
	task.no = 1;
	task.period = cchc_period_code(KIT_Q1);
	cchc_txn_write(&txn, kit.store.env);
	cchc_tasks_record(&txn, NULL, &task, &kit.arena);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	outcome = kit_deed(&kit, &cancel, day_ms(KIT_DAY + 2000, NOON));
	assert_int_equal(outcome.applied, CCHC_REFUSED);
	assert_int_equal(outcome.refusal.rule, CCHC_RULE_NOT_OPEN);
	assert_string_equal(outcome.refusal.value, task.id);
}

/* ---- duties ---- */

static struct cchc_outcome send_report(struct sender *sender, uint8_t complete)
{
	struct cchc_entry entry = entry_next(sender, CCHC_ENTRY_REPORT, 1);

	entry.clock_ms = day_ms(KIT_DAY - 1, NOON);
	entry.complete = complete;
	entry.doc_number = "37/BC-UBND";
	return kit_apply(&kit, &entry, 1);
}

static void a_complete_report_fulfils_its_duty_once(void **state)
{
	struct cchc_deed duty = deed_duty(LEAD, "bao-cao/cchc/2024-Q1/11986");
	struct sender lead = sender_of(LEAD, 0x11);
	struct sender other = sender_of(OTHER, 0x12);
	struct cchc_outcome outcome;
	struct cchc_task task;

	(void)state;
	(void)kit_deed(&kit, &duty, day_ms(KIT_DAY - 9, NOON));
	assert_null(send_report(&other, 2).task.after);
	assert_null(send_report(&lead, 1).task.after);
	assert_int_equal(kit_task(&kit, duty.id).state, CCHC_TASK_OPEN);
	outcome = send_report(&lead, 2);
	assert_int_equal(outcome.task.before->state, CCHC_TASK_OPEN);
	assert_int_equal(outcome.task.after->state, CCHC_TASK_DONE);
	task = kit_task(&kit, duty.id);
	assert_same_task(&task, outcome.task.after);
	assert_int_equal(task.done, KIT_DAY - 1);
	assert_string_equal(task.result, "37/BC-UBND");
	assert_null(send_report(&lead, 2).task.after);
}

static void a_unit_owes_one_report_whatever_its_duty_is_called(void **state)
{
	struct cchc_deed duty = deed_duty(LEAD, "bao-cao/cchc/2024-Q1/11986");
	struct cchc_deed twin = deed_duty(LEAD, "bao-cao/cchc/2024-Q1/11986@2000-01-01");
	struct cchc_deed other = deed_duty(OTHER, twin.id);
	struct cchc_outcome outcome;
	struct cchc_txn txn;

	(void)state;
	assert_int_equal(kit_deed(&kit, &duty, day_ms(KIT_DAY - 9, NOON)).applied,
			 CCHC_APPLIED);
	outcome = kit_deed(&kit, &twin, day_ms(KIT_DAY - 9, NOON));
	assert_int_equal(outcome.applied, CCHC_REFUSED);
	assert_int_equal(outcome.refusal.rule, CCHC_RULE_TASK_EXISTS);
	assert_int_equal(kit_deed(&kit, &other, day_ms(KIT_DAY - 9, NOON)).applied,
			 CCHC_APPLIED);
	cchc_txn_read(&txn, kit.store.env);
	assert_true(cchc_store_has_duty(&txn, LEAD, KIT_FORM, KIT_Q1));
	assert_false(cchc_store_has_duty(&txn, LEAD, KIT_FORM + 1, KIT_Q1));
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
}

static void a_report_refused_whole_fulfils_nothing(void **state)
{
	struct cchc_deed duty = deed_duty(LEAD, "bao-cao/cchc/2024-Q1/11986");
	struct sender sender = sender_of(LEAD, 0x11);
	struct cchc_refusal refusal = refusal_of(CCHC_REFUSED_WHOLE, "period");
	struct cchc_entry entry = entry_next(&sender, CCHC_ENTRY_REPORT, 1);
	uint16_t row = 0;

	(void)state;
	entry.complete = 2;
	entry.refusal = &refusal;
	entry.refused_row = &row;
	entry.n_refusals = 1;
	(void)kit_deed(&kit, &duty, day_ms(KIT_DAY - 9, NOON));
	assert_null(kit_apply(&kit, &entry, 1).task.after);
	assert_int_equal(kit_task(&kit, duty.id).state, CCHC_TASK_OPEN);
}

static void a_duty_whose_report_is_there_is_done_at_once(void **state)
{
	struct cchc_deed duty = deed_duty(LEAD, "bao-cao/cchc/2024-Q1/11986");
	struct sender sender = sender_of(LEAD, 0x11);
	struct cchc_entry back;
	struct cchc_task task;
	struct cchc_txn txn;

	(void)state;
	(void)send_report(&sender, 2);
	assert_int_equal(kit_deed(&kit, &duty, day_ms(KIT_DAY + 3, NOON)).applied,
			 CCHC_APPLIED);
	task = kit_task(&kit, duty.id);
	assert_int_equal(task.state, CCHC_TASK_DONE);
	assert_int_equal(task.done, KIT_DAY - 1);
	assert_string_equal(task.result, "37/BC-UBND");
	assert_int_equal(kit_deed(&kit, &duty, day_ms(KIT_DAY + 3, NOON)).applied,
			 CCHC_REPEATED);
	cchc_txn_read(&txn, kit.store.env);
	assert_true(cchc_store_entry(&txn, 2, &kit.arena, &back));
	assert_int_equal(back.deed->done, KIT_DAY - 1); /* the journal says it too */
	assert_true(cchc_store_duty(&txn, LEAD, KIT_FORM, KIT_Q1, &kit.arena, &task));
	assert_false(cchc_store_duty(&txn, OTHER, KIT_FORM, KIT_Q1, &kit.arena, &task));
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
}

static void a_duty_of_no_period_is_invalid(void **state)
{
	struct cchc_deed duty = deed_duty(LEAD, "bao-cao");
	struct cchc_entry entry;

	(void)state;
	duty.period = 1;
	entry = entry_deed(&duty, day_ms(KIT_DAY, NOON));
	assert_int_equal(kit_try(&kit, &entry), CCHC_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(a_record_comes_back_as_it_went),
		KIT_TEST(an_ordinary_record_is_small),
		KIT_TEST(a_record_cut_anywhere_is_corrupt),
		KIT_TEST(a_task_is_found_by_number_and_by_id),
		KIT_TEST(a_deed_tells_the_task_before_and_after),
		KIT_TEST(what_an_operator_says_in_vain_writes_nothing),
		KIT_TEST(a_communes_deed_is_journalled_as_it_is),
		KIT_TEST(a_message_refused_before_is_kept_without_a_deed),
		KIT_TEST(an_entry_tried_before_is_judged_anew),
		KIT_TEST(a_clock_set_back_does_not_turn_a_task_back),
		KIT_TEST(a_task_whose_history_is_full_takes_no_more),
		KIT_TEST(a_complete_report_fulfils_its_duty_once),
		KIT_TEST(a_unit_owes_one_report_whatever_its_duty_is_called),
		KIT_TEST(a_report_refused_whole_fulfils_nothing),
		KIT_TEST(a_duty_whose_report_is_there_is_done_at_once),
		KIT_TEST(a_duty_of_no_period_is_invalid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
