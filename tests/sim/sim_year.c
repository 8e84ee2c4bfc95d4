/* A year of the daemon in seconds: the app floor under a clock of ours, held against a
 * slow calculator that was written from the rules alone. What is random comes from one
 * seed (CCHC_SEED=n replays it). */
#include "sim.h"

static void aim_at_the_wall(struct sim *sim)
{
	sim->at[MIDNIGHT] = next_minute(sim, 0);
	sim->at[CHECK] = next_minute(sim, 1);
	sim->at[MORNING] = next_minute(sim, 7 * 60 + 30);
}

/* ---- digests ---- */

static uint8_t *digest_of(struct sim *sim, uint32_t unit, cchc_day day)
{
	assert_in_range(day - sim->leg->first, 0, DAYS - 1);
	return &sim->digest[unit][day - sim->leg->first];
}

static void expect(uint8_t *digest, enum digest to)
{
	if (*digest < to)
		*digest = (uint8_t)to;
}

/* Of a unit out of contact reports are not asked; when that is seen is not exact. */
static enum digest digest_now(struct sim *sim, uint32_t unit)
{
	unsigned topics = slow_topics(&sim->slow, unit, today(sim));

	if (topics & SLOW_TASKS_SPEAK)
		return CERTAIN;
	if (!topics)
		return NONE;
	return slow_may_be_silent(&sim->slow, unit, sim->stage.now) ? MAYBE : CERTAIN;
}

/* "at 07:30 on working days if the unit has anything" */
static void see_the_morning(struct sim *sim)
{
	if (!sim->stage.up || slow_rests(&sim->slow, today(sim)) ||
	    sim->stage.now.wall_ms < minute_of(today(sim), 7 * 60 + 30))
		return;
	sim->morning_ms = sim->stage.now.true_ms;
	for (size_t i = 0; i < sim->slow.n_units; i++) {
		uint32_t unit = sim->slow.unit[i].id;
		enum digest now = digest_now(sim, unit);

		expect(digest_of(sim, unit, today(sim)),
		       now && sim->morning_again ? MAYBE : now);
	}
}

/* It died before what it made was written: nobody knows. */
static void unsee_the_morning(struct sim *sim)
{
	if (sim->stage.now.true_ms - sim->morning_ms > SLOW_MINUTE_MS)
		return;
	for (size_t i = 0; i < sim->slow.n_units; i++) {
		uint8_t *digest = digest_of(sim, sim->slow.unit[i].id, today(sim));

		if (*digest == CERTAIN)
			*digest = MAYBE;
	}
}

/* Recorded just before midnight, it may be told after it. */
static void expect_soon(struct sim *sim, size_t task)
{
	const struct slow_record *now;

	if (task == SIZE_MAX || !slow_missed(&sim->slow, task))
		return;
	now = slow_now(&sim->slow.task[task]);
	expect(digest_of(sim, now->lead, today(sim)), MAYBE);
	expect(digest_of(sim, now->lead,
			 cchc_day_at(sim->stage.now.wall_ms + SLOW_MINUTE_MS)),
	       MAYBE);
	assert_true(sim->soons < SOONS);
	sim->soon[sim->soons++] = (struct soon){sim->stage.now.true_ms, task,
						sim->slow.task[task].n, now->lead,
						sim->slow.lives,        today(sim)};
}

/* "and soon after tasks were recorded whose steps had already passed": if the daemon
 * lived on, the day did not end, and nothing was done about the task meanwhile. */
static void see_soon(struct sim *sim)
{
	size_t kept = 0;

	for (size_t i = 0; i < sim->soons; i++) {
		const struct soon *soon = &sim->soon[i];

		if (!sim->stage.up || soon->life != sim->slow.lives ||
		    soon->day != today(sim) || soon->n != sim->slow.task[soon->task].n)
			continue;
		if (sim->stage.now.true_ms < soon->true_ms + 3 * SLOW_MINUTE_MS)
			sim->soon[kept++] = *soon;
		else
			expect(digest_of(sim, soon->unit, soon->day),
			       digest_now(sim, soon->unit));
	}
	sim->soons = kept;
}

static void check_digests(struct sim *sim)
{
	struct cchc_arena arena;
	struct cchc_txn txn;
	size_t told = 0;

	cchc_arena_init(&arena, 1 << 20);
	cchc_txn_read(&txn, sim->stage.app.kit.store.env);
	for (size_t i = 0; i < sim->slow.n_units; i++)
		for (cchc_day day = sim->leg->first; day <= today(sim); day++) {
			const struct slow_unit *unit = &sim->slow.unit[i];
			enum digest should = *digest_of(sim, unit->id, day);
			struct cchc_alert digest;
			char text[CCHC_DAY_TEXT];
			char key[64];
			bool is;

			cchc_arena_reset(&arena);
			(void)snprintf(key, sizeof(key), "digest/%s/%s", unit->code,
				       cchc_day_format(day, text));
			is = cchc_store_alert_by_key(&txn, key, &arena, &digest);
			told += is;
			if (should != MAYBE && is != (should == CERTAIN))
				fail_msg("%s is %s", key,
					 is ? "uncalled-for" : "not there");
		}
	cchc_txn_abort(&txn);
	cchc_arena_fini(&arena);
	print_message("digests: %zu\n", told);
}

/* ---- what is handed ---- */

/* Between its being asked for and its being handed lies a commit. */
enum { COMMITTED_MS = 1000 };

static bool is_open(const struct sim *sim, int64_t now_ms)
{
	cchc_day day = cchc_day_at(now_ms);

	return !slow_rests(&sim->slow, day) && now_ms >= minute_of(day, 7 * 60) &&
	       now_ms < minute_of(day, 17 * 60 + 30);
}

static void on_hand(void *data, const struct cchc_channel_settings *channel,
		    const struct cchc_alert *alert, const struct cchc_delivery *delivery)
{
	struct sim *sim = data;
	int64_t now_ms = sim->stage.now.wall_ms;

	if (alert->superseded)
		fail_msg("%s was handed though superseded", alert->key);
	if (now_ms < alert->moment_ms)
		fail_msg("%s was handed to %s %lld ms before its moment", alert->key,
			 delivery->channel, (long long)(alert->moment_ms - now_ms));
	if (slow_is_hushed(
		    &sim->slow, alert->unit,
		    (struct slow_when){sim->stage.now.true_ms - COMMITTED_MS, now_ms}))
		fail_msg("%s was handed to %s though silenced", alert->key,
			 delivery->channel);
	if (alert->acked_ms && now_ms > alert->acked_ms + COMMITTED_MS &&
	    delivery->state == CCHC_DELIVERY_HANDED &&
	    cchc_channel_is_personal(channel->type))
		fail_msg("%s was handed to %s though somebody took note", alert->key,
			 delivery->to);
	if (sim->leg->gate && cchc_channel_is_personal(channel->type) &&
	    !is_open(sim, now_ms) && !is_open(sim, now_ms - COMMITTED_MS))
		fail_msg("%s was handed to people out of hours", alert->key);
}

/* ---- lives ---- */

static void add_step(struct sim *sim)
{
	stage_add_step(&sim->stage);
	slow_know_steps(&sim->slow, sim->stage.now, false);
}

static void start(struct sim *sim)
{
	const struct leg *leg = sim->leg;
	bool more = leg->mores > 0 && today(sim) >= leg->more_day;

	if (more && sim->known < leg->mores)
		add_step(sim);
	stage_start(&sim->stage, more ? leg->more : leg->year,
		    more ? leg->mores : leg->years);
	slow_up(&sim->slow, sim->stage.now, (more ? leg->more : leg->year) + sim->known,
		(more ? leg->mores : leg->years) - sim->known);
	sim->known = more ? leg->mores : leg->years;
	for (size_t i = 0; i < sim->slow.n; i++) /* another calendar, other dates */
		if (slow_now(&sim->slow.task[i])->at.true_ms == sim->stage.now.true_ms)
			expect_soon(sim, i);
	see_the_morning(sim);
}

/* As often as not while much is being told; never in the last days. */
static int64_t next_death(struct sim *sim)
{
	static const int BUSY[] = {0, 7 * 60 + 30, 8 * 60};
	int64_t now = sim->stage.now.true_ms;
	int64_t next =
		now + (int64_t)(test_random_next(&sim->rng) % (uint64_t)(25 * DAY_MS));
	int64_t busy = next_minute(sim, BUSY[below(sim, CCHC_COUNT(BUSY))]);

	if (below(sim, 2))
		next = busy + below(sim, 12) * DAY_MS + below(sim, 3000);
	return next < sim->end_ms - 4 * DAY_MS ? next : INT64_MAX;
}

static void live_or_die(struct sim *sim)
{
	static const int64_t LONGEST_MS[] = {5000, 10 * SLOW_MINUTE_MS, HOUR_MS,
					     12 * HOUR_MS, 4 * 24 * INT64_C(3600000)};
	int64_t now = sim->stage.now.true_ms;

	if (sim->stage.up) {
		unsee_the_morning(sim);
		slow_down(&sim->slow, sim->stage.now);
		stage_kill(&sim->stage);
		sim->at[LIFE] = now + 1 +
				(int64_t)(test_random_next(&sim->rng) %
					  (uint64_t)LONGEST_MS[below(sim, 4)]);
		return;
	}
	start(sim);
	sim->at[LIFE] = next_death(sim);
}

static void fall_asleep(struct sim *sim)
{
	struct slow_when from = sim->stage.now;

	if (!sim->stage.up) {
		sim->at[SLEEP] = from.true_ms + DAY_MS;
		return;
	}
	stage_sleep(&sim->stage, 5 * HOUR_MS);
	slow_sleep(&sim->slow, from, sim->stage.now);
	stage_run(&sim->stage, sim->stage.now.true_ms + SLOW_MINUTE_MS);
	see_the_morning(sim); /* as it did within that minute: its timer slept too */
}

/* ---- people ---- */

/* Moments that count: midnight and the hour of the steps, on the dot, just after it, or
 * around it. */
static int64_t sharp_moment(struct sim *sim)
{
	int64_t dot = next_minute(sim, below(sim, 2) ? 0 : 8 * 60);

	switch (below(sim, 3)) {
	case 0:
		return dot;
	case 1:
		return dot + below(sim, 30);
	default:
		return dot - 2000 + below(sim, 4000);
	}
}

/* About when the clock is set back there is much to do: the same hour is lived twice. */
static int64_t next_deed(struct sim *sim)
{
	int64_t now = sim->stage.now.true_ms;
	int64_t since_back = now - sim->back_ms;
	bool busy = since_back > -HOUR_MS / 2 && since_back < HOUR_MS;
	int64_t next = now + 1000 + below(sim, busy ? HOUR_MS / 90 : HOUR_MS);
	int64_t sharp = sharp_moment(sim);

	if (sharp > now + 1000 && sharp < next + HOUR_MS && below(sim, 3) == 0)
		next = sharp;
	return next < sim->end_ms - 30 * HOUR_MS ? next : INT64_MAX;
}

static void import(struct sim *sim)
{
	assert_true(sim->stage.up);
	for (int i = 0; i < IMPORTED; i++) {
		people_import(&sim->people);
		expect_soon(sim, sim->people.touched);
		stage_run(&sim->stage, sim->stage.now.true_ms + 40);
	}
}

static void toggle_quiet(struct sim *sim)
{
	uint32_t *quiet = sim->people.quiet;
	bool begins = quiet[0] == 0;

	quiet[0] = begins ? sim->slow.unit[3].id : 0;
	quiet[1] = begins ? sim->slow.unit[7].id : 0;
	sim->at[QUIET] = sim->stage.now.true_ms + (begins ? 3 : 70) * DAY_MS;
}

static void toggle_mood(struct sim *sim)
{
	enum sink_mood *mood = &sim->stage.sinks.mood[SINK_SMS];

	sim->at[MOOD] =
		*mood == SINK_DEAD ? INT64_MAX : sim->stage.now.true_ms + 7 * DAY_MS;
	*mood = *mood == SINK_DEAD ? SINK_FINE : SINK_DEAD;
}

/* ---- time ---- */

/* A digest that was to come soon comes on the day it is then. */
static void set_clock(struct sim *sim, int64_t by_ms)
{
	stage_set_clock(&sim->stage, by_ms);
	slow_set_clock(&sim->slow, sim->stage.now);
	aim_at_the_wall(sim);
	for (size_t i = 0; i < sim->soons; i++)
		expect(digest_of(sim, sim->soon[i].unit, today(sim)), MAYBE);
	sim->morning_again = by_ms < 0;
}

static void begin_day(struct sim *sim)
{
	if (sim->stage.up)
		slow_day(&sim->slow, sim->stage.now);
	sim->morning_again = false;
	sim->at[MIDNIGHT] = next_minute(sim, 0);
}

static void check_day(struct sim *sim)
{
	cchc_day day = today(sim) - sim->leg->first;

	sim->at[CHECK] = next_minute(sim, 1);
	if (!sim->stage.up)
		return;
	if (sim->stage.queue || sim->stage.done) /* what is on its way is not in it */
		stage_run(&sim->stage, sim->stage.now.true_ms + 100);
	check_counts(&sim->stage, &sim->slow, day % 16 == 0);
	if (day % 16 == 0 || cchc_civil_of(today(sim)).day == 15)
		check_tasks(&sim->stage, &sim->slow);
	if (day % 32 == 0)
		check_board(&sim->stage);
}

static void act(struct sim *sim, enum event event)
{
	sim->at[event] = INT64_MAX;
	switch (event) {
	case PEOPLE:
		if (sim->stage.up) {
			people_act(&sim->people);
			expect_soon(sim, sim->people.touched);
		}
		sim->at[PEOPLE] = next_deed(sim);
		break;
	case LIFE:
		live_or_die(sim);
		break;
	case MIDNIGHT:
		begin_day(sim);
		break;
	case CHECK:
		check_day(sim);
		break;
	case MORNING:
		see_the_morning(sim);
		sim->at[MORNING] = next_minute(sim, 7 * 60 + 30);
		break;
	case QUIET:
		toggle_quiet(sim);
		break;
	case MOOD:
		toggle_mood(sim);
		break;
	case BACK:
		set_clock(sim, -HOUR_MS);
		break;
	case FORTH:
		set_clock(sim, 6 * SLOW_MINUTE_MS);
		break;
	case SLEEP:
		fall_asleep(sim);
		break;
	case IMPORT:
		if (!sim->stage.up) {
			sim->at[IMPORT] = sim->stage.now.true_ms + DAY_MS;
			break;
		}
		import(sim);
		break;
	default:
		break;
	}
}

static enum event next_event(const struct sim *sim)
{
	enum event next = PEOPLE;

	for (int i = 0; i < EVENTS; i++)
		if (sim->at[i] < sim->at[next])
			next = (enum event)i;
	return next;
}

static void live(struct sim *sim)
{
	enum event event = next_event(sim);

	while (sim->at[event] < sim->end_ms) {
		if (sim->at[event] > sim->stage.now.true_ms) /* else slept over */
			stage_run(&sim->stage, sim->at[event]);
		see_soon(sim);
		act(sim, event);
		event = next_event(sim);
	}
	stage_run(&sim->stage, sim->end_ms);
}

/* ---- legs ---- */

static void begin(struct sim *sim, const struct leg *leg, uint64_t seed)
{
	struct slow_when now = {0, cchc_day_start_ms(leg->first)};

	*sim = (struct sim){.leg = leg, .rng = {seed}};
	stage_open(&sim->stage, seed + 1, now, leg->register_from);
	sim->stage.on_hand = on_hand;
	sim->stage.data = sim;
	sim->stage.rules.gate = (struct cchc_gate){leg->gate, 7 * 60, 17 * 60 + 30};
	slow_init(&sim->slow);
	slow_set_clock(&sim->slow, now);
	slow_know_steps(&sim->slow, now, true);
	sim->slow.duties_from = leg->first;
	for (size_t i = 0; i < sim->stage.app.catalog.units.n; i++)
		slow_add_unit(&sim->slow, sim->stage.app.catalog.units.unit[i].id,
			      sim->stage.app.catalog.units.unit[i].code);
	people_init(&sim->people, &sim->stage, &sim->slow, seed + 2, leg->tasks);
	sim->end_ms = minute_of(leg->last, 12 * 60) - now.wall_ms;
	sim->morning_ms = INT64_MIN / 2;
	for (int i = 0; i < EVENTS; i++)
		sim->at[i] =
			leg->event[i] < 0 ? INT64_MAX : leg->event[i] * SLOW_MINUTE_MS;
	sim->back_ms = sim->at[BACK];
	aim_at_the_wall(sim);
}

static void end(struct sim *sim)
{
	stage_close(&sim->stage);
	slow_fini(&sim->slow);
}

static void check_everything(struct sim *sim)
{
	slow_note_silences(&sim->slow, sim->stage.now);
	check_tasks(&sim->stage, &sim->slow);
	check_alerts(&sim->stage, &sim->slow);
	check_silences(&sim->stage, &sim->slow);
	check_digests(sim);
	check_told(&sim->stage, &sim->slow);
	check_counts(&sim->stage, &sim->slow, true);
	check_board(&sim->stage);
	check_replay(&sim->stage);
}

static void tell(const struct sim *sim)
{
	const struct people *p = &sim->people;
	int tried = 0;

	print_message("%s: tasks %zu, commits %u of which failed %u\n", sim->leg->name,
		      sim->slow.n, sim->stage.commits, sim->stage.failed_writes);
	print_message("given %u, extended %u, reported %u, accepted %u, returned %u, "
		      "cancelled %u, reopened %u, moved %u, reports %u, not written %u, "
		      "noted %u\n",
		      p->words[SLOW_ADD], p->words[SLOW_EXTEND], p->words[SLOW_REPORT],
		      p->words[SLOW_ACCEPT], p->words[SLOW_RETURN], p->words[SLOW_CANCEL],
		      p->words[SLOW_REOPEN], p->words[SLOW_MOVE], p->words[SLOW_SENT],
		      p->unwritten, p->acked);
	for (int i = 0; i < PEOPLE_SPOILS; i++)
		tried += p->spoilt[i] > 0;
	assert_true(tried >= PEOPLE_SPOILS - 1);
}

static void run(const struct leg *leg)
{
	uint64_t seed = test_random_seed();
	unsigned rounds = test_random_rounds(1);

	for (unsigned i = 0; i < rounds; i++) {
		struct sim *sim = malloc(sizeof(*sim));

		assert_non_null(sim);
		begin(sim, leg, seed + i);
		live(sim);
		tell(sim);
		check_everything(sim);
		end(sim);
		free(sim);
	}
}

#define AT(day, hour, minute) ((day)*DAY_MINUTES + (hour)*60 + (minute))

/* From the first day of the reporting year to the end of the civil one. The next year's
 * calendar comes in autumn; 300 old tasks are entered one morning in March before eight;
 * the clock goes back from 08:20 to 07:20 in May. */
static void a_year_is_lived_as_the_rules_say(void **state)
{
	static const int YEARS[] = {2024, 2025};
	const struct leg leg = {
		.name = "2024",
		.first = cchc_day_of(2023, 12, 15),
		.last = cchc_day_of(2024, 12, 31),
		.tasks = 2000 - IMPORTED,
		.year = YEARS,
		.years = 1,
		.more = YEARS,
		.mores = 2,
		.more_day = cchc_day_of(2024, 10, 20),
		.register_from = {2024, CCHC_Q1},
		.event = {[PEOPLE] = 60,
			  [QUIET] = AT(30, 10, 0),
			  [MOOD] = AT(100, 10, 0),
			  [BACK] = AT(152, 8, 20),
			  [FORTH] = AT(200, 10, 0),
			  [IMPORT] = AT(96, 6, 30),
			  [SLEEP] = AT(138, 5, 0)},
	};

	(void)state;
	run(&leg);
}

/* Over the new year and Tết, with working hours for people; the clock goes back over the
 * end of quarter I. */
static void tet_is_lived_as_the_rules_say(void **state)
{
	static const int YEARS[] = {2025, 2026};
	const struct leg leg = {
		.name = "2026",
		.first = cchc_day_of(2025, 12, 15),
		.last = cchc_day_of(2026, 3, 31),
		.tasks = 500,
		.year = YEARS,
		.years = 2,
		.register_from = {2026, CCHC_Q1},
		.gate = true,
		.event = {[PEOPLE] = 60,
			  [QUIET] = AT(12, 10, 0),
			  [MOOD] = AT(30, 10, 0),
			  [BACK] = AT(90, 0, 20),
			  [FORTH] = AT(40, 10, 0),
			  [IMPORT] = -1,
			  [SLEEP] = AT(24, 5, 0)},
	};

	(void)state;
	run(&leg);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_year_is_lived_as_the_rules_say),
		cmocka_unit_test(tet_is_lived_as_the_rules_say),
	};

	/* What the disk takes is measured elsewhere. */
	if (access("/dev/shm", W_OK) == 0)
		(void)setenv("TMPDIR", "/dev/shm", 0);
	cchc_log_set_level(CCHC_LOG_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
