#ifndef CCHC_APP_ENCODED_H
#define CCHC_APP_ENCODED_H

#include "core/view.h"
#include "proto/wire.h"

/* Cells of units with units below as they go out, encoded once and kept while nothing of
 * them changes: who asks for every district of a country gets a megabyte copied instead
 * of a hundred thousand cells made anew (the answer is there in a tenth of the time). One
 * owner, that of the view. */

struct cchc_cells_ask;

enum { CCHC_SHEETS = 8 }; /* a megabyte each for a country's districts */

struct cchc_encoded_unit {
	uint8_t *bytes; /* a UnitCells; NULL: not asked for yet */
	size_t len;
	uint64_t changed; /* as the period said when they were made */
};

struct cchc_encoded_sheet { /* one period in one scope; the oldest makes room */
	struct cchc_period period;
	enum cchc_scope scope;
	uint32_t places;
	struct cchc_encoded_unit *unit; /* by place of the shape */
};

struct cchc_encoded {
	struct cchc_encoded_sheet sheet[CCHC_SHEETS];
	size_t next;
};

void cchc_encoded_fini(struct cchc_encoded *encoded);

/* The cells asked for as an encoded UnitCells, lent from the arena or from what is kept,
 * there until another period or scope is asked for. Failures as cchc_cells_pack. */
CCHC_NODISCARD enum cchc_rc cchc_encoded_cells(struct cchc_encoded *encoded,
					       const struct cchc_cells_ask *ask,
					       struct cchc_arena *arena,
					       struct cchc_wire_piece *piece);

#endif
