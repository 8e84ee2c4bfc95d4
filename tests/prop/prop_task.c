/* Whatever is done with a task, in whatever order and by whatever clock: what was refused
 * changed nothing, what was said twice was said once, nothing that was dealt with comes
 * back, and its history tells at each midnight what a full record would. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"
#include "core/task.h"
#include "random.h"

enum { DEEDS = 120, FIRST_DAY = 19700, UNITS = 4, WORLD_BYTES = 1 << 22 };

static const int64_t DAY_MS = INT64_C(86400000);
static struct test_random rng;

struct world {
	struct cchc_arena arena;
	struct cchc_task task;
	bool exists;
	int64_t clock_ms;
	struct cchc_task_past log[DEEDS]; /* all changes, none left out */
	size_t n_log;
};

static bool one_in(uint32_t n)
{
	return test_random_below(&rng, n) == 0;
}

static const char *any_text(void)
{
	static const char *const TEXTS[] = {"một", "hai", "ba", "", NULL, "a\nb"};

	/* mostly sound ones, or hardly a deed would be done */
	return TEXTS[test_random_below(&rng, one_in(6) ? CCHC_COUNT(TEXTS) : 2)];
}

static cchc_day any_day(int64_t clock_ms)
{
	if (one_in(4))
		return CCHC_DAY_NONE;
	return cchc_day_at(clock_ms) - 15 + (cchc_day)test_random_below(&rng, 40);
}

static void any_deed(const struct world *w, struct cchc_deed *deed, uint32_t co[UNITS])
{
	int64_t now = w->clock_ms;

	for (size_t i = 0; i < UNITS; i++)
		co[i] = 1 + test_random_below(&rng, UNITS);
	*deed = (struct cchc_deed){
		.kind = (enum cchc_deed_kind)(1 + test_random_below(&rng, 10)),
		.hand = (enum cchc_deed_hand)test_random_below(&rng, 3),
		.id = "1",
		.unit = 1 + test_random_below(&rng, UNITS),
		.class_name = any_text(),
		.title = any_text(),
		.doc_number = any_text(),
		.doc_date = any_day(now),
		.assigned = any_day(now),
		.co = co,
		.n_co = test_random_below(&rng, UNITS + 1),
		.is_duty = one_in(4),
		.lead = test_random_below(&rng, UNITS + 1),
		.due = any_day(now),
		.done = any_day(now),
		.result = any_text(),
		.wish = any_day(now),
		.reason = any_text(),
		.reason_doc = any_text(),
	};
	/* long ago, or most done and due dates would lie before it */
	if (deed->assigned != CCHC_DAY_NONE && !one_in(3))
		deed->assigned -= 20;
	deed->effective = deed->due;
	if (deed->due != CCHC_DAY_NONE)
		deed->effective += (cchc_day)test_random_below(&rng, 4);
	/* a calendar speaks of the task's own date */
	if (deed->kind == CCHC_DEED_CALENDAR && w->exists && !one_in(4))
		deed->effective = w->task.due + (cchc_day)test_random_below(&rng, 4);
	if (!one_in(4))
		deed->hand = deed->kind >= CCHC_DEED_CALENDAR ? CCHC_HAND_DAEMON
							      : CCHC_HAND_OPERATOR;
	if (deed->kind == CCHC_DEED_ADD && one_in(2)) {
		deed->hand = CCHC_HAND_DAEMON;
		deed->is_duty = true;
		deed->done = CCHC_DAY_NONE;
	}
}

static bool is_same_past(const struct cchc_task_past *a, const struct cchc_task_past *b)
{
	return a->lead == b->lead && a->effective == b->effective && a->done == b->done &&
	       a->state == b->state;
}

static struct cchc_task_past picture(const struct cchc_task *task, int64_t at_ms)
{
	return (struct cchc_task_past){at_ms, task->lead, task->effective, task->done,
				       (uint8_t)task->state};
}

static void assert_same(const struct cchc_task *a, const struct cchc_task *b)
{
	assert_string_equal(a->title, b->title);
	assert_string_equal(a->result, b->result);
	assert_string_equal(a->reason, b->reason);
	assert_string_equal(a->wish_reason, b->wish_reason);
	assert_int_equal(a->n_co, b->n_co);
	for (size_t i = 0; i < a->n_co; i++)
		assert_int_equal(a->co[i], b->co[i]);
	assert_int_equal(a->due, b->due);
	assert_int_equal(a->due_version, b->due_version);
	assert_int_equal(a->due_since_ms, b->due_since_ms);
	assert_int_equal(a->fired_ms, b->fired_ms);
	assert_int_equal(a->extensions, b->extensions);
	assert_int_equal(a->wish, b->wish);
	assert_int_equal(a->journal, b->journal);
	assert_int_equal(a->changed_ms, b->changed_ms);
	assert_int_equal(a->n_past, b->n_past);
	for (size_t i = 0; i < a->n_past; i++) {
		assert_int_equal(a->past[i].at_ms, b->past[i].at_ms);
		assert_true(is_same_past(&a->past[i], &b->past[i]));
	}
}

/* --- what always holds of a task --------------------------------------------------- */

static void check_task(const struct cchc_task *task)
{
	bool is_reported =
		task->state == CCHC_TASK_WAITING || task->state == CCHC_TASK_DONE;
	bool is_closed =
		task->state == CCHC_TASK_DONE || task->state == CCHC_TASK_CANCELLED;

	assert_int_equal(task->done != CCHC_DAY_NONE, is_reported);
	assert_true(task->wish == CCHC_DAY_NONE || !is_closed);
	assert_true(task->wish != CCHC_DAY_NONE || !task->wish_reason[0]);
	assert_true(is_reported || !task->result[0]);
	assert_int_equal(task->due == CCHC_DAY_NONE, task->effective == CCHC_DAY_NONE);
	assert_true(task->effective >= task->due);
	assert_int_equal(cchc_task_runs(task), task->state == CCHC_TASK_OPEN);
	for (size_t i = 0; i < task->n_co; i++) {
		assert_int_not_equal(task->co[i], task->lead);
		assert_true(i == 0 || task->co[i - 1] < task->co[i]);
	}
}

/* What was recorded before an instant, or NULL. */
static const struct cchc_task_past *before(const struct cchc_task_past *past, size_t n,
					   int64_t ms)
{
	while (n > 0 && past[n - 1].at_ms >= ms)
		n--;
	return n > 0 ? &past[n - 1] : NULL;
}

static void check_history(const struct world *w)
{
	const struct cchc_task *task = &w->task;
	struct cchc_task_past now = picture(task, 0);
	cchc_day last = cchc_day_at(w->log[w->n_log - 1].at_ms);

	assert_true(is_same_past(&task->past[task->n_past - 1], &now));
	for (size_t i = 1; i < task->n_past; i++)
		assert_true(task->past[i - 1].at_ms <= task->past[i].at_ms);
	for (size_t i = 2; i < task->n_past; i++)
		assert_true(cchc_day_at(task->past[i - 1].at_ms) <
			    cchc_day_at(task->past[i].at_ms));
	for (cchc_day day = cchc_day_at(w->log[0].at_ms); day <= last + 1; day++) {
		int64_t midnight = cchc_day_start_ms(day);
		const struct cchc_task_past *kept =
			before(task->past, task->n_past, midnight);
		const struct cchc_task_past *all = before(w->log, w->n_log, midnight);

		assert_int_equal(kept != NULL, all != NULL);
		assert_true(!all || is_same_past(kept, all));
	}
}

/* --- what holds of each deed ------------------------------------------------------- */

static void check_change(const struct cchc_task *old, const struct cchc_task *new,
			 const struct cchc_deed *deed)
{
	bool anew = new->effective != old->effective || deed->kind == CCHC_DEED_REOPEN;
	bool returned = deed->kind == CCHC_DEED_RETURN;

	assert_int_equal(new->due_version, old->due_version + (anew || returned));
	assert_true(new->fired_ms ==
		    (anew || returned ? new->due_since_ms : old->fired_ms));
	assert_true(new->due_since_ms >= old->due_since_ms);
	assert_int_equal(new->due_since_ms != old->due_since_ms && !anew, false);
	assert_int_equal(new->no, old->no);
	assert_ptr_equal(new->id, old->id);
	assert_true(is_same_past(&new->past[0], &old->past[0]));
	assert_int_equal(new->past[0].at_ms, old->past[0].at_ms);
	assert_true(new->n_past >= old->n_past);
}

static void note(struct world *w)
{
	const struct cchc_task_past *last = w->n_log > 0 ? &w->log[w->n_log - 1] : NULL;
	struct cchc_task_past now = picture(&w->task, w->clock_ms);

	if (last && is_same_past(last, &now))
		return;
	if (last && last->at_ms > now.at_ms)
		now.at_ms = last->at_ms;
	w->log[w->n_log++] = now;
}

static void do_twice(struct world *w, const struct cchc_deed *deed)
{
	struct cchc_task old = w->task;
	struct cchc_task again = w->task;
	struct cchc_refusal refusal;
	bool changes = true;

	assert_int_equal(cchc_task_do(&w->task, deed, w->clock_ms, 7, &w->arena),
			 CCHC_OK);
	assert_int_equal(cchc_task_do(&again, deed, w->clock_ms, 7, &w->arena), CCHC_OK);
	assert_same(&w->task, &again);
	if (deed->kind == CCHC_DEED_ADD)
		assert_int_equal(w->task.due_version, 1);
	else
		check_change(&old, &w->task, deed);
	assert_true(cchc_task_judge(&w->task, deed, cchc_day_at(w->clock_ms), &changes,
				    &refusal));
	assert_false(changes);
	w->exists = true;
	note(w);
	check_task(&w->task);
	check_history(w);
}

/* True if something was done. */
static bool try_deed(struct world *w)
{
	const struct cchc_task *task = w->exists ? &w->task : NULL;
	cchc_day today = cchc_day_at(w->clock_ms);
	struct cchc_task old = w->task;
	struct cchc_refusal first = {0};
	struct cchc_refusal second = {0};
	bool changes = false;
	bool changes_again = false;
	uint32_t co[UNITS];
	struct cchc_deed deed;
	bool stands;

	any_deed(w, &deed, co);
	stands = cchc_task_judge(task, &deed, today, &changes, &first);
	assert_int_equal(cchc_task_judge(task, &deed, today, &changes_again, &second),
			 stands);
	assert_int_equal(changes, changes_again);
	assert_int_equal(first.rule, second.rule);
	assert_string_equal(first.field, second.field);
	assert_string_equal(first.value, second.value);
	assert_string_equal(first.expected, second.expected);
	assert_memory_equal(&old, &w->task, sizeof(old));
	if (stands) {
		assert_int_equal(first.rule, CCHC_RULE_NONE);
	} else {
		assert_int_not_equal(first.rule, CCHC_RULE_NONE);
		assert_int_equal(first.index, CCHC_REFUSED_WHOLE);
		assert_true(first.field[0] && !changes);
	}
	if (stands && changes)
		do_twice(w, &deed);
	return stands && changes;
}

/* Mostly on, by minutes or days; at times back. */
static void pass_time(struct world *w)
{
	w->clock_ms += one_in(2) ? (int64_t)test_random_below(&rng, 3600 * 1000)
				 : DAY_MS * (int64_t)test_random_below(&rng, 6);
	if (one_in(15))
		w->clock_ms -= DAY_MS * (int64_t)test_random_below(&rng, 5);
	if (w->exists && one_in(4) && w->task.fired_ms < w->clock_ms)
		w->task.fired_ms = w->clock_ms; /* as firings do */
}

static void histories_of_tasks_keep_the_laws(void **state)
{
	unsigned rounds = test_random_rounds(400);
	size_t done = 0;

	(void)state;
	for (unsigned i = 0; i < rounds; i++) {
		struct world w = {.clock_ms = cchc_day_start_ms(FIRST_DAY)};

		cchc_arena_init(&w.arena, WORLD_BYTES);
		for (int k = 0; k < DEEDS; k++) {
			pass_time(&w);
			done += try_deed(&w);
		}
		cchc_arena_fini(&w.arena);
	}
	print_message("%zu deeds done\n", done);
	assert_true(done > 5 * (size_t)rounds); /* else little was tried */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(histories_of_tasks_keep_the_laws),
	};

	rng.state = test_random_seed();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
