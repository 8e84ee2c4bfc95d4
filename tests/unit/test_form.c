/* The form of the house, config/forms/cchc-2021.yaml, against the two tables it came
 * from. */
#include "formfile.h"

#include "base/check.h"
#include "base/sheet.h"
#include "core/figure.h"
#include "io/csv.h"

enum { ROWS = 137, HEADINGS = 20 };

static struct test_form real;

/* --- the tables ------------------------------------------------------------------ */

struct table {
	struct cchc_arena arena;
	struct cchc_problems problems;
	struct cchc_sheet sheet;
};

static void table_open(struct table *table, const char *path)
{
	static char bytes[256 * 1024];
	FILE *file = fopen(path, "rb");
	size_t len;

	assert_non_null(file);
	len = fread(bytes, 1, sizeof(bytes), file);
	(void)fclose(file);
	cchc_arena_init(&table->arena, CCHC_CSV_BYTES_MAX * 4u);
	cchc_problems_init(&table->problems);
	assert_int_equal(cchc_csv_parse(&table->arena, path, bytes, len, &table->problems,
					&table->sheet),
			 CCHC_OK);
}

static void table_close(struct table *table)
{
	cchc_problems_fini(&table->problems);
	cchc_arena_fini(&table->arena);
}

static const char *cell(const struct table *table, size_t row, const char *column)
{
	const struct cchc_sheet_row *header = &table->sheet.row[0];

	for (size_t i = 0; i < header->n; i++)
		if (strcmp(header->cell[i], column) == 0)
			return cchc_sheet_cell(&table->sheet.row[row], i);
	fail_msg("no column %s", column);
	return "";
}

/* The extraction misspells one word, which the form has right. */
static bool is_misprint(const struct cchc_row *row)
{
	return strcmp(row->full_code, "VII.2") == 0 ||
	       strcmp(row->full_code, "VII.2.1") == 0;
}

static void rows_are_printed_as_in_the_appendix(void **state)
{
	struct table table;
	size_t n = 0;

	(void)state;
	table_open(&table, TEST_DATA "/phu-luc-quy-1-2024.csv");
	for (size_t i = 1; i < table.sheet.n; i++) {
		const char *name = cell(&table, i, "name");
		char code[CCHC_ROW_CODE];
		const struct cchc_row *row;

		if (table.sheet.row[i].n == 0 || !cell(&table, i, "code")[0])
			continue;
		(void)snprintf(code, sizeof(code), "%.7s.%.15s",
			       cell(&table, i, "section"), cell(&table, i, "code"));
		row = test_form_row(&real, code);
		assert_int_equal(row->index, n++);
		assert_int_equal(row->id, n);
		assert_string_equal(row->unit, cell(&table, i, "unit"));
		assert_string_equal(row->note, cell(&table, i, "note"));
		if (!is_misprint(row)) {
			assert_string_equal(row->name, name);
			continue;
		}
		assert_non_null(strstr(row->name, "họp trực tuyến"));
		assert_string_equal(row->alias[0], name);
	}
	assert_int_equal(n, ROWS);
	assert_int_equal(n, real.form->n);
	table_close(&table);
}

static void parts_are_the_sections_of_the_appendix(void **state)
{
	struct table table;
	size_t n = 0;

	(void)state;
	table_open(&table, TEST_DATA "/phu-luc-quy-1-2024.csv");
	for (size_t i = 1; i < table.sheet.n; i++) {
		if (table.sheet.row[i].n == 0 || cell(&table, i, "code")[0])
			continue;
		assert_true(n < real.form->n_parts);
		assert_string_equal(real.form->part[n].code, cell(&table, i, "section"));
		assert_string_equal(real.form->part[n].name, cell(&table, i, "name"));
		n++;
	}
	assert_int_equal(n, 7);
	assert_int_equal(real.form->n_parts, 7);
	table_close(&table);
}

static const char *code_at(uint16_t index)
{
	return index == CCHC_NO_ROW ? "" : real.form->row[index].full_code;
}

static void check_rules(const struct cchc_row *row, const struct table *table, size_t i)
{
	static const char *const UNITS[] = {"", "sum", "same", "spread", "tally"};
	static const char *const TIME[] = {"none", "sum", "last", "any", "parts"};
	const char *units = row->kind == CCHC_RATIO ? "parts" : UNITS[row->over_units];
	const char *time = row->kind == CCHC_HEADING ? "" : TIME[row->over_time];

	assert_string_equal(units, cell(table, i, "over_units"));
	assert_string_equal(time, cell(table, i, "over_time"));
	assert_int_equal(row->reserved,
			 cell(table, i, "reserved_to_district")[0] != '\0');
	if (row->kind != CCHC_HEADING) {
		assert_int_equal(row->decimals, atoi(cell(table, i, "decimals")));
		assert_string_equal(cchc_scope_name(row->report_scope),
				    cell(table, i, "report_scope"));
	}
}

static void check_references(const struct cchc_row *row, const struct table *table,
			     size_t i)
{
	char equals[256] = "";

	for (size_t e = 0; e < row->n_equals; e++) {
		size_t len = strlen(equals);

		(void)snprintf(equals + len, sizeof(equals) - len, "%s%s", e ? " " : "",
			       code_at(row->equals[e]));
	}
	assert_string_equal(equals, cell(table, i, "equals"));
	assert_string_equal(code_at(row->numerator), cell(table, i, "numerator"));
	assert_string_equal(code_at(row->denominator), cell(table, i, "denominator"));
	assert_string_equal(code_at(row->derived_from),
			    cell(table, i, "district_row_from"));
	assert_int_equal(row->factor, row->kind == CCHC_RATIO ? 100 : 0);
}

static void check_levels(const struct cchc_row *row, const char *levels)
{
	for (unsigned level = 0; level < CCHC_LEVELS; level++) {
		bool listed =
			strstr(levels, cchc_level_name((enum cchc_level)level)) != NULL;

		assert_int_equal((row->levels >> level) & 1, listed);
	}
}

static void rows_do_what_the_table_of_kinds_says(void **state)
{
	struct table table;
	size_t headings = 0;

	(void)state;
	table_open(&table, TEST_DATA "/phu-luc-kinds.csv");
	assert_int_equal(table.sheet.n, ROWS + 1);
	for (size_t i = 1; i < table.sheet.n; i++) {
		const struct cchc_row *row =
			test_form_row(&real, cell(&table, i, "code"));

		assert_string_equal(cchc_kind_name(row->kind), cell(&table, i, "kind"));
		check_rules(row, &table, i);
		check_references(row, &table, i);
		check_levels(row, cell(&table, i, "levels"));
		headings += row->kind == CCHC_HEADING;
	}
	assert_int_equal(headings, HEADINGS);
	table_close(&table);
}

/* --- what else the file says ----------------------------------------------------- */

static void choices_are_what_the_unit_column_explains(void **state)
{
	static const struct {
		const char *code;
		const char *labels[3];
	} CASES[] = {
		{"I.5", {"Không", "Có"}},
		{"I.6", {"Không", "Có"}},
		{"I.5.2", {"Trực tuyến", "Phát phiếu", "Kết hợp"}},
		{"IV.1.1", {"Chưa hoàn thành", "Hoàn thành"}},
		{"VII.1", {"Không đúng quy định", "Đúng quy định"}},
		{"VII.2.1", {"Chưa có", "Đã có"}},
		{"VII.4.1.1", {"Chưa kết nối", "Đã kết nối"}},
		{"VII.4.3.3", {"Hoạt động chưa hiệu quả", "Hoạt động tốt"}},
	};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		const struct cchc_row *row = test_form_row(&real, CASES[i].code);

		assert_int_equal(row->n_choice, CASES[i].labels[2] ? 3 : 2);
		for (size_t c = 0; c < row->n_choice; c++) {
			assert_int_equal(row->choice[c].code, c);
			assert_string_equal(row->choice[c].label, CASES[i].labels[c]);
		}
	}
}

static void the_header_is_that_of_cchc(void **state)
{
	static const struct cchc_demand DEMANDS[] = {
		{CCHC_Q1, 20}, {CCHC_H1, 20}, {CCHC_Q1 + 2, 20}, {CCHC_YEAR, 20}};
	const struct cchc_form *form = real.form;

	(void)state;
	assert_string_equal(form->name, "cchc-2021");
	assert_int_equal(form->revision, 2);
	assert_int_equal(form->closing_day, 14);
	assert_int_equal(form->base_level, CCHC_COMMUNE);
	assert_int_equal(form->n_demands, CCHC_COUNT(DEMANDS));
	for (size_t i = 0; i < CCHC_COUNT(DEMANDS); i++) {
		assert_int_equal(form->demand[i].slot, DEMANDS[i].slot);
		assert_int_equal(form->demand[i].due_day, DEMANDS[i].due_day);
	}
	assert_true(cchc_form_is_for(form, (struct cchc_period){2024, CCHC_Q1}));
	assert_true(cchc_form_is_for(form, (struct cchc_period){2021, CCHC_M1}));
	assert_false(cchc_form_is_for(form, (struct cchc_period){2020, CCHC_YEAR}));
}

static void money_rows_have_a_limit(void **state)
{
	(void)state;
	assert_int_equal(test_form_row(&real, "VI.1.1")->max, CCHC_VALUE_MAX);
	assert_int_equal(test_form_row(&real, "VI.1.2")->max, CCHC_VALUE_MAX);
	assert_int_equal(test_form_row(&real, "I.1")->max, 0);
}

/* Four rows are counted; their heading says who gave the tasks, which is another at the
 * district. */
static void tasks_are_counted_in_the_rows_below_their_heading(void **state)
{
	static const char *const ROW[CCHC_REGISTERS] = {"I.4.1", "I.4.2", "I.4.3",
							"I.4.4"};
	const struct cchc_row *heading = test_form_row(&real, "I.4");
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < real.form->n; i++)
		n += real.form->row[i].counts != CCHC_REGISTER_NONE;
	assert_int_equal(n, CCHC_REGISTERS);
	for (int which = 0; which < CCHC_REGISTERS; which++)
		assert_int_equal(test_form_row(&real, ROW[which])->counts, which);
	for (int level = 0; level < CCHC_LEVELS; level++) {
		const char *name = cchc_row_name(heading, (enum cchc_level)level);

		if (level != CCHC_DISTRICT)
			assert_string_equal(name, heading->name);
		else
			assert_non_null(strstr(name, "UBND tỉnh giao"));
	}
}

static void rows_are_found_by_id_and_by_code(void **state)
{
	const struct cchc_form *form = real.form;

	(void)state;
	for (size_t i = 0; i < form->n; i++) {
		const struct cchc_row *row = &form->row[i];

		assert_ptr_equal(cchc_form_row_by_id(form, row->id), row);
		assert_ptr_equal(cchc_form_row_by_code(form, row->full_code), row);
		assert_ptr_equal(cchc_form_row_in_part(form, row->part, row->code), row);
		assert_string_equal(row->place.file, "cchc-2021.yaml");
		assert_true(row->place.line > 0);
	}
	assert_null(cchc_form_row_by_id(form, 0));
	assert_null(cchc_form_row_by_id(form, ROWS + 1));
	assert_null(cchc_form_row_by_id(form, UINT32_MAX));
	assert_null(cchc_form_row_by_code(form, "I.99"));
	assert_null(cchc_form_row_by_code(form, ""));
	assert_null(cchc_form_row_in_part(form, 1, "4.2"));
	assert_null(cchc_form_row_in_part(form, 99, "1"));
}

static void a_figure_feeds_what_is_computed_from_it(void **state)
{
	static const struct {
		const char *code;
		const char *feeds;
	} CASES[] = {
		{"I.1", "I.1"},
		{"I.2.1", "I.2.1 I.2"},
		{"I.2", "I.2"},
		{"II.1.1", "II.1.1 II.1.2 II.1"},
		{"II.1.2", "II.1.2 II.1"},
		{"III.3.3.1", "III.3.3.1 III.3.3"},
		{"IV.1.5.2", "IV.1.5.2 IV.1.5"},
		{"VI.1.1", "VI.1.1 VI.1"},
		{"VI.2.4.1", "VI.2.4.1 VI.2.4 VI.2.1"},
		{"VII.5.3.2", "VII.5.3.2 VII.5.3"},
		{"VII.5.1.3", "VII.5.1.3"},
	};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		const struct cchc_row *row = test_form_row(&real, CASES[i].code);
		char feeds[256] = "";

		for (size_t f = 0; f < row->n_feeds; f++) {
			size_t len = strlen(feeds);

			(void)snprintf(feeds + len, sizeof(feeds) - len, "%s%s",
				       f ? " " : "", code_at(row->feeds[f]));
		}
		assert_string_equal(feeds, CASES[i].feeds);
	}
}

static void names_of_scopes_and_kinds_read_back(void **state)
{
	enum cchc_scope scope;

	(void)state;
	for (unsigned i = 0; i < CCHC_SCOPES; i++) {
		assert_true(
			cchc_scope_parse(cchc_scope_name((enum cchc_scope)i), &scope));
		assert_int_equal(scope, i);
	}
	assert_false(cchc_scope_parse("sideways", &scope));
	assert_string_equal(cchc_kind_name(CCHC_HEADING), "heading");
	assert_string_equal(cchc_kind_name(CCHC_CHOICE), "choice");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_printed_as_in_the_appendix),
		cmocka_unit_test(parts_are_the_sections_of_the_appendix),
		cmocka_unit_test(rows_do_what_the_table_of_kinds_says),
		cmocka_unit_test(choices_are_what_the_unit_column_explains),
		cmocka_unit_test(the_header_is_that_of_cchc),
		cmocka_unit_test(money_rows_have_a_limit),
		cmocka_unit_test(tasks_are_counted_in_the_rows_below_their_heading),
		cmocka_unit_test(rows_are_found_by_id_and_by_code),
		cmocka_unit_test(a_figure_feeds_what_is_computed_from_it),
		cmocka_unit_test(names_of_scopes_and_kinds_read_back),
	};

	int failed;

	test_form_open(&real);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	test_form_fini(&real);
	return failed;
}
