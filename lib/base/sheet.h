#ifndef CCHC_BASE_SHEET_H
#define CCHC_BASE_SHEET_H

#include <stddef.h>
#include <stdint.h>

/* A table of cells as a file holds them: made by io/csv.h (later by workbook readers),
 * read by the unit table and by the form's sheet reader. All memory belongs to the arena
 * of the file. */

struct cchc_sheet_row {
	uint32_t line; /* where the row begins in the file, from 1 */
	size_t n;
	const char *
		*cell; /* clean UTF-8, NUL-terminated, trimmed of blanks; never NULL */
};

struct cchc_sheet {
	const char *file; /* name for messages */
	char separator;   /* of cells, in a text; 0: there is none */
	size_t n;
	struct cchc_sheet_row *row;
};

/* The cell's text, or "" beyond the end of the row. */
static inline const char *cchc_sheet_cell(const struct cchc_sheet_row *row, size_t column)
{
	return column < row->n ? row->cell[column] : "";
}

#endif
