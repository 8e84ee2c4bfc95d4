#ifndef CCHC_APP_HELD_H
#define CCHC_APP_HELD_H

#include "app/daemon.h"
#include "proto/wire.h"

/* Answers an agent that asks for the cells held for its own unit: a page in one frame,
 * from one snapshot, with the commit number it is of. */
void cchc_held_answer(struct cchc_daemon *d, struct cchc_sender *sender,
		      const Cchc__HeldAsk *ask);

#endif
