/* topic.c - what is told on one topic, without a hole.
 *
 * Numbers decide (follow.h): this file keeps what they say to keep and asks when they say
 * to ask. Publications come on the loop, also while a snapshot is asked for; then they
 * are held and offered again afterwards. */
#include "ctl/topic.h"

#include <stdlib.h>
#include <string.h>

enum {
	HELD_MAX = 1024, /* publications */
	HELD_MEMORY_MAX = 32 * 1024 * 1024,
	ASK_AGAIN_MS = 250,
	TICK_MS = 500,
	SILENCE_MS = 3 * CCHC_TOPIC_REPEAT_MS,
};

struct cchc_ctl_topic {
	struct cchc_ctl_link *link;
	const char *name;
	const struct cchc_ctl_topic_user *user;
	struct cchc_ctl_follow follow;
	struct cchc_arena held_arena;
	const Cchc__Publication *held[HELD_MAX];
	size_t n_held;
	struct cchc_arena scratch; /* of one publication */
	bool has_snapshot;
	bool wants_snapshot;
	bool asked_late; /* a snapshot is there, a later ask failed */
	bool stopped;
	uint64_t began_ms;     /* by the loop's clock */
	uint64_t ask_after_ms; /* likewise */
	uint64_t heard_ms;     /* last publication */
	struct cchc_ctl_watch_counts counts;
	struct cchc_err unreadable; /* the last publication that could not be read */
	enum cchc_rc failed;        /* of a callback */
	uv_signal_t interrupt;
	uv_signal_t terminate;
	uv_timer_t tick;
};

static uint64_t now_ms(const struct cchc_ctl_topic *t)
{
	return uv_now(cchc_ctl_link_loop(t->link));
}

static void drop_held(struct cchc_ctl_topic *t)
{
	t->n_held = 0;
	cchc_arena_reset(&t->held_arena);
}

static void want_snapshot(struct cchc_ctl_topic *t, uint64_t after_ms)
{
	t->wants_snapshot = true;
	t->ask_after_ms = now_ms(t) + after_ms;
}

static void apply(struct cchc_ctl_topic *t, const Cchc__Publication *publication)
{
	enum cchc_rc rc = t->user->apply(t->user->data, publication);

	if (rc == CCHC_INVALID) {
		cchc_ctl_follow_again(&t->follow);
		want_snapshot(t, 0);
	} else if (rc != CCHC_OK) {
		t->failed = rc;
	}
}

static void hear(struct cchc_ctl_topic *t, const Cchc__Publication *publication)
{
	struct cchc_ctl_heard heard = {
		.incarnation = publication->incarnation,
		.previous = publication->previous,
		.number = publication->number,
		.part = publication->has_part ? publication->part : 0,
		.last = publication->has_last ? publication->last : true,
		.empty = !publication->n_cells && !publication->n_task &&
			 !publication->n_alert,
	};

	switch (cchc_ctl_follow_hear(&t->follow, &heard)) {
	case CCHC_CTL_APPLY:
		apply(t, publication);
		break;
	case CCHC_CTL_HOLD:
		if (t->n_held < HELD_MAX)
			t->held[t->n_held++] = publication;
		break;
	case CCHC_CTL_ASK:
		drop_held(t);
		want_snapshot(t, 0);
		break;
	default:
		break;
	}
}

static bool is_our_topic(const struct cchc_ctl_topic *t,
			 const struct cchc_zmessage *message)
{
	return message->body && message->route_len == strlen(t->name) &&
	       memcmp(message->route, t->name, message->route_len) == 0;
}

static void on_publication(void *data, const struct cchc_zmessage *message)
{
	struct cchc_ctl_topic *t = data;
	bool holding = t->follow.state == CCHC_CTL_ASKING;
	struct cchc_arena *arena = holding ? &t->held_arena : &t->scratch;
	Cchc__Publication *publication;

	if (!is_our_topic(t, message))
		return;
	t->heard_ms = now_ms(t);
	if (!holding)
		cchc_arena_reset(&t->scratch);
	/* One that cannot be kept or read is like one that was lost: the next one tells.
	 */
	if (cchc_wire_publication(arena, message->body, message->body_len, &publication,
				  &t->unreadable) != CCHC_OK)
		return;
	t->counts.publications++;
	hear(t, publication);
}

/* What came while the snapshot was on its way, in order. Offered from a copy of the list:
 * if one of them breaks the chain, the rest is of no use and already dropped. */
static void offer_held(struct cchc_ctl_topic *t)
{
	size_t n = t->n_held;

	for (size_t i = 0; i < n && t->follow.state == CCHC_CTL_FOLLOWING; i++)
		hear(t, t->held[i]);
	drop_held(t);
}

static enum cchc_rc snapshot(struct cchc_ctl_topic *t, struct cchc_err *err)
{
	struct cchc_ctl_answer answer;
	enum cchc_rc rc;

	t->wants_snapshot = false;
	rc = t->user->ask(t->user->data, &answer, err);
	if (rc != CCHC_OK)
		return rc;
	if (!cchc_ctl_follow_snapshot(&t->follow, answer.incarnation, answer.commit)) {
		want_snapshot(t, ASK_AGAIN_MS);
		return CCHC_OK;
	}
	rc = t->user->take(t->user->data, &answer, err);
	if (rc != CCHC_OK)
		return rc;
	t->has_snapshot = true;
	t->counts.snapshots++;
	offer_held(t);
	return CCHC_OK;
}

static enum cchc_rc ask_if_wanted(struct cchc_ctl_topic *t, struct cchc_err *err)
{
	enum cchc_rc rc;

	if (!t->wants_snapshot || now_ms(t) < t->ask_after_ms)
		return CCHC_OK;
	rc = snapshot(t, err);
	if (rc == CCHC_BUSY && t->stopped)
		return CCHC_OK;
	t->asked_late = rc == CCHC_BUSY || rc == CCHC_DENIED;
	if (t->asked_late && t->has_snapshot) {
		want_snapshot(t, ASK_AGAIN_MS);
		return CCHC_OK;
	}
	return rc;
}

static enum cchc_rc check_first_contact(const struct cchc_ctl_topic *t,
					struct cchc_err *err)
{
	unsigned timeout_ms = cchc_ctl_link_timeout_ms(t->link);

	if (t->has_snapshot || t->follow.state != CCHC_CTL_WAITING ||
	    now_ms(t) - t->began_ms < timeout_ms)
		return CCHC_OK;
	return cchc_fail(err, CCHC_BUSY,
			 "nothing heard on the changes socket within %u s (topic %s) %s",
			 timeout_ms / 1000, t->name, t->unreadable.text);
}

enum cchc_rc cchc_ctl_topic_turn(struct cchc_ctl_topic *topic, struct cchc_err *err)
{
	enum cchc_rc rc;

	uv_run(cchc_ctl_link_loop(topic->link), UV_RUN_ONCE);
	rc = ask_if_wanted(topic, err);
	if (rc == CCHC_OK)
		rc = topic->failed;
	return rc == CCHC_OK ? check_first_contact(topic, err) : rc;
}

bool cchc_ctl_topic_stopped(const struct cchc_ctl_topic *topic)
{
	return topic->stopped;
}

bool cchc_ctl_topic_is_current(const struct cchc_ctl_topic *topic)
{
	return topic->has_snapshot && topic->follow.state == CCHC_CTL_FOLLOWING;
}

bool cchc_ctl_topic_is_late(const struct cchc_ctl_topic *topic)
{
	return topic->asked_late || now_ms(topic) - topic->heard_ms > SILENCE_MS;
}

struct cchc_ctl_watch_counts cchc_ctl_topic_counts(const struct cchc_ctl_topic *topic)
{
	struct cchc_ctl_watch_counts counts = topic->counts;

	counts.gaps = topic->follow.gaps;
	return counts;
}

static void on_signal(uv_signal_t *handle, int number)
{
	struct cchc_ctl_topic *t = handle->data;

	(void)number;
	t->stopped = true;
	cchc_ctl_link_interrupt(t->link);
}

static void on_tick(uv_timer_t *tick)
{
	(void)tick; /* the loop turns: who uses the topic looks at how late it is */
}

static enum cchc_rc start_handles(struct cchc_ctl_topic *t, struct cchc_err *err)
{
	uv_loop_t *loop = cchc_ctl_link_loop(t->link);
	bool failed = uv_signal_init(loop, &t->interrupt) != 0 ||
		      uv_signal_init(loop, &t->terminate) != 0 ||
		      uv_timer_init(loop, &t->tick) != 0;

	if (failed)
		return cchc_fail(err, CCHC_NOMEM, "cannot watch signals");
	t->interrupt.data = t->terminate.data = t;
	failed = uv_signal_start(&t->interrupt, on_signal, SIGINT) != 0 ||
		 uv_signal_start(&t->terminate, on_signal, SIGTERM) != 0 ||
		 uv_timer_start(&t->tick, on_tick, TICK_MS, TICK_MS) != 0;
	return failed ? cchc_fail(err, CCHC_IO, "cannot watch signals") : CCHC_OK;
}

enum cchc_rc cchc_ctl_topic_follow(struct cchc_ctl_link *link, const char *name,
				   const struct cchc_ctl_topic_user *user,
				   struct cchc_ctl_topic **topic, struct cchc_err *err)
{
	struct cchc_ctl_topic *t = calloc(1, sizeof(*t));
	enum cchc_rc rc;

	if (!t)
		return cchc_fail(err, CCHC_NOMEM, "out of memory");
	*topic = t; /* its handles may be on the loop from here on */
	t->link = link;
	t->name = name;
	t->user = user;
	t->began_ms = t->heard_ms = now_ms(t);
	cchc_arena_init(&t->held_arena, HELD_MEMORY_MAX);
	cchc_arena_init(&t->scratch, HELD_MEMORY_MAX);
	cchc_ctl_follow_init(&t->follow);
	rc = start_handles(t, err);
	if (rc == CCHC_OK)
		rc = cchc_ctl_link_follow(link, name, on_publication, t, err);
	return rc;
}

void cchc_ctl_topic_free(struct cchc_ctl_topic **topic)
{
	struct cchc_ctl_topic *t = *topic;

	if (!t)
		return;
	*topic = NULL;
	cchc_arena_fini(&t->held_arena);
	cchc_arena_fini(&t->scratch);
	free(t);
}
