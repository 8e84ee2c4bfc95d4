/* However a form file is damaged, it is either a form or has a problem with a place in
 * it; whatever stands in a cell, it is read as something the receiver takes or is
 * refused. */
#include "formfile.h"

#include "core/figure.h"
#include "core/reading.h"
#include "random.h"

enum { ROOM = 128 * 1024 };

static struct test_random rng;

static size_t real_text(char *text)
{
	FILE *file = fopen(SOURCE_DIR "/config/forms/cchc-2021.yaml", "rb");
	size_t len;

	assert_non_null(file);
	len = fread(text, 1, ROOM / 2, file);
	assert_true(feof(file));
	(void)fclose(file);
	return len;
}

/* Cuts out, doubles, or overwrites a few bytes. */
static size_t damage(char *text, size_t len)
{
	static const char LETTERS[] = "{}[],:#&*-?!|>'\"%@` \n~019aIx.\xe1\x00";
	size_t at = test_random_below(&rng, (uint32_t)len - 64);
	size_t n = 1 + test_random_below(&rng, 40);

	switch (test_random_below(&rng, 3)) {
	case 0:
		memmove(text + at, text + at + n, len - at - n);
		return len - n;
	case 1:
		memmove(text + at + n, text + at, len - at);
		return len + n;
	default:
		for (size_t i = 0; i < n; i += 8)
			text[at + i] = LETTERS[test_random_below(&rng, sizeof(LETTERS))];
		return len;
	}
}

static void a_damaged_form_says_where_or_is_a_form(void **state)
{
	static char text[ROOM];

	(void)state;
	for (unsigned i = 0; i < test_random_rounds(150); i++) {
		size_t len = real_text(text);
		struct test_form made;

		for (uint32_t n = 1 + test_random_below(&rng, 4); n > 0; n--)
			len = damage(text, len);
		test_form_init(&made, "f.yaml", text, len);
		for (size_t p = 0; p < made.problems.n; p++) {
			assert_string_equal(made.problems.list[p].place.file, "f.yaml");
			assert_true(made.problems.list[p].place.line > 0);
			assert_true(made.problems.list[p].place.column > 0);
			assert_true(made.problems.list[p].text[0] != '\0');
		}
		for (size_t r = 0; made.form && r < made.form->n; r++) {
			assert_true(made.form->row[r].n_feeds > 0);
			assert_int_equal(made.form->row[r].feeds[0], r);
		}
		test_form_fini(&made);
	}
}

static void any_cell(char *text, size_t size)
{
	static const char *const PIECES[] = {
		"0",
		"1",
		"26",
		"6",
		"066",
		"1000000",
		".",
		",",
		"-",
		"/",
		"%",
		" ",
		"x",
		"…",
		"đ",
		" đồng",
		" tỷ",
		"tr",
		"Không",
		" có",
		"N/A",
		"KAD",
		"rút",
		"áp",
		"e",
		"\u00a0",
		"Phát phiếu",
		"0x",
		"999999999999",
	};
	size_t len = 0;

	text[0] = '\0';
	for (uint32_t n = test_random_below(&rng, 6); n > 0; n--)
		len += (size_t)snprintf(
			text + len, size - len, "%s",
			PIECES[test_random_below(&rng,
						 sizeof(PIECES) / sizeof(PIECES[0]))]);
}

static void a_cell_is_read_as_what_the_receiver_takes_or_refused(void **state)
{
	struct test_form real;

	(void)state;
	test_form_open(&real);
	for (unsigned i = 0; i < test_random_rounds(100000); i++) {
		const struct cchc_row *row =
			&real.form->row[test_random_below(&rng, (uint32_t)real.form->n)];
		bool collects = test_random_below(&rng, 2);
		struct cchc_reading reading;
		struct cchc_refusal refusal;
		char text[128];

		any_cell(text, sizeof(text));
		cchc_reading_cell(real.form, row, collects, text, &reading);
		if (reading.figure.state != CCHC_FIGURE)
			assert_int_equal(reading.figure.value, 0);
		if (reading.refusal.rule != CCHC_RULE_NONE) {
			assert_int_equal(reading.figure.state, CCHC_ABSENT);
			assert_true(reading.refusal.expected[0] != '\0');
			assert_string_equal(reading.refusal.field, row->full_code);
		} else if (reading.figure.state != CCHC_ABSENT) {
			assert_true(cchc_rule_cell(real.form, row, collects,
						   reading.figure, &refusal));
		}
	}
	test_form_fini(&real);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_damaged_form_says_where_or_is_a_form),
		cmocka_unit_test(a_cell_is_read_as_what_the_receiver_takes_or_refused),
	};

	rng.state = test_random_seed();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
