#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/check.h"
#include "storekit.h"

static struct kit kit;

/* ---- the place of a message ---- */

static void skip_seqs(struct sender *sender, unsigned n)
{
	while (n--) {
		uint32_t body = (uint32_t)sender->seq + 100;
		struct cchc_entry entry = entry_next(sender, CCHC_ENTRY_SKIP, body);

		assert_int_equal(kit_apply(&kit, &entry, body).applied, CCHC_APPLIED);
	}
}

static void only_the_next_message_of_our_chain_is_applied(void **state)
{
	static const struct {
		uint64_t seq;
		bool our_chain;
		enum cchc_applied expected;
	} TABLE[] = {
		{0, true, CCHC_REPEATED}, {1, true, CCHC_REPEATED},
		{1, false, CCHC_FORKED},  {3, true, CCHC_REPEATED},
		{3, false, CCHC_FORKED},  {4, false, CCHC_FORKED},
		{5, true, CCHC_GAP},      {UINT64_MAX, true, CCHC_GAP},
	};
	struct sender at[6] = {sender_of(7, 0x11)};
	uint32_t sum;

	(void)state;
	for (int i = 1; i < 6; i++) {
		at[i] = at[i - 1];
		(void)entry_next(&at[i], CCHC_ENTRY_SKIP, (uint32_t)i);
	}
	for (int i = 1; i < 4; i++) {
		struct cchc_entry entry = entry_at(&at[i], CCHC_ENTRY_SKIP);

		assert_int_equal(kit_apply(&kit, &entry, (uint32_t)i).mark, i);
		assert_int_equal(entry.number, i);
	}
	sum = kit_sum_all(&kit);
	for (size_t i = 0; i < CCHC_COUNT(TABLE); i++) {
		uint64_t seq = TABLE[i].seq;
		struct cchc_entry entry =
			entry_at(&at[seq < 6 ? seq : 5], CCHC_ENTRY_SKIP);
		struct cchc_outcome outcome;

		entry.seq = seq;
		entry.chain[0] ^= TABLE[i].our_chain ? 0 : 1;
		outcome = kit_apply(&kit, &entry, (uint32_t)seq);
		assert_int_equal(outcome.applied, TABLE[i].expected);
		assert_int_equal(outcome.mark, 3);
		assert_int_equal(outcome.changes.n, 0);
	}
	assert_int_equal(kit_sum_all(&kit), sum);
	assert_int_equal(kit_commit_number(&kit), 3);
}

static void an_epoch_begins_at_one_with_its_own_chain(void **state)
{
	struct sender stranger = sender_of(7, 0x22);
	struct sender sender = sender_of(7, 0x11);
	struct cchc_entry first = entry_next(&sender, CCHC_ENTRY_SKIP, 1);
	struct cchc_entry second = entry_next(&sender, CCHC_ENTRY_SKIP, 2);
	struct cchc_entry wrong = entry_next(&stranger, CCHC_ENTRY_SKIP, 1);
	struct cchc_outcome outcome;

	(void)state;
	outcome = kit_apply(&kit, &second, 2);
	assert_int_equal(outcome.applied, CCHC_GAP);
	assert_int_equal(outcome.mark, 0);
	wrong.epoch = sender.epoch;
	assert_int_equal(kit_apply(&kit, &wrong, 1).applied, CCHC_FORKED);
	assert_int_equal(kit_commit_number(&kit), 0);
	assert_int_equal(kit_apply(&kit, &first, 1).applied, CCHC_APPLIED);
	assert_int_equal(kit_apply(&kit, &second, 2).mark, 2);
}

static void below_the_window_a_repeat_is_taken_at_its_word(void **state)
{
	struct sender sender = sender_of(7, 0x11);
	struct cchc_entry entry;

	(void)state;
	skip_seqs(&sender, 40);
	entry = entry_at(&sender, CCHC_ENTRY_SKIP);
	memset(entry.chain, 0x5a, sizeof(entry.chain));
	entry.seq = 40 - CCHC_WINDOW + 1;
	assert_int_equal(kit_apply(&kit, &entry, 0).applied, CCHC_FORKED);
	entry.seq--;
	assert_int_equal(kit_apply(&kit, &entry, 0).applied, CCHC_REPEATED);
}

struct marks {
	size_t n;
	uint64_t epoch[32];
};

static void on_mark(void *data, uint32_t unit, uint64_t epoch,
		    const struct cchc_mark *mark)
{
	struct marks *marks = data;

	(void)unit;
	(void)mark;
	marks->epoch[marks->n++] = epoch;
}

static struct marks marks_of(uint32_t unit)
{
	struct marks marks = {0};
	struct cchc_txn txn;

	cchc_txn_read(&txn, kit.store.env);
	cchc_store_each_mark(&txn, unit, on_mark, &marks);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	return marks;
}

static void begin_epoch(uint32_t unit, uint64_t epoch)
{
	struct sender sender = sender_of(unit, epoch);

	skip_seqs(&sender, 1);
}

static void a_seventeenth_epoch_retires_the_one_silent_longest(void **state)
{
	struct sender first = sender_of(7, 1);
	struct sender second = sender_of(7, 2);
	struct cchc_refusal refusal = refusal_of(0, "I.1");
	uint16_t row = 0;
	struct cchc_entry late;
	struct marks marks;

	(void)state;
	skip_seqs(&first, 1);
	late = entry_next(&second, CCHC_ENTRY_UPDATE, 1);
	late.refusal = &refusal;
	late.refused_row = &row;
	late.n_refusals = 1;
	assert_int_equal(kit_apply(&kit, &late, 1).applied, CCHC_APPLIED);
	begin_epoch(8, 2);
	for (uint64_t epoch = 3; epoch <= 16; epoch++)
		begin_epoch(7, epoch);
	skip_seqs(&first, 1); /* older, but not silent: it stays */
	assert_int_equal(marks_of(7).n, 16);
	begin_epoch(7, 17);
	marks = marks_of(7);
	assert_int_equal(marks.n, 16);
	assert_int_equal(marks.epoch[0], 1);
	assert_int_equal(marks.epoch[1], 3);
	assert_int_equal(kit_apply(&kit, &late, 1).applied, CCHC_RETIRED);
	assert_int_equal(marks_of(8).n, 1);
	assert_int_equal(marks_of(0).n, 17);
	assert_int_equal(kit_sum(&kit, CCHC_TABLE_REFUSALS), 0);
}

/* Else they would come back with each ack after a restart, for nobody forgets them. */
static void what_the_agent_refused_itself_is_not_kept_to_be_told(void **state)
{
	struct sender sender = sender_of(7, 1);
	struct cchc_refusal refusal[2] = {refusal_of(CCHC_REFUSED_UNREAD, "I.1"),
					  refusal_of(CCHC_REFUSED_UNREAD + 1, "I.2")};
	uint16_t row[2] = {1, 2};
	struct cchc_entry entry = entry_next(&sender, CCHC_ENTRY_UPDATE, 1);

	(void)state;
	entry.refusal = refusal;
	entry.refused_row = row;
	entry.n_refusals = 2;
	assert_int_equal(kit_apply(&kit, &entry, 1).applied, CCHC_APPLIED);
	assert_int_equal(kit_sum(&kit, CCHC_TABLE_REFUSALS), 0);
}

static void the_last_64_retired_epochs_are_known(void **state)
{
	struct sender one = sender_of(7, 1);
	struct sender two = sender_of(7, 2);
	struct cchc_entry of_one = entry_next(&one, CCHC_ENTRY_SKIP, 1);
	struct cchc_entry of_two = entry_next(&two, CCHC_ENTRY_SKIP, 1);

	(void)state;
	for (uint64_t epoch = 1; epoch <= 16 + 65; epoch++)
		begin_epoch(7, epoch);
	assert_int_equal(kit_apply(&kit, &of_two, 1).applied, CCHC_RETIRED);
	assert_int_equal(kit_apply(&kit, &of_one, 1).applied, CCHC_APPLIED);
}

/* ---- cells ---- */

static struct cchc_stored_cell cell_of(uint16_t row)
{
	struct cchc_stored_cell cell = {.unit = 0};
	struct cchc_txn txn;

	cchc_txn_read(&txn, kit.store.env);
	if (!cchc_store_cell(&txn, 7, KIT_FORM, KIT_Q1, row, &cell))
		assert_int_equal(cell.figure.state, CCHC_ABSENT);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	return cell;
}

static void each_change_of_a_cell_names_the_entry_before_it(void **state)
{
	static const struct {
		uint8_t state;
		int64_t value;
		uint8_t now; /* state in the store after it */
		uint64_t before;
	} TABLE[] = {
		{CCHC_WITHDRAWN, 0, CCHC_WITHDRAWN, 0},
		{CCHC_FIGURE, 0, CCHC_FIGURE, 1},
		{CCHC_FIGURE, 26, CCHC_FIGURE, 2},
		{CCHC_FIGURE, 26, CCHC_FIGURE, 3},
		{CCHC_NA, 99, CCHC_NA, 4},
		{CCHC_WITHDRAWN, 0, CCHC_WITHDRAWN, 5},
		{CCHC_WITHDRAWN, 0, CCHC_WITHDRAWN, 6},
		{CCHC_FIGURE, -5, CCHC_FIGURE, 7},
	};
	struct sender sender = sender_of(7, 0x11);
	struct cchc_figure now = {.state = CCHC_ABSENT};

	(void)state;
	for (uint32_t i = 0; i < CCHC_COUNT(TABLE); i++) {
		struct cchc_entry_cell cell = {
			.row = 70, .state = TABLE[i].state, .value = TABLE[i].value};
		struct cchc_entry entry = entry_next(&sender, CCHC_ENTRY_UPDATE, i);
		struct cchc_outcome outcome;
		struct cchc_stored_cell stored;

		entry.cell = &cell;
		entry.n_cells = 1;
		outcome = kit_apply(&kit, &entry, i);
		stored = cell_of(70);
		assert_int_equal(cell.before, TABLE[i].before);
		assert_int_equal(stored.figure.state, TABLE[i].now);
		assert_int_equal(stored.journal, i + 1);
		assert_int_equal(outcome.changes.n, 1);
		assert_int_equal(outcome.changes.row[0], 70);
		assert_int_equal(outcome.changes.journal, i + 1);
		assert_true(cchc_figure_equal(outcome.changes.old[0], now));
		assert_true(cchc_figure_equal(outcome.changes.new[0], stored.figure));
		now = stored.figure;
	}
}

static void the_chain_of_a_cell_is_read_back_to_its_first_entry(void **state)
{
	struct sender sender = sender_of(7, 0x11);
	struct cchc_entry entry;
	struct cchc_txn txn;
	uint64_t number;
	int64_t value = 5;

	(void)state;
	for (uint32_t i = 1; i <= 5; i++) {
		struct cchc_entry_cell cells[] = {
			{.row = (uint16_t)(200 + i), .state = CCHC_NA},
			{.row = 3, .state = CCHC_FIGURE, .value = i}};

		entry = entry_next(&sender, CCHC_ENTRY_REPORT, i);
		entry.cell = cells;
		entry.n_cells = 2;
		(void)kit_apply(&kit, &entry, i);
		skip_seqs(&sender, 1);
	}
	number = cell_of(3).journal;
	cchc_txn_read(&txn, kit.store.env);
	for (; number; number = entry.cell[1].before) {
		assert_true(cchc_store_entry(&txn, number, &kit.arena, &entry));
		assert_int_equal(entry.number, number);
		assert_int_equal(entry.cell[1].row, 3);
		assert_int_equal(entry.cell[1].value, value--);
	}
	assert_int_equal(value, 0);
	assert_false(cchc_store_entry(&txn, 11, &kit.arena, &entry));
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
}

struct walked {
	uint64_t numbers;
	uint64_t rows;
};

static void on_entry(void *data, const struct cchc_entry *entry)
{
	struct walked *walked = data;

	assert_int_equal(entry->number, walked->numbers + 1);
	walked->numbers = entry->number;
	for (size_t i = 0; i < entry->n_cells; i++)
		walked->rows += entry->cell[i].row;
}

static void a_walk_meets_every_entry_in_the_order_of_their_numbers(void **state)
{
	struct sender sender = sender_of(7, 0x11);
	struct walked walked = {0};
	struct cchc_txn txn;

	(void)state;
	for (uint16_t i = 1; i <= 300; i++) {
		struct cchc_entry_cell cell = {.row = i, .state = CCHC_NA};
		struct cchc_entry entry = entry_next(&sender, CCHC_ENTRY_UPDATE, i);

		entry.cell = &cell;
		entry.n_cells = 1;
		(void)kit_apply(&kit, &entry, i);
	}
	cchc_txn_read(&txn, kit.store.env);
	cchc_store_each_entry(&txn, on_entry, &walked);
	assert_int_equal(walked.numbers, 300);
	assert_int_equal(walked.rows, 300 * 301 / 2);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
}

static void rows_in_any_order_and_far_apart_are_all_kept(void **state)
{
	static const uint16_t ROWS[] = {65534, 1, 64, 63, 4000, 65, 127, 128, 2};
	struct sender sender = sender_of(7, 0x11);
	struct cchc_entry_cell cells[CCHC_COUNT(ROWS)] = {{.row = 0}};
	struct cchc_stored_cell stored[CCHC_ROWS_MAX];
	struct cchc_entry entry = entry_next(&sender, CCHC_ENTRY_REPORT, 1);
	struct cchc_outcome outcome;
	struct cchc_txn txn;

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(ROWS); i++)
		cells[i] = (struct cchc_entry_cell){
			.row = ROWS[i], .state = CCHC_FIGURE, .value = ROWS[i]};
	entry.cell = cells;
	entry.n_cells = CCHC_COUNT(ROWS);
	outcome = kit_apply(&kit, &entry, 1);
	for (size_t i = 0; i < CCHC_COUNT(ROWS); i++) {
		assert_int_equal(outcome.changes.row[i], ROWS[i]);
		assert_int_equal(outcome.changes.new[i].value, ROWS[i]);
	}
	cchc_txn_read(&txn, kit.store.env);
	assert_int_equal(cchc_store_cells(&txn, 7, KIT_FORM, KIT_Q1, stored),
			 CCHC_COUNT(ROWS));
	for (size_t i = 0; i < CCHC_COUNT(ROWS); i++) {
		assert_int_equal(stored[i].figure.value, stored[i].row);
		assert_true(i == 0 || stored[i].row > stored[i - 1].row);
	}
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
}

static void a_later_message_keeps_what_it_does_not_name(void **state)
{
	struct cchc_entry_cell first[] = {{.row = 1, .state = CCHC_FIGURE, .value = 8},
					  {.row = 2, .state = CCHC_NA}};
	struct cchc_entry_cell second = {.row = 2, .state = CCHC_FIGURE, .value = 9};
	struct sender sender = sender_of(7, 0x11);
	struct cchc_entry entry = entry_next(&sender, CCHC_ENTRY_REPORT, 1);

	(void)state;
	entry.cell = first;
	entry.n_cells = 2;
	(void)kit_apply(&kit, &entry, 1);
	entry = entry_next(&sender, CCHC_ENTRY_UPDATE, 2);
	entry.cell = &second;
	entry.n_cells = 1;
	(void)kit_apply(&kit, &entry, 2);
	assert_int_equal(cell_of(1).figure.value, 8);
	assert_int_equal(cell_of(1).journal, 1);
	assert_int_equal(cell_of(2).figure.value, 9);
	assert_int_equal(cell_of(2).journal, 2);
}

static void an_entry_that_no_daemon_writes_fails_the_transaction(void **state)
{
	static const struct {
		const char *why;
		struct cchc_entry_cell cell[2];
		uint32_t unit;
	} TABLE[] = {
		{"a row twice",
		 {{.row = 5, .state = CCHC_NA}, {.row = 5, .state = CCHC_NA}},
		 7},
		{"an absent cell", {{.row = 5, .state = CCHC_NA}, {.row = 6}}, 7},
		{"no such state", {{.row = 5, .state = 4}}, 7},
		{"no unit",
		 {{.row = 5, .state = CCHC_NA}, {.row = 6, .state = CCHC_NA}},
		 0},
	};
	struct sender sender = sender_of(7, 0x11);

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(TABLE); i++) {
		struct cchc_entry entry = entry_at(&sender, CCHC_ENTRY_UPDATE);
		struct cchc_entry_cell cells[2];

		memcpy(cells, TABLE[i].cell, sizeof(cells));
		entry.seq = 1;
		entry.unit = TABLE[i].unit;
		entry.cell = cells;
		entry.n_cells = 2;
		if (kit_try(&kit, &entry) != CCHC_INVALID)
			fail_msg("%s", TABLE[i].why);
	}
	{
		struct cchc_entry entry = entry_at(&sender, (enum cchc_entry_kind)77);

		assert_int_equal(kit_try(&kit, &entry), CCHC_INVALID);
	}
}

static void an_arena_that_is_full_fails_the_transaction(void **state)
{
	struct cchc_entry_cell cell = {.row = 1, .state = CCHC_NA};
	struct sender sender = sender_of(7, 0x11);
	struct cchc_entry entry = entry_next(&sender, CCHC_ENTRY_REPORT, 1);
	struct cchc_outcome outcome;
	struct cchc_arena arena;
	struct cchc_txn txn;

	(void)state;
	entry.cell = &cell;
	entry.n_cells = 1;
	for (size_t cap = 0; cap <= 128; cap += 32) {
		cchc_arena_init(&arena, cap);
		cchc_txn_write(&txn, kit.store.env);
		cchc_apply(&txn, &entry, NULL, NULL, &arena, &outcome);
		assert_int_equal(cchc_txn_commit(&txn), CCHC_NOMEM);
		cchc_arena_fini(&arena);
	}
	assert_int_equal(kit_commit_number(&kit), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(only_the_next_message_of_our_chain_is_applied),
		KIT_TEST(an_epoch_begins_at_one_with_its_own_chain),
		KIT_TEST(below_the_window_a_repeat_is_taken_at_its_word),
		KIT_TEST(a_seventeenth_epoch_retires_the_one_silent_longest),
		KIT_TEST(what_the_agent_refused_itself_is_not_kept_to_be_told),
		KIT_TEST(the_last_64_retired_epochs_are_known),
		KIT_TEST(each_change_of_a_cell_names_the_entry_before_it),
		KIT_TEST(the_chain_of_a_cell_is_read_back_to_its_first_entry),
		KIT_TEST(a_walk_meets_every_entry_in_the_order_of_their_numbers),
		KIT_TEST(rows_in_any_order_and_far_apart_are_all_kept),
		KIT_TEST(a_later_message_keeps_what_it_does_not_name),
		KIT_TEST(an_entry_that_no_daemon_writes_fails_the_transaction),
		KIT_TEST(an_arena_that_is_full_fails_the_transaction),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
