/* Filled-in forms, as communes really send them, read against the form of 2021. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "core/filled.h"
#include "io/csv.h"
#include "io/file.h"
#include "io/yaml.h"

struct fixture {
	struct cchc_arena arena;
	struct cchc_problems problems;
	struct cchc_form *form;
	struct cchc_filled filled;
	struct cchc_refusal refusal;
};

static int load_form(void **state)
{
	static struct fixture f;
	struct cchc_node *root;
	char *bytes;
	size_t len;

	f = (struct fixture){0};
	*state = &f;
	cchc_arena_init(&f.arena, 64u << 20);
	cchc_problems_init(&f.problems);
	if (cchc_file_read(&f.arena, SOURCE_DIR "/config/forms/cchc-2021.yaml", 1 << 20,
			   &bytes, &len, NULL) ||
	    cchc_yaml_parse(&f.arena, "form", bytes, len, &f.problems, &root) ||
	    cchc_form_load(root, &f.problems, &f.form))
		return -1;
	return 0;
}

static int free_form(void **state)
{
	struct fixture *f = *state;

	cchc_form_free(&f->form);
	cchc_problems_fini(&f->problems);
	cchc_arena_fini(&f->arena);
	return 0;
}

static enum cchc_rc read_bytes(struct fixture *f, const char *bytes, size_t len,
			       bool collects)
{
	struct cchc_sheet *sheet = cchc_arena_alloc(&f->arena, sizeof(*sheet));

	if (cchc_csv_parse(&f->arena, "q1.csv", bytes, len, &f->problems, sheet))
		fail_msg("%s", f->problems.list[0].text);
	f->filled = (struct cchc_filled){0};
	f->refusal = (struct cchc_refusal){0};
	return cchc_filled_read(f->form, collects, sheet, &f->arena, &f->filled,
				&f->refusal);
}

static enum cchc_rc read_text(struct fixture *f, const char *text)
{
	return read_bytes(f, text, strlen(text), false);
}

/* "I.1=8 I.2~3 I.4!heading": figures, figures with the number of their notice, refusals;
 * "-" is absent */
static const char *draw(const struct cchc_filled *filled)
{
	static char out[8192];
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < filled->n; i++) {
		const struct cchc_filled_cell *cell = &filled->cell[i];
		const struct cchc_reading *reading = &cell->reading;
		char value[32] = "-";

		if (reading->figure.state == CCHC_FIGURE)
			(void)snprintf(value, sizeof(value), "%" PRId64,
				       reading->figure.value);
		else if (reading->figure.state == CCHC_NA)
			(void)snprintf(value, sizeof(value), "na");
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%s", i ? " " : "",
				      cell->code);
		if (reading->refusal.rule)
			n += (size_t)snprintf(out + n, sizeof(out) - n, "!%s",
					      cchc_rule_name(reading->refusal.rule));
		else
			n += (size_t)snprintf(out + n, sizeof(out) - n, "=%s", value);
		if (reading->notice)
			n += (size_t)snprintf(out + n, sizeof(out) - n, "~%d",
					      reading->notice);
	}
	return out;
}

static void the_sample_gives_exactly_its_17_figures(void **state)
{
	struct fixture *f = *state;
	char *bytes;
	size_t len;

	assert_int_equal(cchc_file_read(&f->arena, TEST_DATA "/phu-luc-quy-1-2024.csv",
					1 << 20, &bytes, &len, NULL),
			 CCHC_OK);
	assert_int_equal(read_bytes(f, bytes, len, false), CCHC_OK);
	assert_string_equal(
		draw(&f->filled),
		"I.1=8 I.2=266 I.2.1=79 I.2.2=21 I.4.1=93 I.4.2=85 I.4.3=0 VII.5.1.1=88 "
		"VII.5.1.2=88 VII.5.1.3=18 VII.5.2.1=28 VII.5.2.2=28 VII.5.2.3=8 "
		"VII.5.3.1=1058 VII.5.3.2=1058 VII.5.4.1=10 VII.5.4.2=10");
	assert_int_equal(f->filled.n, 17);
	assert_int_equal(f->filled.blanks, 100);
	assert_int_equal(f->filled.cell[1].line, 4);
	assert_string_equal(f->filled.cell[1].text, "26,6");
	assert_int_equal(f->filled.cell[1].row->id, 2);
}

/* The printed appendix as it comes out of a text processor: the header in two lines,
 * repeated at page breaks, and a name that a page break cut in two. */
#define PRINTED_HEADER                                                                                     \
	"STT;Chỉ tiêu thống kê (Sử dụng trong kỳ báo cáo hàng quý, 6 tháng, năm);Kết " \
	"quả thống kê;;Ghi chú\n"                                                                    \
	";;Đơn vị tính;Số liệu;\n"
#define PRINTED                                                                                                \
	"PHỤ LỤC;;;;\n"                                                                                    \
	"Thống kê số liệu về kết quả thực hiện công tác CCHC;;;Mẫu 01;\n"                 \
	"(Kèm theo Báo cáo số 37/BC-UBND ngày 14/3/2024);;;;\n;;;;\n" PRINTED_HEADER                           \
	"I;CÔNG TÁC CHỈ ĐẠO, ĐIỀU HÀNH;;;\n"                                                        \
	"1.;\"Số văn bản chỉ đạo CCHC\nđã ban hành (Kết luận, chỉ thị, công văn chỉ " \
	"đạo, quán triệt)\";Văn bản;08;\n"                                                            \
	"2.;TỶ LỆ hoan thanh ke hoach CCHC năm (Lũy kế đến thời điểm báo cáo);%;26,6;\n"     \
	"2.1;Số nhiệm vụ đề ra trong kế hoạch;Nhiệm vụ;79;\n"                                 \
	"2.2.;Số nhiệm vụ đã hoàn thành;Nhiệm vụ;21;\n"                                          \
	"3.;Kiểm tra CCHC;;;\n"                                                                              \
	"3.1.;Số phòng, ban, đơn vị trực thuộc đã kiểm tra;Cơ quan, đơn vị;…;\n"         \
	"6.;Tổ chức đối thoại của lãnh đạo với người dân, cộng đồng;Không = 0;;\n"  \
	"2;;;;\n" PRINTED_HEADER ";doanh nghiệp;Có = 1;1;\n"                                                \
	"II.;CẢI CÁCH THỂ CHẾ;;;\n"                                                                     \
	"1.;Tổng số VBQPPL;Văn bản;2;\n"                                                                \
	"1.2.;Số VBQPPL do cấp xã ban hành;Văn bản;;Cấp huyện báo cáo cho cấp xã\n"          \
	";;;;\n"                                                                                               \
	"Nơi nhận:;;;TM. ỦY BAN NHÂN DÂN;\n"                                                            \
	"- Như trên;;;KT. CHỦ TỊCH;\n"                                                                   \
	"- Lưu: VT.;;;PHÓ CHỦ TỊCH;\n"                                                                   \
	";;;;\n;;;Vũ Văn Sứ;\n"

static void the_printed_appendix_is_read_through_its_page_breaks(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_text(f, PRINTED), CCHC_OK);
	assert_string_equal(draw(&f->filled),
			    "I.1=8 I.2=266 I.2.1=79 I.2.2=21 I.6=1 II.1=2");
	/* I.3.1 and II.1.2; the name of I.6 goes on in the line with its figure, and the
	 * lonely page number is the number of I.2, which has its figure above */
	assert_int_equal(f->filled.blanks, 2);
	assert_int_equal(f->filled.cell[0].line, 8);
}

#define TABLE    "STT,Chỉ tiêu,Đơn vị tính,Số liệu,Ghi chú\n"
#define PART_I   TABLE "I,\"Công tác chỉ đạo, điều hành\",,,\n"
#define PART_III TABLE "III,Cải cách thủ tục hành chính,,,\n"

static const struct reading {
	const char *name;
	const char *text;
	const char *drawing;
	size_t blanks;
} READINGS[] = {
	{"full codes", "code,value\nI.1,8\nI.4.1,93\nVII.5.3.1,1.058\n",
	 "I.1=8 I.4.1=93 VII.5.3.1=1058", 0},
	{"no header", "I.1;8\nI.4.1;\nI.2;26,6\n", "I.1=8 I.2=266", 1},
	{"a Vietnamese header, other order",
	 "Ghi chú;SỐ LIỆU:;Mã chỉ tiêu\nx;8;I.1\n;79;I.2.1\n", "I.1=8 I.2.1=79", 0},
	{"codes as people type them", "code,value\ni.1.,8\nI. 02.01.,79\n\"I.4.1)\",93\n",
	 "I.1=8 I.2.1=79 I.4.1=93", 0},
	{"the head of a report above full codes",
	 "@số,37/BC-UBND\n@hoàn tất,có\ncode,value\nI.1,8\n", "I.1=8", 0},
	{"a head above codes without a header", "@number;37/BC-UBND;;;\nI.1;8\n", "I.1=8",
	 0},
	{"a head above the printed appendix, wrong in part",
	 "@Số:,,37/BC-UBND,,\n@ngày,31/2/2024,,,\n" PART_I "1,,,8,\n",
	 "@ngày!bad-date I.1=8", 0},
	{"a head alone", "@số,37/BC-UBND\n@nơi nhận,x\n,\n", "@nơi nhận!unknown-row", 0},
	{"unknown codes", "code,value\nI.99,5\nI.98,\nXX.1,x\n9,4\nI.1,8\n",
	 "I.99!unknown-row 9!unknown-row I.1=8", 0},
	{"the part in its own column",
	 "section,code,value\nI,1,8\n,2.1,79\nPhần "
	 "III.,1.1,3\nII.,1,2\nIX,1,4\nI,II.1,3\n",
	 "I.1=8 I.2.1=79 III.1.1=3 II.1=2 1!unknown-row II.1!unknown-row", 0},
	{"a bare number without a part", TABLE "1,,,8,\n2.1,,,,\n", "1!unknown-row", 0},
	{"a heading that merges its cells",
	 TABLE "\"I. CÔNG TÁC CHỈ ĐẠO, ĐIỀU HÀNH\",,,,\n1,,,8,\n"
	       ",Cải cách thể chế,,,\n1,,,2,\nPhần III,,,,\n1.1,,,3,\n",
	 "I.1=8 II.1=2 III.1.1=3", 0},
	{"a heading whose name is of another part",
	 PART_I "1,,,8,\nII,Cải cách thủ tục hành chính,,,\n1.1,,,5,\n",
	 "I.1=8 1.1!unknown-row", 0},
	{"a heading whose number is garbled",
	 PART_I "1,,,8,\nIl,Cải cách thể chế,,,\n1,,,2,\n", "I.1=8 II.1=2", 0},
	{"a heading of no part of the form",
	 PART_I "1,,,8,\nVIII.,LẠ,,,\n2.1,,,44,\nII,,,,\n1,,,2,\n",
	 "I.1=8 2.1!unknown-row II.1=2", 0},
	{"a decimal comma that parts a figure",
	 "code,value\nI.2,26,6\nI.1,1,058\nI.4.1,93,\nI.4.2,85,x\nVII.5.3.1,1.058\n",
	 "I.2!not-a-number I.1!not-a-number I.4.1=93 I.4.2=85 VII.5.3.1=1058", 0},
	{"the same without a header", "I.2,26,6\nI.4.1,93\n", "I.2!not-a-number I.4.1=93",
	 0},
	{"the same in the printed appendix",
	 PART_I "2,,%,26,6,\n2.1,,,1,058\n2.2,,,21,3 văn bản\n4.1,,,9,6%\n4.2,,,-,85\n"
		"4.3,,,1,5 việc,\n",
	 "I.2!not-a-number I.2.1!not-a-number I.2.2=21 I.4.1!not-a-number "
	 "I.4.2=-~1 I.4.3!not-a-number",
	 0},
	{"a comma parts no cells of a table with semicolons",
	 "code;value;note\nI.2;26,6;3\nI.4.1;93;4\n", "I.2=266 I.4.1=93", 0},
	{"figures in headings",
	 TABLE "I,\"Công tác chỉ đạo, điều hành\",,5,\n3,,,7,\n4,,,-,\n",
	 "I!heading I.3!heading", 0},
	{"column numbers below the header",
	 TABLE "(1),(2),(3),(4),(5)\nI,,,,\n1,,,8,\n" TABLE "A,B,1,2,3\n2.1,,,79,\n",
	 "I.1=8 I.2.1=79", 0},
	{"a wide header alone",
	 "TT;Nội dung;ĐVT;Kết quả thực hiện (quý I)\nI;;;\n1;;Văn bản;8\n", "I.1=8", 0},
	{"the header lost on the first page",
	 "Báo cáo,,,Quý I\nI,,,,\n1,,,8,\n" TABLE "2.1,,,79,\n", "I.1=8 I.2.1=79", 0},
	{"a name without its number", PART_I ",so nhiem vu DE RA trong kế hoạch,,79,\n",
	 "I.2.1=79", 0},
	{"a name of another part", PART_I ",Tổng số VBQPPL,,2,\n,,,3,\n,gì đó,,4,\n",
	 "!unknown-row !unknown-row !unknown-row", 0},
	{"a name without number or part", TABLE ",Tổng số VBQPPL,,2,\n", "!unknown-row",
	 0},
	{"a name that three rows have",
	 PART_III ",Tổng số hồ sơ TTHC đã giải quyết xong,,2,\n"
		  "3.2.1,Tổng số hồ sơ TTHC đã giải quyết xong,,5,\n",
	 "!unknown-row III.3.2.1=5", 0},
	{"the name of another row",
	 PART_I "2.1,Số nhiệm vụ đã hoàn thành,,21,\n2.2,Tổng số VBQPPL,,5,\n"
		"4.1,Số nhiệm vụ đã hoàn thành,,-,\n",
	 "I.2.1!name-mismatch I.2.2!name-mismatch", 0},
	{"misspelt names", PART_I "2.1,Số nhiệm vụ đề ra,,79,\n2.2,Số nv hoàn thành,,,\n",
	 "I.2.1=79~4", 1},
	{"a weightier notice than the name", PART_I "4.3,Quá hạn,,Không có,\n4.4,x,,-,\n",
	 "I.4.3=0~2 I.4.4=-~1", 0},
	{"an alias", TABLE "VII,,,,\n2.1,Hệ thống hợp trực tuyến,,Đã có,\n", "VII.2.1=1",
	 0},
	{"a refused value does not hold back the others",
	 PART_I "1,,,tám,\n2.1,,,79,\n3.2,,,5,\n3.3,,,0,\n",
	 "I.1!not-a-number I.2.1=79 I.3.2!reserved I.3.3=0", 0},
	{"twice the same", "code,value\nI.1,8\nI.2.1,79\nI.1,08\nI.1,\nI.4.1,93\n",
	 "I.1=8 I.2.1=79 I.4.1=93", 0},
	{"twice with different figures",
	 "code,value\nI.1,8\nI.2.1,79\nI.1,9\nI.1,8\nI.2.1,x\nI.4.1,N/A\nI.4.1,0\n",
	 "I.1!duplicate I.2.1=79 I.1!duplicate I.1!duplicate I.4.1!duplicate "
	 "I.4.1!duplicate",
	 0},
	{"once well and once not", "code,value\nI.1,8\nI.1,tám\nI.2.1,79\n",
	 "I.1!duplicate I.1!not-a-number I.2.1=79", 0},
	{"names alone",
	 "Chỉ tiêu,Số liệu\nCải cách thể chế,\nTổng số VBQPPL,2\nRà soát VBQPPL,\n",
	 "II.1=2", 0},
	{"an empty form", PART_I, "", 0},
};

/* "I.1@3+5x2": on line 3, again on line 5, on 2 lines in all. */
static const char *draw_repeats(const struct cchc_filled *filled)
{
	static char out[1024];
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < filled->n; i++) {
		const struct cchc_filled_cell *cell = &filled->cell[i];

		if (cell->again)
			n += (size_t)snprintf(out + n, sizeof(out) - n,
					      "%s%s@%" PRIu32 "+%" PRIu32 "x%" PRIu32,
					      n ? " " : "", cell->code, cell->line,
					      cell->again, cell->given);
	}
	return out;
}

static void a_row_given_twice_names_both_lines(void **state)
{
	static const struct {
		const char *text;
		const char *repeats;
	} CASES[] = {
		{"code,value\nI.1,8\nI.2.1,79\n", ""},
		{"code,value\nI.1,8\nI.2.1,79\nI.1,08\n", "I.1@2+4x2"},
		{"code,value\nI.1,-\nI.2.1,79\nI.1,8\n", "I.1@2+4x2 I.1@4+2x2"},
		{"code,value\nI.1,8\nI.1,/\n", "I.1@2+3x2 I.1@3+2x2"},
		{"code,value\nI.1,8\nI.1,8\nI.1,8\nI.1,8\n", "I.1@2+3x4"},
		{"code,value\nI.1,8\nI.1,9\nI.1,8\n", "I.1@2+3x3 I.1@3+2x3 I.1@4+2x3"},
		{"code,value\nI.1,tám\nI.1,-\n", "I.1@2+3x2 I.1@3+2x2"},
		{"code,value\nI.1,8\nI.1,\n", ""}, /* a blank gives nothing */
		{"code,value\nX.1,8\nX.1,9\n", ""},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		assert_int_equal(read_text(f, CASES[i].text), CCHC_OK);
		assert_string_equal(draw_repeats(&f->filled), CASES[i].repeats);
	}
}

static void tables_are_read_as_people_fill_them(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < CCHC_COUNT(READINGS); i++) {
		const struct reading *r = &READINGS[i];
		const char *drawing;

		print_message("  %s\n", r->name);
		assert_int_equal(read_text(f, r->text), CCHC_OK);
		drawing = draw(&f->filled);
		assert_string_equal(drawing, r->drawing);
		assert_int_equal(f->filled.blanks, r->blanks);
		for (size_t c = 0; c < f->filled.n; c++)
			assert_int_equal(f->filled.cell[c].reading.refusal.index, c);
	}
}

#define TITLED                                                                           \
	"form: f\nrevision: 1\ntitle: T\nvalid_from: 2021-01-01\nparts:\n"               \
	"  - code: I\n    name: P\n    rows:\n"                                          \
	"      - {id: 1, code: 1, name: Việc huyện giao, kind: count, unit: U,\n"    \
	"         titles: {district: Việc tỉnh giao}, over_units: sum,\n"            \
	"         over_time: none, levels: [commune, district]}\n"                       \
	"      - {id: 2, code: 2, name: Việc khác, kind: count, unit: U,\n"           \
	"         over_units: sum, over_time: none, levels: [commune, district]}\n"

/* Each level prints its own; people may fill either. */
static void a_row_is_known_by_its_name_at_any_level(void **state)
{
	static const struct {
		const char *text;
		const char *drawing;
	} CASES[] = {
		{PART_I "1,Việc huyện giao,,5,\n", "I.1=5"},
		{PART_I "1,viec tinh giao,,5,\n", "I.1=5"},
		{PART_I ",Việc tỉnh giao,,5,\n", "I.1=5"},
		{PART_I "1,Việc xã giao,,5,\n", "I.1=5~4"},
		{PART_I "2,Việc tỉnh giao,,5,\n", "I.2!name-mismatch"},
	};
	struct fixture *f = *state;
	struct cchc_form *real = f->form;
	struct cchc_node *root;

	assert_int_equal(cchc_yaml_parse(&f->arena, "f", TITLED, strlen(TITLED),
					 &f->problems, &root),
			 CCHC_OK);
	assert_int_equal(cchc_form_load(root, &f->problems, &f->form), CCHC_OK);
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		assert_int_equal(read_text(f, CASES[i].text), CCHC_OK);
		assert_string_equal(draw(&f->filled), CASES[i].drawing);
	}
	cchc_form_free(&f->form);
	f->form = real;
}

static void a_refusal_says_what_was_found_and_expected(void **state)
{
	static const struct {
		const char *text;
		const char *field;
		const char *value;
		const char *expected;
	} CASES[] = {
		{TABLE "1,,,8,\n", "1", "8",
		 "thiếu dòng tên phần (I, II, ...) phía trên, hoặc mã đầy đủ như I.2"},
		{PART_I "2.1,Số nhiệm vụ đã hoàn thành,,21,\n", "I.2.1", "21",
		 "Số nhiệm vụ đề ra trong kế hoạch"},
		{PART_I "99,,,21,\n", "I.99", "21", ""},
		{PART_III ",Số hồ sơ TTHC giải quyết đúng hạn,,5,\n", "", "5",
		 "ghi số thứ tự: nhiều chỉ tiêu cùng tên này"},
		{"code,value\nI.1,1\nI.1,2\n", "I.1", "1",
		 "mỗi chỉ tiêu chỉ một số liệu, còn có ở dòng 3"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		const struct cchc_refusal *refusal;

		assert_int_equal(read_text(f, CASES[i].text), CCHC_OK);
		assert_true(f->filled.n >= 1);
		refusal = &f->filled.cell[0].reading.refusal;
		assert_string_equal(refusal->field, CASES[i].field);
		assert_string_equal(refusal->value, CASES[i].value);
		assert_string_equal(refusal->expected, CASES[i].expected);
		assert_int_equal(f->filled.cell[0].reading.figure.state, CCHC_ABSENT);
	}
}

static void a_reserved_row_is_for_the_unit_above(void **state)
{
	struct fixture *f = *state;
	const char text[] = "code,value\nI.3.2,5\nII.1.2,0\nIII.1.4.3,\n";

	assert_int_equal(read_bytes(f, text, strlen(text), false), CCHC_OK);
	assert_string_equal(draw(&f->filled), "I.3.2!reserved II.1.2=-~5");
	assert_int_equal(f->filled.blanks, 1);
	assert_int_equal(read_bytes(f, text, strlen(text), true), CCHC_OK);
	assert_string_equal(draw(&f->filled), "I.3.2=5 II.1.2=0");
}

static void what_is_no_form_is_refused_whole(void **state)
{
	static const char *const TEXTS[] = {
		"",
		"a,b,c\n1,2,3\n",
		"code,parent,level,kind,name\n33,,province,,Hưng Yên\n",
		"STT,Chỉ tiêu,Kế hoạch\n1,Số văn bản,8\n",
		/* three columns and no header: which is the value? */
		"I.1,Số văn bản,8\nI.2,Tỷ lệ,5\n",
		"1,8\n2,5\n",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < CCHC_COUNT(TEXTS); i++) {
		assert_int_equal(read_text(f, TEXTS[i]), CCHC_INVALID);
		assert_int_equal(f->refusal.rule, CCHC_RULE_FILE_SHAPE);
		assert_int_equal(f->refusal.index, CCHC_REFUSED_WHOLE);
		assert_string_equal(f->refusal.value, "q1.csv");
		assert_true(f->refusal.expected[0]);
		assert_int_equal(f->filled.n, 0);
	}
}

static void a_full_arena_is_out_of_memory(void **state)
{
	struct fixture *f = *state;
	struct cchc_sheet sheet;
	struct cchc_arena small;
	enum cchc_rc rc = CCHC_NOMEM;

	assert_int_equal(cchc_csv_parse(&f->arena, "q1.csv", PRINTED, strlen(PRINTED),
					&f->problems, &sheet),
			 CCHC_OK);
	for (size_t cap = 0; rc == CCHC_NOMEM; cap += 500) {
		assert_true(cap < 1000000);
		cchc_arena_init(&small, cap);
		rc = cchc_filled_read(f->form, false, &sheet, &small, &f->filled,
				      &f->refusal);
		cchc_arena_fini(&small);
	}
	assert_int_equal(rc, CCHC_OK);
}

static void many_lines_are_read_in_a_moment(void **state)
{
	struct fixture *f = *state;
	size_t lines = 20000;
	size_t room = lines * 64;
	char *text = cchc_arena_alloc(&f->arena, room);
	size_t n = (size_t)snprintf(text, room, "%s", PART_I);

	for (size_t i = 0; i < lines; i++)
		n += (size_t)snprintf(text + n, room - n, "1,tên sai số %zu,,8,\n", i);
	assert_true(n < room);
	assert_int_equal(read_bytes(f, text, n, false), CCHC_OK);
	assert_string_equal(draw(&f->filled), "I.1=8~4");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_sample_gives_exactly_its_17_figures),
		cmocka_unit_test(the_printed_appendix_is_read_through_its_page_breaks),
		cmocka_unit_test(tables_are_read_as_people_fill_them),
		cmocka_unit_test(a_row_given_twice_names_both_lines),
		cmocka_unit_test(a_row_is_known_by_its_name_at_any_level),
		cmocka_unit_test(a_refusal_says_what_was_found_and_expected),
		cmocka_unit_test(a_reserved_row_is_for_the_unit_above),
		cmocka_unit_test(what_is_no_form_is_refused_whole),
		cmocka_unit_test(a_full_arena_is_out_of_memory),
		cmocka_unit_test(many_lines_are_read_in_a_moment),
	};

	return cmocka_run_group_tests(tests, load_form, free_form);
}
