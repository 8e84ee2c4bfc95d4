#include "base/fail.h"

#include <stdarg.h>
#include <stdio.h>

enum cchc_rc cchc_fail(struct cchc_err *err, enum cchc_rc rc, const char *format, ...)
{
	if (err) {
		va_list args;

		err->rc = rc;
		va_start(args, format);
		(void)vsnprintf(err->text, sizeof(err->text), format, args);
		va_end(args);
	}
	return rc;
}
