#ifndef CCHC_IO_ZRAW_H
#define CCHC_IO_ZRAW_H

#include <stdbool.h>

#include "io/zpoll.h"

/* What zsocket.c, zpoll.c and zap.c share; nobody else includes it. */

void *cchc_zsocket_raw(struct cchc_zsocket *socket);

/* As cchc_zpoll_start, for who reads the socket itself: takes one message, false if none
 * waits. */
typedef bool cchc_zpoll_take(void *data, struct cchc_zsocket *socket);
CCHC_NODISCARD enum cchc_rc
cchc_zpoll_start_raw(uv_loop_t *loop, struct cchc_zsocket *socket, cchc_zpoll_take *take,
		     void *data, void (*on_closed)(void *data), struct cchc_zpoll **poll,
		     struct cchc_err *err);

#endif
