#include "base/fields.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"

void cchc_fields_begin(struct cchc_fields *fields, const struct cchc_node *node,
		       struct cchc_problems *problems)
{
	*fields = (struct cchc_fields){.map = node, .problems = problems};
	if (node && node->kind != CCHC_NODE_MAP) {
		cchc_problems_error(problems, node->place,
				    "keys and values expected here");
		fields->map = NULL;
	}
}

static bool was_asked(const struct cchc_fields *fields, const char *key)
{
	for (size_t i = 0; i < fields->n; i++)
		if (strcmp(fields->asked[i], key) == 0)
			return true;
	return false;
}

void cchc_fields_end(struct cchc_fields *fields)
{
	for (size_t i = 0; fields->map && i < fields->map->n; i++) {
		const struct cchc_node *key = fields->map->key[i];

		if (!was_asked(fields, key->text))
			cchc_problems_error(fields->problems, key->place,
					    "unknown key \"%.60s\"", key->text);
	}
}

static const struct cchc_node *ask(struct cchc_fields *fields, const char *key,
				   enum cchc_need need)
{
	const struct cchc_node *value = cchc_node_get(fields->map, key);

	cchc_check(fields->n < CCHC_FIELDS_MAX);
	fields->asked[fields->n++] = key;
	if (!value && need == CCHC_REQUIRED && fields->map)
		cchc_problems_error(fields->problems, fields->map->place,
				    "key \"%s\" is missing", key);
	return value;
}

const struct cchc_node *cchc_fields_node(struct cchc_fields *fields, const char *key,
					 enum cchc_need need, enum cchc_node_kind kind)
{
	static const char *const NAMES[] = {"a value", "keys and values", "a list"};
	const struct cchc_node *value = ask(fields, key, need);

	if (value && value->kind != kind) {
		cchc_problems_error(fields->problems, value->place, "%s: %s expected",
				    key, NAMES[kind]);
		return NULL;
	}
	return value;
}

const char *cchc_fields_text(struct cchc_fields *fields, const char *key,
			     enum cchc_need need)
{
	const struct cchc_node *value =
		cchc_fields_node(fields, key, need, CCHC_NODE_SCALAR);

	if (!value)
		return NULL;
	if (!value->text[0] && need == CCHC_REQUIRED)
		cchc_problems_error(fields->problems, value->place, "%s is empty", key);
	return value->text[0] ? value->text : NULL;
}

int64_t cchc_fields_number(struct cchc_fields *fields, const char *key, int64_t least,
			   int64_t most, int64_t usual)
{
	const struct cchc_node *value =
		cchc_fields_node(fields, key, CCHC_OPTIONAL, CCHC_NODE_SCALAR);
	char *end;
	long long number;

	if (!value)
		return usual;
	errno = 0;
	number = strtoll(value->text, &end, 10);
	if (errno || end == value->text || *end || number < least || number > most) {
		cchc_problems_error(fields->problems, value->place,
				    "%s: \"%.40s\" is not a whole number from %" PRId64
				    " to %" PRId64,
				    key, value->text, least, most);
		return usual;
	}
	return number;
}

bool cchc_fields_flag(struct cchc_fields *fields, const char *key, bool usual)
{
	const struct cchc_node *value =
		cchc_fields_node(fields, key, CCHC_OPTIONAL, CCHC_NODE_SCALAR);

	if (!value)
		return usual;
	if (strcmp(value->text, "yes") == 0 || strcmp(value->text, "true") == 0)
		return true;
	if (strcmp(value->text, "no") == 0 || strcmp(value->text, "false") == 0)
		return false;
	cchc_problems_error(fields->problems, value->place, "%s: yes or no expected",
			    key);
	return usual;
}

void cchc_fields_wrong(struct cchc_fields *fields, const char *key, const char *what)
{
	const struct cchc_node *value = cchc_node_get(fields->map, key);

	if (!value)
		value = fields->map;
	if (value)
		cchc_problems_error(fields->problems, value->place, "%s: %s", key, what);
}
