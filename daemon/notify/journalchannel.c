/* journalchannel.c - the system's journal, or where there is none the log: what was to be
 * told is not lost. */

#include <string.h>

#include "base/check.h"
#include "base/log.h"
#include "io/service.h"
#include "notify/errand.h"
#include "notify/noticejson.h"

/* For `journalctl MESSAGE_ID=...` and catalogs; given once. */
#define RAISED_ID "f1d2b8f0c5a84c0c9b1d6f6a6b7c2e31"
#define ENDED_ID  "0a9c6a4be4d84b7fa2a3e0d5c7f1946e"

static enum cchc_log_level level_of(const char *urgency)
{
	if (strcmp(urgency, "critical") == 0)
		return CCHC_LOG_ERROR;
	return strcmp(urgency, "warning") == 0 ? CCHC_LOG_WARN : CCHC_LOG_NOTICE;
}

static enum cchc_rc write_entry(struct cchc_arena *arena, const struct cchc_notice *n)
{
	char raised[CCHC_NOTICE_TIME];
	char ended[CCHC_NOTICE_TIME];
	const char *const FIELDS[][2] = {
		{"MESSAGE", n->subject},
		{"MESSAGE_ID", n->ended ? ENDED_ID : RAISED_ID},
		{"CCHC_KEY", n->key},
		{"CCHC_STATE", cchc_notice_state(n)},
		{"CCHC_KIND", n->kind},
		{"CCHC_URGENCY", n->urgency},
		{"CCHC_UNIT", n->unit_code},
		{"CCHC_UNIT_NAME", n->unit_name},
		{"CCHC_TASK", n->task},
		{"CCHC_STEP", n->step},
		{"CCHC_CLASS", n->class_name},
		{"CCHC_DUE", n->due},
		{"CCHC_TEXT", n->text},
		{"CCHC_RAISED", cchc_notice_time(n->raised_ms, raised)},
		{"CCHC_ENDED", n->ended_ms ? cchc_notice_time(n->ended_ms, ended) : ""},
	};
	const char *line[CCHC_COUNT(FIELDS) + 1];

	for (size_t i = 0; i < CCHC_COUNT(FIELDS); i++) {
		line[i] = cchc_arena_format(arena, "%s=%s", FIELDS[i][0], FIELDS[i][1]);
		if (!line[i])
			return CCHC_NOMEM;
	}
	line[CCHC_COUNT(FIELDS)] =
		cchc_arena_format(arena, "PRIORITY=%d", (int)level_of(n->urgency));
	return line[CCHC_COUNT(FIELDS)]
		       ? cchc_service_journal(line, CCHC_COUNT(FIELDS) + 1)
		       : CCHC_NOMEM;
}

static void log_line(const struct cchc_notice *n)
{
	cchc_log(level_of(n->urgency),
		 "alert key=\"%s\" state=%s kind=%s urgency=%s unit=%s task=\"%s\" "
		 "step=%s due=%s subject=\"%s\"",
		 n->key, cchc_notice_state(n), n->kind, n->urgency, n->unit_code, n->task,
		 n->step, n->due, n->subject);
}

enum cchc_rc cchc_journal_start(struct cchc_errand *errand,
				const struct cchc_channel_settings *settings,
				const struct cchc_notice *notice)
{
	enum cchc_rc rc = write_entry(&errand->arena, notice);

	(void)settings;
	if (rc == CCHC_NOMEM)
		return rc;
	if (rc != CCHC_OK)
		log_line(notice);
	cchc_errand_end_soon(errand, CCHC_OK, "");
	return CCHC_OK;
}
