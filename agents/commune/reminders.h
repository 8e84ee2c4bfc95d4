#ifndef CCHC_COMMUNE_REMINDERS_H
#define CCHC_COMMUNE_REMINDERS_H

#include "commune/assignment.h"

/* nhac-viec/2024-03-15.txt: what the district reminds the unit of, one text a day. */

enum { CCHC_REMINDERS_KEPT = 60 }; /* the newest; older ones are deleted */

/* Puts into the folder what came down and is not there yet; makes it when needed. What
 * cannot be written stays to be written. */
CCHC_NODISCARD enum cchc_rc
cchc_reminders_write(struct cchc_outbox *box, const char *folder, struct cchc_err *err);

#endif
