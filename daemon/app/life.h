#ifndef CCHC_APP_LIFE_H
#define CCHC_APP_LIFE_H

#include "base/fail.h"

/* The daemon from start to stop; see life.c for the ladder. */

/* Runs until SIGTERM or SIGINT. The answer is main's exit status. */
int cchc_life_run(const char *config);
/* Reads configuration, forms, units and keys, and prints every mistake; opens nothing. */
int cchc_life_check(const char *config);

#endif
