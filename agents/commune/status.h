#ifndef CCHC_COMMUNE_STATUS_H
#define CCHC_COMMUNE_STATUS_H

#include <stdio.h>

#include "commune/settings.h"

/* What `cchc-agent status` says, read beside a running agent. */

enum cchc_status_format { CCHC_STATUS_TEXT, CCHC_STATUS_JSON };

/* *pending: files stand in the inbox, the sheet of tasks was saved, something is not yet
 * acknowledged, or a receipt is not up to date. */
CCHC_NODISCARD enum cchc_rc cchc_status_print(const struct cchc_settings *settings,
					      enum cchc_status_format format, FILE *out,
					      bool *pending, struct cchc_err *err);

#endif
