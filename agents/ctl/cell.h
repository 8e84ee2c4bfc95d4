#ifndef CCHC_CTL_CELL_H
#define CCHC_CTL_CELL_H

#include <stdio.h>

#include "base/arena.h"
#include "core/form.h"
#include "core/number.h"
#include "proto/wire.h"

/* One rolled-up cell as it came from the daemon, and its texts: for machines (26.6) and
 * for people (26,6). Lent from the answer and the form. */
struct cchc_ctl_cell {
	const struct cchc_row *row;
	const char *name; /* of the row, as printed for a unit of that level */
	Cchc__CellState state;
	bool tallied; /* a yes/no or choice above one unit: counts, not a choice */
	int64_t value;
	uint32_t reported;
	uint32_t expected;
	uint32_t incomplete;
	const Cchc__Detail *detail; /* NULL: none */
};

/* The i-th cell of a unit's columns. False when the form has no such row or the state is
 * not one of ours: the answer does not belong to this form. */
bool cchc_ctl_cell_read(const struct cchc_form *form, const Cchc__UnitCells *cells,
			size_t i, struct cchc_ctl_cell *cell);
/* The row as printed for a unit of that level (NULL: of none). */
const char *cchc_ctl_row_name(const struct cchc_row *row, const Cchc__UnitInfo *unit);
/* A row of the unit (NULL: of none) nothing came for: absent, or a heading. */
void cchc_ctl_cell_empty(const struct cchc_row *row, const Cchc__UnitInfo *unit,
			 struct cchc_ctl_cell *cell);

/* heading, figure, na, absent, withdrawn, differs, spread */
const char *cchc_ctl_state_name(Cchc__CellState state);
/* In the row's unit: 26.6; above one unit the number of yes; "" where there is no one
 * number: choices above one unit and every state but figure. Returns out. */
char *cchc_ctl_cell_plain(const struct cchc_ctl_cell *cell, char out[CCHC_NUMBER_TEXT]);
/* As the printed form has it: 26,6 · 3/12 có · Không thống nhất: 88 (10), 90 (1). */
void cchc_ctl_cell_people(const struct cchc_ctl_cell *cell, FILE *out);
/* What a person must know beside the number, in Vietnamese; nothing where all is said. */
void cchc_ctl_cell_remarks(const struct cchc_form *form, const struct cchc_ctl_cell *cell,
			   FILE *out);
/* A figure of a row that is not rolled up: number, na, withdrawn or nothing. */
void cchc_ctl_figure_people(const struct cchc_row *row, uint32_t state, int64_t value,
			    FILE *out);
char *cchc_ctl_figure_plain(const struct cchc_row *row, uint32_t state, int64_t value,
			    char out[CCHC_NUMBER_TEXT]);
/* How many units gave this value. */
uint32_t cchc_ctl_cell_count(const struct cchc_ctl_cell *cell, int64_t value);
/* A derived row was typed, and the units below give something else. */
bool cchc_ctl_cell_derived_differs(const struct cchc_ctl_cell *cell);
/* Units that said yes, in a tallied yes/no row. */
uint32_t cchc_ctl_cell_yes(const struct cchc_ctl_cell *cell);

/* The detail, key by key, in the order of the CSV column: incomplete, parts of a ratio,
 * least, median, most, tallies, own, declared, derived. */
struct cchc_ctl_pair {
	char key[CCHC_NUMBER_TEXT];
	char value[CCHC_NUMBER_TEXT];
};
CCHC_NODISCARD enum cchc_rc cchc_ctl_cell_pairs(struct cchc_arena *arena,
						const struct cchc_form *form,
						const struct cchc_ctl_cell *cell,
						struct cchc_ctl_pair **pairs, size_t *n);
/* key=value;key=value */
void cchc_ctl_pairs_print(const struct cchc_ctl_pair *pairs, size_t n, FILE *out);

#endif
