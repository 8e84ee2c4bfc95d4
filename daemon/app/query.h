#ifndef CCHC_APP_QUERY_H
#define CCHC_APP_QUERY_H

#include "app/answer.h"
#include "app/daemon.h"

/* The queries' door: questions in, answers out. What memory holds is answered on the
 * loop, the rest by jobs. */

/* zpoll callback; data is the daemon. */
void cchc_query_message(void *data, const struct cchc_zmessage *message);
/* The board has come to a new commit number: questions that waited for it go on. */
void cchc_query_advance(struct cchc_daemon *d);
/* Sends every frame; what the asker does not take is dropped, it asks again. */
void cchc_query_send(struct cchc_daemon *d, const void *route, size_t route_len,
		     const struct cchc_answer *answer);
/* Answers questions that wait for a commit that may not come (shutdown, broken store). */
void cchc_query_give_up(struct cchc_daemon *d);

#endif
