/* Who may come in, and as whom. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"
#include "io/csv.h"
#include "io/yaml.h"
#include "net/keyring.h"

#define K1    "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
#define K2    "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
#define AGENT "role: agent, unit: \"11986\""
#define UNITS                                                                            \
	"code,parent,level,kind,name,valid_from,valid_to\n"                              \
	"33,,province,T,H,,\n"                                                           \
	"11986,33,commune,X,A,,\n"                                                       \
	"12004,33,commune,X,B,,2025-06-30\n"                                             \
	"12004,33,commune,X,C,2025-07-01,\n"

struct ring {
	struct cchc_arena arena;
	struct cchc_problems problems;
	struct cchc_units units;
	struct cchc_keyring ring;
	enum cchc_rc rc;
};

static void load(struct ring *r, const char *text)
{
	uint32_t next_id = 1;
	struct cchc_sheet sheet;
	struct cchc_node *root;

	*r = (struct ring){0};
	cchc_arena_init(&r->arena, 1 << 22);
	cchc_problems_init(&r->problems);
	assert_int_equal(cchc_csv_parse(&r->arena, "u.csv", UNITS, strlen(UNITS),
					&r->problems, &sheet),
			 CCHC_OK);
	assert_int_equal(cchc_units_load(&r->units, &sheet, &r->problems), CCHC_OK);
	assert_int_equal(cchc_units_identify(&r->units, NULL, NULL, &next_id), CCHC_OK);
	assert_int_equal(cchc_yaml_parse(&r->arena, "k.yaml", text, strlen(text),
					 &r->problems, &root),
			 CCHC_OK);
	r->rc = cchc_keyring_load(&r->ring, root, &r->units, &r->problems);
	cchc_problems_sort(&r->problems);
}

static void done(struct ring *r)
{
	cchc_keyring_fini(&r->ring);
	cchc_units_fini(&r->units);
	cchc_problems_fini(&r->problems);
	cchc_arena_fini(&r->arena);
}

static void a_key_is_found_by_itself_and_by_its_user_id(void **state)
{
	const struct cchc_key_entry *one;
	const struct cchc_key_entry *two;
	struct ring r;

	(void)state;
	load(&r, "keys:\n  - {name: a, key: \"" K1 "\", " AGENT ", below: yes}\n"
		 "  - {name: b, key: \"" K2 "\", role: monitor}\n");
	assert_int_equal(r.rc, CCHC_OK);
	one = cchc_keyring_by_key(&r.ring, K1);
	two = cchc_keyring_by_key(&r.ring, K2);
	assert_string_equal(one->name, "a");
	assert_true(one->below && one->role == CCHC_ROLE_AGENT);
	assert_string_equal(cchc_units_by_id(&r.units, one->unit)->code, "11986");
	assert_string_equal(two->name, "b");
	assert_int_equal(two->unit, 0);
	assert_ptr_equal(cchc_keyring_by_user(&r.ring, one->user), one);
	assert_ptr_equal(cchc_keyring_by_user(&r.ring, two->user), two);
	assert_null(cchc_keyring_by_key(&r.ring, "nobody"));
	assert_null(cchc_keyring_by_user(&r.ring, ""));
	assert_null(cchc_keyring_by_user(&r.ring, "2"));
	assert_null(cchc_keyring_by_user(&r.ring, "0x"));
	assert_null(cchc_keyring_by_user(&r.ring, "-1"));
	done(&r);
}

static void each_role_has_its_doors(void **state)
{
	(void)state;
	assert_true(cchc_role_may_use(CCHC_ROLE_AGENT, "agents"));
	assert_false(cchc_role_may_use(CCHC_ROLE_AGENT, "queries"));
	assert_false(cchc_role_may_use(CCHC_ROLE_AGENT, "changes"));
	for (int role = CCHC_ROLE_MONITOR; role <= CCHC_ROLE_OPERATOR; role++) {
		assert_false(cchc_role_may_use((enum cchc_role)role, "agents"));
		assert_true(cchc_role_may_use((enum cchc_role)role, "queries"));
		assert_true(cchc_role_may_use((enum cchc_role)role, "changes"));
		assert_false(cchc_role_may_use((enum cchc_role)role, ""));
	}
}

static void a_reused_code_needs_the_day_it_began(void **state)
{
	struct ring r;

	(void)state;
	load(&r, "keys:\n  - {name: a, key: \"" K1 "\", role: agent, unit: \"12004\", "
		 "valid_from: 2025-07-01}\n");
	assert_int_equal(r.rc, CCHC_OK);
	assert_string_equal(cchc_units_by_id(&r.units, r.ring.entry[0].unit)->name, "C");
	done(&r);
}

static void every_mistake_is_told(void **state)
{
	static const struct {
		const char *entries;
		const char *problem;
	} CASES[] = {
		{"{name: a, key: short, " AGENT "}", "key: not a public key"},
		{"{name: a, key: \"" K1 "\", unit: \"11986\"}",
		 "key \"role\" is missing"},
		{"{key: \"" K1 "\", " AGENT "}", "key \"name\" is missing"},
		{"{name: a, key: \"" K1 "\", role: king, unit: \"11986\"}",
		 "role: agent, monitor or operator expected"},
		{"{name: a, key: \"" K1 "\", role: agent}", "key \"unit\" is missing"},
		{"{name: a, key: \"" K1 "\", role: monitor, unit: \"33\"}",
		 "unit: only an agent's key has a unit"},
		{"{name: a, key: \"" K1 "\", role: agent, unit: \"1\"}",
		 "unit: no unit has this code"},
		{"{name: a, key: \"" K1 "\", role: agent, unit: \"12004\"}",
		 "unit: several units had this code: say valid_from"},
		{"{name: a, key: \"" K1
		 "\", role: agent, unit: \"12004\", valid_from: 2025-07-02}",
		 "valid_from: no unit began on that day"},
		{"{name: a, key: \"" K1
		 "\", role: agent, unit: \"12004\", valid_from: July}",
		 "valid_from: a date like 2025-07-01 expected"},
		{"{name: a-name-of-more-than-forty-eight-bytes-is-too-long-here, key: "
		 "\"" K1 "\", " AGENT "}",
		 "name: longer than 48 bytes"},
		{"{name: a, key: \"" K1 "\", " AGENT "}\n  - {name: b, key: \"" K1
		 "\", " AGENT "}",
		 "the key of \"b\" stands twice"},
		{"{name: a, key: \"" K1 "\", " AGENT "}\n  - {name: a, key: \"" K2
		 "\", " AGENT "}",
		 "name \"a\" stands twice"},
	};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		char text[512];
		struct ring r;

		(void)snprintf(text, sizeof(text), "keys:\n  - %s\n", CASES[i].entries);
		load(&r, text);
		assert_int_equal(r.rc, CCHC_INVALID);
		assert_int_equal(r.problems.n, 1);
		if (strncmp(r.problems.list[0].text, CASES[i].problem,
			    strlen(CASES[i].problem)) != 0)
			fail_msg("\"%s\" instead of \"%s\"", r.problems.list[0].text,
				 CASES[i].problem);
		assert_int_equal(r.ring.n, 0);
		assert_null(cchc_keyring_by_key(&r.ring, K1));
		done(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_is_found_by_itself_and_by_its_user_id),
		cmocka_unit_test(each_role_has_its_doors),
		cmocka_unit_test(a_reused_code_needs_the_day_it_began),
		cmocka_unit_test(every_mistake_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
