#ifndef CCHC_IO_SERVICE_H
#define CCHC_IO_SERVICE_H

#include <stdint.h>

/* What the service manager is told (libsystemd). Everything is a no-op outside of
 * systemd. */

void cchc_service_ready(const char *status);
void cchc_service_status(const char *status);
void cchc_service_stopping(void);
/* How often to call cchc_service_alive (half of WatchdogSec), in ms; 0: no watchdog. */
uint64_t cchc_service_watchdog_ms(void);
void cchc_service_alive(void);

#endif
