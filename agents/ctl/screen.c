#include "ctl/screen.h"

#include <inttypes.h>
#include <string.h>

/* What we say to the terminal: ECMA-48. */
#define HOME        "\033[H"
#define END_OF_LINE "\033[K\n"
#define REST_CLEAR  "\033[J"
#define BOLD        "\033[1m"
#define REVERSE     "\033[7m"
#define PLAIN       "\033[0m"

enum { CODE, NAME, FIGURE, UNITS, COLUMNS };
enum {
	CHROME = 4
}; /* title, notice, head, and the line that says how many are left out */

void cchc_ctl_screen_enter(FILE *out)
{
	/* Without the cursor and without wrapping: a line too long is cut by the
	 * terminal. */
	fputs("\033[?1049h\033[?25l\033[?7l\033[2J", out);
	fflush(out);
}

void cchc_ctl_screen_leave(FILE *out)
{
	fputs("\033[?7h\033[?25h\033[?1049l", out);
	fflush(out);
}

static bool is_filled(const struct cchc_ctl_line *line)
{
	return line->state != CCHC__CELL_STATE__HEADING &&
	       line->state != CCHC__CELL_STATE__ABSENT;
}

/* A row emptied by the last commit is shown once more, empty: that is a change too. */
static bool is_shown(const struct cchc_ctl_line *line, uint64_t commit)
{
	return is_filled(line) || (commit && line->commit == commit &&
				   line->state != CCHC__CELL_STATE__HEADING);
}

/* How many shown rows were changed by `commit` or later. */
static size_t count_since(const struct cchc_ctl_live *live, uint64_t last,
			  uint64_t commit)
{
	size_t n = 0;

	for (size_t i = 0; i < live->n; i++)
		n += is_shown(&live->line[i], last) && live->line[i].commit >= commit;
	return n;
}

/* The commit from which on rows are shown, so that at most `room` of them are later. */
static uint64_t threshold(const struct cchc_ctl_live *live, uint64_t last, size_t room)
{
	uint64_t lowest = UINT64_MAX;

	if (count_since(live, last, 0) <= room)
		return 0;
	for (size_t i = 0; i < live->n; i++) {
		uint64_t commit = live->line[i].commit;

		if (commit < lowest && is_shown(&live->line[i], last) &&
		    count_since(live, last, commit + 1) < room)
			lowest = commit;
	}
	return lowest;
}

/* Text cut to the width, with "…" where something was left out. */
static void put_cut(FILE *out, const char *text, size_t width, enum cchc_ctl_align align)
{
	size_t len = strlen(text);
	size_t wide = cchc_ctl_width(text, len);
	const char *next;
	bool cut = wide > width;

	if (cut) {
		len = width > 1 ? cchc_ctl_wrap(text, width - 1, &next) : 0;
		wide = cchc_ctl_width(text, len) + 1;
	}
	for (size_t i = wide; align == CCHC_CTL_RIGHT && i < width; i++)
		fputc(' ', out);
	fwrite(text, 1, len, out);
	fputs(cut ? "…" : "", out);
	for (size_t i = wide; align == CCHC_CTL_LEFT && i < width; i++)
		fputc(' ', out);
}

static void put_row(FILE *out, const struct cchc_ctl_column *column,
		    const char *const *text)
{
	for (size_t i = 0; i < COLUMNS; i++) {
		fputs(i ? "  " : "", out);
		put_cut(out, text[i], column[i].width, column[i].align);
	}
}

static void put_line(FILE *out, const struct cchc_ctl_column *column,
		     const struct cchc_ctl_line *line, bool highlighted)
{
	char units[32];
	const char *text[COLUMNS] = {
		[CODE] = line->row->full_code,
		[NAME] = line->name,
		[FIGURE] = line->people ? line->people : "",
		[UNITS] = units,
	};

	snprintf(units, sizeof(units), "%" PRIu32 "/%" PRIu32, line->reported,
		 line->expected);
	fputs(highlighted ? REVERSE : "", out);
	put_row(out, column, text);
	fputs(highlighted ? PLAIN END_OF_LINE : END_OF_LINE, out);
}

static void put_title(FILE *out, const struct cchc_ctl_screen *screen, size_t width)
{
	char title[512];

	snprintf(title, sizeof(title), "%s – %s – lần ghi %" PRIu64 " – %s", screen->unit,
		 screen->period, screen->commit, screen->clock);
	fputs(BOLD, out);
	put_cut(out, title, width, CCHC_CTL_LEFT);
	fputs(PLAIN END_OF_LINE, out);
	put_cut(out, screen->notice, width, CCHC_CTL_LEFT);
	fputs(END_OF_LINE, out);
}

/* Rows changed after `from` are all shown, of those changed by it the first ones. */
static void put_lines(FILE *out, const struct cchc_ctl_column *column,
		      const struct cchc_ctl_live *live, uint64_t last, size_t room)
{
	uint64_t from = threshold(live, last, room);
	size_t newer = count_since(live, last, from + 1);
	size_t ties = room > newer ? room - newer : 0;

	for (size_t i = 0; i < live->n; i++) {
		const struct cchc_ctl_line *line = &live->line[i];

		if (!is_shown(line, last) || line->commit < from)
			continue;
		if (line->commit == from && !ties)
			continue;
		ties -= line->commit == from;
		put_line(out, column, line, line->commit == last);
	}
}

void cchc_ctl_screen_paint(FILE *out, const struct cchc_ctl_live *live,
			   const struct cchc_ctl_screen *screen,
			   struct cchc_ctl_window window)
{
	struct cchc_ctl_column column[COLUMNS] = {
		[CODE] = {"STT", 9, CCHC_CTL_LEFT},
		[NAME] = {"Chỉ tiêu thống kê", 0, CCHC_CTL_LEFT},
		[FIGURE] = {"Số liệu", 20, CCHC_CTL_RIGHT},
		[UNITS] = {"Đơn vị", 9, CCHC_CTL_RIGHT},
	};
	const char *head[COLUMNS];
	size_t room = window.height > CHROME ? window.height - CHROME : 1;
	size_t shown = count_since(live, screen->commit, 0);

	cchc_ctl_columns_fit(column, COLUMNS, window.width);
	for (size_t i = 0; i < COLUMNS; i++)
		head[i] = column[i].title;
	fputs(HOME, out);
	put_title(out, screen, window.width);
	put_row(out, column, head);
	fputs(END_OF_LINE, out);
	put_lines(out, column, live, screen->commit, room);
	if (shown > room)
		fprintf(out, "… còn %zu chỉ tiêu có số liệu", shown - room);
	fputs(REST_CLEAR, out);
	fflush(out);
}
