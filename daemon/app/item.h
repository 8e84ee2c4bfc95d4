#ifndef CCHC_APP_ITEM_H
#define CCHC_APP_ITEM_H

#include "base/arena.h"
#include "store/apply.h"

struct cchc_sender;
struct cchc_act;

/* One message on its way through the daemon: decoded and judged by the loop, applied by
 * the writer, answered by the loop. One owner at a time. */
struct cchc_item {
	struct cchc_item *next;
	struct cchc_arena arena;    /* everything below points into it */
	struct cchc_sender *sender; /* loop only; NULL: from the daemon itself */
	struct cchc_act *act; /* loop only: an operator waits for it; NULL: nobody */
	struct cchc_entry entry;
	size_t cells;     /* weight in a batch */
	size_t steps;     /* firings that deadlines gave to the writer with it */
	const void *body; /* as received: its chain hash is checked by the writer */
	size_t body_len;
	uint8_t push_kind; /* Push.Kind, part of the hash */
	/* filled by the writer */
	struct cchc_outcome outcome;
	enum cchc_rc rc; /* CCHC_OK: outcome holds and is durable; else answer LATER */
	uint64_t commit; /* number of the commit it went with */
	bool ends_batch; /* last item of its commit */
};

struct cchc_item *cchc_item_new(void);
/* One of the daemon's own, with an entry of that kind and nothing in it yet. Its arena
 * holds what applying many tasks and alerts takes. NULL: no memory. */
struct cchc_item *cchc_item_new_own(enum cchc_entry_kind kind, int64_t clock_ms);
/* The same with a deed of the daemon's own on a task that is there: its kind, id, dates
 * and reason are copied. */
struct cchc_item *cchc_item_new_deed(const struct cchc_deed *deed, int64_t clock_ms);
void cchc_item_free(struct cchc_item *item);

#endif
