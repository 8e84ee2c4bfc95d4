/* Which steps a class of tasks has, when each is due, and when people may be told. */
#include "yamlfile.h"

#include "base/check.h"
#include "core/alertload.h"
#include "core/alertrule.h"

enum { MINUTE = 60 * 1000 };

static const char *const NO_PROBLEM[TEST_EXPECTED_MAX] = {NULL};
static const char *const CHANNELS[] = {"nhat-ky", "thu"};

struct loaded {
	struct test_files files;
	struct cchc_alert_rules rules;
	enum cchc_rc rc;
};

static void load(struct loaded *l, const char *text)
{
	const struct cchc_node *root;

	test_files_init(&l->files);
	root = test_files_parse(&l->files, "a.yaml", text);
	l->rc = cchc_alert_rules_load(&l->rules, &l->files.arena, root, CHANNELS,
				      CCHC_COUNT(CHANNELS), &l->files.problems);
}

static void done(struct loaded *l)
{
	test_files_fini(&l->files);
}

static int64_t at(const char *day, int hour, int minute)
{
	cchc_day found = CCHC_DAY_NONE;

	assert_true(cchc_day_parse(day, &found));
	return cchc_day_start_ms(found) + (int64_t)(hour * 60 + minute) * MINUTE;
}

static cchc_day day_of(const char *text)
{
	cchc_day day = CCHC_DAY_NONE;

	assert_true(cchc_day_parse(text, &day));
	return day;
}

/* --- where nothing is configured -----------------------------------------------------
 */

/* The register works: tasks and duties have their classes, of which nobody is told. */
static void without_rules_there_are_classes_and_no_step(void **state)
{
	struct cchc_calendar calendar = {0};
	struct cchc_alert_rules rules;
	const char *const names[] = {rules.usual_class, rules.duty_class};
	cchc_day sunday = day_of("2024-03-10");

	(void)state;
	cchc_alert_rules_plain(&rules);
	assert_int_equal(rules.n_classes, CCHC_COUNT(names));
	for (size_t i = 0; i < CCHC_COUNT(names); i++) {
		const struct cchc_task_class *of = cchc_alert_class(&rules, names[i]);

		assert_non_null(of);
		assert_int_equal(of->n_steps, 0);
		assert_int_equal(cchc_alert_effective(of, &calendar, sunday), sunday);
	}
	assert_false(rules.digests || rules.silent_after_ms);
}

/* --- what is shipped --------------------------------------------------------------- */

static void load_shipped(struct loaded *l)
{
	const struct cchc_node *root;
	const struct cchc_node *list;
	const char *names[8];

	test_files_init(&l->files);
	root = test_files_parse(
		&l->files, "alerts.yaml",
		test_files_read(&l->files, SOURCE_DIR "/config/alerts.yaml"));
	list = cchc_node_get(root, "channels");
	assert_non_null(list);
	assert_true(list->n <= CCHC_COUNT(names));
	for (size_t i = 0; i < list->n; i++)
		names[i] = cchc_node_get(list->item[i], "name")->text;
	l->rc = cchc_alert_rules_load(&l->rules, &l->files.arena,
				      cchc_node_get(root, "rules"), names, list->n,
				      &l->files.problems);
	test_files_expect(&l->files, NO_PROBLEM);
	assert_int_equal(l->rc, CCHC_OK);
}

static void the_shipped_steps_fall_on_their_minutes(void **state)
{
	/* due on Friday 15 March 2024 */
	static const struct {
		const char *name;
		const char *day;
		int hour;
		enum cchc_urgency urgency;
		unsigned roles;
		bool overdue;
	} STEPS[] = {
		{"d-7", "2024-03-08", 8, CCHC_URGENCY_INFO, CCHC_PERSON_CLERK, false},
		{"d-3", "2024-03-12", 8, CCHC_URGENCY_INFO, CCHC_PERSON_CLERK, false},
		{"d-1", "2024-03-14", 8, CCHC_URGENCY_WARNING,
		 CCHC_PERSON_CLERK | CCHC_PERSON_COMMUNE_LEADER, false},
		{"due", "2024-03-15", 8, CCHC_URGENCY_WARNING,
		 CCHC_PERSON_CLERK | CCHC_PERSON_COMMUNE_LEADER, false},
		{"overdue", "2024-03-16", 0, CCHC_URGENCY_CRITICAL,
		 CCHC_PERSON_CLERK | CCHC_PERSON_COMMUNE_LEADER | CCHC_PERSON_SPECIALIST,
		 true},
		{"late+1", "2024-03-16", 8, CCHC_URGENCY_CRITICAL,
		 CCHC_PERSON_DISTRICT_LEADER, true},
		{"late+7", "2024-03-22", 8, CCHC_URGENCY_CRITICAL,
		 CCHC_PERSON_DISTRICT_LEADER, true},
	};
	struct loaded l;

	(void)state;
	load_shipped(&l);
	assert_int_equal(l.rules.n_classes, 2);
	assert_string_equal(l.rules.usual_class, "nhiem-vu");
	assert_string_equal(l.rules.duty_class, "bao-cao");
	for (size_t c = 0; c < l.rules.n_classes; c++) {
		const struct cchc_task_class *class = &l.rules.task_class[c];

		assert_ptr_equal(cchc_alert_class(&l.rules, class->name), class);
		assert_true(class->shifts);
		assert_int_equal(class->n_steps, CCHC_COUNT(STEPS));
		for (size_t i = 0; i < class->n_steps; i++) {
			const struct cchc_step *step = &class->step[i];

			assert_string_equal(step->name, STEPS[i].name);
			assert_int_equal(cchc_step_moment(step, day_of("2024-03-15")),
					 at(STEPS[i].day, STEPS[i].hour, 0));
			assert_int_equal(step->urgency, STEPS[i].urgency);
			assert_int_equal(step->roles, STEPS[i].roles);
			assert_int_equal(step->overdue, STEPS[i].overdue);
			assert_int_equal(step->n_channels, 0);
		}
	}
	done(&l);
}

static void the_shipped_digest_and_silence_are_read(void **state)
{
	struct loaded l;

	(void)state;
	load_shipped(&l);
	assert_true(l.rules.digests);
	assert_int_equal(l.rules.digest_minute, 7 * 60 + 30);
	assert_int_equal(l.rules.digest_roles,
			 CCHC_PERSON_CLERK | CCHC_PERSON_COMMUNE_LEADER);
	assert_int_equal(l.rules.n_digest_channels, 0);
	assert_false(l.rules.gate.closed_outside);
	assert_int_equal(l.rules.silent_after_ms, INT64_C(24) * 60 * MINUTE);
	assert_int_equal(l.rules.silent_roles, CCHC_PERSON_SPECIALIST);
	assert_int_equal(l.rules.silent_urgency, CCHC_URGENCY_WARNING);
	assert_null(cchc_alert_class(&l.rules, "khac"));
	done(&l);
}

/* --- reading ----------------------------------------------------------------------- */

#define CHOICES "usual_class: a\nduty_class: a\n"
#define CLASS   "classes:\n  - name: a\n    title: T\n    steps:\n"
/* line 7 is the first step */
#define HEAD CHOICES CLASS
#define STEP(name, days, time)                                                           \
	"      - {name: " name ", days: " days ", at: \"" time "\", "
#define CLERK "roles: [clerk]}\n"

static void steps_stand_in_order_of_their_moments(void **state)
{
	static const char TEXT[] = HEAD STEP("b", "0", "09:00") CLERK STEP(
		"c", "0", "23:59") "roles: [district-leader, clerk], urgency: info, "
				   "channels: [thu]}\n" STEP("a", "-366", "00:00") CLERK;
	const struct cchc_task_class *class;
	struct loaded l;

	(void)state;
	load(&l, TEXT);
	test_files_expect(&l.files, NO_PROBLEM);
	class = cchc_alert_class(&l.rules, "a");
	assert_non_null(class);
	assert_int_equal(class->n_steps, 3);
	assert_string_equal(class->step[0].name, "a");
	assert_string_equal(class->step[1].name, "b");
	assert_string_equal(class->step[2].name, "c");
	assert_int_equal(class->step[2].minute, 23 * 60 + 59);
	assert_int_equal(class->step[2].n_channels, 1);
	assert_string_equal(class->step[2].channel[0], "thu");
	assert_false(class->step[2].overdue);
	assert_false(class->shifts);
	assert_false(l.rules.digests);
	assert_int_equal(l.rules.silent_after_ms, 0);
	done(&l);
}

static void without_rules_there_is_no_class(void **state)
{
	struct loaded l;

	(void)state;
	load(&l, "");
	assert_int_equal(l.rc, CCHC_OK);
	test_files_expect(&l.files, NO_PROBLEM);
	assert_int_equal(l.rules.n_classes, 0);
	done(&l);
}

static void mistakes_are_named_with_their_place(void **state)
{
	static const struct {
		const char *text;
		const char *expected[TEST_EXPECTED_MAX];
	} BAD[] = {
		{"{}",
		 {"a.yaml:1:1: key \"classes\" is missing",
		  "a.yaml:1:1: key \"duty_class\" is missing",
		  "a.yaml:1:1: key \"usual_class\" is missing"}},
		{"- x", {"a.yaml:1:1: keys and values expected"}},
		{"usual_class: b\nduty_class: c\n" CLASS,
		 {"a.yaml:1:14: usual_class: no class of this name",
		  "a.yaml:2:13: duty_class: no class of this name",
		  "a.yaml:6:11: steps: a list expected"}},
		{CHOICES "classes:\n  - {name: a, title: T, steps: []}\n"
			 "  - {name: a, shifts: 1, steps: [], x: 1}\n",
		 {"a.yaml:5:5: key \"title\" is missing",
		  "a.yaml:5:12: name: another class has this name",
		  "a.yaml:5:23: shifts: yes or no expected",
		  "a.yaml:5:37: unknown key \"x\""}},
		{HEAD "      - {days: x}\n",
		 {"a.yaml:7:9: key \"at\" is missing",
		  "a.yaml:7:9: key \"name\" is missing",
		  "a.yaml:7:9: key \"roles\" is missing",
		  "a.yaml:7:16: days: \"x\" is not a whole number from -366 to 366"}},
		{HEAD "      - {name: a/b, at: 8h, roles: [], urgency: high}\n",
		 {"a.yaml:7:9: days: missing", "a.yaml:7:16: name: a short name",
		  "a.yaml:7:25: at: a time of the day", "a.yaml:7:36: roles: no role",
		  "a.yaml:7:49: urgency: info, warning or critical"}},
		{HEAD STEP("a", "1", "24:00") CLERK STEP("b", "1", "08:60")
			 CLERK STEP("c", "1", "8:00") CLERK STEP("d", "1", "-8:00") CLERK,
		 {"a.yaml:7:32: at:", "a.yaml:8:32: at:", "a.yaml:9:32: at:",
		  "a.yaml:10:32: at:"}},
		{HEAD STEP("a", "1", "08:00") "roles: [boss, [clerk]]}\n",
		 {"a.yaml:7:49: clerk, commune-leader, district-specialist or "
		  "district-le",
		  "a.yaml:7:55: clerk,"}},
		{HEAD STEP("a", "1", "08:00") CLERK STEP("a", "2", "08:00")
			 CLERK STEP("b", "1", "08:00") CLERK,
		 {"a.yaml:8:16: name: another step has this name",
		  "a.yaml:9:32: at: another step has this moment"}},
		{HEAD STEP("a", "1", "08:00") "roles: [clerk], channels: [sms, thu, thu]}"
					      "\n" STEP("b", "2",
							"08:00") "roles: [clerk], "
								 "channels: []}\n",
		 {"a.yaml:7:68: no channel of this name in this file",
		  "a.yaml:7:78: the channel is named twice",
		  "a.yaml:8:67: channels: leave it out for every channel"}},
		{CHOICES "digest: {at: 25:00, roles: [x]}\ngate: {from: \"08:00\", to: "
			 "\"08:00\"}\n"
			 "silent: {after: 1w, roles: [clerk]}\nclasses:\n  - {name: a, "
			 "title: T, steps: []}\n",
		 {"a.yaml:3:14: at: a time", "a.yaml:3:29: clerk, commune-leader",
		  "a.yaml:4:27: to: must be later than from",
		  "a.yaml:5:17: after: a time like 24h"}},
		{CHOICES "digest: 1\ngate: {from: \"08:00\"}\nsilent: {after: 0h}\n"
			 "classes:\n  - {name: a, title: T, steps: []}\n",
		 {"a.yaml:3:9: digest: keys and values expected",
		  "a.yaml:4:7: key \"to\" is missing", "a.yaml:5:9: key \"roles\"",
		  "a.yaml:5:17: after: a time like"}},
	};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(BAD); i++) {
		struct loaded l;

		load(&l, BAD[i].text);
		test_files_expect(&l.files, BAD[i].expected);
		assert_int_equal(l.rc, CCHC_INVALID);
		assert_int_equal(l.rules.n_classes, 0);
		assert_string_equal(l.rules.usual_class, "");
		done(&l);
	}
}

static void too_many_classes_or_steps_are_refused(void **state)
{
	char text[4096];
	struct loaded l;
	size_t len;

	(void)state;
	len = (size_t)snprintf(text, sizeof(text), "%s", HEAD);
	for (int i = 0; i <= CCHC_STEPS_MAX; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
					STEP("s%d", "%d", "08:00") CLERK, i, i);
	load(&l, text);
	test_files_expect(&l.files, (const char *const[TEST_EXPECTED_MAX]){
					    "a.yaml:7:7: more than 16 steps"});
	done(&l);
	len = (size_t)snprintf(text, sizeof(text),
			       CHOICES "classes:\n"
				       "  - {name: a, title: T, "
				       "steps: []}\n");
	for (int i = 0; i < CCHC_CLASSES_MAX; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
					"  - {name: c%d, title: T, steps: []}\n", i);
	load(&l, text);
	test_files_expect(&l.files, (const char *const[TEST_EXPECTED_MAX]){
					    "a.yaml:4:3: more than 16 classes"});
	done(&l);
}

static void durations_are_minutes_hours_or_days(void **state)
{
	static const struct {
		const char *text;
		int64_t minutes;
	} CASES[] = {{"90m", 90}, {"24h", 1440}, {"3d", 4320}, {"99999d", 143998560}};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		char text[256];
		struct loaded l;

		(void)snprintf(text, sizeof(text),
			       CHOICES "classes:\n  - {name: a, title: T, steps: []}\n"
				       "silent: {after: %s, roles: [clerk]}\n",
			       CASES[i].text);
		load(&l, text);
		test_files_expect(&l.files, NO_PROBLEM);
		assert_int_equal(l.rules.silent_after_ms, CASES[i].minutes * MINUTE);
		done(&l);
	}
}

/* --- moments ----------------------------------------------------------------------- */

static void the_next_step_is_the_first_after_an_instant(void **state)
{
	static const struct {
		const char *day;
		int hour;
		int minute;
		const char *next;
		int next_hour;
	} CASES[] = {
		{"2024-01-01", 0, 0, "2024-03-08", 8},
		{"2024-03-08", 7, 59, "2024-03-08", 8},
		{"2024-03-08", 8, 0, "2024-03-12", 8},
		{"2024-03-15", 8, 0, "2024-03-16", 0},
		{"2024-03-16", 0, 0, "2024-03-16", 8},
		{"2024-03-22", 7, 59, "2024-03-22", 8},
		{"2024-03-22", 8, 0, NULL, 0},
	};
	const struct cchc_task_class *class;
	struct loaded l;

	(void)state;
	load_shipped(&l);
	class = cchc_alert_class(&l.rules, "nhiem-vu");
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		int64_t next =
			cchc_steps_next(class, day_of("2024-03-15"),
					at(CASES[i].day, CASES[i].hour, CASES[i].minute));

		assert_int_equal(next, CASES[i].next
					       ? at(CASES[i].next, CASES[i].next_hour, 0)
					       : INT64_MAX);
	}
	assert_int_equal(cchc_steps_next(class, CCHC_DAY_NONE, 0), INT64_MAX);
	done(&l);
}

static void a_due_date_shifts_only_where_its_class_says_so(void **state)
{
	struct cchc_calendar_day tet = {day_of("2024-03-18"), true, "Tết"};
	struct cchc_calendar calendar = {.day = &tet, .n = 1};
	struct cchc_task_class shifts = {.shifts = true};
	struct cchc_task_class stays = {.shifts = false};
	cchc_day saturday = day_of("2024-03-16");

	(void)state;
	assert_int_equal(cchc_alert_effective(&shifts, &calendar, saturday),
			 day_of("2024-03-19"));
	assert_int_equal(cchc_alert_effective(&shifts, &calendar, saturday - 1),
			 saturday - 1);
	assert_int_equal(cchc_alert_effective(&stays, &calendar, saturday), saturday);
	assert_int_equal(cchc_alert_effective(NULL, &calendar, saturday), saturday);
	assert_int_equal(cchc_alert_effective(&shifts, &calendar, CCHC_DAY_NONE),
			 CCHC_DAY_NONE);
}

static void keys_hold_task_step_and_version(void **state)
{
	char id[CCHC_TASK_ID];
	char step[CCHC_STEP_NAME];
	char key[CCHC_ALERT_KEY];

	(void)state;
	assert_string_equal(cchc_alert_key("12/UBND/11986", "late+7", 3, key),
			    "12/UBND/11986/late+7/3");
	memset(id, 'i', sizeof(id) - 1);
	id[sizeof(id) - 1] = '\0';
	memset(step, 's', sizeof(step) - 1);
	step[sizeof(step) - 1] = '\0';
	assert_int_equal(strlen(cchc_alert_key(id, step, UINT32_MAX, key)),
			 sizeof(id) + sizeof(step) + 10);
	assert_non_null(strstr(key, "/4294967295"));
}

static void the_gate_opens_in_working_hours_only(void **state)
{
	static const struct {
		const char *day;
		int hour;
		int minute;
		const char *opens; /* at 07:00; NULL: it is open */
	} CASES[] = {
		{"2024-03-15", 6, 59, "2024-03-15"}, {"2024-03-15", 7, 0, NULL},
		{"2024-03-15", 17, 29, NULL},        {"2024-03-15", 17, 30, "2024-03-18"},
		{"2024-03-16", 8, 0, "2024-03-18"},  {"2024-03-17", 23, 59, "2024-03-18"},
		{"2024-03-18", 0, 0, "2024-03-18"},  {"2024-03-19", 12, 0, "2024-03-20"},
		{"2024-03-18", 20, 0, "2024-03-20"},
	};
	struct cchc_calendar_day rest = {day_of("2024-03-19"), true, "nghỉ"};
	struct cchc_calendar calendar = {.day = &rest, .n = 1};
	struct cchc_gate gate = {true, 7 * 60, 17 * 60 + 30};
	int64_t opens;

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		int64_t now = at(CASES[i].day, CASES[i].hour, CASES[i].minute);

		assert_int_equal(cchc_gate_is_open(&gate, &calendar, now, &opens),
				 !CASES[i].opens);
		if (CASES[i].opens)
			assert_int_equal(opens, at(CASES[i].opens, 7, 0));
	}
	gate.closed_outside = false;
	assert_true(cchc_gate_is_open(&gate, &calendar, at("2024-03-16", 3, 0), &opens));
	gate = (struct cchc_gate){true, 0, 24 * 60};
	assert_true(
		cchc_gate_is_open(&gate, &calendar, at("2024-03-15", 23, 59), &opens));
	assert_false(cchc_gate_is_open(&gate, &calendar, at("2024-03-16", 0, 0), &opens));
}

static void names_are_read_as_they_are_written(void **state)
{
	static const enum cchc_role_bit ROLES[] = {
		CCHC_PERSON_CLERK, CCHC_PERSON_COMMUNE_LEADER, CCHC_PERSON_SPECIALIST,
		CCHC_PERSON_DISTRICT_LEADER};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(ROLES); i++)
		assert_int_equal(cchc_person_role(cchc_person_role_name(ROLES[i])),
				 ROLES[i]);
	assert_int_equal(cchc_person_role("boss"), 0);
	assert_int_equal(cchc_person_role(""), 0);
	assert_string_equal(cchc_person_role_name((enum cchc_role_bit)0), "unknown");
	assert_string_equal(cchc_urgency_name(CCHC_URGENCY_CRITICAL), "critical");
	assert_string_equal(cchc_urgency_name((enum cchc_urgency)7), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_rules_there_are_classes_and_no_step),
		cmocka_unit_test(the_shipped_steps_fall_on_their_minutes),
		cmocka_unit_test(the_shipped_digest_and_silence_are_read),
		cmocka_unit_test(steps_stand_in_order_of_their_moments),
		cmocka_unit_test(without_rules_there_is_no_class),
		cmocka_unit_test(mistakes_are_named_with_their_place),
		cmocka_unit_test(too_many_classes_or_steps_are_refused),
		cmocka_unit_test(durations_are_minutes_hours_or_days),
		cmocka_unit_test(the_next_step_is_the_first_after_an_instant),
		cmocka_unit_test(a_due_date_shifts_only_where_its_class_says_so),
		cmocka_unit_test(keys_hold_task_step_and_version),
		cmocka_unit_test(the_gate_opens_in_working_hours_only),
		cmocka_unit_test(names_are_read_as_they_are_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
