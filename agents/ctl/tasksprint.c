#include "ctl/tasksprint.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/check.h"
#include "core/task.h"
#include "ctl/columns.h"
#include "ctl/csvfield.h"
#include "ctl/moment.h"

const Cchc__TaskInfo *cchc_ctl_first_task(const struct cchc_ctl_answer *answer)
{
	for (size_t i = 0; i < answer->n; i++)
		if (answer->part[i]->n_task)
			return answer->part[i]->task[0];
	return NULL;
}

static bool is_overdue(const Cchc__TaskInfo *task)
{
	return task->has_overdue && task->overdue;
}

/* ---- the table ---- */

/* Things said one after the other, with a mark between. */
struct notes {
	FILE *out;
	bool any;
};

static FILE *next_note(struct notes *notes)
{
	if (notes->any)
		fputs("; ", notes->out);
	notes->any = true;
	return notes->out;
}

static void note_days(struct notes *notes, const Cchc__TaskInfo *task)
{
	char day[CCHC_DAY_TEXT];

	if (task->has_due && task->has_effective && task->due != task->effective)
		fprintf(next_note(notes), "hạn giao %s", cchc_day_people(task->due, day));
	if (task->has_extensions && task->extensions)
		fprintf(next_note(notes), "gia hạn %" PRIu32 " lần", task->extensions);
	if (task->has_done)
		fprintf(next_note(notes), "xong %s", cchc_day_people(task->done, day));
	if (task->result && *task->result)
		fprintf(next_note(notes), "%s", task->result);
	if (task->has_wish)
		fprintf(next_note(notes), "xin gia hạn đến %s%s%s",
			cchc_day_people(task->wish, day), task->wish_reason ? ": " : "",
			task->wish_reason ? task->wish_reason : "");
}

/* Allocated; NULL when memory ran out. */
static char *notes_of(const Cchc__TaskInfo *task)
{
	char *text = NULL;
	size_t len;
	struct notes notes = {.out = open_memstream(&text, &len)};

	if (!notes.out)
		return NULL;
	note_days(&notes, task);
	if (task->n_co)
		fputs("phối hợp: ", next_note(&notes));
	for (size_t i = 0; i < task->n_co; i++)
		fprintf(notes.out, "%s%s", i ? ", " : "", task->co[i]->code);
	if (task->state == CCHC__TASK_INFO__STATE__CANCELLED && task->reason)
		fprintf(next_note(&notes), "%s", task->reason);
	if (fclose(notes.out) == 0)
		return text;
	free(text);
	return NULL;
}

static const char *state_text(const Cchc__TaskInfo *task)
{
	if (is_overdue(task))
		return "QUÁ HẠN";
	return cchc_task_state_vietnamese((enum cchc_task_state)task->state);
}

static enum cchc_rc print_task(const Cchc__TaskInfo *task,
			       const struct cchc_ctl_column *column, size_t n, FILE *out)
{
	char day[CCHC_DAY_TEXT];
	char lead[512];
	char *notes = notes_of(task);
	const char *text[] = {
		task->id,
		task->title,
		lead,
		task->has_effective ? cchc_day_people(task->effective, day) : "không có",
		state_text(task),
		notes,
	};

	if (!notes)
		return CCHC_NOMEM;
	cchc_check(CCHC_COUNT(text) == n);
	snprintf(lead, sizeof(lead), "%s %s", task->lead->code, task->lead->name);
	cchc_ctl_columns_row(out, column, n, text);
	free(notes);
	return CCHC_OK;
}

enum cchc_rc cchc_ctl_tasks_table(const struct cchc_ctl_answer *answer, size_t width,
				  FILE *out)
{
	struct cchc_ctl_column column[] = {
		{"Mã", 18, CCHC_CTL_LEFT},         {"Nội dung", 0, CCHC_CTL_LEFT},
		{"Chủ trì", 16, CCHC_CTL_LEFT},    {"Hạn", 10, CCHC_CTL_LEFT},
		{"Tình trạng", 12, CCHC_CTL_LEFT}, {"Ghi chú", 18, CCHC_CTL_LEFT},
	};
	size_t n = CCHC_COUNT(column);
	size_t tasks = 0;
	size_t overdue = 0;
	enum cchc_rc rc = CCHC_OK;

	cchc_ctl_columns_fit(column, n, width);
	cchc_ctl_columns_head(out, column, n);
	for (size_t i = 0; i < answer->n; i++)
		for (size_t j = 0; j < answer->part[i]->n_task && rc == CCHC_OK; j++) {
			rc = print_task(answer->part[i]->task[j], column, n, out);
			tasks++;
			overdue += is_overdue(answer->part[i]->task[j]);
		}
	fprintf(out,
		"\n%zu nhiệm vụ (tasks), %zu quá hạn (overdue); lần ghi số %" PRIu64 "\n",
		tasks, overdue, answer->commit);
	return rc;
}

/* ---- CSV ---- */

static void csv_text(FILE *out, const char *text)
{
	cchc_ctl_csv_field(out, text);
	fputc(',', out);
}

static void csv_day(FILE *out, int has, int32_t day)
{
	char text[CCHC_DAY_TEXT];

	csv_text(out, cchc_day_format(cchc_ctl_day_of(has, day), text));
}

static void csv_task(const Cchc__TaskInfo *task, FILE *out)
{
	char changed[CCHC_CTL_MOMENT];

	csv_text(out, task->id);
	csv_text(out, cchc_task_state_name((enum cchc_task_state)task->state));
	csv_text(out, is_overdue(task) ? "1" : "0");
	csv_text(out, task->class_);
	csv_text(out, task->title);
	csv_text(out, task->lead->code);
	csv_text(out, task->lead->name);
	for (size_t i = 0; i < task->n_co; i++)
		fprintf(out, "%s%s", i ? " " : "", task->co[i]->code);
	fputc(',', out);
	csv_text(out, task->doc_number);
	csv_day(out, task->has_doc_date, task->doc_date);
	csv_text(out, task->assigner);
	csv_day(out, 1, task->assigned);
	csv_day(out, task->has_due, task->due);
	csv_day(out, task->has_effective, task->effective);
	fprintf(out, "%" PRIu32 ",%" PRIu32 ",", task->due_version,
		task->has_extensions ? task->extensions : 0);
	csv_day(out, task->has_done, task->done);
	csv_text(out, task->result);
	csv_day(out, task->has_wish, task->wish);
	csv_text(out, task->wish_reason);
	csv_text(out, task->reason);
	fprintf(out, "%d,%" PRIu64 ",%s\n", task->has_duty && task->duty, task->journal,
		cchc_ctl_moment_iso(task->changed, changed));
}

void cchc_ctl_tasks_csv(const struct cchc_ctl_answer *answer, FILE *out)
{
	fputs("id,state,overdue,class,title,lead,lead_name,co,doc,doc_date,assigner,"
	      "assigned,due,effective,due_version,extensions,done,result,wish,"
	      "wish_reason,reason,duty,journal,changed\n",
	      out);
	for (size_t i = 0; i < answer->n; i++)
		for (size_t j = 0; j < answer->part[i]->n_task; j++)
			csv_task(answer->part[i]->task[j], out);
}
