/* Which years are in memory, and that the configuration's digests are journalled once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "appkit.h"

static void load(struct appkit *a, struct cchc_board *board, uint16_t year)
{
	struct cchc_txn txn;

	cchc_txn_read(&txn, a->kit.store.env);
	assert_int_equal(cchc_board_load(board, &txn, year, NULL, 0), CCHC_OK);
	cchc_txn_abort(&txn);
}

static void what_is_applied_and_what_is_loaded_are_the_same(void **state)
{
	struct cchc_board *live = NULL;
	struct cchc_board *loaded = NULL;
	struct cchc_board_digest x;
	struct cchc_board_digest y;
	struct sender sender;
	struct appkit a;

	(void)state;
	appkit_open(&a);
	assert_int_equal(cchc_board_new(&a.catalog, &live), CCHC_OK);
	assert_int_equal(cchc_board_new(&a.catalog, &loaded), CCHC_OK);
	load(&a, live, 2024);
	sender = sender_of(appkit_unit(&a, "11986")->id, 7);
	for (int i = 0; i < 5; i++) {
		struct cchc_outcome outcome =
			appkit_write(&a, &sender, KIT_Q1, i % 2 ? "I.1" : "I.2.1", i + 1);

		assert_int_equal(cchc_board_apply(live, &outcome.changes), CCHC_OK);
		/* a year loaded from a later commit sees its changes once more */
		assert_int_equal(cchc_board_apply(live, &outcome.changes), CCHC_OK);
	}
	load(&a, loaded, 2024);
	x = cchc_board_digest(live, 2024);
	y = cchc_board_digest(loaded, 2024);
	assert_true(x.n_figures == 2 && x.n_figures == y.n_figures);
	assert_true(x.figures == y.figures && x.rollups == y.rollups);
	cchc_board_free(&live);
	cchc_board_free(&loaded);
	appkit_close(&a);
}

/* Years without figures hold no period, but there are places for 128 years only. */
static void empty_years_do_not_fill_the_board(void **state)
{
	struct cchc_board *board = NULL;
	cchc_day today = cchc_day_at(KIT_NOW);
	struct appkit a;

	(void)state;
	appkit_open(&a);
	assert_int_equal(cchc_board_new(&a.catalog, &board), CCHC_OK);
	load(&a, board, 2023);
	load(&a, board, 2024);
	for (uint16_t year = 2030; year < 2330; year++) {
		load(&a, board, year);
		cchc_board_trim(board, UINT32_MAX, today);
		assert_true(cchc_board_has(board, year));
	}
	assert_true(cchc_board_has(board, 2023) && cchc_board_has(board, 2024));
	cchc_board_free(&board);
	appkit_close(&a);
}

static void the_year_just_used_stays_when_others_go(void **state)
{
	struct cchc_board *board = NULL;
	struct sender sender;
	struct appkit a;

	(void)state;
	appkit_open(&a);
	assert_int_equal(cchc_board_new(&a.catalog, &board), CCHC_OK);
	sender = sender_of(appkit_unit(&a, "11986")->id, 7);
	for (uint16_t year = 2021; year <= 2023; year++) {
		struct cchc_period q1 = {.year = year, .slot = CCHC_Q1};

		(void)appkit_write(&a, &sender, q1, "I.1", year);
		load(&a, board, year);
	}
	cchc_board_touch(board, 2021);
	cchc_board_trim(board, 0, cchc_day_at(KIT_NOW));
	assert_true(cchc_board_has(board, 2021));
	assert_false(cchc_board_has(board, 2022));
	assert_true(cchc_board_has(board, 2023)); /* the one before today's */
	cchc_board_free(&board);
	appkit_close(&a);
}

static void a_configuration_is_journalled_when_it_differs_from_the_last(void **state)
{
	uint8_t digest[32] = {1};
	uint8_t known[32];
	struct cchc_entry entry;
	struct cchc_txn txn;
	struct cchc_err err;
	struct appkit a;
	uint64_t before;

	(void)state;
	appkit_open(&a);
	before = kit_commit_number(&a.kit);
	for (int i = 0; i < 3; i++) {
		digest[1] = i == 2;
		assert_int_equal(
			cchc_config_settle(&a.kit.store, "keys", digest, KIT_NOW, &err),
			CCHC_OK);
		assert_int_equal(kit_commit_number(&a.kit), before + 1 + (i == 2));
	}
	cchc_txn_read(&txn, a.kit.store.env);
	assert_true(cchc_store_config(&txn, "keys", known));
	assert_memory_equal(known, digest, 32);
	assert_false(cchc_store_config(&txn, "units", known));
	assert_true(cchc_store_entry(&txn, before + 2, &a.kit.arena, &entry));
	assert_int_equal(entry.kind, CCHC_ENTRY_CONFIG);
	assert_string_equal(entry.source, "keys");
	assert_int_equal(entry.text_len, 32);
	assert_memory_equal(entry.text, digest, 32);
	cchc_txn_abort(&txn);
	appkit_close(&a);
}

static void a_replay_knows_the_same_configuration(void **state)
{
	static const uint8_t DIGEST[32] = {7};
	struct cchc_entry entry = {.kind = CCHC_ENTRY_CONFIG,
				   .sender = "",
				   .source = "keys",
				   .text = DIGEST,
				   .text_len = 31};
	uint8_t known[32];
	struct cchc_txn txn;
	struct kit kit;

	(void)state;
	kit_open(&kit);
	assert_int_equal(kit_try(&kit, &entry), CCHC_INVALID);
	entry.text_len = 32;
	entry.source = "a name of seventeen";
	assert_int_equal(kit_try(&kit, &entry), CCHC_INVALID);
	entry.source = "keys";
	(void)kit_apply(&kit, &entry, 1);
	cchc_txn_read(&txn, kit.store.env);
	assert_true(cchc_store_config(&txn, "keys", known));
	assert_memory_equal(known, DIGEST, 32);
	cchc_txn_abort(&txn);
	kit_close(&kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_applied_and_what_is_loaded_are_the_same),
		cmocka_unit_test(empty_years_do_not_fill_the_board),
		cmocka_unit_test(the_year_just_used_stays_when_others_go),
		cmocka_unit_test(
			a_configuration_is_journalled_when_it_differs_from_the_last),
		cmocka_unit_test(a_replay_knows_the_same_configuration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
