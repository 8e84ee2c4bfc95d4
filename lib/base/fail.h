#ifndef CCHC_BASE_FAIL_H
#define CCHC_BASE_FAIL_H

#include "base/rc.h"

/* The text of a failure, for the person who will read it. Callers that have nobody to
 * tell pass NULL. */
struct cchc_err {
	enum cchc_rc rc;
	char text[512];
};

/* Fills err (may be NULL) and returns rc:
 *	return cchc_fail(err, CCHC_INVALID, "%s:%u: ...", file, line); */
enum cchc_rc cchc_fail(struct cchc_err *err, enum cchc_rc rc, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
