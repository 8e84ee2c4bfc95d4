#include "ctl/print.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/check.h"
#include "core/rule.h"
#include "ctl/cell.h"
#include "ctl/columns.h"
#include "ctl/moment.h"

static const char *count_text(bool has, uint64_t count, char out[24])
{
	snprintf(out, 24, "%" PRIu64, count);
	return has ? out : "?";
}

static void print_agent(const Cchc__AgentStatus *agent,
			const struct cchc_ctl_column *column, size_t n, FILE *out)
{
	char contact[CCHC_CTL_MOMENT];
	char mark[24];
	char queued[24];
	char rejected[24];
	const char *text[] = {
		agent->unit->code,
		agent->unit->name,
		agent->connected ? "đang kết nối" : "mất liên lạc",
		agent->has_last_contact
			? cchc_ctl_moment_people(agent->last_contact, contact)
			: "chưa lần nào",
		count_text(true, agent->mark, mark),
		count_text(agent->has_queued, agent->queued, queued),
		count_text(agent->has_rejected, agent->rejected, rejected),
		agent->note ? agent->note : "",
	};

	cchc_check(CCHC_COUNT(text) == n);
	cchc_ctl_columns_row(out, column, n, text);
}

void cchc_ctl_print_status(const struct cchc_ctl_answer *answer, size_t width, FILE *out)
{
	struct cchc_ctl_column column[] = {
		{"Mã", 6, CCHC_CTL_LEFT},
		{"Đơn vị", 0, CCHC_CTL_LEFT},
		{"Tình trạng", 12, CCHC_CTL_LEFT},
		{"Liên hệ gần nhất", 19, CCHC_CTL_LEFT},
		{"Đã ghi đến", 10, CCHC_CTL_RIGHT},
		{"Chờ gửi", 7, CCHC_CTL_RIGHT},
		{"Từ chối", 7, CCHC_CTL_RIGHT},
		{"Ghi chú", 12, CCHC_CTL_LEFT},
	};
	size_t n = CCHC_COUNT(column);

	cchc_ctl_columns_fit(column, n, width);
	cchc_ctl_columns_head(out, column, n);
	for (size_t i = 0; i < answer->n; i++)
		for (size_t j = 0; j < answer->part[i]->n_agent; j++)
			print_agent(answer->part[i]->agent[j], column, n, out);
}

static void print_bytes(const ProtobufCBinaryData *bytes, FILE *out)
{
	for (size_t i = 0; i < bytes->len; i++)
		fprintf(out, "%02x", bytes->data[i]);
}

void cchc_ctl_print_about(const struct cchc_ctl_answer *answer, FILE *out)
{
	const Cchc__About *about = answer->part[0]->about;
	char moment[CCHC_CTL_MOMENT];

	fprintf(out, "Chương trình (program):       %s\n", about->program);
	fputs("Kho dữ liệu (store id):       ", out);
	print_bytes(&about->store_id, out);
	fprintf(out, "\nĐợt dữ liệu (incarnation):    %016" PRIx64 "\n",
		answer->incarnation);
	fprintf(out, "Đơn vị nhận (receiving unit): %s %s (%s)\n", about->unit->code,
		about->unit->name, about->unit->level);
	fprintf(out, "Lần ghi (commit):             %" PRIu64 "\n", answer->commit);
	fprintf(out, "Giờ máy nhận (clock):         %s\n",
		cchc_ctl_moment_people(about->now, moment));
	for (size_t i = 0; i < about->n_form; i++) {
		fprintf(out, "Biểu mẫu (form):              %s, bản %" PRIu32 ", ",
			about->form[i]->name, about->form[i]->revision);
		print_bytes(&about->form[i]->digest, out);
		fputc('\n', out);
	}
}

void cchc_ctl_print_verdict(const Cchc__Verdict *verdict, uint64_t commit, FILE *out)
{
	fprintf(out, "%s\n",
		verdict->agrees ? "Khớp: dựng lại từ nhật ký cho cùng kết quả (agrees)"
				: "KHÔNG KHỚP với nhật ký (differs)");
	fprintf(out,
		"%" PRIu64 " mục nhật ký, %" PRIu64 " số liệu, %" PRIu64
		" ô tổng hợp; %" PRIu64 ",%" PRIu64 " giây; lần ghi số %" PRIu64 "\n",
		verdict->entries, verdict->figures, verdict->rollups,
		verdict->took_ms / 1000, verdict->took_ms % 1000 / 100, commit);
	for (size_t i = 0; i < verdict->n_finding; i++)
		fprintf(out, "- %s\n", verdict->finding[i]);
}

static char *figure_text(const struct cchc_row *row, uint32_t state, int64_t value)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	if (state == CCHC_ABSENT)
		fputs("–", out);
	else
		cchc_ctl_figure_people(row, state, value, out);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

static char *note_text(const Cchc__JournalLine *line)
{
	char *text = NULL;
	const Cchc__CellRefusal *refusal = line->refusal;
	int length;

	if (refusal)
		length = asprintf(
			&text, "từ chối \"%s\": %s", refusal->value,
			cchc_rule_vietnamese(cchc_rule_from_number(refusal->rule)));
	else
		length = asprintf(&text, "%s", line->source ? line->source : "");
	return length < 0 ? NULL : text;
}

/* Of a row that the form does not have: what was written. */
static const char *row_text(const struct cchc_row *row, const Cchc__JournalLine *line)
{
	if (row)
		return row->full_code;
	return line->refusal && line->refusal->field[0] ? line->refusal->field : "?";
}

static enum cchc_rc print_line(const struct cchc_form *form,
			       const Cchc__JournalLine *line,
			       const struct cchc_ctl_column *column, size_t n, FILE *out)
{
	const struct cchc_row *row = cchc_form_row_by_id(form, line->row);
	char number[24];
	char moment[CCHC_CTL_MOMENT];
	char *old = row ? figure_text(row, line->old_state, line->old_value) : NULL;
	char *new = row ? figure_text(row, line->new_state, line->new_value) : NULL;
	char *note = note_text(line);
	const char *text[] = {count_text(true, line->number, number),
			      cchc_ctl_moment_people(line->received, moment),
			      line->sender,
			      line->unit,
			      row_text(row, line),
			      old ? old : "",
			      new ? new : "",
			      note ? note : ""};
	enum cchc_rc rc = note && (!row || (old && new)) ? CCHC_OK : CCHC_NOMEM;

	cchc_check(CCHC_COUNT(text) == n);
	if (rc == CCHC_OK)
		cchc_ctl_columns_row(out, column, n, text);
	free(old);
	free(new);
	free(note);
	return rc;
}

enum cchc_rc cchc_ctl_print_journal(const struct cchc_form *form,
				    const struct cchc_ctl_answer *answer, size_t width,
				    FILE *out)
{
	struct cchc_ctl_column column[] = {
		{"Số", 7, CCHC_CTL_RIGHT},        {"Lúc", 19, CCHC_CTL_LEFT},
		{"Người gửi", 12, CCHC_CTL_LEFT}, {"Đơn vị", 6, CCHC_CTL_LEFT},
		{"Chỉ tiêu", 9, CCHC_CTL_LEFT},   {"Cũ", 11, CCHC_CTL_RIGHT},
		{"Mới", 11, CCHC_CTL_RIGHT},      {"Ghi chú", 0, CCHC_CTL_LEFT},
	};
	size_t n = CCHC_COUNT(column);
	enum cchc_rc rc = CCHC_OK;

	cchc_ctl_columns_fit(column, n, width);
	cchc_ctl_columns_head(out, column, n);
	for (size_t i = 0; i < answer->n; i++)
		for (size_t j = 0; j < answer->part[i]->n_journal && rc == CCHC_OK; j++)
			rc = print_line(form, answer->part[i]->journal[j], column, n,
					out);
	return rc;
}
