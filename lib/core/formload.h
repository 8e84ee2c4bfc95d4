#ifndef CCHC_CORE_FORMLOAD_H
#define CCHC_CORE_FORMLOAD_H

#include "core/form.h"

/* How a form is built from its file's tree; only the formload family includes this.
 *
 *	formload.c   the order of things, the header and the parts
 *	formrow.c    one row
 *	formlinks.c  what rows say about each other, and what a figure feeds
 *	formnode.c   texts, numbers and words out of nodes
 *
 * Mistakes go to `problems` and reading goes on. */
struct cchc_formload {
	struct cchc_form *form;
	struct cchc_problems *problems;
	const char *file;              /* for places, in the form's arena */
	const struct cchc_node **node; /* of each row */
	bool *kind_known;              /* of each row; what it is cannot be judged else */
	size_t room;                   /* rows that fit */
	size_t errors_before;          /* problems may hold those of other files */
	bool no_memory;                /* sticky: the form cannot be had */
};

static inline bool cchc_formload_failed(const struct cchc_formload *load)
{
	return load->no_memory || load->problems->errors > load->errors_before;
}

/* For tables of keys: by whom a key is needed and by whom it is taken, as bits of
 * enum cchc_kind for rows; other maps use one bit. */
struct cchc_formload_key {
	const char *name;
	unsigned needed;
	unsigned taken;
};

/* Reports keys that are unknown, out of place or missing. False when `map` is no map.
 * who: "a count", for messages. */
bool cchc_formload_keys(struct cchc_formload *load, const struct cchc_node *map,
			const struct cchc_formload_key *keys, size_t n, unsigned bit,
			const char *who);

/* These read one value. `node` may be NULL (a missing key, which was reported where it
 * was needed): then and after a mistake they return false or NULL and write nothing.
 * `what` is the key, for messages. */
const char *cchc_formload_text(struct cchc_formload *load, const struct cchc_node *node,
			       const char *what);
bool cchc_formload_number(struct cchc_formload *load, const struct cchc_node *node,
			  const char *what, int64_t least, int64_t most, int64_t *value);
bool cchc_formload_word(struct cchc_formload *load, const struct cchc_node *node,
			const char *what, const char *const *words, size_t n,
			unsigned *found);
bool cchc_formload_level(struct cchc_formload *load, const struct cchc_node *node,
			 const char *what, enum cchc_level *level);
bool cchc_formload_yes(struct cchc_formload *load, const struct cchc_node *node,
		       const char *what, bool *yes);
/* True for a list of at least one item. */
bool cchc_formload_list(struct cchc_formload *load, const struct cchc_node *node,
			const char *what);
/* Copies a text into the form. */
const char *cchc_formload_copy(struct cchc_formload *load, const char *text);
/* Zeroed memory of the form. */
void *cchc_formload_array(struct cchc_formload *load, size_t count, size_t size);

/* "a count", "a yes/no row" */
const char *cchc_formload_kind(enum cchc_kind kind);

void cchc_formload_row(struct cchc_formload *load, size_t part,
		       const struct cchc_node *node);
/* After all rows: references, cycles, and `feeds`. */
void cchc_formload_links(struct cchc_formload *load);

#endif
