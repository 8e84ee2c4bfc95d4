#include "stage.h"

#include "base/check.h"

enum {
	FILES = 16 * 1024 * 1024,
	COMMIT_MS = 20,
	BACK_MS = 10,
	FAILS = 100, /* one commit in so many, of the daemon's own items */
};

/* ---- files ---- */

static const struct cchc_node *read_tree(struct stage *stage, const char *path)
{
	struct cchc_node *root = NULL;
	char *bytes;
	size_t len;

	assert_int_equal(cchc_settings_read_yaml(&stage->files, path, &bytes, &len,
						 &stage->app.problems, &root),
			 CCHC_OK);
	return root;
}

static void read_calendars(struct stage *stage, const int *year, size_t n)
{
	const struct cchc_node *tree[8];
	char path[512];

	assert_true(n <= CCHC_COUNT(tree));
	for (size_t i = 0; i < n; i++) {
		(void)snprintf(path, sizeof(path),
			       SOURCE_DIR "/config/calendars/vn-%d.yaml", year[i]);
		tree[i] = read_tree(stage, path);
	}
	assert_int_equal(cchc_calendar_load(&stage->calendar, &stage->files, tree, n,
					    &stage->app.problems),
			 CCHC_OK);
}

void stage_add_step(struct stage *stage)
{
	for (size_t i = 0; i < stage->rules.n_classes; i++) {
		struct cchc_task_class *of = &stage->rules.task_class[i];
		struct cchc_step *later = &of->step[1];

		assert_true(of->n_steps < CCHC_STEPS_MAX);
		memmove(later + 1, later, (of->n_steps++ - 1) * sizeof(*later));
		*later = of->step[0];
		later->days = -5;
		(void)snprintf(later->name, sizeof(later->name), "d-5");
	}
}

static void read_rules(struct stage *stage)
{
	const struct cchc_node *root = read_tree(stage, SOURCE_DIR "/config/alerts.yaml");
	const char *names[SINKS];

	for (int i = 0; i < SINKS; i++)
		names[i] = stage->sinks.settings[i].name;
	assert_int_equal(cchc_alert_rules_load(&stage->rules, &stage->files,
					       cchc_node_get(root, "rules"), names, SINKS,
					       &stage->app.problems),
			 CCHC_OK);
	root = read_tree(stage, TEST_DATA "/made-up-contacts.yaml");
	assert_int_equal(cchc_contacts_load(&stage->contacts, &stage->files, root,
					    &stage->app.catalog.units, names, SINKS,
					    &stage->app.problems),
			 CCHC_OK);
}

void stage_open(struct stage *stage, uint64_t seed, struct slow_when now,
		struct cchc_period register_from)
{
	*stage = (struct stage){.rng = {seed}, .now = now};
	appkit_open_at(&stage->app, TEST_DATA "/made-up-units.csv", "900", now.wall_ms);
	stage->app.catalog.counts_tasks = true;
	stage->app.catalog.register_from = register_from;
	stage->duties_from = cchc_day_at(now.wall_ms);
	sinks_init(&stage->sinks, seed + 1);
	cchc_arena_init(&stage->files, FILES);
	read_rules(stage);
}

void stage_close(struct stage *stage)
{
	if (stage->up)
		stage_kill(stage);
	sinks_fini(&stage->sinks);
	cchc_arena_fini(&stage->files);
	appkit_close(&stage->app);
}

/* ---- the writer ---- */

static void append(struct cchc_item **list, struct cchc_item *item)
{
	while (*list)
		list = &(*list)->next;
	*list = item;
}

static int64_t soon(struct stage *stage, uint32_t most_ms)
{
	return stage->now.true_ms + 1 + test_random_below(&stage->rng, most_ms);
}

static void write_item(void *data, struct cchc_item *item)
{
	struct stage *stage = data;

	item->next = NULL;
	if (!stage->queue)
		stage->commit_ms = soon(stage, COMMIT_MS);
	append(&stage->queue, item);
}

/* What messages bring is not played to fail: their senders would have to send again. */
static bool fails(struct stage *stage)
{
	for (const struct cchc_item *item = stage->queue; item; item = item->next)
		if (item->entry.sender_unit)
			return false;
	return test_random_below(&stage->rng, FAILS) == 0;
}

static void apply(struct stage *stage, struct cchc_item *first, struct cchc_item *end,
		  bool failing)
{
	struct cchc_txn txn;
	uint64_t number;

	cchc_txn_write(&txn, stage->app.kit.store.env);
	for (struct cchc_item *item = first; item != end; item = item->next)
		cchc_apply(&txn, &item->entry, NULL, NULL, &item->arena, &item->outcome);
	number = cchc_store_commit_number(&txn);
	assert_int_equal(txn.rc, CCHC_OK);
	if (failing)
		cchc_txn_abort(&txn);
	else
		assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	for (struct cchc_item *item = first; item != end; item = item->next) {
		item->rc = failing ? CCHC_NOSPACE : CCHC_OK;
		item->commit = number;
		item->ends_batch = item->next == end;
	}
	stage->commits++;
	stage->failed_writes += failing;
}

/* As the writer does it: one transaction for what gathered; where that fails, one for
 * each item. */
static void commit(struct stage *stage)
{
	struct cchc_item *items = stage->queue;
	bool failing = fails(stage);

	apply(stage, items, NULL, failing);
	for (struct cchc_item *item = items; failing && item; item = item->next)
		apply(stage, item, item->next, test_random_below(&stage->rng, 2) == 0);
	stage->queue = NULL;
	if (!stage->done)
		stage->done_ms = soon(stage, BACK_MS);
	append(&stage->done, items);
}

static void come_at(struct stage *stage, int64_t true_ms)
{
	if (true_ms < stage->turn_ms)
		stage->turn_ms = true_ms;
}

void stage_make_resident(struct stage *stage, uint16_t year)
{
	struct cchc_txn txn;

	cchc_txn_read(&txn, stage->app.kit.store.env);
	assert_int_equal(cchc_board_load(stage->board, &txn, year, NULL, 0), CCHC_OK);
	cchc_txn_abort(&txn);
}

static void make_residents(struct stage *stage)
{
	uint16_t year =
		cchc_reporting_year(cchc_day_at(stage->now.wall_ms), CCHC_CLOSE_DEFAULT);

	stage_make_resident(stage, (uint16_t)(year - 1));
	stage_make_resident(stage, year);
}

void stage_forget_years(struct stage *stage)
{
	cchc_board_trim(stage->board, 0, INT32_MAX / 2);
	make_residents(stage);
}

/* What acts.c and clockwork.c do once somebody said something. */
static void read_silences(struct stage *stage)
{
	struct cchc_txn txn;

	cchc_txn_read(&txn, stage->app.kit.store.env);
	cchc_desk_read_silences(stage->wheels.desk, &txn);
	cchc_txn_abort(&txn);
	come_at(stage, stage->now.true_ms + 1);
}

/* As life.c's on_done, with those who wait for answers left out. */
static void take_back(struct stage *stage, struct cchc_item *item)
{
	const struct cchc_changes *changes = &item->outcome.changes;
	int64_t come_ms;

	if (item->rc == CCHC_OK && item->outcome.applied == CCHC_APPLIED &&
	    changes->n > 0) {
		stage_make_resident(stage, changes->period.year);
		assert_int_equal(cchc_board_apply(stage->board, changes), CCHC_OK);
	}
	assert_int_equal(
		cchc_wheels_follow(&stage->wheels, item, stage->now.wall_ms, &come_ms),
		CCHC_OK);
	if (come_ms != INT64_MAX)
		come_at(stage, stage->now.true_ms + come_ms);
	if (item->rc == CCHC_OK && item->entry.kind == CCHC_ENTRY_SAY)
		read_silences(stage);
	if (item->ends_batch && item->rc == CCHC_OK &&
	    item->commit > stage->board->commit)
		stage->board->commit = item->commit;
}

static void take_all_back(struct stage *stage)
{
	struct cchc_item *items = stage->done;

	stage->done = NULL;
	while (items) {
		struct cchc_item *item = items;

		items = item->next;
		take_back(stage, item);
		cchc_item_free(item);
	}
}

bool stage_give(struct stage *stage, struct cchc_item *item, enum cchc_applied *applied)
{
	item->sender = &stage->person;
	write_item(stage, item);
	commit(stage);
	*applied = item->outcome.applied;
	return item->rc == CCHC_OK;
}

/* ---- ports ---- */

static enum cchc_rc hand(void *data, const struct cchc_channel_settings *channel,
			 const struct cchc_notice *notice, cchc_courier_done *on_done,
			 void *on_done_data)
{
	struct stage *stage = data;
	const struct cchc_delivery *delivery = NULL;
	struct cchc_alert alert;
	struct cchc_arena arena;
	struct cchc_txn txn;
	bool repeats = false;

	cchc_arena_init(&arena, FILES);
	cchc_txn_read(&txn, stage->app.kit.store.env);
	assert_true(cchc_store_alert_by_key(&txn, notice->key, &arena, &alert));
	for (size_t i = 0; i < alert.n_deliveries; i++)
		if (strcmp(alert.delivery[i].channel, channel->name) == 0 &&
		    strcmp(alert.delivery[i].to, notice->to) == 0)
			delivery = &alert.delivery[i];
	assert_non_null(delivery);
	if (notice->ended) {
		assert_int_equal(delivery->end_state, CCHC_DELIVERY_HANDED);
	} else if (delivery->state == CCHC_DELIVERY_CONFIRMED) {
		assert_true(cchc_channel_repeats(channel->type));
		repeats = true;
	} else {
		assert_int_equal(delivery->state, CCHC_DELIVERY_HANDED);
	}
	if (!repeats)
		stage->on_hand(stage->data, channel, &alert, delivery);
	cchc_txn_abort(&txn);
	cchc_arena_fini(&arena);
	return sinks_hand(&stage->sinks, channel, notice, repeats, stage->now.true_ms,
			  on_done, on_done_data);
}

static bool has_agent(void *data, uint32_t unit)
{
	(void)data;
	return unit > 0;
}

static int64_t heard(void *data, uint32_t unit)
{
	const struct stage *stage = data;

	return stage->heard_boot[unit];
}

static void wake(void *data)
{
	struct stage *stage = data;

	come_at(stage, stage->now.true_ms + 1);
}

void stage_hear(struct stage *stage, uint32_t unit)
{
	stage->heard_boot[unit] = stage->now.true_ms;
}

/* ---- up and down ---- */

void stage_start(struct stage *stage, const int *year, size_t n)
{
	struct cchc_wheels_options options = {
		.catalog = &stage->app.catalog,
		.calendar = &stage->calendar,
		.rules = &stage->rules,
		.contacts = &stage->contacts,
		.channels = stage->sinks.settings,
		.n_channels = SINKS,
		.store = &stage->app.kit.store,
		.duties_from = stage->duties_from,
		.port = {write_item, hand, has_agent, heard, wake, stage},
	};
	struct cchc_err err = {.text = ""};
	struct cchc_txn txn;

	read_calendars(stage, year, n);
	assert_int_equal(cchc_steps_settle(&stage->app.kit.store, &stage->rules,
					   stage->now.wall_ms, &err),
			 CCHC_OK);
	assert_int_equal(cchc_board_new(&stage->app.catalog, &stage->board), CCHC_OK);
	(void)cchc_board_advance(stage->board, stage->now.wall_ms);
	make_residents(stage);
	stage->board->commit = kit_commit_number(&stage->app.kit);
	options.board = stage->board;
	assert_int_equal(cchc_wheels_init(&stage->wheels, &options), CCHC_OK);
	for (size_t i = 0; i < CCHC_COUNT(stage->heard_boot); i++)
		stage->heard_boot[i] = INT64_MIN;
	cchc_txn_read(&txn, stage->app.kit.store.env);
	assert_int_equal(cchc_wheels_load(&stage->wheels, &txn, stage->now.wall_ms),
			 CCHC_OK);
	cchc_txn_abort(&txn);
	stage->turn_ms = stage->now.true_ms;
	stage->up = true;
}

static void lose(struct cchc_item **list)
{
	while (*list) {
		struct cchc_item *item = *list;

		*list = item->next;
		cchc_item_free(item);
	}
}

void stage_kill(struct stage *stage)
{
	lose(&stage->queue);
	lose(&stage->done);
	sinks_hang_up(&stage->sinks);
	cchc_wheels_fini(&stage->wheels);
	cchc_board_free(&stage->board);
	stage->up = false;
}

/* ---- time ---- */

static void go_to(struct stage *stage, int64_t true_ms)
{
	stage->now.wall_ms += true_ms - stage->now.true_ms;
	stage->now.true_ms = true_ms;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static void turn(struct stage *stage)
{
	int64_t wait_ms =
		cchc_wheels_turn(&stage->wheels, stage->now.wall_ms, stage->now.true_ms);

	assert_in_range(wait_ms, 0, SLOW_MINUTE_MS);
	stage->turn_ms = stage->now.true_ms + (wait_ms ? wait_ms : 1);
}

static int64_t next_event(const struct stage *stage)
{
	int64_t next = stage->turn_ms;

	if (stage->queue)
		next = earlier(next, stage->commit_ms);
	if (stage->done)
		next = earlier(next, stage->done_ms);
	return earlier(next, sinks_next(&stage->sinks));
}

void stage_run(struct stage *stage, int64_t true_ms)
{
	int64_t next;

	while (stage->up && (next = next_event(stage)) <= true_ms) {
		go_to(stage, next);
		if (stage->queue && stage->commit_ms <= next)
			commit(stage);
		else if (stage->done && stage->done_ms <= next)
			take_all_back(stage);
		else if (sinks_next(&stage->sinks) <= next)
			sinks_answer(&stage->sinks, next);
		else
			turn(stage);
	}
	go_to(stage, true_ms);
}

void stage_sleep(struct stage *stage, int64_t ms)
{
	stage->turn_ms += ms;
	stage->commit_ms += ms;
	stage->done_ms += ms;
	go_to(stage, stage->now.true_ms + ms);
}

void stage_set_clock(struct stage *stage, int64_t by_ms)
{
	stage->now.wall_ms += by_ms;
}
