#include "core/task.h"
#include "ctl/json.h"
#include "ctl/moment.h"
#include "ctl/tasksprint.h"

static json_t *day_of(int has, int32_t day)
{
	char text[CCHC_DAY_TEXT];

	return cchc_ctl_json_text(cchc_day_format(cchc_ctl_day_of(has, day), text));
}

static json_t *units_of(Cchc__UnitInfo *const *unit, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n && list; i++)
		list = cchc_ctl_json_append(list, cchc_ctl_json_unit(unit[i]));
	return list;
}

static json_t *json_of(const Cchc__TaskInfo *task)
{
	char changed[CCHC_CTL_MOMENT];

	return json_pack(
		"{s:s, s:s, s:b, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I, "
		"s:I, s:o, s:o, s:o, s:o, s:o, s:b, s:I, s:s}",
		"id", task->id, "state",
		cchc_task_state_name((enum cchc_task_state)task->state), "overdue",
		task->has_overdue && task->overdue, "class", task->class_, "title",
		task->title, "lead", cchc_ctl_json_unit(task->lead), "co",
		units_of(task->co, task->n_co), "doc",
		cchc_ctl_json_text(task->doc_number), "doc_date",
		day_of(task->has_doc_date, task->doc_date), "assigner",
		cchc_ctl_json_text(task->assigner), "assigned", day_of(1, task->assigned),
		"due", day_of(task->has_due, task->due), "effective",
		day_of(task->has_effective, task->effective), "due_version",
		(json_int_t)task->due_version, "extensions",
		(json_int_t)(task->has_extensions ? task->extensions : 0), "done",
		day_of(task->has_done, task->done), "result",
		cchc_ctl_json_text(task->result), "wish",
		day_of(task->has_wish, task->wish), "wish_reason",
		cchc_ctl_json_text(task->wish_reason), "reason",
		cchc_ctl_json_text(task->reason), "duty", task->has_duty && task->duty,
		"journal", (json_int_t)task->journal, "changed",
		cchc_ctl_moment_iso(task->changed, changed));
}

enum cchc_rc cchc_ctl_tasks_json(const struct cchc_ctl_answer *answer, FILE *out)
{
	json_t *list = json_array();

	for (size_t i = 0; i < answer->n; i++)
		for (size_t j = 0; j < answer->part[i]->n_task && list; j++)
			list = cchc_ctl_json_append(list,
						    json_of(answer->part[i]->task[j]));
	return cchc_ctl_json_print(json_pack("{s:I, s:o}", "commit",
					     (json_int_t)answer->commit, "tasks", list),
				   CCHC_CTL_JSON_INDENTED, out);
}

static json_t *refusal_of(const Cchc__CellRefusal *refusal)
{
	if (!refusal)
		return json_null();
	return json_pack("{s:s, s:s, s:I, s:s}", "field", refusal->field, "value",
			 refusal->value, "rule", (json_int_t)refusal->rule, "expected",
			 refusal->expected);
}

static json_t *line_of(const Cchc__TaskLine *line)
{
	char received[CCHC_CTL_MOMENT];

	return json_pack("{s:I, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "number",
			 (json_int_t)line->number, "received",
			 cchc_ctl_moment_iso(line->received, received), "sender",
			 line->sender, "deed", line->deed, "reason",
			 cchc_ctl_json_text(line->reason), "reason_doc",
			 cchc_ctl_json_text(line->reason_doc), "before",
			 line->before ? json_of(line->before) : json_null(), "after",
			 line->after ? json_of(line->after) : json_null(), "refusal",
			 refusal_of(line->refusal));
}

enum cchc_rc cchc_ctl_task_json(const struct cchc_ctl_answer *answer, FILE *out)
{
	const Cchc__TaskInfo *task = cchc_ctl_first_task(answer);
	json_t *history = json_array();

	for (size_t i = 0; i < answer->n; i++)
		for (size_t j = 0; j < answer->part[i]->n_task_line && history; j++)
			history = cchc_ctl_json_append(
				history, line_of(answer->part[i]->task_line[j]));
	return cchc_ctl_json_print(
		json_pack("{s:I, s:o, s:o}", "commit", (json_int_t)answer->commit, "task",
			  task ? json_of(task) : json_null(), "history", history),
		CCHC_CTL_JSON_INDENTED, out);
}
