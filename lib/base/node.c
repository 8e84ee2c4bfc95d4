#include "base/node.h"

#include <string.h>

const struct cchc_node *cchc_node_get(const struct cchc_node *map, const char *key)
{
	if (!map || map->kind != CCHC_NODE_MAP)
		return NULL;
	for (size_t i = 0; i < map->n; i++)
		if (strcmp(map->key[i]->text, key) == 0)
			return map->item[i];
	return NULL;
}
