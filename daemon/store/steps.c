/* steps.c - since when each class of tasks has each of its steps. One that is counted to
 * another day or minute is another step, though it kept its name. */
#include <string.h>

#include "store/tables.h"
#include "store/taker.h"

static bool is_sound(const struct cchc_entry_step *step)
{
	return step->class_name[0] && strlen(step->class_name) < CCHC_TASK_CLASS &&
	       step->step[0] && strlen(step->step) < CCHC_STEP_NAME;
}

static bool is_named(const struct cchc_entry *entry, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < entry->n_steps; i++) {
		struct cchc_key key =
			cchc_key_step(entry->steps[i].class_name, entry->steps[i].step);

		if (key.len == len && memcmp(key.bytes, bytes, len) == 0)
			return true;
	}
	return false;
}

/* A walk must not see its table change: one is found, the walk ends, it goes. */
static bool forget_first(struct cchc_txn *txn, const struct cchc_entry *entry)
{
	struct cchc_key key = {.len = 0};
	struct cchc_walk walk;

	cchc_walk_from(&walk, txn, CCHC_TABLE_STEPS, NULL, 0);
	while (walk.found && is_named(entry, walk.key, walk.key_len))
		cchc_walk_next(&walk);
	if (walk.found && walk.key_len <= sizeof(key.bytes)) {
		memcpy(key.bytes, walk.key, walk.key_len);
		key.len = walk.key_len;
	}
	cchc_walk_end(&walk);
	if (key.len)
		cchc_table_delete(txn, CCHC_TABLE_STEPS, &key);
	return key.len && !txn->rc;
}

/* A step as its record has it. */
struct known {
	int64_t since_ms;
	int64_t days;
	uint64_t minute;
};

static bool find_step(struct cchc_txn *txn, const struct cchc_key *key,
		      struct known *known)
{
	const void *value;
	struct cchc_in in;
	size_t len;

	if (!cchc_table_get(txn, CCHC_TABLE_STEPS, key, &value, &len))
		return false;
	cchc_in_init(&in, value, len);
	known->since_ms = cchc_in_zigzag(&in);
	known->days = cchc_in_zigzag(&in);
	known->minute = cchc_in_varint(&in);
	if (!in.failed && cchc_in_left(&in) == 0)
		return true;
	cchc_txn_fail(txn, CCHC_CORRUPT);
	return false;
}

static bool add_step(struct cchc_txn *txn, const struct cchc_entry *entry,
		     const struct cchc_entry_step *step)
{
	struct cchc_key key = cchc_key_step(step->class_name, step->step);
	struct known known;
	uint8_t bytes[30];
	struct cchc_out out;

	if (find_step(txn, &key, &known) && known.days == step->days &&
	    known.minute == step->minute)
		return false;
	cchc_out_init(&out, bytes, sizeof(bytes));
	cchc_out_zigzag(&out, entry->clock_ms);
	cchc_out_zigzag(&out, step->days);
	cchc_out_varint(&out, step->minute);
	cchc_table_put(txn, CCHC_TABLE_STEPS, &key, bytes, cchc_out_len(&out));
	return true;
}

void cchc_steps_apply(struct cchc_txn *txn, const struct cchc_entry *entry,
		      struct cchc_outcome *outcome)
{
	bool changed = false;

	for (size_t i = 0; i < entry->n_steps; i++)
		if (!is_sound(&entry->steps[i]))
			cchc_txn_fail(txn, CCHC_INVALID);
	if (txn->rc)
		return;
	while (forget_first(txn, entry))
		changed = true;
	for (size_t i = 0; i < entry->n_steps; i++)
		changed |= add_step(txn, entry, &entry->steps[i]);
	if (!changed)
		outcome->applied = CCHC_REPEATED;
}

int64_t cchc_store_step_since(struct cchc_txn *txn, const char *class_name,
			      const char *step)
{
	struct cchc_entry_step of = {.class_name = class_name, .step = step};
	struct cchc_key key;
	struct known known;

	if (!is_sound(&of))
		return 0;
	key = cchc_key_step(class_name, step);
	return find_step(txn, &key, &known) ? known.since_ms : 0;
}
