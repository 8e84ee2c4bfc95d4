#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "core/formload.h"
#include "core/number.h"

static const struct cchc_formload_key *find_key(const struct cchc_formload_key *keys,
						size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(keys[i].name, name) == 0)
			return &keys[i];
	return NULL;
}

bool cchc_formload_keys(struct cchc_formload *load, const struct cchc_node *map,
			const struct cchc_formload_key *keys, size_t n, unsigned bit,
			const char *who)
{
	if (map->kind != CCHC_NODE_MAP) {
		cchc_problems_error(load->problems, map->place,
				    "%s must be a map of keys and values", who);
		return false;
	}
	for (size_t i = 0; i < map->n; i++) {
		const struct cchc_node *key = map->key[i];
		const struct cchc_formload_key *known = find_key(keys, n, key->text);

		if (!known)
			cchc_problems_error(load->problems, key->place,
					    "unknown key \"%.60s\"", key->text);
		else if (!(known->taken & bit))
			cchc_problems_error(load->problems, key->place, "%s takes no %s",
					    who, key->text);
	}
	for (size_t i = 0; i < n; i++)
		if ((keys[i].needed & bit) == bit && !cchc_node_get(map, keys[i].name))
			cchc_problems_error(load->problems, map->place,
					    "%s needs the key \"%s\"", who, keys[i].name);
	return true;
}

static const char *scalar(struct cchc_formload *load, const struct cchc_node *node,
			  const char *what)
{
	if (!node)
		return NULL;
	if (node->kind != CCHC_NODE_SCALAR) {
		cchc_problems_error(load->problems, node->place, "%s must be one value",
				    what);
		return NULL;
	}
	if (!node->text[0]) {
		cchc_problems_error(load->problems, node->place, "%s is empty", what);
		return NULL;
	}
	return node->text;
}

void *cchc_formload_array(struct cchc_formload *load, size_t count, size_t size)
{
	void *memory = cchc_arena_array(&load->form->arena, count, size);

	load->no_memory = load->no_memory || !memory;
	return memory;
}

const char *cchc_formload_copy(struct cchc_formload *load, const char *text)
{
	const char *copy = cchc_arena_text(&load->form->arena, text, strlen(text));

	load->no_memory = load->no_memory || !copy;
	return copy ? copy : "";
}

const char *cchc_formload_text(struct cchc_formload *load, const struct cchc_node *node,
			       const char *what)
{
	const char *text = scalar(load, node, what);
	size_t len = text ? strlen(text) : 0;

	if (!text)
		return NULL;
	cchc_text_trim(&text, &len);
	if (len == 0) {
		cchc_problems_error(load->problems, node->place, "%s is empty", what);
		return NULL;
	}
	text = cchc_arena_text(&load->form->arena, text, len);
	load->no_memory = load->no_memory || !text;
	return text;
}

bool cchc_formload_number(struct cchc_formload *load, const struct cchc_node *node,
			  const char *what, int64_t least, int64_t most, int64_t *value)
{
	const char *text = scalar(load, node, what);
	int64_t found;

	if (!text)
		return false;
	if (!cchc_number_parse_plain(text, 0, &found) || found < least || found > most) {
		cchc_problems_error(load->problems, node->place,
				    "%s must be a whole number from %lld to %lld", what,
				    (long long)least, (long long)most);
		return false;
	}
	*value = found;
	return true;
}

bool cchc_formload_word(struct cchc_formload *load, const struct cchc_node *node,
			const char *what, const char *const *words, size_t n,
			unsigned *found)
{
	const char *text = scalar(load, node, what);
	char list[160] = "";
	size_t len = 0;

	if (!text)
		return false;
	for (unsigned i = 0; i < n; i++) {
		if (strcmp(words[i], text) == 0) {
			*found = i;
			return true;
		}
	}
	for (size_t i = 0; i < n && len < sizeof(list); i++)
		len += (size_t)snprintf(list + len, sizeof(list) - len, "%s%s",
					i ? ", " : "", words[i]);
	cchc_problems_error(load->problems, node->place,
			    "%s is \"%.40s\", not one of: %s", what, text, list);
	return false;
}

bool cchc_formload_level(struct cchc_formload *load, const struct cchc_node *node,
			 const char *what, enum cchc_level *level)
{
	const char *names[CCHC_LEVELS];
	unsigned found;

	for (unsigned i = 0; i < CCHC_LEVELS; i++)
		names[i] = cchc_level_name((enum cchc_level)i);
	if (!cchc_formload_word(load, node, what, names, CCHC_LEVELS, &found))
		return false;
	*level = (enum cchc_level)found;
	return true;
}

bool cchc_formload_yes(struct cchc_formload *load, const struct cchc_node *node,
		       const char *what, bool *yes)
{
	static const char *const WORDS[] = {"no", "yes"};
	unsigned found;

	if (!cchc_formload_word(load, node, what, WORDS, CCHC_COUNT(WORDS), &found))
		return false;
	*yes = found == 1;
	return true;
}

bool cchc_formload_list(struct cchc_formload *load, const struct cchc_node *node,
			const char *what)
{
	if (!node)
		return false;
	if (node->kind != CCHC_NODE_LIST)
		cchc_problems_error(load->problems, node->place, "%s must be a list",
				    what);
	else if (node->n == 0)
		cchc_problems_error(load->problems, node->place, "%s is empty", what);
	return node->kind == CCHC_NODE_LIST && node->n > 0;
}
