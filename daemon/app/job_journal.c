/* The history of a unit's cells for a period: each cell's entries are a chain, newest
 * first. */

#include <stdlib.h>
#include <string.h>

#include "app/job.h"

enum {
	LINES_MAX = 20000,
	LINES_A_FRAME = 70, /* with refusal and source at most 900 bytes each */
	ENTRY_ARENA = 8 * 1024 * 1024,
};

struct telling {
	struct cchc_job *job;
	struct cchc_arena *arena;  /* of the lines */
	struct cchc_arena scratch; /* of the entry read last */
	struct cchc_entry entry;
	const char *sender; /* the entry's, kept */
	const char *source;
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

static Cchc__JournalLine *add_line(struct telling *t, uint16_t row)
{
	const struct cchc_entry *entry = &t->entry;
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
	line->sender = (char *)t->sender;
	line->unit = (char *)t->job->question.unit->code;
	line->period = cchc_period_code(entry->period);
	line->epoch = entry->epoch;
	line->seq = entry->seq;
	line->row = row;
	line->source = t->source[0] ? (char *)t->source : NULL;
	t->line[t->n++] = line;
	return line;
}

static const char *keep(struct telling *t, const char *text)
{
	const char *copy = cchc_arena_text(t->arena, text, strlen(text));

	if (!copy)
		t->rc = CCHC_NOMEM;
	return copy;
}

/* Reads an entry into t->entry, unless it is there: cells of one report come in a row. */
static bool read_entry(struct telling *t, uint64_t number)
{
	if (t->entry.number == number && number != 0)
		return true;
	cchc_arena_reset(&t->scratch);
	t->entry.number = 0;
	if (!cchc_store_entry(&t->job->txn, number, &t->scratch, &t->entry))
		return false;
	t->sender = keep(t, t->entry.sender);
	t->source = keep(t, t->entry.source);
	return t->rc == CCHC_OK;
}

static void tell_chain(struct telling *t, const struct cchc_stored_cell *stored)
{
	uint64_t number = stored->journal;
	Cchc__JournalLine *newer = NULL;

	while (number != 0 && t->rc == CCHC_OK && read_entry(t, number)) {
		const struct cchc_entry_cell *cell = cell_of(&t->entry, stored->row);
		Cchc__JournalLine *line = cell ? add_line(t, stored->row) : NULL;

		if (!line)
			break;
		line->new_state = cell->state;
		line->new_value = cell->value;
		if (newer) {
			newer->old_state = cell->state;
			newer->old_value = cell->value;
		}
		newer = line;
		number = cell->before;
	}
}

static void tell_refusals(struct telling *t, const struct cchc_refused_row *refused)
{
	if (!read_entry(t, refused->journal))
		return;
	for (size_t i = 0; i < t->entry.n_refusals && t->rc == CCHC_OK; i++) {
		struct cchc_refusal *why = &t->entry.refusal[i];
		Cchc__CellRefusal *cell;
		Cchc__JournalLine *line;

		if (t->entry.refused_row[i] != refused->row)
			continue;
		cell = cchc_arena_alloc(t->arena, sizeof(*cell));
		line = cell ? add_line(t, refused->row) : NULL;
		if (!line)
			return;
		cchc__cell_refusal__init(cell);
		cell->index = why->index;
		cell->rule = (uint32_t)why->rule;
		cell->field = (char *)keep(t, why->field);
		cell->value = (char *)keep(t, why->value);
		cell->expected = (char *)keep(t, why->expected);
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

	cchc_arena_init(&t.scratch, ENTRY_ARENA);
	tell_all(&t);
	cchc_arena_fini(&t.scratch);
	if (t.rc == CCHC_OK)
		send_all(&t);
	if (t.rc != CCHC_OK)
		cchc_answer_refuse(&job->answer, "the journal cannot be told: %s",
				   cchc_rc_name(t.rc));
}
