/* Which years are in memory, with figures and counts of tasks, and that the
 * configuration's digests are journalled once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "appkit.h"
#include "taskkit.h"

#include "app/job.h"

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

/* ---- tasks ---- */

/* A board of the kit's year, in which tasks are counted up to now. */
static struct cchc_board *counting_board(struct appkit *a, int64_t now_ms)
{
	struct cchc_board *board = NULL;

	assert_int_equal(cchc_board_new(&a->catalog, &board), CCHC_OK);
	(void)cchc_board_advance(board, now_ms);
	load(a, board, 2024);
	board->commit = kit_commit_number(&a->kit);
	return board;
}

/* A deed of 5 March into the store and, as the daemon does it, into the board. */
static void act(struct appkit *a, struct cchc_board *board, const struct cchc_deed *deed)
{
	struct cchc_outcome outcome = kit_deed(&a->kit, deed, day_ms(KIT_DAY - 10, 60));

	assert_int_equal(outcome.applied, CCHC_APPLIED);
	assert_int_equal(cchc_board_change_task(board, &outcome.task), CCHC_OK);
	board->commit = kit_commit_number(&a->kit);
}

static void some_deeds(struct appkit *a, struct cchc_board *board)
{
	uint32_t first = appkit_unit(a, "11986")->id;
	uint32_t second = appkit_unit(a, "11989")->id;
	struct cchc_deed deed = deed_add("A", first, KIT_DAY + 9);

	act(a, board, &deed);
	deed = deed_add("B", second, KIT_DAY - 8);
	act(a, board, &deed);
	deed = deed_report("A", first, KIT_DAY - 10);
	deed.hand = CCHC_HAND_OPERATOR;
	act(a, board, &deed);
	deed = deed_of(CCHC_DEED_MOVE, "B");
	deed.lead = first;
	act(a, board, &deed);
}

static void a_year_that_is_not_in_memory_counts_the_same_tasks(void **state)
{
	struct cchc_board *live;
	struct cchc_board *made;
	struct cchc_board_digest x;
	struct cchc_board_digest y;
	struct cchc_txn txn;
	struct appkit a;

	(void)state;
	appkit_open(&a);
	appkit_count_tasks(&a);
	live = counting_board(&a, day_ms(KIT_DAY - 9, 0));
	some_deeds(&a, live);
	made = counting_board(&a, live->counted_ms);
	x = cchc_board_digest(live, 2024);
	y = cchc_board_digest(made, 2024);
	assert_true(x.n_counts > 0 && x.n_counts == y.n_counts);
	assert_true(x.counts == y.counts);
	cchc_board_free(&made);
	assert_int_equal(cchc_board_new(&a.catalog, &made), CCHC_OK);
	(void)cchc_board_advance(made, live->counted_ms);
	cchc_txn_read(&txn, a.kit.store.env);
	assert_int_equal(cchc_board_load_counts(made, &txn, 2024), CCHC_OK);
	cchc_txn_abort(&txn);
	assert_true(cchc_board_digest(made, 2024).counts == x.counts);
	cchc_board_free(&made);
	cchc_board_free(&live);
	appkit_close(&a);
}

/* Their numbers grow, so a watcher could not tell it from what its snapshot has. */
static void what_time_alone_changes_waits_for_the_next_commit(void **state)
{
	struct cchc_board *board;
	struct appkit a;
	int64_t counted_ms;
	struct cchc_task task;

	(void)state;
	appkit_open(&a);
	appkit_count_tasks(&a);
	board = counting_board(&a, day_ms(KIT_DAY - 9, 0));
	assert_int_equal(cchc_view_watch(board->form[0].view, appkit_unit(&a, "325")->id),
			 CCHC_OK);
	some_deeds(&a, board);
	assert_true(cchc_board_may_tell(board)); /* deeds have numbers of their own */
	counted_ms = board->counted_ms;
	task = kit_task(&a.kit, "B");
	assert_false(cchc_board_advance(board, day_ms(KIT_DAY - 7, 0)));
	assert_true(cchc_board_may_tell(board));
	assert_int_equal(cchc_board_pass(board, &task, counted_ms), CCHC_OK);
	assert_false(cchc_board_may_tell(board));
	board->commit++;
	assert_true(cchc_board_may_tell(board));
	assert_true(cchc_board_advance(board, day_ms(KIT_DAY, 0))); /* Q2 begins */
	assert_false(cchc_board_may_tell(board));
	cchc_board_free(&board);
	appkit_close(&a);
}

/* The findings, or "" when all agrees. */
static void verify(struct appkit *a, struct cchc_board *live, char found[512])
{
	struct cchc_board_digest digest = cchc_board_digest(live, 2024);
	struct cchc_job job = {.catalog = &a->catalog,
			       .store = &a->kit.store,
			       .digest = &digest,
			       .n_digests = 1,
			       .counted_ms = live->counted_ms};
	struct cchc_err err = {.text = ""};
	Cchc__Answer *answer;
	struct cchc_arena arena;
	size_t len = 0;

	cchc_arena_init(&arena, CCHC_DECODE_MEMORY_MAX);
	cchc_arena_init(&job.arena, CCHC_DECODE_MEMORY_MAX);
	cchc_answer_init(&job.answer, 1, 2);
	cchc_job_snapshot(&job);
	cchc_job_verify(&job);
	cchc_txn_abort(&job.txn);
	if (cchc_wire_answer(&arena, job.answer.first->bytes, job.answer.first->len,
			     &answer, &err))
		fail_msg("%s", err.text);
	assert_non_null(answer->verdict);
	assert_int_equal(answer->verdict->agrees, answer->verdict->n_finding == 0);
	found[0] = '\0';
	for (size_t i = 0; i < answer->verdict->n_finding; i++)
		len += (size_t)snprintf(found + len, 512 - len, "%s\n",
					answer->verdict->finding[i]);
	cchc_answer_fini(&job.answer);
	cchc_arena_fini(&job.arena);
	cchc_arena_fini(&arena);
}

static void verify_compares_the_counts_of_tasks(void **state)
{
	struct cchc_deed deed;
	struct cchc_board *live;
	struct appkit a;
	char found[512];

	(void)state;
	appkit_open(&a);
	appkit_count_tasks(&a);
	live = counting_board(&a, day_ms(KIT_DAY - 9, 0));
	some_deeds(&a, live);
	verify(&a, live, found);
	assert_string_equal(found, "");
	deed = deed_add("C", appkit_unit(&a, "11992")->id, KIT_DAY);
	(void)kit_deed(&a.kit, &deed, day_ms(KIT_DAY - 10, 60)); /* the board missed it */
	verify(&a, live, found);
	assert_true(strncmp(found, "tasks: 2024: kept up to date ", 29) == 0);
	assert_null(strstr(found, "rollup"));
	cchc_board_free(&live);
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
		cmocka_unit_test(a_year_that_is_not_in_memory_counts_the_same_tasks),
		cmocka_unit_test(what_time_alone_changes_waits_for_the_next_commit),
		cmocka_unit_test(verify_compares_the_counts_of_tasks),
		cmocka_unit_test(
			a_configuration_is_journalled_when_it_differs_from_the_last),
		cmocka_unit_test(a_replay_knows_the_same_configuration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
