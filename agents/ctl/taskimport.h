#ifndef CCHC_CTL_TASKIMPORT_H
#define CCHC_CTL_TASKIMPORT_H

#include "ctl/commands.h"

/* A file of tasks into the register. What is wrong with a line is told on stderr with its
 * place and holds back no other; at the end how many were added, already there, refused.
 * DENIED when any was refused; a second run of the same file changes nothing. */
CCHC_NODISCARD enum cchc_rc cchc_ctl_task_import_run(struct cchc_ctl_session *session,
						     struct cchc_err *err);

#endif
