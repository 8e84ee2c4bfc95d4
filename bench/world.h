#ifndef CCHC_BENCH_WORLD_H
#define CCHC_BENCH_WORLD_H

#include "core/form.h"
#include "core/tree.h"
#include "core/unit.h"

/* The country and the form that the bench's agents report with, and their keys. A bench
 * has no one to report an error to: whatever goes wrong ends the program with a sentence.
 */
struct world {
	struct cchc_arena arena;
	struct cchc_units units;
	struct cchc_tree *tree;
	struct cchc_form *form;
	/* ids of the rows a commune may fill: first those with figures of their own, then
	 * the ratios, whose figures are only declared */
	uint16_t row[CCHC_ROWS_MAX];
	int64_t most[CCHC_ROWS_MAX]; /* values from 0 to this are taken by every rule */
	size_t n_rows;
	size_t n_plain;
};

enum { WIDE_KEYS = 11 }; /* agents of the root, who report for any commune */

_Noreturn void die(const char *what, const char *why);

void world_load(struct world *w, const char *units_file, const char *form_file);
void world_free(struct world *w);

/* Fills `units` with n units that have communes below: provinces first. */
void world_senders(const struct world *w, const struct cchc_unit **units, size_t n);
/* The communes below a unit, allocated in the world's arena. */
const struct cchc_unit **world_below(struct world *w, const struct cchc_unit *unit,
				     size_t *n);

/* Makes keys for n agents of units with units below ("agent0" ...), for WIDE_KEYS agents
 * of the root ("wide0" ...), for the daemon and an operator, and DIR/keys.yaml. */
void world_make_keys(const struct world *w, const char *dir, size_t n);

#endif
