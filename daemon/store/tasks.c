/* tasks.c - the register: one record a task, and what finds it.
 *
 *	tasks		number -> record, packed as below
 *	task_ids	id -> number
 *	duties		unit, form, period -> number
 *	concerns	unit, journal, number: one entry for each unit that the task
 *			concerns, moved at each change; a unit that it concerns no longer
 *			keeps the one of the change that took it away
 *	task_lines	number, journal: every entry about it
 *
 * Times in a record are counted from the task's last change, and each snapshot of the
 * history from the one before it, with only what differs: a few bytes a snapshot. */
#include <string.h>

#include "base/check.h"
#include "base/log.h"
#include "store/tables.h"
#include "store/taker.h"

enum {
	FIXED_ROOM = 160, /* every number, each at its longest */
	CO_ROOM = 5,
	PAST_ROOM = 1 + 10 + 5 + 5 + 5,
	PAST_LEAST = 2,
};

/* What a snapshot differs in from the one before it; above these bits, its state. */
enum { LEAD = 1 << 0, EFFECTIVE = 1 << 1, DONE = 1 << 2, STATE_SHIFT = 3 };

static const struct cchc_task_past before_all = {.effective = CCHC_DAY_NONE,
						 .done = CCHC_DAY_NONE};

/* Differences of times wrap, so that no time there is can overflow one. */
static int64_t time_after(int64_t from_ms, int64_t ms)
{
	return (int64_t)((uint64_t)ms - (uint64_t)from_ms);
}

static int64_t time_at(int64_t from_ms, int64_t after_ms)
{
	return (int64_t)((uint64_t)from_ms + (uint64_t)after_ms);
}

/* ---- records ---- */

static size_t record_room(const struct cchc_task *task)
{
	return FIXED_ROOM + task->n_co * CO_ROOM + task->n_past * PAST_ROOM +
	       cchc_text_room(task->id) + cchc_text_room(task->class_name) +
	       cchc_text_room(task->title) + cchc_text_room(task->doc_number) +
	       cchc_text_room(task->assigner) + cchc_text_room(task->result) +
	       cchc_text_room(task->wish_reason) + cchc_text_room(task->reason);
}

static void put_past(struct cchc_out *out, const struct cchc_task_past *last,
		     const struct cchc_task_past *past)
{
	unsigned differs = (last->lead != past->lead ? LEAD : 0) |
			   (last->effective != past->effective ? EFFECTIVE : 0) |
			   (last->done != past->done ? DONE : 0);

	cchc_out_u8(out, (uint8_t)(differs | (unsigned)past->state << STATE_SHIFT));
	cchc_out_zigzag(out, time_after(last->at_ms, past->at_ms));
	if (differs & LEAD)
		cchc_out_varint(out, past->lead);
	if (differs & EFFECTIVE)
		cchc_out_zigzag(out, past->effective);
	if (differs & DONE)
		cchc_out_zigzag(out, past->done);
}

static void put_lists(struct cchc_out *out, const struct cchc_task *task)
{
	const struct cchc_task_past *last = &before_all;

	cchc_out_varint(out, task->n_co);
	for (size_t i = 0; i < task->n_co; i++)
		cchc_out_varint(out, task->co[i]);
	cchc_out_varint(out, task->n_past);
	for (size_t i = 0; i < task->n_past; i++) {
		put_past(out, last, &task->past[i]);
		last = &task->past[i];
	}
}

static void put_record(struct cchc_out *out, const struct cchc_task *task)
{
	cchc_out_zigzag(out, task->changed_ms);
	cchc_out_varint(out, task->journal);
	cchc_out_text(out, task->id);
	cchc_out_text(out, task->class_name);
	cchc_out_text(out, task->title);
	cchc_out_text(out, task->doc_number);
	cchc_out_zigzag(out, task->doc_date);
	cchc_out_text(out, task->assigner);
	cchc_out_zigzag(out, task->assigned);
	cchc_out_varint(out, task->lead);
	cchc_out_zigzag(out, task->due);
	cchc_out_zigzag(out, task->effective);
	cchc_out_varint(out, task->due_version);
	cchc_out_zigzag(out, time_after(task->changed_ms, task->due_since_ms));
	cchc_out_zigzag(out, time_after(task->changed_ms, task->fired_ms));
	cchc_out_varint(out, task->extensions);
	cchc_out_u8(out, (uint8_t)task->state);
	cchc_out_zigzag(out, task->done);
	cchc_out_text(out, task->result);
	cchc_out_zigzag(out, task->wish);
	cchc_out_text(out, task->wish_reason);
	cchc_out_text(out, task->reason);
	cchc_out_u8(out, task->is_duty);
	cchc_out_varint(out, task->form);
	cchc_out_varint(out, task->period);
	put_lists(out, task);
}

void cchc_tasks_put(struct cchc_txn *txn, const struct cchc_task *task,
		    struct cchc_arena *arena)
{
	struct cchc_key key = cchc_key_number(task->no);
	size_t room = record_room(task);
	void *bytes = cchc_arena_alloc(arena, room);
	struct cchc_out out;

	if (!bytes) {
		cchc_txn_fail(txn, CCHC_NOMEM);
		return;
	}
	cchc_out_init(&out, bytes, room);
	put_record(&out, task);
	cchc_check(!out.failed);
	cchc_table_put(txn, CCHC_TABLE_TASKS, &key, bytes, cchc_out_len(&out));
}

static uint32_t take_u32(struct cchc_taker *t)
{
	return (uint32_t)cchc_take_number(t, UINT32_MAX);
}

static enum cchc_task_state take_state(struct cchc_taker *t, uint64_t state)
{
	if (state < CCHC_TASK_OPEN || state > CCHC_TASK_CANCELLED)
		t->in.failed = true;
	return (enum cchc_task_state)state;
}

static void take_past(struct cchc_taker *t, struct cchc_task_past *past)
{
	uint8_t head = cchc_in_u8(&t->in);

	past->at_ms = time_at(past->at_ms, cchc_in_zigzag(&t->in));
	if (head & LEAD)
		past->lead = take_u32(t);
	if (head & EFFECTIVE)
		past->effective = cchc_take_day(t);
	if (head & DONE)
		past->done = cchc_take_day(t);
	past->state = (uint8_t)take_state(t, head >> STATE_SHIFT);
}

static void take_lists(struct cchc_taker *t, struct cchc_task *task)
{
	size_t n_co = cchc_take_count(t, 1);
	uint32_t *co = cchc_take_memory(t, n_co, sizeof(*co));
	struct cchc_task_past last = before_all;
	struct cchc_task_past *past;
	size_t n_past;

	for (size_t i = 0; i < n_co && cchc_taker_is_sound(t); i++)
		co[i] = take_u32(t);
	n_past = cchc_take_count(t, PAST_LEAST);
	if (n_past == 0)
		t->in.failed = true; /* what it was when it was added is always there */
	past = cchc_take_memory(t, n_past, sizeof(*past));
	for (size_t i = 0; i < n_past && cchc_taker_is_sound(t); i++) {
		take_past(t, &last);
		past[i] = last;
	}
	task->co = co;
	task->n_co = n_co;
	task->past = past;
	task->n_past = n_past;
}

static void take_record(struct cchc_taker *t, struct cchc_task *task)
{
	task->changed_ms = cchc_in_zigzag(&t->in);
	task->journal = cchc_in_varint(&t->in);
	task->id = cchc_take_text(t);
	task->class_name = cchc_take_text(t);
	task->title = cchc_take_text(t);
	task->doc_number = cchc_take_text(t);
	task->doc_date = cchc_take_day(t);
	task->assigner = cchc_take_text(t);
	task->assigned = cchc_take_day(t);
	task->lead = take_u32(t);
	task->due = cchc_take_day(t);
	task->effective = cchc_take_day(t);
	task->due_version = take_u32(t);
	task->due_since_ms = time_at(task->changed_ms, cchc_in_zigzag(&t->in));
	task->fired_ms = time_at(task->changed_ms, cchc_in_zigzag(&t->in));
	task->extensions = take_u32(t);
	task->state = take_state(t, cchc_in_u8(&t->in));
	task->done = cchc_take_day(t);
	task->result = cchc_take_text(t);
	task->wish = cchc_take_day(t);
	task->wish_reason = cchc_take_text(t);
	task->reason = cchc_take_text(t);
	task->is_duty = cchc_take_number(t, 1) != 0;
	task->form = (uint16_t)cchc_take_number(t, UINT16_MAX);
	task->period = take_u32(t);
	take_lists(t, task);
}

static bool read_record(struct cchc_txn *txn, const void *bytes, size_t len,
			struct cchc_arena *arena, struct cchc_task *task)
{
	struct cchc_task taken = {.no = task->no};
	struct cchc_taker t;

	cchc_taker_init(&t, arena, bytes, len);
	take_record(&t, &taken);
	cchc_txn_fail(txn, cchc_taker_end(&t));
	if (txn->rc)
		return false;
	*task = taken;
	return true;
}

/* ---- what finds them ---- */

uint64_t cchc_tasks_next_no(struct cchc_txn *txn)
{
	return cchc_table_last_number(txn, CCHC_TABLE_TASKS) + 1;
}

static void leave_unit(struct cchc_txn *txn, const struct cchc_task *task, uint32_t unit)
{
	struct cchc_key key = cchc_key_concern(unit, task->journal, task->no);

	cchc_table_delete(txn, CCHC_TABLE_CONCERNS, &key);
}

static void tell_unit(struct cchc_txn *txn, const struct cchc_task *task, uint32_t unit)
{
	struct cchc_key key = cchc_key_concern(unit, task->journal, task->no);

	cchc_table_put(txn, CCHC_TABLE_CONCERNS, &key, "", 0);
}

typedef void on_unit(struct cchc_txn *txn, const struct cchc_task *task, uint32_t unit);

/* Calls it for each unit that `of` concerns. */
static void each_unit(struct cchc_txn *txn, const struct cchc_task *of, on_unit *on,
		      const struct cchc_task *task)
{
	on(txn, task, of->lead);
	for (size_t i = 0; i < of->n_co; i++)
		on(txn, task, of->co[i]);
}

void cchc_tasks_record(struct cchc_txn *txn, const struct cchc_task *before,
		       const struct cchc_task *after, struct cchc_arena *arena)
{
	struct cchc_key id = cchc_key_text(after->id);
	struct cchc_period period;

	cchc_tasks_put(txn, after, arena);
	if (before) {
		each_unit(txn, before, leave_unit, before);
		each_unit(txn, before, tell_unit, after);
	} else {
		cchc_table_put_number(txn, CCHC_TABLE_TASK_IDS, &id, after->no);
	}
	each_unit(txn, after, tell_unit, after);
	if (before || !after->is_duty)
		return;
	if (cchc_period_from_code(after->period, &period)) {
		struct cchc_key key = cchc_key_report(after->lead, after->form, period);

		cchc_table_put_number(txn, CCHC_TABLE_DUTIES, &key, after->no);
	} else {
		cchc_txn_fail(txn, CCHC_INVALID);
	}
}

void cchc_tasks_note(struct cchc_txn *txn, uint64_t no, uint64_t journal)
{
	struct cchc_key key = cchc_key_pair(no, journal);

	cchc_table_put(txn, CCHC_TABLE_TASK_LINES, &key, "", 0);
}

/* ---- reading ---- */

bool cchc_store_task(struct cchc_txn *txn, uint64_t no, struct cchc_arena *arena,
		     struct cchc_task *task)
{
	struct cchc_key key = cchc_key_number(no);
	const void *value;
	size_t len;

	if (!cchc_table_get(txn, CCHC_TABLE_TASKS, &key, &value, &len))
		return false;
	task->no = no;
	return read_record(txn, value, len, arena, task);
}

bool cchc_tasks_find(struct cchc_txn *txn, uint64_t no, struct cchc_arena *arena,
		     struct cchc_task *task, bool *unreadable)
{
	bool was_sound = txn->rc == CCHC_OK;
	bool found = cchc_store_task(txn, no, arena, task);

	*unreadable = was_sound && txn->rc == CCHC_CORRUPT;
	if (*unreadable)
		txn->rc = CCHC_OK; /* where LMDB itself is broken the next call says so */
	return found;
}

static bool find_task(struct cchc_txn *txn, enum cchc_table table,
		      const struct cchc_key *key, struct cchc_arena *arena,
		      struct cchc_task *task)
{
	uint64_t no;

	if (!cchc_table_get_number(txn, table, key, &no))
		return false;
	if (cchc_store_task(txn, no, arena, task))
		return true;
	cchc_txn_fail(txn, CCHC_CORRUPT); /* an id of no task */
	return false;
}

bool cchc_store_task_by_id(struct cchc_txn *txn, const char *id, struct cchc_arena *arena,
			   struct cchc_task *task)
{
	struct cchc_key key;

	if (strlen(id) >= CCHC_TASK_ID)
		return false;
	key = cchc_key_text(id);
	return find_task(txn, CCHC_TABLE_TASK_IDS, &key, arena, task);
}

bool cchc_store_duty(struct cchc_txn *txn, uint32_t unit, uint16_t form,
		     struct cchc_period period, struct cchc_arena *arena,
		     struct cchc_task *task)
{
	struct cchc_key key = cchc_key_report(unit, form, period);

	return find_task(txn, CCHC_TABLE_DUTIES, &key, arena, task);
}

bool cchc_store_has_duty(struct cchc_txn *txn, uint32_t unit, uint16_t form,
			 struct cchc_period period)
{
	struct cchc_key key = cchc_key_report(unit, form, period);
	uint64_t no;

	return cchc_table_get_number(txn, CCHC_TABLE_DUTIES, &key, &no);
}

void cchc_store_each_task(struct cchc_txn *txn, struct cchc_arena *arena,
			  cchc_store_on_task *on_task, void *data)
{
	struct cchc_walk walk;
	struct cchc_task task;

	cchc_walk_from(&walk, txn, CCHC_TABLE_TASKS, NULL, 0);
	for (; walk.found && !txn->rc; cchc_walk_next(&walk)) {
		cchc_arena_reset(arena);
		if (!cchc_key_read_number(walk.key, walk.key_len, &task.no))
			cchc_txn_fail(txn, CCHC_CORRUPT);
		else if (read_record(txn, walk.value, walk.len, arena, &task) &&
			 !on_task(data, &task))
			break;
	}
	cchc_walk_end(&walk);
}

static enum cchc_concern concern_of(const struct cchc_task *task, uint32_t unit)
{
	if (task->lead == unit)
		return CCHC_CONCERN_LEAD;
	for (size_t i = 0; i < task->n_co; i++)
		if (task->co[i] == unit)
			return CCHC_CONCERN_CO;
	return CCHC_CONCERN_GONE;
}

/* An entry that the task's last change did not move is of a unit that it concerned no
 * longer; where the task came back, there is a newer one. One that cannot be read must
 * not cut the unit off from all others. */
static bool tell_concern(struct cchc_txn *txn, uint32_t unit, uint64_t journal,
			 uint64_t no, struct cchc_arena *arena,
			 cchc_store_on_concern *on_concern, void *data)
{
	enum cchc_concern concern;
	struct cchc_task task;
	bool unreadable;

	if (!cchc_tasks_find(txn, no, arena, &task, &unreadable)) {
		if (unreadable)
			cchc_log(CCHC_LOG_ERROR, "task unreadable no=%llu unit=%u",
				 (unsigned long long)no, unit);
		else
			cchc_txn_fail(txn, CCHC_CORRUPT);
		return unreadable;
	}
	concern = concern_of(&task, unit);
	if (concern != CCHC_CONCERN_GONE && journal != task.journal)
		return true;
	return on_concern(data, journal, concern, &task);
}

void cchc_store_each_concern(struct cchc_txn *txn, uint32_t unit, uint64_t after,
			     struct cchc_arena *arena, cchc_store_on_concern *on_concern,
			     void *data)
{
	struct cchc_key from = cchc_key_concern(unit, after, UINT64_MAX);
	struct cchc_walk walk;
	uint64_t journal;
	uint32_t whose;
	uint64_t no;

	cchc_walk_from(&walk, txn, CCHC_TABLE_CONCERNS, from.bytes, from.len);
	for (; walk.found && !txn->rc; cchc_walk_next(&walk)) {
		if (!cchc_key_read_concern(walk.key, walk.key_len, &whose, &journal,
					   &no)) {
			cchc_txn_fail(txn, CCHC_CORRUPT);
			break;
		}
		if (whose != unit ||
		    !tell_concern(txn, unit, journal, no, arena, on_concern, data))
			break;
	}
	cchc_walk_end(&walk);
}
