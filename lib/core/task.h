#ifndef CCHC_CORE_TASK_H
#define CCHC_CORE_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fail.h"
#include "core/date.h"
#include "core/rule.h"

/* A task (nhiệm vụ được giao) and what may be done with it (domain.md, "Tasks"). Values
 * in, values out: a deed is judged against the task as it stands and then done, and both
 * depend on nothing else, so that the journal can be replayed. */

enum {
	CCHC_TASK_ID = 96,         /* bytes of an id with its NUL */
	CCHC_TASK_CLASS = 32,      /* of a class name with its NUL */
	CCHC_TASK_CO_MAX = 64,     /* co-operating units */
	CCHC_TASK_TEXT_MAX = 400,  /* bytes of any other text: one clean line, as on the
				    * wire */
	CCHC_TASK_PAST_MAX = 1024, /* snapshots kept, one a civil day at most */
};

/* Ids of demanded reports begin so; nobody else's may, or such a report would find its id
 * taken. */
#define CCHC_DUTY_PREFIX "bao-cao/"

enum cchc_task_state {
	CCHC_TASK_OPEN = 1,
	CCHC_TASK_WAITING = 2, /* chờ xác nhận: the lead reported it done */
	CCHC_TASK_DONE = 3,    /* and the assigner accepted */
	CCHC_TASK_CANCELLED = 4,
};
const char *cchc_task_state_name(enum cchc_task_state state); /* open, waiting, ... */
const char *cchc_task_state_vietnamese(enum cchc_task_state state);

/* What row I.4 needs to know of a task as it was recorded at some instant. */
struct cchc_task_past {
	int64_t at_ms; /* recorded from here on */
	uint32_t lead;
	cchc_day effective; /* due date that counts, or CCHC_DAY_NONE */
	cchc_day done;      /* or CCHC_DAY_NONE */
	uint8_t state;      /* enum cchc_task_state */
};

struct cchc_task {
	uint64_t no;            /* given once by the store, never re-used */
	const char *id;         /* as people know it; unique */
	const char *class_name; /* of alerts.yaml: which steps, which due date */
	const char *title;
	const char *doc_number; /* "" where not given, like all texts */
	cchc_day doc_date;
	const char *assigner; /* who gave it, as printed */
	cchc_day assigned;
	uint32_t lead;      /* chủ trì: unit id */
	const uint32_t *co; /* phối hợp: unit ids, ascending, without the lead */
	size_t n_co;
	cchc_day due; /* as ordered or extended: the last day in time; CCHC_DAY_NONE:
		       * thường xuyên */
	cchc_day effective;   /* the one that counts, after calendar and class */
	uint32_t due_version; /* from 1; grows when `effective` changes, it is reopened or
			       * returned */
	int64_t due_since_ms; /* when the due date was recorded so, or the task reopened:
			       * steps before it do not fire */
	int64_t fired_ms;     /* steps up to this moment have been dealt with */
	uint32_t extensions;
	enum cchc_task_state state;
	cchc_day done;
	const char *result; /* the document it was done by */
	cchc_day wish;      /* extension the lead asks for, or CCHC_DAY_NONE */
	const char *wish_reason;
	const char *
		reason; /* of the last extension, return, cancellation, reopening, move */
	bool is_duty;   /* made by the calendar: a demanded report; not in row I.4 */
	uint16_t form;  /* is_duty: id in the store, */
	uint32_t period;    /* and period code */
	uint64_t journal;   /* entry that changed it last */
	int64_t changed_ms; /* and when */
	/* How it was added, then at most one a civil day, as that day ended; ascending by
	 * at_ms, which never goes back though the clock may. The last one is now. */
	const struct cchc_task_past *past;
	size_t n_past; /* > 0 */
};

enum cchc_deed_kind {
	CCHC_DEED_ADD = 1,
	CCHC_DEED_EXTEND = 2, /* the assigner only; ends a wish */
	CCHC_DEED_REPORT = 3, /* the lead: done, by which document (a wish is idle then);
			       * or wishes for time. An operator may enter it */
	CCHC_DEED_ACCEPT = 4,
	CCHC_DEED_RETURN = 5, /* open again; the latest step that passed fires */
	CCHC_DEED_CANCEL = 6,
	CCHC_DEED_REOPEN = 7,
	CCHC_DEED_MOVE = 8,     /* to another lead, who has not reported it done: one that
				 * waited is open again */
	CCHC_DEED_CALENDAR = 9, /* the effective date follows a changed calendar, class */
	CCHC_DEED_FULFIL = 10,  /* a duty: its report was submitted, on the clock's day */
};
/* "add", "extend" ...; NULL when the number is of none. */
const char *cchc_deed_name(enum cchc_deed_kind kind);

/* Who asks: what a commune may do differs from what the district may. */
enum cchc_deed_hand { CCHC_HAND_OPERATOR, CCHC_HAND_COMMUNE, CCHC_HAND_DAEMON };

/* One deed on one task. Texts that the kind does not use may be NULL; days
 * CCHC_DAY_NONE. */
struct cchc_deed {
	enum cchc_deed_kind kind;
	enum cchc_deed_hand hand;
	const char *id;
	uint32_t unit; /* COMMUNE: who speaks (the key's unit, or the one below it) */
	/* ADD */
	const char *class_name;
	const char *title;
	const char *doc_number;
	cchc_day doc_date;
	const char *assigner;
	cchc_day assigned;
	const uint32_t *co; /* in any order */
	size_t n_co;
	bool is_duty;
	uint16_t form;
	uint32_t period;
	/* ADD, MOVE */
	uint32_t lead;
	/* ADD, EXTEND: as ordered; and what calendar and class make of it. CALENDAR: only
	 * effective. */
	cchc_day due;
	cchc_day effective;
	/* ADD (a task that was done before it was entered), REPORT */
	cchc_day done;
	const char *result; /* FULFIL too */
	/* REPORT */
	cchc_day wish;
	/* EXTEND, RETURN, CANCEL, REOPEN, MOVE, REPORT with a wish */
	const char *reason;
	const char *reason_doc; /* EXTEND: the document that grants it */
};

/* Judges a deed against the task (NULL: there is none of this id) at a civil day. True if
 * it may be done; *changes is false when it would change nothing (said again). Else fills
 * *refusal (index CCHC_REFUSED_WHOLE) with the field's name as in the files people write
 * (due, done, lead ...), its value, rule and what would be right. That class and units
 * exist is the caller's to know. */
bool cchc_task_judge(const struct cchc_task *task, const struct cchc_deed *deed,
		     cchc_day today, bool *changes, struct cchc_refusal *refusal);

/* Does a deed that was judged to change something, at the clock of its journal entry:
 * *task becomes what it is then (ADD: from nothing, with no number yet), or stays as it
 * was unless OK. Texts are lent from the deed and from the old task; new lists live in
 * the arena. A new effective date and a reopening make a new due version, whose steps
 * before the clock do not fire; a return makes one whose steps have all yet to fire.
 * LIMIT when the history is full. */
CCHC_NODISCARD enum cchc_rc cchc_task_do(struct cchc_task *task,
					 const struct cchc_deed *deed, int64_t clock_ms,
					 uint64_t journal, struct cchc_arena *arena);

/* True while something can still become late: open, and not waiting for confirmation. */
bool cchc_task_runs(const struct cchc_task *task);
/* The first instant at which it is overdue (00:00 of the day after), or INT64_MAX. */
int64_t cchc_task_overdue_ms(const struct cchc_task *task);
/* True if an ADD says what the task was added with (as far as it still shows after
 * extensions and moves); false: other content under the same id. */
bool cchc_task_is_as_added(const struct cchc_task *task, const struct cchc_deed *deed);

#endif
