/* docket.c - open tasks by their next moments.
 *
 * Two binary heaps of places, one by the next step and one by the next change of counts,
 * each task knowing where it stands in them, and a hash from number to place. They are
 * two because firings are taken some at a time and wait for the writer, while counts are
 * of one instant for all tasks. A task costs its place (104 bytes), 8 bytes of heaps and
 * a bucket, all at most twice where the tables have just doubled, and its id: less than
 * 300 bytes with an id of 50. */
#include "app/docket.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"

struct since { /* of a step */
	char class_name[CCHC_TASK_CLASS];
	char step[CCHC_STEP_NAME];
	int64_t ms;
};

enum { STEPS, COUNTS, HEAPS };

struct place {
	struct cchc_docket_task task;
	int64_t next_ms[HEAPS]; /* its keys */
	int64_t taken_ms;       /* its steps up to this one were taken */
	uint32_t heap[HEAPS];   /* where it stands */
	uint32_t link;          /* next place + 1 of its bucket, or of the free ones */
	bool used;
};

struct cchc_docket {
	const struct cchc_alert_rules *rules;
	struct place *place;
	uint32_t *heap[HEAPS]; /* places, earliest first */
	uint32_t *bucket;
	uint32_t n;
	uint32_t room;  /* of place and heaps; as many buckets: a power of two */
	uint32_t free;  /* place + 1 */
	uint32_t fresh; /* places never used begin here */
	int64_t counted_ms;
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
	made->counted_ms = INT64_MIN;
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
	for (int h = 0; h < HEAPS; h++)
		free(d->heap[h]);
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

static bool grow_heaps(struct cchc_docket *d, uint32_t room)
{
	for (int h = 0; h < HEAPS; h++) {
		uint32_t *heap = realloc(d->heap[h], room * sizeof(*heap));

		if (!heap)
			return false;
		d->heap[h] = heap;
	}
	return true;
}

static enum cchc_rc grow(struct cchc_docket *d)
{
	uint32_t room = d->room ? d->room * 2 : LEAST_ROOM;
	struct place *place = realloc(d->place, room * sizeof(*place));
	uint32_t *bucket;

	if (place)
		d->place = place;
	bucket = place && grow_heaps(d, room) ? calloc(room, sizeof(*bucket)) : NULL;
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

static void put(struct cchc_docket *d, int h, uint32_t at, uint32_t place)
{
	d->heap[h][at] = place;
	d->place[place].heap[h] = at;
}

static int64_t key_at(const struct cchc_docket *d, int h, uint32_t at)
{
	return d->place[d->heap[h][at]].next_ms[h];
}

/* Moves the place at `at` up or down until the heap is one again. */
static void sift(struct cchc_docket *d, int h, uint32_t at)
{
	uint32_t place = d->heap[h][at];
	int64_t key = d->place[place].next_ms[h];

	while (at > 0 && key < key_at(d, h, (at - 1) / 2)) {
		put(d, h, at, d->heap[h][(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	while (2 * at + 1 < d->n) {
		uint32_t child = 2 * at + 1;

		if (child + 1 < d->n && key_at(d, h, child + 1) < key_at(d, h, child))
			child++;
		if (key <= key_at(d, h, child))
			break;
		put(d, h, at, d->heap[h][child]);
		at = child;
	}
	put(d, h, at, place);
}

static void move(struct cchc_docket *d, struct place *p, int h, int64_t next_ms)
{
	p->next_ms[h] = next_ms;
	sift(d, h, p->heap[h]);
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
	unlink_place(d, p);
	free((char *)p->task.id);
	d->n--;
	for (int h = 0; h < HEAPS; h++) {
		uint32_t at = p->heap[h];

		if (at == d->n)
			continue;
		put(d, h, at, d->heap[h][d->n]);
		sift(d, h, at);
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
	for (int h = 0; h < HEAPS; h++)
		put(d, h, d->n, at);
	d->n++;
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

static int64_t next_step(const struct cchc_docket *d, const struct place *p)
{
	const struct cchc_docket_task *task = &p->task;
	const struct cchc_task_class *rules = task->task_class;
	int64_t next = INT64_MAX;

	if (task->state == CCHC_TASK_WAITING || task->effective == CCHC_DAY_NONE)
		return INT64_MAX;
	for (size_t i = 0; rules && i < rules->n_steps; i++) {
		int64_t moment = cchc_step_moment(&rules->step[i], task->effective);

		if (moment > p->taken_ms && moment < next &&
		    may_fire(d, task, &rules->step[i], moment))
			next = moment;
	}
	return next;
}

/* The assigned day, the day from which it is overdue. */
static int64_t next_count(const struct cchc_docket *d, const struct place *p)
{
	int64_t assigned = cchc_day_start_ms(p->task.assigned);
	int64_t next = overdue_ms(&p->task);

	if (p->task.state == CCHC_TASK_WAITING)
		return INT64_MAX;
	if (next <= d->counted_ms)
		next = INT64_MAX;
	return assigned > d->counted_ms && assigned < next ? assigned : next;
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
	p->taken_ms = task->fired_ms;
	move(d, p, STEPS, next_step(d, p));
	move(d, p, COUNTS, next_count(d, p));
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
	int64_t step_ms = cchc_docket_next_step_ms(docket);
	int64_t count_ms = docket->n ? key_at(docket, COUNTS, 0) : INT64_MAX;

	return step_ms < count_ms ? step_ms : count_ms;
}

int64_t cchc_docket_next_step_ms(const struct cchc_docket *docket)
{
	return docket->n ? key_at(docket, STEPS, 0) : INT64_MAX;
}

void cchc_docket_pass(struct cchc_docket *docket, int64_t counted_ms,
		      cchc_docket_on_moment *on_moment, void *data)
{
	docket->counted_ms = counted_ms;
	while (docket->n && key_at(docket, COUNTS, 0) <= counted_ms) {
		struct place *p = &docket->place[docket->heap[COUNTS][0]];

		if (on_moment)
			on_moment(data, &p->task);
		move(docket, p, COUNTS, next_count(docket, p));
	}
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

		if (moment > now_ms || moment <= p->taken_ms ||
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
			     size_t room, size_t *n)
{
	*n = 0;
	while (cchc_docket_next_step_ms(docket) <= now_ms &&
	       *n + CCHC_STEPS_MAX <= room) {
		struct place *p = &docket->place[docket->heap[STEPS][0]];
		size_t taken;

		if (take_steps(docket, p, now_ms, arena, &firing[*n], &taken) != CCHC_OK)
			return CCHC_NOMEM;
		*n += taken;
		p->taken_ms = now_ms;
		move(docket, p, STEPS, next_step(docket, p));
	}
	return CCHC_OK;
}

void cchc_docket_offer_again(struct cchc_docket *docket, uint64_t no)
{
	struct place *p = find_place(docket, no);

	if (!p)
		return;
	p->taken_ms = p->task.fired_ms;
	move(docket, p, STEPS, next_step(docket, p));
}

void cchc_docket_each(const struct cchc_docket *docket,
		      bool (*on_task)(void *data, const struct cchc_docket_task *task),
		      void *data)
{
	for (uint32_t i = 0; i < docket->n; i++)
		if (!on_task(data, &docket->place[docket->heap[STEPS][i]].task))
			return;
}

const struct cchc_docket_task *cchc_docket_find(const struct cchc_docket *docket,
						uint64_t no)
{
	const struct place *p = find_place(docket, no);

	return p ? &p->task : NULL;
}
