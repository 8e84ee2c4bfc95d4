#include "ctl/explain.h"

#include <inttypes.h>
#include <string.h>

#include "ctl/columns.h"
#include "ctl/moment.h"

static const Cchc__UnitCells *cell_of(const struct cchc_ctl_answer *answer)
{
	for (size_t i = 0; i < answer->n; i++)
		if (answer->part[i]->explanation && answer->part[i]->explanation->cell)
			return answer->part[i]->explanation->cell;
	return NULL;
}

static enum cchc_rc take_cell(const Cchc__UnitCells *cells,
			      struct cchc_ctl_explanation *e, struct cchc_err *err)
{
	if (!cells || cells->n_row != 1 || cells->scope >= CCHC_SCOPES ||
	    !cchc_period_from_code(cells->period, &e->period))
		return cchc_fail(err, CCHC_INVALID, "the answer explains no cell");
	if (strcmp(cells->form, e->form->name) != 0 ||
	    !cchc_ctl_cell_read(e->form, cells, 0, &e->cell))
		return cchc_fail(err, CCHC_INVALID,
				 "the cell explained is not one of form %s",
				 e->form->name);
	e->unit = cells->unit;
	e->scope = (enum cchc_scope)cells->scope;
	return CCHC_OK;
}

static enum cchc_rc take_lists(struct cchc_arena *arena,
			       const struct cchc_ctl_answer *answer,
			       struct cchc_ctl_explanation *e)
{
	size_t inputs = 0;
	size_t missing = 0;
	size_t tasks = 0;

	for (size_t i = 0; i < answer->n; i++) {
		const Cchc__Explanation *part = answer->part[i]->explanation;

		inputs += part ? part->n_input : 0;
		missing += part ? part->n_missing : 0;
		tasks += part ? part->n_task : 0;
	}
	e->input = cchc_arena_array(arena, inputs + 1, sizeof(*e->input));
	e->missing = cchc_arena_array(arena, missing + 1, sizeof(*e->missing));
	e->task = cchc_arena_array(arena, tasks + 1, sizeof(*e->task));
	if (!e->input || !e->missing || !e->task)
		return CCHC_NOMEM;
	for (size_t i = 0; i < answer->n; i++) {
		const Cchc__Explanation *part = answer->part[i]->explanation;

		for (size_t j = 0; part && j < part->n_input; j++)
			e->input[e->n_inputs++] = part->input[j];
		for (size_t j = 0; part && j < part->n_missing; j++)
			e->missing[e->n_missing++] = part->missing[j];
		for (size_t j = 0; part && j < part->n_task; j++)
			e->task[e->n_tasks++] = part->task[j];
		if (part && part->has_tasks) {
			e->is_counted = true;
			e->tasks = part->tasks;
		}
	}
	return CCHC_OK;
}

static enum cchc_rc check_rows(const struct cchc_ctl_explanation *e, struct cchc_err *err)
{
	struct cchc_period period;

	for (size_t i = 0; i < e->n_inputs; i++)
		if (!cchc_form_row_by_id(e->form, e->input[i]->row) ||
		    !cchc_period_from_code(e->input[i]->period, &period))
			return cchc_fail(err, CCHC_INVALID,
					 "an input names row %" PRIu32
					 ", which form %s does not have",
					 e->input[i]->row, e->form->name);
	for (size_t i = 0; i < e->n_missing; i++)
		if (!cchc_form_row_by_id(e->form, e->missing[i]->row))
			return cchc_fail(err, CCHC_INVALID,
					 "a missing figure is of row %" PRIu32
					 ", which form %s does not have",
					 e->missing[i]->row, e->form->name);
	return CCHC_OK;
}

enum cchc_rc cchc_ctl_explanation_fill(struct cchc_arena *arena,
				       const struct cchc_form *form,
				       const struct cchc_ctl_answer *answer,
				       struct cchc_ctl_explanation *explanation,
				       struct cchc_err *err)
{
	struct cchc_ctl_explanation e = {.form = form, .commit = answer->commit};
	enum cchc_rc rc = take_cell(cell_of(answer), &e, err);

	if (rc == CCHC_OK) {
		rc = take_lists(arena, answer, &e);
		if (rc != CCHC_OK)
			return cchc_fail(err, rc, "%s", cchc_rc_name(rc));
		rc = check_rows(&e, err);
	}
	if (rc == CCHC_OK)
		*explanation = e;
	return rc;
}

const char *cchc_ctl_why_people(Cchc__Missing__Why why)
{
	switch (why) {
	case CCHC__MISSING__WHY__NOT_SENT:
		return "chưa gửi báo cáo của kỳ này";
	case CCHC__MISSING__WHY__BLANK:
		return "báo cáo để trống chỉ tiêu";
	case CCHC__MISSING__WHY__REFUSED:
		return "số liệu bị từ chối";
	case CCHC__MISSING__WHY__NOT_CONNECTED:
		return "chưa kết nối";
	case CCHC__MISSING__WHY__WITHDRAWN:
		return "đã rút số liệu";
	default:
		return "không rõ";
	}
}

const char *cchc_ctl_why_name(Cchc__Missing__Why why)
{
	switch (why) {
	case CCHC__MISSING__WHY__NOT_SENT:
		return "not-sent";
	case CCHC__MISSING__WHY__BLANK:
		return "blank";
	case CCHC__MISSING__WHY__REFUSED:
		return "refused";
	case CCHC__MISSING__WHY__NOT_CONNECTED:
		return "not-connected";
	case CCHC__MISSING__WHY__WITHDRAWN:
		return "withdrawn";
	default:
		return "unknown";
	}
}
