#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "random.h"
#include "store/entry.h"

static struct cchc_entry_cell cells[] = {
	{.row = 5, .state = CCHC_FIGURE, .value = 26, .before = 9},
	{.row = 6, .state = CCHC_NA, .before = 0},
	{.row = 1, .state = CCHC_WITHDRAWN, .before = 3},
	{.row = 65534, .state = CCHC_FIGURE, .value = -8066841050, .before = 1},
	{.row = 0, .state = CCHC_FIGURE, .value = INT64_MIN, .before = 9},
};

static struct cchc_refusal refusals[] = {
	{.index = 2,
	 .rule = CCHC_RULE_NEGATIVE,
	 .field = "I.4.2",
	 .value = "-1",
	 .expected = "không âm"},
	{.index = CCHC_REFUSED_WHOLE, .rule = CCHC_RULE_LOCKED},
};
static uint16_t refused_rows[] = {17, 0};

static struct cchc_entry_unit units[] = {
	{.id = 1, .code = "33", .valid_from = CCHC_DAY_NONE},
	{.id = 4000000000, .code = "12004", .valid_from = 20270},
};

#define FROM_KEY                                                                         \
	.clock_ms = 1710000000123, .sender = "nhu-quynh", .sender_unit = 7,              \
	.epoch = 0xfedcba9876543210, .seq = 300, .chain = {1, 2, 3, 255, 16}

#define MESSAGE                                                                          \
	.unit = 70000, .form = 3, .revision = 2,                                         \
	.period = {.year = 2024, .slot = CCHC_H1}, .doc_number = "37/BC-UBND",           \
	.doc_date = -1, .signer_name = "Nguyễn Văn A", .signer_position = "Chủ tịch",    \
	.complete = 2, .as_of_ms = -5, .source = "quy-1.xlsx"

static const struct cchc_entry SAMPLES[] = {
	{.kind = CCHC_ENTRY_REPORT,
	 FROM_KEY,
	 MESSAGE,
	 .cell = cells,
	 .n_cells = CCHC_COUNT(cells),
	 .refusal = refusals,
	 .refused_row = refused_rows,
	 .n_refusals = CCHC_COUNT(refusals)},
	{.kind = CCHC_ENTRY_UPDATE, FROM_KEY, MESSAGE, .cell = cells, .n_cells = 1},
	{.kind = CCHC_ENTRY_REPORT, /* refused before anything in it was known */
	 FROM_KEY,
	 .doc_number = "",
	 .doc_date = CCHC_DAY_NONE,
	 .signer_name = "",
	 .signer_position = "",
	 .source = "",
	 .refusal = &refusals[1],
	 .refused_row = &refused_rows[1],
	 .n_refusals = 1},
	{.kind = CCHC_ENTRY_SKIP, FROM_KEY},
	{.kind = CCHC_ENTRY_STORED, FROM_KEY},
	{.kind = CCHC_ENTRY_UNITS, .units = units, .n_units = CCHC_COUNT(units)},
	{.kind = CCHC_ENTRY_FORM,
	 .form = 3,
	 .revision = 2,
	 .source = "cchc-2021",
	 .text = "form\0bytes",
	 .text_len = 10},
	{.kind = CCHC_ENTRY_CONFIG, .source = "cchcd.yaml", .text = "", .text_len = 0},
};

static void assert_same_text(const char *a, const char *b)
{
	assert_string_equal(a ? a : "", b);
}

static void assert_same_lists(const struct cchc_entry *a, const struct cchc_entry *b)
{
	assert_int_equal(a->n_cells, b->n_cells);
	for (size_t i = 0; i < a->n_cells; i++) {
		assert_int_equal(a->cell[i].row, b->cell[i].row);
		assert_int_equal(a->cell[i].state, b->cell[i].state);
		assert_true(a->cell[i].value == b->cell[i].value);
		assert_true(a->cell[i].before == b->cell[i].before);
	}
	assert_int_equal(a->n_refusals, b->n_refusals);
	for (size_t i = 0; i < a->n_refusals; i++) {
		assert_int_equal(a->refused_row[i], b->refused_row[i]);
		assert_memory_equal(&a->refusal[i], &b->refusal[i],
				    sizeof(struct cchc_refusal));
	}
	assert_int_equal(a->n_units, b->n_units);
	for (size_t i = 0; i < a->n_units; i++) {
		assert_true(a->units[i].id == b->units[i].id);
		assert_string_equal(a->units[i].code, b->units[i].code);
		assert_int_equal(a->units[i].valid_from, b->units[i].valid_from);
	}
	assert_int_equal(a->text_len, b->text_len);
	if (a->text_len)
		assert_memory_equal(a->text, b->text, a->text_len);
}

static void assert_same_entry(const struct cchc_entry *a, const struct cchc_entry *b)
{
	bool message = a->kind == CCHC_ENTRY_REPORT || a->kind == CCHC_ENTRY_UPDATE;

	assert_int_equal(a->kind, b->kind);
	assert_true(a->clock_ms == b->clock_ms);
	assert_same_text(a->sender, b->sender);
	assert_int_equal(a->sender_unit, b->sender_unit);
	assert_true(a->epoch == b->epoch && a->seq == b->seq);
	assert_memory_equal(a->chain, b->chain, sizeof(a->chain));
	assert_true(a->unit == b->unit && a->form == b->form);
	assert_int_equal(a->revision, b->revision);
	assert_true(cchc_period_equal(a->period, b->period));
	assert_same_text(a->doc_number, b->doc_number);
	assert_int_equal(message ? a->doc_date : CCHC_DAY_NONE, b->doc_date);
	assert_same_text(a->signer_name, b->signer_name);
	assert_same_text(a->signer_position, b->signer_position);
	assert_int_equal(a->complete, b->complete);
	assert_true(a->as_of_ms == b->as_of_ms);
	assert_same_text(a->source, b->source);
	assert_same_lists(a, b);
}

/* In a buffer of exactly its length, so that the sanitizer sees a byte read beyond it. */
static uint8_t *encode(const struct cchc_entry *entry, size_t *len)
{
	uint8_t *bytes = malloc(cchc_entry_room(entry));

	assert_non_null(bytes);
	*len = cchc_entry_encode(entry, bytes);
	assert_true(*len <= cchc_entry_room(entry));
	return realloc(bytes, *len);
}

static void every_kind_comes_back_as_it_went(void **state)
{
	struct cchc_arena arena;

	(void)state;
	cchc_arena_init(&arena, 1 << 20);
	for (size_t i = 0; i < CCHC_COUNT(SAMPLES); i++) {
		struct cchc_entry back = {.number = 4711};
		size_t len;
		uint8_t *bytes = encode(&SAMPLES[i], &len);

		assert_int_equal(cchc_entry_decode(&arena, bytes, len, &back), CCHC_OK);
		assert_same_entry(&SAMPLES[i], &back);
		assert_int_equal(back.number, 4711);
		free(bytes);
	}
	cchc_arena_fini(&arena);
}

static void cut_anywhere_or_longer_it_is_corrupt(void **state)
{
	struct cchc_arena arena;
	struct cchc_entry back;

	(void)state;
	cchc_arena_init(&arena, 1 << 24);
	for (size_t i = 0; i < CCHC_COUNT(SAMPLES); i++) {
		size_t len;
		uint8_t *bytes = encode(&SAMPLES[i], &len);
		uint8_t *longer = calloc(1, len + 1);

		memcpy(longer, bytes, len);
		assert_int_equal(cchc_entry_decode(&arena, longer, len + 1, &back),
				 CCHC_CORRUPT);
		free(longer);
		for (size_t cut = 0; cut < len; cut++) {
			uint8_t *part = malloc(cut + 1);

			memcpy(part + 1, bytes, cut);
			assert_int_equal(cchc_entry_decode(&arena, part + 1, cut, &back),
					 CCHC_CORRUPT);
			free(part);
		}
		free(bytes);
	}
	cchc_arena_fini(&arena);
}

static void another_version_or_kind_is_corrupt(void **state)
{
	struct cchc_arena arena;
	struct cchc_entry back;
	size_t len;
	uint8_t *bytes = encode(&SAMPLES[3], &len);

	(void)state;
	cchc_arena_init(&arena, 1 << 20);
	bytes[0]++;
	assert_int_equal(cchc_entry_decode(&arena, bytes, len, &back), CCHC_CORRUPT);
	bytes[0]--;
	bytes[1] = 3;
	assert_int_equal(cchc_entry_decode(&arena, bytes, len, &back), CCHC_CORRUPT);
	free(bytes);
	cchc_arena_fini(&arena);
}

static void memory_that_runs_out_is_not_called_corrupt(void **state)
{
	struct cchc_arena arena;
	struct cchc_entry back = {.seq = 1};
	size_t len;
	uint8_t *bytes = encode(&SAMPLES[0], &len);

	(void)state;
	for (size_t cap = 0; cap < 600; cap += 32) {
		cchc_arena_init(&arena, cap);
		assert_int_equal(cchc_entry_decode(&arena, bytes, len, &back),
				 CCHC_NOMEM);
		assert_int_equal(back.seq, 1);
		cchc_arena_fini(&arena);
	}
	free(bytes);
}

static void changed_bytes_never_crash_nor_take_much_memory(void **state)
{
	struct test_random r = {.state = test_random_seed()};
	unsigned rounds = test_random_rounds(20000);
	struct cchc_arena arena;
	struct cchc_entry back;

	(void)state;
	cchc_arena_init(&arena, 1 << 20);
	for (unsigned i = 0; i < rounds; i++) {
		size_t len;
		uint8_t *bytes = encode(
			&SAMPLES[test_random_below(&r, CCHC_COUNT(SAMPLES))], &len);
		unsigned changes = 1 + test_random_below(&r, 4);

		while (changes--)
			bytes[test_random_below(&r, (uint32_t)len)] =
				(uint8_t)test_random_next(&r);
		assert_int_not_equal(cchc_entry_decode(&arena, bytes, len, &back),
				     CCHC_NOMEM);
		free(bytes);
		cchc_arena_fini(&arena);
	}
}

static void random_bytes_never_crash(void **state)
{
	struct test_random r = {.state = test_random_seed()};
	unsigned rounds = test_random_rounds(20000);
	struct cchc_arena arena;
	struct cchc_entry back;

	(void)state;
	cchc_arena_init(&arena, 1 << 20);
	for (unsigned i = 0; i < rounds; i++) {
		size_t len = 2 + test_random_below(&r, 80);
		uint8_t *bytes = malloc(len);

		for (size_t k = 0; k < len; k++)
			bytes[k] = (uint8_t)test_random_next(&r);
		bytes[0] = 1;
		bytes[1] = (uint8_t)(1 + bytes[1] % 9);
		(void)!cchc_entry_decode(&arena, bytes, len, &back);
		free(bytes);
		cchc_arena_fini(&arena);
	}
}

static void a_report_of_one_predecessor_is_small(void **state)
{
	struct cchc_entry entry = SAMPLES[1];
	struct cchc_entry_cell many[100];
	size_t empty;
	size_t len;

	(void)state;
	entry.cell = many;
	entry.n_cells = 0;
	free(encode(&entry, &empty));
	for (uint16_t i = 0; i < 100; i++)
		many[i] = (struct cchc_entry_cell){.row = (uint16_t)(i + 1),
						   .state = CCHC_FIGURE,
						   .value = 42,
						   .before = 123456};
	entry.n_cells = 100;
	free(encode(&entry, &len));
	assert_true(len - empty <= 3 * 100 + 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_comes_back_as_it_went),
		cmocka_unit_test(cut_anywhere_or_longer_it_is_corrupt),
		cmocka_unit_test(another_version_or_kind_is_corrupt),
		cmocka_unit_test(memory_that_runs_out_is_not_called_corrupt),
		cmocka_unit_test(changed_bytes_never_crash_nor_take_much_memory),
		cmocka_unit_test(random_bytes_never_crash),
		cmocka_unit_test(a_report_of_one_predecessor_is_small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
