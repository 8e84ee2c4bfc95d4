/* Open tasks by their next moment, against a plain list of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#include <malloc.h>
#endif

#include "base/check.h"
#include "deskworld.h"
#include "random.h"

enum { FIRINGS_MAX = 4096 };

static struct cchc_task task_of(uint64_t no, const char *id, cchc_day effective,
				int64_t fired_ms)
{
	return (struct cchc_task){.no = no,
				  .id = id,
				  .class_name = "nhiem-vu",
				  .title = "",
				  .assigned = KIT_DAY - 40,
				  .lead = 7,
				  .effective = effective,
				  .due_version = 1,
				  .fired_ms = fired_ms,
				  .state = CCHC_TASK_OPEN};
}

static void set(struct cchc_docket *docket, const struct cchc_task *task)
{
	assert_int_equal(cchc_docket_set(docket, task), CCHC_OK);
}

struct taking {
	struct cchc_arena arena;
	struct cchc_firing firing[FIRINGS_MAX];
	size_t n;
	int64_t counted_ms; /* never goes back */
	size_t moments;
	uint64_t moment_of[64]; /* tasks */
};

static void on_moment(void *data, const struct cchc_docket_task *task)
{
	struct taking *t = data;

	t->moment_of[t->moments++ % CCHC_COUNT(t->moment_of)] = task->no;
}

static void take(struct taking *t, struct cchc_docket *docket, int64_t now_ms)
{
	cchc_arena_reset(&t->arena);
	t->n = t->moments = 0;
	if (now_ms > t->counted_ms)
		t->counted_ms = now_ms;
	cchc_docket_pass(docket, t->counted_ms, on_moment, t);
	while (cchc_docket_next_step_ms(docket) <= now_ms) {
		size_t n;

		assert_int_equal(cchc_docket_due(docket, now_ms, &t->arena,
						 t->firing + t->n, 3 * CCHC_STEPS_MAX,
						 &n),
				 CCHC_OK);
		t->n += n;
		assert_true(t->n + CCHC_STEPS_MAX * 3 < FIRINGS_MAX);
	}
}

struct fixture {
	struct cchc_alert_rules rules;
	struct cchc_docket *docket;
	struct taking t;
};

static struct fixture *begin(void **state)
{
	struct fixture *f = *state;

	*f = (struct fixture){.t.counted_ms = INT64_MIN};
	world_rules(&f->rules);
	assert_int_equal(cchc_docket_new(&f->rules, &f->docket), CCHC_OK);
	cchc_arena_init(&f->t.arena, 16 * 1024 * 1024);
	return f;
}

static void end(struct fixture *f)
{
	cchc_docket_free(&f->docket);
	cchc_arena_fini(&f->t.arena);
}

static void only_the_latest_step_that_passed_is_owed(void **state)
{
	struct fixture *f = begin(state);
	struct cchc_task task = task_of(1, "a", KIT_DAY, day_ms(KIT_DAY - 10, 0));
	const struct cchc_firing *firing = f->t.firing;

	set(f->docket, &task);
	take(&f->t, f->docket, day_ms(KIT_DAY, 0)); /* d-3, d-1 */
	assert_int_equal(f->t.n, 2);
	assert_string_equal(firing[0].key, "a/d-3/1");
	assert_true(firing[0].superseded);
	assert_string_equal(firing[1].key, "a/d-1/1");
	assert_false(firing[1].superseded);
	assert_true(firing[1].moment_ms == day_ms(KIT_DAY - 1, 480));
	assert_int_equal(firing[1].unit, 7);
	assert_int_equal(firing[1].due, KIT_DAY);
	assert_true(cchc_docket_next_ms(f->docket) == day_ms(KIT_DAY + 1, 0));
	take(&f->t, f->docket, day_ms(KIT_DAY + 1, 0));
	assert_int_equal(f->t.n, 1);
	assert_string_equal(firing[0].step, "overdue");
	assert_true(cchc_docket_next_ms(f->docket) == INT64_MAX);
	end(f);
}

static void a_firing_that_was_not_written_is_offered_again(void **state)
{
	struct fixture *f = begin(state);
	struct cchc_task task = task_of(1, "a", KIT_DAY, day_ms(KIT_DAY - 2, 0));

	set(f->docket, &task);
	take(&f->t, f->docket, day_ms(KIT_DAY, 0));
	assert_int_equal(f->t.n, 1);
	take(&f->t, f->docket, day_ms(KIT_DAY, 1));
	assert_int_equal(f->t.n, 0);
	cchc_docket_offer_again(f->docket, 1);
	cchc_docket_offer_again(f->docket, 2); /* there is none */
	take(&f->t, f->docket, day_ms(KIT_DAY, 1));
	assert_int_equal(f->t.n, 1);
	end(f);
}

static void a_task_assigned_in_the_future_has_a_moment_when_it_begins(void **state)
{
	struct fixture *f = begin(state);
	struct cchc_task task = task_of(1, "a", CCHC_DAY_NONE, day_ms(KIT_DAY, 0));

	task.assigned = KIT_DAY + 5;
	set(f->docket, &task);
	assert_true(cchc_docket_next_ms(f->docket) == day_ms(KIT_DAY + 5, 0));
	take(&f->t, f->docket, day_ms(KIT_DAY + 5, 0));
	assert_int_equal(f->t.n, 0);
	assert_int_equal(f->t.moments, 1);
	assert_true(cchc_docket_next_ms(f->docket) == INT64_MAX); /* thường xuyên */
	end(f);
}

static void a_step_that_is_new_does_not_fire_for_what_is_past(void **state)
{
	struct fixture *f = begin(state);
	struct cchc_task task = task_of(1, "a", KIT_DAY, day_ms(KIT_DAY - 10, 0));

	assert_int_equal(cchc_docket_set_since(f->docket, "nhiem-vu", "d-3",
					       day_ms(KIT_DAY - 3, 480)),
			 CCHC_OK);
	assert_int_equal(cchc_docket_set_since(f->docket, "bao-cao", "d-1",
					       day_ms(KIT_DAY + 9, 0)),
			 CCHC_OK);
	set(f->docket, &task);
	take(&f->t, f->docket, day_ms(KIT_DAY, 0));
	assert_int_equal(f->t.n, 1);
	assert_string_equal(f->t.firing[0].step, "d-1");
	end(f);
}

static void
one_that_waits_stays_without_a_moment_and_one_that_is_done_leaves(void **state)
{
	struct fixture *f = begin(state);
	struct cchc_task task = task_of(1, "a", KIT_DAY, day_ms(KIT_DAY - 10, 0));

	set(f->docket, &task);
	task.state = CCHC_TASK_WAITING;
	set(f->docket, &task);
	assert_true(cchc_docket_next_ms(f->docket) == INT64_MAX);
	assert_int_equal(cchc_docket_find(f->docket, 1)->state, CCHC_TASK_WAITING);
	task.state = CCHC_TASK_OPEN; /* returned: what passed meanwhile may fire */
	set(f->docket, &task);
	take(&f->t, f->docket, day_ms(KIT_DAY, 0));
	assert_int_equal(f->t.n, 2);
	task.state = CCHC_TASK_DONE;
	set(f->docket, &task);
	assert_null(cchc_docket_find(f->docket, 1));
	assert_int_equal(cchc_docket_n(f->docket), 0);
	end(f);
}

static void a_class_that_is_gone_fires_nothing(void **state)
{
	struct fixture *f = begin(state);
	struct cchc_task task = task_of(1, "a", KIT_DAY, day_ms(KIT_DAY - 10, 0));

	task.class_name = "khac";
	set(f->docket, &task);
	take(&f->t, f->docket, day_ms(KIT_DAY + 2, 0));
	assert_int_equal(f->t.n, 0);
	assert_int_equal(f->t.moments, 1); /* it is overdue all the same */
	end(f);
}

/* ---- the law ---- */

enum { TASKS = 60, ROUNDS = 3000 };

struct model {
	struct cchc_task task;
	int64_t passed_ms;
	bool there;
};

static int64_t next_step_of(const struct fixture *f, const struct model *m)
{
	const struct cchc_task_class *of =
		cchc_alert_class(&f->rules, m->task.class_name);
	int64_t next = INT64_MAX;

	if (!m->there || m->task.state != CCHC_TASK_OPEN ||
	    m->task.effective == CCHC_DAY_NONE)
		return INT64_MAX;
	for (size_t i = 0; i < of->n_steps; i++) {
		int64_t moment = cchc_step_moment(&of->step[i], m->task.effective);

		if (moment > m->task.fired_ms && moment > m->passed_ms && moment < next)
			next = moment;
	}
	return next;
}

static int64_t next_count_of(const struct fixture *f, const struct model *m)
{
	int64_t moment[2] = {cchc_day_start_ms(m->task.assigned),
			     cchc_task_overdue_ms(&m->task)};
	int64_t next = INT64_MAX;

	for (size_t i = 0; i < 2; i++)
		if (m->there && m->task.state == CCHC_TASK_OPEN &&
		    moment[i] > f->t.counted_ms && moment[i] < next)
			next = moment[i];
	return next;
}

/* One firing of the task, as the list would have it; false: none of that step. */
static bool expects(const struct fixture *f, const struct model *m, size_t step,
		    int64_t now_ms)
{
	const struct cchc_task_class *of =
		cchc_alert_class(&f->rules, m->task.class_name);
	int64_t moment;

	if (m->task.effective == CCHC_DAY_NONE)
		return false;
	moment = cchc_step_moment(&of->step[step], m->task.effective);
	return moment > m->task.fired_ms && moment > m->passed_ms && moment <= now_ms;
}

static void compare_task(struct fixture *f, struct model *m, int64_t now_ms, bool due)
{
	const struct cchc_task_class *of =
		cchc_alert_class(&f->rules, m->task.class_name);
	bool later = false;

	for (size_t step = of->n_steps; step-- > 0;) {
		bool expected = due && expects(f, m, step, now_ms);
		size_t found = 0;

		for (size_t i = 0; i < f->t.n; i++) {
			const struct cchc_firing *firing = &f->t.firing[i];

			if (firing->task != m->task.no ||
			    strcmp(firing->step, of->step[step].name) != 0)
				continue;
			found++;
			assert_int_equal(firing->superseded, later);
			assert_int_equal(firing->version, m->task.due_version);
			assert_int_equal(firing->unit, m->task.lead);
		}
		assert_int_equal(found, expected);
		later |= expected;
	}
}

enum outcome { WRITTEN, FAILED, NOT_TOLD };

/* As the writer answers: the task comes back, or it failed, or only alerts come back. */
static void settle(struct fixture *f, struct model *m, int64_t now_ms,
		   enum outcome outcome)
{
	int64_t latest = m->task.fired_ms;

	m->passed_ms = now_ms;
	for (size_t i = 0; i < f->t.n; i++)
		if (f->t.firing[i].task == m->task.no &&
		    f->t.firing[i].moment_ms > latest)
			latest = f->t.firing[i].moment_ms;
	if (latest == m->task.fired_ms || outcome == NOT_TOLD)
		return;
	if (outcome == WRITTEN) {
		m->task.fired_ms = latest;
		set(f->docket, &m->task);
	} else {
		cchc_docket_offer_again(f->docket, m->task.no);
	}
	m->passed_ms = m->task.fired_ms;
}

static void change(struct fixture *f, struct model *m, struct test_random *random,
		   int64_t now_ms)
{
	struct cchc_task *task = &m->task;

	switch (test_random_below(random, 8)) {
	case 0:
		task->state = CCHC_TASK_DONE;
		break;
	case 1:
		task->state = CCHC_TASK_WAITING;
		break;
	case 2:
		task->lead = (uint32_t)test_random_below(random, 9) + 1;
		break;
	case 3:
		task->effective = CCHC_DAY_NONE;
		break;
	default:
		task->state = CCHC_TASK_OPEN;
		task->effective =
			cchc_day_at(now_ms) + (cchc_day)test_random_below(random, 20) - 8;
		task->due_version++;
		if (task->fired_ms < now_ms)
			task->fired_ms = now_ms;
		break;
	}
	set(f->docket, task);
	m->there = task->state != CCHC_TASK_DONE;
	m->passed_ms = task->fired_ms;
}

static void any_history_fires_what_a_plain_list_would(void **state)
{
	struct fixture *f = begin(state);
	struct test_random random = {test_random_seed()};
	static char ids[TASKS][16];
	static struct model model[TASKS];
	int64_t now_ms = day_ms(KIT_DAY, 0);
	size_t fired = 0;

	for (size_t i = 0; i < TASKS; i++) {
		(void)snprintf(ids[i], sizeof(ids[i]), "t%zu", i);
		model[i] =
			(struct model){.task = task_of(i + 1, ids[i], KIT_DAY, now_ms)};
		if (i % 3 == 0)
			model[i].task.class_name = "bao-cao";
		model[i].task.assigned = KIT_DAY + (cchc_day)(i % 7) - 3;
		change(f, &model[i], &random, now_ms);
	}
	for (int round = 0; round < ROUNDS; round++) {
		int64_t next = INT64_MAX;
		enum outcome outcome = test_random_below(&random, 3);
		bool due[TASKS];
		size_t counts = 0;
		size_t there = 0;

		if (test_random_below(&random, 40) == 0)
			now_ms -= (int64_t)test_random_below(&random, 3 * 86400) * 1000;
		now_ms += (int64_t)test_random_below(&random, 6 * 3600) * 1000;
		for (size_t i = 0; i < TASKS; i++) {
			int64_t step = next_step_of(f, &model[i]);
			int64_t count = next_count_of(f, &model[i]);

			next = step < next ? step : next;
			next = count < next ? count : next;
			due[i] = step <= now_ms;
			counts += count <= now_ms;
			there += model[i].there;
		}
		assert_int_equal(cchc_docket_n(f->docket), there);
		assert_true(cchc_docket_next_ms(f->docket) == next);
		take(&f->t, f->docket, now_ms);
		assert_int_equal(f->t.moments, counts);
		fired += f->t.n;
		for (size_t i = 0; i < TASKS; i++) {
			compare_task(f, &model[i], now_ms, due[i]);
			if (due[i])
				settle(f, &model[i], now_ms, outcome);
		}
		for (size_t i = 0; i < 2; i++)
			change(f, &model[test_random_below(&random, TASKS)], &random,
			       now_ms);
	}
	assert_true(fired > ROUNDS / 4);
	end(f);
}

/* ---- many ---- */

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
static size_t in_use(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}
#endif

static void two_hundred_thousand_come_in_order_and_are_small(void **state)
{
	enum { MANY = 200000, BYTES = 300 };
	struct fixture *f = begin(state);
	struct test_random random = {test_random_seed()};
	int64_t last = INT64_MIN;
	size_t n = 0;

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	size_t before = in_use();
#endif
	for (uint64_t no = 1; no <= MANY; no++) {
		char id[CCHC_TASK_ID];
		struct cchc_task task;

		(void)snprintf(id, sizeof(id), "bao-cao/cchc-2021/2024-Q1/%llu",
			       (unsigned long long)no);
		task = task_of(no, id,
			       KIT_DAY + (cchc_day)test_random_below(&random, 3000),
			       day_ms(KIT_DAY, 0));
		set(f->docket, &task);
	}
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	assert_true(in_use() - before <= (size_t)MANY * BYTES);
#endif
	assert_int_equal(cchc_docket_n(f->docket), MANY);
	while (n < 3000) {
		int64_t next = cchc_docket_next_ms(f->docket);

		assert_true(next > last);
		last = next;
		take(&f->t, f->docket, next);
		n++;
	}
	end(f);
}

static int set_up(void **state)
{
	*state = calloc(1, sizeof(struct fixture));
	return *state ? 0 : -1;
}

static int tear_down(void **state)
{
	free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_latest_step_that_passed_is_owed),
		cmocka_unit_test(a_firing_that_was_not_written_is_offered_again),
		cmocka_unit_test(
			a_task_assigned_in_the_future_has_a_moment_when_it_begins),
		cmocka_unit_test(a_step_that_is_new_does_not_fire_for_what_is_past),
		cmocka_unit_test(
			one_that_waits_stays_without_a_moment_and_one_that_is_done_leaves),
		cmocka_unit_test(a_class_that_is_gone_fires_nothing),
		cmocka_unit_test(any_history_fires_what_a_plain_list_would),
		cmocka_unit_test(two_hundred_thousand_come_in_order_and_are_small),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
