#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "core/task.h"
#include "random.h"
#include "store/alert.h"
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

static const uint32_t co[] = {9, 4000000000, 7};

static const struct cchc_deed add = {.kind = CCHC_DEED_ADD,
				     .hand = CCHC_HAND_OPERATOR,
				     .id = "CV-12/11986",
				     .class_name = "nhiem-vu",
				     .title = "Rà soát thủ tục hành chính",
				     .doc_number = "12/UBND",
				     .doc_date = 19700,
				     .assigner = "UBND huyện",
				     .assigned = 19701,
				     .co = co,
				     .n_co = CCHC_COUNT(co),
				     .is_duty = true,
				     .form = 3,
				     .period = 64790,
				     .lead = 7,
				     .due = 19800,
				     .effective = 19802,
				     .done = -1,
				     .result = "37/BC",
				     .wish = INT32_MAX,
				     .reason = "bão",
				     .reason_doc = "9/QĐ"};
/* as the wire brings one: what the kind does not use is not there */
static const struct cchc_deed report = {.kind = CCHC_DEED_REPORT,
					.hand = CCHC_HAND_COMMUNE,
					.id = "CV-12/11986",
					.unit = 7,
					.doc_date = CCHC_DAY_NONE,
					.assigned = CCHC_DAY_NONE,
					.due = CCHC_DAY_NONE,
					.effective = CCHC_DAY_NONE,
					.done = 19799,
					.wish = CCHC_DAY_NONE};

static struct cchc_delivery deliveries[] = {
	{.channel = "nhat-ky", .to = "", .tells_end = true},
	{.channel = "thu", .to = "a@b"},
};

static struct cchc_firing firings[] = {
	{.kind = CCHC_ALERT_STEP,
	 .key = "CV-12/11986/overdue/2",
	 .unit = 7,
	 .task = 12345678901,
	 .task_id = "CV-12/11986",
	 .step = "overdue",
	 .version = 2,
	 .urgency = CCHC_URGENCY_CRITICAL,
	 .due = 19802,
	 .moment_ms = 1710000000000,
	 .delivery = deliveries,
	 .n_deliveries = CCHC_COUNT(deliveries)},
	{.kind = CCHC_ALERT_STEP, .key = "a/d-7/1", .superseded = true},
	{.kind = CCHC_ALERT_DIGEST,
	 .key = "digest/11986/2024-03-15",
	 .unit = 4000000000,
	 .due = CCHC_DAY_NONE,
	 .moment_ms = -1,
	 .text = "Quá hạn: 1"},
};

static const struct cchc_handing handings[] = {
	{.alert = UINT64_MAX,
	 .delivery = CCHC_NO_DELIVERY,
	 .state = CCHC_DELIVERY_NONE,
	 .why = "told"},
	{.alert = 1,
	 .delivery = 2,
	 .of_end = true,
	 .state = CCHC_DELIVERY_DROPPED,
	 .why = "550 no such user"},
	{.alert = 1, .state = CCHC_DELIVERY_HANDED},
};

static const struct cchc_saying ack = {
	.kind = CCHC_SAY_ACK, .alert = 77, .note = "đã gọi điện"};
static const struct cchc_saying silence = {.kind = CCHC_SAY_SILENCE,
					   .unit = 7,
					   .task = 12,
					   .step = "d-7",
					   .until_ms = 1710000000000,
					   .silence = UINT64_MAX,
					   .note = ""};

static const struct cchc_entry_step steps[] = {{"nhiem-vu", "d-7", -7, 480},
					       {"nhiem-vu", "overdue", 1, 0},
					       {"bao-cao", "d-7", INT32_MIN, UINT32_MAX}};

static const struct cchc_entry_heard heard[] = {{1, 1710000000123}, {UINT32_MAX, 0}};

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
	{.kind = CCHC_ENTRY_DEED, .sender = "van-phong", .deed = &add},
	{.kind = CCHC_ENTRY_DEED,
	 FROM_KEY,
	 .as_of_ms = 1709999999999,
	 .source = "nhiem-vu.csv",
	 .deed = &report,
	 .refusal = &refusals[1],
	 .refused_row = &refused_rows[1],
	 .n_refusals = 1},
	{.kind = CCHC_ENTRY_DEED,
	 FROM_KEY,
	 .refusal = &refusals[1],
	 .refused_row = &refused_rows[1],
	 .n_refusals = 1},
	{.kind = CCHC_ENTRY_FIRE,
	 .clock_ms = 1710000000123,
	 .firing = firings,
	 .n_firings = CCHC_COUNT(firings)},
	{.kind = CCHC_ENTRY_HAND,
	 .handing = handings,
	 .n_handings = CCHC_COUNT(handings)},
	{.kind = CCHC_ENTRY_SAY, .sender = "van-phong", .saying = &ack},
	{.kind = CCHC_ENTRY_SAY, .sender = "van-phong", .saying = &silence},
	{.kind = CCHC_ENTRY_STEPS, .steps = steps, .n_steps = CCHC_COUNT(steps)},
	{.kind = CCHC_ENTRY_HEARD, .heard = heard, .n_heard = CCHC_COUNT(heard)},
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

static void assert_same_deed(const struct cchc_deed *a, const struct cchc_deed *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->hand, b->hand);
	assert_same_text(a->id, b->id);
	assert_int_equal(a->unit, b->unit);
	assert_same_text(a->class_name, b->class_name);
	assert_same_text(a->title, b->title);
	assert_same_text(a->doc_number, b->doc_number);
	assert_int_equal(a->doc_date, b->doc_date);
	assert_same_text(a->assigner, b->assigner);
	assert_int_equal(a->assigned, b->assigned);
	assert_int_equal(a->n_co, b->n_co);
	for (size_t i = 0; i < a->n_co; i++)
		assert_int_equal(a->co[i], b->co[i]);
	assert_int_equal(a->is_duty, b->is_duty);
	assert_int_equal(a->form, b->form);
	assert_int_equal(a->period, b->period);
	assert_int_equal(a->lead, b->lead);
	assert_int_equal(a->due, b->due);
	assert_int_equal(a->effective, b->effective);
	assert_int_equal(a->done, b->done);
	assert_same_text(a->result, b->result);
	assert_int_equal(a->wish, b->wish);
	assert_same_text(a->reason, b->reason);
	assert_same_text(a->reason_doc, b->reason_doc);
}

static void assert_same_firing(const struct cchc_firing *a, const struct cchc_firing *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_same_text(a->key, b->key);
	assert_int_equal(a->unit, b->unit);
	assert_true(a->task == b->task);
	assert_same_text(a->task_id, b->task_id);
	assert_same_text(a->step, b->step);
	assert_int_equal(a->version, b->version);
	assert_int_equal(a->urgency, b->urgency);
	assert_int_equal(a->due, b->due);
	assert_true(a->moment_ms == b->moment_ms);
	assert_int_equal(a->superseded, b->superseded);
	assert_same_text(a->text, b->text);
	assert_int_equal(a->n_deliveries, b->n_deliveries);
	for (size_t i = 0; i < a->n_deliveries; i++) {
		assert_same_text(a->delivery[i].channel, b->delivery[i].channel);
		assert_same_text(a->delivery[i].to, b->delivery[i].to);
		assert_int_equal(a->delivery[i].tells_end, b->delivery[i].tells_end);
	}
}

static void assert_same_saying(const struct cchc_saying *a, const struct cchc_saying *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_true(a->alert == b->alert && a->task == b->task);
	assert_int_equal(a->unit, b->unit);
	assert_same_text(a->step, b->step);
	assert_true(a->until_ms == b->until_ms && a->silence == b->silence);
	assert_same_text(a->note, b->note);
}

static void assert_same_alerts(const struct cchc_entry *a, const struct cchc_entry *b)
{
	assert_int_equal(a->n_firings, b->n_firings);
	for (size_t i = 0; i < a->n_firings; i++)
		assert_same_firing(&a->firing[i], &b->firing[i]);
	assert_int_equal(a->n_handings, b->n_handings);
	for (size_t i = 0; i < a->n_handings; i++) {
		assert_true(a->handing[i].alert == b->handing[i].alert);
		assert_int_equal(a->handing[i].delivery, b->handing[i].delivery);
		assert_int_equal(a->handing[i].of_end, b->handing[i].of_end);
		assert_int_equal(a->handing[i].state, b->handing[i].state);
		assert_same_text(a->handing[i].why, b->handing[i].why);
	}
	assert_int_equal(a->n_heard, b->n_heard);
	for (size_t i = 0; i < a->n_heard; i++) {
		assert_int_equal(a->heard[i].unit, b->heard[i].unit);
		assert_true(a->heard[i].at_ms == b->heard[i].at_ms);
	}
	assert_int_equal(a->n_steps, b->n_steps);
	for (size_t i = 0; i < a->n_steps; i++) {
		assert_string_equal(a->steps[i].class_name, b->steps[i].class_name);
		assert_string_equal(a->steps[i].step, b->steps[i].step);
		assert_int_equal(a->steps[i].days, b->steps[i].days);
		assert_int_equal(a->steps[i].minute, b->steps[i].minute);
	}
	assert_true(!a->saying == !b->saying && !a->deed == !b->deed);
	if (a->saying)
		assert_same_saying(a->saying, b->saying);
	if (a->deed)
		assert_same_deed(a->deed, b->deed);
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
	assert_same_alerts(a, b);
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
	bytes[1] = CCHC_ENTRY_HEARD + 1;
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
		bytes[1] = (uint8_t)(1 + bytes[1] % (CCHC_ENTRY_HEARD + 1));
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
