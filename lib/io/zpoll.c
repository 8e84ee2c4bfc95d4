/* zpoll.c - the fd is only an alarm clock, ZMQ_EVENTS is the truth.
 *
 * Before every sleep of the loop (prepare) ZMQ_EVENTS is asked; while messages wait an
 * idle handle keeps the loop from sleeping. After every sleep (check) a slice of them is
 * taken. Asking also takes the signal off the fd, which libuv watches by level: so it is
 * asked while paused too, or the loop would spin.
 *
 * Closing: the four handles are closed, the last close callback closes the socket (its fd
 * must not go while it is polled) and frees the memory.
 */
#include "io/zpoll.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "base/check.h"
#include "base/log.h"
#include "io/zraw.h"

enum { SLICE = 64, MAGIC = 0x7a706f6c };

struct cchc_zpoll {
	unsigned magic; /* comes back through void * */
	struct cchc_zsocket *socket;
	cchc_zpoll_message *on_message; /* or take, for a raw one */
	cchc_zpoll_take *take;
	void (*on_closed)(void *data);
	void *data;
	uv_poll_t alarm;
	uv_prepare_t before;
	uv_check_t after;
	uv_idle_t awake;
	unsigned open; /* handles not yet closed */
	bool paused;
	bool closing;
	struct cchc_log_limit limit;
};

static struct cchc_zpoll *zpoll_of(void *data)
{
	struct cchc_zpoll *z = data;

	cchc_check(z && z->magic == MAGIC);
	return z;
}

static bool readable(struct cchc_zpoll *z)
{
	int events = 0;
	size_t size = sizeof(events);

	while (zmq_getsockopt(cchc_zsocket_raw(z->socket), ZMQ_EVENTS, &events, &size) !=
	       0)
		if (zmq_errno() != EINTR)
			return false;
	return (events & ZMQ_POLLIN) != 0;
}

static bool take_message(struct cchc_zpoll *z)
{
	struct cchc_zmessage message;
	enum cchc_rc rc;

	if (z->take)
		return z->take(z->data, z->socket);
	rc = cchc_zsocket_receive(z->socket, &message);
	if (rc == CCHC_OK)
		z->on_message(z->data, &message);
	else if (rc != CCHC_BUSY && cchc_log_allows(&z->limit))
		cchc_log(CCHC_LOG_ERROR, "socket receive failed rc=%s", cchc_rc_name(rc));
	return rc == CCHC_OK;
}

static void on_alarm(uv_poll_t *alarm, int status, int events)
{
	(void)alarm; /* the loop is awake: `after` does the work */
	(void)status;
	(void)events;
}

static void on_awake(uv_idle_t *awake)
{
	(void)awake; /* being there keeps the loop from sleeping */
}

static void on_before_sleep(uv_prepare_t *before)
{
	struct cchc_zpoll *z = zpoll_of(before->data);

	if (readable(z) && !z->paused)
		(void)uv_idle_start(&z->awake, on_awake);
	else
		(void)uv_idle_stop(&z->awake);
}

static void on_after_sleep(uv_check_t *after)
{
	struct cchc_zpoll *z = zpoll_of(after->data);

	if (!readable(z))
		return;
	/* the callback may pause or close */
	for (unsigned n = 0; n < SLICE && !z->paused && !z->closing; n++)
		if (!take_message(z))
			return;
}

enum cchc_rc cchc_zpoll_start_raw(uv_loop_t *loop, struct cchc_zsocket *socket,
				  cchc_zpoll_take *take, void *data,
				  void (*on_closed)(void *data), struct cchc_zpoll **poll,
				  struct cchc_err *err)
{
	struct cchc_zpoll *z = calloc(1, sizeof(*z));
	size_t size = sizeof(int);
	int fd = -1;
	int number;

	if (!z)
		return cchc_fail(err, CCHC_NOMEM, "out of memory");
	number = zmq_getsockopt(cchc_zsocket_raw(socket), ZMQ_FD, &fd, &size) == 0
			 ? uv_poll_init(loop, &z->alarm, fd)
			 : UV_EBADF;
	if (number != 0) {
		free(z); /* no handle is in the loop yet */
		return cchc_fail(err, CCHC_IO, "cannot watch a socket: %s",
				 uv_strerror(number));
	}
	cchc_check(uv_prepare_init(loop, &z->before) == 0);
	cchc_check(uv_check_init(loop, &z->after) == 0);
	cchc_check(uv_idle_init(loop, &z->awake) == 0);
	z->magic = MAGIC;
	z->socket = socket;
	z->take = take;
	z->data = data;
	z->on_closed = on_closed;
	z->open = 4;
	z->limit = (struct cchc_log_limit){.burst = 3, .period_ms = 60000};
	z->alarm.data = z->before.data = z->after.data = z->awake.data = z;
	cchc_check(uv_poll_start(&z->alarm, UV_READABLE, on_alarm) == 0);
	cchc_check(uv_prepare_start(&z->before, on_before_sleep) == 0);
	cchc_check(uv_check_start(&z->after, on_after_sleep) == 0);
	*poll = z;
	return CCHC_OK;
}

enum cchc_rc cchc_zpoll_start(uv_loop_t *loop, struct cchc_zsocket *socket,
			      cchc_zpoll_message *on_message, void *data,
			      struct cchc_zpoll **poll, struct cchc_err *err)
{
	enum cchc_rc rc = cchc_zpoll_start_raw(loop, socket, NULL, data, NULL, poll, err);

	if (rc == CCHC_OK)
		(*poll)->on_message = on_message;
	return rc;
}

struct cchc_zsocket *cchc_zpoll_socket(struct cchc_zpoll *poll)
{
	return poll->socket;
}

void cchc_zpoll_pause(struct cchc_zpoll *poll)
{
	poll->paused = true;
}

void cchc_zpoll_resume(struct cchc_zpoll *poll)
{
	poll->paused = false; /* `before` sees what waits */
}

static void on_close(uv_handle_t *handle)
{
	struct cchc_zpoll *z = zpoll_of(handle->data);

	if (--z->open > 0)
		return;
	cchc_zsocket_close(&z->socket);
	if (z->on_closed)
		z->on_closed(z->data);
	z->magic = 0;
	free(z);
}

void cchc_zpoll_close(struct cchc_zpoll **poll)
{
	struct cchc_zpoll *z = *poll;

	if (!z)
		return;
	*poll = NULL;
	z->closing = true;
	uv_close((uv_handle_t *)&z->alarm, on_close);
	uv_close((uv_handle_t *)&z->before, on_close);
	uv_close((uv_handle_t *)&z->after, on_close);
	uv_close((uv_handle_t *)&z->awake, on_close);
}
