#ifndef CCHC_CORE_FILLEDHEADER_H
#define CCHC_CORE_FILLEDHEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/sheet.h"

/* Which column of a filled-in form is what; for filled.c. */

#define CCHC_NO_COLUMN SIZE_MAX /* cchc_sheet_cell gives "" for it */

struct cchc_filled_columns {
	size_t part; /* CCHC_NO_COLUMN: parts come from heading rows, or in the code */
	size_t code;
	size_t name;
	size_t value; /* always there */
};

/* Reads a header that begins at row `at`: one or two lines, and a line of column numbers
 * below. Returns how many rows it takes; 0, and *columns untouched, if there is none. */
size_t cchc_filled_header(const struct cchc_sheet *sheet, size_t at,
			  struct cchc_filled_columns *columns);

#endif
