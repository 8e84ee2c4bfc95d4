/* writer.c - the one thread that writes.
 *
 * Items gather while a commit runs; each batch becomes one LMDB transaction and comes
 * back on the done list. Three promises, on which the rest of the daemon stands:
 *
 *  1. An item comes back with CCHC_OK only after the commit that holds its effect
 * returned, or, after a commit of unknown outcome, after one further commit succeeded.
 *  2. Figures, journal, marks, refusals and report heads change together or not at all.
 *  3. Every item that enters comes back exactly once, also during shutdown.
 *
 * The thread touches no socket and no uv handle but `wake`.
 */

#include "app/writer.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/check.h"
#include "base/log.h"
#include "io/digest.h"
#include "proto/limits.h"

enum {
	BATCH_CELLS = 10000, /* larger raised the ack's median to 0.2 s (speed.md) */
	BATCH_TRIES = 2,
	REOPEN_TRIES = 60,
	REOPEN_WAIT_MS = 1000,
	EXIT_STORE_BROKEN = 75, /* the service manager starts us anew */
};

struct cchc_writer {
	struct cchc_store *store;
	struct cchc_channel *in;
	struct cchc_channel *out;
	uv_async_t wake;
	pthread_t thread;
	bool running;
	cchc_writer_done *on_done;
	void *data;
	struct cchc_item *first; /* gathered on the loop */
	struct cchc_item *last;
	size_t gathered;
	size_t in_flight;
	atomic_bool broken;
};

/* What the chain must be after this message, from the mark's own hash. */
static void chain_of(void *data, const uint8_t before[16], uint8_t chain[16])
{
	const struct cchc_item *item = data;

	cchc_chain_next(before, item->entry.seq, item->push_kind, item->body,
			item->body_len, chain);
}

static void apply_item(struct cchc_txn *txn, struct cchc_item *item)
{
	bool is_push = item->sender && item->entry.kind != CCHC_ENTRY_STORED;

	item->outcome = (struct cchc_outcome){0};
	cchc_apply(txn, &item->entry, is_push ? chain_of : NULL, item, &item->arena,
		   &item->outcome);
}

/* One transaction. On CCHC_OK and CCHC_UNKNOWN *commit is the number it has or would
 * have. */
static enum cchc_rc commit_batch(struct cchc_store *store, struct cchc_item *items,
				 uint64_t *before, uint64_t *commit)
{
	struct cchc_txn txn;

	cchc_txn_write(&txn, store->env);
	*before = cchc_store_commit_number(&txn);
	for (struct cchc_item *item = items; item && txn.rc == CCHC_OK; item = item->next)
		apply_item(&txn, item);
	*commit = cchc_store_commit_number(&txn);
	if (txn.rc == CCHC_OK && *commit == *before) {
		cchc_txn_abort(&txn); /* nothing but repeats: nothing to sync */
		return CCHC_OK;
	}
	return cchc_txn_commit(&txn);
}

static void pause_ms(long ms)
{
	struct timespec wait = {ms / 1000, ms % 1000 * 1000000};

	(void)nanosleep(&wait, NULL);
}

/* What is found after a reopen counts as durable only after one further commit. */
static enum cchc_rc probe(struct cchc_store *store, uint64_t *commit)
{
	struct cchc_txn txn;

	cchc_txn_write(&txn, store->env);
	*commit = cchc_store_commit_number(&txn);
	cchc_store_touch(&txn);
	return cchc_txn_commit(&txn);
}

/* A failed commit may have happened. Reopens until a probe commits and tells the number
 * that stands; the service manager gets its turn after a minute. */
static void settle_unknown(struct cchc_writer *writer, uint64_t *commit)
{
	struct cchc_err err = {0};

	atomic_store(&writer->broken, true);
	for (int tries = 0; tries < REOPEN_TRIES; tries++) {
		enum cchc_rc rc = cchc_env_reopen(writer->store->env, &err);

		if (rc == CCHC_OK)
			rc = probe(writer->store, commit);
		if (rc == CCHC_OK) {
			cchc_log(CCHC_LOG_NOTICE, "store reopened commit=%llu",
				 (unsigned long long)*commit);
			atomic_store(&writer->broken, false);
			return;
		}
		cchc_log(CCHC_LOG_ERROR, "store cannot be written rc=\"%s\" text=\"%s\"",
			 cchc_rc_name(rc), err.text);
		pause_ms(REOPEN_WAIT_MS);
	}
	cchc_log(CCHC_LOG_ERROR, "store stays broken: giving up");
	_Exit(EXIT_STORE_BROKEN);
}

static void finish(struct cchc_item *items, enum cchc_rc rc, uint64_t commit)
{
	for (struct cchc_item *item = items; item; item = item->next) {
		item->rc = rc;
		item->commit = commit;
		item->ends_batch = !item->next;
	}
}

/* Commits, and settles an unknown outcome: the number in the store says if it happened.
 * What surely did not happen is tried once more, then comes back: a full disk may take
 * the probe and never the batch, and its senders must hear of it. */
static enum cchc_rc write_batch(struct cchc_writer *writer, struct cchc_item *items,
				uint64_t *commit)
{
	for (int tries = 0; tries < BATCH_TRIES; tries++) {
		uint64_t before;
		uint64_t found;
		enum cchc_rc rc = commit_batch(writer->store, items, &before, commit);

		if (rc != CCHC_UNKNOWN)
			return rc;
		cchc_log(CCHC_LOG_ERROR, "commit has an unknown outcome commit=%llu",
			 (unsigned long long)*commit);
		settle_unknown(writer, &found);
		if (found == *commit)
			return CCHC_OK;
	}
	return CCHC_IO;
}

/* A batch that cannot be written whole is tried item by item, so that one unit's corrupt
 * record or one large message does not stop the others. */
static void write_one_by_one(struct cchc_writer *writer, struct cchc_item *items)
{
	for (struct cchc_item *item = items; item; item = item->next) {
		struct cchc_item *rest = item->next;
		uint64_t commit = 0;
		enum cchc_rc rc;

		item->next = NULL;
		rc = write_batch(writer, item, &commit);
		finish(item, rc, commit);
		item->next = rest;
		if (rc != CCHC_OK)
			cchc_log(CCHC_LOG_ERROR, "message not written unit=%u rc=\"%s\"",
				 item->entry.unit, cchc_rc_name(rc));
	}
}

static struct cchc_item *last_of(struct cchc_item *items)
{
	while (items->next)
		items = items->next;
	return items;
}

static void *run(void *data)
{
	struct cchc_writer *writer = data;
	struct cchc_item *items;

	while ((items = cchc_channel_take(writer->in, BATCH_CELLS))) {
		uint64_t commit = 0;
		enum cchc_rc rc = write_batch(writer, items, &commit);

		if (rc == CCHC_OK || rc == CCHC_IO) /* the disk, not the batch */
			finish(items, rc, commit);
		else
			write_one_by_one(writer, items);
		cchc_channel_put(writer->out, items, last_of(items), 0);
		uv_async_send(&writer->wake);
	}
	return NULL;
}

/* Async sends merge: everything that is there is taken. */
static void give_back(struct cchc_writer *writer)
{
	struct cchc_item *items = cchc_channel_poll(writer->out);

	for (struct cchc_item *item = items; item; item = item->next)
		writer->in_flight -= item->cells;
	if (items)
		writer->on_done(writer->data, items);
}

static void on_wake(uv_async_t *wake)
{
	give_back(wake->data);
}

/* Signals belong to the loop thread. */
static enum cchc_rc start_thread(struct cchc_writer *writer, struct cchc_err *err)
{
	sigset_t all;
	sigset_t before;
	int failed;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&writer->thread, NULL, run, writer);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed)
		return cchc_fail(err, CCHC_NOMEM, "the writer thread does not start");
	writer->running = true;
	return CCHC_OK;
}

enum cchc_rc cchc_writer_start(uv_loop_t *loop, struct cchc_store *store,
			       cchc_writer_done *on_done, void *data,
			       struct cchc_writer **writer, struct cchc_err *err)
{
	struct cchc_writer *made = calloc(1, sizeof(*made));
	enum cchc_rc rc;

	if (!made)
		return CCHC_NOMEM;
	*made = (struct cchc_writer){.store = store, .on_done = on_done, .data = data};
	rc = cchc_channel_new(&made->in);
	if (rc == CCHC_OK)
		rc = cchc_channel_new(&made->out);
	if (rc != CCHC_OK) {
		cchc_channel_free(&made->in);
		free(made);
		return rc;
	}
	cchc_check(uv_async_init(loop, &made->wake, on_wake) == 0);
	made->wake.data = made;
	*writer = made; /* from here stop and free clean up, also after a failure */
	return start_thread(made, err);
}

void cchc_writer_gather(struct cchc_writer *writer, struct cchc_item *item)
{
	item->next = NULL;
	if (writer->last)
		writer->last->next = item;
	else
		writer->first = item;
	writer->last = item;
	writer->gathered += item->cells;
}

void cchc_writer_hand_over(struct cchc_writer *writer)
{
	if (!writer->first)
		return;
	writer->in_flight += writer->gathered;
	cchc_channel_put(writer->in, writer->first, writer->last, writer->gathered);
	writer->first = writer->last = NULL;
	writer->gathered = 0;
}

size_t cchc_writer_in_flight(const struct cchc_writer *writer)
{
	return writer->in_flight + writer->gathered;
}

bool cchc_writer_is_broken(const struct cchc_writer *writer)
{
	return atomic_load(&writer->broken);
}

void cchc_writer_stop(struct cchc_writer *writer)
{
	cchc_writer_hand_over(writer);
	cchc_channel_close(writer->in);
	if (writer->running)
		pthread_join(writer->thread, NULL);
	writer->running = false;
	give_back(writer);
	uv_close((uv_handle_t *)&writer->wake, NULL);
}

void cchc_writer_free(struct cchc_writer **writer)
{
	if (!*writer)
		return;
	cchc_channel_free(&(*writer)->in);
	cchc_channel_free(&(*writer)->out);
	free(*writer);
	*writer = NULL;
}
