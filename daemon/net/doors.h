#ifndef CCHC_NET_DOORS_H
#define CCHC_NET_DOORS_H

#include <uv.h>

#include "io/zap.h"
#include "net/keyring.h"

/* The daemon's three sockets and the handler that says who may use them. Everything here
 * belongs to the loop thread. */

enum cchc_door { CCHC_DOOR_AGENTS, CCHC_DOOR_QUERIES, CCHC_DOOR_CHANGES, CCHC_DOORS_N };

/* agents, queries, changes: the names in configuration, ZAP domains and logs */
const char *cchc_door_name(enum cchc_door door);

struct cchc_doors_options {
	const char *endpoint[CCHC_DOORS_N];
	const struct cchc_key_pair *own;
	const struct cchc_keyring *ring; /* lent */
	int publish_queue;               /* frames kept for each subscriber */
	cchc_zpoll_message *on_message[CCHC_DOORS_N];
	void *data;
};

enum { CCHC_ENDPOINT_MAX = 256 };

struct cchc_doors {
	const struct cchc_keyring *ring;
	struct cchc_zcontext *context;
	struct cchc_zap *zap;
	struct cchc_zpoll *poll[CCHC_DOORS_N];
	char endpoint[CCHC_DOORS_N][CCHC_ENDPOINT_MAX]; /* as bound */
};

CCHC_NODISCARD enum cchc_rc cchc_doors_open(struct cchc_doors *doors, uv_loop_t *loop,
					    const struct cchc_doors_options *options,
					    struct cchc_err *err);
/* Closes the handles; the loop must run dry before cchc_doors_end. */
void cchc_doors_close(struct cchc_doors *doors);
/* After the loop ran dry: ends the context. */
void cchc_doors_end(struct cchc_doors *doors);

struct cchc_zsocket *cchc_doors_socket(struct cchc_doors *doors, enum cchc_door door);

#endif
