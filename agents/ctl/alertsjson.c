#include "core/date.h"
#include "ctl/alertsprint.h"
#include "ctl/json.h"
#include "ctl/moment.h"

static json_t *moment_of(int has, int64_t wall_ms)
{
	char text[CCHC_CTL_MOMENT];

	return has ? json_string(cchc_ctl_moment_iso(wall_ms, text)) : json_null();
}

static const char *delivery_name(uint32_t state)
{
	static const char *const NAMES[] = {"none", "owed", "handed", "confirmed",
					    "dropped"};

	return state < sizeof(NAMES) / sizeof(NAMES[0]) ? NAMES[state] : "unknown";
}

static const char *kind_name(Cchc__AlertInfo__Kind kind)
{
	switch (kind) {
	case CCHC__ALERT_INFO__KIND__STEP:
		return "step";
	case CCHC__ALERT_INFO__KIND__SILENT:
		return "silent";
	case CCHC__ALERT_INFO__KIND__DIGEST:
		return "digest";
	default:
		return "unknown";
	}
}

static json_t *delivery_of(const Cchc__DeliveryInfo *delivery)
{
	return json_pack("{s:s, s:o, s:s, s:s, s:I, s:o, s:o}", "channel",
			 delivery->channel, "to", cchc_ctl_json_text(delivery->to),
			 "state", delivery_name(delivery->state), "end_state",
			 delivery_name(delivery->has_end_state ? delivery->end_state : 0),
			 "again", (json_int_t)(delivery->has_again ? delivery->again : 0),
			 "at", moment_of(delivery->has_at, delivery->at), "why",
			 cchc_ctl_json_text(delivery->why));
}

static json_t *deliveries_of(const Cchc__AlertInfo *alert)
{
	json_t *list = json_array();

	for (size_t i = 0; i < alert->n_delivery && list; i++)
		list = cchc_ctl_json_append(list, delivery_of(alert->delivery[i]));
	return list;
}

static json_t *json_of(const Cchc__AlertInfo *alert)
{
	char due[CCHC_DAY_TEXT];

	return json_pack(
		"{s:s, s:s, s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o, "
		"s:o, s:o, s:o, s:o}",
		"key", alert->key, "kind", kind_name(alert->kind), "unit",
		cchc_ctl_json_unit(alert->unit), "task", cchc_ctl_json_text(alert->task),
		"step", cchc_ctl_json_text(alert->step), "urgency", alert->urgency, "due",
		cchc_ctl_json_text(cchc_day_format(
			alert->has_due ? alert->due : CCHC_DAY_NONE, due)),
		"moment", moment_of(1, alert->moment), "owed", moment_of(1, alert->owed),
		"ended", moment_of(alert->has_ended, alert->ended), "end_why",
		cchc_ctl_json_text(alert->end_why), "superseded",
		alert->has_superseded && alert->superseded, "acked",
		moment_of(alert->has_acked, alert->acked), "acked_by",
		cchc_ctl_json_text(alert->acked_by), "note",
		cchc_ctl_json_text(alert->note), "silenced",
		moment_of(alert->has_silenced, alert->silenced), "text",
		cchc_ctl_json_text(alert->text), "deliveries", deliveries_of(alert));
}

static json_t *silence_of(const Cchc__SilenceInfo *silence)
{
	return json_pack("{s:I, s:o, s:o, s:o, s:o, s:o, s:s, s:o}", "number",
			 (json_int_t)silence->number, "unit",
			 silence->unit ? cchc_ctl_json_unit(silence->unit) : json_null(),
			 "task", cchc_ctl_json_text(silence->task), "step",
			 cchc_ctl_json_text(silence->step), "from",
			 moment_of(1, silence->from), "until",
			 moment_of(1, silence->until), "by", silence->by, "note",
			 cchc_ctl_json_text(silence->note));
}

enum cchc_rc cchc_ctl_alerts_json(const struct cchc_ctl_answer *answer, FILE *out)
{
	json_t *alerts = json_array();
	json_t *silences = json_array();

	for (size_t i = 0; i < answer->n; i++) {
		const Cchc__Answer *part = answer->part[i];

		for (size_t j = 0; j < part->n_alert && alerts; j++)
			alerts = cchc_ctl_json_append(alerts, json_of(part->alert[j]));
		for (size_t j = 0; j < part->n_silence && silences; j++)
			silences = cchc_ctl_json_append(silences,
							silence_of(part->silence[j]));
	}
	return cchc_ctl_json_print(json_pack("{s:I, s:o, s:o}", "commit",
					     (json_int_t)answer->commit, "alerts", alerts,
					     "silences", silences),
				   CCHC_CTL_JSON_INDENTED, out);
}

enum cchc_rc cchc_ctl_alert_line_json(const Cchc__AlertInfo *alert,
				      enum cchc_ctl_alert_news news, FILE *out)
{
	return cchc_ctl_json_print(json_pack("{s:s, s:o}", "news",
					     cchc_ctl_alert_news_name(news), "alert",
					     json_of(alert)),
				   CCHC_CTL_JSON_LINE, out);
}
