#ifndef CCHC_TESTS_SIM_STAGE_H
#define CCHC_TESTS_SIM_STAGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "appkit.h"

#include "app/sessions.h"
#include "app/wheels.h"
#include "random.h"
#include "sinks.h"
#include "slow.h"

/* The daemon's app floor without loop, sockets and threads, under a clock of ours: a real
 * store, the board, the wheels; the writer is a queue whose commits take some
 * milliseconds, come back some more later, and fail now and then. It can die at any
 * moment and be started anew from its store. */

struct stage {
	struct appkit app;
	struct cchc_arena files;
	struct cchc_calendar calendar;
	struct cchc_alert_rules rules;
	struct cchc_contacts contacts;
	struct cchc_board *board;
	struct cchc_wheels wheels;
	struct sinks sinks;
	struct test_random rng;
	bool up;
	struct slow_when now;
	int64_t turn_ms;         /* true: the timer */
	struct cchc_item *queue; /* with the writer */
	int64_t commit_ms;
	struct cchc_item *done; /* on the way back */
	int64_t done_ms;
	int64_t heard_boot[SLOW_UNITS]; /* true, since the start; INT64_MIN: not */
	cchc_day duties_from;
	struct cchc_sender person; /* stands for anybody who is not the daemon */
	unsigned failed_writes;
	unsigned commits;
	/* Something is handed that was not confirmed before; as it is in the store. */
	void (*on_hand)(void *data, const struct cchc_channel_settings *channel,
			const struct cchc_alert *alert,
			const struct cchc_delivery *delivery);
	void *data;
};

/* Made at that moment, down. Row I.4 from the register from that period on. */
void stage_open(struct stage *stage, uint64_t seed, struct slow_when now,
		struct cchc_period register_from);
void stage_close(struct stage *stage);

/* Starts the daemon with the calendars of these years. */
void stage_start(struct stage *stage, const int *year, size_t n);
/* As a kill does it: what was not committed never was. */
void stage_kill(struct stage *stage);
/* Lives on until that true time. */
void stage_run(struct stage *stage, int64_t true_ms);
/* The machine is suspended: the clocks go on, timers do not. */
void stage_sleep(struct stage *stage, int64_t ms);
void stage_set_clock(struct stage *stage, int64_t by_ms);
/* Somebody's item: the writer has it now. False: it could not be written. */
bool stage_give(struct stage *stage, struct cchc_item *item, enum cchc_applied *applied);
void stage_hear(struct stage *stage, uint32_t unit);
/* One step more, known from the next start on: "d-5". */
void stage_add_step(struct stage *stage);
/* Years go and come, whatever is on the way just then. */
void stage_forget_years(struct stage *stage);
/* As somebody who asks makes it. */
void stage_make_resident(struct stage *stage, uint16_t year);

#endif
