#include "notify/mail.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "core/date.h"
#include "io/digest.h"
#include "notify/noticejson.h"

enum {
	ADDRESS_MAX = 254,
	ID_MAX = 320,
	PLAIN_BYTES = 64, /* with its name a line has at most 76 */
	WORD_BYTES = 39,  /* in base64 52, and 12 around them */
	LINE_BYTES = 57,  /* in base64 76 characters, the most there may be (RFC 2045) */
	SUBJECT_MAX = 400 /* bytes; what is longer is cut */
};

bool cchc_mail_address_is_valid(const char *address)
{
	const char *at = strchr(address, '@');

	if (!at || at == address || !at[1] || strlen(address) > ADDRESS_MAX)
		return false;
	if (strchr(at + 1, '@') || address[0] == '-' || address[0] == '.')
		return false;
	for (const char *c = address; *c; c++)
		if (*c <= 0x20 || *c >= 0x7f || strchr("<>()[]\\,;:\"", *c))
			return false;
	return true;
}

static size_t base64(char *out, const char *text, size_t len)
{
	static const char DIGITS[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789+/";
	char *at = out;

	for (size_t i = 0; i < len; i += 3) {
		uint32_t group = 0;

		for (size_t j = 0; j < 3; j++)
			group = group << 8 |
				(i + j < len ? (unsigned char)text[i + j] : 0);
		for (size_t j = 0; j < 4; j++)
			*at++ = i + j <= len ? DIGITS[group >> (18 - 6 * j) & 0x3f] : '=';
	}
	return (size_t)(at - out);
}

/* How many bytes of whole characters fit into one encoded word. */
static size_t word_len(const char *text, size_t len)
{
	size_t n = 0;
	size_t used;

	while (n < len) {
		(void)cchc_text_next(text + n, len - n, &used);
		if (n + used > WORD_BYTES)
			break;
		n += used;
	}
	return n;
}

static bool is_plain(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] < 0)
			return false;
	/* what looks like an encoded word must be one */
	return len <= PLAIN_BYTES && !strstr(text, "=?");
}

/* RFC 2047: what is not short and plain becomes encoded words, one a line. Line breaks
 * and other controls become spaces. */
static const char *header_text(struct cchc_arena *arena, const char *text)
{
	char kept[SUBJECT_MAX + 1];
	char *out = cchc_arena_alloc(arena, SUBJECT_MAX * 5 + 64);
	const char *from = kept;
	char *at = out;
	size_t left;

	cchc_text_copy(kept, sizeof(kept), text, strlen(text));
	left = strlen(kept);
	for (size_t i = 0; i < left; i++)
		if ((kept[i] >= 0 && kept[i] < 0x20) || kept[i] == 0x7f)
			kept[i] = ' ';
	if (!out)
		return NULL;
	if (is_plain(kept, left))
		return cchc_arena_text(arena, kept, left);
	while (left > 0) {
		size_t n = word_len(from, left);

		at = stpcpy(at, at > out ? "\r\n =?UTF-8?B?" : "=?UTF-8?B?");
		at += base64(at, from, n);
		at = stpcpy(at, "?=");
		from += n;
		left -= n;
	}
	return out;
}

/* RFC 2045: lines end with CR LF before they are encoded. */
static const char *with_crlf(struct cchc_arena *arena, const char *text)
{
	char *out = cchc_arena_array(arena, strlen(text) + 2, 2);
	char *at = out;

	for (; out && *text; text++) {
		if (*text == '\n')
			*at++ = '\r';
		if (*text != '\r')
			*at++ = *text;
	}
	if (out && (at == out || at[-1] != '\n'))
		(void)stpcpy(at, "\r\n");
	return out;
}

static const char *body_text(struct cchc_arena *arena, const char *plain)
{
	const char *text = with_crlf(arena, plain);
	size_t left = text ? strlen(text) : 0;
	char *out =
		cchc_arena_array(arena, left / LINE_BYTES + 2, LINE_BYTES * 4 / 3 + 2);
	char *at = out;

	if (!text || !out)
		return NULL;
	while (left > 0) {
		size_t n = left < LINE_BYTES ? left : LINE_BYTES;

		at += base64(at, text, n);
		at = stpcpy(at, "\r\n");
		text += n;
		left -= n;
	}
	return out;
}

/* "<32 hex digits@domain>" of three texts that together name one mail, or a thread. */
static void make_id(char out[ID_MAX], const char *what, const char *name, const char *to,
		    const char *from)
{
	char text[1024];
	uint8_t digest[32];
	char hex[33];
	int len = snprintf(text, sizeof(text), "%s\n%s\n%s", what, name, to);

	cchc_digest_file(text,
			 (size_t)len < sizeof(text) ? (size_t)len : sizeof(text) - 1,
			 digest);
	for (size_t i = 0; i < 16; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	(void)snprintf(out, ID_MAX, "<%s@%s>", hex, strchr(from, '@') + 1);
}

static const char *thread_headers(struct cchc_arena *arena, const struct cchc_notice *n,
				  const char *from)
{
	char own[ID_MAX];
	char raised[ID_MAX];
	char task[ID_MAX] = "";

	make_id(own, cchc_notice_state(n), n->key, n->to, from);
	make_id(raised, "raised", n->key, n->to, from);
	if (*n->task)
		make_id(task, "task", n->task, "", from);
	if (n->ended)
		return cchc_arena_format(arena,
					 "Message-ID: %s\r\n"
					 "In-Reply-To: %s\r\n"
					 "References: %s%s%s\r\n",
					 own, raised, task, *task ? "\r\n " : "", raised);
	if (*task)
		return cchc_arena_format(arena,
					 "Message-ID: %s\r\n"
					 "In-Reply-To: %s\r\n"
					 "References: %s\r\n",
					 own, task, task);
	return cchc_arena_format(arena, "Message-ID: %s\r\n", own);
}

/* "Fri, 15 Mar 2024 08:00:00 +0700" */
static const char *date_text(struct cchc_arena *arena, int64_t ms)
{
	static const char *const DAYS[] = {"Thu", "Fri", "Sat", "Sun",
					   "Mon", "Tue", "Wed"};
	static const char *const MONTHS[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
					     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	cchc_day day = cchc_day_at(ms);
	struct cchc_civil civil = cchc_civil_of(day);
	int second = (int)((ms - cchc_day_start_ms(day)) / 1000);

	return cchc_arena_format(arena, "%s, %d %s %04d %02d:%02d:%02d +0700",
				 DAYS[(day % 7 + 7) % 7], civil.day,
				 MONTHS[civil.month - 1], civil.year, second / 3600,
				 second / 60 % 60, second % 60);
}

const char *cchc_mail_compose(struct cchc_arena *arena, const struct cchc_notice *notice,
			      const char *from, int64_t now_ms)
{
	const char *subject = header_text(arena, notice->subject);
	const char *key = header_text(arena, notice->key);
	const char *thread = thread_headers(arena, notice, from);
	const char *date = date_text(arena, now_ms);
	const char *body = body_text(arena, notice->text);

	if (!subject || !key || !thread || !date || !body)
		return NULL;
	return cchc_arena_format(arena,
				 "Date: %s\r\n"
				 "From: <%s>\r\n"
				 "To: <%s>\r\n"
				 "Subject: %s\r\n"
				 "%s"
				 "X-CCHC-Key: %s\r\n"
				 "Auto-Submitted: auto-generated\r\n"
				 "Content-Language: %s\r\n"
				 "MIME-Version: 1.0\r\n"
				 "Content-Type: text/plain; charset=utf-8\r\n"
				 "Content-Transfer-Encoding: base64\r\n"
				 "\r\n"
				 "%s",
				 date, from, notice->to, subject, thread, key,
				 strcmp(notice->language, "en") == 0 ? "en" : "vi", body);
}
