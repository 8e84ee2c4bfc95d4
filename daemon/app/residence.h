#ifndef CCHC_APP_RESIDENCE_H
#define CCHC_APP_RESIDENCE_H

#include "app/daemon.h"

/* Which reporting years the board holds: at start those not yet closed and the last one;
 * later any that is written or watched. */

CCHC_NODISCARD enum cchc_rc cchc_residence_begin(struct cchc_daemon *d);
/* Loads the year from a snapshot if it is not there. The snapshot may be ahead of the
 * board: changes that come again change nothing, and answers wait for `ahead`. */
CCHC_NODISCARD enum cchc_rc cchc_residence_ensure(struct cchc_daemon *d, uint16_t year);
/* Drops the years used longest ago where too many periods are held; once in a while. */
void cchc_residence_trim(struct cchc_daemon *d);

#endif
