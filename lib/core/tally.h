#ifndef CCHC_CORE_TALLY_H
#define CCHC_CORE_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"

/* How many units gave each value: for common lists (same), spreads and choices. Sorted by
 * value, no zero counts, so two tallies of the same figures have the same entries. */

struct cchc_tally_entry {
	int64_t value;
	uint32_t count;
};

enum { CCHC_TALLY_FEW = 2 };

/* Most have one value or two, which stand in the tally itself: a report changes hundreds
 * of tallies, and each that had to be followed elsewhere was a third of a country's
 * rollup. All zeroes: empty. */
struct cchc_tally {
	uint32_t n;
	uint32_t room; /* of `many`; 0: they are in `few` */
	union {
		struct cchc_tally_entry few[CCHC_TALLY_FEW];
		struct cchc_tally_entry *many;
	};
};

/* The n entries. */
static inline const struct cchc_tally_entry *
cchc_tally_entries(const struct cchc_tally *tally)
{
	return tally->room ? tally->many : tally->few;
}

void cchc_tally_fini(struct cchc_tally *tally);
/* Adds by (may be negative) to the count of value; the count must not fall below 0. */
CCHC_NODISCARD enum cchc_rc cchc_tally_add(struct cchc_tally *tally, int64_t value,
					   int32_t by);
uint64_t cchc_tally_count(const struct cchc_tally *tally);
struct cchc_spread {
	int64_t least;
	int64_t median_twice; /* twice the median: the mean of the middle two stays exact
			       */
	int64_t most;
};

/* Over the tally's values and, if not NULL, one more. There must be at least one. */
void cchc_tally_spread(const struct cchc_tally *tally, const int64_t *more,
		       struct cchc_spread *spread);

#endif
