#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"
#include "base/text.h"

static void words_fold_to_what_they_look_like(void **state)
{
	static const struct {
		const char *text;
		const char *folded;
	} CASES[] = {
		{"", ""},
		{"   ", ""},
		{"Có", "co"},
		{"KHÔNG PHÁT SINH", "khong phat sinh"},
		{"đồng", "dong"},
		{"Đ", "d"},
		{"  Chưa \t\n có ", "chua co"},
		{"Ưu ướt Ơ ợ", "uu uot o o"},
		{"tỷ tỉ Ỹ", "ty ti y"},
		{"Khong\u0302 co\u0301", "khong co"}, /* decomposed */
		{"Ho\u0323p", "hop"},
		{"a\u00a0b\u200bc\ufeff", "a b c"}, /* no-break, zero-width, BOM */
		{"…", "…"},
		{"N/A 26,6%", "n/a 26,6%"},
		{"中文", "中文"},
	};
	char folded[64];

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		size_t n = cchc_text_fold(CASES[i].text, strlen(CASES[i].text), folded,
					  sizeof(folded));

		assert_string_equal(folded, CASES[i].folded);
		assert_int_equal(n, strlen(CASES[i].folded));
	}
}

static void a_fold_that_does_not_fit_says_how_long_it_is(void **state)
{
	char folded[5] = "????";

	(void)state;
	assert_int_equal(cchc_text_fold("không", strlen("không"), folded, 5), 5);
	assert_string_equal(folded, "khon");
	assert_int_equal(cchc_text_fold("abc…", strlen("abc…"), folded, 5), 6);
	assert_string_equal(folded, "abc");
	assert_int_equal(cchc_text_fold("abc", 3, NULL, 0), 3);
}

static void composed_and_decomposed_are_alike(void **state)
{
	(void)state;
	assert_true(cchc_text_alike("Phát phiếu", "PHAT  PHIEU"));
	assert_true(cchc_text_alike("họp", "ho\u0323p"));
	assert_true(cchc_text_alike("", " \u00a0"));
	assert_false(cchc_text_alike("có", "không"));
	assert_false(cchc_text_alike("co", "co n"));
}

static void only_clean_text_is_clean(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		bool clean;
	} CASES[] = {
		{"", 0, true},
		{"Số liệu\t1\r\n", 15, true},
		{"\xf0\x9f\x98\x80", 4, true},
		{"a\0b", 3, false},
		{"\x1b[31m", 5, false},
		{"\x7f", 1, false},
		{"\xc2\x85", 2, false},         /* a control character of two bytes */
		{"\xc0\x80", 2, false},         /* overlong NUL */
		{"\xe0\x80\xaf", 3, false},     /* overlong */
		{"\xed\xa0\x80", 3, false},     /* surrogate */
		{"\xf4\x90\x80\x80", 4, false}, /* beyond Unicode */
		{"\xe1\xbb", 2, false},         /* cut short */
		{"\xff", 1, false},
		{"S\xe8 li\xd6u", 6, false}, /* an old Vietnamese code page */
	};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++)
		assert_int_equal(cchc_text_is_clean(CASES[i].text, CASES[i].len),
				 CASES[i].clean);
}

static void malformed_bytes_read_one_at_a_time(void **state)
{
	size_t used;

	(void)state;
	assert_int_equal(cchc_text_next("ộ", strlen("ộ"), &used), 0x1ed9);
	assert_int_equal(used, 3);
	assert_int_equal(cchc_text_next("\xe1\xbb", 2, &used), 0xfffd);
	assert_int_equal(used, 1);
	assert_int_equal(cchc_text_next("\0", 1, &used), 0xfffd);
	assert_int_equal(used, 1);
}

static void blanks_of_every_kind_are_trimmed(void **state)
{
	static const struct {
		const char *text;
		const char *trimmed;
	} CASES[] = {
		{"", ""},
		{"  ", ""},
		{"\u00a0 26,6 \t", "26,6"},
		{"có chứ", "có chứ"},
		{"\ufeffSTT", "STT"},
	};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		const char *text = CASES[i].text;
		size_t len = strlen(text);

		cchc_text_trim(&text, &len);
		assert_int_equal(len, strlen(CASES[i].trimmed));
		assert_memory_equal(text, CASES[i].trimmed, len);
	}
}

static void a_copy_never_cuts_a_character(void **state)
{
	char out[6];

	(void)state;
	cchc_text_copy(out, sizeof(out), "ababộ", strlen("ababộ"));
	assert_string_equal(out, "abab");
	cchc_text_copy(out, sizeof(out), "abộ", strlen("abộ"));
	assert_string_equal(out, "abộ");
	cchc_text_copy(out, 1, "a", 1);
	assert_string_equal(out, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_fold_to_what_they_look_like),
		cmocka_unit_test(a_fold_that_does_not_fit_says_how_long_it_is),
		cmocka_unit_test(composed_and_decomposed_are_alike),
		cmocka_unit_test(only_clean_text_is_clean),
		cmocka_unit_test(malformed_bytes_read_one_at_a_time),
		cmocka_unit_test(blanks_of_every_kind_are_trimmed),
		cmocka_unit_test(a_copy_never_cuts_a_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
