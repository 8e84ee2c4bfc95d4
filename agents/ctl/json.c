#include "ctl/json.h"

json_t *cchc_ctl_json_text(const char *text)
{
	return text && *text ? json_string(text) : json_null();
}

json_t *cchc_ctl_json_unit(const Cchc__UnitInfo *unit)
{
	return json_pack("{s:s, s:s, s:s}", "code", unit->code, "name", unit->name,
			 "level", unit->level);
}

json_t *cchc_ctl_json_append(json_t *list, json_t *item)
{
	if (json_array_append_new(list, item) == 0)
		return list;
	json_decref(list);
	return NULL;
}

json_t *cchc_ctl_json_pairs(const struct cchc_ctl_pair *pairs, size_t n)
{
	json_t *object = json_object();

	for (size_t i = 0; i < n; i++)
		if (json_object_set_new(object, pairs[i].key,
					json_string(pairs[i].value)) != 0) {
			json_decref(object);
			return NULL;
		}
	return object;
}

json_t *cchc_ctl_json_cell(struct cchc_arena *arena, const struct cchc_form *form,
			   const struct cchc_ctl_cell *cell)
{
	const struct cchc_row *row = cell->row;
	char value[CCHC_NUMBER_TEXT];
	struct cchc_ctl_pair *pairs;
	size_t n;

	if (cchc_ctl_cell_pairs(arena, form, cell, &pairs, &n) != CCHC_OK)
		return NULL;
	return json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:o, s:I, s:I, s:I, s:o}", "part",
		form->part[row->part].code, "code", row->code, "name", cell->name, "unit",
		row->unit, "state", cchc_ctl_state_name(cell->state), "value",
		cchc_ctl_json_text(cchc_ctl_cell_plain(cell, value)), "reported",
		(json_int_t)cell->reported, "expected", (json_int_t)cell->expected,
		"incomplete", (json_int_t)cell->incomplete, "detail",
		cchc_ctl_json_pairs(pairs, n));
}

enum cchc_rc cchc_ctl_json_print(json_t *json, enum cchc_ctl_json_shape shape, FILE *out)
{
	size_t flags = shape == CCHC_CTL_JSON_LINE ? JSON_COMPACT : JSON_INDENT(1);
	int failed;

	if (!json)
		return CCHC_NOMEM;
	failed = json_dumpf(json, out, flags);
	json_decref(json);
	fputc('\n', out);
	return failed ? CCHC_IO : CCHC_OK;
}
