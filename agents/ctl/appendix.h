#ifndef CCHC_CTL_APPENDIX_H
#define CCHC_CTL_APPENDIX_H

#include <stdio.h>

#include "base/fail.h"
#include "ctl/cell.h"
#include "ctl/parts.h"

/* The appendix of one unit and period, row by row of the form, and the ways to print it.
 * Everything is lent from the answer, the form and the arena. */
struct cchc_ctl_appendix {
	const struct cchc_form *form;
	const Cchc__UnitInfo *unit;
	struct cchc_period period;
	enum cchc_scope scope;
	uint64_t commit;
	struct cchc_ctl_cell *cell; /* form->n, in the order of the form */
};

/* INVALID when the answer is not one unit's cells of this form. */
CCHC_NODISCARD enum cchc_rc cchc_ctl_appendix_fill(struct cchc_arena *arena,
						   const struct cchc_form *form,
						   const struct cchc_ctl_answer *answer,
						   struct cchc_ctl_appendix *appendix,
						   struct cchc_err *err);

/* Every row, headings too: part,code,name,unit,state,value,reported,expected,detail;
 * RFC 4180 quoting, LF line ends. arena: for the details. */
CCHC_NODISCARD enum cchc_rc cchc_ctl_appendix_csv(struct cchc_arena *arena,
						  const struct cchc_ctl_appendix *a,
						  FILE *out);
CCHC_NODISCARD enum cchc_rc cchc_ctl_appendix_json(struct cchc_arena *arena,
						   const struct cchc_ctl_appendix *a,
						   FILE *out);
/* A page of its own that prints like the appendix of the letter. */
CCHC_NODISCARD enum cchc_rc cchc_ctl_appendix_html(struct cchc_arena *arena,
						   const struct cchc_ctl_appendix *a,
						   FILE *out);
/* The same for a terminal of `width` columns. */
CCHC_NODISCARD enum cchc_rc cchc_ctl_appendix_table(struct cchc_arena *arena,
						    const struct cchc_ctl_appendix *a,
						    size_t width, FILE *out);

/* The texts a cell is printed with, made once. */
struct cchc_ctl_texts {
	const char *figure;  /* 26,6 */
	const char *remarks; /* note, incomplete, declared ... */
	const char *units;   /* 1/12, "" for headings */
};
CCHC_NODISCARD enum cchc_rc cchc_ctl_appendix_texts(struct cchc_arena *arena,
						    const struct cchc_form *form,
						    const struct cchc_ctl_cell *cell,
						    struct cchc_ctl_texts *texts);
/* "của đơn vị và cấp dưới" ... */
const char *cchc_ctl_scope_people(enum cchc_scope scope);

#endif
