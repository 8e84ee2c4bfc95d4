#ifndef CCHC_STORE_STORE_H
#define CCHC_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fail.h"
#include "core/form.h"
#include "core/unit.h"
#include "io/env.h"
#include "store/entry.h"

/* The daemon's tables. Figures, journal, marks, refusals, report heads, tasks and alerts
 * change together in one transaction or not at all. Keys are built in key.c only, with
 * integers big-endian, so that byte order is logical order.
 *
 *	meta	 format version, store id, incarnation; last unit id; years with figures;
 *		 digests of the configuration last loaded
 *	units	 code, valid_from -> id
 *	forms	 form id, revision -> digest, name, text
 *	figures	 unit, form, period, chunk -> packed cells of 64 row ids (row, state,
 *		 value, journal number); under 2,000 bytes: LMDB needs no overflow page
 *	reports	 unit, form, period -> head of the latest version, rows last refused
 *	journal	 number -> entry
 *	marks	 unit, epoch -> mark, chain hash, window of hashes, birth; at most 16
 *		 epochs a unit; beside them unit -> its last 64 retired epochs
 *	refusals unit, epoch, seq -> refusals the agent has not yet said to have stored
 *	tasks, alerts, silences, steps and what finds them: tasks.c, alerts.c, digests.c,
 *		 sayings.c, steps.c
 *
 * The commit number is the number of the last journal entry of the commit: the last key
 * of the journal, so that the two cannot disagree. */
struct cchc_store {
	struct cchc_env *env;
	uint8_t id[16];
	uint64_t incarnation;
};

enum { CCHC_STORE_FORMAT = 1 };

/* Opens or creates. INVALID for a store of another format version, with a text. */
CCHC_NODISCARD enum cchc_rc cchc_store_open(struct cchc_store *store, const char *path,
					    size_t map_bytes, struct cchc_err *err);
/* For tools: an existing store, never changed. */
CCHC_NODISCARD enum cchc_rc cchc_store_open_read_only(struct cchc_store *store,
						      const char *path,
						      struct cchc_err *err);
void cchc_store_close(struct cchc_store *store);

/* Reading: within any transaction of store->env. What does not decode sets txn->rc. */
uint64_t cchc_store_commit_number(struct cchc_txn *txn); /* 0 for a new store */
/* Writes the store's identity as it is, in a writing transaction: a commit that must
 * reach the disk though it changes nothing. */
void cchc_store_touch(struct cchc_txn *txn);

/* ids; 0: none given yet */
uint32_t cchc_store_unit_id(struct cchc_txn *txn, const char *code, cchc_day valid_from);
uint32_t cchc_store_next_unit_id(struct cchc_txn *txn);
/* Every unit that ever got an id, by code and day. What it answers besides CCHC_OK ends
 * the walk and becomes txn->rc. */
typedef enum cchc_rc cchc_store_on_unit(void *data, uint32_t id, const char *code,
					cchc_day valid_from);
void cchc_store_each_unit(struct cchc_txn *txn, cchc_store_on_unit *on_unit, void *data);
/* True if it has figures, reports or tasks. */
bool cchc_store_unit_is_used(struct cchc_txn *txn, uint32_t id);
uint16_t cchc_store_form_id(struct cchc_txn *txn, const char *name);
uint16_t cchc_store_next_form_id(struct cchc_txn *txn);

struct cchc_stored_form {
	uint16_t id;
	uint32_t revision;
	const char *name; /* lent from the transaction */
	const uint8_t *digest;
	const void *text;
	size_t text_len;
};
/* What it answers besides CCHC_OK ends the walk and becomes txn->rc. */
typedef enum cchc_rc cchc_store_on_form(void *data, const struct cchc_stored_form *form);
void cchc_store_each_form(struct cchc_txn *txn, cchc_store_on_form *on_form, void *data);

/* One stored cell. */
struct cchc_stored_cell {
	uint32_t unit;
	uint16_t form;
	struct cchc_period period;
	uint16_t row; /* id */
	struct cchc_figure figure;
	uint64_t journal;
};
typedef void cchc_store_on_cells(void *data, const struct cchc_stored_cell *cells,
				 size_t n);
/* Every cell of the unit (0: of all units), form (0: all), year (0: all), in key order, a
 * record at a time: n cells of one unit, form and period. */
void cchc_store_each_cells(struct cchc_txn *txn, uint32_t unit, uint16_t form,
			   uint16_t year, cchc_store_on_cells *on_cells, void *data);
/* Cells of one unit, form, period by row into `cells` (room for CCHC_ROWS_MAX; more of
 * them set txn->rc to LIMIT); returns how many. */
size_t cchc_store_cells(struct cchc_txn *txn, uint32_t unit, uint16_t form,
			struct cchc_period period, struct cchc_stored_cell *cells);
bool cchc_store_cell(struct cchc_txn *txn, uint32_t unit, uint16_t form,
		     struct cchc_period period, uint16_t row,
		     struct cchc_stored_cell *cell);

/* The digest in the last CONFIG entry of that name. */
bool cchc_store_config(struct cchc_txn *txn, const char *name, uint8_t digest[32]);

/* Which reporting years have any figures; fills at most `room`, ascending. */
size_t cchc_store_years(struct cchc_txn *txn, uint16_t *years, size_t room);

/* An entry by number, decoded into the arena. False when there is none. */
bool cchc_store_entry(struct cchc_txn *txn, uint64_t number, struct cchc_arena *arena,
		      struct cchc_entry *entry);

/* Every entry in the order of its number; each lives until the next. Walking on from
 * entry to entry is cheaper than asking for each. */
typedef void cchc_store_on_entry(void *data, const struct cchc_entry *entry);
void cchc_store_each_entry(struct cchc_txn *txn, cchc_store_on_entry *on_entry,
			   void *data);

struct cchc_refused_row {
	uint16_t row; /* id */
	uint64_t journal;
};

/* The head of the report of a unit, form, period. */
struct cchc_report_head {
	uint32_t unit;
	uint16_t form;
	struct cchc_period period;
	uint32_t version; /* REPORT messages so far; 0: only single updates came */
	bool submitted;   /* number, date and signer present in the latest version */
	uint8_t complete; /* as in the entry */
	int64_t received_ms;
	uint64_t journal; /* of the latest REPORT entry; while version is 0, of the last
			   * UPDATE that made or changed the head. Of that entry too: */
	uint32_t cells;   /* accepted */
	uint32_t refused; /* refused */
	char doc_number[128];
	struct cchc_refused_row refused_row[64]; /* last try was refused; newest kept;
						  * row 0: rows that the form has not */
	uint32_t n_refused_rows;
};
bool cchc_store_report(struct cchc_txn *txn, uint32_t unit, uint16_t form,
		       struct cchc_period period, struct cchc_report_head *head);
typedef void cchc_store_on_report(void *data, const struct cchc_report_head *head);
void cchc_store_each_report(struct cchc_txn *txn, uint32_t unit,
			    cchc_store_on_report *on_report, void *data);

enum { CCHC_WINDOW = 32 };

/* The first 8 bytes of a chain hash, big-endian, as the window keeps it. */
uint64_t cchc_mark_word(const uint8_t chain[16]);

/* What is committed for a sender's epoch. */
struct cchc_mark {
	uint64_t seq;                 /* 0: nothing yet */
	uint8_t chain[16];            /* hash at seq */
	uint64_t window[CCHC_WINDOW]; /* first 8 bytes of the chain hash of seq - i, i
				       * from 0; 0 where unknown */
	int64_t born_ms;
	uint64_t journal; /* of the last entry */
};
bool cchc_store_mark(struct cchc_txn *txn, uint32_t unit, uint64_t epoch,
		     struct cchc_mark *mark);
typedef void cchc_store_on_mark(void *data, uint32_t unit, uint64_t epoch,
				const struct cchc_mark *mark);
void cchc_store_each_mark(struct cchc_txn *txn, uint32_t unit /* 0: all */,
			  cchc_store_on_mark *on_mark, void *data);
/* Refusals of (unit, epoch) for seqs above `after`, ascending. */
typedef void cchc_store_on_refusals(void *data, uint64_t seq,
				    const struct cchc_refusal *refusals, size_t n);
void cchc_store_each_refusals(struct cchc_txn *txn, uint32_t unit, uint64_t epoch,
			      uint64_t after, cchc_store_on_refusals *on_refusals,
			      void *data);

#endif
