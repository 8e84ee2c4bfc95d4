#include "ctl/watchprint.h"

#include <inttypes.h>

#include "ctl/json.h"

void cchc_ctl_watch_line(const struct cchc_ctl_line *line, const char *clock, FILE *out)
{
	const char *people = line->people && line->people[0] ? line->people : "–";

	fprintf(out, "%s  %s  %s  %" PRIu32 "/%" PRIu32 "\n", clock, line->row->full_code,
		people, line->reported, line->expected);
}

static json_t *line_json(const struct cchc_ctl_line *line)
{
	return json_pack("{s:s, s:s, s:o, s:I, s:I, s:s}", "row", line->row->full_code,
			 "state", cchc_ctl_state_name(line->state), "value",
			 cchc_ctl_json_text(line->plain), "reported",
			 (json_int_t)line->reported, "expected",
			 (json_int_t)line->expected, "detail",
			 line->detail ? line->detail : "");
}

static json_t *head_json(const struct cchc_ctl_watched *watched, uint64_t commit)
{
	return json_pack("{s:I, s:s, s:s}", "commit", (json_int_t)commit, "unit",
			 watched->unit, "period", watched->period);
}

enum cchc_rc cchc_ctl_watch_json(const struct cchc_ctl_line *line,
				 const struct cchc_ctl_watched *watched, uint64_t commit,
				 FILE *out)
{
	json_t *head = head_json(watched, commit);
	json_t *cell = line_json(line);
	int failed = json_object_update(head, cell);

	json_decref(cell);
	if (failed) {
		json_decref(head);
		return CCHC_NOMEM;
	}
	return cchc_ctl_json_print(head, CCHC_CTL_JSON_LINE, out);
}

enum cchc_rc cchc_ctl_watch_snapshot_json(const struct cchc_ctl_live *live,
					  const struct cchc_ctl_watched *watched,
					  uint64_t commit, FILE *out)
{
	json_t *head = head_json(watched, commit);
	json_t *rows = json_array();
	int failed = 0;

	for (size_t i = 0; i < live->n && !failed; i++)
		if (live->line[i].state != CCHC__CELL_STATE__HEADING)
			failed = json_array_append_new(rows, line_json(&live->line[i]));
	failed |= json_object_set_new(head, "snapshot", rows);
	if (failed) {
		json_decref(head);
		return CCHC_NOMEM;
	}
	return cchc_ctl_json_print(head, CCHC_CTL_JSON_LINE, out);
}

enum cchc_rc cchc_ctl_watch_end_json(const struct cchc_ctl_watched *watched,
				     const struct cchc_ctl_watch_counts *counts,
				     FILE *out)
{
	json_t *json = json_pack("{s:s, s:s, s:{s:I, s:I, s:I}}", "unit", watched->unit,
				 "period", watched->period, "end", "publications",
				 (json_int_t)counts->publications, "gaps",
				 (json_int_t)counts->gaps, "snapshots",
				 (json_int_t)counts->snapshots);

	return cchc_ctl_json_print(json, CCHC_CTL_JSON_LINE, out);
}
