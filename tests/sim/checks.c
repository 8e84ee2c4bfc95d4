#include "checks.h"

#include "core/result.h"
#include "store/alert.h"
#include "store/task.h"

enum { MEMORY = 64 * 1024 * 1024, EXPECTED = 40000 };

/* ---- row I.4 ---- */

static const char *const ROWS[SLOW_COUNTS] = {"I.4.1", "I.4.2", "I.4.3", "I.4.4"};

struct counting {
	struct stage *stage;
	const struct slow *slow;
	const struct cchc_view *view;
	struct cchc_period period;
	const struct cchc_shape *shape;
	int64_t counts[SLOW_UNITS][SLOW_COUNTS];
	struct cchc_arena arena;
};

/* The first unit stands above all others. */
static int64_t expected(const struct counting *c, size_t at, enum cchc_scope scope,
			int which, uint32_t *units)
{
	bool is_first = at == 0;
	int64_t sum = 0;

	*units = 0;
	for (size_t i = 0; i < c->slow->n_units; i++) {
		bool own = i == at && scope != CCHC_SCOPE_BELOW;
		bool below = is_first && i > 0 &&
			     (scope == CCHC_SCOPE_BELOW || scope == CCHC_SCOPE_TOTAL);

		if (!own && !below)
			continue;
		sum += c->counts[c->slow->unit[i].id][which];
		(*units)++;
	}
	return sum;
}

static void check_cell(struct counting *c, size_t at, enum cchc_scope scope, int which)
{
	const struct cchc_row *row = appkit_row(&c->stage->app, ROWS[which]);
	uint32_t unit = c->slow->unit[at].id;
	uint32_t node = cchc_tree_find(c->shape->tree, unit);
	struct cchc_result result;
	uint32_t units;
	int64_t sum = expected(c, at, scope, which, &units);
	char period[CCHC_PERIOD_TEXT];

	assert_int_equal(cchc_result_of(c->view, c->shape,
					cchc_view_find(c->view, c->period), c->period,
					node, scope, row->index, &c->arena, &result),
			 CCHC_OK);
	if (result.value != sum || result.reported != units || result.expected != units ||
	    (result.state == CCHC_RESULT_FIGURE) != (units > 0))
		fail_msg("%s %s of %s, %s: %lld of %u/%u units, should be %lld of %u",
			 ROWS[which], cchc_period_format(c->period, period),
			 c->slow->unit[at].code, cchc_scope_name(scope),
			 (long long)result.value, result.reported, result.expected,
			 (long long)sum, units);
	cchc_arena_reset(&c->arena);
}

static void check_period(struct counting *c)
{
	struct cchc_board_form *form = &c->stage->board->form[0];

	c->view = form->view;
	assert_true(cchc_counts_cover(form->counts, c->period));
	assert_int_equal(cchc_view_shape(form->view, c->period, &c->shape), CCHC_OK);
	slow_count(c->slow, c->period, cchc_counts_now(form->counts), c->counts);
	for (size_t i = 0; i < c->slow->n_units; i++)
		for (int scope = 0; scope < CCHC_SCOPES; scope++)
			for (int which = 0; which < SLOW_COUNTS; which++)
				check_cell(c, i, (enum cchc_scope)scope, which);
}

/* The present of the counts is at most a minute behind the wall; ahead of it only where
 * the clock was set back. */
static void check_present(struct stage *stage)
{
	int64_t behind = stage->now.wall_ms - stage->board->counted_ms;

	if (behind > SLOW_MINUTE_MS)
		fail_msg("counted %lld ms ago", (long long)behind);
}

void check_counts(struct stage *stage, const struct slow *slow, bool all)
{
	struct cchc_period from = stage->app.catalog.register_from;
	cchc_day first = cchc_period_first_day(from, CCHC_CLOSE_DEFAULT);
	cchc_day today = cchc_day_at(stage->board->counted_ms);
	struct counting c = {.stage = stage, .slow = slow};

	check_present(stage);
	cchc_arena_init(&c.arena, MEMORY);
	for (c.period.year = from.year;
	     c.period.year <= cchc_reporting_year(today, CCHC_CLOSE_DEFAULT);
	     c.period.year++) {
		stage_make_resident(stage, c.period.year);
		for (c.period.slot = 0; c.period.slot < CCHC_SLOTS; c.period.slot++) {
			cchc_day begins =
				cchc_period_first_day(c.period, CCHC_CLOSE_DEFAULT);
			cchc_day ends =
				cchc_period_last_day(c.period, CCHC_CLOSE_DEFAULT);

			if (begins >= first && begins <= today &&
			    (all || ends >= today - 1))
				check_period(&c);
		}
	}
	cchc_arena_fini(&c.arena);
}

void check_board(struct stage *stage)
{
	struct cchc_board *anew = NULL;
	struct cchc_txn txn;

	assert_int_equal(cchc_board_new(&stage->app.catalog, &anew), CCHC_OK);
	(void)cchc_board_advance(anew, stage->board->counted_ms);
	cchc_txn_read(&txn, stage->app.kit.store.env);
	for (size_t i = 0; i < stage->board->n_years; i++) {
		uint16_t year = stage->board->year[i].year;
		struct cchc_board_digest kept = cchc_board_digest(stage->board, year);
		struct cchc_board_digest made;

		assert_int_equal(cchc_board_load(anew, &txn, year, NULL, 0), CCHC_OK);
		made = cchc_board_digest(anew, year);
		if (memcmp(&kept, &made, sizeof(kept)) != 0)
			fail_msg("the board of %u is not that of the store", year);
	}
	cchc_txn_abort(&txn);
	cchc_board_free(&anew);
}

/* ---- the register ---- */

static bool is_same_state(enum cchc_task_state state, enum slow_state slow)
{
	return (state == CCHC_TASK_OPEN && slow == SLOW_OPEN) ||
	       (state == CCHC_TASK_WAITING && slow == SLOW_WAITING) ||
	       (state == CCHC_TASK_DONE && slow == SLOW_DONE) ||
	       (state == CCHC_TASK_CANCELLED && slow == SLOW_CANCELLED);
}

void check_tasks(struct stage *stage, const struct slow *slow)
{
	struct cchc_arena arena;
	struct cchc_txn txn;

	cchc_arena_init(&arena, MEMORY);
	cchc_txn_read(&txn, stage->app.kit.store.env);
	for (size_t i = 0; i < slow->n; i++) {
		const struct slow_record *r = slow_now(&slow->task[i]);
		struct cchc_task task;

		if (!cchc_store_task_by_id(&txn, slow->task[i].id, &arena, &task))
			fail_msg("no task %s", slow->task[i].id);
		if (!is_same_state(task.state, r->state) || task.lead != r->lead ||
		    task.due != r->due || task.effective != r->effective ||
		    task.done != r->done || task.due_version != r->version)
			fail_msg("task %s is not as it was recorded", task.id);
		cchc_arena_reset(&arena);
	}
	cchc_txn_abort(&txn);
	cchc_arena_fini(&arena);
}

/* ---- alerts ---- */

struct expecting {
	struct slow_alert *list;
	size_t n;
	size_t met;
	size_t unsure;
	size_t superseded;
	size_t stand;
};

static void on_expected(void *data, const struct slow_alert *alert)
{
	struct expecting *e = data;

	assert_true(e->n < EXPECTED);
	e->list[e->n++] = *alert;
}

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct slow_alert *)a)->key,
		      ((const struct slow_alert *)b)->key);
}

static void say(const struct slow_alert *should, const struct cchc_alert *is,
		const char *what)
{
	fail_msg("%s of %s: %s (due %lld, to be owed %lld%s, ended %lld %s; is owed "
		 "%lld%s, ended %lld %s)",
		 should->key, should->task->id, what, (long long)should->moment_ms,
		 (long long)should->owed.wall_ms, should->superseded ? " superseded" : "",
		 (long long)should->ended.wall_ms, should->why ? should->why : "",
		 (long long)(is ? is->owed_ms : 0),
		 is && is->superseded ? " superseded" : "",
		 (long long)(is ? is->ended_ms : 0), is ? is->end_why : "");
}

static void compare(const struct slow_alert *should, const struct cchc_alert *is)
{
	int64_t late_ms = is->owed_ms - should->owed.wall_ms;
	bool ended = should->ended.true_ms != INT64_MAX;

	if (is->moment_ms != should->moment_ms)
		say(should, is, "another moment");
	if (is->owed_ms < is->moment_ms)
		say(should, is, "owed before its moment");
	if (should->unsure)
		return;
	if (is->unit != should->unit)
		say(should, is, "another unit");
	if (late_ms < 0 || late_ms > SLOW_MINUTE_MS)
		say(should, is, "not owed within its minute");
	if (is->superseded != should->superseded)
		say(should, is, "superseded or not");
	if ((is->ended_ms != 0) != ended)
		say(should, is, "stands or not");
	if (ended && strcmp(is->end_why, should->why) != 0)
		say(should, is, "ended by another cause");
	if (ended && !should->superseded && is->ended_ms != should->ended.wall_ms)
		say(should, is, "ended at another time");
}

static bool on_step(void *data, const struct cchc_alert *alert)
{
	struct expecting *e = data;
	struct slow_alert wanted = {.step = ""};
	struct slow_alert *should;

	if (alert->kind != CCHC_ALERT_STEP)
		return true;
	(void)snprintf(wanted.key, sizeof(wanted.key), "%s", alert->key);
	should = bsearch(&wanted, e->list, e->n, sizeof(wanted), by_key);
	if (!should)
		fail_msg("%s (owed %lld) should not be there", alert->key,
			 (long long)alert->owed_ms);
	compare(should, alert);
	should->step = NULL; /* met */
	e->met++;
	return true;
}

static void each_alert(struct stage *stage, cchc_store_on_alert *on_alert, void *data)
{
	struct cchc_arena arena;
	struct cchc_txn txn;

	cchc_arena_init(&arena, (size_t)1 << 30);
	cchc_txn_read(&txn, stage->app.kit.store.env);
	cchc_store_each_alert(&txn, 1, &arena, on_alert, data);
	assert_int_equal(txn.rc, CCHC_OK);
	cchc_txn_abort(&txn);
	cchc_arena_fini(&arena);
}

void check_alerts(struct stage *stage, const struct slow *slow)
{
	struct expecting e = {.list = calloc(EXPECTED, sizeof(*e.list))};

	assert_non_null(e.list);
	slow_alerts(slow, stage->now, on_expected, &e);
	qsort(e.list, e.n, sizeof(*e.list), by_key);
	for (size_t i = 1; i < e.n; i++)
		assert_string_not_equal(e.list[i - 1].key, e.list[i].key);
	each_alert(stage, on_step, &e);
	for (size_t i = 0; i < e.n; i++) {
		e.unsure += e.list[i].unsure;
		e.superseded += e.list[i].superseded;
		e.stand += e.list[i].ended.true_ms == INT64_MAX;
		if (e.list[i].step && !e.list[i].unsure)
			say(&e.list[i], NULL, "was never raised");
	}
	print_message("alerts of steps: %zu, superseded %zu, standing %zu, unsure %zu\n",
		      e.met, e.superseded, e.stand, e.unsure);
	assert_true(e.unsure * 10 < e.n);
	free(e.list);
}

struct seeking {
	const struct slow_silence *silence;
	struct cchc_alert found;
	bool is_found;
};

/* Of a contact before the start the key is known by the hour. */
static bool on_silent(void *data, const struct cchc_alert *alert)
{
	struct seeking *seeking = data;
	int64_t older_ms = seeking->silence->contact.wall_ms - alert->moment_ms;

	seeking->is_found = alert->kind == CCHC_ALERT_SILENT &&
			    alert->unit == seeking->silence->unit && older_ms >= 0 &&
			    older_ms <= 60 * (int64_t)SLOW_MINUTE_MS;
	seeking->found = *alert;
	return !seeking->is_found;
}

static void check_silence(const struct slow_silence *should, const struct cchc_alert *is,
			  const char *key)
{
	bool ended = should->ended.true_ms != INT64_MAX;

	if (is->owed_ms < should->owed.wall_ms ||
	    is->owed_ms > should->owed.wall_ms + should->within_ms)
		fail_msg("%s was owed at %lld, not at %lld", key, (long long)is->owed_ms,
			 (long long)should->owed.wall_ms);
	if ((is->ended_ms != 0) != ended ||
	    (ended && (is->ended_ms < should->ended.wall_ms ||
		       is->ended_ms > should->ended.wall_ms + 2 * SLOW_MINUTE_MS)))
		fail_msg("%s ended at %lld, not at %lld", key, (long long)is->ended_ms,
			 (long long)should->ended.wall_ms);
}

void check_silences(struct stage *stage, const struct slow *slow)
{
	struct cchc_arena arena;
	struct cchc_txn txn;
	size_t sure = 0;

	cchc_arena_init(&arena, (size_t)1 << 30);
	cchc_txn_read(&txn, stage->app.kit.store.env);
	for (size_t i = 0; i < slow->silences; i++) {
		struct seeking seeking = {.silence = &slow->silence[i]};
		char key[SLOW_KEY];

		if (seeking.silence->unsure)
			continue;
		slow_silence_key(slow, seeking.silence, key);
		if (seeking.silence->before_start)
			cchc_store_each_alert(&txn, 1, &arena, on_silent, &seeking);
		else
			seeking.is_found = cchc_store_alert_by_key(&txn, key, &arena,
								   &seeking.found);
		if (!seeking.is_found)
			fail_msg("%s was not raised", key);
		check_silence(seeking.silence, &seeking.found, key);
		cchc_arena_reset(&arena);
		sure++;
	}
	cchc_txn_abort(&txn);
	cchc_arena_fini(&arena);
	print_message("silences: %zu, sure %zu\n", slow->silences, sure);
}

/* ---- handings ---- */

struct telling {
	struct stage *stage;
	const struct slow *slow;
	size_t told;
	size_t silences;
	size_t again;
};

static int channel_of(const struct telling *t, const char *name)
{
	for (int i = 0; i < SINKS; i++)
		if (strcmp(t->stage->sinks.settings[i].name, name) == 0)
			return i;
	fail_msg("no channel %s", name);
	return 0;
}

/* Nothing happened around that would hold it back: a clock that was set, a daemon that
 * went down, a silent unit, or one of which nobody wants to hear. */
static bool is_free(const struct telling *t, const struct cchc_alert *alert)
{
	const struct slow *slow = t->slow;
	const int64_t around = 2 * SLOW_MINUTE_MS;

	for (size_t i = 1; i < slow->sets; i++) /* an hour goes by twice */
		if (alert->owed_ms > slow->set[i].wall_ms - 65 * SLOW_MINUTE_MS &&
		    alert->owed_ms < slow->set[i].wall_ms + 65 * SLOW_MINUTE_MS)
			return false;
	for (size_t i = 0; i < slow->lives; i++)
		if (slow->life[i][1].true_ms != INT64_MAX &&
		    alert->owed_ms > slow->life[i][1].wall_ms - around &&
		    alert->owed_ms < slow->life[i][1].wall_ms + around)
			return false;
	for (size_t i = 0; i < slow->silences; i++)
		if (slow->silence[i].unit == alert->unit)
			return false;
	for (size_t i = 0; i < slow->hushes; i++)
		if (slow->hush[i].unit == alert->unit &&
		    slow->hush[i].from.wall_ms <= alert->owed_ms + around &&
		    slow->hush[i].until_ms >= alert->owed_ms)
			return false;
	return !alert->ended_ms || alert->ended_ms > alert->owed_ms + around;
}

static void check_in_time(struct telling *t, const struct cchc_alert *alert,
			  const struct cchc_delivery *delivery,
			  const struct sink_told *told)
{
	int64_t offset = 0;

	if (!is_free(t, alert))
		return;
	for (size_t i = 0; i < t->slow->sets; i++)
		if (t->slow->set[i].wall_ms <= alert->owed_ms)
			offset = t->slow->set[i].wall_ms - t->slow->set[i].true_ms;
	if (told && told->first_true_ms + offset <= alert->owed_ms + SLOW_MINUTE_MS)
		return;
	fail_msg("%s was told by %s %lld ms after it was owed", alert->key,
		 delivery->channel,
		 told ? (long long)(told->first_true_ms + offset - alert->owed_ms) : -1);
}

/* Said once, as far as the daemon can know; what it was not answered in time, once
 * more. */
static void check_once(const struct cchc_alert *alert,
		       const struct cchc_delivery *delivery, uint8_t state,
		       const struct sink_told *told, const char *what)
{
	bool confirmed = state == CCHC_DELIVERY_CONFIRMED;

	if (state == CCHC_DELIVERY_OWED || state == CCHC_DELIVERY_HANDED)
		fail_msg("%s is not told by %s (%s)", alert->key, delivery->channel,
			 what);
	if (confirmed && (!told || told->answered < 1))
		fail_msg("%s was never taken by %s (%s)", alert->key, delivery->channel,
			 what);
	if (told && told->taken > 1 + delivery->again)
		fail_msg("%s was told %u times by %s (%s), again %u", alert->key,
			 told->taken, delivery->channel, what, delivery->again);
}

static bool is_muted(const struct telling *t, const struct cchc_alert *alert)
{
	for (size_t i = 0; i < t->slow->silences; i++)
		if (t->slow->silence[i].unit == alert->unit &&
		    t->slow->silence[i].ended.true_ms == INT64_MAX)
			return strncmp(alert->key, "bao-cao/", 8) == 0;
	return false;
}

static bool on_told(void *data, const struct cchc_alert *alert)
{
	struct telling *t = data;
	const struct sinks *sinks = &t->stage->sinks;

	t->silences += alert->kind == CCHC_ALERT_SILENT;
	if (alert->superseded)
		assert_int_equal(alert->n_deliveries, 0);
	else
		assert_true(alert->n_deliveries > 0);
	for (size_t i = 0; i < alert->n_deliveries; i++)
		t->again += alert->delivery[i].again;
	if (is_muted(t, alert))
		return true;
	for (size_t i = 0; i < alert->n_deliveries; i++) {
		const struct cchc_delivery *d = &alert->delivery[i];
		int channel = channel_of(t, d->channel);

		check_once(alert, d, d->state,
			   sinks_told(sinks, d->channel, alert->key, d->to, false),
			   "alert");
		check_once(alert, d, d->end_state,
			   sinks_told(sinks, d->channel, alert->key, d->to, true), "end");
		if (sinks->mood[channel] == SINK_FINE && channel <= SINK_WEBHOOK)
			check_in_time(
				t, alert, d,
				sinks_told(sinks, d->channel, alert->key, d->to, false));
		t->told++;
	}
	return true;
}

void check_told(struct stage *stage, const struct slow *slow)
{
	struct telling t = {.stage = stage, .slow = slow};

	each_alert(stage, on_told, &t);
	assert_true(t.silences >= slow->silences);
	print_message("deliveries: %zu, again %zu, told twice %llu\n", t.told, t.again,
		      (unsigned long long)stage->sinks.again);
	assert_true(stage->sinks.again <= t.again);
}

/* ---- replay ---- */

void check_replay(struct stage *stage)
{
	struct kit replayed;

	kit_open(&replayed);
	kit_replay(&stage->app.kit, &replayed);
	for (int t = CCHC_TABLE_META + 1; t < CCHC_TABLES; t++)
		assert_int_equal(kit_sum(&stage->app.kit, (enum cchc_table)t),
				 kit_sum(&replayed, (enum cchc_table)t));
	kit_close(&replayed);
}
