#ifndef CCHC_CTL_SCREEN_H
#define CCHC_CTL_SCREEN_H

#include <stdio.h>

#include "ctl/columns.h"
#include "ctl/live.h"

/* A live table painted over itself on a terminal. PURE but for the stream. */

struct cchc_ctl_screen {
	const char *unit;   /* name and code */
	const char *period; /* title */
	const char *clock;  /* HH:MM:SS */
	const char *notice; /* "" or what is wrong now: "mất liên lạc" */
	uint64_t commit;
};

/* Enters and leaves the terminal's second screen; the first stays as it was. */
void cchc_ctl_screen_enter(FILE *out);
void cchc_ctl_screen_leave(FILE *out);
/* Filled rows in the order of the form, those that the last commit changed highlighted.
 * Where the window is too low, the rows changed last are kept. Never more lines than the
 * window has. */
void cchc_ctl_screen_paint(FILE *out, const struct cchc_ctl_live *live,
			   const struct cchc_ctl_screen *screen,
			   struct cchc_ctl_window window);

#endif
