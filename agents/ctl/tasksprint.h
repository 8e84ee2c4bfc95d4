#ifndef CCHC_CTL_TASKSPRINT_H
#define CCHC_CTL_TASKSPRINT_H

#include <stdio.h>

#include "base/rc.h"
#include "ctl/parts.h"

/* Tasks for people and for programs. Everything is lent. NOMEM, or IO for JSON. */

CCHC_NODISCARD enum cchc_rc cchc_ctl_tasks_table(const struct cchc_ctl_answer *answer,
						 size_t width, FILE *out);
/* Columns: id, state, overdue, class, title, lead, lead_name, co, doc, doc_date,
 * assigner, assigned, due, effective, due_version, extensions, done, result, wish,
 * wish_reason, reason, duty, journal, changed. Days 2024-03-15, empty where there is
 * none; codes of co with blanks between. */
void cchc_ctl_tasks_csv(const struct cchc_ctl_answer *answer, FILE *out);
CCHC_NODISCARD enum cchc_rc cchc_ctl_tasks_json(const struct cchc_ctl_answer *answer,
						FILE *out);

/* One task and all that was done to it. */
CCHC_NODISCARD enum cchc_rc cchc_ctl_task_text(const struct cchc_ctl_answer *answer,
					       size_t width, FILE *out);
CCHC_NODISCARD enum cchc_rc cchc_ctl_task_json(const struct cchc_ctl_answer *answer,
					       FILE *out);

/* The first task of the answer, or NULL. */
const Cchc__TaskInfo *cchc_ctl_first_task(const struct cchc_ctl_answer *answer);

/* The day of an optional field. */
static inline int32_t cchc_ctl_day_of(int has, int32_t day)
{
	return has ? day : INT32_MIN;
}

#endif
