/* courier.c - hands notices to the other sides, and tells what became of each.
 *
 * Three promises:
 *
 *  1. Nothing here waits: libcurl's multi interface for HTTP, a thread of its own for
 * each mail (libcurl waits inside SMTP, see smtp.c), uv_spawn for programs.
 *  2. on_done is called exactly once for each notice taken, never from within hand; also
 *     when the courier stops.
 *  3. Each handing ends within its time limit or soon after, whatever the other side
 * does.
 */

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "notify/easy.h"
#include "notify/errand.h"
#include "notify/poster.h"

enum { ERRAND_BYTES = 8 * 1024 * 1024, TOLD_BYTES = 240 };

struct cchc_courier {
	uv_loop_t *loop;
	struct cchc_poster *poster;
	struct cchc_errand *first; /* not told yet */
	size_t alive;              /* errands whose memory is not given back */
	bool stopped;
};

enum cchc_rc cchc_courier_new(uv_loop_t *loop, struct cchc_courier **courier)
{
	struct cchc_courier *made = calloc(1, sizeof(*made));
	enum cchc_rc rc;

	if (!made || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(made);
		return CCHC_NOMEM;
	}
	made->loop = loop;
	rc = cchc_poster_new(loop, &made->poster);
	if (rc != CCHC_OK) {
		curl_global_cleanup();
		free(made);
		return rc;
	}
	*courier = made;
	return CCHC_OK;
}

void cchc_courier_stop(struct cchc_courier *courier)
{
	struct cchc_errand *errand;

	if (!courier || courier->stopped)
		return;
	courier->stopped = true;
	while ((errand = courier->first) != NULL) {
		cchc_errand_tell(errand, errand->text ? errand->rc : CCHC_BUSY,
				 errand->text ? errand->text : "stopped");
		if (errand->on_stop)
			errand->on_stop(errand);
		else
			cchc_errand_close(errand);
	}
	cchc_poster_stop(courier->poster);
}

void cchc_courier_free(struct cchc_courier **courier)
{
	if (!*courier)
		return;
	cchc_check((*courier)->stopped && (*courier)->alive == 0);
	cchc_poster_free(&(*courier)->poster);
	curl_global_cleanup();
	free(*courier);
	*courier = NULL;
}

static void link_in(struct cchc_courier *courier, struct cchc_errand *errand)
{
	errand->next = courier->first;
	if (errand->next)
		errand->next->before = errand;
	courier->first = errand;
}

static void link_out(struct cchc_errand *errand)
{
	if (errand->before)
		errand->before->next = errand->next;
	else
		errand->courier->first = errand->next;
	if (errand->next)
		errand->next->before = errand->before;
	errand->before = NULL;
	errand->next = NULL;
}

static struct cchc_errand *make_errand(struct cchc_courier *courier,
				       cchc_courier_done *on_done, void *data)
{
	struct cchc_errand *errand = calloc(1, sizeof(*errand));

	if (!errand)
		return NULL;
	*errand = (struct cchc_errand){.courier = courier,
				       .poster = courier->poster,
				       .on_done = on_done,
				       .data = data};
	cchc_arena_init(&errand->arena, ERRAND_BYTES);
	cchc_check(uv_timer_init(courier->loop, &errand->timer) == 0);
	cchc_errand_owns(errand, (uv_handle_t *)&errand->timer);
	courier->alive++;
	link_in(courier, errand);
	return errand;
}

enum cchc_rc cchc_courier_hand(struct cchc_courier *courier,
			       const struct cchc_channel_settings *channel,
			       const struct cchc_notice *notice,
			       cchc_courier_done *on_done, void *data)
{
	static cchc_errand_start *const START[] = {
		[CCHC_CHANNEL_ALERTMANAGER] = cchc_alertmanager_start,
		[CCHC_CHANNEL_WEBHOOK] = cchc_webhook_start,
		[CCHC_CHANNEL_SMTP] = cchc_smtp_start,
		[CCHC_CHANNEL_EXEC] = cchc_exec_start,
		[CCHC_CHANNEL_JOURNAL] = cchc_journal_start,
	};
	struct cchc_errand *errand;
	enum cchc_rc rc;

	if (courier->stopped)
		return CCHC_BUSY;
	errand = make_errand(courier, on_done, data);
	if (!errand)
		return CCHC_NOMEM;
	rc = START[channel->type](errand, channel, notice);
	if (rc != CCHC_OK) { /* the caller hears it from us */
		errand->told = true;
		link_out(errand);
		cchc_errand_close(errand);
	}
	return rc;
}

/* Line breaks become spaces, malformed bytes "?". */
static void clean(char out[TOLD_BYTES], const char *text)
{
	size_t left = strlen(text);
	char line[TOLD_BYTES];
	size_t n = 0;
	const char *from = line;

	while (left > 0 && n + 4 < sizeof(line)) {
		size_t used;
		uint32_t code = cchc_text_next(text, left, &used);

		if (code < 0x20 || (code >= 0x7f && code < 0xa0))
			code = ' ';
		n += cchc_text_put(code == 0xfffd ? '?' : code, line + n);
		text += used;
		left -= used;
	}
	cchc_text_trim(&from, &n);
	cchc_text_copy(out, TOLD_BYTES, from, n);
}

void cchc_errand_tell(struct cchc_errand *errand, enum cchc_rc rc, const char *text)
{
	char line[TOLD_BYTES];

	if (errand->told)
		return;
	errand->told = true;
	link_out(errand);
	clean(line, text);
	errand->on_done(errand->data, rc, rc == CCHC_OK ? "" : line);
}

static void on_soon(uv_timer_t *timer)
{
	struct cchc_errand *errand = timer->data;

	cchc_errand_tell(errand, errand->rc, errand->text);
	cchc_errand_close(errand);
}

void cchc_errand_end_soon(struct cchc_errand *errand, enum cchc_rc rc, const char *text)
{
	errand->rc = rc;
	errand->text = text;
	errand->on_stop = NULL;
	cchc_check(uv_timer_start(&errand->timer, on_soon, 0, 0) == 0);
}

void cchc_errand_close(struct cchc_errand *errand)
{
	if (!uv_is_closing((uv_handle_t *)&errand->timer))
		uv_close((uv_handle_t *)&errand->timer, cchc_errand_on_closed);
}

void cchc_errand_owns(struct cchc_errand *errand, uv_handle_t *handle)
{
	handle->data = errand;
	errand->handles++;
}

void cchc_errand_on_closed(uv_handle_t *handle)
{
	struct cchc_errand *errand = handle->data;

	if (--errand->handles > 0)
		return;
	errand->courier->alive--;
	cchc_arena_fini(&errand->arena);
	free(errand);
}
