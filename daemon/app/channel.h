#ifndef CCHC_APP_CHANNEL_H
#define CCHC_APP_CHANNEL_H

#include "app/item.h"

/* Items from the loop to the writer, and back. The only mutexes of the daemon besides the
 * environment's gate are in here. Ownership passes with the pointer. */
struct cchc_channel;

CCHC_NODISCARD enum cchc_rc cchc_channel_new(struct cchc_channel **channel);
void cchc_channel_free(struct cchc_channel **channel); /* must be empty */

/* Takes the list (chained by next). */
void cchc_channel_put(struct cchc_channel *channel, struct cchc_item *first,
		      struct cchc_item *last, size_t cells);
/* Everything that gathered, at most about `max_cells` cells (but at least one item);
 * waits until there is something. NULL once closed and empty. */
struct cchc_item *cchc_channel_take(struct cchc_channel *channel, size_t max_cells);
/* The same without waiting: NULL when empty. */
struct cchc_item *cchc_channel_poll(struct cchc_channel *channel);
size_t cchc_channel_cells(struct cchc_channel *channel);
/* No more puts; takers drain it. */
void cchc_channel_close(struct cchc_channel *channel);

#endif
