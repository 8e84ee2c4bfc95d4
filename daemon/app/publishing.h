#ifndef CCHC_APP_PUBLISHING_H
#define CCHC_APP_PUBLISHING_H

#include "app/publisher.h"
#include "proto/wire.h"

/* Between the publisher's own files. */

/* NULL when nobody subscribed. */
struct cchc_topic *cchc_publisher_find(struct cchc_publisher *publisher,
				       const char *name);
/* One frame of a publication: sets version and incarnation, encodes, sends, counts. */
void cchc_publisher_send(struct cchc_publisher *publisher, const struct cchc_topic *topic,
			 struct cchc_arena *arena, Cchc__Publication *publication);

#endif
