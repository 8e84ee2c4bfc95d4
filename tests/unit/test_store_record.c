#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "core/figure.h"
#include "random.h"
#include "store/record.h"

static void put(struct cchc_cells_record *record, size_t row, uint8_t state,
		int64_t value, uint64_t journal)
{
	record->state[row] = state;
	record->value[row] = value;
	record->journal[row] = journal;
}

static void assert_same(const struct cchc_cells_record *a,
			const struct cchc_cells_record *b)
{
	for (size_t i = 0; i < CCHC_RECORD_CELLS; i++) {
		assert_int_equal(a->state[i], b->state[i]);
		if (a->state[i] == CCHC_ABSENT)
			continue;
		assert_true(a->value[i] == b->value[i]);
		assert_true(a->journal[i] == b->journal[i]);
	}
}

static int64_t draw_value(struct test_random *r)
{
	int64_t value = (int64_t)test_random_next(r);

	return value >> test_random_below(r, 64);
}

/* At least one cell; the newest journal numbers are near each other or anywhere. */
static void draw(struct test_random *r, struct cchc_cells_record *record)
{
	unsigned filled = test_random_below(r, 101);
	unsigned shift = test_random_below(r, 64);

	cchc_record_clear(record);
	put(record, test_random_below(r, CCHC_RECORD_CELLS), CCHC_NA, 0, 1);
	for (size_t i = 0; i < CCHC_RECORD_CELLS; i++) {
		uint8_t state = (uint8_t)(1 + test_random_below(r, 3));

		if (test_random_below(r, 100) >= filled)
			continue;
		put(record, i, state, state == CCHC_FIGURE ? draw_value(r) : 0,
		    (test_random_next(r) >> shift) | 1);
	}
}

static void what_is_packed_unpacks_the_same(void **state)
{
	struct test_random r = {.state = test_random_seed()};
	unsigned rounds = test_random_rounds(2000);
	uint8_t bytes[CCHC_RECORD_MAX];

	(void)state;
	for (unsigned i = 0; i < rounds; i++) {
		struct cchc_cells_record record;
		struct cchc_cells_record back;
		size_t len;

		draw(&r, &record);
		len = cchc_record_encode(&record, bytes);
		assert_int_equal(cchc_record_decode(&back, bytes, len), CCHC_OK);
		assert_same(&record, &back);
	}
}

static void the_worst_record_is_below_the_bound(void **state)
{
	struct cchc_cells_record record;
	struct cchc_cells_record back;
	uint8_t bytes[CCHC_RECORD_MAX];
	size_t len;

	(void)state;
	cchc_record_clear(&record);
	for (size_t i = 0; i < CCHC_RECORD_CELLS; i++)
		put(&record, i, CCHC_FIGURE, i % 2 ? INT64_MIN : INT64_MAX,
		    i ? 1 : UINT64_MAX);
	len = cchc_record_encode(&record, bytes);
	assert_true(len > 1300 && len <= CCHC_RECORD_MAX);
	assert_int_equal(cchc_record_decode(&back, bytes, len), CCHC_OK);
	assert_same(&record, &back);
}

static void a_whole_report_spends_one_byte_a_cell_on_its_number(void **state)
{
	struct cchc_cells_record record;
	uint8_t bytes[CCHC_RECORD_MAX];

	(void)state;
	cchc_record_clear(&record);
	for (size_t i = 0; i < CCHC_RECORD_CELLS; i++)
		put(&record, i, CCHC_FIGURE, 26, 100);
	assert_int_equal(cchc_record_encode(&record, bytes), 1 + 64 * 3);
}

static void a_record_that_cannot_be_is_corrupt(void **state)
{
	static const struct {
		const char *why;
		size_t len;
		uint8_t bytes[12];
	} TABLE[] = {
		{"nothing", 0, {0}},
		{"no cell", 1, {5}},
		{"an absent cell", 3, {5, 0, 0}},
		{"a row beyond the chunk", 4, {5, 0x82, 0x02, 0}},
		{"two cells, the second beyond", 6, {5, 0xfe, 0x01, 0, 2, 0}},
		{"no value", 2, {5, 1}},
		{"no number", 3, {5, 1, 7}},
		{"a number before the first", 4, {5, 1, 7, 5}},
		{"bytes behind", 5, {5, 1, 7, 4, 9}},
		{"a base that never ends",
		 11,
		 {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1}},
	};
	static const uint8_t SOUND[] = {5, 1, 7, 4};
	struct cchc_cells_record record;

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(TABLE); i++)
		if (cchc_record_decode(&record, TABLE[i].bytes, TABLE[i].len) !=
		    CCHC_CORRUPT)
			fail_msg("%s", TABLE[i].why);
	assert_int_equal(cchc_record_decode(&record, SOUND, sizeof(SOUND)), CCHC_OK);
	assert_int_equal(record.value[0], -4);
	assert_int_equal(record.journal[0], 1);
}

static void a_cut_record_is_never_read_as_the_whole(void **state)
{
	struct cchc_cells_record record;
	struct cchc_cells_record back;
	uint8_t bytes[CCHC_RECORD_MAX];
	size_t whole;

	(void)state;
	cchc_record_clear(&record);
	put(&record, 3, CCHC_FIGURE, 8066841050, 7);
	put(&record, 9, CCHC_NA, 0, 900);
	put(&record, 63, CCHC_WITHDRAWN, 0, 12);
	whole = cchc_record_encode(&record, bytes);
	for (size_t len = 0; len < whole; len++) {
		enum cchc_rc rc = cchc_record_decode(&back, bytes, len);

		/* a cut between two cells leaves a record of fewer cells: the check
		 * sum of the value sees that */
		assert_true(rc == CCHC_CORRUPT || back.state[63] == CCHC_ABSENT);
	}
}

static void random_bytes_never_crash_and_what_decodes_encodes_again(void **state)
{
	struct test_random r = {.state = test_random_seed()};
	unsigned rounds = test_random_rounds(20000);
	uint8_t again[CCHC_RECORD_MAX];

	(void)state;
	for (unsigned i = 0; i < rounds; i++) {
		size_t len = test_random_below(&r, 40);
		uint8_t *bytes = malloc(len + 1);
		struct cchc_cells_record record;
		struct cchc_cells_record back;

		for (size_t k = 0; k < len; k++)
			bytes[k] = (uint8_t)(test_random_next(&r) &
					     (test_random_below(&r, 2) ? 0x0f : 0xff));
		if (cchc_record_decode(&record, bytes, len) == CCHC_OK) {
			len = cchc_record_encode(&record, again);
			assert_int_equal(cchc_record_decode(&back, again, len), CCHC_OK);
			assert_same(&record, &back);
		}
		free(bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_packed_unpacks_the_same),
		cmocka_unit_test(the_worst_record_is_below_the_bound),
		cmocka_unit_test(a_whole_report_spends_one_byte_a_cell_on_its_number),
		cmocka_unit_test(a_record_that_cannot_be_is_corrupt),
		cmocka_unit_test(a_cut_record_is_never_read_as_the_whole),
		cmocka_unit_test(random_bytes_never_crash_and_what_decodes_encodes_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
