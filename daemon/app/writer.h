#ifndef CCHC_APP_WRITER_H
#define CCHC_APP_WRITER_H

#include <uv.h>

#include "app/channel.h"

/* The one thread that writes; writer.c says its promises. */
struct cchc_writer;

typedef void cchc_writer_done(void *data, struct cchc_item *items);

/* on_done runs on the loop with the items that came back, in order; it takes them. */
CCHC_NODISCARD enum cchc_rc cchc_writer_start(uv_loop_t *loop, struct cchc_store *store,
					      cchc_writer_done *on_done, void *data,
					      struct cchc_writer **writer,
					      struct cchc_err *err);

/* Loop thread: gathers an item for the next hand-over. Takes it. */
void cchc_writer_gather(struct cchc_writer *writer, struct cchc_item *item);
/* Loop thread, once a turn: hands over what gathered. */
void cchc_writer_hand_over(struct cchc_writer *writer);
/* Cells handed over and not yet back. */
size_t cchc_writer_in_flight(const struct cchc_writer *writer);
/* True while the store cannot be written (reopening, or full): new messages get LATER. */
bool cchc_writer_is_broken(const struct cchc_writer *writer);

/* Hands over the rest, closes the channel, waits for the thread, and gives every item
 * back through on_done. The loop must run once more for the handle to close. */
void cchc_writer_stop(struct cchc_writer *writer);
/* After the loop ran dry. */
void cchc_writer_free(struct cchc_writer **writer);

#endif
