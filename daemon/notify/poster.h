#ifndef CCHC_NOTIFY_POSTER_H
#define CCHC_NOTIFY_POSTER_H

#include "notify/errand.h"

/* HTTP posts: libcurl's multi interface on the loop. Connections are kept and shared. */
struct cchc_poster;

CCHC_NODISCARD enum cchc_rc cchc_poster_new(uv_loop_t *loop, struct cchc_poster **poster);
/* All errands must have been stopped. Its handles close in the loop. */
void cchc_poster_stop(struct cchc_poster *poster);
void cchc_poster_free(struct cchc_poster **poster);

struct cchc_post {
	const char *url;
	const char *const *header; /* "Name: value" */
	size_t n_headers;
	const char *body; /* JSON, of the errand's arena */
};

/* Posts for the errand, and ends it with the verdict: 2xx OK; 4xx INVALID but for those
 * that speak of us or of now (401, 407, 408, 425, 429: BUSY); all else, redirects too,
 * IO; LIMIT. */
CCHC_NODISCARD enum cchc_rc cchc_poster_post(struct cchc_errand *errand,
					     const struct cchc_channel_settings *settings,
					     const struct cchc_post *post);

#endif
