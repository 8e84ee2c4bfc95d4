/* job_tasks.c - tasks of the register, by id or by what is asked of them. */
#include <string.h>

#include "app/job.h"
#include "app/taskinfo.h"

enum {
	TASKS_A_FRAME = 16, /* of a few KiB each at the very most */
	LINES_A_FRAME = 8,
	FRAME_BYTES = 60 * 1024, /* of both */
	SOON_DAYS = 7,
	TASK_MEMORY = 1024 * 1024,
	FRAME_MEMORY = 16 * 1024 * 1024,
};

struct listing {
	struct cchc_job *job;
	const Cchc__TasksAsk *ask;
	const struct cchc_unit *unit; /* NULL: of all */
	const struct cchc_tree *tree; /* `below`: of today */
	struct cchc_arena lines;      /* of the frame being filled */
	Cchc__TaskInfo *task[TASKS_A_FRAME];
	Cchc__TaskLine *line[LINES_A_FRAME];
	size_t n;
	size_t n_lines;
	size_t bytes; /* of both */
	enum cchc_rc rc;
};

static void flush(struct listing *l, enum cchc_which which)
{
	Cchc__Answer part = CCHC__ANSWER__INIT;

	part.kind = CCHC__ANSWER__KIND__TASKS;
	part.task = l->task;
	part.n_task = l->n;
	part.task_line = l->line;
	part.n_task_line = l->n_lines;
	if (l->rc == CCHC_OK)
		l->rc = cchc_answer_add(&l->job->answer, &part, which);
	l->n = l->n_lines = l->bytes = 0;
	cchc_arena_reset(&l->lines);
}

/* What was read lives only until the next is read. */
static const char *keep(struct listing *l, const char *text)
{
	const char *copy = cchc_arena_text(&l->lines, text, strlen(text));

	if (!copy)
		l->rc = CCHC_NOMEM;
	return copy;
}

static Cchc__TaskInfo *keep_task(struct listing *l, const struct cchc_task *task)
{
	struct cchc_task kept = *task;

	kept.id = keep(l, task->id);
	kept.class_name = keep(l, task->class_name);
	kept.title = keep(l, task->title);
	kept.doc_number = keep(l, task->doc_number);
	kept.assigner = keep(l, task->assigner);
	kept.result = keep(l, task->result);
	kept.wish_reason = keep(l, task->wish_reason);
	kept.reason = keep(l, task->reason);
	if (l->rc != CCHC_OK)
		return NULL;
	return cchc_task_info(l->job->catalog, &kept, l->job->now_ms, &l->lines);
}

static bool is_full(const struct listing *l, size_t bytes)
{
	return l->n == TASKS_A_FRAME || l->n_lines == LINES_A_FRAME ||
	       (l->bytes > 0 && l->bytes + bytes > FRAME_BYTES);
}

/* What was made for a frame goes with it: where it begins the next one it is made anew.
 */
static void add_task(struct listing *l, const struct cchc_task *task)
{
	Cchc__TaskInfo *info = keep_task(l, task);
	size_t bytes = info ? cchc__task_info__get_packed_size(info) + 8 : 0;

	if (is_full(l, bytes)) {
		flush(l, CCHC_PART_MORE);
		info = keep_task(l, task);
	}
	if (!info) {
		l->rc = CCHC_NOMEM;
		return;
	}
	l->task[l->n++] = info;
	l->bytes += bytes;
}

static bool state_fits(const struct listing *l, const struct cchc_task *task)
{
	int64_t now_ms = l->job->now_ms;
	cchc_day today = cchc_day_at(now_ms);

	switch (l->ask->which) {
	case CCHC__TASKS_ASK__WHICH__ALL:
		return true;
	case CCHC__TASKS_ASK__WHICH__WAITING:
		return task->state == CCHC_TASK_WAITING;
	case CCHC__TASKS_ASK__WHICH__OVERDUE:
		return cchc_task_runs(task) && cchc_task_overdue_ms(task) <= now_ms;
	case CCHC__TASKS_ASK__WHICH__SOON:
		return cchc_task_runs(task) && task->effective != CCHC_DAY_NONE &&
		       task->effective >= today && task->effective <= today + SOON_DAYS;
	case CCHC__TASKS_ASK__WHICH__DONE:
		return task->state == CCHC_TASK_DONE;
	case CCHC__TASKS_ASK__WHICH__CANCELLED:
		return task->state == CCHC_TASK_CANCELLED;
	default: /* OPEN */
		return task->state == CCHC_TASK_OPEN || task->state == CCHC_TASK_WAITING;
	}
}

static bool unit_fits(const struct listing *l, uint32_t unit)
{
	return unit == l->unit->id ||
	       (l->tree && cchc_tree_is_within(l->tree, unit, l->unit->id));
}

static bool fits(const struct listing *l, const struct cchc_task *task)
{
	bool concerns = !l->unit || unit_fits(l, task->lead);

	for (size_t i = 0; i < task->n_co && !concerns; i++)
		concerns = unit_fits(l, task->co[i]);
	return concerns && state_fits(l, task) &&
	       (!task->is_duty || (l->ask->has_duties && l->ask->duties));
}

static bool on_task(void *data, const struct cchc_task *task)
{
	struct listing *l = data;

	if (fits(l, task))
		add_task(l, task);
	return l->rc == CCHC_OK;
}

static void refuse_line(struct listing *l, const struct cchc_entry *entry,
			Cchc__TaskLine *line)
{
	struct cchc_refusal *kept = cchc_arena_alloc(&l->lines, sizeof(*kept));

	line->refusal = cchc_arena_alloc(&l->lines, sizeof(*line->refusal));
	if (!kept || !line->refusal) {
		l->rc = CCHC_NOMEM;
		return;
	}
	*kept = entry->refusal[0];
	cchc_refusal_info(kept, line->refusal);
}

/* A report that was submitted fulfils its duty without a deed of its own. */
static const char *deed_of(const struct cchc_entry *entry)
{
	return cchc_deed_name(entry->deed ? entry->deed->kind : CCHC_DEED_FULFIL);
}

static Cchc__TaskLine *keep_line(struct listing *l, const struct cchc_entry *entry,
				 const struct cchc_task *before,
				 const struct cchc_task *after)
{
	Cchc__TaskLine *line = cchc_arena_alloc(&l->lines, sizeof(*line));

	if (!line) {
		l->rc = CCHC_NOMEM;
		return NULL;
	}
	cchc__task_line__init(line);
	line->number = entry->number;
	line->received = entry->clock_ms;
	line->sender = (char *)keep(l, entry->sender);
	line->deed = (char *)deed_of(entry);
	if (entry->deed && entry->deed->reason && entry->deed->reason[0])
		line->reason = (char *)keep(l, entry->deed->reason);
	if (entry->deed && entry->deed->reason_doc && entry->deed->reason_doc[0])
		line->reason_doc = (char *)keep(l, entry->deed->reason_doc);
	line->before = before ? keep_task(l, before) : NULL;
	line->after = after ? keep_task(l, after) : NULL;
	if (!after && entry->n_refusals > 0)
		refuse_line(l, entry, line);
	return l->rc == CCHC_OK ? line : NULL;
}

static bool on_line(void *data, const struct cchc_entry *entry,
		    const struct cchc_task *before, const struct cchc_task *after)
{
	struct listing *l = data;
	Cchc__TaskLine *line = keep_line(l, entry, before, after);
	size_t bytes = line ? cchc__task_line__get_packed_size(line) + 8 : 0;

	if (line && is_full(l, bytes)) {
		flush(l, CCHC_PART_MORE);
		line = keep_line(l, entry, before, after);
	}
	if (!line)
		return false;
	l->line[l->n_lines++] = line;
	l->bytes += bytes;
	return l->rc == CCHC_OK;
}

static void list_one(struct listing *l)
{
	struct cchc_task task;

	if (!cchc_store_task_by_id(&l->job->txn, l->ask->id, &l->job->arena, &task)) {
		cchc_answer_not_there(&l->job->answer, "id: \"%.80s\": %s (%s)",
				      l->ask->id, cchc_rule_english(CCHC_RULE_NO_TASK),
				      cchc_rule_vietnamese(CCHC_RULE_NO_TASK));
		return;
	}
	add_task(l, &task);
	if (l->ask->has_history && l->ask->history)
		cchc_store_each_task_line(&l->job->txn, task.no, &l->job->arena, on_line,
					  l);
	flush(l, CCHC_PART_LAST);
}

static void list_many(struct listing *l)
{
	struct cchc_arena arena;

	cchc_arena_init(&arena, TASK_MEMORY);
	cchc_store_each_task(&l->job->txn, &arena, on_task, l);
	cchc_arena_fini(&arena);
	flush(l, CCHC_PART_LAST);
}

static bool find_unit(struct listing *l, struct cchc_tree **tree)
{
	cchc_day today = cchc_day_at(l->job->now_ms);

	if (!l->ask->unit)
		return true;
	l->unit = cchc_units_on(&l->job->catalog->units, l->ask->unit, today);
	if (!l->unit) {
		cchc_answer_not_there(&l->job->answer, "unit: \"%.40s\": %s (%s)",
				      l->ask->unit, cchc_rule_english(CCHC_RULE_NO_UNIT),
				      cchc_rule_vietnamese(CCHC_RULE_NO_UNIT));
		return false;
	}
	if (l->ask->has_below && l->ask->below)
		l->rc = cchc_tree_new(&l->job->catalog->units, today, tree);
	l->tree = *tree;
	return l->rc == CCHC_OK;
}

void cchc_job_tasks(struct cchc_job *job)
{
	struct listing l = {.job = job, .ask = job->ask->tasks};
	struct cchc_tree *tree = NULL;

	cchc_arena_init(&l.lines, FRAME_MEMORY);
	if (find_unit(&l, &tree)) {
		if (l.ask->id)
			list_one(&l);
		else
			list_many(&l);
	}
	if (l.rc != CCHC_OK)
		cchc_answer_refuse(&job->answer, "the list cannot be made: %s",
				   cchc_rc_name(l.rc));
	cchc_tree_free(&tree);
	cchc_arena_fini(&l.lines);
}
