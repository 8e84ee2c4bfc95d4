#include "people.h"

#include "base/check.h"

static uint32_t below(struct people *p, uint32_t n)
{
	return test_random_below(&p->rng, n);
}

static bool is_quiet(const struct people *p, uint32_t unit)
{
	return unit == p->quiet[0] || unit == p->quiet[1];
}

void people_init(struct people *people, struct stage *stage, struct slow *slow,
		 uint64_t seed, unsigned tasks)
{
	*people = (struct people){.stage = stage,
				  .slow = slow,
				  .rng = {seed},
				  .left = tasks,
				  .touched = SIZE_MAX};
	for (size_t i = 0; i < slow->n_units; i++) {
		uint32_t id = slow->unit[i].id;

		people->agent[id] = sender_of(id, test_random_next(&people->rng));
	}
}

static cchc_day today(const struct people *p)
{
	return cchc_day_at(p->stage->now.wall_ms);
}

static uint32_t any_unit(struct people *p)
{
	return p->slow->unit[below(p, (uint32_t)p->slow->n_units)].id;
}

/* ---- entries ---- */

static struct cchc_item *item_of(struct people *p, const struct cchc_entry *entry)
{
	struct cchc_item *item = cchc_item_new();

	assert_non_null(item);
	item->cells = 1;
	item->entry = *entry;
	item->entry.clock_ms = p->stage->now.wall_ms;
	return item;
}

/* An operator's deed, or, spoken by a unit, a message of its agent. */
static struct cchc_item *item_of_deed(struct people *p, const struct cchc_deed *deed)
{
	bool is_message = deed->hand == CCHC_HAND_COMMUNE;
	struct sender office = {.unit = 0};
	struct cchc_entry entry =
		is_message ? entry_next(&p->agent[deed->unit], CCHC_ENTRY_DEED, 1)
			   : entry_at(&office, CCHC_ENTRY_DEED);
	struct cchc_item *item;
	struct cchc_deed *kept;

	entry.unit = is_message ? deed->unit : 0;
	item = item_of(p, &entry);
	kept = cchc_arena_alloc(&item->arena, sizeof(*kept));
	assert_non_null(kept);
	*kept = *deed;
	kept->id = cchc_arena_text(&item->arena, deed->id, strlen(deed->id));
	kept->co = cchc_arena_array(&item->arena, deed->n_co + 1, sizeof(*kept->co));
	assert_true(kept->id && kept->co);
	if (deed->n_co > 0)
		memcpy((uint32_t *)kept->co, deed->co, deed->n_co * sizeof(*kept->co));
	item->entry.deed = kept;
	if (!is_message)
		item->entry.sender = "van-phong";
	return item;
}

static struct cchc_deed deed_of(enum cchc_deed_kind kind, const char *id)
{
	return (struct cchc_deed){.kind = kind,
				  .hand = CCHC_HAND_OPERATOR,
				  .id = id,
				  .class_name = "nhiem-vu",
				  .title = "Rà soát thủ tục hành chính",
				  .doc_number = "12/UBND",
				  .doc_date = CCHC_DAY_NONE,
				  .assigner = "Chủ tịch UBND huyện",
				  .assigned = CCHC_DAY_NONE,
				  .due = CCHC_DAY_NONE,
				  .effective = CCHC_DAY_NONE,
				  .done = CCHC_DAY_NONE,
				  .result = "45/BC-UBND",
				  .wish = CCHC_DAY_NONE,
				  .reason_doc = "9/UBND"};
}

static void set_due(struct people *p, struct cchc_deed *deed, cchc_day due)
{
	bool known;

	deed->due = due;
	deed->effective = cchc_deadlines_effective(p->stage->wheels.deadlines, "nhiem-vu",
						   due, &known);
	assert_true(known);
}

/* True if it was done; false: it could not be written. */
static bool give(struct people *p, const struct cchc_deed *deed)
{
	enum cchc_applied applied;

	if (deed->hand == CCHC_HAND_COMMUNE) {
		stage_hear(p->stage, deed->unit);
		slow_hear(p->slow, deed->unit, p->stage->now);
	}
	if (!stage_give(p->stage, item_of_deed(p, deed), &applied)) {
		p->unwritten++;
		return false;
	}
	if (applied != CCHC_APPLIED)
		fail_msg("%s of %s was answered with %d", cchc_deed_name(deed->kind),
			 deed->id, (int)applied);
	return true;
}

/* ---- new tasks ---- */

static void add(struct people *p, struct slow_said *said, const char *id)
{
	struct cchc_deed deed = deed_of(CCHC_DEED_ADD, id);
	uint32_t co[2];

	said->word = SLOW_ADD;
	said->when = p->stage->now;
	deed.lead = said->lead;
	deed.assigned = said->assigned;
	deed.done = said->done;
	deed.co = co;
	deed.n_co = below(p, 3);
	for (size_t i = 0; i < deed.n_co; i++)
		co[i] = any_unit(p);
	set_due(p, &deed, said->day);
	if (!give(p, &deed))
		return;
	p->words[SLOW_ADD]++;
	p->touched = slow_add(p->slow, id, said);
}

static void name_task(struct people *p, char id[SLOW_ID])
{
	(void)snprintf(id, SLOW_ID, "%u/UBND", ++p->names);
}

/* Most in time; some for ever, some entered late, some for later, some done already. */
static void give_task(struct people *p)
{
	struct slow_said said = {.lead = any_unit(p),
				 .assigned = today(p) - (cchc_day)below(p, 10),
				 .done = CCHC_DAY_NONE};
	char id[SLOW_ID];

	said.day = said.assigned + 3 + (cchc_day)below(p, 58);
	if (below(p, 12) == 0)
		said.assigned = today(p) - 40 - (cchc_day)below(p, 40);
	if (below(p, 12) == 0)
		said.day = said.assigned + (cchc_day)below(p, 20);
	if (below(p, 15) == 0)
		said.assigned = today(p) + 1 + (cchc_day)below(p, 3);
	if (below(p, 10) == 0)
		said.day = CCHC_DAY_NONE;
	if (said.day != CCHC_DAY_NONE && said.day < said.assigned)
		said.day = said.assigned;
	if (said.assigned <= today(p) && below(p, 15) == 0)
		said.done = said.assigned +
			    (cchc_day)below(p, 1 + (uint32_t)(today(p) - said.assigned));
	name_task(p, id);
	add(p, &said, id);
	p->left--;
}

void people_import(struct people *p)
{
	struct slow_said said = {.lead = any_unit(p), .done = CCHC_DAY_NONE};
	char id[SLOW_ID];

	said.day = today(p) - 20 - (cchc_day)below(p, 700);
	said.assigned = said.day - 1 - (cchc_day)below(p, 30);
	if (below(p, 4))
		said.done = said.day - 1 + (cchc_day)below(p, 3);
	name_task(p, id);
	add(p, &said, id);
}

/* ---- deeds ---- */

static void extend(struct people *p, const struct slow_record *now,
		   struct cchc_deed *deed, struct slow_said *said)
{
	cchc_day from = now->due > today(p) && below(p, 3) ? now->due : now->due + 1;

	said->day = from + 1 + (cchc_day)below(p, 30);
	if (said->day <= now->due)
		said->day = now->due + 1;
	set_due(p, deed, said->day);
}

static bool report(struct people *p, const struct slow_task *task, struct cchc_deed *deed,
		   struct slow_said *said)
{
	cchc_day assigned = task->counted.assigned;

	said->day = today(p) - (cchc_day)(below(p, 3) ? 0 : below(p, 6));
	if (said->day < assigned)
		said->day = assigned;
	if (said->day > today(p))
		return false;
	deed->done = said->day;
	return true;
}

/* The lead says it itself, unless nothing is heard of it. */
static void speak_for(struct people *p, const struct slow_record *now,
		      struct cchc_deed *deed)
{
	if (!is_quiet(p, now->lead) && below(p, 3)) {
		deed->hand = CCHC_HAND_COMMUNE;
		deed->unit = now->lead;
	}
}

static void wish(struct people *p, size_t at)
{
	const struct slow_task *task = &p->slow->task[at];
	const struct slow_record *now = slow_now(task);
	struct slow_said said = {.word = SLOW_WISH, .when = p->stage->now};
	struct cchc_deed deed = deed_of(CCHC_DEED_REPORT, task->id);
	char reason[32];

	if (now->due == CCHC_DAY_NONE || task->is_duty)
		return;

	(void)snprintf(reason, sizeof(reason), "xin %llu",
		       (unsigned long long)p->stage->now.true_ms);
	deed.wish = now->due + 1 + (cchc_day)below(p, 20);
	deed.reason = reason;
	speak_for(p, now, &deed);
	if (give(p, &deed))
		slow_say(p->slow, at, &said);
}

static enum slow_word choose(struct people *p, enum slow_state state)
{
	static const enum slow_word OPEN[] = {
		SLOW_REPORT, SLOW_REPORT, SLOW_REPORT, SLOW_REPORT, SLOW_REPORT,
		SLOW_EXTEND, SLOW_EXTEND, SLOW_MOVE,   SLOW_CANCEL, SLOW_WISH,
	};
	static const enum slow_word WAITING[] = {
		SLOW_ACCEPT, SLOW_ACCEPT, SLOW_ACCEPT, SLOW_ACCEPT, SLOW_RETURN,
		SLOW_RETURN, SLOW_REPORT, SLOW_EXTEND, SLOW_MOVE,   SLOW_CANCEL,
	};

	if (state == SLOW_OPEN)
		return OPEN[below(p, CCHC_COUNT(OPEN))];
	if (state == SLOW_WAITING)
		return WAITING[below(p, CCHC_COUNT(WAITING))];
	return SLOW_REOPEN;
}

/* False: not with this task. */
static bool fill(struct people *p, size_t at, struct cchc_deed *deed,
		 struct slow_said *said)
{
	static const enum cchc_deed_kind KINDS[] = {
		[SLOW_EXTEND] = CCHC_DEED_EXTEND, [SLOW_REPORT] = CCHC_DEED_REPORT,
		[SLOW_ACCEPT] = CCHC_DEED_ACCEPT, [SLOW_RETURN] = CCHC_DEED_RETURN,
		[SLOW_CANCEL] = CCHC_DEED_CANCEL, [SLOW_REOPEN] = CCHC_DEED_REOPEN,
		[SLOW_MOVE] = CCHC_DEED_MOVE,
	};
	const struct slow_task *task = &p->slow->task[at];
	const struct slow_record *now = slow_now(task);

	deed->kind = KINDS[said->word];
	if (task->is_duty && (said->word == SLOW_REPORT || said->word == SLOW_MOVE))
		return false;
	switch (said->word) {
	case SLOW_EXTEND:
		if (now->due != CCHC_DAY_NONE)
			extend(p, now, deed, said);
		return now->due != CCHC_DAY_NONE;
	case SLOW_REPORT:
		if (now->state == SLOW_OPEN)
			speak_for(p, now, deed);
		return report(p, task, deed, said) &&
		       !(now->state == SLOW_WAITING && now->done == deed->done);
	case SLOW_MOVE:
		do
			said->lead = any_unit(p);
		while (said->lead == now->lead);
		deed->lead = said->lead;
		return true;
	default:
		return true;
	}
}

static void do_deed(struct people *p, size_t at)
{
	const struct slow_task *task = &p->slow->task[at];
	const struct slow_record *now = slow_now(task);
	struct slow_said said = {.word = choose(p, now->state), .when = p->stage->now};
	struct cchc_deed deed = deed_of(CCHC_DEED_ADD, task->id);
	char reason[32];

	if (task->n + 2 >= SLOW_RECORDS)
		return;
	if (said.word == SLOW_WISH) {
		wish(p, at);
		return;
	}
	(void)snprintf(reason, sizeof(reason), "vì %llu",
		       (unsigned long long)p->stage->now.true_ms);
	deed.reason = reason;
	if (!fill(p, at, &deed, &said) || !give(p, &deed))
		return;
	p->words[said.word]++;
	slow_say(p->slow, at, &said);
	p->touched = at;
}

/* Something is said of it today. */
static bool is_pressing(const struct people *p, const struct slow_task *task)
{
	cchc_day effective = slow_now(task)->effective;
	cchc_day left = effective == CCHC_DAY_NONE ? 99 : effective - today(p);

	return left == 7 || left == 3 || left == 1 || left == 0 || left == -1 ||
	       left == -7;
}

/* Open tasks more often than closed ones, now and then those that press; duties seldom.
 */
static size_t any_task(struct people *p)
{
	bool pressing = below(p, 3) == 0;
	size_t at = 0;

	for (int tries = 0; tries < (pressing ? 100 : 12); tries++) {
		const struct slow_task *task;

		at = below(p, (uint32_t)p->slow->n);
		task = &p->slow->task[at];
		if (pressing && !is_pressing(p, task))
			continue;
		if ((slow_now(task)->state == SLOW_OPEN ||
		     slow_now(task)->state == SLOW_WAITING) &&
		    (!task->is_duty || below(p, 20) == 0))
			break;
	}
	return at;
}

/* ---- what must be refused ---- */

static bool spoil(struct people *p, const struct slow_task *task, unsigned how,
		  struct cchc_deed *deed)
{
	const struct slow_record *now = slow_now(task);

	deed->reason = "vì";
	switch (how) {
	case 0: /* an extension that shortens */
		deed->kind = CCHC_DEED_EXTEND;
		if (now->due == CCHC_DAY_NONE)
			return false;
		set_due(p, deed, now->due - 1);
		return true;
	case 1: /* of a task without due date */
		deed->kind = CCHC_DEED_EXTEND;
		set_due(p, deed, today(p) + 9);
		return now->due == CCHC_DAY_NONE;
	case 2: /* done in the future */
		deed->kind = CCHC_DEED_REPORT;
		deed->done = today(p) + 1;
		return now->state == SLOW_OPEN && !task->is_duty;
	case 3: /* another's task */
		deed->kind = CCHC_DEED_REPORT;
		deed->hand = CCHC_HAND_COMMUNE;
		deed->done = today(p);
		deed->unit = any_unit(p);
		return deed->unit != now->lead && !is_quiet(p, deed->unit);
	case 4: /* the same id with other content */
		deed->kind = CCHC_DEED_ADD;
		deed->title = "Việc khác";
		deed->assigned = today(p);
		deed->lead = now->lead;
		return true;
	case 5: /* due before it was assigned */
		deed->kind = CCHC_DEED_ADD;
		deed->id = "moi/UBND";
		deed->assigned = today(p);
		deed->lead = now->lead;
		set_due(p, deed, today(p) - 1);
		return true;
	default: /* there is none */
		deed->kind = CCHC_DEED_CANCEL;
		deed->id = "khong-co/UBND";
		return true;
	}
}

/* Refused, and nothing changed; a commune's refusal uses up its number. */
static void try_spoilt(struct people *p, size_t at)
{
	unsigned how = below(p, PEOPLE_SPOILS);
	struct cchc_deed deed = deed_of(CCHC_DEED_ADD, p->slow->task[at].id);
	bool is_message;
	enum cchc_applied applied;
	struct cchc_item *item;

	if (!spoil(p, &p->slow->task[at], how, &deed))
		return;
	is_message = deed.hand == CCHC_HAND_COMMUNE;
	item = item_of_deed(p, &deed);
	if (is_message) {
		stage_hear(p->stage, deed.unit);
		slow_hear(p->slow, deed.unit, p->stage->now);
	}
	if (!stage_give(p->stage, item, &applied))
		return;
	assert_int_equal(applied, is_message ? CCHC_APPLIED : CCHC_REFUSED);
	assert_int_equal(item->entry.n_refusals, is_message);
	assert_null(item->outcome.task.after);
	p->spoilt[how]++;
}

/* ---- reports ---- */

/* A unit sends the appendix of a period that is open or closed not long ago: of nearly
 * all demanded ones in the end, in time or late. */
static void send_report(struct people *p)
{
	static const uint8_t SLOTS[] = {CCHC_Q1, CCHC_H1, CCHC_Q1 + 2, CCHC_YEAR};
	uint32_t unit = any_unit(p);
	struct cchc_period period = {
		cchc_reporting_year(today(p) - 20, CCHC_CLOSE_DEFAULT),
		SLOTS[below(p, CCHC_COUNT(SLOTS))]};
	cchc_day first = cchc_period_first_day(period, CCHC_CLOSE_DEFAULT);
	cchc_day last = cchc_period_last_day(period, CCHC_CLOSE_DEFAULT);
	bool complete = below(p, 3) > 0;
	enum cchc_applied applied;
	struct cchc_entry entry;
	struct cchc_item *item;

	if (is_quiet(p, unit) || first > today(p) || today(p) < last - 5 ||
	    today(p) > last + 40)
		return;
	stage_hear(p->stage, unit);
	slow_hear(p->slow, unit, p->stage->now);
	entry = entry_next(&p->agent[unit], CCHC_ENTRY_REPORT, 1);
	entry.form = p->stage->app.catalog.form[0].id;
	entry.period = period;
	entry.complete = complete ? 2 : 1;
	item = item_of(p, &entry);
	item->entry.cell = cchc_arena_alloc(&item->arena, sizeof(*item->entry.cell));
	assert_non_null(item->entry.cell);
	item->entry.cell[0] = (struct cchc_entry_cell){
		.row = cchc_form_row_by_code(p->stage->app.catalog.form[0].form, "I.1")
			       ->id,
		.state = CCHC_FIGURE,
		.value = below(p, 90)};
	item->entry.n_cells = 1;
	assert_true(stage_give(p->stage, item, &applied));
	assert_int_equal(applied, CCHC_APPLIED);
	if (complete) {
		p->words[SLOW_SENT]++;
		slow_send(p->slow, unit, period, p->stage->now);
	}
}

/* ---- what is said of alerts ---- */

static void give_saying(struct people *p, const struct cchc_saying *saying, bool *written)
{
	struct sender office = {.unit = 0};
	struct cchc_entry entry = entry_at(&office, CCHC_ENTRY_SAY);
	struct cchc_item *item = item_of(p, &entry);
	struct cchc_saying *kept = cchc_arena_alloc(&item->arena, sizeof(*kept));
	enum cchc_applied applied;

	assert_non_null(kept);
	*kept = *saying;
	item->entry.saying = kept;
	item->entry.sender = "van-phong";
	*written = stage_give(p->stage, item, &applied) && applied == CCHC_APPLIED;
}

/* Somebody takes note of one of the last alerts, or wants no word of a unit for a while.
 */
static void say_something(struct people *p)
{
	struct cchc_saying saying = {.kind = CCHC_SAY_ACK, .step = "", .note = "rõ"};
	struct cchc_txn txn;
	bool written;

	cchc_txn_read(&txn, p->stage->app.kit.store.env);
	saying.alert = cchc_store_last_alert(&txn);
	cchc_txn_abort(&txn);
	if (below(p, 8)) {
		saying.alert -= below(p, 20) % (saying.alert + 1);
		give_saying(p, &saying, &written);
		p->acked += written;
		return;
	}
	saying.kind = CCHC_SAY_SILENCE;
	saying.alert = 0;
	saying.unit = any_unit(p);
	saying.until_ms = p->stage->now.wall_ms + 60000 + below(p, 20 * 3600 * 1000);
	give_saying(p, &saying, &written);
	if (written)
		slow_hush(p->slow, saying.unit, p->stage->now, saying.until_ms);
}

/* ---- together ---- */

static void hear_agents(struct people *p)
{
	for (size_t i = 0; i < p->slow->n_units; i++) {
		uint32_t unit = p->slow->unit[i].id;

		if (is_quiet(p, unit) || below(p, 2))
			continue;
		stage_hear(p->stage, unit);
		slow_hear(p->slow, unit, p->stage->now);
	}
}

void people_act(struct people *p)
{
	uint32_t luck = below(p, 100);

	p->touched = SIZE_MAX;
	hear_agents(p);
	if (p->left > 0 && luck < 14)
		give_task(p);
	else if (luck < 30)
		send_report(p);
	else if (luck < 34)
		try_spoilt(p, any_task(p));
	else if (luck < 70)
		do_deed(p, any_task(p));
	else if (luck < 75)
		say_something(p);
	else if (luck < 76)
		stage_forget_years(p->stage);
}
