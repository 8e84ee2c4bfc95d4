#ifndef CCHC_COMMUNE_INBOX_H
#define CCHC_COMMUNE_INBOX_H

#include "commune/catalog.h"
#include "commune/fork.h"
#include "commune/settings.h"

/* The folder in which people put files, and how a file becomes items of the outbox:
 *
 *	inbox/ --read--> outbox (items, "taken" note) --move--> sent/ --forget the note
 *
 * A crash between two steps is mended by the note: the file is only moved. A file that is
 * still being written (size or time changed between two looks at least 200 ms apart) is
 * left alone. What cannot be read goes to rejected/ the same way, with a record that has
 * no items; what cannot be taken now (no form yet, outbox or disk full) waits where it
 * is. Strangers are logged once while they stand there. Nothing is ever deleted. */
struct cchc_inbox;

struct cchc_inbox_options {
	const struct cchc_settings *settings;
	struct cchc_outbox *box;
	struct cchc_catalog *catalog;
};

/* Makes the folders. All of options is lent. */
CCHC_NODISCARD enum cchc_rc cchc_inbox_new(const struct cchc_inbox_options *options,
					   struct cchc_inbox **inbox,
					   struct cchc_err *err);
/* Accepts NULL. */
void cchc_inbox_free(struct cchc_inbox **inbox);

enum cchc_inbox_wait {
	CCHC_INBOX_FLOWS,
	CCHC_INBOX_NO_FORM, /* files wait for the first form */
	CCHC_INBOX_FULL,    /* files wait for room in the outbox or on the disk */
	CCHC_INBOX_TROUBLE, /* files wait: a folder or file cannot be read or moved */
};

struct cchc_inbox_round {
	unsigned taken;
	unsigned rejected;
	unsigned left;  /* readable files still in the folder */
	bool unsettled; /* some were seen for the first time or changed: look again soon
			 */
	enum cchc_inbox_wait wait;
};

/* One look at the folder; takes what is ready, oldest first. forms_known: the district's
 * list of forms is known and fetched, so a period without a form has none. mono_ms: a
 * clock that only goes forward. */
struct cchc_inbox_round cchc_inbox_look(struct cchc_inbox *inbox, uint64_t mono_ms,
					int64_t wall_ms, bool forms_known);

enum { CCHC_SETTLE_MS = 200 };

#endif
