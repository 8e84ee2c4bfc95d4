/* One task for people: what it is, and who did what to it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "core/task.h"
#include "ctl/columns.h"
#include "ctl/deed.h"
#include "ctl/moment.h"
#include "ctl/tasksprint.h"

/* ---- what it is ---- */

static void put_label(FILE *out, const char *label)
{
	size_t width = cchc_ctl_width(label, strlen(label));

	fprintf(out, "  %s%*s", label, (int)(width < 34 ? 34 - width : 1), "");
}

static void put(FILE *out, const char *label, const char *text)
{
	if (!text || !*text)
		return;
	put_label(out, label);
	fprintf(out, "%s\n", text);
}

static const char *text_or_none(const char *text)
{
	return text ? text : "";
}

static void put_day(FILE *out, const char *label, int has, int32_t day)
{
	char text[CCHC_DAY_TEXT];

	put(out, label, cchc_day_people(cchc_ctl_day_of(has, day), text));
}

static void put_unit(FILE *out, const char *label, const Cchc__UnitInfo *unit)
{
	char text[512];

	snprintf(text, sizeof(text), "%s %s", unit->code, unit->name);
	put(out, label, text);
}

static void put_due(FILE *out, const Cchc__TaskInfo *task)
{
	char times[40];

	if (!task->has_due && !task->has_effective)
		put(out, "Hạn (due):", "không có, thường xuyên (none)");
	put_day(out, "Hạn (due):", task->has_due, task->due);
	if (task->has_effective && (!task->has_due || task->effective != task->due))
		put_day(out, "Hạn thực tế (effective):", 1, task->effective);
	snprintf(times, sizeof(times), "%" PRIu32 " lần (times)", task->extensions);
	if (task->has_extensions && task->extensions)
		put(out, "Đã gia hạn (extended):", times);
}

/* Each extension: until when, why, and by which document. */
static void put_extensions(FILE *out, const struct cchc_ctl_answer *answer)
{
	char day[CCHC_DAY_TEXT];
	const char *label = "Gia hạn (extensions):";

	for (size_t i = 0; i < answer->n; i++)
		for (size_t j = 0; j < answer->part[i]->n_task_line; j++) {
			const Cchc__TaskLine *line = answer->part[i]->task_line[j];

			if (strcmp(line->deed, cchc_deed_name(CCHC_DEED_EXTEND)) != 0 ||
			    !line->after)
				continue;
			put_label(out, label);
			fprintf(out, "đến %s; lý do: %s; văn bản: %s\n",
				cchc_day_people(cchc_ctl_day_of(line->after->has_due,
								line->after->due),
						day),
				text_or_none(line->reason),
				text_or_none(line->reason_doc));
			label = "";
		}
}

static void put_task(FILE *out, const Cchc__TaskInfo *task)
{
	fprintf(out, "%s  %s\n", task->id, task->title);
	put(out, "Tình trạng (state):",
	    task->has_overdue && task->overdue
		    ? "QUÁ HẠN, chưa hoàn thành (overdue)"
		    : cchc_task_state_vietnamese((enum cchc_task_state)task->state));
	put_unit(out, "Chủ trì (lead):", task->lead);
	for (size_t i = 0; i < task->n_co; i++)
		put_unit(out, i ? "" : "Phối hợp (co-operating):", task->co[i]);
	put(out, "Loại (class):", task->class_);
	put(out, "Văn bản giao (document):", task->doc_number);
	put_day(out, "Ngày văn bản (of):", task->has_doc_date, task->doc_date);
	put(out, "Cơ quan giao (assigner):", task->assigner);
	put_day(out, "Ngày giao (assigned):", 1, task->assigned);
	put_due(out, task);
	put_day(out, "Ngày hoàn thành (done):", task->has_done, task->done);
	put(out, "Kết quả (result):", task->result);
	put_day(out, "Xin gia hạn đến (wish):", task->has_wish, task->wish);
	put(out, "Lý do xin (reason):", task->wish_reason);
	put(out, "Lý do gần nhất (last reason):", task->reason);
}

/* ---- what was done to it ---- */

static const char *deed_text(const char *name)
{
	static const char *const TEXT[] = {
		[CCHC_DEED_ADD] = "giao",
		[CCHC_DEED_EXTEND] = "gia hạn",
		[CCHC_DEED_REPORT] = "báo cáo",
		[CCHC_DEED_ACCEPT] = "xác nhận",
		[CCHC_DEED_RETURN] = "trả lại",
		[CCHC_DEED_CANCEL] = "hủy",
		[CCHC_DEED_REOPEN] = "mở lại",
		[CCHC_DEED_MOVE] = "chuyển",
		[CCHC_DEED_CALENDAR] = "tính lại hạn",
		[CCHC_DEED_FULFIL] = "đã gửi báo cáo",
	};

	for (int kind = CCHC_DEED_ADD; kind <= CCHC_DEED_FULFIL; kind++)
		if (strcmp(name, cchc_deed_name((enum cchc_deed_kind)kind)) == 0)
			return TEXT[kind];
	return name;
}

struct changes {
	FILE *out;
	bool any;
};

static void put_change(struct changes *c, const char *label, const char *before,
		       const char *after)
{
	if (strcmp(before, after) == 0)
		return;
	fprintf(c->out, "%s%s ", c->any ? "; " : "", label);
	if (*before)
		fprintf(c->out, "%s → ", before);
	fputs(*after ? after : "–", c->out);
	c->any = true;
}

/* What a task's line shows of it, as texts. */
struct shown {
	const char *state;
	const char *title;
	const char *class_name;
	const char *lead;
	char *co;
	const char *doc;
	char doc_date[CCHC_DAY_TEXT];
	const char *assigner;
	char assigned[CCHC_DAY_TEXT];
	char due[CCHC_DAY_TEXT];
	char effective[CCHC_DAY_TEXT];
	char done[CCHC_DAY_TEXT];
	const char *result;
	char wish[CCHC_DAY_TEXT];
};

/* "11989, 11992"; allocated, NULL when memory ran out. */
static char *co_text(const Cchc__TaskInfo *task)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	for (size_t i = 0; task && i < task->n_co; i++)
		fprintf(out, "%s%s", i ? ", " : "", task->co[i]->code);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

static struct shown show(const Cchc__TaskInfo *task)
{
	struct shown s = {.state = "",
			  .title = "",
			  .class_name = "",
			  .lead = "",
			  .co = co_text(task),
			  .doc = "",
			  .assigner = "",
			  .result = ""};

	if (!task)
		return s;
	s.title = task->title;
	s.class_name = task->class_;
	s.doc = text_or_none(task->doc_number);
	s.assigner = text_or_none(task->assigner);
	cchc_day_people(cchc_ctl_day_of(task->has_doc_date, task->doc_date), s.doc_date);
	cchc_day_people(task->assigned, s.assigned);
	s.state = cchc_task_state_vietnamese((enum cchc_task_state)task->state);
	s.lead = task->lead->code;
	s.result = text_or_none(task->result);
	cchc_day_people(cchc_ctl_day_of(task->has_due, task->due), s.due);
	cchc_day_people(cchc_ctl_day_of(task->has_effective, task->effective),
			s.effective);
	cchc_day_people(cchc_ctl_day_of(task->has_done, task->done), s.done);
	cchc_day_people(cchc_ctl_day_of(task->has_wish, task->wish), s.wish);
	return s;
}

static void put_all(struct changes *c, const struct shown *before,
		    const struct shown *after)
{
	put_change(c, "tình trạng", before->state, after->state);
	put_change(c, "nội dung", before->title, after->title);
	put_change(c, "loại", before->class_name, after->class_name);
	put_change(c, "văn bản", before->doc, after->doc);
	put_change(c, "ngày văn bản", before->doc_date, after->doc_date);
	put_change(c, "cơ quan giao", before->assigner, after->assigner);
	put_change(c, "ngày giao", before->assigned, after->assigned);
	put_change(c, "chủ trì", before->lead, after->lead);
	put_change(c, "phối hợp", before->co, after->co);
	put_change(c, "hạn", before->due, after->due);
	if (strcmp(after->due, after->effective) != 0 ||
	    strcmp(before->due, before->effective) != 0)
		put_change(c, "hạn thực tế", before->effective, after->effective);
	put_change(c, "xong", before->done, after->done);
	put_change(c, "kết quả", before->result, after->result);
	put_change(c, "xin đến", before->wish, after->wish);
}

/* False when memory ran out. */
static bool put_changes(FILE *out, const Cchc__TaskLine *line)
{
	struct changes c = {.out = out};
	struct shown before = show(line->before);
	struct shown after = show(line->after);
	bool fine = before.co && after.co;
	char refusal[CCHC_CTL_REFUSAL];

	if (line->refusal) {
		fprintf(out, "TỪ CHỐI: %s",
			cchc_ctl_refusal_text(line->refusal, refusal));
		c.any = true;
	} else if (fine) {
		put_all(&c, &before, &after);
	}
	put_change(&c, "lý do:", "", text_or_none(line->reason));
	put_change(&c, "văn bản:", "", text_or_none(line->reason_doc));
	free(before.co);
	free(after.co);
	return fine;
}

static enum cchc_rc put_line(FILE *out, const struct cchc_ctl_column *column, size_t n,
			     const Cchc__TaskLine *line)
{
	char number[24];
	char moment[CCHC_CTL_MOMENT];
	char *changes = NULL;
	size_t len;
	bool fine;
	FILE *writing = open_memstream(&changes, &len);
	const char *text[] = {number, cchc_ctl_moment_people(line->received, moment),
			      *line->sender ? line->sender : "cchcd",
			      deed_text(line->deed), NULL};

	cchc_check(CCHC_COUNT(text) == n);
	if (!writing)
		return CCHC_NOMEM;
	fine = put_changes(writing, line);
	if (fclose(writing) != 0 || !fine) {
		free(changes);
		return CCHC_NOMEM;
	}
	text[n - 1] = changes;
	snprintf(number, sizeof(number), "%" PRIu64, line->number);
	cchc_ctl_columns_row(out, column, n, text);
	free(changes);
	return CCHC_OK;
}

enum cchc_rc cchc_ctl_task_text(const struct cchc_ctl_answer *answer, size_t width,
				FILE *out)
{
	struct cchc_ctl_column column[] = {
		{"Số", 7, CCHC_CTL_RIGHT},      {"Lúc", 19, CCHC_CTL_LEFT},
		{"Ai", 14, CCHC_CTL_LEFT},      {"Việc", 14, CCHC_CTL_LEFT},
		{"Thay đổi", 0, CCHC_CTL_LEFT},
	};
	size_t n = CCHC_COUNT(column);
	const Cchc__TaskInfo *task = cchc_ctl_first_task(answer);
	enum cchc_rc rc = CCHC_OK;

	if (task)
		put_task(out, task);
	put_extensions(out, answer);
	fputs("\nLịch sử (history):\n", out);
	cchc_ctl_columns_fit(column, n, width);
	cchc_ctl_columns_head(out, column, n);
	for (size_t i = 0; i < answer->n; i++)
		for (size_t j = 0; j < answer->part[i]->n_task_line && rc == CCHC_OK; j++)
			rc = put_line(out, column, n, answer->part[i]->task_line[j]);
	fprintf(out, "\nlần ghi số %" PRIu64 "\n", answer->commit);
	return rc;
}
