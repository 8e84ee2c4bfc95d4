#include "app/deeds.h"

#include <stdio.h>
#include <string.h>

#include "app/judge.h"
#include "base/clock.h"

enum { UNITS_MAX = 512 };

void cchc_deed_refuse(struct cchc_answer *answer, enum cchc_rule rule, const char *field,
		      const char *value)
{
	cchc_answer_not_there(answer, "%s: \"%.80s\": %s (%s)", field, value,
			      cchc_rule_english(rule), cchc_rule_vietnamese(rule));
}

const struct cchc_unit *cchc_unit_today(const struct cchc_daemon *d, const char *code)
{
	return cchc_units_on(&d->catalog.units, code, cchc_day_at(cchc_clock_wall_ms()));
}

static bool add_all_below(struct cchc_naming *n, struct cchc_arena *arena)
{
	struct cchc_daemon *d = n->d;
	const struct cchc_tree *tree;
	uint32_t node;

	if (cchc_trees_on(&d->board->trees, cchc_day_at(cchc_clock_wall_ms()), &tree) !=
	    CCHC_OK)
		return false;
	node = cchc_tree_find(tree, d->catalog.receiver->id);
	if (node == CCHC_NO_NODE)
		return false;
	n->lead =
		cchc_arena_array(arena, tree->node[node].end - node, sizeof(n->lead[0]));
	for (uint32_t i = node + 1; n->lead && i < tree->node[node].end;
	     i = tree->node[i].end)
		n->lead[n->n_leads++] = tree->node[i].unit;
	return n->lead != NULL;
}

static bool find_units(struct cchc_naming *n, struct cchc_answer *answer, char **codes,
		       size_t n_codes, const char *field, struct cchc_arena *arena,
		       uint32_t **list, size_t *len)
{
	*list = cchc_arena_array(arena, n_codes + 1, sizeof(**list));
	if (!*list)
		return false;
	for (size_t i = 0; i < n_codes; i++) {
		const struct cchc_unit *unit = cchc_unit_today(n->d, codes[i]);

		if (!unit) {
			cchc_deed_refuse(answer, CCHC_RULE_NO_UNIT, field, codes[i]);
			return false;
		}
		(*list)[(*len)++] = unit->id;
	}
	return true;
}

/* A task is given to who is there to be asked about it. */
static bool leads_are_ours(const struct cchc_naming *n, struct cchc_answer *answer)
{
	const struct cchc_daemon *d = n->d;
	const struct cchc_tree *tree;

	if (cchc_trees_on(&d->board->trees, cchc_day_at(cchc_clock_wall_ms()), &tree) !=
	    CCHC_OK) {
		cchc_answer_refuse(answer, "lead: the units below cannot be listed");
		return false;
	}
	for (size_t i = 0; i < n->n_leads; i++)
		if (!cchc_tree_is_within(tree, n->lead[i], d->catalog.receiver->id)) {
			cchc_deed_refuse(answer, CCHC_RULE_NOT_BELOW, "lead",
					 n->deed->lead[i]);
			return false;
		}
	return true;
}

/* A move is to one unit, so "all" is no unit there. */
static bool name_units(struct cchc_naming *n, struct cchc_answer *answer)
{
	struct cchc_arena *arena = &answer->arena;
	const Cchc__Deed *deed = n->deed;
	bool all = deed->kind == CCHC__DEED__KIND__ADD && deed->n_lead == 1 &&
		   strcmp(deed->lead[0], "all") == 0;

	if (deed->n_lead > UNITS_MAX || deed->n_co > CCHC_TASK_CO_MAX) {
		cchc_answer_not_there(answer, "lead: too many units");
		return false;
	}
	if (all && !add_all_below(n, arena)) {
		cchc_answer_refuse(answer, "lead: the units below cannot be listed");
		return false;
	}
	return (all || (find_units(n, answer, deed->lead, deed->n_lead, "lead", arena,
				   &n->lead, &n->n_leads) &&
			leads_are_ours(n, answer))) &&
	       find_units(n, answer, deed->co, deed->n_co, "co", arena, &n->co, &n->n_co);
}

static const char *copy(struct cchc_arena *arena, const char *text)
{
	return text ? cchc_arena_text(arena, text, strlen(text)) : "";
}

static cchc_day day_or_none(bool has, int32_t day)
{
	return has ? day : CCHC_DAY_NONE;
}

static void copy_days(const Cchc__Deed *from, struct cchc_deed *to)
{
	to->doc_date = day_or_none(from->has_doc_date, from->doc_date);
	to->assigned = day_or_none(from->has_assigned, from->assigned);
	to->due = day_or_none(from->has_due, from->due);
	to->done = day_or_none(from->has_done, from->done);
	to->wish = CCHC_DAY_NONE;
	to->effective = CCHC_DAY_NONE;
}

static bool copy_texts(struct cchc_arena *arena, const Cchc__Deed *from,
		       struct cchc_deed *to)
{
	to->title = copy(arena, from->title);
	to->doc_number = copy(arena, from->doc_number);
	to->assigner = copy(arena, from->assigner);
	to->result = copy(arena, from->result);
	to->reason = copy(arena, from->reason);
	to->reason_doc = copy(arena, from->reason_doc);
	return to->title && to->doc_number && to->assigner && to->result && to->reason &&
	       to->reason_doc;
}

/* The wire's kinds are our first eight (enum cchc_deed_kind). */
static enum cchc_deed_kind kind_of(Cchc__Deed__Kind kind)
{
	return (enum cchc_deed_kind)kind;
}

/* The class of the task: as given, or as the task of this id has it. */
static const char *class_of(const struct cchc_naming *n, const char *id,
			    struct cchc_arena *arena)
{
	struct cchc_task task;
	struct cchc_txn txn;
	const char *class_name = n->deed->class_;

	if (n->deed->kind == CCHC__DEED__KIND__ADD) {
		if (!class_name || !class_name[0])
			class_name = n->d->clockwork.rules.usual_class;
		return copy(arena, class_name);
	}
	cchc_txn_read(&txn, n->d->store.env);
	class_name = cchc_store_task_by_id(&txn, id, arena, &task) ? task.class_name : "";
	cchc_txn_abort(&txn);
	return class_name;
}

static bool fill_deed(const struct cchc_naming *n, const char *id, uint32_t lead,
		      struct cchc_arena *arena, struct cchc_deed *deed)
{
	bool known;

	*deed = (struct cchc_deed){.kind = kind_of(n->deed->kind),
				   .hand = CCHC_HAND_OPERATOR,
				   .id = copy(arena, id),
				   .lead = lead,
				   .n_co = n->n_co};
	copy_days(n->deed, deed);
	deed->class_name = class_of(n, id, arena);
	deed->co = cchc_arena_array(arena, n->n_co + 1, sizeof(deed->co[0]));
	if (!deed->id || !deed->class_name || !deed->co ||
	    !copy_texts(arena, n->deed, deed))
		return false;
	memcpy((uint32_t *)deed->co, n->co, n->n_co * sizeof(deed->co[0]));
	deed->effective = cchc_deadlines_effective(n->d->clockwork.wheels.deadlines,
						   deed->class_name, deed->due, &known);
	return true;
}

/* One task for one unit keeps its id; each of several gets its unit's code behind it. */
static void id_of(const struct cchc_naming *n, size_t i, char *id, size_t size)
{
	const struct cchc_unit *unit;

	if (n->deed->kind != CCHC__DEED__KIND__ADD || n->n_leads == 1) {
		(void)snprintf(id, size, "%s", n->deed->id);
		return;
	}
	unit = cchc_units_by_id(&n->d->catalog.units, n->lead[i]);
	(void)snprintf(id, size, "%s/%s", n->deed->id, unit->code);
}

bool cchc_naming_deed(const struct cchc_naming *naming, size_t i,
		      struct cchc_arena *arena, struct cchc_deed *deed)
{
	char id[CCHC_STRING_MAX + CCHC_UNIT_CODE + 2];

	id_of(naming, i, id, sizeof(id));
	return fill_deed(naming, id, naming->n_leads ? naming->lead[i] : 0, arena, deed);
}

bool cchc_naming_find(const struct cchc_naming *naming, const char *id,
		      struct cchc_arena *arena, struct cchc_deed *deed)
{
	char name[CCHC_STRING_MAX + CCHC_UNIT_CODE + 2];

	for (size_t i = 0; i < cchc_naming_times(naming); i++) {
		id_of(naming, i, name, sizeof(name));
		if (strcmp(name, id) == 0)
			return cchc_naming_deed(naming, i, arena, deed);
	}
	return false;
}

size_t cchc_naming_times(const struct cchc_naming *naming)
{
	return naming->n_leads ? naming->n_leads : 1;
}

static bool check_deed(const struct cchc_naming *n, struct cchc_answer *answer)
{
	const Cchc__Deed *deed = n->deed;
	bool known = true;

	if (deed->kind == CCHC__DEED__KIND__ADD && n->n_leads == 0) {
		cchc_deed_refuse(answer, CCHC_RULE_MISSING, "lead", "");
		return false;
	}
	if (deed->kind == CCHC__DEED__KIND__MOVE && n->n_leads != 1) {
		cchc_deed_refuse(answer, CCHC_RULE_MISSING, "lead", "");
		return false;
	}
	if (deed->kind == CCHC__DEED__KIND__ADD)
		(void)cchc_deadlines_effective(n->d->clockwork.wheels.deadlines,
					       deed->class_, CCHC_DAY_NONE, &known);
	if (!known)
		cchc_deed_refuse(answer, CCHC_RULE_NO_CLASS, "class",
				 deed->class_ ? deed->class_ : "");
	return known;
}

bool cchc_naming_of(struct cchc_naming *naming, struct cchc_daemon *d,
		    const Cchc__Deed *deed, struct cchc_answer *answer)
{
	*naming = (struct cchc_naming){.d = d, .deed = deed};
	return name_units(naming, answer) && check_deed(naming, answer);
}

/* The key's own unit, or one below it where the key may speak for those. */
static bool may_speak(struct cchc_daemon *d, const struct cchc_key_entry *key,
		      const struct cchc_unit *unit, int64_t clock_ms)
{
	const struct cchc_tree *tree;

	if (unit->id == key->unit)
		return true;
	return key->below &&
	       cchc_trees_on(&d->board->trees, cchc_day_at(clock_ms), &tree) == CCHC_OK &&
	       cchc_tree_is_within(tree, unit->id, key->unit);
}

/* Without a deed there is nothing left to judge. */
static void refuse_unit(struct cchc_arena *arena, struct cchc_entry *entry,
			enum cchc_rule rule, const char *code, const char *expected)
{
	entry->deed = NULL;
	cchc_judge_refuse_whole(arena, entry, rule, "unit", code, expected);
}

enum cchc_rc cchc_deed_of_message(struct cchc_daemon *d, const struct cchc_key_entry *key,
				  const Cchc__TaskReport *report,
				  struct cchc_arena *arena, struct cchc_entry *entry)
{
	const struct cchc_unit *unit = cchc_unit_today(d, report->unit);
	struct cchc_deed *deed = cchc_arena_alloc(arena, sizeof(*deed));

	if (!deed)
		return CCHC_NOMEM;
	*deed = (struct cchc_deed){
		.kind = CCHC_DEED_REPORT,
		.hand = CCHC_HAND_COMMUNE,
		.id = report->task,
		.unit = key->unit,
		.doc_date = CCHC_DAY_NONE,
		.assigned = CCHC_DAY_NONE,
		.due = CCHC_DAY_NONE,
		.effective = CCHC_DAY_NONE,
		.done = day_or_none(report->has_done, report->done),
		.result = report->result ? report->result : "",
		.wish = day_or_none(report->has_wish, report->wish),
		.reason = report->reason ? report->reason : "",
	};
	entry->kind = CCHC_ENTRY_DEED;
	entry->deed = deed;
	entry->source = report->source ? report->source : "";
	entry->as_of_ms = report->has_as_of ? report->as_of : 0;
	entry->unit = key->unit;
	if (!unit)
		refuse_unit(arena, entry, CCHC_RULE_NO_UNIT, report->unit, "");
	else if (!may_speak(d, key, unit, entry->clock_ms))
		refuse_unit(arena, entry, CCHC_RULE_NOT_YOUR_UNIT, report->unit,
			    cchc_units_by_id(&d->catalog.units, key->unit)->code);
	else
		entry->unit = deed->unit = unit->id;
	return CCHC_OK;
}
