#include "commune/parcel.h"

#include <string.h>

#include "base/check.h"
#include "proto/wire.h"

/* One message being filled. */
struct box {
	struct cchc_arena *arena;
	const struct cchc_parcel *parcel;
	uint32_t row[CCHC_CELLS_MAX];
	uint32_t state[CCHC_CELLS_MAX];
	int64_t value[CCHC_CELLS_MAX];
	uint32_t row_line[CCHC_CELLS_MAX];
	size_t n_rows;
	Cchc__Unread unread[CCHC_CELLS_MAX];
	Cchc__Unread *unreads[CCHC_CELLS_MAX];
	uint32_t unread_line[CCHC_CELLS_MAX];
	size_t n_unread;
	bool all_figures;
	struct cchc_item *item;
	size_t n_items;
};

bool cchc_parcel_sends(const struct cchc_parcel *parcel, size_t cell)
{
	const struct cchc_filled_cell *c = &parcel->filled->cell[cell];

	if (!c->row || c->reading.refusal.rule != CCHC_RULE_NONE)
		return false;
	if (parcel->stands && parcel->stands[cell].state != CCHC_ABSENT)
		return false;
	return c->reading.figure.state != CCHC_ABSENT;
}

static char *copy(struct cchc_arena *arena, const char *text)
{
	return cchc_arena_text(arena, text, strlen(text));
}

/* Rows first, then the unread: as a refusal's index counts. */
static enum cchc_rc copy_lines(struct box *b, struct cchc_item *item)
{
	uint32_t *line =
		cchc_arena_array(b->arena, b->n_rows + b->n_unread, sizeof(*line));

	if (!line)
		return CCHC_NOMEM;
	memcpy(line, b->row_line, b->n_rows * sizeof(*line));
	memcpy(line + b->n_rows, b->unread_line, b->n_unread * sizeof(*line));
	item->line = line;
	item->n_lines = b->n_rows + b->n_unread;
	return CCHC_OK;
}

/* What the file says of the report as a whole; NOMEM. */
static enum cchc_rc put_head(struct box *b, Cchc__Report *report)
{
	const struct cchc_filled_head *head = &b->parcel->filled->head;
	const struct {
		enum cchc_head_field field;
		char **to;
	} TEXTS[] = {
		{CCHC_HEAD_NUMBER, &report->doc_number},
		{CCHC_HEAD_SIGNER, &report->signer_name},
		{CCHC_HEAD_POSITION, &report->signer_position},
	};

	for (size_t i = 0; i < CCHC_COUNT(TEXTS); i++) {
		if (!head->text[TEXTS[i].field][0])
			continue;
		*TEXTS[i].to = copy(b->arena, head->text[TEXTS[i].field]);
		if (!*TEXTS[i].to)
			return CCHC_NOMEM;
	}
	report->has_doc_date = head->doc_date != CCHC_DAY_NONE;
	report->doc_date = report->has_doc_date ? head->doc_date : 0;
	report->has_complete = head->complete != 0;
	report->complete = head->complete == 2;
	return CCHC_OK;
}

static enum cchc_rc close_box(struct box *b)
{
	const struct cchc_parcel *p = b->parcel;
	struct cchc_item *item = &b->item[b->n_items];
	Cchc__Report report = CCHC__REPORT__INIT;
	uint8_t *body;
	enum cchc_rc rc;

	report.unit = copy(b->arena, p->unit);
	report.form = copy(b->arena, p->form->name);
	report.source = copy(b->arena, p->source);
	if (!report.unit || !report.form || !report.source)
		return CCHC_NOMEM;
	report.revision = p->form->revision;
	report.period = cchc_period_code(p->period);
	report.has_as_of = true;
	report.as_of = p->as_of_ms;
	report.n_row = report.n_value = b->n_rows;
	report.row = b->row;
	report.value = b->value;
	report.n_state = b->all_figures ? 0 : b->n_rows;
	report.state = b->state;
	report.n_unread = b->n_unread;
	report.unread = b->unreads;
	rc = b->n_items ? CCHC_OK : put_head(b, &report); /* an UPDATE leaves it alone */
	if (!rc)
		rc = cchc_wire_encode(b->arena, &report.base, &body, &item->body_len);
	if (rc)
		return rc;
	item->body = body;
	item->kind = b->n_items ? CCHC__PUSH__KIND__UPDATE : CCHC__PUSH__KIND__REPORT;
	b->n_items++;
	rc = copy_lines(b, item);
	b->n_rows = b->n_unread = 0;
	b->all_figures = true;
	return rc;
}

static enum cchc_rc put_unread(struct box *b, const struct cchc_filled_cell *cell)
{
	Cchc__Unread *unread = &b->unread[b->n_unread];

	*unread = (Cchc__Unread)CCHC__UNREAD__INIT;
	unread->has_row = cell->row != NULL;
	unread->row = cell->row ? cell->row->id : 0;
	unread->field = copy(b->arena, cell->reading.refusal.field);
	unread->value = copy(b->arena, cell->reading.refusal.value);
	unread->rule = (uint32_t)cell->reading.refusal.rule;
	if (!unread->field || !unread->value)
		return CCHC_NOMEM;
	b->unreads[b->n_unread] = unread;
	b->unread_line[b->n_unread++] = cell->line;
	return CCHC_OK;
}

static void put_row(struct box *b, const struct cchc_filled_cell *cell)
{
	struct cchc_figure figure = cell->reading.figure;

	b->row[b->n_rows] = cell->row->id;
	b->state[b->n_rows] = figure.state;
	b->value[b->n_rows] = figure.state == CCHC_FIGURE ? figure.value : 0;
	b->row_line[b->n_rows++] = cell->line;
	b->all_figures = b->all_figures && figure.state == CCHC_FIGURE;
}

static enum cchc_rc put_cell(struct box *b, size_t i)
{
	const struct cchc_filled_cell *cell = &b->parcel->filled->cell[i];
	bool sends = cchc_parcel_sends(b->parcel, i);
	enum cchc_rc rc = CCHC_OK;

	if (!sends && cell->reading.refusal.rule == CCHC_RULE_NONE)
		return CCHC_OK;
	if (b->n_rows + b->n_unread == CCHC_CELLS_MAX)
		rc = close_box(b);
	if (!rc && sends)
		put_row(b, cell);
	else if (!rc)
		rc = put_unread(b, cell);
	return rc;
}

enum cchc_rc cchc_parcel_pack(struct cchc_arena *arena, const struct cchc_parcel *parcel,
			      struct cchc_item **items, size_t *n)
{
	struct box *b = cchc_arena_alloc(arena, sizeof(*b));
	enum cchc_rc rc = CCHC_OK;

	if (!b)
		return CCHC_NOMEM;
	b->arena = arena;
	b->parcel = parcel;
	b->all_figures = true;
	b->item = cchc_arena_array(arena, parcel->filled->n / CCHC_CELLS_MAX + 1,
				   sizeof(*b->item));
	if (!b->item)
		return CCHC_NOMEM;
	for (size_t i = 0; i < parcel->filled->n && !rc; i++)
		rc = put_cell(b, i);
	if (!rc && (b->n_items == 0 || b->n_rows + b->n_unread))
		rc = close_box(b);
	if (rc)
		return rc;
	*items = b->item;
	*n = b->n_items;
	return CCHC_OK;
}
