#include "agentkit.h"

#include <sys/stat.h>

#include "base/check.h"
#include "commune/catalog.h"
#include "commune/inbox.h"
#include "commune/parcel.h"
#include "commune/receipt.h"

/* A folder in the kit's directory, the real form, a commune. */
struct desk {
	struct kit *kit;
	struct cchc_settings settings;
	struct cchc_catalog *catalog;
	struct cchc_inbox *inbox;
	uint64_t mono_ms;
	char paths[4][128];
};

static void open_parts(struct desk *d)
{
	struct cchc_inbox_options options = {.settings = &d->settings,
					     .box = d->kit->box};
	struct cchc_err err = {.text = ""};

	assert_int_equal(cchc_catalog_new(d->kit->box, &d->catalog), CCHC_OK);
	options.catalog = d->catalog;
	assert_int_equal(cchc_inbox_new(&options, &d->inbox, &err), CCHC_OK);
}

static void crash(struct desk *d)
{
	cchc_inbox_free(&d->inbox);
	cchc_catalog_free(&d->catalog);
	kit_reopen(d->kit);
	open_parts(d);
}

static void add_form(struct desk *d)
{
	static char text[256 * 1024];
	FILE *file = fopen(SOURCE_DIR "/config/forms/cchc-2021.yaml", "rb");
	struct cchc_form_file form = {.name = "cchc-2021", .revision = 1};
	struct cchc_err err = {.text = ""};

	assert_non_null(file);
	form.len = fread(text, 1, sizeof(text), file);
	assert_true(feof(file));
	(void)fclose(file);
	form.bytes = (const uint8_t *)text;
	cchc_digest_file(text, form.len, form.digest);
	if (cchc_catalog_add(d->catalog, &form, &err))
		fail_msg("%s", err.text);
}

static void become_commune(struct desk *d)
{
	uint8_t store[CCHC_STORE_ID_BYTES] = {1};
	Cchc__Welcome welcome = CCHC__WELCOME__INIT;
	Cchc__UnitInfo unit = CCHC__UNIT_INFO__INIT;

	unit.name = (char[]){"Thị trấn Như Quỳnh"};
	unit.level = (char[]){"commune"};
	welcome.store_id.data = store;
	welcome.store_id.len = sizeof(store);
	welcome.unit = &unit;
	assert_int_equal(cchc_outbox_pin(d->kit->box, &welcome), CCHC_OK);
}

static int setup_without_form(void **state)
{
	static const char *const NAMES[] = {"inbox", "sent", "rejected", "receipts"};
	struct desk *d = calloc(1, sizeof(*d));

	assert_non_null(d);
	cchc_digest_start();
	d->kit = kit_new();
	d->mono_ms = 1000;
	for (size_t i = 0; i < 4; i++)
		(void)snprintf(d->paths[i], sizeof(d->paths[i]), "%s/%s", d->kit->dir,
			       NAMES[i]);
	d->settings.inbox = d->paths[0];
	d->settings.sent = d->paths[1];
	d->settings.rejected = d->paths[2];
	d->settings.receipts = d->paths[3];
	memcpy(d->settings.unit, "11986", 6);
	open_parts(d);
	*state = d;
	return 0;
}

static int setup(void **state)
{
	(void)setup_without_form(state);
	add_form(*state);
	become_commune(*state);
	return 0;
}

static int teardown(void **state)
{
	struct desk *d = *state;

	cchc_inbox_free(&d->inbox);
	cchc_catalog_free(&d->catalog);
	kit_free(d->kit);
	free(d);
	return 0;
}

static void put_bytes(struct desk *d, const char *name, const char *bytes, size_t len)
{
	char path[256];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", d->settings.inbox, name);
	file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static void put(struct desk *d, const char *name, const char *text)
{
	put_bytes(d, name, text, strlen(text));
}

static bool exists(const char *folder, const char *name)
{
	char path[256];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return stat(path, &st) == 0;
}

static struct cchc_inbox_round look(struct desk *d)
{
	d->mono_ms += CCHC_SETTLE_MS;
	return cchc_inbox_look(d->inbox, d->mono_ms, KIT_WALL, true);
}

/* Seen, settled, taken. */
static struct cchc_inbox_round settle(struct desk *d)
{
	(void)look(d);
	return look(d);
}

static char *receipt(struct desk *d, const char *name)
{
	static char text[64 * 1024];
	char path[256];
	FILE *file;
	size_t len;
	struct cchc_err err = {.text = ""};

	if (cchc_receipts_write(d->kit->box, d->catalog, d->settings.receipts, "11986",
				&err))
		fail_msg("%s", err.text);
	(void)snprintf(path, sizeof(path), "%s/%s.txt", d->settings.receipts, name);
	file = fopen(path, "rb");
	assert_non_null(file);
	len = fread(text, 1, sizeof(text) - 1, file);
	text[len] = '\0';
	(void)fclose(file);
	assert_memory_equal(text, "\xef\xbb\xbf", 3);
	return text;
}

static void says(const char *text, const char *words)
{
	if (!strstr(text, words))
		fail_msg("\"%s\" is not in:\n%s", words, text);
}

/* ---- taking ---- */

static void a_file_becomes_a_report_and_moves_to_sent(void **state)
{
	struct desk *d = *state;
	struct cchc_inbox_round round;
	struct cchc_sent sent;
	Cchc__Report *report;
	uint8_t digest[CCHC_DIGEST_BYTES];

	put(d, "2024-Q1.csv", "code,value\nI.1,08\nI.2.1,79\nI.2.2,\n");
	round = settle(d);
	assert_int_equal(round.taken, 1);
	assert_int_equal(round.left, 0);
	assert_false(exists(d->settings.inbox, "2024-Q1.csv"));
	assert_true(exists(d->settings.sent, "2024-Q1.csv"));
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
	put_bytes(d, "Quý I-2024.csv", text, len);
	assert_int_equal(settle(d).taken, 1);
	assert_int_equal(kit_number(d->kit, 9), 1);
	sent = kit_sent(d->kit, 1);
	assert_int_equal(kit_report(d->kit, sent.item.body, sent.item.body_len)->n_row,
			 17);
	says(receipt(d, "Quý I-2024.csv"), "Figures read: 17");
}

static void a_file_that_is_being_written_is_left_alone(void **state)
{
	struct desk *d = *state;
	struct cchc_inbox_round round;

	put(d, "2024-Q1.csv", "code,value\n");
	assert_true(look(d).unsettled);
	put(d, "2024-Q1.csv", "code,value\nI.1,0");
	assert_true(look(d).unsettled);
	put(d, "2024-Q1.csv", "code,value\nI.1,08\n");
	round = look(d);
	assert_true(round.unsettled);
	assert_int_equal(round.taken, 0);
	d->mono_ms += 100; /* too soon */
	assert_int_equal(cchc_inbox_look(d->inbox, d->mono_ms, KIT_WALL, true).taken, 0);
	assert_int_equal(look(d).taken, 1);
}

static void what_is_no_report_is_passed_over(void **state)
{
	static const char *const NAMES[] = {".2024-Q1.csv", "~$2024-Q1.csv",
					    "2024-Q1.csv.tmp", "2024-Q1.csv.part",
					    "2024-Q1.xlsx"};
	struct desk *d = *state;
	struct cchc_inbox_round round;

	for (size_t i = 0; i < CCHC_COUNT(NAMES); i++)
		put(d, NAMES[i], "code,value\nI.1,08\n");
	round = settle(d);
	assert_int_equal(round.taken + round.rejected + round.left, 0);
	for (size_t i = 0; i < CCHC_COUNT(NAMES); i++)
		assert_true(exists(d->settings.inbox, NAMES[i]));
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
		put(d, CASES[i].name, CASES[i].bytes);
		assert_int_equal(settle(d).rejected, 1);
		assert_true(exists(d->settings.rejected, CASES[i].name));
		says(receipt(d, CASES[i].name), CASES[i].why);
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
	put(d, "2024-Q1.csv", text);
	assert_int_equal(settle(d).taken, 1);
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
	says(receipt(d, "2024-Q1.csv"), "và/and 300");
}

/* ---- waiting ---- */

static void files_wait_for_the_first_form(void **state)
{
	struct desk *d = *state;
	struct cchc_inbox_round round;

	put(d, "2024-Q1.csv", "code,value\nI.1,08\n");
	d->mono_ms += CCHC_SETTLE_MS;
	(void)cchc_inbox_look(d->inbox, d->mono_ms, KIT_WALL, false);
	d->mono_ms += CCHC_SETTLE_MS;
	round = cchc_inbox_look(d->inbox, d->mono_ms, KIT_WALL, false);
	assert_int_equal(round.wait, CCHC_INBOX_NO_FORM);
	assert_int_equal(round.left, 1);
	add_form(d);
	become_commune(d);
	assert_int_equal(look(d).taken, 1);
}

static void files_wait_for_room_and_nothing_is_dropped(void **state)
{
	struct desk *d = *state;
	struct cchc_inbox_round round;

	d->kit->max_bytes = 70;
	crash(d);
	put(d, "2024-Q1.csv", "code,value\nI.1,08\n");
	assert_int_equal(settle(d).taken, 1);
	put(d, "2024-H1.csv", "code,value\nI.1,08\n");
	put(d, "2024-03.csv", "code,value\nI.1,08\n");
	round = settle(d);
	assert_int_equal(round.wait, CCHC_INBOX_FULL);
	assert_int_equal(round.left, 2);
	assert_int_equal(look(d).left, 2);
	d->kit->max_bytes = 10000;
	crash(d);
	assert_int_equal(settle(d).taken, 2);
}

static void after_a_crash_before_the_move_the_file_is_only_moved(void **state)
{
	struct desk *d = *state;
	const char *text = "code,value\nI.1,08\n";
	uint8_t digest[CCHC_DIGEST_BYTES];
	struct cchc_item item = kit_item(d->kit, "2024-Q1.csv", 1, 1, 7);
	struct cchc_file file = {.name = "2024-Q1.csv", .form = "cchc-2021", .text = ""};

	put(d, "2024-Q1.csv", text);
	cchc_digest_file(text, strlen(text), digest);
	assert_int_equal(cchc_outbox_push(d->kit->box, &file, &item, 1, digest), CCHC_OK);
	crash(d);
	assert_int_equal(settle(d).taken, 1);
	assert_true(exists(d->settings.sent, "2024-Q1.csv"));
	assert_int_equal(kit_look(d->kit).queued, 1); /* not a second time */
	/* the same content given on purpose is a new report */
	put(d, "2024-Q1.csv", text);
	assert_int_equal(settle(d).taken, 1);
	assert_int_equal(kit_look(d->kit).queued, 2);
	assert_true(exists(d->settings.sent, "2024-Q1 (2).csv"));
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
	crash(d); /* the crash came after the move */
	(void)look(d);
	put(d, "2024-Q1.csv", text);
	assert_int_equal(settle(d).taken, 1);
	assert_int_equal(kit_look(d->kit).queued, 2);
}

/* ---- receipts ---- */

static void a_receipt_tells_what_was_read_and_what_was_not(void **state)
{
	struct desk *d = *state;
	const char *text;

	put(d, "2024-Q1.csv",
	    "code,value\nI.1,08\nI.2.1,abc\nI.2.2,-\nI.5.1,Không có\nX.1,5\n");
	assert_int_equal(settle(d).taken, 1);
	text = receipt(d, "2024-Q1.csv");
	says(text, "Quý I/2024 (2024-Q1)");
	says(text, "CHỜ GỬI / WAITS TO BE SENT");
	says(text, "Figures read: 2");
	says(text, "dòng/line 3, I.2.1 = \"abc\"");
	says(text, "phải là số / a number is expected");
	says(text, "dòng/line 4, I.2.2 = \"-\"");
	says(text, "a dash is read as no figure");
	says(text, "dòng/line 5, I.5.1 = \"Không có\"");
	says(text, "dòng/line 6");
	says(text, "\r\n");
}

static void a_receipt_follows_acks_refusals_and_the_report_state(void **state)
{
	struct desk *d = *state;
	Cchc__ReportState report = CCHC__REPORT_STATE__INIT;
	Cchc__ReportState *reports[] = {&report};
	Cchc__Down down = CCHC__DOWN__INIT;
	const char *text;

	put(d, "2024-Q1.csv", "code,value\nI.1,08\nI.2.1,79\n");
	assert_int_equal(settle(d).taken, 1);
	(void)kit_number(d->kit, 9);
	assert_int_equal(kit_ack(d->kit, 1, 1, 1), CCHC_OK);
	report.form = (char[]){"cchc-2021"};
	report.period = KIT_PERIOD;
	report.version = 3;
	report.state = CCHC__REPORT_STATE__STATE__SUBMITTED;
	report.received = KIT_WALL;
	report.cells = 16;
	down.number = 9;
	down.report = reports;
	down.n_report = 1;
	assert_int_equal(cchc_outbox_down(d->kit->box, &down), CCHC_OK);
	text = receipt(d, "2024-Q1.csv");
	says(text, "HUYỆN ĐÃ NHẬN / ACKNOWLEDGED 09/03/2024 23:00:00");
	says(text, "REFUSED BY THE DISTRICT: 1");
	says(text, "dòng/line 3, I.1 = \"-1\"");
	says(text, "version 3, đã gửi / submitted, 09/03/2024 23:00:00, 16");
	assert_int_equal(kit_look(d->kit).unwritten, 0);
}

static void a_later_file_of_the_same_name_owns_the_receipt(void **state)
{
	struct desk *d = *state;

	put(d, "2024-Q1.csv", "code,value\nI.1,08\n");
	assert_int_equal(settle(d).taken, 1);
	put(d, "2024-Q1.csv", "code,value\nI.1,09\nI.2.1,79\n");
	assert_int_equal(settle(d).taken, 1);
	(void)kit_number(d->kit, 9);
	assert_int_equal(kit_ack(d->kit, 1, 0, 0), CCHC_OK);
	says(receipt(d, "2024-Q1.csv"), "Figures read: 2");
	says(receipt(d, "2024-Q1.csv"), "WAITS TO BE SENT");
}

static void after_a_fork_standing_files_give_way_and_say_so(void **state)
{
	struct desk *d = *state;
	uint64_t epoch = kit_look(d->kit).epoch;
	const struct cchc_form *form = cchc_catalog_named(d->catalog, "cchc-2021");
	struct cchc_held_cell cell =
		kit_held(cchc_form_row_by_code(form, "I.2.1")->id, 80, epoch, 5);
	struct cchc_held held = {.cell = &cell, .n = 1};
	struct cchc_standing *standing;
	struct cchc_sent sent;
	const char *text;
	size_t n;

	put(d, "2024-Q1.csv", "code,value\nI.1,08\nI.2.1,79\n");
	assert_int_equal(
		cchc_inbox_list(d->settings.inbox, &d->kit->arena, &standing, &n),
		CCHC_OK);
	assert_int_equal(n, 1);
	assert_int_equal(cchc_outbox_note_fork(d->kit->box, 5), CCHC_OK);
	assert_int_equal(
		cchc_outbox_fork(d->kit->box, &held, standing, n, 0, 99, KIT_WALL),
		CCHC_OK);
	says(receipt(d, "fork-2024-03-09-230000"), "2024-Q1 I.2.1: ");
	assert_int_equal(settle(d).taken, 1);
	(void)kit_number(d->kit, 9);
	sent = kit_sent(d->kit, 1);
	assert_int_equal(kit_report(d->kit, sent.item.body, sent.item.body_len)->n_row,
			 1);
	text = receipt(d, "2024-Q1.csv");
	says(text, "NOT SENT, the district has newer figures: 1");
	says(text, "I.2.1 = \"79\": huyện đang giữ/the district has 80");
	/* a file that comes later is sent whole */
	put(d, "2024-Q1.csv", "code,value\nI.1,08\nI.2.1,79\n");
	assert_int_equal(settle(d).taken, 1);
	(void)kit_number(d->kit, 9);
	sent = kit_sent(d->kit, 2);
	assert_int_equal(kit_report(d->kit, sent.item.body, sent.item.body_len)->n_row,
			 2);
}

#define DESK(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK(a_file_becomes_a_report_and_moves_to_sent),
		DESK(the_real_appendix_is_read_whole),
		DESK(a_file_that_is_being_written_is_left_alone),
		DESK(what_is_no_report_is_passed_over),
		DESK(what_cannot_be_read_is_rejected_with_a_receipt),
		DESK(many_cells_go_as_a_report_and_updates),
		cmocka_unit_test_setup_teardown(files_wait_for_the_first_form,
						setup_without_form, teardown),
		DESK(files_wait_for_room_and_nothing_is_dropped),
		DESK(after_a_crash_before_the_move_the_file_is_only_moved),
		DESK(a_note_whose_file_has_left_is_forgotten_at_start),
		DESK(a_receipt_tells_what_was_read_and_what_was_not),
		DESK(a_receipt_follows_acks_refusals_and_the_report_state),
		DESK(a_later_file_of_the_same_name_owns_the_receipt),
		DESK(after_a_fork_standing_files_give_way_and_say_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
