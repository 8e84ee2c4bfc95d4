/* alertmanager.c - Prometheus Alertmanager, API v2.
 *
 * An alert is known by its labels, so these are the same when it is posted again and when
 * it has ended; an empty label is no label there, and left out. Alertmanager lets an
 * alert go when endsAt has passed: while it stands, that is five minutes from now, and
 * who calls posts it again before.
 */

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "notify/noticejson.h"
#include "notify/poster.h"

enum { STANDS_MS = 5 * 60 * 1000 };

static const char *alert_name(const char *kind)
{
	static const struct {
		const char *kind;
		const char *name;
	} NAMES[] = {{"step", "CCHCDeadline"},
		     {"silent", "CCHCUnitSilent"},
		     {"digest", "CCHCDigest"},
		     {"test", "CCHCTest"}};

	for (size_t i = 0; i < CCHC_COUNT(NAMES); i++)
		if (strcmp(kind, NAMES[i].kind) == 0)
			return NAMES[i].name;
	return "CCHCAlert";
}

static json_t *labels(const struct cchc_notice *notice)
{
	const char *const LABELS[][2] = {
		{"alertname", alert_name(notice->kind)},
		{"key", notice->key},
		{"unit", notice->unit_code},
		{"task", notice->task},
		{"step", notice->step},
		{"class", notice->class_name},
		{"severity", notice->urgency},
	};
	json_t *object = json_object();

	for (size_t i = 0; object && i < CCHC_COUNT(LABELS); i++)
		if (*LABELS[i][1] &&
		    json_object_set_new(object, LABELS[i][0],
					json_string(LABELS[i][1])) != 0) {
			json_decref(object);
			return NULL;
		}
	return object;
}

/* Never before startsAt, which would be refused: clocks go back. */
static int64_t ends_at(const struct cchc_notice *notice)
{
	int64_t end = notice->ended ? notice->ended_ms : cchc_clock_wall_ms();

	if (end < notice->raised_ms)
		end = notice->raised_ms;
	return notice->ended ? end : end + STANDS_MS;
}

static const char *make_body(struct cchc_arena *arena, const struct cchc_notice *notice)
{
	char starts[CCHC_NOTICE_TIME];
	char ends[CCHC_NOTICE_TIME];
	json_t *alerts = json_pack(
		"[{s:o, s:{s:s, s:s}, s:s, s:s}]", "labels", labels(notice),
		"annotations", "summary", notice->subject, "description", notice->text,
		"startsAt", cchc_notice_time(notice->raised_ms, starts), "endsAt",
		cchc_notice_time(ends_at(notice), ends));
	char *text = alerts ? json_dumps(alerts, JSON_COMPACT) : NULL;
	const char *body = text ? cchc_arena_text(arena, text, strlen(text)) : NULL;

	free(text);
	json_decref(alerts);
	return body;
}

enum cchc_rc cchc_alertmanager_start(struct cchc_errand *errand,
				     const struct cchc_channel_settings *settings,
				     const struct cchc_notice *notice)
{
	size_t len = strlen(settings->url);
	struct cchc_post post = {.body = make_body(&errand->arena, notice)};

	while (len > 0 && settings->url[len - 1] == '/')
		len--;
	post.url = cchc_arena_format(&errand->arena, "%.*s/api/v2/alerts", (int)len,
				     settings->url);
	if (!post.body || !post.url)
		return CCHC_NOMEM;
	return cchc_poster_post(errand, settings, &post);
}
