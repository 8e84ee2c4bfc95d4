#ifndef CCHC_CTL_MOMENT_H
#define CCHC_CTL_MOMENT_H

#include <stdint.h>

/* Instants (ms since the epoch, UTC) as the people of Asia/Ho_Chi_Minh read them,
 * whatever zone the machine is set to. */

enum { CCHC_CTL_MOMENT = 40 };

/* "15/03/2024 08:12:05". Returns out. */
char *cchc_ctl_moment_people(int64_t wall_ms, char out[CCHC_CTL_MOMENT]);
/* "2024-03-15T08:12:05+07:00" */
char *cchc_ctl_moment_iso(int64_t wall_ms, char out[CCHC_CTL_MOMENT]);
/* "08:12:05" */
char *cchc_ctl_moment_time(int64_t wall_ms, char out[CCHC_CTL_MOMENT]);

#endif
