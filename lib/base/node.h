#ifndef CCHC_BASE_NODE_H
#define CCHC_BASE_NODE_H

#include <stddef.h>
#include <stdint.h>

#include "base/problems.h"

/* A configuration file as a tree, every node with its place. Made by io/yaml.h, read by
 * the walkers of forms, keys and settings, which report every mistake they see. All
 * memory belongs to the arena of the file. Scalars stay texts: "1.10" is not 1.1. */

enum cchc_node_kind { CCHC_NODE_SCALAR, CCHC_NODE_MAP, CCHC_NODE_LIST };

struct cchc_node {
	enum cchc_node_kind kind;
	struct cchc_place place;
	const char *text;        /* SCALAR: NUL-terminated, clean UTF-8; "" for null */
	struct cchc_node **key;  /* MAP: scalars, in file order, unique */
	struct cchc_node **item; /* MAP: values; LIST: items */
	size_t n;                /* MAP, LIST */
};

/* The value of a key, or NULL; also NULL when map is NULL or no map. */
const struct cchc_node *cchc_node_get(const struct cchc_node *map, const char *key);

#endif
