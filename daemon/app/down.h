#ifndef CCHC_APP_DOWN_H
#define CCHC_APP_DOWN_H

#include "app/daemon.h"

/* The downward channel: what concerns a unit, by the number of the journal entry that
 * changed it last: states of reports, tasks, digests. One frame at a time is on its way;
 * the next begins behind what the agent says to have stored. Repeats change nothing. */

/* Everything of the sender's unit that is newer than what it has, as much as one frame
 * takes; nothing when there is nothing. */
void cchc_down_send(struct cchc_daemon *d, struct cchc_sender *sender);
/* A task or a digest changed: its units are to be told. */
void cchc_down_owe_task(struct cchc_daemon *d, const struct cchc_task_change *change);
void cchc_down_owe_unit(struct cchc_daemon *d, uint32_t unit);

#endif
