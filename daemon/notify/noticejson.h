#ifndef CCHC_NOTIFY_NOTICEJSON_H
#define CCHC_NOTIFY_NOTICEJSON_H

#include "base/arena.h"
#include "notify/notice.h"

/* A notice as webhooks and programs get it, in the arena: key, state ("raised" or
 * "ended"), kind, urgency, unit {code, name}, task, step, class, due, subject, text, to,
 * language, raised, ended (null while it stands). NULL without memory. */
const char *cchc_notice_json(struct cchc_arena *arena, const struct cchc_notice *notice);

/* "raised" or "ended" */
const char *cchc_notice_state(const struct cchc_notice *notice);

enum { CCHC_NOTICE_TIME = 32 };
/* "2024-03-15T01:00:00.000Z". Returns out. */
char *cchc_notice_time(int64_t ms, char out[CCHC_NOTICE_TIME]);

#endif
