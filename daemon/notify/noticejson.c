#include "notify/noticejson.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/date.h"

enum { DAY_MS = 24 * 3600 * 1000 };

const char *cchc_notice_state(const struct cchc_notice *notice)
{
	return notice->ended ? "ended" : "raised";
}

char *cchc_notice_time(int64_t ms, char out[CCHC_NOTICE_TIME])
{
	int64_t in_day = (ms % DAY_MS + DAY_MS) % DAY_MS;
	struct cchc_civil civil = cchc_civil_of((cchc_day)((ms - in_day) / DAY_MS));

	(void)snprintf(out, CCHC_NOTICE_TIME, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
		       civil.year, civil.month, civil.day, (int)(in_day / 3600000),
		       (int)(in_day / 60000 % 60), (int)(in_day / 1000 % 60),
		       (int)(in_day % 1000));
	return out;
}

static json_t *pack(const struct cchc_notice *n)
{
	char raised[CCHC_NOTICE_TIME];
	char ended[CCHC_NOTICE_TIME];

	return json_pack("{s:s, s:s, s:s, s:s, s:{s:s, s:s}, s:s, s:s, s:s, s:s, s:s, "
			 "s:s, s:s, s:s, s:s, s:s?}",
			 "key", n->key, "state", cchc_notice_state(n), "kind", n->kind,
			 "urgency", n->urgency, "unit", "code", n->unit_code, "name",
			 n->unit_name, "task", n->task, "step", n->step, "class",
			 n->class_name, "due", n->due, "subject", n->subject, "text",
			 n->text, "to", n->to, "language", n->language, "raised",
			 cchc_notice_time(n->raised_ms, raised), "ended",
			 n->ended_ms ? cchc_notice_time(n->ended_ms, ended) : NULL);
}

const char *cchc_notice_json(struct cchc_arena *arena, const struct cchc_notice *notice)
{
	json_t *json = pack(notice);
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	const char *kept = text ? cchc_arena_text(arena, text, strlen(text)) : NULL;

	free(text);
	json_decref(json);
	return kept;
}
