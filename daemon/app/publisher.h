#ifndef CCHC_APP_PUBLISHER_H
#define CCHC_APP_PUBLISHER_H

#include <uv.h>

#include "app/board.h"
#include "net/doors.h"
#include "store/alert.h"

/* Changes to those who watch. A topic ("rollup/325/total") exists while somebody
 * subscribes to it; only what changed of subscribed units is computed and sent. Under
 * load changes coalesce; every publication says the number of the one before on its
 * topic, so that a watcher sees any gap; an idle topic repeats its last number. Loop
 * thread. */

enum { CCHC_TOPIC_MAX = 64 };

struct cchc_topic {
	char name[CCHC_TOPIC_MAX];
	const struct cchc_unit *unit; /* NULL: system, tasks or alerts */
	enum cchc_scope scope;
	uint32_t subscribers;
	uint64_t number; /* of the last publication */
};

struct cchc_publisher {
	struct cchc_board *board;
	struct cchc_doors *doors;
	uint64_t incarnation;
	struct cchc_topic *topic;
	size_t n;
	size_t room;
	uv_timer_t flush;  /* the end of a coalescing pause */
	uv_timer_t repeat; /* idle topics */
	uint64_t owed_ns;  /* of the loop's time; see publisher.c */
	uint64_t since_ns; /* owed at that instant */
	bool waiting;      /* flush is armed */
	bool enabled;
	uint64_t sent;
	uint64_t lost; /* not taken by the socket: watchers see the gap */
};

void cchc_publisher_start(struct cchc_publisher *publisher, uv_loop_t *loop,
			  struct cchc_board *board, struct cchc_doors *doors,
			  uint64_t incarnation, bool enabled);
/* zpoll callback body of the changes' door: subscriptions. */
void cchc_publisher_subscription(struct cchc_publisher *publisher,
				 const struct cchc_zmessage *message);
/* Something was applied: publishes now, or soon when the last time is near. */
void cchc_publisher_changed(struct cchc_publisher *publisher);
/* A task, or alerts by one entry, changed: told at once to who subscribed to "tasks" or
 * "alerts", under the number of that entry. */
void cchc_publisher_task(struct cchc_publisher *publisher, const struct cchc_task *task);
void cchc_publisher_alerts(struct cchc_publisher *publisher,
			   const struct cchc_store *store,
			   const struct cchc_alert *alerts, size_t n);
/* Watched cells of a year were made anew: all of them count as changed. */
void cchc_publisher_reloaded(struct cchc_publisher *publisher, uint16_t year);
/* Stops the timers. */
void cchc_publisher_stop(struct cchc_publisher *publisher);
void cchc_publisher_fini(struct cchc_publisher *publisher);

#endif
