#include "core/filledheader.h"

#include <stdint.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "core/filledhead.h"
#include "core/filledrow.h"

enum column { UNKNOWN, PART, CODE, NAME, UNIT, VALUE, OVER_VALUE, NOTE, COLUMNS };

/* As folded. OVER_VALUE stands over unit and value in the printed form, whose second line
 * then says which of them is the value. */
static const struct {
	const char *text;
	enum column column;
} WORDS[] = {
	{"section", PART},
	{"part", PART},
	{"phan", PART},
	{"code", CODE},
	{"stt", CODE},
	{"tt", CODE},
	{"so tt", CODE},
	{"so thu tu", CODE},
	{"ma", CODE},
	{"ma so", CODE},
	{"ma chi tieu", CODE},
	{"name", NAME},
	{"indicator", NAME},
	{"chi tieu", NAME},
	{"ten chi tieu", NAME},
	{"chi tieu thong ke", NAME},
	{"noi dung", NAME},
	{"noi dung chi tieu", NAME},
	{"unit", UNIT},
	{"don vi", UNIT},
	{"don vi tinh", UNIT},
	{"dvt", UNIT},
	{"value", VALUE},
	{"so lieu", VALUE},
	{"gia tri", VALUE},
	{"so lieu thong ke", VALUE},
	{"ket qua", OVER_VALUE},
	{"ket qua thong ke", OVER_VALUE},
	{"ket qua thuc hien", OVER_VALUE},
	{"note", NOTE},
	{"ghi chu", NOTE},
};

struct line {
	size_t column[COLUMNS]; /* the first of each; CCHC_NO_COLUMN */
	bool strange;           /* there are cells of other words */
};

/* "Chỉ tiêu thống kê (Sử dụng trong kỳ báo cáo ...)" is still the column of names. */
static bool is_word(const char *folded, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(folded, word, len) != 0)
		return false;
	folded += len;
	return !*folded || *folded == '(' || strncmp(folded, " (", 2) == 0;
}

static enum column column_of(const char *cell)
{
	char folded[256];
	size_t len = cchc_text_fold(cell, strlen(cell), folded, sizeof(folded));

	if (len >= sizeof(folded))
		return UNKNOWN;
	while (len > 0 && strchr(".:* ", folded[len - 1]))
		folded[--len] = '\0';
	for (size_t i = 0; i < CCHC_COUNT(WORDS); i++)
		if (is_word(folded, WORDS[i].text))
			return WORDS[i].column;
	return UNKNOWN;
}

static struct line read_line(const struct cchc_sheet_row *row)
{
	struct line line = {.strange = false};

	for (size_t c = 0; c < COLUMNS; c++)
		line.column[c] = CCHC_NO_COLUMN;
	for (size_t i = 0; i < row->n; i++) {
		enum column column;

		if (!row->cell[i][0])
			continue;
		column = column_of(row->cell[i]);
		if (line.column[column] == CCHC_NO_COLUMN)
			line.column[column] = i;
		line.strange = line.strange || column == UNKNOWN;
	}
	return line;
}

static bool has(const struct line *line, enum column column)
{
	return line->column[column] != CCHC_NO_COLUMN;
}

static bool is_first_line(const struct line *line)
{
	if (has(line, CODE) && has(line, NAME))
		return true;
	return (has(line, CODE) || has(line, NAME)) && has(line, VALUE);
}

/* "| | Đơn vị tính | Số liệu |" */
static bool is_second_line(const struct line *line)
{
	return !is_first_line(line) && !line->strange && has(line, VALUE);
}

/* "(3)", "3", "A" */
static bool is_column_number(const char *cell)
{
	size_t len;

	cell += *cell == '(';
	len = strcspn(cell, ")");
	if (len == 1 && cell[0] >= 'A' && cell[0] <= 'Z')
		return true;
	return len > 0 && len <= 2 && strspn(cell, "0123456789") == len;
}

/* Under many printed headers the columns are numbered. No data row has a bare number for
 * a name, and no figure stands without one. */
static bool is_numbering(const struct cchc_sheet_row *row,
			 const struct cchc_filled_columns *columns)
{
	if (!is_column_number(cchc_sheet_cell(row, columns->name)))
		return false;
	for (size_t i = 0; i < row->n; i++)
		if (row->cell[i][0] && !is_column_number(row->cell[i]))
			return false;
	return true;
}

size_t cchc_filled_header(const struct cchc_sheet *sheet, size_t at,
			  struct cchc_filled_columns *columns)
{
	struct line first = read_line(&sheet->row[at]);
	size_t value = first.column[VALUE];
	size_t rows = 1;

	if (!is_first_line(&first))
		return 0;
	if (at + 1 < sheet->n) {
		struct line second = read_line(&sheet->row[at + 1]);

		if (is_second_line(&second)) {
			value = second.column[VALUE];
			rows = 2;
		}
	}
	if (value == CCHC_NO_COLUMN)
		value = first.column[OVER_VALUE];
	if (value == CCHC_NO_COLUMN)
		return 0;
	*columns = (struct cchc_filled_columns){.part = first.column[PART],
						.code = first.column[CODE],
						.name = first.column[NAME],
						.value = value,
						.width = sheet->row[at].n};
	if (at + rows < sheet->n && is_numbering(&sheet->row[at + rows], columns))
		rows++;
	return rows;
}

static bool is_digits(const char *text)
{
	return *text && !text[strspn(text, "0123456789")];
}

/* code,value without a header: two columns, and at least one full code of the form. A
 * third cell may be of a figure that its decimal comma parted. */
static bool is_bare_list(const struct cchc_form *form, const struct cchc_sheet *sheet)
{
	bool known = false;

	for (size_t i = 0; i < sheet->n; i++) {
		const struct cchc_sheet_row *row = &sheet->row[i];
		struct cchc_filled_code code;

		if (cchc_filled_head_row(row))
			continue;
		for (size_t c = 2; c < row->n; c++)
			if (row->cell[c][0] &&
			    !(is_digits(row->cell[c]) && is_digits(row->cell[1])))
				return false;
		cchc_filled_code(form, cchc_sheet_cell(row, 0), &code);
		known = known || (code.part != CCHC_NO_PART &&
				  cchc_form_row_in_part(form, code.part, code.code));
	}
	return known;
}

/* A report whose figures came before is submitted by its head alone. */
static bool is_head_alone(const struct cchc_sheet *sheet)
{
	size_t heads = 0;

	for (size_t i = 0; i < sheet->n; i++) {
		const struct cchc_sheet_row *row = &sheet->row[i];

		if (cchc_filled_head_row(row))
			heads++;
		else if (cchc_sheet_cell(row, 0)[0] || cchc_filled_head_value(row)[0])
			return false;
	}
	return heads > 0;
}

bool cchc_filled_bare(const struct cchc_form *form, const struct cchc_sheet *sheet,
		      struct cchc_filled_columns *columns)
{
	if (!is_bare_list(form, sheet) && !is_head_alone(sheet))
		return false;
	*columns = (struct cchc_filled_columns){.part = CCHC_NO_COLUMN,
						.code = 0,
						.name = CCHC_NO_COLUMN,
						.value = 1,
						.width = 2};
	return true;
}

bool cchc_filled_is_parted(const struct cchc_sheet_row *row,
			   const struct cchc_filled_columns *columns)
{
	size_t next = columns->value + 1;
	const char *value = cchc_sheet_cell(row, columns->value);
	const char *after = cchc_sheet_cell(row, next);
	size_t digits = strspn(after, "0123456789");

	if (!digits || !is_digits(value + strspn(value, "+-")) || next == columns->part ||
	    next == columns->code || next == columns->name)
		return false;
	return row->n > columns->width || !after[digits] ||
	       strcmp(after + digits, "%") == 0;
}
