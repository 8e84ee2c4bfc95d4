#include "core/filledhead.h"

#include <string.h>

#include "base/check.h"
#include "base/text.h"

static const struct {
	const char *folded;
	enum cchc_head_field field;
} WORDS[] = {
	{"so", CCHC_HEAD_NUMBER},         {"number", CCHC_HEAD_NUMBER},
	{"ngay", CCHC_HEAD_DATE},         {"date", CCHC_HEAD_DATE},
	{"nguoi ky", CCHC_HEAD_SIGNER},   {"signer", CCHC_HEAD_SIGNER},
	{"chuc vu", CCHC_HEAD_POSITION},  {"position", CCHC_HEAD_POSITION},
	{"hoan tat", CCHC_HEAD_COMPLETE}, {"complete", CCHC_HEAD_COMPLETE},
};

static const struct {
	const char *folded;
	uint8_t complete;
} ANSWERS[] = {{"khong", 1}, {"no", 1}, {"co", 2}, {"yes", 2}};

void cchc_filled_head_init(struct cchc_filled_head *head)
{
	*head = (struct cchc_filled_head){.doc_date = CCHC_DAY_NONE};
	for (size_t i = 0; i < CCHC_HEAD_FIELDS; i++)
		head->text[i] = "";
}

bool cchc_filled_head_row(const struct cchc_sheet_row *row)
{
	return cchc_sheet_cell(row, 0)[0] == '@';
}

const char *cchc_filled_head_value(const struct cchc_sheet_row *row)
{
	for (size_t i = 1; i < row->n; i++)
		if (row->cell[i][0])
			return row->cell[i];
	return "";
}

/* CCHC_HEAD_FIELDS: none of ours. */
static enum cchc_head_field field_of(const struct cchc_sheet_row *row)
{
	const char *name = row->cell[0] + 1;
	char folded[32];
	size_t len = cchc_text_fold(name, strlen(name), folded, sizeof(folded));

	if (len >= sizeof(folded))
		return CCHC_HEAD_FIELDS;
	while (len > 0 && strchr(": ", folded[len - 1]))
		folded[--len] = '\0';
	for (size_t i = 0; i < CCHC_COUNT(WORDS); i++)
		if (strcmp(WORDS[i].folded, folded + strspn(folded, " ")) == 0)
			return WORDS[i].field;
	return CCHC_HEAD_FIELDS;
}

static bool refuse(struct cchc_refusal *refusal, enum cchc_rule rule,
		   const struct cchc_sheet_row *row, const char *expected)
{
	const char *field = row->cell[0];
	const char *value = cchc_filled_head_value(row);

	*refusal = (struct cchc_refusal){.rule = rule};
	cchc_text_copy(refusal->field, sizeof(refusal->field), field, strlen(field));
	cchc_text_copy(refusal->value, sizeof(refusal->value), value, strlen(value));
	cchc_text_copy(refusal->expected, sizeof(refusal->expected), expected,
		       strlen(expected));
	return false;
}

static bool read_complete(const char *value, uint8_t *complete)
{
	for (size_t i = 0; i < CCHC_COUNT(ANSWERS); i++) {
		if (!cchc_text_alike(value, ANSWERS[i].folded))
			continue;
		*complete = ANSWERS[i].complete;
		return true;
	}
	return false;
}

static bool is_line(const char *text)
{
	return strlen(text) <= CCHC_HEAD_TEXT_MAX && !strpbrk(text, "\t\r\n");
}

/* False with *refusal filled when the value cannot be read. */
static bool read_value(struct cchc_filled_head *head, enum cchc_head_field field,
		       const struct cchc_sheet_row *row, struct cchc_refusal *refusal)
{
	const char *value = cchc_filled_head_value(row);

	switch (field) {
	case CCHC_HEAD_DATE:
		return cchc_day_read(value, &head->doc_date) ||
		       refuse(refusal, CCHC_RULE_BAD_DATE, row, "ngày như 15/03/2024");
	case CCHC_HEAD_COMPLETE:
		return read_complete(value, &head->complete) ||
		       refuse(refusal, CCHC_RULE_NOT_A_CHOICE, row,
			      "một trong: có, không");
	default:
		return is_line(value) || refuse(refusal, CCHC_RULE_BAD_TEXT, row,
						"một dòng, không quá 400 byte");
	}
}

/* Nobody knows which of the two it is. */
static void take_back(struct cchc_filled_head *head, enum cchc_head_field field)
{
	head->twice[field] = true;
	head->text[field] = "";
	if (field == CCHC_HEAD_DATE)
		head->doc_date = CCHC_DAY_NONE;
	if (field == CCHC_HEAD_COMPLETE)
		head->complete = 0;
}

bool cchc_filled_head_read(struct cchc_filled_head *head,
			   const struct cchc_sheet_row *row, struct cchc_refusal *refusal)
{
	enum cchc_head_field field = field_of(row);
	const char *value = cchc_filled_head_value(row);

	if (field == CCHC_HEAD_FIELDS)
		return refuse(refusal, CCHC_RULE_UNKNOWN_ROW, row,
			      "@số, @ngày, @người ký, @chức vụ, @hoàn tất");
	if (!value[0] || (head->text[field][0] && strcmp(head->text[field], value) == 0))
		return true;
	if (head->text[field][0] || head->twice[field]) {
		take_back(head, field);
		return refuse(refusal, CCHC_RULE_DUPLICATE, row, "mỗi mục chỉ một dòng");
	}
	if (!read_value(head, field, row, refusal))
		return false;
	head->text[field] = value;
	return true;
}
