#include "commune/link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "commune/linkparts.h"

enum {
	TRIM_EVERY_MS = 10 * 60 * 1000,
	STORE_WAIT_MS = 5 * 1000,
	TICK_MOST_MS = 1000, /* nothing here is finer than this, but */
	TICK_LEAST_MS = 20,  /* what a full socket asks for */
};

enum cchc_rc cchc_link_new(const struct cchc_link_options *options,
			   struct cchc_link **link)
{
	struct cchc_link *made = calloc(1, sizeof(*made));

	if (!made)
		return CCHC_NOMEM;
	made->options = *options;
	cchc_arena_init(&made->arena, 4 * CCHC_FRAME_MAX);
	made->busy_limit = (struct cchc_log_limit){.burst = 3, .period_ms = 60000};
	made->store_limit = (struct cchc_log_limit){.burst = 3, .period_ms = 60000};
	made->denied_limit = (struct cchc_log_limit){.burst = 2, .period_ms = 600000};
	*link = made;
	return CCHC_OK;
}

void cchc_link_free(struct cchc_link **link)
{
	if (!*link)
		return;
	cchc_link_stop_fetching(*link);
	cchc_held_fini(&(*link)->forking.held);
	cchc_arena_fini(&(*link)->arena);
	free(*link);
	*link = NULL;
}

enum cchc_link_state cchc_link_state(const struct cchc_link *link)
{
	return link->state;
}

const char *cchc_link_trouble(const struct cchc_link *link)
{
	return link->trouble;
}

void cchc_link_set_note(struct cchc_link *link, const char *note)
{
	cchc_text_copy(link->note, sizeof(link->note), note, strlen(note));
}

/* ---- what the parts share ---- */

bool cchc_link_send(struct cchc_link *link, Cchc__ToDaemon *message)
{
	struct cchc_link_port *port = &link->options.port;
	uint8_t *bytes;
	size_t len;
	bool taken;

	message->version = CCHC_PROTOCOL_VERSION;
	if (cchc_wire_encode(&link->arena, &message->base, &bytes, &len)) {
		cchc_log(CCHC_LOG_ERROR, "frame cannot be encoded kind=%d",
			 (int)message->kind);
		cchc_arena_reset(&link->arena);
		return false;
	}
	taken = port->send(port->data, bytes, len);
	cchc_arena_reset(&link->arena);
	link->stuffed = !taken;
	return taken;
}

uint64_t cchc_link_random(struct cchc_link *link, uint64_t below)
{
	struct cchc_link_port *port = &link->options.port;

	return below ? port->random(port->data) % below : 0;
}

uint64_t cchc_link_patience(const struct cchc_link *link)
{
	uint64_t ms = 4 * link->smooth_ms;

	if (ms < CCHC_PATIENCE_LEAST_MS)
		return CCHC_PATIENCE_LEAST_MS;
	return ms < CCHC_PATIENCE_MOST_MS ? ms : CCHC_PATIENCE_MOST_MS;
}

void cchc_link_stay_away(struct cchc_link *link, uint64_t ms, const char *why,
			 struct cchc_moment now)
{
	link->state = CCHC_LINK_DENIED;
	link->deadline_ms = now.mono_ms + ms + cchc_link_random(link, ms / 4);
	cchc_text_copy(link->trouble, sizeof(link->trouble), why, strlen(why));
	if (cchc_log_allows(&link->denied_limit))
		cchc_log(CCHC_LOG_WARN, "district keeps us away wait_ms=%llu: %s",
			 (unsigned long long)ms, why);
}

void cchc_link_store_failed(struct cchc_link *link, enum cchc_rc rc, const char *doing,
			    struct cchc_moment now)
{
	link->state = CCHC_LINK_DENIED;
	link->deadline_ms = now.mono_ms + STORE_WAIT_MS;
	(void)snprintf(link->trouble, sizeof(link->trouble), "outbox: %s: %s", doing,
		       cchc_rc_name(rc));
	if (cchc_log_allows(&link->store_limit))
		cchc_log(CCHC_LOG_ERROR, "outbox failed doing=\"%s\" rc=%s", doing,
			 cchc_rc_name(rc));
}

void cchc_link_say_stored(struct cchc_link *link)
{
	Cchc__ToDaemon message = CCHC__TO_DAEMON__INIT;
	Cchc__Stored stored = CCHC__STORED__INIT;
	struct cchc_outbox_state state;

	if (cchc_outbox_look(link->options.box, &state))
		return; /* the daemon will say it again */
	stored.epoch = state.epoch;
	stored.refusals = state.mark;
	stored.down = state.down;
	message.kind = CCHC__TO_DAEMON__KIND__STORED;
	message.stored = &stored;
	(void)cchc_link_send(link, &message);
}

/* ---- messages ---- */

static void on_down(struct cchc_link *link, const Cchc__Down *down,
		    struct cchc_moment now)
{
	enum cchc_rc rc = cchc_outbox_down(link->options.box, down);

	if (rc)
		cchc_link_store_failed(link, rc, "storing what came down", now);
	else
		cchc_link_say_stored(link);
}

static void on_fork(struct cchc_link *link, const Cchc__Fork *fork,
		    struct cchc_moment now)
{
	if (fork->epoch != link->epoch || fork->seq == 0)
		return;
	cchc_log(CCHC_LOG_WARN, "fork, another hand sent from this outbox seq=%llu",
		 (unsigned long long)fork->seq);
	cchc_link_start_fork(link, fork->seq, now);
}

static void on_denied(struct cchc_link *link, const Cchc__Denied *denied,
		      struct cchc_moment now)
{
	bool lasting = denied->has_lasting && denied->lasting;

	cchc_link_stay_away(link, lasting ? CCHC_DENIED_LASTING_MS : CCHC_DENIED_WAIT_MS,
			    denied->text, now);
}

/* What belongs to an open session. */
static void on_session(struct cchc_link *link, const Cchc__ToAgent *m,
		       struct cchc_moment now)
{
	bool ready = link->state == CCHC_LINK_READY;

	switch (m->kind) {
	case CCHC__TO_AGENT__KIND__ACK:
		cchc_link_on_ack(link, m->ack, now);
		break;
	case CCHC__TO_AGENT__KIND__GAP:
		if (ready)
			cchc_link_on_gap(link, m->gap, now);
		break;
	case CCHC__TO_AGENT__KIND__LATER:
		if (ready)
			cchc_link_on_later(link, m->later, now);
		break;
	case CCHC__TO_AGENT__KIND__FORK:
		if (ready)
			on_fork(link, m->fork, now);
		break;
	case CCHC__TO_AGENT__KIND__DOWN:
		on_down(link, m->down, now);
		break;
	case CCHC__TO_AGENT__KIND__PIECE:
		cchc_link_on_piece(link, m->piece, now);
		break;
	case CCHC__TO_AGENT__KIND__HELD:
		cchc_link_on_held(link, m->held, now);
		break;
	default: /* HELLO_FIRST; a second WELCOME says nothing new */
		if (m->kind == CCHC__TO_AGENT__KIND__HELLO_FIRST)
			cchc_link_say_hello(link, now);
		break;
	}
}

void cchc_link_message(struct cchc_link *link, const Cchc__ToAgent *message,
		       struct cchc_moment now)
{
	link->stuffed = false;
	if (link->state == CCHC_LINK_READY || link->state == CCHC_LINK_FORKING) {
		if (message->kind == CCHC__TO_AGENT__KIND__DENIED)
			on_denied(link, message->denied, now);
		else
			on_session(link, message, now);
	} else if (link->state == CCHC_LINK_HELLO) {
		if (message->kind == CCHC__TO_AGENT__KIND__WELCOME)
			cchc_link_on_welcome(link, message->welcome, now);
		else if (message->kind == CCHC__TO_AGENT__KIND__DENIED)
			on_denied(link, message->denied, now);
		/* the rest is left over from an earlier session */
	}
	if (link->state == CCHC_LINK_READY)
		cchc_link_window_tick(link, now);
}

/* ---- time ---- */

static void say_status(struct cchc_link *link, struct cchc_moment now)
{
	Cchc__ToDaemon message = CCHC__TO_DAEMON__INIT;
	Cchc__Status status = CCHC__STATUS__INIT;
	struct cchc_outbox_state state;

	if (now.mono_ms < link->status_due_ms ||
	    cchc_outbox_look(link->options.box, &state))
		return;
	status.queued = state.queued + state.last_given - state.mark;
	status.rejected = state.rejected;
	status.note = link->note[0] ? link->note : NULL;
	message.kind = CCHC__TO_DAEMON__KIND__STATUS;
	message.status = &status;
	(void)cchc_link_send(link, &message);
	link->status_due_ms = now.mono_ms + CCHC_STATUS_EVERY_MS;
}

static void trim(struct cchc_link *link, struct cchc_moment now)
{
	enum cchc_rc rc;

	if (now.mono_ms < link->trim_due_ms)
		return;
	link->trim_due_ms = now.mono_ms + TRIM_EVERY_MS;
	rc = cchc_outbox_trim(link->options.box, now.wall_ms);
	if (rc && cchc_log_allows(&link->store_limit))
		cchc_log(CCHC_LOG_WARN, "outbox not trimmed rc=%s", cchc_rc_name(rc));
}

static uint64_t until(uint64_t then_ms, struct cchc_moment now)
{
	uint64_t ms = then_ms > now.mono_ms ? then_ms - now.mono_ms : 0;

	if (ms < TICK_LEAST_MS)
		return TICK_LEAST_MS;
	return ms < TICK_MOST_MS ? ms : TICK_MOST_MS;
}

static uint64_t next_tick(const struct cchc_link *link, struct cchc_moment now)
{
	if (link->stuffed)
		return TICK_LEAST_MS;
	if (link->state == CCHC_LINK_READY)
		return until(link->paused_until_ms > now.mono_ms ? link->paused_until_ms
								 : UINT64_MAX,
			     now);
	return until(link->deadline_ms, now);
}

uint64_t cchc_link_tick(struct cchc_link *link, struct cchc_moment now)
{
	link->stuffed = false;
	switch (link->state) {
	case CCHC_LINK_START:
		cchc_link_say_hello(link, now);
		break;
	case CCHC_LINK_HELLO:
		cchc_link_hello_tick(link, now);
		break;
	case CCHC_LINK_DENIED:
		if (now.mono_ms >= link->deadline_ms)
			cchc_link_say_hello(link, now);
		break;
	case CCHC_LINK_FOREIGN:
		cchc_link_foreign_tick(link, now);
		break;
	case CCHC_LINK_FORKING:
		say_status(link, now);
		cchc_link_fork_tick(link, now);
		break;
	case CCHC_LINK_READY:
		say_status(link, now);
		cchc_link_fetch_tick(link, now);
		cchc_link_window_tick(link, now);
		break;
	}
	trim(link, now);
	return next_tick(link, now);
}
