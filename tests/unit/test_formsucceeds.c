/* A newer revision of a form must not change what stored figures mean. */
#include "formfile.h"

#include "base/check.h"

#define HEAD(revision)                                                                   \
	"form: f\nrevision: " revision "\ntitle: T\nvalid_from: 2021-01-01\nparts:\n"    \
	"  - code: I\n    name: P\n    rows:\n"
#define COUNT(id, code)                                                                  \
	"      - {id: " id ", code: " code ", name: A, kind: count, unit: U,\n"          \
	"         over_units: sum, over_time: sum, levels: [commune]"
#define RATIO(numerator, denominator)                                                    \
	"      - {id: 5, code: 5, name: R, kind: ratio, unit: U, decimals: 1, factor: "  \
	"100,\n"                                                                         \
	"         levels: [commune], numerator: " numerator                              \
	", denominator: " denominator "}\n"
#define CHOICE(choices)                                                                  \
	"      - {id: 6, code: 6, name: C, kind: choice, unit: U, over_units: tally,\n"  \
	"         over_time: last, levels: [commune], choices: {" choices "}}\n"
#define ROWS                                                                             \
	COUNT("1", "1")                                                                  \
	"}\n" COUNT("2", "2") "}\n" COUNT("3", "3") ", equals: [I.1, I.2]}\n"
#define OLD HEAD("4") ROWS RATIO("I.1", "I.2") CHOICE("0: a, 1: b")

static void what_may_change_and_what_may_not(void **state)
{
	static const struct {
		const char *text;
		const char *says; /* NULL: it succeeds */
	} CASES[] = {
		{HEAD("5") ROWS RATIO("I.1", "I.2") CHOICE("0: a, 1: b"), NULL},
		{OLD, NULL}, /* the very same file */
		{HEAD("4") ROWS RATIO("I.1", "I.2") CHOICE("0: y, 1: b"),
		 "form f: revision 4 cannot follow revision 4"},
		{HEAD("3") ROWS RATIO("I.1", "I.2") CHOICE("0: a, 1: b"),
		 "form f: revision 3 cannot follow revision 4"},
		{HEAD("5") ROWS RATIO("I.1", "I.2") CHOICE("0: other, 1: b, 2: c"), NULL},
		{HEAD("5") ROWS RATIO("I.1", "I.2") CHOICE("0: a, 2: c"),
		 "form f: row 6 (I.6): choices has changed"},
		{HEAD("5") ROWS RATIO("I.2", "I.1") CHOICE("0: a, 1: b"),
		 "form f: row 5 (I.5): numerator has changed"},
		{HEAD("5") ROWS RATIO("I.1", "I.3") CHOICE("0: a, 1: b"),
		 "form f: row 5 (I.5): denominator has changed"},
		{HEAD("5") ROWS RATIO("I.1", "I.2"), "form f: row 6 (I.6) is missing"},
		/* moved rows are found by their ids */
		{HEAD("5") COUNT("2", "1") "}\n" COUNT("1", "2") "}\n" COUNT(
			 "3", "3") ", equals: "
				   "[I.2, I.1]}\n" RATIO("I.2", "I.1")
					   CHOICE("0: a, 1: b"),
		 NULL},
		{HEAD("5") COUNT("1", "1") ", decimals: 1}\n" COUNT(
			 "2",
			 "2") ", decimals: 1}\n" COUNT("3",
						       "3") ", decimals: 1, equals: "
							    "[I.1, I.2]}\n" RATIO("I.1",
										  "I.2")
								    CHOICE("0: a, 1: b"),
		 "form f: row 1 (I.1): decimals has changed"},
		{HEAD("5") COUNT("1", "1") "}\n" COUNT("2", "2") "}\n" COUNT(
			 "3", "3") ", equals: "
				   "[I.1]}\n" RATIO("I.1", "I.2") CHOICE("0: a, 1: b"),
		 "form f: row 3 (I.3): equals has changed"},
	};
	struct test_form old;

	(void)state;
	test_form_init(&old, "old.yaml", OLD, strlen(OLD));
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		struct test_form made;
		struct cchc_err err = {0};
		enum cchc_rc rc;

		test_form_init(&made, "new.yaml", CASES[i].text, strlen(CASES[i].text));
		assert_non_null(made.form);
		/* who reads the file sets the digest of its bytes */
		if (strcmp(CASES[i].text, OLD) != 0)
			made.form->digest[0] = 1;
		rc = cchc_form_succeeds(made.form, old.form, &err);
		assert_int_equal(rc, CASES[i].says ? CCHC_INVALID : CCHC_OK);
		assert_string_equal(err.text, CASES[i].says ? CASES[i].says : "");
		test_form_fini(&made);
	}
	test_form_fini(&old);
}

static void expect_refused(const struct test_form *made, const struct test_form *old,
			   const char *says)
{
	struct cchc_err err;

	assert_int_equal(cchc_form_succeeds(made->form, old->form, &err), CCHC_INVALID);
	assert_string_equal(err.text, says);
}

static void rules_and_closing_days_may_not_change(void **state)
{
	struct test_form old;
	struct test_form made;
	struct cchc_row *row;

	(void)state;
	test_form_init(&old, "old.yaml", OLD, strlen(OLD));
	test_form_init(&made, "new.yaml", OLD, strlen(OLD));
	row = &made.form->row[0];
	row->levels = 0xff; /* who fills a row may change */
	row->max = 5;
	assert_int_equal(cchc_form_succeeds(made.form, old.form, NULL), CCHC_OK);
	row->reserved = true;
	expect_refused(&made, &old, "form f: row 1 (I.1): reserved has changed");
	row->over_time = CCHC_TIME_LAST;
	expect_refused(&made, &old, "form f: row 1 (I.1): over_time has changed");
	row->over_units = CCHC_UNITS_SAME;
	expect_refused(&made, &old, "form f: row 1 (I.1): over_units has changed");
	row->kind = CCHC_MONEY;
	expect_refused(&made, &old, "form f: row 1 (I.1): kind has changed");
	made.form->base_level = CCHC_DISTRICT;
	expect_refused(&made, &old, "form f: base_level has changed");
	made.form->closing_day = 20;
	expect_refused(&made, &old, "form f: closing_day has changed");
	made.form->name[0] = 'g';
	expect_refused(&made, &old, "form g cannot succeed form f");
	test_form_fini(&made);
	test_form_fini(&old);
}

/* From when on is a setting: so a row may begin to come from the register. */
static void a_row_may_come_to_the_register_and_not_leave_it(void **state)
{
	struct test_form old;
	struct test_form made;
	struct cchc_row *row;

	(void)state;
	test_form_init(&old, "old.yaml", OLD, strlen(OLD));
	test_form_init(&made, "new.yaml", OLD, strlen(OLD));
	row = &made.form->row[0];
	row->counts = CCHC_REGISTER_LATE;
	assert_int_equal(cchc_form_succeeds(made.form, old.form, NULL), CCHC_OK);
	old.form->row[0].counts = CCHC_REGISTER_OVERDUE;
	expect_refused(&made, &old, "form f: row 1 (I.1): register has changed");
	row->counts = CCHC_REGISTER_NONE;
	expect_refused(&made, &old, "form f: row 1 (I.1): register has changed");
	test_form_fini(&made);
	test_form_fini(&old);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_may_change_and_what_may_not),
		cmocka_unit_test(rules_and_closing_days_may_not_change),
		cmocka_unit_test(a_row_may_come_to_the_register_and_not_leave_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
