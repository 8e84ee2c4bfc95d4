/* The desk where a code was re-used: until yesterday of one unit, from today on of
 * another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "desklive.h"

static const char UNITS[] = TEST_DATA "/van-lam-reused.csv";

static const struct cchc_unit *unit_on(struct play *p, cchc_day day)
{
	return cchc_units_on(&p->w.app.catalog.units, "11998", day);
}

static void both_units_of_a_code_have_their_digest(void **state)
{
	struct play *p = *state;

	play_open_in(p, UNITS);
	p->w.rules.digests = true;
	p->now_ms = day_ms(KIT_DAY, 7 * 60);
	play_start(p);
	(void)add_task(p, "old", unit_on(p, KIT_DAY - 1)->id, KIT_DAY - 2);
	(void)add_task(p, "new", unit_on(p, KIT_DAY)->id, KIT_DAY - 2);
	live(p, HOUR_MS);
	assert_non_null(alert_by_key(p, "digest/11998/2024-03-15"));
	assert_non_null(alert_by_key(p, "digest/11998@2024-03-15/2024-03-15"));
	play_close(p);
}

static void a_unit_is_not_silent_before_it_begins(void **state)
{
	struct play *p = *state;
	uint32_t unit;

	play_open_in(p, UNITS);
	unit = unit_on(p, KIT_DAY)->id;
	p->has_agent[unit] = true;
	p->now_ms = day_ms(KIT_DAY - 5, 0);
	play_start(p);
	live(p, 6 * 24 * (int64_t)HOUR_MS - MINUTE_MS);
	assert_null(alert_by_key(p, "silent/11998@2024-03-15/20240314T170000Z"));
	live(p, 2 * MINUTE_MS);
	assert_non_null(alert_by_key(p, "silent/11998@2024-03-15/20240314T170000Z"));
	play_close(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_units_of_a_code_have_their_digest),
		cmocka_unit_test(a_unit_is_not_silent_before_it_begins),
	};

	return cmocka_run_group_tests(tests, begin_play, end_play);
}
