#include "core/resolve.h"

#include <string.h>

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

uint32_t cchc_slots_reached(uint32_t given)
{
	uint32_t reached = 0;

	for (; given; given &= given - 1) {
		const uint8_t *affects;
		size_t n = cchc_slot_affects((uint8_t)__builtin_ctz(given), &affects);

		for (size_t i = 0; i < n; i++)
			reached |= 1u << affects[i];
	}
	return reached;
}

/* How a slot is made: from its own record, and from the parts that anything was given
 * for. */
static void plan_moment(struct cchc_moment *moment, const struct cchc_year *year,
			uint8_t slot, uint32_t slots)
{
	const uint8_t *parts;
	size_t n = cchc_slot_parts(slot, &parts);

	*moment = (struct cchc_moment){.record = year->record[slot], .slot = slot};
	for (size_t i = 0; i < n; i++)
		if (slots & 1u << parts[i])
			moment->part[moment->parts++] = parts[i];
	moment->lacks = moment->parts < n;
}

/* Slots ascend from months to the year, so every part stands before what it is a part of.
 */
static void plan(struct cchc_yearly *yearly, uint32_t slots)
{
	yearly->moments = 0;
	for (uint32_t rest = slots; rest; rest &= rest - 1)
		plan_moment(&yearly->moment[yearly->moments++], yearly->year,
			    (uint8_t)__builtin_ctz(rest), slots);
}

/* An absent part has the value 0 and is not incomplete itself: no part needs a branch of
 * its own. */
static struct cchc_resolved join(const struct cchc_moment *moment,
				 const struct cchc_resolved *at, size_t rows,
				 enum cchc_over_time rule, struct cchc_resolved own)
{
	unsigned present = 0;
	unsigned figures = 0;
	bool incomplete = moment->lacks;
	int64_t value = 0;

	for (size_t i = 0; i < moment->parts; i++) {
		const struct cchc_resolved *part = &at[moment->part[i] * rows];
		bool is_figure = part->state == CCHC_FIGURE;
		bool is_present = is_figure | (part->state == CCHC_NA);

		figures += is_figure;
		present += is_present;
		incomplete |= part->incomplete | !is_present;
		if (rule == CCHC_TIME_SUM)
			value += part->value;
		else if (rule == CCHC_TIME_LAST)
			value = is_figure ? part->value : value;
		else
			value |= part->value != 0;
	}
	if (present == 0)
		return own;
	return (struct cchc_resolved){value, figures ? CCHC_FIGURE : CCHC_NA, incomplete};
}

/* at: the row's place in the first slot, `rows` before that in the next. */
static inline void resolve_moment(const struct cchc_moment *moment,
				  const struct cchc_row *row, struct cchc_resolved *at,
				  size_t rows)
{
	struct cchc_resolved made = {0};

	if (moment->record) {
		made.value = moment->record->value[row->index];
		made.state = moment->record->state[row->index];
	}
	if (moment->parts > 0 && !cchc_is_present_state(made.state) &&
	    row->over_time != CCHC_TIME_NONE && row->over_time != CCHC_TIME_PARTS)
		made = join(moment, at, rows, row->over_time, made);
	at[moment->slot * rows] = made;
}

static void resolve_all(const struct cchc_yearly *yearly, const struct cchc_row *row,
			struct cchc_resolved *at, size_t rows)
{
	for (size_t i = 0; i < yearly->moments; i++)
		resolve_moment(&yearly->moment[i], row, at, rows);
}

struct cchc_resolved cchc_resolve(const struct cchc_year *year, uint8_t slot,
				  const struct cchc_row *row)
{
	uint32_t sources = cchc_slot_sources(slot);
	struct cchc_yearly yearly;
	struct cchc_resolved at[CCHC_SLOTS];

	if (!year || !(year->slots & sources))
		return (struct cchc_resolved){0};
	yearly.year = year;
	plan(&yearly, sources & cchc_slots_reached(year->slots));
	resolve_all(&yearly, row, at, 1);
	return at[slot];
}

void cchc_yearly_begin(struct cchc_yearly *yearly, const struct cchc_year *year,
		       const struct cchc_form *form, struct cchc_resolved *kept,
		       uint32_t also)
{
	yearly->year = year;
	yearly->kept = kept;
	yearly->rows = form->n;
	if (!kept)
		return;
	memset(yearly->known, 0, sizeof(yearly->known));
	if (year)
		plan(yearly, cchc_slots_reached(year->slots | also));
}

static void learn_row(struct cchc_yearly *yearly, const struct cchc_row *row)
{
	if (cchc_yearly_knows(yearly, row->index))
		return;
	resolve_all(yearly, row, &yearly->kept[row->index], yearly->rows);
	yearly->known[row->index / 64] |= UINT64_C(1) << row->index % 64;
}

/* Slot by slot, so that figures and answers are walked through in one direction. */
void cchc_yearly_learn_all(struct cchc_yearly *yearly, const struct cchc_form *form)
{
	for (size_t i = 0; i < yearly->moments; i++)
		for (size_t row = 0; row < form->n; row++)
			resolve_moment(&yearly->moment[i], &form->row[row],
				       &yearly->kept[row], yearly->rows);
	memset(yearly->known, 0xff, sizeof(yearly->known));
}

void cchc_yearly_learn(struct cchc_yearly *yearly, const struct cchc_form *form,
		       const struct cchc_row *row)
{
	if (!yearly->year || cchc_yearly_knows(yearly, row->index))
		return;
	learn_row(yearly, row);
	if (row->kind == CCHC_RATIO) {
		cchc_yearly_learn(yearly, form, &form->row[row->numerator]);
		cchc_yearly_learn(yearly, form, &form->row[row->denominator]);
	}
	for (size_t i = 0; i < row->n_equals; i++)
		cchc_yearly_learn(yearly, form, &form->row[row->equals[i]]);
}

void cchc_yearly_follow(struct cchc_yearly *after, const struct cchc_yearly *before,
			const struct cchc_row *row, uint32_t changed)
{
	struct cchc_resolved *at = &after->kept[row->index];

	if (!before->year || !cchc_yearly_knows(before, row->index))
		return;
	for (size_t i = 0; i < after->moments; i++) {
		uint8_t slot = after->moment[i].slot;

		if (changed & 1u << slot)
			resolve_moment(&after->moment[i], row, at, after->rows);
		else
			at[slot * after->rows] =
				*cchc_yearly_at(before, slot, row->index);
	}
	after->known[row->index / 64] |= UINT64_C(1) << row->index % 64;
}

static struct cchc_resolved typed_of(struct cchc_yearly *yearly, uint8_t slot,
				     const struct cchc_row *row)
{
	if (yearly->year && yearly->kept) {
		learn_row(yearly, row);
		return *cchc_yearly_at(yearly, slot, row->index);
	}
	return cchc_resolve(yearly->year, slot, row);
}

static bool is_derived(const struct cchc_row *row)
{
	return row->derived_from != CCHC_NO_ROW;
}

struct cchc_resolved cchc_resolve_entering(const struct cchc_form *form,
					   struct cchc_yearly *yearly, uint8_t slot,
					   const struct cchc_row *row, bool has_below)
{
	struct cchc_resolved typed = typed_of(yearly, slot, row);
	struct cchc_resolved sum = {0};
	bool any_derived = false;
	bool any_na = false;
	bool any_figure = false;

	if (!row->equals || !has_below || !yearly->year)
		return typed;
	for (size_t i = 0; i < row->n_equals; i++) {
		const struct cchc_row *part = &form->row[row->equals[i]];
		struct cchc_resolved own;

		if (is_derived(part)) {
			any_derived = true;
			continue;
		}
		own = cchc_resolve_entering(form, yearly, slot, part, has_below);
		any_na = any_na || own.state == CCHC_NA;
		any_figure = any_figure || own.state == CCHC_FIGURE;
		sum.value += own.value;
		sum.incomplete = sum.incomplete || own.incomplete;
	}
	if (!any_figure && !any_derived && cchc_is_present(cchc_resolved_figure(typed)))
		return typed;
	if (sum.value > ENTERING_MAX || sum.value < -ENTERING_MAX)
		return (struct cchc_resolved){0, CCHC_ABSENT, true};
	if (any_figure)
		sum.state = CCHC_FIGURE;
	else if (any_na)
		sum.state = CCHC_NA;
	else if (typed.state == CCHC_WITHDRAWN)
		sum.state = CCHC_WITHDRAWN;
	return sum;
}
