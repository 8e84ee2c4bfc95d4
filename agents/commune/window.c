/* window.c - pushes, and what answers them.
 *
 * Items are numbered when credit allows them to be sent, several in one commit, and sent
 * in order; `next` walks over them and goes back when the daemon says so or stays silent.
 * Sending one again is always right: its bytes are frozen and the daemon answers repeats.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "commune/linkparts.h"

enum {
	NUMBER_MOST = 32, /* items of one commit */
	WAIT_MOST_MS = 5 * 60 * 1000,
	GAP_AGAIN_MS = 1000,
};

void cchc_link_open_window(struct cchc_link *link, const Cchc__Welcome *welcome,
			   const struct cchc_outbox_state *state)
{
	link->epoch = state->epoch;
	link->mark = state->mark;
	link->next = state->mark + 1;
	link->credit = welcome->credit;
	link->proven = welcome->mark;
	link->waiting = false;
	link->starved = false;
	link->paused_until_ms = 0;
	link->highest_sent = state->mark;
	link->sample_seq = 0;
	link->gap_seq = 0;
}

/* ---- answers ---- */

static void go_back(struct cchc_link *link, uint64_t seq)
{
	link->next = seq;
	link->sample_seq = 0;
	link->waiting = link->waiting && seq > link->mark + 1;
}

static void time_ack(struct cchc_link *link, struct cchc_moment now)
{
	uint64_t took = now.mono_ms - link->sample_ms;

	if (!link->sample_seq || link->mark < link->sample_seq)
		return;
	link->sample_seq = 0;
	link->smooth_ms = link->smooth_ms ? (7 * link->smooth_ms + took) / 8 : took;
}

static void make_progress(struct cchc_link *link, uint64_t mark, struct cchc_moment now)
{
	if (mark <= link->mark)
		return;
	link->mark = mark;
	if (link->proven < mark)
		link->proven = mark;
	if (link->next <= mark)
		link->next = mark + 1;
	link->waiting = link->next > mark + 1;
	link->waiting_ms = now.mono_ms;
	time_ack(link, now);
}

void cchc_link_on_ack(struct cchc_link *link, const Cchc__Ack *ack,
		      struct cchc_moment now)
{
	enum cchc_rc rc;

	if (ack->epoch != link->epoch)
		return;
	rc = cchc_outbox_ack(link->options.box, ack, now.wall_ms);
	if (rc == CCHC_INVALID) {
		/* a mark we never gave: a new greeting finds out why */
		if (link->state == CCHC_LINK_READY)
			cchc_link_say_hello(link, now);
		return;
	}
	if (rc) {
		cchc_link_store_failed(link, rc, "storing an ack", now);
		return;
	}
	link->credit = ack->credit;
	link->starved = false;
	make_progress(link, ack->mark, now);
	if (ack->n_refused)
		cchc_link_say_stored(link);
}

/* Every message behind the hole is answered with the same GAP: one rewind serves them
 * all. */
void cchc_link_on_gap(struct cchc_link *link, const Cchc__Gap *gap,
		      struct cchc_moment now)
{
	if (gap->epoch != link->epoch || gap->expected == link->next)
		return;
	if (gap->expected <= link->mark || gap->expected > link->next) {
		cchc_link_say_hello(link, now);
		return;
	}
	if (gap->expected == link->gap_seq && now.mono_ms - link->gap_ms < GAP_AGAIN_MS)
		return;
	link->gap_seq = gap->expected;
	link->gap_ms = now.mono_ms;
	go_back(link, gap->expected);
}

void cchc_link_on_later(struct cchc_link *link, const Cchc__Later *later,
			struct cchc_moment now)
{
	uint64_t wait_ms = later->wait_ms < WAIT_MOST_MS ? later->wait_ms : WAIT_MOST_MS;

	if (later->epoch != link->epoch || later->seq <= link->mark ||
	    later->seq >= link->next)
		return;
	go_back(link, later->seq);
	link->waiting = false; /* silence is what we were told to expect */
	link->paused_until_ms =
		now.mono_ms + wait_ms + cchc_link_random(link, wait_ms / 2 + 1);
	if (cchc_log_allows(&link->busy_limit))
		cchc_log(CCHC_LOG_INFO,
			 "district is busy seq=%" PRIu64 " wait_ms=%" PRIu64 ": %s",
			 later->seq, wait_ms, later->reason);
}

/* ---- pushes ---- */

static bool send_push(struct cchc_link *link, const struct cchc_sent *sent)
{
	Cchc__ToDaemon message = CCHC__TO_DAEMON__INIT;
	Cchc__Push push = CCHC__PUSH__INIT;
	struct cchc_arena arena;
	bool taken = false;
	uint8_t *body;

	cchc_arena_init(&arena, CCHC_FRAME_MAX + 1024);
	body = (uint8_t *)cchc_arena_text(&arena, (const char *)sent->item.body,
					  sent->item.body_len);
	push.epoch = link->epoch;
	push.seq = sent->seq;
	push.chain.len = CCHC_CHAIN_BYTES;
	push.chain.data = (uint8_t *)cchc_arena_text(&arena, (const char *)sent->chain,
						     CCHC_CHAIN_BYTES);
	push.kind = (Cchc__Push__Kind)sent->item.kind;
	push.has_body = sent->item.body_len > 0;
	push.body.len = sent->item.body_len;
	push.body.data = body;
	message.kind = CCHC__TO_DAEMON__KIND__PUSH;
	message.push = &push;
	if (body && push.chain.data)
		taken = cchc_link_send(link, &message);
	cchc_arena_fini(&arena);
	return taken;
}

static void note_sent(struct cchc_link *link, struct cchc_moment now)
{
	uint64_t seq = link->next++;

	if (!link->waiting) {
		link->waiting = true;
		link->waiting_ms = now.mono_ms;
	}
	/* an ack of what was sent twice may be of either */
	if (!link->sample_seq && seq > link->highest_sent) {
		link->sample_seq = seq;
		link->sample_ms = now.mono_ms;
	}
	if (seq > link->highest_sent)
		link->highest_sent = seq;
}

/* False when nothing more is to be sent now. */
static bool push_next(struct cchc_link *link, struct cchc_moment now)
{
	struct cchc_sent sent;
	struct cchc_arena arena;
	enum cchc_rc rc;
	bool taken = false;

	cchc_arena_init(&arena, 4 * CCHC_FRAME_MAX);
	rc = cchc_outbox_sent(link->options.box, &arena, link->next, &sent);
	if (rc)
		cchc_link_store_failed(link, rc, "reading what to send", now);
	else
		taken = send_push(link, &sent);
	cchc_arena_fini(&arena);
	if (taken)
		note_sent(link, now);
	return taken;
}

/* Numbers what is to be sent next, if need be; false when there is nothing, or no credit.
 */
static bool has_next(struct cchc_link *link, struct cchc_outbox_state *state,
		     struct cchc_moment now)
{
	uint64_t given = state->last_given;
	enum cchc_rc rc;

	if (link->next <= given)
		return link->next <= link->credit;
	if (state->queued == 0 || link->credit <= given)
		return false;
	rc = cchc_outbox_number(link->options.box, link->credit, NUMBER_MOST, now.wall_ms,
				&given);
	if (rc) {
		cchc_link_store_failed(link, rc, "numbering", now);
		return false;
	}
	state->queued -= given - state->last_given;
	state->last_given = given;
	return link->next <= given && link->next <= link->credit;
}

/* Credit is repaired by the next grant; when none comes and nothing is on its way that
 * would bring one, ask. */
static void mind_starving(struct cchc_link *link, const struct cchc_outbox_state *state,
			  struct cchc_moment now)
{
	bool hungry = link->next <= state->last_given || state->queued > 0;

	if (!hungry || link->waiting || link->next <= link->credit) {
		link->starved = false;
	} else if (!link->starved) {
		link->starved = true;
		link->starved_ms = now.mono_ms;
	} else if (now.mono_ms - link->starved_ms >= CCHC_PATIENCE_MOST_MS) {
		link->starved = false;
		cchc_link_say_hello(link, now);
	}
}

static void pump(struct cchc_link *link, struct cchc_moment now)
{
	struct cchc_outbox_state state;
	enum cchc_rc rc = cchc_outbox_look(link->options.box, &state);

	if (rc) {
		cchc_link_store_failed(link, rc, "looking at it", now);
		return;
	}
	while (link->state == CCHC_LINK_READY && !link->stuffed &&
	       has_next(link, &state, now))
		if (!push_next(link, now))
			break;
	if (link->state == CCHC_LINK_READY)
		mind_starving(link, &state, now);
}

void cchc_link_window_tick(struct cchc_link *link, struct cchc_moment now)
{
	if (link->waiting && now.mono_ms - link->waiting_ms >= cchc_link_patience(link)) {
		cchc_log(CCHC_LOG_INFO, "no ack, greeting again mark=%" PRIu64,
			 link->mark);
		cchc_link_say_hello(link, now);
		return;
	}
	if (now.mono_ms >= link->paused_until_ms)
		pump(link, now);
}
