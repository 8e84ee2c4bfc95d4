#include "ctl/appendix.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/csvfield.h"

static enum cchc_rc take_cells(struct cchc_ctl_appendix *a, const Cchc__UnitCells *cells,
			       struct cchc_err *err)
{
	struct cchc_ctl_cell cell;

	if (strcmp(cells->form, a->form->name) != 0 ||
	    cells->revision != a->form->revision)
		return cchc_fail(err, CCHC_INVALID,
				 "the answer is of form %s revision %" PRIu32
				 ", not of %s revision %" PRIu32,
				 cells->form, cells->revision, a->form->name,
				 a->form->revision);
	if (strcmp(cells->unit->code, a->unit->code) != 0)
		return cchc_fail(err, CCHC_INVALID,
				 "the answer is of unit %s, not of %s alone",
				 cells->unit->code, a->unit->code);
	for (size_t i = 0; i < cells->n_row; i++) {
		if (!cchc_ctl_cell_read(a->form, cells, i, &cell))
			return cchc_fail(err, CCHC_INVALID,
					 "row %" PRIu32 " with state %" PRIu32
					 " is not one of form %s",
					 cells->row[i], cells->state[i], a->form->name);
		a->cell[cell.row->index] = cell;
	}
	return CCHC_OK;
}

static const Cchc__UnitCells *first_cells(const struct cchc_ctl_answer *answer)
{
	for (size_t i = 0; i < answer->n; i++)
		if (answer->part[i]->n_cells)
			return answer->part[i]->cells[0];
	return NULL;
}

static enum cchc_rc begin(struct cchc_arena *arena, const struct cchc_form *form,
			  const struct cchc_ctl_answer *answer,
			  struct cchc_ctl_appendix *a, struct cchc_err *err)
{
	const Cchc__UnitCells *first = first_cells(answer);

	*a = (struct cchc_ctl_appendix){.form = form, .commit = answer->commit};
	if (!first)
		return cchc_fail(err, CCHC_NOTFOUND, "the answer has no cells");
	if (!cchc_period_from_code(first->period, &a->period) ||
	    first->scope >= CCHC_SCOPES)
		return cchc_fail(err, CCHC_INVALID, "the answer has no period or scope");
	a->unit = first->unit;
	a->scope = (enum cchc_scope)first->scope;
	a->cell = cchc_arena_array(arena, form->n, sizeof(*a->cell));
	if (!a->cell)
		return cchc_fail(err, CCHC_NOMEM, "out of memory");
	for (size_t i = 0; i < form->n; i++)
		cchc_ctl_cell_empty(&form->row[i], a->unit, &a->cell[i]);
	return CCHC_OK;
}

enum cchc_rc cchc_ctl_appendix_fill(struct cchc_arena *arena,
				    const struct cchc_form *form,
				    const struct cchc_ctl_answer *answer,
				    struct cchc_ctl_appendix *appendix,
				    struct cchc_err *err)
{
	struct cchc_ctl_appendix a;
	enum cchc_rc rc = begin(arena, form, answer, &a, err);

	for (size_t i = 0; i < answer->n && rc == CCHC_OK; i++) {
		const Cchc__Answer *part = answer->part[i];

		for (size_t j = 0; j < part->n_cells && rc == CCHC_OK; j++)
			rc = take_cells(&a, part->cells[j], err);
	}
	if (rc == CCHC_OK)
		*appendix = a;
	return rc;
}

static enum cchc_rc csv_row(struct cchc_arena *arena, const struct cchc_ctl_appendix *a,
			    const struct cchc_ctl_cell *cell, FILE *out)
{
	const struct cchc_row *row = cell->row;
	const char *field[] = {a->form->part[row->part].code, row->code, cell->name,
			       row->unit, cchc_ctl_state_name(cell->state)};
	char value[CCHC_NUMBER_TEXT];
	struct cchc_ctl_pair *pairs;
	size_t n;
	enum cchc_rc rc = cchc_ctl_cell_pairs(arena, a->form, cell, &pairs, &n);

	if (rc != CCHC_OK)
		return rc;
	for (size_t i = 0; i < sizeof(field) / sizeof(field[0]); i++) {
		cchc_ctl_csv_field(out, field[i]);
		fputc(',', out);
	}
	fputs(cchc_ctl_cell_plain(cell, value), out);
	if (cell->state == CCHC__CELL_STATE__HEADING)
		fputs(",,,", out);
	else
		fprintf(out, ",%" PRIu32 ",%" PRIu32 ",", cell->reported, cell->expected);
	cchc_ctl_pairs_print(pairs, n, out);
	fputc('\n', out);
	return CCHC_OK;
}

enum cchc_rc cchc_ctl_appendix_csv(struct cchc_arena *arena,
				   const struct cchc_ctl_appendix *a, FILE *out)
{
	enum cchc_rc rc = CCHC_OK;

	fputs("part,code,name,unit,state,value,reported,expected,detail\n", out);
	for (size_t i = 0; i < a->form->n && rc == CCHC_OK; i++)
		rc = csv_row(arena, a, &a->cell[i], out);
	return rc;
}

/* What `write` prints, as a text of the arena; NULL when memory runs out. */
static const char *figure_text(struct cchc_arena *arena, const struct cchc_ctl_cell *cell)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	const char *kept = NULL;

	if (!out)
		return NULL;
	cchc_ctl_cell_people(cell, out);
	if (fclose(out) == 0)
		kept = cchc_arena_text(arena, text, len);
	free(text);
	return kept;
}

static const char *remarks_text(struct cchc_arena *arena, const struct cchc_form *form,
				const struct cchc_ctl_cell *cell)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	const char *kept = NULL;

	if (!out)
		return NULL;
	cchc_ctl_cell_remarks(form, cell, out);
	if (fclose(out) == 0)
		kept = cchc_arena_text(arena, text, len);
	free(text);
	return kept;
}

enum cchc_rc cchc_ctl_appendix_texts(struct cchc_arena *arena,
				     const struct cchc_form *form,
				     const struct cchc_ctl_cell *cell,
				     struct cchc_ctl_texts *texts)
{
	struct cchc_ctl_texts made = {
		.figure = figure_text(arena, cell),
		.remarks = remarks_text(arena, form, cell),
		.units = cell->state == CCHC__CELL_STATE__HEADING
				 ? ""
				 : cchc_arena_format(arena, "%" PRIu32 "/%" PRIu32,
						     cell->reported, cell->expected),
	};

	if (!made.figure || !made.remarks || !made.units)
		return CCHC_NOMEM;
	*texts = made;
	return CCHC_OK;
}

const char *cchc_ctl_scope_people(enum cchc_scope scope)
{
	switch (scope) {
	case CCHC_SCOPE_OWN:
		return "số liệu của riêng đơn vị";
	case CCHC_SCOPE_BELOW:
		return "tổng hợp các đơn vị cấp dưới";
	case CCHC_SCOPE_REPORT:
		return "biểu báo cáo cấp trên";
	default:
		return "đơn vị và các đơn vị cấp dưới";
	}
}
