#ifndef CCHC_APP_REPLIES_H
#define CCHC_APP_REPLIES_H

#include "app/daemon.h"
#include "proto/wire.h"

/* Frames from the daemon to an agent. Sending never waits: what a full or vanished
 * connection does not take is counted and dropped, for everything here can be asked for
 * again. */

void cchc_reply(struct cchc_daemon *d, const void *route, size_t route_len,
		Cchc__ToAgent *frame);
void cchc_reply_denied(struct cchc_daemon *d, const void *route, size_t route_len,
		       const char *text, bool lasting);
void cchc_reply_hello_first(struct cchc_daemon *d, const void *route, size_t route_len);
CCHC_NODISCARD enum cchc_rc cchc_reply_welcome(struct cchc_daemon *d,
					       struct cchc_sender *sender);
void cchc_reply_ack(struct cchc_daemon *d, struct cchc_sender *sender);
void cchc_reply_gap(struct cchc_daemon *d, const struct cchc_sender *sender);
void cchc_reply_later(struct cchc_daemon *d, const struct cchc_sender *sender,
		      uint64_t seq, uint32_t wait_ms, const char *reason);
void cchc_reply_fork(struct cchc_daemon *d, const struct cchc_sender *sender,
		     uint64_t seq);
/* A piece of a form, or the unit's entry. */
void cchc_reply_piece(struct cchc_daemon *d, const struct cchc_sender *sender,
		      const Cchc__Fetch *fetch);

/* Shared with the query side: fills info (lent from unit). */
void cchc_unit_info(const struct cchc_unit *unit, Cchc__UnitInfo *info);
/* The forms in force, newest revision of each, in the arena. */
CCHC_NODISCARD enum cchc_rc cchc_form_list(const struct cchc_catalog *catalog,
					   struct cchc_arena *arena,
					   Cchc__FormHave ***list, size_t *n);
/* A piece of a file; NOTFOUND when there is none. `piece->of` is set. */
CCHC_NODISCARD enum cchc_rc cchc_piece_of(const struct cchc_catalog *catalog,
					  const Cchc__Fetch *fetch, Cchc__Piece *piece);

enum { CCHC_CREDIT = 64, CCHC_REPLY_ARENA = 1024 * 1024 };

#endif
