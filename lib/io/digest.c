#include "io/digest.h"

#include <sodium.h>
#include <string.h>

#include "base/check.h"

_Static_assert(crypto_generichash_BYTES_MIN <= 16, "a chain hash has 16 bytes");

void cchc_digest_start(void)
{
	cchc_check(sodium_init() >= 0);
}

void cchc_digest_file(const void *bytes, size_t len, uint8_t digest[32])
{
	cchc_check(crypto_generichash(digest, 32, bytes, len, NULL, 0) == 0);
}

/* The wire says little endian, whatever the machine is. */
static void put_le64(uint8_t out[8], uint64_t value)
{
	for (unsigned i = 0; i < 8; i++)
		out[i] = (uint8_t)(value >> 8 * i);
}

void cchc_chain_first(uint64_t epoch, uint8_t chain[16])
{
	memset(chain, 0, 16);
	put_le64(chain, epoch);
}

void cchc_chain_next(const uint8_t before[16], uint64_t seq, uint8_t kind,
		     const void *body, size_t len, uint8_t chain[16])
{
	crypto_generichash_state state;
	uint8_t head[16 + 8 + 1];

	memcpy(head, before, 16);
	put_le64(head + 16, seq);
	head[24] = kind;
	cchc_check(crypto_generichash_init(&state, NULL, 0, 16) == 0);
	cchc_check(crypto_generichash_update(&state, head, sizeof(head)) == 0);
	if (len > 0)
		cchc_check(crypto_generichash_update(&state, body, len) == 0);
	cchc_check(crypto_generichash_final(&state, chain, 16) == 0);
}

void cchc_hmac_sha256(const void *key, size_t key_len, const void *bytes, size_t len,
		      uint8_t mac[32])
{
	crypto_auth_hmacsha256_state state;

	cchc_check(crypto_auth_hmacsha256_init(&state, key, key_len) == 0);
	cchc_check(crypto_auth_hmacsha256_update(&state, bytes, len) == 0);
	cchc_check(crypto_auth_hmacsha256_final(&state, mac) == 0);
}

void cchc_random_bytes(void *bytes, size_t len)
{
	randombytes_buf(bytes, len);
}

uint64_t cchc_random_u64(void)
{
	uint64_t value;

	cchc_random_bytes(&value, sizeof(value));
	return value;
}
