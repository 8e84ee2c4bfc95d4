#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/check.h"
#include "taskkit.h"

static struct kit kit;

enum { LEAD = 7, NOON = 12 * 60 };

static struct cchc_outcome say(const struct cchc_saying *saying, const char *who,
			       int64_t clock_ms)
{
	struct cchc_entry entry = {.kind = CCHC_ENTRY_SAY,
				   .clock_ms = clock_ms,
				   .sender = who,
				   .saying = saying};

	return kit_apply(&kit, &entry, 0);
}

static void raise_one(void)
{
	struct cchc_firing firing = {.kind = CCHC_ALERT_SILENT,
				     .key = "silent/11986/1",
				     .unit = LEAD,
				     .due = CCHC_DAY_NONE,
				     .moment_ms = day_ms(KIT_DAY, 0)};

	(void)kit_fire(&kit, &firing, 1, day_ms(KIT_DAY, NOON));
}

static void a_person_takes_note_and_it_still_stands(void **state)
{
	struct cchc_saying ack = {.kind = CCHC_SAY_ACK, .alert = 1, .note = "đã gọi"};
	struct cchc_saying none = {.kind = CCHC_SAY_ACK, .alert = 2};
	struct cchc_outcome outcome;
	struct cchc_alert alert;

	(void)state;
	raise_one();
	outcome = say(&none, "van-phong", day_ms(KIT_DAY, NOON));
	assert_int_equal(outcome.applied, CCHC_REFUSED);
	assert_int_equal(outcome.refusal.rule, CCHC_RULE_NO_ALERT);
	assert_int_equal(kit_commit_number(&kit), 1);
	outcome = say(&ack, "van-phong", day_ms(KIT_DAY, NOON));
	assert_int_equal(outcome.applied, CCHC_APPLIED);
	assert_int_equal(outcome.n_alerts, 1);
	assert_int_equal(say(&ack, "van-phong", day_ms(KIT_DAY + 1, 0)).applied,
			 CCHC_REPEATED);
	alert = kit_alert(&kit, 1);
	assert_true(cchc_alert_stands(&alert));
	assert_string_equal(alert.acked_by, "van-phong");
	assert_string_equal(alert.note, "đã gọi");
	assert_true(alert.acked_ms == day_ms(KIT_DAY, NOON));
	assert_int_equal(say(&ack, "lanh-dao", day_ms(KIT_DAY + 1, 0)).applied,
			 CCHC_APPLIED);
	assert_string_equal(kit_alert(&kit, 1).acked_by, "lanh-dao");
}

struct silences {
	size_t n;
	struct cchc_silence silence[4];
};

static void on_silence(void *data, const struct cchc_silence *silence)
{
	struct silences *silences = data;

	silences->silence[silences->n++] = *silence;
}

static struct silences all_silences(void)
{
	struct silences silences = {.n = 0};
	struct cchc_txn txn;

	cchc_txn_read(&txn, kit.store.env);
	cchc_store_each_silence(&txn, &kit.arena, on_silence, &silences);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	return silences;
}

static void a_silence_has_an_end_and_may_be_taken_back(void **state)
{
	struct cchc_saying silence = {.kind = CCHC_SAY_SILENCE,
				      .unit = LEAD,
				      .step = "d-7",
				      .until_ms = day_ms(KIT_DAY + 3, 0),
				      .note = "họp"};
	struct cchc_saying back = {.kind = CCHC_SAY_UNSILENCE, .silence = 2};
	struct cchc_outcome again;
	struct silences silences;

	(void)state;
	assert_int_equal(say(&silence, "van-phong", day_ms(KIT_DAY + 3, 0)).refusal.rule,
			 CCHC_RULE_BAD_DATE);
	raise_one();
	assert_int_equal(say(&silence, "van-phong", day_ms(KIT_DAY, NOON)).applied,
			 CCHC_APPLIED);
	assert_int_equal(say(&silence, "van-phong", day_ms(KIT_DAY, NOON + 1)).applied,
			 CCHC_REPEATED);
	silence.task = 12;
	(void)say(&silence, "van-phong", day_ms(KIT_DAY, NOON));
	silences = all_silences();
	assert_int_equal(silences.n, 2);
	assert_int_equal(silences.silence[0].no, 2);
	assert_int_equal(silences.silence[0].unit, LEAD);
	assert_int_equal(silences.silence[0].task, 0);
	assert_string_equal(silences.silence[0].step, "d-7");
	assert_string_equal(silences.silence[0].by, "van-phong");
	assert_string_equal(silences.silence[0].note, "họp");
	assert_true(silences.silence[0].from_ms == day_ms(KIT_DAY, NOON));
	assert_true(silences.silence[0].until_ms == day_ms(KIT_DAY + 3, 0));
	assert_int_equal(silences.silence[1].task, 12);
	assert_int_equal(say(&back, "van-phong", day_ms(KIT_DAY, NOON)).applied,
			 CCHC_APPLIED);
	again = say(&back, "van-phong", day_ms(KIT_DAY, NOON));
	assert_int_equal(again.refusal.rule, CCHC_RULE_NO_SILENCE);
	assert_string_equal(again.refusal.field, "silence");
	assert_string_equal(again.refusal.value, "2");
	silences = all_silences();
	assert_int_equal(silences.n, 1);
	assert_int_equal(silences.silence[0].no, 3);
}

static void a_silence_long_over_is_forgotten_by_the_next(void **state)
{
	struct cchc_saying silence = {.kind = CCHC_SAY_SILENCE,
				      .unit = LEAD,
				      .step = "d-7",
				      .until_ms = day_ms(KIT_DAY + 1, 0),
				      .note = ""};

	(void)state;
	(void)say(&silence, "van-phong", day_ms(KIT_DAY, NOON));
	silence.until_ms = day_ms(KIT_DAY + 92, 0);
	(void)say(&silence, "van-phong", day_ms(KIT_DAY + 91, 0));
	assert_int_equal(all_silences().n, 2);
	silence.until_ms = day_ms(KIT_DAY + 93, 0);
	(void)say(&silence, "van-phong", day_ms(KIT_DAY + 91, 1));
	assert_int_equal(all_silences().n, 2);
	assert_int_equal(all_silences().silence[0].no, 2);
}

/* ---- steps ---- */

static enum cchc_applied have_steps(const struct cchc_entry_step *steps, size_t n,
				    int64_t clock_ms)
{
	struct cchc_entry entry = {.kind = CCHC_ENTRY_STEPS,
				   .clock_ms = clock_ms,
				   .sender = "",
				   .steps = steps,
				   .n_steps = n};

	return kit_apply(&kit, &entry, 0).applied;
}

static int64_t since(const char *class_name, const char *step)
{
	struct cchc_txn txn;
	int64_t ms;

	cchc_txn_read(&txn, kit.store.env);
	ms = cchc_store_step_since(&txn, class_name, step);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	return ms;
}

static void a_step_is_since_it_was_first_there(void **state)
{
	static const struct cchc_entry_step FIRST[] = {{"nhiem-vu", "d-7", -7, 480},
						       {"nhiem-vu", "d-3", -3, 480},
						       {"bao-cao", "d-7", -7, 480}};
	static const struct cchc_entry_step SECOND[] = {{"nhiem-vu", "d-7", -7, 480},
							{"nhiem-vu", "d-1", -1, 480}};

	(void)state;
	assert_int_equal(have_steps(NULL, 0, 5), CCHC_REPEATED);
	assert_int_equal(have_steps(FIRST, CCHC_COUNT(FIRST), 10), CCHC_APPLIED);
	assert_int_equal(have_steps(FIRST, CCHC_COUNT(FIRST), 15), CCHC_REPEATED);
	assert_int_equal(have_steps(SECOND, CCHC_COUNT(SECOND), 20), CCHC_APPLIED);
	assert_int_equal(since("nhiem-vu", "d-7"), 10);
	assert_int_equal(since("nhiem-vu", "d-1"), 20);
	assert_int_equal(since("nhiem-vu", "d-3"), 0);
	assert_int_equal(since("bao-cao", "d-7"), 0);
	assert_int_equal(have_steps(FIRST, CCHC_COUNT(FIRST), 30), CCHC_APPLIED);
	assert_int_equal(since("nhiem-vu", "d-7"), 10);
	assert_int_equal(since("nhiem-vu", "d-3"), 30);
	assert_int_equal(since("a-class-name-of-more-than-31-bytes", "d-7"), 0);
}

static void a_step_of_another_day_or_minute_is_another_one(void **state)
{
	static const struct cchc_entry_step TABLE[] = {
		{"nhiem-vu", "d-7", -7, 480},
		{"nhiem-vu", "d-7", -7, 481},
		{"nhiem-vu", "d-7", -6, 481},
	};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(TABLE); i++) {
		int64_t clock_ms = 10 * (int64_t)(i + 1);

		assert_int_equal(have_steps(&TABLE[i], 1, clock_ms), CCHC_APPLIED);
		assert_int_equal(since("nhiem-vu", "d-7"), clock_ms);
		assert_int_equal(have_steps(&TABLE[i], 1, 99), CCHC_REPEATED);
	}
	assert_int_equal(since("nhiem-vu", "d-7"), 30);
}

static void a_step_without_a_sound_name_is_invalid(void **state)
{
	static const struct cchc_entry_step TABLE[] = {
		{"", "d-7", -7, 480},
		{"nhiem-vu", "", -7, 480},
		{"a-class-name-of-more-than-31-bytes", "d-7", -7, 480},
		{"nhiem-vu", "a-step-name-of-24-bytes-", -7, 480},
	};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(TABLE); i++) {
		struct cchc_entry entry = {
			.kind = CCHC_ENTRY_STEPS, .steps = &TABLE[i], .n_steps = 1};

		assert_int_equal(kit_try(&kit, &entry), CCHC_INVALID);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(a_person_takes_note_and_it_still_stands),
		KIT_TEST(a_silence_has_an_end_and_may_be_taken_back),
		KIT_TEST(a_silence_long_over_is_forgotten_by_the_next),
		KIT_TEST(a_step_is_since_it_was_first_there),
		KIT_TEST(a_step_of_another_day_or_minute_is_another_one),
		KIT_TEST(a_step_without_a_sound_name_is_invalid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
