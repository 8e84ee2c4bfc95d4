#include "core/below.h"

#include <string.h>

/* Days on which both are in force; an open end is the greatest day here. */
struct span {
	cchc_day from;
	cchc_day to;
};

static cchc_day end_of(cchc_day to)
{
	return to == CCHC_DAY_NONE ? INT32_MAX : to;
}

static struct span common_days(const struct cchc_unit *a, const struct cchc_unit *b)
{
	cchc_day a_end = end_of(a->valid_to);
	cchc_day b_end = end_of(b->valid_to);

	/* CCHC_DAY_NONE is less than any day: right for a beginning */
	return (struct span){
		.from = a->valid_from > b->valid_from ? a->valid_from : b->valid_from,
		.to = a_end < b_end ? a_end : b_end,
	};
}

static bool touch(const struct cchc_below *known, const struct span *span)
{
	return (int64_t)known->from <= (int64_t)span->to + 1 &&
	       (int64_t)span->from <= (int64_t)end_of(known->to) + 1;
}

static void drop(struct cchc_below *list, size_t *n, size_t at)
{
	memmove(&list[at], &list[at + 1], (--*n - at) * sizeof(list[0]));
}

/* What it touches becomes part of it: it may close a gap between two. */
static void add(struct cchc_below *list, size_t *n, enum cchc_level level,
		struct span span)
{
	for (size_t i = *n; i-- > 0;) {
		if (list[i].level != level || !touch(&list[i], &span))
			continue;
		if (list[i].from < span.from)
			span.from = list[i].from;
		if (end_of(list[i].to) > span.to)
			span.to = end_of(list[i].to);
		drop(list, n, i);
	}
	if (*n == CCHC_BELOW_MAX)
		drop(list, n, 0);
	list[(*n)++] = (struct cchc_below){
		level, span.from, span.to == INT32_MAX ? CCHC_DAY_NONE : span.to};
}

size_t cchc_below_of(const struct cchc_units *units, const struct cchc_unit *unit,
		     struct cchc_below list[CCHC_BELOW_MAX])
{
	size_t n = 0;

	if (unit->level + 1 == CCHC_LEVELS)
		return 0; /* most units of a country: not worth a walk */
	for (size_t i = 0; i < units->n; i++) {
		const struct cchc_unit *child = &units->unit[i];
		struct span span;

		if (strcmp(child->parent, unit->code) != 0)
			continue;
		span = common_days(unit, child);
		if (span.from <= span.to)
			add(list, &n, child->level, span);
	}
	return n;
}

bool cchc_below_has(const struct cchc_below *list, size_t n, enum cchc_level level,
		    cchc_day day)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].level == level && list[i].from <= day &&
		    day <= end_of(list[i].to))
			return true;
	return false;
}
