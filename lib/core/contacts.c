#include "core/contacts.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/alertload.h"
#include "core/unitfield.h"

enum { ADDRESS_MAX = 254 };

struct entry { /* of the file's list */
	uint32_t unit;
	const struct cchc_node *node;
	const struct cchc_node *people;
};

struct loading {
	struct cchc_contacts *contacts;
	struct cchc_arena *arena;
	const struct cchc_units *units;
	struct cchc_channel_names channels;
	struct cchc_problems *problems;
	bool no_memory;
};

static void *take(struct loading *l, size_t count, size_t size)
{
	void *memory = cchc_arena_array(l->arena, count, size);

	l->no_memory = l->no_memory || !memory;
	return memory;
}

static const char *copy(struct loading *l, const char *text)
{
	const char *made = cchc_arena_text(l->arena, text, strlen(text));

	l->no_memory = l->no_memory || !made;
	return made;
}

/* --- people ------------------------------------------------------------------------ */

/* It goes into commands and headers of a mail: nothing in it may end them. */
static bool is_line(const char *text)
{
	return text[0] && strlen(text) <= ADDRESS_MAX &&
	       cchc_text_is_clean(text, strlen(text)) && !strpbrk(text, "\t\r\n");
}

static bool is_email(const char *text)
{
	const char *at = strchr(text, '@');

	return is_line(text) && at && at > text && at[1] && !strchr(at + 1, '@') &&
	       !strpbrk(text, " <>()[]\\,;:\"");
}

static void read_email(struct loading *l, struct cchc_fields *f,
		       struct cchc_person *person)
{
	const char *email = cchc_fields_text(f, "email", CCHC_OPTIONAL);

	if (email && !is_email(email))
		cchc_fields_wrong(f, "email", "one address like lan@example.vn expected");
	person->email = copy(l, email ? email : "");
}

static void read_language(struct cchc_fields *f, struct cchc_person *person)
{
	const char *language = cchc_fields_text(f, "language", CCHC_OPTIONAL);

	person->language = language && strcmp(language, "en") == 0 ? "en" : "vi";
	if (language && strcmp(language, person->language) != 0)
		cchc_fields_wrong(f, "language", "vi or en expected");
}

static void read_address(struct loading *l, const struct cchc_node *key,
			 const struct cchc_node *to, struct cchc_address *address)
{
	if (!cchc_channel_names_has(&l->channels, key->text))
		cchc_problems_error(l->problems, key->place,
				    "alerts.yaml has no channel \"%.60s\"", key->text);
	if (to->kind != CCHC_NODE_SCALAR || !is_line(to->text))
		cchc_problems_error(l->problems, to->place,
				    "%.60s: an address in one line expected", key->text);
	else
		*address = (struct cchc_address){copy(l, key->text), copy(l, to->text)};
}

static void read_addresses(struct loading *l, struct cchc_fields *f,
			   struct cchc_person *person)
{
	const struct cchc_node *map =
		cchc_fields_node(f, "channels", CCHC_OPTIONAL, CCHC_NODE_MAP);

	if (!map)
		return;
	person->address = take(l, map->n + 1, sizeof(*person->address));
	person->n_addresses = person->address ? map->n : 0;
	for (size_t i = 0; i < person->n_addresses; i++)
		read_address(l, map->key[i], map->item[i], &person->address[i]);
}

static void read_person(struct loading *l, uint32_t unit, const struct cchc_node *node)
{
	struct cchc_contacts *contacts = l->contacts;
	struct cchc_person *person = &contacts->person[contacts->n++];
	struct cchc_fields f;
	const char *name;

	cchc_fields_begin(&f, node, l->problems);
	person->unit = unit;
	name = cchc_fields_text(&f, "name", CCHC_REQUIRED);
	if (name && !is_line(name))
		cchc_fields_wrong(&f, "name", "one line expected");
	person->name = copy(l, name ? name : "");
	person->roles = cchc_fields_roles(&f, "roles");
	read_email(l, &f, person);
	read_language(&f, person);
	read_addresses(l, &f, person);
	if (f.map && !person->email[0] && person->n_addresses == 0)
		cchc_problems_warn(l->problems, node->place,
				   "%.60s has no address: nothing can be sent there",
				   person->name);
	cchc_fields_end(&f);
}

/* --- units ------------------------------------------------------------------------- */

static void read_entry(struct loading *l, const struct cchc_node *node,
		       struct entry *entry)
{
	const struct cchc_unit *unit;
	struct cchc_fields f;

	cchc_fields_begin(&f, node, l->problems);
	unit = cchc_fields_unit(&f, l->units, CCHC_REQUIRED);
	entry->node = node;
	entry->unit = unit ? unit->id : 0;
	entry->people = cchc_fields_node(&f, "people", CCHC_REQUIRED, CCHC_NODE_LIST);
	cchc_fields_end(&f);
}

/* By unit, and then in file order: it is the earlier one that stands first. */
static int by_unit(const void *a, const void *b)
{
	const struct entry *x = a;
	const struct entry *y = b;

	if (x->unit != y->unit)
		return x->unit < y->unit ? -1 : 1;
	return (x->node->place.line > y->node->place.line) -
	       (x->node->place.line < y->node->place.line);
}

static size_t sort_entries(struct loading *l, struct entry *entry, size_t n)
{
	size_t people = 0;

	qsort(entry, n, sizeof(*entry), by_unit);
	for (size_t i = 0; i < n; i++) {
		people += entry[i].people ? entry[i].people->n : 0;
		if (i > 0 && entry[i].unit > 0 && entry[i].unit == entry[i - 1].unit)
			cchc_problems_error(l->problems, entry[i].node->place,
					    "the unit stands twice, first in line %u",
					    entry[i - 1].node->place.line);
	}
	return people;
}

static void read_list(struct loading *l, const struct cchc_node *list)
{
	struct entry *entry = take(l, list->n + 1, sizeof(*entry));
	size_t people;

	if (!entry)
		return;
	for (size_t i = 0; i < list->n; i++)
		read_entry(l, list->item[i], &entry[i]);
	people = sort_entries(l, entry, list->n);
	l->contacts->person = take(l, people + 1, sizeof(struct cchc_person));
	for (size_t i = 0; l->contacts->person && i < list->n; i++)
		for (size_t k = 0; entry[i].people && k < entry[i].people->n; k++)
			read_person(l, entry[i].unit, entry[i].people->item[k]);
}

enum cchc_rc cchc_contacts_load(struct cchc_contacts *contacts, struct cchc_arena *arena,
				const struct cchc_node *root,
				const struct cchc_units *units,
				const char *const *channels, size_t n,
				struct cchc_problems *problems)
{
	struct loading l = {contacts, arena, units, {channels, n}, problems, false};
	size_t errors = problems->errors;
	const struct cchc_node *list;
	enum cchc_rc rc = CCHC_OK;
	struct cchc_fields f;

	*contacts = (struct cchc_contacts){0};
	cchc_fields_begin(&f, root, problems);
	list = cchc_fields_node(&f, "contacts", CCHC_REQUIRED, CCHC_NODE_LIST);
	cchc_fields_end(&f);
	if (list)
		read_list(&l, list);
	if (problems->errors > errors)
		rc = CCHC_INVALID;
	if (l.no_memory)
		rc = CCHC_NOMEM;
	if (rc != CCHC_OK)
		*contacts = (struct cchc_contacts){0};
	return rc;
}

/* --- asking ------------------------------------------------------------------------ */

static size_t first_of(const struct cchc_contacts *contacts, uint32_t unit)
{
	size_t from = 0;
	size_t to = contacts->n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (contacts->person[middle].unit < unit)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

size_t cchc_contacts_each(const struct cchc_contacts *contacts, uint32_t unit,
			  unsigned roles,
			  void (*on_person)(void *data, const struct cchc_person *person),
			  void *data)
{
	size_t n = 0;

	for (size_t i = first_of(contacts, unit);
	     i < contacts->n && contacts->person[i].unit == unit; i++) {
		if (!(contacts->person[i].roles & roles))
			continue;
		on_person(data, &contacts->person[i]);
		n++;
	}
	return n;
}

bool cchc_contacts_has(const struct cchc_contacts *contacts, uint32_t unit)
{
	size_t at = first_of(contacts, unit);

	return at < contacts->n && contacts->person[at].unit == unit;
}
