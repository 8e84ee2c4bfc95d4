/* sayings.c - what people say to alerts: that they took note, or that some are to be
 * silent for a while. A silence's number is that of its entry; one that is taken back is
 * gone, one that is over stays for a while, for those who ask. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "store/tables.h"
#include "store/taker.h"

enum {
	SILENCE_ROOM = 64, /* without its texts */
	READ_MEMORY = 64 * 1024,
	FORGOTTEN = 64, /* by one entry */
};

static const int64_t KEPT_MS = 90 * INT64_C(86400000); /* what is over */

/* ---- silences ---- */

static void put_silence(struct cchc_txn *txn, const struct cchc_silence *silence,
			struct cchc_arena *arena)
{
	struct cchc_key key = cchc_key_number(silence->no);
	size_t room = SILENCE_ROOM + cchc_text_room(silence->step) +
		      cchc_text_room(silence->by) + cchc_text_room(silence->note);
	void *bytes = cchc_arena_alloc(arena, room);
	struct cchc_out out;

	if (!bytes) {
		cchc_txn_fail(txn, CCHC_NOMEM);
		return;
	}
	cchc_out_init(&out, bytes, room);
	cchc_out_varint(&out, silence->unit);
	cchc_out_varint(&out, silence->task);
	cchc_out_text(&out, silence->step);
	cchc_out_zigzag(&out, silence->from_ms);
	cchc_out_zigzag(&out, silence->until_ms);
	cchc_out_text(&out, silence->by);
	cchc_out_text(&out, silence->note);
	cchc_check(!out.failed);
	cchc_table_put(txn, CCHC_TABLE_SILENCES, &key, bytes, cchc_out_len(&out));
}

static bool read_silence(const struct cchc_walk *walk, struct cchc_arena *arena,
			 struct cchc_silence *silence)
{
	struct cchc_taker t;
	enum cchc_rc rc;

	cchc_taker_init(&t, arena, walk->value, walk->len);
	silence->unit = (uint32_t)cchc_take_number(&t, UINT32_MAX);
	silence->task = cchc_in_varint(&t.in);
	silence->step = cchc_take_text(&t);
	silence->from_ms = cchc_in_zigzag(&t.in);
	silence->until_ms = cchc_in_zigzag(&t.in);
	silence->by = cchc_take_text(&t);
	silence->note = cchc_take_text(&t);
	rc = cchc_taker_end(&t);
	if (!cchc_key_read_number(walk->key, walk->key_len, &silence->no))
		rc = CCHC_CORRUPT;
	cchc_txn_fail(walk->txn, rc);
	return rc == CCHC_OK;
}

void cchc_store_each_silence(struct cchc_txn *txn, struct cchc_arena *arena,
			     cchc_store_on_silence *on_silence, void *data)
{
	struct cchc_silence silence;
	struct cchc_walk walk;

	cchc_walk_from(&walk, txn, CCHC_TABLE_SILENCES, NULL, 0);
	for (; walk.found && !txn->rc; cchc_walk_next(&walk))
		if (read_silence(&walk, arena, &silence))
			on_silence(data, &silence);
	cchc_walk_end(&walk);
}

struct comparison {
	const struct cchc_silence *with;
	struct cchc_arena arena; /* of the one that is read */
	bool found;
};

static void on_other(void *data, const struct cchc_silence *silence)
{
	struct comparison *same = data;
	const struct cchc_silence *with = same->with;

	if (silence->unit == with->unit && silence->task == with->task &&
	    silence->until_ms == with->until_ms &&
	    strcmp(silence->step, with->step) == 0 &&
	    strcmp(silence->by, with->by) == 0 && strcmp(silence->note, with->note) == 0)
		same->found = true;
	cchc_arena_reset(&same->arena);
}

/* The first that was over before; 0: none was. */
static uint64_t find_over(struct cchc_txn *txn, int64_t before_ms)
{
	struct cchc_silence silence = {.no = 0};
	struct cchc_arena arena;
	struct cchc_walk walk;
	uint64_t no = 0;

	cchc_arena_init(&arena, READ_MEMORY);
	cchc_walk_from(&walk, txn, CCHC_TABLE_SILENCES, NULL, 0);
	for (; walk.found && no == 0 && !txn->rc; cchc_walk_next(&walk)) {
		if (read_silence(&walk, &arena, &silence) && silence.until_ms < before_ms)
			no = silence.no;
		cchc_arena_reset(&arena);
	}
	cchc_walk_end(&walk);
	cchc_arena_fini(&arena);
	return no;
}

/* A walk must not see its table change: one is found, the walk ends, it goes. */
static void forget_over(struct cchc_txn *txn, int64_t before_ms)
{
	uint64_t no;

	for (int i = 0; i < FORGOTTEN && (no = find_over(txn, before_ms)) != 0; i++) {
		struct cchc_key key = cchc_key_number(no);

		cchc_table_delete(txn, CCHC_TABLE_SILENCES, &key);
	}
}

static bool is_said(struct cchc_txn *txn, const struct cchc_silence *silence)
{
	struct comparison same = {.with = silence};

	cchc_arena_init(&same.arena, READ_MEMORY);
	cchc_store_each_silence(txn, &same.arena, on_other, &same);
	cchc_arena_fini(&same.arena);
	return same.found;
}

/* ---- what is said ---- */

static void refuse(struct cchc_outcome *outcome, enum cchc_rule rule, const char *field)
{
	outcome->applied = CCHC_REFUSED;
	outcome->refusal =
		(struct cchc_refusal){.index = CCHC_REFUSED_WHOLE, .rule = rule};
	cchc_text_copy(outcome->refusal.field, sizeof(outcome->refusal.field), field,
		       strlen(field));
}

static void take_note(struct cchc_txn *txn, const struct cchc_entry *entry,
		      struct cchc_arena *arena, struct cchc_outcome *outcome)
{
	const char *note = cchc_text_given(entry->saying->note);
	const char *by = cchc_text_given(entry->sender);
	struct cchc_alert *alert = cchc_arena_alloc(arena, sizeof(*alert));

	if (!alert) {
		cchc_txn_fail(txn, CCHC_NOMEM);
		return;
	}
	if (!cchc_store_alert(txn, entry->saying->alert, arena, alert)) {
		refuse(outcome, CCHC_RULE_NO_ALERT, "alert");
		return;
	}
	if (alert->acked_ms && strcmp(alert->acked_by, by) == 0 &&
	    strcmp(alert->note, note) == 0) {
		outcome->applied = CCHC_REPEATED;
		return;
	}
	alert->acked_ms = entry->clock_ms;
	alert->acked_by = by;
	alert->note = note;
	alert->journal = entry->number;
	cchc_alerts_put(txn, alert, arena);
	outcome->alert = alert;
	outcome->n_alerts = 1;
}

static void begin_silence(struct cchc_txn *txn, const struct cchc_entry *entry,
			  struct cchc_arena *arena, struct cchc_outcome *outcome)
{
	const struct cchc_saying *saying = entry->saying;
	struct cchc_silence silence = {.no = entry->number,
				       .unit = saying->unit,
				       .task = saying->task,
				       .step = cchc_text_given(saying->step),
				       .from_ms = entry->clock_ms,
				       .until_ms = saying->until_ms,
				       .by = cchc_text_given(entry->sender),
				       .note = cchc_text_given(saying->note)};

	if (silence.until_ms <= silence.from_ms) {
		refuse(outcome, CCHC_RULE_BAD_DATE, "until");
		return;
	}
	if (is_said(txn, &silence)) {
		outcome->applied = CCHC_REPEATED;
		return;
	}
	forget_over(txn, entry->clock_ms - KEPT_MS);
	put_silence(txn, &silence, arena);
}

static void refuse_silence(struct cchc_outcome *outcome, uint64_t silence)
{
	refuse(outcome, CCHC_RULE_NO_SILENCE, "silence");
	(void)snprintf(outcome->refusal.value, sizeof(outcome->refusal.value), "%" PRIu64,
		       silence);
}

static void end_silence(struct cchc_txn *txn, const struct cchc_entry *entry,
			struct cchc_outcome *outcome)
{
	struct cchc_key key = cchc_key_number(entry->saying->silence);
	const void *value;
	size_t len;

	if (cchc_table_get(txn, CCHC_TABLE_SILENCES, &key, &value, &len))
		cchc_table_delete(txn, CCHC_TABLE_SILENCES, &key);
	else
		refuse_silence(outcome, entry->saying->silence);
}

void cchc_saying_apply(struct cchc_txn *txn, const struct cchc_entry *entry,
		       struct cchc_arena *arena, struct cchc_outcome *outcome)
{
	switch (entry->saying->kind) {
	case CCHC_SAY_ACK:
		take_note(txn, entry, arena, outcome);
		return;
	case CCHC_SAY_SILENCE:
		begin_silence(txn, entry, arena, outcome);
		return;
	case CCHC_SAY_UNSILENCE:
		end_silence(txn, entry, outcome);
		return;
	}
	cchc_txn_fail(txn, CCHC_INVALID);
}
