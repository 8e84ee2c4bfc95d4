#ifndef CCHC_TESTS_AGENTPLAY_H
#define CCHC_TESTS_AGENTPLAY_H

#include "agentkit.h"

#include "commune/link.h"

/* The link with a daemon that is played by hand: frames are caught and decoded, answers
 * are made up, the clock stands still unless it is moved. */

enum { PLAY_FRAMES = 4096 };

struct play {
	struct kit *kit;
	struct cchc_catalog *catalog;
	struct cchc_link *link;
	struct cchc_moment now;
	Cchc__ToDaemon *frame[PLAY_FRAMES];
	size_t n;
	size_t seen; /* frames before this were looked at */
	bool full;   /* the socket takes nothing */
	unsigned redials;
	unsigned switches;
	const char *denied_key; /* the daemon refused it */
	uint64_t random;
	uint8_t store[CCHC_STORE_ID_BYTES];
	uint64_t incarnation;
	int64_t ahead_ms; /* the district's clock, of ours */
	struct cchc_standing standing;
	size_t n_standing;
	Cchc__FormHave *form; /* named by WELCOME */
};

void play_crash(struct play *p);
int play_setup(void **state);
int play_teardown(void **state);

/* Lets time pass in steps of the link's own choice. */
void play_pass(struct play *p, uint64_t ms);

/* The next frame of that kind that was not looked at; earlier ones are passed over. */
Cchc__ToDaemon *play_next(struct play *p, Cchc__ToDaemon__Kind kind);
Cchc__Push *play_push(struct play *p);
Cchc__Hello *play_hello(struct play *p);
void play_say(struct play *p, Cchc__ToAgent *m, Cchc__ToAgent__Kind kind);

/* chain NULL: ours at that mark. */
void play_welcome(struct play *p, uint64_t mark, const uint8_t *chain, uint64_t credit);
void play_ack_with(struct play *p, uint64_t mark, uint64_t credit,
		   Cchc__Refusals **refused, size_t n);
void play_ack(struct play *p, uint64_t mark, uint64_t credit);
void play_gap(struct play *p, uint64_t expected);
void play_later(struct play *p, uint64_t seq, uint32_t wait_ms);
void play_fork(struct play *p, uint64_t seq, uint64_t mark);
void play_denied(struct play *p, bool lasting);
void play_hello_first(struct play *p);

/* A page of one held cell; more: another page follows it. */
void play_held(struct play *p, uint32_t row, int64_t value, uint64_t epoch, uint64_t seq,
	       bool more);

/* Greeted, with this mark and credit. */
void play_greet(struct play *p, uint64_t mark, uint64_t credit);
void play_queue(struct play *p, unsigned n);

#define PLAY(test) cmocka_unit_test_setup_teardown(test, play_setup, play_teardown)

#endif
