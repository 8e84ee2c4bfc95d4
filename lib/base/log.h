#ifndef CCHC_BASE_LOG_H
#define CCHC_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

/* One line on stderr is one event: constant first words, then key=value. Under systemd
 * the "<N>" prefix gives the priority. Any thread; a line is one write(2). */

enum cchc_log_level {
	CCHC_LOG_ERROR = 3,  /* the operator must act now */
	CCHC_LOG_WARN = 4,   /* the operator must act soon */
	CCHC_LOG_NOTICE = 5, /* life events */
	CCHC_LOG_INFO = 6,   /* a batch or a minute, never a message */
	CCHC_LOG_DEBUG = 7,
};

/* Least important level that is printed; CCHC_LOG_INFO at start. */
void cchc_log_set_level(enum cchc_log_level level);

void cchc_log(enum cchc_log_level level, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* What a peer can provoke is limited: at most `burst` lines, then one every period_ms.
 *	static struct cchc_log_limit limit = {.burst = 5, .period_ms = 60000};
 *	if (cchc_log_allows(&limit, now_ms)) cchc_log(...); */
struct cchc_log_limit {
	uint32_t burst;
	uint32_t period_ms;
	uint32_t spent;
	uint64_t since_ms; /* monotonic */
	uint64_t held;     /* lines kept back since the last one printed */
};

bool cchc_log_allows(struct cchc_log_limit *limit);

#endif
