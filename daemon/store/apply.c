/* apply.c - a journal entry becomes state.
 *
 * What is done here is a function of the store and the entry alone: no clock, no random
 * number, no order of arrival beyond the entry's own. So a replay of the journal into an
 * empty store gives the same tables, byte for byte (tests/prop/prop_store_replay.c).
 *
 * A message is placed first (mark, chain), and only one that is next in its epoch writes.
 * A chunk of 64 rows is read once and written once however many of its cells change. */
#include "store/apply.h"

#include <string.h>

#include "io/digest.h"
#include "store/tables.h"

enum { NO_CHUNK = UINT16_MAX };

struct place {
	struct cchc_mark mark;
	bool known; /* the epoch has a mark */
};

static bool chain_agrees(const struct place *place, const struct cchc_entry *entry,
			 cchc_chain_of *chain_of, void *data)
{
	uint8_t before[16];
	uint8_t chain[16];

	if (!chain_of)
		return true;
	if (place->known)
		memcpy(before, place->mark.chain, sizeof(before));
	else
		cchc_chain_first(entry->epoch, before);
	chain_of(data, before, chain);
	return memcmp(chain, entry->chain, sizeof(chain)) == 0;
}

static enum cchc_applied judge_old(const struct cchc_mark *mark,
				   const struct cchc_entry *entry)
{
	uint64_t behind = mark->seq - entry->seq;
	uint64_t known = behind < CCHC_WINDOW ? mark->window[behind] : 0;

	return known && known != cchc_mark_word(entry->chain) ? CCHC_FORKED
							      : CCHC_REPEATED;
}

static enum cchc_applied find_place(struct cchc_txn *txn, const struct cchc_entry *entry,
				    cchc_chain_of *chain_of, void *data,
				    struct place *place)
{
	place->known =
		cchc_store_mark(txn, entry->sender_unit, entry->epoch, &place->mark);
	if (!place->known && cchc_mark_is_retired(txn, entry->sender_unit, entry->epoch))
		return CCHC_RETIRED;
	if (entry->seq <= place->mark.seq)
		return judge_old(&place->mark, entry);
	if (entry->seq - place->mark.seq > 1)
		return CCHC_GAP;
	return chain_agrees(place, entry, chain_of, data) ? CCHC_APPLIED : CCHC_FORKED;
}

static void move_mark(struct cchc_txn *txn, const struct cchc_entry *entry,
		      struct place *place)
{
	struct cchc_mark *mark = &place->mark;

	if (!place->known) {
		cchc_mark_make_room(txn, entry->sender_unit);
		mark->born_ms = entry->clock_ms;
	}
	memmove(&mark->window[1], &mark->window[0],
		sizeof(mark->window) - sizeof(mark->window[0]));
	mark->window[0] = cchc_mark_word(entry->chain);
	memcpy(mark->chain, entry->chain, sizeof(mark->chain));
	mark->seq = entry->seq;
	mark->journal = entry->number;
	cchc_mark_put(txn, entry->sender_unit, entry->epoch, mark);
}

static void write_journal(struct cchc_txn *txn, const struct cchc_entry *entry,
			  struct cchc_arena *arena)
{
	struct cchc_key key = cchc_key_number(entry->number);
	void *bytes = cchc_arena_alloc(arena, cchc_entry_room(entry));

	if (bytes)
		cchc_txn_append(txn, CCHC_TABLE_JOURNAL, key.bytes, key.len, bytes,
				cchc_entry_encode(entry, bytes));
	else
		cchc_txn_fail(txn, CCHC_NOMEM);
}

static bool make_changes(const struct cchc_entry *entry, struct cchc_arena *arena,
			 struct cchc_changes *changes)
{
	size_t n = entry->n_cells;

	*changes = (struct cchc_changes){.unit = entry->unit,
					 .form = entry->form,
					 .period = entry->period,
					 .journal = entry->number};
	if (n == 0)
		return true;
	changes->row = cchc_arena_array(arena, n, sizeof(*changes->row));
	changes->old = cchc_arena_array(arena, n, sizeof(*changes->old));
	changes->new = cchc_arena_array(arena, n, sizeof(*changes->new));
	if (!changes->row || !changes->old || !changes->new)
		return false;
	changes->n = n;
	return true;
}

/* The cell's old state from the record, its new one into it. A number of this very entry
 * means that the row came twice. */
static void apply_cell(struct cchc_txn *txn, const struct cchc_entry *entry, size_t i,
		       struct cchc_cells_record *record, struct cchc_changes *changes)
{
	struct cchc_entry_cell *cell = &entry->cell[i];
	size_t slot = cell->row % CCHC_RECORD_CELLS;
	bool was_there = record->state[slot] != CCHC_ABSENT;

	changes->row[i] = cell->row;
	cell->before = was_there ? record->journal[slot] : 0;
	if (cell->before == entry->number)
		cchc_txn_fail(txn, CCHC_INVALID);
	if (was_there)
		changes->old[i] = (struct cchc_figure){.value = record->value[slot],
						       .state = record->state[slot]};
	changes->new[i].state = cell->state;
	changes->new[i].value = cell->state == CCHC_FIGURE ? cell->value : 0;
	record->state[slot] = cell->state;
	record->value[slot] = changes->new[i].value;
	record->journal[slot] = entry->number;
}

static void apply_chunk(struct cchc_txn *txn, const struct cchc_entry *entry,
			uint16_t chunk, struct cchc_changes *changes)
{
	struct cchc_cells_at at = {.unit = entry->unit,
				   .form = entry->form,
				   .period = entry->period,
				   .chunk = chunk};
	struct cchc_cells_record record;
	bool known = cchc_cells_get(txn, &at, &record);

	for (size_t i = 0; i < entry->n_cells; i++)
		if (entry->cell[i].row / CCHC_RECORD_CELLS == chunk)
			apply_cell(txn, entry, i, &record, changes);
	if (txn->rc)
		return;
	if (!known)
		cchc_cells_add_year(txn, entry->period.year);
	cchc_cells_put(txn, &at, &record);
}

/* The lowest chunk from `from` on that the entry has a cell of. */
static uint16_t next_chunk(const struct cchc_entry *entry, unsigned from)
{
	unsigned lowest = NO_CHUNK;

	for (size_t i = 0; i < entry->n_cells; i++) {
		unsigned chunk = entry->cell[i].row / CCHC_RECORD_CELLS;

		if (chunk >= from && chunk < lowest)
			lowest = chunk;
	}
	return (uint16_t)lowest;
}

static bool is_sound(const struct cchc_entry *entry)
{
	for (size_t i = 0; i < entry->n_cells; i++)
		if (entry->cell[i].state == CCHC_ABSENT ||
		    entry->cell[i].state > CCHC_WITHDRAWN)
			return false;
	return entry->n_cells == 0 || (entry->unit && entry->form && entry->period.year);
}

static bool is_refused_whole(const struct cchc_entry *entry)
{
	for (size_t i = 0; i < entry->n_refusals; i++)
		if (entry->refusal[i].index == CCHC_REFUSED_WHOLE)
			return true;
	return false;
}

static void apply_report(struct cchc_txn *txn, const struct cchc_entry *entry,
			 struct cchc_arena *arena, struct cchc_outcome *outcome)
{
	struct cchc_changes *changes = &outcome->changes;
	uint16_t chunk;

	if (!is_sound(entry)) {
		cchc_txn_fail(txn, CCHC_INVALID);
		return;
	}
	if (!make_changes(entry, arena, changes)) {
		cchc_txn_fail(txn, CCHC_NOMEM);
		return;
	}
	for (chunk = next_chunk(entry, 0); chunk != NO_CHUNK && !txn->rc;
	     chunk = next_chunk(entry, chunk + 1u))
		apply_chunk(txn, entry, chunk, changes);
	if (!is_refused_whole(entry)) {
		cchc_report_apply(txn, entry);
		if (entry->kind == CCHC_ENTRY_REPORT)
			cchc_report_fulfil(txn, entry, arena, outcome);
	}
	if (entry->sender_unit && entry->n_refusals)
		cchc_refusals_keep(txn, entry);
}

static void apply_message(struct cchc_txn *txn, struct cchc_entry *entry,
			  cchc_chain_of *chain_of, void *data, struct cchc_arena *arena,
			  struct cchc_outcome *outcome)
{
	struct place place = {.known = false};

	if (entry->sender_unit)
		outcome->applied = find_place(txn, entry, chain_of, data, &place);
	outcome->mark = place.mark.seq;
	if (outcome->applied != CCHC_APPLIED || txn->rc)
		return;
	entry->number = cchc_store_commit_number(txn) + 1;
	if (entry->kind == CCHC_ENTRY_DEED)
		cchc_deed_apply(txn, entry, arena, outcome);
	else if (entry->kind != CCHC_ENTRY_SKIP)
		apply_report(txn, entry, arena, outcome);
	if (outcome->applied != CCHC_APPLIED)
		return;
	if (entry->sender_unit)
		move_mark(txn, entry, &place);
	outcome->mark = place.mark.seq;
	write_journal(txn, entry, arena);
}

static void apply_stored(struct cchc_txn *txn, struct cchc_entry *entry,
			 struct cchc_arena *arena, struct cchc_outcome *outcome)
{
	struct cchc_mark mark;
	size_t n;

	(void)cchc_store_mark(txn, entry->sender_unit, entry->epoch, &mark);
	outcome->mark = mark.seq;
	n = cchc_refusals_forget(txn, entry->sender_unit, entry->epoch, entry->seq);
	if (n == 0) {
		outcome->applied = CCHC_REPEATED;
		return;
	}
	entry->number = cchc_store_commit_number(txn) + 1;
	write_journal(txn, entry, arena);
}

/* What the daemon itself has to say, and what people say to it. */
static void apply_own(struct cchc_txn *txn, struct cchc_entry *entry,
		      struct cchc_arena *arena, struct cchc_outcome *outcome)
{
	entry->number = cchc_store_commit_number(txn) + 1;
	if (entry->kind == CCHC_ENTRY_UNITS)
		cchc_unit_ids_apply(txn, entry);
	else if (entry->kind == CCHC_ENTRY_FORM)
		cchc_form_apply(txn, entry);
	else if (entry->kind == CCHC_ENTRY_CONFIG)
		cchc_config_apply(txn, entry);
	else if (entry->kind == CCHC_ENTRY_FIRE)
		cchc_firings_apply(txn, entry, arena, outcome);
	else if (entry->kind == CCHC_ENTRY_HAND)
		cchc_handings_apply(txn, entry, arena, outcome);
	else if (entry->kind == CCHC_ENTRY_SAY)
		cchc_saying_apply(txn, entry, arena, outcome);
	else if (entry->kind == CCHC_ENTRY_STEPS)
		cchc_steps_apply(txn, entry, outcome);
	else
		cchc_heard_apply(txn, entry, outcome);
	if (outcome->applied == CCHC_APPLIED)
		write_journal(txn, entry, arena);
}

static void apply_kind(struct cchc_txn *txn, struct cchc_entry *entry,
		       cchc_chain_of *chain_of, void *data, struct cchc_arena *arena,
		       struct cchc_outcome *outcome)
{
	switch (entry->kind) {
	case CCHC_ENTRY_REPORT:
	case CCHC_ENTRY_UPDATE:
	case CCHC_ENTRY_SKIP:
	case CCHC_ENTRY_DEED:
		apply_message(txn, entry, chain_of, data, arena, outcome);
		return;
	case CCHC_ENTRY_STORED:
		apply_stored(txn, entry, arena, outcome);
		return;
	case CCHC_ENTRY_UNITS:
	case CCHC_ENTRY_FORM:
	case CCHC_ENTRY_CONFIG:
	case CCHC_ENTRY_FIRE:
	case CCHC_ENTRY_HAND:
	case CCHC_ENTRY_SAY:
	case CCHC_ENTRY_STEPS:
	case CCHC_ENTRY_HEARD:
		apply_own(txn, entry, arena, outcome);
		return;
	}
	cchc_txn_fail(txn, CCHC_INVALID);
}

/* What is written may say less than what was asked, and the asking may have to be done
 * again in another transaction: so it stays as it is. */
void cchc_apply(struct cchc_txn *txn, struct cchc_entry *entry, cchc_chain_of *chain_of,
		void *data, struct cchc_arena *arena, struct cchc_outcome *outcome)
{
	struct cchc_entry written = *entry;

	*outcome = (struct cchc_outcome){.applied = CCHC_APPLIED};
	if (txn->rc)
		return;
	apply_kind(txn, &written, chain_of, data, arena, outcome);
	if (txn->rc || outcome->applied != CCHC_APPLIED)
		return;
	entry->number = written.number;
	entry->refusal = written.refusal;
	entry->refused_row = written.refused_row;
	entry->n_refusals = written.n_refusals;
}
