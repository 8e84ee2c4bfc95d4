#ifndef CCHC_COMMUNE_TAKING_H
#define CCHC_COMMUNE_TAKING_H

#include "base/log.h"
#include "commune/inbox.h"

/* Inside the inbox: inbox.c (the folder) and taking.c (one file). Nobody else includes
 * this. */

struct cchc_sighting;

struct cchc_inbox {
	const struct cchc_settings *settings;
	struct cchc_outbox *box;
	struct cchc_catalog *catalog;
	struct cchc_sighting *sighting;
	size_t n;
	size_t room;
	bool notes_checked; /* no note of a file that left the inbox before a crash */
	char (*told)[CCHC_FILE_NAME]; /* strangers that were logged */
	size_t n_told;
	struct cchc_log_limit stranger_limit;
	struct cchc_log_limit full_limit;
	struct cchc_log_limit trouble_limit;
};

/* A look at the folder, as far as it is the same for all its files. */
struct cchc_inbox_look {
	uint64_t mono_ms;
	int64_t wall_ms;
	bool forms_known;
};

/* Into the outbox and out of the folder; or rejected; or it waits, and *round says why.
 */
void cchc_inbox_take(struct cchc_inbox *inbox, const struct cchc_standing *file,
		     const struct cchc_inbox_look *look, struct cchc_inbox_round *round);

/* A file that is in the outbox: out of the inbox under the first name that is free in the
 * other folder, then its note is forgotten. What goes wrong is logged. */
CCHC_NODISCARD enum cchc_rc cchc_inbox_move_taken(struct cchc_inbox *inbox,
						  const struct cchc_standing *file,
						  const char *folder);

#endif
