#include "family.h"

#include <string.h>

#include "base/check.h"

void family_gather(struct family *family, const struct cchc_units *units, cchc_day day)
{
	*family = (struct family){0};
	for (size_t i = 0; i < units->n; i++) {
		if (!cchc_unit_in_force(&units->unit[i], day))
			continue;
		cchc_check(family->n < FAMILY_UNITS);
		family->unit[family->n++] = &units->unit[i];
	}
	for (size_t i = 0; i < family->n; i++) {
		family->parent[i] = FAMILY_UNITS;
		for (size_t k = 0; k < family->n; k++)
			if (strcmp(family->unit[i]->parent, family->unit[k]->code) == 0)
				family->parent[i] = k;
	}
}

bool family_is_below(const struct family *family, size_t unit, size_t above)
{
	size_t up = family->parent[unit];

	while (up != FAMILY_UNITS && up != above)
		up = family->parent[up];
	return up == above;
}

bool family_has_below(const struct family *family, size_t unit)
{
	return family_level_below(family, unit) != CCHC_LEVELS;
}

bool family_has_child(const struct family *family, size_t unit, enum cchc_level level)
{
	for (size_t i = 0; i < family->n; i++)
		if (family->parent[i] == unit && family->unit[i]->level == level)
			return true;
	return false;
}

enum cchc_level family_level_below(const struct family *family, size_t unit)
{
	enum cchc_level level = CCHC_LEVELS;

	for (size_t i = 0; i < family->n; i++)
		if (family->parent[i] == unit && family->unit[i]->level < level)
			level = family->unit[i]->level;
	return level;
}
