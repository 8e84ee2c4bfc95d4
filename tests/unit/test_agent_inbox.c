#include "agentdesk.h"

#include <sys/stat.h>

/* What is logged between the two goes into a file. Returns what the end needs. */
static int log_begin(struct desk *d)
{
	int kept = dup(STDERR_FILENO);
	char path[256];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/log", d->kit->dir);
	file = fopen(path, "wb");
	assert_non_null(file);
	assert_true(kept >= 0);
	assert_int_equal(dup2(fileno(file), STDERR_FILENO), STDERR_FILENO);
	(void)fclose(file);
	return kept;
}

static void log_end(struct desk *d, int kept, char *text, size_t size)
{
	char path[256];
	FILE *file;
	size_t len;

	assert_int_equal(dup2(kept, STDERR_FILENO), STDERR_FILENO);
	(void)close(kept);
	(void)snprintf(path, sizeof(path), "%s/log", d->kit->dir);
	file = fopen(path, "rb");
	assert_non_null(file);
	len = fread(text, 1, size - 1, file);
	text[len] = '\0';
	(void)fclose(file);
}

static unsigned count(const char *text, const char *words)
{
	unsigned n = 0;

	while ((text = strstr(text, words))) {
		n++;
		text += strlen(words);
	}
	return n;
}

/* ---- taking ---- */

static void a_file_becomes_a_report_and_moves_to_sent(void **state)
{
	struct desk *d = *state;
	struct cchc_inbox_round round;
	struct cchc_sent sent;
	Cchc__Report *report;
	uint8_t digest[CCHC_DIGEST_BYTES];

	desk_put(d, "2024-Q1.csv", "code,value\nI.1,08\nI.2.1,79\nI.2.2,\n");
	round = desk_settle(d);
	assert_int_equal(round.taken, 1);
	assert_int_equal(round.left, 0);
	assert_false(desk_has(d->settings.inbox, "2024-Q1.csv"));
	assert_true(desk_has(d->settings.sent, "2024-Q1.csv"));
	assert_int_equal(cchc_outbox_taken(d->kit->box, "2024-Q1.csv", digest),
			 CCHC_NOTFOUND);
	assert_int_equal(kit_number(d->kit, 9), 1);
	sent = kit_sent(d->kit, 1);
	assert_int_equal(sent.item.kind, CCHC__PUSH__KIND__REPORT);
	report = kit_report(d->kit, sent.item.body, sent.item.body_len);
	assert_string_equal(report->source, "2024-Q1.csv");
	assert_int_equal(report->period, KIT_PERIOD);
	assert_int_equal(report->n_row, 2);
	assert_int_equal(report->n_state, 0);
	assert_int_equal(report->value[0], 8);
	assert_int_equal(cchc_item_line(&sent.item, 1), 3);
}

static void the_real_appendix_is_read_whole(void **state)
{
	static char text[64 * 1024];
	struct desk *d = *state;
	FILE *file = fopen(TEST_DATA "/phu-luc-quy-1-2024.csv", "rb");
	size_t len;
	struct cchc_sent sent;

	assert_non_null(file);
	len = fread(text, 1, sizeof(text), file);
	(void)fclose(file);
	desk_put_bytes(d, "Quý I-2024.csv", text, len);
	assert_int_equal(desk_settle(d).taken, 1);
	assert_int_equal(kit_number(d->kit, 9), 1);
	sent = kit_sent(d->kit, 1);
	assert_int_equal(kit_report(d->kit, sent.item.body, sent.item.body_len)->n_row,
			 17);
	says(desk_receipt(d, "Quý I-2024.csv"), "Figures read: 17");
}

static void a_file_that_is_being_written_is_left_alone(void **state)
{
	struct desk *d = *state;
	struct cchc_inbox_round round;

	desk_put(d, "2024-Q1.csv", "code,value\n");
	assert_true(desk_look(d).unsettled);
	desk_put(d, "2024-Q1.csv", "code,value\nI.1,0");
	assert_true(desk_look(d).unsettled);
	desk_put(d, "2024-Q1.csv", "code,value\nI.1,08\n");
	round = desk_look(d);
	assert_true(round.unsettled);
	assert_int_equal(round.taken, 0);
	d->mono_ms += 100; /* too soon */
	assert_int_equal(cchc_inbox_look(d->inbox, d->mono_ms, KIT_WALL, true).taken, 0);
	assert_int_equal(desk_look(d).taken, 1);
}

/* "a.xlsx: only .csv is read\n...": what `status` lists. */
static char *strangers(struct desk *d)
{
	static char text[2048];
	struct cchc_folder folder;
	size_t n = 0;

	text[0] = '\0';
	assert_int_equal(cchc_folder_read(d->settings.inbox, &d->kit->arena, &folder),
			 CCHC_OK);
	for (size_t i = 0; i < folder.n_strangers; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s: %s\n",
				      folder.stranger[i].name, folder.stranger[i].why);
	return text;
}

static void what_is_being_written_is_passed_over_in_silence(void **state)
{
	static const char *const NAMES[] = {".2024-Q1.csv", ".~lock.2024-Q1.csv#",
					    "~$2024-Q1.csv", "2024-Q1.csv.tmp",
					    "2024-Q1.csv.part"};
	struct desk *d = *state;
	struct cchc_inbox_round round;

	for (size_t i = 0; i < CCHC_COUNT(NAMES); i++)
		desk_put(d, NAMES[i], "code,value\nI.1,08\n");
	round = desk_settle(d);
	assert_int_equal(round.taken + round.rejected + round.left, 0);
	assert_string_equal(strangers(d), "");
	for (size_t i = 0; i < CCHC_COUNT(NAMES); i++)
		assert_true(desk_has(d->settings.inbox, NAMES[i]));
}

static void strangers_are_named_once_and_not_touched(void **state)
{
	struct desk *d = *state;
	struct cchc_inbox_round round;
	char log[8192];
	char path[256];
	int kept;

	desk_put(d, "2024-Q1.xlsx", "PK");
	desk_put(d, "README", "hello");
	(void)snprintf(path, sizeof(path), "%s/2024-Q2.csv", d->settings.inbox);
	assert_int_equal(symlink("README", path), 0);
	(void)snprintf(path, sizeof(path), "%s/2024-Q3.csv", d->settings.inbox);
	assert_int_equal(mkdir(path, 0755), 0);
	(void)snprintf(path, sizeof(path), "%s/2024-Q4.csv", d->settings.inbox);
	assert_int_equal(mkfifo(path, 0644), 0);
	kept = log_begin(d);
	round = desk_settle(d);
	(void)desk_settle(d);
	log_end(d, kept, log, sizeof(log));
	assert_int_equal(round.taken + round.rejected + round.left, 0);
	assert_string_equal(strangers(d), "2024-Q1.xlsx: only .csv is read\n"
					  "2024-Q2.csv: a link is not followed\n"
					  "2024-Q3.csv: a folder is not looked into\n"
					  "2024-Q4.csv: not a file\n"
					  "README: only .csv is read\n");
	assert_int_equal(count(log, "left alone in the inbox"), 5);
	assert_int_equal(count(log, "name=\"2024-Q2.csv\": a link is not followed"), 1);
	kept = log_begin(d);
	assert_int_equal(unlink(path), 0);
	(void)desk_settle(d);
	assert_int_equal(mkfifo(path, 0644), 0); /* it came back: said again */
	(void)desk_settle(d);
	log_end(d, kept, log, sizeof(log));
	assert_int_equal(count(log, "left alone in the inbox"), 1);
}

static void what_cannot_be_read_is_rejected_with_a_receipt(void **state)
{
	static const struct {
		const char *name;
		const char *bytes;
		const char *why;
	} CASES[] = {
		{"bao cao.csv", "code,value\nI.1,08\n", "no such period"},
		{"2024-Q1.csv", "code,value\nI.1,\xb0\xf2\n", "not UTF-8"},
		{"2024-Q2.csv", "dear district,\nall is well\n", "can be read"},
		{"1999-Q1.csv", "code,value\nI.1,08\n", "not for this period"},
	};
	struct desk *d = *state;

	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		desk_put(d, CASES[i].name, CASES[i].bytes);
		assert_int_equal(desk_settle(d).rejected, 1);
		assert_true(desk_has(d->settings.rejected, CASES[i].name));
		says(desk_receipt(d, CASES[i].name), CASES[i].why);
		assert_int_equal(kit_look(d->kit).rejected, i + 1);
	}
	assert_int_equal(kit_look(d->kit).queued, 0);
}

static void many_cells_go_as_a_report_and_updates(void **state)
{
	struct desk *d = *state;
	char *text = cchc_arena_alloc(&d->kit->arena, 64 * 1024);
	size_t len = (size_t)sprintf(text, "code,value\nI.1,08\n");
	size_t unread = 0;

	for (unsigned i = 0; i < 600; i++)
		len += (size_t)sprintf(text + len, "I.99.%u,1\n", i);
	desk_put(d, "2024-Q1.csv", text);
	assert_int_equal(desk_settle(d).taken, 1);
	assert_int_equal(kit_number(d->kit, 9), 3);
	for (uint64_t seq = 1; seq <= 3; seq++) {
		struct cchc_sent sent = kit_sent(d->kit, seq);
		Cchc__Report *report =
			kit_report(d->kit, sent.item.body, sent.item.body_len);

		assert_int_equal(sent.item.kind, seq == 1 ? CCHC__PUSH__KIND__REPORT
							  : CCHC__PUSH__KIND__UPDATE);
		assert_true(report->n_row + report->n_unread <= CCHC_CELLS_MAX);
		unread += report->n_unread;
	}
	assert_int_equal(unread, 600);
	assert_int_equal(kit_look(d->kit).rejected, 600);
	says(desk_receipt(d, "2024-Q1.csv"), "và/and 300");
}

/* ---- waiting ---- */

static void files_wait_for_the_first_form(void **state)
{
	struct desk *d = *state;
	struct cchc_inbox_round round;

	desk_put(d, "2024-Q1.csv", "code,value\nI.1,08\n");
	d->mono_ms += CCHC_SETTLE_MS;
	(void)cchc_inbox_look(d->inbox, d->mono_ms, KIT_WALL, false);
	d->mono_ms += CCHC_SETTLE_MS;
	round = cchc_inbox_look(d->inbox, d->mono_ms, KIT_WALL, false);
	assert_int_equal(round.wait, CCHC_INBOX_NO_FORM);
	assert_int_equal(round.left, 1);
	desk_add_form(d);
	desk_become_commune(d);
	assert_int_equal(desk_look(d).taken, 1);
}

static void files_wait_for_room_and_nothing_is_dropped(void **state)
{
	struct desk *d = *state;
	struct cchc_inbox_round round;

	d->kit->max_bytes = 70;
	desk_crash(d);
	desk_put(d, "2024-Q1.csv", "code,value\nI.1,08\n");
	assert_int_equal(desk_settle(d).taken, 1);
	desk_put(d, "2024-H1.csv", "code,value\nI.1,08\n");
	desk_put(d, "2024-03.csv", "code,value\nI.1,08\n");
	round = desk_settle(d);
	assert_int_equal(round.wait, CCHC_INBOX_FULL);
	assert_int_equal(round.left, 2);
	assert_int_equal(desk_look(d).left, 2);
	d->kit->max_bytes = 10000;
	desk_crash(d);
	assert_int_equal(desk_settle(d).taken, 2);
}

static void after_a_crash_before_the_move_the_file_is_only_moved(void **state)
{
	struct desk *d = *state;
	const char *text = "code,value\nI.1,08\n";
	uint8_t digest[CCHC_DIGEST_BYTES];
	struct cchc_item item = kit_item(d->kit, "2024-Q1.csv", 1, 1, 7);
	struct cchc_file file = {.name = "2024-Q1.csv", .form = "cchc-2021", .text = ""};

	desk_put(d, "2024-Q1.csv", text);
	cchc_digest_file(text, strlen(text), digest);
	assert_int_equal(cchc_outbox_push(d->kit->box, &file, &item, 1, digest), CCHC_OK);
	desk_crash(d);
	assert_int_equal(desk_settle(d).taken, 1);
	assert_true(desk_has(d->settings.sent, "2024-Q1.csv"));
	assert_int_equal(kit_look(d->kit).queued, 1); /* not a second time */
	/* the same content given on purpose is a new report */
	desk_put(d, "2024-Q1.csv", text);
	assert_int_equal(desk_settle(d).taken, 1);
	assert_int_equal(kit_look(d->kit).queued, 2);
	assert_true(desk_has(d->settings.sent, "2024-Q1 (2).csv"));
}

static void a_note_whose_file_has_left_is_forgotten_at_start(void **state)
{
	struct desk *d = *state;
	const char *text = "code,value\nI.1,08\n";
	uint8_t digest[CCHC_DIGEST_BYTES];
	struct cchc_item item = kit_item(d->kit, "2024-Q1.csv", 1, 1, 7);
	struct cchc_file file = {.name = "2024-Q1.csv", .form = "cchc-2021", .text = ""};

	cchc_digest_file(text, strlen(text), digest);
	assert_int_equal(cchc_outbox_push(d->kit->box, &file, &item, 1, digest), CCHC_OK);
	desk_crash(d); /* the crash came after the move */
	(void)desk_look(d);
	desk_put(d, "2024-Q1.csv", text);
	assert_int_equal(desk_settle(d).taken, 1);
	assert_int_equal(kit_look(d->kit).queued, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK(a_file_becomes_a_report_and_moves_to_sent),
		DESK(the_real_appendix_is_read_whole),
		DESK(a_file_that_is_being_written_is_left_alone),
		DESK(what_is_being_written_is_passed_over_in_silence),
		DESK(strangers_are_named_once_and_not_touched),
		DESK(what_cannot_be_read_is_rejected_with_a_receipt),
		DESK(many_cells_go_as_a_report_and_updates),
		cmocka_unit_test_setup_teardown(files_wait_for_the_first_form,
						desk_setup_without_form, desk_teardown),
		DESK(files_wait_for_room_and_nothing_is_dropped),
		DESK(after_a_crash_before_the_move_the_file_is_only_moved),
		DESK(a_note_whose_file_has_left_is_forgotten_at_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
