#include "commune/status.h"

#include <inttypes.h>
#include <string.h>

#include "base/check.h"
#include "commune/agent.h"
#include "commune/folder.h"
#include "commune/jsontext.h"
#include "commune/receipt.h"
#include "commune/taskfile.h"

enum { ARENA_MAX = 8 * 1024 * 1024 };

struct status {
	struct cchc_outbox_state outbox;
	char note[CCHC_NOTE_TEXT];
	struct cchc_folder inbox;
	struct cchc_arena arena; /* the inbox is in it */
	bool made;               /* there is an outbox */
	bool edited; /* people saved the sheet of tasks, it was not read yet */
};

static enum cchc_rc gather_outbox(const struct cchc_settings *settings,
				  struct status *status, struct cchc_err *err)
{
	struct cchc_outbox_options options = cchc_agent_outbox(settings, true);
	struct cchc_outbox *box CCHC_CLEANUP(cchc_outbox_close) = NULL;
	enum cchc_rc rc = cchc_outbox_open(&options, &box, err);

	if (rc == CCHC_NOTFOUND)
		return CCHC_OK; /* the agent has never run */
	if (rc)
		return rc;
	status->made = true;
	status->edited = cchc_taskfile_is_edited(settings, box);
	rc = cchc_outbox_look(box, &status->outbox);
	if (!rc)
		rc = cchc_outbox_note(box, status->note);
	return rc ? cchc_fail(err, rc, "%s: %s", settings->outbox, cchc_rc_name(rc))
		  : CCHC_OK;
}

/* A name is anything but text; people and programs get text. */
static enum cchc_rc clean_names(struct status *status)
{
	for (size_t i = 0; i < status->inbox.n_strangers; i++) {
		struct cchc_stranger *one = &status->inbox.stranger[i];
		const char *clean = cchc_receipt_clean(&status->arena, one->name);

		if (!clean)
			return CCHC_NOMEM;
		memcpy(one->name, clean, strlen(clean) + 1); /* never longer */
	}
	return CCHC_OK;
}

static enum cchc_rc gather_inbox(const struct cchc_settings *settings,
				 struct status *status, struct cchc_err *err)
{
	enum cchc_rc rc =
		cchc_folder_read(settings->inbox, &status->arena, &status->inbox);

	if (!rc)
		rc = clean_names(status);
	if (rc == CCHC_NOTFOUND)
		return CCHC_OK;
	return rc ? cchc_fail(err, rc, "%s: %s", settings->inbox, cchc_rc_name(rc))
		  : CCHC_OK;
}

static void print_text(const struct cchc_settings *settings, const struct status *s,
		       FILE *out)
{
	const struct cchc_outbox_state *o = &s->outbox;

	(void)fprintf(out, "unit            %s\n", settings->unit);
	if (!s->made) {
		(void)fprintf(out, "outbox          none yet\n");
	} else {
		(void)fprintf(out, "epoch           %016" PRIx64 "\n", o->epoch);
		(void)fprintf(out, "last given      %" PRIu64 "\n", o->last_given);
		(void)fprintf(out, "mark            %" PRIu64 "\n", o->mark);
		(void)fprintf(out, "queued          %" PRIu64 "\n", o->queued);
		(void)fprintf(out, "unacknowledged  %" PRIu64 "\n",
			      o->last_given - o->mark);
		(void)fprintf(out, "rejected        %" PRIu64 "\n", o->rejected);
	}
	(void)fprintf(out, "inbox           %zu\n", s->inbox.n);
	for (size_t i = 0; i < s->inbox.n_strangers; i++)
		(void)fprintf(out, "left alone      %s: %s\n", s->inbox.stranger[i].name,
			      s->inbox.stranger[i].why);
	if (s->note[0])
		(void)fprintf(out, "note            %s\n", s->note);
}

static void print_json(const struct cchc_settings *settings, const struct status *s,
		       bool pending, FILE *out)
{
	const struct cchc_outbox_state *o = &s->outbox;

	(void)fprintf(out, "{\"unit\": \"%s\", \"epoch\": \"%016" PRIx64 "\"",
		      settings->unit, o->epoch);
	(void)fprintf(out, ", \"last_given\": %" PRIu64 ", \"mark\": %" PRIu64,
		      o->last_given, o->mark);
	(void)fprintf(out, ", \"queued\": %" PRIu64 ", \"unacknowledged\": %" PRIu64,
		      o->queued, o->last_given - o->mark);
	(void)fprintf(out, ", \"rejected\": %" PRIu64 ", \"inbox\": %zu", o->rejected,
		      s->inbox.n);
	(void)fprintf(out, ", \"left_alone\": [");
	for (size_t i = 0; i < s->inbox.n_strangers; i++) {
		(void)fputs(i ? ", " : "", out);
		cchc_json_text(out, s->inbox.stranger[i].name);
	}
	(void)fprintf(out, "], \"pending\": %s, \"note\": ", pending ? "true" : "false");
	cchc_json_text(out, s->note);
	(void)fprintf(out, "}\n");
}

enum cchc_rc cchc_status_print(const struct cchc_settings *settings,
			       enum cchc_status_format format, FILE *out, bool *pending,
			       struct cchc_err *err)
{
	struct status s = {0};
	enum cchc_rc rc;

	cchc_arena_init(&s.arena, ARENA_MAX);
	/* Files first: one on its way is then seen at least once. */
	rc = gather_inbox(settings, &s, err);
	if (!rc)
		rc = gather_outbox(settings, &s, err);
	if (!rc) {
		*pending = !s.made || s.inbox.n || s.edited || s.outbox.queued ||
			   s.outbox.unwritten || s.outbox.last_given > s.outbox.mark;
		if (format == CCHC_STATUS_JSON)
			print_json(settings, &s, *pending, out);
		else
			print_text(settings, &s, out);
	}
	cchc_arena_fini(&s.arena);
	return rc;
}
