#ifndef CCHC_TESTS_ORACLE_H
#define CCHC_TESTS_ORACLE_H

#include "core/result.h"
#include "family.h"

/* The rules of design/domain.md, "Over time" and "Over units", said a second time:
 * slowly, by plain loops, from all figures anew for each cell that is asked. It shares no
 * code with the rollup, only the form, the unit table and the shape of an answer. */

struct oracle {
	const struct cchc_form *form;   /* lent */
	const struct cchc_units *units; /* lent */
	uint16_t first_year;
	uint16_t years;
	struct cchc_figure *cell; /* of every unit, period and row there can be */
};

struct oracle_answer {
	struct cchc_result cell; /* its tally lies below */
	struct cchc_tally_entry tally[FAMILY_UNITS];
};

void oracle_init(struct oracle *oracle, const struct cchc_form *form,
		 const struct cchc_units *units, uint16_t first_year, uint16_t years);
void oracle_fini(struct oracle *oracle);

struct cchc_figure *oracle_cell(const struct oracle *oracle, uint32_t unit,
				struct cchc_period period, uint16_t row);

/* family: the units in force on the period's last day; unit: index in it. */
void oracle_ask(const struct oracle *oracle, struct cchc_period period,
		const struct family *family, size_t unit, enum cchc_scope scope,
		uint16_t row, struct oracle_answer *answer);

#endif
