#ifndef CCHC_COMMUNE_SETTINGS_H
#define CCHC_COMMUNE_SETTINGS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/problems.h"
#include "core/date.h"
#include "core/unit.h"
#include "io/keys.h"

/* The agent's configuration file. Paths in it are relative to the folder it lies in. */

enum { CCHC_ADDRESSES_MAX = 8 };

struct cchc_settings {
	struct cchc_arena arena; /* owns every text below */
	char unit[CCHC_UNIT_CODE];
	cchc_day unit_valid_from;                /* CCHC_DAY_NONE: not said */
	const char *address[CCHC_ADDRESSES_MAX]; /* all of one daemon */
	size_t n_addresses;
	char server_key[CCHC_KEY_TEXT];
	const char *key;        /* path of the agent's key file */
	const char *folder;     /* people's folder, and those in it: */
	const char *inbox;      /* files to be sent are put here by people */
	const char *sent;       /* taken ones */
	const char *rejected;   /* ones that cannot be read at all */
	const char *receipts;   /* what became of them, for people */
	const char *reminders;  /* what the district reminds of, day by day */
	const char *tasks_file; /* path of the sheet of tasks */
	const char *outbox;     /* path of the data file */
	uint64_t outbox_max_bytes;
	uint64_t keep_bytes; /* of what was acknowledged, should the daemon be restored */
	int64_t keep_ms;
};

/* Reads the file and reports every mistake it has in one run. On CCHC_OK the settings are
 * to be given back with fini; else there is nothing to give back. `problems` names the
 * file: its texts are lent from `names`, which must outlive it. */
CCHC_NODISCARD enum cchc_rc cchc_agent_settings_load(const char *path,
						     struct cchc_arena *names,
						     struct cchc_problems *problems,
						     struct cchc_settings *settings);
void cchc_agent_settings_fini(struct cchc_settings *settings);

#endif
