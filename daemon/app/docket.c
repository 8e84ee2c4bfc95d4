/* docket.c - open tasks by their next moment.
 *
 * A binary heap of (moment, place), each task knowing where it stands in it, and a hash
 * from number to place. A task costs its place (88 bytes), 8 bytes of heap
 * and buckets, both at most twice where the tables have just doubled, and its id: less
 * than 300 bytes with an id of 60. */
#include "app/docket.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"

struct since { /* of a step */
	char class_name[CCHC_TASK_CLASS];
	char step[CCHC_STEP_NAME];
	int64_t ms;
};

struct place {
	struct cchc_docket_task task;
	int64_t next_ms;   /* its key in the heap */
	int64_t passed_ms; /* its own moments up to this one were taken */
	uint32_t heap;     /* where it stands there */
	uint32_t link;     /* next place + 1 of its bucket, or of the free ones */
	bool used;
};

struct cchc_docket {
	const struct cchc_alert_rules *rules;
	struct place *place;
	uint32_t *heap; /* places, earliest first */
	uint32_t *bucket;
	uint32_t n;
	uint32_t room;  /* of place and heap; as many buckets: a power of two */
	uint32_t free;  /* place + 1 */
	uint32_t fresh; /* places never used begin here */
	struct since *since;
	size_t n_since;
};

enum { LEAST_ROOM = 64 };

enum cchc_rc cchc_docket_new(const struct cchc_alert_rules *rules,
			     struct cchc_docket **docket)
{
	struct cchc_docket *made = calloc(1, sizeof(*made));

	if (!made)
		return CCHC_NOMEM;
	made->rules = rules;
	*docket = made;
	return CCHC_OK;
}

void cchc_docket_free(struct cchc_docket **docket)
{
	struct cchc_docket *d = *docket;

	if (!d)
		return;
	for (uint32_t i = 0; i < d->fresh; i++)
		if (d->place[i].used)
			free((char *)d->place[i].task.id);
	free(d->place);
	free(d->heap);
	free(d->bucket);
	free(d->since);
	free(d);
	*docket = NULL;
}

static uint32_t *bucket_of(const struct cchc_docket *d, uint64_t no)
{
	return &d->bucket[(no * UINT64_C(0x9e3779b97f4a7c15)) >> 32 & (d->room - 1)];
}

static void link_place(struct cchc_docket *d, uint32_t at)
{
	uint32_t *bucket = bucket_of(d, d->place[at].task.no);

	d->place[at].link = *bucket;
	*bucket = at + 1;
}

static enum cchc_rc grow(struct cchc_docket *d)
{
	uint32_t room = d->room ? d->room * 2 : LEAST_ROOM;
	struct place *place = realloc(d->place, room * sizeof(*place));
	uint32_t *heap = place ? realloc(d->heap, room * sizeof(*heap)) : NULL;
	uint32_t *bucket = heap ? calloc(room, sizeof(*bucket)) : NULL;

	if (place)
		d->place = place;
	if (heap)
		d->heap = heap;
	if (!bucket)
		return CCHC_NOMEM;
	free(d->bucket);
	d->bucket = bucket;
	d->room = room;
	for (uint32_t i = 0; i < d->fresh; i++)
		if (d->place[i].used)
			link_place(d, i);
	return CCHC_OK;
}

static struct place *find_place(const struct cchc_docket *d, uint64_t no)
{
	if (!d->room)
		return NULL;
	for (uint32_t at = *bucket_of(d, no); at; at = d->place[at - 1].link)
		if (d->place[at - 1].task.no == no)
			return &d->place[at - 1];
	return NULL;
}

static void put(struct cchc_docket *d, uint32_t at, uint32_t place)
{
	d->heap[at] = place;
	d->place[place].heap = at;
}

static int64_t key_at(const struct cchc_docket *d, uint32_t at)
{
	return d->place[d->heap[at]].next_ms;
}

/* Moves the place at `at` up or down until the heap is one again. */
static void sift(struct cchc_docket *d, uint32_t at)
{
	uint32_t place = d->heap[at];
	int64_t key = d->place[place].next_ms;

	while (at > 0 && key < key_at(d, (at - 1) / 2)) {
		put(d, at, d->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	while (2 * at + 1 < d->n) {
		uint32_t child = 2 * at + 1;

		if (child + 1 < d->n && key_at(d, child + 1) < key_at(d, child))
			child++;
		if (key <= key_at(d, child))
			break;
		put(d, at, d->heap[child]);
		at = child;
	}
	put(d, at, place);
}

static void unlink_place(struct cchc_docket *d, struct place *p)
{
	uint32_t *link = bucket_of(d, p->task.no);
	uint32_t self = (uint32_t)(p - d->place) + 1;

	while (*link != self)
		link = &d->place[*link - 1].link;
	*link = p->link;
}

static void leave(struct cchc_docket *d, struct place *p)
{
	uint32_t at = p->heap;

	unlink_place(d, p);
	free((char *)p->task.id);
	d->n--;
	if (at < d->n) {
		put(d, at, d->heap[d->n]);
		sift(d, at);
	}
	*p = (struct place){.link = d->free};
	d->free = (uint32_t)(p - d->place) + 1;
}

static enum cchc_rc enter(struct cchc_docket *d, uint64_t no, struct place **found)
{
	uint32_t at;

	if (!d->free && d->fresh == d->room && grow(d) != CCHC_OK)
		return CCHC_NOMEM;
	if (d->free) {
		at = d->free - 1;
		d->free = d->place[at].link;
	} else {
		at = d->fresh++;
	}
	d->place[at] = (struct place){.used = true, .task = {.no = no}};
	link_place(d, at);
	put(d, d->n++, at);
	*found = &d->place[at];
	return CCHC_OK;
}

static int64_t since_ms(const struct cchc_docket *d,
			const struct cchc_task_class *task_class,
			const struct cchc_step *step)
{
	for (size_t i = 0; i < d->n_since; i++)
		if (strcmp(d->since[i].class_name, task_class->name) == 0 &&
		    strcmp(d->since[i].step, step->name) == 0)
			return d->since[i].ms;
	return INT64_MIN;
}

static int64_t overdue_ms(const struct cchc_docket_task *task)
{
	return task->effective == CCHC_DAY_NONE ? INT64_MAX
						: cchc_day_start_ms(task->effective + 1);
}

static bool may_fire(const struct cchc_docket *d, const struct cchc_docket_task *task,
		     const struct cchc_step *step, int64_t moment)
{
	return moment > task->fired_ms && moment > since_ms(d, task->task_class, step);
}

/* The first moment after `after` at which something is to be done about the task: a step,
 * or what its counts wait for (its assigned day, the day it becomes overdue). */
static int64_t next_after(const struct cchc_docket *d, const struct place *p)
{
	const struct cchc_docket_task *task = &p->task;
	const struct cchc_task_class *rules = task->task_class;
	int64_t assigned = cchc_day_start_ms(task->assigned);
	int64_t next = overdue_ms(task);

	if (task->state == CCHC_TASK_WAITING)
		return INT64_MAX;
	if (next <= p->passed_ms)
		next = INT64_MAX;
	if (assigned > p->passed_ms && assigned < next)
		next = assigned;
	for (size_t i = 0; rules && i < rules->n_steps; i++) {
		int64_t moment = cchc_step_moment(&rules->step[i], task->effective);

		if (moment > p->passed_ms && moment < next &&
		    may_fire(d, task, &rules->step[i], moment))
			next = moment;
	}
	return next;
}

static enum cchc_rc fill(struct cchc_docket *d, struct place *p,
			 const struct cchc_task *task)
{
	if (!p->task.id) {
		p->task.id = strdup(task->id);
		if (!p->task.id) {
			leave(d, p);
			return CCHC_NOMEM;
		}
	}
	p->task.task_class = cchc_alert_class(d->rules, task->class_name);
	p->task.lead = task->lead;
	p->task.assigned = task->assigned;
	p->task.effective = task->effective;
	p->task.due_version = task->due_version;
	p->task.fired_ms = task->fired_ms;
	p->task.state = task->state;
	p->task.is_duty = task->is_duty;
	p->passed_ms = task->fired_ms;
	p->next_ms = next_after(d, p);
	sift(d, p->heap);
	return CCHC_OK;
}

enum cchc_rc cchc_docket_set(struct cchc_docket *docket, const struct cchc_task *task)
{
	struct place *p = find_place(docket, task->no);
	enum cchc_rc rc = CCHC_OK;

	if (task->state != CCHC_TASK_OPEN && task->state != CCHC_TASK_WAITING) {
		if (p)
			leave(docket, p);
		return CCHC_OK;
	}
	if (!p)
		rc = enter(docket, task->no, &p);
	return rc == CCHC_OK ? fill(docket, p, task) : rc;
}

enum cchc_rc cchc_docket_set_since(struct cchc_docket *docket, const char *class_name,
				   const char *step, int64_t ms)
{
	struct since *grown =
		realloc(docket->since, (docket->n_since + 1) * sizeof(*docket->since));
	struct since *since;

	if (!grown)
		return CCHC_NOMEM;
	docket->since = grown;
	since = &docket->since[docket->n_since++];
	*since = (struct since){.ms = ms};
	(void)strncpy(since->class_name, class_name, sizeof(since->class_name) - 1);
	(void)strncpy(since->step, step, sizeof(since->step) - 1);
	return CCHC_OK;
}

size_t cchc_docket_n(const struct cchc_docket *docket)
{
	return docket->n;
}

int64_t cchc_docket_next_ms(const struct cchc_docket *docket)
{
	return docket->n ? key_at(docket, 0) : INT64_MAX;
}

static bool firing_of(const struct place *p, const struct cchc_step *step, int64_t moment,
		      struct cchc_arena *arena, struct cchc_firing *firing)
{
	char key[CCHC_ALERT_KEY];

	cchc_alert_key(p->task.id, step->name, p->task.due_version, key);
	*firing = (struct cchc_firing){
		.kind = CCHC_ALERT_STEP,
		.key = cchc_arena_text(arena, key, strlen(key)),
		.unit = p->task.lead,
		.task = p->task.no,
		.task_id = cchc_arena_text(arena, p->task.id, strlen(p->task.id)),
		.step = step->name,
		.version = p->task.due_version,
		.urgency = (uint8_t)step->urgency,
		.due = p->task.effective,
		.moment_ms = moment,
		.text = "",
	};
	return firing->key && firing->task_id;
}

/* The steps of one task that have passed, earliest first; all but the last superseded.
 */
static enum cchc_rc take_steps(const struct cchc_docket *d, const struct place *p,
			       int64_t now_ms, struct cchc_arena *arena,
			       struct cchc_firing *firing, size_t *taken)
{
	const struct cchc_task_class *rules = p->task.task_class;
	size_t n = 0;

	for (size_t i = 0; rules && i < rules->n_steps; i++) {
		int64_t moment = cchc_step_moment(&rules->step[i], p->task.effective);

		if (p->task.effective == CCHC_DAY_NONE || moment > now_ms ||
		    moment <= p->passed_ms ||
		    !may_fire(d, &p->task, &rules->step[i], moment))
			continue;
		if (!firing_of(p, &rules->step[i], moment, arena, &firing[n]))
			return CCHC_NOMEM;
		if (n > 0)
			firing[n - 1].superseded = true;
		n++;
	}
	*taken = n;
	return CCHC_OK;
}

enum cchc_rc cchc_docket_due(struct cchc_docket *docket, int64_t now_ms,
			     struct cchc_arena *arena, struct cchc_firing *firing,
			     size_t room, cchc_docket_on_moment *on_moment, void *data,
			     size_t *n)
{
	*n = 0;
	while (docket->n && key_at(docket, 0) <= now_ms && *n + CCHC_STEPS_MAX <= room) {
		struct place *p = &docket->place[docket->heap[0]];
		size_t taken;

		if (take_steps(docket, p, now_ms, arena, &firing[*n], &taken) != CCHC_OK)
			return CCHC_NOMEM;
		*n += taken;
		if (on_moment)
			on_moment(data, &p->task);
		p->passed_ms = now_ms;
		p->next_ms = next_after(docket, p);
		sift(docket, p->heap);
	}
	return CCHC_OK;
}

void cchc_docket_offer_again(struct cchc_docket *docket, uint64_t no)
{
	struct place *p = find_place(docket, no);

	if (!p)
		return;
	p->passed_ms = p->task.fired_ms;
	p->next_ms = next_after(docket, p);
	sift(docket, p->heap);
}

void cchc_docket_each(const struct cchc_docket *docket,
		      bool (*on_task)(void *data, const struct cchc_docket_task *task),
		      void *data)
{
	for (uint32_t i = 0; i < docket->n; i++)
		if (!on_task(data, &docket->place[docket->heap[i]].task))
			return;
}

const struct cchc_docket_task *cchc_docket_find(const struct cchc_docket *docket,
						uint64_t no)
{
	const struct place *p = find_place(docket, no);

	return p ? &p->task : NULL;
}
