/* filled.c - a table that people filled, read against a form.
 *
 * What must never happen is a figure in the wrong row, so a figure is taken only where
 * number and name do not contradict each other and the part is known; all others are
 * refused with a reason, and hold back none of their neighbours. What carries no figure
 * (titles, headings, page numbers, signatures) is passed over without a word.
 */
#include "core/filled.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "core/filledheader.h"
#include "core/filledrow.h"

struct mark { /* what was seen of a row of the form */
	bool blank;
	uint32_t given;   /* lines that are listed, */
	uint32_t line[2]; /* the first two of them */
	bool differs;     /* figures more than once, not the same */
	uint32_t first;   /* the first cell that says something, index + 1 */
};

struct reader {
	const struct cchc_form *form;
	bool collects;
	bool commas; /* part the cells, as they part decimals */
	struct cchc_arena *arena;
	struct cchc_filled *filled;
	size_t room; /* in filled->cell */
	struct cchc_filled_rows rows;
	struct cchc_filled_columns columns;
	struct mark *mark; /* one a row of the form */
	size_t part;       /* the one we are in, or CCHC_NO_PART */
	bool below_header;
	bool signing;                /* the closing lines have begun */
	const struct cchc_row *last; /* the row above, whose name may go on in this one */
	const char *last_name;
	enum cchc_rc rc;
};

struct line { /* of the table, taken apart */
	const struct cchc_sheet_row *row;
	const char *part;
	const char *code;
	const char *name;
	const char *value;
	bool blank; /* the value is, or says so */
	struct cchc_filled_code number;
};

struct answer { /* which row of the form a line means */
	const struct cchc_row *row;
	enum cchc_rule rule; /* why it is not that one, or there is none */
	const char *expected;
	bool continues; /* the row above */
};

static bool is_among(const struct cchc_words *words, const char *folded)
{
	for (size_t i = 0; i < words->n; i++)
		if (strcmp(words->list[i], folded) == 0)
			return true;
	return false;
}

static bool is_blank(const struct cchc_form *form, const char *text)
{
	char folded[64];
	size_t len = cchc_text_fold(text, strlen(text), folded, sizeof(folded));

	if (len == 0)
		return true;
	return len < sizeof(folded) &&
	       (is_among(&form->absent, folded) || is_among(&form->absent_noted, folded));
}

static struct line take_apart(const struct reader *r, const struct cchc_sheet_row *row)
{
	struct line line = {.row = row,
			    .part = cchc_sheet_cell(row, r->columns.part),
			    .code = cchc_sheet_cell(row, r->columns.code),
			    .name = cchc_sheet_cell(row, r->columns.name),
			    .value = cchc_sheet_cell(row, r->columns.value)};

	line.blank = is_blank(r->form, line.value);
	cchc_filled_code(r->form, line.code, &line.number);
	return line;
}

static bool begins_like_a_number(const char *text)
{
	text += strspn(text, "+-( ");
	return *text >= '0' && *text <= '9';
}

static bool begins_signature(const char *text)
{
	static const char *const WORDS[] = {"noi nhan", "tm.", "kt.", "nguoi lap"};
	char folded[16]; /* the beginning is enough */

	(void)cchc_text_fold(text, strlen(text), folded, sizeof(folded));
	for (size_t i = 0; i < CCHC_COUNT(WORDS); i++)
		if (strncmp(folded, WORDS[i], strlen(WORDS[i])) == 0)
			return true;
	return false;
}

/* Titles above the header and closing lines below the table reach into the value column.
 * A line that has no number of a row and no figure cannot be a row that was filled. */
static bool is_beside_the_table(struct reader *r, const struct line *line)
{
	if (line->number.is_number)
		return false;
	if (!r->below_header)
		return true;
	r->signing = r->signing || begins_signature(line->code) ||
		     begins_signature(line->name) || begins_signature(line->value);
	return (r->signing || (!*line->code && !*line->name)) &&
	       !begins_like_a_number(line->value);
}

/* A new cell at the end of the list, or NULL when memory is out, which r->rc keeps. */
static struct cchc_filled_cell *add_cell(struct reader *r, const struct line *line)
{
	struct cchc_filled *filled = r->filled;
	struct cchc_filled_cell *cell;

	if (filled->n == r->room) {
		size_t room = r->room ? r->room * 2 : 64;
		struct cchc_filled_cell *more =
			cchc_arena_array(r->arena, room, sizeof(*more));

		if (!more) {
			r->rc = CCHC_NOMEM;
			return NULL;
		}
		if (filled->n)
			memcpy(more, filled->cell, filled->n * sizeof(*more));
		filled->cell = more;
		r->room = room;
	}
	cell = &filled->cell[filled->n++];
	cell->line = line->row->line;
	cell->text = line->value;
	return cell;
}

static struct answer none(enum cchc_rule rule, const char *expected)
{
	return (struct answer){.rule = rule, .expected = expected};
}

/* The code as written, with the part where it is known. */
static const char *written_code(struct reader *r, const struct line *line)
{
	size_t part = line->number.part != CCHC_NO_PART ? line->number.part : r->part;
	const char *code = line->number.code;
	const char *text;

	if (!line->number.is_number)
		return line->code;
	if (part == CCHC_NO_PART)
		text = cchc_arena_text(r->arena, code, strlen(code));
	else
		text = cchc_arena_format(r->arena, "%s%s%s", r->form->part[part].code,
					 *code ? "." : "", code);
	if (!text)
		r->rc = CCHC_NOMEM;
	return text ? text : "";
}

static void fill_refusal(struct cchc_filled_cell *cell, enum cchc_rule rule,
			 const char *expected)
{
	struct cchc_refusal *refusal = &cell->reading.refusal;

	cell->reading.figure = (struct cchc_figure){.state = CCHC_ABSENT};
	cell->reading.notice = CCHC_NOTICE_NONE;
	refusal->rule = rule;
	cchc_text_copy(refusal->field, sizeof(refusal->field), cell->code,
		       strlen(cell->code));
	cchc_text_copy(refusal->value, sizeof(refusal->value), cell->text,
		       strlen(cell->text));
	cchc_text_copy(refusal->expected, sizeof(refusal->expected), expected,
		       strlen(expected));
}

static void refuse(struct reader *r, const struct line *line, const struct answer *why)
{
	struct cchc_filled_cell *cell = add_cell(r, line);

	if (!cell)
		return;
	cell->row = why->row;
	cell->code = written_code(r, line);
	fill_refusal(cell, why->rule, why->expected);
}

/* "VIII", "Il": no part of this form, but the rows below are none of the part above. */
static bool is_strange_heading(const struct line *line)
{
	size_t len = strspn(line->code, "ABCDEFGHIJKLMNOPQRSTUVWXYZivxl");

	return line->blank && line->code[0] >= 'A' && line->code[0] <= 'Z' &&
	       !line->code[len + strspn(line->code + len, ".) ")];
}

/* The part a heading line names. Where its number is of one part and its name of another
 * nobody can tell whose rows follow: no part then. */
static bool find_heading(const struct reader *r, const struct line *line, size_t *part)
{
	size_t named = cchc_filled_part(&r->rows, line->name);

	if (line->number.part != CCHC_NO_PART && !line->number.code[0]) {
		*part = line->number.part;
		if (named != CCHC_NO_PART && named != *part)
			*part = CCHC_NO_PART;
		return true;
	}
	if (line->number.is_number)
		return false;
	*part = *line->name ? named
			    : cchc_filled_part(&r->rows, line->code); /* merged cells */
	return *part != CCHC_NO_PART || is_strange_heading(line);
}

static bool take_heading(struct reader *r, const struct line *line)
{
	size_t part;

	if (!find_heading(r, line, &part))
		return false;
	r->part = part;
	r->last = NULL;
	if (!line->blank) {
		struct answer heading = none(CCHC_RULE_HEADING, "để trống");

		refuse(r, line, &heading);
	}
	return true;
}

static struct answer no_part(void)
{
	return none(CCHC_RULE_UNKNOWN_ROW,
		    "thiếu dòng tên phần (I, II, ...) phía trên, hoặc mã đầy đủ như I.2");
}

/* False when the text is too long to be a name of the form's. */
static bool fold_name(const char *name, char folded[CCHC_FILLED_FOLD])
{
	return cchc_text_fold(name, strlen(name), folded, CCHC_FILLED_FOLD) <
	       CCHC_FILLED_FOLD;
}

/* A misspelt name is a notice; the very name of another row is a slip of one line. */
static bool is_named_otherwise(const struct reader *r, const struct cchc_row *row,
			       const char *name)
{
	char folded[CCHC_FILLED_FOLD];
	const struct cchc_row *only;

	return *name && fold_name(name, folded) &&
	       !cchc_filled_is_named(&r->rows, row, folded) &&
	       cchc_filled_named(&r->rows, CCHC_NO_PART, folded, &only) > 0;
}

static struct answer find_by_number(const struct reader *r, const struct line *line)
{
	size_t part = line->number.part;
	const struct cchc_row *row;

	if (!line->number.is_number)
		return none(CCHC_RULE_UNKNOWN_ROW, "");
	if (part != CCHC_NO_PART && *line->part && part != r->part)
		return none(CCHC_RULE_UNKNOWN_ROW, "cột phần và mã phải cùng một phần");
	if (part == CCHC_NO_PART)
		part = r->part;
	if (part == CCHC_NO_PART)
		return no_part();
	row = cchc_form_row_in_part(r->form, part, line->number.code);
	if (!row)
		return none(CCHC_RULE_UNKNOWN_ROW, "");
	if (is_named_otherwise(r, row, line->name))
		return (struct answer){row, CCHC_RULE_NAME_MISMATCH, row->name, false};
	return (struct answer){.row = row};
}

/* A name that a page break cut in two, its second half in a line of its own. */
static bool continues_last(const struct reader *r, const struct line *line)
{
	char name[CCHC_FILLED_FOLD];
	char folded[CCHC_FILLED_FOLD];
	int len;

	if (!r->last || !*line->name)
		return false;
	len = snprintf(name, sizeof(name), "%s %s", r->last_name, line->name);
	return len > 0 && (size_t)len < sizeof(name) && fold_name(name, folded) &&
	       cchc_filled_is_named(&r->rows, r->last, folded);
}

static struct answer find_by_name(const struct reader *r, const struct line *line)
{
	char folded[CCHC_FILLED_FOLD];
	const struct cchc_row *row = NULL;

	if (continues_last(r, line))
		return (struct answer){.row = r->last, .continues = true};
	if (!*line->name || !fold_name(line->name, folded))
		return none(CCHC_RULE_UNKNOWN_ROW, "ghi số thứ tự hoặc tên chỉ tiêu");
	if (r->part == CCHC_NO_PART)
		return no_part();
	switch (cchc_filled_named(&r->rows, r->part, folded, &row)) {
	case 0:
		return none(CCHC_RULE_UNKNOWN_ROW, "");
	case 1:
		return (struct answer){.row = row};
	default:
		return none(CCHC_RULE_UNKNOWN_ROW,
			    "ghi số thứ tự: nhiều chỉ tiêu cùng tên này");
	}
}

static bool is_refused(const struct cchc_filled_cell *cell)
{
	return cell->reading.refusal.rule != CCHC_RULE_NONE;
}

static bool says_something(const struct cchc_filled_cell *cell)
{
	return is_refused(cell) || cell->reading.figure.state != CCHC_ABSENT;
}

/* Remembers the cell for the rows that are given twice. */
static void mark_cell(struct reader *r, const struct cchc_filled_cell *cell)
{
	struct mark *mark = &r->mark[cell->row->index];
	const struct cchc_filled_cell *first;

	if (mark->given < CCHC_COUNT(mark->line))
		mark->line[mark->given] = cell->line;
	mark->given++;
	if (!says_something(cell))
		return;
	if (mark->first == 0) {
		mark->first = (uint32_t)(cell - r->filled->cell) + 1;
		return;
	}
	first = &r->filled->cell[mark->first - 1];
	if (is_refused(cell) || is_refused(first) ||
	    !cchc_figure_equal(cell->reading.figure, first->reading.figure))
		mark->differs = true;
}

static void notice_name(const struct reader *r, struct cchc_filled_cell *cell,
			const char *name)
{
	char folded[CCHC_FILLED_FOLD];

	if (!*name || cell->reading.notice != CCHC_NOTICE_NONE || is_refused(cell))
		return;
	if (!fold_name(name, folded) ||
	    !cchc_filled_is_named(&r->rows, cell->row, folded))
		cell->reading.notice = CCHC_NOTICE_NAME;
}

static void refuse_parted(struct reader *r, const struct line *line,
			  const struct cchc_row *row)
{
	const char *after = cchc_sheet_cell(line->row, r->columns.value + 1);
	struct cchc_filled_cell *cell = add_cell(r, line);
	const char *whole =
		cell ? cchc_arena_format(r->arena, "%s,%s", line->value, after) : NULL;

	if (!whole) {
		r->rc = CCHC_NOMEM;
		return;
	}
	cell->row = row;
	cell->code = row->full_code;
	cell->text = whole;
	fill_refusal(cell, CCHC_RULE_NOT_A_NUMBER,
		     "dấu phẩy thập phân đã cắt số thành hai ô: đặt số trong "
		     "ngoặc kép, như \"26,6\", hoặc lưu với dấu chấm phẩy");
	mark_cell(r, cell);
}

static void take_value(struct reader *r, const struct line *line,
		       const struct answer *answer)
{
	const struct cchc_row *row = answer->row;
	struct cchc_reading reading;
	struct cchc_filled_cell *cell;

	cchc_reading_cell(r->form, row, r->collects, line->value, &reading);
	if (reading.refusal.rule == CCHC_RULE_NONE &&
	    reading.figure.state == CCHC_ABSENT &&
	    (reading.notice == CCHC_NOTICE_NONE || row->kind == CCHC_HEADING)) {
		r->mark[row->index].blank = row->kind != CCHC_HEADING;
		return;
	}
	cell = add_cell(r, line);
	if (!cell)
		return;
	cell->row = row;
	cell->code = row->full_code;
	cell->reading = reading;
	if (!answer->continues && reading.figure.state != CCHC_ABSENT)
		notice_name(r, cell, line->name);
	mark_cell(r, cell);
}

static void take_line(struct reader *r, const struct line *line)
{
	struct answer answer =
		*line->code ? find_by_number(r, line) : find_by_name(r, line);

	if (answer.rule && !line->blank)
		refuse(r, line, &answer);
	else if (answer.row && r->commas && cchc_filled_is_parted(line->row, &r->columns))
		refuse_parted(r, line, answer.row);
	else if (answer.row && !answer.rule)
		take_value(r, line, &answer);
	/* empty lines and page numbers stand between the halves of a name */
	if (!answer.continues && (*line->name || !line->blank)) {
		r->last = answer.row;
		r->last_name = line->name;
	}
}

static void read_line(struct reader *r, const struct cchc_sheet_row *row)
{
	struct line line = take_apart(r, row);

	if (is_beside_the_table(r, &line))
		return;
	/* merged cells leave the part's column empty below its first line */
	if (*line.part)
		r->part = cchc_filled_part(&r->rows, line.part);
	if (!take_heading(r, &line))
		take_line(r, &line);
}

static void read_head(struct reader *r, const struct cchc_sheet_row *row)
{
	struct line line = {.row = row, .value = cchc_filled_head_value(row)};
	struct cchc_refusal refusal;
	struct cchc_filled_cell *cell;

	if (cchc_filled_head_read(&r->filled->head, row, &refusal))
		return;
	cell = add_cell(r, &line);
	if (!cell)
		return;
	cell->code = row->cell[0];
	cell->reading.refusal = refusal;
}

/* The printed form repeats its header on each page, and pages may differ. */
static void read_lines(struct reader *r, const struct cchc_sheet *sheet)
{
	size_t i = 0;

	while (i < sheet->n && !r->rc) {
		size_t header = cchc_filled_header(sheet, i, &r->columns);

		if (header == 0) {
			const struct cchc_sheet_row *row = &sheet->row[i++];

			if (cchc_filled_head_row(row))
				read_head(r, row);
			else
				read_line(r, row);
			continue;
		}
		r->below_header = true;
		r->signing = false;
		i += header;
	}
}

static void name_other_line(const struct mark *mark, struct cchc_filled_cell *cell)
{
	cell->given = mark->given;
	cell->again = mark->line[mark->line[0] == cell->line];
}

static void refuse_duplicate(struct cchc_filled_cell *cell)
{
	char expected[96];

	(void)snprintf(expected, sizeof(expected),
		       "mỗi chỉ tiêu chỉ một số liệu, còn có ở dòng %" PRIu32,
		       cell->again);
	fill_refusal(cell, CCHC_RULE_DUPLICATE, expected);
}

/* NULL: the cell is of no row for certain. */
static const struct mark *mark_of(const struct reader *r,
				  const struct cchc_filled_cell *cell)
{
	if (!cell->row || cell->reading.refusal.rule == CCHC_RULE_NAME_MISMATCH)
		return NULL;
	return &r->mark[cell->row->index];
}

/* What a row said twice with one figure is kept once; with two, nobody knows which. */
static void settle_duplicates(struct reader *r)
{
	struct cchc_filled *filled = r->filled;
	size_t n = 0;

	for (size_t i = 0; i < filled->n; i++) {
		struct cchc_filled_cell *cell = &filled->cell[i];
		const struct mark *mark = mark_of(r, cell);

		if (mark)
			name_other_line(mark, cell);
		if (mark && says_something(cell)) {
			if (!mark->differs && mark->first != i + 1)
				continue;
			if (mark->differs && !is_refused(cell))
				refuse_duplicate(cell);
		}
		cell->reading.refusal.index = (uint16_t)n;
		filled->cell[n++] = *cell;
	}
	filled->n = n;
}

static void count_blanks(struct reader *r)
{
	for (size_t i = 0; i < r->form->n; i++)
		r->filled->blanks += r->mark[i].blank && !r->mark[i].given;
}

static bool find_columns(struct reader *r, const struct cchc_sheet *sheet)
{
	for (size_t i = 0; i < sheet->n; i++)
		if (cchc_filled_header(sheet, i, &r->columns))
			return true;
	if (!cchc_filled_bare(r->form, sheet, &r->columns))
		return false;
	r->below_header = true;
	return true;
}

static enum cchc_rc refuse_shape(const struct cchc_sheet *sheet,
				 struct cchc_refusal *refusal)
{
	*refusal = (struct cchc_refusal){
		.index = CCHC_REFUSED_WHOLE,
		.rule = CCHC_RULE_FILE_SHAPE,
		.field = "file",
		.expected =
			"dòng đầu bảng: STT, Chỉ tiêu, Đơn vị tính, Số liệu, Ghi chú; "
			"hoặc code,value"};
	cchc_text_copy(refusal->value, sizeof(refusal->value), sheet->file,
		       strlen(sheet->file));
	return CCHC_INVALID;
}

enum cchc_rc cchc_filled_read(const struct cchc_form *form, bool collects,
			      const struct cchc_sheet *sheet, struct cchc_arena *arena,
			      struct cchc_filled *filled, struct cchc_refusal *refusal)
{
	struct cchc_filled made = {0};
	struct reader r = {.form = form,
			   .collects = collects,
			   .commas = sheet->separator == ',',
			   .arena = arena,
			   .filled = &made,
			   .part = form->n_parts == 1 ? 0 : CCHC_NO_PART};

	cchc_filled_head_init(&made.head);
	if (!find_columns(&r, sheet))
		return refuse_shape(sheet, refusal);
	r.mark = cchc_arena_array(arena, form->n, sizeof(*r.mark));
	if (!r.mark || cchc_filled_rows_init(&r.rows, form, arena))
		return CCHC_NOMEM;
	read_lines(&r, sheet);
	if (r.rc)
		return r.rc;
	settle_duplicates(&r);
	count_blanks(&r);
	*filled = made;
	return CCHC_OK;
}
