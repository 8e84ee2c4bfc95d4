/* heard.c - when each unit's agent was heard last: unit -> wall clock. Written now and
 * then only, so that a restart does not take everybody for just heard. */
#include "store/tables.h"

int64_t cchc_store_heard(struct cchc_txn *txn, uint32_t unit)
{
	struct cchc_key key = cchc_key_number(unit);
	uint64_t at_ms;

	return cchc_table_get_number(txn, CCHC_TABLE_HEARD, &key, &at_ms) ? (int64_t)at_ms
									  : 0;
}

void cchc_heard_apply(struct cchc_txn *txn, const struct cchc_entry *entry,
		      struct cchc_outcome *outcome)
{
	bool changed = false;

	for (size_t i = 0; i < entry->n_heard && !txn->rc; i++) {
		const struct cchc_entry_heard *heard = &entry->heard[i];
		struct cchc_key key = cchc_key_number(heard->unit);

		if (!heard->unit)
			cchc_txn_fail(txn, CCHC_INVALID);
		if (cchc_store_heard(txn, heard->unit) == heard->at_ms)
			continue;
		cchc_table_put_number(txn, CCHC_TABLE_HEARD, &key,
				      (uint64_t)heard->at_ms);
		changed = true;
	}
	if (!changed)
		outcome->applied = CCHC_REPEATED;
}
