#ifndef CCHC_STORE_ALERT_H
#define CCHC_STORE_ALERT_H

#include "core/alertrule.h"
#include "store/store.h"

/* Alerts as the store keeps them. An alert is owed by the transaction that applies its
 * firing, handed to each of its channels, confirmed by them; it ends when its cause does.
 * Exactly one has a key. */

/* In keys a unit is its code; where that was re-used, "<code>@<valid from>". */
enum cchc_alert_kind {
	CCHC_ALERT_STEP = 1, /* a task reached a step; key: task id/step/due version */
	CCHC_ALERT_SILENT =
		2, /* a unit is not heard; key: silent/unit code/last contact */
	CCHC_ALERT_DIGEST = 3, /* what a unit has to know today, the civil day of its
				* moment; key: digest/code/day, with /2 behind it where
				* the first was made by a clock ahead. Of that one there
				* is a superseded alert more, its key with /ahead */
};

enum cchc_delivery_state {
	CCHC_DELIVERY_NONE = 0, /* of an end: nothing to tell */
	CCHC_DELIVERY_OWED = 1,
	CCHC_DELIVERY_HANDED = 2,    /* given to the channel; it has not answered yet */
	CCHC_DELIVERY_CONFIRMED = 3, /* the other side took it */
	CCHC_DELIVERY_DROPPED = 4,   /* not to be told any more; `why` says it */
};

struct cchc_delivery {
	const char *channel; /* name in alerts.yaml */
	const char *to;      /* address as the channel understands it; "" */
	bool tells_end;      /* the channel wants to hear when it is over */
	uint8_t state;       /* enum cchc_delivery_state, of the alert */
	uint8_t end_state;   /* and of its end */
	uint32_t again;      /* times it, or its end, was handed after a handing without
			      * answer: what a sink that cannot deduplicate may have seen
			      * twice */
	int64_t at_ms;       /* of the last change */
	const char *why;     /* last failure; "" */
};

struct cchc_alert {
	uint64_t no; /* given once */
	enum cchc_alert_kind kind;
	const char *key;
	uint32_t unit; /* whom it is about */
	uint64_t task; /* STEP: number */
	const char *task_id;
	const char *step;    /* name */
	uint32_t version;    /* of the due date */
	uint8_t urgency;     /* enum cchc_urgency */
	cchc_day due;        /* STEP: the effective due date it was raised for */
	int64_t moment_ms;   /* when it was due; SILENT: last contact */
	int64_t owed_ms;     /* clock of the entry that raised it */
	bool superseded;     /* a later step had passed too: never handed */
	int64_t ended_ms;    /* 0: it stands */
	const char *end_why; /* done, cancelled, extended, moved, heard, told, superseded
			      */
	int64_t acked_ms;    /* a person took note; 0: not yet */
	const char *acked_by;
	const char *note;
	struct cchc_delivery *delivery;
	size_t n_deliveries;
	uint64_t journal; /* entry that changed it last */
};

/* Its cause is still there. */
static inline bool cchc_alert_stands(const struct cchc_alert *alert)
{
	return alert->ended_ms == 0;
}

/* What FIRE entries ask for. */
struct cchc_firing {
	enum cchc_alert_kind kind;
	const char *key;
	uint32_t unit;
	uint64_t task;
	const char *task_id;
	const char *step;
	uint32_t version;
	uint8_t urgency; /* enum cchc_urgency */
	cchc_day due;
	int64_t moment_ms;
	bool superseded;
	const char *text;               /* DIGEST: what it says; else "" */
	struct cchc_delivery *delivery; /* channel, to, tells_end */
	size_t n_deliveries;
};

/* One change of one delivery, or the end of an alert that is of no task. A state follows
 * another so: OWED, HANDED, then CONFIRMED, DROPPED, OWED again or HANDED again; DROPPED
 * from OWED too, where no channel can take it. What is owed again after the alert ended
 * is dropped. A digest ends only when every delivery is confirmed or dropped. */
struct cchc_handing {
	uint64_t alert;
	uint16_t delivery; /* its place; CCHC_NO_DELIVERY: the alert itself ends (SILENT
			    * heard again, DIGEST told, or as `why` says) */
	bool of_end;
	uint8_t state; /* enum cchc_delivery_state */
	const char *why;
};
#define CCHC_NO_DELIVERY UINT16_MAX

/* What a person says to alerts. */
enum cchc_saying_kind { CCHC_SAY_ACK = 1, CCHC_SAY_SILENCE = 2, CCHC_SAY_UNSILENCE = 3 };
struct cchc_saying {
	enum cchc_saying_kind kind;
	uint64_t alert; /* ACK: number */
	/* SILENCE: what matches all that is given is not handed until the end */
	uint32_t unit;    /* 0: any */
	uint64_t task;    /* 0: any */
	const char *step; /* "": any */
	int64_t until_ms;
	uint64_t silence; /* UNSILENCE: number */
	const char *note;
};

struct cchc_silence {
	uint64_t no; /* of the entry that began it */
	uint32_t unit;
	uint64_t task;
	const char *step;
	int64_t from_ms;
	int64_t until_ms;
	const char *by;
	const char *note;
};

/* Reading. Everything read lives in the arena. False when there is none; what does not
 * decode sets txn->rc. */
bool cchc_store_alert(struct cchc_txn *txn, uint64_t no, struct cchc_arena *arena,
		      struct cchc_alert *alert);
bool cchc_store_alert_by_key(struct cchc_txn *txn, const char *key,
			     struct cchc_arena *arena, struct cchc_alert *alert);
/* Answers false to stop. The alert lives in `arena` until the arena's owner resets it. */
typedef bool cchc_store_on_alert(void *data, const struct cchc_alert *alert);
/* Those that stand, or have deliveries neither confirmed nor dropped, by number. */
void cchc_store_each_pending(struct cchc_txn *txn, struct cchc_arena *arena,
			     cchc_store_on_alert *on_alert, void *data);
/* Every alert from number `from` on, ascending. */
void cchc_store_each_alert(struct cchc_txn *txn, uint64_t from, struct cchc_arena *arena,
			   cchc_store_on_alert *on_alert, void *data);
void cchc_store_each_alert_of(struct cchc_txn *txn, uint64_t task,
			      struct cchc_arena *arena, cchc_store_on_alert *on_alert,
			      void *data);
uint64_t cchc_store_last_alert(struct cchc_txn *txn); /* number; 0: none yet */
/* The silence lives in `arena`, as an alert does. Those that are over come too. */
typedef void cchc_store_on_silence(void *data, const struct cchc_silence *silence);
void cchc_store_each_silence(struct cchc_txn *txn, struct cchc_arena *arena,
			     cchc_store_on_silence *on_silence, void *data);

struct cchc_digest_text {
	uint32_t unit;
	cchc_day day;
	uint64_t journal;
	const char *text;
};
typedef bool cchc_store_on_digest(void *data, const struct cchc_digest_text *digest);
/* Digests of a unit newer than the journal number `after`, oldest first. */
void cchc_store_each_digest(struct cchc_txn *txn, uint32_t unit, uint64_t after,
			    struct cchc_arena *arena, cchc_store_on_digest *on_digest,
			    void *data);
bool cchc_store_digest(struct cchc_txn *txn, uint32_t unit, cchc_day day,
		       struct cchc_arena *arena, struct cchc_digest_text *digest);
/* The unit's next day with a digest, after `day`. False when there is none. */
bool cchc_store_digest_after(struct cchc_txn *txn, uint32_t unit, cchc_day day,
			     cchc_day *next);

/* When the unit's agent was heard last, wall clock, as far as it was written down. 0:
 * never. */
int64_t cchc_store_heard(struct cchc_txn *txn, uint32_t unit);

/* Since when a class has a step: steps already past when their rule was recorded do not
 * fire. 0: never recorded. */
int64_t cchc_store_step_since(struct cchc_txn *txn, const char *class_name,
			      const char *step);

#endif
