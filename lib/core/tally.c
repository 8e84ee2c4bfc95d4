#include "core/tally.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"

void cchc_tally_fini(struct cchc_tally *tally)
{
	free(tally->entry);
	*tally = (struct cchc_tally){0};
}

/* The first place whose value is not below `value`. */
static uint32_t place_of(const struct cchc_tally *tally, int64_t value)
{
	uint32_t low = 0;
	uint32_t high = tally->n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (tally->entry[middle].value < value)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static enum cchc_rc make_room(struct cchc_tally *tally)
{
	uint32_t room = tally->room ? tally->room * 2 : 4;
	struct cchc_tally_entry *entry;

	if (tally->n < tally->room)
		return CCHC_OK;
	entry = realloc(tally->entry, room * sizeof(*entry));
	if (!entry)
		return CCHC_NOMEM;
	tally->entry = entry;
	tally->room = room;
	return CCHC_OK;
}

static void remove_at(struct cchc_tally *tally, uint32_t at)
{
	tally->n--;
	memmove(&tally->entry[at], &tally->entry[at + 1],
		(tally->n - at) * sizeof(tally->entry[0]));
}

enum cchc_rc cchc_tally_add(struct cchc_tally *tally, int64_t value, int32_t by)
{
	uint32_t at = place_of(tally, value);
	bool there = at < tally->n && tally->entry[at].value == value;
	enum cchc_rc rc;

	if (by == 0)
		return CCHC_OK;
	if (there) {
		int64_t count = (int64_t)tally->entry[at].count + by;

		cchc_check(count >= 0);
		tally->entry[at].count = (uint32_t)count;
		if (count == 0)
			remove_at(tally, at);
		return CCHC_OK;
	}
	cchc_check(by > 0);
	rc = make_room(tally);
	if (rc != CCHC_OK)
		return rc;
	memmove(&tally->entry[at + 1], &tally->entry[at],
		(tally->n - at) * sizeof(tally->entry[0]));
	tally->entry[at] = (struct cchc_tally_entry){value, (uint32_t)by};
	tally->n++;
	return CCHC_OK;
}

uint64_t cchc_tally_count(const struct cchc_tally *tally)
{
	uint64_t count = 0;

	for (uint32_t i = 0; i < tally->n; i++)
		count += tally->entry[i].count;
	return count;
}

/* The k-th smallest, from 0, as if `more` stood among them once. */
static int64_t kth(const struct cchc_tally *tally, const int64_t *more, uint64_t k)
{
	for (uint32_t i = 0; i < tally->n; i++) {
		const struct cchc_tally_entry *entry = &tally->entry[i];

		if (more && *more < entry->value) {
			if (k == 0)
				return *more;
			k--;
			more = NULL;
		}
		if (k < entry->count)
			return entry->value;
		k -= entry->count;
	}
	cchc_check(more && k == 0);
	return *more;
}

void cchc_tally_spread(const struct cchc_tally *tally, const int64_t *more,
		       struct cchc_spread *spread)
{
	uint64_t count = cchc_tally_count(tally) + (more ? 1 : 0);

	cchc_check(count > 0);
	spread->least = kth(tally, more, 0);
	spread->most = kth(tally, more, count - 1);
	spread->median_twice =
		kth(tally, more, (count - 1) / 2) + kth(tally, more, count / 2);
}
