#include "agentdesk.h"

#include "commune/box.h"

static void a_receipt_tells_what_was_read_and_what_was_not(void **state)
{
	struct desk *d = *state;
	const char *text;

	desk_put(d, "2024-Q1.csv",
		 "code,value\nI.1,08\nI.2.1,abc\nI.2.2,-\nI.5.1,Không có\nX.1,5\n");
	assert_int_equal(desk_settle(d).taken, 1);
	text = desk_receipt(d, "2024-Q1.csv");
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

	desk_put(d, "2024-Q1.csv", "code,value\nI.1,08\nI.2.1,79\n");
	assert_int_equal(desk_settle(d).taken, 1);
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
	text = desk_receipt(d, "2024-Q1.csv");
	says(text, "HUYỆN ĐÃ NHẬN / ACKNOWLEDGED 09/03/2024 23:00:00");
	says(text, "REFUSED BY THE DISTRICT: 1");
	says(text, "dòng/line 3, I.1 = \"-1\"");
	says(text, "version 3, đã gửi / submitted, 09/03/2024 23:00:00, 16");
	assert_int_equal(kit_look(d->kit).unwritten, 0);
}

static void acknowledge(struct desk *d, uint64_t refused_seq, uint32_t index)
{
	uint64_t given = kit_number(d->kit, 99);

	assert_int_equal(kit_ack(d->kit, given, refused_seq, index), CCHC_OK);
}

static void take(struct desk *d, const char *name, const char *text)
{
	desk_put(d, name, text);
	assert_int_equal(desk_settle(d).taken, 1);
}

static void a_later_file_of_the_same_name_leaves_the_earlier_receipt(void **state)
{
	struct desk *d = *state;

	take(d, "2024-Q1.csv", "code,value\nI.1,08\nI.2.1,abc\n");
	lacks(desk_receipt(d, "2024-Q1.csv"), "NEWER FILE");
	take(d, "2024-Q1.csv", "code,value\nI.1,09\nI.2.1,79\n");
	acknowledge(d, 1, 0);
	says(desk_receipt(d, "2024-Q1.csv"), "Figures read: 2");
	says(desk_receipt(d, "2024-Q1.csv"), "ACKNOWLEDGED");
	says(desk_receipt(d, "2024-Q1.csv"), "Number: 2; lần trước / the one before: "
					     "2024-Q1.csv (1).txt");
	lacks(desk_receipt(d, "2024-Q1.csv"), "dòng/line 3");
	says(desk_receipt(d, "2024-Q1.csv (1)"), "NEWER FILE OF THIS NAME CAME: xem/see "
						 "2024-Q1.csv.txt");
	says(desk_receipt(d, "2024-Q1.csv (1)"), "dòng/line 3, I.2.1 = \"abc\"");
	says(desk_receipt(d, "2024-Q1.csv (1)"), "REFUSED BY THE DISTRICT: 1");
}

static void an_earlier_receipt_stays_when_its_record_is_long_gone(void **state)
{
	struct desk *d = *state;

	take(d, "2024-Q1.csv", "code,value\nI.1,08\nI.2.1,abc\n");
	acknowledge(d, 0, 0);
	desk_write_receipts(d);
	assert_int_equal(cchc_outbox_trim(d->kit->box, KIT_WALL + 8 * KIT_DAY_MS),
			 CCHC_OK);
	take(d, "2024-Q1.csv", "code,value\nI.1,09\n");
	desk_crash(d);
	says(desk_receipt(d, "2024-Q1.csv"), "WAITS TO BE SENT");
	says(desk_receipt(d, "2024-Q1.csv (1)"), "dòng/line 3, I.2.1 = \"abc\"");
}

static void a_crash_between_the_names_loses_no_receipt(void **state)
{
	struct desk *d = *state;
	char plain[256];
	char numbered[256];

	take(d, "2024-Q1.csv", "code,value\nI.1,08\nI.2.1,abc\n");
	desk_write_receipts(d);
	take(d, "2024-Q1.csv", "code,value\nI.1,09\n");
	(void)snprintf(plain, sizeof(plain), "%s/2024-Q1.csv.txt", d->settings.receipts);
	(void)snprintf(numbered, sizeof(numbered), "%s/2024-Q1.csv (1).txt",
		       d->settings.receipts);
	assert_int_equal(rename(plain, numbered), 0); /* the outbox does not know */
	desk_crash(d);
	says(desk_receipt(d, "2024-Q1.csv"), "Number: 2");
	says(desk_receipt(d, "2024-Q1.csv (1)"), "dòng/line 3, I.2.1 = \"abc\"");
}

static void a_record_from_before_numbers_has_a_receipt(void **state)
{
	struct desk *d = *state;
	struct cchc_file file = {.id = 7,
				 .kind = CCHC_FILE_TAKEN,
				 .name = "2024-Q1.csv",
				 .form = "cchc-2021",
				 .items = 1,
				 .text = "once upon a time"};
	struct cchc_box_txn t;

	assert_int_equal(cchc_box_write(d->kit->box, &t), CCHC_OK);
	cchc_box_put_file(&t, &file);
	assert_int_equal(cchc_box_commit(&t), CCHC_OK);
	says(desk_receipt(d, "2024-Q1.csv"), "once upon a time");
}

static void the_newest_receipts_of_a_name_are_kept(void **state)
{
	struct desk *d = *state;
	unsigned files = CCHC_RECEIPTS_KEPT + 5;
	char name[64];

	for (unsigned i = 1; i <= files; i++) {
		take(d, "2024-Q1.csv", "code,value\nI.1,08\n");
		if (i % 3 == 0) /* not each was the newest while it was written */
			desk_write_receipts(d);
	}
	says(desk_receipt(d, "2024-Q1.csv"), "Number: 25");
	for (unsigned i = 1; i < files; i++) {
		(void)snprintf(name, sizeof(name), "2024-Q1.csv (%u).txt", i);
		if (desk_has(d->settings.receipts, name) != (i > 5))
			fail_msg("%s", name);
	}
	acknowledge(d, 1, 0); /* a late word on the first brings nothing back */
	desk_write_receipts(d);
	assert_false(desk_has(d->settings.receipts, "2024-Q1.csv (1).txt"));
}

static void a_rejection_is_not_written_over_by_an_earlier_file(void **state)
{
	struct desk *d = *state;

	take(d, "2024-Q1.csv", "code,value\nI.1,08\n");
	desk_put(d, "2024-Q1.csv", "dear district,\nall is well\n");
	assert_int_equal(desk_settle(d).rejected, 1);
	desk_write_receipts(d);
	acknowledge(d, 0, 0);
	says(desk_receipt(d, "2024-Q1.csv"), "REJECTED");
	says(desk_receipt(d, "2024-Q1.csv (1)"), "ACKNOWLEDGED");
}

static void after_a_crash_before_the_move_a_rejected_file_is_only_moved(void **state)
{
	const char *text = "dear district,\nall is well\n";
	struct desk *d = *state;
	struct cchc_file file = {.name = "2024-Q1.csv",
				 .kind = CCHC_FILE_REJECTED,
				 .refused = 1,
				 .text = ""};
	uint8_t digest[CCHC_DIGEST_BYTES];

	desk_put(d, "2024-Q1.csv", text);
	cchc_digest_file(text, strlen(text), digest);
	assert_int_equal(cchc_outbox_push(d->kit->box, &file, NULL, 0, digest), CCHC_OK);
	desk_crash(d);
	assert_int_equal(desk_settle(d).rejected, 1);
	assert_true(desk_has(d->settings.rejected, "2024-Q1.csv"));
	assert_int_equal(kit_look(d->kit).rejected, 1);
	desk_write_receipts(d);
	assert_false(desk_has(d->settings.receipts, "2024-Q1.csv (1).txt"));
}

static void a_receipt_that_cannot_be_written_stays_marked(void **state)
{
	struct desk *d = *state;
	struct cchc_desk desk = {.box = d->kit->box,
				 .catalog = d->catalog,
				 .folder = "/tmp/test_agent.none",
				 .unit = "11986"};
	struct cchc_err err = {.text = ""};

	take(d, "2024-Q1.csv", "code,value\nI.1,08\n");
	assert_int_not_equal(cchc_filing_write(&desk, &err), CCHC_OK);
	assert_int_not_equal(err.text[0], 0);
	assert_int_equal(kit_look(d->kit).unwritten, 1);
	says(desk_receipt(d, "2024-Q1.csv"), "WAITS TO BE SENT");
}

static void the_heading_says_how_much_was_refused(void **state)
{
	static const struct {
		const char *text;
		uint32_t refused; /* which cell, or whole */
		const char *heading;
	} CASES[] = {
		{"code,value\nI.1,08\nI.2.1,79\n", CCHC_REFUSED_WHOLE,
		 "Status: HUYỆN TỪ CHỐI TOÀN BỘ / REFUSED BY THE DISTRICT 09/03/2024"},
		{"code,value\nI.1,08\n", 0,
		 "Status: HUYỆN TỪ CHỐI TOÀN BỘ / REFUSED BY THE DISTRICT 09/03/2024"},
		{"code,value\nI.1,08\nI.2.1,79\n", 1,
		 "ACKNOWLEDGED 09/03/2024 23:00:00, có phần bị từ chối / refused in "
		 "part"},
		{"code,value\nI.1,08\nI.2.1,79\n", CCHC_REFUSED_UNREAD,
		 "ACKNOWLEDGED 09/03/2024 23:00:00\r\n"},
		{"code,value\nI.99,5\nI.1,\n", CCHC_REFUSED_UNREAD,
		 "ACKNOWLEDGED 09/03/2024 23:00:00, không có số liệu nào / no figure in "
		 "it\r\n"},
	};
	struct desk *d = *state;

	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		take(d, "2024-Q1.csv", CASES[i].text);
		acknowledge(d, i + 1, CASES[i].refused);
		says(desk_receipt(d, "2024-Q1.csv"), CASES[i].heading);
		if (strstr(CASES[i].heading, "REFUSED BY"))
			lacks(desk_receipt(d, "2024-Q1.csv"), "ACKNOWLEDGED");
	}
}

static void a_refusal_that_comes_late_is_in_the_receipt(void **state)
{
	struct desk *d = *state;

	take(d, "2024-Q1.csv", "code,value\nI.1,08\nI.2.1,79\n");
	acknowledge(d, 0, 0);
	lacks(desk_receipt(d, "2024-Q1.csv"), "REFUSED");
	assert_int_equal(kit_ack(d->kit, 1, 1, 1), CCHC_OK);
	says(desk_receipt(d, "2024-Q1.csv"), "REFUSED BY THE DISTRICT: 1");
}

static void a_row_given_twice_is_noticed_with_both_lines(void **state)
{
	struct desk *d = *state;
	const char *text;

	take(d, "2024-Q1.csv",
	     "code,value\nI.1,-\nI.2.1,79\nI.1,8\nI.2.1,79\nI.4.1,1\nI.4.1,2\n");
	text = desk_receipt(d, "2024-Q1.csv");
	says(text, "NOTICES: 2\r\n");
	says(text, "dòng/line 2, I.1 = \"-\": Dấu gạch được hiểu là chưa có số liệu. / a "
		   "dash is read as no figure; Chỉ tiêu có trên 2 dòng, lại có ở dòng 4. "
		   "/ the row is given on 2 lines, again on line 4\r\n");
	says(text,
	     "dòng/line 3, I.2.1 = \"79\": Chỉ tiêu có trên 2 dòng, lại có ở dòng 5");
	says(text, "NOT TAKEN, to be mended and sent again: 2\r\n");
	says(text, "còn có ở dòng 7");
	says(text, "còn có ở dòng 6");
}

static void after_a_fork_standing_files_give_way_and_say_so(void **state)
{
	struct desk *d = *state;
	uint64_t epoch = kit_look(d->kit).epoch;
	const struct cchc_form *form = cchc_catalog_named(d->catalog, "cchc-2021");
	struct cchc_held_cell cell =
		kit_held(cchc_form_row_by_code(form, "I.2.1")->id, 80, epoch, 5);
	struct cchc_held held = {.cell = &cell, .n = 1};
	struct cchc_folder folder;
	struct cchc_sent sent;
	const char *text;

	desk_put(d, "2024-Q1.csv", "code,value\nI.1,08\nI.2.1,79\n");
	assert_int_equal(cchc_folder_read(d->settings.inbox, &d->kit->arena, &folder),
			 CCHC_OK);
	assert_int_equal(folder.n, 1);
	assert_int_equal(cchc_outbox_note_fork(d->kit->box, 5), CCHC_OK);
	assert_int_equal(
		cchc_outbox_fork(d->kit->box, &held, folder.file, 1, 0, 99, KIT_WALL),
		CCHC_OK);
	says(desk_receipt(d, "fork-2024-03-09-230000"), "2024-Q1 I.2.1: ");
	assert_int_equal(desk_settle(d).taken, 1);
	(void)kit_number(d->kit, 9);
	sent = kit_sent(d->kit, 1);
	assert_int_equal(kit_report(d->kit, sent.item.body, sent.item.body_len)->n_row,
			 1);
	text = desk_receipt(d, "2024-Q1.csv");
	says(text, "NOT SENT, the district has newer figures: 1");
	says(text, "I.2.1 = \"79\": huyện đang giữ/the district has 80");
	/* a file that comes later is sent whole */
	desk_put(d, "2024-Q1.csv", "code,value\nI.1,08\nI.2.1,79\n");
	assert_int_equal(desk_settle(d).taken, 1);
	(void)kit_number(d->kit, 9);
	sent = kit_sent(d->kit, 2);
	assert_int_equal(kit_report(d->kit, sent.item.body, sent.item.body_len)->n_row,
			 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK(a_receipt_tells_what_was_read_and_what_was_not),
		DESK(a_receipt_follows_acks_refusals_and_the_report_state),
		DESK(a_later_file_of_the_same_name_leaves_the_earlier_receipt),
		DESK(an_earlier_receipt_stays_when_its_record_is_long_gone),
		DESK(a_crash_between_the_names_loses_no_receipt),
		DESK(a_record_from_before_numbers_has_a_receipt),
		DESK(the_newest_receipts_of_a_name_are_kept),
		DESK(a_rejection_is_not_written_over_by_an_earlier_file),
		DESK(after_a_crash_before_the_move_a_rejected_file_is_only_moved),
		DESK(a_receipt_that_cannot_be_written_stays_marked),
		DESK(the_heading_says_how_much_was_refused),
		DESK(a_refusal_that_comes_late_is_in_the_receipt),
		DESK(a_row_given_twice_is_noticed_with_both_lines),
		DESK(after_a_fork_standing_files_give_way_and_say_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
