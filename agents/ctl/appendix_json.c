#include "ctl/appendix.h"
#include "ctl/json.h"

static json_t *rows_of(struct cchc_arena *arena, const struct cchc_ctl_appendix *a)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < a->form->n; i++)
		if (json_array_append_new(
			    rows, cchc_ctl_json_cell(arena, a->form, &a->cell[i])) != 0) {
			json_decref(rows);
			return NULL;
		}
	return rows;
}

enum cchc_rc cchc_ctl_appendix_json(struct cchc_arena *arena,
				    const struct cchc_ctl_appendix *a, FILE *out)
{
	char period[CCHC_PERIOD_TEXT];
	json_t *json = json_pack("{s:o, s:s, s:s, s:s, s:I, s:I, s:o}", "unit",
				 cchc_ctl_json_unit(a->unit), "period",
				 cchc_period_format(a->period, period), "scope",
				 cchc_scope_name(a->scope), "form", a->form->name,
				 "revision", (json_int_t)a->form->revision, "commit",
				 (json_int_t)a->commit, "rows", rows_of(arena, a));

	return cchc_ctl_json_print(json, CCHC_CTL_JSON_INDENTED, out);
}
