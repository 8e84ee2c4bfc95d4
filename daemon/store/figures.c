#include <string.h>

#include "store/tables.h"

bool cchc_cells_get(struct cchc_txn *txn, const struct cchc_cells_at *at,
		    struct cchc_cells_record *record)
{
	struct cchc_key key = cchc_key_cells(at);
	const void *value;
	size_t len;

	cchc_record_clear(record);
	if (!cchc_table_get(txn, CCHC_TABLE_FIGURES, &key, &value, &len))
		return false;
	if (cchc_record_decode(record, value, len) == CCHC_OK)
		return true;
	cchc_txn_fail(txn, CCHC_CORRUPT);
	cchc_record_clear(record);
	return false;
}

void cchc_cells_put(struct cchc_txn *txn, const struct cchc_cells_at *at,
		    const struct cchc_cells_record *record)
{
	struct cchc_key key = cchc_key_cells(at);
	uint8_t bytes[CCHC_RECORD_MAX];
	size_t len = cchc_record_encode(record, bytes);

	cchc_table_put(txn, CCHC_TABLE_FIGURES, &key, bytes, len);
}

void cchc_cells_add_year(struct cchc_txn *txn, uint16_t year)
{
	struct cchc_key key = cchc_key_year(year);
	const void *value;
	size_t len;

	if (!cchc_table_get(txn, CCHC_TABLE_META, &key, &value, &len))
		cchc_table_put(txn, CCHC_TABLE_META, &key, "", 0);
}

size_t cchc_store_years(struct cchc_txn *txn, uint16_t *years, size_t room)
{
	struct cchc_key prefix = cchc_key_years();
	struct cchc_walk walk;
	size_t n = 0;

	cchc_table_walk(&walk, txn, CCHC_TABLE_META, &prefix);
	for (; walk.found && n < room; cchc_walk_next(&walk))
		if (cchc_key_read_year(walk.key, walk.key_len, &years[n]))
			n++;
		else
			cchc_txn_fail(txn, CCHC_CORRUPT);
	cchc_walk_end(&walk);
	return n;
}

static void fill_cell(struct cchc_stored_cell *cell, const struct cchc_cells_at *at,
		      const struct cchc_cells_record *record, size_t slot)
{
	cell->unit = at->unit;
	cell->form = at->form;
	cell->period = at->period;
	cell->row = (uint16_t)(at->chunk * CCHC_RECORD_CELLS + slot);
	cell->figure.state = record->state[slot];
	cell->figure.value = record->value[slot];
	cell->journal = record->journal[slot];
}

/* The cells of the record the walk stands on; 0 when it is damaged. */
static size_t read_cells(const struct cchc_walk *walk, const struct cchc_cells_at *at,
			 struct cchc_stored_cell cells[CCHC_RECORD_CELLS])
{
	struct cchc_cells_record record;
	size_t n = 0;

	if (cchc_record_decode(&record, walk->value, walk->len)) {
		cchc_txn_fail(walk->txn, CCHC_CORRUPT);
		return 0;
	}
	for (size_t slot = 0; slot < CCHC_RECORD_CELLS; slot++)
		if (record.state[slot] != CCHC_ABSENT)
			fill_cell(&cells[n++], at, &record, slot);
	return n;
}

void cchc_store_each_cells(struct cchc_txn *txn, uint32_t unit, uint16_t form,
			   uint16_t year, cchc_store_on_cells *on_cells, void *data)
{
	struct cchc_key prefix = cchc_key_cells_under(unit, form, year);
	struct cchc_stored_cell cells[CCHC_RECORD_CELLS];
	struct cchc_cells_at at;
	struct cchc_walk walk;

	cchc_table_walk(&walk, txn, CCHC_TABLE_FIGURES, &prefix);
	for (; walk.found && !txn->rc; cchc_walk_next(&walk)) {
		size_t n;

		if (!cchc_key_read_cells(walk.key, walk.key_len, &at)) {
			cchc_txn_fail(txn, CCHC_CORRUPT);
			break;
		}
		if ((form && at.form != form) || (year && at.period.year != year))
			continue;
		n = read_cells(&walk, &at, cells);
		if (n)
			on_cells(data, cells, n);
	}
	cchc_walk_end(&walk);
}

size_t cchc_store_cells(struct cchc_txn *txn, uint32_t unit, uint16_t form,
			struct cchc_period period, struct cchc_stored_cell *cells)
{
	struct cchc_key prefix = cchc_key_cells_of(unit, form, period);
	struct cchc_stored_cell chunk[CCHC_RECORD_CELLS];
	struct cchc_cells_at at;
	struct cchc_walk walk;
	size_t total = 0;

	cchc_table_walk(&walk, txn, CCHC_TABLE_FIGURES, &prefix);
	for (; walk.found && !txn->rc; cchc_walk_next(&walk)) {
		size_t n = 0;

		if (cchc_key_read_cells(walk.key, walk.key_len, &at))
			n = read_cells(&walk, &at, chunk);
		else
			cchc_txn_fail(txn, CCHC_CORRUPT);
		if (n > CCHC_ROWS_MAX - total) {
			cchc_txn_fail(txn, CCHC_LIMIT);
			break;
		}
		memcpy(cells + total, chunk, n * sizeof(*cells));
		total += n;
	}
	cchc_walk_end(&walk);
	return total;
}

bool cchc_store_cell(struct cchc_txn *txn, uint32_t unit, uint16_t form,
		     struct cchc_period period, uint16_t row,
		     struct cchc_stored_cell *cell)
{
	struct cchc_cells_at at = {.unit = unit,
				   .form = form,
				   .period = period,
				   .chunk = (uint16_t)(row / CCHC_RECORD_CELLS)};
	struct cchc_cells_record record;
	size_t slot = row % CCHC_RECORD_CELLS;

	if (!cchc_cells_get(txn, &at, &record) || record.state[slot] == CCHC_ABSENT)
		return false;
	fill_cell(cell, &at, &record, slot);
	return true;
}
