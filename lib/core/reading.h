#ifndef CCHC_CORE_READING_H
#define CCHC_CORE_READING_H

#include "core/figure.h"
#include "core/form.h"
#include "core/rule.h"

/* What a unit sees in a cell that people filled (domain.md, "What a unit sees"). */

enum cchc_notice { /* worth telling the person, not wrong */
		   CCHC_NOTICE_NONE,
		   CCHC_NOTICE_DASH,        /* "-" read as absent */
		   CCHC_NOTICE_ZERO_WORD,   /* "Không có" read as 0 */
		   CCHC_NOTICE_DOT_DECIMAL, /* 26.6 read as 26,6 */
		   CCHC_NOTICE_NAME,        /* the row's name is not the form's */
		   CCHC_NOTICE_RESERVED, /* blank or 0 in a row that is not for this unit:
					    ignored */
		   CCHC_NOTICE_NOTHING,  /* withdrawn, but no figure of it was sent: found
					    by who knows what was sent */
};

/* A Vietnamese sentence for a person, never NULL ("" for NONE). */
const char *cchc_notice_text(enum cchc_notice notice);

struct cchc_reading {
	struct cchc_figure figure; /* ABSENT, FIGURE, NA or WITHDRAWN */
	enum cchc_notice notice;
	struct cchc_refusal refusal; /* .rule is CCHC_RULE_NONE when the cell was read */
};

/* Reads a cell's text (clean UTF-8) for a row. Says what the text means and refuses what
 * is malformed, out of type, with too many decimals, or beyond a limit (also calls
 * cchc_rule_cell, so that a figure that is read is one the receiver will take). collects:
 * as there; for who does not, a 0 in a reserved row is ignored. */
void cchc_reading_cell(const struct cchc_form *form, const struct cchc_row *row,
		       bool collects, const char *text, struct cchc_reading *reading);

#endif
