#ifndef CCHC_COMMUNE_TASKFILE_H
#define CCHC_COMMUNE_TASKFILE_H

#include "commune/inbox.h"

/* The sheet of tasks in people's folder (settings: tasks_file), kept up to date and read
 * when people saved it:
 *
 *	changed and settled --read--> outbox (items, tasks, "taken" note)
 *	tasks, day or file changed --> "written" note --> temporary file --> rename
 *
 * Both notes are digests, so that neither our own text nor one that was taken is ever
 *read as somebody's, whatever crash comes between two steps. Just before the rename the
 *file must still be the one that was taken: what people saved meanwhile is read first. A
 *file that cannot be read is set aside as nhiem-vu.hong-1.csv, with a receipt. There is
 *no sheet before the first task. */
struct cchc_taskfile;

struct cchc_taskfile_options { /* all lent */
	const struct cchc_settings *settings;
	struct cchc_outbox *box;
};

/* Makes the folder it lies in. */
CCHC_NODISCARD enum cchc_rc cchc_taskfile_new(const struct cchc_taskfile_options *options,
					      struct cchc_taskfile **file,
					      struct cchc_err *err);
/* Accepts NULL. */
void cchc_taskfile_free(struct cchc_taskfile **file);

struct cchc_taskfile_round {
	unsigned statements; /* that went into the outbox */
	bool touched;        /* there is a receipt to be written, or something to send */
	bool unsettled;      /* somebody may be writing: look again soon */
	enum cchc_inbox_wait wait;
};

/* One look. mono_ms: a clock that only goes forward. */
struct cchc_taskfile_round cchc_taskfile_look(struct cchc_taskfile *file,
					      uint64_t mono_ms, int64_t wall_ms);

/* True when people saved something that was not read yet. */
bool cchc_taskfile_is_edited(const struct cchc_settings *settings,
			     struct cchc_outbox *box);

#endif
