#include "core/tally.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"

void cchc_tally_fini(struct cchc_tally *tally)
{
	if (tally->room)
		free(tally->many);
	*tally = (struct cchc_tally){0};
}

static struct cchc_tally_entry *entries_of(struct cchc_tally *tally)
{
	return tally->room ? tally->many : tally->few;
}

/* The first place whose value is not below `value`. */
static uint32_t place_of(const struct cchc_tally *tally, int64_t value)
{
	const struct cchc_tally_entry *entry = cchc_tally_entries(tally);
	uint32_t low = 0;
	uint32_t high = tally->n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (entry[middle].value < value)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static enum cchc_rc make_room(struct cchc_tally *tally)
{
	uint32_t room = tally->room ? tally->room * 2 : 4 * CCHC_TALLY_FEW;
	struct cchc_tally_entry *many;

	if (tally->n < (tally->room ? tally->room : CCHC_TALLY_FEW))
		return CCHC_OK;
	many = realloc(tally->room ? tally->many : NULL, room * sizeof(*many));
	if (!many)
		return CCHC_NOMEM;
	if (!tally->room)
		memcpy(many, tally->few, sizeof(tally->few));
	tally->many = many;
	tally->room = room;
	return CCHC_OK;
}

static enum cchc_rc insert_at(struct cchc_tally *tally, uint32_t at,
			      struct cchc_tally_entry new_entry)
{
	enum cchc_rc rc = make_room(tally);
	struct cchc_tally_entry *entry;

	if (rc != CCHC_OK)
		return rc;
	entry = entries_of(tally);
	memmove(&entry[at + 1], &entry[at], (tally->n - at) * sizeof(*entry));
	entry[at] = new_entry;
	tally->n++;
	return CCHC_OK;
}

static void remove_at(struct cchc_tally *tally, uint32_t at)
{
	struct cchc_tally_entry *entry = entries_of(tally);

	tally->n--;
	memmove(&entry[at], &entry[at + 1], (tally->n - at) * sizeof(*entry));
}

enum cchc_rc cchc_tally_add(struct cchc_tally *tally, int64_t value, int32_t by)
{
	uint32_t at = place_of(tally, value);
	struct cchc_tally_entry *entry = &entries_of(tally)[at];

	if (by == 0)
		return CCHC_OK;
	if (at == tally->n || entry->value != value) {
		cchc_check(by > 0);
		return insert_at(tally, at,
				 (struct cchc_tally_entry){value, (uint32_t)by});
	}
	cchc_check((int64_t)entry->count + by >= 0);
	entry->count += (uint32_t)by;
	if (entry->count == 0)
		remove_at(tally, at);
	return CCHC_OK;
}

uint64_t cchc_tally_count(const struct cchc_tally *tally)
{
	const struct cchc_tally_entry *entry = cchc_tally_entries(tally);
	uint64_t count = 0;

	for (uint32_t i = 0; i < tally->n; i++)
		count += entry[i].count;
	return count;
}

/* The k-th smallest, from 0, as if `more` stood among them once. */
static int64_t kth(const struct cchc_tally *tally, const int64_t *more, uint64_t k)
{
	for (uint32_t i = 0; i < tally->n; i++) {
		const struct cchc_tally_entry *entry = &cchc_tally_entries(tally)[i];

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
