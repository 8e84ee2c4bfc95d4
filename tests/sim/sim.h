#ifndef CCHC_TESTS_SIM_H
#define CCHC_TESTS_SIM_H

/* What is lived through in one leg of the simulation: for sim_year.c alone. */
#include "checks.h"
#include "people.h"

#include "base/check.h"
#include "base/log.h"

enum {
	DAY_MINUTES = 24 * 60,
	HOUR_MS = 3600 * 1000,
	DAYS = 420,
	IMPORTED = 300,
	SOONS = 4000,
};

static const int64_t DAY_MS = INT64_C(86400000);

/* What comes next is found by its true time. */
enum event {
	PEOPLE,
	LIFE, /* the daemon dies, or is started */
	MIDNIGHT,
	CHECK, /* a minute later: the day that ended */
	MORNING,
	QUIET, /* two agents fall silent, or are heard again */
	MOOD,  /* the channel of programs dies, or is back */
	BACK,  /* the clock is set back by an hour */
	FORTH, /* and on by six minutes */
	IMPORT,
	SLEEP, /* the machine is suspended for some hours */
	EVENTS,
};

enum digest { NONE, MAYBE, CERTAIN };

struct soon { /* steps had passed when something was recorded: a digest soon */
	int64_t true_ms;
	size_t task;
	size_t n; /* its records then */
	uint32_t unit;
	size_t life;
	cchc_day day;
};

struct leg {
	const char *name;
	cchc_day first; /* from its 00:00 */
	cchc_day last;  /* to its 12:00; a working day */
	unsigned tasks;
	const int *year; /* calendars known from the start, */
	size_t years;
	const int *more; /* and all, from the first start after this day on */
	size_t mores;
	cchc_day more_day;
	struct cchc_period register_from;
	bool gate;
	int64_t event[EVENTS]; /* by the wall: days after the first, minutes; or -1 */
};

struct sim {
	const struct leg *leg;
	struct stage stage;
	struct slow slow;
	struct people people;
	struct test_random rng;
	int64_t at[EVENTS]; /* true */
	int64_t end_ms;     /* true */
	int64_t back_ms;    /* true: when the clock is set back */
	size_t known;       /* years of calendars */
	bool morning_again; /* the clock was set back: it comes twice today */
	int64_t morning_ms; /* true: the last one seen */
	uint8_t digest[SLOW_UNITS][DAYS];
	struct soon soon[SOONS];
	size_t soons;
};

static inline uint32_t below(struct sim *sim, uint32_t n)
{
	return test_random_below(&sim->rng, n);
}

static inline cchc_day today(const struct sim *sim)
{
	return cchc_day_at(sim->stage.now.wall_ms);
}

static inline int64_t minute_of(cchc_day day, int minute)
{
	return cchc_day_start_ms(day) + minute * INT64_C(60000);
}

/* The true time at which the wall shows that moment. */
static inline int64_t when(const struct sim *sim, int64_t wall_ms)
{
	return sim->stage.now.true_ms + wall_ms - sim->stage.now.wall_ms;
}

/* The next time the wall shows that minute of a day, after now. */
static inline int64_t next_minute(const struct sim *sim, int minute)
{
	int64_t wall_ms = minute_of(today(sim), minute);

	if (wall_ms <= sim->stage.now.wall_ms)
		wall_ms = minute_of(today(sim) + 1, minute);
	return when(sim, wall_ms);
}

#endif
