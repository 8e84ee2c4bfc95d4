/* Whatever is written is read back: by programs in the plain way, by people's cells in
 * the Vietnamese way; and nothing of what people may type breaks the reader. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/figure.h"
#include "core/number.h"
#include "core/readnumber.h"
#include "random.h"

static struct test_random rng;

/* Of every length, not only the long ones. */
static int64_t any_value(void)
{
	int64_t bound = 1;

	for (uint32_t n = test_random_below(&rng, 14); n > 0; n--)
		bound *= 10;
	bound = (int64_t)(test_random_next(&rng) % (uint64_t)bound) + bound / 10;
	bound = bound > CCHC_VALUE_MAX ? CCHC_VALUE_MAX : bound;
	return test_random_below(&rng, 2) ? bound : -bound;
}

static void what_is_written_plainly_reads_back(void **state)
{
	(void)state;
	for (unsigned i = 0; i < test_random_rounds(100000); i++) {
		int64_t value = any_value();
		unsigned decimals = test_random_below(&rng, 7);
		int64_t found = value + 1;
		char text[CCHC_NUMBER_TEXT];

		cchc_number_plain(value, decimals, text);
		assert_true(cchc_number_parse_plain(text, decimals, &found));
		assert_int_equal(found, value);
	}
}

static void what_is_written_the_vietnamese_way_reads_back(void **state)
{
	(void)state;
	for (unsigned i = 0; i < test_random_rounds(100000); i++) {
		int64_t value = any_value();
		unsigned decimals = test_random_below(&rng, 7);
		struct cchc_written written;
		char text[CCHC_NUMBER_TEXT];

		cchc_number_vi(value, decimals, text);
		assert_int_equal(cchc_written_span(text), strlen(text));
		assert_int_equal(
			cchc_written_read(text, strlen(text), decimals, &written),
			CCHC_RULE_NONE);
		assert_int_equal(written.value, value);
		assert_false(written.dot_decimal);
	}
}

/* The digits alone say the value: a text that is read has them all, in order. */
static void what_is_read_has_all_its_digits(void **state)
{
	static const char LETTERS[] = "00123456789..,,-";

	(void)state;
	for (unsigned i = 0; i < test_random_rounds(200000); i++) {
		char text[12];
		size_t len = test_random_below(&rng, 11);
		struct cchc_written written;
		int64_t digits = 0;
		int64_t found;

		for (size_t c = 0; c < len; c++)
			text[c] = LETTERS[test_random_below(&rng, sizeof(LETTERS) - 1)];
		text[len] = '\0';
		if (cchc_written_read(text, len, 6, &written) != CCHC_RULE_NONE)
			continue;
		for (size_t c = 0; c < len; c++)
			if (text[c] >= '0' && text[c] <= '9')
				digits = digits * 10 + text[c] - '0';
		found = written.value < 0 ? -written.value : written.value;
		if (found > CCHC_VALUE_MAX)
			continue;
		while (digits != found && found % 10 == 0 && found > 0)
			found /= 10;
		while (digits != found && digits % 10 == 0 && digits > 0)
			digits /= 10;
		assert_int_equal(digits, found);
	}
}

static void a_ratio_is_off_by_half_a_unit_at_most(void **state)
{
	(void)state;
	for (unsigned i = 0; i < test_random_rounds(100000); i++) {
		int64_t numerator = any_value();
		int64_t denominator = any_value();
		unsigned decimals = test_random_below(&rng, 4);
		__int128 twice_rest;
		int64_t value;

		if (denominator == 0)
			continue;
		numerator %= INT64_C(1000000000000);
		assert_true(cchc_number_ratio(numerator, 0, denominator, 0, 100, decimals,
					      &value));
		twice_rest = (__int128)numerator * 100;
		for (unsigned d = 0; d < decimals; d++)
			twice_rest *= 10;
		twice_rest = 2 * (twice_rest - (__int128)value * denominator);
		assert_true(twice_rest <= (denominator < 0 ? -denominator : denominator));
		assert_true(-twice_rest <=
			    (denominator < 0 ? -denominator : denominator));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_plainly_reads_back),
		cmocka_unit_test(what_is_written_the_vietnamese_way_reads_back),
		cmocka_unit_test(what_is_read_has_all_its_digits),
		cmocka_unit_test(a_ratio_is_off_by_half_a_unit_at_most),
	};

	rng.state = test_random_seed();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
