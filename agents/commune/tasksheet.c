#include "commune/tasksheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "commune/paper.h"

enum { SOON_DAYS = 7 };

/* Field: as in what the register refuses, and as programs may write the header. */
static const struct {
	const char *title;
	const char *field;
} COLUMNS[CCHC_SHEET_COLUMNS] = {
	[CCHC_SHEET_ID] = {"Mã nhiệm vụ", "id"},
	[CCHC_SHEET_DOC_NUMBER] = {"Số văn bản", "doc_number"},
	[CCHC_SHEET_DOC_DATE] = {"Ngày văn bản", "doc_date"},
	[CCHC_SHEET_TITLE] = {"Nội dung", "title"},
	[CCHC_SHEET_ASSIGNER] = {"Cơ quan giao", "assigner"},
	[CCHC_SHEET_ROLE] = {"Vai trò", "role"},
	[CCHC_SHEET_ASSIGNED] = {"Ngày giao", "assigned"},
	[CCHC_SHEET_DUE] = {"Hạn", "due"},
	[CCHC_SHEET_STATE] = {"Tình trạng", "state"},
	[CCHC_SHEET_DONE] = {"Ngày hoàn thành", "done"},
	[CCHC_SHEET_RESULT] = {"Văn bản kết quả", "result"},
	[CCHC_SHEET_WISH] = {"Xin gia hạn đến", "wish"},
	[CCHC_SHEET_REASON] = {"Lý do", "reason"},
	[CCHC_SHEET_ANSWER] = {"Trả lời", "answer"},
};

const char *cchc_sheet_title(enum cchc_sheet_column column)
{
	return COLUMNS[column].title;
}

const char *cchc_sheet_field(const char *field)
{
	for (size_t i = 0; i < CCHC_SHEET_COLUMNS; i++)
		if (strcmp(COLUMNS[i].field, field) == 0)
			return COLUMNS[i].title;
	return field;
}

bool cchc_sheet_column_of(const char *cell, enum cchc_sheet_column *column)
{
	for (size_t i = 0; i < CCHC_SHEET_COLUMNS; i++) {
		if (!cchc_text_alike(cell, COLUMNS[i].title) &&
		    !cchc_text_alike(cell, COLUMNS[i].field))
			continue;
		*column = (enum cchc_sheet_column)i;
		return true;
	}
	return false;
}

/* ---- what people see ---- */

void cchc_sheet_cells(const struct cchc_assignment *a, struct cchc_sheet_cells *cells)
{
	const struct cchc_statement *stands = &a->stands;

	(void)cchc_day_people(stands->done, cells->done);
	(void)cchc_day_people(stands->wish, cells->wish);
	cells->text[CCHC_ANSWER_DONE] = cells->done;
	cells->text[CCHC_ANSWER_RESULT] = stands->result ? stands->result : "";
	cells->text[CCHC_ANSWER_WISH] = cells->wish;
	cells->text[CCHC_ANSWER_REASON] = stands->reason ? stands->reason : "";
	if (a->said != CCHC_SAID_NOTHING)
		memcpy(cells->text, a->cell, sizeof(cells->text));
}

bool cchc_assignment_is_overdue(const struct cchc_assignment *a, cchc_day today)
{
	return a->known && a->state == CCHC_TASK_OPEN && a->effective != CCHC_DAY_NONE &&
	       a->effective < today;
}

static const char *open_state(const struct cchc_assignment *a, cchc_day today)
{
	if (cchc_assignment_is_overdue(a, today))
		return "quá hạn";
	if (a->effective != CCHC_DAY_NONE && a->effective - today <= SOON_DAYS)
		return "sắp đến hạn";
	return "trong hạn";
}

const char *cchc_assignment_state(struct cchc_arena *arena,
				  const struct cchc_assignment *a, cchc_day today)
{
	if (!a->known)
		return "";
	if (a->state != CCHC_TASK_OPEN)
		return cchc_task_state_vietnamese((enum cchc_task_state)a->state);
	if (a->turn == CCHC_TURN_RETURNED)
		return cchc_arena_format(
			arena, "%strả lại: %s",
			cchc_assignment_is_overdue(a, today) ? "quá hạn, " : "",
			a->reason);
	return open_state(a, today);
}

static const char *refused(struct cchc_arena *arena, const struct cchc_assignment *a)
{
	const struct cchc_refusal *r = &a->refusal;

	return cchc_arena_format(
		arena, "%s: %s, %s \"%s\"%s%s%s",
		a->said == CCHC_SAID_WRONG ? "Không nhận" : "Huyện không nhận",
		cchc_rule_vietnamese(r->rule), cchc_sheet_field(r->field), r->value,
		r->expected[0] ? " (đúng: " : "", r->expected, r->expected[0] ? ")" : "");
}

/* What the district did last with an open task. */
static const char *last_word(struct cchc_arena *arena, const struct cchc_assignment *a)
{
	if (a->stands.wish != CCHC_DAY_NONE)
		return "Huyện đã nhận đề nghị gia hạn";
	if (!a->reason[0])
		return "";
	if (a->turn == CCHC_TURN_RETURNED)
		return cchc_arena_format(arena, "Huyện trả lại: %s", a->reason);
	if (a->turn == CCHC_TURN_REOPENED)
		return cchc_arena_format(arena, "Huyện mở lại: %s", a->reason);
	if (a->extensions)
		return cchc_arena_format(arena, "Huyện đã gia hạn: %s", a->reason);
	return cchc_arena_format(arena, "Huyện ghi: %s", a->reason);
}

const char *cchc_assignment_answer(struct cchc_arena *arena,
				   const struct cchc_assignment *a)
{
	switch ((enum cchc_said)a->said) {
	case CCHC_SAID_WAITS:
		return "Đã ghi, chờ gửi lên huyện";
	case CCHC_SAID_TAKEN:
		return "Huyện đã nhận";
	case CCHC_SAID_WRONG:
	case CCHC_SAID_REFUSED:
		return refused(arena, a);
	case CCHC_SAID_NOTHING:
		break;
	}
	if (a->is_duty)
		return "Hoàn thành khi gửi báo cáo, không điền ở đây";
	if (!a->leads)
		return "Đơn vị phối hợp chỉ theo dõi, không điền ở đây";
	if (a->state == CCHC_TASK_WAITING)
		return "Huyện đã nhận, chờ xác nhận";
	return a->state == CCHC_TASK_OPEN ? last_word(arena, a) : "";
}

/* ---- order ---- */

struct place {
	const struct cchc_assignment *a;
	int group;
};

static bool is_closed(const struct cchc_assignment *a)
{
	return a->known && a->state != CCHC_TASK_OPEN && a->state != CCHC_TASK_WAITING;
}

static int group_of(const struct cchc_assignment *a, cchc_day today)
{
	if (cchc_assignment_is_overdue(a, today))
		return 0;
	if (is_closed(a))
		return 4;
	if (!a->known)
		return 3;
	return a->effective == CCHC_DAY_NONE ? 2 : 1;
}

static int by_place(const void *x, const void *y)
{
	const struct place *a = x;
	const struct place *b = y;

	if (a->group != b->group)
		return a->group - b->group;
	if (a->a->effective != b->a->effective)
		return a->a->effective < b->a->effective ? -1 : 1;
	return strcmp(a->a->id, b->a->id);
}

const struct cchc_assignment **cchc_assignments_sorted(struct cchc_arena *arena,
						       const struct cchc_assignment *list,
						       size_t *n, cchc_day today,
						       bool closed)
{
	struct place *place = cchc_arena_array(arena, *n + 1, sizeof(*place));
	const struct cchc_assignment **sorted =
		cchc_arena_array(arena, *n + 1, sizeof(*sorted));
	size_t kept = 0;

	if (!place || !sorted)
		return NULL;
	for (size_t i = 0; i < *n; i++)
		if (closed || !is_closed(&list[i]) || list[i].said != CCHC_SAID_NOTHING)
			place[kept++] =
				(struct place){&list[i], group_of(&list[i], today)};
	qsort(place, kept, sizeof(*place), by_place);
	for (size_t i = 0; i < kept; i++)
		sorted[i] = place[i].a;
	*n = kept;
	return sorted;
}

/* ---- the table ---- */

/* Apostrophes before what would be a formula: one more, so that reading is exact. */
static bool needs_guard(const char *text)
{
	text += strspn(text, "'");
	return *text && strchr("=+-@", *text);
}

static void put_cell(FILE *out, const char *text)
{
	size_t len = strlen(text);
	const char *quote;

	cchc_text_trim(&text, &len);
	quote = len && (strcspn(text, ";\"\r\n") < len) ? "\"" : "";
	(void)fputs(quote, out);
	if (len && needs_guard(text))
		(void)fputc('\'', out);
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '"')
			(void)fputc('"', out);
		(void)fputc(text[i], out);
	}
	(void)fputs(quote, out);
}

static void put_row(FILE *out, const char *const cell[CCHC_SHEET_COLUMNS])
{
	for (size_t i = 0; i < CCHC_SHEET_COLUMNS; i++) {
		if (i)
			(void)fputc(';', out);
		put_cell(out, cell[i] ? cell[i] : "");
	}
	(void)fputs("\r\n", out);
}

static void put_header(FILE *out)
{
	const char *cell[CCHC_SHEET_COLUMNS];

	for (size_t i = 0; i < CCHC_SHEET_COLUMNS; i++)
		cell[i] = cchc_sheet_title((enum cchc_sheet_column)i);
	put_row(out, cell);
}

/* False when memory is out. */
static bool put_task(FILE *out, struct cchc_arena *arena, const struct cchc_assignment *a,
		     cchc_day today)
{
	const char *cell[CCHC_SHEET_COLUMNS] = {[CCHC_SHEET_ID] = a->id};
	struct cchc_sheet_cells filled;
	char doc_date[CCHC_DAY_TEXT];
	char assigned[CCHC_DAY_TEXT];
	char due[CCHC_DAY_TEXT];

	cchc_sheet_cells(a, &filled);
	memcpy(&cell[CCHC_SHEET_DONE], filled.text, sizeof(filled.text));
	cell[CCHC_SHEET_DOC_NUMBER] = a->doc_number;
	cell[CCHC_SHEET_DOC_DATE] = cchc_day_people(a->doc_date, doc_date);
	cell[CCHC_SHEET_TITLE] = a->title;
	cell[CCHC_SHEET_ASSIGNER] = a->assigner;
	cell[CCHC_SHEET_ASSIGNED] = cchc_day_people(a->assigned, assigned);
	cell[CCHC_SHEET_DUE] = cchc_day_people(a->effective, due);
	if (a->known)
		cell[CCHC_SHEET_ROLE] = a->leads ? "chủ trì" : "phối hợp";
	cell[CCHC_SHEET_STATE] = cchc_assignment_state(arena, a, today);
	cell[CCHC_SHEET_ANSWER] = cchc_assignment_answer(arena, a);
	put_row(out, cell);
	return cell[CCHC_SHEET_STATE] && cell[CCHC_SHEET_ANSWER];
}

const char *cchc_sheet_write(struct cchc_arena *arena, const struct cchc_assignment *list,
			     size_t n, cchc_day today, size_t *len)
{
	const struct cchc_assignment **sorted =
		cchc_assignments_sorted(arena, list, &n, today, false);
	struct cchc_paper paper;
	const char *text;
	bool whole = true;

	if (!sorted || !cchc_paper_open(&paper))
		return NULL;
	(void)fputs("\xef\xbb\xbf", paper.file);
	put_header(paper.file);
	for (size_t i = 0; i < n; i++)
		whole = put_task(paper.file, arena, sorted[i], today) && whole;
	text = cchc_paper_keep(&paper, arena);
	*len = paper.len;
	return whole ? text : NULL;
}
