/* Programs that take a notice, and the journal. */
#include "notifykit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

static struct cchc_channel_settings program(struct kit *kit, const char *script)
{
	struct cchc_channel_settings channel = kit_channel(kit, CCHC_CHANNEL_EXEC, "");

	channel.program = kit_write(
		kit, "program", cchc_arena_format(&kit->arena, "#!/bin/sh\n%s\n", script),
		0700);
	return channel;
}

static json_t *load(struct kit *kit, const char *name)
{
	json_decref(kit->record);
	kit->record = json_load_file(kit_path(kit, name), 0, NULL);
	assert_non_null(kit->record);
	return kit->record;
}

static void a_program_reads_the_notice(void **state)
{
	struct kit *kit = *state;
	struct cchc_notice notice = kit_notice();
	struct cchc_channel_settings channel = program(
		kit, cchc_arena_format(&kit->arena, "exec cat > %s/got", kit->dir));
	json_t *got;

	notice.ended = true;
	notice.ended_ms = notice.raised_ms + 60000;
	assert_int_equal(kit_tell(kit, &channel, &notice)->rc, CCHC_OK);
	assert_string_equal(kit->handing[0].text, "");
	got = load(kit, "got");
	assert_string_equal(kit_text(got, "key", NULL, NULL), notice.key);
	assert_string_equal(kit_text(got, "state", NULL, NULL), "ended");
	assert_string_equal(kit_text(got, "to", NULL, NULL), notice.to);
	assert_string_equal(kit_text(got, "unit", "code", NULL), "11986");
	assert_string_equal(kit_text(got, "subject", NULL, NULL), notice.subject);
	assert_string_equal(kit_text(got, "text", NULL, NULL), notice.text);
	assert_string_equal(kit_text(got, "ended", NULL, NULL),
			    "2024-03-15T17:01:00.123Z");
}

/* Python tells the environment apart from what the shell adds. */
static void a_program_has_the_notice_and_nothing_of_ours_around_it(void **state)
{
	static const char *const WANTED[][2] = {
		{"CCHC_ALERT_KEY", "12-KH/11986/overdue/2"},
		{"CCHC_ALERT_STATE", "raised"},
		{"CCHC_ALERT_KIND", "step"},
		{"CCHC_ALERT_URGENCY", "critical"},
		{"CCHC_ALERT_UNIT", "11986"},
		{"CCHC_ALERT_UNIT_NAME", "Thị trấn Như Quỳnh"},
		{"CCHC_ALERT_TASK", "12-KH/11986"},
		{"CCHC_ALERT_STEP", "overdue"},
		{"CCHC_ALERT_CLASS", "nhiem-vu"},
		{"CCHC_ALERT_DUE", "2024-03-15"},
		{"CCHC_ALERT_TEXT", "$(id) `id`; id\n"},
		{"CCHC_ALERT_TO", "0912 345 678"},
		{"CCHC_ALERT_LANGUAGE", "vi"},
		{"CCHC_ALERT_RAISED", "2024-03-15T17:00:00.123Z"},
		{"CCHC_ALERT_ENDED", ""},
		{"LANG", "C.UTF-8"},
	};
	struct kit *kit = *state;
	struct cchc_notice notice = kit_notice();
	struct cchc_channel_settings channel = kit_channel(kit, CCHC_CHANNEL_EXEC, "");
	json_t *got;

	channel.program = kit_write(
		kit, "program",
		cchc_arena_format(&kit->arena,
				  "#!/usr/bin/python3 -B\nimport os, json\n"
				  "json.dump(dict(os.environ, cwd=os.getcwd()), "
				  "open('%s/env', 'w'))\n",
				  kit->dir),
		0700);
	assert_int_equal(setenv("OURS", "secret", 1), 0);
	notice.text = "$(id) `id`; id\n";
	notice.to = "0912 345 678";
	assert_int_equal(kit_tell(kit, &channel, &notice)->rc, CCHC_OK);
	got = load(kit, "env");
	for (size_t i = 0; i < CCHC_COUNT(WANTED); i++)
		assert_string_equal(kit_text(got, WANTED[i][0], NULL, NULL),
				    WANTED[i][1]);
	assert_non_null(kit_text(got, "CCHC_ALERT_SUBJECT", NULL, NULL));
	assert_string_equal(kit_text(got, "PATH", NULL, NULL),
			    "/usr/local/bin:/usr/bin:/bin");
	assert_null(kit_text(got, "OURS", NULL, NULL));
	assert_string_equal(kit_text(got, "cwd", NULL, NULL), "/");
}

static void a_program_gets_no_connection_of_ours(void **state)
{
	struct kit *kit = *state;
	struct cchc_notice notice = kit_notice();
	struct cchc_channel_settings hook;
	struct cchc_channel_settings mail;
	struct cchc_channel_settings channel = kit_channel(kit, CCHC_CHANNEL_EXEC, "");

	kit_sink(kit, NULL, 0);
	hook = kit_channel(kit, CCHC_CHANNEL_WEBHOOK, "/hang");
	mail = kit_channel(kit, CCHC_CHANNEL_SMTP, "");
	notice.to = "hang-dot@b.example";
	(void)kit_hand(kit, &hook, &notice);
	(void)kit_hand(kit, &mail, &notice);
	kit_until(kit, kit_recorded(kit) == 2);
	channel.program = kit_write(
		kit, "program",
		"#!/usr/bin/python3 -B\nimport os, socket\n"
		"def is_inet(fd):\n"
		"  try:\n"
		"    return socket.socket(fileno=os.dup(fd)).family == socket.AF_INET\n"
		"  except OSError:\n"
		"    return False\n"
		"raise SystemExit(any(map(is_inet, map(int, "
		"os.listdir('/proc/self/fd')))))"
		"\n",
		0700);
	assert_int_equal(kit_tell(kit, &channel, &notice)->rc, CCHC_OK);
}

static void its_exit_status_is_the_verdict(void **state)
{
	static const struct {
		const char *script;
		enum cchc_rc rc;
		const char *text;
	} CASES[] = {
		{"exit 0", CCHC_OK, ""},
		{"echo well >&2; exit 0", CCHC_OK, ""},
		{"exit 65", CCHC_INVALID, "exit status 65"},
		{"echo no such number >&2; exit 65", CCHC_INVALID,
		 "exit status 65: no such number"},
		{"exit 1", CCHC_IO, "exit status 1"},
		{"printf 'busy\\nmore' >&2; exit 75", CCHC_IO, "exit status 75: busy"},
		{"printf '\\033[1mno\\377' >&2; exit 2", CCHC_IO,
		 "exit status 2:  [1mno?"},
		{"echo said on standard output; exit 3", CCHC_IO, "exit status 3"},
		{"kill -9 $$", CCHC_IO, "killed by signal 9"},
		/* what it leaves running holds nobody up */
		{"sleep 1 & exit 0", CCHC_OK, ""},
	};
	struct kit *kit = *state;
	struct cchc_notice notice = kit_notice();

	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		struct cchc_channel_settings channel = program(kit, CASES[i].script);
		const struct kit_handing *told = kit_tell(kit, &channel, &notice);

		if (told->rc != CASES[i].rc || strcmp(told->text, CASES[i].text) != 0)
			fail_msg("%s: %s, \"%s\"", CASES[i].script,
				 cchc_rc_name(told->rc), told->text);
	}
}

static void a_program_that_says_much_or_reads_nothing_is_fine(void **state)
{
	struct kit *kit = *state;
	struct cchc_notice notice = kit_notice();
	struct cchc_channel_settings channel;
	char *text = malloc(1000001);

	memset(text, 'x', 1000000);
	text[1000000] = '\0';
	notice.text = text; /* longer than a pipe, and than a variable may be */
	channel = program(kit, "exit 0");
	assert_int_equal(kit_tell(kit, &channel, &notice)->rc, CCHC_OK);
	channel = program(kit, "exec 0<&-; yes 2>/dev/null | head -c 300000 >&2; exit 4");
	assert_int_equal(kit_tell(kit, &channel, &notice)->rc, CCHC_IO);
	assert_string_equal(kit->handing[1].text, "exit status 4: y");
	channel = program(kit, "test $(wc -c) -gt 1000000");
	assert_int_equal(kit_tell(kit, &channel, &notice)->rc, CCHC_OK);
	free(text);
}

/* One that ended is dead, even where process 1 never collects it (containers). */
static bool is_running(int pid)
{
	char path[64];
	char state = 'Z';
	bool read;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "r");
	if (!file)
		return false;
	read = fscanf(file, "%*d (%*[^)]) %c", &state) == 1;
	(void)fclose(file);
	return read && state != 'Z';
}

static bool is_alive(struct kit *kit, const char *name)
{
	FILE *file = fopen(kit_path(kit, name), "r");
	int pid = 0;

	if (!file)
		return false;
	assert_int_equal(fscanf(file, "%d", &pid), 1);
	(void)fclose(file);
	return is_running(pid);
}

static void at_the_time_limit_it_ends_with_all_it_started(void **state)
{
	static const char *const SCRIPTS[] = {
		"sleep 1000 & echo $! > %s/child; wait",
		"trap '' TERM; (trap '' TERM; exec sleep 1000) & echo $! > %s/child; "
		"while true; do wait; done",
	};
	struct kit *kit = *state;
	struct cchc_notice notice = kit_notice();

	for (size_t i = 0; i < CCHC_COUNT(SCRIPTS); i++) {
		char script[200];
		struct cchc_channel_settings channel;

		(void)snprintf(script, sizeof(script), i ? SCRIPTS[1] : SCRIPTS[0],
			       kit->dir);
		channel = program(kit, script);
		channel.time_limit_ms = 300;
		assert_int_equal(kit_tell(kit, &channel, &notice)->rc, CCHC_LIMIT);
		assert_string_equal(kit->handing[i].text, "ended at the time limit");
		kit_until(kit, !is_alive(kit, "child"));
	}
}

static void at_the_stop_it_is_told_and_ended(void **state)
{
	struct kit *kit = *state;
	struct cchc_notice notice = kit_notice();
	struct cchc_channel_settings channel = program(
		kit, cchc_arena_format(&kit->arena, "echo $$ > %s/child; exec sleep 1000",
				       kit->dir));
	size_t handing = kit_hand(kit, &channel, &notice);

	kit_until(kit, is_alive(kit, "child"));
	cchc_courier_stop(kit->courier);
	assert_int_equal(kit->handing[handing].rc, CCHC_BUSY);
	kit_until(kit, !is_alive(kit, "child"));
}

static void a_program_that_is_not_there_is_a_failure_for_now(void **state)
{
	struct kit *kit = *state;
	struct cchc_notice notice = kit_notice();
	struct cchc_channel_settings channel = kit_channel(kit, CCHC_CHANNEL_EXEC, "");

	channel.program = "/nonexistent/send-sms";
	assert_int_equal(kit_tell(kit, &channel, &notice)->rc, CCHC_IO);
	assert_string_equal(kit->handing[0].text,
			    "/nonexistent/send-sms: no such file or directory");
	/* what has its verdict keeps it at the stop */
	(void)kit_hand(kit, &channel, &notice);
	cchc_courier_stop(kit->courier);
	assert_int_equal(kit->handing[1].rc, CCHC_IO);
}

/* Where a journal is there, the entry goes to it; else the log has the line. */
static void the_journal_channel_loses_nothing(void **state)
{
	struct kit *kit = *state;
	struct cchc_notice notice = kit_notice();
	struct cchc_channel_settings channel = kit_channel(kit, CCHC_CHANNEL_JOURNAL, "");
	bool journal = access("/run/systemd/journal/socket", W_OK) == 0;
	const char *path = kit_write(kit, "log", "", 0600);
	int log = open(path, O_RDWR);
	int before = dup(STDERR_FILENO);
	char line[1024] = "";

	assert_int_equal(dup2(log, STDERR_FILENO), STDERR_FILENO);
	(void)kit_hand(kit, &channel, &notice);
	assert_int_equal(dup2(before, STDERR_FILENO), STDERR_FILENO);
	assert_int_equal(kit_wait(kit, 0)->rc, CCHC_OK);
	assert_true(pread(log, line, sizeof(line) - 1, 0) >= 0);
	assert_string_equal(
		line,
		journal ? ""
			: "<3>alert key=\"12-KH/11986/overdue/2\" state=raised kind=step "
			  "urgency=critical unit=11986 task=\"12-KH/11986\" step=overdue "
			  "due=2024-03-15 subject=\"Quá hạn: Rà soát thủ tục hành "
			  "chính\"\n");
	(void)close(before);
	(void)close(log);
}

static void each_type_has_its_ways(void **state)
{
	static const struct {
		enum cchc_channel_type type;
		bool personal, tells_end, repeats, dedups;
	} CASES[] = {
		{CCHC_CHANNEL_ALERTMANAGER, false, true, true, true},
		{CCHC_CHANNEL_WEBHOOK, false, true, false, true},
		{CCHC_CHANNEL_SMTP, true, true, false, false},
		{CCHC_CHANNEL_EXEC, true, false, false, false},
		{CCHC_CHANNEL_JOURNAL, false, true, false, false},
	};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		enum cchc_channel_type type = CASES[i].type;

		assert_int_equal(cchc_channel_is_personal(type), CASES[i].personal);
		assert_int_equal(cchc_channel_tells_end(type), CASES[i].tells_end);
		assert_int_equal(cchc_channel_repeats(type), CASES[i].repeats);
		assert_int_equal(cchc_channel_dedups(type), CASES[i].dedups);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_begin, kit_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_program_reads_the_notice),
		TEST(a_program_has_the_notice_and_nothing_of_ours_around_it),
		TEST(a_program_gets_no_connection_of_ours),
		TEST(its_exit_status_is_the_verdict),
		TEST(a_program_that_says_much_or_reads_nothing_is_fine),
		TEST(at_the_time_limit_it_ends_with_all_it_started),
		TEST(at_the_stop_it_is_told_and_ended),
		TEST(a_program_that_is_not_there_is_a_failure_for_now),
		TEST(the_journal_channel_loses_nothing),
		cmocka_unit_test(each_type_has_its_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
