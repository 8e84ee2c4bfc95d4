#include "ctlkit.h"

#include <jansson.h>

#include "base/check.h"
#include "ctl/appendix.h"
#include "ctl/columns.h"

typedef enum cchc_rc print_appendix(struct cchc_arena *arena,
				    const struct cchc_ctl_appendix *a, FILE *out);

static enum cchc_rc print_table(struct cchc_arena *arena,
				const struct cchc_ctl_appendix *a, FILE *out)
{
	return cchc_ctl_appendix_table(arena, a, 100, out);
}

static enum cchc_rc print_narrow(struct cchc_arena *arena,
				 const struct cchc_ctl_appendix *a, FILE *out)
{
	return cchc_ctl_appendix_table(arena, a, 60, out);
}

/* What the kit's answer prints as; the caller frees it. */
static char *printed(struct ctlkit *kit, print_appendix *print)
{
	struct cchc_ctl_appendix appendix;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	assert_int_equal(cchc_ctl_appendix_fill(&kit->arena, kit->form, &kit->answer,
						&appendix, NULL),
			 CCHC_OK);
	assert_int_equal(print(&kit->arena, &appendix, out), CCHC_OK);
	assert_int_equal(fclose(out), 0);
	return text;
}

/* The line that begins so, without its end, must be the one expected. */
static void assert_line(const char *text, const char *begin, const char *expected)
{
	const char *at = text;

	while (at && strncmp(at, begin, strlen(begin)) != 0) {
		at = strchr(at, '\n');
		at = at ? at + 1 : NULL;
	}
	assert_non_null(at);
	if (strncmp(at, expected, strlen(expected)) != 0 || at[strlen(expected)] != '\n')
		fail_msg("expected: %s\nfound:    %.*s", expected, (int)strcspn(at, "\n"),
			 at);
}

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void assert_lacks(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("\"%s\" is in:\n%s", part, text);
}

static int64_t choices[] = {0, 1, 2};
static uint32_t choice_counts[] = {3, 5, 2};
static int64_t yesses[] = {0, 1};
static uint32_t yes_counts[] = {9, 3};
static int64_t lists[] = {88, 90};
static uint32_t list_counts[] = {10, 1};

/* One cell of every kind and state, as a district sees them. */
static void fill_district(struct ctlkit *kit)
{
	Cchc__Detail *detail;

	ctlkit_put(kit, "I.1", CCHC__CELL_STATE__FIGURE, 1058, 3, 12);
	kit->incomplete[ctlkit_put(kit, "I.2", CCHC__CELL_STATE__FIGURE, 266, 1, 12)] = 1;
	detail = ctlkit_detail(kit, "I.2");
	detail->has_numerator = detail->has_denominator = 1;
	detail->numerator = 21;
	detail->denominator = 79;
	detail->has_declared_state = 1;
	detail->declared_state = 1;
	detail->declared = 250;
	ctlkit_put(kit, "I.5", CCHC__CELL_STATE__FIGURE, 3, 12, 12);
	ctlkit_tally(ctlkit_detail(kit, "I.5"), 2, yesses, yes_counts);
	ctlkit_put(kit, "I.5.2", CCHC__CELL_STATE__FIGURE, 0, 10, 12);
	ctlkit_tally(ctlkit_detail(kit, "I.5.2"), 3, choices, choice_counts);
	ctlkit_put(kit, "II.1", CCHC__CELL_STATE__NA, 0, 12, 12);
	ctlkit_put(kit, "VI.1.2", CCHC__CELL_STATE__FIGURE, INT64_C(8066841050), 2, 12);
	ctlkit_put(kit, "VII.5.1.1", CCHC__CELL_STATE__DIFFERS, 0, 11, 12);
	detail = ctlkit_detail(kit, "VII.5.1.1");
	ctlkit_tally(detail, 2, lists, list_counts);
	detail->has_own_state = 1;
	detail->own_state = 1;
	detail->own = 91;
	ctlkit_put(kit, "VII.5.1.2", CCHC__CELL_STATE__FIGURE, 88, 11, 12);
	ctlkit_tally(ctlkit_detail(kit, "VII.5.1.2"), 1, lists, list_counts);
	ctlkit_put(kit, "VII.5.1.3", CCHC__CELL_STATE__SPREAD, 0, 10, 12);
	detail = ctlkit_detail(kit, "VII.5.1.3");
	detail->has_least = detail->has_median_twice = detail->has_most = 1;
	detail->least = 1;
	detail->median_twice = 5;
	detail->most = 1800;
}

static void every_row_of_the_form_is_a_line_of_the_csv(void **state)
{
	struct ctlkit *kit = *state;
	char *csv = printed(kit, cchc_ctl_appendix_csv);
	size_t lines = 0;

	for (const char *at = csv; *at; at++)
		lines += *at == '\n';
	assert_int_equal(lines, 138);
	assert_lacks(csv, "\r");
	assert_line(csv, "part,",
		    "part,code,name,unit,state,value,reported,expected,detail");
	assert_line(csv, "I,3,", "I,3,Kiểm tra CCHC,,heading,,,,");
	free(csv);
}

static void each_state_has_its_line_in_the_csv(void **state)
{
	static const char *const LINES[][2] = {
		{"I,1,", ",Văn bản,figure,1058,3,12,"},
		{"I,2,",
		 ",%,figure,26.6,1,12,incomplete=1;I.2.2=21;I.2.1=79;declared=25"},
		{"I,2.1,",
		 "I,2.1,Số nhiệm vụ đề ra trong kế hoạch,Nhiệm vụ,absent,,0,0,"},
		{"I,5,", ",figure,3,12,12,0=9;1=3"},
		{"I,5.2,", ",figure,,10,12,0=3;1=5;2=2"},
		{"II,1,", ",na,,12,12,"},
		{"VI,1.2,", ",Triệu đồng,figure,8066.84105,2,12,"},
		{"VII,5.1.1,", ",Thủ tục,differs,,11,12,88=10;90=1;own=91"},
		{"VII,5.1.2,", ",Thủ tục,figure,88,11,12,"},
		{"VII,5.1.3,", ",Thủ tục,spread,,10,12,least=1;median=2.5;most=1800"},
	};
	struct ctlkit *kit = *state;
	char *csv;

	fill_district(kit);
	csv = printed(kit, cchc_ctl_appendix_csv);
	for (size_t i = 0; i < sizeof(LINES) / sizeof(LINES[0]); i++) {
		char begin[32];
		const char *line;
		size_t len;
		size_t end = strlen(LINES[i][1]);

		snprintf(begin, sizeof(begin), "\n%s", LINES[i][0]);
		line = strstr(csv, begin);
		assert_non_null(line);
		len = strcspn(line + 1, "\n");
		if (len < end || strncmp(line + 1 + len - end, LINES[i][1], end) != 0)
			fail_msg("expected an end %s\nfound: %.*s", LINES[i][1], (int)len,
				 line + 1);
	}
	free(csv);
}

static void a_name_with_commas_and_quotes_is_quoted(void **state)
{
	struct ctlkit *kit = *state;
	struct cchc_row *row = &kit->form->row[0];
	char *csv;

	row->name = "Số \"văn bản\", công văn";
	csv = printed(kit, cchc_ctl_appendix_csv);
	assert_line(csv, "I,1,",
		    "I,1,\"Số \"\"văn bản\"\", công văn\",Văn bản,absent,,0,0,");
	free(csv);
}

static void a_unit_with_nothing_below_shows_its_figures_as_they_are(void **state)
{
	struct ctlkit *kit = *state;
	char *csv;
	char *html;

	kit->cells.alone = 1;
	ctlkit_put(kit, "I.5", CCHC__CELL_STATE__FIGURE, 1, 1, 1);
	ctlkit_tally(ctlkit_detail(kit, "I.5"), 1, yesses + 1, yes_counts);
	ctlkit_put(kit, "I.5.2", CCHC__CELL_STATE__FIGURE, 2, 1, 1);
	csv = printed(kit, cchc_ctl_appendix_csv);
	assert_has(csv, ",figure,1,1,1,\nI,5.1");
	assert_has(csv, ",figure,2,1,1,\nI,6");
	free(csv);
	html = printed(kit, cchc_ctl_appendix_html);
	assert_has(html, "<td class=\"n\">1</td>");
	assert_lacks(html, "có</td>");
	free(html);
}

static void the_report_shows_its_own_rows_as_they_are_and_tallies_the_others(void **state)
{
	struct ctlkit *kit = *state;
	struct cchc_ctl_cell cell;

	kit->cells.scope = CCHC_SCOPE_REPORT;
	ctlkit_put(kit, "I.5", CCHC__CELL_STATE__FIGURE, 1, 1, 1); /* own in the report */
	assert_true(cchc_ctl_cell_read(kit->form, &kit->cells, 0, &cell));
	assert_false(cell.tallied);
	kit->cells.scope = CCHC_SCOPE_TOTAL;
	assert_true(cchc_ctl_cell_read(kit->form, &kit->cells, 0, &cell));
	assert_true(cell.tallied);
	kit->cells.scope = CCHC_SCOPE_OWN;
	assert_true(cchc_ctl_cell_read(kit->form, &kit->cells, 0, &cell));
	assert_false(cell.tallied);
}

static void a_page_writes_numbers_the_vietnamese_way(void **state)
{
	static const char *const HAS[] = {
		"<meta charset=\"utf-8\">",
		"<title>Phụ lục – Huyện Văn Lâm – Quý I/2024</title>",
		"<td class=\"n\">1.058</td>",
		"<td class=\"n\">26,6</td>",
		"<td class=\"n\">3/12 có</td>",
		"<td class=\"n\">8.066,84105</td>",
		"Không thống nhất: 88 (10), 90 (1)",
		"1–2,5–1.800",
		"Không áp dụng",
		"Trực tuyến (3), Phát phiếu (5), Kết hợp (2)",
		"chưa đủ: 1 đơn vị; số đã khai: 25",
		"<td class=\"s\">1/12</td>",
		"<tr class=\"part\"><td>VII</td>",
		"display:table-header-group",
	};
	struct ctlkit *kit = *state;
	char *html;

	fill_district(kit);
	html = printed(kit, cchc_ctl_appendix_html);
	for (size_t i = 0; i < sizeof(HAS) / sizeof(HAS[0]); i++)
		assert_has(html, HAS[i]);
	assert_lacks(html, "http");
	free(html);
}

static void nothing_from_outside_becomes_markup(void **state)
{
	struct ctlkit *kit = *state;
	char *html;

	kit->unit.name = "<script>alert('x')</script> & \"y\"";
	html = printed(kit, cchc_ctl_appendix_html);
	assert_lacks(html, "<script");
	assert_has(html, "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; "
			 "&quot;y&quot;");
	free(html);
}

static void json_says_numbers_exactly(void **state)
{
	struct ctlkit *kit = *state;
	char *text;
	json_t *json;
	json_t *row;

	fill_district(kit);
	text = printed(kit, cchc_ctl_appendix_json);
	json = json_loads(text, 0, NULL);
	assert_non_null(json);
	assert_int_equal(json_array_size(json_object_get(json, "rows")), 137);
	assert_int_equal(json_integer_value(json_object_get(json, "commit")), 42);
	assert_string_equal(json_string_value(json_object_get(json, "period")),
			    "2024-Q1");
	row = json_array_get(json_object_get(json, "rows"), 1);
	assert_string_equal(json_string_value(json_object_get(row, "value")), "26.6");
	assert_string_equal(json_string_value(json_object_get(
				    json_object_get(row, "detail"), "I.2.1")),
			    "79");
	row = json_array_get(json_object_get(json, "rows"), 2);
	assert_true(json_is_null(json_object_get(row, "value")));
	json_decref(json);
	free(text);
}

static void no_line_of_a_table_is_wider_than_the_terminal(void **state)
{
	static print_appendix *const TABLES[] = {print_table, print_narrow};
	static const size_t WIDTHS[] = {100, 60};
	struct ctlkit *kit = *state;

	fill_district(kit);
	for (size_t i = 0; i < 2; i++) {
		char *text = printed(kit, TABLES[i]);
		const char *line = strstr(text, "STT");
		size_t lines = 0;

		for (; strncmp(line, "\nBiểu mẫu", 10) != 0; lines++) {
			size_t len = strcspn(line, "\n");

			assert_true(cchc_ctl_width(line, len) <= WIDTHS[i]);
			assert_true(line[len - 1] != ' ');
			line += len + 1;
		}
		assert_true(lines > 137);
		free(text);
	}
}

static void a_table_looks_like_the_printed_form(void **state)
{
	struct ctlkit *kit = *state;
	char *text;

	fill_district(kit);
	text = printed(kit, print_table);
	assert_has(text, "Huyện Văn Lâm – Quý I/2024 (đơn vị và các đơn vị cấp dưới)\n");
	assert_line(text, "I        CÔNG", "I        CÔNG TÁC CHỈ ĐẠO, ĐIỀU HÀNH");
	assert_line(text, "2.1  ",
		    "2.1      Số nhiệm vụ đề ra trong kế hoạch  Nhiệm vụ        "
		    "                     0/0");
	free(text);
}

/* A heading nothing came for, and a row with a figure. */
static void rows_have_the_names_of_the_units_level(void **state)
{
	static const struct {
		char *level;
		const char *heading;
		const char *row;
	} LEVELS[] = {
		{"district", "UBND tỉnh giao", "Việc tỉnh giao"},
		{"commune", "UBND huyện giao", "Tổng số nhiệm vụ được giao"},
		{"hamlet", "UBND huyện giao", "Tổng số nhiệm vụ được giao"},
	};
	static print_appendix *const PRINT[] = {cchc_ctl_appendix_csv,
						cchc_ctl_appendix_json,
						cchc_ctl_appendix_html, print_table};
	struct ctlkit *kit = *state;
	struct cchc_row *row = &kit->form->row[ctlkit_row(kit, "I.4.1")->index];

	row->title[CCHC_DISTRICT] = "Việc tỉnh giao";
	ctlkit_put(kit, "I.4.1", CCHC__CELL_STATE__FIGURE, 8, 1, 1);
	for (size_t i = 0; i < CCHC_COUNT(LEVELS); i++) {
		kit->unit.level = LEVELS[i].level;
		for (size_t p = 0; p < CCHC_COUNT(PRINT); p++) {
			char *text = printed(kit, PRINT[p]);

			for (char *at = text; (at = strstr(at, "\n"));)
				*at = ' '; /* tables wrap */
			assert_has(text, LEVELS[i].row);
			if (PRINT[p] != print_table)
				assert_has(text, LEVELS[i].heading);
			free(text);
		}
	}
}

/* What the register counts beside what people typed. */
static void what_was_typed_beside_the_register_is_shown(void **state)
{
	struct ctlkit *kit = *state;
	Cchc__Detail *detail;
	char *text;

	ctlkit_put(kit, "I.4.1", CCHC__CELL_STATE__FIGURE, 8, 1, 1);
	detail = ctlkit_detail(kit, "I.4.1");
	detail->has_declared_state = detail->has_declared = 1;
	detail->declared_state = 1;
	detail->declared = 93;
	text = printed(kit, cchc_ctl_appendix_csv);
	assert_line(text, "I,4.1,",
		    "I,4.1,Tổng số nhiệm vụ được giao,Nhiệm vụ,figure,8,1,1,declared=93");
	free(text);
	text = printed(kit, cchc_ctl_appendix_html);
	assert_has(text, "<td class=\"n\">8</td><td>số đã khai: 93</td>");
	free(text);
}

static void an_answer_of_another_form_is_refused(void **state)
{
	struct ctlkit *kit = *state;
	struct cchc_ctl_appendix appendix;
	struct cchc_err err = {0};

	kit->cells.revision = 9;
	assert_int_equal(cchc_ctl_appendix_fill(&kit->arena, kit->form, &kit->answer,
						&appendix, &err),
			 CCHC_INVALID);
	assert_has(err.text, "revision 9");
	kit->cells.revision = 1;
	ctlkit_put(kit, "I.1", CCHC__CELL_STATE__FIGURE, 1, 1, 1);
	kit->row[0] = 60000;
	assert_int_equal(cchc_ctl_appendix_fill(&kit->arena, kit->form, &kit->answer,
						&appendix, &err),
			 CCHC_INVALID);
	kit->part.n_cells = 0;
	assert_int_equal(cchc_ctl_appendix_fill(&kit->arena, kit->form, &kit->answer,
						&appendix, &err),
			 CCHC_NOTFOUND);
}

static void widths_are_those_of_characters_not_bytes(void **state)
{
	static const struct {
		const char *text;
		size_t width;
	} CASES[] = {
		{"", 0},
		{"abc", 3},
		{"Quý", 3},
		{"Quy\xcc\x81", 3}, /* NFD: the accent stands over its letter */
		{"đường – ĐƯỜNG", 13},
		{"漢字", 4},
	};

	(void)state;
	setlocale(LC_CTYPE, "C.UTF-8");
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++)
		assert_int_equal(cchc_ctl_width(CASES[i].text, strlen(CASES[i].text)),
				 CASES[i].width);
}

static void lines_break_at_blanks_and_long_words_anywhere(void **state)
{
	static const struct {
		const char *text;
		size_t width;
		const char *line;
		const char *rest;
	} CASES[] = {
		{"một hai ba", 7, "một hai", "ba"},
		{"một hai ba", 8, "một hai", "ba"},
		{"một hai ba", 6, "một", "hai ba"},
		{"một", 3, "một", ""},
		{"nghiêng", 4, "nghi", "êng"},
		{"a", 1, "a", ""},
		{"漢字", 1, "漢", "字"},
	};

	(void)state;
	setlocale(LC_CTYPE, "C.UTF-8");
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		const char *rest;
		size_t len = cchc_ctl_wrap(CASES[i].text, CASES[i].width, &rest);

		assert_int_equal(len, strlen(CASES[i].line));
		assert_memory_equal(CASES[i].text, CASES[i].line, len);
		assert_string_equal(rest, CASES[i].rest);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CTLKIT_TEST(every_row_of_the_form_is_a_line_of_the_csv),
		CTLKIT_TEST(each_state_has_its_line_in_the_csv),
		CTLKIT_TEST(a_name_with_commas_and_quotes_is_quoted),
		CTLKIT_TEST(a_unit_with_nothing_below_shows_its_figures_as_they_are),
		CTLKIT_TEST(
			the_report_shows_its_own_rows_as_they_are_and_tallies_the_others),
		CTLKIT_TEST(a_page_writes_numbers_the_vietnamese_way),
		CTLKIT_TEST(nothing_from_outside_becomes_markup),
		CTLKIT_TEST(json_says_numbers_exactly),
		CTLKIT_TEST(no_line_of_a_table_is_wider_than_the_terminal),
		CTLKIT_TEST(a_table_looks_like_the_printed_form),
		CTLKIT_TEST(rows_have_the_names_of_the_units_level),
		CTLKIT_TEST(what_was_typed_beside_the_register_is_shown),
		CTLKIT_TEST(an_answer_of_another_form_is_refused),
		cmocka_unit_test(widths_are_those_of_characters_not_bytes),
		cmocka_unit_test(lines_break_at_blanks_and_long_words_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
