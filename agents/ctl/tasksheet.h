#ifndef CCHC_CTL_TASKSHEET_H
#define CCHC_CTL_TASKSHEET_H

#include "base/arena.h"
#include "base/fail.h"
#include "base/sheet.h"
#include "core/date.h"
#include "proto/wire.h"

/* A table of tasks as people keep it -> one ADD for each line. Columns by the names in
 * its header, in any order: id/mã, title/nội dung, units/đơn vị, assigned/ngày giao, and,
 * where there, co/phối hợp, class/loại, doc/số văn bản, doc_date/ngày văn bản,
 * assigner/cơ quan giao, due/hạn, done/ngày hoàn thành, result/kết quả, state/trạng thái;
 * STT and ghi chú are passed over. Lines above the header too. PURE. */

struct cchc_ctl_task_line {
	uint32_t line; /* of the file */
	Cchc__Deed deed;
};

/* What is wrong with a line: "nv.csv:2: due "...": rule". */
struct cchc_ctl_task_mistake {
	uint32_t line;
	const char *text;
};

struct cchc_ctl_task_sheet {
	const char *file;
	struct cchc_ctl_task_line *line; /* the good ones, in the order of the file */
	size_t n;
	const struct cchc_ctl_task_mistake *mistake; /* in the order of the file */
	size_t n_mistakes;
	size_t read;    /* lines with a task in them */
	size_t same;    /* lines that say again what one above says */
	size_t refused; /* lines with a mistake */
};

/* Every mistake of every line is told: field, value, rule; the other lines are good all
 * the same. The state of a line is compared with its dates on the day that is today.
 * INVALID, with its text, when there is no header, or one with a column that is unknown
 * or there twice. All lives in the arena. */
CCHC_NODISCARD enum cchc_rc cchc_ctl_task_sheet_read(struct cchc_arena *arena,
						     const struct cchc_sheet *sheet,
						     cchc_day today,
						     struct cchc_ctl_task_sheet *tasks,
						     struct cchc_err *err);

#endif
