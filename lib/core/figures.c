#include "core/figures.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "core/mix.h"

void cchc_figures_init(struct cchc_figures *figures, const struct cchc_form *form,
		       uint32_t max_unit)
{
	*figures = (struct cchc_figures){.rows = (uint32_t)form->n, .max_unit = max_unit};
}

static void free_block(struct cchc_figures *figures, struct cchc_year_block *block)
{
	for (uint32_t id = 0; id <= figures->max_unit; id++) {
		struct cchc_year *year = block->unit[id];

		for (size_t slot = 0; year && slot < CCHC_SLOTS; slot++)
			free(year->record[slot]);
		free(year);
	}
	free(block->unit);
}

void cchc_figures_fini(struct cchc_figures *figures)
{
	for (size_t i = 0; i < figures->n_blocks; i++)
		free_block(figures, &figures->block[i]);
	free(figures->block);
	*figures = (struct cchc_figures){0};
}

static struct cchc_year_block *find_block(const struct cchc_figures *figures,
					  uint16_t year)
{
	for (size_t i = 0; i < figures->n_blocks; i++)
		if (figures->block[i].year == year)
			return &figures->block[i];
	return NULL;
}

bool cchc_figures_has_year(const struct cchc_figures *figures, uint16_t year)
{
	return find_block(figures, year) != NULL;
}

enum cchc_rc cchc_figures_add_year(struct cchc_figures *figures, uint16_t year)
{
	struct cchc_year **unit;

	if (find_block(figures, year))
		return CCHC_OK;
	if (figures->n_blocks == figures->room) {
		size_t room = figures->room ? figures->room * 2 : 4;
		struct cchc_year_block *block =
			realloc(figures->block, room * sizeof(*block));

		if (!block)
			return CCHC_NOMEM;
		figures->block = block;
		figures->room = room;
	}
	unit = calloc((size_t)figures->max_unit + 1, sizeof(struct cchc_year *));
	if (!unit)
		return CCHC_NOMEM;
	figures->block[figures->n_blocks++] = (struct cchc_year_block){year, unit};
	return CCHC_OK;
}

void cchc_figures_drop_year(struct cchc_figures *figures, uint16_t year)
{
	struct cchc_year_block *block = find_block(figures, year);

	if (!block)
		return;
	free_block(figures, block);
	*block = figures->block[--figures->n_blocks];
}

const struct cchc_year *cchc_figures_year(const struct cchc_figures *figures,
					  uint32_t unit, uint16_t year)
{
	const struct cchc_year_block *block = find_block(figures, year);

	return block && unit <= figures->max_unit ? block->unit[unit] : NULL;
}

struct cchc_figure cchc_figures_get(const struct cchc_figures *figures, uint32_t unit,
				    struct cchc_period period, uint16_t row)
{
	const struct cchc_year *year = cchc_figures_year(figures, unit, period.year);

	if (!year || !year->record[period.slot])
		return (struct cchc_figure){0};
	return cchc_record_get(year->record[period.slot], row);
}

static struct cchc_record *new_record(uint32_t rows)
{
	struct cchc_record *record =
		calloc(1, sizeof(*record) + rows * (sizeof(int64_t) + sizeof(uint8_t)));

	if (!record)
		return NULL;
	record->value = (int64_t *)(record + 1);
	record->state = (uint8_t *)(record->value + rows);
	return record;
}

static struct cchc_record *record_for(struct cchc_figures *figures, uint32_t unit,
				      struct cchc_period period)
{
	struct cchc_year_block *block = find_block(figures, period.year);
	struct cchc_year *year;

	cchc_check(block && unit <= figures->max_unit);
	if (!block->unit[unit])
		block->unit[unit] = calloc(1, sizeof(struct cchc_year));
	year = block->unit[unit];
	if (!year)
		return NULL;
	if (!year->record[period.slot])
		year->record[period.slot] = new_record(figures->rows);
	if (year->record[period.slot])
		year->slots |= 1u << period.slot;
	return year->record[period.slot];
}

enum cchc_rc cchc_figures_set(struct cchc_figures *figures, uint32_t unit,
			      struct cchc_period period, uint16_t row,
			      struct cchc_figure figure)
{
	struct cchc_record *record = record_for(figures, unit, period);

	if (!record)
		return CCHC_NOMEM;
	record->given += (uint32_t)(figure.state != CCHC_ABSENT);
	record->given -= (uint32_t)(record->state[row] != CCHC_ABSENT);
	record->value[row] = figure.value;
	record->state[row] = figure.state;
	return CCHC_OK;
}

static uint64_t year_digest(const struct cchc_year *year, uint32_t unit, uint32_t rows,
			    uint64_t *cells)
{
	uint64_t digest = 0;

	for (size_t slot = 0; slot < CCHC_SLOTS; slot++) {
		const struct cchc_record *record = year->record[slot];

		for (uint32_t row = 0; record && row < rows; row++) {
			uint64_t place = (uint64_t)unit << 32 | slot << 16 | row;

			if (record->state[row] == CCHC_ABSENT)
				continue;
			(*cells)++;
			digest += cchc_mix(cchc_mix(place, record->state[row]),
					   (uint64_t)record->value[row]);
		}
	}
	return digest;
}

uint64_t cchc_figures_digest(const struct cchc_figures *figures, uint16_t year,
			     uint64_t *cells)
{
	const struct cchc_year_block *block = find_block(figures, year);
	uint64_t digest = 0;

	for (uint32_t id = 0; block && id <= figures->max_unit; id++)
		if (block->unit[id])
			digest += year_digest(block->unit[id], id, figures->rows, cells);
	return digest;
}
