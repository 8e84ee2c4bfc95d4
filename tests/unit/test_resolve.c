#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/resolve.h"

/* What the table stands for. */
static uint32_t sources_of(uint8_t slot)
{
	const uint8_t *parts;
	size_t n = cchc_slot_parts(slot, &parts);
	uint32_t bits = 1u << slot;

	for (size_t i = 0; i < n; i++)
		bits |= sources_of(parts[i]);
	return bits;
}

static void a_slots_sources_are_itself_its_parts_and_theirs(void **state)
{
	(void)state;
	for (uint8_t slot = 0; slot < CCHC_SLOTS; slot++)
		assert_int_equal(cchc_slot_sources(slot), sources_of(slot));
}

static void nine_months_do_not_hear_of_the_fourth_quarter(void **state)
{
	(void)state;
	assert_false(cchc_slot_sources(CCHC_9M) & 1u << (CCHC_Q1 + 3));
	assert_false(cchc_slot_sources(CCHC_9M) & 1u << CCHC_H2);
	assert_true(cchc_slot_sources(CCHC_9M) & 1u << CCHC_H1);
}

static void a_slot_is_reached_from_each_of_its_sources(void **state)
{
	(void)state;
	for (uint32_t given = 0; given < 1u << CCHC_SLOTS; given += 331) {
		uint32_t reached = cchc_slots_reached(given);

		for (uint8_t slot = 0; slot < CCHC_SLOTS; slot++)
			assert_int_equal(reached >> slot & 1,
					 (given & cchc_slot_sources(slot)) != 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slots_sources_are_itself_its_parts_and_theirs),
		cmocka_unit_test(nine_months_do_not_hear_of_the_fourth_quarter),
		cmocka_unit_test(a_slot_is_reached_from_each_of_its_sources),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
