#ifndef CCHC_TESTS_DOORKIT_H
#define CCHC_TESTS_DOORKIT_H

/* The daemon with its real doors on loopback, in one loop with those who knock: a monitor
 * that asks and watches, and the agent of 11986. The store is written by the test
 * (appkit.h) or by a writer it starts. Include after cmocka.h. */

#include "appkit.h"

#include "app/daemon.h"

enum { DOOR_PATIENCE_MS = 60000, DOOR_FRAMES = 4096 };

struct frame_heard {
	char topic[64]; /* of a publication */
	uint8_t *bytes;
	size_t len;
};

struct guest { /* one socket that connects, and what it heard */
	struct cchc_zpoll *poll;
	struct frame_heard heard[DOOR_FRAMES];
	size_t n;
};

struct doorkit {
	struct appkit app;
	struct cchc_daemon d;
	uv_loop_t loop;
	uv_timer_t tick; /* so that waiting ends */
	struct cchc_key_pair monitor;
	struct cchc_key_pair agent;
	struct guest asks;    /* DEALER to queries */
	struct guest watches; /* SUB to changes */
	struct guest sends;   /* DEALER to agents */
	struct cchc_arena arena;
	void (*on_turn)(struct doorkit *k);
};

/* Runs the loop until the condition holds. */
#define door_until(k, condition)                                                         \
	do {                                                                             \
		uint64_t give_up = uv_now(&(k)->loop) + DOOR_PATIENCE_MS;                \
		bool holds;                                                              \
		while (!(holds = (condition)) && uv_now(&(k)->loop) < give_up) {         \
			(void)uv_run(&(k)->loop, UV_RUN_ONCE);                           \
			if ((k)->on_turn)                                                \
				(k)->on_turn(k);                                         \
		}                                                                        \
		assert_true(holds);                                                      \
	} while (0)

int door_open(void **state);
int door_close(void **state);
/* A guest comes in; topic: of a SUB, else NULL. */
void door_enter(struct doorkit *k, struct guest *guest, enum cchc_door door,
		const char *topic);
void door_leave(struct guest *guest);
/* From now on what agents send is written by the daemon's own writer. */
void door_write(struct doorkit *k);
/* A figure as one commit, into store and board. */
void door_commit(struct doorkit *k, struct sender *sender, struct cchc_period period,
		 const char *row, int64_t value);
/* From now on row I.4 comes from the register, counted up to then. */
void door_count_tasks(struct doorkit *k, int64_t now_ms);
/* What a guest says, once its connection stands. */
void door_say(struct doorkit *k, struct guest *guest, const ProtobufCMessage *frame);

#define DOORS(test) cmocka_unit_test_setup_teardown(test, door_open, door_close)

#endif
