/* task.c - what a deed makes of a task. That it may be done, taskjudge.c has found. */
#include "core/task.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"

static const struct {
	enum cchc_task_state state;
	const char *name;
	const char *vietnamese;
} STATES[] = {
	{CCHC_TASK_OPEN, "open", "đang thực hiện"},
	{CCHC_TASK_WAITING, "waiting", "chờ xác nhận"},
	{CCHC_TASK_DONE, "done", "đã hoàn thành"},
	{CCHC_TASK_CANCELLED, "cancelled", "đã hủy"},
};

const char *cchc_task_state_name(enum cchc_task_state state)
{
	for (size_t i = 0; i < CCHC_COUNT(STATES); i++)
		if (STATES[i].state == state)
			return STATES[i].name;
	return "unknown";
}

const char *cchc_task_state_vietnamese(enum cchc_task_state state)
{
	for (size_t i = 0; i < CCHC_COUNT(STATES); i++)
		if (STATES[i].state == state)
			return STATES[i].vietnamese;
	return "không rõ";
}

const char *cchc_deed_name(enum cchc_deed_kind kind)
{
	static const char *const NAMES[] = {
		[CCHC_DEED_ADD] = "add",           [CCHC_DEED_EXTEND] = "extend",
		[CCHC_DEED_REPORT] = "report",     [CCHC_DEED_ACCEPT] = "accept",
		[CCHC_DEED_RETURN] = "return",     [CCHC_DEED_CANCEL] = "cancel",
		[CCHC_DEED_REOPEN] = "reopen",     [CCHC_DEED_MOVE] = "move",
		[CCHC_DEED_CALENDAR] = "calendar", [CCHC_DEED_FULFIL] = "fulfil",
	};

	return (size_t)kind < CCHC_COUNT(NAMES) ? NAMES[kind] : NULL;
}

bool cchc_task_runs(const struct cchc_task *task)
{
	return task->state == CCHC_TASK_OPEN;
}

int64_t cchc_task_overdue_ms(const struct cchc_task *task)
{
	if (task->effective == CCHC_DAY_NONE)
		return INT64_MAX;
	return cchc_day_start_ms(task->effective + 1);
}

/* --- parts of deeds ---------------------------------------------------------------- */

static const char *given(const char *text)
{
	return text ? text : "";
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Its steps are those of a new version from now on, whatever fired of the old one: where
 * the clock was set back in between, what comes to be due a second time is another one.
 */
static void count_anew(struct cchc_task *task)
{
	task->due_version++;
	task->fired_ms = task->due_since_ms;
}

/* Steps that this version would have had before now are past: they do not fire. */
static void renew(struct cchc_task *task, int64_t clock_ms)
{
	task->due_since_ms = later(task->due_since_ms, clock_ms);
	count_anew(task);
}

static void set_effective(struct cchc_task *task, cchc_day effective, int64_t clock_ms)
{
	if (task->effective == effective)
		return;
	task->effective = effective;
	renew(task, clock_ms);
}

static void clear_done(struct cchc_task *task)
{
	task->done = CCHC_DAY_NONE;
	task->result = "";
}

static void clear_wish(struct cchc_task *task)
{
	task->wish = CCHC_DAY_NONE;
	task->wish_reason = "";
}

static int by_unit(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a;
	uint32_t y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Ascending, each once, and without the lead. */
static enum cchc_rc set_co(struct cchc_task *task, const uint32_t *units, size_t n,
			   struct cchc_arena *arena)
{
	uint32_t *co = cchc_arena_array(arena, n + 1, sizeof(*co));
	size_t kept = 0;

	if (!co)
		return CCHC_NOMEM;
	if (n > 0)
		memcpy(co, units, n * sizeof(*co));
	qsort(co, n, sizeof(*co), by_unit);
	for (size_t i = 0; i < n; i++)
		if (co[i] != task->lead && (kept == 0 || co[kept - 1] != co[i]))
			co[kept++] = co[i];
	task->co = co;
	task->n_co = kept;
	return CCHC_OK;
}

/* --- deeds ------------------------------------------------------------------------- */

static enum cchc_rc add(struct cchc_task *task, const struct cchc_deed *deed,
			int64_t clock_ms, struct cchc_arena *arena)
{
	*task = (struct cchc_task){
		.id = deed->id,
		.class_name = given(deed->class_name),
		.title = given(deed->title),
		.doc_number = given(deed->doc_number),
		.doc_date = deed->doc_date,
		.assigner = given(deed->assigner),
		.assigned = deed->assigned,
		.lead = deed->lead,
		.due = deed->due,
		.effective = deed->effective,
		.state = deed->done == CCHC_DAY_NONE ? CCHC_TASK_OPEN : CCHC_TASK_DONE,
		.done = deed->done,
		.result = given(deed->result),
		.reason = "",
		.is_duty = deed->is_duty,
		.form = deed->form,
		.period = deed->period,
	};
	if (task->state == CCHC_TASK_OPEN)
		clear_done(task);
	clear_wish(task);
	renew(task, clock_ms);
	return set_co(task, deed->co, deed->n_co, arena);
}

static void extend(struct cchc_task *task, const struct cchc_deed *deed, int64_t clock_ms)
{
	task->due = deed->due;
	task->reason = deed->reason;
	task->extensions++;
	clear_wish(task);
	set_effective(task, deed->effective, clock_ms);
}

/* Done makes a wish for time idle. */
static void report(struct cchc_task *task, const struct cchc_deed *deed)
{
	if (deed->done == CCHC_DAY_NONE) {
		task->wish = deed->wish;
		task->wish_reason = deed->reason;
		return;
	}
	clear_wish(task);
	task->state = CCHC_TASK_WAITING;
	task->done = deed->done;
	task->result = given(deed->result);
}

static void give_back(struct cchc_task *task, const struct cchc_deed *deed)
{
	task->state = CCHC_TASK_OPEN;
	task->reason = deed->reason;
	clear_done(task);
}

/* What was told of it before it waited is over, yet its cause is there again. So it has
 * steps of a new version, which do not fire before those of the old one did. */
static void send_back(struct cchc_task *task, const struct cchc_deed *deed)
{
	give_back(task, deed);
	count_anew(task);
}

static void cancel(struct cchc_task *task, const struct cchc_deed *deed)
{
	task->state = CCHC_TASK_CANCELLED;
	task->reason = deed->reason;
	clear_done(task);
	clear_wish(task);
}

static void reopen(struct cchc_task *task, const struct cchc_deed *deed, int64_t clock_ms)
{
	give_back(task, deed);
	renew(task, clock_ms);
}

/* What the former lead said of it, done or in need of time, is not said by the new one.
 */
static enum cchc_rc move(struct cchc_task *task, const struct cchc_deed *deed,
			 struct cchc_arena *arena)
{
	give_back(task, deed);
	clear_wish(task);
	task->lead = deed->lead;
	return set_co(task, task->co, task->n_co, arena);
}

static void finish(struct cchc_task *task)
{
	task->state = CCHC_TASK_DONE;
	clear_wish(task);
}

static void fulfil(struct cchc_task *task, const struct cchc_deed *deed, int64_t clock_ms)
{
	finish(task);
	task->done = cchc_day_at(clock_ms);
	task->result = given(deed->result);
}

static enum cchc_rc change(struct cchc_task *task, const struct cchc_deed *deed,
			   int64_t clock_ms, struct cchc_arena *arena)
{
	switch (deed->kind) {
	case CCHC_DEED_ADD:
		return add(task, deed, clock_ms, arena);
	case CCHC_DEED_EXTEND:
		extend(task, deed, clock_ms);
		break;
	case CCHC_DEED_REPORT:
		report(task, deed);
		break;
	case CCHC_DEED_ACCEPT:
		finish(task);
		break;
	case CCHC_DEED_RETURN:
		send_back(task, deed);
		break;
	case CCHC_DEED_CANCEL:
		cancel(task, deed);
		break;
	case CCHC_DEED_REOPEN:
		reopen(task, deed, clock_ms);
		break;
	case CCHC_DEED_MOVE:
		return move(task, deed, arena);
	case CCHC_DEED_CALENDAR:
		set_effective(task, deed->effective, clock_ms);
		break;
	case CCHC_DEED_FULFIL:
		fulfil(task, deed, clock_ms);
		break;
	}
	return CCHC_OK;
}

/* --- history ----------------------------------------------------------------------- */

static bool is_same(const struct cchc_task_past *a, const struct cchc_task_past *b)
{
	return a->lead == b->lead && a->effective == b->effective && a->done == b->done &&
	       a->state == b->state;
}

/* Periods end at midnights, so of one day only what stood at its end is ever asked for.
 * The first snapshot stays beside it: what was added is known by it. */
static enum cchc_rc remember(struct cchc_task *task, int64_t clock_ms,
			     struct cchc_arena *arena)
{
	size_t kept = task->n_past;
	const struct cchc_task_past *last = kept > 0 ? &task->past[kept - 1] : NULL;
	struct cchc_task_past now = {last ? later(last->at_ms, clock_ms) : clock_ms,
				     task->lead, task->effective, task->done,
				     (uint8_t)task->state};
	struct cchc_task_past *past;

	if (last && is_same(last, &now))
		return CCHC_OK;
	if (kept > 1 && cchc_day_at(last->at_ms) == cchc_day_at(now.at_ms))
		kept--;
	if (kept == CCHC_TASK_PAST_MAX)
		return CCHC_LIMIT;
	past = cchc_arena_array(arena, kept + 1, sizeof(*past));
	if (!past)
		return CCHC_NOMEM;
	if (kept > 0)
		memcpy(past, task->past, kept * sizeof(*past));
	past[kept] = now;
	task->past = past;
	task->n_past = kept + 1;
	return CCHC_OK;
}

enum cchc_rc cchc_task_do(struct cchc_task *task, const struct cchc_deed *deed,
			  int64_t clock_ms, uint64_t journal, struct cchc_arena *arena)
{
	struct cchc_task next = {0};
	enum cchc_rc rc;

	if (deed->kind != CCHC_DEED_ADD)
		next = *task;
	rc = change(&next, deed, clock_ms, arena);
	if (rc == CCHC_OK)
		rc = remember(&next, clock_ms, arena);
	if (rc != CCHC_OK)
		return rc;
	next.journal = journal;
	next.changed_ms = clock_ms;
	*task = next;
	return CCHC_OK;
}
