/* ingest.c - what agents send, and what they are told.
 *
 * The sender is the ZAP user id of each message. A message is decoded only for a key that
 * may use this door, judged, and given to the writer; the answer follows when it is
 * durable. What was handed over is remembered for each outbox, so that a gap or a repeat
 * is seen at once; the writer tests the mark again inside its transaction and has the
 * last word.
 */

#include "app/ingest.h"

#include <stdio.h>
#include <string.h>

#include "app/deeds.h"
#include "app/down.h"
#include "app/held.h"
#include "app/judge.h"
#include "app/replies.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

enum {
	HIGH_WATER_CELLS = 60000, /* six batches: stop reading, let TCP push back */
	LOW_WATER_CELLS = 20000,
	LATER_FORM_MS = 60 * 1000,
	LATER_STORE_MS = 5 * 1000,
};

static struct cchc_log_limit bad_frames = {.burst = 10, .period_ms = 60000};

struct arrival {
	struct cchc_daemon *d;
	const struct cchc_zmessage *message;
	const struct cchc_key_entry *key;
	struct cchc_item *item; /* owns the arena of everything decoded */
	struct cchc_sender *sender;
};

static void drop(struct arrival *a, const char *why)
{
	a->d->counters.dropped++;
	if (cchc_log_allows(&bad_frames))
		cchc_log(CCHC_LOG_WARN, "agent frame dropped key=%s why=\"%s\"",
			 a->key ? a->key->name : "", why);
	cchc_reply_denied(a->d, a->message->route, a->message->route_len, why, false);
}

/* The key must be of the unit the agent believes it speaks for. */
static bool unit_is_the_keys(const struct arrival *a, const Cchc__Hello *hello)
{
	const struct cchc_unit *own =
		cchc_units_by_id(&a->d->catalog.units, a->key->unit);
	cchc_day day;

	if (!own || strcmp(own->code, hello->unit) != 0)
		return false;
	if (!hello->unit_valid_from || !hello->unit_valid_from[0])
		return true;
	return cchc_day_parse(hello->unit_valid_from, &day) && day == own->valid_from;
}

static bool deny_hello(struct arrival *a, const Cchc__Hello *hello)
{
	char text[CCHC_STRING_MAX];
	char said[33]; /* cut where a character ends: what we send must be clean UTF-8 */
	const struct cchc_unit *own =
		cchc_units_by_id(&a->d->catalog.units, a->key->unit);

	cchc_text_copy(said, sizeof(said), hello->unit, strlen(hello->unit));
	if (hello->version_min > CCHC_PROTOCOL_VERSION ||
	    hello->version_max < CCHC_PROTOCOL_VERSION) {
		(void)snprintf(text, sizeof(text),
			       "version: %u to %u offered, this daemon speaks %d",
			       hello->version_min, hello->version_max,
			       CCHC_PROTOCOL_VERSION);
	} else if (!unit_is_the_keys(a, hello)) {
		(void)snprintf(text, sizeof(text),
			       "unit: %s is not the unit of key %s, which is %s "
			       "(khóa không thuộc đơn vị này)",
			       said, a->key->name, own ? own->code : "");
	} else {
		return false;
	}
	cchc_reply_denied(a->d, a->message->route, a->message->route_len, text, true);
	return true;
}

/* A new outbox is rare: a key that makes many is a fault or an attack. */
static bool may_begin(struct arrival *a)
{
	size_t place = (size_t)(a->key - a->d->ring.entry);

	if (cchc_sessions_allow_epoch(&a->d->sessions, place,
				      cchc_clock_mono_ns() / 1000000))
		return true;
	cchc_reply_denied(a->d, a->message->route, a->message->route_len,
			  "too many new outboxes of this key: try again in ten minutes",
			  false);
	return false;
}

static enum cchc_rc find_sender(struct arrival *a, const Cchc__Hello *hello)
{
	struct cchc_daemon *d = a->d;
	bool is_new = false;
	enum cchc_rc rc;

	a->sender = cchc_sessions_sender(&d->sessions, a->key->unit, hello->epoch);
	if (!a->sender) {
		rc = cchc_sessions_add(&d->sessions, a->key, hello->epoch, &d->store,
				       &a->sender, &is_new);
		if (rc != CCHC_OK)
			return rc;
	}
	if (is_new && !may_begin(a)) {
		cchc_sessions_drop(&d->sessions, a->sender);
		return CCHC_LIMIT;
	}
	a->sender->key = a->key; /* a unit may have two keys during a change of keys */
	return cchc_sessions_bind(&d->sessions, a->sender, a->message->route,
				  a->message->route_len);
}

static void note_contact(struct cchc_sender *sender)
{
	sender->last_contact_ms = cchc_clock_wall_ms();
	sender->last_contact_boot = cchc_clock_boot_ms();
}

static void take_hello(struct arrival *a, const Cchc__Hello *hello)
{
	struct cchc_sender *sender;
	enum cchc_rc rc;

	if (deny_hello(a, hello))
		return;
	rc = find_sender(a, hello);
	if (rc == CCHC_LIMIT)
		return; /* answered */
	sender = a->sender;
	if (rc == CCHC_OK) {
		note_contact(sender);
		sender->later = 0;
		sender->down = hello->down;
		sender->down_sent = 0;
		cchc_sessions_owe_down(&a->d->sessions, sender);
		if (hello->program)
			cchc_sender_describe(sender, hello->program);
		rc = cchc_reply_welcome(a->d, sender);
		if (sender->n_pending)
			cchc_sessions_owe_ack(&a->d->sessions, sender);
	}
	if (rc != CCHC_OK)
		drop(a, "the store cannot be read just now");
}

static void tell_later(struct arrival *a, uint64_t seq, uint32_t wait_ms,
		       const char *reason)
{
	a->sender->later = seq;
	cchc_reply_later(a->d, a->sender, seq, wait_ms, reason);
}

static void hand_over(struct arrival *a)
{
	struct cchc_item *item = a->item;

	a->sender->handed = item->entry.seq;
	a->sender->under_way++;
	/* a repeat has no cells, but its bytes wait in memory all the same */
	item->cells =
		item->entry.n_cells + item->entry.n_refusals + 1 + item->body_len / 256;
	a->d->counters.messages++;
	a->item = NULL;
	cchc_writer_gather(a->d->writer, item);
}

static bool take_task_report(struct arrival *a, const Cchc__Push *push)
{
	struct cchc_item *item = a->item;
	Cchc__TaskReport *report;
	struct cchc_err err;
	enum cchc_rc rc = cchc_wire_task_report(&item->arena, push->body.data,
						push->body.len, &report, &err);

	if (rc == CCHC_OK)
		rc = cchc_deed_of_message(a->d, a->key, report, &item->arena,
					  &item->entry);
	if (rc == CCHC_NOMEM) {
		tell_later(a, push->seq, LATER_STORE_MS, "out of memory");
		return false;
	}
	if (rc != CCHC_OK) {
		item->entry.kind = CCHC_ENTRY_UPDATE;
		item->entry.unit = a->key->unit;
		cchc_judge_refuse_whole(&item->arena, &item->entry, CCHC_RULE_BAD_TEXT,
					"message", "", err.text);
	}
	return true;
}

/* Fills the entry of a push. False when it was answered here. */
static bool judge_push(struct arrival *a, const Cchc__Push *push)
{
	struct cchc_item *item = a->item;
	struct cchc_entry *entry = &item->entry;
	Cchc__Report *report;
	struct cchc_err err;
	enum cchc_rc rc;

	if (push->kind == CCHC__PUSH__KIND__SKIP) {
		entry->kind = CCHC_ENTRY_SKIP;
		entry->unit = a->key->unit;
		return true;
	}
	if (push->kind == CCHC__PUSH__KIND__TASK_REPORT)
		return take_task_report(a, push);
	rc = cchc_wire_report(&item->arena, push->body.data, push->body.len, &report,
			      &err);
	if (rc == CCHC_NOMEM) {
		tell_later(a, push->seq, LATER_STORE_MS, "out of memory");
		return false;
	}
	if (rc != CCHC_OK) {
		entry->kind = push->kind == CCHC__PUSH__KIND__UPDATE ? CCHC_ENTRY_UPDATE
								     : CCHC_ENTRY_REPORT;
		entry->unit = a->key->unit;
		cchc_judge_refuse_whole(&item->arena, entry, CCHC_RULE_BAD_TEXT,
					"message", "", err.text);
		return true;
	}
	switch (cchc_judge(&a->d->catalog, &a->d->board->trees, a->key, report,
			   push->kind == CCHC__PUSH__KIND__UPDATE, entry->clock_ms,
			   &item->arena, entry)) {
	case CCHC_JUDGED:
		return true;
	case CCHC_JUDGED_LATER:
		tell_later(a, push->seq, LATER_FORM_MS,
			   "form: revision not known here yet (biểu mẫu chưa có)");
		return false;
	case CCHC_JUDGED_NOMEM:
		break;
	}
	tell_later(a, push->seq, LATER_STORE_MS, "out of memory");
	return false;
}

static void begin_entry(struct arrival *a, const Cchc__Push *push)
{
	struct cchc_item *item = a->item;
	struct cchc_entry *entry = &item->entry;

	item->sender = a->sender;
	item->body = push->body.data;
	item->body_len = push->body.len;
	item->push_kind = (uint8_t)push->kind;
	entry->clock_ms = cchc_clock_wall_ms();
	entry->sender = a->key->name;
	entry->sender_unit = a->key->unit;
	entry->epoch = push->epoch;
	entry->seq = push->seq;
	memcpy(entry->chain, push->chain.data, sizeof(entry->chain));
	entry->doc_number = entry->signer_name = entry->signer_position = "";
	entry->source = "";
	entry->doc_date = CCHC_DAY_NONE;
}

static void take_push(struct arrival *a, const Cchc__Push *push)
{
	struct cchc_sender *sender = a->sender;

	if (push->epoch != sender->epoch) {
		cchc_reply_hello_first(a->d, a->message->route, a->message->route_len);
		return;
	}
	if (sender->later && push->seq > sender->later)
		return; /* everything above waits until that one comes again */
	if (push->seq > sender->handed + 1) {
		cchc_reply_gap(a->d, sender);
		return;
	}
	if (push->seq > sender->mark && push->seq <= sender->handed)
		return; /* on its way: the ack will come */
	sender->later = 0;
	if (cchc_writer_is_broken(a->d->writer)) {
		tell_later(a, push->seq, LATER_STORE_MS,
			   "the store cannot be written just now");
		return;
	}
	begin_entry(a, push);
	if (push->seq <= sender->mark) { /* repeated, or an old image: the store knows */
		uint64_t handed = sender->handed;

		a->item->entry.kind = CCHC_ENTRY_SKIP;
		hand_over(a);
		sender->handed = handed;
		return;
	}
	if (judge_push(a, push))
		hand_over(a);
}

static void take_stored(struct arrival *a, const Cchc__Stored *stored)
{
	struct cchc_sender *sender = a->sender;
	struct cchc_entry *entry = &a->item->entry;

	if (stored->down > sender->down)
		sender->down = stored->down;
	if (sender->down_sent && sender->down >= sender->down_sent) {
		sender->down_sent = 0;
		if (sender->owes_down)
			cchc_sessions_owe_down(&a->d->sessions, sender);
	}
	if (stored->epoch != sender->epoch ||
	    !cchc_sender_forget_refusals(sender, stored->refusals))
		return;
	cchc_sessions_owe_ack(&a->d->sessions,
			      sender); /* the mark may have been held back */
	*entry = (struct cchc_entry){
		.kind = CCHC_ENTRY_STORED,
		.clock_ms = cchc_clock_wall_ms(),
		.sender = a->key->name,
		.sender_unit = a->key->unit,
		.epoch = sender->epoch,
		.seq = stored->refusals,
		.doc_number = "",
		.doc_date = CCHC_DAY_NONE,
		.signer_name = "",
		.signer_position = "",
		.source = "",
	};
	sender->under_way++;
	a->item->sender = sender;
	a->item->cells = 1;
	cchc_writer_gather(a->d->writer, a->item);
	a->item = NULL;
}

static void take_status(struct arrival *a, const Cchc__Status *status)
{
	struct cchc_sender *sender = a->sender;

	sender->queued = status->queued;
	sender->rejected = status->rejected;
	cchc_sender_note(sender, status->note ? status->note : "");
	/* a lost ack, grant or downward item is repaired by the next one */
	cchc_sessions_owe_ack(&a->d->sessions, sender);
	sender->down_sent = 0;
	cchc_sessions_owe_down(&a->d->sessions, sender);
}

static void take_frame(struct arrival *a, const Cchc__ToDaemon *frame)
{
	if (frame->kind == CCHC__TO_DAEMON__KIND__HELLO) {
		take_hello(a, frame->hello);
		return;
	}
	a->sender = cchc_sessions_find(&a->d->sessions, a->message->route,
				       a->message->route_len);
	if (!a->sender || a->sender->key->unit != a->key->unit) {
		cchc_reply_hello_first(a->d, a->message->route, a->message->route_len);
		return;
	}
	note_contact(a->sender);
	switch (frame->kind) {
	case CCHC__TO_DAEMON__KIND__PUSH:
		take_push(a, frame->push);
		break;
	case CCHC__TO_DAEMON__KIND__STORED:
		take_stored(a, frame->stored);
		break;
	case CCHC__TO_DAEMON__KIND__STATUS:
		take_status(a, frame->status);
		break;
	case CCHC__TO_DAEMON__KIND__FETCH:
		cchc_reply_piece(a->d, a->sender, frame->fetch);
		break;
	case CCHC__TO_DAEMON__KIND__HELD:
		cchc_held_answer(a->d, a->sender, frame->held);
		break;
	default: /* HELLO was taken, others are refused by the decoder */
		break;
	}
}

void cchc_ingest_message(void *data, const struct cchc_zmessage *message)
{
	struct arrival a = {.d = data, .message = message};
	Cchc__ToDaemon *frame;
	struct cchc_err err;
	enum cchc_rc rc;

	a.key = message->user ? cchc_keyring_by_user(&a.d->ring, message->user) : NULL;
	if (!a.key || a.key->role != CCHC_ROLE_AGENT || a.d->stopping ||
	    !cchc_route_is_ours(message->route, message->route_len)) {
		a.d->counters.dropped++;
		return;
	}
	a.item = cchc_item_new();
	if (!a.item) {
		a.d->counters.dropped++;
		return;
	}
	if (!message->body) {
		drop(&a, "a message has one part");
	} else {
		rc = cchc_wire_to_daemon(&a.item->arena, message->body, message->body_len,
					 &frame, &err);
		if (rc == CCHC_OK)
			take_frame(&a, frame);
		else
			drop(&a, err.text);
	}
	cchc_item_free(a.item);
}

static void note_applied(struct cchc_daemon *d, const struct cchc_item *item)
{
	struct cchc_sender *sender = item->sender;
	const struct cchc_entry *entry = &item->entry;
	size_t own = 0;

	sender->mark = item->outcome.mark;
	memcpy(sender->chain, entry->chain, sizeof(sender->chain));
	if (sender->handed < sender->mark)
		sender->handed = sender->mark;
	while (own < entry->n_refusals && !cchc_refusal_is_unread(&entry->refusal[own]))
		own++; /* those the agent refused itself stand behind ours */
	if (own > 0 && cchc_sender_add_refusals(sender, entry->seq, entry->refusal, own))
		cchc_log(CCHC_LOG_ERROR, "out of memory for refusals: they wait in the "
					 "store until the agent says hello");
	cchc_sessions_owe_ack(&d->sessions, sender);
	if (entry->kind == CCHC_ENTRY_REPORT && entry->unit == sender->key->unit)
		cchc_sessions_owe_down(&d->sessions, sender);
	d->counters.cells += entry->n_cells;
	d->counters.refused_cells += entry->n_refusals;
}

/* One LATER for what failed, at the lowest seq: the rest of a batch lies above it. */
static void note_failed(struct cchc_daemon *d, const struct cchc_item *item)
{
	struct cchc_sender *sender = item->sender;

	cchc_sender_rewind(sender);
	if (sender->later && sender->later <= item->entry.seq)
		return;
	sender->later = item->entry.seq;
	cchc_reply_later(d, sender, sender->later, LATER_STORE_MS,
			 item->rc == CCHC_NOSPACE
				 ? "the store is full (kho dữ liệu đã đầy)"
				 : "the store cannot be written just now");
}

void cchc_ingest_done(struct cchc_daemon *d, const struct cchc_item *item)
{
	struct cchc_sender *sender = item->sender;

	if (!sender)
		return;
	sender->under_way--;
	if (item->entry.kind == CCHC_ENTRY_STORED)
		return;
	if (item->rc != CCHC_OK) {
		note_failed(d, item);
		return;
	}
	switch (item->outcome.applied) {
	case CCHC_APPLIED:
		note_applied(d, item);
		break;
	case CCHC_REPEATED:
		cchc_sessions_owe_ack(&d->sessions, sender);
		break;
	case CCHC_GAP:
		cchc_sender_rewind(sender);
		if (!sender->later)
			cchc_reply_gap(d, sender);
		break;
	case CCHC_REFUSED: /* of operators only */
		break;
	case CCHC_FORKED:
	case CCHC_RETIRED:
		cchc_sender_rewind(sender);
		cchc_reply_fork(d, sender, item->entry.seq);
		break;
	}
}

static void back_pressure(struct cchc_daemon *d)
{
	size_t cells = cchc_writer_in_flight(d->writer);
	struct cchc_zpoll *agents = d->doors.poll[CCHC_DOOR_AGENTS];

	if (!d->paused && cells > HIGH_WATER_CELLS) {
		d->paused = true;
		cchc_zpoll_pause(agents);
	} else if (d->paused && cells < LOW_WATER_CELLS) {
		d->paused = false;
		cchc_zpoll_resume(agents);
	}
}

void cchc_ingest_settle(struct cchc_daemon *d)
{
	struct cchc_sender *sender;

	while ((sender = cchc_sessions_next_owing(&d->sessions))) {
		if (sender->owes_ack)
			cchc_reply_ack(d, sender);
		sender->owes_ack = false;
		if (sender->owes_down && !sender->down_sent) {
			sender->owes_down = false;
			cchc_down_send(d, sender);
		}
	}
	cchc_writer_hand_over(d->writer);
	back_pressure(d);
}
