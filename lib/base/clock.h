#ifndef CCHC_BASE_CLOCK_H
#define CCHC_BASE_CLOCK_H

#include <stdint.h>

/* The only place that reads clocks. lib/core gets times as arguments. */

/* Milliseconds since 1970-01-01 UTC; people can set it. */
int64_t cchc_clock_wall_ms(void);
/* Nanoseconds of a clock that only goes forward; for durations and back-off. */
uint64_t cchc_clock_mono_ns(void);
/* Milliseconds of CLOCK_BOOTTIME: nobody can set it, and it goes on during suspend. */
int64_t cchc_clock_boot_ms(void);

#endif
