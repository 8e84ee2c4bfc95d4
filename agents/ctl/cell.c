#include "ctl/cell.h"

#include <inttypes.h>
#include <string.h>

#include "core/figure.h"

static const Cchc__Detail *detail_of(const Cchc__UnitCells *cells, uint32_t row)
{
	for (size_t i = 0; i < cells->n_detail; i++)
		if (cells->detail[i]->row == row)
			return cells->detail[i];
	return NULL;
}

/* A unit's own figure is shown as it was given; only above one unit is it counted. */
static bool is_tallied(const struct cchc_row *row, const Cchc__UnitCells *cells)
{
	bool own = cells->alone || cells->scope == CCHC_SCOPE_OWN ||
		   (cells->scope == CCHC_SCOPE_REPORT &&
		    row->report_scope == CCHC_SCOPE_OWN);

	return !own && row->over_units == CCHC_UNITS_TALLY;
}

const char *cchc_ctl_row_name(const struct cchc_row *row, const Cchc__UnitInfo *unit)
{
	enum cchc_level level;

	return unit && cchc_level_parse(unit->level, &level) ? cchc_row_name(row, level)
							     : row->name;
}

bool cchc_ctl_cell_read(const struct cchc_form *form, const Cchc__UnitCells *cells,
			size_t i, struct cchc_ctl_cell *cell)
{
	const struct cchc_row *row = cchc_form_row_by_id(form, cells->row[i]);

	if (!row || cells->state[i] > CCHC__CELL_STATE__SPREAD)
		return false;
	*cell = (struct cchc_ctl_cell){
		.row = row,
		.name = cchc_ctl_row_name(row, cells->unit),
		.state = (Cchc__CellState)cells->state[i],
		.tallied = is_tallied(row, cells),
		.value = cells->value[i],
		.reported = cells->reported[i],
		.expected = cells->expected[i],
		.incomplete = cells->incomplete[i],
		.detail = detail_of(cells, cells->row[i]),
	};
	return true;
}

void cchc_ctl_cell_empty(const struct cchc_row *row, const Cchc__UnitInfo *unit,
			 struct cchc_ctl_cell *cell)
{
	*cell = (struct cchc_ctl_cell){
		.row = row,
		.name = cchc_ctl_row_name(row, unit),
		.state = row->kind == CCHC_HEADING ? CCHC__CELL_STATE__HEADING
						   : CCHC__CELL_STATE__ABSENT,
	};
}

const char *cchc_ctl_state_name(Cchc__CellState state)
{
	switch (state) {
	case CCHC__CELL_STATE__ABSENT:
		return "absent";
	case CCHC__CELL_STATE__FIGURE:
		return "figure";
	case CCHC__CELL_STATE__NA:
		return "na";
	case CCHC__CELL_STATE__WITHDRAWN:
		return "withdrawn";
	case CCHC__CELL_STATE__HEADING:
		return "heading";
	case CCHC__CELL_STATE__DIFFERS:
		return "differs";
	case CCHC__CELL_STATE__SPREAD:
		return "spread";
	default:
		return "unknown";
	}
}

uint32_t cchc_ctl_cell_count(const struct cchc_ctl_cell *cell, int64_t value)
{
	for (size_t i = 0; cell->detail && i < cell->detail->n_value; i++)
		if (cell->detail->value[i] == value)
			return cell->detail->count[i];
	return 0;
}

uint32_t cchc_ctl_cell_yes(const struct cchc_ctl_cell *cell)
{
	if (cell->detail && cell->detail->n_value)
		return cchc_ctl_cell_count(cell, 1);
	return cell->value > 0 && cell->value <= UINT32_MAX ? (uint32_t)cell->value : 0;
}

char *cchc_ctl_cell_plain(const struct cchc_ctl_cell *cell, char out[CCHC_NUMBER_TEXT])
{
	out[0] = '\0';
	if (cell->state != CCHC__CELL_STATE__FIGURE)
		return out;
	if (!cell->tallied)
		return cchc_number_plain(cell->value, cell->row->decimals, out);
	if (cell->row->kind == CCHC_YESNO)
		snprintf(out, CCHC_NUMBER_TEXT, "%" PRIu32, cchc_ctl_cell_yes(cell));
	return out;
}

char *cchc_ctl_figure_plain(const struct cchc_row *row, uint32_t state, int64_t value,
			    char out[CCHC_NUMBER_TEXT])
{
	out[0] = '\0';
	if (state == CCHC_FIGURE)
		return cchc_number_plain(value, row->decimals, out);
	if (state == CCHC_NA || state == CCHC_WITHDRAWN)
		snprintf(out, CCHC_NUMBER_TEXT, "%s",
			 cchc_state_name((enum cchc_state)state));
	return out;
}

void cchc_ctl_figure_people(const struct cchc_row *row, uint32_t state, int64_t value,
			    FILE *out)
{
	char number[CCHC_NUMBER_TEXT];

	if (state == CCHC_FIGURE)
		fputs(cchc_number_vi(value, row->decimals, number), out);
	else if (state == CCHC_NA)
		fputs("Không áp dụng", out);
	else if (state == CCHC_WITHDRAWN)
		fputs("Đã rút", out);
}

static const char *label_of(const struct cchc_row *row, int64_t value)
{
	for (size_t i = 0; i < row->n_choice; i++)
		if (row->choice[i].code == value)
			return row->choice[i].label;
	return NULL;
}

static void print_tally(const struct cchc_ctl_cell *cell, FILE *out)
{
	char number[CCHC_NUMBER_TEXT];
	const Cchc__Detail *detail = cell->detail;

	for (size_t i = 0; detail && i < detail->n_value; i++) {
		const char *label = label_of(cell->row, detail->value[i]);

		fputs(i ? ", " : "", out);
		fputs(label ? label
			    : cchc_number_vi(detail->value[i], cell->row->decimals,
					     number),
		      out);
		fprintf(out, " (%" PRIu32 ")", detail->count[i]);
	}
}

/* Half of `twice`, with one decimal more where it is odd: exact. */
static void halve(int64_t twice, unsigned decimals, int64_t *value, unsigned *scale)
{
	*value = twice / 2;
	*scale = decimals;
	if (twice % 2 != 0 && !__builtin_mul_overflow(twice, 5, value))
		*scale = decimals + 1;
}

static void print_spread(const struct cchc_ctl_cell *cell, FILE *out)
{
	const Cchc__Detail *detail = cell->detail;
	char number[CCHC_NUMBER_TEXT];
	int64_t median;
	unsigned scale;

	if (!detail)
		return;
	halve(detail->median_twice, cell->row->decimals, &median, &scale);
	fputs(cchc_number_vi(detail->least, cell->row->decimals, number), out);
	fprintf(out, "–%s", cchc_number_vi(median, scale, number));
	fprintf(out, "–%s", cchc_number_vi(detail->most, cell->row->decimals, number));
}

static void print_figure(const struct cchc_ctl_cell *cell, FILE *out)
{
	if (!cell->tallied)
		cchc_ctl_figure_people(cell->row, CCHC_FIGURE, cell->value, out);
	else if (cell->row->kind == CCHC_YESNO)
		fprintf(out, "%" PRIu32 "/%" PRIu32 " có", cchc_ctl_cell_yes(cell),
			cell->reported);
	else
		print_tally(cell, out);
}

void cchc_ctl_cell_people(const struct cchc_ctl_cell *cell, FILE *out)
{
	switch (cell->state) {
	case CCHC__CELL_STATE__FIGURE:
		print_figure(cell, out);
		break;
	case CCHC__CELL_STATE__NA:
		fputs("Không áp dụng", out);
		break;
	case CCHC__CELL_STATE__WITHDRAWN:
		fputs("Đã rút", out);
		break;
	case CCHC__CELL_STATE__DIFFERS:
		fputs("Không thống nhất: ", out);
		print_tally(cell, out);
		break;
	case CCHC__CELL_STATE__SPREAD:
		print_spread(cell, out);
		break;
	default:
		break;
	}
}

/* The sums of a ratio's parts that are common lists stand nowhere else in the form. */
static bool parts_are_lists(const struct cchc_form *form, const struct cchc_row *row)
{
	return row->numerator != CCHC_NO_ROW && row->denominator != CCHC_NO_ROW &&
	       (form->row[row->numerator].over_units == CCHC_UNITS_SAME ||
		form->row[row->denominator].over_units == CCHC_UNITS_SAME);
}

bool cchc_ctl_cell_derived_differs(const struct cchc_ctl_cell *cell)
{
	const Cchc__Detail *detail = cell->detail;

	if (!detail || !detail->has_derived_state || detail->derived_state == CCHC_ABSENT)
		return false;
	return detail->derived_state != (uint32_t)cell->state ||
	       (detail->derived_state == CCHC_FIGURE && detail->derived != cell->value);
}

static void remark(FILE *out, int *n, const char *label)
{
	fprintf(out, "%s%s", (*n)++ ? "; " : "", label);
}

void cchc_ctl_cell_remarks(const struct cchc_form *form, const struct cchc_ctl_cell *cell,
			   FILE *out)
{
	const struct cchc_row *row = cell->row;
	const Cchc__Detail *detail = cell->detail;
	int n = 0;

	if (row->note[0])
		remark(out, &n, row->note);
	if (cell->incomplete) {
		remark(out, &n, "chưa đủ: ");
		fprintf(out, "%" PRIu32 " đơn vị", cell->incomplete);
	}
	if (!detail)
		return;
	if (detail->has_numerator && detail->has_denominator &&
	    parts_are_lists(form, row)) {
		remark(out, &n, "tổng các phần: ");
		cchc_ctl_figure_people(&form->row[row->numerator], CCHC_FIGURE,
				       detail->numerator, out);
		fputs("/", out);
		cchc_ctl_figure_people(&form->row[row->denominator], CCHC_FIGURE,
				       detail->denominator, out);
	}
	if (detail->has_own_state && detail->own_state != CCHC_ABSENT) {
		remark(out, &n, "của đơn vị: ");
		cchc_ctl_figure_people(row, detail->own_state, detail->own, out);
	}
	if (detail->has_declared_state && detail->declared_state != CCHC_ABSENT) {
		remark(out, &n, "số đã khai: ");
		cchc_ctl_figure_people(row, detail->declared_state, detail->declared,
				       out);
	}
	if (cchc_ctl_cell_derived_differs(cell)) {
		remark(out, &n, "cần kiểm tra, tổng hợp từ cấp dưới: ");
		cchc_ctl_figure_people(row, detail->derived_state, detail->derived, out);
	}
}

/* A growing list of pairs; the room is counted beforehand. */
struct pairs {
	struct cchc_ctl_pair *list;
	size_t n;
};

static void put(struct pairs *pairs, const char *key, const char *value)
{
	struct cchc_ctl_pair *pair = &pairs->list[pairs->n++];

	snprintf(pair->key, sizeof(pair->key), "%s", key);
	snprintf(pair->value, sizeof(pair->value), "%s", value);
}

static void put_count(struct pairs *pairs, const char *key, uint32_t count)
{
	char text[CCHC_NUMBER_TEXT];

	snprintf(text, sizeof(text), "%" PRIu32, count);
	put(pairs, key, text);
}

static void put_number(struct pairs *pairs, const char *key, int64_t value,
		       unsigned decimals)
{
	char text[CCHC_NUMBER_TEXT];

	put(pairs, key, cchc_number_plain(value, decimals, text));
}

static void put_part(struct pairs *pairs, const struct cchc_form *form, uint16_t index,
		     int64_t sum)
{
	if (index != CCHC_NO_ROW)
		put_number(pairs, form->row[index].full_code, sum,
			   form->row[index].decimals);
}

static void put_figure(struct pairs *pairs, const char *key, const struct cchc_row *row,
		       uint32_t state, int64_t value)
{
	char text[CCHC_NUMBER_TEXT];

	if (state != CCHC_ABSENT)
		put(pairs, key, cchc_ctl_figure_plain(row, state, value, text));
}

static void put_spread(struct pairs *pairs, const struct cchc_row *row,
		       const Cchc__Detail *detail)
{
	int64_t median;
	unsigned scale;

	halve(detail->median_twice, row->decimals, &median, &scale);
	put_number(pairs, "least", detail->least, row->decimals);
	put_number(pairs, "median", median, scale);
	put_number(pairs, "most", detail->most, row->decimals);
}

/* One common value needs no list of who gave it. A yes/no row always has both counts, so
 * that a program finds them. */
static void put_tally(struct pairs *pairs, const struct cchc_ctl_cell *cell)
{
	const Cchc__Detail *detail = cell->detail;
	char value[CCHC_NUMBER_TEXT];

	if (!cell->tallied && cell->state != CCHC__CELL_STATE__DIFFERS)
		return;
	if (cell->tallied && cell->row->kind == CCHC_YESNO && detail->n_value) {
		put_count(pairs, "0", cchc_ctl_cell_count(cell, 0));
		put_count(pairs, "1", cchc_ctl_cell_count(cell, 1));
		return;
	}
	for (size_t i = 0; i < detail->n_value; i++)
		put_count(pairs,
			  cchc_number_plain(detail->value[i], cell->row->decimals, value),
			  detail->count[i]);
}

enum cchc_rc cchc_ctl_cell_pairs(struct cchc_arena *arena, const struct cchc_form *form,
				 const struct cchc_ctl_cell *cell,
				 struct cchc_ctl_pair **list, size_t *n)
{
	const struct cchc_row *row = cell->row;
	const Cchc__Detail *detail = cell->detail;
	size_t room = 9 + (detail ? detail->n_value : 0);
	struct pairs pairs = {
		.list = cchc_arena_array(arena, room, sizeof(struct cchc_ctl_pair)),
	};

	if (!pairs.list)
		return CCHC_NOMEM;
	if (cell->incomplete)
		put_count(&pairs, "incomplete", cell->incomplete);
	if (detail) {
		if (detail->has_numerator)
			put_part(&pairs, form, row->numerator, detail->numerator);
		if (detail->has_denominator)
			put_part(&pairs, form, row->denominator, detail->denominator);
		if (cell->state == CCHC__CELL_STATE__SPREAD && detail->has_median_twice)
			put_spread(&pairs, row, detail);
		put_tally(&pairs, cell);
		if (detail->has_own_state)
			put_figure(&pairs, "own", row, detail->own_state, detail->own);
		if (detail->has_declared_state)
			put_figure(&pairs, "declared", row, detail->declared_state,
				   detail->declared);
		if (detail->has_derived_state)
			put_figure(&pairs, "derived", row, detail->derived_state,
				   detail->derived);
	}
	*list = pairs.list;
	*n = pairs.n;
	return CCHC_OK;
}

void cchc_ctl_pairs_print(const struct cchc_ctl_pair *pairs, size_t n, FILE *out)
{
	for (size_t i = 0; i < n; i++)
		fprintf(out, "%s%s=%s", i ? ";" : "", pairs[i].key, pairs[i].value);
}
