/* What spreadsheets write, read as tables; what cannot be read, refused with its line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "io/csv.h"

struct fixture {
	struct cchc_arena arena;
	struct cchc_problems problems;
	struct cchc_sheet sheet;
};

static int setup(void **state)
{
	static struct fixture f;

	f = (struct fixture){0};
	cchc_arena_init(&f.arena, 64u << 20);
	cchc_problems_init(&f.problems);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	cchc_problems_fini(&f->problems);
	cchc_arena_fini(&f->arena);
	return 0;
}

static enum cchc_rc parse(struct fixture *f, const void *bytes, size_t len)
{
	return cchc_csv_parse(&f->arena, "t.csv", bytes, len, &f->problems, &f->sheet);
}

/* "1<a|b> 2<>": line and cells of each row; line breaks in cells as \n */
static const char *draw(const struct cchc_sheet *sheet)
{
	static char out[4096];
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < sheet->n; i++) {
		const struct cchc_sheet_row *row = &sheet->row[i];

		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%u<", i ? " " : "",
				      row->line);
		for (size_t c = 0; c < row->n; c++)
			n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%s",
					      c ? "|" : "", row->cell[c]);
		n += (size_t)snprintf(out + n, sizeof(out) - n, ">");
	}
	for (char *at = out; *at; at++)
		*at = *at == '\n' ? '~' : *at;
	return out;
}

#define BYTES(text) (text), sizeof(text) - 1

static const struct reading {
	const char *name;
	const char *bytes;
	size_t len;
	const char *drawing;
} READINGS[] = {
	{"nothing", BYTES(""), ""},
	{"only a BOM", BYTES("\xef\xbb\xbf"), ""},
	{"one cell", BYTES("a"), "1<a>"},
	{"commas", BYTES("a,b\nc,d\n"), "1<a|b> 2<c|d>"},
	{"no line end at the end", BYTES("a,b\nc,d"), "1<a|b> 2<c|d>"},
	{"CR LF", BYTES("a,b\r\nc,d\r\n"), "1<a|b> 2<c|d>"},
	{"CR", BYTES("a,b\rc,d\r"), "1<a|b> 2<c|d>"},
	{"BOM", BYTES("\xef\xbb\xbf\"a\",b\n"), "1<a|b>"},
	{"empty lines", BYTES("\n\na,b\n \n\nc,d\n"), "1<> 2<> 3<a|b> 4<> 5<> 6<c|d>"},
	{"empty cells", BYTES(",a,\n,,\n"), "1<|a|> 2<||>"},
	{"trimmed",
	 BYTES(" a ,\t\"  b \" ,\xc2\xa0"
	       "c\xe2\x80\x8b\n"),
	 "1<a|b|c>"},
	{"quotes", BYTES("\"a\"\"b\",\"c,d\"\n\"\",x\n"), "1<a\"b|c,d> 2<|x>"},
	{"line breaks in cells", BYTES("\"a\r\nb\",c\r\nd,\"e\n\nf\"\ng,h\n"),
	 "1<a~b|c> 3<d|e~~f> 6<g|h>"},
	{"semicolons", BYTES("a;b\n1,5;2,5\n"), "1<a|b> 2<1,5|2,5>"},
	{"a decimal comma in each row", BYTES("I.2;26,6\nI.3;1,5\n"),
	 "1<I.2|26,6> 2<I.3|1,5>"},
	{"tabs", BYTES("a\tb, c; d\ne\tf\n"), "1<a|b, c; d> 2<e|f>"},
	{"empty cells between tabs", BYTES("a\t\tb\n\tc\t\n"), "1<a||b> 2<|c|>"},
	{"semicolons in names",
	 BYTES("1,\"Có = 1; Không = 0\",2\n2,Đơn vị; người; hộ,3\n3,x,4\n"),
	 "1<1|Có = 1; Không = 0|2> 2<2|Đơn vị; người; hộ|3> 3<3|x|4>"},
	{"commas in unquoted names",
	 BYTES("Phụ lục;;\nSTT;Chỉ tiêu (quý, 6 tháng, năm);Số liệu\n"
	       "1;Kết luận, chỉ thị, công văn;8\n2;Số phòng, ban, đơn vị;\n"),
	 "1<Phụ lục||> 2<STT|Chỉ tiêu (quý, 6 tháng, năm)|Số liệu> "
	 "3<1|Kết luận, chỉ thị, công văn|8> 4<2|Số phòng, ban, đơn vị|>"},
	{"separators inside quotes do not count", BYTES("a,\"1;2;3\"\nb,\"4;5;6\"\n"),
	 "1<a|1;2;3> 2<b|4;5;6>"},
	{"UTF-16LE",
	 BYTES("\xff\xfe"
	       "a\0\t\0\x10\x01\r\0\n\0\x90\x1e\n\0"),
	 "1<a|Đ> 2<Ẑ>"},
	{"UTF-16BE",
	 BYTES("\xfe\xff"
	       "\0a\0,\x01\x10\0\n\xd8\x3d\xde\x00"),
	 "1<a|Đ> 2<😀>"},
};

static void tables_are_read_with_the_line_of_each_row(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < CCHC_COUNT(READINGS); i++) {
		const struct reading *r = &READINGS[i];

		if (parse(f, r->bytes, r->len))
			fail_msg("%s: %s", r->name, f->problems.list[0].text);
		assert_string_equal(f->sheet.file, "t.csv");
		assert_string_equal(draw(&f->sheet), r->drawing);
		assert_int_equal(f->problems.n, 0);
	}
}

#define ADVICE                                                                                  \
	"not UTF-8 text: save the file as CSV UTF-8 (hãy lưu lại dưới dạng CSV UTF-8 " \
	"rồi gửi lại)"
#define MARK                                                                             \
	"a quotation mark inside a cell: the whole cell must be quoted and the mark "    \
	"doubled"

static const struct refusal {
	const char *name;
	const char *bytes;
	size_t len;
	const char *problem;
} REFUSALS[] = {
	{"NUL", BYTES("a,b\nc\0d,e\n"), "t.csv:2: " ADVICE},
	{"TCVN3", BYTES("a,b\n\n\xa7\xb7 \xb8,2\n"), "t.csv:3: " ADVICE},
	{"Windows-1258", BYTES("\xd0\xf4ng,1\n"), "t.csv:1: " ADVICE},
	{"a cut character", BYTES("a\xe1\xba"), "t.csv:1: " ADVICE},
	{"a workbook", BYTES("PK\x03\x04\x14"), "t.csv:1: " ADVICE},
	{"UTF-16 without BOM", BYTES("a\0,\0b\0\n\0"), "t.csv:1: " ADVICE},
	{"half a unit of UTF-16",
	 BYTES("\xff\xfe"
	       "a\0\n\0b"),
	 "t.csv:2: " ADVICE},
	{"a lone surrogate",
	 BYTES("\xff\xfe"
	       "a\0\n\0\x00\xd8"),
	 "t.csv:2: " ADVICE},
	{"NUL in UTF-16",
	 BYTES("\xff\xfe"
	       "a\0\0\0"),
	 "t.csv:1: " ADVICE},
	{"never ending quote", BYTES("a,b\nc,\"d\ne,f\ng,h\n"),
	 "t.csv:2: a quoted cell that begins here never ends"},
	{"never ending quote after a line break", BYTES("a,b\n\"c\nd\",\"e\nf\n"),
	 "t.csv:3: a quoted cell that begins here never ends"},
	{"quote inside a cell", BYTES("a,b\nc 5\" d,e\n"), "t.csv:2: " MARK},
	{"text behind a quote", BYTES("a,b\n\"c\nd\"e,f\n"), "t.csv:3: " MARK},
};

static void what_cannot_be_read_is_refused_with_its_line(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < CCHC_COUNT(REFUSALS); i++) {
		const struct refusal *r = &REFUSALS[i];
		char line[512] = "";

		f->sheet = (struct cchc_sheet){0};
		if (parse(f, r->bytes, r->len) != CCHC_INVALID)
			fail_msg("%s: %s", r->name, draw(&f->sheet));
		assert_int_equal(f->problems.n, 1);
		cchc_problem_line(&f->problems.list[0], line, sizeof(line));
		assert_string_equal(line, r->problem);
		assert_null(f->sheet.file);
		cchc_problems_fini(&f->problems);
	}
}

static char *repeat(struct fixture *f, const char *text, size_t times, size_t *len)
{
	size_t each = strlen(text);
	char *bytes = cchc_arena_alloc(&f->arena, each * times);

	for (size_t i = 0; i < times; i++)
		memcpy(bytes + i * each, text, each);
	*len = each * times;
	return bytes;
}

static void tables_have_bounds(void **state)
{
	static const struct {
		const char *text;
		size_t times;
		const char *problem; /* NULL: just within */
		uint32_t line;
	} BOUNDS[] = {
		{"a\n", CCHC_CSV_ROWS_MAX, NULL, 0},
		{"a\n", CCHC_CSV_ROWS_MAX + 1, "more than 50000 rows", 50001},
		{"\n", CCHC_CSV_ROWS_MAX + 1, "more than 50000 rows", 50001},
		{"a,", CCHC_CSV_COLUMNS_MAX - 1, NULL, 0},
		{"a,", CCHC_CSV_COLUMNS_MAX, "a row of more than 256 columns", 1},
		{"a", CCHC_CSV_BYTES_MAX, NULL, 0},
		{"a", CCHC_CSV_BYTES_MAX + 1, "larger than 4 MiB", 0},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < CCHC_COUNT(BOUNDS); i++) {
		size_t len;
		char *bytes = repeat(f, BOUNDS[i].text, BOUNDS[i].times, &len);

		assert_int_equal(parse(f, bytes, len),
				 BOUNDS[i].problem ? CCHC_INVALID : CCHC_OK);
		assert_int_equal(f->problems.n, BOUNDS[i].problem ? 1 : 0);
		if (BOUNDS[i].problem) {
			assert_string_equal(f->problems.list[0].text, BOUNDS[i].problem);
			assert_int_equal(f->problems.list[0].place.line, BOUNDS[i].line);
		}
		cchc_problems_fini(&f->problems);
		cchc_arena_fini(&f->arena);
	}
}

static void a_full_arena_is_out_of_memory(void **state)
{
	struct fixture *f = *state;
	const char text[] = "a,b\nc,d\n";

	for (size_t cap = 0; cap < 300; cap += 10) {
		struct cchc_arena small;
		enum cchc_rc rc;

		cchc_arena_init(&small, cap);
		rc = cchc_csv_parse(&small, "t.csv", text, strlen(text), &f->problems,
				    &f->sheet);
		assert_true(rc == CCHC_NOMEM || rc == CCHC_OK);
		cchc_arena_fini(&small);
	}
	assert_int_equal(f->problems.n, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tables_are_read_with_the_line_of_each_row),
		TEST(what_cannot_be_read_is_refused_with_its_line),
		TEST(tables_have_bounds),
		TEST(a_full_arena_is_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
