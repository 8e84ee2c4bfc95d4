#ifndef CCHC_TESTS_UNITFILE_H
#define CCHC_TESTS_UNITFILE_H

/* The units of a file, with ids from 1 on. Include after cmocka.h. */

#include <stdio.h>

#include "core/unit.h"
#include "io/csv.h"

/* The arena holds the texts and is to outlive the units. */
static inline void test_units_parse(struct cchc_units *units, struct cchc_arena *arena,
				    const char *path, const char *text, size_t len)
{
	struct cchc_problems problems;
	struct cchc_sheet sheet;
	uint32_t next = 1;

	cchc_problems_init(&problems);
	assert_int_equal(cchc_csv_parse(arena, path, text, len, &problems, &sheet),
			 CCHC_OK);
	assert_int_equal(cchc_units_load(units, &sheet, &problems), CCHC_OK);
	assert_int_equal(cchc_units_identify(units, NULL, NULL, &next), CCHC_OK);
	cchc_problems_fini(&problems);
}

static inline void test_units_load(struct cchc_units *units, struct cchc_arena *arena,
				   const char *path)
{
	static char bytes[64 * 1024];
	FILE *file = fopen(path, "rb");
	size_t len;

	assert_non_null(file);
	len = fread(bytes, 1, sizeof(bytes), file);
	(void)fclose(file);
	test_units_parse(units, arena, path, bytes, len);
}

#endif
