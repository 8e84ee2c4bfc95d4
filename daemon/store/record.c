#include "store/record.h"

#include <stdbool.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "core/figure.h"

void cchc_record_clear(struct cchc_cells_record *record)
{
	memset(record->state, CCHC_ABSENT, sizeof(record->state));
}

/* Row of the next cell, or CCHC_RECORD_CELLS when the bytes cannot be one. */
static size_t take_cell(struct cchc_cells_record *record, struct cchc_in *in,
			uint64_t base, size_t row)
{
	uint64_t head = cchc_in_varint(in);
	uint8_t state = head & 3;
	uint64_t behind;

	if (head >> 2 >= CCHC_RECORD_CELLS - row || state == CCHC_ABSENT)
		return CCHC_RECORD_CELLS;
	row += head >> 2;
	record->state[row] = state;
	record->value[row] = state == CCHC_FIGURE ? cchc_in_zigzag(in) : 0;
	behind = cchc_in_varint(in);
	record->journal[row] = base - behind;
	return in->failed || behind >= base ? CCHC_RECORD_CELLS : row;
}

enum cchc_rc cchc_record_decode(struct cchc_cells_record *record, const void *bytes,
				size_t len)
{
	struct cchc_in in;
	uint64_t base;
	size_t next = 0;

	cchc_record_clear(record);
	cchc_in_init(&in, bytes, len);
	base = cchc_in_varint(&in);
	do {
		size_t row = take_cell(record, &in, base, next);

		if (row >= CCHC_RECORD_CELLS)
			return CCHC_CORRUPT;
		next = row + 1;
	} while (cchc_in_left(&in) > 0);
	return CCHC_OK;
}

static uint64_t newest_journal(const struct cchc_cells_record *record)
{
	uint64_t newest = 0;

	for (size_t i = 0; i < CCHC_RECORD_CELLS; i++)
		if (record->state[i] != CCHC_ABSENT && record->journal[i] > newest)
			newest = record->journal[i];
	return newest;
}

size_t cchc_record_encode(const struct cchc_cells_record *record,
			  uint8_t buffer[CCHC_RECORD_MAX])
{
	uint64_t base = newest_journal(record);
	struct cchc_out out;
	size_t next = 0;

	cchc_out_init(&out, buffer, CCHC_RECORD_MAX);
	cchc_out_varint(&out, base);
	for (size_t i = 0; i < CCHC_RECORD_CELLS; i++) {
		if (record->state[i] == CCHC_ABSENT)
			continue;
		cchc_out_varint(&out, (i - next) << 2 | record->state[i]);
		if (record->state[i] == CCHC_FIGURE)
			cchc_out_zigzag(&out, record->value[i]);
		cchc_out_varint(&out, base - record->journal[i]);
		next = i + 1;
	}
	cchc_check(!out.failed);
	return cchc_out_len(&out);
}
