#ifndef CCHC_CTL_COLUMNS_H
#define CCHC_CTL_COLUMNS_H

#include <stddef.h>
#include <stdio.h>

/* Tables of Vietnamese text on a terminal: widths are those of the characters as they are
 * shown (wcwidth), never bytes; what is too long is wrapped. Needs a UTF-8 LC_CTYPE. */

enum cchc_ctl_align { CCHC_CTL_LEFT, CCHC_CTL_RIGHT };

struct cchc_ctl_column {
	const char *title;
	size_t width; /* 0: gets what the others leave (cchc_ctl_columns_fit) */
	enum cchc_ctl_align align;
};

/* Columns a terminal needs for the text. */
size_t cchc_ctl_width(const char *text, size_t len);
/* Bytes of text that fit on a line of `width`, broken after a blank where there is one;
 * at least one character. *next: where the next line begins. */
size_t cchc_ctl_wrap(const char *text, size_t width, const char **next);

enum { CCHC_CTL_COLUMNS_MAX = 12, CCHC_CTL_NARROWEST = 12 };
/* Gives the one column of width 0 the rest of a line of `total`. */
void cchc_ctl_columns_fit(struct cchc_ctl_column *column, size_t n, size_t total);
/* One row, of as many lines as its longest cell needs; no blanks at line ends. */
void cchc_ctl_columns_row(FILE *out, const struct cchc_ctl_column *column, size_t n,
			  const char *const *cell);
/* The titles and a line under them. */
void cchc_ctl_columns_head(FILE *out, const struct cchc_ctl_column *column, size_t n);

/* Of the terminal at fd, or 100 x 40 when it is none. */
struct cchc_ctl_window {
	size_t width;
	size_t height;
};
struct cchc_ctl_window cchc_ctl_window_of(int fd);

#endif
