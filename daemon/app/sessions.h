#ifndef CCHC_APP_SESSIONS_H
#define CCHC_APP_SESSIONS_H

#include "io/zsocket.h"
#include "net/keyring.h"
#include "proto/limits.h"
#include "store/store.h"

/* What the loop knows of the agents: who speaks on which connection, and how far each
 * outbox has come. The truth of marks is in the store; this is its copy, moved by what
 * the writer gives back. Belongs to the loop thread. */

struct cchc_pending { /* refusals the agent has not yet said to have on its disk */
	uint64_t seq;
	struct cchc_refusal *refusal; /* heap */
	size_t n;
};

/* One outbox: a unit's epoch. */
struct cchc_sender {
	struct cchc_sender *next;
	struct cchc_sender *next_of_unit; /* in its bucket */
	const struct cchc_key_entry *key;
	uint64_t epoch;
	uint64_t mark;      /* committed */
	uint8_t chain[16];  /* at the mark */
	uint64_t handed;    /* given to the writer: mark <= handed */
	uint32_t under_way; /* items with the writer that point here */
	uint64_t later;     /* told LATER at this seq: what is above is dropped; 0: no */
	uint8_t route[CCHC_ROUTE_MAX];
	size_t route_len; /* 0: not connected since start */
	struct cchc_pending *pending;
	size_t n_pending;
	size_t room_pending;
	uint64_t down;      /* the agent has downward items up to this number */
	uint64_t down_sent; /* on its way; one at a time */
	bool owes_ack;      /* something to tell at the end of this turn */
	bool owes_down;
	bool listed; /* among those that owe */
	struct cchc_sender *next_owing;
	int64_t last_contact_ms;   /* wall clock; 0: never since start */
	int64_t last_contact_boot; /* then, by the clock that nobody can set */
	uint64_t queued;           /* as the agent says */
	uint64_t rejected;
	char program[48];
	char note[128];
};

struct cchc_session {
	uint64_t route; /* the five bytes libzmq made; 0: free place */
	struct cchc_sender *sender;
};

struct cchc_allowance { /* of new epochs, a key */
	uint32_t spent;
	uint64_t since_ms;
};

struct cchc_sessions {
	struct cchc_session *table;
	size_t room; /* power of two */
	size_t n;
	struct cchc_sender *senders;
	struct cchc_sender **bucket; /* by unit id; a power of two of them */
	size_t buckets;
	struct cchc_sender *owing; /* with something to tell at the end of this turn */
	struct cchc_allowance *allowance; /* by place of the key in the ring */
};

CCHC_NODISCARD enum cchc_rc cchc_sessions_init(struct cchc_sessions *sessions,
					       size_t n_keys);
void cchc_sessions_fini(struct cchc_sessions *sessions);

/* Routes are those libzmq makes (5 bytes); a peer that chose its own is refused. */
bool cchc_route_is_ours(const uint8_t *route, size_t len);

/* NULL when the connection has not said HELLO. */
struct cchc_sender *cchc_sessions_find(struct cchc_sessions *sessions,
				       const uint8_t *route, size_t len);
struct cchc_sender *cchc_sessions_sender(struct cchc_sessions *sessions, uint32_t unit,
					 uint64_t epoch);
/* A sender with its mark and pending refusals from the store (or mark 0). *is_new: the
 * store has never seen the epoch. */
CCHC_NODISCARD enum cchc_rc cchc_sessions_add(struct cchc_sessions *sessions,
					      const struct cchc_key_entry *key,
					      uint64_t epoch, struct cchc_store *store,
					      struct cchc_sender **sender, bool *is_new);
/* The connection speaks for the sender from now on. */
CCHC_NODISCARD enum cchc_rc cchc_sessions_bind(struct cchc_sessions *sessions,
					       struct cchc_sender *sender,
					       const uint8_t *route, size_t len);
/* Forgets a sender that no connection and no item points to: one just added, or pruned.
 */
void cchc_sessions_drop(struct cchc_sessions *sessions, struct cchc_sender *sender);
/* The senders of a unit, one by one; NULL at the end. */
struct cchc_sender *cchc_sessions_first(const struct cchc_sessions *sessions,
					uint32_t unit);
struct cchc_sender *cchc_sessions_next(const struct cchc_sender *sender);
/* The outbox of a key that was heard last; NULL: none since start. */
const struct cchc_sender *cchc_sessions_latest(const struct cchc_sessions *sessions,
					       const struct cchc_key_entry *key);
/* Forgets connections silent since before the given wall clock, and outboxes that a later
 * one of the same key has replaced. */
void cchc_sessions_prune(struct cchc_sessions *sessions, int64_t before_ms);
/* At most 8 new epochs at once and one more each ten minutes. */
bool cchc_sessions_allow_epoch(struct cchc_sessions *sessions, size_t key_place,
			       uint64_t now_ms);

CCHC_NODISCARD enum cchc_rc cchc_sender_add_refusals(struct cchc_sender *sender,
						     uint64_t seq,
						     const struct cchc_refusal *refusals,
						     size_t n);
/* The agent has refusals up to seq. True if any was forgotten. */
bool cchc_sender_forget_refusals(struct cchc_sender *sender, uint64_t seq);
/* The mark that may be told: refusals of every seq up to it are in the ack or stored. */
uint64_t cchc_sender_told_mark(const struct cchc_sender *sender);
void cchc_sessions_owe_ack(struct cchc_sessions *sessions, struct cchc_sender *sender);
void cchc_sessions_owe_down(struct cchc_sessions *sessions, struct cchc_sender *sender);
/* Takes one that owes off the list; NULL when there is none. */
struct cchc_sender *cchc_sessions_next_owing(struct cchc_sessions *sessions);
/* What was handed is void: it will come again. */
void cchc_sender_rewind(struct cchc_sender *sender);
/* What the agent says of itself, cut to fit where a character ends. */
void cchc_sender_describe(struct cchc_sender *sender, const char *program);
void cchc_sender_note(struct cchc_sender *sender, const char *note);

#endif
