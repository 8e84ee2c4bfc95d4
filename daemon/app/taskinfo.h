#ifndef CCHC_APP_TASKINFO_H
#define CCHC_APP_TASKINFO_H

#include "app/catalog.h"
#include "proto/wire.h"
#include "store/alert.h"
#include "store/task.h"

/* Tasks and alerts as the wire has them. Everything lives in the arena or is lent from
 * what is given; NULL when the arena is full. */
Cchc__TaskInfo *cchc_task_info(const struct cchc_catalog *catalog,
			       const struct cchc_task *task, int64_t now_ms,
			       struct cchc_arena *arena);
/* `text` is what people read, or NULL. */
Cchc__AlertInfo *cchc_alert_info(const struct cchc_catalog *catalog,
				 const struct cchc_alert *alert, const char *text,
				 struct cchc_arena *arena);
Cchc__SilenceInfo *cchc_silence_info(const struct cchc_catalog *catalog,
				     const struct cchc_silence *silence,
				     const char *task_id, struct cchc_arena *arena);
/* A refusal as the wire has it; lent. */
void cchc_refusal_info(const struct cchc_refusal *refusal, Cchc__CellRefusal *info);

#endif
