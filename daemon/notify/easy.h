#ifndef CCHC_NOTIFY_EASY_H
#define CCHC_NOTIFY_EASY_H

#include <curl/curl.h>

#include "notify/channel.h"

/* What HTTP and SMTP ask of libcurl alike. */

/* A transfer that takes no signals, stays within the channel's time limit, uses only
 * `protocols` (as "http,https"), follows no redirect, no proxy and no environment, and
 * leaves no descriptor to programs. `error` gets libcurl's words. NULL without memory. */
CURL *cchc_easy_new(const struct cchc_channel_settings *settings, const char *url,
		    const char *protocols, char error[CURL_ERROR_SIZE]);

/* What a failure means that is none of the other side's answers: LIMIT (time), NOMEM,
 * BUSY (we stopped it), IO. */
enum cchc_rc cchc_easy_rc(CURLcode result);

/* Appends to *list; false without memory, the list then stays as it was. */
bool cchc_easy_append(struct curl_slist **list, const char *text);

#endif
