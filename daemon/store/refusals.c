#include "base/bytes.h"
#include "store/refusal.h"
#include "store/tables.h"

enum { LIST_MEMORY_MAX = 4 * 1024 * 1024, COUNT_ROOM = 10 };

/* What the agent refused itself is not told to it again. */
static size_t count_told(const struct cchc_entry *entry, size_t *room)
{
	size_t n = 0;

	*room = COUNT_ROOM;
	for (size_t i = 0; i < entry->n_refusals; i++) {
		if (cchc_refusal_is_unread(&entry->refusal[i]))
			continue;
		*room += cchc_refusal_room(&entry->refusal[i]);
		n++;
	}
	return n;
}

static void write_told(struct cchc_out *out, const struct cchc_entry *entry, size_t n)
{
	cchc_out_varint(out, n);
	for (size_t i = 0; i < entry->n_refusals; i++)
		if (!cchc_refusal_is_unread(&entry->refusal[i]))
			cchc_refusal_write(out, &entry->refusal[i]);
}

void cchc_refusals_keep(struct cchc_txn *txn, const struct cchc_entry *entry)
{
	struct cchc_key key =
		cchc_key_refusals(entry->sender_unit, entry->epoch, entry->seq);
	size_t room;
	size_t n = count_told(entry, &room);
	struct cchc_arena arena;
	struct cchc_out out;
	void *bytes;

	if (n == 0)
		return;
	cchc_arena_init(&arena, room + 64);
	bytes = cchc_arena_alloc(&arena, room);
	if (bytes) {
		cchc_out_init(&out, bytes, room);
		write_told(&out, entry, n);
		cchc_table_put(txn, CCHC_TABLE_REFUSALS, &key, bytes, cchc_out_len(&out));
	} else {
		cchc_txn_fail(txn, CCHC_NOMEM);
	}
	cchc_arena_fini(&arena);
}

/* A walk must not see its table change: one is found, the walk ends, it goes. */
static bool forget_first(struct cchc_txn *txn, const struct cchc_key *prefix,
			 uint64_t up_to)
{
	struct cchc_walk walk;
	struct cchc_key key;
	uint64_t epoch;
	uint64_t seq;
	uint32_t unit;
	bool found;

	cchc_table_walk(&walk, txn, CCHC_TABLE_REFUSALS, prefix);
	found = walk.found;
	if (found &&
	    !cchc_key_read_refusals(walk.key, walk.key_len, &unit, &epoch, &seq)) {
		cchc_txn_fail(txn, CCHC_CORRUPT);
		found = false;
	}
	cchc_walk_end(&walk);
	if (!found || seq > up_to)
		return false;
	key = cchc_key_refusals(unit, epoch, seq);
	cchc_table_delete(txn, CCHC_TABLE_REFUSALS, &key);
	return !txn->rc;
}

size_t cchc_refusals_forget(struct cchc_txn *txn, uint32_t unit, uint64_t epoch,
			    uint64_t seq)
{
	struct cchc_key prefix = cchc_key_refusals_of(unit, epoch);
	size_t n = 0;

	while (forget_first(txn, &prefix, seq))
		n++;
	return n;
}

/* Reads one list into the arena; 0: damaged, or no memory. */
static size_t read_list(const struct cchc_walk *walk, struct cchc_arena *arena,
			struct cchc_refusal **list)
{
	struct cchc_in in;
	uint64_t n;

	cchc_in_init(&in, walk->value, walk->len);
	n = cchc_in_varint(&in);
	if (in.failed || n == 0 || n > cchc_in_left(&in) / CCHC_REFUSAL_LEAST) {
		cchc_txn_fail(walk->txn, CCHC_CORRUPT);
		return 0;
	}
	*list = cchc_arena_array(arena, n, sizeof(**list));
	if (!*list) {
		cchc_txn_fail(walk->txn, CCHC_NOMEM);
		return 0;
	}
	for (size_t i = 0; i < n; i++)
		cchc_refusal_read(&in, &(*list)[i]);
	if (!in.failed && cchc_in_left(&in) == 0)
		return n;
	cchc_txn_fail(walk->txn, CCHC_CORRUPT);
	return 0;
}

void cchc_store_each_refusals(struct cchc_txn *txn, uint32_t unit, uint64_t epoch,
			      uint64_t after, cchc_store_on_refusals *on_refusals,
			      void *data)
{
	struct cchc_key prefix = cchc_key_refusals_of(unit, epoch);
	struct cchc_refusal *list;
	struct cchc_arena arena;
	struct cchc_walk walk;
	uint32_t whose;
	uint64_t which;
	uint64_t seq;

	cchc_arena_init(&arena, LIST_MEMORY_MAX);
	cchc_table_walk(&walk, txn, CCHC_TABLE_REFUSALS, &prefix);
	for (; walk.found && !txn->rc; cchc_walk_next(&walk)) {
		size_t n;

		if (!cchc_key_read_refusals(walk.key, walk.key_len, &whose, &which, &seq))
			cchc_txn_fail(txn, CCHC_CORRUPT);
		else if (seq > after && (n = read_list(&walk, &arena, &list)) > 0)
			on_refusals(data, seq, list, n);
		cchc_arena_fini(&arena);
	}
	cchc_walk_end(&walk);
}
