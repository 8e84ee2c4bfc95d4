#include "core/figure.h"

const char *cchc_state_name(enum cchc_state state)
{
	switch (state) {
	case CCHC_ABSENT:
		return "absent";
	case CCHC_FIGURE:
		return "figure";
	case CCHC_NA:
		return "na";
	case CCHC_WITHDRAWN:
		return "withdrawn";
	}
	return "unknown";
}
