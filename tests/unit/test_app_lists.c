/* Lists of tasks and alerts, however many there are and however long what they say: every
 * frame must fit the wire and decode within the memory a client gives it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "appkit.h"
#include "app/job.h"
#include "base/check.h"
#include "taskkit.h"

enum {
	ALERTS = 6000,
	A_FIRING = 200,
	SILENCES = 3000,
	PEOPLE = 64, /* told of one alert, at most */
	TASKS = 40,
	LINES = 40,
	NOON = 12 * 60,
};

static struct appkit app;
static char path[] = "/tmp/test_app_lists.XXXXXX";
static char longest[CCHC_STRING_MAX + 1];

static void write_units(void)
{
	FILE *file;
	int fd;

	(void)snprintf(path, sizeof(path), "/tmp/test_app_lists.XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	file = fdopen(fd, "w");
	assert_non_null(file);
	(void)fprintf(file, "code,parent,level,kind,name,valid_from,valid_to\n"
			    "325,,district,Huyện,Văn Lâm,,\n");
	for (int i = 0; i < CCHC_TASK_CO_MAX; i++)
		(void)fprintf(file, "c%d,325,commune,Xã,Xã có tên khá dài để thử %d,,\n",
			      i, i);
	assert_int_equal(fclose(file), 0);
}

static int open_app(void **state)
{
	(void)state;
	write_units();
	appkit_open_for(&app, path, "325");
	memset(longest, 'x', CCHC_STRING_MAX);
	return 0;
}

static int close_app(void **state)
{
	(void)state;
	appkit_close(&app);
	assert_int_equal(unlink(path), 0);
	return 0;
}

struct listed {
	size_t alerts;
	size_t silenced;        /* of them */
	int64_t silenced_until; /* of the last one */
	size_t silences;
	size_t tasks;
	size_t lines;
};

static struct listed decode_all(const struct cchc_answer *answer)
{
	struct listed listed = {0};
	uint32_t part = 0;

	for (struct cchc_frame *f = answer->first; f; f = f->next) {
		struct cchc_arena arena;
		struct cchc_err err = {.text = ""};
		Cchc__Answer *heard;

		cchc_arena_init(&arena, CCHC_DECODE_MEMORY_MAX);
		if (cchc_wire_answer(&arena, f->bytes, f->len, &heard, &err))
			fail_msg("part %u of %zu bytes: %s", part, f->len, err.text);
		if (heard->refused)
			fail_msg("%s", heard->refused->text);
		assert_int_equal(heard->part, part++);
		assert_int_equal(heard->last, f->next == NULL);
		listed.alerts += heard->n_alert;
		for (size_t i = 0; i < heard->n_alert; i++)
			if (heard->alert[i]->has_silenced) {
				listed.silenced++;
				listed.silenced_until = heard->alert[i]->silenced;
			}
		listed.silences += heard->n_silence;
		listed.tasks += heard->n_task;
		listed.lines += heard->n_task_line;
		cchc_arena_fini(&arena);
	}
	return listed;
}

static struct listed list(Cchc__TasksAsk *tasks, Cchc__AlertsAsk *alerts)
{
	Cchc__Ask ask = CCHC__ASK__INIT;
	struct cchc_job job = {.catalog = &app.catalog,
			       .store = &app.kit.store,
			       .ask = &ask,
			       .now_ms = day_ms(KIT_DAY, NOON)};
	struct listed listed;
	enum cchc_rc rc;

	ask.tasks = tasks;
	ask.alerts = alerts;
	cchc_arena_init(&job.arena, CCHC_DECODE_MEMORY_MAX * 8);
	cchc_answer_init(&job.answer, 1, 2);
	cchc_job_snapshot(&job);
	if (tasks)
		cchc_job_tasks(&job);
	else
		cchc_job_alerts(&job);
	rc = job.txn.rc;
	cchc_txn_abort(&job.txn);
	assert_int_equal(rc, CCHC_OK);
	listed = decode_all(&job.answer);
	cchc_answer_fini(&job.answer);
	cchc_arena_fini(&job.arena);
	return listed;
}

static struct listed list_alerts(bool all, bool silences)
{
	Cchc__AlertsAsk ask = CCHC__ALERTS_ASK__INIT;

	ask.has_all = all;
	ask.all = all;
	ask.has_newest = all;
	ask.newest = ALERTS;
	ask.has_silences = silences;
	ask.silences = silences;
	return list(NULL, &ask);
}

static void raise_silent(size_t n, const struct cchc_delivery *delivery, size_t n_told)
{
	struct cchc_firing firing[A_FIRING];
	static size_t raised;

	assert_true(n <= A_FIRING);
	for (size_t i = 0; i < n; i++)
		firing[i] = (struct cchc_firing){
			.kind = CCHC_ALERT_SILENT,
			.key = cchc_arena_format(&app.kit.arena, "silent/%zu", ++raised),
			.unit = appkit_unit(&app, "c1")->id,
			.due = CCHC_DAY_NONE,
			.moment_ms = day_ms(KIT_DAY, 0),
			.delivery = (struct cchc_delivery *)delivery,
			.n_deliveries = n_told};
	assert_int_equal(kit_fire(&app.kit, firing, n, day_ms(KIT_DAY, NOON)).applied,
			 CCHC_APPLIED);
	cchc_arena_reset(&app.kit.arena);
}

static void more_alerts_stand_than_memory_holds_at_once(void **state)
{
	static const struct cchc_delivery told[] = {
		{.channel = "alertmanager", .to = "", .tells_end = true},
		{.channel = "thu", .to = "cuc@nhuquynh.example.vn"}};

	(void)state;
	for (size_t i = 0; i < ALERTS / A_FIRING; i++)
		raise_silent(A_FIRING, told, CCHC_COUNT(told));
	assert_int_equal(list_alerts(false, false).alerts, ALERTS);
	assert_int_equal(list_alerts(true, false).alerts, ALERTS);
}

/* Every one of many people could not be told, for a reason as long as there may be. */
static void alerts_that_many_were_told_of_fit_their_frames(void **state)
{
	struct cchc_delivery told[PEOPLE];
	struct cchc_handing handing[PEOPLE];
	enum { TOLD = 20 };

	(void)state;
	for (size_t i = 0; i < PEOPLE; i++)
		told[i] = (struct cchc_delivery){
			.channel = "thu",
			.to = cchc_arena_format(&app.kit.arena, "p%zu@example.vn", i)};
	raise_silent(TOLD, told, PEOPLE);
	for (uint64_t no = 1; no <= TOLD; no++) {
		for (uint16_t i = 0; i < PEOPLE; i++)
			handing[i] = (struct cchc_handing){.alert = no,
							   .delivery = i,
							   .state = CCHC_DELIVERY_DROPPED,
							   .why = longest};
		assert_int_equal(
			kit_hand(&app.kit, handing, PEOPLE, day_ms(KIT_DAY, NOON + 1))
				.applied,
			CCHC_APPLIED);
		cchc_arena_reset(&app.kit.arena);
	}
	assert_int_equal(list_alerts(false, false).alerts, TOLD);
}

/* Silences that are over stay in the store: the last is begun as the first was, within
 * the memory that one message may take. */
static void silences_do_not_wear_out(void **state)
{
	struct cchc_arena arena;

	(void)state;
	cchc_arena_init(&arena, CCHC_DECODE_MEMORY_MAX);
	for (uint64_t i = 0; i < SILENCES; i++) {
		struct cchc_saying saying = {.kind = CCHC_SAY_SILENCE,
					     .task = i + 1,
					     .until_ms = day_ms(KIT_DAY + 1, 0),
					     .note = longest};
		struct cchc_entry entry = {.kind = CCHC_ENTRY_SAY,
					   .clock_ms = day_ms(KIT_DAY, 0),
					   .sender = "van-phong",
					   .saying = &saying};
		struct cchc_outcome outcome;
		struct cchc_txn txn;

		cchc_txn_write(&txn, app.kit.store.env);
		cchc_apply(&txn, &entry, NULL, NULL, &arena, &outcome);
		assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
		assert_int_equal(outcome.applied, CCHC_APPLIED);
		cchc_arena_reset(&arena);
	}
	cchc_arena_fini(&arena);
	assert_int_equal(list_alerts(false, true).silences, SILENCES);
}

static void silence_unit(const char *unit, const char *step, int64_t until_ms)
{
	struct cchc_saying saying = {.kind = CCHC_SAY_SILENCE,
				     .unit = appkit_unit(&app, unit)->id,
				     .step = step,
				     .until_ms = until_ms,
				     .note = "họp"};
	struct cchc_entry entry = {.kind = CCHC_ENTRY_SAY,
				   .clock_ms = day_ms(KIT_DAY, 0),
				   .sender = "van-phong",
				   .saying = &saying};
	struct cchc_outcome outcome;
	struct cchc_txn txn;

	cchc_txn_write(&txn, app.kit.store.env);
	cchc_apply(&txn, &entry, NULL, NULL, &app.kit.arena, &outcome);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	assert_int_equal(outcome.applied, CCHC_APPLIED);
}

static void who_lists_alerts_sees_what_a_silence_holds_back(void **state)
{
	static const struct cchc_delivery told[] = {{.channel = "thu", .to = "a@b.vn"}};
	struct cchc_handing handing = {.alert = 1, .state = CCHC_DELIVERY_HANDED};
	struct listed listed;

	(void)state;
	raise_silent(1, told, CCHC_COUNT(told));
	silence_unit("c2", "", day_ms(KIT_DAY + 9, 0));    /* of another unit */
	silence_unit("c1", "d-7", day_ms(KIT_DAY + 9, 0)); /* of a step */
	silence_unit("c1", "", day_ms(KIT_DAY, NOON) - 1); /* it is over */
	assert_int_equal(list_alerts(false, false).silenced, 0);
	silence_unit("c1", "", day_ms(KIT_DAY + 2, 0));
	silence_unit("c1", "", day_ms(KIT_DAY + 1, 0));
	listed = list_alerts(false, false);
	assert_int_equal(listed.alerts, 1);
	assert_int_equal(listed.silenced, 1);
	assert_true(listed.silenced_until ==
		    day_ms(KIT_DAY + 2, 0)); /* the last to end */
	assert_int_equal(
		kit_hand(&app.kit, &handing, 1, day_ms(KIT_DAY, NOON + 1)).applied,
		CCHC_APPLIED);
	assert_int_equal(list_alerts(false, false).silenced, 0); /* nothing waits */
}

/* As much in every field as there may be, and every unit co-operates. */
static struct cchc_deed full_task(const char *id, uint32_t co[], size_t n_co)
{
	struct cchc_deed deed = deed_add(id, appkit_unit(&app, "325")->id, KIT_DAY + 20);

	deed.title = deed.doc_number = deed.assigner = longest;
	deed.co = co;
	deed.n_co = n_co;
	return deed;
}

static void tasks_as_full_as_can_be_fit_their_frames(void **state)
{
	Cchc__TasksAsk ask = CCHC__TASKS_ASK__INIT;
	struct cchc_deed deed;
	uint32_t co[CCHC_TASK_CO_MAX];
	struct listed listed;
	size_t n_co = 0;

	(void)state;
	for (size_t i = 0; i < app.catalog.units.n; i++)
		if (app.catalog.units.unit[i].level == CCHC_COMMUNE)
			co[n_co++] = app.catalog.units.unit[i].id;
	assert_int_equal(n_co, CCHC_TASK_CO_MAX);
	for (int i = 0; i < TASKS; i++) {
		deed = full_task(cchc_arena_format(&app.kit.arena, "A/%d", i), co, n_co);
		assert_int_equal(
			kit_deed(&app.kit, &deed, day_ms(KIT_DAY - 9, NOON)).applied,
			CCHC_APPLIED);
	}
	assert_int_equal(list(&ask, NULL).tasks, TASKS);
	for (int i = 0; i < LINES; i++) {
		deed = deed_report("A/0", appkit_unit(&app, "325")->id, CCHC_DAY_NONE);
		deed.wish = KIT_DAY + 30 + i;
		deed.reason = longest;
		assert_int_equal(
			kit_deed(&app.kit, &deed, day_ms(KIT_DAY - 9, NOON)).applied,
			CCHC_APPLIED);
		cchc_arena_reset(&app.kit.arena);
	}
	ask.id = "A/0";
	ask.has_history = ask.history = true;
	listed = list(&ask, NULL);
	assert_int_equal(listed.tasks, 1);
	assert_int_equal(listed.lines, LINES + 1);
}

#define FRESH(test) cmocka_unit_test_setup_teardown(test, open_app, close_app)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FRESH(more_alerts_stand_than_memory_holds_at_once),
		FRESH(alerts_that_many_were_told_of_fit_their_frames),
		FRESH(silences_do_not_wear_out),
		FRESH(who_lists_alerts_sees_what_a_silence_holds_back),
		FRESH(tasks_as_full_as_can_be_fit_their_frames),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
