#include <string.h>

#include "store/tables.h"

enum { DIGEST_BYTES = 32, NAME_BYTES = 16 };

void cchc_config_apply(struct cchc_txn *txn, const struct cchc_entry *entry)
{
	struct cchc_key key;

	if (!entry->source[0] || strlen(entry->source) > NAME_BYTES ||
	    entry->text_len != DIGEST_BYTES) {
		cchc_txn_fail(txn, CCHC_INVALID);
		return;
	}
	key = cchc_key_config(entry->source);
	cchc_table_put(txn, CCHC_TABLE_META, &key, entry->text, entry->text_len);
}

bool cchc_store_config(struct cchc_txn *txn, const char *name, uint8_t digest[32])
{
	struct cchc_key key = cchc_key_config(name);
	const void *value;
	size_t len;

	if (!cchc_table_get(txn, CCHC_TABLE_META, &key, &value, &len))
		return false;
	if (len != DIGEST_BYTES) {
		cchc_txn_fail(txn, CCHC_CORRUPT);
		return false;
	}
	memcpy(digest, value, DIGEST_BYTES);
	return true;
}
