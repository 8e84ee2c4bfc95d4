/* The sheet of tasks in people's folder: written, filled in, read once, answered. */
#include "agentdesk.h"
#include "agenttasks.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "commune/reminders.h"

static const char HEAD[] =
	"Mã nhiệm vụ;Ngày hoàn thành;Văn bản kết quả;Xin gia hạn đến;Lý do\r\n";

/* People save these rows in place of the sheet. */
static void save_rows(struct desk *d, const char *rows)
{
	char text[4096];

	(void)snprintf(text, sizeof(text), "%s%s", HEAD, rows);
	desk_save_sheet(d, text);
}

/* A task "CV-1" of our own, and its sheet. */
static void be_told(struct desk *d)
{
	tasks_tell(d->kit, tasks_info(d->kit, "CV-1"));
	(void)desk_look_tasks(d);
	says(desk_sheet(d), "CV-1;");
}

static ino_t inode(struct desk *d)
{
	struct stat st;

	assert_int_equal(stat(d->settings.tasks_file, &st), 0);
	return st.st_ino;
}

static bool sheet_is_there(struct desk *d)
{
	struct stat st;

	return stat(d->settings.tasks_file, &st) == 0;
}

/* ---- writing ---- */

static void there_is_no_sheet_before_the_first_task(void **state)
{
	struct desk *d = *state;

	(void)desk_settle_tasks(d);
	assert_false(sheet_is_there(d));
	be_told(d);
	assert_false(cchc_taskfile_is_edited(&d->settings, d->kit->box));
}

static void it_is_written_anew_only_when_something_changed(void **state)
{
	struct desk *d = *state;
	Cchc__TaskInfo *info = tasks_info(d->kit, "CV-1");
	ino_t first;

	be_told(d);
	first = inode(d);
	(void)desk_settle_tasks(d);
	assert_int_equal(inode(d), first);
	desk_crash(d);
	(void)desk_settle_tasks(d);
	assert_int_equal(inode(d), first);
	info->title = (char *)"Việc khác";
	tasks_tell(d->kit, info);
	(void)desk_look_tasks(d);
	says(desk_sheet(d), "Việc khác");
	info->state = CCHC__TASK_INFO__STATE__DONE;
	tasks_tell(d->kit, info);
	(void)desk_look_tasks(d);
	lacks(desk_sheet(d), "CV-1"); /* but the sheet stays */
}

static void the_passing_of_days_shows(void **state)
{
	struct desk *d = *state;

	be_told(d);
	says(desk_sheet(d), ";15/03/2024;sắp đến hạn;");
	d->wall_ms += 7 * KIT_DAY_MS;
	(void)desk_look_tasks(d);
	says(desk_sheet(d), ";15/03/2024;quá hạn;");
	/* the district's day, not ours */
	assert_int_equal(cchc_outbox_set_clock(d->kit->box, KIT_WALL, d->wall_ms),
			 CCHC_OK);
	(void)desk_look_tasks(d);
	says(desk_sheet(d), ";15/03/2024;sắp đến hạn;");
}

static void a_sheet_that_people_deleted_comes_again(void **state)
{
	struct desk *d = *state;

	be_told(d);
	assert_int_equal(unlink(d->settings.tasks_file), 0);
	(void)desk_look_tasks(d);
	says(desk_sheet(d), "CV-1;");
}

/* ---- reading ---- */

static void what_people_fill_in_is_said_once(void **state)
{
	struct desk *d = *state;
	struct cchc_taskfile_round round;

	be_told(d);
	save_rows(d, "CV-1;9/3/2024;12/BC;;\r\n");
	assert_true(cchc_taskfile_is_edited(&d->settings, d->kit->box));
	round = desk_look_tasks(d);
	assert_true(round.unsettled && round.statements == 0);
	round = desk_look_tasks(d);
	assert_int_equal(round.statements, 1);
	assert_true(round.touched);
	says(desk_sheet(d), ";09/03/2024;12/BC;;;Đã ghi, chờ gửi lên huyện\r\n");
	assert_int_equal(desk_settle_tasks(d).statements, 0);
	desk_crash(d);
	assert_int_equal(desk_settle_tasks(d).statements, 0);
	tasks_ack(d->kit, CCHC_RULE_NONE);
	assert_int_equal(kit_look(d->kit).last_given, 1);
	assert_string_equal(tasks_sent(d->kit, 1)->source, "nhiem-vu.csv");
	(void)desk_look_tasks(d);
	says(desk_sheet(d), ";09/03/2024;12/BC;;;Huyện đã nhận\r\n");
	says(desk_receipt(d, "nhiem-vu.csv"),
	     "dòng/line 2, CV-1: hoàn thành / done 09/03/2024, "
	     "văn bản / document: 12/BC");
	says(desk_receipt(d, "nhiem-vu.csv"), "HUYỆN ĐÃ NHẬN / ACKNOWLEDGED");
}

static void a_sheet_that_is_being_written_is_left_alone(void **state)
{
	struct desk *d = *state;

	be_told(d);
	save_rows(d, "CV-1;9/3");
	assert_true(desk_look_tasks(d).unsettled);
	save_rows(d, "CV-1;9/3/2024;12/BC;;\r\n");
	assert_true(desk_look_tasks(d).unsettled);
	d->mono_ms += 100; /* too soon */
	assert_true(cchc_taskfile_look(d->tasks, d->mono_ms, KIT_WALL).unsettled);
	assert_int_equal(desk_look_tasks(d).statements, 1);
	/* emptied, to be filled: nothing is set aside */
	desk_save_sheet(d, "");
	assert_true(desk_settle_tasks(d).unsettled);
	assert_true(sheet_is_there(d));
	save_rows(d, "CV-1;8/3/2024;;;\r\n");
	assert_int_equal(desk_settle_tasks(d).statements, 1);
}

static void a_wrong_row_is_answered_and_holds_back_no_other(void **state)
{
	struct desk *d = *state;
	char *sheet;

	tasks_tell(d->kit, tasks_info(d->kit, "CV-2"));
	be_told(d);
	save_rows(d,
		  "CV-1;10/3/2024;12/BC;;\r\nCV-2;9/3/2024;;;\r\nCV-9;9/3/2024;;;\r\n");
	assert_int_equal(desk_settle_tasks(d).statements, 1);
	sheet = desk_sheet(d);
	says(sheet,
	     ";10/3/2024;12/BC;;;\"Không nhận: ngày hoàn thành ở tương lai, Ngày hoàn "
	     "thành \"\"10/3/2024\"\" (đúng: không sau 2024-03-09)\"");
	says(sheet, "CV-2;");
	says(sheet, "CV-9;;;;;;;;;9/3/2024;;;;\"Không nhận: không có nhiệm vụ này");
	says(desk_receipt(d, "nhiem-vu.csv"),
	     "dòng/line 2, CV-1, Ngày hoàn thành = \"10/3/2024\": ngày hoàn thành ở "
	     "tương lai "
	     "/ completion lies in the future (đúng/expected: không sau 2024-03-09)");
	says(desk_receipt(d, "nhiem-vu.csv"),
	     "NOT TAKEN, to be mended and saved again: 2");
	assert_int_equal(kit_look(d->kit).rejected, 2);
	/* saved again as it is: nothing more, no receipt */
	desk_save_sheet(d, desk_sheet(d));
	assert_false(desk_settle_tasks(d).touched);
	assert_int_equal(kit_look(d->kit).rejected, 2);
	/* mended; the unknown row taken out */
	save_rows(d, "CV-1;9/3/2024;12/BC;;\r\n");
	assert_int_equal(desk_settle_tasks(d).statements, 1);
	lacks(desk_sheet(d), "CV-9");
	says(desk_sheet(d), ";09/03/2024;12/BC;;;Đã ghi");
}

static void nothing_but_wrong_rows_sends_nothing_and_says_so(void **state)
{
	struct desk *d = *state;

	be_told(d);
	save_rows(d, "CV-1;mai;;;\r\n");
	assert_true(desk_settle_tasks(d).touched);
	assert_int_equal(kit_look(d->kit).queued, 0);
	says(desk_receipt(d, "nhiem-vu.csv"), "KHÔNG CÓ GÌ ĐỂ GỬI / NOTHING TO BE SENT");
}

static void a_refusal_of_the_district_shows_in_the_sheet_and_the_receipt(void **state)
{
	struct desk *d = *state;

	be_told(d);
	save_rows(d, "\r\nCV-1;9/3/2024;;;\r\n");
	(void)desk_settle_tasks(d);
	tasks_ack(d->kit, CCHC_RULE_DONE_BEFORE_ASSIGNED);
	(void)desk_look_tasks(d);
	says(desk_sheet(d),
	     ";09/03/2024;;;;\"Huyện không nhận: ngày hoàn thành trước ngày "
	     "giao, Ngày hoàn thành \"\"2024-03-10\"\" (đúng: từ "
	     "2024-03-11)\"");
	says(desk_receipt(d, "nhiem-vu.csv"),
	     "dòng/line 3, Ngày hoàn thành = \"2024-03-10\": ngày hoàn thành trước ngày "
	     "giao");
	says(desk_receipt(d, "nhiem-vu.csv"), "HUYỆN TỪ CHỐI TOÀN BỘ");
}

static void a_full_outbox_lets_the_sheet_wait(void **state)
{
	struct desk *d = *state;
	struct cchc_taskfile_round round;

	be_told(d);
	d->kit->max_bytes = 10;
	desk_crash(d);
	save_rows(d, "CV-1;9/3/2024;12/BC;;\r\n");
	round = desk_settle_tasks(d);
	assert_int_equal(round.wait, CCHC_INBOX_FULL);
	lacks(desk_sheet(d), "Trả lời"); /* it is still theirs */
	d->kit->max_bytes = 4 * KIT_MB;
	desk_crash(d);
	assert_int_equal(desk_settle_tasks(d).statements, 1);
}

/* ---- while the district speaks ---- */

static void what_was_saved_meanwhile_is_never_written_over(void **state)
{
	struct desk *d = *state;

	be_told(d);
	save_rows(d, "CV-1;9/3/2024;12/BC;;\r\n");
	tasks_tell(d->kit, tasks_info(d->kit, "CV-2"));
	(void)desk_look_tasks(d); /* a change to write, and a file to read first */
	lacks(desk_sheet(d), "CV-2");
	assert_int_equal(desk_look_tasks(d).statements, 1);
	says(desk_sheet(d), "CV-2;");
	says(desk_sheet(d), ";09/03/2024;12/BC;;;Đã ghi");
}

/* Its size and time are those of the file before. */
static void save_unseen(struct desk *d, const char *text)
{
	struct timespec times[2];
	struct stat st;

	assert_int_equal(stat(d->settings.tasks_file, &st), 0);
	desk_save_sheet(d, text);
	times[0] = st.st_atim;
	times[1] = st.st_mtim;
	assert_int_equal(utimensat(AT_FDCWD, d->settings.tasks_file, times, 0), 0);
}

static void an_edit_that_nobody_saw_is_found_before_the_rename(void **state)
{
	struct desk *d = *state;
	char text[4096];
	char *cell;

	be_told(d);
	(void)snprintf(text, sizeof(text), "%s", desk_sheet(d));
	cell = strstr(text, "15/03/2024;sắp đến hạn;");
	assert_non_null(cell);
	/* as many bytes as before: ten of the due date go, ten of the day of doing come
	 */
	memmove(cell, cell + 10, strlen(cell + 10) + 1);
	cell = strstr(text, "sắp đến hạn;") + strlen("sắp đến hạn;");
	memmove(cell + 10, cell, strlen(cell) + 1);
	memcpy(cell, "09/03/2024", 10);
	save_unseen(d, text);
	(void)desk_look_tasks(d);
	assert_int_equal(kit_look(d->kit).queued, 0); /* indeed */
	tasks_tell(d->kit, tasks_info(d->kit, "CV-2"));
	assert_true(desk_look_tasks(d).unsettled);
	lacks(desk_sheet(d), "CV-2");
	assert_int_equal(desk_look_tasks(d).statements, 1);
	says(desk_sheet(d), "CV-2");
}

static void a_sheet_from_before_a_return_says_nothing_when_saved_again(void **state)
{
	struct desk *d = *state;
	Cchc__TaskInfo *info = tasks_info(d->kit, "CV-1");
	char before[4096];

	be_told(d);
	save_rows(d, "CV-1;9/3/2024;12/BC;;\r\n");
	(void)desk_settle_tasks(d);
	tasks_ack(d->kit, CCHC_RULE_NONE);
	info->state = CCHC__TASK_INFO__STATE__WAITING;
	info->has_done = true;
	info->done = TASKS_TODAY;
	info->result = (char *)"12/BC";
	tasks_tell(d->kit, info);
	(void)desk_look_tasks(d);
	says(desk_sheet(d), "chờ xác nhận;09/03/2024;12/BC;");
	(void)snprintf(before, sizeof(before), "%s", desk_sheet(d));
	info->state = CCHC__TASK_INFO__STATE__OPEN;
	info->has_done = false;
	info->result = NULL;
	info->reason = (char *)"thiếu phụ lục";
	tasks_tell(d->kit, info);
	(void)desk_look_tasks(d);
	says(desk_sheet(d), ";trả lại: thiếu phụ lục;;;;;Huyện trả lại: thiếu phụ lục");
	(void)strcat(before, "\r\n"); /* not what we wrote, byte for byte */
	desk_save_sheet(d, before);
	assert_int_equal(desk_settle_tasks(d).statements, 0);
	says(desk_sheet(d), ";trả lại: thiếu phụ lục;;;;;");
}

/* ---- crashes ---- */

static void a_crash_between_taking_and_writing_says_nothing_twice(void **state)
{
	struct desk *d = *state;
	char saved[4096];

	be_told(d);
	save_rows(d, "CV-1;9/3/2024;12/BC;;\r\n");
	(void)snprintf(saved, sizeof(saved), "%s", desk_sheet(d));
	assert_int_equal(desk_settle_tasks(d).statements, 1);
	/* as if the agent had ended before it wrote the answer; the note is as it was
	 * then */
	tasks_ack(d->kit, CCHC_RULE_NONE);
	desk_save_sheet(d, saved);
	desk_crash(d);
	assert_int_equal(desk_settle_tasks(d).statements, 0);
	assert_int_equal(kit_look(d->kit).queued, 0);
	says(desk_sheet(d), "Huyện đã nhận");
}

static void a_crash_before_the_rename_reads_nothing_of_our_own(void **state)
{
	struct desk *d = *state;
	uint8_t was[CCHC_DIGEST_BYTES];
	uint8_t is[CCHC_DIGEST_BYTES] = {1};

	be_told(d);
	cchc_digest_file(desk_sheet(d), strlen(desk_sheet(d)), was);
	tasks_tell(d->kit, tasks_info(d->kit, "CV-2"));
	assert_int_equal(cchc_outbox_sheet_written(d->kit->box, was, is), CCHC_OK);
	desk_crash(d);
	assert_false(cchc_taskfile_is_edited(&d->settings, d->kit->box));
	assert_false(desk_settle_tasks(d).touched);
	says(desk_sheet(d), "CV-2");
}

/* ---- what cannot be read ---- */

static char *file_text(struct desk *d, const char *name)
{
	static char text[4096];
	char path[256];
	FILE *file;
	size_t len;

	(void)snprintf(path, sizeof(path), "%s/%s", d->kit->dir, name);
	file = fopen(path, "rb");
	assert_non_null(file);
	len = fread(text, 1, sizeof(text) - 1, file);
	text[len] = '\0';
	(void)fclose(file);
	return text;
}

static void what_cannot_be_read_is_set_aside_with_a_receipt(void **state)
{
	struct desk *d = *state;
	static const char BROKEN[] = "Mã nhiệm vụ;\"Ngày hoàn thành\nCV-1;9/3/2024\n";

	be_told(d);
	desk_save_sheet(d, BROKEN);
	assert_true(desk_settle_tasks(d).touched);
	assert_string_equal(file_text(d, "nhiem-vu.hong-1.csv"), BROKEN);
	says(desk_sheet(d), "CV-1;");
	says(desk_receipt(d, "nhiem-vu.csv"), "KHÔNG NHẬN ĐƯỢC / REJECTED");
	says(desk_receipt(d, "nhiem-vu.csv"),
	     "a quoted cell that begins here never ends");
	desk_save_sheet(d, "tên;tuổi\nA;41\n");
	(void)desk_settle_tasks(d);
	says(file_text(d, "nhiem-vu.hong-2.csv"), "tuổi");
	assert_int_equal(kit_look(d->kit).rejected, 2);
	desk_save_sheet(d, "");
	(void)desk_settle_tasks(d);
	d->mono_ms += 5000;
	(void)desk_look_tasks(d);
	assert_string_equal(file_text(d, "nhiem-vu.hong-3.csv"), "");
	says(desk_sheet(d), "CV-1;");
}

static void a_crash_before_it_was_set_aside_makes_no_second_receipt(void **state)
{
	struct desk *d = *state;
	static const char BROKEN[] = "tên;tuổi\nA;41\n";
	uint8_t digest[CCHC_DIGEST_BYTES];
	struct cchc_file record = {.kind = CCHC_FILE_REJECTED,
				   .name = "nhiem-vu.csv",
				   .taken_ms = KIT_WALL,
				   .refused = 1,
				   .text = ""};
	struct cchc_sayings none = {
		.where = CCHC_SAID_IN_SHEET, .digest = digest, .broken = true};

	be_told(d);
	desk_save_sheet(d, BROKEN);
	cchc_digest_file(BROKEN, strlen(BROKEN), digest);
	assert_int_equal(cchc_outbox_say(d->kit->box, &none, &record), CCHC_OK);
	desk_crash(d);
	(void)desk_settle_tasks(d);
	assert_string_equal(file_text(d, "nhiem-vu.hong-1.csv"), BROKEN);
	assert_int_equal(kit_look(d->kit).rejected, 1);
	says(desk_sheet(d), "CV-1;");
}

static void what_is_no_file_is_not_replaced(void **state)
{
	struct desk *d = *state;

	assert_int_equal(mkdir(d->settings.tasks_file, 0755), 0);
	tasks_tell(d->kit, tasks_info(d->kit, "CV-1"));
	assert_int_equal(desk_settle_tasks(d).wait, CCHC_INBOX_TROUBLE);
	assert_int_equal(rmdir(d->settings.tasks_file), 0);
	(void)desk_look_tasks(d);
	says(desk_sheet(d), "CV-1;");
}

/* ---- a copy in the inbox ---- */

static void a_copy_in_the_inbox_is_read_the_same_way(void **state)
{
	struct desk *d = *state;
	char text[4096];

	be_told(d);
	(void)snprintf(text, sizeof(text), "%sCV-1;9/3/2024;12/BC;;\r\nCV-9;x;;;\r\n",
		       HEAD);
	desk_put(d, "việc của tôi.csv", text);
	assert_int_equal(desk_settle(d).taken, 1);
	assert_true(desk_has(d->settings.sent, "việc của tôi.csv"));
	assert_int_equal(kit_look(d->kit).queued, 1);
	says(desk_receipt(d, "việc của tôi.csv"), "CV-1: hoàn thành / done 09/03/2024");
	says(desk_receipt(d, "việc của tôi.csv"), "CV-9, Mã nhiệm vụ = \"CV-9\"");
	(void)desk_look_tasks(d);
	says(desk_sheet(d), ";09/03/2024;12/BC;;;Đã ghi");
	lacks(desk_sheet(d), "CV-9");          /* it is no row of this one */
	desk_put(d, "việc của tôi.csv", text); /* once more: said already */
	assert_int_equal(desk_settle(d).taken, 1);
	assert_int_equal(kit_look(d->kit).queued, 1);
	says(desk_receipt(d, "việc của tôi.csv"), "NOTHING TO BE SENT");
	says(desk_receipt(d, "việc của tôi.csv"), "CV-9");
}

static void a_copy_taken_before_a_crash_is_only_moved(void **state)
{
	struct desk *d = *state;
	char text[4096];

	be_told(d);
	(void)snprintf(text, sizeof(text), "%sCV-1;9/3/2024;12/BC;;\r\n", HEAD);
	desk_put(d, "nhiem-vu.csv", text);
	/* it cannot be moved there */
	assert_int_equal(rename(d->settings.sent, d->settings.reminders), 0);
	assert_int_equal(desk_settle(d).taken, 0);
	assert_int_equal(kit_look(d->kit).queued, 1);
	assert_int_equal(rename(d->settings.reminders, d->settings.sent), 0);
	desk_crash(d);
	assert_int_equal(desk_settle(d).taken, 1);
	assert_int_equal(kit_look(d->kit).queued, 1);
}

/* ---- reminders ---- */

static void reminders_are_left_day_by_day_and_sixty_stay(void **state)
{
	struct desk *d = *state;
	struct cchc_err err;
	char path[256];
	FILE *file;

	for (int i = 0; i < 62; i++)
		tasks_remind(d->kit, TASKS_TODAY + i, "Việc quá hạn: 1\nCV-1\n");
	assert_int_equal(cchc_reminders_write(d->kit->box, d->settings.reminders, &err),
			 CCHC_OK);
	assert_false(desk_has(d->settings.reminders, "2024-03-10.txt"));
	assert_true(desk_has(d->settings.reminders, "2024-03-11.txt"));
	assert_true(desk_has(d->settings.reminders, "2024-05-09.txt"));
	assert_string_equal(file_text(d, "nhac-viec/2024-05-09.txt"),
			    "\xef\xbb\xbfViệc quá hạn: 1\r\nCV-1\r\n");
	/* people's own files are let be */
	(void)snprintf(path, sizeof(path), "%s/1999-ghi-chu.txt", d->settings.reminders);
	file = fopen(path, "wb");
	assert_non_null(file);
	(void)fclose(file);
	tasks_remind(d->kit, TASKS_TODAY + 70, "x");
	assert_int_equal(cchc_reminders_write(d->kit->box, d->settings.reminders, &err),
			 CCHC_OK);
	assert_true(desk_has(d->settings.reminders, "1999-ghi-chu.txt"));
	assert_false(desk_has(d->settings.reminders, "2024-03-11.txt"));
}

static void a_reminder_that_cannot_be_written_waits(void **state)
{
	struct desk *d = *state;
	struct cchc_err err;
	FILE *file = fopen(d->settings.reminders, "wb"); /* no folder */

	assert_non_null(file);
	(void)fclose(file);
	tasks_remind(d->kit, TASKS_TODAY, "x");
	assert_int_not_equal(
		cchc_reminders_write(d->kit->box, d->settings.reminders, &err), CCHC_OK);
	assert_int_equal(unlink(d->settings.reminders), 0);
	kit_reopen(d->kit);
	assert_int_equal(cchc_reminders_write(d->kit->box, d->settings.reminders, &err),
			 CCHC_OK);
	assert_true(desk_has(d->settings.reminders, "2024-03-09.txt"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK(there_is_no_sheet_before_the_first_task),
		DESK(it_is_written_anew_only_when_something_changed),
		DESK(the_passing_of_days_shows),
		DESK(a_sheet_that_people_deleted_comes_again),
		DESK(what_people_fill_in_is_said_once),
		DESK(a_sheet_that_is_being_written_is_left_alone),
		DESK(a_wrong_row_is_answered_and_holds_back_no_other),
		DESK(nothing_but_wrong_rows_sends_nothing_and_says_so),
		DESK(a_refusal_of_the_district_shows_in_the_sheet_and_the_receipt),
		DESK(a_full_outbox_lets_the_sheet_wait),
		DESK(what_was_saved_meanwhile_is_never_written_over),
		DESK(an_edit_that_nobody_saw_is_found_before_the_rename),
		DESK(a_sheet_from_before_a_return_says_nothing_when_saved_again),
		DESK(a_crash_between_taking_and_writing_says_nothing_twice),
		DESK(a_crash_before_the_rename_reads_nothing_of_our_own),
		DESK(what_cannot_be_read_is_set_aside_with_a_receipt),
		DESK(a_crash_before_it_was_set_aside_makes_no_second_receipt),
		DESK(what_is_no_file_is_not_replaced),
		DESK(a_copy_in_the_inbox_is_read_the_same_way),
		DESK(a_copy_taken_before_a_crash_is_only_moved),
		DESK(reminders_are_left_day_by_day_and_sixty_stay),
		DESK(a_reminder_that_cannot_be_written_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
