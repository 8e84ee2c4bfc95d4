#ifndef CCHC_STORE_TABLES_H
#define CCHC_STORE_TABLES_H

#include "store/alert.h"
#include "store/apply.h"
#include "store/key.h"
#include "store/record.h"
#include "store/task.h"

/* What the tables' files and apply.c share; nobody else includes it. Everything here
 * works within a sticky transaction: what goes wrong is in txn->rc. */

enum cchc_table {
	CCHC_TABLE_META,
	CCHC_TABLE_UNITS,
	CCHC_TABLE_FORMS,
	CCHC_TABLE_FIGURES,
	CCHC_TABLE_REPORTS,
	CCHC_TABLE_JOURNAL,
	CCHC_TABLE_MARKS,
	CCHC_TABLE_REFUSALS,
	CCHC_TABLE_TASKS,
	CCHC_TABLE_TASK_IDS,
	CCHC_TABLE_CONCERNS,
	CCHC_TABLE_DUTIES,
	CCHC_TABLE_TASK_LINES,
	CCHC_TABLE_ALERTS,
	CCHC_TABLE_ALERT_KEYS,
	CCHC_TABLE_PENDING,
	CCHC_TABLE_TASK_ALERTS,
	CCHC_TABLE_DIGESTS,
	CCHC_TABLE_SILENCES,
	CCHC_TABLE_STEPS,
	CCHC_TABLE_HEARD,
	CCHC_TABLES,
};

/* Texts that a kind of entry does not use may be NULL. */
static inline const char *cchc_text_given(const char *text)
{
	return text ? text : "";
}

bool cchc_table_get(struct cchc_txn *txn, enum cchc_table table,
		    const struct cchc_key *key, const void **value, size_t *len);
void cchc_table_put(struct cchc_txn *txn, enum cchc_table table,
		    const struct cchc_key *key, const void *value, size_t len);
void cchc_table_delete(struct cchc_txn *txn, enum cchc_table table,
		       const struct cchc_key *key);
void cchc_table_walk(struct cchc_walk *walk, struct cchc_txn *txn, enum cchc_table table,
		     const struct cchc_key *prefix);

/* Where a key stands for a number. */
bool cchc_table_get_number(struct cchc_txn *txn, enum cchc_table table,
			   const struct cchc_key *key, uint64_t *number);
void cchc_table_put_number(struct cchc_txn *txn, enum cchc_table table,
			   const struct cchc_key *key, uint64_t number);
/* The last key of a table whose keys are numbers; 0 for an empty one. */
uint64_t cchc_table_last_number(struct cchc_txn *txn, enum cchc_table table);

/* units.c: unknown units get the ids of the entry, which must be above all given before
 * and ascend; INVALID otherwise. */
void cchc_unit_ids_apply(struct cchc_txn *txn, const struct cchc_entry *entry);

/* forms.c: INVALID when the name has another id, the id another name, or the revision is
 * there with another text. */
void cchc_form_apply(struct cchc_txn *txn, const struct cchc_entry *entry);

/* config.c: INVALID when the name is too long or the digest has not its 32 bytes. */
void cchc_config_apply(struct cchc_txn *txn, const struct cchc_entry *entry);

/* figures.c: reads a record; false, and *record empty, when there is none. */
bool cchc_cells_get(struct cchc_txn *txn, const struct cchc_cells_at *at,
		    struct cchc_cells_record *record);
void cchc_cells_put(struct cchc_txn *txn, const struct cchc_cells_at *at,
		    const struct cchc_cells_record *record);
/* Notes that the year has figures. */
void cchc_cells_add_year(struct cchc_txn *txn, uint16_t year);

/* reports.c: what a REPORT or UPDATE that was not refused as a whole does to the head. */
void cchc_report_apply(struct cchc_txn *txn, const struct cchc_entry *entry);

/* marks.c */
enum { CCHC_EPOCHS_KEPT = 16, CCHC_RETIRED_KEPT = 64 };
void cchc_mark_put(struct cchc_txn *txn, uint32_t unit, uint64_t epoch,
		   const struct cchc_mark *mark);
bool cchc_mark_is_retired(struct cchc_txn *txn, uint32_t unit, uint64_t epoch);
/* Before a new epoch's first mark: where the unit has CCHC_EPOCHS_KEPT, the one whose
 * last journal number is the oldest goes, with its refusals, and is remembered as
 * retired. */
void cchc_mark_make_room(struct cchc_txn *txn, uint32_t unit);

/* refusals.c */
void cchc_refusals_keep(struct cchc_txn *txn, const struct cchc_entry *entry);
/* Deletes those of seqs up to `seq`; returns how many seqs had some. */
size_t cchc_refusals_forget(struct cchc_txn *txn, uint32_t unit, uint64_t epoch,
			    uint64_t seq);

/* tasks.c */
uint64_t cchc_tasks_next_no(struct cchc_txn *txn);
/* As cchc_store_task, but a record that is there and cannot be read fails nothing else:
 * *unreadable is true then. */
bool cchc_tasks_find(struct cchc_txn *txn, uint64_t no, struct cchc_arena *arena,
		     struct cchc_task *task, bool *unreadable);
/* The record alone. */
void cchc_tasks_put(struct cchc_txn *txn, const struct cchc_task *task,
		    struct cchc_arena *arena);
/* The record and all that finds it; before: NULL for a new task. */
void cchc_tasks_record(struct cchc_txn *txn, const struct cchc_task *before,
		       const struct cchc_task *after, struct cchc_arena *arena);
/* Notes an entry about the task. */
void cchc_tasks_note(struct cchc_txn *txn, uint64_t no, uint64_t journal);

/* applytask.c */
/* Judges a deed against the task (NULL: none) and does it: APPLIED, *after is the task
 * then; REPEATED, it changes nothing; REFUSED. */
enum cchc_applied cchc_deed_do(struct cchc_txn *txn, const struct cchc_task *before,
			       const struct cchc_deed *deed,
			       const struct cchc_entry *entry, struct cchc_arena *arena,
			       struct cchc_task *after, struct cchc_refusal *refusal);
/* What a complete report does to the duty of this id. */
struct cchc_deed cchc_deed_of_report(const struct cchc_entry *entry, const char *id);
void cchc_deed_apply(struct cchc_txn *txn, struct cchc_entry *entry,
		     struct cchc_arena *arena, struct cchc_outcome *outcome);
/* Fulfils the duty of a complete report, if there is one that waits for it. */
void cchc_report_fulfil(struct cchc_txn *txn, const struct cchc_entry *entry,
			struct cchc_arena *arena, struct cchc_outcome *outcome);

/* alerts.c */
/* The record, and whether it is pending. */
void cchc_alerts_put(struct cchc_txn *txn, const struct cchc_alert *alert,
		     struct cchc_arena *arena);
/* A new one: what finds it, too. */
void cchc_alerts_add(struct cchc_txn *txn, const struct cchc_alert *alert,
		     struct cchc_arena *arena);
bool cchc_alerts_have_key(struct cchc_txn *txn, const char *key);

/* applyalert.c; FIRE and HAND leave out of the entry what does not hold. */
void cchc_firings_apply(struct cchc_txn *txn, struct cchc_entry *entry,
			struct cchc_arena *arena, struct cchc_outcome *outcome);
void cchc_handings_apply(struct cchc_txn *txn, struct cchc_entry *entry,
			 struct cchc_arena *arena, struct cchc_outcome *outcome);
/* Ends the task's standing alerts; they are the outcome's. */
void cchc_alerts_end_of_task(struct cchc_txn *txn, uint64_t task, const char *why,
			     const struct cchc_entry *entry, struct cchc_arena *arena,
			     struct cchc_outcome *outcome);

/* sayings.c */
void cchc_saying_apply(struct cchc_txn *txn, const struct cchc_entry *entry,
		       struct cchc_arena *arena, struct cchc_outcome *outcome);

/* steps.c: REPEATED when they are those there are. */
void cchc_steps_apply(struct cchc_txn *txn, const struct cchc_entry *entry,
		      struct cchc_outcome *outcome);

/* heard.c: INVALID where no unit is named. REPEATED when all is known. */
void cchc_heard_apply(struct cchc_txn *txn, const struct cchc_entry *entry,
		      struct cchc_outcome *outcome);

/* digests.c: keeps what a digest says. */
void cchc_digest_keep(struct cchc_txn *txn, const struct cchc_firing *firing,
		      uint64_t journal, struct cchc_arena *arena);

#endif
