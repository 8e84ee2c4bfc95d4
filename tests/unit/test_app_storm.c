/* Very many tasks that are late at one midnight. The writer is played. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "deadlinekit.h"

enum { MANY = 200000, A_TURN = 1000, WITH_WRITER = 4000 };

struct storm {
	struct scene *s;
	size_t with_writer; /* firings */
	size_t seen;        /* in all */
	size_t turns;
};

/* One turn of the loop; what it gave to the writer. */
static size_t turn(struct storm *storm, int64_t *wait)
{
	size_t firings = 0;

	*wait = cchc_deadlines_advance(storm->s->deadlines, storm->s->now_ms);
	for (struct cchc_item *item = storm->s->first; item; item = item->next)
		firings += item->steps;
	firings -= storm->with_writer;
	storm->with_writer += firings;
	storm->seen += firings;
	storm->turns++;
	return firings;
}

/* The writer gives everything back; nothing of it could be written where `fails`. */
static void give_back(struct storm *storm, bool fails)
{
	while (storm->s->first) {
		struct cchc_item *item = storm->s->first;

		storm->s->first = item->next;
		cchc_deadlines_landed(storm->s->deadlines, item);
		if (fails)
			cchc_deadlines_failed(storm->s->deadlines, &item->entry);
		cchc_item_free(item);
	}
	storm->s->last = &storm->s->first;
	storm->with_writer = 0;
}

static void add_many(struct scene *s, uint64_t many)
{
	for (uint64_t no = 1; no <= many; no++) {
		char id[16];
		struct cchc_task_past past = {.lead = s->w.lac_dao->id,
					      .effective = KIT_DAY,
					      .done = CCHC_DAY_NONE,
					      .state = CCHC_TASK_OPEN};
		struct cchc_task task = {.no = no,
					 .id = id,
					 .class_name = "nhiem-vu",
					 .assigned = KIT_DAY - 10,
					 .lead = s->w.lac_dao->id,
					 .effective = KIT_DAY,
					 .due_version = 1,
					 .fired_ms = s->now_ms,
					 .changed_ms = s->now_ms,
					 .state = CCHC_TASK_OPEN,
					 .journal = s->board->commit + no,
					 .past = &past,
					 .n_past = 1};
		struct cchc_task_change change = {.after = &task};

		(void)snprintf(id, sizeof(id), "t%llu", (unsigned long long)no);
		assert_int_equal(cchc_deadlines_changed(s->deadlines, &change, s->now_ms),
				 CCHC_OK);
	}
}

static int64_t overdue(struct scene *s)
{
	struct cchc_period h1 = {2024, CCHC_H1};

	return cchc_counts_own(s->board->form[0].counts, s->w.lac_dao->id, h1,
			       CCHC_REGISTER_OVERDUE);
}

/* The loop gets its turn after a part, the writer is never buried, and counts are of the
 * midnight at once. */
static void a_midnight_of_very_many_is_fired_in_turns(void **state)
{
	struct scene *s = begin(state);
	struct storm storm = {.s = s};
	int64_t wait;

	add_many(s, MANY);
	s->now_ms = day_ms(KIT_DAY + 1, 0) - 1;
	assert_int_equal(turn(&storm, &wait), 0);
	assert_int_equal(wait, 1);
	s->now_ms++;
	while (storm.seen < MANY) {
		size_t firings = turn(&storm, &wait);

		assert_true(firings <= A_TURN && storm.with_writer <= WITH_WRITER);
		assert_true(overdue(s) == MANY);
		if (firings > 0)
			assert_true(wait == 1 || storm.seen == MANY ||
				    storm.with_writer > WITH_WRITER - A_TURN);
		else
			give_back(&storm, false);
	}
	assert_true(storm.turns >= MANY / A_TURN);
	give_back(&storm, false);
	assert_int_equal(turn(&storm, &wait), 0);
	assert_true(wait > 1000);
	end(s);
}

static void what_the_writer_could_not_take_is_all_that_comes_again(void **state)
{
	struct scene *s = begin(state);
	struct storm storm = {.s = s};
	size_t failed;
	int64_t wait;

	add_many(s, 3 * A_TURN);
	s->now_ms = day_ms(KIT_DAY + 1, 0);
	failed = turn(&storm, &wait);
	give_back(&storm, true);
	while (turn(&storm, &wait) > 0)
		give_back(&storm, false);
	assert_int_equal(storm.seen, 3 * A_TURN + failed);
	end(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_midnight_of_very_many_is_fired_in_turns),
		cmocka_unit_test(what_the_writer_could_not_take_is_all_that_comes_again),
	};

	return cmocka_run_group_tests(tests, scene_set_up, scene_tear_down);
}
