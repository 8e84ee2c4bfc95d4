/* Whatever a network loses, a follower ends with the daemon's state: publications in
 * parts, repeats, a slow snapshot, restores. The daemon here is an array of rows; a
 * publication says some of them, in one to three parts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/follow.h"
#include "random.h"

enum { ROWS = 3, QUEUE = 64, HELD = 8 };

struct frame {
	struct cchc_ctl_heard heard;
	int row; /* -1: a repeat */
	uint64_t value;
};

struct daemon {
	uint64_t incarnation;
	uint64_t commit;
	uint64_t topic; /* last number of the topic */
	uint64_t row[ROWS];
};

struct world {
	struct test_random random;
	struct daemon daemon;
	struct daemon before; /* the last publication: answers may be that late */
	struct frame queue[QUEUE];
	size_t queued;
	unsigned lossy; /* of 16: frames lost */
	struct cchc_ctl_follow follow;
	uint64_t row[ROWS];
	struct frame held[HELD];
	size_t n_held;
	bool asking; /* a question is on its way */
	bool answered;
	struct daemon snapshot;
};

static void send_frame(struct world *w, struct frame frame)
{
	if (w->queued < QUEUE && test_random_below(&w->random, 16) >= w->lossy)
		w->queue[w->queued++] = frame;
}

static void repeat(struct world *w)
{
	struct frame frame = {.row = -1,
			      .heard = {.incarnation = w->daemon.incarnation,
					.previous = w->daemon.topic,
					.number = w->daemon.topic,
					.last = true,
					.empty = true}};

	send_frame(w, frame);
}

static void publish(struct world *w)
{
	struct daemon *d = &w->daemon;
	uint32_t parts = 1 + test_random_below(&w->random, ROWS);
	uint64_t previous = d->topic;

	w->before = *d;
	d->topic = d->commit += 1 + test_random_below(&w->random, 3);
	for (uint32_t i = 0; i < parts; i++) {
		struct frame frame = {.row = (int)i,
				      .heard = {.incarnation = d->incarnation,
						.previous = previous,
						.number = d->topic,
						.part = i,
						.last = i + 1 == parts}};

		frame.value = d->row[i] = test_random_next(&w->random);
		send_frame(w, frame);
	}
}

/* A backup comes back: another incarnation, an older commit, other figures. */
static void restore(struct world *w)
{
	w->daemon.incarnation++;
	w->daemon.commit -= w->daemon.commit / 2;
	w->daemon.topic = w->daemon.commit;
	w->daemon.row[test_random_below(&w->random, ROWS)] = 7;
	w->before = w->daemon;
}

static void hear(struct world *w, const struct frame *frame)
{
	switch (cchc_ctl_follow_hear(&w->follow, &frame->heard)) {
	case CCHC_CTL_APPLY:
		if (frame->row >= 0)
			w->row[frame->row] = frame->value;
		break;
	case CCHC_CTL_HOLD:
		if (w->n_held < HELD)
			w->held[w->n_held++] = *frame;
		break;
	case CCHC_CTL_ASK:
		w->n_held = 0;
		break;
	default:
		break;
	}
}

static void deliver(struct world *w)
{
	if (!w->queued)
		return;
	hear(w, &w->queue[0]);
	w->queued--;
	memmove(w->queue, w->queue + 1, w->queued * sizeof(w->queue[0]));
}

static void ask(struct world *w)
{
	if (w->follow.state != CCHC_CTL_ASKING || w->asking)
		return;
	w->asking = true;
	w->answered = false;
}

static void answer(struct world *w)
{
	if (w->asking && !w->answered) {
		w->snapshot = test_random_below(&w->random, 8) < w->lossy ? w->before
									  : w->daemon;
		w->answered = true;
	}
}

static void take_answer(struct world *w)
{
	size_t n = w->n_held;

	if (!w->answered || !w->asking)
		return;
	w->asking = w->answered = false;
	if (!cchc_ctl_follow_snapshot(&w->follow, w->snapshot.incarnation,
				      w->snapshot.commit))
		return;
	memcpy(w->row, w->snapshot.row, sizeof(w->row));
	for (size_t i = 0; i < n && w->follow.state == CCHC_CTL_FOLLOWING; i++)
		hear(w, &w->held[i]);
	w->n_held = 0;
}

static void step(struct world *w)
{
	switch (test_random_below(&w->random, 16)) {
	case 0:
	case 1:
	case 2:
		publish(w);
		break;
	case 3:
		repeat(w);
		break;
	case 4:
		if (test_random_below(&w->random, 64) == 0)
			restore(w);
		break;
	case 5:
	case 6:
		ask(w);
		break;
	case 7:
		answer(w);
		break;
	case 8:
		take_answer(w);
		break;
	default:
		deliver(w);
	}
}

/* The network heals and the daemon falls silent: repeats, questions and answers get
 * through. */
static void settle(struct world *w)
{
	w->lossy = 0;
	for (int round = 0; round < 6; round++) {
		while (w->queued)
			deliver(w);
		repeat(w);
		deliver(w);
		answer(w);
		take_answer(w);
		ask(w);
	}
}

static void a_follower_ends_with_the_daemons_state(void **state)
{
	uint64_t seed = test_random_seed();

	(void)state;
	for (unsigned round = 0; round < test_random_rounds(2000); round++) {
		struct world w = {.random = {seed + round}, .lossy = round % 4};

		w.daemon.incarnation = w.before.incarnation = 1;
		cchc_ctl_follow_init(&w.follow);
		for (unsigned i = test_random_below(&w.random, 400); i; i--)
			step(&w);
		settle(&w);
		assert_int_equal(w.follow.state, CCHC_CTL_FOLLOWING);
		assert_memory_equal(w.row, w.daemon.row, sizeof(w.row));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_follower_ends_with_the_daemons_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
