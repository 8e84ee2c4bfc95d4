#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/check.h"
#include "taskkit.h"

static struct kit kit;

enum { LEAD = 7, OTHER = 9, EIGHT = 8 * 60, NOON = 12 * 60 };

/* Every test has one task, "A", due on KIT_DAY. */
static int open_kit(void **state)
{
	struct cchc_deed add = deed_add("A", LEAD, KIT_DAY);

	(void)state;
	kit_open(&kit);
	(void)kit_deed(&kit, &add, day_ms(KIT_DAY - 9, NOON));
	return 0;
}

static int close_kit(void **state)
{
	(void)state;
	kit_close(&kit);
	return 0;
}

/* A step of the task as it stands, at 08:00 of a day, fired at once. */
static struct cchc_outcome fire(const char *step, cchc_day day)
{
	struct cchc_task task = kit_task(&kit, "A");
	struct cchc_firing firing = firing_step(&kit, &task, step, day_ms(day, EIGHT));

	return kit_fire(&kit, &firing, 1, day_ms(day, EIGHT) + 40);
}

static struct cchc_firing of_unit(enum cchc_alert_kind kind, const char *key,
				  const char *text, int64_t moment_ms)
{
	static struct cchc_delivery one = {
		.channel = "nhat-ky", .to = "", .tells_end = true};

	return (struct cchc_firing){.kind = kind,
				    .key = key,
				    .unit = LEAD,
				    .urgency = CCHC_URGENCY_WARNING,
				    .due = CCHC_DAY_NONE,
				    .moment_ms = moment_ms,
				    .text = text,
				    .delivery = &one,
				    .n_deliveries = 1};
}

struct numbers {
	size_t n;
	uint64_t no[8];
};

static bool on_alert(void *data, const struct cchc_alert *alert)
{
	struct numbers *numbers = data;

	numbers->no[numbers->n++] = alert->no;
	return numbers->n < CCHC_COUNT(numbers->no);
}

static bool is_pending(uint64_t no)
{
	struct numbers numbers = {.n = 0};
	struct cchc_txn txn;

	cchc_txn_read(&txn, kit.store.env);
	cchc_store_each_pending(&txn, &kit.arena, on_alert, &numbers);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	for (size_t i = 0; i < numbers.n; i++)
		if (numbers.no[i] == no)
			return true;
	return false;
}

/* ---- raised ---- */

static void a_step_is_owed_by_the_firing_that_is_committed(void **state)
{
	struct cchc_outcome outcome = fire("d-3", KIT_DAY - 3);
	const struct cchc_alert *alert = outcome.alert;
	struct cchc_alert back;
	struct cchc_txn txn;

	(void)state;
	assert_int_equal(outcome.applied, CCHC_APPLIED);
	assert_int_equal(outcome.n_alerts, 1);
	assert_int_equal(alert->no, 1);
	assert_true(cchc_alert_stands(alert));
	cchc_txn_read(&txn, kit.store.env);
	assert_true(cchc_store_alert_by_key(&txn, "A/d-3/1", &kit.arena, &back));
	assert_false(cchc_store_alert_by_key(&txn, "A/d-3/2", &kit.arena, &back));
	assert_int_equal(cchc_store_last_alert(&txn), 1);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	assert_int_equal(back.kind, CCHC_ALERT_STEP);
	assert_string_equal(back.key, "A/d-3/1");
	assert_string_equal(back.step, "d-3");
	assert_string_equal(back.task_id, "A");
	assert_int_equal(back.unit, LEAD);
	assert_int_equal(back.due, KIT_DAY);
	assert_int_equal(back.journal, 2);
	assert_true(back.moment_ms == day_ms(KIT_DAY - 3, EIGHT));
	assert_true(back.owed_ms == day_ms(KIT_DAY - 3, EIGHT) + 40);
	assert_int_equal(back.n_deliveries, 2);
	assert_string_equal(back.delivery[1].to, "a@example.vn");
	assert_int_equal(back.delivery[0].state, CCHC_DELIVERY_OWED);
	assert_true(is_pending(1));
	assert_true(kit_task(&kit, "A").fired_ms == day_ms(KIT_DAY - 3, EIGHT));
	assert_int_equal(kit_task(&kit, "A").journal, 1); /* a firing is no change */
}

static void what_no_longer_holds_writes_nothing(void **state)
{
	static const int64_t MINUTE = 60000;
	struct cchc_task task = kit_task(&kit, "A");
	const int64_t at = day_ms(KIT_DAY - 3, EIGHT);
	struct cchc_firing sound = firing_step(&kit, &task, "d-3", at);
	struct cchc_firing wrong[] = {sound, sound, sound, sound, sound};
	uint32_t sum;

	(void)state;
	wrong[0].version = 2;         /* another due date */
	wrong[1].moment_ms = at + 41; /* it has not come */
	wrong[2].unit = OTHER;        /* another lead */
	wrong[3].task = 2;            /* no such task */
	wrong[4].moment_ms = task.fired_ms;
	sum = kit_sum_all(&kit);
	assert_int_equal(kit_fire(&kit, wrong, CCHC_COUNT(wrong), at + 40).applied,
			 CCHC_REPEATED);
	assert_int_equal(kit_sum_all(&kit), sum);
	assert_int_equal(kit_fire(&kit, &sound, 1, at + 40).applied, CCHC_APPLIED);
	sum = kit_sum_all(&kit);
	assert_int_equal(kit_fire(&kit, &sound, 1, at + 40).applied, CCHC_REPEATED);
	sound.moment_ms = at + MINUTE; /* the rule has another hour now: the same key */
	assert_int_equal(kit_fire(&kit, &sound, 1, at + MINUTE).applied, CCHC_REPEATED);
	assert_int_equal(kit_sum_all(&kit), sum);
}

/* What time alone changed is told under its number. */
static void a_clock_reading_alone_is_journalled(void **state)
{
	struct cchc_outcome outcome = kit_fire(&kit, NULL, 0, day_ms(KIT_DAY, 0));
	struct cchc_entry back;
	struct cchc_txn txn;

	(void)state;
	assert_int_equal(outcome.applied, CCHC_APPLIED);
	assert_int_equal(outcome.n_alerts, 0);
	cchc_txn_read(&txn, kit.store.env);
	assert_true(cchc_store_entry(&txn, 2, &kit.arena, &back));
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	assert_int_equal(back.kind, CCHC_ENTRY_FIRE);
	assert_int_equal(back.n_firings, 0);
	assert_true(back.clock_ms == day_ms(KIT_DAY, 0));
}

static void a_task_that_is_done_raises_nothing(void **state)
{
	struct cchc_task task = kit_task(&kit, "A");
	struct cchc_firing firing =
		firing_step(&kit, &task, "d-3", day_ms(KIT_DAY - 3, EIGHT));
	struct cchc_deed done = deed_report("A", LEAD, KIT_DAY - 5);

	(void)state;
	done.hand = CCHC_HAND_OPERATOR;
	(void)kit_deed(&kit, &done, day_ms(KIT_DAY - 4, NOON));
	assert_int_equal(kit_fire(&kit, &firing, 1, day_ms(KIT_DAY, 0)).applied,
			 CCHC_REPEATED);
}

/* Only what held is in the journal, and what was asked stays as it was. */
static void the_journal_has_what_held(void **state)
{
	struct cchc_task task = kit_task(&kit, "A");
	struct cchc_firing firing[] = {
		firing_step(&kit, &task, "d-7", day_ms(KIT_DAY - 7, EIGHT)),
		firing_step(&kit, &task, "d-3", day_ms(KIT_DAY - 3, EIGHT)),
		firing_step(&kit, &task, "d-3", day_ms(KIT_DAY - 3, EIGHT)),
	};
	struct cchc_entry back;
	struct cchc_txn txn;

	(void)state;
	firing[0].version = 3;
	(void)kit_fire(&kit, firing, CCHC_COUNT(firing), day_ms(KIT_DAY - 2, 0));
	cchc_txn_read(&txn, kit.store.env);
	assert_true(cchc_store_entry(&txn, 2, &kit.arena, &back));
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	assert_int_equal(back.n_firings, 1);
	assert_string_equal(back.firing[0].key, "A/d-3/1");
	assert_int_equal(firing[0].version, 3);
}

static void of_steps_passed_meanwhile_only_the_latest_is_told(void **state)
{
	struct cchc_task task = kit_task(&kit, "A");
	struct cchc_firing firing[] = {
		firing_step(&kit, &task, "overdue", day_ms(KIT_DAY + 1, 0)),
		firing_step(&kit, &task, "d-7", day_ms(KIT_DAY - 7, EIGHT)),
		firing_step(&kit, &task, "d-3", day_ms(KIT_DAY - 3, EIGHT)),
	};
	struct cchc_outcome outcome;
	struct numbers numbers = {.n = 0};
	struct cchc_txn txn;

	(void)state;
	firing[1].superseded = firing[2].superseded = true;
	outcome = kit_fire(&kit, firing, CCHC_COUNT(firing), day_ms(KIT_DAY + 2, 0));
	assert_int_equal(outcome.n_alerts, 3);
	for (size_t i = 1; i < 3; i++) {
		struct cchc_alert alert = kit_alert(&kit, outcome.alert[i].no);

		assert_true(alert.superseded);
		assert_false(cchc_alert_stands(&alert));
		assert_string_equal(alert.end_why, "superseded");
		assert_int_equal(alert.n_deliveries, 0);
		assert_false(is_pending(alert.no));
	}
	assert_true(is_pending(outcome.alert[0].no));
	assert_true(kit_task(&kit, "A").fired_ms == day_ms(KIT_DAY + 1, 0));
	cchc_txn_read(&txn, kit.store.env);
	cchc_store_each_alert_of(&txn, 1, &kit.arena, on_alert, &numbers);
	assert_int_equal(numbers.n, 3);
	cchc_store_each_alert(&txn, 2, &kit.arena, on_alert, &numbers);
	assert_int_equal(numbers.n, 5);
	cchc_store_each_alert_of(&txn, 2, &kit.arena, on_alert, &numbers);
	assert_int_equal(numbers.n, 5);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
}

static void a_firing_without_a_sound_key_is_invalid(void **state)
{
	static char long_key[CCHC_ALERT_KEY + 1];
	const char *const KEYS[] = {"", NULL, long_key};

	(void)state;
	memset(long_key, 'k', CCHC_ALERT_KEY);
	for (size_t i = 0; i < CCHC_COUNT(KEYS); i++) {
		struct cchc_firing firing =
			of_unit(CCHC_ALERT_SILENT, KEYS[i], "", day_ms(KIT_DAY, NOON));
		struct cchc_entry entry = {
			.kind = CCHC_ENTRY_FIRE, .firing = &firing, .n_firings = 1};

		assert_int_equal(kit_try(&kit, &entry), CCHC_INVALID);
	}
}

/* ---- told ---- */

static enum cchc_applied hand(uint16_t delivery, bool of_end, uint8_t state)
{
	struct cchc_handing handing = {.alert = 1,
				       .delivery = delivery,
				       .of_end = of_end,
				       .state = state,
				       .why = "try"};

	return kit_hand(&kit, &handing, 1, day_ms(KIT_DAY, NOON)).applied;
}

static void a_delivery_goes_from_state_to_state(void **state)
{
	static const enum cchc_delivery_state STATES[] = {
		CCHC_DELIVERY_NONE, CCHC_DELIVERY_OWED, CCHC_DELIVERY_HANDED,
		CCHC_DELIVERY_CONFIRMED, CCHC_DELIVERY_DROPPED};
	static const bool MAY[5][5] = {
		[CCHC_DELIVERY_OWED] = {false, false, true, false, true},
		[CCHC_DELIVERY_HANDED] = {false, true, true, true, true},
	};

	(void)state;
	(void)fire("d-3", KIT_DAY - 3);
	for (size_t from = 0; from < 5; from++)
		for (size_t to = 0; to < 5; to++) {
			struct cchc_alert alert = kit_alert(&kit, 1);
			struct cchc_txn txn;

			alert.delivery[1].state = (uint8_t)STATES[from];
			alert.delivery[1].again = 0;
			cchc_txn_write(&txn, kit.store.env);
			cchc_alerts_put(&txn, &alert, &kit.arena);
			assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
			assert_int_equal(hand(1, false, (uint8_t)STATES[to]),
					 MAY[from][to] ? CCHC_APPLIED : CCHC_REPEATED);
			alert = kit_alert(&kit, 1);
			assert_int_equal(alert.delivery[1].state,
					 STATES[MAY[from][to] ? to : from]);
			assert_int_equal(alert.delivery[1].again,
					 MAY[from][to] && from == to);
		}
	assert_int_equal(hand(2, false, CCHC_DELIVERY_HANDED), CCHC_REPEATED);
	assert_int_equal(hand(0, true, CCHC_DELIVERY_HANDED), CCHC_REPEATED);
}

static void one_entry_may_change_an_alert_often(void **state)
{
	static const struct cchc_handing LIST[] = {
		{.alert = 1, .delivery = 0, .state = CCHC_DELIVERY_HANDED},
		{.alert = 9, .delivery = 0, .state = CCHC_DELIVERY_HANDED},
		{.alert = 1, .delivery = 1, .state = CCHC_DELIVERY_CONFIRMED},
		{.alert = 1, .delivery = 0, .state = CCHC_DELIVERY_CONFIRMED, .why = ""},
	};
	struct cchc_outcome outcome;
	struct cchc_entry back;
	struct cchc_txn txn;

	(void)state;
	(void)fire("d-3", KIT_DAY - 3);
	outcome = kit_hand(&kit, LIST, CCHC_COUNT(LIST), day_ms(KIT_DAY, NOON));
	assert_int_equal(outcome.n_alerts, 1);
	assert_int_equal(outcome.alert->delivery[0].state, CCHC_DELIVERY_CONFIRMED);
	assert_int_equal(outcome.alert->delivery[1].state, CCHC_DELIVERY_OWED);
	assert_int_equal(outcome.alert->journal, 3);
	cchc_txn_read(&txn, kit.store.env);
	assert_true(cchc_store_entry(&txn, 3, &kit.arena, &back));
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	assert_int_equal(back.n_handings, 2);
}

/* ---- ended ---- */

static struct cchc_deed ending(enum cchc_deed_kind kind)
{
	struct cchc_deed deed = deed_of(kind, "A");

	deed.due = deed.effective = KIT_DAY + 9;
	deed.lead = OTHER;
	if (kind == CCHC_DEED_REPORT)
		deed.done = KIT_DAY - 2;
	if (kind == CCHC_DEED_CALENDAR)
		deed.hand = CCHC_HAND_DAEMON;
	return deed;
}

static void a_deed_ends_the_steps_of_its_task(void **state)
{
	static const struct {
		enum cchc_deed_kind kind;
		const char *why;
	} TABLE[] = {
		{CCHC_DEED_EXTEND, "extended"},   {CCHC_DEED_REPORT, "done"},
		{CCHC_DEED_CANCEL, "cancelled"},  {CCHC_DEED_MOVE, "moved"},
		{CCHC_DEED_CALENDAR, "extended"},
	};

	for (size_t i = 0; i < CCHC_COUNT(TABLE); i++) {
		struct cchc_deed deed = ending(TABLE[i].kind);
		struct cchc_outcome outcome;
		struct cchc_alert alert;

		close_kit(state);
		open_kit(state);
		(void)fire("d-7", KIT_DAY - 7);
		(void)fire("d-3", KIT_DAY - 3);
		outcome = kit_deed(&kit, &deed, day_ms(KIT_DAY - 2, NOON));
		assert_int_equal(outcome.n_alerts, 2);
		assert_int_equal(outcome.alert[1].no, 2);
		for (size_t k = 0; k < 2; k++) {
			alert = kit_alert(&kit, k + 1);
			assert_string_equal(alert.end_why, TABLE[i].why);
			assert_true(alert.ended_ms == day_ms(KIT_DAY - 2, NOON));
			assert_int_equal(alert.journal, 4);
		}
		deed = ending(CCHC_DEED_CANCEL); /* what has ended stays so */
		outcome = kit_deed(&kit, &deed, day_ms(KIT_DAY - 1, NOON));
		assert_int_equal(outcome.n_alerts, 0);
	}
}

static void a_wish_for_time_ends_nothing(void **state)
{
	struct cchc_deed wish = deed_of(CCHC_DEED_REPORT, "A");

	(void)state;
	wish.wish = KIT_DAY + 5;
	(void)fire("d-3", KIT_DAY - 3);
	assert_int_equal(kit_deed(&kit, &wish, day_ms(KIT_DAY - 2, NOON)).n_alerts, 0);
	assert_true(is_pending(1));
}

/* What an end makes of a delivery that is in each state. */
static void the_end_is_told_to_whom_the_beginning_was(void **state)
{
	static const struct {
		enum cchc_delivery_state was;
		bool tells_end;
		enum cchc_delivery_state is;
		enum cchc_delivery_state end;
		bool pending;
	} TABLE[] = {
		{CCHC_DELIVERY_OWED, true, CCHC_DELIVERY_DROPPED, CCHC_DELIVERY_NONE,
		 false},
		{CCHC_DELIVERY_OWED, false, CCHC_DELIVERY_DROPPED, CCHC_DELIVERY_NONE,
		 false},
		{CCHC_DELIVERY_HANDED, true, CCHC_DELIVERY_HANDED, CCHC_DELIVERY_OWED,
		 true},
		{CCHC_DELIVERY_HANDED, false, CCHC_DELIVERY_HANDED, CCHC_DELIVERY_NONE,
		 true},
		{CCHC_DELIVERY_CONFIRMED, true, CCHC_DELIVERY_CONFIRMED,
		 CCHC_DELIVERY_OWED, true},
		{CCHC_DELIVERY_CONFIRMED, false, CCHC_DELIVERY_CONFIRMED,
		 CCHC_DELIVERY_NONE, false},
		{CCHC_DELIVERY_DROPPED, true, CCHC_DELIVERY_DROPPED, CCHC_DELIVERY_NONE,
		 false},
	};

	for (size_t i = 0; i < CCHC_COUNT(TABLE); i++) {
		struct cchc_deed cancel = deed_of(CCHC_DEED_CANCEL, "A");
		struct cchc_alert alert;
		struct cchc_txn txn;

		close_kit(state);
		open_kit(state);
		(void)fire("d-3", KIT_DAY - 3);
		alert = kit_alert(&kit, 1);
		alert.n_deliveries = 1;
		alert.delivery[0].state = (uint8_t)TABLE[i].was;
		alert.delivery[0].tells_end = TABLE[i].tells_end;
		cchc_txn_write(&txn, kit.store.env);
		cchc_alerts_put(&txn, &alert, &kit.arena);
		assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
		(void)kit_deed(&kit, &cancel, day_ms(KIT_DAY - 2, NOON));
		alert = kit_alert(&kit, 1);
		assert_int_equal(alert.delivery[0].state, TABLE[i].is);
		assert_int_equal(alert.delivery[0].end_state, TABLE[i].end);
		assert_int_equal(is_pending(1), TABLE[i].pending);
		if (TABLE[i].was == CCHC_DELIVERY_OWED)
			assert_true(alert.delivery[0].why[0]);
	}
}

static void it_is_pending_until_its_end_is_told(void **state)
{
	struct cchc_deed cancel = deed_of(CCHC_DEED_CANCEL, "A");

	(void)state;
	(void)fire("d-3", KIT_DAY - 3);
	(void)hand(0, false, CCHC_DELIVERY_HANDED);
	(void)hand(1, false, CCHC_DELIVERY_HANDED);
	(void)kit_deed(&kit, &cancel, day_ms(KIT_DAY - 2, NOON));
	(void)hand(0, false, CCHC_DELIVERY_CONFIRMED);
	(void)hand(1, false, CCHC_DELIVERY_OWED); /* it failed: now it is too late */
	assert_int_equal(kit_alert(&kit, 1).delivery[1].state, CCHC_DELIVERY_DROPPED);
	assert_true(is_pending(1));
	assert_int_equal(hand(0, true, CCHC_DELIVERY_HANDED), CCHC_APPLIED);
	assert_int_equal(hand(0, true, CCHC_DELIVERY_OWED), CCHC_APPLIED);
	assert_int_equal(hand(0, true, CCHC_DELIVERY_HANDED), CCHC_APPLIED);
	assert_true(is_pending(1));
	assert_int_equal(hand(0, true, CCHC_DELIVERY_CONFIRMED), CCHC_APPLIED);
	assert_false(is_pending(1));
}

static struct cchc_handing end_of(uint64_t alert, const char *why)
{
	return (struct cchc_handing){
		.alert = alert, .delivery = CCHC_NO_DELIVERY, .why = why};
}

static void a_silence_of_a_unit_ends_when_it_is_heard(void **state)
{
	struct cchc_firing firing =
		of_unit(CCHC_ALERT_SILENT, "silent/11986/1", "", day_ms(KIT_DAY, NOON));
	struct cchc_handing end[] = {end_of(1, NULL), end_of(2, NULL)};

	(void)state;
	(void)fire("d-3", KIT_DAY - 3); /* 1: steps end with their task alone */
	assert_int_equal(kit_fire(&kit, &firing, 1, day_ms(KIT_DAY + 1, NOON)).alert->no,
			 2);
	assert_int_equal(kit_fire(&kit, &firing, 1, day_ms(KIT_DAY + 1, NOON)).applied,
			 CCHC_REPEATED);
	assert_int_equal(kit_hand(&kit, end, 2, day_ms(KIT_DAY + 2, NOON)).n_alerts, 1);
	assert_string_equal(kit_alert(&kit, 2).end_why, "heard");
	assert_int_equal(kit_alert(&kit, 1).ended_ms, 0);
	assert_int_equal(kit_hand(&kit, end, 2, day_ms(KIT_DAY + 2, NOON)).applied,
			 CCHC_REPEATED);
}

/* ---- digests ---- */

static bool on_digest(void *data, const struct cchc_digest_text *digest)
{
	char *said = data;
	size_t len = strlen(said);

	(void)snprintf(said + len, 200 - len, "%d:%u:%s ", (int)(digest->day - KIT_DAY),
		       (unsigned)digest->journal, digest->text);
	return strcmp(digest->text, "stop") != 0;
}

static void a_digest_is_kept_by_day_and_told_in_order(void **state)
{
	struct cchc_firing list[] = {
		of_unit(CCHC_ALERT_DIGEST, "digest/11986/1", "mai", day_ms(KIT_DAY, 450)),
		of_unit(CCHC_ALERT_DIGEST, "digest/11986/2", "stop",
			day_ms(KIT_DAY + 1, 450)),
		of_unit(CCHC_ALERT_DIGEST, "digest/11986/0", "qua",
			day_ms(KIT_DAY - 1, 450)),
	};
	struct cchc_digest_text digest;
	char all[200] = "";
	char late[200] = "";
	struct cchc_txn txn;

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(list); i++)
		(void)kit_fire(&kit, &list[i], 1, day_ms(KIT_DAY + 1, 451));
	cchc_txn_read(&txn, kit.store.env);
	cchc_store_each_digest(&txn, LEAD, 0, &kit.arena, on_digest, all);
	cchc_store_each_digest(&txn, LEAD, 3, &kit.arena, on_digest, late);
	cchc_store_each_digest(&txn, LEAD + 1, 0, &kit.arena, on_digest, late);
	assert_true(cchc_store_digest(&txn, LEAD, KIT_DAY, &kit.arena, &digest));
	assert_false(cchc_store_digest(&txn, LEAD, KIT_DAY + 9, &kit.arena, &digest));
	assert_false(cchc_store_digest(&txn, OTHER, KIT_DAY, &kit.arena, &digest));
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	assert_string_equal(all, "0:2:mai 1:3:stop ");
	assert_string_equal(late, "-1:4:qua ");
	assert_string_equal(digest.text, "mai");
}

static void a_digest_ends_when_it_is_told(void **state)
{
	struct cchc_firing firing =
		of_unit(CCHC_ALERT_DIGEST, "digest/11986/1", "mai", day_ms(KIT_DAY, 450));
	struct cchc_handing end = end_of(1, "");

	(void)state;
	(void)kit_fire(&kit, &firing, 1, day_ms(KIT_DAY, 450));
	assert_int_equal(kit_hand(&kit, &end, 1, day_ms(KIT_DAY, NOON)).applied,
			 CCHC_REPEATED);
	(void)hand(0, false, CCHC_DELIVERY_HANDED);
	assert_int_equal(kit_hand(&kit, &end, 1, day_ms(KIT_DAY, NOON)).applied,
			 CCHC_REPEATED);
	(void)hand(0, false, CCHC_DELIVERY_DROPPED);
	assert_int_equal(kit_hand(&kit, &end, 1, day_ms(KIT_DAY, NOON)).applied,
			 CCHC_APPLIED);
	assert_string_equal(kit_alert(&kit, 1).end_why, "told");
	assert_false(is_pending(1));
}

/* ---- damage ---- */

static void a_record_cut_anywhere_is_corrupt(void **state)
{
	struct cchc_key key = cchc_key_number(1);
	struct cchc_alert alert;
	uint8_t copy[400];
	const void *value;
	struct cchc_txn txn;
	size_t len;

	(void)state;
	(void)fire("d-3", KIT_DAY - 3);
	cchc_txn_write(&txn, kit.store.env);
	assert_true(cchc_table_get(&txn, CCHC_TABLE_ALERTS, &key, &value, &len));
	assert_true(len < sizeof(copy));
	memcpy(copy, value, len);
	for (size_t cut = 0; cut < len; cut++) {
		cchc_table_put(&txn, CCHC_TABLE_ALERTS, &key, copy, cut);
		assert_false(cchc_store_alert(&txn, 1, &kit.arena, &alert));
		assert_int_equal(txn.rc, CCHC_CORRUPT);
		txn.rc = CCHC_OK;
	}
	cchc_txn_abort(&txn);
}

#define FRESH(test) cmocka_unit_test_setup_teardown(test, open_kit, close_kit)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FRESH(a_step_is_owed_by_the_firing_that_is_committed),
		FRESH(what_no_longer_holds_writes_nothing),
		FRESH(a_clock_reading_alone_is_journalled),
		FRESH(a_task_that_is_done_raises_nothing),
		FRESH(the_journal_has_what_held),
		FRESH(of_steps_passed_meanwhile_only_the_latest_is_told),
		FRESH(a_firing_without_a_sound_key_is_invalid),
		FRESH(a_delivery_goes_from_state_to_state),
		FRESH(one_entry_may_change_an_alert_often),
		FRESH(a_deed_ends_the_steps_of_its_task),
		FRESH(a_wish_for_time_ends_nothing),
		FRESH(the_end_is_told_to_whom_the_beginning_was),
		FRESH(it_is_pending_until_its_end_is_told),
		FRESH(a_silence_of_a_unit_ends_when_it_is_heard),
		FRESH(a_digest_is_kept_by_day_and_told_in_order),
		FRESH(a_digest_ends_when_it_is_told),
		FRESH(a_record_cut_anywhere_is_corrupt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
