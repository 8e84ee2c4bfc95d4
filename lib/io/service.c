#include "io/service.h"

/* Journal entries name who speaks, not where in which build folder it was compiled. */
#define SD_JOURNAL_SUPPRESS_LOCATION

#include <string.h>
#include <sys/uio.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "base/check.h"

void cchc_service_ready(const char *status)
{
	(void)sd_notifyf(0, "READY=1\nSTATUS=%s", status);
}

void cchc_service_status(const char *status)
{
	(void)sd_notifyf(0, "STATUS=%s", status);
}

void cchc_service_stopping(void)
{
	(void)sd_notify(0, "STOPPING=1");
}

uint64_t cchc_service_watchdog_ms(void)
{
	uint64_t us = 0;

	if (sd_watchdog_enabled(0, &us) <= 0)
		return 0;
	return us / 2000 ? us / 2000 : 1;
}

void cchc_service_alive(void)
{
	(void)sd_notify(0, "WATCHDOG=1");
}

enum cchc_rc cchc_service_journal(const char *const *field, size_t n)
{
	struct iovec part[CCHC_SERVICE_FIELDS];

	cchc_check(n <= CCHC_SERVICE_FIELDS);
	/* libsystemd keeps silent about a journal that is not there */
	if (access("/run/systemd/journal/socket", W_OK) != 0)
		return CCHC_NOTFOUND;
	for (size_t i = 0; i < n; i++)
		part[i] = (struct iovec){(char *)field[i], strlen(field[i])};
	return sd_journal_sendv(part, (int)n) == 0 ? CCHC_OK : CCHC_IO;
}
