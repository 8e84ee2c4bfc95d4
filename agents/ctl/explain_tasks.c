#include <inttypes.h>

#include "core/task.h"
#include "ctl/columns.h"
#include "ctl/explain.h"

enum { ID, TITLE, LEAD, DUE, DONE, STATE, COLUMNS };

static const char *state_of(const Cchc__TaskInfo *task)
{
	if (task->has_overdue && task->overdue)
		return "quá hạn";
	return cchc_task_state_vietnamese((enum cchc_task_state)task->state);
}

static enum cchc_rc put_task(struct cchc_arena *arena, const Cchc__TaskInfo *task,
			     const struct cchc_ctl_column *column, FILE *out)
{
	char due[CCHC_DAY_TEXT] = "không có";
	char done[CCHC_DAY_TEXT] = "";
	const char *text[COLUMNS] = {
		[ID] = task->id,
		[TITLE] = task->title,
		[LEAD] = cchc_arena_format(arena, "%s %s", task->lead->code,
					   task->lead->name),
		[DUE] = due,
		[DONE] = done,
		[STATE] = state_of(task),
	};

	if (!text[LEAD])
		return CCHC_NOMEM;
	if (task->has_effective)
		cchc_day_people(task->effective, due);
	if (task->has_done)
		cchc_day_people(task->done, done);
	cchc_ctl_columns_row(out, column, COLUMNS, text);
	return CCHC_OK;
}

enum cchc_rc cchc_ctl_explain_tasks(struct cchc_arena *arena,
				    const struct cchc_ctl_explanation *e, size_t width,
				    FILE *out)
{
	struct cchc_ctl_column column[COLUMNS] = {
		[ID] = {"Mã", 18, CCHC_CTL_LEFT},
		[TITLE] = {"Nội dung", 0, CCHC_CTL_LEFT},
		[LEAD] = {"Chủ trì", 16, CCHC_CTL_LEFT},
		[DUE] = {"Hạn", 10, CCHC_CTL_LEFT},
		[DONE] = {"Xong", 10, CCHC_CTL_LEFT},
		[STATE] = {"Tình trạng", 12, CCHC_CTL_LEFT},
	};
	enum cchc_rc rc = CCHC_OK;

	if (!e->is_counted)
		return CCHC_OK;
	fprintf(out, "\nNhiệm vụ được tính (%" PRIu32 "):\n", e->tasks);
	if (!e->n_tasks)
		return CCHC_OK;
	cchc_ctl_columns_fit(column, COLUMNS, width);
	cchc_ctl_columns_head(out, column, COLUMNS);
	for (size_t i = 0; i < e->n_tasks && rc == CCHC_OK; i++)
		rc = put_task(arena, e->task[i], column, out);
	if (e->tasks > e->n_tasks)
		fprintf(out, "… và %zu nhiệm vụ nữa\n", e->tasks - e->n_tasks);
	return rc;
}
