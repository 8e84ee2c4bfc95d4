/* What holds an alert back: working hours, the clock, what people said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/check.h"
#include "desklive.h"

/* ---- the clock ---- */

static void people_are_told_when_the_gate_opens_and_machines_at_once(void **state)
{
	struct play *p = *state;

	play_open(p);
	p->w.rules.gate = (struct cchc_gate){true, 420, 1050};
	play_start(p);
	p->now_ms = day_ms(KIT_DAY, 1050); /* Friday 17:30: just closed */
	(void)raise_one(p, "a", p->w.lac_dao->id);
	live(p, 61 * (int64_t)HOUR_MS);
	assert_int_equal(times(p, TO_LOG, NULL, NULL), 1);
	assert_int_equal(times(p, TO_MAIL, NULL, NULL), 0);
	live(p, 31 * MINUTE_MS); /* Monday 07:00 has come */
	assert_int_equal(times(p, TO_MAIL, "a/d-1/1", NULL), 2);
	assert_true(p->now_ms < day_ms(KIT_DAY + 3, 422));
	play_close(p);
}

static void a_jump_of_the_clock_holds_until_it_was_steady(void **state)
{
	static const struct {
		int64_t by_ms;
		bool holds;
	} CASES[] = {
		{4 * MINUTE_MS, false},
		{-4 * MINUTE_MS, false},
		{6 * MINUTE_MS, true},
		{48 * (int64_t)HOUR_MS, true},
	};

	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		struct play *p = begin(state);

		live(p, 1000);
		p->now_ms += CASES[i].by_ms;
		(void)raise_one(p, "a", p->w.lac_dao->id);
		live(p, 119 * 1000);
		assert_int_equal(times(p, TO_LOG, NULL, NULL), CASES[i].holds ? 0 : 1);
		assert_int_equal(cchc_desk_count(p->desk).held, CASES[i].holds);
		live(p, 2000);
		assert_int_equal(times(p, TO_LOG, NULL, NULL), 1);
		assert_false(cchc_desk_count(p->desk).held);
		play_close(p);
	}
}

/* Before the first reading nothing is known but what the last entry says. */
static void a_clock_far_from_the_last_entrys_is_not_trusted_at_once(void **state)
{
	static const struct {
		int64_t by_ms;
		bool holds;
	} CASES[] = {
		{0, false},
		{20 * (int64_t)HOUR_MS, false},
		{25 * (int64_t)HOUR_MS, true},
		{-10 * MINUTE_MS, true},
	};

	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		struct play *p = begin(state);

		(void)raise_one(p, "a", p->w.lac_dao->id);
		play_die(p);
		p->now_ms += CASES[i].by_ms;
		play_start(p);
		live(p, MINUTE_MS);
		assert_int_equal(cchc_desk_count(p->desk).held, CASES[i].holds);
		assert_int_equal(times(p, TO_LOG, NULL, NULL), !CASES[i].holds);
		live(p, 10 * MINUTE_MS + 1000);
		assert_int_equal(times(p, TO_LOG, NULL, NULL), 1);
		play_close(p);
	}
}

static void waking_from_suspend_is_no_jump(void **state)
{
	struct play *p = begin(state);

	live(p, 1000);
	p->now_ms += 5 * (int64_t)HOUR_MS; /* both went on */
	p->boot_ms += 5 * (int64_t)HOUR_MS;
	(void)raise_one(p, "a", p->w.lac_dao->id);
	live(p, 1000);
	assert_int_equal(times(p, TO_LOG, NULL, NULL), 1);
	play_close(p);
}

static void a_clock_gone_back_never_hands_before_the_moment(void **state)
{
	struct play *p = begin(state);
	int64_t moment = p->now_ms;

	live(p, 1000);
	p->answer[TO_MAIL] = FAILS;
	(void)raise_one(p, "a", p->w.lac_dao->id);
	live(p, 1000);
	(void)raise_one(p, "b", p->w.lac_dao->id);
	p->now_ms -= 3 * HOUR_MS;
	p->answer[TO_MAIL] = TAKES;
	live(p, 2 * HOUR_MS);
	assert_int_equal(times(p, TO_LOG, "a/d-1/1", NULL), 1);
	assert_int_equal(times(p, TO_LOG, "b/d-1/1", NULL), 0);
	live(p, HOUR_MS + MINUTE_MS);
	assert_int_equal(times(p, TO_LOG, "a/d-1/1", NULL), 1);
	assert_int_equal(times(p, TO_LOG, "b/d-1/1", NULL), 1);
	for (size_t i = 0; i < p->n_told; i++)
		assert_true(p->told[i].channel == TO_MANAGER ||
			    p->told[i].at_ms >= moment);
	play_close(p);
}

/* ---- what people say ---- */

static void one_that_somebody_took_note_of_is_told_to_no_further_people(void **state)
{
	struct play *p = begin(state);
	uint64_t no;

	p->answer[TO_MAIL] = p->answer[TO_LOG] = FAILS;
	no = raise_one(p, "a", p->w.lac_dao->id);
	live(p, 200);
	say(p, (struct cchc_saying){.kind = CCHC_SAY_ACK, .alert = no, .note = "biết"});
	p->answer[TO_MAIL] = p->answer[TO_LOG] = TAKES;
	p->n_told = 0;
	live(p, 10 * MINUTE_MS);
	assert_int_equal(times(p, TO_MAIL, NULL, NULL), 0);
	assert_int_equal(times(p, TO_LOG, NULL, NULL), 1);
	assert_in_range(times(p, TO_MANAGER, NULL, NULL), 9, 11);
	assert_int_equal(delivery_of(p, no, "thu")->state, CCHC_DELIVERY_DROPPED);
	assert_int_equal(cchc_desk_count(p->desk).owed, 0);
	play_close(p);
}

/* Asked for before, but not written: what people said since then counts. */
static void what_could_not_be_written_is_judged_anew(void **state)
{
	struct play *p = begin(state);
	uint64_t no;

	p->write_fails = true;
	no = raise_one(p, "a", p->w.lac_dao->id);
	(void)raise_one(p, "b", p->w.viet_hung->id);
	live(p, 12 * 1000);
	say(p, (struct cchc_saying){.kind = CCHC_SAY_ACK, .alert = no, .note = "biết"});
	say(p, (struct cchc_saying){.kind = CCHC_SAY_SILENCE,
				    .unit = p->w.viet_hung->id,
				    .step = "",
				    .until_ms = p->now_ms + HOUR_MS,
				    .note = ""});
	p->write_fails = false;
	live(p, HOUR_MS - MINUTE_MS);
	assert_int_equal(times(p, TO_MAIL, NULL, NULL), 0);
	assert_int_equal(times(p, TO_LOG, "a/d-1/1", NULL), 1);
	assert_int_equal(times(p, TO_LOG, "b/d-1/1", NULL), 0);
	live(p, 2 * MINUTE_MS);
	assert_int_equal(times(p, TO_LOG, "b/d-1/1", NULL), 1);
	assert_int_equal(cchc_desk_count(p->desk).owed, 0);
	play_close(p);
}

static void a_silence_holds_what_it_matches_and_ends_by_itself(void **state)
{
	struct play *p = begin(state);
	struct cchc_saying silence = {.kind = CCHC_SAY_SILENCE,
				      .unit = p->w.lac_dao->id,
				      .step = "d-1",
				      .until_ms = p->now_ms + HOUR_MS,
				      .note = ""};

	say(p, silence);
	(void)raise_one(p, "a", p->w.lac_dao->id);
	(void)raise_one(p, "b", p->w.viet_hung->id);
	live(p, HOUR_MS - 1000);
	assert_int_equal(times(p, TO_LOG, "a/d-1/1", NULL), 0);
	assert_int_equal(times(p, TO_LOG, "b/d-1/1", NULL), 1);
	live(p, 2000);
	assert_int_equal(times(p, TO_LOG, "a/d-1/1", NULL), 1);
	play_close(p);
}

static void a_silence_taken_back_lets_go_at_once(void **state)
{
	struct play *p = begin(state);
	struct cchc_task task = add_task(p, "a", p->w.lac_dao->id, KIT_DAY + 1);
	uint64_t silence;

	say(p, (struct cchc_saying){.kind = CCHC_SAY_SILENCE,
				    .task = task.no,
				    .step = "",
				    .until_ms = p->now_ms + 24 * (int64_t)HOUR_MS,
				    .note = ""});
	silence = kit_commit_number(&p->w.app.kit);
	(void)raise_step(p, &task, "d-1", p->now_ms);
	live(p, HOUR_MS);
	restart(p);
	live(p, HOUR_MS);
	assert_int_equal(p->n_told, 0);
	say(p, (struct cchc_saying){.kind = CCHC_SAY_UNSILENCE,
				    .silence = silence,
				    .step = "",
				    .note = ""});
	live(p, 1000);
	assert_int_equal(times(p, TO_LOG, "a/d-1/1", NULL), 1);
	play_close(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			people_are_told_when_the_gate_opens_and_machines_at_once),
		cmocka_unit_test(a_jump_of_the_clock_holds_until_it_was_steady),
		cmocka_unit_test(a_clock_far_from_the_last_entrys_is_not_trusted_at_once),
		cmocka_unit_test(waking_from_suspend_is_no_jump),
		cmocka_unit_test(a_clock_gone_back_never_hands_before_the_moment),
		cmocka_unit_test(
			one_that_somebody_took_note_of_is_told_to_no_further_people),
		cmocka_unit_test(what_could_not_be_written_is_judged_anew),
		cmocka_unit_test(a_silence_holds_what_it_matches_and_ends_by_itself),
		cmocka_unit_test(a_silence_taken_back_lets_go_at_once),
	};

	return cmocka_run_group_tests(tests, begin_play, end_play);
}
