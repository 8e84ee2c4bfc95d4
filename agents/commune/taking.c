/* taking.c - one settled file: read, understood, packed, pushed.
 *
 * Every way out is one of three: it is in the outbox (CCHC_OK), it is there as rejected
 * (INVALID), or it waits where it is (BUSY) and the round says why.
 */
#include "commune/taking.h"

#include <string.h>

#include "base/text.h"
#include "commune/parcel.h"
#include "commune/receipt.h"
#include "commune/tasktake.h"
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
	struct cchc_sheet *sheet;
	struct cchc_problems problems; /* why there is no sheet */
	bool broken;
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

/* True when this very content is in the outbox already and only has to leave. */
static bool is_noted(const struct taking *t)
{
	uint8_t digest[CCHC_DIGEST_BYTES];

	return cchc_outbox_taken(t->inbox->box, t->file->name, digest) == CCHC_OK &&
	       memcmp(digest, t->digest, sizeof(digest)) == 0;
}

static enum cchc_rc put_record(struct taking *t, struct cchc_file *record,
			       const struct cchc_item *items, size_t n)
{
	enum cchc_rc rc = record->text ? cchc_outbox_push(t->inbox->box, record, items, n,
							  t->digest)
				       : CCHC_NOMEM;

	if (rc == CCHC_NOSPACE)
		return wait_for(t, CCHC_INBOX_FULL, "");
	return rc ? wait_for(t, CCHC_INBOX_TROUBLE, cchc_rc_name(rc)) : CCHC_OK;
}

static enum cchc_rc reject(struct taking *t, enum cchc_rule why, const char *more)
{
	struct cchc_file record = {
		.kind = CCHC_FILE_REJECTED,
		.taken_ms = t->look->wall_ms,
		.acked_ms = t->look->wall_ms,
		.refused = 1,
		.text = cchc_receipt_reason(&t->arena, why, more),
	};
	enum cchc_rc rc;

	if (is_noted(t))
		return CCHC_INVALID;
	memcpy(record.name, t->file->name, sizeof(record.name));
	rc = put_record(t, &record, NULL, 0);
	if (rc)
		return rc;
	cchc_log(CCHC_LOG_WARN, "file rejected file=\"%s\" rule=%s %s", t->file->name,
		 cchc_rule_name(why), more);
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

/* Communes report to us directly on the period's last day: reserved rows are ours. */
static bool collects(const struct taking *t)
{
	const struct cchc_form *form = t->parcel.form;
	struct cchc_outbox_unit unit;

	return cchc_outbox_unit(t->inbox->box, &unit) == CCHC_OK &&
	       cchc_below_has(unit.below, unit.n_below, form->base_level,
			      cchc_period_last_day(t->parcel.period, form->closing_day));
}

static enum cchc_rc reject_table(struct taking *t)
{
	const struct cchc_problems *problems = &t->problems;
	char text[400] = "";
	bool is_encoding = false; /* then the reader of tables gives advice on UTF-8 */

	if (problems->n) {
		(void)cchc_problem_line(&problems->list[0], text, sizeof(text));
		is_encoding = strstr(problems->list[0].text, "CSV UTF-8") != NULL;
	}
	return reject(t, is_encoding ? CCHC_RULE_ENCODING : CCHC_RULE_FILE_SHAPE, text);
}

/* Bytes that are no table are told later: first comes what the file's name says. */
static enum cchc_rc parse_table(struct taking *t)
{
	const char *name = cchc_receipt_clean(&t->arena, t->file->name);
	enum cchc_rc rc;

	t->parcel.source = name;
	t->sheet = cchc_arena_alloc(&t->arena, sizeof(*t->sheet));
	rc = name && t->sheet ? CCHC_OK : CCHC_NOMEM;
	if (!rc)
		rc = cchc_csv_parse(&t->arena, name, t->bytes, t->len, &t->problems,
				    t->sheet);
	t->broken = rc && rc != CCHC_NOMEM;
	return rc == CCHC_NOMEM ? wait_for(t, CCHC_INBOX_TROUBLE, "out of memory")
				: CCHC_OK;
}

static enum cchc_rc read_table(struct taking *t)
{
	struct cchc_refusal refusal = {0};
	enum cchc_rc rc;

	if (t->broken)
		return reject_table(t);
	rc = cchc_filled_read(t->parcel.form, collects(t), t->sheet, &t->arena,
			      &t->filled, &refusal);
	if (rc == CCHC_INVALID)
		return reject(t, refusal.rule ? refusal.rule : CCHC_RULE_FILE_SHAPE,
			      refusal.expected);
	return rc ? wait_for(t, CCHC_INBOX_TROUBLE, cchc_rc_name(rc)) : CCHC_OK;
}

/* A copy of the sheet of tasks, told by its header. */
static enum cchc_rc take_tasks(struct taking *t)
{
	struct cchc_tasktake take = {.box = t->inbox->box,
				     .unit = t->inbox->settings->unit,
				     .name = t->file->name,
				     .source = t->parcel.source,
				     .sheet = t->sheet,
				     .digest = t->digest,
				     .where = CCHC_SAID_IN_INBOX,
				     .wall_ms = t->look->wall_ms};
	struct cchc_sheet_reading reading;
	enum cchc_rc rc = cchc_tasks_take(&t->arena, &take, &reading);

	if (rc == CCHC_NOSPACE)
		return wait_for(t, CCHC_INBOX_FULL, "");
	if (rc)
		return wait_for(t, CCHC_INBOX_TROUBLE, cchc_rc_name(rc));
	cchc_log(CCHC_LOG_INFO, "tasks taken file=\"%s\" statements=%zu refused=%zu",
		 t->parcel.source, reading.says, reading.wrong);
	return CCHC_OK;
}

/* A withdrawal of what was never sent is taken as said (the cell is withdrawn then), but
 * may be a slip of one line. While something is on its way nobody can tell. */
static enum cchc_rc notice_withdrawals(struct taking *t)
{
	struct cchc_outbox_state state;
	enum cchc_rc rc = cchc_outbox_look(t->inbox->box, &state);

	if (rc || state.queued || state.mark != state.last_given)
		return rc;
	for (size_t i = 0; i < t->filled.n; i++) {
		struct cchc_filled_cell *cell = &t->filled.cell[i];
		struct cchc_figure sent = {0};

		if (cell->reading.figure.state != CCHC_WITHDRAWN)
			continue;
		rc = cchc_outbox_accepted(t->inbox->box, t->parcel.form->name,
					  cchc_period_code(t->parcel.period),
					  cell->row->id, &sent);
		if (rc && rc != CCHC_NOTFOUND)
			return rc;
		if (sent.state != CCHC_FIGURE && sent.state != CCHC_NA)
			cell->reading.notice = CCHC_NOTICE_NOTHING;
	}
	return CCHC_OK;
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
		rc = notice_withdrawals(t);
	if (!rc)
		rc = cchc_parcel_pack(&t->arena, &t->parcel, &items, &n);
	if (rc)
		return wait_for(t, CCHC_INBOX_TROUBLE, cchc_rc_name(rc));
	fill_record(t, &record);
	record.text = cchc_receipt_text(&t->arena, &t->parcel);
	rc = put_record(t, &record, items, n);
	if (rc)
		return rc;
	cchc_log(CCHC_LOG_INFO,
		 "file taken file=\"%s\" form=%s figures=%u refused=%u items=%zu",
		 t->parcel.source, record.form, record.figures, record.refused, n);
	return CCHC_OK;
}

static enum cchc_rc put_into_outbox(struct taking *t)
{
	enum cchc_rc rc = read_bytes(t);

	if (rc || is_noted(t))
		return rc;
	rc = parse_table(t);
	if (!rc && !t->broken && cchc_sheet_is(t->sheet))
		return take_tasks(t);
	if (!rc)
		rc = find_form(t);
	if (!rc)
		rc = read_table(t);
	return rc ? rc : push(t);
}

/* Its record says what became of it, also when a crash came before it could leave. */
static bool was_rejected(struct cchc_inbox *inbox, const char *name)
{
	struct cchc_namesakes namesakes;
	struct cchc_arena arena;
	struct cchc_file record;
	bool rejected;

	cchc_arena_init(&arena, FILE_ARENA_MAX);
	rejected = cchc_outbox_namesakes(inbox->box, name, &namesakes) == CCHC_OK &&
		   cchc_outbox_file(inbox->box, &arena, namesakes.newest, &record) ==
			   CCHC_OK &&
		   record.kind == CCHC_FILE_REJECTED;
	cchc_arena_fini(&arena);
	return rejected;
}

void cchc_inbox_take(struct cchc_inbox *inbox, const struct cchc_standing *file,
		     const struct cchc_inbox_look *look, struct cchc_inbox_round *round)
{
	struct taking t = {.inbox = inbox, .file = file, .look = look, .round = round};
	const struct cchc_settings *s = inbox->settings;
	bool rejected;
	enum cchc_rc rc;

	cchc_arena_init(&t.arena, FILE_ARENA_MAX);
	cchc_problems_init(&t.problems);
	rc = put_into_outbox(&t);
	cchc_problems_fini(&t.problems);
	cchc_arena_fini(&t.arena);
	if (rc && rc != CCHC_INVALID)
		return;
	rejected = was_rejected(inbox, file->name);
	if (cchc_inbox_move_taken(inbox, file, rejected ? s->rejected : s->sent))
		round->wait = CCHC_INBOX_TROUBLE;
	else if (rejected)
		round->rejected++;
	else
		round->taken++;
}
