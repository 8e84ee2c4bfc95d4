/* slow.c - the rules of tasks and alerts said a second time, without haste.
 *
 * The heart is `reached`: when does a step that is counted from a due date come to be due
 * for a daemon that is there, about a task that is still open? Everything else is
 * bookkeeping of what was recorded. */
#include "slow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"

static const int64_t DAY_MS = INT64_C(86400000);

/* "7/3/1 days before and on the due day at 08:00, overdue at 00:00 of the day after;
 * escalation +1 and +7 to the district's leaders": by moment. One more is added to the
 * rules in the course of the year. */
static const struct {
	const char *name;
	int days;
	int hour;
} STEPS[SLOW_STEPS] = {
	{"d-7", -7, 8}, {"d-5", -5, 8},    {"d-3", -3, 8},   {"d-1", -1, 8},
	{"due", 0, 8},  {"overdue", 1, 0}, {"late+1", 1, 8}, {"late+7", 7, 8},
};

enum { LATER_STEP = 1 };

void slow_init(struct slow *slow)
{
	*slow = (struct slow){.duties_from = CCHC_DAY_NONE};
	slow->task = calloc(SLOW_TASKS, sizeof(*slow->task));
	cchc_check(slow->task);
	for (int i = 0; i < SLOW_STEPS; i++)
		slow->step_ms[i] = INT64_MAX;
}

void slow_fini(struct slow *slow)
{
	free(slow->task);
}

void slow_add_unit(struct slow *slow, uint32_t id, const char *code)
{
	struct slow_unit *unit = &slow->unit[slow->n_units++];

	cchc_check(slow->n_units <= SLOW_UNITS && id < SLOW_UNITS);
	*unit = (struct slow_unit){.id = id, .silence = SLOW_SILENCES, .lost = true};
	(void)snprintf(unit->code, sizeof(unit->code), "%s", code);
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* ---- days ---- */

static void read_holidays(struct slow *slow, int year)
{
	char path[512];
	char line[256];
	char kind[8];
	int y;
	int m;
	int d;
	FILE *file;

	(void)snprintf(path, sizeof(path), TEST_DATA "/calendars/vn-%d.csv", year);
	file = fopen(path, "r");
	cchc_check(file);
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%d-%d-%d,%4[a-z]", &y, &m, &d, kind) != 4)
			continue; /* the head */
		cchc_check(slow->n_holidays < SLOW_HOLIDAYS);
		slow->holiday[slow->n_holidays].day = cchc_day_of(y, m, d);
		slow->holiday[slow->n_holidays++].rests = strcmp(kind, "rest") == 0;
	}
	(void)fclose(file);
}

/* 1970-01-01 was a Thursday. */
bool slow_rests(const struct slow *slow, cchc_day day)
{
	int weekday = (day + 4) % 7; /* 0: Sunday */

	for (size_t i = 0; i < slow->n_holidays; i++)
		if (slow->holiday[i].day == day)
			return slow->holiday[i].rests;
	return weekday == 0 || weekday == 6;
}

/* "the next working day when it falls on a rest day or holiday" */
static cchc_day effective_of(const struct slow *slow, cchc_day due)
{
	while (due != CCHC_DAY_NONE && slow_rests(slow, due))
		due++;
	return due;
}

static cchc_day day_of(int64_t wall_ms)
{
	return (cchc_day)((wall_ms + 7 * INT64_C(3600000)) / DAY_MS);
}

static int64_t moment_of(int step, cchc_day effective)
{
	return cchc_day_start_ms(effective + STEPS[step].days) +
	       STEPS[step].hour * INT64_C(3600000);
}

/* ---- the register ---- */

static void record(struct slow_task *task, struct slow_record next, struct slow_when when)
{
	struct slow_record *last = task->n ? &task->record[task->n - 1] : NULL;
	bool returned = last && last->state == SLOW_WAITING && next.state == SLOW_OPEN;

	cchc_check(task->n < SLOW_RECORDS);
	next.said_ms = when.wall_ms;
	if (last && when.wall_ms < last->at.wall_ms)
		when.wall_ms = last->at.wall_ms;
	next.at = when;
	if (!last || (next.version != last->version && !returned))
		next.since_ms = when.wall_ms;
	task->counted.record[task->n] = (struct oracle_record){
		.at_ms = when.wall_ms,
		.lead = next.lead,
		.due = next.effective,
		.done = next.done,
		.waiting = next.state == SLOW_WAITING,
		.accepted = next.state == SLOW_DONE,
		.cancelled = next.state == SLOW_CANCELLED,
	};
	task->record[task->n++] = next;
	task->counted.n = task->n;
}

static struct slow_task *new_task(struct slow *slow, const char *id, cchc_day assigned)
{
	struct slow_task *task = &slow->task[slow->n++];

	cchc_check(slow->n <= SLOW_TASKS);
	(void)snprintf(task->id, sizeof(task->id), "%s", id);
	task->counted.assigned = assigned;
	return task;
}

static void set_due(const struct slow *slow, struct slow_record *next, cchc_day due)
{
	cchc_day effective = effective_of(slow, due);

	next->due = due;
	if (effective != next->effective)
		next->version++;
	next->effective = effective;
}

size_t slow_add(struct slow *slow, const char *id, const struct slow_said *said)
{
	struct slow_task *task = new_task(slow, id, said->assigned);
	struct slow_record first = {
		.lead = said->lead,
		.due = said->day,
		.effective = effective_of(slow, said->day),
		.done = said->done,
		.state = said->done == CCHC_DAY_NONE ? SLOW_OPEN : SLOW_DONE,
		.version = 1,
	};

	record(task, first, said->when);
	return slow->n - 1;
}

static void reopen(struct slow_record *next)
{
	next->state = SLOW_OPEN;
	next->done = CCHC_DAY_NONE;
}

void slow_say(struct slow *slow, size_t task, const struct slow_said *said)
{
	struct slow_record next = *slow_now(&slow->task[task]);

	switch (said->word) {
	case SLOW_ADD:
		return;
	case SLOW_WISH:
		break;
	case SLOW_EXTEND:
		set_due(slow, &next, said->day);
		break;
	case SLOW_REPORT:
		next.state = SLOW_WAITING;
		next.done = said->day;
		break;
	case SLOW_ACCEPT:
		next.state = SLOW_DONE;
		break;
	case SLOW_RETURN: /* what was told before is over; its cause is not */
		reopen(&next);
		next.version++;
		break;
	case SLOW_CANCEL:
		next.state = SLOW_CANCELLED;
		next.done = CCHC_DAY_NONE;
		break;
	case SLOW_REOPEN:
		reopen(&next);
		next.version++;
		break;
	case SLOW_MOVE:
		reopen(&next);
		next.lead = said->lead;
		break;
	case SLOW_SENT:
		next.state = SLOW_DONE;
		next.done = day_of(said->when.wall_ms);
		break;
	}
	record(&slow->task[task], next, said->when);
}

/* ---- duties ---- */

/* "For CCHC: Q1, H1, Q3 and the year, due on the 20th"; "Q1 is 15/12 to 14/3, Q2 15/3 to
 * 14/6, Q3 15/6 to 14/9, Q4 15/9 to 14/12, the year 15/12 to 14/12" */
static const struct {
	uint8_t slot;
	const char *name;
	int years_back;
	int begins; /* month, on the 15th */
	int closes; /* month, on the 14th */
} DEMANDS[] = {
	{CCHC_Q1, "-Q1", 1, 12, 3},
	{CCHC_H1, "-H1", 1, 12, 6},
	{CCHC_Q1 + 2, "-Q3", 0, 6, 9},
	{CCHC_YEAR, "", 1, 12, 12},
};

static size_t find_duty(const struct slow *slow, uint32_t unit, struct cchc_period period)
{
	for (size_t i = 0; i < slow->n; i++)
		if (slow->task[i].is_duty && slow->task[i].record[0].lead == unit &&
		    cchc_period_equal(slow->task[i].period, period))
			return i;
	return SIZE_MAX;
}

static void add_duties(struct slow *slow, size_t demand, int year, struct slow_when when)
{
	struct cchc_period period = {(uint16_t)year, DEMANDS[demand].slot};
	cchc_day begins = cchc_day_of(year - DEMANDS[demand].years_back,
				      DEMANDS[demand].begins, 15);
	cchc_day closes = cchc_day_of(year, DEMANDS[demand].closes, 14);
	struct slow_said said = {.word = SLOW_ADD,
				 .when = when,
				 .assigned = begins,
				 .day = closes + 6,
				 .done = CCHC_DAY_NONE};
	char id[SLOW_ID];

	if (begins > day_of(when.wall_ms) || closes < slow->duties_from)
		return;
	for (size_t i = 0; i < slow->n_units; i++) {
		size_t at;

		if (find_duty(slow, slow->unit[i].id, period) != SIZE_MAX)
			continue;
		(void)snprintf(id, sizeof(id), "bao-cao/cchc-2021/%d%s/%s", year,
			       DEMANDS[demand].name, slow->unit[i].code);
		said.lead = slow->unit[i].id;
		at = slow_add(slow, id, &said);
		slow->task[at].is_duty = slow->task[at].counted.is_duty = true;
		slow->task[at].period = period;
	}
}

void slow_day(struct slow *slow, struct slow_when when)
{
	int year = cchc_civil_of(day_of(when.wall_ms)).year;

	for (int y = year; y <= year + 1; y++)
		for (size_t i = 0; i < CCHC_COUNT(DEMANDS); i++)
			add_duties(slow, i, y, when);
}

void slow_send(struct slow *slow, uint32_t unit, struct cchc_period period,
	       struct slow_when when)
{
	size_t at = find_duty(slow, unit, period);
	struct slow_said said = {.word = SLOW_SENT, .when = when};

	if (at != SIZE_MAX && slow_now(&slow->task[at])->state == SLOW_OPEN)
		slow_say(slow, at, &said);
}

/* ---- clocks and lives ---- */

void slow_set_clock(struct slow *slow, struct slow_when when)
{
	cchc_check(slow->sets < SLOW_SETS);
	slow->set[slow->sets++] = when;
}

/* "A changed calendar recomputes effective dates." */
void slow_up(struct slow *slow, struct slow_when when, const int *year, size_t n)
{
	cchc_check(slow->lives < SLOW_LIVES);
	slow->life[slow->lives][0] = when;
	slow->life[slow->lives++][1].true_ms = INT64_MAX;
	for (size_t i = 0; i < n; i++)
		read_holidays(slow, year[i]);
	for (size_t i = 0; n > 0 && i < slow->n; i++) {
		struct slow_record next = *slow_now(&slow->task[i]);
		unsigned version = next.version;

		if (next.state == SLOW_DONE || next.state == SLOW_CANCELLED)
			continue;
		set_due(slow, &next, next.due);
		if (next.version != version)
			record(&slow->task[i], next, when);
	}
	for (size_t i = 0; slow->lives == 1 && i < slow->n_units; i++)
		slow->unit[i].contact = when;
	slow_day(slow, when);
}

void slow_down(struct slow *slow, struct slow_when when)
{
	slow_note_silences(slow, when);
	for (size_t i = 0; i < slow->n_units; i++)
		if (when.true_ms - slow->unit[i].contact.true_ms < SLOW_MINUTE_MS)
			slow->unit[i].lost = true; /* it may not be written down yet */
	slow->life[slow->lives - 1][1] = when;
}

void slow_sleep(struct slow *slow, struct slow_when from, struct slow_when to)
{
	cchc_check(slow->lives < SLOW_LIVES);
	slow->life[slow->lives - 1][1] = from;
	slow->life[slow->lives][0] = to;
	slow->life[slow->lives++][1].true_ms = INT64_MAX;
	slow_day(slow, to);
}

void slow_know_steps(struct slow *slow, struct slow_when when, bool all)
{
	for (int i = 0; i < SLOW_STEPS; i++)
		if (slow->step_ms[i] == INT64_MAX && (all == (i != LATER_STEP)))
			slow->step_ms[i] = when.wall_ms;
}

void slow_hush(struct slow *slow, uint32_t unit, struct slow_when from, int64_t until_ms)
{
	cchc_check(slow->hushes < SLOW_HUSHES);
	slow->hush[slow->hushes].unit = unit;
	slow->hush[slow->hushes].from = from;
	slow->hush[slow->hushes++].until_ms = until_ms;
}

bool slow_is_hushed(const struct slow *slow, uint32_t unit, struct slow_when when)
{
	for (size_t i = 0; i < slow->hushes; i++)
		if (slow->hush[i].unit == unit &&
		    slow->hush[i].from.true_ms <= when.true_ms &&
		    slow->hush[i].until_ms > when.wall_ms)
			return true;
	return false;
}

/* The first true time in [from, to) at which the wall shows the moment or more. */
static int64_t wall_shows(const struct slow *slow, int64_t moment_ms, int64_t from,
			  int64_t to)
{
	for (size_t i = 0; i < slow->sets; i++) {
		int64_t ends = i + 1 < slow->sets ? slow->set[i + 1].true_ms : INT64_MAX;
		int64_t offset = slow->set[i].wall_ms - slow->set[i].true_ms;
		int64_t shows =
			later(later(from, slow->set[i].true_ms), moment_ms - offset);

		if (shows < earlier(to, ends))
			return shows;
	}
	return INT64_MAX;
}

static int64_t wall_at(const struct slow *slow, int64_t true_ms)
{
	size_t i = slow->sets;

	while (i > 1 && slow->set[i - 1].true_ms > true_ms)
		i--;
	return true_ms + slow->set[i - 1].wall_ms - slow->set[i - 1].true_ms;
}

/* ---- alerts ---- */

/* One due date of one task: the records [from, to) have it. */
struct version {
	const struct slow *slow;
	const struct slow_task *task;
	size_t from;
	size_t to;
	int64_t now;                 /* true */
	int64_t reached[SLOW_STEPS]; /* true; INT64_MAX: never */
	size_t record[SLOW_STEPS];   /* that stood then */
};

static int64_t record_ends(const struct version *v, size_t at)
{
	return at + 1 < v->task->n ? earlier(v->task->record[at + 1].at.true_ms, v->now)
				   : v->now;
}

/* When a daemon that is up first finds that the moment has come, with the task open. What
 * is recorded in the very same millisecond may come too late to be seen. */
static int64_t reached(const struct version *v, int64_t moment_ms, size_t *at)
{
	for (size_t i = v->from; i < v->to; i++) {
		const struct slow_record *r = &v->task->record[i];

		if (r->state != SLOW_OPEN)
			continue;
		for (size_t k = 0; k < v->slow->lives; k++) {
			const struct slow_when *life = v->slow->life[k];
			int64_t shows = wall_shows(
				v->slow, moment_ms, later(r->at.true_ms, life[0].true_ms),
				earlier(record_ends(v, i) + 1, life[1].true_ms));

			*at = i;
			if (shows != INT64_MAX)
				return shows;
		}
	}
	return INT64_MAX;
}

/* Something comes within the minute that the daemon has. */
static bool is_unsure(const struct version *v, int step)
{
	int64_t from = v->reached[step];
	int64_t to = from + SLOW_MINUTE_MS;

	if (record_ends(v, v->record[step]) <= to)
		return true;
	for (int i = 0; i < SLOW_STEPS; i++)
		if (v->reached[i] != from && v->reached[i] > from - SLOW_MINUTE_MS &&
		    v->reached[i] < to)
			return true;
	for (size_t i = 0; i < v->slow->lives; i++)
		if (v->slow->life[i][1].true_ms > from &&
		    v->slow->life[i][1].true_ms <= to)
			return true;
	for (size_t i = 0; i < v->slow->sets; i++)
		if (v->slow->set[i].true_ms > from && v->slow->set[i].true_ms <= to)
			return true;
	return false;
}

/* "Resolved on done, cancelled, extended, moved." */
static void find_end(const struct version *v, int step, struct slow_alert *alert)
{
	const struct slow_record *then = &v->task->record[v->record[step]];

	alert->ended.true_ms = INT64_MAX;
	for (size_t i = v->record[step] + 1; i < v->task->n; i++) {
		const struct slow_record *r = &v->task->record[i];

		alert->why = NULL;
		if (r->state == SLOW_CANCELLED)
			alert->why = "cancelled";
		else if (r->state != SLOW_OPEN)
			alert->why = "done";
		else if (r->lead != then->lead)
			alert->why = "moved";
		else if (r->version != then->version)
			alert->why = "extended";
		alert->ended = (struct slow_when){r->at.true_ms, r->said_ms};
		if (alert->why)
			return;
		alert->ended.true_ms = INT64_MAX;
	}
}

static struct slow_alert alert_of(const struct version *v, int step)
{
	const struct slow_record *r = &v->task->record[v->record[step]];
	struct slow_alert alert = {
		.task = v->task,
		.step = STEPS[step].name,
		.unit = r->lead,
		.moment_ms = moment_of(step, r->effective),
		.owed = {v->reached[step], wall_at(v->slow, v->reached[step])},
		.unsure = is_unsure(v, step),
	};

	(void)snprintf(alert.key, sizeof(alert.key), "%s/%s/%u", v->task->id,
		       STEPS[step].name, r->version);
	/* "after downtime only the latest passed step is handed, earlier ones are
	 * recorded as superseded" */
	for (int i = step + 1; i < SLOW_STEPS; i++)
		alert.superseded = alert.superseded || v->reached[i] == v->reached[step];
	if (alert.superseded) {
		alert.ended = alert.owed;
		alert.why = "superseded";
	} else {
		find_end(v, step, &alert);
	}
	return alert;
}

static void alerts_of_version(struct version *v,
			      void (*on_alert)(void *data,
					       const struct slow_alert *alert),
			      void *data)
{
	const struct slow_record *first = &v->task->record[v->from];

	for (int i = 0; i < SLOW_STEPS; i++) {
		int64_t moment_ms = moment_of(i, first->effective);

		v->reached[i] = INT64_MAX;
		/* "Steps already past when the task, its new date or the rule is recorded
		 * do not fire" */
		if (moment_ms > first->since_ms && moment_ms > v->slow->step_ms[i])
			v->reached[i] = reached(v, moment_ms, &v->record[i]);
	}
	for (int i = 0; i < SLOW_STEPS; i++)
		if (v->reached[i] != INT64_MAX) {
			struct slow_alert alert = alert_of(v, i);

			on_alert(data, &alert);
		}
}

void slow_alerts(const struct slow *slow, struct slow_when now,
		 void (*on_alert)(void *data, const struct slow_alert *alert), void *data)
{
	for (size_t i = 0; i < slow->n; i++) {
		const struct slow_task *task = &slow->task[i];
		struct version v = {.slow = slow, .task = task, .now = now.true_ms};

		for (v.from = 0; v.from < task->n; v.from = v.to) {
			v.to = v.from + 1;
			while (v.to < task->n &&
			       task->record[v.to].version == task->record[v.from].version)
				v.to++;
			if (task->record[v.from].effective != CCHC_DAY_NONE)
				alerts_of_version(&v, on_alert, data);
		}
	}
}

bool slow_missed(const struct slow *slow, size_t task)
{
	const struct slow_task *of = &slow->task[task];
	const struct slow_record *now = slow_now(of);
	const struct slow_record *before = of->n > 1 ? now - 1 : NULL;
	bool is_new =
		!before || before->since_ms != now->since_ms || before->lead != now->lead;

	return is_new && now->state == SLOW_OPEN && now->effective != CCHC_DAY_NONE &&
	       moment_of(0, now->effective) <= now->at.wall_ms;
}
