#ifndef CCHC_CORE_READNUMBER_H
#define CCHC_CORE_READNUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/rule.h"

/* A number as people write it: the comma is the decimal sign, dots group by threes only.
 * Part of reading.c. */

struct cchc_written {
	int64_t value; /* in units of 10^-decimals; beyond CCHC_VALUE_MAX it is one more
			*/
	bool dot_decimal; /* 26.6: a dot that can only be a decimal sign was read as one
			   */
};

/* The sign, digits, dots and commas at the beginning of text. */
size_t cchc_written_span(const char *text);

/* Reads exactly len bytes. CCHC_RULE_NOT_A_NUMBER when malformed or with two meanings,
 * CCHC_RULE_TOO_MANY_DECIMALS, or CCHC_RULE_NONE with *written filled. */
enum cchc_rule cchc_written_read(const char *text, size_t len, unsigned decimals,
				 struct cchc_written *written);

#endif
