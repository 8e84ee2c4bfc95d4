#include "countsoracle.h"

/* "Evaluated at min(now, the period's data end)"; a day ends at 24:00. */
static const struct oracle_record *recorded_then(const struct oracle_task *task,
						 int64_t now_ms, int64_t end_ms)
{
	const struct oracle_record *last = NULL;

	for (size_t i = 0; i < task->n; i++)
		if (task->record[i].at_ms <= now_ms && task->record[i].at_ms < end_ms)
			last = &task->record[i];
	return last;
}

static bool is_counted(const struct oracle_task *task, const struct oracle_record *r,
		       cchc_day first, cchc_day last, int64_t now_ms, int which)
{
	int64_t end_ms = cchc_day_start_ms(last + 1);
	int64_t instant = now_ms < end_ms ? now_ms : end_ms;
	bool finished;
	bool assigned_by_then;
	bool late;

	if (task->is_duty || r->cancelled)
		return false; /* "report duties and cancelled tasks do not count" */
	/* "one waiting for confirmation counts as done on its done date" */
	finished = r->waiting || r->accepted;
	assigned_by_then =
		cchc_day_start_ms(task->assigned) <= instant && task->assigned <= last;
	late = r->due != CCHC_DAY_NONE && r->done > r->due;
	switch (which) {
	case 0: /* "assigned by then and not finished before the period began" */
		return assigned_by_then && !(finished && r->done < first);
	case 1: /* "done within the period, on time against the effective due date" */
		return assigned_by_then && finished && r->done >= first &&
		       r->done <= last && !late;
	case 2:
		return assigned_by_then && finished && r->done >= first &&
		       r->done <= last && late;
	default: /* "overdue at that instant and not done", from 00:00 of the day after */
		return assigned_by_then && !finished && r->due != CCHC_DAY_NONE &&
		       cchc_day_start_ms(r->due + 1) <= instant;
	}
}

unsigned oracle_task(const struct oracle_task *task, cchc_day first, cchc_day last,
		     int64_t now_ms, uint32_t *unit)
{
	const struct oracle_record *r =
		recorded_then(task, now_ms, cchc_day_start_ms(last + 1));
	unsigned counted = 0;

	for (int which = 0; r && which < 4; which++)
		if (is_counted(task, r, first, last, now_ms, which))
			counted |= 1u << which;
	if (r)
		*unit = r->lead; /* "a task counts at its lead unit only" */
	return counted;
}

int64_t oracle_tasks(const struct oracle_task *tasks, size_t n, uint32_t unit,
		     struct cchc_period period, int closing_day, int64_t now_ms,
		     int which)
{
	cchc_day first = cchc_period_first_day(period, closing_day);
	cchc_day last = cchc_period_last_day(period, closing_day);
	int64_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		uint32_t lead = 0;
		unsigned counted = oracle_task(&tasks[i], first, last, now_ms, &lead);

		sum += lead == unit && counted & 1u << which;
	}
	return sum;
}
