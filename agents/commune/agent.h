#ifndef CCHC_COMMUNE_AGENT_H
#define CCHC_COMMUNE_AGENT_H

#include "commune/outbox.h"
#include "commune/settings.h"

/* Runs the agent until SIGTERM or SIGINT: inbox, outbox, link on one loop and one thread.
 * BUSY when another agent runs on the same outbox. */
CCHC_NODISCARD enum cchc_rc cchc_agent_run(const struct cchc_settings *settings,
					   const char *program, struct cchc_err *err);

/* The outbox of these settings. */
struct cchc_outbox_options cchc_agent_outbox(const struct cchc_settings *settings,
					     bool read_only);

#endif
