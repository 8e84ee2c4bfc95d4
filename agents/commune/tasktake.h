#ifndef CCHC_COMMUNE_TASKTAKE_H
#define CCHC_COMMUNE_TASKTAKE_H

#include "commune/tasksheet.h"

/* A table of tasks that people filled, into the outbox: what is new in it goes to the
 * district, what is wrong is answered, both in one receipt. */

struct cchc_tasktake {
	struct cchc_outbox *box;
	const char *unit;
	const char *name;   /* of the file, as in its receipt */
	const char *source; /* the same, clean */
	const struct cchc_sheet *sheet;
	const uint8_t *digest; /* of its bytes */
	enum cchc_said_where where;
	int64_t wall_ms;
};

/* NOSPACE as cchc_outbox_push; INVALID: the table has no header of ours. *reading: what
 * was in it, in the arena. A file that says nothing new gets no receipt, but one in the
 * inbox. */
CCHC_NODISCARD enum cchc_rc cchc_tasks_take(struct cchc_arena *arena,
					    const struct cchc_tasktake *take,
					    struct cchc_sheet_reading *reading);

/* The civil day of the district, and all tasks. */
CCHC_NODISCARD enum cchc_rc cchc_tasks_now(struct cchc_outbox *box,
					   struct cchc_arena *arena, int64_t wall_ms,
					   cchc_day *today, struct cchc_assignment **list,
					   size_t *n);

#endif
