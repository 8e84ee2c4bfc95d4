#include "core/shape.h"

#include <stdlib.h>

enum { UNITS_MAX = 32767 };

bool cchc_shape_is_base(const struct cchc_shape *shape, uint32_t node)
{
	return shape->tree->node[node].level == shape->form->base_level;
}

bool cchc_shape_feeds(const struct cchc_shape *shape, uint32_t node,
		      const struct cchc_row *row)
{
	if (row->reserved && row->kind != CCHC_RATIO)
		return shape->collects[node];
	return row->levels & 1u << shape->tree->node[node].level;
}

bool cchc_shape_fills(const struct cchc_shape *shape, uint32_t node,
		      const struct cchc_row *row)
{
	if (row->reserved && cchc_shape_is_base(shape, node))
		return false;
	return cchc_shape_feeds(shape, node, row);
}

static bool keeps_tally(const struct cchc_row *row)
{
	return row->over_units == CCHC_UNITS_SAME ||
	       row->over_units == CCHC_UNITS_SPREAD ||
	       (row->over_units == CCHC_UNITS_TALLY && row->kind == CCHC_CHOICE);
}

static void place_nodes(struct cchc_shape *shape)
{
	const struct cchc_tree *tree = shape->tree;

	for (uint32_t node = 0; node < tree->n; node++) {
		uint32_t parent = tree->node[node].parent;

		shape->place[node] =
			cchc_tree_has_below(tree, node) ? shape->places++ : CCHC_NO_NODE;
		if (parent != node && cchc_shape_is_base(shape, node))
			shape->collects[parent] = true;
	}
}

static void number_rows(struct cchc_shape *shape)
{
	for (size_t row = 0; row < shape->form->n; row++) {
		const struct cchc_row *of = &shape->form->row[row];

		if (of->derived_from != CCHC_NO_ROW)
			shape->is_source[of->derived_from] = true;
		shape->base_of[row] =
			of->kind == CCHC_RATIO ? shape->bases++ : CCHC_NO_ROW;
		shape->tally_of[row] = keeps_tally(of) ? shape->tallies++ : CCHC_NO_ROW;
	}
}

/* What the node adds to the expected of its parent for a row: itself and all below. */
static uint32_t expected_upwards(const struct cchc_shape *shape, uint32_t node,
				 const struct cchc_row *row)
{
	uint32_t below = cchc_shape_expected(shape, node, row->index);

	if (row->derived_from == CCHC_NO_ROW)
		return below + (cchc_shape_feeds(shape, node, row) ? 1 : 0);
	if (cchc_shape_is_base(shape, node)) {
		const struct cchc_row *source = &shape->form->row[row->derived_from];

		return cchc_shape_expected(shape, node, source->index) +
		       (cchc_shape_feeds(shape, node, source) ? 1 : 0);
	}
	return below;
}

/* Children stand behind their parents in pre-order: one pass from the end adds everything
 * up. */
static void count_expected(struct cchc_shape *shape)
{
	const struct cchc_tree *tree = shape->tree;
	size_t rows = shape->form->n;

	for (uint32_t node = tree->n; node-- > 0;) {
		uint32_t parent = tree->node[node].parent;
		uint32_t *sums;

		if (parent == node)
			continue;
		sums = &shape->expected[shape->place[parent] * rows];
		for (size_t row = 0; row < rows; row++)
			sums[row] +=
				expected_upwards(shape, node, &shape->form->row[row]);
	}
}

enum cchc_rc cchc_shape_new(const struct cchc_form *form, const struct cchc_tree *tree,
			    struct cchc_shape **shape)
{
	struct cchc_shape *made;

	if (tree->n > UNITS_MAX)
		return CCHC_LIMIT;
	made = calloc(1, sizeof(*made));
	if (!made)
		return CCHC_NOMEM;
	made->form = form;
	made->tree = tree;
	made->place = calloc((size_t)tree->n + 1, sizeof(made->place[0]));
	made->collects = calloc((size_t)tree->n + 1, sizeof(made->collects[0]));
	made->is_source = calloc(form->n + 1, sizeof(made->is_source[0]));
	made->base_of = calloc(form->n + 1, sizeof(made->base_of[0]));
	made->tally_of = calloc(form->n + 1, sizeof(made->tally_of[0]));
	if (made->place && made->collects && made->is_source && made->base_of &&
	    made->tally_of) {
		place_nodes(made);
		number_rows(made);
		made->expected =
			calloc(made->places * form->n + 1, sizeof(made->expected[0]));
	}
	if (!made->expected) {
		cchc_shape_free(&made);
		return CCHC_NOMEM;
	}
	count_expected(made);
	*shape = made;
	return CCHC_OK;
}

void cchc_shape_free(struct cchc_shape **shape)
{
	if (!*shape)
		return;
	free((*shape)->place);
	free((*shape)->collects);
	free((*shape)->is_source);
	free((*shape)->base_of);
	free((*shape)->tally_of);
	free((*shape)->expected);
	free(*shape);
	*shape = NULL;
}
