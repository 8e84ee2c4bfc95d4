/* A period that is not resident: the same answer, from a board made for the question. */

#include "app/job.h"

/* The units in force on the period's last day, the asked one and all below it. */
static enum cchc_rc subtree(struct cchc_job *job, struct cchc_board *board,
			    uint32_t **units, size_t *n)
{
	const struct cchc_question *q = &job->question;
	struct cchc_board_form *form = cchc_board_form(board, q->form->id);
	const struct cchc_shape *shape;
	enum cchc_rc rc;
	uint32_t node;

	if (!form)
		return CCHC_NOTFOUND;
	rc = cchc_view_shape(form->view, q->period, &shape);
	if (rc != CCHC_OK)
		return rc;
	node = cchc_tree_find(shape->tree, q->unit->id);
	if (node == CCHC_NO_NODE)
		return CCHC_NOTFOUND;
	*n = shape->tree->node[node].end - node;
	*units = cchc_arena_array(&job->arena, *n, sizeof(uint32_t));
	if (!*units)
		return CCHC_NOMEM;
	for (uint32_t i = 0; i < *n; i++)
		(*units)[i] = shape->tree->node[node + i].unit;
	return CCHC_OK;
}

struct cchc_board *cchc_job_board(struct cchc_job *job)
{
	struct cchc_board *board = NULL;
	uint32_t *units;
	size_t n;
	enum cchc_rc rc = cchc_board_new(job->catalog, &board);

	if (rc == CCHC_OK)
		rc = subtree(job, board, &units, &n);
	if (rc == CCHC_OK) {
		(void)cchc_board_advance(board, job->counted_ms);
		rc = cchc_board_load(board, &job->txn, job->question.period.year, units,
				     n);
	}
	if (rc == CCHC_OK)
		return board;
	cchc_answer_refuse(&job->answer, "the period cannot be loaded: %s",
			   cchc_rc_name(rc));
	cchc_board_free(&board);
	return NULL;
}

void cchc_job_cells(struct cchc_job *job)
{
	struct cchc_board *board = cchc_job_board(job);

	if (board)
		cchc_question_answer_cells(&job->question, board, &job->answer);
	cchc_board_free(&board);
}
