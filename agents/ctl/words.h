#ifndef CCHC_CTL_WORDS_H
#define CCHC_CTL_WORDS_H

#include <stdbool.h>

#include "base/arena.h"
#include "core/date.h"
#include "proto/wire.h"

/* What people write of tasks and alerts, on the command line and in files. PURE. */

/* A day: "2024-03-15", "15/03/2024", "ngày 15/03/2024". */
bool cchc_ctl_day_read(const char *text, cchc_day *day);
/* A due date: a day, the last one in time; "trước ngày 15/03/2024" (before the 15th) is
 * the 14th. "", "-" and "thường xuyên" are none. */
bool cchc_ctl_due_read(const char *text, cchc_day *day);
/* The end of a silence, as ms since the epoch: "2024-03-15 17:00", or a day alone, to its
 * end. */
bool cchc_ctl_until_read(const char *text, int64_t *wall_ms);
/* A span of time: 90m, 4h, 2d; at most a year. */
bool cchc_ctl_span_read(const char *text, int64_t *ms);

struct cchc_ctl_codes {
	char **code; /* as the wire's lists want them; in the arena */
	size_t n;
};
/* Codes of units, between commas, semicolons or blanks; "all" or "tất cả" is the one code
 * "all". INVALID when one is no code, or comes twice, or there are more than `most`; *bad
 * is then that one, or NULL. */
CCHC_NODISCARD enum cchc_rc cchc_ctl_codes_read(struct cchc_arena *arena,
						const char *text, size_t most,
						struct cchc_ctl_codes *codes,
						const char **bad);
/* Of one unit: 1 to 15 letters and digits. */
bool cchc_ctl_is_code(const char *text);

/* all, open, waiting, overdue, soon, done, cancelled. */
bool cchc_ctl_which_read(const char *text, Cchc__TasksAsk__Which *which);

#endif
