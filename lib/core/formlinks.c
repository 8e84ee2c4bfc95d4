/* formlinks.c - what the rows of a form say about each other.
 *
 * A row is computed from others in three ways: as a ratio of two, as the sum it must
 * equal, and as derived from a row of the units below. Together these are the edges of
 * one graph, which must have no cycle; in its order, backwards from each row, stands what
 * a new figure changes.
 */
#include <string.h>

#include "base/check.h"
#include "core/formload.h"

/* The row a node names, or CCHC_NO_ROW with a problem. */
static uint16_t find(struct cchc_formload *load, const struct cchc_node *node,
		     const char *what)
{
	const struct cchc_row *row;

	if (!node)
		return CCHC_NO_ROW;
	if (node->kind != CCHC_NODE_SCALAR || !node->text[0]) {
		cchc_problems_error(load->problems, node->place,
				    "%s must be the full code of a row, as I.2.1", what);
		return CCHC_NO_ROW;
	}
	row = cchc_form_row_by_code(load->form, node->text);
	if (!row) {
		cchc_problems_error(load->problems, node->place,
				    "%s: there is no row %.40s", what, node->text);
		return CCHC_NO_ROW;
	}
	return row->index;
}

static uint16_t find_ratio_part(struct cchc_formload *load, const struct cchc_node *node,
				const char *what)
{
	uint16_t index = find(load, node, what);
	const struct cchc_row *part;

	if (index == CCHC_NO_ROW || !load->kind_known[index])
		return index;
	part = &load->form->row[index];
	if (part->kind != CCHC_COUNT && part->kind != CCHC_MONEY)
		cchc_problems_error(load->problems, node->place,
				    "%s: %s is %s; it must be a count or money", what,
				    part->full_code, cchc_formload_kind(part->kind));
	else if (part->over_units == CCHC_UNITS_SPREAD)
		cchc_problems_error(load->problems, node->place,
				    "%s: %s is never added up over units", what,
				    part->full_code);
	else if (part->counts != CCHC_REGISTER_NONE)
		cchc_problems_error(load->problems, node->place,
				    "%s: %s comes from the register of tasks", what,
				    part->full_code);
	return index;
}

/* What is derived stands for units that typed nothing: a quotient could not say whose
 * part is missing. Looked at when every row is linked. */
static void check_part(struct cchc_formload *load, const struct cchc_row *row,
		       uint16_t part, const char *what)
{
	const struct cchc_node *node = cchc_node_get(load->node[row->index], what);

	if (part != CCHC_NO_ROW && load->form->row[part].derived_from != CCHC_NO_ROW)
		cchc_problems_error(load->problems, node->place,
				    "%s: %s is derived from the units below", what,
				    load->form->row[part].full_code);
}

static void link_ratio(struct cchc_formload *load, struct cchc_row *row)
{
	const struct cchc_node *node = load->node[row->index];
	const struct cchc_node *denominator = cchc_node_get(node, "denominator");

	row->numerator =
		find_ratio_part(load, cchc_node_get(node, "numerator"), "numerator");
	row->denominator = find_ratio_part(load, denominator, "denominator");
	if (row->numerator != CCHC_NO_ROW && row->numerator == row->denominator)
		cchc_problems_error(load->problems, denominator->place,
				    "numerator and denominator are the same row");
}

/* A sum must be of the same things as the row. */
static void check_addend(struct cchc_formload *load, const struct cchc_row *row,
			 const struct cchc_row *addend, struct cchc_place place,
			 const char *what)
{
	if (!load->kind_known[addend->index] || !load->kind_known[row->index])
		return;
	if (addend->kind != row->kind)
		cchc_problems_error(load->problems, place,
				    "%s: %s is %s; it must be %s as the row itself", what,
				    addend->full_code, cchc_formload_kind(addend->kind),
				    cchc_formload_kind(row->kind));
	else if (addend->decimals != row->decimals)
		cchc_problems_error(load->problems, place, "%s: %s has other decimals",
				    what, addend->full_code);
	else if (addend->over_units == CCHC_UNITS_SPREAD)
		cchc_problems_error(load->problems, place,
				    "%s: %s is never added up over units", what,
				    addend->full_code);
	else if (addend->counts != CCHC_REGISTER_NONE)
		cchc_problems_error(load->problems, place,
				    "%s: %s comes from the register of tasks", what,
				    addend->full_code);
}

static void add_equals(struct cchc_formload *load, struct cchc_row *row,
		       const struct cchc_node *node)
{
	uint16_t index = find(load, node, "equals");

	if (index == CCHC_NO_ROW)
		return;
	check_addend(load, row, &load->form->row[index], node->place, "equals");
	for (size_t i = 0; i < row->n_equals; i++)
		if (row->equals[i] == index)
			cchc_problems_error(load->problems, node->place,
					    "equals: %s is given twice", node->text);
	row->equals[row->n_equals++] = index;
}

static void link_equals(struct cchc_formload *load, struct cchc_row *row)
{
	const struct cchc_node *list = cchc_node_get(load->node[row->index], "equals");

	if (!cchc_formload_list(load, list, "equals"))
		return;
	if (row->over_units == CCHC_UNITS_SPREAD)
		cchc_problems_error(load->problems, list->place,
				    "equals: the row is never added up over units");
	row->equals = cchc_formload_array(load, list->n, sizeof(uint16_t));
	for (size_t i = 0; row->equals && i < list->n; i++)
		add_equals(load, row, list->item[i]);
}

static void link_derived(struct cchc_formload *load, struct cchc_row *row)
{
	const struct cchc_node *node =
		cchc_node_get(load->node[row->index], "derived_from");
	const struct cchc_row *source;

	if (!node)
		return;
	if (!row->reserved)
		cchc_problems_error(load->problems, node->place,
				    "derived_from is for reserved rows");
	if (load->kind_known[row->index] && row->over_units != CCHC_UNITS_SUM)
		cchc_problems_error(load->problems, node->place,
				    "derived_from: only a row with over_units: sum");
	row->derived_from = find(load, node, "derived_from");
	if (row->derived_from == CCHC_NO_ROW)
		return;
	source = &load->form->row[row->derived_from];
	check_addend(load, row, source, node->place, "derived_from");
	if (source->reserved)
		cchc_problems_error(load->problems, node->place,
				    "derived_from: %s is reserved itself",
				    source->full_code);
	else if (source->levels && !(source->levels & 1u << load->form->base_level))
		cchc_problems_error(load->problems, node->place,
				    "derived_from: %s is not filled at the base level",
				    source->full_code);
}

/* --- the graph ------------------------------------------------------------------- */

enum colour { WHITE, GREY, BLACK };

struct graph {
	struct cchc_formload *load;
	uint8_t colour[CCHC_ROWS_MAX];
	uint16_t order[CCHC_ROWS_MAX]; /* every row after all it is computed from */
	size_t n;
};

static size_t n_inputs(const struct cchc_row *row)
{
	return row->n_equals + 3;
}

/* What the row is computed from; CCHC_NO_ROW where there is nothing. */
static uint16_t input_at(const struct cchc_row *row, size_t i)
{
	if (i < row->n_equals)
		return row->equals[i];
	switch (i - row->n_equals) {
	case 0:
		return row->numerator;
	case 1:
		return row->denominator;
	default:
		return row->derived_from;
	}
}

/* Depth first; as deep as there are rows at most. */
static void visit(struct graph *graph, uint16_t index)
{
	const struct cchc_row *row = &graph->load->form->row[index];

	graph->colour[index] = GREY;
	for (size_t i = 0; i < n_inputs(row); i++) {
		uint16_t input = input_at(row, i);

		if (input == CCHC_NO_ROW)
			continue;
		if (graph->colour[input] == WHITE)
			visit(graph, input);
		else if (graph->colour[input] == GREY)
			cchc_problems_error(
				graph->load->problems, graph->load->node[index]->place,
				"cycle: %s is computed from %s, which is "
				"computed from it",
				row->full_code, graph->load->form->row[input].full_code);
	}
	graph->colour[index] = BLACK;
	graph->order[graph->n++] = index;
}

static bool is_fed(const struct cchc_row *row, const bool *fed)
{
	for (size_t i = 0; i < n_inputs(row); i++) {
		uint16_t input = input_at(row, i);

		if (input != CCHC_NO_ROW && fed[input])
			return true;
	}
	return false;
}

static void find_feeds(const struct graph *graph, struct cchc_row *row)
{
	bool fed[CCHC_ROWS_MAX] = {false};
	uint16_t feeds[CCHC_ROWS_MAX];
	size_t n = 0;

	fed[row->index] = true;
	feeds[n++] = row->index;
	for (size_t i = 0; i < graph->n; i++) {
		uint16_t other = graph->order[i];

		if (fed[other] || !is_fed(&graph->load->form->row[other], fed))
			continue;
		fed[other] = true;
		feeds[n++] = other;
	}
	row->feeds = cchc_formload_array(graph->load, n, sizeof(feeds[0]));
	if (!row->feeds)
		return;
	memcpy(row->feeds, feeds, n * sizeof(feeds[0]));
	row->n_feeds = n;
}

void cchc_formload_links(struct cchc_formload *load)
{
	struct graph graph = {.load = load};
	struct cchc_form *form = load->form;

	for (size_t i = 0; i < form->n; i++) {
		link_ratio(load, &form->row[i]);
		link_equals(load, &form->row[i]);
		link_derived(load, &form->row[i]);
	}
	for (size_t i = 0; i < form->n; i++) {
		check_part(load, &form->row[i], form->row[i].numerator, "numerator");
		check_part(load, &form->row[i], form->row[i].denominator, "denominator");
	}
	for (uint16_t i = 0; i < form->n; i++)
		if (graph.colour[i] == WHITE)
			visit(&graph, i);
	for (size_t i = 0; i < form->n && !cchc_formload_failed(load); i++)
		find_feeds(&graph, &form->row[i]);
}
