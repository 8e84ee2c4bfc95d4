#ifndef CCHC_STORE_RECORD_H
#define CCHC_STORE_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"

/* The cells of one unit, form, period and chunk of 64 row ids, packed:
 *
 *	varint	base: the newest journal number in the record
 *	then for each cell that is not absent, by row:
 *	varint	rows skipped since the last cell << 2 | state
 *	zigzag	value, of a FIGURE only
 *	varint	base - journal number
 *
 * A report sent as one message so has journal numbers of one byte a cell. The worst case
 *is below CCHC_RECORD_MAX: LMDB needs no overflow page. */

enum { CCHC_RECORD_CELLS = 64, CCHC_RECORD_MAX = 1400 };

/* Unpacked: by row id % 64. Value and journal mean nothing where the state is ABSENT. */
struct cchc_cells_record {
	uint8_t state[CCHC_RECORD_CELLS]; /* enum cchc_state */
	int64_t value[CCHC_RECORD_CELLS];
	uint64_t journal[CCHC_RECORD_CELLS];
};

/* No cell at all. */
void cchc_record_clear(struct cchc_cells_record *record);
/* CORRUPT when the bytes are not exactly one record with at least one cell. */
CCHC_NODISCARD enum cchc_rc cchc_record_decode(struct cchc_cells_record *record,
					       const void *bytes, size_t len);
/* Returns the length. */
size_t cchc_record_encode(const struct cchc_cells_record *record,
			  uint8_t buffer[CCHC_RECORD_MAX]);

#endif
