#ifndef CORE_UNITFIELD_H
#define CORE_UNITFIELD_H

#include "base/fields.h"
#include "core/unit.h"

/* The unit that an entry of a settings file names: `unit`, its code, and where several
 * units had that code, `valid_from`, the day from which it is theirs. Reads both keys. */

/* NULL: not named, or a mistake that was said at its place. */
const struct cchc_unit *cchc_fields_unit(struct cchc_fields *fields,
					 const struct cchc_units *units,
					 enum cchc_need need);

#endif
