#ifndef CCHC_TESTS_SIM_SLOW_H
#define CCHC_TESTS_SIM_SLOW_H

#include "prop/countsoracle.h"

/* The register of tasks, its alerts and row I.4 as the rules say them, and as slowly:
 * task by task and moment by moment, from everything that was ever recorded. It is told
 * what people said and what the clock did, never what the daemon made of it, and has its
 * own steps, holidays, duties and versions of due dates.
 *
 * Two clocks: the true time, which nobody can set, and the wall's. Both in ms. */

enum {
	SLOW_RECORDS = ORACLE_RECORDS,
	SLOW_TASKS = 3000,
	SLOW_UNITS = 16,
	SLOW_LIVES = 128,
	SLOW_SETS = 8,
	SLOW_HOLIDAYS = 128,
	SLOW_STEPS = 8,
	SLOW_HUSHES = 256,
	SLOW_ID = 64,
	SLOW_KEY = 96,
	SLOW_SILENCES = 128,
	SLOW_MINUTE_MS = 60 * 1000,
	SLOW_COUNTS = 4,
};

struct slow_when {
	int64_t true_ms;
	int64_t wall_ms;
};

enum slow_state { SLOW_OPEN, SLOW_WAITING, SLOW_DONE, SLOW_CANCELLED };

enum slow_word {
	SLOW_ADD,
	SLOW_EXTEND,
	SLOW_REPORT,
	SLOW_ACCEPT,
	SLOW_RETURN,
	SLOW_CANCEL,
	SLOW_REOPEN,
	SLOW_MOVE,
	SLOW_WISH, /* for more time: nothing changes but that it was said */
	SLOW_SENT, /* the report that a duty asks for */
};

struct slow_record {         /* what the register says from this moment on */
	struct slow_when at; /* its wall never goes back within one task */
	int64_t said_ms;     /* by the wall, whatever it said before */
	uint32_t lead;
	cchc_day due;
	cchc_day effective;
	cchc_day done;
	enum slow_state state;
	unsigned version; /* of the due date */
	int64_t since_ms; /* what was due before this, by the wall, does not fire */
};

struct slow_task {
	char id[SLOW_ID];
	bool is_duty;
	struct cchc_period period; /* of a duty */
	size_t n;
	struct slow_record record[SLOW_RECORDS];
	struct oracle_task counted;
};

struct slow_unit {
	uint32_t id; /* as the daemon calls it */
	char code[16];
	struct slow_when contact; /* the last, or the daemon's first start */
	bool lost;      /* the daemon went down just after it, and may not remember */
	size_t silence; /* that stands, or SLOW_SILENCES */
};

struct slow_silence { /* of a unit's agent, told after a day */
	uint32_t unit;
	struct slow_when contact;
	struct slow_when owed; /* then, or at most within_ms later */
	int64_t within_ms;
	bool before_start;      /* its contact is known by the hour */
	struct slow_when ended; /* true_ms INT64_MAX: it stands */
	bool unsure;
};

struct slow {
	struct slow_task *task;
	size_t n;
	struct slow_unit unit[SLOW_UNITS];
	size_t n_units;
	struct slow_silence silence[SLOW_SILENCES];
	size_t silences;
	struct slow_when life[SLOW_LIVES][2]; /* the daemon was up from .. to */
	size_t lives;
	struct slow_when set[SLOW_SETS]; /* the wall clock went on from here */
	size_t sets;
	struct {
		cchc_day day;
		bool rests;
	} holiday[SLOW_HOLIDAYS];
	size_t n_holidays;
	int64_t step_ms[SLOW_STEPS]; /* by the wall: each was recorded then */
	struct {
		uint32_t unit;
		struct slow_when from;
		int64_t until_ms; /* by the wall */
	} hush[SLOW_HUSHES];      /* silences that people asked for */
	size_t hushes;
	cchc_day duties_from; /* periods that close on that day or later */
};

void slow_init(struct slow *slow);
void slow_add_unit(struct slow *slow, uint32_t id, const char *code);
void slow_fini(struct slow *slow);

/* ---- told ---- */

/* The clock was started, or set: from then on it goes on as it should. */
void slow_set_clock(struct slow *slow, struct slow_when when);
/* The daemon came up with calendars of these years (a file in tests/data/calendars each;
 * once known they stay), and went down. */
void slow_up(struct slow *slow, struct slow_when when, const int *year, size_t n);
void slow_down(struct slow *slow, struct slow_when when);
/* The machine was suspended. */
void slow_sleep(struct slow *slow, struct slow_when from, struct slow_when to);
/* The rules have the step from now on: "d-5", or all others. */
void slow_know_steps(struct slow *slow, struct slow_when when, bool all);
void slow_hush(struct slow *slow, uint32_t unit, struct slow_when from, int64_t until_ms);
bool slow_is_hushed(const struct slow *slow, uint32_t unit, struct slow_when when);
/* It is a new day, or the daemon came up: duties of periods that began are there. */
void slow_day(struct slow *slow, struct slow_when when);

struct slow_said {
	enum slow_word word;
	struct slow_when when;
	uint32_t lead;     /* ADD, MOVE */
	cchc_day assigned; /* ADD */
	cchc_day day;      /* ADD, EXTEND: the ordered due date; REPORT: done; or none */
	cchc_day done;     /* ADD of one that was done already; or none */
};
/* Returns its place. */
size_t slow_add(struct slow *slow, const char *id, const struct slow_said *said);
void slow_say(struct slow *slow, size_t task, const struct slow_said *said);
/* A unit's agent was heard. */
void slow_hear(struct slow *slow, uint32_t unit, struct slow_when when);
/* A unit sent a complete report. */
void slow_send(struct slow *slow, uint32_t unit, struct cchc_period period,
	       struct slow_when when);

/* ---- asked ---- */

struct slow_alert {
	char key[SLOW_KEY];
	const struct slow_task *task;
	const char *step;
	uint32_t unit;
	int64_t moment_ms;      /* when it was due, by the wall */
	struct slow_when owed;  /* then, or at most a minute later */
	struct slow_when ended; /* true_ms INT64_MAX: it stands */
	const char *why;
	bool superseded;
	bool unsure; /* something else happened within that minute */
};
/* Calls back for every alert that must have been raised by now. */
void slow_alerts(const struct slow *slow, struct slow_when now,
		 void (*on_alert)(void *data, const struct slow_alert *alert),
		 void *data);

/* "silent/<code>/<last contact, UTC>". */
void slow_silence_key(const struct slow *slow, const struct slow_silence *silence,
		      char key[SLOW_KEY]);

/* Those that began by now are in the list. */
void slow_note_silences(struct slow *slow, struct slow_when when);
/* It is out of contact, or may be held to be so. */
bool slow_may_be_silent(const struct slow *slow, uint32_t unit, struct slow_when when);

/* Row I.4 of a period: 4.1 .. 4.4 of every unit, by id. */
void slow_count(const struct slow *slow, struct cchc_period period, int64_t now_ms,
		int64_t counts[SLOW_UNITS][SLOW_COUNTS]);
bool slow_rests(const struct slow *slow, cchc_day day);
/* What is to be said of a unit on a day: duties or not; 0: nothing. */
enum slow_topic { SLOW_TASKS_SPEAK = 1, SLOW_DUTIES_SPEAK = 2 };
unsigned slow_topics(const struct slow *slow, uint32_t unit, cchc_day today);
/* Some step of the due date had passed when it was recorded so. */
bool slow_missed(const struct slow *slow, size_t task);

static inline const struct slow_record *slow_now(const struct slow_task *task)
{
	return &task->record[task->n - 1];
}

#endif
