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

static void free_block(struct cchc_year_block *block)
{
	free(block->unit);
	cchc_arena_fini(&block->memory);
}

void cchc_figures_fini(struct cchc_figures *figures)
{
	for (size_t i = 0; i < figures->n_blocks; i++)
		free_block(&figures->block[i]);
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
	figures->block[figures->n_blocks] = (struct cchc_year_block){year, unit, {0}};
	cchc_arena_init(&figures->block[figures->n_blocks++].memory, SIZE_MAX);
	return CCHC_OK;
}

void cchc_figures_drop_year(struct cchc_figures *figures, uint16_t year)
{
	struct cchc_year_block *block = find_block(figures, year);

	if (!block)
		return;
	free_block(block);
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

static struct cchc_record *new_record(struct cchc_arena *memory, uint32_t rows)
{
	struct cchc_record *record = cchc_arena_alloc(
		memory, sizeof(*record) + rows * (sizeof(int64_t) + sizeof(uint8_t)));

	if (!record)
		return NULL;
	record->value = (int64_t *)(record + 1);
	record->state = (uint8_t *)(record->value + rows);
	return record;
}

struct cchc_record *cchc_figures_record(struct cchc_figures *figures, uint32_t unit,
					struct cchc_period period)
{
	struct cchc_year_block *block = find_block(figures, period.year);
	struct cchc_year *year;

	cchc_check(block && unit <= figures->max_unit);
	if (!block->unit[unit])
		block->unit[unit] =
			cchc_arena_alloc(&block->memory, sizeof(struct cchc_year));
	year = block->unit[unit];
	if (!year)
		return NULL;
	if (!year->record[period.slot])
		year->record[period.slot] = new_record(&block->memory, figures->rows);
	if (year->record[period.slot])
		year->slots |= 1u << period.slot;
	return year->record[period.slot];
}

enum cchc_rc cchc_figures_set(struct cchc_figures *figures, uint32_t unit,
			      struct cchc_period period, uint16_t row,
			      struct cchc_figure figure)
{
	struct cchc_record *record = cchc_figures_record(figures, unit, period);

	if (!record)
		return CCHC_NOMEM;
	cchc_record_set(record, row, figure);
	return CCHC_OK;
}

/* Four chains beside each other, for a chain waits for each of its multiplications. */
static uint64_t mix_values(uint64_t seed, const int64_t *value, uint32_t n)
{
	uint64_t chain[4] = {seed, seed, seed, seed};

	for (uint32_t i = 0; i < n; i++) {
		uint64_t *at = &chain[i % 4];

		*at = (*at ^ (uint64_t)value[i]) * UINT64_C(0x9e3779b97f4a7c15);
		*at ^= *at >> 29;
	}
	return cchc_mix(cchc_mix(chain[0], chain[1]), cchc_mix(chain[2], chain[3]));
}

static uint64_t mix_states(uint64_t seed, const uint8_t *state, uint32_t n)
{
	for (uint32_t i = 0; i < n; i += 8) {
		uint64_t word = 0;

		memcpy(&word, state + i, n - i < 8 ? n - i : 8);
		seed = (seed ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		seed ^= seed >> 29;
	}
	return seed;
}

static uint64_t year_digest(const struct cchc_year *year, uint32_t unit, uint32_t rows,
			    uint64_t *cells)
{
	uint64_t digest = 0;

	for (size_t slot = 0; slot < CCHC_SLOTS; slot++) {
		const struct cchc_record *record = year->record[slot];
		uint64_t place = cchc_mix(unit, slot);

		if (!record || !record->given)
			continue; /* all that was given is ABSENT again: like none */
		*cells += record->given;
		digest += cchc_mix(mix_values(place, record->value, rows),
				   mix_states(place, record->state, rows));
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

uint64_t cchc_figures_count(const struct cchc_figures *figures)
{
	uint64_t count = 0;

	for (size_t i = 0; i < figures->n_blocks; i++) {
		for (uint32_t id = 0; id <= figures->max_unit; id++) {
			const struct cchc_year *year = figures->block[i].unit[id];

			for (size_t slot = 0; year && slot < CCHC_SLOTS; slot++)
				if (year->record[slot])
					count += year->record[slot]->given;
		}
	}
	return count;
}
