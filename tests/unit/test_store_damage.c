/* Values that do not decode fail the transaction that reads them, in every table; but not
 * what is due of other tasks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/check.h"
#include "taskkit.h"

static struct kit kit;

static void put_garbage(enum cchc_table table, struct cchc_key key)
{
	struct cchc_txn txn;

	cchc_txn_write(&txn, kit.store.env);
	cchc_table_put(&txn, table, &key, "\xff", 1);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
}

static enum cchc_rc on_any_form(void *data, const struct cchc_stored_form *form)
{
	(void)data;
	(void)form;
	return CCHC_OK;
}

static void on_any_report(void *data, const struct cchc_report_head *head)
{
	(void)data;
	(void)head;
}

static void on_any_mark(void *data, uint32_t unit, uint64_t epoch,
			const struct cchc_mark *mark)
{
	(void)data;
	(void)unit;
	(void)epoch;
	(void)mark;
}

static void on_any_refusals(void *data, uint64_t seq, const struct cchc_refusal *refusals,
			    size_t n)
{
	(void)data;
	(void)seq;
	(void)refusals;
	(void)n;
}

static void on_any_cells(void *data, const struct cchc_stored_cell *cells, size_t n)
{
	(void)cells;
	*(size_t *)data += n;
}

static void read_figures(struct cchc_txn *txn)
{
	struct cchc_stored_cell cells[CCHC_ROWS_MAX];
	size_t seen = 0;

	if (cchc_store_cell(txn, 7, KIT_FORM, KIT_Q1, 1, cells) ||
	    cchc_store_cells(txn, 7, KIT_FORM, KIT_Q1, cells))
		fail_msg("%s", "cells of a damaged record");
	cchc_store_each_cells(txn, 0, 0, 0, on_any_cells, &seen);
	assert_int_equal(seen, 0);
}

static void read_forms(struct cchc_txn *txn)
{
	cchc_store_each_form(txn, on_any_form, NULL);
}

static void read_reports(struct cchc_txn *txn)
{
	cchc_store_each_report(txn, 7, on_any_report, NULL);
}

static void on_any_entry(void *data, const struct cchc_entry *entry)
{
	(void)data;
	(void)entry;
	fail_msg("%s", "a damaged entry");
}

static void read_journal(struct cchc_txn *txn)
{
	struct cchc_entry entry;

	assert_false(cchc_store_entry(txn, 1, &kit.arena, &entry));
}

static void walk_journal(struct cchc_txn *txn)
{
	cchc_store_each_entry(txn, on_any_entry, NULL);
}

static void read_marks(struct cchc_txn *txn)
{
	cchc_store_each_mark(txn, 7, on_any_mark, NULL);
}

static void read_refusals(struct cchc_txn *txn)
{
	cchc_store_each_refusals(txn, 7, 1, 0, on_any_refusals, NULL);
}

static void read_units(struct cchc_txn *txn)
{
	assert_int_equal(cchc_store_unit_id(txn, "33", 0), 0);
}

static bool on_any_alert(void *data, const struct cchc_alert *alert)
{
	(void)data;
	(void)alert;
	return true;
}

static bool on_any_digest(void *data, const struct cchc_digest_text *digest)
{
	(void)data;
	(void)digest;
	return true;
}

static void on_any_silence(void *data, const struct cchc_silence *silence)
{
	(void)data;
	(void)silence;
}

static bool on_any_concern(void *data, uint64_t journal, enum cchc_concern concern,
			   const struct cchc_task *task)
{
	(void)data;
	(void)journal;
	(void)concern;
	(void)task;
	return true;
}

static void read_tasks(struct cchc_txn *txn)
{
	struct cchc_task task;

	assert_false(cchc_store_task(txn, 1, &kit.arena, &task));
}

static void read_task_ids(struct cchc_txn *txn)
{
	struct cchc_task task;

	assert_false(cchc_store_task_by_id(txn, "CV-1", &kit.arena, &task));
}

static void read_duties(struct cchc_txn *txn)
{
	struct cchc_task task;

	assert_false(cchc_store_duty(txn, 7, KIT_FORM, KIT_Q1, &kit.arena, &task));
}

/* Of a task that is not there. */
static void read_concerns(struct cchc_txn *txn)
{
	cchc_store_each_concern(txn, 7, 0, &kit.arena, on_any_concern, NULL);
}

static void read_alerts(struct cchc_txn *txn)
{
	cchc_store_each_alert(txn, 0, &kit.arena, on_any_alert, NULL);
}

static void read_alert_keys(struct cchc_txn *txn)
{
	struct cchc_alert alert;

	assert_false(cchc_store_alert_by_key(txn, "CV-1/d-7/1", &kit.arena, &alert));
}

static void read_pending(struct cchc_txn *txn)
{
	cchc_store_each_pending(txn, &kit.arena, on_any_alert, NULL);
}

static void read_task_alerts(struct cchc_txn *txn)
{
	cchc_store_each_alert_of(txn, 1, &kit.arena, on_any_alert, NULL);
}

static void read_digests(struct cchc_txn *txn)
{
	cchc_store_each_digest(txn, 7, 0, &kit.arena, on_any_digest, NULL);
}

static void read_silences(struct cchc_txn *txn)
{
	cchc_store_each_silence(txn, &kit.arena, on_any_silence, NULL);
}

static void read_steps(struct cchc_txn *txn)
{
	assert_int_equal(cchc_store_step_since(txn, "nhiem-vu", "d-7"), 0);
}

static void read_heard(struct cchc_txn *txn)
{
	assert_int_equal(cchc_store_heard(txn, 7), 0);
}

static void what_does_not_decode_fails_the_transaction(void **state)
{
	static const struct cchc_cells_at AT = {
		.unit = 7, .form = KIT_FORM, .period = {2024, CCHC_Q1}};
	const struct {
		enum cchc_table table;
		struct cchc_key key;
		void (*read)(struct cchc_txn *txn);
	} TABLE[] = {
		{CCHC_TABLE_FIGURES, cchc_key_cells(&AT), read_figures},
		{CCHC_TABLE_UNITS, cchc_key_unit("33", 0), read_units},
		{CCHC_TABLE_FORMS, cchc_key_form(1, 1), read_forms},
		{CCHC_TABLE_REPORTS, cchc_key_report(7, KIT_FORM, KIT_Q1), read_reports},
		{CCHC_TABLE_JOURNAL, cchc_key_number(1), read_journal},
		{CCHC_TABLE_JOURNAL, cchc_key_number(1), walk_journal},
		{CCHC_TABLE_MARKS, cchc_key_mark(7, 1), read_marks},
		{CCHC_TABLE_REFUSALS, cchc_key_refusals(7, 1, 1), read_refusals},
		{CCHC_TABLE_TASKS, cchc_key_number(1), read_tasks},
		{CCHC_TABLE_TASK_IDS, cchc_key_text("CV-1"), read_task_ids},
		{CCHC_TABLE_DUTIES, cchc_key_report(7, KIT_FORM, KIT_Q1), read_duties},
		{CCHC_TABLE_CONCERNS, cchc_key_concern(7, 1, 9), read_concerns},
		{CCHC_TABLE_ALERTS, cchc_key_number(1), read_alerts},
		{CCHC_TABLE_ALERT_KEYS, cchc_key_text("CV-1/d-7/1"), read_alert_keys},
		{CCHC_TABLE_PENDING, cchc_key_number(9), read_pending},
		{CCHC_TABLE_TASK_ALERTS, cchc_key_pair(1, 9), read_task_alerts},
		{CCHC_TABLE_DIGESTS, cchc_key_digest_came(7, 1, 9), read_digests},
		{CCHC_TABLE_SILENCES, cchc_key_number(1), read_silences},
		{CCHC_TABLE_STEPS, cchc_key_step("nhiem-vu", "d-7"), read_steps},
		{CCHC_TABLE_HEARD, cchc_key_number(7), read_heard},
	};
	struct cchc_txn txn;

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(TABLE); i++) {
		put_garbage(TABLE[i].table, TABLE[i].key);
		cchc_txn_read(&txn, kit.store.env);
		TABLE[i].read(&txn);
		if (cchc_txn_commit(&txn) != CCHC_CORRUPT)
			fail_msg("table %d", TABLE[i].table);
	}
}

static void one_unreadable_task_holds_back_no_other(void **state)
{
	static const char *const IDS[] = {"A", "B", "C"};
	struct cchc_firing firing[CCHC_COUNT(IDS)];
	struct cchc_outcome outcome;

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(IDS); i++) {
		struct cchc_deed add = deed_add(IDS[i], 7, KIT_DAY);
		struct cchc_task task;

		(void)kit_deed(&kit, &add, day_ms(KIT_DAY - 9, 0));
		task = kit_task(&kit, IDS[i]);
		firing[i] = firing_step(&kit, &task, "d-3", day_ms(KIT_DAY - 3, 480));
	}
	assert_int_equal(firing[1].task, 2);
	put_garbage(CCHC_TABLE_TASKS, cchc_key_number(2));
	outcome = kit_fire(&kit, firing, CCHC_COUNT(IDS), day_ms(KIT_DAY - 3, 720));
	assert_int_equal(outcome.applied, CCHC_APPLIED);
	assert_int_equal(outcome.n_alerts, 2);
	assert_string_equal(outcome.alert[0].key, "A/d-3/1");
	assert_string_equal(outcome.alert[1].key, "C/d-3/1");
	assert_true(kit_task(&kit, "C").fired_ms == day_ms(KIT_DAY - 3, 480));
	outcome = kit_fire(&kit, &firing[1], 1, day_ms(KIT_DAY - 3, 720));
	assert_int_equal(outcome.applied, CCHC_REPEATED);
}

static bool on_concern(void *data, uint64_t journal, enum cchc_concern concern,
		       const struct cchc_task *task)
{
	(void)journal;
	(void)concern;
	(void)strcat(data, task->id);
	return true;
}

static void one_unreadable_task_cuts_no_unit_off_from_the_others(void **state)
{
	char heard[8] = "";
	struct cchc_txn txn;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct cchc_deed add =
			deed_add((const char *[]){"A", "B", "C"}[i], 7, KIT_DAY);

		(void)kit_deed(&kit, &add, day_ms(KIT_DAY - 9, 0));
	}
	put_garbage(CCHC_TABLE_TASKS, cchc_key_number(2));
	cchc_txn_read(&txn, kit.store.env);
	cchc_store_each_concern(&txn, 7, 0, &kit.arena, on_concern, heard);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	assert_string_equal(heard, "AC");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(what_does_not_decode_fails_the_transaction),
		KIT_TEST(one_unreadable_task_holds_back_no_other),
		KIT_TEST(one_unreadable_task_cuts_no_unit_off_from_the_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
