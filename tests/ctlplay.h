#ifndef CCHC_TESTS_CTLPLAY_H
#define CCHC_TESTS_CTLPLAY_H

#include <stdbool.h>

#include <uv.h>

#include "io/zap.h"
#include "proto/wire.h"

/* A daemon that is played in a thread of its own, and cchcctl run against it as from a
 * shell: its settings in a file, its exit code, what it printed. */

struct ctlplay {
	uv_loop_t loop;
	uv_async_t stop;
	uv_timer_t tick;
	uv_thread_t thread;
	/* Of all that the play's functions touch: theirs while cchcctl runs, else the
	 * test's. */
	uv_mutex_t turn;
	struct cchc_zcontext *context;
	struct cchc_zap *zap;
	struct cchc_zpoll *queries;
	struct cchc_zpoll *changes;
	struct cchc_key_pair own;
	char folder[64];
	/* Of the play, called in its thread: fills the answer (version, id, commit 7 and
	 * incarnation 1 are there) and says whether it is sent. */
	bool (*on_ask)(struct ctlplay *play, const Cchc__Ask *ask, Cchc__Answer *answer);
	void (*on_subscriber)(struct ctlplay *play);
	void (*on_tick)(struct ctlplay *play);
	unsigned asked; /* but for ABOUT */
	void *data;
	/* What cchcctl said. */
	int code;
	char *out;
	char *err;
};

/* Makes the sockets, keys and settings; what is played is set then, before it begins. */
void ctlplay_open(struct ctlplay *play);
void ctlplay_begin(struct ctlplay *play);
void ctlplay_end(struct ctlplay *play);
/* From its thread. */
void ctlplay_publish(struct ctlplay *play, const char *topic,
		     Cchc__Publication *publication);

/* A small file of the play's folder ("table.csv"; "out" and "err" are cchcctl's so far);
 * what is read is allocated, "" when it is not there. */
void ctlplay_write(const struct ctlplay *play, const char *name, const char *text);
char *ctlplay_read(const struct ctlplay *play, const char *name);

/* Runs cchcctl with the settings and these words, between blanks; '...' is one word.
 * Returns and keeps its exit code. */
int ctlplay_ctl(struct ctlplay *play, const char *line);

#endif
