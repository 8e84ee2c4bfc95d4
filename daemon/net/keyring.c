#include "net/keyring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/unitfield.h"

enum { KEYS_MAX = 20000, ARENA_MAX = 8 * 1024 * 1024, NAME_MAX_BYTES = 48 };

bool cchc_role_may_use(enum cchc_role role, const char *domain)
{
	if (role == CCHC_ROLE_AGENT)
		return strcmp(domain, "agents") == 0;
	return strcmp(domain, "queries") == 0 || strcmp(domain, "changes") == 0;
}

static void read_role(struct cchc_fields *f, struct cchc_key_entry *entry)
{
	static const char *const NAMES[] = {"agent", "monitor", "operator"};
	const char *text = cchc_fields_text(f, "role", CCHC_REQUIRED);

	for (size_t i = 0; text && i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
		if (strcmp(text, NAMES[i]) == 0) {
			entry->role = (enum cchc_role)i;
			return;
		}
	}
	if (text)
		cchc_fields_wrong(f, "role", "agent, monitor or operator expected");
}

static void read_unit(struct cchc_fields *f, const struct cchc_units *units,
		      struct cchc_key_entry *entry)
{
	bool agent = entry->role == CCHC_ROLE_AGENT;
	const struct cchc_unit *unit =
		cchc_fields_unit(f, units, agent ? CCHC_REQUIRED : CCHC_OPTIONAL);

	entry->below = cchc_fields_flag(f, "below", false);
	if (unit && !agent)
		cchc_fields_wrong(f, "unit", "only an agent's key has a unit");
	else if (unit)
		entry->unit = unit->id;
}

static void read_entry(const struct cchc_node *node, const struct cchc_units *units,
		       struct cchc_problems *problems, struct cchc_key_entry *entry)
{
	struct cchc_fields f;
	const char *key;

	cchc_fields_begin(&f, node, problems);
	entry->name = cchc_fields_text(&f, "name", CCHC_REQUIRED);
	if (entry->name && strlen(entry->name) > NAME_MAX_BYTES)
		cchc_fields_wrong(&f, "name", "longer than 48 bytes");
	key = cchc_fields_text(&f, "key", CCHC_REQUIRED);
	if (key && cchc_key_is_valid(key))
		memcpy(entry->key, key, sizeof(entry->key));
	else if (key)
		cchc_fields_wrong(&f, "key", "not a public key (40 characters, Z85)");
	read_role(&f, entry);
	read_unit(&f, units, entry);
	cchc_fields_end(&f);
}

static int by_key_text(const void *a, const void *b, void *data)
{
	const struct cchc_key_entry *entry = data;

	return strcmp(entry[*(const size_t *)a].key, entry[*(const size_t *)b].key);
}

static int by_name(const void *a, const void *b, void *data)
{
	const struct cchc_key_entry *entry = data;

	return strcmp(entry[*(const size_t *)a].name, entry[*(const size_t *)b].name);
}

/* Two entries with one key would make one sender two; two with one name, two senders one.
 */
static void find_doubles(struct cchc_keyring *ring, const struct cchc_node *list,
			 struct cchc_problems *problems)
{
	size_t *order = ring->by_key;

	qsort_r(order, ring->n, sizeof(order[0]), by_name, ring->entry);
	for (size_t i = 1; i < ring->n; i++)
		if (by_name(&order[i - 1], &order[i], ring->entry) == 0)
			cchc_problems_error(problems, list->item[order[i]]->place,
					    "name \"%s\" stands twice",
					    ring->entry[order[i]].name);
	qsort_r(order, ring->n, sizeof(order[0]), by_key_text, ring->entry);
	for (size_t i = 1; i < ring->n; i++)
		if (by_key_text(&order[i - 1], &order[i], ring->entry) == 0)
			cchc_problems_error(problems, list->item[order[i]]->place,
					    "the key of \"%s\" stands twice",
					    ring->entry[order[i]].name);
}

static enum cchc_rc read_entries(struct cchc_keyring *ring, const struct cchc_node *list,
				 const struct cchc_units *units,
				 struct cchc_problems *problems)
{
	ring->entry = cchc_arena_array(&ring->arena, list->n + 1, sizeof(ring->entry[0]));
	ring->by_key =
		cchc_arena_array(&ring->arena, list->n + 1, sizeof(ring->by_key[0]));
	if (!ring->entry || !ring->by_key)
		return CCHC_NOMEM;
	ring->n = list->n;
	for (size_t i = 0; i < list->n; i++) {
		struct cchc_key_entry *entry = &ring->entry[i];

		read_entry(list->item[i], units, problems, entry);
		if (entry->name)
			entry->name = cchc_arena_text(&ring->arena, entry->name,
						      strlen(entry->name));
		(void)snprintf(entry->user, sizeof(entry->user), "%zu", i);
		ring->by_key[i] = i;
	}
	return CCHC_OK;
}

enum cchc_rc cchc_keyring_load(struct cchc_keyring *ring, const struct cchc_node *root,
			       const struct cchc_units *units,
			       struct cchc_problems *problems)
{
	const struct cchc_node *list;
	size_t errors = problems->errors;
	struct cchc_fields f;
	enum cchc_rc rc;

	*ring = (struct cchc_keyring){0};
	cchc_arena_init(&ring->arena, ARENA_MAX);
	cchc_fields_begin(&f, root, problems);
	list = cchc_fields_node(&f, "keys", CCHC_REQUIRED, CCHC_NODE_LIST);
	cchc_fields_end(&f);
	if (!list)
		return CCHC_INVALID;
	if (list->n > KEYS_MAX) {
		cchc_problems_error(problems, list->place, "more than %d keys", KEYS_MAX);
		return CCHC_INVALID;
	}
	rc = read_entries(ring, list, units, problems);
	if (rc == CCHC_OK && problems->errors == errors)
		find_doubles(ring, list, problems);
	if (rc == CCHC_OK && problems->errors > errors)
		rc = CCHC_INVALID;
	if (rc != CCHC_OK)
		cchc_keyring_fini(ring);
	return rc;
}

void cchc_keyring_fini(struct cchc_keyring *ring)
{
	cchc_arena_fini(&ring->arena);
	*ring = (struct cchc_keyring){0};
}

const struct cchc_key_entry *cchc_keyring_by_key(const struct cchc_keyring *ring,
						 const char *public_key)
{
	size_t low = 0;
	size_t high = ring->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct cchc_key_entry *entry = &ring->entry[ring->by_key[middle]];
		int order = strcmp(public_key, entry->key);

		if (order == 0)
			return entry;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const struct cchc_key_entry *cchc_keyring_by_user(const struct cchc_keyring *ring,
						  const char *user)
{
	char *end;
	unsigned long place = strtoul(user, &end, 10);

	return *user && !*end && place < ring->n ? &ring->entry[place] : NULL;
}
