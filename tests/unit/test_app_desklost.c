/* A channel that takes an alert and whose answer is lost: nobody knows whether it did. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/check.h"
#include "desklive.h"

/* One alert is handed to the journal's channel, of which nothing is heard. */
static struct play *hand_one(void **state, uint64_t *no)
{
	struct play *p = begin(state);

	*no = raise_one(p, "a", p->w.lac_dao->id);
	p->answer[TO_LOG] = HANGS;
	live(p, 1000);
	assert_int_equal(times(p, TO_LOG, NULL, NULL), 1);
	return p;
}

static void lose_answers(struct play *p)
{
	for (size_t i = p->n_handed; i-- > 0;)
		if (p->handed[i].channel == TO_LOG)
			play_answer(p, i, CCHC_UNKNOWN);
}

static void what_may_have_been_taken_is_handed_again_and_counted(void **state)
{
	uint64_t no;
	struct play *p = hand_one(state, &no);

	lose_answers(p);
	assert_int_equal(delivery_of(p, no, "nhat-ky")->state, CCHC_DELIVERY_HANDED);
	live(p, 500);
	assert_int_equal(times(p, TO_LOG, NULL, NULL), 1); /* not at once */
	p->answer[TO_LOG] = TAKES;
	live(p, 5000);
	assert_int_equal(times(p, TO_LOG, NULL, NULL), 2);
	assert_int_equal(delivery_of(p, no, "nhat-ky")->state, CCHC_DELIVERY_CONFIRMED);
	assert_int_equal(delivery_of(p, no, "nhat-ky")->again, 1);
	assert_int_equal(cchc_desk_count(p->desk).owed, 0);
	play_close(p);
}

static void who_may_have_heard_of_it_hears_of_its_end(void **state)
{
	uint64_t no;
	struct play *p = hand_one(state, &no);

	lose_answers(p);
	finish_task(p, "a");
	p->answer[TO_LOG] = TAKES;
	live(p, MINUTE_MS);
	assert_int_equal(times(p, TO_LOG, NULL, NULL), 2);
	assert_int_equal(ends(p, TO_LOG), 1); /* only that it is over */
	assert_int_equal(delivery_of(p, no, "nhat-ky")->state, CCHC_DELIVERY_DROPPED);
	assert_int_equal(cchc_desk_count(p->desk).owed, 0);
	play_close(p);
}

/* The second try was refused for sure, the first may have been taken all the same. */
static void a_later_failure_does_not_make_it_unheard(void **state)
{
	uint64_t no;
	struct play *p = hand_one(state, &no);

	lose_answers(p);
	p->answer[TO_LOG] = FAILS;
	live(p, 5000);
	assert_int_equal(delivery_of(p, no, "nhat-ky")->state, CCHC_DELIVERY_OWED);
	finish_task(p, "a");
	p->answer[TO_LOG] = TAKES;
	live(p, MINUTE_MS);
	assert_int_equal(ends(p, TO_LOG), 1);
	assert_int_equal(delivery_of(p, no, "nhat-ky")->state, CCHC_DELIVERY_DROPPED);
	assert_int_equal(cchc_desk_count(p->desk).owed, 0);
	play_close(p);
}

static void an_end_whose_answer_is_lost_is_told_again(void **state)
{
	uint64_t no;
	struct play *p = hand_one(state, &no);

	for (size_t i = p->n_handed; i-- > 0;)
		play_answer(p, i, CCHC_OK);
	live(p, 1000);
	finish_task(p, "a");
	live(p, 1000);
	assert_int_equal(ends(p, TO_LOG), 1);
	lose_answers(p);
	p->answer[TO_LOG] = TAKES;
	live(p, MINUTE_MS);
	assert_int_equal(ends(p, TO_LOG), 2);
	assert_int_equal(cchc_desk_count(p->desk).owed, 0);
	assert_int_equal(delivery_of(p, no, "nhat-ky")->end_state,
			 CCHC_DELIVERY_CONFIRMED);
	play_close(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_may_have_been_taken_is_handed_again_and_counted),
		cmocka_unit_test(who_may_have_heard_of_it_hears_of_its_end),
		cmocka_unit_test(a_later_failure_does_not_make_it_unheard),
		cmocka_unit_test(an_end_whose_answer_is_lost_is_told_again),
	};

	return cmocka_run_group_tests(tests, begin_play, end_play);
}
