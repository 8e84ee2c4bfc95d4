#ifndef CCHC_TESTS_COUNTSORACLE_H
#define CCHC_TESTS_COUNTSORACLE_H

#include "core/period.h"

/* Row I.4 as domain.md says it, and as slowly: for one unit, one period and one instant
 * it goes through everything that was ever recorded of every task. It knows nothing of
 * core/counts.h. */

enum { ORACLE_RECORDS = 64, ORACLE_TASKS = 40 };

struct oracle_record { /* what the register said of a task from this instant on */
	int64_t at_ms;
	uint32_t lead;
	cchc_day due; /* effective; CCHC_DAY_NONE */
	cchc_day done;
	bool waiting;
	bool accepted;
	bool cancelled;
};

struct oracle_task {
	cchc_day assigned;
	bool is_duty;
	size_t n;
	struct oracle_record record[ORACLE_RECORDS];
};

/* What one task counts as in a period from its first to its last day: 4.1 .. 4.4 as bits
 * 0
 * .. 3, at *unit. 0: as nothing. */
unsigned oracle_task(const struct oracle_task *task, cchc_day first, cchc_day last,
		     int64_t now_ms, uint32_t *unit);
/* 4.1 .. 4.4 as 0 .. 3, of the tasks that `unit` leads. */
int64_t oracle_tasks(const struct oracle_task *tasks, size_t n, uint32_t unit,
		     struct cchc_period period, int closing_day, int64_t now_ms,
		     int which);

#endif
