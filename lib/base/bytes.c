#include "base/bytes.h"

#include <string.h>

void cchc_out_init(struct cchc_out *out, void *buffer, size_t size)
{
	out->begin = buffer;
	out->at = buffer;
	out->end = out->begin + size;
	out->failed = false;
}

size_t cchc_out_len(const struct cchc_out *out)
{
	return (size_t)(out->at - out->begin);
}

void cchc_out_raw(struct cchc_out *out, const void *bytes, size_t len)
{
	if (out->failed || (size_t)(out->end - out->at) < len) {
		out->failed = true;
		return;
	}
	if (len)
		memcpy(out->at, bytes, len);
	out->at += len;
}

void cchc_out_u8(struct cchc_out *out, uint8_t value)
{
	if (out->failed || out->at == out->end)
		out->failed = true;
	else
		*out->at++ = value;
}

static void out_be(struct cchc_out *out, uint64_t value, size_t len)
{
	uint8_t bytes[8];

	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(value >> (8 * (len - 1 - i)));
	cchc_out_raw(out, bytes, len);
}

void cchc_out_be16(struct cchc_out *out, uint16_t value)
{
	out_be(out, value, 2);
}

void cchc_out_be32(struct cchc_out *out, uint32_t value)
{
	out_be(out, value, 4);
}

void cchc_out_be64(struct cchc_out *out, uint64_t value)
{
	out_be(out, value, 8);
}

void cchc_out_varint(struct cchc_out *out, uint64_t value)
{
	while (value >= 0x80) {
		cchc_out_u8(out, (uint8_t)(value | 0x80));
		value >>= 7;
	}
	cchc_out_u8(out, (uint8_t)value);
}

void cchc_out_zigzag(struct cchc_out *out, int64_t value)
{
	uint64_t sign = value < 0 ? UINT64_MAX : 0;

	cchc_out_varint(out, ((uint64_t)value << 1) ^ sign);
}

void cchc_out_blob(struct cchc_out *out, const void *bytes, size_t len)
{
	cchc_out_varint(out, len);
	cchc_out_raw(out, bytes, len);
}

void cchc_out_text(struct cchc_out *out, const char *text)
{
	cchc_out_blob(out, text, text ? strlen(text) : 0);
}

void cchc_in_init(struct cchc_in *in, const void *bytes, size_t len)
{
	in->at = bytes;
	in->end = in->at + len;
	in->failed = false;
}

size_t cchc_in_left(const struct cchc_in *in)
{
	return (size_t)(in->end - in->at);
}

const uint8_t *cchc_in_raw(struct cchc_in *in, size_t len)
{
	const uint8_t *bytes = in->at;

	if (in->failed || cchc_in_left(in) < len) {
		in->failed = true;
		return NULL;
	}
	in->at += len;
	return bytes;
}

uint8_t cchc_in_u8(struct cchc_in *in)
{
	const uint8_t *byte = cchc_in_raw(in, 1);

	return byte ? *byte : 0;
}

static uint64_t in_be(struct cchc_in *in, size_t len)
{
	const uint8_t *bytes = cchc_in_raw(in, len);
	uint64_t value = 0;

	for (size_t i = 0; bytes && i < len; i++)
		value = value << 8 | bytes[i];
	return value;
}

uint16_t cchc_in_be16(struct cchc_in *in)
{
	return (uint16_t)in_be(in, 2);
}

uint32_t cchc_in_be32(struct cchc_in *in)
{
	return (uint32_t)in_be(in, 4);
}

uint64_t cchc_in_be64(struct cchc_in *in)
{
	return in_be(in, 8);
}

uint64_t cchc_in_long_varint(struct cchc_in *in)
{
	const uint8_t *at = in->at;
	uint64_t value = 0;

	for (unsigned shift = 0; shift < 64 && !in->failed && at < in->end; shift += 7) {
		uint8_t byte = *at++;

		if (shift == 63 && byte > 1)
			break;
		value |= (uint64_t)(byte & 0x7f) << shift;
		if (byte & 0x80)
			continue;
		in->at = at;
		return value;
	}
	in->failed = true;
	return 0;
}

const uint8_t *cchc_in_blob(struct cchc_in *in, size_t *len)
{
	uint64_t size = cchc_in_varint(in);
	const uint8_t *bytes;

	*len = 0;
	if (size > cchc_in_left(in)) {
		in->failed = true;
		return NULL;
	}
	bytes = cchc_in_raw(in, (size_t)size);
	if (bytes)
		*len = (size_t)size;
	return bytes;
}

void cchc_in_text(struct cchc_in *in, char *buffer, size_t size)
{
	size_t len;
	const uint8_t *bytes = cchc_in_blob(in, &len);

	buffer[0] = '\0';
	if (!bytes || len >= size) {
		in->failed = in->failed || len >= size;
		return;
	}
	memcpy(buffer, bytes, len);
	buffer[len] = '\0';
}
