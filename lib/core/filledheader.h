#ifndef CCHC_CORE_FILLEDHEADER_H
#define CCHC_CORE_FILLEDHEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/sheet.h"
#include "core/form.h"

/* Which column of a filled-in form is what; for filled.c. */

#define CCHC_NO_COLUMN SIZE_MAX /* cchc_sheet_cell gives "" for it */

struct cchc_filled_columns {
	size_t part; /* CCHC_NO_COLUMN: parts come from heading rows, or in the code */
	size_t code;
	size_t name;
	size_t value; /* always there */
	size_t width; /* cells of the header's row */
};

/* Reads a header that begins at row `at`: one or two lines, and a line of column numbers
 * below. Returns how many rows it takes; 0, and *columns untouched, if there is none. */
size_t cchc_filled_header(const struct cchc_sheet *sheet, size_t at,
			  struct cchc_filled_columns *columns);
/* The same where there is no header at all: code,value with at least one full code of the
 * form, or rows of the head (@) alone. */
bool cchc_filled_bare(const struct cchc_form *form, const struct cchc_sheet *sheet,
		      struct cchc_filled_columns *columns);

/* In a table parted by commas: a decimal comma parted a figure in two. What should be
 * right of it stands one cell further, or the note is a bare number. Quietly taken, 26,6
 * would be 26. */
bool cchc_filled_is_parted(const struct cchc_sheet_row *row,
			   const struct cchc_filled_columns *columns);

#endif
