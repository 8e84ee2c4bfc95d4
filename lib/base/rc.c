#include "base/rc.h"

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
