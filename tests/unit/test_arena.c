/* Memory that is given back in one step. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"

enum { ROUNDS = 5, MANY = 4000 };

static void assert_fresh(const uint8_t *memory, size_t bytes)
{
	assert_non_null(memory);
	assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
	for (size_t i = 0; i < bytes; i++)
		assert_int_equal(memory[i], 0);
}

static void memory_is_zeroed_and_aligned_however_often_it_was_used(void **state)
{
	struct cchc_arena arena;

	(void)state;
	cchc_arena_init(&arena, SIZE_MAX);
	for (unsigned round = 0; round < ROUNDS; round++) {
		for (size_t bytes = 1; bytes < MANY; bytes += 97) {
			uint8_t *memory = cchc_arena_alloc(&arena, bytes);

			assert_fresh(memory, bytes);
			memset(memory, 0xff, bytes);
		}
		assert_true(arena.used > 0);
		cchc_arena_reset(&arena);
		assert_int_equal(arena.used, 0);
	}
	cchc_arena_fini(&arena);
}

static void what_was_handed_out_stays_while_more_is(void **state)
{
	uint32_t *number[MANY];
	struct cchc_arena arena;

	(void)state;
	cchc_arena_init(&arena, SIZE_MAX);
	for (uint32_t i = 0; i < MANY; i++) {
		number[i] = cchc_arena_array(&arena, i % 300 + 1, sizeof(uint32_t));
		assert_non_null(number[i]);
		*number[i] = i;
	}
	for (uint32_t i = 0; i < MANY; i++)
		assert_int_equal(*number[i], i);
	cchc_arena_fini(&arena);
}

static void nothing_is_handed_out_beyond_the_cap(void **state)
{
	static const size_t CAPS[] = {0, 16, 1000, 20000, 3000000};
	struct cchc_arena arena;

	(void)state;
	for (size_t i = 0; i < sizeof(CAPS) / sizeof(CAPS[0]); i++) {
		cchc_arena_init(&arena, CAPS[i]);
		for (unsigned round = 0; round < ROUNDS; round++) {
			while (cchc_arena_alloc(&arena, 100))
				assert_true(arena.used <= CAPS[i]);
			assert_true(arena.used + 112 > CAPS[i]);
			assert_null(cchc_arena_alloc(&arena, CAPS[i] + 1));
			assert_null(cchc_arena_array(&arena, SIZE_MAX / 2, 3));
			cchc_arena_reset(&arena);
		}
		cchc_arena_fini(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed_and_aligned_however_often_it_was_used),
		cmocka_unit_test(what_was_handed_out_stays_while_more_is),
		cmocka_unit_test(nothing_is_handed_out_beyond_the_cap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
