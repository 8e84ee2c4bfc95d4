/* poster.c - libcurl's multi interface on the loop.
 *
 * libcurl says which sockets to watch (on_socket) and when to look at the clock
 * (on_wish); we tell it what happened, and collect what has ended afterwards, never from
 * within its callbacks. A watch is closed when libcurl says REMOVE, which is before it
 * closes the descriptor: the number may be another socket's a moment later.
 */

#include "notify/poster.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "notify/easy.h"

enum { ANSWER_KEPT = 200, ANSWER_MAX = 64 * 1024, CONNECTIONS_KEPT = 64 };

struct cchc_poster {
	uv_loop_t *loop;
	CURLM *multi; /* NULL once stopped */
	uv_timer_t timer;
	size_t handles; /* not closed yet: the timer and the watches */
};

struct watch {
	uv_poll_t poll;
	struct cchc_poster *poster;
	curl_socket_t socket;
};

/* One post, in its errand's arena. */
struct posting {
	CURL *easy;
	struct curl_slist *header;
	size_t answered; /* bytes */
	size_t kept;
	char answer[ANSWER_KEPT + 1]; /* its first line says why */
	char error[CURL_ERROR_SIZE];
};

/* sent: the request, as far as we know; then it may have been taken. */
static enum cchc_rc no_answer(CURLcode result, bool sent)
{
	enum cchc_rc rc = result == CURLE_OK ? CCHC_IO : cchc_easy_rc(result);

	return sent && (rc == CCHC_IO || rc == CCHC_LIMIT) ? CCHC_UNKNOWN : rc;
}

static enum cchc_rc verdict(CURLcode result, long status, bool sent)
{
	/* the status came before the body that we would not read to its end */
	bool answered = result == CURLE_OK || result == CURLE_WRITE_ERROR;

	if (!answered || status == 0)
		return no_answer(result, sent);
	if (status >= 200 && status < 300)
		return CCHC_OK;
	if (status == 401 || status == 407 || status == 408 || status == 425 ||
	    status == 429)
		return CCHC_BUSY;
	return status >= 400 && status < 500 ? CCHC_INVALID : CCHC_IO;
}

static void release(struct cchc_errand *errand)
{
	struct posting *posting = errand->own;

	if (errand->poster->multi)
		(void)curl_multi_remove_handle(errand->poster->multi, posting->easy);
	curl_easy_cleanup(posting->easy);
	curl_slist_free_all(posting->header);
}

static void on_stop(struct cchc_errand *errand)
{
	release(errand);
	cchc_errand_close(errand);
}

static const char *why(struct cchc_errand *errand, CURLcode result, long status)
{
	struct posting *posting = errand->own;
	const char *text;

	if (status == 0)
		return posting->error[0] ? posting->error : curl_easy_strerror(result);
	posting->answer[strcspn(posting->answer, "\r\n")] = '\0';
	text = cchc_arena_format(&errand->arena, "HTTP %ld%s%s", status,
				 posting->kept ? ": " : "", posting->answer);
	return text ? text : "";
}

static void finish(struct cchc_errand *errand, CURLcode result)
{
	struct posting *posting = errand->own;
	long status = 0;
	long sent = 0; /* bytes */

	if (result == CURLE_OK || result == CURLE_WRITE_ERROR)
		(void)curl_easy_getinfo(posting->easy, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_easy_getinfo(posting->easy, CURLINFO_REQUEST_SIZE, &sent);
	release(errand);
	cchc_errand_tell(errand, verdict(result, status, sent > 0),
			 why(errand, result, status));
	cchc_errand_close(errand);
}

/* Who is told may hand the next one, or stop us. */
static void collect(struct cchc_poster *poster)
{
	CURLMsg *message;
	int left;

	while (poster->multi &&
	       (message = curl_multi_info_read(poster->multi, &left)) != NULL) {
		struct cchc_errand *errand = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		cchc_check(curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE,
					     (char **)&errand) == CURLE_OK);
		finish(errand, message->data.result);
	}
}

static void act(struct cchc_poster *poster, curl_socket_t socket, int events)
{
	int running;

	(void)curl_multi_socket_action(poster->multi, socket, events, &running);
	collect(poster);
}

static void on_time(uv_timer_t *timer)
{
	act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

static int on_wish(CURLM *multi, long timeout_ms, void *data)
{
	struct cchc_poster *poster = data;

	(void)multi;
	if (uv_is_closing((uv_handle_t *)&poster->timer))
		return 0;
	if (timeout_ms < 0)
		return uv_timer_stop(&poster->timer) == 0 ? 0 : -1;
	return uv_timer_start(&poster->timer, on_time, (uint64_t)timeout_ms, 0) == 0 ? 0
										     : -1;
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
	struct watch *watch = poll->data;
	int flags = status < 0 ? CURL_CSELECT_ERR : 0;

	flags |= events & UV_READABLE ? CURL_CSELECT_IN : 0;
	flags |= events & UV_WRITABLE ? CURL_CSELECT_OUT : 0;
	act(watch->poster, watch->socket, flags);
}

static void on_watch_closed(uv_handle_t *handle)
{
	struct watch *watch = handle->data;

	watch->poster->handles--;
	free(watch);
}

static struct watch *watch_new(struct cchc_poster *poster, curl_socket_t socket)
{
	struct watch *watch = calloc(1, sizeof(*watch));

	if (!watch || uv_poll_init_socket(poster->loop, &watch->poll, socket) != 0) {
		free(watch);
		return NULL;
	}
	watch->poll.data = watch;
	watch->poster = poster;
	watch->socket = socket;
	poster->handles++;
	(void)curl_multi_assign(poster->multi, socket, watch);
	return watch;
}

static int on_socket(CURL *easy, curl_socket_t socket, int what, void *data, void *known)
{
	struct cchc_poster *poster = data;
	struct watch *watch = known;
	int events = 0;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (watch)
			uv_close((uv_handle_t *)&watch->poll, on_watch_closed);
		(void)curl_multi_assign(poster->multi, socket, NULL);
		return 0;
	}
	if (!watch)
		watch = watch_new(poster, socket);
	if (!watch)
		return -1;
	events |= what != CURL_POLL_OUT ? UV_READABLE : 0;
	events |= what != CURL_POLL_IN ? UV_WRITABLE : 0;
	return uv_poll_start(&watch->poll, events, on_ready) == 0 ? 0 : -1;
}

static size_t on_answer(char *bytes, size_t size, size_t n, void *data)
{
	struct posting *posting = data;
	size_t len = size * n;
	size_t room = ANSWER_KEPT - posting->kept;
	size_t taken = len < room ? len : room;

	memcpy(posting->answer + posting->kept, bytes, taken);
	posting->kept += taken;
	posting->answer[posting->kept] = '\0';
	posting->answered += len;
	return posting->answered > ANSWER_MAX ? 0 : len;
}

static bool set_body(struct posting *posting, struct cchc_errand *errand,
		     const struct cchc_post *post)
{
	CURL *easy = posting->easy;

	return curl_easy_setopt(easy, CURLOPT_PRIVATE, errand) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
				(long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_USERAGENT, "cchcd/" CCHC_VERSION) ==
		       CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_HTTPHEADER, posting->header) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_POST, 1L) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_POSTFIELDS, post->body) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
				(curl_off_t)strlen(post->body)) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_answer) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_WRITEDATA, posting) == CURLE_OK;
}

static bool set_headers(struct posting *posting, const struct cchc_post *post)
{
	/* no "100 Continue" is waited for */
	bool fine = cchc_easy_append(&posting->header, "Expect:") &&
		    cchc_easy_append(&posting->header, "Content-Type: application/json");

	for (size_t i = 0; fine && i < post->n_headers; i++)
		fine = cchc_easy_append(&posting->header, post->header[i]);
	return fine;
}

enum cchc_rc cchc_poster_post(struct cchc_errand *errand,
			      const struct cchc_channel_settings *settings,
			      const struct cchc_post *post)
{
	struct posting *posting = cchc_arena_alloc(&errand->arena, sizeof(*posting));

	if (!posting)
		return CCHC_NOMEM;
	errand->own = posting;
	posting->easy = cchc_easy_new(settings, post->url, "http,https", posting->error);
	if (!posting->easy)
		return CCHC_NOMEM;
	if (!set_headers(posting, post) || !set_body(posting, errand, post) ||
	    curl_multi_add_handle(errand->poster->multi, posting->easy) != CURLM_OK) {
		curl_easy_cleanup(posting->easy);
		curl_slist_free_all(posting->header);
		return CCHC_NOMEM;
	}
	errand->on_stop = on_stop;
	return CCHC_OK;
}

static void on_timer_closed(uv_handle_t *handle)
{
	struct cchc_poster *poster = handle->data;

	poster->handles--;
}

enum cchc_rc cchc_poster_new(uv_loop_t *loop, struct cchc_poster **poster)
{
	struct cchc_poster *made = calloc(1, sizeof(*made));

	if (!made)
		return CCHC_NOMEM;
	made->loop = loop;
	made->multi = curl_multi_init();
	if (!made->multi ||
	    curl_multi_setopt(made->multi, CURLMOPT_SOCKETFUNCTION, on_socket) ||
	    curl_multi_setopt(made->multi, CURLMOPT_SOCKETDATA, made) ||
	    curl_multi_setopt(made->multi, CURLMOPT_TIMERFUNCTION, on_wish) ||
	    curl_multi_setopt(made->multi, CURLMOPT_TIMERDATA, made) ||
	    curl_multi_setopt(made->multi, CURLMOPT_MAXCONNECTS,
			      (long)CONNECTIONS_KEPT)) {
		(void)curl_multi_cleanup(made->multi);
		free(made);
		return CCHC_NOMEM;
	}
	cchc_check(uv_timer_init(loop, &made->timer) == 0);
	made->timer.data = made;
	made->handles = 1;
	*poster = made;
	return CCHC_OK;
}

void cchc_poster_stop(struct cchc_poster *poster)
{
	CURLM *multi = poster->multi;

	uv_close((uv_handle_t *)&poster->timer, on_timer_closed);
	(void)curl_multi_cleanup(multi);
	poster->multi = NULL;
}

void cchc_poster_free(struct cchc_poster **poster)
{
	if (!*poster)
		return;
	cchc_check(!(*poster)->multi && (*poster)->handles == 0);
	free(*poster);
	*poster = NULL;
}
