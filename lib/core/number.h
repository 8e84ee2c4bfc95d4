#ifndef CCHC_CORE_NUMBER_H
#define CCHC_CORE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Fixed-point numbers: an int64 in units of 10^-decimals. */

enum { CCHC_NUMBER_TEXT = 48 };

/* The Vietnamese way: comma as decimal sign, dots between groups of three, no trailing
 * zeros: 26,6 · 1.058 · -3,5. Returns out. */
char *cchc_number_vi(int64_t value, unsigned decimals, char out[CCHC_NUMBER_TEXT]);
/* For machines: 26.6, 1058. No trailing zeros. */
char *cchc_number_plain(int64_t value, unsigned decimals, char out[CCHC_NUMBER_TEXT]);
/* Reads what cchc_number_plain writes: [-]digits[.digits], more decimals than allowed
 * only if they are zeros. False when malformed or beyond CCHC_VALUE_MAX. */
bool cchc_number_parse_plain(const char *text, unsigned decimals, int64_t *value);

/* numerator * factor / denominator at `decimals`, rounded half away from zero; the parts
 * are in scales of their own decimals. denominator != 0. False on overflow. */
bool cchc_number_ratio(int64_t numerator, unsigned numerator_decimals,
		       int64_t denominator, unsigned denominator_decimals, int64_t factor,
		       unsigned decimals, int64_t *value);

#endif
