/* applytask.c - a deed becomes state: judged here, against the task in the store and by
 * the clock of the entry, because between the asking and the writing another deed may
 * have come. So a replay judges it again and comes to the same. */
#include <string.h>

#include "base/text.h"
#include "store/tables.h"

enum { COMPLETE = 2 }; /* of a report: the sender said that it is */

static void refuse_full(const struct cchc_task *before, struct cchc_refusal *refusal)
{
	*refusal = (struct cchc_refusal){
		.rule = CCHC_RULE_NOT_OPEN,
		.field = "task",
		.expected = "lịch sử của nhiệm vụ đã đầy (its history is full)"};
	cchc_text_copy(refusal->value, sizeof(refusal->value), before->id,
		       strlen(before->id));
}

enum cchc_applied cchc_deed_do(struct cchc_txn *txn, const struct cchc_task *before,
			       const struct cchc_deed *deed,
			       const struct cchc_entry *entry, struct cchc_arena *arena,
			       struct cchc_task *after, struct cchc_refusal *refusal)
{
	bool changes = false;
	int64_t clock_ms = entry->clock_ms;
	enum cchc_rc rc;

	if (!cchc_task_judge(before, deed, cchc_day_at(clock_ms), &changes, refusal))
		return CCHC_REFUSED;
	if (!changes)
		return CCHC_REPEATED;
	if (before && before->changed_ms > clock_ms)
		clock_ms = before->changed_ms; /* of one task it never goes back */
	*after = before ? *before : (struct cchc_task){.no = 0};
	rc = cchc_task_do(after, deed, clock_ms, entry->number, arena);
	if (rc == CCHC_LIMIT && before) {
		refuse_full(before, refusal);
		return CCHC_REFUSED;
	}
	cchc_txn_fail(txn, rc);
	after->no = before ? before->no : 0;
	return CCHC_APPLIED;
}

/* Why no step of before's due date holds any more; NULL: they do. */
static const char *why_over(const struct cchc_task *before, const struct cchc_task *after)
{
	if (after->state == CCHC_TASK_CANCELLED)
		return "cancelled";
	if (!cchc_task_runs(after))
		return "done";
	if (after->lead != before->lead)
		return "moved";
	return after->due_version != before->due_version ? "extended" : NULL;
}

/* `after` was made of `before` (NULL: new): the register, and the alerts that are over.
 */
static void record(struct cchc_txn *txn, const struct cchc_task *before,
		   const struct cchc_task *after, const struct cchc_entry *entry,
		   struct cchc_arena *arena, struct cchc_outcome *outcome)
{
	const char *why = before ? why_over(before, after) : NULL;
	struct cchc_task_change *change = &outcome->task;
	struct cchc_task *kept = cchc_arena_array(arena, 2, sizeof(*kept));

	if (!kept) {
		cchc_txn_fail(txn, CCHC_NOMEM);
		return;
	}
	cchc_tasks_record(txn, before, after, arena);
	cchc_tasks_note(txn, after->no, entry->number);
	if (why)
		cchc_alerts_end_of_task(txn, after->no, why, entry, arena, outcome);
	if (before)
		kept[0] = *before;
	kept[1] = *after;
	change->before = before ? &kept[0] : NULL;
	change->after = &kept[1];
}

/* A report's number as a task can hold it: it may be longer, and of several lines. */
static const char *document_of(const char *doc_number)
{
	return strlen(doc_number) <= CCHC_TASK_TEXT_MAX && !strpbrk(doc_number, "\t\r\n")
		       ? doc_number
		       : "";
}

/* A duty of which the report came before it, and is complete: done on the day it came. */
static void find_report(struct cchc_txn *txn, const struct cchc_entry *entry,
			struct cchc_deed *deed, struct cchc_arena *arena)
{
	cchc_day today = cchc_day_at(entry->clock_ms);
	struct cchc_report_head head;
	struct cchc_period period;

	if (!cchc_period_from_code(deed->period, &period)) {
		cchc_txn_fail(txn, CCHC_INVALID);
		return;
	}
	if (deed->assigned > today ||
	    !cchc_store_report(txn, deed->lead, deed->form, period, &head) ||
	    head.complete != COMPLETE)
		return;
	deed->done = cchc_day_at(head.received_ms);
	if (deed->done < deed->assigned)
		deed->done = deed->assigned;
	if (deed->done > today)
		deed->done = today;
	deed->result = cchc_arena_text(arena, head.doc_number, strlen(head.doc_number));
	if (deed->result)
		deed->result = document_of(deed->result);
	else
		cchc_txn_fail(txn, CCHC_NOMEM);
}

/* Whether a duty was done when it was added is the store's to say, so that one added
 * again says the same as before. */
static void complete_duty(struct cchc_txn *txn, const struct cchc_entry *entry,
			  const struct cchc_task *known, struct cchc_deed *deed,
			  struct cchc_arena *arena)
{
	if (deed->kind != CCHC_DEED_ADD || !deed->is_duty)
		return;
	if (!known) {
		find_report(txn, entry, deed, arena);
	} else if (known->is_duty) {
		deed->done = known->past[0].done;
		deed->result = known->result;
	}
}

/* A commune's deed that is refused stands in the journal with the reason, and is told
 * until the agent has it, like any message's. */
static void refuse(struct cchc_txn *txn, struct cchc_entry *entry,
		   const struct cchc_refusal *refusal, struct cchc_arena *arena)
{
	entry->refusal = cchc_arena_alloc(arena, sizeof(*entry->refusal));
	entry->refused_row = cchc_arena_alloc(arena, sizeof(*entry->refused_row));
	if (!entry->refusal || !entry->refused_row) {
		cchc_txn_fail(txn, CCHC_NOMEM);
		return;
	}
	*entry->refusal = *refusal;
	entry->n_refusals = 1;
	cchc_refusals_keep(txn, entry);
}

/* A unit owes one report of a form for a period, whatever the duty's id: one under
 * another id is the same, and so refused. */
static bool find_before(struct cchc_txn *txn, const struct cchc_deed *deed,
			struct cchc_arena *arena, struct cchc_task *before)
{
	struct cchc_period period;

	if (cchc_store_task_by_id(txn, deed->id, arena, before))
		return true;
	return deed->kind == CCHC_DEED_ADD && deed->is_duty &&
	       cchc_period_from_code(deed->period, &period) &&
	       cchc_store_duty(txn, deed->lead, deed->form, period, arena, before);
}

static void do_deed(struct cchc_txn *txn, struct cchc_entry *entry,
		    struct cchc_deed *deed, struct cchc_arena *arena,
		    struct cchc_outcome *outcome)
{
	struct cchc_refusal *refusal = &outcome->refusal;
	struct cchc_task before;
	struct cchc_task after;
	bool known = find_before(txn, deed, arena, &before);
	enum cchc_applied applied;

	complete_duty(txn, entry, known ? &before : NULL, deed, arena);
	if (txn->rc)
		return;
	applied = cchc_deed_do(txn, known ? &before : NULL, deed, entry, arena, &after,
			       refusal);
	refusal->index = CCHC_REFUSED_WHOLE;
	if (applied == CCHC_APPLIED) {
		if (!known)
			after.no = cchc_tasks_next_no(txn);
		if (!txn->rc)
			record(txn, known ? &before : NULL, &after, entry, arena,
			       outcome);
		return;
	}
	if (!entry->sender_unit) {
		outcome->applied = applied;
		return;
	}
	if (applied == CCHC_REFUSED)
		refuse(txn, entry, refusal, arena);
	if (known)
		cchc_tasks_note(txn, before.no, entry->number);
}

void cchc_deed_apply(struct cchc_txn *txn, struct cchc_entry *entry,
		     struct cchc_arena *arena, struct cchc_outcome *outcome)
{
	struct cchc_deed *deed;

	if (!entry->deed) {
		if (entry->sender_unit && entry->n_refusals)
			cchc_refusals_keep(txn, entry);
		else
			cchc_txn_fail(txn, CCHC_INVALID);
		return;
	}
	deed = cchc_arena_alloc(arena, sizeof(*deed));
	if (!deed) {
		cchc_txn_fail(txn, CCHC_NOMEM);
		return;
	}
	*deed = *entry->deed;
	entry->deed = deed;
	entry->n_refusals = 0; /* of an earlier try, or as the journal has it */
	do_deed(txn, entry, deed, arena, outcome);
}

struct cchc_deed cchc_deed_of_report(const struct cchc_entry *entry, const char *id)
{
	return (struct cchc_deed){.kind = CCHC_DEED_FULFIL,
				  .hand = CCHC_HAND_DAEMON,
				  .id = id,
				  .doc_date = CCHC_DAY_NONE,
				  .assigned = CCHC_DAY_NONE,
				  .due = CCHC_DAY_NONE,
				  .effective = CCHC_DAY_NONE,
				  .done = cchc_day_at(entry->clock_ms),
				  .result = document_of(entry->doc_number),
				  .wish = CCHC_DAY_NONE};
}

void cchc_report_fulfil(struct cchc_txn *txn, const struct cchc_entry *entry,
			struct cchc_arena *arena, struct cchc_outcome *outcome)
{
	struct cchc_refusal refusal;
	struct cchc_task before;
	struct cchc_task after;
	struct cchc_deed deed;

	if (entry->complete != COMPLETE ||
	    !cchc_store_duty(txn, entry->unit, entry->form, entry->period, arena,
			     &before))
		return;
	deed = cchc_deed_of_report(entry, before.id);
	if (cchc_deed_do(txn, &before, &deed, entry, arena, &after, &refusal) ==
		    CCHC_APPLIED &&
	    !txn->rc)
		record(txn, &before, &after, entry, arena, outcome);
}
