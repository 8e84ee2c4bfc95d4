#ifndef CCHC_TESTS_FAMILY_H
#define CCHC_TESTS_FAMILY_H

#include "core/unit.h"

/* The units in force on one day and who stands below whom, found by plain search: no code
 * is shared with core/tree.h. */

enum { FAMILY_UNITS = 64 }; /* the most there may be */

struct family {
	size_t n;
	const struct cchc_unit *unit[FAMILY_UNITS];
	size_t parent[FAMILY_UNITS]; /* index, or FAMILY_UNITS at the top */
};

void family_gather(struct family *family, const struct cchc_units *units, cchc_day day);
/* Strictly. */
bool family_is_below(const struct family *family, size_t unit, size_t above);
bool family_has_below(const struct family *family, size_t unit);
/* True if the unit has a child of the level. */
bool family_has_child(const struct family *family, size_t unit, enum cchc_level level);
/* The highest among the children; CCHC_LEVELS: none. */
enum cchc_level family_level_below(const struct family *family, size_t unit);

#endif
