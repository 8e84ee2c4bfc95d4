#ifndef CCHC_CTL_EXPLAIN_H
#define CCHC_CTL_EXPLAIN_H

#include <stdio.h>

#include "base/fail.h"
#include "ctl/cell.h"
#include "ctl/parts.h"

/* Where one cell comes from: the figures that entered it, who is missing and why, and the
 * arithmetic. Lent from the answer, the form and the arena. */
struct cchc_ctl_explanation {
	const struct cchc_form *form;
	const Cchc__UnitInfo *unit;
	struct cchc_period period;
	enum cchc_scope scope;
	uint64_t commit;
	struct cchc_ctl_cell cell;
	const Cchc__Input **input;
	size_t n_inputs;
	const Cchc__Missing **missing;
	size_t n_missing;
	bool is_counted; /* from the register of tasks */
	uint32_t tasks;  /* that were counted; listed are */
	const Cchc__TaskInfo **task;
	size_t n_tasks;
};

CCHC_NODISCARD enum cchc_rc
cchc_ctl_explanation_fill(struct cchc_arena *arena, const struct cchc_form *form,
			  const struct cchc_ctl_answer *answer,
			  struct cchc_ctl_explanation *explanation, struct cchc_err *err);

/* For people, in Vietnamese, for a terminal of `width` columns. */
CCHC_NODISCARD enum cchc_rc cchc_ctl_explain_text(struct cchc_arena *arena,
						  const struct cchc_ctl_explanation *e,
						  size_t width, FILE *out);
/* The tasks that were counted, for people. */
CCHC_NODISCARD enum cchc_rc cchc_ctl_explain_tasks(struct cchc_arena *arena,
						   const struct cchc_ctl_explanation *e,
						   size_t width, FILE *out);
CCHC_NODISCARD enum cchc_rc cchc_ctl_explain_json(struct cchc_arena *arena,
						  const struct cchc_ctl_explanation *e,
						  FILE *out);

/* A heading has no figure: it and the rows below it instead, as printed for the unit. */
void cchc_ctl_heading_text(const struct cchc_form *form, const Cchc__UnitInfo *unit,
			   const struct cchc_row *heading, FILE *out);
CCHC_NODISCARD enum cchc_rc cchc_ctl_heading_json(const struct cchc_form *form,
						  const Cchc__UnitInfo *unit,
						  const struct cchc_row *heading,
						  FILE *out);

/* How the inputs make the cell, a line each: "8 + 5 = 13", "21 / 79 x 100 = 26,58... ->
 * 26,6". Every equation printed is true of the inputs listed; where they do not give the
 * cell, that is said. */
void cchc_ctl_arithmetic(const struct cchc_ctl_explanation *e, FILE *out);

/* True if the i-th input's figure is a term of the cell: not declared only, not overtaken
 * by a later period, not of a unit that a ratio leaves out. */
bool cchc_ctl_input_enters(const struct cchc_ctl_explanation *e, size_t i);

/* "chưa gửi báo cáo" ... and "not-sent" ... */
const char *cchc_ctl_why_people(Cchc__Missing__Why why);
const char *cchc_ctl_why_name(Cchc__Missing__Why why);

#endif
