#ifndef CCHC_APP_JOB_H
#define CCHC_APP_JOB_H

#include <uv.h>

#include "app/answer.h"
#include "app/daemon.h"
#include "app/question.h"

/* A question that reads the store: answered by a worker thread from one snapshot, so that
 * the loop neither waits for a disk nor for a long sum. The loop makes the job and sends
 * its answer; in between the worker owns it. It touches only the catalog (read-only), the
 * store's environment (reading) and the job. */

struct cchc_contact { /* when a unit's agent was heard last, by wall clock; 0: not since
			 start */
	uint32_t unit;
	int64_t at_ms;
};

struct cchc_agent_line { /* what the loop knows of a key's agent */
	const struct cchc_key_entry *key;
	bool is_heard; /* since start; else the rest is empty */
	int64_t last_contact_ms;
	uint64_t epoch;
	uint64_t mark;
	uint64_t queued;
	uint64_t rejected;
	char program[48];
	char note[128];
};

struct cchc_job {
	struct cchc_job *next; /* of the daemon's */
	uv_work_t work;
	struct cchc_daemon *daemon; /* loop only */
	const struct cchc_catalog *catalog;
	struct cchc_store *store;
	struct cchc_txn txn; /* the snapshot; ended by the worker */
	uint8_t route[CCHC_ROUTE_MAX];
	size_t route_len;
	struct cchc_arena arena; /* of the ask */
	struct cchc_answer answer;
	struct cchc_question question;
	const Cchc__Ask *ask; /* TASKS, ALERTS: decoded anew into the arena */
	void (*run)(struct cchc_job *job); /* on the worker */
	struct cchc_contact *contact;      /* EXPLAIN */
	size_t n_contacts;
	struct cchc_board_digest *digest; /* VERIFY: of the loop's board, by year */
	size_t n_digests;
	struct cchc_agent_line *agent; /* STATUS: one for each agent's key */
	size_t n_agents;
	bool parked; /* VERIFY: waits, without a snapshot, until board and store are level
		      */
	int64_t now_ms;
	int64_t counted_ms; /* the board's present when it was asked */
};

/* With no snapshot yet. NULL when there is no memory. */
struct cchc_job *cchc_job_new(struct cchc_daemon *d, const struct cchc_zmessage *message,
			      uint64_t id, void (*run)(struct cchc_job *job));
/* Decodes the message once more, for the worker. False without memory. */
bool cchc_job_keep_ask(struct cchc_job *job, const struct cchc_zmessage *message);
/* Frees a job that was not started, without an answer. */
void cchc_job_drop(struct cchc_job *job);
/* The store as it is now; what fails is in job->txn.rc and answered by the worker. */
void cchc_job_snapshot(struct cchc_job *job);
/* Gives it to a worker thread; its answer is sent when it is done. */
void cchc_job_start(struct cchc_job *job);
/* Sends what it has, and frees it. */
void cchc_job_finish(struct cchc_job *job);

/* On the worker: a board of the question's year and subtree, from the job's snapshot; or
 * NULL, with the answer refused. The caller frees it. */
struct cchc_board *cchc_job_board(struct cchc_job *job);

/* What the store knows of a unit's agent: its last message, and when it was heard last,
 * by that or as it was written down hourly. */
struct cchc_stored_contact {
	uint64_t journal; /* 0: no message */
	uint64_t epoch;
	uint64_t seq;
	int64_t at_ms; /* 0: never */
};
/* On the worker. The arena is of the entry that is read; it is reset. */
void cchc_job_contact(struct cchc_job *job, struct cchc_arena *scratch, uint32_t unit,
		      struct cchc_stored_contact *contact);

/* The bodies. */
void cchc_job_cells(struct cchc_job *job);
void cchc_job_explain(struct cchc_job *job);
void cchc_job_journal(struct cchc_job *job);
void cchc_job_status(struct cchc_job *job);
void cchc_job_verify(struct cchc_job *job);
void cchc_job_tasks(struct cchc_job *job);
void cchc_job_alerts(struct cchc_job *job);

#endif
