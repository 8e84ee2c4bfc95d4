/* tasks.c - what open tasks cost: a store filled with them, the register loaded from it as
 * at the daemon's start, and one advance of the clock that raises nothing, beside the same
 * with a hundredth of the tasks. Prints one line of JSON. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/deadlines.h"
#include "base/check.h"
#include "base/clock.h"

enum { ADVANCES = 20000, FIRING_ROOM = 16, TASKS_A_TXN = 1000 };
