#ifndef CCHC_APP_BOARD_H
#define CCHC_APP_BOARD_H

#include "app/catalog.h"
#include "app/encoded.h"
#include "core/view.h"
#include "store/apply.h"
#include "store/task.h"

/* The rollup view of every form, in memory, at one commit number. Belongs to the loop
 * thread.
 *
 * Resident are the reporting years that are not closed, the last one, and any that was
 * written or watched since start; beyond `resident_periods` the year used longest ago
 * goes. A year that is not resident is answered from a board made for the question
 * (jobs.c). */

struct cchc_board_form {
	const struct cchc_catalog_form *of;
	struct cchc_view *view;
	struct cchc_encoded encoded; /* of the view's cells */
	struct cchc_counts *counts;  /* of its rows from the register of tasks; NULL: it
				      * has none */
};

struct cchc_board_year {
	uint16_t year;
	uint64_t used; /* when last asked, written or watched: a count */
};

struct cchc_board {
	const struct cchc_catalog *catalog;
	struct cchc_trees trees;
	struct cchc_board_form form[64];
	size_t n_forms;
	struct cchc_board_year year[128];
	size_t n_years;
	uint64_t uses;
	uint64_t commit;    /* every change up to it is in */
	int64_t counted_ms; /* the present of the counts of tasks */
	uint64_t
		ahead; /* some year was loaded from a later commit: answers wait for it */
	uint64_t tell_from; /* time alone changed counts: this commit will tell of it */
};

/* Makes it empty. */
CCHC_NODISCARD enum cchc_rc cchc_board_new(const struct cchc_catalog *catalog,
					   struct cchc_board **board);
void cchc_board_free(struct cchc_board **board);

/* Loads a year from a snapshot: of one unit's subtree (node ids of units; n 0: of all).
 * Fine if it is resident already. */
CCHC_NODISCARD enum cchc_rc cchc_board_load(struct cchc_board *board,
					    struct cchc_txn *txn, uint16_t year,
					    const uint32_t *units, size_t n);
/* Only the counts of tasks of a year, into a board that holds nothing else of it. */
CCHC_NODISCARD enum cchc_rc cchc_board_load_counts(struct cchc_board *board,
						   struct cchc_txn *txn, uint16_t year);
/* Only the figures of all years that are stored, into a board that holds nothing else. */
CCHC_NODISCARD enum cchc_rc cchc_board_load_figures(struct cchc_board *board,
						    struct cchc_txn *txn);
bool cchc_board_has(const struct cchc_board *board, uint16_t year);
/* Drops the years used longest ago until at most `periods` periods are held; never those
 * not yet closed or the last closed one at `today`. */
void cchc_board_trim(struct cchc_board *board, uint32_t periods, cchc_day today);
void cchc_board_touch(struct cchc_board *board, uint16_t year);

/* Brings in what one entry changed; its year must be resident. */
CCHC_NODISCARD enum cchc_rc cchc_board_apply(struct cchc_board *board,
					     const struct cchc_changes *changes);

/* Moves the present of the counts on; it never goes back. True: a period began, so that
 * every open task is to be passed, and not only those whose moment lies in between. */
bool cchc_board_advance(struct cchc_board *board, int64_t now_ms);
/* What time alone brought to a task since counted_ms, the present before. */
CCHC_NODISCARD enum cchc_rc cchc_board_pass(struct cchc_board *board,
					    const struct cchc_task *task,
					    int64_t counted_ms);
/* What a change of a task brings to the counts; the present must have come to it. */
CCHC_NODISCARD enum cchc_rc cchc_board_change_task(struct cchc_board *board,
						   const struct cchc_task_change *change);

/* True when all that changed is of the board's commit, so that its number may be said. */
bool cchc_board_may_tell(const struct cchc_board *board);

/* NULL when the form is unknown. */
struct cchc_board_form *cchc_board_form(struct cchc_board *board, uint16_t form_id);

/* The figures of a unit and period, to be set by who knows that nothing is rolled up from
 * them yet; NULL without memory. */
struct cchc_record *cchc_board_record(struct cchc_board_form *form, uint32_t unit,
				      struct cchc_period period);

/* Digests of one year over all forms, to compare two boards. */
struct cchc_board_digest {
	uint16_t year;
	uint64_t figures;
	uint64_t rollups;
	uint64_t counts; /* of tasks */
	uint64_t n_figures;
	uint64_t n_rollups;
	uint64_t n_counts;
};
struct cchc_board_digest cchc_board_digest(const struct cchc_board *board, uint16_t year);

#endif
