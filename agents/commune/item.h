#ifndef CCHC_COMMUNE_ITEM_H
#define CCHC_COMMUNE_ITEM_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/rc.h"
#include "proto/limits.h"

/* What waits in the outbox: one message to be. Its body never changes once it has a
 * sequence number. */
struct cchc_item {
	uint64_t id;   /* local; given by push, and its place in the order for good */
	uint64_t file; /* the file record it belongs to; 0: none */
	uint8_t kind;  /* Cchc__Push__Kind */
	const uint8_t *body; /* an encoded Report */
	size_t body_len;
	const uint32_t *line; /* in its file, of each cell: rows first, then the unread */
	size_t n_lines;
};

/* A numbered item: frozen. */
struct cchc_sent {
	struct cchc_item item;
	uint64_t seq;
	uint8_t before[CCHC_CHAIN_BYTES]; /* chain of seq - 1 */
	uint8_t chain[CCHC_CHAIN_BYTES];
	int64_t given_ms; /* wall clock when it was numbered */
};

/* The line of a cell, or 0. */
uint32_t cchc_item_line(const struct cchc_item *item, uint32_t index);

/* Stored bytes and back. The encoded ones live in the arena; decoded ones are copied into
 * it. NOMEM, or CORRUPT when the bytes are not what encode wrote. */
CCHC_NODISCARD enum cchc_rc cchc_item_encode(struct cchc_arena *arena,
					     const struct cchc_item *item,
					     uint8_t **bytes, size_t *len);
CCHC_NODISCARD enum cchc_rc cchc_item_decode(struct cchc_arena *arena, const void *bytes,
					     size_t len, struct cchc_item *item);
CCHC_NODISCARD enum cchc_rc cchc_sent_encode(struct cchc_arena *arena,
					     const struct cchc_sent *sent,
					     uint8_t **bytes, size_t *len);
CCHC_NODISCARD enum cchc_rc cchc_sent_decode(struct cchc_arena *arena, const void *bytes,
					     size_t len, struct cchc_sent *sent);

#endif
