#include "notify/easy.h"

#include <sys/socket.h>

static curl_socket_t on_open(void *data, curlsocktype purpose,
			     struct curl_sockaddr *address)
{
	(void)data;
	(void)purpose;
	return socket(address->family, address->socktype | SOCK_CLOEXEC,
		      address->protocol);
}

static bool set_manners(CURL *easy, const struct cchc_channel_settings *settings,
			char error[CURL_ERROR_SIZE])
{
	return curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
				(long)settings->time_limit_ms) == CURLE_OK &&
	       /* else a name server that hangs is waited for when the time is up */
	       curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open) == CURLE_OK;
}

static bool set_trust(CURL *easy, const struct cchc_channel_settings *settings)
{
	bool fine = curl_easy_setopt(easy, CURLOPT_SSLVERSION,
				     (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK;

	if (settings->ca_file)
		fine = fine && curl_easy_setopt(easy, CURLOPT_CAINFO,
						settings->ca_file) == CURLE_OK;
	if (settings->user)
		fine = fine &&
		       curl_easy_setopt(easy, CURLOPT_USERNAME, settings->user) ==
			       CURLE_OK &&
		       curl_easy_setopt(easy, CURLOPT_PASSWORD,
					settings->password ? settings->password : "") ==
			       CURLE_OK;
	return fine;
}

CURL *cchc_easy_new(const struct cchc_channel_settings *settings, const char *url,
		    const char *protocols, char error[CURL_ERROR_SIZE])
{
	CURL *easy = curl_easy_init();

	if (!easy)
		return NULL;
	error[0] = '\0';
	if (!set_manners(easy, settings, error) || !set_trust(easy, settings) ||
	    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, protocols) != CURLE_OK ||
	    curl_easy_setopt(easy, CURLOPT_URL, url) != CURLE_OK) {
		curl_easy_cleanup(easy);
		return NULL;
	}
	return easy;
}

enum cchc_rc cchc_easy_rc(CURLcode result)
{
	switch (result) {
	case CURLE_OPERATION_TIMEDOUT:
		return CCHC_LIMIT;
	case CURLE_OUT_OF_MEMORY:
		return CCHC_NOMEM;
	case CURLE_ABORTED_BY_CALLBACK:
		return CCHC_BUSY;
	default:
		return CCHC_IO;
	}
}

bool cchc_easy_append(struct curl_slist **list, const char *text)
{
	struct curl_slist *longer = text ? curl_slist_append(*list, text) : NULL;

	if (longer)
		*list = longer;
	return longer != NULL;
}
