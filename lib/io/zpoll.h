#ifndef CCHC_IO_ZPOLL_H
#define CCHC_IO_ZPOLL_H

#include <uv.h>

#include "io/zsocket.h"

/* A ZeroMQ socket in a libuv loop; the only user of ZMQ_FD.
 *
 * ZMQ_FD is edge-triggered and any send may eat the edge, so the fd is only an alarm
 * clock: the truth is ZMQ_EVENTS, asked before and after every sleep (prepare + check),
 * with an idle handle that keeps the loop from sleeping while messages wait. At most 64
 * messages a turn, so that timers and other sockets get theirs. */
struct cchc_zpoll;

typedef void cchc_zpoll_message(void *data, const struct cchc_zmessage *message);

/* Takes the socket, on CCHC_OK: it is closed after the poll handles are. on_message may
 * send, pause, resume and close. */
CCHC_NODISCARD enum cchc_rc cchc_zpoll_start(uv_loop_t *loop, struct cchc_zsocket *socket,
					     cchc_zpoll_message *on_message, void *data,
					     struct cchc_zpoll **poll,
					     struct cchc_err *err);
struct cchc_zsocket *cchc_zpoll_socket(struct cchc_zpoll *poll);
/* Stops and starts reading (back-pressure); sends go on. */
void cchc_zpoll_pause(struct cchc_zpoll *poll);
void cchc_zpoll_resume(struct cchc_zpoll *poll);
/* Closes the handles; socket and memory go with the last close callback, so the loop must
 * still run once. Sets *poll to NULL; accepts NULL. */
void cchc_zpoll_close(struct cchc_zpoll **poll);

#endif
