#ifndef CCHC_BASE_BYTES_H
#define CCHC_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reading and writing our own stored bytes: varints, zigzag, big-endian integers.
 * Both are sticky: after the first failure everything else is a no-op and `failed`
 * stays set, so that ten calls need one check. */

struct cchc_out {
	uint8_t *at;
	uint8_t *end;
	uint8_t *begin;
	bool failed; /* the buffer was too small */
};

struct cchc_in {
	const uint8_t *at;
	const uint8_t *end;
	bool failed; /* ran off the end, or a varint was too long */
};

void cchc_out_init(struct cchc_out *out, void *buffer, size_t size);
size_t cchc_out_len(const struct cchc_out *out);
void cchc_out_u8(struct cchc_out *out, uint8_t value);
void cchc_out_be16(struct cchc_out *out, uint16_t value);
void cchc_out_be32(struct cchc_out *out, uint32_t value);
void cchc_out_be64(struct cchc_out *out, uint64_t value);
void cchc_out_varint(struct cchc_out *out, uint64_t value);
void cchc_out_zigzag(struct cchc_out *out, int64_t value);
void cchc_out_raw(struct cchc_out *out, const void *bytes, size_t len);
/* length as a varint, then the bytes; text may be NULL for an empty one */
void cchc_out_text(struct cchc_out *out, const char *text);
void cchc_out_blob(struct cchc_out *out, const void *bytes, size_t len);

void cchc_in_init(struct cchc_in *in, const void *bytes, size_t len);
size_t cchc_in_left(const struct cchc_in *in);
uint8_t cchc_in_u8(struct cchc_in *in);
uint16_t cchc_in_be16(struct cchc_in *in);
uint32_t cchc_in_be32(struct cchc_in *in);
uint64_t cchc_in_be64(struct cchc_in *in);
uint64_t cchc_in_long_varint(struct cchc_in *in); /* of any length */
/* Nearly all of our numbers fit two bytes: those of one byte read in place save a sixth
 * of a replay of the journal, those of two a twelfth of loading a year's figures. */
static inline uint64_t cchc_in_varint(struct cchc_in *in)
{
	const uint8_t *at = in->at;

	if (in->failed || in->end - at < 2)
		return cchc_in_long_varint(in);
	if (at[0] < 0x80) {
		in->at = at + 1;
		return at[0];
	}
	if (at[1] < 0x80) {
		in->at = at + 2;
		return (at[0] & 0x7fU) | (uint64_t)at[1] << 7;
	}
	return cchc_in_long_varint(in);
}

static inline int64_t cchc_in_zigzag(struct cchc_in *in)
{
	uint64_t value = cchc_in_varint(in);

	return (int64_t)((value >> 1) ^ (~(value & 1) + 1));
}

/* The next len bytes, lent from the input, or NULL. */
const uint8_t *cchc_in_raw(struct cchc_in *in, size_t len);
/* A blob as cchc_out_blob wrote it, lent from the input; *len is 0 on failure. */
const uint8_t *cchc_in_blob(struct cchc_in *in, size_t *len);
/* Copies a text into buffer with NUL; too long for it is a failure. */
void cchc_in_text(struct cchc_in *in, char *buffer, size_t size);

#endif
