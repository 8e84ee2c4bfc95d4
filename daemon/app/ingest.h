#ifndef CCHC_APP_INGEST_H
#define CCHC_APP_INGEST_H

#include "app/daemon.h"

/* The agents' side of the loop: frames in, items to the writer, answers out. */

/* zpoll callback of the agents' door; data is the daemon. */
void cchc_ingest_message(void *data, const struct cchc_zmessage *message);
/* What the writer gave back of one item: the answer is noted for the sender. */
void cchc_ingest_done(struct cchc_daemon *d, const struct cchc_item *item);
/* End of a turn: acks and downward items that are owed, hand-over, back-pressure. */
void cchc_ingest_settle(struct cchc_daemon *d);

#endif
