#include "base/arena.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Blocks grow with what was handed out: a message takes one, a year of figures some
 * dozens, and no more than a third of them is ever empty. */
enum { BLOCK_LEAST = 16 * 1024, BLOCK_MOST = 1024 * 1024 };

/* Blocks from here on come from the kernel, which has zeroed them: to do it again was a
 * tenth of a start's time. */
enum { ZEROED = 256 * 1024 };

struct cchc_arena_block {
	struct cchc_arena_block *next;
	size_t size;
	size_t used;
	size_t touched; /* from here on the memory is zero */
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

static struct cchc_arena_block *add_block(struct cchc_arena *arena, size_t size)
{
	bool zeroed = size >= ZEROED;
	struct cchc_arena_block *block =
		zeroed ? calloc(1, sizeof(*block) + size) : malloc(sizeof(*block) + size);

	if (!block)
		return NULL;
	block->next = arena->blocks;
	block->size = size;
	block->used = 0;
	block->touched = zeroed ? 0 : size;
	arena->blocks = block;
	return block;
}

static size_t min(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t clamp(size_t size)
{
	return size < BLOCK_LEAST ? BLOCK_LEAST : min(size, BLOCK_MOST);
}

/* The next round needs about as much as this one: one block for it. */
void cchc_arena_reset(struct cchc_arena *arena)
{
	size_t used = arena->used;

	if (arena->blocks && arena->blocks->next) {
		cchc_arena_fini(arena);
		(void)add_block(arena, clamp(used)); /* or else when it is needed */
	} else if (arena->blocks) {
		arena->blocks->used = 0;
	}
	arena->used = 0;
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
	if (!block || block->size - block->used < bytes) {
		size_t size = clamp(arena->used / 2);

		block = add_block(arena, size < bytes ? bytes : size);
	}
	if (!block)
		return NULL;
	memory = (char *)block->bytes + block->used;
	if (block->used < block->touched)
		memset(memory, 0, min(bytes, block->touched - block->used));
	block->used += bytes;
	arena->used += bytes;
	if (block->touched < block->used)
		block->touched = block->used;
	return memory;
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
