#include "ctlkit.h"

#include <jansson.h>

#include "core/figure.h"
#include "ctl/explain.h"

static Cchc__UnitInfo communes[CTLKIT_INPUTS];
static char codes[CTLKIT_INPUTS][8];

static void name_communes(void)
{
	for (size_t i = 0; i < CTLKIT_INPUTS; i++) {
		communes[i] = (Cchc__UnitInfo)CCHC__UNIT_INFO__INIT;
		snprintf(codes[i], sizeof(codes[i]), "%zu", 11986 + 3 * i);
		communes[i].code = codes[i];
		communes[i].name = i ? "Xã Lạc Đạo" : "Thị trấn Như Quỳnh";
		communes[i].kind = "Xã";
		communes[i].level = "commune";
	}
}

static struct cchc_ctl_explanation explained(struct ctlkit *kit)
{
	struct cchc_ctl_explanation explanation;

	kit->part.explanation = &kit->explanation;
	assert_int_equal(cchc_ctl_explanation_fill(&kit->arena, kit->form, &kit->answer,
						   &explanation, NULL),
			 CCHC_OK);
	return explanation;
}

static void assert_arithmetic(struct ctlkit *kit, const char *expected)
{
	struct cchc_ctl_explanation explanation = explained(kit);
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	cchc_ctl_arithmetic(&explanation, out);
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
}

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is not in:\n%s", part, text);
}

static char *printed(struct ctlkit *kit)
{
	struct cchc_ctl_explanation explanation = explained(kit);
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_int_equal(cchc_ctl_explain_text(&kit->arena, &explanation, 100, out),
			 CCHC_OK);
	fclose(out);
	return text;
}

static void a_sum_is_written_out(void **state)
{
	struct ctlkit *kit = *state;

	ctlkit_put(kit, "I.1", CCHC__CELL_STATE__FIGURE, 1063, 3, 12);
	ctlkit_input(kit, &communes[0], "I.1", 8);
	ctlkit_input(kit, &communes[1], "I.1", 5);
	ctlkit_input(kit, &communes[2], "I.1", 1050);
	assert_arithmetic(kit, "8 + 5 + 1.050 = 1.063\n");
}

static void a_list_that_only_the_unit_itself_has_is_said_to_stand_alone(void **state)
{
	static const char WHY[] = "số của chính đơn vị đứng riêng (--scope own)\n";
	struct ctlkit *kit = *state;
	Cchc__Detail *detail;
	char *text;

	ctlkit_put(kit, "III.1.1", CCHC__CELL_STATE__ABSENT, 0, 1, 1);
	detail = ctlkit_detail(kit, "III.1.1");
	detail->has_own_state = detail->has_own = 1;
	detail->own_state = CCHC__CELL_STATE__FIGURE;
	detail->own = 3;
	ctlkit_input(kit, &communes[0], "III.1.1", 3);
	text = printed(kit);
	assert_has(text, WHY);
	free(text);
}

static void one_figure_is_no_sum(void **state)
{
	struct ctlkit *kit = *state;

	ctlkit_put(kit, "I.1", CCHC__CELL_STATE__FIGURE, 8, 1, 12);
	ctlkit_input(kit, &communes[0], "I.1", 8);
	assert_arithmetic(kit, "8\n");
}

static void a_long_sum_is_shortened_in_the_middle_but_its_total_is_whole(void **state)
{
	struct ctlkit *kit = *state;

	ctlkit_put(kit, "I.1", CCHC__CELL_STATE__FIGURE, 91, 13, 13);
	for (int i = 1; i <= 12; i++)
		ctlkit_input(kit, &communes[i], "I.1", i);
	ctlkit_input(kit, &communes[13], "I.1", 13);
	assert_arithmetic(
		kit, "1 + 2 + 3 + 4 + 5 + 6 + ... (2 số) + 9 + 10 + 11 + 12 + 13 = 91\n");
}

static void twelve_terms_are_all_written(void **state)
{
	struct ctlkit *kit = *state;

	ctlkit_put(kit, "I.1", CCHC__CELL_STATE__FIGURE, 78, 12, 12);
	for (int i = 1; i <= 12; i++)
		ctlkit_input(kit, &communes[i], "I.1", i);
	assert_arithmetic(kit, "1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9 + 10 + 11 + 12 = 78\n");
}

static void what_does_not_add_up_is_said_and_not_hidden(void **state)
{
	struct ctlkit *kit = *state;

	ctlkit_put(kit, "I.1", CCHC__CELL_STATE__FIGURE, 14, 2, 12);
	ctlkit_input(kit, &communes[0], "I.1", 8);
	ctlkit_input(kit, &communes[1], "I.1", 5);
	assert_arithmetic(kit,
			  "8 + 5 = 13 (ô đang ghi 14, cần kiểm tra bằng lệnh verify)\n");
}

static void not_applicable_and_declared_add_nothing(void **state)
{
	struct ctlkit *kit = *state;

	ctlkit_put(kit, "I.1", CCHC__CELL_STATE__FIGURE, 13, 3, 12);
	ctlkit_input(kit, &communes[0], "I.1", 8);
	ctlkit_input(kit, &communes[1], "I.1", 0)->state = 2;
	ctlkit_input(kit, &communes[2], "I.1", 5);
	ctlkit_input(kit, &communes[3], "I.1", 99)->has_declared = 1;
	kit->input[3].declared = 1;
	assert_arithmetic(kit, "8 + 5 = 13\n");
}

static void put_ratio(struct ctlkit *kit, int64_t value, int64_t top, int64_t bottom)
{
	Cchc__Detail *detail;

	ctlkit_put(kit, "I.2", bottom ? CCHC__CELL_STATE__FIGURE : CCHC__CELL_STATE__NA,
		   value, 1, 12);
	detail = ctlkit_detail(kit, "I.2");
	detail->has_numerator = detail->has_denominator = 1;
	detail->numerator = top;
	detail->denominator = bottom;
}

static void a_ratio_is_the_quotient_of_its_parts(void **state)
{
	struct ctlkit *kit = *state;

	put_ratio(kit, 266, 21, 79);
	ctlkit_input(kit, &communes[0], "I.2.2", 8);
	ctlkit_input(kit, &communes[0], "I.2.1", 30);
	ctlkit_input(kit, &communes[1], "I.2.2", 13);
	ctlkit_input(kit, &communes[1], "I.2.1", 49);
	assert_arithmetic(kit, "I.2.2: 8 + 13 = 21\n"
			       "I.2.1: 30 + 49 = 79\n"
			       "21 / 79 x 100 = 26,58... -> 26,6\n");
}

static void ratios_are_cut_before_they_are_rounded(void **state)
{
	static const struct {
		int64_t value;
		int64_t top;
		int64_t bottom;
		const char *line;
	} CASES[] = {
		{500, 1, 2, "I.2.2: 1\nI.2.1: 2\n1 / 2 x 100 = 50 -> 50\n"},
		{333, 1, 3, "I.2.2: 1\nI.2.1: 3\n1 / 3 x 100 = 33,33... -> 33,3\n"},
		{667, 2, 3, "I.2.2: 2\nI.2.1: 3\n2 / 3 x 100 = 66,66... -> 66,7\n"},
		{3, 1, 400, "I.2.2: 1\nI.2.1: 400\n1 / 400 x 100 = 0,25 -> 0,3\n"},
		{0, 0, 5, "I.2.2: 0\nI.2.1: 5\n0 / 5 x 100 = 0 -> 0\n"},
		{0, 0, 0,
		 "I.2.2: 0\nI.2.1: 0\n0 / 0 x 100: mẫu số bằng 0, không áp dụng\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct ctlkit kit;

		ctlkit_init(&kit);
		put_ratio(&kit, CASES[i].value, CASES[i].top, CASES[i].bottom);
		assert_arithmetic(&kit, CASES[i].line);
		ctlkit_fini(&kit);
	}
}

static void a_declared_figure_is_compared(void **state)
{
	struct ctlkit *kit = *state;
	Cchc__Detail *detail;

	put_ratio(kit, 500, 1, 2);
	detail = kit->detail_at[0];
	detail->has_declared_state = 1;
	detail->declared_state = 1;
	detail->declared = 500;
	assert_arithmetic(kit, "I.2.2: 1\nI.2.1: 2\n1 / 2 x 100 = 50 -> 50\n"
			       "số đã khai (không dùng để tính): 50, khớp\n");
	detail->declared = 611;
	assert_arithmetic(kit,
			  "I.2.2: 1\nI.2.1: 2\n1 / 2 x 100 = 50 -> 50\n"
			  "số đã khai (không dùng để tính): 61,1, khác số tổng hợp\n");
}

static void lists_spreads_and_tallies_are_said_in_words(void **state)
{
	static int64_t values[] = {88, 90};
	static int64_t yes[] = {0, 1};
	static uint32_t counts[] = {10, 1};
	static const struct {
		const char *code;
		uint32_t state;
		const char *line;
	} CASES[] = {
		{"VII.5.1.1", CCHC__CELL_STATE__DIFFERS,
		 "danh mục dùng chung, không cộng: Không thống nhất: 88 (10), 90 (1)\n"},
		{"VII.5.1.1", CCHC__CELL_STATE__FIGURE,
		 "danh mục dùng chung, không cộng: các đơn vị cùng ghi 88\n"},
		{"VII.5.1.3", CCHC__CELL_STATE__SPREAD,
		 "không cộng giữa các đơn vị: thấp nhất–trung vị–cao nhất = 1–2,5–8\n"},
		{"I.5", CCHC__CELL_STATE__FIGURE, "đếm theo lựa chọn: 1/11 có\n"},
		{"I.1", CCHC__CELL_STATE__ABSENT, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct ctlkit kit;
		Cchc__Detail *detail;

		ctlkit_init(&kit);
		ctlkit_put(&kit, CASES[i].code, CASES[i].state, 88, 11, 12);
		detail = ctlkit_detail(&kit, CASES[i].code);
		ctlkit_tally(detail, 2, i == 3 ? yes : values, counts);
		detail->least = 1;
		detail->median_twice = 5;
		detail->most = 8;
		assert_arithmetic(&kit, CASES[i].line);
		ctlkit_fini(&kit);
	}
}

static void parts_of_the_time_are_named(void **state)
{
	struct ctlkit *kit = *state;

	kit->cells.period = cchc_period_code((struct cchc_period){2024, CCHC_H1});
	ctlkit_put(kit, "I.1", CCHC__CELL_STATE__FIGURE, 16, 2, 12);
	for (int i = 0; i < 3; i++) {
		struct cchc_period quarter = {2024, (uint8_t)(CCHC_Q1 + i % 2)};

		ctlkit_input(kit, &communes[i / 2], "I.1", 8 - i * 2)->period =
			cchc_period_code(quarter);
	}
	kit->value[0] = 18;
	assert_arithmetic(kit, "8 + 6 + 4 = 18\n"
			       "theo thời gian, 11986 (cộng các kỳ): Quý I/2024 8 + "
			       "Quý II/2024 6 = 14\n"
			       "theo thời gian, 11989 (cộng các kỳ): Quý I/2024 4\n");
}

static void of_a_stock_only_the_last_period_enters(void **state)
{
	struct ctlkit *kit = *state;

	kit->cells.period = cchc_period_code((struct cchc_period){2024, CCHC_H1});
	ctlkit_put(kit, "I.2.1", CCHC__CELL_STATE__FIGURE, 84, 2, 12);
	for (int i = 0; i < 3; i++) {
		struct cchc_period quarter = {2024, (uint8_t)(CCHC_Q1 + i % 2)};

		ctlkit_input(kit, &communes[i / 2], "I.2.1", 78 + i)->period =
			cchc_period_code(quarter);
	}
	kit->value[0] = 159;
	assert_arithmetic(kit, "79 + 80 = 159\n"
			       "theo thời gian, 11986 (lấy kỳ sau cùng có số liệu): "
			       "Quý I/2024 78, Quý II/2024 79 -> 79\n"
			       "theo thời gian, 11989 (lấy kỳ sau cùng có số liệu): "
			       "Quý I/2024 80\n");
}

static Cchc__Input *put_quarter(struct ctlkit *kit, size_t unit, const char *row,
				uint8_t nth, int64_t value)
{
	struct cchc_period quarter = {2024, (uint8_t)(CCHC_Q1 + nth - 1)};
	Cchc__Input *input = ctlkit_input(kit, &communes[unit], row, value);

	input->period = cchc_period_code(quarter);
	return input;
}

/* Joined into one line, figures of 11986 and 11989 would read like a sum of all. */
static void each_unit_is_joined_over_time_by_itself(void **state)
{
	struct ctlkit *kit = *state;

	kit->cells.period = cchc_period_code((struct cchc_period){2024, CCHC_H1});
	ctlkit_put(kit, "I.5", CCHC__CELL_STATE__FIGURE, 1, 3, 12);
	(void)put_quarter(kit, 0, "I.5", 1, 0);
	(void)put_quarter(kit, 0, "I.5", 2, 1);
	ctlkit_input(kit, &communes[1], "I.5", 1); /* of the half year itself */
	(void)put_quarter(kit, 2, "I.5", 2, 0);
	put_quarter(kit, 2, "I.5", 1, 0)->state = CCHC_NA;
	assert_arithmetic(kit, "đếm theo lựa chọn: 1/3 có\n"
			       "theo thời gian, 11986 (có nếu một kỳ là có): "
			       "Quý I/2024 0, Quý II/2024 1 -> 1\n"
			       "theo thời gian, 11992 (có nếu một kỳ là có): "
			       "Quý II/2024 0\n");
}

static void beyond_a_dozen_units_the_rest_over_time_is_counted(void **state)
{
	struct ctlkit *kit = *state;
	char last[] = "theo thời gian, còn 3 dòng như vậy (xem số liệu đưa vào)\n";
	struct cchc_ctl_explanation explanation;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	kit->cells.period = cchc_period_code((struct cchc_period){2024, CCHC_H1});
	ctlkit_put(kit, "I.1", CCHC__CELL_STATE__FIGURE, 15, 15, 15);
	for (size_t i = 0; i < 15; i++)
		(void)put_quarter(kit, i, "I.1", 1, 1);
	explanation = explained(kit);
	cchc_ctl_arithmetic(&explanation, out);
	fclose(out);
	assert_true(len > sizeof(last));
	assert_string_equal(text + len - strlen(last), last);
	free(text);
}

static void what_was_typed_and_what_is_derived_stand_side_by_side(void **state)
{
	struct ctlkit *kit = *state;
	Cchc__Detail *detail;

	ctlkit_put(kit, "II.1.2", CCHC__CELL_STATE__FIGURE, 6, 1, 1);
	ctlkit_input(kit, &kit->unit, "II.1.2", 6);
	detail = ctlkit_detail(kit, "II.1.2");
	detail->has_derived = detail->has_derived_state = 1;
	detail->derived_state = CCHC_FIGURE;
	detail->derived = 5;
	assert_arithmetic(kit, "6\nđơn vị tự báo cáo: 6; tổng hợp từ cấp dưới: 5 – khác "
			       "nhau, cần kiểm tra\n");
	detail->derived = 6;
	assert_arithmetic(kit,
			  "6\nđơn vị tự báo cáo: 6; tổng hợp từ cấp dưới: 6 – khớp\n");
}

static void a_unit_with_a_part_not_applicable_adds_neither(void **state)
{
	struct ctlkit *kit = *state;

	put_ratio(kit, 266, 21, 79);
	ctlkit_input(kit, &communes[0], "I.2.2", 21);
	ctlkit_input(kit, &communes[0], "I.2.1", 79);
	ctlkit_input(kit, &communes[1], "I.2.2", 0)->state = 2;
	ctlkit_input(kit, &communes[1], "I.2.1", 50);
	assert_arithmetic(kit, "I.2.2: 21\nI.2.1: 79\n"
			       "21 / 79 x 100 = 26,58... -> 26,6\n");
}

static void a_part_whose_inputs_do_not_give_it_stands_alone(void **state)
{
	struct ctlkit *kit = *state;

	put_ratio(kit, 266, 21, 79);
	ctlkit_input(kit, &communes[0], "I.2.2", 20);
	ctlkit_input(kit, &communes[0], "I.2.1", 79);
	assert_arithmetic(kit, "I.2.2: 21\nI.2.1: 79\n"
			       "21 / 79 x 100 = 26,58... -> 26,6\n");
}

/* 08:12:05 on 15 March 2024 in Việt Nam */
static const int64_t MORNING = INT64_C(1710465125000);

static void fill_ratio_of_one(struct ctlkit *kit)
{
	static Cchc__CellRefusal refusal;
	Cchc__Input *input;
	Cchc__Missing *missing;

	put_ratio(kit, 266, 21, 79);
	input = ctlkit_input(kit, &communes[0], "I.2.2", 21);
	input->has_journal = input->has_received = 1;
	input->journal = 7;
	input->received = MORNING;
	input->sender = "nhu-quynh";
	ctlkit_input(kit, &communes[0], "I.2.1", 79);
	ctlkit_missing(kit, &communes[1], "I.2", CCHC__MISSING__WHY__NOT_SENT);
	missing = ctlkit_missing(kit, &communes[2], "I.2.1", CCHC__MISSING__WHY__REFUSED);
	refusal = (Cchc__CellRefusal)CCHC__CELL_REFUSAL__INIT;
	refusal.rule = 5;
	refusal.field = "I.2.1";
	refusal.value = "-3";
	refusal.expected = "0 trở lên";
	missing->refusal = &refusal;
	missing->has_journal = 1;
	missing->journal = 9;
	missing = ctlkit_missing(kit, &communes[3], "I.2",
				 CCHC__MISSING__WHY__NOT_CONNECTED);
	missing->has_last_contact = 1;
	missing->last_contact = MORNING;
	ctlkit_missing(kit, &communes[4], "I.2", CCHC__MISSING__WHY__NOT_CONNECTED);
	ctlkit_missing(kit, &communes[5], "I.2", CCHC__MISSING__WHY__BLANK);
	missing = ctlkit_missing(kit, &communes[6], "I.2", CCHC__MISSING__WHY__WITHDRAWN);
	missing->has_journal = missing->has_received = 1;
	missing->journal = 11;
	missing->received = MORNING;
	missing->sender = "lac-dao";
}

static void the_text_tells_who_sent_and_who_is_missing(void **state)
{
	static const char *const HAS[] = {
		"11998  Xã Lạc Đạo – chưa kết nối; chưa liên hệ lần nào\n",
		"12004  Xã Lạc Đạo – đã rút số liệu; người gửi lac-dao lúc 15/03/2024 "
		"08:12:05; nhật ký số 11\n",
		"Huyện Văn Lâm – Quý I/2024\nI.2  Tỷ lệ hoàn thành",
		"26,6 %  (1/12 đơn vị)",
		"  21 / 79 x 100 = 26,58... -> 26,6\n",
		"Số liệu đưa vào (2):",
		"11986   Thị trấn Như", /* the rest is wrapped */
		"nhu-quynh",
		"15/03/2024",
		"Chưa có số liệu từ (6):",
		"11989  Xã Lạc Đạo – chưa gửi báo cáo của kỳ này\n",
		"11992  Xã Lạc Đạo – I.2.1: số liệu bị từ chối: I.2.1 = \"-3\": không "
		"được "
		"là số âm (cần: 0 trở lên); nhật ký số 9\n",
		"11995  Xã Lạc Đạo – chưa kết nối; liên hệ gần nhất 15/03/2024 "
		"08:12:05\n",
		"12001  Xã Lạc Đạo – báo cáo để trống chỉ tiêu\n",
		"Dữ liệu tại lần ghi số 42\n",
	};
	struct ctlkit *kit = *state;
	char *text;

	fill_ratio_of_one(kit);
	text = printed(kit);
	for (size_t i = 0; i < sizeof(HAS) / sizeof(HAS[0]); i++)
		assert_has(text, HAS[i]);
	free(text);
}

static const char *text_at(json_t *json, const char *list, size_t i, const char *key)
{
	return json_string_value(
		json_object_get(json_array_get(json_object_get(json, list), i), key));
}

static void json_tells_the_same(void **state)
{
	struct ctlkit *kit = *state;
	struct cchc_ctl_explanation explanation;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	json_t *json;
	json_t *lines;

	fill_ratio_of_one(kit);
	explanation = explained(kit);
	assert_int_equal(cchc_ctl_explain_json(&kit->arena, &explanation, out), CCHC_OK);
	fclose(out);
	json = json_loads(text, 0, NULL);
	assert_non_null(json);
	lines = json_object_get(json, "arithmetic");
	assert_int_equal(json_array_size(lines), 3);
	assert_string_equal(json_string_value(json_array_get(lines, 2)),
			    "21 / 79 x 100 = 26,58... -> 26,6");
	assert_string_equal(text_at(json, "inputs", 0, "received"),
			    "2024-03-15T08:12:05+07:00");
	assert_string_equal(text_at(json, "inputs", 1, "row"), "I.2.1");
	assert_string_equal(text_at(json, "inputs", 1, "value"), "79");
	assert_string_equal(text_at(json, "missing", 1, "why"), "refused");
	assert_string_equal(text_at(json, "missing", 5, "why"), "withdrawn");
	assert_string_equal(text_at(json, "missing", 5, "sender"), "lac-dao");
	assert_string_equal(text_at(json, "missing", 5, "received"),
			    "2024-03-15T08:12:05+07:00");
	json_decref(json);
	free(text);
}

static void at_a_unit_it_is_not_for_a_reserved_row_says_so(void **state)
{
	struct ctlkit *kit = *state;
	char *text;

	ctlkit_put(kit, "II.1.2", CCHC__CELL_STATE__ABSENT, 0, 0, 0);
	text = printed(kit);
	assert_has(text, "Chỉ tiêu do đơn vị trực tiếp nhận báo cáo của cấp xã báo cáo");
	free(text);
}

static void a_heading_is_told_with_the_rows_below_it(void **state)
{
	struct ctlkit *kit = *state;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	json_t *json;

	cchc_ctl_heading_text(kit->form, &kit->unit, ctlkit_row(kit, "I.3"), out);
	fclose(out);
	assert_has(text, "I.3  Kiểm tra CCHC\nDòng tiêu đề, không có số liệu");
	assert_has(text, "  I.3.1  Số phòng, ban");
	assert_has(text, "  I.3.3.2  Số vấn đề");
	assert_null(strstr(text, "I.4"));
	free(text);
	out = open_memstream(&text, &len);
	assert_int_equal(
		cchc_ctl_heading_json(kit->form, &kit->unit, ctlkit_row(kit, "I.3"), out),
		CCHC_OK);
	fclose(out);
	json = json_loads(text, 0, NULL);
	assert_string_equal(json_string_value(json_object_get(json, "state")), "heading");
	assert_int_equal(json_array_size(json_object_get(json, "below")), 5);
	assert_string_equal(text_at(json, "below", 1, "row"), "I.3.2");
	json_decref(json);
	free(text);
	out = open_memstream(&text, &len);
	cchc_ctl_heading_text(kit->form, &kit->unit, ctlkit_row(kit, "I.4"), out);
	fclose(out);
	assert_has(text, "UBND tỉnh giao"); /* the unit is a district */
	free(text);
}

static void an_answer_that_explains_nothing_is_refused(void **state)
{
	struct ctlkit *kit = *state;
	struct cchc_ctl_explanation explanation;

	assert_int_equal(cchc_ctl_explanation_fill(&kit->arena, kit->form, &kit->answer,
						   &explanation, NULL),
			 CCHC_INVALID);
	ctlkit_put(kit, "I.1", CCHC__CELL_STATE__FIGURE, 8, 1, 12);
	ctlkit_input(kit, &communes[0], "I.1", 8)->row = 60000;
	assert_int_equal(cchc_ctl_explanation_fill(&kit->arena, kit->form, &kit->answer,
						   &explanation, NULL),
			 CCHC_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CTLKIT_TEST(a_sum_is_written_out),
		CTLKIT_TEST(a_list_that_only_the_unit_itself_has_is_said_to_stand_alone),
		CTLKIT_TEST(one_figure_is_no_sum),
		CTLKIT_TEST(a_long_sum_is_shortened_in_the_middle_but_its_total_is_whole),
		CTLKIT_TEST(twelve_terms_are_all_written),
		CTLKIT_TEST(what_does_not_add_up_is_said_and_not_hidden),
		CTLKIT_TEST(not_applicable_and_declared_add_nothing),
		CTLKIT_TEST(a_ratio_is_the_quotient_of_its_parts),
		CTLKIT_TEST(ratios_are_cut_before_they_are_rounded),
		CTLKIT_TEST(a_declared_figure_is_compared),
		CTLKIT_TEST(lists_spreads_and_tallies_are_said_in_words),
		CTLKIT_TEST(parts_of_the_time_are_named),
		CTLKIT_TEST(of_a_stock_only_the_last_period_enters),
		CTLKIT_TEST(each_unit_is_joined_over_time_by_itself),
		CTLKIT_TEST(beyond_a_dozen_units_the_rest_over_time_is_counted),
		CTLKIT_TEST(what_was_typed_and_what_is_derived_stand_side_by_side),
		CTLKIT_TEST(a_unit_with_a_part_not_applicable_adds_neither),
		CTLKIT_TEST(a_part_whose_inputs_do_not_give_it_stands_alone),
		CTLKIT_TEST(the_text_tells_who_sent_and_who_is_missing),
		CTLKIT_TEST(json_tells_the_same),
		CTLKIT_TEST(at_a_unit_it_is_not_for_a_reserved_row_says_so),
		CTLKIT_TEST(a_heading_is_told_with_the_rows_below_it),
		CTLKIT_TEST(an_answer_that_explains_nothing_is_refused),
	};

	name_communes();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
