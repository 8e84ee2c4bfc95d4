#include "base/text.h"

#include <string.h>

/* Base letters of U+00C0..U+017F: accents dropped, lower case; '.' is left as it is. */
static const char LATIN[] = "aaaaaa.ceeeeiiii" /* 00C0 */
			    "dnooooo..uuuuy.." /* 00D0 */
			    "aaaaaa.ceeeeiiii" /* 00E0 */
			    "dnooooo..uuuuy.y" /* 00F0 */
			    "aaaaaaccccccccdd" /* 0100 */
			    "ddeeeeeeeeeegggg" /* 0110 */
			    "gggghhhhiiiiiiii" /* 0120 */
			    "ii..jjkk.lllllll" /* 0130 */
			    "lllnnnnnn...oooo" /* 0140 */
			    "oo..rrrrrrssssss" /* 0150 */
			    "ssttttttuuuuuuuu" /* 0160 */
			    "uuuuwwyyyzzzzzzs" /* 0170 */;

static size_t sequence_len(unsigned char lead)
{
	if (lead < 0x80)
		return 1;
	if (lead >= 0xc2 && lead <= 0xdf)
		return 2;
	if (lead >= 0xe0 && lead <= 0xef)
		return 3;
	if (lead >= 0xf0 && lead <= 0xf4)
		return 4;
	return 0;
}

/* 0 when malformed (U+0000 is no text of ours either) */
static uint32_t decode(const char *text, size_t len, size_t *used)
{
	static const uint32_t LEAST[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *at = (const unsigned char *)text;
	size_t n = sequence_len(at[0]);
	uint32_t code;

	*used = 1;
	if (n == 0 || n > len)
		return 0;
	if (n == 1)
		return at[0];
	code = at[0] & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (at[i] & 0x3f);
	}
	if (code < LEAST[n] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	*used = n;
	return code;
}

uint32_t cchc_text_next(const char *text, size_t len, size_t *used)
{
	uint32_t code = decode(text, len, used);

	return code ? code : 0xfffd;
}

static bool is_control(uint32_t code)
{
	if (code == '\t' || code == '\n' || code == '\r')
		return false;
	return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

bool cchc_text_is_clean(const char *text, size_t len)
{
	while (len > 0) {
		size_t used;
		uint32_t code = decode(text, len, &used);

		if (code == 0 || is_control(code))
			return false;
		text += used;
		len -= used;
	}
	return true;
}

static bool is_blank(uint32_t code)
{
	return code == ' ' || (code >= '\t' && code <= '\r') || code == 0xa0 ||
	       (code >= 0x2000 && code <= 0x200d) || code == 0x202f || code == 0x3000 ||
	       code == 0xfeff || code == 0x85;
}

static bool is_combining(uint32_t code)
{
	return code >= 0x300 && code <= 0x36f;
}

static uint32_t vietnamese_base(uint32_t code)
{
	static const struct {
		uint16_t last;
		char base;
	} BLOCKS[] = {{0x1eb7, 'a'}, {0x1ec7, 'e'}, {0x1ecb, 'i'},
		      {0x1ee3, 'o'}, {0x1ef1, 'u'}, {0x1ef9, 'y'}};

	for (size_t i = 0; i < sizeof(BLOCKS) / sizeof(BLOCKS[0]); i++)
		if (code <= BLOCKS[i].last)
			return (unsigned char)BLOCKS[i].base;
	return code;
}

static uint32_t fold_one(uint32_t code)
{
	if (code >= 'A' && code <= 'Z')
		return code - 'A' + 'a';
	if (code >= 0xc0 && code <= 0x17f) {
		char base = LATIN[code - 0xc0];

		return base == '.' ? code : (unsigned char)base;
	}
	if (code == 0x1a0 || code == 0x1a1)
		return 'o';
	if (code == 0x1af || code == 0x1b0)
		return 'u';
	if (code >= 0x1ea0 && code <= 0x1ef9)
		return vietnamese_base(code);
	return code;
}

size_t cchc_text_put(uint32_t code, char out[4])
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xc0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xe0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3f));
		out[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3f));
	out[2] = (char)(0x80 | (code >> 6 & 0x3f));
	out[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

struct folding {
	char *out;
	size_t size;
	size_t need;
	bool full; /* a cut text takes nothing more, not even what would fit */
};

static void put(struct folding *f, uint32_t code)
{
	char bytes[4];
	size_t n = cchc_text_put(code, bytes);

	f->full = f->full || f->need + n >= f->size;
	if (!f->full)
		memcpy(f->out + f->need, bytes, n);
	f->need += n;
}

size_t cchc_text_fold(const char *text, size_t len, char *out, size_t size)
{
	struct folding f = {.out = out, .size = size};
	size_t end = 0;
	bool blank = false;

	while (len > 0) {
		size_t used;
		uint32_t code = cchc_text_next(text, len, &used);

		text += used;
		len -= used;
		if (is_combining(code))
			continue;
		if (is_blank(code)) {
			blank = f.need > 0;
			continue;
		}
		if (blank)
			put(&f, ' ');
		blank = false;
		put(&f, fold_one(code));
		end = f.full ? end : f.need;
	}
	if (size > 0)
		out[end] = '\0';
	return f.need;
}

bool cchc_text_alike(const char *a, const char *b)
{
	char fa[1024];
	char fb[1024];
	size_t na = cchc_text_fold(a, strlen(a), fa, sizeof(fa));
	size_t nb = cchc_text_fold(b, strlen(b), fb, sizeof(fb));

	return na == nb && strcmp(fa, fb) == 0;
}

void cchc_text_trim(const char **text, size_t *len)
{
	const char *at = *text;
	const char *end = at + *len;
	const char *last = at;
	bool seen = false;

	while (at < end) {
		size_t used;
		uint32_t code = cchc_text_next(at, (size_t)(end - at), &used);

		if (!is_blank(code)) {
			if (!seen)
				*text = at;
			seen = true;
			last = at + used;
		}
		at += used;
	}
	*len = seen ? (size_t)(last - *text) : 0;
}

void cchc_text_copy(char *out, size_t size, const char *text, size_t len)
{
	size_t n = 0;

	while (n < len) {
		size_t used;

		(void)cchc_text_next(text + n, len - n, &used);
		if (n + used >= size)
			break;
		n += used;
	}
	memcpy(out, text, n);
	out[n] = '\0';
}
