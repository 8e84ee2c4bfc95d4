#include "base/rc.h"

#include <errno.h>

const char *cchc_rc_name(enum cchc_rc rc)
{
	switch (rc) {
#define X(name, text)                                                                    \
	case CCHC_##name:                                                                \
		return text;
		CCHC_RC_TABLE(X)
#undef X
	}
	return "unlisted code";
}

enum cchc_rc cchc_rc_of_errno(int number)
{
	switch (number) {
	case ENOENT:
	case ENOTDIR:
		return CCHC_NOTFOUND;
	case EACCES:
	case EPERM:
	case EROFS:
		return CCHC_DENIED;
	case EEXIST:
		return CCHC_BUSY;
	case ENOSPC:
	case EDQUOT:
		return CCHC_NOSPACE;
	case ENOMEM:
		return CCHC_NOMEM;
	case ENAMETOOLONG:
	case ELOOP:
	case EISDIR:
		return CCHC_INVALID;
	default:
		return CCHC_IO;
	}
}
