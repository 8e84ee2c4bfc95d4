#ifndef CCHC_CORE_FIGURE_H
#define CCHC_CORE_FIGURE_H

#include <stdbool.h>
#include <stdint.h>

/* One unit's own cell. The four states are never mixed: 0 is a figure, a blank is not. */

enum cchc_state {
	CCHC_ABSENT, /* nothing was given */
	CCHC_FIGURE,
	CCHC_NA,        /* declared not applicable */
	CCHC_WITHDRAWN, /* taken back; also said of a cell that had nothing */
};

struct cchc_figure {
	int64_t value; /* in units of 10^-decimals of the row (money: đồng); 0 unless
			  FIGURE */
	uint8_t state; /* enum cchc_state */
};

#define CCHC_VALUE_MAX INT64_C(10000000000000) /* |value| in the row's scale */

const char *cchc_state_name(enum cchc_state state); /* absent, figure, na, withdrawn */

static inline bool cchc_figure_equal(struct cchc_figure a, struct cchc_figure b)
{
	return a.state == b.state && a.value == b.value;
}

#endif
