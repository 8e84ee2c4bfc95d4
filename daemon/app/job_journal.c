/* The history of a unit's cells for a period: each cell's entries are a chain, newest first. */

#include <stdlib.h>

#include "app/job.h"

enum { LINES_MAX = 20000, LINES_A_FRAME = 100 };

struct telling {
	struct cchc_job *job;
	struct cchc_arena *arena;
	Cchc__JournalLine **line;
	size_t n;
	enum cchc_rc rc;
};

static const struct cchc_entry_cell *cell_of(const struct cchc_entry *entry, uint16_t row)
{
	for (size_t i = 0; i < entry->n_cells; i++)
		if (entry->cell[i].row == row)
			return &entry->cell[i];
	return NULL;
}

static Cchc__JournalLine *add_line(struct telling *t, const struct cchc_entry *entry,
				   uint16_t row)
{
	Cchc__JournalLine *line;

	if (t->n == LINES_MAX)
		return NULL;
	line = cchc_arena_alloc(t->arena, sizeof(*line));
	if (!line) {
		t->rc = CCHC_NOMEM;
		return NULL;
	}
	cchc__journal_line__init(line);
	line->number = entry->number;
	line->received = entry->clock_ms;
	line->sender = (char *)entry->sender;
	line->unit = (char *)t->job->question.unit->code;
	line->period = cchc_period_code(entry->period);
	line->epoch = entry->epoch;
	line->seq = entry->seq;
	line->row = row;
	line->source = entry->source[0] ? (char *)entry->source : NULL;
	t->line[t->n++] = line;
	return line;
}

/* Reads an entry, remembering the one read last: cells of one report come in a row. */
static bool read_entry(struct telling *t, uint64_t number, struct cchc_entry *entry)
{
	if (entry->number == number && number != 0)
		return true;
	if (!cchc_store_entry(&t->job->txn, number, t->arena, entry))
		return false;
	entry->number = number;
	return true;
}

static void tell_chain(struct telling *t, const struct cchc_stored_cell *stored)
{
	struct cchc_figure after = stored->figure;
	uint64_t number = stored->journal;
	Cchc__JournalLine *newer = NULL;

	while (number != 0 && t->rc == CCHC_OK) {
		struct cchc_entry entry = {0};
		const struct cchc_entry_cell *cell;
		Cchc__JournalLine *line;

		if (!read_entry(t, number, &entry))
			break;
		cell = cell_of(&entry, stored->row);
		line = cell ? add_line(t, &entry, stored->row) : NULL;
		if (!line)
			break;
		after = (struct cchc_figure){cell->value, cell->state};
		line->new_state = after.state;
		line->new_value = after.value;
		if (newer) {
			newer->old_state = after.state;
			newer->old_value = after.value;
		}
		newer = line;
		number = cell->before;
	}
}

static void tell_refusals(struct telling *t, const struct cchc_refused_row *refused)
{
	struct cchc_entry entry;

	if (!cchc_store_entry(&t->job->txn, refused->journal, t->arena, &entry))
		return;
	entry.number = refused->journal;
	for (size_t i = 0; i < entry.n_refusals; i++) {
		struct cchc_refusal *why = &entry.refusal[i];
		Cchc__CellRefusal *cell;
		Cchc__JournalLine *line;

		if (entry.refused_row[i] != refused->row)
			continue;
		cell = cchc_arena_alloc(t->arena, sizeof(*cell));
		line = cell ? add_line(t, &entry, refused->row) : NULL;
		if (!line)
			return;
		cchc__cell_refusal__init(cell);
		cell->index = why->index;
		cell->rule = (uint32_t)why->rule;
		cell->field = why->field;
		cell->value = why->value;
		cell->expected = why->expected;
		line->refusal = cell;
	}
}

static bool is_asked(const struct cchc_question *q, uint16_t row)
{
	return !q->row || q->row->id == row;
}

static void tell_all(struct telling *t)
{
	const struct cchc_question *q = &t->job->question;
	struct cchc_stored_cell *cell =
		cchc_arena_array(t->arena, CCHC_ROWS_MAX, sizeof(*cell));
	struct cchc_report_head head;
	size_t n;

	t->line = cchc_arena_array(t->arena, LINES_MAX, sizeof(Cchc__JournalLine *));
	if (!cell || !t->line) {
		t->rc = CCHC_NOMEM;
		return;
	}
	n = cchc_store_cells(&t->job->txn, q->unit->id, q->form->id, q->period, cell);
	for (size_t i = 0; i < n; i++)
		if (is_asked(q, cell[i].row))
			tell_chain(t, &cell[i]);
	if (!cchc_store_report(&t->job->txn, q->unit->id, q->form->id, q->period, &head))
		return;
	for (uint32_t i = 0; i < head.n_refused_rows; i++)
		if (is_asked(q, head.refused_row[i].row))
			tell_refusals(t, &head.refused_row[i]);
}

static int by_number(const void *a, const void *b)
{
	const Cchc__JournalLine *x = *(Cchc__JournalLine *const *)a;
	const Cchc__JournalLine *y = *(Cchc__JournalLine *const *)b;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

static void send_all(struct telling *t)
{
	size_t from = 0;

	qsort(t->line, t->n, sizeof(t->line[0]), by_number);
	do {
		size_t n = t->n - from < LINES_A_FRAME ? t->n - from : LINES_A_FRAME;
		Cchc__Answer part = CCHC__ANSWER__INIT;

		part.kind = CCHC__ANSWER__KIND__JOURNAL;
		part.journal = t->line + from;
		part.n_journal = n;
		from += n;
		t->rc = cchc_answer_add(&t->job->answer, &part,
					from < t->n ? CCHC_PART_MORE : CCHC_PART_LAST);
	} while (from < t->n && t->rc == CCHC_OK);
}

void cchc_job_journal(struct cchc_job *job)
{
	struct telling t = {.job = job, .arena = &job->answer.arena};

	tell_all(&t);
	if (t.rc == CCHC_OK)
		send_all(&t);
	if (t.rc != CCHC_OK)
		cchc_answer_refuse(&job->answer, "the journal cannot be told: %s",
				   cchc_rc_name(t.rc));
}
