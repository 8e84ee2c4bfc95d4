/* Replaying the journal into an empty store gives the same tables, byte for byte; and the
 * old -> new changes that apply answered compose to what the store holds. Random messages
 * of several units and epochs: reports, updates, withdrawals, refusals, skips, stored,
 * repeats, gaps, forks, epochs enough to retire some; deeds of communes, operators and
 * the daemon, firings, handings and sayings of all of which many no longer hold.
 *
 * Of tasks and alerts also: an alert of a step stands only while its task is as it was
 * when it was raised; pending are those that stand or have something to tell; the lines
 * of a task lead to what it is; each unit hears of each task of its once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/check.h"
#include "registry.h"

enum {
	UNITS = REGISTRY_UNITS,
	EPOCHS = 20,
	SLOTS_USED = REGISTRY_SLOTS,
	ROWS = 150,
	CELLS = 40,
	DAY_MS = REGISTRY_DAY_MS,
};

/* What the changes say each cell is. */
struct world {
	struct test_random r;
	struct sender sender[UNITS][EPOCHS];
	struct cchc_figure figure[UNITS][SLOTS_USED][ROWS];
	uint64_t newest[UNITS][SLOTS_USED][ROWS];
	unsigned outcomes[CCHC_REFUSED + 1];
	int64_t clock_ms;
	uint64_t changed[128]; /* by task number: the entry that changed it last */
};

static uint32_t below(struct world *w, uint32_t n)
{
	return test_random_below(&w->r, n);
}

static void fill_cells(struct world *w, struct cchc_entry *entry,
		       struct cchc_entry_cell cells[CELLS])
{
	uint16_t row = 0;

	entry->cell = cells;
	for (size_t i = below(w, CELLS); i > 0; i--) {
		row = (uint16_t)(row + 1 + below(w, 6));
		if (row >= ROWS)
			break;
		cells[entry->n_cells++] =
			(struct cchc_entry_cell){.row = row,
						 .state = (uint8_t)(1 + below(w, 3)),
						 .value = (int64_t)below(w, 5)};
	}
}

static void fill_refusals(struct world *w, struct cchc_entry *entry,
			  struct cchc_refusal refusals[3], uint16_t rows[3])
{
	entry->refusal = refusals;
	entry->refused_row = rows;
	entry->n_refusals = below(w, 4) ? 0 : 1 + below(w, 3);
	for (size_t i = 0; i < entry->n_refusals; i++) {
		refusals[i] = refusal_of((uint16_t)i, "II.1");
		rows[i] = (uint16_t)below(w, ROWS);
	}
	if (entry->n_cells == 0 && entry->n_refusals && below(w, 2))
		refusals[0].index = CCHC_REFUSED_WHOLE;
}

/* Follows the changes: `old` must be what the ones before it left, `new` what the cell
 * said, a withdrawal of nothing too. */
static void follow(struct world *w, const struct cchc_entry *entry,
		   const struct cchc_changes *changes)
{
	size_t unit = changes->unit - 1;
	size_t slot = changes->period.slot;

	assert_int_equal(changes->n, entry->n_cells);
	for (size_t i = 0; i < changes->n; i++) {
		uint16_t row = changes->row[i];

		assert_int_equal(row, entry->cell[i].row);
		assert_true(
			cchc_figure_equal(w->figure[unit][slot][row], changes->old[i]));
		assert_true(entry->cell[i].before == w->newest[unit][slot][row]);
		assert_int_equal(changes->new[i].state, entry->cell[i].state);
		w->figure[unit][slot][row] = changes->new[i];
		w->newest[unit][slot][row] = entry->number;
	}
}

static enum cchc_entry_kind draw_kind(struct world *w)
{
	static const enum cchc_entry_kind KINDS[] = {CCHC_ENTRY_REPORT, CCHC_ENTRY_REPORT,
						     CCHC_ENTRY_REPORT, CCHC_ENTRY_UPDATE,
						     CCHC_ENTRY_UPDATE, CCHC_ENTRY_SKIP,
						     CCHC_ENTRY_DEED,   CCHC_ENTRY_DEED};

	return KINDS[below(w, sizeof(KINDS) / sizeof(KINDS[0]))];
}

/* An entry from the sender's next place, or now and then from a wrong one. */
static struct cchc_entry draw_entry(struct world *w, struct sender *sender)
{
	struct cchc_entry entry = entry_next(sender, draw_kind(w), 1);

	entry.clock_ms = w->clock_ms;
	entry.complete = (uint8_t)below(w, 3);
	entry.period.slot = (uint8_t)below(w, SLOTS_USED);
	entry.unit = 1 + below(w, UNITS);
	if (below(w, 3)) {
		entry.doc_number = "37/BC-UBND";
		entry.doc_date = 19800;
		entry.signer_name = "Nguyễn Văn A";
	}
	switch (below(w, 12)) {
	case 0:
		entry.seq -= below(w, 3) % (entry.seq + 1);
		break;
	case 1:
		entry.seq += below(w, 2);
		break;
	case 2:
		entry.chain[3] ^= 1;
		break;
	default:
		break;
	}
	return entry;
}

/* The task was, before, what the last change of it left; and the alerts told are as the
 * store has them. */
static void follow_task(struct world *w, struct cchc_txn *txn,
			const struct cchc_entry *entry,
			const struct cchc_outcome *outcome, struct cchc_arena *arena)
{
	const struct cchc_task_change *change = &outcome->task;

	for (size_t i = 0; i < outcome->n_alerts; i++) {
		struct cchc_alert alert;

		assert_true(cchc_store_alert(txn, outcome->alert[i].no, arena, &alert));
		assert_true(alert.journal == entry->number);
		assert_true(alert.ended_ms == outcome->alert[i].ended_ms);
	}
	if (!change->after)
		return;
	assert_true(change->after->no < CCHC_COUNT(w->changed));
	assert_true(change->after->journal == entry->number);
	assert_true((change->before ? change->before->journal : 0) ==
		    w->changed[change->after->no]);
	w->changed[change->after->no] = entry->number;
}

static void take_outcome(struct world *w, struct cchc_txn *txn,
			 const struct cchc_entry *entry,
			 const struct cchc_outcome *outcome, struct cchc_arena *arena)
{
	assert_int_equal(txn->rc, CCHC_OK);
	w->outcomes[outcome->applied]++;
	if (outcome->applied != CCHC_APPLIED)
		return;
	if (outcome->changes.n)
		follow(w, entry, &outcome->changes);
	follow_task(w, txn, entry, outcome, arena);
}

static void step_own(struct world *w, struct cchc_txn *txn, struct kit *kit)
{
	struct draft draft = {
		.r = &w->r, .clock_ms = w->clock_ms, .kit = kit, .txn = txn};
	struct cchc_entry entry = draft_own(&draft);
	struct cchc_outcome outcome;

	cchc_apply(txn, &entry, NULL, NULL, &kit->arena, &outcome);
	take_outcome(w, txn, &entry, &outcome, &kit->arena);
}

static void step_message(struct world *w, struct cchc_txn *txn, struct kit *kit)
{
	struct sender *sender = &w->sender[below(w, UNITS)][below(w, EPOCHS)];
	struct sender before = *sender;
	struct cchc_entry entry = draw_entry(w, sender);
	struct message m = {.seq = entry.seq, .kind = (uint8_t)entry.kind, .body = 1};
	struct draft draft = {.r = &w->r, .clock_ms = w->clock_ms, .kit = kit};
	struct cchc_entry_cell cells[CELLS];
	struct cchc_refusal refusals[3];
	uint16_t rows[3];
	struct cchc_outcome outcome;

	if (below(w, 6) == 0) {
		entry = entry_at(&before, CCHC_ENTRY_STORED);
		*sender = before;
	} else if (entry.kind == CCHC_ENTRY_DEED) {
		entry.deed = draft_report(&draft, sender->unit);
	} else if (entry.kind != CCHC_ENTRY_SKIP) {
		fill_cells(w, &entry, cells);
		fill_refusals(w, &entry, refusals, rows);
	}
	cchc_apply(txn, &entry, chain_of, &m, &kit->arena, &outcome);
	take_outcome(w, txn, &entry, &outcome, &kit->arena);
	if (outcome.applied != CCHC_APPLIED)
		*sender = before;
	if (outcome.applied == CCHC_RETIRED) {
		uint64_t epoch = test_random_next(&w->r);

		*sender = sender_of(before.unit, epoch);
	}
}

/* The clock goes on, and now and then back. */
static void step(struct world *w, struct cchc_txn *txn, struct kit *kit)
{
	w->clock_ms += (int64_t)below(w, DAY_MS / 12);
	if (below(w, 40) == 0)
		w->clock_ms -= (int64_t)below(w, DAY_MS);
	if (below(w, 2))
		step_message(w, txn, kit);
	else
		step_own(w, txn, kit);
}

static void on_cells(void *data, const struct cchc_stored_cell *cells, size_t n)
{
	struct world *w = data;

	for (size_t i = 0; i < n; i++) {
		size_t unit = cells[i].unit - 1;
		size_t slot = cells[i].period.slot;

		assert_true(cchc_figure_equal(w->figure[unit][slot][cells[i].row],
					      cells[i].figure));
		assert_true(w->newest[unit][slot][cells[i].row] == cells[i].journal);
		w->figure[unit][slot][cells[i].row].state = CCHC_ABSENT;
	}
}

/* The store holds what the changes compose to, and nothing else. */
static void assert_composed(struct world *w, struct kit *kit)
{
	struct cchc_txn txn;

	cchc_txn_read(&txn, kit->store.env);
	cchc_store_each_cells(&txn, 0, 0, 0, on_cells, w);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	for (size_t u = 0; u < UNITS; u++)
		for (size_t s = 0; s < SLOTS_USED; s++)
			for (size_t row = 0; row < ROWS; row++)
				assert_int_equal(w->figure[u][s][row].state, CCHC_ABSENT);
}

static void begin(struct world *w, uint64_t seed)
{
	*w = (struct world){.r = {.state = seed},
			    .clock_ms = day_ms(KIT_DAY - 5, 8 * 60)};
	for (uint32_t u = 0; u < UNITS; u++)
		for (uint32_t e = 0; e < EPOCHS; e++)
			w->sender[u][e] = sender_of(u + 1, test_random_next(&w->r));
}

static void run_history(struct world *w, struct kit *kit)
{
	struct cchc_txn txn;

	for (unsigned commit = 0; commit < 30; commit++) {
		cchc_txn_write(&txn, kit->store.env);
		for (unsigned i = 1 + below(w, 40); i > 0; i--)
			step(w, &txn, kit);
		assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
		cchc_arena_reset(&kit->arena);
	}
}

static void a_replayed_journal_gives_the_same_store(void **state)
{
	static struct world w;
	uint64_t seed = test_random_seed();
	unsigned rounds = test_random_rounds(3);
	unsigned seen[CCHC_REFUSED + 1] = {0};

	(void)state;
	for (unsigned i = 0; i < rounds; i++) {
		struct kit one;
		struct kit two;

		begin(&w, seed + i);
		kit_open(&one);
		kit_open(&two);
		run_history(&w, &one);
		kit_replay(&one, &two);
		for (int t = CCHC_TABLE_META + 1; t < CCHC_TABLES; t++)
			assert_int_equal(kit_sum(&one, (enum cchc_table)t),
					 kit_sum(&two, (enum cchc_table)t));
		assert_composed(&w, &one);
		assert_register_holds(&one);
		for (size_t k = 0; k <= CCHC_REFUSED; k++)
			seen[k] += w.outcomes[k];
		kit_close(&one);
		kit_close(&two);
	}
	for (size_t k = 0; k <= CCHC_REFUSED; k++)
		assert_true(seen[k] > 0); /* the law was tried on every outcome */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_replayed_journal_gives_the_same_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
