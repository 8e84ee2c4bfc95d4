#include "core/number.h"

#include "base/check.h"
#include "core/figure.h"

enum { DECIMALS_MAX = 18, DIGITS_MAX = 20 };

/* The digits of a number as people write them, without what says nothing. */
struct parts {
	bool negative;
	char whole[DIGITS_MAX + 1]; /* at least "0" */
	size_t n_whole;
	char fraction[DECIMALS_MAX + 1]; /* "" when there are only zeros */
	size_t n_fraction;
};

static size_t write_digits(uint64_t value, size_t least, char *out)
{
	char reversed[DIGITS_MAX];
	size_t n = 0;

	while (value > 0 || n < least) {
		reversed[n++] = (char)('0' + value % 10);
		value /= 10;
	}
	for (size_t i = 0; i < n; i++)
		out[i] = reversed[n - 1 - i];
	out[n] = '\0';
	return n;
}

static void split(int64_t value, unsigned decimals, struct parts *parts)
{
	/* INT64_MIN has no positive twin among the signed numbers */
	uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	uint64_t scale = 1;

	cchc_check(decimals <= DECIMALS_MAX);
	for (unsigned i = 0; i < decimals; i++)
		scale *= 10;
	parts->negative = value < 0;
	parts->n_whole = write_digits(magnitude / scale, 1, parts->whole);
	parts->n_fraction = write_digits(magnitude % scale, decimals, parts->fraction);
	while (parts->n_fraction > 0 && parts->fraction[parts->n_fraction - 1] == '0')
		parts->n_fraction--;
}

static char *join(const struct parts *parts, const char *group, char sign,
		  char out[CCHC_NUMBER_TEXT])
{
	size_t at = 0;

	if (parts->negative)
		out[at++] = '-';
	for (size_t i = 0; i < parts->n_whole; i++) {
		if (*group && i > 0 && (parts->n_whole - i) % 3 == 0)
			out[at++] = *group;
		out[at++] = parts->whole[i];
	}
	if (parts->n_fraction > 0)
		out[at++] = sign;
	for (size_t i = 0; i < parts->n_fraction; i++)
		out[at++] = parts->fraction[i];
	out[at] = '\0';
	return out;
}

char *cchc_number_vi(int64_t value, unsigned decimals, char out[CCHC_NUMBER_TEXT])
{
	struct parts parts;

	split(value, decimals, &parts);
	return join(&parts, ".", ',', out);
}

char *cchc_number_plain(int64_t value, unsigned decimals, char out[CCHC_NUMBER_TEXT])
{
	struct parts parts;

	split(value, decimals, &parts);
	return join(&parts, "", '.', out);
}

/* False beyond CCHC_VALUE_MAX, which is far from overflow. */
static bool append_digit(int64_t *value, char digit)
{
	*value = *value * 10 + (digit - '0');
	return *value <= CCHC_VALUE_MAX;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Reads the digits after the point and fills up to `decimals`. */
static bool parse_fraction(const char **text, unsigned decimals, int64_t *value)
{
	unsigned n = 0;

	if (**text == '.') {
		(*text)++;
		if (!is_digit(**text))
			return false;
		for (; is_digit(**text); (*text)++, n++) {
			if (n >= decimals && **text != '0')
				return false;
			if (n < decimals && !append_digit(value, **text))
				return false;
		}
	}
	for (; n < decimals; n++)
		if (!append_digit(value, '0'))
			return false;
	return true;
}

bool cchc_number_parse_plain(const char *text, unsigned decimals, int64_t *value)
{
	bool negative = *text == '-';
	int64_t magnitude = 0;

	text += negative;
	if (!is_digit(*text))
		return false;
	for (; is_digit(*text); text++)
		if (!append_digit(&magnitude, *text))
			return false;
	if (!parse_fraction(&text, decimals, &magnitude) || *text)
		return false;
	*value = negative ? -magnitude : magnitude;
	return true;
}

static bool scale_up(__int128 *value, unsigned decimals)
{
	for (unsigned i = 0; i < decimals; i++)
		if (__builtin_mul_overflow(*value, 10, value))
			return false;
	return true;
}

static __int128 divide_away_from_zero(__int128 dividend, __int128 divisor)
{
	__int128 quotient = dividend / divisor;
	__int128 rest = dividend % divisor;
	bool negative = (dividend < 0) != (divisor < 0);

	rest = rest < 0 ? -rest : rest;
	divisor = divisor < 0 ? -divisor : divisor;
	/* twice the rest against the divisor, without doubling */
	if (rest >= divisor - rest)
		quotient += negative ? -1 : 1;
	return quotient;
}

bool cchc_number_ratio(int64_t numerator, unsigned numerator_decimals,
		       int64_t denominator, unsigned denominator_decimals, int64_t factor,
		       unsigned decimals, int64_t *value)
{
	unsigned up = decimals + denominator_decimals;
	unsigned common = up < numerator_decimals ? up : numerator_decimals;
	__int128 dividend = (__int128)numerator * factor;
	__int128 divisor = denominator;
	__int128 quotient;

	cchc_check(denominator != 0);
	if (!scale_up(&dividend, up - common) ||
	    !scale_up(&divisor, numerator_decimals - common))
		return false;
	quotient = divide_away_from_zero(dividend, divisor);
	if (quotient > INT64_MAX || quotient < INT64_MIN)
		return false;
	*value = (int64_t)quotient;
	return true;
}
