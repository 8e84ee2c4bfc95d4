#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/check.h"
#include "storekit.h"

static struct kit kit;

enum { MOST = 80 };

/* A message that gives and refuses rows; lists end with 0. */
struct step {
	enum cchc_entry_kind kind;
	const char *number; /* of the document; NULL: a draft */
	uint16_t gives[3];
	uint16_t refuses[3];
	bool whole; /* refused as a whole */
	/* then the head says */
	uint32_t version;
	bool submitted;
	uint64_t journal;
	uint32_t cells;
	uint32_t refused;
	uint16_t rows[4];
};

static struct cchc_outcome send_rows(struct sender *sender, const struct step *step)
{
	struct cchc_entry entry = entry_next(sender, step->kind, 1);
	struct cchc_entry_cell cells[3];
	struct cchc_refusal refusals[3];

	entry.cell = cells;
	while (entry.n_cells < 3 && step->gives[entry.n_cells]) {
		cells[entry.n_cells] =
			(struct cchc_entry_cell){.row = step->gives[entry.n_cells],
						 .state = CCHC_FIGURE,
						 .value = 1};
		entry.n_cells++;
	}
	entry.refusal = refusals;
	entry.refused_row = (uint16_t *)(uintptr_t)step->refuses;
	while (entry.n_refusals < 3 && step->refuses[entry.n_refusals]) {
		refusals[entry.n_refusals] =
			refusal_of((uint16_t)entry.n_refusals, "I.1");
		entry.n_refusals++;
	}
	if (step->whole) {
		refusals[0] = refusal_of(CCHC_REFUSED_WHOLE, "period");
		entry.n_refusals = 1;
	}
	if (step->number) {
		entry.doc_number = step->number;
		entry.doc_date = 19800;
		entry.signer_name = "Nguyễn Văn A";
	}
	return kit_apply(&kit, &entry, 1);
}

static bool head_of(struct cchc_report_head *head)
{
	struct cchc_txn txn;
	bool found;

	cchc_txn_read(&txn, kit.store.env);
	found = cchc_store_report(&txn, 7, KIT_FORM, KIT_Q1, head);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	return found;
}

static void assert_head(const struct step *step, size_t at)
{
	struct cchc_report_head head;
	size_t n = 0;

	if (head_of(&head) != (step->journal != 0))
		fail_msg("step %zu: head", at);
	if (head.version != step->version || head.submitted != step->submitted ||
	    head.journal != step->journal || head.cells != step->cells ||
	    head.refused != step->refused)
		fail_msg("step %zu: version %u journal %lu cells %u refused %u", at,
			 head.version, head.journal, head.cells, head.refused);
	while (n < 4 && step->rows[n]) {
		if (head.refused_row[n].row != step->rows[n])
			fail_msg("step %zu: row %zu", at, n);
		n++;
	}
	assert_int_equal(head.n_refused_rows, n);
}

static void run(const struct step *steps, size_t n)
{
	struct sender sender = sender_of(7, 0x11);

	for (size_t i = 0; i < n; i++) {
		assert_int_equal(send_rows(&sender, &steps[i]).applied, CCHC_APPLIED);
		assert_head(&steps[i], i);
	}
}

#define REPORT CCHC_ENTRY_REPORT
#define UPDATE CCHC_ENTRY_UPDATE

static void every_report_is_a_version_and_the_latest_one_says_its_state(void **state)
{
	static const struct step STEPS[] = {
		{REPORT, NULL, {1, 2}, {0}, false, 1, false, 1, 2, 0, {0}},
		{REPORT, "37/BC", {1}, {2}, false, 2, true, 2, 1, 1, {2}},
		{REPORT, "38/BC", {0}, {1, 3}, false, 3, true, 3, 0, 2, {2, 1, 3}},
		{REPORT, NULL, {1, 2, 4}, {0}, false, 4, false, 4, 3, 0, {3}},
	};

	(void)state;
	run(STEPS, CCHC_COUNT(STEPS));
}

static void an_update_makes_no_version_and_clears_rows_it_gives(void **state)
{
	static const struct step STEPS[] = {
		{UPDATE, NULL, {1}, {0}, false, 0, false, 1, 1, 0, {0}},
		{UPDATE, NULL, {2}, {0}, false, 0, false, 1, 1, 0, {0}},
		{UPDATE, NULL, {3}, {9}, false, 0, false, 3, 1, 1, {9}},
		{REPORT, "37/BC", {1}, {8}, false, 1, true, 4, 1, 1, {9, 8}},
		{UPDATE, NULL, {9}, {0}, false, 1, true, 4, 1, 1, {8}},
		{UPDATE, NULL, {0}, {7}, false, 1, true, 4, 1, 1, {8, 7}},
		{UPDATE, NULL, {0}, {8}, false, 1, true, 4, 1, 1, {7, 8}},
		{UPDATE, NULL, {1, 2}, {0}, false, 1, true, 4, 1, 1, {7, 8}},
	};

	(void)state;
	run(STEPS, CCHC_COUNT(STEPS));
}

static void a_message_refused_as_a_whole_is_no_version(void **state)
{
	static const struct step STEPS[] = {
		{REPORT, "37/BC", {0}, {1}, true, 0, false, 0, 0, 0, {0}},
		{REPORT, "37/BC", {1}, {0}, false, 1, true, 2, 1, 0, {0}},
		{REPORT, NULL, {0}, {1}, true, 1, true, 2, 1, 0, {0}},
	};

	(void)state;
	run(STEPS, CCHC_COUNT(STEPS));
}

static void a_row_given_and_refused_at_once_stands_refused(void **state)
{
	static const struct step STEPS[] = {
		{REPORT, NULL, {1, 2}, {2}, false, 1, false, 1, 2, 1, {2}},
	};

	(void)state;
	run(STEPS, CCHC_COUNT(STEPS));
}

static void a_full_list_of_refused_rows_loses_its_oldest(void **state)
{
	struct sender sender = sender_of(7, 0x11);
	struct cchc_report_head head;

	(void)state;
	for (uint16_t row = 1; row <= MOST; row++) {
		struct step step = {.kind = UPDATE, .refuses = {row}};

		(void)send_rows(&sender, &step);
	}
	assert_true(head_of(&head));
	assert_int_equal(head.n_refused_rows, 64);
	assert_int_equal(head.refused_row[0].row, MOST - 63);
	assert_int_equal(head.refused_row[63].row, MOST);
	assert_int_equal(head.refused_row[63].journal, MOST);
}

static void a_draft_lacks_number_date_or_signer(void **state)
{
	static const struct {
		const char *number;
		int32_t date;
		const char *signer;
		bool submitted;
	} TABLE[] = {
		{"37/BC", 19800, "A", true},
		{"", 19800, "A", false},
		{"37/BC", CCHC_DAY_NONE, "A", false},
		{"37/BC", 19800, "", false},
	};
	struct sender sender = sender_of(7, 0x11);
	struct cchc_report_head head;

	(void)state;
	for (uint32_t i = 0; i < CCHC_COUNT(TABLE); i++) {
		struct cchc_entry entry = entry_next(&sender, REPORT, i);

		entry.doc_number = TABLE[i].number;
		entry.doc_date = TABLE[i].date;
		entry.signer_name = TABLE[i].signer;
		entry.complete = (uint8_t)(i % 3);
		(void)kit_apply(&kit, &entry, i);
		assert_true(head_of(&head));
		assert_int_equal(head.submitted, TABLE[i].submitted);
		assert_string_equal(head.doc_number, TABLE[i].number);
		assert_int_equal(head.complete, i % 3);
		assert_true(head.received_ms == entry.clock_ms);
	}
}

static void a_long_document_number_is_cut_between_characters(void **state)
{
	char number[201] = "";
	struct sender sender = sender_of(7, 0x11);
	struct cchc_entry entry = entry_next(&sender, REPORT, 1);
	struct cchc_report_head head;

	(void)state;
	for (int i = 0; i < 100; i++)
		strcat(number, "đ");
	entry.doc_number = number;
	(void)kit_apply(&kit, &entry, 1);
	assert_true(head_of(&head));
	assert_int_equal(strlen(head.doc_number), 126);
}

struct heads {
	size_t n;
	uint32_t unit[8];
};

static void on_head(void *data, const struct cchc_report_head *head)
{
	struct heads *heads = data;

	heads->unit[heads->n++] = head->unit;
}

static void heads_are_listed_for_one_unit_or_all(void **state)
{
	static const uint32_t UNITS[] = {300, 7, 8};
	struct heads all = {0};
	struct heads one = {0};
	struct cchc_txn txn;

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(UNITS); i++) {
		struct sender sender = sender_of(UNITS[i], 0x11);
		struct cchc_entry entry = entry_next(&sender, REPORT, 1);

		(void)kit_apply(&kit, &entry, 1);
	}
	cchc_txn_read(&txn, kit.store.env);
	cchc_store_each_report(&txn, 0, on_head, &all);
	cchc_store_each_report(&txn, 8, on_head, &one);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	assert_int_equal(all.n, 3);
	assert_int_equal(all.unit[2], 300);
	assert_int_equal(one.n, 1);
	assert_int_equal(one.unit[0], 8);
}

/* ---- refusals ---- */

struct kept {
	size_t n;
	uint64_t seq[8];
	size_t count[8];
	struct cchc_refusal first[8];
};

static void on_refusals(void *data, uint64_t seq, const struct cchc_refusal *refusals,
			size_t n)
{
	struct kept *kept = data;

	kept->seq[kept->n] = seq;
	kept->count[kept->n] = n;
	kept->first[kept->n++] = refusals[0];
}

static struct kept refusals_of(const struct sender *sender, uint64_t after)
{
	struct kept kept = {0};
	struct cchc_txn txn;

	cchc_txn_read(&txn, kit.store.env);
	cchc_store_each_refusals(&txn, sender->unit, sender->epoch, after, on_refusals,
				 &kept);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	return kept;
}

static struct cchc_outcome say_stored(const struct sender *sender, uint64_t seq)
{
	struct cchc_entry entry = entry_at(sender, CCHC_ENTRY_STORED);

	entry.seq = seq;
	return kit_apply(&kit, &entry, 0);
}

static void refusals_are_kept_until_the_agent_has_stored_them(void **state)
{
	static const struct step GOOD = {.kind = UPDATE, .gives = {1}};
	static const struct step BAD = {.kind = REPORT, .refuses = {4, 5}};
	struct sender sender = sender_of(7, 0x11);
	struct sender other = sender_of(7, 0x12);
	struct kept kept;
	uint32_t sum;

	(void)state;
	(void)send_rows(&sender, &BAD);
	(void)send_rows(&sender, &GOOD);
	(void)send_rows(&sender, &BAD);
	(void)send_rows(&other, &BAD);
	kept = refusals_of(&sender, 0);
	assert_int_equal(kept.n, 2);
	assert_int_equal(kept.seq[0], 1);
	assert_int_equal(kept.seq[1], 3);
	assert_int_equal(kept.count[1], 2);
	assert_int_equal(kept.first[1].rule, CCHC_RULE_NEGATIVE);
	assert_string_equal(kept.first[1].field, "I.1");
	assert_int_equal(refusals_of(&sender, 1).n, 1);
	assert_int_equal(refusals_of(&sender, UINT64_MAX).n, 0);

	assert_int_equal(say_stored(&sender, 1).applied, CCHC_APPLIED);
	assert_int_equal(say_stored(&sender, 2).mark, 3);
	assert_int_equal(kit_commit_number(&kit), 5);
	assert_int_equal(refusals_of(&sender, 0).n, 1);
	sum = kit_sum_all(&kit);
	assert_int_equal(say_stored(&sender, 2).applied, CCHC_REPEATED);
	assert_int_equal(say_stored(&sender, 0).applied, CCHC_REPEATED);
	assert_int_equal(kit_sum_all(&kit), sum);
	assert_int_equal(say_stored(&sender, 3).applied, CCHC_APPLIED);
	assert_int_equal(refusals_of(&sender, 0).n, 0);
	assert_int_equal(refusals_of(&other, 0).n, 1);
}

static void a_repeat_changes_no_refusal(void **state)
{
	static const struct step BAD = {.kind = REPORT, .refuses = {4}};
	struct sender sender = sender_of(7, 0x11);
	struct sender again = sender;
	uint32_t sum;

	(void)state;
	(void)send_rows(&sender, &BAD);
	sum = kit_sum_all(&kit);
	assert_int_equal(send_rows(&again, &BAD).applied, CCHC_REPEATED);
	assert_int_equal(kit_sum_all(&kit), sum);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(every_report_is_a_version_and_the_latest_one_says_its_state),
		KIT_TEST(an_update_makes_no_version_and_clears_rows_it_gives),
		KIT_TEST(a_message_refused_as_a_whole_is_no_version),
		KIT_TEST(a_row_given_and_refused_at_once_stands_refused),
		KIT_TEST(a_full_list_of_refused_rows_loses_its_oldest),
		KIT_TEST(a_draft_lacks_number_date_or_signer),
		KIT_TEST(a_long_document_number_is_cut_between_characters),
		KIT_TEST(heads_are_listed_for_one_unit_or_all),
		KIT_TEST(refusals_are_kept_until_the_agent_has_stored_them),
		KIT_TEST(a_repeat_changes_no_refusal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
