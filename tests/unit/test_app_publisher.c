/* What watchers hear: numbers without a hole, changed rows only, and repeats. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/check.h"
#include "doorkit.h"
#include "taskkit.h"

enum { TOLD = 512 };

static struct sender agent_of(struct doorkit *k, const char *unit)
{
	return sender_of(appkit_unit(&k->app, unit)->id, 7);
}

static Cchc__Publication *heard(struct doorkit *k, size_t i)
{
	Cchc__Publication *publication;
	const struct frame_heard *frame = &k->watches.heard[i];
	struct cchc_err err = {.text = ""};

	assert_true(i < k->watches.n);
	if (cchc_wire_publication(&k->arena, frame->bytes, frame->len, &publication,
				  &err))
		fail_msg("%s", err.text);
	assert_true(publication->incarnation == 42);
	return publication;
}

/* Numbers counted from `base`: "rollup/325/total 0>2: 2024-Q1 I.1 I.2"; "..." where
 * another part follows. */
static const char *told(struct doorkit *k, size_t i, uint64_t base)
{
	static char text[TOLD];
	Cchc__Publication *p = heard(k, i);
	size_t len = (size_t)snprintf(text, TOLD, "%s %d>%d", k->watches.heard[i].topic,
				      (int)(p->previous - base), (int)(p->number - base));

	for (size_t c = 0; c < p->n_cells; c++) {
		struct cchc_period period = {0};
		char title[CCHC_PERIOD_TEXT];

		(void)cchc_period_from_code(p->cells[c]->period, &period);
		len += (size_t)snprintf(text + len, TOLD - len, "%s %s", c ? "," : ":",
					cchc_period_format(period, title));
		for (size_t r = 0; r < p->cells[c]->n_row && len < TOLD / 2; r++)
			len += (size_t)snprintf(
				text + len, TOLD - len, " %s",
				cchc_form_row_by_id(k->d.catalog.form[0].form,
						    p->cells[c]->row[r])
					->full_code);
	}
	return text;
}

static void expect(struct doorkit *k, size_t i, uint64_t base, const char *expected)
{
	door_until(k, k->watches.n > i);
	assert_string_equal(told(k, i, base), expected);
}

/* Repeats come by the clock: none of them is of interest here. */
static void without_repeats(struct doorkit *k)
{
	(void)uv_timer_stop(&k->d.publisher.repeat);
}

static void watch(struct doorkit *k, const char *topic)
{
	size_t before = k->watches.n;

	without_repeats(k);
	if (!k->watches.poll)
		door_enter(k, &k->watches, CCHC_DOOR_CHANGES, topic);
	else
		assert_int_equal(
			cchc_zsocket_subscribe(cchc_zpoll_socket(k->watches.poll), topic),
			CCHC_OK);
	door_until(k, k->watches.n > before);
}

static void a_subscription_is_answered_with_the_last_number(void **state)
{
	struct doorkit *k = *state;
	uint64_t base = k->d.board->commit;
	Cchc__Publication *p;

	watch(k, "rollup/325/total");
	expect(k, 0, base, "rollup/325/total 0>0");
	p = heard(k, 0);
	assert_int_equal(p->part, 0);
	assert_true(p->last);
	watch(k, "system");
	expect(k, 1, base, "system 0>0");
	watch(k, "rollup/11986/own"); /* its first number is the commit now */
	expect(k, 2, base, "rollup/11986/own 0>0");
}

#define Q1_AND_ON(row) "2024-Q1 " row ", 2024-H1 " row ", 2024-9M " row ", 2024 " row

static void each_publication_names_the_one_before_it_on_its_topic(void **state)
{
	struct doorkit *k = *state;
	struct sender sender = agent_of(k, "11986");
	struct sender other = agent_of(k, "11989");
	uint64_t base = k->d.board->commit;

	watch(k, "rollup/325/total");
	watch(k, "rollup/11986/own");
	door_commit(k, &sender, KIT_Q1, "I.1", 5);
	cchc_publisher_changed(&k->d.publisher);
	expect(k, 2, base, "rollup/325/total 0>1: " Q1_AND_ON("I.1"));
	expect(k, 3, base, "rollup/11986/own 0>1: " Q1_AND_ON("I.1"));
	door_commit(k, &other, KIT_Q1, "I.1", 5); /* nothing of 11986 */
	cchc_publisher_changed(&k->d.publisher);
	expect(k, 4, base, "rollup/325/total 1>2: " Q1_AND_ON("I.1"));
	door_commit(k, &sender, KIT_Q1, "I.2.1", 5); /* and what is computed from it */
	cchc_publisher_changed(&k->d.publisher);
	expect(k, 5, base, "rollup/325/total 2>3: " Q1_AND_ON("I.2 I.2.1"));
	expect(k, 6, base, "rollup/11986/own 1>3: " Q1_AND_ON("I.2 I.2.1"));
}

static void changes_that_come_together_are_one_publication(void **state)
{
	struct doorkit *k = *state;
	struct sender sender = agent_of(k, "11986");
	uint64_t base = k->d.board->commit;

	watch(k, "rollup/325/total");
	door_commit(k, &sender, KIT_Q1, "I.4.1", 5);
	door_commit(k, &sender, KIT_Q1, "I.4.2", 5);
	door_commit(k, &sender, KIT_Q1, "I.4.1", 6);
	cchc_publisher_changed(&k->d.publisher);
	expect(k, 1, base, "rollup/325/total 0>3: 2024-Q1 I.4.1 I.4.2");
	door_commit(k, &sender, KIT_Q1, "I.4.1", 6); /* sent again: no change */
	cchc_publisher_changed(&k->d.publisher);
	door_commit(k, &sender, KIT_Q1, "I.4.1", 7);
	cchc_publisher_changed(&k->d.publisher);
	expect(k, 2, base, "rollup/325/total 3>5: 2024-Q1 I.4.1");
}

static void a_repeat_says_the_last_number_and_no_cells(void **state)
{
	struct doorkit *k = *state;
	struct sender sender = agent_of(k, "11986");
	uint64_t base = k->d.board->commit;

	watch(k, "rollup/325/total");
	door_commit(k, &sender, KIT_Q1, "I.4.1", 5);
	cchc_publisher_changed(&k->d.publisher);
	expect(k, 1, base, "rollup/325/total 0>1: 2024-Q1 I.4.1");
	door_commit(k, &sender, (struct cchc_period){2024, 0}, "I.4.1", 5);
	k->d.publisher.repeat.timer_cb(&k->d.publisher.repeat);
	expect(k, 2, base, "rollup/325/total 1>1"); /* the commit is not told yet */
	cchc_publisher_changed(&k->d.publisher);
	expect(k, 3, base, "rollup/325/total 1>2: 2024-01 I.4.1");
}

/* A year was loaded from a later commit than the board's: until the board is there too,
 * numbers would say less than the cells. */
static void nothing_is_told_while_a_year_is_ahead(void **state)
{
	struct doorkit *k = *state;
	struct sender sender = agent_of(k, "11986");
	uint64_t base = k->d.board->commit;

	watch(k, "rollup/325/total");
	k->d.board->ahead = base + 2;
	door_commit(k, &sender, KIT_Q1, "I.4.1", 5);
	cchc_publisher_changed(&k->d.publisher);
	door_commit(k, &sender, KIT_Q1, "I.4.2", 5);
	cchc_publisher_changed(&k->d.publisher);
	expect(k, 1, base, "rollup/325/total 0>2: 2024-Q1 I.4.1 I.4.2");
}

/* A task for 11986, as the daemon brings it in. */
static void commit_task(struct doorkit *k, const char *id, cchc_day due, int64_t clock_ms)
{
	struct cchc_deed deed = deed_add(id, appkit_unit(&k->app, "11986")->id, due);
	struct cchc_outcome outcome = kit_deed(&k->app.kit, &deed, clock_ms);

	assert_int_equal(cchc_board_change_task(k->d.board, &outcome.task), CCHC_OK);
	k->d.board->commit = kit_commit_number(&k->app.kit);
}

#define TASK_ROWS(period) period " I.4.1 I.4.2 I.4.3 I.4.4"
#define OF_MARCH                                                                         \
	TASK_ROWS("2024-03")                                                             \
	", " TASK_ROWS("2024-Q1") ", " TASK_ROWS("2024-H1") ", " TASK_ROWS(              \
		"2024-9M") ", " TASK_ROWS("2024")

/* No figure was given: the rows come from the register. */
static void row_i_4_is_told_as_tasks_change(void **state)
{
	struct doorkit *k = *state;
	uint64_t base = k->d.board->commit;

	door_count_tasks(k, day_ms(KIT_DAY - 5, 0));
	watch(k, "rollup/325/total");
	commit_task(k, "A", KIT_DAY - 3, day_ms(KIT_DAY - 6, 0));
	cchc_publisher_changed(&k->d.publisher);
	expect(k, 1, base, "rollup/325/total 0>1: " OF_MARCH);
	assert_int_equal(heard(k, 1)->cells[0]->value[0], 1);
	assert_int_equal(heard(k, 1)->cells[0]->value[3], 0);
}

/* The task becomes overdue at midnight. Told under the number that a watcher's snapshot
 * has, it would be passed over: so it waits for the next. */
static void what_time_alone_changed_is_told_under_a_new_number(void **state)
{
	struct doorkit *k = *state;
	int64_t counted_ms = day_ms(KIT_DAY - 3, 23 * 60);
	uint64_t base = k->d.board->commit;
	struct cchc_task task;

	door_count_tasks(k, counted_ms);
	commit_task(k, "A", KIT_DAY - 3, day_ms(KIT_DAY - 6, 0));
	task = kit_task(&k->app.kit, "A");
	watch(k, "rollup/325/total");
	(void)cchc_board_advance(k->d.board, day_ms(KIT_DAY - 2, 0));
	assert_int_equal(cchc_board_pass(k->d.board, &task, counted_ms), CCHC_OK);
	cchc_publisher_changed(&k->d.publisher); /* says nothing */
	assert_int_equal(kit_fire(&k->app.kit, NULL, 0, day_ms(KIT_DAY - 2, 0)).applied,
			 CCHC_APPLIED);
	k->d.board->commit = kit_commit_number(&k->app.kit);
	cchc_publisher_changed(&k->d.publisher);
	expect(k, 1, base, "rollup/325/total 1>2: " OF_MARCH);
	assert_int_equal(heard(k, 1)->cells[0]->value[3], 1);
}

/* From its first day on a period's rows come from the register: 0 where nothing was. */
static void row_i_4_is_told_when_its_period_begins(void **state)
{
	struct doorkit *k = *state;
	uint64_t base = k->d.board->commit;

	door_count_tasks(k, day_ms(KIT_DAY - 1, 0));
	watch(k, "rollup/325/total");
	assert_true(cchc_board_advance(k->d.board, day_ms(KIT_DAY, 0)));
	k->d.board->commit++;
	cchc_publisher_changed(&k->d.publisher);
	expect(k, 1, base,
	       "rollup/325/total 0>1: " TASK_ROWS("2024-04") ", " TASK_ROWS("2024-Q2"));
}

/* Every row of every period of six years does not fit one frame. */
static void a_large_publication_comes_in_parts_of_one_number(void **state)
{
	enum { YEARS = 6 };
	struct doorkit *k = *state;
	struct sender sender = agent_of(k, "11986");
	uint64_t base = k->d.board->commit;
	struct cchc_txn txn;
	size_t cells = 0;
	uint32_t part = 0;
	size_t i = 1;

	watch(k, "rollup/325/total");
	for (uint16_t year = 2021; year < 2021 + YEARS; year++) {
		cchc_txn_read(&txn, k->d.store.env);
		assert_int_equal(cchc_board_load(k->d.board, &txn, year, NULL, 0),
				 CCHC_OK);
		cchc_txn_abort(&txn);
		for (uint8_t month = 0; month < 12; month++)
			door_commit(k, &sender, (struct cchc_period){year, month}, "I.1",
				    9);
		cchc_publisher_reloaded(&k->d.publisher, year);
	}
	cchc_publisher_changed(&k->d.publisher);
	for (bool last = false; !last; i++) {
		Cchc__Publication *p;

		door_until(k, k->watches.n > i);
		p = heard(k, i);
		assert_true(p->previous == base && p->number == k->d.board->commit);
		assert_int_equal(p->part, part++);
		cells += p->n_cells;
		last = p->last;
	}
	assert_int_equal(cells, YEARS * CCHC_SLOTS);
	assert_true(part > 1);
}

static void who_has_gone_and_what_is_no_topic_cost_nothing(void **state)
{
	struct doorkit *k = *state;

	watch(k, "rollup/325/total");
	door_enter(k, &k->asks, CCHC_DOOR_CHANGES, "rollup/nowhere/total");
	assert_int_equal(
		cchc_zsocket_subscribe(cchc_zpoll_socket(k->asks.poll), "rollup/325/sum"),
		CCHC_OK);
	assert_int_equal(
		cchc_zsocket_subscribe(cchc_zpoll_socket(k->asks.poll), "rollup/33/own"),
		CCHC_OK);
	door_until(k, k->asks.n > 0); /* the last of the three is one */
	assert_string_equal(k->asks.heard[0].topic, "rollup/33/own");
	assert_int_equal(k->d.publisher.n, 2);
	door_leave(&k->asks);
	door_until(k, k->d.publisher.n == 1);
	assert_int_equal(
		k->d.board->form[0].view->watched[appkit_unit(&k->app, "33")->id], 0);
}

/* As it is listed: with the task's title, and what it says in the task's words. */
static void an_alert_is_told_with_its_tasks_title(void **state)
{
	struct doorkit *k = *state;
	uint32_t unit = appkit_unit(&k->app, "11986")->id;
	struct cchc_deed deed = deed_add("12/UBND", unit, KIT_DAY);
	struct cchc_alert alert = {.no = 1,
				   .kind = CCHC_ALERT_STEP,
				   .key = "12/UBND/due/1",
				   .unit = unit,
				   .task_id = "12/UBND",
				   .step = "due",
				   .due = KIT_DAY,
				   .end_why = "",
				   .acked_by = "",
				   .note = ""};

	(void)kit_deed(&k->app.kit, &deed, day_ms(KIT_DAY - 9, 0));
	alert.task = kit_task(&k->app.kit, "12/UBND").no;
	alert.owed_ms = alert.moment_ms = day_ms(KIT_DAY, 480);
	alert.journal = kit_commit_number(&k->app.kit);
	watch(k, "alerts");
	cchc_publisher_alerts(&k->d.publisher, &k->app.kit.store, &alert, 1);
	door_until(k, k->watches.n > 1);
	assert_int_equal(heard(k, 1)->n_alert, 1);
	assert_string_equal(heard(k, 1)->alert[0]->text,
			    "Rà soát thủ tục hành chính: hôm nay đến hạn (Thị trấn Như "
			    "Quỳnh)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DOORS(a_subscription_is_answered_with_the_last_number),
		DOORS(each_publication_names_the_one_before_it_on_its_topic),
		DOORS(changes_that_come_together_are_one_publication),
		DOORS(a_repeat_says_the_last_number_and_no_cells),
		DOORS(nothing_is_told_while_a_year_is_ahead),
		DOORS(row_i_4_is_told_as_tasks_change),
		DOORS(what_time_alone_changed_is_told_under_a_new_number),
		DOORS(row_i_4_is_told_when_its_period_begins),
		DOORS(a_large_publication_comes_in_parts_of_one_number),
		DOORS(an_alert_is_told_with_its_tasks_title),
		DOORS(who_has_gone_and_what_is_no_topic_cost_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
