/* How deadlines and desk mesh; a year of it is lived in sim/sim_year.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/sessions.h"
#include "app/wheels.h"
#include "base/check.h"
#include "deadlinekit.h"

static bool no_agent(void *data, uint32_t unit)
{
	(void)data;
	(void)unit;
	return false;
}

static int64_t never_heard(void *data, uint32_t unit)
{
	(void)data;
	(void)unit;
	return INT64_MIN;
}

static void wake(void *data)
{
	(void)data;
}

struct meshing {
	struct scene scene;
	struct cchc_wheels wheels;
};

static struct meshing *begin_meshing(void **state)
{
	struct meshing *m = *state;
	struct scene *s = &m->scene;
	struct cchc_txn txn;

	open_scene(s);
	assert_int_equal(cchc_board_new(&s->w.app.catalog, &s->board), CCHC_OK);
	load_board(s, s->board, s->now_ms);
	assert_int_equal(cchc_wheels_init(&m->wheels,
					  &(struct cchc_wheels_options){
						  .catalog = &s->w.app.catalog,
						  .calendar = &s->w.calendar,
						  .rules = &s->w.rules,
						  .contacts = &s->w.contacts,
						  .channels = WORLD_CHANNELS,
						  .n_channels = N_CHANNELS,
						  .store = &s->w.app.kit.store,
						  .board = s->board,
						  .duties_from = s->options.duties_from,
						  .port = {write_item, NULL, no_agent,
							   never_heard, wake, s}}),
			 CCHC_OK);
	cchc_txn_read(&txn, s->w.app.kit.store.env);
	assert_int_equal(cchc_wheels_load(&m->wheels, &txn, s->now_ms), CCHC_OK);
	cchc_txn_abort(&txn);
	return m;
}

static void end_meshing(struct meshing *m)
{
	cchc_wheels_fini(&m->wheels);
	end(&m->scene);
}

static void what_deadlines_fire_the_desk_plans(void **state)
{
	struct meshing *m = begin_meshing(state);
	struct scene *s = &m->scene;
	struct cchc_deed deed = deed_add("12/UBND", s->w.lac_dao->id, KIT_DAY + 3);
	struct cchc_item item = {.outcome = {.applied = CCHC_APPLIED}};
	int64_t come_ms;

	item.outcome.task =
		kit_deed(&s->w.app.kit, &deed, s->now_ms - 9 * (int64_t)KIT_DAY_MS).task;
	assert_int_equal(cchc_wheels_follow(&m->wheels, &item, s->now_ms, &come_ms),
			 CCHC_OK);
	assert_int_equal(come_ms, 1);
	(void)cchc_wheels_turn(&m->wheels, s->now_ms, 1000000);
	assert_non_null(s->first);
	assert_int_equal(s->first->entry.kind, CCHC_ENTRY_FIRE);
	assert_int_equal(s->first->entry.n_firings, 1);
	assert_true(s->first->entry.firing[0].n_deliveries > 0);
	end_meshing(m);
}

/* The timer may be a minute away by then. */
static void what_could_not_be_written_is_tried_again_within_seconds(void **state)
{
	static const struct {
		enum cchc_entry_kind kind;
		bool somebodys;
		enum cchc_rc rc;
		enum cchc_applied applied;
		int64_t come_ms;
	} CASES[] = {
		{CCHC_ENTRY_FIRE, false, CCHC_NOSPACE, CCHC_APPLIED, 5000},
		{CCHC_ENTRY_HAND, false, CCHC_IO, CCHC_APPLIED, 5000},
		{CCHC_ENTRY_REPORT, true, CCHC_IO, CCHC_APPLIED, INT64_MAX},
		{CCHC_ENTRY_DEED, true, CCHC_IO, CCHC_APPLIED, INT64_MAX},
		{CCHC_ENTRY_FIRE, false, CCHC_OK, CCHC_REPEATED, INT64_MAX},
	};
	struct meshing *m = begin_meshing(state);
	struct cchc_sender somebody = {.epoch = 1};

	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		struct cchc_item item = {
			.entry = {.kind = CASES[i].kind},
			.sender = CASES[i].somebodys ? &somebody : NULL,
			.outcome = {.applied = CASES[i].applied},
			.rc = CASES[i].rc,
		};
		int64_t come_ms;

		assert_int_equal(
			cchc_wheels_follow(&m->wheels, &item, m->scene.now_ms, &come_ms),
			CCHC_OK);
		assert_true(come_ms == CASES[i].come_ms);
	}
	end_meshing(m);
}

static int begin_test(void **state)
{
	*state = malloc(sizeof(struct meshing));
	return *state ? 0 : -1;
}

static int end_test(void **state)
{
	free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_deadlines_fire_the_desk_plans),
		cmocka_unit_test(what_could_not_be_written_is_tried_again_within_seconds),
	};

	return cmocka_run_group_tests(tests, begin_test, end_test);
}
