#ifndef CCHC_TESTS_SIM_PEOPLE_H
#define CCHC_TESTS_SIM_PEOPLE_H

#include "stage.h"

/* What people do all year: the district gives tasks, extends, accepts, returns, cancels,
 * reopens, moves; communes report and send figures; some of it is spoilt and must be
 * refused. Each sound deed is told to the daemon and to the slow calculator. */

enum { PEOPLE_SPOILS = 7 };

struct people {
	struct stage *stage;
	struct slow *slow;
	struct test_random rng;
	struct sender agent[SLOW_UNITS]; /* by unit id */
	unsigned left;                   /* tasks still to be given */
	unsigned names;                  /* given */
	size_t touched;    /* the task of the last deed; SIZE_MAX: of none */
	uint32_t quiet[2]; /* units that say nothing; 0: none */
	unsigned words[SLOW_SENT + 1];
	unsigned spoilt[PEOPLE_SPOILS];
	unsigned unwritten;
	unsigned acked;
};

void people_init(struct people *people, struct stage *stage, struct slow *slow,
		 uint64_t seed, unsigned tasks);
/* Somebody does something; agents are heard. */
void people_act(struct people *people);
/* One task of the last two years is entered: done long ago, or long overdue. */
void people_import(struct people *people);

#endif
