#ifndef CCHC_APP_COUNTED_H
#define CCHC_APP_COUNTED_H

#include "core/counts.h"
#include "store/task.h"

/* The tasks that a cell of a row from the register counts: what the counts are sums of,
 * found anew by going through all tasks. */
struct cchc_counted {
	const struct cchc_tree *tree; /* in force on the period's last day */
	uint32_t from;                /* nodes whose tasks are counted: from .. to - 1 */
	uint32_t to;
	struct cchc_period period;
	int closing_day;
	enum cchc_register which;
	int64_t now_ms; /* the present of the counts */
};

/* By number, each as the period saw it: lead, effective date, done date and state of that
 * instant, and nothing of what came later or counts for nothing. Lent until the next.
 * What fails is in txn->rc. */
void cchc_counted_each(const struct cchc_counted *counted, struct cchc_txn *txn,
		       cchc_store_on_task *on_each, void *data);

#endif
