/* What cchcctl asks, says and shows of tasks and alerts, against a daemon that is played.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/check.h"
#include "ctl/commands.h"
#include "ctlplay.h"

static struct ctlplay play;
static char asked[512]; /* what a test wants of the last question */

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is not in:\n%s\n%s", part, play.out, play.err);
}

static int set_up(void **state)
{
	(void)state;
	ctlplay_open(&play);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	ctlplay_end(&play);
	return 0;
}

/* ---- sayings ---- */

static bool hears(struct ctlplay *p, const Cchc__Ask *ask, Cchc__Answer *answer)
{
	static Cchc__DeedResult result;
	static Cchc__DeedResult *results[] = {&result};
	static char id[64];
	const Cchc__Saying *s = ask->saying;

	(void)p;
	cchc__deed_result__init(&result);
	snprintf(id, sizeof(id), "%s", s ? s->key ? s->key : "" : ask->test->channel);
	result.id = id;
	result.changed = 1;
	answer->kind = CCHC__ANSWER__KIND__DONE;
	answer->result = results;
	answer->n_result = 1;
	if (ask->test) {
		result.changed = strcmp(ask->test->channel, "thu") == 0;
		result.text = result.changed ? "" : "connection refused";
		snprintf(asked, sizeof(asked), "test %s %s", ask->test->channel,
			 ask->test->to ? ask->test->to : "-");
		return true;
	}
	snprintf(asked, sizeof(asked), "%d %s %s %s %s %lld %llu %s", (int)s->kind,
		 s->key ? s->key : "-", s->unit ? s->unit : "-", s->task ? s->task : "-",
		 s->step ? s->step : "-", (long long)(s->has_until ? s->until : 0),
		 (unsigned long long)(s->has_silence ? s->silence : 0),
		 s->note ? s->note : "-");
	return true;
}

static void alerts_are_acknowledged_silenced_and_channels_tested(void **state)
{
	static const struct {
		const char *line;
		const char *asked;
		int code;
	} CASES[] = {
		{"alerts ack NV-1/overdue/1 --note 'đã gọi điện'",
		 "1 NV-1/overdue/1 - - - 0 0 đã gọi điện", 0},
		/* by the daemon's clock: 08:12:05 on 15 March 2024 and two hours */
		{"alerts silence --unit 11986 --step d-7 --for 2h --note họp",
		 "2 - 11986 - d-7 1710472325000 0 họp", 0},
		{"alerts silence --task NV-1 --until '2024-03-15 17:00' --note x",
		 "2 - - NV-1 - 1710496800000 0 x", 0},
		{"alerts unsilence 12", "3 - - - - 0 12 -", 0},
		{"alerts test-channel thu --to a@b.vn", "test thu a@b.vn", 0},
		{"alerts test-channel bao-dong", "test bao-dong -", 1},
	};

	(void)state;
	play.on_ask = hears;
	ctlplay_begin(&play);
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		print_message("%s\n", CASES[i].line);
		assert_int_equal(ctlplay_ctl(&play, CASES[i].line), CASES[i].code);
		assert_string_equal(asked, CASES[i].asked);
	}
	assert_has(play.out, "bao-dong: KHÔNG NHẬN / not taken: connection refused\n");
	assert_has(play.err, "cchcctl: bao-dong: not taken\n");
}

/* ---- lists ---- */

static Cchc__UnitInfo lead = CCHC__UNIT_INFO__INIT;
static Cchc__TaskInfo task = CCHC__TASK_INFO__INIT;
static Cchc__TaskInfo *tasks[] = {&task};
static Cchc__AlertInfo alert = CCHC__ALERT_INFO__INIT;
static Cchc__AlertInfo *alerts[] = {&alert};

static bool lists(struct ctlplay *p, const Cchc__Ask *ask, Cchc__Answer *answer)
{
	(void)p;
	lead.code = "11986";
	lead.name = "Thị trấn Như Quỳnh";
	lead.kind = "Thị trấn";
	lead.level = "commune";
	cchc__task_info__init(&task);
	task.id = "NV-1";
	task.state = CCHC__TASK_INFO__STATE__OPEN;
	task.class_ = "nhiem-vu";
	task.title = "Rà soát";
	task.lead = &lead;
	if (ask->tasks) {
		snprintf(asked, sizeof(asked), "%s %d %s %d %d %d",
			 ask->tasks->id ? ask->tasks->id : "-", (int)ask->tasks->which,
			 ask->tasks->unit ? ask->tasks->unit : "-", ask->tasks->below,
			 ask->tasks->duties, ask->tasks->history);
		answer->kind = CCHC__ANSWER__KIND__TASKS;
		answer->task = tasks;
		answer->n_task = 1;
		return true;
	}
	snprintf(asked, sizeof(asked), "%d %s %s %u %d", ask->alerts->all,
		 ask->alerts->unit ? ask->alerts->unit : "-",
		 ask->alerts->task ? ask->alerts->task : "-",
		 ask->alerts->has_newest ? ask->alerts->newest : 0,
		 ask->alerts->silences);
	answer->kind = CCHC__ANSWER__KIND__ALERTS;
	return true;
}

static void lists_ask_for_what_the_options_say(void **state)
{
	static const struct {
		const char *line;
		const char *asked;
		const char *out;
	} CASES[] = {
		{"task list", "- 2 - 0 0 0", "1 nhiệm vụ (tasks)"},
		{"task list --state overdue --unit 325 --below --duties", "- 4 325 1 1 0",
		 "NV-1"},
		{"task list --state all --format csv", "- 1 - 0 0 0",
		 "id,state,overdue,class"},
		{"task list --json", "- 2 - 0 0 0", "\"tasks\": ["},
		{"task list --format json", "- 2 - 0 0 0", "\"id\": \"NV-1\""},
		{"task show NV-1", "NV-1 2 - 0 0 1", "Lịch sử (history)"},
		{"task show NV-1 --json", "NV-1 2 - 0 0 1", "\"history\": []"},
		{"alerts list", "0 - - 0 0", "0 cảnh báo (alerts)"},
		{"alerts list --all --newest 50 --unit 325 --task NV-1 --json",
		 "1 325 NV-1 50 0", "\"alerts\": []"},
		{"alerts list --silences", "0 - - 0 1", "Nhiệm vụ"},
	};

	(void)state;
	play.on_ask = lists;
	ctlplay_begin(&play);
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		print_message("%s\n", CASES[i].line);
		assert_int_equal(ctlplay_ctl(&play, CASES[i].line), 0);
		assert_string_equal(asked, CASES[i].asked);
		assert_has(play.out, CASES[i].out);
	}
}

/* ---- watching ---- */

/* What happens, step by step: each when what it waits for is on the watcher's screen. */
struct act {
	const char *until;
	uint64_t previous;
	uint64_t number;
	const char *key; /* NULL: a repeat */
	bool ends;
};

static const struct act ACTS[] = {
	{"[NV-1/d-7/1]", 7, 8, "NV-1/overdue/1", false},
	{"[NV-1/overdue/1]", 8, 9, "NV-1/overdue/1", true},
	{"hết: đã báo hoàn thành", 12, 13, "NV-2/d-7/1", false}, /* 10 to 12 were lost */
	{"[NV-9/overdue/1]", 0, 0, NULL, false},                 /* from the snapshot */
};

struct watching {
	size_t act;
	unsigned asked;
};

static void make_alert(Cchc__AlertInfo *made, const char *key)
{
	lead.code = "11986";
	lead.name = "Thị trấn Như Quỳnh";
	lead.kind = lead.level = "x";
	cchc__alert_info__init(made);
	made->key = (char *)(uintptr_t)key;
	made->kind = CCHC__ALERT_INFO__KIND__STEP;
	made->unit = &lead;
	made->urgency = "critical";
	made->owed = INT64_C(1710465125000);
	made->text = "Nhiệm vụ quá hạn";
	made->has_due = 1;
	made->due = 19796; /* 2024-03-14 */
}

static bool tells_alerts(struct ctlplay *p, const Cchc__Ask *ask, Cchc__Answer *answer)
{
	static Cchc__AlertInfo later[2];
	static Cchc__AlertInfo *list[2] = {&later[0], &later[1]};
	struct watching *w = p->data;

	cchc_check(ask->alerts);
	make_alert(&alert, "NV-1/d-7/1");
	answer->kind = CCHC__ANSWER__KIND__ALERTS;
	answer->alert = alerts;
	answer->n_alert = 1;
	if (w->asked++ == 0)
		return true;
	/* 13 or later, with what was lost */
	make_alert(&later[0], "NV-2/d-7/1");
	make_alert(&later[1], "NV-9/overdue/1");
	answer->commit = 13;
	answer->alert = list;
	answer->n_alert = 2;
	return true;
}

static void on_subscriber(struct ctlplay *p)
{
	Cchc__Publication repeat = CCHC__PUBLICATION__INIT;

	repeat.previous = repeat.number = 7;
	ctlplay_publish(p, "alerts", &repeat);
}

static void next_act(struct ctlplay *p)
{
	struct watching *w = p->data;
	const struct act *act = &ACTS[w->act];
	Cchc__Publication publication = CCHC__PUBLICATION__INIT;
	Cchc__AlertInfo made;
	Cchc__AlertInfo *list[] = {&made};
	char *out = ctlplay_read(p, "out");
	bool shown = w->act < CCHC_COUNT(ACTS) && strstr(out, act->until);

	free(out);
	if (!shown)
		return;
	w->act++;
	if (!act->key) {
		cchc_check(kill(getpid(), SIGTERM) == 0);
		return;
	}
	make_alert(&made, act->key);
	made.has_ended = act->ends;
	made.ended = made.owed;
	made.end_why = act->ends ? "done" : NULL;
	publication.previous = act->previous;
	publication.number = act->number;
	publication.alert = list;
	publication.n_alert = 1;
	ctlplay_publish(p, "alerts", &publication);
}

static unsigned count(const char *text, const char *part)
{
	unsigned n = 0;

	for (; (text = strstr(text, part)); text++)
		n++;
	return n;
}

static void a_watcher_tells_each_alert_once_also_those_it_missed(void **state)
{
	struct watching w = {0};

	(void)state;
	play.data = &w;
	play.on_ask = tells_alerts;
	play.on_subscriber = on_subscriber;
	play.on_tick = next_act;
	ctlplay_begin(&play);
	assert_int_equal(ctlplay_ctl(&play, "alerts watch"), 0);
	assert_string_equal(play.err, "");
	assert_int_equal(w.asked, 2);
	assert_has(play.out,
		   "15/03/2024 08:12:05  đang có  11986 Thị trấn Như Quỳnh  KHẨN  Nhiệm "
		   "vụ quá hạn, hạn 14/03/2024  [NV-1/d-7/1]\n");
	assert_has(play.out,
		   "08:12:05  MỚI  11986 Thị trấn Như Quỳnh  KHẨN  Nhiệm vụ quá "
		   "hạn, hạn 14/03/2024  [NV-1/overdue/1]\n");
	assert_has(play.out,
		   "hết trong lúc mất liên lạc / ended meanwhile  [NV-1/d-7/1]");
	assert_int_equal(count(play.out, "[NV-1/overdue/1]"), 2); /* and its end */
	assert_int_equal(count(play.out, "[NV-2/d-7/1]"), 1);
	assert_int_equal(count(play.out, "[NV-9/overdue/1]"), 1);
}

static void once_ends_after_those_that_stand(void **state)
{
	struct watching w = {0};

	(void)state;
	play.data = &w;
	play.on_ask = tells_alerts;
	play.on_subscriber = on_subscriber;
	ctlplay_begin(&play);
	assert_int_equal(ctlplay_ctl(&play, "alerts watch --once --json"), 0);
	assert_has(play.out, "{\"news\":\"stands\",\"alert\":{\"key\":\"NV-1/d-7/1\",");
	assert_int_equal(count(play.out, "\n"), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(alerts_are_acknowledged_silenced_and_channels_tested),
		TEST(lists_ask_for_what_the_options_say),
		TEST(a_watcher_tells_each_alert_once_also_those_it_missed),
		TEST(once_ends_after_those_that_stand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
