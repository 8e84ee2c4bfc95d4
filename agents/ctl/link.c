/* link.c - questions and answers over a network that may lose any message.
 *
 * A ROUTER drops what a peer's queue has no room for, so an answer of many parts may come
 * with holes. Each attempt has an id and a collection of its own, and an early attempt
 * that completes late still counts: asking again never throws away what is on its way. */
#include "ctl/link.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "io/keys.h"

enum {
	ATTEMPTS = 3,
	ANSWER_HIGH_WATER = CCHC_CTL_PARTS_MAX,
	CHANGES_HIGH_WATER = 256, /* who falls behind further takes a snapshot */
	ENCODE_MAX = 64 * 1024,
	SEND_AGAIN_MS = 10,
	PING_MS = 1000, /* of silence */
};

struct question {
	struct cchc_arena *arena; /* NULL: none is asked */
	struct cchc_ctl_parts attempt[ATTEMPTS];
	size_t attempts;
	size_t done;       /* index + 1 of the attempt that is complete */
	bool broken;       /* parts that do not fit together: do not wait for the timer */
	uint64_t heard_ms; /* last sign of life, by the loop's clock */
	bool deserted;     /* none for too long */
	struct cchc_err err;
};

struct cchc_ctl_link {
	const struct cchc_ctl_settings *settings;
	struct cchc_key_pair own;
	unsigned timeout_ms; /* 0: the defaults */
	uv_loop_t loop;
	bool has_loop;
	uv_timer_t timer; /* wakes the loop at the end of an attempt */
	bool has_timer;
	bool expired;
	bool interrupted;
	struct cchc_zcontext *context;
	struct cchc_zpoll *queries;
	struct cchc_zpoll *changes;
	uint64_t next_id;
	struct question question;
	cchc_zpoll_message *listener; /* of answers to many questions; NULL: none */
	void *listener_data;
};

static void collect(struct question *q, Cchc__Answer *answer)
{
	for (size_t i = 0; i < q->attempts; i++) {
		if (q->attempt[i].id != answer->id)
			continue;
		if (cchc_ctl_parts_add(&q->attempt[i], answer) != CCHC_OK) {
			q->broken = true;
			(void)cchc_fail(&q->err, CCHC_INVALID,
					"parts of an answer that do not fit together");
		} else if (cchc_ctl_parts_complete(&q->attempt[i]) && !q->done) {
			q->done = i + 1;
		}
	}
}

static void on_answer(void *data, const struct cchc_zmessage *message)
{
	struct cchc_ctl_link *link = data;
	struct question *q = &link->question;
	Cchc__Answer *answer;

	if (link->listener)
		link->listener(link->listener_data, message);
	q->heard_ms = uv_now(&link->loop);
	if (!q->arena || q->done || !message->body)
		return;
	if (cchc_wire_answer(q->arena, message->body, message->body_len, &answer,
			     &q->err) != CCHC_OK) {
		q->broken = true;
		return;
	}
	collect(q, answer);
}

static void on_timer(uv_timer_t *timer)
{
	struct cchc_ctl_link *link = timer->data;

	link->expired = true;
}

static enum cchc_rc open_socket(struct cchc_ctl_link *link, enum cchc_zkind kind,
				const char *endpoint, int high_water,
				struct cchc_zsocket **opened, struct cchc_err *err)
{
	struct cchc_zoptions options = {
		.kind = kind,
		.own = &link->own,
		.server_key = link->settings->server_key,
		.receive_high_water = high_water,
	};
	struct cchc_zsocket *socket = NULL;
	enum cchc_rc rc = cchc_zsocket_new(link->context, &options, &socket, err);

	if (rc == CCHC_OK)
		rc = cchc_zsocket_connect(socket, endpoint, err);
	if (rc != CCHC_OK) {
		cchc_zsocket_close(&socket);
		return rc;
	}
	*opened = socket;
	return CCHC_OK;
}

static enum cchc_rc start(struct cchc_ctl_link *link, struct cchc_err *err)
{
	struct cchc_zsocket *socket;
	enum cchc_rc rc = cchc_keys_load(link->settings->key, &link->own, err);

	if (rc != CCHC_OK)
		return rc;
	link->has_loop = uv_loop_init(&link->loop) == 0;
	if (!link->has_loop)
		return cchc_fail(err, CCHC_NOMEM, "cannot make an event loop");
	link->has_timer = uv_timer_init(&link->loop, &link->timer) == 0;
	link->timer.data = link;
	rc = cchc_zcontext_new(&link->context, err);
	if (rc == CCHC_OK)
		rc = open_socket(link, CCHC_ZDEALER, link->settings->queries,
				 ANSWER_HIGH_WATER, &socket, err);
	if (rc != CCHC_OK)
		return rc;
	rc = cchc_zpoll_start(&link->loop, socket, on_answer, link, &link->queries, err);
	if (rc != CCHC_OK)
		cchc_zsocket_close(&socket);
	return rc;
}

enum cchc_rc cchc_ctl_link_open(const struct cchc_ctl_settings *settings,
				unsigned timeout_ms, struct cchc_ctl_link **link,
				struct cchc_err *err)
{
	struct cchc_ctl_link *made = calloc(1, sizeof(*made));
	enum cchc_rc rc;

	if (!made)
		return cchc_fail(err, CCHC_NOMEM, "out of memory");
	made->settings = settings;
	made->timeout_ms = timeout_ms;
	rc = start(made, err);
	if (rc == CCHC_OK)
		*link = made;
	else
		cchc_ctl_link_close(&made);
	return rc;
}

static void close_all(uv_handle_t *handle, void *data)
{
	(void)data;
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

void cchc_ctl_link_close(struct cchc_ctl_link **link)
{
	struct cchc_ctl_link *l = *link;

	if (!l)
		return;
	*link = NULL;
	cchc_zpoll_close(&l->queries);
	cchc_zpoll_close(&l->changes);
	if (l->has_loop) {
		/* What is left are our timer and the watcher's own handles. */
		uv_walk(&l->loop, close_all, NULL);
		uv_run(&l->loop, UV_RUN_DEFAULT);
		cchc_check(uv_loop_close(&l->loop) == 0);
	}
	cchc_zcontext_free(&l->context);
	explicit_bzero(&l->own, sizeof(l->own));
	free(l);
}

static bool is_waiting(const struct cchc_ctl_link *link)
{
	const struct question *q = &link->question;

	return !q->done && !q->broken && !q->deserted && !link->interrupted;
}

/* Repeats: the timer counts from the loop's clock, which stands still between its turns.
 * One that was due already fires before the loop sleeps, and nothing else would wake it.
 */
static void start_timer(struct cchc_ctl_link *link, uint64_t wait_ms)
{
	uint64_t repeat_ms = wait_ms > 0 ? wait_ms : 1;

	link->expired = uv_timer_start(&link->timer, on_timer, wait_ms, repeat_ms) != 0;
}

static void wait_for_parts(struct cchc_ctl_link *link, uint64_t wait_ms)
{
	start_timer(link, wait_ms);
	while (is_waiting(link) && !link->expired)
		uv_run(&link->loop, UV_RUN_ONCE);
	uv_timer_stop(&link->timer);
}

/* Asks if anybody is there; what it says is of no interest. */
static void ping(struct cchc_ctl_link *link, struct cchc_arena *arena)
{
	Cchc__Ask ask = CCHC__ASK__INIT;

	ask.kind = CCHC__ASK__KIND__ABOUT;
	cchc_arena_reset(arena);                      /* the question has been sent */
	(void)!cchc_ctl_link_send(link, &ask, arena); /* silence is what tells */
}

/* Waits for the answer until `deadline` by the loop's clock. A daemon that works on it
 * still answers our pings; one that died is not waited for. */
static void wait_for_answer(struct cchc_ctl_link *link, struct cchc_arena *arena,
			    uint64_t deadline)
{
	struct question *q = &link->question;

	while (is_waiting(link) && uv_now(&link->loop) < deadline) {
		uint64_t left = deadline - uv_now(&link->loop);
		uint64_t silent;

		wait_for_parts(link, left < PING_MS ? left : PING_MS);
		silent = uv_now(&link->loop) - q->heard_ms;
		q->deserted = silent >= CCHC_CTL_ALIVE_MS;
		if (silent >= PING_MS && uv_now(&link->loop) < deadline)
			ping(link, arena);
	}
}

/* One attempt: sends and waits until `deadline` by the loop's clock. Before the
 * connection stands the socket takes nothing, so sending is tried again until it does. */
static enum cchc_rc attempt(struct cchc_ctl_link *link, Cchc__Ask *ask,
			    struct cchc_arena *arena, uint64_t deadline)
{
	struct question *q = &link->question;
	struct cchc_zsocket *socket = cchc_zpoll_socket(link->queries);
	uint8_t *bytes;
	size_t len;
	enum cchc_rc rc;

	ask->version = CCHC_PROTOCOL_VERSION;
	ask->id = ++link->next_id;
	cchc_ctl_parts_init(&q->attempt[q->attempts++], ask->id);
	q->broken = false;
	rc = cchc_wire_encode(arena, &ask->base, &bytes, &len);
	if (rc == CCHC_OK)
		rc = cchc_zsocket_send(socket, NULL, 0, bytes, len);
	while (rc == CCHC_BUSY && is_waiting(link) && uv_now(&link->loop) < deadline) {
		wait_for_parts(link, SEND_AGAIN_MS);
		rc = cchc_zsocket_send(socket, NULL, 0, bytes, len);
	}
	if (rc == CCHC_OK)
		wait_for_answer(link, arena, deadline);
	return rc == CCHC_BUSY ? CCHC_OK : rc;
}

static enum cchc_rc attempt_all(struct cchc_ctl_link *link, Cchc__Ask *ask,
				size_t attempts, unsigned timeout_ms)
{
	struct question *q = &link->question;
	enum cchc_rc rc = CCHC_OK;
	struct cchc_arena arena;
	uint64_t began;

	uv_update_time(&link->loop);
	began = q->heard_ms = uv_now(&link->loop);
	cchc_arena_init(&arena, ENCODE_MAX);
	while (rc == CCHC_OK && q->attempts < attempts && !q->done && !q->deserted &&
	       !link->interrupted)
		rc = attempt(link, ask, &arena,
			     began + timeout_ms * (q->attempts + 1) / attempts);
	cchc_arena_fini(&arena);
	return rc;
}

static enum cchc_rc take_answer(struct question *q, struct cchc_ctl_answer *answer,
				struct cchc_err *err)
{
	const struct cchc_ctl_parts *parts = &q->attempt[q->done - 1];
	const Cchc__Answer *first = parts->part[0];
	Cchc__Answer **list;

	if (first->kind == CCHC__ANSWER__KIND__REFUSED)
		return cchc_fail(err,
				 first->refused->has_lasting && first->refused->lasting
					 ? CCHC_NOTFOUND
					 : CCHC_DENIED,
				 "%s", first->refused->text);
	list = cchc_arena_array(q->arena, parts->total, sizeof(*list));
	if (!list)
		return cchc_fail(err, CCHC_NOMEM, "the answer is too large");
	memcpy(list, parts->part, parts->total * sizeof(*list));
	*answer = (struct cchc_ctl_answer){
		.part = list,
		.n = parts->total,
		.commit = first->commit,
		.incarnation = first->incarnation,
	};
	return CCHC_OK;
}

static enum cchc_rc no_answer(struct cchc_ctl_link *link, unsigned timeout_ms,
			      struct cchc_err *err)
{
	if (link->interrupted)
		return cchc_fail(err, CCHC_BUSY, "interrupted");
	if (link->question.err.text[0])
		return cchc_fail(err, CCHC_INVALID, "the answer of %s is no good: %s",
				 link->settings->queries, link->question.err.text);
	if (link->question.deserted && timeout_ms > CCHC_CTL_ALIVE_MS)
		return cchc_fail(err, CCHC_BUSY, "%s went silent: cchcd has ended there?",
				 link->settings->queries);
	return cchc_fail(
		err, CCHC_BUSY,
		"no answer from %s within %u s; does cchcd run there, and does it "
		"know our public key %s as monitor or operator?",
		link->settings->queries, timeout_ms / 1000, link->own.public_key);
}

static enum cchc_rc ask_within(struct cchc_ctl_link *link, struct cchc_arena *arena,
			       Cchc__Ask *ask, size_t attempts, unsigned timeout_ms,
			       struct cchc_ctl_answer *answer, struct cchc_err *err)
{
	struct question *q = &link->question;
	enum cchc_rc rc;

	cchc_check(!q->arena);
	*q = (struct question){.arena = arena};
	rc = attempt_all(link, ask, attempts, timeout_ms);
	if (rc != CCHC_OK)
		(void)cchc_fail(err, rc, "cannot ask %s: %s", link->settings->queries,
				cchc_rc_name(rc));
	else if (!q->done)
		rc = no_answer(link, timeout_ms, err);
	else
		rc = take_answer(q, answer, err);
	for (size_t i = 0; i < q->attempts; i++)
		cchc_ctl_parts_fini(&q->attempt[i]);
	q->arena = NULL;
	return rc;
}

enum cchc_rc cchc_ctl_link_ask(struct cchc_ctl_link *link, struct cchc_arena *arena,
			       Cchc__Ask *ask, struct cchc_ctl_answer *answer,
			       struct cchc_err *err)
{
	bool verify = ask->kind == CCHC__ASK__KIND__VERIFY;
	unsigned timeout_ms = link->timeout_ms ? link->timeout_ms
			      : verify         ? CCHC_CTL_VERIFY_TIMEOUT_MS
					       : CCHC_CTL_TIMEOUT_MS;

	/* A replay takes long and is not to be started three times. */
	return ask_within(link, arena, ask, verify ? 1 : ATTEMPTS, timeout_ms, answer,
			  err);
}

enum cchc_rc cchc_ctl_link_greet(struct cchc_ctl_link *link, struct cchc_err *err)
{
	unsigned timeout_ms = cchc_ctl_link_timeout_ms(link);
	Cchc__Ask ask = CCHC__ASK__INIT;
	struct cchc_ctl_answer answer;
	struct cchc_arena arena;
	enum cchc_rc rc;

	cchc_arena_init(&arena, CCHC_DECODE_MEMORY_MAX * ATTEMPTS);
	ask.kind = CCHC__ASK__KIND__ABOUT;
	rc = ask_within(link, &arena, &ask, ATTEMPTS,
			timeout_ms < CCHC_CTL_ALIVE_MS ? timeout_ms : CCHC_CTL_ALIVE_MS,
			&answer, err);
	cchc_arena_fini(&arena);
	return rc;
}

void cchc_ctl_link_interrupt(struct cchc_ctl_link *link)
{
	link->interrupted = true;
}

void cchc_ctl_link_listen(struct cchc_ctl_link *link, cchc_zpoll_message *listener,
			  void *data)
{
	link->listener = listener;
	link->listener_data = data;
}

enum cchc_rc cchc_ctl_link_send(struct cchc_ctl_link *link, Cchc__Ask *ask,
				struct cchc_arena *arena)
{
	uint8_t *bytes;
	size_t len;
	enum cchc_rc rc;

	ask->version = CCHC_PROTOCOL_VERSION;
	ask->id = ++link->next_id;
	rc = cchc_wire_encode(arena, &ask->base, &bytes, &len);
	if (rc == CCHC_OK)
		rc = cchc_zsocket_send(cchc_zpoll_socket(link->queries), NULL, 0, bytes,
				       len);
	return rc;
}

bool cchc_ctl_link_turn(struct cchc_ctl_link *link, uint64_t wait_ms)
{
	start_timer(link, wait_ms);
	if (!link->interrupted && !link->expired)
		uv_run(&link->loop, UV_RUN_ONCE);
	uv_timer_stop(&link->timer);
	return !link->interrupted;
}

enum cchc_rc cchc_ctl_link_follow(struct cchc_ctl_link *link, const char *topic,
				  cchc_zpoll_message *on_message, void *data,
				  struct cchc_err *err)
{
	struct cchc_zsocket *socket;
	enum cchc_rc rc;

	if (!link->settings->changes)
		return cchc_fail(
			err, CCHC_INVALID,
			"the settings have no line \"changes: tcp://host:port\"");
	rc = open_socket(link, CCHC_ZSUB, link->settings->changes, CHANGES_HIGH_WATER,
			 &socket, err);
	if (rc != CCHC_OK)
		return rc;
	rc = cchc_zsocket_subscribe(socket, topic);
	if (rc != CCHC_OK)
		(void)cchc_fail(err, rc, "cannot subscribe to %s", topic);
	else
		rc = cchc_zpoll_start(&link->loop, socket, on_message, data,
				      &link->changes, err);
	if (rc != CCHC_OK)
		cchc_zsocket_close(&socket);
	return rc;
}

uv_loop_t *cchc_ctl_link_loop(struct cchc_ctl_link *link)
{
	return &link->loop;
}

unsigned cchc_ctl_link_timeout_ms(const struct cchc_ctl_link *link)
{
	return link->timeout_ms ? link->timeout_ms : CCHC_CTL_TIMEOUT_MS;
}
