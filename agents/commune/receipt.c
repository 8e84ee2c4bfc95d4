#include "commune/receipt.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/number.h"
#include "io/file.h"

enum {
	LIST_MAX = 300,      /* lines of one list; the rest is counted */
	NAME_MAX_KEPT = 200, /* of the file's name in the receipt's */
	ARENA_MAX = 32 * 1024 * 1024,
	MODE = 0644,
};

/* A text that grows, with every '\n' as CR LF. Sticky. */
struct paper {
	FILE *file;
	char *bytes;
	size_t len;
};

static bool open_paper(struct paper *paper)
{
	*paper = (struct paper){0};
	paper->file = open_memstream(&paper->bytes, &paper->len);
	return paper->file != NULL;
}

static void line(struct paper *paper, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void line(struct paper *paper, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vfprintf(paper->file, format, args);
	va_end(args);
	(void)fputs("\r\n", paper->file);
}

/* False when memory ran out on the way. The bytes are then freed, else the caller's. */
static bool close_paper(struct paper *paper)
{
	bool whole = !ferror(paper->file);

	whole = fclose(paper->file) == 0 && whole;
	if (!whole)
		free(paper->bytes);
	return whole;
}

const char *cchc_receipt_clean(struct cchc_arena *arena, const char *name)
{
	size_t len = strlen(name);
	char *copy = cchc_arena_text(arena, name, len);

	if (!copy || cchc_text_is_clean(copy, len))
		return copy;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)copy[i] >= 0x80 || (unsigned char)copy[i] < ' ')
			copy[i] = '?';
	return copy;
}

/* ---- words ---- */

enum { WHEN_TEXT = 48, FIGURE_TEXT = 96 };

/* Civil time: 15/03/2024 08:30:12. */
static const char *when(int64_t wall_ms, char out[WHEN_TEXT])
{
	cchc_day day = cchc_day_at(wall_ms);
	struct cchc_civil civil = cchc_civil_of(day);
	int s = (int)((wall_ms - cchc_day_start_ms(day)) / 1000);

	(void)snprintf(out, WHEN_TEXT, "%02d/%02d/%04d %02d:%02d:%02d", civil.day,
		       civil.month, civil.year, s / 3600, s / 60 % 60, s % 60);
	return out;
}

static const char *figure(const struct cchc_row *row, struct cchc_figure f,
			  char out[FIGURE_TEXT])
{
	char number[CCHC_NUMBER_TEXT];

	switch (f.state) {
	case CCHC_FIGURE:
		(void)snprintf(out, FIGURE_TEXT, "%s",
			       cchc_number_vi(f.value, row ? row->decimals : 0, number));
		break;
	case CCHC_NA:
		(void)snprintf(out, FIGURE_TEXT, "không áp dụng / not applicable");
		break;
	case CCHC_WITHDRAWN:
		(void)snprintf(out, FIGURE_TEXT, "đã rút / withdrawn");
		break;
	default:
		(void)snprintf(out, FIGURE_TEXT, "chưa có số liệu / absent");
		break;
	}
	return out;
}

static const char *english(enum cchc_notice notice)
{
	switch (notice) {
	case CCHC_NOTICE_DASH:
		return "a dash is read as no figure";
	case CCHC_NOTICE_ZERO_WORD:
		return "the word is read as 0";
	case CCHC_NOTICE_DOT_DECIMAL:
		return "the dot is read as a decimal comma";
	case CCHC_NOTICE_NAME:
		return "the row's name is not the form's";
	case CCHC_NOTICE_RESERVED:
		return "the row is not for this unit: ignored";
	case CCHC_NOTICE_NONE:
		break;
	}
	return "";
}

static void refusal_line(struct paper *paper, uint32_t at,
			 const struct cchc_refusal *refusal)
{
	char place[32] = "";

	if (at)
		(void)snprintf(place, sizeof(place), "dòng/line %" PRIu32 ", ", at);
	line(paper, "  - %s%s = \"%s\": %s / %s%s%s%s", place, refusal->field,
	     refusal->value, cchc_rule_vietnamese(refusal->rule),
	     cchc_rule_english(refusal->rule),
	     refusal->expected[0] ? " (đúng/expected: " : "", refusal->expected,
	     refusal->expected[0] ? ")" : "");
}

/* ---- the part that stays ---- */

typedef bool tells(const struct cchc_parcel *parcel, size_t cell);
typedef void tell(struct paper *paper, const struct cchc_parcel *parcel, size_t cell);

static bool is_refused(const struct cchc_parcel *p, size_t i)
{
	return p->filled->cell[i].reading.refusal.rule != CCHC_RULE_NONE;
}

static void tell_refused(struct paper *paper, const struct cchc_parcel *p, size_t i)
{
	const struct cchc_filled_cell *cell = &p->filled->cell[i];

	refusal_line(paper, cell->line, &cell->reading.refusal);
}

static bool has_notice(const struct cchc_parcel *p, size_t i)
{
	return !is_refused(p, i) && p->filled->cell[i].reading.notice != CCHC_NOTICE_NONE;
}

static void tell_notice(struct paper *paper, const struct cchc_parcel *p, size_t i)
{
	const struct cchc_filled_cell *cell = &p->filled->cell[i];

	line(paper, "  - dòng/line %" PRIu32 ", %s = \"%s\": %s / %s", cell->line,
	     cell->code, cell->text, cchc_notice_text(cell->reading.notice),
	     english(cell->reading.notice));
}

static bool does_stand(const struct cchc_parcel *p, size_t i)
{
	return p->stands && p->stands[i].state != CCHC_ABSENT && !is_refused(p, i);
}

static void tell_stands(struct paper *paper, const struct cchc_parcel *p, size_t i)
{
	const struct cchc_filled_cell *cell = &p->filled->cell[i];
	char held[FIGURE_TEXT];

	line(paper,
	     "  - dòng/line %" PRIu32 ", %s = \"%s\": huyện đang giữ/the district has %s",
	     cell->line, cell->code, cell->text, figure(cell->row, p->stands[i], held));
}

static void list(struct paper *paper, const char *title, const struct cchc_parcel *p,
		 tells *belongs, tell *say)
{
	size_t n = 0;

	for (size_t i = 0; i < p->filled->n; i++)
		n += belongs(p, i);
	if (n == 0)
		return;
	line(paper, "%s", "");
	line(paper, "%s: %zu", title, n);
	n = 0;
	for (size_t i = 0; i < p->filled->n; i++)
		if (belongs(p, i) && n++ < LIST_MAX)
			say(paper, p, i);
	if (n > LIST_MAX)
		line(paper, "  ... và/and %zu", n - LIST_MAX);
}

const char *cchc_receipt_text(struct cchc_arena *arena, const struct cchc_parcel *parcel)
{
	struct paper paper;
	const char *text = NULL;

	if (!open_paper(&paper))
		return NULL;
	line(&paper, "Ô để trống / Blank cells: %zu", parcel->filled->blanks);
	list(&paper,
	     "KHÔNG NHẬN, cần sửa và gửi lại / NOT TAKEN, to be mended and sent again",
	     parcel, is_refused, tell_refused);
	list(&paper, "LƯU Ý / NOTICES", parcel, has_notice, tell_notice);
	list(&paper,
	     "KHÔNG GỬI vì huyện đã có số liệu mới hơn / NOT SENT, the district has "
	     "newer figures",
	     parcel, does_stand, tell_stands);
	if (close_paper(&paper)) {
		text = cchc_arena_text(arena, paper.bytes, paper.len);
		free(paper.bytes);
	}
	return text;
}

/* ---- the whole ---- */

struct desk {
	struct cchc_outbox *box;
	const struct cchc_catalog *catalog;
	const char *folder;
	const char *unit;
	struct cchc_arena arena;
};

static void write_head(struct paper *paper, const char *unit, const char *name)
{
	(void)fputs("\xef\xbb\xbf", paper->file);
	line(paper, "BIÊN NHẬN SỐ LIỆU / RECEIPT");
	line(paper, "%s", "");
	line(paper, "Tệp / File: %s", name);
	line(paper, "Đơn vị / Unit: %s", unit);
}

static void write_status(struct paper *paper, const struct cchc_file *file)
{
	char at[WHEN_TEXT];

	if (file->acked >= file->items)
		line(paper, "Tình trạng / Status: HUYỆN ĐÃ NHẬN / ACKNOWLEDGED %s",
		     when(file->acked_ms, at));
	else if (file->acked > 0)
		line(paper,
		     "Tình trạng / Status: đang gửi / being sent (%" PRIu32 " / %" PRIu32
		     ")",
		     file->acked, file->items);
	else
		line(paper, "Tình trạng / Status: CHỜ GỬI / WAITS TO BE SENT");
}

static enum cchc_rc write_report(struct desk *desk, struct paper *paper,
				 const struct cchc_file *file)
{
	struct cchc_report_state report;
	char at[WHEN_TEXT];
	enum cchc_rc rc =
		cchc_outbox_report(desk->box, file->form, file->period, &report);

	if (rc)
		return rc == CCHC_NOTFOUND ? CCHC_OK : rc;
	line(paper,
	     "Báo cáo tại huyện / Report at the district: phiên bản / version %" PRIu32
	     ", %s, %s, %" PRIu32 " ô được nhận / cells accepted, %" PRIu32
	     " bị từ chối / refused",
	     report.version,
	     report.state == CCHC__REPORT_STATE__STATE__SUBMITTED ? "đã gửi / submitted"
								  : "tạm / draft",
	     when(report.received_ms, at), report.cells, report.refused);
	return CCHC_OK;
}

static enum cchc_rc write_refused(struct desk *desk, struct paper *paper,
				  const struct cchc_file *file)
{
	struct cchc_refused *refused;
	size_t n;
	enum cchc_rc rc =
		cchc_outbox_refused(desk->box, &desk->arena, file, &refused, &n);

	if (rc || n == 0)
		return rc;
	line(paper, "%s", "");
	line(paper, "HUYỆN TỪ CHỐI, cần sửa và gửi lại / REFUSED BY THE DISTRICT: %zu",
	     n);
	for (size_t i = 0; i < n && i < LIST_MAX; i++)
		refusal_line(paper, refused[i].line, &refused[i].cell);
	if (n > LIST_MAX)
		line(paper, "  ... và/and %zu", n - LIST_MAX);
	return CCHC_OK;
}

static enum cchc_rc write_taken(struct desk *desk, struct paper *paper,
				const struct cchc_file *file)
{
	struct cchc_period period = {0};
	char code[CCHC_PERIOD_TEXT] = "";
	char title[CCHC_PERIOD_TITLE] = "";
	char at[WHEN_TEXT];
	enum cchc_rc rc;

	if (cchc_period_from_code(file->period, &period)) {
		(void)cchc_period_format(period, code);
		(void)cchc_period_title(period, title);
	}
	line(paper, "Kỳ báo cáo / Period: %s (%s)", title, code);
	line(paper, "Biểu mẫu / Form: %s, bản / revision %" PRIu32, file->form,
	     file->revision);
	line(paper, "Nhận lúc / Taken: %s", when(file->taken_ms, at));
	write_status(paper, file);
	rc = write_report(desk, paper, file);
	line(paper, "Số liệu đọc được / Figures read: %" PRIu32, file->figures);
	(void)fputs(file->text, paper->file);
	return rc ? rc : write_refused(desk, paper, file);
}

/* "2024-Q1 I.2", with the row's id where the form is not at hand. */
static const struct cchc_row *
name_cell(struct desk *desk, const struct cchc_dropped *cell, char *out, size_t size)
{
	const struct cchc_form *form = cchc_catalog_named(desk->catalog, cell->form);
	const struct cchc_row *row = form ? cchc_form_row_by_id(form, cell->row) : NULL;
	struct cchc_period period;
	char code[CCHC_PERIOD_TEXT] = "";

	if (cchc_period_from_code(cell->period, &period))
		(void)cchc_period_format(period, code);
	if (row)
		(void)snprintf(out, size, "%s %s", code, row->full_code);
	else
		(void)snprintf(out, size, "%s %s #%" PRIu32, code, cell->form, cell->row);
	return row;
}

static void dropped_line(struct desk *desk, struct paper *paper,
			 const struct cchc_dropped *cell)
{
	char name[CCHC_FORM_NAME + CCHC_PERIOD_TEXT + CCHC_ROW_CODE];
	char held[FIGURE_TEXT];
	char ours[FIGURE_TEXT];
	const struct cchc_row *row = name_cell(desk, cell, name, sizeof(name));

	if (cell->ours.state == CCHC_ABSENT)
		line(paper, "  - %s: huyện giữ/the district has %s", name,
		     figure(row, cell->held, held));
	else
		line(paper,
		     "  - %s: huyện giữ/the district has %s; không gửi/not sent: %s (%s)",
		     name, figure(row, cell->held, held), figure(row, cell->ours, ours),
		     cell->source);
}

static enum cchc_rc write_fork(struct desk *desk, struct paper *paper,
			       const struct cchc_file *file)
{
	struct cchc_dropped *cell;
	char at[WHEN_TEXT];
	size_t n;
	enum cchc_rc rc =
		cchc_outbox_dropped(desk->box, &desk->arena, file->id, &cell, &n);

	if (rc)
		return rc;
	line(paper, "Lúc / At: %s", when(file->taken_ms, at));
	line(paper, "%s", "");
	line(paper,
	     "Máy này được khôi phục từ bản sao cũ, hoặc có hai máy cùng gửi. Các ô sau "
	     "huyện đã nhận sau bản sao đó và được giữ nguyên.");
	line(paper,
	     "This agent was restored from an old image, or two run at once. The cells "
	     "below reached the district after that image and stand.");
	line(paper, "%s", "");
	line(paper, "Số ô / Cells: %zu", n);
	for (size_t i = 0; i < n && i < LIST_MAX * 10; i++)
		dropped_line(desk, paper, &cell[i]);
	if (n > LIST_MAX * 10)
		line(paper, "  ... và/and %zu", n - LIST_MAX * 10);
	return CCHC_OK;
}

static enum cchc_rc save(const char *folder, const char *name, const char *bytes,
			 size_t len, struct cchc_err *err)
{
	char cut[NAME_MAX_KEPT + 1];
	char *path;
	enum cchc_rc rc;

	cchc_text_copy(cut, sizeof(cut), name, strlen(name));
	if (asprintf(&path, "%s/%s.txt", folder, cut) < 0)
		return cchc_fail(err, CCHC_NOMEM, "out of memory");
	rc = cchc_file_replace(path, bytes, len, MODE, err);
	free(path);
	return rc;
}

static enum cchc_rc write_one(struct desk *desk, const struct cchc_file *file,
			      struct cchc_err *err)
{
	const char *name = cchc_receipt_clean(&desk->arena, file->name);
	struct paper paper;
	enum cchc_rc rc;

	if (!name || !open_paper(&paper))
		return cchc_fail(err, CCHC_NOMEM, "out of memory");
	write_head(&paper, desk->unit, name);
	rc = file->kind == CCHC_FILE_FORK ? write_fork(desk, &paper, file)
					  : write_taken(desk, &paper, file);
	if (!close_paper(&paper))
		return cchc_fail(err, CCHC_NOMEM, "out of memory");
	rc = rc ? cchc_fail(err, rc, "outbox: %s", cchc_rc_name(rc))
		: save(desk->folder, file->name, paper.bytes, paper.len, err);
	free(paper.bytes);
	return rc;
}

/* A receipt is named after its file: an older one of the same name gives way. */
static enum cchc_rc refresh(struct desk *desk, uint64_t id, struct cchc_err *err)
{
	struct cchc_file file;
	uint64_t newest = id;
	enum cchc_rc rc = cchc_outbox_file(desk->box, &desk->arena, id, &file);

	if (!rc)
		rc = cchc_outbox_newest(desk->box, file.name, &newest);
	if (!rc && newest == id) {
		rc = write_one(desk, &file, err);
		if (rc)
			return rc;
	}
	if (!rc || rc == CCHC_NOTFOUND)
		rc = cchc_outbox_written(desk->box, id);
	return rc ? cchc_fail(err, rc, "outbox: %s", cchc_rc_name(rc)) : CCHC_OK;
}

enum cchc_rc cchc_receipts_write(struct cchc_outbox *box,
				 const struct cchc_catalog *catalog, const char *folder,
				 const char *unit, struct cchc_err *err)
{
	struct desk desk = {
		.box = box, .catalog = catalog, .folder = folder, .unit = unit};
	uint64_t id = 0;
	enum cchc_rc rc;

	cchc_arena_init(&desk.arena, ARENA_MAX);
	while (!(rc = cchc_outbox_unwritten(box, id, &id))) {
		rc = refresh(&desk, id, err);
		cchc_arena_reset(&desk.arena);
		if (rc)
			break;
	}
	cchc_arena_fini(&desk.arena);
	return rc == CCHC_NOTFOUND ? CCHC_OK : rc;
}

enum cchc_rc cchc_receipt_reject(const char *folder, const char *name, const char *unit,
				 enum cchc_rule why, const char *more, int64_t wall_ms,
				 struct cchc_err *err)
{
	struct cchc_arena arena;
	struct paper paper;
	char at[WHEN_TEXT];
	const char *clean;
	enum cchc_rc rc;

	if (!open_paper(&paper))
		return cchc_fail(err, CCHC_NOMEM, "out of memory");
	cchc_arena_init(&arena, 4096);
	clean = cchc_receipt_clean(&arena, name);
	write_head(&paper, unit, clean ? clean : "?");
	cchc_arena_fini(&arena);
	line(&paper, "Lúc / At: %s", when(wall_ms, at));
	line(&paper, "Tình trạng / Status: KHÔNG NHẬN ĐƯỢC / REJECTED");
	line(&paper, "Lý do / Reason: %s / %s", cchc_rule_vietnamese(why),
	     cchc_rule_english(why));
	if (more[0])
		line(&paper, "  %s", more);
	if (!close_paper(&paper))
		return cchc_fail(err, CCHC_NOMEM, "out of memory");
	rc = save(folder, name, paper.bytes, paper.len, err);
	free(paper.bytes);
	return rc;
}
