#ifndef CCHC_COMMUNE_TASKLIST_H
#define CCHC_COMMUNE_TASKLIST_H

#include <stdio.h>

#include "commune/assignment.h"
#include "commune/settings.h"
#include "commune/status.h"

/* `cchc-agent tasks` and `cchc-agent task`, beside a running agent. */

/* Id, due date, state and title of all tasks that are kept. */
CCHC_NODISCARD enum cchc_rc cchc_tasklist_print(const struct cchc_settings *settings,
						enum cchc_status_format format, FILE *out,
						struct cchc_err *err);

/* What a command says of a task; texts may be NULL. */
struct cchc_task_command {
	const char *id;
	bool is_wish;
	const char
		*day; /* done on (NULL: today, by the district's clock), or wished for */
	const char *result; /* of a done task */
	const char *reason; /* of a wish */
};

/* Into the outbox. INVALID: it may not be said, and why. */
CCHC_NODISCARD enum cchc_rc cchc_tasklist_say(const struct cchc_settings *settings,
					      const struct cchc_task_command *command,
					      FILE *out, struct cchc_err *err);

#endif
