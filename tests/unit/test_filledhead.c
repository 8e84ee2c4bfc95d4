/* What rows beginning with @ say of a report as a whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "core/filledhead.h"

enum { CELLS = 4, ROWS = 4 };

/* Reads the rows (cells between bars); what
 * came of them as "number|day|signer|position|complete", and the rules of the refused. */
static void read_rows(const char *const *rows, char head_text[256], char rules[256])
{
	struct cchc_filled_head head;
	char kept[ROWS][256]; /* the head lends from it */
	char day[CCHC_DAY_TEXT];

	cchc_filled_head_init(&head);
	rules[0] = '\0';
	for (size_t i = 0; i < ROWS && rows[i]; i++) {
		struct cchc_refusal refusal;
		char *text = kept[i];
		const char *cell[CELLS];
		struct cchc_sheet_row row = {.line = (uint32_t)i + 1, .cell = cell};

		(void)snprintf(text, sizeof(kept[i]), "%s", rows[i]);
		for (char *at = text; at && row.n < CELLS;) {
			char *bar = strchr(at, '|');

			if (bar)
				*bar = '\0';
			cell[row.n++] = at;
			at = bar ? bar + 1 : NULL;
		}
		assert_true(cchc_filled_head_row(&row));
		if (cchc_filled_head_read(&head, &row, &refusal))
			continue;
		assert_string_equal(refusal.field, cell[0]);
		assert_string_equal(refusal.value, cchc_filled_head_value(&row));
		(void)snprintf(rules + strlen(rules), 256 - strlen(rules), "%s ",
			       cchc_rule_name(refusal.rule));
	}
	(void)snprintf(head_text, 256, "%s|%s|%s|%s|%d", head.text[CCHC_HEAD_NUMBER],
		       cchc_day_format(head.doc_date, day), head.text[CCHC_HEAD_SIGNER],
		       head.text[CCHC_HEAD_POSITION], head.complete);
}

static const struct {
	const char *name;
	const char *rows[ROWS];
	const char *head;
	const char *rules;
} HEADS[] = {
	{"Vietnamese names",
	 {"@số|37/BC-UBND", "@ngày|12/3/2024", "@người ký|Vũ Văn Sứ",
	  "@chức vụ|Phó Chủ tịch"},
	 "37/BC-UBND|2024-03-12|Vũ Văn Sứ|Phó Chủ tịch|0",
	 ""},
	{"English names",
	 {"@number|37", "@date|2024-03-12", "@signer|S", "@position|P"},
	 "37|2024-03-12|S|P|0",
	 ""},
	{"any case, no accents, a colon",
	 {"@SO:|37", "@ Nguoi Ky|S", "@HOÀN TẤT :|Có"},
	 "37||S||2",
	 ""},
	{"the first filled cell is the value",
	 {"@số|||37", "@complete||no"},
	 "37||||1",
	 ""},
	{"a blank says nothing", {"@số", "@ngày||", "@complete|yes"}, "||||2", ""},
	{"wrong ones are refused by themselves",
	 {"@ngày|30/2/2024", "@hoàn tất|rồi", "@nơi nhận|huyện", "@số|37"},
	 "37||||0",
	 "bad-date not-a-choice unknown-row "},
	{"more than a line is no name", {"@người ký|a\nb"}, "||||0", "bad-text "},
	{"said twice alike is said once", {"@số|37", "@number|37"}, "37||||0", ""},
	{"two numbers are none",
	 {"@số|37", "@số|38", "@số|37", "@chức vụ|P"},
	 "|||P|0",
	 "duplicate duplicate "},
	{"two dates are none",
	 {"@ngày|12/3/2024", "@ngày|13/3/2024"},
	 "||||0",
	 "duplicate "},
	{"yes and no are neither",
	 {"@hoàn tất|có", "@hoàn tất|không"},
	 "||||0",
	 "duplicate "},
};

static void rows_with_an_at_sign_say_what_the_report_is(void **state)
{
	char head[256];
	char rules[256];

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(HEADS); i++) {
		read_rows(HEADS[i].rows, head, rules);
		if (strcmp(head, HEADS[i].head) != 0 ||
		    strcmp(rules, HEADS[i].rules) != 0)
			fail_msg("%s: %s %s", HEADS[i].name, head, rules);
	}
}

static void a_text_of_400_bytes_is_taken_and_of_401_refused(void **state)
{
	char text[CCHC_HEAD_TEXT_MAX + 2];
	const char *cell[] = {"@signer", text};
	struct cchc_sheet_row row = {.line = 1, .n = 2, .cell = cell};
	struct cchc_filled_head head;
	struct cchc_refusal refusal;

	(void)state;
	memset(text, 'a', sizeof(text));
	text[CCHC_HEAD_TEXT_MAX + 1] = '\0';
	cchc_filled_head_init(&head);
	assert_false(cchc_filled_head_read(&head, &row, &refusal));
	assert_int_equal(refusal.rule, CCHC_RULE_BAD_TEXT);
	text[CCHC_HEAD_TEXT_MAX] = '\0';
	assert_true(cchc_filled_head_read(&head, &row, &refusal));
}

static void other_rows_are_none_of_it(void **state)
{
	const char *cell[] = {"", "@số"};
	struct cchc_sheet_row row = {.line = 1, .n = 2, .cell = cell};

	(void)state;
	assert_false(cchc_filled_head_row(&row));
	row.n = 0;
	assert_false(cchc_filled_head_row(&row));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_with_an_at_sign_say_what_the_report_is),
		cmocka_unit_test(a_text_of_400_bytes_is_taken_and_of_401_refused),
		cmocka_unit_test(other_rows_are_none_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
