#include "app/duties.h"

#include <stdio.h>
#include <string.h>

enum { LOOKS = 1000 }; /* of one turn */

/* Why a duty is cancelled: whoever reopens one must know it. */
static const char ENDED[] = "Đơn vị đã kết thúc hoạt động (the unit has ended)";
static const char NOT_OWED[] =
	"Đơn vị không thuộc diện báo cáo vào ngày cuối kỳ (the unit "
	"is not among those that report on the period's last day)";
static const char OWED_AGAIN[] =
	"Đơn vị lại thuộc diện báo cáo vào ngày cuối kỳ (the unit "
	"is among those that report again)";

struct making {
	const struct cchc_deadlines_options *options;
	const struct cchc_duties_port *port;
	const struct cchc_catalog_form *form;
	struct cchc_duties_at *at;
	struct cchc_txn txn;
	size_t looks; /* left in this turn */
	struct cchc_period period;
	cchc_day closing;
	cchc_day due;
	cchc_day effective;
	int64_t now_ms;
};

char *cchc_duty_id(const struct cchc_form *form, struct cchc_period period,
		   const struct cchc_units *units, const struct cchc_unit *unit,
		   char out[CCHC_TASK_ID])
{
	char text[CCHC_PERIOD_TEXT];
	char key[CCHC_UNIT_KEY];

	(void)snprintf(out, CCHC_TASK_ID, CCHC_DUTY_PREFIX "%s/%s/%s", form->name,
		       cchc_period_format(period, text), cchc_unit_key(units, unit, key));
	return out;
}

cchc_day cchc_duty_due(const struct cchc_demand *demand, int closing_day,
		       cchc_day closing)
{
	struct cchc_civil civil = cchc_civil_of(closing);

	if (closing_day == CCHC_CLOSE_MONTH_END && ++civil.month > 12) {
		civil.month = 1;
		civil.year++;
	}
	return cchc_day_of(civil.year, civil.month, demand->due_day);
}

static bool fill_deed(struct making *m, const struct cchc_unit *unit,
		      struct cchc_item *item)
{
	struct cchc_arena *arena = &item->arena;
	struct cchc_deed *deed = cchc_arena_alloc(arena, sizeof(*deed));
	const char *class_name = m->options->rules->duty_class;
	char id[CCHC_TASK_ID];
	char title[CCHC_PERIOD_TITLE];

	if (!deed)
		return false;
	cchc_duty_id(m->form->form, m->period, &m->options->catalog->units, unit, id);
	*deed = (struct cchc_deed){
		.kind = CCHC_DEED_ADD,
		.hand = CCHC_HAND_DAEMON,
		.id = cchc_arena_text(arena, id, strlen(id)),
		.class_name = cchc_arena_text(arena, class_name, strlen(class_name)),
		.title = cchc_arena_format(arena, "Báo cáo %s: %s",
					   cchc_period_title(m->period, title),
					   m->form->form->title),
		.doc_number = "",
		.doc_date = CCHC_DAY_NONE,
		.assigner = "",
		.assigned = cchc_period_first_day(m->period, m->form->form->closing_day),
		.is_duty = true,
		.form = m->form->id,
		.period = cchc_period_code(m->period),
		.lead = unit->id,
		.due = m->due,
		.effective = m->effective,
		.done = CCHC_DAY_NONE,
		.result = "",
		.wish = CCHC_DAY_NONE,
		.reason = "",
		.reason_doc = "",
	};
	item->entry.deed = deed;
	return deed->id && deed->class_name && deed->title;
}

/* A unit whose level fills no row has nothing to report. */
static bool reports(const struct cchc_form *form, uint8_t level)
{
	for (size_t i = 0; i < form->n; i++)
		if (form->row[i].levels & 1u << level)
			return true;
	return false;
}

static bool has_ended(const struct cchc_catalog *catalog, uint32_t id, int64_t now_ms)
{
	const struct cchc_unit *unit = cchc_units_by_id(&catalog->units, id);

	return unit && unit->valid_to != CCHC_DAY_NONE &&
	       unit->valid_to < cchc_day_at(now_ms);
}

static enum cchc_rc add_duty(struct making *m, const struct cchc_unit *unit)
{
	struct cchc_item *item = cchc_item_new_own(CCHC_ENTRY_DEED, m->now_ms);

	if (!item || !fill_deed(m, unit, item)) {
		cchc_item_free(item);
		return CCHC_NOMEM;
	}
	m->port->write(m->port->data, item);
	return CCHC_OK;
}

static enum cchc_rc make_for_units(struct making *m)
{
	const struct cchc_catalog *catalog = m->options->catalog;
	const struct cchc_tree *tree;
	enum cchc_rc rc = cchc_trees_on(&m->options->board->trees, m->closing, &tree);
	uint32_t top;

	if (rc != CCHC_OK)
		return rc;
	top = cchc_tree_find(tree, catalog->receiver->id);
	while (top != CCHC_NO_NODE && top + m->at->unit < tree->node[top].end) {
		const struct cchc_tree_node *node = &tree->node[top + m->at->unit];

		if (m->looks == 0)
			return CCHC_OK;
		m->looks--;
		if (reports(m->form->form, node->level) &&
		    !has_ended(catalog, node->unit, m->now_ms) &&
		    !cchc_store_has_duty(&m->txn, node->unit, m->form->id, m->period))
			rc = add_duty(m, cchc_units_by_id(&catalog->units, node->unit));
		if (rc == CCHC_OK)
			rc = m->txn.rc;
		if (rc != CCHC_OK)
			return rc;
		m->at->unit++;
	}
	m->at->unit = 0;
	m->at->demand++;
	return CCHC_OK;
}

/* The demand that is looked at, if there are duties of it. */
static enum cchc_rc make_for_demand(struct making *m)
{
	const struct cchc_form *form = m->form->form;
	const struct cchc_demand *demand = &form->demand[m->at->demand];
	const struct cchc_alert_rules *rules = m->options->rules;
	const struct cchc_task_class *of = cchc_alert_class(rules, rules->duty_class);
	cchc_day today = cchc_day_at(m->now_ms);
	int year = cchc_reporting_year(today, form->closing_day) - 1 + (int)m->at->year;

	m->period = (struct cchc_period){(uint16_t)year, demand->slot};
	m->closing = cchc_period_last_day(m->period, form->closing_day);
	if (!of || cchc_period_first_day(m->period, form->closing_day) > today ||
	    m->closing < m->options->duties_from || !cchc_form_is_for(form, m->period)) {
		m->at->demand++;
		return CCHC_OK;
	}
	m->due = cchc_duty_due(demand, form->closing_day, m->closing);
	m->effective = cchc_alert_effective(of, m->options->calendar, m->due);
	return make_for_units(m);
}

enum { YEARS = 2 };

/* Moves on to a form, year and demand that there are; false at the end. */
static bool find_next(struct making *m)
{
	const struct cchc_catalog *catalog = m->options->catalog;
	struct cchc_duties_at *at = m->at;

	for (; at->form < catalog->n_forms; at->form++, at->year = 0) {
		m->form = &catalog->form[at->form];
		for (; m->form->newest && at->year < YEARS; at->year++, at->demand = 0)
			if (at->demand < m->form->form->n_demands)
				return true;
	}
	return false;
}

enum cchc_rc cchc_duties_make(const struct cchc_deadlines_options *options,
			      const struct cchc_duties_port *port, int64_t now_ms,
			      struct cchc_duties_at *at, bool *more)
{
	struct making m = {.options = options,
			   .port = port,
			   .at = at,
			   .looks = LOOKS,
			   .now_ms = now_ms};
	enum cchc_rc rc = CCHC_OK;

	cchc_txn_read(&m.txn, options->store->env);
	rc = m.txn.rc;
	*more = true;
	while (rc == CCHC_OK && m.looks > 0 && *more) {
		*more = find_next(&m);
		if (*more)
			rc = make_for_demand(&m);
	}
	cchc_txn_abort(&m.txn);
	return rc;
}

/* Whether the unit owes it as the units are now; *known is false where that cannot be
 * said. */
static bool is_owed(const struct cchc_deadlines_options *options,
		    const struct cchc_task *duty, bool *known)
{
	const struct cchc_catalog *catalog = options->catalog;
	const struct cchc_catalog_form *form =
		cchc_catalog_form_by_id(catalog, duty->form);
	const struct cchc_tree *tree;
	struct cchc_period period;
	cchc_day closing;
	uint32_t node;

	*known = false;
	if (!form || !cchc_period_from_code(duty->period, &period))
		return false;
	closing = cchc_period_last_day(period, form->form->closing_day);
	if (cchc_trees_on(&options->board->trees, closing, &tree) != CCHC_OK)
		return false;
	*known = true;
	node = cchc_tree_find(tree, duty->lead);
	return node != CCHC_NO_NODE && reports(form->form, tree->node[node].level) &&
	       cchc_tree_is_within(tree, duty->lead, catalog->receiver->id);
}

static enum cchc_rc write_deed(const struct cchc_duties_port *port,
			       enum cchc_deed_kind kind, const char *id,
			       const char *reason, int64_t now_ms)
{
	struct cchc_deed deed = {.kind = kind,
				 .id = id,
				 .due = CCHC_DAY_NONE,
				 .effective = CCHC_DAY_NONE,
				 .reason = reason};
	struct cchc_item *item = cchc_item_new_deed(&deed, now_ms);

	if (!item)
		return CCHC_NOMEM;
	port->write(port->data, item);
	return CCHC_OK;
}

/* An operator's cancellation stays. */
static bool is_cancelled_by_us(const struct cchc_task *duty)
{
	return duty->state == CCHC_TASK_CANCELLED &&
	       (strcmp(duty->reason, NOT_OWED) == 0 || strcmp(duty->reason, ENDED) == 0);
}

enum cchc_rc cchc_duty_follow(const struct cchc_deadlines_options *options,
			      const struct cchc_duties_port *port,
			      const struct cchc_task *duty, int64_t now_ms)
{
	bool ended = has_ended(options->catalog, duty->lead, now_ms);
	bool known;
	bool owed = is_owed(options, duty, &known);

	if (known && (!owed || ended) && duty->state == CCHC_TASK_OPEN)
		return write_deed(port, CCHC_DEED_CANCEL, duty->id,
				  owed ? ENDED : NOT_OWED, now_ms);
	if (known && owed && !ended && is_cancelled_by_us(duty))
		return write_deed(port, CCHC_DEED_REOPEN, duty->id, OWED_AGAIN, now_ms);
	return CCHC_OK;
}

enum cchc_rc cchc_duty_end(const struct cchc_deadlines_options *options,
			   const struct cchc_duties_port *port,
			   const struct cchc_docket_task *duty, int64_t now_ms)
{
	if (duty->state != CCHC_TASK_OPEN ||
	    !has_ended(options->catalog, duty->lead, now_ms))
		return CCHC_OK;
	return write_deed(port, CCHC_DEED_CANCEL, duty->id, ENDED, now_ms);
}

bool cchc_duties_begin(const struct cchc_catalog *catalog, cchc_day after, cchc_day today)
{
	for (size_t i = 0; i < catalog->n_forms; i++) {
		const struct cchc_form *form = catalog->form[i].form;
		uint16_t year = cchc_reporting_year(today, form->closing_day);

		for (size_t k = 0; catalog->form[i].newest && k < form->n_demands; k++) {
			struct cchc_period period = {year, form->demand[k].slot};
			cchc_day first = cchc_period_first_day(period, form->closing_day);

			if (first > after && first <= today)
				return true;
		}
	}
	return false;
}
