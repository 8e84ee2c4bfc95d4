#ifndef CCHC_CTL_SETTINGS_H
#define CCHC_CTL_SETTINGS_H

#include "base/arena.h"
#include "base/node.h"
#include "base/rc.h"
#include "io/keys.h"

/* The file that says where the daemon is and who asks (config/ctl.yaml is an example):
 *	queries: tcp://host:port
 *	changes: tcp://host:port	only watch needs it
 *	server_key: Z85			or server_key_file: a file with a "public:" line
 *	key: own key file		paths are relative to the settings' folder */
struct cchc_ctl_settings {
	const char *queries; /* texts belong to the arena */
	const char *changes; /* NULL: none */
	const char *key;     /* path */
	char server_key[CCHC_KEY_TEXT];
};

/* Reads the file and the server key it names. CCHC_INVALID with every mistake, each with
 * its place, in `problems`. */
CCHC_NODISCARD enum cchc_rc cchc_ctl_settings_load(struct cchc_arena *arena,
						   const char *path,
						   struct cchc_problems *problems,
						   struct cchc_ctl_settings *settings);

#endif
