/* Our own stored numbers: what is written comes back, what is damaged is noticed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/check.h"

enum { NUMBER_MAX = 10 };

/* At each length the least and the greatest. */
static const struct {
	uint64_t value;
	size_t len;
} NUMBERS[] = {
	{0, 1},           {1, 1},
	{0x7f, 1},        {0x80, 2},
	{0x3fff, 2},      {0x4000, 3},
	{0x1fffff, 3},    {UINT32_MAX, 5},
	{INT64_MAX, 9},   {UINT64_C(1) << 63, 10},
	{UINT64_MAX, 10},
};

static void a_number_of_any_length_comes_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(NUMBERS); i++) {
		uint8_t bytes[NUMBER_MAX + 1];
		struct cchc_out out;
		struct cchc_in in;

		cchc_out_init(&out, bytes, sizeof(bytes));
		cchc_out_varint(&out, NUMBERS[i].value);
		assert_int_equal(cchc_out_len(&out), NUMBERS[i].len);
		cchc_in_init(&in, bytes, NUMBERS[i].len);
		assert_int_equal(cchc_in_varint(&in), NUMBERS[i].value);
		assert_false(in.failed);
		assert_int_equal(cchc_in_left(&in), 0);
	}
}

/* What follows belongs to the next. */
static void a_number_ends_where_it_ends(void **state)
{
	uint8_t bytes[CCHC_COUNT(NUMBERS) * NUMBER_MAX];
	struct cchc_out out;
	struct cchc_in in;

	(void)state;
	cchc_out_init(&out, bytes, sizeof(bytes));
	for (size_t i = 0; i < CCHC_COUNT(NUMBERS); i++)
		cchc_out_varint(&out, NUMBERS[i].value);
	cchc_in_init(&in, bytes, cchc_out_len(&out));
	for (size_t i = 0; i < CCHC_COUNT(NUMBERS); i++)
		assert_int_equal(cchc_in_varint(&in), NUMBERS[i].value);
	assert_false(in.failed);
	assert_int_equal(cchc_in_left(&in), 0);
}

static void a_number_cut_short_is_none(void **state)
{
	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(NUMBERS); i++) {
		uint8_t bytes[NUMBER_MAX];
		struct cchc_out out;
		struct cchc_in in;

		cchc_out_init(&out, bytes, sizeof(bytes));
		cchc_out_varint(&out, NUMBERS[i].value);
		cchc_in_init(&in, bytes, NUMBERS[i].len - 1);
		assert_int_equal(cchc_in_varint(&in), 0);
		assert_true(in.failed);
	}
}

static void a_number_that_is_too_long_is_none(void **state)
{
	static const uint8_t TWO_TO_THE_64[] = {0x80, 0x80, 0x80, 0x80, 0x80,
						0x80, 0x80, 0x80, 0x80, 0x02};
	struct cchc_in in;

	(void)state;
	cchc_in_init(&in, TWO_TO_THE_64, sizeof(TWO_TO_THE_64));
	assert_int_equal(cchc_in_varint(&in), 0);
	assert_true(in.failed);
	assert_int_equal(cchc_in_varint(&in), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_of_any_length_comes_back),
		cmocka_unit_test(a_number_ends_where_it_ends),
		cmocka_unit_test(a_number_cut_short_is_none),
		cmocka_unit_test(a_number_that_is_too_long_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
