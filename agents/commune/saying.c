/* saying.c - what people here say of tasks, on its way into the outbox.
 *
 * Statements, what is shown of them, the receipt's record and the note that the file was
 * taken change in one transaction: so a statement is made once, however often the file is
 * looked at. */
#include <string.h>

#include "commune/box.h"
#include "proto/wire.h"

static const char SHEET_KEY[] = "tasksheet";

enum { SHEET_BYTES = 2 * CCHC_DIGEST_BYTES + 1 };

/* ---- the message ---- */

static char *copy(struct cchc_arena *arena, const char *text)
{
	return cchc_arena_text(arena, text, strlen(text));
}

static enum cchc_rc put_lines(struct cchc_arena *arena, uint32_t line,
			      struct cchc_item *item)
{
	uint32_t *lines = cchc_arena_array(arena, 1, sizeof(*lines));

	if (!lines)
		return CCHC_NOMEM;
	lines[0] = line;
	item->line = lines;
	item->n_lines = 1;
	return CCHC_OK;
}

enum cchc_rc cchc_saying_pack(struct cchc_arena *arena, const char *unit,
			      const char *source, int64_t wall_ms,
			      const struct cchc_saying *saying, struct cchc_item *item)
{
	const struct cchc_statement *s = &saying->statement;
	bool is_done = s->done != CCHC_DAY_NONE;
	Cchc__TaskReport report = CCHC__TASK_REPORT__INIT;
	uint8_t *body;
	enum cchc_rc rc;

	report.unit = copy(arena, unit);
	report.task = copy(arena, saying->id);
	report.source = copy(arena, source);
	report.has_as_of = true;
	report.as_of = wall_ms;
	report.has_done = is_done;
	report.done = is_done ? s->done : 0;
	report.has_wish = !is_done;
	report.wish = is_done ? 0 : s->wish;
	if (is_done)
		report.result = copy(arena, s->result);
	else
		report.reason = copy(arena, s->reason);
	if (!report.unit || !report.task || !report.source ||
	    (!report.result && !report.reason))
		return CCHC_NOMEM;
	*item = (struct cchc_item){.kind = CCHC__PUSH__KIND__TASK_REPORT};
	rc = cchc_wire_encode(arena, &report.base, &body, &item->body_len);
	item->body = body;
	return rc ? rc : put_lines(arena, saying->line, item);
}

/* ---- into the outbox ---- */

static bool is_written(const struct cchc_saying *saying)
{
	return saying->kind == CCHC_SAYING_SAYS || saying->kind == CCHC_SAYING_WRONG;
}

static void say_one(struct cchc_box_txn *t, const struct cchc_saying *saying,
		    uint64_t item)
{
	struct cchc_assignment a;
	bool found = cchc_box_get_task(t, saying->id, &a);

	if (!found)
		cchc_assignment_init(&a, saying->id);
	if (!is_written(saying)) {
		a.said = CCHC_SAID_NOTHING;
	} else {
		memcpy(a.cell, saying->cell, sizeof(a.cell));
		a.said = CCHC_SAID_WRONG;
		a.refusal = saying->refusal;
	}
	if (saying->kind == CCHC_SAYING_SAYS) {
		a.said = CCHC_SAID_WAITS;
		a.told = saying->statement;
		a.item = item;
		a.told_at = a.journal;
	}
	if (a.known || a.said != CCHC_SAID_NOTHING)
		cchc_box_put_task(t, &a);
	else if (found)
		cchc_box_delete_task(t, saying->id);
	cchc_arena_reset(&t->scratch);
}

static bool is_named(const struct cchc_sayings *s, const char *id)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->list[i].id, id) == 0)
			return true;
	return false;
}

/* Of a copy in the inbox a row of an unknown id is told in the receipt: it is no row of
 * the sheet. */
static bool changes_task(const struct cchc_sayings *s, const struct cchc_saying *saying)
{
	if (s->where == CCHC_SAID_IN_INBOX && saying->kind == CCHC_SAYING_WRONG &&
	    saying->refusal.rule == CCHC_RULE_NO_TASK)
		return false;
	return saying->kind != CCHC_SAYING_KEEPS && saying->kind != CCHC_SAYING_TOLD;
}

/* Ids that nobody knows and that stand in the file no more. */
static void forget_unknown(struct cchc_box_txn *t, const struct cchc_sayings *s)
{
	struct cchc_box_entry entry;
	bool more = cchc_box_from(t, BOX_TASKS, NULL, 0, &entry);

	while (more) {
		struct cchc_assignment a;

		if (cchc_box_task_of(t, &entry, &a) && !a.known && !is_named(s, a.id))
			cchc_box_delete_task(t, a.id);
		more = cchc_box_next(t, BOX_TASKS, &entry);
	}
}

static bool get_sheet(struct cchc_box_txn *t, struct cchc_sheet_note *note)
{
	const void *value;
	struct cchc_in in;
	size_t len;

	if (!cchc_txn_get(&t->txn, BOX_META, SHEET_KEY, strlen(SHEET_KEY), &value,
			  &len) ||
	    len != SHEET_BYTES)
		return false;
	cchc_in_init(&in, value, len);
	memcpy(note->taken, cchc_in_raw(&in, CCHC_DIGEST_BYTES), CCHC_DIGEST_BYTES);
	memcpy(note->written, cchc_in_raw(&in, CCHC_DIGEST_BYTES), CCHC_DIGEST_BYTES);
	note->broken = cchc_in_u8(&in) != 0;
	return true;
}

static void put_sheet(struct cchc_box_txn *t, const struct cchc_sheet_note *note)
{
	uint8_t bytes[SHEET_BYTES];
	struct cchc_out out;

	cchc_out_init(&out, bytes, sizeof(bytes));
	cchc_out_raw(&out, note->taken, CCHC_DIGEST_BYTES);
	cchc_out_raw(&out, note->written, CCHC_DIGEST_BYTES);
	cchc_out_u8(&out, note->broken);
	cchc_txn_put(&t->txn, BOX_META, SHEET_KEY, strlen(SHEET_KEY), bytes,
		     sizeof(bytes));
}

/* What is on its way to become the sheet stays in the note: the file may still be put
 * there. */
static void note_where(struct cchc_box_txn *t, const struct cchc_sayings *s,
		       const struct cchc_file *file)
{
	struct cchc_sheet_note note = {.broken = false};

	if (s->where == CCHC_SAID_IN_INBOX)
		cchc_box_note_taken(t, file->name, s->digest);
	if (s->where != CCHC_SAID_IN_SHEET)
		return;
	(void)get_sheet(t, &note);
	memcpy(note.taken, s->digest, CCHC_DIGEST_BYTES);
	note.broken = s->broken;
	put_sheet(t, &note);
}

static uint64_t take_items(struct cchc_box_txn *t, const struct cchc_sayings *s,
			   size_t n_items, struct cchc_file *file)
{
	if (!file)
		return cchc_box_queue(t, 0, s->item, n_items);
	cchc_box_take_file(t, file, s->item, n_items);
	return file->first_item;
}

enum cchc_rc cchc_outbox_say(struct cchc_outbox *box, const struct cchc_sayings *s,
			     struct cchc_file *file)
{
	size_t n_items = 0;
	struct cchc_file put;
	struct cchc_box_txn t;
	uint64_t item;
	enum cchc_rc rc = cchc_box_write(box, &t);

	if (rc)
		return rc;
	for (size_t i = 0; i < s->n; i++)
		n_items += s->list[i].kind == CCHC_SAYING_SAYS;
	rc = cchc_box_has_room(box, &t, s->item, n_items);
	if (rc)
		return cchc_box_end(&t, rc);
	if (file)
		put = *file;
	item = take_items(&t, s, n_items, file ? &put : NULL);
	for (size_t i = 0; i < s->n; i++) {
		if (changes_task(s, &s->list[i]))
			say_one(&t, &s->list[i], item);
		item += s->list[i].kind == CCHC_SAYING_SAYS;
	}
	if (s->where == CCHC_SAID_IN_SHEET && !s->broken)
		forget_unknown(&t, s);
	note_where(&t, s, file ? &put : NULL);
	rc = cchc_box_commit(&t);
	if (!rc && file)
		*file = put;
	return rc;
}

/* ---- the sheet ---- */

enum cchc_rc cchc_outbox_sheet(struct cchc_outbox *box, struct cchc_sheet_note *note)
{
	struct cchc_box_txn t;
	enum cchc_rc rc = cchc_box_read(box, &t);
	bool found;

	if (rc)
		return rc;
	found = get_sheet(&t, note);
	return cchc_box_end(&t, found ? CCHC_OK : CCHC_NOTFOUND);
}

enum cchc_rc cchc_outbox_sheet_written(struct cchc_outbox *box, const uint8_t *was,
				       const uint8_t *is)
{
	struct cchc_sheet_note note = {.broken = false};
	struct cchc_box_txn t;
	enum cchc_rc rc = cchc_box_write(box, &t);

	if (rc)
		return rc;
	if (was)
		memcpy(note.taken, was, CCHC_DIGEST_BYTES);
	memcpy(note.written, is, CCHC_DIGEST_BYTES);
	put_sheet(&t, &note);
	return cchc_box_commit(&t);
}
