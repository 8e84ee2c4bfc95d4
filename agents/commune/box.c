/* box.c - the outbox's tables, keys and transactions.
 *
 * The state is one entry, read at the beginning of every transaction and stored at its
 * end, so that another process (status, adopt) and a reopened store are seen as they are.
 */
#include "commune/box.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "io/digest.h"

enum { STATE_VERSION = 1, STATE_ROOM = 256 };

static const char STATE_KEY[] = "state";

/* ---- keys ---- */

struct cchc_box_key cchc_box_key_id(uint64_t id)
{
	struct cchc_box_key key;
	struct cchc_out out;

	cchc_out_init(&out, key.bytes, sizeof(key.bytes));
	cchc_out_be64(&out, id);
	key.len = cchc_out_len(&out);
	return key;
}

/* The name with its NUL sorts before any longer one. */
static void put_name(struct cchc_out *out, const char *name)
{
	cchc_out_raw(out, name, strnlen(name, CCHC_FORM_NAME - 1));
	cchc_out_u8(out, 0);
}

struct cchc_box_key cchc_box_key_cell(const char *form, uint32_t period, uint32_t row)
{
	struct cchc_box_key key;
	struct cchc_out out;

	cchc_out_init(&out, key.bytes, sizeof(key.bytes));
	put_name(&out, form);
	cchc_out_be32(&out, period);
	cchc_out_be32(&out, row);
	key.len = cchc_out_len(&out);
	return key;
}

struct cchc_box_key cchc_box_key_form(const char *name, uint32_t revision)
{
	struct cchc_box_key key;
	struct cchc_out out;

	cchc_out_init(&out, key.bytes, sizeof(key.bytes));
	put_name(&out, name);
	cchc_out_be32(&out, revision);
	key.len = cchc_out_len(&out);
	return key;
}

bool cchc_box_cell_of(const uint8_t *key, size_t len, char form[CCHC_FORM_NAME],
		      uint32_t *period, uint32_t *row)
{
	size_t name = strnlen((const char *)key, len);
	struct cchc_in in;

	if (name >= CCHC_FORM_NAME || len != name + 9)
		return false;
	memcpy(form, key, name + 1);
	cchc_in_init(&in, key + name + 1, 8);
	*period = cchc_in_be32(&in);
	*row = cchc_in_be32(&in);
	return true;
}

/* ---- the state ---- */

static void put_state(struct cchc_out *out, const struct cchc_outbox_state *s)
{
	cchc_out_u8(out, STATE_VERSION);
	cchc_out_text(out, s->unit);
	cchc_out_be64(out, s->epoch);
	cchc_out_varint(out, s->epochs);
	cchc_out_varint(out, s->last_given);
	cchc_out_varint(out, s->mark);
	cchc_out_raw(out, s->mark_chain, sizeof(s->mark_chain));
	cchc_out_raw(out, s->last_chain, sizeof(s->last_chain));
	cchc_out_varint(out, s->fork_at);
	cchc_out_u8(out, s->pinned);
	cchc_out_raw(out, s->store_id, sizeof(s->store_id));
	cchc_out_be64(out, s->incarnation);
	cchc_out_varint(out, s->down);
	cchc_out_varint(out, s->rejected);
	cchc_out_varint(out, s->live_bytes);
	cchc_out_varint(out, s->tail_bytes);
	cchc_out_varint(out, s->next_id);
	cchc_out_varint(out, s->front_id);
	cchc_out_varint(out, s->task_changes);
}

static void get_raw(struct cchc_in *in, uint8_t *to, size_t len)
{
	const uint8_t *bytes = cchc_in_raw(in, len);

	if (bytes)
		memcpy(to, bytes, len);
}

static bool get_state(struct cchc_in *in, struct cchc_outbox_state *s)
{
	if (cchc_in_u8(in) != STATE_VERSION)
		return false;
	cchc_in_text(in, s->unit, sizeof(s->unit));
	s->epoch = cchc_in_be64(in);
	s->epochs = (uint32_t)cchc_in_varint(in);
	s->last_given = cchc_in_varint(in);
	s->mark = cchc_in_varint(in);
	get_raw(in, s->mark_chain, sizeof(s->mark_chain));
	get_raw(in, s->last_chain, sizeof(s->last_chain));
	s->fork_at = cchc_in_varint(in);
	s->pinned = cchc_in_u8(in) != 0;
	get_raw(in, s->store_id, sizeof(s->store_id));
	s->incarnation = cchc_in_be64(in);
	s->down = cchc_in_varint(in);
	s->rejected = cchc_in_varint(in);
	s->live_bytes = cchc_in_varint(in);
	s->tail_bytes = cchc_in_varint(in);
	s->next_id = cchc_in_varint(in);
	s->front_id = cchc_in_varint(in);
	/* an outbox from before there were tasks */
	s->task_changes = cchc_in_left(in) ? cchc_in_varint(in) : 0;
	return !in->failed && cchc_in_left(in) == 0;
}

/* ---- transactions ---- */

static void begin(struct cchc_outbox *box, struct cchc_txn *txn, bool writes)
{
	if (writes)
		cchc_txn_write(txn, box->env);
	else
		cchc_txn_read(txn, box->env);
}

static enum cchc_rc start(struct cchc_outbox *box, struct cchc_box_txn *t, bool writes)
{
	const void *value;
	struct cchc_in in;
	size_t len;

	*t = (struct cchc_box_txn){0};
	cchc_arena_init(&t->scratch, BOX_SCRATCH_MAX);
	begin(box, &t->txn, writes);
	if (t->txn.rc == CCHC_UNKNOWN) {
		enum cchc_rc rc = cchc_env_reopen(box->env, NULL);

		if (rc)
			return rc;
		begin(box, &t->txn, writes);
	}
	if (cchc_txn_get(&t->txn, BOX_META, STATE_KEY, strlen(STATE_KEY), &value, &len)) {
		cchc_in_init(&in, value, len);
		if (!get_state(&in, &t->state))
			cchc_txn_fail(&t->txn, CCHC_CORRUPT);
	} else {
		cchc_txn_fail(&t->txn, CCHC_NOTFOUND);
	}
	return t->txn.rc ? cchc_box_end(t, CCHC_OK) : CCHC_OK;
}

enum cchc_rc cchc_box_read(struct cchc_outbox *box, struct cchc_box_txn *t)
{
	return start(box, t, false);
}

enum cchc_rc cchc_box_write(struct cchc_outbox *box, struct cchc_box_txn *t)
{
	return start(box, t, true);
}

enum cchc_rc cchc_box_end(struct cchc_box_txn *t, enum cchc_rc rc)
{
	enum cchc_rc failed = t->txn.rc;

	cchc_txn_abort(&t->txn);
	cchc_arena_fini(&t->scratch);
	return failed ? failed : rc;
}

static void store_state(struct cchc_txn *txn, const struct cchc_outbox_state *state)
{
	uint8_t bytes[STATE_ROOM];
	struct cchc_out out;

	cchc_out_init(&out, bytes, sizeof(bytes));
	put_state(&out, state);
	cchc_check(!out.failed);
	cchc_txn_put(txn, BOX_META, STATE_KEY, strlen(STATE_KEY), bytes,
		     cchc_out_len(&out));
}

enum cchc_rc cchc_box_commit(struct cchc_box_txn *t)
{
	enum cchc_rc rc;

	store_state(&t->txn, &t->state);
	rc = cchc_txn_commit(&t->txn);
	cchc_arena_fini(&t->scratch);
	return rc;
}

/* ---- entries ---- */

bool cchc_box_from(struct cchc_box_txn *t, enum cchc_table table, const void *from,
		   size_t from_len, struct cchc_box_entry *entry)
{
	struct cchc_walk walk;
	bool found;

	cchc_walk_from(&walk, &t->txn, table, from, from_len);
	found = walk.found && walk.key_len <= sizeof(entry->key);
	if (found) {
		memcpy(entry->key, walk.key, walk.key_len);
		entry->key_len = walk.key_len;
		entry->len = walk.len;
		entry->value =
			(uint8_t *)cchc_arena_text(&t->scratch, walk.value, walk.len);
		if (!entry->value)
			cchc_txn_fail(&t->txn, CCHC_NOMEM);
	}
	cchc_walk_end(&walk);
	return found && t->txn.rc == CCHC_OK;
}

bool cchc_box_next(struct cchc_box_txn *t, enum cchc_table table,
		   struct cchc_box_entry *entry)
{
	uint8_t behind[CCHC_KEY_MAX + 1];

	/* the least key above: the same with a NUL more; no key of ours is that long */
	memcpy(behind, entry->key, entry->key_len);
	behind[entry->key_len] = 0;
	cchc_arena_reset(&t->scratch);
	return cchc_box_from(t, table, behind, entry->key_len + 1, entry);
}

uint64_t cchc_box_id_of(const struct cchc_box_entry *entry)
{
	struct cchc_in in;

	cchc_in_init(&in, entry->key, entry->key_len);
	return entry->key_len == 8 ? cchc_in_be64(&in) : 0;
}

void cchc_box_clear(struct cchc_box_txn *t, enum cchc_table table)
{
	struct cchc_box_entry entry;

	while (cchc_box_from(t, table, NULL, 0, &entry)) {
		cchc_txn_delete(&t->txn, table, entry.key, entry.key_len);
		cchc_arena_reset(&t->scratch);
	}
}

bool cchc_box_begin_put(struct cchc_box_txn *t, size_t room, struct cchc_out *out)
{
	uint8_t *buffer = cchc_arena_alloc(&t->scratch, room);

	if (buffer)
		cchc_out_init(out, buffer, room);
	else
		cchc_txn_fail(&t->txn, CCHC_NOMEM);
	return buffer;
}

void cchc_box_put(struct cchc_box_txn *t, enum cchc_table table,
		  const struct cchc_box_key *key, const struct cchc_out *out)
{
	cchc_check(!out->failed);
	cchc_txn_put(&t->txn, table, key->bytes, key->len, out->begin, cchc_out_len(out));
}

bool cchc_box_get(struct cchc_box_txn *t, enum cchc_table table,
		  const struct cchc_box_key *key, struct cchc_in *in)
{
	const void *value;
	size_t len;

	if (!cchc_txn_get(&t->txn, table, key->bytes, key->len, &value, &len))
		return false;
	cchc_in_init(in, value, len);
	return true;
}

void cchc_box_delete(struct cchc_box_txn *t, enum cchc_table table,
		     const struct cchc_box_key *key)
{
	cchc_txn_delete(&t->txn, table, key->bytes, key->len);
}

void cchc_box_put_figure(struct cchc_box_txn *t, enum cchc_table table, const char *form,
			 uint32_t period, uint32_t row, struct cchc_figure figure)
{
	struct cchc_box_key key = cchc_box_key_cell(form, period, row);
	uint8_t bytes[16];
	struct cchc_out out;

	cchc_out_init(&out, bytes, sizeof(bytes));
	cchc_out_u8(&out, figure.state);
	cchc_out_zigzag(&out, figure.value);
	cchc_box_put(t, table, &key, &out);
}

bool cchc_box_get_figure(struct cchc_box_txn *t, enum cchc_table table, const char *form,
			 uint32_t period, uint32_t row, struct cchc_figure *figure)
{
	struct cchc_box_key key = cchc_box_key_cell(form, period, row);
	struct cchc_in in;

	if (!cchc_box_get(t, table, &key, &in))
		return false;
	figure->state = cchc_in_u8(&in);
	figure->value = cchc_in_zigzag(&in);
	if (in.failed)
		cchc_txn_fail(&t->txn, CCHC_CORRUPT);
	return !in.failed;
}

enum cchc_rc cchc_box_look_figure(struct cchc_outbox *box, enum cchc_table table,
				  const char *form, uint32_t period, uint32_t row,
				  struct cchc_figure *figure)
{
	struct cchc_box_txn t;
	enum cchc_rc rc = cchc_box_read(box, &t);
	bool found;

	if (rc)
		return rc;
	found = cchc_box_get_figure(&t, table, form, period, row, figure);
	return cchc_box_end(&t, found ? CCHC_OK : CCHC_NOTFOUND);
}

struct cchc_figure cchc_box_figure_of(const Cchc__Report *report, size_t i)
{
	uint32_t state = report->n_state ? report->state[i] : CCHC_FIGURE;

	return (struct cchc_figure){.value = report->value[i], .state = (uint8_t)state};
}

/* ---- opening ---- */

/* A new outbox; or one whose making was cut off before its state was there. */
static enum cchc_rc fill(struct cchc_outbox *box)
{
	struct cchc_outbox_state state = {
		.epoch = cchc_random_u64(),
		.epochs = 1,
		/* half of all ids are kept for items that go before the others */
		.next_id = UINT64_C(1) << 62,
		.front_id = UINT64_C(1) << 62,
	};
	struct cchc_txn txn;

	memcpy(state.unit, box->unit, sizeof(state.unit));
	cchc_chain_first(state.epoch, state.last_chain);
	memcpy(state.mark_chain, state.last_chain, sizeof(state.mark_chain));
	cchc_txn_write(&txn, box->env);
	store_state(&txn, &state);
	return cchc_txn_commit(&txn);
}

static enum cchc_rc check_owner(struct cchc_outbox *box, const char *path,
				struct cchc_err *err)
{
	struct cchc_outbox_state state;
	enum cchc_rc rc = cchc_outbox_look(box, &state);

	if (rc)
		return cchc_fail(err, rc, "%s: %s", path, cchc_rc_name(rc));
	if (strcmp(state.unit, box->unit) != 0)
		return cchc_fail(err, CCHC_INVALID,
				 "%s: is the outbox of unit %s, not of %s", path,
				 state.unit, box->unit);
	return CCHC_OK;
}

static enum cchc_rc open_env(const struct cchc_outbox_options *options,
			     struct cchc_outbox *box, struct cchc_err *err)
{
	static const char *const TABLES[BOX_TABLES] = {
		"meta",      "queue",     "sent",  "refusals", "taken",  "files",
		"unwritten", "accepted",  "forms", "reports",  "stands", "standing",
		"dropped",   "namesakes", "heads", "tasks",    "digests"};
	struct cchc_env_options env = {
		.path = options->path,
		/* bodies fill overflow pages by halves, and old pages stay a while; when
		 * max_bytes is reached acks must still find room to be stored */
		.map_bytes = options->max_bytes * 3 + (32 << 20),
		.tables = TABLES,
		.n_tables = BOX_TABLES,
		.mode = 0600,
		.read_only = options->read_only,
	};

	return cchc_env_open(&env, &box->env, err);
}

enum cchc_rc cchc_outbox_open(const struct cchc_outbox_options *options,
			      struct cchc_outbox **box, struct cchc_err *err)
{
	struct cchc_outbox *made CCHC_CLEANUP(cchc_outbox_close) =
		calloc(1, sizeof(*made));
	struct cchc_outbox_state state;
	enum cchc_rc rc;

	if (!made)
		return cchc_fail(err, CCHC_NOMEM, "%s: out of memory", options->path);
	cchc_text_copy(made->unit, sizeof(made->unit), options->unit,
		       strlen(options->unit));
	made->max_bytes = options->max_bytes;
	made->keep_bytes = options->keep_bytes;
	made->keep_ms = options->keep_ms;
	rc = open_env(options, made, err);
	if (rc)
		return rc;
	if (!options->read_only && cchc_outbox_look(made, &state) == CCHC_NOTFOUND) {
		rc = fill(made);
		if (rc)
			return cchc_fail(err, rc, "%s: cannot be filled", options->path);
	}
	rc = check_owner(made, options->path, err);
	if (rc)
		return rc;
	*box = made;
	made = NULL;
	return CCHC_OK;
}

void cchc_outbox_close(struct cchc_outbox **box)
{
	if (!*box)
		return;
	cchc_env_close(&(*box)->env);
	free(*box);
	*box = NULL;
}

enum cchc_rc cchc_outbox_look(struct cchc_outbox *box, struct cchc_outbox_state *state)
{
	struct cchc_box_txn t;
	enum cchc_rc rc = cchc_box_read(box, &t);

	if (rc)
		return rc;
	t.state.queued = cchc_txn_entries(&t.txn, BOX_QUEUE);
	t.state.unwritten = cchc_txn_entries(&t.txn, BOX_UNWRITTEN);
	rc = cchc_box_end(&t, CCHC_OK);
	if (!rc)
		*state = t.state;
	return rc;
}
