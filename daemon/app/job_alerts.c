/* job_alerts.c - alerts as the store has them: those that stand, or the newest of all. */
#include <string.h>

#include "app/desk.h"
#include "app/job.h"
#include "app/taskinfo.h"

enum {
	ALERTS_A_FRAME = 16,
	FRAME_BYTES = 60 * 1024, /* of alerts; one has at most 64 deliveries */
	NEWEST_USUAL = 1000,
	NEWEST_MAX = 100000,
	ALERT_MEMORY = 1024 * 1024,
};

/* A silence that is not over. */
struct silence {
	struct cchc_silence of;
	struct silence *next;
};

struct listing {
	struct cchc_job *job;
	const Cchc__AlertsAsk *ask;
	uint32_t unit; /* 0: of all */
	uint64_t task; /* 0: of all */
	struct silence *silent;
	struct cchc_arena read; /* the alert or silence that is looked at */
	struct cchc_arena lines;
	Cchc__AlertInfo *alert[ALERTS_A_FRAME];
	size_t n;
	size_t bytes; /* of them */
	Cchc__SilenceInfo *silence[ALERTS_A_FRAME];
	size_t n_silences;
	enum cchc_rc rc;
};

static void flush(struct listing *l, enum cchc_which which)
{
	Cchc__Answer part = CCHC__ANSWER__INIT;

	part.kind = CCHC__ANSWER__KIND__ALERTS;
	part.alert = l->alert;
	part.n_alert = l->n;
	part.silence = l->silence;
	part.n_silence = l->n_silences;
	if (l->rc == CCHC_OK)
		l->rc = cchc_answer_add(&l->job->answer, &part, which);
	l->n = l->n_silences = l->bytes = 0;
	cchc_arena_reset(&l->lines);
}

static const char *subject_of(struct listing *l, const struct cchc_alert *alert)
{
	const struct cchc_unit *unit =
		cchc_units_by_id(&l->job->catalog->units, alert->unit);
	struct cchc_alert_text text = {0};
	struct cchc_task task;
	bool known = alert->task &&
		     cchc_store_task(&l->job->txn, alert->task, &l->lines, &task);

	return cchc_alert_text(alert, known ? &task : NULL, unit, "vi", &l->lines, &text)
		       ? text.subject
		       : NULL;
}

static bool is_waiting(const struct cchc_alert *alert)
{
	for (size_t i = 0; i < alert->n_deliveries; i++)
		if (alert->delivery[i].state == CCHC_DELIVERY_OWED ||
		    alert->delivery[i].end_state == CCHC_DELIVERY_OWED)
			return true;
	return false;
}

/* Until when silences hold back what waits. */
static void note_silence(const struct listing *l, const struct cchc_alert *alert,
			 Cchc__AlertInfo *info)
{
	for (const struct silence *s = l->silent; s && is_waiting(alert); s = s->next)
		if (cchc_silence_matches(&s->of, alert->unit, alert->task, alert->step) &&
		    (!info->has_silenced || info->silenced < s->of.until_ms)) {
			info->has_silenced = true;
			info->silenced = s->of.until_ms;
		}
}

/* Read anew into the frame's arena: what the walk lends goes with its next step. */
static Cchc__AlertInfo *keep_alert(struct listing *l, uint64_t no)
{
	Cchc__AlertInfo *info = NULL;
	struct cchc_alert alert;

	if (cchc_store_alert(&l->job->txn, no, &l->lines, &alert))
		info = cchc_alert_info(l->job->catalog, &alert, subject_of(l, &alert),
				       &l->lines);
	if (info)
		note_silence(l, &alert, info);
	else
		l->rc = CCHC_NOMEM;
	return info;
}

static void add_alert(struct listing *l, uint64_t no)
{
	Cchc__AlertInfo *info = keep_alert(l, no);
	size_t bytes = info ? cchc__alert_info__get_packed_size(info) + 8 : 0;

	if (l->n == ALERTS_A_FRAME || (l->n > 0 && l->bytes + bytes > FRAME_BYTES)) {
		flush(l, CCHC_PART_MORE);
		info = keep_alert(l, no);
	}
	if (!info)
		return;
	l->alert[l->n++] = info;
	l->bytes += bytes;
}

static bool fits(const struct listing *l, const struct cchc_alert *alert)
{
	bool all = l->ask->has_all && l->ask->all;

	return (!l->unit || alert->unit == l->unit) &&
	       (!l->task || alert->task == l->task) && (all || alert->ended_ms == 0);
}

static bool on_alert(void *data, const struct cchc_alert *alert)
{
	struct listing *l = data;

	if (fits(l, alert))
		add_alert(l, alert->no);
	cchc_arena_reset(&l->read);
	return l->rc == CCHC_OK;
}

/* The newest of all: the walk begins so far from the end that at most so many are seen.
 */
static uint64_t first_of_all(struct listing *l)
{
	uint64_t last = cchc_store_last_alert(&l->job->txn);
	uint64_t newest = l->ask->has_newest ? l->ask->newest : NEWEST_USUAL;

	if (newest > NEWEST_MAX)
		newest = NEWEST_MAX;
	return last > newest ? last - newest + 1 : 1;
}

static void keep_silence(void *data, const struct cchc_silence *silence)
{
	struct listing *l = data;
	struct cchc_arena *arena = &l->job->arena;
	struct silence *kept;

	if (silence->until_ms > l->job->now_ms) {
		kept = cchc_arena_alloc(arena, sizeof(*kept));
		if (kept)
			*kept = (struct silence){*silence, l->silent};
		if (kept)
			kept->of.step = cchc_arena_text(arena, silence->step,
							strlen(silence->step));
		if (!kept || !kept->of.step)
			l->rc = CCHC_NOMEM;
		else
			l->silent = kept;
	}
	cchc_arena_reset(&l->read);
}

static void list_alerts(struct listing *l)
{
	struct cchc_txn *txn = &l->job->txn;

	cchc_store_each_silence(txn, &l->read, keep_silence, l);
	if (l->task)
		cchc_store_each_alert_of(txn, l->task, &l->read, on_alert, l);
	else if (l->ask->has_all && l->ask->all)
		cchc_store_each_alert(txn, first_of_all(l), &l->read, on_alert, l);
	else
		cchc_store_each_pending(txn, &l->read, on_alert, l);
}

static void add_silence(struct listing *l, const struct cchc_silence *silence)
{
	struct cchc_silence kept = *silence;
	struct cchc_task task = {.id = ""};

	if (l->n_silences == ALERTS_A_FRAME)
		flush(l, CCHC_PART_MORE);
	if (silence->task)
		(void)cchc_store_task(&l->job->txn, silence->task, &l->lines, &task);
	kept.step = cchc_arena_text(&l->lines, silence->step, strlen(silence->step));
	kept.by = cchc_arena_text(&l->lines, silence->by, strlen(silence->by));
	kept.note = cchc_arena_text(&l->lines, silence->note, strlen(silence->note));
	l->silence[l->n_silences] =
		kept.step && kept.by && kept.note
			? cchc_silence_info(l->job->catalog, &kept, task.id, &l->lines)
			: NULL;
	if (l->silence[l->n_silences])
		l->n_silences++;
	else
		l->rc = CCHC_NOMEM;
}

static void on_silence(void *data, const struct cchc_silence *silence)
{
	struct listing *l = data;

	if (l->rc == CCHC_OK && silence->until_ms > l->job->now_ms)
		add_silence(l, silence);
	cchc_arena_reset(&l->read);
}

static bool find_unit(struct listing *l)
{
	const struct cchc_unit *unit;

	if (!l->ask->unit)
		return true;
	unit = cchc_units_on(&l->job->catalog->units, l->ask->unit,
			     cchc_day_at(l->job->now_ms));
	if (unit)
		l->unit = unit->id;
	else
		cchc_answer_not_there(&l->job->answer, "unit: \"%.40s\": %s (%s)",
				      l->ask->unit, cchc_rule_english(CCHC_RULE_NO_UNIT),
				      cchc_rule_vietnamese(CCHC_RULE_NO_UNIT));
	return unit != NULL;
}

static bool find_task(struct listing *l)
{
	struct cchc_task task;

	if (!l->ask->task)
		return true;
	if (cchc_store_task_by_id(&l->job->txn, l->ask->task, &l->job->arena, &task)) {
		l->task = task.no;
		return true;
	}
	cchc_answer_not_there(&l->job->answer, "task: \"%.80s\": %s (%s)", l->ask->task,
			      cchc_rule_english(CCHC_RULE_NO_TASK),
			      cchc_rule_vietnamese(CCHC_RULE_NO_TASK));
	return false;
}

void cchc_job_alerts(struct cchc_job *job)
{
	struct listing l = {.job = job, .ask = job->ask->alerts};

	cchc_arena_init(&l.read, ALERT_MEMORY);
	cchc_arena_init(&l.lines, CCHC_DECODE_MEMORY_MAX * 8);
	if (find_unit(&l) && find_task(&l)) {
		if (l.ask->has_silences && l.ask->silences)
			cchc_store_each_silence(&job->txn, &l.read, on_silence, &l);
		else
			list_alerts(&l);
		flush(&l, CCHC_PART_LAST);
	}
	if (l.rc != CCHC_OK)
		cchc_answer_refuse(&job->answer, "the list cannot be made: %s",
				   cchc_rc_name(l.rc));
	cchc_arena_fini(&l.lines);
	cchc_arena_fini(&l.read);
}
