#ifndef CCHC_COMMUNE_FOLDER_H
#define CCHC_COMMUNE_FOLDER_H

#include "commune/fork.h"

/* What stands in a folder that people fill. */

/* Something that is never read and never touched. */
struct cchc_stranger {
	char name[CCHC_FILE_NAME];
	const char *why; /* for people, English */
};

struct cchc_folder {
	struct cchc_standing *file; /* those that can be read, oldest first */
	size_t n;
	struct cchc_stranger *stranger;
	size_t n_strangers;
};

enum { CCHC_STRANGERS_MAX = 256 }; /* those beyond are not listed */

/* In the arena. Hidden and temporary names are passed over. NOTFOUND, IO, NOMEM. */
CCHC_NODISCARD enum cchc_rc cchc_folder_read(const char *path, struct cchc_arena *arena,
					     struct cchc_folder *folder);
/* False when there is no regular file of that name. */
bool cchc_folder_look_at(const char *path, const char *name, struct cchc_standing *file);

#endif
