#include "notify/channel.h"

bool cchc_channel_is_personal(enum cchc_channel_type type)
{
	return type == CCHC_CHANNEL_SMTP || type == CCHC_CHANNEL_EXEC;
}

/* A program sends what costs money or wakes somebody: it hears of what is owed only. */
bool cchc_channel_tells_end(enum cchc_channel_type type)
{
	return type != CCHC_CHANNEL_EXEC;
}

bool cchc_channel_repeats(enum cchc_channel_type type)
{
	return type == CCHC_CHANNEL_ALERTMANAGER;
}

bool cchc_channel_dedups(enum cchc_channel_type type)
{
	return type == CCHC_CHANNEL_ALERTMANAGER || type == CCHC_CHANNEL_WEBHOOK;
}
