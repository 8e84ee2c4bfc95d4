#ifndef CCHC_CORE_RESULT_H
#define CCHC_CORE_RESULT_H

#include "base/arena.h"
#include "core/view.h"

/* The answer for one cell: what is printed, sent and explained. */

enum cchc_result_state { /* the numbers of the wire (CellState) */
			 CCHC_RESULT_ABSENT = 0,
			 CCHC_RESULT_FIGURE = 1,
			 CCHC_RESULT_NA = 2,
			 CCHC_RESULT_WITHDRAWN = 3,
			 CCHC_RESULT_HEADING = 4,
			 CCHC_RESULT_DIFFERS = 5,
			 CCHC_RESULT_SPREAD = 6,
};

struct cchc_result {
	enum cchc_result_state state;
	int64_t value; /* FIGURE, in the row's scale; yes/no above one unit: how many yes;
			* choices above one unit: 0, see the tally */
	uint32_t reported; /* of */
	uint32_t expected; /* units */
	uint32_t incomplete;
	bool alone;         /* the cell is one unit's own */
	bool has_numerator; /* ratio: sums of the parts, where any unit has one */
	bool has_denominator;
	int64_t numerator;
	int64_t denominator;
	struct cchc_spread spread; /* SPREAD */
	struct cchc_tally_entry
		*tally; /* DIFFERS; choices and yes/no above one unit; ascending */
	uint32_t n_tally;
	struct cchc_figure declared; /* typed in a computed row, or one from the register;
				      * ABSENT: not */
	struct cchc_figure own; /* beside a common list: the unit's own; ABSENT: none */
	struct cchc_figure derived; /* beside a typed figure of a derived row: what the
				     * units below would give; ABSENT: nothing */
};

/* The cell of a unit (node of the period's tree) in a scope; REPORT takes the row's own
 * scope. p may be NULL: no figure concerns the period. Tallies go into the arena; NOMEM
 * at its cap. */
CCHC_NODISCARD enum cchc_rc
cchc_result_of(const struct cchc_view *view, const struct cchc_shape *shape,
	       const struct cchc_view_period *p, struct cchc_period period, uint32_t node,
	       enum cchc_scope scope, uint16_t row, struct cchc_arena *arena,
	       struct cchc_result *result);

/* The row comes from the register of tasks in this period, whatever was typed. */
bool cchc_result_is_counted(const struct cchc_view *view, const struct cchc_row *row,
			    struct cchc_period period);

/* Whose figures enter the cell: scope `own` or a unit with nothing below: the unit's;
 * else also (TOTAL) or only (BELOW) those below. */
enum cchc_scope cchc_result_scope(const struct cchc_shape *shape, uint32_t node,
				  enum cchc_scope scope, const struct cchc_row *row);

#endif
