#include "core/unitfield.h"

static const struct cchc_unit *find(struct cchc_fields *f, const struct cchc_units *units,
				    const char *code, const char *from)
{
	const struct cchc_unit *unit = NULL;
	size_t n = cchc_units_of_code(units, code, &unit);
	cchc_day day = CCHC_DAY_NONE;

	if (from && !cchc_day_parse(from, &day)) {
		cchc_fields_wrong(f, "valid_from", "a date like 2025-07-01 expected");
		return NULL;
	}
	if (from)
		unit = cchc_units_on(units, code, day);
	if (n == 0)
		cchc_fields_wrong(f, "unit", "no unit has this code");
	else if (from && (!unit || unit->valid_from != day))
		cchc_fields_wrong(f, "valid_from", "no unit began on that day");
	else if (!from && n > 1)
		cchc_fields_wrong(f, "unit",
				  "several units had this code: say valid_from");
	else
		return unit;
	return NULL;
}

const struct cchc_unit *cchc_fields_unit(struct cchc_fields *fields,
					 const struct cchc_units *units,
					 enum cchc_need need)
{
	const char *code = cchc_fields_text(fields, "unit", need);
	const char *from = cchc_fields_text(fields, "valid_from", CCHC_OPTIONAL);

	return code ? find(fields, units, code, from) : NULL;
}
