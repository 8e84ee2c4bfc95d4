#ifndef CCHC_CORE_ALERTRULE_H
#define CCHC_CORE_ALERTRULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fail.h"
#include "base/node.h"
#include "base/problems.h"
#include "core/calendar.h"
#include "core/task.h"

/* What is about to be late is said in time, once, to the right person: the rules of
 * config/alerts.yaml. A class of tasks has steps; a step is a moment relative to the
 * effective due date, a text, roles to tell and channels to tell them by. Read-only once
 * loaded. */

enum cchc_role_bit {                             /* people's roles; contacts.yaml */
		     CCHC_PERSON_CLERK = 1 << 0, /* cán bộ phụ trách */
		     CCHC_PERSON_COMMUNE_LEADER = 1 << 1,  /* lãnh đạo xã */
		     CCHC_PERSON_SPECIALIST = 1 << 2,      /* chuyên viên huyện */
		     CCHC_PERSON_DISTRICT_LEADER = 1 << 3, /* lãnh đạo huyện */
};

enum cchc_urgency { CCHC_URGENCY_INFO, CCHC_URGENCY_WARNING, CCHC_URGENCY_CRITICAL };
const char *cchc_urgency_name(enum cchc_urgency urgency); /* info, warning, critical */

enum { CCHC_STEP_NAME = 24, CCHC_CLASSES_MAX = 16, CCHC_STEPS_MAX = 16 };

struct cchc_step {
	char name[CCHC_STEP_NAME]; /* d-7, due, overdue, late+7: stands in the alert's key
				    */
	int days;                  /* from the effective due date; negative: before it */
	int minute;                /* of the day, civil: 480 is 08:00 */
	enum cchc_urgency urgency;
	unsigned roles;             /* bits of cchc_role_bit */
	const char *const *channel; /* names; n_channels 0: every channel of the file */
	size_t n_channels;
	bool overdue; /* says that it is late (days > 0) */
};

struct cchc_task_class {
	char name[CCHC_TASK_CLASS];
	const char *title; /* Vietnamese, for people */
	bool shifts; /* the effective due date is the next working day (Civil Code 2015
		      * art. 148.5) */
	struct cchc_step step[CCHC_STEPS_MAX]; /* by moment, ascending */
	size_t n_steps;
};

struct cchc_gate {           /* working hours: nothing is handed to people outside them */
	bool closed_outside; /* false: no gate */
	int from_minute;
	int to_minute;
};

struct cchc_alert_rules {
	struct cchc_task_class task_class[CCHC_CLASSES_MAX];
	size_t n_classes;
	char usual_class[CCHC_TASK_CLASS]; /* of tasks that name none */
	char duty_class[CCHC_TASK_CLASS];  /* of demanded reports */
	int digest_minute;                 /* of the day, on working days */
	bool digests;
	const char *const *digest_channel; /* none: every channel */
	size_t n_digest_channels;
	unsigned digest_roles;
	struct cchc_gate gate;
	int64_t silent_after_ms; /* a unit's agent not heard for so long: an alert; 0: off
				  */
	unsigned silent_roles;
	enum cchc_urgency silent_urgency;
};

/* Reads the map under `rules:` of alerts.yaml (NULL: no class, no step, nothing is said);
 * texts are copied into the arena. Reports every mistake: unknown key, class or step
 * twice, two steps of a class at one moment (only the latest that passed is told: name
 * both roles in one), a moment malformed, no role, a channel that `channels` (their
 * names) does not have ... Unless OK *rules is empty. */
CCHC_NODISCARD enum cchc_rc cchc_alert_rules_load(struct cchc_alert_rules *rules,
						  struct cchc_arena *arena,
						  const struct cchc_node *root,
						  const char *const *channels, size_t n,
						  struct cchc_problems *problems);

/* What holds where no rules are given: a class of tasks and one of reports, named as in
 * the shipped rules, no step, and due dates count as ordered. */
void cchc_alert_rules_plain(struct cchc_alert_rules *rules);

/* NULL when there is none of that name. */
const struct cchc_task_class *cchc_alert_class(const struct cchc_alert_rules *rules,
					       const char *name);

/* The due date that counts: the ordered one, or where the class (NULL: one that is not in
 * the rules) shifts, the next working day. CCHC_DAY_NONE stays. */
cchc_day cchc_alert_effective(const struct cchc_task_class *task_class,
			      const struct cchc_calendar *calendar, cchc_day due);

/* When a step is due, ms since the epoch. */
int64_t cchc_step_moment(const struct cchc_step *step, cchc_day effective);
/* The first step of the class with a moment after after_ms, or INT64_MAX. */
int64_t cchc_steps_next(const struct cchc_task_class *task_class, cchc_day effective,
			int64_t after_ms);

/* The key of a step's alert: "<task id>/<step>/<due version>". Returns out. */
enum { CCHC_ALERT_KEY = 160 };
char *cchc_alert_key(const char *task_id, const char *step, uint32_t version,
		     char out[CCHC_ALERT_KEY]);

/* True when people may be told at that instant; else *opens_ms is when the gate opens
 * next. */
bool cchc_gate_is_open(const struct cchc_gate *gate, const struct cchc_calendar *calendar,
		       int64_t now_ms, int64_t *opens_ms);

/* The names of roles that files use: "clerk", "commune-leader",
 * "district-specialist", "district-leader". 0 for no role. */
unsigned cchc_person_role(const char *name);
const char *cchc_person_role_name(enum cchc_role_bit role);

#endif
