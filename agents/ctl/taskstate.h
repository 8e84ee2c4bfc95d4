#ifndef CCHC_CTL_TASKSTATE_H
#define CCHC_CTL_TASKSTATE_H

#include <stdbool.h>

#include "core/date.h"
#include "core/rule.h"

/* The state that a table gives a task is never taken over: it is what the dates say. It
 * is only compared with them. PURE. */

struct cchc_ctl_dates {
	cchc_day due; /* as ordered; CCHC_DAY_NONE where not given */
	cchc_day done;
	cchc_day today;
};

/* True where the state's word and the dates agree. Else *rule, *field ("state", or "done"
 * where that is missing) and what would be right, in Vietnamese. */
enum { CCHC_CTL_RIGHT_STATE = 128 };
bool cchc_ctl_state_fits(const char *word, const struct cchc_ctl_dates *dates,
			 enum cchc_rule *rule, const char **field,
			 char right[CCHC_CTL_RIGHT_STATE]);

#endif
