/* deadlines.c - what time brings.
 *
 * The docket says which moments have passed; here they become FIRE entries, and the
 * counts of row I.4 move on. Nothing is marked as fired in memory, only as taken: the
 * writer re-checks each firing against the task in the store, which knows what fired. A
 * firing that could not be written is offered again.
 *
 * The counts never go back and firings never run ahead: where the clock was set back, or
 * a deed was recorded at a later clock, the two are at different instants. Counts follow
 * all at once; firings are taken some at a time, for each has to be written. */
#include "app/deadlines.h"

#include <stdlib.h>
#include <string.h>

#include "app/duties.h"
#include "app/holidays.h"
#include "base/check.h"
#include "base/log.h"
#include "base/text.h"

enum {
	FIRINGS = 250, /* of one entry */
	FIRINGS_A_TURN = 1000,
	FLYING = 4000, /* firings with the writer */
	TASK_MEMORY = 1024 * 1024,
	AGAIN_MS = 60 * 1000,
	RETRY_MS = 5 * 1000,
	SOON_MS = 1, /* after this turn of the loop */
};

struct cchc_deadlines {
	struct cchc_deadlines_options options;
	struct cchc_docket *docket;
	struct cchc_item *lost; /* of our deeds on tasks, to be written again */
	struct cchc_holidays holidays;
	cchc_day duties_day; /* up to it periods that began and units that ended were seen
			      */
	uint64_t stamped;    /* the board's tell_from that an entry was written for */
	size_t flying;       /* firings that the writer has not given back */
	bool retry;          /* something could not be written */
	bool duties_due;     /* a period began, or duties could not be written */
	struct cchc_duties_at duties_at; /* while they are due */
};

enum cchc_rc cchc_deadlines_new(const struct cchc_deadlines_options *options,
				struct cchc_deadlines **deadlines)
{
	struct cchc_deadlines *made = calloc(1, sizeof(*made));
	enum cchc_rc rc;

	if (!made)
		return CCHC_NOMEM;
	made->options = *options;
	made->duties_day = CCHC_DAY_NONE;
	cchc_holidays_init(&made->holidays, options->calendar);
	rc = cchc_docket_new(options->rules, &made->docket);
	if (rc != CCHC_OK)
		free(made);
	else
		*deadlines = made;
	return rc;
}

void cchc_deadlines_free(struct cchc_deadlines **deadlines)
{
	if (!*deadlines)
		return;
	for (struct cchc_item *item = (*deadlines)->lost, *next; item; item = next) {
		next = item->next;
		cchc_item_free(item);
	}
	cchc_docket_free(&(*deadlines)->docket);
	free(*deadlines);
	*deadlines = NULL;
}

/* Every step of the rules; how many. The list may be NULL. */
static size_t list_steps(const struct cchc_alert_rules *rules,
			 struct cchc_entry_step *list)
{
	size_t n = 0;

	for (size_t i = 0; i < rules->n_classes; i++) {
		const struct cchc_task_class *of = &rules->task_class[i];

		for (size_t k = 0; k < of->n_steps; k++, n++)
			if (list)
				list[n] = (struct cchc_entry_step){
					of->name, of->step[k].name, of->step[k].days,
					(uint32_t)of->step[k].minute};
	}
	return n;
}

enum cchc_rc cchc_steps_settle(struct cchc_store *store,
			       const struct cchc_alert_rules *rules, int64_t now_ms,
			       struct cchc_err *err)
{
	struct cchc_entry_step list[CCHC_CLASSES_MAX * CCHC_STEPS_MAX];
	struct cchc_entry entry = {.kind = CCHC_ENTRY_STEPS,
				   .clock_ms = now_ms,
				   .sender = "",
				   .steps = list,
				   .n_steps = list_steps(rules, list)};
	struct cchc_outcome outcome;
	struct cchc_arena arena;
	struct cchc_txn txn;
	enum cchc_rc rc = CCHC_OK;

	cchc_arena_init(&arena, TASK_MEMORY);
	cchc_txn_write(&txn, store->env);
	cchc_apply(&txn, &entry, NULL, NULL, &arena, &outcome);
	if (txn.rc == CCHC_OK && outcome.applied != CCHC_APPLIED)
		cchc_txn_abort(&txn); /* they are those the store knows */
	else
		rc = cchc_txn_commit(&txn);
	cchc_arena_fini(&arena);
	if (rc != CCHC_OK)
		return cchc_fail(err, rc, "the store does not take the alert rules: %s",
				 cchc_rc_name(rc));
	return CCHC_OK;
}

cchc_day cchc_deadlines_effective(const struct cchc_deadlines *deadlines,
				  const char *class_name, cchc_day due, bool *known)
{
	const struct cchc_alert_rules *rules = deadlines->options.rules;
	const struct cchc_task_class *of = cchc_alert_class(
		rules, class_name && class_name[0] ? class_name : rules->usual_class);

	*known = of != NULL;
	return of ? cchc_alert_effective(of, deadlines->options.calendar, due) : due;
}

const char *cchc_deadlines_note(const struct cchc_deadlines *deadlines,
				const char *class_name, cchc_day due, cchc_day effective,
				char out[CCHC_HOLIDAYS_NOTE])
{
	const struct cchc_task_class *of =
		cchc_alert_class(deadlines->options.rules, class_name);

	if (!of || !of->shifts)
		return NULL;
	return cchc_holidays_note(deadlines->options.calendar, due, effective, out);
}

/* The calendars of the years that its due date reaches should be there. */
static void look_at_years(struct cchc_deadlines *d, const struct cchc_task *task)
{
	const struct cchc_task_class *of =
		cchc_alert_class(d->options.rules, task->class_name);

	if (of && of->shifts && task->state != CCHC_TASK_DONE &&
	    task->state != CCHC_TASK_CANCELLED)
		cchc_holidays_reach(&d->holidays, task->due, task->effective);
}

const struct cchc_docket *cchc_deadlines_docket(const struct cchc_deadlines *deadlines)
{
	return deadlines->docket;
}

static void write_item(struct cchc_deadlines *d, struct cchc_item *item)
{
	d->options.port.write(d->options.port.data, item);
}

/* A calendar or a class changed while the daemon was down. */
static enum cchc_rc follow_calendar(struct cchc_deadlines *d,
				    const struct cchc_task *task, int64_t now_ms)
{
	bool known;
	cchc_day effective =
		cchc_deadlines_effective(d, task->class_name, task->due, &known);
	struct cchc_deed deed = {.kind = CCHC_DEED_CALENDAR,
				 .id = task->id,
				 .due = task->due,
				 .effective = effective};
	struct cchc_item *item;

	if (!known || effective == task->effective || task->state == CCHC_TASK_DONE ||
	    task->state == CCHC_TASK_CANCELLED)
		return CCHC_OK;
	item = cchc_item_new_deed(&deed, now_ms);
	if (!item)
		return CCHC_NOMEM;
	write_item(d, item);
	return CCHC_OK;
}

static enum cchc_rc follow_units(struct cchc_deadlines *d, const struct cchc_task *duty,
				 int64_t now_ms)
{
	struct cchc_duties_port port = {d->options.port.write, d->options.port.data};

	return cchc_duty_follow(&d->options, &port, duty, now_ms);
}

/* Deeds that could not be written. */
static void write_lost(struct cchc_deadlines *d, int64_t now_ms)
{
	while (d->lost) {
		struct cchc_item *item = d->lost;

		d->lost = item->next;
		item->entry.clock_ms = now_ms;
		write_item(d, item);
	}
}

struct loading {
	struct cchc_deadlines *d;
	int64_t now_ms;
	enum cchc_rc rc;
};

static bool on_stored_task(void *data, const struct cchc_task *task)
{
	struct loading *loading = data;

	look_at_years(loading->d, task);
	loading->rc = cchc_docket_set(loading->d->docket, task);
	if (loading->rc == CCHC_OK)
		loading->rc = follow_calendar(loading->d, task, loading->now_ms);
	if (loading->rc == CCHC_OK && task->is_duty)
		loading->rc = follow_units(loading->d, task, loading->now_ms);
	return loading->rc == CCHC_OK;
}

static enum cchc_rc load_since(struct cchc_deadlines *d, struct cchc_txn *txn)
{
	struct cchc_entry_step list[CCHC_CLASSES_MAX * CCHC_STEPS_MAX];
	size_t n = list_steps(d->options.rules, list);
	enum cchc_rc rc = CCHC_OK;

	for (size_t i = 0; i < n && rc == CCHC_OK; i++)
		rc = cchc_docket_set_since(
			d->docket, list[i].class_name, list[i].step,
			cchc_store_step_since(txn, list[i].class_name, list[i].step));
	return rc;
}

static void want_duties(struct cchc_deadlines *d)
{
	d->duties_due = true;
	d->duties_at = (struct cchc_duties_at){0};
}

enum cchc_rc cchc_deadlines_load(struct cchc_deadlines *deadlines, struct cchc_txn *txn,
				 int64_t now_ms)
{
	struct loading loading = {deadlines, now_ms, CCHC_OK};
	struct cchc_arena arena;

	loading.rc = load_since(deadlines, txn);
	if (loading.rc != CCHC_OK)
		return loading.rc;
	cchc_docket_pass(deadlines->docket, deadlines->options.board->counted_ms, NULL,
			 NULL);
	cchc_arena_init(&arena, TASK_MEMORY);
	cchc_store_each_task(txn, &arena, on_stored_task, &loading);
	cchc_arena_fini(&arena);
	want_duties(deadlines);
	return loading.rc == CCHC_OK ? txn->rc : loading.rc;
}

static enum cchc_rc pass(struct cchc_deadlines *d, const struct cchc_docket_task *open,
			 int64_t counted_ms)
{
	struct cchc_task_past now = {.at_ms = INT64_MIN,
				     .lead = open->lead,
				     .effective = open->effective,
				     .done = CCHC_DAY_NONE,
				     .state = CCHC_TASK_OPEN};
	struct cchc_task task = {.assigned = open->assigned,
				 .is_duty = open->is_duty,
				 .past = &now,
				 .n_past = 1};

	return cchc_board_pass(d->options.board, &task, counted_ms);
}

struct passing {
	struct cchc_deadlines *d;
	int64_t counted_ms;
	enum cchc_rc rc;
};

/* What waits for confirmation is done as far as the counts go: time adds nothing. */
static bool on_open_task(void *data, const struct cchc_docket_task *task)
{
	struct passing *passing = data;

	if (task->state == CCHC_TASK_OPEN)
		passing->rc = pass(passing->d, task, passing->counted_ms);
	return passing->rc == CCHC_OK;
}

static void on_moment(void *data, const struct cchc_docket_task *task)
{
	struct passing *passing = data;

	if (passing->rc == CCHC_OK)
		passing->rc = pass(passing->d, task, passing->counted_ms);
}

static enum cchc_rc plan(struct cchc_deadlines *d, struct cchc_item *item)
{
	struct cchc_entry *entry = &item->entry;
	enum cchc_rc rc = CCHC_OK;

	for (size_t i = 0; i < entry->n_firings && rc == CCHC_OK; i++)
		if (!entry->firing[i].superseded)
			rc = d->options.port.plan(d->options.port.data, &item->arena,
						  &entry->firing[i]);
	return rc;
}

/* What fires at now_ms, as much as one entry holds; NULL: nothing, or without memory. */
static struct cchc_item *firing_item(struct cchc_deadlines *d, int64_t now_ms)
{
	struct cchc_item *item = cchc_item_new_own(CCHC_ENTRY_FIRE, now_ms);
	struct cchc_entry *entry = item ? &item->entry : NULL;
	enum cchc_rc rc = CCHC_NOMEM;

	if (item)
		entry->firing =
			cchc_arena_array(&item->arena, FIRINGS, sizeof(entry->firing[0]));
	if (item && entry->firing)
		rc = cchc_docket_due(d->docket, now_ms, &item->arena, entry->firing,
				     FIRINGS, &entry->n_firings);
	if (rc == CCHC_OK && entry->n_firings > 0)
		rc = plan(d, item);
	if (rc == CCHC_OK && entry->n_firings > 0)
		return item;
	if (rc != CCHC_OK)
		d->retry = true;
	if (rc != CCHC_OK && item)
		cchc_deadlines_failed(d, entry);
	cchc_item_free(item);
	return NULL;
}

static bool may_fire(const struct cchc_deadlines *d, int64_t now_ms)
{
	return cchc_docket_next_step_ms(d->docket) <= now_ms &&
	       d->flying + FIRINGS <= FLYING;
}

/* A midnight may make very many late: so many a turn, that the loop serves in between,
 * and so many with the writer, that it serves the agents in between. */
static void fire(struct cchc_deadlines *d, int64_t now_ms)
{
	size_t fired = 0;

	while (fired + FIRINGS <= FIRINGS_A_TURN && may_fire(d, now_ms)) {
		struct cchc_item *item = firing_item(d, now_ms);

		if (!item)
			return;
		item->cells = item->steps = item->entry.n_firings;
		fired += item->steps;
		d->flying += item->steps;
		write_item(d, item);
	}
}

void cchc_deadlines_landed(struct cchc_deadlines *deadlines, const struct cchc_item *item)
{
	deadlines->flying -= item->steps;
}

/* The counts of all tasks are of one instant, so this is done in one go. One that cannot
 * be kept up for lack of memory would be a wrong figure: see cchc_board_apply's caller.
 */
static void count(struct cchc_deadlines *d, int64_t counted_to)
{
	struct cchc_board *board = d->options.board;
	struct passing passing = {d, board->counted_ms, CCHC_OK};

	if (cchc_board_advance(board, counted_to)) {
		cchc_docket_each(d->docket, on_open_task, &passing);
		passing.counted_ms = board->counted_ms; /* each was passed: once */
	}
	if (passing.rc == CCHC_OK)
		cchc_docket_pass(d->docket, board->counted_ms, on_moment, &passing);
	if (passing.rc != CCHC_OK) {
		cchc_log(CCHC_LOG_ERROR, "counts lost: starting anew rc=\"%s\"",
			 cchc_rc_name(passing.rc));
		abort(); /* the store has everything; a start rebuilds */
	}
}

struct ending {
	struct cchc_deadlines *d;
	int64_t now_ms;
	enum cchc_rc rc;
};

static bool on_open_duty(void *data, const struct cchc_docket_task *task)
{
	struct ending *ending = data;
	struct cchc_duties_port port = {ending->d->options.port.write,
					ending->d->options.port.data};

	if (task->is_duty)
		ending->rc =
			cchc_duty_end(&ending->d->options, &port, task, ending->now_ms);
	return ending->rc == CCHC_OK;
}

/* Periods may have begun since the last turn, and units ended. */
static void begin_day(struct cchc_deadlines *d, cchc_day today, int64_t now_ms)
{
	struct ending ending = {d, now_ms, CCHC_OK};

	if (cchc_duties_begin(d->options.catalog, d->duties_day, today))
		want_duties(d);
	if (d->duties_day != CCHC_DAY_NONE)
		cchc_docket_each(d->docket, on_open_duty, &ending);
	if (ending.rc == CCHC_OK)
		d->duties_day = today;
	else
		d->retry = true; /* it is still to begin */
}

/* Returns true when there are more to be looked at. */
static bool make_duties(struct cchc_deadlines *d, int64_t now_ms)
{
	struct cchc_duties_port port = {d->options.port.write, d->options.port.data};
	cchc_day today = cchc_day_at(now_ms);
	bool more = false;

	if (today > d->duties_day)
		begin_day(d, today, now_ms);
	if (!d->duties_due)
		return false;
	if (cchc_duties_make(&d->options, &port, now_ms, &d->duties_at, &more) !=
	    CCHC_OK) {
		d->retry = true;
		return false;
	}
	d->duties_due = more;
	return more;
}

/* Who watches hears of a change under the number of an entry. Where time alone changed
 * counts an entry says how late it is: one at a midnight, if any. */
static void stamp(struct cchc_deadlines *d, int64_t now_ms)
{
	const struct cchc_board *board = d->options.board;
	struct cchc_item *item;

	if (board->commit >= board->tell_from || d->stamped == board->tell_from)
		return;
	item = cchc_item_new_own(CCHC_ENTRY_FIRE, now_ms);
	if (!item) {
		d->retry = true;
		return;
	}
	d->stamped = board->tell_from;
	write_item(d, item);
}

static int64_t wait_ms(const struct cchc_deadlines *d, int64_t now_ms, bool more)
{
	int64_t next = cchc_docket_next_ms(d->docket);
	int64_t wait = d->retry ? RETRY_MS : AGAIN_MS;

	if (more || (!d->retry && may_fire(d, now_ms)))
		return SOON_MS;
	if (next > now_ms && next - now_ms < wait)
		wait = next - now_ms;
	return wait;
}

int64_t cchc_deadlines_advance(struct cchc_deadlines *deadlines, int64_t now_ms)
{
	bool more;

	deadlines->retry = false;
	cchc_holidays_day(&deadlines->holidays, cchc_day_at(now_ms));
	write_lost(deadlines, now_ms);
	count(deadlines, now_ms);
	fire(deadlines, now_ms);
	more = make_duties(deadlines, now_ms);
	stamp(deadlines, now_ms);
	return wait_ms(deadlines, now_ms, more);
}

/* Steps that had passed when a new task, its new date or its new lead was recorded do not
 * fire: the unit hears of them by its digest. */
static void note_missed(struct cchc_deadlines *d, const struct cchc_task_change *change)
{
	const struct cchc_task *after = change->after;
	const struct cchc_task_class *of =
		cchc_alert_class(d->options.rules, after->class_name);
	bool is_new = !change->before ||
		      change->before->due_since_ms != after->due_since_ms ||
		      change->before->lead != after->lead;

	if (!is_new || !of || !cchc_task_runs(after) || after->effective == CCHC_DAY_NONE)
		return;
	if (cchc_steps_next(of, after->effective, INT64_MIN) <= after->changed_ms)
		d->options.port.missed(d->options.port.data, after->lead);
}

enum cchc_rc cchc_deadlines_changed(struct cchc_deadlines *deadlines,
				    const struct cchc_task_change *change, int64_t now_ms)
{
	int64_t recorded_ms = change->after->changed_ms;
	enum cchc_rc rc;

	count(deadlines, now_ms > recorded_ms ? now_ms : recorded_ms);
	rc = cchc_board_change_task(deadlines->options.board, change);
	if (rc == CCHC_OK)
		rc = cchc_docket_set(deadlines->docket, change->after);
	look_at_years(deadlines, change->after);
	if (rc == CCHC_OK)
		note_missed(deadlines, change);
	return rc;
}

void cchc_deadlines_failed(struct cchc_deadlines *deadlines,
			   const struct cchc_entry *entry)
{
	const struct cchc_deed *deed =
		entry->kind == CCHC_ENTRY_DEED ? entry->deed : NULL;
	struct cchc_item *item = NULL;

	deadlines->retry = true;
	if (entry->kind == CCHC_ENTRY_FIRE)
		deadlines->stamped = 0;
	if (deed && deed->kind != CCHC_DEED_ADD)
		item = cchc_item_new_deed(deed, entry->clock_ms);
	else if (deed)
		want_duties(deadlines);
	if (item) {
		item->next = deadlines->lost;
		deadlines->lost = item;
	}
	for (size_t i = 0; i < entry->n_firings; i++)
		cchc_docket_offer_again(deadlines->docket, entry->firing[i].task);
}
