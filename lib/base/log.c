#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

static atomic_int least = CCHC_LOG_INFO;

void cchc_log_set_level(enum cchc_log_level level)
{
	atomic_store(&least, (int)level);
}

void cchc_log(enum cchc_log_level level, const char *format, ...)
{
	char line[1024];
	va_list args;
	int n;
	int more;

	if ((int)level > atomic_load(&least))
		return;
	n = snprintf(line, sizeof(line), "<%d>", (int)level);
	va_start(args, format);
	more = vsnprintf(line + n, sizeof(line) - (size_t)n - 1, format, args);
	va_end(args);
	if (more < 0)
		return;
	n = (int)strlen(line);
	for (int i = 0; i < n; i++)
		if (line[i] == '\n' || line[i] == '\r')
			line[i] =
				' '; /* a peer's text must not look like a line of ours */
	line[n] = '\n';
	if (write(STDERR_FILENO, line, (size_t)n + 1) < 0)
		return; /* nobody left to tell */
}

bool cchc_log_allows(struct cchc_log_limit *limit)
{
	uint64_t now_ms = cchc_clock_mono_ns() / 1000000;

	if (now_ms - limit->since_ms >= limit->period_ms) {
		limit->since_ms = now_ms;
		limit->spent = limit->spent > 0 && limit->held > 0 ? limit->burst - 1 : 0;
		limit->held = 0;
	}
	if (limit->spent < limit->burst) {
		limit->spent++;
		return true;
	}
	limit->held++;
	return false;
}
