#ifndef CCHC_APP_DESKPARTS_H
#define CCHC_APP_DESKPARTS_H

#include "app/catalog.h"
#include "app/desk.h"
#include "app/deskwish.h"
#include "base/log.h"
#include "store/store.h"

/* What the desk's files share; for them alone.
 *
 *	desk.c		alerts in memory, as the store has them; the turn of the clock
 *	desksilence.c	what people silenced
 *	deskqueue.c	which delivery is next in a channel, and when
 *	deskhand.c	a handing: the notice, the courier's answer, back-off
 *	deskwish.c	what the store is to record
 *	deskagents.c	agents that are silent
 *	deskraise.c	digests
 *	deskahead.c	digests that a clock ahead made
 *	deskplan.c	who is told
 *	digest.c	what a digest says
 *	alerttext.c	what an alert says
 *
 * A delivery goes REST -> ASKED (HANDED is with the writer) -> OUT (with the courier) ->
 * SAID (what became of it is with the writer) -> REST. Only what the store has committed
 * moves it from ASKED and SAID. */

struct cchc_desk_alert;
struct cchc_desk_channel;
struct cchc_desk_queue;

enum {
	CCHC_DESK_NO_CHANNEL = UINT16_MAX, /* no longer in alerts.yaml */
	CCHC_DESK_RETRY_MS = 5 * 1000,     /* after a write that failed */
	CCHC_DESK_LOST_MS = 60 * 1000,     /* a wish is written again */
	/* after the start agents come back and the clock is put right */
	CCHC_DESK_SETTLED_MS = 10 * 60 * 1000,
};

enum cchc_desk_phase { CCHC_DESK_REST, CCHC_DESK_ASKED, CCHC_DESK_OUT, CCHC_DESK_SAID };

struct cchc_desk_delivery {
	struct cchc_desk_wish wish;
	uint8_t state; /* enum cchc_delivery_state, as committed */
	uint8_t end_state;
	uint32_t again;
	uint16_t channel;   /* place in the settings */
	uint8_t phase;      /* enum cchc_desk_phase; of the end if wish.of_end */
	bool repeats;       /* OUT: says once more what is confirmed */
	uint8_t tries;      /* that failed in a row */
	int64_t retry_ms;   /* behind what was not tried since: its order, wall clock */
	int64_t retry_boot; /* not before, by the clock that nobody can set */
	int64_t repeat_ms;
	struct cchc_desk_queue *queue; /* NULL: in none */
	size_t at;                     /* its place there */
	int64_t key_ms;                /* its order there: not before */
};

struct cchc_desk_alert {
	struct cchc_desk_alert *next; /* of its bucket */
	struct cchc_desk *desk;
	uint64_t no;
	enum cchc_alert_kind kind;
	uint32_t unit;
	uint64_t task;
	char step[CCHC_STEP_NAME];
	int64_t moment_ms;
	bool stands;
	bool acked;
	size_t waits; /* deliveries that wait, as counted */
	struct cchc_desk_wish end;
	size_t n;
	struct cchc_desk_delivery delivery[];
};

/* A heap by key_ms, then by alert. Has room for every delivery of its channel. */
struct cchc_desk_queue {
	struct cchc_desk_delivery **heap;
	size_t n;
	size_t room;
};

struct cchc_desk_channel {
	const struct cchc_channel_settings *settings;
	struct cchc_desk_queue tell;
	struct cchc_desk_queue repeat;
	size_t deliveries;  /* in memory */
	unsigned under_way; /* ASKED or OUT */
	bool failed;        /* since the last turn, or before the start */
	int64_t backoff_ms; /* 0: it answered last time */
	int64_t closed_until_boot;
	struct cchc_log_limit limit;
};

struct cchc_desk_unit {
	struct cchc_desk_alert *silent; /* stands */
	bool has_agent;
	int64_t heard_boot;    /* since the start, or INT64_MIN */
	int64_t written_ms;    /* heard then, as was written down; 0: never */
	int64_t asked_heard;   /* heard_boot of the silence that was asked for last */
	int64_t asked_wall_ms; /* in its key */
	int64_t asked_boot;
	bool asked;  /* the writer has it, or had */
	bool missed; /* in the list of those whose digest should not wait */
	bool timed;  /* until: */
	int64_t soon_boot;
};

struct cchc_digest_line;

/* Digests being made, some units a turn. */
struct cchc_desk_run {
	struct cchc_digest_line *line; /* NULL: none are */
	size_t n;
	size_t at;
	cchc_day day;
};

struct cchc_desk {
	struct cchc_desk_options options;
	struct cchc_desk_channel *channel;
	struct cchc_desk_alert **bucket;
	size_t room; /* buckets: a power of two, or 0 */
	size_t n;
	struct cchc_silence *silence; /* steps are owned */
	size_t n_silences;
	bool silences_stale; /* could not be read */
	struct cchc_desk_unit *unit;
	uint32_t *watched; /* units with an agent, or silent when loaded */
	size_t n_watched;
	uint32_t *missed;
	size_t n_missed;
	bool doubtful; /* the clock, when loaded */
	bool turned;
	int64_t loaded_boot; /* of the first turn */
	int64_t ahead_boot;  /* digests of days to come are looked for then */
	size_t ahead_at;     /* among the units */
	int64_t watched_boot;
	bool watched_once;
	cchc_day digest_day; /* the morning's were made, or are */
	struct cchc_desk_run run;
	struct cchc_jump jump;
	struct cchc_desk_wishes unwritten;
	struct cchc_desk_wishes written; /* oldest first */
	int64_t write_after_boot;
	int64_t now_ms; /* of the last turn */
	int64_t boot_ms;
	struct cchc_desk_counters count;
	struct cchc_log_limit read_limit;
};

static inline bool cchc_delivery_waits(uint8_t state)
{
	return state == CCHC_DELIVERY_OWED || state == CCHC_DELIVERY_HANDED;
}

/* ---- desk.c ---- */
struct cchc_desk_alert *cchc_desk_find(const struct cchc_desk *desk, uint64_t no);
/* NULL when the unit file has none of this id. */
struct cchc_desk_unit *cchc_desk_unit_of(const struct cchc_desk *desk, uint32_t unit);
/* Puts each delivery that rests where it belongs: a queue, or a wish to give it up; lets
 * go of the alert when nothing is left to do. */
void cchc_desk_settle(struct cchc_desk_alert *alert);
/* Not before its back-off is over. */
void cchc_desk_retry_later(struct cchc_desk_delivery *delivery);
/* Every alert in memory (of the unit, unless 0). */
void cchc_desk_settle_all(struct cchc_desk *desk, uint32_t unit);
/* Rate-limited. */
void cchc_desk_unreadable(struct cchc_desk *desk, enum cchc_rc rc, const char *what);

/* ---- desksilence.c ---- */
/* When the last silence that matches is over, or INT64_MIN. */
int64_t cchc_silent_until(const struct cchc_desk *desk,
			  const struct cchc_desk_alert *alert);
void cchc_silences_free(struct cchc_silence *silence, size_t n);

/* ---- deskqueue.c ---- */
CCHC_NODISCARD enum cchc_rc cchc_queues_reserve(struct cchc_desk_channel *channel);
void cchc_queue_put(struct cchc_desk_queue *queue, struct cchc_desk_delivery *delivery,
		    int64_t key_ms);
void cchc_queue_leave(struct cchc_desk_delivery *delivery);
/* Hands what may be handed. Returns in how many ms to come again, INT64_MAX: not. */
int64_t cchc_channel_turn(struct cchc_desk *desk, struct cchc_desk_channel *channel);

/* ---- deskhand.c ---- */
void cchc_desk_hand(struct cchc_desk_delivery *delivery);
/* How long to wait after so many failures in a row. */
int64_t cchc_backoff_ms(unsigned failures);

/* ---- deskplan.c ---- */
/* Of units that nobody stands for. */
CCHC_NODISCARD enum cchc_rc cchc_plan_warn(const struct cchc_desk *desk);
/* Of the person at that address, "vi" where nobody is known. */
const char *cchc_desk_language(const struct cchc_desk *desk,
			       const struct cchc_channel_settings *channel,
			       const char *to);

#endif
