#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/task.h"
#include "unit/wirekit.h"

/* Tasks and alerts on the wire: what they ask for, what they answer, their bounds. */

struct asks {
	Cchc__Ask m;
	Cchc__TasksAsk tasks;
	Cchc__AlertsAsk alerts;
	Cchc__Deed deed;
	Cchc__Saying saying;
	Cchc__ChannelTest test;
};

static void make_ask(struct asks *a, Cchc__Ask__Kind kind)
{
	cchc__ask__init(&a->m);
	cchc__tasks_ask__init(&a->tasks);
	cchc__alerts_ask__init(&a->alerts);
	cchc__deed__init(&a->deed);
	cchc__saying__init(&a->saying);
	cchc__channel_test__init(&a->test);
	a->m.version = CCHC_PROTOCOL_VERSION;
	a->m.kind = kind;
	a->deed.kind = CCHC__DEED__KIND__ADD;
	a->deed.id = "CV-12/2024";
	a->saying.kind = CCHC__SAYING__KIND__ACK;
	a->saying.key = "CV-12/2024/overdue/1";
	a->test.channel = "nhat-ky";
	a->m.tasks = kind == CCHC__ASK__KIND__TASKS ? &a->tasks : NULL;
	a->m.alerts = kind == CCHC__ASK__KIND__ALERTS ? &a->alerts : NULL;
	a->m.deed = kind == CCHC__ASK__KIND__DO ? &a->deed : NULL;
	a->m.saying = kind == CCHC__ASK__KIND__SAY ? &a->saying : NULL;
	a->m.test = kind == CCHC__ASK__KIND__TEST ? &a->test : NULL;
}

static Cchc__UnitInfo unit = CCHC__UNIT_INFO__INIT;
static Cchc__UnitInfo *many_units[CCHC_TASK_CO_MAX + 1];
static char *many_codes[CCHC_LEADS_MAX + 1];

static int set_up_units(void **state)
{
	unit.code = unit.name = unit.kind = unit.level = "x";
	for (size_t i = 0; i < CCHC_COUNT(many_units); i++)
		many_units[i] = &unit;
	for (size_t i = 0; i < CCHC_COUNT(many_codes); i++)
		many_codes[i] = "11986";
	return set_up(state);
}

static Cchc__TaskInfo make_task(void)
{
	Cchc__TaskInfo task = CCHC__TASK_INFO__INIT;

	task.id = "CV-12/2024";
	task.state = CCHC__TASK_INFO__STATE__OPEN;
	task.class_ = "nhiem-vu";
	task.title = "Rà soát thủ tục hành chính";
	task.lead = &unit;
	task.due_version = 1;
	return task;
}

static Cchc__AlertInfo make_alert(void)
{
	Cchc__AlertInfo alert = CCHC__ALERT_INFO__INIT;

	alert.key = "CV-12/2024/overdue/1";
	alert.kind = CCHC__ALERT_INFO__KIND__STEP;
	alert.unit = &unit;
	alert.urgency = "critical";
	return alert;
}

static void a_task_report_says_done_or_a_wish(void **state)
{
	Cchc__TaskReport report = CCHC__TASK_REPORT__INIT;
	Cchc__TaskReport *got = NULL;
	size_t len;
	uint8_t *bytes;

	(void)state;
	report.unit = "11986";
	report.task = "CV-12/2024";
	report.has_done = 1;
	report.done = -1; /* a day before 1970 is a day */
	report.result = "37/BC-UBND";
	assert_answer(TASK_REPORT, &report, CCHC_OK, "");
	bytes = encode(&report, &len);
	assert_int_equal(cchc_wire_task_report(&arena, bytes, len, &got, NULL), CCHC_OK);
	assert_string_equal(got->result, "37/BC-UBND");
	assert_int_equal(got->done, -1);
	assert_false(got->has_wish);
	report.reason = "\xff";
	assert_answer(TASK_REPORT, &report, CCHC_INVALID, "TaskReport.reason: the text");
	assert_int_equal(cchc_wire_task_report(&arena, bytes, len - 1, &got, NULL),
			 CCHC_INVALID);
}

static void each_question_about_tasks_has_its_sub_message(void **state)
{
	static const char *const FIELD[] = {"tasks", "alerts", "deed", "saying", "test"};
	static const int KIND[] = {CCHC__ASK__KIND__TASKS, CCHC__ASK__KIND__ALERTS,
				   CCHC__ASK__KIND__DO, CCHC__ASK__KIND__SAY,
				   CCHC__ASK__KIND__TEST};
	struct asks a;
	char says[40];

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(KIND); i++) {
		make_ask(&a, (Cchc__Ask__Kind)KIND[i]);
		assert_answer(ASK, &a.m, CCHC_OK, "");
		a.m.tasks = &a.tasks;
		a.m.test = &a.test;
		assert_answer(ASK, &a.m, CCHC_INVALID, "not with this kind");
		make_ask(&a, (Cchc__Ask__Kind)KIND[i]);
		a.m.tasks = NULL;
		a.m.alerts = NULL;
		a.m.deed = NULL;
		a.m.saying = NULL;
		a.m.test = NULL;
		snprintf(says, sizeof(says), "Ask.%s: missing", FIELD[i]);
		assert_answer(ASK, &a.m, CCHC_INVALID, says);
	}
	make_ask(&a, CCHC__ASK__KIND__TASKS);
	a.m.kind = (Cchc__Ask__Kind)8; /* never given */
	assert_answer(ASK, &a.m, CCHC_INVALID, "Ask.kind: no such value");
}

static void what_a_dry_run_takes_as_done_is_bounded(void **state)
{
	struct asks a;
	Cchc__Deed *earlier[CCHC_EARLIER_MAX + 1];

	(void)state;
	make_ask(&a, CCHC__ASK__KIND__DO);
	for (size_t i = 0; i < CCHC_COUNT(earlier); i++)
		earlier[i] = a.m.deed;
	a.m.earlier = earlier;
	a.m.n_earlier = CCHC_EARLIER_MAX;
	assert_answer(ASK, &a.m, CCHC_OK, "");
	a.m.n_earlier++;
	assert_answer(ASK, &a.m, CCHC_LIMIT, "Ask.earlier: ");
	make_ask(&a, CCHC__ASK__KIND__ABOUT);
	a.m.earlier = earlier;
	a.m.n_earlier = 1;
	assert_answer(ASK, &a.m, CCHC_INVALID, "Ask.earlier: not with this kind");
}

static void a_saying_names_what_it_is_about(void **state)
{
	struct asks a;

	(void)state;
	make_ask(&a, CCHC__ASK__KIND__SAY);
	a.saying.key = NULL;
	assert_answer(ASK, &a.m, CCHC_INVALID, "Saying.key: missing");
	a.saying.kind = CCHC__SAYING__KIND__SILENCE;
	assert_answer(ASK, &a.m, CCHC_INVALID, "Saying.until: missing");
	a.saying.has_until = 1;
	assert_answer(ASK, &a.m, CCHC_OK, "");
	a.saying.kind = CCHC__SAYING__KIND__UNSILENCE;
	assert_answer(ASK, &a.m, CCHC_INVALID, "Saying.silence: missing");
	a.saying.has_silence = 1;
	assert_answer(ASK, &a.m, CCHC_OK, "");
	a.saying.kind = (Cchc__Saying__Kind)4;
	assert_answer(ASK, &a.m, CCHC_INVALID, "Saying.kind: no such value");
}

static void a_deed_names_at_most_its_units(void **state)
{
	struct asks a;

	(void)state;
	make_ask(&a, CCHC__ASK__KIND__DO);
	a.deed.lead = a.deed.co = many_codes;
	for (int over = -1; over <= 1; over++) {
		enum cchc_rc rc = over > 0 ? CCHC_LIMIT : CCHC_OK;

		a.deed.n_co = 0;
		a.deed.n_lead = (size_t)(CCHC_LEADS_MAX + over);
		assert_answer(ASK, &a.m, rc, over > 0 ? "Deed.lead: too many" : "");
		a.deed.n_lead = 1;
		a.deed.n_co = (size_t)(CCHC_TASK_CO_MAX + over);
		assert_answer(ASK, &a.m, rc, over > 0 ? "Deed.co: too many" : "");
	}
	make_ask(&a, CCHC__ASK__KIND__DO);
	a.deed.kind = (Cchc__Deed__Kind)9; /* the daemon's own deeds are nobody's else */
	assert_answer(ASK, &a.m, CCHC_INVALID, "Deed.kind: no such value");
}

static Cchc__Answer make_answer(Cchc__Answer__Kind kind)
{
	Cchc__Answer w = CCHC__ANSWER__INIT;

	w.version = CCHC_PROTOCOL_VERSION;
	w.kind = kind;
	w.last = 1;
	return w;
}

static void answers_carry_tasks_and_their_history_alerts_and_silences(void **state)
{
	Cchc__TaskInfo task = make_task();
	Cchc__TaskInfo *tasks[] = {&task};
	Cchc__TaskLine line = CCHC__TASK_LINE__INIT;
	Cchc__TaskLine *lines[] = {&line};
	Cchc__AlertInfo alert = make_alert();
	Cchc__AlertInfo *alerts[] = {&alert};
	Cchc__SilenceInfo silence = CCHC__SILENCE_INFO__INIT;
	Cchc__SilenceInfo *silences[] = {&silence};
	Cchc__Answer w = make_answer(CCHC__ANSWER__KIND__TASKS);

	(void)state;
	line.sender = "quan-tri";
	line.deed = "extend";
	line.before = line.after = &task;
	silence.by = "quan-tri";
	assert_answer(ANSWER, &w, CCHC_OK, "");
	w.task = tasks;
	w.task_line = lines;
	w.n_task = w.n_task_line = 1;
	assert_answer(ANSWER, &w, CCHC_OK, "");
	w.kind = CCHC__ANSWER__KIND__ALERTS;
	assert_answer(ANSWER, &w, CCHC_INVALID, "Answer.task: not with this kind");
	w = make_answer(CCHC__ANSWER__KIND__ALERTS);
	w.alert = alerts;
	w.silence = silences;
	w.n_alert = w.n_silence = 1;
	assert_answer(ANSWER, &w, CCHC_OK, "");
	w.kind = CCHC__ANSWER__KIND__DONE;
	assert_answer(ANSWER, &w, CCHC_INVALID, "Answer.alert: not with this kind");
}

static void a_task_has_a_state_and_at_most_its_units(void **state)
{
	Cchc__TaskInfo task = make_task();
	Cchc__TaskInfo *tasks[] = {&task};
	Cchc__Answer w = make_answer(CCHC__ANSWER__KIND__TASKS);

	(void)state;
	w.task = tasks;
	w.n_task = 1;
	task.co = many_units;
	for (int over = -1; over <= 1; over++) {
		task.n_co = (size_t)(CCHC_TASK_CO_MAX + over);
		assert_answer(ANSWER, &w, over > 0 ? CCHC_LIMIT : CCHC_OK,
			      over > 0 ? "TaskInfo.co: too many" : "");
	}
	task = make_task();
	task.state = (Cchc__TaskInfo__State)5;
	assert_answer(ANSWER, &w, CCHC_INVALID, "TaskInfo.state: no such value");
	task = make_task();
	task.has_concern = 1;
	task.concern = (Cchc__TaskInfo__Concern)4;
	assert_answer(ANSWER, &w, CCHC_INVALID, "TaskInfo.concern: no such value");
}

static void a_digest_has_at_most_sixteen_kilobytes(void **state)
{
	static char text[CCHC_DIGEST_TEXT_MAX + 2];
	Cchc__Digest digest = CCHC__DIGEST__INIT;
	Cchc__Digest *digests[] = {&digest};
	Cchc__Down down = CCHC__DOWN__INIT;
	Cchc__ToAgent a = CCHC__TO_AGENT__INIT;

	(void)state;
	a.version = CCHC_PROTOCOL_VERSION;
	a.kind = CCHC__TO_AGENT__KIND__DOWN;
	a.down = &down;
	down.digest = digests;
	down.n_digest = 1;
	digest.text = text;
	for (int over = -1; over <= 1; over++) {
		memset(text, 'x', sizeof(text));
		text[CCHC_DIGEST_TEXT_MAX + over] = '\0';
		assert_answer(TO_AGENT, &a, over > 0 ? CCHC_LIMIT : CCHC_OK,
			      over > 0 ? "Digest.text: the text is too long" : "");
	}
	digest.text = "bell \a";
	assert_answer(TO_AGENT, &a, CCHC_INVALID, "Digest.text: the text is not clean");
}

static void publications_carry_tasks_and_alerts(void **state)
{
	Cchc__TaskInfo task = make_task();
	Cchc__TaskInfo *tasks[] = {&task};
	Cchc__AlertInfo alert = make_alert();
	Cchc__AlertInfo *alerts[] = {&alert};
	Cchc__DeliveryInfo delivery = CCHC__DELIVERY_INFO__INIT;
	Cchc__DeliveryInfo *deliveries[] = {&delivery};
	Cchc__Publication p = CCHC__PUBLICATION__INIT;

	(void)state;
	p.version = CCHC_PROTOCOL_VERSION;
	p.task = tasks;
	p.n_task = 1;
	assert_answer(PUBLICATION, &p, CCHC_OK, "");
	delivery.channel = "nhat-ky";
	alert.delivery = deliveries;
	alert.n_delivery = 1;
	p.n_task = 0;
	p.alert = alerts;
	p.n_alert = 1;
	assert_answer(PUBLICATION, &p, CCHC_OK, "");
	delivery.why = "\x1b[2J";
	assert_answer(PUBLICATION, &p, CCHC_INVALID, "DeliveryInfo.why: the text");
	delivery.why = NULL;
	alert.kind = (Cchc__AlertInfo__Kind)0;
	assert_answer(PUBLICATION, &p, CCHC_INVALID, "AlertInfo.kind: no such value");
}

#define FRESH_UNITS(test) cmocka_unit_test_setup_teardown(test, set_up_units, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FRESH_UNITS(a_task_report_says_done_or_a_wish),
		FRESH_UNITS(each_question_about_tasks_has_its_sub_message),
		FRESH_UNITS(what_a_dry_run_takes_as_done_is_bounded),
		FRESH_UNITS(a_saying_names_what_it_is_about),
		FRESH_UNITS(a_deed_names_at_most_its_units),
		FRESH_UNITS(answers_carry_tasks_and_their_history_alerts_and_silences),
		FRESH_UNITS(a_task_has_a_state_and_at_most_its_units),
		FRESH_UNITS(a_digest_has_at_most_sixteen_kilobytes),
		FRESH_UNITS(publications_carry_tasks_and_alerts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
