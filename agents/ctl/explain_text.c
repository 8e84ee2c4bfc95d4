#include "ctl/explain.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "core/rule.h"
#include "ctl/columns.h"
#include "ctl/moment.h"

enum { CODE, UNIT, ROW, FIGURE, PERIOD, SENDER, RECEIVED, JOURNAL, COLUMNS };

static enum cchc_rc figure_text(struct cchc_arena *arena,
				const struct cchc_ctl_explanation *e, size_t i,
				const char **text)
{
	const Cchc__Input *input = e->input[i];
	const struct cchc_row *row = cchc_form_row_by_id(e->form, input->row);
	char *printed = NULL;
	size_t len;
	FILE *out = open_memstream(&printed, &len);

	*text = NULL;
	if (!out)
		return CCHC_NOMEM;
	cchc_ctl_figure_people(row, input->state, input->value, out);
	if (input->has_declared && input->declared)
		fputs(" (khai, không tính)", out);
	else if (input->state == CCHC_FIGURE && !cchc_ctl_input_enters(e, i))
		fputs(" (không tính)", out);
	if (fclose(out) == 0)
		*text = cchc_arena_text(arena, printed, len);
	free(printed);
	return *text ? CCHC_OK : CCHC_NOMEM;
}

static enum cchc_rc put_input(struct cchc_arena *arena,
			      const struct cchc_ctl_explanation *e, size_t i,
			      const struct cchc_ctl_column *column, FILE *out)
{
	const Cchc__Input *input = e->input[i];
	const char *text[COLUMNS] = {input->unit->code, input->unit->name};
	struct cchc_period period = {0};
	char period_text[CCHC_PERIOD_TEXT];
	char received[CCHC_CTL_MOMENT] = "";
	char journal[24] = "";

	if (figure_text(arena, e, i, &text[FIGURE]) != CCHC_OK)
		return CCHC_NOMEM;
	(void)cchc_period_from_code(input->period, &period);
	if (input->has_received)
		cchc_ctl_moment_people(input->received, received);
	if (input->has_journal)
		snprintf(journal, sizeof(journal), "%" PRIu64, input->journal);
	text[ROW] = cchc_form_row_by_id(e->form, input->row)->full_code;
	text[PERIOD] = cchc_period_format(period, period_text);
	text[SENDER] = input->sender ? input->sender : "";
	text[RECEIVED] = received;
	text[JOURNAL] = journal;
	cchc_ctl_columns_row(out, column, COLUMNS, text);
	return CCHC_OK;
}

static enum cchc_rc put_inputs(struct cchc_arena *arena,
			       const struct cchc_ctl_explanation *e, size_t width,
			       FILE *out)
{
	struct cchc_ctl_column column[COLUMNS] = {
		[CODE] = {"Mã", 6, CCHC_CTL_LEFT},
		[UNIT] = {"Đơn vị", 0, CCHC_CTL_LEFT},
		[ROW] = {"Chỉ tiêu", 9, CCHC_CTL_LEFT},
		[FIGURE] = {"Số liệu", 13, CCHC_CTL_RIGHT},
		[PERIOD] = {"Kỳ", 7, CCHC_CTL_LEFT},
		[SENDER] = {"Người gửi", 12, CCHC_CTL_LEFT},
		[RECEIVED] = {"Nhận lúc", 10, CCHC_CTL_LEFT},
		[JOURNAL] = {"Số NK", 6, CCHC_CTL_RIGHT},
	};
	enum cchc_rc rc = CCHC_OK;

	fprintf(out, "\nSố liệu đưa vào (%zu):\n", e->n_inputs);
	if (!e->n_inputs)
		return CCHC_OK;
	cchc_ctl_columns_fit(column, COLUMNS, width);
	cchc_ctl_columns_head(out, column, COLUMNS);
	for (size_t i = 0; i < e->n_inputs && rc == CCHC_OK; i++)
		rc = put_input(arena, e, i, column, out);
	return rc;
}

static void put_refusal(const Cchc__CellRefusal *refusal, FILE *out)
{
	enum cchc_rule rule = cchc_rule_from_number(refusal->rule);

	fprintf(out, ": %s = \"%s\": %s", refusal->field, refusal->value,
		cchc_rule_vietnamese(rule));
	if (refusal->expected[0])
		fprintf(out, " (cần: %s)", refusal->expected);
}

static void put_missing(const struct cchc_ctl_explanation *e,
			const Cchc__Missing *missing, FILE *out)
{
	char moment[CCHC_CTL_MOMENT];

	fprintf(out, "  %s  %s – ", missing->unit->code, missing->unit->name);
	if (missing->row != e->cell.row->id)
		fprintf(out,
			"%s: ", cchc_form_row_by_id(e->form, missing->row)->full_code);
	fputs(cchc_ctl_why_people(missing->why), out);
	if (missing->refusal)
		put_refusal(missing->refusal, out);
	if (missing->sender && missing->sender[0])
		fprintf(out, "; người gửi %s", missing->sender);
	if (missing->has_received)
		fprintf(out, " lúc %s",
			cchc_ctl_moment_people(missing->received, moment));
	if (missing->has_journal)
		fprintf(out, "; nhật ký số %" PRIu64, missing->journal);
	if (missing->has_last_contact)
		fprintf(out, "; liên hệ gần nhất %s",
			cchc_ctl_moment_people(missing->last_contact, moment));
	else if (missing->why == CCHC__MISSING__WHY__NOT_CONNECTED)
		fputs("; chưa liên hệ lần nào", out);
	fputc('\n', out);
}

/* Each line of the arithmetic set in by two blanks. */
static enum cchc_rc put_arithmetic(const struct cchc_ctl_explanation *e, FILE *out)
{
	char *text = NULL;
	size_t len;
	FILE *lines = open_memstream(&text, &len);

	if (!lines)
		return CCHC_NOMEM;
	cchc_ctl_arithmetic(e, lines);
	if (fclose(lines) != 0) {
		free(text);
		return CCHC_NOMEM;
	}
	if (len)
		fputs("\nTính:\n", out);
	for (const char *line = text; *line;) {
		size_t n = strcspn(line, "\n");

		fprintf(out, "  %.*s\n", (int)n, line);
		line += n + (line[n] == '\n');
	}
	free(text);
	return CCHC_OK;
}

static void put_cell(const struct cchc_ctl_explanation *e, FILE *out)
{
	const struct cchc_ctl_cell *cell = &e->cell;
	char period[CCHC_PERIOD_TITLE];

	fprintf(out, "%s – %s\n%s  %s  ", e->unit->name,
		cchc_period_title(e->period, period), cell->row->full_code, cell->name);
	cchc_ctl_cell_people(cell, out);
	if (cell->state == CCHC__CELL_STATE__ABSENT)
		fputs("chưa có số liệu", out);
	else if (cell->state == CCHC__CELL_STATE__FIGURE && !cell->tallied &&
		 cell->row->kind != CCHC_YESNO && cell->row->kind != CCHC_CHOICE)
		fprintf(out, " %s", cell->row->unit);
	fprintf(out, "  (%" PRIu32 "/%" PRIu32 " đơn vị)\n", cell->reported,
		cell->expected);
	if (cell->row->reserved && cell->expected == 0)
		fputs("Chỉ tiêu do đơn vị trực tiếp nhận báo cáo của cấp xã báo cáo, "
		      "không "
		      "phải đơn vị này\n",
		      out);
	if (cell->row->over_units == CCHC_UNITS_SAME && cell->detail &&
	    cell->state == CCHC__CELL_STATE__ABSENT && cell->detail->has_own_state)
		fputs("Danh mục chung chỉ so sánh số của các đơn vị cấp dưới; số của "
		      "chính "
		      "đơn vị đứng riêng (--scope own)\n",
		      out);
	if (cell->incomplete)
		fprintf(out, "%" PRIu32 " đơn vị có số liệu chưa đủ các phần\n",
			cell->incomplete);
}

enum cchc_rc cchc_ctl_explain_text(struct cchc_arena *arena,
				   const struct cchc_ctl_explanation *e, size_t width,
				   FILE *out)
{
	enum cchc_rc rc;

	put_cell(e, out);
	rc = put_arithmetic(e, out);
	if (rc == CCHC_OK)
		rc = cchc_ctl_explain_tasks(arena, e, width, out);
	if (rc == CCHC_OK)
		rc = put_inputs(arena, e, width, out);
	if (e->n_missing)
		fprintf(out, "\nChưa có số liệu từ (%zu):\n", e->n_missing);
	for (size_t i = 0; i < e->n_missing; i++)
		put_missing(e, e->missing[i], out);
	fprintf(out, "\nDữ liệu tại lần ghi số %" PRIu64 "\n", e->commit);
	return rc;
}
