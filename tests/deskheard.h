#ifndef CCHC_TESTS_DESKHEARD_H
#define CCHC_TESTS_DESKHEARD_H

/* What the desk raises by itself: agents are heard, reports are due. Include after
 * cmocka.h. */

#include "desklive.h"

/* How many there ever were. */
static inline size_t alerts(struct play *p)
{
	struct cchc_txn txn;
	uint64_t last;

	cchc_txn_read(&txn, p->w.app.kit.store.env);
	last = cchc_store_last_alert(&txn);
	cchc_txn_abort(&txn);
	return last;
}

static inline struct cchc_task add_duty(struct play *p, const char *id, uint32_t lead,
					cchc_day due)
{
	struct cchc_deed deed = deed_duty(lead, id);
	struct cchc_task task;

	deed.due = deed.effective = due;
	(void)kit_deed(&p->w.app.kit, &deed, day_ms(KIT_DAY - 9, 0));
	task = kit_task(&p->w.app.kit, id);
	assert_int_equal(cchc_docket_set(p->docket, &task), CCHC_OK);
	return task;
}

/* The unit's agent is heard now. */
static inline void hear(struct play *p, uint32_t unit)
{
	p->heard_boot[unit] = p->boot_ms;
}

/* It has an agent, of which was written down that it was heard so long ago. */
static inline void was_heard(struct play *p, uint32_t unit, int64_t ago_ms)
{
	struct cchc_entry_heard heard = {unit, p->now_ms - ago_ms};
	struct cchc_entry entry = {.kind = CCHC_ENTRY_HEARD,
				   .clock_ms = p->now_ms,
				   .sender = "",
				   .heard = &heard,
				   .n_heard = 1};

	p->has_agent[unit] = true;
	assert_int_equal(kit_apply(&p->w.app.kit, &entry, 0).applied, CCHC_APPLIED);
}

#endif
