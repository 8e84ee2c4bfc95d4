#include <strings.h>
#include <unistd.h>

#include "ctl/appendix.h"
#include "ctl/columns.h"
#include "ctl/commands.h"
#include "ctl/explain.h"
#include "ctl/print.h"

static size_t width_of(FILE *out)
{
	return cchc_ctl_window_of(fileno(out)).width;
}

/* The wire's texts are not const; nothing writes to them. */
static char *unit_of(const struct cchc_ctl_session *session)
{
	return (char *)(uintptr_t)session->options->unit;
}

enum cchc_rc cchc_ctl_ask_about(struct cchc_ctl_session *session,
				struct cchc_ctl_answer *answer, struct cchc_err *err)
{
	Cchc__Ask ask = CCHC__ASK__INIT;
	enum cchc_rc rc;

	ask.kind = CCHC__ASK__KIND__ABOUT;
	rc = cchc_ctl_link_ask(session->link, session->arena, &ask, answer, err);
	if (rc == CCHC_OK && !answer->part[0]->about)
		return cchc_fail(err, CCHC_INVALID, "the answer says nothing of itself");
	return rc;
}

enum cchc_rc cchc_ctl_ask_cells(struct cchc_ctl_session *session, Cchc__CellsAsk *cells,
				struct cchc_arena *arena, struct cchc_ctl_answer *answer,
				struct cchc_err *err)
{
	Cchc__Ask ask = CCHC__ASK__INIT;
	enum cchc_rc rc;

	ask.kind = CCHC__ASK__KIND__CELLS;
	ask.cells = cells;
	rc = cchc_ctl_link_ask(session->link, arena, &ask, answer, err);
	if (rc != CCHC_OK)
		return rc;
	for (size_t i = 0; i < answer->n; i++) {
		const Cchc__Answer *part = answer->part[i];

		if (part->n_cells)
			return cchc_ctl_form_fetch(session->link, part->cells[0]->form,
						   part->cells[0]->revision,
						   &session->form, err);
	}
	return cchc_fail(err, CCHC_NOTFOUND, "the daemon has no cells for this");
}

enum cchc_rc cchc_ctl_appendix_run(struct cchc_ctl_session *session, struct cchc_err *err)
{
	const struct cchc_ctl_options *options = session->options;
	Cchc__CellsAsk cells = CCHC__CELLS_ASK__INIT;
	struct cchc_ctl_answer answer;
	struct cchc_ctl_appendix appendix;
	enum cchc_rc rc;

	cells.period = cchc_period_code(options->period);
	cells.has_scope = 1;
	cells.scope = options->scope;
	cells.unit = unit_of(session);
	rc = cchc_ctl_ask_cells(session, &cells, session->arena, &answer, err);
	if (rc == CCHC_OK)
		rc = cchc_ctl_appendix_fill(session->arena, session->form, &answer,
					    &appendix, err);
	if (rc != CCHC_OK)
		return rc;
	switch (options->format) {
	case CCHC_CTL_CSV:
		return cchc_ctl_appendix_csv(session->arena, &appendix, session->out);
	case CCHC_CTL_JSON:
		return cchc_ctl_appendix_json(session->arena, &appendix, session->out);
	case CCHC_CTL_HTML:
		return cchc_ctl_appendix_html(session->arena, &appendix, session->out);
	default:
		return cchc_ctl_appendix_table(session->arena, &appendix,
					       width_of(session->out), session->out);
	}
}

/* Whose cells they are; the answer may have none. */
static const Cchc__UnitInfo *unit_of_cells(const struct cchc_ctl_answer *answer)
{
	for (size_t i = 0; i < answer->n; i++)
		if (answer->part[i]->n_cells)
			return answer->part[i]->cells[0]->unit;
	return NULL;
}

/* People write codes as they like: i.4.1. */
static const struct cchc_row *row_of_code(const struct cchc_form *form, const char *code)
{
	for (size_t i = 0; i < form->n; i++)
		if (strcasecmp(form->row[i].full_code, code) == 0)
			return &form->row[i];
	return NULL;
}

/* Fetches the form in force for the options' unit and period and finds the options'
 * indicator in it (*row stays NULL when none was given). NOTFOUND names the code. */
static enum cchc_rc find_row(struct cchc_ctl_session *session,
			     const struct cchc_row **row, const Cchc__UnitInfo **unit,
			     struct cchc_err *err)
{
	const char *code = session->options->indicator;
	Cchc__CellsAsk cells = CCHC__CELLS_ASK__INIT;
	struct cchc_ctl_answer answer;
	enum cchc_rc rc;

	*row = NULL;
	*unit = NULL;
	cells.period = cchc_period_code(session->options->period);
	cells.has_scope = 1;
	cells.scope = CCHC_SCOPE_OWN; /* the cheapest: only the form's name is wanted */
	cells.unit = unit_of(session);
	rc = cchc_ctl_ask_cells(session, &cells, session->arena, &answer, err);
	if (rc != CCHC_OK || !code)
		return rc;
	*unit = unit_of_cells(&answer);
	*row = row_of_code(session->form, code);
	if (!*row)
		return cchc_fail(
			err, CCHC_NOTFOUND,
			"--indicator: \"%s\": form %s has no such row; a full code "
			"is expected, from %s to %s",
			code, session->form->name, session->form->row[0].full_code,
			session->form->row[session->form->n - 1].full_code);
	return CCHC_OK;
}

static enum cchc_rc ask_explanation(struct cchc_ctl_session *session,
				    const struct cchc_row *row,
				    struct cchc_ctl_answer *answer, struct cchc_err *err)
{
	Cchc__Ask ask = CCHC__ASK__INIT;
	Cchc__ExplainAsk explain = CCHC__EXPLAIN_ASK__INIT;

	explain.period = cchc_period_code(session->options->period);
	explain.unit = unit_of(session);
	explain.row = row->id;
	explain.has_scope = 1;
	explain.scope = session->options->scope;
	ask.kind = CCHC__ASK__KIND__EXPLAIN;
	ask.explain = &explain;
	return cchc_ctl_link_ask(session->link, session->arena, &ask, answer, err);
}

static enum cchc_rc tell_heading(struct cchc_ctl_session *session,
				 const Cchc__UnitInfo *unit, const struct cchc_row *row)
{
	if (session->options->json)
		return cchc_ctl_heading_json(session->form, unit, row, session->out);
	cchc_ctl_heading_text(session->form, unit, row, session->out);
	return CCHC_OK;
}

enum cchc_rc cchc_ctl_explain_run(struct cchc_ctl_session *session, struct cchc_err *err)
{
	const struct cchc_row *row;
	const Cchc__UnitInfo *unit;
	struct cchc_ctl_answer answer;
	struct cchc_ctl_explanation explanation;
	enum cchc_rc rc = find_row(session, &row, &unit, err);

	if (rc == CCHC_OK && row->kind == CCHC_HEADING)
		return tell_heading(session, unit, row);
	if (rc == CCHC_OK)
		rc = ask_explanation(session, row, &answer, err);
	if (rc == CCHC_OK)
		rc = cchc_ctl_explanation_fill(session->arena, session->form, &answer,
					       &explanation, err);
	if (rc != CCHC_OK)
		return rc;
	if (session->options->json)
		return cchc_ctl_explain_json(session->arena, &explanation, session->out);
	return cchc_ctl_explain_text(session->arena, &explanation, width_of(session->out),
				     session->out);
}

enum cchc_rc cchc_ctl_journal_run(struct cchc_ctl_session *session, struct cchc_err *err)
{
	Cchc__Ask ask = CCHC__ASK__INIT;
	Cchc__JournalAsk journal = CCHC__JOURNAL_ASK__INIT;
	const struct cchc_row *row;
	const Cchc__UnitInfo *unit;
	struct cchc_ctl_answer answer;
	enum cchc_rc rc = find_row(session, &row, &unit, err);

	if (rc != CCHC_OK)
		return rc;
	journal.period = cchc_period_code(session->options->period);
	journal.unit = unit_of(session);
	journal.has_row = row != NULL;
	journal.row = row ? row->id : 0;
	ask.kind = CCHC__ASK__KIND__JOURNAL;
	ask.journal = &journal;
	rc = cchc_ctl_link_ask(session->link, session->arena, &ask, &answer, err);
	if (rc != CCHC_OK)
		return rc;
	return cchc_ctl_print_journal(session->form, &answer, width_of(session->out),
				      session->out);
}

enum cchc_rc cchc_ctl_status_run(struct cchc_ctl_session *session, struct cchc_err *err)
{
	Cchc__Ask ask = CCHC__ASK__INIT;
	struct cchc_ctl_answer answer;
	enum cchc_rc rc;

	ask.kind = CCHC__ASK__KIND__STATUS;
	rc = cchc_ctl_link_ask(session->link, session->arena, &ask, &answer, err);
	if (rc == CCHC_OK)
		cchc_ctl_print_status(&answer, width_of(session->out), session->out);
	return rc;
}

enum cchc_rc cchc_ctl_about_run(struct cchc_ctl_session *session, struct cchc_err *err)
{
	struct cchc_ctl_answer answer;
	enum cchc_rc rc = cchc_ctl_ask_about(session, &answer, err);

	if (rc != CCHC_OK)
		return rc;
	cchc_ctl_print_about(&answer, session->out);
	return CCHC_OK;
}

enum cchc_rc cchc_ctl_verify_run(struct cchc_ctl_session *session, bool *agrees,
				 struct cchc_err *err)
{
	Cchc__Ask ask = CCHC__ASK__INIT;
	struct cchc_ctl_answer answer;
	enum cchc_rc rc;

	ask.kind = CCHC__ASK__KIND__VERIFY;
	rc = cchc_ctl_link_ask(session->link, session->arena, &ask, &answer, err);
	if (rc != CCHC_OK)
		return rc;
	if (!answer.part[0]->verdict)
		return cchc_fail(err, CCHC_INVALID, "the answer has no verdict");
	cchc_ctl_print_verdict(answer.part[0]->verdict, answer.commit, session->out);
	*agrees = answer.part[0]->verdict->agrees;
	return CCHC_OK;
}
