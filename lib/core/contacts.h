#ifndef CCHC_CORE_CONTACTS_H
#define CCHC_CORE_CONTACTS_H

#include "core/alertrule.h"
#include "core/unit.h"

/* Who is told (config/contacts.yaml): people of each unit with their roles, addresses and
 * language. Read-only once loaded. */

struct cchc_address {
	const char *channel; /* name in alerts.yaml */
	const char *to;      /* as that channel understands it */
};

struct cchc_person {
	uint32_t unit; /* id */
	const char *name;
	unsigned roles;               /* bits of cchc_role_bit */
	const char *email;            /* "" without; used by channels of type smtp */
	const char *language;         /* "vi" or "en" */
	struct cchc_address *address; /* for channels that need one of another kind */
	size_t n_addresses;
};

struct cchc_contacts {
	struct cchc_person *person; /* by unit, in file order */
	size_t n;
};

/* Reads contacts.yaml (contacts: [{unit, valid_from?, people: [{name, roles, email,
 * language, channels: {name: to}}]}]). `units` have their ids. Reports every mistake:
 * unknown unit, role or channel, no role, an address with a line break or without @, a
 * unit twice; and warns of people without an address. Unless OK *contacts is empty. */
CCHC_NODISCARD enum cchc_rc
cchc_contacts_load(struct cchc_contacts *contacts, struct cchc_arena *arena,
		   const struct cchc_node *root, const struct cchc_units *units,
		   const char *const *channels, size_t n, struct cchc_problems *problems);

/* Who of the unit has one of the roles: calls back for each person, in file order; how
 * many there were. */
size_t cchc_contacts_each(const struct cchc_contacts *contacts, uint32_t unit,
			  unsigned roles,
			  void (*on_person)(void *data, const struct cchc_person *person),
			  void *data);
bool cchc_contacts_has(const struct cchc_contacts *contacts, uint32_t unit);

#endif
