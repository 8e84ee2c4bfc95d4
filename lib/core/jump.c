#include "core/jump.h"

int64_t cchc_jump_read(struct cchc_jump *jump, int64_t wall_ms, int64_t boot_ms)
{
	int64_t offset = wall_ms - boot_ms;
	int64_t by = jump->begun ? offset - jump->offset_ms : 0;

	jump->begun = true;
	jump->offset_ms = offset;
	if (by >= -CCHC_JUMP_LEAST_MS && by <= CCHC_JUMP_LEAST_MS)
		return 0;
	jump->held_until_ms = boot_ms + CCHC_JUMP_STEADY_MS;
	return by;
}

bool cchc_jump_holds(const struct cchc_jump *jump, int64_t boot_ms)
{
	return boot_ms < jump->held_until_ms;
}
