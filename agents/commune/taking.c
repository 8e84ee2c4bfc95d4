/* taking.c - one settled file: read, understood, packed, pushed.
 *
 * Every way out is one of three: it is in the outbox (CCHC_OK), it was rejected
 * (INVALID), or it waits where it is (BUSY) and the round says why.
 */
#include "commune/taking.h"

#include <string.h>

#include "base/text.h"
#include "commune/parcel.h"
#include "commune/receipt.h"
#include "io/csv.h"
#include "io/digest.h"
#include "io/file.h"

enum { FILE_ARENA_MAX = 128 * 1024 * 1024 };

struct taking {
	struct cchc_inbox *inbox;
	const struct cchc_standing *file;
	struct cchc_inbox_round *round;
	struct cchc_arena arena;
	const struct cchc_inbox_look *look;
	const char *bytes;
	size_t len;
	uint8_t digest[CCHC_DIGEST_BYTES];
	struct cchc_filled filled;
	struct cchc_parcel parcel;
};

static enum cchc_rc wait_for(struct taking *t, enum cchc_inbox_wait what, const char *why)
{
	struct cchc_inbox *inbox = t->inbox;

	t->round->wait = what;
	if (what == CCHC_INBOX_FULL && cchc_log_allows(&inbox->full_limit))
		cchc_log(CCHC_LOG_ERROR,
			 "files wait in the inbox, outbox or disk is full file=\"%s\"",
			 t->file->name);
	if (what == CCHC_INBOX_TROUBLE && cchc_log_allows(&inbox->trouble_limit))
		cchc_log(CCHC_LOG_ERROR, "file waits file=\"%s\": %s", t->file->name,
			 why);
	return CCHC_BUSY;
}

static enum cchc_rc reject(struct taking *t, enum cchc_rule why, const char *more)
{
	const struct cchc_settings *s = t->inbox->settings;
	struct cchc_err err;

	if (cchc_receipt_reject(s->receipts, t->file->name, s->unit, why, more,
				t->look->wall_ms, &err))
		return wait_for(t, CCHC_INBOX_TROUBLE, err.text);
	if (cchc_inbox_move(t->inbox, t->file->name, s->rejected))
		return wait_for(t, CCHC_INBOX_TROUBLE, "cannot be moved");
	cchc_log(CCHC_LOG_WARN, "file rejected file=\"%s\" rule=%s %s", t->file->name,
		 cchc_rule_name(why), more);
	if (cchc_outbox_count_rejected(t->inbox->box, 1))
		cchc_log(CCHC_LOG_WARN, "rejected file not counted file=\"%s\"",
			 t->file->name);
	t->round->rejected++;
	return CCHC_INVALID;
}

static enum cchc_rc read_bytes(struct taking *t)
{
	const char *path = cchc_arena_format(&t->arena, "%s/%s",
					     t->inbox->settings->inbox, t->file->name);
	struct cchc_err err;
	char *bytes;
	enum cchc_rc rc;

	if (!path)
		return wait_for(t, CCHC_INBOX_TROUBLE, "out of memory");
	rc = cchc_file_read(&t->arena, path, CCHC_CSV_BYTES_MAX, &bytes, &t->len, &err);
	if (rc == CCHC_LIMIT)
		return reject(t, CCHC_RULE_FILE_SHAPE, err.text);
	if (rc == CCHC_NOTFOUND)
		return rc; /* people took it back */
	if (rc)
		return wait_for(t, CCHC_INBOX_TROUBLE, err.text);
	t->bytes = bytes;
	cchc_digest_file(bytes, t->len, t->digest);
	return CCHC_OK;
}

static enum cchc_rc find_form(struct taking *t)
{
	const char *dot = strrchr(t->file->name, '.');
	char *stem =
		cchc_arena_text(&t->arena, t->file->name, (size_t)(dot - t->file->name));

	if (!stem)
		return wait_for(t, CCHC_INBOX_TROUBLE, "out of memory");
	if (!cchc_text_is_clean(stem, strlen(stem)) ||
	    !cchc_period_parse(stem, &t->parcel.period))
		return reject(
			t, CCHC_RULE_PERIOD_UNKNOWN,
			"tên tệp phải là kỳ báo cáo, ví dụ / the file is named after "
			"its period, like: 2024-Q1.csv, 2024-03.csv, 2024.csv");
	t->parcel.form = cchc_catalog_for(t->inbox->catalog, t->parcel.period);
	if (t->parcel.form)
		return CCHC_OK;
	if (!t->look->forms_known)
		return wait_for(t, CCHC_INBOX_NO_FORM, "");
	return reject(t, CCHC_RULE_FORM_PERIOD, "");
}

static bool is_at_base(const struct taking *t)
{
	struct cchc_outbox_unit unit;

	return cchc_outbox_unit(t->inbox->box, &unit) == CCHC_OK &&
	       unit.level == t->parcel.form->base_level;
}

static enum cchc_rc reject_table(struct taking *t, const struct cchc_problems *problems)
{
	char text[400] = "";
	bool is_encoding = false; /* then the reader of tables gives advice on UTF-8 */

	if (problems->n) {
		(void)cchc_problem_line(&problems->list[0], text, sizeof(text));
		is_encoding = strstr(problems->list[0].text, "CSV UTF-8") != NULL;
	}
	return reject(t, is_encoding ? CCHC_RULE_ENCODING : CCHC_RULE_FILE_SHAPE, text);
}

static enum cchc_rc read_table(struct taking *t)
{
	const char *name = cchc_receipt_clean(&t->arena, t->file->name);
	struct cchc_refusal refusal = {0};
	struct cchc_problems problems;
	struct cchc_sheet *sheet = cchc_arena_alloc(&t->arena, sizeof(*sheet));
	enum cchc_rc rc = name && sheet ? CCHC_OK : CCHC_NOMEM;

	t->parcel.source = name;
	cchc_problems_init(&problems);
	if (!rc)
		rc = cchc_csv_parse(&t->arena, name, t->bytes, t->len, &problems, sheet);
	if (rc && rc != CCHC_NOMEM)
		rc = reject_table(t, &problems);
	else if (rc)
		rc = wait_for(t, CCHC_INBOX_TROUBLE, "out of memory");
	cchc_problems_fini(&problems);
	if (rc)
		return rc;
	rc = cchc_filled_read(t->parcel.form, is_at_base(t), sheet, &t->arena, &t->filled,
			      &refusal);
	if (rc == CCHC_INVALID)
		return reject(t, refusal.rule ? refusal.rule : CCHC_RULE_FILE_SHAPE,
			      refusal.expected);
	return rc ? wait_for(t, CCHC_INBOX_TROUBLE, cchc_rc_name(rc)) : CCHC_OK;
}

/* Of a file that stood here at the fork: which cells the district has from the other
 * hand. */
static enum cchc_rc find_standing(struct taking *t)
{
	struct cchc_figure *stands;

	if (!cchc_outbox_stood(t->inbox->box, t->file))
		return CCHC_OK;
	stands = cchc_arena_array(&t->arena, t->filled.n, sizeof(*stands));
	if (!stands)
		return CCHC_NOMEM;
	for (size_t i = 0; i < t->filled.n; i++) {
		const struct cchc_filled_cell *cell = &t->filled.cell[i];
		enum cchc_rc rc;

		if (!cell->row)
			continue;
		rc = cchc_outbox_stands(t->inbox->box, t->parcel.form->name,
					cchc_period_code(t->parcel.period), cell->row->id,
					&stands[i]);
		if (rc && rc != CCHC_NOTFOUND)
			return rc;
	}
	t->parcel.stands = stands;
	return CCHC_OK;
}

static void fill_record(const struct taking *t, struct cchc_file *record)
{
	*record = (struct cchc_file){
		.kind = CCHC_FILE_TAKEN,
		.revision = t->parcel.form->revision,
		.period = cchc_period_code(t->parcel.period),
		.taken_ms = t->look->wall_ms,
	};
	memcpy(record->name, t->file->name, sizeof(record->name));
	memcpy(record->form, t->parcel.form->name, sizeof(record->form));
	for (size_t i = 0; i < t->filled.n; i++) {
		if (cchc_parcel_sends(&t->parcel, i))
			record->figures++;
		else if (t->filled.cell[i].reading.refusal.rule != CCHC_RULE_NONE)
			record->refused++;
	}
}

static enum cchc_rc push(struct taking *t)
{
	struct cchc_file record;
	struct cchc_item *items;
	size_t n;
	enum cchc_rc rc;

	t->parcel.unit = t->inbox->settings->unit;
	t->parcel.as_of_ms = t->look->wall_ms;
	t->parcel.filled = &t->filled;
	rc = find_standing(t);
	if (!rc)
		rc = cchc_parcel_pack(&t->arena, &t->parcel, &items, &n);
	if (rc)
		return wait_for(t, CCHC_INBOX_TROUBLE, cchc_rc_name(rc));
	fill_record(t, &record);
	record.text = cchc_receipt_text(&t->arena, &t->parcel);
	if (!record.text)
		return wait_for(t, CCHC_INBOX_TROUBLE, "out of memory");
	rc = cchc_outbox_push(t->inbox->box, &record, items, n, t->digest);
	if (rc == CCHC_NOSPACE)
		return wait_for(t, CCHC_INBOX_FULL, "");
	if (rc)
		return wait_for(t, CCHC_INBOX_TROUBLE, cchc_rc_name(rc));
	cchc_log(CCHC_LOG_INFO,
		 "file taken file=\"%s\" form=%s figures=%u refused=%u items=%zu",
		 t->parcel.source, record.form, record.figures, record.refused, n);
	return CCHC_OK;
}

/* True when this very content is in the outbox already and only has to leave. */
static bool is_noted(const struct taking *t)
{
	uint8_t digest[CCHC_DIGEST_BYTES];

	return cchc_outbox_taken(t->inbox->box, t->file->name, digest) == CCHC_OK &&
	       memcmp(digest, t->digest, sizeof(digest)) == 0;
}

static enum cchc_rc put_into_outbox(struct taking *t)
{
	enum cchc_rc rc = read_bytes(t);

	if (rc || is_noted(t))
		return rc;
	rc = find_form(t);
	if (!rc)
		rc = read_table(t);
	return rc ? rc : push(t);
}

void cchc_inbox_take(struct cchc_inbox *inbox, const struct cchc_standing *file,
		     const struct cchc_inbox_look *look, struct cchc_inbox_round *round)
{
	struct taking t = {.inbox = inbox, .file = file, .look = look, .round = round};
	enum cchc_rc rc;

	cchc_arena_init(&t.arena, FILE_ARENA_MAX);
	rc = put_into_outbox(&t);
	cchc_arena_fini(&t.arena);
	if (rc)
		return;
	if (cchc_inbox_move_taken(inbox, file))
		round->wait = CCHC_INBOX_TROUBLE;
	else
		round->taken++;
}
