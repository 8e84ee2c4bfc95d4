#ifndef CCHC_STORE_TASK_H
#define CCHC_STORE_TASK_H

#include "core/task.h"
#include "store/store.h"

/* The register of tasks in the store. Everything read lives in the arena; false when
 * there is none; what does not decode sets txn->rc. */

bool cchc_store_task(struct cchc_txn *txn, uint64_t no, struct cchc_arena *arena,
		     struct cchc_task *task);
bool cchc_store_task_by_id(struct cchc_txn *txn, const char *id, struct cchc_arena *arena,
			   struct cchc_task *task);
/* The duty of a demanded report. */
bool cchc_store_duty(struct cchc_txn *txn, uint32_t unit, uint16_t form,
		     struct cchc_period period, struct cchc_arena *arena,
		     struct cchc_task *task);

bool cchc_store_has_duty(struct cchc_txn *txn, uint32_t unit, uint16_t form,
			 struct cchc_period period);

/* Answers false to stop. */
typedef bool cchc_store_on_task(void *data, const struct cchc_task *task);
/* Every task, by number; the arena is reset before each. */
void cchc_store_each_task(struct cchc_txn *txn, struct cchc_arena *arena,
			  cchc_store_on_task *on_task, void *data);

/* What the downward channel carries: tasks that concern a unit and changed after the
 * journal number `after`, by that number. One that cannot be read is passed over, with a
 * line in the log. */
enum cchc_concern { CCHC_CONCERN_LEAD = 1, CCHC_CONCERN_CO = 2, CCHC_CONCERN_GONE = 3 };
typedef bool cchc_store_on_concern(void *data, uint64_t journal,
				   enum cchc_concern concern,
				   const struct cchc_task *task);
void cchc_store_each_concern(struct cchc_txn *txn, uint32_t unit, uint64_t after,
			     struct cchc_arena *arena, cchc_store_on_concern *on_concern,
			     void *data);

/* Who did what to a task: every entry about it, oldest first, with the task before it
 * (NULL: it made the task) and after it (NULL: it changed nothing; a commune's that was
 * refused has its refusal). fired_ms is not followed: firings are no deeds. */
typedef bool cchc_store_on_task_line(void *data, const struct cchc_entry *entry,
				     const struct cchc_task *before,
				     const struct cchc_task *after);
void cchc_store_each_task_line(struct cchc_txn *txn, uint64_t no,
			       struct cchc_arena *arena, cchc_store_on_task_line *on_line,
			       void *data);

#endif
