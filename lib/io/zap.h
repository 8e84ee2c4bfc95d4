#ifndef CCHC_IO_ZAP_H
#define CCHC_IO_ZAP_H

#include <uv.h>

#include "io/zpoll.h"

/* The ZAP handler on the loop: says for each new connection whether its CURVE key may
 * come in, and as whom. With no handler bound libzmq 4.3.4 accepts ANY CURVE client, so
 * this is started before the first server socket, and its failure ends the start. */
struct cchc_zap;

/* The user id (at most CCHC_USER_MAX - 1 bytes, lent until return) that every message of
 * the connection will carry, or NULL to deny. public_key: Z85. */
typedef const char *cchc_zap_who(void *data, const char *domain, const char *public_key);

CCHC_NODISCARD enum cchc_rc cchc_zap_start(uv_loop_t *loop, struct cchc_zcontext *context,
					   cchc_zap_who *who, void *data,
					   struct cchc_zap **zap, struct cchc_err *err);
/* After the server sockets are closed; the loop must still run once. Sets *zap to NULL;
 * accepts NULL. Denials are logged, with a limit. */
void cchc_zap_stop(struct cchc_zap **zap);

#endif
