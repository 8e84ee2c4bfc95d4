#ifndef CCHC_TESTS_HISTORY_H
#define CCHC_TESTS_HISTORY_H

#include "core/form.h"
#include "core/figure.h"
#include "world.h"

/* Random histories of what units give, correct, declare not applicable and withdraw. */

enum { HISTORY_CHANGES = 1200, HISTORY_FIRST_YEAR = 2024, HISTORY_YEARS = 2 };

struct change {
	uint32_t batch; /* neighbours of one batch are applied at once: one unit and
			   period */
	uint32_t unit;
	struct cchc_period period;
	uint16_t row;
	struct cchc_figure figure;
};

struct history {
	struct change change[HISTORY_CHANGES];
	size_t n;
	uint16_t focus[CCHC_ROWS_MAX]; /* rows that belong together and meet often */
	size_t n_focus;
};

void history_make(struct history *history, const struct cchc_form *form,
		  const struct world *world, struct test_random *random);
/* How many changes from the first are of its batch. */
size_t history_batch(const struct change *change, size_t n);
void history_print(const struct change *change, size_t n, const struct cchc_form *form,
		   const struct world *world);

#endif
