#ifndef CCHC_CTL_REGISTER_H
#define CCHC_CTL_REGISTER_H

#include "ctl/commands.h"

/* The commands about the register of tasks and about alerts, by their number. */
CCHC_NODISCARD enum cchc_rc cchc_ctl_register_run(struct cchc_ctl_session *session,
						  struct cchc_err *err);

/* The help of one of them; the others have "". */
const char *cchc_ctl_register_help(enum cchc_ctl_command command);

/* Asks for the alerts that the options name; they live in the session's arena. */
CCHC_NODISCARD enum cchc_rc cchc_ctl_ask_alerts(struct cchc_ctl_session *session,
						struct cchc_ctl_answer *answer,
						struct cchc_err *err);

CCHC_NODISCARD enum cchc_rc cchc_ctl_alerts_watch_run(struct cchc_ctl_session *session,
						      struct cchc_err *err);

#endif
