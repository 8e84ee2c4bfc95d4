#ifndef CCHC_CORE_FILLEDROW_H
#define CCHC_CORE_FILLEDROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "core/form.h"

/* Which row of the form is meant by what people write in the columns of numbers and
 * names; for filled.c. */

#define CCHC_NO_PART SIZE_MAX
enum { CCHC_FILLED_FOLD = 1024 }; /* longer names match nothing */

struct cchc_filled_name { /* a name or an alias of a row */
	const char *folded;
	uint16_t row;
};

struct cchc_filled_rows {
	const struct cchc_form *form;
	struct cchc_filled_name *name;
	size_t n;
	const char *part_name[CCHC_PARTS_MAX]; /* folded */
};

/* Folds the form's names into the arena. Form and arena must outlive `rows`. */
CCHC_NODISCARD enum cchc_rc cchc_filled_rows_init(struct cchc_filled_rows *rows,
						  const struct cchc_form *form,
						  struct cchc_arena *arena);

/* A code as written, taken apart: "I. 02.1." is part I, code 2.1; "I" part I, code "". */
struct cchc_filled_code {
	size_t part;              /* CCHC_NO_PART: none is named */
	char code[CCHC_ROW_CODE]; /* without blanks, leading zeros and the last dot */
	bool is_number;           /* a part, or a digit first: not just any word */
};

void cchc_filled_code(const struct cchc_form *form, const char *text,
		      struct cchc_filled_code *code);

/* The part that a heading names: "I", "Phần I.", "CÔNG TÁC CHỈ ĐẠO, ĐIỀU HÀNH", "I. CÔNG
 * TÁC ..."; else CCHC_NO_PART. */
size_t cchc_filled_part(const struct cchc_filled_rows *rows, const char *text);

/* True if the name, folded, is the row's or one of its aliases. */
bool cchc_filled_is_named(const struct cchc_filled_rows *rows, const struct cchc_row *row,
			  const char *folded);
/* How many rows of the part (CCHC_NO_PART: of the form) are so named; *only is set if it
 * is one. */
size_t cchc_filled_named(const struct cchc_filled_rows *rows, size_t part,
			 const char *folded, const struct cchc_row **only);

#endif
