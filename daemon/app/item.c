#include "app/item.h"

#include <stdlib.h>
#include <string.h>

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

struct cchc_item *cchc_item_new_deed(const struct cchc_deed *deed, int64_t clock_ms)
{
	struct cchc_item *item = cchc_item_new_own(CCHC_ENTRY_DEED, clock_ms);
	struct cchc_deed *kept =
		item ? cchc_arena_alloc(&item->arena, sizeof(*kept)) : NULL;
	const char *reason = deed->reason ? deed->reason : "";

	if (kept)
		*kept = (struct cchc_deed){
			.kind = deed->kind,
			.hand = CCHC_HAND_DAEMON,
			.id = cchc_arena_text(&item->arena, deed->id, strlen(deed->id)),
			.due = deed->due,
			.effective = deed->effective,
			.doc_date = CCHC_DAY_NONE,
			.assigned = CCHC_DAY_NONE,
			.done = CCHC_DAY_NONE,
			.wish = CCHC_DAY_NONE,
			.reason = cchc_arena_text(&item->arena, reason, strlen(reason)),
		};
	if (!kept || !kept->id || !kept->reason) {
		cchc_item_free(item);
		return NULL;
	}
	item->entry.deed = kept;
	return item;
}

void cchc_item_free(struct cchc_item *item)
{
	if (!item)
		return;
	cchc_arena_fini(&item->arena);
	free(item);
}
