/* tasklines.c - who did what to a task, and what it was before and after. The journal
 * has the deeds; what they made of the task is found by doing them again. */
#include "store/tables.h"

struct telling {
	struct cchc_txn *txn;
	struct cchc_arena *arena;
	uint64_t no;
	struct cchc_task task; /* after the lines so far */
	bool known;
	cchc_store_on_task_line *on_line;
	void *data;
};

/* False: the entry changed nothing. */
static bool redo(struct telling *t, const struct cchc_entry *entry,
		 struct cchc_task *after)
{
	const struct cchc_task *before = t->known ? &t->task : NULL;
	struct cchc_refusal refusal;
	struct cchc_deed deed;

	if (entry->kind == CCHC_ENTRY_REPORT && before)
		deed = cchc_deed_of_report(entry, before->id);
	else if (entry->deed && !entry->n_refusals)
		deed = *entry->deed;
	else
		return false;
	if (cchc_deed_do(t->txn, before, &deed, entry, t->arena, after, &refusal) !=
	    CCHC_APPLIED)
		return false;
	after->no = t->no;
	return !t->txn->rc;
}

static bool tell_line(struct telling *t, uint64_t journal)
{
	struct cchc_task before = t->task;
	bool known = t->known;
	struct cchc_task after;
	struct cchc_entry entry;
	bool changed;

	if (!cchc_store_entry(t->txn, journal, t->arena, &entry)) {
		cchc_txn_fail(t->txn, CCHC_CORRUPT);
		return false;
	}
	changed = redo(t, &entry, &after);
	if (t->txn->rc)
		return false;
	if (changed) {
		t->task = after;
		t->known = true;
	}
	return t->on_line(t->data, &entry, known ? &before : NULL,
			  changed ? &t->task : NULL);
}

void cchc_store_each_task_line(struct cchc_txn *txn, uint64_t no,
			       struct cchc_arena *arena, cchc_store_on_task_line *on_line,
			       void *data)
{
	struct cchc_key prefix = cchc_key_number(no);
	struct telling t = {
		.txn = txn, .arena = arena, .no = no, .on_line = on_line, .data = data};
	struct cchc_walk walk;
	uint64_t journal;

	cchc_table_walk(&walk, txn, CCHC_TABLE_TASK_LINES, &prefix);
	for (; walk.found && !txn->rc; cchc_walk_next(&walk)) {
		if (!cchc_key_read_pair(walk.key, walk.key_len, &no, &journal))
			cchc_txn_fail(txn, CCHC_CORRUPT);
		else if (!tell_line(&t, journal))
			break;
	}
	cchc_walk_end(&walk);
}
