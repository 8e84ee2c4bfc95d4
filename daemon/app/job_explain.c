/* job_explain.c - why this number: every figure that entered a cell, and who is missing.
 *
 * Goes through the units in scope as the rollup does, but names instead of adding: the
 * figure given for the very period, else those of its parts; for computed rows the
 * figures of their parts; for derived rows the source rows below; for rows from the
 * register the tasks that are counted, with what was typed beside them. Works on a board
 * made from one snapshot.
 */

#include <string.h>

#include "app/cells.h"
#include "app/counted.h"
#include "app/job.h"
#include "app/replies.h"
#include "app/taskinfo.h"
#include "core/result.h"

enum {
	LINES_A_FRAME = 60,
	TASKS_A_FRAME = 32, /* of a KiB or two each at the very most */
	TASKS_MAX = 10000,  /* that are listed */
	CONTACT_OLD_MS = 24 * 3600 * 1000,
	ENTRY_ARENA = 8 * 1024 * 1024
};

struct explaining {
	struct cchc_job *job;
	const struct cchc_form *form;
	uint16_t form_id;
	struct cchc_view *view;
	const struct cchc_shape *shape;
	struct cchc_answer *answer;
	struct cchc_arena lines;   /* of the frame being filled */
	struct cchc_arena scratch; /* of the entry being read */
	Cchc__Explanation page;
	Cchc__Input *input[LINES_A_FRAME];
	Cchc__Missing *missing[LINES_A_FRAME];
	Cchc__TaskInfo *task[TASKS_A_FRAME];
	uint32_t tasks; /* counted, in all frames and beyond */
	enum cchc_rc rc;
};

static void flush(struct explaining *e, enum cchc_which which)
{
	Cchc__Answer part = CCHC__ANSWER__INIT;

	part.kind = CCHC__ANSWER__KIND__EXPLAIN;
	part.explanation = &e->page;
	e->page.input = e->input;
	e->page.missing = e->missing;
	e->page.task = e->task;
	if (e->rc == CCHC_OK)
		e->rc = cchc_answer_add(e->answer, &part, which);
	cchc__explanation__init(&e->page);
	cchc_arena_reset(&e->lines);
}

static void *line_of(struct explaining *e, size_t size)
{
	void *line;

	if (e->page.n_input + e->page.n_missing == LINES_A_FRAME)
		flush(e, CCHC_PART_MORE);
	line = cchc_arena_alloc(&e->lines, size);
	if (!line)
		e->rc = CCHC_NOMEM;
	return e->rc == CCHC_OK ? line : NULL;
}

static Cchc__UnitInfo *info_of(struct explaining *e, uint32_t node)
{
	Cchc__UnitInfo *info = cchc_arena_alloc(&e->lines, sizeof(*info));

	if (info)
		cchc_unit_info(cchc_units_by_id(&e->job->catalog->units,
						e->shape->tree->node[node].unit),
			       info);
	else
		e->rc = CCHC_NOMEM;
	return info;
}

/* An entry of the journal, until the next one is read. */
static bool read_entry(struct explaining *e, uint64_t number, struct cchc_entry *entry)
{
	cchc_arena_reset(&e->scratch);
	return cchc_store_entry(&e->job->txn, number, &e->scratch, entry);
}

static char *keep(struct explaining *e, const char *text)
{
	char *copy = cchc_arena_text(&e->lines, text, strlen(text));

	if (!copy)
		e->rc = CCHC_NOMEM;
	return copy;
}

/* Sender, time and source of the entry that gave the cell. */
static void add_origin(struct explaining *e, const struct cchc_stored_cell *cell,
		       Cchc__Input *input)
{
	struct cchc_entry entry;

	input->has_journal = true;
	input->journal = cell->journal;
	if (!read_entry(e, cell->journal, &entry))
		return;
	input->sender = keep(e, entry.sender);
	input->has_received = true;
	input->received = entry.clock_ms;
	input->source = entry.source[0] ? keep(e, entry.source) : NULL;
}

/* What the register says where a figure was typed: the two should agree. */
static void add_counted(struct explaining *e, uint32_t node, const struct cchc_row *row,
			struct cchc_period period, Cchc__Input *input)
{
	const struct cchc_counts *counts = e->view->counts;

	input->has_counted = counts && cchc_counts_cover(counts, period);
	if (input->has_counted)
		input->counted = cchc_counts_own(counts, e->shape->tree->node[node].unit,
						 period, (enum cchc_register)row->counts);
}

enum use { ENTERS, DECLARED };

static void add_input(struct explaining *e, uint32_t node, const struct cchc_row *row,
		      uint8_t slot, struct cchc_figure figure, enum use use)
{
	struct cchc_period period = {e->job->question.period.year, slot};
	Cchc__Input *input = line_of(e, sizeof(*input));
	struct cchc_stored_cell cell;

	if (!input)
		return;
	cchc__input__init(input);
	input->unit = info_of(e, node);
	input->row = row->id;
	input->period = cchc_period_code(period);
	input->state = figure.state;
	input->value = figure.value;
	input->has_declared = input->declared = use == DECLARED;
	if (cchc_store_cell(&e->job->txn, e->shape->tree->node[node].unit, e->form_id,
			    period, row->id, &cell))
		add_origin(e, &cell, input);
	if (row->counts != CCHC_REGISTER_NONE)
		add_counted(e, node, row, period, input);
	if (e->rc == CCHC_OK)
		e->input[e->page.n_input++] = input;
}

static const struct cchc_year *year_of(struct explaining *e, uint32_t node)
{
	return cchc_figures_year(&e->view->figures, e->shape->tree->node[node].unit,
				 e->job->question.period.year);
}

/* The figures a resolved one is made of; false when there is none. */
static bool add_over_time(struct explaining *e, uint32_t node, const struct cchc_row *row,
			  uint8_t slot, enum use use)
{
	const struct cchc_year *year = year_of(e, node);
	struct cchc_figure own = {0};
	const uint8_t *parts;
	size_t n = cchc_slot_parts(slot, &parts);
	bool any = false;

	if (year && year->record[slot])
		own = cchc_record_get(year->record[slot], row->index);
	if (cchc_is_present(own)) {
		add_input(e, node, row, slot, own, use);
		return true;
	}
	if (row->over_time == CCHC_TIME_NONE || row->over_time == CCHC_TIME_PARTS)
		return false;
	for (size_t i = 0; i < n; i++)
		any = add_over_time(e, node, row, parts[i], use) || any;
	return any;
}

static int64_t last_contact(struct explaining *e, uint32_t unit)
{
	int64_t last = 0;

	for (size_t i = 0; i < e->job->n_contacts; i++)
		if (e->job->contact[i].unit == unit && e->job->contact[i].at_ms > last)
			last = e->job->contact[i].at_ms;
	return last;
}

/* Before this start. */
static int64_t contact_in_store(struct explaining *e, uint32_t unit)
{
	struct cchc_stored_contact contact;

	cchc_job_contact(e->job, &e->scratch, unit, &contact);
	return contact.at_ms;
}

/* The entry by which the unit has no figure: it was refused or withdrawn there. */
static bool name_entry(struct explaining *e, uint64_t journal, struct cchc_entry *entry,
		       Cchc__Missing *missing)
{
	if (!read_entry(e, journal, entry))
		return false;
	missing->has_journal = missing->has_received = true;
	missing->journal = journal;
	missing->received = entry->clock_ms;
	missing->sender = keep(e, entry->sender);
	return true;
}

static void add_withdrawal(struct explaining *e, uint32_t unit,
			   const struct cchc_row *row, Cchc__Missing *missing)
{
	struct cchc_stored_cell cell;
	struct cchc_entry entry;

	missing->why = CCHC__MISSING__WHY__WITHDRAWN;
	if (cchc_store_cell(&e->job->txn, unit, e->form_id, e->job->question.period,
			    row->id, &cell))
		(void)name_entry(e, cell.journal, &entry, missing);
}

static void add_refusal(struct explaining *e, uint64_t journal,
			const struct cchc_row *row, Cchc__Missing *missing)
{
	Cchc__CellRefusal *cell = cchc_arena_alloc(&e->lines, sizeof(*cell));
	struct cchc_entry entry;

	missing->why = CCHC__MISSING__WHY__REFUSED;
	if (!cell || !name_entry(e, journal, &entry, missing))
		return;
	for (size_t i = 0; i < entry.n_refusals; i++) {
		struct cchc_refusal *refusal = &entry.refusal[i];

		if (entry.refused_row[i] != row->id)
			continue;
		cchc__cell_refusal__init(cell);
		cell->index = refusal->index;
		cell->rule = (uint32_t)refusal->rule;
		cell->field = keep(e, refusal->field);
		cell->value = keep(e, refusal->value);
		cell->expected = keep(e, refusal->expected);
		missing->refusal = cell;
	}
}

static uint64_t refused_at(const struct cchc_report_head *head,
			   const struct cchc_row *row)
{
	for (uint32_t i = 0; i < head->n_refused_rows; i++)
		if (head->refused_row[i].row == row->id)
			return head->refused_row[i].journal;
	return 0;
}

/* Refused weighs more than withdrawn, that more than blank; who sent nothing at all may
 * not even be connected. */
static void find_reason(struct explaining *e, uint32_t node, const struct cchc_row *row,
			Cchc__Missing *missing)
{
	const struct cchc_question *q = &e->job->question;
	uint32_t unit = e->shape->tree->node[node].unit;
	struct cchc_figure own =
		cchc_figures_get(&e->view->figures, unit, q->period, row->index);
	struct cchc_report_head head;
	bool has_report =
		cchc_store_report(&e->job->txn, unit, e->form_id, q->period, &head);
	uint64_t refused = has_report ? refused_at(&head, row) : 0;
	int64_t contact = last_contact(e, unit);

	if (!contact)
		contact = contact_in_store(e, unit);
	missing->has_last_contact = contact != 0;
	missing->last_contact = contact;
	if (refused) {
		add_refusal(e, refused, row, missing);
	} else if (own.state == CCHC_WITHDRAWN) {
		add_withdrawal(e, unit, row, missing);
	} else if (has_report) {
		missing->why = CCHC__MISSING__WHY__BLANK;
	} else if (e->job->now_ms - contact > CONTACT_OLD_MS) {
		missing->why = CCHC__MISSING__WHY__NOT_CONNECTED;
	} else {
		missing->why = CCHC__MISSING__WHY__NOT_SENT;
	}
}

static void add_missing(struct explaining *e, uint32_t node, const struct cchc_row *row)
{
	Cchc__Missing *missing = line_of(e, sizeof(*missing));

	if (!missing)
		return;
	cchc__missing__init(missing);
	missing->unit = info_of(e, node);
	missing->row = row->id;
	find_reason(e, node, row, missing);
	if (e->rc == CCHC_OK)
		e->missing[e->page.n_missing++] = missing;
}

static void add_row(struct explaining *e, uint32_t node, const struct cchc_row *row,
		    bool expected);

/* A row with `equals` at a unit with units below: what was typed is declared only, unless
 * no part can enter. */
static void add_equals(struct explaining *e, uint32_t node, const struct cchc_row *row,
		       bool expected)
{
	struct cchc_yearly yearly;
	uint8_t slot = e->job->question.period.slot;
	bool parts_enter = false;

	cchc_yearly_begin(&yearly, year_of(e, node), e->form, NULL, 0);
	for (size_t i = 0; i < row->n_equals; i++) {
		const struct cchc_row *part = &e->form->row[row->equals[i]];

		if (part->derived_from != CCHC_NO_ROW ||
		    cchc_resolve_entering(e->form, &yearly, slot, part, true).state ==
			    CCHC_FIGURE)
			parts_enter = true;
	}
	if (!parts_enter) {
		if (!add_over_time(e, node, row, slot, ENTERS) && expected)
			add_missing(e, node, row);
		return;
	}
	(void)add_over_time(e, node, row, slot, DECLARED);
	for (size_t i = 0; i < row->n_equals; i++) {
		const struct cchc_row *part = &e->form->row[row->equals[i]];

		if (part->derived_from == CCHC_NO_ROW)
			add_row(e, node, part,
				expected && cchc_shape_feeds(e->shape, node, part));
	}
}

static void add_row(struct explaining *e, uint32_t node, const struct cchc_row *row,
		    bool expected)
{
	uint8_t slot = e->job->question.period.slot;

	if (e->rc != CCHC_OK)
		return;
	if (row->kind == CCHC_RATIO) {
		(void)add_over_time(e, node, row, slot, DECLARED);
		add_row(e, node, &e->form->row[row->numerator], expected);
		add_row(e, node, &e->form->row[row->denominator], expected);
	} else if (row->equals && cchc_tree_has_below(e->shape->tree, node)) {
		add_equals(e, node, row, expected);
	} else if (!add_over_time(e, node, row, slot, ENTERS) && expected) {
		add_missing(e, node, row);
	}
}

static bool typed_here(struct explaining *e, uint32_t node, const struct cchc_row *row)
{
	struct cchc_yearly yearly;
	struct cchc_contribution own;

	cchc_yearly_begin(&yearly, year_of(e, node), e->form, NULL, 0);
	cchc_cell_contribute(e->shape, node, &yearly, e->job->question.period.slot, row,
			     &own);
	return own.cell.figures + own.cell.na > 0;
}

/* A derived row below `node`, itself included when it says so: typed figures where there
 * are any, source rows of the units of the base level elsewhere. */
static void add_derived(struct explaining *e, uint32_t from, uint32_t to,
			const struct cchc_row *row)
{
	const struct cchc_tree *tree = e->shape->tree;
	const struct cchc_row *source = &e->form->row[row->derived_from];
	uint32_t node = from;

	while (node < to) {
		if (cchc_shape_is_base(e->shape, node)) {
			for (uint32_t i = node; i < tree->node[node].end; i++)
				add_row(e, i, source,
					cchc_shape_feeds(e->shape, i, source));
			node = tree->node[node].end;
		} else if (typed_here(e, node, row)) {
			(void)add_over_time(e, node, row, e->job->question.period.slot,
					    ENTERS);
			node = e->shape->collects[node] ? tree->node[node].end : node + 1;
		} else {
			node++;
		}
	}
}

/* A reserved row is not for these units, so none of them is missing; but what one of them
 * typed in it and was refused is what people look for. */
static void add_barred(struct explaining *e, uint32_t from, uint32_t to,
		       const struct cchc_row *row)
{
	const struct cchc_question *q = &e->job->question;

	for (uint32_t node = from; node < to && e->rc == CCHC_OK; node++) {
		struct cchc_report_head head;

		if (!e->shape->collects[node] &&
		    cchc_store_report(&e->job->txn, e->shape->tree->node[node].unit,
				      e->form_id, q->period, &head) &&
		    refused_at(&head, row))
			add_missing(e, node, row);
	}
}

static bool on_counted(void *data, const struct cchc_task *task)
{
	struct explaining *e = data;
	struct cchc_task kept = *task;
	int64_t instant_ms = cchc_counts_instant(
		e->job->question.period, e->form->closing_day, e->job->counted_ms);
	Cchc__TaskInfo *info;

	if (++e->tasks > TASKS_MAX)
		return true;
	if (e->page.n_task == TASKS_A_FRAME || e->page.n_input + e->page.n_missing > 0)
		flush(e, CCHC_PART_MORE);
	kept.id = keep(e, task->id);
	kept.class_name = keep(e, task->class_name);
	kept.title = keep(e, task->title);
	kept.doc_number = keep(e, task->doc_number);
	kept.assigner = keep(e, task->assigner);
	if (e->rc != CCHC_OK)
		return false;
	info = cchc_task_info(e->job->catalog, &kept, instant_ms, &e->lines);
	if (info)
		e->task[e->page.n_task++] = info;
	else
		e->rc = CCHC_NOMEM;
	return info;
}

/* From the register: the tasks are what is counted; what was typed is declared only, and
 * nobody's figure is missing. */
static void add_tasks(struct explaining *e, uint32_t from, uint32_t to)
{
	const struct cchc_question *q = &e->job->question;
	struct cchc_counted counted = {
		.tree = e->shape->tree,
		.from = from,
		.to = to,
		.period = q->period,
		.closing_day = e->form->closing_day,
		.which = (enum cchc_register)q->row->counts,
		.now_ms = e->job->counted_ms,
	};

	for (uint32_t i = from; i < to && e->rc == CCHC_OK; i++)
		(void)add_over_time(e, i, q->row, q->period.slot, DECLARED);
	if (e->rc == CCHC_OK)
		cchc_counted_each(&counted, &e->job->txn, on_counted, e);
	if (e->rc == CCHC_OK)
		e->rc = e->job->txn.rc;
	e->page.has_tasks = true;
	e->page.tasks = e->tasks;
}

static void add_units(struct explaining *e, uint32_t node)
{
	const struct cchc_question *q = &e->job->question;
	const struct cchc_row *row = q->row;
	const struct cchc_tree *tree = e->shape->tree;
	enum cchc_scope scope = cchc_result_scope(e->shape, node, q->scope, row);
	bool derived = row->derived_from != CCHC_NO_ROW;
	uint32_t from = scope == CCHC_SCOPE_BELOW ? node + 1 : node;
	uint32_t to = scope == CCHC_SCOPE_OWN ? node + 1 : tree->node[node].end;

	if (row->kind == CCHC_HEADING)
		return;
	if (cchc_result_is_counted(e->view, row, q->period)) {
		add_tasks(e, from, to);
		return;
	}
	if (row->reserved)
		add_barred(e, from, to, row);
	if (row->reserved && cchc_shape_is_base(e->shape, node))
		return;
	if (derived && e->shape->collects[node]) {
		from = node; /* the same in every scope */
		to = tree->node[node].end;
	}
	if (derived) {
		add_derived(e, from, to, row);
		return;
	}
	for (uint32_t i = from; i < to; i++)
		add_row(e, i, row,
			scope == CCHC_SCOPE_OWN ? cchc_shape_fills(e->shape, i, row)
						: cchc_shape_feeds(e->shape, i, row));
}

static void explain(struct explaining *e, struct cchc_board *board)
{
	const struct cchc_question *q = &e->job->question;
	uint64_t rows[CCHC_ROWS_MAX / 64] = {0};
	struct cchc_cells_ask ask = {
		.form = cchc_board_form(board, q->form->id),
		.period = q->period,
		.scope = q->scope,
		.unit = q->unit,
		.rows = rows,
	};

	rows[q->row->index / 64] = UINT64_C(1) << q->row->index % 64;
	e->view = ask.form->view;
	e->form = ask.form->of->form;
	e->form_id = ask.form->of->id;
	e->rc = cchc_cells_pack(&ask, &e->lines, &e->page.cell);
	if (e->rc == CCHC_OK)
		e->rc = cchc_view_shape(e->view, q->period, &e->shape);
	if (e->rc == CCHC_OK)
		add_units(e, cchc_tree_find(e->shape->tree, q->unit->id));
	flush(e, CCHC_PART_LAST);
}

void cchc_job_explain(struct cchc_job *job)
{
	struct explaining e = {.job = job, .answer = &job->answer};
	struct cchc_board *board = cchc_job_board(job);

	if (!board)
		return;
	cchc__explanation__init(&e.page);
	cchc_arena_init(&e.lines, ENTRY_ARENA);
	cchc_arena_init(&e.scratch, ENTRY_ARENA);
	explain(&e, board);
	if (e.rc != CCHC_OK)
		cchc_answer_refuse(&job->answer, "this cell cannot be explained: %s",
				   cchc_rc_name(e.rc));
	cchc_arena_fini(&e.lines);
	cchc_arena_fini(&e.scratch);
	cchc_board_free(&board);
}
