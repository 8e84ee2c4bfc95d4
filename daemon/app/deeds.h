#ifndef CCHC_APP_DEEDS_H
#define CCHC_APP_DEEDS_H

#include "app/answer.h"
#include "app/daemon.h"

/* What people say of tasks on the wire becomes deeds: units by id, the due date that
 * counts, the class. Whether a deed may be done is judged where it is written
 * (core/task.h). */

/* The units and class an operator's deed names, looked up. */
struct cchc_naming {
	struct cchc_daemon *d;
	const Cchc__Deed *deed;
	uint32_t *lead;
	size_t n_leads;
	uint32_t *co;
	size_t n_co;
};

/* Fills it, or refuses the answer with a text that names field, value and rule; false
 * then. Lists live in the answer's arena. "all" are the units directly below the
 * receiving one. */
bool cchc_naming_of(struct cchc_naming *naming, struct cchc_daemon *d,
		    const Cchc__Deed *deed, struct cchc_answer *answer);
/* How many deeds it is: one for each lead. */
size_t cchc_naming_times(const struct cchc_naming *naming);
/* The i-th of them, in the arena. False when that is full. */
bool cchc_naming_deed(const struct cchc_naming *naming, size_t i,
		      struct cchc_arena *arena, struct cchc_deed *deed);

/* The one of that id, in the arena. False: there is none, or the arena is full. */
bool cchc_naming_find(const struct cchc_naming *naming, const char *id,
		      struct cchc_arena *arena, struct cchc_deed *deed);

/* A commune's report on a task becomes the deed of an entry. NOMEM. */
CCHC_NODISCARD enum cchc_rc cchc_deed_of_message(struct cchc_daemon *d,
						 const struct cchc_key_entry *key,
						 const Cchc__TaskReport *report,
						 struct cchc_arena *arena,
						 struct cchc_entry *entry);

/* Refuses an answer by a rule. */
void cchc_deed_refuse(struct cchc_answer *answer, enum cchc_rule rule, const char *field,
		      const char *value);
/* A unit of that code in force today, or NULL. */
const struct cchc_unit *cchc_unit_today(const struct cchc_daemon *d, const char *code);

#endif
