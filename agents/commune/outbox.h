#ifndef CCHC_COMMUNE_OUTBOX_H
#define CCHC_COMMUNE_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fail.h"
#include "proto/wire.h"
#include "commune/item.h"
#include "core/below.h"

/* What must not be lost: a durable first-in first-out queue of messages that wait for an
 * ack, and all that is known of the district. Nothing here knows about the network.
 *
 * Promises:
 *  1. What push took survives a power cut, and is taken once however often it is tried.
 *  2. Sequence numbers are gapless from 1 and durable before anybody sees them; a
 * numbered item never changes. They are given when an item is first put into a frame, so
 * what still waits may be dropped or requeued.
 *  3. An ack, its refusals and the accepted state change together.
 *
 * One owner thread. `status` and `adopt` may look and change beside a running agent:
 * every call reads the file anew. A commit whose outcome is unknown is answered with its
 * code and the store reopened at the next call; every call may be repeated. */
struct cchc_outbox;

struct cchc_outbox_options {
	const char *path;
	const char *unit;    /* an outbox belongs to one unit */
	uint64_t max_bytes;  /* of bodies, waiting and kept */
	uint64_t keep_bytes; /* of acknowledged bodies, for a restored daemon */
	int64_t keep_ms;
	bool read_only; /* NOTFOUND when there is none */
};

CCHC_NODISCARD enum cchc_rc cchc_outbox_open(const struct cchc_outbox_options *options,
					     struct cchc_outbox **box,
					     struct cchc_err *err);
/* Accepts NULL and a half-opened box. */
void cchc_outbox_close(struct cchc_outbox **box);

struct cchc_outbox_state {
	char unit[CCHC_UNIT_CODE];
	uint64_t epoch;
	uint32_t epochs;     /* how many the outbox has had, this one included */
	uint64_t last_given; /* highest seq of the epoch */
	uint64_t mark;       /* acknowledged up to here */
	uint8_t mark_chain[CCHC_CHAIN_BYTES];
	uint8_t last_chain[CCHC_CHAIN_BYTES];
	uint64_t fork_at; /* first seq of this epoch that another hand gave; 0: none */
	bool pinned;      /* the store id is known */
	uint8_t store_id[CCHC_STORE_ID_BYTES];
	uint64_t incarnation;
	uint64_t down;     /* last number stored from the downward channel */
	uint64_t rejected; /* cells and files refused, ever */
	uint64_t live_bytes;
	uint64_t tail_bytes;
	uint64_t next_id;      /* of the next item or file, */
	uint64_t front_id;     /* or of one before all others */
	uint64_t task_changes; /* grows whenever what is known of a task does */
	uint64_t queued;       /* items without a number */
	uint64_t unwritten;    /* receipts that are not up to date */
};

CCHC_NODISCARD enum cchc_rc cchc_outbox_look(struct cchc_outbox *box,
					     struct cchc_outbox_state *state);

/* ---- filling ---- */

struct cchc_file; /* records.h */

/* Puts the items of one file into the queue (of a rejected one: none) and notes (name,
 * digest) as taken, in one transaction. Fills file->id, number, first_item and items.
 * NOSPACE when it would pass max_bytes or the disk is full: nothing was taken, nothing
 * dropped. */
CCHC_NODISCARD enum cchc_rc cchc_outbox_push(struct cchc_outbox *box,
					     struct cchc_file *file,
					     const struct cchc_item *item, size_t n,
					     const uint8_t digest[CCHC_DIGEST_BYTES]);
/* NOTFOUND: no file of this name is on its way from the inbox. */
CCHC_NODISCARD enum cchc_rc cchc_outbox_taken(struct cchc_outbox *box, const char *name,
					      uint8_t digest[CCHC_DIGEST_BYTES]);
/* The file has left the inbox: its note goes. */
CCHC_NODISCARD enum cchc_rc cchc_outbox_moved(struct cchc_outbox *box, const char *name);
/* The first such name behind *name ("": of all), written over it; NOTFOUND at the end. */
CCHC_NODISCARD enum cchc_rc cchc_outbox_next_taken(struct cchc_outbox *box, char *name,
						   size_t size);

/* ---- sending ---- */

/* Numbers at most `most` waiting items, in order, up to seq up_to; *last_given is the
 * highest number there is now. */
CCHC_NODISCARD enum cchc_rc cchc_outbox_number(struct cchc_outbox *box, uint64_t up_to,
					       size_t most, int64_t wall_ms,
					       uint64_t *last_given);
/* A copy of a numbered item. NOTFOUND: never given, or no longer kept. */
CCHC_NODISCARD enum cchc_rc cchc_outbox_sent(struct cchc_outbox *box,
					     struct cchc_arena *arena, uint64_t seq,
					     struct cchc_sent *sent);
/* Takes an ack of this epoch. Acks that say nothing new change nothing. INVALID: another
 * epoch, or a mark above the last given. */
CCHC_NODISCARD enum cchc_rc cchc_outbox_ack(struct cchc_outbox *box, const Cchc__Ack *ack,
					    int64_t wall_ms);
/* Forgets acknowledged items that are older or more than what is to be kept, and the file
 * records that were theirs. */
CCHC_NODISCARD enum cchc_rc cchc_outbox_trim(struct cchc_outbox *box, int64_t wall_ms);

/* ---- whose outbox, whose store ---- */

/* Notes whose store this is and who we are to it. DENIED: the outbox is pinned to another
 * one; nothing was changed. A new incarnation resets `down`. */
CCHC_NODISCARD enum cchc_rc cchc_outbox_pin(struct cchc_outbox *box,
					    const Cchc__Welcome *welcome);
/* A person decided: the next store that answers is ours. */
CCHC_NODISCARD enum cchc_rc cchc_outbox_adopt(struct cchc_outbox *box);

struct cchc_outbox_unit {
	enum cchc_level level;
	char name[128];
	struct cchc_below below[CCHC_BELOW_MAX];
	size_t n_below;
};
/* As the last WELCOME said it; NOTFOUND before the first. */
CCHC_NODISCARD enum cchc_rc cchc_outbox_unit(struct cchc_outbox *box,
					     struct cchc_outbox_unit *unit);

/* ---- the district's clock ---- */

/* What WELCOME said of the time; a time that cannot be is passed over. */
CCHC_NODISCARD enum cchc_rc cchc_outbox_set_clock(struct cchc_outbox *box,
						  int64_t district_ms, int64_t wall_ms);
/* The district's clock when ours reads wall_ms; ours as long as it was never heard. */
CCHC_NODISCARD enum cchc_rc cchc_outbox_clock(struct cchc_outbox *box, int64_t wall_ms,
					      int64_t *district_ms);

enum { CCHC_NOTE_TEXT = 200 };
/* What people should know of the agent now; "" for nothing. */
CCHC_NODISCARD enum cchc_rc cchc_outbox_set_note(struct cchc_outbox *box,
						 const char *note);
CCHC_NODISCARD enum cchc_rc cchc_outbox_note(struct cchc_outbox *box,
					     char note[CCHC_NOTE_TEXT]);

#endif
