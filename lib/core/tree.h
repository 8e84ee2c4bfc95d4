#ifndef CCHC_CORE_TREE_H
#define CCHC_CORE_TREE_H

#include "core/unit.h"

/* The units in force on one day as a tree, in pre-order: a node's subtree is the run of
 * nodes [node, end). A period is rolled up over the tree of its last day. */

struct cchc_tree_node {
	uint32_t unit;   /* id */
	uint32_t parent; /* node index; of a root: itself */
	uint32_t end;    /* one past the last node of the subtree */
	uint8_t level;   /* enum cchc_level */
	uint8_t below;   /* level of the units one step below (the highest, if mixed);
			  * CCHC_LEVELS: nothing below */
};

struct cchc_tree {
	cchc_day first; /* the days on which exactly this tree is in force; */
	cchc_day last;  /* CCHC_DAY_NONE and INT32_MAX where nothing changes any more */
	uint32_t n;
	struct cchc_tree_node *node;
	uint32_t *by_unit; /* unit id -> node index + 1, or 0 */
	uint32_t max_unit;
};

#define CCHC_NO_NODE UINT32_MAX

/* Builds the tree of a day from units that have ids, on the heap; `units` is not needed
 * after. Roots and children stand in file order. */
CCHC_NODISCARD enum cchc_rc cchc_tree_new(const struct cchc_units *units, cchc_day day,
					  struct cchc_tree **tree);
/* Accepts NULL; sets *tree to NULL. */
void cchc_tree_free(struct cchc_tree **tree);

/* CCHC_NO_NODE if the unit is not in force on the tree's days. */
uint32_t cchc_tree_find(const struct cchc_tree *tree, uint32_t unit);
/* True if `unit` is `above` or stands below it. */
bool cchc_tree_is_within(const struct cchc_tree *tree, uint32_t unit, uint32_t above);

/* True if a unit of the level stands directly below the node. */
bool cchc_tree_has_child(const struct cchc_tree *tree, uint32_t node,
			 enum cchc_level level);

static inline bool cchc_tree_is_root(const struct cchc_tree *tree, uint32_t node)
{
	return tree->node[node].parent == node;
}

static inline bool cchc_tree_has_below(const struct cchc_tree *tree, uint32_t node)
{
	return tree->node[node].end > node + 1;
}

/* Trees by day, built when first asked for and kept: there are as many as there were
 * reorganisations. One owner thread. */
struct cchc_trees {
	const struct cchc_units *units;
	struct cchc_tree *list[64];
	size_t n;
};

void cchc_trees_init(struct cchc_trees *trees, const struct cchc_units *units);
void cchc_trees_fini(struct cchc_trees *trees);
/* Lent until fini. CCHC_LIMIT when the list is full. */
CCHC_NODISCARD enum cchc_rc cchc_trees_on(struct cchc_trees *trees, cchc_day day,
					  const struct cchc_tree **tree);

#endif
