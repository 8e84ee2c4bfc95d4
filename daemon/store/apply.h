#ifndef CCHC_STORE_APPLY_H
#define CCHC_STORE_APPLY_H

#include "base/arena.h"
#include "core/task.h"
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
	CCHC_REFUSED,  /* a deed or saying of an operator that may not be: see refusal.
			* Those of communes are APPLIED with entry->refusal: they use up
			* their seq */
};

/* A task as it was and is after the entry; `before` is NULL for a new one. */
struct cchc_task_change {
	const struct cchc_task *before;
	const struct cchc_task *after;
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

struct cchc_alert;

struct cchc_outcome {
	enum cchc_applied applied;
	uint64_t mark;               /* after it */
	struct cchc_changes changes; /* in the arena; n = 0 unless applied */
	/* in the arena too: */
	struct cchc_task_change task; /* DEED, and a REPORT that fulfils a duty; after is
				       * NULL when no task changed */
	const struct cchc_alert *alert; /* raised, ended or changed, as they are now */
	size_t n_alerts;
	struct cchc_refusal refusal; /* of a deed or saying */
};

/* Tests seq and chain against the mark inside the transaction, then applies: cells (old
 * to new, chained by journal number), report head, mark with its window, refusals,
 * journal. entry->number and cell[].before are set, and a DEED's refusal; nothing else of
 * the entry changes, so that it can be applied again. Writes nothing unless CCHC_APPLIED.
 *
 *  - A cell withdrawn is withdrawn, also where nothing was given before. A figure sent
 *    again moves the cell to the newest entry: it is a change with old equal to new.
 *  - A message refused as a whole (a refusal of index CCHC_REFUSED_WHOLE) leaves the
 *    head of the report alone: it is no version.
 *  - The first message of a 17th epoch retires the unit's epoch that was silent longest.
 *  - STORED deletes refusals and moves no mark. Entries of the daemon itself, those with
 *    sender_unit 0, have no mark.
 *
 *  - A DEED is judged against the task in the store, each time it is applied: refusals
 *    that came with it are not looked at. Said again (nothing would change), or refused,
 *    it writes nothing from an operator (REPEATED, REFUSED); from a commune it is
 *    journalled as it is, with its refusal, and moves the mark. One without a deed was
 *    refused before. A deed that changes the due date's version, the lead or the state
 *    ends the task's standing alerts. A REPORT marked complete fulfils the duty of its
 *    period; a duty added when its report is complete already is done on the day that
 *    the report came.
 *  - FIRE re-checks each firing: no alert has the key, and STEP: the task runs, has this
 *    unit as its lead and this due version, the moment lies after its fired_ms and not
 *    after the entry's clock. Those that do not hold, and with a line in the log those of
 *    a task that cannot be read, are left out of what is journalled;
 *    with none left it is REPEATED and writes nothing. A task's fired_ms becomes the
 *    latest moment. What is superseded ends at once and is told to nobody. Without any
 *    firing it says how late it is, and is written.
 *  - HAND, SAY: what changes nothing is left out or REPEATED in the same way; an alert or
 *    silence that there is not, a silence without a future: REFUSED.
 *  - STEPS: a step not there before is since the entry's clock; one no longer there is
 *    forgotten. REPEATED when they are those there are.
 *  - HEARD: the newest entry about a unit counts, whatever the clock said before.
 *    REPEATED when all is known.
 *
 * Failures stay in txn->rc, and then *outcome means nothing. INVALID: an entry that no
 * daemon writes (a row twice, an id given twice, a form's revision with another text, a
 * digest of another length).
 *
 * chain_of fills the hash the entry must carry when the one before it had `before`,
 * computed from the very bytes of the message; asked only for seq = mark + 1. NULL: not
 * checked, for a replay. The arena holds the changes and the encoded entry: about 70
 * bytes a cell; tasks and alerts touched, about 1 KiB each. */
typedef void cchc_chain_of(void *data, const uint8_t before[16], uint8_t chain[16]);
void cchc_apply(struct cchc_txn *txn, struct cchc_entry *entry, cchc_chain_of *chain_of,
		void *data, struct cchc_arena *arena, struct cchc_outcome *outcome);

#endif
