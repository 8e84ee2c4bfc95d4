#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/check.h"
#include "taskkit.h"

static struct kit kit;

enum { LEAD = 7, CO = 8, OTHER = 9, NOON = 12 * 60 };

/* ---- what goes down to the units ---- */

struct heard {
	char said[400];
	size_t n;
	size_t stop;
};

static bool on_concern(void *data, uint64_t journal, enum cchc_concern concern,
		       const struct cchc_task *task)
{
	struct heard *heard = data;
	size_t len = strlen(heard->said);

	(void)snprintf(heard->said + len, sizeof(heard->said) - len, "%s%u:%s:%c",
		       len ? " " : "", (unsigned)journal, task->id, " LCG"[concern]);
	return ++heard->n != heard->stop;
}

static void assert_hears(uint32_t unit, uint64_t after, const char *what)
{
	struct heard heard = {.said = ""};
	struct cchc_txn txn;

	cchc_txn_read(&txn, kit.store.env);
	cchc_store_each_concern(&txn, unit, after, &kit.arena, on_concern, &heard);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	assert_string_equal(heard.said, what);
}

static void assert_concerns(uint64_t n)
{
	struct cchc_txn txn;

	cchc_txn_read(&txn, kit.store.env);
	assert_true(cchc_txn_entries(&txn, CCHC_TABLE_CONCERNS) == n);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
}

static void move(const char *id, uint32_t lead)
{
	struct cchc_deed deed = deed_of(CCHC_DEED_MOVE, id);

	deed.lead = lead;
	assert_int_equal(kit_deed(&kit, &deed, day_ms(KIT_DAY - 8, NOON)).applied,
			 CCHC_APPLIED);
}

static void each_unit_hears_what_changed_for_it(void **state)
{
	static const uint32_t co[] = {CO};
	struct cchc_deed one = deed_add("A", LEAD, KIT_DAY);
	struct cchc_deed two = deed_add("B", LEAD, KIT_DAY);
	struct heard cut = {.stop = 1};
	struct cchc_txn txn;

	(void)state;
	one.co = co;
	one.n_co = 1;
	(void)kit_deed(&kit, &one, day_ms(KIT_DAY - 9, NOON));
	(void)kit_deed(&kit, &two, day_ms(KIT_DAY - 9, NOON));
	assert_hears(LEAD, 0, "1:A:L 2:B:L");
	assert_hears(LEAD, 1, "2:B:L");
	assert_hears(LEAD, 2, "");
	assert_hears(CO, 0, "1:A:C");
	move("A", OTHER); /* 3 */
	assert_hears(LEAD, 0, "2:B:L 3:A:G");
	assert_hears(CO, 1, "3:A:C");
	assert_hears(OTHER, 0, "3:A:L");
	assert_concerns(4); /* they moved on: nothing is left behind */
	move("A", LEAD);    /* 4: what was gone is back */
	assert_hears(LEAD, 0, "2:B:L 4:A:L");
	assert_hears(OTHER, 0, "4:A:G");
	move("A", CO); /* 5: the one that co-operated leads */
	assert_hears(CO, 0, "5:A:L");
	assert_hears(LEAD, 2, "3:A:G 5:A:G");
	cchc_txn_read(&txn, kit.store.env);
	cchc_store_each_concern(&txn, LEAD, 0, &kit.arena, on_concern, &cut);
	cchc_store_each_concern(&txn, LEAD, UINT64_MAX, &kit.arena, on_concern, &cut);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	assert_int_equal(cut.n, 1);
}

static bool on_task(void *data, const struct cchc_task *task)
{
	struct heard *heard = data;

	assert_int_equal(task->no, ++heard->n);
	return heard->n != heard->stop;
}

static void every_task_is_told_by_number_from_a_small_arena(void **state)
{
	struct heard all = {.n = 0};
	struct heard two = {.stop = 2};
	struct cchc_arena arena;
	struct cchc_txn txn;
	char id[8];

	(void)state;
	for (int i = 0; i < 20; i++) {
		struct cchc_deed deed = deed_add(id, LEAD, KIT_DAY);

		(void)snprintf(id, sizeof(id), "T-%d", i);
		(void)kit_deed(&kit, &deed, day_ms(KIT_DAY - 9, NOON));
	}
	cchc_arena_init(&arena, 1024);
	cchc_txn_read(&txn, kit.store.env);
	cchc_store_each_task(&txn, &arena, on_task, &all);
	cchc_store_each_task(&txn, &arena, on_task, &two);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	cchc_arena_fini(&arena);
	assert_int_equal(all.n, 20);
	assert_int_equal(two.n, 2);
}

/* ---- who did what ---- */

struct lines {
	size_t n;
	char said[12][64];
	struct cchc_task last;
};

static bool on_line(void *data, const struct cchc_entry *entry,
		    const struct cchc_task *before, const struct cchc_task *after)
{
	struct lines *lines = data;

	(void)snprintf(lines->said[lines->n++], sizeof(lines->said[0]), "%u %s %s->%s%s",
		       (unsigned)entry->number,
		       entry->deed ? cchc_deed_name(entry->deed->kind) : "sent",
		       before ? cchc_task_state_name(before->state) : "",
		       after ? cchc_task_state_name(after->state) : "",
		       entry->n_refusals ? " refused" : "");
	if (after)
		lines->last = *after;
	return true;
}

static void say(struct sender *sender, const struct cchc_deed *deed)
{
	struct cchc_entry entry = entry_next(sender, CCHC_ENTRY_DEED, 1);

	entry.clock_ms = day_ms(KIT_DAY - 1, NOON);
	entry.deed = deed;
	assert_int_equal(kit_apply(&kit, &entry, 1).applied, CCHC_APPLIED);
}

static void the_lines_of_a_task_say_old_and_new(void **state)
{
	static const char *const WANTED[] = {
		"1 add ->open",           "2 report open-> refused",
		"3 report open->waiting", "4 report waiting->",
		"5 return waiting->open", "7 cancel open->cancelled",
	};
	struct cchc_deed add = deed_add("A", LEAD, KIT_DAY);
	struct cchc_deed other = deed_add("B", LEAD, KIT_DAY);
	struct cchc_deed alien = deed_report("A", OTHER, KIT_DAY - 2);
	struct cchc_deed done = deed_report("A", LEAD, KIT_DAY - 2);
	struct cchc_deed back = deed_of(CCHC_DEED_RETURN, "A");
	struct cchc_deed cancel = deed_of(CCHC_DEED_CANCEL, "A");
	struct sender sender = sender_of(LEAD, 0x11);
	struct lines lines = {.n = 0};
	struct cchc_task task;
	struct cchc_txn txn;

	(void)state;
	(void)kit_deed(&kit, &add, day_ms(KIT_DAY - 9, NOON));
	say(&sender, &alien);
	say(&sender, &done);
	say(&sender, &done);
	(void)kit_deed(&kit, &back, day_ms(KIT_DAY, NOON));
	(void)kit_deed(&kit, &other, day_ms(KIT_DAY, NOON));
	(void)kit_deed(&kit, &cancel, day_ms(KIT_DAY + 1, NOON));
	cchc_txn_read(&txn, kit.store.env);
	cchc_store_each_task_line(&txn, 1, &kit.arena, on_line, &lines);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	assert_int_equal(lines.n, CCHC_COUNT(WANTED));
	for (size_t i = 0; i < lines.n; i++)
		assert_string_equal(lines.said[i], WANTED[i]);
	task = kit_task(&kit, "A");
	assert_true(lines.last.no == task.no && lines.last.journal == task.journal);
	assert_int_equal(lines.last.n_past, task.n_past);
	assert_string_equal(lines.last.reason, task.reason);
}

static void send_complete_report(struct sender *sender)
{
	struct cchc_entry entry = entry_next(sender, CCHC_ENTRY_REPORT, 1);

	entry.clock_ms = day_ms(KIT_DAY - 1, NOON);
	entry.complete = 2;
	assert_int_equal(kit_apply(&kit, &entry, 1).applied, CCHC_APPLIED);
}

static void a_dutys_lines_name_the_report_that_fulfilled_it(void **state)
{
	struct cchc_deed duty = deed_duty(LEAD, "bao-cao/cchc/2024-Q1/11986");
	struct sender sender = sender_of(LEAD, 0x11);
	struct lines lines = {.n = 0};
	struct cchc_txn txn;

	(void)state;
	(void)kit_deed(&kit, &duty, day_ms(KIT_DAY - 9, NOON));
	send_complete_report(&sender);
	send_complete_report(&sender);
	cchc_txn_read(&txn, kit.store.env);
	cchc_store_each_task_line(&txn, 1, &kit.arena, on_line, &lines);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	assert_int_equal(lines.n, 2);
	assert_string_equal(lines.said[1], "2 sent open->done");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(each_unit_hears_what_changed_for_it),
		KIT_TEST(every_task_is_told_by_number_from_a_small_arena),
		KIT_TEST(the_lines_of_a_task_say_old_and_new),
		KIT_TEST(a_dutys_lines_name_the_report_that_fulfilled_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
