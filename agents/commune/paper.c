#include "commune/paper.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

bool cchc_paper_open(struct cchc_paper *paper)
{
	*paper = (struct cchc_paper){0};
	paper->file = open_memstream(&paper->bytes, &paper->len);
	return paper->file != NULL;
}

void cchc_paper_line(struct cchc_paper *paper, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vfprintf(paper->file, format, args);
	va_end(args);
	(void)fputs("\r\n", paper->file);
}

const char *cchc_paper_keep(struct cchc_paper *paper, struct cchc_arena *arena)
{
	bool whole = !ferror(paper->file);
	const char *text = NULL;

	whole = fclose(paper->file) == 0 && whole;
	if (whole)
		text = cchc_arena_text(arena, paper->bytes, paper->len);
	free(paper->bytes);
	return text;
}

const char *cchc_paper_when(int64_t wall_ms, char out[CCHC_WHEN_TEXT])
{
	cchc_day day = cchc_day_at(wall_ms);
	int s = (int)((wall_ms - cchc_day_start_ms(day)) / 1000);
	char date[CCHC_DAY_TEXT];

	(void)snprintf(out, CCHC_WHEN_TEXT, "%s %02d:%02d:%02d",
		       cchc_day_people(day, date), s / 3600, s / 60 % 60, s % 60);
	return out;
}

void cchc_paper_refusal(struct cchc_paper *paper, uint32_t at, const char *of,
			const struct cchc_refusal *refusal)
{
	char place[32] = "";

	if (at)
		(void)snprintf(place, sizeof(place), "dòng/line %" PRIu32 ", ", at);
	cchc_paper_line(paper, "  - %s%s%s%s = \"%s\": %s / %s%s%s%s", place, of,
			of[0] ? ", " : "", refusal->field, refusal->value,
			cchc_rule_vietnamese(refusal->rule),
			cchc_rule_english(refusal->rule),
			refusal->expected[0] ? " (đúng/expected: " : "",
			refusal->expected, refusal->expected[0] ? ")" : "");
}
