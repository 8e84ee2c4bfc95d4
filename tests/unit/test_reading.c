/* What a unit sees in a cell that people filled. */
#include "formfile.h"

#include "base/check.h"
#include "core/figure.h"
#include "core/number.h"
#include "core/reading.h"

#define DONG  INT64_C(1) /* money is held in đồng */
#define TRIEU (1000000 * DONG)

static struct test_form real;

/* One of each kind; all but RESERVED are read as a commune's. */
#define COUNT    "I.1"
#define MONEY    "VI.1.1"
#define RATIO    "I.2"
#define PERCENT  "VII.3"
#define YESNO    "I.5"
#define CHOICE   "I.5.2"
#define RESERVED "II.1.2"
#define HEADING  "I.3"

struct read_case {
	const char *row;
	const char *text;
	enum cchc_state state;
	int64_t value;
	enum cchc_notice notice;
};

static void check_read(const struct read_case *c, bool collects)
{
	struct cchc_reading reading;

	cchc_reading_cell(real.form, test_form_row(&real, c->row), collects, c->text,
			  &reading);
	if (reading.refusal.rule != CCHC_RULE_NONE)
		fail_msg("%s \"%s\" was refused: %s", c->row, c->text,
			 cchc_rule_name(reading.refusal.rule));
	if (reading.figure.state != c->state || reading.figure.value != c->value)
		fail_msg("%s \"%s\" was read as %s %lld", c->row, c->text,
			 cchc_state_name(reading.figure.state),
			 (long long)reading.figure.value);
	if (reading.notice != c->notice)
		fail_msg("%s \"%s\" has the notice \"%s\"", c->row, c->text,
			 cchc_notice_text(reading.notice));
}

static void check_all_read(const struct read_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++)
		check_read(&cases[i], false);
}

struct refused_case {
	const char *row;
	const char *text;
	enum cchc_rule rule;
	const char *expected; /* NULL: not looked at */
};

static void check_refused(const struct refused_case *c, bool collects)
{
	struct cchc_reading reading;

	cchc_reading_cell(real.form, test_form_row(&real, c->row), collects, c->text,
			  &reading);
	if (reading.refusal.rule != c->rule)
		fail_msg("%s \"%s\": %s, not %s", c->row, c->text,
			 cchc_rule_name(reading.refusal.rule), cchc_rule_name(c->rule));
	assert_int_equal(reading.figure.state, CCHC_ABSENT);
	assert_int_equal(reading.figure.value, 0);
	assert_int_equal(reading.notice, CCHC_NOTICE_NONE);
	assert_string_equal(reading.refusal.field, c->row);
	if (c->expected)
		assert_string_equal(reading.refusal.expected, c->expected);
}

static void check_all_refused(const struct refused_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++)
		check_refused(&cases[i], false);
}

static void a_blank_is_not_a_zero(void **state)
{
	static const char *const ROWS[] = {COUNT, MONEY,  RATIO,    PERCENT,
					   YESNO, CHOICE, RESERVED, HEADING};
	static const struct {
		const char *text;
		enum cchc_notice notice;
	} BLANKS[] = {
		{"", CCHC_NOTICE_NONE},       {"  ", CCHC_NOTICE_NONE},
		{"\u00a0", CCHC_NOTICE_NONE}, {"…", CCHC_NOTICE_NONE},
		{"x", CCHC_NOTICE_NONE},      {" X ", CCHC_NOTICE_NONE},
		{"...", CCHC_NOTICE_NONE},    {"-", CCHC_NOTICE_DASH},
		{" / ", CCHC_NOTICE_DASH},
	};

	(void)state;
	for (size_t r = 0; r < CCHC_COUNT(ROWS); r++) {
		for (size_t i = 0; i < CCHC_COUNT(BLANKS); i++) {
			struct read_case c = {ROWS[r], BLANKS[i].text, CCHC_ABSENT, 0,
					      BLANKS[i].notice};

			check_read(&c, true);
			check_read(&c, false);
		}
	}
}

static void counts_are_read(void **state)
{
	static const struct read_case CASES[] = {
		{COUNT, "0", CCHC_FIGURE, 0, CCHC_NOTICE_NONE},
		{COUNT, "00", CCHC_FIGURE, 0, CCHC_NOTICE_NONE},
		{COUNT, "-0", CCHC_FIGURE, 0, CCHC_NOTICE_NONE},
		{COUNT, "08", CCHC_FIGURE, 8, CCHC_NOTICE_NONE},
		{COUNT, " 93 ", CCHC_FIGURE, 93, CCHC_NOTICE_NONE},
		{COUNT, "8.066", CCHC_FIGURE, 8066, CCHC_NOTICE_NONE},
		{COUNT, "1058", CCHC_FIGURE, 1058, CCHC_NOTICE_NONE},
		{COUNT, "1.234.567", CCHC_FIGURE, 1234567, CCHC_NOTICE_NONE},
		{COUNT, "12,0", CCHC_FIGURE, 12, CCHC_NOTICE_NONE},
		{COUNT, "12.0", CCHC_FIGURE, 12, CCHC_NOTICE_DOT_DECIMAL},
		{COUNT, "10.000.000.000.000", CCHC_FIGURE, CCHC_VALUE_MAX,
		 CCHC_NOTICE_NONE},
		{COUNT, "000000000000000000000000000005", CCHC_FIGURE, 5,
		 CCHC_NOTICE_NONE},
		{COUNT, "Không", CCHC_FIGURE, 0, CCHC_NOTICE_ZERO_WORD},
		{COUNT, "không  có", CCHC_FIGURE, 0, CCHC_NOTICE_ZERO_WORD},
		{COUNT, "CHƯA CÓ", CCHC_FIGURE, 0, CCHC_NOTICE_ZERO_WORD},
		{COUNT, "khong phat sinh", CCHC_FIGURE, 0, CCHC_NOTICE_ZERO_WORD},
	};

	(void)state;
	check_all_read(CASES, CCHC_COUNT(CASES));
}

static void what_is_no_count_is_refused(void **state)
{
	static const char WHOLE[] = "một số nguyên, ví dụ 1.058";
	static const char NO_DECIMALS[] = "số nguyên, không có chữ số thập phân";
	static const struct refused_case CASES[] = {
		{COUNT, "1,2,3", CCHC_RULE_NOT_A_NUMBER, WHOLE},
		{COUNT, "12abc", CCHC_RULE_NOT_A_NUMBER, WHOLE},
		{COUNT, "1.23.456", CCHC_RULE_NOT_A_NUMBER, WHOLE},
		{COUNT, "0x10", CCHC_RULE_NOT_A_NUMBER, WHOLE},
		{COUNT, "1e5", CCHC_RULE_NOT_A_NUMBER, WHOLE},
		{COUNT, "một", CCHC_RULE_NOT_A_NUMBER, WHOLE},
		{COUNT, "1 058", CCHC_RULE_NOT_A_NUMBER, WHOLE},
		{COUNT, "+5", CCHC_RULE_NOT_A_NUMBER, WHOLE},
		{COUNT, "5-", CCHC_RULE_NOT_A_NUMBER, WHOLE},
		{COUNT, "--5", CCHC_RULE_NOT_A_NUMBER, WHOLE},
		{COUNT, "5,", CCHC_RULE_NOT_A_NUMBER, WHOLE},
		{COUNT, ",5", CCHC_RULE_NOT_A_NUMBER, WHOLE},
		{COUNT, "5.", CCHC_RULE_NOT_A_NUMBER, WHOLE},
		{COUNT, ".", CCHC_RULE_NOT_A_NUMBER, WHOLE},
		{COUNT, "1,234.5", CCHC_RULE_NOT_A_NUMBER, WHOLE},
		{COUNT, "1.234,", CCHC_RULE_NOT_A_NUMBER, WHOLE},
		{COUNT, "12%", CCHC_RULE_NOT_A_NUMBER, WHOLE},
		{COUNT, "12 đồng", CCHC_RULE_NOT_A_NUMBER, WHOLE},
		{COUNT, "79/21", CCHC_RULE_NOT_A_NUMBER, WHOLE},
		/* a group of three where no group can be */
		{COUNT, "1234.567", CCHC_RULE_NOT_A_NUMBER, WHOLE},
		{COUNT, "08.066", CCHC_RULE_NOT_A_NUMBER, WHOLE},
		{COUNT, "0.500.000", CCHC_RULE_NOT_A_NUMBER, WHOLE},
		{COUNT, "1,5", CCHC_RULE_TOO_MANY_DECIMALS, NO_DECIMALS},
		{COUNT, "26.6", CCHC_RULE_TOO_MANY_DECIMALS, NO_DECIMALS},
		{COUNT, "0.500", CCHC_RULE_TOO_MANY_DECIMALS, NO_DECIMALS},
		/* a thousand the English way must not become a one */
		{COUNT, "1,000", CCHC_RULE_TOO_MANY_DECIMALS, NO_DECIMALS},
		{COUNT, "-5", CCHC_RULE_NEGATIVE, "từ 0 trở lên"},
		{COUNT, "-99999999999999999999999", CCHC_RULE_NEGATIVE, NULL},
		{COUNT, "10.000.000.000.001", CCHC_RULE_TOO_LARGE,
		 "không quá 10.000.000.000.000"},
		{COUNT, "99999999999999999999999999", CCHC_RULE_TOO_LARGE, NULL},
	};

	(void)state;
	check_all_refused(CASES, CCHC_COUNT(CASES));
}

static void ratios_and_percents_are_read(void **state)
{
	static const struct read_case CASES[] = {
		{RATIO, "26,6", CCHC_FIGURE, 266, CCHC_NOTICE_NONE},
		{RATIO, "26,60", CCHC_FIGURE, 266, CCHC_NOTICE_NONE},
		{RATIO, "26,6%", CCHC_FIGURE, 266, CCHC_NOTICE_NONE},
		{RATIO, "26,6 %", CCHC_FIGURE, 266, CCHC_NOTICE_NONE},
		{RATIO, "26.6", CCHC_FIGURE, 266, CCHC_NOTICE_DOT_DECIMAL},
		{RATIO, "26.6%", CCHC_FIGURE, 266, CCHC_NOTICE_DOT_DECIMAL},
		{RATIO, "100", CCHC_FIGURE, 1000, CCHC_NOTICE_NONE},
		{RATIO, "120,5", CCHC_FIGURE, 1205, CCHC_NOTICE_NONE},
		{PERCENT, "0", CCHC_FIGURE, 0, CCHC_NOTICE_NONE},
		{PERCENT, "100%", CCHC_FIGURE, 1000, CCHC_NOTICE_NONE},
		{PERCENT, "99,9", CCHC_FIGURE, 999, CCHC_NOTICE_NONE},
		{PERCENT, "KAD", CCHC_NA, 0, CCHC_NOTICE_NONE},
	};
	static const struct refused_case BAD[] = {
		{RATIO, "26,58", CCHC_RULE_TOO_MANY_DECIMALS,
		 "nhiều nhất 1 chữ số thập phân"},
		{RATIO, "-1", CCHC_RULE_NEGATIVE, NULL},
		{RATIO, "21/79", CCHC_RULE_NOT_A_NUMBER, "một số, ví dụ 26,6"},
		{RATIO, "26,6%%", CCHC_RULE_NOT_A_NUMBER, NULL},
		{RATIO, "%", CCHC_RULE_NOT_A_NUMBER, NULL},
		{RATIO, "26,6 đồng", CCHC_RULE_NOT_A_NUMBER, NULL},
		{RATIO, "Không có", CCHC_RULE_NOT_A_NUMBER, NULL},
		{PERCENT, "100,1", CCHC_RULE_PERCENT_RANGE, "từ 0 đến 100"},
		{PERCENT, "-1", CCHC_RULE_PERCENT_RANGE, NULL},
		{PERCENT, "8.066", CCHC_RULE_PERCENT_RANGE, NULL},
		{PERCENT, "99,95", CCHC_RULE_TOO_MANY_DECIMALS, NULL},
	};

	(void)state;
	check_all_read(CASES, CCHC_COUNT(CASES));
	check_all_refused(BAD, CCHC_COUNT(BAD));
}

static void money_is_in_the_rows_unit_unless_the_cell_says_otherwise(void **state)
{
	static const struct read_case CASES[] = {
		{MONEY, "8.066", CCHC_FIGURE, 8066 * TRIEU, CCHC_NOTICE_NONE},
		{MONEY, "8.066,84105", CCHC_FIGURE, INT64_C(8066841050),
		 CCHC_NOTICE_NONE},
		{MONEY, "8066,841050", CCHC_FIGURE, INT64_C(8066841050),
		 CCHC_NOTICE_NONE},
		{MONEY, "0,5", CCHC_FIGURE, TRIEU / 2, CCHC_NOTICE_NONE},
		{MONEY, "0.500", CCHC_FIGURE, TRIEU / 2, CCHC_NOTICE_DOT_DECIMAL},
		{MONEY, "26.6", CCHC_FIGURE, 26 * TRIEU + 600000,
		 CCHC_NOTICE_DOT_DECIMAL},
		{MONEY, "1.234,5", CCHC_FIGURE, 1234 * TRIEU + TRIEU / 2,
		 CCHC_NOTICE_NONE},
		{MONEY, "8.066.841.050 đồng", CCHC_FIGURE, INT64_C(8066841050),
		 CCHC_NOTICE_NONE},
		{MONEY, "8066841050đ", CCHC_FIGURE, INT64_C(8066841050),
		 CCHC_NOTICE_NONE},
		{MONEY, "8.066.841.050 Đ", CCHC_FIGURE, INT64_C(8066841050),
		 CCHC_NOTICE_NONE},
		{MONEY, "8.066.841.050 VNĐ", CCHC_FIGURE, INT64_C(8066841050),
		 CCHC_NOTICE_NONE},
		{MONEY, "8.066 triệu đồng", CCHC_FIGURE, 8066 * TRIEU, CCHC_NOTICE_NONE},
		{MONEY, "8.066 triệu", CCHC_FIGURE, 8066 * TRIEU, CCHC_NOTICE_NONE},
		{MONEY, "8066tr", CCHC_FIGURE, 8066 * TRIEU, CCHC_NOTICE_NONE},
		{MONEY, "8,5 tỷ", CCHC_FIGURE, 8500 * TRIEU, CCHC_NOTICE_NONE},
		{MONEY, "8,06684105 tỷ đồng", CCHC_FIGURE, INT64_C(8066841050),
		 CCHC_NOTICE_NONE},
		{MONEY, "2 tỉ", CCHC_FIGURE, 2000 * TRIEU, CCHC_NOTICE_NONE},
		{MONEY, "8.5 tỷ", CCHC_FIGURE, 8500 * TRIEU, CCHC_NOTICE_DOT_DECIMAL},
		{MONEY, "10.000.000", CCHC_FIGURE, CCHC_VALUE_MAX, CCHC_NOTICE_NONE},
		{MONEY, "Chưa có", CCHC_FIGURE, 0, CCHC_NOTICE_ZERO_WORD},
	};

	(void)state;
	check_all_read(CASES, CCHC_COUNT(CASES));
}

static void money_that_cannot_be_is_refused(void **state)
{
	static const char DONG_SAID[] = "số theo triệu đồng, không quá 10.000.000; nếu "
					"là đồng thì ghi rõ \"đồng\"";
	static const struct refused_case CASES[] = {
		{MONEY, "8066841050", CCHC_RULE_LOOKS_LIKE_DONG, DONG_SAID},
		{MONEY, "8.066.841.050", CCHC_RULE_LOOKS_LIKE_DONG, DONG_SAID},
		{MONEY, "99999999999999999999", CCHC_RULE_LOOKS_LIKE_DONG, NULL},
		/* who wrote the unit meant it */
		{MONEY, "10.001 tỷ", CCHC_RULE_TOO_LARGE, "không quá 10.000.000"},
		{MONEY, "20.000.000.000.000 đồng", CCHC_RULE_TOO_LARGE, NULL},
		{MONEY, "8.066.841.050 triệu", CCHC_RULE_TOO_LARGE, NULL},
		{MONEY, "-1", CCHC_RULE_NEGATIVE, NULL},
		{MONEY, "0,1234567", CCHC_RULE_TOO_MANY_DECIMALS,
		 "nhiều nhất 6 chữ số thập phân"},
		{MONEY, "12,5 đồng", CCHC_RULE_TOO_MANY_DECIMALS,
		 "số nguyên khi ghi theo đồng"},
		{MONEY, "1,0000000001 tỷ", CCHC_RULE_TOO_MANY_DECIMALS,
		 "nhiều nhất 9 chữ số thập phân khi ghi theo tỷ"},
		{MONEY, "8 nghìn", CCHC_RULE_NOT_A_NUMBER,
		 "một số theo triệu đồng, ví dụ 8.066,84105, hoặc ghi rõ đồng, tỷ"},
		{MONEY, "8 $", CCHC_RULE_NOT_A_NUMBER, NULL},
		{MONEY, "đồng", CCHC_RULE_NOT_A_NUMBER, NULL},
		{MONEY, "8%", CCHC_RULE_NOT_A_NUMBER, NULL},
		{MONEY, "1234.567", CCHC_RULE_NOT_A_NUMBER, NULL},
	};

	(void)state;
	check_all_refused(CASES, CCHC_COUNT(CASES));
}

static void choices_are_read_by_code_or_label(void **state)
{
	static const struct read_case CASES[] = {
		{YESNO, "1", CCHC_FIGURE, 1, CCHC_NOTICE_NONE},
		{YESNO, "01", CCHC_FIGURE, 1, CCHC_NOTICE_NONE},
		{YESNO, "0", CCHC_FIGURE, 0, CCHC_NOTICE_NONE},
		{YESNO, "00", CCHC_FIGURE, 0, CCHC_NOTICE_NONE},
		{YESNO, "Có", CCHC_FIGURE, 1, CCHC_NOTICE_NONE},
		{YESNO, "KHÔNG", CCHC_FIGURE, 0, CCHC_NOTICE_NONE},
		{YESNO, "khong", CCHC_FIGURE, 0, CCHC_NOTICE_NONE},
		{CHOICE, "Phát phiếu", CCHC_FIGURE, 1, CCHC_NOTICE_NONE},
		{CHOICE, "phat phieu", CCHC_FIGURE, 1, CCHC_NOTICE_NONE},
		{CHOICE, "KẾT  HỢP", CCHC_FIGURE, 2, CCHC_NOTICE_NONE},
		{CHOICE, "0", CCHC_FIGURE, 0, CCHC_NOTICE_NONE},
		{"VII.2.1", "Chưa có", CCHC_FIGURE, 0, CCHC_NOTICE_NONE},
		{"VII.4.3.3", "hoạt động tốt", CCHC_FIGURE, 1, CCHC_NOTICE_NONE},
		{CHOICE, "không áp dụng", CCHC_NA, 0, CCHC_NOTICE_NONE},
	};
	static const struct refused_case BAD[] = {
		{YESNO, "2", CCHC_RULE_NOT_A_CHOICE, "một trong: 0 (Không), 1 (Có)"},
		{YESNO, "Không có", CCHC_RULE_NOT_A_CHOICE, NULL},
		{YESNO, "1,0", CCHC_RULE_NOT_A_CHOICE, NULL},
		{YESNO, "-1", CCHC_RULE_NOT_A_CHOICE, NULL},
		{YESNO, "99999999999999999999", CCHC_RULE_NOT_A_CHOICE, NULL},
		{CHOICE, "Có", CCHC_RULE_NOT_A_CHOICE,
		 "một trong: 0 (Trực tuyến), 1 (Phát phiếu), 2 (Kết hợp)"},
		{CHOICE, "3", CCHC_RULE_NOT_A_CHOICE, NULL},
		{CHOICE, "0, 1", CCHC_RULE_NOT_A_CHOICE, NULL},
	};

	(void)state;
	check_all_read(CASES, CCHC_COUNT(CASES));
	check_all_refused(BAD, CCHC_COUNT(BAD));
}

static void words_say_not_applicable_or_withdrawn(void **state)
{
	static const struct read_case CASES[] = {
		{COUNT, "Không áp dụng", CCHC_NA, 0, CCHC_NOTICE_NONE},
		{COUNT, "kad", CCHC_NA, 0, CCHC_NOTICE_NONE},
		{MONEY, "N/A", CCHC_NA, 0, CCHC_NOTICE_NONE},
		{RATIO, "n/a", CCHC_NA, 0, CCHC_NOTICE_NONE},
		{YESNO, "KAD", CCHC_NA, 0, CCHC_NOTICE_NONE},
		{COUNT, "Đã rút", CCHC_WITHDRAWN, 0, CCHC_NOTICE_NONE},
		{CHOICE, "rút", CCHC_WITHDRAWN, 0, CCHC_NOTICE_NONE},
	};

	(void)state;
	check_all_read(CASES, CCHC_COUNT(CASES));
}

static void a_reserved_row_takes_nothing_from_a_commune(void **state)
{
	static const struct read_case IGNORED[] = {
		{RESERVED, "0", CCHC_ABSENT, 0, CCHC_NOTICE_RESERVED},
		{RESERVED, "00", CCHC_ABSENT, 0, CCHC_NOTICE_RESERVED},
		{RESERVED, "Không có", CCHC_ABSENT, 0, CCHC_NOTICE_RESERVED},
		{"III.3.3", "0%", CCHC_ABSENT, 0, CCHC_NOTICE_RESERVED},
	};
	static const struct refused_case REFUSED[] = {
		{RESERVED, "3", CCHC_RULE_RESERVED, "để trống"},
		{RESERVED, "KAD", CCHC_RULE_RESERVED, NULL},
		{RESERVED, "rút", CCHC_RULE_RESERVED, NULL},
		{RESERVED, "12abc", CCHC_RULE_RESERVED, NULL},
		{RESERVED, "-3", CCHC_RULE_RESERVED, NULL},
		{"III.3.3", "100", CCHC_RULE_RESERVED, NULL},
		{"VII.4.1.3", "50%", CCHC_RULE_RESERVED, NULL},
	};
	static const struct read_case DISTRICT[] = {
		{RESERVED, "0", CCHC_FIGURE, 0, CCHC_NOTICE_NONE},
		{RESERVED, "3", CCHC_FIGURE, 3, CCHC_NOTICE_NONE},
		{RESERVED, "KAD", CCHC_NA, 0, CCHC_NOTICE_NONE},
		{"III.3.3", "100", CCHC_FIGURE, 1000, CCHC_NOTICE_NONE},
	};

	(void)state;
	check_all_read(IGNORED, CCHC_COUNT(IGNORED));
	check_all_refused(REFUSED, CCHC_COUNT(REFUSED));
	for (size_t i = 0; i < CCHC_COUNT(DISTRICT); i++)
		check_read(&DISTRICT[i], true);
}

static void a_heading_takes_no_value_at_all(void **state)
{
	static const struct refused_case CASES[] = {
		{HEADING, "0", CCHC_RULE_HEADING, "để trống"},
		{HEADING, "5", CCHC_RULE_HEADING, "để trống"},
		{HEADING, "KAD", CCHC_RULE_HEADING, NULL},
		{HEADING, "abc", CCHC_RULE_HEADING, NULL},
	};

	(void)state;
	check_all_refused(CASES, CCHC_COUNT(CASES));
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++)
		check_refused(&CASES[i], true);
}

static void long_texts_are_refused_and_cut_between_characters(void **state)
{
	static const char *const ROWS[] = {COUNT,  MONEY,   PERCENT,
					   CHOICE, HEADING, RESERVED};
	static const enum cchc_rule RULES[] = {
		CCHC_RULE_NOT_A_NUMBER, CCHC_RULE_NOT_A_NUMBER, CCHC_RULE_NOT_A_NUMBER,
		CCHC_RULE_NOT_A_CHOICE, CCHC_RULE_HEADING,      CCHC_RULE_RESERVED,
	};
	char text[2000] = "  ";

	(void)state;
	for (size_t n = 2; n + 4 < sizeof(text); n += 3)
		memcpy(text + n, "ộ", 4);
	for (size_t i = 0; i < CCHC_COUNT(ROWS); i++) {
		struct refused_case c = {ROWS[i], text, RULES[i], NULL};
		struct cchc_reading reading;

		check_refused(&c, false);
		cchc_reading_cell(real.form, test_form_row(&real, ROWS[i]), false, text,
				  &reading);
		assert_int_equal(strlen(reading.refusal.value), 63);
		assert_memory_equal(reading.refusal.value, text + 2, 63);
	}
}

static void a_refusal_keeps_the_text_as_given(void **state)
{
	struct cchc_reading reading;

	(void)state;
	cchc_reading_cell(real.form, test_form_row(&real, MONEY), false,
			  " 8.066.841.050\u00a0", &reading);
	assert_string_equal(reading.refusal.value, "8.066.841.050");
	cchc_reading_cell(real.form, test_form_row(&real, COUNT), false, "-5", &reading);
	assert_string_equal(reading.refusal.value, "-5");
}

static void every_notice_has_a_sentence(void **state)
{
	(void)state;
	assert_string_equal(cchc_notice_text(CCHC_NOTICE_NONE), "");
	for (unsigned i = CCHC_NOTICE_DASH; i <= CCHC_NOTICE_NOTHING; i++)
		assert_true(strlen(cchc_notice_text((enum cchc_notice)i)) > 10);
	assert_string_equal(cchc_notice_text((enum cchc_notice)99), "");
}

/* What the form writes, the reader reads: every figure of every row. */
static void what_is_written_in_a_cell_reads_back(void **state)
{
	static const int64_t VALUES[] = {0, 1, 7, 12, 345, 1000, 99999, 1234567};

	(void)state;
	for (size_t r = 0; r < real.form->n; r++) {
		const struct cchc_row *row = &real.form->row[r];

		for (size_t v = 0; v < CCHC_COUNT(VALUES); v++) {
			struct cchc_figure figure = {VALUES[v], CCHC_FIGURE};
			struct cchc_refusal refusal;
			struct cchc_reading reading;
			char text[CCHC_NUMBER_TEXT];

			if (!cchc_rule_cell(real.form, row, true, figure, &refusal))
				continue;
			cchc_number_vi(VALUES[v], row->decimals, text);
			cchc_reading_cell(real.form, row, true, text, &reading);
			assert_int_equal(reading.refusal.rule, CCHC_RULE_NONE);
			assert_true(cchc_figure_equal(reading.figure, figure));
			assert_int_equal(reading.notice, CCHC_NOTICE_NONE);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_blank_is_not_a_zero),
		cmocka_unit_test(counts_are_read),
		cmocka_unit_test(what_is_no_count_is_refused),
		cmocka_unit_test(ratios_and_percents_are_read),
		cmocka_unit_test(
			money_is_in_the_rows_unit_unless_the_cell_says_otherwise),
		cmocka_unit_test(money_that_cannot_be_is_refused),
		cmocka_unit_test(choices_are_read_by_code_or_label),
		cmocka_unit_test(words_say_not_applicable_or_withdrawn),
		cmocka_unit_test(a_reserved_row_takes_nothing_from_a_commune),
		cmocka_unit_test(a_heading_takes_no_value_at_all),
		cmocka_unit_test(long_texts_are_refused_and_cut_between_characters),
		cmocka_unit_test(a_refusal_keeps_the_text_as_given),
		cmocka_unit_test(every_notice_has_a_sentence),
		cmocka_unit_test(what_is_written_in_a_cell_reads_back),
	};

	int failed;

	test_form_open(&real);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	test_form_fini(&real);
	return failed;
}
