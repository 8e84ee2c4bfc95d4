/* arithmetic.c - how the inputs make the cell, written out.
 *
 * Only what the listed inputs really give is printed as an equation; the cell's own value
 * is put beside it when the two differ, never in its place. Long sums are shortened in
 * the middle, but the total is that of all terms. */
#include "ctl/explain.h"

#include <inttypes.h>
#include <string.h>

#include "core/figure.h"

enum { TERMS_WHOLE = 12, TERMS_FRONT = 6, TERMS_BACK = 5 };

static bool is_declared(const Cchc__Input *input)
{
	return input->has_declared && input->declared;
}

static bool is_figure(const Cchc__Input *input)
{
	return input->state == CCHC_FIGURE && !is_declared(input);
}

static bool is_of_unit(const struct cchc_ctl_explanation *e, size_t i, size_t other)
{
	return i < e->n_inputs &&
	       strcmp(e->input[i]->unit->code, e->input[other]->unit->code) == 0;
}

/* The inputs of one unit stand together, each row's in the order of time. */
static size_t first_of_unit(const struct cchc_ctl_explanation *e, size_t i)
{
	while (i > 0 && is_of_unit(e, i - 1, i))
		i--;
	return i;
}

/* The unit declared the row not applicable: all it gave for it says so. */
static bool is_na_there(const struct cchc_ctl_explanation *e, size_t from, uint32_t row)
{
	bool na = false;

	for (size_t i = from; is_of_unit(e, i, from); i++) {
		if (e->input[i]->row != row || is_declared(e->input[i]))
			continue;
		if (e->input[i]->state == CCHC_FIGURE)
			return false;
		na = na || e->input[i]->state == CCHC_NA;
	}
	return na;
}

/* In a ratio a unit that declared one part not applicable adds neither. */
static bool drops_out(const struct cchc_ctl_explanation *e, size_t i)
{
	const struct cchc_row *row = e->cell.row;
	size_t from = first_of_unit(e, i);

	if (row->kind != CCHC_RATIO || row->numerator == CCHC_NO_ROW)
		return false;
	return is_na_there(e, from, e->form->row[row->numerator].id) ||
	       is_na_there(e, from, e->form->row[row->denominator].id);
}

/* Of a row that takes the last figure over time, earlier ones are listed but do not
 * enter. */
static bool has_later(const struct cchc_ctl_explanation *e, size_t i)
{
	const struct cchc_row *row = cchc_form_row_by_id(e->form, e->input[i]->row);

	if (row->over_time != CCHC_TIME_LAST)
		return false;
	for (size_t j = i + 1; is_of_unit(e, j, i); j++)
		if (e->input[j]->row == e->input[i]->row && is_figure(e->input[j]))
			return true;
	return false;
}

bool cchc_ctl_input_enters(const struct cchc_ctl_explanation *e, size_t i)
{
	return is_figure(e->input[i]) && !has_later(e, i) && !drops_out(e, i);
}

/* row_id 0: of every row, as in a sum that other rows enter. */
static bool is_term(const struct cchc_ctl_explanation *e, size_t i, uint32_t row_id)
{
	return (!row_id || e->input[i]->row == row_id) && cchc_ctl_input_enters(e, i);
}

struct sum {
	size_t terms;
	int64_t total;
	unsigned decimals;
	bool usable; /* one scale, no overflow */
};

static struct sum sum_of(const struct cchc_ctl_explanation *e, uint32_t row_id)
{
	struct sum sum = {.usable = true};

	for (size_t i = 0; i < e->n_inputs; i++) {
		const struct cchc_row *row;

		if (!is_term(e, i, row_id))
			continue;
		row = cchc_form_row_by_id(e->form, e->input[i]->row);
		if (!sum.terms++)
			sum.decimals = row->decimals;
		if (row->decimals != sum.decimals ||
		    __builtin_add_overflow(sum.total, e->input[i]->value, &sum.total))
			sum.usable = false;
	}
	return sum;
}

static void put_number(int64_t value, unsigned decimals, FILE *out)
{
	char text[CCHC_NUMBER_TEXT];

	fputs(cchc_number_vi(value, decimals, text), out);
}

static void put_term(int64_t value, unsigned decimals, size_t nth, FILE *out)
{
	fputs(nth ? " + " : "", out);
	if (value < 0)
		fputc('(', out);
	put_number(value, decimals, out);
	if (value < 0)
		fputc(')', out);
}

/* "8 + 5 = 13", or just "8" for a single term. */
static void put_sum(const struct cchc_ctl_explanation *e, uint32_t row_id,
		    const struct sum *sum, FILE *out)
{
	size_t nth = 0;

	for (size_t i = 0; i < e->n_inputs; i++) {
		if (!is_term(e, i, row_id))
			continue;
		if (sum->terms <= TERMS_WHOLE || nth < TERMS_FRONT ||
		    nth >= sum->terms - TERMS_BACK)
			put_term(e->input[i]->value, sum->decimals, nth, out);
		else if (nth == TERMS_FRONT)
			fprintf(out, " + ... (%zu số)",
				sum->terms - TERMS_FRONT - TERMS_BACK);
		nth++;
	}
	if (sum->terms > 1) {
		fputs(" = ", out);
		put_number(sum->total, sum->decimals, out);
	}
}

static void explain_sum(const struct cchc_ctl_explanation *e, FILE *out)
{
	const struct cchc_ctl_cell *cell = &e->cell;
	struct sum sum = sum_of(e, 0);

	if (!sum.terms)
		return;
	if (!sum.usable) {
		fputs("các số không cùng thang, không viết được phép cộng\n", out);
		return;
	}
	put_sum(e, 0, &sum, out);
	if (cell->state == CCHC__CELL_STATE__FIGURE &&
	    (sum.total != cell->value || sum.decimals != cell->row->decimals)) {
		fputs(" (ô đang ghi ", out);
		put_number(cell->value, cell->row->decimals, out);
		fputs(", cần kiểm tra bằng lệnh verify)", out);
	}
	fputc('\n', out);
}

/* Where the inputs of the part itself do not give its sum (other rows may enter it), the
 * sum stands alone. */
static void explain_part(const struct cchc_ctl_explanation *e, uint16_t index, bool has,
			 int64_t total, FILE *out)
{
	const struct cchc_row *row = &e->form->row[index];
	struct sum sum = sum_of(e, row->id);

	if (!has)
		return;
	fprintf(out, "%s: ", row->full_code);
	if (sum.terms && sum.usable && sum.total == total)
		put_sum(e, row->id, &sum, out);
	else
		put_number(total, row->decimals, out);
	fputc('\n', out);
}

/* The quotient with one decimal more than the row has, cut, and "..." where more follow.
 */
static void put_quotient(const struct cchc_ctl_explanation *e, int64_t numerator,
			 int64_t denominator, FILE *out)
{
	const struct cchc_row *row = e->cell.row;
	unsigned more = row->decimals + 1u;
	__int128 top = (__int128)numerator * row->factor;
	__int128 bottom = denominator;

	for (unsigned i = 0; i < more + e->form->row[row->denominator].decimals; i++)
		top *= 10;
	for (unsigned i = 0; i < e->form->row[row->numerator].decimals; i++)
		bottom *= 10;
	if (top / bottom > INT64_MAX || top / bottom < INT64_MIN) {
		fputs("...", out);
		return;
	}
	put_number((int64_t)(top / bottom), more, out);
	if (top % bottom != 0)
		fputs("...", out);
}

static void put_division(const struct cchc_ctl_explanation *e, FILE *out)
{
	const struct cchc_row *row = e->cell.row;
	const Cchc__Detail *detail = e->cell.detail;

	put_number(detail->numerator, e->form->row[row->numerator].decimals, out);
	fputs(" / ", out);
	put_number(detail->denominator, e->form->row[row->denominator].decimals, out);
	if (row->factor != 1)
		fprintf(out, " x %" PRId32, row->factor);
}

static void explain_ratio(const struct cchc_ctl_explanation *e, FILE *out)
{
	const struct cchc_row *row = e->cell.row;
	const Cchc__Detail *detail = e->cell.detail;

	if (detail) {
		explain_part(e, row->numerator, detail->has_numerator, detail->numerator,
			     out);
		explain_part(e, row->denominator, detail->has_denominator,
			     detail->denominator, out);
	}
	if (!detail || !detail->has_numerator || !detail->has_denominator) {
		fputs("thiếu tử số hoặc mẫu số: chưa tính được tỷ lệ\n", out);
		return;
	}
	put_division(e, out);
	if (detail->denominator == 0) {
		fputs(": mẫu số bằng 0, không áp dụng\n", out);
		return;
	}
	fputs(" = ", out);
	put_quotient(e, detail->numerator, detail->denominator, out);
	if (e->cell.state == CCHC__CELL_STATE__FIGURE) {
		fputs(" -> ", out);
		put_number(e->cell.value, row->decimals, out);
	}
	fputc('\n', out);
}

static void explain_same(const struct cchc_ctl_explanation *e, FILE *out)
{
	fputs("danh mục dùng chung, không cộng: ", out);
	if (e->cell.state == CCHC__CELL_STATE__FIGURE)
		fputs("các đơn vị cùng ghi ", out);
	cchc_ctl_cell_people(&e->cell, out);
	fputc('\n', out);
}

static void explain_spread(const struct cchc_ctl_explanation *e, FILE *out)
{
	fputs("không cộng giữa các đơn vị: thấp nhất–trung vị–cao nhất = ", out);
	cchc_ctl_cell_people(&e->cell, out);
	fputc('\n', out);
}

static void explain_tally(const struct cchc_ctl_explanation *e, FILE *out)
{
	fputs("đếm theo lựa chọn: ", out);
	cchc_ctl_cell_people(&e->cell, out);
	fputc('\n', out);
}

/* One unit's own figure: nothing to join. */
static void explain_single(const struct cchc_ctl_explanation *e, FILE *out)
{
	cchc_ctl_cell_people(&e->cell, out);
	fputs(" (số liệu của một đơn vị)\n", out);
}

static void explain_units(const struct cchc_ctl_explanation *e, FILE *out)
{
	const struct cchc_ctl_cell *cell = &e->cell;
	bool figure = cell->state == CCHC__CELL_STATE__FIGURE;

	if (cell->row->kind == CCHC_RATIO && cell->row->numerator != CCHC_NO_ROW)
		explain_ratio(e, out);
	else if (cell->state == CCHC__CELL_STATE__SPREAD)
		explain_spread(e, out);
	else if (cell->state == CCHC__CELL_STATE__DIFFERS)
		explain_same(e, out);
	else if (cell->row->over_units == CCHC_UNITS_SUM)
		explain_sum(e, out);
	else if (figure && cell->tallied)
		explain_tally(e, out);
	else if (figure && cell->row->over_units == CCHC_UNITS_SAME && cell->expected > 1)
		explain_same(e, out);
	else if (figure)
		explain_single(e, out);
}

static const char *time_rule(enum cchc_over_time over_time)
{
	switch (over_time) {
	case CCHC_TIME_SUM:
		return "cộng các kỳ";
	case CCHC_TIME_LAST:
		return "lấy kỳ sau cùng có số liệu";
	case CCHC_TIME_ANY:
		return "có nếu một kỳ là có";
	case CCHC_TIME_PARTS:
		return "theo quy tắc của từng phần";
	default:
		return "chỉ lấy số liệu của chính kỳ đó";
	}
}

/* The figures of one row that one unit gave, the first at `from`: they stand together. */
struct stretch {
	size_t from;
	size_t to;
	const struct cchc_row *row;
	bool is_joined; /* of other periods than the one asked for */
};

static struct stretch stretch_at(const struct cchc_ctl_explanation *e, size_t from)
{
	struct stretch s = {.from = from, .to = from};
	uint32_t asked = cchc_period_code(e->period);

	s.row = cchc_form_row_by_id(e->form, e->input[from]->row);
	while (is_of_unit(e, s.to, from) && e->input[s.to]->row == s.row->id) {
		s.is_joined = s.is_joined || (is_figure(e->input[s.to]) &&
					      e->input[s.to]->period != asked);
		s.to++;
	}
	return s;
}

/* "Quý I/2024 8 + Quý II/2024 6" */
static size_t put_periods(const struct cchc_ctl_explanation *e, const struct stretch *s,
			  FILE *out)
{
	size_t n = 0;

	for (size_t i = s->from; i < s->to; i++) {
		const Cchc__Input *input = e->input[i];
		struct cchc_period period;
		char title[CCHC_PERIOD_TITLE];

		if (!is_figure(input) || !cchc_period_from_code(input->period, &period))
			continue;
		if (n++)
			fputs(s->row->over_time == CCHC_TIME_SUM ? " + " : ", ", out);
		fprintf(out, "%s ", cchc_period_title(period, title));
		cchc_ctl_figure_people(s->row, input->state, input->value, out);
	}
	return n;
}

/* What the unit's figure is by the row's rule. False: it cannot be said. */
static bool join_periods(const struct cchc_ctl_explanation *e, const struct stretch *s,
			 int64_t *value)
{
	*value = 0;
	for (size_t i = s->from; i < s->to; i++) {
		int64_t given = e->input[i]->value;

		if (!is_figure(e->input[i]))
			continue;
		if (s->row->over_time == CCHC_TIME_LAST)
			*value = given;
		else if (s->row->over_time == CCHC_TIME_ANY)
			*value = *value || given;
		else if (__builtin_add_overflow(*value, given, value))
			return false;
	}
	return true;
}

static void explain_stretch(const struct cchc_ctl_explanation *e, const struct stretch *s,
			    FILE *out)
{
	int64_t value;

	fprintf(out, "theo thời gian, %s", e->input[s->from]->unit->code);
	if (s->row->id != e->cell.row->id)
		fprintf(out, " %s", s->row->full_code);
	fprintf(out, " (%s): ", time_rule(s->row->over_time));
	if (put_periods(e, s, out) > 1 && join_periods(e, s, &value)) {
		fputs(s->row->over_time == CCHC_TIME_SUM ? " = " : " -> ", out);
		cchc_ctl_figure_people(s->row, CCHC_FIGURE, value, out);
	}
	fputc('\n', out);
}

/* For each unit by itself, "theo thời gian, 11986 (cộng các kỳ): Quý I/2024 8 + Quý
 * II/2024 6 = 14": units need not have given the same periods. Nothing for those whose
 * figure is of the very period. */
static void explain_time(const struct cchc_ctl_explanation *e, FILE *out)
{
	struct stretch s;
	size_t n = 0;

	for (size_t i = 0; i < e->n_inputs; i = s.to) {
		s = stretch_at(e, i);
		if (s.is_joined && n++ < TERMS_WHOLE)
			explain_stretch(e, &s, out);
	}
	if (n > TERMS_WHOLE)
		fprintf(out,
			"theo thời gian, còn %zu dòng như vậy (xem số liệu đưa vào)\n",
			n - TERMS_WHOLE);
}

static void explain_declared(const struct cchc_ctl_explanation *e, FILE *out)
{
	const struct cchc_ctl_cell *cell = &e->cell;
	const Cchc__Detail *detail = cell->detail;
	bool equal;

	if (!detail || !detail->has_declared_state ||
	    detail->declared_state == CCHC_ABSENT)
		return;
	equal = detail->declared_state == (uint32_t)cell->state &&
		(detail->declared_state != CCHC_FIGURE ||
		 detail->declared == cell->value);
	fputs("số đã khai (không dùng để tính): ", out);
	cchc_ctl_figure_people(cell->row, detail->declared_state, detail->declared, out);
	fputs(equal ? ", khớp\n" : ", khác số tổng hợp\n", out);
}

/* A reserved row that was typed though it can be derived: the typed figure is the cell.
 */
static void explain_derived(const struct cchc_ctl_explanation *e, FILE *out)
{
	const struct cchc_ctl_cell *cell = &e->cell;
	const Cchc__Detail *detail = cell->detail;

	if (!detail || !detail->has_derived_state || detail->derived_state == CCHC_ABSENT)
		return;
	fputs("đơn vị tự báo cáo: ", out);
	cchc_ctl_cell_people(cell, out);
	fputs("; tổng hợp từ cấp dưới: ", out);
	cchc_ctl_figure_people(cell->row, detail->derived_state, detail->derived, out);
	fputs(cchc_ctl_cell_derived_differs(cell) ? " – khác nhau, cần kiểm tra\n"
						  : " – khớp\n",
	      out);
}

/* A figure typed beside the register's that is another. */
static bool is_finding(const Cchc__Input *input)
{
	return input->has_counted &&
	       (input->state != CCHC_FIGURE || input->value != input->counted);
}

/* "11986: đã khai 5, sổ nhiệm vụ có 4 – điểm cần kiểm tra" */
static void put_finding(const struct cchc_ctl_explanation *e, const Cchc__Input *input,
			FILE *out)
{
	struct cchc_period period;
	char title[CCHC_PERIOD_TITLE];

	fprintf(out, "%s", input->unit->code);
	if (input->period != cchc_period_code(e->period) &&
	    cchc_period_from_code(input->period, &period))
		fprintf(out, " %s", cchc_period_title(period, title));
	fputs(": đã khai ", out);
	cchc_ctl_figure_people(e->cell.row, input->state, input->value, out);
	fputs(", sổ nhiệm vụ có ", out);
	put_number(input->counted, e->cell.row->decimals, out);
	fputs(" – điểm cần kiểm tra\n", out);
}

/* What was typed beside the register: only where it says something else. */
static void explain_findings(const struct cchc_ctl_explanation *e, FILE *out)
{
	size_t n = 0;

	for (size_t i = 0; i < e->n_inputs; i++)
		if (is_finding(e->input[i]) && n++ < TERMS_WHOLE)
			put_finding(e, e->input[i], out);
	if (n > TERMS_WHOLE)
		fprintf(out, "còn %zu điểm cần kiểm tra như vậy\n", n - TERMS_WHOLE);
}

/* From the register of tasks: they are counted, whatever was typed. */
static void explain_counted(const struct cchc_ctl_explanation *e, FILE *out)
{
	const struct cchc_ctl_cell *cell = &e->cell;

	fprintf(out, "đếm từ sổ nhiệm vụ: %" PRIu32 " nhiệm vụ", e->tasks);
	if (cell->state == CCHC__CELL_STATE__FIGURE && cell->value != e->tasks) {
		fputs(" (ô đang ghi ", out);
		put_number(cell->value, cell->row->decimals, out);
		fputs(", cần kiểm tra bằng lệnh verify)", out);
	}
	fputc('\n', out);
	explain_findings(e, out);
}

void cchc_ctl_arithmetic(const struct cchc_ctl_explanation *e, FILE *out)
{
	if (e->is_counted) {
		explain_counted(e, out);
		return;
	}
	explain_units(e, out);
	explain_time(e, out);
	explain_declared(e, out);
	explain_derived(e, out);
}
