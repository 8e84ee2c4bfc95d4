#ifndef CCHC_IO_ZSOCKET_H
#define CCHC_IO_ZSOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fail.h"
#include "io/keys.h"

/* ZeroMQ sockets, every option set in one function (house.md, pitfalls): CURVE,
 * MAXMSGSIZE, high-water marks, HANDSHAKE_IVL, HEARTBEAT_*, LINGER, IPv6, TCP keepalive,
 * MANDATORY on ROUTER, XPUB_VERBOSER on XPUB. What is sent before a connection stands
 * waits in the queue. All sockets of a process belong to its loop thread and to one
 * context. Refuses libzmq below 4.3.4. */

struct cchc_zcontext; /* one a process */
CCHC_NODISCARD enum cchc_rc cchc_zcontext_new(struct cchc_zcontext **context,
					      struct cchc_err *err);
/* After all sockets are closed; bounded by their linger. */
void cchc_zcontext_free(struct cchc_zcontext **context);

enum cchc_zkind { CCHC_ZROUTER, CCHC_ZDEALER, CCHC_ZXPUB, CCHC_ZSUB, CCHC_ZREP };

struct cchc_zoptions {
	enum cchc_zkind kind;
	const char *zap_domain; /* servers: "agents", "queries", "changes" */
	/* Of this end, servers and clients; NULL: no CURVE (inproc only). */
	const struct cchc_key_pair *own;
	const char *server_key; /* clients: the server's public key */
	int64_t max_message;    /* bytes; 0: CCHC's 64 KiB */
	int send_high_water;    /* messages a peer; 0: 256 */
	int receive_high_water;
	int linger_ms; /* how long close may still send; 0 */
};

struct cchc_zsocket;
CCHC_NODISCARD enum cchc_rc cchc_zsocket_new(struct cchc_zcontext *context,
					     const struct cchc_zoptions *options,
					     struct cchc_zsocket **socket,
					     struct cchc_err *err);
/* endpoint may be "tcp://127.0.0.1:*"; bound (256 bytes, or NULL) gets the real one.
 * Without a key inproc only: INVALID. BUSY when the port is taken. */
CCHC_NODISCARD enum cchc_rc cchc_zsocket_bind(struct cchc_zsocket *socket,
					      const char *endpoint, char *bound,
					      struct cchc_err *err);
/* Host names above 253 bytes are refused. */
CCHC_NODISCARD enum cchc_rc cchc_zsocket_connect(struct cchc_zsocket *socket,
						 const char *endpoint,
						 struct cchc_err *err);
CCHC_NODISCARD enum cchc_rc cchc_zsocket_disconnect(struct cchc_zsocket *socket,
						    const char *endpoint);
CCHC_NODISCARD enum cchc_rc cchc_zsocket_subscribe(struct cchc_zsocket *socket,
						   const char *topic);
/* DEALER: whether a server refused our key since this was asked last. To be asked after
 * each connect that led nowhere. */
bool cchc_zsocket_was_denied(struct cchc_zsocket *socket);
void cchc_zsocket_close(struct cchc_zsocket **socket);

enum { CCHC_ROUTE_MAX = 32, CCHC_USER_MAX = 64 };

/* One received message: the route (ROUTER), the topic (SUB, in `route`), the payload.
 * Lent until the next receive or the close. A message with another number of parts than
 * the kind has (ROUTER and SUB 2, else 1) is taken off the socket whole and reported with
 * that number and no body; so is one whose route has more than CCHC_ROUTE_MAX bytes. An
 * XPUB's body is a byte 1 or 0 (subscribed or not) and the topic; anything else that a
 * subscriber sends it has no body. */
struct cchc_zmessage {
	const uint8_t *route;
	size_t route_len;
	const uint8_t *body; /* NULL: refused; not NULL when merely empty */
	size_t body_len;
	const char *user; /* ZAP user id of this very message; NULL when there is none */
	unsigned parts;
};

/* BUSY when nothing waits. */
CCHC_NODISCARD enum cchc_rc cchc_zsocket_receive(struct cchc_zsocket *socket,
						 struct cchc_zmessage *message);
/* Never waits: BUSY when the peer's queue is full, NOTFOUND when the route is gone.
 * ROUTER needs a route, XPUB its topic there; the others have none (NULL). XPUB drops
 * what a subscriber's queue cannot take. */
CCHC_NODISCARD enum cchc_rc cchc_zsocket_send(struct cchc_zsocket *socket,
					      const void *route, size_t route_len,
					      const void *body, size_t body_len);

#endif
