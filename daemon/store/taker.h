#ifndef CCHC_STORE_TAKER_H
#define CCHC_STORE_TAKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "core/date.h"

/* Takes journal entries and records out of their bytes into an arena. Sticky: after the
 * first failure the rest means nothing, and the end says so once. */
struct cchc_taker {
	struct cchc_in in;
	struct cchc_arena *arena;
	enum cchc_rc rc; /* tells memory that ran out from bytes that are wrong */
};

void cchc_taker_init(struct cchc_taker *t, struct cchc_arena *arena, const void *bytes,
		     size_t len);
bool cchc_taker_is_sound(const struct cchc_taker *t);
/* NOMEM, CORRUPT when the bytes were wrong or are not all taken, or OK. */
CCHC_NODISCARD enum cchc_rc cchc_taker_end(const struct cchc_taker *t);

/* NULL for none, and when there is no memory. */
void *cchc_take_memory(struct cchc_taker *t, size_t count, size_t size);
/* More than `max` is wrong. */
uint64_t cchc_take_number(struct cchc_taker *t, uint64_t max);
cchc_day cchc_take_day(struct cchc_taker *t); /* as cchc_out_zigzag wrote it */
const char *cchc_take_text(struct cchc_taker *t);
/* How many items follow: never more than the bytes that are left could hold, so that a
 * count cannot ask for memory that the bytes do not pay for. */
size_t cchc_take_count(struct cchc_taker *t, size_t least_bytes);

/* Most bytes a text takes with its length; it may be NULL. */
static inline size_t cchc_text_room(const char *text)
{
	return 10 + (text ? strlen(text) : 0);
}

#endif
