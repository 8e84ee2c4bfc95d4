#ifndef CCHC_NOTIFY_MAIL_H
#define CCHC_NOTIFY_MAIL_H

#include <stdbool.h>

#include "base/arena.h"
#include "notify/notice.h"

/* A notice as an e-mail (RFC 5322, 2045, 2047), UTF-8, lines ended with CR LF.
 *
 * Message-ID is made of key and address: said again after a crash it is the same. Mails
 * of one task hang together by References to an id that no mail has; the one that tells
 * the end answers the one that raised. */

/* An address that may stand in a header and an envelope: local@domain, visible ASCII,
 * nothing that ends a line or an address. */
bool cchc_mail_address_is_valid(const char *address);

/* Both addresses are valid. NULL without memory. */
const char *cchc_mail_compose(struct cchc_arena *arena, const struct cchc_notice *notice,
			      const char *from, int64_t now_ms);

#endif
