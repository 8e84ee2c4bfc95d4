#ifndef CCHC_APP_DESKWISH_H
#define CCHC_APP_DESKWISH_H

#include <stdbool.h>
#include <stdint.h>

/* For the desk's files alone (deskparts.h). */

struct cchc_desk;
struct cchc_desk_alert;
struct cchc_entry;

/* Something the store is to record: a state of a delivery, or the end of the alert. */
struct cchc_desk_wish {
	struct cchc_desk_wish *next;
	struct cchc_desk_wish *prev;
	struct cchc_desk_wishes *list; /* NULL: there is nothing to record */
	struct cchc_desk_alert *alert;
	uint16_t place; /* of the delivery, or CCHC_NO_DELIVERY */
	bool of_end;
	uint8_t state;
	char *why;          /* NULL: none */
	int64_t since_boot; /* written then */
};
struct cchc_desk_wishes {
	struct cchc_desk_wish *first;
	struct cchc_desk_wish *last;
};

void cchc_wish(struct cchc_desk_wish *wish, bool of_end, uint8_t state, const char *why);
void cchc_wish_drop(struct cchc_desk_wish *wish); /* done, or idle */
/* Those of which nothing was heard are to be written again. */
void cchc_wishes_find_lost(struct cchc_desk *desk);
/* Entries for the writer. Returns in how many ms to come again, INT64_MAX: not. */
int64_t cchc_wishes_write(struct cchc_desk *desk);
void cchc_wishes_failed(struct cchc_desk *desk, const struct cchc_entry *entry);

#endif
