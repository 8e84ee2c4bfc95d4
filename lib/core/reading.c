#include "core/reading.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "core/readnumber.h"

enum { FOLDED = 256 };

/* Longer texts are no word and no number of ours; they keep an empty fold, and the flag.
 */
struct cell {
	const struct cchc_form *form;
	const struct cchc_row *row;
	char folded[FOLDED];
	bool long_text;
};

const char *cchc_notice_text(enum cchc_notice notice)
{
	switch (notice) {
	case CCHC_NOTICE_NONE:
		return "";
	case CCHC_NOTICE_DASH:
		return "Dấu gạch được hiểu là chưa có số liệu.";
	case CCHC_NOTICE_ZERO_WORD:
		return "Chữ trong ô được hiểu là số 0.";
	case CCHC_NOTICE_DOT_DECIMAL:
		return "Dấu chấm được hiểu là dấu phẩy thập phân.";
	case CCHC_NOTICE_NAME:
		return "Tên chỉ tiêu không giống tên trong biểu mẫu.";
	case CCHC_NOTICE_RESERVED:
		return "Chỉ tiêu do cấp trên báo cáo; số 0 được bỏ qua.";
	case CCHC_NOTICE_NOTHING:
		return "Chưa gửi số liệu nào của chỉ tiêu này: không có gì để rút.";
	}
	return "";
}

static bool is_among(const struct cchc_words *words, const char *folded)
{
	for (size_t i = 0; i < words->n; i++)
		if (strcmp(words->list[i], folded) == 0)
			return true;
	return false;
}

static enum cchc_rule give(struct cchc_reading *reading, int64_t value,
			   enum cchc_notice notice)
{
	reading->figure.state = CCHC_FIGURE;
	reading->figure.value = value;
	reading->notice = notice;
	return CCHC_RULE_NONE;
}

static bool is_absent(const struct cell *cell, struct cchc_reading *reading)
{
	if (cell->long_text)
		return false;
	if (is_among(&cell->form->absent_noted, cell->folded)) {
		reading->notice = CCHC_NOTICE_DASH;
		return true;
	}
	return !cell->folded[0] || is_among(&cell->form->absent, cell->folded);
}

static bool is_state_word(const struct cell *cell, struct cchc_reading *reading)
{
	if (is_among(&cell->form->na, cell->folded))
		reading->figure.state = CCHC_NA;
	else if (is_among(&cell->form->withdrawn, cell->folded))
		reading->figure.state = CCHC_WITHDRAWN;
	else
		return false;
	return true;
}

/* A code as people type it, leading zeros or not: 1, 01. -1 if it is none. */
static int64_t code_of(const char *text)
{
	int64_t code = 0;

	if (!*text)
		return -1;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' || code > INT32_MAX)
			return -1;
		code = code * 10 + (*text - '0');
	}
	return code;
}

static enum cchc_rule read_choice(const struct cell *cell, struct cchc_reading *reading)
{
	int64_t code = code_of(cell->folded);

	for (size_t i = 0; i < cell->row->n_choice; i++) {
		const struct cchc_choice *choice = &cell->row->choice[i];

		if (choice->code == code || cchc_text_alike(choice->label, cell->folded))
			return give(reading, choice->code, CCHC_NOTICE_NONE);
	}
	return CCHC_RULE_NOT_A_CHOICE;
}

/* What stands behind an amount, folded, and how many đồng it makes, as a power of ten. */
static bool money_unit(const char *word, unsigned *exponent)
{
	static const struct {
		const char *word;
		unsigned exponent;
	} UNITS[] = {
		{"dong", 0},       {"d", 0},  {"vnd", 0},     {"trieu", 6},
		{"trieu dong", 6}, {"tr", 6}, {"tr dong", 6}, {"ty", 9},
		{"ty dong", 9},    {"ti", 9}, {"ti dong", 9},
	};

	for (size_t i = 0; i < CCHC_COUNT(UNITS); i++) {
		if (strcmp(UNITS[i].word, word) != 0)
			continue;
		*exponent = UNITS[i].exponent;
		return true;
	}
	return false;
}

static bool takes_percent_sign(const struct cchc_row *row)
{
	return row->kind == CCHC_PERCENT ||
	       (row->kind == CCHC_RATIO && row->factor == 100);
}

/* Finds how many decimals the number in front of `behind` may have. */
static bool find_scale(const struct cchc_row *row, const char *behind, unsigned *decimals)
{
	*decimals = row->decimals;
	if (!*behind)
		return true;
	if (row->kind == CCHC_MONEY)
		return money_unit(behind, decimals);
	return takes_percent_sign(row) && strcmp(behind, "%") == 0;
}

/* Of an amount in đồng or tỷ, which has not the decimals of its row. */
static void expect_decimals(unsigned decimals, struct cchc_refusal *refusal)
{
	if (decimals == 0)
		(void)snprintf(refusal->expected, sizeof(refusal->expected),
			       "số nguyên khi ghi theo đồng");
	else
		(void)snprintf(refusal->expected, sizeof(refusal->expected),
			       "nhiều nhất %u chữ số thập phân khi ghi theo tỷ",
			       decimals);
}

static enum cchc_rule read_number(const struct cell *cell, struct cchc_reading *reading)
{
	size_t len = cchc_written_span(cell->folded);
	const char *behind = cell->folded + len + strspn(cell->folded + len, " ");
	struct cchc_written written = {0};
	unsigned decimals;
	enum cchc_rule rule;

	if (len == 0 || !find_scale(cell->row, behind, &decimals))
		return CCHC_RULE_NOT_A_NUMBER;
	rule = cchc_written_read(cell->folded, len, decimals, &written);
	if (rule == CCHC_RULE_TOO_MANY_DECIMALS && decimals != cell->row->decimals)
		expect_decimals(decimals, &reading->refusal);
	if (rule != CCHC_RULE_NONE)
		return rule;
	/* who wrote đồng meant đồng: too much of it is too much */
	if (*behind && cell->row->kind == CCHC_MONEY && written.value > cell->row->max &&
	    cell->row->max > 0)
		return CCHC_RULE_TOO_LARGE;
	return give(reading, written.value,
		    written.dot_decimal ? CCHC_NOTICE_DOT_DECIMAL : CCHC_NOTICE_NONE);
}

static enum cchc_rule read_by_kind(const struct cell *cell, struct cchc_reading *reading)
{
	switch (cell->row->kind) {
	case CCHC_HEADING:
		return CCHC_RULE_HEADING;
	case CCHC_YESNO:
	case CCHC_CHOICE:
		return cell->long_text ? CCHC_RULE_NOT_A_CHOICE
				       : read_choice(cell, reading);
	case CCHC_COUNT:
	case CCHC_MONEY:
		if (is_among(&cell->form->zero, cell->folded))
			return give(reading, 0, CCHC_NOTICE_ZERO_WORD);
		break;
	case CCHC_RATIO:
	case CCHC_PERCENT:
		break;
	}
	return read_number(cell, reading);
}

static enum cchc_rule read_given(const struct cell *cell, bool collects,
				 struct cchc_reading *reading)
{
	enum cchc_rule rule;

	if (cell->row->kind != CCHC_HEADING && is_state_word(cell, reading))
		rule = CCHC_RULE_NONE;
	else
		rule = read_by_kind(cell, reading);
	if (!cell->row->reserved || collects)
		return rule;
	if (rule != CCHC_RULE_NONE || reading->figure.state != CCHC_FIGURE ||
	    reading->figure.value != 0)
		return CCHC_RULE_RESERVED;
	reading->figure.state = CCHC_ABSENT;
	reading->notice = CCHC_NOTICE_RESERVED;
	return CCHC_RULE_NONE;
}

static void refuse(struct cchc_reading *reading, const struct cchc_row *row,
		   enum cchc_rule rule)
{
	struct cchc_refusal *refusal = &reading->refusal;

	reading->figure = (struct cchc_figure){0};
	reading->notice = CCHC_NOTICE_NONE;
	refusal->rule = rule;
	if (!refusal->expected[0])
		cchc_rule_expect(row, rule, refusal->expected, sizeof(refusal->expected));
}

void cchc_reading_cell(const struct cchc_form *form, const struct cchc_row *row,
		       bool collects, const char *text, struct cchc_reading *reading)
{
	struct cell cell = {.form = form, .row = row};
	size_t len = strlen(text);
	enum cchc_rule rule;

	cell.long_text = cchc_text_fold(text, len, cell.folded, FOLDED) >= FOLDED;
	if (cell.long_text)
		cell.folded[0] = '\0';
	*reading = (struct cchc_reading){.figure = {.state = CCHC_ABSENT}};
	if (is_absent(&cell, reading))
		return;
	rule = read_given(&cell, collects, reading);
	if (rule != CCHC_RULE_NONE)
		refuse(reading, row, rule);
	else if (reading->figure.state == CCHC_ABSENT ||
		 cchc_rule_cell(form, row, collects, reading->figure, &reading->refusal))
		return;
	else
		refuse(reading, row, reading->refusal.rule);
	(void)snprintf(reading->refusal.field, sizeof(reading->refusal.field), "%s",
		       row->full_code);
	cchc_text_trim(&text, &len);
	cchc_text_copy(reading->refusal.value, sizeof(reading->refusal.value), text, len);
}
