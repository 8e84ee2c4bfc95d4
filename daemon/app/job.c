#include "app/job.h"

#include <stdlib.h>
#include <string.h>

#include "app/query.h"
#include "base/clock.h"

struct cchc_job *cchc_job_new(struct cchc_daemon *d, const struct cchc_zmessage *message,
			      uint64_t id, void (*run)(struct cchc_job *job))
{
	struct cchc_job *job = calloc(1, sizeof(*job));

	if (!job)
		return NULL;
	job->daemon = d;
	job->catalog = &d->catalog;
	job->store = &d->store;
	job->run = run;
	job->now_ms = cchc_clock_wall_ms();
	job->counted_ms = d->board->counted_ms;
	memcpy(job->route, message->route, message->route_len);
	job->route_len = message->route_len;
	cchc_arena_init(&job->arena, CCHC_DECODE_MEMORY_MAX * 8);
	cchc_answer_init(&job->answer, id, d->store.incarnation);
	job->next = d->jobs;
	d->jobs = job;
	return job;
}

void cchc_job_snapshot(struct cchc_job *job)
{
	cchc_txn_read(&job->txn, job->store->env);
	job->answer.commit = cchc_store_commit_number(&job->txn);
}

static void on_work(uv_work_t *work)
{
	struct cchc_job *job = work->data;

	job->run(job);
	if (job->txn.rc != CCHC_OK)
		cchc_answer_refuse(&job->answer, "the store cannot be read: %s",
				   cchc_rc_name(job->txn.rc));
	cchc_txn_abort(&job->txn);
}

static void on_after_work(uv_work_t *work, int status)
{
	struct cchc_job *job = work->data;

	(void)status; /* never cancelled */
	cchc_job_finish(job);
}

void cchc_job_start(struct cchc_job *job)
{
	job->parked = false;
	job->work.data = job;
	if (uv_queue_work(job->daemon->loop, &job->work, on_work, on_after_work) != 0) {
		cchc_answer_refuse(&job->answer, "no worker thread: ask again");
		cchc_job_finish(job);
	}
}

bool cchc_job_keep_ask(struct cchc_job *job, const struct cchc_zmessage *message)
{
	struct cchc_err err;
	Cchc__Ask *ask;

	if (cchc_wire_ask(&job->arena, message->body, message->body_len, &ask, &err) !=
	    CCHC_OK)
		return false;
	job->ask = ask;
	return true;
}

void cchc_job_finish(struct cchc_job *job)
{
	cchc_query_send(job->daemon, job->route, job->route_len, &job->answer);
	cchc_job_drop(job);
}

void cchc_job_drop(struct cchc_job *job)
{
	struct cchc_job **at = &job->daemon->jobs;

	while (*at != job)
		at = &(*at)->next;
	*at = job->next;
	cchc_txn_abort(&job->txn);
	cchc_answer_fini(&job->answer);
	cchc_arena_fini(&job->arena);
	free(job->contact);
	free(job->digest);
	free(job->agent);
	free(job);
}

static void on_mark(void *data, uint32_t unit, uint64_t epoch,
		    const struct cchc_mark *mark)
{
	struct cchc_stored_contact *last = data;

	(void)unit;
	if (mark->journal < last->journal)
		return;
	last->journal = mark->journal;
	last->epoch = epoch;
	last->seq = mark->seq;
}

void cchc_job_contact(struct cchc_job *job, struct cchc_arena *scratch, uint32_t unit,
		      struct cchc_stored_contact *contact)
{
	struct cchc_entry entry;

	*contact =
		(struct cchc_stored_contact){.at_ms = cchc_store_heard(&job->txn, unit)};
	cchc_store_each_mark(&job->txn, unit, on_mark, contact);
	cchc_arena_reset(scratch);
	if (contact->journal > 0 &&
	    cchc_store_entry(&job->txn, contact->journal, scratch, &entry) &&
	    entry.clock_ms > contact->at_ms)
		contact->at_ms = entry.clock_ms;
	cchc_arena_reset(scratch);
}
