#include "ctl/parts.h"

#include <stdlib.h>
#include <string.h>

void cchc_ctl_parts_init(struct cchc_ctl_parts *parts, uint64_t id)
{
	*parts = (struct cchc_ctl_parts){.id = id};
}

void cchc_ctl_parts_fini(struct cchc_ctl_parts *parts)
{
	free(parts->part);
	*parts = (struct cchc_ctl_parts){0};
}

static enum cchc_rc reserve(struct cchc_ctl_parts *parts, size_t n)
{
	size_t room = parts->room ? parts->room : 16;
	Cchc__Answer **grown;

	if (n <= parts->room)
		return CCHC_OK;
	while (room < n)
		room *= 2;
	grown = realloc(parts->part, room * sizeof(*grown));
	if (!grown)
		return CCHC_NOMEM;
	memset(grown + parts->room, 0, (room - parts->room) * sizeof(*grown));
	parts->part = grown;
	parts->room = room;
	return CCHC_OK;
}

static bool belongs(const struct cchc_ctl_parts *parts, const Cchc__Answer *answer)
{
	const Cchc__Answer *first = parts->first;

	if (answer->id != parts->id)
		return false;
	if (parts->total && answer->part >= parts->total)
		return false;
	return !first ||
	       (answer->kind == first->kind && answer->commit == first->commit &&
		answer->incarnation == first->incarnation);
}

/* A last part below one that came already contradicts it. */
static bool ends_too_soon(const struct cchc_ctl_parts *parts, const Cchc__Answer *answer)
{
	if (!answer->last)
		return false;
	for (size_t i = answer->part + 1; i < parts->room; i++)
		if (parts->part[i])
			return true;
	return false;
}

enum cchc_rc cchc_ctl_parts_add(struct cchc_ctl_parts *parts, Cchc__Answer *answer)
{
	enum cchc_rc rc;

	if (!belongs(parts, answer) || ends_too_soon(parts, answer))
		return CCHC_INVALID;
	if (answer->part >= CCHC_CTL_PARTS_MAX)
		return CCHC_LIMIT;
	rc = reserve(parts, (size_t)answer->part + 1);
	if (rc != CCHC_OK)
		return rc;
	if (parts->part[answer->part])
		return CCHC_OK;
	parts->part[answer->part] = answer;
	parts->have++;
	if (!parts->first)
		parts->first = answer;
	if (answer->last)
		parts->total = (size_t)answer->part + 1;
	return CCHC_OK;
}

bool cchc_ctl_parts_complete(const struct cchc_ctl_parts *parts)
{
	return parts->total && parts->have == parts->total;
}
