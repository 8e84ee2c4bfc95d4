#ifndef CCHC_STORE_APPLY_H
#define CCHC_STORE_APPLY_H

#include "base/arena.h"
#include "store/store.h"

/* The one way anything gets into the store: a journal entry is applied within a writing
 * transaction. Used by the writer thread and, on an empty store, by a replay. */

enum cchc_applied {
	CCHC_APPLIED,
	CCHC_REPEATED, /* seq <= mark with the hash seen before (or too old to tell);
			* STORED with nothing left to delete */
	CCHC_GAP,      /* seq > mark + 1 */
	CCHC_FORKED,   /* seq <= mark, or = mark + 1, with a chain that is not ours */
	CCHC_RETIRED,  /* the epoch was retired (the last 64 of a unit are known) */
};

/* Old and new of the cells of one entry; arrays of n. */
struct cchc_changes {
	uint32_t unit;
	uint16_t form;
	struct cchc_period period;
	uint64_t journal;
	size_t n;
	uint16_t *row; /* ids */
	struct cchc_figure *old;
	struct cchc_figure *new;
};

struct cchc_outcome {
	enum cchc_applied applied;
	uint64_t mark;               /* after it */
	struct cchc_changes changes; /* in the arena; n = 0 unless applied */
};

/* Tests seq and chain against the mark inside the transaction, then applies: cells (old
 * to new, chained by journal number), report head, mark with its window, refusals,
 * journal. entry->number and cell[].before are set. Writes nothing unless CCHC_APPLIED.
 *
 *  - A withdrawal of an absent cell changes nothing but is journalled. A figure sent
 *    again moves the cell to the newest entry: it is a change with old equal to new.
 *  - A message refused as a whole (a refusal of index CCHC_REFUSED_WHOLE) leaves the
 *    head of the report alone: it is no version.
 *  - The first message of a 17th epoch retires the unit's epoch that was silent longest.
 *  - STORED deletes refusals and moves no mark. Entries of the daemon itself, those with
 *    sender_unit 0, have no mark.
 *
 * Failures stay in txn->rc, and then *outcome means nothing. INVALID: an entry that no
 * daemon writes (a row twice, an id given twice, a form's revision with another text, a
 * digest of another length).
 *
 * chain_of fills the hash the entry must carry when the one before it had `before`,
 * computed from the very bytes of the message; asked only for seq = mark + 1. NULL: not
 * checked, for a replay. The arena holds the changes and the encoded entry: about 70
 * bytes a cell. */
typedef void cchc_chain_of(void *data, const uint8_t before[16], uint8_t chain[16]);
void cchc_apply(struct cchc_txn *txn, struct cchc_entry *entry, cchc_chain_of *chain_of,
		void *data, struct cchc_arena *arena, struct cchc_outcome *outcome);

#endif
