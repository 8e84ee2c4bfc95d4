#ifndef CCHC_CORE_BELOW_H
#define CCHC_CORE_BELOW_H

#include "core/unit.h"

/* Since when and until when units of a level stand directly below a unit: what an agent
 * has to know to tell whose reserved rows are, without knowing the other units. */

enum { CCHC_BELOW_MAX = 64 };

struct cchc_below { /* days on which there is at least one */
	enum cchc_level level;
	cchc_day from; /* CCHC_DAY_NONE: ever since */
	cchc_day to;   /* CCHC_DAY_NONE: open */
};

/* Fills the list and returns how many: no two of one level touch. Beyond the most, older
 * ones give way. */
size_t cchc_below_of(const struct cchc_units *units, const struct cchc_unit *unit,
		     struct cchc_below list[CCHC_BELOW_MAX]);
bool cchc_below_has(const struct cchc_below *list, size_t n, enum cchc_level level,
		    cchc_day day);

#endif
