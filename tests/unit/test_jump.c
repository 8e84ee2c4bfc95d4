/* A wall clock that jumps is not believed until it has been steady. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/check.h"
#include "core/jump.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };

static const int64_t WALL = INT64_C(1711900000000);
static const int64_t BOOT = 12345678;

struct reading {
	int64_t wall; /* since the beginning */
	int64_t boot;
	int64_t jumped;
	bool holds;
};

static void read_all(const struct reading *reading, size_t n)
{
	struct cchc_jump jump = {0};

	for (size_t i = 0; i < n; i++) {
		const struct reading *r = &reading[i];

		assert_int_equal(cchc_jump_read(&jump, WALL + r->wall, BOOT + r->boot),
				 r->jumped);
		assert_int_equal(cchc_jump_holds(&jump, BOOT + r->boot), r->holds);
	}
}

static void a_steady_clock_is_believed_at_once(void **state)
{
	static const struct reading READINGS[] = {
		{0, 0, 0, false}, {MINUTE, MINUTE, 0, false}, {HOUR, HOUR, 0, false}};

	(void)state;
	read_all(READINGS, CCHC_COUNT(READINGS));
}

static void drift_and_small_steps_are_followed(void **state)
{
	static const struct reading READINGS[] = {
		{0, 0, 0, false},
		{5 * MINUTE, 0, 0, false}, /* five minutes are not more than five */
		{5 * MINUTE + 20 * SECOND, MINUTE, 0, false},
		{MINUTE + 20 * SECOND, 2 * MINUTE, 0, false},
		{-3 * MINUTE, 2 * MINUTE, 0, false},
	};

	(void)state;
	read_all(READINGS, CCHC_COUNT(READINGS));
}

static void a_jump_holds_until_two_minutes_of_steadiness(void **state)
{
	static const struct reading READINGS[] = {
		{0, 0, 0, false},
		{HOUR + SECOND, SECOND, HOUR, true},
		{HOUR + MINUTE, MINUTE, 0, true},
		{HOUR + 2 * MINUTE + SECOND - 1, 2 * MINUTE + SECOND - 1, 0, true},
		{HOUR + 2 * MINUTE + SECOND, 2 * MINUTE + SECOND, 0, false},
	};

	(void)state;
	read_all(READINGS, CCHC_COUNT(READINGS));
}

static void back_is_a_jump_too_and_a_second_one_holds_anew(void **state)
{
	static const struct reading READINGS[] = {
		{0, 0, 0, false},
		{-5 * MINUTE - 1 + SECOND, SECOND, -5 * MINUTE - 1, true},
		{MINUTE, MINUTE, 5 * MINUTE + 1, true},
		{2 * MINUTE + SECOND, 2 * MINUTE + SECOND, 0, true},
		{3 * MINUTE, 3 * MINUTE, 0, false},
	};

	(void)state;
	read_all(READINGS, CCHC_COUNT(READINGS));
}

static void waking_from_suspend_is_no_jump(void **state)
{
	static const struct reading READINGS[] = {{0, 0, 0, false},
						  {72 * HOUR, 72 * HOUR, 0, false}};

	(void)state;
	read_all(READINGS, CCHC_COUNT(READINGS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_steady_clock_is_believed_at_once),
		cmocka_unit_test(drift_and_small_steps_are_followed),
		cmocka_unit_test(a_jump_holds_until_two_minutes_of_steadiness),
		cmocka_unit_test(back_is_a_jump_too_and_a_second_one_holds_anew),
		cmocka_unit_test(waking_from_suspend_is_no_jump),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
