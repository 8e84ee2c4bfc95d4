#ifndef CCHC_TESTS_AGENTTASKS_H
#define CCHC_TESTS_AGENTTASKS_H

#include "agentkit.h"

#include "commune/assignment.h"

/* Tasks that come down to the kit's outbox, and what is said of them. */

enum { TASKS_TODAY = 19791 }; /* of KIT_WALL: 2024-03-09 */

/* A task of our own as the register has it: given on 1 March, due on the 15th. Lent to
 * until the kit's arena is reset. */
Cchc__TaskInfo *tasks_info(struct kit *kit, const char *id);
/* Tells of it, as changed by the next entry of the journal. */
void tasks_tell(struct kit *kit, Cchc__TaskInfo *info);
void tasks_tell_again(struct kit *kit, Cchc__TaskInfo *info); /* by the same entry */
void tasks_remind(struct kit *kit, cchc_day day, const char *text);

struct cchc_assignment tasks_look(struct kit *kit, const char *id);
bool tasks_has(struct kit *kit, const char *id);

/* Says by hand that it is done on the day (result NULL: none), or wishes for time. */
void tasks_say_done(struct kit *kit, const char *id, cchc_day day, const char *result);
void tasks_say_wish(struct kit *kit, const char *id, cchc_day day, const char *reason);
/* Numbers all that waits and acknowledges it; rule: of the last one, NONE: not refused.
 */
void tasks_ack(struct kit *kit, enum cchc_rule rule);
/* The statement in an item of the given seq. */
Cchc__TaskReport *tasks_sent(struct kit *kit, uint64_t seq);

#endif
