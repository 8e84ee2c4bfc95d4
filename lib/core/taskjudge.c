/* taskjudge.c - whether a deed may be done with a task as it stands. First what the deed
 * is in itself, then who asks, then what its kind needs. What was done already is no
 * mistake: files are read again, answers get lost. */
#include "core/task.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"

enum { FIRST_YEAR = 1900, LAST_YEAR = 2999 };

struct judging {
	const struct cchc_task *task; /* NULL: there is none */
	const struct cchc_deed *deed;
	cchc_day today;
	bool changes;
	struct cchc_refusal *refusal;
};

static bool refuse(struct judging *j, enum cchc_rule rule, const char *field,
		   const char *value, const char *expected)
{
	struct cchc_refusal *r = j->refusal;

	*r = (struct cchc_refusal){.index = CCHC_REFUSED_WHOLE, .rule = rule};
	if (value && cchc_text_is_clean(value, strlen(value)))
		cchc_text_copy(r->value, sizeof(r->value), value, strlen(value));
	cchc_text_copy(r->field, sizeof(r->field), field, strlen(field));
	cchc_text_copy(r->expected, sizeof(r->expected), expected, strlen(expected));
	return false;
}

/* words: what would be right, with %s for the bound */
static bool refuse_day(struct judging *j, enum cchc_rule rule, const char *field,
		       cchc_day day, const char *words, cchc_day bound)
{
	char value[CCHC_DAY_TEXT];
	char at[CCHC_DAY_TEXT];

	refuse(j, rule, field, cchc_day_format(day, value), "");
	(void)snprintf(j->refusal->expected, sizeof(j->refusal->expected), "%s %s", words,
		       cchc_day_format(bound, at));
	return false;
}

static bool refuse_task(struct judging *j, enum cchc_rule rule, const char *expected)
{
	return refuse(j, rule, "id", j->deed->id, expected);
}

/* It was said before. */
static bool stands_already(struct judging *j)
{
	j->changes = false;
	return true;
}

static bool is_blank(const char *text)
{
	size_t len = text ? strlen(text) : 0;

	if (text)
		cchc_text_trim(&text, &len);
	return len == 0;
}

static bool needs(struct judging *j, const char *field, const char *text)
{
	return !is_blank(text) ||
	       refuse(j, CCHC_RULE_MISSING, field, "", "không để trống");
}

static bool is_same(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool is_closed(const struct cchc_task *task)
{
	return task->state == CCHC_TASK_DONE || task->state == CCHC_TASK_CANCELLED;
}

/* --- the deed in itself ------------------------------------------------------------ */

/* A clean line with none of those characters; else it is said what is wrong with it. */
static bool line_stands(struct judging *j, const char *field, const char *text,
			size_t most, const char *without)
{
	const char *bad = strpbrk(text, "\t\r\n");
	char expected[64];

	if (!cchc_text_is_clean(text, strlen(text)))
		return refuse(j, CCHC_RULE_BAD_TEXT, field, text, "văn bản UTF-8");
	if (bad)
		return refuse(j, CCHC_RULE_BAD_CHARACTER, field, text,
			      "trên một dòng, không có tab");
	if (strlen(text) > most) {
		(void)snprintf(expected, sizeof(expected), "không quá %zu byte", most);
		return refuse(j, CCHC_RULE_TOO_LONG, field, text, expected);
	}
	bad = strpbrk(text, without);
	if (!bad)
		return true;
	(void)snprintf(expected, sizeof(expected), "không có ký tự %c", *bad);
	return refuse(j, CCHC_RULE_BAD_CHARACTER, field, text, expected);
}

static bool id_stands(struct judging *j, const char *id)
{
	const char *trimmed = id;
	size_t len = strlen(id);

	if (!needs(j, "id", id) || !line_stands(j, "id", id, CCHC_TASK_ID - 1, "|;"))
		return false;
	cchc_text_trim(&trimmed, &len);
	return len == strlen(id) || refuse(j, CCHC_RULE_BAD_CHARACTER, "id", id,
					   "không có khoảng trắng ở đầu và cuối");
}

static bool texts_stand(struct judging *j)
{
	const struct cchc_deed *deed = j->deed;
	const struct {
		const char *field;
		const char *text;
		size_t most;
	} TEXTS[] = {
		{"class", deed->class_name, CCHC_TASK_CLASS - 1},
		{"title", deed->title, CCHC_TASK_TEXT_MAX},
		{"doc_number", deed->doc_number, CCHC_TASK_TEXT_MAX},
		{"assigner", deed->assigner, CCHC_TASK_TEXT_MAX},
		{"result", deed->result, CCHC_TASK_TEXT_MAX},
		{"reason", deed->reason, CCHC_TASK_TEXT_MAX},
		{"reason_doc", deed->reason_doc, CCHC_TASK_TEXT_MAX},
	};

	if (!id_stands(j, deed->id))
		return false;
	for (size_t i = 0; i < CCHC_COUNT(TEXTS); i++)
		if (TEXTS[i].text &&
		    !line_stands(j, TEXTS[i].field, TEXTS[i].text, TEXTS[i].most, ""))
			return false;
	return true;
}

static bool is_day(cchc_day day)
{
	return day == CCHC_DAY_NONE || (day >= cchc_day_of(FIRST_YEAR, 1, 1) &&
					day <= cchc_day_of(LAST_YEAR, 12, 31));
}

static bool days_stand(struct judging *j)
{
	const struct cchc_deed *deed = j->deed;
	const struct {
		const char *field;
		cchc_day day;
	} DAYS[] = {
		{"doc_date", deed->doc_date}, {"assigned", deed->assigned},
		{"due", deed->due},           {"effective", deed->effective},
		{"done", deed->done},         {"wish", deed->wish},
	};
	char value[CCHC_DAY_TEXT];

	for (size_t i = 0; i < CCHC_COUNT(DAYS); i++)
		if (!is_day(DAYS[i].day))
			return refuse(j, CCHC_RULE_BAD_DATE, DAYS[i].field,
				      cchc_day_format(DAYS[i].day, value),
				      "ngày có thật, ví dụ 2024-03-15");
	return true;
}

/* The calendar only moves a date on. */
static bool effective_stands(struct judging *j, cchc_day due)
{
	cchc_day effective = j->deed->effective;

	if ((due == CCHC_DAY_NONE) == (effective == CCHC_DAY_NONE) && effective >= due)
		return true;
	return refuse_day(j, CCHC_RULE_BAD_DATE, "effective", effective, "từ", due);
}

/* --- who asks ---------------------------------------------------------------------- */

static bool has(const uint32_t *units, size_t n, uint32_t unit)
{
	for (size_t i = 0; i < n; i++)
		if (units[i] == unit)
			return true;
	return false;
}

static bool hand_stands(struct judging *j)
{
	enum {
		OPERATOR = 1 << CCHC_HAND_OPERATOR,
		COMMUNE = 1 << CCHC_HAND_COMMUNE,
		DAEMON = 1 << CCHC_HAND_DAEMON
	};
	static const uint8_t HANDS[] = {
		[CCHC_DEED_ADD] = OPERATOR | DAEMON,
		[CCHC_DEED_EXTEND] = OPERATOR,
		[CCHC_DEED_REPORT] = OPERATOR | COMMUNE,
		[CCHC_DEED_ACCEPT] = OPERATOR,
		[CCHC_DEED_RETURN] = OPERATOR,
		[CCHC_DEED_CANCEL] = OPERATOR | DAEMON,
		[CCHC_DEED_REOPEN] = OPERATOR | DAEMON,
		[CCHC_DEED_MOVE] = OPERATOR,
		[CCHC_DEED_CALENDAR] = DAEMON,
		[CCHC_DEED_FULFIL] = DAEMON,
	};
	const struct cchc_deed *deed = j->deed;

	if (!cchc_deed_name(deed->kind) || !(HANDS[deed->kind] & 1 << deed->hand))
		return refuse_task(j, CCHC_RULE_NOT_YOUR_TASK,
				   "việc này do đơn vị giao nhiệm vụ thực hiện");
	if (deed->hand != CCHC_HAND_COMMUNE || j->task->lead == deed->unit)
		return true;
	return refuse_task(
		j, CCHC_RULE_NOT_YOUR_TASK,
		has(j->task->co, j->task->n_co, deed->unit)
			? "đơn vị phối hợp chỉ theo dõi, đơn vị chủ trì báo cáo"
			: "nhiệm vụ của đơn vị mình");
}

/* --- ADD --------------------------------------------------------------------------- */

/* As it was when it was added: an extension has made the date later since, a move has
 * changed the lead. */
static bool is_due_as_added(const struct cchc_task *task, const struct cchc_deed *deed)
{
	if (task->extensions == 0 || deed->due == CCHC_DAY_NONE)
		return task->due == deed->due;
	return deed->due <= task->due;
}

static bool is_done_as_added(const struct cchc_task *task, const struct cchc_deed *deed)
{
	const struct cchc_task_past *first = &task->past[0];

	if (deed->done != first->done)
		return false;
	return deed->done == CCHC_DAY_NONE || task->state != CCHC_TASK_DONE ||
	       task->done != deed->done || is_same(task->result, deed->result);
}

/* Whoever leads now or led at first is left out of both. */
static bool is_co_as_added(const struct cchc_task *task, const struct cchc_deed *deed)
{
	for (size_t i = 0; i < deed->n_co; i++)
		if (deed->co[i] != task->lead && deed->co[i] != deed->lead &&
		    !has(task->co, task->n_co, deed->co[i]))
			return false;
	for (size_t i = 0; i < task->n_co; i++)
		if (!has(deed->co, deed->n_co, task->co[i]))
			return false;
	return true;
}

/* The first field in which an ADD says something else than the task's; NULL: in none. */
static const char *find_difference(const struct cchc_task *task,
				   const struct cchc_deed *deed)
{
	const struct {
		const char *field;
		bool same;
	} FIELDS[] = {
		{"id", is_same(task->id, deed->id) && task->is_duty == deed->is_duty},
		{"class", is_same(task->class_name, deed->class_name)},
		{"title", is_same(task->title, deed->title)},
		{"doc_number", is_same(task->doc_number, deed->doc_number)},
		{"doc_date", task->doc_date == deed->doc_date},
		{"assigner", is_same(task->assigner, deed->assigner)},
		{"assigned", task->assigned == deed->assigned},
		{"lead", task->past[0].lead == deed->lead},
		{"co", is_co_as_added(task, deed)},
		{"due", is_due_as_added(task, deed)},
		{"done", is_done_as_added(task, deed)},
		{"form", task->form == deed->form},
		{"period", task->period == deed->period},
	};

	for (size_t i = 0; i < CCHC_COUNT(FIELDS); i++)
		if (!FIELDS[i].same)
			return FIELDS[i].field;
	return NULL;
}

bool cchc_task_is_as_added(const struct cchc_task *task, const struct cchc_deed *deed)
{
	return find_difference(task, deed) == NULL;
}

static bool judge_twin(struct judging *j)
{
	const char *field = find_difference(j->task, j->deed);
	char expected[128];

	if (!field)
		return stands_already(j);
	(void)snprintf(expected, sizeof(expected),
		       "mã khác, hoặc nội dung như đã ghi (khác nhau ở %s)", field);
	return refuse_task(j, CCHC_RULE_TASK_EXISTS, expected);
}

static bool done_stands(struct judging *j, cchc_day assigned)
{
	cchc_day done = j->deed->done;

	if (done > j->today)
		return refuse_day(j, CCHC_RULE_DONE_IN_FUTURE, "done", done, "không sau",
				  j->today);
	if (done < assigned)
		return refuse_day(j, CCHC_RULE_DONE_BEFORE_ASSIGNED, "done", done, "từ",
				  assigned);
	return true;
}

static bool judge_add(struct judging *j)
{
	const struct cchc_deed *deed = j->deed;
	char most[64];

	if (deed->is_duty && deed->hand != CCHC_HAND_DAEMON)
		return refuse_task(j, CCHC_RULE_IS_DUTY, "");
	if (deed->hand != CCHC_HAND_DAEMON &&
	    strncmp(deed->id, CCHC_DUTY_PREFIX, strlen(CCHC_DUTY_PREFIX)) == 0)
		return refuse_task(j, CCHC_RULE_ID_RESERVED,
				   "mã không bắt đầu bằng " CCHC_DUTY_PREFIX);
	if (!needs(j, "title", deed->title))
		return false;
	if (deed->assigned == CCHC_DAY_NONE)
		return needs(j, "assigned", "");
	if (deed->lead == 0)
		return needs(j, "lead", "");
	if (deed->n_co > CCHC_TASK_CO_MAX) {
		(void)snprintf(most, sizeof(most), "không quá %d đơn vị phối hợp",
			       CCHC_TASK_CO_MAX);
		return refuse(j, CCHC_RULE_TOO_LARGE, "co", "", most);
	}
	if (deed->due != CCHC_DAY_NONE && deed->due < deed->assigned)
		return refuse_day(j, CCHC_RULE_DUE_BEFORE_ASSIGNED, "due", deed->due,
				  "từ", deed->assigned);
	if (!effective_stands(j, deed->due))
		return false;
	if (deed->done != CCHC_DAY_NONE && !done_stands(j, deed->assigned))
		return false;
	return j->task ? judge_twin(j) : true;
}

/* --- the others -------------------------------------------------------------------- */

static bool judge_extend(struct judging *j)
{
	const struct cchc_task *task = j->task;
	const struct cchc_deed *deed = j->deed;

	if (is_closed(task))
		return refuse_task(j, CCHC_RULE_TASK_CLOSED, "");
	if (task->due == CCHC_DAY_NONE)
		return refuse_task(j, CCHC_RULE_NO_DUE_DATE, "");
	if (deed->due == CCHC_DAY_NONE)
		return needs(j, "due", "");
	if (!needs(j, "reason", deed->reason) ||
	    !needs(j, "reason_doc", deed->reason_doc))
		return false;
	if (deed->due == task->due && task->extensions > 0 &&
	    is_same(task->reason, deed->reason))
		return stands_already(j);
	if (deed->due <= task->due)
		return refuse_day(j, CCHC_RULE_EXTENSION_SHORTENS, "due", deed->due,
				  "sau", task->due);
	return effective_stands(j, deed->due);
}

static bool is_reported(const struct cchc_task *task, const struct cchc_deed *deed)
{
	if (deed->done == CCHC_DAY_NONE)
		return deed->wish != CCHC_DAY_NONE && task->wish == deed->wish &&
		       is_same(task->wish_reason, deed->reason);
	return (task->state == CCHC_TASK_WAITING || task->state == CCHC_TASK_DONE) &&
	       task->done == deed->done && is_same(task->result, deed->result) &&
	       task->wish == CCHC_DAY_NONE;
}

static bool judge_wish(struct judging *j)
{
	cchc_day wish = j->deed->wish;

	if (j->task->due == CCHC_DAY_NONE)
		return refuse_task(j, CCHC_RULE_NO_DUE_DATE, "");
	if (wish <= j->task->due)
		return refuse_day(j, CCHC_RULE_EXTENSION_SHORTENS, "wish", wish, "sau",
				  j->task->due);
	return needs(j, "reason", j->deed->reason);
}

static bool judge_report(struct judging *j)
{
	const struct cchc_deed *deed = j->deed;

	if (j->task->is_duty)
		return refuse_task(j, CCHC_RULE_IS_DUTY, "");
	if (is_reported(j->task, deed))
		return stands_already(j);
	if (is_closed(j->task))
		return refuse_task(j, CCHC_RULE_TASK_CLOSED, "");
	if (deed->done != CCHC_DAY_NONE)
		return done_stands(j, j->task->assigned);
	if (deed->wish != CCHC_DAY_NONE)
		return judge_wish(j);
	return needs(j, "done", "");
}

static bool judge_accept(struct judging *j)
{
	if (j->task->state == CCHC_TASK_DONE)
		return stands_already(j);
	if (j->task->state != CCHC_TASK_WAITING)
		return refuse_task(j, CCHC_RULE_NOT_WAITING, "");
	return true;
}

/* RETURN, CANCEL, REOPEN: the task must not be where it goes to already, for that very
 * reason or another. */
static bool judge_state(struct judging *j, enum cchc_task_state to, bool may_go,
			enum cchc_rule rule)
{
	if (!needs(j, "reason", j->deed->reason))
		return false;
	if (j->task->state == to && is_same(j->task->reason, j->deed->reason))
		return stands_already(j);
	return may_go || refuse_task(j, rule, "");
}

static bool judge_move(struct judging *j)
{
	const struct cchc_task *task = j->task;

	if (task->is_duty)
		return refuse_task(j, CCHC_RULE_IS_DUTY, "");
	if (is_closed(task))
		return refuse_task(j, CCHC_RULE_TASK_CLOSED, "");
	if (j->deed->lead == 0)
		return needs(j, "lead", "");
	if (j->deed->lead == task->lead)
		return stands_already(j);
	return needs(j, "reason", j->deed->reason);
}

static bool judge_calendar(struct judging *j)
{
	if (is_closed(j->task))
		return refuse_task(j, CCHC_RULE_TASK_CLOSED, "");
	if (j->task->due == CCHC_DAY_NONE)
		return refuse_task(j, CCHC_RULE_NO_DUE_DATE, "");
	if (!effective_stands(j, j->task->due))
		return false;
	return j->deed->effective == j->task->effective ? stands_already(j) : true;
}

static bool judge_fulfil(struct judging *j)
{
	if (!j->task->is_duty)
		return refuse_task(j, CCHC_RULE_NOT_OPEN, "");
	return is_closed(j->task) ? stands_already(j) : true;
}

static bool judge_kind(struct judging *j)
{
	enum cchc_task_state state = j->task->state;

	switch (j->deed->kind) {
	case CCHC_DEED_ADD:
		break; /* judged before: it needs no task */
	case CCHC_DEED_EXTEND:
		return judge_extend(j);
	case CCHC_DEED_REPORT:
		return judge_report(j);
	case CCHC_DEED_ACCEPT:
		return judge_accept(j);
	case CCHC_DEED_RETURN:
		return judge_state(j, CCHC_TASK_OPEN, state == CCHC_TASK_WAITING,
				   CCHC_RULE_NOT_WAITING);
	case CCHC_DEED_CANCEL:
		return judge_state(j, CCHC_TASK_CANCELLED, !is_closed(j->task),
				   CCHC_RULE_TASK_CLOSED);
	case CCHC_DEED_REOPEN:
		return judge_state(j, CCHC_TASK_OPEN, is_closed(j->task),
				   CCHC_RULE_NOT_OPEN);
	case CCHC_DEED_MOVE:
		return judge_move(j);
	case CCHC_DEED_CALENDAR:
		return judge_calendar(j);
	case CCHC_DEED_FULFIL:
		return judge_fulfil(j);
	}
	return false;
}

bool cchc_task_judge(const struct cchc_task *task, const struct cchc_deed *deed,
		     cchc_day today, bool *changes, struct cchc_refusal *refusal)
{
	struct judging j = {task, deed, today, true, refusal};
	bool stands = texts_stand(&j) && days_stand(&j);

	if (stands && !task && deed->kind != CCHC_DEED_ADD)
		stands = refuse_task(&j, CCHC_RULE_NO_TASK, "");
	stands = stands && hand_stands(&j);
	if (stands && deed->kind == CCHC_DEED_ADD)
		stands = judge_add(&j);
	else if (stands)
		stands = judge_kind(&j);
	if (stands)
		*changes = j.changes;
	return stands;
}
