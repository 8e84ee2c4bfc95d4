#ifndef CCHC_APP_QUESTION_H
#define CCHC_APP_QUESTION_H

#include "app/answer.h"
#include "app/board.h"

/* What a query is about, looked up: shared by the loop (query.c) and the jobs. */
struct cchc_question {
	const struct cchc_catalog *catalog;
	const struct cchc_catalog_form *form;
	struct cchc_period period;
	const struct cchc_unit *unit;
	enum cchc_scope scope;
	const struct cchc_row *row; /* NULL: none asked */
	bool by_level;              /* every unit of `level` within the unit */
	enum cchc_level level;
	uint64_t rows[CCHC_ROWS_MAX / 64]; /* wanted, by index */
	bool some_rows;
};

/* Each fills the question or refuses the answer with a text that names the field; false
 * then. */
bool cchc_question_of_cells(struct cchc_question *q, const struct cchc_catalog *catalog,
			    const Cchc__CellsAsk *ask, struct cchc_answer *answer);
bool cchc_question_of_row(struct cchc_question *q, const struct cchc_catalog *catalog,
			  uint32_t period, const char *form, const char *unit,
			  const uint32_t *row, uint32_t scope,
			  struct cchc_answer *answer);

/* Too many units to be packed on the loop. */
bool cchc_question_is_long(const struct cchc_question *q, struct cchc_board *board);
/* Answers CELLS from a board that has the period's year. */
void cchc_question_answer_cells(const struct cchc_question *q, struct cchc_board *board,
				struct cchc_answer *answer);

#endif
