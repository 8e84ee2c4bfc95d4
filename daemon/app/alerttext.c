/* alerttext.c - what an alert says to people, in Vietnamese or English. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/desk.h"
#include "base/check.h"

static const struct {
	const char *why; /* as the store has it, or of end_of */
	const char *vietnamese;
	const char *english;
} ENDS[] = {
	{"done", "đã hoàn thành", "done"},
	{"waits", "đã báo cáo hoàn thành, chờ xác nhận",
	 "reported done, waits for confirmation"},
	{"reported", "đã báo cáo hoàn thành", "was reported done"},
	{"cancelled", "đã hủy", "cancelled"},
	{"extended", "đã đổi hạn", "has another due date"},
	{"moved", "đã chuyển đơn vị chủ trì", "moved to another unit"},
	{"superseded", "đã có cảnh báo sau", "a later step has passed"},
	{"heard", "đã liên lạc lại", "heard again"},
	{"told", "đã báo", "told"},
};

static bool is_english(const char *language)
{
	return language && strcmp(language, "en") == 0;
}

static const char *end_text(const char *why, const char *language)
{
	for (size_t i = 0; i < CCHC_COUNT(ENDS); i++)
		if (strcmp(ENDS[i].why, why) == 0)
			return is_english(language) ? ENDS[i].english
						    : ENDS[i].vietnamese;
	return why;
}

/* To the store a task is done when its unit says so; people hear whether it was
 * confirmed.
 */
static const char *end_of(const struct cchc_alert *alert, const struct cchc_task *task)
{
	if (!task || task->state == CCHC_TASK_DONE || strcmp(alert->end_why, "done") != 0)
		return alert->end_why;
	return task->state == CCHC_TASK_WAITING ? "waits" : "reported";
}

/* "" while it stands, else "Hết cảnh báo (đã hoàn thành): ". */
static const char *prefix_of(const struct cchc_alert *alert, const struct cchc_task *task,
			     const char *language, struct cchc_arena *arena)
{
	if (cchc_alert_stands(alert))
		return "";
	return cchc_arena_format(
		arena, is_english(language) ? "Over (%s): " : "Hết cảnh báo (%s): ",
		end_text(end_of(alert, task), language));
}

/* "quá hạn 5 ngày" at the alert's moment. */
static const char *distance(const struct cchc_alert *alert, const char *language,
			    struct cchc_arena *arena)
{
	int days = cchc_day_at(alert->moment_ms) - alert->due;
	bool english = is_english(language);

	if (days == 0)
		return english ? "due today" : "hôm nay đến hạn";
	if (!english)
		return cchc_arena_format(
			arena, days < 0 ? "còn %d ngày" : "quá hạn %d ngày", abs(days));
	return cchc_arena_format(arena, "%d day%s %s", abs(days),
				 abs(days) == 1 ? "" : "s",
				 days < 0 ? "to go" : "overdue");
}

static bool step_text(const struct cchc_alert *alert, const struct cchc_task *task,
		      const char *unit, const char *language, struct cchc_arena *arena,
		      struct cchc_alert_text *out)
{
	const char *prefix = prefix_of(alert, task, language, arena);
	const char *how_far = distance(alert, language, arena);
	const char *title = task && task->title[0] ? task->title : alert->task_id;
	char due[CCHC_DAY_TEXT];

	if (!prefix || !how_far)
		return false;
	cchc_day_people(alert->due, due);
	out->subject =
		cchc_arena_format(arena, "%s%s: %s (%s)", prefix, title, how_far, unit);
	out->text = cchc_arena_format(
		arena,
		is_english(language)
			? "%sTask: %s\nId: %s\nUnit: %s\nDue: %s, %s\nDocument: %s\n"
			: "%sNhiệm vụ: %s\nMã: %s\nĐơn vị chủ trì: %s\nHạn: %s, %s\n"
			  "Văn bản giao: %s\n",
		prefix, title, alert->task_id, unit, due, how_far,
		task ? task->doc_number : "");
	return true;
}

/* "08:30 15/03/2024", civil. */
static void civil_time(int64_t wall_ms, char out[32])
{
	cchc_day day = cchc_day_at(wall_ms);
	int minute = (int)((wall_ms - cchc_day_start_ms(day)) / 60000);
	char text[CCHC_DAY_TEXT];

	(void)snprintf(out, 32, "%02d:%02d %s", minute / 60, minute % 60,
		       cchc_day_people(day, text));
}

static bool silent_text(const struct cchc_alert *alert, const char *unit,
			const char *language, struct cchc_arena *arena,
			struct cchc_alert_text *out)
{
	const char *prefix = prefix_of(alert, NULL, language, arena);
	bool english = is_english(language);
	char since[32];

	if (!prefix)
		return false;
	civil_time(alert->moment_ms, since);
	out->subject = cchc_arena_format(
		arena, english ? "%sNo contact: %s" : "%sMất liên lạc: %s", prefix, unit);
	out->text = cchc_arena_format(
		arena,
		english ? "%sThe agent of %s was last heard %s. What it reports may wait "
			  "there.\n"
			: "%sTrạm gửi của %s liên lạc lần cuối lúc %s. Số liệu có thể "
			  "đang chờ ở đó.\n",
		prefix, unit, since);
	return true;
}

/* What a digest says is kept beside it (cchc_store_digest). */
static bool digest_text(const struct cchc_alert *alert, const char *unit,
			const char *language, struct cchc_arena *arena,
			struct cchc_alert_text *out)
{
	char day[CCHC_DAY_TEXT];

	cchc_day_people(cchc_day_at(alert->moment_ms), day);
	out->subject =
		cchc_arena_format(arena,
				  is_english(language) ? "Tasks and reports on %s: %s"
						       : "Nhiệm vụ, báo cáo ngày %s: %s",
				  day, unit);
	out->text = out->subject;
	return true;
}

bool cchc_alert_text(const struct cchc_alert *alert, const struct cchc_task *task,
		     const struct cchc_unit *unit, const char *language,
		     struct cchc_arena *arena, struct cchc_alert_text *text)
{
	const char *name = unit ? unit->name : "";
	struct cchc_alert_text made = {0};
	bool fits = false;

	switch (alert->kind) {
	case CCHC_ALERT_STEP:
		fits = step_text(alert, task, name, language, arena, &made);
		break;
	case CCHC_ALERT_SILENT:
		fits = silent_text(alert, name, language, arena, &made);
		break;
	case CCHC_ALERT_DIGEST:
		fits = digest_text(alert, name, language, arena, &made);
		break;
	}
	if (!fits || !made.subject || !made.text)
		return false;
	*text = made;
	return true;
}
