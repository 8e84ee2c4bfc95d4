/* `cchc-agent tasks` and `cchc-agent task`, beside a running agent. */
#include "agenttasks.h"

#include "base/clock.h"
#include "commune/tasklist.h"

static struct cchc_settings settings_of(struct kit *kit)
{
	struct cchc_settings settings = {.outbox = kit->path,
					 .outbox_max_bytes = kit->max_bytes,
					 .keep_bytes = kit->keep_bytes,
					 .keep_ms = kit->keep_ms};

	memcpy(settings.unit, "11986", 6);
	return settings;
}

/* The kit's own outbox is closed meanwhile: one process opens a file once. */
static char *list_tasks(struct kit *kit, enum cchc_status_format format)
{
	static char text[8192];
	struct cchc_settings settings = settings_of(kit);
	struct cchc_err err = {.text = ""};
	FILE *out;

	cchc_outbox_close(&kit->box);
	memset(text, 0, sizeof(text));
	out = fmemopen(text, sizeof(text) - 1, "w");
	assert_non_null(out);
	if (cchc_tasklist_print(&settings, format, out, &err))
		fail_msg("%s", err.text);
	assert_int_equal(fclose(out), 0);
	kit_reopen(kit);
	return text;
}

/* What was printed, or why not. */
static const char *say(struct kit *kit, const struct cchc_task_command *command)
{
	static char text[1024];
	struct cchc_settings settings = settings_of(kit);
	struct cchc_err err = {.text = ""};
	FILE *out;
	enum cchc_rc rc;

	cchc_outbox_close(&kit->box);
	memset(text, 0, sizeof(text));
	out = fmemopen(text, sizeof(text) - 1, "w");
	assert_non_null(out);
	rc = cchc_tasklist_say(&settings, command, out, &err);
	assert_int_equal(fclose(out), 0);
	if (rc)
		(void)snprintf(text, sizeof(text), "%s", err.text);
	kit_reopen(kit);
	return text;
}

static void expect(const char *text, const char *words)
{
	if (!strstr(text, words))
		fail_msg("\"%s\" is not in:\n%s", words, text);
}

static void tasks_are_listed_with_date_state_and_title(void **state)
{
	struct kit *kit = *state;
	Cchc__TaskInfo *done = tasks_info(kit, "CV-0");
	char *text;

	done->state = CCHC__TASK_INFO__STATE__DONE;
	tasks_tell(kit, done);
	tasks_tell(kit, tasks_info(kit, "CV-1"));
	text = list_tasks(kit, CCHC_STATUS_TEXT);
	expect(text,
	       "\nCV-1                          15/03/2024    quá hạn           Rà soát "
	       "TTHC\nCV-0  ");
	expect(text, "đã hoàn thành");
	text = list_tasks(kit, CCHC_STATUS_JSON);
	expect(text,
	       "[{\"id\": \"CV-1\", \"state\": \"open\", \"overdue\": true, \"lead\": "
	       "true, "
	       "\"duty\": false, \"title\": \"Rà soát TTHC\", \"assigned\": "
	       "\"2024-03-01\", \"due\": \"2024-03-15\", \"effective\": \"2024-03-15\", "
	       "\"done\": null, \"result\": \"\", \"wish\": null, \"reason\": \"\", "
	       "\"said\": null, \"answer\": \"\"},\n {\"id\": \"CV-0\"");
}

static void an_agent_that_never_ran_has_no_tasks(void **state)
{
	struct kit *kit = *state;

	(void)snprintf(kit->path, sizeof(kit->path), "%s/none.mdb", kit->dir);
	assert_string_equal(list_tasks(kit, CCHC_STATUS_JSON), "[]\n");
}

static void a_task_is_said_to_be_done_once(void **state)
{
	struct kit *kit = *state;
	struct cchc_task_command command = {
		.id = "CV-1", .day = "15/3/2024", .result = "12/BC"};
	Cchc__TaskReport *report;

	tasks_tell(kit, tasks_info(kit, "CV-1"));
	assert_string_equal(say(kit, &command), "CV-1: waits to be sent\n");
	assert_string_equal(say(kit, &command), "CV-1: was said already\n");
	assert_int_equal(kit_number(kit, 9), 1);
	report = tasks_sent(kit, 1);
	assert_int_equal(report->done, cchc_day_of(2024, 3, 15));
	assert_string_equal(report->result, "12/BC");
	expect(list_tasks(kit, CCHC_STATUS_TEXT), "\n  Đã ghi, chờ gửi lên huyện\n");
}

static void without_a_day_it_was_done_today(void **state)
{
	struct kit *kit = *state;
	struct cchc_task_command command = {.id = "CV-1"};
	int64_t now_ms = cchc_clock_wall_ms();

	tasks_tell(kit, tasks_info(kit, "CV-1"));
	/* the district's day */
	assert_int_equal(cchc_outbox_set_clock(kit->box, KIT_WALL, now_ms), CCHC_OK);
	(void)say(kit, &command);
	(void)kit_number(kit, 9);
	assert_int_equal(tasks_sent(kit, 1)->done, TASKS_TODAY);
}

static void what_may_not_be_said_is_refused(void **state)
{
	struct kit *kit = *state;
	static const struct {
		struct cchc_task_command command;
		const char *words;
	} REFUSED[] = {
		{{.id = "CV-9"},
		 "CV-9: id \"CV-9\": không có nhiệm vụ này / no such task"},
		{{.id = "CV-1", .day = "hôm qua"}, "\"hôm qua\": a date like"},
		{{.id = "CV-1", .day = "1/1/2900"}, "completion lies in the future"},
		{{.id = "CV-1", .is_wish = true, .day = "10/3/2024", .reason = "chờ"},
		 "an extension cannot shorten"},
		{{.id = "CV-1", .is_wish = true, .day = "10/4/2024", .reason = ""},
		 "something needed is missing"},
		{{.id = "CV-1", .result = "a\nb"},
		 "a character that may not stand there"},
		{{.id = "co"}, "the task has another lead unit"},
	};
	Cchc__TaskInfo *co = tasks_info(kit, "co");

	co->concern = CCHC__TASK_INFO__CONCERN__CO;
	tasks_tell(kit, co);
	tasks_tell(kit, tasks_info(kit, "CV-1"));
	for (size_t i = 0; i < sizeof(REFUSED) / sizeof(REFUSED[0]); i++)
		expect(say(kit, &REFUSED[i].command), REFUSED[i].words);
	assert_int_equal(kit_look(kit).queued, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		KIT(tasks_are_listed_with_date_state_and_title),
		KIT(an_agent_that_never_ran_has_no_tasks),
		KIT(a_task_is_said_to_be_done_once),
		KIT(without_a_day_it_was_done_today),
		KIT(what_may_not_be_said_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
