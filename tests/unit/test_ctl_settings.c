#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "ctl/options.h"
#include "ctl/settings.h"

#define KEY "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"

/* ---- settings ---- */

static char folder[] = "/tmp/ctl-settings-XXXXXX";

static const char *write_file(const char *name, const char *text)
{
	static char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fputs(text, file) >= 0 && fclose(file) == 0, 1);
	return path;
}

/* All problems, a line each, without the folder. */
static void load(const char *text, struct cchc_arena *arena,
		 struct cchc_ctl_settings *settings, char *out, size_t size)
{
	const char *path = write_file("ctl.yaml", text);
	struct cchc_problems problems;
	size_t used = 0;

	cchc_problems_init(&problems);
	out[0] = '\0';
	(void)!cchc_ctl_settings_load(arena, path, &problems, settings);
	cchc_problems_sort(&problems);
	for (size_t i = 0; i < problems.n; i++) {
		char line[512];

		cchc_problem_line(&problems.list[i], line, sizeof(line));
		used += (size_t)snprintf(out + used, size - used, "%s\n",
					 line + strlen(folder) + 1);
		assert_true(used < size);
	}
	cchc_problems_fini(&problems);
}

static void good_settings_are_read_and_paths_are_relative_to_the_file(void **state)
{
	struct cchc_ctl_settings settings = {0};
	struct cchc_arena arena;
	char problems[1024];
	char expected[128];

	(void)state;
	cchc_arena_init(&arena, 1 << 20);
	load("queries: tcp://127.0.0.1:7402\nchanges: tcp://[::1]:7403\n"
	     "server_key: \"" KEY "\"\nkey: keys/ctl.key\n",
	     &arena, &settings, problems, sizeof(problems));
	assert_string_equal(problems, "");
	assert_string_equal(settings.queries, "tcp://127.0.0.1:7402");
	assert_string_equal(settings.changes, "tcp://[::1]:7403");
	assert_string_equal(settings.server_key, KEY);
	snprintf(expected, sizeof(expected), "%s/keys/ctl.key", folder);
	assert_string_equal(settings.key, expected);
	cchc_arena_fini(&arena);
}

static void changes_may_be_missing_and_the_server_key_may_be_a_file(void **state)
{
	struct cchc_ctl_settings settings = {0};
	struct cchc_arena arena;
	char problems[1024];

	(void)state;
	write_file("server.pub", "# of the district\npublic: " KEY "\n");
	cchc_arena_init(&arena, 1 << 20);
	load("queries: tcp://cchc.vanlam.vn:7402\nserver_key_file: server.pub\n"
	     "key: /etc/cchcd/ctl.key\n",
	     &arena, &settings, problems, sizeof(problems));
	assert_string_equal(problems, "");
	assert_null(settings.changes);
	assert_string_equal(settings.server_key, KEY);
	assert_string_equal(settings.key, "/etc/cchcd/ctl.key");
	cchc_arena_fini(&arena);
}

static void every_mistake_is_told_with_its_place(void **state)
{
	static const struct {
		const char *text;
		const char *problems;
	} CASES[] = {
		{"queries: 127.0.0.1:7402\nchanges: tcp://x:70000\nserver_key: short\n"
		 "key: [a]\nport: 5\n",
		 "ctl.yaml:1:10: queries: tcp://host:port is expected\n"
		 "ctl.yaml:2:10: changes: tcp://host:port is expected\n"
		 "ctl.yaml:3:13: server_key: 40 characters of Z85 are expected\n"
		 "ctl.yaml:4:6: key: a value expected\n"
		 "ctl.yaml:5:1: unknown key \"port\"\n"},
		{"key: a\n", "ctl.yaml:1:1: key \"queries\" is missing\n"
			     "ctl.yaml:1:1: server_key: exactly one of server_key and "
			     "server_key_file expected\n"},
		{"- a\n", "ctl.yaml:1:1: keys and values expected here\n"},
		{"", "ctl.yaml: the file is empty\n"},
		{"queries: tcp://a:1\nserver_key: \"" KEY
		 "\"\nserver_key_file: b\nkey: a\n",
		 "ctl.yaml:3:18: server_key_file: exactly one of server_key and "
		 "server_key_file expected\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct cchc_ctl_settings settings = {0};
		struct cchc_arena arena;
		char problems[2048];

		cchc_arena_init(&arena, 1 << 20);
		load(CASES[i].text, &arena, &settings, problems, sizeof(problems));
		assert_string_equal(problems, CASES[i].problems);
		assert_null(settings.queries); /* written only when all is right */
		cchc_arena_fini(&arena);
	}
}

static void a_server_key_file_without_a_key_is_told_at_its_line(void **state)
{
	static const char *const FILES[] = {"", "public:\n", "secret: " KEY "\n",
					    "public: " KEY "x\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(FILES) / sizeof(FILES[0]); i++) {
		struct cchc_ctl_settings settings = {0};
		struct cchc_arena arena;
		char problems[2048];

		write_file("server.pub", FILES[i]);
		cchc_arena_init(&arena, 1 << 20);
		load("queries: tcp://a:1\nserver_key_file: server.pub\nkey: a\n", &arena,
		     &settings, problems, sizeof(problems));
		assert_non_null(strstr(problems, "ctl.yaml:2:18: server_key_file: "));
		assert_non_null(strstr(problems, "has no line \"public:"));
		cchc_arena_fini(&arena);
	}
}

static void a_missing_file_is_a_problem_of_its_own(void **state)
{
	struct cchc_ctl_settings settings;
	struct cchc_problems problems;
	struct cchc_arena arena;

	(void)state;
	cchc_problems_init(&problems);
	cchc_arena_init(&arena, 1 << 20);
	assert_int_equal(
		cchc_ctl_settings_load(&arena, "/nowhere/ctl.yaml", &problems, &settings),
		CCHC_INVALID);
	assert_int_equal(problems.n, 1);
	assert_int_equal(problems.list[0].place.line, 0);
	cchc_arena_fini(&arena);
	cchc_problems_fini(&problems);
}

/* ---- command line ---- */

enum { WORDS = 12 };

static enum cchc_rc parse(const char *line, struct cchc_ctl_options *options,
			  struct cchc_err *err)
{
	static char words[256];
	char *argv[WORDS] = {"cchcctl"};
	int argc = 1;
	char *rest;

	snprintf(words, sizeof(words), "%s", line);
	for (char *word = strtok_r(words, " ", &rest); word;
	     word = strtok_r(NULL, " ", &rest))
		argv[argc++] = word;
	return cchc_ctl_options_parse(argc, argv, options, err);
}

static void a_command_line_is_read_in_any_order(void **state)
{
	static const char *const LINES[] = {
		"appendix --unit 325 --period 2024-Q1 --scope below --format csv",
		"--format=csv --scope=below appendix --period=2024-Q1 --unit=325",
		"--unit 325 --period 2024-q1 appendix --scope below --format csv",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(LINES) / sizeof(LINES[0]); i++) {
		struct cchc_ctl_options options;

		assert_int_equal(parse(LINES[i], &options, NULL), CCHC_OK);
		assert_int_equal(options.command, CCHC_CTL_APPENDIX);
		assert_string_equal(options.unit, "325");
		assert_int_equal(options.period.year, 2024);
		assert_int_equal(options.period.slot, CCHC_Q1);
		assert_int_equal(options.scope, CCHC_SCOPE_BELOW);
		assert_int_equal(options.format, CCHC_CTL_CSV);
		assert_string_equal(options.config, "/etc/cchcd/ctl.yaml");
		assert_int_equal(options.timeout_ms, 0);
	}
}

static void a_period_may_be_written_as_people_do(void **state)
{
	char *argv[] = {"cchcctl", "appendix", "--period", "Quý I/2024"};
	struct cchc_ctl_options options;

	(void)state;
	assert_int_equal(cchc_ctl_options_parse(4, argv, &options, NULL), CCHC_OK);
	assert_int_equal(options.period.slot, CCHC_Q1);
	assert_int_equal(options.scope, CCHC_SCOPE_TOTAL);
	assert_int_equal(options.format, CCHC_CTL_TABLE);
	assert_null(options.unit);
}

static void each_command_takes_its_own_options(void **state)
{
	static const struct {
		const char *line;
		enum cchc_ctl_command command;
	} CASES[] = {
		{"explain --period 2024 --indicator I.2 --json", CCHC_CTL_EXPLAIN},
		{"watch --json --once", CCHC_CTL_WATCH},
		{"status --timeout 3", CCHC_CTL_STATUS},
		{"verify --config x.yaml", CCHC_CTL_VERIFY},
		{"journal --period 2024-03 --indicator I.2", CCHC_CTL_JOURNAL},
		{"about", CCHC_CTL_ABOUT},
		{"keygen ctl.key", CCHC_CTL_KEYGEN},
		{"task add --id A --title x --lead 11986 --assigned 2024-03-01",
		 CCHC_CTL_TASK_ADD},
		{"task --dry-run import nv.csv", CCHC_CTL_TASK_IMPORT},
		{"--state soon task list --below --duties", CCHC_CTL_TASK_LIST},
		{"task show A --json", CCHC_CTL_TASK_SHOW},
		{"task extend A --due 15/3/2024 --reason x --doc y",
		 CCHC_CTL_TASK_EXTEND},
		{"task report A --done 15/3/2024", CCHC_CTL_TASK_REPORT},
		{"task accept A", CCHC_CTL_TASK_ACCEPT},
		{"task return --reason x A", CCHC_CTL_TASK_RETURN},
		{"task cancel A --reason x", CCHC_CTL_TASK_CANCEL},
		{"task reopen A --reason x", CCHC_CTL_TASK_REOPEN},
		{"task move A --lead 11989 --reason x", CCHC_CTL_TASK_MOVE},
		{"alerts list --all --newest 5", CCHC_CTL_ALERTS_LIST},
		{"alerts ack K --note x", CCHC_CTL_ALERTS_ACK},
		{"alerts silence --unit 11986 --for 2h --note x",
		 CCHC_CTL_ALERTS_SILENCE},
		{"alerts unsilence 5", CCHC_CTL_ALERTS_UNSILENCE},
		{"alerts test-channel thu --to a@b.vn", CCHC_CTL_ALERTS_TEST},
		{"alerts watch --once", CCHC_CTL_ALERTS_WATCH},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct cchc_ctl_options options;

		assert_int_equal(parse(CASES[i].line, &options, NULL), CCHC_OK);
		assert_int_equal(options.command, CASES[i].command);
	}
}

static void help_and_version_need_nothing_else(void **state)
{
	struct cchc_ctl_options options;

	(void)state;
	assert_int_equal(parse("--help", &options, NULL), CCHC_OK);
	assert_true(options.help);
	assert_int_equal(parse("appendix --help", &options, NULL), CCHC_OK);
	assert_int_equal(options.command, CCHC_CTL_APPENDIX);
	assert_int_equal(parse("--version", &options, NULL), CCHC_OK);
	assert_true(options.version);
}

static void a_wrong_line_is_told_with_option_value_and_what_is_expected(void **state)
{
	static const struct {
		const char *line;
		const char *text;
	} CASES[] = {
		{"", "a command is expected: appendix"},
		{"apendix", "\"apendix\" is no command; appendix, explain"},
		{"appendix", "appendix: --period is needed"},
		{"appendix --period 2024-Q5", "--period: \"2024-Q5\": 2024-03, 2024-Q1"},
		{"appendix --period 2024 --scope all",
		 "--scope: \"all\": total, own, below or report is expected"},
		{"appendix --period 2024 --format xml",
		 "--format: \"xml\": table, csv, json or html is expected"},
		{"appendix --period 2024 --unit 3/25", "--unit: \"3/25\": a unit's code"},
		{"appendix --period 2024 --unit 12345678901234567", "--unit: \"123456"},
		{"appendix --period", "--period: a value is expected"},
		{"appendix --period 2024 --json", "--json is no option of appendix"},
		{"--once appendix --period 2024", "--once is no option of appendix"},
		{"watch --once=yes", "--once takes no value"},
		{"watch --colour", "--colour: unknown option"},
		{"explain --period 2024", "explain: --indicator is needed"},
		{"explain --period 2024 --indicator=", "--indicator: \"\": a full code"},
		{"status 325", "status: \"325\" is too much on the line"},
		{"status --timeout 0", "--timeout: \"0\": whole seconds from 1 to 3600"},
		{"status --timeout 1.5", "--timeout: \"1.5\": whole seconds"},
		{"status --timeout 99999", "--timeout: \"99999\": whole seconds"},
		{"keygen", "keygen: a file is expected"},
		{"keygen a b", "keygen: \"b\" is too much"},
		{"task", "task: a command is expected: add, import, list"},
		{"alerts", "alerts: a command is expected: list, ack"},
		{"task ad", "\"task ad\" is no command; add, import"},
		{"add", "\"add\" is no command; appendix"},
		{"task show", "task show: a task's id is expected"},
		{"task show A B", "task show: \"B\" is too much"},
		{"task import", "task import: a file is expected"},
		{"task add --id A --title x --lead 11986",
		 "task add: --assigned is needed"},
		{"task add --id A --title x --assigned 2024-03-01",
		 "task add: --lead is needed"},
		{"task add --lead 11986,xã", "--lead: \"xã\": codes of units"},
		{"task add --lead 11986,11986", "--lead: \"11986\": codes of units are "
						"expected, each once"},
		{"task add --assigned 2024-02-30", "--assigned: \"2024-02-30\": a day"},
		{"task add --due mai", "--due: \"mai\": the last day in time"},
		{"task add --id=", "--id: \"\": a text is expected"},
		{"task extend A --due 2024-03-15 --doc y",
		 "task extend: --reason is needed"},
		{"task accept A --reason x", "--reason is no option of task accept"},
		{"task list --state late", "--state: \"late\": all, open, waiting"},
		{"task list --format csv --json",
		 "task list: --json contradicts --format"},
		{"--json task list --format table", "--json contradicts --format"},
		{"task move A --lead all --reason x",
		 "task move: --lead: \"all\": the code of one unit is expected"},
		{"task move A --lead 11986,11989 --reason x", "--lead: \"11986,11989\""},
		{"task list --format html",
		 "--format: task list has table, csv and json"},
		{"alerts ack K", "alerts ack: --note is needed"},
		{"alerts silence --for 2h --note x",
		 "--unit, --task or --step is needed"},
		{"alerts silence --unit 1 --note x",
		 "one of --until and --for is needed"},
		{"alerts silence --unit 1 --note x --for 2h --until 2024-03-15",
		 "one of --until and --for is needed"},
		{"alerts silence --for 2w", "--for: \"2w\": 90m, 4h or 2d is expected"},
		{"alerts silence --until mai", "--until: \"mai\": \"2024-03-15 17:00\""},
		{"alerts unsilence x", "alerts unsilence: \"x\": a silence's number"},
		{"alerts list --newest 0", "--newest: \"0\": a number from 1"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct cchc_ctl_options options;
		struct cchc_err err = {0};

		assert_int_equal(parse(CASES[i].line, &options, &err), CCHC_INVALID);
		if (!strstr(err.text, CASES[i].text))
			fail_msg("%s: \"%s\" lacks \"%s\"", CASES[i].line, err.text,
				 CASES[i].text);
	}
}

static void a_text_has_its_bound(void **state)
{
	char id[402];
	char *argv[] = {"cchcctl", "task", "show", id};
	struct cchc_ctl_options options;
	struct cchc_err err = {0};

	(void)state;
	memset(id, 'x', sizeof(id));
	id[400] = '\0';
	assert_int_equal(cchc_ctl_options_parse(4, argv, &options, &err), CCHC_OK);
	assert_int_equal(options.due, CCHC_DAY_NONE);
	id[400] = 'x';
	id[401] = '\0';
	assert_int_equal(cchc_ctl_options_parse(4, argv, &options, &err), CCHC_INVALID);
	assert_non_null(strstr(err.text, "at most 400 bytes"));
	strcpy(id, "\xff");
	assert_int_equal(cchc_ctl_options_parse(4, argv, &options, &err), CCHC_INVALID);
}

static void every_command_has_its_help(void **state)
{
	(void)state;
	for (int i = 0; i < CCHC_CTL_COMMANDS; i++) {
		enum cchc_ctl_command command = (enum cchc_ctl_command)i;
		char *text = NULL;
		size_t len;
		FILE *out = open_memstream(&text, &len);

		cchc_ctl_help(command, out);
		fclose(out);
		assert_non_null(strstr(text, "usage: cchcctl "));
		assert_non_null(strstr(text, cchc_ctl_command_name(command)));
		free(text);
	}
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	char path[128];

	(void)state;
	snprintf(path, sizeof(path), "%s/ctl.yaml", folder);
	unlink(path);
	snprintf(path, sizeof(path), "%s/server.pub", folder);
	unlink(path);
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			good_settings_are_read_and_paths_are_relative_to_the_file),
		cmocka_unit_test(changes_may_be_missing_and_the_server_key_may_be_a_file),
		cmocka_unit_test(every_mistake_is_told_with_its_place),
		cmocka_unit_test(a_server_key_file_without_a_key_is_told_at_its_line),
		cmocka_unit_test(a_missing_file_is_a_problem_of_its_own),
		cmocka_unit_test(a_command_line_is_read_in_any_order),
		cmocka_unit_test(a_period_may_be_written_as_people_do),
		cmocka_unit_test(each_command_takes_its_own_options),
		cmocka_unit_test(help_and_version_need_nothing_else),
		cmocka_unit_test(
			a_wrong_line_is_told_with_option_value_and_what_is_expected),
		cmocka_unit_test(a_text_has_its_bound),
		cmocka_unit_test(every_command_has_its_help),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
