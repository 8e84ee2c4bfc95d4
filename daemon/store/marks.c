#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "store/tables.h"

enum { MARK_MAX = 10 + 16 + 10 + 10 + 1 + CCHC_WINDOW * 8 };

uint64_t cchc_mark_word(const uint8_t chain[16])
{
	struct cchc_in in;

	cchc_in_init(&in, chain, 16);
	return cchc_in_be64(&in);
}

static size_t hashes_known(const struct cchc_mark *mark)
{
	size_t n = CCHC_WINDOW;

	while (n > 0 && !mark->window[n - 1])
		n--;
	return n;
}

void cchc_mark_put(struct cchc_txn *txn, uint32_t unit, uint64_t epoch,
		   const struct cchc_mark *mark)
{
	struct cchc_key key = cchc_key_mark(unit, epoch);
	size_t n = hashes_known(mark);
	uint8_t bytes[MARK_MAX];
	struct cchc_out out;

	cchc_out_init(&out, bytes, sizeof(bytes));
	cchc_out_varint(&out, mark->seq);
	cchc_out_raw(&out, mark->chain, sizeof(mark->chain));
	cchc_out_zigzag(&out, mark->born_ms);
	cchc_out_varint(&out, mark->journal);
	cchc_out_u8(&out, (uint8_t)n);
	for (size_t i = 0; i < n; i++)
		cchc_out_be64(&out, mark->window[i]);
	cchc_check(!out.failed);
	cchc_table_put(txn, CCHC_TABLE_MARKS, &key, bytes, cchc_out_len(&out));
}

static bool read_mark(struct cchc_mark *mark, const void *bytes, size_t len)
{
	const uint8_t *chain;
	struct cchc_in in;
	size_t n;

	*mark = (struct cchc_mark){0};
	cchc_in_init(&in, bytes, len);
	mark->seq = cchc_in_varint(&in);
	chain = cchc_in_raw(&in, sizeof(mark->chain));
	mark->born_ms = cchc_in_zigzag(&in);
	mark->journal = cchc_in_varint(&in);
	n = cchc_in_u8(&in);
	if (!chain || n > CCHC_WINDOW)
		return false;
	memcpy(mark->chain, chain, sizeof(mark->chain));
	for (size_t i = 0; i < n; i++)
		mark->window[i] = cchc_in_be64(&in);
	return !in.failed && cchc_in_left(&in) == 0;
}

bool cchc_store_mark(struct cchc_txn *txn, uint32_t unit, uint64_t epoch,
		     struct cchc_mark *mark)
{
	struct cchc_key key = cchc_key_mark(unit, epoch);
	const void *value;
	size_t len;

	*mark = (struct cchc_mark){0};
	if (!cchc_table_get(txn, CCHC_TABLE_MARKS, &key, &value, &len))
		return false;
	if (read_mark(mark, value, len))
		return true;
	cchc_txn_fail(txn, CCHC_CORRUPT);
	return false;
}

void cchc_store_each_mark(struct cchc_txn *txn, uint32_t unit,
			  cchc_store_on_mark *on_mark, void *data)
{
	struct cchc_key prefix = cchc_key_marks(unit);
	struct cchc_mark mark;
	struct cchc_walk walk;
	uint64_t epoch;
	uint32_t whose;

	cchc_table_walk(&walk, txn, CCHC_TABLE_MARKS, &prefix);
	for (; walk.found && !txn->rc; cchc_walk_next(&walk))
		if (cchc_key_read_mark(walk.key, walk.key_len, &whose, &epoch) &&
		    read_mark(&mark, walk.value, walk.len))
			on_mark(data, whose, epoch, &mark);
		else
			cchc_txn_fail(txn, CCHC_CORRUPT);
	cchc_walk_end(&walk);
}

/* The retired epochs of a unit, oldest first, as big-endian numbers. */
static size_t read_retired(struct cchc_txn *txn, uint32_t unit,
			   uint64_t epochs[CCHC_RETIRED_KEPT])
{
	struct cchc_key key = cchc_key_retired(unit);
	const void *value;
	struct cchc_in in;
	size_t len;

	if (!cchc_table_get(txn, CCHC_TABLE_MARKS, &key, &value, &len))
		return 0;
	if (len % 8 || len > CCHC_RETIRED_KEPT * 8) {
		cchc_txn_fail(txn, CCHC_CORRUPT);
		return 0;
	}
	cchc_in_init(&in, value, len);
	for (size_t i = 0; i < len / 8; i++)
		epochs[i] = cchc_in_be64(&in);
	return len / 8;
}

bool cchc_mark_is_retired(struct cchc_txn *txn, uint32_t unit, uint64_t epoch)
{
	uint64_t epochs[CCHC_RETIRED_KEPT];
	size_t n = read_retired(txn, unit, epochs);

	for (size_t i = 0; i < n; i++)
		if (epochs[i] == epoch)
			return true;
	return false;
}

static void remember_retired(struct cchc_txn *txn, uint32_t unit, uint64_t epoch)
{
	struct cchc_key key = cchc_key_retired(unit);
	uint64_t epochs[CCHC_RETIRED_KEPT];
	size_t n = read_retired(txn, unit, epochs);
	uint8_t bytes[CCHC_RETIRED_KEPT * 8];
	struct cchc_out out;

	cchc_out_init(&out, bytes, sizeof(bytes));
	for (size_t i = n == CCHC_RETIRED_KEPT ? 1 : 0; i < n; i++)
		cchc_out_be64(&out, epochs[i]);
	cchc_out_be64(&out, epoch);
	cchc_table_put(txn, CCHC_TABLE_MARKS, &key, bytes, cchc_out_len(&out));
}

struct census {
	size_t n;
	uint64_t oldest; /* epoch */
	uint64_t journal;
};

static void on_epoch(void *data, uint32_t unit, uint64_t epoch,
		     const struct cchc_mark *mark)
{
	struct census *census = data;

	(void)unit;
	if (census->n == 0 || mark->journal < census->journal) {
		census->oldest = epoch;
		census->journal = mark->journal;
	}
	census->n++;
}

void cchc_mark_make_room(struct cchc_txn *txn, uint32_t unit)
{
	struct census census = {0};
	struct cchc_key key;

	cchc_store_each_mark(txn, unit, on_epoch, &census);
	if (txn->rc || census.n < CCHC_EPOCHS_KEPT)
		return;
	key = cchc_key_mark(unit, census.oldest);
	cchc_table_delete(txn, CCHC_TABLE_MARKS, &key);
	(void)cchc_refusals_forget(txn, unit, census.oldest, UINT64_MAX);
	remember_retired(txn, unit, census.oldest);
}
