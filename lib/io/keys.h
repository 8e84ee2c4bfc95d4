#ifndef CCHC_IO_KEYS_H
#define CCHC_IO_KEYS_H

#include <stdbool.h>

#include "base/fail.h"

/* CURVE keys as Z85 text. A key file holds two lines, "public: <40 chars>" and
 * "secret: <40 chars>", mode 0600; lines with # are comments. */

enum { CCHC_KEY_TEXT = 41 }; /* with the NUL */

struct cchc_key_pair {
	char public_key[CCHC_KEY_TEXT];
	char secret_key[CCHC_KEY_TEXT];
};

CCHC_NODISCARD enum cchc_rc cchc_keys_make(struct cchc_key_pair *pair,
					   struct cchc_err *err);
/* DENIED when group or others can read it; INVALID when malformed or the public key is
 * not the secret one's. Under systemd a credential's path is given. */
CCHC_NODISCARD enum cchc_rc cchc_keys_load(const char *path, struct cchc_key_pair *pair,
					   struct cchc_err *err);
/* New file, mode 0600; BUSY when there is one of that name. comment: one line, or NULL.
 */
CCHC_NODISCARD enum cchc_rc cchc_keys_save(const char *path,
					   const struct cchc_key_pair *pair,
					   const char *comment, struct cchc_err *err);
/* 40 characters of the Z85 alphabet. */
bool cchc_key_is_valid(const char *text);

#endif
