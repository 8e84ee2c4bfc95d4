#ifndef CCHC_NOTIFY_CHANNEL_H
#define CCHC_NOTIFY_CHANNEL_H

#include <uv.h>

#include "base/arena.h"
#include "base/fail.h"
#include "base/node.h"
#include "base/problems.h"
#include "notify/notice.h"

/* The ways by which alerts leave: Prometheus Alertmanager (API v2), a webhook (JSON, HMAC
 * signature, Idempotency-Key), e-mail by SMTP, a program, the system's journal. One
 * channel, one handing at a time for addresses of people, a few for machines; nothing
 * here retries or remembers: who calls keeps the queue and the back-off (app/desk.h). All
 * on the loop thread; nothing blocks: libcurl's multi interface for HTTP, a thread of its
 * own for each mail (libcurl waits inside SMTP), uv_spawn. SIGPIPE must be ignored.
 *
 *	channels:
 *	  - {name: bao-dong, type: alertmanager, url: "http://127.0.0.1:9093"}
 *	  - {name: cong, type: webhook, url: "https://...", secret_file: hook.secret}
 *	  - {name: thu, type: smtp, url: "smtp://mail:587", from: "cchc@...",
 *	     user: cchc, password_file: smtp.password, tls: required}
 *	  - {name: tin-nhan, type: exec, program: /usr/local/bin/send-sms}
 *	  - {name: nhat-ky, type: journal}
 *
 * Also `time_limit_s`, `at_once`, `repeat_s` (alertmanager), `user`, `password_file` and
 * `ca_file` (HTTP, SMTP), `tls: offered` instead of `required` (the usual one).
 */
enum cchc_channel_type {
	CCHC_CHANNEL_ALERTMANAGER,
	CCHC_CHANNEL_WEBHOOK,
	CCHC_CHANNEL_SMTP,
	CCHC_CHANNEL_EXEC,
	CCHC_CHANNEL_JOURNAL,
};

struct cchc_channel_settings {
	const char *name; /* [a-z0-9-], at most 31 bytes */
	enum cchc_channel_type type;
	const char *url;
	const char *from;     /* SMTP */
	const char *user;     /* HTTP basic or SMTP; NULL: none */
	const char *password; /* read from password_file; NULL: none */
	const char *secret;  /* WEBHOOK: of the signature, from secret_file; NULL: none */
	bool tls_required;   /* SMTP: STARTTLS or nothing */
	const char *ca_file; /* NULL: the system's */
	const char *program; /* EXEC: absolute path */
	int64_t time_limit_ms; /* of one handing, 10 s by default */
	int64_t repeat_ms; /* ALERTMANAGER: re-posted so often while it stands, 60 s */
	unsigned at_once;  /* handings under way: 1 by default, 8 at most */
};

/* What follows from the type. */
bool cchc_channel_is_personal(enum cchc_channel_type type); /* needs an address each */
bool cchc_channel_tells_end(enum cchc_channel_type type);
bool cchc_channel_repeats(enum cchc_channel_type type);
bool cchc_channel_dedups(enum cchc_channel_type type); /* by key */

/* Reads the list under `channels:` (NULL: none); files are read relative to `folder`.
 * Reports every mistake: unknown key or type, name twice, URL or program missing or not
 * absolute, secret file that others may read ... */
CCHC_NODISCARD enum cchc_rc cchc_channels_load(struct cchc_arena *arena,
					       const struct cchc_node *root,
					       const char *folder,
					       struct cchc_channel_settings **channels,
					       size_t *n, struct cchc_problems *problems);

/* All channels share one curl multi handle on the loop. */
struct cchc_courier;

CCHC_NODISCARD enum cchc_rc cchc_courier_new(uv_loop_t *loop,
					     struct cchc_courier **courier);
/* Cancels what is under way (its on_done is called with CCHC_BUSY). The loop must run dry
 * before free: a mail's thread hears it within a second, a program gets SIGTERM and two
 * seconds later SIGKILL. */
void cchc_courier_stop(struct cchc_courier *courier);
void cchc_courier_free(struct cchc_courier **courier);

/* rc: CCHC_OK the other side took it; INVALID it refused for good (4xx, 5yz SMTP, exit
 * status 65): trying again will not help; else (IO, BUSY, LIMIT: time limit) try later.
 * UNKNOWN: it was sent by HTTP or SMTP and no answer came, so it may have been taken: try
 * later.
 * What speaks of our password or of now (HTTP 401, 407, 408, 425, 429; SMTP 530, 534,
 * 535, 538) is BUSY: an operator mends it, and no alert is given up for that. text: one
 * line for people, "" on success. Called once, never from within hand. */
typedef void cchc_courier_done(void *data, enum cchc_rc rc, const char *text);
/* Copies what it needs of the notice; the channel outlives the courier. on_done is called
 * only where this returned CCHC_OK; else it is NOMEM, or BUSY after the stop. */
CCHC_NODISCARD enum cchc_rc cchc_courier_hand(struct cchc_courier *courier,
					      const struct cchc_channel_settings *channel,
					      const struct cchc_notice *notice,
					      cchc_courier_done *on_done, void *data);

#endif
