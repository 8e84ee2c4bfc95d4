/* forking.c - asks the daemon for all it holds of this unit, then opens a new epoch.
 *
 * That there is a fork is durable before the first question: after a crash the next
 * WELCOME leads here again.
 */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "commune/linkparts.h"

enum { TRIES_MOST = 4, STANDING_ARENA_MAX = 8 * 1024 * 1024 };

static void ask(struct cchc_link *link, struct cchc_moment now)
{
	struct cchc_forking *f = &link->forking;
	Cchc__ToDaemon message = CCHC__TO_DAEMON__INIT;
	Cchc__HeldAsk held = CCHC__HELD_ASK__INIT;
	Cchc__HeldAt after = CCHC__HELD_AT__INIT;

	after.form = f->form;
	after.period = f->period;
	after.row = f->row;
	held.after = f->has_after ? &after : NULL;
	message.kind = CCHC__TO_DAEMON__KIND__HELD;
	message.held = &held;
	f->deadline_ms = now.mono_ms + cchc_link_patience(link);
	link->deadline_ms = f->deadline_ms;
	(void)cchc_link_send(link, &message);
}

void cchc_link_start_fork(struct cchc_link *link, uint64_t seq, struct cchc_moment now)
{
	enum cchc_rc rc = cchc_outbox_note_fork(link->options.box, seq);

	if (rc) {
		cchc_link_store_failed(link, rc, "noting a fork", now);
		return;
	}
	if (link->proven >= seq)
		link->proven = seq - 1;
	cchc_held_fini(&link->forking.held);
	link->forking = (struct cchc_forking){0};
	link->state = CCHC_LINK_FORKING;
	link->status_due_ms = now.mono_ms + CCHC_STATUS_EVERY_MS;
	ask(link, now);
}

static void finish(struct cchc_link *link, struct cchc_moment now)
{
	struct cchc_link_port *port = &link->options.port;
	struct cchc_standing *standing = NULL;
	struct cchc_arena arena;
	size_t n = 0;
	enum cchc_rc rc;

	cchc_arena_init(&arena, STANDING_ARENA_MAX);
	rc = port->standing(port->data, &arena, &standing, &n);
	if (!rc)
		rc = cchc_outbox_fork(link->options.box, &link->forking.held, standing, n,
				      link->proven, port->random(port->data),
				      now.wall_ms);
	cchc_arena_fini(&arena);
	if (rc) {
		cchc_link_store_failed(link, rc, "opening a new epoch", now);
		return;
	}
	cchc_log(CCHC_LOG_WARN,
		 "new epoch after a fork, district's cells taken cells=%zu",
		 link->forking.held.n);
	cchc_held_fini(&link->forking.held);
	cchc_link_say_hello(link, now);
}

/* A page that was asked for twice ends where the one before it ended. */
static bool is_repeated(const struct cchc_forking *f, const Cchc__HeldAt *next)
{
	return next && f->has_after && strcmp(next->form, f->form) == 0 &&
	       next->period == f->period && next->row == f->row;
}

void cchc_link_on_held(struct cchc_link *link, const Cchc__Held *held,
		       struct cchc_moment now)
{
	struct cchc_forking *f = &link->forking;
	enum cchc_rc rc;

	if (link->state != CCHC_LINK_FORKING || is_repeated(f, held->next))
		return;
	rc = cchc_held_add(&f->held, held);
	if (!rc && held->next && held->n_cells == 0)
		rc = CCHC_INVALID; /* a page without cells would never end */
	if (rc) {
		cchc_link_stay_away(link, CCHC_DENIED_WAIT_MS,
				    "the district's cells cannot be read", now);
		return;
	}
	if (!held->next) {
		finish(link, now);
		return;
	}
	cchc_text_copy(f->form, sizeof(f->form), held->next->form,
		       strlen(held->next->form));
	f->period = held->next->period;
	f->row = held->next->row;
	f->has_after = true;
	f->tries = 0;
	ask(link, now);
}

void cchc_link_fork_tick(struct cchc_link *link, struct cchc_moment now)
{
	struct cchc_forking *f = &link->forking;

	if (link->state != CCHC_LINK_FORKING || now.mono_ms < f->deadline_ms)
		return;
	/* a lost session is found by greeting again */
	if (++f->tries < TRIES_MOST)
		ask(link, now);
	else
		cchc_link_say_hello(link, now);
}
