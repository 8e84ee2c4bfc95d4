#include "io/service.h"

#include <systemd/sd-daemon.h>

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
