/* counts.c - row I.4 from the register of tasks.
 *
 * What one task brings to one period is a function of the task's history, the period and
 * the present (cchc_count_of). Everything else adds and takes away such contributions:
 * when a task is recorded, when it changes, when time passes. So the counts of a period
 * are at any moment what a fresh sum over all tasks would be. */
#include "core/counts.h"

#include <stdlib.h>

#include "base/check.h"
#include "core/mix.h"

struct slot_counts { /* of one unit and period */
	int32_t own[CCHC_REGISTERS];
	int32_t below[CCHC_REGISTERS];
	uint32_t leads_below[CCHC_LEVELS];
};

struct unit_counts {
	struct slot_counts slot[CCHC_SLOTS];
};

struct year_counts {
	uint16_t year;
	uint64_t journal;          /* the tasks of this commit number were added */
	struct unit_counts **unit; /* by id; NULL: nothing counted there */
};

struct cchc_counts {
	struct cchc_counts_options options; /* its now_ms moves on */
	struct year_counts *year;
	size_t n;
};

static int64_t begin_ms(struct cchc_period period, int closing_day)
{
	return cchc_day_start_ms(cchc_period_first_day(period, closing_day));
}

static int64_t end_ms(struct cchc_period period, int closing_day)
{
	return cchc_day_start_ms(cchc_period_last_day(period, closing_day) + 1);
}

int64_t cchc_counts_instant(struct cchc_period period, int closing_day, int64_t now_ms)
{
	int64_t end = end_ms(period, closing_day);

	return now_ms < end ? now_ms : end;
}

/* What is recorded at the very end of a period belongs to the next. */
const struct cchc_task_past *cchc_counts_recorded(const struct cchc_task *task,
						  struct cchc_period period,
						  int closing_day)
{
	int64_t end = end_ms(period, closing_day);

	for (size_t i = task->n_past; i-- > 0;)
		if (task->past[i].at_ms < end)
			return &task->past[i];
	return NULL;
}

static uint8_t bit(enum cchc_register which)
{
	return (uint8_t)(1u << which);
}

struct cchc_count cchc_count_of(const struct cchc_task *task, struct cchc_period period,
				int closing_day, int64_t now_ms)
{
	cchc_day first = cchc_period_first_day(period, closing_day);
	cchc_day last = cchc_period_last_day(period, closing_day);
	int64_t instant = cchc_counts_instant(period, closing_day, now_ms);
	cchc_day today = cchc_day_at(now_ms) < last ? cchc_day_at(now_ms) : last;
	const struct cchc_task_past *past =
		cchc_counts_recorded(task, period, closing_day);
	struct cchc_count count = {0};
	bool finished;

	if (!past || task->is_duty || past->state == CCHC_TASK_CANCELLED ||
	    task->assigned > today)
		return count;
	finished = past->state == CCHC_TASK_WAITING || past->state == CCHC_TASK_DONE;
	if (finished && past->done < first)
		return count;
	count.lead = past->lead;
	count.adds = bit(CCHC_REGISTER_GIVEN);
	if (finished && past->done <= last)
		count.adds |=
			past->effective == CCHC_DAY_NONE || past->done <= past->effective
				? bit(CCHC_REGISTER_ON_TIME)
				: bit(CCHC_REGISTER_LATE);
	else if (!finished && past->effective != CCHC_DAY_NONE &&
		 cchc_day_start_ms(past->effective + 1) <= instant)
		count.adds |= bit(CCHC_REGISTER_OVERDUE);
	return count;
}

enum cchc_rc cchc_counts_new(const struct cchc_counts_options *options,
			     struct cchc_counts **counts)
{
	struct cchc_counts *made = calloc(1, sizeof(*made));

	if (!made)
		return CCHC_NOMEM;
	made->options = *options;
	*counts = made;
	return CCHC_OK;
}

static void free_year(const struct cchc_counts *counts, struct year_counts *year)
{
	for (uint32_t id = 0; id <= counts->options.max_unit; id++)
		free(year->unit[id]);
	free(year->unit);
}

void cchc_counts_free(struct cchc_counts **counts)
{
	if (!*counts)
		return;
	for (size_t i = 0; i < (*counts)->n; i++)
		free_year(*counts, &(*counts)->year[i]);
	free((*counts)->year);
	free(*counts);
	*counts = NULL;
}

static struct year_counts *find_year(const struct cchc_counts *counts, uint16_t year)
{
	for (size_t i = 0; i < counts->n; i++)
		if (counts->year[i].year == year)
			return &counts->year[i];
	return NULL;
}

bool cchc_counts_has_year(const struct cchc_counts *counts, uint16_t year)
{
	return find_year(counts, year) != NULL;
}

enum cchc_rc cchc_counts_add_year(struct cchc_counts *counts, uint16_t year,
				  uint64_t journal)
{
	struct year_counts *grown;
	struct unit_counts **unit;

	if (find_year(counts, year))
		return CCHC_OK;
	grown = realloc(counts->year, (counts->n + 1) * sizeof(*grown));
	if (!grown)
		return CCHC_NOMEM;
	counts->year = grown;
	unit = calloc((size_t)counts->options.max_unit + 1, sizeof(*unit));
	if (!unit)
		return CCHC_NOMEM;
	counts->year[counts->n++] = (struct year_counts){year, journal, unit};
	return CCHC_OK;
}

void cchc_counts_drop_year(struct cchc_counts *counts, uint16_t year)
{
	struct year_counts *found = find_year(counts, year);

	if (!found)
		return;
	free_year(counts, found);
	*found = counts->year[--counts->n];
}

static bool has_counts(const struct cchc_counts *counts, struct cchc_period period)
{
	return counts->options.from != CCHC_DAY_NONE &&
	       cchc_period_first_day(period, counts->options.closing_day) >=
		       counts->options.from;
}

bool cchc_counts_begin_in(const struct cchc_counts *counts, uint16_t year)
{
	for (uint8_t slot = 0; slot < CCHC_SLOTS; slot++)
		if (has_counts(counts, (struct cchc_period){year, slot}))
			return true;
	return false;
}

static const struct slot_counts *find(const struct cchc_counts *counts, uint32_t unit,
				      struct cchc_period period)
{
	const struct year_counts *year = find_year(counts, period.year);

	if (!year || unit > counts->options.max_unit || !year->unit[unit])
		return NULL;
	return &year->unit[unit]->slot[period.slot];
}

static struct slot_counts *ensure(struct cchc_counts *counts, uint32_t unit,
				  struct cchc_period period)
{
	struct year_counts *year = find_year(counts, period.year);

	if (!year->unit[unit])
		year->unit[unit] = calloc(1, sizeof(*year->unit[unit]));
	return year->unit[unit] ? &year->unit[unit]->slot[period.slot] : NULL;
}

static void tell(const struct cchc_counts *counts, uint32_t unit,
		 struct cchc_period period)
{
	if (counts->options.on_change)
		counts->options.on_change(counts->options.data, unit, period);
}

static void add_bits(int32_t sums[CCHC_REGISTERS], uint8_t adds, int sign)
{
	for (int which = 0; which < CCHC_REGISTERS; which++)
		if (adds & bit((enum cchc_register)which))
			sums[which] += sign;
}

/* From the lead's node up to its root; a unit that is not in force on the period's last
 * day keeps its own counts and nobody adds them up. */
static enum cchc_rc climb(struct cchc_counts *counts, const struct cchc_tree *tree,
			  uint32_t node, struct cchc_period period, uint8_t adds,
			  int sign, int new_leads)
{
	enum cchc_level level = (enum cchc_level)tree->node[node].level;

	while (!cchc_tree_is_root(tree, node)) {
		struct slot_counts *above;

		node = tree->node[node].parent;
		above = ensure(counts, tree->node[node].unit, period);
		if (!above)
			return CCHC_NOMEM;
		add_bits(above->below, adds, sign);
		above->leads_below[level] += (uint32_t)new_leads;
		tell(counts, tree->node[node].unit, period);
	}
	return CCHC_OK;
}

static enum cchc_rc add(struct cchc_counts *counts, struct cchc_period period,
			struct cchc_count count, int sign)
{
	const struct cchc_tree *tree;
	struct slot_counts *at;
	uint32_t node;
	int led;
	enum cchc_rc rc;

	if (!count.adds || count.lead > counts->options.max_unit)
		return CCHC_OK;
	rc = cchc_trees_on(counts->options.trees,
			   cchc_period_last_day(period, counts->options.closing_day),
			   &tree);
	if (rc != CCHC_OK)
		return rc;
	at = ensure(counts, count.lead, period);
	if (!at)
		return CCHC_NOMEM;
	led = at->own[CCHC_REGISTER_GIVEN] > 0;
	add_bits(at->own, count.adds, sign);
	tell(counts, count.lead, period);
	node = cchc_tree_find(tree, count.lead);
	if (node == CCHC_NO_NODE)
		return CCHC_OK;
	return climb(counts, tree, node, period, count.adds, sign,
		     (at->own[CCHC_REGISTER_GIVEN] > 0) - led);
}

static bool same(struct cchc_count a, struct cchc_count b)
{
	return a.lead == b.lead && a.adds == b.adds;
}

static enum cchc_rc replace(struct cchc_counts *counts, struct cchc_period period,
			    struct cchc_count before, struct cchc_count after)
{
	enum cchc_rc rc;

	if (same(before, after))
		return CCHC_OK;
	rc = add(counts, period, before, -1);
	return rc == CCHC_OK ? add(counts, period, after, 1) : rc;
}

static bool has_begun(const struct cchc_counts *counts, struct cchc_period period)
{
	return begin_ms(period, counts->options.closing_day) <= counts->options.now_ms;
}

enum cchc_rc cchc_counts_add_task(struct cchc_counts *counts,
				  const struct cchc_task *task, uint16_t year)
{
	for (uint8_t slot = 0; slot < CCHC_SLOTS; slot++) {
		struct cchc_period period = {year, slot};
		enum cchc_rc rc;

		if (!has_counts(counts, period) || !has_begun(counts, period))
			continue;
		rc = add(counts, period,
			 cchc_count_of(task, period, counts->options.closing_day,
				       counts->options.now_ms),
			 1);
		if (rc != CCHC_OK)
			return rc;
	}
	return CCHC_OK;
}

struct difference {
	const struct cchc_task *before; /* as counted at before_ms; NULL: it was not */
	const struct cchc_task *after;
	int64_t before_ms;
	uint64_t journal; /* entry of the change; UINT64_MAX: time alone */
};

static enum cchc_rc differ(struct cchc_counts *counts, struct cchc_period period,
			   const struct difference *d)
{
	int closing_day = counts->options.closing_day;
	struct cchc_count before = {0};

	if (d->before && begin_ms(period, closing_day) <= d->before_ms)
		before = cchc_count_of(d->before, period, closing_day, d->before_ms);
	return replace(
		counts, period, before,
		cchc_count_of(d->after, period, closing_day, counts->options.now_ms));
}

/* Of all periods of resident years that have counts, have begun, and had not ended at
 * `since_ms`. */
static enum cchc_rc differ_since(struct cchc_counts *counts, int64_t since_ms,
				 const struct difference *d)
{
	for (size_t i = 0; i < counts->n * CCHC_SLOTS; i++) {
		struct cchc_period period = {counts->year[i / CCHC_SLOTS].year,
					     (uint8_t)(i % CCHC_SLOTS)};
		enum cchc_rc rc;

		if (counts->year[i / CCHC_SLOTS].journal >= d->journal ||
		    !has_counts(counts, period) || !has_begun(counts, period) ||
		    end_ms(period, counts->options.closing_day) <= since_ms)
			continue;
		rc = differ(counts, period, d);
		if (rc != CCHC_OK)
			return rc;
	}
	return CCHC_OK;
}

enum cchc_rc cchc_counts_change(struct cchc_counts *counts,
				const struct cchc_task *before,
				const struct cchc_task *after)
{
	struct difference d = {before, after, counts->options.now_ms, after->journal};

	cchc_check(after->changed_ms <= counts->options.now_ms);
	return differ_since(counts, after->changed_ms, &d);
}

enum cchc_rc cchc_counts_pass(struct cchc_counts *counts, const struct cchc_task *task,
			      int64_t counted_ms)
{
	struct difference d = {task, task, counted_ms, UINT64_MAX};

	return differ_since(counts, counted_ms, &d);
}

int64_t cchc_counts_now(const struct cchc_counts *counts)
{
	return counts->options.now_ms;
}

/* From its first day on a period has counts: 0 stands where nothing was, or where figures
 * were typed. */
static void tell_begun(const struct cchc_counts *counts, int64_t before_ms)
{
	int closing_day = counts->options.closing_day;

	for (size_t i = 0; i < counts->n * CCHC_SLOTS; i++) {
		struct cchc_period period = {counts->year[i / CCHC_SLOTS].year,
					     (uint8_t)(i % CCHC_SLOTS)};

		if (begin_ms(period, closing_day) <= before_ms ||
		    !cchc_counts_cover(counts, period))
			continue;
		for (uint32_t unit = 1; unit <= counts->options.max_unit; unit++)
			tell(counts, unit, period);
	}
}

/* Every period begins on the first day of a month of the reporting calendar. */
bool cchc_counts_advance(struct cchc_counts *counts, int64_t now_ms)
{
	int64_t before_ms = counts->options.now_ms;
	int closing_day = counts->options.closing_day;
	cchc_day today = cchc_day_at(now_ms);
	uint16_t year = cchc_reporting_year(today, closing_day);

	if (now_ms <= before_ms)
		return false;
	counts->options.now_ms = now_ms;
	tell_begun(counts, before_ms);
	for (uint8_t slot = CCHC_M1; slot < CCHC_Q1; slot++) {
		struct cchc_period month = {year, slot};

		if (cchc_period_contains(month, closing_day, today))
			return begin_ms(month, closing_day) > before_ms;
	}
	return true;
}

bool cchc_counts_cover(const struct cchc_counts *counts, struct cchc_period period)
{
	return has_counts(counts, period) && cchc_counts_has_year(counts, period.year) &&
	       has_begun(counts, period);
}

int64_t cchc_counts_own(const struct cchc_counts *counts, uint32_t unit,
			struct cchc_period period, enum cchc_register which)
{
	const struct slot_counts *at = find(counts, unit, period);

	return at ? at->own[which] : 0;
}

int64_t cchc_counts_below(const struct cchc_counts *counts, uint32_t unit,
			  struct cchc_period period, enum cchc_register which)
{
	const struct slot_counts *at = find(counts, unit, period);

	return at ? at->below[which] : 0;
}

uint32_t cchc_counts_leads_below(const struct cchc_counts *counts, uint32_t unit,
				 struct cchc_period period, enum cchc_level level)
{
	const struct slot_counts *at = find(counts, unit, period);

	return at ? at->leads_below[level] : 0;
}

static uint64_t slot_digest(const struct slot_counts *at, uint64_t place, uint64_t *cells)
{
	uint64_t digest = 0;

	for (int level = 0; level < CCHC_LEVELS; level++)
		if (at->leads_below[level])
			digest += cchc_mix(place << 8 | 32u | (unsigned)level,
					   at->leads_below[level]);
	for (int which = 0; which < CCHC_REGISTERS; which++) {
		if (at->own[which])
			digest += cchc_mix(place << 8 | (unsigned)which,
					   (uint64_t)at->own[which]);
		if (at->below[which])
			digest += cchc_mix(place << 8 | 16u | (unsigned)which,
					   (uint64_t)at->below[which]);
		*cells += (unsigned)(at->own[which] != 0) +
			  (unsigned)(at->below[which] != 0);
	}
	return digest;
}

uint64_t cchc_counts_digest(const struct cchc_counts *counts, uint16_t year,
			    uint64_t *cells)
{
	const struct year_counts *found = find_year(counts, year);
	uint64_t digest = 0;

	for (uint32_t id = 0; found && id <= counts->options.max_unit; id++)
		for (uint8_t slot = 0; found->unit[id] && slot < CCHC_SLOTS; slot++)
			digest += slot_digest(&found->unit[id]->slot[slot],
					      (uint64_t)id << 8 | slot, cells);
	return digest;
}
