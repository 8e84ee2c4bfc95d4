#include "commune/item.h"

#include <string.h>

#include "base/bytes.h"

/* A varint has at most ten bytes. */
enum { VARINT_MAX = 10, LINE_MAX_BYTES = 5 };

uint32_t cchc_item_line(const struct cchc_item *item, uint32_t index)
{
	return index < item->n_lines ? item->line[index] : 0;
}

static size_t bound_of(const struct cchc_item *item)
{
	return item->body_len + item->n_lines * LINE_MAX_BYTES + 8 * VARINT_MAX +
	       2 * CCHC_CHAIN_BYTES;
}

static void put_item(struct cchc_out *out, const struct cchc_item *item)
{
	cchc_out_varint(out, item->id);
	cchc_out_varint(out, item->file);
	cchc_out_u8(out, item->kind);
	cchc_out_blob(out, item->body, item->body_len);
	cchc_out_varint(out, item->n_lines);
	for (size_t i = 0; i < item->n_lines; i++)
		cchc_out_varint(out, item->line[i]);
}

static enum cchc_rc get_lines(struct cchc_in *in, struct cchc_arena *arena,
			      struct cchc_item *item)
{
	uint64_t n = cchc_in_varint(in);
	uint32_t *line;

	if (in->failed || n > CCHC_CELLS_MAX)
		return CCHC_CORRUPT;
	line = cchc_arena_array(arena, n, sizeof(*line));
	if (!line)
		return CCHC_NOMEM;
	for (uint64_t i = 0; i < n; i++)
		line[i] = (uint32_t)cchc_in_varint(in);
	item->line = line;
	item->n_lines = n;
	return in->failed ? CCHC_CORRUPT : CCHC_OK;
}

static enum cchc_rc get_item(struct cchc_in *in, struct cchc_arena *arena,
			     struct cchc_item *item)
{
	const uint8_t *body;

	item->id = cchc_in_varint(in);
	item->file = cchc_in_varint(in);
	item->kind = cchc_in_u8(in);
	body = cchc_in_blob(in, &item->body_len);
	if (in->failed)
		return CCHC_CORRUPT;
	item->body =
		(uint8_t *)cchc_arena_text(arena, (const char *)body, item->body_len);
	return item->body ? get_lines(in, arena, item) : CCHC_NOMEM;
}

static enum cchc_rc take(struct cchc_out *out, uint8_t **bytes, size_t *len)
{
	if (out->failed)
		return CCHC_LIMIT;
	*bytes = out->begin;
	*len = cchc_out_len(out);
	return CCHC_OK;
}

enum cchc_rc cchc_item_encode(struct cchc_arena *arena, const struct cchc_item *item,
			      uint8_t **bytes, size_t *len)
{
	size_t room = bound_of(item);
	uint8_t *buffer = cchc_arena_alloc(arena, room);
	struct cchc_out out;

	if (!buffer)
		return CCHC_NOMEM;
	cchc_out_init(&out, buffer, room);
	put_item(&out, item);
	return take(&out, bytes, len);
}

enum cchc_rc cchc_item_decode(struct cchc_arena *arena, const void *bytes, size_t len,
			      struct cchc_item *item)
{
	struct cchc_item got = {0};
	struct cchc_in in;
	enum cchc_rc rc;

	cchc_in_init(&in, bytes, len);
	rc = get_item(&in, arena, &got);
	if (!rc && cchc_in_left(&in))
		rc = CCHC_CORRUPT;
	if (!rc)
		*item = got;
	return rc;
}

enum cchc_rc cchc_sent_encode(struct cchc_arena *arena, const struct cchc_sent *sent,
			      uint8_t **bytes, size_t *len)
{
	size_t room = bound_of(&sent->item);
	uint8_t *buffer = cchc_arena_alloc(arena, room);
	struct cchc_out out;

	if (!buffer)
		return CCHC_NOMEM;
	cchc_out_init(&out, buffer, room);
	cchc_out_varint(&out, sent->seq);
	cchc_out_raw(&out, sent->before, CCHC_CHAIN_BYTES);
	cchc_out_raw(&out, sent->chain, CCHC_CHAIN_BYTES);
	cchc_out_zigzag(&out, sent->given_ms);
	put_item(&out, &sent->item);
	return take(&out, bytes, len);
}

static void get_chain(struct cchc_in *in, uint8_t chain[CCHC_CHAIN_BYTES])
{
	const uint8_t *bytes = cchc_in_raw(in, CCHC_CHAIN_BYTES);

	if (bytes)
		memcpy(chain, bytes, CCHC_CHAIN_BYTES);
}

enum cchc_rc cchc_sent_decode(struct cchc_arena *arena, const void *bytes, size_t len,
			      struct cchc_sent *sent)
{
	struct cchc_sent got = {0};
	struct cchc_in in;
	enum cchc_rc rc;

	cchc_in_init(&in, bytes, len);
	got.seq = cchc_in_varint(&in);
	get_chain(&in, got.before);
	get_chain(&in, got.chain);
	got.given_ms = cchc_in_zigzag(&in);
	rc = get_item(&in, arena, &got.item);
	if (!rc && cchc_in_left(&in))
		rc = CCHC_CORRUPT;
	if (!rc)
		*sent = got;
	return rc;
}
