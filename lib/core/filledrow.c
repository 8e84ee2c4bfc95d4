#include "core/filledrow.h"

#include <string.h>

#include "base/text.h"

static const char *fold(struct cchc_arena *arena, const char *text)
{
	size_t len = strlen(text);
	size_t need = cchc_text_fold(text, len, NULL, 0);
	char *folded = cchc_arena_alloc(arena, need + 1);

	if (folded)
		(void)cchc_text_fold(text, len, folded, need + 1);
	return folded;
}

static bool add_name(struct cchc_filled_rows *rows, struct cchc_arena *arena,
		     const char *name, uint16_t row)
{
	struct cchc_filled_name *added = &rows->name[rows->n++];

	added->row = row;
	added->folded = fold(arena, name);
	return added->folded;
}

enum cchc_rc cchc_filled_rows_init(struct cchc_filled_rows *rows,
				   const struct cchc_form *form, struct cchc_arena *arena)
{
	size_t names = form->n;
	bool ok;

	*rows = (struct cchc_filled_rows){.form = form};
	for (size_t i = 0; i < form->n; i++)
		names += form->row[i].n_alias;
	rows->name = cchc_arena_array(arena, names, sizeof(*rows->name));
	ok = rows->name;
	for (size_t i = 0; ok && i < form->n; i++) {
		const struct cchc_row *row = &form->row[i];

		ok = add_name(rows, arena, row->name, (uint16_t)i);
		for (size_t k = 0; ok && k < row->n_alias; k++)
			ok = add_name(rows, arena, row->alias[k], (uint16_t)i);
	}
	for (size_t i = 0; ok && i < form->n_parts; i++) {
		rows->part_name[i] = fold(arena, form->part[i].name);
		ok = rows->part_name[i];
	}
	return ok ? CCHC_OK : CCHC_NOMEM;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Copies a code without blanks, without zeros before another digit of the same step, and
 * without what people put behind it. False if it is too long to be one. */
static bool clean_code(const char *text, char *out, size_t size)
{
	size_t n = 0;
	bool step = true;

	for (; *text; text++) {
		if (*text == ' ' || *text == '\t' || *text == '\n')
			continue;
		if (step && *text == '0' && is_digit(text[1]))
			continue;
		if (n + 1 >= size)
			return false;
		step = *text == '.';
		out[n++] = *text;
	}
	while (n > 0 && strchr(".):-", out[n - 1]))
		n--;
	out[n] = '\0';
	return true;
}

/* The part whose code is the first len bytes, in either case. */
static size_t part_of_code(const struct cchc_form *form, const char *text, size_t len)
{
	for (size_t i = 0; i < form->n_parts; i++) {
		const char *code = form->part[i].code;
		size_t at = 0;

		while (at < len && code[at] &&
		       (text[at] == code[at] || (text[at] >= 'a' && text[at] <= 'z' &&
						 text[at] - 32 == code[at])))
			at++;
		if (at == len && !code[at])
			return i;
	}
	return CCHC_NO_PART;
}

void cchc_filled_code(const struct cchc_form *form, const char *text,
		      struct cchc_filled_code *code)
{
	char clean[CCHC_ROW_CODE];
	const char *rest = clean;
	size_t len;

	*code = (struct cchc_filled_code){.part = CCHC_NO_PART};
	if (!clean_code(text, clean, sizeof(clean)))
		return;
	len = strcspn(clean, ".");
	code->part = part_of_code(form, clean, len);
	if (code->part != CCHC_NO_PART)
		rest = clean[len] ? clean + len + 1 : "";
	memcpy(code->code, rest, strlen(rest) + 1);
	code->is_number = code->part != CCHC_NO_PART || is_digit(*rest);
}

size_t cchc_filled_part(const struct cchc_filled_rows *rows, const char *text)
{
	char folded[CCHC_FILLED_FOLD];
	const char *at = folded;
	size_t len = cchc_text_fold(text, strlen(text), folded, sizeof(folded));
	size_t part;

	if (len == 0 || len >= sizeof(folded))
		return CCHC_NO_PART;
	for (size_t i = 0; i < rows->form->n_parts; i++)
		if (strcmp(at, rows->part_name[i]) == 0)
			return i;
	if (strncmp(at, "phan ", 5) == 0)
		at += 5;
	len = strcspn(at, ".:-) ");
	part = part_of_code(rows->form, at, len);
	at += len;
	at += strspn(at, ".:-) ");
	if (part == CCHC_NO_PART || !*at || strcmp(at, rows->part_name[part]) == 0)
		return part;
	return CCHC_NO_PART;
}

bool cchc_filled_is_named(const struct cchc_filled_rows *rows, const struct cchc_row *row,
			  const char *folded)
{
	for (size_t i = 0; i < rows->n; i++)
		if (rows->name[i].row == row->index &&
		    strcmp(rows->name[i].folded, folded) == 0)
			return true;
	return false;
}

size_t cchc_filled_named(const struct cchc_filled_rows *rows, size_t part,
			 const char *folded, const struct cchc_row **only)
{
	const struct cchc_row *last = NULL;
	size_t n = 0;

	for (size_t i = 0; i < rows->n; i++) {
		const struct cchc_row *row = &rows->form->row[rows->name[i].row];

		if (part != CCHC_NO_PART && row->part != part)
			continue;
		/* a row's names follow each other: count it once */
		if (row == last || strcmp(rows->name[i].folded, folded) != 0)
			continue;
		last = row;
		n++;
	}
	if (n == 1)
		*only = last;
	return n;
}
