/* greeting.c - HELLO, WELCOME, and what their marks tell.
 *
 *	daemon's mark	ours			then
 *	above		last given		we are an old image: fork
 *	mark..last	chain differs		fork
 *	mark..last	chain is the same	go on behind our own mark: what the daemon
 *has is answered again, with its refusals
 *	below		mark			the daemon was restored: the tail once
 *more, or, where it does not reach, a new epoch with the whole accepted state
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "commune/linkparts.h"

enum { FOREIGN_LOG_MS = 60 * 1000 };

static bool add_forms(struct cchc_link *link, Cchc__Hello *hello)
{
	struct cchc_arena *arena = &link->arena;
	size_t n = cchc_catalog_count(link->options.catalog);

	hello->form = cchc_arena_array(arena, n, sizeof(*hello->form));
	for (size_t i = 0; hello->form && i < n; i++) {
		const struct cchc_form *form = cchc_catalog_at(link->options.catalog, i);
		Cchc__FormHave *have = cchc_arena_alloc(arena, sizeof(*have));

		if (!have)
			return false;
		*have = (Cchc__FormHave)CCHC__FORM_HAVE__INIT;
		have->name = cchc_arena_text(arena, form->name, strlen(form->name));
		have->revision = form->revision;
		have->digest.len = CCHC_DIGEST_BYTES;
		have->digest.data = (uint8_t *)cchc_arena_text(
			arena, (const char *)form->digest, CCHC_DIGEST_BYTES);
		if (!have->name || !have->digest.data)
			return false;
		hello->form[hello->n_form++] = have;
	}
	return hello->form != NULL;
}

static void send_hello(struct cchc_link *link, const struct cchc_outbox_state *state)
{
	const struct cchc_link_options *o = &link->options;
	Cchc__ToDaemon message = CCHC__TO_DAEMON__INIT;
	Cchc__Hello hello = CCHC__HELLO__INIT;
	char day[CCHC_DAY_TEXT];

	hello.version_min = hello.version_max = CCHC_PROTOCOL_VERSION;
	hello.unit = cchc_arena_text(&link->arena, o->unit, strlen(o->unit));
	hello.program = cchc_arena_text(&link->arena, o->program, strlen(o->program));
	if (o->unit_valid_from != CCHC_DAY_NONE)
		hello.unit_valid_from = cchc_day_format(o->unit_valid_from, day);
	hello.epoch = state->epoch;
	hello.last_given = state->last_given;
	hello.down = state->down;
	message.kind = CCHC__TO_DAEMON__KIND__HELLO;
	message.hello = &hello;
	if (hello.unit && add_forms(link, &hello))
		(void)cchc_link_send(link, &message);
	else
		cchc_arena_reset(&link->arena); /* said again at the deadline */
}

void cchc_link_say_hello(struct cchc_link *link, struct cchc_moment now)
{
	uint64_t wait_ms = cchc_link_patience(link)
			   << (link->silent_rounds < 4 ? link->silent_rounds : 4);
	struct cchc_outbox_state state;
	enum cchc_rc rc = cchc_outbox_look(link->options.box, &state);

	if (rc) {
		cchc_link_store_failed(link, rc, "looking at it", now);
		return;
	}
	cchc_link_stop_fetching(link);
	if (wait_ms > CCHC_PATIENCE_MOST_MS)
		wait_ms = CCHC_PATIENCE_MOST_MS;
	link->state = CCHC_LINK_HELLO;
	link->deadline_ms = now.mono_ms + wait_ms + cchc_link_random(link, wait_ms / 4);
	send_hello(link, &state);
}

/* The commonest mistake of an enrolment has a line of its own. */
static void note_silence(struct cchc_link *link)
{
	struct cchc_link_port *port = &link->options.port;
	const char *key = port->denied_key(port->data);

	if (!key) {
		(void)snprintf(link->trouble, sizeof(link->trouble),
			       "district does not answer");
		if (link->silent_rounds == 2)
			cchc_log(CCHC_LOG_WARN,
				 "district does not answer, files wait here");
		return;
	}
	(void)snprintf(link->trouble, sizeof(link->trouble),
		       "district does not know our public key %s (huyện chưa khai khóa "
		       "của đơn vị)",
		       key);
	if (cchc_log_allows(&link->denied_limit))
		cchc_log(CCHC_LOG_WARN,
			 "district does not know our key, files wait here public=%s",
			 key);
}

/* No WELCOME. What waits in the socket is old by now; after two rounds another address
 * may do better. */
void cchc_link_hello_tick(struct cchc_link *link, struct cchc_moment now)
{
	struct cchc_link_port *port = &link->options.port;

	if (now.mono_ms < link->deadline_ms)
		return;
	link->silent_rounds++;
	note_silence(link);
	port->redial(port->data, link->silent_rounds % 2 == 0);
	cchc_link_say_hello(link, now);
}

/* ---- another store ---- */

static void log_foreign(struct cchc_link *link, struct cchc_moment now)
{
	cchc_log(CCHC_LOG_ERROR, "district answers for another store, nothing is sent; "
				 "if that is right: cchc-agent adopt");
	link->deadline_ms = now.mono_ms + FOREIGN_LOG_MS;
}

static void become_foreign(struct cchc_link *link, struct cchc_moment now)
{
	link->state = CCHC_LINK_FOREIGN;
	(void)snprintf(
		link->trouble, sizeof(link->trouble),
		"district answers for another store: adopt it or mend the address");
	log_foreign(link, now);
}

void cchc_link_foreign_tick(struct cchc_link *link, struct cchc_moment now)
{
	struct cchc_outbox_state state;

	if (!cchc_outbox_look(link->options.box, &state) && !state.pinned) {
		cchc_log(CCHC_LOG_NOTICE, "another store adopted");
		cchc_link_say_hello(link, now);
	} else if (now.mono_ms >= link->deadline_ms) {
		log_foreign(link, now);
	}
}

/* ---- WELCOME ---- */

enum verdict { GO_ON, NEW_EPOCH, FORKED, FAILED };

static enum verdict renew(struct cchc_link *link, struct cchc_moment now)
{
	struct cchc_link_port *port = &link->options.port;
	enum cchc_rc rc = cchc_outbox_renew(link->options.box, port->random(port->data),
					    now.wall_ms);

	if (rc) {
		cchc_link_store_failed(link, rc, "renewing the epoch", now);
		return FAILED;
	}
	cchc_log(CCHC_LOG_WARN, "district was restored beyond what is kept here, the "
				"accepted state is sent again");
	return NEW_EPOCH;
}

static enum verdict resend_tail(struct cchc_link *link, uint64_t mark,
				struct cchc_moment now)
{
	enum cchc_rc rc = cchc_outbox_rewind(link->options.box, mark);

	if (rc == CCHC_NOTFOUND)
		return renew(link, now);
	if (rc) {
		cchc_link_store_failed(link, rc, "going back in the tail", now);
		return FAILED;
	}
	cchc_log(CCHC_LOG_WARN,
		 "district was restored, the kept tail is sent again from=%" PRIu64,
		 mark + 1);
	return GO_ON;
}

/* The first seq that may be another hand's: what was acknowledged to us is ours. */
static uint64_t fork_point(const struct cchc_outbox_state *s, uint64_t mark)
{
	return mark > s->mark ? s->mark + 1 : mark;
}

/* A daemon that knows nothing of an epoch that is not our first was restored to a time
 * before it: the epochs in front of it may be lacking too. */
static bool lost_older_epochs(const struct cchc_outbox_state *s,
			      const Cchc__Welcome *welcome)
{
	return welcome->mark == 0 && s->epochs > 1 &&
	       (s->mark > 0 || !s->pinned || s->incarnation != welcome->incarnation);
}

static enum verdict judge(struct cchc_link *link, const struct cchc_outbox_state *s,
			  const Cchc__Welcome *welcome, uint64_t *fork_at,
			  struct cchc_moment now)
{
	enum cchc_proof proof;
	enum cchc_rc rc;

	*fork_at = s->fork_at;
	if (s->fork_at)
		return FORKED;
	*fork_at = s->last_given + 1;
	if (welcome->mark > s->last_given)
		return FORKED;
	if (lost_older_epochs(s, welcome))
		return renew(link, now);
	rc = cchc_outbox_prove(link->options.box, welcome->mark, welcome->chain.data,
			       &proof);
	if (rc) {
		cchc_link_store_failed(link, rc, "comparing chains", now);
		return FAILED;
	}
	*fork_at = fork_point(s, welcome->mark);
	if (proof == CCHC_PROOF_DIFFERENT)
		return FORKED;
	return welcome->mark < s->mark ? resend_tail(link, welcome->mark, now) : GO_ON;
}

static void go_on(struct cchc_link *link, const Cchc__Welcome *welcome,
		  const struct cchc_outbox_state *before, struct cchc_moment now)
{
	struct cchc_outbox_state state;
	enum cchc_rc rc = cchc_outbox_look(link->options.box, &state);

	if (rc) {
		cchc_link_store_failed(link, rc, "looking at it", now);
		return;
	}
	if (state.down < before->down) {
		cchc_link_say_hello(link, now); /* with a `down` of this incarnation */
		return;
	}
	link->state = CCHC_LINK_READY;
	link->trouble[0] = '\0';
	link->status_due_ms = now.mono_ms;
	cchc_link_open_window(link, welcome, &state);
	cchc_link_want_forms(link, welcome, now);
	if (state.mark || state.down)
		cchc_link_say_stored(link);
	cchc_log(CCHC_LOG_NOTICE, "district greeted mark=%" PRIu64 " credit=%" PRIu64,
		 welcome->mark, welcome->credit);
}

static bool is_for_us(struct cchc_link *link, const Cchc__Welcome *welcome,
		      struct cchc_moment now)
{
	const char *why = NULL;

	if (welcome->version != CCHC_PROTOCOL_VERSION)
		why = "district speaks another version of the protocol";
	else if (strcmp(welcome->unit->code, link->options.unit) != 0)
		why = "district takes us for another unit";
	else if (welcome->chain.len != CCHC_CHAIN_BYTES ||
		 welcome->store_id.len != CCHC_STORE_ID_BYTES)
		why = "district sends a malformed greeting";
	if (why)
		cchc_link_stay_away(link, CCHC_DENIED_LASTING_MS, why, now);
	return !why;
}

void cchc_link_on_welcome(struct cchc_link *link, const Cchc__Welcome *welcome,
			  struct cchc_moment now)
{
	struct cchc_outbox_state state;
	enum verdict verdict;
	uint64_t fork_at;
	enum cchc_rc rc;

	if (!is_for_us(link, welcome, now))
		return;
	link->silent_rounds = 0;
	rc = cchc_outbox_look(link->options.box, &state);
	if (!rc && state.pinned &&
	    memcmp(state.store_id, welcome->store_id.data, CCHC_STORE_ID_BYTES) != 0) {
		become_foreign(link, now);
		return;
	}
	if (rc) {
		cchc_link_store_failed(link, rc, "looking at it", now);
		return;
	}
	verdict = judge(link, &state, welcome, &fork_at, now);
	if (verdict == FAILED)
		return;
	/* last, so that a crash before it finds the same incarnation new again */
	rc = cchc_outbox_set_clock(link->options.box, welcome->now, now.wall_ms);
	if (!rc)
		rc = cchc_outbox_pin(link->options.box, welcome);
	if (rc)
		cchc_link_store_failed(link, rc, "noting whose store it is", now);
	else if (verdict == NEW_EPOCH)
		cchc_link_say_hello(link, now);
	else if (verdict == FORKED) {
		link->epoch = state.epoch;
		link->proven = 0;
		cchc_link_start_fork(link, fork_at, now);
	} else {
		go_on(link, welcome, &state, now);
	}
}
