#ifndef CCHC_STORE_REFUSAL_H
#define CCHC_STORE_REFUSAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "core/rule.h"

/* One refusal as bytes: the same in a journal entry and in the table of refusals. */

enum { CCHC_REFUSAL_LEAST = 5 }; /* fewest bytes of one */

/* Most bytes it may take. */
size_t cchc_refusal_room(const struct cchc_refusal *refusal);
void cchc_refusal_write(struct cchc_out *out, const struct cchc_refusal *refusal);
/* A rule or an index that cannot be fails `in`. */
void cchc_refusal_read(struct cchc_in *in, struct cchc_refusal *refusal);

#endif
