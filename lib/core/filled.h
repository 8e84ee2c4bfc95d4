#ifndef CCHC_CORE_FILLED_H
#define CCHC_CORE_FILLED_H

#include "base/arena.h"
#include "base/sheet.h"
#include "core/filledhead.h"
#include "core/form.h"
#include "core/reading.h"

/* A filled-in form: what a person or a program put into a table, read against a form.
 *
 * Shapes that are taken, told apart by their header (any case, accents or not; the header
 * may stand below title lines, may be two lines as printed, and may be repeated at page
 * breaks):
 *	code,value			 full codes (I.2); also without a header line
 *	STT, Chỉ tiêu, Đơn vị tính, Số liệu, Ghi chú
 *					 the printed appendix: part headings give context
 *	section,code,name,unit,value,note  the same with the part in its own column
 * In each of them rows beginning with @ say what the report is as a whole
 * (core/filledhead.h).
 * Columns may stand in any order, unknown ones are ignored. A line is told by its number
 * (2.1, "2.1.", 02.1, I.2.1), without one by its name within the part. A name unlike the
 * form's is noticed; the exact name of another row is refused. */

struct cchc_filled_cell {
	const struct cchc_row *row;  /* NULL: it cannot be told (the refusal says why);
				      * with a name mismatch, that of the number */
	uint32_t line;               /* in the file */
	const char *code;            /* as written, with the part where known: "I.2" */
	const char *text;            /* the value as written */
	uint32_t given;              /* how many lines give the row, blank ones aside; */
	uint32_t again;              /* another one of them, 0: there is none */
	struct cchc_reading reading; /* ABSENT only with a refusal or a notice;
				      * refusal.index is the index in the list */
};

/* cell: every row that has a value or is refused; blanks of known rows are not listed;
 * headings, titles, page numbers and signatures are passed over; wrong rows of the head
 * are listed too, without a row. */
struct cchc_filled {
	struct cchc_filled_cell *cell;
	size_t n;
	size_t blanks; /* known rows whose value was blank */
	struct cchc_filled_head head;
};

/* collects: as in cchc_rule_cell. Everything is allocated in `arena`; `sheet` and `form`
 * are lent and must outlive the result. CCHC_INVALID with *refusal filled when no shape
 * fits at all; a bad cell is in the list with its own refusal and never holds back the
 * others. The same row twice with the same figure is listed once; with different figures,
 * or one that cannot be read, every occurrence is refused. CCHC_NOMEM at the arena's cap:
 * about 1 KB a filled row. */
CCHC_NODISCARD enum cchc_rc cchc_filled_read(const struct cchc_form *form, bool collects,
					     const struct cchc_sheet *sheet,
					     struct cchc_arena *arena,
					     struct cchc_filled *filled,
					     struct cchc_refusal *refusal);

#endif
