#ifndef CCHC_COMMUNE_ASSIGNMENT_H
#define CCHC_COMMUNE_ASSIGNMENT_H

#include "commune/records.h"
#include "core/task.h"

/* Tasks (nhiệm vụ được giao) as the outbox keeps them: what the district told of each,
 * and beside it what people here said of it last. The district's word replaces ours when
 * it comes after ours was acknowledged; until then people see what they wrote. */

/* The columns that people fill. */
enum cchc_answer_cell {
	CCHC_ANSWER_DONE,
	CCHC_ANSWER_RESULT,
	CCHC_ANSWER_WISH,
	CCHC_ANSWER_REASON,
	CCHC_ANSWER_CELLS,
};

/* What was said here, and what became of it. */
enum cchc_said {
	CCHC_SAID_NOTHING, /* or the district's word has replaced it */
	CCHC_SAID_WAITS,   /* in the outbox */
	CCHC_SAID_TAKEN,   /* acknowledged, how the task stands now is not told yet */
	CCHC_SAID_WRONG,   /* our own reading refused it: nothing was sent */
	CCHC_SAID_REFUSED, /* the district did */
};

/* Why a task that is open has been something else before. */
enum cchc_turn { CCHC_TURN_NONE, CCHC_TURN_RETURNED, CCHC_TURN_REOPENED };

/* A statement that can be made: done, by which document; or more time is wished for. */
struct cchc_statement {
	cchc_day done; /* CCHC_DAY_NONE: it is a wish */
	const char *result;
	cchc_day wish;
	const char *reason;
};

struct cchc_assignment {
	const char *id;
	/* As the district told it; texts are "" where not given. */
	bool known;    /* false: people here wrote of it, the district never did */
	bool leads;    /* our unit leads (chủ trì); else it co-operates */
	uint8_t state; /* enum cchc_task_state */
	uint8_t turn;  /* enum cchc_turn */
	bool is_duty;  /* a demanded report */
	const char *title;
	const char *doc_number;
	cchc_day doc_date;
	const char *assigner;
	const char *lead; /* code of the lead unit */
	cchc_day assigned;
	cchc_day due;       /* as ordered or extended, CCHC_DAY_NONE: thường xuyên */
	cchc_day effective; /* the one that counts */
	uint32_t extensions;
	struct cchc_statement stands; /* what the register has of done and wish */
	const char *reason;           /* of the last return, extension ... */
	uint64_t journal;             /* entry that changed it last */
	int64_t changed_ms;
	/* As it was said here. */
	uint8_t said;                        /* enum cchc_said */
	const char *cell[CCHC_ANSWER_CELLS]; /* as people see it, unless NOTHING */
	struct cchc_statement told;  /* last one that was queued; none: both days */
	uint64_t item;               /* of it */
	uint64_t told_at;            /* `journal` then */
	struct cchc_refusal refusal; /* WRONG, REFUSED */
	struct cchc_statement held;  /* the last one that was acknowledged, until the
				      * district has spoken of the task since */
};

/* ---- looking ---- */

/* All, by id. In the arena. */
CCHC_NODISCARD enum cchc_rc cchc_outbox_assignments(struct cchc_outbox *box,
						    struct cchc_arena *arena,
						    struct cchc_assignment **list,
						    size_t *n);
/* NOTFOUND. */
CCHC_NODISCARD enum cchc_rc cchc_outbox_assignment(struct cchc_outbox *box,
						   struct cchc_arena *arena,
						   const char *id,
						   struct cchc_assignment *assignment);

/* ---- saying ---- */

enum cchc_saying_kind {
	CCHC_SAYING_SAYS,  /* a statement for the district */
	CCHC_SAYING_WRONG, /* cannot be said: kept as written, with the refusal */
	CCHC_SAYING_KEEPS, /* of an id nobody knows: still there as it was */
	CCHC_SAYING_DROPS, /* what was wrong is no longer there */
	CCHC_SAYING_TOLD,  /* wrong, and told in the receipt alone */
};

/* What one row of a file, or one command, says of a task. */
struct cchc_saying {
	const char *id;
	enum cchc_saying_kind kind;
	uint32_t line;
	const char *cell[CCHC_ANSWER_CELLS]; /* SAYS, WRONG: what people are to see */
	struct cchc_statement statement;     /* SAYS */
	struct cchc_refusal refusal;         /* WRONG */
};

/* The body of the message for the district. source: file or program. LIMIT, NOMEM. */
CCHC_NODISCARD enum cchc_rc cchc_saying_pack(struct cchc_arena *arena, const char *unit,
					     const char *source, int64_t wall_ms,
					     const struct cchc_saying *saying,
					     struct cchc_item *item);

/* Where something was said: that is noted with it, so that it is taken once. */
enum cchc_said_where {
	CCHC_SAID_BY_HAND,  /* a command */
	CCHC_SAID_IN_INBOX, /* a copy of the sheet, under file->name */
	CCHC_SAID_IN_SHEET, /* the sheet in people's folder */
};

struct cchc_sayings {
	const struct cchc_saying *list;
	const struct cchc_item *item; /* one for each that SAYS, in order */
	size_t n;
	enum cchc_said_where where;
	const uint8_t *digest; /* of the file; NULL by hand */
	bool broken; /* IN_SHEET: nothing can be read, the file is to be set aside */
};

/* Takes all of it in one transaction: items into the queue, tasks, the receipt's record
 * (file NULL: none is due), the note. Of ids nobody knows, those of the sheet are all
 * there are. NOSPACE as cchc_outbox_push. */
CCHC_NODISCARD enum cchc_rc cchc_outbox_say(struct cchc_outbox *box,
					    const struct cchc_sayings *sayings,
					    struct cchc_file *file);

/* ---- the sheet in people's folder ---- */

struct cchc_sheet_note {
	uint8_t taken[CCHC_DIGEST_BYTES]; /* content that was read last, or stood there */
	uint8_t written[CCHC_DIGEST_BYTES]; /* content that we put there, or were about to
					     */
	bool broken;                        /* `taken` is to be set aside */
};
/* NOTFOUND: there never was one. */
CCHC_NODISCARD enum cchc_rc cchc_outbox_sheet(struct cchc_outbox *box,
					      struct cchc_sheet_note *note);
/* `is` is about to take the place of `was` (NULL: of nothing). */
CCHC_NODISCARD enum cchc_rc
cchc_outbox_sheet_written(struct cchc_outbox *box, const uint8_t *was, const uint8_t *is);

/* ---- reminders ---- */

/* The first digest that is not in people's folder yet: day, text in the arena. NOTFOUND.
 */
CCHC_NODISCARD enum cchc_rc cchc_outbox_reminder(struct cchc_outbox *box,
						 struct cchc_arena *arena, cchc_day *day,
						 const char **text);
CCHC_NODISCARD enum cchc_rc cchc_outbox_reminded(struct cchc_outbox *box, cchc_day day);

#endif
