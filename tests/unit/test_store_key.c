#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/check.h"
#include "core/unit.h"
#include "random.h"
#include "store/key.h"

/* What a key says, field by field in order of rank; some keys begin with texts. */
struct fields {
	char code[CCHC_UNIT_CODE];
	char step[8];
	uint64_t f[5];
};

static struct cchc_period period_of(const struct fields *x)
{
	return (struct cchc_period){.year = (uint16_t)x->f[2], .slot = (uint8_t)x->f[3]};
}

/* Days are drawn from the first one on. */
static cchc_day day_of(uint64_t drawn)
{
	return (cchc_day)((int64_t)drawn + INT32_MIN);
}

static struct cchc_key make_unit(const struct fields *x)
{
	return cchc_key_unit(x->code, day_of(x->f[0]));
}

static bool read_unit(const struct cchc_key *key, struct fields *x)
{
	const char *code;
	cchc_day day;

	if (!cchc_key_read_unit(key->bytes, key->len, &code, &day))
		return false;
	*x = (struct fields){.f = {(uint64_t)((int64_t)day - INT32_MIN)}};
	(void)snprintf(x->code, sizeof(x->code), "%s", code);
	return true;
}

static struct cchc_key make_form(const struct fields *x)
{
	return cchc_key_form((uint16_t)x->f[0], (uint32_t)x->f[1]);
}

static bool read_form(const struct cchc_key *key, struct fields *x)
{
	uint16_t form;
	uint32_t revision;

	if (!cchc_key_read_form(key->bytes, key->len, &form, &revision))
		return false;
	*x = (struct fields){.f = {form, revision}};
	return true;
}

static struct cchc_key make_cells(const struct fields *x)
{
	struct cchc_cells_at at = {.unit = (uint32_t)x->f[0],
				   .form = (uint16_t)x->f[1],
				   .period = period_of(x),
				   .chunk = (uint16_t)x->f[4]};

	return cchc_key_cells(&at);
}

static bool read_cells(const struct cchc_key *key, struct fields *x)
{
	struct cchc_cells_at at;

	if (!cchc_key_read_cells(key->bytes, key->len, &at))
		return false;
	*x = (struct fields){
		.f = {at.unit, at.form, at.period.year, at.period.slot, at.chunk}};
	return true;
}

static struct cchc_key make_report(const struct fields *x)
{
	return cchc_key_report((uint32_t)x->f[0], (uint16_t)x->f[1], period_of(x));
}

static bool read_report(const struct cchc_key *key, struct fields *x)
{
	struct cchc_period period;
	uint32_t unit;
	uint16_t form;

	if (!cchc_key_read_report(key->bytes, key->len, &unit, &form, &period))
		return false;
	*x = (struct fields){.f = {unit, form, period.year, period.slot}};
	return true;
}

static struct cchc_key make_number(const struct fields *x)
{
	return cchc_key_number(x->f[0]);
}

static bool read_number(const struct cchc_key *key, struct fields *x)
{
	*x = (struct fields){.code = ""};
	return cchc_key_read_number(key->bytes, key->len, &x->f[0]);
}

static struct cchc_key make_pair(const struct fields *x)
{
	return cchc_key_pair(x->f[0], x->f[1]);
}

static bool read_pair(const struct cchc_key *key, struct fields *x)
{
	*x = (struct fields){.code = ""};
	return cchc_key_read_pair(key->bytes, key->len, &x->f[0], &x->f[1]);
}

static struct cchc_key make_text(const struct fields *x)
{
	return cchc_key_text(x->code);
}

static struct cchc_key make_step(const struct fields *x)
{
	return cchc_key_step(x->code, x->step);
}

static struct cchc_key make_concern(const struct fields *x)
{
	return cchc_key_concern((uint32_t)x->f[0], x->f[1], x->f[2]);
}

static bool read_concern(const struct cchc_key *key, struct fields *x)
{
	uint32_t unit;

	*x = (struct fields){.code = ""};
	if (!cchc_key_read_concern(key->bytes, key->len, &unit, &x->f[1], &x->f[2]))
		return false;
	x->f[0] = unit;
	return true;
}

static struct cchc_key make_digest(const struct fields *x)
{
	return cchc_key_digest((uint32_t)x->f[0], day_of(x->f[1]));
}

static struct cchc_key make_digest_came(const struct fields *x)
{
	return cchc_key_digest_came((uint32_t)x->f[0], x->f[1], day_of(x->f[2]));
}

static bool read_digest_came(const struct cchc_key *key, struct fields *x)
{
	uint32_t unit;
	cchc_day day;

	*x = (struct fields){.code = ""};
	if (!cchc_key_read_digest_came(key->bytes, key->len, &unit, &x->f[1], &day))
		return false;
	x->f[0] = unit;
	x->f[2] = (uint64_t)((int64_t)day - INT32_MIN);
	return true;
}

static struct cchc_key make_mark(const struct fields *x)
{
	return cchc_key_mark((uint32_t)x->f[0], x->f[1]);
}

static bool read_mark(const struct cchc_key *key, struct fields *x)
{
	uint32_t unit;

	*x = (struct fields){.code = ""};
	if (!cchc_key_read_mark(key->bytes, key->len, &unit, &x->f[1]))
		return false;
	x->f[0] = unit;
	return true;
}

static struct cchc_key make_refusals(const struct fields *x)
{
	return cchc_key_refusals((uint32_t)x->f[0], x->f[1], x->f[2]);
}

static bool read_refusals(const struct cchc_key *key, struct fields *x)
{
	uint32_t unit;

	*x = (struct fields){.code = ""};
	if (!cchc_key_read_refusals(key->bytes, key->len, &unit, &x->f[1], &x->f[2]))
		return false;
	x->f[0] = unit;
	return true;
}

static struct cchc_key make_year(const struct fields *x)
{
	return cchc_key_year((uint16_t)x->f[0]);
}

static bool read_year(const struct cchc_key *key, struct fields *x)
{
	uint16_t year;

	if (!cchc_key_read_year(key->bytes, key->len, &year))
		return false;
	*x = (struct fields){.f = {year}};
	return true;
}

static const struct kind {
	const char *name;
	size_t texts;     /* it begins with */
	uint64_t most[5]; /* of each field; 0: no such field */
	struct cchc_key (*make)(const struct fields *);
	bool (*read)(const struct cchc_key *, struct fields *);
} KINDS[] = {
	{"year", 0, {UINT16_MAX}, make_year, read_year},
	{"unit", 1, {UINT32_MAX}, make_unit, read_unit},
	{"form", 0, {UINT16_MAX, UINT32_MAX}, make_form, read_form},
	{"cells",
	 0,
	 {UINT32_MAX, UINT16_MAX, UINT16_MAX, CCHC_SLOTS - 1, 1023},
	 make_cells,
	 read_cells},
	{"report",
	 0,
	 {UINT32_MAX, UINT16_MAX, UINT16_MAX, CCHC_SLOTS - 1},
	 make_report,
	 read_report},
	{"number", 0, {UINT64_MAX}, make_number, read_number},
	{"pair", 0, {UINT64_MAX, UINT64_MAX}, make_pair, read_pair},
	{"text", 1, {0}, make_text, NULL},
	{"step", 2, {0}, make_step, NULL},
	{"concern", 0, {UINT32_MAX, UINT64_MAX, UINT64_MAX}, make_concern, read_concern},
	{"digest", 0, {UINT32_MAX, UINT32_MAX}, make_digest, NULL},
	{"digest came",
	 0,
	 {UINT32_MAX, UINT64_MAX, UINT32_MAX},
	 make_digest_came,
	 read_digest_came},
	{"mark", 0, {UINT32_MAX, UINT64_MAX}, make_mark, read_mark},
	{"refusals",
	 0,
	 {UINT32_MAX, UINT64_MAX, UINT64_MAX},
	 make_refusals,
	 read_refusals},
};

/* Ends, neighbours and anything, so that two draws are often equal in their first fields.
 */
static uint64_t draw_number(struct test_random *r, uint64_t most)
{
	uint64_t number = test_random_next(r);

	switch (test_random_below(r, 5)) {
	case 0:
		return 0;
	case 1:
		return most;
	case 2:
		return most / 2 + number % 2;
	case 3:
		return number % 3 < most ? number % 3 : 0;
	default:
		return most == UINT64_MAX ? number : number % (most + 1);
	}
}

static struct fields draw(struct test_random *r, const struct kind *kind)
{
	static const char *const CODES[] = {"1", "12", "120", "12004", "A", "a", "33"};
	struct fields x = {.code = ""};

	if (kind->texts > 0)
		strcpy(x.code, CODES[test_random_below(r, CCHC_COUNT(CODES))]);
	if (kind->texts > 1)
		strcpy(x.step, CODES[test_random_below(r, CCHC_COUNT(CODES))]);
	for (size_t i = 0; i < CCHC_COUNT(x.f); i++)
		x.f[i] = kind->most[i] ? draw_number(r, kind->most[i]) : 0;
	return x;
}

static int sign(int value)
{
	return (value > 0) - (value < 0);
}

static int compare_fields(const struct fields *a, const struct fields *b)
{
	int order = sign(strcmp(a->code, b->code));

	if (order == 0)
		order = sign(strcmp(a->step, b->step));
	for (size_t i = 0; i < CCHC_COUNT(a->f) && order == 0; i++)
		order = (a->f[i] > b->f[i]) - (a->f[i] < b->f[i]);
	return order;
}

/* As LMDB orders keys. */
static int compare_bytes(const struct cchc_key *a, const struct cchc_key *b)
{
	size_t len = a->len < b->len ? a->len : b->len;
	int order = sign(memcmp(a->bytes, b->bytes, len));

	return order ? order : (a->len > b->len) - (a->len < b->len);
}

static void the_order_of_bytes_is_the_order_of_what_they_mean(void **state)
{
	struct test_random r = {.state = test_random_seed()};
	unsigned rounds = test_random_rounds(4000);

	(void)state;
	for (size_t k = 0; k < CCHC_COUNT(KINDS); k++) {
		for (unsigned i = 0; i < rounds; i++) {
			struct fields a = draw(&r, &KINDS[k]);
			struct fields b = draw(&r, &KINDS[k]);
			struct cchc_key x = KINDS[k].make(&a);
			struct cchc_key y = KINDS[k].make(&b);

			if (compare_bytes(&x, &y) != compare_fields(&a, &b))
				fail_msg("%s: round %u", KINDS[k].name, i);
		}
	}
}

static void a_key_reads_back_as_it_was_made_and_not_when_cut(void **state)
{
	struct test_random r = {.state = test_random_seed()};

	(void)state;
	for (size_t k = 0; k < CCHC_COUNT(KINDS); k++) {
		for (unsigned i = 0; KINDS[k].read && i < 200; i++) {
			struct fields a = draw(&r, &KINDS[k]);
			struct cchc_key key = KINDS[k].make(&a);
			struct fields b;

			assert_true(KINDS[k].read(&key, &b));
			assert_int_equal(compare_fields(&a, &b), 0);
			key.len--;
			assert_false(KINDS[k].read(&key, &b));
			key.len += 2;
			key.bytes[key.len - 1] = 0;
			assert_false(KINDS[k].read(&key, &b));
		}
	}
}

static bool begins(const struct cchc_key *key, struct cchc_key prefix)
{
	return key->len >= prefix.len &&
	       memcmp(key->bytes, prefix.bytes, prefix.len) == 0;
}

static void a_prefix_selects_what_its_fields_say(void **state)
{
	struct fields x = {.f = {7, 2, 2024, CCHC_Q1, 3}};
	struct cchc_key cells = make_cells(&x);
	struct cchc_key report = make_report(&x);
	struct cchc_key mark = cchc_key_mark(7, 99);
	struct cchc_key refusals = cchc_key_refusals(7, 99, 5);
	struct cchc_key pair = cchc_key_pair(7, 99);

	(void)state;
	assert_true(begins(&cells, cchc_key_cells_under(0, 0, 0)));
	assert_true(begins(&cells, cchc_key_cells_under(0, 2, 2024)));
	assert_true(begins(&cells, cchc_key_cells_under(7, 0, 2025)));
	assert_true(begins(&cells, cchc_key_cells_under(7, 2, 2024)));
	assert_false(begins(&cells, cchc_key_cells_under(7, 2, 2025)));
	assert_false(begins(&cells, cchc_key_cells_under(7, 3, 0)));
	assert_false(begins(&cells, cchc_key_cells_under(8, 0, 0)));
	assert_true(begins(&cells, cchc_key_cells_of(7, 2, period_of(&x))));
	assert_true(begins(&report, cchc_key_reports(7)));
	assert_true(begins(&report, cchc_key_reports(0)));
	assert_false(begins(&report, cchc_key_reports(6)));
	assert_true(begins(&mark, cchc_key_marks(7)));
	assert_true(begins(&mark, cchc_key_marks(0)));
	assert_false(begins(&mark, cchc_key_marks(70)));
	assert_true(begins(&refusals, cchc_key_refusals_of(7, 99)));
	assert_false(begins(&refusals, cchc_key_refusals_of(7, 98)));
	assert_true(begins(&pair, cchc_key_number(7)));
	assert_false(begins(&pair, cchc_key_number(99)));
}

static void retired_epochs_sort_apart_from_every_mark(void **state)
{
	struct cchc_key retired = cchc_key_retired(0);
	struct cchc_key last = cchc_key_mark(UINT32_MAX, UINT64_MAX);
	uint32_t unit;
	uint64_t epoch;

	(void)state;
	assert_true(compare_bytes(&last, &retired) < 0);
	assert_false(begins(&retired, cchc_key_marks(0)));
	assert_false(cchc_key_read_mark(retired.bytes, retired.len, &unit, &epoch));
}

static void digests_by_day_sort_apart_from_those_as_they_came(void **state)
{
	struct cchc_key last = cchc_key_digest(UINT32_MAX, INT32_MAX);
	struct cchc_key first = cchc_key_digest_came(0, 0, INT32_MIN);
	uint64_t journal;
	uint32_t unit;
	cchc_day day;

	(void)state;
	assert_true(compare_bytes(&last, &first) < 0);
	assert_false(
		cchc_key_read_digest_came(last.bytes, last.len, &unit, &journal, &day));
}

static void the_longest_texts_fit(void **state)
{
	char text[CCHC_KEY_ROOM];
	struct cchc_key key;

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	key = cchc_key_text(text);
	assert_int_equal(key.len, sizeof(text));
}

static void a_slot_that_is_none_is_not_read(void **state)
{
	struct fields x = {.f = {7, 2, 2024, CCHC_SLOTS, 3}};
	struct cchc_key key = make_cells(&x);

	(void)state;
	assert_false(read_cells(&key, &x));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_order_of_bytes_is_the_order_of_what_they_mean),
		cmocka_unit_test(a_key_reads_back_as_it_was_made_and_not_when_cut),
		cmocka_unit_test(a_prefix_selects_what_its_fields_say),
		cmocka_unit_test(retired_epochs_sort_apart_from_every_mark),
		cmocka_unit_test(digests_by_day_sort_apart_from_those_as_they_came),
		cmocka_unit_test(the_longest_texts_fit),
		cmocka_unit_test(a_slot_that_is_none_is_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
