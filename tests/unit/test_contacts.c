/* Who is told. */
#include "yamlfile.h"

#include "base/check.h"
#include "core/contacts.h"

#define UNITS                                                                            \
	"code,parent,level,kind,name,valid_from,valid_to\n"                              \
	"33,,province,T,H,,\n"                                                           \
	"11986,33,commune,X,A,,\n"                                                       \
	"11989,33,commune,X,D,,\n"                                                       \
	"12004,33,commune,X,B,,2025-06-30\n"                                             \
	"12004,33,commune,X,C,2025-07-01,\n"

enum { PROVINCE = 1, NHU_QUYNH, LAC_DAO, OLD_DINH_DU, NEW_DINH_DU };

static const char *const NO_PROBLEM[TEST_EXPECTED_MAX] = {NULL};
static const char *const CHANNELS[] = {"thu", "tin-nhan"};

struct loaded {
	struct test_files files;
	struct cchc_units units;
	struct cchc_contacts contacts;
	enum cchc_rc rc;
};

static void load(struct loaded *l, const char *text)
{
	struct cchc_sheet sheet;
	uint32_t next_id = 1;

	test_files_init(&l->files);
	sheet = test_files_sheet(&l->files, "u.csv", UNITS);
	assert_int_equal(cchc_units_load(&l->units, &sheet, &l->files.problems), CCHC_OK);
	assert_int_equal(cchc_units_identify(&l->units, NULL, NULL, &next_id), CCHC_OK);
	l->rc = cchc_contacts_load(&l->contacts, &l->files.arena,
				   test_files_parse(&l->files, "c.yaml", text), &l->units,
				   CHANNELS, CCHC_COUNT(CHANNELS), &l->files.problems);
}

static void done(struct loaded *l)
{
	cchc_units_fini(&l->units);
	test_files_fini(&l->files);
}

struct names {
	char text[128];
};

static void note_name(void *data, const struct cchc_person *person)
{
	struct names *names = data;
	size_t len = strlen(names->text);

	(void)snprintf(names->text + len, sizeof(names->text) - len, "%s ", person->name);
}

static void people_are_found_by_unit_and_role_in_file_order(void **state)
{
	static const char TEXT[] =
		"contacts:\n"
		"  - unit: \"11989\"\n"
		"    people:\n"
		"      - {name: E, roles: [clerk], email: e@x.vn}\n"
		"  - unit: \"12004\"\n"
		"    valid_from: 2025-07-01\n"
		"    people:\n"
		"      - {name: F, roles: [commune-leader, clerk], channels: {tin-nhan: "
		"0912}}\n"
		"  - unit: \"11986\"\n"
		"    people:\n"
		"      - {name: Z, roles: [clerk], email: z@x.vn, language: en}\n"
		"      - {name: Y, roles: [commune-leader], email: y@x.vn}\n"
		"      - {name: A, roles: [clerk, commune-leader], email: a@x.vn}\n"
		"  - unit: \"33\"\n"
		"    people: []\n";
	static const struct {
		uint32_t unit;
		unsigned roles;
		const char *names;
		size_t n;
	} CASES[] = {
		{NHU_QUYNH, CCHC_PERSON_CLERK, "Z A ", 2},
		{NHU_QUYNH, CCHC_PERSON_COMMUNE_LEADER, "Y A ", 2},
		{NHU_QUYNH, CCHC_PERSON_CLERK | CCHC_PERSON_COMMUNE_LEADER, "Z Y A ", 3},
		{NHU_QUYNH, CCHC_PERSON_DISTRICT_LEADER, "", 0},
		{NHU_QUYNH, 0, "", 0},
		{LAC_DAO, CCHC_PERSON_CLERK, "E ", 1},
		{OLD_DINH_DU, CCHC_PERSON_CLERK, "", 0},
		{NEW_DINH_DU, CCHC_PERSON_CLERK, "F ", 1},
		{PROVINCE, CCHC_PERSON_CLERK, "", 0},
		{99, CCHC_PERSON_CLERK, "", 0},
	};
	struct loaded l;

	(void)state;
	load(&l, TEXT);
	test_files_expect(&l.files, NO_PROBLEM);
	assert_int_equal(l.rc, CCHC_OK);
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		struct names names = {""};

		assert_int_equal(cchc_contacts_each(&l.contacts, CASES[i].unit,
						    CASES[i].roles, note_name, &names),
				 CASES[i].n);
		assert_string_equal(names.text, CASES[i].names);
	}
	assert_true(cchc_contacts_has(&l.contacts, NHU_QUYNH));
	assert_true(cchc_contacts_has(&l.contacts, NEW_DINH_DU));
	assert_false(cchc_contacts_has(&l.contacts, OLD_DINH_DU));
	assert_false(cchc_contacts_has(&l.contacts, PROVINCE));
	done(&l);
}

static void a_person_has_addresses_and_a_language(void **state)
{
	static const char TEXT[] =
		"contacts:\n  - unit: \"11986\"\n    people:\n"
		"      - {name: Lê Thị Cúc, roles: [clerk], channels: {tin-nhan: "
		"\"+84 900\", thu: c@x.vn}}\n"
		"      - {name: B, roles: [clerk], email: b@x.vn, language: en}\n";
	const struct cchc_person *person;
	struct loaded l;

	(void)state;
	load(&l, TEXT);
	test_files_expect(&l.files, NO_PROBLEM);
	assert_int_equal(l.contacts.n, 2);
	person = &l.contacts.person[0];
	assert_string_equal(person->name, "Lê Thị Cúc");
	assert_string_equal(person->email, "");
	assert_string_equal(person->language, "vi");
	assert_int_equal(person->n_addresses, 2);
	assert_string_equal(person->address[0].channel, "tin-nhan");
	assert_string_equal(person->address[0].to, "+84 900");
	assert_string_equal(person->address[1].channel, "thu");
	person = &l.contacts.person[1];
	assert_string_equal(person->email, "b@x.vn");
	assert_string_equal(person->language, "en");
	assert_int_equal(person->n_addresses, 0);
	done(&l);
}

static void the_shipped_file_names_nobody(void **state)
{
	struct loaded l;

	(void)state;
	load(&l, "contacts: []\n");
	l.rc = cchc_contacts_load(
		&l.contacts, &l.files.arena,
		test_files_parse(
			&l.files, "contacts.yaml",
			test_files_read(&l.files, SOURCE_DIR "/config/contacts.yaml")),
		&l.units, CHANNELS, CCHC_COUNT(CHANNELS), &l.files.problems);
	test_files_expect(&l.files, NO_PROBLEM);
	assert_int_equal(l.rc, CCHC_OK);
	assert_int_equal(l.contacts.n, 0);
	assert_false(cchc_contacts_has(&l.contacts, NHU_QUYNH));
	done(&l);
}

static void a_person_without_address_is_warned_of(void **state)
{
	struct loaded l;

	(void)state;
	load(&l, "contacts:\n  - unit: \"11986\"\n    people:\n"
		 "      - {name: A, roles: [clerk]}\n");
	test_files_expect(&l.files, (const char *const[TEST_EXPECTED_MAX]){
					    "c.yaml:4:9: warning: A has no address"});
	assert_int_equal(l.rc, CCHC_OK);
	assert_int_equal(l.contacts.n, 1);
	done(&l);
}

#define LIST        "contacts:\n"
#define PEOPLE      "  - unit: \"11986\"\n    people:\n"
#define PERSON(...) "      - {name: A, roles: [clerk], " __VA_ARGS__ "}\n"

static void mistakes_are_named_with_their_place(void **state)
{
	static const struct {
		const char *text;
		const char *expected[TEST_EXPECTED_MAX];
	} BAD[] = {
		{"x: 1\n",
		 {"c.yaml:1:1: key \"contacts\" is missing",
		  "c.yaml:1:1: unknown key \"x\""}},
		{LIST "  - {}\n  - a\n",
		 {"c.yaml:2:5: key \"people\" is missing",
		  "c.yaml:2:5: key \"unit\" is missing", "c.yaml:3:5: keys and values"}},
		{LIST "  - {unit: \"99\", people: []}\n"
		      "  - {unit: \"12004\", people: []}\n"
		      "  - {unit: \"12004\", valid_from: 2025-07-02, people: []}\n"
		      "  - {unit: \"12004\", valid_from: today, people: []}\n"
		      "  - {unit: \"99\", valid_from: 2025-07-01, people: []}\n",
		 {"c.yaml:2:12: unit: no unit has this code",
		  "c.yaml:3:12: unit: several units had this code: say valid_from",
		  "c.yaml:4:33: valid_from: no unit began on that day",
		  "c.yaml:5:33: valid_from: a date like", "c.yaml:6:12: unit: no unit"}},
		{LIST "  - {unit: \"11989\", people: []}\n"
		      "  - {unit: \"11986\", people: []}\n"
		      "  - {unit: \"11989\", people: []}\n",
		 {"c.yaml:4:5: the unit stands twice, first in line 2"}},
		{LIST PEOPLE "      - {email: a@x.vn}\n      - {name: \"a\\nb\", roles: "
			     "[boss], email: a@x.vn}\n      - a\n",
		 {"c.yaml:4:9: key \"name\" is missing",
		  "c.yaml:4:9: key \"roles\" is missing",
		  "c.yaml:5:16: name: one line expected",
		  "c.yaml:5:32: clerk, commune-leader",
		  "c.yaml:6:9: keys and values expected"}},
		{LIST PEOPLE PERSON("email: ax.vn") PERSON("email: \"a@x.vn\\nBcc: b@x.vn"
							   "\"")
			 PERSON("email: \"a@x.vn, b@x.vn\"") PERSON("email: \"@x.vn\"")
				 PERSON("email: a@") PERSON("email: a@b@c"),
		 {"c.yaml:4:42: email: one address like",
		  "c.yaml:5:42: email:", "c.yaml:6:42: email:", "c.yaml:7:42: email:",
		  "c.yaml:8:42: email:", "c.yaml:9:42: email:"}},
		{LIST PEOPLE PERSON("email: a@x.vn, language: fr, age: 40")
			 PERSON("channels: {sms: \"1\", thu: \"1\\n2\", tin-nhan: []}"),
		 {"c.yaml:4:60: language: vi or en expected",
		  "c.yaml:4:64: unknown key \"age\"",
		  "c.yaml:5:46: alerts.yaml has no channel \"sms\"",
		  "c.yaml:5:61: thu: an address in one line expected",
		  "c.yaml:5:79: tin-nhan: an address in one line expected"}},
	};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(BAD); i++) {
		struct loaded l;

		load(&l, BAD[i].text);
		test_files_expect(&l.files, BAD[i].expected);
		assert_int_equal(l.rc, CCHC_INVALID);
		assert_int_equal(l.contacts.n, 0);
		done(&l);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(people_are_found_by_unit_and_role_in_file_order),
		cmocka_unit_test(a_person_has_addresses_and_a_language),
		cmocka_unit_test(the_shipped_file_names_nobody),
		cmocka_unit_test(a_person_without_address_is_warned_of),
		cmocka_unit_test(mistakes_are_named_with_their_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
