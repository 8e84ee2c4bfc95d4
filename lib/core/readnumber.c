#include "core/readnumber.h"

#include <string.h>

enum { GROUP = 3 };

struct slice {
	const char *at;
	size_t n;
};

struct shape {
	struct slice whole; /* with its dots */
	struct slice fraction;
	bool grouped;
	bool dot_decimal;
};

static size_t count(struct slice text, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += text.at[i] == c;
	return n;
}

static bool is_all_digits(struct slice text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.at[i] < '0' || text.at[i] > '9')
			return false;
	return text.n > 0;
}

/* Cuts at the first `sign`; what is behind it may be empty, which no caller takes. */
static void cut(struct slice text, char sign, struct slice *before, struct slice *behind)
{
	const char *at = memchr(text.at, sign, text.n);
	size_t n = at ? (size_t)(at - text.at) : text.n;

	*before = (struct slice){text.at, n};
	*behind =
		at ? (struct slice){at + 1, text.n - n - 1} : (struct slice){text.at, 0};
}

/* 8.066.841.050: a first group of one to three digits that is no leading zero, then
 * threes. */
static bool is_grouped(struct slice text)
{
	struct slice group;
	struct slice rest = text;
	bool first = true;

	do {
		cut(rest, '.', &group, &rest);
		if (!is_all_digits(group) || group.n > GROUP)
			return false;
		if (first ? group.at[0] == '0' : group.n != GROUP)
			return false;
		first = false;
	} while (rest.n > 0);
	return text.at[text.n - 1] != '.';
}

/* 26.6 and 0.500, but not 1234.567 or 08.066: three digits behind a dot are a group, and
 * where they cannot be one nobody knows what was meant. */
static bool cut_dot_decimal(struct shape *shape)
{
	struct slice whole;
	struct slice fraction;

	if (shape->fraction.n > 0 || count(shape->whole, '.') != 1)
		return false;
	cut(shape->whole, '.', &whole, &fraction);
	if (!is_all_digits(whole) || !is_all_digits(fraction))
		return false;
	if (fraction.n == GROUP && !(whole.n == 1 && whole.at[0] == '0'))
		return false;
	shape->whole = whole;
	shape->fraction = fraction;
	shape->dot_decimal = true;
	return true;
}

static bool find_shape(struct slice text, struct shape *shape)
{
	*shape = (struct shape){0};
	cut(text, ',', &shape->whole, &shape->fraction);
	if (shape->whole.n == 0)
		return false;
	if (shape->whole.n < text.n && !is_all_digits(shape->fraction))
		return false;
	if (is_all_digits(shape->whole))
		return true;
	shape->grouped = is_grouped(shape->whole);
	return shape->grouped || cut_dot_decimal(shape);
}

/* 1,000 where no three decimals can be: somebody grouped the English way, and reading
 * it as 1 would lose a thousand. */
static bool is_english_group(const struct shape *shape, unsigned decimals)
{
	return shape->fraction.n == GROUP && decimals < GROUP && !shape->dot_decimal &&
	       !shape->grouped && shape->whole.n <= GROUP && shape->whole.at[0] != '0';
}

static int64_t append(int64_t value, char digit)
{
	value = value * 10 + (digit - '0');
	return value > CCHC_VALUE_MAX ? CCHC_VALUE_MAX + 1 : value;
}

static int64_t join(const struct shape *shape, unsigned decimals)
{
	int64_t value = 0;

	for (size_t i = 0; i < shape->whole.n; i++)
		if (shape->whole.at[i] != '.')
			value = append(value, shape->whole.at[i]);
	for (size_t i = 0; i < decimals; i++)
		value = append(value,
			       i < shape->fraction.n ? shape->fraction.at[i] : '0');
	return value;
}

size_t cchc_written_span(const char *text)
{
	return strspn(text, "-0123456789.,");
}

enum cchc_rule cchc_written_read(const char *text, size_t len, unsigned decimals,
				 struct cchc_written *written)
{
	bool negative = len > 0 && text[0] == '-';
	struct slice digits = {text + negative, len - negative};
	struct shape shape;

	if (!find_shape(digits, &shape))
		return CCHC_RULE_NOT_A_NUMBER;
	if (is_english_group(&shape, decimals))
		return CCHC_RULE_TOO_MANY_DECIMALS;
	while (shape.fraction.n > 0 && shape.fraction.at[shape.fraction.n - 1] == '0')
		shape.fraction.n--;
	if (shape.fraction.n > decimals)
		return CCHC_RULE_TOO_MANY_DECIMALS;
	written->value = join(&shape, decimals);
	written->value = negative ? -written->value : written->value;
	written->dot_decimal = shape.dot_decimal;
	return CCHC_RULE_NONE;
}
