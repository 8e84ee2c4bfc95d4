#ifndef CCHC_CORE_ALERTLOAD_H
#define CCHC_CORE_ALERTLOAD_H

#include "base/fields.h"
#include "core/alertrule.h"

/* What alerts.yaml and contacts.yaml have in common. */

struct cchc_channel_names { /* that alerts.yaml has */
	const char *const *name;
	size_t n;
};

bool cchc_channel_names_has(const struct cchc_channel_names *channels, const char *name);

/* The list of roles under the key, as bits of cchc_role_bit. Reports a missing or an
 * empty one and what is no role. */
unsigned cchc_fields_roles(struct cchc_fields *fields, const char *key);

#endif
