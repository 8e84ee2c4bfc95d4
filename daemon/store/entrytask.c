/* entrytask.c - what journal entries say of tasks and alerts, as bytes.
 *
 *	DEED	u8 kind, 0 where there was no deed to judge, and then no more of it; hand,
 *		id, unit, texts, days and numbers in the order of struct cchc_deed; then
 *		the sender's clock and source
 *	FIRE	firings, each with its deliveries
 *	HAND	varint alert, place of the delivery, state << 1 | of_end; text why
 *	SAY	the saying
 *	STEPS	class and step, texts; zigzag days, varint minute
 *	HEARD	varint unit, zigzag when */
#include "store/entrytask.h"

#include "core/task.h"
#include "store/alert.h"

enum {
	DEED_ROOM = 160, /* every number, each at its longest */
	CO_ROOM = 5,
	FIRING_ROOM = 64,
	FIRING_LEAST = 14,
	DELIVERY_ROOM = 1,
	DELIVERY_LEAST = 3,
	HANDING_ROOM = 16,
	HANDING_LEAST = 4,
	SAYING_ROOM = 64,
	STEP_ROOM = 20,
	STEP_LEAST = 4,
	HEARD_ROOM = 15,
	HEARD_LEAST = 2,
};

/* ---- how much room ---- */

static size_t deed_room(const struct cchc_deed *deed)
{
	if (!deed)
		return DEED_ROOM;
	return DEED_ROOM + deed->n_co * CO_ROOM + cchc_text_room(deed->id) +
	       cchc_text_room(deed->class_name) + cchc_text_room(deed->title) +
	       cchc_text_room(deed->doc_number) + cchc_text_room(deed->assigner) +
	       cchc_text_room(deed->result) + cchc_text_room(deed->reason) +
	       cchc_text_room(deed->reason_doc);
}

static size_t firing_room(const struct cchc_firing *firing)
{
	size_t room = FIRING_ROOM + cchc_text_room(firing->key) +
		      cchc_text_room(firing->task_id) + cchc_text_room(firing->step) +
		      cchc_text_room(firing->text);

	for (size_t i = 0; i < firing->n_deliveries; i++)
		room += DELIVERY_ROOM + cchc_text_room(firing->delivery[i].channel) +
			cchc_text_room(firing->delivery[i].to);
	return room;
}

size_t cchc_entrytask_room(const struct cchc_entry *entry)
{
	size_t room = 10; /* the count of a list */

	if (entry->kind == CCHC_ENTRY_DEED)
		room += deed_room(entry->deed);
	else if (entry->kind == CCHC_ENTRY_SAY)
		room += SAYING_ROOM + cchc_text_room(entry->saying->step) +
			cchc_text_room(entry->saying->note);
	for (size_t i = 0; i < entry->n_firings; i++)
		room += firing_room(&entry->firing[i]);
	for (size_t i = 0; i < entry->n_handings; i++)
		room += HANDING_ROOM + cchc_text_room(entry->handing[i].why);
	for (size_t i = 0; i < entry->n_steps; i++)
		room += STEP_ROOM + cchc_text_room(entry->steps[i].class_name) +
			cchc_text_room(entry->steps[i].step);
	return room + entry->n_heard * HEARD_ROOM;
}

/* ---- into bytes ---- */

static void put_deed(struct cchc_out *out, const struct cchc_deed *deed)
{
	cchc_out_u8(out, (uint8_t)deed->kind);
	cchc_out_u8(out, (uint8_t)deed->hand);
	cchc_out_text(out, deed->id);
	cchc_out_varint(out, deed->unit);
	cchc_out_text(out, deed->class_name);
	cchc_out_text(out, deed->title);
	cchc_out_text(out, deed->doc_number);
	cchc_out_zigzag(out, deed->doc_date);
	cchc_out_text(out, deed->assigner);
	cchc_out_zigzag(out, deed->assigned);
	cchc_out_varint(out, deed->n_co);
	for (size_t i = 0; i < deed->n_co; i++)
		cchc_out_varint(out, deed->co[i]);
	cchc_out_u8(out, deed->is_duty);
	cchc_out_varint(out, deed->form);
	cchc_out_varint(out, deed->period);
	cchc_out_varint(out, deed->lead);
	cchc_out_zigzag(out, deed->due);
	cchc_out_zigzag(out, deed->effective);
	cchc_out_zigzag(out, deed->done);
	cchc_out_text(out, deed->result);
	cchc_out_zigzag(out, deed->wish);
	cchc_out_text(out, deed->reason);
	cchc_out_text(out, deed->reason_doc);
}

static void put_deed_entry(struct cchc_out *out, const struct cchc_entry *entry)
{
	if (entry->deed)
		put_deed(out, entry->deed);
	else
		cchc_out_u8(out, 0);
	cchc_out_zigzag(out, entry->as_of_ms);
	cchc_out_text(out, entry->source);
}

static void put_firing(struct cchc_out *out, const struct cchc_firing *firing)
{
	cchc_out_u8(out, (uint8_t)firing->kind);
	cchc_out_text(out, firing->key);
	cchc_out_varint(out, firing->unit);
	cchc_out_varint(out, firing->task);
	cchc_out_text(out, firing->task_id);
	cchc_out_text(out, firing->step);
	cchc_out_varint(out, firing->version);
	cchc_out_u8(out, firing->urgency);
	cchc_out_zigzag(out, firing->due);
	cchc_out_zigzag(out, firing->moment_ms);
	cchc_out_u8(out, firing->superseded);
	cchc_out_text(out, firing->text);
	cchc_out_varint(out, firing->n_deliveries);
	for (size_t i = 0; i < firing->n_deliveries; i++) {
		cchc_out_text(out, firing->delivery[i].channel);
		cchc_out_text(out, firing->delivery[i].to);
		cchc_out_u8(out, firing->delivery[i].tells_end);
	}
}

static void put_handing(struct cchc_out *out, const struct cchc_handing *handing)
{
	cchc_out_varint(out, handing->alert);
	cchc_out_varint(out, handing->delivery);
	cchc_out_u8(out, (uint8_t)(handing->state << 1 | handing->of_end));
	cchc_out_text(out, handing->why);
}

static void put_saying(struct cchc_out *out, const struct cchc_saying *saying)
{
	cchc_out_u8(out, (uint8_t)saying->kind);
	cchc_out_varint(out, saying->alert);
	cchc_out_varint(out, saying->unit);
	cchc_out_varint(out, saying->task);
	cchc_out_text(out, saying->step);
	cchc_out_zigzag(out, saying->until_ms);
	cchc_out_varint(out, saying->silence);
	cchc_out_text(out, saying->note);
}

static void put_steps(struct cchc_out *out, const struct cchc_entry *entry)
{
	cchc_out_varint(out, entry->n_steps);
	for (size_t i = 0; i < entry->n_steps; i++) {
		cchc_out_text(out, entry->steps[i].class_name);
		cchc_out_text(out, entry->steps[i].step);
		cchc_out_zigzag(out, entry->steps[i].days);
		cchc_out_varint(out, entry->steps[i].minute);
	}
}

static void put_heard(struct cchc_out *out, const struct cchc_entry *entry)
{
	cchc_out_varint(out, entry->n_heard);
	for (size_t i = 0; i < entry->n_heard; i++) {
		cchc_out_varint(out, entry->heard[i].unit);
		cchc_out_zigzag(out, entry->heard[i].at_ms);
	}
}

void cchc_entrytask_put(struct cchc_out *out, const struct cchc_entry *entry)
{
	if (entry->kind == CCHC_ENTRY_DEED) {
		put_deed_entry(out, entry);
	} else if (entry->kind == CCHC_ENTRY_FIRE) {
		cchc_out_varint(out, entry->n_firings);
		for (size_t i = 0; i < entry->n_firings; i++)
			put_firing(out, &entry->firing[i]);
	} else if (entry->kind == CCHC_ENTRY_HAND) {
		cchc_out_varint(out, entry->n_handings);
		for (size_t i = 0; i < entry->n_handings; i++)
			put_handing(out, &entry->handing[i]);
	} else if (entry->kind == CCHC_ENTRY_SAY) {
		put_saying(out, entry->saying);
	} else if (entry->kind == CCHC_ENTRY_STEPS) {
		put_steps(out, entry);
	} else if (entry->kind == CCHC_ENTRY_HEARD) {
		put_heard(out, entry);
	}
}

/* ---- out of bytes ---- */

static uint32_t take_u32(struct cchc_taker *t)
{
	return (uint32_t)cchc_take_number(t, UINT32_MAX);
}

static bool take_bool(struct cchc_taker *t)
{
	return cchc_take_number(t, 1) != 0;
}

/* An enum that counts from 1. */
static uint8_t take_kind(struct cchc_taker *t, uint8_t max)
{
	uint8_t kind = (uint8_t)cchc_take_number(t, max);

	if (kind == 0)
		t->in.failed = true;
	return kind;
}

static void take_co(struct cchc_taker *t, struct cchc_deed *deed)
{
	size_t n = cchc_take_count(t, 1);
	uint32_t *co = cchc_take_memory(t, n, sizeof(*co));

	for (size_t i = 0; i < n && cchc_taker_is_sound(t); i++)
		co[i] = take_u32(t);
	deed->co = co;
	deed->n_co = n;
}

static void take_deed(struct cchc_taker *t, struct cchc_deed *deed)
{
	deed->hand = (enum cchc_deed_hand)cchc_take_number(t, CCHC_HAND_DAEMON);
	deed->id = cchc_take_text(t);
	deed->unit = take_u32(t);
	deed->class_name = cchc_take_text(t);
	deed->title = cchc_take_text(t);
	deed->doc_number = cchc_take_text(t);
	deed->doc_date = cchc_take_day(t);
	deed->assigner = cchc_take_text(t);
	deed->assigned = cchc_take_day(t);
	take_co(t, deed);
	deed->is_duty = take_bool(t);
	deed->form = (uint16_t)cchc_take_number(t, UINT16_MAX);
	deed->period = take_u32(t);
	deed->lead = take_u32(t);
	deed->due = cchc_take_day(t);
	deed->effective = cchc_take_day(t);
	deed->done = cchc_take_day(t);
	deed->result = cchc_take_text(t);
	deed->wish = cchc_take_day(t);
	deed->reason = cchc_take_text(t);
	deed->reason_doc = cchc_take_text(t);
}

static void take_deed_entry(struct cchc_taker *t, struct cchc_entry *entry)
{
	uint8_t kind = (uint8_t)cchc_take_number(t, CCHC_DEED_FULFIL);
	struct cchc_deed *deed = cchc_take_memory(t, kind ? 1 : 0, sizeof(*deed));

	if (deed) {
		deed->kind = (enum cchc_deed_kind)kind;
		take_deed(t, deed);
	}
	entry->deed = deed;
	entry->as_of_ms = cchc_in_zigzag(&t->in);
	entry->source = cchc_take_text(t);
}

static void take_deliveries(struct cchc_taker *t, struct cchc_firing *firing)
{
	size_t n = cchc_take_count(t, DELIVERY_LEAST);

	firing->delivery = cchc_take_memory(t, n, sizeof(*firing->delivery));
	firing->n_deliveries = n;
	for (size_t i = 0; i < n && cchc_taker_is_sound(t); i++) {
		firing->delivery[i].channel = cchc_take_text(t);
		firing->delivery[i].to = cchc_take_text(t);
		firing->delivery[i].tells_end = take_bool(t);
		firing->delivery[i].why = "";
	}
}

static void take_firing(struct cchc_taker *t, struct cchc_firing *firing)
{
	firing->kind = (enum cchc_alert_kind)take_kind(t, CCHC_ALERT_DIGEST);
	firing->key = cchc_take_text(t);
	firing->unit = take_u32(t);
	firing->task = cchc_in_varint(&t->in);
	firing->task_id = cchc_take_text(t);
	firing->step = cchc_take_text(t);
	firing->version = take_u32(t);
	firing->urgency = (uint8_t)cchc_take_number(t, CCHC_URGENCY_CRITICAL);
	firing->due = cchc_take_day(t);
	firing->moment_ms = cchc_in_zigzag(&t->in);
	firing->superseded = take_bool(t);
	firing->text = cchc_take_text(t);
	take_deliveries(t, firing);
}

static void take_firings(struct cchc_taker *t, struct cchc_entry *entry)
{
	size_t n = cchc_take_count(t, FIRING_LEAST);

	entry->firing = cchc_take_memory(t, n, sizeof(*entry->firing));
	entry->n_firings = n;
	for (size_t i = 0; i < n && cchc_taker_is_sound(t); i++)
		take_firing(t, &entry->firing[i]);
}

static void take_handings(struct cchc_taker *t, struct cchc_entry *entry)
{
	size_t n = cchc_take_count(t, HANDING_LEAST);
	struct cchc_handing *handing = cchc_take_memory(t, n, sizeof(*handing));

	for (size_t i = 0; i < n && cchc_taker_is_sound(t); i++) {
		uint64_t state;

		handing[i].alert = cchc_in_varint(&t->in);
		handing[i].delivery = (uint16_t)cchc_take_number(t, UINT16_MAX);
		state = cchc_take_number(t, CCHC_DELIVERY_DROPPED << 1 | 1);
		handing[i].state = (uint8_t)(state >> 1);
		handing[i].of_end = state & 1;
		handing[i].why = cchc_take_text(t);
	}
	entry->handing = handing;
	entry->n_handings = n;
}

static void take_saying(struct cchc_taker *t, struct cchc_entry *entry)
{
	struct cchc_saying *saying = cchc_take_memory(t, 1, sizeof(*saying));

	if (!saying)
		return;
	saying->kind = (enum cchc_saying_kind)take_kind(t, CCHC_SAY_UNSILENCE);
	saying->alert = cchc_in_varint(&t->in);
	saying->unit = take_u32(t);
	saying->task = cchc_in_varint(&t->in);
	saying->step = cchc_take_text(t);
	saying->until_ms = cchc_in_zigzag(&t->in);
	saying->silence = cchc_in_varint(&t->in);
	saying->note = cchc_take_text(t);
	entry->saying = saying;
}

static void take_steps(struct cchc_taker *t, struct cchc_entry *entry)
{
	size_t n = cchc_take_count(t, STEP_LEAST);
	struct cchc_entry_step *steps = cchc_take_memory(t, n, sizeof(*steps));

	for (size_t i = 0; i < n && cchc_taker_is_sound(t); i++) {
		steps[i].class_name = cchc_take_text(t);
		steps[i].step = cchc_take_text(t);
		steps[i].days = cchc_take_day(t);
		steps[i].minute = take_u32(t);
	}
	entry->steps = steps;
	entry->n_steps = n;
}

static void take_heard(struct cchc_taker *t, struct cchc_entry *entry)
{
	size_t n = cchc_take_count(t, HEARD_LEAST);
	struct cchc_entry_heard *heard = cchc_take_memory(t, n, sizeof(*heard));

	for (size_t i = 0; i < n && cchc_taker_is_sound(t); i++) {
		heard[i].unit = take_u32(t);
		heard[i].at_ms = cchc_in_zigzag(&t->in);
	}
	entry->heard = heard;
	entry->n_heard = n;
}

void cchc_entrytask_take(struct cchc_taker *t, struct cchc_entry *entry)
{
	if (entry->kind == CCHC_ENTRY_DEED)
		take_deed_entry(t, entry);
	else if (entry->kind == CCHC_ENTRY_FIRE)
		take_firings(t, entry);
	else if (entry->kind == CCHC_ENTRY_HAND)
		take_handings(t, entry);
	else if (entry->kind == CCHC_ENTRY_SAY)
		take_saying(t, entry);
	else if (entry->kind == CCHC_ENTRY_STEPS)
		take_steps(t, entry);
	else if (entry->kind == CCHC_ENTRY_HEARD)
		take_heard(t, entry);
}
