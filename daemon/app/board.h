#ifndef CCHC_APP_BOARD_H
#define CCHC_APP_BOARD_H

#include "app/catalog.h"
#include "core/view.h"
#include "store/store.h"

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
	uint64_t commit; /* every change up to it is in */
	uint64_t
		ahead; /* some year was loaded from a later commit: answers wait for it */
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
bool cchc_board_has(const struct cchc_board *board, uint16_t year);
/* Drops the years used longest ago until at most `periods` periods are held; never those
 * not yet closed or the last closed one at `today`. */
void cchc_board_trim(struct cchc_board *board, uint32_t periods, cchc_day today);
void cchc_board_touch(struct cchc_board *board, uint16_t year);

/* Brings in what one entry changed; its year must be resident. */
CCHC_NODISCARD enum cchc_rc cchc_board_apply(struct cchc_board *board,
					     const struct cchc_changes *changes);

/* NULL when the form is unknown. */
struct cchc_board_form *cchc_board_form(struct cchc_board *board, uint16_t form_id);

/* Digests of one year over all forms, to compare two boards. */
struct cchc_board_digest {
	uint16_t year;
	uint64_t figures;
	uint64_t rollups;
	uint64_t n_figures;
	uint64_t n_rollups;
};
struct cchc_board_digest cchc_board_digest(const struct cchc_board *board, uint16_t year);

#endif
