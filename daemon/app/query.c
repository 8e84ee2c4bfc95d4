#include "app/query.h"

#include <stdlib.h>
#include <string.h>

#include "app/acts.h"
#include "app/job.h"
#include "app/replies.h"
#include "app/residence.h"
#include "base/clock.h"
#include "base/log.h"

struct asked {
	struct cchc_daemon *d;
	const struct cchc_zmessage *message;
	const struct cchc_key_entry *key;
	const Cchc__Ask *ask;
	struct cchc_answer answer;
	bool answered_later; /* a job has it */
};

void cchc_query_send(struct cchc_daemon *d, const void *route, size_t route_len,
		     const struct cchc_answer *answer)
{
	struct cchc_zsocket *socket;

	if (d->stopping)
		return; /* a job that ends now finds its door closed */
	socket = cchc_doors_socket(&d->doors, CCHC_DOOR_QUERIES);
	for (const struct cchc_frame *frame = answer->first; frame; frame = frame->next)
		if (cchc_zsocket_send(socket, route, route_len, frame->bytes,
				      frame->len) != CCHC_OK)
			d->counters.lost_answers++;
}

static void answer_about(struct asked *a)
{
	Cchc__Answer part = CCHC__ANSWER__INIT;
	Cchc__About about = CCHC__ABOUT__INIT;
	Cchc__UnitInfo unit;

	about.store_id.data = a->d->store.id;
	about.store_id.len = sizeof(a->d->store.id);
	cchc_unit_info(a->d->catalog.receiver, &unit);
	about.unit = &unit;
	about.now = cchc_clock_wall_ms();
	about.program = (char *)cchc_program();
	part.kind = CCHC__ANSWER__KIND__ABOUT;
	part.about = &about;
	if (cchc_form_list(&a->d->catalog, &a->answer.arena, &about.form,
			   &about.n_form) != CCHC_OK ||
	    cchc_answer_add(&a->answer, &part, CCHC_PART_LAST) != CCHC_OK)
		cchc_answer_refuse(&a->answer, "out of memory");
}

static void answer_file(struct asked *a)
{
	Cchc__Answer part = CCHC__ANSWER__INIT;
	Cchc__Piece piece = CCHC__PIECE__INIT;

	part.kind = CCHC__ANSWER__KIND__FILE;
	part.file = &piece;
	if (cchc_piece_of(&a->d->catalog, a->ask->file, &piece) != CCHC_OK)
		cchc_answer_not_there(&a->answer, "form: no such form or revision");
	else if (cchc_answer_add(&a->answer, &part, CCHC_PART_LAST) != CCHC_OK)
		cchc_answer_refuse(&a->answer, "out of memory");
}

static void start_job(struct asked *a, const struct cchc_question *question,
		      void (*run)(struct cchc_job *job))
{
	struct cchc_job *job = cchc_job_new(a->d, a->message, a->ask->id, run);

	if (!job) {
		cchc_answer_refuse(&a->answer, "out of memory");
		return;
	}
	job->question = *question;
	a->answered_later = true;
	cchc_job_snapshot(job);
	cchc_job_start(job);
}

static void answer_cells(struct asked *a)
{
	const Cchc__CellsAsk *ask = a->ask->cells;
	struct cchc_board *board = a->d->board;
	struct cchc_question q;

	if (!cchc_question_of_cells(&q, &a->d->catalog, ask, &a->answer))
		return;
	if (ask->has_watch && ask->watch &&
	    cchc_residence_ensure(a->d, q.period.year) != CCHC_OK) {
		cchc_answer_refuse(&a->answer, "the period cannot be loaded");
		return;
	}
	if (!cchc_board_has(board, q.period.year) || board->commit < board->ahead ||
	    cchc_question_is_long(&q, board)) {
		start_job(a, &q, cchc_job_cells);
		return;
	}
	cchc_board_touch(board, q.period.year);
	cchc_question_answer_cells(&q, board, &a->answer);
}

/* What explain needs to say who is not connected. */
static void copy_contacts(struct cchc_job *job)
{
	const struct cchc_daemon *d = job->daemon;
	size_t n = 0;

	for (const struct cchc_sender *s = d->sessions.senders; s; s = s->next)
		n++;
	job->contact = calloc(n + 1, sizeof(job->contact[0]));
	for (const struct cchc_sender *s = d->sessions.senders; job->contact && s;
	     s = s->next)
		job->contact[job->n_contacts++] =
			(struct cchc_contact){s->key->unit, s->last_contact_ms};
}

static void answer_explain(struct asked *a)
{
	const Cchc__ExplainAsk *ask = a->ask->explain;
	struct cchc_question q;
	struct cchc_job *job;

	if (!cchc_question_of_row(&q, &a->d->catalog, ask->period, ask->form, ask->unit,
				  &ask->row, ask->scope, &a->answer))
		return;
	job = cchc_job_new(a->d, a->message, a->ask->id, cchc_job_explain);
	if (!job) {
		cchc_answer_refuse(&a->answer, "out of memory");
		return;
	}
	job->question = q;
	copy_contacts(job);
	a->answered_later = true;
	cchc_job_snapshot(job);
	cchc_job_start(job);
}

static void answer_journal(struct asked *a)
{
	const Cchc__JournalAsk *ask = a->ask->journal;
	struct cchc_question q;

	if (cchc_question_of_row(&q, &a->d->catalog, ask->period, ask->form, ask->unit,
				 ask->has_row ? &ask->row : NULL, CCHC_SCOPE_OWN,
				 &a->answer))
		start_job(a, &q, cchc_job_journal);
}

/* One line for each agent's key; false without memory. */
static bool copy_agents(struct cchc_job *job)
{
	const struct cchc_daemon *d = job->daemon;

	job->agent = calloc(d->ring.n + 1, sizeof(job->agent[0]));
	for (size_t i = 0; job->agent && i < d->ring.n; i++) {
		const struct cchc_key_entry *key = &d->ring.entry[i];
		const struct cchc_sender *sender;
		struct cchc_agent_line *line = &job->agent[job->n_agents];

		if (key->role != CCHC_ROLE_AGENT)
			continue;
		job->n_agents++;
		line->key = key;
		sender = cchc_sessions_latest(&d->sessions, key);
		line->is_heard = sender != NULL;
		if (!sender)
			continue;
		line->last_contact_ms = sender->last_contact_ms;
		line->epoch = sender->epoch;
		line->mark = sender->mark;
		line->queued = sender->queued;
		line->rejected = sender->rejected;
		memcpy(line->program, sender->program, sizeof(line->program));
		memcpy(line->note, sender->note, sizeof(line->note));
	}
	return job->agent != NULL;
}

static void answer_status(struct asked *a)
{
	struct cchc_job *job =
		cchc_job_new(a->d, a->message, a->ask->id, cchc_job_status);

	if (!job) {
		cchc_answer_refuse(&a->answer, "out of memory");
		return;
	}
	a->answered_later = true;
	cchc_job_snapshot(job);
	if (copy_agents(job)) {
		cchc_job_start(job);
		return;
	}
	cchc_answer_refuse(&job->answer, "out of memory");
	cchc_job_finish(job);
}

/* The loop's own digests, at the very commit the snapshot is of. */
static void start_verify(struct cchc_job *job)
{
	const struct cchc_board *board = job->daemon->board;

	job->counted_ms = board->counted_ms;
	job->digest = calloc(board->n_years + 1, sizeof(job->digest[0]));
	for (size_t i = 0; job->digest && i < board->n_years; i++)
		job->digest[job->n_digests++] =
			cchc_board_digest(board, board->year[i].year);
	cchc_job_start(job);
}

static void answer_verify(struct asked *a)
{
	struct cchc_job *job;

	for (job = a->d->jobs; job; job = job->next) {
		if (job->run == cchc_job_verify) {
			cchc_answer_refuse(&a->answer, "a verify is running: ask again");
			return;
		}
	}
	job = cchc_job_new(a->d, a->message, a->ask->id, cchc_job_verify);
	if (!job) {
		cchc_answer_refuse(&a->answer, "out of memory");
		return;
	}
	a->answered_later = true;
	job->parked = true;
	cchc_query_advance(a->d);
}

/* The snapshot is taken here and not while the question waits: a parked reader would keep
 * a writer from reopening a broken store while the loop itself waits for that writer. */
void cchc_query_advance(struct cchc_daemon *d)
{
	struct cchc_job *next;

	for (struct cchc_job *job = d->jobs; job; job = next) {
		next = job->next;
		if (!job->parked || d->board->ahead > d->board->commit)
			continue;
		cchc_job_snapshot(job);
		if (job->txn.rc != CCHC_OK || job->answer.commit == d->board->commit)
			start_verify(job);
		else
			cchc_txn_abort(&job->txn); /* the next commit brings it level */
	}
}

void cchc_query_give_up(struct cchc_daemon *d)
{
	struct cchc_job *next;

	for (struct cchc_job *job = d->jobs; job; job = next) {
		next = job->next;
		if (!job->parked)
			continue;
		cchc_answer_refuse(&job->answer, "the store is busy: ask again");
		cchc_job_finish(job);
	}
}

/* The job keeps what was asked: the ask goes when this turn is over. */
static void answer_register(struct asked *a, void (*run)(struct cchc_job *job))
{
	struct cchc_job *job = cchc_job_new(a->d, a->message, a->ask->id, run);

	if (!job || !cchc_job_keep_ask(job, a->message)) {
		if (job)
			cchc_job_drop(job);
		cchc_answer_refuse(&a->answer, "out of memory");
		return;
	}
	a->answered_later = true;
	cchc_job_snapshot(job);
	cchc_job_start(job);
}

static void act(struct asked *a)
{
	if (a->key->role != CCHC_ROLE_OPERATOR) {
		cchc_answer_not_there(
			&a->answer, "role: only an operator's key may do this (chỉ khóa "
				    "quản trị)");
		return;
	}
	if (a->ask->kind == CCHC__ASK__KIND__DO)
		a->answered_later =
			cchc_act_do(a->d, a->message, a->key, a->ask, &a->answer);
	else if (a->ask->kind == CCHC__ASK__KIND__SAY)
		a->answered_later =
			cchc_act_say(a->d, a->message, a->key, a->ask, &a->answer);
	else
		a->answered_later = cchc_act_test(a->d, a->message, a->ask, &a->answer);
}

static void answer(struct asked *a)
{
	switch (a->ask->kind) {
	case CCHC__ASK__KIND__ABOUT:
		answer_about(a);
		break;
	case CCHC__ASK__KIND__FILE:
		answer_file(a);
		break;
	case CCHC__ASK__KIND__CELLS:
		answer_cells(a);
		break;
	case CCHC__ASK__KIND__EXPLAIN:
		answer_explain(a);
		break;
	case CCHC__ASK__KIND__JOURNAL:
		answer_journal(a);
		break;
	case CCHC__ASK__KIND__STATUS:
		answer_status(a);
		break;
	case CCHC__ASK__KIND__VERIFY:
		answer_verify(a);
		break;
	case CCHC__ASK__KIND__TASKS:
		answer_register(a, cchc_job_tasks);
		break;
	case CCHC__ASK__KIND__ALERTS:
		answer_register(a, cchc_job_alerts);
		break;
	case CCHC__ASK__KIND__DO:
	case CCHC__ASK__KIND__SAY:
	case CCHC__ASK__KIND__TEST:
		act(a);
		break;
	default:
		cchc_answer_refuse(&a->answer, "Ask.kind: not answered here");
		break;
	}
}

void cchc_query_message(void *data, const struct cchc_zmessage *message)
{
	struct asked a = {.d = data, .message = message};
	struct cchc_arena arena;
	Cchc__Ask *ask;
	struct cchc_err err = {.text = "a message has one part"};
	enum cchc_rc rc = CCHC_INVALID;

	a.key = message->user ? cchc_keyring_by_user(&a.d->ring, message->user) : NULL;
	if (a.d->stopping || !a.key || message->route_len > CCHC_ROUTE_MAX) {
		a.d->counters.dropped++;
		return;
	}
	cchc_arena_init(&arena, CCHC_DECODE_MEMORY_MAX);
	if (message->body)
		rc = cchc_wire_ask(&arena, message->body, message->body_len, &ask, &err);
	cchc_answer_init(&a.answer, rc == CCHC_OK ? ask->id : 0, a.d->store.incarnation);
	a.answer.commit = a.d->board->commit;
	a.d->counters.queries++;
	if (rc == CCHC_OK) {
		a.ask = ask;
		answer(&a);
	} else {
		cchc_answer_refuse(&a.answer, "%s", err.text);
	}
	if (!a.answered_later)
		cchc_query_send(a.d, message->route, message->route_len, &a.answer);
	cchc_answer_fini(&a.answer);
	cchc_arena_fini(&arena);
}
