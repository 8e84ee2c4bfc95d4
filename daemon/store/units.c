#include <string.h>

#include "base/bytes.h"
#include "store/tables.h"

static const char last_id[] = "last unit id";

static bool take_id(struct cchc_txn *txn, const void *value, size_t len, uint32_t *id)
{
	struct cchc_in in;

	cchc_in_init(&in, value, len);
	*id = cchc_in_be32(&in);
	if (!in.failed && cchc_in_left(&in) == 0)
		return true;
	cchc_txn_fail(txn, CCHC_CORRUPT);
	return false;
}

static bool read_id(struct cchc_txn *txn, enum cchc_table table,
		    const struct cchc_key *key, uint32_t *id)
{
	const void *value;
	size_t len;

	return cchc_table_get(txn, table, key, &value, &len) &&
	       take_id(txn, value, len, id);
}

static void write_id(struct cchc_txn *txn, enum cchc_table table,
		     const struct cchc_key *key, uint32_t id)
{
	uint8_t bytes[4];
	struct cchc_out out;

	cchc_out_init(&out, bytes, sizeof(bytes));
	cchc_out_be32(&out, id);
	cchc_table_put(txn, table, key, bytes, sizeof(bytes));
}

uint32_t cchc_store_unit_id(struct cchc_txn *txn, const char *code, cchc_day valid_from)
{
	struct cchc_key key;
	uint32_t id;

	if (strlen(code) >= CCHC_UNIT_CODE)
		return 0;
	key = cchc_key_unit(code, valid_from);
	return read_id(txn, CCHC_TABLE_UNITS, &key, &id) ? id : 0;
}

static uint32_t last_given(struct cchc_txn *txn)
{
	struct cchc_key key = cchc_key_meta(last_id);
	uint32_t id;

	return read_id(txn, CCHC_TABLE_META, &key, &id) ? id : 0;
}

uint32_t cchc_store_next_unit_id(struct cchc_txn *txn)
{
	return last_given(txn) + 1;
}

void cchc_store_each_unit(struct cchc_txn *txn, cchc_store_on_unit *on_unit, void *data)
{
	struct cchc_walk walk;
	const char *code;
	cchc_day from;
	uint32_t id;

	cchc_walk_from(&walk, txn, CCHC_TABLE_UNITS, NULL, 0);
	for (; walk.found && !txn->rc; cchc_walk_next(&walk)) {
		if (!cchc_key_read_unit(walk.key, walk.key_len, &code, &from))
			cchc_txn_fail(txn, CCHC_CORRUPT);
		else if (take_id(txn, walk.value, walk.len, &id))
			cchc_txn_fail(txn, on_unit(data, id, code, from));
	}
	cchc_walk_end(&walk);
}

static bool has_some(struct cchc_txn *txn, enum cchc_table table,
		     const struct cchc_key *prefix)
{
	struct cchc_walk walk;
	bool found;

	cchc_table_walk(&walk, txn, table, prefix);
	found = walk.found;
	cchc_walk_end(&walk);
	return found;
}

bool cchc_store_unit_is_used(struct cchc_txn *txn, uint32_t id)
{
	struct cchc_key figures = cchc_key_cells_under(id, 0, 0);
	struct cchc_key reports = cchc_key_reports(id);
	struct cchc_key concerns = cchc_key_concerns(id);

	return has_some(txn, CCHC_TABLE_FIGURES, &figures) ||
	       has_some(txn, CCHC_TABLE_REPORTS, &reports) ||
	       has_some(txn, CCHC_TABLE_CONCERNS, &concerns);
}

static void apply_unit(struct cchc_txn *txn, const struct cchc_entry_unit *unit,
		       uint32_t *last)
{
	struct cchc_key key;
	uint32_t known;

	if (!unit->code[0] || strlen(unit->code) >= CCHC_UNIT_CODE) {
		cchc_txn_fail(txn, CCHC_INVALID);
		return;
	}
	key = cchc_key_unit(unit->code, unit->valid_from);
	if (read_id(txn, CCHC_TABLE_UNITS, &key, &known)) {
		if (known != unit->id)
			cchc_txn_fail(txn, CCHC_INVALID);
		return;
	}
	if (unit->id <= *last) {
		cchc_txn_fail(txn, CCHC_INVALID);
		return;
	}
	write_id(txn, CCHC_TABLE_UNITS, &key, unit->id);
	*last = unit->id;
}

void cchc_unit_ids_apply(struct cchc_txn *txn, const struct cchc_entry *entry)
{
	struct cchc_key key = cchc_key_meta(last_id);
	uint32_t last = last_given(txn);

	for (size_t i = 0; i < entry->n_units && !txn->rc; i++)
		apply_unit(txn, &entry->units[i], &last);
	write_id(txn, CCHC_TABLE_META, &key, last);
}
