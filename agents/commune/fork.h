#ifndef CCHC_COMMUNE_FORK_H
#define CCHC_COMMUNE_FORK_H

#include "commune/records.h"

/* New epochs. An epoch ends when its history is no longer one: this outbox is an old
 * image of another that went on (fork), or the daemon was restored from a backup that is
 * older than all we kept (renew).
 *
 * After a fork the cells that the daemon got from the other hand stand: they are dropped
 * from whatever waits here and from the files that stood in the inbox at that moment, and
 * listed in a receipt. */

/* A cell the daemon holds for our unit. */
struct cchc_held_cell {
	char form[CCHC_FORM_NAME];
	uint32_t period;
	uint32_t row;
	struct cchc_figure figure;
	uint64_t epoch;
	uint64_t seq;
};

struct cchc_held {
	struct cchc_held_cell *cell;
	size_t n;
	size_t room;
};

void cchc_held_fini(struct cchc_held *held);
/* NOMEM, LIMIT beyond a million cells, INVALID for a state there is none of. */
CCHC_NODISCARD enum cchc_rc cchc_held_add(struct cchc_held *held, const Cchc__Held *page);

/* A file as it stands in the inbox. */
struct cchc_standing {
	char name[CCHC_FILE_NAME];
	uint64_t size;
	int64_t mtime_ns;
};

/* Durably notes that seqs from `seq` on have another content at the daemon; an earlier
 * one that was noted before stays. */
CCHC_NODISCARD enum cchc_rc cchc_outbox_note_fork(struct cchc_outbox *box, uint64_t seq);
/* Opens a new epoch. `held` becomes the accepted state; numbered items above `proven`
 * that were not acknowledged wait again, in their old order. */
CCHC_NODISCARD enum cchc_rc cchc_outbox_fork(struct cchc_outbox *box,
					     const struct cchc_held *held,
					     const struct cchc_standing *standing,
					     size_t n_standing, uint64_t proven,
					     uint64_t new_epoch, int64_t wall_ms);
/* Opens a new epoch, with the whole accepted state before everything else that waits. */
CCHC_NODISCARD enum cchc_rc cchc_outbox_renew(struct cchc_outbox *box, uint64_t new_epoch,
					      int64_t wall_ms);

/* ---- is the daemon's history ours? ---- */

enum cchc_proof {
	CCHC_PROOF_SAME,
	CCHC_PROOF_DIFFERENT,
	CCHC_PROOF_UNKNOWN, /* the item is no longer kept */
};
CCHC_NODISCARD enum cchc_rc cchc_outbox_prove(struct cchc_outbox *box, uint64_t seq,
					      const uint8_t chain[CCHC_CHAIN_BYTES],
					      enum cchc_proof *proof);
/* The daemon was restored to `seq`, below our mark. If all that came after it is kept,
 * the mark goes back there and the tail is sent again; else NOTFOUND. */
CCHC_NODISCARD enum cchc_rc cchc_outbox_rewind(struct cchc_outbox *box, uint64_t seq);

/* ---- what stands ---- */

/* True if this very file stood in the inbox at the fork: cells of it that stand at the
 * daemon are not to be sent. */
bool cchc_outbox_stood(struct cchc_outbox *box, const struct cchc_standing *file);
/* The figure that stands at the daemon; NOTFOUND: none. */
CCHC_NODISCARD enum cchc_rc cchc_outbox_stands(struct cchc_outbox *box, const char *form,
					       uint32_t period, uint32_t row,
					       struct cchc_figure *figure);

/* A cell that a fork left standing, and what was dropped for it. */
struct cchc_dropped {
	char form[CCHC_FORM_NAME];
	uint32_t period;
	uint32_t row;
	struct cchc_figure ours; /* ABSENT: nothing that waited differed */
	struct cchc_figure held;
	char source[CCHC_FILE_NAME];
};
/* All that the fork record lists. */
CCHC_NODISCARD enum cchc_rc cchc_outbox_dropped(struct cchc_outbox *box,
						struct cchc_arena *arena, uint64_t file,
						struct cchc_dropped **list, size_t *n);

#endif
