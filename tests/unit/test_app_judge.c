/* The verdict on a message: what is accepted, what is refused, and what uses up its seq.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "appkit.h"
#include "app/judge.h"
#include "base/check.h"

struct court {
	struct appkit app;
	struct cchc_trees trees;
	struct cchc_key_entry key;
	struct cchc_arena arena;
	Cchc__Report report;
	uint32_t row[8];
	uint32_t state[8];
	int64_t value[8];
	struct cchc_entry entry;
};

/* The court of a district with its communes, or of a unit file of its own. */
static void open_court_of(struct court *c, const char *units, const char *receiver)
{
	*c = (struct court){0};
	appkit_open_for(&c->app, units, receiver);
	cchc_trees_init(&c->trees, &c->app.catalog.units);
	cchc_arena_init(&c->arena, 1 << 20);
	cchc__report__init(&c->report);
	c->report.form = c->app.catalog.form[0].form->name;
	c->report.revision = c->app.catalog.form[0].form->revision;
	c->report.period = cchc_period_code(KIT_Q1);
	c->report.row = c->row;
	c->report.state = c->state;
	c->report.value = c->value;
}

/* The message is of a unit in force on a day, and of its key. */
static void speak_for(struct court *c, const char *code, cchc_day day)
{
	const struct cchc_unit *unit = cchc_units_on(&c->app.catalog.units, code, day);

	assert_non_null(unit);
	c->key = (struct cchc_key_entry){.name = "agent", .unit = unit->id};
	c->report.unit = (char *)unit->code;
}

static void open_court(struct court *c)
{
	open_court_of(c, SOURCE_DIR "/config/units/van-lam.csv", "325");
	speak_for(c, "11986", cchc_day_at(KIT_NOW));
}

static void close_court(struct court *c)
{
	cchc_arena_fini(&c->arena);
	cchc_trees_fini(&c->trees);
	appkit_close(&c->app);
}

static void give(struct court *c, uint32_t row, uint32_t state, int64_t value)
{
	size_t at = c->report.n_row++;

	c->row[at] = row;
	c->state[at] = state;
	c->value[at] = value;
	c->report.n_state = c->report.n_value = c->report.n_row;
}

static enum cchc_judged judge_at(struct court *c, bool is_update, int64_t now_ms)
{
	c->entry = (struct cchc_entry){.sender = "agent"};
	return cchc_judge(&c->app.catalog, &c->trees, &c->key, &c->report, is_update,
			  now_ms, &c->arena, &c->entry);
}

static enum cchc_judged judge(struct court *c, bool is_update)
{
	return judge_at(c, is_update, KIT_NOW);
}

static void refused_whole_for(struct court *c, enum cchc_rule rule)
{
	assert_int_equal(c->entry.n_cells, 0);
	assert_int_equal(c->entry.n_refusals, 1);
	assert_int_equal(c->entry.refusal[0].index, CCHC_REFUSED_WHOLE);
	assert_int_equal(c->entry.refusal[0].rule, rule);
	/* kept by the store with the mark: no SKIP */
	assert_int_equal(c->entry.kind, CCHC_ENTRY_REPORT);
}

static void each_cell_has_a_verdict_of_its_own(void **state)
{
	struct court c;

	(void)state;
	open_court(&c);
	give(&c, appkit_row(&c.app, "I.1")->id, CCHC_FIGURE, 12);
	give(&c, appkit_row(&c.app, "I.3")->id, CCHC_FIGURE, 1); /* a heading */
	give(&c, 65000, CCHC_FIGURE, 1);
	give(&c, appkit_row(&c.app, "I.2.1")->id, 700, 1); /* no such state */
	assert_int_equal(judge(&c, false), CCHC_JUDGED);
	assert_int_equal(c.entry.kind, CCHC_ENTRY_REPORT);
	assert_int_equal(c.entry.n_cells, 1);
	assert_int_equal(c.entry.cell[0].row, appkit_row(&c.app, "I.1")->id);
	assert_int_equal(c.entry.n_refusals, 3);
	assert_int_equal(c.entry.refusal[0].rule, CCHC_RULE_HEADING);
	assert_int_equal(c.entry.refusal[0].index, 1);
	assert_int_equal(c.entry.refusal[1].rule, CCHC_RULE_UNKNOWN_ROW);
	assert_string_equal(c.entry.refusal[1].field, "row 65000");
	assert_int_equal(c.entry.refused_row[1], 0);
	assert_int_equal(c.entry.refusal[2].rule, CCHC_RULE_BAD_STATE);
	close_court(&c);
}

static void what_the_agent_could_not_read_stands_behind_our_refusals(void **state)
{
	Cchc__Unread unread = CCHC__UNREAD__INIT;
	Cchc__Unread *list[] = {&unread};
	struct court c;

	(void)state;
	open_court(&c);
	unread.has_row = true;
	unread.row = appkit_row(&c.app, "I.1")->id;
	unread.field = (char *)"I.1";
	unread.value = (char *)"mười hai";
	unread.rule = 9999;
	c.report.unread = list;
	c.report.n_unread = 1;
	give(&c, 65000, CCHC_FIGURE, 1);
	assert_int_equal(judge(&c, true), CCHC_JUDGED);
	assert_int_equal(c.entry.n_refusals, 2);
	assert_false(cchc_refusal_is_unread(&c.entry.refusal[0]));
	assert_true(cchc_refusal_is_unread(&c.entry.refusal[1]));
	assert_int_equal(c.entry.refusal[1].rule, CCHC_RULE_BAD_TEXT);
	assert_int_equal(c.entry.refused_row[1], unread.row);
	close_court(&c);
}

static void a_bad_envelope_refuses_the_whole(void **state)
{
	static const struct {
		const char *unit;
		struct cchc_period period;
		enum cchc_rule rule;
	} CASES[] = {
		{"11986", {2024, CCHC_Q1 + 2}, CCHC_RULE_NOT_BEGUN},
		{"11986", {2019, CCHC_Q1}, CCHC_RULE_FORM_PERIOD},
		{"99999", {2024, CCHC_Q1}, CCHC_RULE_UNIT_UNKNOWN},
		{"11989", {2024, CCHC_Q1}, CCHC_RULE_NOT_YOUR_UNIT},
	};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		struct court c;

		open_court(&c);
		c.report.unit = (char *)CASES[i].unit;
		c.report.period = cchc_period_code(CASES[i].period);
		give(&c, appkit_row(&c.app, "I.1")->id, CCHC_FIGURE, 1);
		assert_int_equal(judge(&c, false), CCHC_JUDGED);
		refused_whole_for(&c, CASES[i].rule);
		close_court(&c);
	}
}

static void a_period_that_is_none_is_named(void **state)
{
	struct court c;

	(void)state;
	open_court(&c);
	c.report.period = 31;
	assert_int_equal(judge(&c, false), CCHC_JUDGED);
	refused_whole_for(&c, CCHC_RULE_PERIOD_UNKNOWN);
	assert_string_equal(c.entry.refusal[0].value, "31");
	close_court(&c);
}

/* A lost ack and a restart must not lose why. */
static void a_message_refused_as_a_whole_is_kept_with_its_refusal(void **state)
{
	struct sender sender;
	struct cchc_entry next;
	struct cchc_entry kept;
	struct cchc_txn txn;
	struct court c;

	(void)state;
	open_court(&c);
	c.report.period = 31;
	assert_int_equal(judge(&c, false), CCHC_JUDGED);
	sender = sender_of(c.key.unit, 7);
	next = entry_next(&sender, CCHC_ENTRY_REPORT, 5);
	c.entry.sender_unit = next.sender_unit;
	c.entry.epoch = next.epoch;
	c.entry.seq = next.seq;
	c.entry.clock_ms = KIT_NOW;
	memcpy(c.entry.chain, next.chain, sizeof(next.chain));
	assert_int_equal(kit_apply(&c.app.kit, &c.entry, 5).applied, CCHC_APPLIED);
	cchc_txn_read(&txn, c.app.kit.store.env);
	assert_true(cchc_store_entry(&txn, c.entry.number, &c.arena, &kept));
	cchc_txn_abort(&txn);
	assert_int_equal(kept.n_refusals, 1);
	assert_int_equal(kept.refusal[0].rule, CCHC_RULE_PERIOD_UNKNOWN);
	assert_int_not_equal(kit_sum(&c.app.kit, CCHC_TABLE_REFUSALS), 0);
	close_court(&c);
}

static void a_key_with_below_may_speak_for_units_below_it(void **state)
{
	struct court c;

	(void)state;
	open_court(&c);
	c.key.unit = appkit_unit(&c.app, "325")->id;
	give(&c, appkit_row(&c.app, "I.1")->id, CCHC_FIGURE, 1);
	assert_int_equal(judge(&c, false), CCHC_JUDGED);
	refused_whole_for(&c, CCHC_RULE_NOT_YOUR_UNIT);
	c.key.below = true;
	assert_int_equal(judge(&c, false), CCHC_JUDGED);
	assert_int_equal(c.entry.n_cells, 1);
	assert_int_equal(c.entry.unit, appkit_unit(&c.app, "11986")->id);
	close_court(&c);
}

/* By the units in force on the period's last day, whatever the level of the unit. */
static void a_reserved_row_is_for_the_unit_that_communes_report_to(void **state)
{
	static const struct {
		const char *unit;
		struct cchc_period period;
		bool is_taken;
	} CASES[] = {
		{"11986", {2024, CCHC_Q1}, false},
		{"325", {2024, CCHC_Q1}, true},
		{"325", {2025, CCHC_H1}, true},
		/* districts stand between: until they are gone */
		{"33", {2024, CCHC_Q1}, false},
		{"33", {2025, CCHC_H1}, false},
		{"33", {2025, CCHC_Q1 + 2}, true},
		{"33", {2025, CCHC_YEAR}, true},
		{"12004", {2025, CCHC_Q1 + 2}, false},
		/* communes directly below beside districts */
		{"34", {2024, CCHC_Q1}, true},
		{"341", {2024, CCHC_Q1}, true},
		{"342", {2024, CCHC_Q1}, false},
	};
	const int64_t now_ms = KIT_NOW + INT64_C(700) * KIT_DAY_MS; /* February 2026 */

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		struct court c;
		size_t taken = CASES[i].is_taken ? 3 : 0;

		open_court_of(&c, TEST_DATA "/reorganised.csv", "33");
		speak_for(&c, CASES[i].unit,
			  cchc_period_last_day(CASES[i].period, CCHC_CLOSE_DEFAULT));
		c.report.period = cchc_period_code(CASES[i].period);
		give(&c, appkit_row(&c.app, "I.3.2")->id, CCHC_FIGURE, 4);
		give(&c, appkit_row(&c.app, "II.1.2")->id, CCHC_WITHDRAWN, 0);
		give(&c, appkit_row(&c.app, "III.3.3")->id, CCHC_FIGURE, 4);
		assert_int_equal(judge_at(&c, false, now_ms), CCHC_JUDGED);
		if (c.entry.n_cells != taken || c.entry.n_refusals != 3 - taken)
			fail_msg("case %zu (%s): %zu taken, %zu refused", i,
				 CASES[i].unit, c.entry.n_cells, c.entry.n_refusals);
		for (size_t r = 0; r < c.entry.n_refusals; r++)
			assert_int_equal(c.entry.refusal[r].rule, CCHC_RULE_RESERVED);
		close_court(&c);
	}
}

static void an_unknown_revision_waits(void **state)
{
	struct court c;

	(void)state;
	open_court(&c);
	c.report.revision += 100;
	assert_int_equal(judge(&c, false), CCHC_JUDGED_LATER);
	close_court(&c);
}

static void an_update_without_a_cell_is_empty_a_report_is_not(void **state)
{
	struct court c;

	(void)state;
	open_court(&c);
	assert_int_equal(judge(&c, false), CCHC_JUDGED);
	assert_int_equal(c.entry.n_refusals, 0);
	assert_int_equal(judge(&c, true), CCHC_JUDGED);
	assert_int_equal(c.entry.n_refusals, 1);
	assert_int_equal(c.entry.refusal[0].rule, CCHC_RULE_EMPTY);
	assert_int_equal(c.entry.kind, CCHC_ENTRY_UPDATE);
	close_court(&c);
}

static void without_memory_for_the_text_the_seq_is_used_up_all_the_same(void **state)
{
	struct court c;

	(void)state;
	open_court(&c);
	c.arena.cap = c.arena.used;
	c.report.period = 31;
	assert_int_equal(judge(&c, false), CCHC_JUDGED);
	assert_int_equal(c.entry.kind, CCHC_ENTRY_SKIP);
	assert_int_equal(c.entry.n_refusals, 0);
	close_court(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_cell_has_a_verdict_of_its_own),
		cmocka_unit_test(
			what_the_agent_could_not_read_stands_behind_our_refusals),
		cmocka_unit_test(a_bad_envelope_refuses_the_whole),
		cmocka_unit_test(a_period_that_is_none_is_named),
		cmocka_unit_test(a_message_refused_as_a_whole_is_kept_with_its_refusal),
		cmocka_unit_test(a_key_with_below_may_speak_for_units_below_it),
		cmocka_unit_test(a_reserved_row_is_for_the_unit_that_communes_report_to),
		cmocka_unit_test(an_unknown_revision_waits),
		cmocka_unit_test(an_update_without_a_cell_is_empty_a_report_is_not),
		cmocka_unit_test(
			without_memory_for_the_text_the_seq_is_used_up_all_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
