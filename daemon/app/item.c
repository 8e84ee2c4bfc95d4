#include "app/item.h"

#include <stdlib.h>

#include "proto/limits.h"

struct cchc_item *cchc_item_new(void)
{
	struct cchc_item *item = calloc(1, sizeof(*item));

	if (item)
		cchc_arena_init(&item->arena, CCHC_DECODE_MEMORY_MAX);
	return item;
}

void cchc_item_free(struct cchc_item *item)
{
	if (!item)
		return;
	cchc_arena_fini(&item->arena);
	free(item);
}
