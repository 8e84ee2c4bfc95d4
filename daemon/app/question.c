#include "app/question.h"

#include <string.h>

#include "app/cells.h"
#include "app/encoded.h"
#include "base/text.h"

enum {
	FRAME_CELLS = CCHC_FRAME_MAX - 2048,
	UNITS_A_FRAME = 512,
	FRAME_ARENA = 64 * 1024 * 1024,
	/* 15 to 20 ms of the loop's time, as a full batch takes: a country's districts,
	 * in a fiftieth of the time a worker needs to load the year; not its communes */
	LOOP_UNITS = 1000,
};

static bool find_period(struct cchc_question *q, uint32_t code, const char *form,
			struct cchc_answer *answer)
{
	if (!cchc_period_from_code(code, &q->period)) {
		cchc_answer_refuse(answer, "period: %u is no period", code);
		return false;
	}
	q->form = cchc_catalog_form_for(q->catalog, form, q->period);
	if (!q->form) {
		cchc_answer_not_there(answer, "form: %s",
				      form ? "no such form"
					   : "no form is for this period");
		return false;
	}
	return true;
}

static bool find_unit(struct cchc_question *q, const char *code,
		      struct cchc_answer *answer)
{
	cchc_day last = cchc_period_last_day(q->period, q->form->form->closing_day);
	const char *asked = code ? code : q->catalog->receiver->code;
	char said[33]; /* cut where a character ends: the refusal must be clean UTF-8 */

	q->unit = cchc_units_on(&q->catalog->units, asked, last);
	if (q->unit)
		return true;
	cchc_text_copy(said, sizeof(said), asked, strlen(asked));
	cchc_answer_not_there(answer,
			      "unit: %s is no unit in force on the period's last day "
			      "(không có đơn vị này vào ngày chốt kỳ)",
			      said);
	return false;
}

static bool find_scope(struct cchc_question *q, uint32_t scope,
		       struct cchc_answer *answer)
{
	if (scope >= CCHC_SCOPES) {
		cchc_answer_refuse(answer, "scope: %u is none", scope);
		return false;
	}
	q->scope = (enum cchc_scope)scope;
	return true;
}

static bool refuse_row(struct cchc_answer *answer, uint32_t row)
{
	cchc_answer_not_there(answer, "row: the form has no row %u", row);
	return false;
}

bool cchc_question_of_cells(struct cchc_question *q, const struct cchc_catalog *catalog,
			    const Cchc__CellsAsk *ask, struct cchc_answer *answer)
{
	*q = (struct cchc_question){.catalog = catalog, .some_rows = ask->n_row > 0};
	if (!find_period(q, ask->period, ask->form, answer) ||
	    !find_unit(q, ask->unit, answer) || !find_scope(q, ask->scope, answer))
		return false;
	for (size_t i = 0; i < ask->n_row; i++) {
		const struct cchc_row *row =
			cchc_form_row_by_id(q->form->form, ask->row[i]);

		if (!row)
			return refuse_row(answer, ask->row[i]);
		q->rows[row->index / 64] |= UINT64_C(1) << row->index % 64;
	}
	q->by_level = ask->level != NULL;
	if (ask->level && !cchc_level_parse(ask->level, &q->level)) {
		cchc_answer_refuse(answer, "level: no such level");
		return false;
	}
	return true;
}

bool cchc_question_of_row(struct cchc_question *q, const struct cchc_catalog *catalog,
			  uint32_t period, const char *form, const char *unit,
			  const uint32_t *row, uint32_t scope, struct cchc_answer *answer)
{
	*q = (struct cchc_question){.catalog = catalog};
	if (!find_period(q, period, form, answer) || !find_unit(q, unit, answer) ||
	    !find_scope(q, scope, answer))
		return false;
	if (!row)
		return true;
	q->row = cchc_form_row_by_id(q->form->form, *row);
	return q->row || refuse_row(answer, *row);
}

/* The units asked for, in the order of the tree. */
static enum cchc_rc find_units(const struct cchc_question *q, struct cchc_view *view,
			       struct cchc_arena *arena, const struct cchc_unit ***units,
			       size_t *n)
{
	const struct cchc_shape *shape;
	enum cchc_rc rc = cchc_view_shape(view, q->period, &shape);
	uint32_t node;

	*n = 0;
	if (rc != CCHC_OK)
		return rc;
	node = cchc_tree_find(shape->tree, q->unit->id);
	if (node == CCHC_NO_NODE)
		return CCHC_NOTFOUND;
	*units = cchc_arena_array(arena, shape->tree->node[node].end - node,
				  sizeof(struct cchc_unit *));
	if (!*units)
		return CCHC_NOMEM;
	for (uint32_t i = node; i < shape->tree->node[node].end; i++) {
		const struct cchc_tree_node *at = &shape->tree->node[i];

		if (q->by_level ? at->level == q->level : i == node)
			(*units)[(*n)++] = cchc_units_by_id(&q->catalog->units, at->unit);
	}
	return CCHC_OK;
}

/* Units on their way into frames. */
struct framing {
	struct cchc_answer *answer;
	struct cchc_arena scratch; /* of the frame being filled */
	struct cchc_wire_piece batch[UNITS_A_FRAME];
	size_t n;
	size_t bytes;
};

static enum cchc_rc end_frame(struct framing *f, enum cchc_which which)
{
	enum cchc_rc rc = cchc_answer_add_cells(f->answer, f->batch, f->n, which);

	f->n = f->bytes = 0;
	cchc_arena_reset(&f->scratch);
	return rc;
}

/* A unit that no longer fits begins the next frame, and is made anew there. */
static enum cchc_rc add_unit(struct framing *f, const struct cchc_cells_ask *ask)
{
	struct cchc_encoded *encoded = &ask->form->encoded;
	struct cchc_wire_piece cells;
	enum cchc_rc rc = cchc_encoded_cells(encoded, ask, &f->scratch, &cells);
	size_t more;

	if (rc != CCHC_OK)
		return rc;
	more = cells.len + 8;
	if (f->n == UNITS_A_FRAME || (f->n > 0 && f->bytes + more > FRAME_CELLS)) {
		rc = end_frame(f, CCHC_PART_MORE);
		if (rc == CCHC_OK)
			rc = cchc_encoded_cells(encoded, ask, &f->scratch, &cells);
		if (rc != CCHC_OK)
			return rc;
	}
	f->batch[f->n++] = cells;
	f->bytes += more;
	return CCHC_OK;
}

static enum cchc_rc add_units(const struct cchc_question *q, struct cchc_board_form *form,
			      const struct cchc_unit **units, size_t n,
			      struct cchc_answer *answer)
{
	struct framing f = {.answer = answer};
	enum cchc_rc rc = CCHC_OK;

	cchc_arena_init(&f.scratch, FRAME_ARENA);
	for (size_t i = 0; i < n && rc == CCHC_OK; i++) {
		struct cchc_cells_ask ask = {
			.form = form,
			.period = q->period,
			.scope = q->scope,
			.unit = units[i],
			.rows = q->some_rows ? q->rows : NULL,
		};

		rc = add_unit(&f, &ask);
	}
	if (rc == CCHC_OK)
		rc = end_frame(&f, CCHC_PART_LAST);
	cchc_arena_fini(&f.scratch);
	return rc;
}

bool cchc_question_is_long(const struct cchc_question *q, struct cchc_board *board)
{
	struct cchc_board_form *form = cchc_board_form(board, q->form->id);
	const struct cchc_shape *shape;
	uint32_t node;
	uint32_t n = 0;

	if (!q->by_level || !form ||
	    cchc_view_shape(form->view, q->period, &shape) != CCHC_OK)
		return false;
	node = cchc_tree_find(shape->tree, q->unit->id);
	if (node == CCHC_NO_NODE)
		return false;
	for (uint32_t i = node; i < shape->tree->node[node].end; i++)
		n += shape->tree->node[i].level == q->level;
	return n > LOOP_UNITS;
}

void cchc_question_answer_cells(const struct cchc_question *q, struct cchc_board *board,
				struct cchc_answer *answer)
{
	struct cchc_board_form *form = cchc_board_form(board, q->form->id);
	const struct cchc_unit **units;
	size_t n;
	enum cchc_rc rc = form ? find_units(q, form->view, &answer->arena, &units, &n)
			       : CCHC_NOTFOUND;

	if (rc == CCHC_OK)
		rc = add_units(q, form, units, n, answer);
	if (rc != CCHC_OK)
		cchc_answer_refuse(answer, "the cells cannot be given: %s",
				   cchc_rc_name(rc));
}
