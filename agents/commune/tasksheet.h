#ifndef CCHC_COMMUNE_TASKSHEET_H
#define CCHC_COMMUNE_TASKSHEET_H

#include "base/sheet.h"
#include "commune/assignment.h"

/* nhiem-vu.csv: the unit's tasks as a table that people fill in a spreadsheet. PURE:
 * texts in, texts out. Written as Excel wants it (UTF-8 with a byte order mark,
 * semicolons, CR LF) and read as any table is. What was written and not changed says
 * nothing.
 *
 * A cell that a spreadsheet would take for a formula (= + - @ first) has an apostrophe
 * before it; reading takes it off again. */

enum cchc_sheet_column {
	CCHC_SHEET_ID,
	CCHC_SHEET_DOC_NUMBER,
	CCHC_SHEET_DOC_DATE,
	CCHC_SHEET_TITLE,
	CCHC_SHEET_ASSIGNER,
	CCHC_SHEET_ROLE,
	CCHC_SHEET_ASSIGNED,
	CCHC_SHEET_DUE,
	CCHC_SHEET_STATE,
	CCHC_SHEET_DONE,   /* from here on the cells that people fill, */
	CCHC_SHEET_RESULT, /* in the order of enum cchc_answer_cell */
	CCHC_SHEET_WISH,
	CCHC_SHEET_REASON,
	CCHC_SHEET_ANSWER,
	CCHC_SHEET_COLUMNS,
};

/* As printed: "Mã nhiệm vụ". */
const char *cchc_sheet_title(enum cchc_sheet_column column);
/* The column that a refusal's field means ("done": "Ngày hoàn thành"), or the field. */
const char *cchc_sheet_field(const char *field);

/* Which column a cell of the header names: its title or its field, any case, accents or
 * not. */
bool cchc_sheet_column_of(const char *cell, enum cchc_sheet_column *column);

/* ---- what people see ---- */

/* What stands in the cells that people fill: what they wrote, or what the register has.
 */
struct cchc_sheet_cells {
	const char *text[CCHC_ANSWER_CELLS]; /* lent from the assignment, or in: */
	char done[CCHC_DAY_TEXT];
	char wish[CCHC_DAY_TEXT];
};
void cchc_sheet_cells(const struct cchc_assignment *a, struct cchc_sheet_cells *cells);
/* True from 00:00 of the day after, as long as it is open. */
bool cchc_assignment_is_overdue(const struct cchc_assignment *a, cchc_day today);
/* "trong hạn", "quá hạn", "trả lại: ..." In the arena or constant; NULL: no memory. */
const char *cchc_assignment_state(struct cchc_arena *arena,
				  const struct cchc_assignment *a, cchc_day today);
/* What there is to say to who wrote something, "" for nothing. Likewise. */
const char *cchc_assignment_answer(struct cchc_arena *arena,
				   const struct cchc_assignment *a);
/* Overdue first, then by due date, then those without one, at last unknown ids; with
 * closed, done and cancelled ones at the very end, else only those about which something
 * is wrong or on its way. *n of them; NULL: no memory. */
const struct cchc_assignment **cchc_assignments_sorted(struct cchc_arena *arena,
						       const struct cchc_assignment *list,
						       size_t *n, cchc_day today,
						       bool closed);

/* ---- the table ---- */

/* The whole file, *len bytes in the arena; NULL: no memory. */
const char *cchc_sheet_write(struct cchc_arena *arena, const struct cchc_assignment *list,
			     size_t n, cchc_day today, size_t *len);

/* True if the table has the sheet's header: the column of ids and one that people fill.
 */
bool cchc_sheet_is(const struct cchc_sheet *sheet);

struct cchc_sheet_reading {
	struct cchc_saying *list; /* in the order of lines */
	size_t n;
	size_t says;
	size_t wrong;
};
/* What the table says that was not said before, judged as the district will judge it on
 * `today`. list: all assignments, by id; lent, as the table. INVALID: no header; NOMEM.
 */
CCHC_NODISCARD enum cchc_rc cchc_sheet_read(struct cchc_arena *arena,
					    const struct cchc_sheet *sheet,
					    const struct cchc_assignment *list, size_t n,
					    cchc_day today,
					    struct cchc_sheet_reading *reading);
/* Judges one statement about a task that the district told of. False with the refusal
 * (field as in the register); *changes: whether it says anything new. */
bool cchc_statement_judge(const struct cchc_assignment *a,
			  const struct cchc_statement *statement, cchc_day today,
			  bool *changes, struct cchc_refusal *refusal);
/* What people see of a statement that was taken. False: no memory. */
bool cchc_statement_cells(struct cchc_arena *arena,
			  const struct cchc_statement *statement,
			  const char *cell[CCHC_ANSWER_CELLS]);

#endif
