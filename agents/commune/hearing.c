/* hearing.c - what the district says of tasks: as they are now, what became of what was
 * said here, reminders.
 *
 * A DOWN that comes after our statement was acknowledged was made after it: both come
 * over one connection, and the district reads its register when it sends. So the first
 * one replaces what people wrote. One that came before the ack may or may not know of it:
 * then the number of the entry tells. */
#include <string.h>

#include "base/text.h"
#include "commune/box.h"
#include "proto/wire.h"

/* ---- tasks as they are ---- */

static const char *given(const char *text)
{
	return text ? text : "";
}

static cchc_day day_or_none(protobuf_c_boolean has, int32_t day)
{
	return has ? day : CCHC_DAY_NONE;
}

static void fill(struct cchc_assignment *a, const Cchc__TaskInfo *info, const char *unit)
{
	a->known = true;
	a->leads = info->has_concern ? info->concern == CCHC__TASK_INFO__CONCERN__LEAD
				     : strcmp(info->lead->code, unit) == 0;
	a->state = (uint8_t)info->state;
	a->is_duty = info->has_duty && info->duty;
	a->title = info->title;
	a->doc_number = given(info->doc_number);
	a->doc_date = day_or_none(info->has_doc_date, info->doc_date);
	a->assigner = given(info->assigner);
	a->lead = info->lead->code;
	a->assigned = info->assigned;
	a->due = day_or_none(info->has_due, info->due);
	a->effective = day_or_none(info->has_effective, info->effective);
	a->extensions = info->has_extensions ? info->extensions : 0;
	a->stands.done = day_or_none(info->has_done, info->done);
	a->stands.result = given(info->result);
	a->stands.wish = day_or_none(info->has_wish, info->wish);
	a->stands.reason = given(info->wish_reason);
	a->reason = given(info->reason);
	a->journal = info->journal;
	a->changed_ms = info->changed;
}

static bool was_reported(const struct cchc_assignment *a)
{
	return a->state == CCHC_TASK_WAITING ||
	       (a->said == CCHC_SAID_TAKEN && a->told.done != CCHC_DAY_NONE);
}

/* The register does not tell why a task is open; what it was before does. */
static enum cchc_turn turn_of(const struct cchc_assignment *was,
			      const struct cchc_assignment *is)
{
	if (is->state != CCHC_TASK_OPEN)
		return CCHC_TURN_NONE;
	if (was->state == CCHC_TASK_DONE || was->state == CCHC_TASK_CANCELLED)
		return CCHC_TURN_REOPENED;
	if (was_reported(was))
		return CCHC_TURN_RETURNED;
	/* the reason is another one now */
	return is->extensions > was->extensions ? CCHC_TURN_NONE : was->turn;
}

static bool is_same(const struct cchc_statement *a, const struct cchc_statement *b)
{
	return a->done == b->done && strcmp(a->result, b->result) == 0 &&
	       a->wish == b->wish && strcmp(a->reason, b->reason) == 0;
}

/* Whether what people wrote is still what they are to see. */
static enum cchc_said said_after(const struct cchc_assignment *was,
				 const struct cchc_assignment *is)
{
	bool refused = was->said == CCHC_SAID_WRONG || was->said == CCHC_SAID_REFUSED;

	if (was->said == CCHC_SAID_TAKEN)
		return CCHC_SAID_NOTHING;
	if (refused && was->known &&
	    (was->state != is->state || !is_same(&was->stands, &is->stands)))
		return CCHC_SAID_NOTHING;
	return (enum cchc_said)was->said;
}

/* A restored district gives its numbers a second time, but not at the same moment. */
static bool is_news(const struct cchc_assignment *was, const struct cchc_assignment *is)
{
	return is->journal != was->journal || is->changed_ms != was->changed_ms;
}

static void hear_task(struct cchc_box_txn *t, const Cchc__TaskInfo *info)
{
	struct cchc_assignment was;
	struct cchc_assignment is;
	bool found;

	if (!info->id[0] || strlen(info->id) >= CCHC_TASK_ID)
		return; /* no task has such an id */
	found = cchc_box_get_task(t, info->id, &was);
	if (!found)
		cchc_assignment_init(&was, info->id);
	if (info->has_concern && info->concern == CCHC__TASK_INFO__CONCERN__GONE) {
		if (found)
			cchc_box_delete_task(t, info->id);
		return;
	}
	is = was;
	fill(&is, info, t->state.unit);
	if (is_news(&was, &is)) { /* else it is told once more */
		is.turn = (uint8_t)turn_of(&was, &is);
		is.said = (uint8_t)said_after(&was, &is);
		is.held = (struct cchc_statement){.done = CCHC_DAY_NONE,
						  .wish = CCHC_DAY_NONE};
	}
	cchc_box_put_task(t, &is);
}

/* ---- reminders ---- */

static struct cchc_box_key day_key(cchc_day day)
{
	return cchc_box_key_id((uint64_t)((int64_t)day - CCHC_DAY_NONE));
}

static void hear_digest(struct cchc_box_txn *t, const Cchc__Digest *digest)
{
	struct cchc_box_key key = day_key(digest->day);
	char date[CCHC_DAY_TEXT];

	if (!cchc_day_format(digest->day, date)[0])
		return; /* no file can be named after it */
	cchc_txn_put(&t->txn, BOX_DIGESTS, key.bytes, key.len, digest->text,
		     strlen(digest->text));
}

enum cchc_rc cchc_outbox_reminder(struct cchc_outbox *box, struct cchc_arena *arena,
				  cchc_day *day, const char **text)
{
	struct cchc_box_entry entry;
	struct cchc_box_txn t;
	enum cchc_rc rc = cchc_box_read(box, &t);
	const char *copy;

	if (rc)
		return rc;
	if (!cchc_box_from(&t, BOX_DIGESTS, NULL, 0, &entry))
		return cchc_box_end(&t, CCHC_NOTFOUND);
	copy = cchc_arena_text(arena, (const char *)entry.value, entry.len);
	if (!copy)
		return cchc_box_end(&t, CCHC_NOMEM);
	*day = (cchc_day)((int64_t)cchc_box_id_of(&entry) + CCHC_DAY_NONE);
	*text = copy;
	return cchc_box_end(&t, CCHC_OK);
}

enum cchc_rc cchc_outbox_reminded(struct cchc_outbox *box, cchc_day day)
{
	struct cchc_box_key key = day_key(day);
	struct cchc_box_txn t;
	enum cchc_rc rc = cchc_box_write(box, &t);

	if (rc)
		return rc;
	cchc_box_delete(&t, BOX_DIGESTS, &key);
	return cchc_box_commit(&t);
}

void cchc_box_hear(struct cchc_box_txn *t, const Cchc__Down *down)
{
	for (size_t i = 0; i < down->n_task; i++) {
		hear_task(t, down->task[i]);
		cchc_arena_reset(&t->scratch);
	}
	for (size_t i = 0; i < down->n_digest; i++)
		hear_digest(t, down->digest[i]);
}

/* ---- answers ---- */

/* The register shows it, or has changed since: what it says counts. */
static bool is_reflected(const struct cchc_assignment *a)
{
	if (a->journal != a->told_at)
		return true;
	if (a->told.done != CCHC_DAY_NONE)
		return a->stands.done == a->told.done &&
		       strcmp(a->stands.result, a->told.result) == 0;
	return a->stands.wish == a->told.wish &&
	       strcmp(a->stands.reason, a->told.reason) == 0;
}

static void refuse(struct cchc_assignment *a, const Cchc__CellRefusal *cell)
{
	struct cchc_refusal *refusal = &a->refusal;

	a->said = CCHC_SAID_REFUSED;
	*refusal = (struct cchc_refusal){.index = CCHC_REFUSED_WHOLE,
					 .rule = cchc_rule_from_number(cell->rule)};
	cchc_text_copy(refusal->field, sizeof(refusal->field), cell->field,
		       strlen(cell->field));
	cchc_text_copy(refusal->value, sizeof(refusal->value), cell->value,
		       strlen(cell->value));
	cchc_text_copy(refusal->expected, sizeof(refusal->expected), cell->expected,
		       strlen(cell->expected));
}

static void hold(struct cchc_assignment *a, const Cchc__TaskReport *report)
{
	a->held = (struct cchc_statement){
		.done = day_or_none(report->has_done, report->done),
		.result = given(report->result),
		.wish = day_or_none(report->has_wish, report->wish),
		.reason = given(report->reason),
	};
}

void cchc_box_hear_answer(struct cchc_box_txn *t, const struct cchc_item *item,
			  const Cchc__CellRefusal *refusal)
{
	struct cchc_assignment a;
	Cchc__TaskReport *report;

	if (cchc_wire_task_report(&t->scratch, item->body, item->body_len, &report,
				  NULL)) {
		cchc_txn_fail(&t->txn, CCHC_CORRUPT); /* it was decoded when it came */
		return;
	}
	if (!cchc_box_get_task(t, report->task, &a))
		return; /* gone */
	if (!refusal)
		hold(&a, report);
	if (a.item == item->id && refusal) /* else something was said since */
		refuse(&a, refusal);
	else if (a.item == item->id && a.said == CCHC_SAID_WAITS)
		a.said = is_reflected(&a) ? CCHC_SAID_NOTHING : CCHC_SAID_TAKEN;
	cchc_box_put_task(t, &a);
}

/* ---- a district that was restored ---- */

static bool is_said(const struct cchc_statement *statement)
{
	return statement->done != CCHC_DAY_NONE || statement->wish != CCHC_DAY_NONE;
}

/* What was acknowledged last stands too, though the register has not told so yet. */
static const struct cchc_statement *standing_of(const struct cchc_assignment *a)
{
	return is_said(&a->held) ? &a->held : &a->stands;
}

static bool told_district(const struct cchc_assignment *a)
{
	return a->known && a->leads && !a->is_duty && a->state != CCHC_TASK_CANCELLED &&
	       is_said(standing_of(a));
}

static bool show_days(struct cchc_arena *arena, struct cchc_assignment *a)
{
	const struct {
		cchc_day day;
		enum cchc_answer_cell cell;
	} DAYS[] = {{a->told.done, CCHC_ANSWER_DONE}, {a->told.wish, CCHC_ANSWER_WISH}};
	char text[CCHC_DAY_TEXT];

	for (size_t i = 0; i < CCHC_COUNT(DAYS); i++) {
		(void)cchc_day_people(DAYS[i].day, text);
		a->cell[DAYS[i].cell] = cchc_arena_text(arena, text, strlen(text));
		if (!a->cell[DAYS[i].cell])
			return false;
	}
	a->cell[CCHC_ANSWER_RESULT] = a->told.result;
	a->cell[CCHC_ANSWER_REASON] = a->told.reason;
	return true;
}

/* People see it as what they said last, unless that is something else. */
static bool show_again(struct cchc_box_txn *t, struct cchc_assignment *a,
		       const struct cchc_item *item)
{
	if (a->said != CCHC_SAID_NOTHING && a->said != CCHC_SAID_TAKEN)
		return true;
	a->told = *standing_of(a);
	a->told_at = a->journal;
	a->item = item->id;
	a->said = CCHC_SAID_WAITS;
	if (!show_days(&t->scratch, a))
		return false;
	cchc_box_put_task(t, a);
	return true;
}

static void say_again(struct cchc_box_txn *t, struct cchc_assignment *a, uint64_t id,
		      int64_t wall_ms)
{
	struct cchc_saying saying = {.id = a->id, .statement = *standing_of(a)};
	struct cchc_item item;
	enum cchc_rc rc = cchc_saying_pack(&t->scratch, t->state.unit, "accepted state",
					   wall_ms, &saying, &item);

	item.id = id;
	if (!rc && !show_again(t, a, &item))
		rc = CCHC_NOMEM;
	if (rc) {
		cchc_txn_fail(&t->txn, rc);
		return;
	}
	t->state.live_bytes += item.body_len;
	cchc_box_put_queue(t, &item);
}

void cchc_box_say_again(struct cchc_box_txn *t, int64_t wall_ms)
{
	uint64_t n = cchc_txn_entries(&t->txn, BOX_TASKS);
	struct cchc_box_entry entry;
	bool more = cchc_box_from(t, BOX_TASKS, NULL, 0, &entry);
	uint64_t id = t->state.front_id -= n;

	while (more) {
		struct cchc_assignment a;

		if (cchc_box_task_of(t, &entry, &a) && told_district(&a))
			say_again(t, &a, id++, wall_ms);
		more = cchc_box_next(t, BOX_TASKS, &entry);
	}
}
