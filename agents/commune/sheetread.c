/* sheetread.c - what people wrote into nhiem-vu.csv.
 *
 * A spreadsheet may have been open while the district spoke, and is then saved over a
 * newer file. So a row is compared with what it shows by now, blanks say nothing at all,
 * and what was said before is not said again by a row whose due date or state are of
 * another time. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "commune/tasksheet.h"

enum {
	HEADER_WITHIN = 20, /* rows; titles may stand above it */
	UNKNOWN_MAX = 100,  /* rows of unknown ids that stay in the sheet */
	DAY_ROOM = 64,      /* longer than any day is written */
};

/* Units in a judgement of one task: ours and any other. */
enum { OUR_UNIT = 1, OTHER_UNIT = 2 };

struct columns {
	size_t of[CCHC_SHEET_COLUMNS]; /* SIZE_MAX: not there */
};

struct row {
	uint32_t line;
	const char *id;
	const char *cell[CCHC_ANSWER_CELLS];
	const char *due; /* as the file has it; NULL: it has no such column */
	const char *state;
	const struct row *twin; /* another row of the id that says something else */
	bool again;             /* says what a row above says */
};

struct reader {
	struct cchc_arena *arena;
	const struct cchc_assignment *list;
	size_t n;
	cchc_day today;
	struct row *row;
	size_t n_rows;
	struct cchc_sheet_reading *reading;
	size_t unknown;
	enum cchc_rc rc;
};

/* ---- the header ---- */

static bool find_columns(const struct cchc_sheet_row *row, struct columns *columns)
{
	for (size_t i = 0; i < CCHC_SHEET_COLUMNS; i++)
		columns->of[i] = SIZE_MAX;
	for (size_t i = 0; i < row->n; i++) {
		enum cchc_sheet_column column;

		if (cchc_sheet_column_of(row->cell[i], &column) &&
		    columns->of[column] == SIZE_MAX)
			columns->of[column] = i;
	}
	return columns->of[CCHC_SHEET_ID] != SIZE_MAX &&
	       (columns->of[CCHC_SHEET_DONE] != SIZE_MAX ||
		columns->of[CCHC_SHEET_WISH] != SIZE_MAX);
}

/* The row behind the header; 0: there is none. */
static size_t find_header(const struct cchc_sheet *sheet, struct columns *columns)
{
	for (size_t i = 0; i < sheet->n && i < HEADER_WITHIN; i++)
		if (find_columns(&sheet->row[i], columns))
			return i + 1;
	return 0;
}

bool cchc_sheet_is(const struct cchc_sheet *sheet)
{
	struct columns columns;

	return find_header(sheet, &columns) > 0;
}

/* ---- rows ---- */

/* Without the apostrophe that keeps a spreadsheet from calculating; on one line. */
static const char *clean(struct reader *r, const char *cell)
{
	size_t quotes = strspn(cell, "'");
	char *copy;

	if (quotes && cell[quotes] && strchr("=+-@", cell[quotes]))
		cell++;
	if (!strpbrk(cell, "\t\r\n"))
		return cell;
	copy = cchc_arena_text(r->arena, cell, strlen(cell));
	if (!copy) {
		r->rc = CCHC_NOMEM;
		return "";
	}
	for (char *at = copy; (at = strpbrk(at, "\t\r\n"));)
		*at = ' ';
	return copy;
}

static const char *cell_of(struct reader *r, const struct cchc_sheet_row *row,
			   size_t column)
{
	return clean(r, cchc_sheet_cell(row, column));
}

static void add_row(struct reader *r, const struct cchc_sheet_row *from,
		    const struct columns *columns)
{
	struct row *row = &r->row[r->n_rows];
	const size_t *of = columns->of;

	row->id = cell_of(r, from, of[CCHC_SHEET_ID]);
	if (!row->id[0])
		return;
	row->line = from->line;
	for (size_t i = 0; i < CCHC_ANSWER_CELLS; i++)
		row->cell[i] = cell_of(r, from, of[CCHC_SHEET_DONE + i]);
	if (of[CCHC_SHEET_DUE] != SIZE_MAX)
		row->due = cell_of(r, from, of[CCHC_SHEET_DUE]);
	if (of[CCHC_SHEET_STATE] != SIZE_MAX)
		row->state = cell_of(r, from, of[CCHC_SHEET_STATE]);
	r->n_rows++;
}

static int by_id(const void *a, const void *b)
{
	const struct row *x = a;
	const struct row *y = b;
	int order = strcmp(x->id, y->id);

	return order ? order : (x->line > y->line) - (x->line < y->line);
}

static int by_line(const void *a, const void *b)
{
	const struct cchc_saying *x = a;
	const struct cchc_saying *y = b;

	return (x->line > y->line) - (x->line < y->line);
}

static bool is_same_row(const struct row *a, const struct row *b)
{
	for (size_t i = 0; i < CCHC_ANSWER_CELLS; i++)
		if (strcmp(a->cell[i], b->cell[i]) != 0)
			return false;
	return true;
}

/* In order of ids: one that is there again, saying the same, is passed over; one that
 * says something else spoils the first. */
static void pair_rows(struct reader *r)
{
	struct row *first = NULL;

	for (size_t i = 0; i < r->n_rows; i++) {
		struct row *row = &r->row[i];

		if (!first || strcmp(first->id, row->id) != 0) {
			first = row;
			continue;
		}
		row->again = true;
		if (!first->twin && !is_same_row(first, row))
			first->twin = row;
	}
}

/* ---- one row ---- */

static int id_order(const void *key, const void *assignment)
{
	return strcmp(key, ((const struct cchc_assignment *)assignment)->id);
}

static const struct cchc_assignment *find(const struct reader *r, const char *id)
{
	return r->n ? bsearch(id, r->list, r->n, sizeof(*r->list), id_order) : NULL;
}

static bool is_blank(const struct row *row)
{
	for (size_t i = 0; i < CCHC_ANSWER_CELLS; i++)
		if (row->cell[i][0])
			return false;
	return true;
}

static bool is_same_text(const char *a, const char *b)
{
	size_t a_len = strlen(a);
	size_t b_len = strlen(b);

	cchc_text_trim(&a, &a_len);
	cchc_text_trim(&b, &b_len);
	return a_len == b_len && memcmp(a, b, a_len) == 0;
}

/* What is written is trimmed, what was kept of somebody's words may not be. */
static bool find_day(const char *text, cchc_day *day)
{
	char trimmed[DAY_ROOM];
	size_t len = strlen(text);

	cchc_text_trim(&text, &len);
	if (len >= sizeof(trimmed))
		return false;
	memcpy(trimmed, text, len);
	trimmed[len] = '\0';
	return cchc_day_read(trimmed, day);
}

/* A spreadsheet writes a date in its own way. */
static bool is_same_cell(const char *a, const char *b)
{
	cchc_day x;
	cchc_day y;

	if (find_day(a, &x) && find_day(b, &y))
		return x == y;
	return is_same_text(a, b);
}

static bool is_as_shown(const struct cchc_assignment *a, const struct row *row)
{
	struct cchc_sheet_cells shown;

	cchc_sheet_cells(a, &shown);
	for (size_t i = 0; i < CCHC_ANSWER_CELLS; i++) {
		bool is_day = i == CCHC_ANSWER_DONE || i == CCHC_ANSWER_WISH;

		if (is_day ? !is_same_cell(row->cell[i], shown.text[i])
			   : !is_same_text(row->cell[i], shown.text[i]))
			return false;
	}
	return true;
}

static struct cchc_saying *add_saying(struct reader *r, const struct row *row,
				      enum cchc_saying_kind kind)
{
	struct cchc_saying *saying = &r->reading->list[r->reading->n++];

	*saying = (struct cchc_saying){.id = row->id, .kind = kind, .line = row->line};
	memcpy(saying->cell, row->cell, sizeof(saying->cell));
	r->reading->says += kind == CCHC_SAYING_SAYS;
	r->reading->wrong += kind == CCHC_SAYING_WRONG || kind == CCHC_SAYING_TOLD;
	return saying;
}

static void refuse_as(struct reader *r, const struct row *row, enum cchc_saying_kind kind,
		      enum cchc_rule rule, const char *field, const char *value,
		      const char *expected)
{
	struct cchc_refusal *refusal = &add_saying(r, row, kind)->refusal;

	*refusal = (struct cchc_refusal){.index = CCHC_REFUSED_WHOLE, .rule = rule};
	cchc_text_copy(refusal->field, sizeof(refusal->field), field, strlen(field));
	cchc_text_copy(refusal->value, sizeof(refusal->value), value, strlen(value));
	cchc_text_copy(refusal->expected, sizeof(refusal->expected), expected,
		       strlen(expected));
}

static void refuse(struct reader *r, const struct row *row, enum cchc_rule rule,
		   const char *field, const char *value, const char *expected)
{
	refuse_as(r, row, CCHC_SAYING_WRONG, rule, field, value, expected);
}

static void read_unknown(struct reader *r, const struct row *row,
			 const struct cchc_assignment *a)
{
	bool fits = strlen(row->id) < CCHC_TASK_ID && r->unknown < UNKNOWN_MAX;

	if (is_blank(row)) {
		if (a)
			(void)add_saying(r, row, CCHC_SAYING_DROPS);
		return;
	}
	r->unknown++;
	if (a && is_as_shown(a, row))
		(void)add_saying(r, row, CCHC_SAYING_KEEPS);
	else
		refuse_as(r, row, fits ? CCHC_SAYING_WRONG : CCHC_SAYING_TOLD,
			  CCHC_RULE_NO_TASK, "id", row->id,
			  "mã của một nhiệm vụ mà đơn vị mình chủ trì hoặc phối hợp");
}

/* ---- what a row says ---- */

static struct cchc_task task_of(const struct cchc_assignment *a, const uint32_t *co)
{
	return (struct cchc_task){
		.id = a->id,
		.title = a->title,
		.assigned = a->assigned,
		.lead = a->leads ? OUR_UNIT : OTHER_UNIT,
		.co = co,
		.n_co = a->leads ? 0 : 1,
		.due = a->due,
		.effective = a->effective,
		.state = (enum cchc_task_state)a->state,
		.done = a->stands.done,
		.result = a->stands.result,
		.wish = a->stands.wish,
		.wish_reason = a->stands.reason,
		.is_duty = a->is_duty,
	};
}

bool cchc_statement_judge(const struct cchc_assignment *a,
			  const struct cchc_statement *statement, cchc_day today,
			  bool *changes, struct cchc_refusal *refusal)
{
	static const uint32_t OURS[] = {OUR_UNIT};
	struct cchc_task task = task_of(a, OURS);
	struct cchc_deed deed = {.kind = CCHC_DEED_REPORT,
				 .hand = CCHC_HAND_COMMUNE,
				 .id = a->id,
				 .unit = OUR_UNIT,
				 .doc_date = CCHC_DAY_NONE,
				 .assigned = CCHC_DAY_NONE,
				 .due = CCHC_DAY_NONE,
				 .effective = CCHC_DAY_NONE,
				 .done = statement->done,
				 .result = statement->result,
				 .wish = statement->wish,
				 .reason = statement->reason};

	return cchc_task_judge(&task, &deed, today, changes, refusal);
}

bool cchc_statement_cells(struct cchc_arena *arena,
			  const struct cchc_statement *statement,
			  const char *cell[CCHC_ANSWER_CELLS])
{
	bool is_done = statement->done != CCHC_DAY_NONE;
	char text[CCHC_DAY_TEXT];
	const char *day;

	(void)cchc_day_people(is_done ? statement->done : statement->wish, text);
	day = cchc_arena_text(arena, text, strlen(text));
	cell[CCHC_ANSWER_DONE] = is_done ? day : "";
	cell[CCHC_ANSWER_RESULT] = is_done ? statement->result : "";
	cell[CCHC_ANSWER_WISH] = is_done ? "" : day;
	cell[CCHC_ANSWER_REASON] = is_done ? "" : statement->reason;
	return day != NULL;
}

/* What was said last and not refused, else what the register has. */
static const struct cchc_statement *base_of(const struct cchc_assignment *a)
{
	bool said = a->said == CCHC_SAID_WAITS || a->said == CCHC_SAID_TAKEN;

	return said ? &a->told : &a->stands;
}

static bool read_day(struct reader *r, const struct row *row, enum cchc_answer_cell cell,
		     const char *field, cchc_day *day)
{
	const char *text = row->cell[cell];

	*day = CCHC_DAY_NONE;
	if (!text[0] || cchc_day_read(text, day))
		return true;
	refuse(r, row, CCHC_RULE_BAD_DATE, field, text, "ngày như 15/03/2024");
	return false;
}

static bool is_new(cchc_day day, const char *text, cchc_day base_day, const char *base)
{
	if (day == CCHC_DAY_NONE)
		return false;
	return day != base_day || (text[0] && !is_same_text(text, base ? base : ""));
}

/* Of a file from before the district's last word: what it says was answered since. */
static bool is_stale(struct reader *r, const struct cchc_assignment *a,
		     const struct row *row, const struct cchc_statement *statement)
{
	const struct cchc_statement *told = &a->told;
	const char *state = cchc_assignment_state(r->arena, a, r->today);
	char due[CCHC_DAY_TEXT];

	if (!state)
		r->rc = CCHC_NOMEM;
	if (!state || told->done != statement->done || told->wish != statement->wish ||
	    !is_same_text(told->result ? told->result : "", statement->result) ||
	    !is_same_text(told->reason ? told->reason : "", statement->reason))
		return false;
	(void)cchc_day_people(a->effective, due);
	return (row->state && !is_same_text(row->state, state)) ||
	       (row->due && !is_same_cell(row->due, due));
}

/* The value as it was written, where it is a day. */
static void refuse_statement(struct reader *r, const struct row *row,
			     const struct cchc_refusal *why)
{
	const char *value = why->value;

	if (strcmp(why->field, "done") == 0)
		value = row->cell[CCHC_ANSWER_DONE];
	if (strcmp(why->field, "wish") == 0)
		value = row->cell[CCHC_ANSWER_WISH];
	refuse(r, row, why->rule, why->field, value, why->expected);
}

static void drop_wrong(struct reader *r, const struct cchc_assignment *a,
		       const struct row *row)
{
	if (a->said == CCHC_SAID_WRONG || a->said == CCHC_SAID_REFUSED)
		(void)add_saying(r, row, CCHC_SAYING_DROPS);
}

static void say(struct reader *r, const struct cchc_assignment *a, const struct row *row,
		const struct cchc_statement *statement)
{
	struct cchc_refusal why;
	struct cchc_saying *saying;
	bool changes;

	if (is_stale(r, a, row, statement)) {
		drop_wrong(r, a, row);
		return;
	}
	if (!cchc_statement_judge(a, statement, r->today, &changes, &why)) {
		refuse_statement(r, row, &why);
		return;
	}
	if (!changes && base_of(a) == &a->stands) {
		drop_wrong(r, a, row);
		return;
	}
	saying = add_saying(r, row, CCHC_SAYING_SAYS);
	saying->statement = *statement;
	if (!cchc_statement_cells(r->arena, statement, saying->cell))
		r->rc = CCHC_NOMEM;
}

/* Neither done nor a wish: what belongs to one of them has nothing to belong to. */
static void read_rest(struct reader *r, const struct cchc_assignment *a,
		      const struct row *row, const struct cchc_statement *base)
{
	const char *result = row->cell[CCHC_ANSWER_RESULT];
	const char *reason = row->cell[CCHC_ANSWER_REASON];

	if (!row->cell[CCHC_ANSWER_DONE][0] && result[0] &&
	    !is_same_text(result, base->result ? base->result : ""))
		refuse(r, row, CCHC_RULE_MISSING, "done", "", "ngày hoàn thành");
	else if (!row->cell[CCHC_ANSWER_WISH][0] && reason[0] &&
		 !is_same_text(reason, base->reason ? base->reason : ""))
		refuse(r, row, CCHC_RULE_MISSING, "wish", "", "ngày xin gia hạn đến");
	else
		drop_wrong(r, a, row);
}

static void refuse_wish(struct reader *r, const struct row *row,
			enum cchc_saying_kind kind)
{
	refuse_as(r, row, kind, CCHC_RULE_NOT_OPEN, "wish", row->cell[CCHC_ANSWER_WISH],
		  "đã báo cáo hoàn thành thì không xin gia hạn");
}

static void read_known(struct reader *r, const struct cchc_assignment *a,
		       const struct row *row)
{
	const struct cchc_statement *base = base_of(a);
	struct cchc_statement done = {.result = row->cell[CCHC_ANSWER_RESULT],
				      .wish = CCHC_DAY_NONE,
				      .reason = ""};
	struct cchc_statement wish = {.done = CCHC_DAY_NONE,
				      .result = "",
				      .reason = row->cell[CCHC_ANSWER_REASON]};
	bool wishes;

	if (!read_day(r, row, CCHC_ANSWER_DONE, "done", &done.done) ||
	    !read_day(r, row, CCHC_ANSWER_WISH, "wish", &wish.wish))
		return;
	wishes = is_new(wish.wish, wish.reason, base->wish, base->reason);
	if (is_new(done.done, done.result, base->done, base->result)) {
		if (wishes)
			refuse_wish(r, row, CCHC_SAYING_TOLD);
		say(r, a, row, &done);
	} else if (!wishes) {
		read_rest(r, a, row, base);
	} else if (done.done == CCHC_DAY_NONE) {
		say(r, a, row, &wish);
	} else {
		refuse_wish(r, row, CCHC_SAYING_WRONG);
	}
}

static void read_row(struct reader *r, const struct row *row)
{
	const struct cchc_assignment *a = find(r, row->id);
	char expected[96];

	if (row->again)
		return;
	if (!a || !a->known) {
		read_unknown(r, row, a);
	} else if (row->twin) {
		(void)snprintf(expected, sizeof(expected),
			       "mỗi nhiệm vụ chỉ một dòng, còn có ở dòng %" PRIu32,
			       row->twin->line);
		refuse(r, row, CCHC_RULE_TASK_TWICE, "id", row->id, expected);
	} else if (!a->is_duty && !is_as_shown(a, row)) {
		read_known(r, a, row);
	}
}

enum cchc_rc cchc_sheet_read(struct cchc_arena *arena, const struct cchc_sheet *sheet,
			     const struct cchc_assignment *list, size_t n, cchc_day today,
			     struct cchc_sheet_reading *reading)
{
	struct cchc_sheet_reading got = {0};
	struct reader r = {.arena = arena,
			   .list = list,
			   .n = n,
			   .today = today,
			   .row = cchc_arena_array(arena, sheet->n + 1, sizeof(*r.row)),
			   .reading = &got};
	struct columns columns;
	size_t at = find_header(sheet, &columns);

	/* two of a row that says two things */
	got.list = cchc_arena_array(arena, 2 * sheet->n + 1, sizeof(*got.list));
	if (at == 0)
		return CCHC_INVALID;
	if (!r.row || !got.list)
		return CCHC_NOMEM;
	for (; at < sheet->n; at++)
		add_row(&r, &sheet->row[at], &columns);
	qsort(r.row, r.n_rows, sizeof(*r.row), by_id);
	pair_rows(&r);
	for (size_t i = 0; i < r.n_rows; i++)
		read_row(&r, &r.row[i]);
	qsort(got.list, got.n, sizeof(*got.list), by_line);
	if (r.rc)
		return r.rc;
	*reading = got;
	return CCHC_OK;
}
