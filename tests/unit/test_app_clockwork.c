/* The files that time is driven by. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/daemon.h"
#include "io/digest.h"

enum { FIRST_YEAR = 1950, MANY = 90 };

static char folder[128];

static char *path_of(int year, char path[160])
{
	(void)snprintf(path, 160, "%s/vn-%d.yaml", folder, year);
	return path;
}

/* A calendar of each year in which only 30 April rests; `broken` has none. */
static void write_calendars(int years, int broken)
{
	char path[160];

	for (int year = FIRST_YEAR; year < FIRST_YEAR + years; year++) {
		FILE *file = fopen(path_of(year, path), "w");

		assert_non_null(file);
		if (year == broken)
			(void)fprintf(file, "year: %d\n", year);
		else
			(void)fprintf(file,
				      "year: %d\ndays:\n"
				      "  - {date: %d-04-30, kind: rest, name: x}\n",
				      year, year);
		assert_int_equal(fclose(file), 0);
	}
}

static struct cchc_daemon *load(struct cchc_problems *problems, enum cchc_rc expected)
{
	struct cchc_daemon *d = calloc(1, sizeof(*d));

	assert_non_null(d);
	cchc_problems_init(problems);
	d->settings.calendars = folder;
	assert_int_equal(cchc_clockwork_load(d, problems), expected);
	return d;
}

static void unload(struct cchc_daemon *d, struct cchc_problems *problems)
{
	cchc_arena_fini(&d->clockwork.arena);
	cchc_problems_fini(problems);
	free(d);
}

static void every_calendar_of_the_folder_counts(void **state)
{
	struct cchc_problems problems;
	struct cchc_daemon *d;
	uint8_t digest[32];

	(void)state;
	write_calendars(MANY, 0);
	d = load(&problems, CCHC_OK);
	assert_int_equal(d->clockwork.calendar.n_years, MANY);
	for (int year = FIRST_YEAR; year < FIRST_YEAR + MANY; year++)
		assert_true(cchc_calendar_rests(&d->clockwork.calendar,
						cchc_day_of(year, 4, 30)));
	memcpy(digest, d->clockwork.digest[0], sizeof(digest));
	unload(d, &problems);
	write_calendars(MANY, FIRST_YEAR + MANY - 1); /* the last one is looked at too */
	d = load(&problems, CCHC_INVALID);
	assert_memory_not_equal(digest, d->clockwork.digest[0], sizeof(digest));
	unload(d, &problems);
}

static int set_up(void **state)
{
	const char *tmp = getenv("TMPDIR");

	(void)state;
	cchc_digest_start();
	(void)snprintf(folder, sizeof(folder), "%s/calendars.XXXXXX", tmp ? tmp : "/tmp");
	return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
	char path[160];

	(void)state;
	for (int year = FIRST_YEAR; year < FIRST_YEAR + MANY; year++)
		(void)unlink(path_of(year, path));
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_calendar_of_the_folder_counts,
						set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
