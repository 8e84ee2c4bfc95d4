#ifndef CCHC_STORE_TABLES_H
#define CCHC_STORE_TABLES_H

#include "store/entry.h"
#include "store/key.h"
#include "store/record.h"
#include "store/store.h"

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
	CCHC_TABLES,
};

bool cchc_table_get(struct cchc_txn *txn, enum cchc_table table,
		    const struct cchc_key *key, const void **value, size_t *len);
void cchc_table_put(struct cchc_txn *txn, enum cchc_table table,
		    const struct cchc_key *key, const void *value, size_t len);
void cchc_table_delete(struct cchc_txn *txn, enum cchc_table table,
		       const struct cchc_key *key);
void cchc_table_walk(struct cchc_walk *walk, struct cchc_txn *txn, enum cchc_table table,
		     const struct cchc_key *prefix);

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

#endif
