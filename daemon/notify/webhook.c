/* webhook.c - a notice as JSON, signed, posted.
 *
 *	Idempotency-Key: the alert's key, "<key>/ended" when it tells the end; what is no
 *		visible ASCII, and "%", stands as %XX
 *	X-CCHC-Timestamp: seconds since the epoch
 *	X-CCHC-Signature: sha256=<hex of HMAC-SHA-256(secret, timestamp "." body)>
 */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "io/digest.h"
#include "notify/noticejson.h"
#include "notify/poster.h"

static const char *percent(struct cchc_arena *arena, const char *text)
{
	char *out = cchc_arena_array(arena, strlen(text) + 1, strlen("%XX"));
	char *at = out;

	for (; out && *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c > 0x20 && c < 0x7f && c != '%')
			*at++ = (char)c;
		else
			at += snprintf(at, 4, "%%%02X", c);
	}
	return out;
}

static const char *sign(struct cchc_arena *arena, const char *secret, int64_t now_s,
			const char *body)
{
	const char *text = cchc_arena_format(arena, "%" PRId64 ".%s", now_s, body);
	char hex[2 * 32 + 1];
	uint8_t mac[32];

	if (!text)
		return NULL;
	cchc_hmac_sha256(secret, strlen(secret), text, strlen(text), mac);
	for (size_t i = 0; i < sizeof(mac); i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", mac[i]);
	return cchc_arena_format(arena, "X-CCHC-Signature: sha256=%s", hex);
}

enum cchc_rc cchc_webhook_start(struct cchc_errand *errand,
				const struct cchc_channel_settings *settings,
				const struct cchc_notice *notice)
{
	struct cchc_arena *arena = &errand->arena;
	int64_t now_s = cchc_clock_wall_ms() / 1000;
	const char *key = percent(arena, notice->key);
	const char *header[3];
	struct cchc_post post = {.url = settings->url,
				 .header = header,
				 .n_headers = 2,
				 .body = cchc_notice_json(arena, notice)};

	if (!key || !post.body)
		return CCHC_NOMEM;
	header[0] = cchc_arena_format(arena, "Idempotency-Key: %s%s", key,
				      notice->ended ? "/ended" : "");
	header[1] = cchc_arena_format(arena, "X-CCHC-Timestamp: %" PRId64, now_s);
	if (settings->secret) {
		header[2] = sign(arena, settings->secret, now_s, post.body);
		post.n_headers = 3;
	}
	return cchc_poster_post(errand, settings, &post); /* sees a header that is NULL */
}
