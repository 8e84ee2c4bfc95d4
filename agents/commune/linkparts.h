#ifndef CCHC_COMMUNE_LINKPARTS_H
#define CCHC_COMMUNE_LINKPARTS_H

#include "base/log.h"
#include "commune/link.h"
#include "proto/wire.h"

/* Inside the link: link.c (states), greeting.c (HELLO, WELCOME), window.c (pushes and
 * what answers them), fetching.c (forms), forking.c (held cells). Nobody else includes
 * this. */

/* A form the district has and we have not, or not this content of it. */
struct cchc_wanted {
	char name[CCHC_FORM_NAME];
	uint32_t revision;
	uint8_t digest[CCHC_DIGEST_BYTES];
};

struct cchc_fetching {
	struct cchc_wanted wanted[CCHC_FORMS_MAX];
	size_t n;
	size_t at;      /* the one being fetched; n: none */
	size_t failed;  /* did not come, or did not load */
	uint8_t *bytes; /* CCHC_FORM_BYTES_MAX, or NULL */
	size_t got;
	unsigned tries;
	uint64_t deadline_ms;
};

struct cchc_forking {
	struct cchc_held held;
	bool has_after;
	char form[CCHC_FORM_NAME]; /* the page asked for comes after this cell */
	uint32_t period;
	uint32_t row;
	unsigned tries;
	uint64_t deadline_ms;
};

struct cchc_link {
	struct cchc_link_options options;
	struct cchc_arena arena; /* of one frame */
	enum cchc_link_state state;
	uint64_t deadline_ms; /* HELLO, DENIED, FOREIGN: when to do something about it */
	unsigned silent_rounds;
	uint64_t status_due_ms;
	uint64_t trim_due_ms;
	char trouble[CCHC_NOTE_TEXT];
	char note[CCHC_NOTE_TEXT];

	/* the window; all of the epoch of this session */
	uint64_t epoch;
	uint64_t mark;       /* as in the outbox */
	uint64_t next;       /* seq to be sent next */
	uint64_t credit;     /* highest seq that may be sent */
	uint64_t proven;     /* the daemon's chain is ours up to here */
	bool waiting;        /* for an ack, */
	uint64_t waiting_ms; /* without progress since */
	bool starved;        /* there is something to send, but no credit, */
	uint64_t starved_ms; /* since */
	bool stuffed;        /* the socket took no more */
	uint64_t paused_until_ms;
	uint64_t highest_sent; /* of this session: what is sent again is no measure */
	uint64_t sample_seq;   /* its ack is being timed; 0: none */
	uint64_t sample_ms;
	uint64_t smooth_ms; /* time an ack takes; 0: not known */
	uint64_t gap_seq;   /* the last GAP asked for this */
	uint64_t gap_ms;

	struct cchc_fetching fetching;
	struct cchc_forking forking;
	struct cchc_log_limit busy_limit;
	struct cchc_log_limit store_limit;
	struct cchc_log_limit denied_limit;
};

/* Encodes and hands over; false when the socket takes no more. */
bool cchc_link_send(struct cchc_link *link, Cchc__ToDaemon *message);
uint64_t cchc_link_random(struct cchc_link *link, uint64_t below);
/* How long an answer may take before it is missed. */
uint64_t cchc_link_patience(const struct cchc_link *link);
/* The store failed us: logs it, and begins anew in a while. */
void cchc_link_store_failed(struct cchc_link *link, enum cchc_rc rc, const char *doing,
			    struct cchc_moment now);
/* Stays away for a while, with a text for people. */
void cchc_link_stay_away(struct cchc_link *link, uint64_t ms, const char *why,
			 struct cchc_moment now);
void cchc_link_say_stored(struct cchc_link *link);

/* greeting.c */
void cchc_link_say_hello(struct cchc_link *link, struct cchc_moment now);
void cchc_link_on_welcome(struct cchc_link *link, const Cchc__Welcome *welcome,
			  struct cchc_moment now);
void cchc_link_hello_tick(struct cchc_link *link, struct cchc_moment now);
void cchc_link_foreign_tick(struct cchc_link *link, struct cchc_moment now);

/* window.c */
void cchc_link_open_window(struct cchc_link *link, const Cchc__Welcome *welcome,
			   const struct cchc_outbox_state *state);
void cchc_link_on_ack(struct cchc_link *link, const Cchc__Ack *ack,
		      struct cchc_moment now);
void cchc_link_on_gap(struct cchc_link *link, const Cchc__Gap *gap,
		      struct cchc_moment now);
void cchc_link_on_later(struct cchc_link *link, const Cchc__Later *later,
			struct cchc_moment now);
void cchc_link_window_tick(struct cchc_link *link, struct cchc_moment now);

/* fetching.c */
void cchc_link_want_forms(struct cchc_link *link, const Cchc__Welcome *welcome,
			  struct cchc_moment now);
void cchc_link_on_piece(struct cchc_link *link, const Cchc__Piece *piece,
			struct cchc_moment now);
void cchc_link_fetch_tick(struct cchc_link *link, struct cchc_moment now);
void cchc_link_stop_fetching(struct cchc_link *link);

/* forking.c */
/* seq: the first that another hand gave. */
void cchc_link_start_fork(struct cchc_link *link, uint64_t seq, struct cchc_moment now);
void cchc_link_on_held(struct cchc_link *link, const Cchc__Held *held,
		       struct cchc_moment now);
void cchc_link_fork_tick(struct cchc_link *link, struct cchc_moment now);

#endif
