/* publishtask.c - tasks and alerts to those who watch them. Each entry of the journal
 * that changes some is one publication under its own number, in as many frames as it
 * needs. */
#include "app/clockwork.h"
#include "app/publishing.h"
#include "app/taskinfo.h"
#include "base/clock.h"

enum {
	ALERTS_A_FRAME = 16,
	FRAME_BYTES = 60 * 1024, /* of alerts; one has at most 64 deliveries */
	MEMORY = 8 * 1024 * 1024,
};

void cchc_publisher_task(struct cchc_publisher *publisher, const struct cchc_task *task)
{
	struct cchc_topic *topic = cchc_publisher_find(publisher, "tasks");
	Cchc__Publication publication = CCHC__PUBLICATION__INIT;
	struct cchc_arena arena;
	Cchc__TaskInfo *info;

	if (!topic)
		return;
	cchc_arena_init(&arena, MEMORY);
	info = cchc_task_info(publisher->board->catalog, task, cchc_clock_wall_ms(),
			      &arena);
	publication.previous = topic->number;
	publication.number = task->journal;
	publication.task = &info;
	publication.n_task = 1;
	publication.last = true;
	if (info)
		cchc_publisher_send(publisher, topic, &arena, &publication);
	topic->number = publication.number; /* not made: a gap, which watchers see */
	cchc_arena_fini(&arena);
}

/* As `cchcctl alerts list` says it; without the task's title where it cannot be read. */
static Cchc__AlertInfo *make_info(const struct cchc_catalog *catalog,
				  const struct cchc_alert *alert, struct cchc_txn *txn,
				  struct cchc_arena *arena)
{
	const struct cchc_unit *unit = cchc_units_by_id(&catalog->units, alert->unit);
	struct cchc_alert_text text = {0};
	struct cchc_task task;
	bool known = alert->task && cchc_store_task(txn, alert->task, arena, &task);

	(void)cchc_alert_text(alert, known ? &task : NULL, unit, "vi", arena, &text);
	return cchc_alert_info(catalog, alert, text.subject, arena);
}

/* As many as a frame holds; how many these are. 0: no memory. */
static size_t pack(const struct cchc_publisher *publisher, struct cchc_txn *txn,
		   const struct cchc_alert *alerts, size_t n, struct cchc_arena *arena,
		   Cchc__AlertInfo *info[ALERTS_A_FRAME])
{
	size_t bytes = 0;

	for (size_t i = 0; i < n && i < ALERTS_A_FRAME; i++) {
		info[i] = make_info(publisher->board->catalog, &alerts[i], txn, arena);
		if (!info[i])
			return 0;
		bytes += cchc__alert_info__get_packed_size(info[i]) + 8;
		if (i > 0 && bytes > FRAME_BYTES)
			return i;
	}
	return n < ALERTS_A_FRAME ? n : ALERTS_A_FRAME;
}

void cchc_publisher_alerts(struct cchc_publisher *publisher,
			   const struct cchc_store *store,
			   const struct cchc_alert *alerts, size_t n)
{
	struct cchc_topic *topic = cchc_publisher_find(publisher, "alerts");
	Cchc__Publication publication = CCHC__PUBLICATION__INIT;
	Cchc__AlertInfo *info[ALERTS_A_FRAME];
	struct cchc_arena arena;
	struct cchc_txn txn;

	if (!topic || n == 0)
		return;
	cchc_arena_init(&arena, MEMORY);
	cchc_txn_read(&txn, store->env);
	publication.previous = topic->number;
	publication.number = alerts[0].journal;
	publication.alert = info;
	for (size_t at = 0; at < n; at += publication.n_alert) {
		publication.n_alert =
			pack(publisher, &txn, alerts + at, n - at, &arena, info);
		if (publication.n_alert == 0)
			break;
		publication.last = at + publication.n_alert == n;
		cchc_publisher_send(publisher, topic, &arena, &publication);
		publication.part++;
		cchc_arena_reset(&arena);
	}
	topic->number = publication.number;
	cchc_txn_abort(&txn);
	cchc_arena_fini(&arena);
}
