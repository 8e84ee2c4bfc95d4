#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/date.h"
#include "core/rule.h"
#include "ctl/alertsprint.h"
#include "ctl/tasksprint.h"

/* Tasks, their history and alerts as they are shown. */

/* 08:12:05 on 15 March 2024 in Việt Nam */
static const int64_t MORNING = INT64_C(1710465125000);

static Cchc__UnitInfo lead = CCHC__UNIT_INFO__INIT;
static Cchc__UnitInfo co = CCHC__UNIT_INFO__INIT;
static Cchc__UnitInfo *helpers[] = {&co};
static Cchc__TaskInfo task;
static Cchc__TaskInfo routine;
static Cchc__TaskInfo *tasks[] = {&task, &routine};
static Cchc__Answer part;
static Cchc__Answer *parts[] = {&part};
static struct cchc_ctl_answer answer = {.part = parts, .n = 1, .commit = 42};

static int set_up(void **state)
{
	(void)state;
	setlocale(LC_CTYPE, "C.UTF-8");
	lead.code = "11986";
	lead.name = "Thị trấn Như Quỳnh";
	lead.kind = lead.level = "commune";
	co.code = "11989";
	co.name = "Xã Lạc Đạo";
	co.kind = co.level = "commune";
	cchc__task_info__init(&task);
	task.id = "NV-1";
	task.state = CCHC__TASK_INFO__STATE__OPEN;
	task.class_ = "nhiem-vu";
	task.title = "Rà soát \"một cửa\", TTHC";
	task.doc_number = "12/CV-UBND";
	task.assigner = "UBND huyện";
	task.assigned = cchc_day_of(2024, 3, 1);
	task.lead = &lead;
	task.co = helpers;
	task.n_co = 1;
	task.has_due = task.has_effective = 1;
	task.due = cchc_day_of(2024, 3, 16);
	task.effective = cchc_day_of(2024, 3, 18);
	task.due_version = 2;
	task.has_extensions = 1;
	task.extensions = 1;
	task.has_overdue = task.overdue = 1;
	task.journal = 7;
	task.changed = MORNING;
	routine = task;
	routine.id = "NV-2";
	routine.title = "Trực một cửa";
	routine.n_co = 0;
	routine.has_due = routine.has_effective = routine.has_overdue = 0;
	routine.has_extensions = 0;
	routine.due_version = 1;
	cchc__answer__init(&part);
	part.task = tasks;
	part.n_task = 2;
	return 0;
}

static void assert_has(const char *text, const char *part_of_it)
{
	if (!strstr(text, part_of_it))
		fail_msg("\"%s\" is not in:\n%s", part_of_it, text);
}

#define PRINTED(call)                                                                    \
	char *text = NULL;                                                               \
	size_t len;                                                                      \
	FILE *out = open_memstream(&text, &len);                                         \
	call;                                                                            \
	assert_int_equal(fclose(out), 0)

static void the_table_shows_what_counts_and_what_was_ordered(void **state)
{
	(void)state;
	PRINTED(assert_int_equal(cchc_ctl_tasks_table(&answer, 120, out), CCHC_OK));
	assert_string_equal(text,
			    "Mã                  Nội dung                              "
			    "Chủ trì           "
			    "Hạn         Tình trạng    Ghi chú\n"
			    "────────────────────────────────────────────────────────────"
			    "──────────────"
			    "──────────────────────────────────────────────\n"
			    "NV-1                Rà soát \"một cửa\", TTHC               "
			    "11986 Thị trấn    "
			    "18/03/2024  QUÁ HẠN       hạn giao\n"
			    "                                                          "
			    "Như Quỳnh         "
			    "                          16/03/2024; gia\n"
			    "                                                            "
			    "                "
			    "                          hạn 1 lần; phối\n"
			    "                                                            "
			    "                "
			    "                          hợp: 11989\n"
			    "NV-2                Trực một cửa                          "
			    "11986 Thị trấn    "
			    "không có    đang thực\n"
			    "                                                          "
			    "Như Quỳnh         "
			    "            hiện\n"
			    "\n"
			    "2 nhiệm vụ (tasks), 1 quá hạn (overdue); lần ghi số 42\n");
	free(text);
}

static void csv_is_for_programs(void **state)
{
	(void)state;
	PRINTED(cchc_ctl_tasks_csv(&answer, out));
	assert_string_equal(
		text,
		"id,state,overdue,class,title,lead,lead_name,co,doc,doc_date,assigner,"
		"assigned,due,effective,due_version,extensions,done,result,wish,"
		"wish_reason,reason,duty,journal,changed\n"
		"NV-1,open,1,nhiem-vu,\"Rà soát \"\"một cửa\"\", TTHC\",11986,Thị trấn "
		"Như "
		"Quỳnh,11989,12/CV-UBND,,UBND huyện,2024-03-01,2024-03-16,2024-03-18,2,1,"
		",,,,,0,7,2024-03-15T08:12:05+07:00\n"
		"NV-2,open,0,nhiem-vu,Trực một cửa,11986,Thị trấn Như Quỳnh,,12/CV-UBND,,"
		"UBND huyện,2024-03-01,,,1,0,,,,,,0,7,2024-03-15T08:12:05+07:00\n");
	free(text);
}

static void json_has_null_where_there_is_none(void **state)
{
	(void)state;
	PRINTED(assert_int_equal(cchc_ctl_tasks_json(&answer, out), CCHC_OK));
	assert_has(text, "\"commit\": 42,");
	assert_has(text, "\"id\": \"NV-1\",\n   \"state\": \"open\",\n   \"overdue\": "
			 "true,");
	assert_has(text, "\"effective\": \"2024-03-18\",\n   \"due_version\": 2,");
	assert_has(text, "\"due\": null,\n   \"effective\": null,");
	assert_has(text, "\"code\": \"11989\",");
	free(text);
}

static void a_task_is_shown_with_its_history(void **state)
{
	Cchc__TaskInfo before;
	Cchc__TaskInfo moved;
	Cchc__TaskLine line[4];
	Cchc__TaskLine *lines[] = {&line[0], &line[1], &line[2], &line[3]};
	Cchc__CellRefusal refusal = CCHC__CELL_REFUSAL__INIT;
	const struct {
		char *deed;
		char *sender;
		Cchc__TaskInfo *before;
		Cchc__TaskInfo *after;
		char *reason;
	} LINES[] = {
		{"add", "quan-tri", NULL, &before, NULL},
		{"extend", "quan-tri", &before, &task, "chờ văn bản"},
		{"report", "nhu-quynh-1", NULL, NULL, NULL},
		{"move", "", &task, &moved, NULL},
	};

	(void)state;
	task.has_doc_date = 1;
	task.doc_date = cchc_day_of(2024, 2, 28);
	before = moved = task;
	before.due = before.effective = cchc_day_of(2024, 3, 10);
	moved.n_co = 0;
	moved.lead = &co;
	moved.state = CCHC__TASK_INFO__STATE__WAITING;
	moved.has_done = 1;
	moved.done = cchc_day_of(2024, 3, 14);
	moved.result = "37/BC";
	refusal.rule = CCHC_RULE_DONE_IN_FUTURE;
	refusal.field = "done";
	refusal.value = "2025-01-01";
	refusal.expected = "không sau 2024-03-15";
	for (size_t i = 0; i < 4; i++) {
		cchc__task_line__init(&line[i]);
		line[i].number = 10 + i;
		line[i].received = MORNING;
		line[i].sender = LINES[i].sender;
		line[i].deed = LINES[i].deed;
		line[i].before = LINES[i].before;
		line[i].after = LINES[i].after;
		line[i].reason = LINES[i].reason;
	}
	line[1].reason_doc = "15/UBND";
	line[2].refusal = &refusal;
	part.task_line = lines;
	part.n_task_line = 4;
	PRINTED(assert_int_equal(cchc_ctl_task_text(&answer, 400, out), CCHC_OK));
	assert_has(text, "NV-1  Rà soát \"một cửa\", TTHC\n"
			 "  Tình trạng (state):               QUÁ HẠN, chưa hoàn thành "
			 "(overdue)\n"
			 "  Chủ trì (lead):                   11986 Thị trấn Như Quỳnh\n"
			 "  Phối hợp (co-operating):          11989 Xã Lạc Đạo\n");
	assert_has(text, "  Hạn (due):                        16/03/2024\n"
			 "  Hạn thực tế (effective):          18/03/2024\n"
			 "  Đã gia hạn (extended):            1 lần (times)\n");
	assert_has(text, "  Gia hạn (extensions):             đến 16/03/2024; lý do: chờ "
			 "văn bản; văn bản: 15/UBND\n");
	assert_has(text,
		   "     10  15/03/2024 08:12:05  quan-tri        giao            "
		   "tình trạng đang thực hiện; nội dung Rà soát \"một cửa\", TTHC; "
		   "loại nhiem-vu; văn bản 12/CV-UBND; ngày văn bản 28/02/2024; cơ "
		   "quan giao UBND huyện; ngày giao 01/03/2024; chủ trì 11986; phối "
		   "hợp 11989; hạn 10/03/2024\n");
	assert_has(text, "gia hạn         hạn 10/03/2024 → 16/03/2024; hạn thực tế "
			 "10/03/2024 → 18/03/2024; lý do: chờ văn bản; văn bản: "
			 "15/UBND\n");
	assert_has(text,
		   "báo cáo         TỪ CHỐI: done \"01/01/2025\": ngày hoàn thành ở "
		   "tương lai / completion lies in the future (đúng/expected: không sau "
		   "15/03/2024)\n");
	assert_has(text,
		   "cchcd           chuyển          tình trạng đang thực hiện → chờ "
		   "xác nhận; chủ trì 11986 → 11989; phối hợp 11989 → –; xong "
		   "14/03/2024; kết quả 37/BC\n");
	free(text);
}

static void the_same_is_there_as_json(void **state)
{
	Cchc__TaskLine line = CCHC__TASK_LINE__INIT;
	Cchc__TaskLine *lines[] = {&line};

	(void)state;
	line.number = 10;
	line.received = MORNING;
	line.sender = "quan-tri";
	line.deed = "add";
	line.after = &task;
	line.reason_doc = "15/UBND";
	part.task_line = lines;
	part.n_task_line = 1;
	PRINTED(assert_int_equal(cchc_ctl_task_json(&answer, out), CCHC_OK));
	assert_has(text,
		   "\"number\": 10,\n   \"received\": \"2024-03-15T08:12:05+07:00\",");
	assert_has(text, "\"before\": null,\n   \"after\": {\n    \"id\": \"NV-1\",");
	assert_has(text, "\"reason\": null,\n   \"reason_doc\": \"15/UBND\",");
	assert_has(text, "\"refusal\": null");
	free(text);
}

static void make_alert(Cchc__AlertInfo *alert)
{
	cchc__alert_info__init(alert);
	alert->key = "NV-1/overdue/2";
	alert->kind = CCHC__ALERT_INFO__KIND__STEP;
	alert->unit = &lead;
	alert->task = "NV-1";
	alert->step = "overdue";
	alert->urgency = "critical";
	alert->moment = alert->owed = MORNING;
	alert->text = "Rà soát TTHC đã quá hạn";
}

static void alerts_are_shown_with_key_and_channels(void **state)
{
	Cchc__AlertInfo alert[4];
	Cchc__AlertInfo *alerts[] = {&alert[0], &alert[1], &alert[2], &alert[3]};
	Cchc__DeliveryInfo delivery = CCHC__DELIVERY_INFO__INIT;
	Cchc__DeliveryInfo *deliveries[] = {&delivery};

	(void)state;
	for (size_t i = 0; i < 4; i++)
		make_alert(&alert[i]);
	delivery.channel = "thu";
	delivery.to = "a@b.vn";
	delivery.state = 1;
	delivery.has_again = 1;
	delivery.again = 2;
	delivery.why = "connection refused";
	alert[0].delivery = deliveries;
	alert[0].n_delivery = 1;
	alert[0].has_silenced = 1;
	alert[0].silenced = MORNING + 3600 * 1000;
	alert[1].has_ended = 1;
	alert[1].end_why = "extended";
	alert[2].has_acked = 1;
	alert[2].acked_by = "quan-tri";
	alert[2].note = "đã gọi";
	alert[3].has_superseded = alert[3].superseded = 1;
	alert[3].urgency = "info";
	part.alert = alerts;
	part.n_alert = 4;
	PRINTED(cchc_ctl_alerts_table(&answer, 140, out));
	assert_has(text,
		   "15/03/2024 08:12:05  KHẨN      11986 Thị trấn Như    Rà soát TTHC "
		   "đã quá hạn");
	assert_has(text,
		   "          khóa / key: NV-1/overdue/2\n"
		   "          im lặng đến / silenced until: 15/03/2024 09:12:05\n"
		   "          thu a@b.vn: chờ gửi, có thể lặp / again: 2 (connection "
		   "refused)\n");
	assert_has(text, "  hết: đã gia hạn\n");
	assert_has(text, "  đã nhận\n");
	assert_has(text, "  quan-tri: đã gọi\n");
	assert_has(text, "nhắc ");
	assert_has(text, "\n4 cảnh báo (alerts); lần ghi số 42\n");
	free(text);
}

static void alerts_and_silences_are_there_as_json(void **state)
{
	Cchc__AlertInfo alert;
	Cchc__AlertInfo *alerts[] = {&alert};
	Cchc__SilenceInfo silence = CCHC__SILENCE_INFO__INIT;
	Cchc__SilenceInfo *silences[] = {&silence};

	(void)state;
	make_alert(&alert);
	silence.number = 5;
	silence.from = silence.until = MORNING;
	silence.by = "quan-tri";
	silence.unit = &lead;
	part.alert = alerts;
	part.silence = silences;
	part.n_alert = part.n_silence = 1;
	PRINTED(assert_int_equal(cchc_ctl_alerts_json(&answer, out), CCHC_OK);
		cchc_ctl_silences_table(&answer, 120, out));
	assert_has(text, "\"key\": \"NV-1/overdue/2\",\n   \"kind\": \"step\",");
	assert_has(text, "\"ended\": null,");
	assert_has(text, "\"silenced\": null,");
	assert_has(text, "\"number\": 5,");
	assert_has(text, "\"until\": \"2024-03-15T08:12:05+07:00\",");
	assert_has(text, "\n      5  11986 ");
	assert_has(text, " 15/03/2024 08:12:05  quan-tri\n");
	free(text);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_table_shows_what_counts_and_what_was_ordered),
		TEST(csv_is_for_programs),
		TEST(json_has_null_where_there_is_none),
		TEST(a_task_is_shown_with_its_history),
		TEST(the_same_is_there_as_json),
		TEST(alerts_are_shown_with_key_and_channels),
		TEST(alerts_and_silences_are_there_as_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
