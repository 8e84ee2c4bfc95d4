/* entry.c - journal entries as bytes.
 *
 *	u8 version, u8 kind, zigzag clock, text sender, varint sender unit,
 *	if that is not 0: be64 epoch, varint seq, 16 bytes chain; then by kind
 *	REPORT, UPDATE	varint unit, form, revision, period code; header; cells; refusals
 *	DEED		see entrytask.c; refusals
 *	FIRE, HAND, SAY, STEPS	see entrytask.c
 *	SKIP, STORED	nothing
 *	UNITS		units
 *	FORM		varint form, revision; text source, blob text
 *	CONFIG		text source, blob text
 *
 * A cell is three small numbers: the step from the row before it with the state, the
 * value of a FIGURE, and its predecessor's journal number counted back from the newest
 * one in the entry, so that the usual report, whose cells all replace one earlier
 * message, spends one byte on it. */
#include "store/entry.h"

#include <string.h>

#include "base/check.h"
#include "store/entrytask.h"
#include "store/refusal.h"

enum {
	VERSION = 1,
	FIXED_ROOM = 160, /* every number outside the lists, lengths of texts and lists */
	CELL_ROOM = 4 + 10 + 10,
	CELL_LEAST = 2,
	UNIT_ROOM = 5 + 5,
	UNIT_LEAST = 3,
	ROW_ROOM = 3,
};

size_t cchc_entry_room(const struct cchc_entry *entry)
{
	size_t room = FIXED_ROOM + cchc_text_room(entry->sender) +
		      cchc_text_room(entry->source) + cchc_entrytask_room(entry);

	room += cchc_text_room(entry->doc_number) + cchc_text_room(entry->signer_name) +
		cchc_text_room(entry->signer_position) + entry->text_len;
	room += entry->n_cells * CELL_ROOM;
	for (size_t i = 0; i < entry->n_refusals; i++)
		room += ROW_ROOM + cchc_refusal_room(&entry->refusal[i]);
	for (size_t i = 0; i < entry->n_units; i++)
		room += UNIT_ROOM + cchc_text_room(entry->units[i].code);
	return room;
}

static void put_cells(struct cchc_out *out, const struct cchc_entry *entry)
{
	uint64_t newest = 0;
	int64_t row = 0;

	for (size_t i = 0; i < entry->n_cells; i++)
		if (entry->cell[i].before > newest)
			newest = entry->cell[i].before;
	cchc_out_varint(out, entry->n_cells);
	cchc_out_varint(out, newest);
	for (size_t i = 0; i < entry->n_cells; i++) {
		const struct cchc_entry_cell *cell = &entry->cell[i];

		cchc_out_zigzag(out, (cell->row - row) * 4 + cell->state);
		if (cell->state == CCHC_FIGURE)
			cchc_out_zigzag(out, cell->value);
		cchc_out_varint(out, cell->before ? newest - cell->before + 1 : 0);
		row = cell->row;
	}
}

static void put_refusals(struct cchc_out *out, const struct cchc_entry *entry)
{
	cchc_out_varint(out, entry->n_refusals);
	for (size_t i = 0; i < entry->n_refusals; i++) {
		cchc_out_varint(out, entry->refused_row[i]);
		cchc_refusal_write(out, &entry->refusal[i]);
	}
}

static void put_message(struct cchc_out *out, const struct cchc_entry *entry)
{
	cchc_out_varint(out, entry->unit);
	cchc_out_varint(out, entry->form);
	cchc_out_varint(out, entry->revision);
	cchc_out_varint(out, cchc_period_code(entry->period));
	cchc_out_text(out, entry->doc_number);
	cchc_out_zigzag(out, entry->doc_date);
	cchc_out_text(out, entry->signer_name);
	cchc_out_text(out, entry->signer_position);
	cchc_out_varint(out, entry->complete);
	cchc_out_zigzag(out, entry->as_of_ms);
	cchc_out_text(out, entry->source);
	put_cells(out, entry);
	put_refusals(out, entry);
}

static void put_units(struct cchc_out *out, const struct cchc_entry *entry)
{
	cchc_out_varint(out, entry->n_units);
	for (size_t i = 0; i < entry->n_units; i++) {
		cchc_out_varint(out, entry->units[i].id);
		cchc_out_text(out, entry->units[i].code);
		cchc_out_zigzag(out, entry->units[i].valid_from);
	}
}

static void put_file(struct cchc_out *out, const struct cchc_entry *entry)
{
	if (entry->kind == CCHC_ENTRY_FORM) {
		cchc_out_varint(out, entry->form);
		cchc_out_varint(out, entry->revision);
	}
	cchc_out_text(out, entry->source);
	cchc_out_blob(out, entry->text, entry->text_len);
}

static void put_body(struct cchc_out *out, const struct cchc_entry *entry)
{
	switch (entry->kind) {
	case CCHC_ENTRY_REPORT:
	case CCHC_ENTRY_UPDATE:
		put_message(out, entry);
		return;
	case CCHC_ENTRY_DEED:
		cchc_entrytask_put(out, entry);
		put_refusals(out, entry);
		return;
	case CCHC_ENTRY_SKIP:
	case CCHC_ENTRY_STORED:
		return;
	case CCHC_ENTRY_UNITS:
		put_units(out, entry);
		return;
	case CCHC_ENTRY_FORM:
	case CCHC_ENTRY_CONFIG:
		put_file(out, entry);
		return;
	case CCHC_ENTRY_FIRE:
	case CCHC_ENTRY_HAND:
	case CCHC_ENTRY_SAY:
	case CCHC_ENTRY_STEPS:
	case CCHC_ENTRY_HEARD:
		cchc_entrytask_put(out, entry);
		return;
	}
}

size_t cchc_entry_encode(const struct cchc_entry *entry, void *buffer)
{
	struct cchc_out out;

	cchc_out_init(&out, buffer, cchc_entry_room(entry));
	cchc_out_u8(&out, VERSION);
	cchc_out_u8(&out, (uint8_t)entry->kind);
	cchc_out_zigzag(&out, entry->clock_ms);
	cchc_out_text(&out, entry->sender);
	cchc_out_varint(&out, entry->sender_unit);
	if (entry->sender_unit) {
		cchc_out_be64(&out, entry->epoch);
		cchc_out_varint(&out, entry->seq);
		cchc_out_raw(&out, entry->chain, sizeof(entry->chain));
	}
	put_body(&out, entry);
	cchc_check(!out.failed);
	return cchc_out_len(&out);
}

static uint64_t take_before(struct cchc_taker *t, uint64_t newest)
{
	uint64_t behind = cchc_take_number(t, newest);

	return behind ? newest - (behind - 1) : 0;
}

static void take_cell(struct cchc_taker *t, struct cchc_entry_cell *cell,
		      int64_t previous, uint64_t newest)
{
	int64_t head = cchc_in_zigzag(&t->in);
	int64_t row = previous + (head >> 2);

	cell->state = (uint8_t)(head & 3);
	if (head < -4 * UINT16_MAX || head > 4 * UINT16_MAX + 3 || row < 0 ||
	    row > UINT16_MAX || cell->state == CCHC_ABSENT) {
		t->in.failed = true;
		return;
	}
	cell->row = (uint16_t)row;
	if (cell->state == CCHC_FIGURE)
		cell->value = cchc_in_zigzag(&t->in);
	cell->before = take_before(t, newest);
}

static void take_cells(struct cchc_taker *t, struct cchc_entry *entry)
{
	size_t n = cchc_take_count(t, CELL_LEAST);
	uint64_t newest = cchc_in_varint(&t->in);
	int64_t row = 0;

	entry->cell = cchc_take_memory(t, n, sizeof(*entry->cell));
	entry->n_cells = n;
	for (size_t i = 0; i < n && cchc_taker_is_sound(t); i++) {
		take_cell(t, &entry->cell[i], row, newest);
		row = entry->cell[i].row;
	}
}

static void take_refusals(struct cchc_taker *t, struct cchc_entry *entry)
{
	size_t n = cchc_take_count(t, 1 + CCHC_REFUSAL_LEAST);

	entry->refusal = cchc_take_memory(t, n, sizeof(*entry->refusal));
	entry->refused_row = cchc_take_memory(t, n, sizeof(*entry->refused_row));
	entry->n_refusals = n;
	for (size_t i = 0; i < n && cchc_taker_is_sound(t); i++) {
		entry->refused_row[i] = (uint16_t)cchc_take_number(t, UINT16_MAX);
		cchc_refusal_read(&t->in, &entry->refusal[i]);
	}
}

/* A message refused as a whole may name no period at all: code 0. */
static struct cchc_period take_period(struct cchc_taker *t)
{
	uint32_t code = (uint32_t)cchc_take_number(t, UINT32_MAX);
	struct cchc_period period = {0};

	if (code && !cchc_period_from_code(code, &period))
		t->in.failed = true;
	return period;
}

static void take_message(struct cchc_taker *t, struct cchc_entry *entry)
{
	entry->unit = (uint32_t)cchc_take_number(t, UINT32_MAX);
	entry->form = (uint16_t)cchc_take_number(t, UINT16_MAX);
	entry->revision = (uint32_t)cchc_take_number(t, UINT32_MAX);
	entry->period = take_period(t);
	entry->doc_number = cchc_take_text(t);
	entry->doc_date = cchc_take_day(t);
	entry->signer_name = cchc_take_text(t);
	entry->signer_position = cchc_take_text(t);
	entry->complete = (uint8_t)cchc_take_number(t, 2);
	entry->as_of_ms = cchc_in_zigzag(&t->in);
	entry->source = cchc_take_text(t);
	take_cells(t, entry);
	take_refusals(t, entry);
}

static void take_units(struct cchc_taker *t, struct cchc_entry *entry)
{
	size_t n = cchc_take_count(t, UNIT_LEAST);

	entry->units = cchc_take_memory(t, n, sizeof(*entry->units));
	entry->n_units = n;
	for (size_t i = 0; i < n && cchc_taker_is_sound(t); i++) {
		entry->units[i].id = (uint32_t)cchc_take_number(t, UINT32_MAX);
		entry->units[i].code = cchc_take_text(t);
		entry->units[i].valid_from = cchc_take_day(t);
	}
}

static void take_file(struct cchc_taker *t, struct cchc_entry *entry)
{
	if (entry->kind == CCHC_ENTRY_FORM) {
		entry->form = (uint16_t)cchc_take_number(t, UINT16_MAX);
		entry->revision = (uint32_t)cchc_take_number(t, UINT32_MAX);
	}
	entry->source = cchc_take_text(t);
	entry->text = cchc_in_blob(&t->in, &entry->text_len);
}

static void take_body(struct cchc_taker *t, struct cchc_entry *entry)
{
	switch (entry->kind) {
	case CCHC_ENTRY_REPORT:
	case CCHC_ENTRY_UPDATE:
		take_message(t, entry);
		return;
	case CCHC_ENTRY_DEED:
		cchc_entrytask_take(t, entry);
		take_refusals(t, entry);
		return;
	case CCHC_ENTRY_SKIP:
	case CCHC_ENTRY_STORED:
		return;
	case CCHC_ENTRY_UNITS:
		take_units(t, entry);
		return;
	case CCHC_ENTRY_FORM:
	case CCHC_ENTRY_CONFIG:
		take_file(t, entry);
		return;
	case CCHC_ENTRY_FIRE:
	case CCHC_ENTRY_HAND:
	case CCHC_ENTRY_SAY:
	case CCHC_ENTRY_STEPS:
	case CCHC_ENTRY_HEARD:
		cchc_entrytask_take(t, entry);
		return;
	}
	t->in.failed = true;
}

static void take_sender(struct cchc_taker *t, struct cchc_entry *entry)
{
	const uint8_t *chain;

	entry->sender = cchc_take_text(t);
	entry->sender_unit = (uint32_t)cchc_take_number(t, UINT32_MAX);
	if (!entry->sender_unit)
		return;
	entry->epoch = cchc_in_be64(&t->in);
	entry->seq = cchc_in_varint(&t->in);
	chain = cchc_in_raw(&t->in, sizeof(entry->chain));
	if (chain)
		memcpy(entry->chain, chain, sizeof(entry->chain));
}

enum cchc_rc cchc_entry_decode(struct cchc_arena *arena, const void *bytes, size_t len,
			       struct cchc_entry *entry)
{
	struct cchc_taker t;
	struct cchc_entry taken = {.number = entry->number,
				   .sender = "",
				   .doc_number = "",
				   .doc_date = CCHC_DAY_NONE,
				   .signer_name = "",
				   .signer_position = "",
				   .source = ""};
	enum cchc_rc rc;

	cchc_taker_init(&t, arena, bytes, len);
	if (cchc_in_u8(&t.in) != VERSION)
		return CCHC_CORRUPT;
	taken.kind = (enum cchc_entry_kind)cchc_in_u8(&t.in);
	taken.clock_ms = cchc_in_zigzag(&t.in);
	take_sender(&t, &taken);
	take_body(&t, &taken);
	rc = cchc_taker_end(&t);
	if (rc == CCHC_OK)
		*entry = taken;
	return rc;
}
