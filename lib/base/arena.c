#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 16 * 1024 };

struct cchc_arena_block {
	struct cchc_arena_block *next;
	size_t size;
	size_t used;
	max_align_t bytes[];
};

void cchc_arena_init(struct cchc_arena *arena, size_t max_bytes)
{
	*arena = (struct cchc_arena){.cap = max_bytes};
}

void cchc_arena_fini(struct cchc_arena *arena)
{
	while (arena->blocks) {
		struct cchc_arena_block *next = arena->blocks->next;

		free(arena->blocks);
		arena->blocks = next;
	}
	arena->used = 0;
}

void cchc_arena_reset(struct cchc_arena *arena)
{
	struct cchc_arena_block *newest = arena->blocks;

	if (!newest)
		return;
	arena->blocks = newest->next;
	cchc_arena_fini(arena);
	newest->next = NULL;
	newest->used = 0;
	arena->blocks = newest;
}

static struct cchc_arena_block *add_block(struct cchc_arena *arena, size_t bytes)
{
	size_t size = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;
	struct cchc_arena_block *block = malloc(sizeof(*block) + size);

	if (!block)
		return NULL;
	block->next = arena->blocks;
	block->size = size;
	block->used = 0;
	arena->blocks = block;
	return block;
}

void *cchc_arena_alloc(struct cchc_arena *arena, size_t bytes)
{
	struct cchc_arena_block *block = arena->blocks;
	const size_t align = sizeof(max_align_t);
	void *memory;

	if (bytes > arena->cap)
		return NULL;
	bytes = (bytes + align - 1) / align * align;
	if (bytes > arena->cap - arena->used)
		return NULL;
	if (!block || block->size - block->used < bytes)
		block = add_block(arena, bytes);
	if (!block)
		return NULL;
	memory = (char *)block->bytes + block->used;
	block->used += bytes;
	arena->used += bytes;
	return memset(memory, 0, bytes);
}

void *cchc_arena_array(struct cchc_arena *arena, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		return NULL;
	return cchc_arena_alloc(arena, bytes);
}

char *cchc_arena_text(struct cchc_arena *arena, const char *text, size_t len)
{
	char *copy = len < SIZE_MAX ? cchc_arena_alloc(arena, len + 1) : NULL;

	if (copy && len)
		memcpy(copy, text, len);
	return copy;
}

char *cchc_arena_format(struct cchc_arena *arena, const char *format, ...)
{
	va_list args;
	char *text;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	text = len < 0 ? NULL : cchc_arena_alloc(arena, (size_t)len + 1);
	if (!text)
		return NULL;
	va_start(args, format);
	(void)vsnprintf(text, (size_t)len + 1, format, args);
	va_end(args);
	return text;
}
