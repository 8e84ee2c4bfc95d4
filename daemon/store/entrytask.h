#ifndef CCHC_STORE_ENTRYTASK_H
#define CCHC_STORE_ENTRYTASK_H

#include "store/entry.h"
#include "store/taker.h"

/* What is in entries about tasks and alerts: the part of entry.c for the kinds DEED
 * (without its refusals), FIRE, HAND, SAY, STEPS and HEARD. */

/* Most bytes; those of other kinds need a few too. */
size_t cchc_entrytask_room(const struct cchc_entry *entry);
void cchc_entrytask_put(struct cchc_out *out, const struct cchc_entry *entry);
void cchc_entrytask_take(struct cchc_taker *t, struct cchc_entry *entry);

#endif
