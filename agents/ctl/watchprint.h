#ifndef CCHC_CTL_WATCHPRINT_H
#define CCHC_CTL_WATCHPRINT_H

#include "ctl/live.h"
#include "ctl/topic.h"

/* What a watcher prints where there is no terminal. */

struct cchc_ctl_watched {
	const char *unit;   /* code */
	const char *period; /* 2024-Q1 */
};

/* "08:12:05  I.2  26,6  1/12" */
void cchc_ctl_watch_line(const struct cchc_ctl_line *line, const char *clock, FILE *out);
/* {"commit":n,"unit":..,"period":..,"row":"I.2","state":..,"value":..,"reported":..,
 *  "expected":..,"detail":".."} */
CCHC_NODISCARD enum cchc_rc cchc_ctl_watch_json(const struct cchc_ctl_line *line,
						const struct cchc_ctl_watched *watched,
						uint64_t commit, FILE *out);
/* {"commit":n,"unit":..,"period":..,"snapshot":[..]}: every row but headings. */
CCHC_NODISCARD enum cchc_rc
cchc_ctl_watch_snapshot_json(const struct cchc_ctl_live *live,
			     const struct cchc_ctl_watched *watched, uint64_t commit,
			     FILE *out);

/* {"unit":..,"period":..,"end":{"publications":n,"gaps":n,"snapshots":n}} */
CCHC_NODISCARD enum cchc_rc
cchc_ctl_watch_end_json(const struct cchc_ctl_watched *watched,
			const struct cchc_ctl_watch_counts *counts, FILE *out);

#endif
