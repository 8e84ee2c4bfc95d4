/* nhiem-vu.csv: what people see of their tasks, and what their rows mean. */
#include "sheetkit.h"

#include "base/check.h"

static struct cchc_assignment task(const char *id)
{
	return (struct cchc_assignment){
		.id = id,
		.known = true,
		.leads = true,
		.state = CCHC_TASK_OPEN,
		.title = "Rà soát TTHC",
		.doc_number = "123/UBND-NV",
		.doc_date = cchc_day_of(2024, 2, 28),
		.assigner = "UBND huyện",
		.lead = "11986",
		.assigned = cchc_day_of(2024, 3, 1),
		.due = TASKS_TODAY + 20,
		.effective = TASKS_TODAY + 20,
		.stands = {.done = CCHC_DAY_NONE,
			   .result = "",
			   .wish = CCHC_DAY_NONE,
			   .reason = ""},
		.told = {.done = CCHC_DAY_NONE,
			 .result = "",
			 .wish = CCHC_DAY_NONE,
			 .reason = ""},
		.reason = "",
		.cell = {"", "", "", ""},
	};
}

/* ---- what is written ---- */

#define HEADER                                                                                               \
	"\xef\xbb\xbfMã nhiệm vụ;Số văn bản;Ngày văn bản;Nội dung;Cơ quan giao;Vai trò;"   \
	"Ngày giao;Hạn;Tình trạng;Ngày hoàn thành;Văn bản kết quả;Xin gia hạn đến;Lý " \
	"do;Trả lời\r\n"

static void the_sheet_is_as_a_spreadsheet_wants_it(void **state)
{
	struct kit *kit = *state;
	struct cchc_assignment list[] = {task("CV-1"), task("CV-2"), task("=CV-3"),
					 task("CV-4"), task("CV-5"), task("CV-6")};
	size_t len;

	list[0].effective = CCHC_DAY_NONE;
	list[1].title = "Họp \"giao ban\"; báo cáo";
	list[2].effective = TASKS_TODAY - 1;
	list[2].leads = false;
	list[3].state = CCHC_TASK_DONE;
	list[4].state = CCHC_TASK_WAITING;
	list[4].effective = TASKS_TODAY - 3;
	list[4].stands.done = TASKS_TODAY;
	list[4].stands.result = "-12/BC";
	list[5].effective = TASKS_TODAY;
	list[5].is_duty = true;
	assert_string_equal(
		cchc_sheet_write(&kit->arena, list, 6, TASKS_TODAY, &len), HEADER
		"'=CV-3;123/UBND-NV;28/02/2024;Rà soát TTHC;UBND huyện;phối "
		"hợp;01/03/2024;08/03/2024;quá hạn;;;;;Đơn vị phối hợp chỉ theo dõi, "
		"không "
		"điền ở đây\r\n"
		"CV-5;123/UBND-NV;28/02/2024;Rà soát TTHC;UBND huyện;chủ "
		"trì;01/03/2024;06/03/2024;chờ xác nhận;09/03/2024;'-12/BC;;;Huyện đã "
		"nhận, chờ xác nhận\r\n"
		"CV-6;123/UBND-NV;28/02/2024;Rà soát TTHC;UBND huyện;chủ "
		"trì;01/03/2024;09/03/2024;sắp đến hạn;;;;;Hoàn thành khi gửi báo cáo, "
		"không điền ở đây\r\n"
		"CV-2;123/UBND-NV;28/02/2024;\"Họp \"\"giao ban\"\"; báo cáo\";UBND "
		"huyện;chủ trì;01/03/2024;29/03/2024;trong hạn;;;;;\r\n"
		"CV-1;123/UBND-NV;28/02/2024;Rà soát TTHC;UBND huyện;chủ "
		"trì;01/03/2024;;trong hạn;;;;;\r\n");
	assert_string_equal(cchc_sheet_write(&kit->arena, list, 0, TASKS_TODAY, &len),
			    HEADER);
}

static const struct {
	const char *name;
	int state;
	int days; /* until it is due */
	enum cchc_turn turn;
	const char *words;
} STATES[] = {
	{"eight days left", CCHC_TASK_OPEN, 8, 0, "trong hạn"},
	{"seven days left", CCHC_TASK_OPEN, 7, 0, "sắp đến hạn"},
	{"the due day", CCHC_TASK_OPEN, 0, 0, "sắp đến hạn"},
	{"the day after", CCHC_TASK_OPEN, -1, 0, "quá hạn"},
	{"reported late", CCHC_TASK_WAITING, -1, 0, "chờ xác nhận"},
	{"returned", CCHC_TASK_OPEN, 3, CCHC_TURN_RETURNED, "trả lại: thiếu phụ lục"},
	{"returned late", CCHC_TASK_OPEN, -1, CCHC_TURN_RETURNED,
	 "quá hạn, trả lại: thiếu phụ lục"},
	{"reopened", CCHC_TASK_OPEN, 3, CCHC_TURN_REOPENED, "sắp đến hạn"},
	{"done", CCHC_TASK_DONE, -1, 0, "đã hoàn thành"},
};

static void a_task_has_the_state_that_people_call_it_by(void **state)
{
	struct kit *kit = *state;

	for (size_t i = 0; i < CCHC_COUNT(STATES); i++) {
		struct cchc_assignment a = task("CV-1");
		const char *words;

		a.state = (uint8_t)STATES[i].state;
		a.turn = (uint8_t)STATES[i].turn;
		a.effective = TASKS_TODAY + STATES[i].days;
		a.reason = "thiếu phụ lục";
		words = cchc_assignment_state(&kit->arena, &a, TASKS_TODAY);
		if (strcmp(words, STATES[i].words) != 0)
			fail_msg("%s: %s", STATES[i].name, words);
	}
}

static const struct {
	const char *name;
	enum cchc_said said;
	enum cchc_turn turn;
	uint32_t extensions;
	bool wishes;
	const char *words;
} ANSWERS[] = {
	{"nothing", CCHC_SAID_NOTHING, 0, 0, false, "Huyện ghi: vì sao"},
	{"waits", CCHC_SAID_WAITS, 0, 0, false, "Đã ghi, chờ gửi lên huyện"},
	{"taken", CCHC_SAID_TAKEN, 0, 0, false, "Huyện đã nhận"},
	{"wrong", CCHC_SAID_WRONG, 0, 0, false,
	 "Không nhận: ngày không hợp lệ, Ngày hoàn thành \"hôm nay\" (đúng: ngày)"},
	{"refused", CCHC_SAID_REFUSED, 0, 0, false,
	 "Huyện không nhận: ngày không hợp lệ, Ngày hoàn thành \"hôm nay\" (đúng: ngày)"},
	{"returned", CCHC_SAID_NOTHING, CCHC_TURN_RETURNED, 0, false,
	 "Huyện trả lại: vì sao"},
	{"reopened", CCHC_SAID_NOTHING, CCHC_TURN_REOPENED, 1, false,
	 "Huyện mở lại: vì sao"},
	{"extended", CCHC_SAID_NOTHING, 0, 1, false, "Huyện đã gia hạn: vì sao"},
	{"wished", CCHC_SAID_NOTHING, 0, 1, true, "Huyện đã nhận đề nghị gia hạn"},
};

static void who_wrote_something_is_answered(void **state)
{
	struct kit *kit = *state;

	for (size_t i = 0; i < CCHC_COUNT(ANSWERS); i++) {
		struct cchc_assignment a = task("CV-1");
		const char *words;

		a.said = (uint8_t)ANSWERS[i].said;
		a.turn = (uint8_t)ANSWERS[i].turn;
		a.extensions = ANSWERS[i].extensions;
		a.stands.wish = ANSWERS[i].wishes ? TASKS_TODAY + 30 : CCHC_DAY_NONE;
		a.reason = "vì sao";
		a.refusal = (struct cchc_refusal){.rule = CCHC_RULE_BAD_DATE,
						  .field = "done",
						  .value = "hôm nay",
						  .expected = "ngày"};
		words = cchc_assignment_answer(&kit->arena, &a);
		if (strcmp(words, ANSWERS[i].words) != 0)
			fail_msg("%s: %s", ANSWERS[i].name, words);
	}
}

/* ---- what is read ---- */

#define COLUMNS                                                                                                    \
	"Mã nhiệm vụ;Hạn;Tình trạng;Ngày hoàn thành;Văn bản kết quả;Xin gia hạn đến;Lý " \
	"do\n"

/* The tasks that the rows below are about, by id. */
static size_t make_tasks(struct cchc_assignment list[16])
{
	size_t n = 0;

	list[n++] = task("'=SUM");
	list[n++] = task("-1");
	list[n] = task("co");
	list[n++].leads = false;
	list[n] = task("done");
	list[n].state = CCHC_TASK_DONE;
	list[n].stands.done = TASKS_TODAY - 1;
	list[n++].stands.result = "7/BC";
	list[n] = task("duty");
	list[n++].is_duty = true;
	list[n] = task("on-its-way");
	list[n].said = CCHC_SAID_WAITS;
	list[n].told.done = TASKS_TODAY;
	list[n].cell[CCHC_ANSWER_DONE] = "09/03/2024";
	list[n++].told.result = "";
	list[n++] = task("open");
	list[n] = task("regular");
	list[n++].due = CCHC_DAY_NONE;
	list[n] = task("returned");
	list[n].turn = CCHC_TURN_RETURNED;
	list[n].reason = "thiếu";
	list[n].told.done = TASKS_TODAY - 1;
	list[n++].told.result = "7/BC";
	list[n] = task("stray");
	list[n].known = false;
	list[n].said = CCHC_SAID_WRONG;
	list[n++].cell[CCHC_ANSWER_RESULT] = "x";
	list[n] = task("waiting");
	list[n].state = CCHC_TASK_WAITING;
	list[n].stands.done = TASKS_TODAY - 1;
	list[n++].stands.result = "7/BC";
	list[n] = task("wishes");
	list[n].stands.wish = TASKS_TODAY + 40;
	list[n++].stands.reason = "chờ";
	list[n] = task("wrong");
	list[n].said = CCHC_SAID_WRONG;
	list[n++].cell[CCHC_ANSWER_DONE] = "hôm qua";
	list[n] = task("wrong-day");
	list[n].said = CCHC_SAID_WRONG;
	list[n++].cell[CCHC_ANSWER_DONE] = " 12/3/2027";
	return n;
}

static const struct {
	const char *name;
	const char *rows;
	const char *drawing;
} READINGS[] = {
	{"nothing filled in", "open;;;;;;\n", ""},
	{"done", "open;;;9/3/2024;12/BC;;\n", "open done 2024-03-09 12/BC"},
	{"dates as people write them", "open;;;2024-03-05;;;\nwaiting;;;5-3-2024;;;\n",
	 "open done 2024-03-05, waiting done 2024-03-05"},
	{"a wish", "open;;;;;15/4/2024;chờ số liệu\n",
	 "open wish 2024-04-15 chờ số liệu"},
	{"done makes a wish idle, which is told", "open;;;9/3/2024;;15/4/2024;chờ\n",
	 "open tells not-open Xin gia hạn đến, open done 2024-03-09"},
	{"two lines in a cell", "open;;;9/3/2024;\"12/BC\n13/BC\";;\n",
	 "open done 2024-03-09 12/BC 13/BC"},
	{"a guarded id and a guarded text",
	 "''=SUM;;;9/3/2024;'-5;;\n'-1;;;9/3/2024;;;\n",
	 "'=SUM done 2024-03-09 -5, -1 done 2024-03-09"},
	{"no such day", "open;;;31/2/2024;;;\n", "open!bad-date Ngày hoàn thành"},
	{"a word for a day", "open;;;;;tuần sau;chờ\n", "open!bad-date Xin gia hạn đến"},
	{"tomorrow", "open;;;10/3/2024;;;\n", "open!done-in-future Ngày hoàn thành"},
	{"before it was given", "open;;;29/2/2024;;;\n",
	 "open!done-before-assigned Ngày hoàn thành"},
	{"a wish for less", "open;;;;;29/3/2024;chờ\n",
	 "open!extension-shortens Xin gia hạn đến"},
	{"a wish without a reason", "open;;;;;15/4/2024;\n", "open!missing Lý do"},
	{"a wish where no date is", "regular;;;;;15/4/2024;chờ\n",
	 "regular!no-due-date Mã nhiệm vụ"},
	{"a document without a day", "open;;;;12/BC;;\n", "open!missing Ngày hoàn thành"},
	{"a reason without a day", "open;;;;;;chờ\n", "open!missing Xin gia hạn đến"},
	{"an id nobody knows", "CV-99;;;9/3/2024;;;\nCV-98;;;;;;\n",
	 "CV-99!no-task Mã nhiệm vụ"},
	{"only co-operating", "co;;;9/3/2024;;;\n", "co!not-your-task Mã nhiệm vụ"},
	{"a duty is done by sending it", "duty;;;9/3/2024;;;\n", ""},
	{"good rows are not held back", "open;;;x;;;\nreturned;;;9/3/2024;8/BC;;\n",
	 "open!bad-date Ngày hoàn thành, returned done 2024-03-09 8/BC"},
	{"two rows of one task that differ",
	 "open;;;9/3/2024;;;\nwaiting;;;8/3/2024;9/BC;;\nopen;;;8/3/2024;;;\n",
	 "open!task-twice Mã nhiệm vụ, waiting done 2024-03-08 9/BC"},
	{"two rows of one task that agree", "open;;;9/3/2024;;;\nopen;;;9/3/2024;;;\n",
	 "open done 2024-03-09"},
	{"what the register has", "waiting;;;08/03/2024;7/BC;;\ndone;;;8/3/2024;7/BC;;\n",
	 ""},
	{"blanks take nothing back", "waiting;;;;;;\nwishes;;;;;;\non-its-way;;;;;;\n",
	 ""},
	{"a correction while it waits", "waiting;;;8/3/2024;8/BC;;\n",
	 "waiting done 2024-03-08 8/BC"},
	{"a correction of what is on its way", "on-its-way;;;8/3/2024;;;\n",
	 "on-its-way done 2024-03-08"},
	{"what is over stays over", "done;;;9/3/2024;;;\n",
	 "done!task-closed Mã nhiệm vụ"},
	{"more time for what is reported", "waiting;;;8/3/2024;7/BC;15/4/2024;chờ\n",
	 "waiting!not-open Xin gia hạn đến"},
	{"another wish", "wishes;;;;;30/4/2024;chờ\n", "wishes wish 2024-04-30 chờ"},
	{"the same again after it was returned",
	 "returned;29/03/2024;trả lại: thiếu;8/3/2024;7/BC;;\n",
	 "returned done 2024-03-08 7/BC"},
	{"a row from before it was returned",
	 "returned;29/03/2024;chờ xác nhận;8/3/2024;7/BC;;\n", ""},
	{"a row from before the extension",
	 "returned;20/03/2024;trả lại: thiếu;8/3/2024;7/BC;;\n", ""},
	{"what was wrong is still there", "wrong;;;hôm qua;;;\nstray;;;;x;;\n",
	 "stray keeps"},
	{"what was wrong, as a spreadsheet writes it", "wrong-day;;;2027-03-12;;;\n", ""},
	{"what was wrong is mended", "wrong;;;8/3/2024;;;\n", "wrong done 2024-03-08"},
	{"what was wrong is blank", "wrong;;;;;;\nstray;;;;;;\n",
	 "wrong drops, stray drops"},
	{"what was wrong is wrong again", "wrong;;;mai;;;\n",
	 "wrong!bad-date Ngày hoàn thành"},
};

static void draw_one(const struct cchc_saying *saying, char *out, size_t size)
{
	const struct cchc_statement *s = &saying->statement;
	bool is_done = s->done != CCHC_DAY_NONE;
	const char *text = is_done ? s->result : s->reason;
	char day[CCHC_DAY_TEXT];

	if (saying->kind == CCHC_SAYING_SAYS)
		(void)snprintf(out, size, "%s %s %s%s%s", saying->id,
			       is_done ? "done" : "wish",
			       cchc_day_format(is_done ? s->done : s->wish, day),
			       *text ? " " : "", text);
	else if (saying->kind == CCHC_SAYING_WRONG)
		(void)snprintf(out, size, "%s!%s %s", saying->id,
			       cchc_rule_name(saying->refusal.rule),
			       cchc_sheet_field(saying->refusal.field));
	else if (saying->kind == CCHC_SAYING_TOLD)
		(void)snprintf(out, size, "%s tells %s %s", saying->id,
			       cchc_rule_name(saying->refusal.rule),
			       cchc_sheet_field(saying->refusal.field));
	else
		(void)snprintf(out, size, "%s %s", saying->id,
			       saying->kind == CCHC_SAYING_KEEPS ? "keeps" : "drops");
}

static const char *draw(const struct cchc_sheet_reading *reading)
{
	static char out[2048];
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < reading->n; i++) {
		if (i)
			len += (size_t)snprintf(out + len, sizeof(out) - len, ", ");
		draw_one(&reading->list[i], out + len, sizeof(out) - len);
		len = strlen(out);
	}
	return out;
}

static void rows_mean_what_people_mean(void **state)
{
	struct kit *kit = *state;
	struct cchc_assignment list[16];
	size_t n = make_tasks(list);

	for (size_t i = 0; i < CCHC_COUNT(READINGS); i++) {
		const char *text =
			cchc_arena_format(&kit->arena, COLUMNS "%s", READINGS[i].rows);
		struct cchc_sheet sheet = sheet_parse(&kit->arena, text, strlen(text));
		struct cchc_sheet_reading reading =
			sheet_read(&kit->arena, &sheet, list, n, TASKS_TODAY);

		if (strcmp(draw(&reading), READINGS[i].drawing) != 0)
			fail_msg("%s: %s", READINGS[i].name, draw(&reading));
	}
}

static const struct {
	const char *text;
	bool is;
} HEADERS[] = {
	{"id;done\nopen;9/3/2024\n", true},
	{"id,done\nopen,9/3/2024\n", true},
	{"Nhiệm vụ được giao;\n;\nXIN GIA HẠN ĐẾN;ma nhiem vu\n", true},
	{"Mã nhiệm vụ;Hạn\nopen;9/3/2024\n", false},
	{"code,value\nI.1,3\n", false},
	{"STT,Chỉ tiêu,Đơn vị tính,Số liệu,Ghi chú\n", false},
	{"", false},
};

static void a_sheet_is_known_by_its_header(void **state)
{
	struct kit *kit = *state;
	struct cchc_sheet_reading reading;

	for (size_t i = 0; i < CCHC_COUNT(HEADERS); i++) {
		struct cchc_sheet sheet = sheet_parse(&kit->arena, HEADERS[i].text,
						      strlen(HEADERS[i].text));

		if (cchc_sheet_is(&sheet) != HEADERS[i].is)
			fail_msg("%s", HEADERS[i].text);
		assert_int_equal(cchc_sheet_read(&kit->arena, &sheet, NULL, 0,
						 TASKS_TODAY, &reading),
				 HEADERS[i].is ? CCHC_OK : CCHC_INVALID);
	}
}

static void a_wish_is_kept_as_it_was_written(void **state)
{
	struct kit *kit = *state;
	struct cchc_assignment list[16];
	size_t n = make_tasks(list);
	static const char TEXT[] =
		COLUMNS "open;;;;;2024-4-15;chờ\nregular;;;x;;15-4-2024;\n"
			"returned;;;;;15-4-2024;chờ\n";
	struct cchc_sheet sheet = sheet_parse(&kit->arena, TEXT, strlen(TEXT));
	struct cchc_sheet_reading reading =
		sheet_read(&kit->arena, &sheet, list, n, TASKS_TODAY);

	assert_int_equal(reading.n, 3);
	/* what is wrong stays as people wrote it, what is taken is written our way */
	assert_string_equal(reading.list[0].cell[CCHC_ANSWER_WISH], "2024-4-15");
	assert_string_equal(reading.list[0].refusal.value, "2024-4-15");
	assert_string_equal(reading.list[1].cell[CCHC_ANSWER_DONE], "x");
	assert_string_equal(reading.list[2].cell[CCHC_ANSWER_WISH], "15/04/2024");
	assert_string_equal(reading.list[2].cell[CCHC_ANSWER_REASON], "chờ");
	assert_string_equal(reading.list[2].cell[CCHC_ANSWER_DONE], "");
}

static void of_many_unknown_ids_a_hundred_are_kept(void **state)
{
	struct kit *kit = *state;
	char *text = cchc_arena_alloc(&kit->arena, 64 * 1024);
	size_t len = (size_t)sprintf(text, COLUMNS);
	struct cchc_sheet_reading reading;
	struct cchc_sheet sheet;
	size_t kept = 0;

	for (unsigned i = 0; i < 150; i++)
		len += (size_t)sprintf(text + len, "no-%u;;;x;;;\n", i);
	sheet = sheet_parse(&kit->arena, text, len);
	reading = sheet_read(&kit->arena, &sheet, NULL, 0, TASKS_TODAY);
	assert_int_equal(reading.wrong, 150);
	for (size_t i = 0; i < reading.n; i++)
		kept += reading.list[i].kind == CCHC_SAYING_WRONG;
	assert_int_equal(kept, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		KIT(the_sheet_is_as_a_spreadsheet_wants_it),
		KIT(a_task_has_the_state_that_people_call_it_by),
		KIT(who_wrote_something_is_answered),
		KIT(rows_mean_what_people_mean),
		KIT(a_sheet_is_known_by_its_header),
		KIT(a_wish_is_kept_as_it_was_written),
		KIT(of_many_unknown_ids_a_hundred_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
