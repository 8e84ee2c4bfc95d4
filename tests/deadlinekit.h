#ifndef CCHC_TESTS_DEADLINEKIT_H
#define CCHC_TESTS_DEADLINEKIT_H

/* Deadlines over a real store and board, the writer played. Include after cmocka.h. */

#include "deskworld.h"

#include "app/deadlines.h"

struct scene {
	struct world w;
	struct cchc_board *board;
	struct cchc_deadlines *deadlines;
	struct cchc_deadlines_options options;
	int64_t now_ms;
	struct cchc_item *first; /* written */
	struct cchc_item **last;
	size_t writes;
	size_t missed[64]; /* by unit */
	bool plan_fails;
	bool write_fails;
};

static inline void write_item(void *data, struct cchc_item *item)
{
	struct scene *s = data;

	item->next = NULL;
	*s->last = item;
	s->last = &item->next;
	s->writes++;
}

static inline enum cchc_rc plan(void *data, struct cchc_arena *arena,
				struct cchc_firing *firing)
{
	const struct scene *s = data;

	(void)arena;
	(void)firing;
	return s->plan_fails ? CCHC_NOMEM : CCHC_OK;
}

static inline void missed(void *data, uint32_t unit)
{
	((struct scene *)data)->missed[unit]++;
}

static inline void load_board(struct scene *s, struct cchc_board *board, int64_t now_ms)
{
	struct cchc_txn txn;

	(void)cchc_board_advance(board, now_ms);
	cchc_txn_read(&txn, s->w.app.kit.store.env);
	assert_int_equal(cchc_board_load(board, &txn, 2024, NULL, 0), CCHC_OK);
	board->commit = cchc_store_commit_number(&txn);
	cchc_txn_abort(&txn);
}

static inline void load(struct scene *s)
{
	struct cchc_txn txn;

	assert_int_equal(cchc_board_new(&s->w.app.catalog, &s->board), CCHC_OK);
	load_board(s, s->board, s->now_ms);
	s->options.board = s->board;
	assert_int_equal(cchc_deadlines_new(&s->options, &s->deadlines), CCHC_OK);
	cchc_txn_read(&txn, s->w.app.kit.store.env);
	assert_int_equal(cchc_deadlines_load(s->deadlines, &txn, s->now_ms), CCHC_OK);
	cchc_txn_abort(&txn);
}

static inline void unload(struct scene *s)
{
	while (s->first) {
		struct cchc_item *item = s->first;

		s->first = item->next;
		cchc_item_free(item);
	}
	s->last = &s->first;
	cchc_deadlines_free(&s->deadlines);
	cchc_board_free(&s->board);
}

/* Room for the scene of a group's tests: it is too large for a stack. */
static inline int scene_set_up(void **state)
{
	*state = calloc(1, sizeof(struct scene));
	return *state ? 0 : -1;
}

static inline int scene_tear_down(void **state)
{
	free(*state);
	return 0;
}

/* No duties but where they are looked at. */
static inline void open_scene(struct scene *s)
{
	memset(s, 0, sizeof(*s));
	world_open(&s->w, SOURCE_DIR "/config/units/van-lam.csv");
	s->w.app.catalog.counts_tasks = true;
	s->w.app.catalog.register_from = KIT_Q1;
	s->last = &s->first;
	s->now_ms = day_ms(KIT_DAY, 540);
	s->options = (struct cchc_deadlines_options){
		.catalog = &s->w.app.catalog,
		.calendar = &s->w.calendar,
		.rules = &s->w.rules,
		.store = &s->w.app.kit.store,
		.port = {write_item, plan, missed, s},
		.duties_from = KIT_DAY + 9999,
	};
}

static inline struct scene *begin(void **state)
{
	struct scene *s = *state;

	open_scene(s);
	load(s);
	return s;
}

static inline void end(struct scene *s)
{
	unload(s);
	world_close(&s->w);
}

static inline void follow(struct scene *s, const struct cchc_item *item)
{
	if (item->entry.number > s->board->commit)
		s->board->commit = item->entry.number;
	if (item->outcome.task.after)
		assert_int_equal(cchc_deadlines_changed(s->deadlines, &item->outcome.task,
							s->now_ms),
				 CCHC_OK);
}

/* As the writer does. */
static inline void commit(struct scene *s)
{
	while (s->first) {
		struct cchc_item *item = s->first;
		struct cchc_txn txn;

		s->first = item->next;
		if (!s->first)
			s->last = &s->first;
		cchc_txn_write(&txn, s->w.app.kit.store.env);
		cchc_apply(&txn, &item->entry, NULL, NULL, &item->arena, &item->outcome);
		cchc_deadlines_landed(s->deadlines, item);
		assert_int_equal(txn.rc, CCHC_OK);
		if (s->write_fails) {
			cchc_txn_abort(&txn);
			cchc_deadlines_failed(s->deadlines, &item->entry);
			cchc_item_free(item);
			return;
		}
		assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
		if (item->outcome.applied == CCHC_APPLIED)
			follow(s, item);
		cchc_item_free(item);
	}
}

static inline void live(struct scene *s, int64_t ms)
{
	int64_t end_ms = s->now_ms + ms;

	for (;;) {
		int64_t wait = cchc_deadlines_advance(s->deadlines, s->now_ms);

		assert_true(wait > 0 && wait <= MINUTE_MS);
		commit(s);
		if (s->now_ms >= end_ms)
			return;
		s->now_ms += wait < end_ms - s->now_ms ? wait : end_ms - s->now_ms;
	}
}

#endif
