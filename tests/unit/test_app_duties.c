/* Duties to report where units end, are taken up by others, or leave the file: each start
 * is with the units as their file then says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "app/duties.h"
#include "app/job.h"
#include "base/check.h"
#include "deadlinekit.h"

#define HEAD                                                                             \
	"code,parent,level,kind,name,valid_from,valid_to\n325,,district,H,Văn Lâm,,\n"
#define LAST "2024-05-31"
#define NEXT "2024-06-01"

enum { A_TURN = 1000 }; /* units looked at */

static char path[128];

static void write_units(const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* The daemon's units, as at a start. */
static void take_units(struct scene *s, const char *text)
{
	struct appkit *app = &s->w.app;
	struct cchc_err err = {.text = ""};

	write_units(text);
	cchc_catalog_fini(&app->catalog);
	app->catalog = (struct cchc_catalog){.n_forms = 0};
	app->settings.units = path;
	assert_int_equal(cchc_catalog_load(&app->catalog, &app->settings, &app->problems),
			 CCHC_OK);
	if (cchc_catalog_settle(&app->catalog, &app->kit.store, &app->settings, s->now_ms,
				&err))
		fail_msg("%s", err.text);
}

/* Of six months and the year 2024, which close on 14 June and 14 December. */
static void start(struct scene *s, const char *text)
{
	take_units(s, text);
	s->options.duties_from = KIT_DAY;
	s->writes = 0;
	load(s);
	live(s, MINUTE_MS);
}

static void restart(struct scene *s, const char *text)
{
	unload(s);
	start(s, text);
}

static struct cchc_task duty(struct scene *s, const char *period, const char *unit)
{
	char id[CCHC_TASK_ID];

	(void)snprintf(id, sizeof(id), "bao-cao/cchc-2021/%s/%s", period, unit);
	return kit_task(&s->w.app.kit, id);
}

static bool on_duty(void *data, const struct cchc_docket_task *task)
{
	*(size_t *)data += task->is_duty;
	return true;
}

static size_t open_duties(struct scene *s)
{
	size_t n = 0;

	cchc_docket_each(cchc_deadlines_docket(s->deadlines), on_duty, &n);
	return n;
}

static void who_ends_before_the_period_does_owes_no_report(void **state)
{
	static const char *const PERIODS[] = {"2024-H1", "2024"};
	struct scene *s = *state;

	start(s, HEAD "11986,325,commune,X,Như Quỳnh,,\n12004,325,commune,X,Đình Dù,,\n");
	assert_int_equal(open_duties(s), 6);
	s->write_fails = true; /* once */
	restart(s, HEAD "11986,325,commune,X,Như Quỳnh,," LAST "\n"
			"12004,325,commune,X,Đình Dù,,\n"
			"12005,325,commune,X,Như Quỳnh mới," NEXT ",\n");
	s->write_fails = false;
	live(s, MINUTE_MS);
	assert_int_equal(open_duties(s), 6);
	for (size_t i = 0; i < CCHC_COUNT(PERIODS); i++) {
		struct cchc_task task = duty(s, PERIODS[i], "11986");

		assert_int_equal(task.state, CCHC_TASK_CANCELLED);
		assert_non_null(strstr(task.reason, "ngày cuối kỳ"));
		assert_int_equal(duty(s, PERIODS[i], "12004").state, CCHC_TASK_OPEN);
		assert_int_equal(duty(s, PERIODS[i], "12005").state, CCHC_TASK_OPEN);
	}
	unload(s);
}

/* Quarter I closed yesterday, and is to be reported until the 20th. */
static void who_has_ended_is_reminded_no_more(void **state)
{
	static const char UNITS[] = HEAD "11986,325,commune,X,Như Quỳnh,,2024-03-17\n";
	struct scene *s = *state;

	take_units(s, UNITS);
	s->options.duties_from = KIT_DAY - 1;
	load(s);
	live(s, 2 * (int64_t)KIT_DAY_MS);
	assert_int_equal(duty(s, "2024-Q1", "11986").state, CCHC_TASK_OPEN);
	assert_int_equal(duty(s, "2024", "11986").no, 0);
	live(s, KIT_DAY_MS);
	assert_int_equal(duty(s, "2024-Q1", "11986").state, CCHC_TASK_CANCELLED);
	assert_int_equal(duty(s, "2024-Q1", "325").state, CCHC_TASK_OPEN);
	unload(s);
	s->writes = 0;
	load(s);
	live(s, MINUTE_MS);
	assert_int_equal(s->writes, 0);
	restart(s, HEAD "11986,325,commune,X,Như Quỳnh,,\n"); /* it has not, after all */
	assert_int_equal(duty(s, "2024-Q1", "11986").state, CCHC_TASK_OPEN);
	unload(s);
}

static void both_units_of_a_code_have_duties_of_their_own(void **state)
{
	static const char BOTH[] =
		HEAD "12004,325,commune,X,Đình Dù,2000-01-01," LAST "\n"
		     "12004,325,commune,X,Như Quỳnh," NEXT ",\n";
	struct scene *s = *state;
	struct cchc_task old;
	struct cchc_task new;

	start(s, HEAD "12004,325,commune,X,Đình Dù,2000-01-01,\n");
	old = duty(s, "2024", "12004");
	assert_int_equal(old.state, CCHC_TASK_OPEN);
	restart(s, BOTH);
	new = duty(s, "2024", "12004@" NEXT);
	assert_int_equal(duty(s, "2024", "12004").state, CCHC_TASK_CANCELLED);
	assert_int_equal(new.state, CCHC_TASK_OPEN);
	assert_int_not_equal(new.lead, old.lead);
	assert_int_equal(duty(s, "2024", "12004@2000-01-01").no, 0);
	restart(s, BOTH);
	assert_int_equal(s->writes, 0);
	unload(s);
}

static void who_is_in_the_file_again_owes_its_reports_again(void **state)
{
	static const char WITH[] = HEAD "11986,325,commune,X,Như Quỳnh,,\n";
	struct scene *s = *state;
	struct cchc_deed deed = deed_of(CCHC_DEED_CANCEL, "bao-cao/cchc-2021/2024/11986");

	start(s, WITH);
	assert_int_equal(kit_deed(&s->w.app.kit, &deed, s->now_ms).applied, CCHC_APPLIED);
	restart(s, HEAD);
	assert_int_equal(duty(s, "2024-H1", "11986").state, CCHC_TASK_CANCELLED);
	assert_int_equal(open_duties(s), 2);
	restart(s, WITH);
	assert_int_equal(duty(s, "2024-H1", "11986").state, CCHC_TASK_OPEN);
	assert_int_equal(duty(s, "2024", "11986").state, CCHC_TASK_CANCELLED);
	restart(s, WITH);
	assert_int_equal(s->writes, 0);
	unload(s);
}

static void many_duties_are_made_in_turns_and_a_second_start_makes_none(void **state)
{
	enum { UNITS = 1200, DUTIES = 2 * (UNITS + 1) };
	static char text[64 * UNITS];
	struct scene *s = *state;
	size_t len = (size_t)snprintf(text, sizeof(text), "%s", HEAD);
	int turns = 0;

	for (int i = 0; i < UNITS; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
					"c%d,325,commune,X,Xã %d,,\n", i, i);
	take_units(s, text);
	s->options.duties_from = KIT_DAY;
	load(s);
	for (; s->writes < DUTIES; turns++) {
		size_t before = s->writes;
		int64_t wait = cchc_deadlines_advance(s->deadlines, s->now_ms);

		assert_true(wait == 1 || s->writes == DUTIES); /* at once */
		assert_true(s->writes > before && s->writes <= before + A_TURN);
	}
	assert_int_equal(turns, DUTIES / A_TURN + 1);
	commit(s);
	assert_int_equal(open_duties(s), DUTIES);
	restart(s, text);
	assert_int_equal(s->writes, 0);
	unload(s);
}

/* ---- a unit that is in the file no more ---- */

struct heard {
	size_t n;
	char code[CCHC_UNIT_CODE];
	char name[64];
};

static struct heard ask(struct scene *s, Cchc__TasksAsk *tasks, Cchc__AlertsAsk *alerts)
{
	Cchc__Ask ask = CCHC__ASK__INIT;
	struct cchc_job job = {.catalog = &s->w.app.catalog,
			       .store = &s->w.app.kit.store,
			       .ask = &ask,
			       .now_ms = s->now_ms};
	struct heard heard = {.n = 0};
	struct cchc_err err = {.text = ""};
	Cchc__Answer *answer;
	Cchc__UnitInfo *unit = NULL;

	ask.tasks = tasks;
	ask.alerts = alerts;
	cchc_arena_init(&job.arena, CCHC_DECODE_MEMORY_MAX * 8);
	cchc_answer_init(&job.answer, 1, 2);
	cchc_job_snapshot(&job);
	if (tasks)
		cchc_job_tasks(&job);
	else
		cchc_job_alerts(&job);
	cchc_txn_abort(&job.txn);
	if (cchc_wire_answer(&job.arena, job.answer.first->bytes, job.answer.first->len,
			     &answer, &err))
		fail_msg("%s", err.text);
	if (answer->refused)
		fail_msg("%s", answer->refused->text);
	heard.n = tasks ? answer->n_task : answer->n_alert;
	if (heard.n > 0)
		unit = tasks ? answer->task[0]->lead : answer->alert[0]->unit;
	if (unit) {
		(void)snprintf(heard.code, sizeof(heard.code), "%s", unit->code);
		(void)snprintf(heard.name, sizeof(heard.name), "%s", unit->name);
	}
	cchc_answer_fini(&job.answer);
	cchc_arena_fini(&job.arena);
	return heard;
}

static void what_a_unit_left_is_listed_though_the_file_has_it_no_more(void **state)
{
	static const char WITH[] = HEAD "11986,325,commune,X,Như Quỳnh,2000-01-01,\n"
					"11989,325,commune,X,Lạc Đạo,,\n";
	Cchc__TasksAsk tasks = CCHC__TASKS_ASK__INIT;
	Cchc__AlertsAsk alerts = CCHC__ALERTS_ASK__INIT;
	struct scene *s = *state;
	struct cchc_deed deed;
	struct cchc_outcome outcome;
	struct heard heard;

	take_units(s, WITH);
	load(s);
	deed = deed_add("a", appkit_unit(&s->w.app, "11986")->id, KIT_DAY - 1);
	deed.co = &appkit_unit(&s->w.app, "11989")->id;
	deed.n_co = 1;
	outcome = kit_deed(&s->w.app.kit, &deed, day_ms(KIT_DAY - 5, 0));
	assert_int_equal(cchc_deadlines_changed(s->deadlines, &outcome.task, s->now_ms),
			 CCHC_OK);
	live(s, MINUTE_MS);
	unload(s);
	take_units(s, HEAD);
	load(s);
	live(s, MINUTE_MS);
	heard = ask(s, &tasks, NULL);
	assert_int_equal(heard.n, 1);
	assert_string_equal(heard.code, "11986");
	assert_non_null(strstr(heard.name, "không còn trong danh sách"));
	heard = ask(s, NULL, &alerts);
	assert_int_equal(heard.n, 1);
	assert_string_equal(heard.code, "11986");
	unload(s);
}

static int set_up(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));
	const char *tmp = getenv("TMPDIR");
	int fd;

	if (!s)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/units.XXXXXX", tmp ? tmp : "/tmp");
	fd = mkstemp(path);
	if (fd < 0 || close(fd))
		return -1;
	open_scene(s);
	*state = s;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *s = *state;

	world_close(&s->w);
	free(s);
	return unlink(path);
}

#define DUTY_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DUTY_TEST(who_ends_before_the_period_does_owes_no_report),
		DUTY_TEST(who_has_ended_is_reminded_no_more),
		DUTY_TEST(both_units_of_a_code_have_duties_of_their_own),
		DUTY_TEST(who_is_in_the_file_again_owes_its_reports_again),
		DUTY_TEST(many_duties_are_made_in_turns_and_a_second_start_makes_none),
		DUTY_TEST(what_a_unit_left_is_listed_though_the_file_has_it_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
