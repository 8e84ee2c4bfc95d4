#ifndef CCHC_IO_SERVICE_H
#define CCHC_IO_SERVICE_H

#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"

/* What the service manager is told (libsystemd). Everything but the journal is a no-op
 * outside of systemd. */

void cchc_service_ready(const char *status);
void cchc_service_status(const char *status);
void cchc_service_stopping(void);
/* How often to call cchc_service_alive (half of WatchdogSec), in ms; 0: no watchdog. */
uint64_t cchc_service_watchdog_ms(void);
void cchc_service_alive(void);

/* One entry of the system's journal, of fields "NAME=value", at most
 * CCHC_SERVICE_FIELDS. NOTFOUND when this machine has no journal, IO. */
enum { CCHC_SERVICE_FIELDS = 24 };
CCHC_NODISCARD enum cchc_rc cchc_service_journal(const char *const *field, size_t n);

#endif
