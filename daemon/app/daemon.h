#ifndef CCHC_APP_DAEMON_H
#define CCHC_APP_DAEMON_H

#include <uv.h>

#include "app/board.h"
#include "app/catalog.h"
#include "app/clockwork.h"
#include "app/publisher.h"
#include "app/sessions.h"
#include "app/settings.h"
#include "app/writer.h"
#include "net/doors.h"

/* The daemon's parts, all owned by the loop thread; what other threads may touch says so
 * in its own header. */

struct cchc_counters { /* since start */
	uint64_t messages;
	uint64_t commits; /* batches that changed something */
	uint64_t cells;
	uint64_t refused_cells;
	uint64_t dropped; /* frames that are no messages of ours */
	uint64_t queries;
	uint64_t lost_answers; /* to peers that were gone or did not read */
};

struct cchc_job;

struct cchc_daemon {
	uv_loop_t *loop;
	struct cchc_settings settings;
	struct cchc_catalog catalog;
	struct cchc_keyring ring;
	struct cchc_key_pair own;
	struct cchc_store store;
	struct cchc_doors doors;
	struct cchc_writer *writer;
	struct cchc_board *board;
	struct cchc_sessions sessions;
	struct cchc_publisher publisher;
	struct cchc_clockwork clockwork;
	struct cchc_counters counters;
	struct cchc_job *jobs; /* questions being answered by worker threads */
	bool stopping;
	bool paused; /* not reading from agents: the writer has enough to do */
};

const char *cchc_program(void); /* "cchcd 0.1.0" */

#endif
