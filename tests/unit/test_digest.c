#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "io/digest.h"

static const char *hex(const uint8_t *bytes, size_t len)
{
	static char text[65];

	for (size_t i = 0; i < len; i++)
		(void)snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	return text;
}

static int start(void **state)
{
	(void)state;
	cchc_digest_start();
	cchc_digest_start(); /* twice is no harm */
	return 0;
}

static void a_file_has_its_blake2b_256(void **state)
{
	static const struct {
		const char *text;
		const char *digest;
	} CASES[] = {
		/* Python: hashlib.blake2b(text, digest_size=32) */
		{"", "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"},
		{"abc",
		 "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"},
	};
	uint8_t digest[32];

	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		cchc_digest_file(CASES[i].text, strlen(CASES[i].text), digest);
		assert_string_equal(hex(digest, 32), CASES[i].digest);
	}
}

/* Fixed once: an agent and a daemon of any later version must agree on these. */
static void the_chain_of_an_epoch_never_changes(void **state)
{
	static const struct {
		uint64_t seq;
		uint8_t kind;
		const char *body;
		const char *chain;
	} LINKS[] = {
		{1, 1, "first", "8212a148bb91af5cc3b95c703ac6d967"},
		{2, 4, "", "8f85dfc4f6173940b81de73fe5e8629c"},
		{UINT64_C(0x0102030405060708), 2, "far",
		 "1c73e4253d6b1afb8d7ff8c3ebc07622"},
	};
	uint8_t chain[16];

	(void)state;
	cchc_chain_first(UINT64_C(0x1122334455667788), chain);
	assert_string_equal(hex(chain, 16), "88776655443322110000000000000000");
	for (size_t i = 0; i < sizeof(LINKS) / sizeof(LINKS[0]); i++) {
		cchc_chain_next(chain, LINKS[i].seq, LINKS[i].kind, LINKS[i].body,
				strlen(LINKS[i].body), chain);
		assert_string_equal(hex(chain, 16), LINKS[i].chain);
	}
}

static void every_part_of_a_message_changes_the_chain(void **state)
{
	uint8_t before[16] = {1};
	uint8_t usual[16];
	uint8_t other[5][16];

	(void)state;
	cchc_chain_next(before, 7, 1, "body", 4, usual);
	cchc_chain_next(before, 8, 1, "body", 4, other[0]);
	cchc_chain_next(before, 7, 2, "body", 4, other[1]);
	cchc_chain_next(before, 7, 1, "bodx", 4, other[2]);
	cchc_chain_next(before, 7, 1, NULL, 0, other[3]);
	before[15] = 1;
	cchc_chain_next(before, 7, 1, "body", 4, other[4]);
	for (size_t i = 0; i < 5; i++)
		assert_memory_not_equal(usual, other[i], 16);
}

/* RFC 4231, cases 2 and 6: a short key and one longer than a block. */
static void a_signature_is_hmac_sha_256(void **state)
{
	static const char TEXT[] =
		"Test Using Larger Than Block-Size Key - Hash Key First";
	uint8_t key[131];
	uint8_t mac[32];

	(void)state;
	cchc_hmac_sha256("Jefe", 4, "what do ya want for nothing?", 28, mac);
	assert_string_equal(
		hex(mac, 32),
		"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, sizeof(key));
	cchc_hmac_sha256(key, sizeof(key), TEXT, strlen(TEXT), mac);
	assert_string_equal(
		hex(mac, 32),
		"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void random_numbers_differ(void **state)
{
	uint8_t bytes[16] = {0};
	uint8_t zero[16] = {0};

	(void)state;
	assert_true(cchc_random_u64() != cchc_random_u64());
	cchc_random_bytes(bytes, sizeof(bytes));
	assert_memory_not_equal(bytes, zero, sizeof(bytes));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_has_its_blake2b_256),
		cmocka_unit_test(the_chain_of_an_epoch_never_changes),
		cmocka_unit_test(every_part_of_a_message_changes_the_chain),
		cmocka_unit_test(a_signature_is_hmac_sha_256),
		cmocka_unit_test(random_numbers_differ),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
