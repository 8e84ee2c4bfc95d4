#ifndef CCHC_CTL_LIVE_H
#define CCHC_CTL_LIVE_H

#include <stdbool.h>

#include "ctl/cell.h"

/* The cells of one unit and period as they stand now, as texts: what a watcher shows.
 * Owns its memory, so that answers and publications may go. One owner thread. */

struct cchc_ctl_line {
	const struct cchc_row *row;
	const char *name; /* as printed for the unit's level; lent from the form */
	Cchc__CellState state;
	char *plain;  /* "26.6"; "" where there is no one number */
	char *people; /* "26,6" */
	char *detail; /* "I.2.2=21;I.2.1=79" */
	uint32_t reported;
	uint32_t expected;
	uint32_t incomplete;
	uint64_t commit; /* that changed it last; 0: never */
};

struct cchc_ctl_live {
	const struct cchc_form *form; /* lent */
	struct cchc_ctl_line *line;   /* form->n, in the order of the form */
	size_t n;
};

CCHC_NODISCARD enum cchc_rc cchc_ctl_live_new(const struct cchc_form *form,
					      struct cchc_ctl_live **live);
void cchc_ctl_live_free(struct cchc_ctl_live **live);

/* Puts a cell in its line. *changed says if it shows anything else than before; scratch
 * is for the making of texts. */
CCHC_NODISCARD enum cchc_rc cchc_ctl_live_put(struct cchc_ctl_live *live,
					      struct cchc_arena *scratch,
					      const struct cchc_ctl_cell *cell,
					      uint64_t commit, bool *changed);

#endif
