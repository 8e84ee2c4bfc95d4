#include "core/resolve.h"

/* Twelve months of the largest value stay below this, and 32767 such units below 2^62: so
 * no sum of a rollup can wrap. Only a row with `equals` over absurd parts could pass it:
 * such a sum is left out and the unit counts as incomplete. */
#define ENTERING_MAX (INT64_C(1) << 47)

/* A table, because every cell of every rollup asks: computed each time it was a sixth of
 * a start. */
uint32_t cchc_slot_sources(uint8_t slot)
{
	enum {
		Q1 = 1 << CCHC_Q1 | 07,
		Q2 = 1 << (CCHC_Q1 + 1) | 070,
		Q3 = 1 << (CCHC_Q1 + 2) | 0700,
		Q4 = 1 << (CCHC_Q1 + 3) | 07000,
		H1 = 1 << CCHC_H1 | Q1 | Q2,
		H2 = 1 << CCHC_H2 | Q3 | Q4,
	};
	static const uint32_t SOURCES[CCHC_SLOTS - CCHC_Q1] = {
		Q1,
		Q2,
		Q3,
		Q4,
		[CCHC_H1 - CCHC_Q1] = H1,
		[CCHC_H2 - CCHC_Q1] = H2,
		[CCHC_9M - CCHC_Q1] = 1 << CCHC_9M | H1 | Q3,
		[CCHC_YEAR - CCHC_Q1] = 1 << CCHC_YEAR | H1 | H2,
	};

	return slot < CCHC_Q1 ? 1u << slot : SOURCES[slot - CCHC_Q1];
}

struct joined {
	int64_t value;
	uint32_t figures;
	uint32_t present;
	bool incomplete;
};

static void join(struct joined *all, struct cchc_resolved part, enum cchc_over_time rule)
{
	if (!cchc_is_present(part.figure)) {
		all->incomplete = true;
		return;
	}
	all->present++;
	all->incomplete = all->incomplete || part.incomplete;
	if (part.figure.state != CCHC_FIGURE)
		return;
	all->figures++;
	switch (rule) {
	case CCHC_TIME_SUM:
		all->value += part.figure.value;
		break;
	case CCHC_TIME_LAST:
		all->value = part.figure.value;
		break;
	case CCHC_TIME_ANY:
		all->value = all->value || part.figure.value;
		break;
	case CCHC_TIME_NONE:
	case CCHC_TIME_PARTS:
		break;
	}
}

static struct cchc_figure own_of(const struct cchc_year *year, uint8_t slot,
				 const struct cchc_row *row)
{
	if (!(year->slots & 1u << slot))
		return (struct cchc_figure){0};
	return cchc_record_get(year->record[slot], row->index);
}

static struct cchc_resolved from_parts(const struct cchc_year *year, uint8_t slot,
				       const struct cchc_row *row,
				       struct cchc_figure own);

/* Most units give only quarters: twelve empty months are not walked through. */
static inline struct cchc_resolved resolve(const struct cchc_year *year, uint8_t slot,
					   const struct cchc_row *row)
{
	struct cchc_figure own = own_of(year, slot, row);

	if (cchc_is_present(own) ||
	    !(year->slots & cchc_slot_sources(slot) & ~(1u << slot)))
		return (struct cchc_resolved){own, false};
	return from_parts(year, slot, row, own);
}

static struct cchc_resolved from_parts(const struct cchc_year *year, uint8_t slot,
				       const struct cchc_row *row, struct cchc_figure own)
{
	const uint8_t *parts;
	size_t n = cchc_slot_parts(slot, &parts);
	struct joined all = {0};

	for (size_t i = 0; i < n; i++)
		join(&all, resolve(year, parts[i], row), row->over_time);
	if (all.present == 0)
		return (struct cchc_resolved){own, false};
	if (all.figures == 0)
		return (struct cchc_resolved){{0, CCHC_NA}, all.incomplete};
	return (struct cchc_resolved){{all.value, CCHC_FIGURE}, all.incomplete};
}

struct cchc_resolved cchc_resolve(const struct cchc_year *year, uint8_t slot,
				  const struct cchc_row *row)
{
	if (!year)
		return (struct cchc_resolved){0};
	if (row->over_time == CCHC_TIME_NONE || row->over_time == CCHC_TIME_PARTS)
		return (struct cchc_resolved){own_of(year, slot, row), false};
	return resolve(year, slot, row);
}

static bool is_derived(const struct cchc_row *row)
{
	return row->derived_from != CCHC_NO_ROW;
}

struct cchc_resolved cchc_resolve_entering(const struct cchc_form *form,
					   const struct cchc_year *year, uint8_t slot,
					   const struct cchc_row *row, bool has_below)
{
	struct cchc_resolved typed = cchc_resolve(year, slot, row);
	struct cchc_resolved sum = {0};
	bool any_derived = false;
	bool any_na = false;
	bool any_figure = false;

	if (!row->equals || !has_below || !year)
		return typed;
	for (size_t i = 0; i < row->n_equals; i++) {
		const struct cchc_row *part = &form->row[row->equals[i]];
		struct cchc_resolved own;

		if (is_derived(part)) {
			any_derived = true;
			continue;
		}
		own = cchc_resolve_entering(form, year, slot, part, has_below);
		any_na = any_na || own.figure.state == CCHC_NA;
		any_figure = any_figure || own.figure.state == CCHC_FIGURE;
		sum.figure.value += own.figure.value;
		sum.incomplete = sum.incomplete || own.incomplete;
	}
	if (!any_figure && !any_derived && cchc_is_present(typed.figure))
		return typed;
	if (sum.figure.value > ENTERING_MAX || sum.figure.value < -ENTERING_MAX)
		return (struct cchc_resolved){{0, CCHC_ABSENT}, true};
	if (any_figure)
		sum.figure.state = CCHC_FIGURE;
	else if (any_na)
		sum.figure.state = CCHC_NA;
	else if (typed.figure.state == CCHC_WITHDRAWN)
		sum.figure.state = CCHC_WITHDRAWN;
	return sum;
}
