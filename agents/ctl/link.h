#ifndef CCHC_CTL_LINK_H
#define CCHC_CTL_LINK_H

#include <uv.h>

#include "base/fail.h"
#include "ctl/parts.h"
#include "ctl/settings.h"
#include "io/zpoll.h"

/* The connection to the daemon: one question at a time on the query socket, and, for a
 * watcher, one topic of changes, on a loop of its own. One owner thread. */
struct cchc_ctl_link;

enum {
	CCHC_CTL_TIMEOUT_MS = 10 * 1000,
	CCHC_CTL_VERIFY_TIMEOUT_MS = 600 * 1000,
	CCHC_CTL_ALIVE_MS = 5 * 1000, /* a daemon that is there says something by then */
};

/* settings are lent until close. timeout_ms 0: the defaults above. */
CCHC_NODISCARD enum cchc_rc cchc_ctl_link_open(const struct cchc_ctl_settings *settings,
					       unsigned timeout_ms,
					       struct cchc_ctl_link **link,
					       struct cchc_err *err);
void cchc_ctl_link_close(struct cchc_ctl_link **link);

/* Is a daemon there that lets us in? BUSY when nothing is heard within CCHC_CTL_ALIVE_MS
 * (or the timeout, if that is less), so that a long wait is only begun for somebody. */
CCHC_NODISCARD enum cchc_rc cchc_ctl_link_greet(struct cchc_ctl_link *link,
						struct cchc_err *err);

/* Fills version and id, sends, and waits for the whole answer; a lost part means asking
 * again, three times in all within the timeout. The answer lives in the arena. The loop
 * runs meanwhile, so callbacks of others on it do too. NOTFOUND: refused for good (what
 * was asked for is not there); DENIED: refused for now; BUSY: no answer in time, nothing
 * heard at all for CCHC_CTL_ALIVE_MS though we keep asking if anybody is there, or
 * interrupted; INVALID: an answer that is none. */
CCHC_NODISCARD enum cchc_rc cchc_ctl_link_ask(struct cchc_ctl_link *link,
					      struct cchc_arena *arena, Cchc__Ask *ask,
					      struct cchc_ctl_answer *answer,
					      struct cchc_err *err);
/* Ends a waiting ask and every later one; from callbacks on the loop. */
void cchc_ctl_link_interrupt(struct cchc_ctl_link *link);

/* For who asks many questions at once (pipeline.h); none with cchc_ctl_link_ask
 * meanwhile. What comes on the query socket goes to listener from now on; NULL: no more.
 */
void cchc_ctl_link_listen(struct cchc_ctl_link *link, cchc_zpoll_message *listener,
			  void *data);
/* Fills version and id and sends; the arena is of no use afterwards. BUSY while the
 * connection does not stand or its queue is full. */
CCHC_NODISCARD enum cchc_rc cchc_ctl_link_send(struct cchc_ctl_link *link, Cchc__Ask *ask,
					       struct cchc_arena *arena);
/* One turn of the loop, of wait_ms at most. False once it was interrupted. */
bool cchc_ctl_link_turn(struct cchc_ctl_link *link, uint64_t wait_ms);

/* Subscribes to a topic of changes: once. INVALID when the settings name no such socket.
 */
CCHC_NODISCARD enum cchc_rc cchc_ctl_link_follow(struct cchc_ctl_link *link,
						 const char *topic,
						 cchc_zpoll_message *on_message,
						 void *data, struct cchc_err *err);
uv_loop_t *cchc_ctl_link_loop(struct cchc_ctl_link *link);
unsigned cchc_ctl_link_timeout_ms(const struct cchc_ctl_link *link);

#endif
