/* A recompute finds what is not as the journal says: in the store, and in memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "appkit.h"

#include "app/job.h"

enum { FOUND = 2048 };

struct kept {
	struct appkit app;
	struct cchc_board *live;
	struct sender sender;
	uint64_t first; /* number of the first update */
	char found[FOUND];
};

/* Three cells of one commune, in store and memory. */
static int open_kept(void **state)
{
	static const char *const ROWS[] = {"I.1", "I.2.1", "I.1"};
	struct kept *k = calloc(1, sizeof(*k));
	struct cchc_txn txn;

	assert_non_null(k);
	appkit_open(&k->app);
	assert_int_equal(cchc_board_new(&k->app.catalog, &k->live), CCHC_OK);
	cchc_txn_read(&txn, k->app.kit.store.env);
	assert_int_equal(cchc_board_load(k->live, &txn, 2024, NULL, 0), CCHC_OK);
	cchc_txn_abort(&txn);
	k->sender = sender_of(appkit_unit(&k->app, "11986")->id, 7);
	k->first = kit_commit_number(&k->app.kit) + 1;
	for (int i = 0; i < 3; i++) {
		struct cchc_outcome outcome =
			appkit_write(&k->app, &k->sender, KIT_Q1, ROWS[i], 10 + i);

		assert_int_equal(cchc_board_apply(k->live, &outcome.changes), CCHC_OK);
	}
	*state = k;
	return 0;
}

static int close_kept(void **state)
{
	struct kept *k = *state;

	cchc_board_free(&k->live);
	appkit_close(&k->app);
	free(k);
	return 0;
}

/* The findings, one a line. */
static const char *verify(struct kept *k)
{
	struct cchc_board_digest digest = cchc_board_digest(k->live, 2024);
	struct cchc_job job = {.catalog = &k->app.catalog,
			       .store = &k->app.kit.store,
			       .digest = &digest,
			       .n_digests = 1,
			       .counted_ms = k->live->counted_ms};
	struct cchc_err err = {.text = ""};
	struct cchc_arena arena;
	Cchc__Answer *answer;
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
	k->found[0] = '\0';
	for (size_t i = 0; i < answer->verdict->n_finding; i++)
		len += (size_t)snprintf(k->found + len, FOUND - len, "%s\n",
					answer->verdict->finding[i]);
	cchc_answer_fini(&job.answer);
	cchc_arena_fini(&job.arena);
	cchc_arena_fini(&arena);
	return k->found;
}

static void delete_entry(struct kept *k, uint64_t number)
{
	struct cchc_key key = cchc_key_number(number);
	struct cchc_txn txn;

	cchc_txn_write(&txn, k->app.kit.store.env);
	cchc_table_delete(&txn, CCHC_TABLE_JOURNAL, &key);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
}

static void what_agrees_has_no_findings(void **state)
{
	assert_string_equal(verify(*state), "");
}

static void a_figure_that_the_journal_does_not_tell_is_named(void **state)
{
	struct kept *k = *state;
	char expected[FOUND];

	delete_entry(k, k->first + 1);
	(void)snprintf(expected, sizeof(expected),
		       "journal: entries %d to %d are missing\n"
		       "figure: unit 11986 period 2024-Q1 row I.2.1: journal says absent "
		       "0, store figure 11\n",
		       (int)k->first + 1, (int)k->first + 1);
	assert_string_equal(verify(k), expected);
}

static void a_correction_that_is_missing_leaves_the_figure_before_it(void **state)
{
	struct kept *k = *state;

	(void)appkit_write(&k->app, &k->sender, KIT_Q1, "I.2.1", 11);
	delete_entry(k, k->first + 2);
	assert_non_null(strstr(verify(k), "row I.1: journal says figure 10, store figure "
					  "12\n"));
	assert_null(strstr(k->found, "I.2.1"));
}

static void delete_record(struct kept *k, const char *row)
{
	struct cchc_cells_at at = {.unit = k->sender.unit,
				   .form = k->app.catalog.form[0].id,
				   .period = KIT_Q1,
				   .chunk = appkit_row(&k->app, row)->id /
					    CCHC_RECORD_CELLS};
	struct cchc_key key = cchc_key_cells(&at);
	struct cchc_txn txn;

	cchc_txn_write(&txn, k->app.kit.store.env);
	cchc_table_delete(&txn, CCHC_TABLE_FIGURES, &key);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
}

static void a_figure_that_the_store_lost_is_named(void **state)
{
	struct kept *k = *state;

	(void)appkit_write(&k->app, &k->sender, KIT_Q1, "VII.3", 50);
	delete_record(k, "I.1");
	assert_non_null(strstr(verify(k), "figure: unit 11986 period 2024-Q1 row I.1: "
					  "journal says figure 12, store absent 0\n"));
	assert_non_null(strstr(k->found, "row I.2.1: journal says figure 11, store "
					 "absent 0\n"));
	assert_null(strstr(k->found, "VII.3"));
}

static void memory_that_missed_a_change_is_found(void **state)
{
	struct kept *k = *state;

	(void)appkit_write(&k->app, &k->sender, KIT_Q1, "I.1", 99);
	assert_non_null(strstr(verify(k), "memory: figures of 2024 are not those of the "
					  "store\n"));
	assert_non_null(strstr(k->found, "rollup: 2024: kept up to date "));
}

static void a_rollup_that_is_wrong_is_found_though_its_figures_are_right(void **state)
{
	struct kept *k = *state;
	struct cchc_view *view = k->live->form[0].view;

	view->period[0]->below[0].figures++; /* a heading: no answer shows it */
	assert_non_null(strstr(verify(k), "rollup: 2024: kept up to date "));
	assert_null(strstr(k->found, "memory"));
}

int main(void)
{
#define FRESH(name) cmocka_unit_test_setup_teardown(name, open_kept, close_kept)
	const struct CMUnitTest tests[] = {
		FRESH(what_agrees_has_no_findings),
		FRESH(a_figure_that_the_journal_does_not_tell_is_named),
		FRESH(a_correction_that_is_missing_leaves_the_figure_before_it),
		FRESH(a_figure_that_the_store_lost_is_named),
		FRESH(memory_that_missed_a_change_is_found),
		FRESH(a_rollup_that_is_wrong_is_found_though_its_figures_are_right),
	};
#undef FRESH

	return cmocka_run_group_tests(tests, NULL, NULL);
}
