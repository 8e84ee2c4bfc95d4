#include "commune/tasklist.h"

#include <inttypes.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/text.h"
#include "commune/agent.h"
#include "commune/jsontext.h"
#include "commune/tasktake.h"

enum { ARENA_MAX = 128 * 1024 * 1024, ID_WIDTH = 28, DUE_WIDTH = 12, STATE_WIDTH = 16 };

struct listing {
	struct cchc_outbox *box;
	struct cchc_arena arena;
	struct cchc_assignment *list;
	size_t n;
	cchc_day today;
	FILE *out;
};

static enum cchc_rc outbox_failed(const struct cchc_settings *settings, enum cchc_rc rc,
				  struct cchc_err *err)
{
	return cchc_fail(err, rc, "%s: %s", settings->outbox, cchc_rc_name(rc));
}

/* Nothing is listed of an agent that never ran. */
static enum cchc_rc gather(const struct cchc_settings *settings, struct listing *l,
			   struct cchc_err *err)
{
	struct cchc_outbox_options options = cchc_agent_outbox(settings, true);
	enum cchc_rc rc = cchc_outbox_open(&options, &l->box, err);

	if (rc)
		return rc == CCHC_NOTFOUND ? CCHC_OK : rc;
	rc = cchc_tasks_now(l->box, &l->arena, cchc_clock_wall_ms(), &l->today, &l->list,
			    &l->n);
	return rc ? outbox_failed(settings, rc, err) : CCHC_OK;
}

/* ---- as a table ---- */

/* Vietnamese letters are composed: one code point, one column. */
static void put_padded(FILE *out, const char *text, int width)
{
	int columns = 0;

	for (const char *at = text; *at; at++)
		columns += ((unsigned char)*at & 0xc0) != 0x80;
	(void)fprintf(out, "%s%*s", text, columns < width ? width - columns : 0, "");
	(void)fputs("  ", out);
}

static void print_row(FILE *out, const char *id, const char *due, const char *state,
		      const char *title)
{
	put_padded(out, id, ID_WIDTH);
	put_padded(out, due, DUE_WIDTH);
	put_padded(out, state, STATE_WIDTH);
	(void)fprintf(out, "%s\n", title);
}

static bool print_task(struct listing *l, const struct cchc_assignment *a)
{
	const char *state = cchc_assignment_state(&l->arena, a, l->today);
	const char *answer = cchc_assignment_answer(&l->arena, a);
	char due[CCHC_DAY_TEXT];

	if (!state || !answer)
		return false;
	print_row(l->out, a->id, cchc_day_people(a->effective, due), state,
		  a->known ? a->title : answer);
	if (a->known && a->said != CCHC_SAID_NOTHING)
		(void)fprintf(l->out, "  %s\n", answer);
	return true;
}

/* ---- as JSON ---- */

static void json_pair(FILE *out, const char *name, const char *text)
{
	(void)fprintf(out, ", \"%s\": ", name);
	if (text)
		cchc_json_text(out, text);
	else
		(void)fputs("null", out);
}

static void json_day(FILE *out, const char *name, cchc_day day)
{
	char text[CCHC_DAY_TEXT];

	json_pair(out, name, day == CCHC_DAY_NONE ? NULL : cchc_day_format(day, text));
}

static const char *state_name(const struct cchc_assignment *a)
{
	return a->known ? cchc_task_state_name((enum cchc_task_state)a->state)
			: "unknown";
}

static const char *said_name(const struct cchc_assignment *a)
{
	static const char *const NAMES[] = {[CCHC_SAID_NOTHING] = NULL,
					    [CCHC_SAID_WAITS] = "waits",
					    [CCHC_SAID_TAKEN] = "taken",
					    [CCHC_SAID_WRONG] = "wrong",
					    [CCHC_SAID_REFUSED] = "refused"};

	return a->said < CCHC_COUNT(NAMES) ? NAMES[a->said] : NULL;
}

static bool json_task(struct listing *l, const struct cchc_assignment *a)
{
	const char *answer = cchc_assignment_answer(&l->arena, a);
	FILE *out = l->out;

	if (!answer)
		return false;
	(void)fputs("{\"id\": ", out);
	cchc_json_text(out, a->id);
	json_pair(out, "state", state_name(a));
	(void)fprintf(out, ", \"overdue\": %s, \"lead\": %s, \"duty\": %s",
		      cchc_assignment_is_overdue(a, l->today) ? "true" : "false",
		      a->leads ? "true" : "false", a->is_duty ? "true" : "false");
	json_pair(out, "title", a->title ? a->title : "");
	json_day(out, "assigned", a->assigned);
	json_day(out, "due", a->due);
	json_day(out, "effective", a->effective);
	json_day(out, "done", a->stands.done);
	json_pair(out, "result", a->stands.result ? a->stands.result : "");
	json_day(out, "wish", a->stands.wish);
	json_pair(out, "reason", a->reason ? a->reason : "");
	json_pair(out, "said", said_name(a));
	json_pair(out, "answer", answer);
	(void)fputc('}', out);
	return true;
}

static bool print_all(struct listing *l, enum cchc_status_format format)
{
	const struct cchc_assignment **sorted =
		cchc_assignments_sorted(&l->arena, l->list, &l->n, l->today, true);
	bool is_json = format == CCHC_STATUS_JSON;
	bool whole = sorted != NULL;

	if (!is_json)
		print_row(l->out, "Mã nhiệm vụ", "Hạn", "Tình trạng", "Nội dung");
	(void)fputs(is_json ? "[" : "", l->out);
	for (size_t i = 0; i < l->n && whole; i++) {
		(void)fputs(is_json && i ? ",\n " : "", l->out);
		whole = is_json ? json_task(l, sorted[i]) : print_task(l, sorted[i]);
	}
	(void)fputs(is_json ? "]\n" : "", l->out);
	return whole;
}

enum cchc_rc cchc_tasklist_print(const struct cchc_settings *settings,
				 enum cchc_status_format format, FILE *out,
				 struct cchc_err *err)
{
	struct listing l = {.out = out};
	enum cchc_rc rc;

	cchc_arena_init(&l.arena, ARENA_MAX);
	rc = gather(settings, &l, err);
	if (!rc && !print_all(&l, format))
		rc = cchc_fail(err, CCHC_NOMEM, "out of memory");
	cchc_arena_fini(&l.arena);
	cchc_outbox_close(&l.box);
	return rc;
}

/* ---- saying ---- */

struct speaking {
	const struct cchc_settings *settings;
	const struct cchc_task_command *command;
	struct cchc_outbox *box;
	struct cchc_arena arena;
	int64_t wall_ms;
	struct cchc_err *err;
};

static enum cchc_rc refuse(struct speaking *s, const struct cchc_refusal *why)
{
	return cchc_fail(s->err, CCHC_INVALID, "%s: %s \"%s\": %s / %s%s%s%s",
			 s->command->id, why->field, why->value,
			 cchc_rule_vietnamese(why->rule), cchc_rule_english(why->rule),
			 why->expected[0] ? " (đúng/expected: " : "", why->expected,
			 why->expected[0] ? ")" : "");
}

static enum cchc_rc read_statement(struct speaking *s, struct cchc_statement *statement)
{
	const struct cchc_task_command *c = s->command;
	int64_t district_ms;
	cchc_day day;
	enum cchc_rc rc = cchc_outbox_clock(s->box, s->wall_ms, &district_ms);

	if (rc)
		return outbox_failed(s->settings, rc, s->err);
	day = cchc_day_at(district_ms);
	if (c->day && !cchc_day_read(c->day, &day))
		return cchc_fail(s->err, CCHC_INVALID,
				 "\"%s\": a date like 2024-03-15 or 15/03/2024 expected",
				 c->day);
	*statement = (struct cchc_statement){
		.done = c->is_wish ? CCHC_DAY_NONE : day,
		.result = c->result ? c->result : "",
		.wish = c->is_wish ? day : CCHC_DAY_NONE,
		.reason = c->reason ? c->reason : "",
	};
	return CCHC_OK;
}

static bool is_same(const struct cchc_statement *a, const struct cchc_statement *b)
{
	return a->done == b->done && a->wish == b->wish &&
	       strcmp(a->result, b->result) == 0 && strcmp(a->reason, b->reason) == 0;
}

static enum cchc_rc judge(struct speaking *s, const struct cchc_statement *statement,
			  bool *changes)
{
	struct cchc_refusal why = {.rule = CCHC_RULE_NO_TASK, .field = "id"};
	struct cchc_assignment *list;
	struct cchc_assignment a = {.known = false};
	cchc_day today;
	size_t n;
	const char *id = s->command->id;
	enum cchc_rc rc = cchc_outbox_assignment(s->box, &s->arena, id, &a);

	cchc_text_copy(why.value, sizeof(why.value), id, strlen(id));
	if (!rc)
		rc = cchc_tasks_now(s->box, &s->arena, s->wall_ms, &today, &list, &n);
	if (rc && rc != CCHC_NOTFOUND)
		return outbox_failed(s->settings, rc, s->err);
	if (!a.known || !cchc_statement_judge(&a, statement, today, changes, &why))
		return refuse(s, &why);
	/* what is on its way counts before what the register has */
	if (a.said == CCHC_SAID_WAITS || a.said == CCHC_SAID_TAKEN)
		*changes = !is_same(&a.told, statement);
	return CCHC_OK;
}

static enum cchc_rc push(struct speaking *s, const struct cchc_statement *statement)
{
	struct cchc_saying saying = {
		.id = s->command->id, .kind = CCHC_SAYING_SAYS, .statement = *statement};
	struct cchc_item item;
	struct cchc_sayings sayings = {
		.list = &saying, .item = &item, .n = 1, .where = CCHC_SAID_BY_HAND};
	enum cchc_rc rc = CCHC_NOMEM;

	if (cchc_statement_cells(&s->arena, statement, saying.cell))
		rc = cchc_saying_pack(&s->arena, s->settings->unit, "cchc-agent task",
				      s->wall_ms, &saying, &item);
	if (!rc)
		rc = cchc_outbox_say(s->box, &sayings, NULL);
	return rc ? outbox_failed(s->settings, rc, s->err) : CCHC_OK;
}

static enum cchc_rc speak(struct speaking *s, FILE *out)
{
	struct cchc_statement statement;
	bool changes = false;
	enum cchc_rc rc = read_statement(s, &statement);

	if (!rc)
		rc = judge(s, &statement, &changes);
	if (!rc && changes)
		rc = push(s, &statement);
	if (rc)
		return rc;
	(void)fprintf(out, "%s: %s\n", s->command->id,
		      changes ? "waits to be sent" : "was said already");
	return CCHC_OK;
}

enum cchc_rc cchc_tasklist_say(const struct cchc_settings *settings,
			       const struct cchc_task_command *command, FILE *out,
			       struct cchc_err *err)
{
	struct cchc_outbox_options options = cchc_agent_outbox(settings, false);
	struct speaking s = {.settings = settings,
			     .command = command,
			     .wall_ms = cchc_clock_wall_ms(),
			     .err = err};
	enum cchc_rc rc = cchc_outbox_open(&options, &s.box, err);

	if (rc)
		return rc;
	cchc_arena_init(&s.arena, ARENA_MAX);
	rc = speak(&s, out);
	cchc_arena_fini(&s.arena);
	cchc_outbox_close(&s.box);
	return rc;
}
