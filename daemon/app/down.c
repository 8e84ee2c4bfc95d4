/* down.c - what concerns a unit goes down to its agent.
 *
 * Three sources, each in order of the journal: reports, tasks, digests. Of each the
 * oldest that are newer than what the agent has are gathered, up to its share of a frame;
 * where a source has more, what lies behind its last one waits for the next frame, of the
 * others too. So the number of a frame says honestly that everything up to it was in it.
 */
#include "app/down.h"

#include <string.h>

#include "app/replies.h"
#include "app/taskinfo.h"
#include "base/clock.h"

enum {
	REPORTS = 64, /* of at most 200 bytes */
	TASKS = 64,
	TASK_BYTES = 24 * 1024,
	DIGESTS = 1,                    /* of at most 16 KiB */
	READ_MEMORY = 16 * 1024 * 1024, /* tasks with their histories */
};

struct collecting {
	struct cchc_daemon *d;
	struct cchc_arena arena; /* of the frame */
	uint64_t after;
	uint64_t up_to;            /* what is behind this number waits */
	uint64_t journal[REPORTS]; /* of the reports taken, ascending */
	size_t n_journal;
	Cchc__ReportState *report[REPORTS];
	size_t n_reports;
	Cchc__TaskInfo *task[TASKS];
	uint64_t task_journal[TASKS];
	size_t n_tasks;
	size_t task_bytes;
	Cchc__Digest *digest[DIGESTS];
	uint64_t digest_journal[DIGESTS];
	size_t n_digests;
	enum cchc_rc rc;
};

/* This one found no place any more. */
static void stop_before(struct collecting *c, uint64_t journal)
{
	if (journal - 1 < c->up_to)
		c->up_to = journal - 1;
}

static bool is_newer(const struct collecting *c, const struct cchc_report_head *head)
{
	return head->journal > c->after && head->version > 0 &&
	       cchc_board_form(c->d->board, head->form);
}

/* Reports stand by form and period: their oldest numbers are found first. */
static void on_number(void *data, const struct cchc_report_head *head)
{
	struct collecting *c = data;
	size_t at;

	if (!is_newer(c, head))
		return;
	if (c->n_journal == REPORTS) {
		uint64_t last = c->journal[REPORTS - 1];

		stop_before(c, head->journal > last ? head->journal : last);
		if (head->journal > last)
			return;
		c->n_journal--;
	}
	for (at = c->n_journal++; at > 0 && c->journal[at - 1] > head->journal; at--)
		c->journal[at] = c->journal[at - 1];
	c->journal[at] = head->journal;
}

static void on_report(void *data, const struct cchc_report_head *head)
{
	struct collecting *c = data;
	Cchc__ReportState *state;

	if (!is_newer(c, head) || head->journal > c->up_to)
		return;
	state = cchc_arena_alloc(&c->arena, sizeof(*state));
	if (!state) {
		c->rc = CCHC_NOMEM;
		return;
	}
	cchc__report_state__init(state);
	state->form = cchc_board_form(c->d->board, head->form)->of->form->name;
	state->period = cchc_period_code(head->period);
	state->version = head->version;
	state->state = head->submitted ? CCHC__REPORT_STATE__STATE__SUBMITTED
				       : CCHC__REPORT_STATE__STATE__DRAFT;
	state->received = head->received_ms;
	state->cells = head->cells;
	state->refused = head->refused;
	state->has_complete = head->complete != 0;
	state->complete = head->complete == 2;
	state->doc_number =
		cchc_arena_text(&c->arena, head->doc_number, strlen(head->doc_number));
	c->report[c->n_reports++] = state;
}

/* The task lives in the walk's arena, which is not reset before the frame is sent. */
static bool on_concern(void *data, uint64_t journal, enum cchc_concern concern,
		       const struct cchc_task *task)
{
	struct collecting *c = data;
	Cchc__TaskInfo *info =
		cchc_task_info(&c->d->catalog, task, cchc_clock_wall_ms(), &c->arena);
	size_t bytes;

	if (!info) {
		c->rc = CCHC_NOMEM;
		return false;
	}
	info->has_concern = true;
	info->concern = (Cchc__TaskInfo__Concern)concern;
	bytes = cchc__task_info__get_packed_size(info) + 8;
	if (c->n_tasks == TASKS || (c->n_tasks && c->task_bytes + bytes > TASK_BYTES)) {
		stop_before(c, journal);
		return false;
	}
	c->task_bytes += bytes;
	c->task_journal[c->n_tasks] = journal;
	c->task[c->n_tasks++] = info;
	return true;
}

static bool on_digest(void *data, const struct cchc_digest_text *text)
{
	struct collecting *c = data;
	Cchc__Digest *digest = cchc_arena_alloc(&c->arena, sizeof(*digest));

	if (c->n_digests == DIGESTS) {
		stop_before(c, text->journal);
		return false;
	}
	if (!digest) {
		c->rc = CCHC_NOMEM;
		return false;
	}
	cchc__digest__init(digest);
	digest->day = text->day;
	digest->text = cchc_arena_text(&c->arena, text->text, strlen(text->text));
	if (!digest->text)
		c->rc = CCHC_NOMEM;
	c->digest_journal[c->n_digests] = text->journal;
	c->digest[c->n_digests++] = digest;
	return c->rc == CCHC_OK;
}

/* What another source's end cut off again. */
static void cut(struct collecting *c)
{
	while (c->n_tasks && c->task_journal[c->n_tasks - 1] > c->up_to)
		c->n_tasks--;
	while (c->n_digests && c->digest_journal[c->n_digests - 1] > c->up_to)
		c->n_digests--;
}

static void send_frame(struct collecting *c, struct cchc_sender *sender, uint64_t commit)
{
	Cchc__ToAgent frame = CCHC__TO_AGENT__INIT;
	Cchc__Down down = CCHC__DOWN__INIT;
	bool more = c->up_to < commit;

	down.number = more ? c->up_to : commit;
	down.report = c->report;
	down.n_report = c->n_reports;
	down.task = c->task;
	down.n_task = c->n_tasks;
	down.digest = c->digest;
	down.n_digest = c->n_digests;
	frame.kind = CCHC__TO_AGENT__KIND__DOWN;
	frame.down = &down;
	cchc_reply(c->d, sender->route, sender->route_len, &frame);
	sender->down_sent = down.number;
	sender->owes_down = more; /* the rest when this is stored */
}

static void collect(struct collecting *c, struct cchc_txn *txn, uint32_t unit,
		    struct cchc_arena *read)
{
	cchc_store_each_report(txn, unit, on_number, c);
	cchc_store_each_concern(txn, unit, c->after, read, on_concern, c);
	cchc_store_each_digest(txn, unit, c->after, read, on_digest, c);
	if (c->n_journal > 0)
		cchc_store_each_report(txn, unit, on_report, c);
	cut(c);
}

void cchc_down_send(struct cchc_daemon *d, struct cchc_sender *sender)
{
	struct collecting c = {.d = d, .up_to = UINT64_MAX};
	struct cchc_arena read;
	struct cchc_txn txn;
	uint64_t commit;

	if (sender->route_len == 0)
		return;
	cchc_arena_init(&c.arena, CCHC_REPLY_ARENA);
	cchc_arena_init(&read, READ_MEMORY);
	cchc_txn_read(&txn, d->store.env);
	commit = cchc_store_commit_number(&txn);
	if (txn.rc == CCHC_OK && sender->down > commit)
		sender->down = 0; /* counted before the store was restored */
	c.after = sender->down;
	collect(&c, &txn, sender->key->unit, &read);
	if (c.n_reports + c.n_tasks + c.n_digests > 0 && c.rc == CCHC_OK &&
	    txn.rc == CCHC_OK)
		send_frame(&c, sender, commit);
	cchc_txn_abort(&txn);
	cchc_arena_fini(&read);
	cchc_arena_fini(&c.arena);
}

void cchc_down_owe_unit(struct cchc_daemon *d, uint32_t unit)
{
	struct cchc_sender *sender = cchc_sessions_first(&d->sessions, unit);

	for (; sender; sender = cchc_sessions_next(sender))
		cchc_sessions_owe_down(&d->sessions, sender);
}

static void owe_all(struct cchc_daemon *d, const struct cchc_task *task)
{
	cchc_down_owe_unit(d, task->lead);
	for (size_t i = 0; i < task->n_co; i++)
		cchc_down_owe_unit(d, task->co[i]);
}

void cchc_down_owe_task(struct cchc_daemon *d, const struct cchc_task_change *change)
{
	if (change->before && change->before->lead != change->after->lead)
		cchc_down_owe_unit(d, change->before->lead);
	owe_all(d, change->after);
}
