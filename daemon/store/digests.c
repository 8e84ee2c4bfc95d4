/* digests.c - what each unit was told on each day: unit, day -> text with the number of
 * the entry that brought it; and beside them unit, number, day, in the order they came.
 */
#include <string.h>

#include "base/check.h"
#include "store/tables.h"
#include "store/taker.h"

/* What is older is in the journal alone. */
enum { KEPT_DAYS = 90, FORGOTTEN = 4 };

/* That there is one is known no more. False: there was none. */
static bool forget(struct cchc_txn *txn, uint32_t unit, cchc_day day)
{
	struct cchc_key key = cchc_key_digest(unit, day);
	struct cchc_key came;
	const void *value;
	struct cchc_in in;
	size_t len;

	if (!cchc_table_get(txn, CCHC_TABLE_DIGESTS, &key, &value, &len))
		return false;
	cchc_in_init(&in, value, len);
	came = cchc_key_digest_came(unit, cchc_in_varint(&in), day);
	cchc_table_delete(txn, CCHC_TABLE_DIGESTS, &came);
	cchc_table_delete(txn, CCHC_TABLE_DIGESTS, &key);
	return !txn->rc;
}

static void forget_old(struct cchc_txn *txn, uint32_t unit, cchc_day before)
{
	cchc_day day;

	for (int i = 0; i < FORGOTTEN; i++)
		if (!cchc_store_digest_after(txn, unit, INT32_MIN, &day) ||
		    day >= before || !forget(txn, unit, day))
			return;
}

void cchc_digest_keep(struct cchc_txn *txn, const struct cchc_firing *firing,
		      uint64_t journal, struct cchc_arena *arena)
{
	cchc_day day = cchc_day_at(firing->moment_ms);
	struct cchc_key key = cchc_key_digest(firing->unit, day);
	struct cchc_key came = cchc_key_digest_came(firing->unit, journal, day);
	size_t room = 10 + cchc_text_room(firing->text);
	void *bytes = cchc_arena_alloc(arena, room);
	struct cchc_out out;

	if (!bytes) {
		cchc_txn_fail(txn, CCHC_NOMEM);
		return;
	}
	(void)forget(txn, firing->unit, day); /* it is told anew */
	cchc_out_init(&out, bytes, room);
	cchc_out_varint(&out, journal);
	cchc_out_text(&out, firing->text);
	cchc_check(!out.failed);
	cchc_table_put(txn, CCHC_TABLE_DIGESTS, &key, bytes, cchc_out_len(&out));
	cchc_table_put(txn, CCHC_TABLE_DIGESTS, &came, "", 0);
	forget_old(txn, firing->unit, day - KEPT_DAYS);
}

bool cchc_store_digest(struct cchc_txn *txn, uint32_t unit, cchc_day day,
		       struct cchc_arena *arena, struct cchc_digest_text *digest)
{
	struct cchc_key key = cchc_key_digest(unit, day);
	struct cchc_digest_text taken = {.unit = unit, .day = day};
	struct cchc_taker t;
	const void *value;
	size_t len;

	if (!cchc_table_get(txn, CCHC_TABLE_DIGESTS, &key, &value, &len))
		return false;
	cchc_taker_init(&t, arena, value, len);
	taken.journal = cchc_in_varint(&t.in);
	taken.text = cchc_take_text(&t);
	cchc_txn_fail(txn, cchc_taker_end(&t));
	if (txn->rc)
		return false;
	*digest = taken;
	return true;
}

bool cchc_store_digest_after(struct cchc_txn *txn, uint32_t unit, cchc_day day,
			     cchc_day *next)
{
	struct cchc_key from = cchc_key_digest(unit, day + 1);
	struct cchc_walk walk;
	bool found = false;
	uint32_t whose;

	cchc_walk_from(&walk, txn, CCHC_TABLE_DIGESTS, from.bytes, from.len);
	if (walk.found && cchc_key_read_digest(walk.key, walk.key_len, &whose, next))
		found = whose == unit;
	cchc_walk_end(&walk);
	return found;
}

void cchc_store_each_digest(struct cchc_txn *txn, uint32_t unit, uint64_t after,
			    struct cchc_arena *arena, cchc_store_on_digest *on_digest,
			    void *data)
{
	/* above every day of that entry */
	struct cchc_key from = cchc_key_digest_came(unit, after, INT32_MAX);
	struct cchc_digest_text digest;
	struct cchc_walk walk;
	uint64_t journal;
	uint32_t whose;
	cchc_day day;

	cchc_walk_from(&walk, txn, CCHC_TABLE_DIGESTS, from.bytes, from.len);
	for (; walk.found && !txn->rc; cchc_walk_next(&walk)) {
		if (!cchc_key_read_digest_came(walk.key, walk.key_len, &whose, &journal,
					       &day)) {
			cchc_txn_fail(txn, CCHC_CORRUPT);
			break;
		}
		if (whose != unit)
			break;
		if (!cchc_store_digest(txn, unit, day, arena, &digest)) {
			cchc_txn_fail(txn, CCHC_CORRUPT);
			break;
		}
		if (!on_digest(data, &digest))
			break;
	}
	cchc_walk_end(&walk);
}
