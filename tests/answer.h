#ifndef CCHC_TESTS_ANSWER_H
#define CCHC_TESTS_ANSWER_H

#include <stdarg.h>
#include <stdio.h>

#include "base/check.h"
#include "core/result.h"

/* An answer as a text: everything it says, nothing that it does not say.
 *	"figure 266 alone, 1 of 1, numerator 21, denominator 79"
 *	"differs, 3 of 13, 1 incomplete, 2 of 88, 1 of 90, own figure 88" */

enum { ANSWER_TEXT = 1024 };

static inline size_t answer_say(char *out, size_t len, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static inline size_t answer_say(char *out, size_t len, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	len += (size_t)vsnprintf(out + len, ANSWER_TEXT - len, format, args);
	va_end(args);
	cchc_check(len < ANSWER_TEXT);
	return len;
}

static inline size_t answer_say_figure(char *out, size_t len, const char *name,
				       struct cchc_figure figure)
{
	if (figure.state == CCHC_ABSENT)
		return len;
	len = answer_say(out, len, ", %s %s", name,
			 cchc_state_name((enum cchc_state)figure.state));
	if (figure.state == CCHC_FIGURE)
		len = answer_say(out, len, " %lld", (long long)figure.value);
	return len;
}

static inline size_t answer_say_details(const struct cchc_result *r, char *out,
					size_t len)
{
	if (r->has_numerator)
		len = answer_say(out, len, ", numerator %lld", (long long)r->numerator);
	if (r->has_denominator)
		len = answer_say(out, len, ", denominator %lld",
				 (long long)r->denominator);
	if (r->state == CCHC_RESULT_SPREAD)
		len = answer_say(
			out, len, ", least %lld, twice the median %lld, most %lld",
			(long long)r->spread.least, (long long)r->spread.median_twice,
			(long long)r->spread.most);
	for (uint32_t i = 0; i < r->n_tally; i++)
		len = answer_say(out, len, ", %u of %lld", r->tally[i].count,
				 (long long)r->tally[i].value);
	return len;
}

static inline void answer_text(const struct cchc_result *r, char out[ANSWER_TEXT])
{
	static const char *const STATES[] = {"absent",  "figure",  "na",    "withdrawn",
					     "heading", "differs", "spread"};
	size_t len = answer_say(out, 0, "%s", STATES[r->state]);

	if (r->state == CCHC_RESULT_FIGURE)
		len = answer_say(out, len, " %lld", (long long)r->value);
	len = answer_say(out, len, "%s, %u of %u", r->alone ? " alone" : "", r->reported,
			 r->expected);
	if (r->incomplete)
		len = answer_say(out, len, ", %u incomplete", r->incomplete);
	len = answer_say_details(r, out, len);
	len = answer_say_figure(out, len, "declared", r->declared);
	len = answer_say_figure(out, len, "own", r->own);
	answer_say_figure(out, len, "derived", r->derived);
}

#endif
