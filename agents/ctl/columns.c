#include "ctl/columns.h"

#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <wchar.h>

#include "base/check.h"
#include "base/text.h"

enum { GUTTER = 2 };

static size_t width_of(uint32_t character)
{
	int width = wcwidth((wchar_t)character);

	return width > 0 ? (size_t)width : 0;
}

size_t cchc_ctl_width(const char *text, size_t len)
{
	size_t width = 0;
	size_t used;

	for (size_t at = 0; at < len; at += used)
		width += width_of(cchc_text_next(text + at, len - at, &used));
	return width;
}

size_t cchc_ctl_wrap(const char *text, size_t width, const char **next)
{
	size_t len = strlen(text);
	size_t taken = 0;
	size_t columns = 0;
	size_t blank = 0; /* where the line may be broken; 0: nowhere yet */
	size_t used;

	for (; taken < len; taken += used) {
		size_t wide = width_of(cchc_text_next(text + taken, len - taken, &used));

		if (text[taken] == ' ' && taken)
			blank = taken;
		if (columns + wide > width && taken)
			break;
		columns += wide;
	}
	if (taken < len && blank)
		taken = blank;
	*next = text + taken;
	while (**next == ' ')
		(*next)++;
	while (taken && text[taken - 1] == ' ')
		taken--;
	return taken;
}

void cchc_ctl_columns_fit(struct cchc_ctl_column *column, size_t n, size_t total)
{
	struct cchc_ctl_column *rest = NULL;
	size_t taken = n ? (n - 1) * GUTTER : 0;

	for (size_t i = 0; i < n; i++) {
		taken += column[i].width;
		if (!column[i].width)
			rest = &column[i];
	}
	if (rest)
		rest->width = total >= taken + CCHC_CTL_NARROWEST ? total - taken
								  : CCHC_CTL_NARROWEST;
}

static void blanks(FILE *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fputc(' ', out);
}

/* One line of one cell; *owed are the blanks to print before the next text, so that none
 * stand at the end of a line. */
static void put(FILE *out, const struct cchc_ctl_column *column, const char **text,
		size_t *owed)
{
	const char *from = *text;
	size_t len = *from ? cchc_ctl_wrap(from, column->width, text) : 0;
	size_t width = cchc_ctl_width(from, len);
	size_t left = column->width > width ? column->width - width : 0;

	if (!len) {
		*owed += column->width + GUTTER;
		return;
	}
	blanks(out, *owed + (column->align == CCHC_CTL_RIGHT ? left : 0));
	fwrite(from, 1, len, out);
	*owed = GUTTER + (column->align == CCHC_CTL_LEFT ? left : 0);
}

void cchc_ctl_columns_row(FILE *out, const struct cchc_ctl_column *column, size_t n,
			  const char *const *cell)
{
	const char *text[CCHC_CTL_COLUMNS_MAX];
	bool more = true;

	cchc_check(n <= CCHC_CTL_COLUMNS_MAX);
	memcpy(text, cell, n * sizeof(text[0]));
	while (more) {
		size_t owed = 0;

		more = false;
		for (size_t i = 0; i < n; i++) {
			put(out, &column[i], &text[i], &owed);
			more = more || *text[i];
		}
		fputc('\n', out);
	}
}

void cchc_ctl_columns_head(FILE *out, const struct cchc_ctl_column *column, size_t n)
{
	const char *title[CCHC_CTL_COLUMNS_MAX] = {0};
	size_t total = n ? (n - 1) * GUTTER : 0;

	cchc_check(n <= CCHC_CTL_COLUMNS_MAX);
	for (size_t i = 0; i < n; i++) {
		title[i] = column[i].title;
		total += column[i].width;
	}
	cchc_ctl_columns_row(out, column, n, title);
	for (size_t i = 0; i < total; i++)
		fputs("─", out);
	fputc('\n', out);
}

struct cchc_ctl_window cchc_ctl_window_of(int fd)
{
	struct winsize size;

	if (ioctl(fd, TIOCGWINSZ, &size) != 0 || !size.ws_col || !size.ws_row)
		return (struct cchc_ctl_window){.width = 100, .height = 40};
	return (struct cchc_ctl_window){.width = size.ws_col, .height = size.ws_row};
}
