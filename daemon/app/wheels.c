#include "app/wheels.h"

#include "base/log.h"

enum {
	SOON_MS = 1,         /* after this turn of the loop */
	RETRY_MS = 5 * 1000, /* after a write that failed; see deadlines.c and desk.c */
};

static enum cchc_rc plan(void *data, struct cchc_arena *arena, struct cchc_firing *firing)
{
	const struct cchc_wheels *wheels = data;

	return cchc_desk_plan(wheels->desk, arena, firing);
}

static void missed(void *data, uint32_t unit)
{
	const struct cchc_wheels *wheels = data;

	cchc_desk_missed(wheels->desk, unit);
}

static void write_item(void *data, struct cchc_item *item)
{
	const struct cchc_wheels *wheels = data;

	wheels->port.write(wheels->port.data, item);
}

enum cchc_rc cchc_wheels_init(struct cchc_wheels *wheels,
			      const struct cchc_wheels_options *options)
{
	const struct cchc_deadlines_options deadlines = {
		.catalog = options->catalog,
		.calendar = options->calendar,
		.rules = options->rules,
		.board = options->board,
		.store = options->store,
		.port = {write_item, plan, missed, wheels},
		.duties_from = options->duties_from,
	};
	struct cchc_desk_options desk = {
		.catalog = options->catalog,
		.calendar = options->calendar,
		.rules = options->rules,
		.contacts = options->contacts,
		.channels = options->channels,
		.n_channels = options->n_channels,
		.store = options->store,
		.port = options->port,
	};
	enum cchc_rc rc;

	*wheels = (struct cchc_wheels){.port = options->port};
	rc = cchc_deadlines_new(&deadlines, &wheels->deadlines);
	if (rc != CCHC_OK)
		return rc;
	desk.docket = cchc_deadlines_docket(wheels->deadlines);
	return cchc_desk_new(&desk, &wheels->desk);
}

void cchc_wheels_fini(struct cchc_wheels *wheels)
{
	cchc_desk_free(&wheels->desk);
	cchc_deadlines_free(&wheels->deadlines);
}

enum cchc_rc cchc_wheels_load(struct cchc_wheels *wheels, struct cchc_txn *txn,
			      int64_t now_ms)
{
	enum cchc_rc rc = cchc_deadlines_load(wheels->deadlines, txn, now_ms);

	return rc == CCHC_OK ? cchc_desk_load(wheels->desk, txn, now_ms) : rc;
}

int64_t cchc_wheels_turn(struct cchc_wheels *wheels, int64_t now_ms, int64_t boot_ms)
{
	int64_t first = cchc_deadlines_advance(wheels->deadlines, now_ms);
	int64_t second = cchc_desk_advance(wheels->desk, now_ms, boot_ms);

	return first < second ? first : second;
}

static bool is_ours(const struct cchc_item *item)
{
	return !item->sender && !item->act;
}

/* True if something is to be tried again. */
static bool note_failed(struct cchc_wheels *wheels, const struct cchc_entry *entry)
{
	bool of_deadlines =
		entry->kind == CCHC_ENTRY_DEED || entry->kind == CCHC_ENTRY_FIRE;
	bool of_desk = entry->kind == CCHC_ENTRY_HAND || entry->kind == CCHC_ENTRY_FIRE ||
		       entry->kind == CCHC_ENTRY_HEARD;

	if (of_deadlines)
		cchc_deadlines_failed(wheels->deadlines, entry);
	if (of_desk)
		cchc_desk_failed(wheels->desk, entry);
	return of_deadlines || of_desk;
}

/* People did something to the task meanwhile, or have its id: nobody else would hear. */
static void note_refused(const struct cchc_item *item)
{
	const struct cchc_deed *deed = item->entry.deed;

	if (deed)
		cchc_log(CCHC_LOG_WARN, "own deed refused deed=%s task=\"%s\" rule=%s",
			 cchc_deed_name(deed->kind), deed->id,
			 cchc_rule_name(item->outcome.refusal.rule));
}

enum cchc_rc cchc_wheels_follow(struct cchc_wheels *wheels, const struct cchc_item *item,
				int64_t now_ms, int64_t *come_ms)
{
	const struct cchc_outcome *outcome = &item->outcome;
	enum cchc_rc rc = CCHC_OK;

	*come_ms = INT64_MAX;
	if (item->steps) {
		cchc_deadlines_landed(wheels->deadlines, item);
		*come_ms = SOON_MS;
	}
	if (item->rc != CCHC_OK) {
		if (is_ours(item) && note_failed(wheels, &item->entry))
			*come_ms = RETRY_MS;
		return CCHC_OK;
	}
	if (outcome->applied == CCHC_REFUSED && is_ours(item))
		note_refused(item);
	if (outcome->applied != CCHC_APPLIED)
		return CCHC_OK;
	if (outcome->task.after)
		rc = cchc_deadlines_changed(wheels->deadlines, &outcome->task, now_ms);
	if (rc == CCHC_OK && outcome->n_alerts > 0)
		rc = cchc_desk_changed(wheels->desk, outcome->alert, outcome->n_alerts,
				       now_ms);
	if (outcome->task.after || outcome->n_alerts > 0)
		*come_ms = SOON_MS;
	return rc;
}
