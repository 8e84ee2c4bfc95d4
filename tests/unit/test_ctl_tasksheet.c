#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"
#include "core/date.h"
#include "ctl/tasksheet.h"
#include "io/csv.h"

struct table {
	struct cchc_arena arena;
	struct cchc_ctl_task_sheet tasks;
	enum cchc_rc rc;
	struct cchc_err err;
	char *mistakes; /* a line each */
};

/* The sheets are read on 10 March 2024. */
enum { YEAR = 2024, MONTH = 3, DAY = 10 };

static struct table read_table(const char *text)
{
	struct table t = {.err.text = ""};
	struct cchc_problems problems;
	struct cchc_sheet sheet;
	size_t len;
	FILE *mistakes;

	cchc_arena_init(&t.arena, 64 << 20);
	cchc_problems_init(&problems);
	assert_int_equal(
		cchc_csv_parse(&t.arena, "nv.csv", text, strlen(text), &problems, &sheet),
		CCHC_OK);
	t.rc = cchc_ctl_task_sheet_read(&t.arena, &sheet, cchc_day_of(YEAR, MONTH, DAY),
					&t.tasks, &t.err);
	mistakes = open_memstream(&t.mistakes, &len);
	for (size_t i = 0; i < t.tasks.n_mistakes; i++)
		fprintf(mistakes, "%s\n", t.tasks.mistake[i].text);
	assert_int_equal(fclose(mistakes), 0);
	cchc_problems_fini(&problems);
	return t;
}

static void drop(struct table *t)
{
	free(t->mistakes);
	cchc_arena_fini(&t->arena);
}

#define HEAD "id;title;units;assigned;due;done;state\n"

static void a_header_is_found_in_either_language(void **state)
{
	static const char *const TABLES[] = {
		"id,title,units,co,class,doc,doc_date,assigner,assigned,due,result\n"
		"NV-1,Rà soát,\"11986,11989\",12001,nhiem-vu,12/CV,2024-03-01,UBND "
		"tỉnh,2024-03-01,2024-03-15,\n",
		"\xef\xbb\xbfSỔ NHIỆM VỤ NĂM 2024\n\n"
		"STT;Mã nhiệm vụ;Nội dung;Đơn vị chủ trì;Phối hợp;Loại;Số văn bản;Ngày "
		"văn bản;Cơ quan giao;Ngày giao;Hạn hoàn thành;Ghi chú\n"
		"1;NV-1;Rà soát;11986 11989;12001;nhiem-vu;12/CV;1/3/2024;UBND tỉnh;"
		"01/03/2024;trước ngày 16/03/2024;gấp\n",
	};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(TABLES); i++) {
		struct table t = read_table(TABLES[i]);
		const Cchc__Deed *deed = &t.tasks.line[0].deed;

		assert_string_equal(t.err.text, "");
		assert_string_equal(t.mistakes, "");
		assert_int_equal(t.rc, CCHC_OK);
		assert_int_equal(t.tasks.n, 1);
		assert_int_equal(t.tasks.line[0].line, i ? 4 : 2);
		assert_int_equal(deed->kind, CCHC__DEED__KIND__ADD);
		assert_string_equal(deed->id, "NV-1");
		assert_string_equal(deed->title, "Rà soát");
		assert_int_equal(deed->n_lead, 2);
		assert_string_equal(deed->lead[1], "11989");
		assert_int_equal(deed->n_co, 1);
		assert_string_equal(deed->class_, "nhiem-vu");
		assert_string_equal(deed->doc_number, "12/CV");
		assert_string_equal(deed->assigner, "UBND tỉnh");
		assert_int_equal(deed->doc_date, cchc_day_of(2024, 3, 1));
		assert_int_equal(deed->assigned, cchc_day_of(2024, 3, 1));
		assert_int_equal(deed->due, cchc_day_of(2024, 3, 15));
		assert_false(deed->has_done);
		assert_null(deed->result);
		drop(&t);
	}
}

static void a_table_without_its_header_is_refused_whole(void **state)
{
	static const struct {
		const char *text;
		const char *says;
	} CASES[] = {
		{"id,title,units\nNV-1,x,11986\n", "nv.csv: no header with the columns"},
		{"NV-1,x,11986,2024-03-01\n", "nv.csv: no header"},
		{"id,title,units,assigned,hạn xử lý\n",
		 "nv.csv:1: unknown column \"hạn xử lý\" (không rõ cột); known are "
		 "id/mã, title/nội dung, units/đơn vị"},
		{"\nid,title,units,assigned,đơn vị\n",
		 "nv.csv:2: column \"đơn vị\" stands for units, which is there already"},
	};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		struct table t = read_table(CASES[i].text);

		assert_int_equal(t.rc, CCHC_INVALID);
		if (!strstr(t.err.text, CASES[i].says))
			fail_msg("\"%s\" lacks \"%s\"", t.err.text, CASES[i].says);
		drop(&t);
	}
}

static void each_mistake_is_told_with_line_field_value_and_rule(void **state)
{
	static const struct {
		const char *line;
		const char *says; /* after "nv.csv:2: "; NULL: no mistake */
	} CASES[] = {
		{"A;x;11986;2024-03-01;;;", NULL},
		{"A;x;tất cả;2024-03-01;thường xuyên;;", NULL},
		{"A;x;11986;2024-03-01;2024-03-09;;Quá hạn", NULL},
		{"A;x;11986;2024-03-01;;10/03/2024;Đã hoàn thành", NULL},
		{";x;11986;2024-03-01;;;",
		 "id \"\": thiếu nội dung bắt buộc / something"},
		{"A;;11986;2024-03-01;;;", "title \"\": thiếu"},
		{"A;x;;2024-03-01;;;", "units \"\": thiếu"},
		{"A;x;11986;;;;", "assigned \"\": thiếu"},
		{"A;x;xã Lạc Đạo;2024-03-01;;;",
		 "units \"xã\": không phải các mã đơn vị"},
		{"A;x;11986,11986;2024-03-01;;;", "units \"11986\": không phải các mã"},
		{"A;x;11986;32/03/2024;;;",
		 "assigned \"32/03/2024\": ngày không hợp lệ / "
		 "no such date (đúng/expected: ngày như 15/03/2024)"},
		{"A;x;11986;2024-03-01;cuối tháng;;", "due \"cuối tháng\": ngày không"},
		{"A;x;11986;2024-03-01;;hôm qua;", "done \"hôm qua\": ngày không"},
		{"A;x;11986;2024-03-01;;;quá hạn", "state \"quá hạn\": nhiệm vụ thường "
						   "xuyên, không có hạn hoàn thành / the "
						   "task has no due date"},
		{"A;x;11986;2024-03-01;thường xuyên;;overdue", "state \"overdue\": "},
		{"A;x;11986;2024-03-01;2024-03-15;;hoàn thành", "done \"\": thiếu nội"},
		{"A;x;11986;2024-03-01;;;xong rồi",
		 "state \"xong rồi\": không có tình trạng nhiệm vụ này / no such state"},
	};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		char text[512];
		struct table t;

		snprintf(text, sizeof(text), HEAD "%s\nB;y;11989;2024-03-01;;;\n",
			 CASES[i].line);
		t = read_table(text);
		print_message("%s\n", CASES[i].line);
		assert_int_equal(t.rc, CCHC_OK);
		assert_int_equal(t.tasks.read, 2);
		assert_int_equal(t.tasks.refused, CASES[i].says ? 1 : 0);
		assert_int_equal(t.tasks.n, CASES[i].says ? 1 : 2); /* B is there */
		assert_string_equal(t.tasks.line[t.tasks.n - 1].deed.id, "B");
		if (!CASES[i].says)
			assert_string_equal(t.mistakes, "");
		else if (strncmp(t.mistakes, "nv.csv:2: ", 10) != 0 ||
			 strncmp(t.mistakes + 10, CASES[i].says, strlen(CASES[i].says)) !=
				 0)
			fail_msg("%s", t.mistakes);
		drop(&t);
	}
}

/* What the state says is nowhere taken over: it may only not contradict the dates. */
static void a_state_that_contradicts_the_dates_is_told_by_its_own_rule(void **state)
{
	static const struct {
		const char *due;
		const char *done;
		const char *word;
		const char *says; /* NULL: they agree */
	} CASES[] = {
		{"2024-03-10", "", "quá hạn",
		 "state \"quá hạn\": tình trạng trái với ngày đã ghi / the state "
		 "contradicts the dates (đúng/expected: khác, vì hạn 10/03/2024 chưa "
		 "qua)"},
		{"2024-03-09", "", "quá hạn", NULL},
		{"2024-03-01", "2024-03-05", "quá hạn",
		 "state \"quá hạn\": tình trạng trái với ngày đã ghi / the state "
		 "contradicts the dates (đúng/expected: hoàn thành, vì có ngày hoàn "
		 "thành 05/03/2024)"},
		{"2024-04-01", "2024-03-05", "Quá hạn chưa hoàn thành", "hoàn thành, vì"},
		{"", "2024-03-05", "đang thực hiện", "vì có ngày hoàn thành 05/03/2024"},
		{"2024-03-01", "", "đang thực hiện", NULL},
		{"2024-02-20", "", "trong hạn", "quá hạn, vì hạn 20/02/2024 đã qua"},
		{"2024-03-09", "", "trong hạn", NULL}, /* maybe a day of rest */
		{"", "", "trong hạn", NULL},
		{"", "", "sắp đến hạn", "nhiệm vụ thường xuyên, không có hạn"},
		{"2024-04-01", "", "sắp đến hạn", NULL},
		{"2024-04-01", "", "thường xuyên", "khác, vì có hạn hoàn thành"},
		{"thường xuyên", "", "thường xuyên", NULL},
		{"2024-03-01", "2024-03-01", "hoàn thành đúng hạn", NULL},
		{"2024-03-02", "2024-03-04", "hoàn thành đúng hạn", NULL}, /* Saturday */
		{"2024-02-01", "2024-03-04", "hoàn thành đúng hạn",
		 "hoàn thành quá hạn, vì xong 04/03/2024 sau hạn 01/02/2024"},
		{"2024-03-01", "2024-03-02", "hoàn thành quá hạn", NULL},
		{"2024-03-01", "2024-03-01", "hoàn thành quá hạn",
		 "hoàn thành đúng hạn, vì xong 01/03/2024, hạn 01/03/2024"},
		{"", "2024-03-01", "hoàn thành quá hạn", "không có hạn hoàn thành"},
		{"2024-03-20", "2024-03-05", "hoàn thành", NULL},
		{"cuối tháng", "", "quá hạn", "due \"cuối tháng\": ngày không hợp lệ"},
	};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		char text[512];
		struct table t;

		snprintf(text, sizeof(text), HEAD "A;x;11986;2024-01-01;%s;%s;%s\n",
			 CASES[i].due, CASES[i].done, CASES[i].word);
		t = read_table(text);
		print_message("%s", text + strlen(HEAD));
		assert_int_equal(t.tasks.n_mistakes, CASES[i].says ? 1 : 0);
		if (CASES[i].says && !strstr(t.mistakes, CASES[i].says))
			fail_msg("%s", t.mistakes);
		drop(&t);
	}
}

static void a_line_may_have_several_mistakes_and_a_text_its_bound(void **state)
{
	char text[1024] = HEAD;
	char *at = text + strlen(text);
	struct table t;

	(void)state;
	memset(at, 'x', 401);
	strcpy(at + 401, ";;11986;bao giờ;;;\n\n;;;;;;\n");
	t = read_table(text);
	assert_int_equal(t.tasks.read, 1); /* empty lines are none */
	assert_int_equal(t.tasks.refused, 1);
	assert_non_null(strstr(t.mistakes, "nv.csv:2: id \"xxxx"));
	assert_non_null(strstr(t.mistakes, "nội dung quá dài / the text is too long "
					   "(đúng/expected: không quá 400 byte)"));
	assert_non_null(strstr(t.mistakes, "nv.csv:2: title \"\": thiếu"));
	assert_non_null(strstr(t.mistakes, "nv.csv:2: assigned \"bao giờ\": ngày"));
	drop(&t);
}

static void what_stands_on_several_lines_of_a_cell_becomes_one(void **state)
{
	struct table t = read_table(HEAD "A;\"Rà soát\nthủ tục\";11986;2024-03-01;;;\n");

	(void)state;
	assert_int_equal(t.tasks.n, 1);
	assert_string_equal(t.tasks.line[0].deed.title, "Rà soát thủ tục");
	drop(&t);
}

static void an_id_that_comes_twice_says_the_same_or_is_refused(void **state)
{
	struct table t = read_table(HEAD "B;y;11989;2024-03-01;;;\n"
					 "A;x;11986;2024-03-01;15/03/2024;;\n"
					 "A;x;11986;2024-03-01;2024-03-15;;\n"
					 "A;x;11989;2024-03-01;2024-03-15;;\n"
					 "C;z;11986;2024-03-01;;;\n");

	(void)state;
	assert_int_equal(t.tasks.read, 5);
	assert_int_equal(t.tasks.same, 1);
	assert_int_equal(t.tasks.refused, 1);
	assert_int_equal(t.tasks.n, 3);
	assert_int_equal(t.tasks.line[0].line, 2); /* in the order of the file */
	assert_int_equal(t.tasks.line[1].line, 3);
	assert_int_equal(t.tasks.line[2].line, 6);
	assert_string_equal(
		t.mistakes,
		"nv.csv:5: id \"A\": mã nhiệm vụ đã có với nội dung khác / the "
		"id stands for a task with other content (đúng/expected: như "
		"dòng 3)\n");
	drop(&t);
}

static void mistakes_are_told_from_the_top_of_the_file(void **state)
{
	struct table t = read_table(HEAD "B;y;11989;2024-03-01;;;\n"
					 "B;z;11989;2024-03-01;;;\n"
					 "A;x;11986;2024-03-01;;;\n"
					 "C;;11986;hôm qua;;;\n"
					 "A;z;11986;2024-03-01;;;\n");
	static const unsigned LINES[] = {3, 5, 5, 6};

	(void)state;
	assert_int_equal(t.tasks.n_mistakes, CCHC_COUNT(LINES));
	for (size_t i = 0; i < CCHC_COUNT(LINES); i++)
		assert_int_equal(t.tasks.mistake[i].line, LINES[i]);
	assert_non_null(strstr(t.tasks.mistake[1].text, "title"));
	assert_non_null(strstr(t.tasks.mistake[2].text, "assigned"));
	drop(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_header_is_found_in_either_language),
		cmocka_unit_test(a_table_without_its_header_is_refused_whole),
		cmocka_unit_test(each_mistake_is_told_with_line_field_value_and_rule),
		cmocka_unit_test(
			a_state_that_contradicts_the_dates_is_told_by_its_own_rule),
		cmocka_unit_test(mistakes_are_told_from_the_top_of_the_file),
		cmocka_unit_test(a_line_may_have_several_mistakes_and_a_text_its_bound),
		cmocka_unit_test(what_stands_on_several_lines_of_a_cell_becomes_one),
		cmocka_unit_test(an_id_that_comes_twice_says_the_same_or_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
