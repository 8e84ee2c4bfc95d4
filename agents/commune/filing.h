#ifndef CCHC_COMMUNE_FILING_H
#define CCHC_COMMUNE_FILING_H

#include "commune/receipt.h"

/* The folder of receipts. */

/* Of one name so many stay, the newest ones; older ones are deleted. */
enum { CCHC_RECEIPTS_KEPT = 20 };

/* Writes every receipt that is not up to date. Stops at the first that cannot be written:
 * it stays marked. */
CCHC_NODISCARD enum cchc_rc cchc_filing_write(const struct cchc_desk *desk,
					      struct cchc_err *err);

#endif
