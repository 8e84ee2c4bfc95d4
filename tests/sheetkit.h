#ifndef CCHC_TESTS_SHEETKIT_H
#define CCHC_TESTS_SHEETKIT_H

#include "agenttasks.h"

#include "base/problems.h"
#include "commune/tasksheet.h"
#include "io/csv.h"

/* A sheet of tasks as a file: written, and read as any file is. */

static inline struct cchc_sheet sheet_parse(struct cchc_arena *arena, const char *text,
					    size_t len)
{
	struct cchc_problems problems;
	struct cchc_sheet sheet = {.n = 0};

	cchc_problems_init(&problems);
	if (cchc_csv_parse(arena, "nhiem-vu.csv", text, len, &problems, &sheet))
		fail_msg("%s in\n%s", problems.list[0].text, text);
	cchc_problems_fini(&problems);
	return sheet;
}

static inline struct cchc_sheet sheet_of(struct cchc_arena *arena,
					 const struct cchc_assignment *list, size_t n,
					 cchc_day today)
{
	size_t len = 0;
	const char *text = cchc_sheet_write(arena, list, n, today, &len);

	assert_non_null(text);
	return sheet_parse(arena, text, len);
}

static inline struct cchc_sheet_reading sheet_read(struct cchc_arena *arena,
						   const struct cchc_sheet *sheet,
						   const struct cchc_assignment *list,
						   size_t n, cchc_day today)
{
	struct cchc_sheet_reading reading = {.n = 0};

	assert_int_equal(cchc_sheet_read(arena, sheet, list, n, today, &reading),
			 CCHC_OK);
	return reading;
}

#endif
