/* zap.c - the ZeroMQ Authentication Protocol (RFC 27): libzmq asks on an inproc socket
 * about every new connection, and keeps it waiting until it is answered. */
#include "io/zap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "base/check.h"
#include "base/log.h"
#include "io/zraw.h"

/* The parts of a request, in their order. */
enum { VERSION, REQUEST, DOMAIN, ADDRESS, IDENTITY, MECHANISM, CREDENTIALS, PARTS };

struct cchc_zap {
	cchc_zap_who *who;
	void *data;
	struct cchc_zpoll *poll;
	struct cchc_log_limit limit;
};

struct request {
	zmq_msg_t part[PARTS];
	unsigned parts;
	char domain[64];
	char address[64];
	char key[CCHC_KEY_TEXT];
};

static bool equals(zmq_msg_t *part, const char *text)
{
	return zmq_msg_size(part) == strlen(text) &&
	       memcmp(zmq_msg_data(part), text, strlen(text)) == 0;
}

/* For people and for the one who decides: cut to fit, without a NUL in it. */
static void copy_text(char *out, size_t size, zmq_msg_t *part)
{
	size_t len = zmq_msg_size(part);

	if (len > size - 1)
		len = size - 1;
	memcpy(out, zmq_msg_data(part), len);
	out[len] = '\0';
}

/* False when nothing waits. */
static bool receive(struct request *r, void *zmq)
{
	zmq_msg_t extra;
	bool more = true;
	bool got = false;

	(void)zmq_msg_init(&extra);
	for (r->parts = 0; more; r->parts++) {
		zmq_msg_t *part = r->parts < PARTS ? &r->part[r->parts] : &extra;

		if (zmq_msg_recv(part, zmq, ZMQ_DONTWAIT) < 0)
			break;
		got = true;
		more = zmq_msg_more(part);
	}
	(void)zmq_msg_close(&extra);
	return got;
}

static bool is_sound(struct request *r)
{
	return r->parts == PARTS && equals(&r->part[VERSION], "1.0") &&
	       equals(&r->part[MECHANISM], "CURVE") &&
	       zmq_msg_size(&r->part[CREDENTIALS]) == 32;
}

/* The user of the connection, or NULL to deny it. */
static const char *judge(struct cchc_zap *zap, struct request *r)
{
	const char *user;

	copy_text(r->domain, sizeof(r->domain), &r->part[DOMAIN]);
	copy_text(r->address, sizeof(r->address), &r->part[ADDRESS]);
	if (!is_sound(r))
		return NULL;
	if (!zmq_z85_encode(r->key, zmq_msg_data(&r->part[CREDENTIALS]), 32))
		return NULL;
	user = zap->who(zap->data, r->domain, r->key);
	return user && user[0] && strlen(user) < CCHC_USER_MAX ? user : NULL;
}

/* REP is in lock-step: each request is answered, also one that makes no sense. */
static void answer(struct request *r, void *zmq, const char *user)
{
	const char *status = user ? "200" : "400";
	const char *text = user ? "OK" : "denied";

	(void)zmq_send(zmq, "1.0", 3, ZMQ_SNDMORE | ZMQ_DONTWAIT);
	(void)zmq_msg_send(&r->part[REQUEST], zmq, ZMQ_SNDMORE | ZMQ_DONTWAIT);
	(void)zmq_send(zmq, status, 3, ZMQ_SNDMORE | ZMQ_DONTWAIT);
	(void)zmq_send(zmq, text, strlen(text), ZMQ_SNDMORE | ZMQ_DONTWAIT);
	(void)zmq_send(zmq, user, user ? strlen(user) : 0, ZMQ_SNDMORE | ZMQ_DONTWAIT);
	(void)zmq_send(zmq, "", 0, ZMQ_DONTWAIT);
}

static bool take(void *data, struct cchc_zsocket *socket)
{
	struct cchc_zap *zap = data;
	void *zmq = cchc_zsocket_raw(socket);
	struct request r = {.parts = 0};
	bool got;

	for (size_t i = 0; i < PARTS; i++)
		(void)zmq_msg_init(&r.part[i]);
	got = receive(&r, zmq);
	if (got) {
		const char *user = judge(zap, &r);

		if (!user && cchc_log_allows(&zap->limit))
			cchc_log(CCHC_LOG_WARN,
				 "connection denied domain=%s address=%s key=%s",
				 r.domain, r.address, r.key);
		answer(&r, zmq, user);
	}
	for (size_t i = 0; i < PARTS; i++)
		(void)zmq_msg_close(&r.part[i]);
	return got;
}

static void on_closed(void *data)
{
	free(data);
}

enum cchc_rc cchc_zap_start(uv_loop_t *loop, struct cchc_zcontext *context,
			    cchc_zap_who *who, void *data, struct cchc_zap **zap,
			    struct cchc_err *err)
{
	const struct cchc_zoptions options = {.kind = CCHC_ZREP};
	struct cchc_zsocket *socket CCHC_CLEANUP(cchc_zsocket_close) = NULL;
	struct cchc_zap *made = calloc(1, sizeof(*made));
	enum cchc_rc rc;

	if (!made)
		return cchc_fail(err, CCHC_NOMEM, "out of memory");
	made->who = who;
	made->data = data;
	made->limit = (struct cchc_log_limit){.burst = 5, .period_ms = 60000};
	rc = cchc_zsocket_new(context, &options, &socket, err);
	if (rc == CCHC_OK)
		rc = cchc_zsocket_bind(socket, "inproc://zeromq.zap.01", NULL, err);
	if (rc == CCHC_OK)
		rc = cchc_zpoll_start_raw(loop, socket, take, made, on_closed,
					  &made->poll, err);
	if (rc != CCHC_OK) {
		free(made);
		return rc;
	}
	socket = NULL; /* the poll's */
	*zap = made;
	return CCHC_OK;
}

void cchc_zap_stop(struct cchc_zap **zap)
{
	if (!*zap)
		return;
	cchc_zpoll_close(&(*zap)->poll); /* its last callback frees the rest */
	*zap = NULL;
}
