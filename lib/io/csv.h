#ifndef CCHC_IO_CSV_H
#define CCHC_IO_CSV_H

#include "base/arena.h"
#include "base/problems.h"
#include "base/rc.h"
#include "base/sheet.h"

/* libcsv -> struct cchc_sheet. Separator found out from the first lines: comma, semicolon
 * (Vietnamese Excel writes it, because of the decimal comma) or tab. Takes UTF-8 with or
 * without BOM and UTF-16 with BOM (Excel's "Unicode text"); anything else is refused with
 * advice. Cells are trimmed, bytes are kept as they are otherwise. Quoted cells may hold
 * line breaks (read as LF); rows keep their first line. A quotation mark inside an
 * unquoted cell is refused. Empty lines are rows of no cells. Bounds below. */

enum {
	CCHC_CSV_BYTES_MAX = 4 * 1024 * 1024,
	CCHC_CSV_ROWS_MAX = 50000,
	CCHC_CSV_COLUMNS_MAX = 256
};

/* file: name for messages, copied into the arena. CCHC_INVALID with a problem in
 * `problems` when the bytes cannot be read as a table; its place has the line. CCHC_NOMEM
 * at the arena's cap: a table takes about five times its bytes. */
CCHC_NODISCARD enum cchc_rc cchc_csv_parse(struct cchc_arena *arena, const char *file,
					   const void *bytes, size_t len,
					   struct cchc_problems *problems,
					   struct cchc_sheet *sheet);

#endif
