#ifndef CCHC_COMMUNE_RECEIPT_H
#define CCHC_COMMUNE_RECEIPT_H

#include "commune/catalog.h"
#include "commune/fork.h"
#include "commune/parcel.h"

/* What the people of the commune read: one text a file, UTF-8 with a byte order mark,
 * lines ended as Windows likes them, Vietnamese with English beside. */

/* The part that does not change after a file was taken: notices, cells not taken, cells
 * that a fork left standing. In the arena; NULL when memory is out. */
const char *cchc_receipt_text(struct cchc_arena *arena, const struct cchc_parcel *parcel);

/* Writes every receipt that is not up to date into the folder. Stops at the first that
 * cannot be written: it stays marked. `catalog` may lack the form of a file. */
CCHC_NODISCARD enum cchc_rc cchc_receipts_write(struct cchc_outbox *box,
						const struct cchc_catalog *catalog,
						const char *folder, const char *unit,
						struct cchc_err *err);

/* Of a file that could not be read at all. `why` and `more` (may be "") are for people.
 */
CCHC_NODISCARD enum cchc_rc cchc_receipt_reject(const char *folder, const char *name,
						const char *unit, enum cchc_rule why,
						const char *more, int64_t wall_ms,
						struct cchc_err *err);

/* Replaces what is no clean UTF-8 in a file name; in the arena, or NULL. */
const char *cchc_receipt_clean(struct cchc_arena *arena, const char *name);

#endif
