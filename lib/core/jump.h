#ifndef CCHC_CORE_JUMP_H
#define CCHC_CORE_JUMP_H

#include <stdbool.h>
#include <stdint.h>

/* Sees the wall clock jump. It is held against CLOCK_BOOTTIME, which nobody can set and
 * which goes on during suspend, so waking up is no jump. A jump of more than five minutes
 * makes the clock untrusted until it has been steady for two; meanwhile alerts are owed
 * but not handed to anybody. Drift and small steps are followed silently. */

enum {
	CCHC_JUMP_LEAST_MS = 5 * 60 * 1000,
	CCHC_JUMP_STEADY_MS = 2 * 60 * 1000,
};

struct cchc_jump {
	bool begun;
	int64_t offset_ms;     /* wall - boot, as last followed */
	int64_t held_until_ms; /* by boot time; 0: trusted */
};

/* One reading; returns by how much the wall clock jumped since the last (0: it did not).
 */
int64_t cchc_jump_read(struct cchc_jump *jump, int64_t wall_ms, int64_t boot_ms);
bool cchc_jump_holds(const struct cchc_jump *jump, int64_t boot_ms);

#endif
