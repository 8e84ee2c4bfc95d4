#include "store/taker.h"

void cchc_taker_init(struct cchc_taker *t, struct cchc_arena *arena, const void *bytes,
		     size_t len)
{
	*t = (struct cchc_taker){.arena = arena, .rc = CCHC_OK};
	cchc_in_init(&t->in, bytes, len);
}

bool cchc_taker_is_sound(const struct cchc_taker *t)
{
	return !t->in.failed && t->rc == CCHC_OK;
}

enum cchc_rc cchc_taker_end(const struct cchc_taker *t)
{
	if (t->rc)
		return t->rc;
	return t->in.failed || cchc_in_left(&t->in) > 0 ? CCHC_CORRUPT : CCHC_OK;
}

void *cchc_take_memory(struct cchc_taker *t, size_t count, size_t size)
{
	void *memory = count ? cchc_arena_array(t->arena, count, size) : NULL;

	if (count && !memory)
		t->rc = CCHC_NOMEM;
	return memory;
}

uint64_t cchc_take_number(struct cchc_taker *t, uint64_t max)
{
	uint64_t number = cchc_in_varint(&t->in);

	if (number <= max)
		return number;
	t->in.failed = true;
	return 0;
}

cchc_day cchc_take_day(struct cchc_taker *t)
{
	int64_t day = cchc_in_zigzag(&t->in);

	if (day >= INT32_MIN && day <= INT32_MAX)
		return (cchc_day)day;
	t->in.failed = true;
	return CCHC_DAY_NONE;
}

const char *cchc_take_text(struct cchc_taker *t)
{
	size_t len;
	const uint8_t *bytes = cchc_in_blob(&t->in, &len);
	char *text;

	if (len == 0)
		return "";
	if (memchr(bytes, '\0', len)) {
		t->in.failed = true;
		return "";
	}
	text = cchc_arena_text(t->arena, (const char *)bytes, len);
	if (text)
		return text;
	t->rc = CCHC_NOMEM;
	return "";
}

size_t cchc_take_count(struct cchc_taker *t, size_t least_bytes)
{
	uint64_t n = cchc_in_varint(&t->in);

	if (n <= cchc_in_left(&t->in) / least_bytes)
		return (size_t)n;
	t->in.failed = true;
	return 0;
}
