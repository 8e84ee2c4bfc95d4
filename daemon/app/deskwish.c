/* deskwish.c - what the store is to record: handings, their outcomes, ends.
 *
 * A wish stands until the store has it, or it is idle. It waits in `unwritten`, goes to
 * the writer with up to 255 others, and waits in `written` for the change that comes
 * back. A write that fails puts it into `unwritten` again; one of which nothing was heard
 * for a minute too, since what the store found idle comes back without a word.
 */
#include <stdlib.h>
#include <string.h>

#include "app/deskparts.h"
#include "base/text.h"

enum {
	HANDINGS = 256, /* of one entry */
	ENTRIES = 4,    /* of one turn */
	WHY_BYTES = 400,
};

static void leave_list(struct cchc_desk_wish *wish)
{
	struct cchc_desk_wishes *list = wish->list;

	if (wish->prev)
		wish->prev->next = wish->next;
	else
		list->first = wish->next;
	if (wish->next)
		wish->next->prev = wish->prev;
	else
		list->last = wish->prev;
	wish->prev = wish->next = NULL;
	wish->list = NULL;
}

static void join_list(struct cchc_desk_wish *wish, struct cchc_desk_wishes *list)
{
	if (wish->list)
		leave_list(wish);
	wish->list = list;
	wish->prev = list->last;
	if (list->last)
		list->last->next = wish;
	else
		list->first = wish;
	list->last = wish;
}

void cchc_wish(struct cchc_desk_wish *wish, bool of_end, uint8_t state, const char *why)
{
	char text[WHY_BYTES];

	cchc_text_copy(text, sizeof(text), why, strlen(why));
	free(wish->why);
	wish->why = text[0] ? strdup(text) : NULL; /* without memory: no reason told */
	wish->of_end = of_end;
	wish->state = state;
	join_list(wish, &wish->alert->desk->unwritten);
}

void cchc_wish_drop(struct cchc_desk_wish *wish)
{
	free(wish->why);
	wish->why = NULL;
	if (wish->list)
		leave_list(wish);
}

/* What became of the alert since it was written decides whether it is written again. */
static void wish_again(struct cchc_desk_wish *wish)
{
	join_list(wish, &wish->alert->desk->unwritten);
	cchc_desk_settle(wish->alert);
}

void cchc_wishes_find_lost(struct cchc_desk *desk)
{
	while (desk->written.first &&
	       desk->boot_ms - desk->written.first->since_boot >= CCHC_DESK_LOST_MS)
		wish_again(desk->written.first);
}

static bool fill(struct cchc_arena *arena, const struct cchc_desk_wish *wish,
		 struct cchc_handing *handing)
{
	const char *why = wish->why ? wish->why : "";

	*handing = (struct cchc_handing){.alert = wish->alert->no,
					 .delivery = wish->place,
					 .of_end = wish->of_end,
					 .state = wish->state,
					 .why = cchc_arena_text(arena, why, strlen(why))};
	return handing->why;
}

/* One entry of the oldest wishes. False without memory. */
static bool write_some(struct cchc_desk *desk)
{
	struct cchc_item *item = cchc_item_new_own(CCHC_ENTRY_HAND, desk->now_ms);
	struct cchc_handing *handing =
		item ? cchc_arena_array(&item->arena, HANDINGS, sizeof(*handing)) : NULL;
	size_t n = 0;

	if (!handing) {
		cchc_item_free(item);
		return false;
	}
	while (desk->unwritten.first && n < HANDINGS &&
	       fill(&item->arena, desk->unwritten.first, &handing[n])) {
		desk->unwritten.first->since_boot = desk->boot_ms;
		join_list(desk->unwritten.first, &desk->written);
		n++;
	}
	item->entry.handing = handing;
	item->entry.n_handings = n;
	item->cells = n;
	if (n > 0)
		desk->options.port.write(desk->options.port.data, item);
	else
		cchc_item_free(item);
	return n > 0;
}

int64_t cchc_wishes_write(struct cchc_desk *desk)
{
	if (desk->boot_ms < desk->write_after_boot)
		return desk->unwritten.first ? desk->write_after_boot - desk->boot_ms
					     : INT64_MAX;
	for (int i = 0; i < ENTRIES && desk->unwritten.first; i++)
		if (!write_some(desk))
			return CCHC_DESK_RETRY_MS;
	return desk->unwritten.first ? 0 : INT64_MAX;
}

void cchc_wishes_failed(struct cchc_desk *desk, const struct cchc_entry *entry)
{
	for (size_t i = 0; i < entry->n_handings; i++) {
		const struct cchc_handing *handing = &entry->handing[i];
		struct cchc_desk_alert *alert = cchc_desk_find(desk, handing->alert);
		struct cchc_desk_wish *wish;

		if (!alert)
			continue;
		if (handing->delivery != CCHC_NO_DELIVERY &&
		    handing->delivery >= alert->n)
			continue;
		wish = handing->delivery == CCHC_NO_DELIVERY
			       ? &alert->end
			       : &alert->delivery[handing->delivery].wish;
		if (wish->list == &desk->written)
			wish_again(wish);
	}
	desk->write_after_boot = desk->boot_ms + CCHC_DESK_RETRY_MS;
}
