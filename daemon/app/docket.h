#ifndef CCHC_APP_DOCKET_H
#define CCHC_APP_DOCKET_H

#include "app/catalog.h"
#include "core/alertrule.h"
#include "store/alert.h"
#include "store/task.h"

/* The open tasks in memory, by their next moments: that of the next step that may fire,
 * and that at which their counts change (the assigned day, and the day from which they
 * are overdue). Each is the top of a heap, so nothing is scanned. One that waits for
 * confirmation is here too, without a moment, because digests tell of it. Times come in
 * as arguments. Loop thread; malloc. */
struct cchc_docket;

struct cchc_docket_task { /* what is kept of one */
	uint64_t no;
	const char *id;
	const struct cchc_task_class *task_class; /* NULL: no longer in the rules */
	uint32_t lead;
	cchc_day assigned;
	cchc_day effective;
	uint32_t due_version;
	int64_t fired_ms;
	enum cchc_task_state state;
	bool is_duty;
};

/* Everything is lent. */
CCHC_NODISCARD enum cchc_rc cchc_docket_new(const struct cchc_alert_rules *rules,
					    struct cchc_docket **docket);
void cchc_docket_free(struct cchc_docket **docket);

/* A task as it is now; one that is done or cancelled leaves. */
CCHC_NODISCARD enum cchc_rc cchc_docket_set(struct cchc_docket *docket,
					    const struct cchc_task *task);
/* Since when a class has a step: its moments before that do not fire. Told before any
 * task. */
CCHC_NODISCARD enum cchc_rc cchc_docket_set_since(struct cchc_docket *docket,
						  const char *class_name,
						  const char *step, int64_t ms);

size_t cchc_docket_n(const struct cchc_docket *docket);
/* The next moment of all, and the next of a step; or INT64_MAX. */
int64_t cchc_docket_next_ms(const struct cchc_docket *docket);
int64_t cchc_docket_next_step_ms(const struct cchc_docket *docket);

/* Called for each task of which the assigned day came or the day from which it is
 * overdue. */
typedef void cchc_docket_on_moment(void *data, const struct cchc_docket_task *task);
/* Counts are at that instant now, which never goes back: on_moment (or NULL) for each
 * task of which they change since they were told last. Tasks set later have counts of
 * that instant already. */
void cchc_docket_pass(struct cchc_docket *docket, int64_t counted_ms,
		      cchc_docket_on_moment *on_moment, void *data);
/* Takes the steps that have passed at now_ms, as far as the room (at least
 * CCHC_STEPS_MAX) suffices: while cchc_docket_next_step_ms is not after now_ms there are
 * more. Of each task the latest step that may fire, and the earlier ones as superseded.
 * Deliveries are left empty. What was taken is not offered again until the next
 * cchc_docket_set of the task, or cchc_docket_offer_again. NOMEM: *n were taken, and the
 * rest was not. */
CCHC_NODISCARD enum cchc_rc cchc_docket_due(struct cchc_docket *docket, int64_t now_ms,
					    struct cchc_arena *arena,
					    struct cchc_firing *firing, size_t room,
					    size_t *n);
/* A firing of the task could not be written: its moments are offered again. */
void cchc_docket_offer_again(struct cchc_docket *docket, uint64_t no);
/* Every open task, in no order; answers false to stop. */
void cchc_docket_each(const struct cchc_docket *docket,
		      bool (*on_task)(void *data, const struct cchc_docket_task *task),
		      void *data);
/* NULL when it is not open. */
const struct cchc_docket_task *cchc_docket_find(const struct cchc_docket *docket,
						uint64_t no);

#endif
