#ifndef CCHC_NET_KEYRING_H
#define CCHC_NET_KEYRING_H

#include "base/arena.h"
#include "base/fields.h"
#include "core/unit.h"
#include "io/keys.h"

/* Who may come in, and as whom: the public keys of the key file.
 *
 *	keys:
 *	  - {name: nhu-quynh-1, key: "<Z85>", role: agent, unit: "11986"}
 *	  - {name: bang-dien-tu, key: "<Z85>", role: monitor}
 *
 * A key belongs to one unit and a role. An agent with `below: yes` may also report for
 *units below its own. A code that was re-used needs `valid_from` of the unit meant:
 *without it, after a reorganisation, an old key would write another commune's figures. */

enum cchc_role { CCHC_ROLE_AGENT, CCHC_ROLE_MONITOR, CCHC_ROLE_OPERATOR };

struct cchc_key_entry {
	const char *name; /* unique; stands in the journal as the sender */
	char key[CCHC_KEY_TEXT];
	enum cchc_role role;
	uint32_t unit; /* id; agents only, else 0 */
	bool below;
	char user[24]; /* the ZAP user id: the entry's place, as text */
};

struct cchc_keyring {
	struct cchc_arena arena;
	struct cchc_key_entry *entry;
	size_t n;
	size_t *by_key; /* places, sorted by key */
};

/* Reports every mistake. `units` have their ids. On CCHC_INVALID the ring is empty. */
CCHC_NODISCARD enum cchc_rc cchc_keyring_load(struct cchc_keyring *ring,
					      const struct cchc_node *root,
					      const struct cchc_units *units,
					      struct cchc_problems *problems);
void cchc_keyring_fini(struct cchc_keyring *ring);

/* NULL when unknown. */
const struct cchc_key_entry *cchc_keyring_by_key(const struct cchc_keyring *ring,
						 const char *public_key);
const struct cchc_key_entry *cchc_keyring_by_user(const struct cchc_keyring *ring,
						  const char *user);
/* True if the role may use the socket of this ZAP domain ("agents", "queries",
 * "changes"). */
bool cchc_role_may_use(enum cchc_role role, const char *domain);

#endif
