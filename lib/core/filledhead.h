#ifndef CCHC_CORE_FILLEDHEAD_H
#define CCHC_CORE_FILLEDHEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/sheet.h"
#include "core/date.h"
#include "core/rule.h"

/* What a file says of the report as a whole, in rows of its own whose first cell names it
 * (any case, accents or not) and the first filled cell behind it is the value:
 *	@số, @number	     37/BC-UBND
 *	@ngày, @date	     15/03/2024
 *	@người ký, @signer
 *	@chức vụ, @position
 *	@hoàn tất, @complete  có, không, yes, no
 * A blank value says nothing. For filled.c. */

enum { CCHC_HEAD_TEXT_MAX = 400 }; /* bytes, as on the wire */

enum cchc_head_field {
	CCHC_HEAD_NUMBER,
	CCHC_HEAD_DATE,
	CCHC_HEAD_SIGNER,
	CCHC_HEAD_POSITION,
	CCHC_HEAD_COMPLETE,
	CCHC_HEAD_FIELDS,
};

struct cchc_filled_head {
	const char *text[CCHC_HEAD_FIELDS]; /* as written; "": not given, or wrong; lent
					     * from the sheet */
	cchc_day doc_date;                  /* of HEAD_DATE, or CCHC_DAY_NONE */
	uint8_t complete;             /* of HEAD_COMPLETE: 0 not said, 1 no, 2 yes */
	bool twice[CCHC_HEAD_FIELDS]; /* two things were said: none is taken */
};

void cchc_filled_head_init(struct cchc_filled_head *head);
/* True if the row is one of these, rightly written or not. */
bool cchc_filled_head_row(const struct cchc_sheet_row *row);
/* The row's value as written, or "". */
const char *cchc_filled_head_value(const struct cchc_sheet_row *row);
/* Takes what such a row says; false with *refusal filled (not index) when it is wrong. */
bool cchc_filled_head_read(struct cchc_filled_head *head,
			   const struct cchc_sheet_row *row,
			   struct cchc_refusal *refusal);

#endif
