/* Tasks in the outbox: what the district tells, what is said here, and what becomes of
 * it. */
#include "agenttasks.h"

#include "base/check.h"

static const char ID[] = "CV-123/2";

static enum cchc_said said_of(struct kit *kit)
{
	return (enum cchc_said)tasks_look(kit, ID).said;
}

static Cchc__TaskInfo *waiting(struct kit *kit)
{
	Cchc__TaskInfo *info = tasks_info(kit, ID);

	info->state = CCHC__TASK_INFO__STATE__WAITING;
	info->has_done = true;
	info->done = TASKS_TODAY;
	info->result = (char *)"12/BC";
	return info;
}

/* ---- what comes down ---- */

static void a_task_comes_down_and_survives_a_crash(void **state)
{
	struct kit *kit = *state;
	uint64_t changes = kit_look(kit).task_changes;
	struct cchc_assignment a;

	tasks_tell(kit, waiting(kit));
	kit_reopen(kit);
	a = tasks_look(kit, ID);
	assert_true(a.known && a.leads && !a.is_duty);
	assert_int_equal(a.state, CCHC_TASK_WAITING);
	assert_string_equal(a.title, "Rà soát TTHC");
	assert_string_equal(a.lead, "11986");
	assert_int_equal(a.effective, TASKS_TODAY + 6);
	assert_int_equal(a.stands.done, TASKS_TODAY);
	assert_string_equal(a.stands.result, "12/BC");
	assert_int_equal(a.stands.wish, CCHC_DAY_NONE);
	assert_int_equal(a.doc_date, CCHC_DAY_NONE);
	assert_true(kit_look(kit).task_changes > changes);
}

static void another_units_task_is_kept_and_marked(void **state)
{
	struct kit *kit = *state;
	Cchc__TaskInfo *info = tasks_info(kit, ID);

	info->concern = CCHC__TASK_INFO__CONCERN__CO;
	tasks_tell(kit, info);
	assert_false(tasks_look(kit, ID).leads);
}

static void a_task_that_is_gone_goes(void **state)
{
	struct kit *kit = *state;
	Cchc__TaskInfo *info = tasks_info(kit, ID);

	tasks_tell(kit, info);
	info->concern = CCHC__TASK_INFO__CONCERN__GONE;
	tasks_tell(kit, info);
	assert_false(tasks_has(kit, ID));
	tasks_tell(kit, info); /* and may be told of one that never was here */
	assert_false(tasks_has(kit, ID));
}

static void an_id_that_no_task_can_have_is_passed_over(void **state)
{
	struct kit *kit = *state;
	char id[CCHC_TASK_ID + 1];
	struct cchc_assignment *list;
	size_t n;

	memset(id, 'a', sizeof(id));
	id[CCHC_TASK_ID] = '\0';
	tasks_tell(kit, tasks_info(kit, id));
	tasks_tell(kit, tasks_info(kit, ""));
	assert_int_equal(cchc_outbox_assignments(kit->box, &kit->arena, &list, &n),
			 CCHC_OK);
	assert_int_equal(n, 0);
	id[CCHC_TASK_ID - 1] = '\0';
	tasks_tell(kit, tasks_info(kit, id));
	assert_true(tasks_has(kit, id));
}

static void what_is_over_goes_after_thirty_days(void **state)
{
	struct kit *kit = *state;
	Cchc__TaskInfo *info = tasks_info(kit, "cancelled");
	int64_t over_ms;

	tasks_tell(kit, tasks_info(kit, ID));
	info->state = CCHC__TASK_INFO__STATE__CANCELLED;
	tasks_tell(kit, info);
	over_ms = tasks_look(kit, "cancelled").changed_ms + 30 * KIT_DAY_MS;
	assert_int_equal(cchc_outbox_trim(kit->box, over_ms), CCHC_OK);
	assert_true(tasks_has(kit, "cancelled"));
	assert_int_equal(cchc_outbox_trim(kit->box, over_ms + 1), CCHC_OK);
	assert_false(tasks_has(kit, "cancelled"));
	assert_true(tasks_has(kit, ID)); /* however long it is overdue */
}

/* ---- what is said ---- */

static void a_statement_waits_is_taken_and_gives_way(void **state)
{
	struct kit *kit = *state;
	Cchc__TaskReport *report;

	tasks_tell(kit, tasks_info(kit, ID));
	tasks_say_done(kit, ID, TASKS_TODAY, "12/BC");
	kit_reopen(kit);
	assert_int_equal(said_of(kit), CCHC_SAID_WAITS);
	assert_int_equal(kit_look(kit).queued, 1);
	tasks_ack(kit, CCHC_RULE_NONE);
	assert_int_equal(said_of(kit), CCHC_SAID_TAKEN);
	report = tasks_sent(kit, 1);
	assert_string_equal(report->unit, "11986");
	assert_string_equal(report->task, ID);
	assert_true(report->has_done && !report->has_wish);
	assert_int_equal(report->done, TASKS_TODAY);
	assert_string_equal(report->result, "12/BC");
	tasks_tell(kit, waiting(kit));
	assert_int_equal(said_of(kit), CCHC_SAID_NOTHING);
	assert_int_equal(tasks_look(kit, ID).turn, CCHC_TURN_NONE);
}

static void a_wish_is_sent_with_its_reason(void **state)
{
	struct kit *kit = *state;
	Cchc__TaskInfo *info = tasks_info(kit, ID);
	Cchc__TaskReport *report;

	tasks_tell(kit, info);
	tasks_say_wish(kit, ID, TASKS_TODAY + 30, "chờ số liệu");
	tasks_ack(kit, CCHC_RULE_NONE);
	report = tasks_sent(kit, 1);
	assert_true(report->has_wish && !report->has_done);
	assert_string_equal(report->reason, "chờ số liệu");
	info->has_wish = true;
	info->wish = TASKS_TODAY + 30;
	info->wish_reason = (char *)"chờ số liệu";
	tasks_tell(kit, info);
	assert_int_equal(said_of(kit), CCHC_SAID_NOTHING);
}

static void the_register_may_know_before_the_ack_comes(void **state)
{
	struct kit *kit = *state;

	tasks_tell(kit, tasks_info(kit, ID));
	tasks_say_done(kit, ID, TASKS_TODAY, "12/BC");
	tasks_tell(kit, waiting(kit));
	assert_int_equal(said_of(kit), CCHC_SAID_WAITS);
	tasks_ack(kit, CCHC_RULE_NONE);
	assert_int_equal(said_of(kit), CCHC_SAID_NOTHING);
}

static void what_was_so_already_is_taken_without_another_word(void **state)
{
	struct kit *kit = *state;

	tasks_tell(kit, waiting(kit));
	tasks_say_done(kit, ID, TASKS_TODAY, "12/BC");
	tasks_ack(kit, CCHC_RULE_NONE);
	assert_int_equal(said_of(kit), CCHC_SAID_NOTHING);
}

static void a_word_told_once_more_replaces_nothing(void **state)
{
	struct kit *kit = *state;
	Cchc__TaskInfo *info = tasks_info(kit, ID);

	tasks_tell(kit, info);
	tasks_say_done(kit, ID, TASKS_TODAY, "12/BC");
	tasks_ack(kit, CCHC_RULE_NONE);
	tasks_tell_again(kit, info);
	assert_int_equal(said_of(kit), CCHC_SAID_TAKEN);
}

static void a_refusal_stays_until_the_task_changes(void **state)
{
	struct kit *kit = *state;
	Cchc__TaskInfo *info = tasks_info(kit, ID);
	struct cchc_assignment a;

	tasks_tell(kit, info);
	tasks_say_done(kit, ID, TASKS_TODAY, "");
	tasks_ack(kit, CCHC_RULE_DONE_BEFORE_ASSIGNED);
	kit_reopen(kit);
	a = tasks_look(kit, ID);
	assert_int_equal(a.said, CCHC_SAID_REFUSED);
	assert_int_equal(a.refusal.rule, CCHC_RULE_DONE_BEFORE_ASSIGNED);
	assert_string_equal(a.refusal.field, "done");
	assert_string_equal(a.refusal.expected, "từ 2024-03-11");
	assert_int_equal(kit_look(kit).rejected, 1);
	info->title = (char *)"Rà soát lại";
	tasks_tell(kit, info);
	assert_int_equal(said_of(kit), CCHC_SAID_REFUSED);
	tasks_tell(kit, waiting(kit));
	assert_int_equal(said_of(kit), CCHC_SAID_NOTHING);
}

static void a_refusal_that_is_repeated_is_one(void **state)
{
	struct kit *kit = *state;

	tasks_tell(kit, tasks_info(kit, ID));
	tasks_say_done(kit, ID, TASKS_TODAY, "");
	tasks_ack(kit, CCHC_RULE_DONE_IN_FUTURE);
	tasks_ack(kit, CCHC_RULE_DONE_IN_FUTURE);
	assert_int_equal(kit_look(kit).rejected, 1);
	/* what is said since does not hear it */
	tasks_say_done(kit, ID, TASKS_TODAY - 1, "");
	assert_int_equal(kit_ack(kit, 1, 1, CCHC_REFUSED_WHOLE), CCHC_OK);
	assert_int_equal(said_of(kit), CCHC_SAID_WAITS);
}

static void an_answer_to_an_earlier_statement_is_not_for_the_later_one(void **state)
{
	struct kit *kit = *state;

	tasks_tell(kit, tasks_info(kit, ID));
	tasks_say_done(kit, ID, TASKS_TODAY, "");
	(void)kit_number(kit, 1);
	tasks_say_done(kit, ID, TASKS_TODAY, "12/BC");
	assert_int_equal(kit_ack(kit, 1, 1, CCHC_REFUSED_WHOLE), CCHC_OK);
	assert_int_equal(said_of(kit), CCHC_SAID_WAITS);
	tasks_ack(kit, CCHC_RULE_NONE);
	assert_int_equal(said_of(kit), CCHC_SAID_TAKEN);
}

static void an_answer_about_a_task_that_is_gone_is_for_nobody(void **state)
{
	struct kit *kit = *state;
	Cchc__TaskInfo *info = tasks_info(kit, ID);

	tasks_tell(kit, info);
	tasks_say_done(kit, ID, TASKS_TODAY, "");
	info->concern = CCHC__TASK_INFO__CONCERN__GONE;
	tasks_tell(kit, info);
	tasks_ack(kit, CCHC_RULE_NOT_YOUR_TASK);
	assert_false(tasks_has(kit, ID));
	assert_int_equal(kit_look(kit).rejected, 1);
}

/* ---- why it is open again ---- */

static const struct {
	const char *name;
	int before; /* state, 0: it was reported here and acknowledged */
	int after;
	unsigned extensions;
	enum cchc_turn turn;
} TURNS[] = {
	{"returned", CCHC_TASK_WAITING, CCHC_TASK_OPEN, 0, CCHC_TURN_RETURNED},
	{"returned before it was seen waiting", 0, CCHC_TASK_OPEN, 0, CCHC_TURN_RETURNED},
	{"reopened", CCHC_TASK_DONE, CCHC_TASK_OPEN, 0, CCHC_TURN_REOPENED},
	{"revived", CCHC_TASK_CANCELLED, CCHC_TASK_OPEN, 0, CCHC_TURN_REOPENED},
	{"extended", CCHC_TASK_OPEN, CCHC_TASK_OPEN, 1, CCHC_TURN_NONE},
	{"accepted", CCHC_TASK_WAITING, CCHC_TASK_DONE, 0, CCHC_TURN_NONE},
};

static void why_a_task_is_open_again_is_known(void **state)
{
	struct kit *kit = *state;

	for (size_t i = 0; i < CCHC_COUNT(TURNS); i++) {
		Cchc__TaskInfo *info = tasks_info(kit, TURNS[i].name);

		info->state = TURNS[i].before ? (Cchc__TaskInfo__State)TURNS[i].before
					      : CCHC__TASK_INFO__STATE__OPEN;
		tasks_tell(kit, info);
		if (!TURNS[i].before) {
			tasks_say_done(kit, info->id, TASKS_TODAY, "");
			tasks_ack(kit, CCHC_RULE_NONE);
		}
		info->state = (Cchc__TaskInfo__State)TURNS[i].after;
		info->has_extensions = true;
		info->extensions = TURNS[i].extensions;
		tasks_tell(kit, info);
		if (tasks_look(kit, info->id).turn != TURNS[i].turn)
			fail_msg("%s", TURNS[i].name);
		if (TURNS[i].turn == CCHC_TURN_NONE)
			continue;
		info->title = (char *)"another title";
		tasks_tell(kit, info); /* still so */
		assert_int_equal(tasks_look(kit, info->id).turn, TURNS[i].turn);
		info->extensions++;
		tasks_tell(kit, info); /* its reason is another one now */
		assert_int_equal(tasks_look(kit, info->id).turn, CCHC_TURN_NONE);
	}
}

/* ---- whose register it is ---- */

static void greet(struct kit *kit, uint8_t store, uint64_t incarnation)
{
	uint8_t id[CCHC_STORE_ID_BYTES] = {store};
	Cchc__Welcome welcome = CCHC__WELCOME__INIT;
	Cchc__UnitInfo unit = CCHC__UNIT_INFO__INIT;

	unit.name = (char[]){"x"};
	unit.level = (char[]){"commune"};
	welcome.store_id.data = id;
	welcome.store_id.len = sizeof(id);
	welcome.incarnation = incarnation;
	welcome.unit = &unit;
	assert_int_equal(cchc_outbox_pin(kit->box, &welcome), CCHC_OK);
}

static void a_new_incarnation_tells_all_again_and_takes_nothing_away(void **state)
{
	struct kit *kit = *state;

	greet(kit, 1, 1);
	tasks_tell(kit, tasks_info(kit, ID));
	tasks_say_done(kit, ID, TASKS_TODAY, "");
	greet(kit, 1, 2);
	assert_int_equal(kit_look(kit).down, 0);
	assert_int_equal(said_of(kit), CCHC_SAID_WAITS);
	tasks_tell(kit, tasks_info(kit, ID));
	assert_int_equal(said_of(kit), CCHC_SAID_WAITS);
}

static void another_store_that_was_adopted_has_other_tasks(void **state)
{
	struct kit *kit = *state;

	greet(kit, 1, 1);
	tasks_tell(kit, tasks_info(kit, ID));
	assert_int_equal(cchc_outbox_adopt(kit->box), CCHC_OK);
	greet(kit, 1, 1); /* the same one answered */
	assert_true(tasks_has(kit, ID));
	assert_int_equal(cchc_outbox_adopt(kit->box), CCHC_OK);
	greet(kit, 2, 1);
	assert_false(tasks_has(kit, ID));
}

/* ---- epochs ---- */

static void a_restored_district_is_told_again_what_stands(void **state)
{
	struct kit *kit = *state;
	Cchc__TaskInfo *wish = tasks_info(kit, "wish");
	Cchc__TaskReport *report;

	tasks_tell(kit, waiting(kit));
	wish->has_wish = true;
	wish->wish = TASKS_TODAY + 30;
	wish->wish_reason = (char *)"chờ";
	tasks_tell(kit, wish);
	tasks_tell(kit, tasks_info(kit, "untouched"));
	(void)kit_push(kit, "2024-Q1.csv", 1, 1, 100);
	assert_int_equal(cchc_outbox_renew(kit->box, 77, KIT_WALL), CCHC_OK);
	assert_int_equal(kit_look(kit).down, 0);
	assert_int_equal(kit_number(kit, 9), 3); /* two statements, then what waited */
	report = tasks_sent(kit, 1);
	assert_string_equal(report->task, ID);
	assert_int_equal(report->done, TASKS_TODAY);
	assert_string_equal(report->result, "12/BC");
	report = tasks_sent(kit, 2);
	assert_string_equal(report->task, "wish");
	assert_string_equal(report->reason, "chờ");
	assert_int_equal(said_of(kit), CCHC_SAID_WAITS);
	tasks_tell(kit, tasks_info(kit, ID)); /* as it was in the backup */
	assert_string_equal(tasks_look(kit, ID).cell[CCHC_ANSWER_DONE], "09/03/2024");
	tasks_ack(kit, CCHC_RULE_NONE);
	tasks_tell(kit, waiting(kit));
	assert_int_equal(said_of(kit), CCHC_SAID_NOTHING);
	assert_int_equal(kit_look(kit).live_bytes, 0);
}

static void a_fork_keeps_the_statements_that_wait(void **state)
{
	struct kit *kit = *state;
	struct cchc_held held = {0};

	tasks_tell(kit, tasks_info(kit, ID));
	tasks_say_done(kit, ID, TASKS_TODAY, "12/BC");
	(void)kit_number(kit, 1);
	tasks_say_wish(kit, ID, TASKS_TODAY + 30, "chờ");
	assert_int_equal(cchc_outbox_note_fork(kit->box, 1), CCHC_OK);
	assert_int_equal(cchc_outbox_fork(kit->box, &held, NULL, 0, 0, 77, KIT_WALL),
			 CCHC_OK);
	assert_int_equal(kit_number(kit, 9), 2);
	assert_true(tasks_sent(kit, 1)->has_done);
	assert_true(tasks_sent(kit, 2)->has_wish);
	tasks_ack(kit, CCHC_RULE_NONE);
	assert_int_equal(said_of(kit), CCHC_SAID_TAKEN);
}

static void going_back_in_the_tail_asks_for_all_that_comes_down(void **state)
{
	struct kit *kit = *state;

	tasks_tell(kit, tasks_info(kit, ID));
	tasks_say_done(kit, ID, TASKS_TODAY, "12/BC");
	tasks_ack(kit, CCHC_RULE_NONE);
	tasks_tell(kit, waiting(kit));
	assert_int_equal(cchc_outbox_rewind(kit->box, 0), CCHC_OK);
	assert_int_equal(kit_look(kit).down, 0);
	assert_string_equal(tasks_sent(kit, 1)->task, ID);
	tasks_tell(kit, tasks_info(kit, ID)); /* as it was in the backup */
	tasks_ack(kit, CCHC_RULE_NONE);
	tasks_tell(kit, waiting(kit));
	assert_int_equal(tasks_look(kit, ID).state, CCHC_TASK_WAITING);
}

/* A REPORT with its head, taken and accepted. */
static void push_report(struct kit *kit, const char *number)
{
	struct cchc_item item = kit_item(kit, "2024-Q1.csv", 1, 1, 100);
	Cchc__Report *report = kit_report(kit, item.body, item.body_len);
	uint8_t *body;

	report->doc_number = (char *)number;
	report->has_doc_date = report->has_complete = number != NULL;
	report->doc_date = TASKS_TODAY;
	report->complete = number != NULL;
	assert_int_equal(
		cchc_wire_encode(&kit->arena, &report->base, &body, &item.body_len),
		CCHC_OK);
	item.body = body;
	assert_int_equal(kit_push_items(kit, "2024-Q1.csv", &item, 1, NULL), CCHC_OK);
	tasks_ack(kit, CCHC_RULE_NONE);
}

static void a_restored_district_gets_the_head_of_each_report(void **state)
{
	struct kit *kit = *state;
	struct cchc_sent sent;
	Cchc__Report *report;

	push_report(kit, "37/BC-UBND");
	assert_int_equal(cchc_outbox_renew(kit->box, 77, KIT_WALL), CCHC_OK);
	(void)kit_number(kit, 1);
	sent = kit_sent(kit, 1);
	report = kit_report(kit, sent.item.body, sent.item.body_len);
	assert_string_equal(report->doc_number, "37/BC-UBND");
	assert_int_equal(report->doc_date, TASKS_TODAY);
	assert_true(report->has_complete && report->complete);
	assert_null(report->signer_name);
	tasks_ack(kit, CCHC_RULE_NONE);
	push_report(kit, NULL); /* a later version without one */
	assert_int_equal(cchc_outbox_renew(kit->box, 78, KIT_WALL), CCHC_OK);
	(void)kit_number(kit, 1);
	sent = kit_sent(kit, 1);
	report = kit_report(kit, sent.item.body, sent.item.body_len);
	assert_null(report->doc_number);
	assert_false(report->has_complete || report->has_doc_date);
}

/* ---- the clock, reminders ---- */

static void the_districts_clock_is_kept(void **state)
{
	struct kit *kit = *state;
	int64_t ms = 0;

	assert_int_equal(cchc_outbox_clock(kit->box, KIT_WALL, &ms), CCHC_OK);
	assert_int_equal(ms, KIT_WALL);
	assert_int_equal(cchc_outbox_set_clock(kit->box, KIT_WALL + KIT_DAY_MS, KIT_WALL),
			 CCHC_OK);
	kit_reopen(kit);
	assert_int_equal(cchc_outbox_clock(kit->box, KIT_WALL + 5, &ms), CCHC_OK);
	assert_int_equal(ms, KIT_WALL + KIT_DAY_MS + 5);
	assert_int_equal(cchc_outbox_set_clock(kit->box, INT64_MIN, KIT_WALL), CCHC_OK);
	assert_int_equal(cchc_outbox_set_clock(kit->box, INT64_MAX, KIT_WALL), CCHC_OK);
	assert_int_equal(cchc_outbox_clock(kit->box, KIT_WALL, &ms), CCHC_OK);
	assert_int_equal(ms, KIT_WALL + KIT_DAY_MS);
}

static void reminders_wait_day_by_day_until_they_are_written(void **state)
{
	struct kit *kit = *state;
	const char *text;
	cchc_day day;

	tasks_remind(kit, TASKS_TODAY + 1, "mai");
	tasks_remind(kit, TASKS_TODAY, "nay");
	tasks_remind(kit, TASKS_TODAY, "nay, lần hai");
	tasks_remind(kit, CCHC_DAY_NONE + 1, "no file can have this name");
	kit_reopen(kit);
	assert_int_equal(cchc_outbox_reminder(kit->box, &kit->arena, &day, &text),
			 CCHC_OK);
	assert_int_equal(day, TASKS_TODAY);
	assert_string_equal(text, "nay, lần hai");
	assert_int_equal(cchc_outbox_reminded(kit->box, day), CCHC_OK);
	assert_int_equal(cchc_outbox_reminder(kit->box, &kit->arena, &day, &text),
			 CCHC_OK);
	assert_string_equal(text, "mai");
	assert_int_equal(cchc_outbox_reminded(kit->box, day), CCHC_OK);
	assert_int_equal(cchc_outbox_reminder(kit->box, &kit->arena, &day, &text),
			 CCHC_NOTFOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		KIT(a_task_comes_down_and_survives_a_crash),
		KIT(another_units_task_is_kept_and_marked),
		KIT(a_task_that_is_gone_goes),
		KIT(an_id_that_no_task_can_have_is_passed_over),
		KIT(what_is_over_goes_after_thirty_days),
		KIT(a_statement_waits_is_taken_and_gives_way),
		KIT(a_wish_is_sent_with_its_reason),
		KIT(the_register_may_know_before_the_ack_comes),
		KIT(what_was_so_already_is_taken_without_another_word),
		KIT(a_word_told_once_more_replaces_nothing),
		KIT(a_refusal_stays_until_the_task_changes),
		KIT(a_refusal_that_is_repeated_is_one),
		KIT(an_answer_to_an_earlier_statement_is_not_for_the_later_one),
		KIT(an_answer_about_a_task_that_is_gone_is_for_nobody),
		KIT(why_a_task_is_open_again_is_known),
		KIT(a_new_incarnation_tells_all_again_and_takes_nothing_away),
		KIT(another_store_that_was_adopted_has_other_tasks),
		KIT(a_restored_district_is_told_again_what_stands),
		KIT(a_fork_keeps_the_statements_that_wait),
		KIT(going_back_in_the_tail_asks_for_all_that_comes_down),
		KIT(a_restored_district_gets_the_head_of_each_report),
		KIT(the_districts_clock_is_kept),
		KIT(reminders_wait_day_by_day_until_they_are_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
