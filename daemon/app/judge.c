#include "app/judge.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* One message under judgement. */
struct judging {
	const struct cchc_catalog_form *form;
	const struct cchc_unit *unit;
	const Cchc__Report *report;
	struct cchc_entry *entry;
	bool collects;
};

void cchc_judge_refuse_whole(struct cchc_arena *arena, struct cchc_entry *entry,
			     enum cchc_rule rule, const char *field, const char *value,
			     const char *expected)
{
	struct cchc_refusal *refusal = cchc_arena_alloc(arena, sizeof(*refusal));

	entry->n_cells = entry->n_refusals = 0;
	entry->refused_row = cchc_arena_array(arena, 1, sizeof(entry->refused_row[0]));
	if (!refusal || !entry->refused_row) {
		/* the seq is used up without a text rather than coming again for ever */
		entry->kind = CCHC_ENTRY_SKIP;
		return;
	}
	refusal->index = CCHC_REFUSED_WHOLE;
	refusal->rule = rule;
	cchc_text_copy(refusal->field, sizeof(refusal->field), field, strlen(field));
	cchc_text_copy(refusal->value, sizeof(refusal->value), value, strlen(value));
	cchc_text_copy(refusal->expected, sizeof(refusal->expected), expected,
		       strlen(expected));
	entry->refusal = refusal;
	entry->n_refusals = 1;
}

static bool refuse(struct cchc_arena *arena, struct cchc_entry *entry,
		   const struct cchc_refusal *why)
{
	cchc_judge_refuse_whole(arena, entry, why->rule, why->field, why->value,
				why->expected);
	return false;
}

/* The unit of the message, in force on the period's last day, and the key's or below it.
 */
static bool judge_unit(struct judging *j, const struct cchc_catalog *catalog,
		       struct cchc_trees *trees, const struct cchc_key_entry *key,
		       struct cchc_arena *arena)
{
	const char *code = j->report->unit;
	const struct cchc_unit *own = cchc_units_by_id(&catalog->units, key->unit);
	cchc_day last =
		cchc_period_last_day(j->entry->period, j->form->form->closing_day);
	const struct cchc_tree *tree;

	j->unit = cchc_units_on(&catalog->units, code, last);
	if (!j->unit) {
		cchc_judge_refuse_whole(arena, j->entry, CCHC_RULE_UNIT_UNKNOWN, "unit",
					code, "");
		return false;
	}
	if (j->unit->id == key->unit)
		return true;
	if (key->below && cchc_trees_on(trees, last, &tree) == CCHC_OK &&
	    cchc_tree_is_within(tree, j->unit->id, key->unit))
		return true;
	cchc_judge_refuse_whole(arena, j->entry, CCHC_RULE_NOT_YOUR_UNIT, "unit", code,
				own ? own->code : "");
	return false;
}

/* Whether communes report to the unit directly on the period's last day. False when the
 * tree cannot be made. */
static bool find_collects(struct judging *j, struct cchc_trees *trees)
{
	cchc_day last =
		cchc_period_last_day(j->entry->period, j->form->form->closing_day);
	const struct cchc_tree *tree;

	if (cchc_trees_on(trees, last, &tree) != CCHC_OK)
		return false;
	j->collects = cchc_tree_has_child(tree, cchc_tree_find(tree, j->unit->id),
					  j->form->form->base_level);
	return true;
}

static bool judge_period(struct judging *j, cchc_day today, struct cchc_arena *arena)
{
	struct cchc_refusal why = {0};
	char code[16];

	if (!cchc_period_from_code(j->report->period, &j->entry->period)) {
		(void)snprintf(code, sizeof(code), "%u", j->report->period);
		cchc_judge_refuse_whole(arena, j->entry, CCHC_RULE_PERIOD_UNKNOWN,
					"period", code, "");
		return false;
	}
	if (!cchc_rule_period(j->form->form, j->entry->period, today, &why))
		return refuse(arena, j->entry, &why);
	return true;
}

static void add_refusal(struct cchc_entry *entry, const struct cchc_refusal *why,
			size_t index, uint32_t row)
{
	struct cchc_refusal *refusal = &entry->refusal[entry->n_refusals];

	*refusal = *why;
	refusal->index = (uint16_t)index;
	entry->refused_row[entry->n_refusals++] = (uint16_t)row;
}

static void judge_cells(struct judging *j)
{
	const Cchc__Report *report = j->report;
	struct cchc_entry *entry = j->entry;

	for (size_t i = 0; i < report->n_row; i++) {
		const struct cchc_row *row =
			cchc_form_row_by_id(j->form->form, report->row[i]);
		uint32_t state = report->n_state ? report->state[i] : CCHC_FIGURE;
		struct cchc_figure figure = {report->value[i], (uint8_t)state};
		struct cchc_refusal why = {0};

		if (state > UINT8_MAX)
			figure.state = UINT8_MAX;
		if (!cchc_rule_cell(j->form->form, row, j->collects, figure, &why)) {
			if (!row)
				(void)snprintf(why.field, sizeof(why.field), "row %u",
					       report->row[i]);
			add_refusal(entry, &why, i, row ? row->id : 0);
			continue;
		}
		entry->cell[entry->n_cells++] = (struct cchc_entry_cell){
			.row = row->id, .state = figure.state, .value = figure.value};
	}
}

/* What the agent itself could not read: kept, so that the district sees why a cell is
 * empty. */
static void note_unread(struct judging *j)
{
	for (size_t i = 0; i < j->report->n_unread; i++) {
		const Cchc__Unread *unread = j->report->unread[i];
		const struct cchc_row *row =
			unread->has_row ? cchc_form_row_by_id(j->form->form, unread->row)
					: NULL;
		struct cchc_refusal why = {.rule = cchc_rule_from_number(unread->rule)};

		if (why.rule == CCHC_RULE_NONE)
			why.rule = CCHC_RULE_BAD_TEXT;
		cchc_text_copy(why.field, sizeof(why.field), unread->field,
			       strlen(unread->field));
		cchc_text_copy(why.value, sizeof(why.value), unread->value,
			       strlen(unread->value));
		add_refusal(j->entry, &why, CCHC_REFUSED_UNREAD + i, row ? row->id : 0);
	}
}

static void copy_header(struct cchc_entry *entry, const Cchc__Report *report)
{
	entry->doc_number = report->doc_number ? report->doc_number : "";
	entry->doc_date = report->has_doc_date ? report->doc_date : CCHC_DAY_NONE;
	entry->signer_name = report->signer_name ? report->signer_name : "";
	entry->signer_position = report->signer_position ? report->signer_position : "";
	entry->complete =
		(uint8_t)(report->has_complete ? 1 + (report->complete != 0) : 0);
	entry->as_of_ms = report->has_as_of ? report->as_of : 0;
	entry->source = report->source ? report->source : "";
}

enum cchc_judged cchc_judge(const struct cchc_catalog *catalog, struct cchc_trees *trees,
			    const struct cchc_key_entry *key, const Cchc__Report *report,
			    bool is_update, int64_t now_ms, struct cchc_arena *arena,
			    struct cchc_entry *entry)
{
	struct judging j = {.report = report, .entry = entry};
	size_t refusals = report->n_row + report->n_unread + 1;

	j.form = cchc_catalog_form(catalog, report->form, report->revision);
	if (!j.form)
		return CCHC_JUDGED_LATER;
	entry->kind = is_update ? CCHC_ENTRY_UPDATE : CCHC_ENTRY_REPORT;
	entry->unit = key->unit;
	entry->form = j.form->id;
	entry->revision = report->revision;
	copy_header(entry, report);
	if (!judge_period(&j, cchc_day_at(now_ms), arena) ||
	    !judge_unit(&j, catalog, trees, key, arena))
		return CCHC_JUDGED;
	entry->unit = j.unit->id;
	if (is_update && report->n_row + report->n_unread == 0) {
		cchc_judge_refuse_whole(arena, entry, CCHC_RULE_EMPTY, "message", "", "");
		return CCHC_JUDGED;
	}
	entry->cell = cchc_arena_array(arena, report->n_row + 1, sizeof(entry->cell[0]));
	entry->refusal = cchc_arena_array(arena, refusals, sizeof(entry->refusal[0]));
	entry->refused_row =
		cchc_arena_array(arena, refusals, sizeof(entry->refused_row[0]));
	if (!entry->cell || !entry->refusal || !entry->refused_row ||
	    !find_collects(&j, trees))
		return CCHC_JUDGED_NOMEM;
	judge_cells(&j);
	note_unread(&j);
	return CCHC_JUDGED;
}
