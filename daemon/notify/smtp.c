/* smtp.c - e-mail by libcurl, each on a thread of its own.
 *
 * libcurl waits inside SMTP, also under its multi interface: for the answer to the last
 * dot, and for the one to QUIT. A mail server that hangs there would hold the loop. So a
 * mail is a thread that performs one transfer and wakes the loop. The thread touches what
 * stands in struct mail and no uv handle but `ended`; the loop keeps away from it until
 * it has joined the thread, but for `stopped`, which libcurl looks at once a second.
 */

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "notify/easy.h"
#include "notify/errand.h"
#include "notify/mail.h"

enum { REPLY_KEPT = 160 };

struct mail {
	CURL *easy;
	struct curl_slist *to;
	const char *bytes;
	size_t left;
	uv_async_t ended;
	pthread_t thread;
	atomic_bool stopped;
	CURLcode result;
	char reply[REPLY_KEPT]; /* the server's last line but that to QUIT */
	char error[CURL_ERROR_SIZE];
};

/* 5yz: refused for good; but not when it is us whom the server does not want (RFC 4954),
 * which an operator mends. 354 was the last word: the mail may be there. */
static enum cchc_rc verdict(CURLcode result, long code)
{
	if (result == CURLE_OK)
		return CCHC_OK;
	if (code == 354)
		return CCHC_UNKNOWN;
	if (result == CURLE_LOGIN_DENIED || code == 530 || code == 534 || code == 535 ||
	    code == 538)
		return CCHC_BUSY;
	if (cchc_easy_rc(result) == CCHC_IO && code >= 500 && code < 600)
		return CCHC_INVALID;
	return cchc_easy_rc(result);
}

static size_t on_reply(char *line, size_t size, size_t n, void *data)
{
	struct mail *mail = data;
	size_t len = size * n;
	size_t kept = len < REPLY_KEPT - 1 ? len : REPLY_KEPT - 1;

	if (len < 3 || memcmp(line, "221", 3) != 0) {
		memcpy(mail->reply, line, kept);
		mail->reply[kept] = '\0';
	}
	return len;
}

static size_t on_read(char *buffer, size_t size, size_t n, void *data)
{
	struct mail *mail = data;
	size_t len = size * n < mail->left ? size * n : mail->left;

	memcpy(buffer, mail->bytes, len);
	mail->bytes += len;
	mail->left -= len;
	return len;
}

static int on_progress(void *data, curl_off_t down_total, curl_off_t down,
		       curl_off_t up_total, curl_off_t up)
{
	struct mail *mail = data;

	(void)down_total;
	(void)down;
	(void)up_total;
	(void)up;
	return atomic_load(&mail->stopped);
}

static void *run(void *data)
{
	struct mail *mail = data;

	mail->result = curl_easy_perform(mail->easy);
	curl_easy_cleanup(mail->easy);
	curl_slist_free_all(mail->to);
	(void)uv_async_send(&mail->ended);
	return NULL;
}

static void on_ended(uv_async_t *async)
{
	struct cchc_errand *errand = async->data;
	struct mail *mail = errand->own;
	const char *text = mail->error;

	cchc_check(pthread_join(mail->thread, NULL) == 0);
	if (strtol(mail->reply, NULL, 10) >= 400)
		text = mail->reply;
	else if (!*text)
		text = curl_easy_strerror(mail->result);
	cchc_errand_tell(errand, verdict(mail->result, strtol(mail->reply, NULL, 10)),
			 text);
	uv_close((uv_handle_t *)async, cchc_errand_on_closed);
	cchc_errand_close(errand);
}

static void on_stop(struct cchc_errand *errand)
{
	struct mail *mail = errand->own;

	atomic_store(&mail->stopped, true); /* on_ended closes */
}

static bool set_envelope(struct mail *mail, struct cchc_arena *arena,
			 const struct cchc_channel_settings *settings, const char *to)
{
	CURL *easy = mail->easy;
	const char *from = cchc_arena_format(arena, "<%s>", settings->from);

	return from &&
	       cchc_easy_append(&mail->to, cchc_arena_format(arena, "<%s>", to)) &&
	       curl_easy_setopt(easy, CURLOPT_MAIL_FROM, from) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, mail->to) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_USE_SSL,
				(long)(settings->tls_required ? CURLUSESSL_ALL
							      : CURLUSESSL_TRY)) ==
		       CURLE_OK;
}

static bool set_callbacks(struct mail *mail)
{
	CURL *easy = mail->easy;

	return curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_READDATA, mail) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_reply) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_HEADERDATA, mail) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress) ==
		       CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_XFERINFODATA, mail) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L) == CURLE_OK;
}

/* The time limit does not hold for QUIT, and a connection that is kept says it in
 * curl_easy_cleanup with nobody to stop it. */
static bool set_farewell(struct mail *mail, int64_t limit_ms)
{
	return curl_easy_setopt(mail->easy, CURLOPT_FORBID_REUSE, 1L) == CURLE_OK &&
	       curl_easy_setopt(mail->easy, CURLOPT_SERVER_RESPONSE_TIMEOUT,
				(long)(limit_ms / 1000 + 1)) == CURLE_OK;
}

static enum cchc_rc prepare(struct mail *mail, struct cchc_arena *arena,
			    const struct cchc_channel_settings *settings,
			    const struct cchc_notice *notice)
{
	mail->bytes =
		cchc_mail_compose(arena, notice, settings->from, cchc_clock_wall_ms());
	if (!mail->bytes)
		return CCHC_NOMEM;
	mail->left = strlen(mail->bytes);
	mail->easy = cchc_easy_new(settings, settings->url, "smtp,smtps", mail->error);
	if (!mail->easy)
		return CCHC_NOMEM;
	if (set_envelope(mail, arena, settings, notice->to) && set_callbacks(mail) &&
	    set_farewell(mail, settings->time_limit_ms))
		return CCHC_OK;
	curl_easy_cleanup(mail->easy);
	curl_slist_free_all(mail->to);
	return CCHC_NOMEM;
}

/* Signals are the loop's. */
static int start_thread(struct mail *mail)
{
	sigset_t all;
	sigset_t before;
	int failed;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&mail->thread, NULL, run, mail);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return failed;
}

enum cchc_rc cchc_smtp_start(struct cchc_errand *errand,
			     const struct cchc_channel_settings *settings,
			     const struct cchc_notice *notice)
{
	struct mail *mail = cchc_arena_alloc(&errand->arena, sizeof(*mail));
	enum cchc_rc rc;

	if (!mail)
		return CCHC_NOMEM;
	if (!cchc_mail_address_is_valid(notice->to)) {
		cchc_errand_end_soon(errand, CCHC_INVALID, "not an e-mail address");
		return CCHC_OK;
	}
	errand->own = mail;
	rc = prepare(mail, &errand->arena, settings, notice);
	if (rc != CCHC_OK)
		return rc;
	if (uv_async_init(errand->timer.loop, &mail->ended, on_ended) != 0) {
		curl_easy_cleanup(mail->easy);
		curl_slist_free_all(mail->to);
		return CCHC_NOMEM;
	}
	cchc_errand_owns(errand, (uv_handle_t *)&mail->ended);
	if (start_thread(mail) != 0) {
		curl_easy_cleanup(mail->easy);
		curl_slist_free_all(mail->to);
		uv_close((uv_handle_t *)&mail->ended, cchc_errand_on_closed);
		return CCHC_NOMEM;
	}
	errand->on_stop = on_stop;
	return CCHC_OK;
}
