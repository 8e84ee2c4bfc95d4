#ifndef CCHC_CTL_DEED_H
#define CCHC_CTL_DEED_H

#include <stdio.h>

#include "ctl/commands.h"

/* Things done to tasks, what is said to alerts and channels, and what came of it. */

/* The deed that the options ask for; its texts are lent, its lists live in the arena.
 * INVALID with the option that is wrong. */
CCHC_NODISCARD enum cchc_rc cchc_ctl_deed_of(const struct cchc_ctl_options *options,
					     struct cchc_arena *arena, Cchc__Deed *deed,
					     struct cchc_err *err);

enum { CCHC_CTL_REFUSAL = 1024 };
/* `due "01/03/2024": hạn hoàn thành trước ngày giao / due before it was assigned (đúng/
 * expected: ...)`. Returns out. */
char *cchc_ctl_refusal_text(const Cchc__CellRefusal *refusal, char out[CCHC_CTL_REFUSAL]);

/* What the daemon wants known beside what was done, each text once. */
struct cchc_ctl_notes {
	char text[8][CCHC_STRING_MAX + 1];
	size_t n; /* further ones are left out */
};
void cchc_ctl_notes_add(struct cchc_ctl_notes *notes, const char *text);
void cchc_ctl_notes_print(const struct cchc_ctl_notes *notes, FILE *out);

/* The commands that change something: every one but list, show, import and watch. DENIED
 * or, where what is named does not exist, NOTFOUND, when it was refused. */
CCHC_NODISCARD enum cchc_rc cchc_ctl_deed_run(struct cchc_ctl_session *session,
					      struct cchc_err *err);

#endif
