#include "app/taskinfo.h"

#include "app/replies.h"

static char *or_null(const char *text)
{
	return text && text[0] ? (char *)text : NULL;
}

static Cchc__UnitInfo *unit_of(const struct cchc_catalog *catalog, uint32_t id,
			       struct cchc_arena *arena)
{
	const struct cchc_unit *unit = cchc_units_by_id(&catalog->units, id);
	Cchc__UnitInfo *info = cchc_arena_alloc(arena, sizeof(*info));

	if (!info || !unit)
		return NULL;
	cchc_unit_info(unit, info);
	return info;
}

static void set_day(cchc_day day, protobuf_c_boolean *has, int32_t *field)
{
	*has = day != CCHC_DAY_NONE;
	*field = *has ? day : 0;
}

static bool add_co(const struct cchc_catalog *catalog, const struct cchc_task *task,
		   struct cchc_arena *arena, Cchc__TaskInfo *info)
{
	if (task->n_co == 0)
		return true;
	info->co = cchc_arena_array(arena, task->n_co, sizeof(info->co[0]));
	for (size_t i = 0; info->co && i < task->n_co; i++) {
		info->co[info->n_co] = unit_of(catalog, task->co[i], arena);
		if (!info->co[info->n_co++])
			return false;
	}
	return info->co != NULL;
}

Cchc__TaskInfo *cchc_task_info(const struct cchc_catalog *catalog,
			       const struct cchc_task *task, int64_t now_ms,
			       struct cchc_arena *arena)
{
	Cchc__TaskInfo *info = cchc_arena_alloc(arena, sizeof(*info));

	if (!info)
		return NULL;
	cchc__task_info__init(info);
	info->id = (char *)task->id;
	info->state = (Cchc__TaskInfo__State)task->state;
	info->class_ = (char *)task->class_name;
	info->title = (char *)task->title;
	info->doc_number = or_null(task->doc_number);
	set_day(task->doc_date, &info->has_doc_date, &info->doc_date);
	info->assigner = or_null(task->assigner);
	info->assigned = task->assigned;
	info->lead = unit_of(catalog, task->lead, arena);
	set_day(task->due, &info->has_due, &info->due);
	set_day(task->effective, &info->has_effective, &info->effective);
	info->due_version = task->due_version;
	info->has_extensions = task->extensions > 0;
	info->extensions = task->extensions;
	set_day(task->done, &info->has_done, &info->done);
	info->result = or_null(task->result);
	set_day(task->wish, &info->has_wish, &info->wish);
	info->wish_reason = or_null(task->wish_reason);
	info->reason = or_null(task->reason);
	info->has_duty = info->duty = task->is_duty;
	info->journal = task->journal;
	info->changed = task->changed_ms;
	info->has_overdue = true;
	info->overdue = cchc_task_runs(task) && cchc_task_overdue_ms(task) <= now_ms;
	return info->lead && add_co(catalog, task, arena, info) ? info : NULL;
}

static bool add_deliveries(const struct cchc_alert *alert, struct cchc_arena *arena,
			   Cchc__AlertInfo *info)
{
	Cchc__DeliveryInfo *list =
		cchc_arena_array(arena, alert->n_deliveries + 1, sizeof(*list));

	info->delivery =
		cchc_arena_array(arena, alert->n_deliveries + 1, sizeof(*info->delivery));
	if (!list || !info->delivery)
		return false;
	for (size_t i = 0; i < alert->n_deliveries; i++) {
		const struct cchc_delivery *delivery = &alert->delivery[i];

		cchc__delivery_info__init(&list[i]);
		list[i].channel = (char *)delivery->channel;
		list[i].to = or_null(delivery->to);
		list[i].state = delivery->state;
		list[i].has_end_state = delivery->end_state != CCHC_DELIVERY_NONE;
		list[i].end_state = delivery->end_state;
		list[i].has_again = delivery->again > 0;
		list[i].again = delivery->again;
		list[i].has_at = delivery->at_ms != 0;
		list[i].at = delivery->at_ms;
		list[i].why = or_null(delivery->why);
		info->delivery[i] = &list[i];
	}
	info->n_delivery = alert->n_deliveries;
	return true;
}

Cchc__AlertInfo *cchc_alert_info(const struct cchc_catalog *catalog,
				 const struct cchc_alert *alert, const char *text,
				 struct cchc_arena *arena)
{
	Cchc__AlertInfo *info = cchc_arena_alloc(arena, sizeof(*info));

	if (!info)
		return NULL;
	cchc__alert_info__init(info);
	info->key = (char *)alert->key;
	info->kind = (Cchc__AlertInfo__Kind)alert->kind;
	info->unit = unit_of(catalog, alert->unit, arena);
	info->task = or_null(alert->task_id);
	info->step = or_null(alert->step);
	info->urgency = (char *)cchc_urgency_name((enum cchc_urgency)alert->urgency);
	set_day(alert->due, &info->has_due, &info->due);
	info->moment = alert->moment_ms;
	info->owed = alert->owed_ms;
	info->has_ended = alert->ended_ms != 0;
	info->ended = alert->ended_ms;
	info->end_why = or_null(alert->end_why);
	info->has_superseded = info->superseded = alert->superseded;
	info->has_acked = alert->acked_ms != 0;
	info->acked = alert->acked_ms;
	info->acked_by = or_null(alert->acked_by);
	info->note = or_null(alert->note);
	info->text = or_null(text);
	info->has_number = true;
	info->number = alert->no;
	return info->unit && add_deliveries(alert, arena, info) ? info : NULL;
}

Cchc__SilenceInfo *cchc_silence_info(const struct cchc_catalog *catalog,
				     const struct cchc_silence *silence,
				     const char *task_id, struct cchc_arena *arena)
{
	Cchc__SilenceInfo *info = cchc_arena_alloc(arena, sizeof(*info));

	if (!info)
		return NULL;
	cchc__silence_info__init(info);
	info->number = silence->no;
	info->unit = silence->unit ? unit_of(catalog, silence->unit, arena) : NULL;
	info->task = or_null(task_id);
	info->step = or_null(silence->step);
	info->from = silence->from_ms;
	info->until = silence->until_ms;
	info->by = (char *)silence->by;
	info->note = or_null(silence->note);
	return info;
}

void cchc_refusal_info(const struct cchc_refusal *refusal, Cchc__CellRefusal *info)
{
	cchc__cell_refusal__init(info);
	info->index = refusal->index;
	info->rule = refusal->rule;
	info->field = (char *)refusal->field;
	info->value = (char *)refusal->value;
	info->expected = (char *)refusal->expected;
}
