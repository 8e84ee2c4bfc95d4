/* alerts.c - alerts, and what finds them.
 *
 *	alerts		number -> record
 *	alert_keys	key -> number
 *	task_alerts	task, number: those of a task's steps
 *	pending		number: those that stand, or have something to tell
 */
#include <string.h>

#include "base/check.h"
#include "store/tables.h"
#include "store/taker.h"

enum {
	FIXED_ROOM = 160,   /* every number, each at its longest */
	DELIVERY_ROOM = 16, /* without its texts */
	DELIVERY_LEAST = 6,
};

/* A delivery's first byte. */
enum { TELLS_END = 1 << 0, STATE_SHIFT = 1, END_STATE_SHIFT = 4, STATE_MASK = 7 };

/* ---- records ---- */

static size_t record_room(const struct cchc_alert *alert)
{
	size_t room = FIXED_ROOM + cchc_text_room(alert->key) +
		      cchc_text_room(alert->task_id) + cchc_text_room(alert->step) +
		      cchc_text_room(alert->end_why) + cchc_text_room(alert->acked_by) +
		      cchc_text_room(alert->note);

	for (size_t i = 0; i < alert->n_deliveries; i++)
		room += DELIVERY_ROOM + cchc_text_room(alert->delivery[i].channel) +
			cchc_text_room(alert->delivery[i].to) +
			cchc_text_room(alert->delivery[i].why);
	return room;
}

static void put_delivery(struct cchc_out *out, const struct cchc_delivery *delivery)
{
	cchc_out_u8(out, (uint8_t)((delivery->tells_end ? TELLS_END : 0) |
				   delivery->state << STATE_SHIFT |
				   delivery->end_state << END_STATE_SHIFT));
	cchc_out_text(out, delivery->channel);
	cchc_out_text(out, delivery->to);
	cchc_out_varint(out, delivery->again);
	cchc_out_zigzag(out, delivery->at_ms);
	cchc_out_text(out, delivery->why);
}

static void put_record(struct cchc_out *out, const struct cchc_alert *alert)
{
	cchc_out_u8(out, (uint8_t)alert->kind);
	cchc_out_text(out, alert->key);
	cchc_out_varint(out, alert->unit);
	cchc_out_varint(out, alert->task);
	cchc_out_text(out, alert->task_id);
	cchc_out_text(out, alert->step);
	cchc_out_varint(out, alert->version);
	cchc_out_u8(out, alert->urgency);
	cchc_out_zigzag(out, alert->due);
	cchc_out_zigzag(out, alert->moment_ms);
	cchc_out_zigzag(out, alert->owed_ms);
	cchc_out_u8(out, alert->superseded);
	cchc_out_zigzag(out, alert->ended_ms);
	cchc_out_text(out, alert->end_why);
	cchc_out_zigzag(out, alert->acked_ms);
	cchc_out_text(out, alert->acked_by);
	cchc_out_text(out, alert->note);
	cchc_out_varint(out, alert->journal);
	cchc_out_varint(out, alert->n_deliveries);
	for (size_t i = 0; i < alert->n_deliveries; i++)
		put_delivery(out, &alert->delivery[i]);
}

static void take_delivery(struct cchc_taker *t, struct cchc_delivery *delivery)
{
	uint8_t head = cchc_in_u8(&t->in);

	delivery->tells_end = head & TELLS_END;
	delivery->state = head >> STATE_SHIFT & STATE_MASK;
	delivery->end_state = head >> END_STATE_SHIFT & STATE_MASK;
	if (delivery->state > CCHC_DELIVERY_DROPPED ||
	    delivery->end_state > CCHC_DELIVERY_DROPPED)
		t->in.failed = true;
	delivery->channel = cchc_take_text(t);
	delivery->to = cchc_take_text(t);
	delivery->again = (uint32_t)cchc_take_number(t, UINT32_MAX);
	delivery->at_ms = cchc_in_zigzag(&t->in);
	delivery->why = cchc_take_text(t);
}

static void take_record(struct cchc_taker *t, struct cchc_alert *alert)
{
	alert->kind = (enum cchc_alert_kind)cchc_take_number(t, CCHC_ALERT_DIGEST);
	alert->key = cchc_take_text(t);
	alert->unit = (uint32_t)cchc_take_number(t, UINT32_MAX);
	alert->task = cchc_in_varint(&t->in);
	alert->task_id = cchc_take_text(t);
	alert->step = cchc_take_text(t);
	alert->version = (uint32_t)cchc_take_number(t, UINT32_MAX);
	alert->urgency = (uint8_t)cchc_take_number(t, CCHC_URGENCY_CRITICAL);
	alert->due = cchc_take_day(t);
	alert->moment_ms = cchc_in_zigzag(&t->in);
	alert->owed_ms = cchc_in_zigzag(&t->in);
	alert->superseded = cchc_take_number(t, 1) != 0;
	alert->ended_ms = cchc_in_zigzag(&t->in);
	alert->end_why = cchc_take_text(t);
	alert->acked_ms = cchc_in_zigzag(&t->in);
	alert->acked_by = cchc_take_text(t);
	alert->note = cchc_take_text(t);
	alert->journal = cchc_in_varint(&t->in);
	alert->n_deliveries = cchc_take_count(t, DELIVERY_LEAST);
	alert->delivery =
		cchc_take_memory(t, alert->n_deliveries, sizeof(*alert->delivery));
	for (size_t i = 0; i < alert->n_deliveries && cchc_taker_is_sound(t); i++)
		take_delivery(t, &alert->delivery[i]);
}

static bool read_record(struct cchc_txn *txn, uint64_t no, const void *bytes, size_t len,
			struct cchc_arena *arena, struct cchc_alert *alert)
{
	struct cchc_alert taken = {.no = no};
	struct cchc_taker t;

	cchc_taker_init(&t, arena, bytes, len);
	take_record(&t, &taken);
	cchc_txn_fail(txn, cchc_taker_end(&t));
	if (txn->rc)
		return false;
	*alert = taken;
	return true;
}

/* ---- writing ---- */

static bool is_under_way(uint8_t state)
{
	return state == CCHC_DELIVERY_OWED || state == CCHC_DELIVERY_HANDED;
}

static bool is_pending(const struct cchc_alert *alert)
{
	if (cchc_alert_stands(alert))
		return true;
	for (size_t i = 0; i < alert->n_deliveries; i++)
		if (is_under_way(alert->delivery[i].state) ||
		    is_under_way(alert->delivery[i].end_state))
			return true;
	return false;
}

void cchc_alerts_put(struct cchc_txn *txn, const struct cchc_alert *alert,
		     struct cchc_arena *arena)
{
	struct cchc_key key = cchc_key_number(alert->no);
	size_t room = record_room(alert);
	void *bytes = cchc_arena_alloc(arena, room);
	struct cchc_out out;

	if (!bytes) {
		cchc_txn_fail(txn, CCHC_NOMEM);
		return;
	}
	cchc_out_init(&out, bytes, room);
	put_record(&out, alert);
	cchc_check(!out.failed);
	cchc_table_put(txn, CCHC_TABLE_ALERTS, &key, bytes, cchc_out_len(&out));
	if (is_pending(alert))
		cchc_table_put(txn, CCHC_TABLE_PENDING, &key, "", 0);
	else
		cchc_table_delete(txn, CCHC_TABLE_PENDING, &key);
}

void cchc_alerts_add(struct cchc_txn *txn, const struct cchc_alert *alert,
		     struct cchc_arena *arena)
{
	struct cchc_key key = cchc_key_text(alert->key);
	struct cchc_key of_task = cchc_key_pair(alert->task, alert->no);

	cchc_alerts_put(txn, alert, arena);
	cchc_table_put_number(txn, CCHC_TABLE_ALERT_KEYS, &key, alert->no);
	if (alert->kind == CCHC_ALERT_STEP)
		cchc_table_put(txn, CCHC_TABLE_TASK_ALERTS, &of_task, "", 0);
}

static bool find_key(struct cchc_txn *txn, const char *key, uint64_t *no)
{
	struct cchc_key of;

	if (strlen(key) >= CCHC_ALERT_KEY)
		return false;
	of = cchc_key_text(key);
	return cchc_table_get_number(txn, CCHC_TABLE_ALERT_KEYS, &of, no);
}

bool cchc_alerts_have_key(struct cchc_txn *txn, const char *key)
{
	uint64_t no;

	return find_key(txn, key, &no);
}

/* ---- reading ---- */

bool cchc_store_alert(struct cchc_txn *txn, uint64_t no, struct cchc_arena *arena,
		      struct cchc_alert *alert)
{
	struct cchc_key key = cchc_key_number(no);
	const void *value;
	size_t len;

	return cchc_table_get(txn, CCHC_TABLE_ALERTS, &key, &value, &len) &&
	       read_record(txn, no, value, len, arena, alert);
}

bool cchc_store_alert_by_key(struct cchc_txn *txn, const char *key,
			     struct cchc_arena *arena, struct cchc_alert *alert)
{
	uint64_t no;

	return find_key(txn, key, &no) && cchc_store_alert(txn, no, arena, alert);
}

uint64_t cchc_store_last_alert(struct cchc_txn *txn)
{
	return cchc_table_last_number(txn, CCHC_TABLE_ALERTS);
}

/* One that an index names. */
static bool tell_alert(struct cchc_txn *txn, uint64_t no, struct cchc_arena *arena,
		       cchc_store_on_alert *on_alert, void *data)
{
	struct cchc_alert alert;

	if (cchc_store_alert(txn, no, arena, &alert))
		return on_alert(data, &alert);
	cchc_txn_fail(txn, CCHC_CORRUPT);
	return false;
}

void cchc_store_each_pending(struct cchc_txn *txn, struct cchc_arena *arena,
			     cchc_store_on_alert *on_alert, void *data)
{
	struct cchc_walk walk;
	uint64_t no;

	cchc_walk_from(&walk, txn, CCHC_TABLE_PENDING, NULL, 0);
	for (; walk.found && !txn->rc; cchc_walk_next(&walk)) {
		if (!cchc_key_read_number(walk.key, walk.key_len, &no))
			cchc_txn_fail(txn, CCHC_CORRUPT);
		else if (!tell_alert(txn, no, arena, on_alert, data))
			break;
	}
	cchc_walk_end(&walk);
}

void cchc_store_each_alert(struct cchc_txn *txn, uint64_t from, struct cchc_arena *arena,
			   cchc_store_on_alert *on_alert, void *data)
{
	struct cchc_key key = cchc_key_number(from);
	struct cchc_alert alert;
	struct cchc_walk walk;
	uint64_t no;

	cchc_walk_from(&walk, txn, CCHC_TABLE_ALERTS, key.bytes, key.len);
	for (; walk.found && !txn->rc; cchc_walk_next(&walk)) {
		if (!cchc_key_read_number(walk.key, walk.key_len, &no))
			cchc_txn_fail(txn, CCHC_CORRUPT);
		else if (read_record(txn, no, walk.value, walk.len, arena, &alert) &&
			 !on_alert(data, &alert))
			break;
	}
	cchc_walk_end(&walk);
}

void cchc_store_each_alert_of(struct cchc_txn *txn, uint64_t task,
			      struct cchc_arena *arena, cchc_store_on_alert *on_alert,
			      void *data)
{
	struct cchc_key prefix = cchc_key_number(task);
	struct cchc_walk walk;
	uint64_t no;

	cchc_table_walk(&walk, txn, CCHC_TABLE_TASK_ALERTS, &prefix);
	for (; walk.found && !txn->rc; cchc_walk_next(&walk)) {
		if (!cchc_key_read_pair(walk.key, walk.key_len, &task, &no))
			cchc_txn_fail(txn, CCHC_CORRUPT);
		else if (!tell_alert(txn, no, arena, on_alert, data))
			break;
	}
	cchc_walk_end(&walk);
}
