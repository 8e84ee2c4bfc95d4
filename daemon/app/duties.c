#include "app/duties.h"

#include <stdio.h>
#include <string.h>

struct making {
	const struct cchc_deadlines_options *options;
	const struct cchc_duties_port *port;
	const struct cchc_catalog_form *form;
	struct cchc_period period;
	cchc_day closing;
	cchc_day due;
	cchc_day effective;
	int64_t now_ms;
};

char *cchc_duty_id(const struct cchc_form *form, struct cchc_period period,
		   const struct cchc_unit *unit, char out[CCHC_TASK_ID])
{
	char text[CCHC_PERIOD_TEXT];

	(void)snprintf(out, CCHC_TASK_ID, "bao-cao/%s/%s/%s", form->name,
		       cchc_period_format(period, text), unit->code);
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
	cchc_duty_id(m->form->form, m->period, unit, id);
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

static enum cchc_rc make_for_units(struct making *m)
{
	const struct cchc_catalog *catalog = m->options->catalog;
	const struct cchc_tree *tree;
	enum cchc_rc rc = cchc_trees_on(&m->options->board->trees, m->closing, &tree);
	uint32_t top;

	if (rc != CCHC_OK)
		return rc;
	top = cchc_tree_find(tree, catalog->receiver->id);
	for (uint32_t node = top; top != CCHC_NO_NODE && node < tree->node[top].end;
	     node++) {
		struct cchc_item *item;

		if (!reports(m->form->form, tree->node[node].level))
			continue;
		item = cchc_item_new_own(CCHC_ENTRY_DEED, m->now_ms);
		if (!item ||
		    !fill_deed(m,
			       cchc_units_by_id(&catalog->units, tree->node[node].unit),
			       item)) {
			cchc_item_free(item);
			return CCHC_NOMEM;
		}
		m->port->write(m->port->data, item);
	}
	return CCHC_OK;
}

static enum cchc_rc make_for_form(struct making *m, uint16_t year)
{
	const struct cchc_form *form = m->form->form;
	const struct cchc_alert_rules *rules = m->options->rules;
	const struct cchc_task_class *of = cchc_alert_class(rules, rules->duty_class);
	cchc_day today = cchc_day_at(m->now_ms);
	enum cchc_rc rc = CCHC_OK;

	for (size_t i = 0; of && i < form->n_demands && rc == CCHC_OK; i++) {
		m->period = (struct cchc_period){year, form->demand[i].slot};
		m->closing = cchc_period_last_day(m->period, form->closing_day);
		if (cchc_period_first_day(m->period, form->closing_day) > today ||
		    m->closing < m->options->duties_from ||
		    !cchc_form_is_for(form, m->period))
			continue;
		m->due = cchc_duty_due(&form->demand[i], form->closing_day, m->closing);
		m->effective = cchc_alert_effective(of, m->options->calendar, m->due);
		rc = make_for_units(m);
	}
	return rc;
}

enum cchc_rc cchc_duties_make(const struct cchc_deadlines_options *options,
			      const struct cchc_duties_port *port, int64_t now_ms)
{
	const struct cchc_catalog *catalog = options->catalog;
	struct making m = {.options = options, .port = port, .now_ms = now_ms};
	enum cchc_rc rc = CCHC_OK;

	for (size_t i = 0; i < catalog->n_forms && rc == CCHC_OK; i++) {
		uint16_t year;

		m.form = &catalog->form[i];
		if (!m.form->newest)
			continue;
		year = cchc_reporting_year(cchc_day_at(now_ms),
					   m.form->form->closing_day);
		rc = make_for_form(&m, (uint16_t)(year - 1));
		if (rc == CCHC_OK)
			rc = make_for_form(&m, year);
	}
	return rc;
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
