#ifndef CCHC_TESTS_SIM_CHECKS_H
#define CCHC_TESTS_SIM_CHECKS_H

#include "stage.h"

/* What must hold of the daemon's year, held against the slow calculator. Each fails the
 * test with the first thing that is wrong. */

/* Row I.4 of every unit in every scope, of each period that has begun; of closed ones too
 * where `all`. */
void check_counts(struct stage *stage, const struct slow *slow, bool all);
/* A board made anew from the store has the same digests. */
void check_board(struct stage *stage);
/* The register is what was recorded. */
void check_tasks(struct stage *stage, const struct slow *slow);
/* Each step was owed at its minute, once; and was over when it was over. */
void check_alerts(struct stage *stage, const struct slow *slow);
void check_silences(struct stage *stage, const struct slow *slow);
/* What was owed was told: by the channels that never fail within a minute, by the others
 * in the end. */
void check_told(struct stage *stage, const struct slow *slow);
/* The journal gives the same store. */
void check_replay(struct stage *stage);

#endif
