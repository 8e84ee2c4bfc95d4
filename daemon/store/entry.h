#ifndef CCHC_STORE_ENTRY_H
#define CCHC_STORE_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fail.h"
#include "core/figure.h"
#include "core/period.h"
#include "core/rule.h"

/* A journal entry: everything a change of state depends on, and what it did. What the
 * writer does to the store is a function of the store and the entry alone, so that
 * replaying the journal gives the same store. Written in our own bytes, with a version in
 * front. */

enum cchc_entry_kind {
	CCHC_ENTRY_REPORT = 1, /* a message with cells and a report's header */
	CCHC_ENTRY_UPDATE = 2, /* a message with cells alone */
	CCHC_ENTRY_DEED = 3,   /* something done to a task: by a commune's message, an
				* operator, or the daemon (duties, calendar) */
	CCHC_ENTRY_SKIP = 4,   /* a seq that carries nothing */
	CCHC_ENTRY_STORED = 5, /* the agent has refusals up to `seq` on its disk */
	CCHC_ENTRY_UNITS = 6,  /* ids given to units */
	CCHC_ENTRY_FORM = 7,   /* a form's revision came into force, its text in `text` */
	CCHC_ENTRY_CONFIG = 8, /* configuration was loaded: digest, name in `source` */
	CCHC_ENTRY_FIRE = 9,   /* a clock reading at which steps of tasks were due, a unit
				* was silent, a digest was to be told */
	CCHC_ENTRY_HAND = 10,  /* alerts were handed, confirmed, dropped; or ended */
	CCHC_ENTRY_SAY = 11,   /* a person took note of an alert, or silenced some */
	CCHC_ENTRY_STEPS = 12, /* the steps that classes have from now on */
	CCHC_ENTRY_HEARD = 13, /* when units' agents were heard last: now and then, so
				* that it is known after a restart */
};

enum { CCHC_NAME_MAX = 64, CCHC_HEADER_TEXT_MAX = 400 };

/* One cell of a message as it was applied. */
struct cchc_entry_cell {
	uint16_t row;  /* id */
	uint8_t state; /* enum cchc_state: FIGURE, NA or WITHDRAWN */
	int64_t value;
	uint64_t before; /* journal number of the entry this cell replaces; 0: none. Set
			  * when applied: entries of one cell are a chain, newest first */
};

struct cchc_entry_unit { /* UNITS */
	uint32_t id;
	const char *code;
	int32_t valid_from; /* cchc_day */
};

struct cchc_entry_step { /* STEPS */
	const char *class_name;
	const char *step;
	int32_t days; /* from the due date, and at which minute of the day */
	uint32_t minute;
};

struct cchc_entry_heard { /* HEARD */
	uint32_t unit;
	int64_t at_ms; /* wall clock */
};

struct cchc_deed;
struct cchc_firing;
struct cchc_handing;
struct cchc_saying;

struct cchc_entry {
	enum cchc_entry_kind kind;
	uint64_t number;      /* given when applied: 1, 2, 3 ... */
	int64_t clock_ms;     /* the daemon's wall clock at the verdict */
	const char *sender;   /* name of the key, as in the key file; "" for the daemon */
	uint32_t sender_unit; /* id of the key's unit: whose mark moves; 0: the daemon */
	/* the message's identity and the hash after it; not kept for the daemon */
	uint64_t epoch;
	uint64_t seq;
	uint8_t chain[16];
	/* whose figures (the key's unit or one below it) of what; 0 where the message was
	 * refused before they were known */
	uint32_t unit;
	uint16_t form; /* id in the store */
	uint32_t revision;
	struct cchc_period period;
	/* report header; "" and CCHC_DAY_NONE where not given */
	const char *doc_number;
	int32_t doc_date;
	const char *signer_name;
	const char *signer_position;
	uint8_t complete;             /* 0 not said, 1 no, 2 yes */
	int64_t as_of_ms;             /* the agent's clock: a claim; 0 not given */
	const char *source;           /* FORM: the form's name */
	struct cchc_entry_cell *cell; /* accepted; no row twice */
	size_t n_cells;
	struct cchc_refusal *refusal;
	uint16_t *refused_row; /* id of the row refused, 0 if unknown; beside `refusal` */
	size_t n_refusals;
	struct cchc_entry_unit *units; /* UNITS; new ids ascend */
	size_t n_units;
	const void *text; /* FORM: the file; CONFIG: 32 bytes digest */
	size_t text_len;
	const struct cchc_deed *deed; /* DEED; NULL: its message was refused before there
				       * was a deed to judge */
	/* those that no longer hold are not in the entry as it is written */
	struct cchc_firing *firing; /* FIRE */
	size_t n_firings;
	const struct cchc_handing *handing; /* HAND */
	size_t n_handings;
	const struct cchc_saying *saying;    /* SAY */
	const struct cchc_entry_step *steps; /* STEPS: all there are */
	size_t n_steps;
	const struct cchc_entry_heard *heard; /* HEARD */
	size_t n_heard;
};

/* Encodes what the kind uses into a buffer of at least cchc_entry_room(entry) bytes;
 * returns the length. Texts that the kind does not use may be NULL. */
size_t cchc_entry_room(const struct cchc_entry *entry);
size_t cchc_entry_encode(const struct cchc_entry *entry, void *buffer);
/* Everything decoded lives in the arena or is lent from bytes. CORRUPT when it does not
 * decode to the last byte, NOMEM at the arena's cap. `number` is the key's business and
 * left alone. */
CCHC_NODISCARD enum cchc_rc cchc_entry_decode(struct cchc_arena *arena, const void *bytes,
					      size_t len, struct cchc_entry *entry);

#endif
