#ifndef CCHC_BASE_ARENA_H
#define CCHC_BASE_ARENA_H

#include <stddef.h>

#include "base/rc.h"

/* Memory that is given back in one step: a message's decoded parts, a form, a parsed
 * file. Capped, so that what a peer sends cannot take more than its share.
 * One owner thread. */
struct cchc_arena_block;

struct cchc_arena {
	struct cchc_arena_block *blocks; /* newest first */
	size_t used;                     /* bytes handed out */
	size_t cap;                      /* most bytes that may be handed out */
};

/* max_bytes: the cap; allocations beyond it fail. */
void cchc_arena_init(struct cchc_arena *arena, size_t max_bytes);
/* Frees everything; the arena may be used again. */
void cchc_arena_fini(struct cchc_arena *arena);
/* Forgets everything but keeps some memory for the next round. */
void cchc_arena_reset(struct cchc_arena *arena);

/* Zeroed memory aligned for any type, or NULL at the cap or when malloc fails. */
void *cchc_arena_alloc(struct cchc_arena *arena, size_t bytes);
/* count * size, overflow-checked, zeroed. */
void *cchc_arena_array(struct cchc_arena *arena, size_t count, size_t size);
/* A NUL-terminated copy of len bytes. */
char *cchc_arena_text(struct cchc_arena *arena, const char *text, size_t len);

/* A formatted string, or NULL. */
char *cchc_arena_format(struct cchc_arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
