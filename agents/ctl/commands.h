#ifndef CCHC_CTL_COMMANDS_H
#define CCHC_CTL_COMMANDS_H

#include <stdio.h>

#include "base/arena.h"
#include "ctl/forms.h"
#include "ctl/link.h"
#include "ctl/options.h"

enum cchc_ctl_exit {
	CCHC_CTL_EXIT_FINE = 0,
	CCHC_CTL_EXIT_FAILED = 1, /* refused, or an answer that is none */
	CCHC_CTL_EXIT_USAGE = 2,
	CCHC_CTL_EXIT_NOTFOUND = 3,
	CCHC_CTL_EXIT_DIFFERS = 4, /* verify */
	CCHC_CTL_EXIT_NO_ANSWER = 5,
};

/* What a command works with; owned by cchc_ctl_run. */
struct cchc_ctl_session {
	const struct cchc_ctl_options *options;
	struct cchc_ctl_link *link;
	struct cchc_arena *arena; /* of answers, until the command ends */
	struct cchc_form *form;   /* NULL until one was fetched */
	FILE *out;
};

/* The whole program but for its locale: parses, runs, tells failures on stderr, answers
 * the exit code. */
int cchc_ctl_run(int argc, char *const *argv);

/* The commands that ask. CCHC_OK, or a failure with its text; verify sets *agrees. */
CCHC_NODISCARD enum cchc_rc cchc_ctl_appendix_run(struct cchc_ctl_session *session,
						  struct cchc_err *err);
CCHC_NODISCARD enum cchc_rc cchc_ctl_explain_run(struct cchc_ctl_session *session,
						 struct cchc_err *err);
CCHC_NODISCARD enum cchc_rc cchc_ctl_watch_run(struct cchc_ctl_session *session,
					       struct cchc_err *err);
CCHC_NODISCARD enum cchc_rc cchc_ctl_journal_run(struct cchc_ctl_session *session,
						 struct cchc_err *err);
CCHC_NODISCARD enum cchc_rc cchc_ctl_status_run(struct cchc_ctl_session *session,
						struct cchc_err *err);
CCHC_NODISCARD enum cchc_rc cchc_ctl_about_run(struct cchc_ctl_session *session,
					       struct cchc_err *err);
CCHC_NODISCARD enum cchc_rc cchc_ctl_verify_run(struct cchc_ctl_session *session,
						bool *agrees, struct cchc_err *err);

/* Asks the daemon for its clock, store, unit and forms: the answer's first part has
 * them. */
CCHC_NODISCARD enum cchc_rc cchc_ctl_ask_about(struct cchc_ctl_session *session,
					       struct cchc_ctl_answer *answer,
					       struct cchc_err *err);
/* Asks for all cells of a unit (NULL: the receiving one) and makes sure that the form
 * they are of is at hand. */
CCHC_NODISCARD enum cchc_rc cchc_ctl_ask_cells(struct cchc_ctl_session *session,
					       Cchc__CellsAsk *cells,
					       struct cchc_arena *arena,
					       struct cchc_ctl_answer *answer,
					       struct cchc_err *err);

#endif
