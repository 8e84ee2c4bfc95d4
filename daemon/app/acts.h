#ifndef CCHC_APP_ACTS_H
#define CCHC_APP_ACTS_H

#include "app/answer.h"
#include "app/daemon.h"

/* What operators do: deeds on tasks, sayings to alerts, tests of channels. Each becomes
 * entries of the daemon with the key's name as sender; the answer goes out when all of
 * them are durable. Loop thread. */
struct cchc_act;

/* Answer DO, SAY and TEST; the asker must be an operator. True when the answer comes
 * later from here; else *answer has it. */
bool cchc_act_do(struct cchc_daemon *d, const struct cchc_zmessage *message,
		 const struct cchc_key_entry *key, const Cchc__Ask *ask,
		 struct cchc_answer *answer);
bool cchc_act_say(struct cchc_daemon *d, const struct cchc_zmessage *message,
		  const struct cchc_key_entry *key, const Cchc__Ask *ask,
		  struct cchc_answer *answer);
bool cchc_act_test(struct cchc_daemon *d, const struct cchc_zmessage *message,
		   const Cchc__Ask *ask, struct cchc_answer *answer);

/* An item with an act came back from the writer. */
void cchc_act_done(struct cchc_daemon *d, const struct cchc_item *item);

#endif
