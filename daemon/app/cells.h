#ifndef CCHC_APP_CELLS_H
#define CCHC_APP_CELLS_H

#include "app/board.h"
#include "proto/wire.h"

/* Rolled-up cells of one unit, as they travel: columns and the details that some rows
 * have. */

struct cchc_cells_ask {
	struct cchc_board_form *form;
	struct cchc_period period;
	enum cchc_scope scope;
	const struct cchc_unit *unit;
	const uint64_t *rows; /* bits of row indexes wanted; NULL: all */
};

/* NOTFOUND when the unit is not in force on the period's last day. Everything is lent
 * from the arena, the catalog and the board. */
CCHC_NODISCARD enum cchc_rc cchc_cells_pack(const struct cchc_cells_ask *ask,
					    struct cchc_arena *arena,
					    Cchc__UnitCells **cells);

#endif
