#ifndef CCHC_BENCH_OPTIONS_H
#define CCHC_BENCH_OPTIONS_H

#include <stdbool.h>

#include "core/period.h"

/* What cchc-load is told on its command line; the head of load.c says what it means. */

enum { AGENTS_MAX = 512, WINDOW_MAX = 64 };

struct options {
	const char *command;
	const char *dir;
	const char *units;
	const char *form;
	const char *endpoint;
	const char *watch;
	const char *ledger;
	unsigned agents;
	unsigned window;
	unsigned cells;
	unsigned messages;
	unsigned pace_ms;
	unsigned seed;
	bool wide;
	bool random;
	bool repeat;
	struct cchc_period period;
};

/* Over what `o` holds already. Ends the program with a sentence when something is wrong.
 */
void options_read(int argc, char **argv, struct options *o);

#endif
