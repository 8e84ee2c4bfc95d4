#ifndef CCHC_TESTS_TASKSTAGE_H
#define CCHC_TESTS_TASKSTAGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"
#include "core/task.h"

/* A task of March 2024 for tests, brought into each state by sound deeds. */

#define MARCH(n) (19782 + (n)) /* of 2024 */
#define NONE     CCHC_DAY_NONE

enum { LEAD = 2, CO = 3, OTHER = 4, TODAY = MARCH(12), ARENA = 1 << 26 };

static const int64_t DAY_MS = INT64_C(86400000);
static const uint32_t HELPERS[] = {CO};

static inline int64_t noon(cchc_day day)
{
	return cchc_day_start_ms(day) + DAY_MS / 2;
}

/* A sound deed of each kind, to be spoilt. */
static inline struct cchc_deed deed_of(enum cchc_deed_kind kind)
{
	bool daemon = kind == CCHC_DEED_CALENDAR || kind == CCHC_DEED_FULFIL;
	struct cchc_deed deed = {
		.kind = kind,
		.hand = daemon ? CCHC_HAND_DAEMON : CCHC_HAND_OPERATOR,
		.id = "12/UBND/11986",
		.unit = LEAD,
		.class_name = "nhiem-vu",
		.title = "Rà soát thủ tục hành chính",
		.doc_number = "12/UBND",
		.doc_date = MARCH(1),
		.assigned = MARCH(1),
		.co = HELPERS,
		.n_co = 1,
		.lead = LEAD,
		.due = MARCH(15),
		.effective = MARCH(15),
		.done = NONE,
		.wish = NONE,
		.reason = "lý do",
		.reason_doc = "34/UBND",
	};

	if (kind == CCHC_DEED_EXTEND)
		deed.due = deed.effective = MARCH(22);
	if (kind == CCHC_DEED_CALENDAR)
		deed.effective = MARCH(18);
	if (kind == CCHC_DEED_REPORT) {
		deed.done = MARCH(11);
		deed.result = "56/BC";
	}
	if (kind == CCHC_DEED_MOVE)
		deed.lead = OTHER;
	return deed;
}

enum start { NOTHING, OPEN, WISHED, WAITING, DONE, CANCELLED, UNDATED, DUTY, DUTY_DONE };

struct stage {
	struct cchc_arena arena;
	struct cchc_task task;
	bool exists;
	uint64_t journal;
};

static inline void act_at(struct stage *s, const struct cchc_deed *deed, int64_t clock_ms)
{
	struct cchc_refusal refusal;
	bool changes = false;

	if (!cchc_task_judge(s->exists ? &s->task : NULL, deed, cchc_day_at(clock_ms),
			     &changes, &refusal))
		fail_msg("%s: %s of %s", cchc_deed_name(deed->kind),
			 cchc_rule_name(refusal.rule), refusal.field);
	assert_true(changes);
	assert_int_equal(cchc_task_do(&s->task, deed, clock_ms, ++s->journal, &s->arena),
			 CCHC_OK);
	s->exists = true;
}

static inline void act(struct stage *s, enum cchc_deed_kind kind, cchc_day day)
{
	struct cchc_deed deed = deed_of(kind);

	act_at(s, &deed, noon(day));
}

static inline void add_duty(struct stage *s)
{
	struct cchc_deed deed = deed_of(CCHC_DEED_ADD);

	deed.hand = CCHC_HAND_DAEMON;
	deed.is_duty = true;
	deed.form = 1;
	deed.period = 2024 * 32 + 12;
	deed.n_co = 0;
	act_at(s, &deed, noon(MARCH(4)));
}

static inline void wish(struct stage *s)
{
	struct cchc_deed deed = deed_of(CCHC_DEED_REPORT);

	deed.done = NONE;
	deed.wish = MARCH(29);
	act_at(s, &deed, noon(MARCH(6)));
}

static inline void begin(struct stage *s, enum start start)
{
	struct cchc_deed undated = deed_of(CCHC_DEED_ADD);

	*s = (struct stage){.journal = 100};
	cchc_arena_init(&s->arena, ARENA);
	undated.due = undated.effective = NONE;
	if (start == DUTY || start == DUTY_DONE)
		add_duty(s);
	else if (start == UNDATED)
		act_at(s, &undated, noon(MARCH(4)));
	else if (start != NOTHING)
		act(s, CCHC_DEED_ADD, MARCH(4));
	if (start == WISHED)
		wish(s);
	if (start == WAITING || start == DONE)
		act(s, CCHC_DEED_REPORT, MARCH(11));
	if (start == DONE)
		act(s, CCHC_DEED_ACCEPT, MARCH(11));
	if (start == CANCELLED)
		act(s, CCHC_DEED_CANCEL, MARCH(11));
	if (start == DUTY_DONE)
		act(s, CCHC_DEED_FULFIL, MARCH(11));
}

static inline void end(struct stage *s)
{
	cchc_arena_fini(&s->arena);
}

#endif
