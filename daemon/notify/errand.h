#ifndef CCHC_NOTIFY_ERRAND_H
#define CCHC_NOTIFY_ERRAND_H

#include <uv.h>

#include "notify/channel.h"

/* One notice on its way by one channel: what all channels share. Made by
 * cchc_courier_hand, started by the channel's type, told once, closed once; its memory
 * stays until its uv handles are closed. Loop thread only. */

struct cchc_poster;

struct cchc_errand {
	struct cchc_courier *courier;
	struct cchc_poster *poster;
	struct cchc_errand *before;
	struct cchc_errand *next;
	cchc_courier_done *on_done;
	void *data;
	struct cchc_arena arena; /* what libcurl, a thread or a program is given */
	uv_timer_t timer;        /* a verdict that waits for the loop, or a time limit */
	unsigned handles;        /* not closed yet, the timer included */
	bool told;
	enum cchc_rc rc;  /* the verdict that waits for the loop, */
	const char *text; /* NULL: there is none */
	void *own;        /* the type's */
	/* When the courier stops, after the caller was told: ends what is under way and
	 * closes the errand, now or when it has ended. NULL: there is only the timer. */
	void (*on_stop)(struct cchc_errand *errand);
};

/* How a type begins: `settings` outlive the errand, the notice does not. Only CCHC_NOMEM
 * is returned; every other failure is told. */
typedef enum cchc_rc cchc_errand_start(struct cchc_errand *errand,
				       const struct cchc_channel_settings *settings,
				       const struct cchc_notice *notice);
cchc_errand_start cchc_alertmanager_start;
cchc_errand_start cchc_webhook_start;
cchc_errand_start cchc_smtp_start;
cchc_errand_start cchc_exec_start;
cchc_errand_start cchc_journal_start;

/* Tells the verdict, from a callback of the loop; a second one is ignored. The text is
 * made one clean line: peers have a hand in it. */
void cchc_errand_tell(struct cchc_errand *errand, enum cchc_rc rc, const char *text);
/* No more handles are opened; frees it when all are closed. */
void cchc_errand_close(struct cchc_errand *errand);
/* Tells and closes at the loop's next turn; from a start. `text` is of the arena or
 * constant. */
void cchc_errand_end_soon(struct cchc_errand *errand, enum cchc_rc rc, const char *text);
/* Counts a handle in, sets its data; and is the callback it is closed with. */
void cchc_errand_owns(struct cchc_errand *errand, uv_handle_t *handle);
void cchc_errand_on_closed(uv_handle_t *handle);

#endif
