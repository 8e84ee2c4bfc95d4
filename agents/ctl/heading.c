#include "ctl/explain.h"

#include <string.h>

#include "ctl/json.h"

/* I.3.2 and I.3.3.1 stand below I.3. */
static bool is_below(const struct cchc_row *row, const struct cchc_row *heading)
{
	size_t len = strlen(heading->full_code);

	return strncmp(row->full_code, heading->full_code, len) == 0 &&
	       row->full_code[len] == '.';
}

void cchc_ctl_heading_text(const struct cchc_form *form, const Cchc__UnitInfo *unit,
			   const struct cchc_row *heading, FILE *out)
{
	fprintf(out, "%s  %s\nDòng tiêu đề, không có số liệu (heading). Bên dưới:\n",
		heading->full_code, cchc_ctl_row_name(heading, unit));
	for (size_t i = 0; i < form->n; i++)
		if (is_below(&form->row[i], heading))
			fprintf(out, "  %s  %s\n", form->row[i].full_code,
				cchc_ctl_row_name(&form->row[i], unit));
}

static json_t *rows_below(const struct cchc_form *form, const Cchc__UnitInfo *unit,
			  const struct cchc_row *heading)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < form->n; i++) {
		const struct cchc_row *row = &form->row[i];

		if (is_below(row, heading) &&
		    json_array_append_new(
			    list, json_pack("{s:s, s:s}", "row", row->full_code, "name",
					    cchc_ctl_row_name(row, unit))) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

enum cchc_rc cchc_ctl_heading_json(const struct cchc_form *form,
				   const Cchc__UnitInfo *unit,
				   const struct cchc_row *heading, FILE *out)
{
	json_t *json =
		json_pack("{s:s, s:i, s:s, s:s, s:s, s:o}", "form", form->name,
			  "revision", (int)form->revision, "row", heading->full_code,
			  "name", cchc_ctl_row_name(heading, unit), "state", "heading",
			  "below", rows_below(form, unit, heading));

	return cchc_ctl_json_print(json, CCHC_CTL_JSON_INDENTED, out);
}
