#ifndef CCHC_BASE_CRC32C_H
#define CCHC_BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* CRC-32C (Castagnoli) of len bytes; seed 0, or the result for the bytes before them.
 * LMDB 0.9 keeps no checksums, so every value we store ends with one (faults.md: 124 of
 * 128 effective bit flips were seen by the value check alone). */
uint32_t cchc_crc32c(uint32_t seed, const void *bytes, size_t len);

#endif
