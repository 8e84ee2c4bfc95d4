#ifndef CCHC_IO_DIGEST_H
#define CCHC_IO_DIGEST_H

#include <stddef.h>
#include <stdint.h>

/* BLAKE2b, HMAC-SHA-256 and random numbers by libsodium. Any thread, after
 * cchc_digest_start. */

/* Once a process, before anything else here. Aborts the program if libsodium cannot
 * start. */
void cchc_digest_start(void);

/* 32 bytes: identity of a form file. */
void cchc_digest_file(const void *bytes, size_t len, uint8_t digest[32]);

/* The chain of an epoch (proto/cchc.proto, Push). */
void cchc_chain_first(uint64_t epoch, uint8_t chain[16]);
void cchc_chain_next(const uint8_t before[16], uint64_t seq, uint8_t kind,
		     const void *body, size_t len, uint8_t chain[16]);

/* HMAC-SHA-256 (RFC 2104): the signature under what a webhook is sent. */
void cchc_hmac_sha256(const void *key, size_t key_len, const void *bytes, size_t len,
		      uint8_t mac[32]);

/* Random bytes: ids, epochs. */
void cchc_random_bytes(void *bytes, size_t len);
uint64_t cchc_random_u64(void);

#endif
