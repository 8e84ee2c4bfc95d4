#ifndef CCHC_CTL_TASKSHEET_H
#define CCHC_CTL_TASKSHEET_H

#include <stdio.h>

#include "base/arena.h"
#include "base/fail.h"
#include "base/sheet.h"
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

struct cchc_ctl_task_sheet {
	const char *file;
	struct cchc_ctl_task_line *line; /* the good ones, in the order of the file */
	size_t n;
	size_t read;    /* lines with a task in them */
	size_t same;    /* lines that say again what one above says */
	size_t refused; /* lines with a mistake */
};

/* Every mistake of every line is told on `mistakes`: file:line, field, value, rule; the
 * other lines are good all the same. INVALID, with its text, when there is no header, or
 * one with a column that is unknown or there twice. All lives in the arena. */
CCHC_NODISCARD enum cchc_rc cchc_ctl_task_sheet_read(struct cchc_arena *arena,
						     const struct cchc_sheet *sheet,
						     struct cchc_ctl_task_sheet *tasks,
						     FILE *mistakes,
						     struct cchc_err *err);

#endif
