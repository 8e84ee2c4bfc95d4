#include "core/tree.h"

#include <stdlib.h>

#include "base/check.h"

struct planting {
	const struct cchc_units *units;
	struct cchc_tree *tree;
	uint32_t *first; /* first child of a unit, index + 1; the last one is of the roots
			  */
	uint32_t *next;  /* next sibling, index + 1 */
};

/* Narrows the tree's days to those before and after which something changes. */
static void narrow(struct cchc_tree *tree, const struct cchc_unit *unit, cchc_day day)
{
	cchc_day end = unit->valid_to;

	if (unit->valid_from > day) {
		if (tree->last >= unit->valid_from)
			tree->last = unit->valid_from - 1;
	} else if (unit->valid_from > tree->first) {
		tree->first = unit->valid_from;
	}
	if (end == CCHC_DAY_NONE)
		return;
	if (end >= day)
		tree->last = end < tree->last ? end : tree->last;
	else if (end + 1 > tree->first)
		tree->first = end + 1;
}

/* Chains the children of each unit, from the last to the first so that each chain stands
 * in file order. The unit file was checked: a parent is in force whenever its child is.
 */
static void chain_children(struct planting *p, cchc_day day)
{
	const struct cchc_units *units = p->units;

	for (size_t i = units->n; i-- > 0;) {
		const struct cchc_unit *unit = &units->unit[i];
		const struct cchc_unit *parent;
		size_t above = units->n;

		narrow(p->tree, unit, day);
		if (!cchc_unit_in_force(unit, day))
			continue;
		if (unit->parent[0]) {
			parent = cchc_units_on(units, unit->parent, day);
			cchc_check(parent);
			above = (size_t)(parent - units->unit);
		}
		p->next[i] = p->first[above];
		p->first[above] = (uint32_t)i + 1;
		p->tree->n++;
	}
}

/* Goes as deep as there are levels, since every child is of a lower one. */
static void plant(struct planting *p, uint32_t unit, uint32_t parent, uint32_t *n)
{
	const struct cchc_unit *it = &p->units->unit[unit];
	struct cchc_tree_node *nodes = p->tree->node;
	uint32_t at = (*n)++;

	nodes[at] =
		(struct cchc_tree_node){.unit = it->id,
					.parent = parent == CCHC_NO_NODE ? at : parent,
					.level = (uint8_t)it->level,
					.below = CCHC_LEVELS};
	if (parent != CCHC_NO_NODE && nodes[at].level < nodes[parent].below)
		nodes[parent].below = nodes[at].level;
	p->tree->by_unit[it->id] = at + 1;
	for (uint32_t child = p->first[unit]; child; child = p->next[child - 1])
		plant(p, child - 1, at, n);
	nodes[at].end = *n;
}

static enum cchc_rc plant_all(struct planting *p, cchc_day day)
{
	struct cchc_tree *tree = p->tree;
	size_t units = p->units->n;
	uint32_t n = 0;

	p->first = calloc(units + 1, sizeof(*p->first));
	p->next = calloc(units + 1, sizeof(*p->next));
	tree->by_unit = calloc((size_t)tree->max_unit + 1, sizeof(*tree->by_unit));
	if (!p->first || !p->next || !tree->by_unit)
		return CCHC_NOMEM;
	chain_children(p, day);
	tree->node = calloc((size_t)tree->n + 1, sizeof(*tree->node));
	if (!tree->node)
		return CCHC_NOMEM;
	for (uint32_t root = p->first[units]; root; root = p->next[root - 1])
		plant(p, root - 1, CCHC_NO_NODE, &n);
	cchc_check(n == tree->n);
	return CCHC_OK;
}

enum cchc_rc cchc_tree_new(const struct cchc_units *units, cchc_day day,
			   struct cchc_tree **tree)
{
	struct planting p = {.units = units, .tree = calloc(1, sizeof(struct cchc_tree))};
	enum cchc_rc rc;

	cchc_check(units->by_id || units->n == 0);
	if (!p.tree)
		return CCHC_NOMEM;
	p.tree->first = CCHC_DAY_NONE;
	p.tree->last = INT32_MAX;
	p.tree->max_unit = units->max_id;
	rc = plant_all(&p, day);
	free(p.first);
	free(p.next);
	if (rc)
		cchc_tree_free(&p.tree);
	else
		*tree = p.tree;
	return rc;
}

void cchc_tree_free(struct cchc_tree **tree)
{
	if (!*tree)
		return;
	free((*tree)->node);
	free((*tree)->by_unit);
	free(*tree);
	*tree = NULL;
}

uint32_t cchc_tree_find(const struct cchc_tree *tree, uint32_t unit)
{
	if (unit > tree->max_unit || !tree->by_unit[unit])
		return CCHC_NO_NODE;
	return tree->by_unit[unit] - 1;
}

bool cchc_tree_is_within(const struct cchc_tree *tree, uint32_t unit, uint32_t above)
{
	uint32_t node = cchc_tree_find(tree, unit);
	uint32_t top = cchc_tree_find(tree, above);

	if (node == CCHC_NO_NODE || top == CCHC_NO_NODE)
		return false;
	return node >= top && node < tree->node[top].end;
}

bool cchc_tree_has_child(const struct cchc_tree *tree, uint32_t node,
			 enum cchc_level level)
{
	uint32_t child = node + 1;

	for (; child < tree->node[node].end; child = tree->node[child].end)
		if (tree->node[child].level == level)
			return true;
	return false;
}

void cchc_trees_init(struct cchc_trees *trees, const struct cchc_units *units)
{
	*trees = (struct cchc_trees){.units = units};
}

void cchc_trees_fini(struct cchc_trees *trees)
{
	for (size_t i = 0; i < trees->n; i++)
		cchc_tree_free(&trees->list[i]);
	trees->n = 0;
}

enum cchc_rc cchc_trees_on(struct cchc_trees *trees, cchc_day day,
			   const struct cchc_tree **tree)
{
	enum cchc_rc rc;

	for (size_t i = 0; i < trees->n; i++) {
		const struct cchc_tree *known = trees->list[i];

		if (known->first <= day && day <= known->last) {
			*tree = known;
			return CCHC_OK;
		}
	}
	if (trees->n == CCHC_COUNT(trees->list))
		return CCHC_LIMIT;
	rc = cchc_tree_new(trees->units, day, &trees->list[trees->n]);
	if (!rc)
		*tree = trees->list[trees->n++];
	return rc;
}
