#include "core/alertrule.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"

enum { MINUTE_MS = 60 * 1000, DAY_MINUTES = 24 * 60 };

static const struct {
	enum cchc_role_bit role;
	const char *name;
} ROLES[] = {
	{CCHC_PERSON_CLERK, "clerk"},
	{CCHC_PERSON_COMMUNE_LEADER, "commune-leader"},
	{CCHC_PERSON_SPECIALIST, "district-specialist"},
	{CCHC_PERSON_DISTRICT_LEADER, "district-leader"},
};

unsigned cchc_person_role(const char *name)
{
	for (size_t i = 0; i < CCHC_COUNT(ROLES); i++)
		if (strcmp(ROLES[i].name, name) == 0)
			return ROLES[i].role;
	return 0;
}

const char *cchc_person_role_name(enum cchc_role_bit role)
{
	for (size_t i = 0; i < CCHC_COUNT(ROLES); i++)
		if (ROLES[i].role == role)
			return ROLES[i].name;
	return "unknown";
}

const char *cchc_urgency_name(enum cchc_urgency urgency)
{
	static const char *const NAMES[] = {"info", "warning", "critical"};

	return (size_t)urgency < CCHC_COUNT(NAMES) ? NAMES[urgency] : "unknown";
}

void cchc_alert_rules_plain(struct cchc_alert_rules *rules)
{
	*rules = (struct cchc_alert_rules){
		.task_class = {{.name = "nhiem-vu", .title = "Nhiệm vụ được giao"},
			       {.name = "bao-cao", .title = "Báo cáo định kỳ"}},
		.n_classes = 2,
		.usual_class = "nhiem-vu",
		.duty_class = "bao-cao",
	};
}

const struct cchc_task_class *cchc_alert_class(const struct cchc_alert_rules *rules,
					       const char *name)
{
	for (size_t i = 0; i < rules->n_classes; i++)
		if (strcmp(rules->task_class[i].name, name) == 0)
			return &rules->task_class[i];
	return NULL;
}

cchc_day cchc_alert_effective(const struct cchc_task_class *task_class,
			      const struct cchc_calendar *calendar, cchc_day due)
{
	if (due == CCHC_DAY_NONE || !task_class || !task_class->shifts)
		return due;
	return cchc_calendar_next_working(calendar, due);
}

static int64_t minute_of(cchc_day day, int64_t minute)
{
	return cchc_day_start_ms(day) + minute * MINUTE_MS;
}

int64_t cchc_step_moment(const struct cchc_step *step, cchc_day effective)
{
	return minute_of(effective, (int64_t)step->days * DAY_MINUTES + step->minute);
}

int64_t cchc_steps_next(const struct cchc_task_class *task_class, cchc_day effective,
			int64_t after_ms)
{
	if (effective == CCHC_DAY_NONE)
		return INT64_MAX;
	for (size_t i = 0; i < task_class->n_steps; i++) {
		int64_t moment = cchc_step_moment(&task_class->step[i], effective);

		if (moment > after_ms)
			return moment;
	}
	return INT64_MAX;
}

char *cchc_alert_key(const char *task_id, const char *step, uint32_t version,
		     char out[CCHC_ALERT_KEY])
{
	(void)snprintf(out, CCHC_ALERT_KEY, "%s/%s/%u", task_id, step, version);
	return out;
}

bool cchc_gate_is_open(const struct cchc_gate *gate, const struct cchc_calendar *calendar,
		       int64_t now_ms, int64_t *opens_ms)
{
	cchc_day today = cchc_day_at(now_ms);
	cchc_day next = cchc_calendar_next_working(calendar, today);
	bool works = next == today;

	if (!gate->closed_outside)
		return true;
	if (works && now_ms >= minute_of(today, gate->from_minute) &&
	    now_ms < minute_of(today, gate->to_minute))
		return true;
	if (works && now_ms >= minute_of(today, gate->to_minute))
		next = cchc_calendar_next_working(calendar, today + 1);
	*opens_ms = minute_of(next, gate->from_minute);
	return false;
}
