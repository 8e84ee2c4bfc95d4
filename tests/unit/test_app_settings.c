/* The daemon's configuration file: what it means, and every mistake with its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/catalog.h"
#include "app/settings.h"
#include "base/check.h"

#define REST "units: u.csv\nforms: /f\nkeys: keys.yaml\nkey: d.key\nstore: s/store\n"
#define LISTEN                                                                           \
	"listen:\n  agents: tcp://*:7301\n  queries: tcp://*:7302\n"                     \
	"  changes: tcp://*:7303\n"

struct read {
	char dir[64];
	char path[96];
	struct cchc_problems problems;
	struct cchc_settings settings;
	enum cchc_rc rc;
};

static void read_in(struct read *r, const char *text)
{
	struct cchc_err err;
	FILE *file;

	*r = (struct read){0};
	(void)snprintf(r->dir, sizeof(r->dir), "/tmp/test_app.XXXXXX");
	assert_non_null(mkdtemp(r->dir));
	(void)snprintf(r->path, sizeof(r->path), "%s/c.yaml", r->dir);
	file = fopen(r->path, "wb");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	cchc_problems_init(&r->problems);
	r->rc = cchc_settings_load(&r->settings, r->path, &r->problems, &err);
	cchc_problems_sort(&r->problems);
}

static void done(struct read *r)
{
	cchc_settings_fini(&r->settings);
	cchc_problems_fini(&r->problems);
	assert_int_equal(unlink(r->path), 0);
	assert_int_equal(rmdir(r->dir), 0);
}

static void paths_start_from_the_files_own_folder(void **state)
{
	struct read r;
	char expected[96];

	(void)state;
	read_in(&r, "unit: \"325\"\n" REST LISTEN);
	assert_int_equal(r.rc, CCHC_OK);
	(void)snprintf(expected, sizeof(expected), "%s/u.csv", r.dir);
	assert_string_equal(r.settings.units, expected);
	(void)snprintf(expected, sizeof(expected), "%s/s/store", r.dir);
	assert_string_equal(r.settings.store, expected);
	assert_string_equal(r.settings.forms, "/f");
	assert_null(r.settings.endpoints_file);
	assert_string_equal(r.settings.endpoint[CCHC_DOOR_QUERIES], "tcp://*:7302");
	done(&r);
}

static void what_is_not_said_has_its_usual_value(void **state)
{
	struct read r;

	(void)state;
	read_in(&r, "unit: \"325\"\n" REST LISTEN);
	assert_true(r.settings.publish);
	assert_int_equal(r.settings.resident_periods, 64);
	assert_int_equal(r.settings.publish_queue, 1000);
	assert_true(r.settings.store_max_bytes == (size_t)16 << 30);
	assert_null(r.settings.unit_valid_from);
	done(&r);
	read_in(&r, "unit: \"325\"\npublish: no\nresident_periods: 900\n"
		    "store_max_gb: 1\npublish_queue: 10\n" REST LISTEN);
	assert_int_equal(r.rc, CCHC_OK);
	assert_false(r.settings.publish);
	assert_int_equal(r.settings.resident_periods, 900);
	assert_int_equal(r.settings.publish_queue, 10);
	assert_true(r.settings.store_max_bytes == (size_t)1 << 30);
	done(&r);
}

/* From which day on periods that begin are counted, for two closing days. */
static void the_register_begins_with_a_period_or_on_a_day(void **state)
{
	static const struct {
		const char *text;
		const char *first_14;
		const char *first_31;
	} CASES[] = {
		{"", NULL, NULL},
		{"register_from: 2025-Q1\n", "2024-12-15", "2025-01-01"},
		{"register_from: 2025\n", "2024-12-15", "2025-01-01"},
		{"register_from: Quý II/2025\n", "2025-03-15", "2025-04-01"},
		{"register_from: 2025-02-03\n", "2025-02-03", "2025-02-03"},
	};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		struct cchc_catalog catalog = {0};
		cchc_day first_14 = CCHC_DAY_NONE;
		cchc_day first_31 = CCHC_DAY_NONE;
		struct read r;
		char text[512];

		(void)snprintf(text, sizeof(text), "unit: \"325\"\n%s" REST LISTEN,
			       CASES[i].text);
		read_in(&r, text);
		assert_int_equal(r.rc, CCHC_OK);
		catalog.counts_tasks = r.settings.counts_tasks;
		catalog.register_from = r.settings.register_from;
		catalog.register_day = r.settings.register_day;
		if (CASES[i].first_14) {
			assert_true(cchc_day_parse(CASES[i].first_14, &first_14));
			assert_true(cchc_day_parse(CASES[i].first_31, &first_31));
		}
		assert_int_equal(cchc_catalog_register_day(&catalog, 14), first_14);
		assert_int_equal(
			cchc_catalog_register_day(&catalog, CCHC_CLOSE_MONTH_END),
			first_31);
		done(&r);
	}
}

static void every_mistake_is_told_in_one_run(void **state)
{
	static const char *const EXPECTED[] = {
		":1:1: key \"unit\" is missing",
		":1:1: key \"store\" is missing",
		":1:8: units: a value expected",
		":5:19: resident_periods: \"901\" is not a whole number from 20 to 900",
		":6:10: publish: yes or no expected",
		":8:3: key \"queries\" is missing",
		":8:3: key \"changes\" is missing",
		":8:11: agents: an address like tcp://*:7301 expected",
		":9:3: unknown key \"http\"",
		":10:1: unknown key \"colour\"",
		":11:16: register_from: a period like 2024-Q1 or a day like 2024-12-15",
		":12:14: duties_from: a day like 2024-12-15 expected",
		":13:1: the key \"publish\" is given twice, first in line 6",
	};
	char all[4096] = "";
	struct read r;

	(void)state;
	read_in(&r, "units: [a]\nforms: f\nkeys: k\nkey: d\nresident_periods: 901\n"
		    "publish: perhaps\nlisten:\n  agents: ipc://x\n  http: tcp://*:80\n"
		    "colour: red\nregister_from: soon\nduties_from: 2024-Q1\n"
		    "publish: yes\n");
	assert_int_equal(r.rc, CCHC_INVALID);
	for (size_t i = 0; i < r.problems.n; i++) {
		char line[512];

		cchc_problem_line(&r.problems.list[i], line, sizeof(line));
		strncat(all, line, sizeof(all) - strlen(all) - 2);
		strcat(all, "\n");
	}
	for (size_t i = 0; i < CCHC_COUNT(EXPECTED); i++)
		if (!strstr(all, EXPECTED[i]))
			fail_msg("\"%s\" is not in:\n%s", EXPECTED[i], all);
	assert_int_equal(r.problems.n, CCHC_COUNT(EXPECTED));
	done(&r);
}

static void each_door_has_an_address_of_its_own(void **state)
{
	static const struct {
		const char *doors;
		const char *said; /* NULL: fine */
	} CASES[] = {
		{"{agents: tcp://*:7301, queries: tcp://*:7302, changes: tcp://*:7303}",
		 NULL},
		{"{agents: \"tcp://h:*\", queries: \"tcp://h:*\", changes: "
		 "\"tcp://h:*\"}",
		 NULL},
		{"{agents: tcp://*:7301, queries: tcp://*:7301, changes: tcp://*:7303}",
		 "queries: another door has this address"},
		{"{agents: tcp://*:7301, queries: tcp://*:port, changes: tcp://*:7303}",
		 "queries: an address like"},
		{"{agents: tcp://:1, queries: tcp://*:0, changes: tcp://*:65536}",
		 "agents: an address like"},
	};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		char text[512];
		struct read r;

		(void)snprintf(text, sizeof(text),
			       "unit: \"1\"\nunits: u\nforms: f\nkeys: k\nkey: d\n"
			       "store: s\nlisten: %s\n",
			       CASES[i].doors);
		read_in(&r, text);
		assert_int_equal(r.problems.n > 0, CASES[i].said != NULL);
		if (CASES[i].said && !strstr(r.problems.list[0].text, CASES[i].said))
			fail_msg("%s: %s", CASES[i].doors, r.problems.list[0].text);
		done(&r);
	}
}

static void a_file_that_is_empty_or_missing_is_one_problem(void **state)
{
	struct cchc_err err;
	struct read r;

	(void)state;
	read_in(&r, "");
	assert_int_equal(r.rc, CCHC_INVALID);
	assert_int_equal(r.problems.n, 1);
	assert_string_equal(r.problems.list[0].text, "the file is empty");
	cchc_settings_fini(&r.settings);
	assert_int_equal(
		cchc_settings_load(&r.settings, "/nowhere/c.yaml", &r.problems, &err),
		CCHC_NOTFOUND);
	assert_int_equal(r.problems.n, 2);
	done(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_start_from_the_files_own_folder),
		cmocka_unit_test(what_is_not_said_has_its_usual_value),
		cmocka_unit_test(the_register_begins_with_a_period_or_on_a_day),
		cmocka_unit_test(every_mistake_is_told_in_one_run),
		cmocka_unit_test(each_door_has_an_address_of_its_own),
		cmocka_unit_test(a_file_that_is_empty_or_missing_is_one_problem),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
