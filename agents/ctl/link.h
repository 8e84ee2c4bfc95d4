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

enum { CCHC_CTL_TIMEOUT_MS = 10 * 1000, CCHC_CTL_VERIFY_TIMEOUT_MS = 600 * 1000 };

/* settings are lent until close. timeout_ms 0: the defaults above. */
CCHC_NODISCARD enum cchc_rc cchc_ctl_link_open(const struct cchc_ctl_settings *settings,
					       unsigned timeout_ms,
					       struct cchc_ctl_link **link,
					       struct cchc_err *err);
void cchc_ctl_link_close(struct cchc_ctl_link **link);

/* Fills version and id, sends, and waits for the whole answer; a lost part means asking
 * again, three times in all within the timeout. The answer lives in the arena. The loop
 * runs meanwhile, so callbacks of others on it do too. NOTFOUND: refused for good (what
 * was asked for is not there); DENIED: refused for now; BUSY: no answer in time, or
 * interrupted; INVALID: an answer that is none. */
CCHC_NODISCARD enum cchc_rc cchc_ctl_link_ask(struct cchc_ctl_link *link,
					      struct cchc_arena *arena, Cchc__Ask *ask,
					      struct cchc_ctl_answer *answer,
					      struct cchc_err *err);
/* Ends a waiting ask and every later one; from callbacks on the loop. */
void cchc_ctl_link_interrupt(struct cchc_ctl_link *link);

/* Subscribes to a topic of changes: once. INVALID when the settings name no such socket.
 */
CCHC_NODISCARD enum cchc_rc cchc_ctl_link_follow(struct cchc_ctl_link *link,
						 const char *topic,
						 cchc_zpoll_message *on_message,
						 void *data, struct cchc_err *err);
uv_loop_t *cchc_ctl_link_loop(struct cchc_ctl_link *link);
unsigned cchc_ctl_link_timeout_ms(const struct cchc_ctl_link *link);

#endif
