/* slowtells.c - what follows from the records without any rule about when a step fires.
 */
#include "slow.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/check.h"

void slow_silence_key(const struct slow *slow, const struct slow_silence *silence,
		      char key[SLOW_KEY])
{
	time_t seconds = (time_t)(silence->contact.wall_ms / 1000);
	const char *code = "";
	char stamp[32];
	struct tm utc;

	for (size_t i = 0; i < slow->n_units; i++)
		if (slow->unit[i].id == silence->unit)
			code = slow->unit[i].code;
	cchc_check(gmtime_r(&seconds, &utc));
	(void)strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &utc);
	(void)snprintf(key, SLOW_KEY, "silent/%s/%s", code, stamp);
}

/* ---- row I.4 ---- */

void slow_count(const struct slow *slow, struct cchc_period period, int64_t now_ms,
		int64_t counts[SLOW_UNITS][SLOW_COUNTS])
{
	cchc_day first = cchc_period_first_day(period, CCHC_CLOSE_DEFAULT);
	cchc_day last = cchc_period_last_day(period, CCHC_CLOSE_DEFAULT);

	memset(counts, 0, sizeof(int64_t) * SLOW_UNITS * SLOW_COUNTS);
	for (size_t i = 0; i < slow->n; i++) {
		uint32_t unit = 0;
		unsigned which;

		if (slow->task[i].is_duty)
			continue;
		which = oracle_task(&slow->task[i].counted, first, last, now_ms, &unit);
		for (int k = 0; k < SLOW_COUNTS; k++)
			counts[unit][k] += which >> k & 1;
	}
}

unsigned slow_topics(const struct slow *slow, uint32_t unit, cchc_day today)
{
	bool is_first = slow->unit[0].id == unit;
	unsigned topics = 0;

	for (size_t i = 0; i < slow->n; i++) {
		const struct slow_record *r = slow_now(&slow->task[i]);

		if (r->state == SLOW_WAITING && is_first && r->lead != unit)
			topics |= SLOW_TASKS_SPEAK; /* for it to confirm */
		if (r->state != SLOW_OPEN || r->lead != unit ||
		    r->effective == CCHC_DAY_NONE || r->effective > today + 7)
			continue;
		topics |= slow->task[i].is_duty ? SLOW_DUTIES_SPEAK : SLOW_TASKS_SPEAK;
	}
	return topics;
}
