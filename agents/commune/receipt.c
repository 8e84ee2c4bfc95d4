#include "commune/receipt.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "commune/paper.h"
#include "commune/tasksheet.h"
#include "core/number.h"

enum { NAME_MAX_KEPT = 200 }; /* of the file's name in the receipt's */

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

enum { FIGURE_TEXT = 96 };

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
	case CCHC_NOTICE_NOTHING:
		return "no figure of this row was sent: nothing to withdraw";
	case CCHC_NOTICE_NONE:
		break;
	}
	return "";
}

/* ---- the part that stays ---- */

typedef bool tells(const struct cchc_parcel *parcel, size_t cell);
typedef void tell(struct cchc_paper *paper, const struct cchc_parcel *parcel,
		  size_t cell);

static bool is_refused(const struct cchc_parcel *p, size_t i)
{
	return p->filled->cell[i].reading.refusal.rule != CCHC_RULE_NONE;
}

static void tell_refused(struct cchc_paper *paper, const struct cchc_parcel *p, size_t i)
{
	const struct cchc_filled_cell *cell = &p->filled->cell[i];

	cchc_paper_refusal(paper, cell->line, "", &cell->reading.refusal);
}

/* Told once a row, where it is given first. The refusal of a duplicate tells it itself.
 */
static bool has_repeat(const struct cchc_filled_cell *cell)
{
	return cell->again > cell->line &&
	       cell->reading.refusal.rule != CCHC_RULE_DUPLICATE;
}

static bool has_notice(const struct cchc_parcel *p, size_t i)
{
	const struct cchc_filled_cell *cell = &p->filled->cell[i];

	return has_repeat(cell) ||
	       (!is_refused(p, i) && cell->reading.notice != CCHC_NOTICE_NONE);
}

static void tell_notice(struct cchc_paper *paper, const struct cchc_parcel *p, size_t i)
{
	const struct cchc_filled_cell *cell = &p->filled->cell[i];
	enum cchc_notice notice = cell->reading.notice;
	char repeat[160] = "";

	if (has_repeat(cell))
		(void)snprintf(repeat, sizeof(repeat),
			       "%sChỉ tiêu có trên %" PRIu32
			       " dòng, lại có ở dòng %" PRIu32
			       ". / the row is given on %" PRIu32 " lines, again on line "
			       "%" PRIu32,
			       notice ? "; " : "", cell->given, cell->again, cell->given,
			       cell->again);
	cchc_paper_line(paper, "  - dòng/line %" PRIu32 ", %s = \"%s\": %s%s%s%s",
			cell->line, cell->code, cell->text, cchc_notice_text(notice),
			notice ? " / " : "", english(notice), repeat);
}

static bool does_stand(const struct cchc_parcel *p, size_t i)
{
	return p->stands && p->stands[i].state != CCHC_ABSENT && !is_refused(p, i);
}

static void tell_stands(struct cchc_paper *paper, const struct cchc_parcel *p, size_t i)
{
	const struct cchc_filled_cell *cell = &p->filled->cell[i];
	char held[FIGURE_TEXT];

	cchc_paper_line(paper,
			"  - dòng/line %" PRIu32
			", %s = \"%s\": huyện đang giữ/the district has %s",
			cell->line, cell->code, cell->text,
			figure(cell->row, p->stands[i], held));
}

static void list(struct cchc_paper *paper, const char *title, const struct cchc_parcel *p,
		 tells *belongs, tell *say)
{
	size_t n = 0;

	for (size_t i = 0; i < p->filled->n; i++)
		n += belongs(p, i);
	if (n == 0)
		return;
	cchc_paper_line(paper, "%s", "");
	cchc_paper_line(paper, "%s: %zu", title, n);
	n = 0;
	for (size_t i = 0; i < p->filled->n; i++)
		if (belongs(p, i) && n++ < CCHC_PAPER_LIST_MAX)
			say(paper, p, i);
	if (n > CCHC_PAPER_LIST_MAX)
		cchc_paper_line(paper, "  ... và/and %zu", n - CCHC_PAPER_LIST_MAX);
}

const char *cchc_receipt_text(struct cchc_arena *arena, const struct cchc_parcel *parcel)
{
	struct cchc_paper paper;

	if (!cchc_paper_open(&paper))
		return NULL;
	cchc_paper_line(&paper, "Ô để trống / Blank cells: %zu", parcel->filled->blanks);
	list(&paper,
	     "KHÔNG NHẬN, cần sửa và gửi lại / NOT TAKEN, to be mended and sent again",
	     parcel, is_refused, tell_refused);
	list(&paper, "LƯU Ý / NOTICES", parcel, has_notice, tell_notice);
	list(&paper,
	     "KHÔNG GỬI vì huyện đã có số liệu mới hơn / NOT SENT, the district has "
	     "newer figures",
	     parcel, does_stand, tell_stands);
	return cchc_paper_keep(&paper, arena);
}

const char *cchc_receipt_reason(struct cchc_arena *arena, enum cchc_rule why,
				const char *more)
{
	struct cchc_paper paper;

	if (!cchc_paper_open(&paper))
		return NULL;
	cchc_paper_line(&paper, "Lý do / Reason: %s / %s", cchc_rule_vietnamese(why),
			cchc_rule_english(why));
	if (more[0])
		cchc_paper_line(&paper, "  %s", more);
	return cchc_paper_keep(&paper, arena);
}

/* ---- the whole ---- */

struct receipt { /* being written */
	const struct cchc_desk *desk;
	struct cchc_arena *arena;
	const struct cchc_file *file;
	const struct cchc_namesakes *names;
	struct cchc_paper paper;
};

/* The last one has the plain name, earlier ones have their number. */
void cchc_receipt_name(const char *name, const struct cchc_namesakes *names,
		       uint32_t number, char out[CCHC_RECEIPT_NAME])
{
	char cut[NAME_MAX_KEPT + 1];

	cchc_text_copy(cut, sizeof(cut), name, strlen(name));
	if (number == names->last)
		(void)snprintf(out, CCHC_RECEIPT_NAME, "%s.txt", cut);
	else
		(void)snprintf(out, CCHC_RECEIPT_NAME, "%s (%" PRIu32 ").txt", cut,
			       number);
}

static enum cchc_rc write_head(struct receipt *r)
{
	const struct cchc_namesakes *names = r->names;
	const char *name = cchc_receipt_clean(r->arena, r->file->name);
	uint32_t number = r->file->number;
	char other[CCHC_RECEIPT_NAME];

	if (!name)
		return CCHC_NOMEM;
	(void)fputs("\xef\xbb\xbf", r->paper.file);
	cchc_paper_line(&r->paper, "BIÊN NHẬN SỐ LIỆU / RECEIPT");
	cchc_paper_line(&r->paper, "%s", "");
	cchc_paper_line(&r->paper, "Tệp / File: %s", name);
	if (number < names->last) {
		cchc_receipt_name(name, names, names->last, other);
		cchc_paper_line(
			&r->paper,
			"ĐÃ CÓ TỆP MỚI HƠN CÙNG TÊN / A NEWER FILE OF THIS NAME CAME: "
			"xem/see "
			"%s",
			other);
	} else if (number > 1) {
		cchc_receipt_name(name, names, number - 1, other);
		cchc_paper_line(&r->paper,
				"Lần thứ / Number: %" PRIu32
				"; lần trước / the one before: %s",
				number, other);
	}
	cchc_paper_line(&r->paper, "Đơn vị / Unit: %s", r->desk->unit);
	return CCHC_OK;
}

/* True when nothing of the file is at the district: it refused every message as a whole,
 * or every figure by itself. */
static bool stands_nowhere(const struct cchc_file *file,
			   const struct cchc_refused *refused, size_t n)
{
	size_t whole = 0;

	for (size_t i = 0; i < n; i++)
		whole += refused[i].cell.index == CCHC_REFUSED_WHOLE;
	return n > 0 && (whole == file->items || n - whole >= file->figures);
}

static const char *reserve(const struct cchc_file *file, size_t refused)
{
	if (file->kind == CCHC_FILE_TAKEN && file->figures == 0)
		return ", không có số liệu nào / no figure in it";
	return refused ? ", có phần bị từ chối / refused in part" : "";
}

static void write_status(struct receipt *r, const struct cchc_refused *refused, size_t n)
{
	const struct cchc_file *file = r->file;
	char at[CCHC_WHEN_TEXT];

	if (file->items == 0)
		cchc_paper_line(&r->paper, "Tình trạng / Status: KHÔNG CÓ GÌ ĐỂ GỬI / "
					   "NOTHING TO BE SENT");
	else if (file->acked >= file->items && stands_nowhere(file, refused, n))
		cchc_paper_line(
			&r->paper,
			"Tình trạng / Status: HUYỆN TỪ CHỐI TOÀN BỘ / REFUSED BY THE "
			"DISTRICT "
			"%s",
			cchc_paper_when(file->acked_ms, at));
	else if (file->acked >= file->items)
		cchc_paper_line(&r->paper,
				"Tình trạng / Status: HUYỆN ĐÃ NHẬN / ACKNOWLEDGED %s%s",
				cchc_paper_when(file->acked_ms, at), reserve(file, n));
	else if (file->acked > 0)
		cchc_paper_line(&r->paper,
				"Tình trạng / Status: đang gửi / being sent (%" PRIu32
				" / %" PRIu32 ")",
				file->acked, file->items);
	else
		cchc_paper_line(&r->paper,
				"Tình trạng / Status: CHỜ GỬI / WAITS TO BE SENT");
}

/* Of the newest file only: what the district has now is not what an earlier one gave. */
static enum cchc_rc write_report(struct receipt *r)
{
	struct cchc_report_state report;
	char at[CCHC_WHEN_TEXT];
	enum cchc_rc rc;

	if (r->file->number < r->names->last)
		return CCHC_OK;
	rc = cchc_outbox_report(r->desk->box, r->file->form, r->file->period, &report);
	if (rc)
		return rc == CCHC_NOTFOUND ? CCHC_OK : rc;
	cchc_paper_line(
		&r->paper,
		"Báo cáo tại huyện / Report at the district: phiên bản / version %" PRIu32
		", %s, %s, %" PRIu32 " ô được nhận / cells accepted, %" PRIu32
		" bị từ chối / refused",
		report.version,
		report.state == CCHC__REPORT_STATE__STATE__SUBMITTED
			? "đã gửi / submitted"
			: "tạm / draft",
		cchc_paper_when(report.received_ms, at), report.cells, report.refused);
	return CCHC_OK;
}

static void write_refused(struct cchc_paper *paper, const struct cchc_refused *refused,
			  size_t n)
{
	if (n == 0)
		return;
	cchc_paper_line(paper, "%s", "");
	cchc_paper_line(
		paper, "HUYỆN TỪ CHỐI, cần sửa và gửi lại / REFUSED BY THE DISTRICT: %zu",
		n);
	for (size_t i = 0; i < n && i < CCHC_PAPER_LIST_MAX; i++)
		cchc_paper_refusal(paper, refused[i].line, "", &refused[i].cell);
	if (n > CCHC_PAPER_LIST_MAX)
		cchc_paper_line(paper, "  ... và/and %zu", n - CCHC_PAPER_LIST_MAX);
}

static void write_period(struct receipt *r)
{
	struct cchc_period period = {0};
	char code[CCHC_PERIOD_TEXT] = "";
	char title[CCHC_PERIOD_TITLE] = "";
	char at[CCHC_WHEN_TEXT];

	if (cchc_period_from_code(r->file->period, &period)) {
		(void)cchc_period_format(period, code);
		(void)cchc_period_title(period, title);
	}
	cchc_paper_line(&r->paper, "Kỳ báo cáo / Period: %s (%s)", title, code);
	cchc_paper_line(&r->paper, "Biểu mẫu / Form: %s, bản / revision %" PRIu32,
			r->file->form, r->file->revision);
	cchc_paper_line(&r->paper, "Nhận lúc / Taken: %s",
			cchc_paper_when(r->file->taken_ms, at));
}

static enum cchc_rc write_taken(struct receipt *r)
{
	struct cchc_refused *refused;
	size_t n;
	enum cchc_rc rc =
		cchc_outbox_refused(r->desk->box, r->arena, r->file, &refused, &n);

	if (rc)
		return rc;
	write_period(r);
	write_status(r, refused, n);
	rc = write_report(r);
	cchc_paper_line(&r->paper, "Số liệu đọc được / Figures read: %" PRIu32,
			r->file->figures);
	(void)fputs(r->file->text, r->paper.file);
	write_refused(&r->paper, refused, n);
	return rc;
}

/* Fields of tasks have the names of the columns that people fill. */
static void name_fields(struct cchc_refused *refused, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *title = cchc_sheet_field(refused[i].cell.field);

		if (title != refused[i].cell.field)
			cchc_text_copy(refused[i].cell.field,
				       sizeof(refused[i].cell.field), title,
				       strlen(title));
	}
}

static enum cchc_rc write_tasks(struct receipt *r)
{
	struct cchc_refused *refused;
	char at[CCHC_WHEN_TEXT];
	size_t n;
	enum cchc_rc rc =
		cchc_outbox_refused(r->desk->box, r->arena, r->file, &refused, &n);

	if (rc)
		return rc;
	name_fields(refused, n);
	cchc_paper_line(&r->paper, "Nhận lúc / Taken: %s",
			cchc_paper_when(r->file->taken_ms, at));
	write_status(r, refused, n);
	(void)fputs(r->file->text, r->paper.file);
	write_refused(&r->paper, refused, n);
	return CCHC_OK;
}

static enum cchc_rc write_rejected(struct receipt *r)
{
	char at[CCHC_WHEN_TEXT];

	cchc_paper_line(&r->paper, "Lúc / At: %s",
			cchc_paper_when(r->file->taken_ms, at));
	cchc_paper_line(&r->paper, "Tình trạng / Status: KHÔNG NHẬN ĐƯỢC / REJECTED");
	(void)fputs(r->file->text, r->paper.file);
	return CCHC_OK;
}

/* "2024-Q1 I.2", with the row's id where the form is not at hand. */
static const struct cchc_row *
name_cell(struct receipt *r, const struct cchc_dropped *cell, char *out, size_t size)
{
	const struct cchc_form *form = cchc_catalog_named(r->desk->catalog, cell->form);
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

static void dropped_line(struct receipt *r, const struct cchc_dropped *cell)
{
	char name[CCHC_FORM_NAME + CCHC_PERIOD_TEXT + CCHC_ROW_CODE];
	char held[FIGURE_TEXT];
	char ours[FIGURE_TEXT];
	const struct cchc_row *row = name_cell(r, cell, name, sizeof(name));

	if (cell->ours.state == CCHC_ABSENT)
		cchc_paper_line(&r->paper, "  - %s: huyện giữ/the district has %s", name,
				figure(row, cell->held, held));
	else
		cchc_paper_line(&r->paper,
				"  - %s: huyện giữ/the district has %s; không gửi/not "
				"sent: %s (%s)",
				name, figure(row, cell->held, held),
				figure(row, cell->ours, ours), cell->source);
}

static enum cchc_rc write_fork(struct receipt *r)
{
	struct cchc_dropped *cell;
	char at[CCHC_WHEN_TEXT];
	size_t n;
	enum cchc_rc rc =
		cchc_outbox_dropped(r->desk->box, r->arena, r->file->id, &cell, &n);

	if (rc)
		return rc;
	cchc_paper_line(&r->paper, "Lúc / At: %s",
			cchc_paper_when(r->file->taken_ms, at));
	cchc_paper_line(&r->paper, "%s", "");
	cchc_paper_line(&r->paper, "Máy này được khôi phục từ bản sao cũ, hoặc có hai "
				   "máy cùng gửi. Các ô sau "
				   "huyện đã nhận sau bản sao đó và được giữ nguyên.");
	cchc_paper_line(&r->paper,
			"This agent was restored from an old image, or two run at once. "
			"The cells "
			"below reached the district after that image and stand.");
	cchc_paper_line(&r->paper, "%s", "");
	cchc_paper_line(&r->paper, "Số ô / Cells: %zu", n);
	for (size_t i = 0; i < n && i < CCHC_PAPER_LIST_MAX * 10; i++)
		dropped_line(r, &cell[i]);
	if (n > CCHC_PAPER_LIST_MAX * 10)
		cchc_paper_line(&r->paper, "  ... và/and %zu",
				n - CCHC_PAPER_LIST_MAX * 10);
	return CCHC_OK;
}

static enum cchc_rc write_body(struct receipt *r)
{
	switch (r->file->kind) {
	case CCHC_FILE_FORK:
		return write_fork(r);
	case CCHC_FILE_REJECTED:
		return write_rejected(r);
	case CCHC_FILE_TASKS:
		return write_tasks(r);
	default:
		return write_taken(r);
	}
}

enum cchc_rc cchc_receipt_write(const struct cchc_desk *desk, struct cchc_arena *arena,
				const struct cchc_file *file,
				const struct cchc_namesakes *names, const char **text,
				size_t *len)
{
	struct receipt r = {.desk = desk, .arena = arena, .file = file, .names = names};
	const char *kept;
	enum cchc_rc rc;

	if (!cchc_paper_open(&r.paper))
		return CCHC_NOMEM;
	rc = write_head(&r);
	if (!rc)
		rc = write_body(&r);
	kept = cchc_paper_keep(&r.paper, arena);
	if (rc || !kept)
		return rc ? rc : CCHC_NOMEM;
	*text = kept;
	*len = r.paper.len;
	return CCHC_OK;
}
