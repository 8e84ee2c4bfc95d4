#include "app/item.h"

#include <stdlib.h>

#include "proto/limits.h"

/* 256 tasks or alerts, each with a full history read and written: far more than any
 * message of a peer may take. */
enum { OWN_MEMORY = 32 * 1024 * 1024 };

struct cchc_item *cchc_item_new(void)
{
	struct cchc_item *item = calloc(1, sizeof(*item));

	if (item)
		cchc_arena_init(&item->arena, CCHC_DECODE_MEMORY_MAX);
	return item;
}

struct cchc_item *cchc_item_new_own(enum cchc_entry_kind kind, int64_t clock_ms)
{
	struct cchc_item *item = cchc_item_new();

	if (!item)
		return NULL;
	cchc_arena_init(&item->arena, OWN_MEMORY);
	item->cells = 1;
	item->entry = (struct cchc_entry){.kind = kind,
					  .clock_ms = clock_ms,
					  .sender = "",
					  .doc_number = "",
					  .doc_date = CCHC_DAY_NONE,
					  .signer_name = "",
					  .signer_position = "",
					  .source = ""};
	return item;
}

void cchc_item_free(struct cchc_item *item)
{
	if (!item)
		return;
	cchc_arena_fini(&item->arena);
	free(item);
}
