/* records.c - what the outbox remembers beside the queue. */
#include "commune/records.h"

#include <string.h>

#include "base/text.h"
#include "commune/box.h"

/* ---- files ---- */

enum { FILE_ROOM = 512 }; /* of a record without its text */

static void put_fields(struct cchc_out *out, const struct cchc_file *file)
{
	cchc_out_u8(out, file->kind);
	cchc_out_text(out, file->name);
	cchc_out_text(out, file->form);
	cchc_out_varint(out, file->revision);
	cchc_out_varint(out, file->period);
	cchc_out_zigzag(out, file->taken_ms);
	cchc_out_zigzag(out, file->acked_ms);
	cchc_out_varint(out, file->first_item);
	cchc_out_varint(out, file->items);
	cchc_out_varint(out, file->acked);
	cchc_out_varint(out, file->figures);
	cchc_out_varint(out, file->refused);
	cchc_out_text(out, file->text);
	if (file->number)
		cchc_out_varint(out, file->number);
}

static enum cchc_rc get_fields(struct cchc_in *in, struct cchc_arena *arena,
			       struct cchc_file *file)
{
	const uint8_t *text;
	size_t len;

	file->kind = cchc_in_u8(in);
	cchc_in_text(in, file->name, sizeof(file->name));
	cchc_in_text(in, file->form, sizeof(file->form));
	file->revision = (uint32_t)cchc_in_varint(in);
	file->period = (uint32_t)cchc_in_varint(in);
	file->taken_ms = cchc_in_zigzag(in);
	file->acked_ms = cchc_in_zigzag(in);
	file->first_item = cchc_in_varint(in);
	file->items = (uint32_t)cchc_in_varint(in);
	file->acked = (uint32_t)cchc_in_varint(in);
	file->figures = (uint32_t)cchc_in_varint(in);
	file->refused = (uint32_t)cchc_in_varint(in);
	text = cchc_in_blob(in, &len);
	/* files had no number once */
	file->number = cchc_in_left(in) ? (uint32_t)cchc_in_varint(in) : 0;
	if (in->failed)
		return CCHC_CORRUPT;
	file->text = cchc_arena_text(arena, (const char *)text, len);
	return file->text ? CCHC_OK : CCHC_NOMEM;
}

static bool get_file(struct cchc_box_txn *t, struct cchc_arena *arena, uint64_t id,
		     struct cchc_file *file)
{
	struct cchc_box_key key = cchc_box_key_id(id);
	struct cchc_file got = {.id = id};
	struct cchc_in in;
	enum cchc_rc rc;

	if (!cchc_box_get(t, BOX_FILES, &key, &in))
		return false;
	rc = get_fields(&in, arena, &got);
	if (rc)
		cchc_txn_fail(&t->txn, rc);
	else
		*file = got;
	return !rc;
}

bool cchc_box_get_file(struct cchc_box_txn *t, uint64_t id, struct cchc_file *file)
{
	return get_file(t, &t->scratch, id, file);
}

void cchc_box_put_file(struct cchc_box_txn *t, const struct cchc_file *file)
{
	struct cchc_box_key key = cchc_box_key_id(file->id);
	struct cchc_out out;

	if (!cchc_box_begin_put(t, FILE_ROOM + strlen(file->text), &out))
		return;
	put_fields(&out, file);
	cchc_box_put(t, BOX_FILES, &key, &out);
	cchc_txn_put(&t->txn, BOX_UNWRITTEN, key.bytes, key.len, NULL, 0);
}

void cchc_box_touch_file(struct cchc_box_txn *t, uint64_t id)
{
	struct cchc_box_key key = cchc_box_key_id(id);
	struct cchc_in in;

	if (cchc_box_get(t, BOX_FILES, &key, &in))
		cchc_txn_put(&t->txn, BOX_UNWRITTEN, key.bytes, key.len, NULL, 0);
}

enum cchc_rc cchc_outbox_file(struct cchc_outbox *box, struct cchc_arena *arena,
			      uint64_t id, struct cchc_file *file)
{
	struct cchc_box_txn t;
	enum cchc_rc rc = cchc_box_read(box, &t);

	if (rc)
		return rc;
	return cchc_box_end(&t, get_file(&t, arena, id, file) ? CCHC_OK : CCHC_NOTFOUND);
}

enum cchc_rc cchc_outbox_unwritten(struct cchc_outbox *box, uint64_t after, uint64_t *id)
{
	struct cchc_box_key from = cchc_box_key_id(after + 1);
	struct cchc_box_entry entry;
	struct cchc_box_txn t;
	enum cchc_rc rc = cchc_box_read(box, &t);

	if (rc)
		return rc;
	if (!cchc_box_from(&t, BOX_UNWRITTEN, from.bytes, from.len, &entry))
		return cchc_box_end(&t, CCHC_NOTFOUND);
	*id = cchc_box_id_of(&entry);
	return cchc_box_end(&t, CCHC_OK);
}

enum cchc_rc cchc_outbox_written(struct cchc_outbox *box, uint64_t id)
{
	struct cchc_box_key key = cchc_box_key_id(id);
	struct cchc_box_txn t;
	enum cchc_rc rc = cchc_box_write(box, &t);

	if (rc)
		return rc;
	cchc_box_delete(&t, BOX_UNWRITTEN, &key);
	return cchc_box_commit(&t);
}

/* ---- refusals ---- */

static void get_refused(struct cchc_in *in, struct cchc_refused *refused)
{
	char wide[CCHC_STRING_MAX + 1];

	refused->line = (uint32_t)cchc_in_varint(in);
	refused->cell.index = (uint16_t)cchc_in_varint(in);
	refused->cell.rule = cchc_rule_from_number((uint32_t)cchc_in_varint(in));
	cchc_in_text(in, wide, sizeof(wide));
	cchc_text_copy(refused->cell.field, sizeof(refused->cell.field), wide,
		       strlen(wide));
	cchc_in_text(in, wide, sizeof(wide));
	cchc_text_copy(refused->cell.value, sizeof(refused->cell.value), wide,
		       strlen(wide));
	cchc_in_text(in, wide, sizeof(wide));
	cchc_text_copy(refused->cell.expected, sizeof(refused->cell.expected), wide,
		       strlen(wide));
}

/* How many the file's items have; with a list, fills it. */
static size_t gather_refused(struct cchc_box_txn *t, const struct cchc_file *file,
			     struct cchc_refused *list)
{
	size_t n = 0;

	for (uint32_t i = 0; i < file->items; i++) {
		struct cchc_box_key key = cchc_box_key_id(file->first_item + i);
		struct cchc_in in;
		uint64_t cells;

		if (!cchc_box_get(t, BOX_REFUSALS, &key, &in))
			continue;
		cells = cchc_in_varint(&in);
		for (uint64_t c = 0; c < cells && !in.failed; c++) {
			struct cchc_refused one = {0};

			get_refused(&in, list ? &list[n] : &one);
			n++;
		}
		if (in.failed)
			cchc_txn_fail(&t->txn, CCHC_CORRUPT);
	}
	return n;
}

enum cchc_rc cchc_outbox_refused(struct cchc_outbox *box, struct cchc_arena *arena,
				 const struct cchc_file *file, struct cchc_refused **list,
				 size_t *n)
{
	struct cchc_refused *got;
	struct cchc_box_txn t;
	size_t count;
	enum cchc_rc rc = cchc_box_read(box, &t);

	if (rc)
		return rc;
	count = gather_refused(&t, file, NULL);
	got = cchc_arena_array(arena, count, sizeof(*got));
	if (!got)
		return cchc_box_end(&t, CCHC_NOMEM);
	if (!t.txn.rc)
		(void)gather_refused(&t, file, got);
	rc = cchc_box_end(&t, CCHC_OK);
	if (rc)
		return rc;
	*list = got;
	*n = count;
	return CCHC_OK;
}

/* ---- the downward channel ---- */

static void put_report(struct cchc_box_txn *t, const Cchc__ReportState *report)
{
	struct cchc_box_key key =
		cchc_box_key_cell(report->form, report->period, UINT32_MAX);
	struct cchc_report_state cut = {0};
	uint8_t bytes[160];
	struct cchc_out out;

	if (report->doc_number)
		cchc_text_copy(cut.doc_number, sizeof(cut.doc_number), report->doc_number,
			       strlen(report->doc_number));
	cchc_out_init(&out, bytes, sizeof(bytes));
	cchc_out_varint(&out, report->version);
	cchc_out_u8(&out, (uint8_t)report->state);
	cchc_out_zigzag(&out, report->received);
	cchc_out_varint(&out, report->cells);
	cchc_out_varint(&out, report->refused);
	cchc_out_text(&out, cut.doc_number);
	cchc_box_put(t, BOX_REPORTS, &key, &out);
}

/* The newest receipts of files that gave to one of these reports show its state. */
static void touch_files(struct cchc_box_txn *t, const Cchc__Down *down)
{
	struct cchc_box_entry entry;
	bool more = cchc_box_from(t, BOX_FILES, NULL, 0, &entry);

	while (more) {
		struct cchc_file file;
		bool found = cchc_box_get_file(t, cchc_box_id_of(&entry), &file) &&
			     cchc_box_is_newest(t, &file);

		for (size_t i = 0; found && i < down->n_report; i++)
			if (file.period == down->report[i]->period &&
			    strcmp(file.form, down->report[i]->form) == 0)
				cchc_txn_put(&t->txn, BOX_UNWRITTEN, entry.key,
					     entry.key_len, NULL, 0);
		more = cchc_box_next(t, BOX_FILES, &entry);
	}
}

enum cchc_rc cchc_outbox_down(struct cchc_outbox *box, const Cchc__Down *down)
{
	struct cchc_box_txn t;
	enum cchc_rc rc = cchc_box_write(box, &t);

	if (rc)
		return rc;
	if (down->number <= t.state.down)
		return cchc_box_end(&t, CCHC_OK);
	for (size_t i = 0; i < down->n_report; i++)
		put_report(&t, down->report[i]);
	touch_files(&t, down);
	cchc_box_hear(&t, down);
	t.state.down = down->number;
	return cchc_box_commit(&t);
}

enum cchc_rc cchc_outbox_report(struct cchc_outbox *box, const char *form,
				uint32_t period, struct cchc_report_state *report)
{
	struct cchc_box_key key = cchc_box_key_cell(form, period, UINT32_MAX);
	struct cchc_report_state got = {0};
	struct cchc_box_txn t;
	struct cchc_in in;
	enum cchc_rc rc = cchc_box_read(box, &t);

	if (rc)
		return rc;
	if (!cchc_box_get(&t, BOX_REPORTS, &key, &in))
		return cchc_box_end(&t, CCHC_NOTFOUND);
	got.version = (uint32_t)cchc_in_varint(&in);
	got.state = cchc_in_u8(&in);
	got.received_ms = cchc_in_zigzag(&in);
	got.cells = (uint32_t)cchc_in_varint(&in);
	got.refused = (uint32_t)cchc_in_varint(&in);
	cchc_in_text(&in, got.doc_number, sizeof(got.doc_number));
	rc = cchc_box_end(&t, in.failed ? CCHC_CORRUPT : CCHC_OK);
	if (!rc)
		*report = got;
	return rc;
}

enum cchc_rc cchc_outbox_accepted(struct cchc_outbox *box, const char *form,
				  uint32_t period, uint32_t row,
				  struct cchc_figure *figure)
{
	return cchc_box_look_figure(box, BOX_ACCEPTED, form, period, row, figure);
}

/* ---- heads of reports that were accepted ---- */

static const char *or_none(const char *text)
{
	return text ? text : "";
}

void cchc_box_put_head(struct cchc_box_txn *t, const Cchc__Report *report)
{
	struct cchc_box_key key =
		cchc_box_key_cell(report->form, report->period, UINT32_MAX);
	uint8_t bytes[3 * (CCHC_STRING_MAX + 2) + 16];
	struct cchc_out out;

	cchc_out_init(&out, bytes, sizeof(bytes));
	cchc_out_text(&out, or_none(report->doc_number));
	cchc_out_text(&out, or_none(report->signer_name));
	cchc_out_text(&out, or_none(report->signer_position));
	cchc_out_u8(&out, report->has_doc_date != 0);
	cchc_out_zigzag(&out, report->doc_date);
	cchc_out_u8(&out, report->has_complete != 0);
	cchc_out_u8(&out, report->complete != 0);
	cchc_box_put(t, BOX_HEADS, &key, &out);
}

static char *get_text(struct cchc_box_txn *t, struct cchc_in *in)
{
	size_t len;
	const uint8_t *bytes = cchc_in_blob(in, &len);
	char *text;

	if (len == 0)
		return NULL;
	text = cchc_arena_text(&t->scratch, (const char *)bytes, len);
	if (!text)
		cchc_txn_fail(&t->txn, CCHC_NOMEM);
	return text;
}

void cchc_box_get_head(struct cchc_box_txn *t, Cchc__Report *report)
{
	struct cchc_box_key key =
		cchc_box_key_cell(report->form, report->period, UINT32_MAX);
	struct cchc_in in;

	if (!cchc_box_get(t, BOX_HEADS, &key, &in))
		return;
	report->doc_number = get_text(t, &in);
	report->signer_name = get_text(t, &in);
	report->signer_position = get_text(t, &in);
	report->has_doc_date = cchc_in_u8(&in);
	report->doc_date = (int32_t)cchc_in_zigzag(&in);
	report->has_complete = cchc_in_u8(&in);
	report->complete = cchc_in_u8(&in);
	if (in.failed)
		cchc_txn_fail(&t->txn, CCHC_CORRUPT);
}

/* ---- forms ---- */

enum cchc_rc cchc_outbox_put_form(struct cchc_outbox *box,
				  const struct cchc_form_file *form)
{
	struct cchc_box_key key = cchc_box_key_form(form->name, form->revision);
	size_t room = form->len + CCHC_DIGEST_BYTES;
	struct cchc_box_txn t;
	struct cchc_out out;
	uint8_t *bytes;
	enum cchc_rc rc = cchc_box_write(box, &t);

	if (rc)
		return rc;
	bytes = cchc_arena_alloc(&t.scratch, room);
	if (!bytes)
		return cchc_box_end(&t, CCHC_NOMEM);
	cchc_out_init(&out, bytes, room);
	cchc_out_raw(&out, form->digest, CCHC_DIGEST_BYTES);
	cchc_out_raw(&out, form->bytes, form->len);
	cchc_box_put(&t, BOX_FORMS, &key, &out);
	return cchc_box_commit(&t);
}

static enum cchc_rc get_form(const struct cchc_box_entry *entry, struct cchc_arena *arena,
			     struct cchc_form_file *form)
{
	struct cchc_form_file got = {0};
	size_t name = strnlen((const char *)entry->key, entry->key_len);
	struct cchc_in in;

	if (name >= CCHC_FORM_NAME || entry->key_len != name + 5 ||
	    entry->len < CCHC_DIGEST_BYTES)
		return CCHC_CORRUPT;
	memcpy(got.name, entry->key, name);
	cchc_in_init(&in, entry->key + name + 1, 4);
	got.revision = cchc_in_be32(&in);
	memcpy(got.digest, entry->value, CCHC_DIGEST_BYTES);
	got.len = entry->len - CCHC_DIGEST_BYTES;
	got.bytes = (uint8_t *)cchc_arena_text(
		arena, (const char *)entry->value + CCHC_DIGEST_BYTES, got.len);
	if (!got.bytes)
		return CCHC_NOMEM;
	*form = got;
	return CCHC_OK;
}

enum cchc_rc cchc_outbox_next_form(struct cchc_outbox *box, struct cchc_arena *arena,
				   struct cchc_form_file *form)
{
	struct cchc_box_key from = cchc_box_key_form(form->name, form->revision + 1);
	struct cchc_box_entry entry;
	struct cchc_box_txn t;
	enum cchc_rc rc = cchc_box_read(box, &t);
	bool found;

	if (rc)
		return rc;
	found = cchc_box_from(&t, BOX_FORMS, form->name[0] ? from.bytes : NULL,
			      form->name[0] ? from.len : 0, &entry);
	if (!found)
		return cchc_box_end(&t, CCHC_NOTFOUND);
	return cchc_box_end(&t, get_form(&entry, arena, form));
}
