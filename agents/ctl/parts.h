#ifndef CCHC_CTL_PARTS_H
#define CCHC_CTL_PARTS_H

#include <stdbool.h>

#include "base/rc.h"
#include "proto/wire.h"

/* An answer comes in parts 0 .. last, in any order, all with the id of the question and
 * of one commit. PURE: the messages are lent. */

enum { CCHC_CTL_PARTS_MAX = 4096 };

/* A whole answer. */
struct cchc_ctl_answer {
	Cchc__Answer **part;
	size_t n;
	uint64_t commit;
	uint64_t incarnation;
};

struct cchc_ctl_parts {
	uint64_t id;
	Cchc__Answer **part; /* by number, NULL: not come yet */
	size_t room;
	size_t have;
	size_t total;              /* 0: the last one has not come */
	const Cchc__Answer *first; /* the first that came: all must be like it */
};

void cchc_ctl_parts_init(struct cchc_ctl_parts *parts, uint64_t id);
void cchc_ctl_parts_fini(struct cchc_ctl_parts *parts);

/* OK: taken (or had already); INVALID: not of this answer, of another commit, or beyond
 * its end; LIMIT: too many parts; NOMEM. */
CCHC_NODISCARD enum cchc_rc cchc_ctl_parts_add(struct cchc_ctl_parts *parts,
					       Cchc__Answer *answer);
bool cchc_ctl_parts_complete(const struct cchc_ctl_parts *parts);

#endif
