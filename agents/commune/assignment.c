#include "commune/assignment.h"

#include <string.h>

#include "commune/box.h"

/* Fixed parts of a record; its texts come on top. */
enum { RECORD_VERSION = 1, RECORD_ROOM = 512, KEPT_DAYS = 30 };

#define KEPT_MS (INT64_C(24) * 3600 * 1000 * KEPT_DAYS)

/* ---- encoding ---- */

static void put_statement(struct cchc_out *out, const struct cchc_statement *statement)
{
	cchc_out_zigzag(out, statement->done);
	cchc_out_text(out, statement->result);
	cchc_out_zigzag(out, statement->wish);
	cchc_out_text(out, statement->reason);
}

static void put_district(struct cchc_out *out, const struct cchc_assignment *a)
{
	cchc_out_u8(out, a->known);
	cchc_out_u8(out, a->leads);
	cchc_out_u8(out, a->state);
	cchc_out_u8(out, a->turn);
	cchc_out_u8(out, a->is_duty);
	cchc_out_text(out, a->title);
	cchc_out_text(out, a->doc_number);
	cchc_out_zigzag(out, a->doc_date);
	cchc_out_text(out, a->assigner);
	cchc_out_text(out, a->lead);
	cchc_out_zigzag(out, a->assigned);
	cchc_out_zigzag(out, a->due);
	cchc_out_zigzag(out, a->effective);
	cchc_out_varint(out, a->extensions);
	put_statement(out, &a->stands);
	cchc_out_text(out, a->reason);
	cchc_out_varint(out, a->journal);
	cchc_out_zigzag(out, a->changed_ms);
}

static void put_refusal(struct cchc_out *out, const struct cchc_refusal *refusal)
{
	cchc_out_varint(out, refusal->rule);
	cchc_out_text(out, refusal->field);
	cchc_out_text(out, refusal->value);
	cchc_out_text(out, refusal->expected);
}

static void put_said(struct cchc_out *out, const struct cchc_assignment *a)
{
	cchc_out_u8(out, a->said);
	for (size_t i = 0; i < CCHC_ANSWER_CELLS; i++)
		cchc_out_text(out, a->cell[i]);
	put_statement(out, &a->told);
	cchc_out_varint(out, a->item);
	cchc_out_varint(out, a->told_at);
	put_refusal(out, &a->refusal);
	put_statement(out, &a->held);
}

static size_t len_of(const char *text)
{
	return text ? strlen(text) : 0;
}

static size_t room_of(const struct cchc_assignment *a)
{
	size_t room = RECORD_ROOM + len_of(a->title) + len_of(a->doc_number) +
		      len_of(a->assigner) + len_of(a->lead) + len_of(a->reason) +
		      len_of(a->stands.result) + len_of(a->stands.reason) +
		      len_of(a->told.result) + len_of(a->told.reason) +
		      len_of(a->held.result) + len_of(a->held.reason);

	for (size_t i = 0; i < CCHC_ANSWER_CELLS; i++)
		room += len_of(a->cell[i]);
	return room;
}

void cchc_box_put_task(struct cchc_box_txn *t, const struct cchc_assignment *a)
{
	struct cchc_out out;

	if (!cchc_box_begin_put(t, room_of(a), &out))
		return;
	cchc_out_u8(&out, RECORD_VERSION);
	put_district(&out, a);
	put_said(&out, a);
	cchc_check(!out.failed);
	cchc_txn_put(&t->txn, BOX_TASKS, a->id, strlen(a->id), out.begin,
		     cchc_out_len(&out));
	t->state.task_changes++;
}

void cchc_box_delete_task(struct cchc_box_txn *t, const char *id)
{
	cchc_txn_delete(&t->txn, BOX_TASKS, id, strlen(id));
	t->state.task_changes++;
}

/* ---- decoding ---- */

struct decoding {
	struct cchc_in in;
	struct cchc_arena *arena;
	bool no_memory;
};

static const char *get_text(struct decoding *d)
{
	size_t len;
	const uint8_t *bytes = cchc_in_blob(&d->in, &len);
	const char *text = "";

	if (len)
		text = cchc_arena_text(d->arena, (const char *)bytes, len);
	d->no_memory = d->no_memory || !text;
	return text ? text : "";
}

static cchc_day get_day(struct decoding *d)
{
	return (cchc_day)cchc_in_zigzag(&d->in);
}

static void get_statement(struct decoding *d, struct cchc_statement *statement)
{
	statement->done = get_day(d);
	statement->result = get_text(d);
	statement->wish = get_day(d);
	statement->reason = get_text(d);
}

static void get_district(struct decoding *d, struct cchc_assignment *a)
{
	a->known = cchc_in_u8(&d->in) != 0;
	a->leads = cchc_in_u8(&d->in) != 0;
	a->state = cchc_in_u8(&d->in);
	a->turn = cchc_in_u8(&d->in);
	a->is_duty = cchc_in_u8(&d->in) != 0;
	a->title = get_text(d);
	a->doc_number = get_text(d);
	a->doc_date = get_day(d);
	a->assigner = get_text(d);
	a->lead = get_text(d);
	a->assigned = get_day(d);
	a->due = get_day(d);
	a->effective = get_day(d);
	a->extensions = (uint32_t)cchc_in_varint(&d->in);
	get_statement(d, &a->stands);
	a->reason = get_text(d);
	a->journal = cchc_in_varint(&d->in);
	a->changed_ms = cchc_in_zigzag(&d->in);
}

static void get_said(struct decoding *d, struct cchc_assignment *a)
{
	struct cchc_refusal *refusal = &a->refusal;

	a->said = cchc_in_u8(&d->in);
	for (size_t i = 0; i < CCHC_ANSWER_CELLS; i++)
		a->cell[i] = get_text(d);
	get_statement(d, &a->told);
	a->item = cchc_in_varint(&d->in);
	a->told_at = cchc_in_varint(&d->in);
	refusal->index = CCHC_REFUSED_WHOLE;
	refusal->rule = cchc_rule_from_number((uint32_t)cchc_in_varint(&d->in));
	cchc_in_text(&d->in, refusal->field, sizeof(refusal->field));
	cchc_in_text(&d->in, refusal->value, sizeof(refusal->value));
	cchc_in_text(&d->in, refusal->expected, sizeof(refusal->expected));
	get_statement(d, &a->held);
}

static enum cchc_rc decode(struct cchc_arena *arena, const void *key, size_t key_len,
			   const void *value, size_t len,
			   struct cchc_assignment *assignment)
{
	struct decoding d = {.arena = arena};
	struct cchc_assignment got = {
		.id = cchc_arena_text(arena, key, key_len),
	};

	cchc_in_init(&d.in, value, len);
	if (cchc_in_u8(&d.in) != RECORD_VERSION)
		return CCHC_CORRUPT;
	get_district(&d, &got);
	get_said(&d, &got);
	if (d.in.failed || cchc_in_left(&d.in))
		return CCHC_CORRUPT;
	if (d.no_memory || !got.id)
		return CCHC_NOMEM;
	*assignment = got;
	return CCHC_OK;
}

void cchc_assignment_init(struct cchc_assignment *a, const char *id)
{
	const struct cchc_statement none = {.done = CCHC_DAY_NONE, .wish = CCHC_DAY_NONE};

	*a = (struct cchc_assignment){
		.id = id,
		.doc_date = CCHC_DAY_NONE,
		.assigned = CCHC_DAY_NONE,
		.due = CCHC_DAY_NONE,
		.effective = CCHC_DAY_NONE,
		.stands = none,
		.told = none,
		.held = none,
	};
}

bool cchc_box_get_task(struct cchc_box_txn *t, const char *id, struct cchc_assignment *a)
{
	const void *value;
	size_t len;
	enum cchc_rc rc;

	if (!cchc_txn_get(&t->txn, BOX_TASKS, id, strlen(id), &value, &len))
		return false;
	rc = decode(&t->scratch, id, strlen(id), value, len, a);
	if (rc)
		cchc_txn_fail(&t->txn, rc);
	return !rc;
}

bool cchc_box_task_of(struct cchc_box_txn *t, const struct cchc_box_entry *entry,
		      struct cchc_assignment *a)
{
	enum cchc_rc rc = decode(&t->scratch, entry->key, entry->key_len, entry->value,
				 entry->len, a);

	if (rc)
		cchc_txn_fail(&t->txn, rc);
	return !rc;
}

/* ---- looking ---- */

enum cchc_rc cchc_outbox_assignments(struct cchc_outbox *box, struct cchc_arena *arena,
				     struct cchc_assignment **list, size_t *n)
{
	struct cchc_assignment *got;
	struct cchc_box_txn t;
	struct cchc_walk walk;
	size_t found = 0;
	enum cchc_rc rc = cchc_box_read(box, &t);

	if (rc)
		return rc;
	got = cchc_arena_array(arena, cchc_txn_entries(&t.txn, BOX_TASKS) + 1,
			       sizeof(*got));
	if (!got)
		return cchc_box_end(&t, CCHC_NOMEM);
	for (cchc_walk_from(&walk, &t.txn, BOX_TASKS, NULL, 0); walk.found && !rc;
	     cchc_walk_next(&walk))
		rc = decode(arena, walk.key, walk.key_len, walk.value, walk.len,
			    &got[found++]);
	cchc_walk_end(&walk);
	rc = cchc_box_end(&t, rc);
	if (rc)
		return rc;
	*list = got;
	*n = found;
	return CCHC_OK;
}

enum cchc_rc cchc_outbox_assignment(struct cchc_outbox *box, struct cchc_arena *arena,
				    const char *id, struct cchc_assignment *assignment)
{
	struct cchc_box_txn t;
	const void *value;
	size_t len;
	enum cchc_rc rc = cchc_box_read(box, &t);

	if (rc)
		return rc;
	if (!id[0] || strlen(id) > CCHC_KEY_MAX ||
	    !cchc_txn_get(&t.txn, BOX_TASKS, id, strlen(id), &value, &len))
		return cchc_box_end(&t, CCHC_NOTFOUND);
	rc = decode(arena, id, strlen(id), value, len, assignment);
	return cchc_box_end(&t, rc);
}

/* ---- those that are over ---- */

static bool is_over(const struct cchc_assignment *a, int64_t wall_ms)
{
	return (a->state == CCHC_TASK_DONE || a->state == CCHC_TASK_CANCELLED) &&
	       a->said != CCHC_SAID_WAITS && wall_ms - a->changed_ms > KEPT_MS;
}

void cchc_box_trim_tasks(struct cchc_box_txn *t, int64_t wall_ms)
{
	struct cchc_box_entry entry;
	bool more = cchc_box_from(t, BOX_TASKS, NULL, 0, &entry);

	while (more) {
		struct cchc_assignment a;

		if (cchc_box_task_of(t, &entry, &a) && a.known && is_over(&a, wall_ms))
			cchc_box_delete_task(t, a.id);
		more = cchc_box_next(t, BOX_TASKS, &entry);
	}
}
