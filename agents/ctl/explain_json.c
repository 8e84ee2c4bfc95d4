#include "ctl/explain.h"

#include <stdlib.h>
#include <string.h>

#include "core/rule.h"
#include "core/task.h"
#include "ctl/json.h"
#include "ctl/moment.h"

static json_t *moment(bool has, int64_t wall_ms)
{
	char text[CCHC_CTL_MOMENT];

	return has ? json_string(cchc_ctl_moment_iso(wall_ms, text)) : json_null();
}

static json_t *number(bool has, uint64_t value)
{
	return has ? json_integer((json_int_t)value) : json_null();
}

static json_t *input_json(const struct cchc_ctl_explanation *e, size_t i)
{
	const Cchc__Input *input = e->input[i];
	static const char *const STATES[] = {"absent", "figure", "na", "withdrawn"};
	const struct cchc_row *row = cchc_form_row_by_id(e->form, input->row);
	bool figure = input->state == CCHC_FIGURE;
	struct cchc_period period = {0};
	char period_text[CCHC_PERIOD_TEXT];
	char value[CCHC_NUMBER_TEXT];

	(void)cchc_period_from_code(input->period, &period);
	return json_pack(
		"{s:o, s:s, s:s, s:s, s:o, s:b, s:b, s:o, s:o, s:o, s:o, s:o}", "unit",
		cchc_ctl_json_unit(input->unit), "row", row->full_code, "period",
		cchc_period_format(period, period_text), "state",
		input->state < 4 ? STATES[input->state] : "unknown", "value",
		cchc_ctl_json_text(
			figure ? cchc_number_plain(input->value, row->decimals, value)
			       : NULL),
		"declared", input->has_declared && input->declared, "enters",
		cchc_ctl_input_enters(e, i), "sender", cchc_ctl_json_text(input->sender),
		"received", moment(input->has_received, input->received), "journal",
		number(input->has_journal, input->journal), "source",
		cchc_ctl_json_text(input->source), "counted",
		input->has_counted ? json_integer(input->counted) : json_null());
}

static json_t *day(bool has, int32_t of)
{
	char text[CCHC_DAY_TEXT];

	return has ? json_string(cchc_day_format(of, text)) : json_null();
}

static json_t *task_json(const Cchc__TaskInfo *task)
{
	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:s, s:b}", "id", task->id,
			 "title", task->title, "lead", cchc_ctl_json_unit(task->lead),
			 "assigned", day(true, task->assigned), "due",
			 day(task->has_effective, task->effective), "done",
			 day(task->has_done, task->done), "state",
			 cchc_task_state_name((enum cchc_task_state)task->state),
			 "overdue", task->has_overdue && task->overdue);
}

static json_t *tasks_json(const struct cchc_ctl_explanation *e)
{
	json_t *list = json_array();

	for (size_t i = 0; i < e->n_tasks && list; i++)
		list = cchc_ctl_json_append(list, task_json(e->task[i]));
	return list;
}

static json_t *refusal_json(const Cchc__CellRefusal *refusal)
{
	enum cchc_rule rule;

	if (!refusal)
		return json_null();
	rule = cchc_rule_from_number(refusal->rule);
	return json_pack("{s:s, s:s, s:s, s:o, s:s}", "rule", cchc_rule_name(rule),
			 "field", refusal->field, "value", refusal->value, "expected",
			 cchc_ctl_json_text(refusal->expected), "text",
			 cchc_rule_vietnamese(rule));
}

static json_t *missing_json(const struct cchc_ctl_explanation *e,
			    const Cchc__Missing *missing)
{
	const struct cchc_row *row = cchc_form_row_by_id(e->form, missing->row);

	return json_pack("{s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "unit",
			 cchc_ctl_json_unit(missing->unit), "row", row->full_code, "why",
			 cchc_ctl_why_name(missing->why), "last_contact",
			 moment(missing->has_last_contact, missing->last_contact),
			 "refusal", refusal_json(missing->refusal), "journal",
			 number(missing->has_journal, missing->journal), "sender",
			 cchc_ctl_json_text(missing->sender), "received",
			 moment(missing->has_received, missing->received));
}

static json_t *inputs_json(const struct cchc_ctl_explanation *e)
{
	json_t *list = json_array();

	for (size_t i = 0; i < e->n_inputs; i++)
		if (json_array_append_new(list, input_json(e, i)) != 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

static json_t *all_missing_json(const struct cchc_ctl_explanation *e)
{
	json_t *list = json_array();

	for (size_t i = 0; i < e->n_missing; i++)
		if (json_array_append_new(list, missing_json(e, e->missing[i])) != 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

static json_t *arithmetic_json(const struct cchc_ctl_explanation *e)
{
	json_t *list;
	char *text = NULL;
	size_t len;
	FILE *lines = open_memstream(&text, &len);

	if (!lines)
		return NULL;
	cchc_ctl_arithmetic(e, lines);
	if (fclose(lines) != 0) {
		free(text);
		return NULL;
	}
	list = json_array();
	for (const char *line = text; *line;) {
		size_t n = strcspn(line, "\n");

		if (json_array_append_new(list, json_stringn(line, n)) != 0) {
			json_decref(list);
			list = NULL;
			break;
		}
		line += n + (line[n] == '\n');
	}
	free(text);
	return list;
}

enum cchc_rc cchc_ctl_explain_json(struct cchc_arena *arena,
				   const struct cchc_ctl_explanation *e, FILE *out)
{
	char period[CCHC_PERIOD_TEXT];
	json_t *json =
		json_pack("{s:o, s:s, s:s, s:s, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o}",
			  "unit", cchc_ctl_json_unit(e->unit), "period",
			  cchc_period_format(e->period, period), "scope",
			  cchc_scope_name(e->scope), "form", e->form->name, "revision",
			  (json_int_t)e->form->revision, "commit", (json_int_t)e->commit,
			  "row", cchc_ctl_json_cell(arena, e->form, &e->cell),
			  "arithmetic", arithmetic_json(e), "inputs", inputs_json(e),
			  "missing", all_missing_json(e), "counted",
			  e->is_counted ? json_integer(e->tasks) : json_null(), "tasks",
			  tasks_json(e));

	return cchc_ctl_json_print(json, CCHC_CTL_JSON_INDENTED, out);
}
