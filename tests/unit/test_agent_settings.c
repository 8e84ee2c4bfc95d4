#include "agentkit.h"

#include "base/check.h"
#include "commune/settings.h"

#define KEY "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
#define GOOD                                                                             \
	"unit: \"11986\"\n"                                                              \
	"district:\n"                                                                    \
	"  addresses: [\"tcp://a.example:7401\", \"tcp://[::1]:7401\"]\n"                \
	"  server_key: \"" KEY "\"\n"                                                    \
	"key: agent.key\n"                                                               \
	"folder: reports\n"                                                              \
	"outbox: /var/lib/x/outbox.mdb\n"

struct read {
	char dir[64];
	char path[96];
	struct cchc_arena names;
	struct cchc_problems problems;
	struct cchc_settings settings;
	enum cchc_rc rc;
};

static void write_file(const char *dir, const char *name, const char *text)
{
	char path[128];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "wb");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void read_in(struct read *r, const char *text)
{
	(void)snprintf(r->dir, sizeof(r->dir), "/tmp/test_agent.XXXXXX");
	assert_non_null(mkdtemp(r->dir));
	(void)snprintf(r->path, sizeof(r->path), "%s/agent.yaml", r->dir);
	write_file(r->dir, "agent.yaml", text);
	write_file(r->dir, "district.pub", "# comment\npublic: " KEY "\n");
	write_file(r->dir, "bad.pub", "secret: " KEY "\n");
	cchc_arena_init(&r->names, 16 * KIT_MB);
	cchc_problems_init(&r->problems);
	r->rc = cchc_agent_settings_load(r->path, &r->names, &r->problems, &r->settings);
	cchc_problems_sort(&r->problems);
}

static void done(struct read *r)
{
	if (r->rc == CCHC_OK)
		cchc_agent_settings_fini(&r->settings);
	cchc_problems_fini(&r->problems);
	cchc_arena_fini(&r->names);
	kit_remove(r->dir);
}

static void a_good_file_is_read_with_paths_from_its_folder(void **state)
{
	char expected[128];
	struct read r;

	(void)state;
	read_in(&r, GOOD "unit_valid_from: 2025-07-01\noutbox_max_mb: 8\n"
			 "keep: {days: 1, mb: 2}\ntasks_file: desk/tasks.csv\n");
	assert_int_equal(r.rc, CCHC_OK);
	assert_string_equal(r.settings.unit, "11986");
	assert_int_equal(r.settings.unit_valid_from, cchc_day_of(2025, 7, 1));
	assert_int_equal(r.settings.n_addresses, 2);
	assert_string_equal(r.settings.address[1], "tcp://[::1]:7401");
	assert_string_equal(r.settings.server_key, KEY);
	(void)snprintf(expected, sizeof(expected), "%s/reports/inbox", r.dir);
	assert_string_equal(r.settings.inbox, expected);
	(void)snprintf(expected, sizeof(expected), "%s/desk/tasks.csv", r.dir);
	assert_string_equal(r.settings.tasks_file, expected);
	assert_string_equal(r.settings.outbox, "/var/lib/x/outbox.mdb");
	assert_int_equal(r.settings.outbox_max_bytes, 8 * KIT_MB);
	assert_int_equal(r.settings.keep_bytes, 2 * KIT_MB);
	assert_int_equal(r.settings.keep_ms, KIT_DAY_MS);
	done(&r);
}

static void what_is_not_said_has_a_default(void **state)
{
	char expected[128];
	struct read r;

	(void)state;
	read_in(&r, GOOD);
	assert_int_equal(r.rc, CCHC_OK);
	(void)snprintf(expected, sizeof(expected), "%s/reports/nhiem-vu.csv", r.dir);
	assert_string_equal(r.settings.tasks_file, expected);
	(void)snprintf(expected, sizeof(expected), "%s/reports/nhac-viec", r.dir);
	assert_string_equal(r.settings.reminders, expected);
	assert_int_equal(r.settings.unit_valid_from, CCHC_DAY_NONE);
	assert_int_equal(r.settings.outbox_max_bytes, 256 * KIT_MB);
	assert_int_equal(r.settings.keep_bytes, 64 * KIT_MB);
	assert_int_equal(r.settings.keep_ms, 7 * KIT_DAY_MS);
	done(&r);
}

static void the_server_key_may_come_from_a_key_file(void **state)
{
	struct read r;

	(void)state;
	read_in(&r, "unit: \"11986\"\nkey: k\nfolder: f\noutbox: o\ndistrict:\n"
		    "  addresses: [\"tcp://a:1\"]\n  server_key_file: district.pub\n");
	assert_int_equal(r.rc, CCHC_OK);
	assert_string_equal(r.settings.server_key, KEY);
	done(&r);
}

static void every_mistake_is_told_with_its_place(void **state)
{
	static const struct {
		const char *text;
		uint32_t line;
		uint32_t column;
		const char *says;
	} CASES[] = {
		{GOOD "colour: red\n", 8, 1, "unknown key \"colour\""},
		{GOOD "unit_valid_from: 2025-13-01\n", 8, 18, "a date"},
		{GOOD "outbox_max_mb: many\n", 8, 16, "whole number"},
		{GOOD "outbox_max_mb: 0\n", 8, 16, "whole number from 1 to"},
		{GOOD "outbox_max_mb: -1\n", 8, 16, "whole number from 1 to"},
		{GOOD "outbox_max_mb: 64\n", 1, 1, "keep: its mb must be less"},
		{GOOD "keep: 7\n", 8, 7, "keys and values"},
		{GOOD "keep: {days: 7, weeks: 1}\n", 8, 17, "unknown key \"weeks\""},
		{GOOD "keep: {mb: 1.5}\n", 8, 12, "whole number"},
		{GOOD "tasks_file: reports/inbox/nhiem-vu.csv\n", 8, 13, "cannot lie in"},
		{GOOD "tasks_file: tasks/\n", 8, 13, "the name of a file"},
		{GOOD "key: other\n", 8, 1, ""},
	};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		struct read r;

		read_in(&r, CASES[i].text);
		assert_int_equal(r.rc, CCHC_INVALID);
		assert_true(r.problems.n >= 1);
		assert_string_equal(r.problems.list[0].place.file, r.path);
		assert_int_equal(r.problems.list[0].place.line, CASES[i].line);
		assert_int_equal(r.problems.list[0].place.column, CASES[i].column);
		if (!strstr(r.problems.list[0].text, CASES[i].says))
			fail_msg("%s: %s", CASES[i].says, r.problems.list[0].text);
		done(&r);
	}
}

static void all_mistakes_are_told_in_one_run(void **state)
{
	struct read r;

	(void)state;
	read_in(&r,
		"unit: \"119 86\"\n" /* no code */
		"district:\n"
		"  addresses: [\"http://x\", \"tcp://a:0\", \"tcp://:7401\"]\n" /* 3 */
		"  server_key: short\n" /* malformed */
		"folder: []\n"          /* no text; key and outbox lack */
		"extra: 1\n");          /* unknown */
	assert_int_equal(r.rc, CCHC_INVALID);
	assert_int_equal(r.problems.errors, 9);
	done(&r);
}

static void one_server_key_is_needed_and_only_one(void **state)
{
	static const char *const CASES[] = {
		"  server_key_file: bad.pub\n",
		"  server_key_file: none.pub\n",
		"  server_key: \"" KEY "\"\n  server_key_file: district.pub\n",
		"",
	};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		char text[512];
		struct read r;

		(void)snprintf(text, sizeof(text),
			       "unit: \"11986\"\nkey: k\nfolder: f\noutbox: o\n"
			       "district:\n  addresses: [\"tcp://a:1\"]\n%s",
			       CASES[i]);
		read_in(&r, text);
		assert_int_equal(r.rc, CCHC_INVALID);
		assert_int_equal(r.problems.errors, 1);
		done(&r);
	}
}

static void a_missing_or_empty_file_is_a_mistake_too(void **state)
{
	struct cchc_settings settings;
	struct cchc_problems problems;
	struct cchc_arena names;
	struct read r;

	(void)state;
	read_in(&r, "");
	assert_int_equal(r.rc, CCHC_INVALID);
	assert_int_equal(r.problems.errors, 1);
	done(&r);
	cchc_arena_init(&names, KIT_MB);
	cchc_problems_init(&problems);
	assert_int_equal(cchc_agent_settings_load("/tmp/none/agent.yaml", &names,
						  &problems, &settings),
			 CCHC_NOTFOUND);
	assert_int_equal(problems.errors, 1);
	cchc_problems_fini(&problems);
	cchc_arena_fini(&names);
}

static void the_example_differs_from_a_working_file_by_its_keys_only(void **state)
{
	struct cchc_settings settings;
	struct cchc_problems problems;
	struct cchc_arena names;

	(void)state;
	cchc_arena_init(&names, 16 * KIT_MB);
	cchc_problems_init(&problems);
	assert_int_equal(cchc_agent_settings_load(SOURCE_DIR "/config/agent.yaml", &names,
						  &problems, &settings),
			 CCHC_INVALID);
	assert_int_equal(problems.errors, 1); /* district.pub is not there */
	assert_non_null(strstr(problems.list[0].text, "district.pub"));
	cchc_problems_fini(&problems);
	cchc_arena_fini(&names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_file_is_read_with_paths_from_its_folder),
		cmocka_unit_test(what_is_not_said_has_a_default),
		cmocka_unit_test(the_server_key_may_come_from_a_key_file),
		cmocka_unit_test(every_mistake_is_told_with_its_place),
		cmocka_unit_test(all_mistakes_are_told_in_one_run),
		cmocka_unit_test(one_server_key_is_needed_and_only_one),
		cmocka_unit_test(a_missing_or_empty_file_is_a_mistake_too),
		cmocka_unit_test(
			the_example_differs_from_a_working_file_by_its_keys_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
