#ifndef CCHC_CORE_FIGURES_H
#define CCHC_CORE_FIGURES_H

#include "base/arena.h"
#include "core/figure.h"
#include "core/form.h"

/* The units' own figures of one form, in memory: by unit and reporting year, because a
 * figure's answer over time never leaves its reporting year. Allocates with malloc. One
 * owner thread; rows are indexes in the form. */

struct cchc_record {    /* the cells of one unit and period */
	uint32_t given; /* cells that are not ABSENT */
	int64_t *value;
	uint8_t *state;
};

struct cchc_year {      /* of one unit */
	uint32_t slots; /* bit (1 << slot) for each record that is there */
	struct cchc_record *record[CCHC_SLOTS];
};

struct cchc_year_block {
	uint16_t year;
	struct cchc_year **unit;  /* by unit id; NULL: nothing given */
	struct cchc_arena memory; /* of all its units: it goes as a whole */
};

struct cchc_figures {
	uint32_t rows;
	uint32_t max_unit;
	struct cchc_year_block *block; /* resident years, unordered */
	size_t n_blocks;
	size_t room;
};

void cchc_figures_init(struct cchc_figures *figures, const struct cchc_form *form,
		       uint32_t max_unit);
void cchc_figures_fini(struct cchc_figures *figures);

bool cchc_figures_has_year(const struct cchc_figures *figures, uint16_t year);
/* Makes a year resident (empty); fine if it is. */
CCHC_NODISCARD enum cchc_rc cchc_figures_add_year(struct cchc_figures *figures,
						  uint16_t year);
/* Forgets a year's figures. */
void cchc_figures_drop_year(struct cchc_figures *figures, uint16_t year);

/* NULL when the unit gave nothing in that year, or the year is not resident. */
const struct cchc_year *cchc_figures_year(const struct cchc_figures *figures,
					  uint32_t unit, uint16_t year);
/* ABSENT when there is none. */
struct cchc_figure cchc_figures_get(const struct cchc_figures *figures, uint32_t unit,
				    struct cchc_period period, uint16_t row);
/* The cells of a unit and period to be set, made if they were not there; NULL without
 * memory. The year must be resident. */
struct cchc_record *cchc_figures_record(struct cchc_figures *figures, uint32_t unit,
					struct cchc_period period);
/* One cell; the year must be resident. */
CCHC_NODISCARD enum cchc_rc cchc_figures_set(struct cchc_figures *figures, uint32_t unit,
					     struct cchc_period period, uint16_t row,
					     struct cchc_figure figure);

static inline struct cchc_figure cchc_record_get(const struct cchc_record *record,
						 uint16_t row)
{
	return (struct cchc_figure){record->value[row], record->state[row]};
}

static inline void cchc_record_set(struct cchc_record *record, uint16_t row,
				   struct cchc_figure figure)
{
	record->given += (uint32_t)(figure.state != CCHC_ABSENT);
	record->given -= (uint32_t)(record->state[row] != CCHC_ABSENT);
	record->value[row] = figure.value;
	record->state[row] = figure.state;
}

/* Of all cells of a year: two stores of the same figures have the same. *cells grows by
 * how many there were. */
uint64_t cchc_figures_digest(const struct cchc_figures *figures, uint16_t year,
			     uint64_t *cells);
/* How many cells are given, in all resident years. */
uint64_t cchc_figures_count(const struct cchc_figures *figures);

#endif
