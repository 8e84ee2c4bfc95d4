#include "core/rule.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "core/number.h"

static const struct text {
	enum cchc_rule rule;
	const char *english;
	const char *vietnamese;
} TEXTS[] = {
#define X(number, name, english, vietnamese) {CCHC_RULE_##name, english, vietnamese},
	CCHC_RULE_TABLE(X)
#undef X
};

static const struct text *text_of(enum cchc_rule rule)
{
	for (size_t i = 0; i < CCHC_COUNT(TEXTS); i++)
		if (TEXTS[i].rule == rule)
			return &TEXTS[i];
	return NULL;
}

const char *cchc_rule_name(enum cchc_rule rule)
{
	static const char *const NAMES[] = {
		[CCHC_RULE_NONE] = "none",
		[CCHC_RULE_UNKNOWN_ROW] = "unknown-row",
		[CCHC_RULE_HEADING] = "heading",
		[CCHC_RULE_RESERVED] = "reserved",
		[CCHC_RULE_NOT_A_NUMBER] = "not-a-number",
		[CCHC_RULE_NEGATIVE] = "negative",
		[CCHC_RULE_PERCENT_RANGE] = "percent-range",
		[CCHC_RULE_TOO_MANY_DECIMALS] = "too-many-decimals",
		[CCHC_RULE_NOT_A_CHOICE] = "not-a-choice",
		[CCHC_RULE_TOO_LARGE] = "too-large",
		[CCHC_RULE_LOOKS_LIKE_DONG] = "looks-like-dong",
		[CCHC_RULE_DUPLICATE] = "duplicate",
		[CCHC_RULE_BAD_STATE] = "bad-state",
		[CCHC_RULE_NAME_MISMATCH] = "name-mismatch",
		[CCHC_RULE_PERIOD_UNKNOWN] = "period-unknown",
		[CCHC_RULE_NOT_BEGUN] = "not-begun",
		[CCHC_RULE_FORM_PERIOD] = "form-period",
		[CCHC_RULE_UNIT_UNKNOWN] = "unit-unknown",
		[CCHC_RULE_NOT_YOUR_UNIT] = "not-your-unit",
		[CCHC_RULE_LOCKED] = "locked",
		[CCHC_RULE_UNKNOWN_FORM] = "unknown-form",
		[CCHC_RULE_EMPTY] = "empty",
		[CCHC_RULE_BAD_TEXT] = "bad-text",
		[CCHC_RULE_ENCODING] = "encoding",
		[CCHC_RULE_FILE_SHAPE] = "file-shape",
		[CCHC_RULE_NO_TASK] = "no-task",
		[CCHC_RULE_NOT_YOUR_TASK] = "not-your-task",
		[CCHC_RULE_DUE_BEFORE_ASSIGNED] = "due-before-assigned",
		[CCHC_RULE_TASK_EXISTS] = "task-exists",
		[CCHC_RULE_DONE_IN_FUTURE] = "done-in-future",
		[CCHC_RULE_DONE_BEFORE_ASSIGNED] = "done-before-assigned",
		[CCHC_RULE_EXTENSION_SHORTENS] = "extension-shortens",
		[CCHC_RULE_NO_DUE_DATE] = "no-due-date",
		[CCHC_RULE_TASK_CLOSED] = "task-closed",
		[CCHC_RULE_NOT_WAITING] = "not-waiting",
		[CCHC_RULE_BAD_DATE] = "bad-date",
		[CCHC_RULE_MISSING] = "missing",
		[CCHC_RULE_IS_DUTY] = "is-duty",
		[CCHC_RULE_NO_CLASS] = "no-class",
		[CCHC_RULE_NO_ALERT] = "no-alert",
		[CCHC_RULE_NOT_OPEN] = "not-open",
		[CCHC_RULE_ID_RESERVED] = "id-reserved",
		[CCHC_RULE_BAD_CHARACTER] = "bad-character",
		[CCHC_RULE_TOO_LONG] = "too-long",
		[CCHC_RULE_NO_UNIT] = "no-unit",
		[CCHC_RULE_NOT_BELOW] = "not-below",
		[CCHC_RULE_BAD_CODES] = "bad-codes",
		[CCHC_RULE_TASK_STATE] = "task-state",
		[CCHC_RULE_STATE_DIFFERS] = "state-differs",
		[CCHC_RULE_TASK_TWICE] = "task-twice",
		[CCHC_RULE_NO_STEP] = "no-step",
		[CCHC_RULE_NO_SILENCE] = "no-silence",
	};

	if ((size_t)rule >= CCHC_COUNT(NAMES) || !NAMES[rule])
		return "unknown";
	return NAMES[rule];
}

const char *cchc_rule_english(enum cchc_rule rule)
{
	const struct text *text = text_of(rule);

	return text ? text->english : "";
}

const char *cchc_rule_vietnamese(enum cchc_rule rule)
{
	const struct text *text = text_of(rule);

	return text ? text->vietnamese : "";
}

enum cchc_rule cchc_rule_from_number(uint32_t number)
{
	for (size_t i = 0; i < CCHC_COUNT(TEXTS); i++)
		if ((uint32_t)TEXTS[i].rule == number)
			return TEXTS[i].rule;
	return CCHC_RULE_NONE;
}

static int64_t power_of_ten(unsigned n)
{
	int64_t power = 1;

	while (n-- > 0)
		power *= 10;
	return power;
}

static bool is_choice(const struct cchc_row *row, int64_t value)
{
	for (size_t i = 0; i < row->n_choice; i++)
		if (row->choice[i].code == value)
			return true;
	return false;
}

static enum cchc_rule judge_size(const struct cchc_row *row, int64_t value)
{
	if (value < 0)
		return CCHC_RULE_NEGATIVE;
	if (row->max > 0 && value > row->max)
		return row->kind == CCHC_MONEY ? CCHC_RULE_LOOKS_LIKE_DONG
					       : CCHC_RULE_TOO_LARGE;
	return value > CCHC_VALUE_MAX ? CCHC_RULE_TOO_LARGE : CCHC_RULE_NONE;
}

static enum cchc_rule judge_value(const struct cchc_row *row, int64_t value)
{
	switch (row->kind) {
	case CCHC_HEADING:
		return CCHC_RULE_HEADING;
	case CCHC_COUNT:
	case CCHC_MONEY:
	case CCHC_RATIO:
		return judge_size(row, value);
	case CCHC_PERCENT:
		if (value < 0 || value > 100 * power_of_ten(row->decimals))
			return CCHC_RULE_PERCENT_RANGE;
		return CCHC_RULE_NONE;
	case CCHC_YESNO:
	case CCHC_CHOICE:
		return is_choice(row, value) ? CCHC_RULE_NONE : CCHC_RULE_NOT_A_CHOICE;
	}
	return CCHC_RULE_UNKNOWN_ROW;
}

static bool is_state_given(struct cchc_figure figure)
{
	if (figure.state == CCHC_FIGURE)
		return true;
	return (figure.state == CCHC_NA || figure.state == CCHC_WITHDRAWN) &&
	       figure.value == 0;
}

static enum cchc_rule judge(const struct cchc_row *row, bool collects,
			    struct cchc_figure figure)
{
	if (!row)
		return CCHC_RULE_UNKNOWN_ROW;
	if (row->kind == CCHC_HEADING)
		return CCHC_RULE_HEADING;
	if (!is_state_given(figure))
		return CCHC_RULE_BAD_STATE;
	if (row->reserved && !collects)
		return CCHC_RULE_RESERVED;
	if (figure.state != CCHC_FIGURE)
		return CCHC_RULE_NONE;
	return judge_value(row, figure.value);
}

static void say_choices(const struct cchc_row *row, char *out, size_t size)
{
	char text[512] = "một trong: ";
	size_t len = strlen(text);

	for (size_t i = 0; i < row->n_choice && len < sizeof(text); i++) {
		int n = snprintf(text + len, sizeof(text) - len, "%s%d (%s)",
				 i ? ", " : "", row->choice[i].code,
				 row->choice[i].label);

		len += n > 0 ? (size_t)n : 0;
	}
	cchc_text_copy(out, size, text, strnlen(text, sizeof(text)));
}

static void say_most(const struct cchc_row *row, char *out, size_t size)
{
	char most[CCHC_NUMBER_TEXT];

	cchc_number_vi(row->max > 0 ? row->max : CCHC_VALUE_MAX, row->decimals, most);
	(void)snprintf(out, size, "không quá %s", most);
}

static void say_number(const struct cchc_row *row, char *out, size_t size)
{
	const char *words = "một số, ví dụ 26,6";

	if (row->kind == CCHC_MONEY)
		words = "một số theo triệu đồng, ví dụ 8.066,84105, hoặc ghi rõ đồng, tỷ";
	else if (row->decimals == 0)
		words = "một số nguyên, ví dụ 1.058";
	(void)snprintf(out, size, "%s", words);
}

static void say_decimals(const struct cchc_row *row, char *out, size_t size)
{
	if (row->decimals == 0)
		(void)snprintf(out, size, "số nguyên, không có chữ số thập phân");
	else
		(void)snprintf(out, size, "nhiều nhất %u chữ số thập phân",
			       row->decimals);
}

void cchc_rule_expect(const struct cchc_row *row, enum cchc_rule rule, char *out,
		      size_t size)
{
	char most[CCHC_NUMBER_TEXT];

	out[0] = '\0';
	switch (rule) {
	case CCHC_RULE_HEADING:
	case CCHC_RULE_RESERVED:
		(void)snprintf(out, size, "để trống");
		break;
	case CCHC_RULE_BAD_STATE:
		(void)snprintf(out, size, "số liệu, không áp dụng hoặc đã rút");
		break;
	case CCHC_RULE_NEGATIVE:
		(void)snprintf(out, size, "từ 0 trở lên");
		break;
	case CCHC_RULE_PERCENT_RANGE:
		(void)snprintf(out, size, "từ 0 đến 100");
		break;
	case CCHC_RULE_NOT_A_NUMBER:
		say_number(row, out, size);
		break;
	case CCHC_RULE_TOO_MANY_DECIMALS:
		say_decimals(row, out, size);
		break;
	case CCHC_RULE_NOT_A_CHOICE:
		say_choices(row, out, size);
		break;
	case CCHC_RULE_TOO_LARGE:
		say_most(row, out, size);
		break;
	case CCHC_RULE_LOOKS_LIKE_DONG:
		cchc_number_vi(row->max, row->decimals, most);
		(void)snprintf(out, size,
			       "số theo triệu đồng, không quá %s; nếu là đồng thì ghi rõ "
			       "\"đồng\"",
			       most);
		break;
	default:
		break;
	}
}

static void say_value(const struct cchc_row *row, struct cchc_figure figure, char *out,
		      size_t size)
{
	char number[CCHC_NUMBER_TEXT];

	if (figure.state == CCHC_FIGURE || figure.value != 0)
		cchc_number_vi(figure.value, row ? row->decimals : 0, number);
	else
		(void)snprintf(number, sizeof(number), "%s",
			       cchc_state_name(figure.state));
	(void)snprintf(out, size, "%s", number);
}

bool cchc_rule_cell(const struct cchc_form *form, const struct cchc_row *row,
		    bool collects, struct cchc_figure figure,
		    struct cchc_refusal *refusal)
{
	enum cchc_rule rule = judge(row, collects, figure);

	(void)form;
	if (rule == CCHC_RULE_NONE)
		return true;
	refusal->rule = rule;
	(void)snprintf(refusal->field, sizeof(refusal->field), "%s",
		       row ? row->full_code : "");
	say_value(row, figure, refusal->value, sizeof(refusal->value));
	cchc_rule_expect(row, rule, refusal->expected, sizeof(refusal->expected));
	return false;
}

static bool is_known(struct cchc_period period)
{
	struct cchc_period same;

	return period.slot < CCHC_SLOTS &&
	       cchc_period_from_code(cchc_period_code(period), &same);
}

static void refuse_period(struct cchc_refusal *refusal, enum cchc_rule rule,
			  struct cchc_period period)
{
	char text[CCHC_PERIOD_TEXT];

	if (rule == CCHC_RULE_PERIOD_UNKNOWN)
		(void)snprintf(text, sizeof(text), "%u/%u", period.year, period.slot);
	else
		cchc_period_format(period, text);
	refusal->rule = rule;
	(void)snprintf(refusal->field, sizeof(refusal->field), "period");
	(void)snprintf(refusal->value, sizeof(refusal->value), "%s", text);
	refusal->expected[0] = '\0';
}

bool cchc_rule_period(const struct cchc_form *form, struct cchc_period period,
		      cchc_day today, struct cchc_refusal *refusal)
{
	char from[CCHC_DAY_TEXT];
	char to[CCHC_DAY_TEXT];
	cchc_day first;

	if (!is_known(period)) {
		refuse_period(refusal, CCHC_RULE_PERIOD_UNKNOWN, period);
		return false;
	}
	if (!cchc_form_is_for(form, period)) {
		refuse_period(refusal, CCHC_RULE_FORM_PERIOD, period);
		(void)snprintf(refusal->expected, sizeof(refusal->expected),
			       "kỳ chốt số liệu từ %s đến %s",
			       cchc_day_format(form->valid_from, from),
			       form->valid_to == CCHC_DAY_NONE
				       ? "nay"
				       : cchc_day_format(form->valid_to, to));
		return false;
	}
	first = cchc_period_first_day(period, form->closing_day);
	if (first <= today)
		return true;
	refuse_period(refusal, CCHC_RULE_NOT_BEGUN, period);
	(void)snprintf(refusal->expected, sizeof(refusal->expected), "kỳ bắt đầu từ %s",
		       cchc_day_format(first, from));
	return false;
}
