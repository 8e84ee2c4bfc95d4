#include "ctl/deed.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "core/rule.h"
#include "core/task.h"
#include "ctl/pipeline.h"
#include "ctl/words.h"

enum { TEST_TIMEOUT_MS = 120 * 1000 }; /* a channel has a time limit of its own */

/* The wire's texts are not const; nothing writes to them. */
static char *lend(const char *text)
{
	return (char *)(uintptr_t)text;
}

/* ---- from the command line ---- */

static Cchc__Deed__Kind kind_of(enum cchc_ctl_command command)
{
	switch (command) {
	case CCHC_CTL_TASK_EXTEND:
		return CCHC__DEED__KIND__EXTEND;
	case CCHC_CTL_TASK_REPORT:
		return CCHC__DEED__KIND__REPORT;
	case CCHC_CTL_TASK_ACCEPT:
		return CCHC__DEED__KIND__ACCEPT;
	case CCHC_CTL_TASK_RETURN:
		return CCHC__DEED__KIND__RETURN;
	case CCHC_CTL_TASK_CANCEL:
		return CCHC__DEED__KIND__CANCEL;
	case CCHC_CTL_TASK_REOPEN:
		return CCHC__DEED__KIND__REOPEN;
	case CCHC_CTL_TASK_MOVE:
		return CCHC__DEED__KIND__MOVE;
	default:
		return CCHC__DEED__KIND__ADD;
	}
}

/* Mistakes were found with the options, but for how many there may be. */
static enum cchc_rc take_codes(struct cchc_arena *arena, const char *option,
			       const char *text, size_t most,
			       struct cchc_ctl_codes *codes, struct cchc_err *err)
{
	const char *bad;
	enum cchc_rc rc;

	*codes = (struct cchc_ctl_codes){0};
	if (!text)
		return CCHC_OK;
	rc = cchc_ctl_codes_read(arena, text, most, codes, &bad);
	if (rc == CCHC_INVALID)
		return cchc_fail(err, rc, "%s: at most %zu units are expected", option,
				 most);
	return rc;
}

static void take_day(cchc_day day, protobuf_c_boolean *has, int32_t *field)
{
	*has = day != CCHC_DAY_NONE;
	*field = *has ? day : 0;
}

enum cchc_rc cchc_ctl_deed_of(const struct cchc_ctl_options *options,
			      struct cchc_arena *arena, Cchc__Deed *deed,
			      struct cchc_err *err)
{
	struct cchc_ctl_codes lead;
	struct cchc_ctl_codes co;
	enum cchc_rc rc;

	cchc__deed__init(deed);
	deed->kind = kind_of(options->command);
	rc = take_codes(arena, "--lead", options->leads,
			deed->kind == CCHC__DEED__KIND__MOVE ? 1 : CCHC_LEADS_MAX, &lead,
			err);
	if (rc == CCHC_OK)
		rc = take_codes(arena, "--co", options->co, CCHC_TASK_CO_MAX, &co, err);
	if (rc != CCHC_OK)
		return rc;
	deed->id = lend(options->id);
	deed->lead = lead.code;
	deed->n_lead = lead.n;
	deed->co = co.code;
	deed->n_co = co.n;
	deed->class_ = lend(options->class_name);
	deed->title = lend(options->title);
	deed->assigner = lend(options->assigner);
	deed->result = lend(options->result);
	deed->reason = lend(options->reason);
	if (deed->kind == CCHC__DEED__KIND__EXTEND)
		deed->reason_doc = lend(options->doc);
	else
		deed->doc_number = lend(options->doc);
	take_day(options->doc_date, &deed->has_doc_date, &deed->doc_date);
	take_day(options->assigned, &deed->has_assigned, &deed->assigned);
	take_day(options->due, &deed->has_due, &deed->due);
	take_day(options->done, &deed->has_done, &deed->done);
	deed->has_dry = deed->dry = options->dry_run;
	return CCHC_OK;
}

/* The daemon's clock decides when a silence ends; ours may be another. */
static enum cchc_rc end_of_silence(struct cchc_ctl_session *session, int64_t *until_ms,
				   struct cchc_err *err)
{
	const struct cchc_ctl_options *options = session->options;
	struct cchc_ctl_answer answer;
	enum cchc_rc rc;

	*until_ms = options->until_ms;
	if (!options->span_ms)
		return CCHC_OK;
	rc = cchc_ctl_ask_about(session, &answer, err);
	if (rc != CCHC_OK)
		return rc;
	*until_ms = answer.part[0]->about->now + options->span_ms;
	return CCHC_OK;
}

static enum cchc_rc make_saying(struct cchc_ctl_session *session, Cchc__Saying *saying,
				struct cchc_err *err)
{
	const struct cchc_ctl_options *options = session->options;

	saying->note = lend(options->note);
	switch (options->command) {
	case CCHC_CTL_ALERTS_ACK:
		saying->kind = CCHC__SAYING__KIND__ACK;
		saying->key = lend(options->key);
		return CCHC_OK;
	case CCHC_CTL_ALERTS_UNSILENCE:
		saying->kind = CCHC__SAYING__KIND__UNSILENCE;
		saying->has_silence = 1;
		saying->silence = strtoull(options->key, NULL, 10);
		return CCHC_OK;
	default:
		saying->kind = CCHC__SAYING__KIND__SILENCE;
		saying->unit = lend(options->unit);
		saying->task = lend(options->id);
		saying->step = lend(options->step);
		saying->has_until = 1;
		return end_of_silence(session, &saying->until, err);
	}
}

/* ---- what came of it ---- */

static bool is_day_field(const char *field)
{
	static const char *const FIELDS[] = {"doc_date",  "assigned", "due",
					     "effective", "done",     "wish"};

	for (size_t i = 0; i < CCHC_COUNT(FIELDS); i++)
		if (strcmp(field, FIELDS[i]) == 0)
			return true;
	return false;
}

/* The daemon writes days for programs. As people write them they are as long. */
static void put_days_for_people(char *text)
{
	static const char SHAPE[] = "0000-00-00";
	char day_text[CCHC_DAY_TEXT];
	cchc_day day;
	size_t len;

	for (char *at = text; *at; at += len) {
		at += strcspn(at, "0123456789");
		len = strspn(at, "0123456789-");
		if (len != strlen(SHAPE))
			continue;
		cchc_text_copy(day_text, sizeof(day_text), at, len);
		if (cchc_day_parse(day_text, &day))
			memcpy(at, cchc_day_people(day, day_text), len);
	}
}

char *cchc_ctl_refusal_text(const Cchc__CellRefusal *refusal, char out[CCHC_CTL_REFUSAL])
{
	enum cchc_rule rule = cchc_rule_from_number(refusal->rule);
	bool expects = refusal->expected[0] != '\0';
	char value[CCHC_STRING_MAX + 1];
	char expected[CCHC_STRING_MAX + 1];

	snprintf(value, sizeof(value), "%s", refusal->value);
	snprintf(expected, sizeof(expected), "%s", refusal->expected);
	if (is_day_field(refusal->field))
		put_days_for_people(value);
	put_days_for_people(expected);
	snprintf(out, CCHC_CTL_REFUSAL, "%s \"%s\": %s / %s%s%s%s", refusal->field, value,
		 cchc_rule_vietnamese(rule), cchc_rule_english(rule),
		 expects ? " (đúng/expected: " : "", expected, expects ? ")" : "");
	return out;
}

void cchc_ctl_notes_add(struct cchc_ctl_notes *notes, const char *text)
{
	for (size_t i = 0; i < notes->n; i++)
		if (strcmp(notes->text[i], text) == 0)
			return;
	if (notes->n < CCHC_COUNT(notes->text))
		cchc_text_copy(notes->text[notes->n++], sizeof(notes->text[0]), text,
			       strlen(text));
}

void cchc_ctl_notes_print(const struct cchc_ctl_notes *notes, FILE *out)
{
	for (size_t i = 0; i < notes->n; i++)
		fprintf(out, "Lưu ý / note: %s\n", notes->text[i]);
}

static const char *word_for(const struct cchc_ctl_options *options, bool changed)
{
	if (options->command == CCHC_CTL_ALERTS_TEST)
		return changed ? "đã nhận / taken" : "KHÔNG NHẬN / not taken";
	if (!changed)
		return "đã như vậy, không đổi / so already";
	return options->dry_run ? "sẽ được ghi / would be recorded" : "đã ghi / recorded";
}

static void print_result(const struct cchc_ctl_options *options,
			 const Cchc__DeedResult *result, FILE *out)
{
	fprintf(out, "%s%s%s", result->id, *result->id ? ": " : "",
		word_for(options, result->changed));
	if (result->has_journal && result->changed)
		fprintf(out, ", %s %" PRIu64,
			options->command == CCHC_CTL_ALERTS_SILENCE
				? "tạm im số / silence"
				: "số nhật ký / entry",
			result->journal);
	if (options->command == CCHC_CTL_ALERTS_TEST && result->text && *result->text)
		fprintf(out, ": %s", result->text);
	fputc('\n', out);
}

struct outcome {
	struct cchc_ctl_session *session;
	struct cchc_ctl_notes notes;
	enum cchc_rc rc; /* of the last refusal */
	char refusal[CCHC_CTL_REFUSAL];
};

static bool is_unknown(const Cchc__CellRefusal *refusal)
{
	return refusal->rule == CCHC_RULE_NO_TASK ||
	       refusal->rule == CCHC_RULE_NO_ALERT ||
	       refusal->rule == CCHC_RULE_NO_SILENCE;
}

static void take_result(struct outcome *o, const Cchc__DeedResult *result)
{
	const struct cchc_ctl_options *options = o->session->options;
	char text[CCHC_CTL_REFUSAL];

	if (!result->refusal) {
		print_result(options, result, o->session->out);
		if (options->command != CCHC_CTL_ALERTS_TEST && result->text)
			cchc_ctl_notes_add(&o->notes, result->text);
		if (options->command == CCHC_CTL_ALERTS_TEST && !result->changed) {
			o->rc = CCHC_DENIED;
			snprintf(o->refusal, sizeof(o->refusal), "%s: not taken",
				 result->id);
		}
		return;
	}
	if (o->refusal[0])
		fprintf(stderr, "cchcctl: %s\n", o->refusal);
	o->rc = is_unknown(result->refusal) ? CCHC_NOTFOUND : CCHC_DENIED;
	snprintf(o->refusal, sizeof(o->refusal), "%s%s%s", result->id,
		 *result->id ? ": " : "", cchc_ctl_refusal_text(result->refusal, text));
}

static enum cchc_rc on_answer(void *data, size_t i, const struct cchc_ctl_answer *answer,
			      const char *refused, struct cchc_err *err)
{
	struct outcome *o = data;

	(void)i;
	if (refused)
		return cchc_fail(err, CCHC_NOTFOUND, "%s", refused);
	for (size_t p = 0; p < answer->n; p++)
		for (size_t r = 0; r < answer->part[p]->n_result; r++)
			take_result(o, answer->part[p]->result[r]);
	return CCHC_OK;
}

static enum cchc_rc say(struct cchc_ctl_session *session, const Cchc__Ask *ask,
			struct cchc_err *err)
{
	struct outcome outcome = {.session = session};
	unsigned timeout_ms = session->options->timeout_ms;
	enum cchc_rc rc;

	if (!timeout_ms)
		timeout_ms = ask->test ? TEST_TIMEOUT_MS : CCHC_CTL_TIMEOUT_MS;
	rc = cchc_ctl_pipeline_run(session->link, ask, 1, timeout_ms, on_answer, &outcome,
				   err);
	cchc_ctl_notes_print(&outcome.notes, session->out);
	if (rc == CCHC_OK && outcome.rc != CCHC_OK)
		return cchc_fail(err, outcome.rc, "%s", outcome.refusal);
	return rc;
}

enum cchc_rc cchc_ctl_deed_run(struct cchc_ctl_session *session, struct cchc_err *err)
{
	const struct cchc_ctl_options *options = session->options;
	Cchc__Ask ask = CCHC__ASK__INIT;
	Cchc__Deed deed = CCHC__DEED__INIT;
	Cchc__Saying saying = CCHC__SAYING__INIT;
	Cchc__ChannelTest test = CCHC__CHANNEL_TEST__INIT;
	enum cchc_rc rc = CCHC_OK;

	switch (options->command) {
	case CCHC_CTL_ALERTS_ACK:
	case CCHC_CTL_ALERTS_SILENCE:
	case CCHC_CTL_ALERTS_UNSILENCE:
		ask.kind = CCHC__ASK__KIND__SAY;
		ask.saying = &saying;
		rc = make_saying(session, &saying, err);
		break;
	case CCHC_CTL_ALERTS_TEST:
		ask.kind = CCHC__ASK__KIND__TEST;
		ask.test = &test;
		test.channel = lend(options->key);
		test.to = lend(options->to);
		break;
	default:
		ask.kind = CCHC__ASK__KIND__DO;
		ask.deed = &deed;
		rc = cchc_ctl_deed_of(options, session->arena, &deed, err);
		break;
	}
	return rc == CCHC_OK ? say(session, &ask, err) : rc;
}
