/* zsocket.c - ZeroMQ sockets that are all set up in one function.
 *
 * libzmq's defaults are made for a trusted network: messages of any size, peers that
 * never finish their handshake, routes that swallow what cannot be delivered. Here they
 * are not. Nothing waits: every send and receive is DONTWAIT.
 */
#include "io/zsocket.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "base/check.h"
#include "io/zraw.h"

enum {
	MAX_MESSAGE = 64 * 1024,
	HIGH_WATER = 256,
	HOST_MAX = 253, /* longer names were cut by resolvers (CVE-2024-24806) */
	ENDPOINT_MAX = 256,
	CURVE_BYTES = 33, /* its envelope counts as message for MAXMSGSIZE */
};

struct cchc_zcontext {
	void *zmq;
};

struct cchc_zsocket {
	void *zmq;
	enum cchc_zkind kind;
	bool curve;
	void *events; /* DEALER with CURVE: of keys that servers refused; else NULL */
	zmq_msg_t part[2]; /* the message that is lent; always initialised */
};

static enum cchc_rc rc_of(int number)
{
	switch (number) {
	case EAGAIN:
	case EADDRINUSE:
		return CCHC_BUSY;
	case EHOSTUNREACH:
	case ENOENT:
	case ENODEV:
	case EADDRNOTAVAIL:
		return CCHC_NOTFOUND;
	case EINVAL:
	case EPROTONOSUPPORT:
	case ENOCOMPATPROTO:
		return CCHC_INVALID;
	case EACCES:
	case EPERM:
		return CCHC_DENIED;
	case EMFILE:
	case ENFILE:
		return CCHC_LIMIT;
	case ENOMEM:
		return CCHC_NOMEM;
	default:
		return CCHC_IO;
	}
}

static enum cchc_rc fail_zmq(struct cchc_err *err, const char *what, const char *which)
{
	int number = zmq_errno();

	return cchc_fail(err, rc_of(number), "%s %s: %s", what, which,
			 zmq_strerror(number));
}

/* ---- the context ---- */

enum cchc_rc cchc_zcontext_new(struct cchc_zcontext **context, struct cchc_err *err)
{
	struct cchc_zcontext *made;
	int major;
	int minor;
	int patch;

	zmq_version(&major, &minor, &patch);
	if (major * 10000 + minor * 100 + patch < 40304)
		return cchc_fail(
			err, CCHC_INVALID,
			"libzmq %d.%d.%d is too old: 4.3.4 mended faults that a stranger "
			"can use",
			major, minor, patch);
	if (!zmq_has("curve"))
		return cchc_fail(err, CCHC_INVALID,
				 "this libzmq was built without CURVE");
	made = calloc(1, sizeof(*made));
	if (!made)
		return cchc_fail(err, CCHC_NOMEM, "out of memory");
	made->zmq = zmq_ctx_new();
	if (!made->zmq) {
		free(made);
		return fail_zmq(err, "cannot start", "ZeroMQ");
	}
	*context = made;
	return CCHC_OK;
}

void cchc_zcontext_free(struct cchc_zcontext **context)
{
	struct cchc_zcontext *c = *context;

	if (!c)
		return;
	while (zmq_ctx_term(c->zmq) != 0 && zmq_errno() == EINTR)
		; /* a signal is no reason to leave sockets behind */
	free(c);
	*context = NULL;
}

/* ---- options ---- */

/* Sticky: after the first failure the rest are no-ops. */
struct setting {
	void *zmq;
	int number; /* of the failure, or 0 */
};

static void set_bytes(struct setting *s, int option, const void *value, size_t len)
{
	if (!s->number && zmq_setsockopt(s->zmq, option, value, len) != 0)
		s->number = zmq_errno();
}

static void set_int(struct setting *s, int option, int value)
{
	set_bytes(s, option, &value, sizeof(value));
}

static bool is_server(enum cchc_zkind kind)
{
	return kind == CCHC_ZROUTER || kind == CCHC_ZXPUB;
}

static void set_curve(struct setting *s, const struct cchc_zoptions *options)
{
	set_bytes(s, ZMQ_CURVE_PUBLICKEY, options->own->public_key, CCHC_KEY_TEXT);
	set_bytes(s, ZMQ_CURVE_SECRETKEY, options->own->secret_key, CCHC_KEY_TEXT);
	if (is_server(options->kind)) {
		set_int(s, ZMQ_CURVE_SERVER, 1);
		set_bytes(s, ZMQ_ZAP_DOMAIN, options->zap_domain,
			  strlen(options->zap_domain));
	} else {
		set_bytes(s, ZMQ_CURVE_SERVERKEY, options->server_key, CCHC_KEY_TEXT);
	}
}

static int set_all(void *zmq, const struct cchc_zoptions *options)
{
	struct setting s = {.zmq = zmq};
	int64_t max_message =
		(options->max_message ? options->max_message : MAX_MESSAGE) +
		(options->own ? CURVE_BYTES : 0);
	int send = options->send_high_water ? options->send_high_water : HIGH_WATER;
	int receive =
		options->receive_high_water ? options->receive_high_water : HIGH_WATER;

	set_bytes(&s, ZMQ_MAXMSGSIZE, &max_message, sizeof(max_message));
	set_int(&s, ZMQ_SNDHWM, send);
	set_int(&s, ZMQ_RCVHWM, receive);
	set_int(&s, ZMQ_LINGER, options->linger_ms);
	set_int(&s, ZMQ_IPV6, 1);
	set_int(&s, ZMQ_HANDSHAKE_IVL, 2000);
	set_int(&s, ZMQ_HEARTBEAT_IVL, 5000);
	set_int(&s, ZMQ_HEARTBEAT_TIMEOUT, 15000);
	set_int(&s, ZMQ_HEARTBEAT_TTL, 15000);
	set_int(&s, ZMQ_TCP_KEEPALIVE, 1);
	set_int(&s, ZMQ_TCP_KEEPALIVE_IDLE, 60);
	set_int(&s, ZMQ_TCP_KEEPALIVE_INTVL, 15);
	set_int(&s, ZMQ_TCP_KEEPALIVE_CNT, 4);
	set_int(&s, ZMQ_RECONNECT_IVL, 300);
	set_int(&s, ZMQ_RECONNECT_IVL_MAX, 30000);
	set_int(&s, ZMQ_CONNECT_TIMEOUT, 10000);
	if (options->kind == CCHC_ZROUTER)
		set_int(&s, ZMQ_ROUTER_MANDATORY, 1);
	if (options->kind == CCHC_ZXPUB)
		set_int(&s, ZMQ_XPUB_VERBOSER, 1);
	if (options->own)
		set_curve(&s, options);
	return s.number;
}

static enum cchc_rc check_options(const struct cchc_zoptions *options,
				  struct cchc_err *err)
{
	if (!options->own)
		return CCHC_OK;
	if (!cchc_key_is_valid(options->own->public_key) ||
	    !cchc_key_is_valid(options->own->secret_key))
		return cchc_fail(err, CCHC_INVALID, "the own key is no CURVE key");
	if (is_server(options->kind) && (!options->zap_domain || !options->zap_domain[0]))
		return cchc_fail(err, CCHC_INVALID, "a server socket needs a ZAP domain");
	if (!is_server(options->kind) &&
	    (!options->server_key || !cchc_key_is_valid(options->server_key)))
		return cchc_fail(err, CCHC_INVALID, "the server's key is no CURVE key");
	return CCHC_OK;
}

/* libzmq tells of it only by a socket of its own, named by a place that no other socket
 * has. */
static enum cchc_rc watch_denials(struct cchc_zcontext *context, struct cchc_zsocket *s,
				  struct cchc_err *err)
{
	char endpoint[64];

	(void)snprintf(endpoint, sizeof(endpoint), "inproc://events/%p", (void *)s);
	s->events = zmq_socket(context->zmq, ZMQ_PAIR);
	if (!s->events ||
	    zmq_socket_monitor(s->zmq, endpoint, ZMQ_EVENT_HANDSHAKE_FAILED_AUTH) != 0 ||
	    zmq_connect(s->events, endpoint) != 0)
		return fail_zmq(err, "cannot watch", "a socket");
	return CCHC_OK;
}

enum cchc_rc cchc_zsocket_new(struct cchc_zcontext *context,
			      const struct cchc_zoptions *options,
			      struct cchc_zsocket **socket, struct cchc_err *err)
{
	static const int TYPE[] = {[CCHC_ZROUTER] = ZMQ_ROUTER,
				   [CCHC_ZDEALER] = ZMQ_DEALER,
				   [CCHC_ZXPUB] = ZMQ_XPUB,
				   [CCHC_ZSUB] = ZMQ_SUB,
				   [CCHC_ZREP] = ZMQ_REP};
	struct cchc_zsocket *made CCHC_CLEANUP(cchc_zsocket_close) = NULL;
	enum cchc_rc rc = check_options(options, err);
	int number;

	if (rc != CCHC_OK)
		return rc;
	made = calloc(1, sizeof(*made));
	if (!made)
		return cchc_fail(err, CCHC_NOMEM, "out of memory");
	made->kind = options->kind;
	made->curve = options->own != NULL;
	for (size_t i = 0; i < CCHC_COUNT(made->part); i++)
		(void)zmq_msg_init(&made->part[i]);
	made->zmq = zmq_socket(context->zmq, TYPE[options->kind]);
	if (!made->zmq)
		return fail_zmq(err, "cannot make", "a socket");
	number = set_all(made->zmq, options);
	if (number)
		return cchc_fail(err, rc_of(number), "cannot set up a socket: %s",
				 zmq_strerror(number));
	if (options->kind == CCHC_ZDEALER && options->own)
		rc = watch_denials(context, made, err);
	if (rc != CCHC_OK)
		return rc;
	*socket = made;
	made = NULL;
	return CCHC_OK;
}

/* An event is two parts; that there is one says all. */
bool cchc_zsocket_was_denied(struct cchc_zsocket *socket)
{
	bool denied = false;
	char part[8];

	while (socket->events &&
	       zmq_recv(socket->events, part, sizeof(part), ZMQ_DONTWAIT) >= 0)
		denied = true;
	return denied;
}

void cchc_zsocket_close(struct cchc_zsocket **socket)
{
	struct cchc_zsocket *s = *socket;

	if (!s)
		return;
	for (size_t i = 0; i < CCHC_COUNT(s->part); i++)
		(void)zmq_msg_close(&s->part[i]);
	if (s->zmq)
		(void)zmq_close(s->zmq);
	if (s->events)
		(void)zmq_close(s->events);
	free(s);
	*socket = NULL;
}

void *cchc_zsocket_raw(struct cchc_zsocket *socket)
{
	return socket->zmq;
}

/* ---- endpoints ---- */

/* In the open only with CURVE, and no name that a resolver may cut. */
static enum cchc_rc check_endpoint(const struct cchc_zsocket *socket,
				   const char *endpoint, struct cchc_err *err)
{
	const char *host = strstr(endpoint, "://");
	const char *port;
	bool inside = strncmp(endpoint, "inproc://", 9) == 0;

	if (!host || (!inside && strncmp(endpoint, "tcp://", 6) != 0))
		return cchc_fail(err, CCHC_INVALID, "%.64s: not tcp://host:port",
				 endpoint);
	if (!inside && !socket->curve)
		return cchc_fail(err, CCHC_INVALID, "%.64s: no socket without a key",
				 endpoint);
	host += 3;
	port = strrchr(host, ':');
	if ((port ? (size_t)(port - host) : strlen(host)) > HOST_MAX)
		return cchc_fail(err, CCHC_INVALID, "%.64s...: the host name is too long",
				 endpoint);
	return CCHC_OK;
}

enum cchc_rc cchc_zsocket_bind(struct cchc_zsocket *socket, const char *endpoint,
			       char *bound, struct cchc_err *err)
{
	size_t size = ENDPOINT_MAX;
	enum cchc_rc rc = check_endpoint(socket, endpoint, err);

	if (rc != CCHC_OK)
		return rc;
	if (zmq_bind(socket->zmq, endpoint) != 0)
		return fail_zmq(err, "cannot listen on", endpoint);
	if (bound && zmq_getsockopt(socket->zmq, ZMQ_LAST_ENDPOINT, bound, &size) != 0)
		return fail_zmq(err, "cannot learn the port of", endpoint);
	return CCHC_OK;
}

enum cchc_rc cchc_zsocket_connect(struct cchc_zsocket *socket, const char *endpoint,
				  struct cchc_err *err)
{
	enum cchc_rc rc = check_endpoint(socket, endpoint, err);

	if (rc == CCHC_OK && zmq_connect(socket->zmq, endpoint) != 0)
		rc = fail_zmq(err, "cannot connect to", endpoint);
	return rc;
}

enum cchc_rc cchc_zsocket_disconnect(struct cchc_zsocket *socket, const char *endpoint)
{
	return zmq_disconnect(socket->zmq, endpoint) == 0 ? CCHC_OK : rc_of(zmq_errno());
}

enum cchc_rc cchc_zsocket_subscribe(struct cchc_zsocket *socket, const char *topic)
{
	cchc_check(socket->kind == CCHC_ZSUB);
	return zmq_setsockopt(socket->zmq, ZMQ_SUBSCRIBE, topic, strlen(topic)) == 0
		       ? CCHC_OK
		       : rc_of(zmq_errno());
}

/* ---- messages ---- */

static unsigned parts_of(enum cchc_zkind kind)
{
	return kind == CCHC_ZROUTER || kind == CCHC_ZSUB ? 2 : 1;
}

static int receive_part(struct cchc_zsocket *socket, zmq_msg_t *part)
{
	int len;

	do
		len = zmq_msg_recv(part, socket->zmq, ZMQ_DONTWAIT);
	while (len < 0 && zmq_errno() == EINTR);
	return len;
}

/* Takes all parts of one message off the socket and keeps the first two: libzmq hands
 * over whole messages only, so the rest is already here. */
static enum cchc_rc receive_parts(struct cchc_zsocket *socket, unsigned *parts)
{
	zmq_msg_t extra;
	bool more = true;

	(void)zmq_msg_init(&extra);
	for (*parts = 0; more; (*parts)++) {
		zmq_msg_t *part = *parts < CCHC_COUNT(socket->part)
					  ? &socket->part[*parts]
					  : &extra;

		if (receive_part(socket, part) < 0) {
			(void)zmq_msg_close(&extra);
			return *parts == 0 ? rc_of(zmq_errno()) : CCHC_IO;
		}
		more = zmq_msg_more(part);
	}
	(void)zmq_msg_close(&extra);
	return CCHC_OK;
}

/* A peer may have chosen its own, long, routing id; and what an XPUB is told besides
 * (un)subscriptions is nothing that was asked for. */
static bool is_wanted(const struct cchc_zsocket *socket, zmq_msg_t *body,
		      size_t route_len)
{
	if (socket->kind == CCHC_ZROUTER)
		return route_len <= CCHC_ROUTE_MAX;
	if (socket->kind == CCHC_ZXPUB)
		return zmq_msg_size(body) > 0 &&
		       *(const uint8_t *)zmq_msg_data(body) <= 1;
	return true;
}

enum cchc_rc cchc_zsocket_receive(struct cchc_zsocket *socket,
				  struct cchc_zmessage *message)
{
	unsigned expected = parts_of(socket->kind);
	zmq_msg_t *body = &socket->part[expected - 1];
	enum cchc_rc rc;

	*message = (struct cchc_zmessage){0};
	rc = receive_parts(socket, &message->parts);
	if (rc != CCHC_OK)
		return rc;
	if (expected == 2) {
		message->route = zmq_msg_data(&socket->part[0]);
		message->route_len = zmq_msg_size(&socket->part[0]);
	}
	/* libzmq makes the route itself: only what came from the peer surely says whose
	 * it is */
	message->user = zmq_msg_gets(message->parts < expected ? &socket->part[0] : body,
				     "User-Id");
	if (message->user && !message->user[0])
		message->user = NULL;
	if (message->parts == expected && is_wanted(socket, body, message->route_len)) {
		message->body = zmq_msg_data(body);
		message->body_len = zmq_msg_size(body);
	}
	return CCHC_OK;
}

static enum cchc_rc send_part(struct cchc_zsocket *socket, const void *bytes, size_t len,
			      int flags)
{
	int sent;

	do
		sent = zmq_send(socket->zmq, bytes, len, flags | ZMQ_DONTWAIT);
	while (sent < 0 && zmq_errno() == EINTR);
	return sent < 0 ? rc_of(zmq_errno()) : CCHC_OK;
}

enum cchc_rc cchc_zsocket_send(struct cchc_zsocket *socket, const void *route,
			       size_t route_len, const void *body, size_t body_len)
{
	bool routed = socket->kind == CCHC_ZROUTER || socket->kind == CCHC_ZXPUB;
	enum cchc_rc rc = CCHC_OK;

	cchc_check(socket->kind != CCHC_ZSUB && routed == (route != NULL));
	if (routed)
		rc = send_part(socket, route, route_len, ZMQ_SNDMORE);
	if (rc == CCHC_OK)
		rc = send_part(socket, body, body_len, 0);
	return rc;
}
