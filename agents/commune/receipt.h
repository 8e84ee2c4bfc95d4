#ifndef CCHC_COMMUNE_RECEIPT_H
#define CCHC_COMMUNE_RECEIPT_H

#include "commune/catalog.h"
#include "commune/fork.h"
#include "commune/parcel.h"

/* What the people of the commune read: one text a file, UTF-8 with a byte order mark,
 * lines ended as Windows likes them, Vietnamese with English beside.
 *
 * Each file has a receipt of its own, and goes on having it when another of the same name
 * comes (a correction): the newest file's receipt has the plain name, 2024-Q1.csv.txt,
 * those of earlier ones have their number, 2024-Q1.csv (1).txt. */

/* ---- the part that does not change after a file was taken ---- */

/* Notices, cells not taken, cells that a fork left standing. In the arena; NULL when
 * memory is out. */
const char *cchc_receipt_text(struct cchc_arena *arena, const struct cchc_parcel *parcel);
/* Why a file could not be read at all. `more` (may be "") is for people. */
const char *cchc_receipt_reason(struct cchc_arena *arena, enum cchc_rule why,
				const char *more);

/* ---- the whole ---- */

/* Where receipts are written, of what; all lent. */
struct cchc_desk {
	struct cchc_outbox *box;
	const struct cchc_catalog *catalog; /* may lack the form of a file */
	const char *folder;
	const char *unit;
};

/* Text and its length, in the arena. */
CCHC_NODISCARD enum cchc_rc cchc_receipt_write(const struct cchc_desk *desk,
					       struct cchc_arena *arena,
					       const struct cchc_file *file,
					       const struct cchc_namesakes *names,
					       const char **text, size_t *len);

enum { CCHC_RECEIPT_NAME = 256 };
/* The name in the folder of the receipt of file `number`. */
void cchc_receipt_name(const char *name, const struct cchc_namesakes *names,
		       uint32_t number, char out[CCHC_RECEIPT_NAME]);

/* Replaces what is no clean UTF-8 in a file name; in the arena, or NULL. */
const char *cchc_receipt_clean(struct cchc_arena *arena, const char *name);

#endif
