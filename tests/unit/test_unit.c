/* The unit file: what is read, what is refused, and which unit a code means on a day. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "core/unit.h"
#include "io/csv.h"
#include "io/file.h"

#define HEADER "code,parent,level,kind,name,valid_from,valid_to\n"

struct fixture {
	struct cchc_arena arena;
	struct cchc_problems problems;
	struct cchc_units units;
};

static int setup(void **state)
{
	static struct fixture f;

	f = (struct fixture){0};
	cchc_arena_init(&f.arena, 64u << 20);
	cchc_problems_init(&f.problems);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	cchc_units_fini(&f->units);
	cchc_problems_fini(&f->problems);
	cchc_arena_fini(&f->arena);
	return 0;
}

static enum cchc_rc load_bytes(struct fixture *f, const char *bytes, size_t len)
{
	struct cchc_sheet sheet;

	assert_int_equal(
		cchc_csv_parse(&f->arena, "units.csv", bytes, len, &f->problems, &sheet),
		CCHC_OK);
	return cchc_units_load(&f->units, &sheet, &f->problems);
}

static enum cchc_rc load(struct fixture *f, const char *text)
{
	return load_bytes(f, text, strlen(text));
}

static void levels_have_names_that_read_back(void **state)
{
	static const char *const NAMES[] = {"nation", "province", "district", "commune"};
	enum cchc_level level;

	(void)state;
	for (unsigned i = 0; i < CCHC_LEVELS; i++) {
		assert_string_equal(cchc_level_name((enum cchc_level)i), NAMES[i]);
		assert_true(cchc_level_parse(NAMES[i], &level));
		assert_int_equal(level, i);
	}
	assert_false(cchc_level_parse("Commune", &level));
	assert_false(cchc_level_parse("", &level));
}

static void the_shipped_tree_of_van_lam_loads(void **state)
{
	struct fixture *f = *state;
	const struct cchc_unit *unit;
	char *bytes;
	size_t len;

	assert_int_equal(cchc_file_read(&f->arena, SOURCE_DIR "/config/units/van-lam.csv",
					1 << 20, &bytes, &len, NULL),
			 CCHC_OK);
	assert_int_equal(load_bytes(f, bytes, len), CCHC_OK);
	assert_int_equal(f->units.n, 13);
	unit = cchc_units_on(&f->units, "11986", cchc_day_of(2024, 3, 14));
	assert_non_null(unit);
	assert_string_equal(unit->name, "Thị trấn Như Quỳnh");
	assert_string_equal(unit->kind, "Thị trấn");
	assert_string_equal(unit->parent, "325");
	assert_int_equal(unit->level, CCHC_COMMUNE);
	assert_int_equal(unit->valid_from, CCHC_DAY_NONE);
	assert_int_equal(unit->line, 4);
}

static void columns_may_stand_in_any_order_and_more_are_ignored(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(load(f, "\nName;note;LEVEL;kind;parent;code\n"
				 "Việt Nam;x;nation;;;VN\n\nTỉnh Hưng "
				 "Yên;;province;Tỉnh;VN;33\n"),
			 CCHC_OK);
	assert_int_equal(f->units.n, 2);
	assert_string_equal(f->units.unit[0].kind, "");
	assert_string_equal(f->units.unit[1].parent, "VN");
	assert_int_equal(f->units.unit[1].line, 5);
}

static const struct mistake {
	const char *name;
	const char *text;
	const char *problems[4]; /* in file order */
} MISTAKES[] = {
	{"empty file", "", {"units.csv: no unit in the file"}},
	{"header only", HEADER, {"units.csv: no unit in the file"}},
	{"missing columns",
	 "code,name\n1,A\n",
	 {"units.csv:1: column kind is missing", "units.csv:1: column level is missing",
	  "units.csv:1: column parent is missing"}},
	{"column twice",
	 "code,parent,level,kind,name,code\n1,,nation,,A,2\n",
	 {"units.csv:1: column code stands twice"}},
	{"codes",
	 HEADER ",,nation,,A\n1-2,,nation,,A\n1234567890123456,,nation,,A\n"
		"1,a b,nation,,A\n",
	 {"units.csv:2: code is empty",
	  "units.csv:3: code \"1-2\" is no code (at most 15 letters and digits)",
	  "units.csv:4: code \"1234567890123456\" is no code (at most 15 letters and "
	  "digits)",
	  "units.csv:5: parent \"a b\" is no code (at most 15 letters and digits)"}},
	{"name and level",
	 HEADER "1,,xã,,A\n2,1,commune,Xã,\n",
	 {"units.csv:2: level \"xã\" is none of nation, province, district, commune",
	  "units.csv:3: name is empty"}},
	{"days",
	 HEADER "1,,nation,,A,2025-02-30,\n2,,nation,,A,2025-07-02,2025-07-01\n",
	 {"units.csv:2: valid_from \"2025-02-30\" is no day (2025-07-01)",
	  "units.csv:3: valid_to is before valid_from"}},
	{"a code twice",
	 HEADER "1,,nation,,A\n1,,nation,,B\n2,1,commune,,C,,2025-06-30\n"
		"2,1,commune,,D,2025-06-30,\n2,1,commune,,E,2026-01-01,2026-01-31\n",
	 {"units.csv:3: code 1 is in force twice on the same day (also line 2)",
	  "units.csv:5: code 2 is in force twice on the same day (also line 4)",
	  "units.csv:6: code 2 is in force twice on the same day (also line 5)"}},
	{"parents",
	 HEADER "1,,nation,,A,,2025-06-30\n2,1,commune,,B\n3,9,commune,,C\n"
		"1,,nation,,A,2025-07-02,\n4,1,commune,,D,2025-07-02,\n",
	 {"units.csv:3: parent 1 of 2 is not in force on 2025-07-01",
	  "units.csv:4: parent 9 of 3 does not exist"}},
	{"parent from the first days",
	 HEADER "1,,nation,,A,2000-01-01,\n2,1,commune,,B\n",
	 {"units.csv:3: parent 1 of 2 is not in force on its first days"}},
	{"rank",
	 HEADER "1,,commune,,A\n2,1,district,,B\n3,1,commune,,C\n4,4,district,,D\n",
	 {"units.csv:3: parent 1 (commune, line 2) does not stand above 2 (district)",
	  "units.csv:4: parent 1 (commune, line 2) does not stand above 3 (commune)",
	  "units.csv:5: parent 4 (district, line 5) does not stand above 4 (district)"}},
	{"circle",
	 HEADER "1,2,province,,A\n2,1,district,,B\n",
	 {"units.csv:2: parent 2 (district, line 3) does not stand above 1 (province)"}},
};

static void every_mistake_is_reported_with_its_line(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < CCHC_COUNT(MISTAKES); i++) {
		const struct mistake *m = &MISTAKES[i];
		size_t n = 0;

		assert_int_equal(load(f, m->text), CCHC_INVALID);
		cchc_problems_sort(&f->problems);
		for (; n < CCHC_COUNT(m->problems) && m->problems[n]; n++) {
			char line[512];

			if (n >= f->problems.n)
				fail_msg("%s: missing: %s", m->name, m->problems[n]);
			cchc_problem_line(&f->problems.list[n], line, sizeof(line));
			assert_string_equal(line, m->problems[n]);
		}
		assert_int_equal(f->problems.n, n);
		assert_int_equal(f->units.n, 0);
		assert_null(f->units.unit);
		cchc_problems_fini(&f->problems);
	}
}

/* the reorganisation of 1 July 2025, in small */
#define REUSED                                                                           \
	HEADER "33,,province,Tỉnh,Tỉnh Hưng Yên,,\n"                               \
	       "12004,33,commune,Xã,Xã Như Quỳnh,2025-07-01,\n"                     \
	       "325,33,district,Huyện,Huyện Văn Lâm,,2025-06-30\n"                 \
	       "12004,325,commune,Xã,Xã Đình Dù,,2025-06-30\n"

static void a_reused_code_means_the_unit_of_the_day(void **state)
{
	struct fixture *f = *state;
	const struct cchc_unit *only = NULL;

	assert_int_equal(load(f, REUSED), CCHC_OK);
	assert_string_equal(
		cchc_units_on(&f->units, "12004", cchc_day_of(2025, 6, 30))->name,
		"Xã Đình Dù");
	assert_string_equal(
		cchc_units_on(&f->units, "12004", cchc_day_of(2025, 7, 1))->name,
		"Xã Như Quỳnh");
	assert_null(cchc_units_on(&f->units, "325", cchc_day_of(2025, 7, 1)));
	assert_null(cchc_units_on(&f->units, "1", 0));
	assert_int_equal(cchc_units_of_code(&f->units, "12004", &only), 2);
	assert_null(only);
	assert_int_equal(cchc_units_of_code(&f->units, "325", &only), 1);
	assert_string_equal(only->name, "Huyện Văn Lâm");
	assert_int_equal(cchc_units_of_code(&f->units, "99", &only), 0);
}

static void a_key_tells_units_of_one_code_apart(void **state)
{
	static const struct {
		const char *code;
		cchc_day day;
		const char *key;
	} CASES[] = {
		{"12004", 19797, "12004"},
		{"12004", 20270, "12004@2025-07-01"},
		{"33", 20270, "33"},
		{"325", 19797, "325"},
	};
	struct fixture *f = *state;
	char key[CCHC_UNIT_KEY];

	assert_int_equal(load(f, REUSED), CCHC_OK);
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++)
		assert_string_equal(cchc_unit_key(&f->units,
						  cchc_units_on(&f->units, CASES[i].code,
								CASES[i].day),
						  key),
				    CASES[i].key);
}

static uint32_t given_before(void *data, const char *code, cchc_day valid_from)
{
	(*(unsigned *)data)++;
	if (strcmp(code, "12004") == 0 && valid_from == CCHC_DAY_NONE)
		return 3;
	return strcmp(code, "33") == 0 ? 1 : 0;
}

static void ids_are_kept_and_new_units_get_new_ones(void **state)
{
	struct fixture *f = *state;
	uint32_t next = 7;
	unsigned asked = 0;

	assert_int_equal(load(f, REUSED), CCHC_OK);
	assert_null(cchc_units_by_id(&f->units, 1));
	assert_int_equal(cchc_units_identify(&f->units, given_before, &asked, &next),
			 CCHC_OK);
	assert_int_equal(asked, 4);
	assert_int_equal(next, 9);
	assert_string_equal(cchc_units_by_id(&f->units, 1)->code, "33");
	assert_string_equal(cchc_units_by_id(&f->units, 3)->name, "Xã Đình Dù");
	assert_string_equal(cchc_units_by_id(&f->units, 7)->name, "Xã Như Quỳnh");
	assert_string_equal(cchc_units_by_id(&f->units, 8)->code, "325");
	assert_null(cchc_units_by_id(&f->units, 0));
	assert_null(cchc_units_by_id(&f->units, 2));
	assert_null(cchc_units_by_id(&f->units, 9));
}

static void a_unit_that_left_the_file_is_found_by_its_id_alone(void **state)
{
	struct fixture *f = *state;
	uint32_t next = 7;
	unsigned asked = 0;

	assert_int_equal(load(f, REUSED), CCHC_OK);
	assert_int_equal(cchc_units_identify(&f->units, given_before, &asked, &next),
			 CCHC_OK);
	assert_int_equal(cchc_units_remember(&f->units, 2, "11986", 19797), CCHC_OK);
	assert_int_equal(cchc_units_remember(&f->units, 4, "33", CCHC_DAY_NONE), CCHC_OK);
	assert_string_equal(cchc_units_by_id(&f->units, 2)->code, "11986");
	assert_int_equal(cchc_units_by_id(&f->units, 2)->valid_from, 19797);
	assert_non_null(strstr(cchc_units_by_id(&f->units, 2)->name, "không còn"));
	assert_int_equal(cchc_units_by_id(&f->units, 4)->id, 4);
	assert_null(cchc_units_by_id(&f->units, 5));
	assert_null(cchc_units_on(&f->units, "11986", 19797));
	assert_int_equal(cchc_units_on(&f->units, "33", 19797)->id, 1);
}

static uint32_t always_two(void *data, const char *code, cchc_day valid_from)
{
	(void)data;
	(void)code;
	(void)valid_from;
	return 2;
}

static void ids_that_cannot_be_are_corrupt(void **state)
{
	struct fixture *f = *state;
	uint32_t next = 7;

	assert_int_equal(load(f, REUSED), CCHC_OK);
	assert_int_equal(cchc_units_identify(&f->units, always_two, NULL, &next),
			 CCHC_CORRUPT);
	next = 2;
	assert_int_equal(cchc_units_identify(&f->units, always_two, NULL, &next),
			 CCHC_CORRUPT);
	assert_int_equal(next, 2);
	next = UINT32_MAX - 1;
	assert_int_equal(cchc_units_identify(&f->units, NULL, NULL, &next), CCHC_LIMIT);
}

/* 63 provinces, 705 districts, 10,598 communes, as before 2025 */
static char *write_country(struct fixture *f, size_t *len)
{
	size_t room = 1u << 20;
	char *text = cchc_arena_alloc(&f->arena, room);
	size_t n = (size_t)snprintf(text, room, "%sVN,,nation,,Cả nước\n", HEADER);

	for (unsigned i = 0; i < 63; i++)
		n += (size_t)snprintf(text + n, room - n,
				      "P%u,VN,province,Tỉnh,Tỉnh %u\n", i, i);
	for (unsigned i = 0; i < 705; i++)
		n += (size_t)snprintf(text + n, room - n,
				      "D%u,P%u,district,Huyện,Huyện %u\n", i, i % 63, i);
	for (unsigned i = 0; i < 10598; i++)
		n += (size_t)snprintf(text + n, room - n,
				      "%05u,D%u,commune,Xã,Xã số %u\n", i, i % 705, i);
	assert_true(n < room);
	*len = n;
	return text;
}

static void a_country_loads_in_a_moment(void **state)
{
	struct fixture *f = *state;
	size_t len;
	char *text = write_country(f, &len);
	uint64_t before = cchc_clock_mono_ns();
	uint32_t next = 1;

	assert_int_equal(load_bytes(f, text, len), CCHC_OK);
	assert_int_equal(cchc_units_identify(&f->units, NULL, NULL, &next), CCHC_OK);
	print_message("11,367 units: %.1f ms\n",
		      (double)(cchc_clock_mono_ns() - before) / 1e6);
	assert_int_equal(f->units.n, 1 + 63 + 705 + 10598);
	assert_int_equal(next, f->units.n + 1);
	assert_string_equal(cchc_units_on(&f->units, "10597", 0)->name, "Xã số 10597");
	/* not a measurement, only a net for something quadratic, also under sanitizers */
	assert_true(cchc_clock_mono_ns() - before < UINT64_C(2000000000));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(levels_have_names_that_read_back),
		TEST(the_shipped_tree_of_van_lam_loads),
		TEST(columns_may_stand_in_any_order_and_more_are_ignored),
		TEST(every_mistake_is_reported_with_its_line),
		TEST(a_reused_code_means_the_unit_of_the_day),
		TEST(ids_are_kept_and_new_units_get_new_ones),
		TEST(a_key_tells_units_of_one_code_apart),
		TEST(a_unit_that_left_the_file_is_found_by_its_id_alone),
		TEST(ids_that_cannot_be_are_corrupt),
		TEST(a_country_loads_in_a_moment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
