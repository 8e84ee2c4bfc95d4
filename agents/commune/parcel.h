#ifndef CCHC_COMMUNE_PARCEL_H
#define CCHC_COMMUNE_PARCEL_H

#include "commune/item.h"
#include "core/filled.h"

/* A file that was read, packed for sending: a REPORT and as many UPDATEs as its cells
 * need. Cells that could not be read travel as unread ones, so that the district sees
 * them too. */
struct cchc_parcel {
	const char *unit;
	const struct cchc_form *form;
	struct cchc_period period;
	const char *source; /* the file's name, clean */
	int64_t as_of_ms;
	const struct cchc_filled *filled;
	const struct cchc_figure *stands; /* one a cell of filled; where it is not ABSENT
					   * the cell is not sent; NULL: all are */
};

/* The items live in the arena. At least one: a report without a figure is a report. */
CCHC_NODISCARD enum cchc_rc cchc_parcel_pack(struct cchc_arena *arena,
					     const struct cchc_parcel *parcel,
					     struct cchc_item **items, size_t *n);

/* True if the cell goes out as a figure (also n/a and withdrawn). */
bool cchc_parcel_sends(const struct cchc_parcel *parcel, size_t cell);

#endif
