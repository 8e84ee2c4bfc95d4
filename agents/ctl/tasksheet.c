#include "ctl/tasksheet.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "core/rule.h"
#include "core/task.h"
#include "ctl/deed.h"
#include "ctl/taskstate.h"
#include "ctl/words.h"

enum column {
	ID,
	TITLE,
	UNITS,
	CO,
	CLASS,
	DOC,
	DOC_DATE,
	ASSIGNER,
	ASSIGNED,
	DUE,
	DONE,
	RESULT,
	STATE,
	COLUMNS,
	PASSED_OVER,
	UNKNOWN,
};

enum { HEADER_WITHIN = 30, NAME_MAX_BYTES = 64 };

static const char *const FIELD[COLUMNS] = {
	[ID] = "id",
	[TITLE] = "title",
	[UNITS] = "units",
	[CO] = "co",
	[CLASS] = "class",
	[DOC] = "doc",
	[DOC_DATE] = "doc_date",
	[ASSIGNER] = "assigner",
	[ASSIGNED] = "assigned",
	[DUE] = "due",
	[DONE] = "done",
	[RESULT] = "result",
	[STATE] = "state",
};

/* Folded, with blanks for what joins words. */
static const struct {
	const char *name;
	enum column column;
} NAMES[] = {
	{"id", ID},
	{"ma", ID},
	{"ma nhiem vu", ID},
	{"ma so", ID},
	{"title", TITLE},
	{"noi dung", TITLE},
	{"noi dung nhiem vu", TITLE},
	{"nhiem vu", TITLE},
	{"ten nhiem vu", TITLE},
	{"units", UNITS},
	{"unit", UNITS},
	{"lead", UNITS},
	{"don vi", UNITS},
	{"chu tri", UNITS},
	{"don vi chu tri", UNITS},
	{"don vi thuc hien", UNITS},
	{"co", CO},
	{"phoi hop", CO},
	{"don vi phoi hop", CO},
	{"class", CLASS},
	{"loai", CLASS},
	{"loai nhiem vu", CLASS},
	{"doc", DOC},
	{"so van ban", DOC},
	{"van ban", DOC},
	{"so ky hieu", DOC},
	{"doc date", DOC_DATE},
	{"ngay van ban", DOC_DATE},
	{"assigner", ASSIGNER},
	{"co quan giao", ASSIGNER},
	{"nguoi giao", ASSIGNER},
	{"assigned", ASSIGNED},
	{"ngay giao", ASSIGNED},
	{"due", DUE},
	{"han", DUE},
	{"han hoan thanh", DUE},
	{"thoi han", DUE},
	{"done", DONE},
	{"ngay hoan thanh", DONE},
	{"result", RESULT},
	{"ket qua", RESULT},
	{"van ban ket qua", RESULT},
	{"state", STATE},
	{"trang thai", STATE},
	{"tinh trang", STATE},
	{"", PASSED_OVER},
	{"stt", PASSED_OVER},
	{"tt", PASSED_OVER},
	{"so thu tu", PASSED_OVER},
	{"ghi chu", PASSED_OVER},
	{"note", PASSED_OVER},
	{"notes", PASSED_OVER},
};

/* ---- the header ---- */

static enum column column_of(const char *cell)
{
	char name[NAME_MAX_BYTES];

	if (cchc_text_fold(cell, strlen(cell), name, sizeof(name)) >= sizeof(name))
		return UNKNOWN;
	for (char *at = name; *at; at++)
		if (*at == '_' || *at == '-')
			*at = ' ';
	for (size_t i = 0; i < CCHC_COUNT(NAMES); i++)
		if (strcmp(name, NAMES[i].name) == 0)
			return NAMES[i].column;
	return UNKNOWN;
}

/* at[column]: its place + 1, 0: not there. */
static bool is_header(const struct cchc_sheet_row *row, size_t at[COLUMNS])
{
	memset(at, 0, COLUMNS * sizeof(at[0]));
	for (size_t i = row->n; i-- > 0;) {
		enum column column = column_of(row->cell[i]);

		if (column < COLUMNS)
			at[column] = i + 1;
	}
	return at[ID] && at[TITLE] && at[UNITS] && at[ASSIGNED];
}

static enum cchc_rc check_header(const struct cchc_sheet *sheet,
				 const struct cchc_sheet_row *row,
				 const size_t at[COLUMNS], struct cchc_err *err)
{
	for (size_t i = 0; i < row->n; i++) {
		enum column column = column_of(row->cell[i]);

		if (column == UNKNOWN)
			return cchc_fail(
				err, CCHC_INVALID,
				"%s:%u: unknown column \"%s\" (không rõ cột); known are "
				"id/mã, title/nội dung, units/đơn vị, co/phối hợp, "
				"class/loại, doc/số văn bản, doc_date/ngày văn bản, "
				"assigner/cơ quan giao, assigned/ngày giao, due/hạn, "
				"done/ngày hoàn thành, result/kết quả, state/trạng thái, "
				"stt, ghi chú",
				sheet->file, row->line, row->cell[i]);
		if (column < COLUMNS && at[column] != i + 1)
			return cchc_fail(err, CCHC_INVALID,
					 "%s:%u: column \"%s\" stands for %s, which is "
					 "there already",
					 sheet->file, row->line, row->cell[i],
					 FIELD[column]);
	}
	return CCHC_OK;
}

static enum cchc_rc find_header(const struct cchc_sheet *sheet, size_t at[COLUMNS],
				size_t *below, struct cchc_err *err)
{
	for (size_t i = 0; i < sheet->n && i < HEADER_WITHIN; i++)
		if (is_header(&sheet->row[i], at)) {
			*below = i + 1;
			return check_header(sheet, &sheet->row[i], at, err);
		}
	return cchc_fail(err, CCHC_INVALID,
			 "%s: no header with the columns id (mã), title (nội dung), "
			 "units (đơn vị) and assigned (ngày giao)",
			 sheet->file);
}

/* ---- a line ---- */

struct found {
	struct cchc_ctl_task_mistake mistake;
	size_t order;
	struct found *before;
};

struct reader {
	struct cchc_arena *arena;
	const char *file;
	const struct cchc_sheet_row *row;
	const size_t *at;
	cchc_day today;
	struct found *found; /* mistakes, the last one first */
	size_t n_found;
	bool wrong;      /* the line has a mistake */
	enum cchc_rc rc; /* NOMEM */
};

static const char *cell(const struct reader *r, enum column column)
{
	return r->at[column] ? cchc_sheet_cell(r->row, r->at[column] - 1) : "";
}

static void refuse_field(struct reader *r, const char *field, const char *value,
			 enum cchc_rule rule, const char *expected)
{
	Cchc__CellRefusal refusal = CCHC__CELL_REFUSAL__INIT;
	struct found *found = cchc_arena_alloc(r->arena, sizeof(*found));
	char text[CCHC_CTL_REFUSAL];
	char shown[100];

	r->wrong = true;
	cchc_text_copy(shown, sizeof(shown), value, strlen(value));
	refusal.field = (char *)(uintptr_t)field;
	refusal.value = shown;
	refusal.rule = rule;
	refusal.expected = (char *)(uintptr_t)expected;
	if (found) {
		*found = (struct found){{r->row->line, NULL}, r->n_found++, r->found};
		found->mistake.text =
			cchc_arena_format(r->arena, "%s:%u: %s", r->file, r->row->line,
					  cchc_ctl_refusal_text(&refusal, text));
		r->found = found;
	}
	if (!found || !found->mistake.text)
		r->rc = CCHC_NOMEM;
}

static void refuse(struct reader *r, enum column column, const char *value,
		   enum cchc_rule rule, const char *expected)
{
	refuse_field(r, FIELD[column], value, rule, expected);
}

/* One line of text: what stood on several in the cell is joined. NULL where it is empty.
 */
static char *text_of(struct reader *r, enum column column)
{
	const char *text = cell(r, column);
	char *copy;

	if (!*text)
		return NULL;
	if (strlen(text) > CCHC_STRING_MAX) {
		refuse(r, column, text, CCHC_RULE_TOO_LONG, "không quá 400 byte");
		return NULL;
	}
	copy = cchc_arena_text(r->arena, text, strlen(text));
	if (!copy)
		r->rc = CCHC_NOMEM;
	for (char *at = copy; at && *at; at++)
		if (*at == '\n' || *at == '\r' || *at == '\t')
			*at = ' ';
	return copy;
}

static char *needed_text(struct reader *r, enum column column)
{
	if (!*cell(r, column))
		refuse(r, column, "", CCHC_RULE_MISSING, "");
	return text_of(r, column);
}

static void read_day(struct reader *r, enum column column, protobuf_c_boolean *has,
		     int32_t *field)
{
	const char *text = cell(r, column);
	cchc_day day = CCHC_DAY_NONE;
	bool right = column == DUE ? cchc_ctl_due_read(text, &day)
				   : !*text || cchc_ctl_day_read(text, &day);

	if (!right)
		refuse(r, column, text, CCHC_RULE_BAD_DATE, "ngày như 15/03/2024");
	*has = day != CCHC_DAY_NONE;
	*field = *has ? day : 0;
}

static void read_codes(struct reader *r, enum column column, size_t most, char ***code,
		       size_t *n)
{
	struct cchc_ctl_codes codes = {0};
	const char *text = cell(r, column);
	const char *bad = NULL;
	enum cchc_rc rc = cchc_ctl_codes_read(r->arena, text, most, &codes, &bad);

	if (rc == CCHC_NOMEM)
		r->rc = rc;
	else if (rc != CCHC_OK)
		refuse(r, column, bad ? bad : text, CCHC_RULE_BAD_CODES,
		       "mã đơn vị, mỗi mã một lần, cách nhau bằng dấu phẩy");
	*code = codes.code;
	*n = codes.n;
}

/* A day that could not be read is told already; what it says nobody knows. */
static void check_state(struct reader *r, const Cchc__Deed *deed)
{
	struct cchc_ctl_dates dates = {
		.due = deed->has_due ? deed->due : CCHC_DAY_NONE,
		.done = deed->has_done ? deed->done : CCHC_DAY_NONE,
		.today = r->today,
	};
	const char *text = cell(r, STATE);
	char right[CCHC_CTL_RIGHT_STATE];
	enum cchc_rule rule;
	const char *field;
	cchc_day none;

	if (!cchc_ctl_due_read(cell(r, DUE), &none) ||
	    (*cell(r, DONE) && !deed->has_done) ||
	    cchc_ctl_state_fits(text, &dates, &rule, &field, right))
		return;
	refuse_field(r, field, strcmp(field, FIELD[STATE]) == 0 ? text : "", rule, right);
}

static void read_deed(struct reader *r, Cchc__Deed *deed)
{
	cchc__deed__init(deed);
	deed->kind = CCHC__DEED__KIND__ADD;
	deed->id = needed_text(r, ID);
	deed->title = needed_text(r, TITLE);
	read_codes(r, UNITS, CCHC_LEADS_MAX, &deed->lead, &deed->n_lead);
	if (!*cell(r, UNITS))
		refuse(r, UNITS, "", CCHC_RULE_MISSING, "");
	read_codes(r, CO, CCHC_TASK_CO_MAX, &deed->co, &deed->n_co);
	deed->class_ = text_of(r, CLASS);
	deed->doc_number = text_of(r, DOC);
	deed->assigner = text_of(r, ASSIGNER);
	deed->result = text_of(r, RESULT);
	read_day(r, DOC_DATE, &deed->has_doc_date, &deed->doc_date);
	read_day(r, ASSIGNED, &deed->has_assigned, &deed->assigned);
	if (!*cell(r, ASSIGNED))
		refuse(r, ASSIGNED, "", CCHC_RULE_MISSING, "");
	read_day(r, DUE, &deed->has_due, &deed->due);
	read_day(r, DONE, &deed->has_done, &deed->done);
	check_state(r, deed);
}

static bool is_empty(const struct cchc_sheet_row *row, const size_t at[COLUMNS])
{
	for (size_t c = 0; c < COLUMNS; c++)
		if (at[c] && *cchc_sheet_cell(row, at[c] - 1))
			return false;
	return true;
}

/* ---- ids that come twice ---- */

static int by_id_and_line(const void *a, const void *b)
{
	const struct cchc_ctl_task_line *const *x = a;
	const struct cchc_ctl_task_line *const *y = b;
	int order = strcmp((*x)->deed.id, (*y)->deed.id);

	return order ? order : ((*x)->line > (*y)->line) - ((*x)->line < (*y)->line);
}

static bool say_the_same(struct reader *r, const Cchc__Deed *a, const Cchc__Deed *b)
{
	size_t len = cchc__deed__get_packed_size(a);
	uint8_t *bytes;

	if (cchc__deed__get_packed_size(b) != len)
		return false;
	bytes = cchc_arena_alloc(r->arena, 2 * len);
	if (!bytes) {
		r->rc = CCHC_NOMEM;
		return false;
	}
	(void)cchc__deed__pack(a, bytes);
	(void)cchc__deed__pack(b, bytes + len);
	return memcmp(bytes, bytes + len, len) == 0;
}

/* Takes out (by line 0) what an earlier line says, or says otherwise under its id. */
static void judge_twins(struct reader *r, struct cchc_ctl_task_sheet *tasks,
			struct cchc_ctl_task_line *first,
			struct cchc_ctl_task_line *second)
{
	struct cchc_sheet_row row = {.line = second->line};
	char expected[40];

	second->line = 0;
	if (say_the_same(r, &first->deed, &second->deed)) {
		tasks->same++;
		return;
	}
	r->row = &row;
	snprintf(expected, sizeof(expected), "như dòng %u", first->line);
	refuse(r, ID, second->deed.id, CCHC_RULE_TASK_EXISTS, expected);
	tasks->refused++;
}

static void take_out_twins(struct reader *r, struct cchc_ctl_task_sheet *tasks)
{
	struct cchc_ctl_task_line **sorted = cchc_arena_array(
		r->arena, tasks->n + 1, sizeof(struct cchc_ctl_task_line *));
	size_t first = 0;
	size_t kept = 0;

	if (!sorted) {
		r->rc = CCHC_NOMEM;
		return;
	}
	for (size_t i = 0; i < tasks->n; i++)
		sorted[i] = &tasks->line[i];
	qsort(sorted, tasks->n, sizeof(struct cchc_ctl_task_line *), by_id_and_line);
	for (size_t i = 1; i < tasks->n; i++) {
		if (strcmp(sorted[first]->deed.id, sorted[i]->deed.id) != 0)
			first = i;
		else
			judge_twins(r, tasks, sorted[first], sorted[i]);
	}
	for (size_t i = 0; i < tasks->n; i++)
		if (tasks->line[i].line)
			tasks->line[kept++] = tasks->line[i];
	tasks->n = kept;
}

static int by_line_and_order(const void *a, const void *b)
{
	const struct found *const *x = a;
	const struct found *const *y = b;

	if ((*x)->mistake.line != (*y)->mistake.line)
		return (*x)->mistake.line < (*y)->mistake.line ? -1 : 1;
	return ((*x)->order > (*y)->order) - ((*x)->order < (*y)->order);
}

/* Those of twins were found last: people read a file from its top. */
static void list_mistakes(struct reader *r, struct cchc_ctl_task_sheet *tasks)
{
	struct cchc_ctl_task_mistake *list =
		cchc_arena_array(r->arena, r->n_found + 1, sizeof(*list));
	struct found **sorted =
		cchc_arena_array(r->arena, r->n_found + 1, sizeof(struct found *));
	size_t n = 0;

	if (!list || !sorted) {
		r->rc = CCHC_NOMEM;
		return;
	}
	for (struct found *found = r->found; found; found = found->before)
		sorted[n++] = found;
	qsort(sorted, n, sizeof(struct found *), by_line_and_order);
	for (size_t i = 0; i < n; i++)
		list[i] = sorted[i]->mistake;
	tasks->mistake = list;
	tasks->n_mistakes = n;
}

enum cchc_rc cchc_ctl_task_sheet_read(struct cchc_arena *arena,
				      const struct cchc_sheet *sheet, cchc_day today,
				      struct cchc_ctl_task_sheet *tasks,
				      struct cchc_err *err)
{
	struct cchc_ctl_task_sheet read = {.file = sheet->file};
	size_t at[COLUMNS];
	size_t below = 0;
	enum cchc_rc rc = find_header(sheet, at, &below, err);
	struct reader r = {.arena = arena, .file = sheet->file, .at = at, .today = today};

	if (rc != CCHC_OK)
		return rc;
	read.line = cchc_arena_array(arena, sheet->n + 1, sizeof(*read.line));
	for (size_t i = below; read.line && i < sheet->n && r.rc == CCHC_OK; i++) {
		struct cchc_ctl_task_line *line = &read.line[read.n];

		if (is_empty(&sheet->row[i], at))
			continue;
		r.row = &sheet->row[i];
		r.wrong = false;
		line->line = r.row->line;
		read_deed(&r, &line->deed);
		read.read++;
		read.n += !r.wrong;
		read.refused += r.wrong;
	}
	if (read.line && r.rc == CCHC_OK)
		take_out_twins(&r, &read);
	if (read.line && r.rc == CCHC_OK)
		list_mistakes(&r, &read);
	if (!read.line || r.rc != CCHC_OK)
		return cchc_fail(err, CCHC_NOMEM, "%s: out of memory", sheet->file);
	*tasks = read;
	return CCHC_OK;
}
