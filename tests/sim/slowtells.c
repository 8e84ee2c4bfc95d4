/* slowtells.c - what follows from the records without any rule about when a step fires.
 */
#include "slow.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/check.h"

static const int64_t HOUR_MS = INT64_C(3600000);
static const int64_t DAY_MS = INT64_C(86400000);

/* ---- agents ---- */

/* "Silence is an alert too": after a day without a word. What stands is told once. Of
 * what was heard before the last start it is known by the hour only, and not made use of
 * for ten minutes. */
static void note_silence(struct slow *slow, struct slow_unit *unit, struct slow_when when)
{
	struct slow_silence silence = {.unit = unit->id,
				       .contact = unit->contact,
				       .owed = unit->contact,
				       .within_ms = SLOW_MINUTE_MS,
				       .ended.true_ms = INT64_MAX};
	const struct slow_when up = slow->life[slow->lives - 1][0];
	int64_t settled_ms = up.true_ms + 10 * SLOW_MINUTE_MS - unit->contact.true_ms;
	int64_t wait_ms = DAY_MS;

	if (unit->contact.true_ms < up.true_ms) {
		silence.before_start = true;
		silence.within_ms += HOUR_MS;
		if (wait_ms < settled_ms)
			wait_ms = settled_ms;
	}
	silence.owed.true_ms += wait_ms;
	silence.owed.wall_ms += wait_ms;
	if (unit->silence != SLOW_SILENCES || when.true_ms <= silence.owed.true_ms)
		return;
	silence.unsure = (silence.before_start && unit->lost) ||
			 when.true_ms <= silence.owed.true_ms + silence.within_ms;
	for (size_t i = 0; i < slow->sets; i++)
		if (slow->set[i].true_ms > silence.contact.true_ms &&
		    slow->set[i].true_ms <= when.true_ms)
			silence.unsure = true;
	cchc_check(slow->silences < SLOW_SILENCES);
	unit->silence = slow->silences;
	slow->silence[slow->silences++] = silence;
}

void slow_hear(struct slow *slow, uint32_t unit, struct slow_when when)
{
	for (size_t i = 0; i < slow->n_units; i++) {
		struct slow_unit *of = &slow->unit[i];

		if (of->id != unit)
			continue;
		note_silence(slow, of, when);
		if (of->silence != SLOW_SILENCES)
			slow->silence[of->silence].ended = when;
		of->silence = SLOW_SILENCES;
		of->contact = when;
		of->lost = false;
	}
}

void slow_note_silences(struct slow *slow, struct slow_when when)
{
	for (size_t i = 0; i < slow->n_units; i++)
		note_silence(slow, &slow->unit[i], when);
}

bool slow_may_be_silent(const struct slow *slow, uint32_t unit, struct slow_when when)
{
	for (size_t i = 0; i < slow->silences; i++)
		if (slow->silence[i].unit == unit &&
		    slow->silence[i].ended.true_ms > when.true_ms - SLOW_MINUTE_MS)
			return true;
	for (size_t i = 0; i < slow->n_units; i++)
		if (slow->unit[i].id == unit)
			return when.true_ms - slow->unit[i].contact.true_ms >
			       DAY_MS - SLOW_MINUTE_MS;
	return false;
}

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
