/* csv.c - tables out of what spreadsheets write.
 *
 * The bytes become UTF-8 with plain line feeds first. libcsv is then fed line by line: it
 * tells nothing of lines, but a row can only end at the end of a line we gave it, so
 * every row's first line is known, also when quoted cells hold line breaks. A table's
 * cells with their NULs never need more room than its text, so they share one buffer.
 */
#include "io/csv.h"

#include <csv.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"

#define ADVICE "save the file as CSV UTF-8 (hãy lưu lại dưới dạng CSV UTF-8 rồi gửi lại)"

enum { CELL_STEP = 64 * 1024 };

struct reading {
	struct cchc_arena *arena;
	struct cchc_problems *problems;
	struct cchc_place place; /* of the line that is being fed */
	struct cchc_sheet *sheet;
	const char *cell[CCHC_CSV_COLUMNS_MAX]; /* of the row that is being read */
	size_t n_cells;
	char *room;         /* where the next cell goes */
	uint32_t row_line;  /* where the row began */
	uint32_t cell_line; /* where the cell began */
	enum cchc_rc rc;    /* the first failure; callbacks cannot stop libcsv */
};

struct text {
	char *bytes;
	size_t len;
};

static enum cchc_rc refuse(struct cchc_problems *problems, struct cchc_place place,
			   const char *what)
{
	cchc_problems_error(problems, place, "%s", what);
	return CCHC_INVALID;
}

static uint32_t unit_at(const unsigned char *bytes, bool big_endian)
{
	return big_endian ? (uint32_t)bytes[0] << 8 | bytes[1]
			  : (uint32_t)bytes[1] << 8 | bytes[0];
}

/* A lone surrogate is written like any other unit, and so found with its line by the
 * check for clean UTF-8 that follows; so is half a unit at the end. */
static void from_utf16(const unsigned char *in, size_t len, bool big_endian,
		       struct text *out)
{
	size_t at = 0;

	while (at + 1 < len) {
		uint32_t code = unit_at(in + at, big_endian);
		uint32_t low = at + 3 < len ? unit_at(in + at + 2, big_endian) : 0;

		at += 2;
		if (code >= 0xd800 && code < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
			code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
			at += 2;
		}
		out->len += cchc_text_put(code, out->bytes + out->len);
	}
	if (at < len)
		out->bytes[out->len++] = (char)0xff;
}

static enum cchc_rc decode(struct cchc_arena *arena, const unsigned char *in, size_t len,
			   struct text *out)
{
	bool little = len >= 2 && in[0] == 0xff && in[1] == 0xfe;
	bool big = len >= 2 && in[0] == 0xfe && in[1] == 0xff;

	/* two bytes of UTF-16 are at most three of UTF-8 */
	out->bytes = cchc_arena_alloc(arena, little || big ? len / 2 * 3 + 1 : len + 1);
	if (!out->bytes)
		return CCHC_NOMEM;
	if (little || big) {
		from_utf16(in + 2, len - 2, big, out);
		return CCHC_OK;
	}
	if (len >= 3 && memcmp(in, "\xef\xbb\xbf", 3) == 0) {
		in += 3;
		len -= 3;
	}
	if (len)
		memcpy(out->bytes, in, len);
	out->len = len;
	return CCHC_OK;
}

/* CR LF and a lone CR become LF, in place. */
static void unify_line_ends(struct text *text)
{
	size_t n = 0;

	for (size_t i = 0; i < text->len; i++) {
		char c = text->bytes[i];

		if (c == '\r' && i + 1 < text->len && text->bytes[i + 1] == '\n')
			continue;
		text->bytes[n++] = c == '\r' ? '\n' : c;
	}
	text->len = n;
}

/* The line from at, with its line feed if it has one. */
static size_t line_len(const struct text *text, size_t at)
{
	const char *end = memchr(text->bytes + at, '\n', text->len - at);

	return end ? (size_t)(end - text->bytes) - at + 1 : text->len - at;
}

static enum cchc_rc check_text(const struct text *text, const char *file,
			       struct cchc_problems *problems)
{
	struct cchc_place place = {.file = file};
	size_t len;

	for (size_t at = 0; at < text->len; at += len) {
		len = line_len(text, at);
		place.line++;
		if (!cchc_text_is_clean(text->bytes + at, len))
			return refuse(problems, place, "not UTF-8 text: " ADVICE);
	}
	return CCHC_OK;
}

/* In case of doubt the earlier one: a comma is a decimal sign before it is anything else.
 */
static const char SEPARATORS[] = {'\t', ';', ','};
enum { N_SEPARATORS = sizeof(SEPARATORS), ROWS_LOOKED_AT = 200 };

struct counts {
	uint32_t in_row[N_SEPARATORS];
	uint32_t rows_with[N_SEPARATORS][CCHC_CSV_COLUMNS_MAX]; /* [n]: rows having n */
};

static void end_row(struct counts *counts)
{
	for (size_t s = 0; s < N_SEPARATORS; s++) {
		if (counts->in_row[s] < CCHC_CSV_COLUMNS_MAX)
			counts->rows_with[s][counts->in_row[s]]++;
		counts->in_row[s] = 0;
	}
}

static void count_separators(const struct text *text, struct counts *counts)
{
	unsigned rows = 0;
	bool quoted = false;

	for (size_t i = 0; i < text->len && rows < ROWS_LOOKED_AT; i++) {
		char c = text->bytes[i];

		if (c == '"')
			quoted = !quoted;
		if (quoted)
			continue;
		for (size_t s = 0; s < N_SEPARATORS; s++)
			counts->in_row[s] += c == SEPARATORS[s];
		if (c == '\n') {
			end_row(counts);
			rows++;
		}
	}
	end_row(counts);
}

/* The separator is the one of which most rows have the same number: names hold many
 * commas and units of measure many semicolons, but never equally many in each row. */
static char find_separator(const struct text *text)
{
	struct counts counts = {0};
	uint32_t most_rows = 0;
	size_t most_cells = 0;
	char best = ',';

	count_separators(text, &counts);
	for (size_t s = 0; s < N_SEPARATORS; s++) {
		for (size_t n = 1; n < CCHC_CSV_COLUMNS_MAX; n++) {
			uint32_t rows = counts.rows_with[s][n];

			if (rows < most_rows || (rows == most_rows && n <= most_cells))
				continue;
			most_rows = rows;
			most_cells = n;
			best = SEPARATORS[s];
		}
	}
	return most_rows ? best : ',';
}

static void fail(struct reading *r, uint32_t line, const char *what)
{
	struct cchc_place place = {.file = r->place.file, .line = line};

	if (!r->rc)
		r->rc = refuse(r->problems, place, what);
}

static void on_cell(void *bytes, size_t len, void *data)
{
	struct reading *r = data;
	const char *text = bytes;

	if (r->rc)
		return;
	if (r->n_cells == CCHC_CSV_COLUMNS_MAX) {
		fail(r, r->place.line, "a row of more than 256 columns");
		return;
	}
	if (len)
		cchc_text_trim(&text, &len);
	if (len)
		memcpy(r->room, text, len);
	r->room[len] = '\0';
	r->cell[r->n_cells++] = r->room;
	r->room += len + 1;
	r->cell_line = r->place.line;
}

static void on_row(int end, void *data)
{
	struct reading *r = data;
	struct cchc_sheet_row *row = &r->sheet->row[r->sheet->n];
	size_t bytes = r->n_cells * sizeof(r->cell[0]);

	(void)end;
	if (r->rc)
		return;
	if (r->sheet->n == CCHC_CSV_ROWS_MAX) {
		fail(r, r->row_line, "more than 50000 rows");
		return;
	}
	row->line = r->row_line;
	row->n = r->n_cells;
	row->cell = cchc_arena_alloc(r->arena, bytes);
	if (!row->cell) {
		r->rc = CCHC_NOMEM;
		return;
	}
	memcpy(row->cell, r->cell, bytes);
	r->sheet->n++;
	r->n_cells = 0;
	r->row_line = r->place.line + 1;
}

static void say_parse_error(struct reading *r, struct csv_parser *parser, bool at_end)
{
	if (csv_error(parser) == CSV_ENOMEM)
		r->rc = CCHC_NOMEM;
	else if (at_end)
		fail(r, r->cell_line, "a quoted cell that begins here never ends");
	else
		fail(r, r->place.line,
		     "a quotation mark inside a cell: the whole cell must be quoted and "
		     "the "
		     "mark doubled");
}

static void feed(struct reading *r, struct csv_parser *parser, const struct text *text)
{
	size_t len;

	for (size_t at = 0; at < text->len && !r->rc; at += len) {
		len = line_len(text, at);
		r->place.line++;
		if (r->n_cells == 0 && r->row_line == r->place.line)
			r->cell_line = r->place.line;
		if (csv_parse(parser, text->bytes + at, len, on_cell, on_row, r) != len)
			say_parse_error(r, parser, false);
	}
	if (!r->rc && csv_fini(parser, on_cell, on_row, r) != 0)
		say_parse_error(r, parser, true);
}

static enum cchc_rc parse(struct reading *r, const struct text *text)
{
	struct csv_parser parser;

	r->sheet->separator = find_separator(text);
	/* REPALL_NL: an empty line is a row too, so that lines and rows stay together */
	if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL) != 0)
		return CCHC_NOMEM;
	/* its own 128 bytes make a long cell quadratic */
	csv_set_blk_size(&parser, CELL_STEP);
	csv_set_delim(&parser, (unsigned char)r->sheet->separator);
	feed(r, &parser, text);
	csv_free(&parser);
	return r->rc;
}

static enum cchc_rc make_room(struct reading *r, const struct text *text)
{
	size_t rows = 1;

	for (size_t i = 0; i < text->len && rows < CCHC_CSV_ROWS_MAX; i++)
		rows += text->bytes[i] == '\n';
	r->sheet->row = cchc_arena_array(r->arena, rows, sizeof(r->sheet->row[0]));
	r->room = cchc_arena_alloc(r->arena, text->len + 1);
	return r->sheet->row && r->room ? CCHC_OK : CCHC_NOMEM;
}

enum cchc_rc cchc_csv_parse(struct cchc_arena *arena, const char *file, const void *bytes,
			    size_t len, struct cchc_problems *problems,
			    struct cchc_sheet *sheet)
{
	struct cchc_sheet made = {.file = cchc_arena_text(arena, file, strlen(file))};
	struct cchc_place place = {.file = made.file};
	struct reading r = {.arena = arena,
			    .problems = problems,
			    .place = place,
			    .sheet = &made,
			    .row_line = 1};
	struct text text = {0};
	enum cchc_rc rc;

	if (!made.file)
		return CCHC_NOMEM;
	if (len > CCHC_CSV_BYTES_MAX)
		return refuse(problems, place, "larger than 4 MiB");
	rc = decode(arena, bytes, len, &text);
	if (rc)
		return rc;
	unify_line_ends(&text);
	rc = check_text(&text, made.file, problems);
	if (!rc)
		rc = make_room(&r, &text);
	if (!rc)
		rc = parse(&r, &text);
	if (!rc)
		*sheet = made;
	return rc;
}
