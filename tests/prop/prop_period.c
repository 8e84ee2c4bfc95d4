/* Periods nest, whatever the closing day: what holds for one year holds for all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/period.h"
#include "random.h"

enum { FIRST_YEAR = 1901, YEARS = 1000 };

static struct test_random rng;

static int any_closing_day(void)
{
	uint32_t day = test_random_below(&rng, 29);

	return day == 0 ? CCHC_CLOSE_MONTH_END : (int)day;
}

static uint16_t any_year(void)
{
	return (uint16_t)(FIRST_YEAR + test_random_below(&rng, YEARS));
}

static unsigned count_holding(uint16_t year, uint8_t first, uint8_t last, int closing,
			      cchc_day day)
{
	unsigned n = 0;

	for (uint8_t slot = first; slot <= last; slot++)
		n += cchc_period_contains((struct cchc_period){year, slot}, closing, day);
	return n;
}

static void each_day_lies_in_one_month_one_quarter_one_half(void **state)
{
	(void)state;
	for (unsigned i = 0; i < test_random_rounds(60); i++) {
		int closing = any_closing_day();
		struct cchc_period period = {any_year(), CCHC_YEAR};
		cchc_day last = cchc_period_last_day(period, closing);

		for (cchc_day day = cchc_period_first_day(period, closing); day <= last;
		     day++) {
			assert_int_equal(cchc_reporting_year(day, closing), period.year);
			assert_int_equal(count_holding(period.year, 0, 11, closing, day),
					 1);
			assert_int_equal(
				count_holding(period.year, CCHC_Q1, 15, closing, day), 1);
			assert_int_equal(count_holding(period.year, CCHC_H1, CCHC_H2,
						       closing, day),
					 1);
		}
		assert_int_equal(cchc_reporting_year(last + 1, closing), period.year + 1);
	}
}

static void the_parts_of_a_slot_tile_it(void **state)
{
	(void)state;
	for (unsigned i = 0; i < test_random_rounds(2000); i++) {
		int closing = any_closing_day();
		struct cchc_period period = {any_year(), 0};
		const uint8_t *parts;
		cchc_day next;
		size_t n;

		period.slot = (uint8_t)test_random_below(&rng, CCHC_SLOTS);
		n = cchc_slot_parts(period.slot, &parts);
		assert_int_equal(n == 0, period.slot < CCHC_Q1);
		next = cchc_period_first_day(period, closing);
		for (size_t p = 0; p < n; p++) {
			struct cchc_period part = {period.year, parts[p]};

			assert_int_equal(cchc_period_first_day(part, closing), next);
			next = cchc_period_last_day(part, closing) + 1;
		}
		if (n > 0)
			assert_int_equal(next, cchc_period_last_day(period, closing) + 1);
	}
}

/* Who is made of a slot, directly or not, worked out from the parts alone. */
static bool is_made_of(uint8_t whole, uint8_t slot)
{
	const uint8_t *parts;
	size_t n = cchc_slot_parts(whole, &parts);

	for (size_t i = 0; i < n; i++)
		if (parts[i] == slot || is_made_of(parts[i], slot))
			return true;
	return whole == slot;
}

static size_t position(const uint8_t *slots, size_t n, uint8_t slot)
{
	for (size_t i = 0; i < n; i++)
		if (slots[i] == slot)
			return i;
	return SIZE_MAX;
}

static void a_slot_affects_all_that_is_made_of_it_parts_first(void **state)
{
	(void)state;
	for (uint8_t slot = 0; slot < CCHC_SLOTS; slot++) {
		const uint8_t *affects;
		size_t n = cchc_slot_affects(slot, &affects);

		assert_int_equal(affects[0], slot);
		for (uint8_t other = 0; other < CCHC_SLOTS; other++) {
			const uint8_t *parts;
			size_t at = position(affects, n, other);
			size_t n_parts = cchc_slot_parts(other, &parts);

			assert_int_equal(at != SIZE_MAX, is_made_of(other, slot));
			for (size_t p = 0; at != SIZE_MAX && p < n_parts; p++) {
				size_t before = position(affects, n, parts[p]);

				assert_true(before == SIZE_MAX || before < at);
			}
		}
	}
}

static void every_way_of_writing_a_period_reads_back(void **state)
{
	(void)state;
	for (unsigned i = 0; i < test_random_rounds(5000); i++) {
		struct cchc_period period = {any_year(), 0};
		struct cchc_period found;
		char text[CCHC_PERIOD_TEXT];
		char title[CCHC_PERIOD_TITLE];

		period.slot = (uint8_t)test_random_below(&rng, CCHC_SLOTS);
		assert_true(cchc_period_parse(cchc_period_format(period, text), &found));
		assert_true(cchc_period_equal(found, period));
		assert_true(cchc_period_parse(cchc_period_title(period, title), &found));
		assert_true(cchc_period_equal(found, period));
		assert_true(cchc_period_from_code(cchc_period_code(period), &found));
		assert_true(cchc_period_equal(found, period));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_day_lies_in_one_month_one_quarter_one_half),
		cmocka_unit_test(the_parts_of_a_slot_tile_it),
		cmocka_unit_test(a_slot_affects_all_that_is_made_of_it_parts_first),
		cmocka_unit_test(every_way_of_writing_a_period_reads_back),
	};

	rng.state = test_random_seed();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
