#include "ctl/alertsprint.h"

#include <inttypes.h>
#include <string.h>

#include "base/check.h"
#include "core/date.h"
#include "ctl/columns.h"
#include "ctl/moment.h"

enum { DUE_TEXT = 64 };

static const char *urgency_text(const char *urgency)
{
	static const struct {
		const char *name;
		const char *vietnamese;
	} TEXTS[] = {
		{"info", "nhắc"},
		{"warning", "cảnh báo"},
		{"critical", "KHẨN"},
	};

	for (size_t i = 0; i < CCHC_COUNT(TEXTS); i++)
		if (strcmp(urgency, TEXTS[i].name) == 0)
			return TEXTS[i].vietnamese;
	return urgency;
}

static const char *why_text(const char *why)
{
	static const struct {
		const char *name;
		const char *vietnamese;
	} TEXTS[] = {
		{"done", "đã báo hoàn thành"}, {"cancelled", "đã hủy"},
		{"extended", "đã gia hạn"},    {"moved", "đã chuyển"},
		{"heard", "đã có liên lạc"},   {"told", "đã báo"},
	};

	for (size_t i = 0; why && i < CCHC_COUNT(TEXTS); i++)
		if (strcmp(why, TEXTS[i].name) == 0)
			return TEXTS[i].vietnamese;
	return why ? why : "";
}

/* "đang có", "đã nhận (quan-tri): ...", "hết: đã báo hoàn thành" */
static void put_standing(const Cchc__AlertInfo *alert, char *out, size_t size)
{
	const char *note = alert->note ? alert->note : "";

	if (alert->has_superseded && alert->superseded)
		snprintf(out, size, "bỏ qua, bước sau đã đến");
	else if (alert->has_ended)
		snprintf(out, size, "hết: %s", why_text(alert->end_why));
	else if (alert->has_acked)
		snprintf(out, size, "đã nhận%s%s%s%s", alert->acked_by ? " " : "",
			 alert->acked_by ? alert->acked_by : "", *note ? ": " : "", note);
	else
		snprintf(out, size, "đang có");
}

static const char *delivery_text(uint32_t state)
{
	static const char *const TEXTS[] = {"–", "chờ gửi", "đã đưa", "đã gửi",
					    "không gửi"};

	return state < CCHC_COUNT(TEXTS) ? TEXTS[state] : "?";
}

static void print_delivery(const Cchc__DeliveryInfo *delivery, FILE *out)
{
	fprintf(out, "          %s%s%s: %s", delivery->channel,
		delivery->to && *delivery->to ? " " : "",
		delivery->to ? delivery->to : "", delivery_text(delivery->state));
	if (delivery->has_end_state && delivery->end_state)
		fprintf(out, ", tin hết / end: %s", delivery_text(delivery->end_state));
	if (delivery->has_again && delivery->again)
		fprintf(out, ", có thể lặp / again: %" PRIu32, delivery->again);
	if (delivery->why && *delivery->why)
		fprintf(out, " (%s)", delivery->why);
	fputc('\n', out);
}

static const char *text_of(const Cchc__AlertInfo *alert)
{
	if (alert->text && *alert->text)
		return alert->text;
	return alert->task ? alert->task : "";
}

/* ", hạn 15/03/2024"; "" where there is none. Returns out. */
static char *due_of(const Cchc__AlertInfo *alert, char out[DUE_TEXT])
{
	char day[CCHC_DAY_TEXT];

	out[0] = '\0';
	if (alert->has_due)
		snprintf(out, DUE_TEXT, ", hạn %s", cchc_day_people(alert->due, day));
	return out;
}

static void print_alert(const Cchc__AlertInfo *alert,
			const struct cchc_ctl_column *column, size_t n, FILE *out)
{
	char moment[CCHC_CTL_MOMENT];
	char unit[512];
	char standing[900];
	char due[DUE_TEXT];
	char what[1500];
	const char *text[] = {
		cchc_ctl_moment_people(alert->owed, moment),
		urgency_text(alert->urgency),
		unit,
		what,
		standing,
	};

	cchc_check(CCHC_COUNT(text) == n);
	snprintf(unit, sizeof(unit), "%s %s", alert->unit->code, alert->unit->name);
	snprintf(what, sizeof(what), "%s%s", text_of(alert), due_of(alert, due));
	put_standing(alert, standing, sizeof(standing));
	cchc_ctl_columns_row(out, column, n, text);
	fprintf(out, "          khóa / key: %s\n", alert->key);
	if (alert->has_silenced)
		fprintf(out, "          im lặng đến / silenced until: %s\n",
			cchc_ctl_moment_people(alert->silenced, moment));
	for (size_t i = 0; i < alert->n_delivery; i++)
		print_delivery(alert->delivery[i], out);
}

void cchc_ctl_alerts_table(const struct cchc_ctl_answer *answer, size_t width, FILE *out)
{
	struct cchc_ctl_column column[] = {
		{"Lúc", 19, CCHC_CTL_LEFT},        {"Mức", 8, CCHC_CTL_LEFT},
		{"Đơn vị", 20, CCHC_CTL_LEFT},     {"Cảnh báo", 0, CCHC_CTL_LEFT},
		{"Tình trạng", 16, CCHC_CTL_LEFT},
	};
	size_t n = CCHC_COUNT(column);
	size_t alerts = 0;

	cchc_ctl_columns_fit(column, n, width);
	cchc_ctl_columns_head(out, column, n);
	for (size_t i = 0; i < answer->n; i++)
		for (size_t j = 0; j < answer->part[i]->n_alert; j++, alerts++)
			print_alert(answer->part[i]->alert[j], column, n, out);
	fprintf(out, "\n%zu cảnh báo (alerts); lần ghi số %" PRIu64 "\n", alerts,
		answer->commit);
}

static void print_silence(const Cchc__SilenceInfo *silence,
			  const struct cchc_ctl_column *column, size_t n, FILE *out)
{
	char number[24];
	char until[CCHC_CTL_MOMENT];
	const char *text[] = {
		number,
		silence->unit ? silence->unit->code : "",
		silence->task ? silence->task : "",
		silence->step ? silence->step : "",
		cchc_ctl_moment_people(silence->until, until),
		silence->by,
		silence->note ? silence->note : "",
	};

	cchc_check(CCHC_COUNT(text) == n);
	snprintf(number, sizeof(number), "%" PRIu64, silence->number);
	cchc_ctl_columns_row(out, column, n, text);
}

void cchc_ctl_silences_table(const struct cchc_ctl_answer *answer, size_t width,
			     FILE *out)
{
	struct cchc_ctl_column column[] = {
		{"Số", 7, CCHC_CTL_RIGHT},       {"Đơn vị", 7, CCHC_CTL_LEFT},
		{"Nhiệm vụ", 18, CCHC_CTL_LEFT}, {"Bước", 8, CCHC_CTL_LEFT},
		{"Đến", 19, CCHC_CTL_LEFT},      {"Ai", 12, CCHC_CTL_LEFT},
		{"Ghi chú", 0, CCHC_CTL_LEFT},
	};
	size_t n = CCHC_COUNT(column);

	cchc_ctl_columns_fit(column, n, width);
	cchc_ctl_columns_head(out, column, n);
	for (size_t i = 0; i < answer->n; i++)
		for (size_t j = 0; j < answer->part[i]->n_silence; j++)
			print_silence(answer->part[i]->silence[j], column, n, out);
}

const char *cchc_ctl_alert_news_name(enum cchc_ctl_alert_news news)
{
	static const char *const NAMES[CCHC_CTL_ALERT_NEWS] = {"stands", "raised",
							       "acknowledged", "ended"};

	return NAMES[news];
}

void cchc_ctl_alert_line(const Cchc__AlertInfo *alert, enum cchc_ctl_alert_news news,
			 FILE *out)
{
	char moment[CCHC_CTL_MOMENT];
	char standing[900];
	char due[DUE_TEXT];
	int64_t at = alert->owed;

	if (news == CCHC_CTL_ALERT_ACKED && alert->has_acked)
		at = alert->acked;
	else if (news == CCHC_CTL_ALERT_ENDED && alert->has_ended)
		at = alert->ended;
	put_standing(alert, standing, sizeof(standing));
	fprintf(out, "%s  %s  %s %s  %s  %s%s  [%s]\n",
		cchc_ctl_moment_people(at, moment),
		news == CCHC_CTL_ALERT_RAISED ? "MỚI" : standing, alert->unit->code,
		alert->unit->name, urgency_text(alert->urgency), text_of(alert),
		due_of(alert, due), alert->key);
}
